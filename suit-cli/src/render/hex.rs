//! Annotated hex: every byte of the file once, with its offset, and what it means.

use super::document::{Document, Id, Node};
use super::path::Selection;
use core::ops::Range;
use std::io::{self, Write};
use suit_core::cbor::diag::{Diagnostic, Quoted, Timestamp, Uuid};
use suit_core::command::ReportPolicy;
use suit_core::grammar::{Key, Role, Value, View, code_name, label_name};
use suit_core::labels::{
    Algorithm, FileType, ParameterKey, PreRelease, REPORT_POLICY_MAX, Tag, VersionComparison,
};

/// Bytes beside which a meaning stands.
const BESIDE: usize = 8;

/// Bytes in a row of the content of a string.
const ROW: usize = 16;

/// Letters of a text that are shown beside its head.
const TEXT: usize = 48;

/// Writes the whole document, or the part that was selected, one line per item.
///
/// # Errors
/// Those of `out`.
pub(crate) fn hex(document: &Document<'_>, part: Option<Selection>, out: &mut impl Write) -> io::Result<()> {
    let whole = 0..document.bytes.len();
    let (ids, span) = match part {
        None => (0..document.nodes().len(), whole),
        Some(Selection { first, last }) => {
            let (first_node, last_node) = (document.node(first), document.node(last));
            (first..last_node.behind, first_node.key_offset..last_node.end)
        }
    };
    let mut printer = Printer {
        document,
        out,
        at: span.start,
        fault: document.faults.partition_point(|fault| fault.error.offset < span.start),
        width: if document.bytes.len() > 0xffff { 8 } else { 4 },
    };
    let base = ids.clone().next().map_or(0, |id| depth(document, id));
    for id in ids {
        printer.node(id, depth(document, id) - base)?;
    }
    printer.gap(span.end, 0)?;
    printer.faults(span.end.saturating_add(1))
}

/// How many values are around a value.
fn depth(document: &Document<'_>, id: Id) -> usize {
    core::iter::successors(document.node(id).parent, |id| document.node(*id).parent).count()
}

struct Printer<'d, 'a, W> {
    document: &'d Document<'a>,
    out: &'d mut W,
    /// Up to where the bytes were printed.
    at: usize,
    /// The next fault to print.
    fault: usize,
    width: usize,
}

impl<'a, W: Write> Printer<'_, 'a, W> {
    fn node(&mut self, id: Id, depth: usize) -> io::Result<()> {
        let node = self.document.node(id);
        self.gap(node.key_offset, depth)?;
        let name = name(node);
        let meaning = meaning(self.document, id);
        let content = match node.value {
            Value::Bytes(bytes) => node.head_end - bytes.len(),
            Value::Text(text) => node.head_end - text.len(),
            _ => node.head_end,
        };
        // Key and head share a line where there is room, and a short content too.
        let is_named = !name.is_empty();
        let line = if node.head_end - node.key_offset <= BESIDE { node.head_end } else { content };
        if line - node.key_offset > BESIDE && node.offset > node.key_offset {
            self.line(node.offset, depth, &format!("{name}:"))?;
            self.line(line, depth, &meaning)?;
        } else {
            let text = if is_named { format!("{name}: {meaning}") } else { meaning };
            self.line(line, depth, &text)?;
        }
        let is_text = matches!(node.value, Value::Text(_)) || role(node) == Some(Role::Payload);
        self.rows(node.head_end, is_text)
    }

    /// A line of bytes up to `end` with their meaning; what doesn't fit beside it goes into rows below.
    fn line(&mut self, end: usize, depth: usize, meaning: &str) -> io::Result<()> {
        let beside = end.min(self.at + BESIDE);
        let bytes = spaced(self.bytes(self.at..beside));
        let indent = 2 * depth;
        writeln!(self.out, "{:0width$x}  {bytes:<23}  {:indent$}{meaning}", self.at, "", width = self.width)?;
        self.at = beside;
        self.rows(end, false)?;
        self.faults(self.at)
    }

    /// Rows of bytes up to `end`, with their letters where that says something.
    fn rows(&mut self, end: usize, letters: bool) -> io::Result<()> {
        while self.at < end {
            let row_end = end.min(self.at + ROW);
            let bytes = self.bytes(self.at..row_end);
            write!(self.out, "{:0width$x}  {}", self.at, spaced(bytes), width = self.width)?;
            if letters {
                let shown: String = bytes
                    .iter()
                    .map(|byte| if matches!(byte, 0x20..=0x7e) { char::from(*byte) } else { '.' })
                    .collect();
                write!(self.out, "{:fill$}  |{shown}|", "", fill = 3 * (ROW - bytes.len()))?;
            }
            writeln!(self.out)?;
            self.at = row_end;
        }
        self.faults(self.at)
    }

    /// Bytes up to `end` of which nothing was made.
    fn gap(&mut self, end: usize, depth: usize) -> io::Result<()> {
        if self.at >= end {
            return Ok(());
        }
        let meaning = if self.bytes(self.at..end) == [0xff] { "break" } else { "not read" };
        self.line(end, depth, meaning)
    }

    /// The faults at places before `end`.
    fn faults(&mut self, end: usize) -> io::Result<()> {
        while let Some(fault) = self.document.faults.get(self.fault).filter(|fault| fault.error.offset < end)
        {
            let (kind, offset) = (fault.error.kind, fault.error.offset);
            writeln!(
                self.out,
                "{:width$}  ! E{:04} at {offset:04x}: {kind}",
                "",
                kind.number(),
                width = self.width
            )?;
            self.fault += 1;
        }
        Ok(())
    }

    fn bytes(&self, span: Range<usize>) -> &'a [u8] {
        self.document.bytes.get(span).unwrap_or_default()
    }
}

fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

fn role(node: &Node<'_>) -> Option<Role> {
    node.shape.role()
}

/// What a value is called where it stands.
fn name(node: &Node<'_>) -> String {
    match node.key {
        Key::Label(kind, label) => label_name(kind, label).map_or_else(
            || match kind {
                suit_core::grammar::MapKind::ByIndex | suit_core::grammar::MapKind::Dependencies => {
                    format!("component {label}")
                }
                _ => format!("key {label}"),
            },
            str::to_owned,
        ),
        Key::Name(_, name) => Quoted(name).to_string(),
        Key::Composite(_, encoded) => Diagnostic::item(suit_core::cbor::Reader::new(encoded)).to_string(),
        Key::Root | Key::Element(_) | Key::Code | Key::Argument(_) | Key::Content => match role(node) {
            Some(Role::ReportPolicy) => "report policy",
            Some(Role::ComponentIndex) => "component index",
            Some(Role::AllComponents) => "all components",
            Some(Role::DigestAlgorithm) => "digest algorithm",
            Some(Role::DigestBytes) => "digest",
            Some(Role::Signature) => "signature",
            Some(Role::CosePayload) => "payload",
            Some(Role::Comparison) => "comparison",
            Some(Role::ComponentPart) => "part",
            _ => "",
        }
        .to_owned(),
    }
}

/// What stands there.
fn meaning(document: &Document<'_>, id: Id) -> String {
    let node = document.node(id);
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    match node.value {
        Value::Array(Some(_)) if matches!(node.shape.view(), View::Sequence(_)) => {
            let commands = document.children(id).count() / 2;
            format!("sequence of {commands} command{}", plural(commands))
        }
        Value::Array(Some(count)) => format!("array of {count}"),
        Value::Map(Some(count)) => format!("map of {count}"),
        Value::Array(None) if document.bytes.get(node.offset).is_some_and(|first| first >> 5 != 4) => {
            "string of indefinite length".to_owned()
        }
        Value::Array(None) => "array of indefinite length".to_owned(),
        Value::Map(None) => "map of indefinite length".to_owned(),
        Value::Tag(tag) => {
            let known = i64::try_from(tag).ok().and_then(Tag::from_code);
            known.map_or_else(|| format!("tag {tag}"), |known| format!("tag {tag}, {}", known.name()))
        }
        Value::Wrapped(content) => format!("{} byte{} that hold", content.len(), plural(content.len())),
        Value::Text(text) => {
            let cut = text.char_indices().nth(TEXT).map_or(text.len(), |(cut, _)| cut);
            let more = if cut < text.len() { "…" } else { "" };
            format!("text of {}, {}{more}", text.len(), Quoted(&text[..cut]))
        }
        Value::Bytes(bytes) => {
            let len = format!("{} byte{}", bytes.len(), plural(bytes.len()));
            match role(node) {
                Some(Role::Uuid) => format!("{len}, {}", Uuid(bytes)),
                Some(Role::ComponentPart) if bytes.len() >= BESIDE => {
                    format!("{len}, {}", document.shown(id))
                }
                // Longer content follows in rows.
                _ if bytes.len() < BESIDE => document.shown(id),
                _ => len,
            }
        }
        _ if matches!(node.key, Key::Code) => match node.value.int().and_then(code_name) {
            Some((name, true)) => format!("condition {name}"),
            Some((name, false)) => format!("directive {name}"),
            None => format!("command {}", document.shown(id)),
        },
        Value::Uint(bits) if role(node) == Some(Role::ReportPolicy) => format!("{bits}, {}", policy(bits)),
        _ => match number_name(node) {
            Some(name) => format!("{}, {name}", document.shown(id)),
            None => document.shown(id),
        },
    }
}

/// What a reporting policy asks to record.
fn policy(bits: u64) -> String {
    match bits {
        0 => return "nothing".to_owned(),
        REPORT_POLICY_MAX => return "all".to_owned(),
        _ => {}
    }
    let names = [
        (ReportPolicy::RECORD_ON_SUCCESS, "success"),
        (ReportPolicy::RECORD_ON_FAILURE, "failure"),
        (ReportPolicy::SYSINFO_ON_SUCCESS, "system on success"),
        (ReportPolicy::SYSINFO_ON_FAILURE, "system on failure"),
    ];
    let set = names.into_iter().filter(|(bit, _)| bits & u64::from(*bit) != 0).map(|(_, name)| name);
    set.collect::<Vec<_>>().join(", ")
}

/// The name of a registered number.
fn number_name(node: &Node<'_>) -> Option<String> {
    let number = node.value.int()?;
    let name = match role(node)? {
        Role::DigestAlgorithm | Role::CoseAlgorithm => Algorithm::from_code(number)?.name(),
        Role::ParameterLabel => ParameterKey::from_code(number)?.name(),
        Role::Comparison => VersionComparison::from_code(number)?.name(),
        Role::FileType => FileType::from_code(number)?.name(),
        Role::VersionPart => PreRelease::from_code(number)?.name(),
        Role::Time => return u64::try_from(number).ok().map(|seconds| Timestamp(seconds).to_string()),
        _ => return None,
    };
    Some(name.to_owned())
}
