//! AArch64: `BL`, `B`, and `ADRP` with the `ADD` after it (Arm Architecture Reference Manual for A-profile, C6.2).

use super::{Around, Form, Half, Kind, Reference};

const PAGE: u32 = 0xfff;

/// B is 000101 imm26, BL 100101 imm26.
const fn is_branch(word: u32) -> bool {
    word & 0x7c00_0000 == 0x1400_0000
}

/// ADRP is 1 immlo 10000 immhi Rd.
const fn is_adrp(word: u32) -> bool {
    word & 0x9f00_0000 == 0x9000_0000
}

/// ADD (immediate, 64 bits, not shifted) from and to register `register`.
const fn is_add(word: u32, register: u32) -> bool {
    word & 0xffc0_0000 == 0x9100_0000 && word >> 5 & 31 == register
}

/// The pages that ADRP adds, in bytes. Offsets past 4 GiB are no devices'.
const fn pages(word: u32) -> u32 {
    ((word >> 5 & 0x7_ffff) << 2 | word >> 29 & 3) << 12
}

/// The reference that stands at `at` of an image at `address`.
pub(super) fn find(around: &Around, at: u32, address: u32) -> Option<Reference> {
    let Around { before, here, after } = *around;
    let (half, target) = if is_branch(here) {
        // imm26 words, with a sign.
        let offset = (here << 6) >> 4;
        let offset = if here >> 25 & 1 == 1 { offset | 0xf000_0000 } else { offset };
        (Half::Whole, at.wrapping_add(offset))
    } else {
        let (half, adrp, add, base) = if is_adrp(here) {
            (Half::Upper, here, after, at)
        } else {
            (Half::Lower, before, here, at.wrapping_sub(4))
        };
        if !is_adrp(adrp) || !is_add(add, adrp & 31) {
            return None;
        }
        let page = base.wrapping_add(address) & !PAGE;
        let named = page.wrapping_add(pages(adrp)).wrapping_add(add >> 10 & PAGE);
        (half, named.wrapping_sub(address))
    };
    Some(Reference { kind: Kind::Branch, form: Form::Instruction(half), len: 4, target })
}

/// The instruction `here` with another target, when it stands at `at` of an image at `address`.
pub(super) fn aim(word: u32, half: Half, at: u32, target: u32, address: u32) -> u32 {
    match half {
        Half::Whole => word & 0xfc00_0000 | target.wrapping_sub(at) >> 2 & 0x03ff_ffff,
        Half::Upper => {
            let from = at.wrapping_add(address) & !PAGE;
            let pages = (target.wrapping_add(address) & !PAGE).wrapping_sub(from) >> 12;
            // The sign of 20 bits of pages, in the 21st.
            let pages = if pages >> 19 & 1 == 1 { pages | 0x10_0000 } else { pages };
            word & 0x9f00_001f | (pages & 3) << 29 | (pages >> 2 & 0x7_ffff) << 5
        }
        Half::Lower => word & 0xffc0_03ff | (target.wrapping_add(address) & PAGE) << 10,
    }
}
