//! What every program has and the crates have not: start-up, inputs, output, measuring, the device in memory, made ready,
//! with all of its platform. One for each set of features, for a platform has more calls with more of them.
#![no_std]
#![no_main]

use core::hint::black_box;

use subject::Device;

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    programs::run(spare, touch)
}

fn touch(device: &mut Device<'_>) -> Result<u32, u16> {
    // Any call could be made.
    black_box(device.platform());
    Ok(0)
}
