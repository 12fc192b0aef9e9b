//! Reports: read from commented bytes, and refused with exactly one fault.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod common;

use common::hex;
use suit_core::cbor::Reader;
use suit_core::cose::{AlgorithmId, Block, ProtectedReport, Protection};
use suit_core::labels::{Algorithm, CapabilityKey, ReportReason};
use suit_core::parameter::Parameter;
use suit_core::report::{Capability, Ending, Entry, Record, Report, reason_of_malformed};
use suit_core::{Error, ErrorKind, Expected};

/// 99 => ["", SHA-256 of something]: how each report here ends.
const REFERENCE: &str = "
    18 63 82                         # reference:
       60                            #   no URI
       82 2f 5820 4242424242424242424242424242424242424242424242424242424242424242";

const FULL: &str = "
    a5
       02 43 010203                  # nonce
       03 83                         # records:
          85                         #   a command that failed
             82 01 00                #     in the first dependency of the second
             14                      #     install
             19 012c                 #     byte 300
             02                      #     component 2
             a1 05 01                #     the slot is 1
          a3                         #   system properties
             00 82 41 aa 40          #     component [h'aa', h'']
             0e 19 8000              #     32768 bytes
             18 1c 45 8203820102     #     version equal to 1.2
          85 80 03 07 00 a0          #   shared sequence, nothing measured
       04 a3                         # failed:
          05 20                      #   code -1
          06 85 80 07 03 00 a0       #   validate, byte 3, component 0
          07 0a                      #   a condition failed
       08 a6                         # capabilities:
          01 82 81 41 00 82 41 01 f5 #   components [h'00'], all below [h'01']
          02 82 01 03                #   commands 1, 3
          03 81 01                   #   parameter 1
          04 82 2f 28                #   SHA-256, ESP256
          0a 81 01                   #   dependency prefix
          83 03 03 01 81 03          #   at [3, 3, 1]: 3
       18 63 82                      # reference:
          66 636f61703a2f            #   coap:/
          82 2f 5820 0707070707070707070707070707070707070707070707070707070707070707";

fn place(record: &Record<'_>) -> (Vec<u64>, i64, u64, u64) {
    (record.manifest.collect(), record.section, record.offset, record.component)
}

#[test]
fn a_report_with_everything() {
    let bytes = hex(FULL);
    let report = Report::parse(Reader::new(&bytes)).unwrap();
    assert_eq!(report.reference_uri(), "coap:/");
    assert_eq!((report.digest().algorithm(), report.digest().bytes()), (Algorithm::Sha256, &[7; 32][..]));
    assert_eq!(report.nonce(), Some(&[1, 2, 3][..]));

    let mut entries = report.entries();
    let Some(Entry::Record(first)) = entries.next() else { panic!("no record") };
    assert_eq!(place(&first), (vec![1, 0], 20, 300, 2));
    assert_eq!(first.properties.collect::<Result<Vec<_>, _>>(), Ok(vec![Parameter::ComponentSlot(1)]));
    let Some(Entry::System(system)) = entries.next() else { panic!("no system properties") };
    assert_eq!(system.component.parts().collect::<Vec<_>>(), [&[0xaa][..], &[]]);
    let properties: Vec<_> = system.properties.map(Result::unwrap).collect();
    let [Parameter::ImageSize(0x8000), Parameter::Version(version)] = properties[..] else {
        panic!("{properties:?}")
    };
    assert_eq!(version.version.parts().collect::<Vec<_>>(), [1, 2]);
    let Some(Entry::Record(last)) = entries.next() else { panic!("no record") };
    assert_eq!((place(&last), last.properties.count()), ((vec![], 3, 7, 0), 0));
    assert!(entries.next().is_none());

    let Ending::Failure(failure) = report.ending() else { panic!("it failed") };
    assert_eq!((failure.code, failure.reason), (-1, ReportReason::ConditionFailed));
    assert_eq!(place(&failure.record), (vec![], 7, 3, 0));

    let mut told = Vec::new();
    for capability in report.capabilities().unwrap() {
        match capability {
            Capability::Components(components) => {
                let components = components.map(|one| (one.parts().map(<[u8]>::to_vec).collect(), one.open));
                let expected: [(Vec<Vec<u8>>, bool); 2] = [(vec![vec![0]], false), (vec![vec![1]], true)];
                assert_eq!(components.collect::<Vec<_>>(), expected);
            }
            Capability::Numbers(key, numbers) => told.push((vec![key.code()], numbers.collect::<Vec<_>>())),
            Capability::Path(path, numbers) => told.push((path.collect(), numbers.collect())),
        }
    }
    assert_eq!(CapabilityKey::Dependency.code(), 10);
    let expected = [
        (vec![2], vec![1, 3]),
        (vec![3], vec![1]),
        (vec![4], vec![-16, -9]),
        (vec![10], vec![1]),
        (vec![3, 3, 1], vec![3]),
    ];
    assert_eq!(told, expected);
}

#[test]
fn the_shortest_report() {
    let bytes = hex(&format!("a3 03 80 04 f5 {REFERENCE}"));
    let report = Report::parse(Reader::new(&bytes)).unwrap();
    assert_eq!((report.reference_uri(), report.nonce()), ("", None));
    assert!(matches!(report.ending(), Ending::Success) && report.capabilities().is_none());
    assert_eq!(report.entries().count(), 0);
}

#[test]
fn every_reason() {
    // Numbers from the draft.
    assert_eq!(
        ReportReason::ALL.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
        (0..13).collect::<Vec<_>>()
    );
    for reason in ReportReason::ALL {
        let head = "a3 03 80 04 a3 05 00 06 85 80 07 00 00 a0 07";
        let bytes = hex(&format!("{head} {:02x} {REFERENCE}", reason.code()));
        let Ending::Failure(failure) = Report::parse(Reader::new(&bytes)).unwrap().ending() else {
            panic!("it failed")
        };
        assert_eq!(failure.reason, *reason);
    }
}

/// What stands before the reference, and the fault: each differs from a good report in one thing.
const BAD: &[(&str, ErrorKind, usize)] = &[
    ("a2 03 80", ErrorKind::MissingKey(4), 43),
    ("a2 04 f5", ErrorKind::MissingKey(3), 43),
    ("a3 03 80 04 f4 # false", ErrorKind::WrongType(Expected::OneOfSeveral), 4),
    ("a3 03 80 04 f6 # null", ErrorKind::WrongType(Expected::Bool), 4),
    ("a3 03 80 04 00", ErrorKind::WrongType(Expected::OneOfSeveral), 4),
    ("a4 03 80 04 f5 05 00", ErrorKind::UnknownKey, 5),
    ("a3 04 f5 03 80", ErrorKind::KeyOrder, 3),
    ("a4 02 60 03 80 04 f5 # a nonce of text", ErrorKind::WrongType(Expected::Bytes), 2),
    ("a3 03 a0 04 f5", ErrorKind::WrongType(Expected::Array), 2),
    ("a3 03 81 40 04 f5 # an entry of bytes", ErrorKind::WrongType(Expected::OneOfSeveral), 3),
    ("a3 03 81 84 80 07 00 00 04 f5", ErrorKind::TooFewItems, 3),
    ("a3 03 81 86 80 07 00 00 a0 00 04 f5", ErrorKind::TooManyItems, 3),
    ("a3 03 81 85 81 20 07 00 00 a0 04 f5 # dependency -1", ErrorKind::WrongType(Expected::Uint), 5),
    ("a3 03 81 85 80 60 00 00 a0 04 f5", ErrorKind::WrongType(Expected::Int), 5),
    ("a3 03 81 85 80 07 20 00 a0 04 f5", ErrorKind::WrongType(Expected::Uint), 6),
    ("a3 03 81 85 80 07 00 20 a0 04 f5", ErrorKind::WrongType(Expected::Uint), 7),
    ("a3 03 81 85 80 07 00 00 a1 06 00 04 f5 # parameter 6", ErrorKind::UnknownParameter, 9),
    ("a3 03 81 85 80 07 00 00 a2 0e 00 05 00 04 f5", ErrorKind::KeyOrder, 11),
    ("a3 03 81 a1 00 80 04 f5 # nothing measured", ErrorKind::TooFewItems, 3),
    ("a3 03 81 a2 05 00 0e 00 04 f5 # of which component?", ErrorKind::MissingKey(0), 8),
    ("a3 03 81 a2 00 60 05 00 04 f5", ErrorKind::WrongType(Expected::Array), 5),
    ("a3 03 80 04 a2 06 85 80 07 00 00 a0 07 00", ErrorKind::MissingKey(5), 14),
    ("a3 03 80 04 a2 05 00 07 00", ErrorKind::MissingKey(6), 9),
    ("a3 03 80 04 a2 05 00 06 85 80 07 00 00 a0", ErrorKind::MissingKey(7), 14),
    ("a3 03 80 04 a3 05 00 06 85 80 07 00 00 a0 07 0d", ErrorKind::UnknownReason, 15),
    ("a4 03 80 04 f5 08 a3 01 81 80 02 81 00 03 81 00", ErrorKind::MissingKey(4), 16),
    ("a4 03 80 04 f5 08 a4 01 80 02 81 00 03 81 00 04 81 00", ErrorKind::TooFewItems, 8),
    ("a4 03 80 04 f5 08 a4 01 81 80 02 80 03 81 00 04 81 00", ErrorKind::TooFewItems, 11),
    (
        "a4 03 80 04 f5 08 a4 01 81 81 f4 02 81 00 03 81 00 04 81 00 # false",
        ErrorKind::WrongType(Expected::Bytes),
        10,
    ),
    (
        "a4 03 80 04 f5 08 a4 01 81 82 f5 40 02 81 00 03 81 00 04 81 00 # true in front",
        ErrorKind::WrongType(Expected::Bytes),
        10,
    ),
    ("a4 03 80 04 f5 08 a5 01 81 80 02 81 00 03 81 00 04 81 00 0b 81 00", ErrorKind::UnknownKey, 19),
    ("a4 03 80 04 f5 08 a5 01 81 80 02 81 00 03 81 00 04 81 00 80 81 00", ErrorKind::UnknownKey, 19),
    ("a4 03 80 04 f5 08 a5 01 81 80 02 81 00 03 81 00 04 81 00 40 81 00", ErrorKind::UnknownKey, 19),
];

#[test]
fn bad_reports() {
    for (case, (bytes, kind, offset)) in BAD.iter().enumerate() {
        let bytes = hex(&format!("{bytes}\n{REFERENCE}"));
        let found = Report::parse(Reader::new(&bytes)).map(drop);
        assert_eq!(found, Err(Error::new(*kind, *offset)), "case {case}");
    }
}

#[test]
fn bad_references() {
    let read = |reference: &str| {
        let bytes = hex(&format!("a3 03 80 04 f5 {reference}"));
        Report::parse(Reader::new(&bytes)).map(drop)
    };
    let digest = "82 2f 5820 4242424242424242424242424242424242424242424242424242424242424242";
    assert_eq!(read(&format!("18 63 82 60 {digest}")), Ok(()));
    assert_eq!(
        read(&format!("18 63 82 40 {digest}")),
        Err(Error::new(ErrorKind::WrongType(Expected::Text), 8))
    );
    assert_eq!(read("18 63 81 60"), Err(Error::new(ErrorKind::TooFewItems, 7)));
    assert_eq!(read("18 63 82 60 82 2f 41 00"), Err(Error::new(ErrorKind::DigestLength, 11)));
    assert_eq!(read("18 63 82 60 82 28 41 00"), Err(Error::new(ErrorKind::UnknownDigestAlgorithm, 10)));
    assert_eq!(read(&format!("18 63 82 60 {digest} 00")), Err(Error::new(ErrorKind::TrailingBytes, 45)));
    let bytes = hex("a2 03 80 04 f5");
    assert_eq!(Report::parse(Reader::new(&bytes)).map(drop), Err(Error::new(ErrorKind::MissingKey(99), 5)));
}

#[test]
fn cut_anywhere() {
    let bytes = hex(FULL);
    for len in 0..bytes.len() {
        let error = Report::parse(Reader::new(&bytes[..len])).unwrap_err();
        assert_eq!(error.kind, ErrorKind::Truncated, "{len} bytes: {error}");
    }
}

/// tag, protected {1: alg}, {4: kid}, payload, signature or tag
const SIGNED: &str = "d2 84 43 a10128 a1 04 41 6b 41 a0 42 0102";
const MACED: &str = "d1 84 43 a10105 a0 41 a0 42 0102";

#[test]
fn protected_reports() {
    let (signed, maced) = (hex(SIGNED), hex(MACED));
    let signed = ProtectedReport::parse(Reader::new(&signed)).unwrap();
    assert_eq!(signed.protection(), Protection::Signature);
    assert_eq!(signed.header().protected_algorithm(), Ok(AlgorithmId::Known(Algorithm::Esp256)));
    assert_eq!(signed.header().key_id(), Some(&b"k"[..]));
    assert_eq!((signed.payload().rest(), signed.signature()), (&[0xa0][..], &[1, 2][..]));
    let expected =
        hex("84 6a 5369676e617475726531 43 a10128 40 41 a0 # [\"Signature1\", {1: -9}, '', h'a0']");
    assert_eq!(signed.to_be_signed().write(Vec::new()), Ok(expected));
    let maced = ProtectedReport::parse(Reader::new(&maced)).unwrap();
    assert_eq!((maced.protection(), maced.header().key_id()), (Protection::Mac, None));
    let expected = hex("84 64 4d414330 43 a10105 40 41 a0 # [\"MAC0\", {1: 5}, '', h'a0']");
    assert_eq!(maced.to_be_signed().write(Vec::new()), Ok(expected));
}

#[test]
fn bad_protected_reports() {
    let read = |text: &str| ProtectedReport::parse(Reader::new(&hex(text))).map(drop);
    let fault = |kind, offset| Err(Error::new(kind, offset));
    assert_eq!(read("84 43 a10128 a0 41 a0 42 0102"), fault(ErrorKind::WrongType(Expected::Tag), 0));
    assert_eq!(read("d8 62 84 40 a0 41 a0 80"), fault(ErrorKind::UnknownBlock, 0));
    assert_eq!(read("d2 83 43 a10128 a0 41 a0"), fault(ErrorKind::TooFewItems, 1));
    assert_eq!(read("d2 84 43 a10128 a0 60 42 0102"), fault(ErrorKind::WrongType(Expected::Bytes), 7));
    assert_eq!(read(&format!("{SIGNED} 00")), fault(ErrorKind::TrailingBytes, 15));
    assert_eq!(read("d2 84 43 a10128 a1 01 28 41 a0 42 0102"), fault(ErrorKind::DuplicateHeader, 7));
}

/// A-32, P-033: a report is no authentication block, and an authentication block is no report.
#[test]
fn a_32_neither_is_the_other() {
    let attached = hex(SIGNED);
    assert_eq!(
        Block::parse(Reader::new(&attached)).map(drop),
        Err(Error::new(ErrorKind::AttachedPayload, 10))
    );
    let detached = hex("d2 84 43 a10128 a0 f6 42 0102");
    assert!(Block::parse(Reader::new(&detached)).is_ok());
    assert_eq!(
        ProtectedReport::parse(Reader::new(&detached)).map(drop),
        Err(Error::new(ErrorKind::WrongType(Expected::Bytes), 7))
    );
}

#[test]
fn reasons_of_documents() {
    let cases = [
        (ErrorKind::Truncated, ReportReason::CborParse),
        (ErrorKind::MissingKey(3), ReportReason::CborParse),
        (ErrorKind::UnsupportedVersion, ReportReason::CborParse),
        (ErrorKind::UnknownBlock, ReportReason::CoseUnsupported),
        (ErrorKind::CriticalHeader, ReportReason::CoseUnsupported),
        (ErrorKind::UnknownDigestAlgorithm, ReportReason::AlgorithmUnsupported),
        (ErrorKind::UnknownCommand, ReportReason::CommandUnsupported),
        (ErrorKind::ForbiddenCommand, ReportReason::CommandUnsupported),
        (ErrorKind::ComponentIndex, ReportReason::ComponentUnsupported),
        (ErrorKind::UnknownParameter, ReportReason::ParameterUnsupported),
        (ErrorKind::UnknownWaitEvent, ReportReason::ParameterUnsupported),
    ];
    for (kind, reason) in cases {
        assert_eq!(reason_of_malformed(kind), reason, "{kind}");
    }
}
