//! Encodings of the owned model: deterministic, maps sorted bytewise (RFC 8949 §4.2.1).

use super::command::{Command, Selection};
use super::manifest::{ComponentId, Digest, LanguageText, Manifest, Member, Text};
use super::parameter::{Actor, Custom, Metadata, Parameter, VendorId, VersionMatch, WaitInfo};
use crate::cbor::Writer;
use crate::labels::{
    CommonKey, DependencyKey, Directive, MANIFEST_VERSION, ManifestKey, MetadataKey, Tag, WaitEvent,
};
use alloc::vec::Vec;
use core::convert::Infallible;

/// Has one encoding.
pub(super) trait Encoding {
    /// That encoding.
    fn encoded(&self) -> Vec<u8>;
}

/// A vector always has room.
pub(super) fn finish(result: Result<(), Infallible>) {
    match result {
        Ok(()) => {}
        Err(never) => match never {},
    }
}

fn write(write: impl FnOnce(&mut Writer<Vec<u8>>) -> Result<(), Infallible>) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    finish(write(&mut writer));
    writer.into_inner()
}

pub(super) fn int(value: i64) -> Vec<u8> {
    write(|writer| writer.int(value))
}

fn uint(value: u64) -> Vec<u8> {
    write(|writer| writer.uint(value))
}

fn bool(value: bool) -> Vec<u8> {
    write(|writer| writer.bool(value))
}

pub(super) fn text(value: &str) -> Vec<u8> {
    write(|writer| writer.text(value))
}

pub(super) fn bytes(value: &[u8]) -> Vec<u8> {
    write(|writer| writer.bytes(value))
}

fn null() -> Vec<u8> {
    write(Writer::null)
}

fn tagged(tag: Tag, content: &[u8]) -> Vec<u8> {
    write(|writer| {
        writer.tag(tag)?;
        writer.raw(content)
    })
}

fn array(items: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let items: Vec<_> = items.into_iter().collect();
    write(|writer| {
        writer.array(items.len())?;
        items.iter().try_for_each(|item| writer.raw(item))
    })
}

/// A map of encoded keys and values, sorted bytewise. Equal keys stay, for the reader to refuse.
pub(super) fn map(mut entries: Vec<(Vec<u8>, Vec<u8>)>) -> Vec<u8> {
    entries.sort();
    write(|writer| {
        writer.map(entries.len())?;
        entries.iter().try_for_each(|(key, value)| {
            writer.raw(key)?;
            writer.raw(value)
        })
    })
}

impl Manifest {
    /// The manifest's one encoding. It is not checked here: [`crate::Manifest::parse`] does that.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut entries = alloc::vec![
            (ManifestKey::Version, uint(MANIFEST_VERSION)),
            (ManifestKey::SequenceNumber, uint(self.sequence_number)),
            (ManifestKey::Common, bytes(&self.common())),
        ];
        entries.extend(self.reference_uri.as_ref().map(|uri| (ManifestKey::ReferenceUri, text(uri))));
        entries.extend(self.component_id.as_ref().map(|id| (ManifestKey::ComponentId, id.encoded())));
        entries.extend(
            self.set_version.as_ref().map(|version| (ManifestKey::SetVersion, bytes(&parts(version)))),
        );
        for (key, section) in &self.sections {
            entries.push((*key, section.member(|commands| sequence(commands))));
        }
        entries.extend(
            self.coswid
                .as_ref()
                .map(|coswid| (ManifestKey::CoSwid, coswid.member(|content| content.clone()))),
        );
        entries.extend(self.text.as_ref().map(|member| (ManifestKey::Text, member.member(encode_text))));
        map(entries.into_iter().map(|(key, value)| (int(key.code()), value)).collect())
    }

    fn common(&self) -> Vec<u8> {
        let mut entries = Vec::new();
        if !self.dependencies.is_empty() {
            let dependencies = self.dependencies.iter().map(|(index, prefix)| {
                let prefix =
                    prefix.iter().map(|prefix| (int(DependencyKey::Prefix.code()), prefix.encoded()));
                (uint(*index), map(prefix.collect()))
            });
            entries.push((CommonKey::Dependencies, map(dependencies.collect())));
        }
        if !self.components.is_empty() {
            entries.push((CommonKey::Components, array(self.components.iter().map(Encoding::encoded))));
        }
        if let Some(shared) = &self.shared {
            entries.push((CommonKey::SharedSequence, bytes(&sequence(shared))));
        }
        map(entries.into_iter().map(|(key, value)| (int(key.code()), value)).collect())
    }

    /// Puts a severable member into the envelope: replaces it by the digest that `digest` computes of its byte string,
    /// head included, and returns that string's content. `None` if there is nothing inline under this key.
    pub fn sever(&mut self, key: ManifestKey, digest: impl FnOnce(&[u8]) -> Digest) -> Option<Vec<u8>> {
        match key {
            ManifestKey::CoSwid => sever(self.coswid.as_mut()?, Clone::clone, digest),
            ManifestKey::Text => sever(self.text.as_mut()?, encode_text, digest),
            _ => sever(self.sections.get_mut(&key)?, |commands| sequence(commands), digest),
        }
    }
}

fn sever<T>(
    member: &mut Member<T>,
    encode: impl FnOnce(&T) -> Vec<u8>,
    digest: impl FnOnce(&[u8]) -> Digest,
) -> Option<Vec<u8>> {
    let Member::Inline(inline) = member else { return None };
    let content = encode(inline);
    // M §8.4.12: the digest covers the byte string with its head.
    *member = Member::Severed(digest(&bytes(&content)));
    Some(content)
}

impl<T> Member<T> {
    fn member(&self, encode: impl FnOnce(&T) -> Vec<u8>) -> Vec<u8> {
        match self {
            Self::Inline(inline) => bytes(&encode(inline)),
            Self::Severed(digest) => digest.encoded(),
        }
    }
}

impl Encoding for Digest {
    fn encoded(&self) -> Vec<u8> {
        array([int(self.algorithm.code()), bytes(&self.bytes)])
    }
}

impl Digest {
    /// The digest's encoding, `[algorithm, bytes]`: what authentication blocks sign.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encoded()
    }
}

impl Encoding for ComponentId {
    fn encoded(&self) -> Vec<u8> {
        array(self.0.iter().map(|part| bytes(part)))
    }
}

/// Encoding of a text map.
fn encode_text(languages: &Text) -> Vec<u8> {
    map(languages.iter().map(|(tag, language)| (text(tag), language.encoded())).collect())
}

impl Encoding for LanguageText {
    fn encoded(&self) -> Vec<u8> {
        let mut entries: Vec<_> =
            self.manifest.iter().map(|(key, value)| (int(key.code()), text(value))).collect();
        entries.extend(self.components.iter().map(|(id, texts)| {
            (id.encoded(), map(texts.iter().map(|(key, value)| (int(key.code()), text(value))).collect()))
        }));
        map(entries)
    }
}

fn parts(version: &[i64]) -> Vec<u8> {
    array(version.iter().map(|part| int(*part)))
}

/// Encoding of a command sequence.
fn sequence(commands: &[Command]) -> Vec<u8> {
    array(commands.iter().flat_map(Command::code_and_argument))
}

impl Command {
    /// Encoding of a sequence of these commands, without a byte string around it.
    #[must_use]
    pub fn encode_sequence(commands: &[Self]) -> Vec<u8> {
        sequence(commands)
    }

    fn code_and_argument(&self) -> [Vec<u8>; 2] {
        let (code, argument) = match self {
            Self::Condition(condition, policy) => (condition.code(), int(policy.bits().into())),
            Self::Act(act, policy) => (act.directive().code(), int(policy.bits().into())),
            Self::SetComponentIndex(selection) => (
                Directive::SetComponentIndex.code(),
                match selection {
                    Selection::One(index) => uint(*index),
                    Selection::All => bool(true),
                    Selection::Several(indices) => array(indices.iter().map(|index| uint(*index))),
                },
            ),
            Self::TryEach(alternatives, or_nothing) => {
                let items = alternatives.iter().map(|commands| bytes(&sequence(commands)));
                (Directive::TryEach.code(), array(items.chain(or_nothing.then(null))))
            }
            Self::SetParameters(list) => (Directive::SetParameters.code(), parameters(list)),
            Self::OverrideParameters(list) => (Directive::OverrideParameters.code(), parameters(list)),
            Self::RunSequence(commands) => (Directive::RunSequence.code(), bytes(&sequence(commands))),
            Self::OverrideMultiple(components) => {
                let entries = components.iter().map(|(index, list)| (uint(*index), parameters(list)));
                (Directive::OverrideMultiple.code(), map(entries.collect()))
            }
            Self::CopyParams(components) => {
                let entries = components
                    .iter()
                    .map(|(index, labels)| (uint(*index), array(labels.iter().map(|label| int(*label)))));
                (Directive::CopyParams.code(), map(entries.collect()))
            }
            Self::Custom(code, argument) => (*code, argument.encoded()),
        };
        [int(code), argument]
    }
}

fn parameters(list: &[Parameter]) -> Vec<u8> {
    map(list.iter().map(|parameter| (int(parameter.label()), parameter.encoded())).collect())
}

impl Encoding for Parameter {
    fn encoded(&self) -> Vec<u8> {
        match self {
            Self::VendorIdentifier(VendorId::Uuid(id)) => bytes(id),
            Self::VendorIdentifier(VendorId::Pen(oid)) => tagged(Tag::RelativeOid, &bytes(oid)),
            Self::ClassIdentifier(id) | Self::DeviceIdentifier(id) => bytes(id),
            // M §8.4.8: structured parameters are wrapped in a byte string.
            Self::ImageDigest(digest) => bytes(&digest.encoded()),
            Self::Version(comparison) => bytes(&comparison.encoded()),
            Self::WaitInfo(events) => bytes(&events.encoded()),
            Self::ComponentMetadata(metadata) => bytes(&metadata.encoded()),
            Self::UseBefore(value)
            | Self::ComponentSlot(value)
            | Self::ImageSize(value)
            | Self::SourceComponent(value)
            | Self::DeltaBase(value)
            | Self::MinimumBattery(value) => uint(*value),
            Self::StrictOrder(value) | Self::SoftFailure(value) => bool(*value),
            Self::Content(value)
            | Self::EncryptionInfo(value)
            | Self::InvokeArgs(value)
            | Self::FetchArguments(value) => bytes(value),
            Self::Uri(uri) => text(uri),
            Self::UpdatePriority(priority) => int(*priority),
            Self::Custom(_, value) => value.encoded(),
        }
    }
}

impl Encoding for Custom {
    fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Int(value) => int(*value),
            Self::Bool(value) => bool(*value),
            Self::Text(value) => text(value),
            Self::Bytes(value) => bytes(value),
            Self::Nil => null(),
        }
    }
}

impl Encoding for VersionMatch {
    fn encoded(&self) -> Vec<u8> {
        array([int(self.comparison.code()), parts(&self.version)])
    }
}

impl Encoding for WaitInfo {
    fn encoded(&self) -> Vec<u8> {
        let signed = [
            (WaitEvent::Authorization, self.authorization),
            (WaitEvent::Power, self.power),
            (WaitEvent::Network, self.network),
        ];
        let unsigned = [
            (WaitEvent::Time, self.time),
            (WaitEvent::TimeOfDay, self.time_of_day),
            (WaitEvent::DayOfWeek, self.day_of_week),
            (WaitEvent::TimeOfDayUtc, self.time_of_day_utc),
            (WaitEvent::DayOfWeekUtc, self.day_of_week_utc),
        ];
        let other = self.other_device_version.as_ref().map(|other| {
            let versions = array(other.versions.iter().map(Encoding::encoded));
            (WaitEvent::OtherDeviceVersion, array([bytes(&other.device), versions]))
        });
        let signed = signed.into_iter().filter_map(|(event, value)| Some((event, int(value?))));
        let unsigned = unsigned.into_iter().filter_map(|(event, value)| Some((event, uint(value?))));
        map(signed.chain(unsigned).chain(other).map(|(event, value)| (int(event.code()), value)).collect())
    }
}

impl Encoding for Metadata {
    fn encoded(&self) -> Vec<u8> {
        let time = |seconds: u64| tagged(Tag::EpochTime, &uint(seconds));
        let permissions = |list: &[(Actor, u64)]| {
            (!list.is_empty())
                .then(|| map(list.iter().map(|(actor, bits)| (actor.encoded(), uint(*bits))).collect()))
        };
        let entries = [
            (MetadataKey::DefaultPermissions, self.default_permissions.map(uint)),
            (MetadataKey::UserPermissions, permissions(&self.user_permissions)),
            (MetadataKey::GroupPermissions, permissions(&self.group_permissions)),
            (MetadataKey::RolePermissions, permissions(&self.role_permissions)),
            (MetadataKey::FileType, self.file_type.map(|kind| int(kind.code()))),
            (MetadataKey::ModificationTime, self.modification_time.map(time)),
            (MetadataKey::CreationTime, self.creation_time.map(time)),
            (MetadataKey::Creator, self.creator.as_ref().map(Encoding::encoded)),
        ];
        map(entries.into_iter().filter_map(|(key, value)| Some((int(key.code()), value?))).collect())
    }
}

impl Encoding for Actor {
    fn encoded(&self) -> Vec<u8> {
        match self {
            Self::Int(value) => int(*value),
            Self::Bytes(value) => bytes(value),
            Self::Text(value) => text(value),
            Self::Uuid(id) => tagged(Tag::Uuid, &bytes(id)),
        }
    }
}
