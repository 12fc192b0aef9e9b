//! Nothing is passed over: a difference is a line, and no difference is none.

use super::between;
use crate::diff::{Changes, Side};
use crate::render::tests::{act, check, digest, envelope, firmware, id, set, vectors};
use crate::render::{Document, Kind};
use suit_core::command::{Act, ReportPolicy};
use suit_core::envelope::looks_tagged;
use suit_core::labels::{Condition, ManifestKey, ParameterKey, VersionComparison};
use suit_core::owned::{
    self, Command, Custom, Manifest, Member, Metadata, Parameter, Selection, VendorId, VersionMatch, WaitInfo,
};
use suit_core::{Envelope, Tagging};

/// Every pair of sound vectors: comparing never fails, and says something of the meaning exactly if the manifests
/// differ.
#[test]
fn any_two_vectors_differ_in_meaning_exactly_if_their_manifests_do() {
    let files = vectors();
    let documents: Vec<_> = files
        .iter()
        .map(|(_, bytes)| {
            let tagged = looks_tagged(bytes);
            Document::read(bytes, Kind::Envelope { tagged })
        })
        .filter(|document| document.faults.is_empty())
        .collect();
    let sides: Vec<_> = documents.iter().filter_map(Side::of).collect();
    // All pairs of a part of them: every one with its neighbours and with every tenth.
    for (number, old) in sides.iter().enumerate() {
        for (other, new) in sides.iter().enumerate() {
            if number.abs_diff(other) > 2 && other % 10 != 0 {
                continue;
            }
            let changes = Changes::between(old, new);
            let manifest = |side: &Side<'_>| side.document.encoded(side.map).to_vec();
            assert_eq!(changes.meaning.is_empty(), manifest(old) == manifest(new));
            let whole = |side: &Side<'_>| side.document.bytes.to_vec();
            if whole(old) == whole(new) {
                assert!(!changes.differ());
            } else if manifest(old) == manifest(new) {
                assert!(!changes.envelope.is_empty());
            }
        }
    }
}

/// What lies outside of the signed bytes of every published file, changed in each way that there is.
#[test]
fn edits_outside_of_the_signed_bytes_are_envelope_lines_only() {
    for (name, bytes) in vectors().iter().filter(|(name, _)| name.contains("interop")) {
        let Ok(parsed) = Envelope::parse(bytes, Tagging::Optional) else { panic!("{name}") };
        let original = owned::Envelope::from(&parsed);
        let mut edits: Vec<(&str, owned::Envelope)> = Vec::new();
        let mut edit = |what, change: &dyn Fn(&mut owned::Envelope)| {
            let mut edited = original.clone();
            change(&mut edited);
            if edited != original {
                edits.push((what, edited));
            }
        };
        edit("sever", &|envelope| envelope.severed.clear());
        edit("embed", &|envelope| envelope.payloads.push(("#zz".into(), vec![0; 9])));
        edit("strip payloads", &|envelope| envelope.payloads.clear());
        edit("strip signatures", &|envelope| envelope.blocks.clear());
        edit("sign again", &|envelope| {
            envelope.blocks.push(vec![0xd2, 0x84, 0x43, 0xa1, 0x01, 0x32, 0xa0, 0xf6, 0x41, 0x00]);
        });
        edit("tag", &|envelope| envelope.tagged = !envelope.tagged);
        edit("unknown member", &|envelope| envelope.unknown.push((-5, vec![0])));
        assert!(edits.len() >= 4, "{name}");
        for (what, edited) in edits {
            for (old, new) in [(bytes, &edited.encode()), (&edited.encode(), bytes)] {
                let (changes, _) = between(old, new);
                assert_eq!(changes.meaning, [], "{name}: {what}");
                assert!(!changes.envelope.is_empty(), "{name}: {what}");
            }
        }
    }
}

/// Every part of a manifest, changed one by one: each change gives at least one line of meaning, there and back.
#[test]
fn every_change_of_the_model_is_a_line_of_meaning() {
    let base = Manifest {
        reference_uri: Some("coap://h/ref".into()),
        component_id: Some(id(&["root"])),
        set_version: Some(vec![1, 2, 3]),
        coswid: Some(Member::Inline(vec![0xa0])),
        components: vec![id(&["fw"]), id(&["data"])],
        dependencies: [(2, Some(id(&["dep"])))].into(),
        ..firmware()
    };
    // With several components each sequence begins with a selection.
    let selected =
        |steps: Vec<Command>| [vec![Command::SetComponentIndex(Selection::One(0))], steps].concat();
    let mut base = base;
    base.shared = base.shared.map(selected);
    for member in base.sections.values_mut() {
        if let Member::Inline(steps) = member {
            *steps = selected(core::mem::take(steps));
        }
    }
    let mut changed: Vec<Manifest> = Vec::new();
    let mut change = |edit: &dyn Fn(&mut Manifest)| {
        let mut manifest = base.clone();
        edit(&mut manifest);
        assert_ne!(manifest, base);
        changed.push(manifest);
    };
    change(&|manifest| manifest.sequence_number += 1);
    change(&|manifest| manifest.reference_uri = None);
    change(&|manifest| manifest.reference_uri = Some("coap://h/other".into()));
    change(&|manifest| manifest.component_id = Some(id(&["other"])));
    change(&|manifest| manifest.component_id = None);
    change(&|manifest| manifest.set_version = Some(vec![1, 2, -1]));
    change(&|manifest| manifest.coswid = None);
    change(&|manifest| manifest.coswid = Some(Member::Inline(vec![0x80])));
    change(&|manifest| manifest.coswid = Some(Member::Severed(digest(1))));
    change(&|manifest| manifest.text = Some(Member::Severed(digest(1))));
    change(&|manifest| manifest.components.push(id(&["third"])));
    change(&|manifest| manifest.components.swap(0, 1));
    change(&|manifest| drop(manifest.dependencies.insert(2, None)));
    change(&|manifest| drop(manifest.dependencies.insert(3, None)));
    change(&|manifest| manifest.shared = None);
    for key in [ManifestKey::Validate, ManifestKey::Invoke, ManifestKey::Install] {
        change(&|manifest| drop(manifest.sections.remove(&key)));
    }
    change(&|manifest| drop(manifest.sections.insert(ManifestKey::Install, Member::Severed(digest(7)))));
    for steps in every_step() {
        // Put in front of what is there, behind it, and instead of it, in a section that there was and in a new one.
        for key in [ManifestKey::Install, ManifestKey::Uninstall] {
            change(&|manifest| {
                let before = match manifest.sections.remove(&key) {
                    Some(Member::Inline(steps)) => steps,
                    _ => vec![Command::SetComponentIndex(Selection::One(0))],
                };
                let after = [before, vec![steps.clone()]].concat();
                manifest.sections.insert(key, Member::Inline(after));
            });
        }
    }
    let encoded: Vec<_> = changed.iter().map(|manifest| envelope(manifest).encode()).collect();
    let base = envelope(&base).encode();
    for (manifest, bytes) in changed.iter().zip(&encoded) {
        for (old, new) in [(&base, bytes), (bytes, &base)] {
            let (changes, text) = between(old, new);
            assert!(!changes.meaning.is_empty(), "{manifest:?}");
            assert_eq!(changes.envelope, [], "{text}");
        }
    }
    // And many of them from each other.
    let documents: Vec<_> =
        encoded.iter().map(|bytes| Document::read(bytes, Kind::Envelope { tagged: true })).collect();
    let sides: Vec<_> = documents.iter().filter_map(Side::of).collect();
    for (number, old) in sides.iter().enumerate() {
        for (other, new) in sides.iter().enumerate().filter(|(other, _)| (number + other) % 5 == 0) {
            assert_eq!(Changes::between(old, new).meaning.is_empty(), number == other, "{number} {other}");
        }
    }
}

/// One command of every kind, and every parameter, each with two values.
fn every_step() -> Vec<Command> {
    let version = |version: Vec<i64>| {
        let comparison = VersionComparison::Equal;
        Parameter::Version(VersionMatch { comparison, version })
    };
    let metadata = |bits| {
        Parameter::ComponentMetadata(Metadata { default_permissions: Some(bits), ..Metadata::default() })
    };
    let wait = |power| Parameter::WaitInfo(WaitInfo { power: Some(power), ..WaitInfo::default() });
    let mut parameters = vec![
        Parameter::VendorIdentifier(VendorId::Pen(vec![5])),
        Parameter::ComponentMetadata(Metadata::default()),
    ];
    for value in [1_u8, 2] {
        let number = u64::from(value);
        parameters.extend([
            Parameter::VendorIdentifier(VendorId::Uuid([value; 16])),
            Parameter::ClassIdentifier([value; 16]),
            Parameter::DeviceIdentifier([value; 16]),
            Parameter::ImageDigest(digest(value)),
            Parameter::UseBefore(number),
            Parameter::ComponentSlot(number),
            Parameter::StrictOrder(value == 1),
            Parameter::SoftFailure(value == 1),
            Parameter::ImageSize(number),
            Parameter::Content(vec![value]),
            Parameter::Uri(format!("coap://h/{value}")),
            Parameter::SourceComponent(number - 1),
            Parameter::InvokeArgs(vec![value]),
            Parameter::FetchArguments(vec![value]),
            Parameter::MinimumBattery(number),
            Parameter::UpdatePriority(i64::from(value)),
            version(vec![i64::from(value)]),
            wait(i64::from(value)),
            metadata(number),
            Parameter::Custom(-300, Custom::Int(i64::from(value))),
            Parameter::Custom(-301, Custom::Bytes(vec![value])),
        ]);
    }
    let mut steps: Vec<_> = parameters.iter().map(|parameter| set(vec![parameter.clone()])).collect();
    steps.extend(parameters.iter().map(|parameter| Command::SetParameters(vec![parameter.clone()])));
    for condition in Condition::ALL {
        steps.push(check(*condition));
        steps.push(Command::Condition(*condition, ReportPolicy::new(0).unwrap()));
    }
    steps.extend(Act::ALL.iter().map(|one| act(*one)));
    let nested = |policy| vec![Command::Condition(Condition::Abort, ReportPolicy::new(policy).unwrap())];
    steps.extend([
        Command::SetComponentIndex(Selection::All),
        Command::SetComponentIndex(Selection::One(1)),
        Command::SetComponentIndex(Selection::Several(vec![1, 0])),
        Command::TryEach(vec![nested(1), nested(2)], false),
        Command::TryEach(vec![nested(1), nested(2)], true),
        Command::TryEach(vec![nested(1), nested(3)], false),
        Command::TryEach(vec![nested(1), nested(2), nested(3)], false),
        Command::RunSequence(nested(1)),
        Command::RunSequence(nested(2)),
        Command::OverrideMultiple(vec![(1, vec![Parameter::ImageSize(1)])]),
        Command::OverrideMultiple(vec![(1, vec![Parameter::ImageSize(2)])]),
        Command::CopyParams(vec![(1, vec![ParameterKey::Uri.code()])]),
        Command::CopyParams(vec![(0, vec![ParameterKey::Uri.code()])]),
        Command::Custom(-400, Custom::Nil),
        Command::Custom(-400, Custom::Text("x".into())),
        Command::Custom(-401, Custom::Nil),
    ]);
    steps
}
