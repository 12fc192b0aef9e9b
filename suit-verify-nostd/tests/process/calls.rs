//! An application that calls the processor in ways that weren't meant.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::Manifest;
use suit_verify_nostd::Step;
use suit_verify_nostd::process::{Failure, Memory, Procedure, ProcessError};

use crate::build::*;
use crate::device::{Device, finish};

const IMAGE: &[u8] = b"an image of 30 bytes in length";

/// Fetches `a`; its size is known. Invokes what validate has verified.
fn firmware() -> Manifest {
    let known = vec![put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")])];
    let manifest = shared(manifest(&["a"]), known);
    let manifest = with(manifest, ManifestKey::Install, vec![act(Act::Fetch), check(Condition::ImageMatch)]);
    let manifest = with(manifest, ManifestKey::Validate, vec![check(Condition::ImageMatch)]);
    with(manifest, ManifestKey::Invoke, vec![act(Act::Invoke)])
}

/// The same without a size.
fn unsized_firmware() -> Manifest {
    shared(firmware(), vec![put(vec![sha256(IMAGE), uri("coap://x/i")])])
}

/// Does something with a processor for an envelope on a device that has one component.
macro_rules! with_processor {
    ($manifest:expr, $device:ident, |$processor:ident| $act:expr) => {{
        let envelope = seal(&$manifest);
        let mut memory = Memory::<4, 24, 8, 64>::new();
        $device.process(&envelope, memory.lend(), |mut $processor| $act).unwrap()
    }};
}

fn failed(step: Step<'_>) -> ProcessError {
    match step {
        Step::Failed(Failure { error, .. }) => error,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_runs_before_it_is_started() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        assert_eq!(failed(processor.run()), ProcessError::NotStarted);
        assert_eq!(processor.feed(b"x"), Err(ProcessError::NotExpected));
        assert_eq!(processor.end_payload(), Err(ProcessError::NotExpected));
        processor.give_up();
        assert_eq!(failed(processor.run()), ProcessError::NotStarted);
        // And then it can be.
        processor.start(Procedure::Update).unwrap();
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
    });
}

#[test]
fn bytes_that_nobody_asked_for_are_refused_and_change_nothing() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        assert_eq!(processor.feed(IMAGE), Err(ProcessError::NotExpected), "before it is asked for");
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
        processor.feed(IMAGE).unwrap();
        assert_eq!(processor.run(), Step::Done);
        assert_eq!(processor.feed(b"!"), Err(ProcessError::NotExpected), "behind the end");
        assert_eq!(processor.end_payload(), Err(ProcessError::NotExpected));
        assert_eq!(processor.run(), Step::Done);
    });
    assert_eq!(device.content("a"), Some(IMAGE));
}

#[test]
fn p_094_one_byte_too_many_fails_at_once() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
        processor.feed(IMAGE).unwrap();
        assert_eq!(processor.feed(b"!"), Err(ProcessError::TooLarge));
        let step = processor.run();
        assert_eq!(failed(step), ProcessError::TooLarge);
        let Step::Failed(Failure { place: Some(place), .. }) = step else { panic!("{step:?}") };
        assert_eq!(place.section, ManifestKey::Install);
        assert_eq!(processor.feed(b"?"), Err(ProcessError::NotExpected), "it has failed");
    });
    assert_eq!(device.content("a"), None);
}

#[test]
fn no_bytes_at_all_are_no_fault() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
        for byte in IMAGE {
            processor.feed(&[]).unwrap();
            processor.feed(&[*byte]).unwrap();
        }
        processor.feed(&[]).unwrap();
        assert_eq!(processor.run(), Step::Done);
    });
}

#[test]
fn a_payload_that_ends_early_is_not_the_image() {
    for manifest in [firmware(), unsized_firmware()] {
        let mut device = Device::new(&["a"]);
        with_processor!(manifest, device, |processor| {
            processor.start(Procedure::Update).unwrap();
            assert!(matches!(processor.run(), Step::NeedPayload(_)));
            processor.feed(&IMAGE[..29]).unwrap();
            processor.end_payload().unwrap();
            assert_eq!(processor.feed(&IMAGE[29..]), Err(ProcessError::NotExpected), "it has ended");
            assert_eq!(failed(processor.run()), ProcessError::ConditionFailed(Condition::ImageMatch));
        });
        assert!(device.floors.is_empty());
    }
}

#[test]
fn p_072_giving_up_fails_the_procedure_and_keeps_what_came() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
        processor.feed(&IMAGE[..20]).unwrap();
        processor.give_up();
        assert_eq!(failed(processor.run()), ProcessError::Unavailable);
        assert_eq!(processor.feed(&IMAGE[20..]), Err(ProcessError::NotExpected));
        processor.give_up();
        assert_eq!(failed(processor.run()), ProcessError::Unavailable);
    });
    assert_eq!(device.component("a").kept, &IMAGE[..20]);
    device = device.serving("coap://x/i", IMAGE);
    assert_eq!(device.update(&seal(&firmware())), Ok(()));
    assert!(device.log.contains(&"get coap://x/i from 20".to_owned()));
}

#[test]
fn what_has_ended_stays_as_it_is() {
    let mut device = Device::new(&["a"]).holding("a", IMAGE);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        for _ in 0..3 {
            assert_eq!(processor.run(), Step::Done);
            processor.give_up();
        }
    });
    assert_eq!(device.log, ["floor 7"], "once");
    let mut device = Device::new(&["a"]);
    let log = with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Invocation).unwrap();
        let first = processor.run();
        assert_eq!(failed(first), ProcessError::ConditionFailed(Condition::ImageMatch));
        for _ in 0..3 {
            assert_eq!(processor.run(), first);
            processor.give_up();
        }
        processor.platform().watched.len()
    });
    assert_eq!(log, 2, "set-parameters and the condition, once");
}

#[test]
fn p_042_it_can_be_started_again_after_a_failure_and_after_a_success() {
    let mut device = Device::new(&["a"]).serving("coap://x/i", IMAGE);
    let payloads = device.payloads.clone();
    with_processor!(firmware(), device, |processor| {
        let none = std::collections::BTreeMap::new();
        processor.start(Procedure::Update).unwrap();
        assert_eq!(finish(&mut processor, &none, 1).unwrap_err().error, ProcessError::Unavailable);
        processor.start(Procedure::Update).unwrap();
        assert_eq!(finish(&mut processor, &payloads, 7), Ok(vec![]));
        processor.start(Procedure::Invocation).unwrap();
        assert_eq!(finish(&mut processor, &none, 1), Ok(vec![]));
        processor.start(Procedure::Update).unwrap();
        assert_eq!(finish(&mut processor, &none, 1), Ok(vec![]));
    });
    let expected = [
        "begin a 30",
        "begin a 30",
        "get coap://x/i from 0",
        "commit a 30",
        "floor 7",
        "invoke a",
        "floor 7",
    ];
    assert_eq!(device.log, expected);
}

/// Starting in the middle of a transfer drops it.
#[test]
fn a_start_in_the_middle_begins_from_the_beginning() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        for _ in 0..2 {
            processor.start(Procedure::Update).unwrap();
            let Step::NeedPayload(payload) = processor.run() else { panic!("no payload asked for") };
            assert!(payload.offset == 0 || payload.offset == 5);
            processor.feed(&IMAGE[..5]).unwrap();
        }
        processor.start(Procedure::Update).unwrap();
        assert_eq!(processor.feed(b"x"), Err(ProcessError::NotExpected));
    });
}

/// A start that is refused leaves nothing going on, the transfer of an earlier one included.
#[test]
fn a_refused_start_takes_no_bytes() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
        processor.feed(&IMAGE[..5]).unwrap();
        assert_eq!(processor.start(Procedure::Uninstall), Err(ProcessError::NothingToDo));
        assert_eq!(processor.feed(&IMAGE[5..]), Err(ProcessError::NotExpected));
        assert_eq!(processor.end_payload(), Err(ProcessError::NotExpected));
        assert_eq!(failed(processor.run()), ProcessError::NotStarted);
        assert_eq!(processor.platform().component("a").kept, &IMAGE[..5]);
    });
}

/// However often it is asked, while a payload is awaited a command is drawn only once.
#[test]
fn asking_again_costs_nothing_of_the_budget() {
    let mut device = Device::new(&["a"]);
    with_processor!(firmware(), device, |processor| {
        processor.start(Procedure::Update).unwrap();
        for _ in 0..5_000 {
            assert!(matches!(processor.run(), Step::NeedPayload(_)));
        }
        processor.feed(IMAGE).unwrap();
        assert_eq!(processor.run(), Step::Done);
    });
}
