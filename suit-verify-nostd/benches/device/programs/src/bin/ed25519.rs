//! The base set of commands with SHA-256, and Ed25519 by the crate `ed25519-dalek`.
#![no_std]
#![no_main]

use board::memory::input;
use subject::Inputs;
use suit_verify_nostd::crypto::{Crypto, Ed25519, Sha256};

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Ed25519], macs: &[], hashes: &[&Sha256] };

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, spare)
}

fn run(_: &mut [u8]) -> Result<u32, u16> {
    subject::read(&Inputs { document: input(0), key: input(1) }, &CRYPTO)
}
