//! Algorithms that cost next to nothing, so that what is counted is our own work.

use core::hint::black_box;

use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::{
    DigestBytes, HashAlgorithm, HashFault, HashState, InvalidKey, InvalidSignature, Message,
    SignatureVerifier,
};

/// Takes every signature for one by ESP256.
#[derive(Clone, Copy, Debug)]
pub struct SignatureStub;

impl SignatureVerifier for SignatureStub {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn check_key(&self, _: &[u8]) -> Result<(), InvalidKey> {
        Ok(())
    }

    fn verify(&self, _: &[u8], message: &dyn Message, _: &[u8]) -> Result<(), InvalidSignature> {
        // What is signed has to be made, although nobody looks at it.
        let mut length = 0_usize;
        message.feed(&mut |piece| length = length.wrapping_add(piece.len()));
        if black_box(length) == 0 { Err(InvalidSignature) } else { Ok(()) }
    }
}

#[cfg(feature = "report")]
impl suit_verify_nostd::report::ReportSigner for SignatureStub {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn key_id(&self) -> Option<&[u8]> {
        None
    }

    fn signature_len(&self) -> usize {
        64
    }

    fn sign(
        &mut self,
        message: &dyn Message,
        out: &mut [u8],
    ) -> Result<(), suit_verify_nostd::report::SignFault> {
        let mut length = 0_usize;
        message.feed(&mut |piece| length = length.wrapping_add(piece.len()));
        out.fill(black_box(length) as u8);
        Ok(())
    }
}

/// Has SHA-256's number and length. The digest is the first [`HashStub::TAKEN`] bytes, their number as 4 bytes, big
/// endian, and zeros: enough to tell the documents and images of a measurement apart, and nothing else.
#[derive(Clone, Copy, Debug)]
pub struct HashStub;

impl HashStub {
    /// Bytes of the message that stand in the digest.
    pub const TAKEN: usize = 12;
}

impl HashAlgorithm for HashStub {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Sha256
    }

    fn start(&self, state: &mut HashState) -> Result<(), HashFault> {
        state.claim(Algorithm::Sha256, [0; suit_verify_nostd::crypto::ENGINE_STATE_LEN]);
        Ok(())
    }

    fn update(&self, state: &mut HashState, data: &[u8]) -> Result<(), HashFault> {
        let bytes = state.engine(Algorithm::Sha256)?;
        let (taken, rest) = bytes.split_first_chunk_mut::<{ Self::TAKEN }>().ok_or(HashFault)?;
        let length = rest.first_chunk_mut::<4>().ok_or(HashFault)?;
        let before = u32::from_be_bytes(*length);
        for (to, from) in taken.iter_mut().skip(before as usize).zip(data) {
            *to = *from;
        }
        *length = before.saturating_add(data.len() as u32).to_be_bytes();
        Ok(())
    }

    fn finish(&self, state: &mut HashState) -> Result<DigestBytes, HashFault> {
        let digest = state.engine(Algorithm::Sha256)?.get(..32).and_then(DigestBytes::from_slice);
        state.release();
        digest.ok_or(HashFault)
    }
}
