//! The model of one bit: several contexts each remember how it went (a history), a map says what such a history is worth,
//! and a mixer weighs them. All of it learns from every bit, in the decoder as in the encoder.

use super::layout::{Memory, Word};
use super::range::Side;
use super::tables::{HISTORIES, History, squash, stretch};

/// No decision has more contexts.
pub(crate) const CONTEXTS_MAX: usize = 6;
/// The bits of a node that tell contexts apart; the others are its history.
const CHECK: u8 = 0xc0;
/// Bytes of one state map.
pub(crate) const MAP_LEN: usize = HISTORIES * 2;

/// What is decided by a bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Its number among the decisions.
    number: u8,
    /// Contexts that it has.
    contexts: u8,
    /// The number of its first context among all.
    first_context: u8,
    /// Sets of weights that it has; a power of two.
    sets: u8,
    /// The number of its first weight among all.
    first_weight: u16,
}

const fn next(after: Decision, contexts: u8, sets: u8) -> Decision {
    #[expect(clippy::arithmetic_side_effects, clippy::as_conversions, reason = "at build time")]
    Decision {
        number: after.number + 1,
        contexts,
        first_context: after.first_context + after.contexts,
        sets,
        first_weight: after.first_weight + after.contexts as u16 * after.sets as u16,
    }
}

/// A bit of a byte that comes from nowhere in the old image.
pub(crate) const LITERAL: Decision =
    Decision { number: 0, contexts: 4, first_context: 0, sets: 16, first_weight: 0 };
/// A bit of a byte that differs from what was expected.
pub(crate) const SURPRISE: Decision = next(LITERAL, 6, 16);
/// Whether a byte differs from what was expected.
pub(crate) const DIFFERS: Decision = next(SURPRISE, 5, 16);
/// Whether a reference differs from what was predicted.
pub(crate) const MISSED: Decision = next(DIFFERS, 4, 16);
/// Whether a mispredicted reference is that of the old image.
pub(crate) const KEPT: Decision = next(MISSED, 2, 4);
/// Whether something in a run of bytes differs.
pub(crate) const BROKEN: Decision = next(KEPT, 2, 4);

/// The end of all: no decision.
const END: Decision = next(BROKEN, 0, 1);
#[expect(clippy::as_conversions, reason = "widens")]
const WEIGHTS: usize = END.first_weight as usize;
/// Bytes of all weights.
pub(crate) const WEIGHTS_LEN: usize = WEIGHTS * 2;
/// State maps if each context has its own.
#[expect(clippy::as_conversions, reason = "widens")]
pub(crate) const MAPS_MANY: usize = END.first_context as usize;
/// State maps if each decision has one.
#[expect(clippy::as_conversions, reason = "widens")]
pub(crate) const MAPS_ONE: usize = END.number as usize;

/// Weights are in 1/8,192, so between -4 and 4.
const WEIGHT_BITS: u32 = 13;
const WEIGHT_FIRST: u16 = 2867;
/// How fast weights learn: the product of logit and error is divided by two to this power.
const WEIGHT_SHIFT: u32 = 15;
/// How fast state maps learn: a 128th of the error.
const MAP_SHIFT: u32 = 7;

/// Mixes a number into a hash.
pub(crate) const fn hash(hash: u32, number: u32) -> u32 {
    let mixed = (hash ^ number).wrapping_mul(0x9e37_79b1);
    mixed ^ (mixed >> 15)
}

/// Moves a probability by a part of the way to the bit that came, two to the power of `shift` of them.
pub(crate) fn learn(probability: &mut Word, bit: bool, shift: u32) {
    // The way to a one is that of the inverse to zero.
    let inverted = if bit { u16::MAX } else { 0 };
    let far = u16::from_le_bytes(*probability) ^ inverted;
    *probability = (far.wrapping_sub(far >> (shift & 15)) ^ inverted).to_le_bytes();
}

fn signed(word: Word) -> i32 {
    i32::from(i16::from_le_bytes(word))
}

/// What one context has to say.
#[derive(Clone, Copy, Debug, Default)]
struct Voice {
    node: usize,
    map: usize,
    logit: i32,
}

impl Memory<'_> {
    /// Nothing was learned yet.
    pub(crate) fn forget(&mut self) {
        self.nodes.fill(0);
        for (number, word) in self.words.iter_mut().enumerate() {
            let first = match number.checked_sub(WEIGHTS) {
                None => WEIGHT_FIRST,
                Some(map) => History::from_number(map).first_guess(),
            };
            *word = first.to_le_bytes();
        }
    }

    /// Codes one bit of a `decision` under hashed `contexts` with the weights of `set`.
    #[inline(never)]
    pub(crate) fn code<S: Side>(
        &mut self,
        side: &mut S,
        decision: &'static Decision,
        contexts: &[u32; CONTEXTS_MAX],
        set: u32,
        wanted: bool,
    ) -> bool {
        let Self { words, nodes, map_step, .. } = self;
        let set = usize::try_from(set).unwrap_or(0) & usize::from(decision.sets.wrapping_sub(1));
        let count = usize::from(decision.contexts);
        let first_weight = usize::from(decision.first_weight).wrapping_add(set.wrapping_mul(count));
        // Nodes of one context. Decisions share them all; a node of another is only noise.
        let each = nodes.len().checked_div(count).unwrap_or(0);
        let salt = u32::from(decision.number).wrapping_mul(0x85eb_ca6b);
        let first = if *map_step == 0 { decision.number } else { decision.first_context };
        let mut map = usize::from(first).wrapping_mul(HISTORIES).wrapping_add(WEIGHTS);
        let (mut base, mut weight, mut sum) = (0usize, first_weight, 0i32);
        let mut voices = [Voice::default(); CONTEXTS_MAX];
        for (voice, context) in voices.iter_mut().zip(contexts).take(count) {
            let hashed = hash(*context, salt);
            // The high half of a product is evenly spread over the share.
            let spread = u64::from(hashed).wrapping_mul(u64::try_from(each).unwrap_or(0)) >> 32;
            voice.node = base.wrapping_add(usize::try_from(spread).unwrap_or(0));
            voice.map = map;
            if let Some(node) = nodes.get_mut(voice.node) {
                // An empty history if the node was another context's, by two bits of the hash that it keeps.
                let [check, ..] = (hashed << 3).to_le_bytes();
                if (*node ^ check) & CHECK != 0 {
                    *node = check & CHECK;
                }
                voice.map = map.wrapping_add(usize::from(*node & !CHECK));
            }
            voice.logit = words.get(voice.map).map_or(0, |map| stretch(u16::from_le_bytes(*map)));
            sum = sum.wrapping_add(voice.logit.wrapping_mul(words.get(weight).map_or(0, |one| signed(*one))));
            weight = weight.wrapping_add(1);
            base = base.wrapping_add(each);
            map = map.wrapping_add(*map_step);
        }
        let one = squash(sum >> WEIGHT_BITS);
        side.about(*decision);
        let bit = side.code(one, wanted);
        let error = (if bit { 0x1_0000i32 } else { 0 }).wrapping_sub_unsigned(one);
        weight = first_weight;
        for voice in voices.iter().take(count) {
            let change =
                voice.logit.wrapping_mul(error).wrapping_add(1 << (WEIGHT_SHIFT - 1)) >> WEIGHT_SHIFT;
            if let Some(weight) = words.get_mut(weight) {
                let changed = signed(*weight).wrapping_add(change);
                let [low, high, ..] = changed.clamp(i32::from(i16::MIN), i32::from(i16::MAX)).to_le_bytes();
                *weight = [low, high];
            }
            if let Some(map) = words.get_mut(voice.map) {
                learn(map, bit, MAP_SHIFT);
            }
            if let Some(node) = nodes.get_mut(voice.node) {
                *node = *node & CHECK | History::from_byte(*node).after(bit).byte();
            }
            weight = weight.wrapping_add(1);
        }
        bit
    }
}
