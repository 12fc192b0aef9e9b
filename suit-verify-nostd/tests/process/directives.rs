//! Directives: what each does, needs and refuses. Templates that manifests are made from stand in `templates`.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey, ParameterKey};
use suit_core::owned::{Command, Custom, Parameter, Selection};
use suit_verify_nostd::Step;
use suit_verify_nostd::platform::{Handle, PlatformFault};
use suit_verify_nostd::process::{Memory, Payload, Procedure, ProcessError};

use crate::build::*;
use crate::device::Device;

const IMAGE: &[u8] = b"an image of 30 bytes in length";

/// COSE_Encrypt with A128GCM and AES-KW, all keys and texts zero.
pub(crate) fn encryption_info() -> Parameter {
    let encoded = crate::common::hex(
        "d8 60 84                                  # tag 96, array of 4
            43 a1 01 01                            # {1: A128GCM}
            a1 05 4c 000000000000000000000000      # {5: IV}
            f6                                     # detached
            81 83 40 a1 01 22                      # one recipient, {1: A128KW}
               58 18 000000000000000000000000000000000000000000000000",
    );
    Parameter::EncryptionInfo(encoded)
}

fn source(index: u64) -> Parameter {
    Parameter::SourceComponent(index)
}

fn update(device: &mut Device, commands: Vec<Command>) -> Result<(), ProcessError> {
    device.update(&seal(&install_abc(seq([vec![index(0)], commands]))))
}

#[test]
fn p_083_override_parameters_replaces_set_parameters_does_not() {
    let set = |mark: &str| Command::SetParameters(vec![content(mark.as_bytes())]);
    let over = |mark: &str| put(vec![content(mark.as_bytes())]);
    let cases: [(Vec<Command>, &[u8]); 6] = [
        (vec![over("1"), over("2")], b"2"),
        (vec![set("1"), set("2")], b"1"),
        (vec![over("1"), set("2")], b"1"),
        (vec![set("1"), over("2")], b"2"),
        (vec![over("1"), over("2"), set("3")], b"2"),
        (vec![set("1"), over("2"), set("3"), over("4")], b"4"),
    ];
    for (commands, left) in cases {
        let mut device = Device::abc();
        assert_eq!(update(&mut device, seq([commands, vec![act(Act::Write)]])), Ok(()));
        assert_eq!(device.content("a"), Some(left));
    }
}

#[test]
fn p_084_set_parameters_sets_only_what_is_unset() {
    // Of two parameters one is set already.
    let both = Command::SetParameters(vec![content(b"new"), Parameter::InvokeArgs(b"args".to_vec())]);
    let commands = vec![put(vec![content(b"old")]), both, act(Act::Write), act(Act::Invoke)];
    let mut device = Device::abc();
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.content("a"), Some(&b"old"[..]));
    assert_eq!(device.log[2], "invoke a args");
}

#[test]
fn p_083_p_084_every_selected_component_gets_the_parameters() {
    let all = Command::SetComponentIndex(Selection::All);
    let commands = vec![
        put(vec![content(b"mine")]),
        all,
        Command::SetParameters(vec![content(b"common")]),
        act(Act::Write),
        put(vec![content(b"last")]),
        Command::SetComponentIndex(Selection::Several(vec![2])),
        act(Act::Write),
    ];
    let mut device = Device::abc();
    assert_eq!(update(&mut device, commands), Ok(()));
    let left = ["a", "b", "c"].map(|name| device.content(name).unwrap().to_vec());
    assert_eq!(left, [&b"mine"[..], b"common", b"last"]);
}

#[test]
fn p_087_parameters_belong_to_one_component() {
    let commands = vec![put(vec![content(b"for a")]), index(1), act(Act::Write)];
    let mut device = Device::abc();
    assert_eq!(update(&mut device, commands), Err(ProcessError::ParameterUnset(ParameterKey::Content)));
    assert_eq!(device.content("b"), None);
    let there_and_back = vec![
        put(vec![content(b"for a")]),
        index(1),
        put(vec![content(b"for b")]),
        act(Act::Write),
        index(0),
        act(Act::Write),
    ];
    assert_eq!(update(&mut device, there_and_back), Ok(()));
    assert_eq!(device.content("a"), Some(&b"for a"[..]));
    assert_eq!(device.content("b"), Some(&b"for b"[..]));
}

#[test]
fn p_088_custom_parameters_change_nothing_for_standard_commands() {
    let plain = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let mut without = Device::abc().serving("coap://x/i", IMAGE);
    assert_eq!(update(&mut without, plain.clone()), Ok(()));
    for label in [-257, -1_000, -32_768, -32_769, -1_000_000, i64::MIN] {
        let values = [
            Custom::Int(7),
            Custom::Bool(true),
            Custom::Text("hint".to_owned()),
            Custom::Bytes(b"hint".to_vec()),
        ];
        for value in values {
            let hint = put(vec![Parameter::Custom(label, value)]);
            let mut with = Device::abc().serving("coap://x/i", IMAGE);
            assert_eq!(update(&mut with, seq([vec![hint], plain.clone()])), Ok(()), "{label}");
            assert_eq!(with.log, without.log);
        }
    }
}

/// Each way in which a directive can fail: the commands, and the error.
fn failing() -> Vec<(&'static str, Vec<Command>, ProcessError)> {
    let unset = ProcessError::ParameterUnset;
    let two = Command::TryEach(vec![vec![check(Condition::Abort)], vec![check(Condition::Abort)]], false);
    vec![
        ("write, no content", vec![act(Act::Write)], unset(ParameterKey::Content)),
        ("fetch, no URI", vec![act(Act::Fetch)], unset(ParameterKey::Uri)),
        (
            "fetch, not to be had",
            vec![put(vec![uri("coap://x/none")]), act(Act::Fetch)],
            ProcessError::Unavailable,
        ),
        ("copy, no source", vec![act(Act::Copy)], unset(ParameterKey::SourceComponent)),
        ("copy, empty source", vec![put(vec![source(1)]), act(Act::Copy)], ProcessError::SourceMissing),
        ("swap, no source", vec![act(Act::Swap)], unset(ParameterKey::SourceComponent)),
        ("swap, empty source", vec![put(vec![source(1)]), act(Act::Swap)], ProcessError::SourceMissing),
        ("invoke, not verified", vec![act(Act::Invoke)], ProcessError::InvokeUnverified),
        (
            "write, too long",
            vec![put(vec![content(b"ab"), Parameter::ImageSize(1)]), act(Act::Write)],
            ProcessError::TooLarge,
        ),
        (
            "write, encrypted",
            vec![put(vec![content(b"ab"), encryption_info()]), act(Act::Write)],
            ProcessError::EncryptionUnsupported,
        ),
        (
            "custom",
            vec![Command::Custom(-257, Custom::Nil)],
            ProcessError::Platform(PlatformFault::UNSUPPORTED),
        ),
        ("try-each", vec![two], ProcessError::AlternativesExhausted),
    ]
}

#[test]
fn p_072_a_03_a_failing_directive_aborts_inside_try_each() {
    for (name, commands, error) in failing() {
        for or_nothing in [false, true] {
            let mut device = Device::abc();
            let choice = Command::TryEach(vec![commands.clone(), mark("other")], or_nothing);
            assert_eq!(update(&mut device, seq([vec![choice], mark("behind")])), Err(error), "{name}");
            assert_eq!(device.content("a"), None, "{name}: nothing else was tried");
        }
    }
}

#[test]
fn p_072_p_119_a_06_a_failing_directive_aborts_whatever_soft_failure_says() {
    for (name, commands, error) in failing() {
        let soft = put(vec![Parameter::SoftFailure(true)]);
        let run = Command::RunSequence(seq([vec![soft], commands]));
        let mut device = Device::abc();
        assert_eq!(update(&mut device, seq([vec![run], mark("behind")])), Err(error), "{name}");
        assert_eq!(device.content("a"), None, "{name}");
        assert!(!device.log.iter().any(|line| line.starts_with("floor")), "{name}");
    }
}

#[test]
fn p_074_p_086_parameters_are_set_before_the_command() {
    // Too late.
    let commands = vec![act(Act::Write), put(vec![content(b"x")])];
    let unset = ProcessError::ParameterUnset(ParameterKey::Content);
    assert_eq!(update(&mut Device::abc(), commands), Err(unset));
}

#[test]
fn p_089_a_fetch_asks_for_each_component_with_its_own_parameters() {
    let commands = vec![
        put(vec![uri("coap://x/a"), Parameter::FetchArguments(b"how".to_vec())]),
        index(1),
        put(vec![uri("coap://x/b"), size(IMAGE)]),
        Command::SetComponentIndex(Selection::Several(vec![1, 0])),
        act(Act::Fetch),
    ];
    let envelope = seal(&install_abc(seq([vec![index(0)], commands])));
    let mut device = Device::abc();
    let mut memory = Memory::<4, 24, 8, 64>::new();
    device
        .process(&envelope, memory.lend(), |mut processor| {
            processor.start(Procedure::Update).unwrap();
            let b = Payload {
                component: Handle(1),
                uri: "coap://x/b",
                arguments: None,
                offset: 0,
                size: Some(30),
            };
            assert_eq!(processor.run(), Step::NeedPayload(b));
            assert_eq!(processor.run(), Step::NeedPayload(b), "asked again, it says the same");
            processor.feed(&IMAGE[..10]).unwrap();
            assert_eq!(processor.run(), Step::NeedPayload(Payload { offset: 10, ..b }));
            processor.feed(&IMAGE[10..]).unwrap();
            // The size is reached, so no end needs to be told.
            let a = Payload {
                component: Handle(0),
                uri: "coap://x/a",
                arguments: Some(b"how"),
                offset: 0,
                size: None,
            };
            assert_eq!(processor.run(), Step::NeedPayload(a));
            processor.feed(IMAGE).unwrap();
            assert_eq!(processor.run(), Step::NeedPayload(Payload { offset: 30, ..a }));
            processor.end_payload().unwrap();
            assert_eq!(processor.run(), Step::Done);
        })
        .unwrap();
    assert_eq!(device.content("a"), Some(IMAGE));
    assert_eq!(device.content("b"), Some(IMAGE));
}

#[test]
fn p_089_what_is_there_is_not_fetched_again() {
    let with = |parameters: Vec<Parameter>| {
        vec![put([parameters, vec![uri("coap://x/i")]].concat()), act(Act::Fetch)]
    };
    let cases = [
        (vec![sha256(IMAGE), size(IMAGE)], false),
        (vec![sha256(IMAGE)], false),
        // Without a digest nobody knows what is there.
        (vec![size(IMAGE)], true),
        (vec![], true),
        // The digest of something else.
        (vec![sha256(b"else")], true),
    ];
    for (parameters, fetched) in cases {
        let mut device = Device::abc().holding("a", IMAGE).serving("coap://x/i", IMAGE);
        assert_eq!(update(&mut device, with(parameters)), Ok(()));
        assert_eq!(device.log.iter().any(|line| line.starts_with("get")), fetched);
    }
}

#[test]
fn p_089_p_139_an_integrated_payload_is_stored_without_asking() {
    let commands = vec![
        index(0),
        put(vec![uri("#i"), sha256(IMAGE), size(IMAGE)]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let manifest = install_abc(commands);
    let mut device = Device::abc();
    assert_eq!(device.update(&seal_with(&manifest, &[("#i", IMAGE), ("#j", b"another")])), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    assert_eq!(device.log, ["begin a 30", "commit a 30", "floor 7"]);
    // It isn't signed itself: one with another content is stored, and then has the wrong digest.
    let mut other = IMAGE.to_vec();
    other[7] ^= 1;
    let mut device = Device::abc();
    let failed = Err(ProcessError::ConditionFailed(Condition::ImageMatch));
    assert_eq!(device.update(&seal_with(&manifest, &[("#i", &other)])), failed);
    // One that isn't there is asked for like any other.
    assert_eq!(device.update(&seal_with(&manifest, &[("#j", IMAGE)])), Err(ProcessError::Unavailable));
}

#[test]
fn p_090_copy_stores_what_the_source_holds() {
    let mut device = Device::abc().holding("b", IMAGE);
    assert_eq!(update(&mut device, vec![put(vec![source(1)]), act(Act::Copy)]), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    assert_eq!(device.content("b"), Some(IMAGE), "it is still there");
    assert_eq!(device.log, ["begin a 30", "commit a 30", "floor 7"]);
}

#[test]
fn p_090_copy_of_any_length() {
    for length in [0, 1, 63, 64, 65, 128, 1_000] {
        let image: Vec<u8> = (0..length).map(|position| (position % 251) as u8).collect();
        let mut device = Device::abc().holding("b", &image);
        assert_eq!(update(&mut device, vec![put(vec![source(1)]), act(Act::Copy)]), Ok(()));
        assert_eq!(device.content("a"), Some(&image[..]), "{length}");
    }
}

#[test]
fn p_090_copy_fails_without_a_source() {
    let unset = ProcessError::ParameterUnset(ParameterKey::SourceComponent);
    let mut device = Device::abc().holding("a", b"old").holding("b", IMAGE);
    assert_eq!(update(&mut device, vec![act(Act::Copy)]), Err(unset));
    assert_eq!(
        update(&mut device, vec![put(vec![source(2)]), act(Act::Copy)]),
        Err(ProcessError::SourceMissing)
    );
    assert_eq!(device.content("a"), Some(&b"old"[..]), "nothing was begun");
    // An index that the manifest doesn't have is refused before anything runs.
    let beyond = update(&mut device, vec![put(vec![source(3)]), act(Act::Copy)]);
    assert_eq!(beyond, Err(ProcessError::Malformed(suit_core::ErrorKind::ComponentIndex)));
}

#[test]
fn p_090_copy_skips_what_is_there() {
    let mut device = Device::abc().holding("a", IMAGE).holding("b", b"another source");
    let commands = vec![put(vec![source(1), sha256(IMAGE)]), act(Act::Copy), check(Condition::ImageMatch)];
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.log, ["floor 7"]);
}

#[test]
fn p_091_swap_exchanges() {
    let mut device = Device::abc().holding("a", b"old").holding("b", IMAGE);
    assert_eq!(update(&mut device, vec![put(vec![source(1)]), act(Act::Swap)]), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
    assert_eq!(device.content("b"), Some(&b"old"[..]));
    // P-077: run again with the digest known, it is not undone.
    let commands = vec![put(vec![source(1), sha256(IMAGE)]), act(Act::Swap), check(Condition::ImageMatch)];
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
}

#[test]
fn p_091_swap_fails_without_a_source() {
    let mut device = Device::abc().holding("a", IMAGE);
    assert_eq!(
        update(&mut device, vec![put(vec![source(1)]), act(Act::Swap)]),
        Err(ProcessError::SourceMissing)
    );
    assert_eq!(device.content("a"), Some(IMAGE));
}

/// To make room for the copy, it would be emptied.
#[test]
fn p_090_p_091_a_component_is_not_its_own_source() {
    for directive in [Act::Copy, Act::Swap] {
        let mut device = Device::abc().holding("a", IMAGE);
        assert_eq!(
            update(&mut device, vec![put(vec![source(0)]), act(directive)]),
            Err(ProcessError::SourceMissing)
        );
        assert_eq!(device.content("a"), Some(IMAGE));
        assert!(device.log.is_empty());
    }
}

#[test]
fn p_092_write_stores_the_content() {
    for bytes in [&b"x"[..], b"", IMAGE] {
        let mut device = Device::abc().holding("a", b"what was there before");
        assert_eq!(update(&mut device, vec![put(vec![content(bytes)]), act(Act::Write)]), Ok(()));
        assert_eq!(device.content("a"), Some(bytes), "P-050: no byte of the old one is left");
    }
}

/// A manifest that first checks what is there may not have set the new digest yet.
#[test]
fn p_092_a_write_is_carried_out_whatever_digest_is_set() {
    let commands =
        vec![put(vec![sha256(b"old"), content(b"new")]), check(Condition::ImageMatch), act(Act::Write)];
    let mut device = Device::abc().holding("a", b"old");
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.content("a"), Some(&b"new"[..]));
}

#[test]
fn p_093_invoke_hands_over_its_argument_and_goes_on() {
    let run = |arguments: Option<&[u8]>| {
        let arguments = arguments.map(|bytes| put(vec![Parameter::InvokeArgs(bytes.to_vec())]));
        let commands = seq([mark("code"), arguments.into_iter().collect(), vec![act(Act::Invoke)]]);
        let behind = seq([vec![index(1)], mark("behind")]);
        let commands = seq([vec![index(0)], commands, behind]);
        let manifest = with(manifest(&["a", "b"]), ManifestKey::Invoke, commands);
        let mut device = Device::abc();
        assert_eq!(device.invocation(&seal(&manifest)), Ok(()));
        assert_eq!(device.content("b"), Some(&b"behind"[..]), "control came back");
        device.log[2].clone()
    };
    assert_eq!(run(Some(b"args")), "invoke a args");
    assert_eq!(run(Some(b"")), "invoke a ");
    assert_eq!(run(None), "invoke a");
}

/// Whatever stores, stores no byte more than image-size says.
#[test]
fn p_094_image_size_bounds_what_is_stored() {
    let long = [IMAGE, b"!"].concat();
    let bound = size(IMAGE);
    let cases: [(&str, Vec<Command>); 4] = [
        ("fetch", vec![put(vec![bound.clone(), uri("coap://x/i")]), act(Act::Fetch)]),
        ("integrated", vec![put(vec![bound.clone(), uri("#i")]), act(Act::Fetch)]),
        ("write", vec![put(vec![bound.clone(), content(&long)]), act(Act::Write)]),
        ("copy", vec![put(vec![bound, source(1)]), act(Act::Copy)]),
    ];
    for (name, commands) in cases {
        let envelope = seal_with(&install_abc(seq([vec![index(0)], commands])), &[("#i", &long)]);
        for piece in [1, 7, 31, 100] {
            let mut device = Device::abc().holding("b", &long).serving("coap://x/i", &long);
            device.piece = piece;
            assert_eq!(device.update(&envelope), Err(ProcessError::TooLarge), "{name}");
            assert_eq!(device.content("a"), None, "{name}");
            assert!(device.component("a").kept.len() <= IMAGE.len(), "{name}: no byte too many");
        }
    }
}

/// Nor more than the component has room for, whether the manifest gives a size or not.
#[test]
fn s18_p_094_capacity_bounds_what_is_stored() {
    let cases: [(&str, Vec<Command>); 5] = [
        ("fetch", vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)]),
        ("fetch, size known", vec![put(vec![size(IMAGE), uri("coap://x/i")]), act(Act::Fetch)]),
        ("integrated", vec![put(vec![uri("#i")]), act(Act::Fetch)]),
        ("write", vec![put(vec![content(IMAGE)]), act(Act::Write)]),
        ("copy", vec![put(vec![source(1)]), act(Act::Copy)]),
    ];
    for (name, commands) in cases {
        let envelope = seal_with(&install_abc(seq([vec![index(0)], commands])), &[("#i", IMAGE)]);
        for (capacity, result) in [(30, Ok(())), (29, Err(ProcessError::TooLarge))] {
            let mut device = Device::abc().holding("b", IMAGE).serving("coap://x/i", IMAGE);
            device.component("a").capacity = capacity;
            assert_eq!(device.update(&envelope), result, "{name} {capacity}");
            let asked = device.log.iter().any(|line| line.starts_with("get"));
            assert_eq!(asked, name == "fetch" || (name == "fetch, size known" && result.is_ok()), "{name}");
        }
    }
}

#[test]
fn p_050_a_shorter_image_leaves_nothing_of_a_longer_one() {
    let short = &IMAGE[..7];
    let commands =
        vec![put(vec![sha256(short), uri("coap://x/i")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let mut device = Device::abc().holding("a", IMAGE).serving("coap://x/i", short);
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.content("a"), Some(short));
    assert!(device.log.contains(&"commit a 7".to_owned()));
}

#[test]
fn a_13_encrypted_payloads_are_refused_before_anything_is_stored() {
    let stores = [
        vec![put(vec![uri("coap://x/i")]), act(Act::Fetch)],
        vec![put(vec![uri("#i")]), act(Act::Fetch)],
        vec![put(vec![content(IMAGE)]), act(Act::Write)],
        vec![put(vec![source(1)]), act(Act::Copy)],
    ];
    for commands in stores {
        let commands = seq([vec![index(0), put(vec![encryption_info()])], commands]);
        let envelope = seal_with(&install_abc(commands), &[("#i", IMAGE)]);
        let mut device = Device::abc().holding("b", IMAGE).serving("coap://x/i", IMAGE);
        assert_eq!(device.update(&envelope), Err(ProcessError::EncryptionUnsupported));
        assert!(device.log.is_empty(), "{:?}", device.log);
        let failure = device.rehearse(&envelope, Procedure::Update).unwrap_err();
        assert_eq!(failure.error, ProcessError::EncryptionUnsupported);
    }
}

#[test]
fn custom_commands_are_conditions_or_directives_as_the_platform_says() {
    let argument = Custom::Bytes(b"arg".to_vec());
    let choice = Command::TryEach(vec![vec![Command::Custom(-300, argument)], mark("other")], false);
    let run = |answer| {
        let mut device = Device::abc();
        device.custom = answer;
        let result = update(&mut device, vec![choice.clone()]);
        (result, device.content("a").is_some(), device.log[0].clone())
    };
    let told = "custom a -300 Bytes([97, 114, 103])".to_owned();
    assert_eq!(run(Ok(true)), (Ok(()), false, told.clone()));
    assert_eq!(run(Ok(false)), (Ok(()), true, told.clone()), "a condition that doesn't hold");
    let fault = ProcessError::Platform(PlatformFault(5));
    assert_eq!(run(Err(PlatformFault(5))), (Err(fault), false, told), "a directive that failed");
}

/// What the device didn't list is refused with the manifest, also where it would never run.
#[test]
fn p_009_custom_commands_and_parameters_that_the_device_does_not_list_exclude_the_manifest() {
    static LISTED: suit_core::grammar::Supported =
        suit_verify_nostd::process::SUPPORTED.custom_commands(&[-300]).custom_parameters(&[-400]);
    let run = |listing: bool, unlikely: Command| {
        let mut device = Device::abc();
        device.custom = Ok(true);
        device.setup = if listing {
            |mut setup| {
                setup.supported = &LISTED;
                setup
            }
        } else {
            |mut setup| {
                setup.supported = &suit_verify_nostd::process::SUPPORTED;
                setup
            }
        };
        let commands = seq([mark("x"), vec![Command::TryEach(vec![mark("y"), vec![unlikely]], false)]]);
        let result = update(&mut device, commands);
        assert_eq!(device.log.is_empty(), result.is_err(), "before anything runs");
        result
    };
    let command = |code| Command::Custom(code, Custom::Nil);
    let parameter = |label| put(vec![Parameter::Custom(label, Custom::Int(1))]);
    let unknown = Err(ProcessError::Malformed(suit_core::ErrorKind::UnknownCommand));
    let unknown_parameter = Err(ProcessError::Malformed(suit_core::ErrorKind::UnknownParameter));
    assert_eq!(run(true, command(-300)), Ok(()));
    assert_eq!(run(true, command(-301)), unknown);
    assert_eq!(run(true, command(-400)), unknown);
    assert_eq!(run(false, command(-300)), unknown);
    assert_eq!(run(true, parameter(-400)), Ok(()));
    assert_eq!(run(true, parameter(-300)), unknown_parameter);
    assert_eq!(run(false, parameter(-400)), unknown_parameter);
}

/// However a payload is cut up, the same comes of it.
#[test]
fn payloads_come_in_pieces_of_any_size() {
    let commands = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let envelope = seal(&install_abc(seq([vec![index(0)], commands])));
    for piece in 1..=IMAGE.len() + 1 {
        for kept in 0..=IMAGE.len() {
            let mut device = Device::abc().serving("coap://x/i", IMAGE);
            device.piece = piece;
            device.component("a").kept = IMAGE[..kept].to_vec();
            assert_eq!(device.update(&envelope), Ok(()), "{piece} {kept}");
            assert_eq!(device.content("a"), Some(IMAGE));
        }
    }
}

/// A platform that kept more than the image has begins anew.
#[test]
fn p_077_what_was_kept_of_something_longer_is_dropped() {
    let commands = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let mut device = Device::abc().serving("coap://x/i", IMAGE);
    device.component("a").kept = vec![0; 31];
    assert_eq!(update(&mut device, commands), Ok(()));
    assert_eq!(device.content("a"), Some(IMAGE));
}
