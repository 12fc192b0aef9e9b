//! JSON Web Keys (RFC 7517, 7518 §6, 8037): kty EC, OKP and oct.

use super::parse::Parts;
use super::{Key, Kind, Operations, Source};
use crate::error::{Outcome, codes};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde::Deserialize;
use serde::de::IgnoredAny;
use std::borrow::Cow;
use suit_core::labels::Algorithm;
use zeroize::Zeroizing;

/// The members that matter. Others are allowed and ignored (RFC 7517 §4); one that is given twice is an error.
///
/// Texts are borrowed from the file, so that secrets are not copied into memory that nobody wipes.
#[derive(Deserialize)]
struct Jwk<'a> {
    #[serde(borrow)]
    kty: Option<Cow<'a, str>>,
    crv: Option<Cow<'a, str>>,
    x: Option<Cow<'a, str>>,
    y: Option<Cow<'a, str>>,
    #[serde(borrow)]
    d: Option<Cow<'a, str>>,
    #[serde(borrow)]
    k: Option<Cow<'a, str>>,
    kid: Option<Cow<'a, str>>,
    alg: Option<Cow<'a, str>>,
    #[serde(rename = "use")]
    purpose: Option<Cow<'a, str>>,
    key_ops: Option<Vec<Cow<'a, str>>>,
    /// Only sets of keys have it.
    keys: Option<IgnoredAny>,
}

/// Names of algorithms in JOSE, which unlike those of COSE always named the curve (RFC 9864 §2).
const ALGORITHMS: [(&str, Kind, Algorithm); 5] = [
    ("ES256", Kind::P256, Algorithm::Esp256),
    ("ES384", Kind::P384, Algorithm::Esp384),
    ("Ed25519", Kind::Ed25519, Algorithm::Ed25519),
    ("EdDSA", Kind::Ed25519, Algorithm::Ed25519),
    ("HS256", Kind::Hmac256, Algorithm::Hmac256),
];

/// Reads a JWK.
///
/// # Errors
/// E0709 a set of keys, E0713 malformed, E0707 another kind of key, E0708 another curve, E0714 another algorithm.
pub(super) fn parse(source: &Source, text: &[u8]) -> Outcome<Parts> {
    let name = &source.name;
    let malformed =
        |what: &str| source.failure(codes::KEY_JWK, format!("'{name}' is not a valid JWK: {what}"));
    // The parser's message may quote a value, and the value may be secret: only its place is told.
    let jwk: Jwk<'_> = serde_json::from_slice(text).map_err(|error| {
        let what = match error.classify() {
            serde_json::error::Category::Data => "a member has the wrong type or stands in it twice",
            _ => "it is not JSON",
        };
        malformed(&format!("{what}, at line {}, column {}", error.line(), error.column()))
            .help("write the key again; a JWK is one JSON object")
    })?;
    if jwk.keys.is_some() {
        return Err(source.failure(codes::KEY_SEVERAL, format!("'{name}' is a set of JWKs")));
    }
    let member = |text: &Option<Cow<'_, str>>, label: &str| -> Outcome<Option<Zeroizing<Vec<u8>>>> {
        let decoded = text.as_ref().map(|text| Base64UrlUnpadded::decode_vec(text)).transpose();
        decoded.map(|bytes| bytes.map(Zeroizing::new)).map_err(|_| {
            malformed(&format!("{label} is not base64url"))
                .help("write it as base64url without padding (RFC 7515 §2)")
        })
    };
    let missing = |label: &str| malformed(&format!("{label} is missing")).help("give a complete key");
    let (x, y) = (member(&jwk.x, "x")?, member(&jwk.y, "y")?);
    let (d, k) = (member(&jwk.d, "d")?, member(&jwk.k, "k")?);
    let mut parts = match (jwk.kty.as_deref(), jwk.crv.as_deref()) {
        (Some("EC"), Some(curve @ ("P-256" | "P-384"))) => {
            let kind = if curve == "P-256" { Kind::P256 } else { Kind::P384 };
            let (x, y) = (x.ok_or_else(|| missing("x"))?, y.ok_or_else(|| missing("y"))?);
            if x.len() != kind.width() || y.len() != kind.width() {
                return Err(malformed("x or y has the wrong length").help("give a complete key"));
            }
            let public = [&[4], x.as_slice(), y.as_slice()].concat();
            Parts { public: Some(public), private: d, ..Parts::new(kind) }
        }
        (Some("OKP"), Some("Ed25519")) => {
            let x = x.ok_or_else(|| missing("x"))?;
            Parts { public: Some(x.to_vec()), private: d, ..Parts::new(Kind::Ed25519) }
        }
        (Some("oct"), _) => {
            Parts { private: Some(k.ok_or_else(|| missing("k"))?), ..Parts::new(Kind::Hmac256) }
        }
        (Some("EC" | "OKP"), Some(curve)) => {
            return Err(
                source.failure(codes::KEY_CURVE, format!("the key in '{name}' is on the curve {curve}"))
            );
        }
        (Some("EC" | "OKP"), None) => return Err(missing("crv")),
        (Some(kind), _) => {
            return Err(source.failure(codes::KEY_KIND, format!("'{name}' is a JWK of kty {kind}")));
        }
        (None, _) => return Err(missing("kty")),
    };
    parts.key_id = jwk.kid.map(|kid| kid.as_bytes().to_vec()).filter(|kid| !kid.is_empty());
    if let Some(alg) = jwk.alg.as_deref() {
        let known = ALGORITHMS.iter().find(|(name, kind, _)| *name == alg && *kind == parts.kind);
        parts.algorithm = Some(known.map(|(_, _, algorithm)| *algorithm).ok_or_else(|| {
            let message = format!("'{name}' ({}) is for the algorithm {alg}", parts.kind.name());
            let able: Vec<_> = ALGORITHMS
                .iter()
                .filter(|(_, kind, _)| *kind == parts.kind)
                .map(|(name, ..)| *name)
                .collect();
            source
                .failure(codes::KEY_ALGORITHM, message)
                .help(format!("supported for such a key: {}", able.join(", ")))
        })?);
    }
    parts.operations = match (jwk.key_ops, jwk.purpose.as_deref()) {
        (Some(ops), _) => Some(Operations {
            sign: ops.iter().any(|op| op == "sign"),
            verify: ops.iter().any(|op| op == "verify"),
        }),
        (None, Some(purpose)) if purpose != "sig" => Some(Operations::default()),
        _ => None,
    };
    Ok(parts)
}

/// Writes a key as one JSON object; with its private part if `private`.
pub(super) fn encode(key: &Key, private: Option<&[u8]>) -> Zeroizing<String> {
    let mut members: Vec<(&str, Zeroizing<String>)> = Vec::new();
    let plain = |text: &str| Zeroizing::new(text.to_owned());
    let bytes = |bytes: &[u8]| Zeroizing::new(Base64UrlUnpadded::encode_string(bytes));
    let (kty, curve) = match key.kind {
        Kind::P256 => ("EC", Some("P-256")),
        Kind::P384 => ("EC", Some("P-384")),
        Kind::Ed25519 => ("OKP", Some("Ed25519")),
        Kind::Hmac256 => ("oct", None),
    };
    members.push(("kty", plain(kty)));
    if let Some(curve) = curve {
        members.push(("crv", plain(curve)));
        let (x, y) = key.coordinates();
        members.push(("x", bytes(x)));
        members.extend(y.map(|y| ("y", bytes(y))));
        members.extend(private.map(|d| ("d", bytes(d))));
    } else {
        members.extend(private.map(|k| ("k", bytes(k))));
    }
    let name = ALGORITHMS.iter().find(|(_, kind, _)| *kind == key.kind).map(|(name, ..)| *name);
    members.extend(name.map(|name| ("alg", plain(name))));
    // A JWK's kid is text; an identifier that isn't has no place in it.
    let kid = key.key_id.as_deref().and_then(|kid| core::str::from_utf8(kid).ok());
    let kid = kid.and_then(|kid| serde_json::to_string(kid).ok());
    let mut text = Zeroizing::new(String::with_capacity(1024));
    text.push('{');
    for (count, (label, value)) in members.iter().enumerate() {
        // All values are base64url or words of this table: nothing needs escaping.
        text.push_str(if count == 0 { "\"" } else { ",\"" });
        text.push_str(label);
        text.push_str("\":\"");
        text.push_str(value);
        text.push('"');
    }
    if let Some(kid) = kid {
        text.push_str(",\"kid\":");
        text.push_str(&kid);
    }
    text.push_str("}\n");
    text
}
