//! Writes docs/conformance.md: which test covers which rule, from the names of the tests, the `rule` fields of the vectors
//! and docs/conformance.toml.
//!
//! It fails if a rule that a device has to keep has neither test nor reason, if one has both, and if a test or vector names
//! a rule that isn't there.

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Crates whose tests are looked through.
const CRATES: [&str; 3] = ["suit-core", "suit-verify-nostd", "suit-cli"];

/// Tests and vectors that are named for one rule; the number is always given.
const NAMED: usize = 3;

/// How a table of docs/conformance.toml is written.
struct Kind {
    table: &'static str,
    title: &'static str,
    about: &'static str,
    /// What stands before the name in names of tests, in lower case.
    prefix: &'static str,
}

const KINDS: [Kind; 4] = [
    Kind {
        table: "rules",
        title: "Rules",
        about: "Roles: E authors and tools, V verifier, X executor, D device around it, T reports.",
        prefix: "",
    },
    Kind {
        table: "readings",
        title: "Readings",
        about: "Questions that the texts leave open, and how they are answered: see [readings](design/readings.md).",
        prefix: "",
    },
    Kind {
        table: "requirements",
        title: "Requirements of RFC 9124 §4.3 and §4.5",
        about: "The names leave out `REQ`.",
        prefix: "req_",
    },
    Kind {
        table: "threats",
        title: "Threats of RFC 9124 §4.2",
        about: "Each test is the attack, refused. The names leave out `THREAT`.",
        prefix: "threat_",
    },
];

/// A test or vector: its name, and its file from the top of the repository.
type Found = (String, String);

fn main() -> ExitCode {
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository");
    let text = std::fs::read_to_string(top.join("docs/conformance.toml")).expect("docs/conformance.toml");
    let rules: toml::Table = text.parse().expect("docs/conformance.toml");
    let known = known(&rules);
    let mut complaints = Vec::new();
    let mut tests = BTreeMap::<String, BTreeSet<Found>>::new();
    let mut vectors = BTreeMap::<String, BTreeSet<Found>>::new();
    for folder in CRATES {
        for file in files(&top.join(folder), "rs") {
            let place = place(&top, &file);
            for name in test_names(&std::fs::read_to_string(&file).expect("a source file")) {
                match named(&name, &known) {
                    Ok(ids) => note(&mut tests, ids, &(name, place.clone())),
                    Err(id) => complaints.push(format!("{place}: {name} names {id}, which isn't there")),
                }
            }
        }
    }
    for file in files(&top.join("testvectors"), "toml") {
        let table: toml::Table =
            std::fs::read_to_string(&file).expect("a vector").parse().expect("a vector's table");
        let Some(field) = table.get("rule").and_then(toml::Value::as_str) else { continue };
        let place = place(&top, &file);
        let name = place.trim_start_matches("testvectors/").trim_end_matches(".toml").to_owned();
        match of_vector(field, &known) {
            Ok(ids) => note(&mut vectors, ids, &(name, place)),
            Err(id) => complaints.push(format!("{place}: rule {id} isn't there")),
        }
    }
    let document = document(&rules, &tests, &vectors, &mut complaints);
    if !complaints.is_empty() {
        eprintln!("{}", complaints.join("\n"));
        return ExitCode::FAILURE;
    }
    std::fs::write(top.join("docs/conformance.md"), document).expect("docs/conformance.md");
    ExitCode::SUCCESS
}

fn note(all: &mut BTreeMap<String, BTreeSet<Found>>, ids: Vec<String>, found: &Found) {
    for id in ids {
        all.entry(id).or_default().insert(found.clone());
    }
}

/// Every rule, by the way it is written in names of tests.
fn known(rules: &toml::Table) -> BTreeMap<String, String> {
    let mut known = BTreeMap::new();
    for kind in &KINDS {
        for id in rules[kind.table].as_table().expect("a table").keys() {
            known.insert(format!("{}{}", kind.prefix, id.to_lowercase().replace('-', "_")), id.clone());
        }
    }
    known
}

fn place(top: &Path, file: &Path) -> String {
    file.strip_prefix(top).expect("inside").display().to_string()
}

/// All files with this ending, but for what the compiler made.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                if !path.ends_with("target") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|it| it == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Names of the functions behind `#[test]`.
fn test_names(source: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut test = false;
    for line in source.lines().map(str::trim) {
        if line.starts_with("#[test]") {
            test = true;
        } else if let Some(rest) = line.strip_prefix("fn ").filter(|_| test) {
            names.push(rest.split(['(', '<']).next().unwrap_or_default().to_owned());
            test = false;
        } else if !line.starts_with("#[") && !line.starts_with("//") && !line.is_empty() {
            test = false;
        }
    }
    names
}

/// The rules that a test is named after: `p_038_a_21_…`, `threat_img_expired_…`. Those of other lists, such as `s10_…`,
/// are passed over.
///
/// # Errors
/// What looks like a rule and isn't there.
fn named(name: &str, known: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    let mut rest = name;
    loop {
        let longest = known
            .iter()
            .filter(|(way, _)| {
                rest.strip_prefix(way.as_str()).is_some_and(|it| it.is_empty() || it.starts_with('_'))
            })
            .max_by_key(|(way, _)| way.len());
        if let Some((way, id)) = longest {
            found.push(id.clone());
            rest = rest[way.len()..].trim_start_matches('_');
            continue;
        }
        let word = rest.split('_').next().unwrap_or_default();
        let number = |word: &str| !word.is_empty() && word.bytes().all(|it| it.is_ascii_digit());
        if word.strip_prefix('s').is_some_and(number) {
            rest = rest[word.len()..].trim_start_matches('_');
            continue;
        }
        let second = rest.split('_').nth(1).unwrap_or_default();
        let looks_like = match word {
            "p" | "a" => number(second),
            "threat" | "req" => true,
            _ => false,
        };
        return if looks_like { Err(rest.to_owned()) } else { Ok(found) };
    }
}

/// The rules in the field of a vector: `P-038, A-21, threat IMG-EXPIRED`; sections of documents are passed over.
fn of_vector(field: &str, known: &BTreeMap<String, String>) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    for word in field.split(", ") {
        let lower = word.to_lowercase().replace(['-', ' '], "_");
        if let Some(id) = known.get(&lower) {
            found.push(id.clone());
        } else if ["P-", "A-", "threat ", "req "].iter().any(|it| word.starts_with(it)) {
            return Err(word.to_owned());
        }
    }
    Ok(found)
}

fn document(
    rules: &toml::Table,
    tests: &BTreeMap<String, BTreeSet<Found>>,
    vectors: &BTreeMap<String, BTreeSet<Found>>,
    complaints: &mut Vec<String>,
) -> String {
    let reasons = rules["reasons"].as_table().expect("reasons");
    let mut text = String::from(
        "# Which test covers which rule\n\n\
         Made by `cargo run -p testvectors-generator --example conformance` from the names of the tests, the `rule` fields \
         of the [test vectors](../testvectors/README.md) and [conformance.toml](conformance.toml); CI demands that nothing \
         changes.\n\n\
         M: draft-ietf-suit-manifest-37. TD: draft-ietf-suit-trust-domains-12. UM: draft-ietf-suit-update-management-14. \
         FE: draft-ietf-suit-firmware-encryption-24. R: draft-ietf-suit-report-18. IM: RFC 9124.\n",
    );
    for kind in &KINDS {
        let table = rules[kind.table].as_table().expect("a table");
        let mut rows = String::new();
        let mut covered = 0;
        for (id, rule) in table {
            let field = |name: &str| rule.get(name).and_then(toml::Value::as_str);
            let found = [tests, vectors].map(|all| all.get(id));
            let why = field("why").map(|why| reasons.get(why).and_then(toml::Value::as_str).unwrap_or(why));
            let for_authors = field("roles") == Some("E");
            let is_covered = found.iter().any(Option::is_some);
            covered += usize::from(is_covered);
            let cell = match (is_covered, why) {
                (true, None) => cell(found),
                (true, Some(_)) => {
                    complaints.push(format!("{id} has a test, and a reason why it has none"));
                    continue;
                }
                (false, Some(why)) => format!("— {why}"),
                (false, None) if for_authors => "— for authors".to_owned(),
                (false, None) => {
                    complaints.push(format!("{id} has neither a test nor a reason why it has none"));
                    continue;
                }
            };
            let said = field("text").expect("a text");
            match (field("roles"), field("source")) {
                (Some(roles), Some(source)) => {
                    writeln!(rows, "| {id} | {roles} | {source} | {said} | {cell} |")
                }
                _ => writeln!(
                    rows,
                    "| {} | {said} | {cell} |",
                    id.replace('-', if id.starts_with("A-") { "-" } else { "." })
                ),
            }
            .expect("memory");
        }
        let head = if kind.table == "rules" {
            "| rule | roles | source | what | tests |\n|---|---|---|---|---|\n"
        } else {
            "| | what | tests |\n|---|---|---|\n"
        };
        write!(
            text,
            "\n## {}\n\n{} {covered} of {} have a test.\n\n{head}{rows}",
            kind.title,
            kind.about,
            table.len()
        )
        .expect("memory");
    }
    text
}

/// Tests and vectors of one rule.
fn cell([tests, vectors]: [Option<&BTreeSet<Found>>; 2]) -> String {
    let part = |found: &BTreeSet<Found>, one: &str, many: &str| {
        let links: Vec<_> =
            found.iter().take(NAMED).map(|(name, place)| format!("[{name}](../{place})")).collect();
        let more = if found.len() > NAMED { ", …" } else { "" };
        let word = if found.len() == 1 { one } else { many };
        format!("{} {word}: {}{more}", found.len(), links.join(", "))
    };
    let parts = [
        tests.map(|found| part(found, "test", "tests")),
        vectors.map(|found| part(found, "vector", "vectors")),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
