//! Images without what moves: references are blotted out, so that code matches itself wherever it lies.

use super::super::header::{Header, Instructions};
use super::super::predict::{Around, Form, Half};
use alloc::vec::Vec;

/// `image` with the same bytes for all references of a kind.
pub(super) fn normalise(image: &[u8], header: &Header) -> Vec<u8> {
    let mut out = image.to_vec();
    let four = |at: usize| {
        let mut four = [0; 4];
        for (place, byte) in four.iter_mut().zip(image.get(at..).unwrap_or_default()) {
            *place = *byte;
        }
        u32::from_le_bytes(four)
    };
    let step = match header.instructions {
        Instructions::None => 4,
        Instructions::Xtensa => 1,
        _ => 2,
    };
    let mut at = 0;
    while at + 4 <= image.len() {
        let before = if at < 4 { 0 } else { four(at - 4) };
        let around = Around { before, here: four(at), after: four(at + 4) };
        let place = u32::try_from(at).unwrap_or(u32::MAX);
        let Some(reference) = header.find(&around, place, place, 8) else {
            at += step;
            continue;
        };
        let len = usize::from(reference.len);
        let blot = match reference.form {
            Form::Word => reference.kind.number() << 24,
            // Aimed at itself (or with the other half at itself), whatever it named.
            Form::Instruction(Half::Whole | Half::Upper) => header.aim(&reference, &around, place, place),
            Form::Instruction(Half::Lower) => header.aim(&reference, &around, place, place.wrapping_sub(4)),
        };
        if let Some(bytes) = out.get_mut(at..at + len) {
            bytes.copy_from_slice(blot.to_le_bytes().get(..len).unwrap_or_default());
        }
        at += len.max(step);
    }
    out
}
