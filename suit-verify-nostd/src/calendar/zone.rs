//! A time zone: how far local clocks are ahead of UTC, and when that changes.

use core::fmt;

use super::{Civil, DAY, SHIFT, Switch, shifted, start_of};

/// A time zone with the rules that hold now; no history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Seconds ahead of UTC while clocks are behind. Always, if they are never changed.
    low: i32,
    /// Seconds ahead of UTC while clocks are ahead. At least `low`.
    high: i32,
    /// From `low` to `high`, and back.
    changes: Option<(Switch, Switch)>,
}

/// Daylight saving time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Daylight {
    /// Seconds that local clocks are ahead of UTC (east is positive) while it holds. Mostly more than in standard
    /// time; less where winter time is the exception.
    pub offset: i32,
    /// When it begins. The time is one of standard time.
    pub start: Switch,
    /// When it ends. The time is one of daylight saving time.
    pub end: Switch,
}

/// How a zone's clocks are changed in one year: shifted instants.
#[derive(Clone, Copy)]
struct Changes {
    /// They go from low to high.
    rise: u64,
    /// They go from high to low.
    fall: u64,
}

/// What local clocks show at an instant, and for how long they go on without a change.
#[cfg(feature = "owner-policy")]
pub(crate) struct Reading {
    pub(crate) civil: Civil,
    /// Seconds after this one that clocks go on unchanged, if they are changed within a day.
    pub(crate) steady: u64,
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self { low: 0, high: 0, changes: None };

    /// Greatest offset from UTC in seconds, either way: 15 hours. Those in use are from -12 to +14.
    pub const OFFSET_MAX: i32 = 15 * 3600;

    /// Greatest difference between standard and daylight saving time in seconds: 3 hours. Those in use are from half
    /// an hour to two hours.
    pub const DIFFERENCE_MAX: i32 = 3 * 3600;

    /// A zone that is `standard` seconds ahead of UTC (east is positive), with or without daylight saving time.
    ///
    /// # Errors
    /// - [`ZoneError::Offset`]: an offset is beyond [`Zone::OFFSET_MAX`].
    /// - [`ZoneError::Difference`]: daylight saving time has the same offset as standard time, or one that differs by
    ///   more than [`Zone::DIFFERENCE_MAX`].
    /// - [`ZoneError::TooClose`]: start and end are less than two months apart. With times that are up to 167 hours away
    ///   from their day, their order would be open.
    /// - [`ZoneError::YearBorder`]: start or end can be within a day of the beginning or end of a year.
    pub const fn new(standard: i32, daylight: Option<Daylight>) -> Result<Self, ZoneError> {
        if !plausible(standard) {
            return Err(ZoneError::Offset);
        }
        let Some(Daylight { offset, start, end }) = daylight else {
            return Ok(Self { low: standard, high: standard, changes: None });
        };
        if !plausible(offset) {
            return Err(ZoneError::Offset);
        }
        let difference = offset.wrapping_sub(standard);
        if difference == 0 || difference < -Self::DIFFERENCE_MAX || difference > Self::DIFFERENCE_MAX {
            return Err(ZoneError::Difference);
        }
        let months = start.month.abs_diff(end.month);
        if months < 2 || months > 10 {
            return Err(ZoneError::TooClose);
        }
        if !start.is_within_a_year(standard) || !end.is_within_a_year(offset) {
            return Err(ZoneError::YearBorder);
        }
        Ok(if difference > 0 {
            Self { low: standard, high: offset, changes: Some((start, end)) }
        } else {
            Self { low: offset, high: standard, changes: Some((end, start)) }
        })
    }

    /// What local clocks show at an instant; `None` beyond [`LATEST`](super::LATEST).
    #[must_use]
    pub fn civil(&self, instant: u64) -> Option<Civil> {
        let now = shifted(instant)?;
        Some(Civil::from_shifted(self.local(now, self.changes(now))))
    }

    /// The first instant not before `from` at which the local time of day is reached, in seconds since midnight.
    ///
    /// A time that clocks skip on a day is reached at the first time after the gap; one that they show twice is
    /// reached when they first show it (draft-ietf-suit-update-management-14 §4.5). `None` if there is no such time of
    /// day, or if `from` is beyond [`LATEST`](super::LATEST).
    #[must_use]
    pub fn next_time_of_day(&self, from: u64, second: u32) -> Option<u64> {
        if second >= DAY {
            return None;
        }
        let now = shifted(from)?;
        let today = self.furthest(now).midnight().wrapping_add(u64::from(second));
        let mut reached = self.first(today);
        if reached < now {
            reached = self.first(today.wrapping_add(u64::from(DAY)));
        }
        Some(reached.wrapping_sub(SHIFT))
    }

    /// Seconds from an instant, which is shifted, until local clocks first show this many days more than now and this
    /// time of day, which is later than what they have shown.
    pub(super) fn until(&self, now: u64, shown: Civil, days: u32, second: u32) -> u64 {
        let local = start_of(shown.day.wrapping_add(days)).wrapping_add(u64::from(second));
        self.first(local).saturating_sub(now)
    }

    /// The furthest that local clocks have shown up to an instant, which is shifted. That is what they show, except
    /// after they were put back: then it is the last second before, until they have caught up with it.
    pub(super) fn furthest(&self, now: u64) -> Civil {
        let changes = self.changes(now);
        let mut local = self.local(now, changes);
        if let Some(Changes { fall, .. }) = changes
            && now >= fall
        {
            local = local.max(fall.wrapping_add_signed(i64::from(self.high)).wrapping_sub(1));
        }
        Civil::from_shifted(local)
    }

    /// Whether yesterday's occurrence of a time of day came as late as today: a change of clocks led from one day into
    /// the other and skipped it. `shown` is the furthest that clocks have shown.
    pub(super) fn came_late(&self, shown: Civil, second: u32) -> bool {
        let yesterday = start_of(shown.day.wrapping_sub(1)).wrapping_add(u64::from(second));
        self.furthest(self.first(yesterday)).day == shown.day
    }

    /// What local clocks show at an instant, which is shifted.
    #[cfg(feature = "owner-policy")]
    pub(crate) fn reading(&self, now: u64) -> Reading {
        let changes = self.changes(now);
        // A change that was before wraps to a distant one.
        let until = |change: u64| change.wrapping_sub(now).wrapping_sub(1);
        let steady = changes.map_or(u64::MAX, |Changes { rise, fall }| until(rise).min(until(fall)));
        Reading { civil: Civil::from_shifted(self.local(now, changes)), steady }
    }

    /// The first shifted instant at which local clocks show this shifted local time or a later one.
    fn first(&self, local: u64) -> u64 {
        // No clock is further ahead than `high`, so it isn't before this; and it is now, if that offset holds.
        let early = local.wrapping_add_signed(i64::from(self.high).wrapping_neg());
        let changes = self.changes(early);
        if self.local(early, changes) == local {
            return early;
        }
        // Clocks are behind: it comes when they get there by themselves, or else jump over it.
        let late = local.wrapping_add_signed(i64::from(self.low).wrapping_neg());
        match changes {
            // P-197: what is skipped counts at the first time after the gap.
            Some(Changes { rise, .. }) if early < rise && rise < late => rise,
            _ => late,
        }
    }

    /// The changes of the year that a shifted instant is in. None of another year is within a day of it.
    fn changes(&self, now: u64) -> Option<Changes> {
        let (rise, fall) = self.changes?;
        let year = Civil::from_shifted(now).year();
        Some(Changes { rise: rise.instant(year, self.low), fall: fall.instant(year, self.high) })
    }

    /// The shifted local time at a shifted instant, with the changes of its year.
    fn local(&self, now: u64, changes: Option<Changes>) -> u64 {
        now.wrapping_add_signed(i64::from(self.offset(now, changes)))
    }

    /// The offset at a shifted instant, with the changes of its year.
    fn offset(&self, now: u64, changes: Option<Changes>) -> i32 {
        match changes {
            // In the north clocks are ahead from the first change of a year to the second, in the south before and
            // after.
            Some(Changes { rise, fall }) if (now >= rise) ^ (now >= fall) ^ (fall < rise) => self.high,
            _ => self.low,
        }
    }
}

const fn plausible(offset: i32) -> bool {
    offset >= -Zone::OFFSET_MAX && offset <= Zone::OFFSET_MAX
}

/// Why offsets and changes are no [`Zone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ZoneError {
    /// An offset is more than 15 hours.
    Offset,
    /// Standard and daylight saving time don't differ, or differ by more than 3 hours.
    Difference,
    /// The two changes are less than two months apart.
    TooClose,
    /// A change can be within a day of the turn of a year.
    YearBorder,
}

impl fmt::Display for ZoneError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Offset => "more than 15 hours from UTC",
            Self::Difference => {
                "daylight saving time differs from standard time by nothing or by more than 3 hours"
            }
            Self::TooClose => "daylight saving time starts and ends less than two months apart",
            Self::YearBorder => "daylight saving time starts or ends within a day of the turn of a year",
        })
    }
}

impl core::error::Error for ZoneError {}
