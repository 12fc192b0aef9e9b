//! `suit verify`: digest, signatures, severed members, payloads and dependencies, by the device's own code.

mod check;
mod expected;
mod payload;
mod profile;
mod report;
mod rule;

pub(crate) use report::Answer;

use crate::cli::verify::VerifyArgs;
use crate::error::{Exit, Failure, Outcome, codes};
use crate::input::{Input, payload_directory};
use crate::keys::is_legacy;
use crate::output::Console;
use crate::trust::Trusted;
pub(crate) use expected::Expected;
use expected::expectations;
pub(crate) use payload::last_segment;
use profile::Profile;
use report::{Reason, SignatureStatus, Verdict};
use rule::Rule;
use std::path::Path;
use suit_core::cbor::Reader;
use suit_core::labels::{Algorithm, EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_core::{Envelope, Manifest, Tagging};

/// What the caller wants to hold.
struct Asked<'a> {
    trusted: &'a Trusted,
    rules: Vec<Rule>,
    min_seq: Option<u64>,
    profile: Option<Profile>,
    payload_dir: Option<&'a Path>,
    allow: Allow,
    console: &'a Console,
}

impl Asked<'_> {
    fn tagging(&self) -> Tagging {
        if self.allow.untagged { Tagging::Optional } else { Tagging::Required }
    }
}

/// What `--allow` says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Allow {
    algorithms: Vec<Algorithm>,
    /// Envelopes without the tag 107.
    pub(crate) untagged: bool,
}

impl Allow {
    fn parse(words: &[String]) -> Outcome<Self> {
        let mut allow = Self::default();
        match words.iter().find(|word| !allow.take(word)) {
            None => Ok(allow),
            Some(word) => Err(Failure::new(codes::USAGE, format!("--allow doesn't know '{word}'"))
                .help("it knows es256, eddsa and untagged")),
        }
    }

    /// Takes a word, if it is one of these.
    pub(crate) fn take(&mut self, word: &str) -> bool {
        match word.trim().to_ascii_lowercase().as_str() {
            "untagged" => self.untagged = true,
            "es256" => self.algorithms.push(Algorithm::Es256),
            "eddsa" => self.algorithms.push(Algorithm::EdDsa),
            _ => return false,
        }
        true
    }

    /// Whether an algorithm may be used: the fully specified ones always, the deprecated ones if it was said.
    pub(crate) fn algorithm(&self, algorithm: Algorithm) -> bool {
        !is_legacy(algorithm) || self.algorithms.contains(&algorithm)
    }
}

/// The payloads that a manifest fetches, as far as its sections are in it or in its envelope. Nothing of it need be
/// authentic: who changes envelopes wants to know before it is signed.
pub(crate) fn expected<'a>(envelope: &Envelope<'a>, manifest: &Manifest<'a>) -> Vec<Expected<'a>> {
    let section = |key: ManifestKey| match manifest.section(key)? {
        Severable::Inline(sequence) => Some(sequence),
        Severable::Severed(_) => {
            let member = envelope.member(EnvelopeKey::from_code(key.code())?)?;
            manifest.check_section(member.content()).ok()
        }
    };
    expectations(manifest, section).payloads
}

/// Checks that an envelope that was just changed is still what it was signed to be. Deprecated algorithms are no reason
/// against it: whether to accept them is not asked here.
///
/// # Errors
/// It isn't: as [`run`].
pub(crate) fn still_holds(bytes: &[u8], name: &str, trust: &[String], console: &Console) -> Outcome<()> {
    let trusted = Trusted::read(trust, |_| true, console)?;
    let allow = Allow { algorithms: Vec::new(), untagged: true };
    let asked = Asked {
        trusted: &trusted,
        rules: Vec::new(),
        min_seq: None,
        profile: None,
        payload_dir: None,
        allow,
        console,
    };
    let found = check::check(&asked, Reader::new(bytes), name, 0)?;
    Failure::all(found.failures).map_or(Ok(()), Err)
}

/// Why an envelope is not authentic for these keys, if it isn't; payloads left out.
///
/// # Errors
/// It is malformed.
pub(crate) fn why_not_authentic(
    input: &Input,
    trusted: &Trusted,
    allow: &Allow,
    console: &Console,
) -> Outcome<Option<Failure>> {
    let asked = Asked {
        trusted,
        rules: Vec::new(),
        min_seq: None,
        profile: None,
        payload_dir: None,
        allow: allow.clone(),
        console,
    };
    Ok(Failure::all(check::check(&asked, Reader::new(&input.bytes), &input.name, 0)?.failures))
}

/// Runs the verb.
///
/// # Errors
/// The answer is no: 05xx. It could not be found out: 01xx to 04xx for a malformed envelope, 06xx for files, 07xx for
/// keys, E0099 for flags.
pub(crate) fn run(args: &VerifyArgs, console: &Console) -> Outcome<Exit> {
    let allow = Allow::parse(&args.allow)?;
    let profile = args.profile.as_deref().map(Profile::parse).transpose()?;
    let usable = |algorithm| {
        allow.algorithm(algorithm) && profile.is_none_or(|profile| profile.authentication == algorithm)
    };
    let trusted = Trusted::read(&args.trust, usable, console)?;
    let roles = trusted.roles();
    let rules = args.require.iter().map(|rule| Rule::parse(rule, &roles)).collect::<Outcome<_>>()?;
    let payload_dir = payload_directory(args.payload_dir.as_deref())?;
    let asked =
        Asked { trusted: &trusted, rules, min_seq: args.min_seq, profile, payload_dir, allow, console };
    let input = Input::read(&args.envelope)?;
    let found = check::check(&asked, Reader::new(&input.bytes), &input.name, 0)?;
    let failure = Failure::all(found.failures);
    let answer = Answer {
        format: "suit-verify/1",
        file: input.name,
        verdict: if failure.is_some() { Verdict::Refused } else { Verdict::Accepted },
        reason: failure.as_ref().map(|failure| Reason {
            code: format!("E{:04}", failure.number()),
            message: failure.message().to_owned(),
        }),
        envelope: found.record,
    };
    match (failure, console.is_json()) {
        (Some(failure), is_json) => {
            if is_json {
                console.print_json(&answer)?;
            }
            Err(failure)
        }
        (None, true) => console.print_json(&answer).map(|()| Exit::Done),
        (None, false) => {
            let verified =
                answer.envelope.signatures.iter().filter(|one| one.status == SignatureStatus::Verified);
            let mut roles: Vec<&str> = Vec::new();
            for role in verified.filter_map(|one| one.role.as_deref()) {
                if !roles.contains(&role) {
                    roles.push(role);
                }
            }
            console.print(&format!(
                "ok  {}  signed by {}\n{}",
                answer.file,
                roles.join(", "),
                answer.envelope.text(0)
            ))?;
            Ok(Exit::Done)
        }
    }
}
