//! `suit report`.

use super::FormatArg;
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// Show what a device reports of a run, and say which command of the manifest it means
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit report decode device.report --trust device.pub
  suit report explain device.report --manifest fw.suit --trust device.pub
Provisional: draft-ietf-suit-report still moves, and so does what this verb reads. Encrypted reports are not read yet.")]
pub(crate) struct ReportArgs {
    #[command(subcommand)]
    pub(crate) action: ReportAction,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum ReportAction {
    /// Show what is in a report
    Decode {
        #[command(flatten)]
        report: ReportFile,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Say in words which commands failed, on what, and what was measured there
    ///
    /// The report must be about the manifest: digest and reference URI are compared. Exit status 1 if it isn't, or if it
    /// names places where the manifest has no command.
    Explain {
        #[command(flatten)]
        report: ReportFile,
        /// Envelope of the manifest that was run; also those of its dependencies, in any order
        #[arg(short, long, value_name = "ENV", required = true)]
        manifest: Vec<PathBuf>,
        #[command(flatten)]
        format: FormatArg,
    },
}

/// The report, and who may have made it.
#[derive(Clone, Debug, Args)]
pub(crate) struct ReportFile {
    /// Report, protected by COSE or not; `-` is standard input
    #[arg(value_name = "REPORT")]
    pub(crate) file: PathBuf,
    /// Public key or MAC secret of the device, or a directory of them; without it nothing is verified
    #[arg(short, long, value_name = "DIR|URI", env = "SUIT_TRUST", hide_env_values = true)]
    pub(crate) trust: Vec<String>,
}

impl ReportArgs {
    /// Whether the result is JSON.
    pub(crate) fn is_json(&self) -> bool {
        match &self.action {
            ReportAction::Decode { format, .. } | ReportAction::Explain { format, .. } => format.is_json(),
        }
    }
}
