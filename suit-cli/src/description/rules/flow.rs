//! Rules about what happens before what: parameters are set before commands need them, dependencies are checked before
//! they are processed, what is fetched has a digest.
//!
//! The sequences are followed as a device would run them, with all alternatives of a try taken. What is set in one
//! section is still set in the later ones of the same procedure; validate, which also runs at every start, begins with
//! what the shared sequence sets.

use super::{Finding, Subject};
use crate::description::lower::digest_of;
use crate::description::places::{SequenceName, Site};
use crate::description::values::{digest_text, size_words};
use crate::description::words::word;
use crate::error::codes;
use std::collections::{BTreeMap, BTreeSet};
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey, ParameterKey};
use suit_core::owned::{Command, Digest, Manifest, Member, Parameter, Selection};
use suit_core::{Envelope, Tagging};

/// The sections of each procedure in the order in which they run.
const PROCEDURES: &[&[ManifestKey]] = &[
    &[
        ManifestKey::DependencyResolution,
        ManifestKey::PayloadFetch,
        ManifestKey::CandidateVerification,
        ManifestKey::Install,
    ],
    &[ManifestKey::Validate, ManifestKey::Load, ManifestKey::Invoke],
    &[ManifestKey::Uninstall],
];

/// What is known of one component's parameters.
#[derive(Clone, Debug, Default, PartialEq)]
struct Known {
    /// Labels that are set; the value where there is only one that it can have.
    values: BTreeMap<i64, Option<Parameter>>,
}

#[derive(Clone, Debug, Default, PartialEq)]
struct State {
    components: BTreeMap<u64, Known>,
    /// Dependencies whose integrity was checked.
    checked: BTreeSet<u64>,
    /// What following commands work on.
    selected: Vec<u64>,
}

impl State {
    fn has(&self, index: u64, key: ParameterKey) -> bool {
        self.components.get(&index).is_some_and(|known| known.values.contains_key(&key.code()))
    }

    fn value(&self, index: u64, key: ParameterKey) -> Option<&Parameter> {
        self.components.get(&index)?.values.get(&key.code())?.as_ref()
    }

    fn set(&mut self, index: u64, parameter: &Parameter, only_if_unset: bool) {
        let values = &mut self.components.entry(index).or_default().values;
        match values.get_mut(&parameter.label()) {
            Some(known) if only_if_unset => {
                // Set on some ways, perhaps not on all: then it can be either.
                if known.as_ref() != Some(parameter) {
                    *known = None;
                }
            }
            Some(known) => *known = Some(parameter.clone()),
            None => drop(values.insert(parameter.label(), Some(parameter.clone()))),
        }
    }

    /// What is known if one of two things happened.
    fn or(mut self, other: Self) -> Self {
        for (index, theirs) in other.components {
            let ours = self.components.entry(index).or_default();
            for (label, value) in theirs.values {
                match ours.values.get_mut(&label) {
                    Some(known) if *known == value => {}
                    Some(known) => *known = None,
                    None => drop(ours.values.insert(label, value)),
                }
            }
        }
        self.checked.retain(|index| other.checked.contains(index));
        self
    }
}

pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut flow = Flow::new(subject, findings);
    let mut shared = State { selected: vec![flow.first()], ..State::default() };
    if let Some(commands) = &subject.manifest.shared {
        flow.sequence(SequenceName::Shared, commands, &mut Vec::new(), &mut shared);
    }
    let mut ends = Vec::new();
    for procedure in PROCEDURES {
        let mut state = shared.clone();
        for key in *procedure {
            let Some(Member::Inline(commands)) = subject.manifest.sections.get(key) else { continue };
            // M §6.4: each section is preceded by the shared sequence, which selects and sets anew.
            if let Some(commands) = &subject.manifest.shared {
                flow.quiet(commands, &mut state);
            }
            state.selected = vec![flow.first()];
            flow.sequence(SequenceName::Section(*key), commands, &mut Vec::new(), &mut state);
        }
        ends.push(state);
    }
    flow.sizes_alone(&ends);
    flow.integrated_dependencies();
}

struct Flow<'f> {
    subject: &'f Subject<'f>,
    findings: &'f mut Vec<Finding>,
    /// While this is set nothing is reported: the sequence was gone through before.
    quiet: bool,
    /// Where sizes were set.
    sizes: Vec<(u64, Site)>,
    /// Dependencies that are fetched from the envelope: index and payload's name.
    integrated: Vec<(u64, String)>,
    /// Dependencies and the sections that process them.
    processed: BTreeSet<(u64, ManifestKey)>,
}

impl<'f> Flow<'f> {
    fn new(subject: &'f Subject<'f>, findings: &'f mut Vec<Finding>) -> Self {
        Self {
            subject,
            findings,
            quiet: false,
            sizes: Vec::new(),
            integrated: Vec::new(),
            processed: BTreeSet::new(),
        }
    }

    fn report(&mut self, finding: Finding) {
        if !self.quiet {
            self.findings.push(finding);
        }
    }

    /// P-104: what is selected at the beginning.
    fn first(&self) -> u64 {
        0
    }

    fn targets(&self) -> Vec<u64> {
        let listed = u64::try_from(self.subject.manifest.components.len()).unwrap_or(u64::MAX);
        let beyond = self.subject.manifest.dependencies.keys().copied().filter(|index| *index >= listed);
        (0..listed).chain(beyond).collect()
    }

    fn quiet(&mut self, commands: &[Command], state: &mut State) {
        let before = core::mem::replace(&mut self.quiet, true);
        self.sequence(SequenceName::Shared, commands, &mut Vec::new(), state);
        self.quiet = before;
    }

    fn sequence(
        &mut self,
        name: SequenceName,
        commands: &[Command],
        path: &mut Vec<usize>,
        state: &mut State,
    ) {
        for (index, command) in commands.iter().enumerate() {
            path.push(index);
            self.command(name, command, path, state);
            path.pop();
        }
    }

    fn command(&mut self, name: SequenceName, command: &Command, path: &mut Vec<usize>, state: &mut State) {
        match command {
            Command::SetComponentIndex(selection) => {
                state.selected = match selection {
                    Selection::One(index) => vec![*index],
                    Selection::All => self.targets(),
                    Selection::Several(indices) => indices.clone(),
                };
            }
            Command::SetParameters(list) => self.set(name, path, state, None, list, true),
            Command::OverrideParameters(list) => self.set(name, path, state, None, list, false),
            Command::OverrideMultiple(entries) => {
                for (index, list) in entries {
                    self.set(name, path, state, Some(*index), list, false);
                }
                // P-106.
                state.selected = entries.last().map(|(index, _)| *index).into_iter().collect();
            }
            Command::CopyParams(entries) => copy(state, entries),
            Command::Condition(condition, _) => self.condition(name, path, state, *condition),
            Command::Act(act, _) => self.act(name, path, state, *act),
            Command::TryEach(alternatives, or_nothing) => {
                let selected = state.selected.clone();
                let mut ways = Vec::new();
                for (alternative, commands) in alternatives.iter().enumerate() {
                    let mut way = state.clone();
                    path.push(alternative);
                    self.sequence(name, commands, path, &mut way);
                    path.pop();
                    way.selected.clone_from(&selected);
                    ways.push(way);
                }
                if *or_nothing {
                    ways.push(state.clone());
                }
                if let Some(merged) = ways.into_iter().reduce(State::or) {
                    *state = merged;
                }
            }
            Command::RunSequence(commands) => {
                let selected = state.selected.clone();
                path.push(0);
                self.sequence(name, commands, path, state);
                path.pop();
                state.selected = selected;
            }
            Command::Custom(..) => {}
        }
    }

    fn set(
        &mut self,
        name: SequenceName,
        path: &[usize],
        state: &mut State,
        index: Option<u64>,
        list: &[Parameter],
        only_if_unset: bool,
    ) {
        let targets = index.map_or_else(|| state.selected.clone(), |index| vec![index]);
        for index in targets {
            for parameter in list {
                state.set(index, parameter, only_if_unset);
                if matches!(parameter, Parameter::ImageSize(_)) && !self.quiet {
                    self.sizes.push((index, Site::Command(name, path.to_vec())));
                }
            }
        }
    }

    /// P-086: what a command needs is set before.
    fn needs(&mut self, name: SequenceName, path: &[usize], state: &State, what: &str, key: ParameterKey) {
        for index in state.selected.clone() {
            if !state.has(index, key) {
                let message =
                    format!("'{what}' needs '{}', which is not set for component {index}", word(key));
                let site = Site::Command(name, path.to_vec());
                self.report(Finding::new(codes::PARAMETER_UNSET, site, message));
            }
        }
    }

    fn condition(&mut self, name: SequenceName, path: &[usize], state: &mut State, condition: Condition) {
        let key = match condition {
            Condition::VendorIdentifier => ParameterKey::VendorIdentifier,
            Condition::ClassIdentifier => ParameterKey::ClassIdentifier,
            Condition::DeviceIdentifier => ParameterKey::DeviceIdentifier,
            Condition::ImageMatch | Condition::ImageNotMatch | Condition::DependencyIntegrity => {
                ParameterKey::ImageDigest
            }
            Condition::UseBefore => ParameterKey::UseBefore,
            Condition::ComponentSlot => ParameterKey::ComponentSlot,
            Condition::CheckContent => ParameterKey::Content,
            Condition::MinimumBattery => ParameterKey::MinimumBattery,
            Condition::UpdateAuthorized => ParameterKey::UpdatePriority,
            Condition::Version => ParameterKey::Version,
            // These need none.
            _ => return,
        };
        self.needs(name, path, state, word(condition), key);
        if condition == Condition::DependencyIntegrity {
            state.checked.extend(state.selected.iter().copied());
        }
    }

    fn act(&mut self, name: SequenceName, path: &[usize], state: &mut State, act: Act) {
        let key = match act {
            Act::Fetch => ParameterKey::Uri,
            Act::Copy | Act::Swap => ParameterKey::SourceComponent,
            Act::Write => ParameterKey::Content,
            Act::Wait => ParameterKey::WaitInfo,
            Act::InstallDelta => {
                self.needs(name, path, state, word(act), ParameterKey::DeltaBase);
                ParameterKey::SourceComponent
            }
            Act::ProcessDependency => return self.process_dependency(name, path, state),
            _ => return,
        };
        self.needs(name, path, state, word(act), key);
        if act == Act::Fetch {
            for index in state.selected.clone() {
                self.fetch(name, path, state, index);
            }
        }
        // P-160: a dependency that is written again was not checked.
        state.checked.retain(|index| !state.selected.contains(index));
    }

    /// TD §5.6.2: a dependency that was not checked makes devices abort.
    fn process_dependency(&mut self, name: SequenceName, path: &[usize], state: &State) {
        for index in &state.selected {
            if let SequenceName::Section(key) = name {
                self.processed.insert((*index, key));
            }
            if !state.checked.contains(index) {
                let message =
                    format!("the dependency {index} is processed without checking its integrity before");
                let site = Site::Command(name, path.to_vec());
                self.report(Finding::new(codes::DEPENDENCY_UNCHECKED, site, message));
            }
        }
    }

    fn fetch(&mut self, name: SequenceName, path: &[usize], state: &State, index: u64) {
        let site = || Site::Command(name, path.to_vec());
        if !state.has(index, ParameterKey::ImageDigest) {
            let message = format!("component {index} is fetched, and no digest says what it must be");
            self.report(Finding::new(codes::FETCH_WITHOUT_DIGEST, site(), message));
        }
        let Some(Parameter::Uri(uri)) = state.value(index, ParameterKey::Uri) else { return };
        let Some((_, content)) = self.subject.payloads.iter().find(|(name, _)| name == uri) else { return };
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let is_dependency = self.subject.manifest.dependencies.contains_key(&index);
        if is_dependency {
            self.integrated.push((index, uri.clone()));
        }
        let size = match state.value(index, ParameterKey::ImageSize) {
            Some(Parameter::ImageSize(size)) => Some(*size),
            _ => None,
        };
        if let Some(size) = size.filter(|size| *size != length) {
            let rule = if is_dependency { codes::DEPENDENCY_SIZE } else { codes::PAYLOAD_DIFFERS };
            let message = format!("'{uri}' has {}, not {}", size_words(length), size_words(size));
            self.report(Finding::new(rule, site(), message).help(format!("set size = {length}")));
        }
        let Some(Parameter::ImageDigest(digest)) = state.value(index, ParameterKey::ImageDigest) else {
            return;
        };
        let found =
            if is_dependency { manifest_digest(content) } else { digest_of(digest.algorithm, content) };
        if let Some(found) = found.filter(|found| found != digest) {
            let message = format!("'{uri}' does not have the digest that is set for component {index}");
            let help = format!("set digest = \"{}\"", digest_text(&found));
            self.report(Finding::new(codes::PAYLOAD_DIFFERS, site(), message).help(help));
        }
    }

    /// A size bounds what is stored, but says nothing about what it is.
    fn sizes_alone(&mut self, ends: &[State]) {
        let mut seen = Vec::new();
        for (index, site) in core::mem::take(&mut self.sizes) {
            let digest = ends.iter().any(|state| state.has(index, ParameterKey::ImageDigest));
            if !digest && !seen.contains(&site) {
                let message = format!("component {index} has a size, but no digest");
                self.report(Finding::new(codes::SIZE_WITHOUT_DIGEST, site.clone(), message));
                seen.push(site);
            }
        }
    }

    /// P-152: the dependent processes a dependency in every section that the dependency has.
    fn integrated_dependencies(&mut self) {
        let mut integrated = core::mem::take(&mut self.integrated);
        integrated.sort();
        integrated.dedup();
        for (index, name) in integrated {
            let content =
                self.subject.payloads.iter().find(|(known, _)| *known == name).map(|(_, content)| *content);
            for key in content.map(sections_of).unwrap_or_default() {
                if self.processed.contains(&(index, key)) {
                    continue;
                }
                let has = self.subject.manifest.sections.contains_key(&key);
                let section = word(key);
                let message = if has {
                    format!(
                        "'{section}' does not process the dependency '{name}', which has this section too"
                    )
                } else {
                    format!("the dependency '{name}' has a section '{section}', and this manifest has none")
                };
                let site =
                    if has { Site::Sequence(SequenceName::Section(key)) } else { Site::Dependency(index) };
                let help = format!("add a '{section}' sequence that processes the dependency {index}");
                self.report(Finding::new(codes::DEPENDENCY_SECTION, site, message).help(help));
            }
        }
    }
}

/// P-107: from each component to the selected ones.
fn copy(state: &mut State, entries: &[(u64, Vec<i64>)]) {
    for (source, labels) in entries {
        for label in labels {
            let value = state.components.get(source).and_then(|known| known.values.get(label)).cloned();
            if let Some(value) = value {
                for index in state.selected.clone() {
                    state.components.entry(index).or_default().values.insert(*label, value.clone());
                }
            }
        }
    }
}

fn manifest_digest(content: &[u8]) -> Option<Digest> {
    let envelope = Envelope::parse(content, Tagging::Optional).ok()?;
    digest_of(envelope.authentication().digest().algorithm(), envelope.manifest().item())
}

/// The sections of an integrated dependency that run in an update or at start.
fn sections_of(content: &[u8]) -> Vec<ManifestKey> {
    let manifest = Envelope::parse(content, Tagging::Optional)
        .and_then(|envelope| suit_core::Manifest::parse(envelope.manifest().content()))
        .and_then(|manifest| Manifest::try_from(&manifest));
    let sections = manifest.map(|manifest| manifest.sections).unwrap_or_default();
    sections.into_keys().filter(|key| *key != ManifestKey::Uninstall).collect()
}
