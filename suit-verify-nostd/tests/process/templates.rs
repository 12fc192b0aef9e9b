//! The templates of M §7, as manifests that are carried out from the first to the last command. Those for dependencies and
//! files stand in `dependencies` and `management`.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter};
use suit_verify_nostd::platform::Identifier;
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

const IMAGE: &[u8] = b"an image of 30 bytes in length";
const URI: &str = "coap://x/i";

const MISMATCH: Result<(), ProcessError> = Err(ProcessError::ConditionFailed(Condition::ImageMatch));

fn known(image: &[u8]) -> Command {
    put(vec![sha256(image), size(image)])
}

fn source(index: u64) -> Command {
    put(vec![Parameter::SourceComponent(index)])
}

/// Compatibility in the shared sequence, together with more.
fn compatible(components: &[&str], more: Vec<Command>) -> Manifest {
    let check_both = vec![
        index(0),
        put(vec![vendor(VENDOR), Parameter::ClassIdentifier(CLASS)]),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ];
    shared(manifest(components), seq([check_both, more]))
}

#[test]
fn p_135_p_045_compatibility_is_checked_before_anything_else_of_every_section() {
    let manifest = compatible(&["a"], vec![]);
    for key in [ManifestKey::PayloadFetch, ManifestKey::Install, ManifestKey::Validate] {
        let envelope = seal(&with(manifest.clone(), key, mark("x")));
        assert_eq!(Device::new(&["a"]).update(&envelope), Ok(()));
        let mut other = Device::new(&["a"]);
        other.vendors = vec![Identifier::Uuid(CLASS)];
        assert_eq!(other.update(&envelope), Err(ProcessError::ConditionFailed(Condition::VendorIdentifier)));
        assert!(other.log.is_empty());
        let mut other = Device::new(&["a"]);
        other.classes = vec![Identifier::Uuid(VENDOR)];
        assert_eq!(other.update(&envelope), Err(ProcessError::ConditionFailed(Condition::ClassIdentifier)));
        assert!(other.log.is_empty());
    }
}

#[test]
fn p_136_trusted_invocation() {
    let manifest = compatible(&["a"], vec![known(IMAGE)]);
    let manifest = with(manifest, ManifestKey::Validate, vec![index(0), check(Condition::ImageMatch)]);
    let envelope = seal(&with(manifest, ManifestKey::Invoke, vec![index(0), act(Act::Invoke)]));
    let mut device = Device::new(&["a"]).holding("a", IMAGE);
    assert_eq!(device.invocation(&envelope), Ok(()));
    assert_eq!(device.log, ["invoke a"]);
    let mut tampered = Device::new(&["a"]).holding("a", &IMAGE[1..]);
    assert_eq!(tampered.invocation(&envelope), MISMATCH);
    assert!(tampered.log.is_empty());
}

#[test]
fn p_137_component_download() {
    let manifest = compatible(&["a"], vec![known(IMAGE)]);
    let install = vec![index(0), put(vec![uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let envelope = seal(&with(manifest, ManifestKey::Install, install));
    let mut device = Device::new(&["a"]).holding("a", b"old").serving(URI, IMAGE);
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    let mut device = Device::new(&["a"]).holding("a", b"old").serving(URI, &[0; 30]);
    assert_eq!(device.update(&envelope), MISMATCH);
}

/// Into the staging component `b`, checked there, and from there into `a`.
fn staged() -> Vec<u8> {
    let both = seq([vec![known(IMAGE)], vec![index(1), known(IMAGE)]]);
    let manifest = compatible(&["a", "b"], both);
    let fetch = vec![index(1), put(vec![uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let manifest = with(manifest, ManifestKey::PayloadFetch, fetch);
    let install = vec![index(0), source(1), act(Act::Copy), check(Condition::ImageMatch)];
    seal(&with(manifest, ManifestKey::Install, install))
}

#[test]
fn p_138_install_from_staging() {
    let mut device = Device::abc().holding("a", b"old").serving(URI, IMAGE);
    assert_eq!(device.update(&staged()), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    assert_eq!(device.log[3], "begin a 30", "the old image stays until the new one has been checked");
    let mut device = Device::abc().holding("a", b"old").serving(URI, &[0; 30]);
    assert_eq!(device.update(&staged()), MISMATCH);
    assert_eq!(device.content("a"), Some(&b"old"[..]));
}

#[test]
fn p_139_an_intermediary_may_fetch_before_and_add_it_by_its_whole_uri() {
    let manifest = compatible(&["a"], vec![known(IMAGE)]);
    let install = vec![index(0), put(vec![uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let manifest = with(manifest, ManifestKey::Install, install);
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal_with(&manifest, &[(URI, IMAGE)])), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    // The intermediary is nobody that is trusted.
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal_with(&manifest, &[(URI, &[0; 30])])), MISMATCH);
    // References are compared as they stand.
    let mut device = Device::new(&["a"]);
    assert_eq!(
        device.update(&seal_with(&manifest, &[("COAP://x/i", IMAGE)])),
        Err(ProcessError::Unavailable)
    );
}

#[test]
fn p_140_load_copies_to_where_it_runs() {
    let both = seq([vec![known(IMAGE)], vec![index(1), known(IMAGE)]]);
    let load = |check_behind: bool| {
        let manifest = compatible(&["a", "b"], both.clone());
        let manifest = with(manifest, ManifestKey::Validate, vec![index(0), check(Condition::ImageMatch)]);
        let mut commands = vec![index(1), source(0), act(Act::Copy)];
        commands.extend(check_behind.then(|| check(Condition::ImageMatch)));
        let manifest = with(manifest, ManifestKey::Load, commands);
        seal(&with(manifest, ManifestKey::Invoke, vec![index(1), act(Act::Invoke)]))
    };
    for check_behind in [true, false] {
        let mut device = Device::abc().holding("a", IMAGE);
        assert_eq!(device.invocation(&load(check_behind)), Ok(()));
        assert_eq!(device.log, ["begin b 30", "commit b 30", "invoke b"]);
        let mut tampered = Device::abc().holding("a", &[0; 30]);
        assert_eq!(tampered.invocation(&load(check_behind)), MISMATCH);
        assert!(tampered.log.is_empty());
    }
}

/// Two images, of which the device takes the one for its slot.
fn a_b() -> Vec<u8> {
    let slot = |slot: u64, image: &[u8]| {
        vec![put(vec![Parameter::ComponentSlot(slot)]), check(Condition::ComponentSlot), known(image)]
    };
    let place = |slot: u64, from: &str| {
        vec![put(vec![Parameter::ComponentSlot(slot)]), check(Condition::ComponentSlot), put(vec![uri(from)])]
    };
    let images = Command::TryEach(vec![slot(0, b"image for slot 0"), slot(1, b"for slot 1")], false);
    let places = Command::TryEach(vec![place(0, "coap://x/0"), place(1, "coap://x/1")], false);
    let manifest = compatible(&["a"], vec![images]);
    let install = vec![index(0), places, act(Act::Fetch), check(Condition::ImageMatch)];
    let manifest = with(manifest, ManifestKey::Install, install);
    let manifest = with(manifest, ManifestKey::Validate, vec![index(0), check(Condition::ImageMatch)]);
    seal(&with(manifest, ManifestKey::Invoke, vec![index(0), act(Act::Invoke)]))
}

#[test]
fn s3_p_141_each_slot_gets_its_image() {
    for (slot, image) in [(0, &b"image for slot 0"[..]), (1, b"for slot 1")] {
        let mut device = Device::new(&["a"])
            .serving("coap://x/0", b"image for slot 0")
            .serving("coap://x/1", b"for slot 1");
        device.component("a").slot = Some(slot);
        assert_eq!(device.update(&a_b()), Ok(()));
        assert_eq!(device.content("a"), Some(image));
        assert_eq!(device.log[1], format!("get coap://x/{slot} from 0"));
        assert_eq!(device.invocation(&a_b()), Ok(()));
        // Started from the other slot, it is the wrong image.
        device.component("a").slot = Some(1 - slot);
        assert_eq!(device.invocation(&a_b()), MISMATCH);
    }
    let mut device = Device::new(&["a"]);
    device.component("a").slot = Some(2);
    assert_eq!(device.update(&a_b()), Err(ProcessError::AlternativesExhausted));
    assert!(device.log.is_empty());
}

/// A module is replaced, and nothing else is touched; a kernel of another class gets none.
#[test]
fn s4_s5_one_of_several_components_is_updated_alone() {
    let manifest = compatible(&["b"], vec![known(IMAGE)]);
    let install = vec![index(0), put(vec![uri(URI)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let envelope = seal(&with(manifest, ManifestKey::Install, install));
    let mut device = Device::abc().holding("a", b"kernel").holding("b", b"module").serving(URI, IMAGE);
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("a"), Some(&b"kernel"[..]));
    assert_eq!(device.content("b"), Some(IMAGE));
    // The class of a module's component changes with the interface that it is linked against.
    let mut device = Device::abc().holding("b", b"module").serving(URI, IMAGE);
    device.component("b").classes = Some(vec![Identifier::Uuid([5; 16])]);
    assert_eq!(device.update(&envelope), Err(ProcessError::ConditionFailed(Condition::ClassIdentifier)));
    assert_eq!(device.content("b"), Some(&b"module"[..]));
}

/// Ten updates of an application and one of the kernel, mixed: neither's numbers stand in the way of the other's.
#[test]
fn s6_roots_have_their_own_sequence_numbers() {
    let root = |name: &str, component: &str, sequence: u64| {
        let mut manifest = with(manifest(&[component]), ManifestKey::Install, mark(&sequence.to_string()));
        manifest.component_id = Some(id(name));
        manifest.sequence_number = sequence;
        seal(&manifest)
    };
    let mut device = Device::abc();
    for sequence in 1..=10 {
        assert_eq!(device.update(&root("app", "a", sequence)), Ok(()));
        if sequence == 4 {
            assert_eq!(device.update(&root("kernel", "b", 2)), Ok(()));
        }
    }
    assert_eq!(device.content("a"), Some(&b"10"[..]));
    assert_eq!(device.content("b"), Some(&b"2"[..]));
    assert_eq!(device.update(&root("app", "a", 9)), Err(ProcessError::Rollback));
    assert_eq!(device.update(&root("kernel", "b", 1)), Err(ProcessError::Rollback));
    assert_eq!(device.update(&root("kernel", "b", 2)), Ok(()));
}

/// Twelve announcements, of which four are for this device: no byte is asked for of the others.
#[cfg(feature = "update-management")]
#[test]
fn s8_a_device_selects_what_it_can_take() {
    use suit_core::labels::VersionComparison;
    use suit_core::owned::VersionMatch;
    let announce = |more: Vec<Command>| {
        let manifest = compatible(&["a"], more);
        let install = vec![index(0), put(vec![uri(URI)]), act(Act::Fetch)];
        seal(&with(manifest, ManifestKey::Install, install))
    };
    let wants = |parameter: Parameter, condition| vec![put(vec![parameter]), check(condition)];
    let version = |comparison| Parameter::Version(VersionMatch { comparison, version: vec![2] });
    let announcements = [
        (announce(vec![]), true),
        (announce(wants(Parameter::MinimumBattery(50), Condition::MinimumBattery)), true),
        (announce(wants(version(VersionComparison::Lesser), Condition::Version)), true),
        (announce(wants(Parameter::DeviceIdentifier(DEVICE), Condition::DeviceIdentifier)), true),
        (announce(wants(Parameter::ClassIdentifier(VENDOR), Condition::ClassIdentifier)), false),
        (announce(wants(vendor(CLASS), Condition::VendorIdentifier)), false),
        (announce(wants(Parameter::DeviceIdentifier(CLASS), Condition::DeviceIdentifier)), false),
        (announce(wants(Parameter::MinimumBattery(51), Condition::MinimumBattery)), false),
        (announce(wants(version(VersionComparison::Greater), Condition::Version)), false),
        (announce(wants(Parameter::UseBefore(1_000), Condition::UseBefore)), false),
        (announce(wants(Parameter::UpdatePriority(9), Condition::UpdateAuthorized)), false),
        (announce(vec![put(vec![Parameter::ImageSize(1_001)])]), false),
    ];
    for (number, (envelope, taken)) in announcements.iter().enumerate() {
        let mut device = Device::new(&["a"]).serving(URI, IMAGE);
        (device.battery, device.now, device.permits) = (Some(50), Some(1_000), Some(5));
        device.component("a").version = vec![1, 9];
        let rehearsed = device.rehearse(envelope, suit_verify_nostd::Procedure::Update);
        assert_eq!(rehearsed.is_ok(), *taken, "{number}: {rehearsed:?}");
        assert_eq!(device.update(envelope).is_ok(), *taken, "{number}");
        assert_eq!(device.log.iter().any(|line| line.starts_with("get")), *taken, "{number}");
        if !taken {
            assert!(device.log.is_empty(), "{number}");
        }
    }
}
