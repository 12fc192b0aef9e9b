//! Rules about the envelope: its tag, what is severed, what travels in it.

use super::{Finding, Subject, all_sequences, each_command};
use crate::description::places::Site;
use crate::description::words::word;
use crate::error::codes;
use suit_core::owned::{Command, Manifest, Parameter, Text};

pub(super) fn check(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    if !subject.tagged {
        // M §11, A-36.
        findings.push(Finding::new(codes::UNTAGGED, Site::Envelope, "the envelope has no CBOR tag"));
    }
    severed(subject, findings);
    payload_names(subject, findings);
}

/// P-058: what is severed should be larger than the digest that replaces it.
fn severed(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let least = subject.hash.digest_len().unwrap_or_default() + 4;
    for key in subject.severable {
        // On a copy: the digest doesn't matter here, only the content.
        let mut copy = subject.manifest.clone();
        let content =
            copy.sever(*key, |_| suit_core::owned::Digest { algorithm: subject.hash, bytes: Vec::new() });
        let length = content.map_or(0, |content| content.len());
        if length < least {
            let message = format!(
                "'{}' is severed, but with {length} bytes it is hardly larger than its digest",
                word(*key)
            );
            findings.push(Finding::new(codes::SEVERED_SMALL, Site::Member(*key), message));
        }
    }
}

/// Every URI parameter, with the path to its command.
pub(super) fn each_uri(manifest: &Manifest, see: &mut dyn FnMut(&str, Site)) {
    for (name, commands) in all_sequences(manifest) {
        each_command(commands, &mut Vec::new(), &mut |command, path| {
            let lists: Vec<&[Parameter]> = match command {
                Command::SetParameters(list) | Command::OverrideParameters(list) => vec![list],
                Command::OverrideMultiple(entries) => {
                    entries.iter().map(|(_, list)| list.as_slice()).collect()
                }
                _ => Vec::new(),
            };
            for parameter in lists.into_iter().flatten() {
                if let Parameter::Uri(uri) = parameter {
                    see(uri, Site::Command(name, path.to_vec()));
                }
            }
        });
    }
}

/// Whether every section is at hand, so that it is known what is not named.
fn is_complete(manifest: &Manifest) -> bool {
    manifest.sections.values().all(|section| matches!(section, suit_core::owned::Member::Inline(_)))
}

/// P-139, P-165: a payload's name in the envelope is the URI that the manifest has for it.
fn payload_names(subject: &Subject<'_>, findings: &mut Vec<Finding>) {
    let mut named = Vec::new();
    each_uri(subject.manifest, &mut |uri, site| {
        let known = subject.payloads.iter().any(|(name, _)| *name == uri);
        if uri.starts_with('#') && !known {
            let message = format!("'{uri}' is to come from the envelope, which does not have it");
            findings.push(Finding::new(codes::PAYLOAD_MISSING, site, message));
        }
        named.push(uri.to_owned());
    });
    for (name, _) in subject.payloads {
        if is_complete(subject.manifest) && !named.iter().any(|uri| uri == name) {
            let message = format!("no command asks for the payload '{name}'");
            findings.push(Finding::new(codes::PAYLOAD_UNUSED, Site::Payload((*name).to_owned()), message));
        }
    }
}

/// The text that is at hand.
pub(super) fn text_of(manifest: &Manifest) -> Option<&Text> {
    match &manifest.text {
        Some(suit_core::owned::Member::Inline(text)) => Some(text),
        _ => None,
    }
}
