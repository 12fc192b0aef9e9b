//! What a description says: one model for TOML and JSON, read by serde, and the source of the JSON Schema.
//!
//! Here stands only the form. What the words mean together, and what a recipe makes of them, is in
//! [`super::lower`].

mod command;
mod parameters;
mod table;

pub(crate) use command::{Command, Commands, ParameterName, Reference, Select};
pub(crate) use parameters::{Metadata, Parameters, Permission, Permissions, Wait};
pub(crate) use table::Table;

use super::values::{
    Bytes, Class, DigestValue, Energy, Fault, Index, Int, Prose, Release, Requirement, Scalar, Size, Time,
    Uint, Vendor, scalars,
};
use super::words::{Word, Words};
use crate::source::Spanned;
use schemars::{JsonSchema, Schema, json_schema};
use serde::Deserialize;
use suit_core::delta::Instructions;
use suit_core::delta::create;
use suit_core::labels::{Algorithm, ManifestKey};

/// The description of a SUIT manifest and of the envelope around it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = only_with_recipe()))]
pub(crate) struct Description {
    /// Always `suit/1`.
    #[expect(dead_code, reason = "read for the sake of refusing other formats")]
    pub(crate) format: Spanned<Word<Format>>,
    /// What kind of update this is. A recipe writes the sequences; those that are given under `sequence`
    /// replace the recipe's.
    pub(crate) recipe: Option<Spanned<Word<Recipe>>>,
    /// What the manifest says of itself.
    pub(crate) manifest: Manifest,
    /// The devices that the manifest is for.
    pub(crate) device: Option<Spanned<Device>>,
    /// What is installed, started or checked; the first has index 0.
    #[serde(default)]
    pub(crate) component: Vec<Spanned<Component>>,
    /// Other manifests that this one needs.
    #[serde(default)]
    pub(crate) dependency: Vec<Spanned<Dependency>>,
    /// What must hold before a recipe installs anything.
    pub(crate) conditions: Option<Spanned<Conditions>>,
    /// Versions of components that a recipe needs: their names, and comparisons such as `>=3.1, <4`.
    #[serde(default)]
    pub(crate) requires: Table<Spanned<Requirement>>,
    /// Text for people, by language tag.
    #[serde(default)]
    #[schemars(extend("propertyNames" = { "pattern": "^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$" }))]
    pub(crate) text: Table<Spanned<Language>>,
    /// A concise software identity tag, in CBOR.
    pub(crate) coswid: Option<Spanned<Bytes>>,
    /// The command sequences.
    #[serde(default)]
    pub(crate) sequence: Sequences,
    /// What is around the manifest.
    #[serde(default)]
    pub(crate) envelope: Envelope,
    /// Digests of severed parts whose content is not at hand.
    #[serde(default)]
    pub(crate) severed: Severed,
    /// Integrated payloads and dependencies: name in the envelope, and content.
    #[serde(default)]
    pub(crate) payloads: Table<Spanned<Bytes>>,
}

/// What the manifest says of itself.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Manifest {
    /// Sequence number for rollback protection: devices refuse a lower one than they have seen.
    pub(crate) sequence: Uint,
    /// Version that the manifest installs.
    pub(crate) version: Option<Spanned<Release>>,
    /// Where the newest manifest can be found.
    pub(crate) reference_uri: Option<String>,
    /// Component identifier under which the device stores this manifest.
    pub(crate) component: Option<Vec<Spanned<Bytes>>>,
}

/// The devices that the manifest is for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Device {
    /// Who made them.
    pub(crate) vendor: Spanned<Vendor>,
    /// Which of the vendor's.
    pub(crate) class: Option<Spanned<Class>>,
}

/// Something that is installed, started or checked.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("not" = both("slots", &["file", "uri", "digest", "size"])))]
pub(crate) struct Component {
    /// What this description calls it.
    pub(crate) name: Option<Spanned<Name>>,
    /// Its identifier on the device, from the most general part on.
    pub(crate) id: Vec<Spanned<Bytes>>,
    /// Digest of the image; computed if `file` is given.
    pub(crate) digest: Option<Spanned<DigestValue>>,
    /// Size of the image; computed if `file` is given.
    pub(crate) size: Option<Spanned<Size>>,
    /// The image: a path relative to the description.
    pub(crate) file: Option<Spanned<String>>,
    /// What the file is, where its name and its first bytes don't tell.
    pub(crate) kind: Option<Spanned<Word<FileKind>>>,
    /// What of the file is the image.
    pub(crate) sections: Option<Spanned<Word<Sections>>>,
    /// The byte in gaps between parts of ELF and HEX files; 0xff, erased flash, if it isn't said.
    pub(crate) fill: Option<u8>,
    /// Where devices get the image. `#name` puts the file into the envelope under that name.
    pub(crate) uri: Option<Spanned<String>>,
    /// One image per slot; the device takes the one for the slot that it writes.
    pub(crate) slots: Option<Spanned<Vec<Spanned<Slot>>>>,
    /// The most bytes that the image may have.
    pub(crate) max_size: Option<Spanned<Size>>,
    /// Devices that have the version before get what differs.
    pub(crate) delta: Option<Spanned<Delta>>,
}

/// An image for one slot of a component.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slot {
    /// The slot's number on the device.
    pub(crate) slot: Uint,
    /// As for the component.
    pub(crate) file: Option<Spanned<String>>,
    /// As for the component.
    pub(crate) kind: Option<Spanned<Word<FileKind>>>,
    /// As for the component.
    pub(crate) sections: Option<Spanned<Word<Sections>>>,
    /// As for the component.
    pub(crate) fill: Option<u8>,
    /// As for the component.
    pub(crate) digest: Option<Spanned<DigestValue>>,
    /// As for the component.
    pub(crate) size: Option<Spanned<Size>>,
    /// As for the component.
    pub(crate) uri: Option<Spanned<String>>,
}

/// What differs from the version before, for recipes that install. Devices that hold another image fetch the whole one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = one_of(&["base", "slots"])))]
pub(crate) struct Delta {
    /// The image that the delta starts from.
    pub(crate) base: Option<Spanned<String>>,
    /// Where devices get the delta. `#name` puts it into the envelope under that name.
    pub(crate) uri: Option<Spanned<String>>,
    /// A delta that was made before; it is made here if there is none.
    pub(crate) file: Option<Spanned<String>>,
    /// For a component with slots: the delta for each slot, from the image that the other one holds.
    #[schemars(extend("minItems" = 1))]
    pub(crate) slots: Option<Spanned<Vec<Spanned<DeltaSlot>>>>,
    /// Memory that devices lend: S 4 KiB, M 16 KiB, L 32 KiB; M if it isn't said.
    pub(crate) profile: Option<Spanned<Word<Profile>>>,
    /// Whose calls devices predict, if an ELF file doesn't say it: other sets may have features of their own there. All are
    /// tried if nothing says it.
    pub(crate) instructions: Option<Spanned<Word<InstructionSet>>>,
    /// Where the base is on the device: the component itself, or with slots its identifier with `running` behind it, if it
    /// isn't said.
    pub(crate) base_id: Option<Vec<Spanned<Bytes>>>,
    /// Where the device puts the delta: the component's identifier with `delta` behind it, if it isn't said.
    pub(crate) staging_id: Option<Vec<Spanned<Bytes>>>,
    /// Where the device makes the new image of a component without slots: if the base is in the component itself its
    /// identifier with `new` behind it, else the component, if it isn't said.
    pub(crate) new_id: Option<Vec<Spanned<Bytes>>>,
}

/// A delta for one slot.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DeltaSlot {
    /// The slot that is written.
    pub(crate) slot: Uint,
    /// The image in the slot that runs meanwhile.
    pub(crate) base: Spanned<String>,
    /// As for the delta.
    pub(crate) uri: Spanned<String>,
    /// As for the delta.
    pub(crate) file: Option<Spanned<String>>,
}

/// Another manifest that this one needs.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = one_of(&["id", "index"])))]
pub(crate) struct Dependency {
    /// What this description calls it.
    pub(crate) name: Option<Spanned<Name>>,
    /// Identifier of the component that holds it; it is listed after the other components.
    pub(crate) id: Option<Vec<Spanned<Bytes>>>,
    /// Its index, instead of `id`.
    pub(crate) index: Option<Spanned<Index>>,
    /// What is put in front of the dependency's own component identifiers.
    pub(crate) prefix: Option<Vec<Spanned<Bytes>>>,
}

/// What must hold before a recipe installs anything.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Conditions {
    /// The time is before this.
    pub(crate) use_before: Option<Time>,
    /// The battery holds at least this.
    pub(crate) battery_min: Option<Energy>,
    /// The application permits an update of this priority; smaller is more urgent.
    pub(crate) priority: Option<Int>,
}

/// Text for people, in one language.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("minProperties" = 1))]
pub(crate) struct Language {
    /// What the manifest is.
    pub(crate) description: Option<Spanned<Prose>>,
    /// What the update brings.
    pub(crate) update_description: Option<Spanned<Prose>>,
    /// JSON that the manifest was made from.
    pub(crate) json_source: Option<Spanned<Prose>>,
    /// YAML that the manifest was made from.
    pub(crate) yaml_source: Option<Spanned<Prose>>,
    /// About components.
    #[serde(default)]
    pub(crate) component: Vec<Spanned<ComponentText>>,
}

/// Text about a component.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(extend("oneOf" = one_of(&["of", "id"]), "minProperties" = 2))]
pub(crate) struct ComponentText {
    /// The component's name or index.
    pub(crate) of: Option<Spanned<Reference>>,
    /// The component's identifier, instead of `of`.
    pub(crate) id: Option<Vec<Spanned<Bytes>>>,
    /// Vendor's name.
    pub(crate) vendor_name: Option<Spanned<Prose>>,
    /// Model's name.
    pub(crate) model_name: Option<Spanned<Prose>>,
    /// Vendor's domain.
    pub(crate) vendor_domain: Option<Spanned<Prose>>,
    /// Model details.
    pub(crate) model_info: Option<Spanned<Prose>>,
    /// What the component is.
    pub(crate) description: Option<Spanned<Prose>>,
    /// The component's version.
    pub(crate) version: Option<Spanned<Prose>>,
    /// Version that the component needs.
    pub(crate) version_required: Option<Spanned<Prose>>,
    /// Version that the manifest installs.
    pub(crate) current_version: Option<Spanned<Prose>>,
}

/// The command sequences.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Sequences {
    /// Runs before each of the others: sets parameters and checks that the device is the right one.
    pub(crate) shared: Option<Spanned<Commands>>,
    /// Checks, made after installing and at every start.
    pub(crate) validate: Option<Spanned<Commands>>,
    /// Brings images to where they run.
    pub(crate) load: Option<Spanned<Commands>>,
    /// Starts an image.
    pub(crate) invoke: Option<Spanned<Commands>>,
    /// Gets dependencies.
    pub(crate) dependency_resolution: Option<Spanned<Commands>>,
    /// Gets payloads.
    pub(crate) payload_fetch: Option<Spanned<Commands>>,
    /// Checks between staging and installing.
    pub(crate) candidate_verification: Option<Spanned<Commands>>,
    /// Installs.
    pub(crate) install: Option<Spanned<Commands>>,
    /// Removes what was installed.
    pub(crate) uninstall: Option<Spanned<Commands>>,
}

impl Sequences {
    /// The sections that are given.
    pub(crate) fn sections(&self) -> impl Iterator<Item = (ManifestKey, &Spanned<Commands>)> {
        [
            (ManifestKey::Validate, &self.validate),
            (ManifestKey::Load, &self.load),
            (ManifestKey::Invoke, &self.invoke),
            (ManifestKey::DependencyResolution, &self.dependency_resolution),
            (ManifestKey::PayloadFetch, &self.payload_fetch),
            (ManifestKey::CandidateVerification, &self.candidate_verification),
            (ManifestKey::Install, &self.install),
            (ManifestKey::Uninstall, &self.uninstall),
        ]
        .into_iter()
        .filter_map(|(key, section)| Some((key, section.as_ref()?)))
    }
}

/// What is around the manifest.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Envelope {
    /// Whether the envelope has its CBOR tag; it should.
    pub(crate) tagged: Option<Spanned<bool>>,
    /// The hash for the manifest, for severed parts, and for files.
    pub(crate) hash: Option<Spanned<Word<Hash>>>,
    /// Parts that stand beside the manifest, which holds their digests.
    #[serde(default)]
    pub(crate) severable: Vec<Spanned<Word<Member>>>,
    /// Those of them that are left out of the envelope.
    #[serde(default)]
    pub(crate) leave_out: Vec<Spanned<Word<Member>>>,
}

/// Digests of severed parts whose content is not at hand.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Severed {
    /// Of the section that gets dependencies.
    pub(crate) dependency_resolution: Option<Spanned<DigestValue>>,
    /// Of the section that gets payloads.
    pub(crate) payload_fetch: Option<Spanned<DigestValue>>,
    /// Of the section of checks between staging and installing.
    pub(crate) candidate_verification: Option<Spanned<DigestValue>>,
    /// Of the section that installs.
    pub(crate) install: Option<Spanned<DigestValue>>,
    /// Of the text.
    pub(crate) text: Option<Spanned<DigestValue>>,
    /// Of the software identity tag.
    pub(crate) coswid: Option<Spanned<DigestValue>>,
}

impl Severed {
    /// Those that are given.
    pub(crate) fn members(&self) -> impl Iterator<Item = (Member, &Spanned<DigestValue>)> {
        [
            (ManifestKey::DependencyResolution, &self.dependency_resolution),
            (ManifestKey::PayloadFetch, &self.payload_fetch),
            (ManifestKey::CandidateVerification, &self.candidate_verification),
            (ManifestKey::Install, &self.install),
            (ManifestKey::Text, &self.text),
            (ManifestKey::CoSwid, &self.coswid),
        ]
        .into_iter()
        .filter_map(|(key, digest)| Some((Member(key), digest.as_ref()?)))
    }
}

/// For the schema: exactly one of these fields.
fn one_of(fields: &[&str]) -> serde_json::Value {
    fields.iter().map(|field| serde_json::json!({ "required": [field] })).collect()
}

/// For the schema: a field together with one of the others.
fn both(field: &str, others: &[&str]) -> serde_json::Value {
    let others: Vec<_> = others.iter().map(|other| serde_json::json!({ "required": [other] })).collect();
    serde_json::json!({ "required": [field], "anyOf": others })
}

/// For the schema: a recipe, or nothing that only a recipe makes use of.
fn only_with_recipe() -> serde_json::Value {
    let without = serde_json::json!({
        "not": {
            "anyOf": [{ "required": ["recipe"] }, { "required": ["conditions"] }, { "required": ["requires"] }],
        },
        "properties": {
            "component": { "items": { "not": { "anyOf": [{ "required": ["uri"] }, { "required": ["slots"] }] } } },
        },
    });
    let with = serde_json::json!({
        "required": ["recipe", "component"],
        "properties": { "component": { "minItems": 1 } },
    });
    serde_json::json!([with, without])
}

/// What a component is called in a description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(pub(crate) String);

scalars!(Name);

impl Scalar for Name {
    const NAME: &'static str = "Name";
    const WHAT: &'static str = "a name";

    fn from_text(text: &str) -> Result<Self, Fault> {
        let fault = |message: String| {
            let help = "a name begins with a letter and has letters, digits, '-' and '_'";
            Err(Fault::new(message, help))
        };
        let letter = text.chars().next().is_some_and(|first| first.is_ascii_alphabetic());
        if !letter
            || !text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
        {
            return fault(format!("'{text}' is not a name"));
        }
        if text == "all" {
            return fault("'all' stands for all components and can't be a name".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    fn schema() -> Schema {
        json_schema!({ "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$", "not": { "const": "all" } })
    }
}

macro_rules! own_words {
    ( $( $(#[$meta:meta])* $type:ident, $name:literal, $what:literal { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal, )* } )* ) => {
        $(
            $(#[$meta])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub(crate) enum $type { $( $(#[$variant_meta])* $variant, )* }

            impl Words for $type {
                const NAME: &'static str = $name;
                const WHAT: &'static str = $what;
                const VALUES: &'static [Self] = &[ $( Self::$variant, )* ];
                const WORDS: &'static [&'static str] = &[ $( $word, )* ];
            }
        )*
    };
}

own_words! {
    /// The language of descriptions.
    Format, "Format", "the format, \"suit/1\"" {
        /// This one.
        One = "suit/1",
    }

    /// What kind of update it is.
    Recipe, "Recipe", "a recipe" {
        /// An image in place, checked and started.
        Boot = "boot",
        /// The whole firmware, into the slot that isn't running.
        FullAb = "full-ab",
        /// One module of a platform.
        Module = "module",
        /// An application on a platform.
        App = "app",
        /// Data that isn't run.
        Data = "data",
    }

    /// What a file is.
    FileKind, "FileKind", "a kind of file" {
        /// Bytes as they are.
        Bin = "bin",
        /// ELF.
        Elf = "elf",
        /// Intel HEX.
        Hex = "hex",
        /// Bytes as they are, for an interpreter.
        Bytecode = "bytecode",
    }

    /// Memory that devices lend for a delta.
    Profile, "DeltaProfile", "a profile" {
        /// 4 KiB.
        S = "S",
        /// 16 KiB.
        M = "M",
        /// 32 KiB.
        L = "L",
    }

    /// Instruction sets whose calls deltas predict.
    InstructionSet, "DeltaInstructions", "an instruction set" {
        /// No calls.
        None = "none",
        /// Thumb, Cortex-M.
        Thumb = "thumb",
        /// RISC-V.
        RiscV = "riscv",
        /// AArch64.
        AArch64 = "aarch64",
        /// Xtensa.
        Xtensa = "xtensa",
    }

    /// What of a file is the image.
    Sections, "FileSections", "what of the file is the image" {
        /// What ELF and HEX files say is to be loaded.
        Loadable = "loadable",
        /// All bytes of the file.
        Raw = "raw",
    }
}

impl Profile {
    /// The profile as the codec calls it.
    pub(crate) const fn of_codec(self) -> create::Profile {
        match self {
            Self::S => create::Profile::S,
            Self::M => create::Profile::M,
            Self::L => create::Profile::L,
        }
    }
}

impl InstructionSet {
    /// The set as the codec calls it.
    pub(crate) const fn of_codec(self) -> Instructions {
        match self {
            Self::None => Instructions::None,
            Self::Thumb => Instructions::Thumb,
            Self::RiscV => Instructions::RiscV,
            Self::AArch64 => Instructions::AArch64,
            Self::Xtensa => Instructions::Xtensa,
        }
    }
}

/// A hash that this tool can compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hash(pub(crate) Algorithm);

impl Words for Hash {
    const NAME: &'static str = "Hash";
    const WHAT: &'static str = "a hash algorithm";
    const VALUES: &'static [Self] =
        &[Self(Algorithm::Sha256), Self(Algorithm::Sha384), Self(Algorithm::Sha512)];
    const WORDS: &'static [&'static str] = &["sha-256", "sha-384", "sha-512"];
}

/// A part of the manifest that can be severed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Member(pub(crate) ManifestKey);

// P-055: those that have an envelope label; validate, load, invoke and uninstall have none.
impl Words for Member {
    const NAME: &'static str = "Member";
    const WHAT: &'static str = "a part that can be severed";
    const VALUES: &'static [Self] = &[
        Self(ManifestKey::DependencyResolution),
        Self(ManifestKey::PayloadFetch),
        Self(ManifestKey::CandidateVerification),
        Self(ManifestKey::Install),
        Self(ManifestKey::Text),
        Self(ManifestKey::CoSwid),
    ];
    const WORDS: &'static [&'static str] =
        &["dependency-resolution", "payload-fetch", "candidate-verification", "install", "text", "coswid"];
}
