//! Local time against Python's zoneinfo, and against a calendar that counts.

#![allow(
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "tests"
)]

mod policy_support;

use policy_support::{Flips, Slow, faces, rows, second, weekday, zone, zone_and_instant};
use proptest::prelude::*;
use suit_core::wait::Event;
use suit_verify_nostd::calendar::{
    Civil, DAY, Daylight, Due, LATEST, Switch, SwitchError, Zone, ZoneError, due,
};

/// 2026-01-01T00:00:00Z, a Thursday.
const NEW_YEAR: u64 = 1_767_225_600;

fn number(text: &str) -> u64 {
    text.parse().unwrap()
}

#[test]
fn changes_of_clocks_are_those_of_zoneinfo() {
    for row in rows("changes") {
        let [rule, year, changes] = row[..] else { panic!("{row:?}") };
        let zone = zone(rule);
        let changes: Vec<i64> = changes.split(' ').map(|number| number.parse().unwrap()).collect();
        let [first, after_first, second, after_second] = changes[..] else { panic!("{row:?}") };
        let shows = |instant: i64, offset: i64| {
            let local = Zone::UTC.civil(u64::try_from(instant + offset).unwrap());
            assert_eq!(zone.civil(u64::try_from(instant).unwrap()), local, "{rule} in {year} at {instant}");
        };
        // On both sides of each change, in the middle between them, and far from both.
        shows(first - 1, after_second);
        shows(first, after_first);
        shows((first + second) / 2, after_first);
        shows(second - 1, after_first);
        shows(second, after_second);
        shows(first - 30 * 86_400, after_second);
        shows(second + 30 * 86_400, after_second);
    }
}

/// Every second of four days around changes of clocks, for each value that the oracle has.
fn holds_as_zoneinfo_says(kind: &str, event: impl Fn(u64) -> Event<'static>) {
    for row in rows(kind) {
        let [rule, start, end, value, held] = row[..] else { panic!("{row:?}") };
        let (zone, held) = (zone(rule), Flips::parse(held));
        let event = event(number(value));
        for now in number(start)..number(end) {
            let got = due(&event, Some(now), Some(&zone)).unwrap();
            if held.at(now) {
                assert_eq!(got, Due::Now, "{rule}, {event:?}, {now}");
            } else if let Some(next) = held.next(now) {
                assert_eq!(got, Due::In(next - now), "{rule}, {event:?}, {now}");
            } else {
                assert!(matches!(got, Due::In(1..)), "{rule}, {event:?}, {now}: {got:?}");
            }
        }
    }
}

#[test]
fn p_197_time_of_day_holds_as_zoneinfo_says() {
    holds_as_zoneinfo_says("time-of-day", Event::TimeOfDay);
}

#[test]
fn p_197_day_of_week_holds_as_zoneinfo_says() {
    holds_as_zoneinfo_says("day-of-week", Event::DayOfWeek);
}

/// The draft's two sentences, worked out by hand for Berlin.
#[test]
fn p_197_skipped_and_repeated_times() {
    let berlin = zone("CET-1CEST,M3.5.0,M10.5.0/3");
    let next = |from, second| berlin.next_time_of_day(from, second);
    // 2026-03-29, 88 days after New Year: 02:00 CET, which is 01:00Z, is 03:00 CEST. 02:30 is skipped.
    let forward = NEW_YEAR + 87 * 86_400 + 3600;
    assert_eq!(next(forward - 7200, 9000), Some(forward));
    assert_eq!(next(forward, 9000), Some(forward));
    // On the day after, 02:30 CEST is 00:30Z.
    assert_eq!(next(forward + 1, 9000), Some(forward + 86_400 - 1800));
    // 2026-10-25, 298 days after: 03:00 CEST, which is 01:00Z, is 02:00 CET. 02:30 is at 00:30Z and at 01:30Z.
    let back = NEW_YEAR + 297 * 86_400 + 3600;
    assert_eq!(next(back - 7200, 9000), Some(back - 1800));
    assert_eq!(next(back - 1800, 9000), Some(back - 1800));
    // The second occurrence does not count: the next one is on the day after, 02:30 CET, 01:30Z.
    assert_eq!(next(back - 1799, 9000), Some(back + 86_400 + 1800));
    assert_eq!(next(back + 1800, 9000), Some(back + 86_400 + 1800));
    // What held stays: at 02:10 for the second time, 02:30 has been.
    assert_eq!(due(&Event::TimeOfDay(9000), Some(back + 600), Some(&berlin)), Some(Due::Now));
    assert_eq!(berlin.civil(back + 600).unwrap().second(), 7800);
    assert_eq!(next(back, DAY), None);
}

#[test]
fn p_197_local_events_are_unsupported_without_a_zone() {
    for event in [Event::TimeOfDay(0), Event::DayOfWeek(0), Event::TimeOfDay(DAY.into())] {
        assert_eq!(due(&event, Some(NEW_YEAR), None), Some(Due::Unsupported));
        assert_eq!(due(&event, None, None), Some(Due::Unsupported));
    }
    // Those of UTC are not.
    assert_eq!(due(&Event::TimeOfDayUtc(0), Some(NEW_YEAR), None), Some(Due::Now));
    assert_eq!(due(&Event::DayOfWeekUtc(4), Some(NEW_YEAR), None), Some(Due::Now));
}

#[test]
fn p_196_clock_events() {
    let kamchatka = Zone::new(12 * 3600, None).unwrap();
    let table = [
        // 5, an instant
        (Event::Time(NEW_YEAR), NEW_YEAR - 1, Due::In(1)),
        (Event::Time(NEW_YEAR), NEW_YEAR, Due::Now),
        (Event::Time(NEW_YEAR), LATEST, Due::Now),
        (Event::Time(NEW_YEAR), LATEST + 1, Due::NoClock),
        (Event::Time(u64::MAX), 0, Due::In(u64::MAX)),
        // 6, local: it is 12:00 on Thursday
        (Event::TimeOfDay(43_200), NEW_YEAR, Due::Now),
        (Event::TimeOfDay(43_201), NEW_YEAR, Due::In(1)),
        (Event::TimeOfDay(86_399), NEW_YEAR, Due::In(43_199)),
        (Event::TimeOfDay(86_400), NEW_YEAR, Due::Never),
        (Event::TimeOfDay(1 << 32), NEW_YEAR, Due::Never),
        // 7, local
        (Event::DayOfWeek(4), NEW_YEAR, Due::Now),
        (Event::DayOfWeek(5), NEW_YEAR, Due::In(43_200)),
        (Event::DayOfWeek(3), NEW_YEAR, Due::In(43_200 + 5 * 86_400)),
        (Event::DayOfWeek(7), NEW_YEAR, Due::Never),
        // 8, UTC: it is midnight
        (Event::TimeOfDayUtc(0), NEW_YEAR, Due::Now),
        (Event::TimeOfDayUtc(1), NEW_YEAR, Due::In(1)),
        (Event::TimeOfDayUtc(86_400), NEW_YEAR, Due::Never),
        // 9, UTC
        (Event::DayOfWeekUtc(4), NEW_YEAR + 86_399, Due::Now),
        (Event::DayOfWeekUtc(4), NEW_YEAR + 86_400, Due::In(6 * 86_400)),
        (Event::DayOfWeekUtc(u64::MAX), NEW_YEAR, Due::Never),
        // The end of the range
        (Event::TimeOfDayUtc(86_399), LATEST, Due::Now),
        (Event::DayOfWeekUtc(6), LATEST, Due::In(1)),
        (Event::DayOfWeekUtc(5), LATEST + 1, Due::NoClock),
    ];
    for (event, now, expected) in table {
        assert_eq!(due(&event, Some(now), Some(&kamchatka)), Some(expected), "{event:?} at {now}");
        let without = if expected == Due::Never { Due::Never } else { Due::NoClock };
        assert_eq!(due(&event, None, Some(&kamchatka)), Some(without), "{event:?}");
    }
    for event in [Event::Authorization(0), Event::Power(0), Event::Network(0)] {
        assert_eq!(due(&event, Some(NEW_YEAR), Some(&kamchatka)), None);
    }
}

/// All events of a wait must hold at once. Sleeping for the longest time and asking again gets there in two steps.
#[test]
fn p_196_all_events_hold_after_the_longest_waits() {
    let new_york = zone("EST5EDT,M3.2.0,M11.1.0");
    let events = [Event::DayOfWeek(0), Event::TimeOfDay(9000)];
    // Thursday 2026-03-05, 20:00 EST; on Sunday 02:00 EST is 03:00 EDT, and 02:30 is skipped: 2026-03-08T07:00:00Z.
    let mut now = NEW_YEAR + 64 * 86_400 + 3600;
    for _ in 0..2 {
        let longest = events.iter().map(|event| match due(event, Some(now), Some(&new_york)).unwrap() {
            Due::In(seconds) => seconds,
            _ => 0,
        });
        now += longest.max().unwrap();
    }
    assert_eq!(now, NEW_YEAR + 66 * 86_400 + 7 * 3600);
    assert!(events.iter().all(|event| due(event, Some(now), Some(&new_york)) == Some(Due::Now)));
}

#[test]
fn the_ends_of_the_range() {
    let (west, east) = (Zone::new(-15 * 3600, None).unwrap(), Zone::new(15 * 3600, None).unwrap());
    let shows = |civil: Option<Civil>| civil.map(|civil| (civil.weekday(), civil.second()));
    // 1970-01-01 was a Thursday. West of Greenwich it was Wednesday still.
    assert_eq!(shows(Zone::UTC.civil(0)), Some((4, 0)));
    assert_eq!(shows(west.civil(0)), Some((3, 9 * 3600)));
    assert_eq!(shows(east.civil(0)), Some((4, 15 * 3600)));
    assert_eq!(west.next_time_of_day(0, 0), Some(15 * 3600));
    assert_eq!(east.next_time_of_day(0, 0), Some(9 * 3600));
    // 9999-12-31 is a Friday.
    assert_eq!(shows(Zone::UTC.civil(LATEST)), Some((5, 86_399)));
    assert_eq!(shows(east.civil(LATEST)), Some((6, 15 * 3600 - 1)));
    assert_eq!(east.next_time_of_day(LATEST, 0), Some(LATEST + 1 + 9 * 3600));
    assert_eq!(Zone::UTC.civil(LATEST + 1), None);
    assert_eq!(Zone::UTC.next_time_of_day(u64::MAX, 0), None);
}

#[test]
fn rules_that_are_refused() {
    let max = Switch::TIME_MAX;
    let table = [
        ((1, 1, 0, max), Ok(())),
        ((12, 5, 6, -max), Ok(())),
        ((0, 1, 0, 0), Err(SwitchError::Month)),
        ((13, 1, 0, 0), Err(SwitchError::Month)),
        ((1, 0, 0, 0), Err(SwitchError::Week)),
        ((1, 6, 0, 0), Err(SwitchError::Week)),
        ((1, 1, 7, 0), Err(SwitchError::Weekday)),
        ((1, 1, 0, max + 1), Err(SwitchError::Time)),
        ((1, 1, 0, -max - 1), Err(SwitchError::Time)),
    ];
    for ((month, week, weekday, time), expected) in table {
        let got = Switch::new(month, week, weekday, time).map(drop);
        assert_eq!(got, expected, "M{month}.{week}.{weekday}/{time}");
    }

    let hour = 3600;
    let (march, october) = ((3, 5, 0, 2 * hour), (10, 5, 0, 3 * hour));
    let table = [
        (hour, 2 * hour, march, october, Ok(())),
        (-15 * hour, -14 * hour, march, october, Ok(())),
        (15 * hour, 14 * hour, march, october, Ok(())),
        (0, 3 * hour, march, october, Ok(())),
        (15 * hour + 1, 15 * hour, march, october, Err(ZoneError::Offset)),
        (15 * hour, 15 * hour + 1, march, october, Err(ZoneError::Offset)),
        (-15 * hour - 1, -15 * hour, march, october, Err(ZoneError::Offset)),
        (hour, hour, march, october, Err(ZoneError::Difference)),
        (0, 3 * hour + 1, march, october, Err(ZoneError::Difference)),
        (0, -3 * hour - 1, march, october, Err(ZoneError::Difference)),
        (0, hour, march, (5, 1, 0, 0), Ok(())),
        (0, hour, march, (4, 5, 0, 0), Err(ZoneError::TooClose)),
        (0, hour, march, march, Err(ZoneError::TooClose)),
        (0, hour, (1, 5, 0, 0), (12, 1, 0, 0), Err(ZoneError::TooClose)),
        // In UTC, Sunday of the first week can be 1 January, 24:00 at the earliest. One second more is far enough.
        (0, hour, (1, 1, 0, 24 * hour + 1), october, Ok(())),
        (0, hour, (1, 1, 0, 24 * hour), october, Err(ZoneError::YearBorder)),
        (hour, 0, (1, 1, 0, 25 * hour + 1), october, Ok(())),
        (hour, 0, (1, 1, 0, 25 * hour), october, Err(ZoneError::YearBorder)),
        (0, hour, (1, 2, 0, -144 * hour + 1), october, Ok(())),
        (0, hour, (1, 2, 0, -144 * hour), october, Err(ZoneError::YearBorder)),
        // The last one can be 31 December, which must not have come.
        (0, hour, march, (12, 5, 0, hour - 1), Ok(())),
        (0, hour, march, (12, 5, 0, hour), Err(ZoneError::YearBorder)),
        (0, hour, march, (12, 4, 0, 73 * hour - 1), Ok(())),
        (0, hour, march, (12, 4, 0, 73 * hour), Err(ZoneError::YearBorder)),
        (0, hour, march, (2, 1, 0, -max), Err(ZoneError::TooClose)),
        (0, hour, (2, 1, 0, -max), october, Ok(())),
        (0, hour, march, (11, 5, 0, max), Ok(())),
    ];
    for (standard, offset, start, end, expected) in table {
        let switch = |(month, week, day, time)| Switch::new(month, week, day, time).unwrap();
        let daylight = Daylight { offset, start: switch(start), end: switch(end) };
        let got = Zone::new(standard, Some(daylight)).map(drop);
        assert_eq!(got, expected, "{standard} {offset} {start:?} {end:?}");
    }
    assert_eq!(Zone::new(15 * hour + 1, None), Err(ZoneError::Offset));
    assert_eq!(Zone::new(0, None), Ok(Zone::UTC));
}

/// For every second from an instant on: the furthest that clocks have shown, and whether they have passed a time of
/// day on that day. Days before are counted, too, so that all is known.
fn furthest(slow: &Slow, from: u64, time: u32) -> impl Iterator<Item = (u64, i64, bool)> + use<> {
    let passed = move |shown: i64| (shown - i64::from(time)).div_euclid(86_400);
    let mut last: Option<(i64, i64)> = None;
    faces(slow, from.saturating_sub(3 * 86_400))
        .map(move |(instant, face)| {
            let (shown, came) = match last {
                None => (face, if second(face) >= time { face.div_euclid(86_400) } else { i64::MIN }),
                Some((before, came)) => {
                    let shown = before.max(face);
                    (shown, if passed(before) < passed(shown) { shown.div_euclid(86_400) } else { came })
                }
            };
            last = Some((shown, came));
            (instant, shown, came == shown.div_euclid(86_400))
        })
        .skip_while(move |(instant, ..)| *instant < from)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn p_197_clocks_show_what_counting_says((slow, from) in zone_and_instant()) {
        let zone = slow.zone();
        for (instant, face) in faces(&slow, from).step_by(97).take(2000) {
            let civil = zone.civil(instant).unwrap();
            prop_assert_eq!((civil.weekday(), civil.second()), (weekday(face), second(face)), "{}", instant);
        }
    }

    #[test]
    fn p_197_events_come_when_counting_says(
        (slow, now) in zone_and_instant(), time in 0..86_400_u32, day in 0..7_u32,
    ) {
        let zone = slow.zone();
        let from = |found: Option<(u64, i64, bool)>| match found.unwrap().0 - now {
            0 => Some(Due::Now),
            seconds => Some(Due::In(seconds)),
        };
        prop_assert_eq!(
            due(&Event::TimeOfDay(time.into()), Some(now), Some(&zone)),
            from(furthest(&slow, now, time).find(|(.., came)| *came))
        );
        prop_assert_eq!(
            due(&Event::DayOfWeek(day.into()), Some(now), Some(&zone)),
            from(furthest(&slow, now, time).find(|(_, shown, _)| weekday(*shown) == day))
        );
    }

    #[test]
    fn p_197_a_time_of_day_occurs_when_counting_says((slow, now) in zone_and_instant(), time in 0..86_400_u32) {
        // The second before `now`, so that `now` itself can be the one at which the time is reached.
        let now = now + 1;
        let seconds: Vec<_> = furthest(&slow, now - 1, time).take(2 * 86_400 + 20_000).collect();
        let passed = |shown: i64| (shown - i64::from(time)).div_euclid(86_400);
        let reached = seconds.windows(2).find(|pair| passed(pair[0].1) < passed(pair[1].1)).unwrap()[1].0;
        prop_assert_eq!(slow.zone().next_time_of_day(now, time), Some(reached));
    }
}
