//! RISC-V: `JAL`, `C.J` and `C.JAL`, and pairs that begin with `AUIPC` or `LUI` (The RISC-V Instruction Set Manual, Volume I,
//! RV32I and the C extension).

use super::{Around, Form, Half, Kind, Reference};

const JAL: u32 = 0x6f;
const AUIPC: u32 = 0x17;
const LUI: u32 = 0x37;

const fn bit(word: u32, from: u32, to: u32) -> u32 {
    (word >> (from & 31) & 1) << (to & 31)
}

/// A number of `bits` bits with a sign, in 32.
const fn signed(number: u32, bits: u32) -> u32 {
    let sign = 1u32 << (bits.wrapping_sub(1) & 31);
    (number ^ sign).wrapping_sub(sign)
}

const fn jal_offset(word: u32) -> u32 {
    signed(bit(word, 31, 20) | word & 0xf_f000 | bit(word, 20, 11) | (word >> 21 & 0x3ff) << 1, 21)
}

/// imm[11|4|9:8|10|6|7|3:1|5] in bits 12 to 2.
const fn short_offset(word: u32) -> u32 {
    let upper = bit(word, 12, 11) | bit(word, 11, 4) | (word >> 9 & 3) << 8 | bit(word, 8, 10);
    let lower = bit(word, 7, 6) | bit(word, 6, 7) | (word >> 3 & 7) << 1 | bit(word, 2, 5);
    signed(upper | lower, 12)
}

/// C.J (101 … 01) and, with 32-bit registers, C.JAL (001 … 01).
const fn is_short(word: u32) -> bool {
    matches!(word & 0xe003, 0xa001 | 0x2001)
}

/// The 12 bits of an instruction that takes the lower part of an address in register `register`; `None` if it is none.
fn lower(word: u32, register: u32) -> Option<u32> {
    if word >> 15 & 31 != register {
        return None;
    }
    match word & 0x7f {
        // Loads, ADDI, JALR, FLW: I-type.
        0x03 | 0x07 | 0x67 => Some(signed(word >> 20, 12)),
        0x13 if word >> 12 & 7 == 0 => Some(signed(word >> 20, 12)),
        // Stores: S-type.
        0x23 | 0x27 => Some(signed((word >> 25) << 5 | word >> 7 & 31, 12)),
        _ => None,
    }
}

/// The pair of which the instruction here is one half, with its halves added; `opcode` is the first one's.
fn pair(around: &Around, opcode: u32) -> Option<(Half, u32)> {
    let Around { before, here, after } = *around;
    let part = |upper: u32, next: u32| {
        let next = lower(next, upper >> 7 & 31)?;
        Some((upper & 0xffff_f000).wrapping_add(next))
    };
    if here & 0x7f == opcode {
        return Some((Half::Upper, part(here, after)?));
    }
    if before & 0x7f == opcode && here & 3 == 3 {
        return Some((Half::Lower, part(before, here)?));
    }
    None
}

/// The reference relative to itself that stands at `at`.
pub(super) fn find(around: &Around, at: u32) -> Option<Reference> {
    let here = around.here;
    let (half, len, target) = if here & 0x7f == JAL {
        (Half::Whole, 4, at.wrapping_add(jal_offset(here)))
    } else if is_short(here) {
        (Half::Whole, 2, at.wrapping_add(short_offset(here)))
    } else {
        let (half, offset) = pair(around, AUIPC)?;
        let base = if half == Half::Upper { at } else { at.wrapping_sub(4) };
        (half, 4, base.wrapping_add(offset))
    };
    Some(Reference { kind: Kind::Branch, form: Form::Instruction(half), len, target })
}

/// The address that a pair of `LUI` and another makes.
pub(super) fn absolute(around: &Around) -> Option<(u32, Form)> {
    let (half, value) = pair(around, LUI)?;
    Some((value, Form::Instruction(half)))
}

/// Puts half of `value` into the instruction `here`.
pub(super) fn put_half(here: u32, half: Half, value: u32) -> u32 {
    match half {
        // The lower half has a sign, so the upper one is rounded.
        Half::Whole | Half::Upper => here & 0xfff | value.wrapping_add(0x800) & 0xffff_f000,
        Half::Lower if matches!(here & 0x7f, 0x23 | 0x27) => {
            here & 0x01ff_f07f | (value >> 5 & 0x7f) << 25 | (value & 31) << 7
        }
        Half::Lower => here & 0xf_ffff | value << 20,
    }
}

/// The instruction `here` with another target, when it stands at `at`.
pub(super) fn aim(word: u32, half: Half, at: u32, target: u32) -> u32 {
    let offset = target.wrapping_sub(at);
    if half == Half::Lower {
        put_half(word, half, offset.wrapping_add(4))
    } else if word & 0x7f == JAL {
        let upper = bit(offset, 20, 31) | offset & 0xf_f000;
        word & 0xfff | upper | bit(offset, 11, 20) | (offset >> 1 & 0x3ff) << 21
    } else if is_short(word) {
        let upper = bit(offset, 11, 12) | bit(offset, 4, 11) | (offset >> 8 & 3) << 9 | bit(offset, 10, 8);
        let lower = bit(offset, 6, 7) | bit(offset, 7, 6) | (offset >> 1 & 7) << 3 | bit(offset, 5, 2);
        word & 0xffff_e003 | upper | lower
    } else {
        put_half(word, half, offset)
    }
}
