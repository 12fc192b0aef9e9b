//! Diagnostic notation (RFC 8949 §8, with the embedded CBOR of RFC 8610 Appendix G): bytes as text that people read and
//! other tools read back. Nothing is kept while printing; it is one walk over the bytes.

mod text;

pub use text::{Hex, Quoted, Timestamp, Uuid};

use super::Reader;
use crate::envelope::looks_tagged;
use crate::error::{Error, ErrorKind};
use crate::grammar::{
    ANY, Item, Key, OPEN_MAX, Role, Shape, Value, View, Visitor, code_name, label_name, walk,
};
use crate::labels::{Algorithm, FileType, ParameterKey, PreRelease, VersionComparison};
use core::fmt::{self, Write};

/// An item as diagnostic notation, borrowed.
///
/// `{}` prints one line without comments. `{:#}` prints indented lines in which comments name keys, commands,
/// algorithms, times and identifiers, and every broken rule. Byte strings that the shape calls CBOR are printed as
/// `<< … >>`, integrated dependencies too. What can't be read, and what follows the item, becomes a comment; heads that
/// are longer than needed, indefinite lengths and floats keep their form by encoding indicators. So text from a document
/// without faults is read back as the same bytes.
#[derive(Clone, Copy, Debug)]
pub struct Diagnostic<'a> {
    shape: Shape,
    reader: Reader<'a>,
}

impl<'a> Diagnostic<'a> {
    /// The item that `reader` stands at, whatever it is.
    #[must_use]
    pub const fn item(reader: Reader<'a>) -> Self {
        Self { shape: ANY, reader }
    }

    /// The item that `reader` stands at, held against a shape such as [`crate::grammar::ENVELOPE_TAGGED`].
    #[must_use]
    pub const fn document(shape: Shape, reader: Reader<'a>) -> Self {
        Self { shape, reader }
    }
}

impl fmt::Display for Diagnostic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = f.alternate();
        Printer::new(f, lines, self.reader, 0).print(self.shape)
    }
}

/// Values that can be open at a time: each frame of the walk is one, and the byte string around it is another.
const LEVELS: usize = 2 * OPEN_MAX + 2;

/// Faults that can be waiting for the value they belong to. A value has a few at most.
const FAULTS: usize = 4;

/// Most bytes of an item that is printed on one line: what is listed comes with more words the more it means.
fn short(shape: Shape) -> usize {
    match shape.view() {
        View::Sequence(_) => 5,
        View::Map(_) => 10,
        _ => 28,
    }
}

/// Bytes of what can't be read that are shown.
const GAP: usize = 32;

struct Printer<'w, 'a> {
    out: &'w mut dyn Write,
    lines: bool,
    whole: Reader<'a>,
    /// Up to where the bytes were printed.
    position: usize,
    levels: [Level; LEVELS],
    open: usize,
    faults: [Option<Error>; FAULTS],
    failed: bool,
    /// How many maps' keys this is inside of.
    in_key: u8,
}

/// A value whose parts are being printed.
#[derive(Clone, Copy)]
struct Level {
    close: &'static str,
    /// Its parts are on one line.
    flat: bool,
    /// Its one part begins and ends on the same lines as it does.
    glued: bool,
    indefinite: bool,
    /// A part was printed.
    started: bool,
}

impl<'a> Visitor<'a> for Printer<'_, 'a> {
    const DEEP: bool = true;

    fn fault(&mut self, error: Error) -> Result<(), Error> {
        if let Some(free) = self.faults.iter_mut().find(|fault| fault.is_none()) {
            *free = Some(error);
        }
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        if self.failed || self.value(item).is_err() {
            self.failed = true;
            // Stops the walk; the kind is never seen.
            return Err(Error::new(ErrorKind::Truncated, item.offset));
        }
        Ok(())
    }

    fn enters_payload(&self, content: &'a [u8]) -> bool {
        looks_tagged(content)
    }

    fn leave(&mut self, offset: usize) {
        self.failed |= self.end(offset).is_err();
    }
}

impl<'w, 'a> Printer<'w, 'a> {
    fn new(out: &'w mut dyn Write, lines: bool, whole: Reader<'a>, in_key: u8) -> Self {
        let level = Level { close: "", flat: true, glued: false, indefinite: false, started: false };
        let position = whole.offset();
        let (levels, faults) = ([level; LEVELS], [None; FAULTS]);
        Self { out, lines, whole, position, levels, open: 0, faults, failed: false, in_key }
    }

    fn print(mut self, shape: Shape) -> fmt::Result {
        let mut reader = self.whole;
        let walked = walk(shape, &mut reader, &mut self);
        if self.failed || walked.is_err() {
            return Err(fmt::Error);
        }
        self.gap(self.whole.offset().saturating_add(self.whole.rest().len()))?;
        for fault in self.waiting() {
            self.out.write_char('\n')?;
            self.note(fault)?;
        }
        Ok(())
    }

    fn top(&mut self) -> Option<&mut Level> {
        self.open.checked_sub(1).and_then(|top| self.levels.get_mut(top))
    }

    fn value(&mut self, item: &Item<'a>) -> fmt::Result {
        self.gap(item.key_offset)?;
        let same_line = matches!(item.key, Key::Argument(_));
        self.separate(same_line)?;
        for fault in self.waiting() {
            self.note(fault)?;
            if same_line || self.on_one_line() { self.out.write_char(' ')? } else { self.line()? }
        }
        self.key(item)?;
        self.content(item)?;
        self.position = item.end;
        if self.lines { self.meaning(item) } else { Ok(()) }
    }

    /// Goes to where the next part of the innermost open value begins.
    fn separate(&mut self, same_line: bool) -> fmt::Result {
        let Some(top) = self.top() else { return Ok(()) };
        let started = core::mem::replace(&mut top.started, true);
        if started {
            self.out.write_char(',')?;
        }
        if same_line || self.on_one_line() {
            if started { self.out.write_char(' ') } else { Ok(()) }
        } else {
            self.line()
        }
    }

    /// Whether parts of the innermost open value don't begin on new lines.
    fn on_one_line(&mut self) -> bool {
        self.top().is_none_or(|top| top.flat || top.glued)
    }

    /// A new line, indented as deep as values are open that have lines of their own.
    fn line(&mut self) -> fmt::Result {
        self.out.write_char('\n')?;
        let open = self.levels.get(..self.open).unwrap_or_default();
        let deep = open.iter().filter(|level| !level.glued && !level.flat).count();
        (0..deep).try_for_each(|_| self.out.write_str("  "))
    }

    fn key(&mut self, item: &Item<'a>) -> fmt::Result {
        match item.key {
            Key::Root | Key::Element(_) | Key::Content | Key::Argument(_) => {
                match (self.lines, item.shape.role()) {
                    (true, Some(Role::Signature)) => self.comment("signature")?,
                    (true, Some(Role::CosePayload)) => self.comment("payload")?,
                    _ => return Ok(()),
                }
                self.out.write_char(' ')
            }
            Key::Code => match item.value.int().and_then(code_name) {
                Some((name, _)) if self.lines => {
                    self.comment(name)?;
                    self.out.write_char(' ')
                }
                _ => Ok(()),
            },
            Key::Label(kind, label) => {
                if let (true, Some(name)) = (self.lines, label_name(kind, label)) {
                    self.comment(name)?;
                    self.out.write_char(' ')?;
                }
                write!(self.out, "{label}: ")
            }
            Key::Name(_, name) => write!(self.out, "{}: ", Quoted(name)),
            Key::Composite(_, encoded) => {
                if self.in_key < 2 {
                    Printer::new(&mut *self.out, false, Reader::new(encoded), self.in_key.saturating_add(1))
                        .print(ANY)?;
                } else {
                    // A key inside of a key inside of a key: no document has any.
                    write!(self.out, "<< / encoded key / h'{}' >>", Hex(encoded))?;
                }
                self.out.write_str(": ")
            }
        }
    }

    fn content(&mut self, item: &Item<'a>) -> fmt::Result {
        let first = item.start.rest().first().copied().unwrap_or_default();
        let indicator = |value: u64| -> Indicator { Indicator::of(first, value) };
        let of_len = |len: usize| indicator(u64::try_from(len).unwrap_or(u64::MAX));
        match item.value {
            Value::Uint(value) => write!(self.out, "{value}{}", indicator(value)),
            Value::Nint(value) => write!(self.out, "-{}{}", u128::from(value) + 1, indicator(value)),
            Value::Bytes(bytes) => {
                let part = item.shape.role() == Some(Role::ComponentPart);
                match core::str::from_utf8(bytes) {
                    Ok(text) if part && !text.is_empty() && text.bytes().all(is_plain) => {
                        write!(self.out, "'{text}'{}", of_len(bytes.len()))
                    }
                    _ => write!(self.out, "h'{}'{}", Hex(bytes), of_len(bytes.len())),
                }
            }
            Value::Text(text) => write!(self.out, "{}{}", Quoted(text), of_len(text.len())),
            Value::Bool(value) => write!(self.out, "{value}"),
            Value::Null => self.out.write_str("null"),
            Value::Other(23) => self.out.write_str("undefined"),
            Value::Other(value) => match first & 0x1f {
                25 => text::float(self.out, 1, value),
                26 => text::float(self.out, 2, value),
                27 => text::float(self.out, 3, value),
                _ => write!(self.out, "simple({value})"),
            },
            Value::Wrapped(_) => self.begin(item, "<< ", " >>"),
            Value::Tag(tag) => {
                write!(self.out, "{tag}{}", indicator(tag))?;
                self.begin(item, "(", ")")
            }
            // A string of indefinite length is visited as the list of its parts.
            Value::Array(None) if first >> 5 != 4 => self.begin(item, "(_ ", ")"),
            Value::Array(None) => self.begin(item, "[_ ", "]"),
            Value::Map(None) => self.begin(item, "{_ ", "}"),
            Value::Array(Some(count)) => {
                self.out.write_char('[')?;
                self.indicated(indicator(count))?;
                self.begin(item, "", "]")
            }
            Value::Map(Some(count)) => {
                self.out.write_char('{')?;
                self.indicated(indicator(count))?;
                self.begin(item, "", "}")
            }
        }
    }

    fn indicated(&mut self, indicator: Indicator) -> fmt::Result {
        if indicator.0.is_some() { write!(self.out, "{indicator} ") } else { Ok(()) }
    }

    fn begin(&mut self, item: &Item<'a>, open: &str, close: &'static str) -> fmt::Result {
        self.out.write_str(open)?;
        let around = self.top().is_some_and(|top| top.flat);
        let glued = matches!(item.value, Value::Wrapped(_) | Value::Tag(_));
        let is_short = || item.start.clone().item().is_ok_and(|encoded| encoded.len() <= short(item.shape));
        if let Some(free) = self.levels.get_mut(self.open) {
            *free = Level {
                close,
                flat: !self.lines || around || !glued && is_short(),
                glued,
                indefinite: matches!(item.value, Value::Array(None) | Value::Map(None)),
                started: false,
            };
            self.open = self.open.saturating_add(1);
        }
        Ok(())
    }

    fn end(&mut self, offset: usize) -> fmt::Result {
        self.gap(offset)?;
        let on_one_line = self.on_one_line();
        let mut noted = false;
        for fault in self.waiting() {
            if on_one_line {
                self.out.write_char(' ')?
            } else {
                self.line()?
            }
            self.note(fault)?;
            noted = true;
        }
        let Some(Level { close, started, .. }) = self.top().copied() else { return Ok(()) };
        self.open = self.open.saturating_sub(1);
        if !on_one_line && (started || noted) {
            self.line()?;
        }
        self.out.write_str(close)
    }

    /// Shows the bytes up to `end` that were not printed yet: nothing was made of them.
    fn gap(&mut self, end: usize) -> fmt::Result {
        let skip = self.position.saturating_sub(self.whole.offset());
        let len = end.saturating_sub(self.position);
        let bytes = self.whole.rest().get(skip..).and_then(|rest| rest.get(..len)).unwrap_or_default();
        self.position = self.position.max(end);
        let at_break = self.top().is_some_and(|top| top.indefinite) && bytes == [0xff];
        if bytes.is_empty() || at_break {
            return Ok(());
        }
        if self.position != self.whole.offset().saturating_add(len) {
            self.out.write_char(' ')?;
        }
        let shown = bytes.get(..GAP).unwrap_or(bytes);
        write!(self.out, "/ not read, {} bytes: {}", bytes.len(), Hex(shown))?;
        self.out.write_str(if shown.len() < bytes.len() { "... /" } else { " /" })
    }

    /// Takes the faults that are waiting to be shown; none if there are no comments.
    fn waiting(&mut self) -> impl Iterator<Item = Error> + use<> {
        let faults = core::mem::take(&mut self.faults);
        faults.into_iter().flatten().take(if self.lines { FAULTS } else { 0 })
    }

    fn note(&mut self, fault: Error) -> fmt::Result {
        write!(self.out, "/ E{:04} at byte {}: {} /", fault.kind.number(), fault.offset, fault.kind)
    }

    fn comment(&mut self, text: impl fmt::Display) -> fmt::Result {
        write!(self.out, "/ {text} /")
    }

    /// Says in a comment what the number or the bytes just printed stand for.
    fn meaning(&mut self, item: &Item<'a>) -> fmt::Result {
        let Some(role) = item.shape.role() else { return Ok(()) };
        let number = item.value.int();
        let name = match role {
            Role::DigestAlgorithm | Role::CoseAlgorithm => {
                number.and_then(Algorithm::from_code).map(Algorithm::name)
            }
            Role::ParameterLabel => number.and_then(ParameterKey::from_code).map(ParameterKey::name),
            Role::Comparison => number.and_then(VersionComparison::from_code).map(VersionComparison::name),
            Role::FileType => number.and_then(FileType::from_code).map(FileType::name),
            Role::VersionPart => number.and_then(PreRelease::from_code).map(PreRelease::name),
            _ => None,
        };
        match (name, role, item.value) {
            (Some(name), ..) => {
                self.out.write_str(" / ")?;
                // A slash would end the comment.
                for part in name.split_inclusive('/') {
                    match part.strip_suffix('/') {
                        Some(part) => write!(self.out, "{part}-")?,
                        None => self.out.write_str(part)?,
                    }
                }
                self.out.write_str(" /")
            }
            (None, Role::Uuid, Value::Bytes(id)) => write!(self.out, " / {} /", Uuid(id)),
            (None, Role::Time, Value::Uint(seconds)) => write!(self.out, " / {} /", Timestamp(seconds)),
            _ => Ok(()),
        }
    }
}

/// The encoding indicator of a head that is longer than needed: its number of bytes is 2 to this power.
struct Indicator(Option<u8>);

impl Indicator {
    fn of(first: u8, value: u64) -> Self {
        Self(match first & 0x1f {
            24 if value < 24 => Some(0),
            25 if value <= 0xff => Some(1),
            26 if value <= 0xffff => Some(2),
            27 if value <= 0xffff_ffff => Some(3),
            _ => None,
        })
    }
}

impl fmt::Display for Indicator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |indicator| write!(f, "_{indicator}"))
    }
}

/// Printable ASCII that needs no escape in single quotes.
const fn is_plain(byte: u8) -> bool {
    matches!(byte, 0x20..=0x7e) && byte != b'\'' && byte != b'\\'
}

#[cfg(test)]
mod tests;
