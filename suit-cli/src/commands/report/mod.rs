//! `suit report`: what a device says of a run, shown and explained.

mod decode;
mod explain;
pub(crate) mod place;
pub(crate) mod words;

pub(crate) use decode::Decoded;
pub(crate) use explain::Explanation;

use crate::cli::report::{ReportAction, ReportArgs, ReportFile};
use crate::error::{Exit, Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::{hex, is_legacy};
use crate::output::Console;
use crate::signers::EVERYTHING;
use crate::trust::Trusted;
use schemars::JsonSchema;
use serde::Serialize;
use suit_core::cbor::Reader;
use suit_core::cose::{AlgorithmId, ProtectedReport, Protection};
use suit_core::envelope::looks_tagged;
use suit_core::labels::Tag;
use suit_core::report::Report;
use suit_verify_nostd::report::verify;
use suit_verify_nostd::trust::ANCHORS_MAX;
use suit_verify_nostd::{AuthenticationError, Budget, TrustStore};

/// Runs the verb.
///
/// # Errors
/// E0610 the file is of another kind, E0611 it is encrypted, 01xx to 04xx it is malformed, 07xx keys. The answer is no:
/// 05xx.
pub(crate) fn run(args: &ReportArgs, console: &Console) -> Outcome<Exit> {
    match &args.action {
        ReportAction::Decode { report, .. } => {
            let input = Input::read(&report.file)?;
            let opened = Opened::read(&input, report, console)?;
            let decoded = Decoded::of(&input, &opened);
            if console.is_json() {
                console.print_json(&decoded)?;
            } else {
                console.print(&decoded.text())?;
            }
            opened.refusal.map_or(Ok(Exit::Done), Err)
        }
        ReportAction::Explain { report, manifest, .. } => {
            let input = Input::read(&report.file)?;
            let opened = Opened::read(&input, report, console)?;
            // What somebody else wrote explains nothing.
            if let Some(refusal) = opened.refusal {
                return Err(refusal);
            }
            let files = manifest.iter().map(|path| Input::read(path)).collect::<Outcome<Vec<_>>>()?;
            let explanation = explain::explain(&input, &opened, &files)?;
            if console.is_json() {
                console.print_json(&explanation)?;
            } else {
                console.print(&explanation.text())?;
            }
            Ok(Exit::Done)
        }
    }
}

/// A report that was read.
struct Opened<'a> {
    report: Report<'a>,
    protection: ProtectionRecord,
    /// Why it is not from a trusted device, if keys were given.
    refusal: Option<Failure>,
}

/// What protects a report.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct ProtectionRecord {
    /// `COSE_Sign1` or `COSE_Mac0`; absent if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    structure: Option<&'static str>,
    /// COSE name of the algorithm, or its number.
    #[serde(skip_serializing_if = "Option::is_none")]
    algorithm: Option<String>,
    /// Key identifier in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// What it is worth.
    status: ProtectionStatus,
    /// The role of the key that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    role: Option<String>,
}

/// What a protection is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ProtectionStatus {
    /// There is none.
    None,
    /// No key was given.
    NotVerified,
    /// It holds for a trusted key.
    Verified,
    /// It holds for no trusted key.
    Refused,
}

impl ProtectionRecord {
    fn text(&self) -> String {
        let (Some(structure), Some(algorithm)) = (self.structure, &self.algorithm) else {
            return "none: anybody can have written this".to_owned();
        };
        let key_id = self.key_id.as_ref().map(|id| format!(", kid {id}")).unwrap_or_default();
        let what = match (self.status, &self.role) {
            (ProtectionStatus::Verified, Some(role)) => format!("by {role}"),
            (ProtectionStatus::Refused, _) => "holds for no trusted key".to_owned(),
            _ => "not verified".to_owned(),
        };
        format!("{algorithm} in {structure}{key_id}: {what}")
    }
}

impl<'a> Opened<'a> {
    fn read(input: &'a Input, args: &ReportFile, console: &Console) -> Outcome<Self> {
        let malformed = |error| Failure::document(&input.name, error);
        let reader = Reader::new(&input.bytes);
        let tag = |reader: Reader<'_>| {
            reader.clone().tag().ok().and_then(|tag| i64::try_from(tag).ok()).and_then(Tag::from_code)
        };
        let encrypted = || {
            let message = format!("the report in '{}' is encrypted", input.name);
            Err(Failure::new(codes::REPORT_ENCRYPTED, message))
        };
        let protected = match tag(reader) {
            Some(Tag::CoseSign1 | Tag::CoseMac0) => Some(ProtectedReport::parse(reader).map_err(malformed)?),
            Some(Tag::CoseEncrypt0) => return encrypted(),
            _ if looks_tagged(&input.bytes) => {
                let message = format!("'{}' is an envelope, not a report", input.name);
                return Err(Failure::new(codes::NOT_A_DOCUMENT, message)
                    .at(Place::file(&input.name))
                    .help(format!("`suit inspect {}` shows it", input.name)));
            }
            _ => None,
        };
        let content = protected.map_or(reader, |protected| protected.payload());
        if tag(content) == Some(Tag::CoseEncrypt0) {
            return encrypted();
        }
        let report = Report::parse(content).map_err(malformed)?;
        let trusted = if args.trust.is_empty() {
            None
        } else {
            Some(Trusted::read(&args.trust, |algorithm| !is_legacy(algorithm), console)?)
        };
        let Some(protected) = protected else {
            let refusal = trusted.map(|_| {
                let message = format!("the report in '{}' is neither signed nor has it a MAC", input.name);
                Failure::new(codes::REPORT_UNPROTECTED, message)
            });
            let protection = ProtectionRecord {
                structure: None,
                algorithm: None,
                key_id: None,
                status: ProtectionStatus::None,
                role: None,
            };
            return Ok(Self { report, protection, refusal });
        };
        let algorithm = match protected.header().protected_algorithm().map_err(malformed)? {
            AlgorithmId::Known(algorithm) => algorithm.name().to_owned(),
            AlgorithmId::Other(number) => number.to_string(),
            AlgorithmId::Text(name) => crate::error::clean(name),
        };
        let structure = match protected.protection() {
            Protection::Signature => Tag::CoseSign1,
            Protection::Mac => Tag::CoseMac0,
        };
        let mut protection = ProtectionRecord {
            structure: Some(structure.name()),
            algorithm: Some(algorithm),
            key_id: protected.header().key_id().map(hex),
            status: ProtectionStatus::NotVerified,
            role: None,
        };
        let mut refusal = None;
        if let Some(trusted) = trusted {
            match verified(&protected, &trusted, &input.name)? {
                Ok(role) => {
                    protection.status = ProtectionStatus::Verified;
                    protection.role = Some(role);
                }
                Err(failure) => {
                    protection.status = ProtectionStatus::Refused;
                    refusal = Some(failure.note(protection.text()));
                }
            }
        }
        Ok(Self { report, protection, refusal })
    }
}

/// The role of the key that made the signature or MAC, by the device crate's own code; or why there is none.
fn verified(report: &ProtectedReport<'_>, trusted: &Trusted, name: &str) -> Outcome<Result<String, Failure>> {
    let anchors = trusted.anchors()?;
    let store =
        TrustStore::new(&anchors).map_err(|error| Failure::new(codes::TRUST_TOO_MANY, error.to_string()))?;
    let mut budget = Budget::new();
    budget.attempts = u16::try_from(ANCHORS_MAX).unwrap_or(u16::MAX);
    match verify(report, &store, &EVERYTHING, &mut budget) {
        Ok(found) => {
            let role = found.of(&store).find_map(|(index, _)| trusted.role(index));
            Ok(Ok(role.unwrap_or_default().to_owned()))
        }
        Err(AuthenticationError::Malformed(error)) => Err(Failure::document(name, error)),
        Err(error) => Ok(Err(Failure::numbered(error.number(), Exit::No, error.to_string())
            .at(Place::file(name))
            .help("give the device's public key with --trust"))),
    }
}

/// A line under the first one.
fn line(label: &str, value: &str) -> String {
    format!("  {label:<11} {value}\n")
}
