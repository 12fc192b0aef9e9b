//! Rules about the keys of maps.

use super::pack::What;
use super::tables::UNORDERED_MAX;
use crate::cbor::Reader;
use crate::component::ComponentId;
use crate::error::{Error, ErrorKind};
use crate::metadata::Actor;

/// The fault of a key that is neither an integer nor a text, in a map that may have such keys.
pub(super) fn composite(what: What, key: Reader<'_>) -> Option<Error> {
    let mut reader = key;
    let fault = match what {
        What::Permissions => Actor::read(&mut reader).err()?,
        What::Text => ComponentId::read(&mut reader).err()?,
        _ => return None,
    };
    Some(match fault.kind {
        // A key of another kind than the map's keys have is one that nobody knows.
        ErrorKind::WrongType(_) => Error::new(ErrorKind::UnknownKey, key.offset()),
        _ => fault,
    })
}

/// Whether one of the first `count` keys of an encoded map content equals `key`. Maps that are searched are bounded; of
/// one that is longer, which only a tool goes on with, no more is searched.
pub(super) fn seen_before(content: &[u8], count: u32, key: &[u8]) -> bool {
    let mut reader = Reader::new(content);
    for _ in 0..count.min(UNORDERED_MAX) {
        let Ok(earlier) = reader.item() else { return false };
        if earlier == key {
            return true;
        }
        if reader.item().is_err() {
            return false;
        }
    }
    false
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
