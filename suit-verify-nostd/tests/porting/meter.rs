//! A water meter: flash in pages of 2 KiB, and ferroelectric memory whose words change at once or not at all.
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault,
};
use suit_verify_nostd::process::Procedure;

/// What the vendor's library offers; `false` says that it failed.
pub trait Chip {
    fn read(&mut self, address: u32, bytes: &mut [u8]) -> bool;
    fn erase_page(&mut self, address: u32) -> bool;
    fn program(&mut self, address: u32, bytes: &[u8]) -> bool;
    fn word(&mut self, number: u32) -> u64;
    fn set_word(&mut self, number: u32, value: u64) -> bool;
    fn jump(&mut self, address: u32) -> bool;
}

pub struct Meter<C> {
    pub chip: C,
    /// 0 or 1: the slot that is written, or else the one that runs.
    pub slot: u32,
}

const VENDOR: [Identifier<'_>; 1] = [Identifier::Uuid([0x11; 16])];
const CLASS: [Identifier<'_>; 1] = [Identifier::Uuid([0x22; 16])];
const SLOTS: [u32; 2] = [0x0800_8000, 0x0804_0000];
const SLOT_SIZE: u32 = 0x3_8000;
const PAGE: u32 = 2048;

// Words: the floor; which slot runs; of a transfer, what it is of and how many bytes are there; and for each slot the length
// of its image plus 1, or 0 without an image.
const FLOOR: u32 = 0;
const RUNNING: u32 = 1;
const WHAT: u32 = 2;
const STORED: u32 = 3;
const LENGTHS: u32 = 4;

fn done(worked: bool) -> Result<(), PlatformFault> {
    if worked { Ok(()) } else { Err(PlatformFault(1)) }
}

impl<C: Chip> Platform for Meter<C> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        path.is(&[b"firmware"]).then_some(Handle(0))
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &VENDOR,
            IdentifierKind::Class => &CLASS,
            IdentifierKind::Device => &[],
        }
    }

    fn begins(&mut self, procedure: Procedure) {
        let running = u32::from(self.chip.word(RUNNING) == 1);
        self.slot = if procedure == Procedure::Update { 1 - running } else { running };
    }

    fn slot(&mut self, _: Handle) -> Option<u64> {
        Some(self.slot.into())
    }

    fn floor(&mut self, _: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        Ok(self.chip.word(FLOOR))
    }

    fn set_floor(&mut self, _: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        // The update has ended well: the slot that was written runs from the next start on.
        done(self.chip.set_word(RUNNING, self.slot.into()) && self.chip.set_word(FLOOR, sequence))
    }

    fn capacity(&mut self, _: Handle) -> u32 {
        SLOT_SIZE
    }

    fn length(&mut self, _: Handle) -> Option<u32> {
        u32::try_from(self.chip.word(LENGTHS + self.slot).checked_sub(1)?).ok()
    }

    fn read(&mut self, _: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        done(self.chip.read(SLOTS[self.slot as usize] + offset, buffer))
    }

    fn begin(&mut self, _: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        let digest = incoming.digest.and_then(|digest| digest.bytes().first_chunk().copied());
        let what = digest.map_or(0, u64::from_le_bytes);
        done(self.chip.set_word(LENGTHS + self.slot, 0))?;
        if what == 0 || what != self.chip.word(WHAT) {
            // Something else: what is there doesn't count, and that is said before what comes now.
            done(
                self.chip.set_word(WHAT, 0)
                    && self.chip.set_word(STORED, 0)
                    && self.chip.set_word(WHAT, what),
            )?;
        }
        Ok(self.chip.word(STORED) as u32)
    }

    fn write(&mut self, _: Handle, mut offset: u32, mut data: &[u8]) -> Result<(), PlatformFault> {
        while !data.is_empty() {
            let address = SLOTS[self.slot as usize] + offset;
            if offset.is_multiple_of(PAGE) {
                done(self.chip.set_word(STORED, offset.into()) && self.chip.erase_page(address))?;
            }
            let (piece, rest) = data.split_at(data.len().min((PAGE - offset % PAGE) as usize));
            done(self.chip.program(address, piece))?;
            (offset, data) = (offset + piece.len() as u32, rest);
        }
        Ok(())
    }

    fn commit(&mut self, _: Handle, length: u32) -> Result<(), PlatformFault> {
        done(self.chip.set_word(WHAT, 0) && self.chip.set_word(LENGTHS + self.slot, u64::from(length) + 1))
    }

    fn invoke(&mut self, _: Handle, _: Option<&[u8]>) -> Result<(), PlatformFault> {
        done(self.chip.jump(SLOTS[self.slot as usize]))
    }
}
