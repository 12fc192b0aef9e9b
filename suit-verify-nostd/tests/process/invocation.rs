//! Nothing is started that didn't have, in the same procedure and until then, a digest or a content that the manifest gives.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Custom, Parameter};
use suit_verify_nostd::process::{Memory, Procedure, ProcessError};

use crate::build::*;
use crate::device::{Device, finish, options};

const GOOD: &[u8] = b"good image";
const BAD: &[u8] = b"bad image!";

fn verified() -> Vec<Command> {
    vec![put(vec![sha256(GOOD)]), check(Condition::ImageMatch)]
}

fn invoke() -> Vec<Command> {
    vec![act(Act::Invoke)]
}

fn source(index: u64) -> Command {
    put(vec![Parameter::SourceComponent(index)])
}

/// A component with the right image, one with a wrong one, and an empty one.
fn device() -> Device {
    let mut device = Device::abc().holding("a", GOOD).holding("b", BAD).serving("coap://x/bad", BAD);
    device.custom = Ok(true);
    device
}

fn run(device: &mut Device, commands: Vec<Command>) -> Result<(), ProcessError> {
    let commands = seq([vec![index(0)], commands]);
    device.invocation(&seal_with(
        &with(manifest(&["a", "b", "c"]), ManifestKey::Invoke, commands),
        &[("#bad", BAD)],
    ))
}

fn invoked(device: &Device) -> Vec<&str> {
    device.log.iter().filter_map(|line| line.strip_prefix("invoke ")).collect()
}

#[test]
fn p_045_what_has_its_digest_is_started() {
    let mut device = device();
    assert_eq!(run(&mut device, seq([verified(), invoke()])), Ok(()));
    assert_eq!(invoked(&device), ["a"]);
}

#[test]
fn p_045_s10_every_way_around_verification_is_refused() {
    let at = |component: u64, more: Vec<Command>| seq([vec![index(component)], more]);
    let one = |act_: Act| vec![act(act_)];
    let cases: Vec<(&str, Vec<Command>)> = vec![
        ("never verified", invoke()),
        ("only the digest set", seq([vec![put(vec![sha256(GOOD)])], invoke()])),
        ("another verified", seq([verified(), at(1, invoke())])),
        (
            "verified, then fetched over it",
            seq([verified(), vec![put(vec![sha256(BAD), uri("coap://x/bad")])], one(Act::Fetch), invoke()]),
        ),
        (
            "verified, then an integrated payload over it",
            seq([verified(), vec![put(vec![sha256(BAD), uri("#bad")])], one(Act::Fetch), invoke()]),
        ),
        (
            "verified, then another copied over it",
            seq([verified(), vec![put(vec![sha256(BAD)]), source(1)], one(Act::Copy), invoke()]),
        ),
        (
            "verified, then swapped away",
            seq([verified(), vec![put(vec![sha256(BAD)]), source(1)], one(Act::Swap), invoke()]),
        ),
        (
            "verified, then swapped away from elsewhere",
            seq([verified(), at(1, vec![source(0)]), one(Act::Swap), at(0, invoke())]),
        ),
        ("a copy of what was not verified", at(2, seq([vec![source(1)], one(Act::Copy), invoke()]))),
        (
            "a copy made before the source was verified",
            seq([at(2, seq([vec![source(0)], one(Act::Copy)])), at(0, verified()), at(2, invoke())]),
        ),
        (
            "the condition failed, and nobody minded",
            at(
                1,
                seq([
                    vec![Command::TryEach(vec![verified(), vec![check(Condition::Abort)]], true)],
                    invoke(),
                ]),
            ),
        ),
        (
            "the same by soft-failure",
            at(
                1,
                seq([
                    vec![Command::RunSequence(seq([
                        vec![put(vec![Parameter::SoftFailure(true)])],
                        verified(),
                    ]))],
                    invoke(),
                ]),
            ),
        ),
        (
            "verified in an alternative that then overwrote it and failed",
            seq([
                vec![Command::TryEach(
                    vec![
                        seq([
                            verified(),
                            vec![
                                put(vec![sha256(BAD), uri("#bad")]),
                                act(Act::Fetch),
                                check(Condition::Abort),
                            ],
                        ]),
                        vec![put(vec![sha256(GOOD)])],
                    ],
                    false,
                )],
                invoke(),
            ]),
        ),
        (
            "verified, then a command that nobody knows",
            seq([verified(), vec![Command::Custom(-257, Custom::Nil)], invoke()]),
        ),
    ];
    for (name, commands) in cases {
        let mut device = device();
        assert_eq!(run(&mut device, commands), Err(ProcessError::InvokeUnverified), "{name}");
        assert!(invoked(&device).is_empty(), "{name}");
    }
}

#[test]
fn p_045_of_several_components_only_the_verified_ones_are_started() {
    let all = vec![Command::SetComponentIndex(suit_core::owned::Selection::All)];
    let mut device = device();
    assert_eq!(run(&mut device, seq([verified(), all, invoke()])), Err(ProcessError::InvokeUnverified));
    assert_eq!(invoked(&device), ["a"]);
}

/// A device may know one place by two names.
#[test]
fn p_045_what_is_written_by_another_name_is_not_verified() {
    let over = vec![index(1), put(vec![content(BAD)]), act(Act::Write), index(0)];
    let commands = seq([vec![index(0)], verified(), over, invoke()]);
    let envelope = seal(&with(manifest(&["a", "other name"]), ManifestKey::Invoke, commands));
    let mut device = device();
    device.aliases.insert("other name".to_owned(), "a".to_owned());
    assert_eq!(device.invocation(&envelope), Err(ProcessError::InvokeUnverified));
    assert!(invoked(&device).is_empty());
}

#[test]
fn p_045_nor_what_an_unknown_command_was_given_by_another_name() {
    let over = vec![index(1), Command::Custom(-257, Custom::Nil), index(0)];
    let commands = seq([vec![index(0)], verified(), over, invoke()]);
    let envelope = seal(&with(manifest(&["a", "other name"]), ManifestKey::Invoke, commands));
    let mut device = device();
    device.aliases.insert("other name".to_owned(), "a".to_owned());
    assert_eq!(device.invocation(&envelope), Err(ProcessError::InvokeUnverified));
    assert!(invoked(&device).is_empty());
}

#[test]
fn p_045_what_was_verified_stays_so_where_it_goes() {
    let at = |component: u64, more: Vec<Command>| seq([vec![index(component)], more]);
    let cases: Vec<(&str, Vec<Command>, &str)> = vec![
        ("copied", seq([verified(), at(2, vec![source(0), act(Act::Copy)]), invoke()]), "c"),
        ("swapped", seq([verified(), at(1, vec![source(0), act(Act::Swap)]), invoke()]), "b"),
        ("written", at(2, seq([vec![put(vec![content(GOOD)]), act(Act::Write)], invoke()])), "c"),
        (
            "verified in an alternative that failed",
            seq([
                vec![Command::TryEach(
                    vec![seq([verified(), vec![check(Condition::Abort)]]), vec![put(vec![sha256(BAD)])]],
                    false,
                )],
                invoke(),
            ]),
            "a",
        ),
        (
            "found by a fetch that wasn't needed",
            seq([vec![put(vec![sha256(GOOD), uri("coap://x/bad")]), act(Act::Fetch)], invoke()]),
            "a",
        ),
    ];
    for (name, commands, component) in cases {
        let mut device = device();
        assert_eq!(run(&mut device, commands), Ok(()), "{name}");
        assert_eq!(invoked(&device), [component], "{name}");
        assert_eq!(device.content(component), Some(GOOD), "{name}");
    }
}

#[test]
fn p_045_verification_in_one_section_counts_in_the_next() {
    let manifest = with(manifest(&["a"]), ManifestKey::Validate, verified());
    let manifest = with(manifest, ManifestKey::Invoke, invoke());
    assert_eq!(device().invocation(&seal(&manifest)), Ok(()));
    // An image-match in a section of the update doesn't count for the invocation.
    let manifest = with(crate::build::manifest(&["a"]), ManifestKey::Install, verified());
    let manifest = with(manifest, ManifestKey::Invoke, invoke());
    let envelope = seal(&manifest);
    let mut device = device();
    assert_eq!(device.update(&envelope), Ok(()));
    assert_eq!(device.invocation(&envelope), Err(ProcessError::InvokeUnverified));
}

/// With one processor for both procedures: what the first found out is forgotten.
#[test]
fn p_045_p_042_verification_of_one_procedure_does_not_count_in_the_next() {
    let manifest = with(manifest(&["a"]), ManifestKey::Install, verified());
    let manifest = with(manifest, ManifestKey::Invoke, invoke());
    let mut memory = Memory::<4, 24, 8, 64>::new();
    let mut device = device();
    let envelope = seal(&manifest);
    device
        .process(&envelope, memory.lend(), |mut processor| {
            let none = std::collections::BTreeMap::new();
            processor.start(Procedure::Update).unwrap();
            assert_eq!(finish(&mut processor, &none, 1), Ok(vec![]));
            processor.start(Procedure::Invocation).unwrap();
            let failure = finish(&mut processor, &none, 1).unwrap_err();
            assert_eq!(failure.error, ProcessError::InvokeUnverified);
        })
        .unwrap();
    assert!(invoked(&device).is_empty());
}

/// Bytes that an interrupted transfer left may be of anything: only what was read in this procedure counts.
#[test]
fn p_045_what_an_interrupted_transfer_left_is_not_verified() {
    let copied = seq([verified(), vec![index(2), source(0), act(Act::Copy)], invoke()]);
    let mut device = device();
    device.component("c").kept = BAD[..4].to_vec();
    assert_eq!(run(&mut device, copied.clone()), Err(ProcessError::InvokeUnverified));
    assert!(invoked(&device).is_empty());
    assert_eq!(run(&mut device, copied), Ok(()), "the second time nothing is left over");
    assert_eq!(device.content("c"), Some(GOOD));
    let written = seq([vec![index(2), put(vec![content(GOOD)]), act(Act::Write)], invoke()]);
    let mut device = self::device();
    device.component("c").kept = BAD[..4].to_vec();
    assert_eq!(run(&mut device, written), Ok(()));
    assert_eq!(device.content("c"), Some(GOOD));
}

#[test]
fn p_045_a_device_may_start_what_is_unverified_only_if_told_so() {
    let mut device = device();
    device.setup = |mut setup| {
        setup.options = options(|options| options.invoke_unverified = true);
        setup
    };
    assert_eq!(run(&mut device, seq([vec![index(1)], invoke()])), Ok(()));
    assert_eq!(invoked(&device), ["b"]);
    // Without the leniency; it isn't the default.
    assert_eq!(
        run(&mut self::device(), seq([vec![index(1)], invoke()])),
        Err(ProcessError::InvokeUnverified)
    );
}

#[test]
fn p_046_a_bootloader_that_gets_a_manifest_by_another_key_starts_nothing() {
    let manifest = with(manifest(&["a"]), ManifestKey::Invoke, seq([verified(), invoke()]));
    let mut envelope = seal(&manifest);
    // In the signature, which stands before the manifest.
    let at = envelope.windows(2).position(|head| head == [0x58, 0x40]).unwrap() + 10;
    envelope[at] ^= 1;
    let mut device = device();
    let refused = suit_verify_nostd::AuthenticationError::NoTrustedSignature;
    assert_eq!(device.authenticate(&envelope), Err(refused));
    assert!(device.invocation(&envelope).is_err());
    assert!(device.log.is_empty());
}

#[test]
fn p_076_a_platform_that_cannot_start_it_fails_the_invocation() {
    let mut device = device();
    device.refuses_invoke = true;
    let fault = ProcessError::Platform(suit_verify_nostd::platform::PlatformFault(78));
    assert_eq!(run(&mut device, seq([verified(), invoke()])), Err(fault));
}
