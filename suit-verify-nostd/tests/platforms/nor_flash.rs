//! The platform over NOR flash, call by call: what it refuses, what it keeps, and what a power cut leaves.

use suit_core::cbor::Reader;
use suit_core::component::ComponentId;
use suit_core::digest::Digest;
use suit_core::labels::{Algorithm, FileType};
use suit_verify_nostd::platform::{ComponentPath, Handle, Identifier, Incoming, Platform, PlatformFault};
use suit_verify_nostd::platforms::nor_flash::{
    Bank, Board, NOT_ALIGNED, NorBuffers, NorComponent, NorLayout, NorPlatform, OUT_OF_BOUNDS, View,
};
use suit_verify_nostd::platforms::{Identity, OUT_OF_ORDER};
#[cfg(feature = "delta")]
use suit_verify_nostd::process::Procedure;

use crate::build::{CLASS, VENDOR};
use crate::flash::Model;

const FIRMWARE: Handle = Handle(0);
const APP: Handle = Handle(1);

/// Notes what is started.
pub(crate) struct Starts(pub(crate) Vec<(Option<u64>, u32, Option<Vec<u8>>)>);

impl Board for Starts {
    fn invoke(&mut self, bank: &Bank, length: u32, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        self.0.push((bank.slot, length, arguments.map(<[u8]>::to_vec)));
        Ok(())
    }
}

/// Firmware in two banks, an application in one, the journal behind; all counted in erase blocks.
pub(crate) fn layout(block: u32) -> NorLayout<'static> {
    let bank = |start, blocks, slot| Bank { start: start * block, size: blocks * block, slot };
    let firmware = [bank(0, 3, Some(0)), bank(3, 3, Some(1))];
    let app = [bank(6, 2, None)];
    let components = [
        NorComponent {
            id: &[b"firmware"],
            identity: Identity {
                vendor: &[Identifier::Uuid(VENDOR)],
                class: &[Identifier::Uuid(CLASS)],
                device: &[],
            },
            banks: Box::leak(Box::new(firmware)),
        },
        NorComponent { id: &[b"app"], identity: Identity::default(), banks: Box::leak(Box::new(app)) },
    ];
    // Ten records of up to 32 bytes, or sixteen pages: it is full soon, so that cuts hit its compaction too.
    let journal_size = 320_u32.next_multiple_of(block);
    NorLayout {
        components: Box::leak(Box::new(components)),
        floors: &[None, Some(&[b"m"])],
        journal_start: 8 * block,
        journal_size,
    }
}

pub(crate) fn blocks(layout: &NorLayout<'_>, block: u32) -> usize {
    ((layout.journal_start + 2 * layout.journal_size) / block) as usize
}

/// Runs `test` on a device that has just been started with this flash.
pub(crate) fn started<const R: usize, const W: usize, const E: usize, T>(
    flash: &mut Model<R, W, E>,
    page: usize,
    test: impl FnOnce(&mut NorPlatform<'_, '_, &mut Model<R, W, E>, Starts>) -> T,
) -> T {
    let (mut page, mut scratch) = (vec![0; page], vec![0; RECORD_MAX]);
    let buffers = NorBuffers { page: &mut page, scratch: &mut scratch };
    let platform = NorPlatform::new(flash, Starts(Vec::new()), layout(E as u32), buffers);
    test(&mut platform.expect("the layout fits"))
}

/// Room for a record on any flash of these tests.
const RECORD_MAX: usize = 256;

fn sized(size: usize) -> Incoming<'static> {
    let digest = Digest::new(Algorithm::Sha256, &[7; 32]).ok();
    Incoming { size: Some(size as u32), digest, file_type: FileType::Regular, metadata: None }
}

pub(crate) fn image(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|index| (index as u8).wrapping_mul(31).wrapping_add(seed)).collect()
}

/// Stores an image, in pieces of odd lengths, from where `begin` says. Returns where that was.
fn store<P: Platform>(platform: &mut P, component: Handle, image: &[u8]) -> Result<u32, PlatformFault> {
    let from = platform.begin(component, &sized(image.len()))?;
    let mut at = from as usize;
    for piece in image[at..].chunks(37) {
        platform.write(component, at as u32, piece)?;
        at += piece.len();
    }
    platform.commit(component, image.len() as u32)?;
    Ok(from)
}

pub(crate) fn content<P: Platform>(platform: &mut P, component: Handle) -> Option<Vec<u8>> {
    let length = platform.length(component)? as usize;
    let mut bytes = vec![0; length];
    for (index, piece) in bytes.chunks_mut(29).enumerate() {
        platform.read(component, index as u32 * 29, piece).unwrap();
    }
    Some(bytes)
}

/// What an update does: the other bank, the floor, and which bank runs next.
fn update<P: Platform>(
    platform: &mut P,
    image: &[u8],
    sequence: u64,
    promote: impl FnOnce(&mut P) -> Result<(), PlatformFault>,
) -> Result<u32, PlatformFault> {
    let from = if content(platform, FIRMWARE).as_deref() == Some(image) {
        image.len() as u32
    } else {
        store(platform, FIRMWARE, image)?
    };
    platform.set_floor(None, sequence)?;
    promote(platform)?;
    Ok(from)
}

/// The same procedure on flash of several geometries: read, write and erase size, page.
macro_rules! geometries {
    ($($name:ident: $read:literal, $write:literal, $erase:literal, $page:literal;)*) => {
        $(mod $name {
            #[test]
            fn a_cut_at_any_operation_is_survived() {
                super::cut_everywhere::<$read, $write, $erase>($page);
            }

            #[test]
            fn what_is_stored_is_there_after_a_restart() {
                super::stays::<$read, $write, $erase>($page);
            }
        })*
    };
}

geometries! {
    bytewise: 1, 1, 256, 16;
    words: 1, 4, 128, 128;
    double_words: 4, 8, 512, 64;
    coarse_reads: 16, 4, 256, 32;
    whole_pages: 1, 256, 4096, 256;
}

fn stays<const R: usize, const W: usize, const E: usize>(page: usize) {
    let mut flash = Model::<R, W, E>::new(blocks(&layout(E as u32), E as u32));
    let (first, second) = (image(2 * E + 11, 1), image(E, 2));
    started(&mut flash, page, |platform| {
        assert_eq!((platform.length(FIRMWARE), platform.floor(None)), (None, Ok(0)), "new flash is empty");
        assert_eq!(platform.slot(FIRMWARE), Some(1), "slot 0 runs at first");
        assert_eq!(store(platform, APP, &second), Ok(0));
        assert_eq!(update(platform, &first, 7, |platform| platform.promote(FIRMWARE)), Ok(0));
        assert_eq!(platform.slot(FIRMWARE), Some(1), "until the next start");
    });
    started(&mut flash, page, |platform| {
        assert_eq!((platform.slot(FIRMWARE), platform.length(FIRMWARE)), (Some(0), None));
        platform.set_view(View::Running);
        assert_eq!((platform.slot(FIRMWARE), content(platform, FIRMWARE)), (Some(1), Some(first.clone())));
        assert_eq!(platform.running(FIRMWARE).unwrap().slot, Some(1));
        assert_eq!(content(platform, APP), Some(second.clone()));
        assert_eq!(platform.floor(None), Ok(7));
        assert_eq!(platform.begin(FIRMWARE, &sized(1)), Err(PlatformFault::FORBIDDEN), "it runs");
        assert_eq!(platform.invoke(FIRMWARE, None), Ok(()));
        assert_eq!(platform.invoke(APP, Some(b"x")), Ok(()));
        let starts = [(Some(1), first.len() as u32, None), (None, second.len() as u32, Some(b"x".to_vec()))];
        assert_eq!(platform.board().0, starts);
        platform.run_from(FIRMWARE, false);
        assert_eq!(platform.invoke(FIRMWARE, None), Err(PlatformFault::FORBIDDEN), "nothing is there");
    });
}

fn cut_everywhere<const R: usize, const W: usize, const E: usize>(page: usize) {
    let (mut resumed, mut compacted) = (0, 0);
    // Records that are in the journal already: its compaction comes at another moment each time.
    for records in 0..16 {
        let mut cut = 1;
        while cut_at::<R, W, E>(page, records, cut, &mut resumed, &mut compacted) {
            cut += 1;
            assert!(cut < 2_000, "an update ends");
        }
    }
    assert!(resumed > 0, "no transfer went on where it stopped");
    assert!(compacted > 0, "the journal's compaction was never cut");
}

/// An update during which the power is cut, and what follows. Returns whether it was cut.
fn cut_at<const R: usize, const W: usize, const E: usize>(
    page: usize,
    records: u64,
    cut: u32,
    resumed: &mut u32,
    compacted: &mut u32,
) -> bool {
    let (old, new) = (image(2 * E + 5, 1), image(2 * E + 5 + W, 2));
    let place = || Some(ComponentPath::new(ComponentId::read(&mut Reader::new(b"\x81\x41m")).unwrap()));
    let mut flash = Model::<R, W, E>::new(blocks(&layout(E as u32), E as u32));
    started(&mut flash, page, |platform| {
        update(platform, &old, 7, |platform| platform.promote(FIRMWARE)).unwrap();
        (0..records).for_each(|sequence| platform.set_floor(place(), sequence).unwrap());
    });
    let journal_erased = |flash: &Model<R, W, E>| flash.erased[8..].iter().sum::<u32>();
    let before = journal_erased(&flash);
    flash.cut = Some(flash.operations + cut);
    let result = started(&mut flash, page, |platform| {
        update(platform, &new, 8, |platform| platform.promote(FIRMWARE))
    });
    let was_cut = flash.operations >= flash.cut.unwrap();
    assert_eq!(result.is_err(), was_cut, "cut at operation {cut}");
    flash.cut = None;
    *compacted += u32::from(was_cut && journal_erased(&flash) > before);
    // What is there after the cut is the old or the new state, never a mixture.
    started(&mut flash, page, |platform| {
        let floor = platform.floor(None).unwrap();
        assert!(floor == 7 || floor == 8, "cut at operation {cut}: floor {floor}");
        assert_eq!(platform.floor(place()), Ok(records.saturating_sub(1)), "cut at operation {cut}");
        platform.set_view(View::Running);
        let running = content(platform, FIRMWARE).expect("something runs");
        let promoted = running == new;
        assert!(promoted || running == old, "cut at operation {cut}: a mixture runs");
        assert!(!promoted || floor == 8, "cut at operation {cut}: it runs before its floor is kept");
        platform.set_view(View::Spare);
        if let (false, Some(spare)) = (promoted, content(platform, FIRMWARE)) {
            assert!(spare == new, "cut at operation {cut}: a mixture counts as complete");
        }
        if !promoted {
            let from = update(platform, &new, 8, |platform| platform.promote(FIRMWARE)).unwrap();
            *resumed += u32::from(from > 0 && from < new.len() as u32);
        }
    });
    started(&mut flash, page, |platform| {
        platform.set_view(View::Running);
        assert_eq!(content(platform, FIRMWARE).as_deref(), Some(&new[..]), "cut at operation {cut}");
        assert_eq!(platform.floor(None), Ok(8));
    });
    was_cut
}

type Bytewise = Model<1, 1, 256>;

fn bytewise() -> Bytewise {
    Model::new(blocks(&layout(256), 256))
}

#[test]
fn a_transfer_goes_on_only_with_the_same_thing() {
    let mut flash = bytewise();
    let image = image(600, 3);
    let digest = |bytes| Digest::new(Algorithm::Sha256, bytes).ok();
    let begun = |platform: &mut NorPlatform<'_, '_, &mut Bytewise, Starts>| {
        platform.begin(FIRMWARE, &sized(600)).unwrap();
        platform.write(FIRMWARE, 0, &image[..580]).unwrap();
    };
    started(&mut flash, 64, begun);
    started(&mut flash, 64, |platform| {
        assert_eq!(platform.begin(FIRMWARE, &sized(600)), Ok(512), "whole erase blocks");
        assert_eq!(platform.begin(FIRMWARE, &sized(601)), Ok(0), "another size");
        assert_eq!(platform.begin(FIRMWARE, &sized(600)), Ok(0), "forgotten since");
    });
    for other in [digest(&[8; 32]), None] {
        started(&mut flash, 64, begun);
        started(&mut flash, 64, |platform| {
            let other = Incoming { digest: other, ..sized(600) };
            assert_eq!(platform.begin(FIRMWARE, &other), Ok(0), "another thing, or who knows");
        });
    }
}

#[test]
fn whoever_does_not_believe_in_the_resume_starts_over() {
    let mut flash = bytewise();
    let image = image(600, 4);
    started(&mut flash, 64, |platform| {
        platform.begin(FIRMWARE, &sized(600)).unwrap();
        platform.write(FIRMWARE, 0, &[0; 580]).unwrap();
        assert_eq!(platform.begin(FIRMWARE, &sized(600)), Ok(512));
        platform.write(FIRMWARE, 0, &image).unwrap();
        platform.commit(FIRMWARE, 600).unwrap();
        assert_eq!(content(platform, FIRMWARE), Some(image.clone()));
    });
}

#[test]
fn calls_out_of_order_are_refused() {
    let mut flash = bytewise();
    started(&mut flash, 64, |platform| {
        assert_eq!(platform.write(APP, 0, b"x"), Err(OUT_OF_ORDER), "not begun");
        platform.begin(APP, &sized(4)).unwrap();
        assert_eq!(platform.write(FIRMWARE, 0, b"x"), Err(OUT_OF_ORDER), "another was begun");
        platform.begin(APP, &sized(4)).unwrap();
        assert_eq!(platform.write(APP, 1, b"x"), Err(OUT_OF_ORDER), "a gap");
        platform.begin(APP, &sized(4)).unwrap();
        platform.write(APP, 0, b"123").unwrap();
        assert_eq!(platform.commit(APP, 4), Err(OUT_OF_ORDER), "a byte is missing");
        assert_eq!(platform.length(APP), None);
        assert_eq!(platform.begin(Handle(2), &sized(4)), Err(PlatformFault::FORBIDDEN), "no such component");
        platform.begin(APP, &sized(4)).unwrap();
        assert_eq!(platform.write(APP, 0, &[0; 513]), Err(PlatformFault::NO_ROOM), "more than the bank");
        assert_eq!(platform.read(APP, 510, &mut [0; 3]), Err(PlatformFault::FORBIDDEN), "behind the bank");
        assert_eq!(platform.read(APP, u32::MAX, &mut [0; 3]), Err(PlatformFault::FORBIDDEN));
    });
}

#[test]
fn floors_are_those_of_the_layout() {
    let mut flash = bytewise();
    let place = |encoded| Some(ComponentPath::new(ComponentId::read(&mut Reader::new(encoded)).unwrap()));
    started(&mut flash, 64, |platform| {
        assert_eq!(platform.set_floor(place(b"\x81\x41m"), u64::MAX), Ok(()));
        assert_eq!(platform.floor(place(b"\x81\x41m")), Ok(u64::MAX));
        assert_eq!(platform.floor(None), Ok(0), "another one's");
        assert_eq!(platform.floor(place(b"\x81\x41n")), Err(PlatformFault::FORBIDDEN));
        assert_eq!(platform.set_floor(place(b"\x81\x41n"), 1), Err(PlatformFault::FORBIDDEN));
    });
}

/// What was promoted runs from the next start on, and what runs now is behind the floor already: another update has no bank
/// to go to until then.
#[test]
fn s11_what_is_to_run_next_is_not_written() {
    let mut flash = bytewise();
    started(&mut flash, 64, |platform| {
        update(platform, &image(600, 1), 7, |platform| platform.promote(FIRMWARE)).unwrap();
        assert_eq!(platform.begin(FIRMWARE, &sized(500)), Err(PlatformFault::FORBIDDEN));
        assert_eq!(platform.begin(APP, &sized(10)), Ok(0), "another component");
    });
    started(&mut flash, 64, |platform| {
        platform.set_view(View::Running);
        assert_eq!(content(platform, FIRMWARE), Some(image(600, 1)));
        platform.set_view(View::Spare);
        assert_eq!(platform.begin(FIRMWARE, &sized(500)), Ok(0), "now it is the other one");
    });
    // A start that didn't succeed goes back to the old one; then the new one is what may be replaced.
    started(&mut flash, 64, |platform| {
        platform.run_from(FIRMWARE, false);
        assert_eq!(platform.slot(FIRMWARE), Some(1));
        assert_eq!(platform.begin(FIRMWARE, &sized(500)), Ok(0));
    });
}

/// A later firmware may have a component more; what it may not forget is what its predecessor has ruled out.
#[test]
fn p_038_floors_stay_when_a_component_is_added() {
    let mut flash = bytewise();
    started(&mut flash, 64, |platform| platform.set_floor(None, 7).unwrap());
    let old = layout(256);
    let banks = [Bank { start: 7 * 256, size: 256, slot: None }];
    let mut components = old.components.to_vec();
    components[1].banks = &[Bank { start: 6 * 256, size: 256, slot: None }];
    components.push(NorComponent { id: &[b"radio"], identity: Identity::default(), banks: &banks });
    let (mut page, mut scratch) = ([0; 64], [0; RECORD_MAX]);
    let buffers = NorBuffers { page: &mut page, scratch: &mut scratch };
    let layout = NorLayout { components: &components, ..old };
    let mut platform = NorPlatform::new(&mut flash, Starts(Vec::new()), layout, buffers).unwrap();
    assert_eq!(platform.floor(None), Ok(7));
}

/// Between an update and its promotion another one can have begun and stopped.
#[test]
fn s11_a_bank_without_content_is_not_promoted() {
    let mut flash = bytewise();
    started(&mut flash, 64, |platform| {
        update(platform, &image(600, 1), 7, |platform| platform.promote(FIRMWARE)).unwrap();
    });
    started(&mut flash, 64, |platform| {
        store(platform, FIRMWARE, &image(500, 2)).unwrap();
        platform.begin(FIRMWARE, &sized(400)).unwrap();
        assert_eq!(platform.promote(FIRMWARE), Err(PlatformFault::FORBIDDEN));
    });
    started(&mut flash, 64, |platform| {
        platform.set_view(View::Running);
        assert_eq!(content(platform, FIRMWARE), Some(image(600, 1)));
    });
}

/// The journal's areas take turns, so that neither is worn out first.
#[test]
fn records_are_spread_over_both_areas() {
    let mut flash = bytewise();
    started(&mut flash, 64, |platform| {
        for sequence in 1..=1_000 {
            platform.set_floor(None, sequence).unwrap();
        }
        assert_eq!(platform.floor(None), Ok(1_000));
    });
    let erased: Vec<u32> = flash.erased[8..].to_vec();
    let most = *erased.iter().max().unwrap();
    assert!(erased.iter().all(|count| most - count <= 1), "{erased:?}");
    // An area has room for a head and 20 records, one of which is carried over.
    assert!(most <= 1_000 / 19 / 2 + 1, "{most} erasures for 1,000 records");
    started(&mut flash, 64, |platform| assert_eq!(platform.floor(None), Ok(1_000)));
}

#[cfg(feature = "trust-domains")]
#[test]
fn p_168_a_reference_told_twice_counts_once() {
    let mut flash = bytewise();
    let place = |encoded| Some(ComponentId::read(&mut Reader::new(encoded)).unwrap());
    started(&mut flash, 64, |platform| {
        assert_eq!(platform.reference(APP, None, true), Ok(1));
        assert_eq!(platform.reference(APP, None, true), Ok(1));
        assert_eq!(platform.reference(APP, place(b"\x81\x41m"), true), Ok(2));
    });
    started(&mut flash, 64, |platform| {
        assert_eq!((platform.references(APP), platform.references(FIRMWARE)), (2, 0));
        assert_eq!(platform.reference(APP, None, false), Ok(1));
        assert_eq!(platform.reference(APP, None, false), Ok(1));
    });
    started(&mut flash, 64, |platform| assert_eq!(platform.references(APP), 1));
}

/// What can't be told to be free is not overwritten.
#[cfg(feature = "trust-domains")]
#[test]
fn p_169_what_cannot_be_read_may_be_referenced() {
    let mut flash = bytewise();
    let unreadable = flash.unreadable.clone();
    started(&mut flash, 64, |platform| {
        assert_eq!(platform.reference(APP, None, true), Ok(1));
        unreadable.set(true);
        assert_ne!(platform.references(APP), 0);
        unreadable.set(false);
        assert_eq!(platform.references(APP), 1);
    });
}

#[test]
fn a_layout_that_cannot_work_is_refused() {
    fn refused(
        change: impl FnOnce(&mut NorLayout<'static>),
        page: usize,
        scratch: usize,
    ) -> Option<PlatformFault> {
        let mut flash = bytewise();
        let mut layout = layout(256);
        change(&mut layout);
        let (mut page, mut scratch) = (vec![0; page], vec![0; scratch]);
        let buffers = NorBuffers { page: &mut page, scratch: &mut scratch };
        NorPlatform::new(&mut flash, Starts(Vec::new()), layout, buffers).err()
    }
    const NONE: NorComponent<'_> =
        NorComponent { id: &[b"x"], identity: Identity { vendor: &[], class: &[], device: &[] }, banks: &[] };
    const OVERLAPPING: NorComponent<'_> =
        NorComponent { banks: &[Bank { start: 256, size: 256, slot: None }; 2], ..NONE };
    const ODD: NorComponent<'_> = NorComponent { banks: &[Bank { start: 1, size: 256, slot: None }], ..NONE };
    assert_eq!(refused(|_| {}, 64, 24), None);
    assert_eq!(refused(|_| {}, 0, 24), Some(NOT_ALIGNED), "no page");
    assert_eq!(refused(|_| {}, 48, 24), Some(NOT_ALIGNED), "a page that doesn't divide a block");
    assert_eq!(refused(|_| {}, 64, 23), Some(PlatformFault::NO_ROOM), "scratch");
    assert_eq!(refused(|it| it.journal_size = 100, 64, 24), Some(PlatformFault::NO_ROOM), "journal");
    assert_eq!(refused(|it| it.journal_size = 1_000, 64, 24), Some(NOT_ALIGNED), "journal");
    assert_eq!(refused(|it| it.journal_start += 256, 64, 24), Some(OUT_OF_BOUNDS), "behind the flash");
    assert_eq!(refused(|it| it.journal_start = 1_792, 64, 24), Some(OUT_OF_BOUNDS), "over a bank");
    assert_eq!(refused(|it| it.components = &[NONE], 64, 24), Some(OUT_OF_BOUNDS), "without a bank");
    assert_eq!(refused(|it| it.components = &[OVERLAPPING], 64, 24), Some(OUT_OF_BOUNDS));
    assert_eq!(refused(|it| it.components = &[ODD], 64, 24), Some(NOT_ALIGNED));
    assert_eq!(refused(|it| it.floors = &[None; 64], 64, 24), Some(PlatformFault::NO_ROOM), "too many keys");
}

/// The bank that runs is read under a name of its own while the other one is updated, and is not written under it.
#[cfg(feature = "delta")]
#[test]
fn s03_p_233_the_running_bank_is_the_base_of_the_other_one() {
    let path = |parts: &[&[u8]]| {
        let mut encoded = vec![0x80 | parts.len() as u8];
        parts.iter().for_each(|part| {
            encoded.push(0x40 | part.len() as u8);
            encoded.extend(*part);
        });
        encoded
    };
    let mut flash = Model::<1, 4, 64>::new(blocks(&layout(64), 64));
    let (mut page, mut scratch) = (vec![0; 16], vec![0; RECORD_MAX]);
    let buffers = NorBuffers { page: &mut page, scratch: &mut scratch };
    let platform = NorPlatform::new(&mut flash, Starts(Vec::new()), layout(64), buffers).unwrap();
    let mut platform = platform.running_as(&[(FIRMWARE, &[b"firmware", b"running"])]);
    let mut find = |parts: &[&[u8]]| {
        let encoded = path(parts);
        let id = ComponentId::read(&mut Reader::new(&encoded)).unwrap();
        platform.component(&ComponentPath::new(id))
    };
    assert_eq!(find(&[b"firmware"]), Some(FIRMWARE));
    assert_eq!(find(&[b"app", b"running"]), None);
    let running = find(&[b"firmware", b"running"]).unwrap();
    platform.begins(Procedure::Update);
    store(&mut platform, FIRMWARE, &image(100, 1)).unwrap();
    assert_eq!(content(&mut platform, running), None);
    platform.promote(FIRMWARE).unwrap();
    platform.run_from(FIRMWARE, true);
    platform.begins(Procedure::Update);
    assert_eq!(content(&mut platform, running), Some(image(100, 1)));
    assert_eq!(platform.begin(running, &sized(10)), Err(PlatformFault::FORBIDDEN));
    store(&mut platform, FIRMWARE, &image(120, 2)).unwrap();
    assert_eq!(content(&mut platform, running), Some(image(100, 1)));
    assert_eq!(content(&mut platform, FIRMWARE), Some(image(120, 2)));
    assert_eq!((platform.slot(running), platform.slot(FIRMWARE)), (Some(1), Some(0)));
}
