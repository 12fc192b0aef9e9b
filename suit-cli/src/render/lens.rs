//! Looking into a [`Document`] by meaning, wherever it can be read.

use super::document::{Document, Id, is_dependency};
use suit_core::grammar::{Key, MapKind, Value};
use suit_core::labels::Algorithm;

/// A digest as it stands in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DigestValue<'a> {
    /// The algorithm's number.
    pub(crate) code: i64,
    /// The hash value.
    pub(crate) bytes: &'a [u8],
}

impl DigestValue<'_> {
    /// The algorithm, if it is known.
    pub(crate) fn algorithm(&self) -> Option<Algorithm> {
        Algorithm::from_code(self.code)
    }
}

impl<'a> Document<'a> {
    /// The value under an integer key of the map at `id`, or inside of tags and byte strings there.
    pub(crate) fn get(&self, id: Id, label: i64) -> Option<Id> {
        self.children(self.content(id))
            .find(|child| matches!(self.node(*child).key, Key::Label(_, found) if found == label))
    }

    /// The item of the list at `id`, or inside of tags and byte strings there.
    pub(crate) fn item(&self, id: Id, index: usize) -> Option<Id> {
        self.children(self.content(id)).nth(index)
    }

    /// The integer at `id`.
    pub(crate) fn int(&self, id: Id) -> Option<i64> {
        self.node(id).value.int()
    }

    /// The unsigned integer at `id`, of 64 bits.
    pub(crate) fn uint(&self, id: Id) -> Option<u64> {
        match self.node(id).value {
            Value::Uint(value) => Some(value),
            _ => None,
        }
    }

    /// The text at `id`.
    pub(crate) fn text(&self, id: Id) -> Option<&'a str> {
        match self.node(id).value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The content of the byte string at `id`.
    pub(crate) fn bytes_at(&self, id: Id) -> Option<&'a [u8]> {
        match self.node(id).value {
            Value::Bytes(bytes) | Value::Wrapped(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The digest at `id`, or inside of a byte string there.
    pub(crate) fn digest(&self, id: Id) -> Option<DigestValue<'a>> {
        let algorithm = self.item(id, 0)?;
        let bytes = self.item(id, 1)?;
        let Value::Array(_) = self.node(self.content(id)).value else { return None };
        Some(DigestValue { code: self.int(algorithm)?, bytes: self.bytes_at(bytes)? })
    }

    /// Whether this map is an envelope.
    pub(crate) fn is_envelope(&self, id: Id) -> bool {
        self.node(id).shape.map_kind() == Some(MapKind::Envelope)
    }

    /// Whether this value is an integrated dependency: a payload that was entered.
    pub(crate) fn is_dependency(&self, id: Id) -> bool {
        is_dependency(self.node(id).shape, &self.node(id).value)
    }

    /// The envelope map around the map of a manifest.
    pub(crate) fn envelope_of(&self, manifest: Id) -> Option<Id> {
        let wrapper = self.node(manifest).parent?;
        self.node(wrapper).parent.filter(|id| self.is_envelope(*id))
    }
}
