//! What a manifest says about the payloads that it fetches, found by going through its commands without a device.
//!
//! Every way through the alternatives is followed as far as it is possible: once a condition on a component's slot has
//! held, another slot of the same component is out of question. What stands in a register at a fetch, and what image
//! checks the component afterwards, says which digest the payload has to have.

use std::collections::BTreeMap;
use suit_core::Manifest;
use suit_core::command::{Act, Operation, Selection, Sequence};
use suit_core::digest::Digest;
use suit_core::labels::{Condition, ManifestKey, ParameterKey};
use suit_core::parameter::{Parameter, Parameters};

/// Ways that are followed at the same time. Published manifests have two; each further pair of slots that is not tied
/// to the first doubles them.
const WAYS_MAX: usize = 64;

/// Commands that are followed, each counted once per way and component. The published manifests need fewer than 100;
/// nested alternatives could ask for numbers that nobody waits for.
const STEPS_MAX: usize = 100_000;

/// A payload that a manifest fetches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Expected<'a> {
    /// Index of the component that it is fetched into.
    pub(crate) component: u64,
    /// Whether that is a dependency: the payload is an envelope, the digest that of its manifest.
    pub(crate) is_dependency: bool,
    /// Where it is, as the manifest says.
    pub(crate) uri: &'a str,
    /// The digest that it has to have. `None` if the manifest holds none.
    pub(crate) digest: Option<Digest<'a>>,
    /// Its size in bytes.
    pub(crate) size: Option<u64>,
    /// What is known is about the plaintext, not about what is fetched.
    pub(crate) is_encrypted: bool,
}

/// All of them, each once, in the order in which they are fetched.
#[derive(Debug)]
pub(super) struct Expectations<'a> {
    pub(super) payloads: Vec<Expected<'a>>,
    /// There was more to follow than is followed.
    pub(super) is_incomplete: bool,
}

/// Goes through a manifest. `section` gives the sections that are there, severed ones included.
pub(super) fn expectations<'a>(
    manifest: &Manifest<'a>,
    section: impl Fn(ManifestKey) -> Option<Sequence<'a>>,
) -> Expectations<'a> {
    let mut walk = Walk { manifest, steps_left: STEPS_MAX, is_incomplete: false };
    // With one component the index is 0 from the start.
    let mut ways = vec![Way { selected: vec![0], ..Way::default() }];
    for key in [
        ManifestKey::DependencyResolution,
        ManifestKey::PayloadFetch,
        ManifestKey::CandidateVerification,
        ManifestKey::Install,
        ManifestKey::Validate,
        ManifestKey::Load,
        ManifestKey::Invoke,
    ] {
        let Some(sequence) = section(key) else { continue };
        for sequence in manifest.shared_sequence().into_iter().chain([sequence]) {
            for way in &mut ways {
                way.selected = vec![0];
            }
            ways = walk.sequence(sequence, ways);
        }
    }
    let mut payloads: Vec<Expected<'a>> = Vec::new();
    for found in ways.into_iter().flat_map(|way| way.found) {
        if !payloads.contains(&found) {
            payloads.push(found);
        }
    }
    Expectations { payloads, is_incomplete: walk.is_incomplete }
}

/// The parameters of a component that matter here.
#[derive(Clone, Copy, Debug, Default)]
struct Registers<'a> {
    uri: Option<&'a str>,
    digest: Option<Digest<'a>>,
    size: Option<u64>,
    source: Option<u64>,
    slot: Option<u64>,
    is_encrypted: bool,
}

/// One way through the manifest.
#[derive(Clone, Debug, Default)]
struct Way<'a> {
    selected: Vec<u64>,
    registers: BTreeMap<u64, Registers<'a>>,
    /// Slots that conditions have found the components in.
    slots: BTreeMap<u64, u64>,
    found: Vec<Expected<'a>>,
    /// Which of `found` a component holds, and whether an image check has looked at it.
    holds: BTreeMap<u64, (usize, bool)>,
}

struct Walk<'m, 'a> {
    manifest: &'m Manifest<'a>,
    steps_left: usize,
    is_incomplete: bool,
}

impl<'a> Walk<'_, 'a> {
    fn sequence(&mut self, sequence: Sequence<'a>, mut ways: Vec<Way<'a>>) -> Vec<Way<'a>> {
        for command in sequence.commands() {
            // The structure was checked before.
            let Ok(command) = command else { break };
            ways = self.command(&command.operation, ways);
        }
        ways
    }

    fn command(&mut self, operation: &Operation<'a>, mut ways: Vec<Way<'a>>) -> Vec<Way<'a>> {
        let steps = ways.iter().map(|way| 1 + way.selected.len() + way.registers.len()).sum();
        let Some(left) = self.steps_left.checked_sub(steps) else {
            self.is_incomplete = true;
            return ways;
        };
        self.steps_left = left;
        match operation {
            Operation::TryEach(alternatives) => {
                let mut out = Vec::new();
                'all: for way in ways {
                    for alternative in *alternatives {
                        // There may be as many as the file has bytes: no more are kept than are followed.
                        if out.len() > WAYS_MAX {
                            break 'all;
                        }
                        let selected = way.selected.clone();
                        let taken = match alternative {
                            Some(sequence) => self.sequence(sequence, vec![way.clone()]),
                            None => vec![way.clone()],
                        };
                        // the selection ends with the nested sequence.
                        out.extend(
                            taken.into_iter().map(|taken| Way { selected: selected.clone(), ..taken }),
                        );
                    }
                }
                if out.len() > WAYS_MAX {
                    out.truncate(WAYS_MAX);
                    self.is_incomplete = true;
                }
                return out;
            }
            Operation::RunSequence(sequence) => {
                let mut out = Vec::new();
                for way in ways {
                    let selected = way.selected.clone();
                    let run = self.sequence(*sequence, vec![way]);
                    out.extend(run.into_iter().map(|run| Way { selected: selected.clone(), ..run }));
                }
                return out;
            }
            _ => {}
        }
        ways.retain_mut(|way| self.step(operation, way));
        ways
    }

    /// Whether the way goes on.
    fn step(&self, operation: &Operation<'a>, way: &mut Way<'a>) -> bool {
        match operation {
            Operation::SetComponentIndex(selection) => way.selected = self.select(selection),
            // The difference between setting and overriding is who wins, and tools emit the latter only.
            Operation::OverrideParameters(parameters) | Operation::SetParameters(parameters) => {
                for component in way.selected.clone() {
                    way.set(component, *parameters);
                }
            }
            Operation::OverrideMultiple(several) => {
                several.parameters().for_each(|(component, parameters)| way.set(component, parameters));
            }
            Operation::CopyParams(several) => {
                for (from, labels) in several.labels() {
                    let source = way.registers.get(&from).copied().unwrap_or_default();
                    for component in way.selected.clone() {
                        let registers = way.registers.entry(component).or_default();
                        labels.for_each(|label| registers.copy(&source, label));
                    }
                }
            }
            Operation::Condition(Condition::ComponentSlot, _) => return way.enter_slots(),
            Operation::Condition(Condition::ImageMatch | Condition::DependencyIntegrity, _) => {
                for component in way.selected.clone() {
                    way.check_image(component);
                }
            }
            Operation::Act(act, _) => {
                for component in way.selected.clone() {
                    self.act(*act, component, way);
                }
            }
            _ => {}
        }
        true
    }

    fn act(&self, act: Act, component: u64, way: &mut Way<'a>) {
        let registers = way.registers.get(&component).copied().unwrap_or_default();
        match act {
            Act::Fetch => {
                way.holds.remove(&component);
                let Some(uri) = registers.uri else { return };
                way.holds.insert(component, (way.found.len(), false));
                way.found.push(Expected {
                    component,
                    is_dependency: self.manifest.dependencies().contains(component),
                    uri,
                    digest: registers.digest,
                    size: registers.size,
                    is_encrypted: registers.is_encrypted,
                });
            }
            Act::Copy => {
                let held = registers.source.and_then(|source| way.holds.get(&source).copied());
                match held {
                    // What arrives is what was fetched, unless it is decrypted on the way.
                    Some((number, _)) if !registers.is_encrypted => {
                        way.holds.insert(component, (number, false));
                    }
                    _ => {
                        way.holds.remove(&component);
                    }
                }
            }
            Act::Swap => {
                let Some(source) = registers.source else { return };
                let (here, there) = (way.holds.remove(&component), way.holds.remove(&source));
                way.holds.extend(there.map(|held| (component, held)));
                way.holds.extend(here.map(|held| (source, held)));
            }
            // What a delta makes is no payload that could be at hand.
            Act::Write | Act::Unlink | Act::InstallDelta => {
                way.holds.remove(&component);
            }
            Act::ProcessDependency | Act::Invoke | Act::Wait => {}
        }
    }

    fn select(&self, selection: &Selection<'a>) -> Vec<u64> {
        match selection {
            Selection::One(index) => vec![*index],
            Selection::Several(indices) => indices.collect(),
            // the components, then the dependencies beyond them.
            Selection::All => {
                let count = self.manifest.components().len();
                let beyond = self.manifest.dependencies().iter().map(|one| one.index);
                (0..count).chain(beyond.filter(|index| *index >= count)).collect()
            }
        }
    }
}

impl<'a> Way<'a> {
    fn set(&mut self, component: u64, parameters: Parameters<'a>) {
        let registers = self.registers.entry(component).or_default();
        parameters.flatten().for_each(|parameter| registers.set(&parameter));
    }

    /// Notes the slots in which the selected components are; false if one is known to be elsewhere.
    fn enter_slots(&mut self) -> bool {
        for component in &self.selected {
            let Some(slot) = self.registers.get(component).and_then(|registers| registers.slot) else {
                continue;
            };
            if *self.slots.entry(*component).or_insert(slot) != slot {
                return false;
            }
        }
        true
    }

    fn check_image(&mut self, component: u64) {
        let Some(registers) = self.registers.get(&component) else { return };
        let Some((number, is_checked)) = self.holds.get_mut(&component) else { return };
        // The first check after a fetch is the one that is about it.
        if let (Some(found), Some(digest), false) =
            (self.found.get_mut(*number), registers.digest, *is_checked)
        {
            found.digest = Some(digest);
            found.size = registers.size.or(found.size);
            *is_checked = true;
        }
    }
}

impl<'a> Registers<'a> {
    fn set(&mut self, parameter: &Parameter<'a>) {
        match parameter {
            Parameter::Uri(uri) => self.uri = Some(uri),
            Parameter::ImageDigest(digest) => self.digest = Some(*digest),
            Parameter::ImageSize(size) => self.size = Some(*size),
            Parameter::SourceComponent(source) => self.source = Some(*source),
            Parameter::ComponentSlot(slot) => self.slot = Some(*slot),
            Parameter::EncryptionInfo(_) => self.is_encrypted = true,
            _ => {}
        }
    }

    fn copy(&mut self, from: &Self, label: i64) {
        match ParameterKey::from_code(label) {
            Some(ParameterKey::Uri) => self.uri = from.uri,
            Some(ParameterKey::ImageDigest) => self.digest = from.digest,
            Some(ParameterKey::ImageSize) => self.size = from.size,
            Some(ParameterKey::SourceComponent) => self.source = from.source,
            Some(ParameterKey::ComponentSlot) => self.slot = from.slot,
            Some(ParameterKey::EncryptionInfo) => self.is_encrypted = from.is_encrypted,
            _ => {}
        }
    }
}
