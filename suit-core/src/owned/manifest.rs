//! The owned manifest.

use super::command::Command;
use crate::labels::{Algorithm, ComponentTextKey, ManifestKey, TextKey};
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// A manifest, owned. [`Manifest::encode`] gives its one encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Sequence number (M §8.4.2).
    pub sequence_number: u64,
    /// Dependency index to component identifier prefix (TD §5.2.2). Left out of the encoding if empty.
    pub dependencies: BTreeMap<u64, Option<ComponentId>>,
    /// Component identifiers by index (M §8.4.5). Left out of the encoding if empty.
    pub components: Vec<ComponentId>,
    /// The sequence that runs before each section.
    pub shared: Option<Vec<Command>>,
    /// Where the newest manifest can be found (M §8.4.3).
    pub reference_uri: Option<String>,
    /// Where a root manifest is stored (TD §5.2.1).
    pub component_id: Option<ComponentId>,
    /// The version that the manifest installs (UM §3.1).
    pub set_version: Option<Vec<i64>>,
    /// The sections: validate, load, invoke, dependency-resolution, payload-fetch, candidate-verification, install,
    /// uninstall. Other keys are not encoded.
    pub sections: BTreeMap<ManifestKey, Member<Vec<Command>>>,
    /// Encoding of a concise software identity tag (UM §3.2).
    pub coswid: Option<Member<Vec<u8>>>,
    /// Text for people (M §8.4.4).
    pub text: Option<Member<Text>>,
}

/// A part of a manifest that may have been put into the envelope instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member<T> {
    /// It stands in the manifest.
    Inline(T),
    /// The manifest holds the digest of the byte string, head included.
    Severed(Digest),
}

/// A digest, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Digest {
    /// The hash algorithm.
    pub algorithm: Algorithm,
    /// The hash value.
    pub bytes: Vec<u8>,
}

/// A component identifier, owned: its parts from the most general one on.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ComponentId(
    /// The parts.
    pub Vec<Vec<u8>>,
);

/// Text for people by language tag.
pub type Text = BTreeMap<String, LanguageText>;

/// The text of one language.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LanguageText {
    /// About the manifest.
    pub manifest: BTreeMap<TextKey, String>,
    /// About components.
    pub components: BTreeMap<ComponentId, ComponentText>,
}

/// The texts about one component.
pub type ComponentText = BTreeMap<ComponentTextKey, String>;
