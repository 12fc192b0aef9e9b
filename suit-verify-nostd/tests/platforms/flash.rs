//! Flash of memory.

use core::cell::Cell;
use std::rc::Rc;

use embedded_storage::nor_flash::{
    ErrorType, NorFlash, NorFlashErrorKind, ReadNorFlash, check_erase, check_read, check_write,
};

/// Flash that takes its rules seriously: what isn't aligned, what isn't erased and what was written already is refused.
/// The power can be cut at a chosen operation, which is then done by half.
#[derive(Clone)]
pub(crate) struct Model<const R: usize, const W: usize, const E: usize> {
    pub(crate) bytes: Vec<u8>,
    /// Of each word that can be written: it wasn't since it was erased.
    fresh: Vec<bool>,
    /// Writes and erasures.
    pub(crate) operations: u32,
    /// The how manieth is the last.
    pub(crate) cut: Option<u32>,
    /// How often each block was erased.
    pub(crate) erased: Vec<u32>,
    /// Whether reading fails.
    pub(crate) unreadable: Rc<Cell<bool>>,
}

impl<const R: usize, const W: usize, const E: usize> Model<R, W, E> {
    pub(crate) fn new(blocks: usize) -> Self {
        // As it comes from the factory or from whoever had it before: not erased.
        Self {
            bytes: vec![0x5a; blocks * E],
            fresh: vec![false; blocks * E / W],
            operations: 0,
            cut: None,
            erased: vec![0; blocks],
            unreadable: Rc::default(),
        }
    }

    /// Whether the power stays on for another operation, and if not, whether it goes during this one.
    fn powered(&mut self) -> Result<bool, NorFlashErrorKind> {
        self.operations += 1;
        match self.cut {
            Some(cut) if self.operations == cut => Ok(false),
            Some(cut) if self.operations > cut => Err(NorFlashErrorKind::Other),
            _ => Ok(true),
        }
    }
}

impl<const R: usize, const W: usize, const E: usize> ErrorType for &mut Model<R, W, E> {
    type Error = NorFlashErrorKind;
}

impl<const R: usize, const W: usize, const E: usize> ReadNorFlash for &mut Model<R, W, E> {
    const READ_SIZE: usize = R;

    fn read(&mut self, offset: u32, bytes: &mut [u8]) -> Result<(), NorFlashErrorKind> {
        check_read(self, offset, bytes.len())?;
        if self.unreadable.get() {
            return Err(NorFlashErrorKind::Other);
        }
        bytes.copy_from_slice(&self.bytes[offset as usize..][..bytes.len()]);
        Ok(())
    }

    fn capacity(&self) -> usize {
        self.bytes.len()
    }
}

impl<const R: usize, const W: usize, const E: usize> NorFlash for &mut Model<R, W, E> {
    const WRITE_SIZE: usize = W;
    const ERASE_SIZE: usize = E;

    fn erase(&mut self, from: u32, to: u32) -> Result<(), NorFlashErrorKind> {
        check_erase(self, from, to)?;
        let powered = self.powered()?;
        let (from, to) = (from as usize, to as usize);
        for byte in from..to {
            // Cut: the contents are undefined.
            self.bytes[byte] = if powered || byte % 3 == 0 { 0xff } else { self.bytes[byte] };
        }
        for word in from / W..to / W {
            self.fresh[word] = powered;
        }
        for block in from / E..to / E {
            self.erased[block] += 1;
        }
        if powered { Ok(()) } else { Err(NorFlashErrorKind::Other) }
    }

    fn write(&mut self, offset: u32, bytes: &[u8]) -> Result<(), NorFlashErrorKind> {
        check_write(self, offset, bytes.len())?;
        let powered = self.powered()?;
        let first = offset as usize / W;
        for (index, word) in bytes.chunks(W).enumerate() {
            assert!(
                self.fresh[first + index],
                "word {} is written without having been erased",
                first + index
            );
            if !powered && index == bytes.len() / W / 2 {
                // Cut: this word is undefined, those behind it are unchanged.
                self.bytes[(first + index) * W..][..W].fill(0x10);
                self.fresh[first + index] = false;
                break;
            }
            self.bytes[(first + index) * W..][..W].copy_from_slice(word);
            self.fresh[first + index] = false;
        }
        if powered { Ok(()) } else { Err(NorFlashErrorKind::Other) }
    }
}
