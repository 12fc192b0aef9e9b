//! Sections of dependent and dependency, one after the other.

use super::super::{
    IMAGE, URI, act, act_here, check, check_here, here, image, index, on, put, seq, try_each, write,
};
use super::{
    Dependency, GROUP, NAME, checked, dependent, device, floors, library, played, process, processed,
    resolve, resolved, usual, with_inside,
};
use crate::case::Case;
use crate::map;
use crate::node::Node;
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{invocation, trace, update};

/// Sections of both.
fn lockstep() -> Vec<Case> {
    let it = usual();
    let lacking = |mark: bool| {
        let code: Node = if mark { here(c::DEPENDENCY_INTEGRITY) } else { c::DEPENDENCY_INTEGRITY.into() };
        dependent(
            &it.digest,
            [
                (
                    m::DEPENDENCY_RESOLUTION,
                    seq([
                        index(1),
                        on(c::SET_PARAMETERS, map! { p::URI => NAME }),
                        act(c::FETCH),
                        on(code, 15),
                        act(c::PROCESS_DEPENDENCY),
                    ]),
                ),
                (m::INSTALL, seq([process()])),
            ],
        )
    };
    let fetching = Dependency::new(library(
        Some(seq([put(image(IMAGE))])),
        [
            (m::PAYLOAD_FETCH, seq([put(map! { p::URI => "lib.bin" }), act(c::FETCH)])),
            (m::INSTALL, seq([check(c::IMAGE_MATCH)])),
        ],
    ));
    let both = dependent(
        &fetching.digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::PAYLOAD_FETCH, seq([process(), index(0), put(map! { p::URI => URI }), act(c::FETCH)])),
            (m::INSTALL, seq([index(0), write("main"), process()])),
        ],
    );
    let failing = Dependency::new(library(
        None,
        [(m::INSTALL, seq([write("library"), check_here(c::ABORT), write("never")]))],
    ));
    let fails_inside = dependent(
        &failing.digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([process(), index(0), write("never")])),
        ],
    );
    let aborting = Dependency::new(library(None, [(m::INSTALL, seq([act_here(c::FETCH)]))]));
    let aborts_inside = dependent(
        &aborting.digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([try_each(vec![seq([process()]), seq([write("never")])])])),
        ],
    );
    let aborts_inside = {
        let mut manifest = aborts_inside;
        let commands = manifest.key(m::INSTALL).commands();
        commands.splice(0..0, index(1));
        manifest
    };
    let mark = |dependency: &Dependency| dependency.mark.expect("its failing command is marked");
    let starting = Dependency::new(library(None, [(m::INVOKE, seq([write("library"), act(c::INVOKE)]))]));
    vec![
        played(
            "section-lacking",
            "P-152",
            "the dependency has a validate section, and its dependent has none",
            lacking(true),
            &it,
            device(),
            [update()
                .leaves("dep", &it.envelope)
                .does(it.fetched(trace(), "dep").fails("dependency-integrity", "dep"))
                .fails("DependentLacksSection", "validate", "dependency-resolution", "dep")],
        ),
        played(
            "section-lacking-allowed",
            "P-152",
            "the same on a device that is told to be lenient: that section doesn't run",
            lacking(false),
            &it,
            device().fact("options", "[\"sections-unmatched\"]"),
            [update()
                .leaves("dep", &it.envelope)
                .leaves("lib", b"library")
                .does(floors(processed(resolved(&it)).write("lib", b"library")))],
        ),
        played(
            "section-unprocessed",
            "P-152, P-153",
            "a section ends, and that of the dependency has not run",
            dependent(
                &it.digest,
                [
                    (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
                    (m::INSTALL, seq([index(0), write("main")])),
                    (m::VALIDATE, seq([process()])),
                ],
            ),
            &it,
            device(),
            [update()
                .leaves("dep", &it.envelope)
                .leaves("main", b"main")
                .does(resolved(&it).write("main", b"main"))
                .refused("DependencyUnprocessed", "")],
        ),
        GROUP.play_draft(
            "lockstep",
            "P-153, P-155",
            "both fetch before either installs; the dependency's shared sequence runs before each of its sections",
            with_inside(both, &fetching),
            device().serving("lib.bin", IMAGE).serving(URI, b"main image"),
            [update()
                .leaves("dep", &fetching.envelope)
                .leaves("lib", IMAGE)
                .leaves("main", b"main")
                .does(floors(
                    processed(
                        processed(resolved(&fetching))
                            .get("lib", "lib.bin")
                            .fetch("lib", IMAGE)
                            .get("main", URI)
                            .fetch("main", b"main image")
                            .write("main", b"main"),
                    )
                    .holds("image-match", "lib"),
                ))],
        ),
        played(
            "condition-fails-inside",
            "P-158, P-071",
            "a condition of the dependency fails, and with it the section of its dependent",
            fails_inside,
            &failing,
            device(),
            [update()
                .leaves("dep", &failing.envelope)
                .leaves("lib", b"library")
                .does(processed(resolved(&failing)).write("lib", b"library").fails("abort", "lib"))
                .fails("ConditionFailed", "abort", "install", "lib")
                .inside(1, mark(&failing))],
        ),
        played(
            "directive-fails-inside-try",
            "P-158, P-072",
            "a directive of the dependency fails: that aborts, also where it is processed in an alternative",
            aborts_inside,
            &aborting,
            device(),
            [update()
                .leaves("dep", &aborting.envelope)
                .does(processed(resolved(&aborting)))
                .fails("ParameterUnset", "uri", "install", "lib")
                .inside(1, mark(&aborting))],
        ),
        played(
            "started-inside",
            "P-153, P-093",
            "the dependency is started in the invocation of its dependent",
            dependent(
                &starting.digest,
                [
                    (
                        m::INVOKE,
                        seq([index(1), check(c::DEPENDENCY_INTEGRITY), act(c::PROCESS_DEPENDENCY)]),
                    ),
                ],
            ),
            &starting,
            device().holding("dep", &starting.envelope),
            [invocation().leaves("lib", b"library").does(
                processed(checked(trace())).write("lib", b"library").invoke("lib", b"library"),
            )],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    lockstep()
}
