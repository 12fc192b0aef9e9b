//! Changes of which the words are known.

use super::{between, install, plain, said, with_install};
use crate::render::tests::{act, check, digest, envelope, firmware, id, item_digest, set};
use crate::render::{Document, Kind, find};
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Condition, EnvelopeKey, ManifestKey, TextKey};
use suit_core::owned::{Command, LanguageText, Manifest, Member, Parameter, Selection, Text};

#[test]
fn a_new_release_is_told_as_a_person_would() {
    let old = plain(41, 0x9f, 34512);
    let mut new = plain(42, 0x00, 34768);
    let mut steps = install(&new);
    steps.insert(0, check(Condition::MinimumBattery));
    steps.insert(0, set(vec![Parameter::MinimumBattery(1200)]));
    new.sections.insert(ManifestKey::Install, Member::Inline(steps));
    let wanted = "\
~ sequence        41 -> 42
~ [app]           digest sha-256 9f9f9f9f… -> sha-256 00000000…   size 34,512 B -> 34,768 B (+256)
+ install         minimum-battery 1,200 mWh
+ install         condition minimum-battery
";
    assert_eq!(said(&old, &new), wanted);
}

#[test]
fn slots_are_told_apart() {
    let old = firmware();
    let mut new = firmware();
    let Some(Command::TryEach(alternatives, _)) = new.shared.as_mut().and_then(|steps| steps.last_mut())
    else {
        panic!("a try-each")
    };
    alternatives[1][2] = set(vec![Parameter::ImageDigest(digest(0xcc)), Parameter::ImageSize(1500)]);
    let wanted = "\
~ [fw]            digest sha-256 bbbbbbbb… -> sha-256 cccccccc…   size 2,000 B -> 1,500 B (-500)   \
                  (alternative 2)
";
    assert_eq!(said(&old, &new), wanted);
}

#[test]
fn indices_that_only_shift_and_commands_that_are_only_grouped_are_no_change_of_steps() {
    let select = |index| Command::SetComponentIndex(Selection::One(index));
    let steps = |index, split: bool| {
        let (uri, size) = (Parameter::Uri("coap://h/fw".into()), Parameter::ImageSize(7));
        let sets = if split { vec![set(vec![size]), set(vec![uri])] } else { vec![set(vec![size, uri])] };
        [vec![select(index)], sets, vec![act(Act::Fetch)]].concat()
    };
    let manifest = |components: &[&str], steps| Manifest {
        components: components.iter().map(|name| id(&[name])).collect(),
        sections: [(ManifestKey::Install, Member::Inline(steps))].into(),
        ..Manifest::default()
    };
    let old = manifest(&["a", "b"], steps(1, false));
    // A component is put in front, so that b has another index.
    let new = manifest(&["new", "a", "b"], steps(2, false));
    let regrouped =
        "~ install         the same steps; commands, selection or indices are written in another way\n";
    assert_eq!(said(&old, &new), format!("+ component       [new]\n{regrouped}"));
    // One directive is split in two.
    assert_eq!(said(&old, &manifest(&["a", "b"], steps(1, true))), regrouped);
    // Only the order changes.
    assert_eq!(
        said(&old, &manifest(&["b", "a"], steps(0, false))),
        format!("~ components      order [a] [b] -> [b] [a]\n{regrouped}")
    );
    // Another component is meant.
    let wanted = "\
- [b]             size 7 B   uri coap://h/fw
+ [a]             size 7 B   uri coap://h/fw
- install         fetch [b]
+ install         fetch [a]
";
    assert_eq!(said(&old, &manifest(&["a", "b"], steps(0, false))), wanted);
}

#[test]
fn commands_give_an_edit_script() {
    let old = plain(1, 1, 1);
    let mut steps = install(&old);
    steps[2] = Command::Condition(Condition::ImageMatch, ReportPolicy::new(2).unwrap());
    steps.push(Command::RunSequence(vec![check(Condition::UpdateAuthorized)]));
    steps.remove(1);
    let wanted = "\
- install         fetch
~ install         condition image-match: report all -> failure
+ install         run-sequence of 1 steps
+ install         condition update-authorized   (sequence)
";
    assert_eq!(said(&old, &with_install(&old, steps)), wanted);
}

/// The encoding of a section of this manifest, for an envelope to carry.
fn content(manifest: &Manifest, key: ManifestKey) -> Vec<u8> {
    let encoded = manifest.encode();
    let document = Document::read(&encoded, Kind::Manifest { tagged: false });
    let at = find(&document, &format!(".{}", key.name())).unwrap().first;
    document.bytes_at(at).unwrap().to_vec()
}

#[test]
fn severing_when_building_is_a_change_of_meaning_and_later_it_is_not() {
    let inline = plain(1, 1, 1);
    let section = content(&inline, ManifestKey::Install);
    let digest = item_digest(&section);
    let mut severed = inline.clone();
    severed.sections.insert(ManifestKey::Install, Member::Severed(digest.clone()));
    let mut carried = envelope(&severed);
    carried.severed.push((EnvelopeKey::Install, section));
    let short = suit_core::cbor::diag::Hex(&digest.bytes[..4]).to_string();

    // The digest in the manifest is what is signed, so building it so is another manifest, with the same steps.
    let (changes, text) = between(&envelope(&inline).encode(), &carried.encode());
    let size = content(&inline, ManifestKey::Install).len();
    let wanted = format!(
        "\
~ install         inline, {size} B -> severed, sha-256 {short}…
envelope:
+ install         carried, {size} B
"
    );
    assert_eq!(text, wanted);
    assert_eq!((changes.meaning.len(), changes.envelope.len()), (1, 1));

    // Taking the content out of the envelope changes nothing that is signed.
    let (changes, text) = between(&carried.encode(), &envelope(&severed).encode());
    assert_eq!(changes.meaning, []);
    let wanted = format!(
        "= manifest        the same, byte for byte\nenvelope:\n- install         carried, {size} B\n"
    );
    assert_eq!(text, wanted);
}

#[test]
fn what_a_severed_section_does_is_compared_where_both_are_at_hand() {
    let carried = |manifest: &Manifest| {
        let section = content(manifest, ManifestKey::Install);
        let mut severed = manifest.clone();
        severed.sections.insert(ManifestKey::Install, Member::Severed(item_digest(&section)));
        let mut carried = envelope(&severed);
        carried.severed.push((EnvelopeKey::Install, section));
        carried
    };
    let old = plain(1, 1, 1);
    let mut steps = install(&old);
    steps[0] = set(vec![Parameter::Uri("coap://h/other".into())]);
    let new = with_install(&old, steps);
    let (changes, text) = between(&carried(&old).encode(), &carried(&new).encode());
    assert!(
        text.starts_with("~ [app]           uri coap://h/fw -> coap://h/other\n~ install         severed, "),
        "{text}"
    );
    assert_eq!(changes.envelope, []);
}

#[test]
fn envelopes_differ_by_signers_payloads_tag_and_unknown_members() {
    let old = envelope(&plain(1, 1, 1));
    // A COSE_Sign1 with ESP256 and the key identifier 'k', and a signature of two bytes.
    let block = |signature: u8| {
        vec![0xd2, 0x84, 0x43, 0xa1, 0x01, 0x28, 0xa1, 0x04, 0x41, 0x6b, 0xf6, 0x42, signature, 0]
    };
    let mut new = old.clone();
    new.blocks.push(block(1));
    new.payloads.push(("#a".into(), b"image".to_vec()));
    new.unknown.push((99, vec![1, 2, 3]));
    new.tagged = false;
    let (changes, text) = between(&old.encode(), &new.encode());
    assert_eq!(changes.meaning, []);
    // SHA-256 of "image", from sha256sum.
    let wanted = "\
= manifest        the same, byte for byte
envelope:
~ tag             107 -> none
+ signer          ESP256 (COSE_Sign1), key id 6b
+ payload #a      5 B, sha-256 6105d6cc…
+ member 99       4 B
";
    assert_eq!(text, wanted);

    let mut other = new.clone();
    other.blocks = vec![block(2)];
    let (_, text) = between(&new.encode(), &other.encode());
    let wanted = "\
= manifest        the same, byte for byte
envelope:
~ signatures      other bytes over the same manifest
";
    assert_eq!(text, wanted);

    // Over another manifest a signature has other bytes of course.
    let mut later = envelope(&plain(2, 1, 1));
    later.blocks = vec![block(3)];
    let mut earlier = old;
    earlier.blocks = vec![block(1)];
    let (changes, text) = between(&earlier.encode(), &later.encode());
    assert_eq!(changes.envelope, []);
    assert_eq!(text, "~ sequence        1 -> 2\n= signers         ESP256 (COSE_Sign1), key id 6b\n");
}

#[test]
fn text_is_compared_entry_by_entry() {
    let with = |texts: &[(TextKey, &str)]| {
        let manifest = texts.iter().map(|(key, text)| (*key, (*text).to_owned())).collect();
        let language = LanguageText { manifest, ..LanguageText::default() };
        Manifest { text: Some(Member::Inline(Text::from([("en".to_owned(), language)]))), ..plain(1, 1, 1) }
    };
    let old = with(&[(TextKey::ManifestDescription, "Door lock"), (TextKey::UpdateDescription, "First")]);
    let new = with(&[(TextKey::ManifestDescription, "Door lock R3")]);
    let wanted = "\
~ text en         manifest-description \"Door lock\" -> \"Door lock R3\"
- text en         update-description \"First\"
";
    assert_eq!(said(&old, &new), wanted);
}

#[test]
fn dependencies_inside_of_both_envelopes_are_compared_too() {
    let around = |inner: &Manifest| {
        let mut outer = envelope(&plain(1, 1, 1));
        outer.payloads.push(("#dep".into(), envelope(inner).encode()));
        outer.encode()
    };
    let (changes, text) = between(&around(&plain(1, 1, 1)), &around(&plain(5, 1, 1)));
    assert_eq!(changes.meaning, []);
    assert!(changes.differ());
    assert!(text.ends_with("inside of #dep:\n  ~ sequence        1 -> 5\n"), "{text}");
}
