//! Which part of the new image comes from where in the old one, and so where an address of the old image has moved to.

use super::error::Error;
use super::range::Side;

/// Bytes of one segment: new start (3), old start (3), literal bytes before it (2), and its place in the order of old starts
/// (2).
pub(crate) const SEGMENT_LEN: usize = 10;
const ENTRY_LEN: usize = 8;
/// How many segments that begin before an address are asked whether it is in them.
const LOOK_BACK: usize = 8;

/// A part of the new image: bytes of its own, then bytes that come from the old image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Bytes that come from nowhere in the old image, before `new`.
    pub(crate) literal: u16,
    /// Where the copy begins in the new image.
    pub(crate) new: u32,
    /// Where it begins in the old one.
    pub(crate) old: u32,
}

/// All segments, in the order of the new image, in lent memory.
#[derive(Debug)]
pub(crate) struct Segments<'m> {
    entries: &'m mut [[u8; ENTRY_LEN]],
    by_old: &'m mut [[u8; 2]],
    new_size: u32,
}

const fn low_three(number: u32) -> [u8; 3] {
    let [a, b, c, _] = number.to_le_bytes();
    [a, b, c]
}

impl<'m> Segments<'m> {
    /// Over memory for `count` segments of a new image of `new_size` bytes.
    pub(crate) fn new(memory: &'m mut [u8], count: u16, new_size: u32) -> Self {
        let entries = usize::from(count).saturating_mul(ENTRY_LEN).min(memory.len());
        let (entries, order) = memory.split_at_mut_checked(entries).unwrap_or_default();
        Self { entries: entries.as_chunks_mut().0, by_old: order.as_chunks_mut().0, new_size }
    }

    pub(crate) fn get(&self, number: u16) -> Option<Segment> {
        let [a, b, c, d, e, f, g, h] = *self.entries.get(usize::from(number))?;
        Some(Segment {
            literal: u16::from_le_bytes([g, h]),
            new: u32::from_le_bytes([a, b, c, 0]),
            old: u32::from_le_bytes([d, e, f, 0]),
        })
    }

    fn set(&mut self, number: u16, segment: Segment) {
        let ([a, b, c], [d, e, f]) = (low_three(segment.new), low_three(segment.old));
        let [g, h] = segment.literal.to_le_bytes();
        if let Some(entry) = self.entries.get_mut(usize::from(number)) {
            *entry = [a, b, c, d, e, f, g, h];
        }
    }

    /// Where the copy of a segment ends in the new image.
    pub(crate) fn end(&self, number: u16) -> u32 {
        number
            .checked_add(1)
            .and_then(|next| self.get(next))
            .map_or(self.new_size, |next| next.new.saturating_sub(u32::from(next.literal)))
    }

    /// Reads (or, for the encoder, writes) all segments. `wanted` are the encoder's.
    ///
    /// # Errors
    /// [`Error::Segment`] if one reaches past an image, or all don't make up the new one.
    pub(crate) fn code<S: Side>(
        &mut self,
        side: &mut S,
        numbers: &mut Numbers<'_>,
        old_size: u32,
        state: &mut Coding,
        wanted: &Piece,
    ) -> Result<(), Error> {
        let number = state.number;
        let error = Error::Segment(number);
        let literal = numbers.code(side, Kind::Literal, u32::from(wanted.literal));
        let len = numbers.code(side, Kind::Length, wanted.len);
        let literal = u16::try_from(literal).map_err(|_| error)?;
        let new = state.new.checked_add(u32::from(literal)).ok_or(error)?;
        let end = new.checked_add(len).filter(|end| *end <= self.new_size).ok_or(error)?;
        let mut old = 0;
        if len > 0 {
            // As a difference from where the last copy ended, its sign in the lowest bit.
            let jump = wanted.old.wrapping_sub(state.old);
            let folded = jump << 1 ^ if jump >> 31 == 0 { 0 } else { u32::MAX };
            let folded = numbers.code(side, Kind::Jump, folded);
            let jump = folded >> 1 ^ if folded & 1 == 0 { 0 } else { u32::MAX };
            old = state.old.wrapping_add(jump);
            state.old = old.checked_add(len).filter(|end| *end <= old_size).ok_or(error)?;
        }
        self.set(number, Segment { literal, new, old });
        state.new = end;
        state.number = number.saturating_add(1);
        Ok(())
    }

    /// Whether the segments read so far make up the whole new image.
    pub(crate) fn complete(&self, state: &Coding) -> Result<(), Error> {
        if state.new == self.new_size { Ok(()) } else { Err(Error::Segment(state.number)) }
    }

    /// Sorts the segments by their old start, so that addresses can be looked up. A copy of no bytes has nothing to
    /// say and is passed over.
    pub(crate) fn sort(&mut self) {
        for number in 0u16.. {
            let place = usize::from(number);
            if place >= self.by_old.len() {
                break;
            }
            // Mostly in order already: each is inserted from the end. The caller's memory bounds how many there are.
            let old = self.get(number).unwrap_or_default().old;
            let mut free = place;
            while let Some(before) = free.checked_sub(1) {
                let other = self.by_old.get(before).copied().unwrap_or_default();
                if self.get(u16::from_le_bytes(other)).unwrap_or_default().old <= old {
                    break;
                }
                self.place(free, other);
                free = before;
            }
            self.place(free, number.to_le_bytes());
        }
    }

    fn place(&mut self, at: usize, number: [u8; 2]) {
        if let Some(place) = self.by_old.get_mut(at) {
            *place = number;
        }
    }

    /// Where the byte at `old` of the old image is in the new one: by the segment that copies it, else by the one that
    /// begins nearest before it. `None` before the first of them.
    pub(crate) fn moved(&self, old: u32) -> Option<u32> {
        let old_of = |place: &[u8; 2]| self.get(u16::from_le_bytes(*place)).unwrap_or_default().old;
        let after = self.by_old.partition_point(|place| old_of(place) <= old);
        let before = self.by_old.get(..after)?;
        let mut nearest = None;
        for place in before.iter().rev().take(LOOK_BACK) {
            let number = u16::from_le_bytes(*place);
            let segment = self.get(number)?;
            let len = self.end(number).saturating_sub(segment.new);
            if len == 0 {
                continue;
            }
            let into = old.saturating_sub(segment.old);
            if into < len {
                return Some(segment.new.saturating_add(into));
            }
            nearest = nearest.or(Some(segment.new.saturating_add(into)));
        }
        nearest
    }
}

/// How far the reading of segments has come.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Coding {
    /// Segments so far.
    pub(crate) number: u16,
    new: u32,
    old: u32,
}

/// What the encoder has for a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) literal: u16,
    pub(crate) len: u32,
    pub(crate) old: u32,
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Literal,
    Length,
    Jump,
}

/// Numbers of segments, coded by how many bits they have, each with probabilities of its own. These live where the nodes of
/// the model will be: segments come first.
#[derive(Debug)]
pub(crate) struct Numbers<'m> {
    probabilities: &'m mut [[u8; 2]],
}

/// Places of one kind: 25 for the length in bits, 16 for the bit after the first.
const PLACES: usize = 41;
/// How fast these probabilities learn: a 16th of the error.
const NUMBER_SHIFT: u32 = 4;

impl<'m> Numbers<'m> {
    /// Nothing is known yet.
    pub(crate) fn clear(memory: &mut [u8]) {
        memory.as_chunks_mut().0.fill(0x8000u16.to_le_bytes());
    }

    /// Goes on in memory that was cleared.
    pub(crate) fn resume(memory: &'m mut [u8]) -> Self {
        Self { probabilities: memory.as_chunks_mut().0 }
    }

    fn bit<S: Side>(&mut self, side: &mut S, place: usize, wanted: bool) -> bool {
        let place = self.probabilities.get_mut(place);
        let one = place.as_deref().map_or(0x8000, |place| u16::from_le_bytes(*place));
        let bit = side.code(one.clamp(64, u16::MAX - 63), wanted);
        let learned = if bit {
            one.wrapping_add(u16::MAX.wrapping_sub(one) >> NUMBER_SHIFT)
        } else {
            one.wrapping_sub(one >> NUMBER_SHIFT)
        };
        if let Some(place) = place {
            *place = learned.to_le_bytes();
        }
        bit
    }

    /// A number below 2^25 - 1. Larger ones of the encoder can't be said.
    fn code<S: Side>(&mut self, side: &mut S, kind: Kind, wanted: u32) -> u32 {
        let base = PLACES.wrapping_mul(match kind {
            Kind::Literal => 0,
            Kind::Length => 1,
            Kind::Jump => 2,
        });
        // One more than the number, whose first bit is a one: so many bits follow.
        let wanted = wanted.wrapping_add(1);
        let wanted_bits = 31u32.wrapping_sub(wanted.leading_zeros());
        let mut bits = 0u32;
        let mut place = base;
        while bits < 24 && self.bit(side, place, bits < wanted_bits) {
            bits = bits.wrapping_add(1);
            place = place.wrapping_add(1);
        }
        let mut value = 1u32;
        for left in (0..bits).rev() {
            let wanted = wanted >> left & 1 == 1;
            let first = value == 1;
            let bit = if first {
                let at = usize::try_from(bits.min(15)).unwrap_or(0);
                self.bit(side, base.wrapping_add(25).wrapping_add(at), wanted)
            } else {
                side.code(0x8000, wanted)
            };
            value = value << 1 | u32::from(bit);
        }
        value.wrapping_sub(1)
    }
}
