//! From arguments to a verb, and from its outcome to the exit status.
//!
//! A verb is a module with `run(args, &console) -> Outcome<Exit>`: what it finds out goes to
//! [`Console::print`], what it wants to remark to [`Console::note`] and [`Console::warn`], and what stops
//! it is returned.

pub(crate) mod build;
mod completions;
pub(crate) mod delta;
mod diff;
mod edit;
mod inspect;
pub(crate) mod key;
mod man;
mod new;
pub(crate) mod report;
pub(crate) mod sign;
pub(crate) mod simulate;
mod tour;
mod usage;
pub(crate) mod verify;

use crate::cli::{Cli, Color, Verb};
use crate::error::{Exit, Outcome};
use crate::output::Console;
use clap::Parser;
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the tool with these arguments, the first of which is its own name.
pub(crate) fn main(arguments: Vec<OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::end(&error, &arguments),
    };
    match cli.global.color {
        Color::Auto => {}
        Color::Always => anstream::ColorChoice::Always.write_global(),
        Color::Never => anstream::ColorChoice::Never.write_global(),
    }
    let console = Console::new(cli.global.quiet, cli.global.verbose, cli.verb.wants_json());
    let exit = match run(cli.verb, &console) {
        Ok(exit) => exit,
        Err(failure) => {
            console.fail(&failure);
            failure.status()
        }
    };
    ExitCode::from(exit.status())
}

fn run(verb: Verb, console: &Console) -> Outcome<Exit> {
    match verb {
        Verb::New(args) => new::run(&args, console),
        Verb::Build(args) => build::run(&args, console),
        Verb::Diff(args) => diff::run(&args, console),
        Verb::Inspect(args) => inspect::run(&args, console),
        Verb::Sign(args) => sign::run(&args, console),
        Verb::Verify(args) => verify::run(&args, console),
        Verb::Simulate(args) => simulate::run(&args, console),
        Verb::Edit(args) => edit::run(&args, console),
        Verb::Delta(args) => delta::run(&args, console),
        Verb::Key(args) => key::run(&args, console),
        Verb::Report(args) => report::run(&args, console),
        Verb::Completions(args) => completions::run(args, console),
        Verb::Man(args) => man::run(&args, console),
        Verb::Tour(args) => tour::run(&args, console),
    }
}
