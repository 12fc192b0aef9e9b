//! Keys in every kind of map: twice, in the wrong order, unknown, missing, of the wrong kind.

use super::Sound;
use crate::array;
use crate::case::{Case, Refusal, manifest};
use crate::draft::Draft;
use crate::map;
use crate::node::{Node, bytes, nil, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};

const GROUP: &str = "maps";

type Place = fn(&mut Draft) -> &mut Node;
/// A key that the map doesn't know, and the error for it.
type Unknown = Option<(i64, &'static str)>;

/// Every kind of map with at least two integer keys: name, sound vector, where, and a key that the map doesn't know.
const MAPS: &[(&str, &str, Place, Unknown)] = &[
    ("manifest", "valid/every-member", |d| d.manifest(), Some((25, "UnknownKey"))),
    ("common", "valid/every-member", |d| d.common(), Some((5, "UnknownKey"))),
    ("dependencies", "valid/every-member", |d| d.common().key(common::DEPENDENCIES), None),
    ("parameters", "valid/firmware", |d| d.shared().argument(c::OVERRIDE), Some((31, "UnknownParameter"))),
    (
        "set-parameters",
        "parameters/all",
        |d| d.section(m::VALIDATE).argument(c::SET_PARAMETERS),
        Some((31, "UnknownParameter")),
    ),
    ("override-multiple", "valid/directives", |d| d.section(m::INSTALL).argument(c::OVERRIDE_MULTIPLE), None),
    ("copy-params", "valid/directives", |d| d.section(m::INSTALL).argument(c::COPY_PARAMS), None),
    (
        "wait-info",
        "parameters/wait-events",
        |d| d.shared().argument(c::OVERRIDE).key(p::WAIT_INFO).inner(),
        Some((10, "UnknownWaitEvent")),
    ),
    (
        "metadata",
        "parameters/metadata",
        |d| d.shared().argument(c::OVERRIDE).key(p::METADATA).inner(),
        Some((9, "UnknownKey")),
    ),
    (
        "permissions",
        "parameters/metadata",
        |d| d.shared().argument(c::OVERRIDE).key(p::METADATA).inner().key(2),
        None,
    ),
];

/// Name of a vector: the table is for the whole program's life.
fn name(map: &str, fault: &str) -> &'static str {
    Box::leak(format!("{map}-{fault}").into_boxed_str())
}

fn every_map(sound: &Sound) -> Vec<Case> {
    let mut cases = Vec::new();
    for (map, path, place, unknown) in MAPS {
        let sibling = sound.get(path);
        let mut fault = |fault: &str, rule, comment, refusal: Refusal, change: &dyn Fn(&mut Node)| {
            cases.push(
                sibling.fault(GROUP, name(map, fault), rule, comment, refusal, |draft| change(place(draft))),
            );
        };
        fault("key-twice", "RFC 8949 §5.6", "the first key twice", manifest("DuplicateKey"), &|node| {
            let first = node.pairs()[0].clone();
            node.pairs().insert(1, first);
            node.pairs()[1].0.mark();
        });
        fault("key-order", "P-001", "the first two entries exchanged", manifest("KeyOrder"), &|node| {
            node.pairs().swap(0, 1);
            node.pairs()[1].0.mark();
        });
        if let Some((key, error)) = *unknown {
            fault("key-unknown", "P-009", "a key that no document defines", manifest(error), &|node| {
                node.insert(key, 0).mark();
            });
            fault(
                "key-negative",
                "spec.md 3",
                "a key of the unassigned standards space",
                manifest(error),
                &|node| {
                    node.insert(-1, 0).mark();
                },
            );
        }
        if !matches!(*map, "permissions") {
            fault("key-text", "spec.md 3", "a text key", manifest(text_key(map)), &|node| {
                node.insert("key", 0).mark();
            });
        }
    }
    cases
}

/// A text key is unknown in the terms of its map.
fn text_key(map: &str) -> &'static str {
    match map {
        "parameters" | "set-parameters" => "UnknownParameter",
        "wait-info" => "UnknownWaitEvent",
        _ => "UnknownKey",
    }
}

fn orders(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let every = sound.get("valid/every-member");
    let metadata = sound.get("parameters/metadata");
    vec![
        metadata.fault(
            GROUP,
            "length-first",
            "A-08",
            "-1 before 24: sorted by the length of keys, not bytewise",
            manifest("KeyOrder"),
            |draft| {
                let metadata = draft.shared().argument(c::OVERRIDE).key(p::METADATA).inner();
                let actors = metadata.key(4).pairs();
                actors.swap(0, 1);
                actors[1].0.mark();
            },
        ),
        firmware.fault(
            GROUP,
            "key-again-at-end",
            "RFC 8949 §5.6",
            "a second sequence number at the end",
            manifest("KeyOrder"),
            |draft| {
                draft.manifest().add(m::SEQUENCE_NUMBER, 4).mark();
            },
        ),
        metadata.fault(
            GROUP,
            "actors-order",
            "P-001",
            "a text actor before a byte string",
            manifest("KeyOrder"),
            |draft| {
                let metadata = draft.shared().argument(c::OVERRIDE).key(p::METADATA).inner();
                let actors = metadata.key(3).pairs();
                actors.swap(0, 1);
                actors[1].0.mark();
            },
        ),
        every.fault(
            GROUP,
            "manifest-key-zero",
            "spec.md 3",
            "zero is never assigned",
            manifest("UnknownKey"),
            |draft| {
                draft.manifest().insert(0, 0).mark();
            },
        ),
        every.fault(
            GROUP,
            "manifest-key-install-17",
            "spec.md 8",
            "install by its number in old drafts",
            manifest("UnknownKey"),
            |draft| {
                draft.manifest().insert(17, crate::sequence![c::SET_INDEX, 0]).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "manifest-key-bytes",
            "P-001",
            "a byte string as key",
            manifest("UnknownKey"),
            |draft| {
                draft.manifest().insert(bytes("x"), 0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "manifest-key-array",
            "P-001",
            "an array as key",
            manifest("UnknownKey"),
            |draft| {
                draft.manifest().insert(array![], 0).mark();
            },
        ),
        firmware.fault(GROUP, "manifest-key-nil", "P-001", "nil as key", manifest("UnknownKey"), |draft| {
            draft.manifest().insert(nil(), 0).mark();
        }),
        firmware.fault(
            GROUP,
            "parameter-zero",
            "spec.md 3",
            "zero is never assigned",
            manifest("UnknownParameter"),
            |draft| {
                draft.section(m::INSTALL).argument(c::OVERRIDE).insert(0, 0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "parameter-minus-256",
            "A-09",
            "-256 is neither standard nor custom",
            manifest("UnknownParameter"),
            |draft| {
                draft.section(m::INSTALL).argument(c::OVERRIDE).insert(-256, 0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "parameter-in-unused-alternative",
            "design §7",
            "an unknown parameter where nothing would run",
            manifest("UnknownParameter"),
            |draft| {
                let never = crate::sequence![c::ABORT, 0, c::OVERRIDE, map! { 11 => 0 }];
                let alternatives = array![crate::sequence![c::IMAGE_MATCH, 0], never];
                draft.section(m::INSTALL).command(c::TRY_EACH, alternatives);
                let never = draft.section(m::INSTALL).argument(c::TRY_EACH).item(1).inner();
                never.argument(c::OVERRIDE).entry(11).0.mark();
            },
        ),
        every.fault(
            GROUP,
            "dependency-key-unknown",
            "spec.md 3.4",
            "an unknown key of a dependency",
            manifest("UnknownKey"),
            |draft| {
                draft.common().key(common::DEPENDENCIES).key(1).insert(2, 0).mark();
            },
        ),
    ]
}

fn missing(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let lacks = |name, comment, key: i64| {
        firmware.fault(GROUP, name, "P-007", comment, manifest("MissingKey").of(key), |draft| {
            draft.manifest().remove(key).mark_end();
        })
    };
    let empty = |sibling: &str, name, rule, comment, place: Place| {
        sound.get(sibling).fault(GROUP, name, rule, comment, manifest("TooFewItems"), |draft| {
            place(draft).set(map! {}).mark();
        })
    };
    vec![
        lacks("no-version", "no encoding version", m::VERSION),
        lacks("no-sequence-number", "no sequence number", m::SEQUENCE_NUMBER),
        lacks("no-common", "no common", m::COMMON),
        firmware.fault(
            GROUP,
            "manifest-empty",
            "P-007",
            "an empty map",
            manifest("MissingKey").of(1),
            |draft| {
                draft.envelope().key(3).set(wrap(map! {})).inner().mark_end();
            },
        ),
        empty("valid/every-member", "dependencies-empty", "spec.md 3.4", "no dependency", |d| {
            d.common().key(common::DEPENDENCIES)
        }),
        empty("valid/firmware", "parameters-empty", "spec.md 3.6", "no parameter", |d| {
            d.section(m::INSTALL).argument(c::OVERRIDE)
        }),
        empty("valid/directives", "set-parameters-empty", "spec.md 3.6", "no parameter", |d| {
            d.section(m::INSTALL).argument(c::SET_PARAMETERS)
        }),
        empty("valid/directives", "override-multiple-empty", "spec.md 3.6", "no component", |d| {
            d.section(m::INSTALL).argument(c::OVERRIDE_MULTIPLE)
        }),
        empty(
            "valid/directives",
            "override-multiple-no-parameter",
            "spec.md 3.6",
            "a component, no parameter",
            |d| d.section(m::INSTALL).argument(c::OVERRIDE_MULTIPLE).key(0),
        ),
        empty("valid/directives", "copy-params-empty", "spec.md 3.6", "no component", |d| {
            d.section(m::INSTALL).argument(c::COPY_PARAMS)
        }),
        empty("parameters/wait-events", "wait-info-empty", "spec.md 3.7", "no event", |d| {
            d.shared().argument(c::OVERRIDE).key(p::WAIT_INFO).inner()
        }),
        empty("parameters/metadata", "permissions-empty", "spec.md 3.7", "no actor", |d| {
            d.shared().argument(c::OVERRIDE).key(p::METADATA).inner().key(2)
        }),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [every_map(sound), orders(sound), missing(sound)].concat()
}
