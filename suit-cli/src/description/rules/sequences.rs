//! Rules about single commands and where they stand.

use super::selection::unclear;
use super::{Finding, Subject, all_sequences, each_command};
use crate::description::places::Site;
use crate::description::values::size_words;
use crate::description::words::word;
use crate::error::codes;
use suit_core::labels::ParameterKey;
use suit_core::owned::{Command, Parameter};
use suit_core::version::is_semantic;

/// M §8.4.8.9 speaks of tens of bytes; this is well above.
const CONTENT_MAX: usize = 256;

/// Calls `see` with every parameter that a command sets, and the component's index where the command names it.
pub(super) fn each_parameter<'m>(command: &'m Command, see: &mut dyn FnMut(Option<u64>, &'m Parameter)) {
    match command {
        Command::SetParameters(list) | Command::OverrideParameters(list) => {
            list.iter().for_each(|parameter| see(None, parameter));
        }
        Command::OverrideMultiple(entries) => {
            for (index, list) in entries {
                list.iter().for_each(|parameter| see(Some(*index), parameter));
            }
        }
        _ => {}
    }
}

pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    for (name, commands) in all_sequences(subject.manifest) {
        let unclear = unclear(commands);
        each_command(commands, &mut Vec::new(), &mut |command, path| {
            let site = || Site::Command(name, path.to_vec());
            let nested = path.len() > 1;
            // peers differ in whether a selection outlives its sequence.
            if unclear.iter().any(|known| known == path) {
                let message = "a component is selected inside another command";
                findings.push(Finding::new(codes::SELECT_NESTED, site(), message));
            }
            let if_unset = matches!(command, Command::SetParameters(_));
            each_parameter(command, &mut |_, parameter| match parameter {
                // P-122.
                Parameter::SoftFailure(_) if !nested => {
                    let message = "'soft-failure' outside of 'try' and 'run' makes devices abort";
                    findings.push(Finding::new(codes::SOFT_FAILURE, site(), message));
                }
                // P-085, A-12.
                Parameter::ImageDigest(_) if if_unset => {
                    let message = "the digest is only set if nothing set it before";
                    findings.push(Finding::new(codes::DIGEST_IF_UNSET, site(), message));
                }
                // P-025.
                Parameter::Content(content) if content.len() > CONTENT_MAX => {
                    let size = size_words(u64::try_from(content.len()).unwrap_or(u64::MAX));
                    let message = format!("'{}' holds {size}", word(ParameterKey::Content));
                    findings.push(Finding::new(codes::CONTENT_LARGE, site(), message));
                }
                Parameter::Version(comparison) if !is_semantic(comparison.version.iter().copied()) => {
                    let message = "the numbers to compare with are not those of a semantic version";
                    findings.push(Finding::new(codes::VERSION_FORM, site(), message));
                }
                _ => {}
            });
        });
    }
}
