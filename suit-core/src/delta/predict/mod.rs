//! References: instructions and words that name a place of the image or of data. When code moves they change all over the
//! image; what they become follows from where the places have moved.

mod aarch64;
mod riscv;
mod thumb;
mod xtensa;

use super::header::{Header, Instructions};

/// What a reference names, and so where it is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A place in the image, by a branch or call relative to itself.
    Branch,
    /// A place in the image, by its address.
    Pointer,
    /// A place in data, by its address.
    Data,
}

impl Kind {
    /// From 1, for contexts.
    pub(crate) const fn number(self) -> u8 {
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

/// The old image around a place: four bytes before, four there, four after; zeros where there are none.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Around {
    pub(crate) before: [u8; 4],
    pub(crate) here: [u8; 4],
    pub(crate) after: [u8; 4],
}

/// What is predicted, by the header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Predictor {
    header: Header,
}

impl Predictor {
    pub(crate) const fn new(header: Header) -> Self {
        Self { header }
    }

    /// Whether the upper byte of a 16-bit unit says more than the lower one, and so is coded first.
    pub(crate) fn upper_first(&self) -> bool {
        self.header.instructions == Instructions::Thumb
    }

    /// Whether instructions begin at even offsets only.
    pub(crate) fn units_of_two(&self) -> bool {
        !matches!(self.header.instructions, Instructions::None | Instructions::Xtensa)
    }

    /// The reference that stands at `old` in the old image and will stand at `new`, with `room` bytes left of the copy.
    pub(crate) fn find(&self, around: &Around, old: u32, new: u32, room: u32) -> Option<Reference> {
        let instruction = match self.header.instructions {
            Instructions::None => None,
            Instructions::Thumb if (old | new) & 1 == 0 => thumb::find(around, old),
            Instructions::RiscV if (old | new) & 1 == 0 => {
                riscv::find(around, old).or_else(|| self.absolute(riscv::absolute(around)?))
            }
            Instructions::AArch64 if (old | new) & 3 == 0 => aarch64::find(around, old, self.address()),
            Instructions::Xtensa => xtensa::find(around, old),
            _ => None,
        };
        let found = match instruction {
            // What leads out of the image is mostly no branch but data that looks like one, and stays as it is.
            Some(reference) if u32::from(reference.len) <= room && self.is_inside(&reference) => {
                Some(reference)
            }
            _ => None,
        };
        found.or_else(|| {
            if new & 3 != 0 || room < 4 {
                return None;
            }
            self.absolute((u32::from_le_bytes(around.here), Form::Word))
        })
    }

    /// The reference that an address makes, if it lies in the image or in data.
    fn absolute(&self, (value, form): (u32, Form)) -> Option<Reference> {
        let into = self.header.image_address.map(|address| value.wrapping_sub(address));
        if let Some(target) = into.filter(|into| *into < self.header.old_size) {
            return Some(Reference { kind: Kind::Pointer, form, len: 4, target });
        }
        self.header.data.filter(|data| data.contains(value))?;
        Some(Reference { kind: Kind::Data, form, len: 4, target: value })
    }

    fn is_inside(&self, reference: &Reference) -> bool {
        reference.kind == Kind::Data || reference.target < self.header.old_size
    }

    fn address(&self) -> u32 {
        self.header.image_address.unwrap_or(0)
    }

    /// The place of code that `target` means: Thumb's addresses of functions are odd.
    pub(crate) fn place(&self, reference: &Reference) -> (u32, u32) {
        let odd = match (reference.kind, self.header.instructions) {
            (Kind::Pointer, Instructions::Thumb) => reference.target & 1,
            _ => 0,
        };
        (reference.target & !odd, odd)
    }

    /// The bytes that make `reference`, which is `here` in the old image, name `target` when it stands at `new`.
    pub(crate) fn aim(&self, reference: &Reference, around: &Around, new: u32, target: u32) -> [u8; 4] {
        let address = match reference.kind {
            Kind::Branch | Kind::Data => target,
            Kind::Pointer => target.wrapping_add(self.address()),
        };
        let half = match reference.form {
            Form::Word => return address.to_le_bytes(),
            Form::Instruction(half) => half,
        };
        match self.header.instructions {
            Instructions::None => around.here,
            Instructions::Thumb => thumb::aim(around.here, new, target),
            Instructions::RiscV if reference.kind == Kind::Branch => {
                riscv::aim(around.here, half, new, target)
            }
            Instructions::RiscV => riscv::aim_absolute(around.here, half, address),
            Instructions::Xtensa => xtensa::aim(around.here, new, target),
            Instructions::AArch64 => aarch64::aim(around.here, half, new, target, self.address()),
        }
    }

    /// What the bytes at `new` of the new image name, if they are a reference of the same form; the inverse of
    /// [`Predictor::aim`]. `None` also for halves, whose other one isn't known.
    pub(crate) fn target(&self, reference: &Reference, bytes: [u8; 4], new: u32) -> Option<u32> {
        let half = match reference.form {
            Form::Word => {
                let value = u32::from_le_bytes(bytes);
                return Some(match reference.kind {
                    Kind::Pointer => value.wrapping_sub(self.address()),
                    _ => value,
                });
            }
            Form::Instruction(half) => half,
        };
        if half != Half::Whole {
            return None;
        }
        let around = Around { here: bytes, ..Around::default() };
        let found = match self.header.instructions {
            Instructions::None => None,
            Instructions::Thumb => thumb::find(&around, new),
            Instructions::RiscV => riscv::find(&around, new),
            Instructions::Xtensa => xtensa::find(&around, new),
            Instructions::AArch64 => aarch64::find(&around, new, self.address()),
        };
        found.map(|found| found.target)
    }
}

#[cfg(test)]
mod tests;
