//! Whole numbers, sizes and energy.

use super::{Fault, Scalar, scalars};
use schemars::{Schema, json_schema};
use suit_core::labels::{CUSTOM_MAX, Directive, ParameterKey};

scalars!(Uint, Int, Index, Label, Size, Energy);

/// A whole number from 0 to 2^64 - 1; as text also in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Uint(pub(crate) u64);

/// A whole number from -2^63 to 2^63 - 1; as text also in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Int(pub(crate) i64);

/// A component index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Index(pub(crate) u64);

/// The label of a custom command or parameter, at most -257.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Label(pub(crate) i64);

/// A size in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// This many bytes.
    Given(u64),
    /// The size of this file.
    File(String),
}

/// Energy in mWh.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Energy(pub(crate) u64);

const NUMBER_TEXT: &str = r"^(0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*|[0-9]+(_[0-9]+)*)$";
const SIGNED_TEXT: &str = r"^-?(0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*|[0-9]+(_[0-9]+)*)$";

fn number(text: &str, what: &str) -> Result<i128, Fault> {
    crate::source::integer(text).ok_or_else(|| {
        Fault::new(format!("'{text}' is not {what}"), "write digits, or hexadecimal digits after 0x")
    })
}

fn unsigned(number: i128) -> Result<u64, Fault> {
    u64::try_from(number).map_err(|_| {
        let message = format!("{number} is out of range");
        Fault::new(message, "this number goes from 0 to 18446744073709551615")
    })
}

fn signed(number: i128) -> Result<i64, Fault> {
    i64::try_from(number).map_err(|_| {
        let message = format!("{number} is out of range");
        Fault::new(message, "this number goes from -9223372036854775808 to 9223372036854775807")
    })
}

/// A number in hexadecimal, which may be larger than TOML's integers.
pub(super) fn hexadecimal(text: &str) -> Option<u64> {
    text.strip_prefix("0x")?;
    u64::try_from(crate::source::integer(text)?).ok()
}

/// The JSON Schema of that.
pub(super) const HEXADECIMAL: &str = "0x[0-9a-fA-F]+(_[0-9a-fA-F]+)*";

/// A number as it is written: those that TOML's integers don't reach stand in quotes.
pub(crate) fn number_text(number: u64) -> String {
    if i64::try_from(number).is_ok() { number.to_string() } else { format!("\"0x{number:x}\"") }
}

impl Scalar for Uint {
    const NAME: &'static str = "Unsigned";
    const WHAT: &'static str = "a whole number from 0 to 18446744073709551615";

    fn from_text(text: &str) -> Result<Self, Fault> {
        number(text, "a number").and_then(unsigned).map(Self)
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(unsigned(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": u64::MAX },
            { "type": "string", "pattern": NUMBER_TEXT },
        ] })
    }
}

impl Scalar for Int {
    const NAME: &'static str = "Signed";
    const WHAT: &'static str = "a whole number";

    fn from_text(text: &str) -> Result<Self, Fault> {
        number(text, "a number").and_then(signed).map(Self)
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(signed(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
            { "type": "string", "pattern": SIGNED_TEXT },
        ] })
    }
}

impl Scalar for Index {
    const NAME: &'static str = "Index";
    const WHAT: &'static str = "an index";

    fn from_text(text: &str) -> Result<Self, Fault> {
        Uint::from_text(text).map(|number| Self(number.0))
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(unsigned(number).map(Self))
    }

    fn schema() -> Schema {
        Uint::schema()
    }
}

impl Label {
    fn new(number: i128) -> Result<Self, Fault> {
        // Two of these numbers have a meaning of their own here.
        let known = i64::try_from(number).ok().and_then(|number| {
            let directive = Directive::from_code(number).map(|_| "do = \"install-delta\"");
            directive.or(ParameterKey::from_code(number).map(|_| "the parameter 'base'"))
        });
        if let Some(known) = known.filter(|_| number <= i128::from(CUSTOM_MAX)) {
            return Err(Fault::new(
                format!("{number} is {known}"),
                "write it by its name, or take another number",
            ));
        }
        // M §8.4.9, §8.4.11: what an application defines itself has a label below -256.
        i64::try_from(number).ok().filter(|label| *label <= CUSTOM_MAX).map(Self).ok_or_else(|| {
            Fault::new(format!("{number} is no custom label"), "custom labels are -257 and below")
        })
    }
}

impl Scalar for Label {
    const NAME: &'static str = "CustomLabel";
    const WHAT: &'static str = "a custom label, -257 or below";

    fn from_text(text: &str) -> Result<Self, Fault> {
        number(text, "a custom label").and_then(Self::new)
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(Self::new(number))
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": i64::MIN, "maximum": CUSTOM_MAX },
            { "type": "string", "pattern": r"^-(0x[0-9a-fA-F_]+|[0-9_]+)$" },
        ] })
    }
}

const SIZE_UNITS: &[(&str, u64)] = &[
    ("B", 1),
    ("kB", 1000),
    ("KiB", 1 << 10),
    ("MB", 1_000_000),
    ("MiB", 1 << 20),
    ("GB", 1_000_000_000),
    ("GiB", 1 << 30),
];

const ENERGY_UNITS: &[(&str, u64)] = &[("mWh", 1), ("Wh", 1000)];

/// A number with a unit, a space between them or not.
fn with_unit(text: &str, what: &str, units: &[(&str, u64)]) -> Result<u64, Fault> {
    if let Some(number) = hexadecimal(text) {
        return Ok(number);
    }
    let unit = text.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '_');
    let digits = text.get(..text.len() - unit.len()).unwrap_or_default();
    let unit = unit.strip_prefix(' ').unwrap_or(unit);
    let names = || units.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let help = || format!("write a whole number and a unit, one of {}", names());
    let factor = units.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
    let number = crate::source::integer(digits).and_then(|number| u64::try_from(number).ok());
    match (number, factor) {
        (Some(number), Some(factor)) => number
            .checked_mul(factor)
            .ok_or_else(|| Fault::new(format!("'{text}' is out of range"), "this number has 64 bits")),
        _ => Err(Fault::new(format!("'{text}' is not {what}"), help())),
    }
}

impl Scalar for Size {
    const NAME: &'static str = "Size";
    const WHAT: &'static str = "a size";

    fn from_text(text: &str) -> Result<Self, Fault> {
        match super::behind(text, "file") {
            Some("") => Err(super::bytes::no_file_name()),
            Some(path) => Ok(Self::File(path.to_owned())),
            None => with_unit(text, "a size", SIZE_UNITS).map(Self::Given),
        }
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(unsigned(number).map(Self::Given))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "Bytes as a number, or as text with a unit; or `file:` and a path: the size of that file.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u64::MAX },
                { "type": "string", "pattern": format!("^([0-9]+(_[0-9]+)* ?(B|kB|KiB|MB|MiB|GB|GiB)|{HEXADECIMAL}|file:.+)$") },
            ]
        })
    }
}

impl Scalar for Energy {
    const NAME: &'static str = "Energy";
    const WHAT: &'static str = "an energy in mWh";

    fn from_text(text: &str) -> Result<Self, Fault> {
        with_unit(text, "an energy", ENERGY_UNITS).map(Self)
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(unsigned(number).map(Self))
    }

    fn schema() -> Schema {
        json_schema!({
            "description": "mWh as a number, or as text with a unit.",
            "anyOf": [
                { "type": "integer", "minimum": 0, "maximum": u64::MAX },
                { "type": "string", "pattern": format!("^([0-9]+(_[0-9]+)* ?(mWh|Wh)|{HEXADECIMAL})$") },
            ]
        })
    }
}

/// A size for people: `34,768 B`.
pub(crate) fn size_words(bytes: u64) -> String {
    let digits = bytes.to_string();
    let mut words = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            words.push(',');
        }
        words.push(digit);
    }
    words.push_str(" B");
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_units() {
        for (text, wanted) in [
            ("0 B", 0),
            ("34768 B", 34_768),
            ("34_768B", 34_768),
            ("34 KiB", 34_816),
            ("8KiB", 8192),
            ("2 MB", 2_000_000),
            ("16 GiB", 1 << 34),
        ] {
            assert_eq!(Size::from_text(text), Ok(Size::Given(wanted)), "{text}");
        }
        assert_eq!(Size::from_text("file:a b"), Ok(Size::File("a b".into())));
        for text in [
            "",
            "12",
            "12 kb",
            "1.5 KiB",
            "-1 B",
            "KiB",
            "0x10 B",
            "1  B",
            "_1 B",
            "file:",
            "18446744073709551615 kB",
        ] {
            assert!(Size::from_text(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_use_the_whole_range() {
        assert_eq!(Uint::from_text("0xffff_ffff_ffff_ffff"), Ok(Uint(u64::MAX)));
        assert_eq!(Uint::from_number(-1).unwrap().unwrap_err().message, "-1 is out of range");
        assert_eq!(Int::from_text("-0x8000000000000000"), Ok(Int(i64::MIN)));
        assert!(Int::from_text("9223372036854775808").is_err());
        assert_eq!(Label::from_text("-257"), Ok(Label(-257)));
        for text in ["-256", "0", "5", "-0xffffffffffffffffff"] {
            assert!(Label::from_text(text).is_err(), "{text}");
        }
        assert_eq!(Energy::from_text("2 Wh"), Ok(Energy(2000)));
    }

    #[test]
    fn sizes_for_people_have_commas() {
        for (bytes, words) in [(0, "0 B"), (999, "999 B"), (34_768, "34,768 B"), (1_234_567, "1,234,567 B")] {
            assert_eq!(size_words(bytes), words);
        }
    }
}
