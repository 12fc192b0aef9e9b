//! Reports: what the writer makes, byte by byte, and what protects it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "tests"
)]

mod common;

use common::{ALL, Key, array, bstr, hex, text};
use proptest::prelude::*;
use suit_core::cbor::Reader;
use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::cose::ProtectedReport;
use suit_core::envelope::Authentication;
use suit_core::labels::{Algorithm, CapabilityKey, EnvelopeKey, ParameterKey, ReportReason};
use suit_core::parameter::Parameter;
use suit_core::report::{self, Report};
use suit_core::{Error, ErrorKind};
use suit_verify_nostd::crypto::Message;
use suit_verify_nostd::report::{
    CapabilityReport, Ed25519Key, Ending, Esp256Key, Finished, Hmac256Key, Measured, MeasuredValue, NoRoom,
    OVERHEAD, Outcome, PATH_MAX, ProtectError, Record, Recorder, ReportSigner, ReportWriter, SignFault,
    reason_of_authentication, verify,
};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore};

/// An authentication wrapper without signatures: [h'822f5820…'], a SHA-256 of 32 times 07.
const WRAPPER: &str = "81 5824 822f5820 0707070707070707070707070707070707070707070707070707070707070707";
const REFERENCE: &str =
    "18 63 82 60 82 2f 5820 0707070707070707070707070707070707070707070707070707070707070707";

fn policy(bits: u64) -> ReportPolicy {
    ReportPolicy::new(bits).unwrap()
}

fn id(encoded: &[u8]) -> ComponentId<'_> {
    ComponentId::read(&mut Reader::new(encoded)).unwrap()
}

fn failed() -> Record<'static> {
    Record { outcome: Outcome::Failure(ReportReason::ConditionFailed), policy: policy(15), ..Record::NOWHERE }
}

/// The report about the wrapper above of what `run` records, in as much memory as it needs.
fn written(run: impl FnOnce(&mut ReportWriter<'_, '_>), ending: Ending<'_>) -> Vec<u8> {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let mut memory = vec![0xff; 65536];
    let mut writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
    run(&mut writer);
    let finished = writer.finish(ending, None).unwrap();
    assert_eq!((finished.dropped, finished.capabilities_dropped), (0, false));
    finished.bytes().to_vec()
}

/// As a program sees it that reads the report.
fn parameters(parameters: suit_core::parameter::Parameters<'_>) -> Vec<String> {
    parameters.map(|one| format!("{:?}", one.unwrap())).collect()
}

// ---- the encoding ----

#[test]
fn a_31_what_succeeds_is_told_as_claims_and_what_fails_as_records() {
    let measured = [Measured { label: ParameterKey::ComponentSlot, value: MeasuredValue::Uint(1) }];
    let name = [0x81, 0x41, 0x00];
    let ids = [id(&name)];
    let base = Record { section: 7, offset: 3, component_id: &ids, measured: &measured, ..Record::NOWHERE };
    let record = "85 80 07 03 00 a1 05 01"; // [[], 7, 3, 0, {5: 1}]
    let claims = "a2 00 81 41 00 05 01"; // {0: [h'00'], 5: 1}
    for bits in 0..16 {
        for (outcome, asked, entry) in [
            (Outcome::Success, bits & 0b0101 != 0, claims),
            (Outcome::Failure(ReportReason::ConditionFailed), bits & 0b1010 != 0, record),
        ] {
            let told = Record { policy: policy(bits), outcome, ..base };
            let bytes = written(|writer| writer.record(&told), Ending::Success);
            let entries = if asked { format!("81 {entry}") } else { "80".to_owned() };
            assert_eq!(bytes, hex(&format!("a3 03 {entries} 04 f5 {REFERENCE}")), "{bits} {outcome:?}");
        }
    }
    // Nothing was measured, or no component is known: there is nothing to claim.
    for nothing in [Record { measured: &[], ..base }, Record { component_id: &[], ..base }] {
        let told = Record { policy: policy(15), ..nothing };
        let bytes = written(|writer| writer.record(&told), Ending::Success);
        assert_eq!(bytes, hex(&format!("a3 03 80 04 f5 {REFERENCE}")));
    }
}

#[test]
fn every_kind_of_measured_value() {
    const DIGEST: [u8; 32] = [0x11; 32];
    let cases: [(ParameterKey, MeasuredValue<'_>, &str, &str); 8] = [
        (
            ParameterKey::VendorIdentifier,
            MeasuredValue::Bytes(b"0123456789abcdef"),
            "01 50 30313233343536373839616263646566",
            "VendorIdentifier(Uuid([48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 97, 98, 99, 100, 101, 102]))",
        ),
        (
            ParameterKey::ImageDigest,
            MeasuredValue::Digest(Algorithm::Sha256, &DIGEST),
            "03 5824 822f5820 1111111111111111111111111111111111111111111111111111111111111111",
            "ImageDigest(Digest { algorithm: Sha256, bytes: [17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, \
             17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17, 17] })",
        ),
        (
            ParameterKey::UseBefore,
            MeasuredValue::Uint(u64::MAX),
            "04 1b ffffffffffffffff",
            "UseBefore(18446744073709551615)",
        ),
        (ParameterKey::StrictOrder, MeasuredValue::Bool(true), "0c f5", "StrictOrder(true)"),
        (ParameterKey::Content, MeasuredValue::Bytes(&[]), "12 40", "Content([])"),
        (ParameterKey::Uri, MeasuredValue::Text("a:b"), "15 63 613a62", "Uri(\"a:b\")"),
        (ParameterKey::UpdatePriority, MeasuredValue::Int(-500), "181b 39 01f3", "UpdatePriority(-500)"),
        // "equal to" 1.-1.2: [3, [1, -1, 2]]
        (ParameterKey::Version, MeasuredValue::Version(&[1, -1, 2]), "181c 46 82 03 83 01 20 02", ""),
    ];
    for (label, value, bytes, read) in cases {
        let measured = [Measured { label, value }];
        let told = Record { measured: &measured, ..failed() };
        let report = written(|writer| writer.record(&told), Ending::Success);
        assert_eq!(report, hex(&format!("a3 03 81 85 80 00 00 00 a1 {bytes} 04 f5 {REFERENCE}")));
        // The other way.
        let report = Report::parse(Reader::new(&report)).unwrap();
        let Some(report::Entry::Record(record)) = report.entries().next() else { panic!("a record") };
        if let Some(Ok(Parameter::Version(found))) = record.properties.clone().next() {
            assert_eq!(found.version.parts().collect::<Vec<_>>(), [1, -1, 2]);
        } else {
            assert_eq!(parameters(record.properties), [read]);
        }
    }
}

#[test]
fn places_and_names() {
    let uint = |label, value| Measured { label, value: MeasuredValue::Uint(value) };
    let measured = [uint(ParameterKey::ComponentSlot, 1), uint(ParameterKey::MinimumBattery, 2)];
    let place = Record {
        manifest_path: &[1, 200],
        section: -300,
        offset: 70_000,
        component: 256,
        measured: &measured,
        ..failed()
    };
    let bytes = written(|writer| writer.record(&place), Ending::Success);
    let entry = "
        85
           82 01 18c8        # dependency 200 of dependency 1
           39 012b           # section -300
           1a 00011170       # byte 70000
           19 0100           # component 256
           a2 05 01 181a 02";
    assert_eq!(bytes, hex(&format!("a3 03 81 {entry}\n 04 f5 {REFERENCE}")));

    // A dependency's component has the names of its prefixes before its own.
    let (prefix, none, name) = (hex("82 41 aa 40"), hex("80"), hex("81 41 00"));
    let ids = [id(&prefix), id(&none), id(&name)];
    let told = Record { outcome: Outcome::Success, component_id: &ids, ..place };
    let bytes = written(|writer| writer.record(&told), Ending::Success);
    let entry = "a3 00 83 41 aa 40 41 00 05 01 181a 02";
    assert_eq!(bytes, hex(&format!("a3 03 81 {entry} 04 f5 {REFERENCE}")));
}

#[test]
fn what_is_out_of_order_is_cut_off() {
    let uint = |label| Measured { label, value: MeasuredValue::Uint(1) };
    let sorted = uint(ParameterKey::ComponentSlot);
    for second in [ParameterKey::ComponentSlot, ParameterKey::UseBefore] {
        let measured = [sorted, uint(second), uint(ParameterKey::ImageSize)];
        let told = Record { measured: &measured, ..failed() };
        let bytes = written(|writer| writer.record(&told), Ending::Success);
        assert_eq!(bytes, hex(&format!("a3 03 81 85 80 00 00 00 a1 05 01 04 f5 {REFERENCE}")), "{second:?}");
    }
}

/// P-242: with several components selected there is one set for each, in their order.
#[test]
fn p_242_one_entry_per_component_in_order() {
    let components = [2, 0, 1];
    let bytes = written(
        |writer| {
            for component in components {
                writer.record(&Record { component, ..failed() });
            }
        },
        Ending::Success,
    );
    let report = Report::parse(Reader::new(&bytes)).unwrap();
    let told = report.entries().map(|entry| match entry {
        report::Entry::Record(record) => record.component,
        report::Entry::System(_) => panic!("a record"),
    });
    assert_eq!(told.collect::<Vec<_>>(), [2, 0, 1]);
}

#[test]
fn p_250_the_reference_is_that_of_the_manifest() {
    let sample = include_bytes!("sample.suit");
    let envelope = suit_core::Envelope::parse(sample, suit_core::Tagging::Required).unwrap();
    let authentication = envelope.authentication();
    let mut memory = [0; 512];
    let writer = ReportWriter::begin(&mut memory, &authentication, Some("coap://[::1]/m"), None).unwrap();
    let finished = writer.finish(Ending::Success, None).unwrap();
    let report = Report::parse(Reader::new(finished.bytes())).unwrap();
    assert_eq!((report.reference_uri(), report.digest()), ("coap://[::1]/m", authentication.digest()));
}

/// a manifest without a URI is referred to with an empty one.
#[test]
fn a_30_no_uri_is_an_empty_one() {
    let bytes = written(|_| {}, Ending::Success);
    assert_eq!(Report::parse(Reader::new(&bytes)).unwrap().reference_uri(), "");
}

#[test]
fn failures() {
    let measured = [Measured { label: ParameterKey::ImageSize, value: MeasuredValue::Uint(5) }];
    let place = Record { section: 20, offset: 24, component: 1, measured: &measured, ..failed() };
    let end = |record| Ending::Failure { code: 602, reason: ReportReason::OperationFailed, record };
    let result = |place: &str| hex(&format!("a3 03 80 04 a3 05 19 025a 06 {place} 07 0b {REFERENCE}"));
    assert_eq!(written(|_| {}, end(&place)), result("85 80 14 1818 01 a1 0e 05"));
    // The command does not ask for it.
    let silent = Record { policy: policy(5), ..place };
    assert_eq!(written(|_| {}, end(&silent)), result("85 80 14 1818 01 a0"));
    assert_eq!(written(|_| {}, end(&Record::NOWHERE)), result("85 80 00 00 00 a0"));
}

/// P-255: before an invocation the outcome is open, and the report does not say that it succeeded.
#[test]
fn p_255_invocation_pending() {
    let place = Record { section: 9, offset: 1, ..Record::NOWHERE };
    let ending = Ending::Failure { code: 0, reason: ReportReason::InvokePending, record: &place };
    let bytes = written(|_| {}, ending);
    assert_eq!(bytes, hex(&format!("a3 03 80 04 a3 05 00 06 85 80 09 01 00 a0 07 0c {REFERENCE}")));
}

#[test]
fn heads_are_the_shortest_for_any_number_of_entries() {
    for (count, head) in
        [(0, "80"), (23, "97"), (24, "9818"), (255, "98ff"), (256, "990100"), (5000, "991388")]
    {
        let bytes = written(|writer| (0..count).for_each(|_| writer.record(&failed())), Ending::Success);
        assert_eq!(bytes[..2 + head.len() / 2], hex(&format!("a3 03 {head}")));
        assert_eq!(Report::parse(Reader::new(&bytes)).unwrap().entries().count(), count);
    }
}

// ---- capabilities ----

#[test]
fn p_256_capabilities_only_if_asked_for_or_lacking() {
    let names = [hex("81 41 00"), hex("81 41 01")];
    let components = |number: usize| names.get(number).map(|name| (id(name), number == 1));
    let further: [(CapabilityKey, &[i64]); 2] =
        [(CapabilityKey::Envelope, &[EnvelopeKey::Install.code()]), (CapabilityKey::Dependency, &[1])];
    let known = CapabilityReport {
        requested: false,
        components: &components,
        commands: &[3, 23],
        parameters: &[3],
        crypto: &ALL,
        further: &further,
    };
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let report = |ending, known: &CapabilityReport<'_>, len: usize| {
        let mut memory = vec![0; len];
        let writer = ReportWriter::begin(&mut memory, &authentication, None, Some(&[9])).unwrap();
        let finished = writer.finish(ending, Some(known)).unwrap();
        (finished.bytes().to_vec(), finished.capabilities_dropped)
    };
    let list = "
        08 a6
           01 82 81 41 00 82 41 01 f5    # [h'00'], all that begin with h'01'
           02 82 03 17
           03 81 03
           04 89 28 26 3832 32 27 05 2f 382a 382b
           05 81 14
           0a 81 01";
    let requested = CapabilityReport { requested: true, ..known };
    let with = hex(&format!("a5 02 41 09 03 80 04 f5 {list}\n {REFERENCE}"));
    let without = hex(&format!("a4 02 41 09 03 80 04 f5 {REFERENCE}"));
    assert_eq!(report(Ending::Success, &requested, 512), (with, false));
    assert_eq!(report(Ending::Success, &known, 512), (without.clone(), false));
    for reason in ReportReason::ALL {
        let ending = Ending::Failure { code: 0, reason: *reason, record: &Record::NOWHERE };
        let (bytes, dropped) = report(ending, &known, 512);
        let has = Report::parse(Reader::new(&bytes)).unwrap().capabilities().is_some();
        let lacking = reason.name().ends_with("-unsupported");
        assert_eq!((has, dropped), (lacking, false), "{}", reason.name());
    }
    // No room, or a list that the draft doesn't allow: the report goes without them, and the caller is told.
    let many = [3; 100];
    let large = CapabilityReport { commands: &many, ..requested };
    assert_eq!(report(Ending::Success, &large, OVERHEAD + 40), (without.clone(), true));
    assert!(!report(Ending::Success, &large, OVERHEAD + 300).1);
    let none = |_: usize| None;
    let backwards: [(CapabilityKey, &[i64]); 2] =
        [(CapabilityKey::Dependency, &[1]), (CapabilityKey::Envelope, &[1])];
    for incomplete in [
        CapabilityReport { components: &none, ..requested },
        CapabilityReport { commands: &[], ..requested },
        CapabilityReport { parameters: &[], ..requested },
        CapabilityReport {
            crypto: &suit_verify_nostd::Crypto { signatures: &[], macs: &[], hashes: &[] },
            ..requested
        },
        CapabilityReport { further: &backwards, ..requested },
        CapabilityReport { further: &[(CapabilityKey::Envelope, &[])], ..requested },
        CapabilityReport { further: &[(CapabilityKey::Commands, &[1])], ..requested },
    ] {
        assert_eq!(report(Ending::Success, &incomplete, 512), (without.clone(), true));
    }
}

// ---- memory ----

/// With any amount of memory there is either no report, or a sound one that tells how the run ended.
#[test]
fn a_full_buffer_costs_records_and_never_the_result() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let (uri, nonce) = ("coap://repo/m", [1; 8]);
    let least = OVERHEAD + authentication.signed().len() + uri.len() + nonce.len();
    let measured = [Measured { label: ParameterKey::Content, value: MeasuredValue::Bytes(&[7; 90]) }];
    let path = [255; PATH_MAX];
    let last = Record {
        manifest_path: &path,
        section: i64::MIN,
        offset: u32::MAX,
        component: u32::MAX,
        measured: &measured,
        ..failed()
    };
    let mut most = 0;
    for len in 0..least + 1200 {
        let mut memory = vec![0; len];
        let writer = ReportWriter::begin(&mut memory, &authentication, Some(uri), Some(&nonce));
        let Ok(mut writer) = writer else {
            assert!(len < least, "{len} bytes are enough");
            continue;
        };
        assert!(len >= least, "{len} bytes are not enough");
        // The second one is longer: after it was dropped, the third has to go, too, although it would fit.
        for offset in 0..20 {
            let measured = if offset % 3 == 1 { &measured[..] } else { &[] };
            writer.record(&Record { offset, measured, ..failed() });
        }
        let ending = Ending::Failure { code: i64::MIN, reason: ReportReason::InvokePending, record: &last };
        let finished = writer.finish(ending, None).unwrap();
        let report = Report::parse(Reader::new(finished.bytes())).unwrap();
        let offsets = report.entries().map(|entry| match entry {
            report::Entry::Record(record) => record.offset,
            report::Entry::System(_) => panic!("a record"),
        });
        let offsets: Vec<_> = offsets.collect();
        let told = u64::try_from(offsets.len()).unwrap();
        assert_eq!(offsets, (0..told).collect::<Vec<_>>(), "gaps with {len} bytes");
        assert_eq!(u64::from(finished.dropped) + told, 20);
        assert!(told >= most, "more memory, fewer records");
        most = told;
        let report::Ending::Failure(failure) = report.ending() else { panic!("it failed") };
        assert_eq!((failure.code, failure.reason), (i64::MIN, ReportReason::InvokePending));
        assert_eq!(failure.record.manifest.collect::<Vec<_>>(), [255; PATH_MAX]);
        // What was measured is told if there is room for it.
        let measured = failure.record.properties.count();
        assert!(measured == 0 || len > least, "{len}");
        assert!(measured == 1 || len < least + 1100, "{len}");
    }
    assert_eq!(most, 20);
}

#[test]
fn a_place_too_deep_to_be_written_is_no_report() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let mut memory = vec![0; OVERHEAD + authentication.signed().len()];
    let path = [0; 60];
    for (len, fits) in [(2 * PATH_MAX, true), (60, false)] {
        let place = Record { manifest_path: &path[..len], ..failed() };
        let writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
        let ending = Ending::Failure { code: 0, reason: ReportReason::Ok, record: &place };
        assert_eq!(writer.finish(ending, None).map(drop), if fits { Ok(()) } else { Err(NoRoom) });
    }
}

// ---- protection ----

fn with_report<T>(then: impl FnOnce(Finished<'_>) -> T) -> T {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let mut memory = vec![0; 512];
    let mut writer = ReportWriter::begin(&mut memory, &authentication, None, Some(b"nonce")).unwrap();
    writer.record(&failed());
    then(writer.finish(Ending::Success, None).unwrap())
}

fn plain() -> Vec<u8> {
    with_report(|finished| finished.bytes().to_vec())
}

fn secret(digits: &str) -> [u8; 32] {
    hex(digits).try_into().unwrap()
}

/// Each of our keys, its like in another implementation, its kind of message, and its algorithm's encoding.
fn keys() -> [(Box<dyn ReportSigner>, Key, u8, &'static str, &'static str); 3] {
    let k1 = secret("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
    let ed = secret("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    [
        (Box::new(Esp256Key::new(&k1, Some(b"k1")).unwrap()), Key::k1(), 0xd2, "Signature1", "28"),
        (Box::new(Ed25519Key::new(&ed, Some(b"k1"))), Key::ed25519(), 0xd2, "Signature1", "32"),
        (Box::new(Hmac256Key::new(&[0x61; 32], Some(b"k1")).unwrap()), Key::mac(), 0xd1, "MAC0", "05"),
    ]
}

fn trusted(message: &[u8], key: &Key) -> Result<u8, AuthenticationError> {
    let raw = key.raw();
    let anchors = [TrustAnchor::new(key.algorithm(), &raw, None, &ALL).unwrap()];
    let trust = TrustStore::new(&anchors).unwrap();
    let report = ProtectedReport::parse(Reader::new(message))?;
    verify(&report, &trust, &ALL, &mut Budget::new()).map(|anchors| anchors.len())
}

/// The message is the one that is made here by hand, with the signature of another implementation; all three algorithms
/// are deterministic.
#[test]
fn p_252_messages_byte_by_byte() {
    for (mut ours, theirs, tag, context, algorithm) in keys() {
        let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
        let header = [&[0xa1, 0x01][..], &hex(algorithm)].concat();
        let signed = array(&[text(context), bstr(&header), bstr(&[]), bstr(&plain())]);
        let expected = [
            vec![tag],
            array(&[bstr(&header), hex("a1 04 42 6b31"), bstr(&plain()), bstr(&theirs.sign(&signed))]),
        ];
        assert_eq!(message, expected.concat(), "{context} {algorithm}");
        assert_eq!(trusted(&message, &theirs), Ok(1));
        let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
        assert_eq!(report.payload().rest(), plain());
    }
}

#[test]
fn p_252_one_wrong_bit_is_refused() {
    for (mut ours, theirs, ..) in keys() {
        let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
        for index in 0..message.len() {
            let mut wrong = message.clone();
            wrong[index] ^= 1;
            // The unprotected header is not covered, and the key's identifier in it is only a hint:
            // d2 84 43 a10128 a1 04 42 6b31
            let is_hint = [7, 9, 10].contains(&index);
            match trusted(&wrong, &theirs) {
                Ok(_) => assert!(is_hint, "byte {index}"),
                Err(AuthenticationError::NoTrustedSignature | AuthenticationError::Malformed(_)) => {
                    assert!(!is_hint, "byte {index}");
                }
                Err(other) => panic!("byte {index}: {other}"),
            }
        }
    }
}

#[test]
fn other_keys_and_other_kinds_are_refused() {
    let message =
        |mut key: Box<dyn ReportSigner>| with_report(|report| report.protect(&mut *key).unwrap().to_vec());
    let [signed, ..] = keys().map(|(ours, ..)| message(ours));
    assert_eq!(trusted(&signed, &Key::k2()), Err(AuthenticationError::NoTrustedSignature));
    assert_eq!(trusted(&signed, &Key::mac()), Err(AuthenticationError::NoTrustedSignature));
    // As a MAC, the message names an algorithm that is none.
    let mut as_mac = signed.clone();
    as_mac[0] = 0xd1;
    assert_eq!(trusted(&as_mac, &Key::k1()), Err(AuthenticationError::NoTrustedSignature));
    // The algorithm must be protected.
    let unprotected = hex("d2 84 40 a1 01 28 41 a0 41 00");
    assert_eq!(
        trusted(&unprotected, &Key::k1()),
        Err(AuthenticationError::Malformed(Error::new(ErrorKind::UnprotectedAlgorithm, 4)))
    );
}

#[test]
fn tries_are_counted() {
    let [(mut ours, theirs, ..), ..] = keys();
    let message = with_report(|finished| finished.protect(&mut *ours).unwrap().to_vec());
    let raw = theirs.raw();
    let anchors = [TrustAnchor::new(theirs.algorithm(), &raw, None, &ALL).unwrap()];
    let trust = TrustStore::new(&anchors).unwrap();
    let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
    let mut budget = Budget::new();
    budget.attempts = 0;
    let refused = verify(&report, &trust, &ALL, &mut budget).map(|anchors| anchors.len());
    assert!(matches!(refused, Err(AuthenticationError::BudgetExhausted(_))), "{refused:?}");
}

/// A signer of any form.
struct Engine {
    key_id: Option<Vec<u8>>,
    len: usize,
    result: Result<(), SignFault>,
}

impl ReportSigner for Engine {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HssLms
    }

    fn key_id(&self) -> Option<&[u8]> {
        self.key_id.as_deref()
    }

    fn signature_len(&self) -> usize {
        self.len
    }

    fn sign(&mut self, message: &dyn Message, out: &mut [u8]) -> Result<(), SignFault> {
        let mut sum = 0_u8;
        message.feed(&mut |piece| sum = piece.iter().fold(sum, |sum, byte| sum.wrapping_add(*byte)));
        out.fill(sum);
        assert_eq!(out.len(), self.len);
        self.result
    }
}

#[test]
fn signers_of_other_forms() {
    let protect = |key_id: Option<usize>, len, result| {
        let mut engine = Engine { key_id: key_id.map(|len| vec![b'k'; len]), len, result };
        with_report(|finished| finished.protect(&mut engine).map(<[u8]>::to_vec))
    };
    // Heads of signatures of one, two and three bytes; memory of 512 bytes has room for 256.
    for (len, head) in [(0, "40"), (23, "57"), (24, "5818"), (256, "590100")] {
        let message = protect(None, len, Ok(())).unwrap();
        let start = message.len() - len - head.len() / 2;
        assert_eq!(message[start..message.len() - len], hex(head));
        assert_eq!(message[..7], hex("d2 84 44 a101382d a0")[..7], "{{1: -46}}, no key identifier");
        let report = ProtectedReport::parse(Reader::new(&message)).unwrap();
        assert_eq!((report.payload().rest(), report.signature().len()), (&plain()[..], len));
    }
    // 40 bytes of a key's identifier have room for certain.
    assert!(protect(Some(40), 64, Ok(())).is_ok());
    assert_eq!(protect(Some(200), 64, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, 500, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, usize::MAX, Ok(())), Err(ProtectError::NoRoom));
    assert_eq!(protect(None, 64, Err(SignFault)), Err(ProtectError::SignFault));
}

/// Whatever fits into the memory can be protected in it.
#[test]
fn there_is_room_for_protection_in_every_memory() {
    let wrapper = hex(WRAPPER);
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let k1 = secret("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
    let least = OVERHEAD + authentication.signed().len();
    for len in [least, least + 1, least + 200, least + 1000] {
        let mut memory = vec![0; len];
        let mut writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
        (0..100).for_each(|_| writer.record(&failed()));
        let mut key = Esp256Key::new(&k1, Some(&[7; 40])).unwrap();
        let message = writer.finish(Ending::Success, None).unwrap().protect(&mut key).unwrap();
        assert_eq!(trusted(message, &Key::k1()), Ok(1), "{len}");
    }
}

#[test]
fn keys_that_are_none() {
    assert!(Esp256Key::new(&[0; 32], None).is_err());
    assert!(Esp256Key::new(&[0xff; 32], None).is_err());
    assert!(Hmac256Key::new(&[1; 15], None).is_err());
    let shown = format!("{:?}", Hmac256Key::new(&[0x5a; 32], None).unwrap());
    assert_eq!(shown, "Hmac256Key { key_id: None, .. }");
}

// ---- reasons ----

#[test]
fn reasons_of_authentication() {
    let limit = suit_verify_nostd::budget::Limit::Attempts;
    let cases = [
        (AuthenticationError::Malformed(Error::new(ErrorKind::Truncated, 0)), ReportReason::CborParse),
        (AuthenticationError::NoAuthentication, ReportReason::Unauthorised),
        (AuthenticationError::DigestMismatch, ReportReason::Unauthorised),
        (AuthenticationError::UnsupportedDigest, ReportReason::AlgorithmUnsupported),
        (AuthenticationError::NoTrustedSignature, ReportReason::Unauthorised),
        (AuthenticationError::TooFewSignatures { verified: 1, required: 2 }, ReportReason::Unauthorised),
        (AuthenticationError::SeveredMismatch { member: EnvelopeKey::Text }, ReportReason::Unauthorised),
        (AuthenticationError::BudgetExhausted(limit), ReportReason::Unauthorised),
        (AuthenticationError::HashFault, ReportReason::OperationFailed),
    ];
    for (error, reason) in cases {
        assert_eq!(reason_of_authentication(error), reason, "{error}");
    }
}

// ---- any run ----

#[derive(Clone, Debug)]
struct Told {
    path: Vec<u8>,
    section: i64,
    offset: u32,
    component: u32,
    size: Option<u64>,
    version: Vec<i64>,
    fails: bool,
}

fn told() -> impl Strategy<Value = Told> {
    (
        prop::collection::vec(any::<u8>(), 0..4),
        any::<i64>(),
        any::<u32>(),
        any::<u32>(),
        any::<Option<u64>>(),
        prop::collection::vec(any::<i64>(), 0..4),
        any::<bool>(),
    )
        .prop_map(|(path, section, offset, component, size, version, fails)| Told {
            path,
            section,
            offset,
            component,
            size,
            version,
            fails,
        })
}

impl Told {
    fn measured(&self) -> Vec<Measured<'_>> {
        let size = self.size.map(|size| (ParameterKey::ImageSize, MeasuredValue::Uint(size)));
        let version = (!self.version.is_empty())
            .then_some((ParameterKey::Version, MeasuredValue::Version(&self.version)));
        size.into_iter().chain(version).map(|(label, value)| Measured { label, value }).collect()
    }

    fn record<T>(&self, then: impl FnOnce(&Record<'_>) -> T) -> T {
        let name = [0x81, 0x41, 0x07];
        then(&Record {
            manifest_path: &self.path,
            section: self.section,
            offset: self.offset,
            component: self.component,
            component_id: &[id(&name)],
            policy: policy(15),
            outcome: if self.fails {
                Outcome::Failure(ReportReason::ConditionFailed)
            } else {
                Outcome::Success
            },
            measured: &self.measured(),
        })
    }

    fn holds(&self, properties: suit_core::parameter::Parameters<'_>) -> bool {
        let mut expected = self.measured().into_iter();
        properties.map(Result::unwrap).all(|found| match (found, expected.next().map(|one| one.value)) {
            (Parameter::ImageSize(found), Some(MeasuredValue::Uint(size))) => found == size,
            (Parameter::Version(found), Some(MeasuredValue::Version(parts))) => {
                found.version.parts().eq(parts.iter().copied())
            }
            _ => false,
        }) && expected.next().is_none()
    }
}

proptest! {
    /// What was recorded is what is read, in the same order, whatever it was.
    #[test]
    fn what_is_written_is_read(run in prop::collection::vec(told(), 0..40), code: i64, nonce: Option<[u8; 5]>, uri in "[a-z:/]{0,30}") {
        let wrapper = hex(WRAPPER);
        let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
        let mut memory = vec![0; 16384];
        let nonce = nonce.as_ref().map(|nonce| &nonce[..]);
        let mut writer = ReportWriter::begin(&mut memory, &authentication, Some(&uri), nonce).unwrap();
        run.iter().for_each(|told| told.record(|record| writer.record(record)));
        let last = run.last().cloned();
        let finished = match &last {
            None => writer.finish(Ending::Success, None),
            Some(last) => last.record(|record| {
                writer.finish(Ending::Failure { code, reason: ReportReason::OperationFailed, record }, None)
            }),
        };
        let finished = finished.unwrap();
        prop_assert_eq!(finished.dropped, 0);
        let report = Report::parse(Reader::new(finished.bytes())).unwrap();
        prop_assert_eq!(report.reference_uri(), &uri);
        prop_assert_eq!(report.nonce(), nonce);
        prop_assert_eq!(report.digest(), authentication.digest());
        let mut entries = report.entries();
        for told in run.iter().filter(|told| told.fails || !told.measured().is_empty()) {
            match entries.next().unwrap() {
                report::Entry::Record(record) => {
                    prop_assert!(told.fails && told.holds(record.properties));
                    prop_assert!(record.manifest.eq(told.path.iter().map(|index| u64::from(*index))));
                    let place = (record.section, record.offset, record.component);
                    prop_assert_eq!(place, (told.section, told.offset.into(), told.component.into()));
                }
                report::Entry::System(system) => {
                    prop_assert!(!told.fails && told.holds(system.properties));
                    prop_assert!(system.component.parts().eq([&[7][..]]));
                }
            }
        }
        prop_assert!(entries.next().is_none());
        match (report.ending(), last) {
            (report::Ending::Success, None) => {}
            (report::Ending::Failure(failure), Some(last)) => {
                prop_assert_eq!((failure.code, failure.reason), (code, ReportReason::OperationFailed));
                prop_assert!(last.holds(failure.record.properties));
            }
            (ending, _) => prop_assert!(false, "{:?}", ending),
        }
    }
}
