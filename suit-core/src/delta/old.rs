//! The old image through a small window.

use super::Images;
use super::predict::Around;

const WINDOW_LEN: usize = 64;
/// The last place of the window around which all of [`Around`] is in it: four bytes before it and eight from it on.
const LAST: u32 = 52;

/// Some bytes of the old image; zeros after its end.
#[derive(Debug)]
pub(crate) struct Window {
    start: u32,
    /// It couldn't be read; zeros were taken for it since.
    pub(crate) failed: bool,
    /// Before this place the old image is overwritten, and whether it was wanted there all the same.
    #[cfg(feature = "delta-in-place")]
    pub(crate) lost: u32,
    #[cfg(feature = "delta-in-place")]
    pub(crate) overwritten: bool,
    bytes: [u8; WINDOW_LEN],
}

impl Window {
    /// Nothing was read yet.
    pub(crate) const fn new() -> Self {
        // No place of an image is so far behind this that it would be in the window.
        Self {
            start: 1 << 31,
            failed: false,
            #[cfg(feature = "delta-in-place")]
            lost: 0,
            #[cfg(feature = "delta-in-place")]
            overwritten: false,
            bytes: [0; WINDOW_LEN],
        }
    }

    /// The old image of `size` bytes around `at`; what is not in it is zero.
    pub(crate) fn around(&mut self, at: u32, size: u32, images: &mut impl Images) -> Around {
        let first = at.saturating_sub(4);
        #[cfg(feature = "delta-in-place")]
        if first < self.lost {
            // Also if the window still has it: after a restart it would not.
            self.overwritten = true;
        }
        if first.wrapping_sub(self.start) > LAST {
            self.start = first;
            self.bytes = [0; WINDOW_LEN];
            let len = usize::try_from(size.saturating_sub(first)).unwrap_or(0).min(WINDOW_LEN);
            let read = images.read_old(first, self.bytes.get_mut(..len).unwrap_or_default());
            self.failed |= read.is_err();
        }
        let place = at.wrapping_sub(self.start);
        Around {
            before: self.four(place.wrapping_sub(4)),
            here: self.four(place),
            after: self.four(place.wrapping_add(4)),
        }
    }

    #[inline(never)]
    fn four(&self, at: u32) -> u32 {
        let from = usize::try_from(at).ok().and_then(|at| self.bytes.get(at..));
        u32::from_le_bytes(from.and_then(|from| from.first_chunk().copied()).unwrap_or_default())
    }
}
