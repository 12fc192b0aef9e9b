//! `suit report decode`: what is in a report, as text and as JSON.

use super::{Opened, ProtectionRecord, line, words};
use crate::commands::sign::DigestRecord;
use crate::error::clean;
use crate::input::Input;
use crate::keys::hex;
use crate::render::words::{parameter_name, part, size};
use schemars::JsonSchema;
use serde::Serialize;
use suit_core::grammar::code_name;
use suit_core::labels::{Algorithm, CapabilityKey, ManifestKey, ParameterKey};
use suit_core::parameter::Parameters;
use suit_core::report::{Capabilities, Capability, Ending, Entry, Record};

/// A report, as JSON, version 1. Provisional: its draft still moves.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Decoded {
    /// Always `suit-report/1`.
    format: &'static str,
    /// The file.
    file: String,
    /// Its size in bytes.
    size: usize,
    /// What protects it.
    protection: ProtectionRecord,
    /// The digest of the root manifest.
    manifest_digest: DigestRecord,
    /// The reference URI of the root manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    reference_uri: Option<String>,
    /// What the one who asked for the report sent, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    /// How the run ended.
    result: ResultRecord,
    /// Records and system properties, in the order of the run.
    entries: Vec<EntryRecord>,
    /// What the device can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    capabilities: Option<CapabilityRecord>,
}

/// How a run ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ResultRecord {
    /// Whether all of it was done.
    pub(super) success: bool,
    /// The device's own number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<i64>,
    /// The draft's reason, such as `condition-failed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<&'static str>,
    /// The reason in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meaning: Option<&'static str>,
    /// Where it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) place: Option<PlaceRecord>,
}

impl ResultRecord {
    pub(super) fn of(ending: &Ending<'_>) -> Self {
        let Ending::Failure(failure) = ending else {
            return Self { success: true, code: None, reason: None, meaning: None, place: None };
        };
        Self {
            success: false,
            code: Some(failure.code),
            reason: Some(failure.reason.name()),
            meaning: Some(words::reason(failure.reason)),
            place: Some(PlaceRecord::of(&failure.record)),
        }
    }

    /// The reason in one line.
    pub(super) fn text(&self) -> String {
        match (self.meaning, self.reason, self.code) {
            (Some(meaning), Some(reason), Some(code)) => {
                format!("failed: {meaning} ({reason}, device's code {code})")
            }
            _ => "success".to_owned(),
        }
    }
}

/// A place in a manifest, and what was measured there.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct PlaceRecord {
    /// Way through the dependencies from the root manifest on, 0-based; empty for the root manifest.
    pub(super) manifest: Vec<u64>,
    /// Label of the section; 3 for the shared sequence, 0 if no section was run.
    section: i64,
    /// Name of the section.
    #[serde(skip_serializing_if = "Option::is_none")]
    section_name: Option<&'static str>,
    /// Bytes from the first byte of the section's array to the command.
    offset: u64,
    /// 0-based index of the component.
    component: u64,
    /// What was measured.
    measured: Vec<MeasuredRecord>,
}

impl PlaceRecord {
    pub(super) fn of(record: &Record<'_>) -> Self {
        Self {
            manifest: record.manifest.collect(),
            section: record.section,
            section_name: ManifestKey::from_code(record.section).map(ManifestKey::name),
            offset: record.offset,
            component: record.component,
            measured: MeasuredRecord::of(record.properties),
        }
    }

    /// `install, byte 3, component 0, in dependency 1/0`.
    pub(super) fn text(&self) -> String {
        let way: Vec<_> = self.manifest.iter().map(u64::to_string).collect();
        let way = if way.is_empty() { String::new() } else { format!(", in dependency {}", way.join("/")) };
        if self.section == 0 {
            return format!("before any section{way}");
        }
        format!("{}, byte {}, component {}{way}", words::section(self.section), self.offset, self.component)
    }
}

/// A measured value.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MeasuredRecord {
    /// Label of the parameter that it has the form of.
    label: i64,
    /// That parameter's name, or its number.
    name: String,
    /// The value in words, at full length.
    value: String,
}

impl MeasuredRecord {
    pub(super) fn of(parameters: Parameters<'_>) -> Vec<Self> {
        let known = parameters.filter_map(Result::ok);
        known
            .map(|one| Self {
                label: one.label(),
                name: parameter_name(one.label()),
                value: words::value(&one),
            })
            .collect()
    }

    pub(super) fn text(&self) -> String {
        format!("{} {}", self.name, self.value)
    }

    /// Whether both are of one parameter.
    pub(super) fn is_of_same_kind(&self, other: &Self) -> bool {
        self.label == other.label
    }
}

/// A record, or what was measured of a component.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum EntryRecord {
    /// A command that failed.
    Record(PlaceRecord),
    /// What was measured of a component.
    SystemProperties {
        /// Parts of the component's identifier: text where it is printable, else hex.
        component: Vec<String>,
        /// What was measured.
        measured: Vec<MeasuredRecord>,
    },
}

/// What a device can do.
#[derive(Debug, Serialize, JsonSchema)]
struct CapabilityRecord {
    /// Components that it has.
    components: Vec<ComponentCapabilityRecord>,
    /// Everything else, list by list.
    lists: Vec<CapabilityListRecord>,
}

/// A component, or all that begin alike.
#[derive(Debug, Serialize, JsonSchema)]
struct ComponentCapabilityRecord {
    /// Parts of the identifier: text where it is printable, else hex.
    parts: Vec<String>,
    /// Whether it stands for all identifiers that begin like this.
    prefix: bool,
}

/// Numbers of one registry.
#[derive(Debug, Serialize, JsonSchema)]
struct CapabilityListRecord {
    /// What they are numbers of: `commands`, `parameters`, `algorithms`, …, or a path such as `3/3/1`.
    of: String,
    /// The numbers.
    numbers: Vec<i64>,
    /// Their names, where they have one; else the number.
    names: Vec<String>,
}

impl Decoded {
    pub(super) fn of(input: &Input, opened: &Opened<'_>) -> Self {
        let report = &opened.report;
        let entries = report.entries().map(|entry| match entry {
            Entry::Record(record) => EntryRecord::Record(PlaceRecord::of(&record)),
            Entry::System(system) => EntryRecord::SystemProperties {
                component: system.component.parts().map(part).collect(),
                measured: MeasuredRecord::of(system.properties),
            },
        });
        Self {
            format: "suit-report/1",
            file: input.name.clone(),
            size: input.bytes.len(),
            protection: opened.protection.clone(),
            manifest_digest: report.digest().into(),
            reference_uri: Some(report.reference_uri()).filter(|uri| !uri.is_empty()).map(clean),
            nonce: report.nonce().map(hex),
            result: ResultRecord::of(&report.ending()),
            entries: entries.collect(),
            capabilities: report.capabilities().map(CapabilityRecord::of),
        }
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = format!("SUIT report  {}  {}\n", self.file, size(self.size));
        text.push_str(&line("protection", &self.protection.text()));
        let digest = &self.manifest_digest;
        text.push_str(&line("manifest", &format!("{} {}", digest.algorithm, digest.value)));
        if let Some(uri) = &self.reference_uri {
            text.push_str(&line("uri", uri));
        }
        if let Some(nonce) = &self.nonce {
            text.push_str(&line("nonce", nonce));
        }
        text.push_str(&line("result", &self.result.text()));
        if let Some(place) = &self.result.place {
            text.push_str(&line("", &place.text()));
            place.measured.iter().for_each(|one| text.push_str(&line("", &format!("  {}", one.text()))));
        }
        for entry in &self.entries {
            let (label, what, measured) = match entry {
                EntryRecord::Record(place) => ("failed", place.text(), &place.measured),
                EntryRecord::SystemProperties { component, measured } => {
                    ("measured", format!("component [{}]", component.join("/")), measured)
                }
            };
            text.push_str(&line(label, &what));
            measured.iter().for_each(|one| text.push_str(&line("", &format!("  {}", one.text()))));
        }
        if let Some(capabilities) = &self.capabilities {
            for component in &capabilities.components {
                let more = if component.prefix { ", and all that begin like it" } else { "" };
                text.push_str(&line("has", &format!("component [{}]{more}", component.parts.join("/"))));
            }
            for list in &capabilities.lists {
                text.push_str(&line("knows", &format!("{}: {}", list.of, list.names.join(", "))));
            }
        }
        text
    }
}

impl CapabilityRecord {
    fn of(capabilities: Capabilities<'_>) -> Self {
        let (mut components, mut lists) = (Vec::new(), Vec::new());
        for capability in capabilities {
            match capability {
                Capability::Components(found) => {
                    components.extend(found.map(|one| ComponentCapabilityRecord {
                        parts: one.parts().map(part).collect(),
                        prefix: one.open,
                    }));
                }
                Capability::Numbers(key, numbers) => lists.push(CapabilityListRecord {
                    of: key.name().to_owned(),
                    numbers: numbers.collect(),
                    names: numbers.map(|number| name(key, number)).collect(),
                }),
                Capability::Path(path, numbers) => lists.push(CapabilityListRecord {
                    of: path.map(|key| key.to_string()).collect::<Vec<_>>().join("/"),
                    numbers: numbers.collect(),
                    names: numbers.map(|number| number.to_string()).collect(),
                }),
            }
        }
        Self { components, lists }
    }
}

/// The name that a number has in its registry.
fn name(key: CapabilityKey, number: i64) -> String {
    let known = match key {
        CapabilityKey::Commands => code_name(number).map(|(name, _)| name),
        CapabilityKey::Parameters => ParameterKey::from_code(number).map(ParameterKey::name),
        CapabilityKey::Algorithms => Algorithm::from_code(number).map(Algorithm::name),
        CapabilityKey::Manifest => ManifestKey::from_code(number).map(ManifestKey::name),
        _ => None,
    };
    known.map_or_else(|| number.to_string(), str::to_owned)
}
