//! Members of the manifest that are not what the documents say.

use super::Sound;
use super::sound::{component, image_digest};
use crate::array;
use crate::case::{Case, Refusal, manifest};
use crate::draft::{Draft, SHA_256, digest};
use crate::map;
use crate::node::{Node, bytes, nil, tag, wrap};
use crate::numbers::{command as c, manifest as m};
use crate::sequence;

const GROUP: &str = "structure";

type Change = fn(&mut Draft);
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, Change);

/// Name, rule, comment, error, what the error says, change; of `valid/every-member`.
const MEMBERS: &[Row] = &[
    ("manifest-array", "spec.md 3.3", "an array in place of the map", "WrongType", "Map", |d| {
        d.envelope().key(3).set(wrap(array![1, 3])).inner().mark();
    }),
    (
        "manifest-tagged",
        "spec.md 3.1",
        "the manifest's own tag inside the envelope",
        "WrongType",
        "Map",
        |d| {
            let map = d.manifest().clone();
            d.envelope().key(3).set(wrap(tag(1070, map))).inner().mark();
        },
    ),
    ("version-0", "P-006", "encoding version 0", "UnsupportedVersion", "", |d| {
        d.manifest().key(m::VERSION).set(0).mark();
    }),
    ("version-2", "P-006", "encoding version 2", "UnsupportedVersion", "", |d| {
        d.manifest().key(m::VERSION).set(2).mark();
    }),
    ("version-negative", "spec.md 3.3", "encoding version -1", "WrongType", "Uint", |d| {
        d.manifest().key(m::VERSION).set(-1).mark();
    }),
    ("version-text", "spec.md 3.3", "encoding version \"1\"", "WrongType", "Uint", |d| {
        d.manifest().key(m::VERSION).set("1").mark();
    }),
    ("sequence-number-negative", "P-038", "sequence number -1", "WrongType", "Uint", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(-1).mark();
    }),
    ("sequence-number-bytes", "spec.md 3.3", "a byte string", "WrongType", "Uint", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(bytes([3])).mark();
    }),
    ("sequence-number-nil", "spec.md 3.3", "nil", "WrongType", "Uint", |d| {
        d.manifest().key(m::SEQUENCE_NUMBER).set(nil()).mark();
    }),
    ("reference-uri-tagged", "P-013", "with tag 32", "WrongType", "Text", |d| {
        d.manifest().key(m::REFERENCE_URI).set(tag(32, "https://example.com".into())).mark();
    }),
    ("reference-uri-bytes", "P-013", "a byte string", "WrongType", "Text", |d| {
        d.manifest().key(m::REFERENCE_URI).set(bytes("https://example.com")).mark();
    }),
    ("component-id-wrapped", "A-26", "the identifier in a byte string", "WrongType", "Array", |d| {
        d.manifest().key(m::COMPONENT_ID).set(wrap(component("all"))).mark();
    }),
    ("component-id-text", "spec.md 3.3", "a text part", "WrongType", "Bytes", |d| {
        d.manifest().key(m::COMPONENT_ID).item(1).set("all").mark();
    }),
    ("set-version-not-wrapped", "A-26", "the version itself", "WrongType", "Bytes", |d| {
        d.manifest().key(m::SET_VERSION).set(array![1, 2, 3]).mark();
    }),
    ("set-version-empty", "spec.md 3.3", "no parts", "TooFewItems", "", |d| {
        d.manifest().key(m::SET_VERSION).inner().set(array![]).mark();
    }),
    ("set-version-text", "spec.md 3.3", "a text part", "WrongType", "Int", |d| {
        d.manifest().key(m::SET_VERSION).inner().item(2).set("3").mark();
    }),
    ("coswid-text", "P-012", "neither inline nor severed", "WrongType", "OneOfSeveral", |d| {
        d.manifest().key(m::COSWID).set("tag").mark();
    }),
    ("text-map", "P-012", "the text's map not wrapped", "WrongType", "OneOfSeveral", |d| {
        let map = d.manifest().key(m::TEXT).inner().clone();
        d.manifest().key(m::TEXT).set(map).mark();
    }),
    ("text-nil", "P-012", "nil in place of the text", "WrongType", "OneOfSeveral", |d| {
        d.manifest().key(m::TEXT).set(nil()).mark();
    }),
    ("section-nil", "P-012", "nil in place of a section", "WrongType", "OneOfSeveral", |d| {
        d.manifest().key(m::INSTALL).set(nil()).mark();
    }),
    ("section-map", "P-008", "a map as sequence", "WrongType", "Array", |d| {
        d.manifest().key(m::INSTALL).set(wrap(map! { c::SET_INDEX => 0 })).inner().mark();
    }),
    ("section-wrapped-twice", "P-005", "a sequence in two byte strings", "WrongType", "Array", |d| {
        let section = d.manifest().key(m::INSTALL);
        let once = section.clone();
        section.set(wrap(once)).inner().mark();
    }),
    (
        "severed-digest-wrapped",
        "P-012",
        "a severed section's digest in a byte string",
        "UnknownCommand",
        "",
        |d| {
            // It reads as a sequence whose first code is -16.
            let stated = digest(SHA_256, b"section");
            d.manifest().key(m::LOAD).set(wrap(stated)).inner().item(0).mark();
        },
    ),
    (
        "severed-unknown-hash",
        "RFC 9054",
        "a severed section's digest by an unknown hash",
        "UnknownDigestAlgorithm",
        "",
        |d| {
            d.manifest().key(m::INSTALL).set(digest(SHA_256, b"section")).item(0).set(-17).mark();
        },
    ),
    ("severed-digest-short", "RFC 9054", "a severed section's digest of 31 bytes", "DigestLength", "", |d| {
        d.manifest().key(m::INSTALL).set(array![SHA_256, bytes([0; 31])]).item(1).mark();
    }),
    (
        "severed-digest-three-items",
        "M 10",
        "a severed section's digest with an extension",
        "TooManyItems",
        "",
        |d| {
            d.manifest().key(m::INSTALL).set(array![SHA_256, bytes([0; 32]), 0]).mark();
        },
    ),
];

/// Sections that have no envelope label, so that they can't be severed.
const NOT_SEVERABLE: [(&str, i64); 4] = [
    ("severed-validate", m::VALIDATE),
    ("severed-load", m::LOAD),
    ("severed-invoke", m::INVOKE),
    ("severed-uninstall", m::UNINSTALL),
];

/// Sections whose byte string holds a sequence, and which must begin with a component index.
const SECTIONS: [(&str, &str, i64); 8] = [
    ("no-index-validate", "not-wrapped-validate", m::VALIDATE),
    ("no-index-load", "not-wrapped-load", m::LOAD),
    ("no-index-invoke", "not-wrapped-invoke", m::INVOKE),
    ("no-index-dependency-resolution", "not-wrapped-dependency-resolution", m::DEPENDENCY_RESOLUTION),
    ("no-index-payload-fetch", "not-wrapped-payload-fetch", m::PAYLOAD_FETCH),
    ("no-index-candidate-verification", "not-wrapped-candidate-verification", m::CANDIDATE_VERIFICATION),
    ("no-index-install", "not-wrapped-install", m::INSTALL),
    ("no-index-uninstall", "not-wrapped-uninstall", m::UNINSTALL),
];

fn members(every: &Case) -> Vec<Case> {
    MEMBERS
        .iter()
        .map(|(name, rule, comment, error, detail, change)| {
            every.fault(GROUP, name, rule, comment, refusal(error, detail), change)
        })
        .collect()
}

fn refusal(error: &'static str, detail: &str) -> Refusal {
    if detail.is_empty() { manifest(error) } else { manifest(error).of(detail) }
}

fn sections(every: &Case) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, key) in NOT_SEVERABLE {
        let refusal = manifest("WrongType").of("Bytes");
        cases.push(every.fault(GROUP, name, "P-055", "a section that can't be severed", refusal, |draft| {
            draft.manifest().key(key).set(digest(SHA_256, b"section")).mark();
        }));
    }
    for (no_index, not_wrapped, key) in SECTIONS {
        let comment = "two components, and the section doesn't say which";
        let refusal = manifest("MissingComponentIndex");
        cases.push(every.fault(GROUP, no_index, "P-021", comment, refusal, |draft| {
            draft.section(key).items().drain(..2);
            draft.section(key).item(0).mark();
        }));
        // An array is a digest where there can be one, so it fails as a digest: its first item is no hash.
        let severable = ![m::VALIDATE, m::LOAD, m::INVOKE, m::UNINSTALL].contains(&key);
        let refusal = if severable { manifest("TooManyItems") } else { manifest("WrongType").of("Bytes") };
        cases.push(every.fault(GROUP, not_wrapped, "P-005", "the sequence itself", refusal, |draft| {
            let array = draft.section(key).clone();
            draft.manifest().key(key).set(array).mark();
        }));
    }
    cases
}

/// Places that hold a digest in a byte string.
fn digests(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let fault = |name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        firmware.fault(GROUP, name, rule, comment, refusal, |draft| {
            change(draft.shared().argument(c::OVERRIDE).key(3));
        })
    };
    vec![
        fault(
            "image-digest-not-wrapped",
            "P-004",
            "the array itself",
            manifest("WrongType").of("Bytes"),
            |node| {
                let array = node.inner().clone();
                node.set(array).mark();
            },
        ),
        fault("image-digest-map", "M 10", "a map", manifest("WrongType").of("Array"), |node| {
            node.inner().set(map! { SHA_256 => bytes([0; 32]) }).mark();
        }),
        fault("image-digest-empty", "M 10", "an empty array", manifest("TooFewItems"), |node| {
            node.inner().set(array![]).mark();
        }),
        fault("image-digest-short", "RFC 9054", "a byte short", manifest("DigestLength"), |node| {
            node.inner().item(1).set(bytes([0; 31])).mark();
        }),
        fault(
            "image-digest-long",
            "RFC 9054",
            "SHA-384's bytes as SHA-256",
            manifest("DigestLength"),
            |node| {
                node.inner().item(1).set(bytes([0; 48])).mark();
            },
        ),
        fault("image-digest-unknown-hash", "RFC 9054", "SHA-1", manifest("UnknownDigestAlgorithm"), |node| {
            node.inner().item(0).set(-14).mark();
        }),
        fault("image-digest-extension", "M 10", "an extension", manifest("TooManyItems"), |node| {
            let extended = array![SHA_256, bytes([0; 32]), nil()];
            node.inner().set(extended).mark();
        }),
        fault(
            "image-digest-wrapped-twice",
            "P-004",
            "two byte strings",
            manifest("WrongType").of("Array"),
            |node| {
                node.set(wrap(image_digest())).inner().mark();
            },
        ),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    let every = sound.get("valid/every-member");
    let single = sound.get("valid/firmware");
    let mut shared = vec![
        single.fault(
            GROUP,
            "common-not-wrapped",
            "spec.md 3.3",
            "the map itself",
            manifest("WrongType").of("Bytes"),
            |draft| {
                let map = draft.common().clone();
                draft.manifest().key(m::COMMON).set(map).mark();
            },
        ),
        single.fault(
            GROUP,
            "common-array",
            "spec.md 3.4",
            "an array in common",
            manifest("WrongType").of("Map"),
            |draft| {
                draft.common().set(array![component("main")]).mark();
            },
        ),
        every.fault(
            GROUP,
            "no-index-shared",
            "P-021",
            "two components, and the shared sequence doesn't say which",
            manifest("MissingComponentIndex"),
            |draft| {
                draft.shared().items().drain(..2);
                draft.shared().item(0).mark();
            },
        ),
    ];
    shared.push(sound.get("valid/dependency-beyond").fault(
        GROUP,
        "no-index-dependency",
        "P-021",
        "one component and a dependency beyond it are two",
        manifest("MissingComponentIndex"),
        |draft| {
            draft.shared().items().drain(..2);
            draft.shared().item(0).mark();
        },
    ));
    shared.push(single.fault(
        GROUP,
        "shared-empty",
        "P-008",
        "a shared sequence without commands",
        manifest("TooFewItems"),
        |draft| {
            draft.common().key(4).set(sequence![]).inner().mark();
        },
    ));
    [members(every), sections(every), digests(sound), shared].concat()
}
