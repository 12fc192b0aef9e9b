//! The first bytes of a delta: which images it binds, what a decoder must have, how much memory it must lend.

use super::error::Error;
use super::layout::{Layout, MemoryParts};

/// The first byte of every delta; no CBOR item that SUIT uses begins with it, and no text does.
pub const MAGIC: u8 = 0xd5;
/// The version of the format that this crate speaks.
pub const VERSION: u8 = 1;
/// No image reaches this size: offsets are kept in 24 bits.
pub const IMAGE_SIZE_END: u32 = 1 << 24;
/// No header is longer.
pub const HEADER_LEN_MAX: usize = 35;
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
/// | 1 | flags: bits 0–3 [`Instructions`], 4 pointers into the image, 5 pointers into data, 6 one state map for all contexts, 7 is 0 |
/// | 1–4 | size of the old image, bytes, below [`IMAGE_SIZE_END`] |
/// | 1–4 | size of the new image, the same |
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
    /// How the memory is divided.
    pub(crate) layout: Layout,
}

/// Reads bytes of the header one after the other.
struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Fields<'_> {
    fn byte(&mut self) -> Result<u8, Error> {
        let byte = self.bytes.get(self.at).copied().ok_or(Error::Truncated)?;
        self.at = self.at.saturating_add(1);
        Ok(byte)
    }

    fn error(at: usize) -> Error {
        Error::Header(u8::try_from(at).unwrap_or(u8::MAX))
    }

    /// A LEB128 number of at most 32 bits, in its shortest form.
    fn number(&mut self) -> Result<u32, Error> {
        let start = self.at;
        let mut value = 0u64;
        for shift in [0u32, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return match u32::try_from(value) {
                    Ok(number) if byte != 0 || shift == 0 => Ok(number),
                    _ => Err(Self::error(start)),
                };
            }
        }
        Err(Self::error(start))
    }

    fn number_in(&mut self, range: core::ops::RangeInclusive<u32>) -> Result<u32, Error> {
        let start = self.at;
        let number = self.number()?;
        if range.contains(&number) { Ok(number) } else { Err(Self::error(start)) }
    }

    fn check(&mut self) -> Result<[u8; CHECK_LEN], Error> {
        let mut check = [0; CHECK_LEN];
        for byte in &mut check {
            *byte = self.byte()?;
        }
        Ok(check)
    }
}

const POINTERS: u8 = 0x10;
const DATA: u8 = 0x20;
const ONE_MAP: u8 = 0x40;

impl Header {
    /// Reads a header from the first bytes of a delta; says how long it is.
    ///
    /// # Errors
    /// [`Error::Truncated`] if `bytes` end within the header, else what is wrong with it.
    pub fn parse(bytes: &[u8]) -> Result<(Self, usize), Error> {
        let mut fields = Fields { bytes, at: 0 };
        if fields.byte()? != MAGIC {
            return Err(Error::NotADelta);
        }
        let version = fields.byte()?;
        if version != VERSION {
            return Err(Error::Version(version));
        }
        let flags = fields.byte()?;
        let instructions = match Instructions::from_number(flags & 0x0f) {
            Some(instructions) if flags & 0x80 == 0 => instructions,
            _ => return Err(Error::Predictors(flags)),
        };
        let size = 0..=IMAGE_SIZE_END.saturating_sub(1);
        let old_size = fields.number_in(size.clone())?;
        let new_size = fields.number_in(size)?;
        let image_address = match flags & POINTERS {
            0 => None,
            _ => Some(fields.number()?.reverse_bits()),
        };
        let data = match flags & DATA {
            0 => None,
            _ => {
                let start = fields.number()?.reverse_bits();
                let log2_len = u8::try_from(fields.number_in(0..=31)?).unwrap_or_default();
                Some(Region { start, log2_len })
            }
        };
        let at = fields.at;
        let (nodes, learned) = (fields.byte()?, fields.byte()?);
        if nodes == 0 || learned == 0 {
            return Err(Fields::error(at));
        }
        let segments = u16::try_from(fields.number_in(0..=0xffff)?).unwrap_or_default();
        let layout = Layout { nodes, learned, segments, one_map: flags & ONE_MAP != 0 };
        let (old_check, new_check) = (fields.check()?, fields.check()?);
        Ok((
            Self { instructions, image_address, data, old_size, new_size, old_check, new_check, layout },
            fields.at,
        ))
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
        out.push(flags);
        put_number(&mut out, self.old_size);
        put_number(&mut out, self.new_size);
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
