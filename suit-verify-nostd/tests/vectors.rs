//! Every vector of `testvectors/` has the fate that the table beside it states.

#![allow(clippy::unwrap_used, reason = "tests")]

mod vectors_support;

use std::collections::{BTreeMap, BTreeSet};
use suit_core::cbor::Reader;
use suit_core::grammar::{Context, ENVELOPE, ENVELOPE_TAGGED, Item, Visitor, walk};
use suit_core::{Error, ErrorKind};
use vectors_support::{Outcome, Vector, judge, keys, vectors};

/// What a table may say.
const FIELDS: [&str; 16] = [
    "comment", "rule", "sibling", "keys", "required", "untagged", "verdict", "stage", "error", "detail",
    "offset", "verified", "missing", "shown", "device", "run",
];

fn expected(vector: &Vector) -> Outcome {
    let known = |field: &&String| FIELDS.contains(&field.as_str());
    let unknown: Vec<_> = vector.expected.keys().filter(|field| !known(field)).collect();
    assert!(unknown.is_empty(), "{}: {unknown:?}", vector.path);
    for field in ["comment", "rule"] {
        assert!(vector.text(field).is_some_and(|text| !text.is_empty()), "{}: no {field}", vector.path);
    }
    let owned = |field| vector.text(field).map(str::to_owned);
    if vector.is_accepted() {
        let set = |field| vector.names(field).into_iter().collect();
        return Outcome::Accepted { verified: set("verified"), missing: set("missing") };
    }
    Outcome::Refused {
        stage: ["envelope", "authentication", "manifest", "member"]
            .into_iter()
            .find(|stage| Some(*stage) == vector.text("stage"))
            .unwrap_or_else(|| panic!("{}: stage", vector.path)),
        error: owned("error").unwrap_or_else(|| panic!("{}: error", vector.path)),
        detail: owned("detail"),
        offset: vector.number("offset"),
    }
}

#[test]
fn every_vector_has_its_fate() {
    let all = keys();
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<String, usize>::new();
    for vector in vectors() {
        let names = vector.names("keys");
        let keys: Vec<_> = names.iter().map(|name| &all[name]).collect();
        let required = vector.number("required").map_or(1, |number| number.try_into().unwrap());
        let found = judge(&vector.suit, vector.tagging(), &keys, required);
        let expected = expected(&vector);
        if found != expected {
            wrong.push(format!("{}\n    expected {expected:?}\n    found    {found:?}", vector.path));
        }
        let folder = vector.path.split('/').next().unwrap();
        let verdict = if vector.is_accepted() { "accepted" } else { "refused" };
        *counts.entry(format!("{folder}, {verdict}")).or_default() += 1;
        *counts.entry(format!("all, {verdict}")).or_default() += 1;
    }
    println!("{counts:#?}");
    assert!(wrong.is_empty(), "{} vectors:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts["all, refused"] >= 80 && counts["all, accepted"] >= 40, "vectors are missing");
}

/// Records every fault and goes on, into every layer, as the tools do.
#[derive(Default)]
struct Everything<'a> {
    context: Context<'a>,
    faults: Vec<Error>,
}

impl<'a> Visitor<'a> for Everything<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, error: Error) -> Result<(), Error> {
        self.faults.push(error);
        Ok(())
    }

    fn enter(&mut self, _: &Item<'a>) -> Result<(), Error> {
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        Some(&mut self.context)
    }
}

fn every_fault(document: &[u8]) -> Vec<Error> {
    let mut everything = Everything::default();
    let mut reader = Reader::new(document);
    let tagged = reader.peek() != Some(suit_core::cbor::Major::Map);
    walk(if tagged { ENVELOPE_TAGGED } else { ENVELOPE }, &mut reader, &mut everything).unwrap();
    everything.faults.extend(reader.finish().err());
    everything.faults
}

/// Rules that a walk over one document can't see: they join several places, or come after it.
fn beyond_the_walk(error: &str) -> bool {
    let kinds = [
        ErrorKind::Untagged,
        ErrorKind::AttachedPayload,
        ErrorKind::DuplicateHeader,
        ErrorKind::CriticalHeader,
        ErrorKind::MissingAlgorithm,
        ErrorKind::UnprotectedAlgorithm,
        ErrorKind::UnsupportedRecipient,
        ErrorKind::NoComponents,
        ErrorKind::DuplicateComponent,
        ErrorKind::TextComponent,
    ];
    kinds.iter().any(|kind| kind.name() == error)
}

/// Vectors in which the walk finds more than their one fault, with how many and why.
const MORE: [(&str, usize, &str); 4] = [
    ("structure/not-wrapped-candidate-verification", 3, NO_DIGEST),
    ("structure/not-wrapped-dependency-resolution", 3, NO_DIGEST),
    ("structure/not-wrapped-install", 3, NO_DIGEST),
    ("structure/not-wrapped-payload-fetch", 3, NO_DIGEST),
];
const NO_DIGEST: &str =
    "an array is a digest, and a sequence is none in its length, its algorithm and its value";

#[test]
fn a_refused_vector_has_one_fault() {
    let mut wrong = Vec::new();
    for vector in vectors() {
        let found = every_fault(&vector.suit);
        let places: BTreeSet<_> = found.iter().map(|error| error.offset).collect();
        let fault = vector.text("shown").or(vector.text("error"));
        let sound = match (fault, vector.number("offset")) {
            (Some(name), Some(offset)) if !beyond_the_walk(name) => {
                // What follows from the fault is at the same place.
                found.first().is_some_and(|error| error.kind.name() == name)
                    && places == BTreeSet::from([offset])
            }
            _ => found.is_empty(),
        };
        let more = MORE.iter().find(|(path, ..)| *path == vector.path);
        if more.map_or(!sound, |(_, count, _)| found.len() != *count) {
            wrong.push(format!(
                "{}: {fault:?} at {:?}, found {found:?}",
                vector.path,
                vector.number("offset")
            ));
        }
    }
    assert!(wrong.is_empty(), "{} vectors:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn siblings_are_sound_and_differ() {
    let all: BTreeMap<_, _> = vectors().into_iter().map(|vector| (vector.path.clone(), vector)).collect();
    for vector in all.values() {
        let Some(sibling) = vector.text("sibling") else {
            assert!(vector.is_accepted(), "{}: made from nothing", vector.path);
            continue;
        };
        let sibling = all.get(sibling).unwrap_or_else(|| panic!("{}: no vector {sibling}", vector.path));
        assert!(sibling.is_accepted(), "{}: made from a faulty vector", vector.path);
        // The same document may be refused because of who is trusted, or how it is read.
        let same_terms = ["keys", "required", "untagged"]
            .iter()
            .all(|field| vector.expected.get(*field) == sibling.expected.get(*field));
        assert!(vector.suit != sibling.suit || !same_terms, "{}: nothing was changed", vector.path);
    }
}
