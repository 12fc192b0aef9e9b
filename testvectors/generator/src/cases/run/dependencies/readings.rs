//! Readings that the published examples need, or that nobody has written down.

use super::super::{act, board, check, check_here, index, manifest, on, path, put, seq, soft, write};
use super::{
    Dependency, GROUP, NAME, checked, depends, device, floors, library, played, processed, usual,
    usual_dependent, usually,
};
use crate::case::Case;
use crate::draft::Draft;
use crate::keys::key;
use crate::map;
use crate::node::{Node, bytes};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{trace, update};

/// Readings that the published examples need, or that nobody has written down.
fn readings() -> Vec<Case> {
    let it = usual();
    let untagged = {
        let mut draft = Draft::new(
            library(
                None,
                [(m::INSTALL, seq([write("library")])), (m::VALIDATE, seq([check(c::CHECK_CONTENT)]))],
            ),
            key("k1"),
        );
        let envelope = draft.root.inner().clone();
        Dependency { digest: draft.authentication().item(0).clone(), envelope: envelope.encode(), mark: None }
    };
    let mut refused = usual_dependent(&untagged.digest);
    refused.key(m::DEPENDENCY_RESOLUTION).code(c::DEPENDENCY_INTEGRITY).mark();
    let got = || trace().get("dep", NAME).fetch("dep", &untagged.envelope);
    let sized = |size: usize, mark: bool| {
        let mut manifest = usual_dependent(&it.digest);
        let size = i64::try_from(size).expect("small");
        manifest.key(m::DEPENDENCY_RESOLUTION).argument(c::SET_PARAMETERS).insert(p::SIZE, size);
        if mark {
            manifest.key(m::DEPENDENCY_RESOLUTION).code(c::FETCH).mark();
        }
        manifest
    };
    // One dependency is the first component, the other is none.
    let shared = seq([
        index(0),
        put(map! { p::DIGEST => it.digest.clone(), p::URI => NAME }),
        index(1),
        put(map! { p::CONTENT => bytes("main") }),
    ]);
    let sections = [
        (
            m::DEPENDENCY_RESOLUTION,
            seq([index(true), on(c::RUN_SEQUENCE, seq([soft_dependency(), act(c::FETCH)]))]),
        ),
        (
            m::INSTALL,
            seq([
                index(true),
                on(
                    c::RUN_SEQUENCE,
                    seq([soft_dependency(), check(c::DEPENDENCY_INTEGRITY), act(c::PROCESS_DEPENDENCY)]),
                ),
                index(1),
                act(c::WRITE),
            ]),
        ),
        (m::VALIDATE, seq([index(0), act(c::PROCESS_DEPENDENCY)])),
    ];
    let mixed = depends(manifest(&["dep", "main"], Some(shared), sections), map! { 0 => map! {} });
    // All is the components in their order, and then what is none of them.
    let order = {
        let commands = [index(true), on(c::RUN_SEQUENCE, seq([soft_dependency()])), check_here(c::ABORT)];
        let dependencies =
            map! { 0 => map! {}, 2 => map! { 1 => path("beyond") }, 5 => map! { 1 => path("last") } };
        depends(manifest(&["dep", "main"], None, [(m::PAYLOAD_FETCH, seq(commands))]), dependencies)
    };
    vec![
        GROUP.play(
            "untagged",
            "A-36",
            "the dependency's envelope lacks tag 107",
            refused,
            device().serving(NAME, &untagged.envelope),
            [update()
                .leaves("dep", &untagged.envelope)
                .does(got().fails("dependency-integrity", "dep"))
                .fails("Untagged", "", "dependency-resolution", "dep")],
        ),
        GROUP.play(
            "untagged-allowed",
            "A-36",
            "the same on a device that is told to be lenient",
            usual_dependent(&untagged.digest),
            device().serving(NAME, &untagged.envelope).fact("options", "[\"untagged-dependencies\"]"),
            [update()
                .leaves("dep", &untagged.envelope)
                .leaves("lib", b"library")
                .leaves("main", b"main")
                .does(floors(usually(processed(checked(got())))))],
        ),
        GROUP.play(
            "size-of-envelope",
            "A-22, P-094",
            "the size that is given for a dependency is that of its envelope",
            sized(it.envelope.len(), false),
            device().serving(NAME, &it.envelope),
            [update().leaves("dep", &it.envelope).leaves("lib", b"library").leaves("main", b"main").does(
                floors(usually(processed(checked(trace().get("dep", NAME).fetch("dep", &it.envelope))))),
            )],
        ),
        GROUP.play(
            "size-of-envelope-exceeded",
            "A-22, P-094",
            "the envelope is longer than the size that is given",
            sized(it.envelope.len() - 1, true),
            device().serving(NAME, &it.envelope),
            [update().empties("dep").does(trace().get("dep", NAME)).fails(
                "TooLarge",
                "",
                "dependency-resolution",
                "dep",
            )],
        ),
        played(
            "all-with-components",
            "P-156, P-161, P-103",
            "all are chosen; is-dependency leaves the components out",
            mixed,
            &it,
            device(),
            [update().leaves("dep", &it.envelope).leaves("lib", b"library").leaves("main", b"main").does(
                floors(
                    processed(
                        processed(checked(
                            it.fetched(trace().holds("is-dependency", "dep"), "dep")
                                .fails("is-dependency", "main")
                                .holds("is-dependency", "dep"),
                        ))
                        .write("lib", b"library")
                        .fails("is-dependency", "main")
                        .write("main", b"main"),
                    )
                    .holds("check-content", "lib"),
                ),
            )],
        ),
        GROUP.play(
            "all-in-order",
            "A-37, P-101",
            "all are the components in their order, then the dependencies that are none, by their indices",
            order,
            board(&["last", "beyond", "main", "dep"]),
            [update()
                .does(
                    trace()
                        .holds("is-dependency", "dep")
                        .fails("is-dependency", "main")
                        .holds("is-dependency", "beyond")
                        .holds("is-dependency", "last")
                        .fails("abort", "dep"),
                )
                .fails("ConditionFailed", "abort", "payload-fetch", "dep")],
        ),
    ]
}

/// The rest of a nested sequence is for dependencies only.
fn soft_dependency() -> Vec<Node> {
    [soft(true), check(c::IS_DEPENDENCY)].concat()
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    readings()
}
