//! serde's view of the tree.

use super::node::integer;
use super::spanned::{FIELDS, NAME};
use super::{Error, Key, Kind, Node, Span};
use crate::error::codes;
use serde::de::value::{StrDeserializer, UsizeDeserializer};
use serde::de::{
    DeserializeSeed, Deserializer, EnumAccess, Error as _, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;

/// Every error that leaves a value has a place, at least that of the value.
fn here<T>(span: Span, result: Result<T, Error>) -> Result<T, Error> {
    result.map_err(|error| error.or_at(span))
}

impl Node {
    fn found(&self) -> Unexpected<'_> {
        match &self.kind {
            Kind::Table(_) => Unexpected::Map,
            Kind::Array(_) => Unexpected::Seq,
            Kind::String(text) | Kind::Bare(text) => Unexpected::Str(text),
            Kind::Integer(number) => match (u64::try_from(*number), i64::try_from(*number)) {
                (Ok(number), _) => Unexpected::Unsigned(number),
                (_, Ok(number)) => Unexpected::Signed(number),
                _ => Unexpected::Other("an integer beyond 64 bits"),
            },
            Kind::Boolean(value) => Unexpected::Bool(*value),
            Kind::Float(number) => Unexpected::Float(*number),
            Kind::Datetime(_) => Unexpected::Other("a date or time"),
        }
    }

    fn visit_any<'de, V: Visitor<'de>>(&self, visitor: V) -> Result<V::Value, Error> {
        match &self.kind {
            Kind::Table(entries) => visitor.visit_map(Entries { rest: entries, value: None }),
            Kind::Array(entries) => visitor.visit_seq(Elements(entries)),
            Kind::String(text) => visitor.visit_str(text),
            Kind::Integer(number) => visit_integer(*number, visitor),
            Kind::Boolean(value) => visitor.visit_bool(*value),
            Kind::Float(number) => visitor.visit_f64(*number),
            Kind::Datetime(_) => Err(Error::invalid_type(self.found(), &visitor)),
            Kind::Bare(text) => match (integer(text), text.as_str()) {
                (Some(number), _) => visit_integer(number, visitor),
                (None, "true") => visitor.visit_bool(true),
                (None, "false") => visitor.visit_bool(false),
                (None, text) => visitor.visit_str(text),
            },
        }
    }
}

fn visit_integer<'de, V: Visitor<'de>>(number: i128, visitor: V) -> Result<V::Value, Error> {
    match (u64::try_from(number), i64::try_from(number)) {
        (Ok(number), _) => visitor.visit_u64(number),
        (_, Ok(number)) => visitor.visit_i64(number),
        _ => Err(Error::custom("integer does not fit 64 bits")),
    }
}

impl<'de> Deserializer<'de> for &Node {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        here(self.span, self.visit_any(visitor))
    }

    /// Text, also where an unquoted value of `--set` could be a number.
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match &self.kind {
            Kind::Bare(text) => here(self.span, visitor.visit_str(text)),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        here(self.span, visitor.visit_some(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        here(self.span, visitor.visit_newtype_struct(self))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == NAME {
            return here(self.span, visitor.visit_map(WithPlace::new(self.span, self)));
        }
        match &self.kind {
            // A struct could be read from an array too; in a description that would be a riddle.
            Kind::Array(_) => here(self.span, Err(Error::invalid_type(Unexpected::Seq, &visitor))),
            _ => self.deserialize_any(visitor),
        }
    }

    /// A word, or a table whose only key is the word and whose value is what belongs to it.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let result = match &self.kind {
            Kind::String(text) | Kind::Bare(text) => {
                visitor.visit_enum(Choice { word: text, span: self.span, value: None })
            }
            Kind::Table(entries) => match entries.as_slice() {
                [(key, value)] => {
                    visitor.visit_enum(Choice { word: &key.name, span: key.span, value: Some(value) })
                }
                [] => Err(Error::custom(format!("empty table\nhelp: give one of {}", words.join(", ")))),
                [_, (second, _), ..] => {
                    let message = format!("'{}' is one too many: this table has one key", second.name);
                    Err(Error::custom(message).or_at(second.span))
                }
            },
            _ => Err(Error::invalid_type(self.found(), &visitor)),
        };
        here(self.span, result)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 bytes byte_buf unit unit_struct seq tuple
        tuple_struct map
    }
}

impl<'de> IntoDeserializer<'de, Error> for &Node {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

/// A key: text, or text with its place.
struct KeyName<'t>(&'t Key);

impl<'de> Deserializer<'de> for KeyName<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        here(self.0.span, visitor.visit_str(&self.0.name))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        here(self.0.span, visitor.visit_some(self))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        if name == NAME {
            let span = self.0.span;
            return here(span, visitor.visit_map(WithPlace::new(span, self)));
        }
        self.deserialize_any(visitor)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        let span = self.0.span;
        here(span, visitor.visit_enum(Choice { word: &self.0.name, span, value: None }))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        seq tuple tuple_struct map identifier ignored_any
    }
}

struct Entries<'t> {
    rest: &'t [(Key, Node)],
    value: Option<&'t Node>,
}

impl<'de> MapAccess<'de> for Entries<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(((key, value), rest)) = self.rest.split_first() else { return Ok(None) };
        self.rest = rest;
        self.value = Some(value);
        here(key.span, seed.deserialize(KeyName(key))).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        match self.value.take() {
            // `here` again: not every type asks its deserializer before it complains.
            Some(value) => here(value.span, seed.deserialize(value)),
            None => Err(Error::custom("a value was asked for before its key")),
        }
    }
}

struct Elements<'t>(&'t [Node]);

impl<'de> SeqAccess<'de> for Elements<'_> {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let Some((first, rest)) = self.0.split_first() else { return Ok(None) };
        self.0 = rest;
        here(first.span, seed.deserialize(first)).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.0.len())
    }
}

/// The members of a [`super::Spanned`]: three numbers, then the value.
struct WithPlace<D> {
    span: Span,
    value: Option<D>,
    next: usize,
}

impl<D> WithPlace<D> {
    const fn new(span: Span, value: D) -> Self {
        Self { span, value: Some(value), next: 0 }
    }
}

impl<'de, D: Deserializer<'de, Error = Error>> MapAccess<'de> for WithPlace<D> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some(name) = FIELDS.get(self.next) else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Error> {
        let number = match self.next {
            0 => self.span.text,
            1 => self.span.start,
            2 => self.span.end,
            _ => {
                let value =
                    self.value.take().ok_or_else(|| Error::custom("the value was asked for twice"))?;
                self.next += 1;
                return here(self.span, seed.deserialize(value));
            }
        };
        self.next += 1;
        seed.deserialize(UsizeDeserializer::new(number))
    }
}

/// One of several words, with or without a value.
struct Choice<'t> {
    word: &'t str,
    span: Span,
    value: Option<&'t Node>,
}

impl<'t, 'de> EnumAccess<'de> for Choice<'t> {
    type Error = Error;
    type Variant = ChoiceValue<'t>;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, ChoiceValue<'t>), Error> {
        let word = here(self.span, seed.deserialize(StrDeserializer::new(self.word)))?;
        Ok((word, ChoiceValue { word: self.word, span: self.span, value: self.value }))
    }
}

struct ChoiceValue<'t> {
    word: &'t str,
    span: Span,
    value: Option<&'t Node>,
}

impl<'t> ChoiceValue<'t> {
    fn value(&self) -> Result<&'t Node, Error> {
        self.value.ok_or_else(|| {
            let message = format!("'{}' needs a value", self.word);
            Error::new(codes::WRONG_TYPE, self.span, message).help(format!("write {{ {} = ... }}", self.word))
        })
    }
}

impl<'de> VariantAccess<'de> for ChoiceValue<'_> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        match self.value {
            None => Ok(()),
            Some(value) => {
                let message = format!("'{}' stands alone, without a value", self.word);
                Err(Error::new(codes::WRONG_TYPE, value.span, message)
                    .help(format!("write \"{}\"", self.word)))
            }
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Error> {
        let value = self.value()?;
        here(value.span, seed.deserialize(value))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Error> {
        self.value()?.deserialize_any(visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.value()?.deserialize_struct("", fields, visitor)
    }
}
