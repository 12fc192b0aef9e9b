//! Memory: what the host put there before the start, and what the program has of its own.

use core::arch::asm;
use core::ptr::{addr_of, addr_of_mut};

unsafe extern "C" {
    // From link.x. Only their addresses mean something.
    static mut __stack_bottom: u32;
    static __inputs: u32;
    static mut __spare_start: u8;
    static mut __spare_end: u8;
}

/// The input with this 0-based number: QEMU's loader fills a memory of the board with inputs, each after its length in 4
/// bytes, little endian, on an address that 4 divides. No compiler can know them. Empty if there are fewer.
#[must_use]
pub fn input(number: usize) -> &'static [u8] {
    let mut at = addr_of!(__inputs);
    let mut left = number;
    loop {
        // SAFETY: link.x puts a readable memory of the board behind this symbol, which is never written; the lengths in it
        // don't lead out of it, and a memory that was not filled has a length of 0 everywhere.
        unsafe {
            let length = at.read_volatile() as usize;
            let bytes = at.add(1);
            if left == 0 {
                return core::slice::from_raw_parts(bytes.cast(), length);
            }
            at = bytes.add(length.div_ceil(4));
        }
        left -= 1;
    }
}

/// Memory of the board beside statics, stack and inputs, zero at first.
///
/// # Safety
/// To be called once.
#[doc(hidden)]
#[must_use]
pub unsafe fn spare() -> &'static mut [u8] {
    let (start, end) = (addr_of_mut!(__spare_start), addr_of_mut!(__spare_end));
    // SAFETY: link.x puts a memory of the board behind these symbols in which nothing else lies; lent once.
    unsafe { core::slice::from_raw_parts_mut(start, end as usize - start as usize) }
}

/// The stack pointer.
#[inline(always)]
fn stack_pointer() -> usize {
    let value;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) value, options(nomem, nostack, preserves_flags)) }
    value
}

/// The stack below the function that painted it.
pub(crate) struct Stack {
    top: usize,
}

const PAINT: u32 = 0xa5c3_96e1;

impl Stack {
    /// Paints what is free of the stack.
    #[inline(always)]
    pub(crate) fn paint() -> Self {
        let top = stack_pointer();
        let mut word = addr_of_mut!(__stack_bottom);
        while (word as usize) < top {
            // SAFETY: between the end of the stack and the stack pointer there is nothing of anybody; an ARM has no red zone,
            // and no call is made meanwhile.
            unsafe {
                word.write_volatile(PAINT);
                word = word.add(1);
            }
        }
        Self { top }
    }

    /// Bytes that were used since, from the painted top to the deepest word that has another colour.
    #[inline(always)]
    pub(crate) fn used(&self) -> usize {
        let mut word = addr_of!(__stack_bottom);
        // SAFETY: words of the stack's memory.
        while (word as usize) < self.top && unsafe { word.read_volatile() } == PAINT {
            word = word.wrapping_add(1);
        }
        self.top - word as usize
    }
}
