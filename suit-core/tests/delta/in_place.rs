//! Deltas over the old image itself: what comes out, whenever the power goes, and what is refused before the first write.

use crate::forged::{mutants, mutate};
use crate::images::{Numbers, noise, thumb};
use suit_core::delta::create::{self, Made, Options, Profile, make};
use suit_core::delta::in_place::{Area, Error, Flash, Part, WRITE_UNIT, apply};
use suit_core::delta::{Error as DeltaError, Fault, Header, Slot};

const SLOT: Slot = Slot { size: 48 << 10, log2_page: 9 };

/// A slot, a journal and a delta; the power goes after so many writes and erases.
struct Device<'a> {
    delta: &'a [u8],
    old: &'a [u8],
    slot: Vec<u8>,
    journal: Vec<u8>,
    page: usize,
    /// Writes and erases left until the power goes.
    left: usize,
    /// Writes and erases that were begun.
    done: usize,
    /// How often the old image was asked for.
    begun: usize,
}

impl<'a> Device<'a> {
    fn new(made: &'a Made, old: &'a [u8], journal: u32) -> Self {
        let slot = made.header.slot.unwrap();
        let mut bytes = vec![0xee; slot.size as usize];
        bytes[..old.len()].copy_from_slice(old);
        let page = slot.page() as usize;
        Self {
            delta: &made.payload,
            old,
            slot: bytes,
            journal: vec![0x33; journal as usize],
            page,
            left: usize::MAX,
            done: 0,
            begun: 0,
        }
    }

    fn area(&mut self, area: Area) -> &mut Vec<u8> {
        match area {
            Area::Slot => &mut self.slot,
            Area::Journal => &mut self.journal,
        }
    }

    /// Whether there is power for one more, and whether it goes in its midst.
    fn spend(&mut self) -> Result<bool, Fault> {
        if self.left == 0 {
            return Err(Fault);
        }
        self.left -= 1;
        self.done += 1;
        Ok(self.left == 0)
    }
}

impl Flash for Device<'_> {
    fn size(&self, area: Area) -> u32 {
        match area {
            Area::Slot => self.slot.len() as u32,
            Area::Journal => self.journal.len() as u32,
        }
    }

    fn begin(&mut self, header: &Header) -> Result<(), Fault> {
        self.begun += 1;
        let pages = header.slot.unwrap().page() as usize == self.page;
        let sizes = header.old_size as usize == self.old.len();
        if pages && sizes && self.slot.starts_with(self.old) { Ok(()) } else { Err(Fault) }
    }

    fn read_delta(&mut self, offset: u32, into: &mut [u8]) -> Result<usize, Fault> {
        let rest = self.delta.get(offset as usize..).unwrap_or_default();
        let len = rest.len().min(into.len());
        into[..len].copy_from_slice(&rest[..len]);
        Ok(len)
    }

    fn read(&mut self, area: Area, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        let from = offset as usize;
        let bytes = self.area(area).get(from..from + into.len()).expect("a read outside the area");
        into.copy_from_slice(bytes);
        Ok(())
    }

    fn erase(&mut self, area: Area, page: u32) -> Result<(), Fault> {
        let torn = self.spend()?;
        let len = self.page;
        let from = page as usize * len;
        let there = self.area(area).get_mut(from..from + len).expect("an erase outside the area");
        // Half of it, if the power goes.
        there[if torn { len / 2 } else { 0 }..].fill(0xff);
        if torn { Err(Fault) } else { Ok(()) }
    }

    fn write(&mut self, area: Area, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
        let torn = self.spend()?;
        assert!(offset.is_multiple_of(WRITE_UNIT) && bytes.len().is_multiple_of(WRITE_UNIT as usize));
        let from = offset as usize;
        let there = self.area(area).get_mut(from..from + bytes.len()).expect("a write outside the area");
        assert!(there.iter().all(|byte| *byte == 0xff), "a write where it was not erased");
        let len = if torn { bytes.len() / 2 } else { bytes.len() };
        there[..len].copy_from_slice(&bytes[..len]);
        if torn { Err(Fault) } else { Ok(()) }
    }
}

const POWER: Error = Error::Delta(DeltaError::Images);

fn run(device: &mut Device<'_>, made: &Made) -> Result<u32, Error> {
    // Whatever was in RAM is gone.
    let mut memory = vec![0x5a; made.header.memory() as usize];
    let mut page = vec![0x5a; device.page];
    apply(device, &mut memory, &mut page)
}

fn in_place(old: &[u8], new: &[u8], slot: Slot) -> Made {
    let options = Options { memory: Profile::S.memory(), slot: Some(slot), ..Options::default() };
    make(old, new, &options).unwrap()
}

/// Old image, new image, slot.
fn pairs() -> Vec<(&'static str, Vec<u8>, Vec<u8>, Slot)> {
    let functions: Vec<u32> = (0..100).collect();
    let mut moved = functions.clone();
    moved.swap(10, 60);
    moved.remove(40);
    let grown: Vec<u32> = (0..20).chain(500..530).chain(20..100).collect();
    let old = thumb(&functions);
    let tight = |old: &[u8], new: &[u8], log2_page: u8| {
        let size = (old.len().max(new.len()) as u32).next_multiple_of(1 << log2_page);
        Slot { size, log2_page }
    };
    let spare = |old: &[u8]| {
        let tight = tight(old, old, 9);
        Slot { size: tight.size + 3 * tight.page(), ..tight }
    };
    let grown = thumb(&grown);
    vec![
        ("functions moved", old.clone(), thumb(&moved), SLOT),
        ("functions moved, no room to spare", old.clone(), thumb(&moved), tight(&old, &old, 9)),
        ("functions moved, three pages to spare", old.clone(), thumb(&moved), spare(&old)),
        ("functions added, no room to spare", old.clone(), grown.clone(), tight(&old, &grown, 8)),
        ("functions added, small pages", old.clone(), grown.clone(), Slot { log2_page: 5, ..SLOT }),
        ("functions removed", grown.clone(), old.clone(), tight(&grown, &old, 10)),
        ("one page", b"an old image".to_vec(), b"a new image".to_vec(), Slot { size: 4096, log2_page: 12 }),
        ("to nothing", noise(1, 700), vec![], Slot { size: 1024, log2_page: 8 }),
        ("from nothing", vec![], noise(1, 700), Slot { size: 1024, log2_page: 8 }),
        ("whole pages", noise(1, 1024), noise(1, 2048), Slot { size: 4096, log2_page: 9 }),
    ]
}

#[test]
fn every_pair_comes_out_and_the_journal_is_clean() {
    for (name, old, new, slot) in pairs() {
        let made = in_place(&old, &new, slot);
        assert_eq!(Header::parse(&made.payload).unwrap().0.slot, Some(slot), "{name}");
        let mut device = Device::new(&made, &old, made.header.journal().unwrap());
        assert_eq!(run(&mut device, &made), Ok(new.len() as u32), "{name}");
        assert!(device.slot.starts_with(&new), "{name}");
        assert!(device.journal.iter().all(|byte| *byte == 0xff), "{name}");
    }
}

#[test]
fn p_233_the_power_may_go_at_every_write_and_erase() {
    let functions: Vec<u32> = (0..12).collect();
    let (old, new) = (thumb(&functions), thumb(&[&functions[..3], &[77], &functions[4..]].concat()));
    let room = Slot { size: 4096, log2_page: 8 };
    let tight = Slot { size: (old.len().max(new.len()) as u32).next_multiple_of(256), ..room };
    for slot in [room, tight] {
        let made = in_place(&old, &new, slot);
        let fresh = Device::new(&made, &old, made.header.journal().unwrap());
        let mut whole = Device { slot: fresh.slot.clone(), journal: fresh.journal.clone(), ..fresh };
        run(&mut whole, &made).unwrap();
        assert!(whole.done > 50, "{}", whole.done);
        for cut in 1..=whole.done {
            // Once, and then again after each of some steps more.
            for again in [usize::MAX, 7, 40] {
                let mut device = Device::new(&made, &old, made.header.journal().unwrap());
                device.left = cut;
                assert_eq!(run(&mut device, &made), Err(POWER), "cut at {cut}");
                let mut end = Err(POWER);
                // A page takes more steps than the shortest time between cuts: that grows until it is enough.
                for longer in 0..200 {
                    device.left = again.saturating_add(longer * 5);
                    end = run(&mut device, &made);
                    if end != Err(POWER) || device.left > 0 {
                        break;
                    }
                }
                assert!(device.slot.starts_with(&new), "cut at {cut}, again after {again}: {end:?}");
                // Erasing the journal is the last thing; once it has no record the old image is asked for, and is not there.
                assert!(
                    end == Ok(new.len() as u32) || device.begun > 1,
                    "cut at {cut}, again after {again}: {end:?}"
                );
            }
        }
    }
}

#[test]
fn p_233_the_power_may_go_with_every_pair() {
    for (name, old, new, slot) in pairs() {
        let made = in_place(&old, &new, slot);
        let fresh = || Device::new(&made, &old, made.header.journal().unwrap());
        let mut whole = fresh();
        run(&mut whole, &made).unwrap();
        // The last erases leave the new image and no journal, and the old image is asked for: see above.
        let end = whole.done - whole.journal.len() / whole.page;
        for cut in (1..=end).step_by(end / 60 + 1) {
            let mut device = fresh();
            device.left = cut;
            assert_eq!(run(&mut device, &made), Err(POWER), "{name}, cut at {cut}");
            device.left = usize::MAX;
            assert_eq!(run(&mut device, &made), Ok(new.len() as u32), "{name}, cut at {cut}");
            assert!(device.slot.starts_with(&new), "{name}, cut at {cut}");
        }
    }
}

#[test]
fn an_update_that_goes_on_does_not_ask_for_the_old_image() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let made = in_place(&old, &new, slot);
    let mut device = Device::new(&made, &old, made.header.journal().unwrap());
    device.left = 150;
    assert_eq!(run(&mut device, &made), Err(POWER));
    device.left = usize::MAX;
    assert_eq!(run(&mut device, &made), Ok(new.len() as u32));
    assert_eq!(device.begun, 1);
}

/// The error, with nothing written or erased.
fn refused(device: &mut Device<'_>, made: &Made) -> Error {
    let before = (device.slot.clone(), device.journal.clone());
    let error = run(device, made).unwrap_err();
    assert_eq!(device.done, 0);
    assert!(before == (device.slot.clone(), device.journal.clone()));
    error
}

#[test]
fn what_does_not_fit_is_refused_before_the_first_write() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let made = in_place(&old, &new, slot);
    let journal = made.header.journal().unwrap();
    let small = |what, needed, there| Error::TooSmall { what, needed, there };
    let mut device = Device::new(&made, &old, journal - 1);
    assert_eq!(refused(&mut device, &made), small(Part::Journal, journal, journal - 1));
    let mut device = Device::new(&made, &old, journal);
    device.slot.pop();
    assert_eq!(refused(&mut device, &made), small(Part::Slot, slot.size, slot.size - 1));
    let mut device = Device::new(&made, &old, journal);
    device.page -= 1;
    assert_eq!(refused(&mut device, &made), small(Part::Page, slot.page(), slot.page() - 1));
    let mut device = Device::new(&made, &old, journal);
    device.slot[100] ^= 1;
    assert_eq!(refused(&mut device, &made), POWER, "another base");
    assert_eq!(device.begun, 1);
}

#[test]
fn a_delta_for_two_slots_is_not_applied_in_place() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let two = make(&old, &new, &Options::default()).unwrap();
    let one = in_place(&old, &new, slot);
    let mut device = Device::new(&one, &old, 1 << 20);
    device.delta = &two.payload;
    assert_eq!(refused(&mut device, &two), Error::NotInPlace);
}

#[test]
fn less_memory_than_asked_for_is_refused_first() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let made = in_place(&old, &new, slot);
    let mut device = Device::new(&made, &old, made.header.journal().unwrap());
    let needed = made.header.memory();
    let mut memory = vec![0; needed as usize - 1];
    let error = apply(&mut device, &mut memory, &mut [0; 512]).unwrap_err();
    assert_eq!(error, Error::Delta(DeltaError::Memory { needed, lent: needed - 1 }));
    assert_eq!(device.begun, 0);
}

#[test]
fn a_copy_of_what_is_overwritten_is_refused_before_the_first_write() {
    // Halves exchanged, made for a slot with room; the header then says one without.
    let (first, second) = (noise(1, 4096), noise(2, 4096));
    let (old, new) = ([&*first, &second].concat(), [&*second, &first].concat());
    let wide = Slot { size: 32 << 10, log2_page: 9 };
    let made = in_place(&old, &new, wide);
    let (header, len) = Header::parse(&made.payload).unwrap();
    let mut tight = header;
    tight.slot = Some(Slot { size: 8192, ..wide });
    let mut forged = made.clone();
    forged.payload = [tight.encode(), made.payload[len..].to_vec()].concat();
    forged.header = tight;
    let mut device = Device::new(&forged, &old, tight.journal().unwrap());
    assert!(matches!(refused(&mut device, &forged), Error::Overwritten(_)));
    // What is made for such a slot is larger, and comes out.
    let honest = in_place(&old, &new, Slot { size: 8192, ..wide });
    assert!(honest.payload.len() > made.payload.len() + 3000);
    let mut device = Device::new(&honest, &old, honest.header.journal().unwrap());
    run(&mut device, &honest).unwrap();
    assert!(device.slot.starts_with(&new));
}

#[test]
fn a_record_with_any_bit_changed_is_no_record() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let made = in_place(&old, &new, slot);
    let journal = made.header.journal().unwrap();
    // After the first record, which says that nothing was moved yet, the power goes.
    let mut device = Device::new(&made, &old, journal);
    let place = (journal as usize / 2) / device.page;
    device.left = place + 2;
    assert_eq!(run(&mut device, &made), Err(POWER));
    for bit in 0..32 * 8 {
        let mut other = Device::new(&made, &old, journal);
        other.journal.copy_from_slice(&device.journal);
        other.journal[bit / 8] ^= 1 << (bit % 8);
        run(&mut other, &made).unwrap();
        assert_eq!(other.begun, 1, "bit {bit}: the old image was not asked for");
    }
}

#[test]
fn records_of_another_delta_are_passed_over() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let (made, other) = (in_place(&old, &new, slot), in_place(&old, &old, slot));
    let journal = made.header.journal().unwrap().max(other.header.journal().unwrap());
    let mut device = Device::new(&other, &old, journal);
    // Only its first record: nothing of the slot was written.
    let place = (other.header.journal().unwrap() as usize / 2) / device.page;
    device.left = place + 2;
    assert_eq!(run(&mut device, &other), Err(POWER));
    device.left = usize::MAX;
    device.delta = &made.payload;
    run(&mut device, &made).unwrap();
    assert_eq!(device.begun, 2);
    assert!(device.slot.starts_with(&new));
}

#[test]
fn a_payload_cut_short_is_no_image() {
    let (_, old, new, slot) = pairs().swap_remove(0);
    let made = in_place(&old, &new, slot);
    let mut device = Device::new(&made, &old, made.header.journal().unwrap());
    device.delta = &made.payload[..made.payload.len() - 6];
    assert_eq!(run(&mut device, &made), Err(Error::Delta(DeltaError::Truncated)));
    // The whole one goes on where that one ended.
    device.delta = &made.payload;
    assert_eq!(run(&mut device, &made), Ok(new.len() as u32));
    assert!(device.slot.starts_with(&new));
}

#[test]
fn images_that_do_not_fit_the_slot_make_no_delta() {
    for slot in [
        Slot { size: 4096, log2_page: 9 },
        Slot { size: 48 << 10 | 16, log2_page: 9 },
        Slot { size: 48 << 10, log2_page: 4 },
        Slot { size: 16 << 20, log2_page: 21 },
        Slot { size: 32 << 20, log2_page: 9 },
    ] {
        let options = Options { slot: Some(slot), ..Options::default() };
        assert_eq!(make(&noise(1, 5000), b"new", &options).unwrap_err(), create::Error::Slot(slot));
    }
}

#[test]
fn mutants_stay_inside_slot_and_journal() {
    let (_, old, new, slot) = pairs().swap_remove(2);
    let made = in_place(&old, &new, slot);
    let mut numbers = Numbers(11);
    let (mut wrong, mut errors) = (0, 0);
    for _ in 0..mutants() / 10 {
        let mut forged = made.clone();
        mutate(&mut forged.payload, &mut numbers);
        let mut device = Device::new(&made, &old, 1 << 16);
        device.delta = &forged.payload;
        // The device itself sees to its bounds, and to what is written where.
        match apply(&mut device, &mut [0; 1 << 16], &mut [0; 512]) {
            Ok(_) => wrong += usize::from(!device.slot.starts_with(&new)),
            Err(_) => errors += 1,
        }
    }
    assert!(wrong > 0 && errors > 0, "{wrong} wrong images, {errors} errors");
}
