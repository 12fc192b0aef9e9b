//! The templates of M §7, each carried out from the update to the start of the image.

use super::{
    CLASS, Group, IMAGE, OLD, URI, VENDOR, act, board, check, compatible, here, identity, image, index,
    manifest, on, put, seq, signed, try_each,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{Trace, invocation, trace, update};

const GROUP: Group = Group("run-templates");

/// One component: fetched, checked, started.
fn download(uri: &str) -> Node {
    manifest(
        &["main"],
        Some(seq([put(identity(IMAGE)), compatible()])),
        [
            (m::INSTALL, seq([put(map! { p::URI => uri }), act(c::FETCH), check(c::IMAGE_MATCH)])),
            (m::VALIDATE, seq([check(c::IMAGE_MATCH)])),
            (m::INVOKE, seq([act(c::INVOKE)])),
        ],
    )
}

/// What an update by `download` does.
fn downloaded(install: Trace) -> Trace {
    install.holds("image-match", "main").compatible("main").holds("image-match", "main").floor(3)
}

fn started() -> Trace {
    trace().compatible("main").holds("image-match", "main").compatible("main").invoke("main", IMAGE)
}

fn simple() -> Vec<Case> {
    let mut integrated = signed(download("#main"));
    integrated.envelope().insert("#main", bytes(IMAGE));
    let mut prefetched = signed(download(URI));
    prefetched.envelope().insert(URI, bytes(IMAGE));
    vec![
        GROUP.play(
            "download",
            "P-135, P-136, P-137, P-045, req USE-EXEC",
            "one component is fetched and checked, then checked again and started",
            download(URI),
            board(&["main"]).holding("main", OLD).serving(URI, IMAGE),
            [
                update()
                    .leaves("main", IMAGE)
                    .does(downloaded(trace().compatible("main").get("main", URI).fetch("main", IMAGE))),
                invocation().does(started()),
            ],
        ),
        GROUP.play(
            "download-again",
            "P-077, P-089",
            "carried out a second time, nothing is fetched",
            download(URI),
            board(&["main"]).serving(URI, IMAGE),
            [
                update()
                    .leaves("main", IMAGE)
                    .does(downloaded(trace().compatible("main").get("main", URI).fetch("main", IMAGE))),
                update().does(downloaded(trace().compatible("main").there("fetch", "main"))),
            ],
        ),
        GROUP.play_draft(
            "integrated",
            "P-139, req USE-PAYLOAD",
            "the payload stands in the envelope: nobody is asked for it",
            integrated,
            board(&["main"]),
            [
                update()
                    .leaves("main", IMAGE)
                    .does(downloaded(trace().compatible("main").fetch("main", IMAGE))),
                invocation().does(started()),
            ],
        ),
        GROUP.play_draft(
            "prefetched",
            "P-139",
            "somebody on the way has put the payload into the envelope under its URI",
            prefetched,
            board(&["main"]).serving(URI, OLD),
            [update()
                .leaves("main", IMAGE)
                .does(downloaded(trace().compatible("main").fetch("main", IMAGE)))],
        ),
    ]
}

/// Fetched to one place, installed to another, loaded to a third: the structure of example 4 of the base draft.
fn staged() -> Vec<Case> {
    let whole = || {
        manifest(
            &["main", "staging", "ram"],
            Some(seq([
                index(0),
                put(identity(IMAGE)),
                compatible(),
                index(1),
                put(image(IMAGE)),
                index(2),
                put(image(IMAGE)),
            ])),
            [
                (
                    m::PAYLOAD_FETCH,
                    seq([index(1), put(map! { p::URI => URI }), act(c::FETCH), check(c::IMAGE_MATCH)]),
                ),
                (
                    m::INSTALL,
                    seq([index(0), put(map! { p::SOURCE => 1 }), act(c::COPY), check(c::IMAGE_MATCH)]),
                ),
                (m::VALIDATE, seq([index(0), check(c::IMAGE_MATCH)])),
                (m::LOAD, seq([index(2), put(map! { p::SOURCE => 0 }), act(c::COPY), check(c::IMAGE_MATCH)])),
                (m::INVOKE, seq([index(2), act(c::INVOKE)])),
            ],
        )
    };
    let device = || board(&["main", "staging", "ram"]).holding("main", OLD).serving(URI, IMAGE);
    let updated = || {
        trace()
            .compatible("main")
            .get("staging", URI)
            .fetch("staging", IMAGE)
            .holds("image-match", "staging")
            .compatible("main")
            .copy("main", IMAGE)
            .holds("image-match", "main")
            .compatible("main")
            .holds("image-match", "main")
            .floor(3)
    };
    vec![
        GROUP.play(
            "staging-install-load",
            "P-138, P-140, req USE-LOAD",
            "fetched to a staging area, copied to where it is kept, loaded to where it runs",
            whole(),
            device(),
            [
                update().leaves("staging", IMAGE).leaves("main", IMAGE).does(updated()),
                invocation().leaves("ram", IMAGE).does(
                    trace()
                        .compatible("main")
                        .holds("image-match", "main")
                        .compatible("main")
                        .copy("ram", IMAGE)
                        .holds("image-match", "ram")
                        .compatible("main")
                        .invoke("ram", IMAGE),
                ),
            ],
        ),
        GROUP.play(
            "staging-cut-before-install",
            "P-077",
            "the power was cut after staging: run again, the image is not fetched again",
            whole(),
            device().holding("staging", IMAGE),
            [update().leaves("main", IMAGE).does(
                trace()
                    .compatible("main")
                    .there("fetch", "staging")
                    .holds("image-match", "staging")
                    .compatible("main")
                    .copy("main", IMAGE)
                    .holds("image-match", "main")
                    .compatible("main")
                    .holds("image-match", "main")
                    .floor(3),
            )],
        ),
    ]
}

/// One image for each of two slots.
fn slots() -> Vec<Case> {
    const A: &[u8] = b"linked for slot A";
    const B: &[u8] = b"linked for slot B, where it runs";
    let by_slot = |mark: bool| {
        let slot = |number: i64, content: &[u8]| {
            seq([
                put(map! { p::SLOT => number }),
                check(c::SLOT),
                put(map! { p::DIGEST => wrap(digest(SHA_256, content)), p::SIZE => super::length(content) }),
            ])
        };
        let fetch = |number: i64, uri: &str| {
            seq([put(map! { p::SLOT => number }), check(c::SLOT), put(map! { p::URI => uri })])
        };
        let code: Node = if mark { here(c::TRY_EACH) } else { c::TRY_EACH.into() };
        manifest(
            &["main"],
            Some(seq([
                put(map! { p::VENDOR => bytes(VENDOR), p::CLASS => bytes(CLASS) }),
                compatible(),
                on(code, vec![slot(0, A), slot(1, B)]),
            ])),
            [
                (
                    m::INSTALL,
                    seq([
                        try_each(vec![fetch(0, "a.bin"), fetch(1, "b.bin")]),
                        act(c::FETCH),
                        check(c::IMAGE_MATCH),
                    ]),
                ),
                (m::VALIDATE, seq([check(c::IMAGE_MATCH)])),
                (m::INVOKE, seq([act(c::INVOKE)])),
            ],
        )
    };
    let device =
        |slot: u8| board(&["main"]).with("main", "slot", slot).serving("a.bin", A).serving("b.bin", B);
    let first = |trace: Trace| trace.compatible("main").holds("component-slot", "main");
    let second = |trace: Trace| {
        trace.compatible("main").fails("component-slot", "main").holds("component-slot", "main")
    };
    let in_a = first(trace()).holds("component-slot", "main").get("main", "a.bin").fetch("main", A);
    let in_b = second(trace())
        .fails("component-slot", "main")
        .holds("component-slot", "main")
        .get("main", "b.bin")
        .fetch("main", B);
    vec![
        GROUP.play(
            "slot-a",
            "P-141",
            "the device stores to slot 0, and starts from there",
            by_slot(false),
            device(0),
            [
                update()
                    .leaves("main", A)
                    .does(first(in_a.holds("image-match", "main")).holds("image-match", "main").floor(3)),
                invocation().does(first(first(trace()).holds("image-match", "main")).invoke("main", A)),
            ],
        ),
        GROUP.play(
            "slot-b",
            "P-141, req USE-IMG-SELECT",
            "the device stores to slot 1, and starts from there",
            by_slot(false),
            device(1),
            [
                update()
                    .leaves("main", B)
                    .does(second(in_b.holds("image-match", "main")).holds("image-match", "main").floor(3)),
                invocation().does(second(second(trace()).holds("image-match", "main")).invoke("main", B)),
            ],
        ),
        GROUP.play(
            "slot-neither",
            "P-141, P-118",
            "the device has a third slot, for which there is no image",
            by_slot(true),
            device(2),
            [update()
                .does(
                    trace()
                        .compatible("main")
                        .fails("component-slot", "main")
                        .fails("component-slot", "main"),
                )
                .fails("AlternativesExhausted", "", "common", "main")],
        ),
    ]
}

/// Two images that belong together: the structure of example 5 of the base draft.
fn two() -> Vec<Case> {
    const OTHER: &[u8] = b"the other image";
    let manifest = manifest(
        &["main", "other"],
        Some(seq([index(0), put(identity(IMAGE)), compatible(), index(1), put(image(OTHER))])),
        [
            (
                m::INSTALL,
                seq([
                    index(0),
                    put(map! { p::URI => URI }),
                    index(1),
                    put(map! { p::URI => "other.bin" }),
                    index(true),
                    act(c::FETCH),
                    check(c::IMAGE_MATCH),
                ]),
            ),
            (m::VALIDATE, seq([index(true), check(c::IMAGE_MATCH)])),
            (m::INVOKE, seq([index(0), act(c::INVOKE)])),
        ],
    );
    let both = |trace: Trace| trace.holds("image-match", "main").holds("image-match", "other");
    vec![
        GROUP.play(
            "two-images",
            "P-137, P-102, P-076",
            "two images are fetched, each to its place, and one is started",
            manifest,
            board(&["main", "other"]).serving(URI, IMAGE).serving("other.bin", OTHER),
            [
                update().leaves("main", IMAGE).leaves("other", OTHER).does(
                    both(
                        both(
                            trace()
                                .compatible("main")
                                .get("main", URI)
                                .fetch("main", IMAGE)
                                .get("other", "other.bin")
                                .fetch("other", OTHER),
                        )
                        .compatible("main"),
                    )
                    .floor(3),
                ),
                invocation().does(both(trace().compatible("main")).compatible("main").invoke("main", IMAGE)),
            ],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [simple(), staged(), slots(), two()].concat()
}
