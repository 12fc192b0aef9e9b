//! The day and time in each year at which clocks are changed.

use core::fmt;

use super::{Civil, DAY, first_of_month, start_of};

/// When clocks are changed, in each year again: the form `Mm.w.d/time` of a POSIX `TZ` variable (IEEE 1003.1-2024
/// §8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Switch {
    pub(super) month: u8,
    week: u8,
    weekday: u8,
    time: i32,
}

impl Switch {
    /// Greatest distance of the time from midnight: 167 hours, as POSIX has it.
    pub const TIME_MAX: i32 = 167 * 3600;

    /// On a day of the week (0–6, Sunday is 0) in a week of a month (1–12): 1 is the first such day in it, 5 the last.
    /// `time` is in seconds from that day's midnight, on the clocks as they are before the change; it may be negative
    /// or exceed a day, up to [`Switch::TIME_MAX`].
    ///
    /// # Errors
    /// Whichever is out of its range: [`SwitchError::Month`], [`SwitchError::Week`], [`SwitchError::Weekday`],
    /// [`SwitchError::Time`].
    pub const fn new(month: u8, week: u8, weekday: u8, time: i32) -> Result<Self, SwitchError> {
        if month < 1 || month > 12 {
            return Err(SwitchError::Month);
        }
        if week < 1 || week > 5 {
            return Err(SwitchError::Week);
        }
        if weekday > 6 {
            return Err(SwitchError::Weekday);
        }
        if time < -Self::TIME_MAX || time > Self::TIME_MAX {
            return Err(SwitchError::Time);
        }
        Ok(Self { month, week, weekday, time })
    }

    /// The shifted instant of the change in a year, with the offset that holds before it.
    pub(super) fn instant(self, year: u32, offset: i32) -> u64 {
        // The day of the week is on the first of these seven days, or after it.
        let month = u32::from(self.month);
        let from = if self.week == 5 {
            first_of_month(year, month.wrapping_add(1)).wrapping_sub(7)
        } else {
            first_of_month(year, month).wrapping_add(u32::from(self.week.wrapping_sub(1)).wrapping_mul(7))
        };
        let weekday = Civil { day: from, second: 0 }.weekday();
        let day = from.wrapping_add(u32::from(self.weekday).wrapping_add(7).wrapping_sub(weekday) % 7);
        start_of(day).wrapping_add_signed(i64::from(self.time.wrapping_sub(offset)))
    }

    /// Whether the change is in every year more than a day away from the year's beginning and end, in UTC.
    pub(super) const fn is_within_a_year(&self, offset: i32) -> bool {
        // A month is at least 28 days away from those borders, and the time at most 8 days from its day.
        let day = DAY.cast_signed();
        let (first, last) = match self.week {
            1 => (0, 6),
            2 => (7, 13),
            3 => (14, 20),
            4 => (21, 27),
            _ => (24, 30),
        };
        let time = self.time.wrapping_sub(offset);
        match self.month {
            1 => day.wrapping_mul(first).wrapping_add(time) > day,
            12 => day.wrapping_mul(last).wrapping_add(time) < day.wrapping_mul(30),
            _ => true,
        }
    }
}

/// Why numbers are no [`Switch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SwitchError {
    /// The month is not 1–12.
    Month,
    /// The week is not 1–5.
    Week,
    /// The day of the week is not 0–6.
    Weekday,
    /// The time is more than [`Switch::TIME_MAX`] away from midnight.
    Time,
}

impl fmt::Display for SwitchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Month => "month is not 1 to 12",
            Self::Week => "week is not 1 to 5",
            Self::Weekday => "day of the week is not 0 to 6",
            Self::Time => "time is more than 167 hours away from midnight",
        })
    }
}

impl core::error::Error for SwitchError {}
