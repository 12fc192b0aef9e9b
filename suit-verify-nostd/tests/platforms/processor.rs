//! Whole procedures on the platforms, with the power cut at every operation.

use std::collections::BTreeMap;

use suit_core::command::Act;
use suit_core::labels::{Algorithm, Condition, ManifestKey};
use suit_core::owned::{Manifest, Parameter};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{Crypto, Esp256, Sha256};
use suit_verify_nostd::platform::{Handle, Identifier};
use suit_verify_nostd::platforms::Identity;
use suit_verify_nostd::platforms::ram::{Effect, Fault, RamComponent, RamFloor, RamPlatform};
use suit_verify_nostd::{
    Budget, Memory, Platform, Procedure, ProcessError, Processor, Setup, Step, TrustAnchor, TrustStore,
    authenticate,
};

use crate::build::{
    CLASS, VENDOR, act, check, index, manifest, put, seal, sha256, shared, size, uri, vendor, with,
};
use crate::common::Key;
use crate::flash::Model;
use crate::nor_flash::{blocks, image, layout, started};

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] };
const FIRMWARE: Handle = Handle(0);
const UPDATE: &str = "coap://updates/firmware";

/// An update of the component `firmware` to this image, in the manifest's place among `components`.
fn update(components: &[&str], image: &[u8], sequence: u64) -> Manifest {
    let at = components.iter().position(|name| *name == "firmware").unwrap() as u64;
    let several = |commands: Vec<_>| {
        // Where there are several components each sequence begins by naming one.
        if components.len() > 1 { [vec![index(at)], commands].concat() } else { commands }
    };
    let class = Parameter::ClassIdentifier(CLASS);
    let common = vec![
        put(vec![vendor(VENDOR), class, sha256(image), size(image)]),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ];
    let fetch = vec![put(vec![uri(UPDATE)]), act(Act::Fetch), check(Condition::ImageMatch)];
    let mut manifest = shared(manifest(components), several(common));
    manifest.sequence_number = sequence;
    let manifest = with(manifest, ManifestKey::Install, several(fetch));
    let manifest = with(manifest, ManifestKey::Validate, several(vec![check(Condition::ImageMatch)]));
    with(manifest, ManifestKey::Invoke, several(vec![act(Act::Invoke)]))
}

/// Carries a procedure out, and says from which byte on the payload was asked for.
fn carry_out<P: Platform>(
    platform: &mut P,
    envelope: &[u8],
    procedure: Procedure,
    payload: &[u8],
) -> Result<Option<u32>, ProcessError> {
    let fetched = carry_out_with(platform, envelope, procedure, &[(UPDATE, payload)], &mut [])?;
    Ok(fetched.last().map(|(_, from)| *from))
}

/// The same with several payloads and with memory for deltas; says what was fetched, and from which byte on.
pub(crate) fn carry_out_with<P: Platform>(
    platform: &mut P,
    envelope: &[u8],
    procedure: Procedure,
    offered: &[(&str, &[u8])],
    delta: &mut [u8],
) -> Result<Vec<(String, u32)>, ProcessError> {
    let key = Key::k1().raw();
    let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &key, None)];
    let setup = Setup::new(CRYPTO, TrustStore::new(&anchors).unwrap());
    let envelope = Envelope::parse(envelope, Tagging::Required).unwrap();
    let authentic = authenticate(&envelope, &setup.trust, &CRYPTO, &mut Budget::new()).unwrap();
    let mut memory: Memory = Memory::new();
    let lent = memory.lend();
    #[cfg(feature = "delta")]
    let lent = lent.with_delta(delta);
    #[cfg(not(feature = "delta"))]
    assert!(delta.is_empty());
    let mut processor = Processor::new(&authentic, setup, platform, lent)?;
    processor.start(procedure)?;
    let mut fetched = Vec::new();
    loop {
        match processor.run() {
            Step::NeedPayload(wanted) => {
                fetched.push((wanted.uri.to_owned(), wanted.offset));
                let (_, payload) = offered.iter().find(|(uri, _)| *uri == wanted.uri).unwrap();
                payload[wanted.offset as usize..].chunks(100).try_for_each(|piece| processor.feed(piece))?;
            }
            Step::Done => return Ok(fetched),
            Step::Failed(failure) => return Err(failure.error),
            other => panic!("{other:?}"),
        }
    }
}

/// An update on flash and the start of what it installed: the bank that was written runs.
#[test]
fn nor_flash_survives_a_cut_at_any_operation() {
    type Flash = Model<1, 4, 256>;
    let (old, new) = (image(600, 1), image(700, 2));
    let (old_envelope, new_envelope) =
        (seal(&update(&["firmware"], &old, 1)), seal(&update(&["firmware"], &new, 2)));
    let install = |flash: &mut Flash, envelope: &[u8], image: &[u8]| {
        started(flash, 64, |platform| {
            carry_out(platform, envelope, Procedure::Update, image)?;
            platform.promote(FIRMWARE).map_err(ProcessError::Platform)
        })
    };
    let starts = |flash: &mut Flash, envelope: &[u8]| {
        started(flash, 64, |platform| {
            let result = carry_out(platform, envelope, Procedure::Invocation, &[]);
            assert_eq!(platform.board().0.len(), usize::from(result.is_ok()));
            result
        })
    };
    let mut between = 0;
    for cut in 1.. {
        let mut flash = Flash::new(blocks(&layout(256), 256));
        install(&mut flash, &old_envelope, &old).unwrap();
        flash.cut = Some(flash.operations + cut);
        let whole = install(&mut flash, &new_envelope, &new).is_ok();
        let was_cut = flash.operations >= flash.cut.unwrap();
        assert_eq!(whole, !was_cut, "cut at operation {cut}");
        flash.cut = None;
        if whole {
            break;
        }
        // Something starts: the old image, or, where its floor was raised already, the new one that the other bank has.
        let old_starts = starts(&mut flash, &old_envelope);
        if old_starts == Err(ProcessError::Rollback) {
            between += 1;
            let other_starts = started(&mut flash, 64, |platform| {
                platform.run_from(FIRMWARE, !platform.runs_second(FIRMWARE));
                carry_out(platform, &new_envelope, Procedure::Invocation, &[])
            });
            assert_eq!(other_starts, Ok(None), "cut at operation {cut}");
        } else {
            assert_eq!(old_starts, Ok(None), "cut at operation {cut}");
        }
        install(&mut flash, &new_envelope, &new).unwrap();
        assert_eq!(starts(&mut flash, &new_envelope), Ok(None), "cut at operation {cut}");
        assert_eq!(starts(&mut flash, &old_envelope), Err(ProcessError::Rollback), "cut at operation {cut}");
    }
    assert_eq!(between, 1, "only one record lies between the floor and the promotion");
}

/// A device of two components in memory.
struct Memories {
    firmware: [u8; 1000],
    other: [u8; 10],
}

/// What `test` says of a device in memory that holds `old`, and what was done to it.
fn on_ram<T>(
    memories: &mut Memories,
    lengths: &mut [Option<u32>; 2],
    floor: &mut u64,
    watch: &mut dyn FnMut(&Effect<'_>),
    test: impl FnOnce(&mut RamPlatform<'_, '_>) -> T,
) -> T {
    const IDENTITY: Identity<'_> =
        Identity { vendor: &[Identifier::Uuid(VENDOR)], class: &[Identifier::Uuid(CLASS)], device: &[] };
    let mut components = [
        RamComponent::new(&[b"other"], &mut memories.other).of(IDENTITY),
        RamComponent::new(&[b"firmware"], &mut memories.firmware).of(IDENTITY),
    ];
    components.iter_mut().zip(lengths.iter()).for_each(|(component, length)| component.length = *length);
    let mut floors = [RamFloor { manifest: None, sequence: *floor }];
    let mut platform = RamPlatform::new(&mut components, &mut floors);
    platform.watch(watch);
    let result = test(&mut platform);
    for (length, component) in lengths.iter_mut().zip(platform.components()) {
        *length = component.length;
    }
    *floor = platform.floors()[0].sequence;
    result
}

/// In memory, with each operation failing once and the update run again: what the manifest doesn't mention stays as it is,
/// and nothing starts that doesn't have the digest.
#[test]
fn ram_shows_that_only_named_components_are_written_and_only_verified_ones_start() {
    let new = image(700, 2);
    let envelope = seal(&update(&["other", "firmware"], &new, 2));
    let mut failed = BTreeMap::new();
    for number in 1.. {
        let mut memories = Memories { firmware: [1; 1000], other: *b"untouched!" };
        let (mut lengths, mut floor) = ([Some(10), Some(600)], 1);
        let mut started = 0;
        let mut watch = |effect: &Effect<'_>| match effect {
            Effect::Begin { component, .. }
            | Effect::Write { component, .. }
            | Effect::Commit { component, .. } => {
                assert_eq!(*component, Handle(1), "only the firmware is named by a command that writes");
            }
            Effect::Invoke { component, content, .. } => {
                assert_eq!((*component, *content), (Handle(1), Some(&new[..])));
                started += 1;
            }
            Effect::Swap { .. } | Effect::Custom { .. } => panic!("{effect:?}"),
            Effect::Read { .. } | Effect::SetFloor { .. } => {}
            #[cfg(feature = "report")]
            Effect::Record(_) => {}
        };
        let (first, second) = on_ram(&mut memories, &mut lengths, &mut floor, &mut watch, |platform| {
            let both = |platform: &mut RamPlatform<'_, '_>| {
                carry_out(platform, &envelope, Procedure::Update, &new)?;
                carry_out(platform, &envelope, Procedure::Invocation, &[])
            };
            platform.inject(Fault { stored: 50, ..Fault::power_cut(number) });
            let first = both(platform);
            platform.restore();
            (first, both(platform))
        });
        assert_eq!(second, Ok(None), "failed at operation {number}, then run again");
        assert_eq!((memories.other, lengths, floor), (*b"untouched!", [Some(10), Some(700)], 2));
        if first.is_ok() {
            assert_eq!(started, 2);
            break;
        }
        assert_eq!(first, Err(ProcessError::Platform(RamPlatform::INJECTED)), "failed at operation {number}");
        *failed.entry(started).or_insert(0) += 1;
    }
    // Never more than the start after the restart.
    assert_eq!(failed.keys().collect::<Vec<_>>(), [&1]);
}
