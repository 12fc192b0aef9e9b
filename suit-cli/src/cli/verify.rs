//! `suit verify`.

use super::FormatArg;
use clap::Args;
use std::path::PathBuf;

/// Check digest, signatures, severed members and payloads of an envelope
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit verify fw.suit --trust vendor.pub
  suit verify fw.suit --trust keys/ --require '2-of vendor,operator' --min-seq 42
Exit status 0 if it holds, 1 if not.")]
pub(crate) struct VerifyArgs {
    /// Envelope; `-` is standard input
    #[arg(value_name = "ENV")]
    pub(crate) envelope: PathBuf,
    /// Public key or MAC secret to trust, or a directory of them
    #[arg(short, long, value_name = "DIR|URI", env = "SUIT_TRUST", hide_env_values = true, required = true)]
    pub(crate) trust: Vec<String>,
    /// Who must have signed, by the names of the key files: vendor, or 2-of vendor,operator
    #[arg(long, value_name = "RULE")]
    pub(crate) require: Vec<String>,
    /// Check payloads against the files in this directory
    #[arg(long, value_name = "DIR")]
    pub(crate) payload_dir: Option<PathBuf>,
    /// The lowest sequence number that is accepted
    #[arg(long, value_name = "N")]
    pub(crate) min_seq: Option<u64>,
    /// Allow only the algorithms of this profile, for example mti-esp256
    #[arg(long)]
    pub(crate) profile: Option<String>,
    /// Accept what is deprecated or not standard: es256, eddsa, untagged
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}
