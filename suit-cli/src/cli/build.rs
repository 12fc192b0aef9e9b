//! `suit build`.

use super::FormatArg;
use crate::output::Target;
use clap::Args;
use std::path::PathBuf;

/// Build an unsigned envelope from a description
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit build release.toml -o fw.suit
  suit build release.toml --set manifest.sequence=43 --set component[0].uri=coap://host/fw -o fw.suit")]
pub(crate) struct BuildArgs {
    /// Description in TOML or JSON; `-` is standard input. Several are built one by one
    #[arg(required = true, value_name = "DESC")]
    pub(crate) descriptions: Vec<PathBuf>,
    /// Envelope to write; `-` is standard output. Default: beside the description, named *.suit
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Target>,
    /// Change one value of the description, for example manifest.sequence=43
    #[arg(long, value_name = "PATH=VALUE")]
    pub(crate) set: Vec<String>,
    /// Take the file of a named payload from here
    #[arg(long, value_name = "NAME=FILE")]
    pub(crate) payload: Vec<String>,
    /// Put only the digest of these members into the manifest, the content beside it
    #[arg(long, value_name = "MEMBER", value_delimiter = ',')]
    pub(crate) severable: Vec<String>,
    /// Of these members put only the digest into the manifest, and the content nowhere
    #[arg(long, value_name = "MEMBER", value_delimiter = ',')]
    pub(crate) leave_out: Vec<String>,
    /// Build the manifest for devices that don't know deltas: without them, with the full images alone
    #[arg(long)]
    pub(crate) without_delta: bool,
    /// Carry over the signatures of an envelope that has the same manifest
    #[arg(long, value_name = "ENV")]
    pub(crate) signatures_from: Option<PathBuf>,
    /// Print the description with its recipe written out as sequences, and build nothing
    #[arg(long)]
    pub(crate) emit_description: bool,
    /// Treat warnings as errors
    #[arg(long)]
    pub(crate) deny_warnings: bool,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}
