//! Budgets: as much as is allowed, and one more.

#![cfg(feature = "alloc")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{check, lenient};
use suit_core::cbor::{Reader, Writer};
use suit_core::cose::Block;
use suit_core::grammar::{
    BLOCK, COMPONENTS_MAX, DEPTH_MAX, LANGUAGES, MANIFEST, OPEN_MAX, SECTION, UNORDERED_MAX,
};
use suit_core::{Error, ErrorKind, Manifest};

fn built(write: impl FnOnce(&mut Writer<Vec<u8>>)) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    write(&mut writer);
    writer.into_inner()
}

/// Sequences in each other, this many.
fn nested(levels: usize) -> Vec<u8> {
    let mut inner = vec![0x82, 0x03, 0x0f];
    for _ in 1..levels {
        inner = built(|w| {
            let Ok(()) = w.array(2);
            // run-sequence
            let Ok(()) = w.uint(32);
            let Ok(()) = w.bytes(&inner);
        });
    }
    inner
}

/// Where the innermost of nested sequences begins.
fn innermost(sequences: &[u8]) -> usize {
    sequences.len() - 3
}

#[test]
fn depth() {
    assert_eq!(DEPTH_MAX, 24);
    assert_eq!(check(SECTION, &nested(24)), Ok(()));
    let deep = nested(25);
    assert_eq!(check(SECTION, &deep), Err(Error::new(ErrorKind::TooDeep, innermost(&deep))));
    // The same for one who goes on: the one fault, and no more than the places there are.
    let found = lenient(SECTION, &deep);
    assert_eq!(found.faults, [Error::new(ErrorKind::TooDeep, innermost(&deep))]);
    let far = lenient(SECTION, &nested(1000)).deepest;
    // Each open value and the byte string around it.
    assert!(far <= 2 * OPEN_MAX, "{far} values open");
}

/// A manifest around a section takes one level of its own.
#[test]
fn depth_in_a_manifest() {
    let manifest = |levels| {
        built(|w| {
            let Ok(()) = w.map(4);
            let Ok(()) = w.raw(&[1, 1, 2, 0, 3, 0x44, 0xa1, 2, 0x81, 0x80, 7]);
            let Ok(()) = w.bytes(&nested(levels));
        })
    };
    assert!(Manifest::parse(Reader::new(&manifest(23))).is_ok());
    let deep = manifest(24);
    let error = Manifest::parse(Reader::new(&deep)).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::TooDeep, innermost(&deep)));
}

/// Arrays where anything may stand.
#[test]
fn depth_of_free_values() {
    // COSE_Sign1, its header and the arrays are levels; the tag is one too.
    let block = |arrays: usize| {
        let mut block = vec![0xd2, 0x84, 0x40, 0xa1, 0x18, 0x63];
        block.extend(vec![0x81; arrays]);
        block.extend([0x00, 0xf6, 0x40]);
        block
    };
    assert_eq!(check(BLOCK, &block(21)), Ok(()));
    assert_eq!(check(BLOCK, &block(22)), Err(Error::new(ErrorKind::TooDeep, 6 + 21)));
    assert!(Block::parse(Reader::new(&block(22))).is_err());
}

/// A manifest with this many components, or with a common of another kind.
fn manifest_with(common: &[u8]) -> Vec<u8> {
    built(|w| {
        let Ok(()) = w.map(3);
        let Ok(()) = w.raw(&[1, 1, 2, 0, 3]);
        let Ok(()) = w.bytes(common);
    })
}

fn identifiers(count: u32) -> Vec<u8> {
    built(|w| {
        let Ok(()) = w.array(usize::try_from(count).unwrap());
        for number in 0..count {
            let Ok(()) = w.array(1);
            let Ok(()) = w.bytes(&number.to_be_bytes());
        }
    })
}

#[test]
fn components() {
    assert_eq!(COMPONENTS_MAX, 255);
    let manifest = |count| manifest_with(&[&[0xa1, 2][..], &identifiers(count)].concat());
    let most = manifest(255);
    let parsed = Manifest::parse(Reader::new(&most)).unwrap();
    assert_eq!(parsed.components().len(), 255);
    assert_eq!(parsed.components().get(254).unwrap().parts().next(), Some(&[0, 0, 0, 254][..]));
    assert!(parsed.components().get(255).is_none());
    let more = manifest(256);
    let at = more.windows(3).position(|bytes| bytes == [0x99, 1, 0]).unwrap();
    assert_eq!(Manifest::parse(Reader::new(&more)).unwrap_err(), Error::new(ErrorKind::TooManyItems, at));
}

#[test]
fn dependencies() {
    let manifest = |count: u64| {
        manifest_with(&built(|w| {
            let Ok(()) = w.map(2);
            let Ok(()) = w.uint(1);
            let Ok(()) = w.map(usize::try_from(count).unwrap());
            for index in 0..count {
                let Ok(()) = w.uint(index);
                let Ok(()) = w.map(0);
            }
            let Ok(()) = w.raw(&[2, 0x81, 0x80]);
        }))
    };
    let most = manifest(255);
    assert_eq!(Manifest::parse(Reader::new(&most)).unwrap().dependencies().len(), 255);
    let more = manifest(256);
    let at = more.windows(3).position(|bytes| bytes == [0xb9, 1, 0]).unwrap();
    assert_eq!(Manifest::parse(Reader::new(&more)).unwrap_err(), Error::new(ErrorKind::TooManyEntries, at));
}

/// All dependencies are asked for each index: one who goes on with too many of them would wait for hours.
#[test]
fn too_many_dependencies_are_not_searched() {
    let (dependencies, commands) = (40_000_u64, 40_000);
    let common = built(|w| {
        let Ok(()) = w.map(2);
        let Ok(()) = w.uint(1);
        let Ok(()) = w.map(usize::try_from(dependencies).unwrap());
        for index in 0..dependencies {
            let Ok(()) = w.uint(index);
            let Ok(()) = w.map(0);
        }
        let Ok(()) = w.raw(&[2, 0x81, 0x80]);
    });
    let section = built(|w| {
        let Ok(()) = w.array(2 * commands);
        for _ in 0..commands {
            // set-component-index
            let Ok(()) = w.uint(12);
            let Ok(()) = w.uint(COMPONENTS_MAX.into());
        }
    });
    let manifest = built(|w| {
        let Ok(()) = w.map(4);
        let Ok(()) = w.raw(&[1, 1, 2, 0, 3]);
        let Ok(()) = w.bytes(&common);
        let Ok(()) = w.uint(7);
        let Ok(()) = w.bytes(&section);
    });
    let found = lenient(MANIFEST, &manifest).faults;
    assert_eq!(found.first().map(|fault| fault.kind), Some(ErrorKind::TooManyEntries));
    // Index 255 is that of the 256th, which isn't among those that are searched.
    let unknown = found.iter().filter(|fault| fault.kind == ErrorKind::ComponentIndex).count();
    assert_eq!(unknown, commands);
}

#[test]
fn indices_in_a_list() {
    let section = |count: usize| {
        built(|w| {
            let Ok(()) = w.array(2);
            // set-component-index
            let Ok(()) = w.uint(12);
            let Ok(()) = w.array(count);
            for index in 0..count {
                let Ok(()) = w.uint(u64::try_from(index).unwrap());
            }
        })
    };
    assert_eq!(check(SECTION, &section(255)), Ok(()));
    assert_eq!(check(SECTION, &section(256)), Err(Error::new(ErrorKind::TooManyItems, 2)));
}

#[test]
fn header_labels() {
    assert_eq!(UNORDERED_MAX, 16);
    let header = |count: usize| {
        built(|w| {
            let Ok(()) = w.raw(&[0xd2, 0x84, 0x40]);
            let Ok(()) = w.map(count);
            for label in 0..count {
                let Ok(()) = w.int(-70_000 - i64::try_from(label).unwrap());
                let Ok(()) = w.null();
            }
            let Ok(()) = w.raw(&[0xf6, 0x40]);
        })
    };
    assert!(Block::parse(Reader::new(&header(16))).is_ok());
    let error = Block::parse(Reader::new(&header(17))).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::TooManyEntries, 3));
    // The same for a map in the value of a label that nobody knows.
    let nested = |count: usize| {
        built(|w| {
            let Ok(()) = w.raw(&[0xd2, 0x84, 0x40, 0xa1, 0x18, 0x63]);
            let Ok(()) = w.map(count);
            for key in 0..count {
                let Ok(()) = w.uint(u64::try_from(count - key).unwrap());
                let Ok(()) = w.null();
            }
            let Ok(()) = w.raw(&[0xf6, 0x40]);
        })
    };
    assert!(Block::parse(Reader::new(&nested(16))).is_ok());
    let error = Block::parse(Reader::new(&nested(17))).unwrap_err();
    assert_eq!(error, Error::new(ErrorKind::TooManyEntries, 6));
}

/// The last of sixteen labels that is the first again: the search goes that far.
#[test]
fn duplicates_to_the_end() {
    let header = |last: i64| {
        built(|w| {
            let Ok(()) = w.raw(&[0xd2, 0x84, 0x40]);
            let Ok(()) = w.map(16);
            for label in 0..15 {
                let Ok(()) = w.int(-1 - label);
                let Ok(()) = w.null();
            }
            let Ok(()) = w.int(last);
            let Ok(()) = w.raw(&[0xf6, 0xf6, 0x40]);
        })
    };
    assert!(Block::parse(Reader::new(&header(-16))).is_ok());
    for again in [-1, -8, -15] {
        let error = Block::parse(Reader::new(&header(again))).unwrap_err();
        assert_eq!(error, Error::new(ErrorKind::DuplicateKey, 4 + 2 * 15), "{again}");
    }
}

/// Language tags: 1 to 8 letters, then groups of 1 to 8 letters and digits.
#[test]
fn language_tags() {
    let text = |tag: &str| {
        built(|w| {
            let Ok(()) = w.map(1);
            let Ok(()) = w.text(tag);
            let Ok(()) = w.raw(&[0xa1, 1, 0x60]);
        })
    };
    for tag in ["a", "en", "abcdefgh", "de-CH-1901", "sl-rozaj-biske", "x-12345678"] {
        assert_eq!(check(LANGUAGES, &text(tag)), Ok(()), "{tag}");
    }
    for tag in ["", "-", "en-", "-en", "abcdefghi", "e1", "en--us", "en_us", "en-123456789", "e\u{f1}"] {
        assert_eq!(check(LANGUAGES, &text(tag)), Err(Error::new(ErrorKind::LanguageTag, 1)), "{tag}");
    }
}
