//! References: instructions and words that name a place of the image or of data. When code moves they change all over the
//! image; what they become follows from where the places have moved.
#![cfg_attr(
    not(all(
        feature = "delta-thumb",
        feature = "delta-riscv",
        feature = "delta-aarch64",
        feature = "delta-xtensa"
    )),
    allow(dead_code, unused_variables, reason = "what only an instruction set that is left out needs")
)]

#[cfg(feature = "delta-aarch64")]
mod aarch64;
#[cfg(feature = "delta-riscv")]
mod riscv;
#[cfg(feature = "delta-thumb")]
mod thumb;
#[cfg(feature = "delta-xtensa")]
mod xtensa;

use super::header::{Header, Instructions};

/// What a reference names, and so where it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// A place in the image, by a branch or call relative to itself.
    Branch = 1,
    /// A place in the image, by its address.
    Pointer = 2,
    /// A place in data, by its address.
    Data = 3,
}

impl Kind {
    /// From 1, for contexts.
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::Branch => 1,
            Self::Pointer => 2,
            Self::Data => 3,
        }
    }
}

/// How a reference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A word that is an address.
    Word,
    /// An instruction, or one of two that make up an address.
    Instruction(Half),
}

/// Which part of a target an instruction holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Half {
    /// All of it.
    Whole,
    /// The upper bits; the next instruction has the lower ones.
    Upper,
    /// The lower bits; the instruction before has the upper ones.
    Lower,
}

/// A reference that was found in the old image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reference {
    pub(crate) kind: Kind,
    pub(crate) form: Form,
    /// Bytes that it has: 2 to 4.
    pub(crate) len: u8,
    /// What it names: a place in the image, in bytes from its start, or an address of data.
    pub(crate) target: u32,
}

/// The old image around a place: four bytes before, four there, four after, little endian; zeros where there are none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around {
    pub(crate) before: u32,
    pub(crate) here: u32,
    pub(crate) after: u32,
}

/// What is predicted.
impl Header {
    /// The reference that stands at `old` in the old image and will stand at `new`, with `room` bytes left of the copy.
    pub(crate) fn find(&self, around: &Around, old: u32, new: u32, room: u32) -> Option<Reference> {
        let misplaced = old | new;
        let found: Option<Reference> = match self.instructions {
            #[cfg(feature = "delta-thumb")]
            Instructions::Thumb if misplaced & 1 == 0 => thumb::find(around.here, old),
            #[cfg(feature = "delta-riscv")]
            Instructions::RiscV if misplaced & 1 == 0 => {
                riscv::find(around, old).or_else(|| self.absolute(riscv::absolute(around)?))
            }
            #[cfg(feature = "delta-aarch64")]
            Instructions::AArch64 if misplaced & 3 == 0 => aarch64::find(around, old, self.address()),
            #[cfg(feature = "delta-xtensa")]
            Instructions::Xtensa => xtensa::find(around.here, old),
            _ => None,
        };
        // What leads out of the image is mostly no branch but data that looks like one, and stays as it is.
        let found = found.filter(|found| {
            u32::from(found.len) <= room && (found.kind == Kind::Data || found.target < self.old_size)
        });
        if found.is_some() || new & 3 != 0 || room < 4 {
            return found;
        }
        self.absolute((around.here, Form::Word))
    }

    /// The reference that an address makes, if it lies in the image or in data.
    fn absolute(&self, (value, form): (u32, Form)) -> Option<Reference> {
        let into = self.image_address.map(|address| value.wrapping_sub(address));
        if let Some(target) = into.filter(|into| *into < self.old_size) {
            return Some(Reference { kind: Kind::Pointer, form, len: 4, target });
        }
        self.data.filter(|data| data.contains(value))?;
        Some(Reference { kind: Kind::Data, form, len: 4, target: value })
    }

    fn address(&self) -> u32 {
        self.image_address.unwrap_or(0)
    }

    /// The place of code that `target` means: Thumb's addresses of functions are odd.
    pub(crate) fn place(&self, reference: &Reference) -> (u32, u32) {
        let is_odd = reference.kind == Kind::Pointer && self.instructions == Instructions::Thumb;
        let odd = reference.target & u32::from(is_odd);
        (reference.target & !odd, odd)
    }

    /// The bytes that make `reference`, which is `here` in the old image, name `target` when it stands at `new`.
    pub(crate) fn aim(&self, reference: &Reference, around: &Around, new: u32, target: u32) -> u32 {
        let address =
            if reference.kind == Kind::Pointer { target.wrapping_add(self.address()) } else { target };
        let Form::Instruction(half) = reference.form else { return address };
        match self.instructions {
            #[cfg(feature = "delta-thumb")]
            Instructions::Thumb => thumb::aim(around.here, new, target),
            #[cfg(feature = "delta-riscv")]
            Instructions::RiscV if reference.kind == Kind::Branch => {
                riscv::aim(around.here, half, new, target)
            }
            #[cfg(feature = "delta-riscv")]
            Instructions::RiscV => riscv::put_half(around.here, half, address),
            #[cfg(feature = "delta-xtensa")]
            Instructions::Xtensa => xtensa::aim(around.here, new, target),
            #[cfg(feature = "delta-aarch64")]
            Instructions::AArch64 => aarch64::aim(around.here, half, new, target, self.address()),
            _ => around.here,
        }
    }

    /// What the bytes at `new` of the new image name, if they are a reference of the same form; the inverse of
    /// [`Header::aim`]. `None` also for halves, whose other one isn't known.
    pub(crate) fn target(&self, reference: &Reference, bytes: u32, new: u32) -> Option<u32> {
        let Form::Instruction(half) = reference.form else {
            let base = if reference.kind == Kind::Pointer { self.address() } else { 0 };
            return Some(bytes.wrapping_sub(base));
        };
        if half != Half::Whole {
            return None;
        }
        let around = Around { here: bytes, ..Around::default() };
        let found: Option<Reference> = match self.instructions {
            #[cfg(feature = "delta-thumb")]
            Instructions::Thumb => thumb::find(bytes, new),
            #[cfg(feature = "delta-riscv")]
            Instructions::RiscV => riscv::find(&around, new),
            #[cfg(feature = "delta-xtensa")]
            Instructions::Xtensa => xtensa::find(bytes, new),
            #[cfg(feature = "delta-aarch64")]
            Instructions::AArch64 => aarch64::find(&around, new, self.address()),
            _ => None,
        };
        found.map(|found| found.target)
    }
}

#[cfg(all(test, feature = "std"))]
mod tests;
