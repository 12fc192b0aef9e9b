//! Finds what the images have in common.

use super::super::segments::Piece;
use alloc::vec::Vec;

/// A part of the new image that resembles one of the old image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) new: usize,
    pub(super) old: usize,
    pub(super) len: usize,
}

/// Parts of `new`, in its order, that resemble parts of `old`: what the `bsdiff` crate finds.
pub(super) fn matches(old: &[u8], new: &[u8]) -> Vec<Match> {
    let mut patch = Vec::new();
    if bsdiff::diff(old, new, &mut patch).is_err() {
        // Writing to memory doesn't fail; without matches the delta is only larger.
        return Vec::new();
    }
    let number = |bytes: &[u8; 8]| {
        let number = u64::from_le_bytes(*bytes);
        let size = i64::try_from(number & (u64::MAX >> 1)).unwrap_or(0);
        if number >> 63 == 0 { size } else { -size }
    };
    // Each control block: bytes to add, bytes to insert, how far to go on in the old image.
    let (mut found, mut rest) = (Vec::new(), &*patch);
    let (mut at_old, mut at_new) = (0i64, 0usize);
    while let Some((control, after)) = rest.split_first_chunk::<24>() {
        let (fields, _) = control.as_chunks::<8>();
        let [add, insert, seek] = [0, 1, 2].map(|n| fields.get(n).map_or(0, number));
        let (add_len, insert_len) = (usize::try_from(add).unwrap_or(0), usize::try_from(insert).unwrap_or(0));
        if let (1.., Ok(old)) = (add_len, usize::try_from(at_old)) {
            found.push(Match { new: at_new, old, len: add_len });
        }
        at_new += add_len + insert_len;
        at_old += add + seek;
        rest = after.get(add_len + insert_len..).unwrap_or_default();
    }
    found
}

/// The pieces that make up `new_len` bytes by `matches` of at least `shortest` bytes; the longest ones if there may be no
/// more than `most` pieces.
pub(super) fn pieces(matches: &[Match], new_len: usize, shortest: usize, most: usize) -> Vec<Piece> {
    let mut kept: Vec<Match> = Vec::new();
    for found in matches.iter().filter(|found| found.len >= shortest) {
        match kept.last_mut() {
            Some(last) if last.new + last.len == found.new && last.old + last.len == found.old => {
                last.len += found.len
            }
            _ => kept.push(*found),
        }
    }
    loop {
        let pieces = lay(&kept, new_len);
        if pieces.len() <= most || kept.is_empty() {
            return pieces;
        }
        // Drop the shortest ones, at least one.
        let mut lens: Vec<usize> = kept.iter().map(|found| found.len).collect();
        lens.sort_unstable();
        let limit = lens.get(pieces.len() - most - 1).copied().unwrap_or(usize::MAX);
        kept.retain(|found| found.len > limit);
    }
}

fn lay(matches: &[Match], new_len: usize) -> Vec<Piece> {
    const LITERAL_MAX: usize = 0xffff;
    let mut pieces = Vec::new();
    let mut at = 0;
    let narrow = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    let last = Match { new: new_len, old: 0, len: 0 };
    for found in matches.iter().chain([&last]) {
        let mut literal = found.new - at;
        while literal > LITERAL_MAX {
            pieces.push(Piece { literal: u16::MAX, len: 0, old: 0 });
            literal -= LITERAL_MAX;
        }
        if literal > 0 || found.len > 0 {
            let literal = u16::try_from(literal).unwrap_or(u16::MAX);
            pieces.push(Piece { literal, len: narrow(found.len), old: narrow(found.old) });
        }
        at = found.new + found.len;
    }
    pieces
}
