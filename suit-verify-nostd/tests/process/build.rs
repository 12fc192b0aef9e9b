//! Short words for manifests, and envelopes around them that are signed by the test key.

use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::{Command, ComponentId, Digest, Manifest, Member, Parameter, Selection, VendorId};

use crate::common::{Block, Key, digest, envelope};

pub(crate) const VENDOR: [u8; 16] = [0x11; 16];
pub(crate) const CLASS: [u8; 16] = [0x22; 16];
pub(crate) const DEVICE: [u8; 16] = [0x33; 16];

pub(crate) fn id(name: &str) -> ComponentId {
    ComponentId(name.split('/').map(|part| part.as_bytes().to_vec()).collect())
}

/// A manifest for these components, without a section yet.
pub(crate) fn manifest(components: &[&str]) -> Manifest {
    Manifest {
        sequence_number: 7,
        components: components.iter().map(|name| id(name)).collect(),
        ..Manifest::default()
    }
}

/// The same with a section.
pub(crate) fn with(mut manifest: Manifest, key: ManifestKey, commands: Vec<Command>) -> Manifest {
    manifest.sections.insert(key, Member::Inline(commands));
    manifest
}

/// The same with a shared sequence.
pub(crate) fn shared(mut manifest: Manifest, commands: Vec<Command>) -> Manifest {
    manifest.shared = Some(commands);
    manifest
}

/// A manifest for the component `a` whose only section is `install`.
pub(crate) fn install(commands: Vec<Command>) -> Manifest {
    with(manifest(&["a"]), ManifestKey::Install, commands)
}

/// A manifest for the components `a`, `b` and `c` whose only section is `install`.
pub(crate) fn install_abc(commands: Vec<Command>) -> Manifest {
    with(manifest(&["a", "b", "c"]), ManifestKey::Install, commands)
}

/// The envelope of a manifest, signed by the test key, with integrated payloads.
pub(crate) fn seal_with(manifest: &Manifest, payloads: &[(&str, &[u8])]) -> Vec<u8> {
    let encoded = manifest.encode();
    let digest = digest(-16, &crate::common::bstr(&encoded));
    let block = Block::sign1(&Key::k1()).encode(&digest);
    let mut bytes = envelope(&digest, &[block], &encoded, &[]);
    // d8 6b, then a map of two: payloads come behind it.
    assert_eq!(bytes[2], 0xa2);
    bytes[2] += u8::try_from(payloads.len()).unwrap();
    for (name, content) in payloads {
        bytes.extend(crate::common::text(name));
        bytes.extend(crate::common::bstr(content));
    }
    bytes
}

pub(crate) fn seal(manifest: &Manifest) -> Vec<u8> {
    seal_with(manifest, &[])
}

pub(crate) fn check(condition: Condition) -> Command {
    Command::Condition(condition, ReportPolicy::EVERYTHING)
}

pub(crate) fn act(act: Act) -> Command {
    Command::Act(act, ReportPolicy::FAILURE)
}

pub(crate) fn put(parameters: Vec<Parameter>) -> Command {
    Command::OverrideParameters(parameters)
}

pub(crate) fn index(index: u64) -> Command {
    Command::SetComponentIndex(Selection::One(index))
}

pub(crate) fn sha256(data: &[u8]) -> Parameter {
    use sha2::Digest as _;
    Parameter::ImageDigest(Digest {
        algorithm: Algorithm::Sha256,
        bytes: sha2::Sha256::digest(data).to_vec(),
    })
}

pub(crate) fn size(data: &[u8]) -> Parameter {
    Parameter::ImageSize(data.len() as u64)
}

pub(crate) fn uri(uri: &str) -> Parameter {
    Parameter::Uri(uri.to_owned())
}

pub(crate) fn content(data: &[u8]) -> Parameter {
    Parameter::Content(data.to_vec())
}

pub(crate) fn vendor(id: [u8; 16]) -> Parameter {
    Parameter::VendorIdentifier(VendorId::Uuid(id))
}

/// A command that leaves a mark: writes `mark` into the present component.
pub(crate) fn mark(mark: &str) -> Vec<Command> {
    vec![put(vec![content(mark.as_bytes())]), act(Act::Write)]
}

/// Commands one after the other.
pub(crate) fn seq<const N: usize>(parts: [Vec<Command>; N]) -> Vec<Command> {
    parts.concat()
}
