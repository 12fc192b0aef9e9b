//! Instructions that authentication takes, counted by callgrind: `cargo bench -p suit-verify-nostd --all-features` (needs
//! valgrind and `cargo install gungraun-runner`). docs/benchmarks.md keeps the figures.
#![allow(
    missing_docs,
    unused_qualifications,
    reason = "the macros make items that are neither documented nor tidy"
)]

use core::hint::black_box;
use gungraun::{library_benchmark, library_benchmark_group, main};
use suit_core::labels::Algorithm;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{
    Crypto, Esp256, InvalidKey, InvalidSignature, Message, Sha256, SignatureVerifier,
};
use suit_verify_nostd::{Budget, TrustAnchor, TrustStore, authenticate};

/// An example of one component, signed with ESP256 by the published test key of the SUIT drafts.
const SAMPLE: &[u8] = include_bytes!("../tests/sample.suit");

/// That key: x and y on P-256, uncompressed.
const KEY: [u8; 65] = [
    0x04, 0x84, 0x96, 0x81, 0x1a, 0xae, 0x0b, 0xaa, 0xab, 0xd2, 0x61, 0x57, 0x18, 0x9e, 0xec, 0xda, 0x26,
    0xbe, 0xaa, 0x8b, 0xf1, 0x1b, 0x6f, 0x3f, 0xe6, 0xe2, 0xb5, 0x65, 0x9c, 0x85, 0xdb, 0xc0, 0xad, 0x3b,
    0x1f, 0x2a, 0x4b, 0x6c, 0x09, 0x81, 0x31, 0xc0, 0xa3, 0x6d, 0xac, 0xd1, 0xd7, 0x8b, 0xd3, 0x81, 0xdc,
    0xdf, 0xb0, 0x9c, 0x05, 0x2d, 0xb3, 0x39, 0x91, 0xdb, 0x73, 0x38, 0xb4, 0xa8, 0x96,
];

const REAL: Crypto<'static> = Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] };
const STUBBED: Crypto<'static> = Crypto { signatures: &[&NoSignature], macs: &[], hashes: &[&Sha256] };

/// Accepts every signature, so that what is left is hashing and our own work.
struct NoSignature;

impl SignatureVerifier for NoSignature {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &[u8], _: &dyn Message, _: &[u8]) -> Result<(), InvalidSignature> {
        Ok(())
    }
}

#[library_benchmark]
#[bench::esp256(&REAL)]
#[bench::signature_stubbed(&STUBBED)]
fn authenticate_and_read(crypto: &Crypto<'_>) -> Option<u64> {
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &KEY, None)];
    let trust = TrustStore::new(&anchors).ok()?;
    let envelope = Envelope::parse(black_box(SAMPLE), Tagging::Required).ok()?;
    let authentic = authenticate(&envelope, &trust, black_box(crypto), &mut Budget::new()).ok()?;
    black_box(Some(authentic.manifest().ok()?.manifest().sequence_number()))
}

library_benchmark_group!(name = authentication; benchmarks = authenticate_and_read);
main!(library_benchmark_groups = authentication);
