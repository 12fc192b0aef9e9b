//! Makes deltas (feature `std`): tries what could be predicted and how images match, keeps the smallest.

mod address;
mod encode;
mod explain;
mod gaps;
mod matching;
mod normalise;
mod parallel;
mod race;
mod seeds;

use super::header::{CHECK_LEN, Header, IMAGE_SIZE_END, Instructions, Region};
use super::layout::{Layout, SEGMENT_LEN};
use super::slot::Slot;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZero;
pub use explain::{Account, explain};
use matching::Match;
use race::{Candidate, Winner};
use seeds::{Grain, Index};

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
    /// How many candidates are tried at once, if not as many as there are cores. The delta doesn't depend on it.
    pub jobs: Option<NonZero<usize>>,
    /// The slot, if the delta is to be applied in place.
    pub slot: Option<Slot>,
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
            jobs: None,
            slot: None,
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
    /// The slot's numbers are out of their ranges, or an image doesn't fit.
    Slot(Slot),
    /// A fault of this crate: the decoder doesn't take what was made.
    Bug(super::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(size) => {
                write!(f, "an image of {size} bytes is too large: a delta's images have less than 16 MiB")
            }
            Self::Slot(slot) => write!(
                f,
                "the images don't fit a slot of {} bytes in pages of {}, or this is none: whole pages of 32 bytes to 1 MiB, at most 16 MiB",
                slot.size,
                slot.page()
            ),
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
const SHARES: [usize; 5] = [20, 18, 14, 9, 4];

/// How images are indexed to find what they have in common.
const GRAINS: [Grain; 3] =
    [Grain { len: 32, tried: 64 }, Grain { len: 16, tried: 64 }, Grain { len: 8, tried: 64 }];

/// How the old image is indexed for what fills gaps.
const GAPS: [Grain; 1] = [Grain { len: 6, tried: 32 }];

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
    let size = |image: &[u8]| u32::try_from(image.len()).unwrap_or(u32::MAX);
    if let Some(slot) = options.slot.filter(|slot| !slot.is_sound(size(old), size(new))) {
        return Err(Error::Slot(slot));
    }
    let job = Job { old, new, options };
    let jobs = options.jobs.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let known = [
        Instructions::None,
        Instructions::Thumb,
        Instructions::RiscV,
        Instructions::AArch64,
        Instructions::Xtensa,
    ];
    let all = options.instructions.map_or_else(|| known.to_vec(), |one| alloc::vec![one]);
    // Matching of the images as they are and for each instruction set, a race, gaps of two filled, another race, the end.
    let of = 1 + all.len() + race::STEPS + 2 + race::STEPS + 1;
    let mut done = 0;
    let mut step = |best: Option<&Winner>| {
        done += 1;
        tell(Progress { done, of, smallest: best.map(|best| best.made.payload.len()) });
    };

    let views = core::iter::once(None).chain(all.into_iter().map(Some)).collect();
    // Of large images each matching takes several times their size.
    let at_once = if seeds::is_large(old.len().max(new.len())) { 1 } else { jobs };
    let found = parallel::each(at_once, views, |view| job.find(view), |_| step(None));
    let Some((raw, moved)) = found.split_first() else { return Err(Error::Memory { needed: job.least() }) };
    let marks = race::marks((old, new), &raw.matches);
    // One limit on how short a match may be tells whose instructions they are; only those are worth the others.
    let mut candidates = Vec::new();
    for view in &found {
        candidates.extend(job.candidates(&view.matches, &view.header, &SHORTEST[1..2]));
    }
    let race = |candidates: Vec<Candidate>, best: Option<&Winner>, step: &mut dyn FnMut()| {
        race::race((old, new), &without_doubles(candidates), &marks, best, jobs, step).map_err(Error::Bug)
    };
    let first = race(candidates, None, &mut || step(None))?;
    let Some(first) = first else { return Err(Error::Memory { needed: job.least() }) };

    // Who ties with the images as they are stands behind them.
    let layout = first.candidate.header.layout;
    let chosen = moved.iter().find(|view| {
        let header = Header { layout, ..view.header };
        header == first.candidate.header && header != Header { layout, ..raw.header }
    });
    let seeds = Index::new(old, &GAPS);
    let lists = chosen.into_iter().chain([raw]).collect();
    let filled = parallel::each(
        jobs,
        lists,
        |view: &View| gaps::fill(&view.matches, &seeds, new),
        |_| step(Some(&first)),
    );
    let mut candidates = job.candidates(&raw.matches, &raw.header, &SHORTEST);
    if let Some(view) = chosen {
        candidates.extend(job.candidates(&view.matches, &view.header, &SHORTEST));
        candidates.extend(job.candidates(&raw.matches, &view.header, &SHORTEST));
    }
    for (view, filled) in chosen.into_iter().chain([raw]).zip(&filled) {
        candidates.extend(job.candidates(filled, &view.header, &SHORTEST[..2]));
    }
    candidates.retain(|candidate| *candidate != first.candidate);
    let second = race(candidates, Some(&first), &mut || step(Some(&first)))?;
    let best = second.unwrap_or(first);
    tell(Progress { done: of, of, smallest: Some(best.made.payload.len()) });
    Ok(best.made)
}

/// A way to look at the images, and what they have in common then.
struct View {
    header: Header,
    matches: Vec<Match>,
}

/// The first of those that are the same.
fn without_doubles(candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut kept: Vec<Candidate> = Vec::new();
    for candidate in candidates {
        if !kept.contains(&candidate) {
            kept.push(candidate);
        }
    }
    kept
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
            slot: self.options.slot,
            layout: Layout { nodes: 1, learned: 1, segments: 0, one_map: true },
        }
    }

    /// What the images have in common as they are (`None`), or with the references of an instruction set blotted out.
    fn find(&self, instructions: Option<Instructions>) -> View {
        let Some(instructions) = instructions else {
            // Not even pointers into data that somebody named: these may not pay.
            let header = Header { data: None, ..self.header(Instructions::None, None) };
            return View {
                header,
                matches: matching::matches(&Index::new(self.old, &GRAINS), self.old, self.new),
            };
        };
        let header = self.header(instructions, None);
        let address = self.options.image_address.or_else(|| address::guess(self.old, self.new, &header));
        let header = self.header(instructions, address);
        let (old, new) = (normalise::normalise(self.old, &header), normalise::normalise(self.new, &header));
        View { header, matches: matching::matches(&Index::new(&old, &GRAINS), &old, &new) }
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

    /// Matches with several limits on how short they may be and on how many.
    fn candidates(&self, matches: &[Match], header: &Header, shortest: &[usize]) -> Vec<Candidate> {
        let room = self.room_for_segments();
        let matches = &matching::allowed(matches, self.options.slot, self.old.len());
        // Where a copy of what differs would do no harm; over the old image itself it might come too late.
        let covered = if self.options.slot.is_some() { 0 } else { self.old.len() };
        let limits = shortest.iter().flat_map(|shortest| SHARES.map(|share| (*shortest, room * share / 20)));
        let candidate = |(shortest, most)| {
            let pieces = matching::pieces(matches, (covered, self.new.len()), shortest, most);
            let layout = self.layout(pieces.len())?;
            Some(Candidate { header: Header { layout, ..*header }, pieces })
        };
        limits.filter_map(candidate).collect()
    }
}
