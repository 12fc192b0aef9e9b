//! The tree that both spellings become.

/// A range of bytes in one of a document's texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Span {
    /// Index of the text; 0 is the description itself.
    pub(super) text: usize,
    /// First byte.
    pub(super) start: usize,
    /// Past the last byte.
    pub(super) end: usize,
}

impl Span {
    pub(super) const fn new(text: usize, start: usize, end: usize) -> Self {
        Self { text, start, end }
    }
}

/// A key of a table, without quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// The key.
    pub(crate) name: String,
    /// Where it stands.
    pub(crate) span: Span,
}

/// A value and where it stands. A table's place is its header, or all of it where it is inline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Node {
    /// Where it stands.
    pub(crate) span: Span,
    /// What it is.
    pub(crate) kind: Kind,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Keys and values in the order of the text.
    Table(Vec<(Key, Node)>),
    /// Values.
    Array(Vec<Node>),
    /// Text.
    String(String),
    /// An integer from -2^63 to 2^64 - 1.
    Integer(i128),
    /// True or false.
    Boolean(bool),
    /// A number with a fraction or an exponent; nothing in a description asks for one.
    Float(f64),
    /// A TOML date or time; nothing in a description asks for one.
    Datetime(String),
    /// A value of `--set` without quotes: what it is depends on what is asked for.
    Bare(String),
}

impl Node {
    /// The value of a key, if this is a table that has it.
    pub(crate) fn get(&self, name: &str) -> Option<&Self> {
        let Kind::Table(entries) = &self.kind else { return None };
        entries.iter().find(|(key, _)| key.name == name).map(|(_, node)| node)
    }

    /// The text, if this is one.
    pub(crate) fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) | Kind::Bare(text) => Some(text),
            _ => None,
        }
    }
}

/// The integer that `text` spells in decimal, or in hexadecimal after `0x`; `_` may stand between digits as
/// in TOML.
pub(crate) fn integer(text: &str) -> Option<i128> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let (radix, digits) = match digits.strip_prefix("0x") {
        Some(digits) => (16, digits),
        None => (10, digits),
    };
    let single = digits.starts_with('_') || digits.ends_with('_') || digits.contains("__");
    let digits = digits.replace('_', "");
    if single || !digits.chars().all(|digit| digit.is_digit(radix)) {
        return None;
    }
    let value = i128::from_str_radix(&digits, radix).ok()?;
    let value = if negative { -value } else { value };
    in_range(value).then_some(value)
}

/// Whether CBOR and TOML both can say it: -2^63 to 2^64 - 1.
pub(super) fn in_range(value: i128) -> bool {
    value >= i128::from(i64::MIN) && value <= i128::from(u64::MAX)
}
