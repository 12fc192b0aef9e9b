//! From errors to the draft's reasons.

use suit_core::labels::ReportReason;
use suit_core::report::reason_of_malformed;

use crate::error::AuthenticationError;

/// The reason that a report gives for a manifest that was not authenticated (R §4.2).
///
/// Every error stands here: one that is added doesn't compile until its reason is decided.
#[must_use]
pub const fn reason_of_authentication(error: AuthenticationError) -> ReportReason {
    match error {
        AuthenticationError::Malformed(error) => reason_of_malformed(error.kind),
        // What nobody vouches for, whether it lacks a signature or is not what was signed. After too many attempts it
        // is not known that somebody does.
        AuthenticationError::NoAuthentication
        | AuthenticationError::DigestMismatch
        | AuthenticationError::NoTrustedSignature
        | AuthenticationError::TooFewSignatures { .. }
        | AuthenticationError::SeveredMismatch { .. }
        | AuthenticationError::BudgetExhausted(_) => ReportReason::Unauthorised,
        AuthenticationError::UnsupportedDigest => ReportReason::AlgorithmUnsupported,
        AuthenticationError::HashFault => ReportReason::OperationFailed,
    }
}
