//! What the writer makes, byte by byte.

use suit_core::cbor::Reader;
use suit_core::envelope::Authentication;
use suit_core::labels::{Algorithm, CapabilityKey, EnvelopeKey, ParameterKey, ReportReason};
use suit_core::parameter::Parameter;
use suit_core::report::{self, Report};
use suit_core::{Error, ErrorKind};
use suit_verify_nostd::AuthenticationError;
use suit_verify_nostd::report::{
    CapabilityReport, Ending, Measured, MeasuredValue, OVERHEAD, Outcome, Record, Recorder, ReportWriter,
    reason_of_authentication,
};

use crate::common::{ALL, hex};
use crate::{REFERENCE, WRAPPER, failed, id, policy};

/// As a program sees it that reads the report.
fn parameters(parameters: suit_core::parameter::Parameters<'_>) -> Vec<String> {
    parameters.map(|one| format!("{:?}", one.unwrap())).collect()
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
    let sample = include_bytes!("../sample.suit");
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
