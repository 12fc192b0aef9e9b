//! Small facts that survive a power cut: a journal of fixed records in two areas of flash.
//!
//! A record is appended with its checksum, and the last sound one of a key counts; so one that was torn changes nothing.
//! When an area is full, the last record of each key goes to the other area, which counts as soon as its head, written
//! last, is whole. The area that counts is never erased.
//!
//! ```text
//! record   key u16 | 0 u16 | value, 16 bytes        | CRC-32     little-endian, padded with ff to whole writes
//! head     fffe    | 0 u16 | generation u32, 0 × 12 | CRC-32     the area with the greatest generation counts
//! ```

use embedded_storage::nor_flash::NorFlash;

use super::{fault, round_up};
use crate::platform::PlatformFault;

/// Bytes of a record before padding.
pub(super) const RECORD: usize = 24;
/// What is kept for a key.
pub(super) type Value = [u8; 16];
/// Keys are 0 to 62: what was copied is marked in 64 bits.
pub(super) const KEYS_MAX: u16 = 63;

/// The key of a head.
const HEAD: u16 = 0xfffe;

/// Where the journal is and how far it has got.
#[derive(Clone, Copy, Debug)]
pub(super) struct Records {
    /// Where the two areas begin, bytes.
    areas: [u32; 2],
    /// Bytes of an area.
    area_size: u32,
    /// Bytes from one record to the next.
    stride: u32,
    /// The area that counts; `None`: neither does yet.
    active: Option<bool>,
    generation: u32,
    /// Where the next record goes, from the beginning of the area.
    end: u32,
}

impl Records {
    /// Looks which area counts. The journal occupies twice `area_size` bytes from `start` on.
    pub(super) fn open<F: NorFlash>(
        flash: &mut F,
        scratch: &mut [u8],
        start: u32,
        area_size: u32,
    ) -> Result<Self, PlatformFault> {
        let stride = round_up(RECORD, F::WRITE_SIZE.max(F::READ_SIZE)).ok_or(PlatformFault::NO_ROOM)?;
        let second = start.checked_add(area_size).ok_or(PlatformFault::NO_ROOM)?;
        let mut records = Self {
            areas: [start, second],
            area_size,
            stride: u32::try_from(stride).map_err(|_| PlatformFault::NO_ROOM)?,
            active: None,
            generation: 0,
            end: 0,
        };
        for area in [false, true] {
            if let Some((HEAD, value)) = records.read(flash, scratch, area, 0)?.sound() {
                let [a, b, c, d, ..] = value;
                let generation = u32::from_le_bytes([a, b, c, d]);
                if generation >= records.generation {
                    (records.active, records.generation) = (Some(area), generation);
                }
            }
        }
        if let Some(area) = records.active {
            // Behind the last place that isn't blank: a torn record is passed over, never written over.
            for at in records.places() {
                if !records.read(flash, scratch, area, at)?.blank {
                    records.end = at.saturating_add(records.stride);
                }
            }
        }
        Ok(records)
    }

    /// What is kept for a key.
    pub(super) fn get<F: NorFlash>(
        &self,
        flash: &mut F,
        scratch: &mut [u8],
        key: u16,
    ) -> Result<Option<Value>, PlatformFault> {
        let Some(area) = self.active else { return Ok(None) };
        for at in self.used() {
            if let Some((found, value)) = self.read(flash, scratch, area, at)?.sound()
                && found == key
            {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Keeps a value: after a power cut either the one before or this one is there.
    pub(super) fn put<F: NorFlash>(
        &mut self,
        flash: &mut F,
        scratch: &mut [u8],
        key: u16,
        value: &Value,
    ) -> Result<(), PlatformFault> {
        if self.active.is_none() || !self.has_room() {
            self.compact(flash, scratch)?;
        }
        let area = self.active.ok_or(PlatformFault::NO_ROOM)?;
        if !self.has_room() {
            return Err(PlatformFault::NO_ROOM);
        }
        let at = self.end;
        self.end = at.saturating_add(self.stride);
        self.write(flash, scratch, area, at, key, value)
    }

    fn has_room(&self) -> bool {
        self.end.checked_add(self.stride).is_some_and(|end| end <= self.area_size)
    }

    /// Takes the last record of each key to the other area, which counts from then on.
    fn compact<F: NorFlash>(&mut self, flash: &mut F, scratch: &mut [u8]) -> Result<(), PlatformFault> {
        let target = self.active.is_some_and(|area| !area);
        let start = self.start(target);
        let end = start.checked_add(self.area_size).ok_or(PlatformFault::NO_ROOM)?;
        flash.erase(start, end).map_err(fault)?;
        let mut copied = 0_u64;
        let mut to = self.stride;
        if let Some(area) = self.active {
            for from in self.used() {
                let Some((key, value)) = self.read(flash, scratch, area, from)?.sound() else { continue };
                let bit = 1_u64.checked_shl(key.into()).unwrap_or(0);
                // From the last one backwards: what was seen already is newer.
                if copied & bit == 0 && key < KEYS_MAX {
                    copied |= bit;
                    self.write(flash, scratch, target, to, key, &value)?;
                    to = to.saturating_add(self.stride);
                }
            }
        }
        let generation = self.generation.saturating_add(1);
        let [a, b, c, d] = generation.to_le_bytes();
        let head = [a, b, c, d, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        self.write(flash, scratch, target, 0, HEAD, &head)?;
        (self.active, self.generation, self.end) = (Some(target), generation, to);
        Ok(())
    }

    /// The places of records, in order.
    fn places(&self) -> impl Iterator<Item = u32> + use<> {
        let (stride, size) = (self.stride, self.area_size);
        core::iter::successors(Some(0_u32), move |at| at.checked_add(stride))
            .take_while(move |at| at.checked_add(stride).is_some_and(|end| end <= size))
    }

    /// The places that are used, the head left out, the last one first.
    fn used(&self) -> impl Iterator<Item = u32> + use<> {
        let stride = self.stride;
        core::iter::successors(self.end.checked_sub(stride), move |at| at.checked_sub(stride))
            .take_while(|at| *at > 0)
    }

    fn start(&self, area: bool) -> u32 {
        let [first, second] = self.areas;
        if area { second } else { first }
    }

    fn read<F: NorFlash>(
        &self,
        flash: &mut F,
        scratch: &mut [u8],
        area: bool,
        at: u32,
    ) -> Result<Place, PlatformFault> {
        let whole = self.whole(scratch)?;
        flash.read(self.start(area).saturating_add(at), whole).map_err(fault)?;
        let blank = whole.iter().all(|byte| *byte == 0xff);
        let record = whole.first_chunk::<RECORD>().copied().ok_or(PlatformFault::NO_ROOM)?;
        Ok(Place { blank, record })
    }

    fn write<F: NorFlash>(
        &self,
        flash: &mut F,
        scratch: &mut [u8],
        area: bool,
        at: u32,
        key: u16,
        value: &Value,
    ) -> Result<(), PlatformFault> {
        let whole = self.whole(scratch)?;
        whole.fill(0xff);
        let (record, _) = whole.split_first_chunk_mut::<RECORD>().ok_or(PlatformFault::NO_ROOM)?;
        *record = encode(key, value);
        flash.write(self.start(area).saturating_add(at), whole).map_err(fault)
    }

    fn whole<'s>(&self, scratch: &'s mut [u8]) -> Result<&'s mut [u8], PlatformFault> {
        let stride = usize::try_from(self.stride).unwrap_or(usize::MAX);
        scratch.get_mut(..stride).ok_or(PlatformFault::NO_ROOM)
    }
}

/// A place for a record, as it was read.
struct Place {
    blank: bool,
    record: [u8; RECORD],
}

impl Place {
    /// Key and value, if the record is whole.
    fn sound(&self) -> Option<(u16, Value)> {
        let (content, check) = self.record.split_last_chunk::<4>()?;
        if crc32(content) != u32::from_le_bytes(*check) {
            return None;
        }
        let (key, rest) = content.split_first_chunk::<2>()?;
        Some((u16::from_le_bytes(*key), *rest.last_chunk()?))
    }
}

fn encode(key: u16, value: &Value) -> [u8; RECORD] {
    let mut record = [0; RECORD];
    let key = key.to_le_bytes();
    for (to, from) in record.iter_mut().zip(key.iter().chain(&[0, 0]).chain(value)) {
        *to = *from;
    }
    if let Some((content, check)) = record.split_last_chunk_mut::<4>() {
        *check = crc32(content).to_le_bytes();
    }
    record
}

/// CRC-32 (ISO 3309, as in Ethernet), bit by bit: records are small. It tells a torn record from a whole one; it is no
/// protection against somebody who writes to the flash.
fn crc32(bytes: &[u8]) -> u32 {
    let mut sum = u32::MAX;
    for byte in bytes {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 };
        }
    }
    !sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_is_the_usual_one() {
        // The check value that catalogues of CRCs give.
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }

    #[test]
    fn a_record_with_any_flipped_bit_is_not_sound() {
        let record = encode(5, b"0123456789abcdef");
        assert_eq!(Place { blank: false, record }.sound(), Some((5, *b"0123456789abcdef")));
        for bit in 0..RECORD * 8 {
            let mut record = record;
            record[bit / 8] ^= 1 << (bit % 8);
            assert!(Place { blank: false, record }.sound().is_none(), "bit {bit}");
        }
        for record in [[0xff; RECORD], [0; RECORD]] {
            assert!(Place { blank: false, record }.sound().is_none(), "what erased or blank flash gives");
        }
    }
}
