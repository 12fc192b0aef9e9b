//! Events that `wait` waits for (draft-ietf-suit-update-management-14 §4.5).

use crate::cbor::{Reader, Walked};
use crate::error::{Error, ErrorKind};
use crate::labels::WaitEvent;
use crate::version::VersionMatch;

/// An event, borrowed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// The update is authorised at this priority.
    Authorization(i64),
    /// The power state is at least this level, which the deployment defines.
    Power(i64),
    /// The network state is this, which the deployment defines.
    Network(i64),
    /// The device with this identifier has a version that satisfies all of these.
    OtherDeviceVersion(&'a [u8], Versions<'a>),
    /// Seconds since 1970.
    Time(u64),
    /// Seconds since local midnight.
    TimeOfDay(u64),
    /// Local day of the week; Sunday is 0.
    DayOfWeek(u64),
    /// Seconds since midnight UTC.
    TimeOfDayUtc(u64),
    /// Day of the week in UTC; Sunday is 0.
    DayOfWeekUtc(u64),
}

/// Version comparisons, borrowed: `[+ version-match]`.
#[derive(Clone, Copy, Debug)]
pub struct Versions<'a> {
    items: Walked<'a>,
    left: u64,
}

impl<'a> Iterator for Versions<'a> {
    type Item = VersionMatch<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        VersionMatch::known(&mut self.items)
    }
}

/// The events of a parameter `wait-info`, borrowed: all of them must have happened.
#[derive(Clone, Copy, Debug)]
pub struct WaitInfo<'a> {
    pairs: Walked<'a>,
    left: u64,
}

impl<'a> WaitInfo<'a> {
    /// The content of the parameter's byte string, in a manifest that was checked. An event that no document defines is an
    /// error, as there is none in such a manifest.
    #[must_use]
    pub fn known(content: Reader<'a>) -> Self {
        let mut pairs = Walked::new(content);
        let left = pairs.number();
        Self { pairs, left }
    }
}

impl<'a> Iterator for WaitInfo<'a> {
    type Item = Result<Event<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let event = Event::known(&mut self.pairs);
        if event.is_err() {
            self.left = 0;
        }
        Some(event)
    }
}

impl<'a> Event<'a> {
    fn known(reader: &mut Walked<'a>) -> Result<Self, Error> {
        let at = reader.reader();
        let event = WaitEvent::from_code(reader.int()).ok_or(at.error(ErrorKind::UnknownWaitEvent))?;
        let mut value = *reader;
        reader.skip();
        Ok(match event {
            WaitEvent::Authorization => Self::Authorization(value.int()),
            WaitEvent::Power => Self::Power(value.int()),
            WaitEvent::Network => Self::Network(value.int()),
            WaitEvent::OtherDeviceVersion => {
                value.number();
                let device = value.string();
                let left = value.number();
                Self::OtherDeviceVersion(device, Versions { items: value, left })
            }
            WaitEvent::Time => Self::Time(value.number()),
            WaitEvent::TimeOfDay => Self::TimeOfDay(value.number()),
            WaitEvent::DayOfWeek => Self::DayOfWeek(value.number()),
            WaitEvent::TimeOfDayUtc => Self::TimeOfDayUtc(value.number()),
            WaitEvent::DayOfWeekUtc => Self::DayOfWeekUtc(value.number()),
        })
    }
}
