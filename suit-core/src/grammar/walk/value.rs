//! One value: its head, what the grammar asks of it, and what of it is visited next.

use super::{ANY, Kind, Slot, Walk};
use crate::cbor::{FALSE, Head, Major, NULL, Reader, TRUE};
use crate::error::{Error, ErrorKind, Expected};
use crate::grammar::shape::{MapKind, MapShape, Role, Scalar, Shape};
use crate::grammar::tables::{ENVELOPE_TAGGED, UNORDERED_MAX};
use crate::grammar::visit::{DEPTH_MAX, Item, Key, Value, Visitor};
use crate::labels::{
    Algorithm, FileType, MANIFEST_VERSION, REPORT_POLICY_MAX, Tag, UUID_LEN, VersionComparison,
};

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// Reads one value. Its frame is pushed if it has parts; if it is a byte string whose content is visited, that
    /// content is returned as the next value. An error means that the rest of the surrounding byte string can't be
    /// read.
    pub(super) fn value(&mut self, slot: Slot<'a>) -> Result<Option<Slot<'a>>, Error> {
        let start = self.reader;
        let head = self.head()?;
        let Slot { key, key_offset, shape, region, layer } = slot;
        let (shape, fault) = resolve(shape, &head);
        let shape = if let Some(kind) = fault {
            self.visitor.fault(Error::new(kind, head.offset))?;
            instead(shape, &head)
        } else {
            shape
        };
        let item = |value, reader: &Reader<'a>| Item {
            key,
            key_offset,
            offset: head.offset,
            end: reader.offset(),
            shape,
            value,
            start,
        };
        let count = (!head.indefinite).then_some(head.value);
        // Each item takes a byte, so a greater number can't be met by any input that this reads.
        let parts = u32::try_from(head.value).map_err(|_| Error::new(ErrorKind::Truncated, head.offset));
        let (value, kind) = match head.major {
            Major::Uint => (Value::Uint(head.value), None),
            Major::Nint => (Value::Nint(head.value), None),
            Major::Simple => (
                match head.value {
                    FALSE => Value::Bool(false),
                    TRUE => Value::Bool(true),
                    NULL => Value::Null,
                    other => Value::Other(other),
                },
                None,
            ),
            Major::Bytes if !head.indefinite => return self.bytes(slot, shape, head, start),
            Major::Text if !head.indefinite => {
                let bytes = self.reader.take(head.value)?;
                let text = match core::str::from_utf8(bytes) {
                    Ok(text) => Value::Text(text),
                    Err(_) => {
                        self.visitor.fault(Error::new(ErrorKind::InvalidUtf8, head.offset))?;
                        Value::Bytes(bytes)
                    }
                };
                (text, None)
            }
            // Only a visitor that goes on gets here: the parts of a string of indefinite length.
            Major::Bytes | Major::Text => (Value::Array(None), Some(Kind::AnyArray)),
            Major::Array => (
                Value::Array(count),
                Some(match shape {
                    Shape::Array(array) => Kind::Array(array),
                    Shape::Sequence(scope) => Kind::Sequence(*scope),
                    _ => Kind::AnyArray,
                }),
            ),
            Major::Map => (
                Value::Map(count),
                Some(match shape {
                    Shape::Map(map) => Kind::Map(map),
                    _ => Kind::AnyMap,
                }),
            ),
            Major::Tag => (
                Value::Tag(head.value),
                Some(Kind::Tag(match shape {
                    Shape::Tagged(choices) => choices
                        .iter()
                        .find(|(tag, _)| u64::try_from(tag.code()) == Ok(head.value))
                        .or(if let [only] = choices { Some(only) } else { None })
                        .map_or(&ANY, |(_, inner)| inner),
                    _ => &ANY,
                })),
            ),
        };
        let level = if layer { 1 } else { self.level().saturating_add(1) };
        // The last place is for a byte string's content without parts.
        let full = self.depth.saturating_add(1) >= self.suspended.len();
        if kind.is_some() && (usize::from(level) > DEPTH_MAX || full) {
            return Err(Error::new(ErrorKind::TooDeep, head.offset));
        }
        let parts = match kind {
            None | Some(Kind::Tag(_)) => 1,
            Some(_) => parts?,
        };
        self.scalar(shape, value, head.offset)?;
        self.visitor.enter(&item(value, &self.reader))?;
        match kind {
            None => self.close(head.offset, region)?,
            Some(kind) => {
                if !head.indefinite {
                    self.count(&kind, parts, head.offset)?;
                }
                self.push(kind, level, parts, head.indefinite, head.offset, region)?;
            }
        }
        Ok(None)
    }

    /// Depth of the innermost open value in its layer.
    const fn level(&self) -> u8 {
        if self.depth == 0 { 0 } else { self.top.level }
    }

    /// Remembers to go on behind a byte string whose content was a value without parts.
    fn close(&mut self, offset: usize, region: Option<&'a [u8]>) -> Result<(), Error> {
        if region.is_none() {
            return Ok(());
        }
        self.push(Kind::Region, self.level(), 0, false, offset, region)
    }

    fn bytes(
        &mut self,
        slot: Slot<'a>,
        shape: &'static Shape,
        head: Head,
        start: Reader<'a>,
    ) -> Result<Option<Slot<'a>>, Error> {
        let before = self.reader;
        let content = match (self.reader.take(head.value), shape) {
            (Ok(content), _) => content,
            // Who goes on is shown what there is of a document that was cut.
            (Err(error), Shape::Wrapped(_) | Shape::Layer(_)) => {
                self.visitor.fault(error)?;
                self.reader = Reader::at(&[], error.offset);
                before.rest()
            }
            (Err(error), _) => return Err(error),
        };
        let (inner, layer) = match shape {
            Shape::Wrapped(inner) => (Some(*inner), false),
            Shape::Layer(inner) if V::DEEP => (Some(*inner), true),
            Shape::Scalar(Scalar::Bytes, Role::Payload) if V::DEEP => {
                (self.visitor.enters_payload(content).then_some(&ENVELOPE_TAGGED), true)
            }
            _ => (None, false),
        };
        // RFC 9052 §3: an empty protected header is a zero-length string.
        let inner = inner.filter(|inner| !(content.is_empty() && is_header(inner)));
        let value = if inner.is_some() { Value::Wrapped(content) } else { Value::Bytes(content) };
        let end = if inner.is_some() { before.offset() } else { self.reader.offset() };
        self.scalar(shape, value, head.offset)?;
        self.visitor.enter(&Item {
            key: slot.key,
            key_offset: slot.key_offset,
            offset: head.offset,
            end,
            shape,
            value,
            start,
        })?;
        self.close(head.offset, slot.region)?;
        let Some(inner) = inner else { return Ok(None) };
        let after = self.reader.rest();
        self.reader = Reader::at(content, before.offset());
        let key_offset = before.offset();
        Ok(Some(Slot { key: Key::Content, key_offset, shape: inner, region: Some(after), layer }))
    }

    /// Holds a value against what its place stands for.
    fn scalar(&mut self, shape: &Shape, value: Value<'a>, offset: usize) -> Result<(), Error> {
        let Shape::Scalar(_, role) = shape else { return Ok(()) };
        let fault = match (role, value) {
            // M §8.4.1: a processor must refuse a version that it doesn't support.
            (Role::ManifestVersion, Value::Uint(version)) => {
                (version != MANIFEST_VERSION).then_some(ErrorKind::UnsupportedVersion)
            }
            (Role::ReportPolicy, Value::Uint(bits)) => {
                (bits > REPORT_POLICY_MAX).then_some(ErrorKind::ReportPolicy)
            }
            // M §8.4.10.1: true means all components; false has no meaning.
            (Role::AllComponents, Value::Bool(false)) => Some(ErrorKind::WrongType(Expected::OneOfSeveral)),
            (Role::Uuid, Value::Bytes(id)) => (id.len() != UUID_LEN).then_some(ErrorKind::WrongLength),
            (Role::Comparison, Value::Uint(code)) => {
                unregistered(code, VersionComparison::from_code).then_some(ErrorKind::UnknownComparison)
            }
            (Role::FileType, Value::Uint(code)) => {
                unregistered(code, FileType::from_code).then_some(ErrorKind::UnknownFileType)
            }
            (Role::DigestAlgorithm, value) => {
                let code = value.int();
                let known = code.and_then(Algorithm::from_code).and_then(Algorithm::digest_len);
                self.digest_len = known;
                known.is_none().then_some(ErrorKind::UnknownDigestAlgorithm)
            }
            (Role::DigestBytes, Value::Bytes(bytes)) => {
                self.digest_len.is_some_and(|len| len != bytes.len()).then_some(ErrorKind::DigestLength)
            }
            _ => None,
        };
        fault.map_or(Ok(()), |kind| self.visitor.fault(Error::new(kind, offset)))
    }

    /// Holds the number of parts against what the shape allows.
    fn count(&mut self, kind: &Kind, count: u32, offset: usize) -> Result<(), Error> {
        let fault = match kind {
            Kind::Array(array) if count < array.min => Some(ErrorKind::TooFewItems),
            Kind::Array(array) if count > array.max => Some(ErrorKind::TooManyItems),
            Kind::Map(map) if count < map.min && map.fields.iter().all(|field| !field.required) => {
                Some(ErrorKind::TooFewItems)
            }
            Kind::Map(map) if count > map.max => Some(ErrorKind::TooManyEntries),
            Kind::AnyMap if count > UNORDERED_MAX => Some(ErrorKind::TooManyEntries),
            // M App. A: a command sequence is not empty.
            Kind::Sequence(..) if count == 0 => Some(ErrorKind::TooFewItems),
            Kind::Sequence(..) if count % 2 == 1 => Some(ErrorKind::OddSequence),
            _ => None,
        };
        fault.map_or(Ok(()), |kind| self.visitor.fault(Error::new(kind, offset)))
    }
}

/// The shape that applies to a value with this head, or the fault that it is.
fn resolve(shape: &'static Shape, head: &Head) -> (&'static Shape, Option<ErrorKind>) {
    let is = |major| head.major == major;
    let mut shape = shape;
    while let Shape::OneOf(choices) = shape {
        match choices.iter().find(|(major, _)| is(*major)) {
            Some((_, choice)) => shape = choice,
            None => return (shape, Some(ErrorKind::WrongType(Expected::OneOfSeveral))),
        }
    }
    let wrong = |expected| (shape, Some(ErrorKind::WrongType(expected)));
    match shape {
        Shape::Any | Shape::OneOf(_) => (shape, None),
        Shape::Wrapped(_) | Shape::Layer(_) if is(Major::Bytes) => (shape, None),
        Shape::Wrapped(_) | Shape::Layer(_) => wrong(Expected::Bytes),
        Shape::Tagged(choices) if is(Major::Tag) => {
            let known = choices.iter().any(|(tag, _)| u64::try_from(tag.code()) == Ok(head.value));
            (shape, (!known).then(|| wrong_tag(choices)))
        }
        Shape::Tagged(_) => wrong(Expected::Tag),
        Shape::Array(_) | Shape::Sequence(_) if is(Major::Array) => (shape, None),
        Shape::Array(_) | Shape::Sequence(_) => wrong(Expected::Array),
        Shape::Map(_) if is(Major::Map) => (shape, None),
        Shape::Map(_) => wrong(Expected::Map),
        Shape::Scalar(scalar, _) => {
            let (fits, expected) = match scalar {
                Scalar::Uint => (is(Major::Uint), Expected::Uint),
                Scalar::Int => (is(Major::Uint) || is(Major::Nint), Expected::Int),
                Scalar::Bool => (is(Major::Simple) && head.value != NULL, Expected::Bool),
                Scalar::Nil => (is(Major::Simple) && head.value == NULL, Expected::Nil),
                Scalar::Bytes => (is(Major::Bytes), Expected::Bytes),
                Scalar::Text => (is(Major::Text), Expected::Text),
            };
            // Integers of the model have 64 bits with a sign; unsigned ones use all 64.
            if fits && *scalar == Scalar::Int && head.int().is_none() {
                return (shape, Some(ErrorKind::IntegerRange));
            }
            if fits { (shape, None) } else { wrong(expected) }
        }
    }
}

/// What a value is taken for that isn't what its place asks for, by a visitor that goes on: a map that should be in a byte
/// string, and one behind another tag, is still that map. Of anything else it is better not to guess.
fn instead(shape: &'static Shape, head: &Head) -> &'static Shape {
    match shape {
        Shape::Wrapped(inner @ Shape::Map(_)) | Shape::Layer(inner @ Shape::Map(_))
            if head.major == Major::Map =>
        {
            inner
        }
        Shape::Tagged([(_, Shape::Map(_))]) if head.major == Major::Tag => shape,
        _ => &ANY,
    }
}

fn wrong_tag(choices: &[(Tag, &Shape)]) -> ErrorKind {
    match choices {
        [(tag, _)] => ErrorKind::WrongTag(tag.code()),
        _ => ErrorKind::UnknownBlock,
    }
}

const fn is_header(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(MapShape { kind: MapKind::CoseHeader, .. }))
}

/// Whether a registry has no entry with this number.
fn unregistered<T>(code: u64, from_code: impl Fn(i64) -> Option<T>) -> bool {
    i64::try_from(code).ok().and_then(from_code).is_none()
}
