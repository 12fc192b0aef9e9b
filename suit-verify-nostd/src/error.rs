//! Why a manifest was not authenticated, as closed facts.

use core::fmt;

use suit_core::Error;
use suit_core::labels::EnvelopeKey;

use crate::budget::Limit;
use crate::crypto::HashFault;

/// Why a manifest, or a severed member of its envelope, was not authenticated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationError {
    /// The document can't be decoded, or breaks a rule of its structure; with the byte offset.
    Malformed(Error),
    /// The authentication wrapper has no authentication block.
    NoAuthentication,
    /// The manifest does not have the digest that the authentication wrapper states.
    DigestMismatch,
    /// The digest's algorithm was not passed in.
    UnsupportedDigest,
    /// No signature or MAC holds for a trust anchor. Deliberately without a reason.
    NoTrustedSignature,
    /// Signatures or MACs hold, but for fewer keys than the trust store requires.
    TooFewSignatures {
        /// Distinct keys for which one holds.
        verified: u8,
        /// Distinct keys that are required.
        required: u8,
    },
    /// A severed member does not have the digest that the manifest holds for it.
    SeveredMismatch {
        /// The member.
        member: EnvelopeKey,
    },
    /// More work than the budget allows.
    BudgetExhausted(Limit),
    /// A digest could not be computed.
    HashFault,
}

impl AuthenticationError {
    /// Stable number; for a malformed document that of [`suit_core::ErrorKind::number`].
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Malformed(error) => error.kind.number(),
            Self::NoAuthentication => 501,
            Self::DigestMismatch => 502,
            Self::UnsupportedDigest => 503,
            Self::NoTrustedSignature => 504,
            Self::TooFewSignatures { .. } => 505,
            Self::SeveredMismatch { .. } => 506,
            Self::BudgetExhausted(_) => 507,
            Self::HashFault => 508,
        }
    }

    /// The variant's name, as test vectors spell it; for a malformed document that of
    /// [`suit_core::ErrorKind::name`].
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed(error) => error.kind.name(),
            Self::NoAuthentication => "NoAuthentication",
            Self::DigestMismatch => "DigestMismatch",
            Self::UnsupportedDigest => "UnsupportedDigest",
            Self::NoTrustedSignature => "NoTrustedSignature",
            Self::TooFewSignatures { .. } => "TooFewSignatures",
            Self::SeveredMismatch { .. } => "SeveredMismatch",
            Self::BudgetExhausted(_) => "BudgetExhausted",
            Self::HashFault => "HashFault",
        }
    }
}

impl fmt::Display for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => error.fmt(f),
            Self::NoAuthentication => f.write_str("manifest is not signed"),
            Self::DigestMismatch => f.write_str("manifest does not have the digest that was signed"),
            Self::UnsupportedDigest => f.write_str("digest algorithm is not supported"),
            Self::NoTrustedSignature => f.write_str("no signature by a trusted key"),
            Self::TooFewSignatures { verified, required } => {
                write!(f, "signatures by {verified} trusted keys, {required} required")
            }
            Self::SeveredMismatch { member } => {
                write!(f, "severed {} does not have the digest that the manifest holds", member.name())
            }
            Self::BudgetExhausted(Limit::Attempts) => f.write_str("too many signatures to try"),
            Self::BudgetExhausted(Limit::Signers) => f.write_str("too many signers to read"),
            Self::HashFault => HashFault.fmt(f),
        }
    }
}

impl core::error::Error for AuthenticationError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Malformed(error) => Some(error),
            _ => None,
        }
    }
}

impl From<Error> for AuthenticationError {
    fn from(error: Error) -> Self {
        Self::Malformed(error)
    }
}

impl From<HashFault> for AuthenticationError {
    fn from(_: HashFault) -> Self {
        Self::HashFault
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use suit_core::ErrorKind;

    use super::*;

    #[test]
    fn numbers_names_and_texts() {
        let malformed = Error::new(ErrorKind::AttachedPayload, 7);
        // Numbers are part of the interface: they never change.
        let all = [
            (AuthenticationError::Malformed(malformed), 401, "AttachedPayload"),
            (AuthenticationError::NoAuthentication, 501, "NoAuthentication"),
            (AuthenticationError::DigestMismatch, 502, "DigestMismatch"),
            (AuthenticationError::UnsupportedDigest, 503, "UnsupportedDigest"),
            (AuthenticationError::NoTrustedSignature, 504, "NoTrustedSignature"),
            (AuthenticationError::TooFewSignatures { verified: 1, required: 2 }, 505, "TooFewSignatures"),
            (AuthenticationError::SeveredMismatch { member: EnvelopeKey::Text }, 506, "SeveredMismatch"),
            (AuthenticationError::BudgetExhausted(Limit::Attempts), 507, "BudgetExhausted"),
            (AuthenticationError::BudgetExhausted(Limit::Signers), 507, "BudgetExhausted"),
            (AuthenticationError::HashFault, 508, "HashFault"),
        ];
        let mut texts = std::collections::BTreeSet::new();
        for (error, number, name) in all {
            assert_eq!((error.number(), error.name()), (number, name));
            let text = error.to_string();
            assert!(!text.contains('\n') && text.len() < 80, "{text}");
            assert!(texts.insert(text), "{name}: its text is another's, too");
        }
        assert_eq!(AuthenticationError::Malformed(malformed).to_string(), malformed.to_string());
    }
}
