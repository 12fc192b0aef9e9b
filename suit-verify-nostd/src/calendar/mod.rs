//! Civil time without a time zone database: what a wall clock shows, and when it will show something else.
//!
//! Instants are seconds since 1970-01-01T00:00:00Z as POSIX counts them, without leap seconds, up to [`LATEST`]. Each
//! function takes the same time whatever the instant: there is no loop over years or days. Division is by constants
//! and on 32 bits only, since a Cortex-M3 has an instruction for that and a slow library function for 64 bits.

mod switch;
mod wait;
mod zone;

pub use switch::{Switch, SwitchError};
pub use wait::{Due, due};
pub use zone::{Daylight, Zone, ZoneError};

/// The last instant that is understood: 9999-12-31T23:59:59Z. A clock that is beyond it is wrong.
pub const LATEST: u64 = 253_402_300_799;

/// Seconds of a day.
pub const DAY: u32 = 86_400;

/// What a wall clock shows: a day and the seconds since its midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Civil {
    /// Days since 1969-12-25, see [`SHIFT`].
    day: u32,
    second: u32,
}

/// Seconds that are added to every instant and to every local time within this module. A local time west of Greenwich
/// can lie before 1970, and this way it is not negative. A whole week, so that days of the week stay as they are.
const SHIFT: u64 = 604_800;

impl Civil {
    /// Day of the week; Sunday is 0 (as in draft-ietf-suit-update-management-14 §4.5).
    #[must_use]
    pub const fn weekday(&self) -> u32 {
        // 1969-12-25 was a Thursday, as 1970-01-01 was.
        self.day.wrapping_add(4) % 7
    }

    /// Seconds since midnight on the clock's face, 0–86399. On a day on which clocks are changed these are not the
    /// seconds that have passed.
    #[must_use]
    pub const fn second(&self) -> u32 {
        self.second
    }

    /// From shifted seconds, at most [`LATEST`] and some weeks: beneath 2^39, so that everything here fits.
    fn from_shifted(seconds: u64) -> Self {
        // 86400 is 675 times 128, and without the 7 low bits it is a 32-bit number.
        let coarse = u32::try_from(seconds >> 7).unwrap_or(u32::MAX);
        let fine = u32::try_from(seconds & 127).unwrap_or(0);
        Self { day: coarse / 675, second: (coarse % 675).wrapping_mul(128).wrapping_add(fine) }
    }

    /// The shifted seconds at which this day begins.
    fn midnight(self) -> u64 {
        start_of(self.day)
    }

    /// The year of the Gregorian calendar that this day is in.
    fn year(self) -> u32 {
        // Counted in quarters of a day, a century is 146097 long and a year in it 1461; years begin in March, so that
        // the leap day is the last. After Neri and Schneider, "Euclidean affine functions and their application to
        // calendar algorithms" (2022).
        let quarters = self.day.wrapping_add(MARCH_0000).wrapping_mul(4) | 3;
        let rest = (quarters % 146_097) | 3;
        let year = (quarters / 146_097).wrapping_mul(100).wrapping_add(rest / 1461);
        // January is 306 days after March.
        if rest % 1461 >= 4 * 306 { year.wrapping_add(1) } else { year }
    }
}

/// Days from 0000-03-01 to 1969-12-25.
const MARCH_0000: u32 = 719_461;

/// The day, as [`Civil`] counts them, on which a month begins; 13 is the January after it.
fn first_of_month(year: u32, month: u32) -> u32 {
    // January and February belong to the year that began in March before.
    let (year, month) = match month.checked_sub(3) {
        Some(month) => (year, month),
        None => (year.wrapping_sub(1), month.wrapping_add(9)),
    };
    year.wrapping_mul(365)
        .wrapping_add(year / 4)
        .wrapping_sub(year / 100)
        .wrapping_add(year / 400)
        // Months from March on have 31, 30, 31, 30, 31 days, and again: 153 in five.
        .wrapping_add(month.wrapping_mul(153).wrapping_add(2) / 5)
        .wrapping_sub(MARCH_0000)
}

/// The shifted seconds at which a day begins.
fn start_of(day: u32) -> u64 {
    u64::from(day).wrapping_mul(u64::from(DAY))
}

/// The instant, shifted; `None` if it is beyond [`LATEST`].
pub(crate) fn shifted(instant: u64) -> Option<u64> {
    (instant <= LATEST).then(|| instant.wrapping_add(SHIFT))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every day of 1970–9999 against a calendar that only knows how long months are.
    #[test]
    fn every_day_of_the_range() {
        let (mut year, mut month, mut day) = (1969_u32, 12_u32, 25_u32);
        let last = Civil::from_shifted(LATEST + SHIFT).day;
        for count in 0..=last + 1 {
            let civil = Civil::from_shifted(u64::from(count) * u64::from(DAY) + 86_399);
            assert_eq!((civil.day, civil.second), (count, 86_399));
            assert_eq!(civil.year(), year, "{year}-{month}-{day}");
            assert_eq!(civil.weekday(), (count + 4) % 7);
            if day == 1 {
                assert_eq!(first_of_month(year, month), count, "{year}-{month}");
                if month == 1 {
                    assert_eq!(first_of_month(year - 1, 13), count, "{year}");
                }
            }
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let length = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            day += 1;
            if day > length {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        assert_eq!((year, month, day), (10_000, 1, 2));
    }

    #[test]
    fn range() {
        assert_eq!(shifted(LATEST), Some(LATEST + SHIFT));
        assert_eq!(shifted(LATEST + 1), None);
        assert_eq!(shifted(u64::MAX), None);
    }
}
