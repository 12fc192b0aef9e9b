//! The board mps2-an385 as QEMU has it: start-up, text and files of the host by semihosting, memory that the host fills
//! before the start, and the measuring of stack. The only code of these programs with `unsafe`.
//!
//! What every program has of this is in the empty program, too, so it is no part of a difference between images.
#![no_std]

pub mod memory;
pub mod semihosting;
mod startup;

use core::hint::black_box;

/// Makes `$main`, a `fn(&'static mut [u8]) -> bool`, what the board runs, with the memory that is left over; the program
/// ends well if it returns `true`.
#[macro_export]
macro_rules! entry {
    ($main:path) => {
        // SAFETY: the one symbol of this name; start-up code calls it by this signature.
        #[unsafe(no_mangle)]
        extern "Rust" fn program(spare: &'static mut [u8]) -> bool {
            let main: fn(&'static mut [u8]) -> bool = $main;
            main(spare)
        }
    };
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

/// Mark of the instruction counter (`counter/count.c`), found by its address.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_begin() {
    startup::mark::<1>();
}

/// Mark of the instruction counter.
#[unsafe(no_mangle)]
#[inline(never)]
extern "C" fn count_end() {
    startup::mark::<2>();
}

/// Stands in an image exactly if something in it can panic.
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    semihosting::print("here is a panic\n");
    semihosting::exit(false)
}
