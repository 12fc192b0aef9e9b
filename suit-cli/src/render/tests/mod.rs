//! Documents made by hand.

mod told;
mod vectors;

pub(crate) use vectors::vectors;

use super::hash;
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::{self, Command, ComponentId, Digest, Manifest, Member, Parameter, VendorId};

/// UUIDv5 of `arm.com` in the namespace of domain names (M §8.4.8.3).
const ARM: [u8; 16] =
    [0xfa, 0x6b, 0x4a, 0x53, 0xd5, 0xad, 0x5f, 0xdf, 0xbe, 0x9d, 0xe6, 0x63, 0xe4, 0xd4, 0x1f, 0xfe];

pub(crate) fn digest(byte: u8) -> Digest {
    Digest { algorithm: Algorithm::Sha256, bytes: vec![byte; 32] }
}

pub(crate) fn check(condition: Condition) -> Command {
    Command::Condition(condition, ReportPolicy::new(15).unwrap())
}

pub(crate) fn act(act: Act) -> Command {
    Command::Act(act, ReportPolicy::new(2).unwrap())
}

pub(crate) fn set(parameters: Vec<Parameter>) -> Command {
    Command::OverrideParameters(parameters)
}

pub(crate) fn id(parts: &[&str]) -> ComponentId {
    ComponentId(parts.iter().map(|part| part.as_bytes().to_vec()).collect())
}

pub(crate) fn item_digest(content: &[u8]) -> Digest {
    let mut writer = suit_core::cbor::Writer::new(Vec::new());
    let Ok(()) = writer.bytes(content);
    Digest { algorithm: Algorithm::Sha256, bytes: hash::sha256(&writer.into_inner()) }
}

/// The manifest in an envelope that nobody has signed.
pub(crate) fn envelope(manifest: &Manifest) -> owned::Envelope {
    let manifest = manifest.encode();
    owned::Envelope {
        tagged: true,
        digest: item_digest(&manifest),
        blocks: Vec::new(),
        manifest,
        severed: Vec::new(),
        unknown: Vec::new(),
        payloads: Vec::new(),
    }
}

/// An image in a slot: which slot it is for, then what it is.
fn slot(number: u64, byte: u8, size: u64) -> Vec<Command> {
    vec![
        set(vec![Parameter::ComponentSlot(number)]),
        check(Condition::ComponentSlot),
        set(vec![Parameter::ImageDigest(digest(byte)), Parameter::ImageSize(size)]),
    ]
}

/// A/B firmware: two slots, one URI for each.
pub(crate) fn firmware() -> Manifest {
    let uri = |slot: u64, uri: &str| {
        vec![
            set(vec![Parameter::ComponentSlot(slot)]),
            check(Condition::ComponentSlot),
            set(vec![Parameter::Uri(uri.into())]),
        ]
    };
    let sections = [
        (ManifestKey::Validate, vec![check(Condition::ImageMatch)]),
        (ManifestKey::Invoke, vec![act(Act::Invoke)]),
        (
            ManifestKey::Install,
            vec![
                Command::TryEach(vec![uri(0, "coap://h/a"), uri(1, "coap://h/b")], false),
                act(Act::Fetch),
                check(Condition::ImageMatch),
            ],
        ),
    ];
    Manifest {
        sequence_number: 1042,
        components: vec![id(&["fw"])],
        shared: Some(vec![
            set(vec![Parameter::VendorIdentifier(VendorId::Uuid(ARM))]),
            check(Condition::VendorIdentifier),
            Command::TryEach(vec![slot(0, 0xaa, 1000), slot(1, 0xbb, 2000)], false),
        ]),
        sections: sections.into_iter().map(|(key, steps)| (key, Member::Inline(steps))).collect(),
        ..Manifest::default()
    }
}
