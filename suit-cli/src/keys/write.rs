//! A key in another form.

use super::{Key, Kind, cose, jwk};
use crate::error::{Outcome, codes};
use clap::ValueEnum;
use core::fmt::Write;
use ed25519_dalek::pkcs8::{KeypairBytes, PublicKeyBytes};
use p256::elliptic_curve::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use zeroize::Zeroizing;

/// Forms of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    // PEM: PKCS#8 or SubjectPublicKeyInfo
    Pem,
    // COSE_Key in CBOR
    Cose,
    // JSON Web Key
    Jwk,
    // A C array of the raw key
    C,
    // A Rust array of the raw key
    Rust,
}

impl Form {
    /// Whether it is text.
    pub(crate) fn is_text(self) -> bool {
        self != Self::Cose
    }
}

/// Writes a key: its public part, or with `private` all of it.
///
/// # Errors
/// E0710 there is no private part, E0717 a secret without `private`, E0719 a secret has no PEM.
pub(crate) fn write(key: &Key, form: Form, private: bool) -> Outcome<Zeroizing<Vec<u8>>> {
    let secret = if private { Some(key.private()?) } else { None };
    if secret.is_none() && key.kind.is_secret() {
        return Err(key
            .failure(codes::KEY_SECRET, format!("'{}' is a secret: it has no public part", key.name))
            .help("say --private if the secret itself is to be written"));
    }
    let text = match form {
        Form::Cose => return cose::encode(key, secret),
        Form::Jwk => jwk::encode(key, secret),
        Form::Pem => pem(key, secret)?,
        Form::C => c(key, secret),
        Form::Rust => rust(key, secret),
    };
    Ok(Zeroizing::new(text.as_bytes().to_vec()))
}

/// What openssl writes with `openssl pkey`, with and without `-pubout`.
fn pem(key: &Key, secret: Option<&[u8]>) -> Outcome<Zeroizing<String>> {
    let broken = || key.failure(codes::KEY_FORM, format!("'{}' has no form as PEM", key.name));
    let ending = LineEnding::LF;
    let text = match (key.kind, secret) {
        (Kind::P256, Some(secret)) => {
            p256::SecretKey::from_slice(secret).map_err(|_| broken())?.to_pkcs8_pem(ending).ok()
        }
        (Kind::P384, Some(secret)) => {
            p384::SecretKey::from_slice(secret).map_err(|_| broken())?.to_pkcs8_pem(ending).ok()
        }
        (Kind::Ed25519, Some(secret)) => {
            // Version 1, without the public key: openssl 3.0 reads no other.
            let secret_key = secret.try_into().map_err(|_| broken())?;
            KeypairBytes { secret_key, public_key: None }.to_pkcs8_pem(ending).ok()
        }
        (Kind::P256, None) => {
            let point = p256::PublicKey::from_sec1_bytes(&key.public).map_err(|_| broken())?;
            point.to_public_key_pem(ending).ok().map(Zeroizing::new)
        }
        (Kind::P384, None) => {
            let point = p384::PublicKey::from_sec1_bytes(&key.public).map_err(|_| broken())?;
            point.to_public_key_pem(ending).ok().map(Zeroizing::new)
        }
        (Kind::Ed25519, None) => {
            let bytes = key.public.as_slice().try_into().map_err(|_| broken())?;
            PublicKeyBytes(bytes).to_public_key_pem(ending).ok().map(Zeroizing::new)
        }
        (Kind::Hmac256, _) => {
            return Err(broken().help("PEM is for key pairs: write the secret as cose or jwk"));
        }
    };
    text.ok_or_else(broken)
}

/// What the raw bytes are, for the comment above them.
fn account(key: &Key, secret: Option<&[u8]>) -> (String, String) {
    let what = match (key.kind, secret) {
        (Kind::Hmac256, _) => "secret",
        (Kind::Ed25519, Some(_)) => "private key (seed)",
        (_, Some(_)) => "private key (scalar, big-endian)",
        (Kind::Ed25519, None) => "public key",
        (_, None) => "public key (uncompressed point: 04, x, y)",
    };
    let algorithms: Vec<_> =
        key.kind.algorithms().iter().map(|one| format!("{} (COSE {})", one.name(), one.code())).collect();
    let algorithm = key.algorithm.map(|one| format!("{} (COSE {})", one.name(), one.code()));
    let algorithm = algorithm.or(algorithms.into_iter().next()).unwrap_or_default();
    let what = format!("{} {what}, for {algorithm}.", key.kind.name());
    let identity = match key.thumbprint() {
        Ok(thumbprint) => format!("Thumbprint (RFC 9679, SHA-256): {}", hex(&thumbprint)),
        Err(_) => "Keep it secret.".to_owned(),
    };
    (what, identity)
}

fn c(key: &Key, secret: Option<&[u8]>) -> Zeroizing<String> {
    let bytes = secret.unwrap_or(&key.public);
    let (what, identity) = account(key, secret);
    let name = identifier(&key.role).to_ascii_lowercase();
    let mut text = Zeroizing::new(String::with_capacity(64 + bytes.len() * 8));
    let _ = writeln!(
        text,
        "/* {what}\n   {identity} */\nstatic const unsigned char {name}_key[{}] = {{",
        bytes.len()
    );
    rows(&mut text, bytes);
    text.push_str("};\n");
    text
}

fn rust(key: &Key, secret: Option<&[u8]>) -> Zeroizing<String> {
    let bytes = secret.unwrap_or(&key.public);
    let (what, identity) = account(key, secret);
    let name = identifier(&key.role).to_ascii_uppercase();
    let mut text = Zeroizing::new(String::with_capacity(64 + bytes.len() * 8));
    let _ =
        writeln!(text, "/// {what}\n///\n/// {identity}\npub const {name}_KEY: [u8; {}] = [", bytes.len());
    rows(&mut text, bytes);
    text.push_str("];\n");
    text
}

/// Twelve bytes to a row, written by hand: formatting would pass secrets through buffers that nobody wipes.
fn rows(text: &mut String, bytes: &[u8]) {
    for row in bytes.chunks(12) {
        text.push_str("   ");
        for byte in row {
            text.push_str(" 0x");
            push_hex(text, *byte);
            text.push(',');
        }
        text.push('\n');
    }
}

fn push_hex(text: &mut String, byte: u8) {
    for half in [byte >> 4, byte & 15] {
        text.push(char::from_digit(half.into(), 16).unwrap_or('0'));
    }
}

/// Lower-case hex digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    bytes.iter().for_each(|byte| push_hex(&mut text, *byte));
    text
}

/// A name that C and Rust accept.
fn identifier(role: &str) -> String {
    let name: String =
        role.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) { name } else { format!("key_{name}") }
}
