//! The result of a comparison as data.

use core::fmt;
use schemars::JsonSchema;
use serde::Serialize;

/// What changed between two documents, version 1. Absent members are left out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Comparison {
    /// Always `suit-diff/1`.
    pub(crate) format: &'static str,
    /// The earlier document.
    pub(crate) old: SideView,
    /// The later document.
    pub(crate) new: SideView,
    /// What changed.
    #[serde(flatten)]
    pub(crate) changes: Changes,
    /// How payloads that are at hand changed, with `--payloads`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) payloads: Vec<PayloadMap>,
    /// The encoded bytes of the manifest's members that changed, with `--bytes`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) bytes: Vec<MemberBytes>,
}

/// One of the two documents.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Side")]
pub(crate) struct SideView {
    /// The file as it was named.
    pub(crate) file: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// SHA-256 of the manifest's byte string with its head, in hex.
    pub(crate) manifest_sha256: String,
}

/// What changed.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub(crate) struct Changes {
    /// What is authenticated. Empty exactly if the two manifests are equal.
    pub(crate) meaning: Vec<Line>,
    /// Signatures, severed or attached members, embedded payloads.
    pub(crate) envelope: Vec<Line>,
    /// What did not change, where that is worth saying.
    pub(crate) same: Vec<Line>,
    /// What changed inside of dependencies that both envelopes carry.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) dependencies: Vec<DependencyChanges>,
}

/// What changed inside of a dependency.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct DependencyChanges {
    /// Its key in the envelope.
    pub(crate) name: String,
    /// What changed.
    #[serde(flatten)]
    pub(crate) changes: Changes,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Line {
    /// What kind of change it is.
    pub(crate) mark: Mark,
    /// What changed: a component, a section, a member.
    pub(crate) subject: String,
    /// Which property of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) property: Option<String>,
    /// The sections in which it changed, if the subject is none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) sections: Vec<String>,
    /// The nested sequence in which it changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nested: Option<String>,
    /// The earlier value, in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<String>,
    /// The later value, in full.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) new: Option<String>,
    /// The change in a few words.
    pub(crate) text: String,
}

/// Which kinds of change are asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kinds {
    /// What is authenticated.
    pub(crate) meaning: bool,
    /// What is around it.
    pub(crate) envelope: bool,
}

/// Kinds of change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Mark {
    /// It has another value.
    Changed,
    /// It was not there before.
    Added,
    /// It is not there any more.
    Removed,
    /// It is the same.
    Same,
}

impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "~",
            Self::Added => "+",
            Self::Removed => "-",
            Self::Same => "=",
        })
    }
}

/// A value in a few words and in full.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shown {
    pub(super) short: String,
    pub(super) full: String,
}

impl Shown {
    /// A value that is short already.
    pub(super) fn plain(value: impl Into<String>) -> Self {
        let full = value.into();
        Self { short: full.clone(), full }
    }
}

impl Line {
    /// From one value to another, from nothing to one, or from one to nothing.
    pub(super) fn of(subject: impl Into<String>, old: Option<&Shown>, new: Option<&Shown>) -> Self {
        let (mark, text) = match (old, new) {
            (Some(old), Some(new)) if old.short == new.short => {
                (Mark::Changed, format!("{} -> {}", old.full, new.full))
            }
            (Some(old), Some(new)) => (Mark::Changed, format!("{} -> {}", old.short, new.short)),
            (None, Some(new)) => (Mark::Added, new.short.clone()),
            (Some(old), None) => (Mark::Removed, old.short.clone()),
            (None, None) => (Mark::Changed, String::new()),
        };
        Self {
            mark,
            subject: subject.into(),
            property: None,
            sections: Vec::new(),
            nested: None,
            old: old.map(|old| old.full.clone()),
            new: new.map(|new| new.full.clone()),
            text,
        }
    }

    /// A change in words.
    pub(super) fn words(mark: Mark, subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self { mark, text: text.into(), ..Self::of(subject, None, None) }
    }

    /// Something that is the same.
    pub(super) fn same(subject: impl Into<String>, text: impl Into<String>) -> Self {
        Self::words(Mark::Same, subject, text)
    }

    /// The same of one property, whose name stands before the values.
    pub(super) fn property(mut self, property: &str) -> Self {
        self.text = format!("{property} {}", self.text);
        self.property = Some(property.to_owned());
        self
    }
}

/// How a payload changed.
#[derive(Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct PayloadMap {
    /// Its name: key in the envelope, or as given with its file.
    pub(crate) name: String,
    /// The earlier size in bytes.
    pub(crate) old_size: u64,
    /// The later size in bytes.
    pub(crate) new_size: u64,
    /// Bytes at the same place that differ; those beyond the shorter one count as well.
    pub(crate) bytes_changed: u64,
    /// Size of a block in bytes.
    pub(crate) block_size: u64,
    /// Blocks of the longer one.
    pub(crate) blocks: u64,
    /// Blocks with a change.
    pub(crate) blocks_changed: u64,
    /// Runs of blocks with a change: offset of the first byte, and length in bytes.
    pub(crate) ranges: Vec<BlockRange>,
}

/// A run of changed blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct BlockRange {
    /// Offset of the first byte.
    pub(crate) offset: u64,
    /// Length in bytes.
    pub(crate) length: u64,
}

/// The encoded bytes of a member of the manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MemberBytes {
    /// The way to it.
    pub(crate) path: String,
    /// The earlier bytes in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) old: Option<String>,
    /// The later bytes in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) new: Option<String>,
}
