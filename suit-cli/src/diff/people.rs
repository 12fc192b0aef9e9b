//! The text for people, entry by entry.

use super::model::{Line, Shown};
use super::side::Side;
use crate::render::text_view;
use std::collections::BTreeMap;

/// Letters of a text that are shown.
const LETTERS: usize = 40;

/// By language and component: key and text.
type Entries = BTreeMap<(String, String), BTreeMap<String, String>>;

pub(super) fn compare(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let (before, after) = (entries(old), entries(new));
    let mut keys: Vec<_> = before.keys().chain(after.keys()).collect();
    keys.sort_unstable();
    keys.dedup();
    let none = BTreeMap::new();
    for key in keys {
        let (before, after) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
        let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let shown = |entries: &BTreeMap<String, String>| entries.get(name).map(|text| shown(text));
            let (old, new) = (shown(before), shown(after));
            if old != new {
                let (language, component) = key;
                let subject = format!("text {language}{component}");
                lines.push(Line::of(subject, old.as_ref(), new.as_ref()).property(name));
            }
        }
    }
}

fn entries(side: &Side<'_>) -> Entries {
    let mut entries = Entries::new();
    let view = text_view(side.document, side.map, side.envelope);
    for language in view.into_iter().flat_map(|view| view.languages) {
        let about_manifest = language.manifest.into_iter().map(|entry| (String::new(), entry));
        let about_components = language.components.into_iter().flat_map(|component| {
            let id = format!(" [{}]", component.id.join("/"));
            component.entries.into_iter().map(move |entry| (id.clone(), entry))
        });
        for (component, entry) in about_manifest.chain(about_components) {
            entries.entry((language.tag.clone(), component)).or_default().insert(entry.key, entry.text);
        }
    }
    entries
}

fn shown(text: &str) -> Shown {
    let line = text.replace('\n', " ");
    let short: String = line.chars().take(LETTERS).collect();
    let more = if short.len() < line.len() { "…" } else { "" };
    Shown { short: format!("\"{short}{more}\""), full: text.to_owned() }
}
