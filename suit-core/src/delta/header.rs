//! The first bytes of a delta: which images it binds, what a decoder must have, how much memory it must lend.

use super::error::Error;
use super::layout::{Layout, MemoryParts};
use super::slot::Slot;

/// The first byte of every delta; no CBOR item that SUIT uses begins with it, and no text does.
pub const MAGIC: u8 = 0xd5;
/// The version of the format that this crate speaks.
pub const VERSION: u8 = 1;
/// No image reaches this size: offsets are kept in 24 bits.
pub const IMAGE_SIZE_END: u32 = 1 << 24;
/// No header is longer.
pub const HEADER_LEN_MAX: usize = 40;
/// How many bytes of an image's SHA-256 stand in the header.
pub const CHECK_LEN: usize = 4;

/// Whose calls and branches are predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Instructions {
    /// Nobody's: bytecode, data, and what no predictor knows.
    None,
    /// Arm's Thumb: `BL` and `B.W`.
    Thumb,
    /// RISC-V: `JAL`, `C.JAL`, `C.J` and `AUIPC` pairs.
    RiscV,
    /// AArch64: `BL`, `B` and `ADRP`.
    AArch64,
    /// Xtensa: calls and `L32R`.
    Xtensa,
}

impl Instructions {
    /// The number in the header's flags.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Thumb => 1,
            Self::RiscV => 2,
            Self::AArch64 => 3,
            Self::Xtensa => 4,
        }
    }

    /// Whether this build predicts them (features `delta-thumb`, `delta-riscv`, `delta-aarch64`, `delta-xtensa`).
    #[must_use]
    pub const fn are_built_in(self) -> bool {
        match self {
            Self::None => true,
            Self::Thumb => cfg!(feature = "delta-thumb"),
            Self::RiscV => cfg!(feature = "delta-riscv"),
            Self::AArch64 => cfg!(feature = "delta-aarch64"),
            Self::Xtensa => cfg!(feature = "delta-xtensa"),
        }
    }

    /// Whether they begin at even offsets only.
    pub(crate) const fn are_in_halfwords(self) -> bool {
        matches!(self, Self::Thumb | Self::RiscV | Self::AArch64)
    }

    /// Those of this number; `None` if there are none.
    #[must_use]
    pub const fn from_number(number: u8) -> Option<Self> {
        Some(match number {
            0 => Self::None,
            1 => Self::Thumb,
            2 => Self::RiscV,
            3 => Self::AArch64,
            4 => Self::Xtensa,
            _ => return None,
        })
    }
}

/// A region of addresses that aligned words may point into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Region {
    /// The first address.
    pub start: u32,
    /// Its length is two to this power, in bytes; at most 31.
    pub log2_len: u8,
}

impl Region {
    /// Whether `address` is in the region.
    #[must_use]
    pub fn contains(self, address: u32) -> bool {
        address.wrapping_sub(self.start) >> u32::from(self.log2_len & 31) == 0
    }
}

/// What stands before the coded bytes. Everything is checked when it is read.
///
/// | bytes | what |
/// |---|---|
/// | 1 | [`MAGIC`] |
/// | 1 | [`VERSION`] |
/// | 1 | flags: bits 0–3 [`Instructions`], 4 pointers into the image, 5 pointers into data, 6 one state map for all contexts, 7 in place |
/// | 1–4 | size of the old image, bytes, below [`IMAGE_SIZE_END`] |
/// | 1–4 | size of the new image, the same |
/// | 0–4 | with bit 7: size of the slot, bytes |
/// | 0–1 | with bit 7: bytes of a page, log2 |
/// | 0–5 | with bit 4: address of the image's first byte, bits in reverse order |
/// | 0–5 | with bit 5: first address of data, bits in reverse order |
/// | 0–1 | with bit 5: its length, log2 |
/// | 1 | nodes, in units of 256 bytes, at least 1 |
/// | 1 | places for learned targets, in units of 8, at least 1 |
/// | 1–3 | segments, at most 65,535 |
/// | 4 | the first bytes of the old image's SHA-256 |
/// | 4 | the first bytes of the new image's SHA-256 |
///
/// Numbers of several bytes are LEB128 (7 bits a byte, least significant first), in their shortest form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Whose calls and branches are predicted.
    pub instructions: Instructions,
    /// Address of the first byte of both images, if words that point into them are predicted.
    pub image_address: Option<u32>,
    /// Where data lies, if words that point there are predicted.
    pub data: Option<Region>,
    /// Size of the old image in bytes.
    pub old_size: u32,
    /// Size of the new image in bytes.
    pub new_size: u32,
    /// The first bytes of the old image's SHA-256. For those who hold the wrong file, not against those who forge one: a
    /// manifest names the old image by its whole digest.
    pub old_check: [u8; CHECK_LEN],
    /// The same of the new image.
    pub new_check: [u8; CHECK_LEN],
    /// The slot in which it is applied, if it is made to be applied over the old image.
    pub slot: Option<Slot>,
    /// How the memory is divided.
    pub(crate) layout: Layout,
}

/// Reads what stands in the header, one after the other. After a fault zeros are read, and the first fault is told at the end.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    flaw: Flaw,
}

/// What is wrong with a header: what can be said in two bytes of [`Error`].
#[derive(Clone, Copy)]
pub(crate) enum Flaw {
    None,
    NotADelta,
    Version(u8),
    Predictors(u8),
    Header(u8),
    Truncated,
}

impl Flaw {
    pub(crate) const fn error(self) -> Option<Error> {
        Some(match self {
            Self::None => return None,
            Self::NotADelta => Error::NotADelta,
            Self::Version(version) => Error::Version(version),
            Self::Predictors(flags) => Error::Predictors(flags),
            Self::Header(at) => Error::Header(at),
            Self::Truncated => Error::Truncated,
        })
    }
}

impl Fields<'_> {
    fn fail(&mut self, flaw: Flaw) {
        if matches!(self.flaw, Flaw::None) {
            self.flaw = flaw;
        }
    }

    fn fail_at(&mut self, at: usize) {
        let [at, ..] = at.to_le_bytes();
        self.fail(Flaw::Header(at));
    }

    #[inline(never)]
    fn byte(&mut self) -> u8 {
        let byte = self.bytes.get(self.at).copied();
        self.at = self.at.wrapping_add(1);
        if byte.is_none() {
            self.fail(Flaw::Truncated);
        }
        byte.unwrap_or(0)
    }

    /// A LEB128 number of at most 32 bits that is not above `most`, in its shortest form.
    fn number(&mut self, most: u32) -> u32 {
        let start = self.at;
        let (mut value, mut shift) = (0u32, 0u32);
        loop {
            let byte = self.byte();
            value |= u32::from(byte & 0x7f) << (shift & 31);
            if byte == 0 && shift > 0 || byte > 0xf && shift == 28 {
                self.fail_at(start);
            }
            if byte & 0x80 == 0 || shift == 28 {
                break;
            }
            shift = shift.wrapping_add(7);
        }
        if value > most {
            self.fail_at(start);
        }
        value
    }

    fn check(&mut self) -> [u8; CHECK_LEN] {
        let mut check = 0u32;
        for _ in 0..CHECK_LEN {
            check = check << 8 | u32::from(self.byte());
        }
        check.to_be_bytes()
    }
}

const POINTERS: u8 = 0x10;
const DATA: u8 = 0x20;
const ONE_MAP: u8 = 0x40;
const IN_PLACE: u8 = 0x80;

/// A build without `delta-in-place` refuses such a delta.
const fn in_place_is_known(flags: u8) -> bool {
    cfg!(feature = "delta-in-place") || flags & IN_PLACE == 0
}

impl Header {
    /// That of no delta.
    pub(crate) const NONE: Self = Self {
        instructions: Instructions::None,
        image_address: None,
        data: None,
        old_size: 0,
        new_size: 0,
        old_check: [0; CHECK_LEN],
        new_check: [0; CHECK_LEN],
        slot: None,
        layout: Layout { nodes: 0, learned: 0, segments: 0, one_map: false },
    };

    /// Reads a header from the first bytes of a delta; says how long it is.
    ///
    /// # Errors
    /// [`Error::Truncated`] if `bytes` end within the header, else what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), Error> {
        let mut header = Self::NONE;
        let (len, flaw) = header.read(bytes);
        match flaw.error() {
            Some(error) => Err(error),
            None => Ok((header, len)),
        }
    }

    /// The same, in place.
    #[inline(never)]
    pub(crate) fn read(&mut self, bytes: &[u8]) -> (usize, Flaw) {
        let mut fields = Fields { bytes, at: 0, flaw: Flaw::None };
        if fields.byte() != MAGIC {
            fields.fail(Flaw::NotADelta);
        }
        let version = fields.byte();
        if version != VERSION {
            fields.fail(Flaw::Version(version));
        }
        let flags = fields.byte();
        match Instructions::from_number(flags & 0x0f) {
            Some(instructions) if in_place_is_known(flags) && instructions.are_built_in() => {
                self.instructions = instructions;
            }
            _ => fields.fail(Flaw::Predictors(flags)),
        }
        self.old_size = fields.number(IMAGE_SIZE_END - 1);
        self.new_size = fields.number(IMAGE_SIZE_END - 1);
        #[cfg(feature = "delta-in-place")]
        if flags & IN_PLACE != 0 {
            let at = fields.at;
            let size = fields.number(IMAGE_SIZE_END);
            let slot = Slot { size, log2_page: fields.byte() };
            if !slot.is_sound(self.old_size, self.new_size) {
                fields.fail_at(at);
            }
            self.slot = Some(slot);
        }
        if flags & POINTERS != 0 {
            self.image_address = Some(fields.number(u32::MAX).reverse_bits());
        }
        if flags & DATA != 0 {
            let start = fields.number(u32::MAX).reverse_bits();
            let [log2_len, ..] = fields.number(31).to_le_bytes();
            self.data = Some(Region { start, log2_len });
        }
        let at = fields.at;
        let (nodes, learned) = (fields.byte(), fields.byte());
        if nodes == 0 || learned == 0 {
            fields.fail_at(at);
        }
        let [low, high, ..] = fields.number(0xffff).to_le_bytes();
        let segments = u16::from_le_bytes([low, high]);
        self.layout = Layout { nodes, learned, segments, one_map: flags & ONE_MAP != 0 };
        self.old_check = fields.check();
        self.new_check = fields.check();
        (fields.at, fields.flaw)
    }

    /// Bytes of memory that a decoder of this delta must be lent.
    #[must_use]
    pub const fn memory(&self) -> u32 {
        self.layout.memory()
    }

    /// What that memory is for.
    #[must_use]
    pub const fn memory_parts(&self) -> MemoryParts {
        self.layout.memory_parts()
    }

    /// How many segments the new image has.
    #[must_use]
    pub const fn segments(&self) -> u16 {
        self.layout.segments
    }

    /// The header's bytes.
    #[cfg(feature = "alloc")]
    #[must_use]
    pub fn encode(&self) -> alloc::vec::Vec<u8> {
        let mut out = alloc::vec![MAGIC, VERSION];
        let mut flags = self.instructions.number();
        if self.image_address.is_some() {
            flags |= POINTERS;
        }
        if self.data.is_some() {
            flags |= DATA;
        }
        if self.layout.one_map {
            flags |= ONE_MAP;
        }
        if self.slot.is_some() {
            flags |= IN_PLACE;
        }
        out.push(flags);
        put_number(&mut out, self.old_size);
        put_number(&mut out, self.new_size);
        if let Some(slot) = self.slot {
            put_number(&mut out, slot.size);
            out.push(slot.log2_page);
        }
        if let Some(address) = self.image_address {
            put_number(&mut out, address.reverse_bits());
        }
        if let Some(data) = self.data {
            put_number(&mut out, data.start.reverse_bits());
            out.push(data.log2_len);
        }
        out.extend([self.layout.nodes, self.layout.learned]);
        put_number(&mut out, u32::from(self.layout.segments));
        out.extend(self.old_check);
        out.extend(self.new_check);
        out
    }
}

#[cfg(feature = "alloc")]
fn put_number(out: &mut alloc::vec::Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

#[cfg(test)]
mod tests {
    use super::super::{Decoder, Fault, Images};
    use super::*;

    /// Nobody who refuses a header asks for more.
    struct Untouched;

    impl Images for Untouched {
        fn begin(&mut self, _: &Header) -> Result<(), Fault> {
            panic!("begun");
        }

        fn read_old(&mut self, _: u32, _: &mut [u8]) -> Result<(), Fault> {
            panic!("read");
        }

        fn write_new(&mut self, _: &[u8]) -> Result<(), Fault> {
            panic!("written");
        }
    }

    #[test]
    #[cfg(not(feature = "delta-in-place"))]
    fn a_delta_in_place_is_refused_at_the_header() {
        let delta = [MAGIC, VERSION, IN_PLACE, 0, 0, 0, 12, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        assert_eq!(Header::parse(&delta).map(|_| ()), Err(Error::Predictors(IN_PLACE)));
    }

    #[test]
    fn what_is_not_built_in_is_refused_at_the_header() {
        let built = [
            (Instructions::None, true),
            (Instructions::Thumb, cfg!(feature = "delta-thumb")),
            (Instructions::RiscV, cfg!(feature = "delta-riscv")),
            (Instructions::AArch64, cfg!(feature = "delta-aarch64")),
            (Instructions::Xtensa, cfg!(feature = "delta-xtensa")),
        ];
        for (instructions, is_built) in built {
            let mut delta = [0; HEADER_LEN_MAX + 8];
            // Sizes 0 and 0, 256 bytes of nodes, 8 places, no segments, no checks.
            let header = [MAGIC, VERSION, instructions.number(), 0, 0, 1, 1, 0];
            for (place, byte) in delta.iter_mut().zip(header) {
                *place = byte;
            }
            let refusal = Error::Predictors(instructions.number());
            if is_built {
                assert_eq!(Header::parse(&delta).map(|(header, _)| header.instructions), Ok(instructions));
                continue;
            }
            assert_eq!(Header::parse(&delta).map(|_| ()), Err(refusal));
            let mut memory = [0; 8192];
            assert_eq!(Decoder::new(&mut memory).feed(&delta, &mut Untouched), Err(refusal));
        }
    }
}
