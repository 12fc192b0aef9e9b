//! The arithmetic of probabilities, in integers: bit histories, logits, and back. Every value is computed when the crate is
//! built, none is copied from anywhere, and a decoder elsewhere gets the same from the formulas in `docs/delta-format.md`.

/// A logit is in units of 1/[`LOGIT_UNIT`], between -[`LOGIT_MAX`] and [`LOGIT_MAX`]: about ±10.
pub(crate) const LOGIT_MAX: i32 = 2047;
const LOGIT_UNIT: f64 = 204.8;
const SQUASH_STEP: i32 = 64;
const SQUASH_LEN: usize = 65;

/// Counts on, at build time.
const fn next(number: usize) -> usize {
    number.wrapping_add(1)
}

/// e^x for |x| <= 10 or so, by its series on x/64, squared six times: exact to far more than 16 bits.
const fn exp(x: f64) -> f64 {
    let y = x / 64.0;
    let mut term = 1.0;
    let mut sum = 1.0;
    let mut n = 1.0;
    while n < 18.0 {
        term = term * y / n;
        sum += term;
        n += 1.0;
    }
    let mut squarings = 0;
    while squarings < 6 {
        sum *= sum;
        squarings = next(squarings);
    }
    sum
}

/// ln x for x > 0, by Newton's method on [`exp`].
const fn ln(x: f64) -> f64 {
    let mut y = 0.0;
    let mut round = 0;
    while round < 60 {
        let e = exp(y);
        y += 2.0 * (x - e) / (x + e);
        round = next(round);
    }
    y
}

#[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "at build time")]
const SQUASH: [u16; SQUASH_LEN] = {
    let mut table = [0u16; SQUASH_LEN];
    let mut i = 0;
    while i < SQUASH_LEN {
        let logit = (i as f64 * SQUASH_STEP as f64 - 2048.0) / LOGIT_UNIT;
        table[i] = (65536.0 / (1.0 + exp(-logit)) + 0.5) as u16;
        i = next(i);
    }
    table
};

/// Logits of probabilities below one half: by octave and the four bits after the first one.
#[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "at build time")]
const STRETCH: [[i16; 16]; 16] = {
    let mut table = [[0i16; 16]; 16];
    let mut octave = 0;
    while octave < 16 {
        let mut step = 0;
        while step < 16 {
            let p = (1u32 << octave) as f64 * (1.0 + (step as f64 + 0.5) / 16.0) / 65536.0;
            let p = if p < 0.499 { p } else { 0.499 };
            let logit = ln(p / (1.0 - p)) * LOGIT_UNIT;
            table[octave][step] = if logit < -2047.0 { -2047 } else { (logit - 0.5) as i16 };
            step = next(step);
        }
        octave = next(octave);
    }
    table
};

/// The probability, in 1/65,536, of a logit: between the entries of a table by a straight line.
pub(crate) fn squash(logit: i32) -> u16 {
    let above = logit.clamp(-LOGIT_MAX, LOGIT_MAX).saturating_add(2048);
    let index = usize::try_from(above / SQUASH_STEP).unwrap_or(0);
    let low = SQUASH.get(index).copied().map_or(0, i32::from);
    let high = SQUASH.get(index.saturating_add(1)).copied().map_or(0, i32::from);
    let between = (high.wrapping_sub(low)).wrapping_mul(above % SQUASH_STEP) / SQUASH_STEP;
    u16::try_from(low.wrapping_add(between)).unwrap_or(u16::MAX)
}

/// The logit of a probability in 1/65,536; the inverse of [`squash`] up to rounding.
pub(crate) fn stretch(probability: u16) -> i32 {
    let (below, negative) = if probability < 0x8000 {
        (probability.max(1), true)
    } else {
        (u16::MAX.wrapping_sub(probability).max(1), false)
    };
    let octave = 15u32.wrapping_sub(below.leading_zeros());
    // The four bits after the leading one.
    let step = (u32::from(below) << 4 >> octave) & 15;
    let entry = usize::try_from(octave).ok().and_then(|octave| STRETCH.get(octave));
    let logit = usize::try_from(step).ok().and_then(|step| entry?.get(step)).copied().map_or(0, i32::from);
    if negative { logit } else { logit.wrapping_neg() }
}

/// How often a bit was 0 and 1 lately: two counts up to 7 in a byte, the ones in the low three bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct History(u8);

/// Histories that there are.
pub(crate) const HISTORIES: usize = 64;

impl History {
    pub(crate) const fn from_byte(byte: u8) -> Self {
        Self(byte & 63)
    }

    pub(crate) const fn byte(self) -> u8 {
        self.0
    }

    /// The history after one more bit: its count rises, and what speaks against it is halved down to 2 at least, so that
    /// the present counts for more than the past.
    pub(crate) const fn after(self, bit: bool) -> Self {
        let (zeros, ones) = (self.0 >> 3, self.0 & 7);
        let (same, other) = if bit { (ones, zeros) } else { (zeros, ones) };
        let same = if same < 7 { same.wrapping_add(1) } else { 7 };
        let other = if other > 2 { (other >> 1).wrapping_add(1) } else { other };
        let (zeros, ones) = if bit { (other, same) } else { (same, other) };
        Self(zeros << 3 | ones)
    }

    /// What a one is worth before anything was learned: (ones + 0.4) of (both + 0.8), in 1/65,536.
    pub(crate) fn first_guess(self) -> u16 {
        let (zeros, ones) = (u32::from(self.0 >> 3), u32::from(self.0 & 7));
        let of = zeros.wrapping_add(ones).wrapping_mul(5).wrapping_add(4);
        let part = ones.wrapping_mul(5).wrapping_add(2).wrapping_mul(0xffff);
        u16::try_from(part.checked_div(of).unwrap_or(0)).unwrap_or(u16::MAX)
    }
}
