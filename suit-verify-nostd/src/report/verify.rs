//! Whether a report is from a key that is trusted.

use suit_core::cose::{ProtectedReport, Protection};

use crate::authenticate::Trial;
use crate::budget::Budget;
use crate::crypto::Crypto;
use crate::error::AuthenticationError;
use crate::trust::{AnchorSet, TrustStore};

/// Verifies the signature or MAC around a report and returns the key for which it holds. The store's required number of
/// keys is not asked for: a report has one signature.
///
/// # Errors
/// `Malformed` if the algorithm is missing or unprotected, `NoTrustedSignature`, `BudgetExhausted`.
pub fn verify(
    report: &ProtectedReport<'_>,
    trust: &TrustStore<'_>,
    crypto: &Crypto<'_>,
    budget: &mut Budget,
) -> Result<AnchorSet, AuthenticationError> {
    let mut trial = Trial::new(trust, crypto, budget);
    let (header, message) = (report.header(), report.to_be_signed());
    let algorithm = header.known_algorithm()?;
    match report.protection() {
        Protection::Signature => trial.signature(algorithm, header, &message, report.signature())?,
        Protection::Mac => trial.mac(algorithm, &|| header.key_id(), &message, report.signature())?,
    }
    if trial.verified.is_empty() { Err(AuthenticationError::NoTrustedSignature) } else { Ok(trial.verified) }
}
