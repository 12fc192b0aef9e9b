//! Parameters, one field each, named by [`crate::description::words`].

use super::Table;
use super::command::Reference;
use crate::description::values::{
    ActorValue, Bytes, Class, CustomValue, Day, Device, DigestValue, Energy, Int, Size, Time, TimeOfDay,
    Uint, Vendor, VersionText,
};
use crate::description::words::{self, Word, Words};
use crate::source::Spanned;
use core::fmt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use std::borrow::Cow;
use suit_core::labels::{CUSTOM_MAX, FileType};

/// Parameters of a component.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Parameters {
    /// Vendor identifier.
    pub(crate) vendor: Option<Spanned<Vendor>>,
    /// Class identifier; a name needs the vendor beside it or under `device`.
    pub(crate) class: Option<Spanned<Class>>,
    /// Device identifier.
    pub(crate) device: Option<Spanned<Device>>,
    /// Digest of the image.
    pub(crate) digest: Option<Spanned<DigestValue>>,
    /// Size of the image.
    pub(crate) size: Option<Spanned<Size>>,
    /// Where to get the image.
    pub(crate) uri: Option<Spanned<String>>,
    /// Index into the component's storage area.
    pub(crate) slot: Option<Uint>,
    /// Component to copy from or to exchange with.
    pub(crate) source: Option<Spanned<Reference>>,
    /// Component that a delta starts from.
    pub(crate) base: Option<Spanned<Reference>>,
    /// Bytes to store or to compare with.
    pub(crate) content: Option<Spanned<Bytes>>,
    /// How to decrypt: a COSE_Encrypt message in CBOR, with its tag.
    pub(crate) encryption_info: Option<Spanned<Bytes>>,
    /// Argument for the started image.
    pub(crate) invoke_args: Option<Spanned<Bytes>>,
    /// Argument for the fetcher.
    pub(crate) fetch_args: Option<Spanned<Bytes>>,
    /// The time before which the manifest may be used.
    pub(crate) use_before: Option<Time>,
    /// Least charge of the battery.
    pub(crate) battery_min: Option<Energy>,
    /// Priority of the update; smaller is more urgent.
    pub(crate) priority: Option<Int>,
    /// What the component's version must be.
    pub(crate) version: Option<VersionText>,
    /// Events to wait for.
    pub(crate) wait: Option<Spanned<Wait>>,
    /// What the component is as a file.
    pub(crate) metadata: Option<Spanned<Metadata>>,
    /// Whether commands run strictly in order.
    pub(crate) strict_order: Option<bool>,
    /// Whether a failing condition only ends its sequence.
    pub(crate) soft_failure: Option<bool>,
    /// The application's own parameters, by label.
    #[serde(default)]
    #[schemars(schema_with = "custom_parameters")]
    pub(crate) custom: Option<Spanned<Table<Spanned<CustomValue>>>>,
}

fn custom_parameters(generator: &mut SchemaGenerator) -> Schema {
    let value = generator.subschema_for::<CustomValue>();
    // M §8.4.8.16, §8.4.9: labels of an application's own are below -256.
    let _: i64 = CUSTOM_MAX;
    json_schema!({
        "description": "The application's own parameters, by label; labels are -257 and below.",
        "type": "object",
        "minProperties": 1,
        "propertyNames": { "pattern": "^-(25[7-9]|2[6-9][0-9]|[3-9][0-9]{2}|[1-9][0-9]{3,18})$" },
        "additionalProperties": value,
    })
}

/// Events to wait for: all that are given.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Wait {
    /// The update is authorised at this priority.
    pub(crate) authorization: Option<Int>,
    /// The power state is at least this level, which the deployment defines.
    pub(crate) power: Option<Int>,
    /// The network state is this, which the deployment defines.
    pub(crate) network: Option<Int>,
    /// Another device has a version.
    pub(crate) other_device: Option<OtherDevice>,
    /// It is this time or later.
    pub(crate) time: Option<Time>,
    /// It is this time of day, local.
    pub(crate) time_of_day: Option<TimeOfDay>,
    /// It is this day of the week, local.
    pub(crate) day_of_week: Option<Day>,
    /// It is this time of day in UTC.
    pub(crate) time_of_day_utc: Option<TimeOfDay>,
    /// It is this day of the week in UTC.
    pub(crate) day_of_week_utc: Option<Day>,
}

/// Another device and what its version must be.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherDevice {
    /// Its identifier.
    pub(crate) device: Spanned<Bytes>,
    /// All of these must hold.
    #[schemars(length(min = 1))]
    pub(crate) version: Vec<VersionText>,
}

/// What a component is as a file.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Metadata {
    /// What it is; regular if it isn't said.
    #[serde(rename = "type")]
    pub(crate) file_type: Option<Word<FileType>>,
    /// What everybody else may do.
    pub(crate) permissions: Option<Permissions>,
    /// What users may do.
    #[serde(default)]
    pub(crate) users: Vec<Permission>,
    /// What groups may do.
    #[serde(default)]
    pub(crate) groups: Vec<Permission>,
    /// What roles may do.
    #[serde(default)]
    pub(crate) roles: Vec<Permission>,
    /// When its content was changed.
    pub(crate) modified: Option<Time>,
    /// When it was made.
    pub(crate) created: Option<Time>,
    /// Who made it.
    pub(crate) creator: Option<ActorValue>,
}

/// What somebody may do.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Permission {
    /// Who.
    pub(crate) actor: Spanned<ActorValue>,
    /// What.
    pub(crate) permissions: Permissions,
}

/// Permission bits: as words, or as a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Permissions(pub(crate) u64);

impl<'de> Deserialize<'de> for Permissions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PermissionsVisitor)
    }
}

struct PermissionsVisitor;

impl<'de> Visitor<'de> for PermissionsVisitor {
    type Value = Permissions;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of permissions, or their bits as a number")
    }

    fn visit_u64<E: Error>(self, bits: u64) -> Result<Permissions, E> {
        Ok(Permissions(bits))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Permissions, E> {
        use crate::description::values::Scalar;
        Uint::from_text(text).map(|bits| Permissions(bits.0)).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Permissions, A::Error> {
        let mut bits = 0;
        while let Some(Word(permission)) = sequence.next_element::<Word<words::Permission>>()? {
            bits |= 1 << permission.0;
        }
        Ok(Permissions(bits))
    }
}

impl Permissions {
    /// The words, if there is one for every bit.
    pub(crate) fn words(self) -> Option<Vec<&'static str>> {
        let mut left = self.0;
        let mut list = Vec::new();
        for permission in words::Permission::VALUES {
            if left & (1 << permission.0) != 0 {
                left &= !(1 << permission.0);
                list.push(words::word(*permission));
            }
        }
        (left == 0).then_some(list)
    }
}

impl JsonSchema for Permissions {
    fn schema_name() -> Cow<'static, str> {
        "Permissions".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let word = generator.subschema_for::<Word<words::Permission>>();
        json_schema!({
            "description": "A list of permissions, or their bits as a number.",
            "anyOf": [{ "type": "array", "items": word }, generator.subschema_for::<Uint>()]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::schema_for;
    use std::collections::BTreeSet;
    use suit_core::labels::{MetadataKey, ParameterKey, WaitEvent};

    fn fields<T: JsonSchema>(leave_out: &[&str]) -> BTreeSet<String> {
        let schema = schema_for!(T);
        let fields = schema.get("properties").and_then(|fields| fields.as_object()).unwrap().keys();
        fields.filter(|field| !leave_out.contains(&field.as_str())).cloned().collect()
    }

    fn words_of<T: Words>() -> BTreeSet<String> {
        T::WORDS.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn fields_are_the_words_of_the_registries() {
        assert_eq!(fields::<Parameters>(&["custom"]), words_of::<ParameterKey>());
        assert_eq!(fields::<Wait>(&[]), words_of::<WaitEvent>());
        assert_eq!(fields::<Metadata>(&[]), words_of::<MetadataKey>());
    }

    #[test]
    fn permissions_have_words_for_the_bits_that_are_defined() {
        assert_eq!(Permissions(0b101).words(), Some(vec!["execute", "read"]));
        assert_eq!(Permissions(0).words(), Some(vec![]));
        assert_eq!(Permissions(1 << 14).words(), None);
    }
}
