//! Vector table and start-up code.

use core::ptr::{addr_of, addr_of_mut};

unsafe extern "C" {
    // From firmware.x. Only their addresses mean something.
    static mut __data_start: u32;
    static mut __data_end: u32;
    static __data_load: u32;
    static mut __bss_start: u32;
    static mut __bss_end: u32;
    static __vectors: u32;
    fn __stack_top();
}

/// One word of the vector table.
#[repr(C)]
pub union Vector {
    handler: unsafe extern "C" fn(),
    code: extern "C" fn() -> !,
    reserved: usize,
}

/// The table of ARMv7-M: stack pointer, reset, the fourteen system exceptions; no interrupts.
pub type Vectors = [Vector; 16];

/// The table of a program that begins with `reset` and ends in `fault`.
#[must_use]
pub const fn vectors(reset: extern "C" fn() -> !, fault: extern "C" fn() -> !) -> Vectors {
    [
        Vector { handler: __stack_top },
        Vector { code: reset },
        Vector { code: fault },
        Vector { code: fault },
        Vector { code: fault },
        Vector { code: fault },
        Vector { code: fault },
        Vector { reserved: 0 },
        Vector { reserved: 0 },
        Vector { reserved: 0 },
        Vector { reserved: 0 },
        Vector { code: fault },
        Vector { code: fault },
        Vector { reserved: 0 },
        Vector { code: fault },
        Vector { code: fault },
    ]
}

/// Address of the vector table of this image, that is, of the slot that it was linked for.
#[must_use]
pub fn vector_table() -> usize {
    addr_of!(__vectors) as usize
}

/// Makes statics ready.
///
/// # Safety
/// To be called once, before anything reads a static.
#[inline(always)]
pub unsafe fn prepare() {
    /// Vector table offset register (ARMv7-M architecture reference, B3.2.5).
    const VTOR: *mut u32 = 0xe000_ed08 as *mut u32;
    // SAFETY: so says the caller; firmware.x puts word-aligned, disjoint ranges behind these symbols.
    unsafe {
        VTOR.write_volatile(vector_table() as u32);
        let (mut from, mut to) = (addr_of!(__data_load), addr_of_mut!(__data_start));
        while to < addr_of_mut!(__data_end) {
            to.write_volatile(from.read_volatile());
            to = to.add(1);
            from = from.add(1);
        }
        let mut to = addr_of_mut!(__bss_start);
        while to < addr_of_mut!(__bss_end) {
            to.write_volatile(0);
            to = to.add(1);
        }
    }
}
