//! Not a firmware: only proof that the crates compile and link where there is no `std` and no allocator. Each call takes
//! bytes that the optimiser can't know, so that its code has to be in the program.
#![no_std]
#![no_main]

use suit_core as _;

#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
