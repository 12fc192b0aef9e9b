//! Who is trusted: keys, each bound to one algorithm, and how many of them must agree.

use core::fmt;
use core::num::NonZeroU8;

use suit_core::labels::Algorithm;

use crate::crypto::{Crypto, InvalidKey};

/// Most anchors that a [`TrustStore`] holds: the bits of [`AnchorSet`].
pub const ANCHORS_MAX: usize = 32;

/// A trusted key, borrowed: the algorithm it is for, its bytes, and the identifier that messages may use for it.
///
/// A key serves exactly one algorithm, by COSE number: an anchor for ESP256 does not verify a message that says ES256,
/// although the mathematics are the same. Who wants both lists the key twice; it still counts as one key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TrustAnchor<'k> {
    algorithm: Algorithm,
    key: &'k [u8],
    key_id: Option<&'k [u8]>,
}

impl<'k> TrustAnchor<'k> {
    /// An anchor whose key was looked at: `key` in the raw form that the algorithm's verifier in `crypto` documents.
    ///
    /// `key_id` is the COSE key identifier (`kid`), any bytes. It is a hint for the order in which keys are tried, never
    /// a reason to trust or to skip one.
    ///
    /// # Errors
    /// [`AnchorError::UnsupportedAlgorithm`] if `crypto` has no signature or MAC verifier for `algorithm`;
    /// [`AnchorError::InvalidKey`] if the verifier refuses the key.
    pub fn new(
        algorithm: Algorithm,
        key: &'k [u8],
        key_id: Option<&'k [u8]>,
        crypto: &Crypto<'_>,
    ) -> Result<Self, AnchorError> {
        if let Some(verifier) = crypto.signature(algorithm) {
            verifier.check_key(key)?;
        } else if let Some(verifier) = crypto.mac(algorithm) {
            verifier.check_key(key)?;
        } else {
            return Err(AnchorError::UnsupportedAlgorithm);
        }
        Ok(Self::unchecked(algorithm, key, key_id))
    }

    /// An anchor for a key that is known to be good, as one in a firmware's constants is. With a bad key nothing
    /// verifies.
    #[must_use]
    pub const fn unchecked(algorithm: Algorithm, key: &'k [u8], key_id: Option<&'k [u8]>) -> Self {
        Self { algorithm, key, key_id }
    }

    /// The algorithm.
    #[must_use]
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The key's bytes. For a MAC they are secret.
    #[must_use]
    pub const fn key(&self) -> &'k [u8] {
        self.key
    }

    /// The key identifier.
    #[must_use]
    pub const fn key_id(&self) -> Option<&'k [u8]> {
        self.key_id
    }

    /// Whether both anchors stand for one key, so that they count once.
    pub(crate) fn same_key(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }

    /// The part of the key that is the same in all its forms. A point and its negative share x, and whoever has the
    /// private key of one has that of the other.
    fn identity(&self) -> &'k [u8] {
        match self.algorithm {
            Algorithm::Esp256 | Algorithm::Es256 => self.key.get(1..33),
            Algorithm::Esp384 => self.key.get(1..49),
            _ => None,
        }
        .unwrap_or(self.key)
    }
}

impl fmt::Debug for TrustAnchor<'_> {
    // The key is left out: it may be secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustAnchor")
            .field("algorithm", &self.algorithm)
            .field("key_id", &self.key_id)
            .finish_non_exhaustive()
    }
}

/// Why a key can't be an anchor, or anchors can't be a store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AnchorError {
    /// No verifier for the algorithm was passed in.
    UnsupportedAlgorithm,
    /// The bytes are not a key of the algorithm.
    InvalidKey,
    /// More than [`ANCHORS_MAX`] anchors.
    TooManyAnchors,
}

impl fmt::Display for AnchorError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::UnsupportedAlgorithm => "key is for an algorithm that is not supported",
            Self::InvalidKey => "not a key of its algorithm",
            Self::TooManyAnchors => "more trusted keys than a trust store can hold",
        })
    }
}

impl core::error::Error for AnchorError {}

impl From<InvalidKey> for AnchorError {
    fn from(_: InvalidKey) -> Self {
        Self::InvalidKey
    }
}

/// The trusted keys, borrowed, and the number of distinct ones that must have signed. An empty store trusts nobody.
#[derive(Clone, Copy, Debug)]
pub struct TrustStore<'k> {
    anchors: &'k [TrustAnchor<'k>],
    required: NonZeroU8,
    thorough: bool,
}

impl<'k> TrustStore<'k> {
    /// A store of these anchors that requires one of them.
    ///
    /// # Errors
    /// [`AnchorError::TooManyAnchors`] if there are more than [`ANCHORS_MAX`].
    pub const fn new(anchors: &'k [TrustAnchor<'k>]) -> Result<Self, AnchorError> {
        if anchors.len() > ANCHORS_MAX {
            return Err(AnchorError::TooManyAnchors);
        }
        Ok(Self { anchors, required: NonZeroU8::MIN, thorough: false })
    }

    /// The same store, requiring this many distinct keys. There is no way to require none.
    #[must_use]
    pub const fn requiring(self, required: NonZeroU8) -> Self {
        Self { required, ..self }
    }

    /// The same store for tools: authentication goes on after the required number of keys, so that it names all of them.
    #[must_use]
    pub const fn thorough(self) -> Self {
        Self { thorough: true, ..self }
    }

    /// The anchors, in the caller's order.
    #[must_use]
    pub const fn anchors(&self) -> &'k [TrustAnchor<'k>] {
        self.anchors
    }

    /// How many distinct keys must have signed.
    #[must_use]
    pub const fn required(&self) -> NonZeroU8 {
        self.required
    }

    pub(crate) const fn is_thorough(&self) -> bool {
        self.thorough
    }
}

/// A set of anchors of one [`TrustStore`], by their 0-based index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AnchorSet(u32);

impl AnchorSet {
    pub(crate) fn insert(&mut self, index: usize) {
        self.0 |= bit(index);
    }

    /// Whether the anchor with this index is in the set.
    #[must_use]
    pub fn contains(self, index: usize) -> bool {
        self.0 & bit(index) != 0
    }

    /// How many anchors are in the set.
    #[must_use]
    pub fn len(self) -> u8 {
        // A u32 has at most 32 bits.
        u8::try_from(self.0.count_ones()).unwrap_or(u8::MAX)
    }

    /// Whether the set is empty.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The anchors of `store` that are in the set, with their index. `store` must be the one the set was made with.
    pub fn of<'k>(
        self,
        store: &TrustStore<'k>,
    ) -> impl Iterator<Item = (usize, &'k TrustAnchor<'k>)> + use<'k> {
        store.anchors.iter().enumerate().filter(move |(index, _)| self.contains(*index))
    }
}

/// No bit for an index beyond the set: a store never holds such an anchor.
fn bit(index: usize) -> u32 {
    u32::try_from(index).ok().and_then(|index| 1_u32.checked_shl(index)).unwrap_or(0)
}
