//! The parts of a value, one after the other: items, entries with their keys, commands.

use core::cmp::Ordering;

use super::{Frame, Stop, Walk};
use crate::cbor::{Major, Reader};
use crate::error::{ErrorKind, Expected};
use crate::grammar::keys::{actor, composite, is_language_tag};
use crate::grammar::pack::{Map, NONE, OtherKeys, Row, What};
use crate::grammar::shape::{MapKind, Shape};
use crate::grammar::supported::DELTA_BASE_LABEL;
use crate::grammar::tables::{ANY, CODE, INDEX, UNORDERED_MAX};
use crate::grammar::visit::{Key, Visitor};

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// The next part of the innermost frame, with its key read: its shape.
    #[inline(always)]
    pub(super) fn part(&mut self) -> Result<u8, Stop> {
        let at = self.at;
        let Frame { shape, done: index, place, .. } = self.top;
        let row = self.row;
        let left = if V::SILENT { self.top.left.wrapping_sub(1) } else { self.top.left.saturating_sub(1) };
        self.top.left = left;
        self.top.done = index.saturating_add(1);
        if let Some(tell) = self.tell() {
            tell.key = Key::Element(tell.top.done.into());
            tell.key_at = at;
            tell.top.done = tell.top.done.wrapping_add(1);
        }
        if let Some(map) = Self::map(row) {
            return self.entry(shape, row, map, index);
        }
        if let Some(array) = Self::array(row) {
            if row.what == What::TryEach && self.window.get(at) == Some(&0xf6) {
                // M App. A: nil comes last, after at least two sequences.
                if index < array.min {
                    self.fault(ErrorKind::TooFewItems, at)?;
                } else if left != 0 {
                    self.fault(ErrorKind::TooManyItems, at)?;
                }
            }
            let mut item = array.rest;
            if index < array.len {
                let place = usize::from(array.items).wrapping_add(usize::from(index));
                item = Self::TABLE.list.get(place).copied().unwrap_or(NONE);
            }
            // One who goes on after too many items takes them for anything.
            return Ok(if !V::SILENT && item == NONE { ANY.0 } else { item });
        }
        match row.what {
            What::Sequence | What::SharedSequence => {
                // The number of items is even; one who goes on may be in a sequence in which it isn't.
                let after = self.tell().map_or(left, |tell| tell.top.done);
                let is_code = after & 1 == 1;
                if let Some(tell) = self.tell() {
                    if is_code {
                        tell.code = None;
                        tell.key = Key::Code;
                        self.argument = ANY.0;
                    } else {
                        // What is no code is as unknown as 0.
                        tell.key = Key::Argument(tell.code.unwrap_or(0));
                    }
                }
                Ok(if is_code { CODE.0 } else { self.argument })
            }
            What::InTag => {
                if let Some(tell) = self.tell() {
                    tell.key = Key::Content;
                }
                Ok(u8::try_from(place).unwrap_or(NONE))
            }
            What::FreeMap => self.free_entry(index),
            _ => Ok(ANY.0),
        }
    }

    /// The next entry of a map that no shape describes.
    fn free_entry(&mut self, index: u8) -> Result<u8, Stop> {
        let at = self.at;
        let encoded = self.item()?;
        self.unordered(at, index)?;
        if let Some(tell) = self.tell() {
            tell.key = match Reader::new(encoded).int() {
                Ok(label) => Key::Label(MapKind::Other, label),
                Err(_) => Reader::new(encoded)
                    .text()
                    .map_or(Key::Composite(MapKind::Other, encoded), |name| Key::Name(MapKind::Other, name)),
            };
        }
        Ok(ANY.0)
    }

    /// What was read from a place on.
    #[inline(always)]
    fn since(&self, at: usize) -> &'a [u8] {
        self.window.get(at..self.at).unwrap_or_default()
    }

    /// Takes one item with all that it contains.
    fn item(&mut self) -> Result<&'a [u8], Stop> {
        match self.reader(self.at).item() {
            Ok(item) => {
                self.at = self.at.wrapping_add(item.len());
                Ok(item)
            }
            Err(error) => Err(self.stop_by(error)),
        }
    }

    /// A key of a map that may have any order: it must not be there before.
    fn unordered(&mut self, at: usize, index: u8) -> Result<(), Stop> {
        if index == 0 {
            self.top.place = at;
            return Ok(());
        }
        let first = self.top.place;
        // Maps that are searched are bounded; of one that is longer, which only a tool goes on with, no more is searched.
        if self.reader(first).has_key(u32::from(index).min(UNORDERED_MAX), self.since(at)) {
            self.fault(ErrorKind::DuplicateKey, at)?;
        }
        Ok(())
    }

    /// The next entry of a map that a shape describes.
    #[inline(always)]
    fn entry(&mut self, shape: u8, row: &'static Row, map: &'static Map, index: u8) -> Result<u8, Stop> {
        let at = self.at;
        self.head()?;
        let mut name = None;
        let mut found = map.composite;
        match self.major {
            Major::Uint | Major::Nint => {}
            Major::Text if V::SILENT || !self.indefinite => {
                let Ok(text) = core::str::from_utf8(self.take()?) else {
                    return Err(self.stop(ErrorKind::InvalidUtf8, at));
                };
                name = Some(text);
                found = map.text;
            }
            _ => {
                self.at = at;
                self.item()?;
            }
        }
        if row.what == What::Unordered {
            self.unordered(at, index)?;
        } else {
            self.ordered(at, index)?;
        }
        let label = if V::SILENT { None } else { self.int() };
        match self.major {
            Major::Uint | Major::Nint => found = self.labelled(row, map, at)?,
            _ => {
                if !V::SILENT
                    && row.what == What::Languages
                    && name.is_some_and(|name| !is_language_tag(name))
                {
                    self.fault(ErrorKind::LanguageTag, at)?;
                }
                let key = Reader::at_byte(self.window.get(..self.at).unwrap_or_default(), at);
                let fault = match row.what {
                    _ if name.is_some() => None,
                    What::Permissions if Self::EXTENDED => actor(key),
                    _ if !V::SILENT => composite(row.what, key),
                    _ => None,
                };
                if let Some(error) = fault {
                    self.failed = error;
                    if V::SILENT {
                        return Err(Stop);
                    }
                    self.told()?;
                }
            }
        }
        if !V::SILENT {
            let kind = Shape(shape).map_kind().unwrap_or(MapKind::Other);
            let key = match (name, label) {
                (Some(name), _) => Key::Name(kind, name),
                (None, Some(label)) => Key::Label(kind, label),
                (None, None) => Key::Composite(kind, self.since(at)),
            };
            if let Some(tell) = self.tell() {
                tell.key = key;
                tell.key_at = at;
            }
        }
        if found != NONE {
            return Ok(found);
        }
        let kind = match row.what {
            What::Parameters if map.others == OtherKeys::NoCustom && self.is_custom() => {
                ErrorKind::ForbiddenParameter
            }
            What::Parameters => ErrorKind::UnknownParameter,
            What::WaitInfo if Self::EXTENDED => ErrorKind::UnknownWaitEvent,
            _ => ErrorKind::UnknownKey,
        };
        self.fault(kind, at)?;
        Ok(ANY.0)
    }

    /// The shape of the value under an integer key, or [`NONE`].
    #[inline(always)]
    fn labelled(&mut self, row: &'static Row, map: &'static Map, at: usize) -> Result<u8, Stop> {
        if self.major == Major::Uint && self.value < u64::from(map.len) {
            let label = usize::try_from(self.value).unwrap_or(0);
            let place = usize::from(map.fields).wrapping_add(label);
            let field = Self::TABLE.fields.get(place).copied().unwrap_or(NONE);
            if field != NONE {
                return Ok(self.field(row, field, label));
            }
        }
        // An integer beyond 64 bits with a sign is no label of any registry.
        if i64::try_from(self.value).is_err() {
            return Ok(NONE);
        }
        Ok(match map.others {
            OtherKeys::Any => map.other,
            OtherKeys::Uint if self.major == Major::Uint => map.other,
            OtherKeys::Uint => {
                self.fault(ErrorKind::WrongType(Expected::Uint), at)?;
                ANY.0
            }
            OtherKeys::Custom
                if self.is_custom()
                    && self.int().is_some_and(|label| self.visitor.supported().custom_parameter(label)) =>
            {
                // A custom parameter whose value is known.
                let ours = Self::DELTA && self.number() == DELTA_BASE_LABEL;
                if ours { INDEX.0 } else { map.other }
            }
            OtherKeys::Custom | OtherKeys::NoCustom => NONE,
        })
    }

    /// An entry that the map has a field for.
    #[inline(always)]
    fn field(&mut self, row: &'static Row, field: u8, label: usize) -> u8 {
        match row.what {
            What::Parameters if !self.visitor.supported().parameter(label) => return NONE,
            What::Parameters => return field,
            What::Manifest if !self.visitor.supported().member(label) => return NONE,
            What::Manifest | What::Envelope | What::Common => {}
            _ => return field,
        }
        let bit = u32::try_from(label).ok().and_then(|label| 1_u16.checked_shl(label));
        self.top.seen |= bit.unwrap_or(0);
        let at = self.at;
        if let Some(context) = self.visitor.context() {
            match row.what {
                What::Manifest => context.member(label),
                What::Common => context.common(label, at),
                _ => {}
            }
        }
        field
    }

    /// M §8.1, RFC 8949 §4.2.1: keys in bytewise order of their encodings. Of two of them neither can be the beginning of
    /// the other, so the later one's length is enough.
    #[inline(always)]
    fn ordered(&mut self, at: usize, index: u8) -> Result<(), Stop> {
        let before = core::mem::replace(&mut self.top.place, at);
        if index == 0 {
            return Ok(());
        }
        if let (Some(earlier), Some(later)) = (self.window.get(before), self.window.get(at))
            && earlier < later
        {
            return Ok(());
        }
        match compare(self.window.get(before..at).unwrap_or_default(), self.since(at)) {
            Ordering::Less => Ok(()),
            Ordering::Equal => self.fault(ErrorKind::DuplicateKey, at),
            Ordering::Greater => self.fault(ErrorKind::KeyOrder, at),
        }
    }
}

/// The order of two encodings, of which neither can be the beginning of the other: so the later one's length is enough.
fn compare(earlier: &[u8], later: &[u8]) -> Ordering {
    let mut pairs = earlier.iter().zip(later);
    pairs
        .find(|(earlier, later)| earlier != later)
        .map_or(Ordering::Equal, |(earlier, later)| earlier.cmp(later))
}
