//! What the measured programs share.
#![no_std]

use board::memory::input;
use board::{measured, print_number};
use subject::{Device, Inputs, SLOT};

/// A program whose device has this [`Crypto`](suit_verify_nostd::Crypto).
#[macro_export]
macro_rules! device {
    ($crypto:expr) => {
        const CRYPTO: suit_verify_nostd::Crypto<'static> = $crypto;

        board::entry!(main);

        fn main(spare: &'static mut [u8]) -> bool {
            $crate::run(spare, |device| device.carry_out(&CRYPTO))
        }
    };
}

/// Lets `subject` carry out the inputs and prints what it took.
pub fn run(spare: &'static mut [u8], subject: fn(&mut Device<'static>) -> Result<u32, u16>) -> bool {
    let inputs = Inputs {
        document: input(0),
        key: input(1),
        identity: input(2),
        stored: input(3),
        payload: input(4),
        procedures: input(5),
    };
    let storage = spare.get_mut(..8 * SLOT).unwrap_or_default();
    print_number("context ", Device::CONTEXT);
    measured(subject, &mut Device::new(inputs, storage))
}
