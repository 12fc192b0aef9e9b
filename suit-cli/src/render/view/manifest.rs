//! What a manifest says.

use super::{length, text};
use crate::error::harmless;
use crate::render::account::{Outcome, Targets, Teller};
use crate::render::document::{Document, Id};
use crate::render::hash;
use crate::render::model::{
    ComponentView, Identity, ImageView, ManifestView, OpaqueView, Procedure, SectionSource, SectionView, Step,
};
use crate::render::words::{digest_view, identifier, parts, version};
use suit_core::cbor::Reader;
use suit_core::cbor::diag::Diagnostic;
use suit_core::grammar::{Key, MapKind, Value};
use suit_core::labels::{CommonKey, ManifestKey, ParameterKey};

/// Procedures and their sections, in the order in which a device runs them (spec M §5, TD §5.5, §7.1).
const PROCEDURES: [(&str, &[ManifestKey]); 3] = [
    (
        "update",
        &[
            ManifestKey::DependencyResolution,
            ManifestKey::PayloadFetch,
            ManifestKey::CandidateVerification,
            ManifestKey::Install,
            ManifestKey::Validate,
        ],
    ),
    ("invocation", &[ManifestKey::Validate, ManifestKey::Load, ManifestKey::Invoke]),
    ("uninstall", &[ManifestKey::Uninstall]),
];

/// The manifest at `id`; `envelope` is the map around it.
pub(super) fn view(document: &Document<'_>, id: Id, envelope: Option<Id>) -> ManifestView {
    let map = document.content(id);
    let get = |key: ManifestKey| document.get(map, key.code());
    let common = get(ManifestKey::Common);
    let targets = Targets::of(document, common);
    let payloads: Vec<_> = envelope
        .into_iter()
        .flat_map(|map| document.children(map))
        .filter_map(|member| match document.node(member).key {
            Key::Name(MapKind::Envelope, name) => Some(name),
            _ => None,
        })
        .collect();
    let shared = common.and_then(|common| document.get(common, CommonKey::SharedSequence.code()));
    let mut runner = Runner { document, map, envelope, shared, told: None };
    let is_inner = core::iter::successors(Some(id), |id| document.node(*id).parent)
        .any(|around| document.is_dependency(around));
    let mut teller = Teller::new(document, &targets, &payloads, is_inner);
    let mut update = None;
    let mut procedures = Vec::new();
    for (name, keys) in PROCEDURES {
        let (procedure, outcome) = runner.procedure(&mut teller, name, keys);
        if name == "update" {
            update = Some(outcome);
        }
        procedures.extend((!procedure.sections.is_empty()).then_some(procedure));
    }
    let text = text::view(document, map, envelope);
    let names = text::domains(document, map, envelope);
    let vendors = identities(document, map, ParameterKey::VendorIdentifier, &|_| names.clone());
    let classes = identities(document, map, ParameterKey::ClassIdentifier, &|_| Vec::new());
    ManifestView {
        size: length(document.bytes_at(id).unwrap_or_else(|| document.encoded(id))),
        sequence_number: get(ManifestKey::SequenceNumber).and_then(|id| document.uint(id)),
        vendors,
        classes,
        devices: identities(document, map, ParameterKey::DeviceIdentifier, &|_| Vec::new()),
        set_version: get(ManifestKey::SetVersion).map(|id| version(document.ints(id))),
        reference_uri: get(ManifestKey::ReferenceUri).and_then(|id| document.text(id)).map(harmless),
        component_id: get(ManifestKey::ComponentId).map(|id| parts(document, id).join("/")),
        components: components(document, &targets, update.as_ref()),
        shared: runner.told,
        procedures,
        coswid: coswid(document, map, envelope),
        text,
    }
}

struct Runner<'d, 'a> {
    document: &'d Document<'a>,
    map: Id,
    envelope: Option<Id>,
    shared: Option<Id>,
    /// The shared sequence in words, from its first run.
    told: Option<Vec<Step>>,
}

impl<'a> Runner<'_, 'a> {
    fn procedure(
        &mut self,
        teller: &mut Teller<'_, 'a>,
        name: &'static str,
        keys: &[ManifestKey],
    ) -> (Procedure, Outcome<'a>) {
        let mut state = teller.begin();
        let mut sections = Vec::new();
        for key in keys {
            let Some((source, content)) = locate(self.document, self.map, self.envelope, *key) else {
                continue;
            };
            let mut steps = Vec::new();
            if let Some(content) = content {
                if let Some(shared) = self.shared {
                    let shared = teller.run(key.name(), shared, &mut state);
                    self.told.get_or_insert(shared);
                }
                steps = teller.run(key.name(), content, &mut state);
            }
            sections.push(SectionView { name: key.name(), source, steps });
        }
        (Procedure { name, sections }, state)
    }
}

/// Where a member of the manifest has its content, and that content if it is to be believed.
pub(crate) fn locate(
    document: &Document<'_>,
    map: Id,
    envelope: Option<Id>,
    key: ManifestKey,
) -> Option<(SectionSource, Option<Id>)> {
    let member = document.get(map, key.code())?;
    // P-012: a byte string is the thing itself, an array the digest of what was severed.
    if !matches!(document.node(member).value, Value::Array(_)) {
        return Some((SectionSource::Manifest, Some(member)));
    }
    let Some(severed) = envelope.and_then(|envelope| document.get(envelope, key.code())) else {
        return Some((SectionSource::SeveredMissing, None));
    };
    let matches =
        document.digest(member).and_then(|digest| hash::matches(&digest, document.encoded(severed)));
    Some(match matches {
        Some(true) => (SectionSource::Severed, Some(severed)),
        // P-059: what has another digest is never used.
        Some(false) => (SectionSource::SeveredMismatch, None),
        None => (SectionSource::SeveredUnchecked, Some(severed)),
    })
}

/// Every identifier of this kind that the manifest sets, severed sections left out.
fn identities(
    document: &Document<'_>,
    map: Id,
    key: ParameterKey,
    names: &dyn Fn(&str) -> Vec<String>,
) -> Vec<Identity> {
    let mut found: Vec<Identity> = Vec::new();
    for id in map..document.node(map).behind {
        if document.node(id).key != Key::Label(MapKind::Parameters, key.code()) {
            continue;
        }
        let shown = identifier(document, id);
        if found.iter().all(|known| known.id != shown) {
            let name = names(&shown).into_iter().find(|name| vendor_of(name) == shown);
            found.push(Identity { id: shown, name });
        }
    }
    found
}

/// The vendor identifier that follows from a domain (M §8.4.8.2).
fn vendor_of(domain: &str) -> String {
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_DNS, domain.as_bytes()).to_string()
}

fn components(
    document: &Document<'_>,
    targets: &Targets,
    update: Option<&Outcome<'_>>,
) -> Vec<ComponentView> {
    let view = |(index, dependency, id): (u64, bool, Option<Id>)| {
        let mut images: Vec<ImageView> = Vec::new();
        for (slot, get) in update.into_iter().flat_map(|update| update.of(index)) {
            let image = ImageView {
                slot,
                size: get(ParameterKey::ImageSize).and_then(|id| document.uint(id)),
                digest: get(ParameterKey::ImageDigest)
                    .and_then(|id| document.digest(id))
                    .map(|digest| digest_view(&digest)),
                uri: get(ParameterKey::Uri).and_then(|id| document.text(id)).map(harmless),
            };
            if image != ImageView::default() && !images.contains(&image) {
                images.push(image);
            }
        }
        ComponentView { index, id: id.map(|id| parts(document, id)).unwrap_or_default(), dependency, images }
    };
    targets.iter().map(view).collect()
}

fn coswid(document: &Document<'_>, map: Id, envelope: Option<Id>) -> Option<OpaqueView> {
    let (source, content) = locate(document, map, envelope, ManifestKey::CoSwid)?;
    let bytes = content.and_then(|id| document.bytes_at(id));
    Some(OpaqueView {
        source,
        size: bytes.map(length),
        content: bytes.map(|bytes| harmless(&Diagnostic::item(Reader::new(bytes)).to_string())),
    })
}
