//! `SUIT_Manifest` (draft-ietf-suit-manifest-37 §8.4), borrowed, after its whole structure was checked.

use crate::cbor::{Major, Reader, Walked};
use crate::command::Sequence;
use crate::component::{ComponentId, Components};
use crate::dependency::Dependencies;
use crate::digest::Digest;
use crate::envelope::check_in;
use crate::error::{Error, ErrorKind};
use crate::grammar::{self, Checker, Context, Members, Supported};
use crate::labels::{CommonKey, ManifestKey};
use crate::version::Version;

/// A manifest, borrowed. Every sequence in it was walked: no unknown command, parameter or key, every index in range.
/// Text is kept as bytes; its faults are for tools to show.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'a> {
    content: Reader<'a>,
    members: Members,
}

/// A part of the manifest that may have been put into the envelope instead.
#[derive(Clone, Copy, Debug)]
pub enum Severable<'a, T> {
    /// It stands in the manifest.
    Inline(T),
    /// The manifest holds its digest.
    Severed(Digest<'a>),
}

impl<'a> Manifest<'a> {
    /// Reads a manifest from the content of its byte string and checks all of its structure.
    ///
    /// # Errors
    /// The first fault: of the encoding, of the grammar ([`crate::grammar`]), `NoComponents`, `DuplicateComponent`,
    /// `TrailingBytes`.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        Self::parse_supported(content, &Supported::ALL)
    }

    /// As [`Manifest::parse`], for a device that implements only some commands and parameters: a manifest with others is
    /// refused, although they may never be reached (P-009, P-010).
    ///
    /// # Errors
    /// As [`Manifest::parse`]; `UnknownCommand`, `UnknownParameter` and `UnknownKey` also for what `supported` lacks.
    pub fn parse_supported(content: Reader<'a>, supported: &Supported) -> Result<Self, Error> {
        let mut checker = Checker::new(Context::new(), supported);
        check_in(grammar::MANIFEST, content, &mut checker)?;
        let known = checker.known();
        // A manifest for nothing can't succeed.
        if known.is_for_nothing() {
            return Err(Error::new(ErrorKind::NoComponents, content.offset()));
        }
        let manifest = Self { content, members: known.members() };
        match duplicate_component(&manifest.components()) {
            Some(offset) => Err(Error::new(ErrorKind::DuplicateComponent, offset)),
            None => Ok(manifest),
        }
    }

    /// A reader at the value of this key, if there is one.
    fn find(&self, key: ManifestKey) -> Option<Reader<'a>> {
        let found = if self.has(key) { Walked::new(self.content).find(key.code()) } else { None };
        found.map(|value| value.reader())
    }

    /// Whether there is something under this key, in the manifest or severed.
    #[must_use]
    pub fn has(&self, key: ManifestKey) -> bool {
        self.members.has(key)
    }

    fn find_common(&self, key: CommonKey) -> Reader<'a> {
        self.members.common(key, self.content)
    }

    /// The sequence number (M §8.4.2): neither a version nor a time.
    #[must_use]
    pub fn sequence_number(&self) -> u64 {
        self.find(ManifestKey::SequenceNumber).map_or(0, |mut number| number.known())
    }

    /// The components (M §8.4.5).
    #[must_use]
    pub fn components(&self) -> Components<'a> {
        Components::known(self.find_common(CommonKey::Components))
    }

    /// The dependencies (TD §5.2.2).
    #[must_use]
    pub fn dependencies(&self) -> Dependencies<'a> {
        Dependencies::known(self.find_common(CommonKey::Dependencies))
    }

    /// The sequence that runs before each section (M §8.4.5).
    #[must_use]
    pub fn shared_sequence(&self) -> Option<Sequence<'a>> {
        let mut found = self.find_common(CommonKey::SharedSequence);
        (!found.is_empty()).then(|| Sequence::new(found.known_wrapped()))
    }

    /// Where the newest manifest can be found (M §8.4.3).
    #[must_use]
    pub fn reference_uri(&self) -> Option<&'a str> {
        self.find(ManifestKey::ReferenceUri)?.text().ok()
    }

    /// Where a root manifest is stored (TD §5.2.1).
    #[must_use]
    pub fn component_id(&self) -> Option<ComponentId<'a>> {
        Some(ComponentId::known(&mut self.find(ManifestKey::ComponentId)?))
    }

    /// The version that the manifest installs (UM §3.1).
    #[must_use]
    pub fn set_version(&self) -> Option<Version<'a>> {
        Some(Version::known(&mut Walked::new(self.find(ManifestKey::SetVersion)?).wrapped()))
    }

    /// A section that stands in the manifest or was severed. `None` for keys that hold no sequence.
    #[must_use]
    pub fn section(&self, key: ManifestKey) -> Option<Severable<'a, Sequence<'a>>> {
        match key {
            ManifestKey::Validate
            | ManifestKey::Load
            | ManifestKey::Invoke
            | ManifestKey::DependencyResolution
            | ManifestKey::PayloadFetch
            | ManifestKey::CandidateVerification
            | ManifestKey::Install
            | ManifestKey::Uninstall => Some(match self.severable(key)? {
                Severable::Inline(content) => Severable::Inline(Sequence::new(content)),
                Severable::Severed(digest) => Severable::Severed(digest),
            }),
            _ => None,
        }
    }

    /// The text for people (M §8.4.4); its content is unchecked. Nothing may be decided by it.
    #[must_use]
    pub fn text(&self) -> Option<Severable<'a, Reader<'a>>> {
        self.severable(ManifestKey::Text)
    }

    /// The concise software identity tag (UM §3.2); its content is unchecked.
    #[must_use]
    pub fn coswid(&self) -> Option<Severable<'a, Reader<'a>>> {
        self.severable(ManifestKey::CoSwid)
    }

    fn severable(&self, key: ManifestKey) -> Option<Severable<'a, Reader<'a>>> {
        let mut reader = self.find(key)?;
        // P-012: an array is the digest of what was severed, a byte string is the thing itself.
        Some(if reader.is(Major::Array) {
            Severable::Severed(Digest::known(&mut reader))
        } else {
            Severable::Inline(reader.known_wrapped())
        })
    }

    /// Checks a section that was severed, as if it stood in this manifest. Its digest is the caller's to check first.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn check_section(&self, content: Reader<'a>) -> Result<Sequence<'a>, Error> {
        self.check_section_supported(content, &Supported::ALL)
    }

    /// As [`Manifest::check_section`], for a device that implements only some commands and parameters.
    ///
    /// # Errors
    /// As [`Manifest::parse_supported`].
    pub fn check_section_supported(
        &self,
        content: Reader<'a>,
        supported: &Supported,
    ) -> Result<Sequence<'a>, Error> {
        let context = Context::of(self.components().count(), self.dependencies()).at_section();
        check_in(grammar::SECTION, content, &mut Checker::new(context, supported))?;
        Ok(Sequence::new(content))
    }
}

/// Offset of the first identifier that stood in the list before. The grammar bounds the list's length.
#[inline(never)]
fn duplicate_component(components: &Components<'_>) -> Option<usize> {
    let mut list = components.items();
    for position in 0..components.count() {
        let at = list.offset();
        let id = ComponentId::known(&mut list);
        let mut earlier = components.items();
        for _ in 0..position {
            if ComponentId::known(&mut earlier) == id {
                return Some(at);
            }
        }
    }
    None
}
