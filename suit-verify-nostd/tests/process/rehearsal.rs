//! A rehearsal writes nothing, whatever the manifest, and says what the real run would where that can be known.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey, ParameterKey};
use suit_core::owned::{Command, Custom, Parameter};
use suit_verify_nostd::Step;
use suit_verify_nostd::process::{Memory, Procedure, ProcessError};

use crate::build::*;
use crate::device::Device;
use crate::directives::encryption_info;

const IMAGE: &[u8] = b"an image of 30 bytes in length";

fn device() -> Device {
    let mut device = Device::abc().holding("a", b"old").holding("b", IMAGE).serving("coap://x/i", IMAGE);
    device.custom = Ok(true);
    device
}

fn source(index: u64) -> Parameter {
    Parameter::SourceComponent(index)
}

/// Commands on `a`, and what comes of them in the real run.
fn cases() -> Vec<(Vec<Command>, Result<(), ProcessError>)> {
    let unset = |key| Err(ProcessError::ParameterUnset(key));
    let failed = |condition| Err(ProcessError::ConditionFailed(condition));
    let fetch = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    vec![
        (fetch.clone(), Ok(())),
        (seq([fetch, vec![act(Act::Invoke)]]), Ok(())),
        (mark("x"), Ok(())),
        (seq([mark("x"), vec![act(Act::Invoke)]]), Ok(())),
        (vec![put(vec![source(1)]), act(Act::Copy)], Ok(())),
        (vec![put(vec![source(1)]), act(Act::Swap)], Ok(())),
        (vec![put(vec![sha256(IMAGE), uri("#i")]), act(Act::Fetch), check(Condition::ImageMatch)], Ok(())),
        (vec![Command::Custom(-257, Custom::Nil)], Ok(())),
        (vec![put(vec![sha256(b"old")]), check(Condition::ImageMatch), act(Act::Invoke)], Ok(())),
        // What was written is copied on, and checked there.
        (
            seq([
                mark("x"),
                vec![
                    index(2),
                    put(vec![source(0), sha256(b"x")]),
                    act(Act::Copy),
                    check(Condition::ImageMatch),
                ],
            ]),
            Ok(()),
        ),
        // Refused.
        (vec![act(Act::Invoke)], Err(ProcessError::InvokeUnverified)),
        (vec![act(Act::Write)], unset(ParameterKey::Content)),
        (vec![act(Act::Fetch)], unset(ParameterKey::Uri)),
        (vec![act(Act::Copy)], unset(ParameterKey::SourceComponent)),
        (vec![put(vec![source(2)]), act(Act::Copy)], Err(ProcessError::SourceMissing)),
        (vec![put(vec![source(2)]), act(Act::Swap)], Err(ProcessError::SourceMissing)),
        (vec![put(vec![source(0)]), act(Act::Copy)], Err(ProcessError::SourceMissing)),
        (vec![put(vec![sha256(IMAGE)]), check(Condition::ImageMatch)], failed(Condition::ImageMatch)),
        (
            vec![put(vec![vendor([9; 16])]), check(Condition::VendorIdentifier)],
            failed(Condition::VendorIdentifier),
        ),
        (
            vec![put(vec![content(b"ab"), Parameter::ImageSize(1)]), act(Act::Write)],
            Err(ProcessError::TooLarge),
        ),
        (vec![put(vec![source(1), Parameter::ImageSize(29)]), act(Act::Copy)], Err(ProcessError::TooLarge)),
        (
            vec![put(vec![uri("coap://x/i"), Parameter::ImageSize(1_001)]), act(Act::Fetch)],
            Err(ProcessError::TooLarge),
        ),
        (
            vec![put(vec![content(b"ab"), encryption_info()]), act(Act::Write)],
            Err(ProcessError::EncryptionUnsupported),
        ),
        (vec![put(vec![Parameter::SoftFailure(true)])], Err(ProcessError::SoftFailureMisplaced)),
        (vec![put(vec![vendor(VENDOR)]); 1_001], Err(ProcessError::TooManyCommands)),
    ]
}

#[test]
fn s18_a_rehearsal_agrees_with_the_real_run_and_writes_nothing() {
    for (number, (commands, result)) in cases().into_iter().enumerate() {
        let manifest =
            with(manifest(&["a", "b", "c"]), ManifestKey::Install, seq([vec![index(0)], commands]));
        let envelope = seal_with(&manifest, &[("#i", IMAGE)]);
        let mut real = device();
        assert_eq!(real.update(&envelope), result, "case {number}");
        let mut device = device();
        let before = format!("{:?}", device.components);
        let rehearsed = device.rehearse(&envelope, Procedure::Update);
        assert_eq!(rehearsed.map(|_| ()).map_err(|failure| failure.error), result, "case {number}");
        assert_eq!(format!("{:?}", device.components), before, "case {number}");
        assert!(device.log.is_empty() && device.floors.is_empty(), "case {number}: {:?}", device.log);
    }
}

#[test]
fn a_rehearsal_of_an_invocation_starts_nothing() {
    let starts = vec![put(vec![sha256(b"old")]), check(Condition::ImageMatch), act(Act::Invoke)];
    let cases = [
        (starts, Ok(())),
        (vec![act(Act::Invoke)], Err(ProcessError::InvokeUnverified)),
        (mark("x"), Err(ProcessError::NothingInvoked)),
    ];
    for (commands, result) in cases {
        let envelope = seal(&with(manifest(&["a"]), ManifestKey::Invoke, commands));
        assert_eq!(device().invocation(&envelope), result);
        let mut device = device();
        let rehearsed = device.rehearse(&envelope, Procedure::Invocation);
        assert_eq!(rehearsed.map(|_| ()).map_err(|failure| failure.error), result);
        assert!(device.log.is_empty(), "{:?}", device.log);
    }
}

/// Every URI in order, those of alternatives that were not taken left out.
#[test]
fn s8_it_tells_what_would_be_fetched() {
    let fetch = |from: &str| vec![put(vec![uri(from)]), act(Act::Fetch)];
    let first = seq([vec![check(Condition::Abort)], fetch("coap://x/1")]);
    let commands = seq([
        vec![index(0), Command::TryEach(vec![first, fetch("coap://x/2")], false), index(1)],
        fetch("coap://x/3"),
        vec![index(2), put(vec![sha256(IMAGE), uri("coap://x/4")]), act(Act::Fetch)],
    ]);
    let manifest = with(manifest(&["a", "b", "c"]), ManifestKey::Install, commands);
    let mut device = Device::abc().holding("c", IMAGE);
    let planned = device.rehearse(&seal(&manifest), Procedure::Update).unwrap();
    assert_eq!(planned, ["coap://x/2", "coap://x/3"], "c is there already");
}

/// An application that feeds what is only planned.
#[test]
fn a_rehearsal_takes_no_bytes() {
    let envelope = seal(&install(vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)]));
    let mut memory = Memory::<4, 24, 8, 64>::new();
    let mut device = Device::new(&["a"]);
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.rehearse(Procedure::Update).unwrap();
            assert!(matches!(processor.run(), Step::Planned(_)));
            assert_eq!(processor.feed(IMAGE), Err(ProcessError::NotExpected));
            assert_eq!(processor.run(), Step::Done);
            // The real run then asks for it.
            processor.start(Procedure::Update).unwrap();
            assert!(matches!(processor.run(), Step::NeedPayload(_)));
        })
        .unwrap();
    assert!(device.component("a").kept.is_empty());
}

#[test]
fn what_was_rehearsed_is_not_taken_for_done() {
    let commands = seq([mark("x"), vec![act(Act::Invoke)]]);
    let manifest = with(manifest(&["a"]), ManifestKey::Install, commands);
    let manifest = with(manifest, ManifestKey::Invoke, vec![act(Act::Invoke)]);
    let envelope = seal(&manifest);
    let mut memory = Memory::<4, 24, 8, 64>::new();
    let mut device = device();
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.rehearse(Procedure::Update).unwrap();
            assert_eq!(processor.run(), Step::Done);
            processor.start(Procedure::Invocation).unwrap();
            let Step::Failed(failure) = processor.run() else { panic!("started what was only rehearsed") };
            assert_eq!(failure.error, ProcessError::InvokeUnverified);
        })
        .unwrap();
    assert!(device.log.is_empty());
}
