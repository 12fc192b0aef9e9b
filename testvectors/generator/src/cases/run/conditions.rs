//! Each condition: when it holds, when it doesn't, and that it changes nothing.

use super::{
    CLASS, DEVICE, Group, IMAGE, OLD, VENDOR, board, check, check_here, image, install, length, put,
};
use crate::case::Case;
use crate::draft::{SHA_256, SHA_384, SHA_512, digest};
use crate::map;
use crate::node::{Node, bytes, tag, wrap};
use crate::numbers::{command as c, parameter as p};
use crate::run::{Device, Run, device, trace, update};

const GROUP: Group = Group("run-conditions");

/// Another UUID.
const OTHER: [u8; 16] = [0x5a; 16];

/// Whether a condition holds, with these parameters, on this device.
struct Row {
    name: &'static str,
    rule: &'static str,
    comment: &'static str,
    condition: (i64, &'static str),
    parameters: Node,
    device: Device,
    holds: bool,
}

const VENDOR_IDENTIFIER: (i64, &str) = (c::VENDOR, "vendor-identifier");
const CLASS_IDENTIFIER: (i64, &str) = (c::CLASS, "class-identifier");
const DEVICE_IDENTIFIER: (i64, &str) = (c::DEVICE, "device-identifier");
const IMAGE_MATCH: (i64, &str) = (c::IMAGE_MATCH, "image-match");
const SLOT: (i64, &str) = (c::SLOT, "component-slot");
const CONTENT: (i64, &str) = (c::CHECK_CONTENT, "check-content");

/// Runs that hold, and those that fail in a section.
fn row(group: &Group, row: Row) -> Case {
    let Row { name, rule, comment, condition: (code, said), parameters, device, holds } = row;
    let command = if holds { check(code) } else { check_here(code) };
    let runs: [Run; 1] = if holds {
        [update().does(trace().holds(said, "main").floor(3))]
    } else {
        [update().does(trace().fails(said, "main")).fails("ConditionFailed", said, "install", "main")]
    };
    group.play(name, rule, comment, install([put(parameters), command]), device, runs)
}

fn identifiers() -> Vec<Case> {
    let empty = || device(&["main"]);
    // RFC 9090: 32473, the number for examples (RFC 5612), in base 128: 81 fd 59.
    let pen = || tag(112, bytes([0x81, 0xfd, 0x59]));
    let table = vec![
        (
            ("vendor", "P-078", "the device's vendor"),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => bytes(VENDOR) }),
            (empty().vendor(VENDOR), true),
        ),
        (
            ("vendor-other", "P-078", "another vendor"),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => bytes(OTHER) }),
            (empty().vendor(VENDOR), false),
        ),
        (
            (
                "vendor-one-of-several",
                "P-078",
                "the device has several vendor identifiers; one of them is it",
            ),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => bytes(VENDOR) }),
            (empty().vendor(OTHER).vendor(VENDOR), true),
        ),
        (
            ("vendor-none", "P-078", "the device has no vendor identifier"),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => bytes(VENDOR) }),
            (empty().class(VENDOR), false),
        ),
        (
            ("vendor-number", "P-078, M 8.4.8.2", "the device's vendor by a private enterprise number"),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => pen() }),
            (empty().fact("vendor-number", "[\"81fd59\"]"), true),
        ),
        (
            ("vendor-number-as-uuid", "P-078, M 8.4.8.2", "a number isn't a UUID, whatever its bytes"),
            (VENDOR_IDENTIFIER, map! { p::VENDOR => tag(112, bytes(VENDOR)) }),
            (empty().vendor(VENDOR), false),
        ),
        (
            ("class", "P-078", "the device's class"),
            (CLASS_IDENTIFIER, map! { p::CLASS => bytes(CLASS) }),
            (empty().class(OTHER).class(CLASS), true),
        ),
        (
            ("class-other", "P-078", "a vendor identifier isn't a class identifier"),
            (CLASS_IDENTIFIER, map! { p::CLASS => bytes(CLASS) }),
            (empty().vendor(CLASS).class(OTHER), false),
        ),
        (
            ("device", "P-078", "this very device"),
            (DEVICE_IDENTIFIER, map! { p::DEVICE => bytes(DEVICE) }),
            (empty().identifier(DEVICE), true),
        ),
        (
            ("device-other", "P-078", "its neighbour"),
            (DEVICE_IDENTIFIER, map! { p::DEVICE => bytes(DEVICE) }),
            (empty().identifier(OTHER), false),
        ),
    ];
    rows(&GROUP, table)
}

pub(super) type Told = (&'static str, &'static str, &'static str);
pub(super) type Asked = ((i64, &'static str), Node);

/// Vectors of conditions: what they are called, what is asked, on which device, and whether it holds.
pub(super) fn rows(group: &Group, rows: Vec<(Told, Asked, (Device, bool))>) -> Vec<Case> {
    let flat = |((name, rule, comment), (condition, parameters), (device, holds))| {
        row(group, Row { name, rule, comment, condition, parameters, device, holds })
    };
    rows.into_iter().map(flat).collect()
}

fn images() -> Vec<Case> {
    let main = || board(&["main"]);
    let longer = [IMAGE, b"!"].concat();
    let sized = |content: &[u8], size: &[u8]| {
        map! { p::DIGEST => wrap(digest(SHA_256, content)), p::SIZE => length(size) }
    };
    let by = |algorithm| map! { p::DIGEST => wrap(digest(algorithm, IMAGE)) };
    let table = vec![
        (
            ("image-match", "P-079, P-070", "the component has the digest and the size"),
            (IMAGE_MATCH, image(IMAGE)),
            (main().holding("main", IMAGE), true),
        ),
        (
            ("image-match-other", "P-079", "the component holds something else of the same length"),
            (IMAGE_MATCH, image(IMAGE)),
            (main().holding("main", &[0x55; IMAGE.len()]), false),
        ),
        (
            (
                "image-match-longer",
                "P-079, threat IMG-EXTRA, req SEC-IMG-COMPLETE_DIGEST",
                "the component holds one byte more",
            ),
            (IMAGE_MATCH, map! { p::DIGEST => wrap(digest(SHA_256, IMAGE)) }),
            (main().holding("main", &longer), false),
        ),
        (
            ("image-match-nothing", "P-079", "the component holds nothing"),
            (IMAGE_MATCH, image(b"")),
            (main(), false),
        ),
        (
            ("image-match-empty", "P-079", "the component holds zero bytes, as it shall"),
            (IMAGE_MATCH, image(b"")),
            (main().holding("main", b""), true),
        ),
        (
            ("image-match-size", "A-22", "the digest is right, and the size isn't"),
            (IMAGE_MATCH, sized(IMAGE, &longer)),
            (main().holding("main", IMAGE), false),
        ),
        (
            ("image-match-sha-384", "P-037", "a digest by SHA-384"),
            (IMAGE_MATCH, by(SHA_384)),
            (main().holding("main", IMAGE), true),
        ),
        (
            ("image-match-sha-512", "P-037", "a digest by SHA-512, of something else"),
            (IMAGE_MATCH, by(SHA_512)),
            (main().holding("main", OLD), false),
        ),
        (
            ("slot", "P-081", "the component is in the slot"),
            (SLOT, map! { p::SLOT => 1 }),
            (main().with("main", "slot", 1), true),
        ),
        (
            ("slot-other", "P-081, P-070", "the component is in another slot"),
            (SLOT, map! { p::SLOT => 1 }),
            (main().with("main", "slot", 0), false),
        ),
        (
            ("slot-none", "P-081", "the component has no slots: it isn't in slot 0"),
            (SLOT, map! { p::SLOT => 0 }),
            (main(), false),
        ),
        (
            ("content", "P-080", "the component holds the content"),
            (CONTENT, map! { p::CONTENT => bytes(IMAGE) }),
            (main().holding("main", IMAGE), true),
        ),
        (
            ("content-first-byte", "P-080", "the first byte differs"),
            (CONTENT, map! { p::CONTENT => bytes("content") }),
            (main().holding("main", b"Content"), false),
        ),
        (
            ("content-last-byte", "P-080", "the last byte of several blocks differs"),
            (CONTENT, map! { p::CONTENT => bytes([&[7; 199][..], &[8]].concat()) }),
            (main().holding("main", &[7; 200]), false),
        ),
        (
            ("content-shorter", "P-080", "the component holds the beginning of the content"),
            (CONTENT, map! { p::CONTENT => bytes("content") }),
            (main().holding("main", b"conten"), false),
        ),
        (
            ("content-longer", "P-080", "the component begins with the content"),
            (CONTENT, map! { p::CONTENT => bytes("content") }),
            (main().holding("main", b"content!"), false),
        ),
        (
            ("content-nothing", "P-080", "the component holds nothing, which isn't the empty content"),
            (CONTENT, map! { p::CONTENT => bytes("") }),
            (main(), false),
        ),
        (
            ("content-empty", "P-080", "the component holds the empty content"),
            (CONTENT, map! { p::CONTENT => bytes("") }),
            (main().holding("main", b""), true),
        ),
        (
            ("abort", "P-082", "abort never holds"),
            ((c::ABORT, "abort"), map! { p::SLOT => 0 }),
            (main(), false),
        ),
    ];
    rows(&GROUP, table)
}

/// A condition whose parameter isn't set, where others are.
fn unset() -> Vec<Case> {
    let rows = [
        ("vendor-unset", VENDOR_IDENTIFIER, p::VENDOR, "vendor-identifier, vendor-identifier"),
        ("class-unset", CLASS_IDENTIFIER, p::CLASS, "class-identifier, class-identifier"),
        ("device-unset", DEVICE_IDENTIFIER, p::DEVICE, "device-identifier, device-identifier"),
        ("image-match-unset", IMAGE_MATCH, p::DIGEST, "image-match, image-digest"),
        ("slot-unset", SLOT, p::SLOT, "component-slot, component-slot"),
        ("content-unset", CONTENT, p::CONTENT, "check-content, content"),
    ];
    let all = || {
        map! {
            p::VENDOR => bytes(VENDOR),
            p::CLASS => bytes(CLASS),
            p::DIGEST => wrap(digest(SHA_256, IMAGE)),
            p::SLOT => 1,
            p::SIZE => length(IMAGE),
            p::CONTENT => bytes(IMAGE),
            p::DEVICE => bytes(DEVICE),
        }
    };
    let case = |(name, (code, said), parameter, detail)| {
        let mut parameters = all();
        parameters.remove(parameter);
        GROUP.play(
            name,
            "P-074",
            "the parameter isn't set, so the condition fails; it would hold",
            install([put(parameters), check_here(code)]),
            board(&["main"]).holding("main", IMAGE).with("main", "slot", 1),
            [update().does(trace().fails(said, "main")).fails("ConditionUnset", detail, "install", "main")],
        )
    };
    rows.into_iter().map(case).collect()
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [identifiers(), images(), unset()].concat()
}
