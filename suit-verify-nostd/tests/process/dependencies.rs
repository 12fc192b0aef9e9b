//! Trust domains: manifests that another manifest leads to.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter, Selection};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::common::Key;
use crate::device::{Device, options};

pub(crate) const WRITE: i64 = 18;
pub(crate) const URI: &str = "coap://x/dep";

/// Sections of the update, in their order.
const UPDATE: [ManifestKey; 5] = [
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
    ManifestKey::Validate,
];

pub(crate) fn process() -> Command {
    act(Act::ProcessDependency)
}

pub(crate) fn integrity() -> Command {
    check(Condition::DependencyIntegrity)
}

/// A dependency that has a section `install`, in which it writes its mark into `d`.
pub(crate) fn leaf() -> Manifest {
    with(manifest(&["d"]), ManifestKey::Install, mark("leaf"))
}

/// A manifest for `a` and `dep`, of which `dep`, index 1, is a dependency with this manifest. Its shared sequence says
/// which one and from where.
pub(crate) fn dependent(dependency: &Manifest) -> Manifest {
    let mut root =
        shared(manifest(&["a", "dep"]), vec![index(1), put(vec![digest_of(dependency), uri(URI)])]);
    root.dependencies.insert(1, None);
    root
}

/// One that fetches it, and runs each section that it has.
pub(crate) fn root(dependency: &Manifest) -> Manifest {
    let mut root = dependent(dependency);
    for key in dependency.sections.keys() {
        root = with(root, *key, vec![index(1), integrity(), process()]);
    }
    with(root, ManifestKey::DependencyResolution, vec![index(1), act(Act::Fetch), integrity(), process()])
}

pub(crate) fn device() -> Device {
    Device::new(&["a", "b", "d", "e", "dep", "dep2"]).with_dependencies()
}

/// A device that can fetch this dependency.
pub(crate) fn serving(dependency: &Manifest) -> Device {
    device().serving(URI, &seal(dependency))
}

pub(crate) fn lenient(device: &mut Device) {
    device.setup = |mut setup| {
        setup.options = options(|options| options.sections_unmatched = true);
        setup
    };
}

#[test]
fn p_142_p_155_a_dependency_is_fetched_verified_and_run() {
    let leaf = leaf();
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
    assert_eq!(device.content("dep"), Some(&seal(&leaf)[..]));
    let length = seal(&leaf).len();
    let log = [
        "begin dep ?".to_owned(),
        format!("get {URI} from 0"),
        format!("commit dep {length}"),
        "begin d 4".to_owned(),
        "commit d 4".to_owned(),
        // The dependency's, by where it is stored, and then the root's.
        "floor 7".to_owned(),
        "floor 7".to_owned(),
    ];
    assert_eq!(device.log, log);
}

#[test]
fn p_142_it_is_validated_and_started_by_later_procedures() {
    let image = vec![put(vec![sha256(b"leaf")]), check(Condition::ImageMatch)];
    let leaf = with(leaf(), ManifestKey::Validate, image);
    let leaf = with(leaf, ManifestKey::Invoke, vec![act(Act::Invoke)]);
    let mut device = serving(&leaf);
    let envelope = seal(&root(&leaf));
    assert_eq!(device.update(&envelope), Ok(()));
    device.log.clear();
    assert_eq!(device.invocation(&envelope), Ok(()));
    assert_eq!(device.log, ["invoke d"]);
    device.component("d").content = Some(b"leak".to_vec());
    assert_eq!(device.invocation(&envelope), Err(ProcessError::ConditionFailed(Condition::ImageMatch)));
}

#[test]
fn p_165_an_integrated_dependency_needs_no_fetch() {
    let leaf = leaf();
    let mut root = root(&leaf);
    root.shared = Some(vec![index(1), put(vec![digest_of(&leaf), uri("#dep")])]);
    let mut device = device();
    assert_eq!(device.update(&seal_with(&root, &[("#dep", &seal(&leaf))])), Ok(()));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
    // The name is the whole URI.
    let mut device = self::device();
    assert_eq!(device.update(&seal_with(&root, &[("#de", &seal(&leaf))])), Err(ProcessError::Unavailable));
}

#[test]
fn p_139_a_dependency_finds_payloads_in_its_own_envelope_and_in_that_around_it() {
    let fetching =
        vec![put(vec![uri("#image"), sha256(b"image")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let leaf = with(manifest(&["d"]), ManifestKey::Install, fetching);
    let root = root(&leaf);
    let mut device = device().serving(URI, &seal_with(&leaf, &[("#image", b"image")]));
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("d"), Some(&b"image"[..]));
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal_with(&root, &[("#image", b"image")])), Ok(()));
    assert_eq!(device.content("d"), Some(&b"image"[..]));
}

#[test]
fn p_150_without_memory_for_dependencies_the_manifest_is_refused() {
    let leaf = leaf();
    let envelope = seal_with(&root(&leaf), &[]);
    let mut device = serving(&leaf);
    device.dependencies = [0, 0];
    assert_eq!(device.update(&envelope), Err(ProcessError::DependenciesUnsupported));
    assert!(device.log.is_empty() && device.watched.is_empty());
}

#[test]
fn p_151_a_dependency_that_nobody_trusted_has_signed_is_refused() {
    let leaf = leaf();
    let mut device = device().serving(URI, &seal_by(&Key::k2(), &leaf.encode(), &[]));
    // Although the digest that the root gives is its.
    assert_eq!(device.update(&seal(&root(&leaf))), Err(ProcessError::DependencyUntrusted));
    assert_eq!(device.content("d"), None);
    assert!(!device.log.contains(&"floor 7".to_owned()));
}

#[test]
fn p_151_p_159_no_byte_of_a_dependency_can_be_changed() {
    let leaf = leaf();
    let sound = seal(&leaf);
    let envelope = seal(&root(&leaf));
    for position in 0..sound.len() {
        let mut changed = sound.clone();
        changed[position] ^= 1;
        let mut device = device().serving(URI, &changed);
        let result = device.update(&envelope);
        assert!(
            matches!(
                result,
                Err(ProcessError::Malformed(_)
                    | ProcessError::DependencyUntrusted
                    | ProcessError::UnsupportedDigest
                    | ProcessError::DependencyMismatch)
            ),
            "{position}: {result:?}"
        );
        assert_eq!(device.content("d"), None, "{position}");
    }
}

// --- which sections (P-152, P-153) ---

#[test]
fn p_152_a_dependent_has_every_section_that_its_dependency_has() {
    for key in [ManifestKey::PayloadFetch, ManifestKey::CandidateVerification, ManifestKey::Validate] {
        let leaf = with(leaf(), key, mark("not"));
        let mut lacking = root(&leaf);
        lacking.sections.remove(&key);
        let mut device = serving(&leaf);
        assert_eq!(device.update(&seal(&lacking)), Err(ProcessError::DependentLacksSection(key)));
        assert_eq!(device.content("d"), None, "nothing of it ran");
        let mut device = serving(&leaf);
        lenient(&mut device);
        assert_eq!(device.update(&seal(&lacking)), Ok(()));
    }
    // A section of another procedure doesn't matter.
    let leaf = with(leaf(), ManifestKey::Load, mark("load"));
    let mut without = root(&leaf);
    without.sections.remove(&ManifestKey::Load);
    assert_eq!(serving(&leaf).update(&seal(&without)), Ok(()));
}

#[test]
fn p_152_each_section_of_a_dependency_has_run_when_that_of_its_dependent_ends() {
    let leaf = leaf();
    let forgetful = with(root(&leaf), ManifestKey::Install, vec![index(1), integrity()]);
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&forgetful)), Err(ProcessError::DependencyUnprocessed));
    assert!(!device.log.contains(&"floor 7".to_owned()));
    let mut device = serving(&leaf);
    lenient(&mut device);
    assert_eq!(device.update(&seal(&forgetful)), Ok(()));
    // A section that the dependency doesn't have needs not be run.
    let leaf = with(manifest(&["d"]), ManifestKey::Validate, vec![put(vec![vendor(VENDOR)])]);
    let root = with(root(&leaf), ManifestKey::Install, vec![index(0), put(vec![vendor(VENDOR)])]);
    assert_eq!(serving(&leaf).update(&seal(&root)), Ok(()));
}

/// A try-each that goes on with something else.
#[test]
fn p_152_a_section_that_failed_has_not_run() {
    let leaf = with(manifest(&["d"]), ManifestKey::Install, vec![check(Condition::Abort)]);
    let choice = Command::TryEach(vec![vec![integrity(), process()], vec![put(vec![vendor(VENDOR)])]], false);
    let root = with(root(&leaf), ManifestKey::Install, vec![index(1), choice]);
    assert_eq!(serving(&leaf).update(&seal(&root)), Err(ProcessError::DependencyUnprocessed));
}

#[test]
fn p_041_p_152_a_dependency_that_is_not_there_at_all_is_a_failure() {
    let leaf = leaf();
    for key in [ManifestKey::Install, ManifestKey::Validate] {
        // Nobody fetches it.
        let root = with(dependent(&leaf), key, vec![index(0), put(vec![vendor(VENDOR)])]);
        assert_eq!(device().update(&seal(&root)), Err(ProcessError::DependencyUnprocessed), "{key:?}");
    }
    let starting = seq([vec![index(0)], mark("x"), vec![act(Act::Invoke)]]);
    let root = with(dependent(&leaf), ManifestKey::Invoke, starting);
    assert_eq!(device().invocation(&seal(&root)), Err(ProcessError::DependencyUnprocessed));
}

#[test]
fn p_153_dependencies_run_in_lockstep() {
    let stages = |component: &str| {
        UPDATE.into_iter().fold(manifest(&[component]), |manifest, key| with(manifest, key, mark(key.name())))
    };
    let (first, second) = (stages("d"), stages("e"));
    let mut root = manifest(&["a", "dep", "dep2"]);
    root.dependencies.extend([(1, None), (2, None)]);
    let known = seq([
        vec![index(1), put(vec![digest_of(&first), uri("coap://x/1")])],
        vec![index(2), put(vec![digest_of(&second), uri("coap://x/2")])],
    ]);
    root = shared(root, known);
    for key in UPDATE {
        let fetch = if key == ManifestKey::DependencyResolution { vec![act(Act::Fetch)] } else { vec![] };
        let each = Command::SetComponentIndex(Selection::Several(vec![1, 2]));
        let own = seq([vec![index(0)], mark("own")]);
        root = with(root, key, seq([vec![each], fetch, vec![integrity(), process()], own]));
    }
    let mut device = device().serving("coap://x/1", &seal(&first)).serving("coap://x/2", &seal(&second));
    assert_eq!(device.update(&seal(&root)), Ok(()));
    // a is 0, d is 2, e is 3: in each section first the dependencies, then the rest of the root's.
    assert_eq!(device.worked_on(WRITE), [2, 3, 0].repeat(5));
}

#[test]
fn p_173_candidate_verification_comes_before_install() {
    let bad = with(leaf(), ManifestKey::CandidateVerification, vec![check(Condition::Abort)]);
    let mut device = serving(&bad);
    assert_eq!(device.update(&seal(&root(&bad))), Err(ProcessError::ConditionFailed(Condition::Abort)));
    assert_eq!(device.content("d"), None);
}

// --- process-dependency and dependency-integrity ---

#[test]
fn p_154_process_dependency_needs_a_dependency_that_was_verified() {
    let leaf = leaf();
    let cases = [
        (vec![index(0), process()], ProcessError::NotADependency),
        (vec![index(1), act(Act::Fetch), process()], ProcessError::DependencyUnverified),
        // image-match is another thing.
        (
            vec![index(1), act(Act::Fetch), check(Condition::ImageMatch), process()],
            ProcessError::DependencyUnverified,
        ),
        (vec![index(1), process()], ProcessError::DependencyUnverified),
        (vec![index(0), integrity()], ProcessError::NotADependency),
    ];
    for (commands, error) in cases {
        let root = with(root(&leaf), ManifestKey::DependencyResolution, commands.clone());
        let mut device = serving(&leaf);
        assert_eq!(device.update(&seal(&root)), Err(error), "{commands:?}");
        assert_eq!(device.content("d"), None);
        // It aborts, so that no alternative is tried.
        let choice = Command::TryEach(vec![commands, mark("other")], true);
        let root = with(root, ManifestKey::DependencyResolution, vec![index(0), choice]);
        assert_eq!(serving(&leaf).update(&seal(&root)), Err(error));
    }
}

#[test]
fn p_154_not_in_the_shared_sequence() {
    let leaf = leaf();
    let mut root = root(&leaf);
    root.shared.as_mut().unwrap().push(process());
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::Malformed(ErrorKind::ForbiddenCommand)));
    assert!(device.log.is_empty());
}

#[test]
fn p_154_a_device_may_verify_unasked_only_if_told_so() {
    let leaf = leaf();
    let unasked = |commands: Vec<Command>| {
        let root = with(
            root(&leaf),
            ManifestKey::DependencyResolution,
            seq([vec![index(1)], commands, vec![process()]]),
        );
        seal(&with(root, ManifestKey::Install, vec![index(1), process()]))
    };
    let mut device = serving(&leaf);
    device.setup = |mut setup| {
        setup.options = options(|options| options.integrity_unasked = true);
        setup
    };
    assert_eq!(device.update(&unasked(vec![act(Act::Fetch)])), Ok(()));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
    // It is authenticated nevertheless.
    let mut foreign = device.clone().serving(URI, &seal_by(&Key::k2(), &leaf.encode(), &[]));
    foreign.component("dep").content = None;
    foreign.component("dep").referrers.clear();
    assert_eq!(foreign.update(&unasked(vec![act(Act::Fetch)])), Err(ProcessError::DependencyUntrusted));
}

#[test]
fn p_155_the_shared_sequence_of_the_dependency_runs_before_its_section() {
    let leaf = shared(
        with(manifest(&["d"]), ManifestKey::Install, vec![act(Act::Write)]),
        vec![put(vec![content(b"set")])],
    );
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
    assert_eq!(device.content("d"), Some(&b"set"[..]));
    // Without the section not even that one: it would fail.
    let failing = shared(with(manifest(&["d"]), ManifestKey::Load, mark("x")), vec![check(Condition::Abort)]);
    assert_eq!(serving(&failing).update(&seal(&root(&failing))), Ok(()));
}

#[test]
fn p_156_with_true_all_dependencies_are_processed_and_nothing_else() {
    let leaf = leaf();
    let all = Command::SetComponentIndex(Selection::All);
    let root = with(root(&leaf), ManifestKey::Install, vec![all, process()]);
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]));
    // An array must not name anything else.
    let several = Command::SetComponentIndex(Selection::Several(vec![1, 0]));
    let root = with(root, ManifestKey::Install, vec![several, process()]);
    assert_eq!(serving(&leaf).update(&seal(&root)), Err(ProcessError::NotADependency));
}

#[test]
fn p_157_a_14_parameters_set_in_a_dependency_persist() {
    // Both know the component d.
    let leaf = with(manifest(&["d"]), ManifestKey::Install, vec![put(vec![content(b"from the leaf")])]);
    let mut root = root(&leaf);
    root.components.push(id("d"));
    let root =
        with(root, ManifestKey::Install, vec![index(1), integrity(), process(), index(2), act(Act::Write)]);
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("d"), Some(&b"from the leaf"[..]));
}

#[test]
fn a_15_parameters_belong_to_the_identifier_whichever_manifest_sets_them() {
    // Index 2 of the root, index 0 of the leaf.
    let leaf = with(manifest(&["d"]), ManifestKey::Install, vec![act(Act::Write)]);
    let mut root = root(&leaf);
    root.components.push(id("d"));
    let set = vec![index(2), put(vec![content(b"from the root")]), index(1), integrity(), process()];
    let envelope = seal(&with(root.clone(), ManifestKey::Install, set));
    let mut device = serving(&leaf);
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.content("d"), Some(&b"from the root"[..]));
    // What the dependent set, set-parameters of the dependency leaves, and override-parameters doesn't.
    for (command, expected) in [
        (Command::SetParameters(vec![content(b"from the leaf")]), &b"from the root"[..]),
        (put(vec![content(b"from the leaf")]), b"from the leaf"),
    ] {
        let leaf = with(manifest(&["d"]), ManifestKey::Install, vec![command, act(Act::Write)]);
        let mut root = self::root(&leaf);
        root.components.push(id("d"));
        let set = vec![index(2), put(vec![content(b"from the root")]), index(1), integrity(), process()];
        let mut device = serving(&leaf);
        assert_eq!(device.update(&seal(&with(root, ManifestKey::Install, set))), Ok(()));
        assert_eq!(device.content("d"), Some(expected));
    }
}

#[test]
fn p_157_source_components_count_in_the_manifest_that_names_them() {
    // Index 1 is b in the leaf and the dependency in the root.
    let copy = vec![index(0), put(vec![Parameter::SourceComponent(1)]), act(Act::Copy)];
    let leaf = with(manifest(&["d", "b"]), ManifestKey::Install, copy);
    let mut device = serving(&leaf).holding("b", b"from b");
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
    assert_eq!(device.content("d"), Some(&b"from b"[..]));
}

#[test]
fn p_158_an_abort_in_a_dependency_aborts_a_condition_is_forwarded() {
    let outcome = |commands: Vec<Command>| {
        let leaf = with(manifest(&["d"]), ManifestKey::DependencyResolution, commands);
        let choice =
            Command::TryEach(vec![vec![index(1), process()], seq([vec![index(0)], mark("other")])], false);
        let root = root(&leaf);
        let commands = vec![index(1), act(Act::Fetch), integrity(), choice];
        let root = with(root, ManifestKey::DependencyResolution, commands);
        let mut device = serving(&leaf);
        lenient(&mut device);
        (device.update(&seal(&root)), device.content("a").is_some())
    };
    assert_eq!(outcome(mark("x")), (Ok(()), false));
    assert_eq!(outcome(vec![check(Condition::Abort)]), (Ok(()), true), "the other alternative");
    let unset = ProcessError::ParameterUnset(suit_core::labels::ParameterKey::Content);
    assert_eq!(outcome(vec![act(Act::Write)]), (Err(unset), false));
}

#[test]
fn p_159_a_20_dependency_integrity_aborts_whatever_is_around_it() {
    let leaf = leaf();
    let other = with(manifest(&["d"]), ManifestKey::Install, mark("another"));
    let cases = [
        // The digest that the root gives is of something else.
        (vec![put(vec![digest_of(&other)])], ProcessError::DependencyMismatch),
        // It isn't there.
        (vec![], ProcessError::SourceMissing),
    ];
    for (before, error) in cases {
        let fetch = if error == ProcessError::DependencyMismatch { vec![act(Act::Fetch)] } else { vec![] };
        let failing = seq([fetch, before, vec![integrity()]]);
        let choice = Command::TryEach(vec![failing, vec![put(vec![vendor(VENDOR)])]], true);
        let root = with(root(&leaf), ManifestKey::DependencyResolution, vec![index(1), choice]);
        assert_eq!(serving(&leaf).update(&seal(&root)), Err(error));
    }
    // No digest at all.
    let mut root = root(&leaf);
    root.shared = Some(vec![index(1), put(vec![uri(URI)])]);
    let unset = ProcessError::ParameterUnset(suit_core::labels::ParameterKey::ImageDigest);
    assert_eq!(serving(&leaf).update(&seal(&root)), Err(unset));
}

/// An envelope that is well signed, and of the right manifest, in the place of which another one is put.
#[test]
fn p_160_what_replaces_a_verified_dependency_is_not_verified() {
    let leaf = leaf();
    let other = with(manifest(&["d"]), ManifestKey::Install, mark("another"));
    let over: [(&str, Vec<Command>); 4] = [
        ("fetch", vec![put(vec![digest_of(&other), uri("coap://x/other")]), act(Act::Fetch)]),
        ("write", vec![put(vec![content(&seal(&other))]), act(Act::Write)]),
        ("copy", vec![put(vec![digest_of(&other), Parameter::SourceComponent(0)]), act(Act::Copy)]),
        ("swap", vec![put(vec![digest_of(&other), Parameter::SourceComponent(0)]), act(Act::Swap)]),
    ];
    for (name, commands) in over {
        let commands = seq([vec![index(1), act(Act::Fetch), integrity()], commands, vec![process()]]);
        let root = with(root(&leaf), ManifestKey::DependencyResolution, commands);
        let mut device = serving(&leaf).serving("coap://x/other", &seal(&other)).holding("a", &seal(&other));
        assert_eq!(device.update(&seal(&root)), Err(ProcessError::DependencyUnverified), "{name}");
        assert_eq!(device.content("d"), None, "{name}");
    }
}

#[test]
fn p_160_nor_what_replaces_it_by_another_name() {
    let leaf = leaf();
    let other = with(manifest(&["d"]), ManifestKey::Install, mark("another"));
    let mut root = root(&leaf);
    root.components.push(id("other name"));
    let over = vec![index(2), put(vec![content(&seal(&other))]), act(Act::Write), index(1)];
    let commands = seq([vec![index(1), act(Act::Fetch), integrity()], over, vec![process()]]);
    let root = with(root, ManifestKey::DependencyResolution, commands);
    let mut device = serving(&leaf);
    device.aliases.insert("other name".to_owned(), "dep".to_owned());
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::DependencyUnverified));
    assert_eq!(device.content("d"), None);
}

#[test]
fn p_160_verification_does_not_outlive_the_procedure() {
    let leaf = with(leaf(), ManifestKey::Uninstall, mark("gone"));
    let root = with(root(&leaf), ManifestKey::Uninstall, vec![index(1), process()]);
    let mut device = serving(&leaf);
    let payloads = device.payloads.clone();
    let mut memory = suit_verify_nostd::Memory::<16, 64, 24, 64>::new();
    let envelope = seal(&root);
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.start(Procedure::Update).unwrap();
            assert_eq!(crate::device::finish(&mut processor, &payloads, 16), Ok(vec![]));
            processor.start(Procedure::Uninstall).unwrap();
            let failure = crate::device::finish(&mut processor, &payloads, 16).unwrap_err();
            assert_eq!(failure.error, ProcessError::DependencyUnverified);
        })
        .unwrap();
}

#[test]
fn p_161_is_dependency_asks_for_the_present_component() {
    let leaf = leaf();
    for (at, holds) in [(1, true), (0, false)] {
        let ask = vec![index(at), check(Condition::IsDependency)];
        let choice = Command::TryEach(vec![ask, seq([vec![index(0)], mark("not")])], false);
        let commands = vec![index(1), act(Act::Fetch), integrity(), process(), choice];
        let root = with(root(&leaf), ManifestKey::DependencyResolution, commands);
        let mut device = serving(&leaf);
        assert_eq!(device.update(&seal(&root)), Ok(()));
        assert_eq!(device.content("a").is_none(), holds, "{at}");
    }
}

#[test]
fn p_079_p_162_a_22_image_match_of_a_dependency_is_by_its_manifest() {
    let leaf = leaf();
    let ask = |parameters: Vec<Parameter>| {
        let commands = vec![
            index(1),
            act(Act::Fetch),
            put(parameters),
            check(Condition::ImageMatch),
            integrity(),
            process(),
        ];
        with(root(&leaf), ManifestKey::DependencyResolution, commands)
    };
    // The size is that of the envelope and isn't compared with anything else.
    let envelope = seal(&leaf);
    for parameters in [vec![digest_of(&leaf)], vec![digest_of(&leaf), size(&envelope)]] {
        assert_eq!(serving(&leaf).update(&seal(&ask(parameters))), Ok(()));
    }
    // The digest of the whole envelope isn't that of the dependency.
    let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
    assert_eq!(serving(&leaf).update(&seal(&ask(vec![sha256(&envelope)]))), failed);
    // What is no envelope, fails as a condition.
    let mut device = device().serving(URI, b"no envelope");
    assert_eq!(device.update(&seal(&ask(vec![digest_of(&leaf)]))), failed);
    // A component that is no dependency is hashed as it is, though it holds an envelope.
    let root = with(
        manifest(&["a"]),
        ManifestKey::Install,
        vec![put(vec![sha256(&envelope)]), check(Condition::ImageMatch)],
    );
    assert_eq!(self::device().holding("a", &envelope).update(&seal(&root)), Ok(()));
}

#[test]
fn p_094_the_size_of_a_dependency_bounds_its_fetch() {
    let leaf = leaf();
    let length = seal(&leaf).len() as u64;
    for (size, result) in [(length, Ok(())), (length - 1, Err(ProcessError::TooLarge))] {
        let mut root = root(&leaf);
        root.shared = Some(vec![index(1), put(vec![digest_of(&leaf), uri(URI), Parameter::ImageSize(size)])]);
        assert_eq!(serving(&leaf).update(&seal(&root)), result);
    }
}

#[test]
fn a_12_the_digest_may_be_set_by_set_parameters() {
    let leaf = leaf();
    let mut root = root(&leaf);
    root.shared = Some(vec![index(1), Command::SetParameters(vec![digest_of(&leaf), uri(URI)])]);
    assert_eq!(serving(&leaf).update(&seal(&root)), Ok(()));
}
