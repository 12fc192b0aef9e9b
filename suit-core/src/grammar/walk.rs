//! Holds a document against the grammar, value by value, with a fixed stack.

use super::keys::{composite, is_language_tag, seen_before};
use super::shape::{ArrayShape, MapKind, MapShape, Others, Role, Scalar, Scope, Shape};
use super::tables::{ENVELOPE_TAGGED, UNORDERED_MAX, argument};
use crate::cbor::{FALSE, Head, Major, NULL, Reader, Rules, TRUE};
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::{
    Algorithm, CUSTOM_MAX, FileType, MANIFEST_VERSION, REPORT_POLICY_MAX, Tag, UUID_LEN, VersionComparison,
};

/// Deepest nesting of arrays, maps and tags within one [`Shape::Layer`]. The published examples need 9; a nested try-each
/// adds 2, so this leaves room for six of them. Layers are counted each for itself, so that a device, which walks one at a
/// time, and a tool, which walks all at once, agree.
pub const DEPTH_MAX: usize = 24;

/// Most values whose parts are being visited at a time in one layer: the content of a byte string counts for a moment
/// even if it has no parts.
const LAYER_OPEN_MAX: usize = DEPTH_MAX + 1;

/// Most values whose parts are being visited at a time in all layers: around the innermost one there are the tag and the
/// map of an envelope, perhaps those of a dependency inside and of one inside that, and the map of a manifest.
pub const OPEN_MAX: usize = LAYER_OPEN_MAX + 7;

/// Receives the values of a document in the order in which they stand in it.
pub trait Visitor<'a> {
    /// Whether [`Shape::Layer`]s are entered. A device doesn't: it reads a layer once that is authenticated.
    const DEEP: bool;

    /// A fault. Returning it stops the walk; returning `Ok` goes on, with what can't be read left out.
    ///
    /// # Errors
    /// The fault, to stop at it.
    fn fault(&mut self, error: Error) -> Result<(), Error> {
        Err(error)
    }

    /// A value, before its parts.
    ///
    /// # Errors
    /// A fault that this visitor found, after asking [`Visitor::fault`].
    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error>;

    /// Whether this content of an integrated payload is entered as a tagged envelope: it may be a dependency
    /// (TD §8.1.1). Only asked if [`Visitor::DEEP`] is set.
    fn enters_payload(&self, _content: &'a [u8]) -> bool {
        false
    }

    /// The end of the parts of the last value entered that has parts and wasn't left yet.
    fn leave(&mut self, _offset: usize) {}
}

/// How a value is reached from the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The outermost value.
    Root,
    /// Item of an array, 0-based.
    Element(u64),
    /// Value of a map under an integer key.
    Label(MapKind, i64),
    /// Value of a map under a text key.
    Name(MapKind, &'a str),
    /// Value of a map under a key that is neither; its encoding.
    Composite(MapKind, &'a [u8]),
    /// Code of a command.
    Code,
    /// Argument of the command with this code.
    Argument(i64),
    /// What a byte string or tag holds.
    Content,
}

/// A value's own content, without its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Unsigned integer.
    Uint(u64),
    /// Negative integer: -1 minus this.
    Nint(u64),
    /// Byte string.
    Bytes(&'a [u8]),
    /// Byte string whose content is visited next.
    Wrapped(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// Array with this many items; `None` if its length is indefinite.
    Array(Option<u64>),
    /// Map with this many pairs; `None` if its length is indefinite.
    Map(Option<u64>),
    /// Tag.
    Tag(u64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// Another simple value or a float, as it stands.
    Other(u64),
}

impl Value<'_> {
    /// The integer that this is, if it is one and fits 64 bits with a sign.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Uint(value) => i64::try_from(*value).ok(),
            Self::Nint(value) => i64::try_from(*value).ok().map(|value| !value),
            _ => None,
        }
    }

    /// Whether parts follow, to be ended by [`Visitor::leave`].
    #[must_use]
    pub const fn has_parts(&self) -> bool {
        matches!(self, Self::Wrapped(_) | Self::Array(_) | Self::Map(_) | Self::Tag(_))
    }
}

/// A value that the walk came to.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// How it is reached.
    pub key: Key<'a>,
    /// Offset of the key's first byte, of the value's where it has no key of its own.
    pub key_offset: usize,
    /// Offset of the value's first byte.
    pub offset: usize,
    /// Offset behind the value's head; for byte and text strings behind the content, unless it is visited next.
    pub end: usize,
    /// What the grammar asks for here.
    pub shape: &'static Shape,
    /// What stands here.
    pub value: Value<'a>,
    /// The input from the value's first byte on.
    pub start: Reader<'a>,
}

/// Holds what `reader` stands at against `shape` and ends where the value ends.
///
/// # Errors
/// The first fault that the visitor didn't take.
pub fn walk<'a, V: Visitor<'a>>(
    shape: &'static Shape,
    reader: &mut Reader<'a>,
    visitor: &mut V,
) -> Result<(), Error> {
    // A device's stack has no room for layers that it doesn't enter.
    if V::DEEP {
        run(shape, reader, visitor, &mut [const { Frame::NONE }; OPEN_MAX])
    } else {
        run(shape, reader, visitor, &mut [const { Frame::NONE }; LAYER_OPEN_MAX])
    }
}

fn run<'a, V: Visitor<'a>>(
    shape: &'static Shape,
    reader: &mut Reader<'a>,
    visitor: &mut V,
    suspended: &mut [Frame<'a>],
) -> Result<(), Error> {
    let mut walk = Walk {
        reader: *reader,
        top: Frame::NONE,
        suspended,
        depth: 0,
        code: None,
        digest_len: None,
        visitor,
    };
    let key_offset = reader.offset();
    let mut slot = Some(Slot { key: Key::Root, key_offset, shape, region: None, layer: true });
    while let Some(current) = slot {
        let region = current.region;
        slot = match walk.value(current) {
            Ok(Some(content)) => Some(content),
            Ok(None) => walk.advance()?,
            Err(error) => {
                walk.visitor.fault(error)?;
                match region {
                    // The content of a byte string can't be read, what follows that string can.
                    Some(after) => walk.resume(after),
                    None => walk.abandon(),
                }
                walk.advance()?
            }
        };
    }
    *reader = walk.reader;
    Ok(())
}

static ANY: Shape = Shape::Any;
/// A code is shown with the role of nothing more than an integer.
static CODE: Shape = Shape::Scalar(Scalar::Int, Role::Plain);

struct Walk<'v, 'a, V> {
    reader: Reader<'a>,
    /// The innermost value whose parts are being visited, if `depth` is not 0.
    top: Frame<'a>,
    /// The values around it, from the outermost on; the first entry is never a value.
    suspended: &'v mut [Frame<'a>],
    /// How many values' parts are being visited.
    depth: usize,
    /// The code whose argument comes next.
    code: Option<i64>,
    /// Output length of the digest algorithm read last.
    digest_len: Option<usize>,
    visitor: &'v mut V,
}

/// The next value to look at.
struct Slot<'a> {
    key: Key<'a>,
    key_offset: usize,
    shape: &'static Shape,
    /// Set if this is the content of a byte string: what follows that string.
    region: Option<&'a [u8]>,
    /// Whether a layer begins here.
    layer: bool,
}

/// A value whose parts are being visited.
#[derive(Clone, Copy)]
struct Frame<'a> {
    kind: Kind,
    /// Its depth in its layer, from 1 on.
    level: u8,
    /// Whether a break code ends it.
    indefinite: bool,
    /// Parts left: items, or pairs of a map.
    left: u32,
    /// Parts done.
    done: u32,
    /// Which required fields were seen, by position in the shape.
    seen: u32,
    /// Encoded last key of an ordered map; everything from the first key on of one that isn't.
    keys: &'a [u8],
    /// Set if this value is the content of a byte string: what follows that string.
    region: Option<&'a [u8]>,
}

impl Frame<'_> {
    const NONE: Self = Self {
        kind: Kind::Region,
        level: 0,
        indefinite: false,
        left: 0,
        done: 0,
        seen: 0,
        keys: &[],
        region: None,
    };
}

#[derive(Clone, Copy)]
enum Kind {
    Array(&'static ArrayShape),
    Map(&'static MapShape),
    /// Codes and arguments by turns.
    Sequence(Scope),
    Tag(&'static Shape),
    AnyArray,
    AnyMap,
    /// Content of a byte string that is itself no array or map.
    Region,
}

/// For looking ahead.
struct Ignore;

impl Rules for Ignore {
    fn broken(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }
}

struct Ask<'v, V>(&'v mut V);

impl<'a, V: Visitor<'a>> Rules for Ask<'_, V> {
    fn broken(&mut self, error: Error) -> Result<(), Error> {
        self.0.fault(error)
    }
}

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    fn head(&mut self) -> Result<Head, Error> {
        self.reader.head_by(&mut Ask(&mut *self.visitor))
    }

    /// Reads one value. Its frame is pushed if it has parts; if it is a byte string whose content is visited, that
    /// content is returned as the next value. An error means that the rest of the surrounding byte string can't be
    /// read.
    fn value(&mut self, slot: Slot<'a>) -> Result<Option<Slot<'a>>, Error> {
        let start = self.reader;
        let head = self.head()?;
        let Slot { key, key_offset, shape, region, layer } = slot;
        let (shape, fault) = resolve(shape, &head);
        let shape = if let Some(kind) = fault {
            self.visitor.fault(Error::new(kind, head.offset))?;
            &ANY
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

    fn push(
        &mut self,
        kind: Kind,
        level: u8,
        left: u32,
        indefinite: bool,
        offset: usize,
        region: Option<&'a [u8]>,
    ) -> Result<(), Error> {
        let Some(free) = self.suspended.get_mut(self.depth) else {
            return Err(Error::new(ErrorKind::TooDeep, offset));
        };
        *free = self.top;
        self.top =
            Frame { kind, level, indefinite, left, done: 0, seen: 0, keys: self.reader.rest(), region };
        self.depth = self.depth.saturating_add(1);
        Ok(())
    }

    /// Takes the innermost frame off.
    fn pop(&mut self) -> Frame<'a> {
        let frame = self.top;
        self.depth = self.depth.saturating_sub(1);
        if let Some(around) = self.suspended.get(self.depth) {
            self.top = *around;
        }
        frame
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

    /// Finds the next value: the next part of the innermost frame that has one left.
    fn advance(&mut self) -> Result<Option<Slot<'a>>, Error> {
        loop {
            if self.depth == 0 {
                return Ok(None);
            }
            let frame = &self.top;
            let done = if frame.indefinite {
                // Of a list of indefinite length nothing is left when its bytes are used up.
                at_break(&mut self.reader) || (frame.region.is_some() && self.reader.is_empty())
            } else {
                frame.left == 0
            };
            if done {
                self.finish()?;
                continue;
            }
            match self.part() {
                Ok(slot) => return Ok(Some(slot)),
                Err(error) => {
                    self.visitor.fault(error)?;
                    self.abandon();
                }
            }
        }
    }

    /// The next part of the innermost frame, with its key read.
    fn part(&mut self) -> Result<Slot<'a>, Error> {
        let key_offset = self.reader.offset();
        let here = self.reader;
        let frame = &mut self.top;
        let index = frame.done;
        frame.left = frame.left.saturating_sub(u32::from(!frame.indefinite));
        frame.done = frame.done.saturating_add(1);
        let slot = |key, shape| Slot { key, key_offset, shape, region: None, layer: false };
        match frame.kind {
            Kind::Tag(inner) => Ok(slot(Key::Content, inner)),
            Kind::AnyArray | Kind::Region => Ok(slot(Key::Element(index.into()), &ANY)),
            Kind::Array(array) => {
                let position = usize::try_from(index).ok().and_then(|index| array.items.get(index));
                let shape = position.or(array.rest.as_ref()).unwrap_or(&ANY);
                if array.try_each && here.clone().null() {
                    // M App. A: nil comes last, after at least two sequences.
                    let last = frame.left == 0;
                    if index < array.min {
                        self.visitor.fault(Error::new(ErrorKind::TooFewItems, key_offset))?;
                    } else if !last {
                        self.visitor.fault(Error::new(ErrorKind::TooManyItems, key_offset))?;
                    }
                }
                Ok(slot(Key::Element(index.into()), shape))
            }
            Kind::Sequence(scope) if index.is_multiple_of(2) => {
                self.code = None;
                // Faults of the code itself are told when it is visited.
                let mut ahead = here;
                let Ok(head) = ahead.head_by(&mut Ignore) else { return Ok(slot(Key::Code, &CODE)) };
                self.code = head.int();
                if let Some(Err(kind)) = self.code.map(|code| argument(code, scope)) {
                    self.visitor.fault(Error::new(kind, key_offset))?;
                }
                Ok(slot(Key::Code, &CODE))
            }
            Kind::Sequence(scope) => {
                // What is no code is as unknown as 0.
                let code = self.code.unwrap_or(0);
                let shape = argument(code, scope).or_else(|_| argument(code, Scope::Section));
                Ok(slot(Key::Argument(code), shape.unwrap_or(&ANY)))
            }
            Kind::AnyMap => {
                let key = self.reader.item()?;
                if seen_before(frame.keys, frame.done.saturating_sub(1), key) {
                    self.visitor.fault(Error::new(ErrorKind::DuplicateKey, key_offset))?;
                }
                let key = match Reader::new(key).int() {
                    Ok(label) => Key::Label(MapKind::Other, label),
                    Err(_) => Reader::new(key)
                        .text()
                        .map_or(Key::Composite(MapKind::Other, key), |name| Key::Name(MapKind::Other, name)),
                };
                Ok(slot(key, &ANY))
            }
            Kind::Map(map) => self.entry(map),
        }
    }

    /// The next entry of a map that a shape describes.
    fn entry(&mut self, map: &'static MapShape) -> Result<Slot<'a>, Error> {
        let before = self.reader;
        let key_offset = before.offset();
        let fault = |kind| Error::new(kind, key_offset);
        let head = self.head()?;
        let label = head.int();
        let name = match head.major {
            Major::Uint | Major::Nint => None,
            Major::Text if !head.indefinite => {
                let bytes = self.reader.take(head.value)?;
                Some(core::str::from_utf8(bytes).map_err(|_| fault(ErrorKind::InvalidUtf8))?)
            }
            _ => {
                self.reader = before;
                self.reader.item()?;
                None
            }
        };
        let encoded = self.reader.since(&before);
        let frame = &mut self.top;
        let broken = if frame.done <= 1 {
            None
        } else if map.ordered {
            // M §8.1, RFC 8949 §4.2.1: keys in bytewise order of their encodings.
            match frame.keys.cmp(encoded) {
                core::cmp::Ordering::Less => None,
                core::cmp::Ordering::Equal => Some(ErrorKind::DuplicateKey),
                core::cmp::Ordering::Greater => Some(ErrorKind::KeyOrder),
            }
        } else {
            let twice = seen_before(frame.keys, frame.done.saturating_sub(1), encoded);
            twice.then_some(ErrorKind::DuplicateKey)
        };
        if map.ordered {
            frame.keys = encoded;
        }
        if let Some(kind) = broken {
            self.visitor.fault(fault(kind))?;
        }
        let (key, shape) = match (name, label, head.major) {
            (Some(name), ..) => {
                if map.kind == MapKind::Languages && !is_language_tag(name) {
                    self.visitor.fault(fault(ErrorKind::LanguageTag))?;
                }
                (Key::Name(map.kind, name), map.text.as_ref())
            }
            (None, Some(label), _) => (Key::Label(map.kind, label), self.labelled(map, label, key_offset)?),
            // An integer beyond 64 bits with a sign is no label of any registry.
            (None, None, Major::Uint | Major::Nint) => (Key::Composite(map.kind, encoded), None),
            (None, None, _) => {
                if let Some(error) = composite(map.kind, Reader::at(encoded, key_offset)) {
                    self.visitor.fault(error)?;
                }
                (Key::Composite(map.kind, encoded), map.composite.as_ref())
            }
        };
        let shape = match shape {
            Some(shape) => shape,
            None => {
                let kind = match (map.kind, label) {
                    (MapKind::Parameters, Some(label)) if label <= CUSTOM_MAX => {
                        ErrorKind::ForbiddenParameter
                    }
                    (MapKind::Parameters, _) => ErrorKind::UnknownParameter,
                    (MapKind::WaitInfo, _) => ErrorKind::UnknownWaitEvent,
                    _ => ErrorKind::UnknownKey,
                };
                self.visitor.fault(fault(kind))?;
                &ANY
            }
        };
        Ok(Slot { key, key_offset, shape, region: None, layer: false })
    }

    fn labelled(
        &mut self,
        map: &'static MapShape,
        label: i64,
        key_offset: usize,
    ) -> Result<Option<&'static Shape>, Error> {
        if let Some((position, field)) = map.fields.iter().enumerate().find(|(_, field)| field.label == label)
        {
            self.top.seen |= bit(position);
            return Ok(Some(&field.shape));
        }
        Ok(match &map.others {
            Others::Int(shape) => Some(shape),
            Others::Uint(shape) if label >= 0 => Some(shape),
            Others::Uint(_) => {
                self.visitor.fault(Error::new(ErrorKind::WrongType(Expected::Uint), key_offset))?;
                Some(&ANY)
            }
            Others::Custom(shape) if label <= CUSTOM_MAX => Some(shape),
            Others::Custom(_) | Others::NoCustom | Others::Unknown => None,
        })
    }

    /// Ends the innermost frame and, if it was the content of a byte string, goes on behind that string.
    fn finish(&mut self) -> Result<(), Error> {
        let frame = self.pop();
        let end = self.reader.offset();
        if let Kind::Map(map) = frame.kind {
            for (position, field) in map.fields.iter().enumerate() {
                if field.required && frame.seen & bit(position) == 0 {
                    self.visitor.fault(Error::new(ErrorKind::MissingKey(field.label), end))?;
                }
            }
        }
        if !matches!(frame.kind, Kind::Region) {
            self.visitor.leave(end);
        }
        if let Some(after) = frame.region {
            if let Err(error) = self.reader.finish() {
                self.visitor.fault(error)?;
            }
            self.resume(after);
        }
        Ok(())
    }

    /// Goes on behind a byte string whose content has come to an end.
    fn resume(&mut self, after: &'a [u8]) {
        let end = self.reader.offset().saturating_add(self.reader.rest().len());
        self.reader = Reader::at(after, end);
        self.visitor.leave(end);
    }

    /// Gives up everything inside the innermost byte string, because it can't be read on, and goes on behind it.
    fn abandon(&mut self) {
        while self.depth > 0 {
            let frame = self.pop();
            let end = self.reader.offset().saturating_add(self.reader.rest().len());
            if !matches!(frame.kind, Kind::Region) {
                self.visitor.leave(end);
            }
            if let Some(after) = frame.region {
                self.resume(after);
                return;
            }
        }
        // Nothing around it: what is left of the input can't be read.
        let end = self.reader.offset().saturating_add(self.reader.rest().len());
        self.reader = Reader::at(&[], end);
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

fn wrong_tag(choices: &[(Tag, &Shape)]) -> ErrorKind {
    match choices {
        [(tag, _)] => ErrorKind::WrongTag(tag.code()),
        _ => ErrorKind::UnknownBlock,
    }
}

const fn is_header(shape: &Shape) -> bool {
    matches!(shape, Shape::Map(MapShape { kind: MapKind::CoseHeader, .. }))
}

/// Takes a break code if it comes next.
fn at_break(reader: &mut Reader<'_>) -> bool {
    let found = reader.rest().first() == Some(&0xff);
    if found {
        // The one byte was just seen.
        let _ = reader.take(1);
    }
    found
}

/// Whether a registry has no entry with this number.
fn unregistered<T>(code: u64, from_code: impl Fn(i64) -> Option<T>) -> bool {
    i64::try_from(code).ok().and_then(from_code).is_none()
}

/// The bit for a field's position in its shape.
fn bit(position: usize) -> u32 {
    u32::try_from(position).ok().and_then(|position| 1_u32.checked_shl(position)).unwrap_or_default()
}
