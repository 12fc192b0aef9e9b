//! Where everything is in the flash.

use embedded_storage::nor_flash::NorFlash;

use super::super::Identity;
use super::records::{KEYS_MAX, RECORD};
use super::{KEYS, NOT_ALIGNED, OUT_OF_BOUNDS, round_up};
#[cfg(doc)]
use crate::platform::Handle;
use crate::platform::PlatformFault;

/// Where a component can be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bank {
    /// Where it begins in the flash, bytes; a multiple of the erase size.
    pub start: u32,
    /// Bytes of it; a multiple of the erase size.
    pub size: u32,
    /// The storage slot that manifests call it.
    pub slot: Option<u64>,
}

/// A component of the device, as a constant.
#[derive(Clone, Copy, Debug)]
pub struct NorComponent<'c> {
    /// The parts of its identifier, prefixes included.
    pub id: &'c [&'c [u8]],
    /// What it is.
    pub identity: Identity<'c>,
    /// One bank, or two.
    pub banks: &'c [Bank],
}

/// What the device consists of, as a constant. The journal knows components and floors by their positions, so a later
/// firmware may only append to the lists, and leaves the journal where it is.
#[derive(Clone, Copy, Debug)]
pub struct NorLayout<'c> {
    /// The components; a [`Handle`] is a position here. Three times their number and the number of floors is at most 63.
    pub components: &'c [NorComponent<'c>],
    /// Places of root manifests that have a rollback floor: parts of the manifest's component identifier; `None` for
    /// manifests that don't say where they are. A manifest from any other place is refused.
    pub floors: &'c [Option<&'c [&'c [u8]]>],
    /// Where the journal begins, bytes; it occupies twice `journal_size`.
    pub journal_start: u32,
    /// Bytes of one of the journal's areas; a multiple of the erase size.
    pub journal_size: u32,
}

/// Memory to work in.
#[derive(Debug)]
pub struct NorBuffers<'b> {
    /// What is gathered before it is written: a multiple of the write size that divides the erase size. More bytes make
    /// fewer and faster writes.
    pub page: &'b mut [u8],
    /// For records and for reads that aren't aligned: 24 bytes rounded up to the read and to the write size.
    pub scratch: &'b mut [u8],
}

impl NorLayout<'_> {
    /// Refuses a layout that can't work: constants that are wrong show at the first start.
    pub(super) fn check<F: NorFlash>(
        &self,
        flash: &F,
        buffers: &NorBuffers<'_>,
        erase: u32,
    ) -> Result<(), PlatformFault> {
        let keys = self.components.len().checked_mul(usize::from(KEYS));
        let keys = keys.and_then(|keys| keys.checked_add(self.floors.len()));
        let record = round_up(RECORD, F::WRITE_SIZE.max(F::READ_SIZE)).ok_or(NOT_ALIGNED)?;
        // Head, every key, and one more.
        let needed = keys.filter(|keys| *keys <= usize::from(KEYS_MAX)).and_then(|keys| keys.checked_add(2));
        let needed = needed.and_then(|needed| needed.checked_mul(record)).ok_or(PlatformFault::NO_ROOM)?;
        let journal = usize::try_from(self.journal_size).unwrap_or(usize::MAX);
        if journal < needed || buffers.scratch.len() < record {
            return Err(PlatformFault::NO_ROOM);
        }
        let page = buffers.page.len();
        let units = F::WRITE_SIZE.is_multiple_of(F::READ_SIZE) || F::READ_SIZE.is_multiple_of(F::WRITE_SIZE);
        if page == 0 || !units || !page.is_multiple_of(F::WRITE_SIZE) || !F::ERASE_SIZE.is_multiple_of(page) {
            return Err(NOT_ALIGNED);
        }
        let regions = || {
            let banks = self.components.iter().flat_map(|component| component.banks);
            let areas = self.journal_size.saturating_mul(2);
            banks.map(|bank| (bank.start, bank.size)).chain([(self.journal_start, areas)])
        };
        for (number, (start, size)) in regions().enumerate() {
            if !start.is_multiple_of(erase) || !size.is_multiple_of(erase) {
                return Err(NOT_ALIGNED);
            }
            let end = start.checked_add(size).ok_or(OUT_OF_BOUNDS)?;
            let inside = usize::try_from(end).is_ok_and(|end| end <= flash.capacity());
            let mut others = regions().skip(number.saturating_add(1));
            if !inside || others.any(|(other, size)| other < end && start < other.saturating_add(size)) {
                return Err(OUT_OF_BOUNDS);
            }
        }
        if self.components.iter().any(|component| !(1..=2).contains(&component.banks.len())) {
            return Err(OUT_OF_BOUNDS);
        }
        Ok(())
    }
}
