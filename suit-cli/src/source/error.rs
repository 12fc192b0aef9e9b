//! What can be wrong with a tree, before it is known in which file.

use super::Span;
use crate::error::{Code, closest, codes};
use core::fmt::{self, Display};
use serde::de::{self, Expected, Unexpected};

/// What is wrong, and where if that is known yet.
#[derive(Clone, Debug)]
pub(crate) struct Error {
    pub(super) code: Code,
    pub(super) message: String,
    pub(super) help: Option<String>,
    pub(super) span: Option<Span>,
}

impl Error {
    pub(super) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self { span: Some(span), ..Self::nowhere(code, message) }
    }

    fn nowhere(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), help: None, span: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same at this place, unless it has a closer one.
    pub(super) fn or_at(mut self, span: Span) -> Self {
        self.span.get_or_insert(span);
        self
    }

    fn with_words(self, word: &str, words: &'static [&'static str], what: &str) -> Self {
        match closest(word, words) {
            Some(near) => self.help(format!("did you mean '{near}'?")),
            None if words.is_empty() => self.help(format!("there are no {what} here")),
            None => self.help(format!("the {what} here are {}", words.join(", "))),
        }
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(message: T) -> Self {
        let text = message.to_string();
        match text.split_once("\nhelp: ") {
            Some((message, help)) => Self::nowhere(codes::INVALID_VALUE, message).help(help),
            None => Self::nowhere(codes::INVALID_VALUE, text),
        }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let message = format!("expected {}, found {}", wanted(expected), described(found));
        Self::nowhere(codes::WRONG_TYPE, message)
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        let message = format!("expected {}, found {}", wanted(expected), described(found));
        Self::nowhere(codes::INVALID_VALUE, message)
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        let message = format!("expected {}, found {length} entries", wanted(expected));
        Self::nowhere(codes::INVALID_VALUE, message)
    }

    fn unknown_field(field: &str, expected: &'static [&'static str]) -> Self {
        let error = Self::nowhere(codes::UNKNOWN_FIELD, format!("unknown field '{field}'"));
        error.with_words(field, expected, "fields")
    }

    fn unknown_variant(word: &str, expected: &'static [&'static str]) -> Self {
        let error = Self::nowhere(codes::UNKNOWN_VARIANT, format!("unknown word '{word}'"));
        error.with_words(word, expected, "words")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::nowhere(codes::MISSING_FIELD, format!("field '{field}' is missing"))
            .help(format!("add '{field}' to this table"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        let error = Self::nowhere(codes::DUPLICATE_KEY, format!("'{field}' is given twice"));
        Self { help: codes::DUPLICATE_KEY.help.map(str::to_owned), ..error }
    }
}

/// serde's words for what it wants, for people who don't write Rust.
fn wanted(expected: &dyn Expected) -> String {
    let words = expected.to_string();
    let plain = match words.as_str() {
        "u8" => "a whole number from 0 to 255",
        "u16" => "a whole number from 0 to 65535",
        "u32" => "a whole number from 0 to 4294967295",
        "u64" | "usize" => "a whole number from 0 to 18446744073709551615",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "str" => "text in quotes",
        "a sequence" => "an array",
        "a map" => "a table",
        _ if words.starts_with("struct ") => "a table",
        _ if words.starts_with("enum ") || words.starts_with("variant ") => "one of the known words",
        _ => return words,
    };
    plain.to_owned()
}

fn described(found: Unexpected<'_>) -> String {
    match found {
        Unexpected::Bool(value) => value.to_string(),
        Unexpected::Unsigned(value) => format!("the number {value}"),
        Unexpected::Signed(value) => format!("the number {value}"),
        Unexpected::Float(_) => "a number with a fraction".to_owned(),
        Unexpected::Str(text) => format!("the text \"{text}\""),
        Unexpected::Char(letter) => format!("the text \"{letter}\""),
        Unexpected::Seq => "an array".to_owned(),
        Unexpected::Map | Unexpected::StructVariant | Unexpected::NewtypeVariant => "a table".to_owned(),
        Unexpected::UnitVariant => "a word alone".to_owned(),
        other => other.to_string(),
    }
}
