//! Update management: time, power, permission, versions, parameters of several components, metadata.

use suit_core::command::Act;
use suit_core::labels::{Condition, FileType, ManifestKey, ParameterKey, VersionComparison};
use suit_core::owned::{Command, Metadata, Parameter, Selection, VersionMatch};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::device::Device;

const WRITE: i64 = 18;
pub(crate) const IMAGE: &[u8] = b"image";

pub(crate) fn verdict(device: &mut Device, commands: Vec<Command>) -> Result<(), ProcessError> {
    device.update(&seal(&install(commands)))
}

/// Whether a condition holds with this parameter.
fn holds(device: &mut Device, condition: Condition, parameter: Parameter) -> bool {
    match verdict(device, vec![put(vec![parameter]), check(condition)]) {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, ProcessError::ConditionFailed(condition));
            false
        }
    }
}

pub(crate) fn device() -> Device {
    Device::new(&["a"]).holding("a", IMAGE)
}

#[test]
fn p_190_p_049_use_before_is_strict_and_in_64_bits() {
    let table = [
        (Some(99), 100, true),
        (Some(100), 100, false),
        (Some(101), 100, false),
        (Some(0), 0, false),
        // What 32 bits would take for something else.
        (Some(1 << 32), (1 << 32) + 1, true),
        (Some((1 << 32) + 1), 2, false),
        (Some(5), (1 << 32) + 1, true),
        (Some(u64::MAX - 1), u64::MAX, true),
        (Some(u64::MAX), u64::MAX, false),
        // Without a clock that can be trusted.
        (None, u64::MAX, false),
    ];
    for (now, before, expected) in table {
        let mut device = device();
        device.now = now;
        let found = holds(&mut device, Condition::UseBefore, Parameter::UseBefore(before));
        assert_eq!(found, expected, "{now:?} {before}");
    }
}

#[test]
fn p_074_p_190_p_191_conditions_of_update_management_need_their_parameter() {
    for (condition, key) in [
        (Condition::UseBefore, ParameterKey::UseBefore),
        (Condition::ImageNotMatch, ParameterKey::ImageDigest),
        (Condition::MinimumBattery, ParameterKey::MinimumBattery),
        (Condition::UpdateAuthorized, ParameterKey::UpdatePriority),
        (Condition::Version, ParameterKey::Version),
    ] {
        let mut device = device();
        (device.now, device.battery, device.permits) = (Some(1), Some(1), Some(1));
        device.component("a").version = vec![1];
        let unset = ProcessError::ConditionUnset(condition, key);
        assert_eq!(verdict(&mut device, vec![check(condition)]), Err(unset));
        let choice = Command::TryEach(vec![vec![check(condition)], mark("other")], false);
        assert_eq!(verdict(&mut device, vec![choice]), Ok(()), "as a condition: {condition:?}");
    }
}

#[test]
fn p_070_conditions_of_update_management_have_no_effect() {
    let version = VersionMatch { comparison: VersionComparison::Equal, version: vec![1] };
    for (condition, parameter) in [
        (Condition::UseBefore, Parameter::UseBefore(7)),
        (Condition::ImageNotMatch, sha256(b"x")),
        (Condition::MinimumBattery, Parameter::MinimumBattery(7)),
        (Condition::UpdateAuthorized, Parameter::UpdatePriority(7)),
        (Condition::Version, Parameter::Version(version)),
    ] {
        let mut device = device();
        let before = format!("{:?}", device.components);
        let ask = vec![put(vec![parameter]), check(condition)];
        let choice = Command::TryEach(vec![ask, vec![check(Condition::Abort)]], true);
        assert_eq!(verdict(&mut device, vec![choice]), Ok(()));
        assert_eq!(format!("{:?}", device.components), before);
        assert_eq!(device.log, ["floor 7"]);
    }
}

#[test]
fn p_191_image_not_match_fails_if_they_are_equal() {
    let not_match = |device: &mut Device, digest| holds(device, Condition::ImageNotMatch, digest);
    assert!(!not_match(&mut device(), sha256(IMAGE)));
    assert!(not_match(&mut device(), sha256(b"another")));
    assert!(not_match(&mut Device::new(&["a"]), sha256(IMAGE)), "nothing there is not that image");
    assert!(not_match(&mut Device::new(&["a"]), sha256(b"")), "and not an empty one");
}

#[test]
fn p_192_s16_minimum_battery_is_at_least_so_much() {
    let table = [
        (Some(100), 100, true),
        (Some(99), 100, false),
        (Some(101), 100, true),
        (Some(0), 0, true),
        (Some(u64::MAX), u64::MAX, true),
        (Some(5), (1 << 32) + 1, false),
        (None, 0, false),
    ];
    for (charge, least, expected) in table {
        let mut device = device();
        device.battery = charge;
        let found = holds(&mut device, Condition::MinimumBattery, Parameter::MinimumBattery(least));
        assert_eq!(found, expected, "{charge:?} {least}");
    }
}

#[test]
fn p_193_the_application_is_asked_with_the_priority_smaller_ones_being_more_urgent() {
    // Authorised down to 10.
    let table =
        [(10, true), (9, true), (0, true), (-1, true), (i64::MIN, true), (11, false), (i64::MAX, false)];
    for (priority, expected) in table {
        let mut device = device();
        device.permits = Some(10);
        let found = holds(&mut device, Condition::UpdateAuthorized, Parameter::UpdatePriority(priority));
        assert_eq!(found, expected, "{priority}");
    }
    assert!(!holds(&mut device(), Condition::UpdateAuthorized, Parameter::UpdatePriority(i64::MIN)));
}

#[test]
fn p_194_a_24_versions_are_compared_element_by_element_as_far_as_the_manifest_goes() {
    use VersionComparison::{Equal, Greater, GreaterEqual, Lesser, LesserEqual};
    // What the device has, what the manifest gives, and how the first stands to the second: -1, 0, 1.
    let table: [(&[i64], &[i64], i32); 20] = [
        (&[1, 2, 3], &[1, 2, 3], 0),
        (&[1, 2, 3], &[1, 2, 4], -1),
        (&[1, 2, 3], &[1, 2, 2], 1),
        (&[1, 10], &[1, 9], 1),
        (&[2], &[1, 9, 9], 1),
        // The first difference decides.
        (&[1, 9, 9], &[2, 0, 0], -1),
        // Comparing stops where the manifest's ends.
        (&[1, 5, 7], &[1], 0),
        (&[1, 2, 3, -3, 4], &[1, 2, 3], 0),
        (&[2, 0], &[1], 1),
        // What the device's lacks counts as 0.
        (&[1], &[1, 0, 0], 0),
        (&[1], &[1, 0, 1], -1),
        (&[1, 2], &[1, 2, 0], 0),
        // Pre-releases: alpha -3, beta -2, candidate -1, and then the release.
        (&[1, 2, 3, -3, 1], &[1, 2, 3, -2, 1], -1),
        (&[1, 2, 3, -2, 1], &[1, 2, 3, -1, 1], -1),
        (&[1, 2, 3, -1, 1], &[1, 2, 3, -1, 2], -1),
        (&[1, 2, 3], &[1, 2, 3, -1, 9], 1),
        (&[1, 2, -1], &[1, 2, 0], -1),
        (&[1, 2, 4, -3], &[1, 2, 3], 1),
        // Beyond 32 bits.
        (&[1, 1 << 40], &[1, (1 << 40) + 1], -1),
        (&[i64::MAX], &[i64::MAX], 0),
    ];
    for (has, given, order) in table {
        for (comparison, expected) in [
            (Greater, order > 0),
            (GreaterEqual, order >= 0),
            (Equal, order == 0),
            (LesserEqual, order <= 0),
            (Lesser, order < 0),
        ] {
            let mut device = device();
            device.component("a").version = has.to_vec();
            let wanted = Parameter::Version(VersionMatch { comparison, version: given.to_vec() });
            let found = holds(&mut device, Condition::Version, wanted);
            assert_eq!(found, expected, "{has:?} {comparison:?} {given:?}");
        }
    }
}

#[test]
fn p_194_a_component_without_a_known_version_satisfies_nothing() {
    for comparison in
        [VersionComparison::GreaterEqual, VersionComparison::LesserEqual, VersionComparison::Equal]
    {
        let wanted = Parameter::Version(VersionMatch { comparison, version: vec![0] });
        assert!(!holds(&mut device(), Condition::Version, wanted));
    }
}

#[test]
fn s4_p_194_the_version_is_that_of_the_current_component() {
    let mut device = Device::abc();
    device.component("b").version = vec![3];
    let wanted = Parameter::Version(VersionMatch { comparison: VersionComparison::Equal, version: vec![3] });
    let ask = |at| seal(&install_abc(vec![index(at), put(vec![wanted.clone()]), check(Condition::Version)]));
    assert_eq!(device.update(&ask(1)), Ok(()));
    assert_eq!(device.update(&ask(0)), Err(ProcessError::ConditionFailed(Condition::Version)));
}

// --- parameters of several components ---

#[test]
fn p_106_override_multiple_sets_each_and_selects_the_last() {
    let multiple = Command::OverrideMultiple(vec![
        (0, vec![content(b"for a")]),
        (2, vec![content(b"for c"), Parameter::InvokeArgs(vec![])]),
    ]);
    let mut device = Device::abc();
    let commands = vec![index(0), put(vec![content(b"before")]), multiple, act(Act::Write)];
    assert_eq!(device.update(&seal(&install_abc(commands.clone()))), Ok(()));
    assert_eq!(device.worked_on(WRITE), [2]);
    assert_eq!(device.content("c"), Some(&b"for c"[..]));
    let mut device = Device::abc();
    let then = seq([commands, vec![index(0), act(Act::Write)]]);
    assert_eq!(device.update(&seal(&install_abc(then))), Ok(()));
    assert_eq!(device.content("a"), Some(&b"for a"[..]), "replaced");
}

#[test]
fn p_106_with_several_components_selected_it_runs_once() {
    let multiple = Command::OverrideMultiple(vec![(1, vec![content(b"x")])]);
    let all = Command::SetComponentIndex(Selection::All);
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&install_abc(vec![all, multiple, act(Act::Write)]))), Ok(()));
    assert_eq!(device.worked_on(34), [0], "told of the first that was selected");
    assert_eq!(device.worked_on(WRITE), [1]);
}

#[test]
fn p_021_p_106_it_may_begin_a_section() {
    let multiple = Command::OverrideMultiple(vec![(1, vec![content(b"x")])]);
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&install_abc(vec![multiple, act(Act::Write)]))), Ok(()));
    assert_eq!(device.content("b"), Some(&b"x"[..]));
}

#[test]
fn p_107_copy_params_copies_what_is_listed_and_replaces() {
    let copy = |labels: &[ParameterKey]| {
        let labels = labels.iter().map(|key| key.code()).collect();
        Command::CopyParams(vec![(0, labels)])
    };
    let commands = |labels: &[ParameterKey]| {
        vec![
            index(0),
            put(vec![content(b"of a"), Parameter::InvokeArgs(b"args of a".to_vec())]),
            index(1),
            put(vec![content(b"of b")]),
            copy(labels),
            act(Act::Write),
            act(Act::Invoke),
        ]
    };
    let mut device = Device::abc();
    let both = commands(&[ParameterKey::Content, ParameterKey::InvokeArgs]);
    assert_eq!(device.update(&seal(&install_abc(both))), Ok(()));
    assert_eq!(device.content("b"), Some(&b"of a"[..]));
    assert_eq!(device.log[2], "invoke b args of a");
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&install_abc(commands(&[ParameterKey::InvokeArgs])))), Ok(()));
    assert_eq!(device.content("b"), Some(&b"of b"[..]), "not listed");
}

/// The parameter is then the component's own: changes of the other one don't reach it.
#[test]
fn p_107_it_is_a_copy() {
    let commands = vec![
        index(0),
        put(vec![content(b"first")]),
        index(1),
        Command::CopyParams(vec![(0, vec![ParameterKey::Content.code()])]),
        index(0),
        put(vec![content(b"second")]),
        index(1),
        act(Act::Write),
    ];
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&install_abc(commands))), Ok(()));
    assert_eq!(device.content("b"), Some(&b"first"[..]));
}

#[test]
fn p_107_copying_what_is_not_set_fails() {
    let commands = vec![index(1), Command::CopyParams(vec![(0, vec![ParameterKey::Content.code()])])];
    let unset = Err(ProcessError::ParameterUnset(ParameterKey::Content));
    assert_eq!(Device::abc().update(&seal(&install_abc(commands))), unset);
}

#[test]
fn p_101_indices_of_override_multiple_and_copy_params_are_in_range() {
    for command in [
        Command::OverrideMultiple(vec![(3, vec![content(b"x")])]),
        Command::CopyParams(vec![(3, vec![ParameterKey::Content.code()])]),
    ] {
        let mut device = Device::abc();
        let result = device.update(&seal(&install_abc(seq([vec![index(0)], mark("x"), vec![command]]))));
        assert_eq!(result, Err(ProcessError::Malformed(suit_core::ErrorKind::ComponentIndex)));
        assert!(device.log.is_empty());
    }
}

// --- metadata, set-version ---

#[test]
fn p_145_p_199_metadata_is_handed_over_with_the_content() {
    let typed = |file_type| Parameter::ComponentMetadata(Metadata { file_type, ..Metadata::default() });
    let table = [
        // A directory is written without content, a link with its target.
        (Some(FileType::Directory), &b""[..], "directory"),
        (Some(FileType::Symlink), b"target", "symlink"),
        (Some(FileType::Regular), b"text", "regular"),
        (None, b"text", "regular"),
    ];
    for (file_type, bytes, name) in table {
        let mut device = Device::new(&["a"]);
        let mut commands = vec![put(vec![content(bytes)]), act(Act::Write)];
        if let Some(file_type) = file_type {
            commands.insert(0, put(vec![typed(Some(file_type))]));
        }
        assert_eq!(verdict(&mut device, commands), Ok(()));
        assert_eq!(device.content("a"), Some(bytes));
        assert_eq!(device.incoming.len(), 1);
        let (incoming, metadata) = &device.incoming[0];
        assert_eq!((incoming.as_str(), *metadata), (name, file_type.is_some()));
    }
}

#[test]
fn p_199_fetch_and_copy_have_it_too_and_not_what_is_set_later() {
    let link =
        Parameter::ComponentMetadata(Metadata { file_type: Some(FileType::Symlink), ..Metadata::default() });
    for store in [
        vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)],
        vec![put(vec![Parameter::SourceComponent(1)]), act(Act::Copy)],
    ] {
        let set = vec![put(vec![link.clone()])];
        for (commands, name) in [
            (seq([vec![index(0)], set.clone(), store.clone()]), "symlink"),
            (seq([vec![index(0)], store.clone(), set.clone()]), "regular"),
        ] {
            let mut device = Device::abc().holding("b", IMAGE).serving("coap://x/i", IMAGE);
            assert_eq!(device.update(&seal(&install_abc(commands))), Ok(()));
            assert_eq!(device.incoming[0].0, name);
        }
    }
}

#[test]
fn p_201_the_version_is_kept_at_the_end_of_a_successful_update() {
    let versioned = |commands| {
        let mut manifest =
            with(install(commands), ManifestKey::Invoke, seq([mark("x"), vec![act(Act::Invoke)]]));
        manifest.set_version = Some(vec![1, 2, 3, -1, 4]);
        seal(&manifest)
    };
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&versioned(mark("x"))), Ok(()));
    assert_eq!(device.log, ["begin a 1", "commit a 1", "version 1.2.3.-1.4", "floor 7"]);
    let mut device = Device::new(&["a"]);
    assert!(device.update(&versioned(vec![check(Condition::Abort)])).is_err());
    assert!(device.log.is_empty());
    // An invocation installs nothing, and a rehearsal neither.
    let envelope = versioned(mark("x"));
    assert_eq!(device.invocation(&envelope), Ok(()));
    device.rehearse(&envelope, Procedure::Update).unwrap();
    assert!(!device.log.iter().any(|line| line.starts_with("version")));
}
