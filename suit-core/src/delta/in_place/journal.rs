//! The journal: two places for records, written in turn, so that one is whole whenever the power goes.

use super::{Area, Error, Flash, WRITE_UNIT};
use crate::delta::range::Bits;
use crate::delta::replay::{Replay, Unit};

/// The first bytes of a record.
const MAGIC: u32 = 0x314a_4453;
/// Bytes of a record's head: eight numbers.
const HEAD_LEN: u32 = 32;
/// Bytes of the decoder's own numbers in a record, padded to whole units.
const STATE_LEN: u32 = 128;

/// What a record says was done, or has to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The old image's pages from this one on were moved.
    Moved(u32),
    /// This page is to be written as the record says; then decoding goes on with its state.
    Page(u32),
}

/// The head of a record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record {
    pub(super) step: Step,
    /// Which delta it belongs to.
    pub(super) delta: u32,
    /// The next unit's bytes that are made already: they came with the last bytes of the page.
    pub(super) over: Unit,
    sequence: u32,
    /// Of all that is in it.
    check: u32,
}

impl Record {
    fn numbers(&self) -> [u32; 8] {
        let (kind, number) = match self.step {
            Step::Moved(number) => (1, number),
            Step::Page(number) => (2, number),
        };
        [MAGIC, self.sequence, self.delta, kind, number, self.over.bytes, self.over.len, self.check]
    }

    fn from_numbers(numbers: [u32; 8]) -> Option<Self> {
        let [magic, sequence, delta, kind, number, bytes, len, check] = numbers;
        let step = match kind {
            1 => Step::Moved(number),
            2 => Step::Page(number),
            _ => return None,
        };
        let over = Unit { bytes, len: len.min(4) };
        (magic == MAGIC).then_some(Self { step, delta, over, sequence, check })
    }
}

/// CRC-32 (ISO 3309, reflected), bit by bit: a record is checked once a page.
pub(super) fn crc(start: u32, bytes: &[u8]) -> u32 {
    let mut crc = !start;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = crc >> 1 ^ (crc & 1).wrapping_neg() & 0xedb8_8320;
        }
    }
    !crc
}

/// Where records are, and what the next one is.
#[derive(Debug)]
pub(super) struct Journal {
    delta: u32,
    /// Bytes of one place, whole pages.
    place_len: u32,
    /// Bytes of a record for a page.
    record_len: u32,
    page: u32,
    /// The place that is written next, 0 or 1, and the record's number.
    next: u32,
    sequence: u32,
}

/// Bytes of a record for a page: head, numbers, memory, page.
fn record_len(memory: u32, page: u32) -> u32 {
    HEAD_LEN.wrapping_add(STATE_LEN).wrapping_add(memory.next_multiple_of(WRITE_UNIT)).wrapping_add(page)
}

/// Bytes that a journal must have for a decoder of so much memory and pages of `page` bytes.
pub(super) fn journal_len(memory: u32, page: u32) -> u32 {
    record_len(memory, page).next_multiple_of(page).wrapping_mul(2)
}

impl Journal {
    pub(super) fn new(delta: u32, memory: u32, page: u32) -> Self {
        let (place_len, record_len) = (journal_len(memory, page) >> 1, record_len(memory, page));
        Self { delta, place_len, record_len, page, next: 0, sequence: 1 }
    }

    /// The newest whole record of this delta; the next one goes to the other place.
    pub(super) fn newest(
        &mut self,
        flash: &mut impl Flash,
        replay: &mut Replay<'_, Bits>,
        page: &mut [u8],
    ) -> Result<Option<Record>, Error> {
        let mut newest: Option<(Record, u32)> = None;
        for place in [0, 1] {
            if let Some(record) = self.read(flash, place)?
                && newest.is_none_or(|(other, _)| record.sequence > other.sequence)
                && self.is_whole(flash, &record, place)?
            {
                newest = Some((record, place));
            }
        }
        let Some((record, place)) = newest else { return Ok(None) };
        if let Step::Page(_) = record.step {
            self.load(flash, place, replay, page)?;
        }
        self.next = place ^ 1;
        self.sequence = record.sequence.wrapping_add(1);
        Ok(Some(record))
    }

    fn at(&self, place: u32) -> u32 {
        self.place_len.wrapping_mul(place)
    }

    fn read(&self, flash: &mut impl Flash, place: u32) -> Result<Option<Record>, Error> {
        let mut head = [[0; 4]; 8];
        flash.read(Area::Journal, self.at(place), head.as_flattened_mut())?;
        let record = Record::from_numbers(head.map(u32::from_le_bytes));
        Ok(record.filter(|record| record.delta == self.delta))
    }

    /// Whether all of a record is as it was written.
    fn is_whole(&self, flash: &mut impl Flash, record: &Record, place: u32) -> Result<bool, Error> {
        let mut check = head_check(record);
        let mut at = HEAD_LEN;
        if let Step::Page(_) = record.step {
            while at < self.record_len {
                let mut unit = [0; 32];
                flash.read(Area::Journal, self.at(place).wrapping_add(at), &mut unit)?;
                check = crc(check, &unit);
                at = at.wrapping_add(WRITE_UNIT);
            }
        }
        Ok(check == record.check)
    }

    /// Loads what a record for a page has beside its head.
    fn load(
        &self,
        flash: &mut impl Flash,
        place: u32,
        replay: &mut Replay<'_, Bits>,
        page: &mut [u8],
    ) -> Result<(), Error> {
        let mut at = self.at(place).wrapping_add(HEAD_LEN);
        let mut state = [[0; 4]; 32];
        load_part(flash, &mut at, state.as_flattened_mut())?;
        let mut rest = state.iter();
        let mut next = |number: &mut u32| {
            if let Some(bytes) = rest.next() {
                *number = u32::from_le_bytes(*bytes);
            }
        };
        replay.each_number(&mut next);
        replay.side.each_number(&mut next);
        for part in replay.memory.bytes() {
            load_part(flash, &mut at, part)?;
        }
        // Whole units are behind the place's start.
        at = at.next_multiple_of(WRITE_UNIT);
        load_part(flash, &mut at, page)
    }

    /// Writes the next record, the head last: without it there is no record.
    pub(super) fn write(
        &mut self,
        flash: &mut impl Flash,
        (step, over): (Step, Unit),
        replay: &mut Replay<'_, Bits>,
        page: &[u8],
    ) -> Result<(), Error> {
        let record = Record { step, delta: self.delta, over, sequence: self.sequence, check: 0 };
        let start = self.at(self.next);
        self.erase(flash, self.next)?;
        let mut out = Out {
            at: start.wrapping_add(HEAD_LEN),
            check: head_check(&record),
            unit: Default::default(),
            len: 0,
        };
        if let Step::Page(_) = step {
            let mut state = [[0; 4]; 32];
            let mut rest = state.iter_mut();
            let mut next = |number: &mut u32| {
                if let Some(bytes) = rest.next() {
                    *bytes = number.to_le_bytes();
                }
            };
            replay.each_number(&mut next);
            replay.side.each_number(&mut next);
            out.put(flash, state.as_flattened())?;
            for part in replay.memory.bytes() {
                out.put(flash, part)?;
            }
            out.fill(flash)?;
            out.put(flash, page)?;
        }
        let head = Record { check: out.check, ..record }.numbers().map(u32::to_le_bytes);
        flash.write(Area::Journal, start, head.as_flattened())?;
        self.next ^= 1;
        self.sequence = self.sequence.wrapping_add(1);
        Ok(())
    }

    fn erase(&self, flash: &mut impl Flash, place: u32) -> Result<(), Error> {
        let pages = self.place_len.checked_div(self.page).unwrap_or(0);
        let first = pages.wrapping_mul(place);
        for page in first..first.wrapping_add(pages) {
            flash.erase(Area::Journal, page)?;
        }
        Ok(())
    }

    /// Forgets all, the newest record last.
    pub(super) fn clear(&self, flash: &mut impl Flash) -> Result<(), Error> {
        self.erase(flash, self.next)?;
        self.erase(flash, self.next ^ 1)
    }
}

/// The check of a head whose own check is 0.
fn head_check(record: &Record) -> u32 {
    crc(0, Record { check: 0, ..*record }.numbers().map(u32::to_le_bytes).as_flattened())
}

fn load_part(flash: &mut impl Flash, at: &mut u32, into: &mut [u8]) -> Result<(), Error> {
    flash.read(Area::Journal, *at, into)?;
    *at = at.wrapping_add(u32::try_from(into.len()).unwrap_or(u32::MAX));
    Ok(())
}

/// Bytes on their way into the journal, gathered to whole units.
struct Out {
    at: u32,
    check: u32,
    unit: [u8; 32],
    len: usize,
}

impl Out {
    fn put(&mut self, flash: &mut impl Flash, bytes: &[u8]) -> Result<(), Error> {
        for byte in bytes {
            if let Some(place) = self.unit.get_mut(self.len) {
                *place = *byte;
            }
            self.len = self.len.wrapping_add(1);
            if self.len >= self.unit.len() {
                self.flush(flash)?;
            }
        }
        Ok(())
    }

    fn flush(&mut self, flash: &mut impl Flash) -> Result<(), Error> {
        self.check = crc(self.check, &self.unit);
        flash.write(Area::Journal, self.at, &self.unit)?;
        self.at = self.at.wrapping_add(WRITE_UNIT);
        self.len = 0;
        Ok(())
    }

    /// Goes on with a new unit.
    fn fill(&mut self, flash: &mut impl Flash) -> Result<(), Error> {
        if self.len > 0 { self.flush(flash) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What doesn't fit would be lost in silence.
    #[test]
    fn a_record_has_room_for_all_numbers_of_the_decoder() {
        let mut memory = [0; 64];
        let mut replay: Replay<'_, Bits> = Replay::new(&mut memory);
        let mut count = 0;
        let mut counted = |_: &mut u32| count += 1;
        replay.each_number(&mut counted);
        replay.side.each_number(&mut counted);
        assert!((1..=STATE_LEN / 4).contains(&count), "{count} numbers");
    }
}
