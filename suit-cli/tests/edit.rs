//! `suit edit`, seen from outside.

#![allow(clippy::unwrap_used, reason = "tests")]

mod signing;

use signing::{Place, hex, to_hex, with_payload};

/// A place with a signed envelope that has a severed install section and a payload.
fn place() -> Place {
    let place = Place::with_example();
    place.write("fw.suit", with_payload().0.encode());
    place.say("sign fw.suit --key k1.pem --in-place").ok();
    place
}

#[test]
fn what_is_taken_out_can_be_put_back() {
    let place = place();
    let whole = place.read("fw.suit");
    let ran = place.say("edit sever fw.suit --trust k1.pub -o severed.suit").done();
    assert_eq!(
        ran.err,
        format!("severed.suit: severed install, {} B -> {} B\n", whole.len(), whole.len() - 15)
    );
    // Key 20, then 13 bytes: [override-parameters, {uri: "#app"}, fetch, 2, image-match, 15].
    let severed = place.read("severed.suit");
    let section = "144d8614a115642361707015020 30f".replace(' ', "");
    assert!(to_hex(&whole).contains(&section) && !to_hex(&severed).contains(&section));
    place.say("verify severed.suit --trust k1.pub").ok();
    place.say("edit attach severed.suit --from fw.suit -o again.suit --trust k1.pub").done();
    assert_eq!(place.read("again.suit"), whole);

    // Through a file of its own.
    place.say("edit extract fw.suit --member install -o install.cbor").ok();
    place.say("edit attach severed.suit --from install.cbor --member install -o again.suit").done();
    assert_eq!(place.read("again.suit"), whole);

    place.say("edit extract fw.suit --payload #app -o app.bin").ok();
    assert_eq!(place.read("app.bin"), b"hello world");
    place.say("edit strip fw.suit --payload #app -o light.suit --trust k1.pub").done();
    assert_eq!(place.read("light.suit").len(), whole.len() - 17);
    place.say("edit embed light.suit --payload #app=app.bin -o again.suit --trust k1.pub").done();
    assert_eq!(place.read("again.suit"), whole);
    place.suit(&["edit", "strip", "fw.suit", "--payload", "*", "-o", "all.suit"]).done();
    assert_eq!(place.read("all.suit"), place.read("light.suit"));
}

#[test]
fn a_member_that_is_named_twice_is_meant_once() {
    let place = place();
    let whole = place.read("fw.suit");
    let ran = place.say("edit sever fw.suit --member install,install -o severed.suit").done();
    assert!(ran.err.starts_with("severed.suit: severed install, "), "{}", ran.err);
    assert!(!ran.err.contains("install, install"), "{}", ran.err);
    // Put in twice, it would be an envelope that nobody can read.
    place
        .say("edit attach severed.suit --from fw.suit --member install --member install -o again.suit")
        .done();
    assert_eq!(place.read("again.suit"), whole);
}

#[test]
fn without_its_signatures_it_is_as_built() {
    let place = place();
    place.say("edit strip fw.suit --signatures --in-place").done();
    assert_eq!(place.read("fw.suit"), with_payload().0.encode());
}

#[test]
fn a_payload_that_nobody_fetches_is_remarked_upon() {
    let place = place();
    place.write("more.bin", "more");
    let ran = place.say("edit embed fw.suit --payload #more=more.bin -o out.suit").done();
    assert!(
        ran.err.starts_with("warning[E0905]: the manifest fetches nothing called '#more'\n"),
        "{}",
        ran.err
    );
    let answer = place.say("verify out.suit --trust k1.pub --format json").ok().json();
    assert_eq!(answer["envelope"]["payloads"][1]["status"], "ignored");
}

#[test]
fn what_is_no_change_outside_of_the_signed_bytes_is_refused() {
    let place = place();
    place.write("app.bin", "hello worle").write("text.cbor", hex("a0")).write("unsigned.suit", {
        let (mut envelope, _) = with_payload();
        envelope.severed[0].1 = hex("8203 0f");
        envelope.encode()
    });
    place.say("edit sever fw.suit -o severed.suit").done();
    place.say("edit strip fw.suit --payload #app -o light.suit").done();
    let files = place.files();
    for (line, status, code, message, help) in [
        (
            "sever fw.suit --member payload",
            2,
            "E0099",
            "'payload' is not a severable member",
            "the severable members are coswid, dependency-resolution, payload-fetch, candidate-verification, \
             install, text",
        ),
        (
            "sever fw.suit --member text",
            5,
            "E0905",
            "the manifest has no text",
            "`suit inspect` shows what it has",
        ),
        (
            "sever severed.suit",
            5,
            "E0905",
            "there is nothing to sever",
            "the envelope carries no member for which the manifest holds a digest",
        ),
        (
            "sever severed.suit --member install",
            5,
            "E0905",
            "the envelope carries no install",
            "it was severed before",
        ),
        (
            "attach fw.suit --from fw.suit --member install",
            5,
            "E0907",
            "the envelope carries install already",
            "nothing is to be done; to replace it, take it out with `suit edit sever`",
        ),
        (
            "attach severed.suit --from severed.suit",
            5,
            "E0905",
            "'severed.suit' has nothing that is missing here",
            "give the envelope that still has the members",
        ),
        (
            "attach severed.suit --from severed.suit --member install",
            5,
            "E0905",
            "'severed.suit' carries no install",
            "give the envelope that still has the member",
        ),
        (
            "attach severed.suit --from unsigned.suit",
            5,
            "E0906",
            "install of 'unsigned.suit' does not have the digest that the manifest holds",
            "take the content that the manifest was built with",
        ),
        (
            "attach severed.suit --from text.cbor --member install",
            5,
            "E0906",
            "install of 'text.cbor' does not have the digest that the manifest holds",
            "take the content that the manifest was built with",
        ),
        (
            "attach severed.suit --from text.cbor",
            3,
            "E0302",
            "required key 2 is missing",
            "--from takes an envelope, or with one --member a file of that member's content",
        ),
        (
            "embed light.suit --payload #app=app.bin",
            5,
            "E0906",
            "'app.bin' does not have the digest that the manifest holds",
            "take the content that the manifest was built with",
        ),
        (
            "embed fw.suit --payload #app=app.bin",
            5,
            "E0907",
            "the envelope carries '#app' already",
            "to replace it, drop it with `suit edit strip --payload` first",
        ),
        (
            "embed fw.suit --payload app.bin",
            2,
            "E0099",
            "'app.bin' is not NAME=FILE",
            "write for example --payload '#firmware=fw.bin'",
        ),
        (
            "strip fw.suit",
            2,
            "E0099",
            "it is not said what to strip",
            "give --payload NAME, --payload '*' or --signatures",
        ),
        (
            "strip fw.suit --payload #ap",
            5,
            "E0905",
            "the envelope carries no payload '#ap'",
            "it carries #app",
        ),
        (
            "extract severed.suit --member install",
            5,
            "E0905",
            "the envelope carries no install",
            "it is severed, or stands in the manifest: `suit inspect` shows where",
        ),
        (
            "extract light.suit --payload #app",
            5,
            "E0905",
            "the envelope carries no payload '#app'",
            "it carries no payloads",
        ),
        (
            "sever fw.suit --trust k2.pub",
            1,
            "E0504",
            "no signature by a trusted key",
            "give the signer's public key with --trust",
        ),
        (
            "strip fw.suit --signatures --trust k1.pub",
            1,
            "E0501",
            "manifest is not signed",
            "sign it: suit sign ENV --key …",
        ),
    ] {
        let ran = place.say(&format!("edit {line} -o out.suit"));
        assert_eq!(ran.status, status, "{line}: {}", ran.err);
        let word = if status == 1 { "refused" } else { "error" };
        assert_eq!(ran.err.lines().next(), Some(format!("{word}[{code}]: {message}").as_str()), "{line}");
        let said = ran.err.lines().last().unwrap().strip_prefix("help: ").unwrap_or_default();
        assert_eq!(said, help, "{line}: {}", ran.err);
        assert_eq!(place.files(), files, "{line}");
    }
    // An inline section can't be severed: the first example has no other.
    let place = Place::with_example();
    let mut manifest = signing::example_0();
    let install =
        suit_core::owned::Member::Inline(vec![signing::check(suit_core::labels::Condition::ImageMatch)]);
    manifest.sections.insert(suit_core::labels::ManifestKey::Install, install);
    place.write("fw.suit", signing::envelope(&manifest).encode());
    let ran = place.say("edit sever fw.suit --member install -o out.suit");
    assert_eq!(ran.status, 5);
    assert!(ran.err.starts_with("error[E0904]: install is part of the signed manifest\n"), "{}", ran.err);
    assert!(
        ran.err.ends_with("help: only `suit build --severable` can put a digest in its place\n"),
        "{}",
        ran.err
    );
}
