//! JSON to the tree: RFC 8259 without any of the usual liberties, and without duplicate keys.

use super::node::in_range;
use super::toml::{integer_range, too_deep};
use super::{DEEPEST, Error, Key, Kind, Node, Span};
use crate::error::codes;
use jsonc_parser::ast::{Object, Value};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::errors::ParseErrorKind;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use std::collections::BTreeSet;

/// Parses a document.
pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let options = ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    let parsed = parse_to_ast(text, &CollectOptions::default(), &options).map_err(|error| {
        let span = span(error.range());
        if matches!(error.kind(), ParseErrorKind::NestingDepthExceeded) {
            return too_deep(span);
        }
        Error::new(codes::SYNTAX, span, lower_first(&error.kind().to_string()))
    })?;
    let root = match parsed.value {
        Some(value) => node(value, 0)?,
        None => return Err(Error::new(codes::SYNTAX, Span::default(), "the file is empty")),
    };
    // The parser with places lets line ends in strings and odd spaces pass. This one doesn't.
    if let Err(error) = serde_json::from_str::<serde_json::Value>(text) {
        let at = text.floor_char_boundary(offset(text, error.line(), error.column()));
        let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        return Err(Error::new(codes::SYNTAX, Span::new(0, at, at + length), message));
    }
    if !matches!(root.kind, Kind::Table(_)) {
        return Err(Error::new(codes::WRONG_TYPE, root.span, "a description is one JSON object"));
    }
    Ok(Node { span: Span::new(0, root.span.start, root.span.start + 1), ..root })
}

fn span(range: Range) -> Span {
    Span::new(0, range.start, range.end)
}

/// The byte of a 1-based line and a 1-based column in bytes; column 0 is the end of the line before.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let head: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    (head + column).saturating_sub(1)
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn node(value: Value<'_>, depth: usize) -> Result<Node, Error> {
    let span = span(value.range());
    if depth > DEEPEST {
        return Err(too_deep(span));
    }
    let kind = match value {
        Value::StringLit(text) => Kind::String(text.value.into_owned()),
        Value::NumberLit(number) => number_kind(number.value, span)?,
        Value::BooleanLit(value) => Kind::Boolean(value.value),
        Value::Array(array) => Kind::Array(
            array.elements.into_iter().map(|entry| node(entry, depth + 1)).collect::<Result<_, _>>()?,
        ),
        Value::Object(object) => table(object, depth)?,
        Value::NullKeyword(_) => {
            let error = Error::new(codes::WRONG_TYPE, span, "null has no meaning in a description");
            return Err(error.help("leave the key out"));
        }
    };
    Ok(Node { span, kind })
}

fn number_kind(text: &str, span: Span) -> Result<Kind, Error> {
    if text.contains(['.', 'e', 'E']) {
        return Ok(Kind::Float(text.parse().unwrap_or(f64::NAN)));
    }
    let number = text.parse().ok().filter(|value| in_range(*value));
    number.map(Kind::Integer).ok_or_else(|| integer_range(span))
}

fn table(object: Object<'_>, depth: usize) -> Result<Kind, Error> {
    let mut seen = BTreeSet::new();
    let mut entries = Vec::with_capacity(object.properties.len());
    for property in object.properties {
        let span = span(property.name.range());
        let name = property.name.into_string();
        if !seen.insert(name.clone()) {
            let error = Error::new(codes::DUPLICATE_KEY, span, format!("'{name}' is given twice"));
            return Err(codes::DUPLICATE_KEY.help.into_iter().fold(error, Error::help));
        }
        entries.push((Key { name, span }, node(property.value, depth + 1)?));
    }
    Ok(Kind::Table(entries))
}
