//! Puts a signature or a MAC around a report, in the memory where it lies.

use core::fmt;

use suit_core::cose::ToBeSigned;
use suit_core::labels::{Algorithm, Tag};

use super::writer::{Cursor, Finished, NoRoom, Part};
use crate::crypto::Message;

/// A key of the device, by whatever holds it.
pub trait ReportSigner {
    /// The algorithm, by its COSE number: of signatures for a COSE_Sign1, of MACs for a COSE_Mac0.
    fn algorithm(&self) -> Algorithm;

    /// The key's identifier (`kid`), if the message shall have one.
    fn key_id(&self) -> Option<&[u8]>;

    /// Length in bytes of a signature or tag. Room is kept for 64; a longer one needs a report that leaves room.
    fn signature_len(&self) -> usize;

    /// Signs `message` into `out`, which has [`signature_len`](Self::signature_len) bytes.
    ///
    /// # Errors
    /// [`SignFault`] if it can't.
    fn sign(&mut self, message: &dyn Message, out: &mut [u8]) -> Result<(), SignFault>;
}

/// No signature was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignFault;

impl fmt::Display for SignFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("report could not be signed")
    }
}

impl core::error::Error for SignFault {}

/// Why a report was not protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProtectError {
    /// The memory is too small for the message: its key identifier or its signature is long.
    NoRoom,
    /// The key did not sign.
    SignFault,
}

impl fmt::Display for ProtectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRoom => f.write_str("no room for the protected report"),
            Self::SignFault => SignFault.fmt(f),
        }
    }
}

impl core::error::Error for ProtectError {}

impl From<NoRoom> for ProtectError {
    fn from(_: NoRoom) -> Self {
        Self::NoRoom
    }
}

impl From<SignFault> for ProtectError {
    fn from(_: SignFault) -> Self {
        Self::SignFault
    }
}

/// Longest protected header here: a map of one pair with an algorithm of up to 5 bytes.
const HEADER: usize = 7;

impl<'b> Finished<'b> {
    /// Makes the report a protected one (R §8, A-32): COSE_Sign1 or COSE_Mac0, tagged, with the report as its payload.
    ///
    /// # Errors
    /// [`ProtectError`].
    pub fn protect(self, signer: &mut dyn ReportSigner) -> Result<&'b [u8], ProtectError> {
        let Self { memory, start, end, .. } = self;
        let algorithm = signer.algorithm();
        let is_mac = algorithm == Algorithm::Hmac256;
        let mut header = [0; HEADER];
        let mut cursor = Cursor { memory: &mut header, at: 0, end: HEADER };
        cursor.write(&Part::Header(algorithm))?;
        let len = cursor.at;
        let protected = header.get(..len).ok_or(NoRoom)?;
        let tag = if is_mac { Tag::CoseMac0 } else { Tag::CoseSign1 };
        let part = Part::Front(tag, protected, signer.key_id(), end.saturating_sub(start));
        let from = start.checked_sub(part.len()).ok_or(NoRoom)?;
        let mut cursor = Cursor { memory, at: from, end: start };
        cursor.write(&part)?;
        let len = signer.signature_len();
        cursor.at = end;
        cursor.end = cursor.memory.len();
        cursor.write(&Part::BytesHead(len))?;
        let Cursor { memory, at, .. } = cursor;
        let (front, back) = memory.split_at_mut_checked(at).ok_or(NoRoom)?;
        let payload = front.get(start..end).ok_or(NoRoom)?;
        let message =
            if is_mac { ToBeSigned::mac0(protected, payload) } else { ToBeSigned::sign1(protected, payload) };
        signer.sign(&message, back.get_mut(..len).ok_or(NoRoom)?)?;
        memory.get(from..at.saturating_add(len)).ok_or(ProtectError::NoRoom)
    }
}
