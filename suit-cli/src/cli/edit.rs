//! `suit edit`.

use super::ChangedFile;
use crate::output::Target;
use clap::{Args, Subcommand};
use std::ffi::OsString;
use std::path::PathBuf;

/// Change what lies outside the signed bytes; signatures stay valid
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit edit sever fw.suit --member text -o fw-small.suit
  suit edit attach fw-small.suit --from fw.suit --member text --in-place")]
pub(crate) struct EditArgs {
    #[command(subcommand)]
    pub(crate) action: EditAction,
    /// Check with these keys that the changed envelope holds; it is not written if it doesn't
    #[arg(short, long, global = true, value_name = "DIR|URI", env = "SUIT_TRUST", hide_env_values = true)]
    pub(crate) trust: Vec<String>,
}

/// What to change.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum EditAction {
    /// Take severable members out of the envelope
    Sever {
        /// Envelope; `-` is standard input
        #[arg(value_name = "ENV")]
        envelope: PathBuf,
        /// The members: install, text, payload-fetch, …; default: all that can be severed
        #[arg(long, value_delimiter = ',')]
        member: Vec<String>,
        #[command(flatten)]
        changed: ChangedFile,
    },
    /// Put severed members back; their digests are checked
    Attach {
        /// Envelope; `-` is standard input
        #[arg(value_name = "ENV")]
        envelope: PathBuf,
        /// Envelope that still has the members; or with one --member, a file of its content
        #[arg(long, value_name = "FILE")]
        from: PathBuf,
        /// The members; default: all that are missing
        #[arg(long, value_delimiter = ',')]
        member: Vec<String>,
        #[command(flatten)]
        changed: ChangedFile,
    },
    /// Write an embedded payload or a severable member to a file
    Extract {
        /// Envelope; `-` is standard input
        #[arg(value_name = "ENV")]
        envelope: PathBuf,
        /// The payload's name in the envelope, such as #firmware
        #[arg(long, required_unless_present = "member", conflicts_with = "member")]
        payload: Option<String>,
        /// The member
        #[arg(long)]
        member: Option<String>,
        /// File to write; `-` is standard output
        #[arg(short, long, value_name = "FILE")]
        output: Target,
    },
    /// Put payload files into the envelope
    Embed {
        /// Envelope; `-` is standard input
        #[arg(value_name = "ENV")]
        envelope: PathBuf,
        /// The payload's name in the envelope and its file
        #[arg(long, value_name = "NAME=FILE", required = true)]
        payload: Vec<OsString>,
        #[command(flatten)]
        changed: ChangedFile,
    },
    /// Drop embedded payloads or signatures
    Strip {
        /// Envelope; `-` is standard input
        #[arg(value_name = "ENV")]
        envelope: PathBuf,
        /// Drop these embedded payloads; `*` is all
        #[arg(long, value_name = "NAME")]
        payload: Vec<String>,
        /// Drop all signatures and MACs
        #[arg(long)]
        signatures: bool,
        #[command(flatten)]
        changed: ChangedFile,
    },
}
