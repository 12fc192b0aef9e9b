//! Ways through a document: `manifest.install[3].uri`.
//!
//! | step | leads to |
//! |---|---|
//! | `.name` | the member with this name; a number where there is no name |
//! | `["text"]` | the member with this text as its key |
//! | `[n]` | item `n` of a list, command `n` of a sequence, entry `n` of a map by index |
//! | `[0x8141…]` | the entry whose key has this encoding |
//!
//! Tags and byte strings that hold CBOR are passed through. What is not in the envelope is looked for in its
//! manifest, so `.install` finds the section wherever it is.

use super::document::{Document, Id};
use crate::error::{Failure, Outcome, codes};
use core::fmt::Write;
use suit_core::cbor::diag::Hex;
use suit_core::grammar::{Key, MapKind, Value, label_name};
use suit_core::labels::EnvelopeKey;

/// The way to a value, without a leading dot; empty for the outermost.
pub(crate) fn of(document: &Document<'_>, id: Option<Id>) -> String {
    let mut steps = Vec::new();
    let mut next = id;
    while let Some(id) = next {
        steps.push(step(document, id));
        next = document.node(id).parent;
    }
    let way: String = steps.into_iter().rev().collect();
    way.strip_prefix('.').map_or_else(|| way.clone(), str::to_owned)
}

/// The last step to a value; empty if that is passed through.
fn step(document: &Document<'_>, id: Id) -> String {
    let node = document.node(id);
    match node.key {
        Key::Root | Key::Content => String::new(),
        Key::Element(index) => format!("[{index}]"),
        // A code and its argument are one step.
        Key::Code | Key::Argument(_) => format!("[{}]", node.position / 2),
        Key::Label(MapKind::ByIndex | MapKind::Dependencies, label) => format!("[{label}]"),
        Key::Label(kind, label) => {
            label_name(kind, label).map_or_else(|| format!(".{label}"), |name| format!(".{}", one_word(name)))
        }
        Key::Name(_, name) if is_plain(name) => format!(".{name}"),
        Key::Name(_, name) => format!("[{}]", suit_core::cbor::diag::Quoted(name)),
        Key::Composite(_, encoded) => format!("[0x{}]", Hex(encoded)),
    }
}

/// Registry names with spaces (COSE headers) as one word.
fn one_word(name: &str) -> String {
    name.replace(' ', "-")
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|letter: char| letter.is_ascii_alphabetic())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
}

/// The value, or the command with its argument, that a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Selection {
    /// The value; of a command its code.
    pub(crate) first: Id,
    /// The same, or the argument of the command.
    pub(crate) last: Id,
}

impl Selection {
    const fn one(id: Id) -> Self {
        Self { first: id, last: id }
    }
}

impl Document<'_> {
    /// The bytes of a part; of a command with its argument.
    pub(crate) fn span(&self, part: Selection) -> core::ops::Range<usize> {
        self.node(part.first).offset..self.node(part.last).end
    }
}

/// Follows a path as given on the command line.
///
/// # Errors
/// E0099 for a malformed path, and for one that leads nowhere, with what there is instead.
pub(crate) fn find(document: &Document<'_>, path: &str) -> Outcome<Selection> {
    let Some(root) = document.root() else {
        return Err(Failure::new(codes::USAGE, "nothing in the file can be read, so no path leads anywhere"));
    };
    let mut here = Selection::one(root);
    let mut so_far = String::new();
    for step in split(path)? {
        // Names are looked for inside of a command's argument.
        let inside = document.content(here.last);
        let found = children(document, inside, &step).or_else(|| {
            let manifest = document.get(inside, EnvelopeKey::Manifest.code());
            let manifest = manifest.filter(|_| document.is_envelope(inside));
            manifest.and_then(|manifest| children(document, document.content(manifest), &step))
        });
        here = found.ok_or_else(|| nowhere(document, inside, &so_far, &step))?;
        let _ = write!(so_far, "{}", Shown(&step));
    }
    Ok(here)
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Name(String),
    Key(String),
    Index(u64),
    Encoded(String),
}

/// A step as it is written.
struct Shown<'s>(&'s Step);

impl core::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Step::Name(name) => write!(f, ".{name}"),
            Step::Key(key) => write!(f, "[\"{key}\"]"),
            Step::Index(index) => write!(f, "[{index}]"),
            Step::Encoded(hex) => write!(f, "[0x{hex}]"),
        }
    }
}

fn split(path: &str) -> Outcome<Vec<Step>> {
    let malformed = |what: &str| {
        Err(Failure::new(codes::USAGE, format!("malformed path '{path}': {what}"))
            .help("a path is made of .name, [number] and [\"text\"], for example .manifest.install[0].uri"))
    };
    let mut steps = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[\"") {
            let Some((key, after)) = behind.split_once("\"]") else {
                return malformed("'[\"' without '\"]'");
            };
            steps.push(Step::Key(key.to_owned()));
            rest = after;
        } else if let Some(behind) = rest.strip_prefix('[') {
            let Some((index, after)) = behind.split_once(']') else { return malformed("'[' without ']'") };
            steps.push(match (index.strip_prefix("0x"), index.parse()) {
                (Some(hex), _) => Step::Encoded(hex.to_ascii_lowercase()),
                (None, Ok(index)) => Step::Index(index),
                (None, Err(_)) => return malformed("'[ ]' holds a number or a text in double quotes"),
            });
            rest = after;
        } else {
            let behind = rest.strip_prefix('.').unwrap_or(rest);
            let end = behind.find(['.', '[']).unwrap_or(behind.len());
            let (name, after) = behind.split_at(end);
            if name.is_empty() {
                // A lone dot is the document itself.
                if after.is_empty() && steps.is_empty() {
                    return Ok(steps);
                }
                return malformed("a name is missing");
            }
            steps.push(Step::Name(name.to_owned()));
            rest = after;
        }
    }
    Ok(steps)
}

fn children(document: &Document<'_>, inside: Id, wanted: &Step) -> Option<Selection> {
    let mut found = document.children(inside).filter(|id| matches(document, *id, wanted));
    let first = found.next()?;
    let last = found.next().filter(|id| matches!(document.node(*id).key, Key::Argument(_)));
    Some(Selection { first, last: last.unwrap_or(first) })
}

fn matches(document: &Document<'_>, id: Id, wanted: &Step) -> bool {
    let node = document.node(id);
    match (node.key, wanted) {
        (Key::Element(index), Step::Index(wanted)) => index == *wanted,
        (Key::Code | Key::Argument(_), Step::Index(wanted)) => {
            u64::try_from(node.position / 2) == Ok(*wanted)
        }
        (Key::Label(MapKind::ByIndex | MapKind::Dependencies, label), Step::Index(wanted)) => {
            u64::try_from(label) == Ok(*wanted)
        }
        (Key::Label(kind, label), Step::Name(wanted)) => {
            label_name(kind, label).is_some_and(|name| one_word(name) == *wanted)
                || label.to_string() == *wanted
        }
        (Key::Name(_, name), Step::Name(wanted) | Step::Key(wanted)) => name == wanted,
        (Key::Composite(_, encoded), Step::Encoded(wanted)) => Hex(encoded).to_string() == *wanted,
        _ => false,
    }
}

fn nowhere(document: &Document<'_>, inside: Id, so_far: &str, wanted: &Step) -> Failure {
    const SHOWN: usize = 12;
    let place = if so_far.is_empty() { "the document".to_owned() } else { format!("'{so_far}'") };
    let mut names: Vec<_> = document.children(inside).map(|id| step(document, id)).collect();
    names.dedup();
    let failure = Failure::new(codes::USAGE, format!("there is no '{}' in {place}", Shown(wanted)));
    if names.is_empty() || matches!(document.node(inside).value, Value::Bytes(_)) {
        return failure.help("this value has no parts; leave the last step out");
    }
    let more = if names.len() > SHOWN { ", …" } else { "" };
    names.truncate(SHOWN);
    failure.help(format!("there is {}{more}", names.join(", ")))
}
