//! The text for people: shown, and never used for anything else.

use super::manifest::locate;
use crate::error::harmless;
use crate::render::document::{Document, Id};
use crate::render::model::{ComponentTextView, LanguageView, TextEntry, TextView};
use crate::render::words::part;
use suit_core::cbor::Reader;
use suit_core::component::ComponentId;
use suit_core::grammar::{Key, MapKind, label_name};
use suit_core::labels::{ComponentTextKey, ManifestKey};

/// The text of the manifest whose map is at `map`, inside of the envelope whose map is at `envelope`.
pub(crate) fn view(document: &Document<'_>, map: Id, envelope: Option<Id>) -> Option<TextView> {
    let (source, content) = locate(document, map, envelope, ManifestKey::Text)?;
    let languages = content.into_iter().flat_map(|id| document.children(document.content(id)));
    Some(TextView { source, languages: languages.map(|id| language(document, id)).collect() })
}

fn language(document: &Document<'_>, id: Id) -> LanguageView {
    let tag = match document.node(id).key {
        Key::Name(_, tag) => harmless(tag),
        _ => String::new(),
    };
    let mut view = LanguageView { tag, manifest: Vec::new(), components: Vec::new() };
    for child in document.children(id) {
        match document.node(child).key {
            Key::Label(MapKind::Text, _) => view.manifest.push(entry(document, child)),
            Key::Composite(MapKind::Text, encoded) => {
                let id = ComponentId::read(&mut Reader::new(encoded));
                view.components.push(ComponentTextView {
                    id: id.map(|id| id.parts().map(part).collect()).unwrap_or_default(),
                    entries: document.children(child).map(|child| entry(document, child)).collect(),
                });
            }
            _ => {}
        }
    }
    view
}

fn entry(document: &Document<'_>, id: Id) -> TextEntry {
    let key = match document.node(id).key {
        Key::Label(kind, label) => {
            label_name(kind, label).map_or_else(|| format!("key {label}"), str::to_owned)
        }
        _ => "unknown key".to_owned(),
    };
    let text = document.text(id).map_or_else(
        || document.shown(id),
        |text| text.split('\n').map(harmless).collect::<Vec<_>>().join("\n"),
    );
    TextEntry { key, text }
}

/// The vendor domains that the text names: candidates for a name of which an identifier is the digest.
pub(super) fn domains(document: &Document<'_>, map: Id, envelope: Option<Id>) -> Vec<String> {
    let content = locate(document, map, envelope, ManifestKey::Text).and_then(|(_, content)| content);
    let Some(content) = content else { return Vec::new() };
    let mut names: Vec<String> = Vec::new();
    for id in content..document.node(content).behind {
        let key = Key::Label(MapKind::ComponentText, ComponentTextKey::VendorDomain.code());
        if let Some(text) = document.text(id).filter(|_| document.node(id).key == key)
            && text == harmless(text)
            && names.iter().all(|known| known != text)
        {
            names.push(text.to_owned());
        }
    }
    names
}
