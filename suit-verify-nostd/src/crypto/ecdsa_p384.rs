//! ECDSA on P-384 with SHA-384 (FIPS 186-5).
//!
//! Keys are SEC1 points: 97 bytes uncompressed (04, x, y) or 49 bytes compressed (02 or 03, x). Signatures are r and s,
//! 48 bytes each, big-endian (RFC 9053 §2.1), with s in either half as for P-256.

use p384::ecdsa::signature::hazmat::PrehashVerifier;
use p384::ecdsa::{Signature, VerifyingKey};
use sha2::digest::Digest;
use suit_core::labels::Algorithm;

use super::{InvalidKey, InvalidSignature, Message, SignatureVerifier};

/// ESP384, COSE -51 (RFC 9864 §2.1).
#[derive(Clone, Copy, Debug)]
pub struct Esp384;

impl SignatureVerifier for Esp384 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp384
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        point(key).map(drop)
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        let key = point(key).map_err(|_| InvalidSignature)?;
        // Refuses another length than 96, and r or s of zero or not below the group order.
        let signature = Signature::from_slice(signature).map_err(|_| InvalidSignature)?;
        let mut hash = sha2::Sha384::new();
        message.feed(&mut |piece| hash.update(piece));
        key.verify_prehash(&hash.finalize(), &signature).map_err(|_| InvalidSignature)
    }
}

fn point(key: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    match (key.first(), key.len()) {
        (Some(2 | 3), 49) | (Some(4), 97) => VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidKey),
        _ => Err(InvalidKey),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{K1, hex};

    /// RFC 6979 A.2.6: public key.
    const KEY: &str = "
        04 EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13
           8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1288B231C3AE0D4FE7344FD2533264720";
    /// RFC 6979 A.2.6, with SHA-384: message "sample".
    const SAMPLE: &str = "
        94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C81A648152E44ACF96E36DD1E80FABE46  # r
        99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94FA329C145786E679E7B82C71A38628AC8  # s";

    #[test]
    fn known_answer() {
        assert_eq!(Esp384.verify(&hex(KEY), &&b"sample"[..], &hex(SAMPLE)), Ok(()));
        assert_eq!(Esp384.verify(&hex(KEY), &&b"simple"[..], &hex(SAMPLE)), Err(InvalidSignature));
        // The y above is even.
        let compressed = [&[2], &hex(KEY)[1..49]].concat();
        assert_eq!(Esp384.verify(&compressed, &&b"sample"[..], &hex(SAMPLE)), Ok(()));
    }

    #[test]
    fn signatures_out_of_range() {
        let good = hex(SAMPLE);
        let (r, s) = good.split_at(48);
        let zero = [0; 48];
        for signature in
            [[&zero, s].concat(), [r, &zero].concat(), good[..95].to_vec(), [&good[..], &[0]].concat()]
        {
            assert_eq!(Esp384.verify(&hex(KEY), &&b"sample"[..], &signature), Err(InvalidSignature));
        }
    }

    #[test]
    fn keys() {
        let good = hex(KEY);
        let mut off_curve = good.clone();
        off_curve[96] ^= 1;
        for key in [&off_curve[..], &hex(K1), &good[1..], &[0], &[]] {
            assert_eq!(Esp384.check_key(key), Err(InvalidKey), "{key:02x?}");
        }
        assert_eq!(Esp384.check_key(&good), Ok(()));
    }
}
