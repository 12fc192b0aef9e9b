//! Digests of what the flash holds and the rollback floors, to show what an update has changed and what it left alone.

use suit_core::cbor::Reader;
use suit_core::component::ComponentId;
use suit_verify_nostd::crypto::{DigestBytes, HashAlgorithm, HashState, Sha256};
use suit_verify_nostd::platform::{ComponentPath, Platform};
use suit_verify_nostd::platforms::nor_flash::View;

use crate::device::{Device, ROOTS};
use crate::say;

/// The digests of both banks of every root, over all of their bytes.
pub type Digests = [[Option<DigestBytes>; 2]; ROOTS.len()];

/// Computes them.
pub fn digests(device: &mut Device) -> Digests {
    let mut digests = Digests::default();
    for (root, digests) in ROOTS.iter().zip(&mut digests) {
        for (view, digest) in [View::Running, View::Spare].into_iter().zip(digests) {
            device.set_view(view);
            *digest = bank(device, root);
        }
    }
    digests
}

fn bank(device: &mut Device, root: &crate::device::Root) -> Option<DigestBytes> {
    let mut state = HashState::new();
    Sha256.start(&mut state).ok()?;
    let mut piece = [0; 256];
    for offset in (0..device.capacity(root.content)).step_by(piece.len()) {
        device.read(root.content, offset, &mut piece).ok()?;
        Sha256.update(&mut state, &piece).ok()?;
    }
    Sha256.finish(&mut state).ok()
}

/// Says which banks have changed. Both are taken with the same banks running.
pub fn say_changes(before: &Digests, after: &Digests) {
    for ((root, before), after) in ROOTS.iter().zip(before).zip(after) {
        for (bank, (before, after)) in ["running", "spare"].iter().zip(before.iter().zip(after)) {
            if before != after {
                say!("  changed: {} ({bank} bank)", root.name);
            }
        }
    }
    let same =
        before.as_flattened().iter().zip(after.as_flattened()).filter(|(before, after)| before == after);
    say!("  SHA-256 the same as before: {} of {} banks", same.count(), 2 * ROOTS.len());
}

/// Says the greatest sequence number of each root that was installed.
pub fn say_floors(device: &mut Device) {
    let [kernel, tls, rules, scenes] = ROOTS.each_ref().map(|root| {
        let place = ComponentId::read(&mut Reader::new(root.place)).ok();
        device.floor(place.map(ComponentPath::new)).unwrap_or(u64::MAX)
    });
    say!("floors: kernel {kernel}, tls {tls}, rules {rules}, scenes {scenes}");
}
