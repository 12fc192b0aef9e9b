//! Each directive: what it does, what it needs, what stops it.

use super::{
    Group, IMAGE, OLD, URI, act, act_here, board, check, image, index, install, install_abc, length,
    manifest, on, put, seq, try_each, write,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::node::{bytes, nil, tag, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{Device, Run, invocation, trace, update};
use crate::{array, map};

const GROUP: Group = Group("run-directives");

/// set-parameters and override-parameters.
fn settings() -> Vec<Case> {
    let main = || board(&["main"]);
    let set = |text: &str| on(c::SET_PARAMETERS, map! { p::CONTENT => bytes(text) });
    let replace = |text: &str| put(map! { p::CONTENT => bytes(text) });
    let written =
        |content: &[u8]| [update().leaves("main", content).does(trace().write("main", content).floor(3))];
    vec![
        GROUP.play(
            "override",
            "P-083",
            "override-parameters replaces what was set",
            install([replace("1"), replace("2"), act(c::WRITE)]),
            main(),
            written(b"2"),
        ),
        GROUP.play(
            "set-after-override",
            "P-084",
            "set-parameters leaves what is set",
            install([replace("1"), set("2"), act(c::WRITE)]),
            main(),
            written(b"1"),
        ),
        GROUP.play(
            "set-twice",
            "P-084",
            "the first set-parameters holds",
            install([set("1"), set("2"), act(c::WRITE)]),
            main(),
            written(b"1"),
        ),
        GROUP.play(
            "set-some",
            "P-084",
            "of one set-parameters, what is set already is left, and the rest is set",
            install([
                replace("1"),
                on(
                    c::SET_PARAMETERS,
                    map! { p::DIGEST => wrap(digest(SHA_256, b"1")), p::CONTENT => bytes("2") },
                ),
                act(c::WRITE),
                check(c::IMAGE_MATCH),
            ]),
            main(),
            [update()
                .leaves("main", b"1")
                .does(trace().write("main", b"1").holds("image-match", "main").floor(3))],
        ),
        GROUP.play(
            "set-in-shared",
            "A-11, P-084",
            "set-parameters in the shared sequence, which runs before each section anew",
            manifest(
                &["main"],
                Some(seq([set("1")])),
                [(m::INSTALL, seq([act(c::WRITE), replace("2")])), (m::VALIDATE, seq([act(c::WRITE)]))],
            ),
            main(),
            // What install has set is still set, so the shared sequence leaves it.
            [update().leaves("main", b"2").does(trace().write("main", b"1").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "strict-order",
            "P-123, P-128",
            "strict order is put off: commands may run in order all the same",
            install([
                put(map! { p::STRICT_ORDER => false }),
                write("1"),
                write("2"),
                put(map! { p::STRICT_ORDER => true }),
                write("3"),
            ]),
            main(),
            [update()
                .leaves("main", b"3")
                .does(trace().write("main", b"1").write("main", b"2").write("main", b"3").floor(3))],
        ),
    ]
}

/// invoke.
fn invoke() -> Vec<Case> {
    let started = |validate, invoke| {
        manifest(&["main"], Some(seq([put(image(IMAGE))])), [(m::VALIDATE, validate), (m::INVOKE, invoke)])
    };
    let checked = || seq([check(c::IMAGE_MATCH)]);
    let main = || board(&["main"]).holding("main", IMAGE);
    let matched = || trace().holds("image-match", "main");
    vec![
        GROUP.play(
            "invoke",
            "P-093, P-045",
            "the component is checked and started",
            started(checked(), seq([act(c::INVOKE)])),
            main(),
            [invocation().does(matched().invoke("main", IMAGE))],
        ),
        GROUP.play(
            "invoke-arguments",
            "P-093",
            "with arguments",
            started(checked(), seq([put(map! { p::INVOKE_ARGS => bytes("--safe") }), act(c::INVOKE)])),
            main(),
            [invocation().does(matched().invoke_with("main", IMAGE, b"--safe"))],
        ),
        GROUP.play(
            "invoke-twice",
            "P-093",
            "control comes back, and the sequence goes on",
            started(checked(), seq([act(c::INVOKE), act(c::INVOKE)])),
            main(),
            [invocation().does(matched().invoke("main", IMAGE).invoke("main", IMAGE))],
        ),
        GROUP.play(
            "invoke-unchecked",
            "P-045",
            "nothing in this procedure has checked the component: it isn't started, although it is right",
            started(seq([put(map! { p::SLOT => 0 })]), seq([act_here(c::INVOKE)])),
            main(),
            [invocation().fails("InvokeUnverified", "", "invoke", "main")],
        ),
        GROUP.play(
            "invoke-unchecked-allowed",
            "P-045",
            "the same on a device that is told to be lenient",
            started(seq([put(map! { p::SLOT => 0 })]), seq([act(c::INVOKE)])),
            main().fact("options", "[\"invoke-unverified\"]"),
            [invocation().does(trace().invoke("main", IMAGE))],
        ),
        GROUP.play(
            "invoke-mismatch-in-try",
            "P-045",
            "the check failed in an alternative that was left: that is no check",
            started(
                seq([try_each(vec![
                    seq([check(c::IMAGE_MATCH)]),
                    seq([put(map! { p::SLOT => 0 })]),
                ])]),
                seq([act_here(c::INVOKE)]),
            ),
            board(&["main"]).holding("main", OLD),
            [invocation()
                .does(trace().fails("image-match", "main"))
                .fails("InvokeUnverified", "", "invoke", "main")],
        ),
        GROUP.play(
            "invoke-changed-after-check",
            "P-045, threat IMG-REPLACE",
            "the component was checked, and then something else was copied into it",
            manifest(
                &["main", "other"],
                None,
                [(
                    m::INVOKE,
                    seq([
                        index(0),
                        put(image(IMAGE)),
                        check(c::IMAGE_MATCH),
                        put(map! { p::DIGEST => wrap(digest(SHA_256, b"?")), p::SIZE => length(OLD), p::SOURCE => 1 }),
                        act(c::COPY),
                        act_here(c::INVOKE),
                    ]),
                )],
            ),
            board(&["main", "other"]).holding("main", IMAGE).holding("other", OLD),
            [invocation()
                .leaves("main", OLD)
                .does(trace().holds("image-match", "main").copy("main", OLD))
                .fails("InvokeUnverified", "", "invoke", "main")],
        ),
        GROUP.play(
            "invoke-copy-of-checked",
            "P-045, P-140",
            "the source was checked before it was copied, so the copy may be started",
            manifest(
                &["main", "ram"],
                None,
                [(
                    m::INVOKE,
                    seq([
                        index(0),
                        put(image(IMAGE)),
                        check(c::IMAGE_MATCH),
                        index(1),
                        put(map! { p::SOURCE => 0 }),
                        act(c::COPY),
                        act(c::INVOKE),
                    ]),
                )],
            ),
            board(&["main", "ram"]).holding("main", IMAGE),
            [invocation()
                .leaves("ram", IMAGE)
                .does(trace().holds("image-match", "main").copy("ram", IMAGE).invoke("ram", IMAGE))],
        ),
        GROUP.play(
            "invoke-written",
            "P-045, P-092",
            "what the manifest itself contains is as good as checked",
            manifest(&["main"], None, [(m::INVOKE, seq([write("script"), act(c::INVOKE)]))]),
            board(&["main"]),
            [invocation()
                .leaves("main", b"script")
                .does(trace().write("main", b"script").invoke("main", b"script"))],
        ),
        GROUP.play(
            "invoke-all",
            "P-102, P-093",
            "several components, one after the other",
            manifest(
                &["a", "b"],
                None,
                [(m::INVOKE, seq([index(true), write("x"), act(c::INVOKE)]))],
            ),
            board(&["a", "b"]),
            [invocation().leaves("a", b"x").leaves("b", b"x").does(
                trace().write("a", b"x").write("b", b"x").invoke("a", b"x").invoke("b", b"x"),
            )],
        ),
    ]
}

/// Encrypted payloads, which a device without decryption doesn't store.
fn encrypted() -> Vec<Case> {
    let info = || {
        let recipient = array![bytes([]), map! { 1 => -3, 4 => bytes("kid-1") }, bytes([9; 24])];
        wrap(tag(96, array![wrap(map! { 1 => 1 }), map! { 5 => bytes([5; 12]) }, nil(), array![recipient]]))
    };
    let runs = |component: &'static str| -> [Run; 1] {
        [update().fails("EncryptionUnsupported", "", "install", component)]
    };
    let device = || -> Device { board(&["a", "b", "c"]).holding("b", IMAGE).serving(URI, IMAGE) };
    let rows = [
        ("encrypted-write", "P-210", c::WRITE),
        ("encrypted-copy", "P-210", c::COPY),
        ("encrypted-fetch", "A-13", c::FETCH),
    ];
    let case = |(name, rule, code)| {
        GROUP.play(
            name,
            rule,
            "encryption info is set, and the device can't decrypt: nothing is asked for or stored",
            install_abc([
                index(0),
                put(map! { p::CONTENT => bytes("x"), p::ENCRYPTION_INFO => info(), p::URI => URI, p::SOURCE => 1 }),
                act_here(code),
            ]),
            device(),
            runs("a"),
        )
    };
    rows.map(case).into()
}

/// Commands and parameters below -256.
fn custom() -> Vec<Case> {
    let main = || board(&["main"]);
    vec![
        GROUP.play(
            "custom",
            "P-024, M 8.4.11",
            "a custom command that the device has",
            install([write("1"), on(-300, "argument"), write("2")]),
            main().fact("custom", "\"holds\""),
            [update().leaves("main", b"2").does(
                trace().write("main", b"1").line("custom -300 main holds").write("main", b"2").floor(3),
            )],
        ),
        GROUP.play(
            "custom-in-try",
            "P-024, P-116",
            "a custom condition that doesn't hold is like any other",
            install([try_each(vec![seq([on(-300, 15), write("never")]), seq([write("2")])])]),
            main().fact("custom", "\"fails\""),
            [update()
                .leaves("main", b"2")
                .does(trace().line("custom -300 main fails").write("main", b"2").floor(3))],
        ),
        GROUP.play(
            "custom-parameters",
            "P-088",
            "custom parameters change nothing about standard commands",
            install([
                put(
                    map! { p::CONTENT => bytes("x"), -300 => "hint", -40_000 => true, -70_000 => bytes([0]) },
                ),
                act(c::WRITE),
                check(c::CHECK_CONTENT),
            ]),
            main(),
            [update()
                .leaves("main", b"x")
                .does(trace().write("main", b"x").holds("check-content", "main").floor(3))],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [settings(), invoke(), encrypted(), custom()].concat()
}
