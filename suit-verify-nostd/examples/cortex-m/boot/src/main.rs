//! Boot loader of the board: verifies the kernel's manifest, validates the kernel and starts it. A device without a kernel
//! takes one from the factory.
#![no_std]
#![no_main]

use core::arch::asm;

use board::device::{self, Device, KERNEL, Starter};
use board::flash::{HostFlash, seen};
use board::procedures::{self, Work};
use board::{say, semihosting, vector_table};
use suit_verify_nostd::platform::PlatformFault;
use suit_verify_nostd::platforms::nor_flash::Bank;

board::entry!(main, panic!("fault"));

/// Returns only if there is nothing to start.
fn main() -> bool {
    let Some(flash) = HostFlash::open() else {
        say!("no flash");
        return false;
    };
    // SAFETY: the boot loader is not in that flash, and nothing else runs yet.
    if !unsafe { flash.power_up() } {
        say!("flash of another size");
        return false;
    }
    let opened = device::open(flash, Starter { start, kernel: [0; 3] });
    let (Ok(mut device), Some(mut work)) = (opened, procedures::work()) else {
        say!("flash fails");
        return false;
    };
    match procedures::invoke(&mut device, &mut work, KERNEL) {
        Ok(()) => {}
        Err(refused) => {
            say!("boot loader at {:#x}: no kernel to start: {refused}", vector_table());
            recover(&mut device, &mut work);
        }
    }
    false
}

/// Installs a kernel, for slot A, and starts it.
fn recover(device: &mut Device, work: &mut Work) {
    let Some(length) = procedures::receive(c"factory.suit", work.envelope) else { return };
    // The spare bank is written.
    device::choose(device, KERNEL, true);
    match procedures::update(device, work, length) {
        Ok(root) => {
            say!("  installed: {}", root.name);
            say!("  on the air: envelope {length} B, payloads {} B", work.fetched);
            device::choose(device, KERNEL, false);
            if let Err(refused) = procedures::invoke(device, work, KERNEL) {
                say!("no kernel to start: {refused}");
            }
        }
        Err(refused) => say!("  update refused: {refused}"),
    }
}

/// Starts a kernel: its vector table begins with the stack pointer and the address of its first instruction.
fn start(bank: &Bank, length: u32, _: Option<&[u8]>) -> Result<(), PlatformFault> {
    let image = seen(bank.start, length).unwrap_or_default();
    let (Some(stack), Some(entry)) = (word(image, 0), word(image, 4)) else {
        return Err(PlatformFault::FORBIDDEN);
    };
    // SAFETY: the processor has just found the image to be what the manifest says, and the manifest is the vendor's.
    unsafe {
        asm!("msr msp, {stack}", "bx {entry}", stack = in(reg) stack, entry = in(reg) entry, options(noreturn))
    }
}

fn word(image: &[u8], at: usize) -> Option<u32> {
    image.get(at..)?.first_chunk().map(|bytes| u32::from_le_bytes(*bytes))
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    say!("panic in the boot loader");
    semihosting::exit(false)
}
