//! The processor against a device of memory: every rule of commands, sequences and sections by a test of its own.
#![allow(clippy::unwrap_used, clippy::as_conversions, clippy::arithmetic_side_effects, reason = "tests")]

#[path = "../common/mod.rs"]
mod common;

mod build;
mod device;

mod calls;
mod conditions;
mod directives;
mod invocation;
mod limits;
mod power;
mod procedure;
mod records;
mod rehearsal;
mod sections;
mod sequences;
