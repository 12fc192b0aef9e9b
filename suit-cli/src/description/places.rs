//! Where in the description the parts of the manifest come from, so that what is found in the manifest can be
//! shown where it was written.

use crate::source::Span;
use std::collections::BTreeMap;
use suit_core::labels::ManifestKey;

/// A command sequence of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SequenceName {
    /// The one that runs before each section.
    Shared,
    /// A section.
    Section(ManifestKey),
}

/// A part of an envelope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Site {
    /// The envelope itself.
    Envelope,
    /// The version that the manifest installs.
    SetVersion,
    /// A sequence.
    Sequence(SequenceName),
    /// A command: the sequence, then index of command, of alternative, of command, …
    Command(SequenceName, Vec<usize>),
    /// The dependency with this index.
    Dependency(u64),
    /// A severable part.
    Member(ManifestKey),
    /// The text in this language.
    Text(String),
    /// A payload in the envelope.
    Payload(String),
}

/// A command's place, and those of the commands in it.
#[derive(Clone, Debug, Default)]
pub(crate) struct CommandPlace {
    /// Where it stands; recipes write commands that stand nowhere.
    pub(crate) span: Span,
    /// The places of each nested sequence's commands.
    pub(crate) nested: Vec<Vec<Self>>,
}

impl CommandPlace {
    /// A command without nested ones.
    pub(crate) fn at(span: Span) -> Self {
        Self { span, nested: Vec::new() }
    }
}

/// A sequence's place, and those of its commands.
#[derive(Clone, Debug, Default)]
pub(crate) struct SequencePlace {
    /// Where it stands.
    pub(crate) span: Span,
    /// The commands.
    pub(crate) commands: Vec<CommandPlace>,
}

/// All places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places {
    /// For what stands nowhere else.
    pub(crate) root: Span,
    /// `envelope.tagged`.
    pub(crate) envelope: Option<Span>,
    /// `manifest.version`.
    pub(crate) set_version: Option<Span>,
    /// Sequences.
    pub(crate) sequences: BTreeMap<SequenceName, SequencePlace>,
    /// Dependencies by index.
    pub(crate) dependencies: BTreeMap<u64, Span>,
    /// What is severable.
    pub(crate) members: Vec<(ManifestKey, Span)>,
    /// Languages.
    pub(crate) text: Vec<(String, Span)>,
    /// Payloads by name.
    pub(crate) payloads: Vec<(String, Span)>,
}

impl Places {
    /// The closest place to a part.
    pub(crate) fn find(&self, site: &Site) -> Span {
        let found = match site {
            Site::Envelope => self.envelope,
            Site::SetVersion => self.set_version,
            Site::Sequence(name) => self.sequences.get(name).map(|sequence| sequence.span),
            Site::Command(name, path) => self.sequences.get(name).map(|sequence| command(sequence, path)),
            Site::Dependency(index) => self.dependencies.get(index).copied(),
            Site::Member(key) => named(&self.members, key),
            Site::Text(language) => named(&self.text, language),
            Site::Payload(name) => named(&self.payloads, name),
        };
        found.unwrap_or(self.root)
    }
}

fn named<T: PartialEq>(list: &[(T, Span)], name: &T) -> Option<Span> {
    list.iter().find(|(known, _)| known == name).map(|(_, span)| *span)
}

fn command(sequence: &SequencePlace, path: &[usize]) -> Span {
    let mut span = sequence.span;
    let mut commands = &sequence.commands;
    let mut steps = path.iter();
    while let Some(place) = steps.next().and_then(|index| commands.get(*index)) {
        span = place.span;
        match steps.next().and_then(|alternative| place.nested.get(*alternative)) {
            Some(nested) => commands = nested,
            None => break,
        }
    }
    span
}
