//! `suit diff`, seen from outside.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod published;
mod signing;

use signing::{Place, envelope, example_0, with_payload};
use std::path::Path;
use suit_core::owned::Manifest;

/// A place with the first example, and the same with sequence number 1.
fn place() -> Place {
    let place = Place::with_example();
    let later = Manifest { sequence_number: 1, ..example_0() };
    place.write("later.suit", envelope(&later).encode());
    place.say("sign fw.suit --key k1.pem -o signed.suit").ok();
    place
}

#[test]
fn the_exit_status_says_whether_anything_differs() {
    let place = place();
    let same = place.say("diff fw.suit fw.suit").ok();
    assert_eq!(same.text(), "= manifest        the same, byte for byte\n");
    let differs = place.say("diff fw.suit later.suit");
    assert_eq!((differs.status, differs.text(), differs.err.as_str()), (1, "~ sequence        0 -> 1\n", ""));
}

#[test]
fn kinds_of_difference_can_be_left_out() {
    let place = place();
    let signed = place.say("diff fw.suit signed.suit");
    let wanted = "\
= manifest        the same, byte for byte
envelope:
+ signer          ESP256 (COSE_Sign1), no key id
";
    assert_eq!((signed.status, signed.text()), (1, wanted));
    let meaning = place.say("diff fw.suit signed.suit --ignore envelope").ok();
    assert_eq!(meaning.text(), "= manifest        the same, byte for byte\n");
    assert_eq!(place.say("diff fw.suit later.suit --ignore meaning").ok().text(), "");
    assert_eq!(place.say("diff fw.suit later.suit --ignore envelope").status, 1);
}

#[test]
fn json_is_as_its_schema_says() {
    let place = place();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/diff-output.v1.json");
    let schema = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let ran = place.say("diff later.suit signed.suit --format json --bytes");
    assert_eq!(ran.status, 1);
    let record = ran.json();
    assert!(schema.is_valid(&record), "{:?}", schema.iter_errors(&record).next());
    let line = serde_json::json!({
        "mark": "changed", "subject": "sequence", "old": "1", "new": "0", "text": "1 -> 0",
    });
    assert_eq!(record["meaning"], serde_json::json!([line]));
    assert_eq!(record["envelope"][0]["mark"], "added");
    let bytes =
        serde_json::json!([{ "path": "manifest.manifest-sequence-number", "old": "01", "new": "00" }]);
    assert_eq!(record["bytes"], bytes);
    // spec.md §7.2
    let digest = "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af";
    assert_eq!(record["new"]["manifest_sha256"], digest);
}

#[test]
fn a_manifest_may_stand_alone() {
    let place = place();
    place.write("bare.cbor", example_0().encode());
    let ran = place.say("diff bare.cbor fw.suit");
    let wanted = "\
= manifest        the same, byte for byte
envelope:
+ envelope        the earlier one is a bare manifest
";
    assert_eq!((ran.status, ran.text()), (1, wanted));
    assert_eq!(place.say("diff bare.cbor fw.suit --ignore envelope").status, 0);
}

#[test]
fn payloads_are_compared_where_both_are_at_hand() {
    let place = place();
    let (old, content) = with_payload();
    let mut new = old.clone();
    let mut changed = content.to_vec();
    changed[3] ^= 1;
    new.payloads[0].1 = changed;
    place.write("old.suit", old.encode()).write("new.suit", new.encode());
    let ran = place.say("diff old.suit new.suit --payloads");
    assert_eq!(ran.status, 1);
    let picture = "  [#]\n  0x0..0xb\n";
    let wanted = format!("payload #app  11 B -> 11 B  1 of 1 blocks of 256 B changed, 1 B in all\n{picture}");
    assert!(ran.text().ends_with(&wanted), "{}", ran.text());

    // From files, which no envelope carries: two blocks of 256 bytes, the second of which differs.
    let mut other = [7; 300];
    other[299] = 8;
    place.write("a.bin", [7; 300]).write("b.bin", other);
    let ran = place.say("diff fw.suit fw.suit --payloads --payload-a a.bin --payload-b b.bin").ok();
    let wanted =
        "payload 300 B -> 300 B  1 of 2 blocks of 256 B changed, 1 B in all\n  [.#]\n  0x100..0x12c\n";
    assert!(ran.text().ends_with(wanted), "{}", ran.text());
    let ran = place.say("diff fw.suit fw.suit --payloads --payload-a x=a.bin");
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error[E0099]: payload 'x' is at hand on one side only\n"), "{}", ran.err);
}

#[test]
fn broken_files_and_other_files_are_refused() {
    let place = place();
    let mut broken = place.read("fw.suit");
    broken.pop();
    place.write("cut.suit", broken);
    let ran = place.say("diff fw.suit cut.suit");
    assert_eq!((ran.status, ran.out.len()), (3, 0));
    assert!(
        ran.err.starts_with("error[E0101]: input ends inside an item\n--> cut.suit: byte 160"),
        "{}",
        ran.err
    );
    assert!(ran.err.ends_with("help: `suit inspect` shows it as far as it goes\n"), "{}", ran.err);
    let ran = place.say("diff fw.suit k1.pem");
    assert_eq!(ran.status, 3);
    assert!(ran.err.starts_with("error[E0610]: 'k1.pem' is a key"), "{}", ran.err);
}

#[test]
fn any_two_published_files_can_be_compared() {
    let mut files = published::files();
    files.retain(|path| path.parent().is_some_and(|folder| folder.ends_with("libcsuit")));
    let place = Place::new();
    for pair in files.windows(2) {
        let ran = place.suit(&["diff", pair[0].to_str().unwrap(), pair[1].to_str().unwrap()]);
        assert_eq!((ran.status, ran.err.as_str()), (1, ""), "{pair:?}");
        assert!(ran.text().lines().count() >= 2, "{pair:?}");
    }
}

/// Whoever sends an envelope chooses how many payloads are in it; searching all for each would take minutes.
#[test]
fn many_payloads_are_compared() {
    let place = place();
    let mut many = with_payload().0;
    many.payloads.extend((0..40_000).map(|number| (format!("#{number:05}"), vec![0])));
    place.write("many.suit", many.encode());
    many.payloads[20_000].1 = vec![1];
    place.write("more.suit", many.encode());
    let ran = place.say("diff many.suit more.suit");
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    assert!(ran.text().contains("\n~ payload #19999 "), "{}", ran.text().lines().take(5).collect::<String>());
}
