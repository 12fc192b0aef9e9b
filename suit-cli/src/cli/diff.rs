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
    /// Directories that hold the payload files of A and of B
    #[arg(long, value_name = "DIR", num_args = 2, requires = "payloads")]
    pub(crate) payload_dirs: Vec<PathBuf>,
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
