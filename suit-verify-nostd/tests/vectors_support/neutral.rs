//! A tree of values that belongs to neither reader, and what each of them makes of the same bytes.

use ciborium::Value as Foreign;
use suit_core::cbor::{FALSE, Head, Major, NULL, Reader, TRUE};
use suit_core::grammar::{
    AUTHENTICATION, BLOCK, ENVELOPE, ENVELOPE_TAGGED, Item, Key, LANGUAGES, MANIFEST, SECTION, Shape, Value,
    Visitor, walk,
};
use suit_core::labels::EnvelopeKey;
use suit_core::{Envelope, Error, Tagging};

/// A value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Neutral {
    Uint(u64),
    Nint(u64),
    Bytes(Vec<u8>),
    /// A byte string, and what it holds.
    Wrapped(Box<Self>),
    Text(String),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Tag(u64, Box<Self>),
    Bool(bool),
    Null,
}

/// Deepest nesting that is compared: trees are built by recursion.
const DEPTH_MAX: usize = 100;

/// What our plain reader sees: one item that fills the input.
pub(crate) fn by_reader(bytes: &[u8]) -> Option<Neutral> {
    let mut reader = Reader::new(bytes);
    // First the reader's own way over an item, then ours through its heads: both must end at the same place.
    let mut way = reader;
    way.item().ok()?;
    let value = read(&mut reader, 0)?;
    assert_eq!(way.offset(), reader.offset(), "the reader skips an item of another length than it reads");
    reader.is_empty().then_some(value)
}

fn read(reader: &mut Reader<'_>, depth: usize) -> Option<Neutral> {
    if depth > DEPTH_MAX {
        return None;
    }
    let Head { major, value, .. } = reader.head().ok()?;
    Some(match major {
        Major::Uint => Neutral::Uint(value),
        Major::Nint => Neutral::Nint(value),
        Major::Bytes => Neutral::Bytes(reader.take(value).ok()?.into()),
        Major::Text => Neutral::Text(core::str::from_utf8(reader.take(value).ok()?).ok()?.into()),
        Major::Array => Neutral::Array((0..value).map(|_| read(reader, depth + 1)).collect::<Option<_>>()?),
        Major::Map => {
            let pair = |_| Some((read(reader, depth + 1)?, read(reader, depth + 1)?));
            Neutral::Map((0..value).map(pair).collect::<Option<_>>()?)
        }
        Major::Tag => Neutral::Tag(value, Box::new(read(reader, depth + 1)?)),
        Major::Simple => match value {
            FALSE => Neutral::Bool(false),
            TRUE => Neutral::Bool(true),
            NULL => Neutral::Null,
            _ => return None,
        },
    })
}

/// What ciborium sees: one item that fills the input.
pub(crate) fn by_ciborium(bytes: &[u8]) -> Option<Foreign> {
    let mut rest = bytes;
    let value = ciborium::de::from_reader_with_recursion_limit(&mut rest, DEPTH_MAX).ok()?;
    rest.is_empty().then_some(value)
}

/// Whether both saw the same. What our reader saw inside a byte string is compared with what ciborium sees in it.
pub(crate) fn agree(ours: &Neutral, theirs: &Foreign) -> bool {
    match (ours, theirs) {
        (Neutral::Uint(value), Foreign::Integer(other)) => i128::from(*other) == i128::from(*value),
        (Neutral::Nint(value), Foreign::Integer(other)) => i128::from(*other) == -1 - i128::from(*value),
        (Neutral::Bytes(value), Foreign::Bytes(other)) => value == other,
        (Neutral::Wrapped(inner), Foreign::Bytes(other)) => {
            by_ciborium(other).is_some_and(|other| agree(inner, &other))
        }
        (Neutral::Text(value), Foreign::Text(other)) => value == other,
        (Neutral::Bool(value), Foreign::Bool(other)) => value == other,
        (Neutral::Null, Foreign::Null) => true,
        (Neutral::Tag(number, value), Foreign::Tag(other_number, other)) => {
            number == other_number && agree(value, other)
        }
        // differences.toml, other_form: ciborium reads bignums (RFC 8949 §3.4.3) as integers where they fit.
        (Neutral::Tag(number @ (2 | 3), value), Foreign::Integer(other)) => {
            let Neutral::Bytes(digits) = &**value else { return false };
            let magnitude = digits
                .iter()
                .try_fold(0_i128, |sum, digit| sum.checked_mul(256)?.checked_add(i128::from(*digit)));
            magnitude.map(|value| if *number == 2 { value } else { -1 - value }) == Some(i128::from(*other))
        }
        (Neutral::Array(items), Foreign::Array(others)) => {
            items.len() == others.len() && items.iter().zip(others).all(|(item, other)| agree(item, other))
        }
        (Neutral::Map(pairs), Foreign::Map(others)) => {
            let same = |((key, value), (other_key, other)): (&(Neutral, Neutral), &(Foreign, Foreign))| {
                agree(key, other_key) && agree(value, other)
            };
            pairs.len() == others.len() && pairs.iter().zip(others).all(same)
        }
        _ => false,
    }
}

/// Builds the tree that a strict walk reports.
struct Builder {
    open: Vec<(Neutral, Neutral)>,
    done: Option<Neutral>,
}

impl Builder {
    fn put(&mut self, key: Neutral, value: Neutral) {
        match self.open.last_mut().map(|(_, around)| around) {
            None => self.done = Some(value),
            Some(Neutral::Array(items)) => items.push(value),
            Some(Neutral::Map(pairs)) => pairs.push((key, value)),
            Some(Neutral::Tag(_, inner) | Neutral::Wrapped(inner)) => **inner = value,
            Some(other) => panic!("{other:?} has no parts"),
        }
    }
}

impl<'a> Visitor<'a> for Builder {
    const DEEP: bool = false;

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        let int = |value: i64| {
            u64::try_from(value).map_or_else(|_| Neutral::Nint((!value).unsigned_abs()), Neutral::Uint)
        };
        let key = match item.key {
            Key::Label(_, label) => int(label),
            Key::Name(_, name) => Neutral::Text(name.into()),
            Key::Composite(_, encoded) => by_reader(encoded).expect("a key that was read"),
            Key::Root | Key::Element(_) | Key::Code | Key::Argument(_) | Key::Content => Neutral::Null,
        };
        let value = match item.value {
            Value::Uint(value) => Neutral::Uint(value),
            Value::Nint(value) => Neutral::Nint(value),
            Value::Bytes(value) => Neutral::Bytes(value.into()),
            Value::Wrapped(_) => Neutral::Wrapped(Box::new(Neutral::Null)),
            Value::Text(value) => Neutral::Text(value.into()),
            Value::Array(_) => Neutral::Array(Vec::new()),
            Value::Map(_) => Neutral::Map(Vec::new()),
            Value::Tag(number) => Neutral::Tag(number, Box::new(Neutral::Null)),
            Value::Bool(value) => Neutral::Bool(value),
            Value::Null => Neutral::Null,
            Value::Other(value) => panic!("a strict walk reported the simple value {value}"),
        };
        if item.value.has_parts() {
            self.open.push((key, value));
        } else {
            self.put(key, value);
        }
        Ok(())
    }

    fn leave(&mut self, _: usize) {
        let (key, value) = self.open.pop().expect("something is open");
        self.put(key, value);
    }
}

/// What a strict walk over a whole input reports.
pub(crate) fn by_walk(shape: Shape, bytes: &[u8]) -> Option<Neutral> {
    let mut builder = Builder { open: Vec::new(), done: None };
    let mut reader = Reader::new(bytes);
    walk(shape, &mut reader, &mut builder).ok()?;
    reader.finish().ok()?;
    assert!(builder.open.is_empty(), "{} values were entered and not left", builder.open.len());
    builder.done
}

/// How often the readers could be compared.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    /// Inputs that both accepted.
    pub(crate) both: u64,
    /// Inputs that only our reader accepted.
    pub(crate) ours_only: u64,
}

impl core::ops::AddAssign for Compared {
    fn add_assign(&mut self, other: Self) {
        self.both += other.both;
        self.ours_only += other.ours_only;
    }
}

/// Compares both readers on a document and on each of its layers.
///
/// # Errors
/// Where both accept, and see different things.
pub(crate) fn compare(document: &[u8]) -> Result<Compared, String> {
    let mut compared = Compared::default();
    one(document, by_reader(document), &mut compared)?;
    let tagged = Reader::new(document).peek() != Some(Major::Map);
    one(document, by_walk(if tagged { ENVELOPE_TAGGED } else { ENVELOPE }, document), &mut compared)?;
    let Ok(envelope) = Envelope::parse(document, Tagging::Optional) else { return Ok(compared) };
    let mut layer = |shape, bytes: &[u8]| one(bytes, by_walk(shape, bytes), &mut compared);
    for key in EnvelopeKey::ALL {
        let shape = match key {
            EnvelopeKey::AuthenticationWrapper => AUTHENTICATION,
            EnvelopeKey::Manifest => MANIFEST,
            EnvelopeKey::Text => LANGUAGES,
            EnvelopeKey::CoSwid => continue,
            _ => SECTION,
        };
        if let Some(member) = envelope.member(*key) {
            layer(shape, member.content().rest())?;
        }
    }
    for block in envelope.authentication().blocks() {
        layer(BLOCK, block.rest())?;
    }
    Ok(compared)
}

fn one(bytes: &[u8], ours: Option<Neutral>, compared: &mut Compared) -> Result<(), String> {
    let Some(ours) = ours else { return Ok(()) };
    match by_ciborium(bytes) {
        None => compared.ours_only += 1,
        Some(theirs) if agree(&ours, &theirs) => compared.both += 1,
        Some(theirs) => return Err(format!("we see {ours:?}, ciborium sees {theirs:?}")),
    }
    Ok(())
}
