//! Lists, texts and numbers in memory that is lent or fixed.

use core::fmt::{self, Write};

use suit_core::component::ComponentId;
use suit_verify_nostd::crypto::{HashAlgorithm, Sha256};
use suit_verify_nostd::platform::{ComponentPath, PlatformFault};

use super::lines::unhex;

/// Memory that is handed out piece by piece.
pub(super) struct Room<'r>(&'r mut [u8]);

impl<'r> Room<'r> {
    pub(super) const fn new(memory: &'r mut [u8]) -> Self {
        Self(memory)
    }

    pub(super) fn take(&mut self, length: usize) -> Option<&'r mut [u8]> {
        let (taken, rest) = core::mem::take(&mut self.0).split_at_mut_checked(length)?;
        self.0 = rest;
        Some(taken)
    }

    /// Bytes that were written in hexadecimal digits.
    pub(super) fn bytes(&mut self, digits: &str) -> Option<&'r [u8]> {
        let bytes = self.take(digits.len() / 2)?;
        for (to, byte) in bytes.iter_mut().zip(unhex(digits)) {
            *to = byte;
        }
        Some(bytes)
    }
}

/// A list with room for `N`.
#[derive(Clone, Copy)]
pub(super) struct List<T, const N: usize> {
    pub(super) items: [Option<T>; N],
}

impl<T, const N: usize> List<T, N> {
    pub(super) const EMPTY: Self = Self { items: [const { None }; N] };

    pub(super) fn push(&mut self, item: T) -> Option<()> {
        *self.items.iter_mut().find(|place| place.is_none())? = Some(item);
        Some(())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().flatten()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.iter_mut().flatten()
    }
}

/// Text of a component identifier: its parts, with strokes between them. A part that has a stroke itself, or isn't text, is
/// written in digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    bytes: [u8; 128],
    length: usize,
}

impl Name {
    pub(super) fn new<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Result<Self, fmt::Error> {
        let mut name = Self { bytes: [0; 128], length: 0 };
        for (number, part) in parts.enumerate() {
            if number > 0 {
                name.write_str("/")?;
            }
            match core::str::from_utf8(part) {
                Ok(text) if !text.contains('/') => name.write_str(text)?,
                _ => {
                    name.write_str("h'")?;
                    digits(&mut name, part)?;
                    name.write_str("'")?;
                }
            }
        }
        Ok(name)
    }

    /// Of a manifest that doesn't say where it is stored: empty.
    pub(super) fn of_manifest(manifest: Option<ComponentId<'_>>) -> Result<Self, PlatformFault> {
        Self::of_path(manifest.map(ComponentPath::new))
    }

    /// The same, behind a prefix.
    pub(super) fn of_path(path: Option<ComponentPath<'_>>) -> Result<Self, PlatformFault> {
        let parts = path.iter().flat_map(ComponentPath::parts);
        Self::new(parts).map_err(|_| PlatformFault::UNSUPPORTED)
    }

    pub(super) fn from_text(text: &str) -> Option<Self> {
        let mut name = Self { bytes: [0; 128], length: 0 };
        name.write_str(text).ok()?;
        Some(name)
    }

    pub(super) fn text(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| core::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

impl Write for Name {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            *self.bytes.get_mut(self.length).ok_or(fmt::Error)? = byte;
            self.length += 1;
        }
        Ok(())
    }
}

pub(super) fn digits(out: &mut dyn Write, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
}

/// SHA-256 in hexadecimal digits.
pub(super) fn digest(out: &mut dyn Write, content: &[u8]) -> fmt::Result {
    let digest = Sha256.digest(content).map_err(|_| fmt::Error)?;
    digits(out, digest.as_bytes())
}

/// Numbers with dots between them, or `-` for none.
#[derive(Clone, Copy)]
pub(super) struct Numbers {
    numbers: [i64; 8],
    count: usize,
}

impl Numbers {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut read = Self { numbers: [0; 8], count: 0 };
        for number in text.split('.').filter(|number| *number != "-") {
            *read.numbers.get_mut(read.count)? = number.parse().ok()?;
            read.count += 1;
        }
        Some(read)
    }

    pub(super) fn all(&self) -> &[i64] {
        self.numbers.get(..self.count).unwrap_or_default()
    }
}

pub(super) fn fill(room: &mut [u8], text: &str) -> Option<usize> {
    let length = if text == "empty" { 0 } else { text.len() / 2 };
    for (to, byte) in room.get_mut(..length)?.iter_mut().zip(unhex(text)) {
        *to = byte;
    }
    Some(length)
}
