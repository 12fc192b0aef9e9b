//! Not a firmware: only proof that every algorithm links where there is no `std` and no allocator. The libraries of the
//! signatures have panics of their own, so this program may hold one.
#![no_std]
#![no_main]

use core::hint::black_box;

use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{
    Crypto, Ed25519, EdDsa, Es256, Esp256, Esp384, Hmac256, Sha256, Sha384, Sha512,
};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore, authenticate};

const CRYPTO: Crypto<'static> = Crypto {
    signatures: &[&Esp256, &Es256, &Esp384, &Ed25519, &EdDsa],
    macs: &[&Hmac256],
    hashes: &[&Sha256, &Sha384, &Sha512],
};

fn sequence_number(received: &[u8]) -> Result<u64, AuthenticationError> {
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, received, None)];
    let Ok(trust) = TrustStore::new(&anchors) else { return Ok(0) };
    let envelope = Envelope::parse(received, Tagging::Required)?;
    let signed = authenticate(&envelope, &trust, &CRYPTO, &mut Budget::new())?.manifest()?;
    black_box(signed.section(ManifestKey::Install, &CRYPTO)?);
    Ok(signed.manifest().sequence_number())
}

#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    let input: &[u8] = black_box(&[]);
    black_box(sequence_number(input).is_ok());
    loop {
        core::hint::spin_loop();
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
