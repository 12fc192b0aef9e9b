//! TOML to the tree.

use super::node::in_range;
use super::{DEEPEST, Error, Key, Kind, Node, Span};
use crate::error::codes;
use toml::Spanned;
use toml::de::{DeInteger, DeTable, DeValue};

/// Parses a document.
pub(super) fn parse(text: &str) -> Result<Node, Error> {
    let root = DeTable::parse(text).map_err(|error| syntax(&error, text, 0, 0))?;
    let kind = table(root.into_inner(), 0, 0, 0)?;
    Ok(Node { span: Span::default(), kind })
}

/// Parses one value, which is the end of text number `text` from byte `shift` on.
pub(super) fn parse_value(value: &str, text: usize, shift: usize) -> Result<Node, Error> {
    let parsed = DeValue::parse(value).map_err(|error| syntax(&error, value, text, shift))?;
    node(parsed, text, shift, 0)
}

fn syntax(error: &toml::de::Error, content: &str, text: usize, shift: usize) -> Error {
    // Without a place it concerns the input as a whole.
    let span = error.span().unwrap_or(content.len()..content.len());
    let span = Span::new(text, shift + span.start, shift + span.end);
    let message = error.message();
    let marked = content.get(span.start - shift..span.end - shift).unwrap_or_default();
    if message == "duplicate key" {
        let name = marked.trim_matches(['"', '\'']);
        let error = Error::new(codes::DUPLICATE_KEY, span, format!("'{name}' is given twice"));
        return codes::DUPLICATE_KEY.help.into_iter().fold(error, Error::help);
    }
    if message.contains("recursion") || message.contains("recurse") {
        return too_deep(span);
    }
    Error::new(codes::SYNTAX, span, message)
}

pub(super) fn too_deep(span: Span) -> Error {
    let error = Error::new(codes::TOO_DEEP, span, codes::TOO_DEEP.title);
    codes::TOO_DEEP.help.into_iter().fold(error, Error::help)
}

fn node(value: Spanned<DeValue<'_>>, text: usize, shift: usize, depth: usize) -> Result<Node, Error> {
    let span = Span::new(text, shift + value.span().start, shift + value.span().end);
    if depth > DEEPEST {
        return Err(too_deep(span));
    }
    let kind = match value.into_inner() {
        DeValue::String(content) => Kind::String(content.into_owned()),
        DeValue::Integer(number) => Kind::Integer(integer(&number, span)?),
        DeValue::Float(number) => Kind::Float(number.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(value) => Kind::Boolean(value),
        DeValue::Datetime(time) => Kind::Datetime(time.to_string()),
        DeValue::Array(entries) => Kind::Array(
            entries.into_iter().map(|entry| node(entry, text, shift, depth + 1)).collect::<Result<_, _>>()?,
        ),
        DeValue::Table(entries) => table(entries, text, shift, depth)?,
    };
    Ok(Node { span, kind })
}

fn table(entries: DeTable<'_>, text: usize, shift: usize, depth: usize) -> Result<Kind, Error> {
    let mut sorted = Vec::with_capacity(entries.len());
    for (key, value) in entries {
        let span = Span::new(text, shift + key.span().start, shift + key.span().end);
        let key = Key { name: key.into_inner().into_owned(), span };
        sorted.push((key, node(value, text, shift, depth + 1)?));
    }
    // The parser sorts by name; messages and output follow the text.
    sorted.sort_by_key(|(key, _)| key.span.start);
    Ok(Kind::Table(sorted))
}

fn integer(number: &DeInteger<'_>, span: Span) -> Result<i128, Error> {
    i128::from_str_radix(number.as_str(), number.radix())
        .ok()
        .filter(|value| in_range(*value))
        .ok_or_else(|| integer_range(span))
}

pub(super) fn integer_range(span: Span) -> Error {
    Error::new(codes::INVALID_VALUE, span, "integer does not fit 64 bits")
        .help("whole numbers go from -9223372036854775808 to 18446744073709551615")
}
