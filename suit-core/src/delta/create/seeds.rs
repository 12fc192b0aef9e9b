//! Where sequences of bytes are in an image: an index by their hashes, of bounded size and time.

use alloc::vec;
use alloc::vec::Vec;

/// No place; images are smaller.
const NONE: u32 = u32::MAX;
/// Other sequences of the same hash that are passed over for each place that is tried, at most.
const STRANGERS: usize = 4;
/// An index has no more places than this: of larger images every second, fourth and so on.
const PLACES_MAX: usize = 1 << 20;
/// Images of more bytes are large: what takes several times their size isn't done twice at once.
const LARGE: usize = 4 << 20;
/// Runs of equal bytes, halfwords or words.
const PERIODS: [usize; 3] = [1, 2, 4];

/// How an image is indexed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grain {
    /// Bytes that a sequence has.
    pub(super) len: usize,
    /// Places that are tried for a sequence, the latest first.
    pub(super) tried: usize,
}

pub(super) fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Whether an image is so large that time and memory count more than the last percent.
pub(super) const fn is_large(len: usize) -> bool {
    len > LARGE
}

/// Indexes of an image, from that of the longest sequences to that of the shortest.
#[derive(Debug)]
pub(super) struct Index<'a> {
    levels: Vec<Level<'a>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(image: &'a [u8], grains: &[Grain]) -> Self {
        Self { levels: grains.iter().map(|grain| Level::new(image, *grain)).collect() }
    }

    /// A long match of the beginning of `bytes`: where, and how long. Of the places that the first index with any has for it,
    /// the longest; of equally long ones the one nearest to `hint`.
    pub(super) fn longest(&self, bytes: &[u8], hint: usize) -> Option<(usize, usize)> {
        self.levels.iter().find_map(|level| level.longest(bytes, hint))
    }
}

/// The index by sequences of one length.
#[derive(Debug)]
struct Level<'a> {
    image: &'a [u8],
    grain: Grain,
    /// Which places are in the index: those that this divides.
    every: usize,
    /// For each hash the latest place, in units of `every`.
    latest: Vec<u32>,
    /// For each place the one before it that has the same hash.
    before: Vec<u32>,
}

impl<'a> Level<'a> {
    fn new(image: &'a [u8], grain: Grain) -> Self {
        let every = image.len().div_ceil(PLACES_MAX).max(1).next_power_of_two();
        let places = image.len().saturating_sub(grain.len - 1).div_ceil(every);
        let latest = vec![NONE; places.next_power_of_two()];
        let mut level = Self { image, grain, every, latest, before: vec![NONE; places] };
        for unit in 0..narrow(places) {
            let at = wide(unit) * every;
            let hash = image.get(at..).and_then(|bytes| level.hash(bytes));
            if let Some(latest) =
                hash.filter(|_| !level.repeats(at)).and_then(|hash| level.latest.get_mut(hash))
                && let Some(before) = level.before.get_mut(wide(unit))
            {
                *before = core::mem::replace(latest, unit);
            }
        }
        level
    }

    /// Whether a place is within a run. Only its beginning is in the index: it matches as far as any other place, and the many
    /// others would be tried in vain.
    fn repeats(&self, at: usize) -> bool {
        let sequence = |at: usize| self.image.get(at..at + self.grain.len);
        let same = |period: usize| {
            at.checked_sub(period.next_multiple_of(self.every))
                .is_some_and(|before| sequence(before) == sequence(at))
        };
        PERIODS.into_iter().any(same)
    }

    /// The hash of a sequence; `None` of too few bytes.
    fn hash(&self, bytes: &[u8]) -> Option<usize> {
        let mut mixed = 0u64;
        for part in bytes.get(..self.grain.len)?.chunks(8) {
            let mut eight = [0; 8];
            eight.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            mixed = (mixed ^ mixed >> 29 ^ u64::from_le_bytes(eight)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        }
        // The upper bits depend on all; there are two to some power of hashes.
        usize::try_from(mixed >> 32).ok().map(|hash| hash & (self.latest.len() - 1))
    }

    fn longest(&self, bytes: &[u8], hint: usize) -> Option<(usize, usize)> {
        let mut place = *self.latest.get(self.hash(bytes)?)?;
        let (mut tried, mut visited) = (0, 0);
        let mut best: Option<(usize, usize)> = None;
        while place != NONE && tried < self.grain.tried && visited < self.grain.tried * STRANGERS {
            let at = wide(place) * self.every;
            let len = agreeing(self.image.get(at..).unwrap_or_default(), bytes);
            tried += usize::from(len >= self.grain.len);
            visited += 1;
            let nearer = |(other, _): (usize, usize)| at.abs_diff(hint) < other.abs_diff(hint);
            if len >= self.grain.len && best.is_none_or(|best| len > best.1 || len == best.1 && nearer(best))
            {
                best = Some((at, len));
            }
            place = self.before.get(wide(place)).copied().unwrap_or(NONE);
        }
        best
    }
}

/// How many bytes agree from the first on.
fn agreeing(a: &[u8], b: &[u8]) -> usize {
    // Eight at a time: here the time goes.
    let ((a_parts, _), (b_parts, _)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    let whole = a_parts.iter().zip(b_parts).take_while(|(a, b)| a == b).count() * 8;
    let rest = a.iter().skip(whole).zip(b.iter().skip(whole));
    whole + rest.take_while(|(a, b)| a == b).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Letters in some disorder, so that short sequences come again.
    fn letters(len: u32, seed: u32) -> Vec<u8> {
        let number = |at: u32| (at ^ seed).wrapping_mul(0x9e37_79b1) >> 13;
        (0..len).map(|at| b'a' + (number(at) & 3).to_le_bytes()[0]).collect()
    }

    #[test]
    fn as_long_as_the_longest_of_all() {
        let (old, mut new) = (letters(3000, 1), letters(500, 2));
        new.splice(100..100, old[700..800].iter().copied());
        let index = Index::new(&old, &[Grain { len: 6, tried: usize::MAX / STRANGERS }]);
        for at in 0..new.len() {
            let len_at = |place: usize| agreeing(&old[place..], &new[at..]);
            let longest = (0..old.len()).map(len_at).max().filter(|len| *len >= 6);
            let found = index.longest(&new[at..], 0);
            assert_eq!(found.map(|(_, len)| len), longest, "at {at}");
            assert!(found.is_none_or(|(place, len)| len_at(place) == len), "at {at}");
        }
        assert_eq!(index.longest(&new[100..], 0), Some((700, agreeing(&old[700..], &new[100..]))));
    }

    #[test]
    fn of_equals_the_nearest() {
        let old = [b"begin", &*letters(20, 1), b"middle", &*letters(20, 1), b"end"].concat();
        let index = Index::new(&old, &[Grain { len: 8, tried: 8 }]);
        let twenty = letters(20, 1);
        assert_eq!(index.longest(&twenty, 0), Some((5, 20)));
        assert_eq!(index.longest(&twenty, 40), Some((31, 20)));
    }

    #[test]
    fn runs_are_found_from_their_beginning() {
        for period in PERIODS {
            let run: Vec<u8> = b"\xde\xad\xbe\xef"[..period].iter().copied().cycle().take(5000).collect();
            let old = [b"before", &*run, b"after"].concat();
            let index = Index::new(&old, &[Grain { len: 8, tried: 4 }]);
            assert_eq!(index.longest(&run, 0), Some((6, 5000)), "{period}");
        }
    }

    #[test]
    fn images_shorter_than_a_sequence() {
        let index = Index::new(b"short", &[Grain { len: 6, tried: 4 }]);
        assert_eq!(index.longest(b"short", 0), None);
        assert_eq!(Index::new(b"", &[Grain { len: 6, tried: 4 }]).longest(b"", 0), None);
    }
}
