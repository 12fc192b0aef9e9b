//! Ed25519 (RFC 8032 §5.1), under its two COSE names.
//!
//! Keys are 32 bytes, signatures 64. Verification is strict: beside what RFC 8032 asks for (s below the group order), a
//! key or an R of small order is refused, and R must be the encoding that is computed; so a signature binds one key and
//! one message. Keys of small order are refused when an anchor is made, too: they would sign almost everything.

use ed25519_dalek::{Signature, VerifyingKey};
use suit_core::labels::Algorithm;

use super::{InvalidKey, InvalidSignature, Message, SignatureVerifier};

/// Ed25519, COSE -19 (RFC 9864 §2.2).
#[cfg(feature = "ed25519")]
#[derive(Clone, Copy, Debug)]
pub struct Ed25519;

#[cfg(feature = "ed25519")]
impl SignatureVerifier for Ed25519 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Ed25519
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        strong_point(key).map(drop)
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        verify(key, message, signature)
    }
}

/// EdDSA, COSE -8 (RFC 9053 §2.2), deprecated by RFC 9864 because it leaves the curve open. Here it is always Ed25519.
///
/// It serves messages of before RFC 9864 and works only for a caller who passes it in, with a trust anchor for it.
#[cfg(feature = "eddsa")]
#[derive(Clone, Copy, Debug)]
pub struct EdDsa;

#[cfg(feature = "eddsa")]
impl SignatureVerifier for EdDsa {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDsa
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        strong_point(key).map(drop)
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        verify(key, message, signature)
    }
}

/// A point of the curve whose order is not small, from its 32 bytes.
fn strong_point(bytes: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    let point = VerifyingKey::try_from(bytes).map_err(|_| InvalidKey)?;
    if point.is_weak() { Err(InvalidKey) } else { Ok(point) }
}

/// The library's `verify_strict`, which takes the message in one piece, told for a message in pieces: its two tests for
/// small order, then its ordinary verification. A test holds the two against each other.
fn verify(key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
    let key = strong_point(key).map_err(|_| InvalidSignature)?;
    let signature = Signature::from_slice(signature).map_err(|_| InvalidSignature)?;
    strong_point(signature.r_bytes()).map_err(|_| InvalidSignature)?;
    let mut verification = key.verify_stream(&signature).map_err(|_| InvalidSignature)?;
    message.feed(&mut |piece| verification.update(piece));
    verification.finalize_and_verify().map_err(|_| InvalidSignature)
}

#[cfg(all(test, feature = "ed25519", feature = "eddsa"))]
mod tests {
    use std::vec::Vec;

    use ed25519_dalek::Verifier;
    use ed25519_dalek::hazmat::ExpandedSecretKey;
    use sha2::{Digest, Sha512};

    use super::*;
    use crate::testing::hex;

    /// RFC 8032 §7.1, tests 1 to 3: secret key, public key, message, signature.
    const KNOWN: [[&str; 4]; 3] = [
        [
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
        ],
        [
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        ],
        [
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
        ],
    ];

    /// Points whose order divides 8, in their shortest encodings.
    const SMALL_ORDER: [&str; 5] = [
        "0100000000000000000000000000000000000000000000000000000000000000", // order 1
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", // order 2
        "0000000000000000000000000000000000000000000000000000000000000000", // order 4
        "0000000000000000000000000000000000000000000000000000000000000080", // order 4
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", // order 8
    ];

    fn both(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let result = Ed25519.verify(key, &message, signature);
        assert_eq!(result, EdDsa.verify(key, &message, signature), "the two names differ");
        if let (Ok(key), Ok(signature)) = (VerifyingKey::try_from(key), Signature::from_slice(signature)) {
            let strict = key.verify_strict(message, &signature).map_err(|_| InvalidSignature);
            assert_eq!(result, strict, "the library's strict verification differs");
        }
        result
    }

    #[test]
    fn known_answers() {
        for [_, key, message, signature] in KNOWN {
            let (key, message, signature) = (hex(key), hex(message), hex(signature));
            assert_eq!(both(&key, &message, &signature), Ok(()));
            assert_eq!(both(&key, &[&message[..], &[0]].concat(), &signature), Err(InvalidSignature));
            for index in 0..64 {
                let mut wrong = signature.clone();
                wrong[index] ^= 1;
                assert_eq!(both(&key, &message, &wrong), Err(InvalidSignature), "byte {index}");
            }
            assert_eq!(both(&key, &message, &signature[..63]), Err(InvalidSignature));
            assert_eq!(both(&key, &message, &[&signature[..], &[0]].concat()), Err(InvalidSignature));
        }
    }

    #[test]
    fn s_beyond_the_order_is_refused() {
        // s + L, with L the order of the group: the same equation holds.
        let order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
        let [_, key, message, signature] = KNOWN[1];
        let mut signature = hex(signature);
        let mut carry = 0;
        for (byte, add) in signature[32..].iter_mut().zip(order) {
            let sum = u16::from(*byte) + u16::from(add) + carry;
            *byte = (sum & 0xff) as u8;
            carry = sum >> 8;
        }
        assert_eq!(carry, 0);
        assert_eq!(both(&hex(key), &hex(message), &signature), Err(InvalidSignature));
    }

    #[test]
    fn keys_of_small_order_are_refused() {
        for point in SMALL_ORDER {
            let key = hex(point);
            assert_eq!(Ed25519.check_key(&key), Err(InvalidKey), "{point}");
            assert_eq!(EdDsa.check_key(&key), Err(InvalidKey), "{point}");
        }
        // With the neutral element as key and as R, and s = 0, the equation holds for every message.
        let neutral = hex(SMALL_ORDER[0]);
        let signature = [&neutral[..], &[0; 32]].concat();
        let key = VerifyingKey::try_from(&neutral[..]).unwrap();
        let plain = key.verify(b"anything", &Signature::from_slice(&signature).unwrap());
        assert!(plain.is_ok(), "the plain equation holds, so strictness is what refuses it");
        assert_eq!(both(&neutral, b"anything", &signature), Err(InvalidSignature));
    }

    #[test]
    fn an_r_of_small_order_is_refused() {
        // R = the neutral element and s = k·a, which only the owner of the key can make.
        let secret: [u8; 32] = hex(KNOWN[0][0]).try_into().unwrap();
        let key = hex(KNOWN[0][1]);
        let a = ExpandedSecretKey::from(&secret).scalar;
        let one = a * a.invert();
        let mut k = a - a;
        let r = hex(SMALL_ORDER[0]);
        let hash = Sha512::new().chain_update(&r).chain_update(&key).chain_update(b"message").finalize();
        for bit in hash.iter().rev().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)) {
            k += k;
            if bit == 1 {
                k += one;
            }
        }
        let signature: Vec<u8> = [&r[..], &(k * a).to_bytes()].concat();
        let plain = VerifyingKey::try_from(&key[..]).unwrap();
        assert!(plain.verify(b"message", &Signature::from_slice(&signature).unwrap()).is_ok());
        assert_eq!(both(&key, b"message", &signature), Err(InvalidSignature));
    }

    #[test]
    fn keys() {
        // y = 2 has no x on the curve.
        let mut no_point = [0; 32];
        no_point[0] = 2;
        let good = hex(KNOWN[0][1]);
        for key in [&no_point[..], &good[..31], &[&good[..], &[0]].concat(), &[]] {
            assert_eq!(Ed25519.check_key(key), Err(InvalidKey), "{key:02x?}");
            assert_eq!(EdDsa.check_key(key), Err(InvalidKey), "{key:02x?}");
            assert_eq!(both(key, b"", &hex(KNOWN[0][3])), Err(InvalidSignature));
        }
        assert_eq!(Ed25519.check_key(&good), Ok(()));
        assert_eq!(EdDsa.check_key(&good), Ok(()));
    }
}
