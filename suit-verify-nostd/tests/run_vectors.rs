//! Every executable vector of `testvectors/` ends as the table beside it states, and leaves the trace that stands there.

#![allow(clippy::unwrap_used, reason = "tests")]

mod run_support;
mod vectors_support;

use core::num::NonZeroU8;
use std::collections::BTreeMap;

use run_support::{Ended, World, detail, handle};
use suit_core::labels::Condition;
use suit_verify_nostd::TrustStore;
use vectors_support::{CRYPTO, Vector, keys, vectors};

/// What a run may say.
const FIELDS: [&str; 9] =
    ["procedure", "result", "error", "detail", "manifest", "section", "component", "offset", "after"];

/// Executable vectors.
fn executable() -> Vec<Vector> {
    vectors().into_iter().filter(|vector| vector.path.starts_with("run-")).collect()
}

/// What happened, as the tables write it: everything but the trace, and the trace.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    facts: BTreeMap<&'static str, String>,
    after: BTreeMap<String, String>,
    trace: Vec<String>,
}

fn expected(vector: &Vector, run: &toml::Table, before: BTreeMap<String, String>) -> Outcome {
    let mut outcome = Outcome { facts: BTreeMap::new(), after: before, trace: Vec::new() };
    let known = |field: &&String| FIELDS.contains(&field.as_str()) || *field == "trace";
    let unknown: Vec<_> = run.keys().filter(|field| !known(field)).collect();
    assert!(unknown.is_empty(), "{}: {unknown:?}", vector.path);
    for field in ["result", "error", "detail", "manifest", "section", "component", "offset"] {
        let Some(value) = run.get(field) else { continue };
        outcome.facts.insert(field, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    if let Some(after) = run.get("after") {
        for (id, digest) in after.as_table().unwrap() {
            let old = outcome.after.insert(id.clone(), digest.as_str().unwrap().to_owned());
            assert!(old.is_some(), "{}: no component {id}", vector.path);
        }
    }
    let trace = run["trace"].as_array().unwrap();
    outcome.trace = trace.iter().map(|line| line.as_str().unwrap().to_owned()).collect();
    outcome
}

fn found(world: &mut World, ended: &Ended) -> Outcome {
    let mut facts = BTreeMap::new();
    match ended {
        Ended::Done => {
            facts.insert("result", "done".to_owned());
        }
        Ended::Waiting => {
            facts.insert("result", "waiting".to_owned());
        }
        Ended::Failed(failure) => {
            facts.insert("result", "failed".to_owned());
            facts.insert("error", failure.error.name().to_owned());
            let detail = detail(failure.error);
            if !detail.is_empty() {
                facts.insert("detail", detail);
            }
            if let Some(place) = failure.place {
                if place.manifest != 0 {
                    facts.insert("manifest", place.manifest.to_string());
                }
                facts.insert("section", place.section.name().to_owned());
                facts.insert("component", world.device.name(place.component).to_owned());
                facts.insert("offset", place.offset.to_string());
            }
        }
    }
    let trace = core::mem::take(&mut world.device.trace);
    Outcome { facts, after: world.device.contents(), trace }
}

#[test]
fn every_run_leaves_its_trace() {
    let all = keys();
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<String, usize>::new();
    for vector in executable() {
        let names = vector.names("keys");
        let anchors: Vec<_> = names.iter().map(|name| all[name].anchor()).collect();
        let trust = TrustStore::new(&anchors).unwrap().requiring(NonZeroU8::MIN);
        let mut world = World::new(&vector.path, vector.expected["device"].as_table().unwrap());
        let runs = vector.expected["run"].as_array().unwrap();
        assert!(!runs.is_empty(), "{}: no run", vector.path);
        for (number, run) in runs.iter().enumerate() {
            let run = run.as_table().unwrap();
            let expected = expected(&vector, run, world.device.contents());
            let procedure = run["procedure"].as_str().unwrap();
            let ended = world.run(&vector.suit, vector.tagging(), &trust, CRYPTO, procedure);
            let found = found(&mut world, &ended);
            if found != expected {
                wrong.push(format!(
                    "{}, run {number}\n  expected {expected:#?}\n  found    {found:#?}",
                    vector.path
                ));
            }
            let folder = vector.path.split('/').next().unwrap();
            *counts.entry(format!("{folder}, {}", expected.facts["result"])).or_default() += 1;
            *counts.entry(format!("all, {}", expected.facts["result"])).or_default() += 1;
        }
    }
    println!("{counts:#?}");
    assert!(wrong.is_empty(), "{} runs:\n{}", wrong.len(), wrong.join("\n"));
    assert!(counts["all, done"] >= 60 && counts["all, failed"] >= 60, "vectors are missing");
}

/// The dependency is exchanged in its storage once it has been found authentic: what runs is still what was checked.
#[test]
fn p_047_threat_mfst_toctou_what_changes_in_storage_after_the_check_does_not_run() {
    let vectors = executable();
    let vector = vectors.iter().find(|vector| vector.path == "run-dependencies/started-inside").unwrap();
    let keys = keys();
    let anchors = [keys["k1"].anchor()];
    let trust = TrustStore::new(&anchors).unwrap();
    let mut world = World::new(&vector.path, vector.expected["device"].as_table().unwrap());
    let dependency = handle(&world.device, "dep");
    // The same but for the script that it starts.
    let mut other = world.device.at(dependency).content.clone().unwrap();
    let at = other.windows(7).position(|it| it == b"library").unwrap();
    other[at..at + 7].copy_from_slice(b"malware");
    world.device.tamper = Some((Condition::DependencyIntegrity, dependency, other));
    let ended = world.run(&vector.suit, vector.tagging(), &trust, CRYPTO, "invocation");
    let expected = expected(
        vector,
        vector.expected["run"].as_array().unwrap()[0].as_table().unwrap(),
        BTreeMap::from(["main", "dep", "lib"].map(|id| (id.to_owned(), String::new()))),
    );
    let trace = core::mem::take(&mut world.device.trace);
    assert!(world.device.tamper.is_none(), "nothing was exchanged");
    assert!(trace.len() <= expected.trace.len() && expected.trace.starts_with(&trace), "{trace:?}");
    assert_ne!(world.device.at(handle(&world.device, "lib")).content.as_deref(), Some(&b"malware"[..]));
    // At the end of the section the storage is looked at again, so the run doesn't end well.
    assert!(matches!(ended, Ended::Failed(_)), "{ended:?}");
}

/// A device, or runs, in any other folder would be carried out by nobody.
#[test]
fn executable_vectors_are_in_their_folders() {
    for vector in vectors() {
        let executable = vector.path.starts_with("run-");
        for key in ["device", "run"] {
            assert_eq!(vector.expected.contains_key(key), executable, "{}: {key}", vector.path);
        }
    }
}
