//! The processor against a device of memory: every rule of commands, sequences and sections by a test of its own.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    reason = "tests"
)]
#![cfg_attr(
    not(all(feature = "trust-domains", feature = "update-management")),
    allow(dead_code, reason = "the device has what the tests of all features ask for")
)]

#[path = "../common/mod.rs"]
mod common;

#[cfg(not(all(feature = "trust-domains", feature = "update-management", feature = "delta")))]
mod base;
mod build;
mod device;

mod calls;
mod conditions;
#[cfg(feature = "delta")]
mod delta;
#[cfg(feature = "trust-domains")]
mod dependencies;
mod directives;
#[cfg(feature = "trust-domains")]
mod domains;
mod invocation;
mod limits;
#[cfg(feature = "update-management")]
mod management;
#[cfg(all(feature = "owner-policy", feature = "update-management", feature = "trust-domains"))]
mod owner;
#[cfg(feature = "trust-domains")]
mod places;
mod power;
mod procedure;
mod records;
#[cfg(feature = "trust-domains")]
mod references;
mod rehearsal;
mod sections;
mod sequences;
mod templates;
mod threats;
#[cfg(feature = "update-management")]
mod wait;
