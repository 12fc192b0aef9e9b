//! The arithmetic coder: a number in an interval that every bit narrows.

use super::error::Error;
use super::model::Decision;

/// Bytes that may wait for the next step of the decoder. A step codes at most 38 bits under contexts (15 bits of payload each
/// at worst, since no probability is below 2^-15) or 3 numbers of 24 bits, and the interval holds 4 bytes back.
pub(crate) const WAITING_MAX: usize = 128;
/// With this many bytes waiting no step can run dry.
pub(crate) const STEP_MAX: usize = 96;

/// Bytes of the number.
pub(crate) const NUMBER_LEN: usize = 4;

/// The two ends of the coder; all that is modelled is written once for both.
pub(crate) trait Side {
    /// Whether this is the end that knows the new image.
    const ENCODES: bool;

    /// Codes a bit that is one with a probability of `one`/65,536: the encoder's is `wanted`, the decoder's is returned.
    fn code(&mut self, one: u16, wanted: bool) -> bool;

    /// Hears what the next bit decides. Nobody but who counts asks for it, so a device holds no code of this.
    fn about(&mut self, _: Decision) {}

    /// The byte that the new image has at `offset`; 0 for the decoder, which ignores it.
    fn wanted(&self, offset: u32) -> u8;
}

/// The interval, both ends included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Interval {
    pub(crate) low: u32,
    pub(crate) high: u32,
}

impl Interval {
    pub(crate) const ALL: Self = Self { low: 0, high: u32::MAX };

    /// The last number of the part that stands for a one.
    pub(crate) fn middle(self, one: u16) -> u32 {
        let width = u64::from(self.high.wrapping_sub(self.low));
        let one = u64::from(one.max(1));
        // Below `high`, as the probability is below 1.
        self.low.wrapping_add(u32::try_from(width.wrapping_mul(one) >> 16).unwrap_or(0))
    }

    pub(crate) fn narrow(&mut self, middle: u32, bit: bool) {
        if bit {
            self.high = middle;
        } else {
            self.low = middle.wrapping_add(1);
        }
    }

    /// How a payload ends: with as few bytes as determine a number in the interval, and that number. The decoder reads zeros
    /// after them.
    pub(crate) fn last(self) -> (usize, u32) {
        for (len, shift) in [(0, 0), (1, 8), (2, 16), (3, 24)] {
            // The lowest number from `low` on whose bytes after the first `len` are zero.
            let after = u32::MAX >> shift;
            if let Some(number) =
                self.low.checked_add(after).map(|up| up & !after).filter(|number| *number <= self.high)
            {
                return (len, number);
            }
        }
        (4, self.low)
    }

    /// The first byte, once both ends agree on it; it is shifted out.
    pub(crate) fn settled(&mut self) -> Option<u8> {
        if (self.low ^ self.high) >> 24 != 0 {
            return None;
        }
        let [byte, ..] = self.high.to_be_bytes();
        self.low <<= 8;
        self.high = self.high << 8 | 0xff;
        Some(byte)
    }
}

/// The decoder's end: bytes come in, bits go out.
#[derive(Debug)]
pub(crate) struct Bits {
    interval: Interval,
    value: u32,
    waiting: [u8; WAITING_MAX],
    start: usize,
    end: usize,
    /// Bytes that were needed after the last one.
    missing: usize,
}

impl Bits {
    pub(crate) const fn new() -> Self {
        Self { interval: Interval::ALL, value: 0, waiting: [0; WAITING_MAX], start: 0, end: 0, missing: 0 }
    }

    pub(crate) const fn waiting(&self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub(crate) const fn missing(&self) -> usize {
        self.missing
    }

    /// Whether the payload ended as the encoder ends one: nothing more, nothing less, nothing else.
    pub(crate) fn ended(&self) -> Result<(), Error> {
        let (len, number) = self.interval.last();
        let read = NUMBER_LEN.saturating_sub(self.missing);
        if self.missing > NUMBER_LEN || read < len {
            return Err(Error::Truncated);
        }
        if read > len || self.waiting() > 0 {
            return Err(Error::TrailingBytes);
        }
        if self.value == number { Ok(()) } else { Err(Error::End) }
    }

    /// Takes as many of `bytes` as there is room for; says how many.
    pub(crate) fn fill(&mut self, bytes: &[u8]) -> usize {
        let left = self.waiting();
        for to in 0..left {
            // One after the other: places may overlap, and no library call that can panic is linked.
            let byte = self.waiting.get(self.start.wrapping_add(to)).copied().unwrap_or(0);
            if let Some(place) = self.waiting.get_mut(to) {
                *place = byte;
            }
        }
        (self.start, self.end) = (0, left);
        let room = self.waiting.get_mut(self.end..).unwrap_or_default();
        let taken = room.len().min(bytes.len());
        for (place, byte) in room.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.end = self.end.saturating_add(taken);
        taken
    }

    /// The bytes that wait, for the header.
    pub(crate) fn peek(&self) -> &[u8] {
        self.waiting.get(self.start..self.end).unwrap_or_default()
    }

    /// Drops the header, reads the first number.
    pub(crate) fn begin(&mut self, header_len: usize) {
        self.start = self.start.saturating_add(header_len);
        for _ in 0..NUMBER_LEN {
            self.shift();
        }
    }

    fn shift(&mut self) {
        let byte = if self.start < self.end {
            let byte = self.waiting.get(self.start).copied().unwrap_or(0);
            self.start = self.start.saturating_add(1);
            byte
        } else {
            self.missing = self.missing.saturating_add(1);
            0
        };
        self.value = self.value << 8 | u32::from(byte);
    }
}

impl Side for Bits {
    const ENCODES: bool = false;

    fn code(&mut self, one: u16, _: bool) -> bool {
        let middle = self.interval.middle(one);
        let bit = self.value <= middle;
        self.interval.narrow(middle, bit);
        while self.interval.settled().is_some() {
            self.shift();
        }
        bit
    }

    fn wanted(&self, _: u32) -> u8 {
        0
    }
}

/// The encoder's end: it knows the new image, and the bytes of the payload come out.
#[cfg(feature = "std")]
#[derive(Debug)]
pub(crate) struct Writer<'a> {
    interval: Interval,
    new: &'a [u8],
    pub(crate) bytes: alloc::vec::Vec<u8>,
}

#[cfg(feature = "std")]
impl<'a> Writer<'a> {
    pub(crate) const fn new(new: &'a [u8]) -> Self {
        Self { interval: Interval::ALL, new, bytes: alloc::vec::Vec::new() }
    }

    /// The payload's bytes, its end included.
    pub(crate) fn finish(mut self) -> alloc::vec::Vec<u8> {
        let (len, number) = self.interval.last();
        self.bytes.extend(number.to_be_bytes().iter().take(len));
        self.bytes
    }
}

#[cfg(feature = "std")]
impl Side for Writer<'_> {
    const ENCODES: bool = true;

    fn code(&mut self, one: u16, wanted: bool) -> bool {
        let middle = self.interval.middle(one);
        self.interval.narrow(middle, wanted);
        while let Some(byte) = self.interval.settled() {
            self.bytes.push(byte);
        }
        wanted
    }

    fn wanted(&self, offset: u32) -> u8 {
        usize::try_from(offset).ok().and_then(|offset| self.new.get(offset)).copied().unwrap_or(0)
    }
}
