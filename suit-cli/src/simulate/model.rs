//! What a device file says: one model for TOML and JSON, and the source of the JSON Schema. Only the form stands here;
//! what the words mean together is in [`super::device`].

use super::owner::{OwnerFile, ZoneText};
use crate::description::model::{FileKind, Sections, Table};
use crate::description::values::{
    Bytes, Class, Device, Energy, Fault, Int, Label, Release, Scalar, Size, Time, Uint, Vendor,
};
use crate::description::words::{Word, Words};
use crate::source::Spanned;
use core::fmt;
use core::marker::PhantomData;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;

/// A virtual device for `suit simulate`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct DeviceFile {
    /// Always `suit-device/1`.
    #[expect(dead_code, reason = "read for the sake of refusing other formats")]
    pub(crate) format: Spanned<Word<Format>>,
    /// What messages call the device.
    pub(crate) name: Option<String>,
    /// What the device is.
    pub(crate) identity: Identity,
    /// Geometry of the memory that components are stored in.
    #[serde(default)]
    pub(crate) storage: Storage,
    /// What can be installed, started or checked.
    #[serde(default)]
    pub(crate) component: Vec<Spanned<Component>>,
    /// Components that are files of a directory.
    pub(crate) files: Option<Spanned<Files>>,
    /// What can be fetched: URIs and the files behind them. Behind a URI that ends in `/` lies a directory.
    #[serde(default)]
    pub(crate) uris: Table<Spanned<Source>>,
    /// What the device knows about the moment.
    #[serde(default)]
    pub(crate) now: Now,
    /// What the device implements.
    #[serde(default)]
    pub(crate) supports: Supports,
    /// What the device demands beyond the standard.
    #[serde(default)]
    pub(crate) rules: Rules,
    /// What the device's owner permits; everything if it isn't said.
    pub(crate) owner: Option<Spanned<OwnerFile>>,
    /// What the device has room for.
    #[serde(default)]
    pub(crate) limits: Limits,
    /// Devices whose versions this one knows.
    #[serde(default)]
    pub(crate) other_device: Vec<Spanned<OtherDevice>>,
}

/// What the device is. Several identifiers of a kind may hold at a time.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Identity {
    /// Who made it.
    pub(crate) vendor: Option<Spanned<Several<Vendor>>>,
    /// What it is; names are those of the first vendor.
    pub(crate) class: Option<Spanned<Several<Class>>>,
    /// Which one it is.
    pub(crate) device: Option<Spanned<Several<Device>>>,
}

/// Geometry of the memory that components are stored in.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Storage {
    /// Bytes that are written at a time; 1 if it isn't said.
    #[schemars(extend("minimum" = 1))]
    pub(crate) write_size: Option<Spanned<Size>>,
    /// Bytes that are erased at a time; 1, memory that needs no erasing, if it isn't said.
    #[schemars(extend("minimum" = 1))]
    pub(crate) erase_size: Option<Spanned<Size>>,
}

/// Something that can be installed, started or checked. With neither content it is erased.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("not" = no_two(&["slots", "file", "content"])))]
pub(crate) struct Component {
    /// Its identifier, from the most general part on.
    pub(crate) id: Spanned<Vec<Bytes>>,
    /// The most bytes that it can hold, in each slot.
    pub(crate) capacity: Spanned<Size>,
    /// What it holds: a file, relative to the device file.
    pub(crate) file: Option<Spanned<Source>>,
    /// What it holds: bytes.
    pub(crate) content: Option<Spanned<Bytes>>,
    /// Its storage slots. An update writes the one after the running one, and a successful update makes that the running one.
    #[schemars(extend("minItems" = 1))]
    pub(crate) slots: Option<Spanned<Vec<Spanned<Slot>>>>,
    /// Under which identifier manifests read the slot that runs, as the base of a delta. It can't be written under this one.
    pub(crate) running_id: Option<Spanned<Vec<Bytes>>>,
    /// The slot that runs; the first one if it isn't said.
    pub(crate) running: Option<Spanned<Uint>>,
    /// Version of what it holds.
    pub(crate) version: Option<Release>,
    /// What the component is, where that differs from the device.
    #[serde(default)]
    pub(crate) identity: Identity,
}

/// A storage slot.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("not" = no_two(&["file", "content"])))]
pub(crate) struct Slot {
    /// Its number.
    pub(crate) slot: Spanned<Uint>,
    /// As for the component.
    pub(crate) file: Option<Spanned<Source>>,
    /// As for the component.
    pub(crate) content: Option<Spanned<Bytes>>,
}

/// Components that are files of a directory.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Files {
    /// The first parts of their identifiers; the other parts are the way to the file.
    #[schemars(extend("minItems" = 1))]
    pub(crate) under: Spanned<Vec<Bytes>>,
    /// The most bytes that one file can have.
    pub(crate) capacity: Spanned<Size>,
    /// What the directory holds at first: another one, relative to the device file. Empty if it isn't said.
    pub(crate) directory: Option<Spanned<String>>,
}

/// What the device knows about the moment.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Now {
    /// Time of a clock that can be trusted; there is none if it isn't said. A device that is kept goes on from its own time, if
    /// that is later.
    pub(crate) time: Option<Time>,
    /// Time zone; events in local time are not supported without one.
    pub(crate) zone: Option<ZoneText>,
    /// What the battery holds; unknown if it isn't said.
    pub(crate) battery: Option<Energy>,
    /// Power state, on a scale of the deployment.
    pub(crate) power: Option<Int>,
    /// Network state, on a scale of the deployment.
    pub(crate) network: Option<Int>,
    /// The application permits updates whose priority is this number or a smaller one, which is more urgent; none if it
    /// isn't said.
    pub(crate) permits_priority: Option<Int>,
    /// Level of received radio in dBm, for the owner's policy.
    #[schemars(extend("minimum" = -32768, "maximum" = 32767))]
    pub(crate) radio: Option<Spanned<Int>>,
    /// Storage that is free, for the owner's policy.
    pub(crate) free_storage: Option<Spanned<Size>>,
    /// RAM that is free, for the owner's policy.
    pub(crate) free_ram: Option<Spanned<Size>>,
}

/// What the device implements.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Supports {
    /// Whether it takes commands and parameters of trust domains, and dependencies; it does if it isn't said.
    pub(crate) trust_domains: Option<bool>,
    /// Whether it takes commands and parameters of update management; it does if it isn't said.
    pub(crate) update_management: Option<bool>,
    /// Whether it takes the directive install-delta; it does if it isn't said.
    pub(crate) delta: Option<bool>,
    /// Custom commands. As conditions they hold, as directives they succeed.
    #[serde(default)]
    pub(crate) custom_commands: Vec<Label>,
    /// Custom parameters. They are hints, which nothing here follows.
    #[serde(default)]
    pub(crate) custom_parameters: Vec<Label>,
}

/// What the device demands beyond the standard.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Rules {
    /// An update must have a greater sequence number, not just none that is lower.
    #[serde(default)]
    pub(crate) strictly_newer: bool,
    /// The shared sequence must check vendor and class.
    #[serde(default)]
    pub(crate) demand_identity: bool,
}

/// What the device has room for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Limits {
    /// Commands that a procedure may run; 1,000 if it isn't said.
    #[schemars(extend("maximum" = 0xffff_ffff_u32))]
    pub(crate) commands: Option<Spanned<Uint>>,
    /// Components and dependencies, of all manifests together; 4 if it isn't said.
    #[schemars(extend("maximum" = 255))]
    pub(crate) components: Option<Spanned<Uint>>,
    /// Parameters that are set at a time; 24 if it isn't said.
    #[schemars(extend("maximum" = 255))]
    pub(crate) parameters: Option<Spanned<Uint>>,
    /// Sequences inside each other; 8 if it isn't said.
    #[schemars(extend("maximum" = 64))]
    pub(crate) sequences: Option<Spanned<Uint>>,
    /// Bytes that are read, copied and hashed at a time; 64 if it isn't said.
    #[schemars(extend("minimum" = 1, "maximum" = 4096))]
    pub(crate) buffer: Option<Spanned<Size>>,
    /// Dependencies; 4 if it isn't said.
    #[schemars(extend("maximum" = 64))]
    pub(crate) dependencies: Option<Spanned<Uint>>,
    /// Bytes for the envelopes of dependencies; 8 KiB if it isn't said.
    pub(crate) dependency_room: Option<Spanned<Size>>,
    /// Bytes for the decoder of deltas; 16 KiB if it isn't said.
    pub(crate) delta: Option<Spanned<Size>>,
    /// RAM for carrying out manifests, as --limit-ram.
    pub(crate) ram: Option<Spanned<Size>>,
}

/// A device whose version this one knows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OtherDevice {
    /// Its identifier, in the form that manifests use.
    pub(crate) id: Spanned<Bytes>,
    /// Its version.
    pub(crate) version: Release,
}

/// The language of device files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// This one.
    One,
}

impl Words for Format {
    const NAME: &'static str = "DeviceFormat";
    const WHAT: &'static str = "the format, \"suit-device/1\"";
    const VALUES: &'static [Self] = &[Self::One];
    const WORDS: &'static [&'static str] = &["suit-device/1"];
}

/// A file that is content or payload: its path, or a table that says what of it.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// The path, relative to the device file.
    pub(crate) file: String,
    /// What the file is, where its name and its first bytes don't tell.
    pub(crate) kind: Option<FileKind>,
    /// What of the file is taken; all of it if it isn't said.
    pub(crate) sections: Option<Sections>,
}

/// The long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "SourceDetails")]
struct SourceTable {
    /// The path, relative to the device file.
    file: String,
    /// What the file is, where its name and its first bytes don't tell.
    kind: Option<Word<FileKind>>,
    /// What of the file is taken; all of it if it isn't said.
    sections: Option<Word<Sections>>,
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SourceVisitor)
    }
}

struct SourceVisitor;

impl<'de> Visitor<'de> for SourceVisitor {
    type Value = Source;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Source, E> {
        if text.is_empty() {
            return Err(E::custom(Fault::new(
                "the path is empty",
                "name a file, relative to the device file",
            )));
        }
        Ok(Source { file: text.to_owned(), kind: None, sections: None })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Source, A::Error> {
        let long = SourceTable::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        let short = self.visit_str::<A::Error>(&long.file)?;
        Ok(Source { kind: long.kind.map(|kind| kind.0), sections: long.sections.map(|what| what.0), ..short })
    }
}

impl JsonSchema for Source {
    fn schema_name() -> Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<SourceTable>();
        json_schema!({
            "description": "A path relative to the device file; or a table that also says what of the file is taken.",
            "anyOf": [{ "type": "string", "minLength": 1 }, long],
        })
    }
}

/// One value, or several in an array.
#[derive(Clone, Debug)]
pub(crate) struct Several<T>(pub(crate) Vec<T>);

impl<'de, T: Scalar + Deserialize<'de>> Deserialize<'de> for Several<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SeveralVisitor(PhantomData))
    }
}

struct SeveralVisitor<T>(PhantomData<T>);

impl<'de, T: Scalar + Deserialize<'de>> Visitor<'de> for SeveralVisitor<T> {
    type Value = Several<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, or an array of these", T::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Several<T>, E> {
        T::from_text(text).map(|one| Several(vec![one])).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Several<T>, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = sequence.next_element()? {
            all.push(one);
        }
        Ok(Several(all))
    }
}

impl<T: JsonSchema> JsonSchema for Several<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Several{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = generator.subschema_for::<T>();
        json_schema!({ "anyOf": [one.clone(), { "type": "array", "items": one }] })
    }
}

/// What a text lacks.
pub(super) fn no_such(what: &str, rest: &str) -> String {
    if rest.is_empty() {
        format!("{what} expected at its end")
    } else {
        format!("{what} expected at '{rest}'")
    }
}

/// For the schema: no two of these fields together.
fn no_two(fields: &[&str]) -> serde_json::Value {
    let mut pairs = Vec::new();
    for (at, one) in fields.iter().enumerate() {
        pairs.extend(fields.iter().skip(at + 1).map(|other| serde_json::json!({ "required": [one, other] })));
    }
    serde_json::json!({ "anyOf": pairs })
}
