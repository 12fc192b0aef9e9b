//! What every program has: start-up, inputs, output, measuring, the device in memory that is made ready.
#![no_std]
#![no_main]

use core::hint::black_box;

use subject::Device;

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    programs::run(spare, touch)
}

fn touch(device: &mut Device<'_>) -> Result<u32, u16> {
    // It could be used for anything.
    black_box(device);
    Ok(0)
}
