//! Not a firmware: only proof that what a device does with a manifest links where there is no `std` and no allocator, and
//! holds no panic. The signature's arithmetic is left out (`crypto` has it): those libraries have panics of their own.
#![no_std]
#![no_main]

use core::hint::black_box;

use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{Crypto, InvalidKey, InvalidSignature, Message, Sha256, SignatureVerifier};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore, authenticate};

struct Engine;

impl SignatureVerifier for Engine {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        let mut sum = 0_usize;
        message.feed(&mut |piece| sum = sum.wrapping_add(piece.len()));
        if black_box(sum == key.len().wrapping_add(signature.len())) { Ok(()) } else { Err(InvalidSignature) }
    }
}

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Engine], macs: &[], hashes: &[&Sha256] };

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
    #[cfg(feature = "panic")]
    black_box(input[black_box(0)]);
    loop {
        core::hint::spin_loop();
    }
}

/// Stands in the program exactly if the program can panic.
static MARKER: [u8; 19] = *b"here is a panic: %%";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    black_box(&MARKER);
    loop {
        core::hint::spin_loop();
    }
}
