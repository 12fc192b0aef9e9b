//! COSE_Key (RFC 9052 §7): EC2, OKP and symmetric keys.

use super::parse::Parts;
use super::{Key, Kind, Operations, Source};
use crate::error::{Failure, Outcome, codes};
use coset::cbor::value::Value;
use coset::iana::{EllipticCurve, EnumI64, KeyOperation, KeyType};
use coset::{AsCborValue, CborSerializable, CoseKey, Label, RegisteredLabel, RegisteredLabelWithPrivate};
use suit_core::cbor::{Major, Reader};
use suit_core::labels::Algorithm;
use zeroize::{Zeroize, Zeroizing};

// Parameters of a key by kty (RFC 9053 §7.1.1, §7.2, §7.3): curve, x, y and d; or k.
const CURVE: i64 = -1;
const X: i64 = -2;
const Y: i64 = -3;
const D: i64 = -4;
const K: i64 = -1;

/// Whether it begins like a map, or like a set of keys.
pub(super) fn looks_like(bytes: &[u8]) -> bool {
    matches!(Reader::new(bytes).peek(), Some(Major::Map | Major::Array))
}

/// A parsed COSE_Key whose byte strings are wiped when it goes.
struct Wiped(CoseKey);

impl Drop for Wiped {
    fn drop(&mut self) {
        for (_, value) in &mut self.0.params {
            if let Value::Bytes(bytes) = value {
                bytes.zeroize();
            }
        }
    }
}

impl Wiped {
    fn find(&self, label: i64) -> Option<&Value> {
        self.0.params.iter().find(|(other, _)| *other == Label::Int(label)).map(|(_, value)| value)
    }
}

/// Reads a COSE_Key.
///
/// # Errors
/// E0709 a set of keys, E0712 malformed, E0707 another kind of key, E0708 another curve, E0714 another algorithm.
pub(super) fn parse(source: &Source, bytes: &[u8]) -> Outcome<Parts> {
    let name = &source.name;
    let malformed =
        |what: &str| source.failure(codes::KEY_COSE, format!("'{name}' is not a valid COSE_Key: {what}"));
    if Reader::new(bytes).peek() == Some(Major::Array) {
        let message = format!("'{name}' is a set of COSE_Keys");
        return Err(source.failure(codes::KEY_SEVERAL, message));
    }
    // Shortest heads, definite lengths, nothing behind it: as everywhere. coset looks at the content.
    let mut reader = Reader::new(bytes);
    let whole = reader.item().and_then(|_| reader.finish());
    whole.map_err(|error| malformed(&error.to_string()))?;
    let key = Wiped(CoseKey::from_slice(bytes).map_err(|error| malformed(&reason(&error)))?);
    let mut parts = match &key.0.kty {
        RegisteredLabel::Assigned(KeyType::EC2) => ec2(source, &key)?,
        RegisteredLabel::Assigned(KeyType::OKP) => okp(source, &key)?,
        RegisteredLabel::Assigned(KeyType::Symmetric) => {
            let secret =
                bytes_of(&key, K).ok_or_else(|| malformed("k (-1) is missing or not a byte string"))?;
            Parts { private: Some(Zeroizing::new(secret.to_vec())), ..Parts::new(Kind::Hmac256) }
        }
        other => {
            let message = format!("'{name}' is a COSE_Key of kty {}", label_text(other));
            return Err(source.failure(codes::KEY_KIND, message));
        }
    };
    if !key.0.key_id.is_empty() {
        parts.key_id = Some(key.0.key_id.clone());
    }
    parts.algorithm = key.0.alg.as_ref().map(|alg| algorithm(source, parts.kind, alg)).transpose()?;
    if !key.0.key_ops.is_empty() {
        let has = |ops: [KeyOperation; 2]| {
            ops.into_iter().any(|op| key.0.key_ops.contains(&RegisteredLabel::Assigned(op)))
        };
        parts.operations = Some(Operations {
            sign: has([KeyOperation::Sign, KeyOperation::MacCreate]),
            verify: has([KeyOperation::Verify, KeyOperation::MacVerify]),
        });
    }
    Ok(parts)
}

fn ec2(source: &Source, key: &Wiped) -> Outcome<Parts> {
    let name = &source.name;
    let malformed =
        |what: &str| source.failure(codes::KEY_COSE, format!("'{name}' is not a valid COSE_Key: {what}"));
    let kind = match curve(source, key)? {
        Some(EllipticCurve::P_256) => Kind::P256,
        Some(EllipticCurve::P_384) => Kind::P384,
        Some(other) => return Err(other_curve(source, &format!("{other:?}"))),
        None => return Err(malformed("crv (-1) is missing")),
    };
    let mut parts = Parts::new(kind);
    parts.private = private(source, key)?;
    parts.public = match (bytes_of(key, X), key.find(Y)) {
        // RFC 9053 §7.1.1: coordinates have the full length, leading zeros included.
        (Some(x), _) if x.len() != kind.width() => {
            return Err(malformed(&format!("x has {} bytes, {} are needed", x.len(), kind.width())));
        }
        (Some(_), Some(Value::Bytes(y))) if y.len() != kind.width() => {
            return Err(malformed(&format!("y has {} bytes, {} are needed", y.len(), kind.width())));
        }
        (Some(x), Some(Value::Bytes(y))) => Some([&[4], x, y].concat()),
        (Some(x), Some(Value::Bool(sign))) => Some([&[if *sign { 3 } else { 2 }], x].concat()),
        (None, None) if key.find(X).is_none() && parts.private.is_some() => None,
        _ => return Err(malformed("x (-2) or y (-3) is missing or of the wrong type")),
    };
    Ok(parts)
}

fn okp(source: &Source, key: &Wiped) -> Outcome<Parts> {
    let name = &source.name;
    let malformed =
        |what: &str| source.failure(codes::KEY_COSE, format!("'{name}' is not a valid COSE_Key: {what}"));
    match curve(source, key)? {
        Some(EllipticCurve::Ed25519) => {}
        Some(other) => return Err(other_curve(source, &format!("{other:?}"))),
        None => return Err(malformed("crv (-1) is missing")),
    }
    let private = private(source, key)?;
    let public = match key.find(X) {
        None if private.is_some() => None,
        _ => Some(
            bytes_of(key, X).ok_or_else(|| malformed("x (-2) is missing or not a byte string"))?.to_vec(),
        ),
    };
    Ok(Parts { public, private, ..Parts::new(Kind::Ed25519) })
}

fn curve(source: &Source, key: &Wiped) -> Outcome<Option<EllipticCurve>> {
    let Some(value) = key.find(CURVE) else { return Ok(None) };
    let number = value.as_integer().and_then(|number| i64::try_from(number).ok());
    let known = number.and_then(EllipticCurve::from_i64);
    known.map(Some).ok_or_else(|| {
        other_curve(
            source,
            &number.map_or_else(|| "that is no number".to_owned(), |number| number.to_string()),
        )
    })
}

fn other_curve(source: &Source, curve: &str) -> Failure {
    let message = format!("the key in '{}' is on the curve {}", source.name, curve.replace('_', "-"));
    source.failure(codes::KEY_CURVE, message)
}

fn private(source: &Source, key: &Wiped) -> Outcome<Option<Zeroizing<Vec<u8>>>> {
    match key.find(D) {
        None => Ok(None),
        Some(Value::Bytes(bytes)) => Ok(Some(Zeroizing::new(bytes.clone()))),
        Some(_) => {
            let message = format!("'{}' is not a valid COSE_Key: d (-4) is not a byte string", source.name);
            Err(source.failure(codes::KEY_COSE, message))
        }
    }
}

fn bytes_of(key: &Wiped, label: i64) -> Option<&[u8]> {
    match key.find(label)? {
        Value::Bytes(bytes) => Some(bytes),
        _ => None,
    }
}

fn algorithm(
    source: &Source,
    kind: Kind,
    alg: &RegisteredLabelWithPrivate<coset::iana::Algorithm>,
) -> Outcome<Algorithm> {
    let number = match alg {
        RegisteredLabelWithPrivate::Assigned(alg) => Some(alg.to_i64()),
        RegisteredLabelWithPrivate::PrivateUse(number) => Some(*number),
        RegisteredLabelWithPrivate::Text(_) => None,
    };
    let known = number.and_then(Algorithm::from_code);
    known.filter(|algorithm| kind.algorithms().contains(algorithm)).ok_or_else(|| {
        let what = match (known, number) {
            (Some(known), _) => known.name().to_owned(),
            (None, Some(number)) => format!("number {number}"),
            (None, None) => "with a private name".to_owned(),
        };
        let message = format!("'{}' ({}) is for the algorithm {what}", source.name, kind.name());
        let able: Vec<_> = kind.algorithms().iter().map(|one| one.name()).collect();
        source
            .failure(codes::KEY_ALGORITHM, message)
            .help(format!("supported for such a key: {}", able.join(", ")))
    })
}

fn label_text(label: &RegisteredLabel<KeyType>) -> String {
    match label {
        RegisteredLabel::Assigned(known) => format!("{} ({known:?})", known.to_i64()),
        RegisteredLabel::Text(_) => "that is a text".to_owned(),
    }
}

/// What coset found wrong, without values from the file: they may be secret.
fn reason(error: &coset::CoseError) -> String {
    match error {
        coset::CoseError::DuplicateMapKey => "a label stands in it twice".to_owned(),
        coset::CoseError::UnexpectedItem("no kty label", _) => "kty (1) is missing".to_owned(),
        coset::CoseError::UnexpectedItem(found, wanted) => format!("{found} where {wanted} is needed"),
        coset::CoseError::UnregisteredIanaValue | coset::CoseError::UnregisteredIanaNonPrivateValue => {
            "it names something that is not registered".to_owned()
        }
        coset::CoseError::OutOfRangeIntegerValue => "an integer is out of range".to_owned(),
        _ => "its structure is wrong".to_owned(),
    }
}

/// Encodes a key, deterministically; with its private part if `private`.
pub(super) fn encode(key: &Key, private: Option<&[u8]>) -> Outcome<Zeroizing<Vec<u8>>> {
    let bytes = |bytes: &[u8]| Value::Bytes(bytes.to_vec());
    let mut params = Vec::new();
    let curve = match key.kind {
        Kind::P256 => Some(EllipticCurve::P_256),
        Kind::P384 => Some(EllipticCurve::P_384),
        Kind::Ed25519 => Some(EllipticCurve::Ed25519),
        Kind::Hmac256 => None,
    };
    if let Some(curve) = curve {
        params.push((CURVE, Value::from(curve.to_i64())));
        let (x, y) = key.coordinates();
        params.push((X, bytes(x)));
        params.extend(y.map(|y| (Y, bytes(y))));
        params.extend(private.map(|d| (D, bytes(d))));
    } else {
        params.extend(private.map(|k| (K, bytes(k))));
    }
    let kty = match key.kind {
        Kind::P256 | Kind::P384 => KeyType::EC2,
        Kind::Ed25519 => KeyType::OKP,
        Kind::Hmac256 => KeyType::Symmetric,
    };
    let alg = key.algorithm.or(key.kind.algorithms().first().copied());
    let wiped = Wiped(CoseKey {
        kty: RegisteredLabel::Assigned(kty),
        key_id: key.key_id.clone().unwrap_or_default(),
        alg: alg
            .and_then(|alg| coset::iana::Algorithm::from_i64(alg.code()))
            .map(RegisteredLabelWithPrivate::Assigned),
        params: params.into_iter().map(|(label, value)| (Label::Int(label), value)).collect(),
        ..CoseKey::default()
    });
    // The value that is encoded is a copy, and wiped like the key.
    let mut value = wiped
        .0
        .clone()
        .to_cbor_value()
        .map_err(|_| key.failure(codes::KEY_FORM, format!("'{}' has no form as COSE_Key", key.name)))?;
    let mut encoded = Zeroizing::new(Vec::with_capacity(512));
    let written = coset::cbor::ser::into_writer(&value, &mut *encoded);
    if let Value::Map(entries) = &mut value {
        for (_, value) in entries {
            if let Value::Bytes(bytes) = value {
                bytes.zeroize();
            }
        }
    }
    written.map_err(|_| key.failure(codes::KEY_FORM, format!("'{}' has no form as COSE_Key", key.name)))?;
    Ok(encoded)
}
