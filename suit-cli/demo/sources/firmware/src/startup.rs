//! Vector table and start-up code.

use core::ptr::{addr_of, addr_of_mut};

unsafe extern "C" {
    // From link.x. Only their addresses mean something.
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
union Vector {
    handler: unsafe extern "C" fn(),
    reset: extern "C" fn() -> !,
    reserved: usize,
}

/// The table of ARMv7-M: stack pointer, reset, the fourteen system exceptions; this firmware uses no interrupts.
#[used]
#[unsafe(link_section = ".vectors")]
static VECTORS: [Vector; 16] = [
    Vector { handler: __stack_top },
    Vector { reset },
    Vector { reset: fault },
    Vector { reset: fault },
    Vector { reset: fault },
    Vector { reset: fault },
    Vector { reset: fault },
    Vector { reserved: 0 },
    Vector { reserved: 0 },
    Vector { reserved: 0 },
    Vector { reserved: 0 },
    Vector { reset: fault },
    Vector { reset: fault },
    Vector { reserved: 0 },
    Vector { reset: fault },
    Vector { reset: fault },
];

/// Address of the vector table of this image, that is, of the slot that it was linked for.
pub(crate) fn vector_table() -> usize {
    addr_of!(__vectors) as usize
}

/// The first code that runs.
#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    /// Vector table offset register (ARMv7-M architecture reference, B3.2.5).
    const VTOR: *mut u32 = 0xe000_ed08 as *mut u32;
    // SAFETY: runs once, before anything reads a static; link.x puts word-aligned, disjoint ranges behind these symbols.
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
    let ok = crate::main();
    crate::semihosting::exit(ok)
}

extern "C" fn fault() -> ! {
    panic!("fault")
}
