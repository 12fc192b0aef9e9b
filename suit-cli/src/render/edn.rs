//! Diagnostic notation in lines, with names as comments. Integrated dependencies and all that a byte string holds as
//! CBOR are shown as such. It is read back by any reader of the notation.

use super::document::{Document, Id};
use super::path::Selection;
use std::io::{self, Write};
use suit_core::cbor::Reader;
use suit_core::cbor::diag::Diagnostic;

/// Writes the whole document, or the part that was selected; of a command code and argument.
///
/// # Errors
/// Those of `out`.
pub(crate) fn edn(document: &Document<'_>, part: Option<Selection>, out: &mut impl Write) -> io::Result<()> {
    let item = |id: Id| Diagnostic::document(document.node(id).shape, document.reader(id));
    match part {
        None => {
            let whole = Diagnostic::document(document.kind.shape(), Reader::new(document.bytes));
            writeln!(out, "{whole:#}")
        }
        Some(Selection { first, last }) if first == last => writeln!(out, "{:#}", item(first)),
        Some(Selection { first, last }) => {
            let name = document.int(first).and_then(suit_core::grammar::code_name);
            let name = name.map(|(name, _)| format!("/ {name} / ")).unwrap_or_default();
            writeln!(out, "{name}{:#}, {:#}", item(first), item(last))
        }
    }
}
