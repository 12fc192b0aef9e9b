//! An application as bytecode: RISC-V instructions that the kernel's interpreter runs. It reaches nothing but its memory and
//! the calls that the kernel offers.
#![no_std]
#![no_main]

use core::arch::{asm, global_asm};

#[cfg(not(feature = "noon"))]
const VERSION: [u32; 3] = [1, 0, 0];
#[cfg(all(feature = "noon", not(feature = "keys")))]
const VERSION: [u32; 3] = [1, 1, 0];
#[cfg(all(feature = "keys", not(feature = "update")))]
const VERSION: [u32; 3] = [1, 2, 0];
#[cfg(feature = "update")]
const VERSION: [u32; 3] = [1, 3, 0];

// The stack is the 2 KiB of memory that the interpreter lends; `ebreak` is the end.
global_asm!(
    ".section .text.start, \"ax\"",
    ".global _start",
    "_start:",
    "lui sp, 0x80000",
    "addi sp, sp, 1024",
    "addi sp, sp, 1024",
    "call scenes",
    "ebreak",
);

fn call(number: u32, [first, second, third]: [u32; 3]) {
    // SAFETY: a call of the kernel changes a0 and a1 and no memory.
    unsafe {
        asm!("ecall", in("a7") number, inlateout("a0") first => _, inlateout("a1") second => _, in("a2") third,
            options(nostack));
    }
}

/// Brightness at an hour, percent.
fn brightness(hour: u32) -> u32 {
    match hour {
        #[cfg(feature = "noon")]
        11..14 => 20,
        7..22 => 100,
        _ => 5,
    }
}

#[unsafe(no_mangle)]
extern "C" fn scenes() {
    call(0, VERSION);
    for hour in [6, 12, 18] {
        call(1, [hour, brightness(hour), 0]);
    }
    #[cfg(feature = "keys")]
    for next in [false, true] {
        if let Some(begins) = keys::begins(next) {
            call(2, [begins, next.into(), 0]);
        }
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
