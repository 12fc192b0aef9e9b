//! Sig_structure and MAC_structure (RFC 9052 §4.4, §6.3): what is signed or authenticated.

use crate::cbor::{Sink, Writer};

/// What a signature or MAC covers: `[context, body protected, ? signer protected, external aad, payload]`. SUIT has no
/// external data, so that is always empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ToBeSigned<'a> {
    context: &'static str,
    body_protected: &'a [u8],
    signer_protected: Option<&'a [u8]>,
    payload: &'a [u8],
}

impl<'a> ToBeSigned<'a> {
    /// For COSE_Sign1. Protected buckets are given as their content, empty if they have no entries.
    #[must_use]
    pub const fn sign1(protected: &'a [u8], payload: &'a [u8]) -> Self {
        Self { context: "Signature1", body_protected: protected, signer_protected: None, payload }
    }

    /// For one signer of COSE_Sign.
    #[must_use]
    pub const fn sign(body: &'a [u8], signer: &'a [u8], payload: &'a [u8]) -> Self {
        Self { context: "Signature", body_protected: body, signer_protected: Some(signer), payload }
    }

    /// For COSE_Mac0.
    #[must_use]
    pub const fn mac0(protected: &'a [u8], payload: &'a [u8]) -> Self {
        Self { context: "MAC0", body_protected: protected, signer_protected: None, payload }
    }

    /// For COSE_Mac.
    #[must_use]
    pub const fn mac(protected: &'a [u8], payload: &'a [u8]) -> Self {
        Self { context: "MAC", body_protected: protected, signer_protected: None, payload }
    }

    /// Writes the structure's encoding.
    ///
    /// # Errors
    /// The sink's.
    pub fn write<S: Sink>(&self, sink: S) -> Result<S, S::Error> {
        let mut writer = Writer::new(sink);
        writer.array(if self.signer_protected.is_some() { 5 } else { 4 })?;
        writer.text(self.context)?;
        writer.bytes(self.body_protected)?;
        if let Some(signer) = self.signer_protected {
            writer.bytes(signer)?;
        }
        writer.bytes(&[])?;
        writer.bytes(self.payload)?;
        Ok(writer.into_inner())
    }
}
