//! What the owner permits: each rule by itself, their order, and blackout windows by simulated seconds.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

mod policy_support;

use policy_support::{Flips, faces, rows, second, weekday, windows, zone, zone_and_instant};
use proptest::collection::vec;
use proptest::prelude::*;
use suit_core::cbor::Reader;
use suit_core::component::ComponentId;
use suit_verify_nostd::calendar::{DAY, LATEST, Zone};
use suit_verify_nostd::platform::ComponentPath;
use suit_verify_nostd::policy::{
    Action, Blackout, Critical, Decision, Facts, OwnerPolicy, PolicyError, Request, Rule, WINDOWS_MAX,
    Weekdays, Window,
};

const ACTIONS: [Action; 5] = [Action::Fetch, Action::Install, Action::Remove, Action::Invoke, Action::Load];

/// `['app']`
const APP: &[u8] = b"\x81\x43app";

/// 2026-01-04T00:00:00Z, a Sunday.
const SUNDAY: u64 = 1_767_484_800;

/// An owner who lets critical updates do all that can be let.
const LENIENT: Critical = Critical { at_most: -1, ignores_blackout: true, ignores_radio: true };

fn component(encoded: &[u8]) -> ComponentPath<'_> {
    ComponentPath::new(ComponentId::read(&mut Reader::new(encoded)).unwrap())
}

fn request(action: Action, priority: Option<i64>) -> Request<'static> {
    Request { action, component: component(APP), priority, storage: None, ram: None }
}

fn at(utc: u64) -> Facts {
    Facts { utc: Some(utc), ..Facts::default() }
}

const fn not_now(rule: Rule) -> Decision {
    Decision::NotNow { rule, retry_at: None }
}

/// A window on each of these days, by UTC.
fn daily(from: u32, to: u32, days: Weekdays) -> [Window; 1] {
    [Window::new(from, to, days).unwrap()]
}

// --- Blackout windows ---

#[test]
fn s21_never_in_the_window_and_at_the_first_second_after_it() {
    for row in rows("window") {
        let [rule, start, end, text, blocked] = row[..] else { panic!("{row:?}") };
        let (windows, blocked) = (windows(text), Flips::parse(blocked));
        let policy = OwnerPolicy::new().blackout(Blackout::new(zone(rule), &windows).unwrap());
        let (start, end): (u64, u64) = (start.parse().unwrap(), end.parse().unwrap());
        let mut waited = 0;
        for now in start..end {
            let decision = policy.decide(&at(now), &request(Action::Install, Some(10)));
            if !blocked.at(now) {
                assert_eq!(decision, Decision::Allowed, "{rule}, {text}, {now}");
                continue;
            }
            let Decision::NotNow { rule: Rule::Blackout, retry_at: Some(retry_at) } = decision else {
                panic!("{rule}, {text}, {now}: {decision:?}");
            };
            match blocked.next(now) {
                Some(free) => {
                    assert_eq!(retry_at, free, "{rule}, {text}, {now}");
                    waited += 1;
                }
                None => assert!(retry_at >= end, "{rule}, {text}, {now}: {retry_at}"),
            }
        }
        assert!(waited > 3000, "{rule}, {text}: nothing was waited for");
    }
}

#[test]
fn s21_a_critical_update_obeys_the_owners_rule_for_it() {
    for row in rows("window") {
        let [rule, start, end, text, blocked] = row[..] else { panic!("{row:?}") };
        let (windows, blocked) = (windows(text), Flips::parse(blocked));
        let plain = OwnerPolicy::new().blackout(Blackout::new(zone(rule), &windows).unwrap());
        let strict = plain.critical(Critical { ignores_blackout: false, ..LENIENT });
        for now in (start.parse().unwrap()..end.parse().unwrap()).step_by(60) {
            let decide = |policy: OwnerPolicy<'_>, priority| {
                policy.decide(&at(now), &request(Action::Install, priority)) == Decision::Allowed
            };
            assert!(decide(plain.critical(LENIENT), Some(-1)), "{rule}, {text}, {now}");
            // Less urgent, without a priority, or with an owner who makes no exception.
            for (policy, priority) in [
                (plain.critical(LENIENT), Some(0)),
                (plain.critical(LENIENT), Some(10)),
                (plain.critical(LENIENT), None),
                (strict, Some(-1)),
                (strict, Some(i64::MIN)),
                (plain, Some(i64::MIN)),
            ] {
                assert_eq!(decide(policy, priority), !blocked.at(now), "{rule}, {text}, {now}, {priority:?}");
            }
        }
    }
}

#[test]
fn s21_no_trusted_clock_refuses() {
    let windows = daily(0, 1, Weekdays::SUNDAY);
    let blackout = Blackout::new(Zone::UTC, &windows).unwrap();
    let policy = OwnerPolicy::new().blackout(blackout);
    let refused = Decision::Refused { rule: Rule::NoClock };
    for facts in [Facts::default(), at(LATEST + 1), at(u64::MAX)] {
        for action in [Action::Fetch, Action::Install, Action::Remove] {
            assert_eq!(policy.decide(&facts, &request(action, Some(0))), refused, "{facts:?}");
        }
        // What is not bound to a time needs no clock.
        let fetching = OwnerPolicy::new().blackout(blackout.letting_fetch());
        assert_eq!(fetching.decide(&facts, &request(Action::Fetch, None)), Decision::Allowed);
        assert_eq!(fetching.decide(&facts, &request(Action::Install, None)), refused);
        let critical = policy.critical(LENIENT);
        assert_eq!(critical.decide(&facts, &request(Action::Install, Some(-1))), Decision::Allowed);
        assert_eq!(critical.decide(&facts, &request(Action::Install, Some(0))), refused);
    }
    assert_eq!(policy.decide(&at(LATEST), &request(Action::Install, None)), Decision::Allowed);
    assert_eq!(
        OwnerPolicy::new().decide(&Facts::default(), &request(Action::Install, None)),
        Decision::Allowed
    );
}

#[test]
fn s21_windows_by_hand() {
    let hour = 3600;
    let weekend = Weekdays::SATURDAY.and(Weekdays::SUNDAY);
    let table = [
        // The window's first second is in it, its end is not.
        (daily(7200, 10_800, Weekdays::ALL), 7199, None),
        (daily(7200, 10_800, Weekdays::ALL), 7200, Some(10_800)),
        (daily(7200, 10_800, Weekdays::ALL), 10_799, Some(10_800)),
        (daily(7200, 10_800, Weekdays::ALL), 10_800, None),
        // A window belongs to the day on which it begins.
        (daily(22 * 3600, 7200, Weekdays::SATURDAY), 7199, Some(7200)),
        (daily(22 * 3600, 7200, Weekdays::SATURDAY), 7200, None),
        (daily(22 * 3600, 7200, Weekdays::SATURDAY), 23 * hour, None),
        (daily(22 * 3600, 7200, Weekdays::SUNDAY), 7199, None),
        (daily(22 * 3600, 7200, Weekdays::SUNDAY), 23 * hour, Some(26 * hour)),
        // Equal times are 24 hours.
        (daily(0, 0, Weekdays::SUNDAY), 0, Some(24 * hour)),
        (daily(0, 0, Weekdays::SATURDAY), 0, None),
        (daily(7200, 7200, Weekdays::SATURDAY), 0, Some(2 * hour)),
        // Two days in one.
        (daily(0, 0, weekend), 0, Some(24 * hour)),
        (daily(0, 0, Weekdays::SUNDAY.and(Weekdays::MONDAY)), 5, Some(48 * hour)),
    ];
    for (windows, second, free) in table {
        let policy = OwnerPolicy::new().blackout(Blackout::new(Zone::UTC, &windows).unwrap());
        let expected = match free {
            None => Decision::Allowed,
            Some(free) => Decision::NotNow { rule: Rule::Blackout, retry_at: Some(SUNDAY + free) },
        };
        let decision = policy.decide(&at(SUNDAY + second), &request(Action::Install, None));
        assert_eq!(decision, expected, "{windows:?}, {second}");
    }
}

/// All but one hour of the week is blocked, and in spring clocks skip that hour.
#[test]
fn s21_the_only_free_hour_is_skipped() {
    let all_but_sunday = Weekdays::from_bits(0x7e).unwrap();
    let windows = [
        Window::new(0, 0, all_but_sunday).unwrap(),
        Window::new(0, 7200, Weekdays::SUNDAY).unwrap(),
        Window::new(10_800, 0, Weekdays::SUNDAY).unwrap(),
    ];
    let berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
    let policy = OwnerPolicy::new().blackout(Blackout::new(berlin, &windows).unwrap());
    // 2026-03-22, 02:59:59 and 03:00 CET. The next free second is on 2026-04-05, 02:00 CEST: 14 days later, less the
    // hour that is skipped, less the one between the two times of day.
    let last = SUNDAY + 77 * 86_400 + 7199;
    let decide = |now| policy.decide(&at(now), &request(Action::Install, None));
    assert_eq!(decide(last), Decision::Allowed);
    let free = last + 1 + 14 * 86_400 - 7200;
    assert_eq!(decide(last + 1), Decision::NotNow { rule: Rule::Blackout, retry_at: Some(free) });
    assert_eq!(decide(free), Decision::Allowed);
}

#[test]
fn blackouts_that_are_refused() {
    assert_eq!(Weekdays::from_bits(0), Err(PolicyError::Weekdays));
    assert_eq!(Weekdays::from_bits(0x80), Err(PolicyError::Weekdays));
    assert_eq!(Weekdays::from_bits(0x7f), Ok(Weekdays::ALL));
    assert_eq!(Weekdays::from_bits(0x41), Ok(Weekdays::SATURDAY.and(Weekdays::SUNDAY)));
    assert_eq!(Weekdays::ALL.bits(), 0x7f);
    for (from, to, expected) in [
        (0, DAY - 1, Ok(())),
        (DAY - 1, 0, Ok(())),
        (DAY, 0, Err(PolicyError::TimeOfDay)),
        (0, DAY, Err(PolicyError::TimeOfDay)),
        (0, u32::MAX, Err(PolicyError::TimeOfDay)),
    ] {
        assert_eq!(Window::new(from, to, Weekdays::ALL).map(drop), expected, "{from}-{to}");
    }
    let blackout = |windows: &[Window]| Blackout::new(Zone::UTC, windows).map(drop);
    let [second] = daily(0, 1, Weekdays::ALL);
    assert_eq!(blackout(&[]), Err(PolicyError::NoWindow));
    assert_eq!(blackout(&[second; WINDOWS_MAX]), Ok(()));
    assert_eq!(blackout(&[second; WINDOWS_MAX + 1]), Err(PolicyError::TooManyWindows));
    assert_eq!(blackout(&daily(0, 0, Weekdays::ALL)), Err(PolicyError::NeverFree));
    assert_eq!(blackout(&daily(5, 5, Weekdays::ALL)), Err(PolicyError::NeverFree));
    assert_eq!(blackout(&daily(5, 4, Weekdays::ALL)), Ok(()));
    let [rest] = daily(1, 0, Weekdays::ALL);
    assert_eq!(blackout(&[second, rest]), Err(PolicyError::NeverFree));
    for (level, expected) in
        [(-150, Ok(())), (0, Ok(())), (-151, Err(PolicyError::Radio)), (95, Err(PolicyError::Radio))]
    {
        assert_eq!(OwnerPolicy::new().radio(level).map(drop), expected, "{level} dBm");
    }
}

/// From and to in seconds, and the bits of the days. Times are on the hour or on any second.
fn windows_in_numbers() -> impl Strategy<Value = Vec<(u32, u32, u8)>> {
    let time = || prop_oneof![3 => (0..24_u32).prop_map(|hour| hour * 3600), 1 => 0..DAY];
    vec((time(), time(), prop_oneof![Just(0x7f), Just(0x3e), Just(0x41), 1..=0x7f_u8]), 1..=WINDOWS_MAX)
}

/// Whether a second of the week is in a window, said in another way: by what is left of each day.
fn blocked(windows: &[(u32, u32, u8)], day: u32, time: u32) -> bool {
    windows.iter().any(|&(from, to, days)| {
        let began_on = |day: u32| days >> (day % 7) & 1 == 1;
        if from < to {
            began_on(day) && from <= time && time < to
        } else {
            began_on(day) && time >= from || began_on(day + 6) && time < to
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn s21_windows_end_when_counting_says((slow, now) in zone_and_instant(), numbers in windows_in_numbers()) {
        let windows: Vec<_> = numbers
            .iter()
            .map(|&(from, to, days)| Window::new(from, to, Weekdays::from_bits(days).unwrap()).unwrap())
            .collect();
        let free = (0..7).any(|day| (0..DAY).any(|time| !blocked(&numbers, day, time)));
        let blackout = Blackout::new(slow.zone(), &windows);
        prop_assert_eq!(blackout.map(drop).err(), (!free).then_some(PolicyError::NeverFree));
        if let Ok(blackout) = blackout {
            let first = faces(&slow, now)
                .find(|(_, face)| !blocked(&numbers, weekday(*face), second(*face)))
                .unwrap()
                .0;
            let expected = if first == now {
                Decision::Allowed
            } else {
                Decision::NotNow { rule: Rule::Blackout, retry_at: Some(first) }
            };
            let policy = OwnerPolicy::new().blackout(blackout);
            prop_assert_eq!(policy.decide(&at(now), &request(Action::Install, None)), expected);
        }
    }
}

// --- Radio, storage, memory ---

#[test]
fn s17_no_fetch_below_the_radio_level() {
    let policy = OwnerPolicy::new().radio(-95).unwrap();
    let table = [
        (Some(-96), not_now(Rule::Radio)),
        (Some(i16::MIN), not_now(Rule::Radio)),
        (None, not_now(Rule::Radio)),
        (Some(-95), Decision::Allowed),
        (Some(-40), Decision::Allowed),
    ];
    for (radio, expected) in table {
        let facts = Facts { radio, ..Facts::default() };
        let decide =
            |policy: OwnerPolicy<'_>, priority| policy.decide(&facts, &request(Action::Fetch, priority));
        assert_eq!(decide(policy, Some(-1)), expected, "{radio:?}");
        // The owner's exception, and what it is not for.
        assert_eq!(decide(policy.critical(LENIENT), Some(-1)), Decision::Allowed, "{radio:?}");
        assert_eq!(decide(policy.critical(LENIENT), Some(0)), expected, "{radio:?}");
        let strict = policy.critical(Critical { ignores_radio: false, ..LENIENT });
        assert_eq!(decide(strict, Some(-1)), expected, "{radio:?}");
        assert_eq!(OwnerPolicy::new().decide(&facts, &request(Action::Fetch, None)), Decision::Allowed);
    }
}

#[test]
fn s18_free_storage_before_the_first_byte() {
    let table = [
        // What must stay free, what the image takes, what is free.
        (1000, Some(500), Some(1500), true),
        (1000, Some(500), Some(1499), false),
        (1000, Some(501), Some(500), false),
        (1000, Some(u64::MAX), Some(u64::MAX - 1), false),
        (1000, None, Some(1000), true),
        (1000, None, Some(999), false),
        (1000, Some(0), None, false),
        (0, Some(500), Some(500), true),
        (0, Some(500), Some(499), false),
        (0, None, None, false),
        (u64::MAX, Some(1), Some(u64::MAX), false),
    ];
    for (least, storage, free_storage, enough) in table {
        let facts = Facts { free_storage, ..Facts::default() };
        for action in [Action::Fetch, Action::Install] {
            let request = Request { storage, ..request(action, Some(i64::MIN)) };
            let expected = if enough { Decision::Allowed } else { not_now(Rule::Storage) };
            // Urgency makes no room.
            for policy in [OwnerPolicy::new(), OwnerPolicy::new().critical(LENIENT)] {
                let decision = policy.storage(least).decide(&facts, &request);
                assert_eq!(decision, expected, "{least} {storage:?} {free_storage:?}");
            }
            assert_eq!(OwnerPolicy::new().decide(&facts, &request), Decision::Allowed);
        }
    }
}

#[test]
fn s19_free_memory_for_what_the_image_says_it_needs() {
    let table = [
        (4096, Some(8192), Some(12_288), true),
        (4096, Some(8192), Some(12_287), false),
        (4096, None, Some(4096), true),
        (4096, None, Some(4095), false),
        (4096, Some(0), None, false),
        (0, Some(1), Some(0), false),
    ];
    for (least, ram, free_ram, enough) in table {
        let facts = Facts { free_ram, ..Facts::default() };
        for action in [Action::Fetch, Action::Install] {
            let request = Request { ram, ..request(action, Some(i64::MIN)) };
            let expected = if enough { Decision::Allowed } else { not_now(Rule::Ram) };
            let policy = OwnerPolicy::new().ram(least).critical(LENIENT);
            assert_eq!(policy.decide(&facts, &request), expected, "{least} {ram:?} {free_ram:?}");
            assert_eq!(OwnerPolicy::new().decide(&facts, &request), Decision::Allowed);
        }
    }
}

// --- Vetoes ---

#[test]
fn s46_a_veto_holds_against_any_signed_urgency() {
    let veto: &[&[&[u8]]] = &[&[b"radio"], &[b"app", b"doors"]];
    let policy = OwnerPolicy::new().veto(veto).critical(Critical { at_most: i64::MAX, ..LENIENT });
    let refused = Decision::Refused { rule: Rule::Veto };
    let table: [(&[u8], Decision); 9] = [
        (b"\x81\x45radio", refused),                   // ['radio']
        (b"\x82\x45radio\x41\x00", refused),           // ['radio', 00]
        (b"\x82\x43app\x45doors", refused),            // ['app', 'doors']
        (b"\x83\x43app\x45doors\x40", refused),        // ['app', 'doors', '']
        (b"\x81\x43app", Decision::Allowed),           // ['app']
        (b"\x82\x43app\x46lights", Decision::Allowed), // ['app', 'lights']
        (b"\x81\x46radio2", Decision::Allowed),        // ['radio2']
        (b"\x82\x43app\x44door", Decision::Allowed),   // ['app', 'door']
        (b"\x80", Decision::Allowed),                  // []
    ];
    for (id, expected) in table {
        for action in [Action::Fetch, Action::Install, Action::Remove] {
            let request = Request { component: component(id), ..request(action, Some(i64::MIN)) };
            assert_eq!(policy.decide(&Facts::default(), &request), expected, "{id:x?}");
        }
        // What is installed still starts.
        let request = Request { component: component(id), ..request(Action::Invoke, None) };
        assert_eq!(policy.decide(&Facts::default(), &request), Decision::Allowed, "{id:x?}");
        // No parts: all components.
        let frozen = OwnerPolicy::new().veto(&[&[]]);
        let request = Request { component: component(id), ..request };
        let request = Request { action: Action::Install, ..request };
        assert_eq!(frozen.decide(&Facts::default(), &request), refused, "{id:x?}");
    }
}

// --- All together ---

/// Which action is subject to which rule: one rule is broken at a time.
#[test]
fn s22_what_each_action_is_subject_to() {
    let windows = daily(0, 3600, Weekdays::ALL);
    let blackout = Blackout::new(Zone::UTC, &windows).unwrap();
    let any = OwnerPolicy::new();
    let facts = Facts { utc: Some(SUNDAY), radio: Some(-100), free_storage: Some(9), free_ram: Some(9) };
    let no_clock = Facts { utc: None, ..facts };
    let (yes, veto) = (Decision::Allowed, Decision::Refused { rule: Rule::Veto });
    let unknown = Decision::Refused { rule: Rule::NoClock };
    let window = Decision::NotNow { rule: Rule::Blackout, retry_at: Some(SUNDAY + 3600) };
    let (radio, storage, ram) = (not_now(Rule::Radio), not_now(Rule::Storage), not_now(Rule::Ram));
    let table = [
        // Fetch, Install, Remove, Invoke, Load; and the same for a critical update.
        (any, facts, [yes, yes, yes, yes, yes], [yes, yes, yes, yes, yes]),
        (any.veto(&[&[b"app"]]), facts, [veto, veto, veto, yes, veto], [veto, veto, veto, yes, veto]),
        (any.blackout(blackout), no_clock, [unknown, unknown, unknown, yes, yes], [yes, yes, yes, yes, yes]),
        (any.blackout(blackout), facts, [window, window, window, yes, yes], [yes, yes, yes, yes, yes]),
        (
            any.blackout(blackout.letting_fetch()),
            facts,
            [yes, window, window, yes, yes],
            [yes, yes, yes, yes, yes],
        ),
        (any.radio(-99).unwrap(), facts, [radio, yes, yes, yes, yes], [yes, yes, yes, yes, yes]),
        (any.storage(10), facts, [storage, storage, yes, yes, yes], [storage, storage, yes, yes, yes]),
        (any.ram(10), facts, [ram, ram, yes, yes, yes], [ram, ram, yes, yes, yes]),
    ];
    for (policy, facts, plain, critical) in table {
        let policy = policy.critical(LENIENT);
        let decide = |priority| ACTIONS.map(|action| policy.decide(&facts, &request(action, Some(priority))));
        assert_eq!(decide(10), plain, "{policy:?}");
        assert_eq!(decide(-1), critical, "{policy:?}");
    }
}

/// Everything is broken; one after the other is mended, and the answer names what is next.
#[test]
fn s22_the_first_rule_that_is_broken_is_named() {
    let windows = daily(0, 3600, Weekdays::ALL);
    let radio = OwnerPolicy::new().radio(-99).unwrap();
    let policy = radio.storage(10).ram(10).blackout(Blackout::new(Zone::UTC, &windows).unwrap());
    let mut facts = Facts::default();
    let mut named = Vec::new();
    let mut ask =
        |policy: OwnerPolicy<'_>, facts: &Facts| match policy.decide(facts, &request(Action::Fetch, None)) {
            Decision::NotNow { rule, .. } | Decision::Refused { rule } => named.push(rule),
            Decision::Allowed => panic!("allowed"),
        };
    ask(policy.veto(&[&[b"app"]]), &facts);
    ask(policy, &facts);
    facts.utc = Some(SUNDAY);
    ask(policy, &facts);
    facts.utc = Some(SUNDAY + 3600);
    ask(policy, &facts);
    facts.radio = Some(-99);
    ask(policy, &facts);
    facts.free_storage = Some(10);
    ask(policy, &facts);
    assert_eq!(named, [Rule::Veto, Rule::NoClock, Rule::Blackout, Rule::Radio, Rule::Storage, Rule::Ram]);
    assert!(named.is_sorted_by_key(|rule| rule.number()));
    facts.free_ram = Some(10);
    assert_eq!(policy.decide(&facts, &request(Action::Fetch, None)), Decision::Allowed);
}
