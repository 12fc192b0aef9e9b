//! Every kind of error, each from the smallest input that shows it, at its exact byte.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{check, hex};
use std::collections::BTreeSet;
use suit_core::cbor::Reader;
use suit_core::cose::Block;
use suit_core::digest::Digest;
use suit_core::grammar::{
    BLOCK, COMMON, LANGUAGES, METADATA, PARAMETERS, SECTION, SHARED_SEQUENCE, VERSION_MATCH, WAIT_INFO,
};
use suit_core::labels::{Algorithm, EnvelopeKey, ManifestKey, Tag};
use suit_core::report::Report;
use suit_core::{Envelope, Error, ErrorKind, Expected, Manifest, Tagging};

use ErrorKind as E;

type Read = fn(&[u8]) -> Result<(), Error>;
type Row = (ErrorKind, usize, Read, &'static str);

fn item(bytes: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(bytes);
    reader.item()?;
    reader.finish()
}

fn envelope(bytes: &[u8]) -> Result<(), Error> {
    Envelope::parse(bytes, Tagging::Required).map(drop)
}

fn manifest(bytes: &[u8]) -> Result<(), Error> {
    Manifest::parse(Reader::new(bytes)).map(drop)
}

fn block(bytes: &[u8]) -> Result<(), Error> {
    match Block::parse(Reader::new(bytes))? {
        Block::Sign1(signer) | Block::Mac0(signer) => signer.header().protected_algorithm().map(drop),
        Block::Sign(_) | Block::Mac(_) => Ok(()),
    }
}

const ENCODING: &[Row] = &[
    (E::Truncated, 0, item, ""),
    (E::Truncated, 1, item, "18"),
    (E::Truncated, 3, item, "1a 00 01 # two bytes of four"),
    (E::Truncated, 3, item, "44 01 02 # two bytes of four"),
    (E::Truncated, 2, item, "82 01 # one item of two"),
    (E::Truncated, 3, item, "a2 01 02 # one pair of two"),
    (E::Truncated, 1, item, "c1 # nothing is tagged"),
    (E::Truncated, 9, item, "5b ff ff ff ff ff ff ff ff # a length beyond all input"),
    (E::ReservedHead, 0, item, "1c"),
    (E::ReservedHead, 1, item, "81 5d"),
    (E::ReservedHead, 0, item, "3e"),
    (E::ReservedHead, 0, item, "1f # an integer has no indefinite length"),
    (E::ReservedHead, 0, item, "df # nor has a tag"),
    (E::LongHead, 0, item, "18 17"),
    (E::LongHead, 0, item, "19 00 ff"),
    (E::LongHead, 0, item, "1a 00 00 ff ff"),
    (E::LongHead, 0, item, "1b 00 00 00 00 ff ff ff ff"),
    (E::LongHead, 1, item, "81 38 00"),
    (E::LongHead, 0, item, "58 01 00"),
    (E::LongHead, 0, item, "78 01 61"),
    (E::LongHead, 0, item, "98 00"),
    (E::LongHead, 0, item, "b8 00"),
    (E::LongHead, 0, item, "d8 01 00"),
    (E::IndefiniteLength, 0, item, "5f ff"),
    (E::IndefiniteLength, 0, item, "7f ff"),
    (E::IndefiniteLength, 0, item, "9f ff"),
    (E::IndefiniteLength, 2, item, "82 00 bf ff"),
    (E::UnexpectedBreak, 1, item, "81 ff"),
    (E::TrailingBytes, 1, item, "00 00"),
    (E::InvalidUtf8, 1, item, "81 61 ff"),
    (E::UnsupportedSimple, 0, item, "f7 # undefined"),
    (E::UnsupportedSimple, 0, item, "e0"),
    (E::UnsupportedSimple, 0, item, "f8 ff"),
    (E::UnsupportedSimple, 0, item, "f8 16 # null in two bytes"),
    (E::UnsupportedSimple, 0, item, "f9 00 00"),
    (E::UnsupportedSimple, 0, item, "fa 00 00 00 00"),
    (E::UnsupportedSimple, 0, item, "fb 00 00 00 00 00 00 00 00"),
    (E::IntegerRange, 0, |b| Reader::new(b).int().map(drop), "1b 80 00 00 00 00 00 00 00"),
    (E::IntegerRange, 0, |b| Reader::new(b).int().map(drop), "3b 80 00 00 00 00 00 00 00"),
    (E::DuplicateKey, 3, |b| check(PARAMETERS, b), "a2 05 00 05 01"),
    (E::KeyOrder, 3, |b| check(PARAMETERS, b), "a2 0e 00 05 01"),
    (E::KeyOrder, 4, |b| check(PARAMETERS, b), "a2 18 1a 00 05 01 # 26, then 5"),
];

const STRUCTURE: &[Row] = &[
    (E::WrongType(Expected::Map), 0, manifest, "80"),
    (E::WrongType(Expected::Uint), 2, |b| check(PARAMETERS, b), "a1 0e 20 # a size of -1"),
    (E::WrongType(Expected::Int), 3, |b| check(PARAMETERS, b), "a1 18 1b 60 # a priority of text"),
    (E::WrongType(Expected::Bytes), 2, |b| check(PARAMETERS, b), "a1 12 60 # content of text"),
    (E::WrongType(Expected::Text), 2, |b| check(PARAMETERS, b), "a1 15 40 # a URI of bytes"),
    (E::WrongType(Expected::Array), 0, |b| check(SECTION, b), "a0"),
    (E::WrongType(Expected::Tag), 0, |b| check(BLOCK, b), "84"),
    (E::WrongType(Expected::Bool), 2, |b| check(PARAMETERS, b), "a1 0c 01 # strict-order 1"),
    (E::WrongType(Expected::Nil), 4, |b| check(SECTION, b), "82 39 01 00 f5 # a custom command with true"),
    (E::WrongType(Expected::OneOfSeveral), 2, |b| check(PARAMETERS, b), "a1 01 80 # a vendor of no bytes"),
    (E::MissingKey(1), 1, manifest, "a0"),
    (E::MissingKey(2), 6, manifest, "a2 01 01 03 41 a0"),
    (E::MissingKey(3), 5, manifest, "a2 01 01 02 00"),
    (E::MissingKey(2), 7, envelope, "d8 6b a1 03 42 00 00 # no authentication"),
    (E::UnknownKey, 1, |b| check(COMMON, b), "a1 00 00"),
    (E::WrongTag(107), 0, envelope, "d8 6a a0"),
    (E::WrongTag(112), 2, |b| check(PARAMETERS, b), "a1 01 d8 6f 41 01"),
    (E::TooFewItems, 0, |b| check(SECTION, b), "80"),
    (E::TooFewItems, 2, |b| check(SECTION, b), "82 0f 81 43 82 03 00 # one alternative"),
    (E::TooManyItems, 0, |b| check(VERSION_MATCH, b), "83 01 81 01 00"),
    (E::WrongLength, 2, |b| check(PARAMETERS, b), "a1 02 41 00 # a UUID of one byte"),
    (E::UnsupportedVersion, 2, manifest, "a1 01 02"),
    (E::UnknownCommand, 1, |b| check(SECTION, b), "82 18 24 0f # 36"),
    (E::ForbiddenCommand, 3, |b| check(SHARED_SEQUENCE, b), "84 01 0f 15 00 # fetch"),
    (E::OddSequence, 0, |b| check(SECTION, b), "81 03"),
    (E::UnknownParameter, 1, |b| check(PARAMETERS, b), "a1 00 00"),
    (E::ForbiddenParameter, 3, |b| check(SHARED_SEQUENCE, b), "82 14 a1 39 01 00 00 # override with -257"),
    (E::ReportPolicy, 2, |b| check(SECTION, b), "82 03 10"),
    (E::UnknownDigestAlgorithm, 1, |b| Digest::read(&mut Reader::new(b)).map(drop), "82 28 40 # ESP256"),
    (E::DigestLength, 2, |b| Digest::read(&mut Reader::new(b)).map(drop), "82 2f 41 00"),
    (
        E::DuplicateComponent,
        11,
        manifest,
        "a3 01 01 02 00 03 # common:
        45 a1 02 82 # two components
           80
           80",
    ),
    (
        E::ComponentIndex,
        15,
        manifest,
        "a4 01 01 02 00 03 44 a1 02 81 80 07 # validate:
        43 82 0c 01",
    ),
    (E::NoComponents, 0, manifest, "a3 01 01 02 00 03 41 a0"),
    (E::UnknownComparison, 1, |b| check(VERSION_MATCH, b), "82 06 81 01"),
    (E::UnknownWaitEvent, 1, |b| check(WAIT_INFO, b), "a1 0a 00"),
    (E::UnknownFileType, 2, |b| check(METADATA, b), "a1 05 04"),
    (E::LanguageTag, 1, |b| check(LANGUAGES, b), "a1 62 655f a1 01 60 # e_"),
    (E::Untagged, 0, envelope, "a0"),
    (
        E::UnknownReason,
        15,
        |b| Report::parse(Reader::new(b)).map(drop),
        "a3 03 80 04 # failure:
        a3 05 00 06 85 80 07 00 00 a0 07 0d # reason 13
        18 63 82 60 82 2f 58 20 0000000000000000000000000000000000000000000000000000000000000000",
    ),
];

const COSE: &[Row] = &[
    (
        E::AttachedPayload,
        7,
        block,
        "d2 84 43 a1 01 28 a0 # COSE_Sign1
        40 40",
    ),
    (
        E::DuplicateHeader,
        7,
        block,
        "d2 84 43 a1 01 28 a1
        01 28 # the algorithm again
        f6 40",
    ),
    (
        E::CriticalHeader,
        8,
        block,
        "d2 84 47 a2 01 28 02
        81 # crit
        18 63 # 99
        a0 f6 40",
    ),
    (E::MissingAlgorithm, 2, block, "d2 84 40 a0 f6 40"),
    (E::UnprotectedAlgorithm, 4, block, "d2 84 40 a1 01 28 f6 40"),
    (E::UnknownBlock, 0, block, "d0 83 40 a0 40 # COSE_Encrypt0"),
    (
        E::DuplicateKey,
        6,
        block,
        "d2 84 45 a2 01
        28 01 27",
    ),
];

#[test]
fn every_kind_at_its_byte() {
    let mut seen = BTreeSet::new();
    for (case, (kind, offset, read, input)) in [ENCODING, STRUCTURE, COSE].concat().into_iter().enumerate() {
        assert_eq!(read(&hex(input)), Err(Error::new(kind, offset)), "case {case}: {input}");
        seen.insert(kind.name());
    }
    // Found in tests of their own: tests/limits.rs and tests/manifest.rs.
    seen.extend(["TooDeep", "TooManyEntries", "DuplicateIndex", "MissingComponentIndex"]);
    // Found by others: a text's components by tools, recipients by the device.
    seen.extend(["TextComponent", "UnsupportedRecipient"]);
    let all: BTreeSet<_> = ALL.split_whitespace().collect();
    assert_eq!(seen, all);
}

/// The variants in the order of their numbers, spelled as test vectors spell them.
const ALL: &str = "
    Truncated ReservedHead LongHead IndefiniteLength UnexpectedBreak TrailingBytes DuplicateKey KeyOrder InvalidUtf8
    UnsupportedSimple TooDeep IntegerRange TooManyEntries
    WrongType MissingKey UnknownKey WrongTag TooFewItems TooManyItems WrongLength UnsupportedVersion UnknownCommand
    ForbiddenCommand OddSequence UnknownParameter ForbiddenParameter ReportPolicy UnknownDigestAlgorithm DigestLength
    DuplicateComponent ComponentIndex MissingComponentIndex NoComponents DuplicateIndex UnknownComparison
    UnknownWaitEvent UnknownFileType TextComponent LanguageTag Untagged UnknownReason
    AttachedPayload DuplicateHeader CriticalHeader MissingAlgorithm UnprotectedAlgorithm UnknownBlock
    UnsupportedRecipient
";

#[test]
fn what_errors_say() {
    let say = |kind, offset| Error::new(kind, offset).to_string();
    assert_eq!(say(E::LongHead, 3), "integer or length not in its shortest form at byte 3");
    assert_eq!(say(E::WrongType(Expected::Bytes), 0), "wrong type, expected a byte string at byte 0");
    assert_eq!(say(E::MissingKey(2), 9), "required key 2 is missing at byte 9");
    assert_eq!(say(E::WrongTag(107), 1), "wrong tag, expected 107 at byte 1");
    assert_eq!((E::Truncated.number(), E::WrongType(Expected::Uint).number()), (101, 301));
    assert_eq!((E::UnsupportedRecipient.number(), E::Untagged.number()), (407, 329));
    assert_eq!(E::UnknownReason.number(), 330);
}

#[test]
fn digests_made_by_hand() {
    assert_eq!(Digest::new(Algorithm::Sha256, &[0; 32]).map(|digest| digest.bytes().len()), Ok(32));
    assert_eq!(Digest::new(Algorithm::Sha384, &[0; 32]), Err(Error::new(E::DigestLength, 0)));
    assert_eq!(Digest::new(Algorithm::Esp256, &[0; 32]), Err(Error::new(E::UnknownDigestAlgorithm, 0)));
}

/// Registries: numbers that must never change. Written from the drafts, not from the code.
#[test]
fn numbers() {
    assert_eq!(Tag::SuitEnvelope.code(), 107);
    assert_eq!(
        EnvelopeKey::ALL.iter().map(|key| key.code()).collect::<Vec<_>>(),
        [2, 3, 14, 15, 16, 18, 20, 23]
    );
    let manifest: Vec<_> = ManifestKey::ALL.iter().map(|key| key.code()).collect();
    assert_eq!(manifest, [1, 2, 3, 4, 5, 6, 7, 8, 9, 14, 15, 16, 18, 20, 23, 24]);
    assert_eq!(EnvelopeKey::from_name("install"), Some(EnvelopeKey::Install));
    assert_eq!(EnvelopeKey::from_code(17), None);
}
