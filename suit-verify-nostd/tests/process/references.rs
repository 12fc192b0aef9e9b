//! Trust domains: floors of dependencies, references to them, unlink and uninstall.

use suit_core::command::Act;
use suit_core::labels::ManifestKey;
use suit_core::owned::{Manifest, Parameter};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::common::Key;
use crate::dependencies::*;
use crate::device::Device;
use crate::domains::chain;

#[test]
fn p_038_p_167_a_dependency_has_a_floor_by_where_it_is_stored() {
    let mut leaf = leaf();
    // For dependencies the identifier in the manifest is ignored.
    leaf.component_id = Some(id("somewhere/else"));
    leaf.sequence_number = 5;
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
    let stored = vec![b"dep".to_vec()];
    assert_eq!(device.floors.get(&Some(stored.clone())), Some(&5), "['dep']");
    assert_eq!(device.floors.get(&None), Some(&7));
    assert_eq!(device.floors.len(), 2);
    for (sequence, result) in [(4, Err(ProcessError::Rollback)), (5, Ok(())), (6, Ok(()))] {
        leaf.sequence_number = sequence;
        let mut device = serving(&leaf);
        device.floors.insert(Some(stored.clone()), 5);
        assert_eq!(device.update(&seal(&root(&leaf))), result, "{sequence}");
        assert_eq!(device.floors[&Some(stored.clone())], sequence.max(5));
    }
}

/// A dependency that was given one wing of a house doesn't hold back what is stored elsewhere under the same name.
#[test]
fn p_038_p_163_a_prefix_belongs_to_the_place_that_has_the_floor() {
    let (mut root, middle, last) = chain();
    root.dependencies.insert(1, Some(id("wing")));
    let device = || {
        Device::new(&["a", "dep", "dep2", "wing/d", "wing/dep2", "wing/e"])
            .with_dependencies()
            .serving(URI, &seal(&middle))
            .serving("coap://x/2", &seal(&last))
    };
    let place = |parts: &[&str]| Some(parts.iter().map(|part| part.as_bytes().to_vec()).collect::<Vec<_>>());
    let mut elsewhere = device();
    elsewhere.floors.insert(place(&["dep2"]), 8);
    assert_eq!(elsewhere.update(&seal(&root)), Ok(()));
    assert_eq!(elsewhere.content("wing/e"), Some(&b"last"[..]));
    assert_eq!(elsewhere.floors[&place(&["dep2"])], 8);
    assert_eq!(elsewhere.floors[&place(&["wing", "dep2"])], 7);
    // And there it holds.
    let mut there = device();
    there.floors.insert(place(&["wing", "dep2"]), 8);
    assert_eq!(there.update(&seal(&root)), Err(ProcessError::Rollback));
}

fn removing(dependency: &Manifest) -> Manifest {
    with(root(dependency), ManifestKey::Uninstall, vec![index(1), act(Act::Unlink)])
}

/// Another root manifest, stored elsewhere, with the same dependency.
fn other(dependency: &Manifest) -> Manifest {
    let mut other = removing(dependency);
    other.component_id = Some(id("other/root"));
    other
}

#[test]
fn p_168_a_dependency_is_referred_to_once_by_each_root() {
    let leaf = leaf();
    let mut device = serving(&leaf);
    for _ in 0..2 {
        assert_eq!(device.update(&seal(&removing(&leaf))), Ok(()));
        assert_eq!(device.component("dep").referrers.len(), 1);
    }
    assert_eq!(device.update(&seal(&other(&leaf))), Ok(()));
    assert_eq!(device.component("dep").referrers.len(), 2);
    // An invocation adds none, nor does a rehearsal.
    let mut device = serving(&leaf);
    device.rehearse(&seal(&removing(&leaf)), Procedure::Update).unwrap();
    assert!(device.component("dep").referrers.is_empty());
}

#[test]
fn p_169_what_is_referred_to_is_not_written() {
    for commands in [
        vec![put(vec![content(b"x")]), act(Act::Write)],
        vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)],
        vec![put(vec![uri("#i")]), act(Act::Fetch)],
        vec![put(vec![Parameter::SourceComponent(1)]), act(Act::Copy)],
        vec![put(vec![Parameter::SourceComponent(1)]), act(Act::Swap)],
    ] {
        let manifest = with(manifest(&["a", "b"]), ManifestKey::Install, seq([vec![index(0)], commands]));
        let envelope = seal_with(&manifest, &[("#i", b"image")]);
        let mut device = device().holding("a", b"old").holding("b", b"other").serving("coap://x/i", b"image");
        device.component("a").referrers.push("somebody".to_owned());
        assert_eq!(device.update(&envelope), Err(ProcessError::Referenced));
        assert_eq!(device.content("a"), Some(&b"old"[..]));
        assert!(device.log.is_empty());
        let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
        assert_eq!(failure.error, ProcessError::Referenced);
        device.component("a").referrers.clear();
        assert_eq!(device.update(&envelope), Ok(()));
    }
    // Nor may a swap take it away from where it is.
    let commands = vec![index(0), put(vec![Parameter::SourceComponent(1)]), act(Act::Swap)];
    let envelope = seal(&with(manifest(&["a", "b"]), ManifestKey::Install, commands));
    let mut device = device().holding("b", b"other");
    device.component("b").referrers.push("somebody".to_owned());
    assert_eq!(device.update(&envelope), Err(ProcessError::Referenced));
}

#[test]
fn p_169_unlink_comes_first() {
    let (old, new) = (leaf(), with(manifest(&["d"]), ManifestKey::Install, mark("newer")));
    let mut device = serving(&old);
    assert_eq!(device.update(&seal(&root(&old))), Ok(()));
    device = device.serving(URI, &seal(&new));
    assert_eq!(device.update(&seal(&root(&new))), Err(ProcessError::Referenced));
    let fetch = vec![index(1), act(Act::Unlink), act(Act::Fetch), integrity(), process()];
    let root = with(root(&new), ManifestKey::DependencyResolution, fetch);
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("d"), Some(&b"newer"[..]));
    assert_eq!(device.component("dep").referrers.len(), 1);
}

#[test]
fn p_170_a_19_the_last_unlink_runs_uninstall() {
    let leaf = with(leaf(), ManifestKey::Uninstall, mark("gone"));
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&removing(&leaf))), Ok(()));
    assert_eq!(device.update(&seal(&other(&leaf))), Ok(()));
    assert_eq!(device.run(&seal(&other(&leaf)), Procedure::Uninstall), Ok(()));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]), "somebody still uses it");
    assert_eq!(device.component("dep").referrers.len(), 1);
    // Again, it isn't counted a second time.
    assert_eq!(device.run(&seal(&other(&leaf)), Procedure::Uninstall), Ok(()));
    assert_eq!(device.component("dep").referrers.len(), 1);
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
    assert_eq!(device.run(&seal(&removing(&leaf)), Procedure::Uninstall), Ok(()));
    assert_eq!(device.content("d"), Some(&b"gone"[..]));
    assert!(device.component("dep").referrers.is_empty());
}

/// The old one may have other sections than the new one and its dependent.
#[test]
fn p_152_p_170_what_is_unlinked_needs_not_fit() {
    let old = with(
        with(leaf(), ManifestKey::Validate, vec![put(vec![vendor(VENDOR)])]),
        ManifestKey::Uninstall,
        mark("gone"),
    );
    let mut device = serving(&old);
    assert_eq!(device.update(&seal(&root(&old))), Ok(()));
    let new = with(manifest(&["e"]), ManifestKey::Install, mark("newer"));
    let fetch = vec![index(1), act(Act::Unlink), act(Act::Fetch), integrity(), process()];
    let root = with(root(&new), ManifestKey::DependencyResolution, fetch);
    device = device.serving(URI, &seal(&new));
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("d"), Some(&b"gone"[..]), "uninstalled");
    assert_eq!(device.content("e"), Some(&b"newer"[..]));
    // Of what came damaged nothing is run, and it is replaced.
    for damaged in [seal_by(&Key::k2(), &old.encode(), &[]), b"no envelope".to_vec()] {
        let mut device = self::device().holding("dep", &damaged).serving(URI, &seal(&new));
        assert_eq!(device.update(&seal(&root)), Ok(()));
        assert_eq!(device.content("d"), None);
        assert_eq!(device.content("e"), Some(&b"newer"[..]));
    }
}

#[test]
fn p_170_p_151_uninstall_is_run_only_if_it_is_authentic() {
    let leaf = with(leaf(), ManifestKey::Uninstall, mark("gone"));
    let mut device = device().holding("dep", &seal_by(&Key::k2(), &leaf.encode(), &[])).holding("d", b"leaf");
    let result = device.run(&seal(&removing(&leaf)), Procedure::Uninstall);
    assert_eq!(result.map_err(|failure| failure.error), Err(ProcessError::DependencyUntrusted));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
}

#[test]
fn p_170_unlink_without_uninstall_is_success() {
    let leaf = leaf();
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&removing(&leaf))), Ok(()));
    assert_eq!(device.run(&seal(&removing(&leaf)), Procedure::Uninstall), Ok(()));
    assert!(device.component("dep").referrers.is_empty());
    // A component that is no dependency is only given up.
    let plain = with(manifest(&["a"]), ManifestKey::Uninstall, vec![act(Act::Unlink)]);
    let mut device = self::device().holding("a", b"x");
    device.component("a").referrers.push("None".to_owned());
    assert_eq!(device.run(&seal(&plain), Procedure::Uninstall), Ok(()));
    assert!(device.component("a").referrers.is_empty());
    assert_eq!(device.content("a"), Some(&b"x"[..]));
}

/// What was there before, and what takes its place: with the commands that do that.
fn replacing(new: &Manifest) -> Manifest {
    let fetch = vec![index(1), act(Act::Unlink), act(Act::Fetch), integrity(), process()];
    with(root(new), ManifestKey::DependencyResolution, fetch)
}

/// A processor that starts again may have a free place before one that isn't.
#[test]
fn p_038_the_floor_of_a_dependency_rises_whichever_place_it_has() {
    let (old, new) = (leaf(), with(manifest(&["d"]), ManifestKey::Install, mark("newer")));
    let image = seq([vec![index(0), put(vec![uri("coap://x/a")]), act(Act::Fetch)]]);
    let root = with(replacing(&new), ManifestKey::Validate, image);
    let mut device = device().holding("dep", &seal(&old)).serving(URI, &seal(&new));
    let first = device.payloads.clone();
    let mut second = first.clone();
    second.insert("coap://x/a".to_owned(), b"image".to_vec());
    let mut memory = suit_verify_nostd::Memory::<16, 64, 24, 64>::new();
    device
        .process(&seal(&root), memory.lend(), |mut processor| {
            processor.start(Procedure::Update).unwrap();
            let failure = crate::device::finish(&mut processor, &first, 16).unwrap_err();
            assert_eq!(failure.error, ProcessError::Unavailable);
            processor.start(Procedure::Update).unwrap();
            assert_eq!(crate::device::finish(&mut processor, &second, 16), Ok(vec![]));
        })
        .unwrap();
    assert_eq!(device.floors.get(&Some(vec![b"dep".to_vec()])), Some(&7));
}

/// Where an authentic dependency was put that the device can't use, its components are not those of the right one.
#[test]
fn p_163_components_of_a_dependency_that_was_refused_are_forgotten() {
    let foreign = with(manifest(&["d", "nowhere"]), ManifestKey::Install, vec![index(0), act(Act::Write)]);
    let new = with(manifest(&["e"]), ManifestKey::Install, mark("newer"));
    let mut device =
        device().holding("dep", &seal(&foreign)).holding("d", b"another's").serving(URI, &seal(&new));
    assert_eq!(device.update(&seal(&replacing(&new))), Ok(()));
    assert_eq!(device.content("d"), Some(&b"another's"[..]));
    assert_eq!(device.content("e"), Some(&b"newer"[..]));
}

#[test]
fn p_155_p_170_what_is_uninstalled_uninstalls_its_dependencies() {
    let (_, middle, last) = chain();
    let last = with(last, ManifestKey::Uninstall, mark("gone"));
    let set = vec![index(1), put(vec![digest_of(&last), uri("coap://x/2")])];
    let give_up = vec![index(1), integrity(), process()];
    let middle = with(shared(middle, set), ManifestKey::Uninstall, give_up);
    let mut device = serving(&middle).serving("coap://x/2", &seal(&last));
    assert_eq!(device.update(&seal(&root(&middle))), Ok(()));
    assert_eq!(device.content("e"), Some(&b"last"[..]));
    // Another one takes the place of the one in the middle.
    let new = with(manifest(&["d"]), ManifestKey::Install, mark("newer"));
    device = device.serving(URI, &seal(&new));
    assert_eq!(device.update(&seal(&replacing(&new))), Ok(()));
    assert_eq!(device.content("d"), Some(&b"newer"[..]));
    assert_eq!(device.content("e"), Some(&b"gone"[..]));
}
