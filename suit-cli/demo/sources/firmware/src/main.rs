//! Firmware of a door lock for the Cortex-M3 board mps2-an385: a main program that says over semihosting who it is,
//! checks the platform module and asks the application what to do.
#![no_std]
#![no_main]

mod image;

use core::fmt::Write;

use mps2_an385::semihosting::{self, Console};
use mps2_an385::vector_table;

mps2_an385::entry!(main, panic!("fault"));

#[cfg(feature = "applications")]
const VERSION: &str = "2.4.0";
#[cfg(not(feature = "applications"))]
const VERSION: &str = "2.3.1";

/// Starts counted since power-up: initialised data, so that the image has a `.data` segment, which is loaded at one
/// address and used at another.
static STARTS: core::sync::atomic::AtomicU32 = core::sync::atomic::AtomicU32::new(1);

/// What the firmware does; returns whether all was well.
fn main() -> bool {
    let starts = STARTS.fetch_add(1, core::sync::atomic::Ordering::Relaxed);
    let slot = match vector_table() {
        demo_layout::SLOT_A => 'A',
        demo_layout::SLOT_B => 'B',
        _ => '?',
    };
    let mut console = Console;
    // Writing to the console can't fail.
    let _ = writeln!(console, "door-lock r3, firmware {VERSION}, slot {slot}, start {starts}");
    let module_ok = image::check(&mut console, "module", demo_layout::MODULE);
    #[cfg(feature = "applications")]
    let application_ok = image::check(&mut console, "application", demo_layout::APPLICATION)
        && image::decide(&mut console, demo_layout::APPLICATION);
    #[cfg(not(feature = "applications"))]
    let application_ok = true;
    module_ok && application_ok
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    let _ = writeln!(Console, "panic: {}", info.message());
    semihosting::exit(false)
}
