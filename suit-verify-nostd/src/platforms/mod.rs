//! Platforms that are ready to use.
//!
//! | platform | for |
//! |---|---|
//! | [`ram`] | tests: components in lent slices, a log of what is done to them, faults at a chosen operation |
//!
//! How one is written for a board: docs/porting.md.

pub mod ram;

use crate::platform::PlatformFault;

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
