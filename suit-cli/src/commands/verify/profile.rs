//! `--profile`: what authenticates a manifest in the profiles of the MTI document.

use crate::error::{Failure, Outcome, codes};
use suit_core::labels::Algorithm;

/// Short name, full name in the document, hash, and what signs or makes MACs. `None`: not supported yet.
const PROFILES: [(&str, &str, Option<Algorithm>); 6] = [
    ("mti-hmac", "suit-sha256-hmac-a128kw-a128ctr", Some(Algorithm::Hmac256)),
    ("mti-esp256", "suit-sha256-esp256-ecdh-a128ctr", Some(Algorithm::Esp256)),
    ("mti-ed25519", "suit-sha256-ed25519-ecdh-a128ctr", Some(Algorithm::Ed25519)),
    ("mti-esp256-gcm", "suit-sha256-esp256-ecdh-a128gcm", Some(Algorithm::Esp256)),
    ("mti-ed25519-chacha", "suit-sha256-ed25519-ecdh-chacha-poly", Some(Algorithm::Ed25519)),
    ("mti-hsslms", "suit-sha256-hsslms-a256kw-a256ctr", None),
];

/// The part of a profile that a signature and a digest can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Profile {
    /// As the document has it.
    pub(super) name: &'static str,
    /// What authenticates.
    pub(super) authentication: Algorithm,
    /// What hashes.
    pub(super) hash: Algorithm,
}

impl Profile {
    /// The profile that is called so, by either name.
    ///
    /// # Errors
    /// E0099 there is none, or it is not supported yet.
    pub(super) fn parse(word: &str) -> Outcome<Self> {
        let found = PROFILES.iter().find(|(short, full, _)| [*short, *full].contains(&word));
        let Some((_, name, authentication)) = found else {
            let names: Vec<_> = PROFILES.iter().map(|(short, ..)| *short).collect();
            return Err(Failure::new(codes::USAGE, format!("there is no profile '{word}'"))
                .help(format!("the profiles are {}", names.join(", "))));
        };
        let Some(authentication) = *authentication else {
            return Err(Failure::new(codes::USAGE, format!("the profile '{word}' is not supported yet"))
                .help("its signatures, HSS/LMS, arrive later"));
        };
        Ok(Self { name, authentication, hash: Algorithm::Sha256 })
    }

    /// Whether this hash is the profile's.
    ///
    /// # Errors
    /// E0552 it isn't.
    pub(super) fn check_hash(self, what: &str, hash: Algorithm) -> Result<(), Failure> {
        if hash == self.hash {
            return Ok(());
        }
        let message =
            format!("{what} has a digest by {}, and the profile has {}", hash.name(), self.hash.name());
        Err(Failure::new(codes::PROFILE, message).help(format!("build the manifest for {}", self.name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_have_two_names() {
        let short = Profile::parse("mti-esp256").unwrap();
        assert_eq!(short, Profile::parse("suit-sha256-esp256-ecdh-a128ctr").unwrap());
        assert_eq!(short.authentication, Algorithm::Esp256);
        let failure = Profile::parse("esp256").expect_err("no profile");
        assert_eq!(failure.message(), "there is no profile 'esp256'");
        let failure = Profile::parse("mti-hsslms").expect_err("later");
        assert_eq!(failure.message(), "the profile 'mti-hsslms' is not supported yet");
    }
}
