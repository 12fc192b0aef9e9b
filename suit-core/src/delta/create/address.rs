//! Where an image is linked, if nobody says: its absolute pointers vote.
//!
//! Pointers to functions and to texts fit one address far better than any other: where the calls of the image go (they are
//! relative, so known without the address) and where texts begin are counted for each address that is a multiple of 256.

use super::super::header::{Header, Instructions};
use super::super::predict::{Around, Form, Kind};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// Addresses that come into question are multiples of this.
const CLASSES: usize = 256;
/// Hits above what chance would give, in standard deviations, that make an address certain enough.
const CERTAIN: f64 = 8.0;
/// Fewer hits say nothing.
const HITS_MIN: usize = 4;

/// More hits than this are not counted for an image: of a large one with many pointers, every so many'th pointer votes.
const COUNTED_MAX: usize = 1 << 21;

/// Places of an image that a pointer is likely to name, by their lower eight bits: an address that is a multiple of 256 leaves
/// these as they are.
struct Landmarks {
    classes: Vec<Vec<u32>>,
    /// The share of all places that are such.
    density: f64,
}

impl Landmarks {
    /// Of an image of `len` bytes; `places` in their order.
    fn new(places: &[u32], len: usize) -> Self {
        let mut classes = vec![Vec::new(); CLASSES];
        for place in places {
            if let Some(class) = classes.get_mut(class(*place)) {
                class.push(*place);
            }
        }
        Self { classes, density: count(places.len()) / count(len.max(1)) }
    }

    /// Those that may be at `place` with some address.
    fn alike(&self, place: u32) -> &[u32] {
        self.classes.get(class(place)).map_or(&[], |class| class)
    }
}

fn four(image: &[u8], at: usize) -> [u8; 4] {
    image.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
}

/// Where branches go.
fn code(image: &[u8], header: &Header) -> Vec<u32> {
    let mut places = Vec::new();
    for at in (0..image.len().saturating_sub(3)).step_by(2) {
        let around = Around { here: u32::from_le_bytes(four(image, at)), ..Around::default() };
        let place = u32::try_from(at).unwrap_or(0);
        // Room for no word: only branches are looked for.
        let found = header.find(&around, place, place | 0x8000_0000, 4);
        let branch =
            found.filter(|found| found.kind == Kind::Branch && found.form != Form::Word && found.len == 4);
        let inside = |target: &u32| usize::try_from(*target).is_ok_and(|target| target < image.len());
        places.extend(branch.map(|branch| branch.target).filter(inside));
    }
    places.sort_unstable();
    places.dedup();
    places
}

/// Where texts begin.
fn texts(image: &[u8]) -> Vec<u32> {
    let begins = |at: &usize| {
        let ends = image.get(at - 1) == Some(&0);
        ends && four(image, *at).iter().all(|byte| (0x20..0x7f).contains(byte))
    };
    (1..image.len().saturating_sub(3)).filter(begins).filter_map(|at| u32::try_from(at).ok()).collect()
}

/// What a place is, to addresses that are multiples of 256.
fn class(place: u32) -> usize {
    usize::from(place.to_le_bytes()[0])
}

/// Images have less than 2^24 bytes.
fn count(len: usize) -> f64 {
    f64::from(u32::try_from(len).unwrap_or(u32::MAX))
}

fn vote(image: &[u8], header: &Header, votes: &mut BTreeMap<u32, f64>) {
    let len = u32::try_from(image.len()).unwrap_or(u32::MAX);
    let code = Landmarks::new(&code(image, header), image.len());
    let texts = Landmarks::new(&texts(image), image.len());
    let mut values: Vec<u32> =
        image.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    values.sort_unstable();
    values.dedup();
    // Small numbers, negative ones, and repeated instructions are no addresses.
    values.retain(|value| (0x40..0xf000_0000).contains(value) && value >> 16 != value & 0xffff);
    let named = |value: u32| {
        let (in_code, in_texts, place) = kinds(header.instructions, value);
        let alike = |is: bool, landmarks: &Landmarks| if is { landmarks.alike(place).len() } else { 0 };
        alike(in_code, &code) + alike(in_texts, &texts)
    };
    let all = values.iter().map(|value| named(*value)).sum::<usize>();
    let every = all.div_ceil(COUNTED_MAX).max(1);
    let values: Vec<u32> = values.into_iter().step_by(every).collect();
    // The address that each pair of a value and a landmark would mean.
    let mut hits: Vec<u32> = Vec::with_capacity(all / every);
    for value in &values {
        let (in_code, in_texts, place) = kinds(header.instructions, *value);
        for landmarks in [in_code.then_some(&code), in_texts.then_some(&texts)].into_iter().flatten() {
            hits.extend(landmarks.alike(place).iter().filter_map(|at| place.checked_sub(*at)));
        }
    }
    hits.sort_unstable();
    // What chance would give, summed up to each value.
    let mut sums = vec![0.0];
    let mut sum = 0.0;
    for value in &values {
        let (in_code, in_texts, _) = kinds(header.instructions, *value);
        sum += f64::from(u8::from(in_code)) * code.density + f64::from(u8::from(in_texts)) * texts.density;
        sums.push(sum);
    }
    let sum_below = |end: u32| sums.get(values.partition_point(|value| *value < end)).copied().unwrap_or(sum);
    for same in hits.chunk_by(|a, b| a == b).filter(|same| same.len() >= HITS_MIN) {
        let Some(address) = same.first().copied() else { continue };
        let chance = sum_below(address.saturating_add(len)) - sum_below(address);
        *votes.entry(address).or_default() += (count(same.len()) - chance) / (chance + 1.0).sqrt();
    }
}

/// Whether a value can name code, whether it can name a text, and the place that it names.
const fn kinds(instructions: Instructions, value: u32) -> (bool, bool, u32) {
    match instructions {
        // Functions have odd addresses.
        Instructions::Thumb => (value & 1 == 1, value & 1 == 0, value & !1),
        Instructions::None => (false, true, value),
        Instructions::RiscV | Instructions::AArch64 | Instructions::Xtensa => (true, true, value),
    }
}

/// The address of both images' first byte, if they agree on one.
pub(super) fn guess(old: &[u8], new: &[u8], header: &Header) -> Option<u32> {
    let header = Header { image_address: None, data: None, ..*header };
    let mut votes = BTreeMap::new();
    for image in [old, new].into_iter().filter(|image| image.len() >= 4) {
        vote(image, &header, &mut votes);
    }
    let mut best: Option<(u32, f64)> = None;
    for (address, score) in votes {
        if best.is_none_or(|(_, highest)| score > highest) {
            best = Some((address, score));
        }
    }
    best.filter(|(_, score)| *score >= CERTAIN).map(|(address, _)| address)
}
