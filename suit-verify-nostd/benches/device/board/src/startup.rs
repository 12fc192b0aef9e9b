//! Vector table and start-up code.

use core::arch::asm;
use core::ptr::{addr_of, addr_of_mut};

use crate::{memory, semihosting};

unsafe extern "C" {
    // From link.x. Only their addresses mean something.
    static mut __data_start: u32;
    static mut __data_end: u32;
    static __data_load: u32;
    static mut __bss_start: u32;
    static mut __bss_end: u32;
    fn __stack_top();
}

unsafe extern "Rust" {
    /// What [`entry`](crate::entry) makes.
    safe fn program(spare: &'static mut [u8]) -> bool;
}

/// One word of the vector table.
#[repr(C)]
union Vector {
    handler: unsafe extern "C" fn(),
    reset: extern "C" fn() -> !,
    reserved: usize,
}

/// The table of ARMv7-M: stack pointer, reset, the fourteen system exceptions; no interrupts.
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

/// The first code that runs.
#[unsafe(no_mangle)]
extern "C" fn reset() -> ! {
    // SAFETY: runs once, before anything reads a static; link.x puts word-aligned, disjoint ranges behind these symbols.
    unsafe {
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
    // SAFETY: the only call.
    semihosting::exit(program(unsafe { memory::spare() }))
}

extern "C" fn fault() -> ! {
    semihosting::print("fault\n");
    semihosting::exit(false)
}

/// The stack pointer.
#[inline(always)]
pub(crate) fn stack_pointer() -> usize {
    let value;
    // SAFETY: reads a register.
    unsafe { asm!("mov {}, sp", out(reg) value, options(nomem, nostack, preserves_flags)) }
    value
}

/// Does nothing, and is not the same for two numbers, so that two marks are never made one.
#[inline(always)]
pub(crate) fn mark<const N: u8>() {
    // SAFETY: a constant into a register.
    unsafe { asm!("movs {}, #{}", out(reg) _, const N, options(nostack)) }
}
