//! The language of SUIT: what a software-update manifest *is*, read and written. No keys, no machine, no hashing.
//!
//! SUIT manifests (draft-ietf-suit-manifest-37 and its extensions) tell small devices what to update, from where, and
//! under which conditions. This crate is the model that the device side (`suit-verify-nostd`) and the command line
//! tool (`suit-cli`) share.
//!
//! ```
//! use suit_core::{Envelope, Manifest, Tagging};
//!
//! fn sequence_number(file: &[u8]) -> Result<u64, suit_core::Error> {
//!     let envelope = Envelope::parse(file, Tagging::Required)?;
//!     // Only for looking at it: a device reads a manifest after it has authenticated it.
//!     let manifest = Manifest::parse(envelope.manifest().content())?;
//!     Ok(manifest.sequence_number())
//! }
//!
//! // An envelope without an authentication wrapper: tag 107, then a map with nothing in it.
//! let error = sequence_number(&[0xd8, 0x6b, 0xa0]).unwrap_err();
//! assert_eq!(error.to_string(), "required key 2 is missing at byte 3");
//! ```
//!
//! # What is where
//!
//! * [`cbor`]: the one decoder of the workspace, strict, and a deterministic writer.
//! * [`grammar`]: what a document must look like, as data, and the one walk that holds a document against it. Strict for
//!   all who decide; tools let it go on and get every fault with its byte.
//! * [`envelope`], [`manifest`], [`command`], [`parameter`] and their like: borrowed views with iterators.
//! * [`report`]: what a device says of a run.
//! * [`cose`]: authentication blocks, encryption info, and what is signed.
//! * [`delta`]: new images as what differs from old ones: the format, its decoder, and (feature `std`) what makes them.
//! * `owned` (feature `alloc`): the owned model for those who build documents.
//! * [`labels`]: every registry number, each in one place.
//!
//! # Features
//!
//! | feature | adds |
//! |---|---|
//! | none | everything that borrows; no allocation |
//! | `update-management` (default) | commands and parameters of draft-ietf-suit-update-management in what a device checks |
//! | `install-delta` (default) | the custom directive install-delta and its parameter in what a device checks |
//! | `alloc` | the owned model and its encoder; implies `update-management` and `install-delta` |
//! | `delta-thumb`, `delta-riscv`, `delta-aarch64`, `delta-xtensa` | the decoder of deltas predicts the calls of this instruction set |
//! | `delta-in-place` | deltas over the old image itself, in one slot |
//! | `std` | makes deltas; implies `alloc` and all that deltas may have |
#![no_std]
// A device must not stop on its own: what can panic is not written where a device links it. The owned model and the
// notation are for tools; what they may do is said there.
#![cfg_attr(
    not(any(test, feature = "std")),
    deny(
        clippy::arithmetic_side_effects,
        clippy::as_conversions,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::todo,
        clippy::unimplemented,
        clippy::unreachable,
        clippy::unwrap_used
    )
)]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod cbor;
pub mod command;
pub mod component;
pub mod cose;
pub mod delta;
pub mod dependency;
pub mod digest;
pub mod envelope;
pub mod error;
pub mod grammar;
pub mod labels;
pub mod manifest;
pub mod metadata;
#[cfg(feature = "alloc")]
pub mod owned;
pub mod parameter;
pub mod report;
pub mod text;
pub mod version;
pub mod wait;

pub use envelope::{Envelope, Tagging};
pub use error::{Error, ErrorKind, Expected};
pub use grammar::Supported;
pub use manifest::Manifest;
