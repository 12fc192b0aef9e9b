//! Rules about the keys of maps.

use super::pack::What;
use crate::cbor::Reader;
use crate::component::ComponentId;
use crate::error::{Error, ErrorKind};
use crate::metadata::Actor;

/// The fault of a key that is neither an integer nor a text, in a map of permissions.
pub(super) fn actor(key: Reader<'_>) -> Option<Error> {
    Actor::read(&mut { key }).err().map(|fault| unknown(fault, key))
}

/// The fault of such a key in another map that may have it, which only tools look into.
pub(super) fn composite(what: What, key: Reader<'_>) -> Option<Error> {
    if what != What::Text {
        return None;
    }
    ComponentId::read(&mut { key }).err().map(|fault| unknown(fault, key))
}

/// A key of another kind than the map's keys have is one that nobody knows.
fn unknown(fault: Error, key: Reader<'_>) -> Error {
    if matches!(fault.kind, ErrorKind::WrongType(_)) { key.error(ErrorKind::UnknownKey) } else { fault }
}

/// RFC 9290 tag 38: a language tag is 1 to 8 letters, then groups of 1 to 8 letters and digits behind hyphens.
pub(super) fn is_language_tag(name: &str) -> bool {
    name.split('-').enumerate().all(|(position, group)| {
        (1..=8).contains(&group.len())
            && group.bytes().all(|byte| {
                if position == 0 { byte.is_ascii_alphabetic() } else { byte.is_ascii_alphanumeric() }
            })
    })
}
