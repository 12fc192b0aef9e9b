//! What a device doesn't implement is refused while the structure is checked, where it stands.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::hex;
use suit_core::cbor::Reader;
use suit_core::cose::{Block, Kinds};
use suit_core::labels::{Condition, Directive, ManifestKey, ParameterKey};
use suit_core::{Error, ErrorKind, Manifest, Supported};

use ErrorKind as E;

/// One component, a shared sequence that sets two parameters, validate with image-match and a custom command.
const MANIFEST: &str = "a4 01 01 02 07
    03 4e a2 02 81 81 41 00 04 46 82 14 a1 0e 18 2a    # common: [[h'00']], override-parameters {image-size: 42}
    07 48 84 03 0f 39 0100 41 00                       # validate: image-match, custom command -257";

/// Offsets in it: the code 20, the parameter 14, the member 7, the code 3, the custom code.
const AT: [usize; 5] = [16, 18, 21, 24, 26];

const BASE: Supported = Supported::NOTHING
    .conditions(&[Condition::ImageMatch])
    .directives(&[Directive::OverrideParameters])
    .parameters(&[ParameterKey::ImageSize])
    .members(&[ManifestKey::Validate])
    .custom();

fn parse(supported: &Supported) -> Result<u64, Error> {
    Manifest::parse_supported(Reader::new(&hex(MANIFEST)), supported)
        .map(|manifest| manifest.sequence_number())
}

#[test]
fn all_that_is_needed_is_enough() {
    assert_eq!(parse(&Supported::ALL), Ok(7));
    assert_eq!(parse(&BASE), Ok(7));
}

/// Each row lacks one thing that the manifest needs.
#[test]
fn p_009_p_010_what_is_missing_is_refused_where_it_stands() {
    let without = Supported::NOTHING.members(&[ManifestKey::Validate]);
    let rows = [
        (
            without.conditions(&[Condition::ImageMatch]).parameters(&[ParameterKey::ImageSize]).custom(),
            E::UnknownCommand,
            AT[0],
        ),
        (
            without
                .conditions(&[Condition::ImageMatch])
                .directives(&[Directive::OverrideParameters])
                .parameters(&[ParameterKey::Uri]),
            E::UnknownParameter,
            AT[1],
        ),
        (
            Supported::NOTHING
                .conditions(&[Condition::ImageMatch])
                .directives(&[Directive::OverrideParameters])
                .parameters(&[ParameterKey::ImageSize])
                .custom(),
            E::UnknownKey,
            AT[2],
        ),
        (
            without
                .directives(&[Directive::OverrideParameters])
                .parameters(&[ParameterKey::ImageSize])
                .custom(),
            E::UnknownCommand,
            AT[3],
        ),
        (
            without
                .conditions(&[Condition::ImageMatch])
                .directives(&[Directive::OverrideParameters])
                .parameters(&[ParameterKey::ImageSize]),
            E::UnknownCommand,
            AT[4],
        ),
    ];
    for (row, (supported, kind, offset)) in rows.iter().enumerate() {
        assert_eq!(parse(supported), Err(Error::new(*kind, *offset)), "row {row}");
    }
}

/// Every registered number has a bit of its own.
#[test]
fn numbers_do_not_touch_each_other() {
    for one in Directive::ALL {
        let supported = Supported::NOTHING.directives(&[*one]);
        for code in 0..40 {
            // The one with a negative number has the place behind the others.
            let place = if *one == Directive::InstallDelta { 36 } else { one.code() };
            assert_eq!(supported.command(code), i64::try_from(code) == Ok(place), "{one:?} and {code}");
        }
        assert_eq!(supported.custom_command(-25717), *one == Directive::InstallDelta);
        assert!(!supported.custom_command(-300));
    }
    for one in ParameterKey::ALL {
        let supported = Supported::NOTHING.parameters(&[*one]);
        for label in 0..40 {
            let place = if *one == ParameterKey::DeltaBase { 31 } else { one.code() };
            assert_eq!(supported.parameter(label), i64::try_from(label) == Ok(place), "{one:?} and {label}");
        }
        assert_eq!(supported.custom_parameter(-25699), *one == ParameterKey::DeltaBase);
        assert!(!supported.custom_parameter(-300));
    }
}

#[test]
fn a_severed_section_too() {
    let manifest = hex(MANIFEST);
    let manifest = Manifest::parse(Reader::new(&manifest)).unwrap();
    let section = [&[0; 100][..], &[0x82, 0x15, 0x02]].concat();
    assert!(manifest.check_section(Reader::at_byte(&section, 100)).is_ok());
    let refused = manifest.check_section_supported(Reader::at_byte(&section, 100), &BASE);
    assert_eq!(refused.map(|_| ()), Err(Error::new(E::UnknownCommand, 101)));
}

/// A kind of block that a device doesn't read is as unknown as a tag of something else, and never skipped.
#[test]
fn kinds_of_block() {
    const NONE: Kinds = Kinds { sign: false, mac0: false, mac: false };
    let sign1 = hex("d2 84 43 a1 01 28 a0 f6 41 00");
    let sign = hex("d8 62 84 40 a0 f6 81 83 43 a1 01 28 a0 41 00");
    let mac0 = hex("d1 84 43 a1 01 05 a0 f6 41 00");
    let mac = hex("d8 61 85 43 a1 01 05 a0 f6 41 00 81 83 40 a1 01 25 f6");
    let unknown = Some(Error::new(E::UnknownBlock, 9));
    let parse = |bytes: &[u8], kinds| {
        let input = [&[0; 9], bytes].concat();
        Block::parse_kinds(Reader::at_byte(&input, 9), kinds).err()
    };
    for block in [&sign1, &sign, &mac0, &mac] {
        assert_eq!(parse(block, Kinds::ALL), None);
    }
    assert_eq!(parse(&sign1, NONE), None);
    assert_eq!(parse(&sign, Kinds { sign: false, ..Kinds::ALL }), unknown);
    assert_eq!(parse(&mac0, Kinds { mac0: false, ..Kinds::ALL }), unknown);
    assert_eq!(parse(&mac, Kinds { mac: false, ..Kinds::ALL }), unknown);
    assert_eq!(parse(&sign, Kinds { sign: true, ..NONE }), None);
    assert_eq!(parse(&mac0, Kinds { mac0: true, ..NONE }), None);
    assert_eq!(parse(&mac, Kinds { mac: true, ..NONE }), None);
}
