//! Update management: conditions on time, power, permission and version; waiting; parameters of other components.

use super::conditions::rows;
use super::{
    Group, IMAGE, OLD, act, act_here, board, check, check_here, here, hex_digest, index, install,
    install_abc, manifest, on, put, seq, write,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::node::{Node, bytes, uint, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{Device, trace, update};
use crate::{array, map};

const GROUP: Group = Group("run-updates");

const USE_BEFORE: (i64, &str) = (c::USE_BEFORE, "use-before");
const NOT_MATCH: (i64, &str) = (c::IMAGE_NOT_MATCH, "image-not-match");
const BATTERY: (i64, &str) = (c::MINIMUM_BATTERY, "minimum-battery");
const AUTHORIZED: (i64, &str) = (c::UPDATE_AUTHORIZED, "update-authorized");
const VERSION: (i64, &str) = (c::VERSION, "version");

const GREATER: i64 = 1;
const GREATER_EQUAL: i64 = 2;
const EQUAL: i64 = 3;
const LESSER_EQUAL: i64 = 4;
const LESSER: i64 = 5;

fn main() -> Device {
    board(&["main"])
}

fn conditions() -> Vec<Case> {
    let before = |time: u64| (USE_BEFORE, map! { p::USE_BEFORE => uint(time) });
    let at = |now: u64| main().fact("now", now);
    let image = |content: &[u8]| (NOT_MATCH, map! { p::DIGEST => wrap(digest(SHA_256, content)) });
    let charge = |least: i64| (BATTERY, map! { p::MINIMUM_BATTERY => least });
    let priority = |priority: i64| (AUTHORIZED, map! { p::UPDATE_PRIORITY => priority });
    let table = vec![
        (
            ("use-before", "P-190, req SEC-EXP", "one second is left"),
            before(1_800_000_000),
            (at(1_799_999_999), true),
        ),
        (
            ("use-before-reached", "P-190, P-049, threat IMG-EXPIRED-OFFLINE", "the time has come"),
            before(1_800_000_000),
            (at(1_800_000_000), false),
        ),
        (
            ("use-before-past", "P-190, P-049", "the device was away for long"),
            before(1_800_000_000),
            (at(1_900_000_000), false),
        ),
        (
            ("use-before-64-bits", "P-190", "times beyond 32 bits"),
            before(0x1_0000_0000),
            (at(0xffff_ffff), true),
        ),
        (
            ("use-before-64-bits-past", "P-190", "times beyond 32 bits, which agree in the lower ones"),
            before(0x1_0000_0000),
            (at(0x2_0000_0000), false),
        ),
        (("use-before-no-clock", "P-190, P-049", "nobody knows the time"), before(u64::MAX), (main(), false)),
        (
            ("image-not-match", "P-191", "the component holds something else"),
            image(IMAGE),
            (main().holding("main", OLD), true),
        ),
        (
            ("image-not-match-equal", "P-191", "the component holds the image"),
            image(IMAGE),
            (main().holding("main", IMAGE), false),
        ),
        (("image-not-match-nothing", "P-191", "the component holds nothing"), image(IMAGE), (main(), true)),
        (("battery", "P-192", "just enough"), charge(500), (main().fact("battery", 500), true)),
        (("battery-low", "P-192", "a little less"), charge(500), (main().fact("battery", 499), false)),
        (("battery-unknown", "P-192", "nobody knows"), charge(0), (main(), false)),
        (
            ("authorized", "P-193", "the application permits this priority"),
            priority(3),
            (main().fact("authorized", 3), true),
        ),
        (
            ("authorized-urgent", "P-193", "a smaller number is more urgent"),
            priority(-5),
            (main().fact("authorized", 3), true),
        ),
        (
            (
                "authorized-not",
                "P-193, threat UPD-UNAPPROVED",
                "the application permits more urgent updates only",
            ),
            priority(4),
            (main().fact("authorized", 3), false),
        ),
        (
            ("authorized-by-nobody", "P-193, threat UPD-UNAPPROVED", "no application permits anything"),
            priority(-1_000),
            (main(), false),
        ),
    ];
    rows(&GROUP, table)
}

/// Versions: comparison, with what, what the component has, and whether it holds.
fn versions() -> Vec<Case> {
    type Row = (&'static str, &'static str, &'static str, i64, Node, &'static str, bool);
    let table: [Row; 19] = [
        (
            "version-equal",
            "P-194, req USE-IMG-VERSIONS",
            "the same",
            EQUAL,
            array![1, 2, 3],
            "[1, 2, 3]",
            true,
        ),
        ("version-equal-not", "P-194", "another", EQUAL, array![1, 2, 3], "[1, 2, 4]", false),
        ("version-equal-prefix", "P-194", "every 1 is meant", EQUAL, array![1], "[1, 5, 9]", true),
        ("version-greater", "P-194", "greater", GREATER, array![1, 2], "[1, 3]", true),
        ("version-greater-equal", "P-194", "equal isn't greater", GREATER, array![1, 2], "[1, 2]", false),
        (
            "version-greater-prefix",
            "A-24, P-194",
            "1.5 isn't more than every 1",
            GREATER,
            array![1],
            "[1, 5]",
            false,
        ),
        ("version-at-least", "P-194", "equal is enough", GREATER_EQUAL, array![1, 2], "[1, 2]", true),
        ("version-at-least-less", "P-194", "a lower one", GREATER_EQUAL, array![1, 2], "[1, 1, 9]", false),
        (
            "version-at-least-prerelease",
            "A-24",
            "comparing ends where the manifest's ends",
            GREATER_EQUAL,
            array![1, 2, 3],
            "[1, 2, 3, -3, 4]",
            true,
        ),
        ("version-at-most", "P-194", "equal is not too much", LESSER_EQUAL, array![2], "[2, 9]", true),
        ("version-at-most-more", "P-194", "a greater one", LESSER_EQUAL, array![2], "[3]", false),
        ("version-lesser", "P-194", "a lower one", LESSER, array![2], "[1, 9, 9]", true),
        ("version-lesser-equal", "P-194", "equal isn't lower", LESSER, array![2], "[2]", false),
        (
            "version-first-difference",
            "P-194",
            "the first difference decides",
            GREATER,
            array![1, 9],
            "[2, 0]",
            true,
        ),
        ("version-shorter", "A-24", "what the device's lacks is 0", EQUAL, array![1, 0, 0], "[1]", true),
        (
            "version-shorter-less",
            "A-24",
            "what the device's lacks is 0, and 0 is less",
            GREATER_EQUAL,
            array![1, 0, 1],
            "[1]",
            false,
        ),
        (
            "version-prerelease",
            "P-194",
            "a beta is lower than the release candidate",
            LESSER,
            array![1, 2, 3, -1],
            "[1, 2, 3, -2]",
            true,
        ),
        (
            "version-release",
            "P-194",
            "a release is greater than its candidate",
            GREATER,
            array![1, 2, 3, -1],
            "[1, 2, 3]",
            true,
        ),
        (
            "version-unknown",
            "P-194",
            "nobody knows the component's version",
            GREATER_EQUAL,
            array![0],
            "[]",
            false,
        ),
    ];
    let row = |(name, rule, comment, comparison, wanted, has, holds): Row| {
        let parameter = map! { p::VERSION => wrap(array![comparison, wanted]) };
        ((name, rule, comment), (VERSION, parameter), (main().with("main", "version", has), holds))
    };
    rows(&GROUP, table.into_iter().map(row).collect())
}

fn unset() -> Vec<Case> {
    let rows = [
        ("use-before-unset", USE_BEFORE, "use-before, use-before"),
        ("image-not-match-unset", NOT_MATCH, "image-not-match, image-digest"),
        ("battery-unset", BATTERY, "minimum-battery, minimum-battery"),
        ("authorized-unset", AUTHORIZED, "update-authorized, update-priority"),
        ("version-unset", VERSION, "version, version"),
    ];
    let case = |(name, (code, said), detail)| {
        GROUP.play(
            name,
            "P-074",
            "the parameter isn't set, so the condition fails",
            install([check_here(code)]),
            main()
                .holding("main", OLD)
                .with("main", "version", "[1]")
                .fact("now", 0)
                .fact("battery", 1_000)
                .fact("authorized", 1_000),
            [update().does(trace().fails(said, "main")).fails("ConditionUnset", detail, "install", "main")],
        )
    };
    rows.into_iter().map(case).collect()
}

/// wait.
fn waiting() -> Vec<Case> {
    let events = |events: Node| put(map! { p::WAIT_INFO => wrap(events) });
    let waits = |name, rule, comment, it: Node, device: Device, times: usize| {
        let before = (0..times).fold(trace(), |trace, _| trace.line("waiting"));
        GROUP.play(
            name,
            rule,
            comment,
            install([events(it), act(c::WAIT), write("x")]),
            device,
            [update().leaves("main", b"x").does(before.line("wait main over").write("main", b"x").floor(3))],
        )
    };
    let never = |name, rule, comment, it: Node, device: Device| {
        GROUP.play(
            name,
            rule,
            comment,
            install([events(it), act_here(c::WAIT), write("never")]),
            device,
            [update().fails("EventUnsupported", "", "install", "main")],
        )
    };
    // 3 January 2027, a Sunday, 01:00 UTC.
    const SUNDAY: u64 = 1_798_938_000;
    let clock = |now: u64| main().fact("now", now);
    vec![
        waits("wait-over", "P-196", "the time has come already", map! { 5 => 1_000 }, clock(1_000), 0),
        waits(
            "wait-for-time",
            "P-196",
            "asked again after a while, and once more",
            map! { 5 => 1_000 },
            clock(10).fact("later", "[{ now = 999 }, { now = 1000 }]"),
            2,
        ),
        waits(
            "wait-for-all",
            "P-196",
            "two events; the first has come, the second not yet, and then both",
            map! { 2 => 80, 5 => 1_000 },
            clock(10)
                .fact("power", 20)
                .fact("later", "[{ power = 80 }, { power = 79, now = 1000 }, { power = 81 }]"),
            3,
        ),
        waits(
            "wait-for-authorization",
            "P-196, P-193",
            "until the application permits it",
            map! { 1 => 2 },
            main().fact("authorized", 1).fact("later", "[{ authorized = 2 }]"),
            1,
        ),
        waits(
            "wait-for-network",
            "P-196",
            "until the network is in that state",
            map! { 3 => 2 },
            main().fact("network", 0).fact("later", "[{ network = 2 }]"),
            1,
        ),
        waits(
            "wait-for-device",
            "P-198",
            "until another device, which the deployment knows, has a version",
            map! { 4 => array![bytes([0xd1]), array![array![GREATER_EQUAL, array![2, 0]]]] },
            main().fact("others", "{ d1 = [1, 9] }").fact("later", "[{ others = { d1 = [2, 0, 1] } }]"),
            1,
        ),
        waits(
            "wait-for-day-and-time",
            "P-196",
            "on Sunday from 02:00 UTC",
            map! { 8 => 7_200, 9 => 0 },
            clock(SUNDAY)
                .fact("later", format!("[{{ now = {} }}, {{ now = {} }}]", SUNDAY + 3_599, SUNDAY + 3_600)),
            2,
        ),
        GROUP.play(
            "wait-in-vain",
            "P-196",
            "the event doesn't come: nothing behind it happens",
            install([write("1"), events(map! { 5 => 1_000 }), act(c::WAIT), write("never")]),
            clock(10),
            [update().leaves("main", b"1").waits().does(trace().write("main", b"1").line("waiting"))],
        ),
        never("wait-no-clock", "P-196", "a time, and no clock", map! { 5 => 1_000 }, main()),
        never(
            "wait-local-no-zone",
            "P-197",
            "a local time of day, and no zone",
            map! { 6 => 7_200 },
            clock(SUNDAY),
        ),
        never("wait-local-day-no-zone", "P-197", "a local day, and no zone", map! { 7 => 0 }, clock(SUNDAY)),
        never("wait-no-battery", "P-196", "a level of power, and nobody knows it", map! { 2 => 80 }, main()),
        never(
            "wait-unknown-device",
            "P-198",
            "a device that the deployment doesn't know",
            map! { 4 => array![bytes([0xd2]), array![array![EQUAL, array![1]]]] },
            main().fact("others", "{ d1 = [1] }"),
        ),
        GROUP.play(
            "wait-unset",
            "P-086",
            "no event is given",
            install([act_here(c::WAIT)]),
            main(),
            [update().fails("ParameterUnset", "wait-info", "install", "main")],
        ),
    ]
}

/// override-multiple and copy-params.
fn several() -> Vec<Case> {
    let abc = || board(&["a", "b", "c"]);
    let contents = |pairs: [(i64, &str); 2]| {
        let [one, other] = pairs.map(|(index, text)| (index, map! { p::CONTENT => bytes(text) }));
        on(c::OVERRIDE_MULTIPLE, map! { one.0 => one.1, other.0 => other.1 })
    };
    vec![
        GROUP.play(
            "override-multiple",
            "P-106",
            "each component gets its own, and the last one stays chosen",
            install_abc([
                index(2),
                contents([(0, "of a"), (1, "of b")]),
                act(c::WRITE),
                index(0),
                act(c::WRITE),
            ]),
            abc(),
            [update()
                .leaves("b", b"of b")
                .leaves("a", b"of a")
                .does(trace().write("b", b"of b").write("a", b"of a").floor(3))],
        ),
        GROUP.play(
            "override-multiple-replaces",
            "P-106, P-083",
            "what was set before is replaced",
            install_abc([
                index(true),
                put(map! { p::CONTENT => bytes("old") }),
                contents([(0, "new"), (2, "newer")]),
                index(true),
                act(c::WRITE),
            ]),
            abc(),
            [update()
                .leaves("a", b"new")
                .leaves("b", b"old")
                .leaves("c", b"newer")
                .does(trace().write("a", b"new").write("b", b"old").write("c", b"newer").floor(3))],
        ),
        GROUP.play(
            "override-multiple-first",
            "P-106, P-021",
            "a section may begin with it",
            install_abc([contents([(0, "x"), (1, "y")]), act(c::WRITE)]),
            abc(),
            [update().leaves("b", b"y").does(trace().write("b", b"y").floor(3))],
        ),
        GROUP.play(
            "copy-params",
            "P-107",
            "the parameter is taken over from another component, in place of the one that was there",
            install_abc([
                index(1),
                put(map! { p::CONTENT => bytes("of b") }),
                index(0),
                put(map! { p::CONTENT => bytes("of a") }),
                on(c::COPY_PARAMS, map! { 1 => array![p::CONTENT] }),
                act(c::WRITE),
            ]),
            abc(),
            [update().leaves("a", b"of b").does(trace().write("a", b"of b").floor(3))],
        ),
        GROUP.play(
            "copy-params-to-all",
            "P-107, P-102",
            "every component chosen takes it over",
            install_abc([
                index(2),
                put(map! { p::CONTENT => bytes("of c") }),
                index(array![0, 1]),
                on(c::COPY_PARAMS, map! { 2 => array![p::CONTENT] }),
                act(c::WRITE),
            ]),
            abc(),
            [update()
                .leaves("a", b"of c")
                .leaves("b", b"of c")
                .does(trace().write("a", b"of c").write("b", b"of c").floor(3))],
        ),
        GROUP.play(
            "copy-params-then-other",
            "P-107",
            "what was taken over stays, though the other component gets another",
            install_abc([
                index(1),
                put(map! { p::CONTENT => bytes("1") }),
                index(0),
                on(c::COPY_PARAMS, map! { 1 => array![p::CONTENT] }),
                index(1),
                put(map! { p::CONTENT => bytes("2") }),
                index(array![0, 1]),
                act(c::WRITE),
            ]),
            abc(),
            [update()
                .leaves("a", b"1")
                .leaves("b", b"2")
                .does(trace().write("a", b"1").write("b", b"2").floor(3))],
        ),
        GROUP.play(
            "copy-params-unset",
            "P-107, P-072",
            "the other component has no such parameter",
            install_abc([
                index(1),
                put(map! { p::CONTENT => bytes("1") }),
                index(0),
                on(here(c::COPY_PARAMS), map! { 1 => array![p::CONTENT, p::URI] }),
            ]),
            abc(),
            [update().fails("ParameterUnset", "uri", "install", "a")],
        ),
    ]
}

/// What goes into the file system, and the version that was installed.
fn metadata() -> Vec<Case> {
    let kind = |code: i64, content: &str| {
        put(map! { p::CONTENT => bytes(content), p::METADATA => wrap(map! { 5 => code }) })
    };
    let mut versioned = manifest(&["main"], None, [(m::INSTALL, seq([write("x")]))]);
    versioned.insert(m::SET_VERSION, wrap(array![1, 2, 3, -1, 4]));
    let mut failing = manifest(&["main"], None, [(m::INSTALL, seq([check_here(c::ABORT)]))]);
    failing.insert(m::SET_VERSION, wrap(array![1, 2, 3]));
    vec![
        GROUP.play(
            "directory",
            "P-145, P-199",
            "a directory: an empty content with its file type",
            install([kind(2, ""), act(c::WRITE)]),
            main(),
            [update()
                .leaves("main", b"")
                .does(trace().line(format!("write main 0 {} directory", hex_digest(b""))).floor(3))],
        ),
        GROUP.play(
            "symlink",
            "P-145, P-199",
            "a symbolic link: where it leads, with its file type",
            install([kind(3, "../lib"), act(c::WRITE)]),
            main(),
            [update()
                .leaves("main", b"../lib")
                .does(trace().line(format!("write main 6 {} symlink", hex_digest(b"../lib"))).floor(3))],
        ),
        GROUP.play(
            "metadata-set-later",
            "P-199",
            "metadata hold where something is stored, not afterwards",
            install([
                write("x"),
                put(map! { p::METADATA => wrap(map! { 5 => 2 }) }),
                check(c::CHECK_CONTENT),
            ]),
            main(),
            [update()
                .leaves("main", b"x")
                .does(trace().write("main", b"x").holds("check-content", "main").floor(3))],
        ),
        GROUP.play(
            "set-version",
            "P-201, A-26",
            "the version is kept at the end",
            versioned,
            main(),
            [update()
                .leaves("main", b"x")
                .does(trace().write("main", b"x").line("set-version 1.2.3.-1.4").floor(3))],
        ),
        GROUP.play(
            "set-version-failed",
            "P-201, P-075",
            "an update that fails has no version",
            failing,
            main(),
            [update().does(trace().fails("abort", "main")).fails(
                "ConditionFailed",
                "abort",
                "install",
                "main",
            )],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [conditions(), versions(), unset(), waiting(), several(), metadata()].concat()
}
