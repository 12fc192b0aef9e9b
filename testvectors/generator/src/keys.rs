//! The keys that the vectors are signed with. All of them are public: never use them for anything else.

use ed25519_dalek::Signer as _;
use hmac::{KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256, Sha384};

/// A key and the one algorithm that it is for.
#[derive(Debug)]
pub struct Key {
    /// File name in `testvectors/keys`, without its ending.
    pub name: &'static str,
    /// The algorithm's COSE name.
    pub algorithm: &'static str,
    /// The algorithm's COSE number.
    pub code: i64,
    /// Key identifier that the trust store has for it.
    pub id: &'static str,
    /// What it is.
    pub comment: &'static str,
    secret: Secret,
}

#[derive(Debug)]
enum Secret {
    /// Hexadecimal digits.
    P256(&'static str),
    /// Hash of this text.
    P384(&'static str),
    /// Hash of this text.
    Ed25519(&'static str),
    /// As it stands.
    Mac(&'static [u8; 32]),
    /// Hash of this text.
    MacOf(&'static str),
}

const K1: Secret = Secret::P256("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
const K2: Secret = Secret::P256("841aebb7b9ea6f0260be7355a24588b977d23d2ac5bf2b6b2d8379432a1fea98");
const ED25519: Secret = Secret::Ed25519("suit test vectors: Ed25519");

/// Every key.
pub static KEYS: &[Key] = &[
    Key {
        name: "k1",
        algorithm: "ESP256",
        code: -9,
        id: "k1",
        comment: "Signing key of the published examples (draft-ietf-suit-manifest-37, Appendix B).",
        secret: K1,
    },
    Key {
        name: "k1-es256",
        algorithm: "ES256",
        code: -7,
        id: "k1",
        comment: "The key k1 for the algorithm that RFC 9864 deprecates.",
        secret: K1,
    },
    Key {
        name: "k2",
        algorithm: "ESP256",
        code: -9,
        id: "k2",
        comment: "Second signing key of the published examples.",
        secret: K2,
    },
    Key {
        name: "p384",
        algorithm: "ESP384",
        code: -51,
        id: "p384",
        comment: "P-384; the secret is SHA-384 of \"suit test vectors: P-384\".",
        secret: Secret::P384("suit test vectors: P-384"),
    },
    Key {
        name: "ed25519",
        algorithm: "Ed25519",
        code: -19,
        id: "ed25519",
        comment: "Ed25519; the secret is SHA-256 of \"suit test vectors: Ed25519\".",
        secret: ED25519,
    },
    Key {
        name: "eddsa",
        algorithm: "EdDSA",
        code: -8,
        id: "ed25519",
        comment: "The key ed25519 for the algorithm that RFC 9864 deprecates.",
        secret: ED25519,
    },
    Key {
        name: "hmac",
        algorithm: "HMAC-256",
        code: 5,
        id: "hmac",
        comment: "MAC key of the published examples: 32 times the letter a.",
        secret: Secret::Mac(b"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
    },
    Key {
        name: "hmac-2",
        algorithm: "HMAC-256",
        code: 5,
        id: "hmac-2",
        comment: "Another MAC key; SHA-256 of \"suit test vectors: HMAC-256\".",
        secret: Secret::MacOf("suit test vectors: HMAC-256"),
    },
];

/// The key with this name.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn key(name: &str) -> &'static Key {
    KEYS.iter().find(|key| key.name == name).unwrap_or_else(|| panic!("no key {name}"))
}

impl Key {
    /// The private or symmetric key.
    #[must_use]
    pub fn secret(&self) -> Vec<u8> {
        match self.secret {
            Secret::P256(digits) => unhex(digits),
            Secret::P384(text) => Sha384::digest(text).to_vec(),
            Secret::Ed25519(text) | Secret::MacOf(text) => Sha256::digest(text).to_vec(),
            Secret::Mac(bytes) => bytes.to_vec(),
        }
    }

    /// The public key: an uncompressed point (SEC1) or the 32 bytes of RFC 8032. `None` for a MAC key.
    ///
    /// # Panics
    /// Never: the secrets are in range.
    #[must_use]
    pub fn public(&self) -> Option<Vec<u8>> {
        match self.secret {
            Secret::P256(_) => Some(self.p256().verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Secret::P384(_) => Some(self.p384().verifying_key().to_sec1_point(false).as_bytes().to_vec()),
            Secret::Ed25519(_) => Some(self.ed25519().verifying_key().to_bytes().to_vec()),
            Secret::Mac(_) | Secret::MacOf(_) => None,
        }
    }

    /// Signature or MAC of this message. ECDSA is deterministic (RFC 6979).
    ///
    /// # Panics
    /// Never: the secrets are in range.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self.secret {
            Secret::P256(_) => {
                let signature: p256::ecdsa::Signature = self.p256().sign(message);
                signature.to_bytes().to_vec()
            }
            Secret::P384(_) => {
                let signature: p384::ecdsa::Signature = self.p384().sign(message);
                signature.to_bytes().to_vec()
            }
            Secret::Ed25519(_) => self.ed25519().sign(message).to_bytes().to_vec(),
            Secret::Mac(_) | Secret::MacOf(_) => mac(&self.secret(), message),
        }
    }

    fn p256(&self) -> p256::ecdsa::SigningKey {
        p256::ecdsa::SigningKey::from_slice(&self.secret()).expect("in range")
    }

    fn p384(&self) -> p384::ecdsa::SigningKey {
        p384::ecdsa::SigningKey::from_slice(&self.secret()).expect("in range")
    }

    fn ed25519(&self) -> ed25519_dalek::SigningKey {
        ed25519_dalek::SigningKey::from_bytes(&self.secret().try_into().expect("32 bytes"))
    }

    /// The text of the key's file.
    #[must_use]
    pub fn toml(&self) -> String {
        let public = self.public().map_or(String::new(), |key| format!("public = \"{}\"\n", hex(&key)));
        format!(
            "# Test key, known to everyone: never use it.\ncomment = \"{}\"\nalgorithm = \"{}\"\nkey_id = \"{}\"\n{public}secret = \"{}\"\n",
            self.comment.replace('"', "\\\""),
            self.algorithm,
            hex(self.id.as_bytes()),
            hex(&self.secret()),
        )
    }
}

/// HMAC with SHA-256 under any key.
///
/// # Panics
/// Never: HMAC takes keys of any length.
#[must_use]
pub fn mac(secret: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = hmac::Hmac::<Sha256>::new_from_slice(secret).expect("any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Vec<u8> {
    let digits: Vec<u32> = digits.chars().map(|c| c.to_digit(16).expect("a hexadecimal digit")).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).expect("two digits")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn k1_signs_as_in_the_published_example() {
        // Sig_structure of libcsuit's example 0 and its RFC 6979 signature.
        let message = unhex(concat!(
            "846a5369676e61747572653143a10128405824822f5820",
            "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af",
        ));
        let signature = concat!(
            "8679a7bde316a9c8a7dd701f3f153f011368749fce6c12e4e2c9f704d3bd104f",
            "b77559d2d9723ac9ce550dc69e7bf8cc3a1a460dc6f2b851780bd23cf6669c29",
        );
        assert_eq!(hex(&key("k1").sign(&message)), signature);
    }

    #[test]
    fn public_keys_of_the_published_examples() {
        let public = |name| hex(&key(name).public().unwrap());
        assert_eq!(
            public("k1"),
            concat!(
                "048496811aae0baaabd26157189eecda26beaa8bf11b6f3fe6e2b5659c85dbc0ad",
                "3b1f2a4b6c098131c0a36dacd1d78bd381dcdfb09c052db33991db7338b4a896",
            )
        );
        assert_eq!(
            public("k2"),
            concat!(
                "040e908aa8f066db1f084e0c3652c63952bd99f2a5bdb22f9e01367aad03aba68b",
                "77da1bd8ac4f0cb490ba210648bf79ab164d49ad3551d71d314b2749ee42d29a",
            )
        );
    }
}
