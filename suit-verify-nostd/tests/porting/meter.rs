use suit_core::component::ComponentId;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault,
};
use suit_verify_nostd::process::Procedure;

/// The water meter's chip: flash in pages of 2 KiB, and ferroelectric memory that keeps a word or the one before.
pub struct Meter<C> {
    pub chip: C,
    updating: bool,
}

/// What the vendor's library offers; `false` says that it failed.
pub trait Chip {
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> bool;
    fn erase_page(&mut self, address: u32) -> bool;
    fn program(&mut self, address: u32, bytes: &[u8]) -> bool;
    fn word(&mut self, number: u32) -> u64;
    fn set_word(&mut self, number: u32, value: u64) -> bool;
    fn jump(&mut self, address: u32) -> bool;
}

const FIRMWARE: Handle = Handle(0);
const VENDOR: [Identifier<'_>; 1] = [Identifier::Uuid([0x11; 16])];
const CLASS: [Identifier<'_>; 1] = [Identifier::Uuid([0x22; 16])];
const SLOTS: [u32; 2] = [0x0800_8000, 0x0804_0000];
const SLOT_SIZE: u32 = 0x3_8000;
const PAGE: u32 = 2048;

// Words: the floor, which slot runs, and of the transfer what it is of and how many bytes are there. Then, for each slot,
// the length of its image and one more; 0 if it has none.
const FLOOR: u32 = 0;
const RUNNING: u32 = 1;
const WHAT: u32 = 2;
const STORED: u32 = 3;
const LENGTHS: u32 = 4;

const HARDWARE: PlatformFault = PlatformFault(1);

fn done(worked: bool) -> Result<(), PlatformFault> {
    if worked { Ok(()) } else { Err(HARDWARE) }
}

impl<C: Chip> Meter<C> {
    pub fn new(chip: C) -> Self {
        Self { chip, updating: false }
    }

    /// 0 or 1: while updating the slot that doesn't run.
    fn slot_number(&mut self) -> u32 {
        let running = u32::from(self.chip.word(RUNNING) != 0);
        if self.updating { 1 - running } else { running }
    }

    fn address(&mut self, offset: u32) -> u32 {
        SLOTS[self.slot_number() as usize] + offset
    }
}

impl<C: Chip> Platform for Meter<C> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        path.is(&[b"firmware"]).then_some(FIRMWARE)
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &VENDOR,
            IdentifierKind::Class => &CLASS,
            IdentifierKind::Device => &[],
        }
    }

    fn begins(&mut self, procedure: Procedure) {
        self.updating = procedure == Procedure::Update;
    }

    fn slot(&mut self, _: Handle) -> Option<u64> {
        Some(self.slot_number().into())
    }

    fn floor(&mut self, _: Option<ComponentId<'_>>) -> Result<u64, PlatformFault> {
        Ok(self.chip.word(FLOOR))
    }

    fn set_floor(&mut self, _: Option<ComponentId<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        // The update has ended well: from the next start on the other slot runs.
        let slot = self.slot_number();
        done(self.chip.set_word(RUNNING, slot.into()) && self.chip.set_word(FLOOR, sequence))
    }

    fn capacity(&mut self, _: Handle) -> u32 {
        SLOT_SIZE
    }

    fn length(&mut self, _: Handle) -> Option<u32> {
        let word = LENGTHS + self.slot_number();
        u32::try_from(self.chip.word(word).checked_sub(1)?).ok()
    }

    fn read(&mut self, _: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let address = self.address(offset);
        done(self.chip.read(address, buffer))
    }

    fn begin(&mut self, _: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        let digest = incoming.digest.and_then(|digest| digest.bytes().first_chunk().copied());
        let what = digest.map_or(0, u64::from_le_bytes);
        let slot = self.slot_number();
        done(self.chip.set_word(LENGTHS + slot, 0))?;
        if what == 0 || what != self.chip.word(WHAT) {
            done(self.chip.set_word(WHAT, 0) && self.chip.set_word(STORED, 0) && self.chip.set_word(WHAT, what))?;
        }
        Ok(self.chip.word(STORED) as u32)
    }

    fn write(&mut self, _: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        let (mut offset, mut data) = (offset, data);
        while !data.is_empty() {
            let address = self.address(offset);
            if offset % PAGE == 0 {
                // What is behind this page is lost with a power cut, what is before it is not.
                done(self.chip.set_word(STORED, offset.into()) && self.chip.erase_page(address))?;
            }
            let (piece, rest) = data.split_at(data.len().min((PAGE - offset % PAGE) as usize));
            done(self.chip.program(address, piece))?;
            (offset, data) = (offset + piece.len() as u32, rest);
        }
        Ok(())
    }

    fn commit(&mut self, _: Handle, length: u32) -> Result<(), PlatformFault> {
        let word = LENGTHS + self.slot_number();
        done(self.chip.set_word(WHAT, 0) && self.chip.set_word(word, u64::from(length) + 1))
    }

    fn invoke(&mut self, _: Handle, _: Option<&[u8]>) -> Result<(), PlatformFault> {
        let address = self.address(0);
        done(self.chip.jump(address))
    }
}
