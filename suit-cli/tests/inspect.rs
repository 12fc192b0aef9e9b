//! `suit inspect`, seen from outside.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod published;
mod signing;

use signing::{Place, example_0, run, sha256, to_hex, with_payload};
use std::path::Path;
use std::process::Stdio;

/// A place with the first published example, signed by K1: its bytes are those of the published file.
fn signed() -> Place {
    let place = Place::with_example();
    place.say("sign fw.suit --key k1.pem --in-place").ok();
    place
}

/// spec.md §7.2 for sizes and the manifest's digest; the words follow from the example's commands.
const EXAMPLE: &str = "\
SUIT envelope  fw.suit  237 B
  sequence     0
  vendor       fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe
  class        1492af14-2569-5e48-bf42-9b2d51f2ab45
  manifest     113 B, sha-256 6658ea56…
  signed by    ESP256 (COSE_Sign1), no key id, not verified
  component 0  [00]  34,768 B  sha-256 00112233…

  What a device does
    before each section
      - continue only if the vendor is fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe
      - continue only if the class is 1492af14-2569-5e48-bf42-9b2d51f2ab45
    update
      validate
        - continue only if component 0 [00] matches 34,768 B, sha-256 00112233…
    invocation
      validate, as in the update
      invoke
        - start component 0 [00]
";

#[test]
fn the_first_example_is_told_in_words() {
    let place = signed();
    assert_eq!(place.say("inspect fw.suit").ok().text(), EXAMPLE);
    // From standard input, and into a file.
    let mut command = place.command(&["inspect", "-"]);
    command.stdin(Stdio::from(std::fs::File::open(place.path("fw.suit")).unwrap()));
    assert_eq!(run(&mut command).ok().text(), EXAMPLE.replace("fw.suit", "<stdin>"));
    assert_eq!(place.say("inspect fw.suit -o words.txt").ok().text(), "");
    assert_eq!(place.read("words.txt"), EXAMPLE.as_bytes());
}

#[test]
fn more_is_told_on_request() {
    let place = signed();
    let text = place.say("inspect fw.suit -v").ok().text().to_owned();
    let digest = "sha-256 00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";
    // Too long for the line that it would stand in.
    assert!(text.contains(&format!("  component 0  [00]  34,768 B\n               {digest}\n")), "{text}");
    assert!(text.contains("      - set image-size of component 0 [00] to 34,768 B\n"), "{text}");
}

#[test]
fn signatures_are_verified_on_request() {
    let place = signed();
    let verified =
        EXAMPLE.replace("not verified\n", "verified: k1\n  verified     digests and signatures hold\n");
    assert_eq!(place.say("inspect fw.suit --verify --trust k1.pub").ok().text(), verified);
    let digests = EXAMPLE.replace("not verified\n", "not verified\n  verified     digests hold\n");
    assert_eq!(place.say("inspect fw.suit --verify").ok().text(), digests);

    let refused = place.say("inspect fw.suit --verify --trust k2.pub");
    assert_eq!(refused.status, 1);
    assert!(refused.err.starts_with("refused[E0504]: no signature by a trusted key\n"), "{}", refused.err);
    let words = "not by a trusted key\n  refused      no signature by a trusted key\n";
    assert_eq!(refused.text(), EXAMPLE.replace("not verified\n", words));
}

#[test]
fn a_manifest_with_another_digest_is_told_and_refused() {
    let place = signed();
    let mut bytes = place.read("fw.suit");
    // The sequence number, the fifth byte of the manifest's 113.
    let at = bytes.len() - 113 + 4;
    assert_eq!(bytes[at - 1..=at], [0x02, 0x00]);
    bytes[at] = 1;
    place.write("other.suit", bytes);
    let refused = place.say("inspect other.suit --verify");
    assert_eq!(refused.status, 1);
    assert!(refused.err.starts_with("refused[E0502]: "), "{}", refused.err);
    assert!(
        refused
            .text()
            .contains("manifest     113 B, not with the digest that is stated, sha-256 6658ea56…\n")
    );
    // Shown without --verify it is no failure.
    assert!(place.say("inspect other.suit").ok().text().contains("not with the digest that is stated"));
}

#[test]
fn parts_are_selected_by_path() {
    let place = signed();
    // What --bytes writes of the manifest has the manifest's digest: it is the byte string with its head.
    let bytes = place.say("inspect fw.suit --path .manifest --bytes").ok().out;
    assert_eq!(
        to_hex(&sha256(&bytes).bytes),
        "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af"
    );
    place.say("inspect fw.suit --path .validate --bytes -o validate.cbor").ok();
    assert_eq!(to_hex(&place.read("validate.cbor")), "4382030f");
    let words = "\
validate
  - continue only if component 0 [00] matches 34,768 B, sha-256 00112233…

<< [/ image-match / 3, 15] >>
";
    assert_eq!(place.say("inspect fw.suit --path .validate").ok().text(), words);
    assert_eq!(place.say("inspect fw.suit --path .invoke[0] --format edn").ok().text(), "/ invoke / 23, 2\n");
    let record = place.say("inspect fw.suit --path .validate[0] --format json").ok().json();
    let offset = 237 - 7;
    let wanted = serde_json::json!({
        "format": "suit-inspect-part/1", "file": "fw.suit", "path": "manifest.validate[0]",
        "offset": offset, "size": 2, "bytes": "030f", "content": "3, 15",
    });
    // validate and invoke are the last members: 07 43 82 03 0f, 09 43 82 17 02.
    assert_eq!(&place.read("fw.suit")[offset..offset + 2], [0x03, 0x0f]);
    assert_eq!(record, wanted);
    let wrong = place.say("inspect fw.suit --path .install");
    assert_eq!(wrong.status, 2);
    assert_eq!(
        wrong.err,
        "error[E0099]: there is no '.install' in the document\nhelp: there is .authentication-wrapper, .manifest\n"
    );
}

#[test]
fn annotated_hex_names_every_item() {
    let place = signed();
    let text = place.say("inspect fw.suit --format hex --path .validate").ok().text().to_owned();
    let wanted = "\
00e3  07 43                    validate: 3 bytes that hold
00e5  82                         sequence of 1 command
00e6  03                           condition image-match
00e7  0f                           report policy: 15, all
";
    assert_eq!(text, wanted);
}

#[test]
fn broken_files_are_shown_as_far_as_they_go_and_every_fault_is_named() {
    let place = signed();
    let sound = place.read("fw.suit");
    let mut broken = sound.clone();
    // validate: 07 43 82 03 0f with a policy of 23, invoke: 09 43 82 17 02 with the unknown command 9.
    broken[237 - 6] = 0x17;
    broken[237 - 2] = 0x09;
    place.write("broken.suit", &broken);
    let ran = place.say("inspect broken.suit");
    assert_eq!(ran.status, 3);
    assert_eq!(
        ran.err,
        "error[E0314]: reporting policy above 15\n\
         --> broken.suit: byte 231 (0xe7), in manifest.validate[0]\n\
         note: rule: a reporting policy has four bits (M §8.4.7)\n\
         \n\
         error[E0309]: unknown command\n\
         --> broken.suit: byte 235 (0xeb), in manifest.invoke[0]\n\
         note: rule: a manifest with an unknown command must be excluded (M §6.1, §8.4.9)\n"
    );
    let text = ran.text();
    assert!(text.contains("  broken       2 rules are broken\n"), "{text}");
    assert!(
        text.ends_with("      invoke\n        - unknown command 9 with 2: a device refuses the manifest\n"),
        "{text}"
    );

    let record = place.say("inspect broken.suit --format json").json();
    let fault = serde_json::json!({
        "code": "E0309", "offset": 235, "path": "manifest.invoke[0]", "message": "unknown command",
        "rule": "a manifest with an unknown command must be excluded (M §6.1, §8.4.9)",
    });
    assert_eq!(record["faults"][1], fault);

    // Cut in the middle of the shared sequence: what is before it is told.
    place.write("cut.suit", &sound[..200]);
    let ran = place.say("inspect cut.suit");
    assert_eq!(ran.status, 3);
    assert!(
        ran.err.contains("--> cut.suit: byte 200 (0xc8), in manifest.common.shared-sequence"),
        "{}",
        ran.err
    );
    assert!(ran.text().contains("  vendor       fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe\n"), "{}", ran.text());
    // A description can't be made of it, and none is begun.
    let ran = place.say("inspect cut.suit --format toml -o cut.toml");
    assert_eq!((ran.status, ran.out.len(), place.has("cut.toml")), (3, 0, false));
}

#[test]
fn what_is_no_document_is_named() {
    let place = signed();
    for (file, wanted) in [
        ("k1.pem", "error[E0610]: 'k1.pem' is a key or certificate in PEM, not an envelope\n"),
        ("report.cbor", "error[E0610]: 'report.cbor' is a SUIT report, not an envelope\n"),
        ("empty", "error[E0610]: 'empty' is empty, not an envelope\n"),
    ] {
        place.write("report.cbor", [0xa2, 0x03, 0x80, 0x18, 0x63, 0x80]).write("empty", "");
        let ran = place.suit(&["inspect", file]);
        assert_eq!((ran.status, ran.out.len()), (3, 0));
        assert!(ran.err.starts_with(wanted), "{}", ran.err);
    }
}

#[test]
fn bare_manifests_and_cose_messages_are_shown_too() {
    let place = signed();
    place.write("bare.cbor", example_0().encode());
    let text = place.say("inspect bare.cbor").ok().text().to_owned();
    let tail = EXAMPLE.split_once("  component 0").unwrap().1;
    assert!(text.starts_with("SUIT manifest, bare  bare.cbor  113 B\n  sequence     0\n"), "{text}");
    assert!(text.ends_with(tail), "{text}");
    // The block behind the digest: 58 4a, then its 74 bytes.
    let block = place.say("inspect fw.suit --path .authentication-wrapper[1] --bytes").ok().out;
    assert_eq!((block.len(), &block[..2]), (76, &[0x58, 0x4a][..]));
    place.write("block.cose", &block[2..]);
    let wanted = "\
COSE message, an authentication block  block.cose  74 B
  signed by    ESP256 (COSE_Sign1), no key id, not verified
";
    assert_eq!(place.say("inspect block.cose").ok().text(), wanted);
}

#[test]
fn a_description_of_what_was_inspected_builds_it_again() {
    let place = signed();
    place.say("inspect fw.suit --format toml -o fw.toml").ok();
    place.say("build fw.toml -o again.suit").done();
    let manifest = |name: &str| place.suit(&["inspect", name, "--path", ".manifest", "--bytes"]).done().out;
    assert_eq!(to_hex(&manifest("again.suit")), to_hex(&manifest("fw.suit")));
}

#[test]
fn every_published_file_prints_in_every_form_and_as_its_schema_says() {
    let schema = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(name);
        let text = std::fs::read_to_string(path).unwrap();
        jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
    };
    let (whole, part) = (schema("inspect-output.v1.json"), schema("inspect-part-output.v1.json"));
    let place = Place::new();
    for path in published::files() {
        let name = path.to_str().unwrap();
        for format in ["tree", "json", "edn", "hex", "toml"] {
            let ran = place.suit(&["inspect", name, "--format", format]).ok();
            assert!(ran.out.len() > 200, "{name} {format}");
            if format == "json" {
                let record = ran.json();
                assert!(whole.is_valid(&record), "{name}: {:?}", whole.iter_errors(&record).next());
                assert_eq!(record["envelope"]["digest"]["matches"], true, "{name}");
            }
        }
        let record = place.suit(&["inspect", name, "--format", "json", "--path", ".common"]).ok().json();
        assert!(part.is_valid(&record), "{name}");
    }
}

#[test]
fn a_dependency_inside_is_told_as_well() {
    let place = Place::with_example();
    let (mut outer, _) = with_payload();
    outer.payloads.push(("#dep".into(), place.read("fw.suit")));
    place.write("outer.suit", outer.encode());
    let text = place.say("inspect outer.suit").ok().text().to_owned();
    let (_, inner) = text.split_once("\n  Dependency  '#dep'  161 B\n").expect(&text);
    // The same account as of the file itself, two levels in.
    let alone = place.say("inspect fw.suit").ok().text().to_owned();
    let (_, alone) = alone.split_once('\n').unwrap();
    let shifted: String = alone
        .lines()
        .map(|line| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") })
        .collect();
    assert_eq!(inner, shifted);
}
