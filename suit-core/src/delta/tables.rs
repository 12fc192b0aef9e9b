//! The arithmetic of probabilities, in integers: bit histories, logits, and back. Every value is computed when the crate is
//! built, none is copied from anywhere, and a decoder elsewhere gets the same from the formulas in `docs/delta-format.md`.

/// A logit is in units of 1/[`LOGIT_UNIT`], between -[`LOGIT_MAX`] and [`LOGIT_MAX`]: about ±10.
pub(crate) const LOGIT_MAX: i32 = 2047;
const LOGIT_UNIT: f64 = 204.8;
const SQUASH_STEP: usize = 64;
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

/// Logits of probabilities below one half, by the first one and the four bits after it: those of fewer bits at their own number,
/// then 16 for each first one from the fifth bit to the fifteenth.
#[expect(clippy::as_conversions, clippy::indexing_slicing, reason = "at build time")]
const STRETCH: [i16; STRETCH_LEN] = {
    let mut table = [0i16; STRETCH_LEN];
    let mut i = 1;
    while i < STRETCH_LEN {
        let (octave, step) = if i < 16 {
            let octave = 31 - (i as u32).leading_zeros();
            (octave, (i << 4 >> octave) & 15)
        } else {
            (3 + (i >> 4) as u32, i & 15)
        };
        let p = (1u32 << octave) as f64 * (1.0 + (step as f64 + 0.5) / 16.0) / 65536.0;
        let p = if p < 0.499 { p } else { 0.499 };
        let logit = ln(p / (1.0 - p)) * LOGIT_UNIT;
        table[i] = if logit < -2047.0 { -2047 } else { (logit - 0.5) as i16 };
        i = next(i);
    }
    table
};
const STRETCH_LEN: usize = 192;

/// The probability, in 1/65,536, of a logit, which is first brought into its bounds: between the entries of a table by a straight
/// line.
pub(crate) fn squash(logit: i32) -> u32 {
    let above = logit.clamp(-LOGIT_MAX, LOGIT_MAX).wrapping_add(2048);
    let above = usize::try_from(above).unwrap_or(0);
    let index = (above / SQUASH_STEP) & (SQUASH_LEN - 2);
    let entry = |index: usize| SQUASH.get(index).copied().map_or(0, u32::from);
    let (low, high) = (entry(index), entry(index.wrapping_add(1)));
    let part = u32::try_from(above % SQUASH_STEP).unwrap_or(0);
    low.wrapping_add(high.wrapping_sub(low).wrapping_mul(part) >> 6)
}

/// The logit of a probability in 1/65,536; the inverse of [`squash`] up to rounding.
pub(crate) fn stretch(probability: u16) -> i32 {
    let probability = u32::from(probability);
    let negative = probability < 0x8000;
    let below = (if negative { probability } else { probability ^ 0xffff }).max(1);
    // The first one and the four bits after it, and how many bits follow; see the table.
    let shift = 27u32.saturating_sub(below.leading_zeros());
    let index = (shift << 4).wrapping_add(below >> (shift & 31));
    let index = usize::try_from(index).unwrap_or(0);
    let logit = STRETCH.get(index).copied().map_or(0, i32::from);
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

    /// By its number; only the lower six bits of `number` are one.
    pub(crate) const fn from_number(number: usize) -> Self {
        let [byte, ..] = number.to_le_bytes();
        Self::from_byte(byte)
    }

    pub(crate) const fn byte(self) -> u8 {
        self.0
    }

    /// The history after one more bit: its count rises, and what speaks against it is halved down to 2 at least, so that
    /// the present counts for more than the past.
    pub(crate) const fn after(self, bit: bool) -> Self {
        let (at, other_at) = if bit { (0, 3) } else { (3, 0) };
        let (mut same, mut other) = (self.0 >> at & 7, self.0 >> other_at & 7);
        if same < 7 {
            same = same.wrapping_add(1);
        }
        if other > 2 {
            other = (other >> 1).wrapping_add(1);
        }
        Self(same << at | other << other_at)
    }

    /// What a one is worth before anything was learned: (ones + 0.4) of (both + 0.8), in 1/65,536.
    pub(crate) fn first_guess(self) -> u16 {
        let (zeros, ones) = (u32::from(self.0 >> 3), u32::from(self.0 & 7));
        let of = zeros.wrapping_add(ones).wrapping_mul(5).wrapping_add(4);
        let part = ones.wrapping_mul(5).wrapping_add(2).wrapping_mul(0xffff);
        let [low, high, ..] = part.checked_div(of).unwrap_or(0).to_le_bytes();
        u16::from_le_bytes([low, high])
    }
}
