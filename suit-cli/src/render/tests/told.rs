//! What must be said of documents made by hand.

use super::{act, check, envelope, firmware, id, item_digest, set};
use crate::error::Failure;
use crate::render::{Document, Inspection, Kind, Tree, edn, find, path};
use suit_core::command::Act;
use suit_core::labels::{ComponentTextKey, Condition, EnvelopeKey, ManifestKey, TextKey};
use suit_core::owned::{Command, LanguageText, Manifest, Member, Parameter, Selection, Text};

fn told(bytes: &[u8], all: bool) -> String {
    let document = Document::read(bytes, Kind::Envelope { tagged: true });
    assert_eq!(document.faults, []);
    let tree = Tree::of(&Inspection::of("fw.suit", &document), all);
    anstream::adapter::strip_str(&tree).to_string()
}

#[test]
fn both_ways_of_an_update_for_two_slots_are_told() {
    let envelope = envelope(&firmware());
    let digest = suit_core::cbor::diag::Hex(&envelope.digest.bytes[..4]).to_string();
    let bytes = envelope.encode();
    let wanted = format!(
        "\
SUIT envelope  fw.suit  {} B
  sequence     1,042
  vendor       fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe
  manifest     {} B, sha-256 {digest}…
  signed by    nobody
  component 0  [fw]  slot 0  1,000 B  sha-256 aaaaaaaa…  from coap://h/a
               or    slot 1  2,000 B  sha-256 bbbbbbbb…  from coap://h/b

  What a device does
    before each section
      - continue only if the vendor is fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe
      - try until one succeeds
        first
          - continue only if component 0 [fw] is in slot 0
        else
          - continue only if component 0 [fw] is in slot 1
        else fail
    update
      install
        - try until one succeeds
          first
            - continue only if component 0 [fw] is in slot 0
          else
            - continue only if component 0 [fw] is in slot 1
          else fail
        - if in slot 0: fetch component 0 [fw] from coap://h/a (1,000 B, sha-256 aaaaaaaa…)
        - if in slot 1: fetch component 0 [fw] from coap://h/b (2,000 B, sha-256 bbbbbbbb…)
        - if in slot 0: continue only if component 0 [fw] matches 1,000 B, sha-256 aaaaaaaa…
        - if in slot 1: continue only if component 0 [fw] matches 2,000 B, sha-256 bbbbbbbb…
      validate
        - if in slot 0: continue only if component 0 [fw] matches 1,000 B, sha-256 aaaaaaaa…
        - if in slot 1: continue only if component 0 [fw] matches 2,000 B, sha-256 bbbbbbbb…
    invocation
      validate, as in the update
      invoke
        - start component 0 [fw]
",
        bytes.len(),
        envelope.manifest.len(),
    );
    assert_eq!(told(&bytes, false), wanted);
}

#[test]
fn what_failed_alternatives_set_stays_set() {
    // The first alternative sets a URI, then a condition may fail; nothing is the second. So the URI is in force both ways.
    let steps = vec![
        Command::TryEach(
            vec![
                vec![
                    set(vec![Parameter::Uri("coap://h/new".into()), Parameter::MinimumBattery(1200)]),
                    check(Condition::MinimumBattery),
                    set(vec![Parameter::ImageSize(7)]),
                ],
                vec![check(Condition::Abort)],
            ],
            true,
        ),
        act(Act::Fetch),
        act(Act::Copy),
    ];
    let manifest = Manifest {
        components: vec![id(&["a"])],
        sections: [(ManifestKey::Install, Member::Inline(steps))].into(),
        ..Manifest::default()
    };
    let text = told(&envelope(&manifest).encode(), false);
    let wanted = "\
    update
      install
        - try until one succeeds
          first
            - continue only if the battery holds at least 1,200 mWh
          else
            - fail
          else nothing
        - fetch component 0 [a] from coap://h/new (7 B)
        - or fetch component 0 [a] from coap://h/new
        - fail, since source-component of component 0 [a] is not set
";
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn several_components_are_told_together_where_they_are_the_same() {
    let steps = vec![
        Command::OverrideMultiple(vec![
            (0, vec![Parameter::Uri("coap://h/0".into())]),
            (1, vec![Parameter::Uri("coap://h/1".into())]),
        ]),
        Command::SetComponentIndex(Selection::All),
        act(Act::Fetch),
        act(Act::Invoke),
        Command::SetComponentIndex(Selection::One(1)),
        Command::CopyParams(vec![(0, vec![21])]),
        act(Act::Fetch),
    ];
    let manifest = Manifest {
        components: vec![id(&["a"]), id(&["b", "c"])],
        sections: [(ManifestKey::PayloadFetch, Member::Inline(steps))].into(),
        ..Manifest::default()
    };
    let text = told(&envelope(&manifest).encode(), true);
    let wanted = "\
      payload-fetch
        - set uri of component 0 [a] to coap://h/0
        - set uri of component 1 [b/c] to coap://h/1
        - select component 0 [a] and component 1 [b/c]
        - fetch component 0 [a] from coap://h/0
        - fetch component 1 [b/c] from coap://h/1
        - for component 0 [a] and component 1 [b/c]: start each
        - select component 1 [b/c]
        - set uri of component 1 [b/c] as in component 0 [a]
        - fetch component 1 [b/c] from coap://h/0
";
    assert!(text.ends_with(wanted), "{text}");
}

#[test]
fn severed_members_and_payloads_are_told_and_held_against_their_digests() {
    let install = vec![set(vec![Parameter::Uri("#fw".into())]), act(Act::Fetch)];
    let section = Manifest {
        components: vec![id(&["a"])],
        sections: [(ManifestKey::Install, Member::Inline(install))].into(),
        ..Manifest::default()
    };
    // The section's encoding is what an inline member holds.
    let encoded = section.encode();
    let document = Document::read(&encoded, Kind::Manifest { tagged: false });
    let inline = find(&document, ".install").unwrap().first;
    let content = document.bytes_at(inline).unwrap().to_vec();

    let manifest = Manifest {
        sections: [(ManifestKey::Install, Member::Severed(item_digest(&content)))].into(),
        ..section
    };
    let mut carried = envelope(&manifest);
    let without = told(&carried.encode(), false);
    assert!(without.ends_with("    update\n      install (severed, not in this file)\n"), "{without}");

    carried.payloads.push(("#fw".into(), b"image".to_vec()));
    carried.severed.push((EnvelopeKey::Install, content));
    let text = told(&carried.encode(), false);
    assert!(text.contains("  carries      install, 10 B, severed from the manifest\n"), "{text}");
    // SHA-256 of "image", from sha256sum.
    assert!(text.contains("  carries      payload '#fw', 5 B, sha-256 6105d6cc…\n"), "{text}");
    let wanted = "\
      install (severed, carried in the envelope)
        - fetch component 0 [a] from '#fw' in this envelope
";
    assert!(text.ends_with(wanted), "{text}");

    carried.severed[0].1 = vec![0x82, 0x0e, 0x0f];
    let text = told(&carried.encode(), false);
    assert!(text.contains("install, 3 B, not what was severed: a device refuses it\n"), "{text}");
    assert!(
        text.ends_with("install (severed; what the envelope carries is not it, a device refuses that)\n"),
        "{text}"
    );
}

#[test]
fn text_is_harmless_bounded_and_names_no_vendor_that_it_is_not() {
    let mut language = LanguageText::default();
    let long = "x".repeat(5000);
    language.manifest.insert(TextKey::ManifestDescription, "\u{1b}[2J<b>\u{202e}\nsecond".into());
    language.manifest.insert(TextKey::UpdateDescription, long);
    let about = [(ComponentTextKey::VendorDomain, "arm.com".into())];
    language.components.insert(id(&["fw"]), about.into());
    let text = Text::from([("en".to_owned(), language)]);
    let manifest = Manifest { text: Some(Member::Inline(text)), ..firmware() };
    let shown = told(&envelope(&manifest).encode(), false);
    let bare = |letter: char| letter != '\n' && letter.is_control() || letter == '\u{202e}';
    assert!(!shown.contains(bare), "{shown:?}");
    assert!(
        shown.contains("      manifest-description\n        | \\u{1b}[2J<b>\\u{202e}\n        | second\n"),
        "{shown}"
    );
    assert!(shown.contains(&format!("| {}…\n", "x".repeat(400))), "{shown}");
    assert!(shown.contains("  vendor       arm.com (fa6b4a53-d5ad-5fdf-be9d-e663e4d41ffe)\n"), "{shown}");
    // Another name does not have that identifier.
    let other = Manifest { text: None, ..manifest };
    assert!(!told(&envelope(&other).encode(), false).contains("arm.com"));
}

#[test]
fn paths_lead_to_values_commands_and_members_of_the_manifest() {
    let bytes = envelope(&firmware()).encode();
    let document = Document::read(&bytes, Kind::Envelope { tagged: true });
    let shown = |path: &str| {
        let mut out = Vec::new();
        edn(&document, Some(find(&document, path).unwrap()), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    assert_eq!(shown(".manifest.manifest-sequence-number"), "1042\n");
    assert_eq!(shown(".install[1]"), "/ fetch / 21, 2\n");
    assert_eq!(shown("install[0][1][2].uri"), "\"coap://h/b\"\n");
    assert_eq!(shown(".common.components[0][0]"), "'fw'\n");
    assert_eq!(shown(".2[0]"), shown(".authentication-wrapper[0]"));
    let failure = |path: &str| find(&document, path).expect_err(path);
    let said = |failure: &Failure| {
        (failure.message().to_owned(), failure.next_step().unwrap_or_default().to_owned())
    };
    assert_eq!(
        said(&failure(".common.component")),
        (
            "there is no '.component' in '.common'".to_owned(),
            "there is .components, .shared-sequence".to_owned()
        )
    );
    assert_eq!(failure(".install[").message(), "malformed path '.install[': '[' without ']'");
    assert_eq!(failure(".install[9]").message(), "there is no '[9]' in '.install'");
    // What a fault calls a place is a path to it.
    for (id, node) in document.nodes().iter().enumerate() {
        let way = path::of(&document, Some(id));
        let found = find(&document, &way).unwrap();
        let span = document.span(found);
        assert!(span.contains(&node.offset) || node.offset <= span.start, "{way}");
        assert_eq!(path::of(&document, Some(found.first)), way);
    }
}
