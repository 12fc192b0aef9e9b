//! A device without trust domains, update management or deltas refuses manifests that need them, as a whole and before anything
//! runs. These tests are for builds without the features.

use suit_core::ErrorKind;
use suit_core::labels::ManifestKey;
use suit_core::owned::{Command, Manifest};
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

/// Whether a manifest is refused for this fault, with the commands in an alternative that would never run.
fn refused(commands: Vec<Command>, kind: ErrorKind) {
    let choice = Command::TryEach(vec![mark("x"), commands], true);
    let manifest = install(seq([mark("y"), vec![choice]]));
    refused_as_a_whole(&manifest, kind);
    // In a section that isn't of this procedure.
    let manifest = with(install(mark("x")), ManifestKey::Uninstall, manifest_section(&manifest));
    refused_as_a_whole(&manifest, kind);
    // Severed.
    let mut manifest = install(manifest_section(&manifest));
    let envelope = seal_severed(&mut manifest, &[ManifestKey::Install], |_, content| Some(content));
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&envelope), Err(ProcessError::Malformed(kind)));
    assert!(device.log.is_empty() && device.watched.is_empty());
}

fn manifest_section(manifest: &Manifest) -> Vec<Command> {
    manifest
        .sections
        .values()
        .find_map(|member| match member {
            suit_core::owned::Member::Inline(commands) if commands.len() > 2 => Some(commands.clone()),
            _ => None,
        })
        .unwrap()
}

fn refused_as_a_whole(manifest: &Manifest, kind: ErrorKind) {
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal(manifest)), Err(ProcessError::Malformed(kind)));
    assert!(device.log.is_empty() && device.watched.is_empty());
}

#[cfg(not(feature = "update-management"))]
#[test]
fn p_010_without_update_management_its_commands_and_parameters_are_refused_with_the_manifest() {
    use suit_core::command::Act;
    use suit_core::labels::{Condition, VersionComparison};
    use suit_core::owned::{Metadata, Parameter, VersionMatch, WaitInfo};
    for condition in [
        Condition::UseBefore,
        Condition::ImageNotMatch,
        Condition::MinimumBattery,
        Condition::UpdateAuthorized,
        Condition::Version,
    ] {
        refused(vec![check(condition)], ErrorKind::UnknownCommand);
    }
    refused(vec![act(Act::Wait)], ErrorKind::UnknownCommand);
    refused(vec![Command::OverrideMultiple(vec![(0, vec![content(b"x")])])], ErrorKind::UnknownCommand);
    refused(vec![Command::CopyParams(vec![(0, vec![18])])], ErrorKind::UnknownCommand);
    let version = VersionMatch { comparison: VersionComparison::Equal, version: vec![1] };
    for parameter in [
        Parameter::UseBefore(1),
        Parameter::MinimumBattery(1),
        Parameter::UpdatePriority(1),
        Parameter::Version(version),
        Parameter::WaitInfo(WaitInfo { power: Some(1), ..WaitInfo::default() }),
        Parameter::ComponentMetadata(Metadata { creation_time: Some(1), ..Metadata::default() }),
    ] {
        refused(vec![put(vec![parameter.clone()])], ErrorKind::UnknownParameter);
        refused(vec![Command::SetParameters(vec![parameter])], ErrorKind::UnknownParameter);
    }
    let mut manifest = install(mark("x"));
    manifest.set_version = Some(vec![1]);
    refused_as_a_whole(&manifest, ErrorKind::UnknownKey);
}

#[cfg(not(feature = "trust-domains"))]
#[test]
fn p_009_p_150_without_trust_domains_dependencies_and_their_commands_are_refused() {
    use suit_core::command::Act;
    use suit_core::labels::Condition;
    for condition in [Condition::DependencyIntegrity, Condition::IsDependency] {
        refused(vec![check(condition)], ErrorKind::UnknownCommand);
    }
    for directive in [Act::ProcessDependency, Act::Unlink] {
        refused(vec![act(directive)], ErrorKind::UnknownCommand);
    }
    let mut manifest = install(mark("x"));
    manifest.dependencies.insert(0, None);
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal(&manifest)), Err(ProcessError::DependenciesUnsupported));
    assert!(device.log.is_empty());
}

#[cfg(not(feature = "delta"))]
#[test]
fn p_009_without_deltas_install_delta_is_refused_with_the_manifest() {
    use suit_core::command::Act;
    use suit_core::owned::Parameter;
    use suit_verify_nostd::Setup;
    for (command, kind) in [
        (act(Act::InstallDelta), ErrorKind::UnknownCommand),
        (put(vec![Parameter::DeltaBase(0)]), ErrorKind::UnknownParameter),
    ] {
        let choice = Command::TryEach(vec![mark("x"), vec![command]], true);
        let mut device = Device::new(&["a"]);
        device.setup = |setup| Setup { supported: &suit_verify_nostd::process::SUPPORTED, ..setup };
        let envelope = seal(&install(seq([mark("y"), vec![choice]])));
        assert_eq!(device.update(&envelope), Err(ProcessError::Malformed(kind)));
        assert!(device.log.is_empty() && device.watched.is_empty());
    }
}
