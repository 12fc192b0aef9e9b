//! What may be large or repeated: each limit reached, and each passed by one.

use super::{
    Group, act, board, check, check_here, here, index, install, manifest, on, put, run_sequence, seq, soft,
    try_each, write,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{trace, update};

const GROUP: Group = Group("run-limits");

/// Choosing the only component, so many times; at the last the mark may be.
fn choices(count: usize, mark: Option<usize>) -> Node {
    let code = |at| if Some(at) == mark { here(c::SET_INDEX) } else { c::SET_INDEX.into() };
    wrap((0..count).flat_map(|at| [code(at), 0.into()]).collect::<Vec<_>>().into())
}

fn commands() -> Vec<Case> {
    let main = || board(&["main"]);
    let only = |section| manifest(&["main"], None, [(m::INSTALL, section)]);
    vec![
        GROUP.play(
            "commands",
            "M 6.1, design: budget",
            "as many commands as the device carries out",
            only(choices(50, None)),
            main().fact("commands", 50),
            [update().does(trace().floor(3))],
        ),
        GROUP.play(
            "commands-one-more",
            "M 6.1, design: budget",
            "one command more than the device carries out",
            only(choices(51, Some(50))),
            main().fact("commands", 50),
            [update().fails("TooManyCommands", "", "install", "main")],
        ),
        GROUP.play(
            "commands-of-all-sections",
            "design: budget",
            "the limit is for the whole procedure, the shared sequence of each section included",
            manifest(
                &["main"],
                Some(choices(10, None)),
                [(m::PAYLOAD_FETCH, choices(10, None)), (m::INSTALL, choices(10, Some(9)))],
            ),
            main().fact("commands", 39),
            [update().fails("TooManyCommands", "", "install", "main")],
        ),
        GROUP.play(
            "commands-10000",
            "design: budget",
            "ten thousand commands, of which the device carries out a thousand",
            only(choices(10_000, Some(1_000))),
            main(),
            [update().fails("TooManyCommands", "", "install", "main")],
        ),
    ]
}

/// Sequences inside each other.
fn depth() -> Vec<Case> {
    // The section is one; these are inside.
    let nested = |count: usize, innermost: Vec<Node>, mark: bool| {
        (0..count).fold(innermost, |inner, at| {
            let code: Node = if mark && at == 0 { here(c::RUN_SEQUENCE) } else { c::RUN_SEQUENCE.into() };
            on(code, wrap(inner.into()))
        })
    };
    let main = || board(&["main"]);
    vec![
        GROUP.play(
            "depth",
            "design: budget",
            "six sequences inside a section, as deep as the reader goes",
            install([nested(6, write("x"), false)]),
            main(),
            [update().leaves("main", b"x").does(trace().write("main", b"x").floor(3))],
        ),
        GROUP.play(
            "depth-one-more",
            "design: budget",
            "the device has room for a section and two sequences inside it, and there are three",
            install([nested(3, write("never"), true)]),
            main().fact("frames", 3),
            [update().fails("TooDeep", "", "install", "main")],
        ),
        GROUP.play(
            "depth-in-soft-sequence",
            "design: budget, P-072",
            "a limit is no condition: soft failure doesn't help",
            install([
                run_sequence([soft(true), on(here(c::RUN_SEQUENCE), seq([write("never")]))]),
                write("never"),
            ]),
            main().fact("frames", 2),
            [update().fails("TooDeep", "", "install", "main")],
        ),
        GROUP.play(
            "alternatives",
            "P-115",
            "thirty alternatives, of which the last one completes",
            install([try_each(
                (0..30).map(|at| if at < 29 { seq([check(c::ABORT)]) } else { seq([write("x")]) }).collect(),
            )]),
            main(),
            [update().leaves("main", b"x").does(
                (0..29).fold(trace(), |trace, _| trace.fails("abort", "main")).write("main", b"x").floor(3),
            )],
        ),
    ]
}

fn memory() -> Vec<Case> {
    let names: Vec<String> = (0..255).map(|number| format!("c{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let some = |count| {
        manifest(&names[..count], None, [(m::INSTALL, seq([index(count_of(count) - 1), write("x")]))])
    };
    vec![
        GROUP.play(
            "components",
            "P-043",
            "as many components as the device has room for",
            some(4),
            board(&names[..4]),
            [update().leaves("c3", b"x").does(trace().write("c3", b"x").floor(3))],
        ),
        GROUP.play(
            "components-one-more",
            "P-043",
            "one component more than the device has room for: nothing runs",
            some(5),
            board(&names[..5]),
            [update().refused("TooManyComponents", "")],
        ),
        GROUP.play(
            "components-255",
            "P-043",
            "as many components as the reader takes, on a device with room for four",
            some(255),
            board(&names),
            [update().refused("TooManyComponents", "")],
        ),
        GROUP.play(
            "components-255-room",
            "P-043",
            "as many components as the reader takes, on a device with room for them",
            some(255),
            board(&names).fact("targets", 255),
            [update().leaves("c254", b"x").does(trace().write("c254", b"x").floor(3))],
        ),
        GROUP.play(
            "parameters",
            "P-043, P-083",
            "as many parameters as the device has room for; setting one again takes no more",
            install([
                put(map! { p::SLOT => 0, p::CONTENT => bytes("x") }),
                put(map! { p::SLOT => 1, p::CONTENT => bytes("y") }),
                act(c::WRITE),
            ]),
            board(&["main"]).fact("settings", 2),
            [update().leaves("main", b"y").does(trace().write("main", b"y").floor(3))],
        ),
        GROUP.play(
            "parameters-one-more",
            "P-043",
            "one parameter more than the device has room for",
            install([
                put(map! { p::SLOT => 0, p::CONTENT => bytes("x") }),
                on(here(c::OVERRIDE), map! { p::URI => "never" }),
            ]),
            board(&["main"]).fact("settings", 2),
            [update().fails("TooManyParameters", "", "install", "main")],
        ),
        GROUP.play(
            "buffer-of-one",
            "P-079, P-080",
            "a device that reads byte by byte",
            install([
                write("some bytes"),
                check(c::CHECK_CONTENT),
                put(map! { p::DIGEST => wrap(digest(SHA_256, b"other")) }),
                check_here(c::IMAGE_MATCH),
            ]),
            board(&["main"]).fact("buffer", 1),
            [update()
                .leaves("main", b"some bytes")
                .does(
                    trace()
                        .write("main", b"some bytes")
                        .holds("check-content", "main")
                        .fails("image-match", "main"),
                )
                .fails("ConditionFailed", "image-match", "install", "main")],
        ),
    ]
}

fn count_of(count: usize) -> i64 {
    count.try_into().expect("small")
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [commands(), depth(), memory()].concat()
}
