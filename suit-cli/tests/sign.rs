//! `suit sign`, seen from outside.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use sha2::{Digest as _, Sha256};
use signing::{K1, K1_PUBLIC, K1_THUMBPRINT, Place, example_0, hex, item_digest, to_hex, with_payload};
use suit_core::{Envelope, Tagging};

/// spec.md §5.2: RFC 6979 signature of the first example by K1.
const EXAMPLE_SIGNATURE: &str = "8679a7bde316a9c8a7dd701f3f153f011368749fce6c12e4e2c9f704d3bd104f\
                                 b77559d2d9723ac9ce550dc69e7bf8cc3a1a460dc6f2b851780bd23cf6669c29";
#[test]
fn the_first_example_is_signed_byte_for_byte() {
    let place = Place::with_example();
    let unsigned = place.read("fw.suit");
    // spec.md §7.2: 161 bytes without, 237 with a signature; the manifest's digest.
    assert_eq!(unsigned.len(), 161);
    let digest = item_digest(&example_0().encode());
    assert_eq!(to_hex(&digest.bytes), "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af");

    let ran = place.say("sign fw.suit --key k1.pem -o signed.suit").ok();
    assert_eq!(ran.text(), "signed signed.suit  ESP256 by k1.pem in COSE_Sign1\n");
    let signed = place.read("signed.suit");
    assert_eq!(signed.len(), 237);
    // The wrapper by hand: [digest, 18([{1: -9}, {}, nil, signature])], everything else unchanged.
    let block = [hex("d28443a10128a0f65840"), hex(EXAMPLE_SIGNATURE)].concat();
    let wrapper = [hex("82"), unsigned[7..7 + 38].to_vec(), hex("584a"), block].concat();
    let wanted = [&unsigned[..4], &hex("5873")[..], &wrapper[..], &unsigned[45..]].concat();
    assert_eq!(to_hex(&signed), to_hex(&wanted));
    // interop/SHA256SUMS, libcsuit/suit_manifest_exp0.suit
    assert_eq!(to_hex(&Sha256::digest(&signed)), GOLDEN);
}

/// SHA-256 of the published file.
const GOLDEN: &str = "17a1db3e68296651c3edaaaf6bd33b3fe427bae9eb5a07678e3ceb0de075f4f6";

/// Sig_structure of the first example (spec.md §5.2).
const EXAMPLE_TBS: &str = "846a5369676e61747572653143a10128405824822f5820\
                           6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af";

fn blocks(envelope: &[u8]) -> Vec<Vec<u8>> {
    let envelope = Envelope::parse(envelope, Tagging::Optional).unwrap();
    envelope.authentication().blocks().map(|block| block.rest().to_vec()).collect()
}

/// Everything but the authentication wrapper.
fn rest(envelope: &[u8]) -> (Vec<u8>, Vec<(String, Vec<u8>)>) {
    let envelope = Envelope::parse(envelope, Tagging::Optional).unwrap();
    let members = envelope.members().skip(1).map(|(key, value)| (format!("{key:?}"), value.item().to_vec()));
    (envelope.authentication().signed().to_vec(), members.collect())
}

#[test]
fn signing_twice_gives_the_same_bytes() {
    let place = Place::with_example();
    place.say("key gen --type p384 -o p384.pem").done();
    for key in ["k1.pem", "p384.pem"] {
        for file in ["one.suit", "two.suit"] {
            place.suit(&["sign", "fw.suit", "--key", key, "-o", file]).ok();
        }
        assert_eq!(place.read("one.suit"), place.read("two.suit"), "{key}");
    }
}

#[test]
fn signatures_come_after_each_other_and_nothing_else_changes() {
    let place = Place::with_example();
    let (envelope, _) = with_payload();
    let before = envelope.encode();
    place.write("fw.suit", &before);
    place.say("key gen --type ed25519 -o ed.pem --public ed.pub").done();
    place.say("key gen --type p384 -o p384.pem --public p384.pub").done();
    place.say("key gen --type hmac-256 -o mac.cose").done();
    place.say("sign fw.suit --key k1.pem --key ed.pem --mac mac.cose --in-place").ok();
    let first = blocks(&place.read("fw.suit"));
    // Tags 18, 18, 17; each with its algorithm, protected, and nothing else.
    let heads: Vec<_> = first.iter().map(|block| to_hex(&block[..8])).collect();
    assert_eq!(heads, ["d28443a10128a0f6", "d28443a10132a0f6", "d18443a10105a0f6"]);
    place.say("sign fw.suit --key p384.pem --in-place").ok();
    let second = blocks(&place.read("fw.suit"));
    assert_eq!(second[..3], first);
    assert_eq!(to_hex(&second[3][..9]), "d28444a1013832a0f6");
    assert_eq!(rest(&place.read("fw.suit")), rest(&before));
    let ran =
        place.say("verify fw.suit --trust k1.pub --trust ed.pub --trust p384.pub --trust mac.cose").ok();
    assert!(ran.text().starts_with("ok  fw.suit  signed by k1, ed, mac, p384\n"), "{}", ran.text());

    place.say("sign fw.suit --key k2.pem --replace -o replaced.suit").ok();
    assert_eq!(blocks(&place.read("replaced.suit")).len(), 1);
    assert_eq!(rest(&place.read("replaced.suit")), rest(&before));
}

#[test]
fn an_untagged_envelope_stays_untagged() {
    let place = Place::with_example();
    let tagged = place.read("fw.suit");
    place.write("fw.suit", &tagged[2..]);
    let ran = place.say("sign fw.suit --key k1.pem -o out.suit");
    assert_eq!(ran.status, 0);
    assert!(ran.err.starts_with("warning[E0329]: envelope without tag 107\n"), "{}", ran.err);
    place.write("tagged.suit", &tagged).say("sign tagged.suit --key k1.pem --in-place").ok();
    assert_eq!(place.read("out.suit"), place.read("tagged.suit")[2..]);
}

#[test]
fn deprecated_algorithms_only_where_they_are_named() {
    let place = Place::with_example();
    place.say("key gen --type ed25519 -o ed.pem --public ed.pub").done();
    for (key, name, protected) in [("k1", "es256", "43a10126"), ("ed", "eddsa", "43a10127")] {
        place.say(&format!("sign fw.suit --key {key}.pem --alg {name} -o out.suit")).ok();
        assert_eq!(to_hex(&blocks(&place.read("out.suit"))[0][2..6]), protected);
        let ran = place.say(&format!("verify out.suit --trust {key}.pub"));
        assert_eq!(ran.status, 1);
        let help = format!("help: --allow {name} accepts this deprecated algorithm\n");
        assert!(ran.err.starts_with("refused[E0504]") && ran.err.ends_with(&help), "{}", ran.err);
        place.say(&format!("verify out.suit --trust {key}.pub --allow {name}")).ok();
        // The other name of the same key is no second signer.
        let ran = place.say(&format!("sign out.suit --key {key}.pem -o again.suit"));
        assert!(ran.status == 5 && ran.err.starts_with("error[E0902]"), "{}", ran.err);
    }
}

#[test]
fn key_identifiers_are_written_where_they_are_wanted() {
    let place = Place::with_example();
    // 04 in the unprotected map: a1 04 <bstr>.
    for (flag, kid) in [
        ("hex:0102ff", hex("a104430102ff")),
        ("text:thumbprint", [hex("a1044a"), b"thumbprint".to_vec()].concat()),
        ("release", [hex("a10447"), b"release".to_vec()].concat()),
        ("thumbprint", [hex("a1045820"), hex(K1_THUMBPRINT)].concat()),
    ] {
        place.suit(&["sign", "fw.suit", "--key", "k1.pem", "--kid", flag, "-o", "out.suit"]).ok();
        let block = &blocks(&place.read("out.suit"))[0];
        assert_eq!(to_hex(&block[6..6 + kid.len()]), to_hex(&kid), "{flag}");
        place.say("verify out.suit --trust k1.pub").ok();
    }
    // A key that brings one along.
    let with_kid =
        [hex("a5010202426b3120 01215820"), hex(&K1_PUBLIC[2..66]), hex("225820"), hex(&K1_PUBLIC[66..])];
    let private = [with_kid.concat(), hex("235820"), hex(K1)].concat();
    place.write("k.cose", [&[0xa6][..], &private[1..]].concat());
    place.say("sign fw.suit --key k.cose -o out.suit").ok();
    assert_eq!(to_hex(&blocks(&place.read("out.suit"))[0][6..11]), "a104426b31");
    // It is a hint: another name of the trusted key does no harm.
    place.say("verify out.suit --trust k1.pub").ok();
}

#[test]
fn several_signers_share_one_structure() {
    let place = Place::with_example();
    place.say("sign fw.suit --key k1.pem --key k2.pem --cose-sign -o out.suit").ok();
    let blocks = blocks(&place.read("out.suit"));
    assert_eq!(blocks.len(), 1);
    // 98([h'', {}, nil, [[{1: -9}, {}, signature], …
    assert_eq!(to_hex(&blocks[0][..15]), "d8628440a0f6828343a10128a05840");
    // Seven bytes, then for each signer 83, the bucket, a0, 58 40 and the signature.
    assert_eq!(blocks[0].len(), 7 + 2 * (1 + 4 + 1 + 2 + 64));
    place.say("verify out.suit --trust k1.pub --trust k2.pub --require k1,k2").ok();
    let ran = place.say("sign fw.suit --key k1.pem --key file:k1.pem --cose-sign -o no.suit");
    assert!(ran.status == 5 && ran.err.starts_with("error[E0902]") && !place.has("no.suit"), "{}", ran.err);
    let ran = place.say("sign out.suit --key k2.pem -o no.suit");
    assert!(ran.status == 5 && ran.err.starts_with("error[E0902]") && !place.has("no.suit"), "{}", ran.err);
}

#[test]
fn a_mac_names_its_recipient_on_request() {
    let place = Place::with_example();
    place.write("mac.hex", "61".repeat(32));
    place.say("sign fw.suit --mac mac.hex -o mac0.suit").ok();
    place.say("sign fw.suit --mac mac.hex --mac-recipients --kid text:k -o mac.suit").ok();
    let (mac0, mac) = (&blocks(&place.read("mac0.suit"))[0], &blocks(&place.read("mac.suit"))[0]);
    // 17([{1: 5}, {}, nil, tag]) and 97([{1: 5}, {}, nil, tag, [[h'', {1: -6, 4: 'k'}, h'']]])
    assert_eq!(to_hex(&mac0[..10]), "d18443a10105a0f65820");
    assert_eq!(to_hex(&mac[..11]), "d8618543a10105a0f65820");
    assert_eq!(to_hex(&mac[43..]), "818340a2012504416b40");
    for file in ["mac0.suit", "mac.suit"] {
        place.suit(&["verify", file, "--trust", "mac.hex"]).ok();
        let ran = place.suit(&["sign", file, "--mac", "mac.hex", "-o", "no.suit"]);
        assert!(ran.status == 5 && ran.err.starts_with("error[E0902]"), "{}", ran.err);
    }
}

#[test]
fn signing_in_two_steps_needs_no_private_key() {
    let place = Place::with_example();
    place.say("sign fw.suit --export-tbs fw.tbs --pub k1.pub").ok();
    assert_eq!(to_hex(&place.read("fw.tbs")), EXAMPLE_TBS);
    // Without a key it is for ESP256, and says so.
    let ran = place.say("sign fw.suit --export-tbs -");
    assert_eq!((ran.status, to_hex(&ran.out)), (0, EXAMPLE_TBS.to_owned()));
    assert_eq!(ran.err, "these bytes are for ESP256; --pub KEY or --alg says otherwise\n");
    let ran = place.say("sign fw.suit --export-tbs - --format json --alg esp256").ok().json();
    assert_eq!((&ran["algorithm"], &ran["algorithm_id"]), (&"ESP256".into(), &(-9).into()));
    assert_eq!(ran["to_be_signed"], EXAMPLE_TBS);
    let prehash = to_hex(&Sha256::digest(hex(EXAMPLE_TBS)));
    assert_eq!(ran["prehash"], serde_json::json!({ "algorithm": "SHA-256", "value": prehash }));
    place.say("sign fw.suit --export-tbs fw.hash --format prehash --pub k1.pub").ok();
    assert_eq!(to_hex(&place.read("fw.hash")), prehash);

    // The second step in each form; the result is what one step gives.
    place.say("sign fw.suit --key k1.pem -o wanted.suit").ok();
    let (r, s) = EXAMPLE_SIGNATURE.split_at(64);
    // 30 <len> 02 21 00 r 02 21 00 s: both begin with a bit that is set.
    let der = [hex("304602210 0"), hex(r), hex("022100"), hex(s)].concat();
    let json = format!(r#"{{"format":"suit-signature/1","signature":"{EXAMPLE_SIGNATURE}"}}"#);
    for (name, content, flags) in [
        ("raw.sig", hex(EXAMPLE_SIGNATURE), ""),
        ("der.sig", der.clone(), "--format der"),
        ("json.sig", json.into_bytes(), "--format json"),
    ] {
        place.write(name, content);
        place.say(&format!("sign fw.suit --import-sig {name} --pub k1.pub {flags} -o out.suit")).ok();
        assert_eq!(place.read("out.suit"), place.read("wanted.suit"), "{name}");
    }
    let ran = place.say("sign out.suit --import-sig raw.sig --pub k1.pub -o no.suit");
    assert!(ran.status == 5 && ran.err.starts_with("error[E0902]"), "{}", ran.err);
}

/// Input and output through pipes.
#[test]
fn envelopes_come_and_go_through_pipes() {
    use std::io::Write as _;
    use std::process::Stdio;
    let place = Place::with_example();
    let mut command = place.command(&["sign", "-", "--key", "env:TEST_KEY", "-o", "-"]);
    command.env("TEST_KEY", String::from_utf8(place.read("k1.pem")).unwrap());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(&place.read("fw.suit")).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    assert_eq!(to_hex(&Sha256::digest(&output.stdout)), GOLDEN);
    // The key of the environment is used where none is named.
    let mut command = place.command(&["sign", "fw.suit", "-o", "out.suit"]);
    assert_eq!(signing::run(command.env("SUIT_KEY", "k1.pem")).status, 0);
    assert_eq!(to_hex(&Sha256::digest(place.read("out.suit"))), GOLDEN);
}

/// What was signed, as JSON; and the schemas' word for it.
#[test]
fn the_report_says_what_was_added() {
    let place = Place::with_example();
    let ran = place.say("sign fw.suit --key k1.pem --kid thumbprint --format json -o out.suit").ok().json();
    let wanted = serde_json::json!({
        "format": "suit-sign/1",
        "file": "out.suit",
        "manifest_digest": {
            "algorithm": "SHA-256",
            "value": "6658ea560262696dd1f13b782239a064da7c6c5cbaf52fded428a6fc83c7e5af",
        },
        "added": [{
            "structure": "COSE_Sign1", "algorithm": "ESP256", "key": "k1.pem", "key_id": K1_THUMBPRINT,
        }],
        "blocks": 1,
    });
    assert_eq!(ran, wanted);
}
