//! What comes before the first command, in which order sections run, and how a procedure ends.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Member, Parameter};
use suit_verify_nostd::platform::Identifier;
use suit_verify_nostd::process::{Place, Procedure, ProcessError};

use crate::build::*;
use crate::device::{Device, options};

const OLD: &[u8] = b"old image";
const NEW: &[u8] = b"new image, which is longer";

/// Fetches `a` from `coap://x/new`, checks it; validates; invokes.
fn firmware() -> Manifest {
    let common = vec![
        put(vec![vendor(VENDOR), Parameter::ClassIdentifier(CLASS), sha256(NEW), size(NEW)]),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ];
    let install = vec![put(vec![uri("coap://x/new")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let manifest = shared(manifest(&["a"]), common);
    let manifest = with(manifest, ManifestKey::Install, install);
    let manifest = with(manifest, ManifestKey::Validate, vec![check(Condition::ImageMatch)]);
    with(manifest, ManifestKey::Invoke, vec![act(Act::Invoke)])
}

#[test]
fn an_update_is_fetched_checked_and_started() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).holding("a", OLD).serving("coap://x/new", NEW);
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("a"), Some(NEW));
    assert_eq!(device.log, ["begin a 26", "get coap://x/new from 0", "commit a 26", "floor 7"]);
    device.log.clear();
    assert_eq!(device.invocation(&envelope), Ok(()));
    assert_eq!(device.log, ["invoke a"]);
}

#[test]
fn p_077_p_089_an_update_that_is_run_again_fetches_nothing() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).holding("a", NEW);
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.log, ["floor 7"]);
}

#[test]
fn p_077_an_interrupted_transfer_goes_on_where_it_stopped() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).serving("coap://x/new", NEW);
    device.component("a").kept = NEW[..10].to_vec();
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("a"), Some(NEW));
    assert_eq!(device.log[1], "get coap://x/new from 10");
}

#[test]
fn s10_a_wrong_payload_is_never_started() {
    let envelope = seal(&firmware());
    for position in 0..NEW.len() {
        let mut wrong = NEW.to_vec();
        wrong[position] ^= 1;
        let mut device = Device::new(&["a"]).serving("coap://x/new", &wrong);
        let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
        assert_eq!(device.update(&envelope), failed);
        assert_eq!(device.invocation(&envelope), failed);
        assert!(!device.log.iter().any(|line| line.starts_with("invoke") || line.starts_with("floor")));
    }
}

#[test]
fn a_failure_names_its_place() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).serving("coap://x/new", b"short");
    let failure = device.run(&envelope, Procedure::Update).unwrap_err();
    let Some(Place { manifest: 0, section: ManifestKey::Install, offset, component }) = failure.place else {
        panic!("{failure:?}")
    };
    assert_eq!(component.0, 0);
    // condition-image-match, everything recorded.
    assert_eq!(envelope[offset as usize..][..2], [3, 15]);
}

#[test]
fn p_075_an_abort_halts_at_once_and_says_what_and_where() {
    // An abort in a nested sequence of the second of three sections.
    let nested = Command::TryEach(vec![vec![act(Act::Copy)], mark("not")], true);
    let manifest = with(manifest(&["a"]), ManifestKey::PayloadFetch, mark("first"));
    let manifest = with(manifest, ManifestKey::Install, seq([vec![nested], mark("second")]));
    let envelope = seal(&with(manifest, ManifestKey::Validate, mark("third")));
    let mut device = Device::new(&["a"]);
    let failure = device.run(&envelope, Procedure::Update).unwrap_err();
    let unset = ProcessError::ParameterUnset(suit_core::labels::ParameterKey::SourceComponent);
    assert_eq!(failure.error, unset);
    let place = failure.place.unwrap();
    assert_eq!(place.section, ManifestKey::Install);
    // directive-copy, failures recorded.
    assert_eq!(envelope[place.offset as usize..][..2], [22, 2]);
    assert_eq!(
        device.content("a"),
        Some(&b"first"[..]),
        "neither the other alternative nor the next section"
    );
    assert_eq!(device.watched.last().unwrap().error, Some(unset));
    assert!(device.floors.is_empty());
}

#[test]
fn p_038_p_039_a_lower_sequence_number_is_refused_an_equal_one_is_not() {
    let envelope = seal(&firmware());
    for (floor, result) in [(6, Ok(())), (7, Ok(())), (8, Err(ProcessError::Rollback))] {
        let mut device = Device::new(&["a"]).serving("coap://x/new", NEW);
        device.floors.insert(None, floor);
        assert_eq!(device.update(&envelope), result, "floor {floor}");
        if result.is_err() {
            assert!(device.log.is_empty(), "nothing ran: {:?}", device.log);
            assert_eq!(device.floors[&None], floor);
        } else {
            assert_eq!(device.floors[&None], 7);
        }
    }
}

#[test]
fn a_21_a_device_may_demand_a_greater_number_for_updates() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).holding("a", NEW);
    device.floors.insert(None, 7);
    device.setup = |mut setup| {
        setup.options = options(|options| options.strictly_newer = true);
        setup
    };
    assert_eq!(device.update(&envelope), Err(ProcessError::Rollback));
    assert_eq!(device.invocation(&envelope), Ok(()), "what is installed is still started");
}

#[test]
fn s6_p_167_floors_are_kept_for_each_manifest() {
    let mut app = firmware();
    app.component_id = Some(id("manifest/app"));
    app.sequence_number = 3;
    let mut device = Device::new(&["a"]).holding("a", NEW);
    device.floors.insert(None, 100);
    assert_eq!(device.update(&seal(&app)), Ok(()));
    assert_eq!(device.floors[&None], 100);
    app.sequence_number = 2;
    assert_eq!(device.update(&seal(&app)), Err(ProcessError::Rollback));
}

#[test]
fn p_009_a_component_that_the_device_lacks_excludes_the_manifest() {
    let mut manifest = firmware();
    manifest.components.push(id("elsewhere"));
    for commands in manifest.sections.values_mut() {
        let Member::Inline(commands) = commands else { unreachable!() };
        commands.insert(0, index(0));
    }
    manifest.shared.as_mut().unwrap().insert(0, index(0));
    let mut device = Device::new(&["a"]).serving("coap://x/new", NEW);
    assert_eq!(device.update(&seal(&manifest)), Err(ProcessError::ComponentUnknown));
    assert!(device.log.is_empty());
}

#[test]
fn p_043_more_components_than_there_is_room_for_are_refused() {
    let names = ["a", "b", "c", "d", "e"];
    let manifest = with(manifest(&names), ManifestKey::Install, vec![index(0), check(Condition::Abort)]);
    assert_eq!(Device::new(&names).update(&seal(&manifest)), Err(ProcessError::TooManyComponents));
}

#[test]
fn p_044_a_device_may_demand_that_vendor_and_class_are_checked() {
    let mut device = Device::new(&["a"]).holding("a", NEW);
    device.setup = |mut setup| {
        setup.options = options(|options| options.demand_identity = true);
        setup
    };
    assert_eq!(device.update(&seal(&firmware())), Ok(()));
    for gone in [Condition::VendorIdentifier, Condition::ClassIdentifier] {
        let mut manifest = firmware();
        manifest.shared.as_mut().unwrap().retain(|command| *command != check(gone));
        assert_eq!(device.update(&seal(&manifest)), Err(ProcessError::IdentityUnchecked), "{gone:?}");
    }
}

#[test]
fn threat_img_incompatible_another_class_gets_nothing() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).holding("a", OLD).serving("coap://x/new", NEW);
    device.classes = vec![Identifier::Uuid([9; 16])];
    let refused = Err(ProcessError::ConditionFailed(Condition::ClassIdentifier));
    assert_eq!(device.update(&envelope), refused);
    assert!(device.log.is_empty(), "no byte was asked for");
    assert_eq!(device.content("a"), Some(OLD));
}

/// Every section writes its name behind what is there already.
#[test]
fn sections_run_in_the_order_of_their_procedure_each_behind_the_shared_sequence() {
    let keys = [
        ManifestKey::Validate,
        ManifestKey::Load,
        ManifestKey::Invoke,
        ManifestKey::DependencyResolution,
        ManifestKey::PayloadFetch,
        ManifestKey::CandidateVerification,
        ManifestKey::Install,
        ManifestKey::Uninstall,
    ];
    // The shared sequence counts by soft means: it can only set parameters and check them.
    let mut manifest = shared(manifest(&["a"]), vec![put(vec![Parameter::InvokeArgs(b"args".to_vec())])]);
    for key in keys {
        let mut commands = mark(key.name());
        commands.push(act(Act::Invoke));
        manifest = with(manifest, key, commands);
    }
    let envelope = seal(&manifest);
    let order = |procedure| {
        let mut device = Device::new(&["a"]);
        device.run(&envelope, procedure).unwrap();
        let lengths: Vec<_> = device.log.iter().filter_map(|line| line.strip_prefix("commit a ")).collect();
        let invoked = device.log.iter().filter(|line| *line == "invoke a args").count();
        assert_eq!(lengths.len(), invoked, "the shared sequence ran before each");
        lengths.iter().map(|length| length.parse().unwrap()).collect::<Vec<usize>>()
    };
    let lengths = |names: &[&str]| names.iter().map(|name| name.len()).collect::<Vec<_>>();
    let update = ["dependency-resolution", "payload-fetch", "candidate-verification", "install", "validate"];
    assert_eq!(order(Procedure::Update), lengths(&update));
    assert_eq!(order(Procedure::Invocation), lengths(&["validate", "load", "invoke"]));
    assert_eq!(order(Procedure::Uninstall), lengths(&["uninstall"]));
}

#[test]
fn a_23_without_the_section_the_shared_sequence_does_not_run() {
    // It would fail.
    let manifest = shared(manifest(&["a"]), vec![check(Condition::Abort)]);
    let manifest = with(manifest, ManifestKey::Install, mark("x"));
    assert_eq!(
        Device::new(&["a"]).update(&seal(&manifest)),
        Err(ProcessError::ConditionFailed(Condition::Abort))
    );
    assert_eq!(Device::new(&["a"]).invocation(&seal(&manifest)), Err(ProcessError::NothingToDo));
}

#[test]
fn p_076_an_invocation_that_starts_nothing_fails() {
    let manifest = with(manifest(&["a"]), ManifestKey::Load, mark("x"));
    assert_eq!(Device::new(&["a"]).invocation(&seal(&manifest)), Err(ProcessError::NothingInvoked));
}

#[test]
fn p_042_parameters_of_one_procedure_are_unset_in_the_next() {
    let manifest = with(manifest(&["a"]), ManifestKey::Install, mark("x"));
    // Nothing in the invocation sets the content.
    let manifest = with(manifest, ManifestKey::Invoke, vec![act(Act::Write)]);
    let envelope = seal(&manifest);
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&envelope), Ok(()));
    let unset = ProcessError::ParameterUnset(suit_core::labels::ParameterKey::Content);
    assert_eq!(device.invocation(&envelope), Err(unset));
}

#[test]
fn a_rehearsal_tells_what_would_be_fetched_and_writes_nothing() {
    let envelope = seal(&firmware());
    let mut device = Device::new(&["a"]).holding("a", OLD);
    assert_eq!(device.rehearse(&envelope, Procedure::Update), Ok(vec!["coap://x/new".to_owned()]));
    assert!(device.log.is_empty(), "{:?}", device.log);
    assert_eq!(device.content("a"), Some(OLD));
    device.component("a").capacity = 25;
    let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
    assert_eq!(failure.error, ProcessError::TooLarge, "s18: no room for it");
    device.component("a").capacity = 26;
    device.classes.clear();
    let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
    assert_eq!(failure.error, ProcessError::ConditionFailed(Condition::ClassIdentifier));
}
