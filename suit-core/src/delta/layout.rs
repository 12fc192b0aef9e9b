//! How a decoder divides the memory that it is lent.

use super::model::{MAP_LEN, MAPS_MANY, MAPS_ONE, WEIGHTS_LEN};
use super::tables::HISTORIES;

/// Two bytes of the memory, little endian.
pub(crate) type Word = [u8; 2];
/// A segment.
pub(crate) type Entry = [u8; 8];
/// A place of a learned target: an old and a new address.
pub(crate) type Place = [u8; 8];

/// Bytes of one unit of nodes.
const NODES_UNIT: u32 = 256;
/// Places of one unit of learned targets.
const LEARNED_UNIT: u32 = 8;

/// Bytes of one segment: its entry, and its place in the order of old starts.
pub(crate) const SEGMENT_LEN: usize = size_of::<Entry>() + size_of::<Word>();

/// What the header says of the memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Units of [`NODES_UNIT`] bytes; not 0.
    pub(crate) nodes: u8,
    /// Units of [`LEARNED_UNIT`] places for each kind of target; not 0.
    pub(crate) learned: u8,
    /// Segments, exactly.
    pub(crate) segments: u16,
    /// One state map for all contexts of a decision instead of one each.
    pub(crate) one_map: bool,
}

/// What the memory lent to a decoder is for, in bytes; see [`Header::memory_parts`](super::Header::memory_parts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryParts {
    /// The table of segments.
    pub segments: u32,
    /// Targets of calls and pointers that were seen.
    pub learned: u32,
    /// State maps and weights of the model.
    pub maps: u32,
    /// Nodes of the model.
    pub nodes: u32,
}

/// The lent memory, divided.
#[derive(Debug)]
pub(crate) struct Memory<'m> {
    /// Which part of the new image comes from where.
    pub(crate) segments: &'m mut [Entry],
    /// Numbers of segments, in the order of their old start.
    pub(crate) by_old: &'m mut [Word],
    /// Places of learned targets, in code and in data.
    pub(crate) targets: &'m mut [Place],
    pub(crate) data: &'m mut [Place],
    /// Weights, then state maps.
    pub(crate) words: &'m mut [Word],
    /// The model's nodes; before, the probabilities of segments' numbers.
    pub(crate) nodes: &'m mut [u8],
    /// Words from the state map of one context to that of the next: 0 if those of a decision share one.
    pub(crate) map_step: usize,
}

impl<'m> Memory<'m> {
    /// All of it as nodes.
    pub(crate) const fn undivided(memory: &'m mut [u8]) -> Self {
        Self {
            segments: &mut [],
            by_old: &mut [],
            targets: &mut [],
            data: &mut [],
            words: &mut [],
            nodes: memory,
            map_step: 0,
        }
    }

    /// All of it as bytes, part by part.
    #[cfg(feature = "delta-in-place")]
    pub(crate) fn bytes(&mut self) -> [&mut [u8]; 6] {
        [
            self.segments.as_flattened_mut(),
            self.by_old.as_flattened_mut(),
            self.targets.as_flattened_mut(),
            self.data.as_flattened_mut(),
            self.words.as_flattened_mut(),
            self.nodes,
        ]
    }
}

const fn widen(len: usize) -> u32 {
    #[expect(clippy::as_conversions, reason = "small constants of this module's neighbours")]
    {
        len as u32
    }
}

impl Layout {
    const fn maps(self) -> u32 {
        let count = if self.one_map { MAPS_ONE } else { MAPS_MANY };
        widen(count).wrapping_mul(widen(MAP_LEN))
    }

    const fn learned_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let units = self.learned as u32;
        units.wrapping_mul(LEARNED_UNIT).wrapping_mul(widen(size_of::<Place>()))
    }

    const fn segment_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let count = self.segments as u32;
        count.wrapping_mul(widen(SEGMENT_LEN))
    }

    const fn node_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let units = self.nodes as u32;
        units.wrapping_mul(NODES_UNIT)
    }

    /// Bytes of each part.
    pub(crate) const fn memory_parts(self) -> MemoryParts {
        MemoryParts {
            segments: self.segment_bytes(),
            learned: self.learned_bytes().wrapping_mul(2),
            maps: self.maps().wrapping_add(widen(WEIGHTS_LEN)),
            nodes: self.node_bytes(),
        }
    }

    /// Bytes in all; far below 2^32.
    pub(crate) const fn memory(self) -> u32 {
        let MemoryParts { segments, learned, maps, nodes } = self.memory_parts();
        segments.wrapping_add(learned).wrapping_add(maps).wrapping_add(nodes)
    }

    /// Divides `memory`; parts for which it is too small are empty.
    pub(crate) fn divide(self, memory: &mut [u8]) -> Memory<'_> {
        let mut rest = memory;
        let count = usize::from(self.segments);
        let learned = to_size(self.learned_bytes());
        let words = to_size(self.maps()).wrapping_add(WEIGHTS_LEN);
        Memory {
            segments: take(&mut rest, count << 3).as_chunks_mut().0,
            by_old: take(&mut rest, count << 1).as_chunks_mut().0,
            targets: take(&mut rest, learned).as_chunks_mut().0,
            data: take(&mut rest, learned).as_chunks_mut().0,
            words: take(&mut rest, words).as_chunks_mut().0,
            nodes: take(&mut rest, to_size(self.node_bytes())),
            map_step: if self.one_map { 0 } else { HISTORIES },
        }
    }
}

/// The first `len` bytes, which are taken out of `rest`.
#[inline(never)]
fn take<'m>(rest: &mut &'m mut [u8], len: usize) -> &'m mut [u8] {
    let (part, after) = core::mem::take(rest).split_at_mut_checked(len).unwrap_or_default();
    *rest = after;
    part
}

/// No layout has 2^32 bytes, and no machine of less than 32 bits is meant.
fn to_size(bytes: u32) -> usize {
    usize::try_from(bytes).unwrap_or(0)
}
