//! The checks of one envelope and of the dependencies in it, in the order of the document: what isn't authentic is not
//! read.

use super::Asked;
use super::expected::{Expected, expectations};
use super::payload::{self, Found};
use super::report::{
    DependencyRecord, EnvelopeRecord, MemberRecord, MemberStatus, PayloadRecord, PayloadStatus,
    SignatureRecord, SignatureStatus,
};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::input::Input;
use crate::keys::is_legacy;
use crate::render::no_envelope;
use crate::signers::{self, EVERYTHING};
use suit_core::Envelope;
use suit_core::cbor::Reader;
use suit_core::command::Sequence;
use suit_core::envelope::MemberKey;
use suit_core::labels::{EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_verify_nostd::trust::ANCHORS_MAX;
use suit_verify_nostd::{
    AuthenticationError, Budget, Part, SignedManifest, TrustStore, authenticate, budget,
};

/// How deep dependencies may lie in dependencies. The published examples have one level; each level here is an envelope
/// inside of an envelope.
const DEPTH_MAX: usize = 8;

/// What can be severed, in the order of the registry.
const SEVERABLE: [ManifestKey; 6] = [
    ManifestKey::CoSwid,
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
    ManifestKey::Text,
];

/// What an envelope turned out to be.
pub(super) struct Finding {
    pub(super) record: EnvelopeRecord,
    /// What does not hold, in the order in which it was found; empty if everything does.
    pub(super) failures: Vec<Failure>,
}

/// Checks an envelope that fills what `reader` has left. `what` is how messages call it, `depth` how many envelopes lie
/// around it.
///
/// # Errors
/// It is malformed, or a file can't be read. What is well-formed and does not hold is in the finding.
pub(super) fn check(asked: &Asked<'_>, reader: Reader<'_>, what: &str, depth: usize) -> Outcome<Finding> {
    let malformed = |error| Failure::document(what, error);
    let envelope = Envelope::parse_at(reader, asked.tagging()).map_err(|error| {
        let failure = if depth == 0 { no_envelope(what, reader.rest(), error) } else { malformed(error) };
        if error.kind == suit_core::ErrorKind::Untagged {
            failure.help("--allow untagged accepts it")
        } else {
            failure
        }
    })?;
    let authentication = envelope.authentication();
    let mut finding = Finding {
        record: EnvelopeRecord {
            manifest_digest: authentication.digest().into(),
            sequence: None,
            signatures: Vec::new(),
            members: Vec::new(),
            payloads: Vec::new(),
            dependencies: Vec::new(),
        },
        failures: Vec::new(),
    };
    if let Some(profile) = asked.profile
        && let Err(failure) = profile.check_hash("the manifest", authentication.digest().algorithm())
    {
        finding.failures.push(failure);
        return Ok(finding);
    }

    let anchors = asked.trusted.anchors()?;
    let store = TrustStore::new(&anchors)
        .map_err(|error| Failure::new(codes::TRUST_TOO_MANY, error.to_string()))?
        .thorough();
    let mut limits = Budget::new();
    // A device may give up earlier; here every key may be tried for every signer.
    limits.attempts = budget::SIGNERS.saturating_mul(u16::try_from(ANCHORS_MAX).unwrap_or(u16::MAX));
    let authenticated = authenticate(&envelope, &store, &EVERYTHING, &mut limits);
    if !matches!(authenticated, Err(AuthenticationError::Malformed(_))) {
        let found = signers::signers(&authentication).map_err(malformed)?;
        finding.record.signatures = found.iter().map(|signer| judge(asked, signer)).collect();
    }
    let authenticated = match authenticated {
        Ok(authenticated) => authenticated,
        Err(error) => {
            let failure = not_authentic(what, error, &finding.record.signatures);
            if failure.status() != Exit::No {
                return Err(failure);
            }
            finding.failures.push(failure);
            return Ok(finding);
        }
    };
    // Only the envelope itself is asked who signed it: its dependencies are the affair of others.
    if depth == 0 {
        let signed: Vec<&str> =
            authenticated.verified().of(&store).filter_map(|(index, _)| asked.trusted.role(index)).collect();
        if let Some(failure) = asked.rules.iter().find_map(|rule| rule.check(&signed).err()) {
            finding.failures.push(failure);
            return Ok(finding);
        }
    }

    let manifest = authenticated.manifest().map_err(malformed)?;
    finding.record.sequence = Some(manifest.manifest().sequence_number());
    if let Some(lowest) = asked.min_seq.filter(|_| depth == 0) {
        let number = manifest.manifest().sequence_number();
        if number < lowest {
            let message = format!("sequence number {number} is lower than {lowest}");
            finding.failures.push(Failure::new(codes::SEQUENCE_TOO_LOW, message));
            return Ok(finding);
        }
    }
    members(&manifest, what, &mut finding)?;
    if finding.failures.is_empty() {
        payloads(asked, &manifest, what, depth, &mut finding)?;
    }
    Ok(finding)
}

/// What a signature is worth, and whose it is.
fn judge(asked: &Asked<'_>, signer: &signers::Signer<'_>) -> SignatureRecord {
    let Some(algorithm) = signer.known_algorithm().filter(|_| signer.is_usable()) else {
        return SignatureRecord::new(signer, SignatureStatus::Unsupported, None);
    };
    let is_supported = EVERYTHING.signature(algorithm).is_some() || EVERYTHING.mac(algorithm).is_some();
    if !is_supported {
        return SignatureRecord::new(signer, SignatureStatus::Unsupported, None);
    }
    let mut makers = asked.trusted.keys().filter(|(key, _)| signer.is_by(key)).peekable();
    let Some((maker, _)) = makers.peek() else {
        return SignatureRecord::new(signer, SignatureStatus::Unknown, None);
    };
    let role = maker.role.clone();
    let is_allowed = makers.any(|(_, algorithms)| algorithms.contains(&algorithm));
    let status = if is_allowed { SignatureStatus::Verified } else { SignatureStatus::NotAllowed };
    SignatureRecord::new(signer, status, Some(&role))
}

fn not_authentic(what: &str, error: AuthenticationError, signatures: &[SignatureRecord]) -> Failure {
    let failure = match error {
        AuthenticationError::Malformed(error) => return Failure::document(what, error),
        other => {
            Failure::numbered(other.number(), Exit::No, other.to_string()).at(crate::error::Place::file(what))
        }
    };
    let failure = match error {
        AuthenticationError::NoAuthentication => failure.help("sign it: suit sign ENV --key …"),
        AuthenticationError::DigestMismatch => {
            failure.help("the manifest was changed after its digest was made: get the envelope again")
        }
        AuthenticationError::UnsupportedDigest => failure.help("supported are SHA-256, SHA-384 and SHA-512"),
        AuthenticationError::NoTrustedSignature => {
            let allow: Vec<_> = signatures
                .iter()
                .filter(|one| one.status == SignatureStatus::NotAllowed)
                .filter_map(|one| crate::keys::algorithm_named(one.algorithm()).ok())
                .filter(|algorithm| is_legacy(*algorithm))
                .map(|algorithm| algorithm.name().to_ascii_lowercase())
                .collect();
            match allow.first() {
                Some(name) => failure.help(format!("--allow {name} accepts this deprecated algorithm")),
                None => failure.help("give the signer's public key with --trust"),
            }
        }
        _ => failure,
    };
    signatures
        .iter()
        .fold(failure, |failure, one| failure.note(format!("block {}: {}", one.block(), one.text())))
}

/// Severed members: those that are here have to be what the manifest has.
fn members(manifest: &SignedManifest<'_>, what: &str, finding: &mut Finding) -> Outcome<()> {
    let envelope = manifest.authenticated().envelope();
    for key in SEVERABLE {
        let member = EnvelopeKey::from_code(key.code());
        let is_here = member.is_some_and(|member| envelope.member(member).is_some());
        let is_severed = match key {
            ManifestKey::Text => matches!(manifest.manifest().text(), Some(Severable::Severed(_))),
            ManifestKey::CoSwid => matches!(manifest.manifest().coswid(), Some(Severable::Severed(_))),
            _ => matches!(manifest.manifest().section(key), Some(Severable::Severed(_))),
        };
        let part = match key {
            ManifestKey::Text => manifest.text(&EVERYTHING).map(|part| is_present(&part)),
            ManifestKey::CoSwid => manifest.coswid(&EVERYTHING).map(|part| is_present(&part)),
            _ => manifest.section(key, &EVERYTHING).map(|part| is_present(&part)),
        };
        let status = match part {
            Ok(_) if !is_severed && is_here => MemberStatus::Ignored,
            Ok(_) if !is_severed => continue,
            Ok(true) => MemberStatus::Matches,
            Ok(false) => MemberStatus::Absent,
            Err(AuthenticationError::Malformed(error)) => return Err(Failure::document(what, error)),
            Err(error) => {
                let failure = Failure::numbered(error.number(), Exit::No, error.to_string())
                    .at(crate::error::Place::file(what))
                    .help(
                        "take it out with `suit edit sever`, or put the right one in with `suit edit attach`",
                    );
                finding.failures.push(failure);
                MemberStatus::Differs
            }
        };
        finding.record.members.push(MemberRecord { name: key.name(), status });
    }
    Ok(())
}

fn is_present<T>(part: &Part<'_, T>) -> bool {
    matches!(part, Part::Present(_))
}

/// Payloads and dependencies: those that are at hand have to be what the manifest has.
fn payloads(
    asked: &Asked<'_>,
    manifest: &SignedManifest<'_>,
    what: &str,
    depth: usize,
    finding: &mut Finding,
) -> Outcome<()> {
    let envelope = manifest.authenticated().envelope();
    let section = |key| -> Option<Sequence<'_>> {
        match manifest.section(key, &EVERYTHING) {
            Ok(Part::Present(sequence)) => Some(sequence),
            _ => None,
        }
    };
    let expected = expectations(manifest.manifest(), section);
    if expected.is_incomplete {
        let message = "the manifest has more alternatives than are followed: not every payload was checked";
        asked.console.warn(Failure::new(codes::TOO_MANY_WAYS, message).at(crate::error::Place::file(what)));
    }
    for one in &expected.payloads {
        if let (Some(profile), Some(digest)) = (asked.profile, one.digest)
            && let Err(failure) = profile.check_hash(&format!("payload '{}'", one.uri), digest.algorithm())
        {
            finding.failures.push(failure);
        }
        let found = payload::find(one, envelope, asked.payload_dir);
        if one.is_dependency {
            dependency(asked, one, found, what, depth, finding)?;
        } else {
            payload(asked, one, found.as_ref(), finding)?;
        }
    }
    for (key, content) in envelope.members() {
        if let MemberKey::Payload(name) = key
            && !expected.payloads.iter().any(|one| one.uri == name)
        {
            finding.record.payloads.push(PayloadRecord {
                uri: name.to_owned(),
                component: None,
                source: Some("envelope".to_owned()),
                size: u64::try_from(content.content().rest().len()).ok(),
                status: PayloadStatus::Ignored,
            });
        }
    }
    Ok(())
}

fn payload(
    asked: &Asked<'_>,
    expected: &Expected<'_>,
    found: Option<&Found<'_>>,
    finding: &mut Finding,
) -> Outcome<()> {
    let mut size = found.and_then(payload::size);
    let status = match (found, expected.digest) {
        (None, _) => {
            missing(asked, expected, finding);
            PayloadStatus::Absent
        }
        (Some(_), _) if expected.is_encrypted => PayloadStatus::Encrypted,
        (Some(_), None) => PayloadStatus::NoDigest,
        (Some(found), Some(digest)) => match payload::compare(expected, &digest, found) {
            Ok(measured) => {
                size = Some(measured);
                PayloadStatus::Matches
            }
            Err(failure) if failure.status() == Exit::No => {
                finding.failures.push(failure);
                PayloadStatus::Differs
            }
            Err(failure) => return Err(failure),
        },
    };
    finding.record.payloads.push(PayloadRecord {
        uri: expected.uri.to_owned(),
        component: Some(expected.component),
        source: found.map(Found::source),
        size,
        status,
    });
    Ok(())
}

/// Who names a directory wants every payload to be in it.
fn missing(asked: &Asked<'_>, expected: &Expected<'_>, finding: &mut Finding) {
    if asked.payload_dir.is_some() {
        let message = format!("payload '{}' is neither in the envelope nor in the directory", expected.uri);
        finding.failures.push(Failure::new(codes::PAYLOAD_ABSENT, message));
    }
}

fn dependency(
    asked: &Asked<'_>,
    expected: &Expected<'_>,
    found: Option<Found<'_>>,
    what: &str,
    depth: usize,
    finding: &mut Finding,
) -> Outcome<()> {
    let name = format!("{what}: dependency {}", expected.uri);
    let mut record = DependencyRecord {
        uri: expected.uri.to_owned(),
        component: expected.component,
        source: found.as_ref().map(Found::source),
        status: PayloadStatus::Absent,
        envelope: None,
    };
    if depth >= DEPTH_MAX {
        let message = format!("dependencies lie more than {DEPTH_MAX} deep in each other");
        finding
            .failures
            .push(Failure::new(codes::DEPENDENCY_DEPTH, message).at(crate::error::Place::file(name)));
        finding.record.dependencies.push(record);
        return Ok(());
    }
    let input;
    let reader = match &found {
        None => {
            missing(asked, expected, finding);
            finding.record.dependencies.push(record);
            return Ok(());
        }
        Some(Found::Embedded(content)) => *content,
        Some(Found::File(path)) => {
            input = Input::read(path)?;
            Reader::new(&input.bytes)
        }
    };
    let size = u64::try_from(reader.rest().len()).unwrap_or(u64::MAX);
    // design §7: signatures of dependencies are always verified.
    let inner = check(asked, reader, &name, depth + 1)?;
    record.status = match expected.digest {
        None => PayloadStatus::NoDigest,
        // TD §5.2.4: the digest of a dependency is that of its manifest, which the check above has recomputed.
        Some(digest) if is_digest(&inner.record, &digest) => PayloadStatus::Matches,
        Some(digest) => {
            let message =
                format!("dependency '{}' does not have the digest that the manifest holds", expected.uri);
            let failure = Failure::new(codes::DEPENDENCY_DIGEST, message).note(format!(
                "the manifest holds {} {}",
                digest.algorithm().name(),
                crate::keys::hex(digest.bytes())
            ));
            finding.failures.push(failure);
            PayloadStatus::Differs
        }
    };
    // the size of a dependency is that of its envelope.
    if let Some(wanted) = expected.size.filter(|wanted| *wanted != size) {
        let message = format!("dependency '{}' has {size} bytes, the manifest says {wanted}", expected.uri);
        finding.failures.push(Failure::new(codes::PAYLOAD_SIZE, message));
        record.status = PayloadStatus::Differs;
    }
    finding.failures.extend(inner.failures);
    record.envelope = Some(Box::new(inner.record));
    finding.record.dependencies.push(record);
    Ok(())
}

fn is_digest(record: &EnvelopeRecord, digest: &suit_core::digest::Digest<'_>) -> bool {
    record.manifest_digest.algorithm == digest.algorithm().name()
        && record.manifest_digest.value == crate::keys::hex(digest.bytes())
}
