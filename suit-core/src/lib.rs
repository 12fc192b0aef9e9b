//! The language of SUIT: what a manifest document is, read and written; no keys, no machine, no hashing.
#![no_std]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "alloc")]
extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod cbor;
pub mod error;
pub mod grammar;
pub mod labels;

pub use error::{Error, ErrorKind, Expected};
