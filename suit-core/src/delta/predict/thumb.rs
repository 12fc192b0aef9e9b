//! Thumb: `BL`, `BLX` and the wide `B` (Arm v7-M Architecture Reference Manual, A7.7.12 and A7.7.18, encodings T1 and T4).

use super::{Form, Half, Kind, Reference};

/// The bits that tell: 11110 in the first half, then 1 J1 ? J2: 11 is BL, 10 is B.W. In a word the second half is above.
const FIXED: u32 = 0x9000_f800;
const IS_BRANCH: u32 = 0x9000_f000;
const SIGN: u32 = 1 << 10;
/// J1 and J2. I1 = NOT(J1 EOR S), and I2 alike: with S they are the offset's bits, without it these inverted.
const J: u32 = 0x2800_0000;

const fn without_sign(word: u32) -> u32 {
    if word & SIGN == 0 { word ^ J } else { word }
}

/// The branch that stands at `at`.
pub(super) fn find(here: u32, at: u32) -> Option<Reference> {
    if here & FIXED != IS_BRANCH {
        return None;
    }
    let sign = (here & SIGN) >> 10;
    let word = without_sign(here);
    let upper = sign.wrapping_neg() << 24 | (word >> 29 & 1) << 23 | (word >> 27 & 1) << 22;
    let offset = upper | (word & 0x3ff) << 12 | (word >> 16 & 0x7ff) << 1;
    // PC is four bytes ahead.
    let target = at.wrapping_add(4).wrapping_add(offset);
    Some(Reference { kind: Kind::Branch, form: Form::Instruction(Half::Whole), len: 4, target })
}

/// The branch `here` with another target, when it stands at `at`.
pub(super) fn aim(here: u32, at: u32, target: u32) -> u32 {
    let offset = target.wrapping_sub(at).wrapping_sub(4);
    let upper = (offset >> 24 & 1) << 10 | (offset >> 23 & 1) << 29 | (offset >> 22 & 1) << 27;
    let imm = offset >> 12 & 0x3ff | (offset >> 1 & 0x7ff) << 16;
    without_sign(here & 0xd000_f800 | upper | imm)
}
