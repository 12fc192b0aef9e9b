//! From a [`Document`] to what is said about it.

mod envelope;
mod manifest;
mod signers;
mod text;

pub(super) use signers::signers_of_block;

use super::document::{Document, Kind};
use super::faults::{Fault, rule};
use super::hash::sha256;
use super::model::{DocumentView, FaultView, FileKind, Inspection};
use crate::error::clean;

impl Inspection {
    /// All that can be said about a document without keys.
    pub(crate) fn of(file: &str, document: &Document<'_>) -> Self {
        let view = match (document.kind, document.root()) {
            (_, None) => DocumentView::default(),
            (Kind::Envelope { .. }, Some(root)) => DocumentView::of_envelope(document, root),
            (Kind::Manifest { .. }, Some(root)) => DocumentView {
                manifest: Some(manifest::view(document, root, None)),
                ..DocumentView::default()
            },
            (Kind::Block, Some(root)) => {
                DocumentView { signers: signers_of_block(document, root), ..DocumentView::default() }
            }
            (Kind::Encryption, Some(root)) => {
                DocumentView { encryption: Some(document.encryption(root)), ..DocumentView::default() }
            }
        };
        Self {
            format: "suit-inspect/1",
            file: clean(file),
            size: length(document.bytes),
            kind: match document.kind {
                Kind::Envelope { .. } => FileKind::Envelope,
                Kind::Manifest { .. } => FileKind::Manifest,
                Kind::Block => FileKind::CoseAuthentication,
                Kind::Encryption => FileKind::CoseEncryption,
            },
            document: view,
            faults: document.faults.iter().map(FaultView::of).collect(),
        }
    }
}

impl FaultView {
    fn of(fault: &Fault) -> Self {
        Self {
            code: format!("E{:04}", fault.error.kind.number()),
            offset: u64::try_from(fault.error.offset).unwrap_or(u64::MAX),
            path: clean(&fault.path),
            message: fault.error.kind.to_string(),
            rule: rule(fault.error.kind),
        }
    }
}

/// A length in bytes.
fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn hex_digest(bytes: &[u8]) -> String {
    suit_core::cbor::diag::Hex(&sha256(bytes)).to_string()
}
