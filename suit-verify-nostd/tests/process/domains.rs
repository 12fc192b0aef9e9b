//! Trust domains: dependencies of dependencies, limits, storage that fails, what came damaged, rehearsals.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Selection};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::common::Key;
use crate::dependencies::*;
use crate::device::{Device, options};

/// `dep` depends on `dep2`, which writes into `e`.
pub(crate) fn chain() -> (Manifest, Manifest, Manifest) {
    let last = with(manifest(&["e"]), ManifestKey::Install, mark("last"));
    let mut middle =
        shared(manifest(&["d", "dep2"]), vec![index(1), put(vec![digest_of(&last), uri("coap://x/2")])]);
    middle.dependencies.insert(1, None);
    let middle = with(
        middle,
        ManifestKey::DependencyResolution,
        vec![index(1), act(Act::Fetch), integrity(), process()],
    );
    let run = seq([vec![index(1), integrity(), process(), index(0)], mark("middle")]);
    let middle = with(middle, ManifestKey::Install, run);
    let root = root(&middle);
    (root, middle, last)
}

fn serving_chain() -> (Device, Vec<u8>) {
    let (root, middle, last) = chain();
    (serving(&middle).serving("coap://x/2", &seal(&last)), seal(&root))
}

#[test]
fn p_153_dependencies_of_dependencies() {
    let (mut device, envelope) = serving_chain();
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("e"), Some(&b"last"[..]));
    assert_eq!(device.content("d"), Some(&b"middle"[..]));
    assert_eq!(device.worked_on(WRITE), [3, 2]);
    assert_eq!(device.floors.len(), 3);
}

#[test]
fn p_154_verification_by_one_manifest_does_not_count_for_another() {
    // The root knows dep2 too, has verified it, and lets the one in the middle process it.
    let (mut root, mut middle, last) = chain();
    middle = with(middle, ManifestKey::DependencyResolution, vec![index(1), act(Act::Fetch), process()]);
    root.shared = Some(seq([
        vec![index(1), put(vec![digest_of(&middle), uri(URI)])],
        vec![index(2), put(vec![digest_of(&last), uri("coap://x/2")])],
    ]));
    root.components.push(id("dep2"));
    root.dependencies.insert(2, None);
    let both = Command::SetComponentIndex(Selection::Several(vec![2, 1]));
    let root =
        with(root, ManifestKey::DependencyResolution, vec![both, act(Act::Fetch), integrity(), process()]);
    let mut device = serving(&middle).serving("coap://x/2", &seal(&last));
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::DependencyUnverified));
}

/// Both dependents run it; its components can be in one place only.
#[test]
fn p_163_two_dependents_put_the_same_before_a_dependency() {
    let (mut root, middle, last) = chain();
    // The root has fetched it.
    let middle = with(middle, ManifestKey::DependencyResolution, vec![index(1), integrity(), process()]);
    root.shared = Some(seq([
        vec![index(1), put(vec![digest_of(&middle), uri(URI)])],
        vec![index(2), put(vec![digest_of(&last), uri("coap://x/2")])],
    ]));
    root.components.push(id("dep2"));
    let both = Command::SetComponentIndex(Selection::Several(vec![2, 1]));
    let run = vec![both, act(Act::Fetch), integrity(), process()];
    let root = with(root, ManifestKey::DependencyResolution, run);
    let run = vec![index(2), integrity(), process(), index(1), integrity(), process()];
    let mut root = with(root, ManifestKey::Install, run);
    for (prefix, result) in [(None, Ok(())), (Some("wing"), Err(ProcessError::ComponentUnknown))] {
        root.dependencies.insert(2, prefix.map(id));
        let mut device = Device::new(&["a", "d", "e", "wing/e", "dep", "dep2"])
            .with_dependencies()
            .serving(URI, &seal(&middle))
            .serving("coap://x/2", &seal(&last));
        assert_eq!(device.update(&seal(&root)), result, "{prefix:?}");
        assert_eq!(device.content("e").is_some(), prefix.is_none());
    }
}

/// Also where one of them would fetch it.
#[test]
fn p_163_another_prefix_is_no_reason_to_fetch_it_again() {
    let (mut root, middle, last) = chain();
    root.shared = Some(seq([
        vec![index(1), put(vec![digest_of(&middle), uri(URI)])],
        vec![index(2), put(vec![digest_of(&last), uri("coap://x/2")])],
    ]));
    root.components.push(id("dep2"));
    root.dependencies.insert(2, Some(id("wing")));
    let both = Command::SetComponentIndex(Selection::Several(vec![2, 1]));
    let run = vec![both, act(Act::Fetch), integrity(), process()];
    let root = with(root, ManifestKey::DependencyResolution, run);
    let mut device = Device::new(&["a", "d", "e", "wing/e", "dep", "dep2"])
        .with_dependencies()
        .serving(URI, &seal(&middle))
        .serving("coap://x/2", &seal(&last));
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
}

/// P-079 for the opposite condition: what image-match holds to be the same isn't another one.
#[cfg(feature = "update-management")]
#[test]
fn p_191_p_079_image_not_match_of_a_dependency_is_by_its_manifest() {
    let (leaf, other) = (leaf(), with(manifest(&["d"]), ManifestKey::Install, mark("another")));
    for (digest, holds) in [(digest_of(&leaf), false), (digest_of(&other), true)] {
        let ask = vec![put(vec![digest]), check(Condition::ImageNotMatch)];
        let again = vec![put(vec![digest_of(&leaf)]), integrity(), process()];
        let commands = seq([vec![index(1), act(Act::Fetch)], ask, again]);
        let root = with(root(&leaf), ManifestKey::DependencyResolution, commands);
        let failed = Err(ProcessError::ConditionFailed(Condition::ImageNotMatch));
        assert_eq!(serving(&leaf).update(&seal(&root)), if holds { Ok(()) } else { failed });
    }
}

#[test]
fn p_154_two_manifests_may_verify_a_dependency_before_either_processes_it() {
    let (mut root, middle, last) = chain();
    let middle = with(middle, ManifestKey::DependencyResolution, vec![index(1), integrity(), process()]);
    root.shared = Some(seq([
        vec![index(1), put(vec![digest_of(&middle), uri(URI)])],
        vec![index(2), put(vec![digest_of(&last), uri("coap://x/2")])],
    ]));
    root.components.push(id("dep2"));
    root.dependencies.insert(2, None);
    let both = Command::SetComponentIndex(Selection::Several(vec![1, 2]));
    let run = vec![both.clone(), act(Act::Fetch), integrity(), process()];
    let root = with(root, ManifestKey::DependencyResolution, run);
    let root = with(root, ManifestKey::Install, vec![both, integrity(), process()]);
    let mut device = serving(&middle).serving("coap://x/2", &seal(&last));
    assert_eq!(device.update(&seal(&root)), Ok(()));
}

/// A name in both envelopes means what came with the manifest that says it.
#[test]
fn p_139_a_15_a_name_is_looked_for_where_it_stands() {
    let both = |bytes: &[u8]| vec![uri("#image"), sha256(bytes)];
    let fetch = vec![Command::SetParameters(both(b"leaf's")), act(Act::Fetch), check(Condition::ImageMatch)];
    let leaf = with(manifest(&["d"]), ManifestKey::Install, fetch);
    let root = root(&leaf);
    let mut overriding = root.clone();
    overriding.components.push(id("d"));
    let set = vec![index(2), put(both(b"root's")), index(1), integrity(), process()];
    let overriding = with(overriding, ManifestKey::Install, set);
    for (root, expected) in [(root, "leaf's"), (overriding, "root's")] {
        let mut device = device().serving(URI, &seal_with(&leaf, &[("#image", b"leaf's")]));
        assert_eq!(device.update(&seal_with(&root, &[("#image", b"root's")])), Ok(()));
        assert_eq!(device.content("d"), Some(expected.as_bytes()));
    }
}

#[test]
fn a_failure_names_the_manifest_it_stands_in() {
    let leaf = with(manifest(&["d"]), ManifestKey::Install, seq([mark("x"), vec![check(Condition::Abort)]]));
    let mut device = serving(&leaf);
    let place = device.run(&seal(&root(&leaf)), Procedure::Update).unwrap_err().place.unwrap();
    assert_eq!((place.manifest, place.section, place.component.0), (1, ManifestKey::Install, 2));
    let dependency = seal(&leaf);
    assert_eq!(dependency[place.offset as usize..][..2], [14, 15]);
}

#[test]
fn a_dependency_that_depends_on_itself_comes_to_an_end() {
    // Its own digest it can't know, so it is run unasked.
    let mut own = manifest(&["d", "dep"]);
    own.dependencies.insert(1, None);
    let own = with(own, ManifestKey::DependencyResolution, vec![index(1), process()]);
    let root =
        with(dependent(&own), ManifestKey::DependencyResolution, vec![index(1), act(Act::Fetch), process()]);
    let mut device = serving(&own);
    device.setup = |mut setup| {
        setup.options = options(|options| options.integrity_unasked = true);
        setup
    };
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::TooDeep));
}

/// Bytes that were read stay what they are while commands and parameters stand in them.
#[test]
fn p_047_a_dependency_that_is_replaced_while_it_runs_runs_on() {
    // The dependency writes another envelope over itself and looks at that.
    let next = with(manifest(&["d"]), ManifestKey::Install, mark("next"));
    let mut own = shared(manifest(&["d", "dep"]), vec![index(0), put(vec![content(b"own")])]);
    own.dependencies.insert(1, None);
    let over = seq([
        vec![index(1), put(vec![content(&seal(&next)), digest_of(&next)]), act(Act::Write)],
        vec![check(Condition::ImageMatch), index(0), act(Act::Write)],
    ]);
    let own = with(own, ManifestKey::DependencyResolution, over);
    let root = with(
        dependent(&own),
        ManifestKey::DependencyResolution,
        vec![index(1), act(Act::Fetch), integrity(), process()],
    );
    let mut device = serving(&own);
    lenient(&mut device);
    // In an update the root refers to it first; without that the write is refused, so nobody counts here.
    device.counts_references = false;
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("dep"), Some(&seal(&next)[..]));
    assert_eq!(device.content("d"), Some(&b"own"[..]), "its own parameter, by its own command");
}

// --- limits ---

#[test]
fn the_places_and_bytes_that_are_needed_and_one_less() {
    let (device, envelope) = serving_chain();
    let room: usize = device.payloads.values().map(Vec::len).sum();
    let run = |places, bytes| {
        let mut device = device.clone();
        device.dependencies = [places, bytes];
        device.update(&envelope)
    };
    assert_eq!(run(2, room), Ok(()));
    assert_eq!(run(1, room), Err(ProcessError::TooManyDependencies));
    assert_eq!(run(2, room - 1), Err(ProcessError::TooManyDependencies));
    assert_eq!(run(1, 0), Err(ProcessError::TooManyDependencies));
}

#[test]
fn the_frames_and_targets_that_are_needed_and_one_less() {
    let (device, envelope) = serving_chain();
    let run = |targets, frames| {
        let mut device = device.clone();
        device.memory = [targets, 64, frames, 64];
        device.update(&envelope)
    };
    // a, dep, d, dep2 and e; a section in a section in a section.
    assert_eq!(run(5, 3), Ok(()));
    assert_eq!(run(4, 3), Err(ProcessError::TooManyComponents));
    assert_eq!(run(5, 2), Err(ProcessError::TooDeep));
}

#[test]
fn signatures_of_all_dependencies_are_drawn_from_one_budget() {
    // Nine dependencies, each with one signature, where eight may be tried.
    let names: Vec<String> = (0..9).map(|number| format!("dep{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let leaves: Vec<Manifest> = (0..9_u64)
        .map(|number| {
            let mut leaf = leaf();
            leaf.sequence_number = number;
            leaf
        })
        .collect();
    let run = |count: usize| {
        let mut root = manifest(&names[..count]);
        let mut known = Vec::new();
        let mut device = Device::new(&[&names[..], &["d"]].concat()).with_dependencies();
        device.dependencies = [9, 4_096];
        for (at, leaf) in leaves[..count].iter().enumerate() {
            root.dependencies.insert(at as u64, None);
            known.extend([index(at as u64), put(vec![digest_of(leaf)])]);
            device = device.holding(names[at], &seal(leaf));
        }
        let all = Command::SetComponentIndex(Selection::All);
        let root = with(shared(root, known), ManifestKey::Install, vec![all, integrity(), process()]);
        device.update(&seal(&root))
    };
    assert_eq!(run(8), Ok(()));
    assert_eq!(run(9), Err(ProcessError::TooManySignatures));
}

// --- power, rehearsal ---

#[test]
fn p_077_storage_that_fails_at_any_operation_is_mended_by_another_run() {
    let (device, envelope) = serving_chain();
    let mut whole = device.clone();
    assert_eq!(whole.update(&envelope), Ok(()));
    let state = |device: &Device| {
        let state =
            |component: &crate::device::Component| (component.content.clone(), component.referrers.clone());
        device.components.iter().map(state).collect::<Vec<_>>()
    };
    for fail_in in 0.. {
        let mut device = device.clone();
        device.fail_in = Some(fail_in);
        let result = device.update(&envelope);
        if result.is_ok() {
            assert!(fail_in > 50, "{fail_in} operations");
            break;
        }
        assert!(matches!(result, Err(ProcessError::Platform(_))), "{fail_in}: {result:?}");
        assert_eq!(device.floors.get(&None), None, "{fail_in}: the root's is raised last");
        device.fail_in = None;
        assert_eq!(device.update(&envelope), Ok(()), "{fail_in}");
        assert_eq!(state(&device), state(&whole), "{fail_in}");
    }
}

/// What someone on the path has damaged isn't kept for good: the next run fetches it again, though the manifest in it, which
/// the digest covers, is the right one.
#[test]
fn p_077_p_089_a_dependency_that_came_damaged_is_fetched_again() {
    let leaf = leaf();
    let mut severed = leaf.clone();
    let severed_envelope = |manifest: &mut Manifest, carry: fn(Vec<u8>) -> Option<Vec<u8>>| {
        seal_severed(manifest, &[ManifestKey::Install], |_, content| carry(content))
    };
    let lacking = severed_envelope(&mut severed.clone(), |_| None);
    let wrong = severed_envelope(&mut severed.clone(), |_| Some(vec![0x82, 0x0e, 0x0f]));
    let sound = severed_envelope(&mut severed, Some);
    // The manifest in the envelope of another signer.
    let foreign = seal_by(&Key::k2(), &leaf.encode(), &[]);
    let cases = [
        ("signature", &leaf, foreign, seal(&leaf), ProcessError::DependencyUntrusted),
        (
            "section missing",
            &severed,
            lacking,
            sound.clone(),
            ProcessError::SectionMissing(ManifestKey::Install),
        ),
        (
            "section changed",
            &severed,
            wrong,
            sound,
            ProcessError::SeveredMismatch(suit_core::labels::EnvelopeKey::Install),
        ),
    ];
    for (name, manifest, damaged, sound, error) in cases {
        let envelope = seal(&root(manifest));
        let mut device = device().serving(URI, &damaged);
        assert_eq!(device.update(&envelope), Err(error), "{name}");
        assert!(device.component("dep").referrers.is_empty(), "{name}: found out before it is used");
        device = device.serving(URI, &sound);
        assert_eq!(device.update(&envelope), Ok(()), "{name}");
        assert_eq!(device.content("d"), Some(&b"leaf"[..]), "{name}");
    }
}

/// Where the author gives no size, anybody on the path may have filled the component.
#[test]
fn p_077_a_dependency_too_large_for_memory_is_fetched_again() {
    let leaf = leaf();
    let mut device = device().serving(URI, &[0; 900]);
    device.dependencies = [1, seal(&leaf).len()];
    let envelope = seal(&root(&leaf));
    assert_eq!(device.update(&envelope), Err(ProcessError::TooManyDependencies));
    device = device.serving(URI, &seal(&leaf));
    assert_eq!(device.update(&envelope), Ok(()));
    // To image-match it is what it isn't: the right one.
    let ask = vec![index(1), check(Condition::ImageMatch)];
    let asking = with(root(&leaf), ManifestKey::DependencyResolution, ask);
    device.component("dep").content = Some(vec![0; 900]);
    assert_eq!(device.update(&seal(&asking)), Err(ProcessError::ConditionFailed(Condition::ImageMatch)));
}

#[test]
fn p_060_p_172_a_section_that_the_dependency_lacks_is_noticed_before_anything_of_it_runs() {
    let mut leaf = with(leaf(), ManifestKey::DependencyResolution, mark("too early"));
    let lacking = seal_severed(&mut leaf, &[ManifestKey::Install], |_, _| None);
    let mut device = device().serving(URI, &lacking);
    let missing = Err(ProcessError::SectionMissing(ManifestKey::Install));
    assert_eq!(device.update(&seal(&root(&leaf))), missing);
    assert_eq!(device.content("d"), None);
}

#[test]
fn p_169_a_rehearsal_takes_an_unlink_for_done() {
    let (old, new) = (leaf(), with(manifest(&["d"]), ManifestKey::Install, mark("newer")));
    let mut device = serving(&old);
    assert_eq!(device.update(&seal(&root(&old))), Ok(()));
    device = device.serving(URI, &seal(&new));
    let failure = device.rehearse(&seal(&root(&new)), Procedure::Update).unwrap_err();
    assert_eq!(failure.error, ProcessError::Referenced);
    let fetch = vec![index(1), act(Act::Unlink), act(Act::Fetch), integrity(), process()];
    let root = with(root(&new), ManifestKey::DependencyResolution, fetch);
    assert_eq!(device.rehearse(&seal(&root), Procedure::Update), Ok(vec![URI.to_owned()]));
    assert_eq!(device.component("dep").referrers.len(), 1);
}

#[test]
fn p_172_a_rehearsal_goes_as_far_as_dependencies_are_there() {
    let (mut device, envelope) = serving_chain();
    assert_eq!(device.rehearse(&envelope, Procedure::Update), Ok(vec![URI.to_owned()]));
    assert!(device.log.is_empty());
    // With the first one there, what that one fetches is told as well.
    let (_, middle, _) = chain();
    device = device.holding("dep", &seal(&middle));
    assert_eq!(device.rehearse(&envelope, Procedure::Update), Ok(vec!["coap://x/2".to_owned()]));
    assert!(device.log.is_empty());
    assert_eq!(device.content("e"), None);
    // One that isn't authentic would be fetched again.
    device = device.holding("dep", &seal_by(&Key::k2(), &middle.encode(), &[]));
    assert_eq!(device.rehearse(&envelope, Procedure::Update), Ok(vec![URI.to_owned()]));
}

#[test]
fn a_36_untagged_dependencies_only_by_option() {
    let leaf = leaf();
    let untagged = seal(&leaf)[2..].to_vec();
    let mut device = device().serving(URI, &untagged);
    assert_eq!(device.update(&seal(&root(&leaf))), Err(ProcessError::Malformed(ErrorKind::Untagged)));
    device.setup = |mut setup| {
        setup.options = options(|options| options.untagged_dependencies = true);
        setup
    };
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
}
