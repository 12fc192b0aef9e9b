//! SHA-256, SHA-384 and SHA-512 (FIPS 180-4).

use sha2::digest::Digest;
use suit_core::labels::Algorithm;

use super::hash::Slot;
use super::{DigestBytes, HashAlgorithm, HashFault, HashState};

macro_rules! hash {
    ($feature:literal, $(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[cfg(feature = $feature)]
        #[derive(Clone, Copy, Debug)]
        pub struct $name;

        #[cfg(feature = $feature)]
        impl HashAlgorithm for $name {
            fn algorithm(&self) -> Algorithm {
                Algorithm::$name
            }

            fn start(&self, state: &mut HashState) -> Result<(), HashFault> {
                state.0 = Slot::$name(sha2::$name::new());
                Ok(())
            }

            fn update(&self, state: &mut HashState, data: &[u8]) -> Result<(), HashFault> {
                let Slot::$name(hash) = &mut state.0 else { return Err(HashFault) };
                hash.update(data);
                Ok(())
            }

            fn finish(&self, state: &mut HashState) -> Result<DigestBytes, HashFault> {
                // Ended where it lies: moved out it would take as much stack again, below which there is still a block to hash.
                let Slot::$name(hash) = &mut state.0 else {
                    state.release();
                    return Err(HashFault);
                };
                let digest = hash.finalize_reset();
                state.release();
                DigestBytes::from_slice(&digest).ok_or(HashFault)
            }
        }
    };
}

hash!("sha-256", /// SHA-256, COSE -16 (RFC 9054 §3.1), 32 bytes.
    Sha256);
hash!("sha-384", /// SHA-384, COSE -43 (RFC 9054 §3.1), 48 bytes.
    Sha384);
hash!("sha-512", /// SHA-512, COSE -44 (RFC 9054 §3.1), 64 bytes.
    Sha512);

#[cfg(all(test, feature = "sha-256", feature = "sha-384", feature = "sha-512"))]
mod tests {
    use super::super::ENGINE_STATE_LEN;
    use super::*;
    use crate::testing::hex;

    const SHORT: &[u8] = b"abc";
    /// FIPS 180's example for SHA-256 of more than one block: 448 bits.
    const LONG_256: &[u8] = b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
    /// FIPS 180's example for the others: 896 bits.
    const LONG_512: &[u8] = b"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmn\
        hijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu";

    /// FIPS 180-4, example values published with it.
    const KNOWN: [(&dyn HashAlgorithm, &[u8], &str); 7] = [
        (&Sha256, b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (&Sha256, SHORT, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (&Sha256, LONG_256, "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"),
        (
            &Sha384,
            SHORT,
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7",
        ),
        (
            &Sha384,
            LONG_512,
            "09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039",
        ),
        (
            &Sha512,
            SHORT,
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
             2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        ),
        (
            &Sha512,
            LONG_512,
            "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018\
             501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
        ),
    ];

    #[test]
    fn known_answers() {
        for (case, (hash, data, expected)) in KNOWN.into_iter().enumerate() {
            let expected = hex(expected);
            assert_eq!(hash.digest(data).unwrap().as_bytes(), expected, "case {case}");
            assert_eq!(Some(expected.len()), hash.algorithm().digest_len(), "case {case}");
        }
    }

    #[test]
    fn pieces_of_any_length() {
        for (case, (hash, data, expected)) in KNOWN.into_iter().enumerate() {
            for size in 1..=data.len().max(1) {
                let mut state = HashState::new();
                hash.start(&mut state).unwrap();
                for piece in data.chunks(size) {
                    hash.update(&mut state, piece).unwrap();
                }
                let digest = hash.finish(&mut state).unwrap();
                assert_eq!(digest.as_bytes(), hex(expected), "case {case}, pieces of {size}");
            }
        }
    }

    #[test]
    fn states_are_not_mixed_up() {
        let mut state = HashState::new();
        assert_eq!(Sha256.update(&mut state, b"abc"), Err(HashFault), "not started");
        assert_eq!(Sha256.finish(&mut state), Err(HashFault), "not started");
        Sha384.start(&mut state).unwrap();
        assert_eq!(Sha512.update(&mut state, b"abc"), Err(HashFault), "started by another");
        assert_eq!(Sha512.finish(&mut state), Err(HashFault), "started by another");
        Sha384.start(&mut state).unwrap();
        Sha384.finish(&mut state).unwrap();
        assert_eq!(Sha384.update(&mut state, b"abc"), Err(HashFault), "finished");
        assert_eq!(Sha384.finish(&mut state), Err(HashFault), "finished");
        state.claim(Algorithm::Sha256, [0; ENGINE_STATE_LEN]);
        assert_eq!(Sha256.update(&mut state, b"abc"), Err(HashFault), "an engine's");
        assert!(state.engine(Algorithm::Sha256).is_ok());
        assert_eq!(state.engine(Algorithm::Sha384), Err(HashFault), "another engine's");
        state.release();
        assert_eq!(state.engine(Algorithm::Sha256), Err(HashFault), "released");
    }
}
