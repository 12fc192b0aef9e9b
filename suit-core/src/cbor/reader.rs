//! The one decoder of the workspace: definite lengths, shortest heads, nothing skipped, offsets in every error.

use crate::error::{Error, ErrorKind, Expected};

/// What happens when a rule of the encoding is broken: [`Strict`] stops, a tool that shows broken files goes on.
pub trait Rules {
    /// Called for each broken rule after which reading could go on.
    ///
    /// # Errors
    /// Returns the fault to stop at it.
    fn broken(&mut self, error: Error) -> Result<(), Error>;
}

/// Stops at the first broken rule. Everything that decides uses this.
#[derive(Clone, Copy, Debug, Default)]
pub struct Strict;

impl Rules for Strict {
    #[inline(always)]
    fn broken(&mut self, error: Error) -> Result<(), Error> {
        Err(error)
    }
}

/// Major type of an item (RFC 8949 §3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Major {
    /// Unsigned integer.
    Uint,
    /// Negative integer; the value is -1 minus the head's number.
    Nint,
    /// Byte string.
    Bytes,
    /// Text string.
    Text,
    /// Array.
    Array,
    /// Map.
    Map,
    /// Tag.
    Tag,
    /// Simple value.
    Simple,
}

impl Major {
    /// The major type that a head with this first byte has.
    #[must_use]
    pub const fn of(first: u8) -> Self {
        match first >> 5 {
            0 => Self::Uint,
            1 => Self::Nint,
            2 => Self::Bytes,
            3 => Self::Text,
            4 => Self::Array,
            5 => Self::Map,
            6 => Self::Tag,
            _ => Self::Simple,
        }
    }

    /// A bit for each.
    #[allow(clippy::as_conversions, reason = "the variant's number, 0 to 7")]
    pub(crate) const fn bit(self) -> u8 {
        1_u8.rotate_left(self as u32)
    }
}

/// Head of an item: its major type and the number that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Major type.
    pub major: Major,
    /// Integer value, length in bytes, number of items or pairs, tag number, or simple value.
    pub value: u64,
    /// Whether the length is indefinite; a strict reader never returns such a head.
    pub indefinite: bool,
    /// Offset of the head's first byte.
    pub offset: usize,
}

/// Simple value `false`.
pub const FALSE: u64 = 20;
/// Simple value `true`.
pub const TRUE: u64 = 21;
/// Simple value `null`.
pub const NULL: u64 = 22;

/// A cursor over borrowed bytes: the input, up to where this reader has to stop, and at which byte of it the reader stands. So
/// whoever reads moves a number and nothing else.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// From the first byte of the outermost input on.
    input: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    /// A reader over a whole input, whose first byte has offset 0.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self::at_byte(bytes, 0)
    }

    /// A reader that stands at a byte of an input, and ends with it.
    #[must_use]
    pub const fn at_byte(input: &'a [u8], offset: usize) -> Self {
        Self { input, at: offset }
    }

    /// The outermost input, from its first byte to where this reader ends.
    #[must_use]
    pub const fn input(&self) -> &'a [u8] {
        self.input
    }

    /// Offset of the next byte.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.at
    }

    /// The bytes not read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        match self.input.split_at_checked(self.at) {
            Some((_, rest)) => rest,
            None => &[],
        }
    }

    /// Whether everything was read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.at >= self.input.len()
    }

    /// A fault of this kind at the next byte.
    #[must_use]
    pub const fn error(&self, kind: ErrorKind) -> Error {
        Error::new(kind, self.at)
    }

    /// Ends reading.
    ///
    /// # Errors
    /// `TrailingBytes` if something is left.
    pub fn finish(&self) -> Result<(), Error> {
        if self.is_empty() { Ok(()) } else { Err(self.error(ErrorKind::TrailingBytes)) }
    }

    /// Takes `len` bytes.
    ///
    /// # Errors
    /// `Truncated` if there are fewer.
    pub fn take(&mut self, len: u64) -> Result<&'a [u8], Error> {
        let end = usize::try_from(len).unwrap_or(usize::MAX).saturating_add(self.at);
        let Some(taken) = self.input.get(self.at..end) else {
            return Err(Error::new(ErrorKind::Truncated, self.input.len()));
        };
        self.at = end;
        Ok(taken)
    }

    /// The bytes between an earlier state of this reader and its present one.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> &'a [u8] {
        earlier.input.get(earlier.at..self.at).unwrap_or_default()
    }

    /// Reads a head.
    ///
    /// # Errors
    /// `Truncated`, `ReservedHead`, `LongHead`, `IndefiniteLength`, `UnexpectedBreak`, `UnsupportedSimple`.
    pub fn head(&mut self) -> Result<Head, Error> {
        self.head_by(&mut Strict)
    }

    /// Reads a head, asking `rules` about each fault after which the head still has a meaning.
    ///
    /// # Errors
    /// What `rules` returns; `Truncated` and `ReservedHead` always.
    #[inline]
    pub fn head_by<R: Rules>(&mut self, rules: &mut R) -> Result<Head, Error> {
        let offset = self.at;
        let Some(&first) = self.input.get(offset) else {
            return Err(Error::new(ErrorKind::Truncated, offset));
        };
        let behind = offset.wrapping_add(1);
        let Long { value, at, indefinite } = match short(first) {
            Some(value) => Long { value, at: behind, indefinite: false },
            None => long(first, self.input, behind, rules)?,
        };
        self.at = at;
        Ok(Head { major: Major::of(first), value, indefinite, offset })
    }

    /// The major type of the next item, without reading it.
    #[must_use]
    pub fn peek(&self) -> Option<Major> {
        let mut ahead = *self;
        ahead.head().ok().map(|head| head.major)
    }

    /// Reads `null` if it comes next.
    pub fn null(&mut self) -> bool {
        // It has one encoding.
        let found = self.input.get(self.at) == Some(&0xf6);
        self.at = self.at.wrapping_add(usize::from(found));
        found
    }

    fn expect(&mut self, major: Major, expected: Expected) -> Result<Head, Error> {
        let head = self.head()?;
        if head.major == major {
            Ok(head)
        } else {
            Err(Error::new(ErrorKind::WrongType(expected), head.offset))
        }
    }

    /// Reads an unsigned integer.
    ///
    /// # Errors
    /// `WrongType`, or what [`Reader::head`] returns.
    pub fn uint(&mut self) -> Result<u64, Error> {
        Ok(self.expect(Major::Uint, Expected::Uint)?.value)
    }

    /// Reads an integer of either sign.
    ///
    /// # Errors
    /// `WrongType`, `IntegerRange` outside of 64 bits with a sign, or what [`Reader::head`] returns.
    pub fn int(&mut self) -> Result<i64, Error> {
        let head = self.head()?;
        head.int().ok_or_else(|| match head.major {
            Major::Uint | Major::Nint => Error::new(ErrorKind::IntegerRange, head.offset),
            _ => Error::new(ErrorKind::WrongType(Expected::Int), head.offset),
        })
    }

    /// Reads `true` or `false`.
    ///
    /// # Errors
    /// `WrongType`, or what [`Reader::head`] returns.
    pub fn bool(&mut self) -> Result<bool, Error> {
        match self.head()? {
            Head { major: Major::Simple, value: TRUE, .. } => Ok(true),
            Head { major: Major::Simple, value: FALSE, .. } => Ok(false),
            head => Err(Error::new(ErrorKind::WrongType(Expected::Bool), head.offset)),
        }
    }

    /// Reads a byte string.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`, or what [`Reader::head`] returns.
    pub fn bytes(&mut self) -> Result<&'a [u8], Error> {
        let head = self.expect(Major::Bytes, Expected::Bytes)?;
        self.take(head.value)
    }

    /// Reads a byte string and returns a reader over its content.
    ///
    /// # Errors
    /// As [`Reader::bytes`].
    pub fn wrapped(&mut self) -> Result<Self, Error> {
        let content = self.bytes()?;
        Ok(self.over(content))
    }

    /// A reader over what was taken last.
    const fn over(&self, taken: &[u8]) -> Self {
        match self.input.split_at_checked(self.at) {
            Some((input, _)) => Self { input, at: self.at.wrapping_sub(taken.len()) },
            None => Self { input: &[], at: 0 },
        }
    }

    /// Reads a text string.
    ///
    /// # Errors
    /// `WrongType`, `Truncated`, `InvalidUtf8`, or what [`Reader::head`] returns.
    pub fn text(&mut self) -> Result<&'a str, Error> {
        let head = self.expect(Major::Text, Expected::Text)?;
        let bytes = self.take(head.value)?;
        core::str::from_utf8(bytes).map_err(|_| Error::new(ErrorKind::InvalidUtf8, head.offset))
    }

    /// Reads the head of an array and returns its number of items.
    ///
    /// # Errors
    /// `WrongType`, or what [`Reader::head`] returns.
    pub fn array(&mut self) -> Result<u64, Error> {
        Ok(self.expect(Major::Array, Expected::Array)?.value)
    }

    /// Reads the head of a map and returns its number of pairs.
    ///
    /// # Errors
    /// `WrongType`, or what [`Reader::head`] returns.
    pub fn map(&mut self) -> Result<u64, Error> {
        Ok(self.expect(Major::Map, Expected::Map)?.value)
    }

    /// Reads the head of an array or map and returns its number of items or pairs. Each takes a byte, so that no input that
    /// this reads has more than fit.
    pub(crate) fn count(&mut self, major: Major) -> Result<u32, Error> {
        let head = self.head()?;
        if head.major != major {
            let expected = if major == Major::Map { Expected::Map } else { Expected::Array };
            return Err(Error::new(ErrorKind::WrongType(expected), head.offset));
        }
        u32::try_from(head.value).map_err(|_| Error::new(ErrorKind::Truncated, head.offset))
    }

    /// Reads the head of a tag and returns its number.
    ///
    /// # Errors
    /// `WrongType`, or what [`Reader::head`] returns.
    pub fn tag(&mut self) -> Result<u64, Error> {
        Ok(self.expect(Major::Tag, Expected::Tag)?.value)
    }

    /// Reads the head of an item that was read before, as everything in a checked manifest was, and returns its number;
    /// 0 if there is none. What is known to be there need not be asked for, which takes less room on a device.
    pub fn known(&mut self) -> u64 {
        let Some(&first) = self.input.get(self.at) else { return 0 };
        self.at = self.at.wrapping_add(1);
        let info = first & 0x1f;
        // Simple values are told in one byte.
        if info < 24 || first >= 0xe0 { info.into() } else { self.known_long(info) }
    }

    /// Reads on behind the first byte of a head that is longer than that.
    #[inline(never)]
    fn known_long(&mut self, info: u8) -> u64 {
        // Most of these have a number of one byte.
        if info == 24
            && let Some(&number) = self.input.get(self.at)
        {
            self.at = self.at.wrapping_add(1);
            return number.into();
        }
        let Some((value, at)) = number(info, self.input, self.at) else { return 0 };
        self.at = at;
        value
    }

    /// As [`Reader::known`], for an integer of either sign.
    pub(crate) fn known_int(&mut self) -> i64 {
        let negative = self.is(Major::Nint);
        let number = i64::try_from(self.known()).unwrap_or(0);
        if negative { !number } else { number }
    }

    /// Whether the next item is of this major type.
    pub(crate) fn is(&self, major: Major) -> bool {
        self.input.get(self.at).is_some_and(|first| Major::of(*first) == major)
    }

    /// As [`Reader::head`], quick with heads of one byte.
    #[inline(always)]
    pub(crate) fn step(&mut self) -> Result<(Major, u64), Error> {
        if let Some(&first) = self.input.get(self.at)
            && let Some(value) = short(first)
        {
            self.at = self.at.wrapping_add(1);
            return Ok((Major::of(first), value));
        }
        self.head().map(|head| (head.major, head.value))
    }

    /// Reads a byte string that was read before, as [`Reader::known`] does; empty if there is none.
    pub fn known_bytes(&mut self) -> &'a [u8] {
        let len = self.known();
        self.take(len).unwrap_or_default()
    }

    /// As [`Reader::known_bytes`], with a reader over the content.
    pub fn known_wrapped(&mut self) -> Self {
        let content = self.known_bytes();
        self.over(content)
    }

    /// Whether as many pairs of a map have a key with this encoding.
    pub(crate) fn has_key(mut self, pairs: u32, key: &[u8]) -> bool {
        for _ in 0..pairs {
            // No encoding is the beginning of another one.
            if self.rest().starts_with(key) {
                return true;
            }
            if self.item().is_err() || self.item().is_err() {
                break;
            }
        }
        false
    }

    /// As many pairs as a map that was read before has, or as many items as a list has.
    pub(crate) fn known_count(&mut self) -> u32 {
        u32::try_from(self.known()).unwrap_or(0)
    }

    /// Reads one item with all that it contains and returns its bytes. Maps inside may have any key order.
    ///
    /// # Errors
    /// Every fault of the encoding. Nesting is counted, not recursed; it is bound by the input's length.
    pub fn item(&mut self) -> Result<&'a [u8], Error> {
        let start = *self;
        // Items still to be read; an array of n items replaces itself by n, a map by 2n, a tag by 1.
        let mut open: u64 = 1;
        while open > 0 {
            let offset = self.at;
            let (major, value) = self.step()?;
            let overflow = Error::new(ErrorKind::Truncated, offset);
            let inside = match major {
                Major::Bytes => {
                    self.take(value)?;
                    0
                }
                Major::Text => {
                    let bytes = self.take(value)?;
                    if core::str::from_utf8(bytes).is_err() {
                        return Err(Error::new(ErrorKind::InvalidUtf8, offset));
                    }
                    0
                }
                Major::Array => value,
                Major::Map => value.checked_mul(2).ok_or(overflow)?,
                Major::Tag => 1,
                Major::Uint | Major::Nint | Major::Simple => 0,
            };
            open = open.saturating_sub(1).checked_add(inside).ok_or(overflow)?;
        }
        Ok(self.since(&start))
    }
}

impl Head {
    /// The integer that this head stands for, if it is one and fits 64 bits with a sign.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        let value = i64::try_from(self.value).ok()?;
        match self.major {
            Major::Uint => Some(value),
            // -1 - value can't overflow: value is not negative.
            Major::Nint => (-1_i64).checked_sub(value),
            _ => None,
        }
    }
}

/// The number in a head of one byte: most heads are one, and need no further look.
#[inline(always)]
pub(crate) const fn short(first: u8) -> Option<u64> {
    let info = first & 0x1f;
    #[allow(clippy::as_conversions, reason = "From is not const")]
    if info < 24 && first < 0xe0 { Some(info as u64) } else { None }
}

/// The number in a head of two bytes that can't be shorter: most strings have one, and need no further look either.
pub(crate) fn two(first: u8, input: &[u8], at: usize) -> Option<u64> {
    let number = *input.get(at)?;
    (first & 0x1f == 24 && first < 0xe0 && number >= 24).then(|| number.into())
}

/// What a head that [`short`] doesn't know says.
pub(crate) struct Long {
    pub(crate) value: u64,
    /// Where it ends.
    pub(crate) at: usize,
    pub(crate) indefinite: bool,
}

/// The number of a head whose first byte says in its low bits, 24 to 27, that 1, 2, 4 or 8 bytes follow, which begin at `at`; and
/// where they end.
fn number(info: u8, input: &[u8], at: usize) -> Option<(u64, usize)> {
    let length = 1_usize.wrapping_shl(u32::from(info.wrapping_sub(24)));
    let end = at.wrapping_add(length);
    let bytes = input.get(at..end)?;
    Some((bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)), end))
}

/// Reads on behind the first byte of a head, at `at`.
pub(crate) fn long<R: Rules>(first: u8, input: &[u8], at: usize, rules: &mut R) -> Result<Long, Error> {
    let offset = at.wrapping_sub(1);
    let major = Major::of(first);
    let info = first & 0x1f;
    // The number and where it ends, and the least number that has to be told in so many bytes (RFC 8949 §4.2.1).
    let (read, least) = match info {
        0..24 => (Some((u64::from(info), at)), 0),
        24 => (number(info, input, at), 24),
        25 => (number(info, input, at), 1 << 8),
        26 => (number(info, input, at), 1 << 16),
        27 => (number(info, input, at), 1 << 32),
        _ => {
            let kind = match (info, major) {
                (31, Major::Bytes | Major::Text | Major::Array | Major::Map) => ErrorKind::IndefiniteLength,
                (31, Major::Simple) => return Err(Error::new(ErrorKind::UnexpectedBreak, offset)),
                _ => return Err(Error::new(ErrorKind::ReservedHead, offset)),
            };
            rules.broken(Error::new(kind, offset))?;
            return Ok(Long { value: 0, at, indefinite: true });
        }
    };
    let Some((value, at)) = read else {
        return Err(Error::new(ErrorKind::Truncated, input.len()));
    };
    let kind = match major {
        Major::Simple if least != 0 || !matches!(value, FALSE..=NULL) => ErrorKind::UnsupportedSimple,
        Major::Simple => return Ok(Long { value, at, indefinite: false }),
        _ if value >= least => return Ok(Long { value, at, indefinite: false }),
        _ => ErrorKind::LongHead,
    };
    rules.broken(Error::new(kind, offset))?;
    Ok(Long { value, at, indefinite: false })
}
