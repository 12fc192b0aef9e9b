//! The manifest, part by part. A part whose bytes differ always gives a line.

use super::model::{Line, Mark, Shown};
use super::people;
use super::script::Script;
use super::side::{Side, id_words};
use crate::error::harmless;
use crate::render::{Id, words};
use suit_core::cbor::Reader;
use suit_core::cbor::diag::{Diagnostic, Hex};
use suit_core::labels::{CommonKey, ManifestKey};

/// Sections in the order of execution.
const SECTIONS: [ManifestKey; 8] = [
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
    ManifestKey::Validate,
    ManifestKey::Load,
    ManifestKey::Invoke,
    ManifestKey::Uninstall,
];

/// Facts that are put in an order for people; nobody reads more.
const FACTS_MAX: usize = 2_000;

/// All that changed in meaning; nothing exactly if the manifests are the same bytes.
pub(super) fn compare(old: &Side<'_>, new: &Side<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    if old.bytes() == new.bytes() {
        return lines;
    }
    let uint = |side: &Side<'_>, id: Id| side.document.uint(id).map(|n| Shown::plain(words::grouped(n)));
    member(&mut lines, old, new, ManifestKey::SequenceNumber, "sequence", uint);
    member(&mut lines, old, new, ManifestKey::SetVersion, "version", |side, id| {
        Some(Shown::plain(words::version(side.document.ints(id))))
    });
    member(&mut lines, old, new, ManifestKey::ReferenceUri, "reference", |side, id| {
        side.document.text(id).map(|uri| Shown::plain(harmless(uri)))
    });
    member(&mut lines, old, new, ManifestKey::ComponentId, "stored as", |side, id| {
        Some(Shown::plain(id_words(side.document.encoded(id))))
    });
    components(&mut lines, old, new);
    dependencies(&mut lines, old, new);
    let alone = old.components() == new.components()
        && old.components().len() == 1
        && old.dependencies().is_empty()
        && new.dependencies().is_empty();
    // Facts about components come before the commands that are left.
    let mut scripted = Vec::new();
    shared(&mut scripted, old, new, alone);
    for key in SECTIONS {
        section(&mut scripted, old, new, key, alone);
    }
    let (facts, commands): (Vec<_>, Vec<_>) =
        scripted.into_iter().partition(|line| !line.sections.is_empty());
    lines.extend(if facts.len() > FACTS_MAX { facts } else { by_subject(moved(facts)) });
    lines.extend(commands);
    severable(&mut lines, old, new, ManifestKey::CoSwid, "coswid", |lines| {
        let shown = |side: &Side<'_>| {
            let bytes = side.document.bytes_at(side.content(ManifestKey::CoSwid)?)?;
            let full = harmless(&Diagnostic::item(Reader::new(bytes)).to_string());
            Some(Shown { short: format!("{}, {}", words::size(bytes.len()), words::short_hex(bytes)), full })
        };
        let (old, new) = (shown(old), shown(new));
        if old != new {
            lines.push(Line::of("coswid", old.as_ref(), new.as_ref()));
        }
    });
    severable(&mut lines, old, new, ManifestKey::Text, "text", |lines| people::compare(lines, old, new));
    if lines.is_empty() {
        lines.push(Line::words(Mark::Changed, "manifest", "differs in a part that has no words here"));
    }
    lines
}

/// An identifier that is taken from some components and given to others stays what it is.
fn moved(mut lines: Vec<Line>) -> Vec<Line> {
    let is_identity = |line: &Line| line.property.is_none();
    let mut at = 0;
    while at < lines.len() {
        let other = lines.iter().enumerate().position(|(place, other)| {
            let line = &lines[at];
            place > at
                && is_identity(line)
                && (&line.subject, &line.nested) == (&other.subject, &other.nested)
                && matches!(
                    (line.mark, other.mark),
                    (Mark::Removed, Mark::Added) | (Mark::Added, Mark::Removed)
                )
                && line.old.as_ref().or(line.new.as_ref()) == other.old.as_ref().or(other.new.as_ref())
        });
        if let Some(other) = other {
            let other = lines.remove(other);
            let line = &mut lines[at];
            line.mark = Mark::Changed;
            line.old = line.old.take().or(other.old);
            line.new = line.new.take().or(other.new);
            line.text = "the same, for other components".to_owned();
        }
        at += 1;
    }
    lines
}

/// Lines about the same thing side by side, in the order in which the first of each came.
fn by_subject(lines: Vec<Line>) -> Vec<Line> {
    let mut groups: Vec<Vec<Line>> = Vec::new();
    for line in lines {
        let same = |group: &&mut Vec<Line>| {
            group.iter().any(|known| (&known.subject, &known.nested) == (&line.subject, &line.nested))
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(line),
            None => groups.push(vec![line]),
        }
    }
    groups.into_iter().flatten().collect()
}

/// A part with one value.
fn member(
    lines: &mut Vec<Line>,
    old: &Side<'_>,
    new: &Side<'_>,
    key: ManifestKey,
    name: &str,
    shown: impl Fn(&Side<'_>, Id) -> Option<Shown>,
) {
    let value = |side: &Side<'_>| {
        let id = side.member(key)?;
        Some(shown(side, id).unwrap_or_else(|| Shown::plain(side.document.notation(id))))
    };
    if encoded(old, key) != encoded(new, key) {
        lines.push(Line::of(name, value(old).as_ref(), value(new).as_ref()));
    }
}

fn encoded<'d>(side: &Side<'d>, key: ManifestKey) -> Option<&'d [u8]> {
    side.member(key).map(|id| side.document.encoded(id))
}

fn components(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let (before, after) = (old.components(), new.components());
    for id in before.iter().filter(|id| !after.contains(id)) {
        lines.push(Line::words(Mark::Removed, "component", id_words(id)));
    }
    for id in after.iter().filter(|id| !before.contains(id)) {
        lines.push(Line::words(Mark::Added, "component", id_words(id)));
    }
    let kept = |these: &[&[u8]], others: &[&[u8]]| -> Vec<String> {
        these.iter().filter(|id| others.contains(id)).map(|id| id_words(id)).collect()
    };
    let (before, after) = (kept(&before, &after), kept(&after, &before));
    if before != after {
        let (before, after) = (Shown::plain(before.join(" ")), Shown::plain(after.join(" ")));
        lines.push(Line::of("components", Some(&before), Some(&after)).property("order"));
    }
}

fn dependencies(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>) {
    let (before, after) = (old.dependencies(), new.dependencies());
    let shown = |prefix: Option<&[u8]>| Shown::plain(prefix.map_or_else(|| "no prefix".to_owned(), id_words));
    let mut indices: Vec<_> = before.iter().chain(&after).map(|(index, _)| *index).collect();
    indices.sort_unstable();
    indices.dedup();
    for index in indices {
        let find = |list: &[(u64, Option<&[u8]>)]| {
            list.iter().find(|(known, _)| *known == index).map(|(_, prefix)| shown(*prefix))
        };
        let (before, after) = (find(&before), find(&after));
        if before != after {
            lines.push(Line::of(format!("dependency {index}"), before.as_ref(), after.as_ref()));
        }
    }
}

fn shared(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>, alone: bool) {
    let id = |side: &Side<'_>| side.common(CommonKey::SharedSequence);
    let bytes = |side: &Side<'_>| id(side).map(|id| side.document.encoded(id).to_vec());
    if bytes(old) == bytes(new) {
        return;
    }
    let steps = |side| id(side).map(|id| Side::steps(side, id)).unwrap_or_default();
    let before = lines.len();
    match (id(old), id(new)) {
        (None, _) => lines.push(Line::words(Mark::Added, "shared", "sequence before each section")),
        (_, None) => lines.push(Line::words(Mark::Removed, "shared", "sequence before each section")),
        _ => {}
    }
    Script::new("shared", alone, lines).compare(&steps(old), &steps(new));
    regrouped(lines, before, "shared");
}

fn section(lines: &mut Vec<Line>, old: &Side<'_>, new: &Side<'_>, key: ManifestKey, alone: bool) {
    severable(lines, old, new, key, key.name(), |lines| {
        // A side without the content of its section has nothing to compare with.
        match (old.section(key), new.section(key)) {
            (Some(old), Some(new)) => Script::new(key.name(), alone, lines).compare(&old, &new),
            (Some(steps), None) if new.member(key).is_none() => {
                Script::new(key.name(), alone, lines).compare(&steps, &[]);
            }
            (None, Some(steps)) if old.member(key).is_none() => {
                Script::new(key.name(), alone, lines).compare(&[], &steps);
            }
            _ => {}
        }
    });
}

/// If no line was added for a sequence whose bytes differ: each step is the same, written otherwise.
fn regrouped(lines: &mut Vec<Line>, before: usize, name: &str) {
    if lines.len() == before {
        let text = "the same steps; commands, selection or indices are written in another way";
        lines.push(Line::words(Mark::Changed, name, text));
    }
}

/// A part that may be severed: whether it is, then what changed inside as far as that is at hand.
fn severable(
    lines: &mut Vec<Line>,
    old: &Side<'_>,
    new: &Side<'_>,
    key: ManifestKey,
    name: &str,
    inside: impl FnOnce(&mut Vec<Line>),
) {
    if encoded(old, key) == encoded(new, key) {
        return;
    }
    let before = lines.len();
    let state = |side: &Side<'_>| {
        let id = side.member(key)?;
        Some(if side.is_severed(id) {
            let digest = side.digest(id).unwrap_or_else(|| Shown::plain(side.document.notation(id)));
            let at_hand = if side.content(key).is_some() { "" } else { ", not at hand" };
            Shown {
                short: format!("severed, {}{at_hand}", digest.short),
                full: format!("severed, {}", digest.full),
            }
        } else {
            let bytes = side.document.bytes_at(id).unwrap_or_default();
            Shown {
                short: format!("inline, {}", words::size(bytes.len())),
                full: format!("inline, h'{}'", Hex(bytes)),
            }
        })
    };
    let severed = |side: &Side<'_>| side.member(key).is_some_and(|id| side.is_severed(id));
    let (state_old, state_new) = (state(old), state(new));
    let both_inline = state_old.is_some() && state_new.is_some() && !severed(old) && !severed(new);
    if !both_inline {
        lines.push(Line::of(name, state_old.as_ref(), state_new.as_ref()));
    }
    inside(lines);
    regrouped(lines, before, name);
}
