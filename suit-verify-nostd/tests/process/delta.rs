//! install-delta: what it asks for before it writes, and how the try-each around it falls back to the full image.

use sha2::Digest as _;
use suit_core::ErrorKind;
use suit_core::command::Act;
use suit_core::delta::Header;
use suit_core::delta::create::{Options, Profile, make};
use suit_core::labels::{Condition, Directive, ParameterKey};
use suit_core::owned::{Command, Manifest, Parameter};
use suit_verify_nostd::process::{ProcessError, SUPPORTED, with_delta};
use suit_verify_nostd::{Procedure, Setup};

use crate::build::*;
use crate::device::Device;

const OLD: &[u8] = b"the image of version 1.3, which has run for a while without a word of complaint";
const NEW: &[u8] = b"the image of version 1.4, which has run for a while without a word of complaint!";
const FULL: &str = "coap://x/full";
const DELTA: &str = "coap://x/delta";

fn first(image: &[u8]) -> [u8; 4] {
    *sha2::Sha256::digest(image).first_chunk().unwrap()
}

fn delta_of(old: &[u8], new: &[u8], profile: Profile) -> Vec<u8> {
    let memory = profile.memory();
    let checks = Options { memory, old_check: first(old), new_check: first(new), ..Options::default() };
    make(old, new, &checks).unwrap().payload
}

fn delta() -> Vec<u8> {
    delta_of(OLD, NEW, Profile::S)
}

/// What a manifest says of an image.
fn image(image: &[u8]) -> Command {
    put(vec![sha256(image), size(image)])
}

/// Branch A of the recipes: base, delta, and what is made of them.
fn branch(base: &[u8], delta: &[u8]) -> Vec<Command> {
    branch_from(DELTA, base, delta)
}

/// The same with the delta from elsewhere.
fn branch_from(from: &str, base: &[u8], delta: &[u8]) -> Vec<Command> {
    seq([
        vec![index(1), image(base), check(Condition::ImageMatch)],
        vec![index(2), put(vec![uri(from), sha256(delta), size(delta)])],
        vec![act(Act::Fetch), check(Condition::ImageMatch)],
        vec![index(0), put(vec![Parameter::SourceComponent(2), Parameter::DeltaBase(1)])],
        vec![act(Act::InstallDelta), check(Condition::ImageMatch)],
    ])
}

/// Branch B: the full image.
fn full() -> Vec<Command> {
    vec![index(0), put(vec![uri(FULL)]), act(Act::Fetch), check(Condition::ImageMatch)]
}

/// The target `a`, its base `b`, and `c` for the delta.
fn update(delta: &[u8]) -> Manifest {
    let common = vec![index(0), image(NEW)];
    let install = vec![index(0), Command::TryEach(vec![branch(OLD, delta), full()], false)];
    shared(install_abc(install), common)
}

/// A manifest that does just this to `a`, whose content shall be NEW.
fn only(commands: Vec<Command>) -> Vec<u8> {
    let common = vec![index(0), image(NEW)];
    seal(&shared(install_abc(commands), common))
}

fn device(delta: &[u8]) -> Device {
    Device::abc().holding("b", OLD).serving(DELTA, delta).serving(FULL, NEW)
}

/// Whether the run ended so, and nothing was written to `a`.
fn refused(device: &mut Device, envelope: &[u8], error: ProcessError) {
    assert_eq!(device.update(envelope), Err(error));
    assert!(!device.log.iter().any(|line| line.starts_with("begin a")), "{:?}", device.log);
    assert_eq!(device.content("a"), None);
}

fn fetched(device: &Device) -> Vec<&str> {
    device.log.iter().filter_map(|line| line.strip_prefix("get ")).collect()
}

#[test]
fn p_231_a_device_with_the_base_installs_the_delta() {
    for profile in [Profile::S, Profile::M] {
        let delta = delta_of(OLD, NEW, profile);
        let mut device = device(&delta);
        assert_eq!(device.update(&seal(&update(&delta))), Ok(()));
        assert_eq!(device.content("a"), Some(NEW));
        assert_eq!(device.content("b"), Some(OLD));
        assert_eq!(fetched(&device), [format!("{DELTA} from 0")]);
        // Run again there is nothing to do: neither to fetch nor to write.
        device.log.clear();
        assert_eq!(device.update(&seal(&update(&delta))), Ok(()));
        assert_eq!(device.log, ["floor 7"]);
    }
}

#[test]
fn p_232_req_sec_auth_precursor_a_device_with_another_base_takes_the_full_image_and_fetches_no_delta() {
    let delta = delta();
    for other in [None, Some(&b"another image"[..])] {
        let mut device = device(&delta);
        device.component("b").content = other.map(<[u8]>::to_vec);
        assert_eq!(device.update(&seal(&update(&delta))), Ok(()));
        assert_eq!(device.content("a"), Some(NEW));
        assert_eq!(fetched(&device), [format!("{FULL} from 0")]);
    }
}

#[test]
fn p_009_req_use_img_format_a_device_without_the_directive_refuses_the_manifest_and_takes_the_one_without() {
    static WITHOUT: suit_core::grammar::Supported = suit_verify_nostd::process::supported(true, true);
    let delta = delta();
    let mut device = device(&delta);
    device.setup = |setup| Setup { supported: &WITHOUT, ..setup };
    let with = seal(&update(&delta));
    let refused = device.update(&with);
    // Its parameter comes first.
    assert_eq!(refused, Err(ProcessError::Malformed(ErrorKind::UnknownParameter)));
    let directive = only(vec![index(0), act(Act::InstallDelta)]);
    assert_eq!(device.update(&directive), Err(ProcessError::Malformed(ErrorKind::UnknownCommand)));
    assert!(device.log.is_empty() && device.watched.is_empty());
    assert_eq!(device.update(&only(full())), Ok(()));
    assert_eq!(device.content("a"), Some(NEW));
    // With just these two it takes the other one.
    static WITH: suit_core::grammar::Supported =
        with_delta(suit_verify_nostd::process::supported(true, true));
    device.setup = |setup| Setup { supported: &WITH, ..setup };
    assert_eq!(device.update(&with), Ok(()));
    assert_eq!(SUPPORTED.custom_command(Directive::InstallDelta.code()), cfg!(feature = "delta"));
}

#[test]
fn p_234_a_damaged_delta_is_refused_by_its_digest_and_the_full_image_taken() {
    let delta = delta();
    for at in 0..delta.len() {
        let mut damaged = delta.clone();
        damaged[at] ^= 1;
        let mut device = device(&damaged);
        assert_eq!(device.update(&seal(&update(&delta))), Ok(()));
        assert_eq!(device.content("a"), Some(NEW));
        assert_eq!(fetched(&device).len(), 2);
        assert!(device.worked_on(Directive::InstallDelta.code()).is_empty());
    }
}

#[test]
fn p_234_req_sec_auth_precursor_a_delta_or_a_base_that_was_not_verified_is_not_used() {
    let delta = delta();
    let set = put(vec![Parameter::SourceComponent(2), Parameter::DeltaBase(1)]);
    let base = vec![index(1), image(OLD), check(Condition::ImageMatch)];
    let payload = vec![index(2), image(&delta), check(Condition::ImageMatch)];
    let install = vec![index(0), set, act(Act::InstallDelta)];
    let cases = [
        install.clone(),
        seq([base.clone(), install.clone()]),
        seq([payload.clone(), install.clone()]),
        // Written since.
        seq([base.clone(), payload.clone(), vec![index(2)], mark("x"), install.clone()]),
    ];
    for (at, commands) in cases.into_iter().enumerate() {
        let mut device = device(&delta).holding("c", &delta);
        if at == 3 {
            // What is written is covered by the signature itself: it counts as verified and is no delta.
            refused(&mut device, &only(commands), ProcessError::DeltaMalformed);
        } else {
            refused(&mut device, &only(commands), ProcessError::DeltaUnverified);
        }
    }
    // With both it works.
    let mut device = device(&delta).holding("c", &delta);
    assert_eq!(device.update(&only(seq([base, payload, install]))), Ok(()));
    assert_eq!(device.content("a"), Some(NEW));
}

/// As [`only`], with a delta that the manifest vouches for.
fn vouched(delta: &[u8]) -> Vec<u8> {
    only(branch(OLD, delta))
}

#[test]
fn p_094_a_delta_that_binds_other_images_is_refused_before_the_first_write() {
    let longer = [OLD, b"."].concat();
    let as_long = [&OLD[1..], b"."].concat();
    let cases = [
        (&longer[..], NEW, [first(OLD), first(NEW)]),
        (OLD, &NEW[1..], [first(OLD), first(NEW)]),
        (OLD, OLD, [first(OLD), first(NEW)]),
        (&as_long[..], NEW, [first(&as_long), first(NEW)]),
        (OLD, NEW, [first(OLD), first(OLD)]),
    ];
    for (old, new, [old_check, new_check]) in cases {
        let options = Options { memory: Profile::S.memory(), old_check, new_check, ..Options::default() };
        let delta = make(old, new, &options).unwrap().payload;
        refused(&mut device(&delta), &vouched(&delta), ProcessError::DeltaMismatch);
    }
}

#[test]
fn p_094_what_has_no_room_is_refused_before_the_first_write() {
    let delta = delta();
    let mut small = device(&delta);
    small.component("a").capacity = NEW.len() as u32 - 1;
    refused(&mut small, &vouched(&delta), ProcessError::TooLarge);
    // Without image-size the header's number is the one that counts.
    let commands = seq([vec![index(0)], branch(OLD, &delta)]);
    let unsized_ = seal(&shared(install_abc(commands), vec![index(0), put(vec![sha256(NEW)])]));
    refused(&mut small, &unsized_, ProcessError::TooLarge);
    small.component("a").capacity += 1;
    assert_eq!(small.update(&unsized_), Ok(()));
}

#[test]
fn s02_a_device_that_lends_too_little_memory_refuses_before_the_first_write() {
    let delta = delta();
    let needed = Header::parse(&delta).unwrap().0.memory() as usize;
    for lent in [0, 1, needed - 1] {
        let mut device = device(&delta);
        device.delta = lent;
        refused(&mut device, &vouched(&delta), ProcessError::DeltaMemory);
    }
    let mut device = device(&delta);
    device.delta = needed;
    assert_eq!(device.update(&vouched(&delta)), Ok(()));
}

#[test]
fn p_231_what_is_no_delta_of_this_version_is_refused_before_the_first_write() {
    let good = delta();
    let with = |at: usize, byte: u8| {
        let mut delta = good.clone();
        delta[at] = byte;
        delta
    };
    let cases = [
        (Vec::new(), ProcessError::DeltaMalformed),
        (b"no".to_vec(), ProcessError::DeltaMalformed),
        (good[..5].to_vec(), ProcessError::DeltaMalformed),
        (with(0, 0), ProcessError::DeltaMalformed),
        (with(1, 99), ProcessError::DeltaUnsupported),
        (with(2, 0x0f), ProcessError::DeltaUnsupported),
    ];
    for (delta, error) in cases {
        refused(&mut device(&delta), &vouched(&delta), error);
    }
    // One that ends too early, or goes on, fails on the way: the digest of the whole was the right one.
    let header = Header::parse(&good).unwrap().1;
    for delta in [good[..header].to_vec(), [&good[..], &[7; 90]].concat()] {
        let mut device = device(&delta);
        assert_eq!(device.update(&vouched(&delta)), Err(ProcessError::DeltaMalformed));
        assert_eq!(device.content("a"), None, "nothing counts as stored");
    }
}

#[test]
fn p_233_a_delta_is_not_written_over_its_own_base() {
    let delta = delta();
    let set = put(vec![image_digest(OLD), size(OLD)]);
    let commands = seq([
        vec![index(2), image(&delta), check(Condition::ImageMatch), index(0), set],
        vec![check(Condition::ImageMatch), image(NEW)],
        vec![put(vec![Parameter::SourceComponent(2), Parameter::DeltaBase(0)]), act(Act::InstallDelta)],
    ]);
    let mut device = device(&delta).holding("a", OLD).holding("c", &delta);
    assert_eq!(device.update(&only(commands)), Err(ProcessError::DeltaInPlace));
    assert_eq!(device.content("a"), Some(OLD));
}

fn image_digest(image: &[u8]) -> Parameter {
    sha256(image)
}

#[test]
fn p_074_without_its_parameters_the_directive_fails() {
    let unset = ProcessError::ParameterUnset;
    let delta = delta();
    let base = put(vec![Parameter::DeltaBase(1)]);
    let source = put(vec![Parameter::SourceComponent(2)]);
    let mut device = device(&delta);
    refused(
        &mut device,
        &only(vec![index(0), base.clone(), act(Act::InstallDelta)]),
        unset(ParameterKey::SourceComponent),
    );
    refused(
        &mut device,
        &only(vec![index(0), source, act(Act::InstallDelta)]),
        unset(ParameterKey::DeltaBase),
    );
    // The delta can't be in the place where its image goes.
    let itself = put(vec![Parameter::SourceComponent(0)]);
    refused(
        &mut device,
        &only(vec![index(0), base, itself, act(Act::InstallDelta)]),
        ProcessError::SourceMissing,
    );
    let nowhere = only(vec![index(0), put(vec![Parameter::DeltaBase(3)])]);
    assert_eq!(device.update(&nowhere), Err(ProcessError::Malformed(ErrorKind::ComponentIndex)));
}

#[test]
fn p_077_after_storage_that_fails_at_any_operation_another_run_starts_the_decoding_again() {
    let delta = delta();
    let envelope = seal(&update(&delta));
    for fail_in in 0.. {
        let mut device = device(&delta);
        device.fail_in = Some(fail_in);
        let first = device.update(&envelope);
        let whole = device.fail_in.is_some_and(|left| left > 0);
        device.fail_in = None;
        assert!(first.is_ok() || device.content("a").is_none_or(|content| content == NEW));
        assert_eq!(device.update(&envelope), Ok(()), "failed at {fail_in}");
        assert_eq!(device.content("a"), Some(NEW));
        assert_eq!(fetched(&device).iter().filter(|line| line.starts_with(FULL)).count(), 0);
        if first.is_ok() && whole {
            break;
        }
    }
}

#[test]
fn a_rehearsal_plans_the_delta_and_writes_nothing() {
    let delta = delta();
    let mut device = device(&delta);
    let planned = device.rehearse(&seal(&update(&delta)), Procedure::Update).unwrap();
    assert_eq!(planned, [DELTA]);
    assert_eq!(device.content("a"), None);
    assert!(device.log.iter().all(|line| !line.starts_with("begin")), "{:?}", device.log);
}

#[test]
fn p_088_p_235_a_plain_copy_does_the_same_with_the_base_set_and_no_delta_is_applied() {
    let delta = delta();
    let copy = vec![index(0), put(vec![sha256(&delta), size(&delta), Parameter::SourceComponent(2)])];
    for base in [vec![], vec![put(vec![Parameter::DeltaBase(1)])]] {
        let mut device = device(&delta).holding("c", &delta);
        assert_eq!(device.update(&only(seq([copy.clone(), base, vec![act(Act::Copy)]]))), Ok(()));
        assert_eq!(device.content("a"), Some(&delta[..]));
    }
}

/// The directive says of which kind a payload is, and that is signed; the bytes can't say anything else.
#[test]
fn req_sec_auth_img_type_neither_image_nor_delta_is_taken_for_the_other() {
    // The image where the manifest announces a delta.
    refused(&mut device(NEW), &vouched(NEW), ProcessError::DeltaMalformed);
    // The delta where it announces an image: the digest is that of the image.
    let mut served = device(NEW).serving(FULL, &delta());
    let sized = vec![index(0), put(vec![uri(FULL), size(&delta())])];
    let image = only(seq([sized, vec![act(Act::Fetch), check(Condition::ImageMatch)]]));
    assert_eq!(served.update(&image), Err(ProcessError::ConditionFailed(Condition::ImageMatch)));
    // Each where it is announced.
    assert_eq!(device(&delta()).update(&vouched(&delta())), Ok(()));
    assert_eq!(device(&delta()).update(&only(full())), Ok(()));
}

/// An image in a delta in an envelope: what each layer is, the one around it says.
#[test]
fn req_use_img_nested_a_delta_can_come_in_the_envelope() {
    let delta = delta();
    let inside = "#delta";
    let manifest = shared(install_abc(branch_from(inside, OLD, &delta)), vec![index(0), image(NEW)]);
    let mut nothing_to_fetch = Device::abc().holding("b", OLD);
    assert_eq!(nothing_to_fetch.update(&seal_with(&manifest, &[(inside, &delta)])), Ok(()));
    assert_eq!(nothing_to_fetch.content("a"), Some(NEW));
    assert!(fetched(&nothing_to_fetch).is_empty());
    // The bytes in the envelope are not signed, and damage to them is found all the same.
    let mut damaged = delta.clone();
    *damaged.last_mut().unwrap() ^= 1;
    let mismatch = ProcessError::ConditionFailed(Condition::ImageMatch);
    refused(&mut Device::abc().holding("b", OLD), &seal_with(&manifest, &[(inside, &damaged)]), mismatch);
}

#[cfg(feature = "owner-policy")]
#[test]
fn s46_what_the_owner_vetoed_is_not_changed_by_a_delta() {
    use suit_verify_nostd::policy::{OwnerPolicy, Rule};
    let delta = delta();
    let mut device = device(&delta);
    device.owner = Some(OwnerPolicy::new().veto(&[&[b"a"]]));
    refused(&mut device, &vouched(&delta), ProcessError::OwnerRefused(Rule::Veto.number()));
}
