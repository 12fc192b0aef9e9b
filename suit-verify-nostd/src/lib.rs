//! The device side of SUIT: who is trusted, and what a manifest does. Without `std`, without a heap, and without a
//! panic of its own.
//!
//! This program trusts one key and reads the sequence number of a manifest that it signed:
//!
#![cfg_attr(all(feature = "esp256", feature = "sha-256"), doc = "```")]
#![cfg_attr(not(all(feature = "esp256", feature = "sha-256")), doc = "```ignore")]
//! use suit_core::{Envelope, Tagging, labels::Algorithm};
//! use suit_verify_nostd::crypto::{Crypto, Esp256, Sha256};
//! use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore, authenticate};
//!
//! // What is not named here is not linked. 04, x, y: a published test key.
//! const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] };
//! const KEY: [u8; 65] = *b"\x04\
//!     \x84\x96\x81\x1a\xae\x0b\xaa\xab\xd2\x61\x57\x18\x9e\xec\xda\x26\
//!     \xbe\xaa\x8b\xf1\x1b\x6f\x3f\xe6\xe2\xb5\x65\x9c\x85\xdb\xc0\xad\
//!     \x3b\x1f\x2a\x4b\x6c\x09\x81\x31\xc0\xa3\x6d\xac\xd1\xd7\x8b\xd3\
//!     \x81\xdc\xdf\xb0\x9c\x05\x2d\xb3\x39\x91\xdb\x73\x38\xb4\xa8\x96";
//!
//! fn sequence_number(received: &[u8]) -> Result<u64, AuthenticationError> {
//!     let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &KEY, None)];
//!     let trust = TrustStore::new(&anchors).expect("one anchor fits");
//!     let envelope = Envelope::parse(received, Tagging::Required)?;
//!     let authentic = authenticate(&envelope, &trust, &CRYPTO, &mut Budget::new())?;
//!     Ok(authentic.manifest()?.manifest().sequence_number())
//! }
//!
//! let mut received = *include_bytes!("../tests/sample.suit");
//! assert_eq!(sequence_number(&received), Ok(7));
//! received[128] = 8; // somebody else's number
//! assert_eq!(sequence_number(&received), Err(AuthenticationError::DigestMismatch));
//! ```
//!
//! Each step's success is a type: bytes become an [`Envelope`](suit_core::Envelope), which [`authenticate()`] makes an
//! [`Authenticated`], which gives a [`SignedManifest`] with the severed sections that belong to it. There is no flag that
//! says "verified", and no way to a section that the signature doesn't cover.
//!
//! # Features
//!
//! None is on by default. Each makes one algorithm available, under its COSE name; the caller passes it in to use it.
//!
//! | feature | type | key | COSE |
//! |---|---|---|---|
//! | `esp256` | `Esp256` | P-256 point, SEC1, 65 or 33 bytes | -9 |
//! | `es256` | `Es256` | the same; deprecated, see [below](#deprecated-algorithms) | -7 |
//! | `esp384` | `Esp384` | P-384 point, SEC1, 97 or 49 bytes | -51 |
//! | `ed25519` | `Ed25519` | 32 bytes | -19 |
//! | `eddsa` | `EdDsa` | the same; deprecated | -8 |
//! | `hmac-256` | `Hmac256` | at least 16 bytes, 32 recommended | 5 |
//! | `sha-256` | `Sha256` | | -16 |
//! | `sha-384` | `Sha384` | | -43 |
//! | `sha-512` | `Sha512` | | -44 |
//!
//! COSE_Sign1 is always read. The other kinds of authentication block are features too, so that a device doesn't hold
//! code that it has no key for. Without its feature a block of such a kind is refused as `UnknownBlock`, never skipped:
//!
//! | feature | kind of block |
//! |---|---|
//! | `cose-sign` | COSE_Sign: several signatures in one block |
//! | `cose-mac0` | COSE_Mac0: a tag by a key that both sides have |
//! | `cose-mac` | COSE_Mac: the same, with the key's recipients |
//!
//! What a manifest may ask for, and what the device has beside it. Without its feature a command or a parameter is
//! refused with the manifest, before anything runs:
//!
//! | feature | adds |
//! |---|---|
//! | `update-management` | conditions on time, battery, permission and version; `wait`; parameters of several components |
//! | `trust-domains` | dependencies: manifests of other authors, fetched or integrated, in lockstep |
//! | `delta` | the custom directive install-delta: a new image from an older one and what differs |
//! | `owner-policy` | [`policy`]: what the device's owner permits, whatever a manifest asks for |
//! | `report` | [`report`]: writes, protects and verifies reports, with the algorithms that are on; provisional |
//! | `nor-flash` | [`platforms`] over the traits of `embedded-storage` |
//!
//! `nor-flash` adds the platform `platforms::nor_flash`, over drivers with the traits of `embedded-storage`.
//!
//! # Deprecated algorithms
//!
//! RFC 9864 replaced ES256 and EdDSA, which leave the curve open. Older messages bear them, so there are verifiers for
//! both, with P-256 and Ed25519. A key is bound to one algorithm number: to accept both spellings of one key, pass both
//! verifiers and list the key twice. It still counts as one.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]
// The device must not stop on its own: what can panic is not written outside of tests.
#![deny(
    missing_docs,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

#[cfg(test)]
extern crate std;

pub mod authenticate;
pub mod budget;
#[cfg(any(feature = "owner-policy", feature = "update-management"))]
pub mod calendar;
pub mod crypto;
pub mod error;
pub mod platform;
pub mod platforms;
#[cfg(feature = "owner-policy")]
pub mod policy;
pub mod process;
pub mod report;
pub mod signed;
pub mod trust;

#[cfg(test)]
mod testing;

pub use authenticate::{Authenticated, authenticate};
pub use budget::Budget;
pub use crypto::Crypto;
pub use error::AuthenticationError;
pub use platform::Platform;
pub use process::{Memory, Procedure, ProcessError, Processor, Setup, Step};
pub use signed::{Part, SignedManifest};
pub use trust::{TrustAnchor, TrustStore};
