//! Digests of parts of a file, by the same code that a device runs.

use super::lens::DigestValue;
use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::{HashAlgorithm, Sha256, Sha384, Sha512};

/// Whether `bytes` have this digest; `None` if its algorithm is not one that can be computed here.
pub(crate) fn matches(digest: &DigestValue<'_>, bytes: &[u8]) -> Option<bool> {
    let hash: &dyn HashAlgorithm = match digest.algorithm()? {
        Algorithm::Sha256 => &Sha256,
        Algorithm::Sha384 => &Sha384,
        Algorithm::Sha512 => &Sha512,
        _ => return None,
    };
    Some(hash.digest(bytes).ok()?.as_bytes() == digest.bytes)
}

/// SHA-256 of `bytes`.
pub(crate) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256.digest(bytes).map(|digest| digest.as_bytes().to_vec()).unwrap_or_default()
}
