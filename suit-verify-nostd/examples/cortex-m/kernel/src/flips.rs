//! Every byte of an envelope changed, and every thousandth of its payload: nothing of that may be installed.

use board::device::{Device, KERNEL};
use board::procedures::{self, Refused, Work};
use board::say;
use suit_core::labels::Condition;
use suit_verify_nostd::{Platform, ProcessError};

/// Says how many changes were refused, and for which reason those of the payload.
pub(crate) fn try_all(device: &mut Device, work: &mut Work, length: usize) {
    let mut accepted = 0_u32;
    for at in 0..length {
        flip(work, at);
        accepted += u32::from(procedures::update(device, work, length).is_ok());
        flip(work, at);
    }
    say!("  each byte of the envelope changed, one at a time: {accepted} accepted");
    let (mut accepted, mut mismatched) = (0_u32, 0_u32);
    for at in (0..device.capacity(KERNEL.content)).step_by(1_000) {
        work.flip = Some(at);
        match procedures::update(device, work, length) {
            Err(Refused::Process(ProcessError::ConditionFailed(Condition::ImageMatch))) => mismatched += 1,
            // The payload is not so long: there was nothing to change.
            Ok(_) if at > 0 && mismatched == at / 1_000 => break,
            _ => accepted += 1,
        }
    }
    work.flip = None;
    say!("  each thousandth byte of the payload changed, one at a time: {accepted} accepted");
    say!("  not changed: installed");
}

fn flip(work: &mut Work, at: usize) {
    if let Some(byte) = work.envelope.get_mut(at) {
        *byte ^= 1;
    }
}
