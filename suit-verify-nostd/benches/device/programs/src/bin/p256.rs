//! The base set of commands with SHA-256, and ESP256 and ES256 by the crate `p256`. The only one with a panic in it: the
//! positive control of the search for panics.
#![no_std]
#![no_main]

use board::memory::input;
use subject::Inputs;
use suit_verify_nostd::crypto::{Crypto, Es256, Esp256, Sha256};

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256, &Es256], macs: &[], hashes: &[&Sha256] };

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, spare)
}

fn run(_: &mut [u8]) -> Result<u32, u16> {
    subject::read(&Inputs { document: input(0), key: input(1) }, &CRYPTO)
}
