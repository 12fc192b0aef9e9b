//! Ways to a dependency: in the envelope, fetched, beyond the components, of another dependency.

use super::super::{IMAGE, act, board, check, check_here, index, manifest, on, path, put, seq, write};
use super::{
    Dependency, GROUP, NAME, checked, dependent, depends, device, floors, library, played, process,
    processed, resolve, resolved, usual, usual_dependent, usually, with_inside,
};
use crate::case::Case;
use crate::draft::{SHA_256, digest};
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::run::{Trace, trace, update};

/// Ways to the dependency.
fn ways() -> Vec<Case> {
    let it = usual();
    let done = || {
        update()
            .leaves("dep", &it.envelope)
            .leaves("lib", b"library")
            .leaves("main", b"main")
            .does(floors(usually(resolved(&it))))
    };
    let fetched = usually(processed(checked(trace().get("dep", NAME).fetch("dep", &it.envelope))));
    // the dependency isn't among the components, and its prefix says where it is stored.
    let beyond = {
        let shared = seq([index(1), put(map! { p::DIGEST => it.digest.clone() })]);
        let sections = [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([process(), index(0), write("main")])),
            (m::VALIDATE, seq([process(), index(0), check(c::CHECK_CONTENT)])),
        ];
        depends(manifest(&["main"], Some(shared), sections), map! { 1 => map! { 1 => path("dep") } })
    };
    let mut by_set = usual_dependent(&it.digest);
    by_set.key(m::COMMON).inner().key(common::SHARED).commands()[2] = c::SET_PARAMETERS.into();
    let mut prefixed = dependent(
        &it.digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([process()])),
            (m::VALIDATE, seq([process()])),
        ],
    );
    *prefixed.key(m::COMMON).inner().key(common::DEPENDENCIES) = map! { 1 => map! { 1 => path("sub") } };
    let serving = device().serving(NAME, &it.envelope);
    vec![
        played(
            "integrated",
            "P-142, P-153, P-155, P-165, req USE-MFST-COMPONENT",
            "the dependency stands in the envelope; each section of it runs in the same section of its dependent",
            usual_dependent(&it.digest),
            &it,
            device(),
            [done()],
        ),
        GROUP.play(
            "fetched",
            "P-142, P-153",
            "the dependency is fetched, and before any payload",
            usual_dependent(&it.digest),
            serving,
            [update()
                .leaves("dep", &it.envelope)
                .leaves("lib", b"library")
                .leaves("main", b"main")
                .does(floors(fetched))],
        ),
        played(
            "beyond-components",
            "A-02",
            "the published examples' form: the dependency is no component, and its prefix says where it is stored",
            beyond,
            &it,
            device(),
            [done()],
        ),
        played(
            "digest-by-set-parameters",
            "A-12",
            "the dependency's digest is set by set-parameters",
            by_set,
            &it,
            device(),
            [done()],
        ),
        played(
            "prefix",
            "P-163",
            "the dependent puts a prefix before the dependency's components",
            prefixed,
            &it,
            board(&["main", "dep", "sub/lib"]),
            [update().leaves("dep", &it.envelope).leaves("sub/lib", b"library").does(floors(
                processed(processed(resolved(&it)).write("sub/lib", b"library"))
                    .holds("check-content", "sub/lib"),
            ))],
        ),
        GROUP.play(
            "installed-already",
            "P-089, P-142",
            "the dependency was fetched before: it isn't fetched again",
            usual_dependent(&it.digest),
            device().holding("dep", &it.envelope),
            [update()
                .leaves("lib", b"library")
                .leaves("main", b"main")
                .does(floors(usually(processed(checked(trace().there("fetch", "dep"))))))],
        ),
    ]
}

/// Several dependencies, and dependencies of dependencies.
fn trees() -> Vec<Case> {
    let one = Dependency::new(library(None, [(m::INSTALL, seq([write("one")]))]));
    let mut other = library(None, [(m::INSTALL, seq([write("other")]))]);
    *other.key(m::COMMON).inner().key(common::COMPONENTS) = vec![path("lib2")].into();
    let other = Dependency::new(other);
    let shared = seq([
        index(0),
        put(map! { p::DIGEST => one.digest.clone(), p::URI => "one" }),
        index(1),
        put(map! { p::DIGEST => other.digest.clone(), p::URI => "other" }),
    ]);
    let all = depends(
        manifest(
            &["dep1", "dep2"],
            Some(shared),
            [
                (
                    m::DEPENDENCY_RESOLUTION,
                    seq([
                        index(true),
                        act(c::FETCH),
                        check(c::DEPENDENCY_INTEGRITY),
                        act(c::PROCESS_DEPENDENCY),
                    ]),
                ),
                (m::INSTALL, seq([index(true), act(c::PROCESS_DEPENDENCY)])),
            ],
        ),
        map! { 0 => map! {}, 1 => map! {} },
    );
    // The one in the middle depends on `one`.
    let middle = {
        let shared = seq([index(1), put(map! { p::DIGEST => one.digest.clone(), p::URI => "one" })]);
        let sections = [
            (
                m::DEPENDENCY_RESOLUTION,
                seq([index(1), act(c::FETCH), check(c::DEPENDENCY_INTEGRITY), act(c::PROCESS_DEPENDENCY)]),
            ),
            (m::INSTALL, seq([index(0), write("middle"), process()])),
        ];
        let mut middle = depends(manifest(&["mid", "dep2"], Some(shared), sections), map! { 1 => map! {} });
        *middle.key(m::SEQUENCE_NUMBER) = 4.into();
        Dependency::new(middle)
    };
    let top = dependent(
        &middle.digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([process(), index(0), write("main")])),
        ],
    );
    let both = |trace: Trace, line: &str| trace.line(format!("{line} dep1")).line(format!("{line} dep2"));
    let held =
        |trace: Trace| trace.holds("dependency-integrity", "dep1").holds("dependency-integrity", "dep2");
    vec![
        GROUP.play(
            "all",
            "P-156, P-101",
            "two dependencies at once, in their order",
            all,
            board(&["dep1", "dep2", "lib", "lib2"])
                .serving("one", &one.envelope)
                .serving("other", &other.envelope),
            [update()
                .leaves("dep1", &one.envelope)
                .leaves("dep2", &other.envelope)
                .leaves("lib", b"one")
                .leaves("lib2", b"other")
                .does(
                    both(
                        held(
                            trace()
                                .get("dep1", "one")
                                .fetch("dep1", &one.envelope)
                                .get("dep2", "other")
                                .fetch("dep2", &other.envelope),
                        ),
                        "process-dependency",
                    )
                    .line("process-dependency dep1")
                    .write("lib", b"one")
                    .line("process-dependency dep2")
                    .write("lib2", b"other")
                    .line("floor dep1 5")
                    .line("floor dep2 5")
                    .floor(3),
                )],
        ),
        GROUP.play_draft(
            "of-dependency",
            "P-153, P-155",
            "a dependency that has a dependency",
            with_inside(top, &middle),
            board(&["main", "dep", "mid", "dep2", "lib"]).fact("targets", 8).serving("one", &one.envelope),
            [update()
                .leaves("dep", &middle.envelope)
                .leaves("dep2", &one.envelope)
                .leaves("mid", b"middle")
                .leaves("lib", b"one")
                .leaves("main", b"main")
                .does(
                    resolved(&middle)
                        .get("dep2", "one")
                        .fetch("dep2", &one.envelope)
                        .holds("dependency-integrity", "dep2")
                        .line("process-dependency dep2")
                        .line("process-dependency dep")
                        .write("mid", b"middle")
                        .line("process-dependency dep2")
                        .write("lib", b"one")
                        .write("main", b"main")
                        .line("floor dep 4")
                        .line("floor dep2 5")
                        .floor(3),
                )],
        ),
    ]
}

/// Parameters of both.
fn parameters() -> Vec<Case> {
    // The dependency lists the dependent's component, too.
    let sharing = |install: Node| {
        let mut manifest = library(None, [(m::INSTALL, install)]);
        *manifest.key(m::COMMON).inner().key(common::COMPONENTS) = vec![path("main")].into();
        Dependency::new(manifest)
    };
    let setting = sharing(seq([put(map! { p::CONTENT => bytes("from inside") })]));
    let fetching = sharing(seq([
        on(c::SET_PARAMETERS, map! { p::URI => "origin" }),
        put(map! { p::DIGEST => wrap(digest(SHA_256, IMAGE)) }),
        act(c::FETCH),
        check(c::IMAGE_MATCH),
    ]));
    let mut deceived = sharing(seq([
        on(c::SET_PARAMETERS, map! { p::URI => "origin" }),
        put(map! { p::DIGEST => wrap(digest(SHA_256, IMAGE)) }),
        act(c::FETCH),
        check_here(c::IMAGE_MATCH),
    ]));
    let mark = deceived.mark.take().expect("it is marked");
    let of = |dependency: &Dependency, before: Node, behind: Vec<Node>| {
        dependent(
            &dependency.digest,
            [
                (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
                (m::INSTALL, seq([index(0), put(before), process(), behind])),
            ],
        )
    };
    let two = || board(&["main", "dep"]);
    vec![
        played(
            "parameters-come-back",
            "A-14, A-15, P-157",
            "the dependency sets a parameter of a component that both have; its dependent uses it",
            of(&setting, map! { p::CONTENT => bytes("from outside") }, [index(0), act(c::WRITE)].concat()),
            &setting,
            two(),
            [update()
                .leaves("dep", &setting.envelope)
                .leaves("main", b"from inside")
                .does(floors(processed(resolved(&setting)).write("main", b"from inside")))],
        ),
        GROUP.play_draft(
            "uri-from-dependent",
            "P-084, A-15, req USE-MFST-OVERRIDE_REMOTE, req SEC-AUTH-REMOTE_LOC",
            "the dependent says where the dependency's payload is fetched from, as an operator with a mirror does",
            with_inside(of(&fetching, map! { p::URI => "mirror" }, Vec::new()), &fetching),
            two().serving("mirror", IMAGE),
            [update().leaves("dep", &fetching.envelope).leaves("main", IMAGE).does(floors(
                processed(resolved(&fetching))
                    .get("main", "mirror")
                    .fetch("main", IMAGE)
                    .holds("image-match", "main"),
            ))],
        ),
        GROUP.play_draft(
            "digest-not-from-dependent",
            "P-085, threat MFST-OVERRIDE, threat NET-REDIRECT",
            "the dependent leads the fetch to another image and gives the digest of that: the dependency's own counts",
            with_inside(
                of(
                    &deceived,
                    map! { p::DIGEST => wrap(digest(SHA_256, b"malware")), p::URI => "mirror" },
                    Vec::new(),
                ),
                &deceived,
            ),
            two().serving("mirror", b"malware"),
            [update()
                .leaves("dep", &deceived.envelope)
                .leaves("main", b"malware")
                .does(
                    processed(resolved(&deceived))
                        .get("main", "mirror")
                        .fetch("main", b"malware")
                        .fails("image-match", "main"),
                )
                .fails("ConditionFailed", "image-match", "install", "main")
                .inside(1, mark)],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [ways(), trees(), parameters()].concat()
}
