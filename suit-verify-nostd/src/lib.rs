//! The device side of SUIT.
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
pub mod crypto;
pub mod error;
pub mod signed;
pub mod trust;

#[cfg(test)]
mod testing;

pub use authenticate::{Authenticated, authenticate};
pub use budget::Budget;
pub use crypto::Crypto;
pub use error::AuthenticationError;
pub use signed::{Part, SignedManifest};
pub use trust::{TrustAnchor, TrustStore};
