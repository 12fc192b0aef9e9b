//! Deltas over the old image itself, for devices with one slot (feature `delta-in-place`).
//!
//! The slot begins with the old image. It is moved up to the slot's end, page by page; then the new image is made from the slot's
//! start on. A page is written to the journal first, with all that the decoder knows, and only then over what the slot has there. So
//! whenever the power goes, [`apply`] goes on where it was: the newest whole record is done again, and what follows is decoded
//! from the payload, which is read again from the place where the decoder was.
//!
//! A delta for this says so in its header ([`Slot`]): its copies never reach back to what is overwritten by then. That is checked
//! for all of them before the first write, and at each read again.

mod journal;

use super::header::Header;
use super::range::{Bits, NUMBER_LEN, STEP_MAX};
use super::replay::{Replay, Unit};
use super::segments::Piece;
use super::slot::Slot;
use super::{Fault, Images};
use core::fmt;
use journal::{Journal, Step, crc, journal_len};

/// Offsets and lengths of writes are multiples of this, in bytes.
pub const WRITE_UNIT: u32 = 32;

/// A memory of the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    /// The images' slot.
    Slot,
    /// The journal, outside the slot.
    Journal,
}

/// What the device has: the slot, a journal, and the delta, which must lie in neither.
pub trait Flash {
    /// Bytes of an area; whole pages.
    fn size(&self, area: Area) -> u32;

    /// The header has been read and checked, and all there is is large enough; nothing was written yet. Here a device checks that
    /// the header's pages are those of its flash, and the slot begins with the old image, by its digest. Not asked when an update
    /// goes on that was begun before.
    ///
    /// # Errors
    /// To refuse the delta.
    fn begin(&mut self, header: &Header) -> Result<(), Fault>;

    /// Fills `into` with the delta from byte `offset` on, as far as it reaches, and says how many bytes that were. It must be the
    /// same delta each time.
    ///
    /// # Errors
    /// If it can't be read.
    fn read_delta(&mut self, offset: u32, into: &mut [u8]) -> Result<usize, Fault>;

    /// Fills `into` from an area, beginning at byte `offset`.
    ///
    /// # Errors
    /// If it can't be read.
    fn read(&mut self, area: Area, offset: u32, into: &mut [u8]) -> Result<(), Fault>;

    /// Erases a page, of the size that the header says, by its number.
    ///
    /// # Errors
    /// If it can't be erased.
    fn erase(&mut self, area: Area, page: u32) -> Result<(), Fault>;

    /// Writes where it was erased, once. `offset` and the number of bytes are multiples of [`WRITE_UNIT`].
    ///
    /// # Errors
    /// If it can't be written.
    fn write(&mut self, area: Area, offset: u32, bytes: &[u8]) -> Result<(), Fault>;
}

/// Why a delta is not applied in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// As for any delta; before the first write, but for what is seen only in the coded bytes of the new image.
    Delta(super::Error),
    /// The delta is not made to be applied in place.
    NotInPlace,
    /// The slot, the journal, or the page's memory is too small.
    TooSmall {
        /// What is.
        what: Part,
        /// Bytes that are needed.
        needed: u32,
        /// Bytes that are there.
        there: u32,
    },
    /// A copy reads what is overwritten by then; the number of its segment.
    Overwritten(u32),
}

/// What may be too small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The images' slot.
    Slot,
    /// The journal.
    Journal,
    /// The memory for one page.
    Page,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Delta(error) => error.fmt(f),
            Self::NotInPlace => f.write_str("the delta is not made to be applied in place"),
            Self::TooSmall { what, needed, there } => {
                let what = match what {
                    Part::Slot => "the slot",
                    Part::Journal => "the journal",
                    Part::Page => "the page's memory",
                };
                write!(f, "{what} must have {needed} bytes and has {there}")
            }
            Self::Overwritten(number) => write!(f, "segment {number} reads what is overwritten by then"),
        }
    }
}

impl core::error::Error for Error {}

impl From<Fault> for Error {
    fn from(_: Fault) -> Self {
        Self::Delta(super::Error::Images)
    }
}

impl From<super::Error> for Error {
    fn from(error: super::Error) -> Self {
        Self::Delta(error)
    }
}

impl Header {
    /// Bytes of journal that this delta needs, if it is applied in place: room for two records, each with the decoder's memory and a
    /// page.
    #[must_use]
    pub fn journal(&self) -> Option<u32> {
        self.slot.map(|slot| journal_len(self.memory(), slot.page()))
    }
}

/// The old image where it was moved to.
struct Moved<'a, F> {
    flash: &'a mut F,
    at: u32,
}

impl<F: Flash> Images for Moved<'_, F> {
    fn begin(&mut self, header: &Header) -> Result<(), Fault> {
        self.flash.begin(header)
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        self.flash.read(Area::Slot, self.at.wrapping_add(offset), into)
    }

    fn write_new(&mut self, _: &[u8]) -> Result<(), Fault> {
        Err(Fault)
    }
}

/// Applies a delta in its slot, or goes on with it after the power was gone; says how many bytes the new image has, which begins
/// the slot then. `memory` is the decoder's, see [`Header::memory`]; `page` holds one page.
///
/// When all is done, the journal is erased. Whoever writes the slot by other means erases the journal first: as long as it has a
/// record of this delta, that one is done again. When `begin` finds another image than the old one, the new one may be there
/// already: its digest tells.
///
/// # Errors
/// [`Error::Delta`] with [`Images`](super::Error::Images) if the flash fails: the next call goes on. Anything else is for good.
pub fn apply(flash: &mut impl Flash, memory: &mut [u8], page: &mut [u8]) -> Result<u32, Error> {
    let mut replay = Replay::new(memory);
    let (slot, delta) = read_header(flash, &mut replay)?;
    let header = replay.header;
    let page_len = slot.page();
    let lent = u32::try_from(page.len()).unwrap_or(u32::MAX);
    let journal = journal_len(header.memory(), page_len);
    for (what, needed, there) in [
        (Part::Slot, slot.size, flash.size(Area::Slot)),
        (Part::Journal, journal, flash.size(Area::Journal)),
        (Part::Page, page_len, lent),
    ] {
        if there < needed {
            return Err(Error::TooSmall { what, needed, there });
        }
    }
    let page = usize::try_from(page_len).ok().and_then(|len| page.get_mut(..len)).unwrap_or_default();
    let mut run = Run { flash, replay, page, slot, journal: Journal::new(delta, header.memory(), page_len) };
    run.all()
}

/// Reads the header; the slot, and by what records know this delta.
fn read_header(flash: &mut impl Flash, replay: &mut Replay<'_, Bits>) -> Result<(Slot, u32), Error> {
    fill(flash, &mut replay.side)?;
    let lent = u32::try_from(replay.memory.nodes.len()).unwrap_or(u32::MAX);
    let (len, flaw) = replay.header.read(replay.side.peek());
    if let Some(error) = flaw.error() {
        return Err(error.into());
    }
    let slot = replay.header.slot.ok_or(Error::NotInPlace)?;
    let needed = replay.header.memory();
    if lent < needed {
        return Err(super::Error::Memory { needed, lent }.into());
    }
    let delta = crc(0, replay.side.peek().get(..len).unwrap_or_default());
    replay.side.begin(len);
    replay.begin();
    Ok((slot, delta))
}

/// Puts in as much of the delta as there is room for.
fn fill(flash: &mut impl Flash, bits: &mut Bits) -> Result<(), Error> {
    while bits.waiting() < STEP_MAX {
        let mut bytes = [0; 32];
        let len = flash.read_delta(u32::try_from(bits.next()).unwrap_or(u32::MAX), &mut bytes)?;
        let taken = bits.fill(bytes.get(..len).unwrap_or_default());
        if taken == 0 {
            break;
        }
    }
    Ok(())
}

/// One call of [`apply`] once the header is known.
struct Run<'a, 'm, F> {
    flash: &'a mut F,
    replay: Replay<'m, Bits>,
    page: &'a mut [u8],
    slot: Slot,
    journal: Journal,
}

impl<F: Flash> Run<'_, '_, F> {
    fn all(&mut self) -> Result<u32, Error> {
        let Header { old_size, new_size, .. } = self.replay.header;
        let record = self.journal.newest(self.flash, &mut self.replay, self.page)?;
        let (mut number, mut over) = (0, Unit::default());
        if let Some(record) = record
            && let Step::Page(page) = record.step
        {
            self.put_page(page)?;
            (number, over) = (page.wrapping_add(1), record.over);
        } else {
            self.read_segments()?;
            let pages = old_size.div_ceil(self.slot.page());
            let mut left = pages;
            match record {
                Some(record) => {
                    if let Step::Moved(from) = record.step {
                        left = from.min(pages);
                    }
                }
                None => {
                    self.flash.begin(&self.replay.header)?;
                    if self.distance() > 0 {
                        self.note(Step::Moved(left), over)?;
                    }
                }
            }
            self.move_up(left)?;
        }
        self.make(number, over)?;
        self.journal.clear(self.flash)?;
        Ok(new_size)
    }

    /// Pages by which the old image is moved.
    fn distance(&self) -> u32 {
        self.slot.old_at(self.replay.header.old_size).checked_div(self.slot.page()).unwrap_or(0)
    }

    fn note(&mut self, step: Step, over: Unit) -> Result<(), Error> {
        self.journal.write(self.flash, (step, over), &mut self.replay, self.page)
    }

    /// Reads all segments, and sees to it that none reads what is overwritten by then.
    fn read_segments(&mut self) -> Result<(), Error> {
        let Header { old_size, .. } = self.replay.header;
        let count = u32::from(self.replay.header.segments());
        for number in 0..=count {
            fill(self.flash, &mut self.replay.side)?;
            let fits = if number < count { self.replay.segment(&Piece::NONE) } else { self.replay.start() };
            if self.replay.side.missing() > NUMBER_LEN {
                return Err(super::Error::Truncated.into());
            }
            if !fits {
                let [low, high, ..] = number.to_le_bytes();
                return Err(super::Error::Segment(u16::from_le_bytes([low, high])).into());
            }
        }
        for number in 0..count {
            let Some(segment) = self.replay.memory.segment(number) else { continue };
            let end = self.replay.memory.end(number, self.replay.header.new_size);
            let len = end.wrapping_sub(segment.new);
            if len > 0 && !self.slot.allows(old_size, segment.old, segment.new, len) {
                return Err(Error::Overwritten(number));
            }
        }
        Ok(())
    }

    /// Moves the pages below `left` up, the last one first. Each goes to a page behind all that are still to be moved, so that a
    /// move can be repeated.
    fn move_up(&mut self, left: u32) -> Result<(), Error> {
        let (page_len, distance) = (self.slot.page(), self.distance());
        if distance == 0 {
            return Ok(());
        }
        for from in (0..left).rev() {
            self.flash.read(Area::Slot, from.wrapping_mul(page_len), self.page)?;
            self.put_page(from.wrapping_add(distance))?;
            self.note(Step::Moved(from), Unit::default())?;
        }
        Ok(())
    }

    /// Puts the page's bytes in their place in the slot.
    fn put_page(&mut self, number: u32) -> Result<(), Error> {
        self.flash.erase(Area::Slot, number)?;
        self.flash.write(Area::Slot, number.wrapping_mul(self.slot.page()), self.page)?;
        Ok(())
    }

    /// Makes the new image from this page on, of which `over` is made already.
    fn make(&mut self, first: u32, over: Unit) -> Result<(), Error> {
        let old_at = self.slot.old_at(self.replay.header.old_size);
        let (mut number, mut unit, mut filled) = (first, over, 0usize);
        loop {
            self.replay.window.lost = number.wrapping_mul(self.slot.page()).saturating_sub(old_at);
            while unit.len > 0 && filled < self.page.len() {
                if let Some(place) = self.page.get_mut(filled) {
                    [*place, ..] = unit.bytes.to_le_bytes();
                }
                unit = Unit { bytes: unit.bytes >> 8, len: unit.len.wrapping_sub(1) };
                filled = filled.wrapping_add(1);
            }
            let is_full = filled >= self.page.len();
            if is_full {
                self.commit(number, unit)?;
                (number, filled) = (number.wrapping_add(1), 0);
                continue;
            }
            if !self.step(old_at)? {
                break;
            }
            unit = self.replay.unit;
        }
        self.replay.side.ended()?;
        if filled > 0 {
            self.page.get_mut(filled..).unwrap_or_default().fill(0xff);
            self.commit(number, Unit::default())?;
        }
        Ok(())
    }

    /// The next unit; `false` if there is none.
    fn step(&mut self, old_at: u32) -> Result<bool, Error> {
        fill(self.flash, &mut self.replay.side)?;
        if self.replay.side.missing() > NUMBER_LEN {
            return Err(super::Error::Truncated.into());
        }
        let more = self.replay.step(&mut Moved { flash: &mut *self.flash, at: old_at });
        if self.replay.window.failed {
            return Err(Fault.into());
        }
        if self.replay.window.overwritten {
            return Err(Error::Overwritten(self.replay.number));
        }
        Ok(more)
    }

    /// A page is whole: into the journal, then into the slot.
    fn commit(&mut self, number: u32, over: Unit) -> Result<(), Error> {
        self.note(Step::Page(number), over)?;
        self.put_page(number)
    }
}
