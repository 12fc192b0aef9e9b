//! Deltas: a new image as what differs from an old one, for devices with a few KB of memory.
//!
//! A delta says which parts of the new image come from where in the old one. When code moves, calls and pointers change all
//! over an image; the decoder computes what they become from where their targets went, so that only surprises are sent. What is
//! sent is coded bit by bit with probabilities that decoder and encoder learn alike. `docs/delta-format.md` specifies every
//! byte; [`Header`] is its beginning.
//!
//! [`Decoder`] takes a delta in chunks of any size and works in memory that the caller lends: no heap, no recursion, and
//! whatever a delta says, nothing is read outside the old image or written past the new one. It doesn't know whether the delta
//! is the right one: that is a digest's task, before and after.
//!
//! | module | what |
//! |---|---|
//! | `header`, `layout` | the first bytes, and the memory that they ask for |
//! | `apply` | the decoder: stages and chunks |
//! | `replay` | the new image, unit by unit; the same code for encoder and decoder |
//! | `segments`, `learned` | where a place of the old image has moved to |
//! | `predict` | references of an instruction set: found, read, aimed anew |
//! | `model`, `tables`, `range` | the probability of a bit, and the arithmetic coder |
//! | `in_place` (feature `delta-in-place`), `slot` | over the old image itself, in one slot |
//! | `create` (feature `std`) | the encoder: matching, candidates |

mod apply;
#[cfg(feature = "std")]
pub mod create;
mod error;
mod header;
#[cfg(feature = "delta-in-place")]
pub mod in_place;
mod layout;
mod learned;
mod model;
mod old;
mod predict;
mod range;
mod replay;
mod segments;
mod slot;
mod tables;

pub use apply::Decoder;
pub use error::{Error, Fault};
pub use header::{CHECK_LEN, HEADER_LEN_MAX, Header, IMAGE_SIZE_END, Instructions, MAGIC, Region, VERSION};
pub use layout::MemoryParts;
pub use slot::Slot;

/// What a decoder reads and writes: the caller's storage.
pub trait Images {
    /// The header has been read and checked, and there is enough memory; nothing was read or written yet. Here a device compares
    /// the sizes with what it has, and a tool the old image with [`Header::old_check`].
    ///
    /// # Errors
    /// To refuse the delta.
    fn begin(&mut self, header: &Header) -> Result<(), Fault>;

    /// Fills `into` from the old image, beginning at byte `offset`; never past [`Header::old_size`].
    ///
    /// # Errors
    /// If it can't be read.
    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault>;

    /// Takes the next bytes of the new image; never more than [`Header::new_size`] in all.
    ///
    /// # Errors
    /// If they can't be written.
    fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault>;
}
