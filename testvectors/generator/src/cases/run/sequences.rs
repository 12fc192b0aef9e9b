//! try-each, run-sequence and soft failure, in each other.

use super::{
    Group, act, act_here, board, check, check_here, here, index, install, install_abc, manifest, on, put,
    run_sequence, seq, soft, try_each, write,
};
use crate::case::Case;
use crate::map;
use crate::node::{bytes, nil};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{trace, update};

const GROUP: Group = Group("run-sequences");

const ABORT: &str = "abort";

/// try-each by itself.
fn alternatives() -> Vec<Case> {
    let main = || board(&["main"]);
    vec![
        GROUP.play(
            "try-first",
            "P-115",
            "the first alternative completes, so the second doesn't run",
            install([try_each(vec![seq([write("1")]), seq([write("2")])]), write("end")]),
            main(),
            [update()
                .leaves("main", b"end")
                .does(trace().write("main", b"1").write("main", b"end").floor(3))],
        ),
        GROUP.play(
            "try-second",
            "P-115, P-116",
            "a condition of the first alternative fails; what it did before stays done",
            install([try_each(vec![
                seq([write("1"), check(c::ABORT), write("never")]),
                seq([write("2")]),
                seq([write("3")]),
            ])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().write("main", b"1").fails(ABORT, "main").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "try-nil",
            "P-118",
            "no alternative completes, and the final nil is success",
            install([try_each(vec![seq([check(c::ABORT)]), seq([check(c::ABORT)]), nil()]), write("end")]),
            main(),
            [update()
                .leaves("main", b"end")
                .does(trace().fails(ABORT, "main").fails(ABORT, "main").write("main", b"end").floor(3))],
        ),
        GROUP.play(
            "try-exhausted",
            "P-118, A-04",
            "no alternative completes, and there is no nil",
            install([
                on(here(c::TRY_EACH), vec![seq([check(c::ABORT)]), seq([check(c::ABORT)])]),
                write("never"),
            ]),
            main(),
            [update().does(trace().fails(ABORT, "main").fails(ABORT, "main")).fails(
                "AlternativesExhausted",
                "",
                "install",
                "main",
            )],
        ),
        GROUP.play(
            "try-directive-fails",
            "A-03, P-072",
            "a directive of the first alternative fails: that aborts, and no other one is tried",
            // write without content.
            install([try_each(vec![seq([act_here(c::WRITE)]), seq([write("never")])])]),
            main(),
            [update().fails("ParameterUnset", "content", "install", "main")],
        ),
        GROUP.play(
            "try-nested-exhausted",
            "A-04",
            "a try-each inside another is exhausted: that aborts, too",
            install([try_each(vec![
                seq([on(here(c::TRY_EACH), vec![seq([check(c::ABORT)]), seq([check(c::ABORT)])])]),
                seq([write("never")]),
            ])]),
            main(),
            [update().does(trace().fails(ABORT, "main").fails(ABORT, "main")).fails(
                "AlternativesExhausted",
                "",
                "install",
                "main",
            )],
        ),
        GROUP.play(
            "try-unset",
            "P-074, P-116",
            "a condition whose parameter isn't set fails like any other",
            install([try_each(vec![seq([check(c::IMAGE_MATCH)]), seq([write("2")])])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().fails("image-match", "main").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "try-parameters-stay",
            "A-17",
            "parameters that a failed alternative has set stay set",
            install([
                try_each(vec![
                    seq([put(map! { p::CONTENT => bytes("from the failed one") }), check(c::ABORT)]),
                    seq([check(c::ABORT)]),
                    nil(),
                ]),
                act(c::WRITE),
            ]),
            main(),
            [update().leaves("main", b"from the failed one").does(
                trace()
                    .fails(ABORT, "main")
                    .fails(ABORT, "main")
                    .write("main", b"from the failed one")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "try-in-shared",
            "P-115, P-023",
            "try-each in the shared sequence sets what the section uses",
            manifest(
                &["main"],
                Some(seq([try_each(vec![
                    seq([put(map! { p::CONTENT => bytes("1") }), check(c::ABORT)]),
                    seq([put(map! { p::CONTENT => bytes("2") })]),
                ])])),
                [(m::INSTALL, seq([act(c::WRITE)])), (m::VALIDATE, seq([check(c::CHECK_CONTENT)]))],
            ),
            main(),
            [update().leaves("main", b"2").does(
                trace()
                    .fails(ABORT, "main")
                    .write("main", b"2")
                    .fails(ABORT, "main")
                    .holds("check-content", "main")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "try-twice",
            "P-115",
            "a second try-each begins with its first alternative again",
            install([
                try_each(vec![seq([check(c::ABORT)]), seq([write("1")])]),
                try_each(vec![seq([write("2")]), seq([write("never")])]),
            ]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().fails(ABORT, "main").write("main", b"1").write("main", b"2").floor(3))],
        ),
    ]
}

/// soft-failure: where it holds, and for how long.
fn softness() -> Vec<Case> {
    let main = || board(&["main"]);
    vec![
        GROUP.play(
            "soft-false-in-try",
            "P-117",
            "an alternative that gave up soft failure makes the try-each fail with its condition",
            install([try_each(vec![
                seq([soft(false), check_here(c::ABORT)]),
                seq([write("never")]),
            ])]),
            main(),
            [update()
                .does(trace().fails(ABORT, "main"))
                .fails("ConditionFailed", ABORT, "install", "main")],
        ),
        GROUP.play(
            "soft-false-in-inner-try",
            "P-117, A-05",
            "the inner try-each fails with its condition, and the alternative around it is left for the next one",
            install([try_each(vec![
                seq([
                    try_each(vec![seq([soft(false), check(c::ABORT)]), seq([write("never")])]),
                    write("never"),
                ]),
                seq([write("2")]),
            ])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().fails(ABORT, "main").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "soft-misplaced-in-section",
            "P-122",
            "soft failure in a section that isn't nested aborts",
            install([write("1"), on(here(c::OVERRIDE), map! { p::SOFT_FAILURE => true })]),
            main(),
            [update()
                .leaves("main", b"1")
                .does(trace().write("main", b"1"))
                .fails("SoftFailureMisplaced", "", "install", "main")],
        ),
        GROUP.play(
            "soft-misplaced-in-shared",
            "P-122",
            "soft failure in the shared sequence aborts, although what it says is what holds anyway",
            manifest(
                &["main"],
                Some(seq([on(here(c::OVERRIDE), map! { p::SOFT_FAILURE => false })])),
                [(m::INSTALL, seq([write("never")]))],
            ),
            main(),
            [update().fails("SoftFailureMisplaced", "", "common", "main")],
        ),
        GROUP.play(
            "soft-not-inherited",
            "P-121, P-119",
            "the inner sequence has its own soft failure, false; the outer one, which is soft, ends with it",
            install([
                run_sequence([
                    soft(true),
                    write("1"),
                    run_sequence([write("2"), check(c::ABORT), write("never")]),
                    write("never"),
                ]),
                write("end"),
            ]),
            main(),
            [update().leaves("main", b"end").does(
                trace()
                    .write("main", b"1")
                    .write("main", b"2")
                    .fails(ABORT, "main")
                    .write("main", b"end")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "soft-restored",
            "P-121",
            "what an inner sequence made soft doesn't make the outer one soft",
            install([run_sequence([
                run_sequence([soft(true), check(c::ABORT), write("never")]),
                write("1"),
                check_here(c::ABORT),
            ])]),
            main(),
            [update()
                .leaves("main", b"1")
                .does(trace().fails(ABORT, "main").write("main", b"1").fails(ABORT, "main"))
                .fails("ConditionFailed", ABORT, "install", "main")],
        ),
        GROUP.play(
            "soft-for-every-component",
            "A-18, P-121",
            "soft failure belongs to the sequence, not to the component that was chosen when it was set",
            install_abc([
                index(0),
                run_sequence([soft(true), index(1), write("1"), check(c::ABORT), write("never")]),
                write("end"),
            ]),
            board(&["a", "b", "c"]),
            [update()
                .leaves("b", b"1")
                .leaves("a", b"end")
                .does(trace().write("b", b"1").fails(ABORT, "b").write("a", b"end").floor(3))],
        ),
        GROUP.play(
            "soft-false-once-more",
            "P-119",
            "soft failure can be given up again before the condition",
            install([run_sequence([soft(true), soft(false), check_here(c::ABORT)])]),
            main(),
            [update()
                .does(trace().fails(ABORT, "main"))
                .fails("ConditionFailed", ABORT, "install", "main")],
        ),
        GROUP.play(
            "soft-not-for-next-alternative",
            "P-116, P-121",
            "the first alternative is left by its condition; the second begins soft again",
            install([try_each(vec![
                seq([check(c::ABORT)]),
                seq([write("2"), check(c::ABORT)]),
                seq([write("3")]),
            ])]),
            main(),
            [update().leaves("main", b"3").does(
                trace()
                    .fails(ABORT, "main")
                    .write("main", b"2")
                    .fails(ABORT, "main")
                    .write("main", b"3")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "soft-by-set-parameters",
            "P-084, P-116",
            "soft failure always has a value, so set-parameters leaves it",
            install([try_each(vec![
                seq([on(c::SET_PARAMETERS, map! { p::SOFT_FAILURE => false }), check(c::ABORT)]),
                seq([write("2")]),
            ])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().fails(ABORT, "main").write("main", b"2").floor(3))],
        ),
    ]
}

/// run-sequence.
fn runs() -> Vec<Case> {
    let main = || board(&["main"]);
    vec![
        GROUP.play(
            "run",
            "P-119, P-120",
            "a nested sequence runs, and then what comes behind it",
            install([write("1"), run_sequence([write("2")]), write("3")]),
            main(),
            [update()
                .leaves("main", b"3")
                .does(trace().write("main", b"1").write("main", b"2").write("main", b"3").floor(3))],
        ),
        GROUP.play(
            "run-condition-fails",
            "P-119, P-071",
            "soft failure is false at first: a failing condition fails the run-sequence, and with it the section",
            install([run_sequence([write("1"), check_here(c::ABORT), write("never")]), write("never")]),
            main(),
            [update()
                .leaves("main", b"1")
                .does(trace().write("main", b"1").fails(ABORT, "main"))
                .fails("ConditionFailed", ABORT, "install", "main")],
        ),
        GROUP.play(
            "run-soft",
            "P-119",
            "with soft failure a failing condition just ends the nested sequence",
            install([
                run_sequence([soft(true), write("1"), check(c::ABORT), write("never")]),
                write("end"),
            ]),
            main(),
            [update().leaves("main", b"end").does(
                trace().write("main", b"1").fails(ABORT, "main").write("main", b"end").floor(3),
            )],
        ),
        GROUP.play(
            "run-soft-directive-fails",
            "A-06, P-072",
            "soft failure doesn't help a directive that fails",
            install([run_sequence([soft(true), act_here(c::WRITE)]), write("never")]),
            main(),
            [update().fails("ParameterUnset", "content", "install", "main")],
        ),
        GROUP.play(
            "run-in-try",
            "A-05",
            "a run-sequence in an alternative fails by a condition: the next alternative follows",
            install([try_each(vec![
                seq([run_sequence([write("1"), check(c::ABORT)]), write("never")]),
                seq([write("2")]),
            ])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().write("main", b"1").fails(ABORT, "main").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "run-in-run-in-try",
            "A-05",
            "the same through two of them",
            install([try_each(vec![
                seq([run_sequence([run_sequence([check(c::ABORT)]), write("never")])]),
                seq([write("2")]),
            ])]),
            main(),
            [update()
                .leaves("main", b"2")
                .does(trace().fails(ABORT, "main").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "run-directive-fails-in-try",
            "A-03, A-05",
            "a run-sequence in an alternative fails by a directive: that aborts",
            install([try_each(vec![seq([run_sequence([act_here(c::FETCH)])]), seq([write("never")])])]),
            main(),
            [update().fails("ParameterUnset", "uri", "install", "main")],
        ),
        GROUP.play(
            "run-index-restored",
            "A-16",
            "an index that a nested sequence has chosen holds inside only",
            install_abc([
                index(0),
                run_sequence([write("1"), index(2), write("2")]),
                write("3"),
            ]),
            board(&["a", "b", "c"]),
            [update()
                .leaves("a", b"3")
                .leaves("c", b"2")
                .does(trace().write("a", b"1").write("c", b"2").write("a", b"3").floor(3))],
        ),
        GROUP.play(
            "try-index-restored",
            "A-16",
            "an index that a failed alternative has chosen is not that of the next",
            install_abc([
                index(1),
                try_each(vec![seq([index(2), write("1"), check(c::ABORT)]), seq([write("2")])]),
                write("3"),
            ]),
            board(&["a", "b", "c"]),
            [update().leaves("b", b"3").leaves("c", b"1").does(
                trace()
                    .write("c", b"1")
                    .fails(ABORT, "c")
                    .write("b", b"2")
                    .write("b", b"3")
                    .floor(3),
            )],
        ),
        GROUP.play(
            "run-parameters-stay",
            "A-17",
            "parameters that a nested sequence has set stay set",
            install([run_sequence([put(map! { p::CONTENT => bytes("inner") })]), act(c::WRITE)]),
            main(),
            [update().leaves("main", b"inner").does(trace().write("main", b"inner").floor(3))],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [alternatives(), softness(), runs()].concat()
}
