//! Keys in DER: SEC1 `ECPrivateKey` (RFC 5915), PKCS#8 `PrivateKeyInfo` (RFC 5958), `SubjectPublicKeyInfo` (RFC 5280).

use super::parse::Parts;
use super::{Kind, Source};
use crate::error::{Failure, Outcome, codes};
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, ObjectIdentifier, OctetStringRef};
use pkcs8::der::{self, Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use sec1::EcPrivateKey;
use spki::SubjectPublicKeyInfoRef;
use zeroize::Zeroizing;

const EC_PUBLIC_KEY: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// Kinds of key that openssl makes and this tool has no use for.
const OTHER_KINDS: [(&str, &str); 7] = [
    ("1.2.840.113549.1.1.1", "an RSA key"),
    ("1.2.840.113549.1.1.10", "an RSA key"),
    ("1.2.840.10040.4.1", "a DSA key"),
    ("1.2.840.113549.1.3.1", "a Diffie-Hellman key"),
    ("1.3.101.110", "an X25519 key, which is for key agreement"),
    ("1.3.101.111", "an X448 key, which is for key agreement"),
    ("1.3.101.113", "an Ed448 key"),
];

/// Curves by name, for messages.
const OTHER_CURVES: [(&str, &str); 8] = [
    ("1.3.132.0.35", "P-521"),
    ("1.3.132.0.33", "P-224"),
    ("1.2.840.10045.3.1.1", "P-192"),
    ("1.3.132.0.10", "secp256k1"),
    ("1.3.36.3.3.2.8.1.1.7", "brainpoolP256r1"),
    ("1.3.36.3.3.2.8.1.1.11", "brainpoolP384r1"),
    ("1.3.36.3.3.2.8.1.1.13", "brainpoolP512r1"),
    ("1.2.156.10197.1.301", "SM2"),
];

/// A curve that is supported.
pub(super) type Curve = Kind;

/// Reads a key in DER; the structure says which of the three it is.
///
/// # Errors
/// E0705 malformed, E0706 encrypted, E0707 another kind of key, E0708 another curve, E0720 a certificate.
pub(super) fn parse(source: &Source, bytes: &[u8]) -> Outcome<Parts> {
    private(source, bytes, None)
}

/// As [`parse`]; `curve` is the one that was named before the key.
///
/// # Errors
/// As [`parse`].
pub(super) fn private(source: &Source, bytes: &[u8], curve: Option<Curve>) -> Outcome<Parts> {
    let malformed = |error| malformed(source, error);
    let sequence = AnyRef::from_der(bytes).map_err(malformed)?;
    let mut inside = SliceReader::new(sequence.value()).map_err(malformed)?;
    let first = AnyRef::decode(&mut inside).map_err(malformed)?;
    let second = AnyRef::decode(&mut inside).map_err(malformed)?.tag();
    match (first.tag(), second) {
        (Tag::Integer, Tag::OctetString) => sec1(source, bytes, curve),
        (Tag::Integer, Tag::Sequence) => pkcs8(source, bytes),
        (Tag::Sequence, Tag::BitString) => spki(source, bytes),
        // RFC 5958 §3: EncryptedPrivateKeyInfo is an algorithm and octets.
        (Tag::Sequence, Tag::OctetString) => {
            Err(source.failure(codes::KEY_ENCRYPTED, format!("'{}' is encrypted", source.name)))
        }
        // RFC 8017 A.1: RSA keys are sequences of numbers.
        (Tag::Integer, Tag::Integer) => {
            Err(source.failure(codes::KEY_KIND, format!("'{}' is an RSA key", source.name)))
        }
        // RFC 5280 §4.1: a certificate is a sequence to be signed, an algorithm, and the signature.
        (Tag::Sequence, Tag::Sequence) => {
            Err(source
                .failure(codes::KEY_CERTIFICATE, format!("'{}' is a certificate, not a key", source.name)))
        }
        _ => Err(source.failure(codes::KEY_UNKNOWN, format!("'{}' is DER, but not a key", source.name))),
    }
}

/// Reads an `ECPrivateKey`. `outer` is the curve that was named before it.
///
/// # Errors
/// E0705 malformed, E0708 another curve, or none named.
fn sec1(source: &Source, bytes: &[u8], outer: Option<Curve>) -> Outcome<Parts> {
    if spells_out_its_curve(bytes) {
        return Err(spelled_out(source));
    }
    let key = EcPrivateKey::from_der(bytes).map_err(|error| malformed(source, error))?;
    let inner = match key.parameters {
        Some(sec1::EcParameters::NamedCurve(oid)) => Some(curve(source, oid)?),
        None => None,
    };
    let kind = match (outer, inner) {
        (Some(outer), Some(inner)) if outer != inner => {
            let message =
                format!("'{}' names two curves, {} and {}", source.name, outer.name(), inner.name());
            return Err(source.failure(codes::KEY_INVALID, message).help("take the EC PARAMETERS block out"));
        }
        (_, Some(kind)) | (Some(kind), None) => kind,
        (None, None) => {
            return Err(source.failure(
                codes::KEY_CURVE,
                format!("'{}' doesn't say on which curve its key is", source.name),
            ));
        }
    };
    Ok(Parts {
        public: key.public_key.map(<[u8]>::to_vec),
        private: Some(Zeroizing::new(key.private_key.to_vec())),
        ..Parts::new(kind)
    })
}

/// Reads a `PrivateKeyInfo`.
///
/// # Errors
/// E0705 malformed, E0707 another kind of key, E0708 another curve.
fn pkcs8(source: &Source, bytes: &[u8]) -> Outcome<Parts> {
    let malformed = |error| malformed(source, error);
    let info = PrivateKeyInfoRef::from_der(bytes).map_err(malformed)?;
    let kind = kind(source, info.algorithm.oid, info.algorithm.parameters)?;
    let content = info.private_key.as_bytes();
    let mut parts = if kind == Kind::Ed25519 {
        // RFC 8410 §7: an octet string inside of the octet string.
        let seed = <&OctetStringRef>::from_der(content).map_err(malformed)?.as_bytes();
        Parts { private: Some(Zeroizing::new(seed.to_vec())), ..Parts::new(kind) }
    } else {
        sec1(source, content, Some(kind))?
    };
    if let Some(public) = info.public_key.and_then(|public| public.as_bytes()) {
        parts.public = Some(public.to_vec());
    }
    Ok(parts)
}

/// Reads a `SubjectPublicKeyInfo`.
///
/// # Errors
/// As [`pkcs8`].
pub(super) fn spki(source: &Source, bytes: &[u8]) -> Outcome<Parts> {
    let info = SubjectPublicKeyInfoRef::from_der(bytes).map_err(|error| malformed(source, error))?;
    let kind = kind(source, info.algorithm.oid, info.algorithm.parameters)?;
    let public = info.subject_public_key.as_bytes().map(<[u8]>::to_vec);
    Ok(Parts { public, ..Parts::new(kind) })
}

/// Reads the parameters of a curve, which have to be its name.
///
/// # Errors
/// E0705 malformed, E0708 another curve.
pub(super) fn named_curve(source: &Source, bytes: &[u8]) -> Outcome<Curve> {
    let parameters = AnyRef::from_der(bytes).map_err(|error| malformed(source, error))?;
    curve_of(source, Some(parameters))
}

fn kind(source: &Source, oid: ObjectIdentifier, parameters: Option<AnyRef<'_>>) -> Outcome<Kind> {
    match oid {
        EC_PUBLIC_KEY => curve_of(source, parameters),
        ED25519 => Ok(Kind::Ed25519),
        other => {
            let number = other.to_string();
            let known = OTHER_KINDS.iter().find(|(oid, _)| *oid == number);
            let what =
                known.map_or_else(|| format!("a key of kind {number}"), |(_, name)| (*name).to_owned());
            Err(source.failure(codes::KEY_KIND, format!("'{}' is {what}", source.name)))
        }
    }
}

fn curve_of(source: &Source, parameters: Option<AnyRef<'_>>) -> Outcome<Curve> {
    match parameters {
        Some(parameters) if parameters.tag() == Tag::Sequence => Err(spelled_out(source)),
        Some(parameters) => curve(source, parameters.decode_as().map_err(|error| malformed(source, error))?),
        None => Err(source
            .failure(codes::KEY_CURVE, format!("'{}' doesn't say on which curve its key is", source.name))),
    }
}

fn curve(source: &Source, oid: ObjectIdentifier) -> Outcome<Curve> {
    match oid {
        P256 => Ok(Kind::P256),
        P384 => Ok(Kind::P384),
        other => {
            let number = other.to_string();
            let known = OTHER_CURVES.iter().find(|(oid, _)| *oid == number);
            let what = known.map_or(number.as_str(), |(_, name)| name);
            Err(source
                .failure(codes::KEY_CURVE, format!("the key in '{}' is on the curve {what}", source.name)))
        }
    }
}

/// Whether the parameters of an `ECPrivateKey` are numbers in place of a name.
fn spells_out_its_curve(bytes: &[u8]) -> bool {
    let look = || -> der::Result<bool> {
        let mut inside = SliceReader::new(AnyRef::from_der(bytes)?.value())?;
        AnyRef::decode(&mut inside)?;
        AnyRef::decode(&mut inside)?;
        if inside.is_finished() {
            return Ok(false);
        }
        let parameters = AnyRef::decode(&mut inside)?;
        let wanted = Tag::ContextSpecific { constructed: true, number: TagNumber(0) };
        Ok(parameters.tag() == wanted && AnyRef::from_der(parameters.value())?.tag() == Tag::Sequence)
    };
    look().unwrap_or(false)
}

fn spelled_out(source: &Source) -> Failure {
    let message = format!("'{}' spells out its curve in numbers instead of naming it", source.name);
    source
        .failure(codes::KEY_CURVE, message)
        .help("write it with a named curve: openssl ec -in KEY -param_enc named_curve -out NEW")
}

/// The library's error has an offset, but within the item that it was reading, which says nothing to a person.
fn malformed(source: &Source, _: der::Error) -> Failure {
    source.failure(codes::KEY_DER, format!("the key in '{}' is malformed DER", source.name))
}
