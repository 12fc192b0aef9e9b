//! Where an image is linked, if nobody says: its absolute pointers vote.
//!
//! Pointers to functions and to texts fit one address far better than any other: where the calls of the image go (they are
//! relative, so known without the address) and where texts begin are counted for each address that is a multiple of 256.

use super::super::header::{Header, Instructions};
use super::super::predict::{Around, Form, Kind, Predictor};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// Addresses that come into question are multiples of this.
const CLASSES: usize = 256;
/// Hits above what chance would give, in standard deviations, that make an address certain enough.
const CERTAIN: f64 = 8.0;
/// Fewer hits say nothing.
const HITS_MIN: u32 = 4;

/// Places of an image that a pointer is likely to name.
struct Landmarks {
    code: Vec<bool>,
    texts: Vec<bool>,
}

fn four(image: &[u8], at: usize) -> [u8; 4] {
    image.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default()
}

fn landmarks(image: &[u8], header: &Header) -> Landmarks {
    let predictor = Predictor::new(*header);
    let (mut code, mut texts) = (vec![false; image.len()], vec![false; image.len()]);
    for at in (0..image.len().saturating_sub(3)).step_by(2) {
        let around = Around { here: four(image, at), ..Around::default() };
        let place = u32::try_from(at).unwrap_or(0);
        // Room for no word: only branches are looked for.
        let found = predictor.find(&around, place, place | 0x8000_0000, 4);
        let branch =
            found.filter(|found| found.kind == Kind::Branch && found.form != Form::Word && found.len == 4);
        let target = branch.and_then(|branch| usize::try_from(branch.target).ok());
        if let Some(mark) = target.and_then(|target| code.get_mut(target)) {
            *mark = true;
        }
    }
    for at in 1..image.len().saturating_sub(3) {
        let ends = image.get(at - 1) == Some(&0);
        let printable = four(image, at).iter().all(|byte| (0x20..0x7f).contains(byte));
        if let (true, Some(mark)) = (ends && printable, texts.get_mut(at)) {
            *mark = true;
        }
    }
    Landmarks { code, texts }
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
    let Landmarks { code, texts } = landmarks(image, header);
    let len = u32::try_from(image.len()).unwrap_or(u32::MAX);
    let density =
        |marks: &[bool]| count(marks.iter().filter(|mark| **mark).count()) / count(marks.len().max(1));
    let (code_density, text_density) = (density(&code), density(&texts));
    let mut values: Vec<u32> =
        image.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    values.sort_unstable();
    values.dedup();
    // Small numbers, negative ones, and repeated instructions are no addresses.
    values.retain(|value| (0x40..0xf000_0000).contains(value) && value >> 16 != value & 0xffff);
    // Landmarks by their lower eight bits: an address that is a multiple of 256 leaves these as they are.
    let classes = |marks: &[bool]| {
        let mut classes = vec![Vec::new(); CLASSES];
        for (at, _) in (0u32..).zip(marks).filter(|(_, mark)| **mark) {
            if let Some(class) = classes.get_mut(class(at)) {
                class.push(at);
            }
        }
        classes
    };
    let (code_classes, text_classes) = (classes(&code), classes(&texts));
    let mut hits: BTreeMap<u32, u32> = BTreeMap::new();
    for value in &values {
        let (in_code, in_texts, place) = kinds(header.instructions, *value);
        for classes in
            [in_code.then_some(&code_classes), in_texts.then_some(&text_classes)].into_iter().flatten()
        {
            for at in classes.get(class(place)).into_iter().flatten() {
                if let Some(address) = place.checked_sub(*at) {
                    *hits.entry(address).or_default() += 1;
                }
            }
        }
    }
    for (address, hits) in hits {
        if hits >= HITS_MIN {
            let from = values.partition_point(|value| *value < address);
            let chance: f64 = values
                .get(from..)
                .unwrap_or_default()
                .iter()
                .take_while(|value| **value - address < len)
                .map(|value| {
                    let (in_code, in_texts, _) = kinds(header.instructions, *value);
                    f64::from(u8::from(in_code)) * code_density + f64::from(u8::from(in_texts)) * text_density
                })
                .sum();
            *votes.entry(address).or_default() += (f64::from(hits) - chance) / (chance + 1.0).sqrt();
        }
    }
}

/// Whether a value can name code, whether it can name a text, and the place that it names.
const fn kinds(instructions: Instructions, value: u32) -> (bool, bool, u32) {
    match instructions {
        // Functions have odd addresses.
        Instructions::Thumb => (value & 1 == 1, value & 1 == 0, value & !1),
        Instructions::None => (false, true, value),
        Instructions::RiscV | Instructions::AArch64 => (true, true, value),
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
