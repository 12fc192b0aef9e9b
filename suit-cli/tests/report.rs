//! `suit report`, seen from outside. The reports are made by the device's own writer.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use serde_json::Value;
use signing::{IMAGE_DIGEST, K1, Place, act, check, envelope, example_0, hex, sha256, with_payload};
use std::path::Path;
use suit_core::cbor::Reader;
use suit_core::command::{Act, ReportPolicy};
use suit_core::component::ComponentId;
use suit_core::labels::{Algorithm, Condition, ManifestKey, ParameterKey, ReportReason};
use suit_core::owned::{self, Command, Manifest, Member, Parameter, Selection};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::report::{
    CapabilityReport, Ending, Esp256Key, Hmac256Key, Measured, MeasuredValue, Outcome, Record, Recorder,
    ReportSigner, ReportWriter,
};

const CLASS: [u8; 16] = [0x5a; 16];
const DIGEST: [u8; 32] = [0xab; 32];

/// Who protects a report.
#[derive(Clone, Copy)]
enum By {
    Nobody,
    K1,
    Secret,
}

/// A report about an envelope, by the device's code.
fn report(
    about: &[u8],
    by: By,
    run: impl FnOnce(&mut dyn Recorder),
    ending: Ending<'_>,
    capabilities: Option<&CapabilityReport<'_>>,
) -> Vec<u8> {
    let envelope = Envelope::parse(about, Tagging::Required).unwrap();
    let manifest = suit_core::Manifest::parse(envelope.manifest().content()).unwrap();
    let mut memory = vec![0; 4096];
    let nonce = Some(&b"\x01\x02\x03"[..]);
    let mut writer =
        ReportWriter::begin(&mut memory, &envelope.authentication(), manifest.reference_uri(), nonce)
            .unwrap();
    run(&mut writer);
    let finished = writer.finish(ending, capabilities).unwrap();
    let k1: [u8; 32] = hex(K1).try_into().unwrap();
    let mut key: Box<dyn ReportSigner> = match by {
        By::Nobody => return finished.bytes().to_vec(),
        By::K1 => Box::new(Esp256Key::new(&k1, Some(b"dev")).unwrap()),
        By::Secret => Box::new(Hmac256Key::new(&[0x61; 32], None).unwrap()),
    };
    finished.protect(&mut *key).unwrap().to_vec()
}

fn place(section: ManifestKey, offset: u32) -> Record<'static> {
    let policy = ReportPolicy::EVERYTHING;
    let outcome = Outcome::Failure(ReportReason::ConditionFailed);
    Record { section: section.code(), offset, policy, outcome, ..Record::NOWHERE }
}

const fn failure<'r>(reason: ReportReason, record: &'r Record<'r>) -> Ending<'r> {
    Ending::Failure { code: 510, reason, record }
}

/// The run of [`with_payload`]'s update in which the class was of another kind for another component once, the image was
/// fetched, and did not match.
///
/// Its shared sequence is 86 14 a4 (01 vendor) (02 class) (03 digest) (0e 0b) 01 0f 02 0f: the class is checked at byte
/// 82. Its install section is 86 14 a1 15 64 '#app' 15 02 03 0f: fetch stands at byte 9, image-match at byte 11.
fn image_does_not_match(about: &[u8], by: By) -> Vec<u8> {
    let class = [Measured { label: ParameterKey::ClassIdentifier, value: MeasuredValue::Bytes(&CLASS) }];
    let image = [
        Measured {
            label: ParameterKey::ImageDigest,
            value: MeasuredValue::Digest(Algorithm::Sha256, &DIGEST),
        },
        Measured { label: ParameterKey::ImageSize, value: MeasuredValue::Uint(12) },
    ];
    let version = [Measured { label: ParameterKey::Version, value: MeasuredValue::Version(&[1, 2, -1, 3]) }];
    let name = [0x81, 0x41, 0x00];
    let ids = [ComponentId::read(&mut Reader::new(&name)).unwrap()];
    let end = Record { measured: &image, ..place(ManifestKey::Install, 11) };
    report(
        about,
        by,
        |recorder| {
            recorder.record(&Record { measured: &class, ..place(ManifestKey::Common, 82) });
            let success = Record { outcome: Outcome::Success, component_id: &ids, ..end };
            recorder.record(&Record { measured: &version, ..success });
            recorder.record(&Record { measured: &image[1..], ..success });
        },
        failure(ReportReason::ConditionFailed, &end),
        None,
    )
}

/// A place with `fw.suit`, its update's report in three forms, and the keys.
fn example() -> Place {
    let place = Place::with_example();
    let fw = with_payload().0.encode();
    place
        .write("plain.report", image_does_not_match(&fw, By::Nobody))
        .write("signed.report", image_does_not_match(&fw, By::K1))
        .write("maced.report", image_does_not_match(&fw, By::Secret))
        .write("mac.hex", "61".repeat(32))
        .write("fw.suit", fw);
    place
}

/// SHA-256 over the manifest's byte string, as the tool itself prints it when it verifies.
fn digest_of(place: &Place, name: &str) -> String {
    let bytes = place.read(name);
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    signing::to_hex(&sha256(envelope.manifest().item()).bytes)
}

#[test]
fn a_report_is_shown() {
    let place = example();
    let wanted = |protection: &str, size: &str| {
        format!(
            "\
SUIT report  NAME  {size}
  protection  {protection}
  manifest    SHA-256 {}
  nonce       010203
  result      failed: a condition failed, and nothing caught that (condition-failed, device's code 510)
              install, byte 11, component 0
                image-digest sha-256 {}
                image-size 12 B
  failed      shared sequence, byte 82, component 0
                class-identifier 5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
  measured    component [00]
                version 1.2-rc.3
  measured    component [00]
                image-size 12 B
",
            digest_of(&place, "fw.suit"),
            "ab".repeat(32),
        )
    };
    for (name, trust, protection) in [
        ("plain.report", "", "none: anybody can have written this"),
        ("signed.report", "", "ESP256 in COSE_Sign1, kid 646576: not verified"),
        ("signed.report", " --trust k1.pub", "ESP256 in COSE_Sign1, kid 646576: by k1"),
        ("maced.report", " --trust mac.hex", "HMAC-256 in COSE_Mac0: by mac"),
    ] {
        let size = format!("{} B", place.read(name).len());
        let ran = place.say(&format!("report decode {name}{trust}")).ok();
        assert_eq!(ran.text(), wanted(protection, &size).replace("NAME", name));
    }
}

#[test]
fn what_is_not_from_a_trusted_device_is_refused() {
    let place = example();
    for (name, trust, error) in [
        (
            "plain.report",
            "k1.pub",
            "refused[E0559]: the report in 'plain.report' is neither signed nor has it a MAC\n",
        ),
        ("signed.report", "k2.pub", "refused[E0504]: no signature by a trusted key\n"),
        ("maced.report", "k1.pub", "refused[E0504]: no signature by a trusted key\n"),
    ] {
        let ran = place.say(&format!("report decode {name} --trust {trust}"));
        assert_eq!(ran.status, 1, "{}", ran.err);
        assert!(ran.err.starts_with(error), "{}", ran.err);
        // What it says is shown, and that it holds for nobody.
        assert!(ran.text().contains("holds for no trusted key") || name == "plain.report", "{}", ran.text());
        // It explains nothing.
        let ran = place.say(&format!("report explain {name} --manifest fw.suit --trust {trust}"));
        assert_eq!((ran.status, ran.text()), (1, ""));
        assert!(ran.err.starts_with(error), "{}", ran.err);
    }
    // One bit of the report itself.
    let mut bytes = place.read("signed.report");
    let at = bytes.windows(3).position(|bytes| bytes == [1, 2, 3]).unwrap();
    bytes[at] ^= 1;
    place.write("changed.report", bytes);
    let ran = place.say("report decode changed.report --trust k1.pub");
    assert!(ran.status == 1 && ran.err.starts_with("refused[E0504]"), "{}", ran.err);
}

/// P-251: with the manifest, records tell the run. P-257: what was measured is put together by component.
#[test]
fn p_251_p_257_a_report_is_explained() {
    let place = example();
    let text =
        place.say("report explain signed.report --manifest fw.suit --trust k1.pub").ok().text().to_owned();
    let wanted = format!(
        "\
report signed.report about fw.suit, sequence 7
  protection  ESP256 in COSE_Sign1, kid 646576: by k1
  result      failed: a condition failed, and nothing caught that (condition-failed, device's code 510)
  where       condition image-match on component 0 [00], in install at byte 11
                image-digest      measured  sha-256 {}
                                  expected  sha-256 {}
                image-size        measured  12 B
                                  expected  11 B
  failed      condition class-identifier on component 0 [00], in shared sequence at byte 82
                class-identifier  measured  5a5a5a5a-5a5a-5a5a-5a5a-5a5a5a5a5a5a
                                  expected  1492af14-2569-5e48-bf42-9b2d51f2ab45
  measured    component [00]: version 1.2-rc.3 and image-size 12 B
",
        "ab".repeat(32),
        signing::to_hex(&sha256(b"hello world").bytes),
    );
    assert_eq!(text, wanted);
}

#[test]
fn a_success_and_an_open_outcome() {
    let place = example();
    let fw = place.read("fw.suit");
    place.write("done.report", report(&fw, By::Nobody, |_| {}, Ending::Success, None));
    let text = place.say("report explain done.report --manifest fw.suit").ok().text().to_owned();
    assert_eq!(
        text,
        "report done.report about fw.suit, sequence 7\n\
         \x20 protection  none: anybody can have written this\n\
         \x20 result      success\n"
    );
    // The invoke section is 82 17 02.
    let end = self::place(ManifestKey::Invoke, 1);
    let bytes = report(&fw, By::Nobody, |_| {}, failure(ReportReason::InvokePending, &end), None);
    place.write("open.report", bytes);
    let text = place.say("report explain open.report --manifest fw.suit").ok().text().to_owned();
    assert!(
        text.ends_with(
            "  result      failed: the image was about to be started; how that went is not known (invoke-pending, \
             device's code 510)\n\
             \x20 where       invoke on component 0 [00], in invoke at byte 1\n"
        ),
        "{text}"
    );
    let end = Record::NOWHERE;
    let bytes = report(&fw, By::Nobody, |_| {}, failure(ReportReason::Unauthorised, &end), None);
    place.write("early.report", bytes);
    let text = place.say("report explain early.report --manifest fw.suit").ok().text().to_owned();
    assert!(text.ends_with("  where       before any section\n"), "{text}");
}

/// P-250: digest and URI of the report must be those of the manifest.
#[test]
fn p_250_a_report_about_another_manifest_is_refused() {
    let place = example();
    place.write("other.suit", envelope(&example_0()).encode());
    let ran = place.say("report explain plain.report --manifest other.suit");
    assert_eq!((ran.status, ran.text()), (1, ""));
    let wanted = format!(
        "refused[E0560]: the report is about none of these manifests\n--> plain.report\n\
         note: the report is about SHA-256 {}\nnote: other.suit has SHA-256 {}\n\
         help: give the envelope that the device ran with --manifest\n",
        digest_of(&place, "fw.suit"),
        digest_of(&place, "other.suit"),
    );
    assert_eq!(ran.err, wanted);

    // The digest is right, the URI is not.
    let manifest = Manifest { reference_uri: Some("https://example.com/m".into()), ..example_0() };
    let with_uri = envelope(&manifest).encode();
    let good = report(&with_uri, By::Nobody, |_| {}, Ending::Success, None);
    let (digest_end, uri) = (34, b"https://example.com/m");
    let at = good.windows(uri.len()).position(|bytes| bytes == uri).unwrap();
    let mut bad = good.clone();
    bad[at] = b'x';
    assert_eq!(good.len(), at + uri.len() + digest_end + 2);
    place.write("uri.suit", with_uri).write("good.report", good).write("bad.report", bad);
    place.say("report explain good.report --manifest uri.suit").ok();
    let ran = place.say("report explain bad.report --manifest uri.suit");
    assert_eq!((ran.status, ran.text()), (1, ""));
    assert!(
        ran.err.starts_with("refused[E0560]: the report does not have the manifest's reference URI\n"),
        "{}",
        ran.err
    );
    assert!(
        ran.err
            .contains("note: the report has 'xttps://example.com/m', the manifest 'https://example.com/m'\n"),
        "{}",
        ran.err
    );

    // The envelope states that digest, its manifest has another.
    let mut changed = place.read("fw.suit");
    let at = changed.windows(5).position(|bytes| bytes == hex("a60101 0207")).unwrap() + 4;
    changed[at] ^= 1;
    place.write("changed.suit", changed);
    let ran = place.say("report explain plain.report --manifest changed.suit");
    assert_eq!(ran.status, 1);
    assert!(ran.err.starts_with("refused[E0502]: manifest does not have the digest"), "{}", ran.err);
}

/// R §5: records that the manifest has no command for say that the device, or the report, is not to be trusted.
#[test]
fn places_that_do_not_exist_are_refused() {
    let place = example();
    let fw = place.read("fw.suit");
    let silent = Record { policy: ReportPolicy::EVERYTHING, ..self::place(ManifestKey::Install, 1) };
    let cases = [
        (self::place(ManifestKey::Install, 10), "install, byte 10, component 0: no command begins there"),
        (
            self::place(ManifestKey::Install, u32::MAX),
            "install, byte 4294967295, component 0: no command begins there",
        ),
        (self::place(ManifestKey::Load, 1), "load, byte 1, component 0: the manifest has no such section"),
        (self::place(ManifestKey::Text, 1), "text, byte 1, component 0: the manifest has no such section"),
        (
            Record { section: -1, ..self::place(ManifestKey::Load, 1) },
            "section -1, byte 1, component 0: the manifest has no such section",
        ),
        (
            Record { component: 1, ..self::place(ManifestKey::Validate, 1) },
            "validate, byte 1, component 1: the manifest has no such component",
        ),
        (
            Record { manifest_path: &[0], ..self::place(ManifestKey::Validate, 1) },
            "validate, byte 1, component 0, in dependency 0: the manifest has no such dependency",
        ),
        (silent, "install, byte 1, component 0 is 'override-parameters', which asks for no record"),
    ];
    for (record, message) in cases {
        let bytes = report(&fw, By::Nobody, |recorder| recorder.record(&record), Ending::Success, None);
        place.write("bad.report", bytes);
        let ran = place.say("report explain bad.report --manifest fw.suit");
        assert_eq!((ran.status, ran.text()), (1, ""), "{message}");
        assert!(ran.err.starts_with(&format!("refused[E0561]: {message}\n--> bad.report\n")), "{}", ran.err);
    }
    // The run may end at any command.
    let bytes = report(&fw, By::Nobody, |_| {}, failure(ReportReason::OperationFailed, &silent), None);
    place.write("end.report", bytes);
    place.say("report explain end.report --manifest fw.suit").ok();
}

/// A section that was severed and is not at hand is told as far as the report itself goes.
#[test]
fn a_severed_section_that_is_not_here() {
    let place = example();
    place.say("edit sever fw.suit --member install -o less.suit").done();
    let text = place.say("report explain plain.report --manifest less.suit").done().text().to_owned();
    let wanted =
        "  where       install, byte 11, component 0: the section is severed, and not in less.suit\n";
    assert!(text.contains(wanted), "{text}");
}

/// bytes from the first byte of the section's array, in nested sequences too.
///
/// Two slots: the condition that fails stands in the first alternative, and the digest depends on the slot.
#[test]
fn a_29_nested_sequences() {
    let slot = |number: u64, byte: u8| {
        let digest = owned::Digest { algorithm: Algorithm::Sha256, bytes: vec![byte; 32] };
        vec![
            Command::OverrideParameters(vec![Parameter::ComponentSlot(number)]),
            check(Condition::ComponentSlot),
            Command::OverrideParameters(vec![Parameter::ImageDigest(digest)]),
        ]
    };
    let mut manifest = example_0();
    manifest.sections.insert(
        ManifestKey::Install,
        Member::Inline(vec![
            Command::TryEach(vec![slot(0, 1), slot(1, 2)], false),
            Command::RunSequence(vec![check(Condition::ImageMatch)]),
        ]),
    );
    let bytes = envelope(&manifest).encode();
    // 84 0f 82 58 30: the try-each; each alternative is 86 14 a10500 05 0f 14 a1 03 5824 (36 bytes): the slot is checked
    // at its byte 5.
    let alternative: u32 = 5;
    let inner = place(ManifestKey::Install, alternative + 5);
    let length = 1 + 1 + 3 + 2 + 1 + 1 + 3 + 36;
    // Behind both alternatives with their heads of two bytes there is 1820 43 82 03 0f: the run-sequence.
    let image = place(ManifestKey::Install, 3 + 2 * (2 + length) + 2 + 1 + 1);
    let measured = [Measured { label: ParameterKey::ComponentSlot, value: MeasuredValue::Uint(1) }];
    let report = report(
        &bytes,
        By::Nobody,
        |recorder| recorder.record(&Record { measured: &measured, ..inner }),
        failure(ReportReason::ConditionFailed, &image),
        None,
    );
    let place = Place::new();
    place.write("ab.suit", bytes).write("ab.report", report);
    let text = place.say("report explain ab.report --manifest ab.suit").ok().text().to_owned();
    let wanted = format!(
        "\
  where       condition image-match on component 0 [00], in install at byte {}, in a run-sequence
                image-digest      expected  sha-256 {}
                                  or        sha-256 {}
                image-size        expected  34,768 B
  failed      condition component-slot on component 0 [00], in install at byte 10, in alternative 1 of a try-each
                component-slot    measured  1
                                  expected  0
",
        image.offset,
        "01".repeat(32),
        "02".repeat(32),
    );
    assert!(text.ends_with(&wanted), "{text}");
}

/// A dependency's command, by the way through the tree; its envelope is given, or stands in the other.
#[test]
fn dependencies() {
    let dependency = envelope(&example_0());
    let digest = dependency.digest.clone();
    let root = Manifest {
        components: vec![owned::ComponentId(vec![vec![1]]), owned::ComponentId(vec![vec![2]])],
        dependencies: [(1, None)].into(),
        shared: Some(
            [
                vec![Command::SetComponentIndex(Selection::One(1))],
                vec![Command::OverrideParameters(vec![
                    Parameter::ImageDigest(digest),
                    Parameter::Uri("#dep".into()),
                ])],
            ]
            .concat(),
        ),
        sections: [(
            ManifestKey::Validate,
            Member::Inline(vec![
                Command::SetComponentIndex(Selection::One(1)),
                check(Condition::DependencyIntegrity),
                act(Act::ProcessDependency),
            ]),
        )]
        .into(),
        ..Manifest::default()
    };
    let mut outer = envelope(&root);
    let alone = outer.encode();
    outer.payloads.push(("#dep".into(), dependency.encode()));
    let (both, dependency) = (outer.encode(), dependency.encode());
    // The dependency's validate section is 82 03 0f.
    let inner = Record { manifest_path: &[0], ..place(ManifestKey::Validate, 1) };
    // The root's is 86 0c 01 07 0f 0b 02.
    let own = Record { component: 1, ..place(ManifestKey::Validate, 5) };
    let bytes = report(
        &alone,
        By::Nobody,
        |recorder| recorder.record(&inner),
        failure(ReportReason::ConditionFailed, &own),
        None,
    );
    let place = Place::new();
    place
        .write("alone.suit", alone)
        .write("both.suit", both)
        .write("dep.suit", dependency)
        .write("d.report", bytes);
    let explain = |manifests: &str| {
        place.say(&format!("report explain d.report --manifest {manifests}")).ok().text().to_owned()
    };
    let wanted = |name: &str| {
        format!(
            "  where       process-dependency on dependency 1 [02], in validate at byte 5\n\
             \x20 failed      condition image-match on component 0 [00], in validate of dependency 0 ({name}) at byte 1\n\
             \x20               image-digest      expected  sha-256 {IMAGE_DIGEST}\n\
             \x20               image-size        expected  34,768 B\n"
        )
    };
    assert!(explain("both.suit").ends_with(&wanted("'#dep' in both.suit")), "{}", explain("both.suit"));
    let two = explain("dep.suit --manifest alone.suit");
    assert!(
        two.starts_with("report d.report about alone.suit") && two.ends_with(&wanted("dep.suit")),
        "{two}"
    );
    let missing = explain("alone.suit");
    let words = "  failed      validate, byte 1, component 0, in dependency 0: dependency 0 of alone.suit is not at hand; \
                 give its envelope with --manifest, too\n";
    assert!(missing.ends_with(words), "{missing}");
}

#[test]
fn capabilities_are_named() {
    let name = [0x81, 0x43, b'a', b'p', b'p'];
    let components =
        |number: usize| (number == 0).then(|| (ComponentId::read(&mut Reader::new(&name)).unwrap(), true));
    let crypto = suit_verify_nostd::Crypto {
        signatures: &[&suit_verify_nostd::crypto::Esp256],
        macs: &[],
        hashes: &[&suit_verify_nostd::crypto::Sha256],
    };
    let known = CapabilityReport {
        requested: false,
        components: &components,
        commands: &[3, 23, -300],
        parameters: &[3, 14],
        crypto: &crypto,
        further: &[],
    };
    let place = example();
    let fw = place.read("fw.suit");
    let end = self::place(ManifestKey::Install, 9);
    let bytes =
        report(&fw, By::Nobody, |_| {}, failure(ReportReason::CommandUnsupported, &end), Some(&known));
    place.write("lack.report", bytes);
    let text = place.say("report decode lack.report").ok().text().to_owned();
    let wanted = "  has         component [app], and all that begin like it\n\
                  \x20 knows       commands: image-match, invoke, -300\n\
                  \x20 knows       parameters: image-digest, image-size\n\
                  \x20 knows       algorithms: ESP256, SHA-256\n";
    assert!(text.ends_with(wanted), "{text}");
    hold("report-output.v1.json", &place.say("report decode lack.report --format json").ok().json());
}

#[track_caller]
fn hold(schema: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(schema);
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
    // The schema says something: without its first required member it holds for nothing.
    let mut less = value.clone();
    less.as_object_mut().unwrap().remove("format");
    assert!(!validator.is_valid(&less));
}

#[test]
fn results_are_as_the_schemas_have_them() {
    let place = example();
    let decoded = place.say("report decode signed.report --trust k1.pub --format json").ok().json();
    hold("report-output.v1.json", &decoded);
    assert_eq!(decoded["protection"]["status"], "verified");
    assert_eq!(decoded["result"]["reason"], "condition-failed");
    assert_eq!(decoded["entries"][1]["kind"], "system-properties");
    let explained = place.say("report explain plain.report --manifest fw.suit --format json").ok().json();
    hold("report-explanation.v1.json", &explained);
    assert_eq!(explained["place"]["command"], "image-match");
    assert_eq!(explained["place"]["values"][1]["measured"], "12 B");
    assert_eq!(explained["place"]["values"][1]["expected"][0], "11 B");
    // The command's own byte in the envelope: install's last pair is 03 0f, before '#app' and its payload.
    let fw = place.read("fw.suit");
    let at = usize::try_from(explained["place"]["file_offset"].as_u64().unwrap()).unwrap();
    assert_eq!(fw[at..at + 2], [3, 15]);
    // A refusal prints the result, too, and the message as JSON.
    let ran = place.say("report decode signed.report --trust k2.pub --format json");
    assert_eq!(ran.status, 1);
    assert_eq!(ran.json()["protection"]["status"], "refused");
    let message: Value = serde_json::from_str(&ran.err).unwrap();
    hold("message.v1.json", &message);
    assert_eq!(message["code"], "E0504");
}

#[test]
fn other_files_are_named() {
    let place = example();
    // COSE_Encrypt0 alone, and inside a message.
    place
        .write("encrypted.report", hex("d0 83 40 a0 40"))
        .write("inside.report", hex("d2 84 43 a10128 a0 45 d0 83 40 a0 40 42 0102"))
        .write("cut.report", &place.read("plain.report")[..50]);
    for (name, start) in [
        ("fw.suit", "error[E0610]: 'fw.suit' is an envelope, not a report\n"),
        ("encrypted.report", "error[E0611]: the report in 'encrypted.report' is encrypted\n"),
        ("inside.report", "error[E0611]: the report in 'inside.report' is encrypted\n"),
        ("cut.report", "error[E0101]: input ends inside an item\n"),
    ] {
        let ran = place.say(&format!("report decode {name}"));
        assert_eq!((ran.status, ran.text()), (3, ""), "{name}");
        assert!(ran.err.starts_with(start), "{}", ran.err);
    }
    // `suit inspect` says where to go.
    for (name, what) in [("plain.report", "a SUIT report"), ("signed.report", "a protected SUIT report")] {
        let ran = place.say(&format!("inspect {name}"));
        let wanted = format!(
            "error[E0610]: '{name}' is {what}, not an envelope\n--> {name}\nhelp: `suit report decode {name}` shows it\n"
        );
        assert_eq!((ran.status, ran.err), (3, wanted));
    }
    // An authentication block is still one.
    place.write("block", hex("d2 84 43 a10128 a0 f6 42 0102"));
    place.say("inspect block").ok();
}
