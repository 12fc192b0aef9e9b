//! Makes deltas (feature `std`): tries what could be predicted and how images match, keeps the smallest.

mod address;
mod encode;
mod explain;
mod gaps;
mod matching;
mod normalise;

use super::header::{CHECK_LEN, Header, IMAGE_SIZE_END, Instructions, Region};
use super::layout::Layout;
use super::segments::SEGMENT_LEN;
use alloc::vec::Vec;
use core::fmt;
pub use explain::{Account, explain};
use matching::Match;

/// How much memory a device lends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// 4 KiB.
    S,
    /// 16 KiB.
    M,
    /// 32 KiB.
    L,
}

/// Bytes of stack that a decoder needs beside the lent memory, its own state included: measured on a Cortex-M3, see
/// `docs/delta-benchmark.md`.
pub const DECODER_STATE: u32 = 1536;

/// Where data is looked for if nobody says where it lies: the RAM of Cortex-M, up to 1 MiB.
pub const DATA: Region = Region { start: 0x2000_0000, log2_len: 20 };

impl Profile {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::S, Self::M, Self::L];

    /// Bytes of memory in all, the decoder's own state included.
    #[must_use]
    pub const fn memory(self) -> u32 {
        match self {
            Self::S => 4 << 10,
            Self::M => 16 << 10,
            Self::L => 32 << 10,
        }
    }

    /// One letter.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::S => "S",
            Self::M => "M",
            Self::L => "L",
        }
    }
}

/// What a delta is made for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Bytes of memory in all that a device has for it, as [`Profile::memory`].
    pub memory: u32,
    /// The instruction set, if it is known; else each is tried.
    pub instructions: Option<Instructions>,
    /// The address of the images' first byte, if it is known; else it is guessed.
    pub image_address: Option<u32>,
    /// Where data lies, if it is known; else [`DATA`] is tried.
    pub data: Option<Region>,
    /// The first bytes of the old image's SHA-256.
    pub old_check: [u8; CHECK_LEN],
    /// The first bytes of the new image's SHA-256.
    pub new_check: [u8; CHECK_LEN],
}

impl Default for Options {
    fn default() -> Self {
        Self {
            memory: Profile::M.memory(),
            instructions: None,
            image_address: None,
            data: None,
            old_check: [0; CHECK_LEN],
            new_check: [0; CHECK_LEN],
        }
    }
}

/// Why no delta could be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// An image has 16 MiB or more: its size.
    TooLarge(usize),
    /// No delta needs so little memory; the least that one needs, in all.
    Memory {
        /// Bytes that are needed.
        needed: u32,
    },
    /// A fault of this crate: the decoder doesn't take what was made.
    Bug(super::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(size) => {
                write!(f, "an image of {size} bytes is too large: a delta's images have less than 16 MiB")
            }
            Self::Memory { needed } => write!(f, "a delta needs at least {needed} bytes of memory"),
            Self::Bug(error) => write!(f, "the delta that was made can't be applied: {error}"),
        }
    }
}

impl core::error::Error for Error {}

/// A delta, and what it is.
#[derive(Clone, Debug)]
pub struct Made {
    /// Header and coded bytes.
    pub payload: Vec<u8>,
    /// The header.
    pub header: Header,
}

/// Limits on how short a match may be, in bytes: a segment costs five or so.
const SHORTEST: [usize; 3] = [8, 16, 32];

/// Which part of the memory that segments and nodes share may be segments, in twentieths.
const SHARES: [usize; 4] = [18, 14, 9, 4];

/// The images, and what is asked for.
struct Job<'a> {
    old: &'a [u8],
    new: &'a [u8],
    options: &'a Options,
}

/// How far the making of a delta has come. Steps take unequal time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps that are done.
    pub done: usize,
    /// Steps that there are at most.
    pub of: usize,
    /// Bytes of the smallest delta so far.
    pub smallest: Option<usize>,
}

/// A smallest delta that makes `new` out of `old`, of those that were tried.
///
/// # Errors
/// If an image is too large or the memory too small.
pub fn make(old: &[u8], new: &[u8], options: &Options) -> Result<Made, Error> {
    make_and_tell(old, new, options, &mut |_| ())
}

/// The same, and tells how far it has come.
///
/// # Errors
/// As [`make`].
pub fn make_and_tell(
    old: &[u8],
    new: &[u8],
    options: &Options,
    tell: &mut dyn FnMut(Progress),
) -> Result<Made, Error> {
    for image in [old, new] {
        if u32::try_from(image.len()).is_ok_and(|len| len < IMAGE_SIZE_END) {
            continue;
        }
        return Err(Error::TooLarge(image.len()));
    }
    let job = Job { old, new, options };
    let known = [Instructions::None, Instructions::Thumb, Instructions::RiscV, Instructions::AArch64];
    let all = options.instructions.map_or_else(|| known.to_vec(), |one| alloc::vec![one]);
    // Matching and candidates: of the images as they are, for each instruction set, and at the end.
    let of = 2 + 2 * all.len() + 4;
    let mut done = 0;
    let mut step = |best: &Option<Made>| {
        done += 1;
        tell(Progress { done, of, smallest: best.as_ref().map(|best| best.payload.len()) });
    };
    let mut best: Option<Made> = None;
    // Not even pointers into data that somebody named: these may not pay.
    let plain = Header { data: None, ..job.header(Instructions::None, None) };
    let raw = matching::matches(old, new);
    step(&best);
    job.candidates(&raw, &plain, &SHORTEST, &mut best)?;
    step(&best);
    // One candidate each tells whose instructions they are; only those are worth the others.
    let mut chosen = None;
    for instructions in all {
        let header = job.header(instructions, None);
        let address = options.image_address.or_else(|| address::guess(old, new, &header));
        let header = job.header(instructions, address);
        let moved = {
            let (old, new) = (normalise::normalise(old, &header), normalise::normalise(new, &header));
            matching::matches(&old, &new)
        };
        step(&best);
        let before = best.as_ref().map_or(usize::MAX, |best| best.payload.len());
        job.candidates(&moved, &header, &SHORTEST[1..2], &mut best)?;
        step(&best);
        if best.as_ref().map_or(usize::MAX, |best| best.payload.len()) < before {
            chosen = Some((header, moved));
        }
    }
    if let Some((header, moved)) = chosen {
        job.candidates(&moved, &header, &SHORTEST, &mut best)?;
        step(&best);
        job.candidates(&raw, &header, &SHORTEST, &mut best)?;
        step(&best);
        let filled = gaps::fill(&moved, old, new);
        job.candidates(&filled, &header, &SHORTEST[..2], &mut best)?;
        step(&best);
    }
    let filled = gaps::fill(&raw, old, new);
    job.candidates(&filled, &plain, &SHORTEST[..2], &mut best)?;
    step(&best);
    best.ok_or(Error::Memory { needed: job.least() })
}

impl Job<'_> {
    fn header(&self, instructions: Instructions, image_address: Option<u32>) -> Header {
        Header {
            instructions,
            image_address,
            data: self.options.data.or(image_address.map(|_| DATA)),
            old_size: u32::try_from(self.old.len()).unwrap_or(u32::MAX),
            new_size: u32::try_from(self.new.len()).unwrap_or(u32::MAX),
            old_check: self.options.old_check,
            new_check: self.options.new_check,
            layout: Layout { nodes: 1, learned: 1, segments: 0, one_map: true },
        }
    }

    fn least(&self) -> u32 {
        Layout { nodes: 1, learned: 1, segments: 1, one_map: true }.memory() + DECODER_STATE
    }

    /// Segments that fit if there are no nodes.
    fn room_for_segments(&self) -> usize {
        let fixed = self.smallest(0).memory() + DECODER_STATE;
        usize::try_from(self.options.memory.saturating_sub(fixed)).unwrap_or(usize::MAX) / SEGMENT_LEN
    }

    /// The layout of least nodes.
    const fn smallest(&self, segments: u16) -> Layout {
        // Below this every byte counts: one map must do, and few learned targets.
        let large = self.options.memory >= 9 << 10;
        Layout { nodes: 1, learned: if large { 8 } else { 1 }, segments, one_map: !large }
    }

    /// The layout for so many segments that uses the memory best; `None` if they don't fit.
    fn layout(&self, segments: usize) -> Option<Layout> {
        let segments = u16::try_from(segments).ok()?;
        let room = self.options.memory.checked_sub(DECODER_STATE)?;
        let least = self.smallest(segments);
        let left = room.checked_sub(least.memory())? / 256;
        let nodes = u8::try_from(left.min(254)).ok()? + 1;
        Some(Layout { nodes, ..least })
    }

    /// Tries matches with several limits on how short they may be.
    fn candidates(
        &self,
        matches: &[Match],
        header: &Header,
        shortest: &[usize],
        best: &mut Option<Made>,
    ) -> Result<(), Error> {
        let room = self.room_for_segments();
        let mut tried = Vec::new();
        for (shortest, most) in
            shortest.iter().flat_map(|shortest| SHARES.map(|share| (*shortest, room * share / 20)))
        {
            let pieces = matching::pieces(matches, self.new.len(), shortest, most);
            if tried.contains(&pieces.len()) {
                continue;
            }
            tried.push(pieces.len());
            let Some(layout) = self.layout(pieces.len()) else { continue };
            let header = Header { layout, ..*header };
            let at_most = best.as_ref().map_or(usize::MAX, |best| best.payload.len());
            let made = encode::encode(self.old, self.new, &header, &pieces, at_most).map_err(Error::Bug)?;
            if let Some(payload) = made.filter(|payload| payload.len() < at_most) {
                *best = Some(Made { payload, header });
            }
        }
        Ok(())
    }
}
