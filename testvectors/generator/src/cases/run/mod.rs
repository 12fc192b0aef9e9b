//! Executable vectors: what a device does with sound manifests, line by line.
//!
//! Each behaviour on which implementations differ has one, and each command, section and way to nest besides. The mark is
//! at the command at which a run fails.

mod conditions;
mod deltas;
mod dependencies;
mod directives;
mod index;
mod limits;
mod procedures;
mod sequences;
mod storing;
mod templates;
mod updates;

use super::sound::{CLASS, DEVICE, IMAGE, VENDOR};
use crate::case::Case;
use crate::draft::{Draft, SHA_256, digest};
use crate::keys::key;
use crate::map;
use crate::node::{Mark, Node, bytes, wrap};
use crate::numbers::{command as c, common, manifest as m, parameter as p};
use crate::run::{Device, Run, device, digest as hex_digest, hex};

/// What a component held before.
const OLD: &[u8] = b"what was there before";
/// Where images come from.
const URI: &str = "https://updates.example.com/main.bin";

/// Commands: codes and arguments.
type Commands = Vec<Node>;

/// One command.
fn on(code: impl Into<Node>, argument: impl Into<Node>) -> Commands {
    vec![code.into(), argument.into()]
}

/// A condition, of which everything is to be recorded.
fn check(code: i64) -> Commands {
    on(code, 15)
}

/// A directive, of which failures are to be recorded.
fn act(code: i64) -> Commands {
    on(code, 2)
}

/// The code of a command at which the run fails.
fn here(code: i64) -> Node {
    Node { mark: Mark::Begin, ..Node::from(code) }
}

/// A condition at which the run fails.
fn check_here(code: i64) -> Commands {
    on(here(code), 15)
}

/// A directive at which the run fails.
fn act_here(code: i64) -> Commands {
    on(here(code), 2)
}

/// set-component-index.
fn index(choice: impl Into<Node>) -> Commands {
    on(c::SET_INDEX, choice)
}

/// override-parameters.
fn put(parameters: Node) -> Commands {
    on(c::OVERRIDE, parameters)
}

/// A command that leaves a mark: writes this into the present component.
fn write(content: &str) -> Commands {
    [put(map! { p::CONTENT => bytes(content) }), act(c::WRITE)].concat()
}

/// A sequence of these commands.
fn seq<const N: usize>(parts: [Commands; N]) -> Node {
    wrap(parts.concat().into())
}

/// try-each with these alternatives, perhaps with a final nil.
fn try_each(alternatives: Vec<Node>) -> Commands {
    on(c::TRY_EACH, alternatives)
}

/// run-sequence.
fn run_sequence<const N: usize>(parts: [Commands; N]) -> Commands {
    on(c::RUN_SEQUENCE, seq(parts))
}

/// soft-failure.
fn soft(value: bool) -> Commands {
    put(map! { p::SOFT_FAILURE => value })
}

/// Digest and size of an image.
fn image(content: &[u8]) -> Node {
    map! { p::DIGEST => wrap(digest(SHA_256, content)), p::SIZE => length(content) }
}

fn length(content: &[u8]) -> i64 {
    content.len().try_into().expect("small")
}

/// Identity of the device, and digest and size of an image.
fn identity(content: &[u8]) -> Node {
    map! {
        p::VENDOR => bytes(VENDOR),
        p::CLASS => bytes(CLASS),
        p::DIGEST => wrap(digest(SHA_256, content)),
        p::SIZE => length(content),
    }
}

/// The conditions of P-135.
fn compatible() -> Commands {
    [check(c::VENDOR), check(c::CLASS)].concat()
}

/// A manifest for these components, with sections.
fn manifest<const N: usize>(components: &[&str], shared: Option<Node>, sections: [(i64, Node); N]) -> Node {
    let components: Vec<Node> = components.iter().map(|id| path(id)).collect();
    let mut common = map! { common::COMPONENTS => components };
    if let Some(shared) = shared {
        common.insert(common::SHARED, shared);
    }
    let mut manifest = map! { m::VERSION => 1, m::SEQUENCE_NUMBER => 3, m::COMMON => wrap(common) };
    for (key, section) in sections {
        manifest.insert(key, section);
    }
    manifest
}

/// A component identifier: parts between strokes.
fn path(id: &str) -> Node {
    id.split('/').map(bytes).collect::<Vec<_>>().into()
}

/// One component, and one section: install.
fn install<const N: usize>(parts: [Commands; N]) -> Node {
    manifest(&["main"], None, [(m::INSTALL, seq(parts))])
}

/// Three components, and one section: install.
fn install_abc<const N: usize>(parts: [Commands; N]) -> Node {
    manifest(&["a", "b", "c"], None, [(m::INSTALL, seq(parts))])
}

/// The device that the manifests are for.
fn board(components: &[&str]) -> Device {
    device(components).vendor(VENDOR).class(CLASS).identifier(DEVICE)
}

fn signed(manifest: Node) -> Draft {
    Draft::new(manifest, key("k1"))
}

/// A group of vectors.
struct Group(&'static str);

impl Group {
    /// A manifest, signed, and carried out.
    fn play(
        &self,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        manifest: Node,
        device: Device,
        runs: impl Into<Vec<Run>>,
    ) -> Case {
        self.play_draft(name, rule, comment, signed(manifest), device, runs)
    }

    fn play_draft(
        &self,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        draft: Draft,
        device: Device,
        runs: impl Into<Vec<Run>>,
    ) -> Case {
        Case::accepted(self.0, name, rule, comment, draft, "k1").played(device, runs)
    }
}

/// Every executable vector.
pub(super) fn cases() -> Vec<Case> {
    [
        procedures::cases(),
        templates::cases(),
        conditions::cases(),
        directives::cases(),
        storing::cases(),
        deltas::cases(),
        index::cases(),
        sequences::cases(),
        limits::cases(),
        updates::cases(),
        dependencies::cases(),
    ]
    .concat()
}
