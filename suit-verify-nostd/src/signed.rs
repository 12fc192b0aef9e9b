//! An authentic manifest and its severed members.

use suit_core::Manifest;
use suit_core::cbor::Reader;
use suit_core::command::Sequence;
use suit_core::digest::Digest;
use suit_core::grammar::Supported;
use suit_core::labels::{EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;

use crate::authenticate::{Authenticated, holds};
use crate::crypto::Crypto;
use crate::error::AuthenticationError;

/// An authentic manifest of sound structure, together with the severed members that belong to it. Only
/// [`Authenticated::manifest`] makes one.
#[derive(Clone, Copy, Debug)]
pub struct SignedManifest<'a> {
    authenticated: Authenticated<'a>,
    manifest: Manifest<'a>,
    supported: &'static Supported,
}

/// A part of a manifest that may have been severed.
#[derive(Clone, Copy, Debug)]
pub enum Part<'a, T> {
    /// The manifest has no such part, whatever the envelope carries.
    Absent,
    /// The part, from the manifest, or from the envelope with the digest that the manifest holds.
    Present(T),
    /// The manifest holds this digest of a part that the envelope lacks.
    Missing(Digest<'a>),
}

impl<'a> SignedManifest<'a> {
    /// `manifest` must be the one that `authenticated` vouches for.
    pub(crate) const fn new(
        authenticated: Authenticated<'a>,
        manifest: Manifest<'a>,
        supported: &'static Supported,
    ) -> Self {
        Self { authenticated, manifest, supported }
    }

    /// The manifest.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest<'a> {
        &self.manifest
    }

    /// How it was authenticated, and the envelope around it.
    #[must_use]
    pub const fn authenticated(&self) -> &Authenticated<'a> {
        &self.authenticated
    }

    /// A section, severed or not. A severed one is hashed and walked at each call. Absent for keys that hold no section.
    ///
    /// # Errors
    /// `SeveredMismatch`, `UnsupportedDigest`, `HashFault`; `Malformed` if a severed section breaks a rule of structure.
    pub fn section(
        &self,
        key: ManifestKey,
        crypto: &Crypto<'_>,
    ) -> Result<Part<'a, Sequence<'a>>, AuthenticationError> {
        Ok(match self.manifest.section(key) {
            None => Part::Absent,
            Some(Severable::Inline(sequence)) => Part::Present(sequence),
            Some(Severable::Severed(digest)) => match self.severed(key, digest, crypto)? {
                Some(content) => {
                    Part::Present(self.manifest.check_section_supported(content, self.supported)?)
                }
                None => Part::Missing(digest),
            },
        })
    }

    /// The text for people, severed or not; its content is unchecked.
    ///
    /// # Errors
    /// `SeveredMismatch`, `UnsupportedDigest`, `HashFault`.
    pub fn text(&self, crypto: &Crypto<'_>) -> Result<Part<'a, Reader<'a>>, AuthenticationError> {
        self.opaque(ManifestKey::Text, self.manifest.text(), crypto)
    }

    /// The concise software identity tag, severed or not; its content is unchecked.
    ///
    /// # Errors
    /// As [`SignedManifest::text`].
    pub fn coswid(&self, crypto: &Crypto<'_>) -> Result<Part<'a, Reader<'a>>, AuthenticationError> {
        self.opaque(ManifestKey::CoSwid, self.manifest.coswid(), crypto)
    }

    fn opaque(
        &self,
        key: ManifestKey,
        value: Option<Severable<'a, Reader<'a>>>,
        crypto: &Crypto<'_>,
    ) -> Result<Part<'a, Reader<'a>>, AuthenticationError> {
        Ok(match value {
            None => Part::Absent,
            Some(Severable::Inline(content)) => Part::Present(content),
            Some(Severable::Severed(digest)) => {
                self.severed(key, digest, crypto)?.map_or(Part::Missing(digest), Part::Present)
            }
        })
    }

    /// The content of the envelope's member for this key of the manifest, if it is there.
    fn severed(
        &self,
        key: ManifestKey,
        digest: Digest<'a>,
        crypto: &Crypto<'_>,
    ) -> Result<Option<Reader<'a>>, AuthenticationError> {
        // A severable part has the same number in the manifest and in the envelope (M §8.4.12).
        let Some(member) = EnvelopeKey::from_code(key.code()) else { return Ok(None) };
        let Some(found) = self.authenticated.envelope().member(member) else { return Ok(None) };
        // M §5.4: only what has the manifest's digest is used; M §8.4.12: over the byte string with its head.
        if holds(&digest, found.item(), crypto)? {
            Ok(Some(found.content()))
        } else {
            Err(AuthenticationError::SeveredMismatch { member })
        }
    }
}
