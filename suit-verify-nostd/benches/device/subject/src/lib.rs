//! What runs both on the board and on the host: the device's work with a manifest, for measuring, and the judging of test
//! vectors.
#![no_std]
#![forbid(unsafe_code)]

mod board;
mod device;
mod facts;
mod stub;
#[cfg(feature = "vectors")]
pub mod vectors;

pub use device::{Device, Inputs, SLOT};
pub use stub::{HashStub, SignatureStub};
