//! `SUIT_Manifest` (draft-ietf-suit-manifest-37 §8.4), borrowed, after its whole structure was checked.

use crate::cbor::{Major, Reader};
use crate::command::Sequence;
use crate::component::{ComponentId, Components};
use crate::dependency::Dependencies;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::grammar::{self, Checker, Context, Supported};
use crate::labels::{CommonKey, ManifestKey};
use crate::version::Version;

/// A manifest, borrowed. Every sequence in it was walked: no unknown command, parameter or key, every index in range.
/// Text is kept as bytes; its faults are for tools to show.
#[derive(Clone, Copy, Debug)]
pub struct Manifest<'a> {
    pairs: Reader<'a>,
    count: u64,
    sequence_number: u64,
    components: Components<'a>,
    dependencies: Dependencies<'a>,
    shared: Option<Sequence<'a>>,
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
        let mut reader = content;
        let mut checker = Checker::new(Context::new(), Supported::ALL);
        grammar::walk(grammar::MANIFEST, &mut reader, &mut checker)?;
        reader.finish()?;
        // A manifest for nothing can't succeed.
        if checker.known().is_for_nothing() {
            return Err(Error::new(ErrorKind::NoComponents, content.offset()));
        }
        let manifest = Self::view(content)?;
        if let Some(offset) = duplicate_component(&manifest.components) {
            return Err(Error::new(ErrorKind::DuplicateComponent, offset));
        }
        Ok(manifest)
    }

    fn view(content: Reader<'a>) -> Result<Self, Error> {
        let mut reader = content;
        let count = reader.map()?;
        let mut manifest = Self {
            pairs: reader,
            count,
            sequence_number: 0,
            components: Components::none(),
            dependencies: Dependencies::none(),
            shared: None,
        };
        if let Some(mut value) = manifest.find(ManifestKey::SequenceNumber) {
            manifest.sequence_number = value.uint()?;
        }
        let Some(mut common) = manifest.find(ManifestKey::Common) else { return Ok(manifest) };
        let mut common = common.wrapped()?;
        for _ in 0..common.map()? {
            match CommonKey::from_code(common.int()?) {
                Some(CommonKey::Components) => manifest.components = Components::read(&mut common)?,
                Some(CommonKey::Dependencies) => manifest.dependencies = Dependencies::read(&mut common)?,
                Some(CommonKey::SharedSequence) => manifest.shared = Some(Sequence::new(common.wrapped()?)),
                None => {
                    common.item()?;
                }
            }
        }
        Ok(manifest)
    }

    /// A reader at the value of this key.
    fn find(&self, key: ManifestKey) -> Option<Reader<'a>> {
        let mut reader = self.pairs;
        for _ in 0..self.count {
            let label = reader.int().ok()?;
            if label == key.code() {
                return Some(reader);
            }
            reader.item().ok()?;
        }
        None
    }

    /// The sequence number (M §8.4.2): neither a version nor a time.
    #[must_use]
    pub const fn sequence_number(&self) -> u64 {
        self.sequence_number
    }

    /// The components (M §8.4.5).
    #[must_use]
    pub const fn components(&self) -> Components<'a> {
        self.components
    }

    /// The dependencies (TD §5.2.2).
    #[must_use]
    pub const fn dependencies(&self) -> Dependencies<'a> {
        self.dependencies
    }

    /// The sequence that runs before each section (M §8.4.5).
    #[must_use]
    pub const fn shared_sequence(&self) -> Option<Sequence<'a>> {
        self.shared
    }

    /// Where the newest manifest can be found (M §8.4.3).
    #[must_use]
    pub fn reference_uri(&self) -> Option<&'a str> {
        self.find(ManifestKey::ReferenceUri)?.text().ok()
    }

    /// Where a root manifest is stored (TD §5.2.1).
    #[must_use]
    pub fn component_id(&self) -> Option<ComponentId<'a>> {
        ComponentId::read(&mut self.find(ManifestKey::ComponentId)?).ok()
    }

    /// The version that the manifest installs (UM §3.1).
    #[must_use]
    pub fn set_version(&self) -> Option<Version<'a>> {
        Version::read_wrapped(&mut self.find(ManifestKey::SetVersion)?).ok()
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
        if reader.peek() == Some(Major::Array) {
            Digest::read(&mut reader).ok().map(Severable::Severed)
        } else {
            reader.wrapped().ok().map(Severable::Inline)
        }
    }

    /// Checks a section that was severed, as if it stood in this manifest. Its digest is the caller's to check first.
    ///
    /// # Errors
    /// As [`Manifest::parse`].
    pub fn check_section(&self, content: Reader<'a>) -> Result<Sequence<'a>, Error> {
        let mut reader = content;
        let count = u32::try_from(self.components.len()).unwrap_or(u32::MAX);
        let context = Context::of(count, self.dependencies).at_section();
        grammar::walk(grammar::SECTION, &mut reader, &mut Checker::new(context, Supported::ALL))?;
        reader.finish()?;
        Ok(Sequence::new(content))
    }
}

/// Offset of the first identifier that stood in the list before. The grammar bounds the list's length.
pub(crate) fn duplicate_component(components: &Components<'_>) -> Option<usize> {
    components.located().enumerate().find_map(|(position, (offset, id))| {
        components.iter().take(position).any(|earlier| earlier == id).then_some(offset)
    })
}
