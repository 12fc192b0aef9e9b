//! The board's flash: memory that code runs from, with the manners of NOR flash. QEMU's board has plain memory there, which
//! forgets; a file of the host keeps it from one power-up to the next.

use core::slice;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

use crate::say;
use crate::semihosting::{self, File, Mode};

/// The address at which the flash is seen: behind the boot loader.
pub const START: usize = 0x2_0000;
/// Bytes of flash; whole erase blocks.
pub const SIZE: usize = 0xc_0000;

/// The flash, with the file that keeps it.
#[derive(Debug)]
pub struct HostFlash {
    file: File,
    /// Changes until the power is cut, for tests.
    cut: Option<u32>,
}

impl HostFlash {
    /// The flash as it is in memory.
    pub fn open() -> Option<Self> {
        let file = File::open(c"flash.bin", Mode::Update)?;
        // Decimal digits, if there is such a file.
        let mut digits = [0; 4];
        let length = File::open(c"cut", Mode::Read).map(|file| file.read(&mut digits));
        let cut = length.and_then(|length| digits.get(..length));
        let cut = cut.and_then(|digits| core::str::from_utf8(digits).ok()?.trim_end().parse().ok());
        Some(Self { file, cut })
    }

    /// Powers the flash up: memory gets what the file has kept. Whether that worked.
    ///
    /// # Safety
    /// Nothing may run from this flash.
    pub unsafe fn power_up(&self) -> bool {
        // SAFETY: the caller says that nothing else looks there.
        let all = unsafe { slice::from_raw_parts_mut(START as *mut u8, SIZE) };
        self.file.length() as usize == SIZE && self.file.seek(0) && self.file.read(all) == SIZE
    }

    /// Changes memory, then the file.
    fn change(
        &mut self,
        offset: u32,
        length: usize,
        change: impl FnOnce(&mut [u8]),
    ) -> Result<(), NorFlashErrorKind> {
        if let Some(left) = &mut self.cut {
            if *left == 0 {
                say!("  power cut");
                semihosting::exit(true);
            }
            *left -= 1;
        }
        // SAFETY: the range was checked to be in flash, which is memory. Whoever runs from there or reads from there
        // doesn't change it: the platform writes banks that don't run.
        let place = unsafe { slice::from_raw_parts_mut((START + offset as usize) as *mut u8, length) };
        change(place);
        let kept = self.file.seek(offset) && self.file.write(place);
        if kept { Ok(()) } else { Err(NorFlashErrorKind::Other) }
    }
}

/// What a part of the flash holds. It must lie in flash, and whoever keeps the reference must not have it written.
pub fn seen(offset: u32, length: u32) -> Option<&'static [u8]> {
    let (offset, length) = (offset as usize, length as usize);
    if offset.checked_add(length)? > SIZE {
        return None;
    }
    // SAFETY: it is in flash, which is memory. The callers read banks that no transfer is open for.
    Some(unsafe { slice::from_raw_parts((START + offset) as *const u8, length) })
}

impl ErrorType for HostFlash {
    type Error = NorFlashErrorKind;
}

impl ReadNorFlash for HostFlash {
    const READ_SIZE: usize = 1;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        let place = seen(offset, bytes.len() as u32).ok_or(NorFlashErrorKind::OutOfBounds)?;
        bytes.copy_from_slice(place);
        Ok(())
    }

    fn capacity(&self) -> usize {
        SIZE
    }
}

impl NorFlash for HostFlash {
    const WRITE_SIZE: usize = 4;
    const ERASE_SIZE: usize = 4096;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        self.change(from, (to - from) as usize, |place| place.fill(0xff))
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        self.change(offset, bytes.len(), |place| {
            // Writing only clears bits: what wasn't erased shows.
            place.iter_mut().zip(bytes).for_each(|(old, new)| *old &= *new);
        })
    }
}
