//! Signatures and MACs by keys from files. ECDSA is deterministic (RFC 6979).

use super::Key;
use crate::error::{Outcome, codes};
use ed25519_dalek::Signer as _;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256, Sha384};
use suit_core::labels::Algorithm;

impl Key {
    /// Signature or MAC of `message`, in the form that COSE gives it (RFC 9053 §2.1, §2.2, §3.1).
    ///
    /// # Errors
    /// E0710 the private part is missing, E0714 the key can't serve `algorithm`, E0715 it says that it is not for signing.
    pub(crate) fn sign(&self, algorithm: Algorithm, message: &[u8]) -> Outcome<Vec<u8>> {
        let private = self.private()?;
        // RFC 9052 §7.1: key_ops restricts the operations.
        if self.operations.is_some_and(|operations| !operations.sign) {
            let message = format!("'{}' says by its key_ops that it is not for signing", self.name);
            return Err(self.failure(codes::KEY_OPERATION, message));
        }
        let invalid = || self.failure(codes::KEY_INVALID, format!("'{}' can't be used", self.name));
        if !self.kind.algorithms().contains(&algorithm) {
            return Err(self
                .failure(codes::KEY_ALGORITHM, format!("'{}' can't serve {}", self.name, algorithm.name())));
        }
        match algorithm {
            Algorithm::Esp256 | Algorithm::Es256 => {
                let key = p256::ecdsa::SigningKey::from_slice(private).map_err(|_| invalid())?;
                let signature: p256::ecdsa::Signature = key.sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            Algorithm::Esp384 => {
                let key = p384::ecdsa::SigningKey::from_slice(private).map_err(|_| invalid())?;
                let signature: p384::ecdsa::Signature = key.sign(message);
                Ok(signature.to_bytes().to_vec())
            }
            Algorithm::Ed25519 | Algorithm::EdDsa => {
                let seed = private.try_into().map_err(|_| invalid())?;
                let key = ed25519_dalek::SigningKey::from_bytes(seed);
                Ok(key.sign(message).to_bytes().to_vec())
            }
            Algorithm::Hmac256 => {
                let mut mac = Hmac::<Sha256>::new_from_slice(private).map_err(|_| invalid())?;
                mac.update(message);
                Ok(mac.finalize().into_bytes().to_vec())
            }
            _ => Err(invalid()),
        }
    }
}

/// The hash that ECDSA signs in place of the message; `None` for algorithms that sign the message itself.
pub(crate) fn prehash(algorithm: Algorithm, message: &[u8]) -> Option<(Algorithm, Vec<u8>)> {
    match algorithm {
        Algorithm::Esp256 | Algorithm::Es256 => Some((Algorithm::Sha256, Sha256::digest(message).to_vec())),
        Algorithm::Esp384 => Some((Algorithm::Sha384, Sha384::digest(message).to_vec())),
        _ => None,
    }
}
