//! The language of SUIT: what a manifest document is, read and written; no keys, no machine, no hashing.
#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod cbor;
pub mod command;
pub mod component;
pub mod cose;
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
pub mod text;
pub mod version;
pub mod wait;

pub use envelope::{Envelope, Tagging};
pub use error::{Error, ErrorKind, Expected};
pub use manifest::Manifest;
