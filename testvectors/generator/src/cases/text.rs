//! Text for people. Devices don't read it, so they accept these; tools show the fault.

use super::Sound;
use crate::array;
use crate::case::Case;
use crate::map;
use crate::node::{Kind, Node, bytes};
use crate::numbers::manifest as m;

const GROUP: &str = "text";

/// The faulty vectors, and a sound one.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let every = sound.get("valid/every-member");
    let full =
        every.variant("valid", "text", "P-018, req USE-MFST-TEXT", "several languages, every key", |draft| {
            let component = map! {
                1 => "vendor", 2 => "model", 3 => "example.com", 4 => "info", 5 => "component", 6 => "1.2.3",
                7 => ">=1", 8 => "1.2.2",
            };
            let english = map! {
                1 => "manifest", 2 => "update", 3 => "{}", 4 => "---", array![bytes("main")] => component,
            };
            let german = map! { 1 => "Manifest äöü", array![bytes("main")] => map! { 1 => "Anbieter" } };
            *draft.manifest().key(m::TEXT).inner() =
                map! { "de" => german, "en" => english, "sl-rozaj" => map! { 2 => "\u{202e}desrever" } };
        });
    let fault = |name, rule, comment, error, change: fn(&mut Node)| {
        full.variant(GROUP, name, rule, comment, |draft| change(draft.manifest().key(m::TEXT).inner()))
            .shown(error)
    };
    vec![
        fault("no-language", "M 8.4.4", "an empty map", "TooFewItems", |node| {
            node.set(map! {}).mark();
        }),
        fault("array", "M 8.4.4", "a list in place of the map", "WrongType", |node| {
            node.set(array!["text"]).mark();
        }),
        fault("language-number", "M 8.4.4", "a number as language", "UnknownKey", |node| {
            node.insert(1, map! { 1 => "text" }).mark();
        }),
        fault(
            "language-tag",
            "P-019, spec.md 3.8",
            "an underscore in the language tag",
            "LanguageTag",
            |node| {
                node.insert("en_US", map! { 1 => "text" }).mark();
            },
        ),
        fault("language-tag-empty", "spec.md 3.8", "an empty language tag", "LanguageTag", |node| {
            node.insert("", map! { 1 => "text" }).mark();
        }),
        fault("language-tag-long", "spec.md 3.8", "nine letters", "LanguageTag", |node| {
            node.insert("abcdefghi", map! { 1 => "text" }).mark();
        }),
        fault("unknown-key", "M 8.4.4", "a key that no document defines", "UnknownKey", |node| {
            node.name("en").insert(5, "text").mark();
        }),
        fault(
            "component-unknown-key",
            "M 8.4.4",
            "a component's key that no document defines",
            "UnknownKey",
            |node| {
                node.name("de").pairs()[1].1.insert(9, "text").mark();
            },
        ),
        fault("component-empty", "M 8.4.4", "a component without texts", "TooFewItems", |node| {
            node.name("de").pairs()[1].1.set(map! {}).mark();
        }),
        fault(
            "component-not-listed",
            "P-017, P-019",
            "a component that the manifest doesn't list",
            "TextComponent",
            |node| {
                node.name("de").insert(array![bytes("nowhere")], map! { 1 => "text" }).mark();
            },
        ),
        fault(
            "component-bytes",
            "M 8.4.4",
            "a byte string in place of a component identifier",
            "UnknownKey",
            |node| {
                node.name("en").insert(bytes("main"), map! { 1 => "text" }).mark();
            },
        ),
        fault(
            "component-text-part",
            "M 8.4.4",
            "a component identifier with a text part",
            "UnknownKey",
            |node| {
                node.name("en").insert(array!["main"], map! { 1 => "text" }).mark();
            },
        ),
        fault("value-number", "M 8.4.4", "a number as text", "WrongType", |node| {
            node.name("en").key(1).set(1).mark();
        }),
        fault("utf8", "RFC 8949 §3.1", "a text that isn't UTF-8", "InvalidUtf8", |node| {
            let text = Node::from(Kind::Text(b"tex\xff".into()));
            node.name("en").key(2).set(text).mark();
        }),
        fault("key-order", "P-001", "two keys exchanged", "KeyOrder", |node| {
            let pairs = node.name("en").pairs();
            pairs.swap(0, 1);
            pairs[1].0.mark();
        }),
        fault("key-twice", "RFC 8949 §5.6", "a key twice", "DuplicateKey", |node| {
            let pairs = node.name("en").pairs();
            let first = pairs[0].clone();
            pairs.insert(1, first);
            pairs[1].0.mark();
        }),
        full,
    ]
}
