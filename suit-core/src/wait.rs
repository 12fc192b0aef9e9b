//! Events that `wait` waits for (draft-ietf-suit-update-management-14 §4.5).

use crate::cbor::Reader;
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
    items: Reader<'a>,
    left: u64,
}

impl<'a> Iterator for Versions<'a> {
    type Item = VersionMatch<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        VersionMatch::read(&mut self.items).ok()
    }
}

/// The events of a parameter `wait-info`, borrowed: all of them must have happened.
#[derive(Clone, Copy, Debug)]
pub struct WaitInfo<'a> {
    pairs: Reader<'a>,
    left: u64,
}

impl<'a> WaitInfo<'a> {
    /// Reads the content of the parameter's byte string.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        let mut reader = content;
        let left = reader.map()?;
        Ok(Self { pairs: reader, left })
    }
}

impl<'a> Iterator for WaitInfo<'a> {
    type Item = Result<Event<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let event = Event::read(&mut self.pairs);
        if event.is_err() {
            self.left = 0;
        }
        Some(event)
    }
}

impl<'a> Event<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        let event = WaitEvent::from_code(reader.int()?);
        Ok(match event.ok_or(Error::new(ErrorKind::UnknownWaitEvent, at))? {
            WaitEvent::Authorization => Self::Authorization(reader.int()?),
            WaitEvent::Power => Self::Power(reader.int()?),
            WaitEvent::Network => Self::Network(reader.int()?),
            WaitEvent::OtherDeviceVersion => {
                let at = reader.offset();
                if reader.array()? != 2 {
                    return Err(Error::new(ErrorKind::TooFewItems, at));
                }
                let device = reader.bytes()?;
                let left = reader.array()?;
                let versions = Versions { items: *reader, left };
                for _ in 0..left {
                    VersionMatch::read(reader)?;
                }
                Self::OtherDeviceVersion(device, versions)
            }
            WaitEvent::Time => Self::Time(reader.uint()?),
            WaitEvent::TimeOfDay => Self::TimeOfDay(reader.uint()?),
            WaitEvent::DayOfWeek => Self::DayOfWeek(reader.uint()?),
            WaitEvent::TimeOfDayUtc => Self::TimeOfDayUtc(reader.uint()?),
            WaitEvent::DayOfWeekUtc => Self::DayOfWeekUtc(reader.uint()?),
        })
    }
}
