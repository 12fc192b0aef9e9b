//! CBOR (RFC 8949) as SUIT uses it: a strict reader over borrowed bytes, a deterministic writer, diagnostic notation.

pub mod diag;
mod reader;
mod writer;

pub use reader::{FALSE, Head, Major, NULL, Reader, Rules, Strict, TRUE};
pub(crate) use reader::{Long, long, short};
pub use writer::{Counter, Full, Sink, SliceSink, Writer};
