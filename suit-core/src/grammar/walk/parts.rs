//! The parts of a value, one after the other: items, entries with their keys, commands.

use super::value::int;
use super::{Walk, free};
use crate::cbor::{Major, Reader};
use crate::error::{Error, ErrorKind, Expected};
use crate::grammar::context::COMMON;
use crate::grammar::keys::{composite, is_language_tag, seen_before};
use crate::grammar::pack::{Map, NONE, OtherKeys, Row, What};
use crate::grammar::shape::{MapKind, Shape};
use crate::grammar::tables::{ANY, CODE};
use crate::grammar::visit::{Key, Visitor};
use crate::labels::CUSTOM_MAX;

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// The next part of the innermost frame, with its key read: its shape.
    pub(super) fn part(&mut self) -> Result<u8, Error> {
        let at = self.at;
        let Some(frame) = self.top() else { return Ok(ANY.0) };
        let index = frame.done;
        frame.left = frame.left.saturating_sub(1);
        frame.done = index.saturating_add(1);
        let (shape, left, place) = (frame.shape, frame.left, frame.place);
        if !V::SILENT {
            self.key = Key::Element(index.into());
            self.key_at = at;
            self.index = None;
        }
        match shape {
            free::TAG => {
                if !V::SILENT {
                    self.key = Key::Content;
                }
                return Ok(u8::try_from(place).unwrap_or(NONE));
            }
            free::ARRAY | free::REGION => return Ok(ANY.0),
            free::MAP => return self.free_entry(index),
            _ => {}
        }
        let row = Self::row(shape);
        match row.what {
            What::Sequence | What::SharedSequence => {
                let is_code = index.is_multiple_of(2);
                if !V::SILENT {
                    if is_code {
                        self.code = None;
                        self.argument = ANY.0;
                        self.key = Key::Code;
                    } else {
                        // What is no code is as unknown as 0.
                        self.key = Key::Argument(self.code.unwrap_or(0));
                    }
                }
                Ok(if is_code { CODE.0 } else { self.argument })
            }
            _ => {
                if let Some(map) = Self::map(row) {
                    return self.entry(shape, row, &map, index);
                }
                let Some(array) = Self::array(row) else { return Ok(ANY.0) };
                if row.what == What::TryEach && self.window.get(at) == Some(&0xf6) {
                    // M App. A: nil comes last, after at least two sequences.
                    if index < u32::from(array.min) {
                        self.fault(ErrorKind::TooFewItems, at)?;
                    } else if left != 0 {
                        self.fault(ErrorKind::TooManyItems, at)?;
                    }
                }
                let position = u8::try_from(index).ok().filter(|index| *index < array.len);
                let place = position.map(|position| array.items.wrapping_add(position));
                let item = place.and_then(|place| Self::TABLE.list.get(usize::from(place)).copied());
                let item = item.unwrap_or(array.rest);
                Ok(if item == NONE { ANY.0 } else { item })
            }
        }
    }

    /// The next entry of a map that no shape describes.
    fn free_entry(&mut self, index: u32) -> Result<u8, Error> {
        let at = self.at;
        let encoded = self.item()?;
        if self.seen_before(at, index, encoded) {
            self.fault(ErrorKind::DuplicateKey, at)?;
        }
        if !V::SILENT {
            self.key = match Reader::new(encoded).int() {
                Ok(label) => Key::Label(MapKind::Other, label),
                Err(_) => Reader::new(encoded)
                    .text()
                    .map_or(Key::Composite(MapKind::Other, encoded), |name| Key::Name(MapKind::Other, name)),
            };
        }
        Ok(ANY.0)
    }

    /// Takes one item with all that it contains.
    fn item(&mut self) -> Result<&'a [u8], Error> {
        let item = self.reader(self.at).item()?;
        self.at = self.at.saturating_add(item.len());
        Ok(item)
    }

    /// Whether a map that may have any order had this key, which stands at `at`, among its first ones.
    fn seen_before(&mut self, at: usize, index: u32, encoded: &[u8]) -> bool {
        let Some(frame) = self.top() else { return false };
        if index == 0 {
            frame.place = at;
        }
        let first = frame.place;
        seen_before(self.window.get(first..).unwrap_or_default(), index, encoded)
    }

    /// The next entry of a map that a shape describes.
    fn entry(&mut self, shape: u8, row: Row, map: &Map, index: u32) -> Result<u8, Error> {
        let at = self.at;
        let head = self.head()?;
        let mut name = None;
        match head.major {
            Major::Uint | Major::Nint => {}
            Major::Text if V::SILENT || !head.indefinite => {
                let bytes = self.take(head.value)?;
                let text = core::str::from_utf8(bytes);
                name = Some(text.map_err(|_| self.error(ErrorKind::InvalidUtf8, at))?);
            }
            _ => {
                self.at = at;
                self.item()?;
            }
        }
        let encoded = self.window.get(at..self.at).unwrap_or_default();
        if row.what == What::Unordered {
            if self.seen_before(at, index, encoded) {
                self.fault(ErrorKind::DuplicateKey, at)?;
            }
        } else if let Some(frame) = self.top() {
            let before = core::mem::replace(&mut frame.place, at);
            if index > 0
                && let Some(kind) = self.out_of_order(before, at, encoded)
            {
                self.fault(kind, at)?;
            }
        }
        let label = int(&head);
        if row.what == What::ByIndex {
            self.index = label.map(|label| (u64::try_from(label).unwrap_or(u64::MAX), at));
        }
        let found = match (name, head.major) {
            (Some(name), _) => {
                if !V::SILENT && row.what == What::Languages && !is_language_tag(name) {
                    self.fault(ErrorKind::LanguageTag, at)?;
                }
                map.text
            }
            (None, Major::Uint | Major::Nint) => match label {
                Some(label) => self.labelled(row, map, label, at)?,
                // An integer beyond 64 bits with a sign is no label of any registry.
                None => NONE,
            },
            _ => {
                if let Some(error) = composite(row.what, Reader::at(encoded, self.offset(at))) {
                    if V::SILENT {
                        return Err(error);
                    }
                    self.visitor.fault(error)?;
                }
                map.composite
            }
        };
        if !V::SILENT {
            let kind = Shape(shape).map_kind().unwrap_or(MapKind::Other);
            self.key = match (name, label) {
                (Some(name), _) => Key::Name(kind, name),
                (None, Some(label)) => Key::Label(kind, label),
                (None, None) => Key::Composite(kind, encoded),
            };
            self.key_at = at;
        }
        if found != NONE {
            return Ok(found);
        }
        let forbidden = map.others == OtherKeys::NoCustom && label.is_some_and(|label| label <= CUSTOM_MAX);
        let kind = match row.what {
            What::Parameters if forbidden => ErrorKind::ForbiddenParameter,
            What::Parameters => ErrorKind::UnknownParameter,
            What::WaitInfo => ErrorKind::UnknownWaitEvent,
            _ => ErrorKind::UnknownKey,
        };
        self.fault(kind, at)?;
        Ok(ANY.0)
    }

    /// The shape of the value under an integer key, or [`NONE`].
    fn labelled(&mut self, row: Row, map: &Map, label: i64, at: usize) -> Result<u8, Error> {
        if let Some(number) = u8::try_from(label).ok().filter(|number| *number < map.len) {
            let number = usize::from(number);
            let place = usize::from(map.fields).wrapping_add(number);
            let field = Self::TABLE.fields.get(place).copied().unwrap_or(NONE);
            if field != NONE {
                return Ok(self.field(row, field, number));
            }
        }
        let custom = label <= CUSTOM_MAX;
        Ok(match map.others {
            OtherKeys::Custom if custom && self.visitor.supported().parameter(0) => map.other,
            OtherKeys::Custom | OtherKeys::NoCustom => NONE,
            OtherKeys::Uint if label < 0 => {
                self.fault(ErrorKind::WrongType(Expected::Uint), at)?;
                ANY.0
            }
            _ => map.other,
        })
    }

    /// An entry that the map has a field for.
    fn field(&mut self, row: Row, field: u8, label: usize) -> u8 {
        let number = u32::try_from(label).unwrap_or(u32::MAX);
        let supported = match row.what {
            What::Parameters => self.visitor.supported().parameter(number),
            What::Manifest => self.visitor.supported().member(number),
            _ => true,
        };
        if !supported {
            return NONE;
        }
        if let Some(frame) = self.top() {
            frame.seen |= 1_u16.checked_shl(number).unwrap_or(0);
        }
        let place = match row.what {
            What::Envelope | What::Manifest => label,
            What::Common => label.wrapping_add(usize::try_from(COMMON).unwrap_or(0)),
            _ => return field,
        };
        let at = self.at;
        if let Some(context) = self.visitor.context() {
            context.members_mut().put(place, at);
        }
        field
    }

    /// M §8.1, RFC 8949 §4.2.1: keys in bytewise order of their encodings. The earlier key stands at `before`: neither
    /// encoding can be the beginning of the other, so the later one's length is enough.
    fn out_of_order(&self, before: usize, at: usize, encoded: &[u8]) -> Option<ErrorKind> {
        let earlier = self.window.get(before..at).unwrap_or_default();
        for (earlier, later) in earlier.iter().zip(encoded) {
            if earlier != later {
                return (earlier > later).then_some(ErrorKind::KeyOrder);
            }
        }
        Some(ErrorKind::DuplicateKey)
    }
}
