//! What is around a manifest.

use super::{hex_digest, length, manifest, signers_of_block};
use crate::error::harmless;
use crate::render::document::{Document, Id};
use crate::render::hash;
use crate::render::model::{CheckedDigest, DocumentView, EnvelopeView, PayloadView, SeveredView, Standing};
use crate::render::words::digest_view;
use suit_core::grammar::{Key, MapKind, Value};
use suit_core::labels::{EnvelopeKey, Tag};

impl DocumentView {
    /// The envelope at `root`, and its manifest.
    pub(super) fn of_envelope(document: &Document<'_>, root: Id) -> Self {
        let map = document.content(root);
        let manifest = document.get(map, EnvelopeKey::Manifest.code());
        Self {
            envelope: Some(envelope(document, root, map, manifest)),
            manifest: manifest.map(|manifest| manifest::view(document, manifest, Some(map))),
            ..Self::default()
        }
    }
}

fn envelope(document: &Document<'_>, root: Id, map: Id, manifest: Option<Id>) -> EnvelopeView {
    let wrapper = document.get(map, EnvelopeKey::AuthenticationWrapper.code());
    let items: Vec<_> = wrapper.into_iter().flat_map(|id| document.children(document.content(id))).collect();
    let digest = items.first().and_then(|id| document.digest(*id)).map(|digest| CheckedDigest {
        digest: digest_view(&digest),
        // M §8.3: over the byte string with its head.
        matches: manifest.and_then(|manifest| hash::matches(&digest, document.encoded(manifest))),
    });
    let mut view = EnvelopeView {
        tagged: matches!(envelope_tag(document, root), Some(Tag::SuitEnvelope)),
        digest,
        signers: items.iter().skip(1).flat_map(|id| signers_of_block(document, *id)).collect(),
        severed: Vec::new(),
        payloads: Vec::new(),
        unknown: Vec::new(),
        verification: None,
    };
    for id in document.children(map) {
        let content = document.bytes_at(id).unwrap_or_default();
        match document.node(id).key {
            Key::Name(MapKind::Envelope, name) => view.payloads.push(PayloadView {
                name: harmless(name),
                size: length(content),
                sha256: hex_digest(content),
                dependency: document
                    .is_dependency(id)
                    .then(|| Box::new(DocumentView::of_envelope(document, first(document, id)))),
            }),
            Key::Label(MapKind::Envelope, label) => match EnvelopeKey::from_code(label) {
                Some(EnvelopeKey::AuthenticationWrapper | EnvelopeKey::Manifest) => {}
                Some(key) => view.severed.push(SeveredView {
                    member: key.name().to_owned(),
                    size: length(content),
                    standing: standing(document, manifest, key, id),
                }),
                None => view.unknown.push(label),
            },
            _ => {}
        }
    }
    view
}

fn envelope_tag(document: &Document<'_>, root: Id) -> Option<Tag> {
    match document.node(root).value {
        Value::Tag(tag) => i64::try_from(tag).ok().and_then(Tag::from_code),
        _ => None,
    }
}

/// The first part of a value, or the value.
fn first(document: &Document<'_>, id: Id) -> Id {
    document.children(id).next().unwrap_or(id)
}

/// What a member of the envelope is to the manifest (M §5.4, §8.4.12).
fn standing(document: &Document<'_>, manifest: Option<Id>, key: EnvelopeKey, member: Id) -> Standing {
    // A severable part has the same number in the manifest and in the envelope.
    let Some(stated) = manifest.and_then(|manifest| document.get(manifest, key.code())) else {
        return Standing::Stray;
    };
    if !matches!(document.node(stated).value, Value::Array(_)) {
        return Standing::Stray;
    }
    match document.digest(stated).and_then(|digest| hash::matches(&digest, document.encoded(member))) {
        Some(true) => Standing::Matches,
        Some(false) => Standing::Differs,
        None => Standing::Unknown,
    }
}
