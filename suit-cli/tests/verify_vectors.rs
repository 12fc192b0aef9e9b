//! `suit verify` on every test vector: the tool says what the device's code says.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use signing::{Place, hex};
use std::path::{Path, PathBuf};

fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn table(path: &Path) -> toml::Table {
    std::fs::read_to_string(path)
        .unwrap()
        .parse()
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The COSE_Key of a test key, which is for one algorithm and has an identifier.
fn cose_key(key: &toml::Table) -> Vec<u8> {
    let text = |name: &str| key[name].as_str().unwrap();
    let kid = hex(text("key_id"));
    let pair = |label: &[u8], bytes: &[u8]| {
        let mut writer = suit_core::cbor::Writer::new(label.to_vec());
        let Ok(()) = writer.bytes(bytes);
        writer.into_inner()
    };
    let public = || hex(text("public"));
    // kty, alg, and the parameters of the kind.
    let (kty, alg, params): (u8, &str, Vec<Vec<u8>>) = match text("algorithm") {
        name @ ("ESP256" | "ES256") => {
            let point = public();
            let alg = if name == "ESP256" { "28" } else { "26" };
            (2, alg, vec![vec![0x20, 1], pair(&[0x21], &point[1..33]), pair(&[0x22], &point[33..])])
        }
        "ESP384" => {
            let point = public();
            (2, "3832", vec![vec![0x20, 2], pair(&[0x21], &point[1..49]), pair(&[0x22], &point[49..])])
        }
        name @ ("Ed25519" | "EdDSA") => {
            let alg = if name == "Ed25519" { "32" } else { "27" };
            (1, alg, vec![vec![0x20, 6], pair(&[0x21], &public())])
        }
        "HMAC-256" => (4, "05", vec![pair(&[0x20], &hex(text("secret")))]),
        other => panic!("no key of kind {other}"),
    };
    let count = 0xa0 | u8::try_from(3 + params.len()).unwrap();
    [vec![count, 1, kty], pair(&[2], &kid), [&[3], &hex(alg)[..]].concat(), params.concat()].concat()
}

/// Where the tool knowingly says something else than a device: vector, number, why.
const DIFFERENCES: [(&str, &str); 1] = [
    // A device saves its strength; the tool tries every key, and then says that none of them has signed.
    ("authentication/too-many-attempts.suit", "E0504"),
];

/// Numbers of what is no fault of the document.
fn number(error: &str) -> Option<&'static str> {
    Some(match error {
        "NoAuthentication" => "E0501",
        "DigestMismatch" => "E0502",
        "UnsupportedDigest" => "E0503",
        "NoTrustedSignature" => "E0504",
        // The tool counts roles, not keys: E0550 in place of E0505.
        "TooFewSignatures" => "E0550",
        "SeveredMismatch" => "E0506",
        "BudgetExhausted" => "E0507",
        _ => return None,
    })
}

#[test]
fn the_tool_says_what_the_device_says() {
    let place = Place::new();
    for key in sorted(&home().join("keys")) {
        place.write(&format!("{}.cose", key.file_stem().unwrap().display()), cose_key(&table(&key)));
    }
    let mut failed = Vec::new();
    let mut count = 0;
    for folder in sorted(&home()).iter().filter(|path| path.is_dir()) {
        if ["generator", "keys", "published"].iter().any(|other| folder.ends_with(other)) {
            continue;
        }
        for file in
            sorted(folder).iter().filter(|path| path.extension().is_some_and(|ending| ending == "suit"))
        {
            count += 1;
            let vector = table(&file.with_extension("toml"));
            if let Err(reason) = hold(&place, file, &vector) {
                failed.push(format!("{}: {reason}", file.display()));
            }
        }
    }
    assert!(failed.is_empty(), "{} of {count} failed:\n{}", failed.len(), failed.join("\n"));
    assert!(count >= 600, "{count}");
}

fn hold(place: &Place, file: &Path, vector: &toml::Table) -> Result<(), String> {
    let mut words = vec!["verify".to_owned(), file.display().to_string()];
    words.extend(["--allow", "es256,eddsa", "--format", "json"].map(str::to_owned));
    let list = |name: &str| -> Vec<String> {
        let array = vector.get(name).and_then(toml::Value::as_array);
        array.into_iter().flatten().map(|value| value.as_str().unwrap().to_owned()).collect()
    };
    let mut keys = list("keys");
    // One key for two algorithms is one key: the tool wants to hear one name for it.
    if keys == ["k1", "k1-es256"] {
        let es256 = place.read("k1-es256.cose");
        place.write("k1.pub.cose", es256);
        words.extend(["--trust", "k1.pub.cose", "--trust", "hmac-2.cose"].map(str::to_owned));
        keys[1] = "hmac-2".to_owned();
    }
    for key in &keys {
        words.extend(["--trust".to_owned(), format!("{key}.cose")]);
    }
    // The tool wants at least one key; this one has signed nothing that trusts nobody.
    if keys.is_empty() {
        words.extend(["--trust", "hmac-2.cose"].map(str::to_owned));
    }
    if vector.contains_key("untagged") {
        words.extend(["--allow", "untagged"].map(str::to_owned));
    }
    if let Some(required) = vector.get("required").and_then(toml::Value::as_integer) {
        words.extend(["--require".to_owned(), format!("{required}-of {}", keys.join(","))]);
    }
    let ran = place.suit(&words.iter().map(String::as_str).collect::<Vec<_>>());
    let error = vector.get("error").and_then(toml::Value::as_str);
    let wanted = match error {
        None => 0,
        Some(error) if number(error).is_some() => 1,
        Some(_) => 3,
    };
    if ran.status != wanted {
        return Err(format!("status {}, wanted {wanted}: {}", ran.status, ran.err));
    }
    let message: serde_json::Value = match error {
        None => return Ok(()),
        Some(_) => serde_json::from_str(ran.err.lines().next().unwrap()).unwrap(),
    };
    let difference = DIFFERENCES.iter().find(|(path, _)| file.ends_with(path)).map(|(_, number)| *number);
    if let Some(number) = difference.or(error.and_then(number))
        && message["code"] != number
    {
        return Err(format!("{}, wanted {number}", message["code"]));
    }
    let offset = vector.get("offset").and_then(toml::Value::as_integer);
    if offset.is_some_and(|offset| message["offset"] != offset) {
        return Err(format!("offset {}, wanted {offset:?}", message["offset"]));
    }
    Ok(())
}
