//! Components, dependencies, and indices that name them.

use super::Sound;
use super::sound::component;
use crate::array;
use crate::case::{Case, Refusal, manifest};
use crate::draft::Draft;
use crate::map;
use crate::node::{Node, bytes, nil, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::sequence;

const GROUP: &str = "common";

fn components(sound: &Sound) -> Vec<Case> {
    let firmware = sound.get("valid/firmware");
    let two = sound.get("valid/two-components");
    let fault = |sibling: &Case, name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        sibling.fault(GROUP, name, rule, comment, refusal, |draft| {
            change(draft.common().key(common::COMPONENTS));
        })
    };
    let wrong = |expected: &str| manifest("WrongType").of(expected);
    // A list of this many different components, in a manifest without commands.
    let many = |draft: &mut Draft, count: u32| {
        let identifiers = (0..count).map(|number| array![bytes(number.to_be_bytes())]);
        draft.common().key(common::COMPONENTS).set(identifiers.collect::<Vec<_>>());
    };
    let minimal = sound.get("valid/minimal");
    vec![
        minimal.variant(
            "valid",
            "components-255",
            "design: budget",
            "as many components as the reader takes",
            |d| {
                many(d, 255);
            },
        ),
        minimal.fault(
            GROUP,
            "components-256",
            "design: budget",
            "one too many",
            manifest("TooManyItems"),
            |draft| {
                many(draft, 256);
                draft.common().key(common::COMPONENTS).mark();
            },
        ),
        fault(
            firmware,
            "components-empty",
            "spec.md 3.4",
            "an empty list",
            manifest("TooFewItems"),
            |node| {
                node.items().clear();
                node.mark();
            },
        ),
        fault(
            firmware,
            "components-map",
            "spec.md 3.4",
            "a map in place of the list",
            wrong("Array"),
            |node| {
                node.set(map! { 0 => component("main") }).mark();
            },
        ),
        fault(
            firmware,
            "components-wrapped",
            "spec.md 3.4",
            "the list in a byte string",
            wrong("Array"),
            |node| {
                let list = node.clone();
                node.set(wrap(list)).mark();
            },
        ),
        fault(
            firmware,
            "component-bytes",
            "spec.md 3.4",
            "a byte string as identifier",
            wrong("Array"),
            |node| {
                node.item(0).set(bytes("main")).mark();
            },
        ),
        fault(firmware, "component-text", "spec.md 3.4", "a text part", wrong("Bytes"), |node| {
            node.item(0).item(0).set("main").mark();
        }),
        fault(firmware, "component-number", "spec.md 3.4", "a number as part", wrong("Bytes"), |node| {
            node.item(0).item(0).set(0).mark();
        }),
        fault(
            two,
            "component-twice",
            "design §7",
            "the same identifier twice",
            manifest("DuplicateComponent"),
            |node| {
                node.item(1).set(component("main")).mark();
            },
        ),
        fault(
            two,
            "component-empty-twice",
            "design §7",
            "the empty identifier twice",
            manifest("DuplicateComponent"),
            |node| {
                node.item(0).set(array![]);
                node.item(1).set(array![]).mark();
            },
        ),
        minimal.fault(
            GROUP,
            "no-components",
            "design §7",
            "common is empty",
            manifest("NoComponents"),
            |draft| {
                draft.common().remove(common::COMPONENTS);
                draft.manifest().mark();
            },
        ),
        firmware.fault(
            GROUP,
            "shared-not-wrapped",
            "P-005",
            "the sequence itself",
            wrong("Bytes"),
            |draft| {
                let array = draft.shared().clone();
                draft.common().key(common::SHARED).set(array).mark();
            },
        ),
    ]
}

fn dependencies(sound: &Sound) -> Vec<Case> {
    let every = sound.get("valid/every-member");
    let fault = |name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        every.fault(GROUP, name, rule, comment, refusal, |draft| {
            change(draft.common().key(common::DEPENDENCIES));
        })
    };
    let wrong = |expected: &str| manifest("WrongType").of(expected);
    vec![
        fault("dependencies-array", "spec.md 3.4", "a list in place of the map", wrong("Map"), |node| {
            node.set(array![map! {}]).mark();
        }),
        fault("dependency-nil", "spec.md 3.4", "nil in place of a dependency's map", wrong("Map"), |node| {
            node.key(1).set(nil()).mark();
        }),
        fault("dependency-negative", "spec.md 3.4", "index -1", wrong("Uint"), |node| {
            node.insert(-1, map! {}).mark();
        }),
        fault("dependency-prefix-bytes", "spec.md 3.4", "a byte string as prefix", wrong("Array"), |node| {
            node.key(1).key(1).set(bytes("dependency")).mark();
        }),
        fault("dependency-prefix-text", "spec.md 3.4", "a text part in the prefix", wrong("Bytes"), |node| {
            node.key(1).key(1).item(0).set("dependency").mark();
        }),
    ]
}

fn indices(sound: &Sound) -> Vec<Case> {
    let directives = sound.get("valid/directives");
    let beyond = sound.get("valid/dependency-beyond");
    let range = || manifest("ComponentIndex");
    let wrong = |expected: &str| manifest("WrongType").of(expected);
    // In the install section.
    let fault = |name, rule, comment, refusal: Refusal, change: fn(&mut Node)| {
        directives.fault(GROUP, name, rule, comment, refusal, |draft| change(draft.section(m::INSTALL)))
    };
    vec![
        fault("index-beyond", "M 8.4.10.1", "three components, index 3", range(), |node| {
            node.argument(c::SET_INDEX).set(3).mark();
        }),
        fault("index-huge", "M 8.4.10.1", "index 2^64-1", range(), |node| {
            node.argument(c::SET_INDEX).set(crate::node::uint(u64::MAX)).mark();
        }),
        fault("index-beyond-in-list", "M 8.4.10.1", "the last of a list", range(), |node| {
            node.argument(c::SET_INDEX).append(3).mark();
        }),
        fault("index-beyond-nested", "M 8.4.10.1", "in a nested sequence", range(), |node| {
            node.argument(c::RUN_SEQUENCE).inner().command(c::SET_INDEX, 3);
            node.argument(c::RUN_SEQUENCE).inner().argument(c::SET_INDEX).mark();
        }),
        fault(
            "index-beyond-in-alternative",
            "M 8.4.10.1",
            "in an alternative that may never run",
            range(),
            |node| {
                let alternative = node.argument(c::TRY_EACH).item(1).inner();
                alternative.command(c::SET_INDEX, 99);
                alternative.argument(c::SET_INDEX).mark();
            },
        ),
        fault(
            "index-twice",
            "design §7",
            "a component twice in a list",
            manifest("DuplicateIndex"),
            |node| {
                node.argument(c::SET_INDEX).append(0).mark();
            },
        ),
        fault("index-list-empty", "spec.md 3.6", "an empty list", manifest("TooFewItems"), |node| {
            node.argument(c::SET_INDEX).set(array![]).mark();
        }),
        fault("index-false", "M 8.4.10.1", "false has no meaning", wrong("OneOfSeveral"), |node| {
            node.argument(c::SET_INDEX).set(false).mark();
        }),
        fault("index-nil", "M 8.4.10.1", "nil", wrong("Bool"), |node| {
            node.argument(c::SET_INDEX).set(nil()).mark();
        }),
        fault("index-negative", "M 8.4.10.1", "-1", wrong("OneOfSeveral"), |node| {
            node.argument(c::SET_INDEX).set(-1).mark();
        }),
        fault("index-text", "M 8.4.10.1", "a component's name", wrong("OneOfSeveral"), |node| {
            node.argument(c::SET_INDEX).set("main").mark();
        }),
        fault("index-true-in-list", "M 8.4.10.1", "true in a list", wrong("Uint"), |node| {
            node.argument(c::SET_INDEX).append(true).mark();
        }),
        fault("source-beyond", "P-090", "the source component isn't there", range(), |node| {
            node.argument(c::OVERRIDE).key(p::SOURCE).set(3).mark();
        }),
        fault("source-negative", "spec.md 3.7", "source component -1", wrong("Uint"), |node| {
            node.argument(c::OVERRIDE).key(p::SOURCE).set(-1).mark();
        }),
        fault("override-multiple-beyond", "UM 5.7", "a component that isn't there", range(), |node| {
            node.argument(c::OVERRIDE_MULTIPLE).add(3, map! { p::SLOT => 0 }).mark();
        }),
        fault("copy-params-beyond", "UM 5.8", "a component that isn't there", range(), |node| {
            node.argument(c::COPY_PARAMS).add(3, array![p::SLOT]).mark();
        }),
        beyond.fault(
            GROUP,
            "index-between",
            "A-02",
            "between the components and a dependency",
            range(),
            |draft| {
                draft.section(m::VALIDATE).argument(c::SET_INDEX).set(6).mark();
            },
        ),
        beyond.fault(GROUP, "index-of-shared", "A-02", "in the shared sequence", range(), |draft| {
            draft.shared().argument(c::SET_INDEX).item(1).set(2).mark();
        }),
        directives.fault(
            GROUP,
            "index-in-unused-section",
            "design §7",
            "in a section of another procedure",
            range(),
            |draft| {
                draft.manifest().insert(m::LOAD, sequence![c::SET_INDEX, 3]);
                draft.section(m::LOAD).argument(c::SET_INDEX).mark();
            },
        ),
    ]
}

/// The faulty vectors.
pub(super) fn cases(sound: &Sound) -> Vec<Case> {
    [components(sound), dependencies(sound), indices(sound)].concat()
}
