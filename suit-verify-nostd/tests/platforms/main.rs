//! The platforms that are ready to use, by themselves and with the processor on them.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    reason = "tests"
)]

#[path = "../process/build.rs"]
#[allow(dead_code, reason = "tests of the processor use the rest")]
mod build;
#[path = "../common/mod.rs"]
mod common;

#[cfg(feature = "delta")]
mod delta;
mod flash;
mod nor_flash;
mod processor;
mod ram;
