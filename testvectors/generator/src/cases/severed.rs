//! Severed members: there, gone, or not the right ones.

use super::Sound;
use crate::case::{Case, Refusal, member};
use crate::draft::{Draft, SHA_256, SHA_384, SHA_512};
use crate::keys::key;
use crate::node::{Node, wrap};
use crate::{map, sequence};

const GROUP: &str = "severed";

/// Members that have an envelope label, spec.md P-055.
const SEVERABLE: [i64; 6] = [14, 15, 16, 18, 20, 23];

fn severed(algorithm: i64) -> Draft {
    let mut draft = Draft::new(super::bases()[2].clone(), key("k1"));
    for key in SEVERABLE {
        draft.sever(key, algorithm);
    }
    draft.renew();
    draft
}

fn without(keys: &[i64]) -> Draft {
    let mut draft = severed(SHA_256);
    for key in keys {
        draft.envelope().remove(*key);
    }
    draft
}

fn case(name: &'static str, rule: &'static str, comment: &'static str, draft: Draft) -> Case {
    Case::accepted(GROUP, name, rule, comment, draft, "k1")
}

/// The sound vectors of this file.
pub(super) fn sound() -> Vec<Case> {
    let mut unnamed = super::sample("k1");
    unnamed.envelope().insert(16, sequence![21, 2]);
    unnamed.envelope().insert(18, sequence![14, 0]);
    vec![
        case(
            "all-there",
            "P-056, A-10",
            "every severable member severed and in the envelope",
            severed(SHA_256),
        ),
        case("all-there-sha-384", "P-056", "the same by SHA-384", severed(SHA_384)),
        case("all-there-sha-512", "P-056", "the same by SHA-512", severed(SHA_512)),
        case("all-gone", "P-060", "every severable member severed and gone", without(&SEVERABLE)).missing(&[
            "coswid",
            "dependency-resolution",
            "payload-fetch",
            "candidate-verification",
            "install",
            "text",
        ]),
        case(
            "text-gone",
            "P-060, P-062",
            "text and software tag are gone, as on most devices",
            without(&[14, 23]),
        )
        .missing(&["coswid", "text"]),
        case("install-gone", "P-061", "the install section is gone, as after installing", without(&[20]))
            .missing(&["install"]),
        case("not-in-manifest", "design §2", "members that the manifest doesn't name don't exist", unnamed),
    ]
}

/// Name, rule, comment, refusal, and the change of the install section.
type Row = (&'static str, &'static str, &'static str, Refusal, fn(&mut Node));

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let whole = sound.get("severed/all-there");
    let changed = |name, comment, key: i64, change: fn(&mut Node)| {
        let refusal = member("SeveredMismatch").of(match key {
            14 => "coswid",
            15 => "dependency-resolution",
            16 => "payload-fetch",
            18 => "candidate-verification",
            20 => "install",
            _ => "text",
        });
        whole.damage(GROUP, name, "P-059", comment, refusal, |draft| change(draft.envelope().key(key)))
    };
    let longer = |node: &mut Node| {
        node.inner().command(3, 15);
    };
    let mut cases = vec![
        changed("dependency-resolution-changed", "a command was added", 15, longer),
        changed("payload-fetch-changed", "a command was added", 16, longer),
        changed("candidate-verification-changed", "a command was added", 18, longer),
        changed("install-changed", "a command was added", 20, longer),
        changed("text-changed", "other words", 23, |node| {
            *node.inner() = map! { "en" => map! { 1 => "Something else." } };
        }),
        changed("coswid-changed", "not the tag that was signed", 14, |node| *node = wrap(map! {})),
    ];
    cases.push(whole.damage(
        GROUP,
        "install-of-other-section",
        "P-059",
        "payload-fetch and install are exchanged: each is authentic, but not there",
        member("SeveredMismatch").of("payload-fetch"),
        |draft| {
            let fetch = draft.envelope().key(16).clone();
            let install = core::mem::replace(draft.envelope().key(20), fetch);
            *draft.envelope().key(16) = install;
        },
    ));
    // M 8.4.12: the digest covers the byte string with its head; here it covers the content only.
    cases.push(whole.damage(
        GROUP,
        "digest-without-head",
        "P-056",
        "the digest of install covers the content without the head of its byte string",
        member("SeveredMismatch").of("install"),
        |draft| {
            let content = draft.envelope().key(20).content();
            *draft.manifest().key(20) = crate::draft::digest(SHA_256, &content);
            draft.renew_digest();
            draft.renew_signatures();
        },
    ));
    let faults: [Row; 6] = [
        ("install-unknown-command", "P-009", "an unknown command", member("UnknownCommand"), |node| {
            node.inner().command(36, 15).mark();
        }),
        ("install-trailing-bytes", "RFC 8949 §5.3.1", "a byte follows", member("TrailingBytes"), |node| {
            node.append(0).mark();
        }),
        ("install-no-index", "P-021", "no component index first", member("MissingComponentIndex"), |node| {
            node.inner().items().drain(..2);
            node.inner().item(0).mark();
        }),
        ("install-index-range", "M 8.4.10.1", "a component that isn't", member("ComponentIndex"), |node| {
            node.inner().argument(12).set(2).mark();
        }),
        ("install-long-head", "RFC 8949 §4.2.1", "a number in two bytes", member("LongHead"), |node| {
            node.inner().argument(12).long(1).mark();
        }),
        ("install-odd", "P-008", "a code without its argument", member("OddSequence"), |node| {
            node.inner().append(3);
            node.inner().mark();
        }),
    ];
    for (name, rule, comment, refusal, change) in faults {
        cases.push(whole.fault(GROUP, name, rule, comment, refusal, |draft| {
            change(draft.envelope().key(20));
        }));
    }
    cases
}
