//! Key identifiers: what `--kid` says, and thumbprints (RFC 9679).

use super::parse::unhex;
use super::{Key, Kind};
use crate::error::{Failure, Outcome, codes};
use sha2::{Digest, Sha256};
use suit_core::cbor::Writer;

/// Value of `--kid`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum KidArg {
    /// These bytes.
    Bytes(Vec<u8>),
    /// The thumbprint of the key that signs.
    Thumbprint,
}

impl KidArg {
    /// Reads `hex:…`, `text:…`, `thumbprint`; anything else is text, too.
    ///
    /// # Errors
    /// E0721 malformed or empty.
    pub(crate) fn parse(word: &str) -> Outcome<Self> {
        let bytes = match word.strip_prefix("hex:") {
            Some(digits) => unhex(digits.as_bytes())
                .ok_or_else(|| {
                    Failure::new(codes::KEY_ID, format!("'{word}' doesn't hold pairs of hex digits"))
                })?
                .to_vec(),
            None if word == "thumbprint" => return Ok(Self::Thumbprint),
            None => word.strip_prefix("text:").unwrap_or(word).as_bytes().to_vec(),
        };
        if bytes.is_empty() {
            return Err(Failure::new(codes::KEY_ID, "the key identifier is empty"));
        }
        Ok(Self::Bytes(bytes))
    }

    /// The identifier for this key.
    ///
    /// # Errors
    /// As [`Key::thumbprint`].
    pub(crate) fn resolve(&self, key: &Key) -> Outcome<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::Thumbprint => key.thumbprint().map(Vec::from),
        }
    }
}

impl Key {
    /// COSE Key thumbprint with SHA-256 (RFC 9679 §4): the hash of the members that make the key, deterministically
    /// encoded. It is the same for the private and the public key.
    ///
    /// # Errors
    /// E0717 for a secret. RFC 9679 §5.4 would allow it, but whoever guesses the secret could check the guess.
    pub(crate) fn thumbprint(&self) -> Outcome<[u8; 32]> {
        let (x, y) = self.coordinates();
        let (kty, curve) = match self.kind {
            Kind::P256 => (2, 1),
            Kind::P384 => (2, 2),
            Kind::Ed25519 => (1, 6),
            Kind::Hmac256 => {
                let message = format!("'{}' is a secret, whose thumbprint would help to guess it", self.name);
                return Err(self
                    .failure(codes::KEY_SECRET, message)
                    .help("choose an identifier: --kid text:NAME, or a kid in its COSE_Key"));
            }
        };
        let encode = || -> Result<Vec<u8>, core::convert::Infallible> {
            let mut writer = Writer::new(Vec::new());
            writer.map(if y.is_some() { 4 } else { 3 })?;
            writer.int(1)?;
            writer.int(kty)?;
            writer.int(-1)?;
            writer.int(curve)?;
            writer.int(-2)?;
            writer.bytes(x)?;
            if let Some(y) = y {
                writer.int(-3)?;
                writer.bytes(y)?;
            }
            Ok(writer.into_inner())
        };
        let Ok(encoded) = encode();
        Ok(Sha256::digest(encoded).into())
    }

    /// x and y of a point; the 32 bytes of Ed25519 alone.
    pub(super) fn coordinates(&self) -> (&[u8], Option<&[u8]>) {
        match self.kind {
            Kind::P256 | Kind::P384 => {
                let point = self.public.get(1..).unwrap_or_default();
                let (x, y) = point.split_at(point.len() / 2);
                (x, Some(y))
            }
            Kind::Ed25519 | Kind::Hmac256 => (&self.public, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_are_hex_text_or_thumbprints() {
        for (word, wanted) in [
            ("hex:00ff", Ok(KidArg::Bytes(vec![0, 0xff]))),
            ("text:thumbprint", Ok(KidArg::Bytes(b"thumbprint".to_vec()))),
            ("thumbprint", Ok(KidArg::Thumbprint)),
            ("release 2026", Ok(KidArg::Bytes(b"release 2026".to_vec()))),
            ("hex:0", Err("'hex:0' doesn't hold pairs of hex digits")),
            ("hex:", Err("the key identifier is empty")),
            ("", Err("the key identifier is empty")),
        ] {
            match (KidArg::parse(word), wanted) {
                (Ok(found), Ok(wanted)) => assert_eq!(found, wanted, "{word}"),
                (Err(found), Err(wanted)) => {
                    assert_eq!((found.number(), found.message()), (721, wanted), "{word}");
                }
                (found, _) => panic!("{word}: {found:?}"),
            }
        }
    }
}
