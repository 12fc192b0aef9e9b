//! `SUIT_Report_Protected` (draft-ietf-suit-report §8): a tagged COSE message that carries its payload.

use super::header::Header;
use super::to_be_signed::ToBeSigned;
use crate::cbor::Reader;
use crate::error::Error;
use crate::grammar;
use crate::labels::Tag;
use crate::report::check;

/// What protects a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protection {
    /// A signature, in COSE_Sign1.
    Signature,
    /// A tag by a shared key, in COSE_Mac0.
    Mac,
}

/// A protected report, borrowed: tag 18 or 17 around `[protected, unprotected, payload, signature or tag]`.
///
/// It is the one COSE message here whose payload is attached. It is no [`Block`](super::Block) and can't become one: an
/// authentication block with a payload is refused, and so is a report without.
#[derive(Clone, Copy, Debug)]
pub struct ProtectedReport<'a> {
    protection: Protection,
    header: Header<'a>,
    payload: Reader<'a>,
    signature: &'a [u8],
}

impl<'a> ProtectedReport<'a> {
    /// Reads a protected report that fills what `content` has left. Nothing is verified, and the payload is not looked
    /// into.
    ///
    /// # Errors
    /// `UnknownBlock` for another tag, `WrongType` for a detached payload, faults of the encoding, of the grammar and of
    /// the headers.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        check(grammar::REPORT_PROTECTED, content)?;
        let mut reader = content;
        let tag = reader.tag()?;
        let protection =
            if tag == Tag::CoseMac0.code().unsigned_abs() { Protection::Mac } else { Protection::Signature };
        reader.array()?;
        let header = Header::read(&mut reader)?;
        let payload = reader.wrapped()?;
        Ok(Self { protection, header, payload, signature: reader.bytes()? })
    }

    /// Whether it is signed or has a tag by a shared key.
    #[must_use]
    pub const fn protection(&self) -> Protection {
        self.protection
    }

    /// The header: algorithm and key identifier.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The payload: a report for [`Report::parse`](crate::report::Report::parse), or a COSE_Encrypt0 of one.
    #[must_use]
    pub const fn payload(&self) -> Reader<'a> {
        self.payload
    }

    /// The signature or tag.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }

    /// What the signature or tag is over.
    #[must_use]
    pub const fn to_be_signed(&self) -> ToBeSigned<'a> {
        let (protected, payload) = (self.header.protected(), self.payload.rest());
        match self.protection {
            Protection::Signature => ToBeSigned::sign1(protected, payload),
            Protection::Mac => ToBeSigned::mac0(protected, payload),
        }
    }
}
