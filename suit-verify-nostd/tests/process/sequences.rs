//! Component indices, try-each, run-sequence, soft-failure and strict-order.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey, ParameterKey};
use suit_core::owned::{Command, Parameter, Selection};
use suit_verify_nostd::platform::Identifier;
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

/// Codes, to find commands among those that were watched.
const WRITE: i64 = 18;
const IMAGE_MATCH: i64 = 3;
const ABORT: i64 = 14;

const ABORTED: ProcessError = ProcessError::ConditionFailed(Condition::Abort);

fn all() -> Command {
    Command::SetComponentIndex(Selection::All)
}

fn several(indices: &[u64]) -> Command {
    Command::SetComponentIndex(Selection::Several(indices.to_vec()))
}

fn soft(soft: bool) -> Command {
    put(vec![Parameter::SoftFailure(soft)])
}

fn abort() -> Vec<Command> {
    vec![check(Condition::Abort)]
}

/// try-each without a null at the end.
fn try_each(alternatives: Vec<Vec<Command>>) -> Vec<Command> {
    vec![Command::TryEach(alternatives, false)]
}

fn run(commands: Vec<Command>) -> Vec<Command> {
    vec![Command::RunSequence(commands)]
}

/// Runs commands on three components, the index being 0 at first; what `a`, `b` and `c` then hold.
fn contents(device: &mut Device, commands: Vec<Command>) -> Result<[String; 3], ProcessError> {
    device.update(&seal(&install_abc(seq([vec![index(0)], commands]))))?;
    Ok(["a", "b", "c"]
        .map(|name| String::from_utf8(device.content(name).unwrap_or_default().to_vec()).unwrap()))
}

fn left(commands: Vec<Command>) -> Result<[String; 3], ProcessError> {
    contents(&mut Device::abc(), commands)
}

fn holds(a: &str, b: &str, c: &str) -> Result<[String; 3], ProcessError> {
    Ok([a, b, c].map(str::to_owned))
}

fn malformed<T: core::fmt::Debug>(result: Result<T, ProcessError>) -> ErrorKind {
    match result {
        Err(ProcessError::Malformed(kind)) => kind,
        other => panic!("{other:?}"),
    }
}

// --- component index ---

#[test]
fn p_100_an_integer_selects_one_component() {
    for (selected, expected) in [(0, holds("x", "", "")), (1, holds("", "x", "")), (2, holds("", "", "x"))] {
        assert_eq!(left(seq([vec![index(selected)], mark("x")])), expected);
    }
}

#[test]
fn p_100_p_101_true_selects_all_in_the_order_of_the_list() {
    let mut device = Device::abc();
    assert_eq!(contents(&mut device, seq([vec![all()], mark("x")])), holds("x", "x", "x"));
    assert_eq!(device.worked_on(WRITE), [0, 1, 2]);
    // The order of the manifest's list, not that of the device's components.
    let commands = seq([vec![all()], mark("x")]);
    let manifest = with(manifest(&["c", "a"]), ManifestKey::Install, commands);
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&manifest)), Ok(()));
    assert_eq!(device.worked_on(WRITE), [2, 0]);
}

#[test]
fn p_100_p_101_an_array_selects_in_its_own_order() {
    for list in [&[2, 0][..], &[0, 2], &[1], &[2, 1, 0], &[0, 1, 2]] {
        let mut device = Device::abc();
        assert!(contents(&mut device, seq([vec![several(list)], mark("x")])).is_ok());
        let worked: Vec<u64> = device.worked_on(WRITE).into_iter().map(u64::from).collect();
        assert_eq!(worked, list);
    }
}

#[test]
fn p_101_an_index_out_of_range_or_twice_is_refused_before_anything_runs() {
    let wrong = [
        (index(3), ErrorKind::ComponentIndex),
        (index(u64::MAX), ErrorKind::ComponentIndex),
        (several(&[0, 3]), ErrorKind::ComponentIndex),
        (several(&[1, 0, 1]), ErrorKind::DuplicateIndex),
    ];
    for (selection, kind) in wrong {
        let mut device = Device::abc();
        // Behind a write, and in an alternative that would never run.
        let choice = try_each(vec![mark("x"), seq([vec![selection], mark("y")])]);
        assert_eq!(malformed(contents(&mut device, seq([mark("x"), choice]))), kind);
        assert!(device.log.is_empty());
    }
}

#[test]
fn p_102_each_command_runs_for_each_component_before_the_next_command() {
    let mut device = Device::abc().holding("a", b"x").holding("b", b"x").holding("c", b"x");
    let commands = vec![
        several(&[2, 1]),
        put(vec![sha256(b"x"), content(b"x")]),
        check(Condition::ImageMatch),
        act(Act::Write),
    ];
    assert!(contents(&mut device, commands).is_ok());
    // 20, 3 and 18, each for c and then for b.
    let codes: Vec<_> =
        device.watched.iter().skip(2).map(|watched| (watched.code, watched.component.0)).collect();
    assert_eq!(codes, [(20, 2), (20, 1), (3, 2), (3, 1), (18, 2), (18, 1)]);
}

#[test]
fn p_102_with_the_parameters_of_each() {
    let set = |at, what: &str| vec![index(at), put(vec![content(what.as_bytes())])];
    let commands = seq([set(0, "one"), set(1, "two"), set(2, "three"), vec![all(), act(Act::Write)]]);
    assert_eq!(left(commands), holds("one", "two", "three"));
}

#[test]
fn p_102_a_command_that_fails_for_one_component_does_not_run_for_the_next() {
    let commands = seq([
        mark("x"),
        vec![index(2)],
        mark("x"),
        vec![all(), put(vec![sha256(b"x")]), check(Condition::ImageMatch)],
    ]);
    let mut device = Device::abc();
    let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
    assert_eq!(contents(&mut device, commands), failed);
    assert_eq!(device.worked_on(IMAGE_MATCH), [0, 1]);
}

#[test]
fn p_103_a_07_try_each_is_run_as_a_whole_for_each_component() {
    // For b the first alternative fails. It is tried for each, and after a success nothing more is.
    let mut device = Device::abc().holding("a", b"old").holding("b", b"else").holding("c", b"old");
    let first = seq([vec![put(vec![sha256(b"old")]), check(Condition::ImageMatch)], mark("first")]);
    let commands = seq([vec![all()], try_each(vec![first, mark("second"), mark("third")])]);
    assert_eq!(contents(&mut device, commands), holds("first", "second", "first"));
    assert_eq!(device.worked_on(IMAGE_MATCH), [0, 1, 2]);
    assert_eq!(device.worked_on(WRITE), [0, 1, 2], "component by component");
}

#[test]
fn p_103_run_sequence_is_run_as_a_whole_for_each_component() {
    let mut device = Device::abc();
    let commands = seq([vec![several(&[2, 0])], run(seq([mark("1"), mark("2")]))]);
    assert_eq!(contents(&mut device, commands), holds("2", "", "2"));
    assert_eq!(device.worked_on(WRITE), [2, 2, 0, 0]);
}

#[test]
fn p_103_a_nested_sequence_starts_with_one_index() {
    // Inside, true is not in force; inside of that neither.
    let mut device = Device::abc();
    let commands = seq([vec![all()], run(run(mark("x")))]);
    assert_eq!(contents(&mut device, commands), holds("x", "x", "x"));
    assert_eq!(device.worked_on(WRITE), [0, 1, 2]);
}

#[test]
fn p_103_a_nested_sequence_may_select_for_itself() {
    let mut device = Device::abc();
    let commands = seq([vec![several(&[0, 1])], run(seq([vec![index(2)], mark("x")]))]);
    assert_eq!(contents(&mut device, commands), holds("", "", "x"));
    assert_eq!(device.worked_on(WRITE), [2, 2], "once for each of the two");
}

#[test]
fn p_104_the_index_is_0_at_first_in_every_section() {
    // With one component nobody sets it; the shared sequence's index isn't the section's.
    let shared_sequence = vec![all(), put(vec![content(b"x")])];
    let manifest = shared(manifest(&["a", "b"]), shared_sequence);
    let commands = vec![index(1), act(Act::Write)];
    let manifest = with(manifest, ManifestKey::Install, commands);
    let mut device = Device::abc();
    assert_eq!(device.update(&seal(&manifest)), Ok(()));
    assert_eq!(device.worked_on(WRITE), [1], "not all");
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal(&install(mark("x")))), Ok(()));
    assert_eq!(device.worked_on(WRITE), [0]);
}

#[test]
fn p_105_with_one_component_the_index_changes_nothing() {
    for selection in [index(0), all(), several(&[0])] {
        let mut device = Device::new(&["a"]);
        assert_eq!(device.update(&seal(&install(seq([vec![selection], mark("x")])))), Ok(()));
        assert_eq!(device.worked_on(WRITE), [0]);
    }
}

#[test]
fn p_021_with_several_components_a_section_that_selects_none_is_refused() {
    let manifest = with(manifest(&["a", "b"]), ManifestKey::Install, mark("x"));
    let mut device = Device::abc();
    assert_eq!(malformed(device.update(&seal(&manifest))), ErrorKind::MissingComponentIndex);
    // In a section of another procedure too.
    let manifest = with(manifest_ab(), ManifestKey::Invoke, mark("x"));
    assert_eq!(malformed(device.update(&seal(&manifest))), ErrorKind::MissingComponentIndex);
    let manifest = shared(manifest_ab(), vec![put(vec![content(b"x")])]);
    assert_eq!(malformed(device.update(&seal(&manifest))), ErrorKind::MissingComponentIndex);
    assert!(device.log.is_empty());
}

fn manifest_ab() -> suit_core::owned::Manifest {
    with(manifest(&["a", "b"]), ManifestKey::Install, seq([vec![index(0)], mark("x")]))
}

/// It goes back to what was selected around the nested sequence, however that ended.
#[test]
fn a_16_the_index_is_restored_after_a_nested_sequence() {
    let away = |more: Vec<Command>| seq([vec![index(2)], more]);
    let nested = [
        ("run-sequence", run(away(mark("n")))),
        ("try-each", try_each(vec![away(mark("n")), mark("not")])),
        ("the second alternative", try_each(vec![abort(), away(mark("n"))])),
        (
            "an alternative that fails",
            try_each(vec![away(seq([mark("n"), abort()])), vec![put(vec![content(b"y")])]]),
        ),
        ("a soft failure", run(seq([vec![soft(true)], away(seq([mark("n"), abort()]))]))),
    ];
    for (name, commands) in nested {
        let commands = seq([vec![index(1)], commands, mark("x")]);
        assert_eq!(left(commands), holds("", "x", "n"), "{name}");
    }
}

#[test]
fn a_16_the_next_alternative_starts_with_the_callers_index() {
    let commands = seq([vec![index(1)], try_each(vec![seq([vec![index(2)], abort()]), mark("x")])]);
    assert_eq!(left(commands), holds("", "x", ""));
}

#[test]
fn a_16_true_and_arrays_are_restored_too() {
    let commands = seq([vec![several(&[2, 0])], run(vec![index(1)]), mark("x")]);
    assert_eq!(left(commands), holds("x", "", "x"));
}

#[test]
fn a_17_parameters_of_an_alternative_that_failed_stay_set() {
    let first = seq([vec![put(vec![content(b"left behind")])], abort()]);
    let commands = seq([try_each(vec![first, vec![put(vec![sha256(b"x")])]]), vec![act(Act::Write)]]);
    assert_eq!(left(commands), holds("left behind", "", ""));
    let failed = seq([vec![soft(true), put(vec![content(b"left behind")])], abort()]);
    assert_eq!(left(seq([run(failed), vec![act(Act::Write)]])), holds("left behind", "", ""));
}

// --- try-each ---

#[test]
fn p_115_the_first_sequence_that_completes_is_the_last_that_runs() {
    let cases = [
        (try_each(vec![mark("1"), mark("2"), mark("3")]), "1"),
        (try_each(vec![abort(), mark("2"), mark("3")]), "2"),
        (try_each(vec![abort(), abort(), mark("3")]), "3"),
    ];
    for (commands, expected) in cases {
        let mut device = Device::abc();
        assert_eq!(contents(&mut device, commands), holds(expected, "", ""));
        assert_eq!(device.worked_on(WRITE).len(), 1);
    }
}

#[test]
fn p_115_what_follows_goes_on_behind_it() {
    let commands = seq([try_each(vec![abort(), mark("1")]), vec![index(1)], mark("behind")]);
    assert_eq!(left(commands), holds("1", "behind", ""));
}

#[test]
fn p_116_a_failing_condition_moves_on_wherever_it_stands_in_the_sequence() {
    let first = seq([mark("half"), abort(), mark("not")]);
    let mut device = Device::abc();
    assert_eq!(
        contents(&mut device, try_each(vec![first, vec![put(vec![content(b"x")])]])),
        holds("half", "", "")
    );
    assert_eq!(device.errors(), [ABORTED]);
}

#[test]
fn p_117_with_soft_failure_false_try_each_fails_by_the_condition() {
    let hard = seq([vec![soft(false)], abort()]);
    let mut device = Device::abc();
    assert_eq!(contents(&mut device, try_each(vec![hard.clone(), mark("not")])), Err(ABORTED));
    assert!(device.log.is_empty());
    // As a condition failure, which an enclosing try-each takes.
    let outer = try_each(vec![try_each(vec![hard.clone(), mark("not")]), mark("outer")]);
    assert_eq!(left(outer), holds("outer", "", ""));
    // Even the null at the end doesn't save it.
    assert_eq!(left(vec![Command::TryEach(vec![hard, mark("not")], true)]), Err(ABORTED));
    // Set back in time, it doesn't count.
    let undone = seq([vec![soft(false), soft(true)], abort()]);
    assert_eq!(left(try_each(vec![undone, mark("2")])), holds("2", "", ""));
}

#[test]
fn p_118_an_exhausted_list_is_an_error() {
    let mut device = Device::abc();
    let commands = seq([try_each(vec![abort(), abort()]), mark("not")]);
    assert_eq!(contents(&mut device, commands), Err(ProcessError::AlternativesExhausted));
    assert!(device.log.is_empty());
}

#[test]
fn p_118_a_25_a_final_null_succeeds_with_nothing_done() {
    let commands = vec![Command::TryEach(vec![abort(), abort()], true)];
    let mut device = Device::abc();
    assert_eq!(
        contents(&mut device, seq([commands, vec![index(1)], mark("behind")])),
        holds("", "behind", "")
    );
    assert_eq!(device.worked_on(ABORT).len(), 2);
}

#[test]
fn p_011_a_25_malformed_lists_are_refused_before_anything_runs() {
    let wrong: [(Vec<Command>, ErrorKind); 4] = [
        (vec![Command::TryEach(vec![mark("x")], false)], ErrorKind::TooFewItems),
        (vec![Command::TryEach(vec![mark("x")], true)], ErrorKind::TooFewItems),
        (vec![Command::TryEach(vec![], true)], ErrorKind::TooFewItems),
        // Nothing to do is said by null, not by a sequence without commands.
        (vec![Command::TryEach(vec![mark("x"), vec![]], false)], ErrorKind::TooFewItems),
    ];
    for (commands, kind) in wrong {
        let mut device = Device::abc();
        assert_eq!(malformed(contents(&mut device, seq([mark("y"), commands]))), kind);
        assert!(device.log.is_empty());
    }
}

#[test]
fn a_04_an_exhausted_list_inside_another_aborts() {
    let inner = try_each(vec![abort(), abort()]);
    let mut device = Device::abc();
    let commands = try_each(vec![inner.clone(), mark("not")]);
    assert_eq!(contents(&mut device, commands), Err(ProcessError::AlternativesExhausted));
    assert!(device.log.is_empty());
    let commands = run(seq([vec![soft(true)], inner]));
    assert_eq!(left(commands), Err(ProcessError::AlternativesExhausted));
}

#[test]
fn more_alternatives_than_a_byte_counts() {
    for count in [255, 256, 257, 300] {
        let mut alternatives = vec![abort(); count - 1];
        alternatives.push(mark("last"));
        assert_eq!(left(try_each(alternatives)), holds("last", "", ""), "{count}");
        assert_eq!(left(try_each(vec![abort(); count])), Err(ProcessError::AlternativesExhausted), "{count}");
    }
}

// --- run-sequence ---

#[test]
fn p_119_p_120_a_failing_condition_fails_run_sequence() {
    let mut device = Device::abc();
    let commands = seq([run(seq([mark("in"), abort()])), mark("not")]);
    assert_eq!(contents(&mut device, commands), Err(ABORTED));
    assert_eq!(device.content("a"), Some(&b"in"[..]));
}

#[test]
fn p_119_with_soft_failure_it_just_ends() {
    let inside = seq([vec![soft(true)], mark("in"), abort(), mark("not")]);
    let mut device = Device::abc();
    let commands = seq([run(inside), vec![index(1)], mark("behind")]);
    assert_eq!(contents(&mut device, commands), holds("in", "behind", ""));
    assert_eq!(device.errors(), [ABORTED]);
    // Only what follows the setting is soft.
    let late = seq([abort(), vec![soft(true)]]);
    assert_eq!(left(run(late)), Err(ABORTED));
    let back = seq([vec![soft(true), soft(false)], abort()]);
    assert_eq!(left(run(back)), Err(ABORTED));
}

#[test]
fn p_119_soft_failure_ends_it_for_one_component_and_goes_on_with_the_next() {
    let mut device = Device::abc().holding("b", b"old");
    let inside =
        seq([vec![soft(true), put(vec![sha256(b"old")]), check(Condition::ImageMatch)], mark("new")]);
    assert_eq!(contents(&mut device, seq([vec![all()], run(inside)])), holds("", "new", ""));
    assert_eq!(device.worked_on(IMAGE_MATCH), [0, 1, 2]);
}

#[test]
fn a_05_a_condition_that_fails_in_run_sequence_fails_the_sequence_around_it() {
    let commands = try_each(vec![run(run(abort())), mark("other")]);
    assert_eq!(left(commands), holds("other", "", ""));
    // With which error, is forwarded (P-120).
    let check_vendor = vec![put(vec![vendor([9; 16])]), check(Condition::VendorIdentifier)];
    let failed = Err(ProcessError::ConditionFailed(Condition::VendorIdentifier));
    assert_eq!(left(run(run(check_vendor))), failed);
}

#[test]
fn p_121_soft_failure_is_not_inherited_and_is_restored() {
    // Inside of a soft sequence another run-sequence is hard, and what it fails by is taken by the one around it.
    let inner = run(seq([mark("in"), abort()]));
    let commands = run(seq([vec![soft(true)], inner, mark("not")]));
    assert_eq!(left(commands), holds("in", "", ""));
    // A nested one that turns soft leaves the one around it hard.
    let commands = run(seq([run(vec![soft(true)]), abort()]));
    assert_eq!(left(commands), Err(ABORTED));
    // In an alternative it is true again, whatever a nested sequence says.
    let commands = try_each(vec![seq([run(vec![soft(false)]), abort()]), mark("2")]);
    assert_eq!(left(commands), holds("2", "", ""));
    // And each alternative starts anew.
    let hard_and_through = try_each(vec![seq([abort(), vec![soft(false)]]), seq([abort()]), mark("3")]);
    assert_eq!(left(hard_and_through), holds("3", "", ""));
}

#[test]
fn p_122_outside_of_nested_sequences_setting_it_aborts() {
    for value in [true, false] {
        for command in [soft(value), Command::SetParameters(vec![Parameter::SoftFailure(value)])] {
            let mut device = Device::abc();
            let commands = seq([vec![command.clone()], mark("not")]);
            assert_eq!(contents(&mut device, commands), Err(ProcessError::SoftFailureMisplaced));
            assert!(device.log.is_empty());
            let manifest = shared(manifest(&["a"]), vec![command]);
            let manifest = with(manifest, ManifestKey::Install, mark("x"));
            assert_eq!(Device::abc().update(&seal(&manifest)), Err(ProcessError::SoftFailureMisplaced));
        }
    }
}

/// It always has a value, so set-parameters, which sets what is unset, does nothing with it.
#[test]
fn p_084_soft_failure_is_never_unset() {
    let set = Command::SetParameters(vec![Parameter::SoftFailure(true)]);
    assert_eq!(left(run(seq([vec![set], abort()]))), Err(ABORTED));
    let set = Command::SetParameters(vec![Parameter::SoftFailure(false)]);
    assert_eq!(left(try_each(vec![seq([vec![set], abort()]), mark("2")])), holds("2", "", ""));
}

#[test]
fn a_18_soft_failure_belongs_to_the_sequence_not_to_the_component() {
    // Set while b is selected, it holds for a condition on c.
    let inside = seq([vec![index(1), soft(true), index(2)], abort()]);
    assert_eq!(left(seq([run(inside), mark("x")])), holds("x", "", ""));
    // Set for b in one sequence, it doesn't hold for b in another.
    let first = vec![index(1), soft(true)];
    let second = seq([vec![index(1)], abort()]);
    assert_eq!(left(seq([run(first), run(second)])), Err(ABORTED));
}

// --- strict order ---

/// What could run in another order runs in this one, and what is a barrier needs not be one.
#[test]
fn p_123_p_124_p_125_p_128_commands_always_run_in_order() {
    let body = |strict: Option<bool>| {
        let order = strict.map(|strict| put(vec![Parameter::StrictOrder(strict)]));
        seq([
            order.into_iter().collect(),
            mark("1"),
            vec![index(1)],
            mark("2"),
            vec![index(0), put(vec![sha256(b"1")]), check(Condition::ImageMatch)],
            run(seq([vec![index(2)], mark("3")])),
            mark("4"),
        ])
    };
    let trace = |strict| {
        let mut device = Device::abc();
        assert_eq!(contents(&mut device, body(strict)), holds("4", "2", "3"));
        device.log
    };
    let strict = trace(None);
    assert_eq!(trace(Some(true)), strict);
    assert_eq!(trace(Some(false)), strict);
}

/// A processor that runs everything in order never sees a component as target and source at a time, so P-126 and
/// P-127 have nothing to detect: the order makes the result certain.
#[test]
fn p_126_p_127_out_of_order_conflicts_do_not_arise() {
    let commands = vec![
        put(vec![Parameter::StrictOrder(false), content(b"x")]),
        act(Act::Write),
        index(1),
        put(vec![Parameter::SourceComponent(0)]),
        act(Act::Copy),
    ];
    assert_eq!(left(commands), holds("x", "x", ""));
}

#[test]
fn p_087_strict_order_takes_no_room_among_parameters() {
    let mut device = Device::abc();
    let commands = seq([vec![put(vec![Parameter::StrictOrder(false)])], mark("x")]);
    assert!(contents(&mut device, commands).is_ok());
    let most = device.watched.iter().map(|watched| watched.settings).max();
    assert_eq!(most, Some(1), "the content alone");
}

// --- identity by component, as A/B devices need it ---

#[test]
fn s36_one_manifest_finds_the_image_of_each_board() {
    let board = |class: u8, image: &str| {
        seq([
            vec![put(vec![Parameter::ClassIdentifier([class; 16])]), check(Condition::ClassIdentifier)],
            mark(image),
        ])
    };
    let envelope = seal(&install(try_each(vec![board(1, "one"), board(2, "two"), board(3, "three")])));
    for (class, image) in [(1, "one"), (2, "two"), (3, "three")] {
        let mut device = Device::new(&["a"]);
        device.classes = vec![Identifier::Uuid([class; 16])];
        assert_eq!(device.update(&envelope), Ok(()));
        assert_eq!(device.content("a"), Some(image.as_bytes()));
    }
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&envelope), Err(ProcessError::AlternativesExhausted));
    assert_eq!(device.content("a"), None);
}

#[test]
fn p_087_a_parameter_set_in_a_nested_sequence_stays_set_behind_it() {
    let commands = seq([run(vec![put(vec![content(b"x")])]), vec![act(Act::Write)]]);
    assert_eq!(left(commands), holds("x", "", ""));
    let unset = Err(ProcessError::ParameterUnset(ParameterKey::Content));
    assert_eq!(left(vec![act(Act::Write)]), unset);
}
