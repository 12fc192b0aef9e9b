//! `suit completions`: a completion script, made from the command line's own description.

use crate::cli::{Cli, CompletionsArgs};
use crate::error::{Exit, Outcome};
use crate::output::Console;
use clap::CommandFactory;

/// Prints the script.
pub(crate) fn run(args: CompletionsArgs, console: &Console) -> Outcome<Exit> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "suit", &mut script);
    console.print_bytes(&script)?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_gets_a_script_that_knows_the_verbs() {
        for shell in clap_complete::Shell::value_variants() {
            let mut script = Vec::new();
            clap_complete::generate(*shell, &mut Cli::command(), "suit", &mut script);
            let script = String::from_utf8(script).unwrap();
            for verb in Cli::command().get_subcommands() {
                assert!(script.contains(verb.get_name()), "{shell}: {}", verb.get_name());
            }
        }
    }

    use clap::ValueEnum;
}
