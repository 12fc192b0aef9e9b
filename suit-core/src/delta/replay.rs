//! Makes the new image out of the old one, unit by unit: what is expected, and whether it comes so. Encoder and decoder run
//! this same code; only the two ends of the coder differ.

use super::Images;
use super::header::{Header, Instructions};
use super::layout::Memory;
use super::learned::Learned;
use super::model::{BROKEN, CONTEXTS_MAX, DIFFERS, Decision, KEPT, LITERAL, MISSED, SURPRISE, hash};
use super::old::Window;
use super::predict::{Kind, Reference};
use super::range::Side;
use super::segments::{COPY_LEN, JUMP, LITERAL_LEN, Piece};

/// A run of expected bytes after which whole blocks are asked for.
const QUIET: u32 = 32;
/// A run after which the blocks are larger.
const VERY_QUIET: u32 = 1024;
const BLOCK: u32 = 32;
const BLOCK_LARGE: u32 = 256;

/// Up to four bytes of the new image, the first one in the lowest bits.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Unit {
    pub(crate) bytes: u32,
    pub(crate) len: u32,
}

/// What a copy says will come next.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Expected {
    /// The bytes in the old image.
    kept: u32,
    /// What they should become.
    bytes: u32,
    len: u32,
    reference: Option<Reference>,
    /// The reference's target was learned.
    learned: bool,
}

impl Expected {
    const NOTHING: Self = Self { kept: 0, bytes: 0, len: 0, reference: None, learned: false };
}

/// What a unit's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    /// Bytes of which nothing is known.
    Literal,
    /// Each may be as expected or not.
    Doubtful,
    /// As expected.
    Known,
}

/// How the coding went so far, for contexts.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
struct Past {
    /// The last bytes, the latest in the lowest bits, in the order in which they were coded.
    bytes: u32,
    /// For each of the last decisions whether something came otherwise; the latest in the lowest bit.
    differs: u32,
    broken: u32,
    /// Bytes that came as expected since the last that did not.
    run: u32,
    /// As `differs`, for each kind of reference.
    missed: [u8; 4],
    kept: [u8; 4],
    /// By how much the last surprises of their place differed.
    apart: [u8; 8],
}

/// Appends `bit` to the bits of `kind`.
fn shift_in(list: &mut [u8; 4], kind: u32, bit: bool) {
    if let Some(bits) = usize::try_from(kind & 3).ok().and_then(|kind| list.get_mut(kind)) {
        *bits = *bits << 1 | u8::from(bit);
    }
}

fn bits_of(list: [u8; 4], kind: u32) -> u32 {
    u32::from_le_bytes(list) >> ((kind & 3) << 3) & 0xff
}

/// The byte at place `k` of four.
const fn byte_at(bytes: u32, k: u32) -> u32 {
    bytes >> ((k & 3) << 3) & 0xff
}

/// Whether the first `len` of four bytes are the same; `len` is 1 to 4.
const fn same(a: u32, b: u32, len: u32) -> bool {
    (a ^ b) << (32u32.wrapping_sub(len << 3) & 31) == 0
}

/// The same for a number that is a size here.
#[cfg(feature = "delta-in-place")]
pub(crate) fn visit_size(size: &mut usize, visit: &mut impl FnMut(&mut u32)) {
    let mut number = u32::try_from(*size).unwrap_or(u32::MAX);
    visit(&mut number);
    *size = usize::try_from(number).unwrap_or(usize::MAX);
}

/// The state between units, segments first.
// What is used most stands first, where instructions with short offsets reach it.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Replay<'m, S> {
    past: Past,
    expected: Expected,
    /// What the last step made.
    pub(crate) unit: Unit,
    /// The segment, where its copy begins in both images, and where it ends in the new one. While segments are read, `copy_old`
    /// is where the last copy ended in the old image.
    pub(crate) number: u32,
    copy: u32,
    copy_old: u32,
    copy_end: u32,
    /// The next byte of the new image.
    pub(crate) at: u32,
    /// Bytes that are known to come as expected.
    quiet: u32,
    /// Bytes until the next block is asked for.
    noisy: u32,
    targets: Learned,
    data: Learned,
    pub(crate) header: Header,
    pub(crate) memory: Memory<'m>,
    pub(crate) side: S,
    pub(crate) window: Window,
}

impl<'m, S: Side> Replay<'m, S> {
    /// With all memory as nodes, until [`Replay::begin`].
    pub(crate) const fn new(memory: &'m mut [u8]) -> Self {
        let past =
            Past { bytes: 0, differs: 0, broken: 0, run: 0, missed: [0; 4], kept: [0; 4], apart: [0; 8] };
        Self {
            past,
            expected: Expected::NOTHING,
            unit: Unit { bytes: 0, len: 0 },
            number: 0,
            copy: 0,
            copy_old: 0,
            copy_end: 0,
            at: 0,
            quiet: 0,
            noisy: 0,
            targets: Learned { used: 0, next: 0 },
            data: Learned { used: 0, next: 0 },
            header: Header::NONE,
            memory: Memory::undivided(memory),
            side: S::START,
            window: Window::new(),
        }
    }

    /// Every number that lasts from one unit to the next, to be read or set, but for those of `side` and `memory`.
    #[cfg(feature = "delta-in-place")]
    pub(crate) fn each_number(&mut self, visit: &mut impl FnMut(&mut u32)) {
        let Past { bytes, differs, broken, run, missed, kept, apart } = &mut self.past;
        let numbers = [
            bytes,
            differs,
            broken,
            run,
            &mut self.number,
            &mut self.copy,
            &mut self.copy_old,
            &mut self.copy_end,
            &mut self.at,
            &mut self.quiet,
            &mut self.noisy,
        ];
        numbers.into_iter().for_each(&mut *visit);
        for four in [missed, kept].into_iter().chain(apart.as_chunks_mut().0) {
            let mut number = u32::from_le_bytes(*four);
            visit(&mut number);
            *four = number.to_le_bytes();
        }
        let Learned { used, next } = &mut self.targets;
        let data = &mut self.data;
        for size in [used, next, &mut data.used, &mut data.next] {
            visit_size(size, visit);
        }
    }

    /// Divides the memory as the header says, which was put in its place.
    #[inline(never)]
    pub(crate) fn begin(&mut self) {
        let memory = core::mem::take(&mut self.memory.nodes);
        self.memory = self.header.layout.divide(memory);
        self.memory.forget_numbers();
    }

    /// Reads (or, for the encoder, writes) the next segment, `wanted` is the encoder's. Says whether it stays in the images.
    pub(crate) fn segment(&mut self, wanted: &Piece) -> bool {
        let side = &mut self.side;
        let literal = self.memory.number(side, LITERAL_LEN, u32::from(wanted.literal));
        let len = self.memory.number(side, COPY_LEN, wanted.len);
        let new = self.at.wrapping_add(literal);
        let mut old = 0;
        if len > 0 {
            // As a difference from where the last copy ended, its sign in the lowest bit.
            let jump = wanted.old.wrapping_sub(self.copy_old);
            let folded = jump << 1 ^ (jump >> 31).wrapping_neg();
            let folded = self.memory.number(side, JUMP, folded);
            old = self.copy_old.wrapping_add(folded >> 1 ^ (folded & 1).wrapping_neg());
            self.copy_old = old.wrapping_add(len);
        }
        self.at = new.wrapping_add(len);
        self.memory.put_segment(self.number, literal, new, old);
        self.number = self.number.wrapping_add(1);
        // Numbers have 25 bits and sizes 24, so no sum of these wraps; only `old` may have.
        let Header { old_size, new_size, .. } = self.header;
        literal <= 0xffff && self.at <= new_size && old <= old_size && len <= old_size.wrapping_sub(old)
    }

    /// Goes from segments to the new image, if they make up the whole of it.
    pub(crate) fn start(&mut self) -> bool {
        let is_whole = self.at == self.header.new_size;
        self.at = 0;
        self.memory.sort();
        self.memory.forget();
        self.enter(0);
        is_whole
    }

    fn enter(&mut self, number: u32) {
        let segment = self.memory.segment(number).unwrap_or_default();
        (self.number, self.copy, self.copy_old) = (number, segment.new, segment.old);
        self.copy_end = self.memory.end(number, self.header.new_size);
        (self.quiet, self.noisy) = (0, 0);
    }

    /// Codes the next unit; `false` once the new image is whole. Whether the old image could be read says `window`.
    #[inline(never)]
    pub(crate) fn step(&mut self, images: &mut impl Images) -> bool {
        if self.at >= self.header.new_size {
            return false;
        }
        // A segment may have no bytes of one of its two parts; the last one ends where the image does.
        while self.at >= self.copy_end {
            self.enter(self.number.wrapping_add(1));
        }
        let left = self.copy.saturating_sub(self.at);
        let (mut source, mut missed) = (Source::Literal, false);
        if left > 0 {
            self.expected = Expected::NOTHING;
            self.expected.len = if self.upper_first() && self.at & 1 == 0 && left >= 2 { 2 } else { 1 };
        } else {
            self.expect(self.at, images);
            if self.quiet == 0 && self.noisy == 0 && self.past.run >= QUIET {
                self.ask_for_block(images);
            }
            (source, missed) = self.source();
        }
        let len = self.expected.len;
        self.unit = Unit { bytes: 0, len };
        let swap = u32::from(self.upper_first() && len >= 2);
        for k in 0..len {
            let k = k ^ swap;
            let mut byte = byte_at(self.expected.bytes, k);
            if source == Source::Literal {
                byte = self.literal(k);
            } else if source == Source::Doubtful {
                byte = self.doubtful(k, byte);
            }
            self.past.bytes = self.past.bytes << 8 | byte;
            self.unit.bytes |= byte << ((k & 3) << 3);
        }
        if missed {
            self.learn();
        }
        self.at = self.at.wrapping_add(len);
        true
    }

    /// Whether the upper byte of a 16-bit unit says more than the lower one, and so is coded first.
    fn upper_first(&self) -> bool {
        self.header.instructions == Instructions::Thumb
    }

    /// Where in a word `at` is, if instructions keep to such places.
    fn phase(&self, at: u32) -> u32 {
        if self.header.instructions.are_in_halfwords() { at & 3 } else { 0 }
    }

    #[inline(never)]
    fn run_bits(&self) -> u32 {
        32u32.wrapping_sub(self.past.run.leading_zeros()).min(15)
    }

    /// What comes at `at`, which is in the copy.
    #[inline(never)]
    fn expect(&mut self, at: u32, images: &mut impl Images) {
        let old = at.wrapping_sub(self.copy).wrapping_add(self.copy_old);
        let room = self.copy_end.wrapping_sub(at);
        let around = self.window.around(old, self.header.old_size, images);
        let kept = around.here;
        self.expected = Expected { kept, bytes: kept, len: 1, ..Expected::NOTHING };
        if let Some(reference) = self.header.find(&around, old, at, room) {
            let (place, odd) = self.header.place(&reference);
            let is_data = reference.kind == Kind::Data;
            let known = if is_data {
                self.data.nearest(self.memory.data, place)
            } else {
                self.targets.nearest(self.memory.targets, place).filter(|known| known.old == place)
            };
            let target = match known {
                // As far as the nearest one moved.
                Some(known) => place.wrapping_add(known.new.wrapping_sub(known.old)),
                None if is_data => place,
                None => self.memory.moved(place, self.header.new_size).unwrap_or(place),
            };
            self.expected.learned = known.is_some() && !is_data;
            self.expected.bytes = self.header.aim(&reference, &around, at, target | odd);
            self.expected.len = u32::from(reference.len);
            self.expected.reference = Some(reference);
        } else if self.header.instructions.are_in_halfwords() && (old | at) & 1 == 0 && room >= 2 {
            self.expected.len = 2;
        }
    }

    /// Codes whether all of the next block comes as expected.
    fn ask_for_block(&mut self, images: &mut impl Images) {
        let large = self.past.run >= VERY_QUIET;
        let len = if large { BLOCK_LARGE } else { BLOCK };
        if self.copy_end.wrapping_sub(self.at) < len {
            return;
        }
        let broken = S::ENCODES && self.is_broken(len, images);
        let contexts = [self.run_bits(), hash(self.past.broken & 0xff, 1), 0, 0, 0, 0];
        let broken = self.memory.code(&mut self.side, &BROKEN, &contexts, u32::from(large), broken);
        self.past.broken = self.past.broken << 1 | u32::from(broken);
        *(if broken { &mut self.noisy } else { &mut self.quiet }) = len;
    }

    /// Whether something in the next `len` bytes comes otherwise. Nothing is learned as long as nothing does, so what is
    /// expected further on doesn't depend on having been there.
    fn is_broken(&mut self, len: u32, images: &mut impl Images) -> bool {
        let here = self.expected;
        let end = self.at.wrapping_add(len);
        let mut at = self.at;
        let mut broken = false;
        while at < end && !broken {
            self.expect(at, images);
            let Expected { bytes, len, .. } = self.expected;
            // Of a unit that is only in part in the block, all is asked.
            broken = !same(self.wanted(at, len), bytes, len);
            at = at.wrapping_add(len);
        }
        self.expected = here;
        broken
    }

    /// The encoder's next bytes.
    fn wanted(&self, at: u32, len: u32) -> u32 {
        let mut wanted = 0;
        for k in 0..len {
            wanted |= u32::from(self.side.wanted(at.wrapping_add(k))) << ((k & 3) << 3);
        }
        wanted
    }

    /// What the bytes of a copy's unit are, and whether it is a reference that was mispredicted; codes what has to be known for it.
    fn source(&mut self) -> (Source, bool) {
        let Expected { kept, bytes, len, reference, learned } = self.expected;
        self.noisy = self.noisy.saturating_sub(len);
        if self.quiet > 0 {
            self.quiet = self.quiet.saturating_sub(len);
        } else if let Some(reference) = reference {
            let wanted = self.wanted(self.at, len);
            let kind = reference.kind.number();
            let learned = u32::from(learned);
            let past = bits_of(self.past.missed, kind);
            let contexts = [
                kind << 8 | learned << 7 | self.run_bits(),
                hash(past | kind << 8, 5),
                hash(kept, kind),
                hash(self.past.bytes & 0xffff, kind.wrapping_add(500)),
                0,
                0,
            ];
            let missed = !same(wanted, bytes, len);
            let missed = self.memory.code(&mut self.side, &MISSED, &contexts, kind << 2 | past & 3, missed);
            shift_in(&mut self.past.missed, kind, missed);
            self.past.differs = self.past.differs << 1 | u32::from(missed);
            if missed {
                self.past.run = 0;
                if !same(kept, bytes, len) {
                    let past = bits_of(self.past.kept, kind) & 7;
                    let contexts = [hash(past | kind << 8, 6), kind | learned << 8, 0, 0, 0, 0];
                    let is_kept = same(wanted, kept, len);
                    let is_kept = self.memory.code(&mut self.side, &KEPT, &contexts, kind, is_kept);
                    shift_in(&mut self.past.kept, kind, is_kept);
                    if is_kept {
                        self.expected.bytes = kept;
                        return (Source::Known, true);
                    }
                }
                return (Source::Doubtful, true);
            }
        } else {
            return (Source::Doubtful, false);
        }
        self.past.run = self.past.run.saturating_add(len);
        (Source::Known, false)
    }

    /// Remembers where the reference leads that was mispredicted.
    fn learn(&mut self) {
        let Some(reference) = self.expected.reference else { return };
        let Some(target) = self.header.target(&reference, self.unit.bytes, self.at) else { return };
        let (place, odd) = self.header.place(&reference);
        if reference.kind == Kind::Data {
            self.data.learn(self.memory.data, place, target);
        } else {
            self.targets.learn(self.memory.targets, place, target & !odd);
        }
    }

    /// Byte `k` of the unit, if nothing is expected.
    fn literal(&mut self, k: u32) -> u32 {
        let at = self.at.wrapping_add(k);
        let (a, ab) = (self.past.bytes & 0xff, self.past.bytes & 0xffff);
        let parity = self.phase(at) & 1;
        let contexts = [
            self.phase(at),
            hash(a | 0x100, parity),
            hash(ab, parity.wrapping_add(2)),
            hash(ab >> 8, parity.wrapping_add(6)),
            0,
            0,
        ];
        self.bits(&LITERAL, &contexts, parity, at, 0)
    }

    /// Byte `k` of a unit of a copy: whether it differs, and if so what it is.
    #[inline(never)]
    fn doubtful(&mut self, k: u32, expected: u32) -> u32 {
        let at = self.at.wrapping_add(k);
        let ab = self.past.bytes & 0xffff;
        let a = ab & 0xff;
        let run = self.run_bits();
        let parity = self.phase(at) & 1;
        // Where in a unit or reference; those of references begin with 2.
        let place = match self.expected.reference {
            None => parity,
            Some(reference) => (reference.kind.number() << 2).wrapping_sub(2).wrapping_add(k),
        };
        let contexts = [
            place << 4 | run,
            hash(expected | 0x400, place),
            hash(expected | a << 8, place.wrapping_add(200)),
            hash(self.past.differs & 0xff, place.wrapping_add(300)),
            hash(ab | expected << 16, 400),
            0,
        ];
        let wanted = u32::from(self.side.wanted(at)) != expected;
        let differs = self.memory.code(&mut self.side, &DIFFERS, &contexts, run.min(7) << 1 | parity, wanted);
        self.past.differs = self.past.differs << 1 | u32::from(differs);
        if !differs {
            self.past.run = self.past.run.saturating_add(1);
            return expected;
        }
        self.past.run = 0;
        let which = usize::try_from((if place < 2 { k } else { k | 4 }) & 7).unwrap_or(0);
        let apart = self.past.apart.get(which).copied().map_or(0, u32::from);
        let contexts = [
            place,
            hash(a | 0x100, parity),
            hash(expected | 0x200, place),
            hash(expected | a << 8, 100),
            hash(expected.wrapping_add(apart) & 0xff | 0x300, place),
            hash(expected | ab & 0xff00, parity.wrapping_add(101)),
        ];
        let byte = self.bits(&SURPRISE, &contexts, place.min(2) >> 1, at, expected | 0x100);
        if let Some(apart) = self.past.apart.get_mut(which) {
            [*apart, ..] = byte.wrapping_sub(expected).to_le_bytes();
        }
        byte
    }

    /// The bits of a byte, the highest first. Of one that is not `unlike`, which has a ninth bit if there is such a byte, the last
    /// bit is known if all others are the same.
    #[inline(never)]
    fn bits(
        &mut self,
        decision: &'static Decision,
        contexts: &[u32; CONTEXTS_MAX],
        sets: u32,
        at: u32,
        unlike: u32,
    ) -> u32 {
        let wanted = u32::from(self.side.wanted(at));
        let mut node = 1u32;
        for k in (0..8u32).rev() {
            let mut set = k << 1 | sets;
            if unlike > 0 {
                let would = unlike >> k;
                let agreed = node == would >> 1;
                if k == 0 && agreed {
                    node = would ^ 1;
                    break;
                }
                set = sets << 3 | (k >> 2) << 2 | u32::from(agreed) << 1 | would & 1;
            }
            let contexts = contexts.map(|context| hash(context, node));
            let bit = self.memory.code(&mut self.side, decision, &contexts, set, wanted >> k & 1 == 1);
            node = node << 1 | u32::from(bit);
        }
        node & 0xff
    }
}
