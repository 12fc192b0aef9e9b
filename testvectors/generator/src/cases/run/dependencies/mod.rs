//! Dependencies: fetched, checked, run section by section with their dependent, and given up again.
//!
//! Most dependents have two components: `main`, and `dep`, which holds the envelope of the dependency. That has one
//! component, `lib`.

mod faults;
mod lockstep;
mod readings;
mod references;
mod ways;

use super::{Group, act, board, check, index, manifest, on, put, seq, write};
use crate::case::Case;
use crate::draft::Draft;
use crate::keys::key;
use crate::map;
use crate::node::{Node, bytes};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::run::{Device, Run, Trace, trace};

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
    runs: impl Into<Vec<Run>>,
) -> Case {
    GROUP.play_draft(name, rule, comment, with_inside(manifest, inside), device, runs)
}

/// The vectors of this file.
pub(super) fn cases() -> Vec<Case> {
    [ways::cases(), faults::cases(), lockstep::cases(), readings::cases(), references::cases()].concat()
}
