//! Fills the gaps that the first matching leaves: shorter matches that lie elsewhere, as new code has them.

use super::matching::Match;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// Bytes that the index goes by.
const SEED: usize = 6;
/// Places of the old image that are tried for one of the new.
const TRIED: usize = 32;
/// A match must be so long to be worth a segment in the middle of other bytes.
const WORTH: usize = 9;

/// Where each sequence of [`SEED`] bytes is in an image, the latest first.
struct Seeds<'a> {
    image: &'a [u8],
    latest: BTreeMap<[u8; SEED], u32>,
    before: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl<'a> Seeds<'a> {
    fn new(image: &'a [u8]) -> Self {
        let mut latest = BTreeMap::new();
        let before = (0u32..)
            .zip(image.windows(SEED))
            .map(|(at, seed)| {
                <[u8; SEED]>::try_from(seed).ok().and_then(|seed| latest.insert(seed, at)).unwrap_or(NONE)
            })
            .collect();
        Self { image, latest, before }
    }

    /// The longest match of the beginning of `bytes`: where, and how long.
    fn longest(&self, bytes: &[u8]) -> Option<(usize, usize)> {
        let seed = bytes.first_chunk::<SEED>()?;
        let mut place = self.latest.get(seed).copied().unwrap_or(NONE);
        let mut best: Option<(usize, usize)> = None;
        for _ in 0..TRIED {
            if place == NONE {
                break;
            }
            let Ok(at) = usize::try_from(place) else { break };
            let there = self.image.get(at..).unwrap_or_default();
            let len = there.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            if best.is_none_or(|(_, longest)| len > longest) {
                best = Some((at, len));
            }
            place = self.before.get(at).copied().unwrap_or(NONE);
        }
        best
    }
}

/// `matches`, which are in the order of `new`, and between them what else is found in `old`.
pub(super) fn fill(matches: &[Match], old: &[u8], new: &[u8]) -> Vec<Match> {
    let seeds = Seeds::new(old);
    let mut filled = Vec::new();
    let mut at = 0;
    let end = Match { new: new.len(), old: 0, len: 0 };
    for found in matches.iter().chain([&end]) {
        while at + WORTH <= found.new {
            let gap = new.get(at..found.new).unwrap_or_default();
            match seeds.longest(gap) {
                Some((place, len)) if len >= WORTH => {
                    filled.push(Match { new: at, old: place, len });
                    at += len;
                }
                _ => at += 1,
            }
        }
        if found.len > 0 {
            filled.push(*found);
        }
        at = found.new + found.len;
    }
    filled
}
