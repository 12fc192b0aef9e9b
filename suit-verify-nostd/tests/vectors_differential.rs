//! Our reader and ciborium on the same bytes: where both accept, they see the same; where only ciborium accepts, or only
//! we do, `testvectors/differences.toml` says so and why.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors_support;

use std::collections::{BTreeMap, BTreeSet};
use suit_core::cbor::{Major, Reader};
use suit_core::grammar::{ENVELOPE, ENVELOPE_TAGGED, Item, Value, Visitor, walk};
use suit_core::{Error, ErrorKind};
use vectors_support::neutral::{Compared, Neutral, agree, by_ciborium, by_reader, compare};
use vectors_support::{home, vectors};

#[test]
fn both_see_the_same() {
    let mut sum = Compared::default();
    let mut ours_only = BTreeSet::new();
    for vector in vectors() {
        let compared = compare(&vector.suit).unwrap_or_else(|e| panic!("{}: {e}", vector.path));
        if compared.ours_only > 0 {
            ours_only.insert(vector.path.clone());
        }
        sum += compared;
    }
    println!("{sum:?}");
    assert!(sum.both > 2000, "hardly anything was compared: {sum:?}");
    assert_eq!(ours_only, names("only_we_accept").into_keys().collect(), "differences.toml, only_we_accept");
}

/// Collects the content of every byte string that holds CBOR, faults or not.
#[derive(Default)]
struct Contents<'a>(Vec<&'a [u8]>);

impl<'a> Visitor<'a> for Contents<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        if let Value::Wrapped(content) = item.value {
            self.0.push(content);
        }
        Ok(())
    }
}

fn ciborium_accepts(document: &[u8]) -> bool {
    let mut contents = Contents::default();
    let mut reader = Reader::new(document);
    let tagged = reader.peek() != Some(Major::Map);
    walk(if tagged { ENVELOPE_TAGGED } else { ENVELOPE }, &mut reader, &mut contents).unwrap();
    contents.0.push(document);
    contents.0.iter().all(|content| by_ciborium(content).is_some())
}

fn names(table: &str) -> BTreeMap<String, String> {
    let file: toml::Table =
        std::fs::read_to_string(home().join("differences.toml")).unwrap().parse().unwrap();
    let reasons = file[table].as_table().unwrap();
    reasons.iter().map(|(name, reason)| (name.clone(), reason.as_str().unwrap().to_owned())).collect()
}

/// Numbers of the kinds that are about the encoding: 101 to 199.
fn is_about_encoding(name: &str) -> bool {
    let kinds = [
        ErrorKind::Truncated,
        ErrorKind::ReservedHead,
        ErrorKind::LongHead,
        ErrorKind::IndefiniteLength,
        ErrorKind::UnexpectedBreak,
        ErrorKind::TrailingBytes,
        ErrorKind::DuplicateKey,
        ErrorKind::KeyOrder,
        ErrorKind::InvalidUtf8,
        ErrorKind::UnsupportedSimple,
        ErrorKind::TooDeep,
        ErrorKind::IntegerRange,
        ErrorKind::TooManyEntries,
    ];
    kinds.iter().any(|kind| kind.name() == name)
}

#[test]
fn where_ciborium_is_laxer() {
    let mut laxer = BTreeMap::<String, Vec<String>>::new();
    let mut seen = BTreeSet::new();
    for vector in vectors() {
        let Some(error) = vector.text("error").or(vector.text("shown")) else {
            if !names("only_we_accept").contains_key(&vector.path) {
                assert!(ciborium_accepts(&vector.suit), "{}: ciborium refuses a sound vector", vector.path);
            }
            continue;
        };
        if is_about_encoding(error) {
            seen.insert(error.to_owned());
            if ciborium_accepts(&vector.suit) {
                laxer.entry(error.to_owned()).or_default().push(vector.path.clone());
            }
        }
    }
    let listed: BTreeSet<_> = names("only_ciborium_accepts").into_keys().collect();
    let found: BTreeSet<_> = laxer.into_keys().collect();
    assert_eq!(found, listed, "differences.toml, only_ciborium_accepts");
    assert_eq!(seen.len(), 13, "each kind of fault in the encoding has a vector: {seen:?}");
}

#[test]
fn bignums_have_another_form() {
    // 256 and -257 as bignums: a tag to us, integers to ciborium.
    let bignums = [(&[0xc2, 0x42, 1, 0], 256), (&[0xc3, 0x42, 1, 0], -257)];
    for (encoding, value) in bignums {
        assert_eq!(by_ciborium(encoding), Some(value.into()));
        let ours = by_reader(encoding).unwrap();
        assert!(matches!(ours, Neutral::Tag(..)), "{ours:?}");
        assert!(agree(&ours, &value.into()));
        assert!(!agree(&ours, &(value + 1).into()));
    }
    assert_eq!(
        names("other_form").into_keys().collect::<Vec<_>>(),
        ["bignum"],
        "differences.toml, other_form"
    );
}
