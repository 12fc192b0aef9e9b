//! Where the bytes of a delta go: each coded bit costs what its probability says.

use super::super::Error;
use super::super::header::Header;
use super::super::model::{DIFFERS, Decision, KEPT, LITERAL, MISSED, SURPRISE};
use super::super::range::{Bits, NUMBER_LEN, Side};
use super::super::replay::Replay;
use super::super::segments::Piece;
use super::encode::Known;
use alloc::vec;

/// Where the bytes of a delta go. The first seven figures are bytes of the delta, rounded so that their sum is its size.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Account {
    /// The header.
    pub header: u32,
    /// The table of segments.
    pub segments: u32,
    /// Bytes that come from nowhere in the old image.
    pub literals: u32,
    /// Which copied bytes come otherwise than expected.
    pub differences: u32,
    /// What these are instead.
    pub surprises: u32,
    /// Which references were mispredicted, and whether they are those of the old image then.
    pub references: u32,
    /// Which runs of copied bytes come as expected.
    pub runs: u32,
    /// Bytes of the new image that come from nowhere in the old one.
    pub literal_bytes: u32,
    /// Bytes of the new image that were copied or predicted.
    pub copied_bytes: u32,
    /// Copied bytes that came otherwise.
    pub surprising_bytes: u32,
    /// References that were mispredicted.
    pub missed_references: u32,
}

/// Accounts for the bytes of a delta, by decoding it over the old image. Nothing is said of whether that is the right one, or the
/// result the right new one.
///
/// # Errors
/// As [`Decoder`](super::super::Decoder), memory left out.
pub fn explain(payload: &[u8], old: &[u8]) -> Result<Account, Error> {
    let (header, header_len) = Header::parse(payload)?;
    let mut memory = vec![0; usize::try_from(header.memory()).unwrap_or(usize::MAX)];
    let mut replay: Replay<'_, Tally<'_>> = Replay::new(&mut memory);
    replay.side.begin(payload, header_len);
    replay.header = header;
    replay.begin();
    for number in 0..header.segments() {
        replay.side.refill()?;
        if !replay.segment(&Piece::NONE) {
            return Err(Error::Segment(number));
        }
    }
    let literal_bytes = (0..header.segments())
        .filter_map(|number| replay.memory.segment(number.into()))
        .map(|one| one.literal)
        .sum();
    if !replay.start() {
        return Err(Error::Segment(header.segments()));
    }
    loop {
        replay.side.refill()?;
        let more = replay.step(&mut Known(old));
        if replay.window.failed {
            return Err(Error::Images);
        }
        if !more {
            break;
        }
    }
    let side = replay.side;
    if !side.rest.is_empty() {
        return Err(Error::TrailingBytes);
    }
    side.bits.ended()?;
    let counted = Account {
        literal_bytes,
        copied_bytes: header.new_size.saturating_sub(literal_bytes),
        surprising_bytes: side.surprises,
        missed_references: side.missed,
        ..Account::default()
    };
    Ok(side.share(counted, payload.len(), header_len))
}

/// Parts of the coded bytes: the segments, then what the model decides.
const PARTS: usize = 6;

/// The part that the bits of a decision belong to; segments come before there is a decision.
fn part(decision: Option<Decision>) -> usize {
    match decision {
        None => 0,
        Some(LITERAL) => 1,
        Some(DIFFERS) => 2,
        Some(SURPRISE) => 3,
        Some(MISSED | KEPT) => 4,
        Some(_) => 5,
    }
}

/// What a bit of probability `chance`/65,536 costs, in 256ths of a bit.
fn cost(chance: u32) -> u32 {
    // The logarithm's digits, one by one: a number from 1 to 2 is squared, and past 2 there is a one.
    let whole = chance.max(1).ilog2();
    let mut number = u64::from(chance.max(1)) << (31 - whole.min(31));
    let mut log = whole;
    for _ in 0..8 {
        number = (number * number) >> 31;
        let past_two = number >> 32 != 0;
        log = log << 1 | u32::from(past_two);
        number >>= u32::from(past_two);
    }
    (16 << 8) - log.min(16 << 8)
}

/// A decoder's end that counts.
struct Tally<'a> {
    bits: Bits,
    rest: &'a [u8],
    /// What the bit is for; nothing is said of the segments'.
    decision: Option<Decision>,
    /// What each part cost, in 256ths of a bit.
    costs: [u64; PARTS],
    surprises: u32,
    missed: u32,
}

impl<'a> Tally<'a> {
    fn begin(&mut self, payload: &'a [u8], header_len: usize) {
        let taken = self.bits.fill(payload);
        self.bits.begin(header_len);
        self.rest = payload.get(taken..).unwrap_or_default();
    }

    /// Before each step, so that none runs dry while there are bytes.
    fn refill(&mut self) -> Result<(), Error> {
        let taken = self.bits.fill(self.rest);
        self.rest = self.rest.get(taken..).unwrap_or_default();
        if self.bits.missing() > NUMBER_LEN { Err(Error::Truncated) } else { Ok(()) }
    }

    /// Divides the coded bytes as their costs are: each part ends where the sum so far does, so that nothing is lost.
    fn share(&self, counted: Account, len: usize, header_len: usize) -> Account {
        let header = u32::try_from(header_len).unwrap_or(u32::MAX);
        // Of 128 bits, as products of costs and sizes are formed.
        let coded = u128::try_from(len.saturating_sub(header_len)).unwrap_or(u128::MAX);
        let costs = self.costs.map(u128::from);
        let whole: u128 = costs.iter().sum();
        let (mut sum, mut before) = (0, 0);
        let [segments, literals, differences, surprises, references, runs] = costs.map(|cost| {
            sum += cost;
            let until = (sum * coded + whole / 2).checked_div(whole).unwrap_or(0);
            let part = u32::try_from(until - before).unwrap_or(u32::MAX);
            before = until;
            part
        });
        Account { header, segments, literals, differences, surprises, references, runs, ..counted }
    }
}

impl Side for Tally<'_> {
    const START: Self =
        Self { bits: Bits::START, rest: &[], decision: None, costs: [0; PARTS], surprises: 0, missed: 0 };
    const ENCODES: bool = false;

    fn code(&mut self, one: u32, wanted: bool) -> bool {
        let bit = self.bits.code(one, wanted);
        let one = one.max(1);
        let cost = cost(if bit { one } else { 0x1_0000 - one });
        if let Some(sum) = self.costs.get_mut(part(self.decision)) {
            *sum += u64::from(cost);
        }
        self.surprises += u32::from(bit && self.decision == Some(DIFFERS));
        self.missed += u32::from(bit && self.decision == Some(MISSED));
        bit
    }

    fn about(&mut self, decision: Decision) {
        self.decision = Some(decision);
    }

    fn wanted(&self, _: u32) -> u8 {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delta::create::{Options, make};

    #[test]
    fn bits_cost_what_they_say() {
        for (chance, bits_256) in [(0x8000, 256), (0x4000, 512), (1, 4096), (0xffff, 1), (0xc000, 107)] {
            assert!(cost(chance).abs_diff(bits_256) <= 1, "{chance:#x}: {}", cost(chance));
        }
    }

    #[test]
    fn every_byte_is_accounted_for() {
        let old: vec::Vec<u8> = (0..4000u32).map(|n| n.wrapping_mul(0x9e37_79b1).to_be_bytes()[0]).collect();
        let mut new = old.clone();
        new[1000] ^= 1;
        new[3000] ^= 7;
        new.splice(2000..2000, *b"forty bytes that come from nowhere else.");
        let made = make(&old, &new, &Options::default()).expect("made");
        let account = explain(&made.payload, &old).expect("sound");
        let Account { header, segments, literals, differences, surprises, references, runs, .. } = account;
        let parts = [header, segments, literals, differences, surprises, references, runs];
        assert_eq!(parts.iter().sum::<u32>(), u32::try_from(made.payload.len()).expect("small"));
        assert_eq!((account.literal_bytes, account.copied_bytes), (40, 4000));
        assert_eq!(account.surprising_bytes, 2);
        // Letters of few kinds, coded by who knows none of them yet.
        assert!((20..=50).contains(&literals), "{account:?}");
    }

    #[test]
    fn what_the_decoder_refuses_has_no_account() {
        let made = make(b"an old image", b"a new image, longer", &Options::default()).expect("made");
        let longer = [&*made.payload, &[0; 200]].concat();
        let half = made.payload.get(..made.payload.len() / 2).unwrap_or_default();
        assert_eq!(explain(&longer, b"an old image"), Err(Error::TrailingBytes));
        assert!(explain(half, b"an old image").is_err());
        assert_eq!(explain(b"no delta", b""), Err(Error::NotADelta));
    }
}
