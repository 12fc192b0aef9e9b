//! How a decoder divides the memory that it is lent.

use super::learned::LEARNED_LEN;
use super::model::{MAP_LEN, MAPS_MANY, MAPS_ONE, WEIGHTS_LEN};
use super::segments::SEGMENT_LEN;

/// Bytes of one unit of nodes.
const NODES_UNIT: u32 = 256;
/// Places of one unit of learned targets.
const LEARNED_UNIT: u32 = 8;

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

/// The parts of the lent memory.
#[derive(Debug)]
pub(crate) struct Parts<'m> {
    pub(crate) segments: &'m mut [u8],
    pub(crate) targets: &'m mut [u8],
    pub(crate) data: &'m mut [u8],
    pub(crate) maps: &'m mut [u8],
    pub(crate) weights: &'m mut [u8],
    pub(crate) nodes: &'m mut [u8],
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
        widen(count).saturating_mul(widen(MAP_LEN))
    }

    const fn learned_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let units = self.learned as u32;
        units.saturating_mul(LEARNED_UNIT).saturating_mul(widen(LEARNED_LEN))
    }

    const fn segment_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let count = self.segments as u32;
        count.saturating_mul(widen(SEGMENT_LEN))
    }

    const fn node_bytes(self) -> u32 {
        #[expect(clippy::as_conversions, reason = "`From` is not const; this widens")]
        let units = self.nodes as u32;
        units.saturating_mul(NODES_UNIT)
    }

    /// Bytes of each part.
    pub(crate) const fn memory_parts(self) -> MemoryParts {
        MemoryParts {
            segments: self.segment_bytes(),
            learned: self.learned_bytes().saturating_mul(2),
            maps: self.maps().saturating_add(widen(WEIGHTS_LEN)),
            nodes: self.node_bytes(),
        }
    }

    /// Bytes in all; far below 2^32.
    pub(crate) const fn memory(self) -> u32 {
        let MemoryParts { segments, learned, maps, nodes } = self.memory_parts();
        segments.saturating_add(learned).saturating_add(maps).saturating_add(nodes)
    }

    /// Divides `memory`; `None` if it is too small.
    pub(crate) fn divide(self, memory: &mut [u8]) -> Option<Parts<'_>> {
        let mut rest = memory;
        let mut take = |len: u32| {
            let (part, after) =
                core::mem::take(&mut rest).split_at_mut_checked(usize::try_from(len).ok()?)?;
            rest = after;
            Some(part)
        };
        Some(Parts {
            segments: take(self.segment_bytes())?,
            targets: take(self.learned_bytes())?,
            data: take(self.learned_bytes())?,
            maps: take(self.maps())?,
            weights: take(widen(WEIGHTS_LEN))?,
            nodes: take(self.node_bytes())?,
        })
    }
}
