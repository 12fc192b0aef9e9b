//! From parts at addresses to one run of bytes.

use crate::error::{Failure, Outcome, Place, codes};

/// The most bytes of gaps. More means that the parts belong to different memories, such as flash and option
/// bytes, which are components of their own; and a small hostile file must not become a huge image.
const LARGEST_GAPS: u64 = 16 * 1024 * 1024;

/// A run of an image's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// Bytes of the source.
    Range { start: u64, length: u64 },
    /// That many bytes that no part has.
    Fill { length: u64 },
}

impl Piece {
    pub(super) const fn length(&self) -> u64 {
        match *self {
            Self::Range { length, .. } | Self::Fill { length } => length,
        }
    }
}

/// Bytes that belong at an address.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Address of the first byte.
    pub(super) address: u64,
    /// Where they are in the source.
    pub(super) start: u64,
    /// How many; not 0.
    pub(super) length: u64,
    /// What to show if something is wrong with this part.
    pub(super) origin: usize,
}

/// Puts the parts in the order of their addresses and fills the gaps. Returns the first address too.
///
/// `place` says where the part with this `origin` comes from.
///
/// # Errors
/// E0803 two parts share an address, E0804 gaps of more than 16 MiB together, E0810 the end of the address space.
pub(super) fn assemble(mut parts: Vec<Part>, place: impl Fn(usize) -> Place) -> Outcome<(u64, Vec<Piece>)> {
    // Of parts with the same address the later one in the file is reported.
    parts.sort_by_key(|part| (part.address, part.origin));
    let base = parts.first().map_or(0, |part| part.address);
    let mut pieces: Vec<Piece> = Vec::new();
    let mut gaps = 0_u64;
    let mut end = base;
    for part in &parts {
        let Some(gap) = part.address.checked_sub(end) else {
            let message = format!("two parts of the image lie at address 0x{:x}", part.address);
            return Err(Failure::new(codes::IMAGE_OVERLAP, message).at(place(part.origin)));
        };
        gaps += gap;
        if gaps > LARGEST_GAPS {
            let message = format!("gap of {gap} bytes in the image, from 0x{end:x} to 0x{:x}", part.address);
            return Err(Failure::new(codes::IMAGE_GAP, message)
                .at(place(part.origin))
                .note(format!("gaps are filled, up to {LARGEST_GAPS} bytes in all")));
        }
        if gap > 0 {
            pieces.push(Piece::Fill { length: gap });
        }
        end = part.address.checked_add(part.length).ok_or_else(|| {
            let message =
                format!("{} bytes at 0x{:x} reach past the last address", part.length, part.address);
            Failure::new(codes::IMAGE_ADDRESS, message).at(place(part.origin))
        })?;
        match pieces.last_mut() {
            Some(Piece::Range { start, length }) if *start + *length == part.start => *length += part.length,
            _ => pieces.push(Piece::Range { start: part.start, length: part.length }),
        }
    }
    Ok((base, pieces))
}
