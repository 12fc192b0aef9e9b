//! Fills the gaps that the first matching leaves: shorter matches that lie elsewhere, as new code has them.

use super::matching::Match;
use super::seeds::{Index, narrow, wide};
use alloc::vec::Vec;

/// A match must be so long to be worth a segment in the middle of other bytes.
const WORTH: usize = 9;

/// `matches`, which are in the order of `new`, and between them what else is found in the old image.
pub(super) fn fill(matches: &[Match], seeds: &Index<'_>, new: &[u8]) -> Vec<Match> {
    let mut filled: Vec<Match> = Vec::new();
    let mut at = 0;
    let end = Match { new: narrow(new.len()), old: 0, len: 0 };
    for found in matches.iter().chain([&end]) {
        while at + WORTH <= wide(found.new) {
            let gap = new.get(at..wide(found.new)).unwrap_or_default();
            let hint = filled.last().map_or(at, |last| (wide(last.old) + at).saturating_sub(wide(last.new)));
            match seeds.longest(gap, hint) {
                Some((place, len)) if len >= WORTH => {
                    filled.push(Match { new: narrow(at), old: narrow(place), len: narrow(len) });
                    at += len;
                }
                _ => at += 1,
            }
        }
        if found.len > 0 {
            filled.push(*found);
        }
        at = wide(found.new) + wide(found.len);
    }
    filled
}
