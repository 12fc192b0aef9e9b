//! Values that know where they stand, inside types that serde reads.

use super::{Key, Kind, Node, Span};
use core::fmt;
use core::marker::PhantomData;
use core::ops::Deref;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Serialize, Serializer};
use std::borrow::Cow;

/// The name by which [`super::de`] knows that a place is asked for; no Rust type can have it.
pub(super) const NAME: &str = "$suit::Spanned";
/// The members under which it gives the place, and the value.
pub(super) const FIELDS: &[&str] = &["$text", "$start", "$end", "$value"];

/// A value and where it stands.
///
/// Can be read from a [`super::Document`] only; elsewhere it behaves as the value alone.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spanned<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it stands.
    pub(crate) span: Span,
}

impl<T> Deref for Spanned<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Places don't count.
impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T: Eq> Eq for Spanned<T> {}

/// Places don't count.
impl<T: PartialOrd> PartialOrd for Spanned<T> {
    fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
        self.value.partial_cmp(&other.value)
    }
}

impl<T: Ord> Ord for Spanned<T> {
    fn cmp(&self, other: &Self) -> core::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T: Serialize> Serialize for Spanned<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_struct(NAME, FIELDS, SpannedVisitor(PhantomData))
    }
}

struct SpannedVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for SpannedVisitor<T> {
    type Value = Spanned<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value with its place")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut member = |name: &str| match map.next_entry::<Cow<'_, str>, usize>()? {
            Some((key, value)) if key == name => Ok(value),
            _ => Err(A::Error::custom("a value with its place is read from a description only")),
        };
        let span = Span::new(member(FIELDS[0])?, member(FIELDS[1])?, member(FIELDS[2])?);
        match map.next_entry::<Cow<'_, str>, T>()? {
            Some((_, value)) => Ok(Spanned { value, span }),
            None => Err(A::Error::missing_field(FIELDS[3])),
        }
    }
}

/// The tree itself, for shapes that a derived type can't say.
impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value: AnyKind(kind), span } = Spanned::deserialize(deserializer)?;
        Ok(Self { span, kind })
    }
}

/// Any value is allowed; what it must be is known to the code that reads the node.
impl JsonSchema for Node {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Any".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

struct AnyKind(Kind);

impl<'de> Deserialize<'de> for AnyKind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = AnyKind;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<AnyKind, E> {
        Ok(AnyKind(Kind::Boolean(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<AnyKind, E> {
        Ok(AnyKind(Kind::Integer(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<AnyKind, E> {
        Ok(AnyKind(Kind::Integer(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<AnyKind, E> {
        Ok(AnyKind(Kind::Float(value)))
    }

    fn visit_str<E>(self, text: &str) -> Result<AnyKind, E> {
        Ok(AnyKind(Kind::String(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<AnyKind, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = sequence.next_element()? {
            entries.push(entry);
        }
        Ok(AnyKind(Kind::Array(entries)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<AnyKind, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, value)) = map.next_entry::<Spanned<String>, Node>()? {
            entries.push((Key { name: key.value, span: key.span }, value));
        }
        Ok(AnyKind(Kind::Table(entries)))
    }
}
