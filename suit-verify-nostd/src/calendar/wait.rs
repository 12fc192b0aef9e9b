//! The events of `wait` that a clock decides (draft-ietf-suit-update-management-14 §4.5).
//!
//! The draft says what an event names ("wait until seconds since 00:00:00 local time"), and that it is evaluated, but
//! not whether one that has come stays. A device may abort and start again while it waits (P-196), so nothing here is
//! remembered: an event holds or doesn't hold at an instant.
//!
//! | event | holds |
//! |---|---|
//! | 5 time | from that instant on |
//! | 6, 8 time of day | from that time until the end of the day on which it came |
//! | 7, 9 day of the week | all day long |
//!
//! So "day of the week 0, time of day 7200" holds on Sundays from 02:00 until midnight. There is no latest time in it:
//! that is what an owner's blackout window is for.
//!
//! Days end at the wall clock's midnight. P-197 says what changes of clocks mean. A repeated time counts at its first
//! occurrence, so what has come stays: as long as clocks repeat themselves, the day has got as far as it had before. A
//! skipped time counts at the first one after the gap. If the gap ends with the day, as it does in Greenland, that is
//! the beginning of the next one, and the event holds until the end of that.

use suit_core::wait::Event;

use super::{DAY, LATEST, Zone, shifted};

/// When an event of `wait` comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// It holds.
    Now,
    /// It will hold in so many seconds, at least 1, and not before. If several events are waited for, the longest time
    /// is when it is worth while to ask again; one of the others may have gone by then.
    In(u64),
    /// There is no such time of day or day of the week.
    Never,
    /// It is one of local time, and no zone is configured.
    Unsupported,
    /// There is no trusted clock to decide it, or one that is beyond [`LATEST`].
    NoClock,
}

/// When an event comes, with the present time of a trusted clock, if there is one, and the local time zone, if one is
/// configured. `None` if it is not one that a clock decides.
#[must_use]
pub fn due(event: &Event<'_>, now: Option<u64>, zone: Option<&Zone>) -> Option<Due> {
    let (zone, value, of_day) = match *event {
        Event::Time(instant) => {
            return Some(match now.filter(|now| *now <= LATEST).map(|now| instant.saturating_sub(now)) {
                None => Due::NoClock,
                Some(0) => Due::Now,
                Some(seconds) => Due::In(seconds),
            });
        }
        Event::TimeOfDay(second) => (zone, second, true),
        Event::DayOfWeek(day) => (zone, day, false),
        Event::TimeOfDayUtc(second) => (Some(&Zone::UTC), second, true),
        Event::DayOfWeekUtc(day) => (Some(&Zone::UTC), day, false),
        _ => return None,
    };
    // P-197: local events are unsupported without a configured zone.
    let Some(zone) = zone else { return Some(Due::Unsupported) };
    let limit = if of_day { DAY } else { 7 };
    let Some(value) = u32::try_from(value).ok().filter(|value| *value < limit) else {
        return Some(Due::Never);
    };
    let Some(now) = now.and_then(shifted) else { return Some(Due::NoClock) };
    let shown = zone.furthest(now);
    let (days, second) = if of_day {
        // P-197: a time that was skipped came with the first time after the gap, and that may be today's midnight.
        if shown.second() >= value || zone.came_late(shown, value) {
            return Some(Due::Now);
        }
        (0, value)
    } else {
        let days = value.wrapping_add(7).wrapping_sub(shown.weekday()) % 7;
        if days == 0 {
            return Some(Due::Now);
        }
        (days, 0)
    };
    Some(Due::In(zone.until(now, shown, days, second)))
}
