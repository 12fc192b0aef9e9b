//! One value: its head, what the grammar asks of it, and what of it is visited next.

use super::{INDEFINITE, Ignore, NO_REGION, Stop, Walk};
use crate::cbor::{FALSE, Major, NULL, TRUE};
use crate::dependency::Dependencies;
use crate::error::{ErrorKind, Expected};
use crate::grammar::pack::{NONE, Row, What};
use crate::grammar::shape::Shape;
use crate::grammar::supported::{INSTALL_DELTA, INSTALL_DELTA_CODE};
use crate::grammar::tables::{
    ANY, COMPONENTS_MAX, ENVELOPE_TAGGED, FREE_ARRAY, FREE_MAP, IN_TAG, REGION, UNORDERED_MAX,
};
use crate::grammar::visit::{DEPTH_MAX, Item, Key, Value, Visitor};
use crate::labels::Algorithm;

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// Reads one value. Its frame is pushed if it has parts; if it is a byte string whose content is visited, the shape of
    /// that content is returned, as the next value's, and else [`NONE`]. A failure means that the rest of the surrounding
    /// byte string can't be read.
    #[inline(always)]
    pub(super) fn value(&mut self, shape: u8) -> Result<u8, Stop> {
        let at = self.at;
        let layer = self.tell().is_some_and(|tell| core::mem::replace(&mut tell.layer, false));
        self.head()?;
        let (mut shape, mut row) = self.resolve(shape);
        if let Some(kind) = self.misfit(row) {
            self.fault(kind, at)?;
            shape = self.instead(shape, row);
            row = Self::row(shape);
        }
        let value;
        match self.major {
            Major::Uint => value = Value::Uint(self.value),
            Major::Nint => value = Value::Nint(self.value),
            Major::Simple => {
                value = match self.value {
                    FALSE => Value::Bool(false),
                    TRUE => Value::Bool(true),
                    NULL => Value::Null,
                    other => Value::Other(other),
                };
            }
            Major::Bytes if V::SILENT || !self.indefinite => {
                let begin = self.at;
                let content = self.content(row)?;
                let (inner, layer) = self.inner(row, content);
                if inner != NONE {
                    self.into(shape, row, at, begin, content)?;
                    if let Some(tell) = self.tell() {
                        tell.layer = layer;
                    }
                    return Ok(inner);
                }
                value = Value::Bytes(content);
            }
            Major::Text if V::SILENT || !self.indefinite => {
                let bytes = self.take()?;
                value = match core::str::from_utf8(bytes) {
                    Ok(text) => Value::Text(text),
                    Err(_) => {
                        self.fault(ErrorKind::InvalidUtf8, at)?;
                        Value::Bytes(bytes)
                    }
                };
            }
            _ => {
                self.open(shape, row, at, layer)?;
                return Ok(NONE);
            }
        }
        self.scalar(row, at)?;
        // What a device knows always has parts where it is the content of a byte string.
        if !V::SILENT {
            self.show(shape, value, at)?;
            self.close(at)?;
        }
        Ok(NONE)
    }

    /// Tells the visitor of a value.
    fn show(&mut self, shape: u8, value: Value<'a>, at: usize) -> Result<(), Stop> {
        self.by_index()?;
        let Some(tell) = self.tell() else { return Ok(()) };
        let (key, mut key_at) = (core::mem::replace(&mut tell.key, Key::Content), tell.key_at);
        if key == Key::Code {
            let code = if value.int().is_some() { self.number() } else { 0 };
            self.first(code, at)?;
        }
        if !matches!(key, Key::Label(..) | Key::Name(..) | Key::Composite(..)) {
            // A value without a key of its own stands where its key would.
            key_at = at;
        }
        let inside = if let Value::Wrapped(content) = value { content.len() } else { 0 };
        let item = Item {
            key,
            key_offset: key_at,
            offset: at,
            end: self.at.saturating_sub(inside),
            shape: Shape(shape),
            value,
            start: self.reader(at),
        };
        self.visitor.enter(&item).map_err(|error| self.stop_by(error))
    }

    /// Holds a key that is a component index against the components there are.
    #[inline(always)]
    fn by_index(&mut self) -> Result<(), Stop> {
        if !Self::EXTENDED || self.depth == 0 || self.row.what != What::ByIndex {
            return Ok(());
        }
        let at = self.top.place;
        if V::SILENT {
            return self.index(self.reader(at).known(), at);
        }
        let key = self.reader(at).head_by(&mut Ignore).ok().and_then(|head| head.int());
        // What is no integer is no key that a map has.
        let Some(label) = key else { return Ok(()) };
        self.index(u64::try_from(label).unwrap_or(u64::MAX), at)
    }

    /// Holds an index against the components there are.
    #[inline(always)]
    fn index(&mut self, index: u64, at: usize) -> Result<(), Stop> {
        match self.visitor.context() {
            Some(context) if !context.has(index) => self.fault(ErrorKind::ComponentIndex, at),
            _ => Ok(()),
        }
    }

    /// Holds an index against those before it, if it is in a list of several.
    #[inline(always)]
    fn once(&mut self, at: usize) -> Result<(), Stop> {
        if self.row.what != What::Indices || self.visitor.context().is_none() {
            return Ok(());
        }
        let (done, left) = (self.top.done, self.top.left);
        // A longer list is a fault already, and one of indefinite length is; searching them would take too long.
        if !V::SILENT && (self.is_indefinite() || (done == u8::MAX && left != 0)) {
            return Ok(());
        }
        let mut earlier = self.reader(self.top.place);
        for _ in 1..done {
            // Only one who goes on may have something else there.
            if !V::SILENT && !earlier.is(Major::Uint) {
                break;
            }
            if earlier.known() == self.value {
                return self.fault(ErrorKind::DuplicateIndex, at);
            }
        }
        Ok(())
    }

    /// Holds a code against the rule for the first one of a section.
    #[inline(always)]
    fn first(&mut self, code: i32, at: usize) -> Result<(), Stop> {
        let holds = self.visitor.context().is_none_or(|context| context.code(code));
        if holds { Ok(()) } else { self.fault(ErrorKind::MissingComponentIndex, at) }
    }

    /// Depth of the innermost open value in its layer.
    fn level(&self) -> u8 {
        match &self.tell {
            Some(tell) if self.depth != 0 => tell.top.level & !INDEFINITE,
            _ => 0,
        }
    }

    /// Remembers to go on behind a byte string whose content was a value without parts.
    fn close(&mut self, at: usize) -> Result<(), Stop> {
        if self.behind == NO_REGION {
            return Ok(());
        }
        let level = self.level();
        self.push(Self::row(REGION.0), REGION.0, 0, 0, level, at)
    }

    /// Reads on behind the head of an array, a map or a tag.
    #[inline(always)]
    fn open(&mut self, shape: u8, row: &'static Row, at: usize, layer: bool) -> Result<(), Stop> {
        // A device is in one layer, and what it knows always has parts where it is the content of a byte string.
        let level = if V::SILENT {
            u8::try_from(self.depth.wrapping_add(1)).unwrap_or(u8::MAX)
        } else if layer {
            1
        } else {
            self.level().wrapping_add(1)
        };
        // The last place is for a byte string's content without parts.
        let full = !V::SILENT && self.depth.saturating_add(1) >= self.frames.len();
        if usize::from(level) > DEPTH_MAX || full {
            return Err(self.stop(ErrorKind::TooDeep, at));
        }
        let mut frame = shape;
        let mut place = self.at;
        let mut left = 1;
        if self.major == Major::Tag {
            frame = IN_TAG.0;
            place = usize::from(if row.what == What::Tagged { self.inside } else { ANY.0 });
        } else {
            // Each item takes a byte, so a greater number can't be met by any input that this reads.
            let Ok(count) = u32::try_from(self.value) else {
                return Err(self.stop(ErrorKind::Truncated, at));
            };
            left = count;
            if row.what == What::Any {
                frame = if self.major == Major::Map { FREE_MAP.0 } else { FREE_ARRAY.0 };
            } else if !V::SILENT && matches!(self.major, Major::Bytes | Major::Text) {
                // Only a visitor that goes on gets here: the parts of a string of indefinite length.
                frame = FREE_ARRAY.0;
            }
        }
        let row = Self::row(frame);
        self.learn(row.what, left, at)?;
        let mut level = level;
        if V::SILENT {
            self.by_index()?;
        } else {
            let count = (!self.indefinite).then_some(self.value);
            let value = match self.major {
                Major::Tag => Value::Tag(self.value),
                Major::Map => Value::Map(count),
                _ => Value::Array(count),
            };
            let indefinite = self.indefinite;
            self.show(shape, value, at)?;
            if indefinite {
                level |= INDEFINITE;
            }
        }
        if level & INDEFINITE == 0
            && let Some(kind) = Self::count(row, left)
        {
            self.fault(kind, at)?;
        }
        self.push(row, frame, place, left, level, at)
    }

    /// Finds what is in a tag; of one that is wrong, what would be in the only right one.
    #[inline(always)]
    fn tag(&mut self, row: &'static Row) -> Option<ErrorKind> {
        let choices = Self::choices(row);
        for (tag, inside) in choices {
            if u64::from(*tag) == self.value {
                self.inside = *inside;
                return None;
            }
        }
        let [(tag, inside)] = choices else { return Some(ErrorKind::UnknownBlock) };
        self.inside = *inside;
        Some(ErrorKind::WrongTag(*tag))
    }

    /// Takes the content of a byte string.
    #[inline(always)]
    fn content(&mut self, row: &'static Row) -> Result<&'a [u8], Stop> {
        let begin = self.at;
        match self.take() {
            // Who goes on is shown what there is of a document that was cut.
            Err(Stop) if !V::SILENT && is_wrapped(row.what) => {
                self.told()?;
                self.at = self.window.len();
                Ok(self.window.get(begin..).unwrap_or_default())
            }
            taken => taken,
        }
    }

    /// The shape of what is inside of a byte string, if that is visited, and whether it is a layer.
    #[inline(always)]
    fn inner(&self, row: &'static Row, content: &'a [u8]) -> (u8, bool) {
        match row.what {
            // RFC 9052 §3: an empty protected header is a zero-length string.
            What::Protected if content.is_empty() => (NONE, false),
            What::Wrapped | What::Protected | What::Section => (row.a, false),
            What::Layer | What::SectionLayer if V::DEEP => (row.a, true),
            What::Payload if V::DEEP && self.visitor.enters_payload(content) => (ENVELOPE_TAGGED.0, true),
            _ => (NONE, false),
        }
    }

    /// Goes into a byte string.
    #[inline(always)]
    fn into(
        &mut self,
        shape: u8,
        row: &'static Row,
        at: usize,
        begin: usize,
        content: &'a [u8],
    ) -> Result<(), Stop> {
        if matches!(row.what, What::Section | What::SectionLayer)
            && let Some(context) = self.visitor.context()
        {
            context.open();
        }
        if !V::SILENT {
            self.show(shape, Value::Wrapped(content), at)?;
            self.close(at)?;
        }
        self.behind = self.window.len();
        self.window = self.input.get(..self.at).unwrap_or_default();
        self.at = begin;
        Ok(())
    }

    /// Holds a value without parts against what its place stands for.
    #[inline(always)]
    fn scalar(&mut self, row: &'static Row, at: usize) -> Result<(), Stop> {
        let kind = match row.what {
            What::ManifestVersion => ErrorKind::UnsupportedVersion,
            What::ReportPolicy => ErrorKind::ReportPolicy,
            What::Uuid => ErrorKind::WrongLength,
            What::Comparison if Self::EXTENDED => ErrorKind::UnknownComparison,
            What::FileType if Self::EXTENDED => ErrorKind::UnknownFileType,
            // M §8.4.10.1: true means all components; false has no meaning.
            What::AllComponents if self.value == FALSE => {
                return self.fault(ErrorKind::WrongType(Expected::OneOfSeveral), at);
            }
            What::DigestAlgorithm => {
                self.digest_len = Algorithm::digest_len_of(self.number());
                let known = self.digest_len != 0;
                return if known { Ok(()) } else { self.fault(ErrorKind::UnknownDigestAlgorithm, at) };
            }
            What::DigestBytes => {
                let len = i32::from(self.digest_len);
                let holds = len == 0 || len == self.number();
                return if holds { Ok(()) } else { self.fault(ErrorKind::DigestLength, at) };
            }
            What::ComponentIndex => {
                self.index(self.value, at)?;
                return self.once(at);
            }
            What::Code => return self.code(at),
            _ => return Ok(()),
        };
        let number = self.number();
        let in_range = i32::from(row.a) <= number && number <= i32::from(row.b);
        if in_range { Ok(()) } else { self.fault(kind, at) }
    }

    /// A command's code: finds the shape of its argument.
    #[inline(always)]
    fn code(&mut self, at: usize) -> Result<(), Stop> {
        let code = self.number();
        let place = match code {
            // A custom command whose argument is known.
            INSTALL_DELTA_CODE if Self::DELTA => INSTALL_DELTA,
            // M §8.4.11: custom commands are below -256; the table has them at 0.
            _ if self.is_custom() => 0,
            1.. => usize::try_from(code).ok().filter(|code| *code < INSTALL_DELTA).unwrap_or(usize::MAX),
            _ => usize::MAX,
        };
        let supported = match place {
            0 | INSTALL_DELTA => self.int().is_some_and(|code| self.visitor.supported().custom_command(code)),
            place => self.visitor.supported().command(place),
        };
        let [section, shared] = match Self::TABLE.arguments.get(place) {
            Some(shapes) if supported => *shapes,
            _ => [NONE; 2],
        };
        let in_shared = self.row.what == What::SharedSequence;
        let here = if in_shared { shared } else { section };
        self.argument = here;
        if here == NONE {
            let kind = if section == NONE { ErrorKind::UnknownCommand } else { ErrorKind::ForbiddenCommand };
            self.fault(kind, at)?;
            self.argument = if section == NONE { ANY.0 } else { section };
        }
        if V::SILENT {
            return self.first(code, at);
        }
        let code = self.int();
        if let Some(tell) = self.tell() {
            tell.code = code;
        }
        Ok(())
    }

    /// What a manifest says of itself by a value with parts.
    #[inline(always)]
    fn learn(&mut self, what: What, count: u32, at: usize) -> Result<(), Stop> {
        let (pairs, whole) = (self.at, at);
        match what {
            What::Sequence | What::SharedSequence => {
                if let Some(context) = self.visitor.context() {
                    context.begin();
                }
            }
            What::Components if V::SILENT || !self.indefinite => {
                if let Some(context) = self.visitor.context() {
                    context.components(count);
                }
            }
            What::Dependencies => {
                // One who goes on may have a map that can't be read, from which no index is taken, or one that is too long, of
                // which no more are taken than there may be: all of them are asked for each index.
                let dependencies = if V::SILENT {
                    Dependencies::at(self.reader(pairs), count)
                } else {
                    let read = Dependencies::read(&mut self.reader(whole));
                    read.unwrap_or(Dependencies::none()).up_to(COMPONENTS_MAX)
                };
                if let Some(context) = self.visitor.context() {
                    context.dependencies(dependencies);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The fault that a number of parts is.
    #[inline(always)]
    fn count(row: &'static Row, count: u32) -> Option<ErrorKind> {
        let (min, max, more) = if let Some(map) = Self::map(row) {
            (map.min, map.max, ErrorKind::TooManyEntries)
        } else if let Some(array) = Self::array(row) {
            (array.min, array.max, ErrorKind::TooManyItems)
        } else {
            match row.what {
                // M App. A: a command sequence is not empty.
                What::Sequence | What::SharedSequence if count == 0 => return Some(ErrorKind::TooFewItems),
                What::Sequence | What::SharedSequence if count & 1 == 1 => {
                    return Some(ErrorKind::OddSequence);
                }
                What::FreeMap if count > UNORDERED_MAX => return Some(ErrorKind::TooManyEntries),
                _ => return None,
            }
        };
        if count < u32::from(min) {
            return Some(ErrorKind::TooFewItems);
        }
        (max != 0 && count > u32::from(max)).then_some(more)
    }

    /// The shape that applies to a value with this head.
    #[inline(always)]
    fn resolve(&self, shape: u8) -> (u8, &'static Row) {
        let row = Self::row(shape);
        if row.what != What::OneOf {
            return (shape, row);
        }
        let (first, behind) = (usize::from(row.a), usize::from(row.a).wrapping_add(usize::from(row.b)));
        for choice in Self::TABLE.list.get(first..behind).unwrap_or_default() {
            let row = Self::row(*choice);
            if row.takes(self.major) {
                return (*choice, row);
            }
        }
        (shape, &Row::NOTHING)
    }

    /// What a value is taken for that isn't what its place asks for, by a visitor that goes on: a map that should be in a
    /// byte string, and one behind another tag, is still that map. Of anything else it is better not to guess.
    fn instead(&self, shape: u8, row: &'static Row) -> u8 {
        let is_map = |shape| Self::map(Self::row(shape)).is_some();
        match (row.what, self.major) {
            (what, Major::Map) if is_wrapped(what) && is_map(row.a) => row.a,
            (What::Tagged, Major::Tag) => match Self::choices(row) {
                [(_, inner)] if is_map(*inner) => shape,
                _ => ANY.0,
            },
            _ => ANY.0,
        }
    }

    /// What a tag may be.
    #[inline(always)]
    fn choices(row: &'static Row) -> &'static [(u16, u8)] {
        if row.what != What::Tagged {
            return &[];
        }
        let (first, behind) = (usize::from(row.a), usize::from(row.a).wrapping_add(usize::from(row.b)));
        Self::TABLE.tags.get(first..behind).unwrap_or_default()
    }

    /// The integer that a head is, if it is one and fits 64 bits with a sign.
    #[inline(always)]
    pub(super) fn int(&self) -> Option<i64> {
        let value = i64::try_from(self.value).ok()?;
        match self.major {
            Major::Uint => Some(value),
            Major::Nint => Some(!value),
            _ => None,
        }
    }

    /// The integer that a head is, if it is one, or as near as 32 bits come to it: no number of any registry is greater.
    #[inline(always)]
    pub(super) fn number(&self) -> i32 {
        let number = i32::try_from(self.value).unwrap_or(i32::MAX);
        if self.major == Major::Nint { !number } else { number }
    }

    /// M §8.4.9: numbers below -256 are the applications' own.
    #[inline(always)]
    pub(super) fn is_custom(&self) -> bool {
        self.major == Major::Nint && self.value > 255
    }

    /// The fault of a value that isn't of the kind that its place asks for.
    #[inline(always)]
    fn misfit(&mut self, row: &'static Row) -> Option<ErrorKind> {
        if !row.takes(self.major) {
            return Some(ErrorKind::WrongType(expected(row)));
        }
        match self.major {
            Major::Simple => match row.what {
                What::Nil if self.value != NULL => Some(ErrorKind::WrongType(Expected::Nil)),
                What::Bool | What::AllComponents if self.value == NULL => {
                    Some(ErrorKind::WrongType(Expected::Bool))
                }
                _ => None,
            },
            Major::Tag if row.what == What::Tagged => self.tag(row),
            // Integers of the model have 64 bits with a sign; unsigned ones use all 64.
            Major::Uint | Major::Nint if i64::try_from(self.value).is_err() => {
                let signed = row.takes == Major::Uint.bit() | Major::Nint.bit();
                signed.then_some(ErrorKind::IntegerRange)
            }
            _ => None,
        }
    }
}

const fn is_wrapped(what: What) -> bool {
    matches!(what, What::Wrapped | What::Protected | What::Section | What::Layer | What::SectionLayer)
}

/// What a shape asks for.
fn expected(row: &'static Row) -> Expected {
    match row.what {
        What::OneOf => return Expected::OneOfSeveral,
        What::Nil => return Expected::Nil,
        _ => {}
    }
    // By the greatest major type that it takes; of those that take several, only integers get here.
    match row.takes.leading_zeros() {
        7 => Expected::Uint,
        6 => Expected::Int,
        5 => Expected::Bytes,
        4 => Expected::Text,
        3 => Expected::Array,
        2 => Expected::Map,
        1 => Expected::Tag,
        _ => Expected::Bool,
    }
}
