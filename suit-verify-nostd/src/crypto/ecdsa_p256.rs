//! ECDSA on P-256 with SHA-256 (FIPS 186-5), under its two COSE names.
//!
//! Keys are SEC1 points: 65 bytes uncompressed (04, x, y) or 33 bytes compressed (02 or 03, x). Signatures are r and s,
//! 32 bytes each, big-endian (RFC 9053 §2.1). A signature whose s lies in the upper half is accepted: neither FIPS
//! 186-5 nor COSE asks for the lower half, and nothing here takes a signature's bytes for an identity.

use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::ops::{Invert, LinearCombination, Reduce};
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{AffinePoint, FieldBytes, NonZeroScalar, ProjectivePoint, Scalar};
use sha2::Sha256;
use sha2::digest::{Digest, Output};
use suit_core::labels::Algorithm;

use super::{InvalidKey, InvalidSignature, Message, SignatureVerifier};

/// ESP256, COSE -9 (RFC 9864 §2.1).
#[cfg(feature = "esp256")]
#[derive(Clone, Copy, Debug)]
pub struct Esp256;

#[cfg(feature = "esp256")]
impl SignatureVerifier for Esp256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Esp256
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        point(key).map(drop)
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        verify(key, message, signature)
    }
}

/// ES256, COSE -7 (RFC 9053 §2.1), deprecated by RFC 9864 because it leaves the curve open. Here the curve is P-256.
///
/// It serves messages of before RFC 9864 and works only for a caller who passes it in, with a trust anchor for it.
#[cfg(feature = "es256")]
#[derive(Clone, Copy, Debug)]
pub struct Es256;

#[cfg(feature = "es256")]
impl SignatureVerifier for Es256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::Es256
    }

    fn check_key(&self, key: &[u8]) -> Result<(), InvalidKey> {
        point(key).map(drop)
    }

    fn verify(&self, key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
        verify(key, message, signature)
    }
}

fn point(key: &[u8]) -> Result<VerifyingKey, InvalidKey> {
    // SEC1 has more forms (the point at infinity, compact points); they have no place in a key.
    match (key.first(), key.len()) {
        (Some(2 | 3), 33) | (Some(4), 65) => VerifyingKey::from_sec1_bytes(key).map_err(|_| InvalidKey),
        _ => Err(InvalidKey),
    }
}

fn verify(key: &[u8], message: &dyn Message, signature: &[u8]) -> Result<(), InvalidSignature> {
    let key = point(key).map_err(|_| InvalidSignature)?;
    // Refuses another length than 64, and r or s of zero or not below the group order.
    let signature = Signature::from_slice(signature).map_err(|_| InvalidSignature)?;
    let (r, s) = signature.split_scalars();
    let (u1, u2) = factors(&digest(message), &r, &s);
    // FIPS 186-5 §6.4.2: R = u1*G + u2*Q, and r is its x modulo the group order. That of the point at infinity is taken for 0,
    // which r is not.
    let x = sum(u1, key.as_affine(), u2);
    if <Scalar as Reduce<FieldBytes>>::reduce(&x) == *r { Ok(()) } else { Err(InvalidSignature) }
}

/// e/s and r/s.
#[inline(never)]
fn factors(hash: &Output<Sha256>, r: &NonZeroScalar, s: &NonZeroScalar) -> (Scalar, Scalar) {
    let inverse = s.invert_vartime();
    (<Scalar as Reduce<FieldBytes>>::reduce(hash).multiply(&inverse), r.multiply(&inverse))
}

/// The x of `u1*G + u2*Q`. In constant time, though nothing is secret: the tables of the library's other way take three times
/// the stack.
#[inline(never)]
fn sum(u1: Scalar, key: &AffinePoint, u2: Scalar) -> FieldBytes {
    let terms = [(ProjectivePoint::GENERATOR, u1), (ProjectivePoint::from(*key), u2)];
    ProjectivePoint::lincomb(&terms).to_affine().x()
}

/// Not inlined: what the hash works in shall not lie on the stack while the curve is at work.
#[inline(never)]
fn digest(message: &dyn Message) -> Output<Sha256> {
    let mut hash = Sha256::new();
    message.feed(&mut |piece| hash.update(piece));
    hash.finalize_reset()
}

#[cfg(all(test, feature = "esp256", feature = "es256"))]
mod tests {
    use std::vec::Vec;

    use super::*;
    use crate::testing::{K1, hex};

    /// RFC 6979 A.2.5: public key.
    const KEY: &str = "
        04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6
           7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299";
    /// RFC 6979 A.2.5, with SHA-256: message "sample".
    const SAMPLE: &str = "
        EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716  # r
        F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8  # s";
    /// RFC 6979 A.2.5, with SHA-256: message "test".
    const TEST: &str = "
        F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367  # r
        019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083  # s";
    /// Order of the group.
    const N: &str = "FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551";

    fn both(key: &[u8], message: &[u8], signature: &[u8]) -> Result<(), InvalidSignature> {
        let result = Esp256.verify(key, &message, signature);
        assert_eq!(result, Es256.verify(key, &message, signature), "the two names differ");
        result
    }

    /// `n - s` for 32-byte numbers with `s` below `n`.
    fn negate(s: &[u8]) -> Vec<u8> {
        let mut result = hex(N);
        let mut borrow = 0;
        for index in (0..32).rev() {
            let difference = i16::from(result[index]) - i16::from(s[index]) - borrow;
            borrow = i16::from(difference < 0);
            result[index] = difference.rem_euclid(256) as u8;
        }
        result
    }

    #[test]
    fn known_answers() {
        assert_eq!(both(&hex(KEY), b"sample", &hex(SAMPLE)), Ok(()));
        assert_eq!(both(&hex(KEY), b"test", &hex(TEST)), Ok(()));
        assert_eq!(both(&hex(KEY), b"test", &hex(SAMPLE)), Err(InvalidSignature));
    }

    #[test]
    fn the_published_example() {
        // Sig_structure of the first example of draft-ietf-suit-manifest-37, under ESP256.
        let message = hex("
            84                                  # array of 4
               6a 5369676e617475726531          # \"Signature1\"
               43 a10128                        # protected: {1: -9}
               40                               # external data: none
               58 24 82 2f 58 20                # payload: [-16, 32 bytes]
                  6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af");
        let signature = hex("
            8679a7bde316a9c8a7dd701f3f153f011368749fce6c12e4e2c9f704d3bd104f  # r
            b77559d2d9723ac9ce550dc69e7bf8cc3a1a460dc6f2b851780bd23cf6669c29  # s");
        assert_eq!(both(&hex(K1), &message, &signature), Ok(()));
        for index in 0..64 {
            let mut wrong = signature.clone();
            wrong[index] ^= 1;
            assert_eq!(both(&hex(K1), &message, &wrong), Err(InvalidSignature), "byte {index}");
        }
    }

    #[test]
    fn the_point_at_infinity_is_no_signature() {
        use p256::elliptic_curve::PrimeField;
        use p256::elliptic_curve::sec1::ToSec1Point;
        // Q = 1979*G. With r = -e/1979 and any s, e/s*G + r/s*Q is the point at infinity.
        let private = Scalar::from(1979_u64);
        let key = (ProjectivePoint::GENERATOR * private).to_affine().to_sec1_point(false);
        let message: &[u8] = b"sample";
        let hash = <Scalar as Reduce<FieldBytes>>::reduce(&digest(&message));
        let r = -(hash * private.invert().unwrap());
        for s in [Scalar::ONE, -Scalar::ONE, private] {
            let signature = [r.to_repr(), s.to_repr()].concat();
            assert_eq!(both(key.as_bytes(), message, &signature), Err(InvalidSignature));
        }
    }

    #[test]
    fn compressed_keys_are_keys() {
        let key = hex(KEY);
        // The y above is odd.
        let compressed = [&[3], &key[1..33]].concat();
        assert_eq!(both(&compressed, b"sample", &hex(SAMPLE)), Ok(()));
        let negative = [&[2], &key[1..33]].concat();
        assert_eq!(both(&negative, b"sample", &hex(SAMPLE)), Err(InvalidSignature));
    }

    #[test]
    fn s_in_the_upper_half_is_accepted() {
        for (message, signature) in [(&b"sample"[..], hex(SAMPLE)), (b"test", hex(TEST))] {
            let (r, s) = signature.split_at(32);
            let other = negate(s);
            // One of the two lies in the upper half.
            assert_ne!(s[0] >= 0x80, other[0] >= 0x80);
            assert_eq!(both(&hex(KEY), message, &[r, &other].concat()), Ok(()));
        }
    }

    #[test]
    fn signatures_out_of_range() {
        let good = hex(SAMPLE);
        let (r, s) = good.split_at(32);
        let n = hex(N);
        let zero = [0; 32];
        let cases: [(&str, Vec<u8>); 8] = [
            ("r is zero", [&zero, s].concat()),
            ("s is zero", [r, &zero].concat()),
            ("both are zero", [zero, zero].concat()),
            ("r is the order", [&n, s].concat()),
            ("s is the order", [r, &n].concat()),
            ("one byte short", good[..63].to_vec()),
            ("one byte long", [&good[..], &[0]].concat()),
            ("empty", Vec::new()),
        ];
        for (what, signature) in cases {
            assert_eq!(both(&hex(KEY), b"sample", &signature), Err(InvalidSignature), "{what}");
        }
    }

    #[test]
    fn keys() {
        let good = hex(KEY);
        let mut off_curve = good.clone();
        off_curve[64] ^= 1;
        let beyond_field = [&[4], &[0xff; 64][..]].concat();
        let compact = [&[5], &good[1..33]].concat();
        // RFC 6979 A.2.6: a point of P-384.
        let other_curve = hex("
            03 EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64DEF8F0EA9055866064A254515480BC13");
        let cases: [(&str, &[u8]); 8] = [
            ("not on the curve", &off_curve),
            ("coordinates beyond the field", &beyond_field),
            ("compact form", &compact),
            ("another curve", &other_curve),
            ("point at infinity", &[0]),
            ("without its first byte", &good[1..]),
            ("one byte long", &[&good[..], &[0]].concat()),
            ("empty", &[]),
        ];
        for (what, key) in cases {
            assert_eq!(Esp256.check_key(key), Err(InvalidKey), "{what}");
            assert_eq!(Es256.check_key(key), Err(InvalidKey), "{what}");
            assert_eq!(both(key, b"sample", &hex(SAMPLE)), Err(InvalidSignature), "{what}");
        }
        assert_eq!(Esp256.check_key(&good), Ok(()));
        assert_eq!(Es256.check_key(&[&[3], &good[1..33]].concat()), Ok(()));
    }
}
