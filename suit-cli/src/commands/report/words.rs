//! Reasons, sections and measured values in words.

use crate::error::clean;
use crate::keys::hex;
use crate::render::words::{bytes_or_text, digest_name, grouped, part, relative_oid, size, version};
use suit_core::cbor::diag::{Timestamp, Uuid};
use suit_core::component::ComponentId;
use suit_core::labels::{ManifestKey, ReportReason, VersionComparison};
use suit_core::parameter::{Custom, Parameter, VendorId};

/// What a reason means.
pub(super) fn reason(reason: ReportReason) -> &'static str {
    match reason {
        ReportReason::Ok => "nothing went wrong",
        ReportReason::CborParse => "a document can't be decoded, or breaks a rule of its structure",
        ReportReason::CoseUnsupported => "the device does not support a COSE structure or header",
        ReportReason::AlgorithmUnsupported => "the device does not support an algorithm",
        ReportReason::Unauthorised => "no signature or MAC by a key that the device trusts",
        ReportReason::CommandUnsupported => "the device does not support a command",
        ReportReason::ComponentUnsupported => "the device has no such component",
        ReportReason::ComponentUnauthorised => "the signer has no right to a component",
        ReportReason::ParameterUnsupported => "the device does not support a parameter",
        ReportReason::SeveringUnsupported => "the device does not support severed sections",
        ReportReason::ConditionFailed => "a condition failed, and nothing caught that",
        ReportReason::OperationFailed => "a command could not be done",
        ReportReason::InvokePending => "the image was about to be started; how that went is not known",
        other => other.name(),
    }
}

/// A section by its label.
pub(super) fn section(label: i64) -> String {
    match ManifestKey::from_code(label) {
        Some(ManifestKey::Common) => "shared sequence".to_owned(),
        Some(key) => key.name().to_owned(),
        None => format!("section {label}"),
    }
}

/// `component 0 [app/main]`, as the other verbs write it.
pub(super) fn identifier(id: &ComponentId<'_>) -> String {
    format!("[{}]", id.parts().map(part).collect::<Vec<_>>().join("/"))
}

/// A value, at full length.
pub(crate) fn value(parameter: &Parameter<'_>) -> String {
    match *parameter {
        Parameter::VendorIdentifier(VendorId::Uuid(id))
        | Parameter::ClassIdentifier(id)
        | Parameter::DeviceIdentifier(id) => Uuid(id).to_string(),
        Parameter::VendorIdentifier(VendorId::Pen(oid)) => relative_oid(oid),
        Parameter::ImageDigest(digest) => {
            format!("{} {}", digest_name(digest.algorithm().code()), hex(digest.bytes()))
        }
        Parameter::UseBefore(seconds) => Timestamp(seconds).to_string(),
        Parameter::ComponentSlot(number)
        | Parameter::SourceComponent(number)
        | Parameter::DeltaBase(number) => number.to_string(),
        Parameter::StrictOrder(truth) | Parameter::SoftFailure(truth) => truth.to_string(),
        Parameter::ImageSize(bytes) => size(bytes),
        Parameter::Content(bytes)
        | Parameter::InvokeArgs(bytes)
        | Parameter::FetchArguments(bytes)
        | Parameter::EncryptionInfo(bytes)
        | Parameter::WaitInfo(bytes)
        | Parameter::ComponentMetadata(bytes) => bytes_or_text(bytes),
        Parameter::Uri(uri) => clean(uri),
        Parameter::MinimumBattery(charge) => format!("{} mWh", grouped(charge)),
        Parameter::UpdatePriority(priority) => priority.to_string(),
        Parameter::Version(wanted) => {
            let numbers = version(wanted.version.parts());
            match wanted.comparison {
                VersionComparison::Greater => format!("higher than {numbers}"),
                VersionComparison::GreaterEqual => format!("{numbers} or higher"),
                VersionComparison::LesserEqual => format!("{numbers} or lower"),
                VersionComparison::Lesser => format!("lower than {numbers}"),
                _ => numbers,
            }
        }
        Parameter::Custom(_, custom) => match custom {
            Custom::Int(number) => number.to_string(),
            Custom::Bool(truth) => truth.to_string(),
            Custom::Text(text) => format!("'{}'", clean(text)),
            Custom::Bytes(bytes) => bytes_or_text(bytes),
            Custom::Nil => "null".to_owned(),
        },
        _ => "?".to_owned(),
    }
}
