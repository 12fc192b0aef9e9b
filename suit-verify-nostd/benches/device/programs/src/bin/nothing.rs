//! What the decoder's program has and the decoder has not: start-up, inputs, output, measuring.
#![no_std]
#![no_main]

use board::memory::input;

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, &mut &mut *spare)
}

fn run(spare: &mut &mut [u8]) -> Result<u32, u16> {
    let first = spare.first_mut().ok_or(1_u16)?;
    *first = 1;
    u32::try_from(input(0).len()).map_err(|_| 2)
}
