//! Component indices: one, all, several; and what is looped over them.

use super::{
    Group, act, act_here, board, check, check_here, here, image, index, install, install_abc, manifest, on,
    put, run_sequence, seq, soft, try_each, write,
};
use crate::case::Case;
use crate::node::bytes;
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{Device, trace, update};
use crate::{array, map};

const GROUP: Group = Group("run-index");

const ABORT: &str = "abort";

fn abc() -> Device {
    board(&["a", "b", "c"])
}

/// `a` and `c` in slot 0, `b` in slot 1.
fn slots() -> Device {
    abc().with("a", "slot", 0).with("b", "slot", 1).with("c", "slot", 0)
}

fn loops() -> Vec<Case> {
    vec![
        GROUP.play(
            "one",
            "P-100",
            "each command works on the component chosen last",
            install_abc([index(2), write("1"), index(0), write("2")]),
            abc(),
            [update()
                .leaves("c", b"1")
                .leaves("a", b"2")
                .does(trace().write("c", b"1").write("a", b"2").floor(3))],
        ),
        GROUP.play(
            "initial",
            "P-104, P-105",
            "with one component nothing need be chosen",
            install([write("1")]),
            board(&["main"]),
            [update().leaves("main", b"1").does(trace().write("main", b"1").floor(3))],
        ),
        GROUP.play(
            "one-of-one",
            "P-105",
            "with one component, choosing it, all or a list of it changes nothing",
            install([index(0), write("1"), index(true), write("2"), index(array![0]), write("3")]),
            board(&["main"]),
            [update()
                .leaves("main", b"3")
                .does(trace().write("main", b"1").write("main", b"2").write("main", b"3").floor(3))],
        ),
        GROUP.play(
            "all",
            "P-101, P-102",
            "all components in the order of the manifest, each command for all before the next",
            install_abc([index(true), write("1"), write("2")]),
            abc(),
            [update().leaves("a", b"2").leaves("b", b"2").leaves("c", b"2").does(
                trace()
                    .write("a", b"1")
                    .write("b", b"1")
                    .write("c", b"1")
                    .write("a", b"2")
                    .write("b", b"2")
                    .write("c", b"2")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "list",
            "P-101, P-102",
            "those of the list in its order",
            install_abc([index(array![2, 0]), write("1"), write("2")]),
            abc(),
            [update()
                .leaves("c", b"2")
                .leaves("a", b"2")
                .does(trace().write("c", b"1").write("a", b"1").write("c", b"2").write("a", b"2").floor(3))],
        ),
        GROUP.play(
            "list-then-one",
            "P-101",
            "a list is left by the next set-component-index",
            install_abc([index(array![0, 1]), write("1"), index(2), write("2")]),
            abc(),
            [update()
                .leaves("a", b"1")
                .leaves("b", b"1")
                .leaves("c", b"2")
                .does(trace().write("a", b"1").write("b", b"1").write("c", b"2").floor(3))],
        ),
        GROUP.play(
            "parameters-of-each",
            "P-087, P-102",
            "each component has its own parameters",
            install_abc([
                index(0),
                put(image(b"1")),
                index(1),
                put(image(b"2")),
                index(2),
                put(image(b"3")),
                index(true),
                check(c::IMAGE_MATCH),
            ]),
            abc().holding("a", b"1").holding("b", b"2").holding("c", b"3"),
            [update().does(
                trace()
                    .holds("image-match", "a")
                    .holds("image-match", "b")
                    .holds("image-match", "c")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "parameters-not-of-others",
            "P-087, P-074",
            "what was set for one component isn't set for another",
            install_abc([index(0), put(map! { p::CONTENT => bytes("x") }), index(1), act_here(c::WRITE)]),
            abc(),
            [update().fails("ParameterUnset", "content", "install", "b")],
        ),
        GROUP.play(
            "fails-in-the-middle",
            "P-102",
            "a condition fails for the second component: the third isn't looked at",
            install_abc([
                index(true),
                put(map! { p::SLOT => 0 }),
                write("1"),
                check_here(c::SLOT),
                write("never"),
            ]),
            slots(),
            [update()
                .leaves("a", b"1")
                .leaves("b", b"1")
                .leaves("c", b"1")
                .does(
                    trace()
                        .write("a", b"1")
                        .write("b", b"1")
                        .write("c", b"1")
                        .holds("component-slot", "a")
                        .fails("component-slot", "b"),
                )
                .fails("ConditionFailed", "component-slot", "install", "b")],
        ),
        GROUP.play(
            "all-in-shared",
            "P-101, P-023",
            "the shared sequence sets a parameter for all; the section chooses anew",
            manifest(
                &["a", "b"],
                Some(seq([index(true), put(map! { p::CONTENT => bytes("x") })])),
                [(m::INSTALL, seq([index(1), act(c::WRITE)])), (m::VALIDATE, seq([index(0), act(c::WRITE)]))],
            ),
            board(&["a", "b"]),
            [update()
                .leaves("a", b"x")
                .leaves("b", b"x")
                .does(trace().write("b", b"x").write("a", b"x").floor(3))],
        ),
    ]
}

/// Nested sequences, looped.
fn nested() -> Vec<Case> {
    let by_slot = || {
        try_each(vec![
            seq([put(map! { p::SLOT => 0 }), check(c::SLOT), write("A")]),
            seq([put(map! { p::SLOT => 1 }), check(c::SLOT), write("B")]),
        ])
    };
    vec![
        GROUP.play(
            "try-for-each",
            "A-07, P-103",
            "the whole try-each for each component: after a success no other alternative runs",
            install_abc([index(true), by_slot(), write("end")]),
            slots(),
            [update().leaves("a", b"end").leaves("b", b"end").leaves("c", b"end").does(
                trace()
                    .holds("component-slot", "a")
                    .write("a", b"A")
                    .fails("component-slot", "b")
                    .holds("component-slot", "b")
                    .write("b", b"B")
                    .holds("component-slot", "c")
                    .write("c", b"A")
                    .write("a", b"end")
                    .write("b", b"end")
                    .write("c", b"end")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "try-for-some",
            "A-07, P-103",
            "the same for a list in its order",
            install_abc([index(array![1, 0]), by_slot()]),
            slots(),
            [update().leaves("a", b"A").leaves("b", b"B").does(
                trace()
                    .fails("component-slot", "b")
                    .holds("component-slot", "b")
                    .write("b", b"B")
                    .holds("component-slot", "a")
                    .write("a", b"A")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "try-exhausted-for-one",
            "A-07, P-118",
            "no alternative fits the second component: the third gets nothing",
            install_abc([
                index(true),
                on(
                    here(c::TRY_EACH),
                    vec![
                        seq([put(map! { p::SLOT => 0 }), check(c::SLOT), write("A")]),
                        seq([check(c::ABORT)]),
                    ],
                ),
            ]),
            slots(),
            [update()
                .leaves("a", b"A")
                .does(
                    trace()
                        .holds("component-slot", "a")
                        .write("a", b"A")
                        .fails("component-slot", "b")
                        .fails(ABORT, "b"),
                )
                .fails("AlternativesExhausted", "", "install", "b")],
        ),
        GROUP.play(
            "run-for-each",
            "P-103",
            "the whole nested sequence is repeated for each component",
            install_abc([index(true), run_sequence([write("1"), write("2")])]),
            abc(),
            [update().leaves("a", b"2").leaves("b", b"2").leaves("c", b"2").does(
                trace()
                    .write("a", b"1")
                    .write("a", b"2")
                    .write("b", b"1")
                    .write("b", b"2")
                    .write("c", b"1")
                    .write("c", b"2")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "run-for-each-soft",
            "P-103, P-119",
            "a soft failure for one component ends the nested sequence for that one",
            install_abc([
                index(true),
                run_sequence([soft(true), put(map! { p::SLOT => 0 }), check(c::SLOT), write("0")]),
            ]),
            slots(),
            [update().leaves("a", b"0").leaves("c", b"0").does(
                trace()
                    .holds("component-slot", "a")
                    .write("a", b"0")
                    .fails("component-slot", "b")
                    .holds("component-slot", "c")
                    .write("c", b"0")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "run-for-each-chooses",
            "P-103, A-16",
            "the nested sequence chooses another component; the loop around it goes on all the same",
            install_abc([index(array![0, 1]), run_sequence([write("1"), index(2), write("2")]), write("3")]),
            abc(),
            [update().leaves("a", b"3").leaves("b", b"3").leaves("c", b"2").does(
                trace()
                    .write("a", b"1")
                    .write("c", b"2")
                    .write("b", b"1")
                    .write("c", b"2")
                    .write("a", b"3")
                    .write("b", b"3")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "run-chooses-all",
            "P-101, A-16",
            "the nested sequence chooses all, for itself",
            install_abc([index(1), run_sequence([index(true), write("1")]), write("2")]),
            abc(),
            [update()
                .leaves("a", b"1")
                .leaves("b", b"2")
                .leaves("c", b"1")
                .does(trace().write("a", b"1").write("b", b"1").write("c", b"1").write("b", b"2").floor(3))],
        ),
        GROUP.play(
            "run-fails-for-one",
            "P-103, P-119",
            "a condition fails in the repetition for the second component",
            install_abc([
                index(true),
                run_sequence([put(map! { p::SLOT => 0 }), check_here(c::SLOT), write("0")]),
            ]),
            slots(),
            [update()
                .leaves("a", b"0")
                .does(trace().holds("component-slot", "a").write("a", b"0").fails("component-slot", "b"))
                .fails("ConditionFailed", "component-slot", "install", "b")],
        ),
        GROUP.play(
            "loops-in-loops",
            "P-103",
            "the inner loop runs once for each component of the outer one",
            install_abc([index(array![0, 1]), run_sequence([index(array![2, 1]), write("x")])]),
            abc(),
            [update()
                .leaves("b", b"x")
                .leaves("c", b"x")
                .does(trace().write("c", b"x").write("b", b"x").write("c", b"x").write("b", b"x").floor(3))],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [loops(), nested()].concat()
}
