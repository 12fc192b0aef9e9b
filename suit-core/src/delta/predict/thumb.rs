//! Thumb: `BL`, `BLX` and the wide `B` (Arm v7-M Architecture Reference Manual, A7.7.12 and A7.7.18, encodings T1 and T4).

use super::{Around, Form, Half, Kind, Reference};

fn halves(here: [u8; 4]) -> (u32, u32) {
    let [a, b, c, d] = here;
    (u32::from(u16::from_le_bytes([a, b])), u32::from(u16::from_le_bytes([c, d])))
}

/// The branch that stands at `at`.
pub(super) fn find(around: &Around, at: u32) -> Option<Reference> {
    let (first, second) = halves(around.here);
    // 11110 S imm10, then 1 J1? J: 11J1J imm11 is BL, 10J1J imm11 is B.W.
    if first & 0xf800 != 0xf000 || !matches!(second & 0xd000, 0xd000 | 0x9000) {
        return None;
    }
    let sign = first >> 10 & 1;
    let (j1, j2) = (second >> 13 & 1, second >> 11 & 1);
    // I1 = NOT(J1 EOR S), and I2 alike.
    let (i1, i2) = (j1 ^ sign ^ 1, j2 ^ sign ^ 1);
    let offset = sign << 24 | i1 << 23 | i2 << 22 | (first & 0x3ff) << 12 | (second & 0x7ff) << 1;
    let offset = if sign == 1 { offset | 0xfe00_0000 } else { offset };
    // PC is four bytes ahead.
    let target = at.wrapping_add(4).wrapping_add(offset);
    Some(Reference { kind: Kind::Branch, form: Form::Instruction(Half::Whole), len: 4, target })
}

/// The branch `here` with another target, when it stands at `at`.
pub(super) fn aim(here: [u8; 4], at: u32, target: u32) -> [u8; 4] {
    let (_, second) = halves(here);
    let offset = target.wrapping_sub(at).wrapping_sub(4);
    let (sign, i1, i2) = (offset >> 24 & 1, offset >> 23 & 1, offset >> 22 & 1);
    let first = 0xf000 | sign << 10 | offset >> 12 & 0x3ff;
    let second = second & 0xd000 | (i1 ^ sign ^ 1) << 13 | (i2 ^ sign ^ 1) << 11 | offset >> 1 & 0x7ff;
    let ([a, b, ..], [c, d, ..]) = (first.to_le_bytes(), second.to_le_bytes());
    [a, b, c, d]
}
