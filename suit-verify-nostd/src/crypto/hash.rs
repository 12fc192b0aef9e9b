//! What a hash is, and the memory that it works in.

use core::fmt;

use suit_core::labels::Algorithm;

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

    /// Ends a digest and returns it. Afterwards, also after an error, no digest is under way.
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

/// No digest could be computed: an engine failed, or a state was mixed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashFault;

impl fmt::Display for HashFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("digest could not be computed")
    }
}

impl core::error::Error for HashFault {}

/// Bytes in a [`HashState`] for an engine that isn't of this crate: what SHA-512 in software needs (8 words, a 16-byte
/// count, a block).
pub const ENGINE_STATE_LEN: usize = 208;

/// Memory for a digest that is under way.
///
/// It has room for every algorithm whose feature is on, and names the code of none, so it links none.
#[derive(Default)]
pub struct HashState(pub(super) Slot);

// Not the serialised form that the hashes offer: writing that holds a panic that the compiler can't remove.
#[derive(Default)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is no heap for the large ones; which are large depends on features"
)]
pub(super) enum Slot {
    #[default]
    Empty,
    #[cfg(feature = "sha-256")]
    Sha256(sha2::Sha256),
    #[cfg(feature = "sha-384")]
    Sha384(sha2::Sha384),
    #[cfg(feature = "sha-512")]
    Sha512(sha2::Sha512),
    Engine(Algorithm, [u8; ENGINE_STATE_LEN]),
}

impl HashState {
    /// Memory in which no digest was started.
    #[must_use]
    pub const fn new() -> Self {
        Self(Slot::Empty)
    }

    /// For an engine that starts a digest: its bytes are these, until they are released or another digest starts.
    pub fn claim(&mut self, algorithm: Algorithm, bytes: [u8; ENGINE_STATE_LEN]) {
        self.0 = Slot::Engine(algorithm, bytes);
    }

    /// For an engine that goes on with a digest: its bytes.
    ///
    /// # Errors
    /// [`HashFault`] unless an engine for `algorithm` claimed them and did not release them.
    pub fn engine(&mut self, algorithm: Algorithm) -> Result<&mut [u8; ENGINE_STATE_LEN], HashFault> {
        match &mut self.0 {
            Slot::Engine(owner, bytes) if *owner == algorithm => Ok(bytes),
            _ => Err(HashFault),
        }
    }

    /// For an engine that ended a digest: the bytes are nobody's.
    pub fn release(&mut self) {
        self.0 = Slot::Empty;
    }
}

impl fmt::Debug for HashState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashState")
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
