//! `suit delta`.

use super::FormatArg;
use super::simulate::size;
use crate::output::Target;
use clap::{Args, Subcommand, ValueEnum};
use core::num::NonZero;
use std::path::PathBuf;
use suit_core::delta::create::Profile;
use suit_core::delta::{Instructions, Region, Slot};

/// Make, apply and show deltas: what turns an image that a device has into the next one
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit delta make --base tls-1.3.bin --target tls-1.4.bin --max-ram 4KiB -o tls.delta
  suit delta make --base fw-1.elf --base fw-2.elf --target fw-3.elf -o deltas/
  suit delta apply --base tls-1.3.bin tls.delta -o tls-1.4.bin
  suit delta make --base a.bin --target b.bin --profile s --in-place --slot 256KiB --page 4KiB -o ab.delta
  suit delta apply --in-place slot.bin ab.delta
  suit delta info --base tls-1.3.bin tls.delta
Of several bases, each has its delta in the directory -o, called BASE-CHECK.delta: the base's name without its extension, and
the four bytes of its SHA-256 by which the delta knows it.
ELF and Intel HEX files stand for their loadable parts; gaps between these are ff, as erased flash, or as --fill says.")]
pub(crate) struct DeltaArgs {
    #[command(subcommand)]
    pub(crate) action: DeltaAction,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DeltaAction {
    /// Make the delta from one image to another; it is applied back in the declared memory before it is written
    Make(MakeArgs),
    /// Make the new image out of the old one and a delta
    Apply {
        /// Delta; `-` is standard input
        #[arg(value_name = "DELTA")]
        delta: PathBuf,
        /// Image that the delta was made from: raw binary, ELF or Intel HEX
        #[arg(short, long, value_name = "OLD", required_unless_present = "in_place")]
        base: Option<PathBuf>,
        /// File to write, a raw binary; `-` is standard output
        #[arg(short, long, value_name = "FILE", required_unless_present = "in_place")]
        output: Option<Target>,
        /// Instead of both, a raw binary that is a device's slot and begins with the old image: what a device with one slot does
        /// in its flash is done in this file
        #[arg(long, value_name = "SLOT-FILE", conflicts_with_all = ["base", "output"])]
        in_place: Option<PathBuf>,
        #[command(flatten)]
        gaps: GapArg,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Show what a delta is for, what it asks of a device, and where its bytes go
    Info {
        /// Delta; `-` is standard input
        #[arg(value_name = "DELTA")]
        delta: PathBuf,
        /// Image that the delta was made from; with it, the bytes of the delta are accounted for
        #[arg(short, long, value_name = "OLD")]
        base: Option<PathBuf>,
        #[command(flatten)]
        gaps: GapArg,
        #[command(flatten)]
        format: FormatArg,
    },
}

/// `suit delta make`.
#[derive(Clone, Debug, Args)]
pub(crate) struct MakeArgs {
    /// Image that devices have: raw binary, ELF or Intel HEX; of several, each gets a delta
    #[arg(short, long, value_name = "OLD", required = true, num_args = 1..)]
    pub(crate) base: Vec<PathBuf>,
    /// Image that they shall have
    #[arg(short, long, value_name = "NEW")]
    pub(crate) target: PathBuf,
    /// File to write, `-` is standard output; for several bases a directory
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(crate) output: Target,
    /// Memory that devices have for it: s 4 KiB, m 16 KiB, l 32 KiB; default m
    #[arg(short, long, value_enum, conflicts_with = "max_ram", hide_possible_values = true)]
    pub(crate) profile: Option<ProfileName>,
    /// The same in other sizes, all that a decoder takes included: 8KiB, 6000
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) max_ram: Option<u64>,
    /// For devices with one slot: the new image is made over the old one
    #[arg(long, requires_all = ["slot", "page"])]
    pub(crate) in_place: bool,
    /// Size of the slot, whole pages
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "in_place")]
    pub(crate) slot: Option<u64>,
    /// Size of what is erased at a time, a power of two: 4KiB
    #[arg(long, value_name = "SIZE", value_parser = page, requires = "in_place")]
    pub(crate) page: Option<u8>,
    /// Address of the images' first byte; default: that of the ELF or HEX file, else a guess
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) base_address: Option<u32>,
    /// Where the running program has its data, for pointers there; default: as the ELF file says, else RAM at 0x20000000 if
    /// the images' address is known. The size is rounded up to a power of two
    #[arg(long, value_name = "ADDR+SIZE", value_parser = region)]
    pub(crate) data: Option<Region>,
    /// Whose calls are predicted; auto takes the machine of an ELF file, else it tries each
    #[arg(long, value_enum, value_name = "SET", default_value_t = InstructionSet::Auto)]
    pub(crate) instructions: InstructionSet,
    /// How many ways are tried at once; default: as many as there are cores. The delta is the same
    #[arg(short, long, value_name = "N")]
    pub(crate) jobs: Option<NonZero<usize>>,
    #[command(flatten)]
    pub(crate) gaps: GapArg,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

impl MakeArgs {
    /// The slot, if the delta is for devices with one.
    pub(crate) fn slot(&self) -> Option<Slot> {
        let size = u32::try_from(self.slot?).unwrap_or(u32::MAX);
        Some(Slot { size, log2_page: self.page? })
    }
}

/// The largest region that a delta can name, 2 GiB.
const LOG2_LEN_MAX: u8 = 31;

/// How images come out of ELF and HEX files.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct GapArg {
    /// Value of bytes that no part of an ELF or HEX file has: 0xff as erased flash, 0 as objcopy writes them
    #[arg(long, value_name = "BYTE", default_value = "0xff", value_parser = byte)]
    pub(crate) fill: u8,
}

/// Names of profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    // 4 KiB. No doc comments, as for Color.
    S,
    // 16 KiB.
    M,
    // 32 KiB.
    L,
}

impl ProfileName {
    /// As the codec calls it.
    pub(crate) const fn profile(self) -> Profile {
        match self {
            Self::S => Profile::S,
            Self::M => Profile::M,
            Self::L => Profile::L,
        }
    }
}

/// Names of instruction sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstructionSet {
    // What the files say. No doc comments, as for Color.
    Auto,
    // No calls are predicted.
    None,
    // Arm, Cortex-M.
    Thumb,
    // RISC-V.
    Riscv,
    // Arm, 64 bits.
    Aarch64,
    // Xtensa, ESP8266 to ESP32-S3.
    Xtensa,
}

impl InstructionSet {
    /// The set, unless it is to be found out.
    pub(crate) const fn chosen(self) -> Option<Instructions> {
        Some(match self {
            Self::Auto => return None,
            Self::None => Instructions::None,
            Self::Thumb => Instructions::Thumb,
            Self::Riscv => Instructions::RiscV,
            Self::Aarch64 => Instructions::AArch64,
            Self::Xtensa => Instructions::Xtensa,
        })
    }

    /// The name of a set.
    pub(crate) const fn name(set: Instructions) -> &'static str {
        match set {
            Instructions::Thumb => "thumb",
            Instructions::RiscV => "riscv",
            Instructions::AArch64 => "aarch64",
            Instructions::Xtensa => "xtensa",
            _ => "none",
        }
    }
}

impl DeltaArgs {
    /// Whether the result is JSON.
    pub(crate) fn is_json(&self) -> bool {
        match &self.action {
            DeltaAction::Make(args) => args.format.is_json(),
            DeltaAction::Apply { format, .. } | DeltaAction::Info { format, .. } => format.is_json(),
        }
    }
}

fn byte(text: &str) -> Result<u8, String> {
    let number = crate::source::integer(text).and_then(|number| u8::try_from(number).ok());
    number.ok_or_else(|| "not a byte; write for example 0xff".to_owned())
}

fn address(text: &str) -> Result<u32, String> {
    let number = crate::source::integer(text).and_then(|number| u32::try_from(number).ok());
    number.ok_or_else(|| "not an address of 32 bits; write for example 0x8000".to_owned())
}

/// A page's size, as its logarithm.
fn page(text: &str) -> Result<u8, String> {
    let len = size(text)?;
    let log2 = u8::try_from(len.checked_ilog2().unwrap_or(0)).unwrap_or_default();
    if len.is_power_of_two() && Slot::PAGES.contains(&log2) {
        Ok(log2)
    } else {
        Err("a page has a power of two of bytes, from 32 to 1 MiB".to_owned())
    }
}

/// `0x20000000+64KiB`.
fn region(text: &str) -> Result<Region, String> {
    let (start, len) = text.split_once('+').ok_or("write for example 0x20000000+64KiB")?;
    let (start, len) = (address(start)?, size(len)?);
    let log2_len = len.checked_next_power_of_two().map_or(u32::MAX, u64::ilog2);
    let log2_len = u8::try_from(log2_len).ok().filter(|log2| *log2 <= LOG2_LEN_MAX && len > 0);
    let log2_len = log2_len.ok_or("a region has at least 1 byte and at most 2 GiB")?;
    Ok(Region { start, log2_len })
}
