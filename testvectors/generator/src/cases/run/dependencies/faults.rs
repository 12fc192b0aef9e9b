//! Dependencies that are not what they should be, and process-dependency where it may not be.

use super::super::{act, act_here, check, check_here, here, index, on, put, seq, try_each, write};
use super::{
    Dependency, GROUP, NAME, checked, dependent, device, floors, library, played, process, processed,
    resolved, usual, usual_dependent, usually,
};
use crate::case::Case;
use crate::map;
use crate::node::Node;
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::run::{trace, update};

/// Dependencies that are not what they should be.
fn distrusted() -> Vec<Case> {
    let it = usual();
    let foreign = Dependency::signed(library(None, [(m::INSTALL, seq([write("library")]))]), "k2");
    let other = Dependency::new(library(None, [(m::INSTALL, seq([write("other")]))]));
    let failing = |digest: &Node| {
        let commands = [
            index(1),
            on(c::SET_PARAMETERS, map! { p::URI => NAME }),
            act(c::FETCH),
            check_here(c::DEPENDENCY_INTEGRITY),
            act(c::PROCESS_DEPENDENCY),
        ];
        dependent(
            digest,
            [
                (m::DEPENDENCY_RESOLUTION, seq(commands)),
                (m::INSTALL, seq([process()])),
                (m::VALIDATE, seq([process()])),
            ],
        )
    };
    let fails = |error, dependency: &Dependency| {
        update()
            .leaves("dep", &dependency.envelope)
            .does(dependency.fetched(trace().get("dep", NAME), "dep").fails("dependency-integrity", "dep"))
            .fails(error, "", "dependency-resolution", "dep")
    };
    let mut damaged = usual();
    // The last byte of the manifest, which is the policy of the last command.
    *damaged.envelope.last_mut().expect("an envelope") ^= 1;
    let in_try = dependent(
        &other.digest,
        [
            (
                m::DEPENDENCY_RESOLUTION,
                seq([
                    index(1),
                    on(c::SET_PARAMETERS, map! { p::URI => NAME }),
                    act(c::FETCH),
                    try_each(vec![seq([check_here(c::DEPENDENCY_INTEGRITY)]), seq([write("never")])]),
                ]),
            ),
            (m::INSTALL, seq([process()])),
            (m::VALIDATE, seq([process()])),
        ],
    );
    let no_envelope = Dependency { envelope: b"no envelope".to_vec(), digest: it.digest.clone(), mark: None };
    vec![
        GROUP.play(
            "other-digest",
            "P-159",
            "the dependency is authentic, but not the one that is meant",
            failing(&other.digest),
            device().serving(NAME, &it.envelope),
            [fails("DependencyMismatch", &it)],
        ),
        GROUP.play(
            "signed-by-other",
            "P-151, P-159",
            "the dependency has the digest, but is signed by somebody whom the device doesn't trust",
            failing(&foreign.digest),
            device().serving(NAME, &foreign.envelope),
            [update()
                .leaves("dep", &foreign.envelope)
                .does(
                    trace()
                        .get("dep", NAME)
                        .fetch("dep", &foreign.envelope)
                        .fails("dependency-integrity", "dep"),
                )
                .fails("DependencyUntrusted", "", "dependency-resolution", "dep")],
        ),
        GROUP.play(
            "damaged",
            "P-159, threat NET-ONPATH",
            "one bit of the dependency's manifest was changed on the way",
            failing(&it.digest),
            device().serving(NAME, &damaged.envelope),
            [update()
                .leaves("dep", &damaged.envelope)
                .does(
                    trace()
                        .get("dep", NAME)
                        .fetch("dep", &damaged.envelope)
                        .fails("dependency-integrity", "dep"),
                )
                .fails("DependencyUntrusted", "", "dependency-resolution", "dep")],
        ),
        GROUP.play(
            "no-envelope",
            "P-159",
            "what was fetched is no envelope",
            failing(&it.digest),
            device().serving(NAME, &no_envelope.envelope),
            [update()
                .leaves("dep", &no_envelope.envelope)
                .does(
                    trace()
                        .get("dep", NAME)
                        .fetch("dep", &no_envelope.envelope)
                        .fails("dependency-integrity", "dep"),
                )
                .fails("WrongType", "", "dependency-resolution", "dep")],
        ),
        GROUP.play(
            "mismatch-in-try",
            "A-20, P-159",
            "dependency-integrity fails in an alternative: that aborts, though it is a condition",
            in_try,
            device().serving(NAME, &it.envelope),
            [fails("DependencyMismatch", &it)],
        ),
        played(
            "digest-unset",
            "P-074, P-159",
            "no digest is given for the dependency",
            {
                let mut manifest = failing(&it.digest);
                *manifest.key(m::COMMON).inner().key(common::SHARED) =
                    seq([index(1), put(map! { p::SLOT => 0 })]);
                manifest
            },
            &it,
            device(),
            [update()
                .leaves("dep", &it.envelope)
                .does(it.fetched(trace(), "dep").fails("dependency-integrity", "dep"))
                .fails("ParameterUnset", "image-digest", "dependency-resolution", "dep")],
        ),
        GROUP.play(
            "older",
            "P-038, P-159",
            "a newer version of the dependency was installed before",
            failing(&it.digest),
            device().serving(NAME, &it.envelope).floor("dep", 6),
            [fails("Rollback", &it)],
        ),
    ]
}

/// process-dependency where it may not be.
fn misplaced() -> Vec<Case> {
    let it = usual();
    let unchecked = |code: Node| {
        dependent(
            &it.digest,
            [
                (
                    m::DEPENDENCY_RESOLUTION,
                    seq([
                        index(1),
                        on(c::SET_PARAMETERS, map! { p::URI => NAME }),
                        act(c::FETCH),
                        on(code, 2),
                    ]),
                ),
                (m::INSTALL, seq([process()])),
                (m::VALIDATE, seq([process()])),
            ],
        )
    };
    let other = Dependency::new(library(None, [(m::INSTALL, seq([write("other")]))]));
    let changed = dependent(
        &it.digest,
        [
            (
                m::DEPENDENCY_RESOLUTION,
                seq([
                    index(1),
                    on(c::SET_PARAMETERS, map! { p::URI => NAME }),
                    act(c::FETCH),
                    check(c::DEPENDENCY_INTEGRITY),
                    put(map! { p::DIGEST => other.digest.clone(), p::URI => "other" }),
                    act(c::FETCH),
                    act_here(c::PROCESS_DEPENDENCY),
                ]),
            ),
            (m::INSTALL, seq([process()])),
            (m::VALIDATE, seq([process()])),
        ],
    );
    vec![
        played(
            "process-unchecked",
            "P-154",
            "process-dependency without dependency-integrity before",
            unchecked(here(c::PROCESS_DEPENDENCY)),
            &it,
            device(),
            [update().leaves("dep", &it.envelope).does(it.fetched(trace(), "dep")).fails(
                "DependencyUnverified",
                "",
                "dependency-resolution",
                "dep",
            )],
        ),
        played(
            "process-unchecked-allowed",
            "P-154",
            "the same on a device that is told to be lenient: it checks the dependency on its own",
            unchecked(c::PROCESS_DEPENDENCY.into()),
            &it,
            device().fact("options", "[\"integrity-unasked\"]"),
            [update().leaves("dep", &it.envelope).leaves("lib", b"library").does(floors(
                processed(processed(processed(it.fetched(trace(), "dep"))).write("lib", b"library"))
                    .holds("check-content", "lib"),
            ))],
        ),
        played(
            "process-no-dependency",
            "P-154, P-162",
            "process-dependency on a component that is none",
            dependent(&it.digest, [(m::INSTALL, seq([index(0), act_here(c::PROCESS_DEPENDENCY)]))]),
            &it,
            device(),
            [update().fails("NotADependency", "", "install", "main")],
        ),
        played(
            "changed-after-check",
            "P-160, P-154, threat MFST-TOCTOU, req SEC-MFST-CONST",
            "the dependency is checked, and then another one, as authentic, takes its place: that one wasn't checked",
            changed,
            &it,
            device().serving("other", &other.envelope),
            [update()
                .leaves("dep", &other.envelope)
                .does(checked(it.fetched(trace(), "dep")).get("dep", "other").fetch("dep", &other.envelope))
                .fails("DependencyUnverified", "", "dependency-resolution", "dep")],
        ),
        played(
            "is-dependency",
            "P-161",
            "is-dependency tells dependencies from components",
            dependent(
                &it.digest,
                [(
                    m::PAYLOAD_FETCH,
                    seq([index(1), check(c::IS_DEPENDENCY), index(0), check_here(c::IS_DEPENDENCY)]),
                )],
            ),
            &it,
            device(),
            [update().does(trace().holds("is-dependency", "dep").fails("is-dependency", "main")).fails(
                "ConditionFailed",
                "is-dependency",
                "payload-fetch",
                "main",
            )],
        ),
        played(
            "image-match",
            "P-079, A-22, P-162",
            "of a dependency, image-match hashes the manifest, and not the envelope",
            {
                let mut manifest = usual_dependent(&it.digest);
                manifest.key(m::DEPENDENCY_RESOLUTION).command(c::IMAGE_MATCH, 15);
                manifest
            },
            &it,
            device(),
            [update()
                .leaves("dep", &it.envelope)
                .leaves("lib", b"library")
                .leaves("main", b"main")
                .does(floors(usually(resolved(&it).holds("image-match", "dep"))))],
        ),
        played(
            "unsupported",
            "P-150",
            "the device processes no dependencies",
            usual_dependent(&it.digest),
            &it,
            device().fact("dependencies", 0),
            [update().refused("DependenciesUnsupported", "")],
        ),
        played(
            "no-room",
            "P-043",
            "the device has less memory than the dependency's envelope needs",
            {
                let mut manifest = usual_dependent(&it.digest);
                manifest.key(m::DEPENDENCY_RESOLUTION).code(c::DEPENDENCY_INTEGRITY).mark();
                manifest
            },
            &it,
            device().fact("room", it.envelope.len() - 1),
            [update()
                .leaves("dep", &it.envelope)
                .does(it.fetched(trace(), "dep").fails("dependency-integrity", "dep"))
                .fails("TooManyDependencies", "", "dependency-resolution", "dep")],
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [distrusted(), misplaced()].concat()
}
