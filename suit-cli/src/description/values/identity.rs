//! Who made a device and which one it is: UUIDs, names that become UUIDs, private enterprise numbers.

use super::bytes::plain;
use super::{Bytes, Fault, Scalar, behind, hex, scalars, unhex};
use schemars::{Schema, json_schema};
use suit_core::cbor::Writer;
use suit_core::labels::Tag;
use suit_core::owned::{Actor, VendorId};
use uuid::Uuid;

scalars!(Vendor, Class, Device, ActorValue);

/// A vendor: a domain name, `uuid:…` or `pen:…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Vendor(pub(crate) VendorId);

/// A device class: a name within the vendor's, or `uuid:…`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// This one.
    Uuid([u8; 16]),
    /// The one that this name has within the vendor's.
    Name(String),
}

/// A single device: `uuid:…`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Device(pub(crate) [u8; 16]);

/// Who has a permission or made a file: a number, `uuid:…`, `hex:…` or a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ActorValue(pub(crate) Actor);

/// UUIDv5 in the CBOR PEN namespace, which is itself UUIDv5 of the OID namespace and the encoded OID of IANA's
/// private enterprises (M §8.4.8.1).
const CBOR_PEN: Uuid = Uuid::from_u128(0x47fb_dabb_f2e4_55f0_bb39_3620_c2f6_df4e);

fn parse_uuid(text: &str) -> Result<[u8; 16], Fault> {
    Uuid::try_parse(text)
        .ok()
        // One spelling: with hyphens, as in RFC 9562 §4.
        .filter(|uuid| uuid.hyphenated().to_string().eq_ignore_ascii_case(text))
        .map(Uuid::into_bytes)
        .ok_or_else(|| {
            let help = "write uuid: and 8, 4, 4, 4 and 12 hexadecimal digits with hyphens between them";
            Fault::new(format!("'{text}' is not a UUID"), help)
        })
}

/// A name that is not meant to be something else.
fn name(text: &str, what: &str) -> Result<(), Fault> {
    if text.is_empty() {
        return Err(Fault::new(format!("the name of the {what} is empty"), format!("name the {what}")));
    }
    if Uuid::try_parse(text).is_ok() {
        let message = "a UUID without 'uuid:' in front of it would be taken as a name";
        return Err(Fault::new(message, format!("write uuid:{text}")));
    }
    Ok(())
}

/// Base-128 digits of each number, all but the last of a number with the high bit (X.690 §8.19, RFC 9090).
pub(crate) fn pen_bytes(arcs: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for arc in arcs {
        let digits = (64 - arc.leading_zeros()).div_ceil(7).max(1);
        for digit in (0..digits).rev() {
            let low = u8::try_from(arc >> (7 * digit) & 0x7f).unwrap_or_default();
            bytes.push(if digit == 0 { low } else { low | 0x80 });
        }
    }
    bytes
}

/// The numbers, if `bytes` is their only encoding.
fn pen_arcs(bytes: &[u8]) -> Option<Vec<u64>> {
    let mut arcs = Vec::new();
    let mut arc = 0_u64;
    for byte in bytes {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            arcs.push(core::mem::take(&mut arc));
        }
    }
    (!arcs.is_empty() && pen_bytes(&arcs) == bytes).then_some(arcs)
}

/// The UUID of a class name in a vendor's (M §8.4.8.2).
pub(crate) fn in_vendor(vendor: &VendorId, name: &str) -> [u8; 16] {
    let space = match vendor {
        VendorId::Uuid(id) => Uuid::from_bytes(*id),
        VendorId::Pen(oid) => {
            let mut writer = Writer::new(Vec::new());
            let Ok(()) = writer.tag(Tag::RelativeOid);
            let Ok(()) = writer.bytes(oid);
            Uuid::new_v5(&CBOR_PEN, &writer.into_inner())
        }
    };
    Uuid::new_v5(&space, name.as_bytes()).into_bytes()
}

impl Scalar for Vendor {
    const NAME: &'static str = "Vendor";
    const WHAT: &'static str = "a vendor such as \"example.com\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(uuid) = behind(text, "uuid") {
            return parse_uuid(uuid).map(|id| Self(VendorId::Uuid(id)));
        }
        if let Some(numbers) = behind(text, "pen") {
            let arcs: Option<Vec<u64>> = numbers
                .split('.')
                .map(|number| u64::try_from(crate::source::integer(number)?).ok())
                .collect();
            return arcs.map(|arcs| Self(VendorId::Pen(pen_bytes(&arcs)))).ok_or_else(|| {
                let message = format!("'{numbers}' is not a private enterprise number");
                Fault::new(message, "write pen: and the number that IANA assigned, as in pen:32473")
            });
        }
        if let Some(digits) = behind(text, "pen-hex") {
            return unhex(digits).map(|oid| Self(VendorId::Pen(oid)));
        }
        name(text, "vendor")?;
        // M §8.4.8.2: the recommended vendor id.
        Ok(Self(VendorId::Uuid(Uuid::new_v5(&Uuid::NAMESPACE_DNS, text.as_bytes()).into_bytes())))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A domain name, which becomes its UUID in the DNS namespace; `uuid:` and a UUID; \
                            `pen:` and a private enterprise number; `pen-hex:` and an encoded relative OID.",
            "type": "string",
            "anyOf": [
                { "pattern": UUID_PATTERN },
                { "pattern": r"^pen:(0x[0-9a-fA-F_]+|[0-9_]+)(\.(0x[0-9a-fA-F_]+|[0-9_]+))*$" },
                { "pattern": "^pen-hex:([0-9a-fA-F]{2})*$" },
                { "allOf": [
                    { "minLength": 1, "not": { "pattern": "^(uuid|pen|pen-hex):" } },
                    { "not": { "pattern": BARE_UUID_PATTERN } },
                ] },
            ],
        })
    }
}

const UUID_PATTERN: &str = "^uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$";
const BARE_UUID_PATTERN: &str = "^[0-9a-fA-F]{8}-?([0-9a-fA-F]{4}-?){3}[0-9a-fA-F]{12}$";

impl Scalar for Class {
    const NAME: &'static str = "Class";
    const WHAT: &'static str = "a device class such as \"door-lock-r3\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(uuid) = behind(text, "uuid") {
            return parse_uuid(uuid).map(Self::Uuid);
        }
        name(text, "class")?;
        Ok(Self::Name(text.to_owned()))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A name, which becomes its UUID in the vendor's; or `uuid:` and a UUID.",
            "type": "string",
            "anyOf": [
                { "pattern": UUID_PATTERN },
                { "allOf": [
                    { "minLength": 1, "not": { "pattern": "^uuid:" } },
                    { "not": { "pattern": BARE_UUID_PATTERN } },
                ] },
            ],
        })
    }
}

impl Scalar for Device {
    const NAME: &'static str = "DeviceIdentifier";
    const WHAT: &'static str = "a device identifier, \"uuid:…\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        match behind(text, "uuid") {
            Some(uuid) => parse_uuid(uuid).map(Self),
            None => Err(Fault::new("a device is named by its UUID", "write uuid: in front of it")),
        }
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": UUID_PATTERN })
    }
}

impl Scalar for ActorValue {
    const NAME: &'static str = "Actor";
    const WHAT: &'static str = "a number, \"uuid:…\", \"hex:…\" or a name";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(uuid) = behind(text, "uuid") {
            return parse_uuid(uuid).map(|id| Self(Actor::Uuid(id)));
        }
        if behind(text, "hex").is_some() {
            return Ok(match Bytes::from_text(text)? {
                Bytes::Given(bytes) => Self(Actor::Bytes(bytes)),
                Bytes::File(_) => Self(Actor::Text(text.to_owned())),
            });
        }
        Ok(Self(Actor::Text(behind(text, "text").unwrap_or(text).to_owned())))
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(super::Int::from_number(number)?.map(|number| Self(Actor::Int(number.0))))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A number, `uuid:` and a UUID, `hex:` and bytes, or else a name.",
            "anyOf": [
                { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
                { "type": "string", "anyOf": [
                    { "pattern": UUID_PATTERN },
                    { "pattern": "^hex:([0-9a-fA-F]{2})*$" },
                    { "not": { "pattern": "^(uuid|hex):" } },
                ] },
            ]
        })
    }
}

/// A UUID as it is written.
pub(crate) fn uuid_text(id: &[u8; 16]) -> String {
    format!("uuid:{}", Uuid::from_bytes(*id).hyphenated())
}

/// A vendor as it is written.
pub(crate) fn vendor_text(vendor: &VendorId) -> String {
    match vendor {
        VendorId::Uuid(id) => uuid_text(id),
        VendorId::Pen(oid) => match pen_arcs(oid) {
            Some(arcs) => {
                let numbers: Vec<_> = arcs.iter().map(u64::to_string).collect();
                format!("pen:{}", numbers.join("."))
            }
            None => format!("pen-hex:{}", hex(oid)),
        },
    }
}

/// An actor as it is written; `Err` is a number.
pub(crate) fn actor_text(actor: &Actor) -> Result<String, i64> {
    match actor {
        Actor::Int(number) => Err(*number),
        Actor::Uuid(id) => Ok(uuid_text(id)),
        Actor::Bytes(bytes) => Ok(format!("hex:{}", hex(bytes))),
        Actor::Text(text) => Ok(plain(text, &["uuid", "hex", "text"])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uuid(vendor: &str) -> String {
        match Vendor::from_text(vendor).unwrap().0 {
            VendorId::Uuid(id) => uuid_text(&id),
            VendorId::Pen(oid) => hex(&oid),
        }
    }

    /// Values that the draft and its examples print.
    #[test]
    fn names_become_the_published_uuids() {
        assert_eq!(uuid("arm.com"), "uuid:fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe");
        let vendor = Vendor::from_text("arm.com").unwrap().0;
        assert_eq!(uuid_text(&in_vendor(&vendor, "suit")), "uuid:1492af14-2569-5e48-bf42-9b2d51f2ab45");
        // M §8.4.8.1 gives the namespace and what it is made of.
        let encoded_oid = [0xd8, 0x6f, 0x45, 0x2b, 6, 1, 4, 1];
        assert_eq!(Uuid::new_v5(&Uuid::NAMESPACE_OID, &encoded_oid), CBOR_PEN);
    }

    #[test]
    fn enterprise_numbers_are_relative_oids() {
        // RFC 9090 §2.1 encodes as X.690: 32473 = 1 * 128^2 + 125 * 128 + 89.
        assert_eq!(uuid("pen:32473"), "81fd59");
        assert_eq!(uuid("pen:0.127.128"), "007f8100");
        for oid in [&[0x81, 0xfd, 0x59][..], &[0], &[0x80, 0], &[0x81], &[], &[0xff; 12]] {
            let text = vendor_text(&VendorId::Pen(oid.to_vec()));
            assert_eq!(Vendor::from_text(&text).unwrap().0, VendorId::Pen(oid.to_vec()), "{text}");
        }
        assert!(Vendor::from_text("pen:").is_err());
        assert!(Vendor::from_text("pen:arm").is_err());
        let pen = Vendor::from_text("pen:32473").unwrap().0;
        let space = Uuid::new_v5(&CBOR_PEN, &[0xd8, 0x70, 0x43, 0x81, 0xfd, 0x59]);
        assert_eq!(in_vendor(&pen, "x"), Uuid::new_v5(&space, b"x").into_bytes());
    }

    #[test]
    fn a_uuid_is_not_taken_as_a_name() {
        for text in ["fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe", "fa6b4a53d5ad5fdfbe9de663e4d41ffe"] {
            assert!(Vendor::from_text(text).is_err());
            assert!(Class::from_text(text).is_err());
        }
        for text in ["uuid:", "uuid:fa6b4a53", "uuid:{fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe}"] {
            assert!(Vendor::from_text(text).is_err(), "{text}");
        }
        assert!(Vendor::from_text("uuid:FA6B4A53-D5AD-5FDF-BE9D-E663E4D41FFE").is_ok());
        assert!(Class::from_text("").is_err());
        assert!(Device::from_text("door").is_err());
    }

    #[test]
    fn written_actors_read_back() {
        for actor in [
            Actor::Int(-1),
            Actor::Uuid([7; 16]),
            Actor::Bytes(vec![1, 2]),
            Actor::Text("root".into()),
            Actor::Text("hex:00".into()),
            Actor::Text(String::new()),
        ] {
            let read = match actor_text(&actor) {
                Ok(text) => ActorValue::from_text(&text),
                Err(number) => ActorValue::from_number(number.into()).unwrap(),
            };
            assert_eq!(read, Ok(ActorValue(actor)));
        }
    }
}
