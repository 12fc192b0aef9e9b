//! The words of descriptions: every registered name that a description can use, spelled once, beside the
//! registry entry that it stands for.
//!
//! A word is short because it is written often; it never changes once released. Fields of tables that stand
//! for registry entries ([`ParameterKey`], [`WaitEvent`], …) are struct fields in [`super::model`]; a test
//! holds them against this table.

use core::fmt;
use core::marker::PhantomData;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Deserialize, Deserializer, Visitor};
use std::borrow::Cow;
use suit_core::command::Act;
use suit_core::labels::{
    Algorithm, ComponentTextKey, Condition, FileType, ManifestKey, MetadataKey, ParameterKey, TextKey,
    VersionComparison, WaitEvent,
};

/// Has a word.
pub(crate) trait Words: Copy + PartialEq + 'static {
    /// Name of the set of words in the JSON Schema.
    const NAME: &'static str;
    /// What one of them is, for messages: `a condition`.
    const WHAT: &'static str;
    /// All that have a word.
    const VALUES: &'static [Self];
    /// Their words, in the same order.
    const WORDS: &'static [&'static str];

    /// The word, if there is one.
    fn word(self) -> Option<&'static str> {
        Self::VALUES.iter().position(|value| *value == self).and_then(|at| Self::WORDS.get(at)).copied()
    }

    /// The value that has this word.
    fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().position(|known| *known == word).and_then(|at| Self::VALUES.get(at)).copied()
    }
}

/// The word, where every value has one.
pub(crate) fn word<T: Words>(value: T) -> &'static str {
    value.word().expect("a test holds the table against the registry")
}

macro_rules! words {
    ( $( $type:ty, $name:literal, $what:literal { $( $value:expr => $word:literal, )* } )* ) => {
        $(
            impl Words for $type {
                const NAME: &'static str = $name;
                const WHAT: &'static str = $what;
                const VALUES: &'static [Self] = &[ $( $value, )* ];
                const WORDS: &'static [&'static str] = &[ $( $word, )* ];
            }
        )*
    };
}

words! {
    Condition, "ConditionWord", "a condition" {
        Condition::VendorIdentifier => "vendor",
        Condition::ClassIdentifier => "class",
        Condition::DeviceIdentifier => "device",
        Condition::ImageMatch => "image",
        Condition::ImageNotMatch => "image-differs",
        Condition::CheckContent => "content",
        Condition::ComponentSlot => "slot",
        Condition::Version => "version",
        Condition::UseBefore => "use-before",
        Condition::MinimumBattery => "battery-min",
        Condition::UpdateAuthorized => "authorized",
        Condition::DependencyIntegrity => "dependency-integrity",
        Condition::IsDependency => "is-dependency",
        Condition::Abort => "abort",
    }

    Act, "ActionWord", "an action" {
        Act::Fetch => "fetch",
        Act::Copy => "copy",
        Act::Swap => "swap",
        Act::Write => "write",
        Act::Invoke => "invoke",
        Act::Wait => "wait",
        Act::Unlink => "unlink",
        Act::ProcessDependency => "process-dependency",
        Act::InstallDelta => "install-delta",
    }

    ParameterKey, "ParameterWord", "a parameter" {
        ParameterKey::VendorIdentifier => "vendor",
        ParameterKey::ClassIdentifier => "class",
        ParameterKey::DeviceIdentifier => "device",
        ParameterKey::ImageDigest => "digest",
        ParameterKey::ImageSize => "size",
        ParameterKey::Uri => "uri",
        ParameterKey::ComponentSlot => "slot",
        ParameterKey::SourceComponent => "source",
        ParameterKey::DeltaBase => "base",
        ParameterKey::Content => "content",
        ParameterKey::EncryptionInfo => "encryption-info",
        ParameterKey::InvokeArgs => "invoke-args",
        ParameterKey::FetchArguments => "fetch-args",
        ParameterKey::UseBefore => "use-before",
        ParameterKey::MinimumBattery => "battery-min",
        ParameterKey::UpdatePriority => "priority",
        ParameterKey::Version => "version",
        ParameterKey::WaitInfo => "wait",
        ParameterKey::ComponentMetadata => "metadata",
        ParameterKey::StrictOrder => "strict-order",
        ParameterKey::SoftFailure => "soft-failure",
    }

    // The sections keep the names of the drafts: who looks for one there has to find it.
    ManifestKey, "SectionWord", "a part of the manifest" {
        ManifestKey::Validate => "validate",
        ManifestKey::Load => "load",
        ManifestKey::Invoke => "invoke",
        ManifestKey::DependencyResolution => "dependency-resolution",
        ManifestKey::PayloadFetch => "payload-fetch",
        ManifestKey::CandidateVerification => "candidate-verification",
        ManifestKey::Install => "install",
        ManifestKey::Uninstall => "uninstall",
        ManifestKey::CoSwid => "coswid",
        ManifestKey::Text => "text",
    }

    WaitEvent, "WaitWord", "an event" {
        WaitEvent::Authorization => "authorization",
        WaitEvent::Power => "power",
        WaitEvent::Network => "network",
        WaitEvent::OtherDeviceVersion => "other-device",
        WaitEvent::Time => "time",
        WaitEvent::TimeOfDay => "time-of-day",
        WaitEvent::DayOfWeek => "day-of-week",
        WaitEvent::TimeOfDayUtc => "time-of-day-utc",
        WaitEvent::DayOfWeekUtc => "day-of-week-utc",
    }

    MetadataKey, "MetadataWord", "file metadata" {
        MetadataKey::DefaultPermissions => "permissions",
        MetadataKey::UserPermissions => "users",
        MetadataKey::GroupPermissions => "groups",
        MetadataKey::RolePermissions => "roles",
        MetadataKey::FileType => "type",
        MetadataKey::ModificationTime => "modified",
        MetadataKey::CreationTime => "created",
        MetadataKey::Creator => "creator",
    }

    FileType, "FileTypeWord", "a kind of file" {
        FileType::Regular => "regular",
        FileType::Directory => "directory",
        FileType::Symlink => "symlink",
    }

    TextKey, "TextWord", "a text" {
        TextKey::ManifestDescription => "description",
        TextKey::UpdateDescription => "update-description",
        TextKey::JsonSource => "json-source",
        TextKey::YamlSource => "yaml-source",
    }

    ComponentTextKey, "ComponentTextWord", "a text about a component" {
        ComponentTextKey::VendorName => "vendor-name",
        ComponentTextKey::ModelName => "model-name",
        ComponentTextKey::VendorDomain => "vendor-domain",
        ComponentTextKey::ModelInfo => "model-info",
        ComponentTextKey::ComponentDescription => "description",
        ComponentTextKey::ComponentVersion => "version",
        ComponentTextKey::VersionRequired => "version-required",
        ComponentTextKey::CurrentVersion => "current-version",
    }

    VersionComparison, "ComparisonWord", "a comparison" {
        VersionComparison::Greater => ">",
        VersionComparison::GreaterEqual => ">=",
        VersionComparison::Equal => "=",
        VersionComparison::LesserEqual => "<=",
        VersionComparison::Lesser => "<",
    }

    // The hashes alone: no description names another algorithm.
    Algorithm, "HashWord", "a hash algorithm" {
        Algorithm::Sha256 => "sha-256",
        Algorithm::Sha384 => "sha-384",
        Algorithm::Sha512 => "sha-512",
        Algorithm::Shake128 => "shake128",
        Algorithm::Shake256 => "shake256",
    }

    Report, "ReportWord", "what to report" {
        Report::Success => "success",
        Report::Failure => "failure",
        Report::SystemSuccess => "system-on-success",
        Report::SystemFailure => "system-on-failure",
    }

    Permission, "PermissionWord", "a permission" {
        Permission(0) => "execute",
        Permission(1) => "write",
        Permission(2) => "read",
        Permission(3) => "append",
        Permission(4) => "read-attributes",
        Permission(5) => "read-permissions",
        Permission(6) => "change-permissions",
        Permission(7) => "change-owner",
        Permission(8) => "write-attributes",
        Permission(9) => "delete-below",
        Permission(10) => "delete",
        Permission(11) => "sync",
        Permission(12) => "read-extended",
        Permission(13) => "write-extended",
    }

    Weekday, "WeekdayWord", "a day of the week" {
        Weekday(0) => "sunday",
        Weekday(1) => "monday",
        Weekday(2) => "tuesday",
        Weekday(3) => "wednesday",
        Weekday(4) => "thursday",
        Weekday(5) => "friday",
        Weekday(6) => "saturday",
    }
}

/// A bit of a reporting policy (draft-ietf-suit-manifest-37 §8.4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Record the command if it succeeds.
    Success,
    /// Record it if it fails.
    Failure,
    /// Give system information if it succeeds.
    SystemSuccess,
    /// Give system information if it fails.
    SystemFailure,
}

impl Report {
    /// The bit.
    pub(crate) const fn bit(self) -> u8 {
        use suit_core::command::ReportPolicy;
        match self {
            Self::Success => ReportPolicy::RECORD_ON_SUCCESS,
            Self::Failure => ReportPolicy::RECORD_ON_FAILURE,
            Self::SystemSuccess => ReportPolicy::SYSINFO_ON_SUCCESS,
            Self::SystemFailure => ReportPolicy::SYSINFO_ON_FAILURE,
        }
    }
}

/// A permission bit of component metadata, by its number (draft-ietf-suit-update-management-14 §4.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permission(pub(crate) u32);

/// A day of the week, by its number in wait events (draft-ietf-suit-update-management-14 §4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Weekday(pub(crate) u64);

/// A value that is written as its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word<T>(pub(crate) T);

impl<'de, T: Words> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(WordVisitor(PhantomData))
    }
}

struct WordVisitor<T>(PhantomData<T>);

impl<T: Words> Visitor<'_> for WordVisitor<T> {
    type Value = Word<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Word<T>, E> {
        T::from_word(word).map(Word).ok_or_else(|| E::unknown_variant(word, T::WORDS))
    }
}

impl<T: Words> JsonSchema for Word<T> {
    fn schema_name() -> Cow<'static, str> {
        T::NAME.into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "enum": T::WORDS })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn unambiguous<T: Words + fmt::Debug>() {
        assert_eq!(T::VALUES.len(), T::WORDS.len(), "{}", T::NAME);
        assert_eq!(T::WORDS.iter().collect::<BTreeSet<_>>().len(), T::WORDS.len(), "{}", T::NAME);
        for value in T::VALUES {
            assert_eq!(T::from_word(word(*value)), Some(*value), "{}", T::NAME);
        }
    }

    fn complete<T: Words + fmt::Debug>(all: &[T]) {
        unambiguous::<T>();
        for value in all {
            assert!(value.word().is_some(), "{value:?} has no word");
        }
    }

    #[test]
    fn every_entry_of_every_registry_has_one_word() {
        complete(Condition::ALL);
        complete(Act::ALL);
        complete(ParameterKey::ALL);
        complete(WaitEvent::ALL);
        complete(MetadataKey::ALL);
        complete(FileType::ALL);
        complete(TextKey::ALL);
        complete(ComponentTextKey::ALL);
        complete(VersionComparison::ALL);
        let hashes: Vec<_> = Algorithm::ALL.iter().copied().filter(|it| it.digest_len().is_some()).collect();
        complete(&hashes);
        unambiguous::<ManifestKey>();
        unambiguous::<Report>();
        unambiguous::<Permission>();
        unambiguous::<Weekday>();
    }
}
