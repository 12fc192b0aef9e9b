//! Dependencies: fetched, checked, run section by section with their dependent, and given up again.
//!
//! Most dependents have two components: `main`, and `dep`, which holds the envelope of the dependency. That has one
//! component, `lib`.

use super::{
    Group, IMAGE, URI, act, act_here, board, check, check_here, here, image, index, manifest, on, path, put,
    seq, try_each, write,
};
use crate::case::Case;
use crate::draft::{Draft, SHA_256, digest};
use crate::keys::key;
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::run::{Device, Trace, invocation, trace, uninstall, update};

const GROUP: Group = Group("run-dependencies");

/// Under which key the dependency stands in the envelope, and from where it is fetched.
const NAME: &str = "#dep";

/// A signed dependency.
struct Dependency {
    /// Its envelope.
    envelope: Vec<u8>,
    /// The digest of its manifest, wrapped.
    digest: Node,
    /// Where its mark is.
    mark: Option<usize>,
}

impl Dependency {
    fn new(manifest: Node) -> Self {
        Self::signed(manifest, "k1")
    }

    fn signed(manifest: Node, by: &str) -> Self {
        let mut draft = Draft::new(manifest, key(by));
        let (envelope, mark) = draft.root.encode_marked();
        Self { digest: draft.authentication().item(0).clone(), envelope, mark }
    }

    fn fetched(&self, trace: Trace, component: &str) -> Trace {
        trace.fetch(component, &self.envelope)
    }
}

/// A dependency with these sections. Its sequence number is 5.
fn library<const N: usize>(shared: Option<Node>, sections: [(i64, Node); N]) -> Node {
    let mut manifest = manifest(&["lib"], shared, sections);
    *manifest.key(m::SEQUENCE_NUMBER) = 5.into();
    manifest
}

/// The dependency that writes `lib` when it is installed, and checks it when it is validated.
fn usual() -> Dependency {
    Dependency::new(library(
        None,
        [(m::INSTALL, seq([write("library")])), (m::VALIDATE, seq([check(c::CHECK_CONTENT)]))],
    ))
}

/// What a dependent does about its dependency in dependency-resolution.
fn resolve() -> Vec<Node> {
    [
        index(1),
        on(c::SET_PARAMETERS, map! { p::URI => NAME }),
        act(c::FETCH),
        check(c::DEPENDENCY_INTEGRITY),
        act(c::PROCESS_DEPENDENCY),
    ]
    .concat()
}

fn process() -> Vec<Node> {
    [index(1), act(c::PROCESS_DEPENDENCY)].concat()
}

/// A dependent of a dependency with this digest.
fn dependent<const N: usize>(digest: &Node, sections: [(i64, Node); N]) -> Node {
    let shared = seq([index(1), put(map! { p::DIGEST => digest.clone() })]);
    depends(manifest(&["main", "dep"], Some(shared), sections), map! { 1 => map! {} })
}

fn depends(mut manifest: Node, dependencies: Node) -> Node {
    manifest.key(m::COMMON).inner().insert(common::DEPENDENCIES, dependencies);
    manifest
}

/// The dependent of the usual dependency.
fn usual_dependent(digest: &Node) -> Node {
    dependent(
        digest,
        [
            (m::DEPENDENCY_RESOLUTION, seq([resolve()])),
            (m::INSTALL, seq([process(), index(0), write("main")])),
            (m::VALIDATE, seq([process(), index(0), check(c::CHECK_CONTENT)])),
        ],
    )
}

/// A dependent with its dependency in the envelope.
fn with_inside(manifest: Node, inside: &Dependency) -> Draft {
    let mut draft = Draft::new(manifest, key("k1"));
    draft.envelope().insert(NAME, bytes(&inside.envelope));
    draft
}

fn device() -> Device {
    board(&["main", "dep", "lib"])
}

fn checked(trace: Trace) -> Trace {
    trace.holds("dependency-integrity", "dep")
}

fn processed(trace: Trace) -> Trace {
    trace.line("process-dependency dep")
}

/// Dependency-resolution of a dependency that has no such section.
fn resolved(dependency: &Dependency) -> Trace {
    processed(checked(dependency.fetched(trace(), "dep")))
}

/// What the usual dependent does behind dependency-resolution.
fn usually(trace: Trace) -> Trace {
    let installed = processed(trace).write("lib", b"library").write("main", b"main");
    processed(installed).holds("check-content", "lib").holds("check-content", "main")
}

fn floors(trace: Trace) -> Trace {
    trace.line("floor dep 5").floor(3)
}

fn played(
    name: &'static str,
    rule: &'static str,
    comment: &'static str,
    manifest: Node,
    inside: &Dependency,
    device: Device,
    runs: impl Into<Vec<crate::run::Run>>,
) -> Case {
    GROUP.play_draft(name, rule, comment, with_inside(manifest, inside), device, runs)
}

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
            .does(dependency.fetched(trace(), "dep").fails("dependency-integrity", "dep"))
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
        played(
            "other-digest",
            "P-159",
            "the dependency is authentic, but not the one that is meant",
            failing(&other.digest),
            &it,
            device(),
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
        played(
            "mismatch-in-try",
            "A-20, P-159",
            "dependency-integrity fails in an alternative: that aborts, though it is a condition",
            in_try,
            &it,
            device(),
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
        played(
            "older",
            "P-038, P-159",
            "a newer version of the dependency was installed before",
            failing(&it.digest),
            &it,
            device().floor("dep", 6),
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
    [super::soft(true), check(c::IS_DEPENDENCY)].concat()
}

/// References and what becomes of what nobody refers to any more.
fn references() -> Vec<Case> {
    let writing = |commands: Vec<Node>| manifest(&["main"], None, [(m::INSTALL, wrap(commands.into()))]);
    let used_by = |users: &str| board(&["main"]).with("main", "users", users);
    let gone = Dependency::new(library(None, [(m::UNINSTALL, seq([write("gone")]))]));
    let unlinking = |twice: bool| {
        let unlink = act(c::UNLINK);
        let commands = if twice { [unlink.clone(), unlink].concat() } else { unlink };
        dependent(&gone.digest, [(m::UNINSTALL, seq([index(1), commands]))])
    };
    let installed = |users: &str| device().holding("dep", &gone.envelope).with("dep", "users", users);
    let of =
        |name, rule, comment, manifest, device, run| GROUP.play(name, rule, comment, manifest, device, [run]);
    vec![
        of(
            "write-referenced",
            "P-169",
            "another manifest uses what the component holds",
            writing([put(map! { p::CONTENT => bytes("never") }), act_here(c::WRITE)].concat()),
            used_by("[\"manifests/other\"]"),
            update().fails("Referenced", "", "install", "main"),
        ),
        of(
            "write-unlinked",
            "P-169, P-168",
            "the manifest's own reference is given up, and no other is left",
            writing([act(c::UNLINK), write("x")].concat()),
            used_by("[\"\"]"),
            update().leaves("main", b"x").does(trace().line("unlink main 0").write("main", b"x").floor(3)),
        ),
        of(
            "write-unlinked-by-one",
            "P-169, P-168",
            "the manifest's own reference is given up twice, which counts once, and another one is left",
            writing(
                [
                    act(c::UNLINK),
                    act(c::UNLINK),
                    put(map! { p::CONTENT => bytes("never") }),
                    act_here(c::WRITE),
                ]
                .concat(),
            ),
            used_by("[\"\", \"manifests/other\"]"),
            update().does(trace().line("unlink main 1").line("unlink main 1")).fails(
                "Referenced",
                "",
                "install",
                "main",
            ),
        ),
        of(
            "uninstall-last",
            "A-19, P-170",
            "the last reference is given up: the dependency's uninstall section runs",
            unlinking(false),
            installed("[\"\"]"),
            uninstall().leaves("lib", b"gone").does(trace().line("unlink dep 0").write("lib", b"gone")),
        ),
        of(
            "uninstall-shared",
            "A-19, P-170, P-168",
            "another manifest still uses the dependency: it stays, also if unlinked twice",
            unlinking(true),
            installed("[\"\", \"manifests/other\"]"),
            uninstall().does(trace().line("unlink dep 1").line("unlink dep 1")),
        ),
    ]
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [ways(), distrusted(), misplaced(), lockstep(), trees(), parameters(), readings(), references()].concat()
}
