//! Numbers of COSE.

registry! {
    /// COSE algorithms (IANA "COSE Algorithms": RFC 9053, 9054, 9459, 9864, 8778).
    Algorithm {
        /// SHA-256 (RFC 9054).
        Sha256 = -16 "SHA-256",
        /// SHAKE128 (RFC 9054).
        Shake128 = -18 "SHAKE128",
        /// SHA-384 (RFC 9054).
        Sha384 = -43 "SHA-384",
        /// SHA-512 (RFC 9054).
        Sha512 = -44 "SHA-512",
        /// SHAKE256 (RFC 9054).
        Shake256 = -45 "SHAKE256",
        /// ECDSA with SHA-256, curve left open; deprecated by RFC 9864.
        Es256 = -7 "ES256",
        /// EdDSA, curve left open; deprecated by RFC 9864.
        EdDsa = -8 "EdDSA",
        /// ECDSA on P-256 with SHA-256 (RFC 9864).
        Esp256 = -9 "ESP256",
        /// EdDSA on Curve25519 (RFC 9864).
        Ed25519 = -19 "Ed25519",
        /// ECDSA on P-384 with SHA-384 (RFC 9864).
        Esp384 = -51 "ESP384",
        /// ECDSA on P-521 with SHA-512 (RFC 9864).
        Esp512 = -52 "ESP512",
        /// HSS/LMS hash-based signature (RFC 8778).
        HssLms = -46 "HSS-LMS",
        /// HMAC with SHA-256, 256-bit tag (RFC 9053).
        Hmac256 = 5 "HMAC-256",
        /// AES-128 key wrap (RFC 9053).
        A128Kw = -3 "A128KW",
        /// AES-192 key wrap (RFC 9053).
        A192Kw = -4 "A192KW",
        /// AES-256 key wrap (RFC 9053).
        A256Kw = -5 "A256KW",
        /// Direct use of a shared key (RFC 9053).
        Direct = -6 "direct",
        /// ECDH ephemeral-static with AES-128 key wrap (RFC 9053).
        EcdhEsA128Kw = -29 "ECDH-ES+A128KW",
        /// ECDH ephemeral-static with AES-192 key wrap (RFC 9053).
        EcdhEsA192Kw = -30 "ECDH-ES+A192KW",
        /// ECDH ephemeral-static with AES-256 key wrap (RFC 9053).
        EcdhEsA256Kw = -31 "ECDH-ES+A256KW",
        /// AES-128-GCM (RFC 9053).
        A128Gcm = 1 "A128GCM",
        /// AES-192-GCM (RFC 9053).
        A192Gcm = 2 "A192GCM",
        /// AES-256-GCM (RFC 9053).
        A256Gcm = 3 "A256GCM",
        /// ChaCha20/Poly1305 (RFC 9053).
        ChaCha20Poly1305 = 24 "ChaCha20/Poly1305",
        /// AES-128-CTR (RFC 9459).
        A128Ctr = -65534 "A128CTR",
        /// AES-192-CTR (RFC 9459).
        A192Ctr = -65533 "A192CTR",
        /// AES-256-CTR (RFC 9459).
        A256Ctr = -65532 "A256CTR",
    }
}

impl Algorithm {
    /// As [`Algorithm::digest_len`], of the algorithm with this number; 0 if there is none.
    pub(crate) fn digest_len_of(number: i32) -> u8 {
        let algorithm = Self::from_code(number.into());
        algorithm.and_then(Self::digest_len).and_then(|len| u8::try_from(len).ok()).unwrap_or(0)
    }

    /// Length in bytes of this algorithm's hash output; `None` for everything that is not a hash.
    #[must_use]
    pub const fn digest_len(self) -> Option<usize> {
        match self {
            // RFC 9054 §3.3: SHAKE128 gives 256 bits, SHAKE256 gives 512 bits.
            Self::Sha256 | Self::Shake128 => Some(32),
            Self::Sha384 => Some(48),
            Self::Sha512 | Self::Shake256 => Some(64),
            _ => None,
        }
    }
}

registry! {
    /// COSE header labels (RFC 9052 §3.1).
    HeaderLabel {
        /// Algorithm.
        Algorithm = 1 "alg",
        /// Labels that the receiver must understand.
        Critical = 2 "crit",
        /// Content type.
        ContentType = 3 "content type",
        /// Key identifier.
        KeyId = 4 "kid",
        /// Initialisation vector.
        Iv = 5 "IV",
        /// Partial initialisation vector.
        PartialIv = 6 "Partial IV",
    }
}
