//! Times at which nothing may change.

use core::fmt;

use crate::calendar::{DAY, Zone, shifted};

/// Most windows of a [`Blackout`]: one for each day of the week, and one that all days have.
pub const WINDOWS_MAX: usize = 8;

/// Days of the week, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weekdays(u8);

impl Weekdays {
    /// Sunday.
    pub const SUNDAY: Self = Self(1);
    /// Monday.
    pub const MONDAY: Self = Self(1 << 1);
    /// Tuesday.
    pub const TUESDAY: Self = Self(1 << 2);
    /// Wednesday.
    pub const WEDNESDAY: Self = Self(1 << 3);
    /// Thursday.
    pub const THURSDAY: Self = Self(1 << 4);
    /// Friday.
    pub const FRIDAY: Self = Self(1 << 5);
    /// Saturday.
    pub const SATURDAY: Self = Self(1 << 6);
    /// All seven.
    pub const ALL: Self = Self(0x7f);

    /// From bits: bit 0 is Sunday, bit 6 is Saturday.
    ///
    /// # Errors
    /// [`PolicyError::Weekdays`] if no bit or another bit is set.
    pub const fn from_bits(bits: u8) -> Result<Self, PolicyError> {
        if bits == 0 || bits > Self::ALL.0 {
            return Err(PolicyError::Weekdays);
        }
        Ok(Self(bits))
    }

    /// The bits of [`Weekdays::from_bits`].
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// These days and others.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    const fn contains(self, weekday: u32) -> bool {
        self.0.wrapping_shr(weekday) & 1 != 0
    }
}

/// A time of day at which nothing may change, on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    from: u32,
    /// Seconds from `from` to the end, as the wall clock counts, 1–86400.
    length: u32,
    days: Weekdays,
}

impl Window {
    /// From one time of day, which is in the window, to another, which is not; in seconds since midnight on the wall
    /// clock (0–86399). If the second is not later than the first, it is one of the next day, so equal times are 24
    /// hours. A window belongs to the day on which it begins.
    ///
    /// # Errors
    /// [`PolicyError::TimeOfDay`] if a time is not a time of day.
    pub const fn new(from: u32, to: u32, days: Weekdays) -> Result<Self, PolicyError> {
        if from >= DAY || to >= DAY {
            return Err(PolicyError::TimeOfDay);
        }
        let to = if to > from { to } else { to.wrapping_add(DAY) };
        Ok(Self { from, length: to.wrapping_sub(from), days })
    }

    /// How many seconds this window still lasts at a time of day, as the wall clock counts; 0 if it is not in it.
    const fn left(&self, weekday: u32, second: u32) -> u32 {
        // The window that began last, if that day has one: today or yesterday.
        let (since, began) = if second >= self.from {
            (second.wrapping_sub(self.from), weekday)
        } else {
            (second.wrapping_add(DAY).wrapping_sub(self.from), weekday.wrapping_add(6) % 7)
        };
        if self.days.contains(began) { self.length.saturating_sub(since) } else { 0 }
    }
}

/// Times at which nothing may change, borrowed: windows of a time zone's wall clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Blackout<'p> {
    zone: Zone,
    windows: &'p [Window],
    lets_fetch: bool,
}

/// Steps that [`Blackout::free_from`] takes at most, each to the end of a window or to a change of clocks. A second of
/// the week that is in no window comes within 7 days, or within 14 if clocks skip it once. In that time each window
/// ends once a day, once more in hours that clocks repeat, and clocks change at most once. Too few steps would only
/// give an earlier time to ask again.
const STEPS_MAX: usize = 15 * WINDOWS_MAX + 1;

impl<'p> Blackout<'p> {
    /// Windows by the wall clock of a zone.
    ///
    /// # Errors
    /// - [`PolicyError::NoWindow`]: there is none. A policy without windows has no blackout, and needs no clock.
    /// - [`PolicyError::TooManyWindows`]: there are more than [`WINDOWS_MAX`].
    /// - [`PolicyError::NeverFree`]: they leave no second of the week. To rule out changes altogether, veto them.
    pub const fn new(zone: Zone, windows: &'p [Window]) -> Result<Self, PolicyError> {
        if windows.is_empty() {
            return Err(PolicyError::NoWindow);
        }
        if windows.len() > WINDOWS_MAX {
            return Err(PolicyError::TooManyWindows);
        }
        // If any second is free, then so is one at which a window ends.
        let mut ending = windows;
        while let Some((window, rest)) = ending.split_first() {
            ending = rest;
            let end = window.from.wrapping_add(window.length);
            let mut weekday = 0_u32;
            while weekday < 7 {
                let day = weekday.wrapping_add(end / DAY) % 7;
                if window.days.contains(weekday) && left(windows, day, end % DAY) == 0 {
                    return Ok(Self { zone, windows, lets_fetch: false });
                }
                weekday = weekday.wrapping_add(1);
            }
        }
        Err(PolicyError::NeverFree)
    }

    /// The same windows, for an owner who minds the interruption and not the traffic: within them, payloads may be
    /// fetched.
    #[must_use]
    pub const fn letting_fetch(self) -> Self {
        Self { lets_fetch: true, ..self }
    }

    pub(super) const fn lets_fetch(&self) -> bool {
        self.lets_fetch
    }

    /// The first second, not before an instant, that is in no window. `None` if a clock that shows this instant can't
    /// be trusted.
    pub(super) fn free_from(&self, instant: u64) -> Option<u64> {
        let start = shifted(instant)?;
        let mut now = start;
        for _ in 0..STEPS_MAX {
            let reading = self.zone.reading(now);
            let left = left(self.windows, reading.civil.weekday(), reading.civil.second());
            let Some(more) = left.checked_sub(1) else { break };
            // The wall clock gets to the end of the window, unless it is changed before: then it says what is next.
            now = now.wrapping_add(u64::from(more).min(reading.steady)).wrapping_add(1);
        }
        Some(now.wrapping_sub(start).wrapping_add(instant))
    }
}

/// How many seconds the longest of these windows still lasts at a time of day, as the wall clock counts.
const fn left(windows: &[Window], weekday: u32, second: u32) -> u32 {
    let mut longest = 0;
    let mut others = windows;
    while let Some((window, rest)) = others.split_first() {
        others = rest;
        let left = window.left(weekday, second);
        if left > longest {
            longest = left;
        }
    }
    longest
}

/// Why rules are no policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyError {
    /// No day of the week, or one that doesn't exist.
    Weekdays,
    /// A time is not one of a day: 0–86399 seconds since midnight.
    TimeOfDay,
    /// A blackout without a window.
    NoWindow,
    /// More than [`WINDOWS_MAX`] windows.
    TooManyWindows,
    /// The windows leave no second of the week.
    NeverFree,
    /// A radio level that no receiver shows.
    Radio,
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weekdays => "days of the week are none, or some that don't exist",
            Self::TimeOfDay => "time of day is not 0 to 86399 seconds",
            Self::NoWindow => "blackout without a window",
            Self::TooManyWindows => "more than 8 blackout windows",
            Self::NeverFree => "blackout windows leave no second of the week",
            Self::Radio => "radio level is not -150 to 0 dBm",
        })
    }
}

impl core::error::Error for PolicyError {}
