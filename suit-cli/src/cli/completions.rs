//! `suit completions`.

use clap::Args;

/// Print a completion script for a shell
#[derive(Clone, Copy, Debug, Args)]
#[command(after_help = "Example:\n  suit completions bash > ~/.local/share/bash-completion/completions/suit")]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}
