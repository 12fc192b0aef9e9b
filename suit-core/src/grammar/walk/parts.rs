//! The parts of a value, one after the other: items, entries with their keys, commands.

use super::{ANY, CODE, Ignore, Kind, Slot, Walk};
use crate::cbor::{Major, Reader};
use crate::error::{Error, ErrorKind, Expected};
use crate::grammar::keys::{composite, is_language_tag, seen_before};
use crate::grammar::shape::{MapKind, MapShape, Others, Scope, Shape};
use crate::grammar::tables::argument;
use crate::grammar::visit::{Key, Visitor};
use crate::labels::CUSTOM_MAX;

impl<'a, V: Visitor<'a>> Walk<'_, 'a, V> {
    /// The next part of the innermost frame, with its key read.
    pub(super) fn part(&mut self) -> Result<Slot<'a>, Error> {
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
}

/// The bit for a field's position in its shape.
pub(super) fn bit(position: usize) -> u32 {
    u32::try_from(position).ok().and_then(|position| 1_u32.checked_shl(position)).unwrap_or_default()
}
