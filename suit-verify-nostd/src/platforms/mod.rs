//! Platforms that are ready to use.
//!
//! | platform | for |
//! |---|---|
//! | [`ram`] | tests: components in lent slices, a log of what is done to them, faults at a chosen operation |
#![cfg_attr(
    feature = "nor-flash",
    doc = "| [`nor_flash`] | flash behind a driver with the traits of `embedded-storage`: slots, resume, rollback floors |"
)]
//!
//! How one is written for a board: docs/porting.md.

#[cfg(feature = "nor-flash")]
pub mod nor_flash;
pub mod ram;

use crate::platform::{Identifier, IdentifierKind, Incoming, PlatformFault};

/// What something is: the identifiers of each kind that hold for it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Identity<'r> {
    /// Who made it.
    pub vendor: &'r [Identifier<'r>],
    /// What it is.
    pub class: &'r [Identifier<'r>],
    /// Which one it is.
    pub device: &'r [Identifier<'r>],
}

impl<'r> Identity<'r> {
    /// The identifiers of one kind.
    #[must_use]
    pub const fn of(&self, kind: IdentifierKind) -> &'r [Identifier<'r>] {
        match kind {
            IdentifierKind::Vendor => self.vendor,
            IdentifierKind::Class => self.class,
            IdentifierKind::Device => self.device,
        }
    }
}

/// By what an interrupted transfer is known to be of the same thing: its size and the beginning of its digest. Whether
/// the right thing was stored is for the processor to find out; a wrong one only costs a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    size: u32,
    digest: [u8; 4],
}

impl Mark {
    /// `None` where the manifest doesn't say what will come.
    fn of(incoming: &Incoming<'_>) -> Option<Self> {
        Some(Self { size: incoming.size?, digest: *incoming.digest?.bytes().first_chunk()? })
    }
}

/// A write that [`begin`](crate::Platform::begin) didn't announce, or that leaves a gap.
pub const OUT_OF_ORDER: PlatformFault = PlatformFault(1);

/// The part of `storage` from `offset` on with this length, if it has it.
fn part(storage: &mut [u8], offset: u32, length: usize) -> Option<&mut [u8]> {
    let from = usize::try_from(offset).ok()?;
    storage.get_mut(from..)?.get_mut(..length)
}

/// As many bytes as a component can have at most.
fn length_of(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}
