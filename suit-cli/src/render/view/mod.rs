//! From a [`Document`] to what is said about it.

mod envelope;
mod manifest;
mod signers;
mod text;

pub(crate) use manifest::locate;
pub(crate) use signers::signers_of_block;
pub(crate) use text::view as text_view;

use super::document::{Document, Id, Kind};
use super::faults::{Fault, rule};
use super::hash::sha256;
use super::model::{DocumentView, FaultView, FileKind, Inspection, PartView};
use super::path::{self, Selection};
use crate::error::clean;
use suit_core::cbor::diag::{Diagnostic, Hex};

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

impl PartView {
    /// A part of a document.
    pub(crate) fn of(file: &str, document: &Document<'_>, part: Selection) -> Self {
        let span = document.span(part);
        let bytes = document.bytes.get(span.clone()).unwrap_or_default();
        let shown = |id: Id| Diagnostic::document(document.node(id).shape, document.reader(id)).to_string();
        let Selection { first, last } = part;
        Self {
            format: "suit-inspect-part/1",
            file: clean(file),
            path: clean(&path::of(document, Some(first))),
            offset: u64::try_from(span.start).unwrap_or(u64::MAX),
            size: length(bytes),
            bytes: Hex(bytes).to_string(),
            content: if first == last { shown(first) } else { format!("{}, {}", shown(first), shown(last)) },
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
    Hex(&sha256(bytes)).to_string()
}
