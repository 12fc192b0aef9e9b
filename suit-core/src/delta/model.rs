//! The model of one bit: several contexts each remember how it went (a history), a map says what such a history is worth,
//! and a mixer weighs them. All of it learns from every bit, in the decoder as in the encoder.

use super::range::Side;
use super::tables::{HISTORIES, History, LOGIT_MAX, squash, stretch};

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
    number: usize,
    /// Contexts that it has.
    contexts: usize,
    /// The number of its first context among all.
    first_context: usize,
    /// Sets of weights that it has; a power of two.
    sets: usize,
    /// The number of its first weight among all.
    first_weight: usize,
}

const fn next(after: Decision, contexts: usize, sets: usize) -> Decision {
    #[expect(clippy::arithmetic_side_effects, reason = "at build time")]
    Decision {
        number: after.number + 1,
        contexts,
        first_context: after.first_context + after.contexts,
        sets,
        first_weight: after.first_weight + after.contexts * after.sets,
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

const WEIGHTS: usize = BROKEN.first_weight + BROKEN.contexts * BROKEN.sets;
/// Bytes of all weights.
pub(crate) const WEIGHTS_LEN: usize = WEIGHTS * 2;
/// State maps if each context has its own.
pub(crate) const MAPS_MANY: usize = BROKEN.first_context + BROKEN.contexts;
/// State maps if each decision has one.
pub(crate) const MAPS_ONE: usize = BROKEN.number + 1;

/// Weights are in 1/8,192, so between -4 and 4.
const WEIGHT_BITS: u32 = 13;
const WEIGHT_FIRST: i16 = 2867;
/// How fast weights learn: the product of logit and error is divided by two to this power.
const WEIGHT_SHIFT: u32 = 15;
/// How fast state maps learn: a 128th of the error.
const MAP_SHIFT: u32 = 7;

/// Mixes a number into a hash.
pub(crate) const fn hash(hash: u32, number: u32) -> u32 {
    let mixed = (hash ^ number).wrapping_mul(0x9e37_79b1);
    mixed ^ (mixed >> 15)
}

/// What was learned so far.
#[derive(Debug)]
pub(crate) struct Model<'m> {
    nodes: &'m mut [u8],
    maps: &'m mut [[u8; 2]],
    weights: &'m mut [[u8; 2]],
    one_map: bool,
    /// Nodes in all.
    len: u32,
}

impl<'m> Model<'m> {
    pub(crate) fn new(nodes: &'m mut [u8], maps: &'m mut [u8], weights: &'m mut [u8], one_map: bool) -> Self {
        let (maps, _) = maps.as_chunks_mut();
        let (weights, _) = weights.as_chunks_mut();
        nodes.fill(0);
        for (map, number) in maps.iter_mut().zip((0..=63u8).cycle()) {
            *map = History::from_byte(number).first_guess().to_le_bytes();
        }
        weights.fill(WEIGHT_FIRST.to_le_bytes());
        let len = u32::try_from(nodes.len()).unwrap_or(0);
        Self { nodes, maps, weights, one_map, len }
    }

    /// Codes one bit of a `decision` under hashed `contexts` with the weights of `set`.
    pub(crate) fn code<S: Side>(
        &mut self,
        side: &mut S,
        decision: Decision,
        contexts: &[u32],
        set: usize,
        wanted: bool,
    ) -> bool {
        let mut places = [(0usize, 0usize, 0i32); CONTEXTS_MAX];
        let set = set & decision.sets.saturating_sub(1);
        let first_weight = decision.first_weight.wrapping_add(set.wrapping_mul(decision.contexts));
        let mut sum = 0i32;
        // Nodes of one context. Decisions share them all; a node of another is only noise.
        let share = self.len.checked_div(u32::try_from(decision.contexts).unwrap_or(1)).unwrap_or(0);
        let salt = u32::try_from(decision.number).unwrap_or(0).wrapping_mul(0x85eb_ca6b);
        let contexts = contexts.get(..decision.contexts).unwrap_or(contexts);
        for (k, ((context, place), base)) in
            contexts.iter().zip(&mut places).zip((0u32..).map(|k| k.wrapping_mul(share))).enumerate()
        {
            let hashed = hash(*context, salt);
            // The high half of a product is evenly spread over the share.
            let spread = u64::from(hashed).wrapping_mul(u64::from(share)) >> 32;
            let node = usize::try_from(spread.wrapping_add(u64::from(base))).unwrap_or(0);
            let history = self.history(node, hashed);
            let map = if self.one_map { decision.number } else { decision.first_context.wrapping_add(k) };
            let map = map.wrapping_mul(HISTORIES).wrapping_add(history);
            let logit = stretch(u16::from_le_bytes(self.maps.get(map).copied().unwrap_or_default()));
            sum = sum.wrapping_add(logit.wrapping_mul(self.weight(first_weight.wrapping_add(k))));
            *place = (node, map, logit);
        }
        let one = squash((sum >> WEIGHT_BITS).clamp(-LOGIT_MAX, LOGIT_MAX));
        side.about(decision);
        let bit = side.code(one, wanted);
        let error = if bit { 0x1_0000i32 } else { 0 }.wrapping_sub(i32::from(one));
        for (k, (node, map, logit)) in places.iter().take(contexts.len()).enumerate() {
            let change = logit.wrapping_mul(error).wrapping_add(1 << (WEIGHT_SHIFT - 1)) >> WEIGHT_SHIFT;
            let at = first_weight.wrapping_add(k);
            let weight = self.weight(at).wrapping_add(change).clamp(i32::from(i16::MIN), i32::from(i16::MAX));
            if let (Some(place), Ok(weight)) = (self.weights.get_mut(at), i16::try_from(weight)) {
                *place = weight.to_le_bytes();
            }
            if let Some(map) = self.maps.get_mut(*map) {
                let old = u16::from_le_bytes(*map);
                let new = if bit {
                    old.wrapping_add(u16::MAX.wrapping_sub(old) >> MAP_SHIFT)
                } else {
                    old.wrapping_sub(old >> MAP_SHIFT)
                };
                *map = new.to_le_bytes();
            }
            if let Some(node) = self.nodes.get_mut(*node) {
                *node = *node & CHECK | History::from_byte(*node).after(bit).byte();
            }
        }
        bit
    }

    /// The history at a node; an empty one if the node was another context's, by two bits of the hash that it keeps.
    fn history(&mut self, node: usize, hashed: u32) -> usize {
        let Some(node) = self.nodes.get_mut(node) else { return 0 };
        let [byte, ..] = hashed.to_le_bytes();
        if (*node ^ byte << 3) & CHECK != 0 {
            *node = byte << 3 & CHECK;
        }
        usize::from(History::from_byte(*node).byte())
    }

    fn weight(&self, at: usize) -> i32 {
        self.weights.get(at).map_or(0, |weight| i32::from(i16::from_le_bytes(*weight)))
    }
}
