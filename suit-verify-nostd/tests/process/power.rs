//! Storage that fails, at every single operation: never a success that is none, and a later run mends it.

use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Manifest, Parameter};
use suit_verify_nostd::platform::PlatformFault;
use suit_verify_nostd::process::ProcessError;

use crate::build::*;
use crate::device::Device;

const IMAGE: &[u8] = b"an image of 30 bytes in length";
const SECOND: &[u8] = b"a second image, for b";

/// Fetches to `a`, takes `b` from the envelope, copies `a` to `c`, writes `d`, swaps `d` and `e`; then all are checked.
fn everything() -> Manifest {
    let names = ["a", "b", "c", "d", "e"];
    let known = |at: u64, image: &[u8]| vec![index(at), put(vec![sha256(image), size(image)])];
    let common = seq([known(0, IMAGE), known(1, SECOND), known(2, IMAGE), known(3, b"was in e")]);
    let source = |at: u64| put(vec![Parameter::SourceComponent(at)]);
    let install = seq([
        vec![index(0), put(vec![uri("coap://x/i")]), act(Act::Fetch), check(Condition::ImageMatch)],
        vec![index(1), put(vec![uri("#b")]), act(Act::Fetch), check(Condition::ImageMatch)],
        vec![index(2), source(0), act(Act::Copy), check(Condition::ImageMatch)],
        vec![index(3), source(4), act(Act::Swap), check(Condition::ImageMatch)],
        vec![index(4), put(vec![content(b"written")]), act(Act::Write), check(Condition::CheckContent)],
    ]);
    let manifest = shared(manifest(&names), common);
    with(manifest, ManifestKey::Install, install)
}

fn envelope() -> Vec<u8> {
    seal_with(&everything(), &[("#b", SECOND)])
}

fn device() -> Device {
    let mut device = Device::new(&["a", "b", "c", "d", "e"]).serving("coap://x/i", IMAGE);
    device.component("d").content = Some(b"was in d".to_vec());
    device.component("e").content = Some(b"was in e".to_vec());
    device.piece = 8;
    device
}

fn update(device: &mut Device, envelope: &[u8]) -> Result<(), ProcessError> {
    let mut memory = suit_verify_nostd::Memory::<5, 24, 8, 16>::new();
    let run = device.run_in(envelope, memory.lend(), suit_verify_nostd::Procedure::Update, false);
    run.map(|_| ()).map_err(|failure| failure.error)
}

fn contents(device: &Device) -> Vec<Option<Vec<u8>>> {
    device.components.iter().map(|component| component.content.clone()).collect()
}

#[test]
fn p_076_p_077_s11_storage_that_fails_at_any_operation_never_gives_success_and_is_mended_by_another_run() {
    let envelope = envelope();
    let mut whole = device();
    assert_eq!(update(&mut whole, &envelope), Ok(()));
    let mut operations = 0;
    for fail_in in 0.. {
        let mut device = device();
        device.fail_in = Some(fail_in);
        let result = update(&mut device, &envelope);
        if device.fail_in != Some(0) || result.is_ok() {
            assert_eq!(result, Ok(()), "no operation failed");
            break;
        }
        operations += 1;
        assert_eq!(result, Err(ProcessError::Platform(PlatformFault(77))), "{fail_in}");
        assert!(device.floors.is_empty(), "{fail_in}: the floor is raised last");
        // The storage works again.
        device.fail_in = None;
        assert_eq!(update(&mut device, &envelope), Ok(()), "{fail_in}");
        assert_eq!(contents(&device), contents(&whole), "{fail_in}");
        assert_eq!(device.floors[&None], 7);
    }
    // Of pieces of 8 bytes and a buffer of 16: fetch 6 and its check 2, payload 3 and 2, copy 6 and 2, swap 1 behind a
    // look at what is there 1 and before a check 1, write 3 and 1, the floor 1.
    assert_eq!(operations, 29);
}

/// It fails again and again, each time one operation later: it still comes to its end.
#[test]
fn p_077_an_update_that_is_cut_off_again_and_again_comes_to_its_end() {
    let envelope = envelope();
    let mut whole = device();
    assert_eq!(update(&mut whole, &envelope), Ok(()));
    let mut device = device();
    let mut runs = 0;
    loop {
        // Enough for the checks that are repeated, and always one more.
        device.fail_in = Some(runs);
        runs += 1;
        match update(&mut device, &envelope) {
            Ok(()) => break,
            Err(error) => assert_eq!(error, ProcessError::Platform(PlatformFault(77))),
        }
    }
    assert_eq!(contents(&device), contents(&whole));
}

#[test]
fn s9_an_interrupted_transfer_fetches_no_byte_twice() {
    let known = vec![
        put(vec![sha256(IMAGE), size(IMAGE), uri("coap://x/i")]),
        act(Act::Fetch),
        check(Condition::ImageMatch),
    ];
    let envelope = seal(&install(known));
    for fail_in in 1..=31 {
        let mut device = Device::new(&["a"]).serving("coap://x/i", IMAGE);
        device.piece = 1;
        device.fail_in = Some(fail_in);
        let fault = Err(ProcessError::Platform(PlatformFault(77)));
        assert_eq!(device.update(&envelope), fault, "{fail_in}");
        device.fail_in = None;
        assert_eq!(device.update(&envelope), Ok(()), "{fail_in}");
        // begin is the first operation, and each byte one more.
        let stored = fail_in - 1;
        let resumed = format!("get coap://x/i from {stored}");
        assert_eq!(device.log.contains(&resumed), stored < 30, "{fail_in}: {:?}", device.log);
    }
}

#[test]
fn p_039_a_floor_that_cannot_be_kept_or_read_is_a_failure() {
    let envelope = seal(&install(mark("x")));
    // begin, write, commit, floor.
    let mut device = Device::new(&["a"]);
    device.fail_in = Some(3);
    assert_eq!(device.update(&envelope), Err(ProcessError::Platform(PlatformFault(77))));
    assert!(device.floors.is_empty());
    let mut device = Device::new(&["a"]);
    device.floor_unreadable = true;
    assert_eq!(device.update(&envelope), Err(ProcessError::Platform(PlatformFault(76))));
    assert!(device.log.is_empty());
}
