//! Runs once what is counted, with hash and signature stubbed: `count INPUTS`, a file as the board gets it. To be run by
//! `valgrind --tool=callgrind --toggle-collect='*counted*'`.

use std::hint::black_box;

use subject::{Device, HashStub, Inputs, SLOT, SignatureStub};
use suit_verify_nostd::Crypto;

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&HashStub] };

#[inline(never)]
fn counted(device: &mut Device<'_>) -> Result<u32, u16> {
    device.carry_out(&CRYPTO)
}

fn main() -> std::io::Result<()> {
    let path = std::env::args_os().nth(1).expect("a file of inputs");
    let file = std::fs::read(path)?;
    let mut rest = file.as_slice();
    let mut input = || {
        // A length in 4 bytes, the input, and what is lacking to a multiple of 4.
        let (length, behind) = rest.split_first_chunk().expect("a length");
        let length = u32::from_le_bytes(*length) as usize;
        rest = &behind[length.next_multiple_of(4)..];
        &behind[..length]
    };
    let inputs = Inputs {
        document: input(),
        key: input(),
        identity: input(),
        stored: input(),
        payload: input(),
        procedures: input(),
    };
    let mut storage = [0; 8 * SLOT];
    let mut device = Device::new(inputs, &mut storage);
    match black_box(counted as fn(&mut Device<'_>) -> _)(&mut device) {
        Ok(number) => println!("done {number}"),
        Err(number) => println!("error {number}"),
    }
    println!("context {}", Device::CONTEXT);
    Ok(())
}
