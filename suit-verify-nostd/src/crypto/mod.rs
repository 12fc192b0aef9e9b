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

/// Computes digests of one COSE algorithm, in one go or piece by piece.
///
/// The state lies in a [`HashState`] that the caller lends, so that an image can be hashed while it arrives, without a
/// heap and without a type parameter for the algorithm.
pub trait HashAlgorithm {
    /// The algorithm, by its COSE number.
    fn algorithm(&self) -> Algorithm;

    /// Begins a digest.
    ///
    /// # Errors
    /// [`HashFault`] if the engine can't.
    fn start(&self, state: &mut HashState) -> Result<(), HashFault>;

    /// Goes on with the next bytes; any number of them.
    ///
    /// # Errors
    /// [`HashFault`] if `state` isn't one that this algorithm started, or the engine can't.
    fn update(&self, state: &mut HashState, data: &[u8]) -> Result<(), HashFault>;

    /// Ends a digest and returns it.
    ///
    /// # Errors
    /// As [`HashAlgorithm::update`].
    fn finish(&self, state: &mut HashState) -> Result<DigestBytes, HashFault>;

    /// Digest of `data`.
    ///
    /// # Errors
    /// [`HashFault`] if the engine can't.
    fn digest(&self, data: &[u8]) -> Result<DigestBytes, HashFault> {
        let mut state = HashState::new();
        self.start(&mut state)?;
        self.update(&mut state, data)?;
        self.finish(&mut state)
    }
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

/// No digest could be computed: an engine failed, or a state was mixed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashFault;

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digest could not be computed")
    }
}

impl core::error::Error for HashFault {}

/// Size of a [`HashState`] in bytes: what SHA-512 needs, the largest here (8 words, a 16-byte count, a block).
pub const HASH_STATE_LEN: usize = 208;

/// Memory for a digest that is under way. What the bytes mean is the algorithm's affair; they are for this run of the
/// same firmware, not for storage.
#[derive(Clone)]
pub struct HashState {
    owner: Option<Algorithm>,
    bytes: [u8; HASH_STATE_LEN],
}

impl HashState {
    /// Memory in which no digest was started.
    #[must_use]
    pub const fn new() -> Self {
        Self { owner: None, bytes: [0; HASH_STATE_LEN] }
    }

    /// For an implementation of [`HashAlgorithm`] that starts: the bytes, now those of `algorithm`.
    pub const fn claim(&mut self, algorithm: Algorithm) -> &mut [u8; HASH_STATE_LEN] {
        self.owner = Some(algorithm);
        &mut self.bytes
    }

    /// For an implementation of [`HashAlgorithm`] that goes on: the bytes.
    ///
    /// # Errors
    /// [`HashFault`] unless `algorithm` claimed them and did not release them.
    pub fn of(&mut self, algorithm: Algorithm) -> Result<&mut [u8; HASH_STATE_LEN], HashFault> {
        if self.owner == Some(algorithm) { Ok(&mut self.bytes) } else { Err(HashFault) }
    }

    /// For an implementation of [`HashAlgorithm`] that ended: the bytes are nobody's.
    pub const fn release(&mut self) {
        self.owner = None;
    }
}

impl Default for HashState {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for HashState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HashState").field("owner", &self.owner).finish_non_exhaustive()
    }
}

/// Length in bytes of the longest digest of any algorithm that SUIT_Digest can name (SHA-512, SHAKE256).
pub const DIGEST_LEN_MAX: usize = 64;

/// A digest by value: 1 to [`DIGEST_LEN_MAX`] bytes.
#[derive(Clone, Copy)]
pub struct DigestBytes {
    bytes: [u8; DIGEST_LEN_MAX],
    len: usize,
}

impl DigestBytes {
    /// A copy of these bytes; `None` if there are none or too many.
    #[must_use]
    pub fn from_slice(digest: &[u8]) -> Option<Self> {
        let mut bytes = [0; DIGEST_LEN_MAX];
        let len = digest.len();
        if len == 0 {
            return None;
        }
        bytes.get_mut(..len)?.copy_from_slice(digest);
        Some(Self { bytes, len })
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        // `len` was checked when the value was made.
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

impl PartialEq for DigestBytes {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes() == other.as_bytes()
    }
}

impl Eq for DigestBytes {}

impl fmt::Debug for DigestBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestBytes(")?;
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str(")")
    }
}

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
