//! `suit diff`.

use super::FormatArg;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Say what changed in meaning between two envelopes
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit diff fw-41.suit fw-42.suit
  suit diff fw.suit fw-signed.suit --ignore envelope
  suit diff fw-41.suit fw-42.suit --payloads --payload-a fw-41.bin --payload-b fw-42.bin
Exit status 0 if nothing differs, 1 if something does.")]
pub(crate) struct DiffArgs {
    /// The earlier envelope; `-` is standard input
    #[arg(value_name = "A")]
    pub(crate) old: PathBuf,
    /// The later envelope
    #[arg(value_name = "B")]
    pub(crate) new: PathBuf,
    /// Leave out this kind of difference
    #[arg(long, value_enum, value_name = "KIND")]
    pub(crate) ignore: Option<DiffKind>,
    /// Show the encoded bytes of what differs
    #[arg(long)]
    pub(crate) bytes: bool,
    /// Compare payloads too: byte counts and a map of changed blocks
    #[arg(long)]
    pub(crate) payloads: bool,
    /// A payload of A, for --payloads, if its envelope doesn't carry it
    #[arg(long, value_name = "[NAME=]FILE", requires = "payloads")]
    pub(crate) payload_a: Vec<PathBuf>,
    /// The same payload of B
    #[arg(long, value_name = "[NAME=]FILE", requires = "payloads")]
    pub(crate) payload_b: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

/// The two kinds of difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum DiffKind {
    /// What is authenticated
    Meaning,
    /// Signatures, severed or attached members, embedded payloads
    Envelope,
}
