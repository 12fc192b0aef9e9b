//! What is around the manifest: none of it is authenticated by itself.

use super::model::{Changes, Line, Mark, Shown};
use super::side::Side;
use crate::error::clean;
use crate::render::{Id, SignerView, hash, signers_of_block, words};
use suit_core::cbor::diag::Hex;
use suit_core::grammar::{Key, MapKind, Value};
use suit_core::labels::{EnvelopeKey, ManifestKey};

/// All that changed in the envelopes. A manifest without one has no part in this.
pub(super) fn compare(old: &Side<'_>, new: &Side<'_>) -> Changes {
    let mut changes = Changes::default();
    let lines = &mut changes.envelope;
    match (old.envelope, new.envelope) {
        (None, None) => return changes,
        (Some(_), None) => {
            lines.push(Line::words(Mark::Removed, "envelope", "the later one is a bare manifest"))
        }
        (None, Some(_)) => {
            lines.push(Line::words(Mark::Added, "envelope", "the earlier one is a bare manifest"))
        }
        (Some(_), Some(_)) => {}
    }
    let (Some(before), Some(after)) = (old.envelope, new.envelope) else { return changes };
    tag(lines, old, new);
    digest(lines, old, new);
    signers(lines, &mut changes.same, old, new);
    for key in EnvelopeKey::ALL {
        if !matches!(key, EnvelopeKey::AuthenticationWrapper | EnvelopeKey::Manifest) {
            severed(lines, old, new, *key);
        }
    }
    payloads(lines, old, new);
    unknown(lines, old, new);
    // With the same manifest nothing but the envelope can differ, so some line must say it.
    let is_same = old.document.encoded(before) == new.document.encoded(after);
    if lines.is_empty() && old.bytes() == new.bytes() && !is_same {
        lines.push(Line::words(Mark::Changed, "envelope", "differs in a part that has no words here"));
    }
    changes
}

fn tag(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let shown = |side: &Side<'_>| {
        let around = side.envelope.and_then(|envelope| side.document.node(envelope).parent);
        let is_tagged = around.is_some_and(|id| matches!(side.document.node(id).value, Value::Tag(_)));
        Shown::plain(if is_tagged { "107" } else { "none" })
    };
    if shown(old) != shown(new) {
        lines.push(Line::of("tag", Some(&shown(old)), Some(&shown(new))));
    }
}

/// Values of the authentication wrapper: the digest, then the blocks.
fn wrapper(side: &Side<'_>) -> Vec<Id> {
    let wrapper = side.wrapped(EnvelopeKey::AuthenticationWrapper);
    let content = wrapper.map(|id| side.document.content(id));
    content.into_iter().flat_map(|id| side.document.children(id)).collect()
}

/// The digest that is stated follows from the manifest; it is worth a line only if it doesn't.
fn digest(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let stated = |side: &Side<'_>| wrapper(side).first().and_then(|id| side.digest(*id));
    let is_right = |side: &Side<'_>| {
        let id = *wrapper(side).first()?;
        let manifest = side.wrapped(EnvelopeKey::Manifest)?;
        hash::matches(&side.document.digest(id)?, side.document.encoded(manifest))
    };
    let has_same_manifest = old.bytes() == new.bytes();
    if has_same_manifest && stated(old) != stated(new) {
        lines.push(Line::of("digest", stated(old).as_ref(), stated(new).as_ref()));
    } else if is_right(old) != is_right(new) {
        let words = |side: &Side<'_>| {
            Shown::plain(match is_right(side) {
                Some(true) => "is that of the manifest",
                Some(false) => "is not that of the manifest",
                None => "of an algorithm that is not computed here",
            })
        };
        lines.push(Line::of("digest", Some(&words(old)), Some(&words(new))));
    }
}

fn signers(lines: &mut Vec<Line>, same: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let who = |side: &Side<'_>| -> Vec<String> {
        let blocks = wrapper(side).into_iter().skip(1);
        blocks
            .flat_map(|id| {
                let found = signers_of_block(side.document, id);
                let bytes = side.document.encoded(id);
                let unread =
                    found.is_empty().then(|| format!("unreadable block {}", words::short_hex(bytes)));
                found.iter().map(by).chain(unread).collect::<Vec<_>>()
            })
            .collect()
    };
    let (mut before, mut after) = (who(old), who(new));
    let mut kept = Vec::new();
    before.retain(|signer| match after.iter().position(|other| other == signer) {
        Some(at) => {
            kept.push(after.remove(at));
            false
        }
        None => true,
    });
    let is_same = before.is_empty() && after.is_empty();
    for signer in &before {
        lines.push(Line::words(Mark::Removed, "signer", signer.clone()));
    }
    for signer in &after {
        lines.push(Line::words(Mark::Added, "signer", signer.clone()));
    }
    let blocks = |side: &Side<'_>| -> Vec<Vec<u8>> {
        wrapper(side).into_iter().skip(1).map(|id| side.document.encoded(id).to_vec()).collect()
    };
    let (old_blocks, new_blocks) = (blocks(old), blocks(new));
    if is_same && old.bytes() == new.bytes() && old_blocks != new_blocks {
        let (mut sorted_old, mut sorted_new) = (old_blocks, new_blocks);
        sorted_old.sort();
        sorted_new.sort();
        let text = if sorted_old == sorted_new {
            "the same ones in another order"
        } else {
            "other bytes over the same manifest"
        };
        lines.push(Line::words(Mark::Changed, "signatures", text));
    } else if is_same && !kept.is_empty() {
        same.push(Line::same("signers", kept.join("; ")));
    }
}

/// A signer by what the envelope says.
fn by(signer: &SignerView) -> String {
    let algorithm = signer.algorithm.as_deref().unwrap_or("no algorithm");
    let key = signer.key_id.as_ref().map_or_else(|| "no key id".to_owned(), |id| format!("key id {id}"));
    format!("{algorithm} ({}), {key}", signer.structure)
}

fn severed(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>, key: EnvelopeKey) {
    let bytes = |side: &Side<'_>| side.wrapped(key).map(|id| side.document.encoded(id).to_vec());
    if bytes(old) == bytes(new) {
        return;
    }
    let manifest_key = ManifestKey::from_code(key.code());
    let belongs = |side: &Side<'_>| {
        let stated = manifest_key.and_then(|key| side.member(key)).filter(|id| side.is_severed(*id));
        match stated.and_then(|id| {
            hash::matches(&side.document.digest(id)?, side.document.encoded(side.wrapped(key)?))
        }) {
            Some(true) => "",
            Some(false) => ", not what the manifest names",
            None => ", not named by the manifest",
        }
    };
    let shown = |side: &Side<'_>| {
        let id = side.wrapped(key)?;
        let content = side.document.bytes_at(id).unwrap_or_default();
        let short = format!("carried, {}{}", words::size(content.len()), belongs(side));
        let full = format!("{short}, sha-256 {}", Hex(&hash::sha256(side.document.encoded(id))));
        Some(Shown { short, full })
    };
    let (old_shown, new_shown) = (shown(old), shown(new));
    // Both carry what their manifests name: what changed is told as meaning.
    let is_told =
        old_shown.is_some() && new_shown.is_some() && belongs(old).is_empty() && belongs(new).is_empty();
    if !is_told {
        lines.push(Line::of(key.name(), old_shown.as_ref(), new_shown.as_ref()));
    }
}

fn payloads(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let shown = |content: &[u8]| {
        let (size, digest) = (words::size(content.len()), hash::sha256(content));
        let short = format!("{size}, sha-256 {}", words::short_hex(&digest));
        Shown { short, full: format!("{size}, sha-256 {}", Hex(&digest)) }
    };
    let (before, after) = (old.payload_contents(), new.payload_contents());
    let added = new.payload_names().filter(|name| !before.contains_key(name));
    for name in old.payload_names().chain(added) {
        let (old, new) = (before.get(name).copied(), after.get(name).copied());
        if old != new {
            let (old, new) = (old.map(shown), new.map(shown));
            lines.push(Line::of(format!("payload {}", clean(name)), old.as_ref(), new.as_ref()));
        }
    }
}

fn unknown(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let members = |side: &Side<'_>| -> Vec<(i64, Vec<u8>)> {
        let members = side.envelope.into_iter().flat_map(|map| side.document.children(map));
        members
            .filter_map(|id| match side.document.node(id).key {
                Key::Label(MapKind::Envelope, label) if EnvelopeKey::from_code(label).is_none() => {
                    Some((label, side.document.encoded(id).to_vec()))
                }
                _ => None,
            })
            .collect()
    };
    let (before, after) = (members(old), members(new));
    let mut labels: Vec<_> = before.iter().chain(&after).map(|(label, _)| *label).collect();
    labels.sort_unstable();
    labels.dedup();
    for label in labels {
        let find = |members: &[(i64, Vec<u8>)]| {
            let (_, bytes) = members.iter().find(|(known, _)| *known == label)?;
            Some(Shown { short: words::size(bytes.len()), full: format!("h'{}'", Hex(bytes)) })
        };
        let (before, after) = (find(&before), find(&after));
        if before != after {
            lines.push(Line::of(format!("member {label}"), before.as_ref(), after.as_ref()));
        }
    }
}
