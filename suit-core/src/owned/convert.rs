//! From the borrowed model to the owned one.

use super::command::{Command, Selection};
use super::manifest::{ComponentId, Digest, LanguageText, Manifest, Member, Text};
use super::parameter::{Actor, Custom, Metadata, OtherDevice, Parameter, VendorId, VersionMatch, WaitInfo};
use crate::cbor::Reader;
use crate::command::{Operation, Sequence};
use crate::error::{Error, ErrorKind};
use crate::grammar::{Item, LANGUAGES, Shape, Visitor, walk};
use crate::labels::ManifestKey;
use crate::manifest::Severable;
use crate::{command, metadata, parameter, text, version, wait};
use alloc::vec::Vec;

impl From<&crate::digest::Digest<'_>> for Digest {
    fn from(digest: &crate::digest::Digest<'_>) -> Self {
        Self { algorithm: digest.algorithm(), bytes: digest.bytes().into() }
    }
}

impl From<&crate::component::ComponentId<'_>> for ComponentId {
    fn from(id: &crate::component::ComponentId<'_>) -> Self {
        Self(id.parts().map(Into::into).collect())
    }
}

impl TryFrom<&crate::Manifest<'_>> for Manifest {
    type Error = Error;

    /// Copies a manifest. Text, which the borrowed form leaves unread, is read here.
    ///
    /// # Errors
    /// Faults of the text.
    fn try_from(manifest: &crate::Manifest<'_>) -> Result<Self, Error> {
        let mut sections = alloc::collections::BTreeMap::new();
        for key in ManifestKey::ALL {
            if let Some(section) = manifest.section(*key) {
                sections.insert(*key, member(section, |sequence| Command::sequence(&sequence))?);
            }
        }
        Ok(Self {
            sequence_number: manifest.sequence_number(),
            dependencies: manifest
                .dependencies()
                .iter()
                .map(|dependency| (dependency.index, dependency.prefix.as_ref().map(Into::into)))
                .collect(),
            components: manifest.components().iter().map(|id| (&id).into()).collect(),
            shared: manifest.shared_sequence().map(|shared| Command::sequence(&shared)).transpose()?,
            reference_uri: manifest.reference_uri().map(Into::into),
            component_id: manifest.component_id().map(|id| (&id).into()),
            set_version: manifest.set_version().map(|version| version.parts().collect()),
            sections,
            coswid: manifest
                .coswid()
                .map(|tag| member(tag, |content| Ok(content.rest().into())))
                .transpose()?,
            text: manifest.text().map(|text| member(text, read_text)).transpose()?,
        })
    }
}

fn member<T, U>(
    member: Severable<'_, T>,
    convert: impl FnOnce(T) -> Result<U, Error>,
) -> Result<Member<U>, Error> {
    match member {
        Severable::Inline(inline) => convert(inline).map(Member::Inline),
        Severable::Severed(digest) => Ok(Member::Severed((&digest).into())),
    }
}

/// The walk over what a device leaves as bytes.
struct Whole;

impl<'a> Visitor<'a> for Whole {
    const DEEP: bool = true;

    fn enter(&mut self, _: &Item<'a>) -> Result<(), Error> {
        Ok(())
    }
}

/// Holds what `content` has left against a shape that a device may not have.
fn whole(shape: Shape, content: Reader<'_>) -> Result<(), Error> {
    let mut reader = content;
    walk(shape, &mut reader, &mut Whole)?;
    reader.finish()
}

/// Copies a text map that fills `content`.
///
/// # Errors
/// Faults of the encoding and of the grammar: a copy has no place for keys out of order, or for what follows the map.
pub fn read_text(content: Reader<'_>) -> Result<Text, Error> {
    whole(LANGUAGES, content)?;
    let mut languages = Text::new();
    for language in text::Text::parse(content)? {
        let language = language?;
        let mut owned = LanguageText::default();
        for piece in language {
            match piece? {
                text::Piece::Manifest(key, value) => {
                    owned.manifest.insert(key, value.into());
                }
                text::Piece::Component(id, texts) => {
                    let texts = texts.map(|entry| entry.map(|(key, value)| (key, value.into())));
                    owned.components.insert((&id).into(), texts.collect::<Result<_, _>>()?);
                }
            }
        }
        languages.insert(language.tag().into(), owned);
    }
    Ok(languages)
}

impl Command {
    /// Copies a sequence. The nesting of a checked sequence is bounded by the grammar.
    ///
    /// # Errors
    /// Faults of sequences that were not checked before.
    pub fn sequence(sequence: &Sequence<'_>) -> Result<Vec<Self>, Error> {
        sequence.commands().map(|command| Self::copy(&command?)).collect()
    }

    fn copy(command: &command::Command<'_>) -> Result<Self, Error> {
        let parameters = |list: parameter::Parameters<'_>| {
            list.map(|parameter| Parameter::copy(parameter?)).collect::<Result<Vec<_>, Error>>()
        };
        Ok(match command.operation {
            Operation::Condition(condition, policy) => Self::Condition(condition, policy),
            Operation::Act(act, policy) => Self::Act(act, policy),
            Operation::SetComponentIndex(selection) => Self::SetComponentIndex(match selection {
                command::Selection::One(index) => Selection::One(index),
                command::Selection::All => Selection::All,
                command::Selection::Several(indices) => Selection::Several(indices.collect()),
            }),
            Operation::TryEach(alternatives) => {
                let mut copies = Vec::new();
                let mut or_nothing = false;
                for alternative in alternatives {
                    match alternative {
                        Some(commands) => copies.push(Self::sequence(&commands)?),
                        None => or_nothing = true,
                    }
                }
                Self::TryEach(copies, or_nothing)
            }
            Operation::SetParameters(list) => Self::SetParameters(parameters(list)?),
            Operation::OverrideParameters(list) => Self::OverrideParameters(parameters(list)?),
            Operation::RunSequence(commands) => Self::RunSequence(Self::sequence(&commands)?),
            Operation::OverrideMultiple(components) => Self::OverrideMultiple(
                components
                    .parameters()
                    .map(|(index, list)| Ok((index, parameters(list)?)))
                    .collect::<Result<_, Error>>()?,
            ),
            Operation::CopyParams(components) => Self::CopyParams(
                components.labels().map(|(index, labels)| (index, labels.collect())).collect(),
            ),
            Operation::Custom(code, argument) => Self::Custom(code, (&argument).into()),
        })
    }
}

fn uuid(bytes: &[u8]) -> Result<[u8; 16], Error> {
    bytes.try_into().map_err(|_| Error::new(ErrorKind::WrongLength, 0))
}

impl Parameter {
    fn copy(parameter: parameter::Parameter<'_>) -> Result<Self, Error> {
        use parameter::Parameter as Borrowed;
        Ok(match parameter {
            Borrowed::VendorIdentifier(parameter::VendorId::Uuid(id)) => {
                Self::VendorIdentifier(VendorId::Uuid(uuid(id)?))
            }
            Borrowed::VendorIdentifier(parameter::VendorId::Pen(oid)) => {
                Self::VendorIdentifier(VendorId::Pen(oid.into()))
            }
            Borrowed::ClassIdentifier(id) => Self::ClassIdentifier(uuid(id)?),
            Borrowed::DeviceIdentifier(id) => Self::DeviceIdentifier(uuid(id)?),
            Borrowed::ImageDigest(digest) => Self::ImageDigest((&digest).into()),
            Borrowed::UseBefore(value) => Self::UseBefore(value),
            Borrowed::ComponentSlot(value) => Self::ComponentSlot(value),
            Borrowed::StrictOrder(value) => Self::StrictOrder(value),
            Borrowed::SoftFailure(value) => Self::SoftFailure(value),
            Borrowed::ImageSize(value) => Self::ImageSize(value),
            Borrowed::Content(value) => Self::Content(value.into()),
            Borrowed::EncryptionInfo(value) => Self::EncryptionInfo(value.into()),
            Borrowed::Uri(value) => Self::Uri(value.into()),
            Borrowed::SourceComponent(value) => Self::SourceComponent(value),
            Borrowed::InvokeArgs(value) => Self::InvokeArgs(value.into()),
            Borrowed::FetchArguments(value) => Self::FetchArguments(value.into()),
            Borrowed::MinimumBattery(value) => Self::MinimumBattery(value),
            Borrowed::UpdatePriority(value) => Self::UpdatePriority(value),
            Borrowed::Version(comparison) => Self::Version((&comparison).into()),
            Borrowed::WaitInfo(content) => Self::WaitInfo(WaitInfo::copy(content)?),
            Borrowed::ComponentMetadata(content) => Self::ComponentMetadata(Metadata::copy(content)?),
            Borrowed::DeltaBase(index) => Self::DeltaBase(index),
            Borrowed::Custom(label, value) => Self::Custom(label, (&value).into()),
        })
    }
}

impl From<&parameter::Custom<'_>> for Custom {
    fn from(value: &parameter::Custom<'_>) -> Self {
        match *value {
            parameter::Custom::Int(value) => Self::Int(value),
            parameter::Custom::Bool(value) => Self::Bool(value),
            parameter::Custom::Text(value) => Self::Text(value.into()),
            parameter::Custom::Bytes(value) => Self::Bytes(value.into()),
            parameter::Custom::Nil => Self::Nil,
        }
    }
}

impl From<&version::VersionMatch<'_>> for VersionMatch {
    fn from(comparison: &version::VersionMatch<'_>) -> Self {
        Self { comparison: comparison.comparison, version: comparison.version.parts().collect() }
    }
}

impl WaitInfo {
    fn copy(content: &[u8]) -> Result<Self, Error> {
        let mut owned = Self::default();
        for event in wait::WaitInfo::known(Reader::new(content)) {
            match event? {
                wait::Event::Authorization(value) => owned.authorization = Some(value),
                wait::Event::Power(value) => owned.power = Some(value),
                wait::Event::Network(value) => owned.network = Some(value),
                wait::Event::OtherDeviceVersion(device, versions) => {
                    let versions = versions.map(|version| (&version).into()).collect();
                    owned.other_device_version = Some(OtherDevice { device: device.into(), versions });
                }
                wait::Event::Time(value) => owned.time = Some(value),
                wait::Event::TimeOfDay(value) => owned.time_of_day = Some(value),
                wait::Event::DayOfWeek(value) => owned.day_of_week = Some(value),
                wait::Event::TimeOfDayUtc(value) => owned.time_of_day_utc = Some(value),
                wait::Event::DayOfWeekUtc(value) => owned.day_of_week_utc = Some(value),
            }
        }
        Ok(owned)
    }
}

impl Metadata {
    fn copy(content: &[u8]) -> Result<Self, Error> {
        use metadata::Entry;
        let permissions = |list: metadata::Permissions<'_>| {
            list.map(|(actor, bits)| Ok((Actor::copy(actor)?, bits))).collect::<Result<Vec<_>, Error>>()
        };
        let mut owned = Self::default();
        for entry in metadata::Metadata::parse(Reader::new(content))? {
            match entry? {
                Entry::DefaultPermissions(bits) => owned.default_permissions = Some(bits),
                Entry::UserPermissions(list) => owned.user_permissions = permissions(list)?,
                Entry::GroupPermissions(list) => owned.group_permissions = permissions(list)?,
                Entry::RolePermissions(list) => owned.role_permissions = permissions(list)?,
                Entry::FileType(kind) => owned.file_type = Some(kind),
                Entry::ModificationTime(seconds) => owned.modification_time = Some(seconds),
                Entry::CreationTime(seconds) => owned.creation_time = Some(seconds),
                Entry::Creator(actor) => owned.creator = Some(Actor::copy(actor)?),
            }
        }
        Ok(owned)
    }
}

impl Actor {
    fn copy(actor: metadata::Actor<'_>) -> Result<Self, Error> {
        Ok(match actor {
            metadata::Actor::Int(value) => Self::Int(value),
            metadata::Actor::Bytes(value) => Self::Bytes(value.into()),
            metadata::Actor::Text(value) => Self::Text(value.into()),
            metadata::Actor::Uuid(id) => Self::Uuid(uuid(id)?),
        })
    }
}
