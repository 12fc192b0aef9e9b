//! `SUIT_Dependencies` (draft-ietf-suit-trust-domains §5.2.2).

use crate::cbor::{Major, Reader, Walked};
use crate::component::ComponentId;
use crate::error::Error;
use crate::labels::DependencyKey;

/// A dependency: its component index and its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dependency<'a> {
    /// Index, 0-based. The text has it point into the components, the published examples beyond them.
    pub index: u64,
    /// What is put before the dependency's own component identifiers.
    pub prefix: Option<ComponentId<'a>>,
}

/// The dependencies of a manifest, borrowed, in increasing order of index.
#[derive(Clone, Copy, Debug)]
pub struct Dependencies<'a> {
    pairs: Reader<'a>,
    count: u32,
}

impl<'a> Dependencies<'a> {
    pub(crate) const fn none() -> Self {
        Self { pairs: Reader::new(&[]), count: 0 }
    }

    /// Reads the map.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let count = reader.count(Major::Map)?;
        let pairs = *reader;
        for _ in 0..count {
            read_pair(reader)?;
        }
        Ok(Self { pairs, count })
    }

    /// As many pairs as were counted, of a map that is walked over elsewhere.
    pub(crate) const fn at(pairs: Reader<'a>, count: u32) -> Self {
        Self { pairs, count }
    }

    /// The first of them, this many at most.
    pub(crate) fn up_to(self, most: u32) -> Self {
        Self { count: self.count.min(most), ..self }
    }

    /// As [`Dependencies::read`], of a map that was read before; none if there is no map.
    pub(crate) fn known(mut map: Reader<'a>) -> Self {
        let count = u32::try_from(map.known()).unwrap_or(0);
        Self { pairs: map, count }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.count.into()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The dependencies.
    pub fn iter(&self) -> impl Iterator<Item = Dependency<'a>> + use<'a> {
        let mut pairs = Walked::new(self.pairs);
        (0..self.count).map(move |_| {
            let index = pairs.number();
            let prefix = pairs.find(DependencyKey::Prefix.code());
            pairs.skip();
            Dependency { index, prefix: prefix.map(|prefix| ComponentId::known(&mut prefix.reader())) }
        })
    }

    /// Whether this index is a dependency's.
    #[must_use]
    pub fn contains(&self, index: u64) -> bool {
        self.between(index, index) != 0
    }

    /// How many have an index from `least` to `most`.
    pub(crate) fn between(&self, least: u64, most: u64) -> u32 {
        let mut found = 0_u32;
        let mut pairs = Walked::new(self.pairs);
        for _ in 0..self.count {
            let index = pairs.number();
            found = found.wrapping_add(u32::from(least <= index && index <= most));
            pairs.skip();
        }
        found
    }
}

fn read_pair<'a>(reader: &mut Reader<'a>) -> Result<Dependency<'a>, Error> {
    let index = reader.uint()?;
    let mut prefix = None;
    for _ in 0..reader.map()? {
        if reader.int()? == DependencyKey::Prefix.code() {
            prefix = Some(ComponentId::read(reader)?);
        } else {
            reader.item()?;
        }
    }
    Ok(Dependency { index, prefix })
}
