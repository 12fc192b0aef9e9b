//! What the tests of calendar and policy share: rules as text, the oracle's table, and a slow calendar of its own.

#![allow(dead_code, reason = "each test uses a part of it")]

use proptest::prelude::*;
use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
use suit_verify_nostd::policy::{Weekdays, Window};

/// Written by `policy_oracle.py` with Python's zoneinfo.
pub(crate) const ORACLE: &str = include_str!("../policy_oracle.txt");

/// The oracle's rows of one kind, split into their fields.
pub(crate) fn rows(kind: &str) -> Vec<Vec<&'static str>> {
    let rows: Vec<_> = ORACLE
        .lines()
        .map(|line| line.split('|').collect::<Vec<_>>())
        .filter_map(|fields| (fields[0] == kind).then(|| fields[1..].to_vec()))
        .collect();
    assert!(!rows.is_empty(), "no row of this kind: {kind}");
    rows
}

/// A state that changes at these instants.
pub(crate) struct Flips {
    first: bool,
    instants: Vec<u64>,
}

impl Flips {
    pub(crate) fn parse(text: &str) -> Self {
        let mut numbers = text.split(' ').map(|number| number.parse().expect("a number"));
        Self { first: numbers.next() == Some(1), instants: numbers.collect() }
    }

    pub(crate) fn at(&self, instant: u64) -> bool {
        self.first ^ (self.instants.iter().filter(|flip| **flip <= instant).count() % 2 == 1)
    }

    pub(crate) fn next(&self, instant: u64) -> Option<u64> {
        self.instants.iter().copied().find(|flip| *flip > instant)
    }
}

/// The zone of a POSIX `TZ` variable, whose offsets count westwards.
pub(crate) fn zone(posix: &str) -> Zone {
    let mut parts = posix.split(',');
    let (standard, daylight) = offsets(parts.next().expect("offsets"));
    let daylight = parts.next().map(|start| Daylight {
        offset: daylight.unwrap_or(standard + 3600),
        start: switch(start),
        end: switch(parts.next().expect("two changes")),
    });
    Zone::new(standard, daylight).unwrap_or_else(|error| panic!("{posix}: {error}"))
}

fn offsets(mut text: &str) -> (i32, Option<i32>) {
    let mut found = Vec::new();
    for _ in 0..2 {
        let name = if text.starts_with('<') {
            text.find('>').map(|end| end + 1)
        } else {
            text.find(|c: char| !c.is_alphabetic())
        };
        text = &text[name.unwrap_or(text.len())..];
        let end = text.find(|c: char| c.is_alphabetic() || c == '<').unwrap_or(text.len());
        found.push((end > 0).then(|| -time(&text[..end])));
        text = &text[end..];
    }
    (found[0].expect("an offset"), found[1])
}

fn switch(text: &str) -> Switch {
    let (date, at) = text.split_once('/').unwrap_or((text, "2"));
    let fields: Vec<u8> =
        date[1..].split('.').map(|field| field.parse().expect("month, week, day")).collect();
    Switch::new(fields[0], fields[1], fields[2], time(at)).expect("a change")
}

/// Hours, or hours and minutes, in seconds.
fn time(text: &str) -> i32 {
    let (sign, text) = match text.strip_prefix('-') {
        Some(text) => (-1, text),
        None => (1, text),
    };
    let (hours, minutes) = text.split_once(':').unwrap_or((text, "0"));
    sign * (hours.parse::<i32>().expect("hours") * 3600 + minutes.parse::<i32>().expect("minutes") * 60)
}

/// Windows as the oracle writes them: `from-to/days,…`.
pub(crate) fn windows(text: &str) -> Vec<Window> {
    text.split(',')
        .map(|window| {
            let (times, days) = window.split_once('/').expect("times and days");
            let (from, to) = times.split_once('-').expect("from and to");
            let bits = days.bytes().fold(0, |bits, day| bits | 1 << (day - b'0'));
            let days = Weekdays::from_bits(bits).expect("days");
            Window::new(from.parse().expect("from"), to.parse().expect("to"), days).expect("a window")
        })
        .collect()
}

// --- The slow way ---

/// A change of clocks in numbers: month, week, day of the week, time.
pub(crate) type Change = (u8, u8, u8, i32);

/// A zone that only knows its rule in numbers, and finds everything by counting.
#[derive(Clone, Debug)]
pub(crate) struct Slow {
    pub(crate) standard: i32,
    pub(crate) daylight: Option<(i32, Change, Change)>,
}

impl Slow {
    pub(crate) fn zone(&self) -> Zone {
        let change =
            |(month, week, day, time): Change| Switch::new(month, week, day, time).expect("a change");
        let daylight = self.daylight.map(|(offset, start, end)| Daylight {
            offset,
            start: change(start),
            end: change(end),
        });
        Zone::new(self.standard, daylight).expect("a zone")
    }

    /// All changes of the years around 1970–2110 and the offsets after them, in order.
    pub(crate) fn changes(&self) -> Vec<(i64, i64)> {
        let Some((offset, start, end)) = self.daylight else { return Vec::new() };
        let mut changes = Vec::new();
        let (mut day, mut weekday) = (0_i64, 4_u8);
        for year in 1970..2110_i64 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            for (month, length) in
                [31, 28 + i64::from(leap), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate()
            {
                for (change, before, after) in [(start, self.standard, offset), (end, offset, self.standard)]
                {
                    let (in_month, week, on, time) = change;
                    if usize::from(in_month) != month + 1 {
                        continue;
                    }
                    let such: Vec<i64> =
                        (0..length).filter(|date| (i64::from(weekday) + date) % 7 == i64::from(on)).collect();
                    let date = if week == 5 { such[such.len() - 1] } else { such[usize::from(week) - 1] };
                    changes.push(((day + date) * 86_400 + i64::from(time - before), i64::from(after)));
                }
                day += length;
                weekday = ((i64::from(weekday) + length) % 7) as u8;
            }
        }
        changes.sort_unstable();
        changes
    }
}

/// What clocks show at every second from one instant on, counted and not computed: seconds since 1970 on their face.
pub(crate) fn faces(slow: &Slow, from: u64) -> impl Iterator<Item = (u64, i64)> + use<> {
    let changes = slow.changes();
    // Before the first change of 1970 the state is what the second one leads to.
    let before = changes.get(1).map_or(i64::from(slow.standard), |change| change.1);
    let from = i64::try_from(from).expect("in range");
    let mut next = changes.partition_point(|change| change.0 <= from);
    let mut offset = if next == 0 { before } else { changes[next - 1].1 };
    (from..).map(move |instant| {
        if let Some(change) = changes.get(next)
            && change.0 == instant
        {
            offset = change.1;
            next += 1;
        }
        (u64::try_from(instant).expect("in range"), instant + offset)
    })
}

/// The day of the week of a clock's face.
pub(crate) fn weekday(face: i64) -> u32 {
    u32::try_from((face.div_euclid(86_400) + 4).rem_euclid(7)).expect("0 to 6")
}

/// The time of day of a clock's face.
pub(crate) fn second(face: i64) -> u32 {
    u32::try_from(face.rem_euclid(86_400)).expect("a time of day")
}

prop_compose! {
    /// A change of clocks in a month, most often on the hour. Times are up to 40 hours away from their day.
    fn change(month: impl Strategy<Value = u8>)(
        month in month, week in 1..=5_u8, day in 0..7_u8, hour in -40..=40_i32, odd in prop_oneof![4 => Just(0), 1 => 0..3600],
    ) -> Change {
        (month, week, day, hour * 3600 + odd)
    }
}

/// A zone of the north, the south, with winter time, or without changes.
pub(crate) fn slow() -> impl Strategy<Value = Slow> {
    let difference = prop_oneof![Just(3600), Just(1800), Just(7200), Just(-3600), Just(10_800), Just(-77)];
    let changing = (-12..=12_i32, difference, change(2..=5_u8), change(7..=11_u8), any::<bool>()).prop_map(
        |(hours, difference, spring, autumn, north)| Slow {
            standard: hours * 3600,
            daylight: Some(if north {
                (hours * 3600 + difference, spring, autumn)
            } else {
                (hours * 3600 + difference, autumn, spring)
            }),
        },
    );
    prop_oneof![
        8 => changing,
        1 => (-12..=14_i32).prop_map(|hours| Slow { standard: hours * 3600, daylight: None }),
    ]
}

/// A zone, and an instant that is often within some days of a change of its clocks.
pub(crate) fn zone_and_instant() -> impl Strategy<Value = (Slow, u64)> {
    let near = (0..240_usize, -200_000..200_000_i64);
    (slow(), prop_oneof![4 => near.prop_map(Ok), 1 => (0..4_000_000_000_u64).prop_map(Err)]).prop_map(
        |(slow, instant)| {
            let instant = match instant {
                Err(instant) => instant,
                Ok((index, distance)) => slow
                    .changes()
                    .get(index)
                    .and_then(|change| u64::try_from(change.0 + distance).ok())
                    .unwrap_or(1_000_000_000),
            };
            (slow, instant)
        },
    )
}
