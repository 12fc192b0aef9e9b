//! From a manifest to a description that builds it again, byte for byte.
//!
//! It says every command; recipes are a shorter way to write, and which one an author used is not in a manifest.

mod commands;
mod parameters;
mod toml;

use super::build::severed_content;
use super::lower::{Lowered, hash};
use super::values::{bytes_text, digest_text, number_text, plain, size_words};
use super::words::word;
use std::collections::BTreeMap;
use suit_core::labels::{Algorithm, EnvelopeKey, ManifestKey};
use suit_core::owned::{ComponentId, LanguageText, Manifest, Member};
use suit_core::{Envelope, Error};
pub(crate) use toml::quote;
use toml::{array, key};

/// Payloads up to this many bytes are written into the description.
const PAYLOAD_MAX: usize = 1024;

/// What is around a manifest.
#[derive(Debug)]
struct Around<'a> {
    tagged: bool,
    hash: Algorithm,
    severable: Vec<ManifestKey>,
    leave_out: Vec<ManifestKey>,
    names: BTreeMap<u64, String>,
    /// Name, how the content is written, and how long it is.
    payloads: Vec<(&'a str, Option<String>, usize)>,
}

/// The description of an envelope.
///
/// Severed parts that the envelope has, and whose digest is that in the manifest, are written out; of the others the
/// digest is. Signatures are not described: `suit build --signatures-from` carries them over.
///
/// # Errors
/// Faults of the manifest, its text included.
pub(crate) fn raise(envelope: &Envelope<'_>) -> Result<String, Error> {
    let borrowed = suit_core::Manifest::parse(envelope.manifest().content())?;
    let mut manifest = Manifest::try_from(&borrowed)?;
    let digest = envelope.authentication().digest();
    let hash = hash(digest.algorithm()).map_or(Algorithm::Sha256, |hash| hash.algorithm());
    let mut severable = Vec::new();
    for key in EnvelopeKey::ALL {
        let (Some(section), Some(member)) = (ManifestKey::from_code(key.code()), envelope.member(*key))
        else {
            continue;
        };
        if severed_content(&mut manifest, &borrowed, section, hash, &member) {
            severable.push(section);
        }
    }
    let payloads = envelope.members().filter_map(|(key, member)| match key {
        suit_core::envelope::MemberKey::Payload(name) => {
            let content = member.content().rest();
            let written = (content.len() <= PAYLOAD_MAX).then(|| bytes_text(content));
            Some((name, written, content.len()))
        }
        _ => None,
    });
    let around = Around {
        tagged: envelope.is_tagged(),
        hash,
        severable,
        leave_out: Vec::new(),
        names: BTreeMap::new(),
        payloads: payloads.collect(),
    };
    Ok(write(&manifest, &around))
}

/// The description of what a description was lowered to: the form without a recipe.
pub(crate) fn expanded(lowered: &Lowered) -> String {
    let payloads = lowered.payloads.iter().map(|payload| {
        let written = payload.written.clone().or_else(|| Some(bytes_text(&payload.content)));
        (payload.name.as_str(), written, payload.content.len())
    });
    let around = Around {
        tagged: lowered.tagged,
        hash: lowered.hash,
        severable: lowered.severable.clone(),
        leave_out: lowered.leave_out.clone(),
        names: lowered.names.clone(),
        payloads: payloads.collect(),
    };
    write(&lowered.manifest, &around)
}

/// Lines of the description.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn header(&mut self, header: &str) {
        self.0.push_str(&format!("\n{header}\n"));
    }

    fn field(&mut self, name: &str, value: impl core::fmt::Display) {
        self.0.push_str(&format!("{name} = {value}\n"));
    }
}

fn id(id: &ComponentId) -> String {
    array(id.0.iter().map(|part| quote(&bytes_text(part))))
}

fn write(manifest: &Manifest, around: &Around<'_>) -> String {
    let mut lines = Lines("format = \"suit/1\"\n".to_owned());
    if let Some(Member::Inline(tag)) = &manifest.coswid {
        lines.field("coswid", quote(&bytes_text(tag)));
    }
    envelope(&mut lines, around);
    lines.header("[manifest]");
    lines.field("sequence", number_text(manifest.sequence_number));
    if let Some(version) = &manifest.set_version {
        lines.field("version", parameters::version(version));
    }
    if let Some(uri) = &manifest.reference_uri {
        lines.field("reference-uri", quote(uri));
    }
    if let Some(component) = &manifest.component_id {
        lines.field("component", id(component));
    }
    components(&mut lines, manifest, around);
    sequences(&mut lines, manifest);
    severed(&mut lines, manifest);
    if let Some(Member::Inline(text)) = &manifest.text {
        for (tag, language) in text {
            texts(&mut lines, tag, language);
        }
    }
    payloads(&mut lines, around);
    lines.0
}

fn envelope(lines: &mut Lines, around: &Around<'_>) {
    if around.tagged && around.hash == Algorithm::Sha256 && around.severable.is_empty() {
        return;
    }
    lines.header("[envelope]");
    if !around.tagged {
        lines.field("tagged", false);
    }
    if around.hash != Algorithm::Sha256 {
        lines.field("hash", quote(word(around.hash)));
    }
    for (name, members) in [("severable", &around.severable), ("leave-out", &around.leave_out)] {
        if !members.is_empty() {
            lines.field(name, array(members.iter().map(|key| quote(word(*key)))));
        }
    }
}

fn components(lines: &mut Lines, manifest: &Manifest, around: &Around<'_>) {
    let listed = u64::try_from(manifest.components.len()).unwrap_or(u64::MAX);
    // A dependency takes its component's name with it.
    let named = |index: &u64| around.names.get(index).filter(|_| !manifest.dependencies.contains_key(index));
    for (index, component) in (0..listed).zip(&manifest.components) {
        lines.header("[[component]]");
        if let Some(name) = named(&index) {
            lines.field("name", quote(name));
        }
        lines.field("id", id(component));
    }
    for (index, prefix) in &manifest.dependencies {
        lines.header("[[dependency]]");
        if let Some(name) = around.names.get(index) {
            lines.field("name", quote(name));
        }
        lines.field("index", number_text(*index));
        if let Some(prefix) = prefix {
            lines.field("prefix", id(prefix));
        }
    }
}

fn sequences(lines: &mut Lines, manifest: &Manifest) {
    let sections = manifest.sections.iter().filter_map(|(key, section)| match section {
        Member::Inline(commands) => Some((word(*key), commands)),
        Member::Severed(_) => None,
    });
    let shared = manifest.shared.iter().map(|commands| ("shared", commands));
    let mut all = shared.chain(sections).peekable();
    if all.peek().is_some() {
        lines.header("[sequence]");
    }
    for (name, list) in all {
        lines.field(name, commands::sequence(list, 0));
    }
}

fn severed(lines: &mut Lines, manifest: &Manifest) {
    let mut digests: Vec<_> = manifest
        .sections
        .iter()
        .filter_map(|(key, section)| match section {
            Member::Severed(digest) => Some((*key, digest)),
            Member::Inline(_) => None,
        })
        .collect();
    if let Some(Member::Severed(digest)) = &manifest.coswid {
        digests.push((ManifestKey::CoSwid, digest));
    }
    if let Some(Member::Severed(digest)) = &manifest.text {
        digests.push((ManifestKey::Text, digest));
    }
    digests.sort_by_key(|(key, _)| *key);
    if !digests.is_empty() {
        lines.header("[severed]");
    }
    for (key, digest) in digests {
        lines.field(word(key), quote(&digest_text(digest)));
    }
}

fn prose(text: &str) -> String {
    quote(&plain(text, &["file", "text"]))
}

fn texts(lines: &mut Lines, tag: &str, language: &LanguageText) {
    let tag = key(tag);
    lines.header(&format!("[text.{tag}]"));
    for (text_key, text) in &language.manifest {
        lines.field(word(*text_key), prose(text));
    }
    for (component, texts) in &language.components {
        lines.header(&format!("[[text.{tag}.component]]"));
        lines.field("id", id(component));
        for (text_key, text) in texts {
            lines.field(word(*text_key), prose(text));
        }
    }
}

fn payloads(lines: &mut Lines, around: &Around<'_>) {
    if around.payloads.is_empty() {
        return;
    }
    lines.header("[payloads]");
    for (name, written, length) in &around.payloads {
        match written {
            Some(text) => lines.field(&key(name), quote(text)),
            None => {
                let size = size_words(u64::try_from(*length).unwrap_or(u64::MAX));
                let name = quote(name);
                lines.0.push_str(&format!(
                    "# {name} = \"file:…\"  # {size}; take it out with suit edit extract\n"
                ));
            }
        }
    }
}
