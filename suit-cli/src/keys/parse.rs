//! From bytes to a [`Key`]: finds out the form, and checks what all forms have in common.

use super::{Key, Kind, Operations, Source, cose, der, jwk, pem};
use crate::error::{Outcome, codes};
use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::{Ed25519, Esp256, Esp384, Hmac256, MacVerifier, SignatureVerifier};
use zeroize::Zeroizing;

/// A key as its form has it, before the parts are held against each other.
pub(super) struct Parts {
    pub(super) kind: Kind,
    /// A point in any SEC1 form, or 32 bytes of Ed25519.
    pub(super) public: Option<Vec<u8>>,
    /// Scalar, seed or secret.
    pub(super) private: Option<Zeroizing<Vec<u8>>>,
    pub(super) key_id: Option<Vec<u8>>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) operations: Option<Operations>,
}

impl Parts {
    pub(super) fn new(kind: Kind) -> Self {
        Self { kind, public: None, private: None, key_id: None, algorithm: None, operations: None }
    }
}

/// Reads a key in whatever form it is.
///
/// # Errors
/// 07xx, see [`codes`].
pub(super) fn parse(source: &Source) -> Outcome<Key> {
    let bytes = source.bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&source.bytes);
    let text = bytes.trim_ascii();
    let parts = if text.is_empty() {
        return Err(source.failure(codes::KEY_UNKNOWN, format!("'{}' is empty", source.name)));
    } else if source.is_hex {
        hex(source, text)?
    } else if let Some(digits) = text.strip_prefix(b"hex:") {
        hex(source, digits)?
    } else if pem::looks_like(bytes) {
        pem::parse(source, bytes)?
    } else if bytes[0] == 0x30 {
        der::parse(source, bytes)?
    } else if text[0] == b'{' {
        jwk::parse(source, text)?
    } else if cose::looks_like(bytes) {
        cose::parse(source, bytes)?
    } else if [&b"ssh-"[..], b"ecdsa-sha2-"].iter().any(|head| text.starts_with(head)) {
        let message = format!("'{}' is a key in the form of OpenSSH", source.name);
        return Err(source
            .failure(codes::KEY_UNKNOWN, message)
            .help("convert it: ssh-keygen -e -m pkcs8 -f KEY.pub"));
    } else {
        return Err(
            source.failure(codes::KEY_UNKNOWN, format!("'{}' is not a key in a known form", source.name))
        );
    };
    check(source, parts)
}

fn hex(source: &Source, digits: &[u8]) -> Outcome<Parts> {
    // RFC 2104: any length is a key; the device's verifier says below which it is too weak.
    let secret = unhex(digits).ok_or_else(|| {
        source.failure(codes::KEY_HEX, format!("'{}' doesn't hold hex digits alone", source.name))
    })?;
    Ok(Parts { private: Some(secret), ..Parts::new(Kind::Hmac256) })
}

/// The bytes that these digits stand for.
pub(crate) fn unhex(digits: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() / 2));
    let (pairs, rest) = digits.as_chunks::<2>();
    for pair in pairs {
        // Neither a sign nor a space, which the number parser would take.
        if !pair.iter().all(u8::is_ascii_hexdigit) {
            return None;
        }
        bytes.push(u8::from_str_radix(core::str::from_utf8(pair).ok()?, 16).ok()?);
    }
    rest.is_empty().then_some(bytes)
}

/// Completes the parts, and refuses those that don't belong together.
fn check(source: &Source, parts: Parts) -> Outcome<Key> {
    let name = &source.name;
    let invalid = |message: String| source.failure(codes::KEY_INVALID, message);
    let Parts { kind, public, private, key_id, algorithm, operations } = parts;
    let mut key = Key {
        name: name.clone(),
        role: source.role.clone(),
        kind,
        public: Vec::new(),
        private,
        key_id,
        algorithm,
        operations,
    };
    if kind.is_secret() {
        Hmac256.check_key(key.verifying()).map_err(|_| {
            invalid(format!("the secret in '{name}' is too short for HMAC-256"))
                .help("it needs 16 bytes, and should have 32: suit key gen --type hmac-256")
        })?;
        return Ok(key);
    }
    let derived = match &key.private {
        Some(private) => Some(derive(kind, private).ok_or_else(|| {
            invalid(format!("'{name}' holds no valid private key of {}", kind.name()))
                .help("make a new key: suit key gen")
        })?),
        None => None,
    };
    let stated = match &public {
        Some(point) => Some(normalize(kind, point).ok_or_else(|| {
            invalid(format!("'{name}' holds no valid public key of {}", kind.name()))
                .help("copy the key again; is it complete?")
        })?),
        None => None,
    };
    key.public = match (derived, stated) {
        (Some(derived), Some(stated)) if derived != stated => {
            return Err(invalid(format!("the public key in '{name}' is not that of its private key"))
                .help("make the file again from its private key alone"));
        }
        (Some(public), _) | (None, Some(public)) => public,
        (None, None) => {
            return Err(invalid(format!("'{name}' holds neither a public nor a private key"))
                .help("give a complete key"));
        }
    };
    Ok(key)
}

/// The public key of a private one.
pub(super) fn derive(kind: Kind, private: &[u8]) -> Option<Vec<u8>> {
    // A shorter number would be accepted with zeros in front; RFC 5915 and RFC 9053 §7.1.1 ask for the full length.
    if private.len() != kind.width() {
        return None;
    }
    match kind {
        Kind::P256 => {
            let key = p256::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_sec1_bytes().into())
        }
        Kind::P384 => {
            let key = p384::SecretKey::from_slice(private).ok()?.public_key();
            Some(key.to_sec1_bytes().into())
        }
        Kind::Ed25519 => {
            let key = ed25519_dalek::SigningKey::from_bytes(private.try_into().ok()?);
            Some(key.verifying_key().to_bytes().into())
        }
        Kind::Hmac256 => None,
    }
}

/// A valid public key in the form that is used everywhere here.
fn normalize(kind: Kind, public: &[u8]) -> Option<Vec<u8>> {
    // The device's own judgement; it refuses points of small order, too.
    let judge: &dyn SignatureVerifier = match kind {
        Kind::P256 => &Esp256,
        Kind::P384 => &Esp384,
        Kind::Ed25519 => &Ed25519,
        Kind::Hmac256 => return None,
    };
    judge.check_key(public).ok()?;
    match kind {
        Kind::P256 => Some(p256::PublicKey::from_sec1_bytes(public).ok()?.to_sec1_bytes().into()),
        Kind::P384 => Some(p384::PublicKey::from_sec1_bytes(public).ok()?.to_sec1_bytes().into()),
        Kind::Ed25519 | Kind::Hmac256 => Some(public.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_digits_are_hex() {
        assert_eq!(unhex(b"00fFa1").as_deref(), Some(&vec![0, 0xff, 0xa1]));
        for digits in [&b"0"[..], b"0g", b"+1", b"0 ", b"\xff0"] {
            assert!(unhex(digits).is_none(), "{digits:?}");
        }
    }
}
