//! The old image through a small window.

use super::Images;
use super::error::Error;
use super::predict::Around;

const WINDOW_LEN: usize = 64;
/// Bytes around a place: [`Around`].
const AROUND_LEN: u32 = 12;

/// Some bytes of the old image.
#[derive(Debug)]
pub(crate) struct Window {
    bytes: [u8; WINDOW_LEN],
    start: u32,
    end: u32,
    size: u32,
}

impl Window {
    /// Over an old image of `size` bytes.
    pub(crate) const fn new(size: u32) -> Self {
        Self { bytes: [0; WINDOW_LEN], start: 0, end: 0, size }
    }

    /// The old image around `at`; what is not in it is zero.
    pub(crate) fn around(&mut self, at: u32, images: &mut impl Images) -> Result<Around, Error> {
        let first = at.saturating_sub(4);
        let last = first.saturating_add(AROUND_LEN).min(self.size);
        if first < self.start || last > self.end {
            self.start = first;
            self.end = first.saturating_add(WINDOW_LEN.try_into().unwrap_or(0)).min(self.size);
            let len = usize::try_from(self.end.saturating_sub(first)).unwrap_or(0);
            images.read_old(first, self.bytes.get_mut(..len).unwrap_or_default())?;
        }
        Ok(Around {
            before: self.four(at.wrapping_sub(4)),
            here: self.four(at),
            after: self.four(at.wrapping_add(4)),
        })
    }

    fn four(&self, at: u32) -> [u8; 4] {
        let mut four = [0; 4];
        let from = usize::try_from(at.wrapping_sub(self.start)).unwrap_or(usize::MAX);
        let len = usize::try_from(self.end.saturating_sub(self.start)).unwrap_or(0);
        let there = self.bytes.get(..len).and_then(|bytes| bytes.get(from..)).unwrap_or_default();
        for (place, byte) in four.iter_mut().zip(there) {
            *place = *byte;
        }
        four
    }
}
