//! Finds what the images have in common.
//!
//! The way is that of bsdiff (Percival, "Naive differences of executable code", 2003): exact matches that explain more than
//! the last one would if it went on are anchors; each is extended both ways as long as more bytes agree than not.

use super::super::segments::Piece;
use super::super::slot::Slot;
use super::seeds::{Index, narrow, wide};
use alloc::vec::Vec;

/// A part of the new image that resembles one of the old image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) new: u32,
    pub(super) old: u32,
    pub(super) len: u32,
}

/// By how many bytes a place must explain more than the last match going on.
const BETTER: usize = 8;
/// If so many bytes are explained by the last match but for [`BETTER`] of them, nothing else is looked for in their first half.
const LONG: usize = 4096;

/// Where the images agree: places in the new and in the old one.
#[derive(Clone, Copy)]
struct Anchor {
    new: usize,
    old: usize,
}

/// Parts of `new`, in its order, that resemble parts of `old`.
pub(super) fn matches(seeds: &Index<'_>, old: &[u8], new: &[u8]) -> Vec<Match> {
    let mut found = Vec::new();
    let mut start = Anchor { new: 0, old: 0 };
    let mut from = start;
    loop {
        let next = next_anchor(seeds, old, new, from, start);
        let end = next.map_or(new.len(), |next| next.new);
        let (there, here) =
            (old.get(start.old..).unwrap_or_default(), new.get(start.new..end).unwrap_or_default());
        let mut len = extent(there.iter().zip(here));
        let mut back = 0;
        if let Some(next) = next {
            let there = old.get(..next.old).unwrap_or_default().iter().rev();
            // Not far past the last anchor, which explained what is before it better than any other place.
            back = extent(there.zip(here.iter().rev()).take(end - from.new + LONG));
            let between = end - start.new;
            if len + back > between {
                // Both would have these bytes: the first ones go to the first, up to where that is best.
                let overlap = len + back - between;
                let first = Anchor { new: start.new + len - overlap, old: start.old + len - overlap };
                let second = next.old - back;
                let split = divide(new, old, first, second, overlap);
                back -= split;
                len -= overlap - split;
            }
        }
        if len > 0 {
            found.push(Match { new: narrow(start.new), old: narrow(start.old), len: narrow(len) });
        }
        let Some(next) = next else { return found };
        start = Anchor { new: next.new - back, old: next.old - back };
        from = next;
    }
}

/// How far pairs of bytes agree more often than not.
fn extent<'a>(pairs: impl Iterator<Item = (&'a u8, &'a u8)>) -> usize {
    let (mut score, mut best, mut len) = (0isize, 0, 0);
    for (at, (a, b)) in pairs.enumerate() {
        score += if a == b { 1 } else { -1 };
        if score > best {
            (best, len) = (score, at + 1);
        }
    }
    len
}

/// How many of `overlap` bytes the first of two matches explains better.
fn divide(new: &[u8], old: &[u8], first: Anchor, second: usize, overlap: usize) -> usize {
    let (mut score, mut best, mut split) = (0isize, 0, 0);
    for at in 0..overlap {
        let byte = new.get(first.new + at);
        score += isize::from(byte == old.get(first.old + at)) - isize::from(byte == old.get(second + at));
        if score > best {
            (best, split) = (score, at + 1);
        }
    }
    split
}

/// The next place after the anchor `from` where another part of the old image explains more than the match from `last` does.
fn next_anchor(seeds: &Index<'_>, old: &[u8], new: &[u8], from: Anchor, last: Anchor) -> Option<Anchor> {
    let same = |at: usize| {
        let there = (at + last.old).checked_sub(last.new).and_then(|there| old.get(there));
        there.is_some() && there == new.get(at)
    };
    // The match that is here already is the first to be passed.
    let mut at = from.new;
    let (mut agreed, mut counted) = (0usize, at);
    loop {
        let rest = new.get(at..).filter(|rest| !rest.is_empty())?;
        let hint = (at + last.old).saturating_sub(last.new);
        let (place, len) = seeds.longest(rest, hint).unwrap_or((0, 0));
        while counted < at + len {
            agreed += usize::from(same(counted));
            counted += 1;
        }
        if len > agreed + BETTER {
            return Some(Anchor { new: at, old: place });
        }
        let step = if len > 0 && len == agreed {
            len
        } else if len > LONG {
            len / 2
        } else {
            1
        };
        for passed in at..(at + step).min(counted) {
            agreed -= usize::from(same(passed));
        }
        at += step;
        counted = counted.max(at);
    }
}

/// A piece has no more bytes of its own.
const LITERAL_MAX: u32 = 0xffff;

/// A part of a match that is left of one that would read what is overwritten by then must be so long to be kept.
const LEFT_MIN: u32 = 16;

/// `matches` as far as they may be in a delta that is applied in its `slot`: of those that lag behind, what lies in one page and far
/// enough into it.
pub(super) fn allowed(matches: &[Match], slot: Option<Slot>, old_len: usize) -> Vec<Match> {
    let Some(slot) = slot else { return matches.to_vec() };
    let page = slot.page();
    let old_at = slot.old_at(narrow(old_len));
    let mut kept = Vec::new();
    for found in matches {
        if slot.allows(narrow(old_len), found.old, found.new, found.len) {
            kept.push(*found);
            continue;
        }
        let end = found.new + found.len;
        let mut new = found.new;
        while new < end {
            let page_start = new - new % page;
            let part_end = end.min(page_start + page);
            let old = found.old + (new - found.new);
            // Four bytes before a place are read with it.
            let skipped = (page_start + 4).saturating_sub(old_at + old);
            if new + skipped + LEFT_MIN <= part_end {
                kept.push(Match { new: new + skipped, old: old + skipped, len: part_end - new - skipped });
            }
            new = part_end;
        }
    }
    kept
}

/// The pieces that make up `new_len` bytes over `old_len` by `matches` of at least `shortest` bytes; the longest ones if there
/// may be no more than `most` pieces.
pub(super) fn pieces(
    matches: &[Match],
    (old_len, new_len): (usize, usize),
    shortest: usize,
    most: usize,
) -> Vec<Piece> {
    let mut kept: Vec<Match> = Vec::new();
    for found in matches.iter().filter(|found| wide(found.len) >= shortest) {
        match kept.last_mut() {
            Some(last) if last.new + last.len == found.new && last.old + last.len == found.old => {
                last.len += found.len
            }
            _ => kept.push(*found),
        }
    }
    // Literals alone could take more than half of the pieces.
    let covers = new_len / wide(LITERAL_MAX) > most / 2;
    loop {
        let pieces = lay(&kept, narrow(new_len), narrow(if covers { old_len } else { 0 }));
        if pieces.len() <= most || kept.is_empty() {
            return pieces;
        }
        // Drop the shortest ones, at least one.
        let mut lens: Vec<u32> = kept.iter().map(|found| found.len).collect();
        lens.sort_unstable();
        let limit = lens.get(pieces.len() - most - 1).copied().unwrap_or(u32::MAX);
        kept.retain(|found| found.len > limit);
    }
}

/// The pieces for these matches. Of the first `cover` bytes of the old image, whatever they are, copies may be made for what
/// would be more literals than one piece can have: bytes that differ cost little more than literals.
fn lay(matches: &[Match], new_len: u32, cover: u32) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let (mut at, mut at_old) = (0, 0u32);
    let last = Match { new: new_len, old: 0, len: 0 };
    for found in matches.iter().chain([&last]) {
        let mut literal = found.new - at;
        while literal > LITERAL_MAX {
            let len = cover.min(literal - LITERAL_MAX);
            // As the last copy would go on, if there is something.
            let old = at_old.saturating_add(LITERAL_MAX).min(cover - len);
            pieces.push(Piece { literal: u16::MAX, len, old });
            literal -= LITERAL_MAX + len;
            at_old = old + len;
        }
        if literal > 0 || found.len > 0 {
            let literal = u16::try_from(literal).unwrap_or(u16::MAX);
            pieces.push(Piece { literal, len: found.len, old: found.old });
        }
        (at, at_old) = (found.new + found.len, found.old + found.len);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::super::seeds::Grain;
    use super::*;

    /// Bytes in which no eight come twice.
    fn noise(len: u32, seed: u32) -> Vec<u8> {
        let number = |at: u32| u64::from(at ^ seed << 24).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..len).map(|at| (number(at) ^ number(at) >> 31).to_be_bytes()[1]).collect()
    }

    fn found(old: &[u8], new: &[u8]) -> Vec<(u32, u32, u32)> {
        let index = Index::new(old, &[Grain { len: 8, tried: 8 }]);
        matches(&index, old, new).iter().map(|found| (found.new, found.old, found.len)).collect()
    }

    #[test]
    fn parts_that_changed_places() {
        let (a, b, c) = (noise(500, 1), noise(700, 2), noise(300, 3));
        let (old, new) = ([&*a, &*b, &*c].concat(), [&*b, &*a, &*c].concat());
        assert_eq!(found(&old, &new), [(0, 500, 700), (700, 0, 500), (1200, 1200, 300)]);
    }

    #[test]
    fn a_match_goes_on_past_single_bytes_that_differ() {
        let old = noise(1000, 1);
        let mut new = old.clone();
        for at in (50..1000).step_by(100) {
            new[at] ^= 1;
        }
        assert_eq!(found(&old, &new), [(0, 0, 1000)]);
    }

    #[test]
    fn nothing_in_common() {
        assert_eq!(found(b"", b""), []);
        assert_eq!(found(b"old", b""), []);
        assert_eq!(found(b"", b"new"), []);
    }

    #[test]
    fn pieces_make_up_the_new_image() {
        let matches = [
            Match { new: 10, old: 500, len: 20 },
            Match { new: 30, old: 0, len: 9 },
            Match { new: 200_000, old: 100, len: 300 },
        ];
        for (shortest, most) in [(1, 100), (10, 100), (1, 5), (1, 4), (1, 1), (301, 1)] {
            for old_len in [0, 600, 300_000] {
                let pieces = pieces(&matches, (old_len, 210_000), shortest, most);
                let lens = pieces.iter().map(|piece| u32::from(piece.literal) + piece.len);
                assert_eq!(lens.sum::<u32>(), 210_000, "{shortest} {most} {old_len}");
                let inside = |piece: &Piece| old_len == 0 || wide(piece.old + piece.len) <= old_len;
                assert!(pieces.iter().all(inside), "{shortest} {most} {old_len}");
                // With an old image as large there is always something to copy.
                assert!(old_len < 300_000 || pieces.len() <= most, "{shortest} {most}: {}", pieces.len());
            }
        }
    }
}
