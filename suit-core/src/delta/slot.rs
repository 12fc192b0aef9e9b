//! The slot of a delta that is applied in place: where the old image comes to, and what may be copied.

use super::header::IMAGE_SIZE_END;

/// Where a delta is applied over the old image: a slot that begins with it, and the pages in which it is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Its size in bytes, a multiple of a page; at most [`IMAGE_SIZE_END`].
    pub size: u32,
    /// A page is two to this power bytes; [`Slot::PAGES`].
    pub log2_page: u8,
}

impl Slot {
    /// Pages of 32 bytes to 1 MiB.
    pub const PAGES: core::ops::RangeInclusive<u8> = 5..=20;

    /// Bytes of a page.
    #[must_use]
    pub const fn page(self) -> u32 {
        1 << (self.log2_page & 31)
    }

    /// Whether the numbers are in their ranges, and images of these sizes fit.
    #[must_use]
    pub fn is_sound(self, old_size: u32, new_size: u32) -> bool {
        Self::PAGES.contains(&self.log2_page)
            && self.size & self.page().wrapping_sub(1) == 0
            && self.size <= IMAGE_SIZE_END
            && old_size.max(new_size) <= self.size
    }

    /// Where the old image begins once it was moved as far up as whole pages allow.
    #[must_use]
    pub const fn old_at(self, old_size: u32) -> u32 {
        self.size.wrapping_sub(old_size) & !self.page().wrapping_sub(1)
    }

    /// Whether a copy of `len` bytes from `old` to `new` reads only what is not overwritten yet: when a page of the new image is
    /// made, those before it are written. Four bytes before a place are read, too.
    #[must_use]
    pub const fn allows(self, old_size: u32, old: u32, new: u32, len: u32) -> bool {
        let ahead = self.old_at(old_size).wrapping_add(old);
        if ahead >= new.wrapping_add(4) {
            return true;
        }
        // Behind: within one page only.
        let into_page = new & self.page().wrapping_sub(1);
        let in_one = into_page.wrapping_add(len) <= self.page();
        in_one && ahead >= new.wrapping_sub(into_page).wrapping_add(4)
    }
}
