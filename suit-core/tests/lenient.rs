//! The walk that goes on: each fault is named, what follows it is still seen, and everything entered is left.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{hex, lenient, vectors};
use suit_core::cbor::Reader;
use suit_core::grammar::{BLOCK, ENVELOPE_TAGGED, LANGUAGES, MANIFEST, PARAMETERS, SECTION, Shape};
use suit_core::{ErrorKind, Expected, Manifest};

use ErrorKind as E;

type Row = (Shape, &'static str, &'static [(ErrorKind, usize)]);

const ROWS: &[Row] = &[
    (SECTION, "82 03 0f", &[]),
    // Faults of one item after the other.
    (
        SECTION,
        "88 18 03 0f 09 00 03 10 60 00",
        &[(E::LongHead, 1), (E::UnknownCommand, 4), (E::ReportPolicy, 7), (E::WrongType(Expected::Int), 8)],
    ),
    // A code without its argument ends the sequence, not the walk.
    (SECTION, "83 03 10 04", &[(E::OddSequence, 0), (E::ReportPolicy, 2)]),
    // Content of a byte string that can't be read; what follows the string can.
    (SECTION, "84 18 20 42 82 1c 03 10", &[(E::ReservedHead, 5), (E::ReportPolicy, 7)]),
    (SECTION, "84 18 20 42 82 03 03 10", &[(E::Truncated, 6), (E::ReportPolicy, 7)]),
    (SECTION, "84 18 20 44 82 03 0f 00 03 10", &[(E::TrailingBytes, 7), (E::ReportPolicy, 9)]),
    // Indefinite lengths have a meaning.
    (SECTION, "9f 03 10 ff", &[(E::IndefiniteLength, 0), (E::ReportPolicy, 2)]),
    (PARAMETERS, "bf 05 20 ff", &[(E::IndefiniteLength, 0), (E::WrongType(Expected::Uint), 2)]),
    (PARAMETERS, "a1 12 5f 41 00 41 00 ff", &[(E::IndefiniteLength, 2)]),
    // Keys: order, twice, unknown, each told once, and the values are still held against the grammar.
    (
        PARAMETERS,
        "a4 0e 20 05 20 05 20 0b 00",
        &[
            (E::WrongType(Expected::Uint), 2),
            (E::KeyOrder, 3),
            (E::WrongType(Expected::Uint), 4),
            (E::DuplicateKey, 5),
            (E::WrongType(Expected::Uint), 6),
            (E::UnknownParameter, 7),
        ],
    ),
    (PARAMETERS, "a1 0c f9 00 00", &[(E::UnsupportedSimple, 2)]),
    (
        LANGUAGES,
        "a2 62 656e a0 61 31 a1 05 60",
        &[(E::TooFewItems, 4), (E::KeyOrder, 5), (E::LanguageTag, 5), (E::UnknownKey, 8)],
    ),
    (
        MANIFEST,
        "a1 02 20",
        &[(E::WrongType(Expected::Uint), 2), (E::MissingKey(1), 3), (E::MissingKey(3), 3)],
    ),
    (BLOCK, "d0 80", &[(E::UnknownBlock, 0)]),
    (ENVELOPE_TAGGED, "d8 6b a2 02 41 80 03 40", &[(E::TooFewItems, 5), (E::Truncated, 8)]),
    (ENVELOPE_TAGGED, "a0", &[(E::WrongType(Expected::Tag), 0)]),
    (ENVELOPE_TAGGED, "", &[(E::Truncated, 0)]),
    (ENVELOPE_TAGGED, "ff", &[(E::UnexpectedBreak, 0)]),
    // More items than any input has bytes.
    (SECTION, "9b ff ff ff ff ff ff ff ff", &[(E::Truncated, 0)]),
];

#[test]
fn faults_are_told_and_passed() {
    for (case, (shape, input, expected)) in ROWS.iter().enumerate() {
        let input = hex(input);
        let found: Vec<_> =
            lenient(*shape, &input).faults.iter().map(|error| (error.kind, error.offset)).collect();
        assert_eq!(found, *expected, "case {case}: {input:02x?}");
    }
}

/// Several rules of a manifest broken at once: all are told.
#[test]
fn a_manifest_with_faults_in_every_part() {
    let input = hex("a5             # 0
           01 02        # 1: version 2
           02 03
           03 58 18 a2  # 5: common
             02 82 81 41 00 81 41 01 # 9: two components
             04 4d 88   # 17: shared sequence
               14 a1 0e 01           # 20: no index first
               18 03 0f # 24: a code in two bytes
               15 00    # 27: fetch
               39 01 00 # 29: a custom command, cut off by its string
           07 43 82 0c 02 # 32
           20 00        # 37");
    let found: Vec<_> = lenient(MANIFEST, &input).faults.iter().map(|e| (e.kind, e.offset)).collect();
    assert_eq!(
        found,
        [
            (E::UnsupportedVersion, 2),
            (E::MissingComponentIndex, 20),
            (E::LongHead, 24),
            (E::ForbiddenCommand, 27),
            (E::ForbiddenCommand, 29),
            (E::Truncated, 32),
            (E::ComponentIndex, 36),
            (E::UnknownKey, 37),
        ]
    );
    // Who decides stops at the first.
    let first = Manifest::parse(Reader::new(&input)).unwrap_err();
    assert_eq!((first.kind, first.offset), (E::UnsupportedVersion, 2));
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let value = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        usize::try_from(value % u64::try_from(bound).unwrap()).unwrap()
    }
}

/// On every vector and on mutants of it. `lenient` fails if something is entered and not left.
#[test]
fn entered_is_left() {
    let mut random = Random(0x5eed);
    let (mut walks, mut faults) = (0, 0);
    for (path, vector) in vectors() {
        for mutant in 0..40 {
            let mut input = vector.clone();
            for _ in 0..mutant % 4 {
                let at = random.below(input.len().max(1));
                let byte = u8::try_from(random.below(256)).unwrap();
                match random.below(3) {
                    0 if at < input.len() => input[at] = byte,
                    1 => input.truncate(at),
                    _ => input.insert(at.min(input.len()), byte),
                }
            }
            let found = lenient(ENVELOPE_TAGGED, &input);
            let end = input.len();
            assert!(
                found.faults.iter().all(|error| error.offset <= end),
                "{}: a fault beyond the end",
                path.display()
            );
            walks += 1;
            faults += found.faults.len();
        }
    }
    println!("{walks} walks, {faults} faults");
}
