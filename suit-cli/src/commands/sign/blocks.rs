//! Authentication blocks: the four tagged COSE messages, with a detached payload.

use crate::error::Outcome;
use crate::keys::Key;
use coset::iana::{self, EnumI64};
use coset::{
    CborSerializable, CoseMac, CoseMac0, CoseRecipient, CoseSign, CoseSign1, CoseSignature, Header,
    MacContext, ProtectedHeader, RegisteredLabelWithPrivate, TaggedCborSerializable, mac_structure_data,
};
use suit_core::labels::Algorithm;

/// A key, and how it is to be used.
pub(super) struct Use<'k> {
    pub(super) key: &'k Key,
    pub(super) algorithm: Algorithm,
    /// Identifier to write.
    pub(super) key_id: Option<Vec<u8>>,
}

impl Use<'_> {
    /// RFC 9052 §3.1: the algorithm is authenticated. Nothing else is in the bucket, as in all published envelopes.
    fn protected(&self) -> ProtectedHeader {
        ProtectedHeader { original_data: None, header: algorithm_header(self.algorithm) }
    }

    fn unprotected(&self) -> Header {
        Header { key_id: self.key_id.clone().unwrap_or_default(), ..Header::default() }
    }

    /// What a COSE_Sign1 of this key signs.
    pub(super) fn to_be_signed(&self, payload: &[u8]) -> Vec<u8> {
        self.sign1_without_signature().tbs_detached_data(payload, &[])
    }

    fn sign1_without_signature(&self) -> CoseSign1 {
        CoseSign1 {
            protected: self.protected(),
            unprotected: self.unprotected(),
            payload: None,
            signature: Vec::new(),
        }
    }
}

fn algorithm_header(algorithm: Algorithm) -> Header {
    let alg = iana::Algorithm::from_i64(algorithm.code());
    Header { alg: alg.map(RegisteredLabelWithPrivate::Assigned), ..Header::default() }
}

/// A COSE_Sign1 around a signature that was made over [`Use::to_be_signed`].
pub(super) fn sign1(signer: &Use<'_>, signature: Vec<u8>) -> Vec<u8> {
    encoded(CoseSign1 { signature, ..signer.sign1_without_signature() })
}

/// One COSE_Sign by all of these, in this order.
///
/// # Errors
/// Those of [`Key::sign`].
pub(super) fn sign(signers: &[Use<'_>], payload: &[u8]) -> Outcome<Vec<u8>> {
    let mut block = CoseSign::default();
    for signer in signers {
        let mut signature = CoseSignature {
            protected: signer.protected(),
            unprotected: signer.unprotected(),
            signature: Vec::new(),
        };
        let message = block.tbs_detached_data(payload, &[], &signature);
        signature.signature = signer.key.sign(signer.algorithm, &message)?;
        block.signatures.push(signature);
    }
    Ok(encoded(block))
}

/// A COSE_Mac0: whoever has the secret knows which one it is.
///
/// # Errors
/// Those of [`Key::sign`].
pub(super) fn mac0(maker: &Use<'_>, payload: &[u8]) -> Outcome<Vec<u8>> {
    let message = mac_structure_data(MacContext::CoseMac0, maker.protected(), &[], payload);
    Ok(encoded(CoseMac0 {
        protected: maker.protected(),
        unprotected: maker.unprotected(),
        payload: None,
        tag: maker.key.sign(maker.algorithm, &message)?,
    }))
}

/// A COSE_Mac with one recipient who has the secret already.
///
/// # Errors
/// Those of [`Key::sign`].
pub(super) fn mac(maker: &Use<'_>, payload: &[u8]) -> Outcome<Vec<u8>> {
    let message = mac_structure_data(MacContext::CoseMac, maker.protected(), &[], payload);
    // RFC 9052 §8.5.1, RFC 9053 §6.1: `direct` has no protected header and an empty ciphertext, and is alone.
    let mut unprotected = algorithm_header(Algorithm::Direct);
    unprotected.key_id = maker.key_id.clone().unwrap_or_default();
    let recipient = CoseRecipient { unprotected, ciphertext: Some(Vec::new()), ..CoseRecipient::default() };
    Ok(encoded(CoseMac {
        protected: maker.protected(),
        unprotected: Header::default(),
        payload: None,
        tag: maker.key.sign(maker.algorithm, &message)?,
        recipients: vec![recipient],
    }))
}

fn encoded(block: impl TaggedCborSerializable + CborSerializable) -> Vec<u8> {
    // Of what is set here, nothing has two meanings or is out of range.
    block.to_tagged_vec().expect("a header of an algorithm and a key identifier can be encoded")
}
