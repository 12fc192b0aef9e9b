//! `SUIT_Component_Identifier` (draft-ietf-suit-manifest-37 §8.4.5.1) and lists of it.

use crate::cbor::{Major, Reader};
use crate::error::Error;

/// A component identifier, borrowed: `[* bstr]`. Two are equal if their encodings are, of which there is only one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId<'a> {
    encoded: &'a [u8],
}

impl<'a> ComponentId<'a> {
    /// Reads an identifier.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let start = *reader;
        for _ in 0..reader.array()? {
            reader.bytes()?;
        }
        Ok(Self { encoded: reader.since(&start) })
    }

    /// Reads an identifier that was read before; an empty encoding if there is none.
    pub(crate) fn known(reader: &mut Reader<'a>) -> Self {
        let start = *reader;
        for _ in 0..reader.known_count() {
            reader.known_bytes();
        }
        Self { encoded: reader.since(&start) }
    }

    /// The parts, from the most general one on.
    pub fn parts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut reader = Reader::new(self.encoded);
        let count = reader.known_count();
        (0..count).map(move |_| reader.known_bytes())
    }

    /// The encoding, a CBOR array.
    #[must_use]
    pub const fn encoded(&self) -> &'a [u8] {
        self.encoded
    }
}

/// The list of components, borrowed: `[+ SUIT_Component_Identifier]`.
#[derive(Clone, Copy, Debug)]
pub struct Components<'a> {
    items: Reader<'a>,
    count: u32,
}

impl<'a> Components<'a> {
    /// Reads the list.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let count = reader.count(Major::Array)?;
        let items = *reader;
        for _ in 0..count {
            ComponentId::read(reader)?;
        }
        Ok(Self { items, count })
    }

    /// As [`Components::read`], of a list that was read before; none if there is no list.
    pub(crate) fn known(mut list: Reader<'a>) -> Self {
        let count = u32::try_from(list.known()).unwrap_or(0);
        Self { items: list, count }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count.into()
    }

    /// How many there are.
    pub(crate) const fn count(&self) -> u32 {
        self.count
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The identifiers, in the order that their indices have.
    pub fn iter(&self) -> impl Iterator<Item = ComponentId<'a>> + use<'a> {
        let mut reader = self.items;
        (0..self.count).map(move |_| ComponentId::known(&mut reader))
    }

    /// The identifier with this 0-based index.
    #[must_use]
    pub fn get(&self, index: u64) -> Option<ComponentId<'a>> {
        self.iter().nth(usize::try_from(index).ok()?)
    }

    /// A reader at the first one.
    pub(crate) const fn items(&self) -> Reader<'a> {
        self.items
    }
}
