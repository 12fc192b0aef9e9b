//! The port that docs/porting.md shows, on a chip of memory, with the power cut at every operation.
#![allow(
    clippy::unwrap_used,
    clippy::as_conversions,
    clippy::arithmetic_side_effects,
    clippy::type_complexity,
    reason = "tests"
)]

#[path = "../process/build.rs"]
#[allow(dead_code, reason = "tests of the processor use the rest")]
mod build;
#[path = "../common/mod.rs"]
mod common;
#[allow(missing_docs, missing_debug_implementations, unreachable_pub, reason = "shown as short as it can be")]
mod meter;

use std::collections::BTreeMap;

use suit_core::command::Act;
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::Parameter;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{Crypto, Esp256, Sha256};
use suit_verify_nostd::{
    Budget, Memory, Procedure, ProcessError, Processor, Setup, Step, TrustAnchor, TrustStore, authenticate,
};

use build::{CLASS, VENDOR, act, check, manifest, put, seal, sha256, shared, size, uri, vendor, with};
use common::Key;
use meter::{Chip, Meter};

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] };
const FLASH: u32 = 0x0800_0000;
const SLOT_A: u32 = 0x0800_8000;
const SLOT_B: u32 = 0x0804_0000;

/// The chip, which takes its rules seriously.
struct Simulated {
    flash: Vec<u8>,
    words: BTreeMap<u32, u64>,
    /// Changes so far, and the how manieth doesn't happen any more.
    changes: u32,
    cut: Option<u32>,
    started: Vec<u32>,
}

impl Simulated {
    fn new() -> Self {
        let flash = vec![0xff; 512 * 1024];
        Self { flash, words: BTreeMap::new(), changes: 0, cut: None, started: Vec::new() }
    }

    fn powered(&mut self) -> bool {
        self.changes += 1;
        self.cut.is_none_or(|cut| self.changes < cut)
    }

    fn place(&mut self, address: u32, length: usize) -> &mut [u8] {
        &mut self.flash[(address - FLASH) as usize..][..length]
    }
}

impl Chip for &mut Simulated {
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> bool {
        bytes.copy_from_slice(self.place(address, bytes.len()));
        true
    }

    fn erase_page(&mut self, address: u32) -> bool {
        assert_eq!(address % 2048, 0);
        let powered = self.powered();
        self.place(address, if powered { 2048 } else { 100 }).fill(0xff);
        powered
    }

    fn program(&mut self, address: u32, bytes: &[u8]) -> bool {
        let powered = self.powered();
        let stored = if powered { bytes } else { &bytes[..bytes.len() / 2] };
        let place = self.place(address, stored.len());
        assert!(place.iter().all(|byte| *byte == 0xff), "written without having been erased");
        place.copy_from_slice(stored);
        powered
    }

    fn word(&mut self, number: u32) -> u64 {
        self.words.get(&number).copied().unwrap_or(0)
    }

    fn set_word(&mut self, number: u32, value: u64) -> bool {
        let powered = self.powered();
        if powered {
            self.words.insert(number, value);
        }
        powered
    }

    fn jump(&mut self, address: u32) -> bool {
        self.started.push(address);
        true
    }
}

/// An update to this image, for either slot.
fn envelope(image: &[u8], sequence: u64) -> Vec<u8> {
    let class = Parameter::ClassIdentifier(CLASS);
    let common = vec![
        put(vec![vendor(VENDOR), class, sha256(image), size(image)]),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ];
    let fetch = vec![put(vec![uri("coap://updates/meter")]), act(Act::Fetch), check(Condition::ImageMatch)];
    let mut manifest = shared(manifest(&["firmware"]), common);
    manifest.sequence_number = sequence;
    let manifest = with(manifest, ManifestKey::Install, fetch);
    let manifest = with(manifest, ManifestKey::Validate, vec![check(Condition::ImageMatch)]);
    seal(&with(manifest, ManifestKey::Invoke, vec![act(Act::Invoke)]))
}

/// Carries a procedure out, and says from which byte on the payload was asked for.
fn carry_out(
    chip: &mut Simulated,
    envelope: &[u8],
    procedure: Procedure,
    image: &[u8],
) -> Result<Option<u32>, ProcessError> {
    let key = Key::k1().raw();
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &key, None)];
    let setup = Setup::new(CRYPTO, TrustStore::new(&anchors).unwrap());
    let envelope = Envelope::parse(envelope, Tagging::Required).unwrap();
    let authentic = authenticate(&envelope, &setup.trust, &CRYPTO, &mut Budget::new()).unwrap();
    let mut platform = Meter { chip, slot: 0 };
    let mut memory: Memory = Memory::new();
    let mut processor = Processor::new(&authentic, setup, &mut platform, memory.lend())?;
    processor.start(procedure)?;
    let mut from = None;
    loop {
        match processor.run() {
            Step::NeedPayload(payload) => {
                from = Some(payload.offset);
                image[payload.offset as usize..].chunks(300).try_for_each(|piece| processor.feed(piece))?;
            }
            Step::Done => return Ok(from),
            Step::Failed(failure) => return Err(failure.error),
            other => panic!("{other:?}"),
        }
    }
}

fn image(seed: u8) -> Vec<u8> {
    (0..7_000_u32).map(|index| (index % 251) as u8 ^ seed).collect()
}

#[test]
fn it_updates_itself_from_slot_to_slot() {
    let mut chip = Simulated::new();
    for (number, address) in [(1, SLOT_B), (2, SLOT_A), (3, SLOT_B)] {
        let image = image(number);
        let envelope = envelope(&image, number.into());
        assert_eq!(carry_out(&mut chip, &envelope, Procedure::Update, &image), Ok(Some(0)));
        assert_eq!(chip.place(address, image.len()), image);
        assert_eq!(carry_out(&mut chip, &envelope, Procedure::Invocation, &[]), Ok(None));
        assert_eq!(chip.started.pop(), Some(address));
    }
    let old = image(2);
    let refused = carry_out(&mut chip, &envelope(&old, 2), Procedure::Update, &old);
    assert_eq!(refused, Err(ProcessError::Rollback));
}

#[test]
fn a_cut_at_any_operation_is_survived() {
    let (old, new) = (image(1), image(2));
    let (old_envelope, new_envelope) = (envelope(&old, 1), envelope(&new, 2));
    let mut resumed = Vec::new();
    for cut in 1.. {
        let mut chip = Simulated::new();
        carry_out(&mut chip, &old_envelope, Procedure::Update, &old).unwrap();
        (chip.changes, chip.cut) = (0, Some(cut));
        let whole = carry_out(&mut chip, &new_envelope, Procedure::Update, &new).is_ok();
        chip.cut = None;
        if whole {
            break;
        }
        // One of them still starts.
        let mut starts = |envelope| carry_out(&mut chip, envelope, Procedure::Invocation, &[]).is_ok();
        let (new_starts, old_starts) = (starts(&new_envelope), starts(&old_envelope));
        assert!(new_starts != old_starts, "cut at operation {cut}");
        if old_starts {
            let from = carry_out(&mut chip, &new_envelope, Procedure::Update, &new).unwrap();
            resumed.extend(from.filter(|from| *from > 0));
        }
        carry_out(&mut chip, &new_envelope, Procedure::Invocation, &[]).unwrap();
        assert_eq!(chip.started.pop(), Some(SLOT_A), "cut at operation {cut}");
    }
    resumed.dedup();
    assert_eq!(resumed, [2048, 4096, 6144], "where transfers went on");
}

/// docs/porting.md shows the port as it is, and neither is longer than a worked example may be.
#[test]
fn the_guide_shows_this_port() {
    let guide = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/porting.md")).unwrap();
    let (_, behind) = guide.split_once("```rust\n").unwrap();
    let (shown, _) = behind.split_once("```\n").unwrap();
    assert!(shown == include_str!("meter.rs"), "docs/porting.md differs from tests/porting/meter.rs");
    assert!(guide.lines().count() <= 150, "{} lines", guide.lines().count());
}
