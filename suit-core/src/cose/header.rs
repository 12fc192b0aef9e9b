//! COSE headers (RFC 9052 §3): one protected and one unprotected bucket.

use crate::cbor::{Major, Reader};
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

/// The two buckets of a COSE structure, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Header<'a> {
    protected: &'a [u8],
    algorithm: Option<AlgorithmId<'a>>,
    algorithm_protected: bool,
    algorithm_offset: usize,
    key_id: Option<&'a [u8]>,
    iv: Option<&'a [u8]>,
}

impl<'a> Header<'a> {
    /// Reads a protected bucket (a byte string) and an unprotected one (a map), both of which were walked over.
    ///
    /// # Errors
    /// `DuplicateHeader` for a label in both buckets;
    /// `CriticalHeader` for a critical label that is not one of RFC 9052 §3.1, or for the list in the wrong bucket.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let start = *reader;
        let protected = reader.wrapped()?;
        let mut header = Self {
            protected: protected.rest(),
            algorithm: None,
            algorithm_protected: false,
            algorithm_offset: start.offset(),
            key_id: None,
            iv: None,
        };
        // RFC 9052 §3: an empty protected bucket is a zero-length string; a map without entries means the same.
        if !protected.is_empty() {
            header.labels(&mut { protected }, true)?;
        }
        let unprotected = *reader;
        header.labels(reader, false)?;
        both(protected, unprotected)?;
        Ok(header)
    }

    fn labels(&mut self, reader: &mut Reader<'a>, protected: bool) -> Result<(), Error> {
        for _ in 0..reader.count(Major::Map)? {
            let at = reader.offset();
            let label = if reader.peek() == Some(Major::Text) {
                reader.item()?;
                None
            } else {
                HeaderLabel::from_code(reader.int()?)
            };
            match label {
                Some(HeaderLabel::Algorithm) => {
                    self.algorithm_protected = protected;
                    self.algorithm_offset = at;
                    self.algorithm = Some(if reader.peek() == Some(Major::Text) {
                        AlgorithmId::Text(reader.text()?)
                    } else {
                        let code = reader.int()?;
                        Algorithm::from_code(code).map_or(AlgorithmId::Other(code), AlgorithmId::Known)
                    });
                }
                Some(HeaderLabel::Critical) => {
                    // RFC 9052 §3.1: the list is protected, and what it names must be understood.
                    if !protected {
                        return Err(Error::new(ErrorKind::CriticalHeader, at));
                    }
                    for _ in 0..reader.array()? {
                        let at = reader.offset();
                        let label = if reader.peek() == Some(Major::Text) { None } else { reader.int().ok() };
                        if label.and_then(HeaderLabel::from_code).is_none() {
                            return Err(Error::new(ErrorKind::CriticalHeader, at));
                        }
                    }
                }
                Some(HeaderLabel::KeyId) => self.key_id = Some(reader.bytes()?),
                Some(HeaderLabel::Iv) => self.iv = Some(reader.bytes()?),
                Some(HeaderLabel::ContentType | HeaderLabel::PartialIv) | None => {
                    reader.item()?;
                }
            }
        }
        Ok(())
    }

    /// The protected bucket as it goes into the structures that are signed: empty if it has no entries.
    #[must_use]
    pub const fn protected(&self) -> &'a [u8] {
        match self.protected {
            // RFC 9052 §4.4: if the map is empty, the zero-length string is used, however it was sent.
            [0xa0] => &[],
            content => content,
        }
    }

    /// The algorithm, wherever it stands.
    #[must_use]
    pub const fn algorithm(&self) -> Option<AlgorithmId<'a>> {
        self.algorithm
    }

    /// The algorithm, which must be protected.
    ///
    /// # Errors
    /// `MissingAlgorithm`, `UnprotectedAlgorithm`.
    pub fn protected_algorithm(&self) -> Result<AlgorithmId<'a>, Error> {
        let fault = |kind| Error::new(kind, self.algorithm_offset);
        match self.algorithm {
            None => Err(fault(ErrorKind::MissingAlgorithm)),
            Some(_) if !self.algorithm_protected => Err(fault(ErrorKind::UnprotectedAlgorithm)),
            Some(algorithm) => Ok(algorithm),
        }
    }

    /// The key identifier, a hint.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'a [u8]> {
        self.key_id
    }

    /// The initialisation vector.
    #[must_use]
    pub const fn iv(&self) -> Option<&'a [u8]> {
        self.iv
    }
}

/// RFC 9052 §3: a label must not stand in both buckets.
fn both(protected: Reader<'_>, unprotected: Reader<'_>) -> Result<(), Error> {
    if protected.is_empty() {
        return Ok(());
    }
    let mut reader = unprotected;
    for _ in 0..reader.count(Major::Map)? {
        let at = reader.offset();
        let label = reader.item()?;
        reader.item()?;
        let mut other = protected;
        for _ in 0..other.count(Major::Map)? {
            if other.item()? == label {
                return Err(Error::new(ErrorKind::DuplicateHeader, at));
            }
            other.item()?;
        }
    }
    Ok(())
}
