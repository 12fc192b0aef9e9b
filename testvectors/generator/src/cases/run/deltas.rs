//! install-delta: `a` is the target, `b` holds the base, `c` gets the delta.
//!
//! The delta is the one thing here that this crate doesn't make: `suit delta make --profile s --instructions none` does,
//! from `BASE` to `NEXT`. The expectations don't follow from it; they are digests of the two images.

use super::{
    Commands, Group, OLD, act, act_here, board, check, check_here, image, index, length, manifest, on, put,
    seq, try_each, write,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{Device, Trace, rehearsal, trace, update};

const GROUP: Group = Group("run-deltas");

const BASE: &[u8] =
    b"version 1.3 of the firmware: it measures the temperature every ten minutes and sends it to the \
    gateway at once";
const NEXT: &[u8] =
    b"version 1.4 of the firmware: it measures the temperature every five minutes and sends it to the \
    gateway once an hour";

/// From `BASE` to `NEXT`.
const DELTA: &[u8] = &[
    0xd5, 0x01, 0x40, // a delta, version 1, one state map for each decision
    0x6e, 0x74, // 110 and 116 bytes
    0x03, 0x01, 0x03, // 3 * 256 bytes of nodes, 8 learned places, 3 segments
    0x33, 0x44, 0x2f, 0xc0, // the first bytes of the base's SHA-256
    0xfb, 0x21, 0xff, 0x24, // and of the new image's
    0x81, 0xfe, 0x5a, 0x92, 0x17, 0x71, 0xee, 0xdb, 0x9a, 0xd4, 0xe1, 0x88, 0x5d, 0xec, 0x09, 0xc1, 0x92,
    0x31, 0x4e, 0xae, 0xd6, 0xc1,
];

/// Bytes that a decoder needs for it: `10*3 + 128*1 + 128*6 + 640 + 256*3`.
const NEEDED: i64 = 2_334;

const FROM: &str = "https://updates.example.com/1.3-to-1.4.delta";
const WHOLE: &str = "https://updates.example.com/1.4.bin";

/// It is the base.
fn base() -> Commands {
    [index(1), put(image(BASE)), check(c::IMAGE_MATCH)].concat()
}

/// Where the delta comes from and what it must be.
fn payload(delta: &[u8]) -> Node {
    map! { p::DIGEST => wrap(digest(SHA_256, delta)), p::SIZE => length(delta), p::URI => FROM }
}

/// The delta comes and is the one that was meant.
fn fetch(delta: &[u8]) -> Commands {
    [index(2), put(payload(delta)), act(c::FETCH), check(c::IMAGE_MATCH)].concat()
}

/// Source and base are named.
fn named() -> Commands {
    [index(0), put(map! { p::SOURCE => 2, p::DELTA_BASE => 1 })].concat()
}

fn whole() -> Commands {
    [index(0), put(map! { p::URI => WHOLE }), act(c::FETCH), check(c::IMAGE_MATCH)].concat()
}

/// The sequence of install, for `a` that shall be `NEXT`.
fn installing<const N: usize>(parts: [Commands; N]) -> Node {
    let shared = seq([index(0), put(image(NEXT))]);
    manifest(&["a", "b", "c"], Some(shared), [(m::INSTALL, seq(parts))])
}

/// A delta and the command at which it fails.
fn failing(delta: &[u8]) -> Node {
    installing([base(), fetch(delta), named(), act_here(c::INSTALL_DELTA)])
}

/// The delta where the base fits, else the full image: what recipes write.
fn either() -> Node {
    let by_delta = seq([base(), fetch(DELTA), named(), act(c::INSTALL_DELTA), check(c::IMAGE_MATCH)]);
    installing([[index(0), try_each(vec![by_delta, seq([whole()])])].concat()])
}

fn device(delta: &[u8]) -> Device {
    board(&["a", "b", "c"]).holding("a", OLD).holding("b", BASE).serving(FROM, delta).serving(WHOLE, NEXT)
}

/// The base holds, and the delta comes and holds.
fn verified(delta: &[u8]) -> Trace {
    trace().holds("image-match", "b").get("c", FROM).fetch("c", delta).holds("image-match", "c")
}

fn installed() -> Trace {
    verified(DELTA).install_delta("a", NEXT)
}

/// How devices decide between the delta and the full image.
fn choices() -> Vec<Case> {
    let took_whole =
        |before: Trace| before.get("a", WHOLE).fetch("a", NEXT).holds("image-match", "a").floor(3);
    vec![
        GROUP.play(
            "installed",
            "P-235, P-231, req SEC-AUTH-PRECURSOR",
            "the base is there: the delta is fetched and makes the new image from it",
            either(),
            device(DELTA),
            [update()
                .leaves("a", NEXT)
                .leaves("c", DELTA)
                .does(installed().holds("image-match", "a").floor(3))],
        ),
        GROUP.play(
            "other-base",
            "P-232, threat UPD-WRONG_PRECURSOR, req SEC-AUTH-PRECURSOR",
            "the device has another version: the delta isn't asked for, and the full image comes",
            either(),
            device(DELTA).holding("b", OLD),
            [update().leaves("a", NEXT).does(took_whole(trace().fails("image-match", "b")))],
        ),
        GROUP.play(
            "damaged",
            "P-234, threat NET-ONPATH",
            "the last bit of the delta is another one: nothing is decoded, and the full image comes",
            either(),
            device(&damaged()),
            [update().leaves("a", NEXT).leaves("c", &damaged()).does(took_whole(
                trace()
                    .holds("image-match", "b")
                    .get("c", FROM)
                    .fetch("c", &damaged())
                    .fails("image-match", "c"),
            ))],
        ),
        GROUP.play(
            "there",
            "P-089",
            "the new image is there already: the second time nothing is decoded",
            installing([base(), fetch(DELTA), named(), act(c::INSTALL_DELTA), act(c::INSTALL_DELTA)]),
            device(DELTA),
            [update()
                .leaves("a", NEXT)
                .leaves("c", DELTA)
                .does(installed().there("install-delta", "a").floor(3))],
        ),
        GROUP.play(
            "kept",
            "P-077",
            "bytes that were kept of an interrupted run are not gone on behind: decoding begins anew",
            installing([base(), fetch(DELTA), named(), act(c::INSTALL_DELTA)]),
            device(DELTA).with("a", "kept", "\"55555555\""),
            [update().leaves("a", NEXT).leaves("c", DELTA).does(installed().floor(3))],
        ),
        GROUP.play(
            "rehearsed",
            "M 6.2",
            "a rehearsal tells that the delta would be asked for, and stores nothing",
            either(),
            device(DELTA),
            [rehearsal().does(
                trace()
                    .holds("image-match", "b")
                    .line(format!("plan c {FROM}"))
                    .holds("image-match", "c")
                    .holds("image-match", "a"),
            )],
        ),
        GROUP.play(
            "copied",
            "P-088, P-235, req SEC-AUTH-IMG_TYPE",
            "a plain copy, with the base named: the delta is stored as it is",
            installing([
                base(),
                fetch(DELTA),
                named(),
                put(map! { p::DIGEST => wrap(digest(SHA_256, DELTA)), p::SIZE => length(DELTA) }),
                act(c::COPY),
            ]),
            device(DELTA),
            [update().leaves("a", DELTA).leaves("c", DELTA).does(verified(DELTA).copy("a", DELTA).floor(3))],
        ),
    ]
}

/// `DELTA` with its last bit turned.
fn damaged() -> Vec<u8> {
    with(DELTA.len() - 1, DELTA[DELTA.len() - 1] ^ 1)
}

/// `DELTA` with another byte.
fn with(at: usize, byte: u8) -> Vec<u8> {
    let mut delta = DELTA.to_vec();
    delta[at] = byte;
    delta
}

/// What is refused before anything is written.
fn refusals() -> Vec<Case> {
    let refused = |delta: &[u8], error| {
        [update().leaves("c", delta).does(verified(delta)).fails(error, "", "install", "a")]
    };
    let smaller = map! { p::DIGEST => wrap(digest(SHA_256, NEXT)), p::SIZE => length(NEXT) - 1 };
    vec![
        GROUP.play(
            "memory",
            "P-094, S2",
            "the device lends a byte less than the delta needs",
            failing(DELTA),
            device(DELTA).fact("delta", NEEDED - 1),
            refused(DELTA, "DeltaMemory"),
        ),
        GROUP.play(
            "memory-enough",
            "P-094, S2",
            "it lends just as much",
            installing([base(), fetch(DELTA), named(), act(c::INSTALL_DELTA)]),
            device(DELTA).fact("delta", NEEDED),
            [update().leaves("a", NEXT).leaves("c", DELTA).does(installed().floor(3))],
        ),
        GROUP.play(
            "no-delta",
            "P-234, req SEC-AUTH-IMG_TYPE",
            "what is signed as a delta is an image",
            failing(NEXT),
            device(NEXT),
            refused(NEXT, "DeltaMalformed"),
        ),
        GROUP.play(
            "version",
            "P-235",
            "a version of the format that isn't known",
            failing(&with(1, 99)),
            device(&with(1, 99)),
            refused(&with(1, 99), "DeltaUnsupported"),
        ),
        GROUP.play(
            "other-size",
            "P-094",
            "image-size is not what the delta makes",
            installing([base(), fetch(DELTA), named(), put(smaller), act_here(c::INSTALL_DELTA)]),
            device(DELTA),
            refused(DELTA, "DeltaMismatch"),
        ),
        GROUP.play(
            "base-of-other-delta",
            "P-231",
            "the base that the manifest names isn't the delta's own: its check differs",
            failing(&with(8, 0x34)),
            device(&with(8, 0x34)),
            refused(&with(8, 0x34), "DeltaMismatch"),
        ),
        GROUP.play(
            "beyond-capacity",
            "P-094, S18",
            "the new image has no room",
            failing(DELTA),
            device(DELTA).with("a", "capacity", length(NEXT) - 1),
            refused(DELTA, "TooLarge"),
        ),
        GROUP.play(
            "in-place",
            "P-233",
            "the target is its own base",
            installing([
                [index(0), put(image(OLD)), check(c::IMAGE_MATCH)].concat(),
                fetch(DELTA),
                [index(0), put(image(NEXT)), put(map! { p::SOURCE => 2, p::DELTA_BASE => 0 })].concat(),
                act_here(c::INSTALL_DELTA),
            ]),
            device(DELTA),
            [update()
                .leaves("c", DELTA)
                .does(
                    trace()
                        .holds("image-match", "a")
                        .get("c", FROM)
                        .fetch("c", DELTA)
                        .holds("image-match", "c"),
                )
                .fails("DeltaInPlace", "", "install", "a")],
        ),
    ]
}

/// What a manifest leaves out, and what comes between.
fn lacking() -> Vec<Case> {
    let set = |parameters: Node| [index(0), put(parameters)].concat();
    let unset = |parameters, key| {
        (
            installing([base(), fetch(DELTA), set(parameters), act_here(c::INSTALL_DELTA)]),
            [update().leaves("c", DELTA).does(verified(DELTA)).fails("ParameterUnset", key, "install", "a")],
        )
    };
    let (no_base, no_base_runs) = unset(map! { p::SOURCE => 2 }, "delta-base");
    let (no_source, no_source_runs) = unset(map! { p::DELTA_BASE => 1 }, "source-component");
    let unverified = "DeltaUnverified";
    vec![
        GROUP.play("base-unset", "P-074", "no base is named", no_base, device(DELTA), no_base_runs),
        GROUP.play(
            "source-unset",
            "P-074",
            "no component with the delta is named",
            no_source,
            device(DELTA),
            no_source_runs,
        ),
        GROUP.play(
            "base-unverified",
            "P-231, req SEC-AUTH-PRECURSOR",
            "nothing was found out about the base",
            installing([fetch(DELTA), named(), act_here(c::INSTALL_DELTA)]),
            device(DELTA),
            [update()
                .leaves("c", DELTA)
                .does(trace().get("c", FROM).fetch("c", DELTA).holds("image-match", "c"))
                .fails(unverified, "", "install", "a")],
        ),
        GROUP.play(
            "delta-unverified",
            "P-234",
            "nothing was found out about the delta",
            installing([
                base(),
                [index(2), put(payload(DELTA)), act(c::FETCH)].concat(),
                named(),
                act_here(c::INSTALL_DELTA),
            ]),
            device(DELTA),
            [update()
                .leaves("c", DELTA)
                .does(trace().holds("image-match", "b").get("c", FROM).fetch("c", DELTA))
                .fails(unverified, "", "install", "a")],
        ),
        GROUP.play(
            "base-changed",
            "P-231, threat IMG-REPLACE",
            "the base was written after it had been checked",
            installing([
                base(),
                fetch(DELTA),
                [index(1), write("another")].concat(),
                named(),
                act_here(c::INSTALL_DELTA),
            ]),
            device(DELTA),
            [update()
                .leaves("b", b"another")
                .leaves("c", DELTA)
                .does(verified(DELTA).write("b", b"another"))
                .fails("DeltaMismatch", "", "install", "a")],
        ),
        GROUP.play(
            "storage-fails",
            "P-072",
            "the storage fails while the new image is written",
            failing(DELTA),
            device(DELTA).with("a", "broken", true),
            [update()
                .empties("a")
                .leaves("c", DELTA)
                .does(verified(DELTA))
                .fails("Platform", "77", "install", "a")],
        ),
        GROUP.play(
            "makes-another",
            "P-079",
            "the digest in the manifest begins as the image's and goes on otherwise: the delta's check holds, the condition not",
            installing([
                base(),
                fetch(DELTA),
                named(),
                put(map! { p::DIGEST => wrap(colliding()) }),
                act(c::INSTALL_DELTA),
                check_here(c::IMAGE_MATCH),
            ]),
            device(DELTA),
            [update()
                .leaves("a", NEXT)
                .leaves("c", DELTA)
                .does(installed().fails("image-match", "a"))
                .fails("ConditionFailed", "image-match", "install", "a")],
        ),
        GROUP.play(
            "policy",
            "P-235",
            "the directive's argument says what is to be recorded, as that of the others: here nothing",
            installing([base(), fetch(DELTA), named(), on(c::INSTALL_DELTA, 0), check(c::IMAGE_MATCH)]),
            device(DELTA),
            [update().leaves("a", NEXT).leaves("c", DELTA).does(installed().holds("image-match", "a").floor(3))],
        ),
    ]
}

/// A digest whose first bytes are those of the new image's, and no others.
fn colliding() -> Node {
    let mut value = vec![0; 32];
    value[..4].copy_from_slice(&[0xfb, 0x21, 0xff, 0x24]);
    vec![Node::from(SHA_256), bytes(value)].into()
}

/// Every vector of the group.
pub(super) fn cases() -> Vec<Case> {
    [choices(), refusals(), lacking()].concat()
}
