//! `SUIT_Digest` (draft-ietf-suit-manifest-37 §10).

use crate::cbor::Reader;
use crate::error::{Error, ErrorKind};
use crate::labels::Algorithm;

/// A digest, borrowed: `[algorithm: int, bytes: bstr]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest<'a> {
    algorithm: Algorithm,
    bytes: &'a [u8],
}

impl<'a> Digest<'a> {
    /// A digest of this algorithm.
    ///
    /// # Errors
    /// `UnknownDigestAlgorithm` if it is no hash, `DigestLength` if `bytes` is not as long as its output; at offset 0.
    pub fn new(algorithm: Algorithm, bytes: &'a [u8]) -> Result<Self, Error> {
        match algorithm.digest_len() {
            None => Err(Error::new(ErrorKind::UnknownDigestAlgorithm, 0)),
            Some(len) if len != bytes.len() => Err(Error::new(ErrorKind::DigestLength, 0)),
            Some(_) => Ok(Self { algorithm, bytes }),
        }
    }

    /// Reads a digest.
    ///
    /// # Errors
    /// Faults of the encoding, `TooFewItems` or `TooManyItems` if there are not two items,
    /// `UnknownDigestAlgorithm`, `DigestLength`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let start = reader.offset();
        match reader.array()? {
            2 => {}
            0 | 1 => return Err(Error::new(ErrorKind::TooFewItems, start)),
            _ => return Err(Error::new(ErrorKind::TooManyItems, start)),
        }
        let at = reader.offset();
        let algorithm = Algorithm::from_code(reader.int()?)
            .filter(|algorithm| algorithm.digest_len().is_some())
            .ok_or(Error::new(ErrorKind::UnknownDigestAlgorithm, at))?;
        let at = reader.offset();
        let bytes = reader.bytes()?;
        Self::new(algorithm, bytes).map_err(|error| Error::new(error.kind, at))
    }

    /// Reads a digest that was read before; one that no data has, if there is none.
    pub(crate) fn known(reader: &mut Reader<'a>) -> Self {
        reader.known();
        let algorithm = Algorithm::from_code(reader.known_int());
        let bytes = reader.known_bytes();
        match algorithm {
            Some(algorithm) => Self { algorithm, bytes },
            None => Self { algorithm: Algorithm::Sha256, bytes: &[] },
        }
    }

    /// Reads a byte string that holds a digest and nothing else.
    ///
    /// # Errors
    /// As [`Digest::read`], and `TrailingBytes`.
    pub fn read_wrapped(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let mut inner = reader.wrapped()?;
        let digest = Self::read(&mut inner)?;
        inner.finish()?;
        Ok(digest)
    }

    /// The hash algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The hash value, as long as the algorithm's output.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.bytes
    }
}
