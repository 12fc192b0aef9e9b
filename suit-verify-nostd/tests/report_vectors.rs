//! Every report of `testvectors/reports` has the fate that the table beside it says, and the writer makes the sound ones.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "tests"
)]
#![allow(dead_code, reason = "`common` is shared")]

mod common;

use common::{ALL, hex};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use suit_core::cbor::Reader;
use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::cose::ProtectedReport;
use suit_core::envelope::Authentication;
use suit_core::labels::{Algorithm, CapabilityKey, ManifestKey, ParameterKey, ReportReason};
use suit_core::report::Report;
use suit_verify_nostd::crypto::{Crypto, Esp256, Sha256};
use suit_verify_nostd::report::{
    CapabilityReport, Ed25519Key, Ending, Esp256Key, Hmac256Key, Measured, MeasuredValue, Outcome, Record,
    Recorder, ReportSigner, ReportWriter, verify,
};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore};

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn table(path: &str) -> toml::Table {
    std::fs::read_to_string(home().join(path)).unwrap().parse().unwrap()
}

fn bytes(name: &str) -> Vec<u8> {
    std::fs::read(home().join("reports").join(format!("{name}.report"))).unwrap()
}

/// Names of all reports; each has both files.
fn names() -> BTreeSet<String> {
    let mut halves: [BTreeSet<String>; 2] = Default::default();
    for entry in std::fs::read_dir(home().join("reports")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        match path.extension().and_then(|ending| ending.to_str()) {
            Some("report") => halves[0].insert(name),
            Some("toml") => halves[1].insert(name),
            other => panic!("{other:?}"),
        };
    }
    assert_eq!(halves[0], halves[1], "a vector is one .report and one .toml");
    let [names, _] = halves;
    names
}

/// A key of `testvectors/keys`.
fn key(name: &str) -> toml::Table {
    table(&format!("keys/{name}.toml"))
}

/// Stage and error; `None` if all holds.
fn fate(bytes: &[u8], trusted: Option<&str>) -> Result<(), (&'static str, AuthenticationError)> {
    let reader = Reader::new(bytes);
    let mut content = reader;
    if let Some(name) = trusted {
        let message = ProtectedReport::parse(reader).map_err(|error| ("message", error.into()))?;
        let key = key(name);
        let algorithm = Algorithm::from_name(key["algorithm"].as_str().unwrap()).unwrap();
        let raw = hex(key.get("public").unwrap_or(&key["secret"]).as_str().unwrap());
        let anchors = [TrustAnchor::new(algorithm, &raw, None, &ALL).unwrap()];
        let trust = TrustStore::new(&anchors).unwrap();
        match verify(&message, &trust, &ALL, &mut Budget::new()) {
            Ok(_) => {}
            Err(error @ AuthenticationError::Malformed(_)) => return Err(("message", error)),
            Err(error) => return Err(("signature", error)),
        }
        content = message.payload();
    }
    Report::parse(content).map(drop).map_err(|error| ("report", error.into()))
}

#[test]
fn every_report_has_its_fate() {
    let names = names();
    assert!(names.len() > 40, "{}", names.len());
    let mut refused = 0;
    for name in names {
        let expected = table(&format!("reports/{name}.toml"));
        let text = |field: &str| expected.get(field).map(|value| value.as_str().unwrap().to_owned());
        let trusted = text("key");
        let found = fate(&bytes(&name), trusted.as_deref());
        if text("verdict").unwrap() == "accepted" {
            assert_eq!(found, Ok(()), "{name}");
            continue;
        }
        refused += 1;
        let (stage, error) = found.expect_err(&name);
        let detail = match error {
            AuthenticationError::Malformed(error) => {
                let kind = format!("{:?}", error.kind);
                kind.split_once('(').map(|(_, detail)| detail.trim_end_matches(')').to_owned())
            }
            _ => None,
        };
        let offset = match error {
            AuthenticationError::Malformed(error) => Some(i64::try_from(error.offset).unwrap()),
            _ => None,
        };
        let told = (Some(stage.to_owned()), Some(error.name().to_owned()), detail);
        assert_eq!(told, (text("stage"), text("error"), text("detail")), "{name}");
        // The generator says where it put the fault, except in what is not there.
        if let Some(at) = expected.get("offset") {
            assert_eq!(offset, at.as_integer(), "{name}");
        }
    }
    assert!(refused > 35, "{refused}");
}

/// What the writer makes of the same run, byte by byte: the vectors were made by another encoder.
#[test]
fn the_writer_makes_the_sound_reports() {
    let wrapper = hex("81 5824 822f5820 0707070707070707070707070707070707070707070707070707070707070707");
    let authentication = Authentication::parse(Reader::new(&wrapper)).unwrap();
    let name = [0x81, 0x41, 0x00];
    let ids = [ComponentId::read(&mut Reader::new(&name)).unwrap()];
    let measured = |label, value| Measured { label, value };
    let digest = [0xab; 32];
    let class = [measured(ParameterKey::ClassIdentifier, MeasuredValue::Bytes(&[0x5a; 16]))];
    let image = [measured(ParameterKey::ImageDigest, MeasuredValue::Digest(Algorithm::Sha256, &digest))];
    let system = [
        measured(ParameterKey::ImageSize, MeasuredValue::Uint(34_768)),
        measured(ParameterKey::Version, MeasuredValue::Version(&[1, 2, -1, 3])),
    ];
    let failed = Record {
        policy: ReportPolicy::EVERYTHING,
        outcome: Outcome::Failure(ReportReason::ConditionFailed),
        ..Record::NOWHERE
    };
    let run = |recorder: &mut dyn Recorder| {
        recorder.record(&Record {
            manifest_path: &[1, 0],
            section: ManifestKey::Common.code(),
            offset: 82,
            component: 1,
            measured: &class,
            ..failed
        });
        recorder.record(&Record {
            outcome: Outcome::Success,
            component_id: &ids,
            measured: &system,
            ..failed
        });
    };
    let end = Record { section: ManifestKey::Install.code(), offset: 24, measured: &image, ..failed };
    let failure = Ending::Failure { code: 510, reason: ReportReason::ConditionFailed, record: &end };

    let mut memory = [0; 1024];
    let mut without_run = |ending, known: Option<&CapabilityReport<'_>>| {
        let writer = ReportWriter::begin(&mut memory, &authentication, None, None).unwrap();
        writer.finish(ending, known).unwrap().bytes().to_vec()
    };
    assert_eq!(without_run(Ending::Success, None), bytes("success"));

    let invoke = Record { section: ManifestKey::Invoke.code(), offset: 1, ..Record::NOWHERE };
    let pending = Ending::Failure { code: 0, reason: ReportReason::InvokePending, record: &invoke };
    assert_eq!(without_run(pending, None), bytes("invoke-pending"));

    let names = [hex("81 41 00"), hex("81 43 617070")];
    let components = |number: usize| {
        let name = names.get(number)?;
        Some((ComponentId::read(&mut Reader::new(name)).unwrap(), number == 1))
    };
    let known = CapabilityReport {
        requested: false,
        components: &components,
        commands: &[1, 2, 3, 23],
        parameters: &[1, 2, 3, 14],
        crypto: &Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] },
        further: &[(CapabilityKey::Dependency, &[1])],
    };
    let lacking =
        Ending::Failure { code: 309, reason: ReportReason::CommandUnsupported, record: &Record::NOWHERE };
    assert_eq!(without_run(lacking, Some(&known)), bytes("capabilities"));

    let secret = |name: &str| -> [u8; 32] { hex(key(name)["secret"].as_str().unwrap()).try_into().unwrap() };
    let mut k1 = Esp256Key::new(&secret("k1"), Some(b"k1")).unwrap();
    let mut ed25519 = Ed25519Key::new(&secret("ed25519"), Some(b"ed25519"));
    let mut hmac = Hmac256Key::new(&secret("hmac"), Some(b"hmac")).unwrap();
    let signers: [(&str, Option<&mut dyn ReportSigner>); 4] = [
        ("failure", None),
        ("sign1", Some(&mut k1)),
        ("sign1-ed25519", Some(&mut ed25519)),
        ("mac0", Some(&mut hmac)),
    ];
    for (name, signer) in signers {
        let uri = Some("coap://[2001:db8::1]/m");
        let mut writer = ReportWriter::begin(&mut memory, &authentication, uri, Some(&[1, 2, 3])).unwrap();
        run(&mut writer);
        let finished = writer.finish(failure, None).unwrap();
        match signer {
            None => assert_eq!(finished.bytes(), bytes(name)),
            Some(signer) => assert_eq!(finished.protect(signer).unwrap(), bytes(name), "{name}"),
        }
    }
}
