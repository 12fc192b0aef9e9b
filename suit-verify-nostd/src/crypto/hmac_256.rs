//! HMAC with SHA-256 (RFC 2104), with the whole tag.

use hmac::{Hmac, KeyInit, Mac};
use suit_core::labels::Algorithm;

use super::{InvalidKey, InvalidSignature, MacVerifier, Message};

/// Length in bytes of the shortest key that is taken. RFC 2104 §3 discourages keys shorter than the hash's output; half
/// of that, 128 bits, is the least that no one can search through.
const KEY_LEN_MIN: usize = 16;

/// HMAC 256/256, COSE 5 (RFC 9053 §3.1). Keys have at least 16 bytes, 32 are recommended; tags have exactly 32.
#[derive(Clone, Copy, Debug)]
pub struct Hmac256;

impl MacVerifier for Hmac256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Hmac256
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        if key.len() < KEY_LEN_MIN { Err(InvalidKey) } else { Ok(()) }
    }

    fn verify(&self, key: &[u8], message: &dyn Message, tag: &[u8]) -> Result<(), InvalidSignature> {
        self.check_key(key).map_err(|_| InvalidSignature)?;
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(key).map_err(|_| InvalidSignature)?;
        message.feed(&mut |piece| mac.update(piece));
        // Compares the length first, then all bytes in constant time.
        mac.verify_slice(tag).map_err(|_| InvalidSignature)
    }
}

#[cfg(test)]
mod tests {
    use std::vec;
    use std::vec::Vec;

    use super::*;
    use crate::testing::hex;

    #[test]
    fn known_answers() {
        // RFC 4231 §4.2, §4.4, §4.5, §4.7: key, data, tag.
        let key_4: Vec<u8> = (1..=25).collect();
        let cases = [
            (
                vec![0x0b; 20],
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                vec![0xaa; 20],
                vec![0xdd; 50],
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (key_4, vec![0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (
                vec![0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ];
        for (case, (key, data, tag)) in cases.into_iter().enumerate() {
            let tag = hex(tag);
            assert_eq!(Hmac256.check_key(&key), Ok(()), "case {case}");
            assert_eq!(Hmac256.verify(&key, &&data[..], &tag), Ok(()), "case {case}");
            for index in 0..32 {
                let mut wrong = tag.clone();
                wrong[index] ^= 1;
                assert_eq!(Hmac256.verify(&key, &&data[..], &wrong), Err(InvalidSignature), "case {case}");
            }
        }
    }

    #[test]
    fn tags_of_another_length() {
        let key = [0x0b; 20];
        let tag = hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        for len in 0..32 {
            assert_eq!(
                Hmac256.verify(&key, &&b"Hi There"[..], &tag[..len]),
                Err(InvalidSignature),
                "{len} bytes"
            );
        }
        let long = [&tag[..], &[0]].concat();
        assert_eq!(Hmac256.verify(&key, &&b"Hi There"[..], &long), Err(InvalidSignature));
    }

    #[test]
    fn short_keys() {
        assert_eq!(Hmac256.check_key(&[1; 16]), Ok(()));
        assert_eq!(Hmac256.check_key(&[1; 15]), Err(InvalidKey));
        assert_eq!(Hmac256.check_key(&[]), Err(InvalidKey));
        // RFC 4231 §4.3, whose key has 4 bytes: right, but too weak.
        let tag = hex("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assert_eq!(
            Hmac256.verify(b"Jefe", &&b"what do ya want for nothing?"[..], &tag),
            Err(InvalidSignature)
        );
    }
}
