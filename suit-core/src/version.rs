//! Versions and their comparison (draft-ietf-suit-update-management-14 §4.4).

use crate::cbor::{Reader, Walked};
use crate::error::{Error, ErrorKind};
use crate::labels::{PreRelease, VersionComparison};

/// A version, borrowed: `[+ int]`. Up to three release numbers, then optionally a pre-release marker (-1 release
/// candidate, -2 beta, -3 alpha) and further numbers.
#[derive(Clone, Copy, Debug)]
pub struct Version<'a> {
    items: Reader<'a>,
    count: u64,
}

impl PartialEq for Version<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.parts().eq(other.parts())
    }
}

impl Eq for Version<'_> {}

impl<'a> Version<'a> {
    /// Reads a version.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`, `IntegerRange`, `TooFewItems` if it is empty.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        let count = reader.array()?;
        if count == 0 {
            return Err(Error::new(ErrorKind::TooFewItems, at));
        }
        let items = *reader;
        for _ in 0..count {
            reader.int()?;
        }
        Ok(Self { items, count })
    }

    /// Reads a version that was walked over.
    pub(crate) fn known(reader: &mut Walked<'a>) -> Self {
        let count = reader.number();
        let items = reader.reader();
        for _ in 0..count {
            reader.number();
        }
        Self { items, count }
    }

    /// Reads a byte string that holds a version and nothing else.
    ///
    /// # Errors
    /// As [`Version::read`], and `TrailingBytes`.
    pub fn read_wrapped(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let mut inner = reader.wrapped()?;
        let version = Self::read(&mut inner)?;
        inner.finish()?;
        Ok(version)
    }

    /// The elements in order.
    pub fn parts(&self) -> impl Iterator<Item = i64> + use<'a> {
        let mut reader = self.items;
        (0..self.count).map(move |_| reader.known_int())
    }
}

/// Whether these elements are a version: 1 to 3 release numbers, then at most one marker with numbers behind it.
///
/// UM §4.4.1: a version does not begin with a marker; other schemes must keep the order that comparison gives.
#[must_use]
pub fn is_semantic(parts: impl IntoIterator<Item = i64>) -> bool {
    let mut release = 0_u32;
    let mut marker = false;
    for part in parts {
        if part >= 0 {
            release = release.saturating_add(u32::from(!marker));
        } else if marker || release == 0 || PreRelease::from_code(part).is_none() {
            return false;
        } else {
            marker = true;
        }
    }
    (1..=3).contains(&release)
}

/// What a version must be, borrowed: `[comparison, [+ int]]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionMatch<'a> {
    /// How to compare.
    pub comparison: VersionComparison,
    /// With what.
    pub version: Version<'a>,
}

impl<'a> VersionMatch<'a> {
    /// Reads a comparison.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`, `TooFewItems`, `TooManyItems`, `UnknownComparison`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        match reader.array()? {
            2 => {}
            0 | 1 => return Err(Error::new(ErrorKind::TooFewItems, at)),
            _ => return Err(Error::new(ErrorKind::TooManyItems, at)),
        }
        let at = reader.offset();
        let comparison = VersionComparison::from_code(reader.int()?)
            .ok_or(Error::new(ErrorKind::UnknownComparison, at))?;
        Ok(Self { comparison, version: Version::read(reader)? })
    }

    /// Reads a comparison that was walked over; `None` if there is none.
    pub fn known(reader: &mut Walked<'a>) -> Option<Self> {
        reader.number();
        let comparison = VersionComparison::from_code(reader.int());
        let version = Version::known(reader);
        comparison.map(|comparison| Self { comparison, version })
    }

    /// Reads a byte string that holds a comparison and nothing else.
    ///
    /// # Errors
    /// As [`VersionMatch::read`], and `TrailingBytes`.
    pub fn read_wrapped(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let mut inner = reader.wrapped()?;
        let found = Self::read(&mut inner)?;
        inner.finish()?;
        Ok(found)
    }

    /// Whether a version with these elements satisfies the comparison. Elements are compared one by one until one
    /// differs or this version ends (UM §4.4), so "equal `[1]`" holds for every `1.…`. Elements that `version` lacks count
    /// as 0.
    #[must_use]
    pub fn holds(&self, version: &[i64]) -> bool {
        use core::cmp::Ordering::{Equal, Greater, Less};
        let mut have = version.iter().copied();
        let mut order = Equal;
        for wanted in self.version.parts() {
            order = have.next().unwrap_or(0).cmp(&wanted);
            if order != Equal {
                break;
            }
        }
        match self.comparison {
            VersionComparison::Greater => order == Greater,
            VersionComparison::GreaterEqual => order != Less,
            VersionComparison::Equal => order == Equal,
            VersionComparison::LesserEqual => order != Greater,
            VersionComparison::Lesser => order == Less,
        }
    }
}
