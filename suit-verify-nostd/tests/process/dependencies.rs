//! Trust domains: manifests that another manifest leads to.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter, Selection};
use suit_verify_nostd::process::{Procedure, ProcessError};

use crate::build::*;
use crate::common::Key;
use crate::device::{Device, options};

const WRITE: i64 = 18;
const URI: &str = "coap://x/dep";

/// Sections of the update, in their order.
const UPDATE: [ManifestKey; 5] = [
    ManifestKey::DependencyResolution,
    ManifestKey::PayloadFetch,
    ManifestKey::CandidateVerification,
    ManifestKey::Install,
    ManifestKey::Validate,
];

fn process() -> Command {
    act(Act::ProcessDependency)
}

fn integrity() -> Command {
    check(Condition::DependencyIntegrity)
}

/// A dependency that has a section `install`, in which it writes its mark into `d`.
fn leaf() -> Manifest {
    with(manifest(&["d"]), ManifestKey::Install, mark("leaf"))
}

/// A manifest for `a` and `dep`, of which `dep`, index 1, is a dependency with this manifest. Its shared sequence says
/// which one and from where.
fn dependent(dependency: &Manifest) -> Manifest {
    let mut root =
        shared(manifest(&["a", "dep"]), vec![index(1), put(vec![digest_of(dependency), uri(URI)])]);
    root.dependencies.insert(1, None);
    root
}

/// One that fetches it, and runs each section that it has.
fn root(dependency: &Manifest) -> Manifest {
    let mut root = dependent(dependency);
    for key in dependency.sections.keys() {
        root = with(root, *key, vec![index(1), integrity(), process()]);
    }
    with(root, ManifestKey::DependencyResolution, vec![index(1), act(Act::Fetch), integrity(), process()])
}

fn device() -> Device {
    Device::new(&["a", "b", "d", "e", "dep", "dep2"]).with_dependencies()
}

/// A device that can fetch this dependency.
fn serving(dependency: &Manifest) -> Device {
    device().serving(URI, &seal(dependency))
}

fn lenient(device: &mut Device) {
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

// --- where dependencies and their components are ---

/// An index beyond the components: then the prefix is where the dependency is stored.
fn beyond(dependency: &Manifest) -> Manifest {
    let mut root = root(dependency);
    root.components.pop();
    root.dependencies.insert(1, Some(id("dep")));
    root
}

#[test]
fn a_02_an_index_beyond_the_components_names_its_place_by_the_prefix() {
    let leaf = leaf();
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&beyond(&leaf))), Ok(()));
    assert_eq!(device.content("dep"), Some(&seal(&leaf)[..]));
    assert_eq!(device.content("d"), Some(&b"leaf"[..]), "its components have no prefix then");
}

#[test]
fn a_02_p_009_an_index_beyond_the_components_without_a_place_is_refused_before_anything_runs() {
    let leaf = leaf();
    let mut root = beyond(&leaf);
    root.dependencies.insert(1, None);
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert!(device.log.is_empty() && device.watched.is_empty());
    // Behind it another one is in order.
    root.dependencies.insert(2, Some(id("dep2")));
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert!(device.watched.is_empty());
}

#[test]
fn a_37_true_means_components_in_order_and_then_the_other_dependencies() {
    let mut root = manifest(&["b", "a"]);
    root.dependencies.extend([(9, Some(id("dep"))), (4, Some(id("dep2")))]);
    let all = Command::SetComponentIndex(Selection::All);
    let root =
        with(root, ManifestKey::DependencyResolution, vec![all, put(vec![content(b"x")]), act(Act::Write)]);
    let mut device = device();
    lenient(&mut device);
    assert_eq!(device.update(&seal(&root)), Ok(()));
    // b is 1, a 0, dep2 (index 4) 5, dep (index 9) 4.
    assert_eq!(device.worked_on(WRITE), [1, 0, 5, 4]);
}

#[test]
fn p_163_a_prefix_is_put_before_the_components_of_the_dependency() {
    let leaf = leaf();
    let mut root = root(&leaf);
    root.dependencies.insert(1, Some(id("left/wing")));
    let mut device =
        Device::new(&["a", "dep", "d", "left/wing/d"]).with_dependencies().serving(URI, &seal(&leaf));
    assert_eq!(device.update(&seal(&root)), Ok(()));
    assert_eq!(device.content("left/wing/d"), Some(&b"leaf"[..]));
    assert_eq!(device.content("d"), None);
    // Where the device has no such component, nothing of the dependency runs.
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::ComponentUnknown));
    assert_eq!(device.content("d"), None);
}

#[test]
fn p_009_a_component_of_a_dependency_that_the_device_lacks() {
    let leaf = with(manifest(&["elsewhere"]), ManifestKey::Install, mark("x"));
    assert_eq!(serving(&leaf).update(&seal(&root(&leaf))), Err(ProcessError::ComponentUnknown));
}

#[test]
fn p_009_a_dependency_is_held_to_the_same_structure() {
    // condition 9 in a section of another procedure.
    let unknown = [0x82, 0x09, 0x0f];
    let leaf = manifest(&["d"]);
    let dependency = seal_raw(&leaf, ManifestKey::Uninstall, &unknown);
    let mut root = dependent(&leaf);
    // The digest of what seal_raw made.
    let manifest = suit_core::Envelope::parse(&dependency, suit_core::Tagging::Required).unwrap().manifest();
    root.shared = Some(vec![index(1), put(vec![sha256(manifest.item()), uri(URI)])]);
    let root = with(
        root,
        ManifestKey::DependencyResolution,
        vec![index(1), act(Act::Fetch), integrity(), process()],
    );
    let mut device = device().serving(URI, &dependency);
    assert_eq!(device.update(&seal(&root)), Err(ProcessError::Malformed(ErrorKind::UnknownCommand)));
}

// --- rollback ---

#[test]
fn p_038_p_167_a_dependency_has_a_floor_by_where_it_is_stored() {
    let mut leaf = leaf();
    // For dependencies the identifier in the manifest is ignored.
    leaf.component_id = Some(id("somewhere/else"));
    leaf.sequence_number = 5;
    let mut device = serving(&leaf);
    assert_eq!(device.update(&seal(&root(&leaf))), Ok(()));
    let stored = crate::common::hex("81 43 64 65 70");
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

// --- references ---

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

// --- deeper ---

/// `dep` depends on `dep2`, which writes into `e`.
fn chain() -> (Manifest, Manifest, Manifest) {
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
