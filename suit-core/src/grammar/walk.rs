//! Holds a document against the grammar, value by value, with a fixed stack.

mod parts;
mod value;

use super::shape::{ArrayShape, MapShape, Role, Scalar, Scope, Shape};
use super::visit::{Key, LAYER_OPEN_MAX, OPEN_MAX, Visitor};
use crate::cbor::{Head, Reader, Rules};
use crate::error::{Error, ErrorKind};
use parts::bit;

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

/// Takes a break code if it comes next.
fn at_break(reader: &mut Reader<'_>) -> bool {
    let found = reader.rest().first() == Some(&0xff);
    if found {
        // The one byte was just seen.
        let _ = reader.take(1);
    }
    found
}
