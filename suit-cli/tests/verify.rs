//! `suit verify`, seen from outside: what it accepts, and each single fault with its reason.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use signing::{K1, Place, act, check, envelope, example_0, hex, sha256, shared, with_payload};
use suit_core::command::Act;
use suit_core::labels::{Condition, EnvelopeKey, ManifestKey};
use suit_core::owned::{Command, ComponentId, Digest, Envelope, Manifest, Member, Parameter, Selection};

/// A place with the signed envelope of [`with_payload`].
fn place() -> Place {
    let place = Place::with_example();
    write_signed(&place, "fw.suit", &with_payload().0);
    place
}

fn write_signed(place: &Place, name: &str, envelope: &Envelope) {
    place.write(name, envelope.encode());
    place.suit(&["sign", name, "--key", "k1.pem", "--in-place"]).ok();
}

/// Reads the envelope of this name for a change.
fn read(place: &Place, name: &str) -> Envelope {
    let bytes = place.read(name);
    Envelope::from(&suit_core::Envelope::parse(&bytes, suit_core::Tagging::Optional).unwrap())
}

#[test]
fn what_holds_is_said_in_words() {
    let place = place();
    let digest = signing::to_hex(&read(&place, "fw.suit").digest.bytes);
    let ran = place.say("verify fw.suit --trust k1.pub").ok();
    let wanted = format!(
        "ok  fw.suit  signed by k1\n\
         \x20 manifest    sequence 7, SHA-256 {digest}\n\
         \x20 signature   ESP256 in COSE_Sign1: by k1\n\
         \x20 member      install: severed, and here as the manifest has it\n\
         \x20 payload     #app: 11 B, as the manifest has it\n"
    );
    assert_eq!(ran.text(), wanted);
}

#[test]
fn keys_to_trust_come_from_files_and_directories() {
    let place = place();
    // Both halves of a key, a stranger, and what is no key file.
    for (name, from) in [("keys/k1.pem", "k1.pem"), ("keys/k1.pub", "k1.pub"), ("keys/k2.pub", "k2.pub")] {
        place.write(name, place.read(from));
    }
    place
        .write("keys/README.md", "no key")
        .write("keys/.hidden", "no key")
        .write("keys/old/broken.pem", "no key");
    assert!(place.say("verify fw.suit --trust keys").ok().text().starts_with("ok  fw.suit  signed by k1\n"));
    place.say("verify fw.suit --trust file:keys --trust k2.pub").ok();
    let mut command = place.command(&["verify", "fw.suit"]);
    signing::run(command.env("SUIT_TRUST", "keys")).ok();
    // The private key alone will do: its public part is what counts.
    place.say("verify fw.suit --trust k1.pem").ok();
}

#[test]
fn who_must_have_signed_is_counted_by_keys() {
    let place = place();
    place.say("key gen --type ed25519 -o lab.pem --public lab.pub").done();
    place.say("sign fw.suit --key lab.pem --in-place").ok();
    let trust = "verify fw.suit --trust k1.pub --trust k2.pub --trust lab.pub";
    for (rule, holds) in [
        (&["k1"][..], true),
        (&["k1,lab"], true),
        (&["2-of k1,k2,lab"], true),
        (&["1-of k2,lab"], true),
        (&["k2"], false),
        (&["k1,k2"], false),
        (&["3-of k1,k2,lab"], false),
        (&["k1", "k2"], false),
    ] {
        let mut words: Vec<_> = trust.split(' ').collect();
        rule.iter().for_each(|rule| words.extend(["--require", rule]));
        let ran = place.suit(&words);
        assert_eq!(ran.status, if holds { 0 } else { 1 }, "{rule:?}: {}", ran.err);
        assert_eq!(ran.err.starts_with("refused[E0550]"), !holds, "{rule:?}: {}", ran.err);
    }
}

#[test]
fn a_profile_allows_its_algorithm_alone() {
    let place = place();
    place.say("key gen --type ed25519 -o lab.pem --public lab.pub").done();
    let trust = "verify fw.suit --trust k1.pub --trust lab.pub --profile";
    place.say(&format!("{trust} mti-esp256")).done();
    place.say(&format!("{trust} suit-sha256-esp256-ecdh-a128gcm")).done();
    let ran = place.say(&format!("{trust} mti-ed25519"));
    assert!(
        ran.status == 1 && ran.err.contains("refused[E0504]: no signature by a trusted key\n"),
        "{}",
        ran.err
    );
    assert!(
        ran.err.contains("note: block 0: ESP256 in COSE_Sign1: by k1, but the algorithm is not allowed\n")
    );
    // Another hash.
    let mut other = envelope(&example_0());
    let item = [&hex("5871")[..], &other.manifest].concat();
    use sha2::Digest as _;
    other.digest = Digest {
        algorithm: suit_core::labels::Algorithm::Sha384,
        bytes: sha2::Sha384::digest(&item).to_vec(),
    };
    write_signed(&place, "other.suit", &other);
    place.say("verify other.suit --trust k1.pub").ok();
    let ran = place.say("verify other.suit --trust k1.pub --profile mti-esp256");
    assert_eq!(ran.status, 1);
    let wanted = "refused[E0552]: the manifest has a digest by SHA-384, and the profile has SHA-256\n";
    assert!(ran.err.starts_with(wanted), "{}", ran.err);
}

/// Each with one fault; everything else of the envelope is as it was signed.
#[test]
fn each_fault_has_its_reason() {
    let place = place();
    place.write("empty/README", "").write("mac.hex", "61".repeat(32));
    let change = |name: &str, change: &dyn Fn(&mut Envelope)| {
        let mut envelope = read(&place, "fw.suit");
        change(&mut envelope);
        place.write(name, envelope.encode());
    };
    change("digest.suit", &|envelope| envelope.digest.bytes[0] ^= 1);
    change("manifest.suit", &|envelope| *envelope.manifest.last_mut().unwrap() ^= 1);
    change("signature.suit", &|envelope| *envelope.blocks[0].last_mut().unwrap() ^= 1);
    change("unsigned.suit", &|envelope| envelope.blocks.clear());
    change("section.suit", &|envelope| *envelope.severed[0].1.last_mut().unwrap() ^= 1);
    change("payload.suit", &|envelope| envelope.payloads[0].1[0] ^= 1);
    change("long.suit", &|envelope| envelope.payloads[0].1.push(b'!'));
    change("no-payload.suit", &|envelope| envelope.payloads.clear());
    change("untagged.suit", &|envelope| envelope.tagged = false);
    place.write("cut.suit", &place.read("fw.suit")[..200]);
    place.write("more.suit", [place.read("fw.suit"), vec![0]].concat());
    // Signed although its structure is wrong: no version.
    let mut manifest = envelope(&example_0());
    manifest.manifest = [&[0xa4], &manifest.manifest[3..]].concat();
    manifest.digest = signing::item_digest(&manifest.manifest);
    place.write("bad.suit", manifest.encode()).say("sign bad.suit --key k1.pem --in-place").done();

    for (line, status, first) in [
        ("digest.suit", 1, "refused[E0502]: manifest does not have the digest that was signed"),
        ("manifest.suit", 1, "refused[E0502]: manifest does not have the digest that was signed"),
        ("signature.suit", 1, "refused[E0504]: no signature by a trusted key"),
        ("unsigned.suit", 1, "refused[E0501]: manifest is not signed"),
        (
            "section.suit",
            1,
            "refused[E0506]: severed install does not have the digest that the manifest holds",
        ),
        (
            "payload.suit",
            1,
            "refused[E0553]: payload '#app' does not have the digest that the manifest holds",
        ),
        ("long.suit", 1, "refused[E0554]: payload '#app' has 12 bytes, the manifest says 11"),
        (
            "no-payload.suit --payload-dir empty",
            1,
            "refused[E0555]: payload '#app' is neither in the envelope nor in the directory",
        ),
        ("fw.suit --min-seq 8", 1, "refused[E0551]: sequence number 7 is lower than 8"),
        ("fw.suit --trust k2.pub --require k2", 1, "refused[E0550]: 'k2' is required, and k2 did not sign"),
        ("untagged.suit", 3, "error[E0329]: envelope without tag 107"),
        ("cut.suit", 3, "error[E0101]: input ends inside an item"),
        ("more.suit", 3, "error[E0106]: bytes after the end of the item"),
        ("bad.suit", 3, "error[E0302]: required key 1 is missing"),
        ("none.suit", 3, "error[E0601]: can't read 'none.suit': no such file or directory"),
    ] {
        let ran = place.say(&format!("verify {line} --trust k1.pub"));
        assert_eq!((ran.status, ran.err.lines().next()), (status, Some(first)), "{line}");
        assert!(ran.out.is_empty(), "{line}");
        // The same as JSON: the answer where there is one, the message in any case.
        let ran = place.say(&format!("verify {line} --trust k1.pub --format json"));
        assert_eq!(ran.status, status, "{line}");
        let code = first.split(['[', ']']).nth(1).unwrap();
        let message: serde_json::Value = serde_json::from_str(ran.err.lines().next().unwrap()).unwrap();
        assert_eq!((&message["code"], &message["exit"]), (&code.into(), &status.into()), "{line}");
        assert_eq!(ran.out.is_empty(), status == 3, "{line}");
        if status == 1 {
            let answer = ran.json();
            assert_eq!(
                (&answer["verdict"], &answer["reason"]["code"]),
                (&"refused".into(), &code.into()),
                "{line}"
            );
        }
    }
    for line in ["fw.suit --min-seq 7", "no-payload.suit", "untagged.suit --allow untagged"] {
        place.say(&format!("verify {line} --trust k1.pub")).ok();
    }
}

/// Two slots: which payload belongs to which digest follows from the slot alone.
#[test]
fn payloads_of_alternatives_are_told_apart_by_their_slots() {
    let images: [&[u8]; 2] = [b"image for slot 0", b"image for slot 1"];
    let in_slot = |slot: u64, parameter: Parameter| {
        vec![
            Command::OverrideParameters(vec![Parameter::ComponentSlot(slot)]),
            check(Condition::ComponentSlot),
            Command::OverrideParameters(vec![parameter]),
        ]
    };
    let mut manifest = example_0();
    manifest.shared = Some(shared(vec![]));
    let digests = [0, 1].map(|slot| {
        let image = images[usize::try_from(slot).unwrap()];
        in_slot(slot, Parameter::ImageDigest(sha256(image)))
    });
    manifest.shared.as_mut().unwrap().push(Command::TryEach(digests.into(), false));
    let uris = [0, 1].map(|slot| in_slot(slot, Parameter::Uri(format!("coap://host/fw-{slot}.bin"))));
    let install = vec![Command::TryEach(uris.into(), false), act(Act::Fetch), check(Condition::ImageMatch)];
    manifest.sections.insert(ManifestKey::Install, Member::Inline(install));
    let place = Place::with_example();
    write_signed(&place, "ab.suit", &envelope(&manifest));
    place.write("right/fw-0.bin", images[0]).write("right/fw-1.bin", images[1]);
    place.write("wrong/fw-0.bin", images[1]).write("wrong/fw-1.bin", images[0]);
    let digest = signing::to_hex(&sha256(images[1]).bytes);
    place.write("half/fw-0.bin", images[0]).write(&format!("half/{digest}"), images[1]);

    let answer = place.say("verify ab.suit --trust k1.pub --payload-dir right --format json").ok().json();
    let payloads = &answer["envelope"]["payloads"];
    for slot in 0..2 {
        assert_eq!(payloads[slot]["uri"], format!("coap://host/fw-{slot}.bin"));
        assert_eq!(payloads[slot]["status"], "matches");
    }
    assert_eq!(payloads.as_array().unwrap().len(), 2);
    let ran = place.say("verify ab.suit --trust k1.pub --payload-dir wrong");
    assert_eq!(ran.err.matches("refused[E0553]").count(), 2, "{}", ran.err);
    place.say("verify ab.suit --trust k1.pub --payload-dir half").ok();
}

/// Alternatives that multiply are not followed without end, and that is said.
#[test]
fn too_many_alternatives_are_remarked_upon() {
    let place = Place::with_example();
    let choice = |inner: Vec<Command>| {
        let other = vec![Command::OverrideParameters(vec![Parameter::ImageSize(1)])];
        Command::TryEach(vec![inner, other], false)
    };
    let uri = |name: &str| Command::OverrideParameters(vec![Parameter::Uri(name.into())]);
    // One after the other: 2^12 ways. Inside each other: each level repeats what is below it. Side by side: each of 64 ways goes on
    // in as many as fill memory, if all are kept until they are counted.
    let flat: Vec<Command> = (0..12).map(|number| choice(vec![uri(&format!("#{number}"))])).collect();
    let deep = (0..5).fold(vec![uri("#x")], |inner, _| (0..6).map(|_| choice(inner.clone())).collect());
    let mut wide = flat[..6].to_vec();
    wide.push(Command::TryEach(vec![vec![check(Condition::Abort)]; 200_000], false));
    for (name, mut install) in [("flat.suit", flat), ("deep.suit", deep), ("wide.suit", wide)] {
        install.push(act(Act::Fetch));
        let mut manifest = example_0();
        manifest.sections.insert(ManifestKey::Install, Member::Inline(install));
        write_signed(&place, name, &envelope(&manifest));
        let from = std::time::Instant::now();
        let ran = place.suit(&["verify", name, "--trust", "k1.pub"]).done();
        assert!(ran.err.starts_with("warning[E0558]"), "{name}: {}", ran.err);
        assert!(from.elapsed().as_secs() < 20, "{name}");
    }
}

/// A dependency, embedded or as a file.
#[test]
fn dependencies_are_verified_too() {
    let place = Place::with_example();
    write_signed(&place, "inner.suit", &with_payload().0);
    let inner = place.read("inner.suit");
    let depend = |digest: Digest| {
        let mut manifest = Manifest {
            components: vec![ComponentId(vec![vec![0]]), ComponentId(vec![vec![1]])],
            shared: None,
            ..example_0()
        };
        manifest.dependencies.insert(1, None);
        let install = vec![
            Command::SetComponentIndex(Selection::One(1)),
            Command::OverrideParameters(vec![
                Parameter::ImageDigest(digest),
                Parameter::Uri("#inner.suit".into()),
            ]),
            act(Act::Fetch),
            check(Condition::DependencyIntegrity),
            act(Act::ProcessDependency),
        ];
        manifest.sections.clear();
        manifest.sections.insert(ManifestKey::Install, Member::Inline(install));
        envelope(&manifest)
    };
    let digest = read(&place, "inner.suit").digest;
    let mut whole = depend(digest.clone());
    whole.payloads.push(("#inner.suit".into(), inner.clone()));
    write_signed(&place, "outer.suit", &whole);
    let answer = place.say("verify outer.suit --trust k1.pub --format json").ok().json();
    let found = &answer["envelope"]["dependencies"][0];
    assert_eq!((&found["status"], &found["source"]), (&"matches".into(), &"envelope".into()));
    assert_eq!(found["envelope"]["payloads"][0]["status"], "matches");

    // As a file beside it.
    write_signed(&place, "light.suit", &depend(digest));
    place.write("files/inner.suit", &inner);
    place.say("verify light.suit --trust k1.pub --payload-dir files").ok();
    place.say("verify light.suit --trust k1.pub").ok();

    let wrong = depend(sha256(b"another manifest"));
    let with = |mut envelope: Envelope, inner: &[u8]| {
        envelope.payloads.push(("#inner.suit".into(), inner.to_vec()));
        envelope
    };
    write_signed(&place, "other.suit", &with(wrong, &inner));
    let mut unsigned = read(&place, "inner.suit");
    unsigned.blocks.clear();
    let right = || depend(unsigned.digest.clone());
    write_signed(&place, "unsigned.suit", &with(right(), &unsigned.encode()));
    place.write("stranger.suit", unsigned.encode()).say("sign stranger.suit --key k2.pem --in-place").ok();
    write_signed(&place, "strangers.suit", &with(right(), &place.read("stranger.suit")));
    let mut changed = read(&place, "inner.suit");
    changed.payloads[0].1[0] ^= 1;
    write_signed(&place, "changed.suit", &with(right(), &changed.encode()));
    write_signed(&place, "cut.suit", &with(right(), &inner[..100]));
    for (file, status, first) in [
        (
            "other",
            1,
            "refused[E0556]: dependency '#inner.suit' does not have the digest that the manifest holds",
        ),
        ("unsigned", 1, "refused[E0501]: manifest is not signed"),
        ("strangers", 1, "refused[E0504]: no signature by a trusted key"),
        ("changed", 1, "refused[E0553]: payload '#app' does not have the digest that the manifest holds"),
        ("cut", 3, "error[E0101]: input ends inside an item"),
    ] {
        let ran = place.say(&format!("verify {file}.suit --trust k1.pub"));
        assert_eq!((ran.status, ran.err.lines().next()), (status, Some(first)), "{file}");
    }
    place.say("verify strangers.suit --trust k1.pub --trust k2.pub").ok();
}

/// What the device's code counts as one key is one key.
#[test]
fn two_signatures_by_one_key_count_once() {
    let place = place();
    let mut envelope = read(&place, "fw.suit");
    envelope.blocks.push(envelope.blocks[0].clone());
    place.write("twice.suit", envelope.encode());
    place.say("sign fw.suit --key k1.pem --alg es256 --replace -o es256.suit").ok();
    envelope.blocks[1] = read(&place, "es256.suit").blocks[0].clone();
    place.write("two-names.suit", envelope.encode());
    for file in ["twice.suit", "two-names.suit"] {
        place.suit(&["verify", file, "--trust", "k1.pub", "--allow", "es256"]).ok();
        let line = format!("verify {file} --trust k1.pub --trust k2.pub --allow es256");
        let words: Vec<_> = line.split(' ').chain(["--require", "2-of k1,k2"]).collect();
        assert!(place.suit(&words).err.starts_with("refused[E0550]"), "{file}");
    }
}

/// Members that the manifest does not name don't exist.
#[test]
fn what_the_manifest_does_not_name_is_ignored() {
    let place = Place::with_example();
    let mut envelope = envelope(&example_0());
    envelope.severed.push((EnvelopeKey::Text, hex("a0")));
    envelope.payloads.push(("#x".into(), vec![1]));
    write_signed(&place, "fw.suit", &envelope);
    let answer = place.say("verify fw.suit --trust k1.pub --format json").ok().json();
    assert_eq!(answer["envelope"]["members"], serde_json::json!([{ "name": "text", "status": "ignored" }]));
    assert_eq!(answer["envelope"]["payloads"][0]["status"], "ignored");
}

#[test]
fn command_lines_that_mean_nothing() {
    let place = place();
    place.write("keys/README.md", "no key").write("copy.pub", place.read("k1.pub"));
    std::fs::create_dir(place.path("many")).unwrap();
    for number in 0..33 {
        place.suit(&["key", "gen", "--type", "ed25519", "-o", &format!("many/{number:02}.pem")]).done();
    }
    let files = place.files();
    for (words, status, code, message, help) in [
        (
            &["--trust", "k1.pub", "--require", "k3"][..],
            2,
            "E0099",
            "--require names 'k3', and no trusted key is called so",
            "the trusted keys are k1",
        ),
        (
            &["--trust", "k1.pub", "--require", "2-of k1"],
            2,
            "E0099",
            "--require '2-of k1' asks for 2 of 1",
            "ask for at most as many as it names",
        ),
        (
            &["--trust", "k1.pub", "--require", "1-of k1 for app"],
            2,
            "E0099",
            "--require '1-of k1 for app' is about components, which is not supported yet",
            "it arrives with trust policies; today a rule is about the whole manifest: 2-of vendor,operator",
        ),
        (
            &["--trust", "k1.pub", "--profile", "esp256"],
            2,
            "E0099",
            "there is no profile 'esp256'",
            "the profiles are mti-hmac, mti-esp256, mti-ed25519, mti-esp256-gcm, mti-ed25519-chacha, mti-hsslms",
        ),
        (
            &["--trust", "k1.pub", "--profile", "mti-hsslms"],
            2,
            "E0099",
            "the profile 'mti-hsslms' is not supported yet",
            "its signatures, HSS/LMS, arrive later",
        ),
        (
            &["--trust", "k1.pub", "--allow", "es384"],
            2,
            "E0099",
            "--allow doesn't know 'es384'",
            "it knows es256, eddsa and untagged",
        ),
        (
            &["--trust", "keys"],
            4,
            "E0724",
            "there is no key in keys",
            "key files end in .pem, .pub, .key, .der, .cose, .cbor, .jwk, .hex",
        ),
        (
            &["--trust", "many"],
            4,
            "E0725",
            "33 keys and algorithms are to be trusted",
            "a trust store holds 32; each deprecated algorithm that is allowed counts on its own",
        ),
        (
            &["--trust", "k1.pub", "--trust", "copy.pub"],
            4,
            "E0726",
            "'k1.pub' and 'copy.pub' are the same key",
            "keep one of the two; each key counts once",
        ),
        (
            &["--trust", "no.pub"],
            4,
            "E0701",
            "can't read the key 'no.pub': no such file or directory",
            "check the name and the permissions",
        ),
        (
            &["--trust", "k1.pub", "--payload-dir", "fw.suit"],
            3,
            "E0601",
            "'fw.suit' is not a directory",
            "--payload-dir takes the directory of the payloads",
        ),
    ] {
        let ran = place.suit(&[&["verify", "fw.suit"], words].concat());
        let first = format!("error[{code}]: {message}");
        assert_eq!((ran.status, ran.err.lines().next()), (status, Some(first.as_str())), "{words:?}");
        assert_eq!(ran.err.lines().last().unwrap(), format!("help: {help}"), "{words:?}");
        assert!(ran.out.is_empty() && place.files() == files, "{words:?}");
        assert!(!ran.err.contains(K1));
    }
    let ran = place.suit(&["verify", "fw.suit"]);
    assert!(ran.status == 2 && ran.err.contains("--trust <DIR|URI>"), "{}", ran.err);
}

/// Each verb that takes an envelope says what it was given in its place.
#[test]
fn what_is_no_envelope_is_called_what_it_is() {
    let place = Place::with_example();
    place.say("new --recipe module -o d.toml").done();
    place.say("new --device -o device.toml").done();
    place.write("empty", "");
    let ran = place.say("verify empty --trust k1.pub");
    let wanted = "error[E0101]: input ends inside an item\n--> empty: byte 0 (0x0)\n\
                  help: the file is empty: name the one that holds the envelope\n";
    assert_eq!((ran.status, ran.err.as_str()), (3, wanted));
    place.write("firmware.elf", b"\x7fELF\x01\x01\x01\x00");
    for (file, what, help) in [
        ("d.toml", "a description", "`suit build d.toml` makes an envelope of it"),
        ("device.toml", "a device file", "`suit simulate ENV --device device.toml` takes it"),
        ("k1.pub", "a key or certificate in PEM", "`suit key show k1.pub` says what kind of key it is"),
        ("firmware.elf", "an ELF file", "name it in a description; `suit build` makes an envelope of that"),
    ] {
        for verb in [
            "verify FILE --trust k1.pub",
            "sign FILE --key k1.pem -o out.suit",
            "edit strip FILE --signatures -o out.suit",
            "simulate FILE --device device.toml --trust k1.pub",
            "inspect FILE",
            "diff FILE fw.suit",
        ] {
            let ran = place.say(&verb.replace("FILE", file));
            let wanted =
                format!("error[E0610]: '{file}' is {what}, not an envelope\n--> {file}\nhelp: {help}\n");
            assert_eq!((ran.status, ran.text(), ran.err.as_str()), (3, "", wanted.as_str()), "{verb}");
        }
    }
    assert!(!place.has("out.suit"));
}
