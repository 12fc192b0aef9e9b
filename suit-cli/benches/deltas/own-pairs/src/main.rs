//! A dimmer with secure update: it carries out a manifest, then sets its lamp by the hour and by who moves.
#![no_std]
#![no_main]

mod dimmer;

#[cfg(feature = "algorithm")]
use suit_verify_nostd::crypto::Ed25519;
use suit_verify_nostd::crypto::{Crypto, Sha256};
#[cfg(not(feature = "algorithm"))]
use suit_verify_nostd::crypto::{Es256, Esp256};

#[cfg(not(feature = "algorithm"))]
const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256, &Es256], macs: &[], hashes: &[&Sha256] };
#[cfg(feature = "algorithm")]
const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Ed25519], macs: &[], hashes: &[&Sha256] };

/// The input behind those of the manifest: pairs of an hour and of how much moves, a byte each.
const SEEN: usize = 6;

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    let mut lamp = dimmer::Lamp::default();
    for seen in board::memory::input(SEEN).chunks_exact(2) {
        if let [hour, movement] = *seen {
            lamp.set(dimmer::wanted(hour, movement));
        }
    }
    board::print_number("lamp ", usize::from(lamp.brightness()));
    programs::run(spare, |device| device.carry_out(&CRYPTO))
}
