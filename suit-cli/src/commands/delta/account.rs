//! Where the bytes of a delta go.

use crate::render::words::{grouped, size};
use schemars::JsonSchema;
use serde::Serialize;
use suit_core::delta::create::Account;

/// Where the bytes of a delta go. `bytes` sum up to its size.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AccountRecord {
    /// Bytes of the delta.
    bytes: BytesRecord,
    /// Bytes of the new image that come from nowhere in the old one.
    literal_bytes: u32,
    /// Bytes of the new image that were copied or predicted.
    copied_bytes: u32,
    /// Copied bytes that came otherwise.
    surprising_bytes: u32,
    /// Calls and pointers that were predicted wrongly.
    missed_references: u32,
}

/// Bytes of a delta, by what they say; rounded, as they share bits.
#[derive(Debug, Serialize, JsonSchema)]
struct BytesRecord {
    /// The header.
    header: u32,
    /// Which part of the new image comes from where in the old one.
    segments: u32,
    /// Bytes that come from nowhere in the old image.
    literals: u32,
    /// Which copied bytes come otherwise than expected.
    differences: u32,
    /// What these are instead.
    surprises: u32,
    /// Which calls and pointers were predicted wrongly.
    references: u32,
    /// Which runs of copied bytes come as expected.
    runs: u32,
}

impl From<Account> for AccountRecord {
    fn from(account: Account) -> Self {
        Self {
            bytes: BytesRecord {
                header: account.header,
                segments: account.segments,
                literals: account.literals,
                differences: account.differences,
                surprises: account.surprises,
                references: account.references,
                runs: account.runs,
            },
            literal_bytes: account.literal_bytes,
            copied_bytes: account.copied_bytes,
            surprising_bytes: account.surprising_bytes,
            missed_references: account.missed_references,
        }
    }
}

impl AccountRecord {
    /// For people: a label at the first of several lines, and what it is about.
    pub(super) fn lines(&self) -> impl Iterator<Item = [String; 2]> {
        let bytes = &self.bytes;
        let rows = [
            (bytes.header, "header".to_owned()),
            (bytes.segments, "segments".to_owned()),
            (bytes.literals, format!("literals: {} from nowhere in the base", size(self.literal_bytes))),
            (
                bytes.differences,
                format!("differences: which of {} copied come otherwise", size(self.copied_bytes)),
            ),
            (bytes.surprises, format!("surprises: the {} that do", size(self.surprising_bytes))),
            (
                bytes.references,
                format!(
                    "references: {} calls and pointers predicted wrongly",
                    grouped(self.missed_references)
                ),
            ),
            (bytes.runs, "runs: which come as expected".to_owned()),
        ];
        rows.into_iter().enumerate().map(|(number, (bytes, what))| {
            let label = if number == 0 { "payload" } else { "" };
            [label.to_owned(), format!("{:>9}  {what}", size(bytes))]
        })
    }
}
