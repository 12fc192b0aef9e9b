//! `suit build`, seen from outside: recipes and what they stand for, files, payloads, severing, output.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    reason = "a helper of tests that fails has to fail the test"
)]

mod signing;

use sha2::{Digest as _, Sha256};
use signing::{K1, Place, sec1_pem, to_hex};
use std::path::{Path, PathBuf};
use suit_core::labels::{EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_core::{Envelope, Manifest, Tagging};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/builds")
}

fn demo(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/images").join(name)).unwrap()
}

/// A place with all descriptions and the files that they name.
fn place() -> Place {
    let place = Place::new();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        place.write(&path.file_name().unwrap().to_string_lossy(), std::fs::read(&path).unwrap());
    }
    place
        .write("build/fw-slot-a.elf", demo("firmware-slot-a.elf"))
        .write("build/fw-slot-b.elf", demo("firmware-slot-b.elf"))
        .write("build/tls-1.4.bin", demo("module-tls.bin"))
        .write("firmware.hex", demo("firmware-slot-a.hex"))
        .write("rules.wasm", demo("app-rules.bin"))
        .write("roots.bin", [7; 1000]);
    place
}

fn manifest_of(envelope: &[u8]) -> Vec<u8> {
    Envelope::parse(envelope, Tagging::Optional).unwrap().manifest().content().rest().to_vec()
}

/// Builds `description`, which breaks no rule for authors, and returns the envelope.
#[track_caller]
fn build(place: &Place, description: &str) -> Vec<u8> {
    place.suit(&["build", description, "-o", "out.suit", "--deny-warnings"]).ok();
    place.read("out.suit")
}

const RECIPES: &[&str] = &["exp0.toml", "full-ab.toml", "module.toml", "app.toml", "boot.toml", "data.json"];

#[test]
fn recipes_stand_for_the_sequences_that_are_written_beside_them() {
    let place = place();
    for recipe in RECIPES {
        let sequences = format!("{}.sequences.toml", recipe.split('.').next().unwrap());
        let (one, other) = (build(&place, recipe), build(&place, &sequences));
        assert_eq!(to_hex(&one), to_hex(&other), "{recipe}");
    }
}

#[test]
fn a_recipe_that_is_printed_as_sequences_builds_the_same_envelope() {
    let place = place();
    let others = ["module.sequences.toml", "every-command.toml"];
    for description in RECIPES.iter().chain(&others) {
        place.suit(&["build", description, "-o", "one.suit"]);
        let printed = place.suit(&["build", description, "--emit-description"]);
        assert_eq!(printed.status, 0, "{}", printed.err);
        assert!(!printed.text().contains("recipe"), "{}", printed.text());
        place.write("printed.toml", printed.out);
        place.suit(&["build", "printed.toml", "-o", "other.suit"]);
        assert_eq!(to_hex(&place.read("one.suit")), to_hex(&place.read("other.suit")), "{description}");
        // With -o it goes to a file.
        place.suit(&["build", description, "--emit-description", "-o", "again.toml"]);
        assert_eq!(place.read("again.toml"), place.read("printed.toml"));
    }
}

#[test]
fn what_inspect_raises_builds_the_same_manifest() {
    let place = place();
    for description in RECIPES.iter().chain(&["every-command.toml"]) {
        place.suit(&["build", description, "-o", "one.suit"]);
        let raised = place.suit(&["inspect", "one.suit", "--format", "toml"]);
        assert_eq!(raised.status, 0, "{}", raised.err);
        place.write("raised.toml", raised.out);
        let ran = place.suit(&["build", "raised.toml", "-o", "other.suit"]);
        assert_eq!(ran.status, 0, "{description}: {}", ran.err);
        assert_eq!(place.read("one.suit"), place.read("other.suit"), "{description}");
    }
}

#[test]
fn toml_and_json_are_one_model() {
    let place = place();
    for description in RECIPES.iter().chain(&["every-command.toml"]).filter(|name| name.ends_with(".toml")) {
        let table: toml::Table = core::str::from_utf8(&place.read(description)).unwrap().parse().unwrap();
        place.write("same.json", serde_json::to_string_pretty(&table).unwrap());
        place.suit(&["build", description, "-o", "one.suit"]);
        let ran = place.suit(&["build", "same.json", "-o", "other.suit"]);
        assert_eq!(ran.status, 0, "{}", ran.err);
        assert_eq!(place.read("one.suit"), place.read("other.suit"), "{description}");
    }
}

/// What `objcopy -O binary` makes of the ELF file, and the HEX file of it, have the same digest; it fills gaps with 0.
#[test]
fn images_come_out_of_elf_and_hex_files() {
    let place = place();
    let binary = demo("firmware-slot-a.bin");
    let digest = to_hex(&Sha256::digest(&binary));
    for file in ["build/fw-slot-a.elf", "firmware.hex"] {
        let description = format!(
            "format = 'suit/1'\nrecipe = 'data'\n[manifest]\nsequence = 1\n[device]\nvendor = 'a.example'\nclass = 'b'\n\
             [[component]]\nid = ['f']\nfile = '{file}'\nuri = 'coap://h/f'\nfill = 0\n"
        );
        place.write("image.toml", description);
        let summary = place.suit(&["build", "image.toml", "--format", "json"]).ok().json();
        let image = &summary["images"][0];
        assert_eq!(image["digest"]["value"].as_str(), Some(digest.as_str()), "{file}");
        assert_eq!(image["size"].as_u64(), Some(binary.len() as u64), "{file}");
        // Without a word about gaps they are erased flash, which this image has some of.
        let text = String::from_utf8(place.read("image.toml")).unwrap().replace("fill = 0\n", "");
        place.write("erased.toml", text);
        let erased = place.suit(&["build", "erased.toml", "--format", "json"]).ok().json();
        assert_eq!(erased["images"][0]["size"], image["size"]);
        assert_ne!(erased["images"][0]["digest"], image["digest"]);
        // All bytes of the file instead.
        let raw = place.say("build image.toml --set component[0].sections=raw --format json").ok().json();
        assert_eq!(raw["images"][0]["size"].as_u64(), Some(place.read(file).len() as u64));
    }
}

#[test]
fn what_is_built_is_said() {
    let place = place();
    let ran = place.say("build exp0.toml").ok();
    assert_eq!(
        ran.text(),
        "built exp0.suit  161 B  manifest sha-256:6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af  \
         1 component, 34,768 B of images\n"
    );
    let summary = place.say("build app.toml -o a.suit --format json").ok().json();
    let rules = demo("app-rules.bin");
    assert_eq!(summary["format"], "suit-build/1");
    assert_eq!(summary["file"], "a.suit");
    assert_eq!(summary["size"].as_u64(), Some(place.read("a.suit").len() as u64));
    assert_eq!(summary["sequence"], 128);
    assert_eq!(summary["payloads"][0]["name"], "#rules");
    assert_eq!(summary["payloads"][0]["size"].as_u64(), Some(rules.len() as u64));
    assert_eq!(summary["images"][0]["name"], "rules");
    assert_eq!(summary["images"][0]["integrated"], true);
    assert_eq!(
        summary["images"][0]["digest"]["value"].as_str(),
        Some(to_hex(&Sha256::digest(&rules)).as_str())
    );
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/build-output.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    jsonschema::draft202012::new(&schema).unwrap().validate(&summary).unwrap();
}

#[test]
fn descriptions_and_envelopes_go_through_pipes() {
    use std::io::Write;
    use std::process::Stdio;
    let place = place();
    let mut command = place.command(&["build", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&place.read("exp0.toml")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    // Nothing but the envelope on standard output; what is said goes to standard error.
    assert_eq!(output.stdout, build(&place, "exp0.toml"));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("built standard output  161 B"));
}

#[test]
fn several_descriptions_are_built_one_by_one() {
    let place = place();
    let ran = place.say("build exp0.toml app.toml").ok();
    assert_eq!(ran.text().lines().count(), 2);
    assert!(place.has("exp0.suit") && place.has("app.suit"));
    let ran = place.say("build exp0.toml app.toml -o one.suit");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("-o names one file, and 'app.toml' is a second description"), "{}", ran.err);
}

#[test]
fn values_can_be_set_on_the_command_line() {
    let place = place();
    place.say("build full-ab.toml -o a.suit --set manifest.sequence=43 --set component.firmware.slots[0].uri=coap://h/x").ok();
    let envelope = place.read("a.suit");
    let content = manifest_of(&envelope);
    let manifest = Manifest::parse(suit_core::cbor::Reader::new(&content)).unwrap();
    assert_eq!(manifest.sequence_number(), 43);
    assert!(content.windows(10).any(|window| window == b"coap://h/x"));
}

#[test]
fn payload_files_can_be_given_on_the_command_line() {
    let place = place();
    place.write("other.wasm", "other rules");
    for name in ["rules", "#rules"] {
        let argument = format!("{name}=other.wasm");
        place.suit(&["build", "app.toml", "--payload", &argument, "-o", "a.suit"]).ok();
        let bytes = place.read("a.suit");
        let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
        assert_eq!(envelope.payload("#rules").unwrap().rest(), b"other rules");
        let digest = to_hex(&Sha256::digest("other rules"));
        assert!(to_hex(&manifest_of(&bytes)).contains(&digest));
    }
    // A slot is named by the component and its number.
    place.say("build full-ab.toml --payload firmware.1=other.wasm -o a.suit").ok();
    assert!(to_hex(&manifest_of(&place.read("a.suit"))).contains(&to_hex(&Sha256::digest("other rules"))));
}

#[test]
fn severed_parts_stand_beside_the_manifest_or_are_left_out() {
    let place = place();
    let whole = build(&place, "app.toml");
    let ran = place.say("build app.toml --severable install,text --leave-out text -o severed.suit");
    assert_eq!(ran.status, 0);
    // The text is shorter than what replaces it, or it isn't: the rule says so.
    assert!(!ran.err.contains("W0259") || ran.err.contains("'install'"), "{}", ran.err);
    let bytes = place.read("severed.suit");
    let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
    let manifest = Manifest::parse(envelope.manifest().content()).unwrap();
    let Some(Severable::Severed(install)) = manifest.section(ManifestKey::Install) else {
        panic!("not severed")
    };
    // M §8.4.12: over the byte string with its head.
    let member = envelope.member(EnvelopeKey::Install).unwrap();
    assert_eq!(to_hex(install.bytes()), to_hex(&Sha256::digest(member.item())));
    assert!(matches!(manifest.text(), Some(Severable::Severed(_))));
    assert!(envelope.member(EnvelopeKey::Text).is_none());
    // The same by description.
    let description = String::from_utf8(place.read("app.toml")).unwrap()
        + "[envelope]\nseverable = ['install', 'text']\nleave-out = ['text']\n";
    place.write("severed.toml", description);
    place.say("build severed.toml -o other.suit");
    assert_eq!(place.read("other.suit"), bytes);
    assert_ne!(manifest_of(&whole), manifest_of(&bytes));
}

#[test]
fn signatures_are_carried_over_to_the_same_manifest_only() {
    let place = place();
    place.write("k1.pem", sec1_pem(K1));
    build(&place, "app.toml");
    place.say("sign out.suit --key k1.pem -o signed.suit").ok();
    // Another way to write the same manifest.
    let ran = place.say("build app.sequences.toml --signatures-from signed.suit -o again.suit").ok();
    assert!(ran.text().contains("1 signature carried over"), "{}", ran.text());
    assert_eq!(place.read("again.suit"), place.read("signed.suit"));
    let ran =
        place.say("build app.toml --set manifest.sequence=129 --signatures-from signed.suit -o not.suit");
    assert_eq!(ran.status, 5);
    assert!(
        ran.err.starts_with("error[E0921]: the signatures of 'signed.suit' are for another manifest"),
        "{}",
        ran.err
    );
    assert!(!place.has("not.suit"));
}

#[test]
fn no_input_is_overwritten() {
    let place = place();
    for output in ["app.toml", "rules.wasm"] {
        let before = place.read(output);
        let ran = place.suit(&["build", "app.toml", "-o", output]);
        assert_eq!(ran.status, 5, "{}", ran.err);
        assert_eq!(place.read(output), before);
    }
}

/// Peak memory must not grow with a payload that stays outside.
#[cfg(target_os = "linux")]
#[test]
fn a_large_detached_payload_is_not_held_in_memory() {
    let place = place();
    let file = std::fs::File::create(place.path("large.bin")).unwrap();
    // Sparse: it takes no room on disk.
    file.set_len(512 << 20).unwrap();
    place.write(
        "large.toml",
        "format = 'suit/1'\nrecipe = 'data'\n[manifest]\nsequence = 1\n[device]\nvendor = 'a.example'\nclass = 'b'\n\
         [[component]]\nid = ['f']\nfile = 'large.bin'\nuri = 'coap://h/f'\n",
    );
    // 256 MiB of address space: half of the payload.
    let suit = env!("CARGO_BIN_EXE_suit");
    let status = std::process::Command::new("sh")
        .current_dir(place.path(""))
        .args(["-c", &format!("ulimit -v 262144; exec '{suit}' build large.toml --deny-warnings")])
        .status()
        .unwrap();
    assert!(status.success());
    let envelope = place.read("large.suit");
    assert!(envelope.len() < 400);
}

#[test]
fn starters_build_without_a_warning() {
    let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/manifest-description.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let schema = jsonschema::draft202012::new(&schema).unwrap();
    for recipe in ["full-ab", "module", "app", "boot", "data"] {
        let place = Place::new();
        place
            .write("build/firmware-a.elf", demo("firmware-slot-a.elf"))
            .write("build/firmware-b.elf", demo("firmware-slot-b.elf"))
            .write("build/firmware.elf", demo("firmware-slot-a.elf"))
            .write("build/module.bin", demo("module-tls.bin"))
            .write("build/app.bin", demo("app-rules.bin"))
            .write("build/certificates.bin", "certificates")
            .write("releases/firmware-0.9.0-a.elf", demo("firmware-2.3.1-slot-a.elf"))
            .write("releases/firmware-0.9.0-b.elf", demo("firmware-slot-b.elf"))
            .write("releases/module-0.9.0.bin", demo("module-tls-1.3.0.bin"))
            .write("releases/app-0.9.0.bin", &demo("app-rules.bin")[4..]);
        let ran = place.suit(&[
            "new",
            "--recipe",
            recipe,
            "--vendor",
            "arm.com",
            "--class",
            "a \"class\"",
            "-o",
            "s.toml",
        ]);
        assert_eq!((ran.status, ran.text()), (0, ""), "{}", ran.err);
        let text = String::from_utf8(place.read("s.toml")).unwrap();
        build(&place, "s.toml");
        let table: toml::Table = text.parse().unwrap();
        assert!(schema.is_valid(&serde_json::to_value(&table).unwrap()), "{recipe}");
        // What is commented out is meant to be taken in.
        let more: String = text
            .lines()
            .map(|line| match line.strip_prefix("# ") {
                Some(code) if code.contains(" = ") && !code.contains(": ") || code.starts_with('[') => {
                    format!("{code}\n")
                }
                _ => format!("{line}\n"),
            })
            .collect();
        place.write("more.toml", &more);
        let ran = place.suit(&["build", "more.toml", "-o", "more.suit", "--deny-warnings"]);
        assert_eq!(ran.status, 0, "{recipe}: {}\n{more}", ran.err);
        let sequences = place.say("build more.toml --emit-description").ok();
        let deltas = sequences.text().matches("{ do = \"install-delta\" }").count();
        // One for each slot, one for a part with one image.
        let expected = [("full-ab", 2), ("module", 1), ("app", 1)];
        assert_eq!(deltas, expected.iter().find(|(of, _)| *of == recipe).map_or(0, |(_, count)| *count));
        // It is not written over another file, and without -o it is printed.
        let again = place.suit(&["new", "--recipe", recipe, "-o", "s.toml"]);
        assert_eq!(again.status, 5);
        assert!(place.suit(&["new", "--recipe", recipe]).ok().text().starts_with("# "));
    }
    let ran = Place::new().say("new --class fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe");
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("--class: a UUID without 'uuid:'"), "{}", ran.err);
}
