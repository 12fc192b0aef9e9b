//! `suit delta`.

use super::FormatArg;
use super::simulate::size;
use crate::output::Target;
use clap::{Args, Subcommand, ValueEnum};
use std::path::PathBuf;
use suit_core::delta::{Instructions, create};

/// Make, apply and explain deltas: new images as what differs from old ones
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit delta make --base tls-1.3.bin --target tls-1.4.bin --profile s -o tls.delta
  suit delta apply --base tls-1.3.bin tls.delta -o tls-1.4.bin
  suit delta info tls.delta
A description makes its own: [component.delta] in the recipes full-ab, module and app.")]
pub(crate) struct DeltaArgs {
    #[command(subcommand)]
    pub(crate) action: DeltaAction,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum DeltaAction {
    /// Make the smallest delta that a device with so much memory can apply
    ///
    /// It is applied with the device's own decoder before it is written. Raw binaries, ELF (what is to be loaded) and Intel
    /// HEX are read.
    Make(MakeArgs),
    /// Apply a delta as a device does
    ///
    /// Another base than the delta's is refused before anything is written, and so is a result that isn't the delta's image.
    Apply {
        /// Old image
        #[arg(short, long, value_name = "OLD")]
        base: PathBuf,
        /// Delta; `-` is standard input
        #[arg(value_name = "DELTA")]
        delta: PathBuf,
        /// File to write; `-` is standard output
        #[arg(short, long, value_name = "FILE")]
        output: Target,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Say what a delta is for, what it predicts and what memory it needs
    Info {
        /// Delta; `-` is standard input
        #[arg(value_name = "DELTA")]
        delta: PathBuf,
        #[command(flatten)]
        format: FormatArg,
    },
}

/// What to make.
#[derive(Clone, Debug, Args)]
pub(crate) struct MakeArgs {
    /// Old image; several if a fleet runs several versions
    #[arg(short, long, value_name = "OLD", required = true)]
    pub(crate) base: Vec<PathBuf>,
    /// New image
    #[arg(short, long, value_name = "NEW")]
    pub(crate) target: PathBuf,
    /// File to write; with several bases a directory that exists, where each delta is named after its base
    #[arg(short, long, value_name = "FILE|DIR")]
    pub(crate) output: Target,
    /// Memory of the device in all: s has 4 KiB, m 16 KiB, l 32 KiB
    #[arg(short, long, value_enum, default_value_t = ProfileName::M, value_name = "NAME")]
    pub(crate) profile: ProfileName,
    /// Memory of the device in all, in place of a profile, such as 6KiB
    #[arg(long, value_name = "SIZE", value_parser = memory, conflicts_with = "profile")]
    pub(crate) max_ram: Option<u32>,
    /// Address of the images' first byte; else that of ELF and HEX files, else it is guessed
    #[arg(long, value_name = "ADDR", value_parser = address)]
    pub(crate) base_address: Option<u32>,
    /// Whose calls and branches are predicted; else all are tried
    #[arg(long, value_enum, value_name = "NAME")]
    pub(crate) instructions: Option<InstructionsName>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

/// A profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProfileName {
    /// 4 KiB
    S,
    /// 16 KiB
    M,
    /// 32 KiB
    L,
}

impl ProfileName {
    /// The codec's.
    pub(crate) const fn of_codec(self) -> create::Profile {
        match self {
            Self::S => create::Profile::S,
            Self::M => create::Profile::M,
            Self::L => create::Profile::L,
        }
    }
}

/// Instruction sets by name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InstructionsName {
    /// Nobody's: bytecode and data
    None,
    /// Arm Cortex-M
    Thumb,
    /// RISC-V, with or without compressed instructions
    Riscv,
    /// Arm's 64-bit instructions
    Aarch64,
}

impl InstructionsName {
    /// The codec's.
    pub(crate) const fn of_codec(self) -> Instructions {
        match self {
            Self::None => Instructions::None,
            Self::Thumb => Instructions::Thumb,
            Self::Riscv => Instructions::RiscV,
            Self::Aarch64 => Instructions::AArch64,
        }
    }
}

fn memory(text: &str) -> Result<u32, String> {
    u32::try_from(size(text)?).map_err(|_| "no device has so much memory".to_owned())
}

fn address(text: &str) -> Result<u32, String> {
    let digits = text.strip_prefix("0x").map(|hex| u32::from_str_radix(&hex.replace('_', ""), 16));
    digits.unwrap_or_else(|| text.parse()).map_err(|_| "not an address, such as 0x8000000".to_owned())
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
