//! One value: its head, what the grammar asks of it, and what of it is visited next.

use super::{Head, INDEFINITE, NO_REGION, Walk, free};
use crate::cbor::{FALSE, Major, NULL, TRUE};
use crate::dependency::Dependencies;
use crate::error::{Error, ErrorKind, Expected};
use crate::grammar::context::twice;
use crate::grammar::pack::{ARGUMENTS, Array, Map, NONE, Row, What};
use crate::grammar::shape::Shape;
use crate::grammar::tables::{ANY, CUSTOM_ARGUMENT, ENVELOPE_TAGGED, UNORDERED_MAX};
use crate::grammar::visit::{DEPTH_MAX, Item, Key, Value, Visitor};
use crate::labels::{Algorithm, CUSTOM_MAX};

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// Reads one value. Its frame is pushed if it has parts; if it is a byte string whose content is visited, the shape of
    /// that content is returned, as the next value's. An error means that the rest of the surrounding byte string can't
    /// be read.
    pub(super) fn value(&mut self, shape: u8) -> Result<Option<u8>, Error> {
        let at = self.at;
        let layer = core::mem::replace(&mut self.layer, false);
        let head = self.head()?;
        let (mut shape, mut row) = Self::resolve(shape, &head);
        if let Some(kind) = misfit(row, &head, Self::TABLE.tags) {
            self.fault(kind, at)?;
            shape = Self::instead(shape, row, &head);
            row = Self::row(shape);
        }
        match head.major {
            Major::Uint | Major::Nint | Major::Simple => {
                self.scalar(row, &head, at)?;
                let value = match head.major {
                    Major::Uint => Value::Uint(head.value),
                    Major::Nint => Value::Nint(head.value),
                    _ => match head.value {
                        FALSE => Value::Bool(false),
                        TRUE => Value::Bool(true),
                        NULL => Value::Null,
                        other => Value::Other(other),
                    },
                };
                self.whole(shape, value, at)
            }
            Major::Bytes if V::SILENT || !head.indefinite => self.bytes(shape, row, &head, at),
            Major::Text if V::SILENT || !head.indefinite => {
                let bytes = self.take(head.value)?;
                let value = match core::str::from_utf8(bytes) {
                    Ok(text) => Value::Text(text),
                    Err(_) => {
                        self.fault(ErrorKind::InvalidUtf8, at)?;
                        Value::Bytes(bytes)
                    }
                };
                self.whole(shape, value, at)
            }
            _ => self.open(shape, row, &head, at, layer).map(|()| None),
        }
    }

    /// Ends with a value that has no parts.
    fn whole(&mut self, shape: u8, value: Value<'a>, at: usize) -> Result<Option<u8>, Error> {
        self.show(shape, value, at)?;
        self.close(at)?;
        Ok(None)
    }

    /// Tells the visitor of a value, if it wants to know.
    fn show(&mut self, shape: u8, value: Value<'a>, at: usize) -> Result<(), Error> {
        if V::SILENT {
            return Ok(());
        }
        self.by_index()?;
        if self.key == Key::Code {
            self.first(value.int(), at)?;
        }
        let place = (self.key, self.key_at);
        let (key, key_at) = match core::mem::replace(&mut self.key, Key::Content) {
            // A value without a key stands where its key would.
            Key::Root | Key::Element(_) | Key::Content | Key::Code | Key::Argument(_) => (place.0, at),
            _ => place,
        };
        let end =
            if let Value::Wrapped(content) = value { self.at.saturating_sub(content.len()) } else { self.at };
        self.visitor.enter(&Item {
            key,
            key_offset: self.offset(key_at),
            offset: self.offset(at),
            end: self.offset(end),
            shape: Shape(shape),
            value,
            start: self.reader(at),
        })
    }

    /// Holds a key that is a component index against the components there are.
    fn by_index(&mut self) -> Result<(), Error> {
        let Some((index, at)) = self.index.take() else { return Ok(()) };
        let kind = self.visitor.context().and_then(|context| context.index(index));
        kind.map_or(Ok(()), |kind| self.fault(kind, at))
    }

    /// Holds a code against the rule for the first one of a section.
    fn first(&mut self, code: Option<i64>, at: usize) -> Result<(), Error> {
        let kind = self.visitor.context().and_then(|context| context.code(code));
        kind.map_or(Ok(()), |kind| self.fault(kind, at))
    }

    /// Depth of the innermost open value in its layer.
    fn level(&mut self) -> u8 {
        self.top().map_or(0, |frame| frame.level & !INDEFINITE)
    }

    /// Remembers to go on behind a byte string whose content was a value without parts.
    fn close(&mut self, at: usize) -> Result<(), Error> {
        if self.behind == NO_REGION {
            return Ok(());
        }
        let level = self.level();
        self.push(free::REGION, 0, 0, level, at)
    }

    /// Reads on behind the head of an array, a map or a tag.
    fn open(&mut self, shape: u8, row: Row, head: &Head, at: usize, layer: bool) -> Result<(), Error> {
        let (frame, place) = match (head.major, row.what) {
            (Major::Tag, What::Tagged) => (free::TAG, self.inside(row, head.value)),
            (Major::Tag, _) => (free::TAG, ANY.0),
            (Major::Map, What::Any) => (free::MAP, 0),
            (Major::Array, What::Any) => (free::ARRAY, 0),
            // Only a visitor that goes on gets here: the parts of a string of indefinite length.
            (Major::Bytes | Major::Text, _) if !V::SILENT => (free::ARRAY, 0),
            _ => (shape, 0),
        };
        let level = if layer { 1 } else { self.level().saturating_add(1) };
        // The last place is for a byte string's content without parts; what a device knows always has parts there.
        let full = !V::SILENT && self.depth.saturating_add(1) >= self.frames.len();
        if usize::from(level) > DEPTH_MAX || full {
            return Err(self.error(ErrorKind::TooDeep, at));
        }
        let left = match head.major {
            Major::Tag => 1,
            // Each item takes a byte, so a greater number can't be met by any input that this reads.
            _ => u32::try_from(head.value).map_err(|_| self.error(ErrorKind::Truncated, at))?,
        };
        self.learn(row.what, head, left, at)?;
        if V::SILENT {
            self.by_index()?;
        }
        let count = (!head.indefinite).then_some(head.value);
        let value = match head.major {
            Major::Tag => Value::Tag(head.value),
            Major::Map => Value::Map(count),
            _ => Value::Array(count),
        };
        self.show(shape, value, at)?;
        if head.indefinite {
            return self.push(frame, usize::from(place), left, level | INDEFINITE, at);
        }
        if let Some(kind) = Self::count(frame, row, left) {
            self.fault(kind, at)?;
        }
        self.push(frame, usize::from(place), left, level, at)
    }

    /// What is in this tag; of one that is wrong, what would be in the only right one.
    fn inside(&self, row: Row, tag: u64) -> u8 {
        let choices = choices(row, Self::TABLE.tags);
        let known = choices.iter().find(|(known, _)| u64::from(*known) == tag);
        known.or(if let [only] = choices { Some(only) } else { None }).map_or(ANY.0, |(_, inner)| *inner)
    }

    fn bytes(&mut self, shape: u8, row: Row, head: &Head, at: usize) -> Result<Option<u8>, Error> {
        let begin = self.at;
        let content = match self.take(head.value) {
            Ok(content) => content,
            // Who goes on is shown what there is of a document that was cut.
            Err(error) if !V::SILENT && is_wrapped(row.what) => {
                self.visitor.fault(error)?;
                self.at = self.window.len();
                self.window.get(begin..).unwrap_or_default()
            }
            Err(error) => return Err(error),
        };
        let (inner, layer) = match row.what {
            // RFC 9052 §3: an empty protected header is a zero-length string.
            What::Protected if content.is_empty() => (NONE, false),
            What::Wrapped | What::Protected | What::Section => (row.a, false),
            What::Layer | What::SectionLayer if V::DEEP => (row.a, true),
            What::Payload if V::DEEP && self.visitor.enters_payload(content) => (ENVELOPE_TAGGED.0, true),
            _ => (NONE, false),
        };
        self.scalar(row, head, at)?;
        if inner == NONE {
            return self.whole(shape, Value::Bytes(content), at);
        }
        if matches!(row.what, What::Section | What::SectionLayer)
            && let Some(context) = self.visitor.context()
        {
            context.open();
        }
        self.show(shape, Value::Wrapped(content), at)?;
        self.close(at)?;
        self.behind = self.window.len();
        self.window = self.bytes.get(..self.at).unwrap_or_default();
        self.at = begin;
        self.layer = layer;
        Ok(Some(inner))
    }

    /// Holds a value without parts against what its place stands for.
    fn scalar(&mut self, row: Row, head: &Head, at: usize) -> Result<(), Error> {
        let in_range = u64::from(row.a) <= head.value && head.value <= u64::from(row.b);
        let (holds, kind) = match row.what {
            What::Plain => return Ok(()),
            What::ManifestVersion => (in_range, ErrorKind::UnsupportedVersion),
            What::ReportPolicy => (in_range, ErrorKind::ReportPolicy),
            What::Uuid => (in_range, ErrorKind::WrongLength),
            What::Comparison => (in_range, ErrorKind::UnknownComparison),
            What::FileType => (in_range, ErrorKind::UnknownFileType),
            // M §8.4.10.1: true means all components; false has no meaning.
            What::AllComponents => (head.value != FALSE, ErrorKind::WrongType(Expected::OneOfSeveral)),
            What::DigestAlgorithm => {
                let known = int(head).and_then(Algorithm::from_code).and_then(Algorithm::digest_len);
                self.digest_len = known.and_then(|len| u8::try_from(len).ok()).unwrap_or(0);
                (known.is_some(), ErrorKind::UnknownDigestAlgorithm)
            }
            What::DigestBytes => {
                let len = u64::from(self.digest_len);
                (len == 0 || len == head.value, ErrorKind::DigestLength)
            }
            What::ComponentIndex => {
                let kind = self.visitor.context().and_then(|context| context.index(head.value));
                return kind.map_or(Ok(()), |kind| self.fault(kind, at));
            }
            What::Code => return self.code(int(head), at),
            _ => return Ok(()),
        };
        if holds { Ok(()) } else { self.fault(kind, at) }
    }

    /// A command's code: finds the shape of its argument.
    fn code(&mut self, code: Option<i64>, at: usize) -> Result<(), Error> {
        // In the shared sequence or not.
        let shared = self.top().is_some_and(|frame| Self::row(frame.shape).what == What::SharedSequence);
        let [section, in_shared] = &ARGUMENTS;
        let of = |table: &[u8]| {
            let code = code.and_then(|code| usize::try_from(code).ok())?;
            table.get(code).copied().filter(|shape| *shape != NONE)
        };
        let custom = code.is_some_and(|code| code <= CUSTOM_MAX);
        let number = if custom { Some(0) } else { code.and_then(|code| u32::try_from(code).ok()) };
        let supported = number.is_some_and(|number| self.visitor.supported().command(number));
        let anywhere = if custom { Some(CUSTOM_ARGUMENT.0) } else { of(section) }.filter(|_| supported);
        let here = if shared { of(in_shared).filter(|_| supported) } else { anywhere };
        if here.is_none() && code.is_some() {
            let kind =
                if anywhere.is_some() { ErrorKind::ForbiddenCommand } else { ErrorKind::UnknownCommand };
            self.fault(kind, at)?;
        }
        self.argument = here.or(anywhere).unwrap_or(ANY.0);
        if V::SILENT {
            return self.first(code, at);
        }
        self.code = code;
        Ok(())
    }

    /// What a manifest says of itself by a value with parts.
    fn learn(&mut self, what: What, head: &Head, count: u32, at: usize) -> Result<(), Error> {
        let pairs = match what {
            What::Dependencies if V::SILENT => self.reader(self.at),
            What::Dependencies => self.reader(at),
            What::Indices if !head.indefinite && count <= u32::from(u8::MAX) => self.reader(at),
            What::Components if !head.indefinite => self.reader(at),
            What::Sequence | What::SharedSequence => self.reader(at),
            _ => return Ok(()),
        };
        let Some(context) = self.visitor.context() else { return Ok(()) };
        match what {
            What::Dependencies if V::SILENT => context.dependencies(Dependencies::at(pairs, count)),
            // One who goes on may have a map that can't be read, from which no index is taken.
            What::Dependencies => {
                let read = Dependencies::read(&mut { pairs });
                context.dependencies(read.unwrap_or(Dependencies::none()));
            }
            What::Components => context.components(count),
            What::Indices => {
                if let Some(second) = twice(pairs) {
                    let error = Error::new(ErrorKind::DuplicateIndex, second);
                    return if V::SILENT { Err(error) } else { self.visitor.fault(error) };
                }
            }
            _ => context.begin(),
        }
        Ok(())
    }

    pub(super) fn map(row: Row) -> Option<Map> {
        if row.takes == Major::Map.bit() { Self::TABLE.maps.get(usize::from(row.a)).copied() } else { None }
    }

    pub(super) fn array(row: Row) -> Option<Array> {
        if row.takes == Major::Array.bit() {
            Self::TABLE.arrays.get(usize::from(row.a)).copied()
        } else {
            None
        }
    }

    /// The fault that a number of parts is.
    fn count(frame: u8, row: Row, count: u32) -> Option<ErrorKind> {
        let (min, max, more) = match (frame, row.what) {
            (free::MAP, _) => (0, u8::try_from(UNORDERED_MAX).unwrap_or(0), ErrorKind::TooManyEntries),
            (free::ARRAY | free::TAG, _) => return None,
            // M App. A: a command sequence is not empty.
            (_, What::Sequence | What::SharedSequence) => {
                let odd = (!count.is_multiple_of(2)).then_some(ErrorKind::OddSequence);
                return if count == 0 { Some(ErrorKind::TooFewItems) } else { odd };
            }
            _ => match Self::map(row) {
                Some(map) => (map.min, map.max, ErrorKind::TooManyEntries),
                None => Self::array(row).map(|array| (array.min, array.max, ErrorKind::TooManyItems))?,
            },
        };
        if count < u32::from(min) {
            Some(ErrorKind::TooFewItems)
        } else if max != 0 && count > u32::from(max) {
            Some(more)
        } else {
            None
        }
    }

    /// The shape that applies to a value with this head.
    fn resolve(shape: u8, head: &Head) -> (u8, Row) {
        let row = Self::row(shape);
        if row.what != What::OneOf || row.takes & head.major.bit() == 0 {
            return (shape, row);
        }
        let choices = Self::TABLE.list.get(usize::from(row.a)..).unwrap_or_default();
        let choices = choices.iter().take(usize::from(row.b)).map(|choice| (*choice, Self::row(*choice)));
        let mut fitting = choices.filter(|(_, row)| row.takes & head.major.bit() != 0);
        fitting.next().unwrap_or((shape, Row::NOTHING))
    }

    /// What a value is taken for that isn't what its place asks for, by a visitor that goes on: a map that should be in a
    /// byte string, and one behind another tag, is still that map. Of anything else it is better not to guess.
    fn instead(shape: u8, row: Row, head: &Head) -> u8 {
        let is_map = |shape| Self::map(Self::row(shape)).is_some();
        match (row.what, head.major) {
            (what, Major::Map) if is_wrapped(what) && is_map(row.a) => row.a,
            (What::Tagged, Major::Tag) => match choices(row, Self::TABLE.tags) {
                [(_, inner)] if is_map(*inner) => shape,
                _ => ANY.0,
            },
            _ => ANY.0,
        }
    }
}

const fn is_wrapped(what: What) -> bool {
    matches!(what, What::Wrapped | What::Protected | What::Section | What::Layer | What::SectionLayer)
}

fn choices(row: Row, tags: &[(u16, u8)]) -> &[(u16, u8)] {
    tags.get(usize::from(row.a)..).and_then(|tags| tags.get(..usize::from(row.b))).unwrap_or_default()
}

/// The integer that a head is, if it is one and fits 64 bits with a sign.
pub(super) fn int(head: &Head) -> Option<i64> {
    let value = i64::try_from(head.value).ok()?;
    match head.major {
        Major::Uint => Some(value),
        Major::Nint => Some(!value),
        _ => None,
    }
}

/// The fault of a value that isn't of the kind that its place asks for.
fn misfit(row: Row, head: &Head, tags: &[(u16, u8)]) -> Option<ErrorKind> {
    if row.takes & head.major.bit() == 0 {
        return Some(ErrorKind::WrongType(expected(row)));
    }
    match row.what {
        What::Nil if head.value != NULL => Some(ErrorKind::WrongType(Expected::Nil)),
        What::Bool | What::AllComponents if head.value == NULL => Some(ErrorKind::WrongType(Expected::Bool)),
        What::Tagged => {
            let choices = choices(row, tags);
            if choices.iter().any(|(tag, _)| u64::from(*tag) == head.value) {
                return None;
            }
            Some(match choices {
                [(tag, _)] => ErrorKind::WrongTag(*tag),
                _ => ErrorKind::UnknownBlock,
            })
        }
        // Integers of the model have 64 bits with a sign; unsigned ones use all 64.
        _ if row.takes == Major::Uint.bit() | Major::Nint.bit() && int(head).is_none() => {
            Some(ErrorKind::IntegerRange)
        }
        _ => None,
    }
}

/// What a shape asks for.
fn expected(row: Row) -> Expected {
    const UINT: u8 = Major::Uint.bit();
    const INT: u8 = Major::Uint.bit() | Major::Nint.bit();
    const BYTES: u8 = Major::Bytes.bit();
    const TEXT: u8 = Major::Text.bit();
    const ARRAY: u8 = Major::Array.bit();
    const MAP: u8 = Major::Map.bit();
    const TAG: u8 = Major::Tag.bit();
    match (row.what, row.takes) {
        (What::OneOf, _) => Expected::OneOfSeveral,
        (What::Nil, _) => Expected::Nil,
        (_, UINT) => Expected::Uint,
        (_, INT) => Expected::Int,
        (_, BYTES) => Expected::Bytes,
        (_, TEXT) => Expected::Text,
        (_, ARRAY) => Expected::Array,
        (_, MAP) => Expected::Map,
        (_, TAG) => Expected::Tag,
        _ => Expected::Bool,
    }
}
