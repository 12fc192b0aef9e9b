//! Times: seconds since 1970 or RFC 3339 in UTC; times of day; days of the week.

use super::number::{HEXADECIMAL, hexadecimal};
use super::{Fault, Scalar, scalars};
use crate::description::words::{Weekday, Words};
use schemars::{Schema, json_schema};

scalars!(Time, TimeOfDay, Day);

/// Seconds since 1970, as a number or as `2027-06-30T12:00:00Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) u64);

/// Seconds since midnight, as a number or as `23:00` or `23:00:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeOfDay(pub(crate) u64);

/// Day of the week, as its name or as a number; Sunday is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day(pub(crate) u64);

const DAY: u64 = 86_400;

/// Leap days of the Gregorian calendar before the first of January of `year`.
const fn leap_days(year: u64) -> u64 {
    let past = year - 1;
    past / 4 - past / 100 + past / 400
}

const fn is_leap(year: u64) -> bool {
    leap_days(year + 1) > leap_days(year)
}

const fn month_days(year: u64, month: u64) -> u64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 to the first of January of `year`.
const fn days_before(year: u64) -> u64 {
    365 * (year - 1970) + leap_days(year) - leap_days(1970)
}

/// The number that two, or four, digits spell.
fn digits(text: &str, count: usize) -> Option<u64> {
    let fits = text.len() == count && text.bytes().all(|digit| digit.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn seconds_of_day(text: &str, seconds_may_miss: bool) -> Option<u64> {
    let mut parts = text.split(':');
    let hour = digits(parts.next()?, 2).filter(|hour| *hour < 24)?;
    let minute = digits(parts.next()?, 2).filter(|minute| *minute < 60)?;
    let second = match parts.next() {
        // RFC 3339 allows 60 for leap seconds; seconds since 1970 can't say them.
        Some(second) => digits(second, 2).filter(|second| *second < 60)?,
        None if seconds_may_miss => 0,
        None => return None,
    };
    parts.next().is_none().then_some(hour * 3600 + minute * 60 + second)
}

fn seconds_since_1970(text: &str) -> Option<u64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let mut parts = date.split('-');
    let year = digits(parts.next()?, 4).filter(|year| *year >= 1970)?;
    let month = digits(parts.next()?, 2).filter(|month| (1..=12).contains(month))?;
    let day = digits(parts.next()?, 2).filter(|day| (1..=month_days(year, month)).contains(day))?;
    if parts.next().is_some() {
        return None;
    }
    let days = days_before(year) + (1..month).map(|month| month_days(year, month)).sum::<u64>() + day - 1;
    Some(days * DAY + seconds_of_day(time, false)?)
}

/// A time as it is written, where a year of four digits can say it.
pub(crate) fn time_text(seconds: u64) -> Option<String> {
    if seconds >= days_before(10_000) * DAY {
        return None;
    }
    let (mut days, seconds) = (seconds / DAY, seconds % DAY);
    // No year is longer than 366 days, so this is the year or one before it.
    let mut year = 1970 + days / 366;
    while days_before(year + 1) <= days {
        year += 1;
    }
    days -= days_before(year);
    let mut month = 1;
    while days >= month_days(year, month) {
        days -= month_days(year, month);
        month += 1;
    }
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}Z", days + 1))
}

fn seconds(number: i128) -> Result<u64, Fault> {
    u64::try_from(number)
        .map_err(|_| Fault::new(format!("{number} is out of range"), "give seconds, 0 or more"))
}

impl Scalar for Time {
    const NAME: &'static str = "Time";
    const WHAT: &'static str = "a time such as \"2027-06-30T12:00:00Z\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        seconds_since_1970(text).or_else(|| hexadecimal(text)).map(Self).ok_or_else(|| {
            let help = "write it in UTC like 2027-06-30T12:00:00Z, or as a number of seconds since 1970";
            Fault::new(format!("'{text}' is not a time"), help)
        })
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(seconds(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Seconds since 1970, or RFC 3339 in UTC without fractions.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u64::MAX },
                { "type": "string", "pattern": format!("^{HEXADECIMAL}$") },
                { "type": "string", "pattern":
                    "^(19[7-9][0-9]|[2-9][0-9]{3})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3])(:[0-5][0-9]){2}Z$" },
            ]
        })
    }
}

impl Scalar for TimeOfDay {
    const NAME: &'static str = "TimeOfDay";
    const WHAT: &'static str = "a time of day such as \"23:00\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        seconds_of_day(text, true).or_else(|| hexadecimal(text)).map(Self).ok_or_else(|| {
            let help = "write it like 23:00 or 23:00:00, or as a number of seconds since midnight";
            Fault::new(format!("'{text}' is not a time of day"), help)
        })
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(seconds(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Seconds since midnight, or hours, minutes and seconds.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u64::MAX },
                { "type": "string", "pattern": format!("^{HEXADECIMAL}$") },
                { "type": "string", "pattern": "^([01][0-9]|2[0-3])(:[0-5][0-9]){1,2}$" },
            ]
        })
    }
}

impl Scalar for Day {
    const NAME: &'static str = "Day";
    const WHAT: &'static str = "a day of the week";

    fn from_text(text: &str) -> Result<Self, Fault> {
        Weekday::from_word(text).map(|day| day.0).or_else(|| hexadecimal(text)).map(Self).ok_or_else(|| {
            let help = format!("the days are {}", Weekday::WORDS.join(", "));
            Fault::new(format!("'{text}' is not a day of the week"), help)
        })
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(seconds(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A name, or a number; Sunday is 0.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u64::MAX },
                { "type": "string", "pattern": format!("^{HEXADECIMAL}$") },
                { "type": "string", "enum": Weekday::WORDS },
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Seconds by `date -u -d TEXT +%s`.
    #[test]
    fn known_times() {
        for (text, wanted) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:34:56Z", 951_827_696),
            ("2023-10-03T00:00:00Z", 1_696_291_200),
            ("2024-12-31T23:59:59Z", 1_735_689_599),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
            ("9999-12-31T23:59:59Z", 253_402_300_799),
        ] {
            assert_eq!(Time::from_text(text), Ok(Time(wanted)), "{text}");
            assert_eq!(time_text(wanted).as_deref(), Some(text));
        }
        assert_eq!(time_text(253_402_300_800), None);
        assert_eq!(time_text(u64::MAX), None);
    }

    #[test]
    fn every_day_of_400_years_reads_back() {
        for day in 0..146_097 {
            let text = time_text(day * DAY + 1).unwrap();
            assert_eq!(Time::from_text(&text), Ok(Time(day * DAY + 1)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "2023-02-29T00:00:00Z",
            "2100-02-29T00:00:00Z",
            "2023-13-01T00:00:00Z",
            "2023-10-03T24:00:00Z",
            "2023-10-03T23:59:60Z",
            "2023-10-03T00:00:00+02:00",
            "2023-10-03T00:00Z",
            "2023-10-03",
            "1969-12-31T23:59:59Z",
            "2023-1-1T00:00:00Z",
            "10000-01-01T00:00:00Z",
        ] {
            assert!(Time::from_text(text).is_err(), "{text}");
        }
        assert_eq!(TimeOfDay::from_text("23:00"), Ok(TimeOfDay(82_800)));
        assert_eq!(TimeOfDay::from_text("00:00:01"), Ok(TimeOfDay(1)));
        assert!(TimeOfDay::from_text("24:00").is_err());
        assert_eq!(Day::from_text("saturday"), Ok(Day(6)));
        assert!(Day::from_text("Sat").is_err());
    }
}
