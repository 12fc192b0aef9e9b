//! What every program has: start-up, inputs, output, measuring.
#![no_std]
#![no_main]

use board::memory::input;

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(touch, &mut &mut *spare)
}

fn touch(spare: &mut &mut [u8]) -> Result<u32, u16> {
    let inputs = [input(0), input(1)];
    let first = inputs.iter().filter_map(|input| input.first());
    first
        .zip(spare.iter_mut())
        .map(|(byte, to)| {
            *to = *byte;
            u32::from(*byte)
        })
        .reduce(u32::wrapping_add)
        .ok_or(1)
}
