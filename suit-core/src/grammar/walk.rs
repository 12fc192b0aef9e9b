//! Holds a document against the grammar, value by value, with a fixed stack.

mod parts;
mod value;

use super::pack::{Array, EXTENDED, FOR_DEVICE, FOR_TOOLS, Map, NONE, Row, Table, What};
use super::shape::Shape;
use super::supported::DELTA;
use super::tables::{ANY, REGION, UNORDERED_MAX};
use super::visit::{DEPTH_MAX, Key, LAYER_OPEN_MAX, OPEN_MAX, Visitor};
use crate::cbor::{Long, Major, Reader, Rules, Strict, long, short, two};
use crate::error::{Error, ErrorKind};

/// Holds what `reader` stands at against `shape` and ends where the value ends.
///
/// # Errors
/// The first fault that the visitor didn't take.
pub fn walk<'a, V: Visitor<'a>>(shape: Shape, reader: &mut Reader<'a>, visitor: &mut V) -> Result<(), Error> {
    // A device's stack has no room for layers that it doesn't enter.
    if V::SILENT {
        run(shape, reader, visitor, &mut [const { Frame::FREE }; DEPTH_MAX - 1], None)
    } else if V::DEEP {
        let shown = &mut [Shown::FREE; OPEN_MAX];
        let tell = &mut Telling::new(shown);
        run(shape, reader, visitor, &mut [const { Frame::FREE }; OPEN_MAX], Some(tell))
    } else {
        let shown = &mut [Shown::FREE; LAYER_OPEN_MAX];
        let tell = &mut Telling::new(shown);
        run(shape, reader, visitor, &mut [const { Frame::FREE }; LAYER_OPEN_MAX], Some(tell))
    }
}

/// As [`walk`], in frames that the caller lends: one for each value with parts that can be around another such value, and
/// if the values are shown, with what that takes.
pub(crate) fn run<'v, 'a, V: Visitor<'a>>(
    shape: Shape,
    reader: &mut Reader<'a>,
    visitor: &'v mut V,
    frames: &'v mut [Frame],
    tell: Option<&'v mut Telling<'v, 'a>>,
) -> Result<(), Error> {
    let input = reader.input();
    let mut walk = Walk {
        input,
        window: input,
        at: reader.offset(),
        frames,
        depth: 0,
        top: Frame::FREE,
        row: &Row::NOTHING,
        behind: NO_REGION,
        argument: ANY.0,
        inside: ANY.0,
        digest_len: 0,
        major: Major::Simple,
        value: 0,
        indefinite: false,
        failed: Error::new(ErrorKind::TooDeep, 0),
        tell,
        visitor,
    };
    let walked = walk.all(shape.0);
    *reader = walk.reader(walk.at);
    // What went wrong is in the walk: an error that is handed up through every call takes room at each.
    walked.map_err(|Stop| walk.failed)
}

/// The walk has failed; how, is in [`Walk::failed`].
struct Stop;

struct Walk<'v, 'a, V> {
    /// The whole input.
    input: &'a [u8],
    /// The input up to the end of the innermost byte string that was entered.
    window: &'a [u8],
    /// Where the walk is.
    at: usize,
    /// How many values' parts are being visited.
    depth: usize,
    /// The innermost of them, if there is one.
    top: Frame,
    /// What that is.
    row: &'static Row,
    /// The values around it, from the outermost on.
    frames: &'v mut [Frame],
    /// If the next value is the content of a byte string: where what surrounds that string ends. Else [`NO_REGION`].
    behind: usize,
    /// The shape of the argument of the code that was read last.
    argument: u8,
    /// The shape of what is in the tag that was read last.
    inside: u8,
    /// Output length of the digest algorithm read last; 0 if it isn't known.
    digest_len: u8,
    /// The head that was read last: its major type, its number, and for one who goes on, whether its length is indefinite.
    major: Major,
    value: u64,
    indefinite: bool,
    /// Why the walk has failed, if it has.
    failed: Error,
    /// For those to whom values are shown.
    tell: Option<&'v mut Telling<'v, 'a>>,
    visitor: &'v mut V,
}

const NO_REGION: usize = usize::MAX;

/// A value whose parts are being visited.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// Where the last key of an ordered map stands, the first key of one that isn't, the first item of a list; the shape inside
    /// of a tag.
    place: usize,
    /// If this value is the content of a byte string: where what surrounds that string ends. Else [`NO_REGION`].
    behind: usize,
    /// Parts left: items, or pairs of a map.
    left: u32,
    /// Which keys below 16 were seen.
    seen: u16,
    /// The number of its shape, or of a row that no shape has.
    shape: u8,
    /// Parts done, or 255: no rule counts so far.
    done: u8,
}

impl Frame {
    /// A place where no value was put yet: all zeros, which takes least to write many times.
    pub(crate) const FREE: Self = Self { place: 0, behind: 0, left: 0, seen: 0, shape: 0, done: 0 };
}

const _: () = assert!(UNORDERED_MAX < 255);

/// What only those ask for to whom values are shown: a device's stack need not hold it.
pub(crate) struct Telling<'v, 'a> {
    /// What belongs to the innermost frame, and to those around it, more than as many.
    top: Shown,
    shown: &'v mut [Shown],
    /// Whether a layer begins with the next value.
    layer: bool,
    /// The code that was read last.
    code: Option<i64>,
    /// The next value's key, and where it stands.
    key: Key<'a>,
    key_at: usize,
}

impl<'v> Telling<'v, '_> {
    fn new(shown: &'v mut [Shown]) -> Self {
        Self { top: Shown::FREE, shown, layer: true, code: None, key: Key::Root, key_at: 0 }
    }
}

/// What belongs to a [`Frame`] in a walk that shows values.
#[derive(Clone, Copy)]
pub(crate) struct Shown {
    /// Parts done.
    done: u32,
    /// Its depth in its layer, from 1 on; with [`INDEFINITE`] if a break code ends it.
    level: u8,
}

impl Shown {
    const FREE: Self = Self { done: 0, level: 0 };
}

/// In [`Shown::level`].
const INDEFINITE: u8 = 0x80;

/// For looking again at what was read.
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

impl<'v, 'a, V: Visitor<'a>> Walk<'v, 'a, V> {
    const TABLE: &'static Table = if V::SILENT { &FOR_DEVICE } else { &FOR_TOOLS };

    /// Whether the shapes of update management are among them.
    const EXTENDED: bool = !V::SILENT || EXTENDED;

    /// Whether install-delta and its parameter are.
    const DELTA: bool = !V::SILENT || DELTA;

    #[inline(always)]
    fn row(shape: u8) -> &'static Row {
        match Self::TABLE.rows.get(usize::from(shape)) {
            Some(row) => row,
            None => &Row::NOTHING,
        }
    }

    /// What is kept for showing values, if they are shown.
    #[inline(always)]
    fn tell(&mut self) -> Option<&mut Telling<'v, 'a>> {
        if V::SILENT { None } else { self.tell.as_deref_mut() }
    }

    /// Whether a break code ends the innermost frame, which only one who goes on has.
    #[inline(always)]
    fn is_indefinite(&mut self) -> bool {
        self.tell().is_some_and(|tell| tell.top.level & INDEFINITE != 0)
    }

    /// Ends the walk.
    #[inline(always)]
    fn stop(&mut self, kind: ErrorKind, at: usize) -> Stop {
        self.failed = Error::new(kind, at);
        Stop
    }

    /// Ends the walk with what a reader found.
    #[inline(always)]
    fn stop_by(&mut self, error: Error) -> Stop {
        self.failed = error;
        Stop
    }

    /// Tells a fault after which the walk can go on, if the visitor wants to.
    #[inline(always)]
    fn fault(&mut self, kind: ErrorKind, at: usize) -> Result<(), Stop> {
        let stop = self.stop(kind, at);
        if V::SILENT { Err(stop) } else { self.told() }
    }

    /// Tells the visitor what went wrong.
    fn told(&mut self) -> Result<(), Stop> {
        self.visitor.fault(self.failed).map_err(|error| self.stop_by(error))
    }

    /// A reader at this place, up to the end of the innermost byte string.
    #[inline(always)]
    fn reader(&self, at: usize) -> Reader<'a> {
        Reader::at_byte(self.window, at)
    }

    /// Reads a head.
    #[inline(always)]
    fn head(&mut self) -> Result<(), Stop> {
        let at = self.at;
        let Some(&first) = self.window.get(at) else { return Err(self.stop(ErrorKind::Truncated, at)) };
        self.at = at.wrapping_add(1);
        self.major = Major::of(first);
        if let Some(value) = short(first) {
            self.value = value;
            if !V::SILENT {
                self.indefinite = false;
            }
            return Ok(());
        }
        self.long(first)
    }

    /// Reads on behind the first byte of a head that is longer than that, or says no number.
    fn long(&mut self, first: u8) -> Result<(), Stop> {
        if let Some(value) = two(first, self.window, self.at) {
            self.at = self.at.wrapping_add(1);
            self.value = value;
            self.indefinite = false;
            return Ok(());
        }
        let read = if V::SILENT {
            long(first, self.window, self.at, &mut Strict)
        } else {
            long(first, self.window, self.at, &mut Ask(&mut *self.visitor))
        };
        match read {
            Ok(Long { value, at, indefinite }) => {
                self.at = at;
                self.value = value;
                self.indefinite = indefinite;
                Ok(())
            }
            Err(error) => Err(self.stop_by(error)),
        }
    }

    /// Takes as many bytes as the head said.
    #[inline(always)]
    fn take(&mut self) -> Result<&'a [u8], Stop> {
        let len = usize::try_from(self.value).unwrap_or(usize::MAX);
        let end = self.at.saturating_add(len);
        let Some(taken) = self.window.get(self.at..end) else {
            return Err(self.stop(ErrorKind::Truncated, self.window.len()));
        };
        self.at = end;
        Ok(taken)
    }

    /// Opens a value with parts.
    #[inline(always)]
    fn push(
        &mut self,
        row: &'static Row,
        shape: u8,
        place: usize,
        left: u32,
        level: u8,
        at: usize,
    ) -> Result<(), Stop> {
        // Around the outermost value there is none to be kept.
        if let Some(free) = self.frames.get_mut(self.depth.wrapping_sub(1)) {
            // Exchanged, not copied: for a copy the compiler would link a function that moves memory.
            core::mem::swap(free, &mut self.top);
        } else if self.depth != 0 {
            return Err(self.stop(ErrorKind::TooDeep, at));
        }
        self.top = Frame { place, behind: self.behind, left, seen: 0, shape, done: 0 };
        self.row = row;
        let depth = self.depth;
        if let Some(tell) = self.tell() {
            if let Some(around) = tell.shown.get_mut(depth) {
                *around = tell.top;
            }
            tell.top = Shown { done: 0, level };
        }
        self.behind = NO_REGION;
        self.depth = self.depth.wrapping_add(1);
        Ok(())
    }

    /// Takes the innermost frame off.
    #[inline(always)]
    fn pop(&mut self) {
        self.depth = self.depth.wrapping_sub(1);
        if let Some(around) = self.frames.get_mut(self.depth.wrapping_sub(1)) {
            core::mem::swap(around, &mut self.top);
            self.row = Self::row(self.top.shape);
        }
        let depth = self.depth;
        if let Some(tell) = self.tell()
            && let Some(around) = tell.shown.get(depth)
        {
            tell.top = *around;
        }
    }

    /// Visits one value after the other.
    #[inline(always)]
    fn all(&mut self, root: u8) -> Result<(), Stop> {
        let mut shape = root;
        loop {
            match self.value(shape) {
                Ok(NONE) => {}
                Ok(content) => {
                    shape = content;
                    continue;
                }
                Err(stop) if V::SILENT => return Err(stop),
                Err(Stop) => {
                    self.told()?;
                    match core::mem::replace(&mut self.behind, NO_REGION) {
                        NO_REGION => self.abandon(),
                        // The content of a byte string can't be read, what follows that string can.
                        behind => self.resume(behind),
                    }
                }
            }
            // The next part of the innermost frame that has one left.
            shape = loop {
                if self.depth == 0 {
                    return Ok(());
                }
                let done = if self.is_indefinite() {
                    // Of a list of indefinite length nothing is left when its bytes are used up.
                    let region = self.top.behind != NO_REGION;
                    self.at_break() || (region && self.at == self.window.len())
                } else {
                    self.top.left == 0
                };
                if done {
                    self.finish()?;
                    continue;
                }
                match self.part() {
                    Ok(shape) => break shape,
                    Err(stop) if V::SILENT => return Err(stop),
                    Err(Stop) => {
                        self.told()?;
                        self.abandon();
                    }
                }
            };
        }
    }

    /// Ends the innermost frame and, if it was the content of a byte string, goes on behind that string.
    #[inline(always)]
    fn finish(&mut self) -> Result<(), Stop> {
        let Frame { shape, seen, behind, .. } = self.top;
        let row = self.row;
        self.pop();
        if let Some(map) = Self::map(row) {
            let mut missing = map.required & !seen;
            while missing != 0 {
                let label = i16::try_from(missing.trailing_zeros()).unwrap_or(i16::MAX);
                self.fault(ErrorKind::MissingKey(label), self.at)?;
                missing &= missing.wrapping_sub(1);
            }
        }
        if !V::SILENT && shape != REGION.0 {
            self.visitor.leave(self.at);
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
    #[inline(always)]
    fn resume(&mut self, behind: usize) {
        self.at = self.window.len();
        self.window = self.input.get(..behind).unwrap_or_default();
        if !V::SILENT {
            self.visitor.leave(self.at);
        }
    }

    /// Gives up everything inside the innermost byte string, because it can't be read on, and goes on behind it.
    fn abandon(&mut self) {
        while self.depth > 0 {
            let Frame { shape, behind, .. } = self.top;
            self.pop();
            if shape != REGION.0 {
                self.visitor.leave(self.window.len());
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

    /// The map that a row is, if it is one.
    #[inline(always)]
    fn map(row: &'static Row) -> Option<&'static Map> {
        if row.what >= What::Map && row.what < What::OneOf {
            Self::TABLE.maps.get(usize::from(row.a))
        } else {
            None
        }
    }

    /// The list that a row is, if it is one.
    #[inline(always)]
    fn array(row: &'static Row) -> Option<&'static Array> {
        if row.what >= What::Array && row.what < What::Sequence {
            Self::TABLE.arrays.get(usize::from(row.a))
        } else {
            None
        }
    }
}
