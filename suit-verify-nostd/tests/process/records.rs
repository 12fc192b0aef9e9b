//! What the processor tells for reports.
#![cfg(feature = "report")]

use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Condition, ManifestKey, ReportReason};
use suit_core::owned::{Command, Parameter, Selection};
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

/// The records of an update that ends so.
fn records(device: &mut Device, envelope: &[u8], result: Result<(), ProcessError>) -> Vec<String> {
    assert_eq!(device.update(envelope), result);
    core::mem::take(&mut device.records)
}

#[test]
fn p_240_p_251_a_condition_is_told_with_what_was_measured() {
    // printf other | sha256sum
    let other = "d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa";
    let manifest = install(vec![
        put(vec![sha256(b"wanted"), Parameter::ComponentSlot(3)]),
        check(Condition::ComponentSlot),
        check(Condition::ImageMatch),
    ]);
    let mut device = Device::abc().holding("a", b"other");
    device.component("a").slot = Some(3);
    let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
    let told = records(&mut device, &seal(&manifest), failed);
    // override-parameters has no reporting policy. 82: the array's head; 14 a2: code and map; 03 58 24 82 2f 58 20: digest
    // with its 32 bytes; 05 03: slot; then 05 0f and 03 0f. So the first condition is at 1 + 1 + 1 + 39 + 2 = 44.
    assert_eq!(told[0], "[] section 20 at 44 component 0 a policy 15 Success component-slot=Uint(03)",);
    let hex: Vec<_> = (0..other.len()).step_by(2).map(|at| other[at..at + 2].to_owned()).collect();
    assert_eq!(
        told[1],
        format!(
            "[] section 20 at 46 component 0 a policy 15 Failure(ConditionFailed) \
             image-digest=Digest(Sha256, [{}]) image-size=Uint(05)",
            hex.join(", "),
        ),
    );
    assert_eq!(told.len(), 2);
}

#[test]
fn p_242_each_selected_component_is_told_in_order() {
    let manifest = install_abc(vec![
        Command::SetComponentIndex(Selection::Several(vec![2, 0])),
        put(vec![Parameter::ComponentSlot(1)]),
        check(Condition::ComponentSlot),
    ]);
    let mut device = Device::abc();
    device.component("a").slot = Some(1);
    device.component("c").slot = Some(1);
    let told = records(&mut device, &seal(&manifest), Ok(()));
    let components: Vec<_> = told.iter().map(|line| &line[line.find("component").unwrap()..][..13]).collect();
    assert_eq!(components, ["component 2 c", "component 0 a"]);
}

#[test]
fn a_29_shared_and_nested_sequences_have_a_place() {
    let inner = vec![check(Condition::Abort)];
    let manifest = shared(
        install(vec![Command::TryEach(vec![inner.clone(), inner], true)]),
        vec![put(vec![Parameter::ComponentSlot(1)]), check(Condition::ComponentSlot)],
    );
    let mut device = Device::abc();
    device.component("a").slot = Some(1);
    let told = records(&mut device, &seal(&manifest), Ok(()));
    let places: Vec<_> = told.iter().map(|line| &line[..line.find(" component").unwrap()]).collect();
    // shared: 84 | 14 a1 05 01 | 05 0f. install: 82 | 0f | 83 | 43 82 0e 0f | 43 82 0e 0f | f6.
    assert_eq!(places, ["[] section 3 at 5", "[] section 20 at 5", "[] section 20 at 9"]);
}

#[test]
fn a_policy_of_nothing_tells_nothing() {
    let quiet = ReportPolicy::new(0).unwrap();
    let manifest = install(vec![
        put(vec![Parameter::ComponentSlot(1)]),
        Command::Condition(Condition::ComponentSlot, quiet),
        put(vec![content(b"x")]),
        Command::Act(Act::Write, quiet),
    ]);
    let mut device = Device::abc();
    device.component("a").slot = Some(1);
    assert!(records(&mut device, &seal(&manifest), Ok(())).is_empty());
}

#[test]
fn reasons_of_some_errors() {
    let reasons = [
        (ProcessError::Rollback, ReportReason::Unauthorised),
        (ProcessError::ComponentUnknown, ReportReason::ComponentUnsupported),
        (ProcessError::SectionMissing(ManifestKey::Install), ReportReason::SeveringUnsupported),
        (ProcessError::OwnerRefused(1), ReportReason::ComponentUnauthorised),
        (ProcessError::ConditionFailed(Condition::Abort), ReportReason::ConditionFailed),
        (ProcessError::TooLarge, ReportReason::OperationFailed),
        (ProcessError::Malformed(suit_core::ErrorKind::UnknownCommand), ReportReason::CommandUnsupported),
    ];
    for (error, reason) in reasons {
        assert_eq!(error.reason(), reason, "{error:?}");
    }
}

#[cfg(feature = "trust-domains")]
#[test]
fn a_02_p_242_a_dependency_beyond_the_components_is_told_by_its_index() {
    for at in [1, 254, 255, 70_000] {
        let ask = vec![index(at), check(Condition::IsDependency)];
        let mut root = with(manifest(&["a"]), ManifestKey::PayloadFetch, ask);
        root.dependencies.insert(at, Some(id("b")));
        let mut device = Device::abc().with_dependencies();
        let told = records(&mut device, &seal(&root), Ok(()));
        assert!(told[0].contains(&format!(" component {at} b ")), "{told:?}");
    }
}
