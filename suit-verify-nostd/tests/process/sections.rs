//! Severed sections, as far as carrying them out is concerned, and which sections a procedure takes.

use suit_core::ErrorKind;
use suit_core::labels::{Condition, EnvelopeKey, ManifestKey};
use suit_core::owned::{Command, LanguageText, Manifest, Member, Text};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::device::Device;

/// Every section that can be severed, with its procedure's run.
const SEVERABLE: [ManifestKey; 4] = [
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
];

fn marked(key: ManifestKey) -> Manifest {
    with(manifest(&["a"]), key, mark(key.name()))
}

fn severed_mismatch(key: ManifestKey) -> ProcessError {
    let member = EnvelopeKey::from_code(key.code()).unwrap();
    ProcessError::SeveredMismatch(member)
}

#[test]
fn p_055_p_056_p_059_a_severed_section_with_its_digest_runs() {
    for key in SEVERABLE {
        let mut device = Device::new(&["a"]);
        let envelope = seal_severed(&mut marked(key), &[key], |_, content| Some(content));
        assert_eq!(device.update(&envelope), Ok(()), "{key:?}");
        assert_eq!(device.content("a"), Some(key.name().as_bytes()));
    }
}

#[test]
fn p_059_one_with_another_digest_stops_everything_before_anything_runs() {
    for key in SEVERABLE {
        // The substitute is a sound section, and the manifest has another section that would run first or later.
        let mut manifest = with(marked(key), ManifestKey::Validate, vec![check(Condition::ImageMatch)]);
        let substitute = Command::encode_sequence(&mark("substitute"));
        let envelope = seal_severed(&mut manifest, &[key], |_, _| Some(substitute.clone()));
        for dry in [false, true] {
            let mut device = Device::new(&["a"]);
            let result = if dry {
                device.rehearse(&envelope, Procedure::Update).map(|_| ())
            } else {
                device.run(&envelope, Procedure::Update)
            };
            let failure = result.unwrap_err();
            assert_eq!((failure.error, failure.place), (severed_mismatch(key), None));
            assert!(device.log.is_empty() && device.watched.is_empty());
        }
    }
}

#[test]
fn p_060_a_missing_section_that_the_procedure_needs_stops_it_before_anything_runs() {
    for key in SEVERABLE {
        let mut device = Device::new(&["a"]);
        let manifest = with(marked(key), ManifestKey::Validate, mark("validate"));
        let envelope = seal_severed(&mut manifest.clone(), &[key], |_, _| None);
        assert_eq!(device.update(&envelope), Err(ProcessError::SectionMissing(key)));
        assert!(device.log.is_empty() && device.watched.is_empty());
    }
}

/// P-061: a device that has installed may drop install; validation and invocation still work.
#[test]
fn p_060_p_061_a_missing_section_of_another_procedure_is_no_fault() {
    let image: &[u8] = b"image";
    let manifest = with(marked(ManifestKey::Install), ManifestKey::Validate, {
        vec![put(vec![sha256(image)]), check(Condition::ImageMatch)]
    });
    let mut manifest = with(manifest, ManifestKey::Invoke, vec![act(suit_core::command::Act::Invoke)]);
    let envelope = seal_severed(&mut manifest, &[ManifestKey::Install], |_, _| None);
    let mut device = Device::new(&["a"]).holding("a", image);
    assert_eq!(device.invocation(&envelope), Ok(()));
    assert_eq!(device.update(&envelope), Err(ProcessError::SectionMissing(ManifestKey::Install)));
}

#[test]
fn p_059_a_section_that_the_manifest_does_not_name_does_not_exist() {
    let foreign = Command::encode_sequence(&mark("foreign"));
    let member =
        |key: ManifestKey| [vec![u8::try_from(key.code()).unwrap()], crate::common::bstr(&foreign)].concat();
    for key in SEVERABLE {
        // The manifest has no such section.
        let manifest = with(manifest(&["a"]), ManifestKey::Validate, mark("validate"));
        let mut device = Device::new(&["a"]);
        assert_eq!(device.update(&seal_encoded(&manifest.encode(), &[member(key)])), Ok(()));
        assert_eq!(device.content("a"), Some(&b"validate"[..]), "{key:?}");
        // The manifest has it inline: the envelope's is nothing to it.
        let mut device = Device::new(&["a"]);
        assert_eq!(device.update(&seal_encoded(&marked(key).encode(), &[member(key)])), Ok(()));
        assert_eq!(device.content("a"), Some(key.name().as_bytes()));
    }
}

#[test]
fn p_055_sections_that_cannot_be_severed_are_not_looked_for_in_the_envelope() {
    for key in [ManifestKey::Validate, ManifestKey::Load, ManifestKey::Invoke, ManifestKey::Uninstall] {
        // A digest where the section should stand.
        let mut manifest = with(marked(key), ManifestKey::Install, mark("install"));
        let envelope = seal_severed(&mut manifest, &[key], |_, content| Some(content));
        let mut device = Device::new(&["a"]);
        let result = device.update(&envelope);
        let Err(ProcessError::Malformed(found)) = result else { panic!("{key:?}: {result:?}") };
        assert!(matches!(found, ErrorKind::WrongType(_)), "{found:?}");
        assert!(device.log.is_empty());
    }
}

/// Its digest is right, but what it holds isn't: the author signed rubbish, and none of the manifest runs.
#[test]
fn p_008_p_009_a_severed_section_is_held_to_the_same_structure() {
    let wrong: [(&[u8], ErrorKind); 4] = [
        (&[0x80], ErrorKind::TooFewItems),
        (&[0x82, 0x09, 0x0f], ErrorKind::UnknownCommand),
        (&[0x82, 0x0c, 0x01], ErrorKind::ComponentIndex),
        (&[0x82, 0x0e, 0x0f, 0x00], ErrorKind::TrailingBytes),
    ];
    for (content, kind) in wrong {
        use sha2::Digest as _;
        let digest = suit_core::owned::Digest {
            algorithm: suit_core::labels::Algorithm::Sha256,
            bytes: sha2::Sha256::digest(crate::common::bstr(content)).to_vec(),
        };
        let mut manifest = with(manifest(&["a"]), ManifestKey::DependencyResolution, mark("first"));
        manifest.sections.insert(ManifestKey::Install, Member::Severed(digest));
        let member = [vec![0x14], crate::common::bstr(content)].concat();
        let mut device = Device::new(&["a"]);
        let result = device.update(&seal_encoded(&manifest.encode(), &[member]));
        let Err(ProcessError::Malformed(found)) = result else { panic!("{kind:?}: {result:?}") };
        assert_eq!(found, kind);
        assert!(device.log.is_empty());
    }
}

#[test]
fn a_failure_in_a_severed_section_has_its_place_in_the_envelope() {
    let mut manifest =
        with(manifest(&["a"]), ManifestKey::Install, seq([mark("x"), vec![check(Condition::Abort)]]));
    let envelope = seal_severed(&mut manifest, &[ManifestKey::Install], |_, content| Some(content));
    let failure = Device::new(&["a"]).run(&envelope, Procedure::Update).unwrap_err();
    let place = failure.place.unwrap();
    assert_eq!(place.section, ManifestKey::Install);
    assert_eq!(place.offset as usize, envelope.len() - 2, "the last command of the last member");
}

#[test]
fn p_060_p_062_p_019_missing_or_wrong_text_and_coswid_change_nothing() {
    let mut manifest = marked(ManifestKey::Install);
    manifest.text = Some(Member::Inline(Text::from([("en".to_owned(), LanguageText::default())])));
    manifest.coswid = Some(Member::Inline(vec![0xa0]));
    let keys = [ManifestKey::CoSwid, ManifestKey::Text];
    let inline = seal(&manifest);
    let there = seal_severed(&mut manifest.clone(), &keys, |_, content| Some(content));
    let missing = seal_severed(&mut manifest.clone(), &keys, |_, _| None);
    let wrong = seal_severed(&mut manifest, &keys, |_, _| Some(vec![0xa1, 0x00, 0x00]));
    for envelope in [inline, there, missing, wrong] {
        let mut device = Device::new(&["a"]);
        assert_eq!(device.update(&envelope), Ok(()));
        assert_eq!(device.content("a"), Some(&b"install"[..]));
    }
}

#[test]
fn p_058_all_sections_may_be_severed_at_once() {
    let mut manifest = manifest(&["a"]);
    for key in SEVERABLE {
        manifest = with(manifest, key, mark(key.name()));
    }
    let envelope = seal_severed(&mut manifest, &SEVERABLE, |_, content| Some(content));
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&envelope), Ok(()));
    let lengths = SEVERABLE.map(|key| format!("commit a {}", key.name().len()));
    let commits: Vec<_> = device.log.iter().filter(|line| line.starts_with("commit")).cloned().collect();
    assert_eq!(commits, lengths);
}

#[test]
fn nothing_is_done_for_a_procedure_without_sections() {
    let sections = [
        (ManifestKey::Install, Procedure::Update),
        (ManifestKey::Invoke, Procedure::Invocation),
        (ManifestKey::Uninstall, Procedure::Uninstall),
    ];
    for (key, own) in sections {
        let envelope = seal(&marked(key));
        for procedure in [Procedure::Update, Procedure::Invocation, Procedure::Uninstall] {
            let mut device = Device::new(&["a"]);
            let result = device.run(&envelope, procedure).map_err(|failure| failure.error);
            if procedure != own {
                assert_eq!(result, Err(ProcessError::NothingToDo));
                assert!(device.log.is_empty());
            }
        }
    }
    // A manifest without any section at all.
    assert_eq!(Device::new(&["a"]).update(&seal(&manifest(&["a"]))), Err(ProcessError::NothingToDo));
}

#[test]
fn p_048_the_sequence_number_is_no_version_and_no_time() {
    // An old image under a newer number is an update like any other; the number may be anything.
    let mut manifest = marked(ManifestKey::Install);
    let mut device = Device::new(&["a"]).holding("a", b"a newer image");
    for sequence in [0, 1, 1_700_000_000, u64::MAX] {
        manifest.sequence_number = sequence;
        assert_eq!(device.update(&seal(&manifest)), Ok(()));
        assert_eq!(device.floors[&None], sequence);
    }
    manifest.sequence_number = u64::MAX - 1;
    assert_eq!(device.update(&seal(&manifest)), Err(ProcessError::Rollback));
}

#[test]
fn p_039_p_042_only_a_successful_update_raises_the_floor() {
    let failing = with(manifest(&["a"]), ManifestKey::Install, vec![check(Condition::Abort)]);
    let mut device = Device::new(&["a"]);
    assert!(device.update(&seal(&failing)).is_err());
    assert!(device.floors.is_empty());
    let image: &[u8] = b"image";
    let starting = with(manifest(&["a"]), ManifestKey::Invoke, {
        vec![
            put(vec![content(image)]),
            act(suit_core::command::Act::Write),
            act(suit_core::command::Act::Invoke),
        ]
    });
    assert_eq!(device.invocation(&seal(&starting)), Ok(()));
    let removing = with(manifest(&["a"]), ManifestKey::Uninstall, mark("x"));
    assert_eq!(device.run(&seal(&removing), Procedure::Uninstall), Ok(()));
    assert!(device.floors.is_empty());
    // Refused in all three.
    device.floors.insert(None, 8);
    for (manifest, procedure) in [(starting, Procedure::Invocation), (removing, Procedure::Uninstall)] {
        let result = device.run(&seal(&manifest), procedure).map_err(|failure| failure.error);
        assert_eq!(result, Err(ProcessError::Rollback));
    }
}
