//! COSE headers (RFC 9052 §3): one protected and one unprotected bucket.

use crate::cbor::{Major, Reader, Walked};
use crate::error::{Error, ErrorKind};
use crate::labels::{Algorithm, HeaderLabel};

/// An algorithm identifier as a header gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AlgorithmId<'a> {
    /// One that the registry here has.
    Known(Algorithm),
    /// Another integer.
    Other(i64),
    /// A text.
    Text(&'a str),
}

/// The two buckets of a COSE structure, borrowed. What they hold is looked for when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    /// The protected bucket: a map, or nothing.
    protected: Reader<'a>,
    /// The unprotected one, and what follows it.
    unprotected: Reader<'a>,
    /// Where the structure's byte string with the protected bucket begins.
    offset: usize,
}

impl<'a> Header<'a> {
    /// Reads a protected bucket (a byte string) and an unprotected one (a map), both of which were walked over.
    ///
    /// # Errors
    /// `DuplicateHeader` for a label in both buckets; `CriticalHeader` for a critical label that is not one of
    /// RFC 9052 §3.1, or for the list in the wrong bucket.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let offset = reader.offset();
        // RFC 9052 §3: an empty protected bucket is a zero-length string; a map without entries means the same.
        let protected = reader.known_wrapped();
        // RFC 9052 §3.1: the list is protected, and what it names must be understood.
        if let Some(mut list) = find(protected, HeaderLabel::Critical) {
            for _ in 0..list.known_count() {
                let at = list.offset();
                if HeaderLabel::from_code(number(&mut list)).is_none() {
                    return Err(Error::new(ErrorKind::CriticalHeader, at));
                }
            }
        }
        let unprotected = *reader;
        if let Some(list) = find(unprotected, HeaderLabel::Critical) {
            return Err(Error::new(ErrorKind::CriticalHeader, label_of(list)));
        }
        // RFC 9052 §3: a label must not stand in both buckets.
        for _ in 0..reader.known_count() {
            let at = reader.offset();
            let mut behind = Walked::new(*reader);
            behind.skip();
            let label = behind.reader().since(reader);
            behind.skip();
            *reader = behind.reader();
            let mut others = protected;
            let count = others.known_count();
            if others.has_key(count, label) {
                return Err(Error::new(ErrorKind::DuplicateHeader, at));
            }
        }
        Ok(Self { protected, unprotected, offset })
    }

    /// The protected bucket as it goes into the structures that are signed: empty if it has no entries.
    #[must_use]
    pub const fn protected(&self) -> &'a [u8] {
        match self.protected.rest() {
            // RFC 9052 §4.4: if the map is empty, the zero-length string is used, however it was sent.
            [0xa0] => &[],
            content => content,
        }
    }

    /// The value with this label, wherever it stands.
    fn find(&self, label: HeaderLabel) -> Option<Reader<'a>> {
        find(self.protected, label).or(find(self.unprotected, label))
    }

    /// The algorithm, wherever it stands.
    #[must_use]
    pub fn algorithm(&self) -> Option<AlgorithmId<'a>> {
        algorithm(self.find(HeaderLabel::Algorithm)?)
    }

    /// The algorithm, which must be protected.
    ///
    /// # Errors
    /// `MissingAlgorithm`, `UnprotectedAlgorithm`.
    pub fn protected_algorithm(&self) -> Result<AlgorithmId<'a>, Error> {
        let found = find(self.protected, HeaderLabel::Algorithm).and_then(algorithm);
        found.ok_or_else(|| self.no_algorithm())
    }

    /// The algorithm, which must be protected; `None` if the registry here doesn't have it, and so no verifier can.
    ///
    /// # Errors
    /// As [`Header::protected_algorithm`].
    pub fn known_algorithm(&self) -> Result<Option<Algorithm>, Error> {
        match find(self.protected, HeaderLabel::Algorithm) {
            Some(mut value) => Ok(Algorithm::from_code(number(&mut value))),
            None => Err(self.no_algorithm()),
        }
    }

    fn no_algorithm(&self) -> Error {
        match find(self.unprotected, HeaderLabel::Algorithm) {
            None => Error::new(ErrorKind::MissingAlgorithm, self.offset),
            Some(value) => Error::new(ErrorKind::UnprotectedAlgorithm, label_of(value)),
        }
    }

    /// The key identifier, a hint.
    #[must_use]
    pub fn key_id(&self) -> Option<&'a [u8]> {
        Some(self.find(HeaderLabel::KeyId)?.known_bytes())
    }

    /// The initialisation vector.
    #[must_use]
    pub fn iv(&self) -> Option<&'a [u8]> {
        Some(self.find(HeaderLabel::Iv)?.known_bytes())
    }
}

fn algorithm(mut value: Reader<'_>) -> Option<AlgorithmId<'_>> {
    if value.peek() == Some(Major::Text) {
        return value.text().ok().map(AlgorithmId::Text);
    }
    let code = value.int().ok()?;
    Some(Algorithm::from_code(code).map_or(AlgorithmId::Other(code), AlgorithmId::Known))
}

/// A reader at the value with this label in a map that was walked over, or in nothing.
fn find(map: Reader<'_>, label: HeaderLabel) -> Option<Reader<'_>> {
    Walked::new(map).find(label.code()).map(|value| value.reader())
}

/// A number that was walked over, or 0, which no registry here has, for a text in its place.
fn number(reader: &mut Reader<'_>) -> i64 {
    if reader.is(Major::Text) { 0 } else { reader.known_int() }
}

/// Where the label of such a value stands: registered ones are small, so it takes one byte.
const fn label_of(value: Reader<'_>) -> usize {
    value.offset().saturating_sub(1)
}
