//! Bad descriptions, each with one fault: what `suit build` says, where, with which number and next step; that nothing
//! is left behind; and what the JSON Schema says of them. Good ones: that the schema takes them.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a helper of tests that fails has to fail the test"
)]

mod signing;

use serde::Deserialize;
use signing::Place;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is expected of a bad description.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    #[serde(default)]
    arguments: Vec<String>,
    code: String,
    exit: i32,
    /// File, line and column.
    place: Option<String>,
    message: String,
    help: Option<String>,
    /// `refuses`, or `accepts: ` and the reason.
    schema: String,
}

fn crate_folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn bad_folder() -> PathBuf {
    crate_folder().join("tests/bad-descriptions")
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| endings.iter().any(|known| ending == *known)))
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn expected() -> BTreeMap<String, Expected> {
    toml::from_str(&std::fs::read_to_string(bad_folder().join("expected.toml")).unwrap()).unwrap()
}

/// All bad descriptions; a file without an expectation fails, and so does an expectation without a file.
fn bad_descriptions() -> Vec<(PathBuf, Expected)> {
    let mut expected = expected();
    let cases: Vec<_> = files(&bad_folder(), &["toml", "json"])
        .into_iter()
        .filter(|path| name(path) != "expected.toml")
        .map(|path| {
            let expected =
                expected.remove(&name(&path)).unwrap_or_else(|| panic!("{}: nothing expected", name(&path)));
            (path, expected)
        })
        .collect();
    assert!(expected.is_empty(), "no such files: {:?}", expected.keys());
    assert!(cases.len() >= 45);
    cases
}

#[test]
fn each_fault_is_named_where_it_is_and_nothing_is_left() {
    let mut wrong = Vec::new();
    for (path, expected) in bad_descriptions() {
        let file = name(&path);
        let place = Place::new();
        place.write(&file, std::fs::read(&path).unwrap()).write("eight.bin", "12345678");
        let before = place.files();
        let mut arguments = vec!["build", &file, "--format", "json"];
        arguments.extend(expected.arguments.iter().map(String::as_str));
        let ran = place.suit(&arguments);
        // Warnings come first; the failure is the last line.
        let said: serde_json::Value = match ran.err.lines().last().map(serde_json::from_str) {
            Some(Ok(said)) => said,
            _ => panic!("{file}: {ran:?}"),
        };
        let text = |field: &str| said.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
        let found = said
            .get("line")
            .map(|line| format!("{}:{line}:{}", said["file"].as_str().unwrap(), said["column"]));
        let got = (ran.status, text("code"), text("message"), text("help"), found);
        let wanted = (
            expected.exit,
            Some(expected.code.clone()),
            Some(expected.message.clone()),
            expected.help.clone(),
            expected.place.clone(),
        );
        if got != wanted {
            wrong.push(format!("{file}\n   got {got:?}\nwanted {wanted:?}"));
        }
        assert!(ran.out.is_empty(), "{file}: {ran:?}");
        assert_eq!(place.files(), before, "{file} left something");
        // The form for people has the same number and place.
        let people = place.suit(
            &arguments
                .iter()
                .copied()
                .filter(|word| !["--format", "json"].contains(word))
                .collect::<Vec<_>>(),
        );
        assert_eq!(people.status, expected.exit, "{file}");
        assert!(people.err.contains(&format!("[{}]", expected.code)), "{file}: {}", people.err);
        assert!(!people.err.contains("panicked"), "{file}: {}", people.err);
        if let Some(place) = &expected.place {
            assert!(people.err.contains(&format!("--> {place}\n")), "{file}: {}", people.err);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The JSON that a description stands for, where it is TOML or JSON at all.
fn as_json(path: &Path) -> Option<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    if path.extension().is_some_and(|ending| ending == "json") {
        serde_json::from_str(&text).ok()
    } else {
        serde_json::to_value(dates_as_text(text.parse().map(toml::Value::Table).ok()?)).ok()
    }
}

/// JSON has no dates.
fn dates_as_text(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::Datetime(time) => toml::Value::String(time.to_string()),
        toml::Value::Array(list) => toml::Value::Array(list.into_iter().map(dates_as_text).collect()),
        toml::Value::Table(table) => {
            toml::Value::Table(table.into_iter().map(|(key, value)| (key, dates_as_text(value))).collect())
        }
        other => other,
    }
}

/// The committed schema.
fn schema() -> jsonschema::Validator {
    let path = crate_folder().join("../schemas/manifest-description.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn the_schema_refuses_the_bad_descriptions_that_it_can() {
    let schema = schema();
    let mut wrong = Vec::new();
    for (path, expected) in bad_descriptions() {
        let accepts = as_json(&path).is_none_or(|json| schema.is_valid(&json));
        let wanted = match expected.schema.split_once(": ") {
            Some(("accepts", reason)) => !reason.is_empty(),
            _ => {
                assert_eq!(expected.schema, "refuses", "{}", name(&path));
                false
            }
        };
        if accepts != wanted {
            wrong.push(format!("{}: accepts is {accepts}, not {wanted}", name(&path)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_schema_takes_every_good_description() {
    let schema = schema();
    let folders = ["../testvectors/published", "tests/builds"];
    let mut count = 0;
    for path in folders.iter().flat_map(|folder| files(&crate_folder().join(folder), &["toml", "json"])) {
        let json = as_json(&path).unwrap_or_else(|| panic!("{}", path.display()));
        let errors: Vec<_> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", path.display());
        count += 1;
    }
    assert!(count >= 22, "{count}");
}
