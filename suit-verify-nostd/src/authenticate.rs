//! From an [`Envelope`] to an [`Authenticated`]: the digest holds, and enough trusted keys have signed it.

#[cfg(feature = "cose-mac")]
use suit_core::cose::{AlgorithmId, Mac};
use suit_core::cose::{Block, Header, Kinds, ToBeSigned, WalkedBlock};
use suit_core::digest::Digest;
use suit_core::grammar::Supported;
use suit_core::labels::Algorithm;
use suit_core::{Envelope, Error, ErrorKind, Manifest};

use crate::budget::Budget;
use crate::crypto::{Crypto, InvalidSignature};
use crate::error::AuthenticationError;
use crate::signed::SignedManifest;
use crate::trust::{AnchorSet, TrustAnchor, TrustStore};

/// Authenticates the manifest of `envelope` without reading anything of it.
///
/// All of these must hold (draft-ietf-suit-manifest-37 §6.2, §8.3):
/// - the manifest's byte string, with its head, has the digest that the authentication wrapper states;
/// - every authentication block can be decoded, its payload is detached, its algorithm is protected;
/// - signatures or MACs over exactly that digest hold for as many distinct keys as `trust` requires, at least one, each
///   under the algorithm that its anchor is for.
///
/// A block by an unknown key, or of an algorithm that `crypto` lacks, is no error and counts for nothing. Trying stops
/// as soon as enough keys have signed, unless the store is [thorough](TrustStore::thorough).
///
/// # Errors
/// `Malformed`, `DigestMismatch`, `UnsupportedDigest`, `NoAuthentication`, `NoTrustedSignature`, `TooFewSignatures`,
/// `BudgetExhausted`, `HashFault`.
pub fn authenticate<'a>(
    envelope: &Envelope<'a>,
    trust: &TrustStore<'_>,
    crypto: &Crypto<'_>,
    budget: &mut Budget,
) -> Result<Authenticated<'a>, AuthenticationError> {
    let authentication = envelope.authentication();
    // M §8.3: the digest is over the byte string at key 3 with its head; the same bytes that are read later.
    if !holds(&authentication.digest(), envelope.manifest().item(), crypto)? {
        return Err(AuthenticationError::DigestMismatch);
    }
    // M §8.3: no block at all is a legal encoding, but a processor requires at least one that holds.
    if authentication.is_empty() {
        return Err(AuthenticationError::NoAuthentication);
    }
    // What was compared with the manifest above is what must have been signed.
    let mut trial = Trial::new(trust, crypto, budget);
    for content in authentication.blocks() {
        // All blocks are read, also once enough keys have signed: one that can't be decoded is never just skipped.
        let block = WalkedBlock::check(content)?;
        trial.block(block, content.offset(), authentication.signed())?;
    }
    let (verified, required) = (trial.verified.len(), trust.required().get());
    match verified {
        0 => Err(AuthenticationError::NoTrustedSignature),
        _ if verified < required => Err(AuthenticationError::TooFewSignatures { verified, required }),
        _ => Ok(Authenticated { envelope: *envelope, verified: trial.verified }),
    }
}

/// Whether `data` has this digest.
pub(crate) fn holds(
    digest: &Digest<'_>,
    data: &[u8],
    crypto: &Crypto<'_>,
) -> Result<bool, AuthenticationError> {
    let hash = crypto.hash(digest.algorithm()).ok_or(AuthenticationError::UnsupportedDigest)?;
    // Used where it lies: taken out of the result it would be on the stack twice.
    let computed = hash.digest(data);
    let computed = computed.as_ref().map_err(|fault| *fault)?;
    Ok(computed.as_bytes() == digest.bytes())
}

/// Refuses what no signer may have, whoever it is; returns its algorithm.
fn check_signer(header: &Header<'_>, budget: &mut Budget) -> Result<Option<Algorithm>, AuthenticationError> {
    budget.signer()?;
    // M §8.3, RFC 9052 §3.1: the algorithm must be there and authenticated.
    Ok(header.known_algorithm()?)
}

/// Which kinds of block this build reads: what it can't try it refuses, since a block is never skipped unread.
const KINDS: Kinds = Kinds {
    sign: cfg!(feature = "cose-sign"),
    mac0: cfg!(feature = "cose-mac0"),
    mac: cfg!(feature = "cose-mac"),
};

/// The keys found so far to have signed, and what is needed to find more.
pub(crate) struct Trial<'t> {
    pub(crate) trust: &'t TrustStore<'t>,
    pub(crate) crypto: &'t Crypto<'t>,
    pub(crate) budget: &'t mut Budget,
    pub(crate) verified: AnchorSet,
}

impl<'t> Trial<'t> {
    pub(crate) fn new(trust: &'t TrustStore<'t>, crypto: &'t Crypto<'t>, budget: &'t mut Budget) -> Self {
        Self { trust, crypto, budget, verified: AnchorSet::default() }
    }

    fn is_over(&self) -> bool {
        !self.trust.is_thorough() && self.verified.len() >= self.trust.required().get()
    }

    /// Checks a block that begins at `offset`, and tries it if that is still needed.
    // Not inlined where dependencies are authenticated on top of a processor: what it reads shall not lie on the stack while
    // the structure of the next block is checked.
    #[cfg_attr(feature = "trust-domains", inline(never))]
    fn block(
        &mut self,
        block: WalkedBlock<'_>,
        offset: usize,
        payload: &[u8],
    ) -> Result<(), AuthenticationError> {
        // Used where it lies: taken out of the result it would be on the stack twice.
        let block = block.read(KINDS);
        match block.as_ref().map_err(|error| *error)? {
            Block::Sign1(signer) => {
                let algorithm = check_signer(signer.header(), self.budget)?;
                if self.is_over() {
                    return Ok(());
                }
                let message = ToBeSigned::sign1(signer.header().protected(), payload);
                self.signature(algorithm, signer.header(), &message, signer.signature())
            }
            #[cfg(feature = "cose-sign")]
            Block::Sign(sign) => {
                sign.signers()
                    .try_for_each(|signer| check_signer(signer?.header(), self.budget).map(drop))?;
                for signer in sign.signers() {
                    if self.is_over() {
                        break;
                    }
                    let signer = signer?;
                    let message =
                        ToBeSigned::sign(sign.body().protected(), signer.header().protected(), payload);
                    let algorithm = signer.header().known_algorithm()?;
                    self.signature(algorithm, signer.header(), &message, signer.signature())?;
                }
                Ok(())
            }
            #[cfg(feature = "cose-mac0")]
            Block::Mac0(signer) => {
                let algorithm = check_signer(signer.header(), self.budget)?;
                if self.is_over() {
                    return Ok(());
                }
                let message = ToBeSigned::mac0(signer.header().protected(), payload);
                self.mac(algorithm, &|| signer.header().key_id(), &message, signer.signature())
            }
            #[cfg(feature = "cose-mac")]
            Block::Mac(mac) => self.mac_with_recipient(mac, offset, payload),
            // Reading refused them.
            #[allow(unreachable_patterns, reason = "there are none if all features are on")]
            _ => Err(Error::new(ErrorKind::UnknownBlock, offset).into()),
        }
    }

    #[cfg(feature = "cose-mac")]
    fn mac_with_recipient(
        &mut self,
        mac: &Mac<'_>,
        offset: usize,
        payload: &[u8],
    ) -> Result<(), AuthenticationError> {
        let is_direct =
            |header: &Header<'_>| header.algorithm() == Some(AlgorithmId::Known(Algorithm::Direct));
        let algorithm = check_signer(mac.header(), self.budget)?;
        // RFC 9052 §8.5.1: a key that is used directly excludes other recipients, and carries no encrypted key.
        let mut direct = mac.recipients().filter(|recipient| is_direct(recipient.header()));
        let alone = mac.recipients().count() == 1;
        let bare = |key: Option<&[u8]>| key.is_none_or(<[u8]>::is_empty);
        if direct.any(|recipient| !alone || !bare(recipient.key())) {
            return Err(Error::new(ErrorKind::UnsupportedRecipient, offset).into());
        }
        if self.is_over() {
            return Ok(());
        }
        // Other ways to learn the key are not supported, so the block counts for nothing.
        let Some(direct) = mac.recipients().find(|recipient| is_direct(recipient.header())) else {
            return Ok(());
        };
        let key_id = direct.header().key_id().or(mac.header().key_id());
        let message = ToBeSigned::mac(mac.header().protected(), payload);
        self.mac(algorithm, &|| key_id, &message, mac.tag())
    }

    pub(crate) fn signature(
        &mut self,
        algorithm: Option<Algorithm>,
        header: &Header<'_>,
        message: &ToBeSigned<'_>,
        signature: &[u8],
    ) -> Result<(), AuthenticationError> {
        let Some(algorithm) = algorithm else { return Ok(()) };
        let Some(verifier) = self.crypto.signature(algorithm) else { return Ok(()) };
        let verify = |key: &[u8]| verifier.verify(key, message, signature);
        self.each_anchor(algorithm, &|| header.key_id(), &verify)
    }

    #[cfg(any(feature = "cose-mac0", feature = "cose-mac", feature = "report"))]
    pub(crate) fn mac<'a>(
        &mut self,
        algorithm: Option<Algorithm>,
        key_id: &dyn Fn() -> Option<&'a [u8]>,
        message: &ToBeSigned<'_>,
        tag: &[u8],
    ) -> Result<(), AuthenticationError> {
        let Some(algorithm) = algorithm else { return Ok(()) };
        let Some(verifier) = self.crypto.mac(algorithm) else { return Ok(()) };
        self.each_anchor(algorithm, key_id, &|key| verifier.verify(key, message, tag))
    }

    /// Tries the anchors of this algorithm until one holds: those with this key identifier first, then the others, for
    /// an identifier is a hint that nobody vouches for.
    fn each_anchor<'a>(
        &mut self,
        algorithm: Algorithm,
        key_id: &dyn Fn() -> Option<&'a [u8]>,
        verify: &dyn Fn(&[u8]) -> Result<(), InvalidSignature>,
    ) -> Result<(), AuthenticationError> {
        // The identifier is looked for only if an anchor has one.
        let named = |anchor: &TrustAnchor<'_>| anchor.key_id().is_some() && anchor.key_id() == key_id();
        for first in [true, false] {
            for (index, anchor) in self.trust.anchors().iter().enumerate() {
                if anchor.algorithm() != algorithm || named(anchor) != first || self.has(anchor) {
                    continue;
                }
                self.budget.attempt()?;
                if verify(anchor.key()).is_ok() {
                    self.verified.insert(index);
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    /// Whether this anchor's key was counted: the same key counts once, however often and by whatever name it signed.
    fn has(&self, anchor: &TrustAnchor<'_>) -> bool {
        self.verified.of(self.trust).any(|(_, counted)| counted.same_key(anchor))
    }
}

/// An envelope whose manifest is authentic. Only [`authenticate`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct Authenticated<'a> {
    envelope: Envelope<'a>,
    verified: AnchorSet,
}

impl<'a> Authenticated<'a> {
    /// The envelope. Beside its manifest, nothing in it is authentic by itself.
    #[must_use]
    pub const fn envelope(&self) -> &Envelope<'a> {
        &self.envelope
    }

    /// The manifest's digest, which was recomputed and signed.
    #[must_use]
    pub fn digest(&self) -> Digest<'a> {
        self.envelope.authentication().digest()
    }

    /// The trust anchors for which a signature or MAC holds, one for each distinct key; not empty. They are those that
    /// were needed, unless the store was [thorough](TrustStore::thorough).
    #[must_use]
    pub const fn verified(&self) -> AnchorSet {
        self.verified
    }

    /// Reads the manifest and checks all of its structure.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn manifest(&self) -> Result<SignedManifest<'a>, Error> {
        self.manifest_for(&Supported::ALL)
    }

    /// Reads the manifest for a device that implements no more than this: a manifest that needs more is refused as a whole,
    /// and so are its severed sections (P-009, P-010).
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn manifest_for(&self, supported: &'static Supported) -> Result<SignedManifest<'a>, Error> {
        let manifest = Manifest::parse_supported(self.envelope.manifest().content(), supported)?;
        Ok(SignedManifest::new(*self, manifest, supported))
    }
}
