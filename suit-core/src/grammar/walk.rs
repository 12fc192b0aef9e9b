//! Holds a document against the grammar, value by value, with a fixed stack.

mod parts;
mod value;

use super::pack::{FOR_DEVICE, FOR_TOOLS, Row, Table};
use super::shape::Shape;
use super::tables::ANY;
use super::visit::{DEPTH_MAX, Key, LAYER_OPEN_MAX, OPEN_MAX, Visitor};
use crate::cbor::{Long, Major, Reader, Rules, Strict, long, short};
use crate::error::{Error, ErrorKind};

/// Holds what `reader` stands at against `shape` and ends where the value ends.
///
/// # Errors
/// The first fault that the visitor didn't take.
pub fn walk<'a, V: Visitor<'a>>(shape: Shape, reader: &mut Reader<'a>, visitor: &mut V) -> Result<(), Error> {
    // A device's stack has no room for layers that it doesn't enter.
    if V::SILENT {
        run(shape, reader, visitor, &mut [const { Frame::FREE }; DEPTH_MAX])
    } else if V::DEEP {
        run(shape, reader, visitor, &mut [const { Frame::FREE }; OPEN_MAX])
    } else {
        run(shape, reader, visitor, &mut [const { Frame::FREE }; LAYER_OPEN_MAX])
    }
}

/// As [`walk`], in frames that the caller lends: one for each value that has parts of which one can be inside the next.
pub(crate) fn run<'a, V: Visitor<'a>>(
    shape: Shape,
    reader: &mut Reader<'a>,
    visitor: &mut V,
    frames: &mut [Frame],
) -> Result<(), Error> {
    let bytes = reader.rest();
    let mut walk = Walk {
        bytes,
        window: bytes,
        at: 0,
        base: reader.offset(),
        frames,
        depth: 0,
        behind: NO_REGION,
        layer: true,
        argument: ANY.0,
        digest_len: 0,
        index: None,
        code: None,
        key: Key::Root,
        key_at: 0,
        visitor,
    };
    let mut next = Some(shape.0);
    while let Some(shape) = next {
        next = match walk.value(shape) {
            Ok(Some(content)) => Some(content),
            Ok(None) => walk.advance()?,
            Err(error) => {
                walk.give_up(error)?;
                walk.advance()?
            }
        };
    }
    *reader = Reader::at(walk.window.get(walk.at..).unwrap_or_default(), walk.offset(walk.at));
    Ok(())
}

struct Walk<'v, 'a, V> {
    /// The whole input.
    bytes: &'a [u8],
    /// The input up to the end of the innermost byte string that was entered.
    window: &'a [u8],
    /// Where the walk is, in bytes from the beginning of the input.
    at: usize,
    /// Offset of the input's first byte.
    base: usize,
    /// The values whose parts are being visited, from the outermost on.
    frames: &'v mut [Frame],
    /// How many there are.
    depth: usize,
    /// If the next value is the content of a byte string: where what surrounds that string ends. Else [`NO_REGION`].
    behind: usize,
    /// Whether a layer begins with the next value.
    layer: bool,
    /// The shape of the argument of the code that was read last.
    argument: u8,
    /// Output length of the digest algorithm read last; 0 if it isn't known.
    digest_len: u8,
    /// The component index that is the key of the next value, and where it stands.
    index: Option<(u64, usize)>,
    /// For those to whom values are shown: the code that was read last, the next value's key, and where it stands.
    code: Option<i64>,
    key: Key<'a>,
    key_at: usize,
    visitor: &'v mut V,
}

const NO_REGION: usize = usize::MAX;

/// A value whose parts are being visited.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// Where the last key of an ordered map stands, the first key of one that isn't; the shape inside of a tag.
    place: usize,
    /// If this value is the content of a byte string: where what surrounds that string ends. Else [`NO_REGION`].
    behind: usize,
    /// Parts left: items, or pairs of a map.
    left: u32,
    /// Parts done.
    done: u32,
    /// Which keys below 16 were seen.
    seen: u16,
    /// What it is: a shape, or one of the frames that no shape describes.
    shape: u8,
    /// Its depth in its layer, from 1 on; with [`INDEFINITE`] if a break code ends it.
    level: u8,
}

impl Frame {
    /// A place where no value was put yet.
    pub(crate) const FREE: Self = Self { place: 0, behind: 0, left: 0, done: 0, seen: 0, shape: 0, level: 0 };
}

/// In [`Frame::level`].
const INDEFINITE: u8 = 0x80;

/// Frames that no shape describes; no table has so many shapes.
mod free {
    /// A list or a map of which nothing is asked.
    pub(super) const ARRAY: u8 = 0xfb;
    pub(super) const MAP: u8 = 0xfc;
    /// A tag; the shape of what it holds is in the frame.
    pub(super) const TAG: u8 = 0xfd;
    /// Content of a byte string that is itself no array or map.
    pub(super) const REGION: u8 = 0xfe;
}

const _: () = assert!(super::tables::ALL < 0xfb);

/// A head that was read.
struct Head {
    major: Major,
    value: u64,
    /// Never for one who stops at the first fault.
    indefinite: bool,
}

struct Ask<'v, V>(&'v mut V);

impl<'a, V: Visitor<'a>> Rules for Ask<'_, V> {
    fn broken(&mut self, error: Error) -> Result<(), Error> {
        self.0.fault(error)
    }
}

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    const TABLE: &'static Table = if V::SILENT { &FOR_DEVICE } else { &FOR_TOOLS };

    fn row(shape: u8) -> Row {
        Self::TABLE.rows.get(usize::from(shape)).copied().unwrap_or(Row::NOTHING)
    }

    const fn offset(&self, at: usize) -> usize {
        self.base.saturating_add(at)
    }

    fn error(&self, kind: ErrorKind, at: usize) -> Error {
        Error::new(kind, self.offset(at))
    }

    /// Tells a fault after which the walk can go on, if the visitor wants to.
    fn fault(&mut self, kind: ErrorKind, at: usize) -> Result<(), Error> {
        let error = self.error(kind, at);
        if V::SILENT { Err(error) } else { self.visitor.fault(error) }
    }

    /// A reader at this place, up to the end of the innermost byte string.
    fn reader(&self, at: usize) -> Reader<'a> {
        Reader::at(self.window.get(at..).unwrap_or_default(), self.offset(at))
    }

    #[inline(always)]
    fn head(&mut self) -> Result<Head, Error> {
        let Some(&first) = self.window.get(self.at) else {
            return Err(self.error(ErrorKind::Truncated, self.at));
        };
        let at = self.at;
        self.at = at.wrapping_add(1);
        let major = Major::of(first);
        if let Some(value) = short(first) {
            return Ok(Head { major, value, indefinite: false });
        }
        let rest = self.window.get(self.at..).unwrap_or_default();
        let offset = self.offset(at);
        let Long { value, rest, indefinite } = if V::SILENT {
            long(first, rest, offset, &mut Strict)?
        } else {
            long(first, rest, offset, &mut Ask(&mut *self.visitor))?
        };
        self.at = self.window.len().saturating_sub(rest.len());
        Ok(Head { major, value, indefinite })
    }

    /// Takes as many bytes as a head said.
    #[inline(always)]
    fn take(&mut self, len: u64) -> Result<&'a [u8], Error> {
        let end = usize::try_from(len).ok().and_then(|len| self.at.checked_add(len));
        let taken = end.and_then(|end| self.window.get(self.at..end));
        let Some(taken) = taken else {
            return Err(self.error(ErrorKind::Truncated, self.window.len()));
        };
        self.at = self.at.wrapping_add(taken.len());
        Ok(taken)
    }

    /// Opens a value with parts.
    fn push(&mut self, shape: u8, place: usize, left: u32, level: u8, at: usize) -> Result<(), Error> {
        let Some(free) = self.frames.get_mut(self.depth) else {
            return Err(self.error(ErrorKind::TooDeep, at));
        };
        *free = Frame { place, behind: self.behind, left, done: 0, seen: 0, shape, level };
        self.behind = NO_REGION;
        self.depth = self.depth.wrapping_add(1);
        Ok(())
    }

    fn top(&mut self) -> Option<&mut Frame> {
        self.frames.get_mut(self.depth.wrapping_sub(1))
    }

    /// Finds the next value: the next part of the innermost frame that has one left. Returns its shape.
    fn advance(&mut self) -> Result<Option<u8>, Error> {
        loop {
            let Some(frame) = self.frames.get_mut(self.depth.wrapping_sub(1)) else { return Ok(None) };
            let done = if !V::SILENT && frame.level & INDEFINITE != 0 {
                // Of a list of indefinite length nothing is left when its bytes are used up.
                let region = frame.behind != NO_REGION;
                self.at_break() || (region && self.at == self.window.len())
            } else {
                frame.left == 0
            };
            if done {
                self.finish()?;
                continue;
            }
            match self.part() {
                Ok(shape) => return Ok(Some(shape)),
                Err(error) if V::SILENT => return Err(error),
                Err(error) => {
                    self.visitor.fault(error)?;
                    self.abandon();
                }
            }
        }
    }

    /// Ends the innermost frame and, if it was the content of a byte string, goes on behind that string.
    fn finish(&mut self) -> Result<(), Error> {
        let Some(frame) = self.top() else { return Ok(()) };
        let Frame { shape, seen, behind, .. } = *frame;
        self.depth = self.depth.wrapping_sub(1);
        if let Some(map) = Self::map(Self::row(shape)) {
            let mut missing = map.required & !seen;
            while missing != 0 {
                let label = i16::try_from(missing.trailing_zeros()).unwrap_or(i16::MAX);
                self.fault(ErrorKind::MissingKey(label), self.at)?;
                missing &= missing.wrapping_sub(1);
            }
        }
        if !V::SILENT && shape != free::REGION {
            self.visitor.leave(self.offset(self.at));
        }
        if behind != NO_REGION {
            if self.at != self.window.len() {
                self.fault(ErrorKind::TrailingBytes, self.at)?;
            }
            self.resume(behind);
        }
        Ok(())
    }

    /// Goes on behind a byte string whose content has come to an end; what surrounds it ends at `behind`.
    fn resume(&mut self, behind: usize) {
        self.at = self.window.len();
        self.window = self.bytes.get(..behind).unwrap_or_default();
        if !V::SILENT {
            self.visitor.leave(self.offset(self.at));
        }
    }

    /// Goes on, if the visitor wants to, after a value that can't be read.
    fn give_up(&mut self, error: Error) -> Result<(), Error> {
        if V::SILENT {
            return Err(error);
        }
        self.visitor.fault(error)?;
        match core::mem::replace(&mut self.behind, NO_REGION) {
            NO_REGION => self.abandon(),
            // The content of a byte string can't be read, what follows that string can.
            behind => self.resume(behind),
        }
        Ok(())
    }

    /// Gives up everything inside the innermost byte string, because it can't be read on, and goes on behind it.
    fn abandon(&mut self) {
        while let Some(frame) = self.top() {
            let Frame { shape, behind, .. } = *frame;
            self.depth = self.depth.wrapping_sub(1);
            if shape != free::REGION {
                self.visitor.leave(self.offset(self.window.len()));
            }
            if behind != NO_REGION {
                self.resume(behind);
                return;
            }
        }
        // Nothing around it: what is left of the input can't be read.
        self.at = self.window.len();
    }

    /// Takes a break code if it comes next.
    fn at_break(&mut self) -> bool {
        let found = self.window.get(self.at) == Some(&0xff);
        self.at = self.at.wrapping_add(usize::from(found));
        found
    }
}
