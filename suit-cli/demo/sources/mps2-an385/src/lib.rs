//! The board mps2-an385 as QEMU has it: vector table, start-up code, and requests to the host by semihosting. All our
//! programs for it begin here; `../link/firmware.x` is the linker script that goes with it.
#![no_std]

pub mod semihosting;
mod startup;

pub use startup::{Vectors, prepare, vector_table, vectors};

/// Makes `$main`, a `fn() -> bool`, what the board runs once statics are ready; the program ends well if it returns `true`.
/// `$fault`, which doesn't return, is what an exception of the processor leads to.
#[macro_export]
macro_rules! entry {
    ($main:path, $fault:expr) => {
        const _: () = {
            #[used]
            #[unsafe(link_section = ".vectors")]
            static VECTORS: $crate::Vectors = $crate::vectors(on_reset, on_fault);

            // SAFETY: the one symbol of this name, where the linker script begins.
            #[unsafe(export_name = "reset")]
            extern "C" fn on_reset() -> ! {
                let main: fn() -> bool = $main;
                // SAFETY: the first code that runs.
                unsafe { $crate::prepare() };
                $crate::semihosting::exit(main())
            }

            extern "C" fn on_fault() -> ! {
                $fault
            }
        };
    };
}
