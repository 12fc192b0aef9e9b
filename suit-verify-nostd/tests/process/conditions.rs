//! Conditions: what makes each hold or fail, and that none does anything else.

use suit_core::command::Act;
use suit_core::labels::{Algorithm, Condition, ManifestKey, ParameterKey};
use suit_core::owned::{Command, Digest, Parameter, VendorId};
use suit_core::{Envelope, ErrorKind, Tagging};
use suit_verify_nostd::platform::{Identifier, PlatformFault};
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

const IMAGE: &[u8] = b"an image that is longer than the buffer which it is read into, by some bytes";

/// Conditions of the base manifest that need a parameter, with that parameter so that a device of [`ready`] meets it.
fn held() -> [(Condition, ParameterKey, Parameter); 6] {
    [
        (Condition::VendorIdentifier, ParameterKey::VendorIdentifier, vendor(VENDOR)),
        (Condition::ClassIdentifier, ParameterKey::ClassIdentifier, Parameter::ClassIdentifier(CLASS)),
        (Condition::DeviceIdentifier, ParameterKey::DeviceIdentifier, Parameter::DeviceIdentifier(DEVICE)),
        (Condition::ImageMatch, ParameterKey::ImageDigest, sha256(IMAGE)),
        (Condition::ComponentSlot, ParameterKey::ComponentSlot, Parameter::ComponentSlot(3)),
        (Condition::CheckContent, ParameterKey::Content, content(IMAGE)),
    ]
}

/// The same with a parameter that the device doesn't meet.
fn broken() -> [(Condition, Parameter); 6] {
    [
        (Condition::VendorIdentifier, vendor(CLASS)),
        (Condition::ClassIdentifier, Parameter::ClassIdentifier(VENDOR)),
        (Condition::DeviceIdentifier, Parameter::DeviceIdentifier(CLASS)),
        (Condition::ImageMatch, sha256(b"another image")),
        (Condition::ComponentSlot, Parameter::ComponentSlot(4)),
        (Condition::CheckContent, content(b"another content")),
    ]
}

fn ready() -> Device {
    let mut device = Device::new(&["a"]).holding("a", IMAGE);
    device.component("a").slot = Some(3);
    device
}

fn verdict(device: &mut Device, commands: Vec<Command>) -> Result<(), ProcessError> {
    device.update(&seal(&install(commands)))
}

fn failed(condition: Condition) -> Result<(), ProcessError> {
    Err(ProcessError::ConditionFailed(condition))
}

#[test]
fn each_condition_holds_by_its_parameter() {
    for (condition, _, parameter) in held() {
        assert_eq!(
            verdict(&mut ready(), vec![put(vec![parameter]), check(condition)]),
            Ok(()),
            "{condition:?}"
        );
    }
    for (condition, parameter) in broken() {
        let commands = vec![put(vec![parameter]), check(condition)];
        assert_eq!(verdict(&mut ready(), commands), failed(condition));
    }
}

#[test]
fn p_074_a_condition_whose_parameter_is_not_set_fails() {
    for (condition, key, _) in held() {
        let unset = ProcessError::ConditionUnset(condition, key);
        assert_eq!(verdict(&mut ready(), vec![check(condition)]), Err(unset));
        // It fails as a condition: another alternative may follow.
        let choice = Command::TryEach(vec![vec![check(condition)], mark("other")], false);
        let mut device = ready();
        assert_eq!(verdict(&mut device, vec![choice]), Ok(()));
        assert_eq!(device.content("a"), Some(&b"other"[..]), "{condition:?}");
    }
}

#[test]
fn p_070_a_condition_has_no_effect_but_its_result() {
    let tables = held().into_iter().map(|(condition, _, parameter)| (condition, parameter));
    for (condition, parameter) in tables.chain(broken()) {
        let mut device = ready();
        let before = format!("{:?}", device.components);
        // That it fails is of no account here.
        let choice = Command::TryEach(
            vec![vec![put(vec![parameter]), check(condition)], vec![check(Condition::Abort)]],
            true,
        );
        assert_eq!(verdict(&mut device, vec![choice]), Ok(()));
        assert_eq!(format!("{:?}", device.components), before, "{condition:?}");
        assert_eq!(device.log, ["floor 7"], "{condition:?}");
    }
}

#[test]
fn p_071_a_failing_condition_ends_its_sequence() {
    for (condition, parameter) in broken() {
        let mut device = ready();
        let commands = seq([vec![put(vec![parameter]), check(condition)], mark("behind")]);
        assert_eq!(verdict(&mut device, commands), failed(condition));
        assert_eq!(device.content("a"), Some(IMAGE), "{condition:?}");
        assert!(device.log.is_empty(), "neither what follows nor the floor: {:?}", device.log);
    }
}

#[test]
fn p_073_every_command_gives_a_result() {
    let commands = seq([
        vec![put(vec![vendor(VENDOR)]), check(Condition::VendorIdentifier)],
        mark("x"),
        vec![check(Condition::Abort), act(Act::Invoke)],
    ]);
    let mut device = ready();
    assert_eq!(verdict(&mut device, commands), failed(Condition::Abort));
    let told: Vec<_> = device.watched.iter().map(|watched| (watched.code, watched.error)).collect();
    let aborted = Some(ProcessError::ConditionFailed(Condition::Abort));
    assert_eq!(told, [(20, None), (1, None), (20, None), (18, None), (14, aborted)]);
}

#[test]
fn p_082_abort_always_fails_as_a_condition() {
    assert_eq!(verdict(&mut ready(), vec![check(Condition::Abort)]), failed(Condition::Abort));
    let choice = Command::TryEach(vec![vec![check(Condition::Abort)], mark("other")], false);
    assert_eq!(verdict(&mut ready(), vec![choice]), Ok(()));
}

#[test]
fn p_009_p_010_what_is_unknown_is_refused_before_anything_runs() {
    // 11 is unassigned among conditions and parameters; -1 and -256 are reserved.
    let cases: [(&[u8], ErrorKind); 5] = [
        // condition 9
        (&[0x09, 0x0f], ErrorKind::UnknownCommand),
        // condition -1
        (&[0x20, 0x0f], ErrorKind::UnknownCommand),
        // command -256
        (&[0x38, 0xff, 0x0f], ErrorKind::UnknownCommand),
        // override-parameters {9: 0}
        (&[0x14, 0xa1, 0x09, 0x00], ErrorKind::UnknownParameter),
        // override-parameters {-1: 0}
        (&[0x14, 0xa1, 0x20, 0x00], ErrorKind::UnknownParameter),
    ];
    for (command, kind) in cases {
        // In an alternative that would never run, behind a write.
        let placeholder = check(Condition::CheckContent);
        let choice = Command::TryEach(vec![mark("x"), vec![placeholder]], false);
        let encoded = Command::encode_sequence(&seq([mark("x"), vec![choice]]));
        let (at, tail) = (encoded.len() - 3, [0x82, 0x06, 0x0f]);
        assert_eq!(encoded[at..], tail, "the alternative ends the sequence");
        let alternative = [&[0x82], command].concat();
        let mut section = encoded[..at - 1].to_vec();
        section.push(0x40 + u8::try_from(alternative.len()).unwrap());
        section.extend(&alternative);
        let mut device = ready();
        let envelope = seal_raw(&manifest(&["a"]), ManifestKey::Install, &section);
        assert_eq!(device.update(&envelope), Err(ProcessError::Malformed(kind)), "{command:x?}");
        // And this is where.
        let manifest = Envelope::parse(&envelope, Tagging::Required).unwrap().manifest().content();
        let offset = suit_core::Manifest::parse(manifest).unwrap_err().offset;
        assert!(envelope[offset..].starts_with(if kind == ErrorKind::UnknownCommand {
            command
        } else {
            &command[2..]
        }));
        assert!(device.log.is_empty());
    }
}

#[test]
fn p_078_any_of_the_known_identifiers_will_do() {
    let other = [0x44; 16];
    for (condition, parameter) in [
        (Condition::VendorIdentifier, vendor(other)),
        (Condition::ClassIdentifier, Parameter::ClassIdentifier(other)),
        (Condition::DeviceIdentifier, Parameter::DeviceIdentifier(other)),
    ] {
        let commands = vec![put(vec![parameter]), check(condition)];
        let mut device = ready();
        assert_eq!(verdict(&mut device, commands.clone()), failed(condition));
        for list in [&mut device.vendors, &mut device.classes, &mut device.devices] {
            list.push(Identifier::Uuid(other));
        }
        assert_eq!(verdict(&mut device, commands.clone()), Ok(()), "{condition:?} by the second");
        for list in [&mut device.vendors, &mut device.classes, &mut device.devices] {
            list.clear();
        }
        assert_eq!(verdict(&mut device, commands), failed(condition), "{condition:?} with none known");
    }
}

/// The identifier of one kind is nothing to the others, though the bytes are the same.
#[test]
fn p_078_kinds_of_identifiers_are_kept_apart() {
    let all = [Condition::VendorIdentifier, Condition::ClassIdentifier, Condition::DeviceIdentifier];
    for known in all {
        let mut device = ready();
        let lists = [&mut device.vendors, &mut device.classes, &mut device.devices];
        for (list, kind) in lists.into_iter().zip(all) {
            *list = vec![Identifier::Uuid(if kind == known { VENDOR } else { [0; 16] })];
        }
        for asked in all {
            let parameters =
                vec![vendor(VENDOR), Parameter::ClassIdentifier(VENDOR), Parameter::DeviceIdentifier(VENDOR)];
            let expected = if asked == known { Ok(()) } else { failed(asked) };
            assert_eq!(verdict(&mut device, vec![put(parameters), check(asked)]), expected);
        }
    }
}

#[test]
fn p_078_identifiers_are_those_of_the_current_component() {
    let mut device = Device::abc();
    device.component("b").classes = Some(vec![Identifier::Uuid([7; 16])]);
    let ask = |component: u64, class: u8| {
        vec![
            index(component),
            put(vec![Parameter::ClassIdentifier([class; 16])]),
            check(Condition::ClassIdentifier),
        ]
    };
    assert_eq!(device.update(&seal(&install_abc(seq([ask(0, 0x22), ask(1, 7)])))), Ok(()));
    assert_eq!(device.update(&seal(&install_abc(ask(0, 7)))), failed(Condition::ClassIdentifier));
    assert_eq!(device.update(&seal(&install_abc(ask(1, 0x22)))), failed(Condition::ClassIdentifier));
}

#[test]
fn p_078_a_private_enterprise_number_is_no_uuid() {
    // Relative object identifier: 32473, the number for documentation.
    const PEN: &[u8] = &[0x81, 0xfd, 0x59];
    let pen = |bytes: &[u8]| Parameter::VendorIdentifier(VendorId::Pen(bytes.to_vec()));
    let ask = |parameter| vec![put(vec![parameter]), check(Condition::VendorIdentifier)];
    let mut device = ready();
    assert_eq!(verdict(&mut device, ask(pen(PEN))), failed(Condition::VendorIdentifier));
    // The same bytes as UUID.
    assert_eq!(verdict(&mut device, ask(pen(&VENDOR))), failed(Condition::VendorIdentifier));
    device.vendors = vec![Identifier::Pen(PEN)];
    assert_eq!(verdict(&mut device, ask(pen(PEN))), Ok(()));
    assert_eq!(verdict(&mut device, ask(pen(&PEN[..2]))), failed(Condition::VendorIdentifier));
    device.vendors = vec![Identifier::Pen(&VENDOR)];
    assert_eq!(verdict(&mut device, ask(vendor(VENDOR))), failed(Condition::VendorIdentifier));
}

#[test]
fn p_079_image_match_is_by_the_whole_content() {
    let ask = vec![put(vec![sha256(IMAGE)]), check(Condition::ImageMatch)];
    let longer = [IMAGE, b"!"].concat();
    let mut first = IMAGE.to_vec();
    first[0] ^= 1;
    let mut last = IMAGE.to_vec();
    *last.last_mut().unwrap() ^= 0x80;
    let wrong: [&[u8]; 5] = [&longer, &IMAGE[..IMAGE.len() - 1], &first, &last, b""];
    for content in wrong {
        let mut device = Device::new(&["a"]).holding("a", content);
        assert_eq!(verdict(&mut device, ask.clone()), failed(Condition::ImageMatch));
    }
    assert_eq!(verdict(&mut Device::new(&["a"]), ask), failed(Condition::ImageMatch), "nothing there");
    let nothing = vec![put(vec![sha256(b"")]), check(Condition::ImageMatch)];
    assert_eq!(
        verdict(&mut Device::new(&["a"]), nothing.clone()),
        failed(Condition::ImageMatch),
        "nothing is no image"
    );
    assert_eq!(verdict(&mut Device::new(&["a"]).holding("a", b""), nothing), Ok(()));
}

/// Lengths around the buffer of 64 bytes.
#[test]
fn p_079_images_of_any_length_are_hashed_to_their_end() {
    for length in [1, 63, 64, 65, 127, 128, 129, 1_000] {
        let image: Vec<u8> = (0..length).map(|position| (position % 251) as u8).collect();
        let mut device = Device::new(&["a"]).holding("a", &image);
        let ask = vec![put(vec![sha256(&image)]), check(Condition::ImageMatch)];
        assert_eq!(verdict(&mut device, ask), Ok(()), "{length}");
        assert_eq!(device.read, length);
    }
}

#[test]
fn p_079_the_digest_may_be_of_another_algorithm() {
    use sha2::Digest as _;
    let cases = [
        (Algorithm::Sha384, sha2::Sha384::digest(IMAGE).to_vec(), Ok(())),
        (Algorithm::Sha512, sha2::Sha512::digest(IMAGE).to_vec(), Ok(())),
        // Of the right length, and nothing hashes it: not a condition that fails but a manifest that can't be run.
        (Algorithm::Shake128, vec![0; 32], Err(ProcessError::UnsupportedDigest)),
    ];
    for (algorithm, bytes, result) in cases {
        let parameter = Parameter::ImageDigest(Digest { algorithm, bytes });
        assert_eq!(verdict(&mut ready(), vec![put(vec![parameter]), check(Condition::ImageMatch)]), result);
    }
}

#[test]
fn a_22_image_match_compares_the_size_if_it_is_set() {
    let length = IMAGE.len() as u64;
    let wrong = [0, length - 1, length + 1, length + (1 << 32), u64::MAX];
    for size in wrong {
        let parameters = vec![sha256(IMAGE), Parameter::ImageSize(size)];
        assert_eq!(
            verdict(&mut ready(), vec![put(parameters), check(Condition::ImageMatch)]),
            failed(Condition::ImageMatch),
            "{size}"
        );
    }
    let parameters = vec![sha256(IMAGE), Parameter::ImageSize(length)];
    assert_eq!(verdict(&mut ready(), vec![put(parameters), check(Condition::ImageMatch)]), Ok(()));
}

#[test]
fn p_080_check_content_reads_all_bytes_wherever_they_differ() {
    let ask = vec![put(vec![content(IMAGE)]), check(Condition::CheckContent)];
    for position in 0..IMAGE.len() {
        let mut other = IMAGE.to_vec();
        other[position] ^= 1;
        let mut device = Device::new(&["a"]).holding("a", &other);
        assert_eq!(verdict(&mut device, ask.clone()), failed(Condition::CheckContent), "{position}");
        assert_eq!(device.read, IMAGE.len(), "no early exit");
    }
    let longer = [IMAGE, b"!"].concat();
    for other in [&longer[..], &IMAGE[1..], b""] {
        let mut device = Device::new(&["a"]).holding("a", other);
        assert_eq!(verdict(&mut device, ask.clone()), failed(Condition::CheckContent));
    }
    assert_eq!(verdict(&mut Device::new(&["a"]), ask), failed(Condition::CheckContent), "nothing there");
}

#[test]
fn p_081_component_slot_compares_all_64_bits() {
    let ask = |slot| vec![put(vec![Parameter::ComponentSlot(slot)]), check(Condition::ComponentSlot)];
    for (has, asked, holds) in [
        (Some(0), 0, true),
        (Some(3), 3, true),
        (Some(3), 3 + (1 << 32), false),
        (Some(u64::MAX), u64::MAX, true),
        (None, 0, false),
    ] {
        let mut device = ready();
        device.component("a").slot = has;
        let expected = if holds { Ok(()) } else { failed(Condition::ComponentSlot) };
        assert_eq!(verdict(&mut device, ask(asked)), expected, "{has:?} {asked}");
    }
}

/// Storage that can't be read is no condition that doesn't hold: nothing else is tried.
#[test]
fn p_072_a_platform_that_fails_in_a_condition_aborts() {
    for (condition, parameter) in
        [(Condition::ImageMatch, sha256(IMAGE)), (Condition::CheckContent, content(IMAGE))]
    {
        let choice = Command::TryEach(vec![vec![check(condition)], mark("other")], true);
        let mut device = ready();
        device.fail_in = Some(0);
        let fault = Err(ProcessError::Platform(PlatformFault(77)));
        assert_eq!(verdict(&mut device, vec![put(vec![parameter]), choice]), fault);
        assert_eq!(device.content("a"), Some(IMAGE));
    }
}
