//! Instructions as assemblers write them, found and aimed anew. Offsets and targets are those that a disassembler names.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

use super::super::header::{Header, Instructions, Region};
use super::super::layout::Layout;
use super::{Around, Half, Kind};

/// Where the images are linked.
const ADDRESS: u32 = 0x0800_0000;

fn predictor(instructions: Instructions) -> Header {
    Header {
        instructions,
        image_address: Some(ADDRESS),
        data: Some(Region { start: 0x2000_0000, log2_len: 29 }),
        slot: None,
        old_size: 0x40_0000,
        new_size: 0x40_0000,
        old_check: [0; 4],
        new_check: [0; 4],
        layout: Layout { nodes: 1, learned: 1, segments: 0, one_map: true },
    }
}

/// Where it stands, what it is, and the offset that it names.
struct Case(u32, &'static str, Around, Kind, u8, u32);

fn one(here: [u8; 4]) -> Around {
    Around { here: u32::from_le_bytes(here), ..Around::default() }
}

fn upper(here: [u8; 4], after: [u8; 4]) -> Around {
    Around { here: u32::from_le_bytes(here), after: u32::from_le_bytes(after), ..Around::default() }
}

fn lower(before: [u8; 4], here: [u8; 4]) -> Around {
    Around { before: u32::from_le_bytes(before), here: u32::from_le_bytes(here), ..Around::default() }
}

fn hold(instructions: Instructions, cases: &[Case]) {
    let predictor = predictor(instructions);
    for Case(at, name, around, kind, len, target) in cases {
        let found = predictor.find(around, *at, *at, 8).unwrap_or_else(|| panic!("{name} isn't found"));
        assert_eq!((found.kind, found.len, found.target), (*kind, *len, *target), "{name}");
        // Aimed at the same place it is the same; at another, it names that. Nearer, for some reach no further.
        let len = usize::from(*len);
        assert_eq!(
            predictor.aim(&found, around, *at, *target).to_le_bytes()[..len],
            around.here.to_le_bytes()[..len],
            "{name}, aimed at {target:#x}"
        );
        if found.form == super::Form::Instruction(Half::Whole) {
            let to = if target > at { *target - 4 } else { *target + 4 };
            let aimed = predictor.aim(&found, around, *at, to);
            assert_eq!(predictor.target(&found, aimed, *at), Some(to), "{name}, aimed at {to:#x}");
        }
    }
}

#[test]
fn thumb() {
    let cases = [
        Case(0x100, "bl 0x300", one([0x00, 0xf0, 0xfe, 0xf8]), Kind::Branch, 4, 0x300),
        Case(0x104, "bl 0x200004", one([0xff, 0xf1, 0x7e, 0xff]), Kind::Branch, 4, 0x20_0004),
        Case(0x108, "b.w 0x300", one([0x00, 0xf0, 0xfa, 0xb8]), Kind::Branch, 4, 0x300),
        Case(0x20_0000, "bl 0x300", one([0x00, 0xf6, 0x7e, 0xf9]), Kind::Branch, 4, 0x300),
        Case(0x20_0004, "b.w 0x300", one([0x00, 0xf6, 0x7c, 0xb9]), Kind::Branch, 4, 0x300),
        Case(0x40, "a vector", one([0x01, 0x02, 0x00, 0x08]), Kind::Pointer, 4, 0x201),
        Case(0x44, "a place in RAM", one([0x10, 0x00, 0x00, 0x20]), Kind::Data, 4, 0x2000_0010),
    ];
    hold(Instructions::Thumb, &cases);
}

#[test]
fn riscv() {
    // auipc a5, 0xfffff (-0x1000) and a load or store 0x7ff further.
    let auipc = [0x97, 0xf7, 0xff, 0xff];
    let lw = [0x03, 0xa7, 0xf7, 0x7f];
    let sw = [0xa3, 0xaf, 0xe7, 0x7e];
    // lui a0, 0x08001, and addi a0, a0, 0x120.
    let (lui, addi) = ([0x37, 0x15, 0x00, 0x08], [0x13, 0x05, 0x05, 0x12]);
    let cases = [
        Case(0x2000, "jal ra, +0x1234", one([0xef, 0x10, 0x40, 0x23]), Kind::Branch, 4, 0x3234),
        Case(0x2000, "j -0x1000", one([0x6f, 0xf0, 0x0f, 0x80]), Kind::Branch, 4, 0x1000),
        Case(0x2000, "c.j +0x7fe", one([0xfd, 0xaf, 0, 0]), Kind::Branch, 2, 0x27fe),
        Case(0x2000, "c.jal -0x800", one([0x01, 0x30, 0, 0]), Kind::Branch, 2, 0x1800),
        Case(0x2000, "auipc before lw", upper(auipc, lw), Kind::Branch, 4, 0x17ff),
        Case(0x2004, "lw behind auipc", lower(auipc, lw), Kind::Branch, 4, 0x17ff),
        Case(0x2004, "sw behind auipc", lower(auipc, sw), Kind::Branch, 4, 0x17ff),
        Case(0x2000, "lui before addi", upper(lui, addi), Kind::Pointer, 4, 0x1120),
        Case(0x2004, "addi behind lui", lower(lui, addi), Kind::Pointer, 4, 0x1120),
    ];
    hold(Instructions::RiscV, &cases);
}

#[test]
fn aarch64() {
    // adrp x0, +0x12000, and add x0, x0, #0x345.
    let (adrp, add) = ([0x80, 0x00, 0x00, 0xd0], [0x00, 0x14, 0x0d, 0x91]);
    let cases = [
        Case(0x2000, "bl +0x1234", one([0x8d, 0x04, 0x00, 0x94]), Kind::Branch, 4, 0x3234),
        Case(0x2000, "b -0x1000", one([0x00, 0xfc, 0xff, 0x17]), Kind::Branch, 4, 0x1000),
        Case(0x2ffc, "adrp before add", upper(adrp, add), Kind::Branch, 4, 0x1_4345),
        Case(0x3000, "add behind adrp", lower(adrp, add), Kind::Branch, 4, 0x1_4345),
        // adrp x3, -0x3000, and add x3, x3, #0x345.
        Case(
            0x4ffc,
            "adrp backwards",
            upper([0xe3, 0xff, 0xff, 0xb0], [0x63, 0x14, 0x0d, 0x91]),
            Kind::Branch,
            4,
            0x1345,
        ),
    ];
    hold(Instructions::AArch64, &cases);
}

#[test]
fn xtensa() {
    let cases = [
        Case(0x100, "call0 0x204", one([0x05, 0x10, 0x00, 0]), Kind::Branch, 3, 0x204),
        Case(0x105, "call0 0x204, not at a word", one([0xc5, 0x0f, 0x00, 0]), Kind::Branch, 3, 0x204),
        Case(0x204, "call0 itself", one([0xc5, 0xff, 0xff, 0]), Kind::Branch, 3, 0x204),
        Case(0x209, "call0 0", one([0x45, 0xdf, 0xff, 0]), Kind::Branch, 3, 0),
        // The same with the window turned by 8: bits 5 and 4 are 2.
        Case(0x105, "call8 0x204", one([0xe5, 0x0f, 0x00, 0]), Kind::Branch, 3, 0x204),
        Case(0x108, "l32r a2, 4", one([0x21, 0xbf, 0xff, 0]), Kind::Pointer, 3, 4),
        Case(0x10b, "l32r a5, 4", one([0x51, 0xbe, 0xff, 0]), Kind::Pointer, 3, 4),
    ];
    hold(Instructions::Xtensa, &cases);
    // 0x8004 bytes back is no pool of this one's.
    let far = one([0x21, 0xff, 0xdf, 0]);
    assert!(predictor(Instructions::Xtensa).find(&far, 0x2_0001, 0x2_0001, 8).is_none());
    let near = one([0x21, 0x00, 0xe0, 0]);
    assert_eq!(predictor(Instructions::Xtensa).find(&near, 0x2_0000, 0x2_0000, 8).unwrap().target, 0x1_8000);
}

#[test]
fn branches_that_leave_the_image_are_none() {
    // bl 0x300 at 0x100 is one to -0x80 at an offset that is 0x380 lower.
    let back = one([0xff, 0xf7, 0xbe, 0xff]);
    assert!(predictor(Instructions::Thumb).find(&back, 0x100, 0x100, 8).is_some());
    assert!(predictor(Instructions::Thumb).find(&back, 0x40, 0x40, 8).is_none());
}
