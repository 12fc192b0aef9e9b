//! `SUIT_Capability_Report` (draft-ietf-suit-report §6), borrowed.

use crate::cbor::{Major, Reader};
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::CapabilityKey;

/// What a processor can do, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Capabilities<'a> {
    pairs: Reader<'a>,
    left: u64,
}

/// One list of a capability report.
#[derive(Clone, Copy, Debug)]
pub enum Capability<'a> {
    /// Components that the device has.
    Components(ComponentCapabilities<'a>),
    /// Codes, labels or keys of one registry.
    Numbers(CapabilityKey, Numbers<'a>),
    /// Keys at a path in the manifest's structure, which is given by the keys on the way.
    Path(Numbers<'a>, Numbers<'a>),
}

/// Numbers in the order given, borrowed: `[+ int]`.
#[derive(Clone, Copy, Debug)]
pub struct Numbers<'a> {
    items: Reader<'a>,
    left: u64,
}

/// Component identifiers or beginnings of them, borrowed: `[+ [* bstr, ? true]]`.
#[derive(Clone, Copy, Debug)]
pub struct ComponentCapabilities<'a> {
    items: Reader<'a>,
    left: u64,
}

/// One component identifier, or the beginning of many.
#[derive(Clone, Copy, Debug)]
pub struct ComponentCapability<'a> {
    parts: Reader<'a>,
    count: u64,
    /// Whether it stands for every identifier that begins like it.
    pub open: bool,
}

impl<'a> Capabilities<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.map()?;
        let pairs = *reader;
        // R §6: these four are required.
        let mut lacking = [
            CapabilityKey::Components,
            CapabilityKey::Commands,
            CapabilityKey::Parameters,
            CapabilityKey::Algorithms,
        ]
        .map(Some);
        for _ in 0..left {
            let found = match Capability::read(reader)? {
                Capability::Components(_) => CapabilityKey::Components,
                Capability::Numbers(key, _) => key,
                Capability::Path(..) => continue,
            };
            for key in lacking.iter_mut().filter(|key| **key == Some(found)) {
                *key = None;
            }
        }
        match lacking.into_iter().flatten().next() {
            Some(key) => Err(reader.error(ErrorKind::missing(key.code()))),
            None => Ok(Self { pairs, left }),
        }
    }
}

impl<'a> Iterator for Capabilities<'a> {
    type Item = Capability<'a>;

    fn next(&mut self) -> Option<Capability<'a>> {
        self.left = self.left.checked_sub(1)?;
        Capability::read(&mut self.pairs).ok()
    }
}

impl<'a> Capability<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let unknown = reader.error(ErrorKind::UnknownKey);
        if reader.peek() == Some(Major::Array) {
            let path = Numbers::read(reader)?;
            // R §6: a path of at least one key.
            return if path.left == 0 { Err(unknown) } else { Ok(Self::Path(path, Numbers::read(reader)?)) };
        }
        if !matches!(reader.peek(), Some(Major::Uint | Major::Nint)) {
            return Err(unknown);
        }
        match CapabilityKey::from_code(reader.int()?).ok_or(unknown)? {
            CapabilityKey::Components => ComponentCapabilities::read(reader).map(Self::Components),
            key => Ok(Self::Numbers(key, Numbers::read(reader)?)),
        }
    }
}

impl<'a> Numbers<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.array()?;
        let items = *reader;
        for _ in 0..left {
            reader.int()?;
        }
        Ok(Self { items, left })
    }
}

impl Iterator for Numbers<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        self.items.int().ok()
    }
}

impl<'a> ComponentCapabilities<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.array()?;
        let items = *reader;
        for _ in 0..left {
            ComponentCapability::read(reader)?;
        }
        Ok(Self { items, left })
    }
}

impl<'a> Iterator for ComponentCapabilities<'a> {
    type Item = ComponentCapability<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        ComponentCapability::read(&mut self.items).ok()
    }
}

impl<'a> ComponentCapability<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let mut count = reader.array()?;
        let parts = *reader;
        let mut open = false;
        for left in (0..count).rev() {
            if reader.peek() == Some(Major::Bytes) {
                reader.bytes()?;
                continue;
            }
            let at = reader.offset();
            // R §6: only true, and only at the end.
            if left > 0 || !reader.bool()? {
                return Err(Error::new(ErrorKind::WrongType(Expected::Bytes), at));
            }
            open = true;
            count = count.saturating_sub(1);
        }
        Ok(Self { parts, count, open })
    }

    /// The parts, from the most general one on.
    pub fn parts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut reader = self.parts;
        (0..self.count).map_while(move |_| reader.bytes().ok())
    }
}
