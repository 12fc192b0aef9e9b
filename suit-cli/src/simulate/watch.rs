//! What the commands of a run tell those who watch.

use super::trace::{Effect, Line, Place};
use suit_core::command::Sequence;
use suit_core::labels::{CUSTOM_MAX, Condition, Directive, ManifestKey};
use suit_verify_nostd::platform::{Handle, Watched};

/// Failed commands that are remembered.
const FAILED_MAX: usize = 16;

/// Watches commands.
#[derive(Debug, Default)]
pub(crate) struct Watcher {
    /// Commands that were carried out.
    pub(crate) commands: u32,
    /// The most sequences inside each other, and parameters set.
    pub(crate) depth: u8,
    pub(crate) settings: u8,
    /// Something was stored since the last command.
    pub(crate) stored: bool,
    /// The other component of the command that is carried out.
    pub(crate) other: Option<Handle>,
    /// Base and payload of the delta that is applied.
    pub(crate) delta: Option<(Handle, Handle)>,
    /// A delta was applied.
    pub(crate) rebuilt: bool,
    /// Where the payload of the command that is carried out came from.
    pub(crate) uri: Option<String>,
    /// The URI behind which nothing lies.
    pub(crate) lacking: Option<String>,
    /// Arguments of the invocation that is carried out, in hex.
    pub(crate) arguments: Option<String>,
    /// Nothing is stored: of commands that would store there is nothing to tell.
    pub(crate) rehearsing: bool,
    /// Commands that failed, the last one last.
    pub(crate) failed: Vec<Watched>,
    /// Where the sections of the root manifest stand: first byte, and the one behind the last.
    pub(crate) sections: Vec<(ManifestKey, u32, u32)>,
}

/// The name of a command: as in the drafts.
pub(crate) fn command_name(code: i64) -> String {
    let condition = Condition::from_code(code).map(Condition::name);
    let name = condition.or_else(|| Directive::from_code(code).map(Directive::name));
    name.map_or_else(|| format!("command {code}"), str::to_owned)
}

/// The name of a section.
pub(crate) fn section_name(key: ManifestKey) -> &'static str {
    if key == ManifestKey::Common { "shared" } else { key.name() }
}

impl Watcher {
    /// Notes where a sequence stands.
    pub(crate) fn note(&mut self, key: ManifestKey, sequence: &Sequence<'_>) {
        let start = u32::try_from(sequence.offset()).unwrap_or(u32::MAX);
        let length = u32::try_from(sequence.encoded().len()).unwrap_or(u32::MAX);
        self.sections.push((key, start, start.saturating_add(length)));
    }

    /// Where a section of the root manifest begins.
    pub(crate) fn start_of(&self, key: ManifestKey) -> u32 {
        self.sections.iter().find(|(known, ..)| *known == key).map_or(0, |(_, start, _)| *start)
    }

    /// The section of the root manifest in which this byte is.
    fn section(&self, offset: u32) -> Option<ManifestKey> {
        let mut all = self.sections.iter();
        all.find(|(_, start, end)| (*start..*end).contains(&offset)).map(|(key, ..)| *key)
    }

    /// The place of a command.
    pub(crate) fn place(&self, manifest: u8, offset: u32) -> Place {
        let section = if manifest == 0 { self.section(offset) } else { None };
        Place { manifest, section: section.map(section_name), offset }
    }

    /// Sees a command, and says what there is to tell of it, the components left out.
    pub(crate) fn see(&mut self, watched: &Watched) -> Option<Line> {
        self.commands = self.commands.saturating_add(1);
        self.depth = self.depth.max(watched.depth);
        self.settings = self.settings.max(watched.settings);
        let stored = core::mem::take(&mut self.stored);
        let uri = self.uri.take();
        let place = Some(self.place(watched.manifest, watched.offset));
        if watched.error.is_some() {
            // An account names a few.
            if self.failed.len() == FAILED_MAX {
                self.failed.remove(0);
            }
            self.failed.push(*watched);
        }
        let line = Line { place, ..Line::default() };
        if Condition::from_code(watched.code).is_some() {
            let holds = Some(watched.error.is_none());
            return Some(Line {
                effect: Effect::Condition,
                name: Some(command_name(watched.code)),
                holds,
                ..line
            });
        }
        if watched.error.is_some() || self.rehearsing {
            return None;
        }
        let directive = Directive::from_code(watched.code);
        if directive.is_none() && watched.code <= CUSTOM_MAX {
            return Some(Line { effect: Effect::Custom, name: Some(watched.code.to_string()), ..line });
        }
        let effect = match directive? {
            Directive::Invoke => {
                return Some(Line { effect: Effect::Invoke, arguments: self.arguments.take(), ..line });
            }
            Directive::Fetch => Effect::Fetch,
            Directive::Write => Effect::Write,
            Directive::Copy => Effect::Copy,
            Directive::InstallDelta => Effect::Delta,
            // A swap stores nothing anew, and whether it was done shows by the other component.
            Directive::Swap if self.other.is_some() => Effect::Swap,
            Directive::Swap => Effect::Skip,
            _ => return None,
        };
        let effect = if stored || effect == Effect::Swap { effect } else { Effect::Skip };
        let name = (effect == Effect::Skip).then(|| command_name(watched.code));
        let uri =
            if effect == Effect::Fetch { uri.or_else(|| Some("the envelope".to_owned())) } else { None };
        Some(Line { effect, name, uri, ..line })
    }
}
