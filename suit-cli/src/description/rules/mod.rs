//! Rules for authors: what the drafts ask of those who write manifests, beyond what readers enforce.
//!
//! They work on the manifest, so that they hold whatever wrote it, and name the part that breaks them. A broken rule
//! is a warning with a number of its own (`W02…`); `--deny-warnings` makes it a refusal.

mod envelope;
mod flow;
mod identity;
mod selection;
mod sequences;
mod text;

use super::places::{Places, SequenceName, Site};
use crate::error::{Code, Failure};
use crate::source::Document;
use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::owned::{Command, Manifest, Member};

/// What the rules look at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subject<'s> {
    /// The manifest, with everything inline that is at hand.
    pub(crate) manifest: &'s Manifest,
    /// Whether the envelope has its tag.
    pub(crate) tagged: bool,
    /// The hash of severed parts.
    pub(crate) hash: Algorithm,
    /// What is to be severed.
    pub(crate) severable: &'s [ManifestKey],
    /// Names and contents of what travels in the envelope.
    pub(crate) payloads: &'s [(&'s str, &'s [u8])],
}

/// A rule that is broken, and where.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    /// The rule.
    pub(crate) rule: Code,
    /// The part that breaks it.
    pub(crate) site: Site,
    /// What is wrong, on one line.
    pub(crate) message: String,
    /// The next step, where the rule's own does not fit.
    pub(crate) help: Option<String>,
}

impl Finding {
    fn new(rule: Code, site: Site, message: impl Into<String>) -> Self {
        Self { rule, site, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// As a warning that shows its place in a description.
    pub(crate) fn warning(self, document: &Document, places: &Places) -> Failure {
        let failure = document.failure(self.rule, places.find(&self.site), self.message).warning();
        match self.help {
            Some(help) => failure.help(help),
            None => failure,
        }
    }
}

/// All findings, in the order of the manifest.
pub(crate) fn check(subject: &Subject<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    envelope::check(subject, &mut findings);
    identity::check(subject, &mut findings);
    sequences::check(subject, &mut findings);
    flow::check(subject, &mut findings);
    text::check(subject, &mut findings);
    findings
}

/// The shared sequence and all sections whose content is at hand, in the order of their keys.
fn all_sequences(manifest: &Manifest) -> impl Iterator<Item = (SequenceName, &[Command])> {
    let shared = manifest.shared.iter().map(|commands| (SequenceName::Shared, commands.as_slice()));
    let sections = manifest.sections.iter().filter_map(|(key, section)| match section {
        Member::Inline(commands) => Some((SequenceName::Section(*key), commands.as_slice())),
        Member::Severed(_) => None,
    });
    shared.chain(sections)
}

/// Calls `see` with every command, the path to it, and how deep it is nested.
fn each_command<'m>(
    commands: &'m [Command],
    path: &mut Vec<usize>,
    see: &mut dyn FnMut(&'m Command, &[usize]),
) {
    for (index, command) in commands.iter().enumerate() {
        path.push(index);
        see(command, path);
        match command {
            Command::TryEach(alternatives, _) => {
                for (alternative, commands) in alternatives.iter().enumerate() {
                    path.push(alternative);
                    each_command(commands, path, see);
                    path.pop();
                }
            }
            Command::RunSequence(commands) => {
                path.push(0);
                each_command(commands, path, see);
                path.pop();
            }
            _ => {}
        }
        path.pop();
    }
}
