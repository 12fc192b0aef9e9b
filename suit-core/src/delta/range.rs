//! The arithmetic coder: a number in an interval that every bit narrows.

use super::error::Error;
use super::model::Decision;

/// Bytes that may wait for the next step of the decoder; a power of two. A step codes at most 38 bits under contexts (15 bits of payload each
/// at worst, since no probability is below 2^-15) or 3 numbers of 24 bits, and the interval holds 4 bytes back.
pub(crate) const WAITING_MAX: usize = 128;
/// With this many bytes waiting no step can run dry.
pub(crate) const STEP_MAX: usize = 96;

/// Bytes of the number.
pub(crate) const NUMBER_LEN: usize = 4;

/// The two ends of the coder; all that is modelled is written once for both.
pub(crate) trait Side: Sized {
    /// At the beginning.
    const START: Self;
    /// Whether this is the end that knows the new image.
    const ENCODES: bool;

    /// Codes a bit that is one with a probability of `one`/65,536: the encoder's is `wanted`, the decoder's is returned.
    fn code(&mut self, one: u32, wanted: bool) -> bool;

    /// Hears what the next bit decides. Nobody but who counts asks for it, so a device holds no code of this.
    fn about(&mut self, _: Decision) {}

    /// The byte that the new image has at `offset`; 0 for the decoder, which ignores it.
    fn wanted(&self, offset: u32) -> u8;
}

/// `of` parts of 65,536 of `whole`, rounded down: the product's upper 32 of 48 bits. `of` is below 65,536.
pub(crate) const fn share(whole: u32, of: u32) -> u32 {
    (whole >> 16).wrapping_mul(of).wrapping_add((whole & 0xffff).wrapping_mul(of) >> 16)
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
    pub(crate) fn middle(self, one: u32) -> u32 {
        // Below `high`, as the probability is below 1.
        self.low.wrapping_add(share(self.high.wrapping_sub(self.low), one.max(1)))
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
        for len in 0..NUMBER_LEN {
            // The lowest number from `low` on whose bytes after the first `len` are zero.
            let after = u32::MAX >> (len << 3 & 31);
            let number = self.low.wrapping_add(after) & !after;
            if number >= self.low && number <= self.high {
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
#[repr(C)]
pub(crate) struct Bits {
    interval: Interval,
    value: u32,
    /// Bytes of the payload that were taken out and put in.
    start: usize,
    end: usize,
    /// Bytes that were needed after the last one.
    missing: usize,
    /// A ring: byte `n` of the payload is at `n` modulo its length.
    waiting: [u8; WAITING_MAX],
}

impl Bits {
    pub(crate) const fn waiting(&self) -> usize {
        self.end.wrapping_sub(self.start)
    }

    pub(crate) const fn missing(&self) -> usize {
        self.missing
    }

    /// Whether the payload ended as the encoder ends one: nothing more, nothing less, nothing else.
    pub(crate) fn ended(&self) -> Result<(), Error> {
        let (len, number) = self.interval.last();
        let read = NUMBER_LEN.wrapping_sub(self.missing);
        // Also if more was missing than was ever read: then this is a huge number.
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
        let mut taken = 0usize;
        for byte in bytes {
            if self.waiting() >= WAITING_MAX {
                break;
            }
            if let Some(place) = self.waiting.get_mut(self.end & (WAITING_MAX - 1)) {
                *place = *byte;
            }
            self.end = self.end.wrapping_add(1);
            taken = taken.wrapping_add(1);
        }
        taken
    }

    /// The bytes that wait, for the header: nothing was taken out yet.
    pub(crate) fn peek(&self) -> &[u8] {
        self.waiting.get(..self.end).unwrap_or_default()
    }

    /// Drops the header, reads the first number.
    pub(crate) fn begin(&mut self, header_len: usize) {
        self.start = header_len;
        self.interval = Interval::ALL;
        for _ in 0..NUMBER_LEN {
            self.shift();
        }
    }

    /// Every number that lasts from one step to the next, to be read or set. Bytes that wait are forgotten,
    /// and have to be put in again.
    #[cfg(feature = "delta-in-place")]
    pub(crate) fn each_number(&mut self, visit: &mut impl FnMut(&mut u32)) {
        let Self { interval: Interval { low, high }, value, start, missing, .. } = self;
        [low, high, value].into_iter().for_each(&mut *visit);
        super::replay::visit_size(start, visit);
        super::replay::visit_size(missing, visit);
        self.end = self.start;
    }

    /// The byte of the payload that is to be put in next.
    #[cfg(feature = "delta-in-place")]
    pub(crate) const fn next(&self) -> usize {
        self.end
    }

    fn shift(&mut self) {
        let mut byte = 0;
        if self.start == self.end {
            self.missing = self.missing.saturating_add(1);
        } else {
            byte = self.waiting.get(self.start & (WAITING_MAX - 1)).copied().unwrap_or(0);
            self.start = self.start.wrapping_add(1);
        }
        self.value = self.value << 8 | u32::from(byte);
    }
}

impl Side for Bits {
    /// The interval is [`Bits::begin`]'s.
    const START: Self = Self {
        interval: Interval { low: 0, high: 0 },
        value: 0,
        waiting: [0; WAITING_MAX],
        start: 0,
        end: 0,
        missing: 0,
    };
    const ENCODES: bool = false;

    fn code(&mut self, one: u32, _: bool) -> bool {
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
    pub(crate) new: &'a [u8],
    pub(crate) bytes: alloc::vec::Vec<u8>,
}

#[cfg(feature = "std")]
impl Writer<'_> {
    /// The payload's bytes, its end included.
    pub(crate) fn finish(mut self) -> alloc::vec::Vec<u8> {
        let (len, number) = self.interval.last();
        self.bytes.extend(number.to_be_bytes().iter().take(len));
        self.bytes
    }
}

#[cfg(feature = "std")]
impl Side for Writer<'_> {
    const START: Self = Self { interval: Interval::ALL, new: &[], bytes: alloc::vec::Vec::new() };
    const ENCODES: bool = true;

    fn code(&mut self, one: u32, wanted: bool) -> bool {
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
