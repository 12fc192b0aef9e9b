//! Rules about identity: a manifest says for which devices it is, and checks that first.

use super::{Finding, Subject, all_sequences, each_command};
use crate::description::places::{SequenceName, Site};
use crate::description::values::uuid_text;
use crate::description::words::word;
use crate::error::codes;
use suit_core::labels::{Condition, ParameterKey};
use suit_core::owned::{Command, Parameter, VendorId};
use suit_core::version::is_semantic;

pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    dependency_indices(subject, findings);
    set_version(subject, findings);
    shared_checks(subject, findings);
    uuids(subject, findings);
}

/// TD §5.2.2: the key of a dependency is the index of a component.
fn dependency_indices(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let listed = u64::try_from(subject.manifest.components.len()).unwrap_or(u64::MAX);
    for index in subject.manifest.dependencies.keys().filter(|index| **index >= listed) {
        let message = format!("the dependency {index} is not one of the {listed} listed components");
        findings.push(Finding::new(codes::DEPENDENCY_INDEX, Site::Dependency(*index), message));
    }
}

/// P-195: versions are semantic, or their scheme keeps the order.
fn set_version(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if let Some(version) = &subject.manifest.set_version
        && !is_semantic(version.iter().copied())
    {
        let message = "the numbers of the version are not those of a semantic version";
        findings.push(Finding::new(codes::VERSION_FORM, Site::SetVersion, message));
    }
}

/// P-044: the shared sequence checks vendor and class. P-045: before anything else.
fn shared_checks(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let commands = subject.manifest.shared.as_deref().unwrap_or_default();
    let mut checked = Vec::new();
    each_command(commands, &mut Vec::new(), &mut |command, _| {
        if let Command::Condition(condition, _) = command {
            checked.push(*condition);
        }
    });
    let site = Site::Sequence(SequenceName::Shared);
    let missing: Vec<_> = [Condition::VendorIdentifier, Condition::ClassIdentifier]
        .into_iter()
        .filter(|condition| !checked.contains(condition))
        .map(word)
        .collect();
    if !missing.is_empty() {
        let message = format!("the shared sequence does not check the {}", missing.join(" and the "));
        findings.push(Finding::new(codes::IDENTITY_UNCHECKED, site, message));
        return;
    }
    let is_identity = |command: &Command| {
        matches!(
            command,
            Command::Condition(
                Condition::VendorIdentifier | Condition::ClassIdentifier | Condition::DeviceIdentifier,
                _
            )
        )
    };
    let is_other_check = |command: &Command| match command {
        Command::Condition(..) => !is_identity(command),
        Command::TryEach(..) | Command::RunSequence(_) => true,
        _ => false,
    };
    let first_identity = commands.iter().position(is_identity);
    let first_other = commands.iter().position(is_other_check);
    if let (Some(identity), Some(other)) = (first_identity, first_other)
        && other < identity
    {
        let message = "something else is checked before vendor and class";
        findings.push(Finding::new(
            codes::IDENTITY_LATE,
            Site::Command(SequenceName::Shared, vec![other]),
            message,
        ));
    }
}

/// P-014: identifiers are UUIDs of version 3, 4 or 5.
fn uuids(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let of_good_version = |id: &[u8; 16]| matches!(id[6] >> 4, 3..=5) && id[8] >> 6 == 0b10;
    for (name, commands) in all_sequences(subject.manifest) {
        each_command(commands, &mut Vec::new(), &mut |command, path| {
            super::sequences::each_parameter(command, &mut |_, parameter| {
                let (key, id) = match parameter {
                    Parameter::VendorIdentifier(VendorId::Uuid(id)) => (ParameterKey::VendorIdentifier, id),
                    Parameter::ClassIdentifier(id) => (ParameterKey::ClassIdentifier, id),
                    Parameter::DeviceIdentifier(id) => (ParameterKey::DeviceIdentifier, id),
                    _ => return,
                };
                if !of_good_version(id) {
                    let message =
                        format!("'{}' is not a UUID of version 3, 4 or 5: {}", word(key), uuid_text(id));
                    let site = Site::Command(name, path.to_vec());
                    findings.push(Finding::new(codes::UUID_VERSION, site, message));
                }
            });
        });
    }
}
