//! Makes the new image out of the old one, unit by unit: what is expected, and whether it comes so. Encoder and decoder run
//! this same code; only the two ends of the coder differ.

use super::Images;
use super::error::Error;
use super::header::Header;
use super::learned::Learned;
use super::model::{BROKEN, CONTEXTS_MAX, DIFFERS, Decision, KEPT, LITERAL, MISSED, Model, SURPRISE, hash};
use super::old::Window;
use super::predict::{Kind, Predictor, Reference};
use super::range::Side;
use super::segments::Segments;

/// A run of expected bytes after which whole blocks are asked for.
const QUIET: u32 = 32;
/// A run after which the blocks are larger.
const VERY_QUIET: u32 = 1024;
const BLOCK: u32 = 32;
const BLOCK_LARGE: u32 = 256;

/// Up to four bytes of the new image, in their order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit {
    bytes: [u8; 4],
    len: usize,
}

impl Unit {
    pub(crate) fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.len).unwrap_or_default()
    }
}

/// What a copy says will come next.
#[derive(Clone, Copy, Debug)]
struct Expected {
    /// The bytes in the old image.
    kept: [u8; 4],
    /// What they should become.
    bytes: [u8; 4],
    reference: Option<Reference>,
    /// The reference's target was learned.
    learned: bool,
    len: usize,
}

/// How the coding went so far, for contexts.
#[derive(Debug, Default)]
struct Past {
    /// The last bytes, the latest first, in the order in which they were coded.
    bytes: [u8; 4],
    /// For each of the last decisions whether something came otherwise; the latest in the lowest bit.
    differs: u32,
    missed: [u8; 4],
    kept: [u8; 4],
    broken: u8,
    /// Bytes that came as expected since the last that did not.
    run: u32,
    /// By how much the last surprises of their place differed.
    apart: [u8; 8],
}

impl Past {
    fn push(&mut self, byte: u8) {
        let [a, b, c, _] = self.bytes;
        self.bytes = [byte, a, b, c];
    }

    fn run_bits(&self) -> u32 {
        32u32.wrapping_sub(self.run.leading_zeros()).min(15)
    }

    fn shifted(list: &mut [u8; 4], kind: usize, bit: bool) {
        if let Some(bits) = list.get_mut(kind) {
            *bits = *bits << 1 | u8::from(bit);
        }
    }
}

fn both(a: u8, b: u8) -> u32 {
    u32::from(a) | u32::from(b) << 8
}

/// The state between units.
#[derive(Debug)]
pub(crate) struct Replay<'m> {
    predictor: Predictor,
    new_size: u32,
    segments: Segments<'m>,
    targets: Learned<'m>,
    data: Learned<'m>,
    model: Model<'m>,
    window: Window,
    past: Past,
    /// The segment, where its copy begins in both images, and where it ends in the new one.
    number: u16,
    copy: u32,
    copy_old: u32,
    copy_end: u32,
    /// The next byte of the new image.
    at: u32,
    /// Bytes that are known to come as expected.
    quiet: u32,
    /// Bytes until the next block is asked for.
    noisy: u32,
}

impl<'m> Replay<'m> {
    pub(crate) fn new(
        header: &Header,
        segments: Segments<'m>,
        targets: Learned<'m>,
        data: Learned<'m>,
        model: Model<'m>,
    ) -> Self {
        let mut replay = Self {
            predictor: Predictor::new(*header),
            new_size: header.new_size,
            segments,
            targets,
            data,
            model,
            window: Window::new(header.old_size),
            past: Past::default(),
            number: 0,
            copy: 0,
            copy_old: 0,
            copy_end: 0,
            at: 0,
            quiet: 0,
            noisy: 0,
        };
        replay.enter(0);
        replay
    }

    fn enter(&mut self, number: u16) {
        let segment = self.segments.get(number).unwrap_or_default();
        (self.number, self.copy, self.copy_old) = (number, segment.new, segment.old);
        self.copy_end = self.segments.end(number);
        (self.quiet, self.noisy) = (0, 0);
    }

    /// Codes the next unit; `None` once the new image is whole.
    #[inline(never)]
    pub(crate) fn step<S: Side>(
        &mut self,
        side: &mut S,
        images: &mut impl Images,
    ) -> Result<Option<Unit>, Error> {
        if self.at >= self.new_size {
            return Ok(None);
        }
        // A segment may have no bytes of one of its two parts.
        while self.at >= self.copy_end {
            self.enter(self.number.checked_add(1).ok_or(Error::Segment(self.number))?);
        }
        let unit = if self.at < self.copy { self.literal(side) } else { self.copied(side, images)? };
        self.at = self.at.saturating_add(u32::try_from(unit.len).unwrap_or(0));
        Ok(Some(unit))
    }

    /// Where in a word `at` is, if instructions keep to such places.
    fn phase(&self, at: u32) -> u32 {
        if self.predictor.units_of_two() { at & 3 } else { 0 }
    }

    fn literal<S: Side>(&mut self, side: &mut S) -> Unit {
        let paired =
            self.predictor.upper_first() && self.at & 1 == 0 && self.copy.saturating_sub(self.at) >= 2;
        let len: usize = if paired { 2 } else { 1 };
        let mut bytes = [0; 4];
        for k in 0..len {
            let k = if paired { k ^ 1 } else { k };
            let at = self.at.wrapping_add(u32::try_from(k).unwrap_or(0));
            let byte = self.literal_byte(side, at);
            if let Some(place) = bytes.get_mut(k) {
                *place = byte;
            }
            self.past.push(byte);
        }
        Unit { bytes, len }
    }

    fn literal_byte<S: Side>(&mut self, side: &mut S, at: u32) -> u8 {
        let [a, b, ..] = self.past.bytes;
        let parity = self.phase(at) & 1;
        let contexts = [
            self.phase(at),
            hash(both(a, 1), parity),
            hash(both(a, b), parity.wrapping_add(2)),
            hash(both(b, 0), parity.wrapping_add(6)),
            0,
            0,
        ];
        self.bits(side, LITERAL, contexts, parity, at, None)
    }

    /// A byte that is not the `expected` one; `place` says where in a unit or reference.
    fn surprise<S: Side>(&mut self, side: &mut S, at: u32, expected: u8, place: u32, apart: u8) -> u8 {
        let [a, b, ..] = self.past.bytes;
        let parity = self.phase(at) & 1;
        let contexts = [
            place,
            hash(both(a, 1), parity),
            hash(both(expected, 2), place),
            hash(both(expected, a), 100),
            hash(both(expected.wrapping_add(apart), 3), place),
            hash(both(expected, b), parity.wrapping_add(101)),
        ];
        self.bits(side, SURPRISE, contexts, place.min(2) >> 1, at, Some(expected))
    }

    /// The bits of a byte, the highest first. Of one that is not `unlike` the last bit is known if all others are the same.
    #[inline(never)]
    fn bits<S: Side>(
        &mut self,
        side: &mut S,
        decision: Decision,
        contexts: [u32; CONTEXTS_MAX],
        sets: u32,
        at: u32,
        unlike: Option<u8>,
    ) -> u8 {
        let wanted = side.wanted(at);
        let mut node = 1u32;
        for k in (0..8u32).rev() {
            let set = match unlike {
                None => k << 1 | sets,
                Some(unlike) => {
                    let unlike = u32::from(unlike) | 0x100;
                    let agreed = node == unlike >> k >> 1;
                    let would = unlike >> k & 1;
                    if k == 0 && agreed {
                        return low_byte(node << 1 | (would ^ 1));
                    }
                    sets << 3 | (k >> 2) << 2 | u32::from(agreed) << 1 | would
                }
            };
            let contexts = contexts.map(|context| hash(context, node));
            let set = usize::try_from(set).unwrap_or(0);
            let bit = self.model.code(side, decision, &contexts, set, wanted >> k & 1 == 1);
            node = node << 1 | u32::from(bit);
        }
        low_byte(node)
    }

    /// What comes at `at`, which is in the copy.
    fn expected(&mut self, at: u32, images: &mut impl Images) -> Result<Expected, Error> {
        let old = at.wrapping_sub(self.copy).wrapping_add(self.copy_old);
        let room = self.copy_end.saturating_sub(at);
        let around = self.window.around(old, images)?;
        let kept = around.here;
        if let Some(reference) = self.predictor.find(&around, old, at, room) {
            let (place, odd) = self.predictor.place(&reference);
            let learned = match reference.kind {
                Kind::Data => None,
                Kind::Branch | Kind::Pointer => self.targets.exact(place),
            };
            let target = match (learned, reference.kind) {
                (Some(target), _) => target,
                (None, Kind::Data) => self.data.nearest(place),
                (None, _) => self.segments.moved(place).unwrap_or(place),
            };
            let bytes = self.predictor.aim(&reference, &around, at, target | odd);
            let len = usize::from(reference.len);
            return Ok(Expected { kept, bytes, reference: Some(reference), learned: learned.is_some(), len });
        }
        let pair = self.predictor.units_of_two() && (old | at) & 1 == 0 && room >= 2;
        Ok(Expected { kept, bytes: kept, reference: None, learned: false, len: if pair { 2 } else { 1 } })
    }

    fn copied<S: Side>(&mut self, side: &mut S, images: &mut impl Images) -> Result<Unit, Error> {
        let expected = self.expected(self.at, images)?;
        if self.quiet == 0 && self.noisy == 0 && self.past.run >= QUIET {
            self.ask_for_block(side, images)?;
        }
        let len = u32::try_from(expected.len).unwrap_or(0);
        if self.quiet > 0 {
            self.quiet = self.quiet.saturating_sub(len);
            return Ok(self.as_expected(&expected));
        }
        self.noisy = self.noisy.saturating_sub(len);
        Ok(match expected.reference {
            Some(reference) => self.reference(side, &expected, &reference),
            None => self.plain(side, &expected),
        })
    }

    /// Codes whether all of the next block comes as expected.
    fn ask_for_block<S: Side>(&mut self, side: &mut S, images: &mut impl Images) -> Result<(), Error> {
        let len = if self.past.run < VERY_QUIET { BLOCK } else { BLOCK_LARGE };
        if self.copy_end.saturating_sub(self.at) < len {
            return Ok(());
        }
        let broken = S::ENCODES && self.is_broken(side, len, images)?;
        let broken = {
            let contexts = [self.past.run_bits(), hash(u32::from(self.past.broken), 1)];
            let set = usize::from(len == BLOCK_LARGE);
            self.model.code(side, BROKEN, &contexts, set, broken)
        };
        self.past.broken = self.past.broken << 1 | u8::from(broken);
        (self.quiet, self.noisy) = if broken { (0, len) } else { (len, 0) };
        Ok(())
    }

    /// Whether something in the next `len` bytes comes otherwise. Nothing is learned as long as nothing does, so what is
    /// expected further on doesn't depend on having been there.
    fn is_broken<S: Side>(&mut self, side: &S, len: u32, images: &mut impl Images) -> Result<bool, Error> {
        let end = self.at.saturating_add(len);
        let mut at = self.at;
        while at < end {
            let expected = self.expected(at, images)?;
            for byte in expected.bytes.iter().take(expected.len) {
                if side.wanted(at) != *byte {
                    return Ok(true);
                }
                at = at.saturating_add(1);
            }
        }
        Ok(false)
    }

    /// The places of a unit in the order in which they are coded.
    fn order(&self, len: usize) -> impl Iterator<Item = usize> + use<> {
        let swap = usize::from(self.predictor.upper_first() && len >= 2);
        (0..len).map(move |k| k ^ swap)
    }

    fn as_expected(&mut self, expected: &Expected) -> Unit {
        for k in self.order(expected.len) {
            self.past.push(expected.bytes.get(k).copied().unwrap_or(0));
        }
        let len = u32::try_from(expected.len).unwrap_or(0);
        self.past.run = self.past.run.saturating_add(len);
        Unit { bytes: expected.bytes, len: expected.len }
    }

    fn plain<S: Side>(&mut self, side: &mut S, expected: &Expected) -> Unit {
        let mut bytes = [0; 4];
        for k in self.order(expected.len) {
            let at = self.at.wrapping_add(u32::try_from(k).unwrap_or(0));
            let byte =
                self.byte(side, at, expected.bytes.get(k).copied().unwrap_or(0), self.phase(at) & 1, k);
            if let Some(place) = bytes.get_mut(k) {
                *place = byte;
            }
        }
        Unit { bytes, len: expected.len }
    }

    /// A byte of a copy: whether it differs, and if so what it is.
    fn byte<S: Side>(&mut self, side: &mut S, at: u32, expected: u8, place: u32, k: usize) -> u8 {
        let [a, b, ..] = self.past.bytes;
        let run = self.past.run_bits();
        let contexts = [
            place << 4 | run,
            hash(both(expected, 4), place),
            hash(both(expected, a), place.wrapping_add(200)),
            hash(self.past.differs & 0xff, place.wrapping_add(300)),
            hash(both(a, b) | u32::from(expected) << 16, 400),
        ];
        let set = usize::try_from(run.min(7) << 1 | self.phase(at) & 1).unwrap_or(0);
        let differs = self.model.code(side, DIFFERS, &contexts, set, side.wanted(at) != expected);
        self.past.differs = self.past.differs << 1 | u32::from(differs);
        let byte = if differs {
            self.past.run = 0;
            let which = if place < 2 { k } else { k.wrapping_add(4) };
            let apart = self.past.apart.get(which).copied().unwrap_or(0);
            let byte = self.surprise(side, at, expected, place, apart);
            if let Some(apart) = self.past.apart.get_mut(which) {
                *apart = byte.wrapping_sub(expected);
            }
            byte
        } else {
            self.past.run = self.past.run.saturating_add(1);
            expected
        };
        self.past.push(byte);
        byte
    }

    fn reference<S: Side>(&mut self, side: &mut S, expected: &Expected, reference: &Reference) -> Unit {
        let kind = reference.kind.number();
        let index = usize::from(kind);
        let mut wanted = [0; 4];
        for (place, at) in wanted.iter_mut().zip(self.at..).take(expected.len) {
            *place = side.wanted(at);
        }
        let mut bytes = expected.bytes;
        let same = |a: &[u8; 4], b: &[u8; 4]| a.iter().zip(b).take(expected.len).all(|(a, b)| a == b);
        let [a, b, ..] = self.past.bytes;
        let past = self.past.missed.get(index).copied().unwrap_or(0);
        let contexts = [
            u32::from(kind) << 8 | u32::from(expected.learned) << 7 | self.past.run_bits(),
            hash(both(past, kind), 5),
            hash(u32::from_le_bytes(expected.kept), u32::from(kind)),
            hash(both(a, b), u32::from(kind).wrapping_add(500)),
        ];
        let set = index << 2 | usize::from(past & 3);
        let missed = self.model.code(side, MISSED, &contexts, set, !same(&wanted, &bytes));
        Past::shifted(&mut self.past.missed, index, missed);
        self.past.differs = self.past.differs << 1 | u32::from(missed);
        if !missed {
            return self.as_expected(expected);
        }
        self.past.run = 0;
        let mut kept = false;
        if !same(&expected.kept, &expected.bytes) {
            let past = self.past.kept.get(index).copied().unwrap_or(0);
            let contexts = [hash(both(past & 7, kind), 6), both(kind, u8::from(expected.learned))];
            kept = self.model.code(side, KEPT, &contexts, index, same(&wanted, &expected.kept));
            Past::shifted(&mut self.past.kept, index, kept);
        }
        if kept {
            bytes = expected.kept;
            for k in self.order(expected.len) {
                self.past.push(bytes.get(k).copied().unwrap_or(0));
            }
        } else {
            let first_place = u32::from(kind).wrapping_mul(4).wrapping_sub(2);
            for k in self.order(expected.len) {
                let offset = u32::try_from(k).unwrap_or(0);
                let at = self.at.wrapping_add(offset);
                let should = expected.bytes.get(k).copied().unwrap_or(0);
                let byte = self.byte(side, at, should, first_place.wrapping_add(offset), k);
                if let Some(place) = bytes.get_mut(k) {
                    *place = byte;
                }
            }
        }
        if let Some(target) = self.predictor.target(reference, bytes, self.at) {
            let (place, odd) = self.predictor.place(reference);
            match reference.kind {
                Kind::Data => self.data.learn(place, target),
                Kind::Branch | Kind::Pointer => self.targets.learn(place, target & !odd),
            }
        }
        Unit { bytes, len: expected.len }
    }
}

const fn low_byte(node: u32) -> u8 {
    let [byte, ..] = node.to_le_bytes();
    byte
}
