//! What runs both on the board and on the host: the device's work with a manifest, for measuring, and the judging of test
//! vectors.
#![no_std]
#![forbid(unsafe_code)]

mod stub;
#[cfg(feature = "verdict")]
pub mod verdict;

pub use stub::{HashStub, SignatureStub};

use suit_core::labels::ManifestKey;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::{AuthenticationError, Budget, Crypto, Part, TrustAnchor, TrustStore, authenticate};

/// What a device is given: nothing of it may be known to the compiler.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The envelope.
    pub document: &'a [u8],
    /// The one trusted key, for the first signature algorithm of the `Crypto`.
    pub key: &'a [u8],
}

/// Authenticates the manifest, reads it, and takes every section. Returns the sequence number times 1,000 and the number of
/// commands in the sections.
///
/// # Errors
/// The number of the error.
pub fn read(inputs: &Inputs<'_>, crypto: &Crypto<'_>) -> Result<u32, u16> {
    authentic(inputs, crypto).map_err(AuthenticationError::number)
}

fn authentic(inputs: &Inputs<'_>, crypto: &Crypto<'_>) -> Result<u32, AuthenticationError> {
    let Some(verifier) = crypto.signatures.first() else { return Err(AuthenticationError::NoAuthentication) };
    let anchors = [TrustAnchor::unchecked(verifier.algorithm(), inputs.key, None)];
    let Ok(trust) = TrustStore::new(&anchors) else { return Err(AuthenticationError::NoTrustedSignature) };
    let envelope = Envelope::parse(inputs.document, Tagging::Required)?;
    let signed = authenticate(&envelope, &trust, crypto, &mut Budget::new())?.manifest()?;
    let mut commands = 0_usize;
    for key in ManifestKey::ALL {
        if let Part::Present(sequence) = signed.section(*key, crypto)? {
            commands = commands.wrapping_add(sequence.commands().filter(Result::is_ok).count());
        }
    }
    // What was read, in one number.
    let number = signed.manifest().sequence_number().wrapping_mul(1000).wrapping_add(commands as u64);
    Ok(number as u32)
}
