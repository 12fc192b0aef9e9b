//! One of the two documents that are compared.

use super::model::{MemberBytes, Shown, SideView};
use crate::error::clean;
use crate::render::{Document, Id, Kind, hash, locate, words};
use std::collections::HashMap;
use suit_core::cbor::diag::Hex;
use suit_core::grammar::{Key, MapKind, Value, label_name};
use suit_core::labels::{CommonKey, DependencyKey, EnvelopeKey, ManifestKey};

/// A manifest with or without an envelope, at the top of a file or inside of another envelope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Side<'d> {
    pub(super) document: &'d Document<'d>,
    /// The envelope's map.
    pub(super) envelope: Option<Id>,
    /// The value that holds the manifest, and the manifest's map.
    manifest: Id,
    pub(super) map: Id,
}

/// A component or dependency by what names it: two sides agree on it whatever its index is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Target<'d> {
    /// A component: its encoded identifier.
    Component(&'d [u8]),
    /// A dependency that is not a component: its index and its encoded prefix.
    Dependency(u64, Option<&'d [u8]>),
    /// An index for which nothing stands.
    Unknown(u64),
}

impl<'d> Side<'d> {
    /// A whole document; `None` if it has no manifest.
    pub(crate) fn of(document: &'d Document<'d>) -> Option<Self> {
        let root = document.root()?;
        match document.kind {
            Kind::Envelope { .. } => Self::in_envelope(document, root),
            Kind::Manifest { .. } => {
                let map = document.content(root);
                Some(Self { document, envelope: None, manifest: map, map })
            }
            Kind::Block | Kind::Encryption => None,
        }
    }

    fn in_envelope(document: &'d Document<'d>, root: Id) -> Option<Self> {
        let envelope = document.content(root);
        let manifest = document.get(envelope, EnvelopeKey::Manifest.code())?;
        Some(Self { document, envelope: Some(envelope), manifest, map: document.content(manifest) })
    }

    /// The encoding of the manifest's map.
    pub(super) fn bytes(&self) -> &'d [u8] {
        self.document.encoded(self.map)
    }

    /// What is said of the side as a whole.
    pub(crate) fn view(&self, file: &str) -> SideView {
        SideView {
            file: clean(file),
            size: u64::try_from(self.document.bytes.len()).unwrap_or(u64::MAX),
            manifest_sha256: Hex(&hash::sha256(self.document.encoded(self.manifest))).to_string(),
        }
    }

    /// A member of the manifest.
    pub(super) fn member(&self, key: ManifestKey) -> Option<Id> {
        self.document.get(self.map, key.code())
    }

    /// A member of suit-common.
    pub(super) fn common(&self, key: CommonKey) -> Option<Id> {
        self.document.get(self.member(ManifestKey::Common)?, key.code())
    }

    /// A member of the envelope.
    pub(super) fn wrapped(&self, key: EnvelopeKey) -> Option<Id> {
        self.document.get(self.envelope?, key.code())
    }

    /// Whether a member of the manifest is the digest of what was severed.
    pub(super) fn is_severed(&self, id: Id) -> bool {
        matches!(self.document.node(id).value, Value::Array(_))
    }

    /// The content of a member that may be severed: in the manifest, or in the envelope if it has the right digest.
    pub(super) fn content(&self, key: ManifestKey) -> Option<Id> {
        locate(self.document, self.map, self.envelope, key).and_then(|(_, content)| content)
    }

    /// The digest at `id` in words.
    pub(super) fn digest(&self, id: Id) -> Option<Shown> {
        let digest = self.document.digest(id)?;
        let full = format!("{} {}", words::digest_name(digest.code), Hex(digest.bytes));
        Some(Shown { short: words::short_digest(&digest), full })
    }

    /// Encoded identifiers of the components, in order.
    pub(super) fn components(&self) -> Vec<&'d [u8]> {
        let list = self.common(CommonKey::Components);
        list.into_iter()
            .flat_map(|list| self.document.children(list))
            .map(|id| self.document.encoded(id))
            .collect()
    }

    /// Index and encoded prefix of the dependencies, in order.
    pub(super) fn dependencies(&self) -> Vec<(u64, Option<&'d [u8]>)> {
        let map = self.common(CommonKey::Dependencies);
        let entries = map.into_iter().flat_map(|map| self.document.children(map));
        entries
            .filter_map(|id| {
                let Key::Label(MapKind::Dependencies, index) = self.document.node(id).key else {
                    return None;
                };
                let prefix = self.document.get(id, DependencyKey::Prefix.code());
                Some((u64::try_from(index).ok()?, prefix.map(|prefix| self.document.encoded(prefix))))
            })
            .collect()
    }

    /// Payloads in the envelope: key and value.
    pub(super) fn payloads(&self) -> Vec<(&'d str, Id)> {
        let members = self.envelope.into_iter().flat_map(|map| self.document.children(map));
        members
            .filter_map(|id| match self.document.node(id).key {
                Key::Name(MapKind::Envelope, name) => Some((name, id)),
                _ => None,
            })
            .collect()
    }

    /// Keys of the payloads in the envelope.
    pub(crate) fn payload_names(&self) -> impl Iterator<Item = &'d str> + use<'d> {
        self.payloads().into_iter().map(|(name, _)| name)
    }

    /// The contents of the payloads by their names: there may be as many as the file has room for.
    pub(crate) fn payload_contents(&self) -> HashMap<&'d str, &'d [u8]> {
        let content = |(name, id)| Some((name, self.document.bytes_at(id)?));
        self.payloads().into_iter().filter_map(content).collect()
    }

    /// Dependencies that both envelopes carry, and that changed.
    pub(super) fn shared_dependencies(old: &Self, new: &Self) -> Vec<(String, Self, Self)> {
        let theirs: HashMap<_, _> = new.payloads().into_iter().collect();
        old.payloads()
            .into_iter()
            .filter_map(|(name, id)| {
                let other = theirs.get(name)?;
                if old.document.encoded(id) == new.document.encoded(*other) {
                    return None;
                }
                Some((clean(name), old.dependency(id)?, new.dependency(*other)?))
            })
            .collect()
    }

    fn dependency(&self, id: Id) -> Option<Self> {
        let root = self.document.is_dependency(id).then(|| self.document.children(id).next())??;
        Self::in_envelope(self.document, root)
    }

    /// The members of the manifest whose bytes differ.
    pub(crate) fn changed_bytes(old: &Self, new: &Self) -> Vec<MemberBytes> {
        let find = |side: &Self, label| {
            side.document.get(side.map, label).map(|id| Hex(side.document.encoded(id)).to_string())
        };
        let labels = |side: &Self| -> Vec<i64> {
            let keys = side.document.children(side.map).map(|id| side.document.node(id).key);
            keys.filter_map(|key| match key {
                Key::Label(_, label) => Some(label),
                _ => None,
            })
            .collect()
        };
        let mut all = labels(old);
        all.extend(labels(new));
        all.sort_unstable();
        all.dedup();
        all.into_iter()
            .map(|label| (label, find(old, label), find(new, label)))
            .filter(|(_, old, new)| old != new)
            .map(|(label, old, new)| {
                let name =
                    label_name(MapKind::Manifest, label).map_or_else(|| label.to_string(), str::to_owned);
                MemberBytes { path: format!("manifest.{name}"), old, new }
            })
            .collect()
    }
}

/// Letters of an identifier that are shown with every step.
const ID_MAX: usize = 32;

/// The end of a long identifier, a short one whole.
fn short_id(encoded: &[u8]) -> String {
    let whole = id_words(encoded);
    match whole.rsplit_once('/') {
        Some((_, last)) if whole.len() > ID_MAX => format!("[…/{last}"),
        _ => whole,
    }
}

/// An encoded component identifier in brackets.
pub(super) fn id_words(encoded: &[u8]) -> String {
    let id = suit_core::component::ComponentId::read(&mut suit_core::cbor::Reader::new(encoded));
    let parts: Vec<_> = id.map(|id| id.parts().map(words::part).collect()).unwrap_or_default();
    format!("[{}]", parts.join("/"))
}

impl Target<'_> {
    /// What it is called.
    pub(super) fn words(&self) -> String {
        match self {
            Self::Component(id) => short_id(id),
            Self::Dependency(index, Some(prefix)) => format!("dependency {index} {}", short_id(prefix)),
            Self::Dependency(index, None) => format!("dependency {index}"),
            Self::Unknown(index) => format!("component {index}"),
        }
    }
}

/// Targets that are named.
const TARGETS: usize = 8;

/// Several targets in words.
pub(super) fn targets_words(targets: &[Target<'_>]) -> String {
    let mut names: Vec<_> = targets.iter().take(TARGETS).map(Target::words).collect();
    if targets.len() > TARGETS {
        names.push(format!("{} more", targets.len() - TARGETS));
    }
    words::list(&names)
}
