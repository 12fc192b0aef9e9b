//! Update management: wait, with each of its events.

use suit_core::command::Act;
use suit_core::labels::{Condition, ParameterKey, VersionComparison};
use suit_core::owned::{OtherDevice, Parameter, VersionMatch, WaitInfo};
use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
use suit_verify_nostd::process::{Memory, Pause, Procedure, ProcessError};
use suit_verify_nostd::{Processor, Step};

use crate::build::*;
use crate::device::Device;
use crate::management::{IMAGE, device, verdict};

/// 2026-01-01T00:00:00Z, a Thursday.
const NEW_YEAR: u64 = 1_767_225_600;
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Runs a wait for these events, and then something that leaves a mark, in a processor.
fn waiting<R>(device: &mut Device, events: WaitInfo, act_: impl FnOnce(Processor<'_, '_, Device>) -> R) -> R {
    let commands = seq([vec![put(vec![Parameter::WaitInfo(events)]), act(Act::Wait)], mark("over")]);
    let envelope = seal(&install(commands));
    let mut memory = Memory::<4, 24, 8, 64>::new();
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.start(Procedure::Update).unwrap();
            act_(processor)
        })
        .unwrap()
}

const PENDING: Step<'static> = Step::Wait(Pause { owner_rule: None, retry_at: None });

fn pending_until(instant: u64) -> Step<'static> {
    Step::Wait(Pause { owner_rule: None, retry_at: Some(instant) })
}

fn unsupported(device: &mut Device, events: WaitInfo) {
    waiting(device, events, |mut processor| {
        let Step::Failed(failure) = processor.run() else { panic!("supported") };
        assert_eq!(failure.error, ProcessError::EventUnsupported);
    });
}

fn none() -> WaitInfo {
    WaitInfo::default()
}

/// Each of the nine events: before it nothing goes on, and from then on it does.
#[test]
fn p_196_each_event_is_waited_for() {
    let berlin = Daylight {
        offset: 7_200,
        start: Switch::new(3, 5, 0, 7_200).unwrap(),
        end: Switch::new(10, 5, 0, 10_800).unwrap(),
    };
    let newer = VersionMatch { comparison: VersionComparison::GreaterEqual, version: vec![2] };
    let other = OtherDevice { device: b"gateway".to_vec(), versions: vec![newer] };
    type Change = fn(&mut Device);
    let cases: [(&str, WaitInfo, Step<'static>, Change, Change); 9] = [
        (
            "authorization",
            WaitInfo { authorization: Some(3), ..none() },
            PENDING,
            |device| device.permits = Some(2),
            |device| device.permits = Some(3),
        ),
        (
            "power",
            WaitInfo { power: Some(50), ..none() },
            PENDING,
            |device| device.levels[0] = Some(49),
            |device| device.levels[0] = Some(51),
        ),
        (
            "network",
            WaitInfo { network: Some(2), ..none() },
            PENDING,
            |device| device.levels[1] = Some(1),
            |device| device.levels[1] = Some(2),
        ),
        (
            "other-device-version",
            WaitInfo { other_device_version: Some(other), ..none() },
            PENDING,
            |device| drop(device.others.insert(b"gateway".to_vec(), vec![1, 9])),
            |device| drop(device.others.insert(b"gateway".to_vec(), vec![2, 0])),
        ),
        (
            "time",
            WaitInfo { time: Some(NEW_YEAR + 5), ..none() },
            pending_until(NEW_YEAR + 5),
            |device| device.now = Some(NEW_YEAR + 4),
            |device| device.now = Some(NEW_YEAR + 5),
        ),
        (
            "time-of-day",
            // Half past two in the morning in Berlin is half past one in UTC.
            WaitInfo { time_of_day: Some(2 * HOUR + HOUR / 2), ..none() },
            pending_until(NEW_YEAR + HOUR + HOUR / 2),
            |device| device.now = Some(NEW_YEAR + HOUR + HOUR / 2 - 1),
            |device| device.now = Some(NEW_YEAR + HOUR + HOUR / 2),
        ),
        (
            "day-of-week",
            // Friday begins an hour before it does in UTC.
            WaitInfo { day_of_week: Some(5), ..none() },
            pending_until(NEW_YEAR + DAY - HOUR),
            |device| device.now = Some(NEW_YEAR + DAY - HOUR - 1),
            |device| device.now = Some(NEW_YEAR + DAY - HOUR),
        ),
        (
            "time-of-day-utc",
            WaitInfo { time_of_day_utc: Some(HOUR), ..none() },
            pending_until(NEW_YEAR + HOUR),
            |device| device.now = Some(NEW_YEAR + HOUR - 1),
            |device| device.now = Some(NEW_YEAR + HOUR),
        ),
        (
            "day-of-week-utc",
            WaitInfo { day_of_week_utc: Some(0), ..none() },
            // From Thursday to Sunday.
            pending_until(NEW_YEAR + 3 * DAY),
            |device| device.now = Some(NEW_YEAR),
            |device| device.now = Some(NEW_YEAR + 3 * DAY),
        ),
    ];
    for (name, events, pending, before, then) in cases {
        let mut device = Device::new(&["a"]);
        device.zone = Some(Zone::new(3_600, Some(berlin)).unwrap());
        before(&mut device);
        waiting(&mut device, events, |mut processor| {
            for _ in 0..2_000 {
                assert_eq!(processor.run(), pending, "{name}");
            }
            assert_eq!(processor.platform().content("a"), None, "{name}");
            then(processor.platform());
            assert_eq!(processor.run(), Step::Done, "{name}");
        });
        assert_eq!(device.content("a"), Some(&b"over"[..]), "{name}");
    }
}

#[test]
fn p_196_all_events_must_have_happened_at_once() {
    let events = WaitInfo { power: Some(50), time: Some(100), ..none() };
    let mut device = Device::new(&["a"]);
    (device.levels[0], device.now) = (Some(0), Some(50));
    waiting(&mut device, events, |mut processor| {
        assert_eq!(processor.run(), pending_until(100));
        processor.platform().levels[0] = Some(60);
        assert_eq!(processor.run(), pending_until(100));
        processor.platform().now = Some(100);
        processor.platform().levels[0] = Some(40);
        assert_eq!(processor.run(), PENDING, "the one that was there is gone");
        processor.platform().levels[0] = Some(50);
        assert_eq!(processor.run(), Step::Done);
    });
}

#[test]
fn p_196_of_several_times_the_last_one_is_told() {
    let events = WaitInfo { time: Some(NEW_YEAR + 2 * HOUR), time_of_day_utc: Some(HOUR), ..none() };
    let mut device = Device::new(&["a"]);
    device.now = Some(NEW_YEAR);
    waiting(&mut device, events, |mut processor| {
        assert_eq!(processor.run(), pending_until(NEW_YEAR + 2 * HOUR))
    });
}

#[test]
fn p_196_it_needs_its_parameter_and_can_be_given_up() {
    let unset = ProcessError::ParameterUnset(ParameterKey::WaitInfo);
    assert_eq!(verdict(&mut device(), vec![act(Act::Wait)]), Err(unset));
    let mut device = Device::new(&["a"]);
    device.levels[0] = Some(0);
    waiting(&mut device, WaitInfo { power: Some(1), ..none() }, |mut processor| {
        assert_eq!(processor.run(), PENDING);
        assert_eq!(processor.feed(b"x"), Err(ProcessError::NotExpected));
        assert_eq!(processor.end_payload(), Err(ProcessError::NotExpected));
        processor.give_up();
        let Step::Failed(failure) = processor.run() else { panic!("went on") };
        assert_eq!(failure.error, ProcessError::Unavailable);
    });
}

#[test]
fn p_197_local_times_without_a_zone_and_times_without_a_clock_are_unsupported() {
    let mut device = Device::new(&["a"]);
    device.now = Some(NEW_YEAR);
    unsupported(&mut device, WaitInfo { time_of_day: Some(0), ..none() });
    unsupported(&mut device, WaitInfo { day_of_week: Some(4), ..none() });
    // There is no such time, ever.
    unsupported(&mut device, WaitInfo { time_of_day_utc: Some(DAY), ..none() });
    unsupported(&mut device, WaitInfo { day_of_week_utc: Some(7), ..none() });
    device.now = None;
    unsupported(&mut device, WaitInfo { time: Some(0), ..none() });
    unsupported(&mut device, WaitInfo { time_of_day_utc: Some(0), ..none() });
    // An event beside it that has happened doesn't help.
    device.levels[0] = Some(9);
    unsupported(&mut device, WaitInfo { power: Some(1), time: Some(0), ..none() });
    assert_eq!(device.content("a"), None);
}

#[test]
fn p_198_what_the_deployment_does_not_define_is_unsupported() {
    let other = OtherDevice {
        device: b"nobody".to_vec(),
        versions: vec![VersionMatch { comparison: VersionComparison::Lesser, version: vec![1] }],
    };
    unsupported(&mut device(), WaitInfo { other_device_version: Some(other), ..none() });
    unsupported(&mut device(), WaitInfo { power: Some(0), ..none() });
    unsupported(&mut device(), WaitInfo { network: Some(0), ..none() });
}

#[test]
fn p_198_all_versions_of_the_other_device_must_fit() {
    let version = |comparison, part| VersionMatch { comparison, version: vec![part] };
    let between = vec![version(VersionComparison::GreaterEqual, 2), version(VersionComparison::Lesser, 4)];
    for (has, step) in [(1, PENDING), (2, Step::Done), (3, Step::Done), (4, PENDING)] {
        let mut device = Device::new(&["a"]);
        device.others.insert(b"x".to_vec(), vec![has]);
        let other = OtherDevice { device: b"x".to_vec(), versions: between.clone() };
        waiting(&mut device, WaitInfo { other_device_version: Some(other), ..none() }, |mut processor| {
            assert_eq!(processor.run(), step, "{has}");
        });
    }
}

/// In a rehearsal nothing is waited for, but what could never come is found out.
#[test]
fn p_196_a_rehearsal_does_not_wait() {
    let rehearse = |device: &mut Device, events| {
        let commands = vec![put(vec![Parameter::WaitInfo(events)]), act(Act::Wait)];
        let rehearsed = device.rehearse(&seal(&install(commands)), Procedure::Update);
        rehearsed.map(|_| ()).map_err(|failure| failure.error)
    };
    let mut device = device();
    device.levels[0] = Some(0);
    assert_eq!(rehearse(&mut device, WaitInfo { power: Some(1), ..none() }), Ok(()));
    let never = Err(ProcessError::EventUnsupported);
    assert_eq!(rehearse(&mut device, WaitInfo { network: Some(1), ..none() }), never);
}

/// After a restart it is started again, and comes to the same place.
#[test]
fn s16_p_196_a_wait_survives_a_restart() {
    let fetch = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let wait = vec![put(vec![Parameter::WaitInfo(WaitInfo { power: Some(50), ..none() })]), act(Act::Wait)];
    let envelope = seal(&install(seq([fetch, wait])));
    let mut device = Device::new(&["a"]).serving("coap://x/i", IMAGE);
    device.levels[0] = Some(10);
    for _ in 0..2 {
        let mut memory = Memory::<4, 24, 8, 64>::new();
        device
            .process(&envelope, memory.lend(), |mut processor| {
                processor.start(Procedure::Update).unwrap();
                if matches!(processor.run(), Step::NeedPayload(_)) {
                    processor.feed(IMAGE).unwrap();
                }
                assert_eq!(processor.run(), PENDING);
            })
            .unwrap();
    }
    device.levels[0] = Some(50);
    assert_eq!(device.update(&envelope), Ok(()));
    let begun = device.log.iter().filter(|line| line.starts_with("begin")).count();
    assert_eq!(begun, 1, "fetched once");
}
