//! CBOR (RFC 8949) as SUIT uses it: a strict reader over borrowed bytes, a deterministic writer, diagnostic notation.

pub mod diag;
mod reader;
mod walked;
mod writer;

pub use reader::{FALSE, Head, Major, NULL, Reader, Rules, Strict, TRUE};
pub(crate) use reader::{Long, long, short, two};
pub use walked::Walked;
pub use writer::{Counter, Full, Sink, SliceSink, Writer};
