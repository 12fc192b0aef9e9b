//! Heads and scalars, both ways: each row is read and written.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::hex;
use suit_core::cbor::{Head, Major, Reader, Writer};
use suit_core::labels::Tag;
use suit_core::{Error, ErrorKind, Expected};

/// What a row holds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Item {
    Uint(u64),
    Int(i64),
    Bytes(&'static [u8]),
    Text(&'static str),
    Array(u64),
    Map(u64),
    Tag(Tag),
    Bool(bool),
    Null,
}

/// Values around every step of the head's length (RFC 8949 §3).
const ITEMS: &[(Item, &str)] = &[
    (Item::Uint(0), "00"),
    (Item::Uint(1), "01"),
    (Item::Uint(23), "17 # the last in one byte"),
    (Item::Uint(24), "18 18 # the first in two"),
    (Item::Uint(255), "18 ff"),
    (Item::Uint(256), "19 01 00"),
    (Item::Uint(65_535), "19 ff ff"),
    (Item::Uint(65_536), "1a 00 01 00 00"),
    (Item::Uint(4_294_967_295), "1a ff ff ff ff"),
    (Item::Uint(4_294_967_296), "1b 00 00 00 01 00 00 00 00"),
    (Item::Uint(u64::MAX), "1b ff ff ff ff ff ff ff ff"),
    (Item::Int(0), "00"),
    (Item::Int(-1), "20"),
    (Item::Int(-24), "37"),
    (Item::Int(-25), "38 18"),
    (Item::Int(-256), "38 ff"),
    (Item::Int(-257), "39 01 00 # the first custom label"),
    (Item::Int(-65_536), "39 ff ff"),
    (Item::Int(-65_537), "3a 00 01 00 00"),
    (Item::Int(-4_294_967_296), "3a ff ff ff ff"),
    (Item::Int(-4_294_967_297), "3b 00 00 00 01 00 00 00 00"),
    (Item::Int(i64::MAX), "1b 7f ff ff ff ff ff ff ff"),
    (Item::Int(i64::MIN), "3b 7f ff ff ff ff ff ff ff"),
    (Item::Bytes(b""), "40"),
    (Item::Bytes(b"\x00"), "41 00"),
    (Item::Bytes(&[7; 23]), "57 0707070707070707070707070707070707070707070707"),
    (Item::Bytes(&[7; 24]), "58 18 070707070707070707070707070707070707070707070707"),
    (Item::Text(""), "60"),
    (Item::Text("a"), "61 61"),
    (Item::Text("\u{fc}"), "62 c3bc # two bytes of UTF-8"),
    (Item::Text("\u{10151}"), "64 f0908591"),
    (Item::Array(0), "80"),
    (Item::Array(23), "97"),
    (Item::Array(24), "98 18"),
    (Item::Map(0), "a0"),
    (Item::Map(256), "b9 01 00"),
    (Item::Tag(Tag::CoseSign1), "d2"),
    (Item::Tag(Tag::SuitEnvelope), "d8 6b"),
    (Item::Tag(Tag::SuitManifest), "d9 04 2e"),
    (Item::Bool(false), "f4"),
    (Item::Bool(true), "f5"),
    (Item::Null, "f6"),
];

#[test]
fn items_both_ways() {
    for (case, (item, encoding)) in ITEMS.iter().enumerate() {
        let encoded = hex(encoding);
        let mut writer = Writer::new(Vec::new());
        let size = |count: u64| usize::try_from(count).unwrap();
        let Ok(()) = match *item {
            Item::Uint(value) => writer.uint(value),
            Item::Int(value) => writer.int(value),
            Item::Bytes(value) => writer.bytes(value),
            Item::Text(value) => writer.text(value),
            Item::Array(count) => writer.array(size(count)),
            Item::Map(count) => writer.map(size(count)),
            Item::Tag(tag) => writer.tag(tag),
            Item::Bool(value) => writer.bool(value),
            Item::Null => writer.null(),
        };
        assert_eq!(writer.into_inner(), encoded, "case {case}: written");

        // Somewhere in an input: what follows is not touched, and offsets count from its start.
        let input = [&[0; 100], &encoded[..], &[0xff]].concat();
        let mut reader = Reader::at_byte(&input, 100);
        let read = match *item {
            Item::Uint(_) => Item::Uint(reader.uint().unwrap()),
            Item::Int(_) => Item::Int(reader.int().unwrap()),
            Item::Bytes(value) => {
                assert_eq!(reader.bytes().unwrap(), value, "case {case}: read");
                *item
            }
            Item::Text(value) => {
                assert_eq!(reader.text().unwrap(), value, "case {case}: read");
                *item
            }
            Item::Array(_) => Item::Array(reader.array().unwrap()),
            Item::Map(_) => Item::Map(reader.map().unwrap()),
            Item::Tag(tag) => {
                assert_eq!(reader.tag().unwrap(), tag.code().unsigned_abs(), "case {case}: read");
                *item
            }
            Item::Bool(_) => Item::Bool(reader.bool().unwrap()),
            Item::Null => {
                assert!(reader.null(), "case {case}: read");
                *item
            }
        };
        assert_eq!(read, *item, "case {case}: read");
        assert_eq!(reader.rest(), [0xff], "case {case}: rest");
        assert_eq!(reader.offset(), 100 + encoded.len(), "case {case}: offset");
    }
}

#[test]
fn heads() {
    let head = |bytes: &str| Reader::at_byte(&[&[0; 7], &hex(bytes)[..]].concat(), 7).head();
    let is = |major, value| Ok(Head { major, value, indefinite: false, offset: 7 });
    assert_eq!(head("39 01 00"), is(Major::Nint, 256));
    assert_eq!(head("5b ff ff ff ff ff ff ff ff"), is(Major::Bytes, u64::MAX));
    assert_eq!(head("7a 00 01 00 00"), is(Major::Text, 65_536));
    assert_eq!(head("d9 d9 f7"), is(Major::Tag, 55_799));
    assert_eq!(head("f6"), is(Major::Simple, 22));
}

/// An int is no uint, a text no byte string, and so on: each asks for its own kind and says at which byte it wasn't.
#[test]
fn other_kinds() {
    type Ask = fn(&mut Reader<'_>) -> Result<(), Error>;
    let asks: [(Expected, &str, Ask); 8] = [
        (Expected::Uint, "20 40 60 80 a0 c1 f4 f6", |r| r.uint().map(drop)),
        (Expected::Int, "40 60 80 a0 c1 f4 f6", |r| r.int().map(drop)),
        (Expected::Bytes, "00 20 60 80 a0 c1 f4 f6", |r| r.bytes().map(drop)),
        (Expected::Text, "00 20 40 80 a0 c1 f4 f6", |r| r.text().map(drop)),
        (Expected::Array, "00 20 40 60 a0 c1 f4 f6", |r| r.array().map(drop)),
        (Expected::Map, "00 20 40 60 80 c1 f4 f6", |r| r.map().map(drop)),
        (Expected::Tag, "00 20 40 60 80 a0 f4 f6", |r| r.tag().map(drop)),
        (Expected::Bool, "00 20 40 60 80 a0 c1 f6", |r| r.bool().map(drop)),
    ];
    for (expected, others, ask) in asks {
        for first in hex(others) {
            let error = ask(&mut Reader::at_byte(&[0, 0, first, 0, 0], 2)).unwrap_err();
            assert_eq!(error, Error::new(ErrorKind::WrongType(expected), 2), "{first:02x} as {expected:?}");
        }
    }
    assert!(!Reader::new(&[0xf4]).null(), "false is not null");
}

/// Offsets are those of the whole input, also inside byte strings.
#[test]
fn wrapped() {
    // [h'8100', 1]
    let input = hex("82 42 81 00 01");
    let mut reader = Reader::new(&input);
    reader.array().unwrap();
    let before = reader;
    let mut inner = reader.wrapped().unwrap();
    assert_eq!((inner.offset(), inner.rest()), (2, &[0x81, 0][..]));
    assert_eq!(reader.since(&before), [0x42, 0x81, 0], "the byte string with its head");
    assert_eq!(inner.array(), Ok(1));
    assert_eq!(inner.uint(), Ok(0));
    assert_eq!(inner.finish(), Ok(()));
    assert_eq!(inner.uint(), Err(Error::new(ErrorKind::Truncated, 4)));
    assert_eq!(reader.uint(), Ok(1));
    assert!(reader.is_empty());
}

#[test]
fn whole_items() {
    let input = hex("a2             # a map
           01 82 20 40  # an array in it
           63 6b6579 d8 6b a1 f5 f6 # a tagged map
         00             # something else");
    let mut reader = Reader::new(&input);
    assert_eq!(reader.item().map(<[u8]>::len), Ok(14));
    assert_eq!(reader.item(), Ok(&[0][..]));
    assert_eq!(reader.item(), Err(Error::new(ErrorKind::Truncated, 15)));
    // Thousands of arrays in each other are no matter of the stack.
    let deep = [vec![0x81; 100_000], vec![0]].concat();
    assert_eq!(Reader::new(&deep).item().map(<[u8]>::len), Ok(100_001));
}
