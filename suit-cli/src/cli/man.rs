//! `suit man`.

use clap::Args;
use std::path::PathBuf;

/// Print the manual page, or write one page per verb into a directory
#[derive(Clone, Debug, Args)]
#[command(after_help = "Examples:\n  suit man sign | man -l -\n  suit man --dir ~/.local/share/man/man1")]
pub(crate) struct ManArgs {
    /// The verb; without it the page of the whole tool
    pub(crate) verb: Option<String>,
    /// Write all pages into this directory instead
    #[arg(long, value_name = "DIR", conflicts_with = "verb")]
    pub(crate) dir: Option<PathBuf>,
}
