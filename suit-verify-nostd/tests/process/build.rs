//! Short words for manifests, and envelopes around them that are signed by the test key.

use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::{Command, ComponentId, Digest, Manifest, Member, Parameter, Selection, VendorId};

use crate::common::{Block, Key, bstr, digest, envelope};

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

/// The envelope of a manifest, signed by the test key, with integrated payloads in order of their names.
pub(crate) fn seal_with(manifest: &Manifest, payloads: &[(&str, &[u8])]) -> Vec<u8> {
    let members: Vec<_> =
        payloads.iter().map(|(name, content)| [crate::common::text(name), bstr(content)].concat()).collect();
    seal_encoded(&manifest.encode(), &members)
}

/// The envelope of an encoded manifest, signed by the test key, with these members behind it: key and byte string.
pub(crate) fn seal_encoded(encoded: &[u8], members: &[Vec<u8>]) -> Vec<u8> {
    seal_by(&Key::k1(), encoded, members)
}

/// The same, signed by another key.
pub(crate) fn seal_by(key: &Key, encoded: &[u8], members: &[Vec<u8>]) -> Vec<u8> {
    let digest = digest(-16, &bstr(encoded));
    let block = Block::sign1(key).encode(&digest);
    let mut bytes = envelope(&digest, &[block], encoded, &[]);
    // d8 6b, then a map of two.
    assert_eq!(bytes[2], 0xa2);
    bytes[2] += u8::try_from(members.len()).unwrap();
    bytes.extend(members.concat());
    bytes
}

/// Puts severable sections into the envelope and signs; which of them it then carries is up to `carry`.
pub(crate) fn seal_severed(
    manifest: &mut Manifest,
    keys: &[ManifestKey],
    carry: impl Fn(ManifestKey, Vec<u8>) -> Option<Vec<u8>>,
) -> Vec<u8> {
    use sha2::Digest as _;
    let mut members = Vec::new();
    for key in keys {
        let digest =
            |item: &[u8]| Digest { algorithm: Algorithm::Sha256, bytes: sha2::Sha256::digest(item).to_vec() };
        let content = manifest.sever(*key, digest).unwrap();
        if let Some(content) = carry(*key, content) {
            let code = usize::try_from(key.code()).unwrap();
            members.push([crate::common::head(0, code), bstr(&content)].concat());
        }
    }
    seal_encoded(&manifest.encode(), &members)
}

/// The envelope of a manifest with a section whose encoding is given, for what the owned model can't say.
pub(crate) fn seal_raw(manifest: &Manifest, key: ManifestKey, section: &[u8]) -> Vec<u8> {
    let encoded = manifest.encode();
    // A map of the three members that must be there; the section's key is greater.
    assert_eq!(encoded[0], 0xa3);
    let entry = [crate::common::head(0, usize::try_from(key.code()).unwrap()), bstr(section)].concat();
    seal_encoded(&[&[0xa4], &encoded[1..], &entry].concat(), &[])
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

/// The digest of a manifest, as a dependent gives it.
pub(crate) fn digest_of(manifest: &Manifest) -> Parameter {
    sha256(&bstr(&manifest.encode()))
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
