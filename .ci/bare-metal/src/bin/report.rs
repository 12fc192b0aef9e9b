//! Not a firmware: what the program `verify` does, and a protected report of it. What this program has more than that one
//! is what reports cost. The arithmetic of signatures is left out.
#![no_std]
#![no_main]

use core::hint::black_box;

use suit_core::labels::{Algorithm, ManifestKey, ParameterKey, ReportReason};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{Crypto, InvalidKey, InvalidSignature, Message, Sha256, SignatureVerifier};
use suit_verify_nostd::report::{
    Ending, Measured, MeasuredValue, Record, Recorder, ReportSigner, ReportWriter, SignFault,
};
use suit_verify_nostd::{AuthenticationError, Budget, SignedManifest, TrustAnchor, TrustStore, authenticate};

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

impl ReportSigner for Engine {
    fn algorithm(&self) -> Algorithm {
        black_box(Algorithm::Esp256)
    }

    fn key_id(&self) -> Option<&[u8]> {
        black_box(Some(&[]))
    }

    fn signature_len(&self) -> usize {
        black_box(64)
    }

    fn sign(&mut self, message: &dyn Message, out: &mut [u8]) -> Result<(), SignFault> {
        let mut sum = 0_usize;
        message.feed(&mut |piece| sum = sum.wrapping_add(piece.len()));
        if black_box(sum == out.len()) { Ok(()) } else { Err(SignFault) }
    }
}

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Engine], macs: &[], hashes: &[&Sha256] };

fn signed(received: &[u8]) -> Result<SignedManifest<'_>, AuthenticationError> {
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, received, None)];
    let Ok(trust) = TrustStore::new(&anchors) else { return Err(AuthenticationError::NoAuthentication) };
    let envelope = Envelope::parse(received, Tagging::Required)?;
    let signed = authenticate(&envelope, &trust, &CRYPTO, &mut Budget::new())?.manifest()?;
    black_box(signed.section(ManifestKey::Install, &CRYPTO)?);
    Ok(signed)
}

#[inline(never)]
fn report(memory: &mut [u8], input: &[u8], signed: &SignedManifest<'_>) -> Option<usize> {
    let uri = signed.manifest().reference_uri();
    let authentication = signed.authenticated().envelope().authentication();
    let mut writer = ReportWriter::begin(memory, &authentication, uri, Some(input)).ok()?;
    let measured =
        [Measured { label: black_box(ParameterKey::ImageSize), value: black_box(MeasuredValue::Uint(7)) }];
    let record = Record { offset: black_box(7), measured: &measured, ..black_box(Record::NOWHERE) };
    writer.record(&record);
    let (code, reason) = black_box((602, ReportReason::OperationFailed));
    let finished = writer.finish(black_box(Ending::Failure { code, reason, record: &record }), None).ok()?;
    Some(finished.protect(&mut Engine).ok()?.len())
}

#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    let input: &[u8] = black_box(&[]);
    let mut memory = [0; 512];
    if let Ok(signed) = signed(input) {
        black_box(report(black_box(&mut memory), input, &signed));
    }
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
