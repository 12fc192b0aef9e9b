//! `suit tour`.

use clap::Args;
use std::path::PathBuf;

/// Build, sign, inspect and verify three example updates, printing each command
#[derive(Clone, Debug, Args)]
#[command(after_help = "Example:\n  suit tour --keep my-tour")]
pub(crate) struct TourArgs {
    /// Keep the files in this directory; without it they are removed at the end
    #[arg(long, value_name = "DIR")]
    pub(crate) keep: Option<PathBuf>,
}
