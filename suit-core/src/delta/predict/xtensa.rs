//! Xtensa: `CALL0` to `CALL12`, and `L32R`, which loads from a pool of constants before it (Xtensa Instruction Set
//! Architecture Reference Manual, chapter 8). Instructions have two or three bytes and begin anywhere, so data is often
//! taken for one; what bounds it is that targets are near.

use super::{Form, Half, Kind, Reference};

const CALL: u32 = 5;
const L32R: u32 = 1;

/// Pools lie no further back, in bytes. `L32R` reaches 256 KiB, but of bytes that only look like one most would be far.
const POOL_MAX: u32 = 0x8000;

/// What the offset of a call counts from: the next word.
const fn after(at: u32) -> u32 {
    (at & !3).wrapping_add(4)
}

/// What the offset of `L32R` counts from: the word at or after it.
const fn above(at: u32) -> u32 {
    at.wrapping_add(3) & !3
}

/// The call or load that stands at `at`.
pub(super) fn find(here: u32, at: u32) -> Option<Reference> {
    // The upper eight bits are the next one's.
    let here = here & 0x00ff_ffff;
    let (kind, target) = match here & 0xf {
        // imm18 n 0101, the number has a sign and counts words.
        CALL => {
            let words = here >> 6;
            let sign = (words >> 17).wrapping_neg() << 18;
            (Kind::Branch, after(at).wrapping_add((words | sign) << 2))
        }
        // imm16 t 0001, ones stand before the number, which counts words.
        L32R => {
            let back = ((here >> 8 ^ 0xffff) << 2).wrapping_add(4);
            if back > POOL_MAX {
                return None;
            }
            // Pools move otherwise than functions do.
            (Kind::Pointer, above(at).wrapping_sub(back))
        }
        _ => return None,
    };
    Some(Reference { kind, form: Form::Instruction(Half::Whole), len: 3, target })
}

/// The call or load `here` with another target, when it stands at `at`.
pub(super) fn aim(here: u32, at: u32, target: u32) -> u32 {
    if here & 0xf == CALL {
        here & 0x3f | (target.wrapping_sub(after(at)) >> 2 & 0x3_ffff) << 6
    } else {
        here & 0xff | (target.wrapping_sub(above(at)) >> 2 & 0xffff) << 8
    }
}
