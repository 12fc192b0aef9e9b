//! Device files, each with one fault: what `suit simulate` says, where, with which number and next step; that nothing is
//! left behind; and what the JSON Schema says of them.
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use serde::Deserialize;
use signing::Place;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What is expected of a bad device file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    code: String,
    exit: i32,
    /// File, line and column.
    place: Option<String>,
    message: String,
    help: Option<String>,
    /// `refuses`, or `accepts: ` and the reason.
    schema: String,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad-devices")
}

/// All bad device files; a file without an expectation fails, and so does an expectation without a file.
fn cases() -> Vec<(String, String, Expected)> {
    let text = |name: &str| std::fs::read_to_string(folder().join(name)).unwrap();
    let mut expected: BTreeMap<String, Expected> = toml::from_str(&text("expected.toml")).unwrap();
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "expected.toml")
        .collect();
    names.sort();
    let cases: Vec<_> = names
        .into_iter()
        .map(|name| {
            let expected = expected.remove(&name).unwrap_or_else(|| panic!("{name}: nothing expected"));
            (text(&name), name, expected)
        })
        .map(|(text, name, expected)| (name, text, expected))
        .collect();
    assert!(expected.is_empty(), "no such files: {:?}", expected.keys());
    assert!(cases.len() >= 41);
    cases
}

#[test]
fn each_fault_is_named_where_it_is_and_nothing_is_left() {
    let mut wrong = Vec::new();
    for (name, text, expected) in cases() {
        let place = Place::with_example();
        place.write(&name, text).write("eight.bin", "12345678");
        let before = place.files();
        let line = format!("simulate fw.suit --device {name} --trust k1.pub --state new");
        let ran = place.say(&format!("{line} --format json"));
        let said: serde_json::Value = match ran.err.lines().last().map(serde_json::from_str) {
            Some(Ok(said)) => said,
            _ => panic!("{name}: {ran:?}"),
        };
        let text = |field: &str| said.get(field).and_then(serde_json::Value::as_str).map(str::to_owned);
        let found = said
            .get("line")
            .map(|line| format!("{}:{line}:{}", said["file"].as_str().unwrap(), said["column"]));
        let got = (ran.status, text("code"), text("message"), text("help"), found);
        let Expected { code, exit, message, help, place: at, .. } = expected;
        let wanted = (exit, Some(code.clone()), Some(message), help, at.clone());
        if got != wanted {
            wrong.push(format!("{name}\n   got {got:?}\nwanted {wanted:?}"));
        }
        // The form for people has the same number and place.
        let people = place.say(&line);
        assert_eq!((people.status, people.text()), (exit, ""), "{name}");
        assert!(people.err.starts_with(&format!("error[{code}]: ")), "{name}: {}", people.err);
        if let Some(at) = at {
            assert!(people.err.contains(&format!("--> {at}\n")), "{name}: {}", people.err);
        }
        assert_eq!(place.files(), before, "{name} left something");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn as_json(name: &str, text: &str) -> serde_json::Value {
    if name.ends_with(".json") {
        serde_json::from_str(text).unwrap()
    } else {
        serde_json::to_value(text.parse::<toml::Table>().unwrap()).unwrap()
    }
}

/// The committed schema.
fn schema() -> jsonschema::Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/device.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

#[test]
fn the_schema_refuses_the_bad_device_files_that_it_can() {
    let schema = schema();
    let mut wrong = Vec::new();
    for (name, text, expected) in cases() {
        let accepts = schema.is_valid(&as_json(&name, &text));
        let wanted = match expected.schema.split_once(": ") {
            Some(("accepts", reason)) => !reason.is_empty(),
            _ => {
                assert_eq!(expected.schema, "refuses", "{name}");
                false
            }
        };
        if accepts != wanted {
            wrong.push(format!("{name}: accepts is {accepts}, not {wanted}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A device file with everything in it.
const EVERYTHING: &str = r#"
format = "suit-device/1"
name = "everything"
[identity]
vendor = ["example.com", "pen:32473"]
class = ["door-lock-r3", "uuid:1492af14-2569-5e48-bf42-9b2d51f2ab45"]
device = "uuid:1492af14-2569-5e48-bf42-9b2d51f2ab45"
[storage]
write-size = 8
erase-size = "4 KiB"
[[component]]
id = ["hex:00", "firmware"]
capacity = "0x1_0000"
slots = [{ slot = 0, content = "hex:0011" }, { slot = 1, file = "eight.bin" }, { slot = 7 }]
running = 7
version = [1, 2]
identity = { class = "other" }
[[component]]
id = []
capacity = 8
file = { file = "eight.bin", kind = "bin", sections = "raw" }
version = "1.2.3-rc.1"
[files]
under = ["usr"]
capacity = "64 KiB"
directory = "."
[uris]
"coap://host/fw.bin" = "eight.bin"
"coap://host/" = "."
[now]
time = "2026-11-25T12:00:00Z"
zone = "CET-1CEST,M3.5.0,M10.5.0/3"
battery = "4 Wh"
power = 1
network = -1
permits-priority = 10
radio = -80
free-storage = "1 MiB"
free-ram = 4096
[supports]
trust-domains = true
update-management = true
custom-commands = [-300]
custom-parameters = [-257, -258]
[rules]
strictly-newer = true
demand-identity = true
[owner]
blackout = { windows = [{ from = "20:00", to = "04:30", days = ["friday", 6] }], lets-fetch = true }
radio-min = -95
storage-free = "16 KiB"
ram-free = 1024
veto = [["boot"]]
critical = { priority = -1, ignores-blackout = true, ignores-radio = false }
[limits]
commands = 500
components = 8
parameters = 30
sequences = 10
buffer = 128
dependencies = 2
dependency-room = "2 KiB"
ram = "2 KiB"
[[other-device]]
id = "hex:0102"
version = "3.1"
"#;

#[test]
fn good_device_files_are_taken_by_the_tool_and_by_the_schema() {
    let schema = schema();
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/devices");
    let mut files: Vec<(String, String)> = std::fs::read_dir(demo)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    assert!(!files.is_empty());
    let starter = Place::new().say("new --device --vendor example.com --class lamp").ok();
    files.push(("starter.toml".to_owned(), starter.text().to_owned()));
    files.push(("everything.toml".to_owned(), EVERYTHING.to_owned()));
    for (name, text) in files {
        let errors: Vec<_> =
            schema.iter_errors(&as_json(&name, &text)).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    // Taken: what is refused is the envelope, for this device.
    let place = Place::with_example();
    place.write("everything.toml", EVERYTHING).write("eight.bin", "12345678");
    place.say("new --device --vendor example.com --class lamp -o starter.toml").done();
    for name in ["everything.toml", "starter.toml"] {
        let ran = place.suit(&["simulate", "fw.suit", "--device", name, "--trust", "k1.pub"]);
        assert!(ran.err.starts_with("refused[E0501]: manifest is not signed\n"), "{name}: {}", ran.err);
    }
}

#[test]
fn the_next_step_of_a_new_device_file_can_be_followed() {
    let ran = Place::new().say("new --device -o d.toml").done();
    assert_eq!(ran.err, "wrote d.toml: edit it, then run suit simulate ENV --device d.toml --trust KEY\n");
}
