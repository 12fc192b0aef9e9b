//! Reports: what the writer makes, byte by byte, in how much memory, and what protects it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::as_conversions,
    clippy::type_complexity,
    reason = "tests"
)]

#[path = "../common/mod.rs"]
mod common;

mod any_run;
mod encoding;
mod memory;
mod protection;

use suit_core::cbor::Reader;
use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::labels::ReportReason;
use suit_verify_nostd::report::{Outcome, Record};

/// An authentication wrapper without signatures: [h'822f5820…'], a SHA-256 of 32 times 07.
const WRAPPER: &str = "81 5824 822f5820 0707070707070707070707070707070707070707070707070707070707070707";
const REFERENCE: &str =
    "18 63 82 60 82 2f 5820 0707070707070707070707070707070707070707070707070707070707070707";

fn policy(bits: u64) -> ReportPolicy {
    ReportPolicy::new(bits).unwrap()
}

fn id(encoded: &[u8]) -> ComponentId<'_> {
    ComponentId::read(&mut Reader::new(encoded)).unwrap()
}

fn failed() -> Record<'static> {
    Record { outcome: Outcome::Failure(ReportReason::ConditionFailed), policy: policy(15), ..Record::NOWHERE }
}
