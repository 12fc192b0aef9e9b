//! `suit simulate` on the executable vectors: the virtual device over files ends where the device of the vectors does, at the
//! same command, with the same effects and contents.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use core::fmt::Write as _;
use signing::{Place, Ran, hex, sha256, to_hex};
use std::path::{Path, PathBuf};

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// What a device file can't say, or the virtual device does otherwise: time goes on while it waits; nothing breaks; every
/// custom condition holds; a rehearsal also wants payloads to be there; memory has no directories and links, and does not
/// hold more than it has room for.
fn is_of_another_kind(vector: &toml::Table) -> bool {
    let device = vector["device"].as_table().unwrap();
    let has = |table: &toml::Table, keys: &[&str]| keys.iter().any(|key| table.contains_key(*key));
    let components = device.get("component").and_then(toml::Value::as_array).into_iter().flatten();
    let runs = || vector["run"].as_array().unwrap().iter();
    let waits = |run: &toml::Value| {
        let mut lines = run["trace"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
        lines.any(|line| line == "waiting" || line.ends_with(" directory") || line.ends_with(" symlink"))
    };
    let overflows = |component: &toml::Table| {
        let content = component.get("content").and_then(toml::Value::as_str).map_or(0, str::len);
        let capacity = component.get("capacity").and_then(toml::Value::as_integer).unwrap_or(1000);
        i64::try_from(content / 2).unwrap() > capacity
    };
    has(device, &["floors", "later", "custom"])
        || components
            .map(|it| it.as_table().unwrap())
            .any(|it| has(it, &["kept", "broken", "users"]) || overflows(it))
        || runs().any(|run| run["procedure"].as_str() == Some("rehearsal") || waits(run))
}

/// A list of hexadecimal digits as a list of the device file, each behind this word.
fn list(table: &toml::Table, key: &str, word: impl Fn(&str) -> String) -> Vec<String> {
    let values = table.get(key).and_then(toml::Value::as_array).into_iter().flatten();
    values.map(|value| format!("\"{}\"", word(value.as_str().unwrap()))).collect()
}

fn uuid(digits: &str) -> String {
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    format!("uuid:{}", parts.join("-"))
}

/// The device of a vector as a device file; its payloads are written beside it.
fn device_file(place: &Place, device: &toml::Table) -> String {
    let mut text = "format = \"suit-device/1\"\n[identity]\n".to_owned();
    let mut vendors = list(device, "vendor", uuid);
    vendors.extend(list(device, "vendor-number", |digits| format!("pen-hex:{digits}")));
    for (key, values) in [
        ("vendor", vendors),
        ("class", list(device, "class", uuid)),
        ("device", list(device, "device", uuid)),
    ] {
        writeln!(text, "{key} = [{}]", values.join(", ")).unwrap();
    }
    let number = |key: &str| device.get(key).and_then(toml::Value::as_integer);
    text.push_str("[now]\n");
    if let Some(seconds) = number("now") {
        writeln!(text, "time = {seconds}").unwrap();
    }
    for (key, from) in [
        ("battery", "battery"),
        ("power", "power"),
        ("network", "network"),
        ("permits-priority", "authorized"),
    ] {
        if let Some(value) = number(from) {
            writeln!(text, "{key} = {value}").unwrap();
        }
    }
    text.push_str("[limits]\n");
    for (key, from, usual) in [
        ("commands", "commands", 1000),
        ("components", "targets", 4),
        ("parameters", "settings", 24),
        ("sequences", "frames", 8),
        ("buffer", "buffer", 64),
        ("dependencies", "dependencies", 2),
        ("dependency-room", "room", 2000),
        ("delta", "delta", 2560),
    ] {
        writeln!(text, "{key} = {}", number(from).unwrap_or(usual)).unwrap();
    }
    let options = list(device, "options", str::to_owned);
    text.push_str("[rules]\n");
    for rule in ["strictly-newer", "demand-identity"] {
        writeln!(text, "{rule} = {}", options.contains(&format!("\"{rule}\""))).unwrap();
    }
    text.push_str("[supports]\ncustom-parameters = [-300, -40000, -70000]\n[uris]\n");
    let payloads = device.get("payloads").and_then(toml::Value::as_table).into_iter().flatten();
    for (count, (uri, content)) in payloads.enumerate() {
        place.write(&format!("payload-{count}"), hex(content.as_str().unwrap()));
        writeln!(text, "\"{uri}\" = \"payload-{count}\"").unwrap();
    }
    for component in device.get("component").and_then(toml::Value::as_array).into_iter().flatten() {
        let component = component.as_table().unwrap();
        let id: Vec<_> =
            component["id"].as_str().unwrap().split('/').map(|part| format!("\"{part}\"")).collect();
        let number = |key: &str| component.get(key).and_then(toml::Value::as_integer);
        writeln!(text, "[[component]]\nid = [{}]", id.join(", ")).unwrap();
        writeln!(text, "capacity = {}", number("capacity").unwrap_or(1000)).unwrap();
        let content = component
            .get("content")
            .map(|content| format!("content = \"hex:{}\"", content.as_str().unwrap()));
        match (number("slot"), content) {
            (None, Some(content)) => writeln!(text, "{content}").unwrap(),
            (None, None) => {}
            (Some(slot), content) => {
                let content = content.map(|content| format!(", {content}")).unwrap_or_default();
                writeln!(text, "slots = [{{ slot = {slot}{content} }}]").unwrap();
            }
        }
        if let Some(version) =
            component.get("version").filter(|it| it.as_array().is_some_and(|it| !it.is_empty()))
        {
            writeln!(text, "version = {version}").unwrap();
        }
    }
    for (id, version) in device.get("others").and_then(toml::Value::as_table).into_iter().flatten() {
        writeln!(text, "[[other-device]]\nid = \"hex:{id}\"\nversion = {version}").unwrap();
    }
    text
}

/// Numbers of errors, which never change.
fn number(error: &str) -> &'static str {
    match error {
        "ComponentUnknown" => "E1001",
        "TooManyComponents" => "E1002",
        "DependenciesUnsupported" => "E1003",
        "Rollback" => "E1005",
        "NothingToDo" => "E1006",
        "SectionMissing" => "E1007",
        "IdentityUnchecked" => "E1008",
        "DependentLacksSection" => "E1009",
        "ConditionFailed" => "E1011",
        "ConditionUnset" => "E1012",
        "ParameterUnset" => "E1021",
        "AlternativesExhausted" => "E1022",
        "SoftFailureMisplaced" => "E1023",
        "TooLarge" => "E1024",
        "Unavailable" => "E1025",
        "SourceMissing" => "E1026",
        "EncryptionUnsupported" => "E1027",
        "InvokeUnverified" => "E1028",
        "NothingInvoked" => "E1029",
        "Referenced" => "E1030",
        "NotADependency" => "E1041",
        "DependencyUnverified" => "E1042",
        "DependencyMismatch" => "E1043",
        "DependencyUnprocessed" => "E1044",
        "TooManyDependencies" => "E1045",
        "DependencyUntrusted" => "E1046",
        "TooManyCommands" => "E1051",
        "TooManyParameters" => "E1052",
        "TooDeep" => "E1053",
        "EventUnsupported" => "E1061",
        "DeltaUnverified" => "E1081",
        "DeltaInPlace" => "E1082",
        "DeltaMismatch" => "E1083",
        "DeltaMemory" => "E1084",
        "DeltaUnsupported" => "E1085",
        "DeltaMalformed" => "E1086",
        "SeveredMismatch" => "E0506",
        "WrongType" => "E0301",
        "Untagged" => "E0329",
        other => panic!("no number is known for {other}"),
    }
}

/// The name of a component in a line of JSON.
fn name(component: &serde_json::Value) -> String {
    let parts = component["id"].as_array().unwrap();
    parts.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("/")
}

/// The lines of a trace that both have, in the words of the vectors.
fn effects(ran: &Ran) -> Vec<String> {
    let lines = ran.text().lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    lines
        .filter_map(|line| {
            let effect = line["effect"].as_str().unwrap();
            let component = || name(&line["component"]);
            Some(match effect {
                "condition" => {
                    let holds = if line["holds"] == true { "holds" } else { "fails" };
                    format!("{} {} {holds}", line["name"].as_str().unwrap(), component())
                }
                "fetch" | "write" | "copy" | "swap" | "invoke" | "delta" => {
                    let held = &line["component"];
                    let digest = held["sha256"].as_str().unwrap_or_default();
                    let effect = if effect == "delta" { "install-delta" } else { effect };
                    format!("{effect} {} {} {digest}", component(), held["size"]).trim().to_owned()
                }
                "skip" => format!("{} {} there", line["name"].as_str().unwrap(), component()),
                _ => return None,
            })
        })
        .collect()
}

fn wanted_effects(run: &toml::Table) -> Vec<String> {
    let lines = run["trace"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let other = ["get", "plan", "process-dependency", "unlink", "custom", "wait", "set-version", "floor"];
    lines
        .map(|line| line.split(' ').take(4).collect::<Vec<_>>())
        .filter(|words| !other.contains(&words[0]))
        .map(|words| words.join(" "))
        .collect()
}

/// What a component holds in the state of a device.
fn content(place: &Place, id: &str) -> Option<Vec<u8>> {
    let state: serde_json::Value = serde_json::from_slice(&place.read("state/state.json")).unwrap();
    let parts: Vec<_> = id.split('/').collect();
    let components = state["components"].as_array().unwrap();
    let component = components.iter().find(|it| it["id"] == serde_json::json!(parts)).unwrap();
    let file = component["slots"][0]["content"].as_str()?;
    Some(place.read(&format!("state/contents/{file}")))
}

fn hold(keys: &Place, file: &Path, vector: &toml::Table) -> Result<(), String> {
    let place = Place::new();
    let device = vector["device"].as_table().unwrap();
    place.write("device.toml", device_file(&place, device));
    let allowed: Vec<_> = list(device, "options", str::to_owned)
        .iter()
        .map(|option| option.trim_matches('"').to_owned())
        .filter(|option| !["strictly-newer", "demand-identity"].contains(&option.as_str()))
        .map(|option| if option == "untagged-dependencies" { "untagged".to_owned() } else { option })
        .collect();
    for run in vector["run"].as_array().unwrap() {
        let run = run.as_table().unwrap();
        let text = |key: &str| run.get(key).and_then(toml::Value::as_str);
        let phase =
            if text("procedure") == Some("invocation") { "invoke" } else { text("procedure").unwrap() };
        let mut words = vec!["simulate".to_owned(), file.display().to_string()];
        words.extend(
            ["--device", "device.toml", "--state", "state", "-v", "--trace", "json"].map(str::to_owned),
        );
        words.extend(["--format", "json", "--phase", phase].map(str::to_owned));
        for key in vector["keys"].as_array().unwrap() {
            let key = keys.path(&format!("{}.pub", key.as_str().unwrap()));
            words.extend(["--trust".to_owned(), key.display().to_string()]);
        }
        if !allowed.is_empty() {
            words.extend(["--allow".to_owned(), allowed.join(",")]);
        }
        let ran = place.suit(&words.iter().map(String::as_str).collect::<Vec<_>>());
        let message =
            ran.err.lines().next().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        let code = message.as_ref().map_or("", |message| message["code"].as_str().unwrap());
        let wanted = match text("result").unwrap() {
            "done" => "",
            "waiting" => "E0563",
            _ => number(text("error").unwrap()),
        };
        if code != wanted {
            return Err(format!("{phase}: {code}, wanted {wanted}: {}", ran.err));
        }
        let effects = effects(&ran);
        if effects != wanted_effects(run) {
            return Err(format!("{phase}: {effects:#?}, wanted {:#?}", wanted_effects(run)));
        }
        // Of dependencies the account has the place in a note.
        if let (Some(offset), None) = (run.get("offset"), run.get("manifest")) {
            let message = message.unwrap();
            let notes = message["notes"].as_array().into_iter().flatten();
            let note = notes.filter_map(serde_json::Value::as_str).find(|note| note.contains(" in section "));
            let section = text("section").unwrap().replace("common", "shared");
            let place = format!(" in section {section}, on component [{}]", text("component").unwrap());
            let note = note.unwrap_or_default().replace('\'', "");
            if message["offset"].as_i64() != offset.as_integer() || !note.contains(&place) {
                return Err(format!("{phase}: wanted byte {offset}{place}: {}", ran.err));
            }
        }
        for (id, digest) in run.get("after").and_then(toml::Value::as_table).into_iter().flatten() {
            let held = content(&place, id).map(|content| to_hex(&sha256(&content).bytes)).unwrap_or_default();
            if held != digest.as_str().unwrap() {
                return Err(format!("{phase}: {id} holds {held}, wanted {digest}"));
            }
        }
    }
    Ok(())
}

#[test]
fn the_virtual_device_does_what_the_vectors_say() {
    let keys = Place::new();
    keys.say("--version").done();
    for key in sorted(&home().join("keys")) {
        let table: toml::Table = std::fs::read_to_string(&key).unwrap().parse().unwrap();
        let name = key.file_stem().unwrap().display().to_string();
        if table["algorithm"].as_str() == Some("ESP256") {
            let point = hex(table["public"].as_str().unwrap());
            // SubjectPublicKeyInfo (RFC 5480): id-ecPublicKey, prime256v1, the point in a bit string.
            let head = hex("3059301306072a8648ce3d020106082a8648ce3d030107034200");
            keys.write(&format!("{name}.pub"), signing::pem("PUBLIC KEY", &[head, point].concat()));
        }
    }
    let (mut failed, mut count, mut others) = (Vec::new(), 0, 0);
    for folder in sorted(&home()) {
        if !folder.file_name().unwrap().to_string_lossy().starts_with("run-") {
            continue;
        }
        for file in sorted(&folder).iter().filter(|path| path.extension().is_some_and(|it| it == "suit")) {
            let vector: toml::Table =
                std::fs::read_to_string(file.with_extension("toml")).unwrap().parse().unwrap();
            if !vector.contains_key("run") || is_of_another_kind(&vector) {
                others += 1;
                continue;
            }
            count += 1;
            if let Err(reason) = hold(&keys, file, &vector) {
                failed.push(format!("{}: {reason}", file.display()));
            }
        }
    }
    println!("{count} vectors, {others} others");
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(count >= 250 && others < 60, "{count} and {others}");
}
