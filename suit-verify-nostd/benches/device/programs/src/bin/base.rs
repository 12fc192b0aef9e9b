//! The base set of commands with SHA-256; the signature is stubbed.
#![no_std]
#![no_main]

use board::memory::input;
use subject::{Inputs, SignatureStub};
use suit_verify_nostd::crypto::{Crypto, Sha256};

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&Sha256] };

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, spare)
}

fn run(_: &mut [u8]) -> Result<u32, u16> {
    subject::read(&Inputs { document: input(0), key: input(1) }, &CRYPTO)
}
