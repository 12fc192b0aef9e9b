//! What an author, or the bytes of one, can make large: each has a bound, and reaching it is an error like any other.

use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Manifest, Parameter, Selection};
use suit_verify_nostd::process::{Memory, Procedure, ProcessError};

use crate::build::*;
use crate::device::Device;

fn malformed<T: core::fmt::Debug>(result: Result<T, ProcessError>) -> ErrorKind {
    match result {
        Err(ProcessError::Malformed(kind)) => kind,
        other => panic!("{other:?}"),
    }
}

/// Runs an update with no more memory than this.
fn update_in(
    device: &mut Device,
    envelope: &[u8],
    [targets, settings, frames, buffer]: [usize; 4],
) -> Result<(), ProcessError> {
    let mut memory = Memory::<255, 255, 32, 256>::new();
    let lent = memory.lend().at_most(targets, settings, frames, buffer);
    device.run_in(envelope, lent, Procedure::Update, false).map(|_| ()).map_err(|failure| failure.error)
}

/// More than enough.
const PLENTY: [usize; 4] = [255, 255, 32, 256];

/// `levels` sequences inside each other, each of them run by this.
fn nested(levels: usize, around: fn(Vec<Command>) -> Command) -> Vec<Command> {
    (0..levels).fold(mark("x"), |inside, _| vec![around(inside)])
}

fn in_run(commands: Vec<Command>) -> Command {
    Command::RunSequence(commands)
}

fn in_try(commands: Vec<Command>) -> Command {
    Command::TryEach(vec![vec![check(Condition::Abort)], commands], false)
}

// --- nesting ---

/// The default memory has room for a section and seven sequences inside each other. The reader lets through 24 levels: of
/// these the manifest and a section take two, the innermost parameters one, a run-sequence one, a try-each two.
#[test]
fn nesting_ends_at_the_memory_and_then_at_the_reader() {
    let kinds: [(fn(Vec<Command>) -> Command, usize); 2] = [(in_run, 21), (in_try, 10)];
    for (around, readable) in kinds {
        for levels in 0..=readable + 1 {
            let mut device = Device::new(&["a"]);
            let result = device.update(&seal(&install(nested(levels, around))));
            match levels {
                0..=7 => assert_eq!(result, Ok(()), "{levels}"),
                _ if levels <= readable => assert_eq!(result, Err(ProcessError::TooDeep), "{levels}"),
                _ => assert_eq!(malformed(result), ErrorKind::TooDeep, "{levels}"),
            }
            assert_eq!(device.content("a"), (levels <= 7).then_some(&b"x"[..]));
            assert_eq!(device.floors.is_empty(), levels > 7);
        }
    }
}

#[test]
fn nesting_without_end_is_refused_before_anything_runs() {
    for levels in [100, 1_000] {
        let mut device = Device::new(&["a"]);
        let envelope = seal(&install(seq([mark("x"), nested(levels, in_run)])));
        assert_eq!(malformed(device.update(&envelope)), ErrorKind::TooDeep);
        assert!(device.log.is_empty());
    }
}

#[test]
fn the_frames_that_are_needed_and_one_less() {
    let envelope = seal(&shared(install(nested(3, in_run)), vec![put(vec![content(b"y")])]));
    let frames = |frames| {
        let mut device = Device::new(&["a"]);
        update_in(&mut device, &envelope, [255, 255, frames, 256])
    };
    // A section and three sequences.
    assert_eq!(frames(4), Ok(()));
    assert_eq!(frames(3), Err(ProcessError::TooDeep));
    assert_eq!(frames(0), Err(ProcessError::TooDeep));
}

/// Failing for lack of room is no condition that doesn't hold.
#[test]
fn p_072_too_deep_aborts_inside_try_each() {
    let commands = vec![Command::TryEach(vec![nested(1, in_run), mark("other")], true)];
    let mut device = Device::new(&["a"]);
    assert_eq!(
        update_in(&mut device, &seal(&install(commands)), [255, 255, 2, 256]),
        Err(ProcessError::TooDeep)
    );
    assert_eq!(device.content("a"), None);
}

// --- lengths ---

#[test]
fn heads_that_promise_more_than_there_is_are_refused() {
    let heads: [(&str, &[u8]); 8] = [
        // override-parameters {content: a byte string of 2^32 and of 2^64 - 1 bytes}
        ("bytes 2^32", &[0x82, 0x14, 0xa1, 0x12, 0x5b, 0, 0, 0, 1, 0, 0, 0, 0]),
        ("bytes 2^64-1", &[0x82, 0x14, 0xa1, 0x12, 0x5b, 255, 255, 255, 255, 255, 255, 255, 255]),
        // override-parameters with 2^32 and 2^64 - 1 pairs
        ("map 2^32", &[0x82, 0x14, 0xbb, 0, 0, 0, 1, 0, 0, 0, 0, 0x12, 0x40]),
        ("map 2^64-1", &[0x82, 0x14, 0xbb, 255, 255, 255, 255, 255, 255, 255, 255, 0x12, 0x40]),
        // set-component-index with 2^32 indices
        ("array 2^32", &[0x82, 0x0c, 0x9b, 0, 0, 0, 1, 0, 0, 0, 0, 0x00]),
        // try-each with 2^64 - 1 sequences
        ("array 2^64-1", &[0x82, 0x0f, 0x9b, 255, 255, 255, 255, 255, 255, 255, 255, 0x43, 0x82, 0x0e, 0x0f]),
        // a sequence of 2^32 items
        ("sequence 2^32", &[0x9b, 0, 0, 0, 1, 0, 0, 0, 0, 0x0e, 0x0f]),
        // a URI of 2^32 - 1 bytes
        ("text 2^32-1", &[0x82, 0x14, 0xa1, 0x15, 0x7a, 255, 255, 255, 255]),
    ];
    for (name, section) in heads {
        let mut device = Device::new(&["a"]);
        let kind = malformed(device.update(&seal_raw(&manifest(&["a"]), ManifestKey::Install, section)));
        let expected: &[ErrorKind] = match name {
            name if name.starts_with("bytes") || name.starts_with("text") => &[ErrorKind::Truncated],
            _ => &[ErrorKind::Truncated, ErrorKind::TooManyItems, ErrorKind::TooManyEntries],
        };
        assert!(expected.contains(&kind), "{name}: {kind:?}");
        assert!(device.log.is_empty());
    }
}

#[test]
fn p_094_sizes_beyond_32_bits_are_more_than_any_component_holds() {
    for size in [1 << 32, (1 << 32) + 3, u64::MAX] {
        let size = Parameter::ImageSize(size);
        let cases = [
            vec![put(vec![size.clone(), uri("coap://x/i")]), act(Act::Fetch)],
            vec![put(vec![size.clone(), uri("#i")]), act(Act::Fetch)],
            vec![put(vec![size.clone(), content(b"abc")]), act(Act::Write)],
            vec![put(vec![size.clone(), Parameter::SourceComponent(1)]), act(Act::Copy)],
        ];
        for commands in cases {
            let commands = seq([vec![index(0)], commands]);
            let envelope = seal_with(&install_abc(commands), &[("#i", b"abc")]);
            let mut device = Device::abc().holding("b", b"abc").serving("coap://x/i", b"abc");
            device.component("a").capacity = u32::MAX;
            assert_eq!(device.update(&envelope), Err(ProcessError::TooLarge));
            assert!(device.log.is_empty(), "{:?}", device.log);
        }
    }
    // The greatest that a component could have.
    let commands = vec![put(vec![Parameter::ImageSize(u32::MAX.into()), uri("coap://x/i")]), act(Act::Fetch)];
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal(&install(commands.clone()))), Err(ProcessError::TooLarge));
    device.component("a").capacity = u32::MAX;
    assert_eq!(device.update(&seal(&install(commands))), Err(ProcessError::Unavailable), "it is asked for");
}

// --- commands ---

/// A manifest that runs exactly so many commands.
fn commands(count: usize) -> Manifest {
    install(vec![put(vec![vendor(VENDOR)]); count])
}

fn budget(device: &mut Device, commands: u32) {
    // A function can't hold the number, so it goes by cases.
    device.setup = match commands {
        9 => |mut setup| {
            setup.commands = 9;
            setup
        },
        10 => |mut setup| {
            setup.commands = 10;
            setup
        },
        20_000 => |mut setup| {
            setup.commands = 20_000;
            setup
        },
        u32::MAX => |mut setup| {
            setup.commands = u32::MAX;
            setup
        },
        _ => panic!("no such case"),
    };
}

#[test]
fn the_budget_of_commands_is_exact() {
    let run = |count, most| {
        let mut device = Device::new(&["a"]);
        budget(&mut device, most);
        let result = device.update(&seal(&commands(count)));
        (result, device.watched.len())
    };
    assert_eq!(run(10, 10), (Ok(()), 10));
    assert_eq!(run(10, 9), (Err(ProcessError::TooManyCommands), 9));
}

#[test]
fn ten_thousand_commands_are_refused_by_default() {
    let mut device = Device::new(&["a"]);
    assert_eq!(device.update(&seal(&commands(10_000))), Err(ProcessError::TooManyCommands));
    assert_eq!(device.watched.len(), 1_000);
    assert!(device.floors.is_empty());
    let mut device = Device::new(&["a"]);
    budget(&mut device, 20_000);
    assert_eq!(device.update(&seal(&commands(10_000))), Ok(()));
    assert_eq!(device.watched.len(), 10_000);
}

/// Few bytes can ask for much work: 255 components, a sequence for each of them, again for each of these.
#[test]
fn the_budget_counts_what_is_run_not_what_is_written() {
    let names: Vec<String> = (0..255).map(|number| format!("c{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let all = Command::SetComponentIndex(Selection::All);
    let inner = seq([vec![all.clone()], vec![put(vec![Parameter::StrictOrder(true)]); 4]]);
    let commands = vec![all, Command::RunSequence(vec![Command::RunSequence(inner)])];
    let mut device = Device::new(&names);
    let envelope = seal(&with(manifest(&names), ManifestKey::Install, commands));
    assert_eq!(update_in(&mut device, &envelope, PLENTY), Err(ProcessError::TooManyCommands));
    assert_eq!(device.watched.len(), 1_000);
}

#[test]
fn sequences_longer_than_16_bits_count_are_not_cut_short() {
    for (count, result) in [(65_535, Ok(())), (65_536, Err(ProcessError::TooManyCommands))] {
        let mut device = Device::new(&["a"]);
        budget(&mut device, u32::MAX);
        // The last one fails, so that success would mean it wasn't reached.
        let mut long = vec![put(vec![Parameter::StrictOrder(true)]); count - 1];
        long.push(act(Act::Invoke));
        let last = device.update(&seal(&install(long)));
        let expected = result.and(Err(ProcessError::InvokeUnverified));
        assert_eq!(last, expected, "{count}");
    }
}

#[test]
fn the_budget_is_that_of_one_procedure() {
    let mut device = Device::new(&["a"]);
    budget(&mut device, 10);
    let manifest = with(commands(10), ManifestKey::Uninstall, vec![put(vec![vendor(VENDOR)]); 10]);
    let envelope = seal(&manifest);
    let mut memory = Memory::<4, 24, 8, 64>::new();
    device
        .process(&envelope, memory.lend(), |mut processor| {
            let none = std::collections::BTreeMap::new();
            for procedure in [Procedure::Update, Procedure::Uninstall, Procedure::Update] {
                processor.start(procedure).unwrap();
                assert_eq!(crate::device::finish(&mut processor, &none, 1), Ok(vec![]));
            }
        })
        .unwrap();
}

// --- components ---

#[test]
fn p_043_255_components_are_the_most() {
    let names: Vec<String> = (0..256).map(|number| format!("c{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let commands =
        seq([vec![Command::SetComponentIndex(Selection::All)], vec![check(Condition::CheckContent)]]);
    let envelope = |count: usize| {
        let choice = vec![index(0), Command::TryEach(vec![commands.clone(), mark("x")], false)];
        let commands = seq([choice, vec![Command::SetComponentIndex(Selection::All)], mark("y")]);
        seal(&with(manifest(&names[..count]), ManifestKey::Install, commands))
    };
    let mut device = Device::new(&names);
    assert_eq!(update_in(&mut device, &envelope(255), PLENTY), Ok(()));
    let written = device.components.iter().filter(|component| component.content.is_some()).count();
    assert_eq!(written, 255);
    let mut device = Device::new(&names);
    assert_eq!(malformed(update_in(&mut device, &envelope(256), PLENTY)), ErrorKind::TooManyItems);
    assert_eq!(
        update_in(&mut device, &envelope(255), [254, 255, 32, 256]),
        Err(ProcessError::TooManyComponents)
    );
    assert!(device.log.is_empty());
}

#[test]
fn p_043_the_targets_that_are_needed_and_one_less() {
    let envelope = seal(&install_abc(seq([vec![index(2)], mark("x")])));
    let mut device = Device::abc();
    assert_eq!(update_in(&mut device, &envelope, [2, 255, 32, 256]), Err(ProcessError::TooManyComponents));
    assert_eq!(update_in(&mut device, &envelope, [0, 255, 32, 256]), Err(ProcessError::TooManyComponents));
    assert!(device.log.is_empty());
    assert_eq!(update_in(&mut device, &envelope, [3, 255, 32, 256]), Ok(()));
}

#[test]
fn a_manifest_for_nothing_is_refused() {
    let manifest = with(manifest(&[]), ManifestKey::Install, vec![check(Condition::Abort)]);
    assert_eq!(malformed(Device::abc().update(&seal(&manifest))), ErrorKind::NoComponents);
}

#[test]
fn the_same_component_twice_is_refused() {
    let commands = seq([vec![index(0)], mark("x")]);
    let manifest = with(manifest(&["a", "b", "a"]), ManifestKey::Install, commands);
    assert_eq!(malformed(Device::abc().update(&seal(&manifest))), ErrorKind::DuplicateComponent);
}

// --- parameters, buffer ---

#[test]
fn the_settings_that_are_needed_and_one_less() {
    // Two for a, one for b: that one is set twice and counts once.
    let set = vec![
        index(0),
        put(vec![content(b"x"), Parameter::InvokeArgs(vec![])]),
        index(1),
        put(vec![content(b"y")]),
        put(vec![content(b"z")]),
        Command::SetParameters(vec![content(b"w")]),
        act(Act::Write),
    ];
    let envelope = seal(&install_abc(set));
    let settings = |settings| update_in(&mut Device::abc(), &envelope, [255, settings, 32, 256]);
    assert_eq!(settings(3), Ok(()));
    assert_eq!(settings(2), Err(ProcessError::TooManyParameters));
    assert_eq!(settings(0), Err(ProcessError::TooManyParameters));
}

#[test]
fn a_buffer_of_any_size_will_do() {
    let image: Vec<u8> = (0..=255).collect();
    let commands = vec![
        index(0),
        put(vec![Parameter::SourceComponent(1), sha256(&image), content(&image)]),
        act(Act::Copy),
        check(Condition::ImageMatch),
        check(Condition::CheckContent),
    ];
    let envelope = seal(&install_abc(commands));
    for buffer in [0, 1, 3, 64, 255, 256] {
        let mut device = Device::abc().holding("b", &image);
        assert_eq!(update_in(&mut device, &envelope, [255, 255, 32, buffer]), Ok(()), "{buffer}");
        assert_eq!(device.content("a"), Some(&image[..]));
        let mut wrong = image.clone();
        wrong[255] ^= 1;
        let mut device = Device::abc().holding("b", &wrong);
        let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
        assert_eq!(update_in(&mut device, &envelope, [255, 255, 32, buffer]), failed, "{buffer}");
    }
}
