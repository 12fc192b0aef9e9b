//! What a device says of a run: `SUIT_Report` (draft-ietf-suit-report, repository head of 2026-02-17). Provisional: the
//! draft still moves.
//!
//! The processor tells a [`Recorder`] of each command that it has finished. [`ReportWriter`] (feature `report`) is one: it
//! writes the report into memory that the caller lends. `Finished::protect` puts a signature or a MAC around it, `verify`
//! checks one.
//!
#![cfg_attr(all(feature = "report", feature = "esp256", feature = "sha-256"), doc = "```")]
#![cfg_attr(not(all(feature = "report", feature = "esp256", feature = "sha-256")), doc = "```ignore")]
//! use suit_core::envelope::{Envelope, Tagging};
//! use suit_core::labels::{ManifestKey, ReportReason};
//! use suit_verify_nostd::report::{Ending, Esp256Key, Record, ReportWriter};
//!
//! let envelope = Envelope::parse(include_bytes!("../../tests/sample.suit"), Tagging::Required).unwrap();
//! let mut memory = [0; 512];
//! let writer = ReportWriter::begin(&mut memory, &envelope.authentication(), None, Some(b"nonce")).unwrap();
//! // … the run, which calls writer.record(…) for each command …
//! let place = Record { section: ManifestKey::Install.code(), offset: 7, ..Record::NOWHERE };
//! let ending = Ending::Failure { code: 602, reason: ReportReason::OperationFailed, record: &place };
//! let report = writer.finish(ending, None).unwrap();
//! assert_eq!(report.dropped, 0);
//! let mut key = Esp256Key::new(&[1; 32], Some(b"device 1")).unwrap();
//! let message = report.protect(&mut key).unwrap();
//! assert_eq!(message[0], 0xd2); // COSE_Sign1
//! ```
//!
//! A full buffer never stops an update: the writer keeps room for the result, records what fits, and counts the rest.

mod reason;
mod record;

#[cfg(feature = "report")]
mod protect;
#[cfg(feature = "report")]
mod signers;
#[cfg(feature = "report")]
mod verify;
#[cfg(feature = "report")]
mod writer;

pub use reason::reason_of_authentication;
pub use record::{Measured, MeasuredValue, Outcome, Record, Recorder};

#[cfg(feature = "report")]
pub use protect::{ProtectError, ReportSigner, SignFault};
#[cfg(all(feature = "report", feature = "ed25519"))]
pub use signers::Ed25519Key;
#[cfg(all(feature = "report", feature = "esp256"))]
pub use signers::Esp256Key;
#[cfg(all(feature = "report", feature = "hmac-256"))]
pub use signers::Hmac256Key;
#[cfg(feature = "report")]
pub use verify::verify;
#[cfg(feature = "report")]
pub use writer::{CapabilityReport, Ending, Finished, NoRoom, OVERHEAD, PATH_MAX, ReportWriter};
