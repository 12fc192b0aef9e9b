//! Bytes and texts, with a word in front that says how they are given.

use super::{Fault, Scalar, behind, scalars};
use base64ct::{Base64, Encoding};
use schemars::{Schema, json_schema};
use suit_core::owned::Custom;

scalars!(Bytes, Prose, CustomValue);

/// Bytes: `hex:…`, `b64:…`, `file:…`, `text:…`, or a text that begins with none of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Bytes {
    /// These.
    Given(Vec<u8>),
    /// The content of this file.
    File(String),
}

/// Text for people: `file:…`, `text:…`, or the text itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Prose {
    /// This.
    Given(String),
    /// The content of this file, which must be UTF-8.
    File(String),
}

/// The value of a custom parameter or argument of a custom command: a number, true or false, bytes, or text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CustomValue {
    /// This.
    Given(Custom),
    /// The bytes of this file.
    File(String),
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes from hexadecimal digits of either case, and nothing but these.
pub(crate) fn unhex(digits: &str) -> Result<Vec<u8>, Fault> {
    let help = "write an even number of the digits 0 to 9 and a to f";
    if let Some(other) = digits.chars().find(|digit| !digit.is_ascii_hexdigit()) {
        return Err(Fault::new(format!("'{other}' is not a hexadecimal digit"), help));
    }
    if digits.len() % 2 == 1 {
        return Err(Fault::new("odd number of hexadecimal digits", help));
    }
    let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let pair = |pair: &[u8]| Some(value(*pair.first()?)? << 4 | value(*pair.get(1)?)?);
    Ok(digits.as_bytes().chunks(2).filter_map(pair).collect())
}

pub(super) fn no_file_name() -> Fault {
    Fault::new("no file name after 'file:'", "write file: and a path, relative to the description")
}

fn file(path: &str) -> Result<String, Fault> {
    if path.is_empty() { Err(no_file_name()) } else { Ok(path.to_owned()) }
}

fn unbase64(text: &str) -> Result<Vec<u8>, Fault> {
    Base64::decode_vec(text)
        .map_err(|_| Fault::new("malformed base64", "write the standard alphabet with '=' at the end"))
}

impl Scalar for Bytes {
    const NAME: &'static str = "Bytes";
    const WHAT: &'static str = "bytes as text, such as \"hex:00ff\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(digits) = behind(text, "hex") {
            unhex(digits).map(Self::Given)
        } else if let Some(text) = behind(text, "b64") {
            unbase64(text).map(Self::Given)
        } else if let Some(path) = behind(text, "file") {
            file(path).map(Self::File)
        } else {
            Ok(Self::Given(behind(text, "text").unwrap_or(text).as_bytes().to_vec()))
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "`hex:` and digits, `b64:` and base64, `file:` and a path, `text:` and UTF-8; \
                            a text that begins with none of these is itself, in UTF-8.",
            "type": "string",
            "anyOf": BYTES_FORMS(),
        })
    }
}

#[expect(non_snake_case, reason = "stands for a constant that can't be one")]
fn BYTES_FORMS() -> serde_json::Value {
    serde_json::json!([
        { "pattern": "^hex:([0-9a-fA-F]{2})*$" },
        { "pattern": "^b64:([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$" },
        { "pattern": "^file:.+" },
        { "not": { "pattern": "^(hex|b64|file):" } },
    ])
}

impl Scalar for Prose {
    const NAME: &'static str = "Prose";
    const WHAT: &'static str = "text in quotes";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(path) = behind(text, "file") {
            file(path).map(Self::File)
        } else {
            Ok(Self::Given(behind(text, "text").unwrap_or(text).to_owned()))
        }
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Text for people; `file:` and a path for the content of a file.",
            "type": "string",
            "anyOf": [{ "pattern": "^file:.+" }, { "not": { "pattern": "^file:" } }],
        })
    }
}

impl Scalar for CustomValue {
    const NAME: &'static str = "CustomValue";
    const WHAT: &'static str = "a number, true, false or text";

    fn from_text(text: &str) -> Result<Self, Fault> {
        if let Some(text) = behind(text, "text") {
            return Ok(Self::Given(Custom::Text(text.to_owned())));
        }
        if ["hex", "b64", "file"].iter().all(|word| behind(text, word).is_none()) {
            return Ok(Self::Given(Custom::Text(text.to_owned())));
        }
        Ok(match Bytes::from_text(text)? {
            Bytes::Given(bytes) => Self::Given(Custom::Bytes(bytes)),
            Bytes::File(path) => Self::File(path),
        })
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(super::Int::from_number(number)?.map(|number| Self::Given(Custom::Int(number.0))))
    }

    fn from_bool(value: bool) -> Option<Self> {
        Some(Self::Given(Custom::Bool(value)))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "A number, true or false, bytes (`hex:`, `b64:`, `file:`), or else text.",
            "anyOf": [
                { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
                { "type": "boolean" },
                { "type": "string", "anyOf": BYTES_FORMS() },
            ]
        })
    }
}

/// Bytes as they are written: text where that is readable and means itself, else hexadecimal digits.
pub(crate) fn bytes_text(bytes: &[u8]) -> String {
    match core::str::from_utf8(bytes) {
        Ok(text) if is_readable(text) => plain(text, &["hex", "b64", "file", "text"]),
        _ => format!("hex:{}", hex(bytes)),
    }
}

/// The parts of a component identifier as they are written.
pub(crate) fn bytes_list(parts: &[Vec<u8>]) -> String {
    let parts: Vec<_> = parts.iter().map(|part| format!("\"{}\"", bytes_text(part))).collect();
    format!("[{}]", parts.join(", "))
}

/// `text`, behind `text:` if it would otherwise mean something else.
pub(crate) fn plain(text: &str, words: &[&str]) -> String {
    let means_itself = words.iter().all(|word| behind(text, word).is_none());
    if means_itself { text.to_owned() } else { format!("text:{text}") }
}

/// Whether a person sees all of it.
fn is_readable(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|letter| letter == ' ' || letter.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_in_front_says_what_it_is() {
        let given = |bytes: &[u8]| Ok(Bytes::Given(bytes.to_vec()));
        for (text, wanted) in [
            ("hex:00fF", given(b"\x00\xff")),
            ("hex:", given(b"")),
            ("b64:aGVsbG8=", given(b"hello")),
            ("plain", given(b"plain")),
            ("größe", given("größe".as_bytes())),
            ("text:hex:00", given(b"hex:00")),
            ("HEX:00", given(b"HEX:00")),
            ("file:a/b.bin", Ok(Bytes::File("a/b.bin".into()))),
        ] {
            assert_eq!(Bytes::from_text(text), wanted, "{text}");
        }
        for (text, wanted) in [
            ("hex:0", "odd number of hexadecimal digits"),
            ("hex:0g", "'g' is not a hexadecimal digit"),
            ("hex:00 11", "' ' is not a hexadecimal digit"),
            ("hex:0é", "'é' is not a hexadecimal digit"),
            ("b64:aGVsbG8", "malformed base64"),
            ("b64:a-_=", "malformed base64"),
            ("file:", "no file name after 'file:'"),
        ] {
            assert_eq!(Bytes::from_text(text).unwrap_err().message, wanted, "{text}");
        }
    }

    #[test]
    fn written_bytes_read_back() {
        for bytes in [&b""[..], b"\0", b"firmware", b"hex:00", b"text:x", b"a\nb", "é".as_bytes(), b"\xff"] {
            assert_eq!(Bytes::from_text(&bytes_text(bytes)), Ok(Bytes::Given(bytes.to_vec())), "{bytes:?}");
        }
    }
}
