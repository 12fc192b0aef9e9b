//! What the programs have around their subject: text and files of the host, memory that the host fills before the start,
//! and the measuring of stack. With start-up code and semihosting the only code of these programs with `unsafe`.
//!
//! What every program has of this is in the empty program, too, so it is no part of a difference between images.
#![no_std]

pub mod memory;

use core::arch::asm;
use core::ffi::CStr;
use core::hint::black_box;

#[doc(hidden)]
pub use mps2_an385::entry as start;
use mps2_an385::semihosting::{self, File, Mode};

/// Makes `$main`, a `fn(&'static mut [u8]) -> bool`, what the board runs, with the memory that is left over; the program
/// ends well if it returns `true`.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        fn with_spare() -> bool {
            let main: fn(&'static mut [u8]) -> bool = $main;
            // SAFETY: the only call; start-up code calls this once.
            main(unsafe { $crate::memory::spare() })
        }

        $crate::start!(with_spare, $crate::fault());
    };
}

/// Where exceptions of the processor lead.
#[doc(hidden)]
pub fn fault() -> ! {
    semihosting::print("fault\n");
    semihosting::exit(false)
}

/// Runs `subject` between the marks of the instruction counter. Prints lines of a word and a number: the `stack` in bytes
/// that it used, and `done` with its result, a number that shows what it did, or `error` with the error's number. Returns
/// whether it succeeded.
#[inline(never)]
pub fn measured<D>(subject: fn(&mut D) -> Result<u32, u16>, device: &mut D) -> bool {
    // Not inlined: its frame has to lie below this one.
    let subject = black_box(subject);
    let stack = memory::Stack::paint();
    count_begin();
    let result = subject(device);
    count_end();
    print_number("stack ", stack.used());
    match result {
        Ok(number) => print_number("done ", number as usize),
        Err(number) => print_number("error ", number.into()),
    }
    result.is_ok()
}

/// Prints a line of `label` and a number, without the formatting of `core`, which is large.
pub fn print_number(label: &str, number: usize) {
    semihosting::print(label);
    let mut digits = [b'0'; 11];
    let mut rest = number;
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        *digit = match at {
            10 => b'\n',
            _ => {
                let last = (rest % 10) as u8;
                rest /= 10;
                b'0' | last
            }
        };
    }
    let from = digits.iter().position(|digit| *digit != b'0' && *digit != b'\n').unwrap_or(9);
    if let Some(Ok(text)) = digits.get(from..).map(core::str::from_utf8) {
        semihosting::print(text);
    }
}

/// Reads the host's file `path` into `into` and returns what is in it; `None` if it can't be read, or is too large, or has
/// a path of 128 bytes or more.
pub fn read<'i>(path: &str, into: &'i mut [u8]) -> Option<&'i [u8]> {
    let mut name = [0; 128];
    name.get_mut(..path.len())?.copy_from_slice(path.as_bytes());
    let file = File::open(CStr::from_bytes_until_nul(&name).ok()?, Mode::Read)?;
    let room = into.get_mut(..file.length() as usize)?;
    (file.read(room) == room.len()).then_some(room)
}

/// Mark of the instruction counter (`counter/count.c`), found by its address.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_begin() {
    mark::<1>();
}

/// Mark of the instruction counter.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_end() {
    mark::<2>();
}

/// Does nothing, and is not the same for two numbers, so that two marks are never made one.
#[inline(always)]
fn mark<const N: u8>() {
    // SAFETY: a constant into a register.
    unsafe { asm!("movs {}, #{}", out(reg) _, const N, options(nostack)) }
}

/// Stands in an image exactly if something in it can panic.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::print("here is a panic\n");
    semihosting::exit(false)
}
