//! What the tests over executable vectors share: the device of a vector, and how it is driven.

#![allow(dead_code, reason = "each test uses a part of it")]

pub(crate) mod device;

use std::collections::BTreeMap;

use suit_core::{Envelope, Tagging};
use suit_verify_nostd::platform::{Handle, Identifier};
use suit_verify_nostd::process::{
    Dependencies, Dependency, Failure, Lent, Memory, Options, Procedure, ProcessError, Processor, Setup, Step,
};
use suit_verify_nostd::{Budget, Crypto, TrustStore, authenticate};

use device::{Component, Device, Facts};

/// Bytes that are fed at a time: not a divisor of anything.
const PIECE: usize = 7;

/// Times that a run is called again after it waited, at most.
const WAITS: usize = 100;

/// A device of a vector, with what is around it.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) device: Device,
    pub(crate) payloads: BTreeMap<String, Vec<u8>>,
    pub(crate) limits: Limits,
    pub(crate) options: Options,
    /// Facts that hold once the device has waited, time after time.
    pub(crate) later: Vec<toml::Table>,
}

/// What is lent to the processor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) commands: u32,
    pub(crate) targets: usize,
    pub(crate) settings: usize,
    pub(crate) frames: usize,
    pub(crate) buffer: usize,
    /// Bytes for envelopes of dependencies, and how many of these.
    pub(crate) room: usize,
    pub(crate) dependencies: usize,
    /// Bytes for decoding deltas.
    pub(crate) delta: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            commands: 1_000,
            targets: 4,
            settings: 24,
            frames: 8,
            buffer: 64,
            room: 2_000,
            dependencies: 2,
            delta: 2_560,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Done,
    /// It waits for events that don't come.
    Waiting,
    Failed(Failure),
}

/// A value of a table, taken out of it.
struct Taken<'t>(&'t str, toml::Table);

impl Taken<'_> {
    fn number(&mut self, key: &str) -> Option<i64> {
        let value = self.1.remove(key)?;
        Some(value.as_integer().unwrap_or_else(|| panic!("{}: {key} is a number", self.0)))
    }

    fn unsigned<T: TryFrom<i64>>(&mut self, key: &str) -> Option<T> {
        let number = self.number(key)?;
        Some(T::try_from(number).unwrap_or_else(|_| panic!("{}: {key} is in range", self.0)))
    }

    fn text(&mut self, key: &str) -> Option<String> {
        let value = self.1.remove(key)?;
        Some(value.as_str().unwrap_or_else(|| panic!("{}: {key} is a text", self.0)).to_owned())
    }

    fn bytes(&mut self, key: &str) -> Option<Vec<u8>> {
        self.text(key).map(|text| unhex(&text))
    }

    fn truth(&mut self, key: &str) -> bool {
        self.1.remove(key).is_some_and(|value| value.as_bool().unwrap())
    }

    fn list(&mut self, key: &str) -> Vec<toml::Value> {
        self.1.remove(key).map_or_else(Vec::new, |value| value.as_array().unwrap().clone())
    }

    fn table(&mut self, key: &str) -> toml::Table {
        self.1.remove(key).map_or_else(toml::Table::new, |value| value.as_table().unwrap().clone())
    }

    fn end(self) {
        assert!(self.1.is_empty(), "{}: unknown: {:?}", self.0, self.1);
    }
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

fn words(values: &[toml::Value]) -> Vec<String> {
    values.iter().map(|value| value.as_str().unwrap().to_owned()).collect()
}

fn numbers(values: &[toml::Value]) -> Vec<i64> {
    values.iter().map(|value| value.as_integer().unwrap()).collect()
}

fn component(path: &str, table: &toml::Table) -> Component {
    let mut taken = Taken(path, table.clone());
    let component = Component {
        id: taken.text("id").unwrap(),
        content: taken.bytes("content"),
        slot: taken.unsigned("slot"),
        capacity: taken.unsigned("capacity").unwrap_or(1_000),
        kept: taken.bytes("kept").unwrap_or_default(),
        broken: taken.truth("broken"),
        version: numbers(&taken.list("version")),
        users: words(&taken.list("users")).into_iter().collect(),
    };
    taken.end();
    component
}

impl Facts {
    /// Takes over the facts that a table has.
    fn change(&mut self, taken: &mut Taken<'_>) {
        self.now = taken.unsigned("now").or(self.now);
        self.battery = taken.unsigned("battery").or(self.battery);
        self.power = taken.number("power").or(self.power);
        self.network = taken.number("network").or(self.network);
        self.authorized = taken.number("authorized").or(self.authorized);
        for (id, version) in taken.table("others") {
            self.others.insert(unhex(&id), numbers(version.as_array().unwrap()));
        }
    }
}

/// The device carries out every custom command.
static SUPPORTED: suit_core::grammar::Supported = suit_verify_nostd::process::supported(true, true).custom();

impl World {
    /// The device of a vector. An unknown key fails.
    pub(crate) fn new(path: &str, table: &toml::Table) -> Self {
        let mut taken = Taken(path, table.clone());
        let mut world = Self::default();
        let uuids = |taken: &mut Taken<'_>, key: &str| -> Vec<Identifier<'static>> {
            let uuid = |text: String| Identifier::Uuid(unhex(&text).try_into().expect("16 bytes"));
            words(&taken.list(key)).into_iter().map(uuid).collect()
        };
        let device = &mut world.device;
        device.vendors = uuids(&mut taken, "vendor");
        device.classes = uuids(&mut taken, "class");
        device.devices = uuids(&mut taken, "device");
        let number = |text: String| Identifier::Pen(unhex(&text).leak());
        device.vendors.extend(words(&taken.list("vendor-number")).into_iter().map(number));
        device.custom = taken.text("custom").map(|answer| match &*answer {
            "holds" => true,
            "fails" => false,
            other => panic!("{path}: custom {other}"),
        });
        for (id, floor) in taken.table("floors") {
            device.floors.insert(id, floor.as_integer().unwrap().try_into().unwrap());
        }
        device.facts.change(&mut taken);
        let components = taken.list("component");
        device.components = components.iter().map(|it| component(path, it.as_table().unwrap())).collect();
        for (uri, payload) in taken.table("payloads") {
            world.payloads.insert(uri, unhex(payload.as_str().unwrap()));
        }
        let usual = Limits::default();
        world.limits = Limits {
            commands: taken.unsigned("commands").unwrap_or(usual.commands),
            targets: taken.unsigned("targets").unwrap_or(usual.targets),
            settings: taken.unsigned("settings").unwrap_or(usual.settings),
            frames: taken.unsigned("frames").unwrap_or(usual.frames),
            buffer: taken.unsigned("buffer").unwrap_or(usual.buffer),
            room: taken.unsigned("room").unwrap_or(usual.room),
            dependencies: taken.unsigned("dependencies").unwrap_or(usual.dependencies),
            delta: taken.unsigned("delta").unwrap_or(usual.delta),
        };
        for option in words(&taken.list("options")) {
            let options = &mut world.options;
            let option = match &*option {
                "strictly-newer" => &mut options.strictly_newer,
                "demand-identity" => &mut options.demand_identity,
                "integrity-unasked" => &mut options.integrity_unasked,
                "sections-unmatched" => &mut options.sections_unmatched,
                "invoke-unverified" => &mut options.invoke_unverified,
                "untagged-dependencies" => &mut options.untagged_dependencies,
                other => panic!("{path}: option {other}"),
            };
            *option = true;
        }
        world.later = taken.list("later").iter().map(|it| it.as_table().unwrap().clone()).collect();
        taken.end();
        world
    }

    /// Carries out one procedure of an envelope.
    pub(crate) fn run(
        &mut self,
        envelope: &[u8],
        tagging: Tagging,
        trust: &TrustStore<'_>,
        crypto: Crypto<'_>,
        procedure: &str,
    ) -> Ended {
        let (procedure, rehearsing) = match procedure {
            "update" => (Procedure::Update, false),
            "invocation" => (Procedure::Invocation, false),
            "uninstall" => (Procedure::Uninstall, false),
            "rehearsal" => (Procedure::Update, true),
            other => panic!("procedure {other}"),
        };
        self.device.rehearsing = rehearsing;
        match self.drive(envelope, tagging, trust, crypto, procedure) {
            Ok(ended) => ended,
            Err(error) => Ended::Failed(Failure { error, place: None }),
        }
    }

    fn drive(
        &mut self,
        envelope: &[u8],
        tagging: Tagging,
        trust: &TrustStore<'_>,
        crypto: Crypto<'_>,
        procedure: Procedure,
    ) -> Result<Ended, ProcessError> {
        let envelope = Envelope::parse(envelope, tagging)?;
        let authenticated = authenticate(&envelope, trust, &crypto, &mut Budget::new())?;
        let Limits { commands, targets, settings, frames, buffer, room, dependencies, delta } = self.limits;
        let mut memory = Box::new(Memory::<255, 64, 32, 256>::new());
        let lent: Lent<'_> = memory.lend().at_most(targets, settings, frames, buffer);
        let mut delta = vec![0; delta];
        let lent = lent.with_delta(&mut delta);
        let mut room = vec![0; room];
        let mut slots = vec![Dependency::FREE; dependencies];
        let setup =
            Setup { commands, options: self.options, supported: &SUPPORTED, ..Setup::new(crypto, *trust) };
        let rehearsing = self.device.rehearsing;
        let mut processor = Processor::with_dependencies(
            &authenticated,
            setup,
            &mut self.device,
            lent,
            Dependencies::new(&mut slots, &mut room),
        )?;
        if rehearsing { processor.rehearse(procedure) } else { processor.start(procedure) }?;
        let mut later = self.later.iter();
        for _ in 0..WAITS {
            match processor.run() {
                Step::Done => return Ok(Ended::Done),
                Step::Failed(failure) => return Ok(Ended::Failed(failure)),
                Step::Planned(payload) => {
                    let line =
                        format!("plan {} {}", processor.platform().name(payload.component), payload.uri);
                    processor.platform().trace.push(line);
                }
                Step::Wait(_) => {
                    processor.platform().trace.push("waiting".to_owned());
                    let Some(facts) = later.next() else { return Ok(Ended::Waiting) };
                    let mut taken = Taken("later", facts.clone());
                    processor.platform().facts.change(&mut taken);
                    taken.end();
                }
                Step::NeedPayload(payload) => {
                    let (uri, from) = (payload.uri, payload.offset);
                    let mut line = format!("get {} {uri}", processor.platform().name(payload.component));
                    if from > 0 {
                        line += &format!(" from {from}");
                    }
                    if let Some(arguments) = payload.arguments {
                        line += &format!(" with {}", device::digits(arguments));
                    }
                    processor.platform().trace.push(line);
                    let Some(bytes) = self.payloads.get(uri) else {
                        processor.give_up();
                        continue;
                    };
                    let rest = bytes.get(usize::try_from(from).unwrap()..).unwrap_or_default();
                    if rest.chunks(PIECE).all(|piece| processor.feed(piece).is_ok()) {
                        processor.end_payload().unwrap();
                    }
                }
            }
        }
        panic!("it asks and asks");
    }
}

/// What an error says beside its name, in the words of the vectors.
pub(crate) fn detail(error: ProcessError) -> String {
    match error {
        ProcessError::ConditionFailed(condition) => condition.name().to_owned(),
        ProcessError::ConditionUnset(condition, key) => format!("{}, {}", condition.name(), key.name()),
        ProcessError::ParameterUnset(key) => key.name().to_owned(),
        ProcessError::SectionMissing(key) | ProcessError::DependentLacksSection(key) => key.name().to_owned(),
        ProcessError::Platform(fault) => fault.0.to_string(),
        ProcessError::SeveredMismatch(member) => member.name().to_owned(),
        _ => String::new(),
    }
}

/// A component's number among those of the device.
pub(crate) fn handle(device: &Device, id: &str) -> Handle {
    let position = device.components.iter().position(|component| component.id == id);
    Handle(position.and_then(|position| u16::try_from(position).ok()).expect("a component"))
}
