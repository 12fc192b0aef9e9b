//! CBOR (RFC 8949) as SUIT uses it: a strict reader over borrowed bytes, a deterministic writer, diagnostic notation.

pub mod diag;
mod reader;
mod writer;

pub(crate) use reader::{Long, long, short};
pub use reader::{FALSE, Head, Major, NULL, Reader, Rules, Strict, TRUE};
pub use writer::{Counter, Full, Sink, SliceSink, Writer};
