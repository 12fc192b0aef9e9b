//! What the boot loader and the kernel have in common: the board's flash and console, which components there are, and the
//! two procedures, update and invocation.
#![no_std]

pub mod check;
pub mod device;
pub mod flash;
pub mod memory;
pub mod procedures;

pub use mps2_an385::{entry, semihosting, vector_table};

/// Prints a line on the console.
#[macro_export]
macro_rules! say {
    ($($what:tt)*) => {{
        use core::fmt::Write as _;
        // Writing to the console can't fail.
        let _ = writeln!($crate::semihosting::Console, $($what)*);
    }};
}
