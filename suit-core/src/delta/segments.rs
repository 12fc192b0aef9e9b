//! Which part of the new image comes from where in the old one, and so where an address of the old image has moved to.

use super::layout::{Memory, Word};
use super::model::learn;
use super::range::Side;

/// How many segments that begin before an address are asked whether it is in them.
const LOOK_BACK: usize = 8;

/// A part of the new image: bytes of its own, then bytes that come from the old image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Bytes that come from nowhere in the old image, before `new`; at most 65,535.
    pub(crate) literal: u32,
    /// Where the copy begins in the new image.
    pub(crate) new: u32,
    /// Where it begins in the old one.
    pub(crate) old: u32,
}

fn wide(word: Word) -> u32 {
    u32::from(u16::from_le_bytes(word))
}

/// The table of segments, in the order of the new image: new start (3 bytes), old start (3), literal bytes before it (2).
impl Memory<'_> {
    pub(crate) fn segment(&self, number: u32) -> Option<Segment> {
        let [a, b, c, d, e, f, g, h] = *self.segments.get(usize::try_from(number).ok()?)?;
        Some(Segment {
            literal: u32::from_le_bytes([g, h, 0, 0]),
            new: u32::from_le_bytes([a, b, c, 0]),
            old: u32::from_le_bytes([d, e, f, 0]),
        })
    }

    /// Of numbers that are too large, which end the decoding, some bits stand there.
    pub(crate) fn put_segment(&mut self, number: u32, literal: u32, new: u32, old: u32) {
        let ([a, b, c, _], [d, e, f, _]) = (new.to_le_bytes(), old.to_le_bytes());
        let [g, h, ..] = literal.to_le_bytes();
        if let Some(entry) = usize::try_from(number).ok().and_then(|number| self.segments.get_mut(number)) {
            *entry = [a, b, c, d, e, f, g, h];
        }
    }

    /// Where the copy of a segment ends in the new image of `new_size` bytes.
    pub(crate) fn end(&self, number: u32, new_size: u32) -> u32 {
        self.segment(number.wrapping_add(1)).map_or(new_size, |next| next.new.wrapping_sub(next.literal))
    }

    /// Where a segment begins in the old image.
    fn old(&self, number: u32) -> u32 {
        self.segment(number).map_or(0, |segment| segment.old)
    }

    /// The segment that is the one of this number in the order of old starts.
    fn in_order(&self, number: usize) -> Option<u32> {
        Some(wide(*self.by_old.get(number)?))
    }

    /// Sorts the segments by their old start, so that addresses can be looked up. A copy of no bytes has nothing to
    /// say and is passed over.
    pub(crate) fn sort(&mut self) {
        for number in 0..self.by_old.len() {
            let [low, high, ..] = number.to_le_bytes();
            let place = [low, high];
            // Mostly in order already: each is inserted from the end. The caller's memory bounds how many there are.
            let old = self.old(wide(place));
            let mut free = number;
            loop {
                let before = free.wrapping_sub(1);
                let other = self.by_old.get(before).copied().filter(|other| self.old(wide(*other)) > old);
                let stop = other.is_none();
                if let Some(free) = self.by_old.get_mut(free) {
                    *free = other.unwrap_or(place);
                }
                if stop {
                    break;
                }
                free = before;
            }
        }
    }

    /// Where the byte at `old` of the old image is in the new one: by the segment that copies it, else by the one that
    /// begins nearest before it. `None` before the first of them.
    #[inline(never)]
    pub(crate) fn moved(&self, old: u32, new_size: u32) -> Option<u32> {
        // Those before `after` begin at or before the address, by halves.
        let (mut after, mut end) = (0, self.by_old.len());
        while after < end {
            let middle = after.wrapping_add(end) >> 1;
            if self.in_order(middle).is_some_and(|number| self.old(number) <= old) {
                after = middle.wrapping_add(1);
            } else {
                end = middle;
            }
        }
        let mut nearest = None;
        for back in 1..=LOOK_BACK {
            let Some(number) = self.in_order(after.wrapping_sub(back)) else { break };
            let segment = self.segment(number)?;
            let len = self.end(number, new_size).wrapping_sub(segment.new);
            let into = old.wrapping_sub(segment.old);
            let moved = Some(segment.new.wrapping_add(into));
            if into < len {
                return moved;
            }
            if len > 0 && nearest.is_none() {
                nearest = moved;
            }
        }
        nearest
    }
}

/// What the encoder has for a segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) literal: u16,
    pub(crate) len: u32,
    pub(crate) old: u32,
}

impl Piece {
    /// What the decoder has instead.
    pub(crate) const NONE: Self = Self { literal: 0, len: 0, old: 0 };
}

/// Where the probabilities of a kind of number begin: one for each of 25 lengths in bits, 16 for the bit after the first.
pub(crate) const LITERAL_LEN: usize = 0;
pub(crate) const COPY_LEN: usize = 41;
pub(crate) const JUMP: usize = 82;
const AFTER_FIRST: usize = 25;
/// How fast these probabilities learn: a 16th of the error.
const NUMBER_SHIFT: u32 = 4;

/// Numbers of segments, coded by how many bits they have, each with probabilities of its own. These live where the nodes of
/// the model will be: segments come first.
impl Memory<'_> {
    /// Nothing is known of numbers yet.
    pub(crate) fn forget_numbers(&mut self) {
        self.nodes.as_chunks_mut().0.fill(0x8000u16.to_le_bytes());
    }

    fn number_bit<S: Side>(&mut self, side: &mut S, place: usize, wanted: bool) -> bool {
        let Some(place) = self.nodes.as_chunks_mut().0.get_mut(place) else { return false };
        let one = u32::from(u16::from_le_bytes(*place)).clamp(64, 0xffc0);
        let bit = side.code(one, wanted);
        learn(place, bit, NUMBER_SHIFT);
        bit
    }

    /// A number below 2^25 - 1 of the kind whose probabilities begin at `kind`. Larger ones of the encoder can't be said.
    pub(crate) fn number<S: Side>(&mut self, side: &mut S, kind: usize, wanted: u32) -> u32 {
        // One more than the number, whose first bit is a one: so many bits follow.
        let wanted = wanted.wrapping_add(1);
        let wanted_bits = 31u32.wrapping_sub(wanted.leading_zeros());
        let mut bits = 0u32;
        let mut place = kind;
        while bits < 24 && self.number_bit(side, place, bits < wanted_bits) {
            bits = bits.wrapping_add(1);
            place = place.wrapping_add(1);
        }
        let after_first = usize::try_from(bits.min(15)).unwrap_or(0).wrapping_add(AFTER_FIRST);
        let mut value = 1u32;
        for left in (0..bits).rev() {
            let wanted = wanted >> left & 1 == 1;
            let bit = if value == 1 {
                self.number_bit(side, kind.wrapping_add(after_first), wanted)
            } else {
                side.code(0x8000, wanted)
            };
            value = value << 1 | u32::from(bit);
        }
        value.wrapping_sub(1)
    }
}
