//! Keys: where they come from, what forms they have, and what can be done with them.
//!
//! | module | holds |
//! |---|---|
//! | `uri` | from `--key URI` to bytes |
//! | `parse` | from bytes to a `Key`, whatever the form |
//! | `pem`, `der`, `cose`, `jwk` | the forms |
//! | `kid` | key identifiers and thumbprints |
//! | `sign` | signatures and MACs |
//! | `write` | a key in another form |
//! | `generate` | new keys |
//!
//! Secret bytes live in [`Zeroizing`] buffers, which are wiped when dropped, and in nothing that is printed: a [`Key`]
//! has no `Display`, and its `Debug` leaves them out.

mod cose;
mod der;
mod generate;
mod jwk;
mod kid;
mod parse;
mod pem;
mod sign;
mod uri;
mod write;

pub(crate) use generate::generate;
pub(crate) use kid::KidArg;
pub(crate) use parse::unhex;
pub(crate) use sign::prehash;
pub(crate) use uri::Source;
pub(crate) use write::{Form, hex, write};

use crate::error::{Failure, Outcome, Place, codes};
use clap::ValueEnum;
use core::fmt;
use suit_core::labels::Algorithm;
use zeroize::Zeroizing;

/// Kinds of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    // ECDSA on P-256 (ESP256)
    P256,
    // ECDSA on P-384 (ESP384)
    P384,
    // Ed25519
    Ed25519,
    // A secret for HMAC with SHA-256
    #[value(name = "hmac-256")]
    Hmac256,
}

impl Kind {
    /// What messages call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::P256 => "P-256",
            Self::P384 => "P-384",
            Self::Ed25519 => "Ed25519",
            Self::Hmac256 => "HMAC-256",
        }
    }

    /// The algorithms that a key of this kind can serve; the fully specified one first (RFC 9864).
    pub(crate) const fn algorithms(self) -> &'static [Algorithm] {
        match self {
            Self::P256 => &[Algorithm::Esp256, Algorithm::Es256],
            Self::P384 => &[Algorithm::Esp384],
            Self::Ed25519 => &[Algorithm::Ed25519, Algorithm::EdDsa],
            Self::Hmac256 => &[Algorithm::Hmac256],
        }
    }

    /// Length in bytes of a private key, of a coordinate, and of half a signature.
    pub(crate) const fn width(self) -> usize {
        match self {
            Self::P384 => 48,
            Self::P256 | Self::Ed25519 | Self::Hmac256 => 32,
        }
    }

    /// Whether it is a shared secret, which has no public part.
    pub(crate) fn is_secret(self) -> bool {
        self == Self::Hmac256
    }
}

/// Whether an algorithm is deprecated because it leaves the curve open (RFC 9864 §4.2).
pub(crate) fn is_legacy(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Es256 | Algorithm::EdDsa)
}

/// The algorithm that `--alg` and `--allow` call so, in any case.
///
/// # Errors
/// E0727 there is none, or it is not one for authentication.
pub(crate) fn algorithm_named(name: &str) -> Outcome<Algorithm> {
    let known = Kind::value_variants().iter().flat_map(|kind| kind.algorithms());
    known.clone().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name)).copied().ok_or_else(|| {
        let names: Vec<_> = known.map(|algorithm| algorithm.name().to_ascii_lowercase()).collect();
        Failure::new(codes::ALGORITHM_NAME, format!("there is no algorithm '{name}' for authentication"))
            .help(format!("the algorithms are {}", names.join(", ")))
    })
}

/// What a COSE_Key or a JWK says that it may be used for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Operations {
    /// To sign, or to make MACs.
    pub(crate) sign: bool,
    /// To verify either.
    pub(crate) verify: bool,
}

/// A key of which at least the public part is known; of a secret, the secret.
#[derive(Clone)]
pub(crate) struct Key {
    /// How messages call it: the path or `env:NAME`.
    pub(crate) name: String,
    /// Name of its owner: the file's, without directories and extension.
    pub(crate) role: String,
    pub(crate) kind: Kind,
    /// Public key as the device's verifiers take it: uncompressed point, or 32 bytes of Ed25519. Empty for secrets.
    public: Vec<u8>,
    /// Scalar, Ed25519 seed, or shared secret.
    private: Option<Zeroizing<Vec<u8>>>,
    /// Its own identifier.
    pub(crate) key_id: Option<Vec<u8>>,
    /// The one algorithm that it says it is for.
    pub(crate) algorithm: Option<Algorithm>,
    /// The operations that it says it is for.
    pub(crate) operations: Option<Operations>,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("name", &self.name).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Key {
    /// Reads the key that a URI leads to.
    ///
    /// # Errors
    /// 07xx: it can't be read, or isn't a key that is supported.
    pub(crate) fn read(uri: &str) -> Outcome<Self> {
        parse::parse(&Source::read(uri)?)
    }

    /// Reads a key from a file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_file(path: &std::path::Path) -> Outcome<Self> {
        parse::parse(&Source::file(path)?)
    }

    /// Whether the private part is there. A secret always is.
    pub(crate) fn has_private(&self) -> bool {
        self.private.is_some()
    }

    /// The bytes that a device's verifier takes: public key or shared secret.
    pub(crate) fn verifying(&self) -> &[u8] {
        match (&self.private, self.kind.is_secret()) {
            (Some(secret), true) => secret,
            _ => &self.public,
        }
    }

    /// The private part: scalar, seed or secret.
    ///
    /// # Errors
    /// E0710 it is not there.
    pub(crate) fn private(&self) -> Outcome<&[u8]> {
        self.private.as_ref().map(|private| private.as_slice()).ok_or_else(|| {
            self.failure(
                codes::KEY_PUBLIC,
                format!("'{}' is a public key, and a private key is needed", self.name),
            )
        })
    }

    /// The algorithm to use: the one asked for, or the one that the key is for.
    ///
    /// # Errors
    /// E0714 the key can't serve the algorithm asked for, or says that it is for another one.
    pub(crate) fn algorithm_for(&self, wanted: Option<Algorithm>) -> Outcome<Algorithm> {
        let default = self.kind.algorithms().first().copied();
        let algorithm = match (wanted, self.algorithm) {
            (Some(wanted), _) if !self.kind.algorithms().contains(&wanted) => {
                let message = format!("'{}' ({}) can't serve {}", self.name, self.kind.name(), wanted.name());
                let able: Vec<_> =
                    self.kind.algorithms().iter().map(|one| one.name().to_ascii_lowercase()).collect();
                return Err(self
                    .failure(codes::KEY_ALGORITHM, message)
                    .help(format!("it can serve {}", able.join(", "))));
            }
            (Some(wanted), Some(only)) if wanted != only => {
                let message =
                    format!("'{}' says that it is for {}, not for {}", self.name, only.name(), wanted.name());
                return Err(self.failure(codes::KEY_ALGORITHM, message).help("use a key for the algorithm"));
            }
            // RFC 9864: whoever wants a deprecated identifier has to say so.
            (None, Some(only)) if is_legacy(only) => {
                let message =
                    format!("'{}' says that it is for {}, which is deprecated", self.name, only.name());
                return Err(self
                    .failure(codes::KEY_ALGORITHM, message)
                    .help(format!("say --alg {} if it has to be that", only.name().to_ascii_lowercase())));
            }
            (wanted, only) => wanted.or(only).or(default),
        };
        algorithm.ok_or_else(|| self.failure(codes::KEY_KIND, format!("'{}' serves no algorithm", self.name)))
    }

    /// Whether two keys are the same, whatever their forms and names.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.kind == other.kind && self.verifying() == other.verifying()
    }

    /// An error about this key.
    pub(crate) fn failure(&self, code: crate::error::Code, message: impl Into<String>) -> Failure {
        Failure::new(code, message).at(Place::file(&self.name))
    }
}
