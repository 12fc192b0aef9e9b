//! Carries out a vector that has a device.

use core::fmt;

use suit_core::Envelope;
use suit_verify_nostd::process::{
    Dependencies, Dependency, Failure, Lent, Memory, Procedure, ProcessError, Processor, Setup, Step,
};
use suit_verify_nostd::{Budget, TrustStore, authenticate};

use super::device::{Device, Limits};
use super::held::{Room, digits};
use super::lines::{Anchors, Key};
use super::{CRYPTO, Host, Vector};

/// Bytes that are fed at a time: not a divisor of anything.
const PIECE: usize = 7;

/// Times that a run is called again, at most.
const CALLS: usize = 100;

/// How a run ended.
enum Ended {
    Done,
    /// It waits for events that don't come.
    Waiting,
    Failed(Failure),
}

/// The device carries out every custom command.
static SUPPORTED: suit_core::grammar::Supported = suit_verify_nostd::process::supported(true, true).custom();

/// Makes the device of these lines and does what their `run PROCEDURE` say. A line `later` begins facts that hold once
/// the device has waited.
pub(super) fn carry_out(
    host: &mut dyn Host,
    vector: &Vector<'_>,
    known: &[Key<'_>],
    lines: &str,
    memory: &mut [u8],
) -> fmt::Result {
    let anchors = Anchors::of(vector, known).ok_or(fmt::Error)?;
    let trust = anchors.store(vector).ok_or(fmt::Error)?;
    let mut room = Room::new(memory);
    let mut device = Device::new(host);
    let (facts, later) = lines.split_once("later\n").unwrap_or((lines, ""));
    for line in facts.lines().filter(|line| !line.starts_with("run ")) {
        device.take(line, &mut room).ok_or(fmt::Error)?;
    }
    for procedure in lines.lines().filter_map(|line| line.strip_prefix("run ")) {
        let ended = run(&mut device, vector, &trust, procedure, later, &mut room);
        end(&mut device, &ended)?;
        device.contents()?;
    }
    Ok(())
}

fn run<'l>(
    device: &mut Device<'l, '_>,
    vector: &Vector<'_>,
    trust: &TrustStore<'_>,
    procedure: &str,
    later: &'l str,
    room: &mut Room<'l>,
) -> Ended {
    let (procedure, rehearsing) = match procedure {
        "update" => (Procedure::Update, false),
        "invocation" => (Procedure::Invocation, false),
        "uninstall" => (Procedure::Uninstall, false),
        "rehearsal" => (Procedure::Update, true),
        other => panic!("procedure {other}"),
    };
    device.rehearsing = rehearsing;
    drive(device, vector, trust, procedure, later, room)
        .unwrap_or_else(|error| Ended::Failed(Failure { error, place: None }))
}

fn drive<'l>(
    device: &mut Device<'l, '_>,
    vector: &Vector<'_>,
    trust: &TrustStore<'_>,
    procedure: Procedure,
    later: &'l str,
    room: &mut Room<'l>,
) -> Result<Ended, ProcessError> {
    let envelope = Envelope::parse(vector.document, vector.tagging)?;
    let authenticated = authenticate(&envelope, trust, &CRYPTO, &mut Budget::new())?;
    let Limits { commands, targets, settings, frames, buffer, room: bytes, dependencies, delta } =
        device.limits;
    let mut memory = Memory::<255, 64, 32, 256>::new();
    let lent: Lent<'_> = memory.lend().at_most(targets, settings, frames, buffer);
    let lent = lent.with_delta(room.take(delta).expect("memory for deltas"));
    let mut slots = [Dependency::FREE; 8];
    let slots = slots.get_mut(..dependencies).expect("at most eight dependencies");
    let dependencies = Dependencies::new(slots, room.take(bytes).expect("memory for dependencies"));
    let setup =
        Setup { commands, options: device.options, supported: &SUPPORTED, ..Setup::new(CRYPTO, *trust) };
    let rehearsing = device.rehearsing;
    let payloads = device.payloads;
    let mut processor = Processor::with_dependencies(&authenticated, setup, device, lent, dependencies)?;
    if rehearsing { processor.rehearse(procedure) } else { processor.start(procedure) }?;
    // Facts up to the next `later`.
    let mut later = later.split("later\n").filter(|facts| !facts.is_empty());
    for _ in 0..CALLS {
        match processor.run() {
            Step::Done => return Ok(Ended::Done),
            Step::Failed(failure) => return Ok(Ended::Failed(failure)),
            Step::Planned(payload) => {
                let device = processor.platform();
                let name = device.name(payload.component);
                writeln!(device.host, "- plan {name} {}", payload.uri).expect("the host takes every line");
            }
            Step::Wait(_) => {
                let device = processor.platform();
                writeln!(device.host, "- waiting").expect("the host takes every line");
                let Some(facts) = later.next() else { return Ok(Ended::Waiting) };
                for line in facts.lines() {
                    let (word, rest) = line.split_once(' ').expect("a fact");
                    device.fact(word, rest, room).expect("a fact");
                }
            }
            Step::NeedPayload(payload) => {
                let device = processor.platform();
                let name = device.name(payload.component);
                write!(device.host, "- get {name} {}", payload.uri).expect("the host takes every line");
                if payload.offset > 0 {
                    write!(device.host, " from {}", payload.offset).expect("the host takes every line");
                }
                if let Some(arguments) = payload.arguments {
                    device.host.write_str(" with ").expect("the host takes every line");
                    digits(device.host, arguments).expect("the host takes every line");
                }
                writeln!(device.host).expect("the host takes every line");
                let Some((_, bytes)) = payloads.iter().find(|(uri, _)| *uri == payload.uri) else {
                    processor.give_up();
                    continue;
                };
                let rest = bytes.get(payload.offset as usize..).unwrap_or_default();
                if rest.chunks(PIECE).all(|piece| processor.feed(piece).is_ok()) {
                    processor.end_payload().expect("it was asked for");
                }
            }
        }
    }
    panic!("it asks and asks");
}

/// `= done`, `= waiting`, or `= failed ERROR DETAIL` and `MANIFEST SECTION COMPONENT OFFSET` or `-`.
fn end(device: &mut Device<'_, '_>, ended: &Ended) -> fmt::Result {
    match ended {
        Ended::Done => writeln!(device.host, "= done"),
        Ended::Waiting => writeln!(device.host, "= waiting"),
        Ended::Failed(failure) => {
            write!(device.host, "= failed {} ", failure.error.name())?;
            detail(device.host, failure.error)?;
            match failure.place {
                Some(place) => {
                    let (name, section) = (device.name(place.component), place.section.name());
                    writeln!(device.host, " {} {section} {name} {}", place.manifest, place.offset)
                }
                None => writeln!(device.host, " -"),
            }
        }
    }
}

/// What an error says beside its name.
fn detail(host: &mut dyn Host, error: ProcessError) -> fmt::Result {
    match error {
        ProcessError::ConditionFailed(condition) => host.write_str(condition.name()),
        ProcessError::ConditionUnset(condition, key) => write!(host, "{},_{}", condition.name(), key.name()),
        ProcessError::ParameterUnset(key) => host.write_str(key.name()),
        ProcessError::SectionMissing(key) | ProcessError::DependentLacksSection(key) => {
            host.write_str(key.name())
        }
        ProcessError::Platform(fault) => write!(host, "{}", fault.0),
        ProcessError::SeveredMismatch(member) => host.write_str(member.name()),
        _ => host.write_str("-"),
    }
}
