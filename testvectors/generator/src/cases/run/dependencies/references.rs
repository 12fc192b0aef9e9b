//! References, and what becomes of what nobody refers to any more.

use super::super::{act, act_here, board, index, manifest, put, seq, write};
use super::{Dependency, GROUP, dependent, device, library};
use crate::case::Case;
use crate::map;
use crate::node::{Node, bytes, wrap};
use crate::numbers::{command as c, manifest as m, parameter as p};
use crate::run::{trace, uninstall, update};

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
    references()
}
