//! Values of descriptions: what a text or number means, and how a value is written again.
//!
//! Each type here is a [`Scalar`]: it is made from one text or number, or refused with the reason and the
//! next step. Nothing is guessed: what a text is stands before its colon (`hex:`, `b64:`, `file:`, `text:`,
//! `uuid:`, …), and a text without such a word is itself.

mod bytes;
mod digest;
mod identity;
mod number;
mod time;
mod version;

pub(crate) use bytes::{Bytes, CustomValue, Prose, bytes_list, bytes_text, hex, plain, unhex};
pub(crate) use digest::{DigestValue, digest_text};
pub(crate) use identity::{ActorValue, Class, Device, Vendor, actor_text, in_vendor, uuid_text, vendor_text};
pub(crate) use number::{Energy, Index, Int, Label, Size, Uint, number_text, size_words};
pub(crate) use time::{Day, Time, TimeOfDay, time_text};
pub(crate) use version::{Release, Requirement, VersionText, match_text, version_text};

use core::fmt;
use core::marker::PhantomData;
use schemars::Schema;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Why a value is not one of its kind, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// One line in lower case.
    pub(crate) message: String,
    /// The next step.
    pub(crate) help: String,
}

impl Fault {
    pub(crate) fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// In the form that [`crate::source`] takes apart again.
impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\nhelp: {}", self.message, self.help)
    }
}

/// Made from one text or number.
pub(crate) trait Scalar: Sized {
    /// Name in the JSON Schema.
    const NAME: &'static str;
    /// What it is, for messages: `a size`.
    const WHAT: &'static str;

    /// From a text.
    ///
    /// # Errors
    /// What is wrong with the text.
    fn from_text(text: &str) -> Result<Self, Fault>;

    /// From a whole number; `None` if this is never one.
    fn from_number(_: i128) -> Option<Result<Self, Fault>> {
        None
    }

    /// From true or false; `None` if this is never one.
    fn from_bool(_: bool) -> Option<Self> {
        None
    }

    /// The JSON Schema, which refuses what can be refused by form alone.
    fn schema() -> Schema;
}

/// Reads a scalar from whatever serde has.
pub(crate) fn read<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let visitor = ScalarVisitor(PhantomData);
    // An unquoted value of --set becomes what is asked for, so texts have to be asked for.
    if T::from_number(0).is_some() || T::from_bool(true).is_some() {
        deserializer.deserialize_any(visitor)
    } else {
        deserializer.deserialize_str(visitor)
    }
}

struct ScalarVisitor<T>(PhantomData<T>);

impl<T: Scalar> Visitor<'_> for ScalarVisitor<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::WHAT)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(E::custom)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        match T::from_number(number.into()) {
            Some(value) => value.map_err(E::custom),
            None => Err(E::invalid_type(Unexpected::Unsigned(number), &self)),
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        match T::from_number(number.into()) {
            Some(value) => value.map_err(E::custom),
            None => Err(E::invalid_type(Unexpected::Signed(number), &self)),
        }
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<T, E> {
        T::from_bool(value).ok_or_else(|| E::invalid_type(Unexpected::Bool(value), &self))
    }
}

/// serde and schemars over [`Scalar`].
macro_rules! scalars {
    ( $( $type:ty ),* $(,)? ) => {
        $(
            impl<'de> serde::Deserialize<'de> for $type {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    $crate::description::values::read(deserializer)
                }
            }

            impl schemars::JsonSchema for $type {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    <Self as $crate::description::values::Scalar>::NAME.into()
                }

                fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    <Self as $crate::description::values::Scalar>::schema()
                }
            }
        )*
    };
}
pub(crate) use scalars;

/// `text` behind `prefix:`.
fn behind<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    text.strip_prefix(prefix)?.strip_prefix(':')
}
