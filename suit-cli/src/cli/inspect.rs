//! `suit inspect`.

use crate::output::Target;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Show what is in an envelope, and say what a device will do with it
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit inspect fw.suit
  suit inspect fw.suit --format hex --path .install
  suit inspect fw.suit --path .manifest --bytes | sha256sum     # the manifest's digest
With -v, digests are shown at full length, and each parameter where it is set.
Broken files are shown as far as they go, each broken rule with its place.")]
pub(crate) struct InspectArgs {
    /// Envelope, manifest, COSE message or delta; `-` is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Form of what is shown; with json, messages are JSON too
    #[arg(long, value_enum, default_value_t = InspectFormat::Tree, env = "SUIT_FORMAT", hide_env_values = true)]
    pub(crate) format: InspectFormat,
    /// Show this part only, for example .install or .manifest.common
    #[arg(long, value_name = "PATH")]
    pub(crate) path: Option<String>,
    /// Check digests and, with --trust, signatures too
    #[arg(long)]
    pub(crate) verify: bool,
    /// Public keys for --verify
    #[arg(short, long, value_name = "DIR|URI", env = "SUIT_TRUST", hide_env_values = true)]
    pub(crate) trust: Vec<String>,
    /// Write the encoded bytes of the part, head included, and nothing else
    #[arg(long, conflicts_with = "verify")]
    pub(crate) bytes: bool,
    /// File to write; `-` is standard output
    #[arg(short, long, value_name = "FILE", default_value = "-")]
    pub(crate) output: Target,
}

/// Forms of what is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// A tree, and the account in words
    #[value(alias = "text")]
    Tree,
    /// JSON
    Json,
    /// CBOR diagnostic notation
    Edn,
    /// Each item's bytes with their meaning
    Hex,
    /// A description that builds the same manifest again
    Toml,
}
