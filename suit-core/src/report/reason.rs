//! From faults to the draft's reasons.

use crate::error::ErrorKind;
use crate::labels::ReportReason;

/// The reason that a report gives for a document with this fault (R §4.2).
///
/// Every kind stands here: one that is added to [`ErrorKind`] doesn't compile until its reason is decided.
#[must_use]
pub const fn reason_of_malformed(kind: ErrorKind) -> ReportReason {
    match kind {
        ErrorKind::Truncated
        | ErrorKind::ReservedHead
        | ErrorKind::LongHead
        | ErrorKind::IndefiniteLength
        | ErrorKind::UnexpectedBreak
        | ErrorKind::TrailingBytes
        | ErrorKind::DuplicateKey
        | ErrorKind::KeyOrder
        | ErrorKind::InvalidUtf8
        | ErrorKind::UnsupportedSimple
        | ErrorKind::TooDeep
        | ErrorKind::IntegerRange
        | ErrorKind::TooManyEntries
        // The draft has no reason for a structure that isn't SUIT's: what can't be read in its place is not parsed.
        | ErrorKind::WrongType(_)
        | ErrorKind::MissingKey(_)
        | ErrorKind::UnknownKey
        | ErrorKind::WrongTag(_)
        | ErrorKind::TooFewItems
        | ErrorKind::TooManyItems
        | ErrorKind::WrongLength
        | ErrorKind::UnsupportedVersion
        | ErrorKind::OddSequence
        | ErrorKind::ReportPolicy
        | ErrorKind::DigestLength
        | ErrorKind::MissingComponentIndex
        | ErrorKind::DuplicateIndex
        | ErrorKind::LanguageTag
        | ErrorKind::Untagged
        | ErrorKind::UnknownReason => ReportReason::CborParse,
        ErrorKind::UnknownCommand | ErrorKind::ForbiddenCommand => ReportReason::CommandUnsupported,
        // A value that no document defines makes its parameter one that is not supported.
        ErrorKind::UnknownParameter
        | ErrorKind::ForbiddenParameter
        | ErrorKind::UnknownComparison
        | ErrorKind::UnknownWaitEvent
        | ErrorKind::UnknownFileType => ReportReason::ParameterUnsupported,
        ErrorKind::UnknownDigestAlgorithm => ReportReason::AlgorithmUnsupported,
        ErrorKind::DuplicateComponent
        | ErrorKind::ComponentIndex
        | ErrorKind::NoComponents
        | ErrorKind::TextComponent => ReportReason::ComponentUnsupported,
        ErrorKind::AttachedPayload
        | ErrorKind::DuplicateHeader
        | ErrorKind::CriticalHeader
        | ErrorKind::MissingAlgorithm
        | ErrorKind::UnprotectedAlgorithm
        | ErrorKind::UnknownBlock
        | ErrorKind::UnsupportedRecipient => ReportReason::CoseUnsupported,
    }
}
