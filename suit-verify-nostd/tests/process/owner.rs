//! The owner's policy is asked before every effect, whatever the manifest says. What it decides is tested with the policy;
//! here, that each way to an effect asks it.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter};
use suit_verify_nostd::calendar::Zone;
use suit_verify_nostd::policy::{Blackout, Facts, OwnerPolicy, Rule, Weekdays, Window};
use suit_verify_nostd::process::{Memory, Pause, Procedure, ProcessError};
use suit_verify_nostd::{Processor, Step};

use crate::build::*;
use crate::device::Device;

const IMAGE: &[u8] = b"an image of 30 bytes in length";
const HOUR: u64 = 3_600;

/// `a` must not be changed.
const VETO: OwnerPolicy<'static> = OwnerPolicy::new().veto(&[&[b"a"]]);

/// From midnight to six o'clock, UTC.
const NIGHT: Blackout<'static> = {
    const WINDOWS: [Window; 1] = {
        let Ok(window) = Window::new(0, 6 * 3_600, Weekdays::ALL) else { panic!() };
        [window]
    };
    let Ok(blackout) = Blackout::new(Zone::UTC, &WINDOWS) else { panic!() };
    blackout
};

fn refused(rule: Rule) -> Result<(), ProcessError> {
    Err(ProcessError::OwnerRefused(rule.number()))
}

fn device(owner: OwnerPolicy<'static>) -> Device {
    let mut device = Device::abc().holding("a", b"old").holding("b", IMAGE).serving("coap://x/i", IMAGE);
    device.owner = Some(owner);
    device
}

/// Every way to change a component that is at `index`.
fn changes(index_: u64) -> Vec<(&'static str, Vec<Command>)> {
    let source = Parameter::SourceComponent(1);
    [
        ("fetch", vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)]),
        ("integrated", vec![put(vec![uri("#i")]), act(Act::Fetch)]),
        ("write", vec![put(vec![content(b"x")]), act(Act::Write)]),
        ("copy", vec![put(vec![source.clone()]), act(Act::Copy)]),
        ("swap", vec![put(vec![source]), act(Act::Swap)]),
    ]
    .map(|(name, commands)| (name, seq([vec![index(index_)], commands])))
    .into()
}

fn in_section(key: ManifestKey, commands: Vec<Command>) -> Manifest {
    with(manifest(&["a", "b", "c"]), key, commands)
}

#[test]
fn s46_a_vetoed_component_is_changed_in_no_way() {
    for (name, commands) in changes(0) {
        for key in [ManifestKey::PayloadFetch, ManifestKey::Install, ManifestKey::Validate] {
            let envelope = seal_with(&in_section(key, commands.clone()), &[("#i", IMAGE)]);
            let mut device = device(VETO);
            assert_eq!(device.update(&envelope), refused(Rule::Veto), "{name}");
            assert_eq!(device.content("a"), Some(&b"old"[..]));
            assert!(device.log.is_empty(), "{name}: {:?}", device.log);
            let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
            assert_eq!(failure.error, ProcessError::OwnerRefused(Rule::Veto.number()), "{name}");
            // Without the veto it would be.
            device.owner = None;
            assert_eq!(device.update(&envelope), Ok(()), "{name}");
        }
    }
    // Another one may.
    for (name, commands) in changes(2) {
        let envelope = seal_with(&in_section(ManifestKey::Install, commands), &[("#i", IMAGE)]);
        assert_eq!(device(VETO).update(&envelope), Ok(()), "{name}");
    }
}

/// What is installed starts at any time, with what has to be loaded for it.
#[test]
fn s21_a_device_comes_up_in_the_window_and_without_a_clock() {
    let common = vec![index(1), put(vec![sha256(IMAGE)])];
    let load = vec![index(2), put(vec![Parameter::SourceComponent(1)]), act(Act::Copy)];
    let manifest = shared(manifest(&["a", "b", "c"]), common);
    let manifest = with(manifest, ManifestKey::Validate, vec![index(1), check(Condition::ImageMatch)]);
    let manifest = with(manifest, ManifestKey::Load, load.clone());
    let manifest = with(manifest, ManifestKey::Invoke, vec![index(2), act(Act::Invoke)]);
    for now in [Some(HOUR), None] {
        let mut device = device(OwnerPolicy::new().blackout(NIGHT));
        device.now = now;
        assert_eq!(device.invocation(&seal(&manifest)), Ok(()));
        assert_eq!(device.log.last().map(String::as_str), Some("invoke c"));
        // The same copy in an update waits, or is refused.
        let update = with(manifest.clone(), ManifestKey::Install, load.clone());
        let failure = device.rehearse(&seal(&update), Procedure::Update).unwrap_err();
        let rule = if now.is_some() { Rule::Blackout } else { Rule::NoClock };
        assert_eq!(failure.error, ProcessError::OwnerRefused(rule.number()));
    }
}

/// What the load section is for is memory, and a device that has nothing else there says so.
#[test]
fn s46_nor_is_a_vetoed_component_changed_by_loading() {
    let load = vec![index(0), put(vec![Parameter::SourceComponent(1)]), act(Act::Copy)];
    let check_it = vec![index(1), put(vec![sha256(IMAGE)]), check(Condition::ImageMatch), act(Act::Invoke)];
    let manifest = with(in_section(ManifestKey::Load, load), ManifestKey::Invoke, check_it);
    let mut device = device(VETO);
    assert_eq!(device.invocation(&seal(&manifest)), refused(Rule::Veto));
    assert_eq!(device.content("a"), Some(&b"old"[..]));
    device.volatile = true;
    assert_eq!(device.invocation(&seal(&manifest)), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
}

/// A swap changes both.
#[test]
fn s46_nor_as_the_other_side_of_a_swap() {
    let commands = vec![index(1), put(vec![Parameter::SourceComponent(0)]), act(Act::Swap)];
    let mut device = device(VETO);
    assert_eq!(device.update(&seal(&in_section(ManifestKey::Install, commands))), refused(Rule::Veto));
    assert_eq!(device.content("a"), Some(&b"old"[..]));
    // To be copied from is no change.
    let commands = vec![index(1), put(vec![Parameter::SourceComponent(0)]), act(Act::Copy)];
    assert_eq!(device.update(&seal(&in_section(ManifestKey::Install, commands))), Ok(()));
}

/// No alternative, and no leniency of the manifest's, leads around it.
#[test]
fn s46_it_aborts_and_is_no_condition() {
    let choice = Command::TryEach(vec![mark("x"), seq([vec![index(2)], mark("x")])], true);
    let mut device = device(VETO);
    let commands = vec![index(0), choice];
    assert_eq!(device.update(&seal(&in_section(ManifestKey::Install, commands))), refused(Rule::Veto));
    assert_eq!(device.content("c"), None);
}

/// A dependency may not do it either.
#[test]
fn s46_nor_by_a_dependency() {
    let leaf = with(manifest(&["a"]), ManifestKey::Install, mark("x"));
    let mut root = shared(manifest(&["c", "b"]), vec![index(1), put(vec![digest_of(&leaf), uri("#leaf")])]);
    root.dependencies.insert(1, None);
    let run =
        vec![index(1), act(Act::Fetch), check(Condition::DependencyIntegrity), act(Act::ProcessDependency)];
    let envelope = seal_with(&with(root, ManifestKey::Install, run), &[("#leaf", &seal(&leaf))]);
    let mut device = device(VETO).with_dependencies();
    assert_eq!(device.update(&envelope), refused(Rule::Veto));
    assert_eq!(device.content("a"), Some(&b"old"[..]));
}

fn started<R>(
    device: &mut Device,
    manifest: &Manifest,
    act_: impl FnOnce(Processor<'_, '_, Device>) -> R,
) -> R {
    let envelope = seal_with(manifest, &[("#i", IMAGE)]);
    let mut memory = Memory::<4, 24, 8, 64>::new();
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.start(Procedure::Update).unwrap();
            act_(processor)
        })
        .unwrap()
}

const fn until(rule: Rule, retry_at: Option<u64>) -> Step<'static> {
    Step::Wait(Pause { owner_rule: Some(rule.number()), retry_at })
}

#[test]
fn s21_nothing_changes_in_a_blackout_window_and_it_goes_on_behind_it() {
    for (name, commands) in changes(0) {
        let mut device = device(OwnerPolicy::new().blackout(NIGHT));
        device.now = Some(5 * HOUR);
        started(&mut device, &in_section(ManifestKey::Install, commands), |mut processor| {
            for _ in 0..2_000 {
                assert_eq!(processor.run(), until(Rule::Blackout, Some(6 * HOUR)), "{name}");
            }
            assert!(processor.platform().log.is_empty(), "{name}");
            processor.platform().now = Some(6 * HOUR);
            if matches!(processor.run(), Step::NeedPayload(_)) {
                // What was permitted goes on, also when the next window has begun.
                processor.platform().now = Some(24 * HOUR);
                processor.feed(IMAGE).unwrap();
                processor.end_payload().unwrap();
            }
            assert_eq!(processor.run(), Step::Done, "{name}");
        });
    }
}

/// Where the owner lets payloads come in the window, they may not be installed by that.
#[test]
fn s21_a_fetch_is_an_installation_unless_it_is_into_staging() {
    let fetch = |name: &str| vec![index(0), put(vec![uri(name)]), act(Act::Fetch)];
    for (key, name, comes) in [
        (ManifestKey::DependencyResolution, "coap://x/i", true),
        (ManifestKey::PayloadFetch, "coap://x/i", true),
        (ManifestKey::CandidateVerification, "coap://x/i", false),
        (ManifestKey::Install, "coap://x/i", false),
        (ManifestKey::Validate, "coap://x/i", false),
        (ManifestKey::PayloadFetch, "#i", false),
    ] {
        let mut device = device(OwnerPolicy::new().blackout(NIGHT.letting_fetch()));
        device.now = Some(HOUR);
        started(&mut device, &in_section(key, fetch(name)), |mut processor| {
            let step = processor.run();
            if comes {
                assert!(matches!(step, Step::NeedPayload(_)), "{key:?}");
            } else {
                assert_eq!(step, until(Rule::Blackout, Some(6 * HOUR)), "{key:?} {name}");
            }
        });
    }
}

#[test]
fn s21_without_a_trusted_clock_nothing_is_changed() {
    for (name, commands) in changes(0) {
        let envelope = seal_with(&in_section(ManifestKey::Install, commands), &[("#i", IMAGE)]);
        let mut device = device(OwnerPolicy::new().blackout(NIGHT));
        assert_eq!(device.update(&envelope), refused(Rule::NoClock), "{name}");
        assert!(device.log.is_empty());
    }
}

#[test]
fn s17_no_byte_is_asked_for_below_the_radio_level() {
    let Ok(policy) = OwnerPolicy::new().radio(-90) else { panic!() };
    let mut device = device(policy);
    device.resources = Facts { radio: Some(-91), ..Facts::default() };
    let fetch = vec![index(0), put(vec![uri("coap://x/i")]), act(Act::Fetch)];
    started(&mut device, &in_section(ManifestKey::Install, fetch), |mut processor| {
        assert_eq!(processor.run(), until(Rule::Radio, None));
        processor.platform().resources.radio = Some(-90);
        assert!(matches!(processor.run(), Step::NeedPayload(_)));
    });
    // What came with the envelope needs no radio.
    let mut device = self::device(policy);
    device.resources = Facts { radio: Some(-91), ..Facts::default() };
    let fetch = vec![index(0), put(vec![uri("#i")]), act(Act::Fetch)];
    let envelope = seal_with(&in_section(ManifestKey::Install, fetch), &[("#i", IMAGE)]);
    assert_eq!(device.update(&envelope), Ok(()));
}

#[test]
fn s18_storage_that_would_not_stay_free() {
    let mut device = device(OwnerPolicy::new().storage(100));
    device.resources = Facts { free_storage: Some(129), ..Facts::default() };
    let fetch = vec![index(2), put(vec![uri("coap://x/i"), size(IMAGE)]), act(Act::Fetch)];
    let envelope = seal(&in_section(ManifestKey::Install, fetch));
    let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
    assert_eq!(failure.error, ProcessError::OwnerRefused(Rule::Storage.number()));
    device.resources = Facts { free_storage: Some(130), ..Facts::default() };
    assert_eq!(device.update(&envelope), Ok(()));
}

#[test]
fn what_is_installed_is_started_whatever_the_time() {
    let starting = vec![index(1), put(vec![sha256(IMAGE)]), check(Condition::ImageMatch), act(Act::Invoke)];
    let envelope = seal(&in_section(ManifestKey::Invoke, starting));
    let mut device = device(OwnerPolicy::new().blackout(NIGHT).veto(&[&[b"b"]]));
    device.now = Some(HOUR);
    assert_eq!(device.invocation(&envelope), Ok(()));
}

#[test]
fn a_rehearsal_in_a_window_says_so() {
    let mut device = device(OwnerPolicy::new().blackout(NIGHT));
    device.now = Some(HOUR);
    let envelope = seal(&in_section(ManifestKey::Install, seq([vec![index(0)], mark("x")])));
    let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
    assert_eq!(failure.error, ProcessError::OwnerRefused(Rule::Blackout.number()));
}
