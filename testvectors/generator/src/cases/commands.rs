//! Sequences and their commands.

use super::Sound;
use crate::array;
use crate::case::{Case, Refusal, manifest};
use crate::map;
use crate::node::{Node, bytes, nil, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::sequence;

const GROUP: &str = "commands";

/// Codes that no document defines, with where they come from.
const UNKNOWN: [(&str, i64, &str); 14] = [
    ("unknown-0", 0, "zero is never assigned"),
    ("unknown-9", 9, "unassigned"),
    ("unknown-10", 10, "unassigned"),
    ("unknown-13", 13, "set-dependency-index of old drafts"),
    ("unknown-16", 16, "unassigned"),
    ("unknown-17", 17, "unassigned"),
    ("unknown-30", 30, "unassigned"),
    ("unknown-36", 36, "unassigned"),
    ("unknown-255", 255, "unassigned"),
    ("unknown-minus-1", -1, "standards space, unassigned"),
    ("unknown-minus-255", -255, "standards space, unassigned"),
    ("unknown-minus-256", -256, "neither standard nor custom"),
    ("unknown-maximum", i64::MAX, "the greatest integer of the model"),
    ("unknown-256", 256, "unassigned"),
];

/// What the shared sequence must not hold, with an argument that is right.
fn forbidden() -> [(&'static str, i64, Node); 14] {
    [
        ("shared-process-dependency", c::PROCESS_DEPENDENCY, 0.into()),
        ("shared-write", c::WRITE, 0.into()),
        ("shared-fetch", c::FETCH, 0.into()),
        ("shared-copy", c::COPY, 0.into()),
        ("shared-invoke", c::INVOKE, 0.into()),
        ("shared-wait", c::WAIT, 0.into()),
        ("shared-swap", c::SWAP, 0.into()),
        ("shared-unlink", c::UNLINK, 0.into()),
        ("shared-override-multiple", c::OVERRIDE_MULTIPLE, map! { 0 => map! { p::SLOT => 0 } }),
        ("shared-copy-params", c::COPY_PARAMS, map! { 0 => array![p::SLOT] }),
        ("shared-install-delta", c::INSTALL_DELTA, 0.into()),
        ("shared-custom", -257, 0.into()),
        ("shared-custom-text", -300, "text".into()),
        ("shared-custom-minimum", i64::MIN, nil()),
    ]
}

fn codes(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let mut cases = Vec::new();
    for (name, code, comment) in UNKNOWN {
        cases.push(firmware.fault(GROUP, name, "P-009", comment, manifest("UnknownCommand"), |draft| {
            draft.section(m::VALIDATE).command(code, 0).mark();
        }));
    }
    for (name, code, argument) in forbidden() {
        let rule = if code < 0 { "P-022" } else { "P-023" };
        let comment = "a command that the shared sequence must not hold";
        cases.push(firmware.fault(GROUP, name, rule, comment, manifest("ForbiddenCommand"), |draft| {
            draft.shared().command(code, argument).mark();
        }));
    }
    let nested = |name, comment, wrapped: fn(Node) -> (i64, Node), find: fn(&mut Node) -> &mut Node| {
        firmware.fault(GROUP, name, "P-023", comment, manifest("ForbiddenCommand"), |draft| {
            let (code, argument) = wrapped(sequence![c::VENDOR, 15, c::FETCH, 0]);
            draft.shared().command(code, argument);
            find(draft.shared()).code(c::FETCH).mark();
        })
    };
    cases.extend([
        nested(
            "shared-fetch-in-run-sequence",
            "fetch in a sequence that the shared sequence runs",
            |inner| (c::RUN_SEQUENCE, inner),
            |shared| shared.argument(c::RUN_SEQUENCE).inner(),
        ),
        nested(
            "shared-fetch-in-try-each",
            "fetch in the last alternative",
            |inner| (c::TRY_EACH, array![sequence![c::VENDOR, 0], inner]),
            |shared| shared.argument(c::TRY_EACH).item(1).inner(),
        ),
        nested(
            "shared-fetch-deep",
            "fetch in run-sequence in try-each",
            |inner| (c::TRY_EACH, array![sequence![c::RUN_SEQUENCE, inner], sequence![c::VENDOR, 0]]),
            |shared| shared.argument(c::TRY_EACH).item(0).inner().argument(c::RUN_SEQUENCE).inner(),
        ),
        firmware.fault(
            GROUP,
            "unknown-in-shared",
            "P-009",
            "an unknown command in the shared sequence",
            manifest("UnknownCommand"),
            |draft| {
                draft.shared().command(36, 0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "unknown-in-unused-section",
            "design §7",
            "an unknown command in a section of another procedure",
            manifest("UnknownCommand"),
            |draft| {
                draft.manifest().insert(m::LOAD, sequence![9, 0]);
                draft.section(m::LOAD).item(0).mark();
            },
        ),
        firmware.fault(
            GROUP,
            "unknown-in-uninstall",
            "design §7",
            "an unknown command in the uninstall section",
            manifest("UnknownCommand"),
            |draft| {
                draft.manifest().insert(m::UNINSTALL, sequence![9, 0]);
                draft.section(m::UNINSTALL).item(0).mark();
            },
        ),
    ]);
    cases
}

fn sequences(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let fault = |name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        firmware.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.section(m::VALIDATE)))
    };
    let wrong = |expected: &str| manifest("WrongType").of(expected);
    vec![
        fault("sequence-empty", "P-008", "no commands", manifest("TooFewItems"), |node| {
            node.items().clear();
            node.mark();
        }),
        fault("sequence-odd", "P-008", "a code without argument", manifest("OddSequence"), |node| {
            node.append(c::IMAGE_MATCH);
            node.mark();
        }),
        fault("sequence-one", "P-008", "only a code", manifest("OddSequence"), |node| {
            node.items().truncate(1);
            node.mark();
        }),
        fault("code-text", "P-008", "a command by its name", wrong("Int"), |node| {
            node.item(0).set("image-match").mark();
        }),
        fault("code-nil", "P-008", "nil as code", wrong("Int"), |node| {
            node.item(0).set(nil()).mark();
        }),
        fault("code-array", "P-008", "commands as pairs", wrong("Int"), |node| {
            node.set(array![array![c::IMAGE_MATCH, 15], array![c::CLASS, 15]]).item(0).mark();
        }),
    ]
}

fn arguments(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let directives = sound.get("valid/directives");
    let custom = sound.get("valid/custom-commands");
    let delta = sound.get("valid/install-delta");
    let policy = || manifest("ReportPolicy");
    let wrong = |expected: &str| manifest("WrongType").of(expected);
    let fault = |sibling: &Case, name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        sibling.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.section(m::INSTALL)))
    };
    vec![
        fault(firmware, "policy-16", "spec.md 3.6", "a fifth bit", policy(), |node| {
            node.argument(c::FETCH).set(16).mark();
        }),
        fault(firmware, "policy-huge", "spec.md 3.6", "2^64-1", policy(), |node| {
            node.argument(c::IMAGE_MATCH).set(crate::node::uint(u64::MAX)).mark();
        }),
        fault(firmware, "policy-negative", "spec.md 3.6", "-1", wrong("Uint"), |node| {
            node.argument(c::FETCH).set(-1).mark();
        }),
        fault(firmware, "policy-nil", "spec.md 3.6", "nil, as in old drafts", wrong("Uint"), |node| {
            node.argument(c::FETCH).set(nil()).mark();
        }),
        fault(
            firmware,
            "policy-map",
            "spec.md 3.6",
            "parameters as argument of fetch",
            wrong("Uint"),
            |node| {
                node.argument(c::FETCH).set(map! { p::URI => "a" }).mark();
            },
        ),
        fault(
            firmware,
            "parameters-array",
            "spec.md 3.6",
            "a list in place of the map",
            wrong("Map"),
            |node| {
                node.argument(c::OVERRIDE).set(array![p::URI, "a"]).mark();
            },
        ),
        fault(firmware, "parameters-wrapped", "C.2", "parameters in a byte string", wrong("Map"), |node| {
            let map = node.argument(c::OVERRIDE).clone();
            node.argument(c::OVERRIDE).set(wrap(map)).mark();
        }),
        fault(directives, "set-parameters-nil", "spec.md 3.6", "nil", wrong("Map"), |node| {
            node.argument(c::SET_PARAMETERS).set(nil()).mark();
        }),
        fault(
            directives,
            "run-sequence-not-wrapped",
            "P-005",
            "the sequence itself",
            wrong("Bytes"),
            |node| {
                let array = node.argument(c::RUN_SEQUENCE).inner().clone();
                node.argument(c::RUN_SEQUENCE).set(array).mark();
            },
        ),
        fault(directives, "run-sequence-nil", "spec.md 3.6", "nil", wrong("Bytes"), |node| {
            node.argument(c::RUN_SEQUENCE).set(nil()).mark();
        }),
        fault(directives, "run-sequence-empty", "P-008", "no commands", manifest("TooFewItems"), |node| {
            node.argument(c::RUN_SEQUENCE).inner().set(array![]).mark();
        }),
        fault(directives, "try-each-one", "P-011", "one alternative", manifest("TooFewItems"), |node| {
            node.argument(c::TRY_EACH).items().truncate(1);
            node.argument(c::TRY_EACH).mark();
        }),
        fault(directives, "try-each-empty", "P-011", "no alternative", manifest("TooFewItems"), |node| {
            node.argument(c::TRY_EACH).set(array![]).mark();
        }),
        fault(
            directives,
            "try-each-one-and-nil",
            "design §7",
            "one alternative and nil",
            manifest("TooFewItems"),
            |node| {
                node.argument(c::TRY_EACH).items().remove(0);
                node.argument(c::TRY_EACH).item(1).mark();
            },
        ),
        fault(
            directives,
            "try-each-nil-first",
            "P-011",
            "nil, then an alternative",
            manifest("TooFewItems"),
            |node| {
                node.argument(c::TRY_EACH).items().rotate_right(1);
                node.argument(c::TRY_EACH).item(0).mark();
            },
        ),
        fault(
            directives,
            "try-each-nil-between",
            "P-011",
            "an alternative behind nil",
            manifest("TooManyItems"),
            |node| {
                node.argument(c::TRY_EACH).append(sequence![c::FETCH, 0]);
                node.argument(c::TRY_EACH).item(2).mark();
            },
        ),
        fault(directives, "try-each-nil-twice", "P-011", "nil twice", manifest("TooManyItems"), |node| {
            node.argument(c::TRY_EACH).append(nil());
            node.argument(c::TRY_EACH).item(2).mark();
        }),
        fault(directives, "try-each-true", "P-011", "true in place of nil", wrong("Nil"), |node| {
            node.argument(c::TRY_EACH).item(2).set(true).mark();
        }),
        fault(directives, "try-each-wrapped", "P-004", "the list in a byte string", wrong("Array"), |node| {
            let list = node.argument(c::TRY_EACH).clone();
            node.argument(c::TRY_EACH).set(wrap(list)).mark();
        }),
        fault(
            directives,
            "alternative-not-wrapped",
            "P-005",
            "a sequence itself",
            wrong("OneOfSeveral"),
            |node| {
                let array = node.argument(c::TRY_EACH).item(0).inner().clone();
                node.argument(c::TRY_EACH).item(0).set(array).mark();
            },
        ),
        fault(
            directives,
            "alternative-empty",
            "A-25",
            "an alternative without commands",
            manifest("TooFewItems"),
            |node| {
                node.argument(c::TRY_EACH).item(1).inner().set(array![]).mark();
            },
        ),
        fault(
            directives,
            "alternative-no-bytes",
            "A-25",
            "an empty byte string",
            manifest("Truncated"),
            |node| {
                node.argument(c::TRY_EACH).item(1).set(bytes([])).mark_end();
            },
        ),
        fault(
            directives,
            "override-multiple-array",
            "UM 5.7",
            "a list in place of the map",
            wrong("Map"),
            |node| {
                node.argument(c::OVERRIDE_MULTIPLE).set(array![0, map! { p::SLOT => 0 }]).mark();
            },
        ),
        fault(directives, "override-multiple-negative", "UM 5.7", "index -1", wrong("Uint"), |node| {
            node.argument(c::OVERRIDE_MULTIPLE).insert(-1, map! { p::SLOT => 0 }).mark();
        }),
        fault(
            directives,
            "copy-params-number",
            "UM 5.8",
            "a label in place of the list",
            wrong("Array"),
            |node| {
                node.argument(c::COPY_PARAMS).key(1).set(p::SLOT).mark();
            },
        ),
        fault(
            directives,
            "copy-params-none",
            "UM 5.8",
            "an empty list of labels",
            manifest("TooFewItems"),
            |node| {
                node.argument(c::COPY_PARAMS).key(1).set(array![]).mark();
            },
        ),
        fault(directives, "copy-params-text", "UM 5.8", "a parameter by its name", wrong("Int"), |node| {
            node.argument(c::COPY_PARAMS).key(1).item(0).set("slot").mark();
        }),
        fault(delta, "install-delta-policy", "P-235", "a fifth bit of the policy", policy(), |node| {
            node.argument(c::INSTALL_DELTA).set(16).mark();
        }),
        fault(
            delta,
            "install-delta-nil",
            "P-235",
            "nil, as other custom commands may have it",
            wrong("Uint"),
            |node| {
                node.argument(c::INSTALL_DELTA).set(nil()).mark();
            },
        ),
        fault(
            delta,
            "install-delta-near",
            "P-009",
            "the number 36, which is none",
            manifest("UnknownCommand"),
            |node| {
                node.code(c::INSTALL_DELTA).set(36).mark();
            },
        ),
        fault(custom, "custom-array", "spec.md 3.6", "an array as argument", wrong("OneOfSeveral"), |node| {
            node.argument(-260).set(array![1]).mark();
        }),
        fault(custom, "custom-map", "spec.md 3.6", "a map as argument", wrong("OneOfSeveral"), |node| {
            node.argument(-260).set(map! { 1 => 2 }).mark();
        }),
        fault(custom, "custom-true", "spec.md 3.6", "true as argument", wrong("Nil"), |node| {
            node.argument(-260).set(true).mark();
        }),
        fault(custom, "custom-tagged", "spec.md 3.6", "a tag as argument", wrong("OneOfSeveral"), |node| {
            node.argument(-260).set(crate::node::tag(1, 0.into())).mark();
        }),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [codes(sound), sequences(sound), arguments(sound)].concat()
}
