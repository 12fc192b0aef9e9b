//! Algorithms as data: small object-safe traits, and what the crate brings along behind one feature each.
//!
//! The verifier knows no algorithm. The caller passes those that it trusts as a [`Crypto`], so what a firmware doesn't
//! name isn't linked, and a feature that another crate switched on enables nothing by itself. An engine in hardware or
//! a vendor's library takes part by implementing the trait.
//!
//! Messages hand themselves out in pieces ([`Message`]), since what COSE signs is made of parts that lie apart in memory.
//! None of the algorithms here needs it in one piece, so there is no buffer, and no limit that comes from one.

use core::fmt;

use suit_core::cbor::Sink;
use suit_core::cose::ToBeSigned;
use suit_core::labels::Algorithm;

mod hash;

#[cfg(any(feature = "esp256", feature = "es256"))]
mod ecdsa_p256;
#[cfg(feature = "esp384")]
mod ecdsa_p384;
#[cfg(any(feature = "ed25519", feature = "eddsa"))]
mod ed25519;
#[cfg(feature = "hmac-256")]
mod hmac_256;
#[cfg(any(feature = "sha-256", feature = "sha-384", feature = "sha-512"))]
mod sha2;

pub use hash::{DIGEST_LEN_MAX, DigestBytes, ENGINE_STATE_LEN, HashAlgorithm, HashFault, HashState};

#[cfg(feature = "es256")]
pub use ecdsa_p256::Es256;
#[cfg(feature = "esp256")]
pub use ecdsa_p256::Esp256;
#[cfg(feature = "esp384")]
pub use ecdsa_p384::Esp384;
#[cfg(feature = "ed25519")]
pub use ed25519::Ed25519;
#[cfg(feature = "eddsa")]
pub use ed25519::EdDsa;
#[cfg(feature = "hmac-256")]
pub use hmac_256::Hmac256;
#[cfg(feature = "sha-256")]
pub use sha2::Sha256;
#[cfg(feature = "sha-384")]
pub use sha2::Sha384;
#[cfg(feature = "sha-512")]
pub use sha2::Sha512;

/// What is signed or authenticated: bytes that are handed out in order, in pieces of any length.
pub trait Message {
    /// Calls `take` with each piece. Every call of `feed` gives the same bytes.
    fn feed(&self, take: &mut dyn FnMut(&[u8]));
}

impl Message for &[u8] {
    fn feed(&self, take: &mut dyn FnMut(&[u8])) {
        take(self);
    }
}

impl Message for ToBeSigned<'_> {
    fn feed(&self, take: &mut dyn FnMut(&[u8])) {
        let Ok(_) = self.write(Feed(take));
    }
}

struct Feed<'f>(&'f mut dyn FnMut(&[u8]));

impl Sink for Feed<'_> {
    type Error = core::convert::Infallible;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        (self.0)(bytes);
        Ok(())
    }
}

/// Verifies signatures of one COSE algorithm.
pub trait SignatureVerifier {
    /// The algorithm, by its COSE number.
    fn algorithm(&self) -> Algorithm;

    /// Whether `key`, in the raw form that the implementation documents, is a public key of this algorithm.
    ///
    /// # Errors
    /// [`InvalidKey`] if it isn't.
    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey>;

    /// Verifies `signature` by `key` over `message`.
    ///
    /// # Errors
    /// [`InvalidSignature`], whatever is wrong: the key, the signature's form, or its value.
    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature>;
}

/// Verifies message authentication codes of one COSE algorithm.
pub trait MacVerifier {
    /// The algorithm, by its COSE number.
    fn algorithm(&self) -> Algorithm;

    /// Whether `key` can serve as a key of this algorithm.
    ///
    /// # Errors
    /// [`InvalidKey`] if it can't.
    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey>;

    /// Verifies `tag`, which must have the algorithm's exact length, in a time that doesn't depend on its value.
    ///
    /// # Errors
    /// [`InvalidSignature`], whatever is wrong.
    fn verify(&self, key: &[u8], message: &dyn Message, tag: &[u8]) -> Result<(), InvalidSignature>;
}

/// A signature or MAC that doesn't hold. Deliberately without a reason: there is nothing in it for an attacker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidSignature;

impl fmt::Display for InvalidSignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid signature")
    }
}

impl core::error::Error for InvalidSignature {}

/// A key that can't be one of its algorithm: wrong length, not a point of the curve, weak, or too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidKey;

impl fmt::Display for InvalidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a key of its algorithm")
    }
}

impl core::error::Error for InvalidKey {}

/// The algorithms that the caller trusts. One that isn't listed doesn't exist, whatever a message names.
#[derive(Clone, Copy)]
pub struct Crypto<'c> {
    /// Signature algorithms.
    pub signatures: &'c [&'c dyn SignatureVerifier],
    /// MAC algorithms.
    pub macs: &'c [&'c dyn MacVerifier],
    /// Hash algorithms, for manifests, severed members and images. SUIT requires SHA-256 (P-037).
    pub hashes: &'c [&'c dyn HashAlgorithm],
}

impl<'c> Crypto<'c> {
    /// The signature verifier for this algorithm, if it was passed in.
    #[must_use]
    pub fn signature(&self, algorithm: Algorithm) -> Option<&'c dyn SignatureVerifier> {
        self.signatures.iter().copied().find(|verifier| verifier.algorithm() == algorithm)
    }

    /// The MAC verifier for this algorithm, if it was passed in.
    #[must_use]
    pub fn mac(&self, algorithm: Algorithm) -> Option<&'c dyn MacVerifier> {
        self.macs.iter().copied().find(|verifier| verifier.algorithm() == algorithm)
    }

    /// The hash for this algorithm, if it was passed in.
    #[must_use]
    pub fn hash(&self, algorithm: Algorithm) -> Option<&'c dyn HashAlgorithm> {
        self.hashes.iter().copied().find(|hash| hash.algorithm() == algorithm)
    }
}

impl fmt::Debug for Crypto<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signatures = self.signatures.iter().map(|verifier| verifier.algorithm());
        let macs = self.macs.iter().map(|verifier| verifier.algorithm());
        let hashes = self.hashes.iter().map(|hash| hash.algorithm());
        f.debug_set().entries(signatures.chain(macs).chain(hashes)).finish()
    }
}
