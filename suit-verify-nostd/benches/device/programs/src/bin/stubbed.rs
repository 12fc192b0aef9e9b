//! The base set of commands, with hash and signature stubbed.
#![no_std]
#![no_main]

use board::memory::input;
use subject::{HashStub, Inputs, SignatureStub};
use suit_verify_nostd::Crypto;

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&HashStub] };

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, spare)
}

fn run(_: &mut [u8]) -> Result<u32, u16> {
    subject::read(&Inputs { document: input(0), key: input(1) }, &CRYPTO)
}
