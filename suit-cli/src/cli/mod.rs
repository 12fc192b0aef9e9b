//! What the command line looks like. What the verbs do is in [`crate::commands`].

mod completions;
mod man;

pub(crate) mod build;
pub(crate) mod delta;
pub(crate) mod diff;
pub(crate) mod edit;
pub(crate) mod inspect;
pub(crate) mod key;
pub(crate) mod new;
pub(crate) mod report;
pub(crate) mod sign;
pub(crate) mod simulate;
pub(crate) mod tour;
pub(crate) mod verify;

pub(crate) use completions::CompletionsArgs;
pub(crate) use man::ManArgs;

use crate::error::{Failure, Outcome, codes};
use crate::output::{Output, Plan, Target};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use std::path::Path;

/// Describe, build, sign, verify, inspect, compare and try out SUIT manifests.
#[derive(Debug, Parser)]
#[command(
    name = "suit",
    version,
    max_term_width = 110,
    propagate_version = false,
    disable_help_subcommand = true,
    after_help = "\
Exit status: 0 done or yes, 1 no, 2 usage, 3 input, 4 key, 5 refused to act, 6 output, 70 bug.
`suit VERB --help` explains a verb, with an example."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) verb: Verb,
}

/// Flags that every verb has.
#[derive(Clone, Copy, Debug, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Print results, warnings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say more about what is done; twice for all of it
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,
    /// When to use colours; NO_COLOR is honoured
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(crate) color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    // On a terminal. No doc comments: clap would show help in its long form everywhere for their sake.
    Auto,
    // Even into a pipe.
    Always,
    // Not at all.
    Never,
}

/// The verbs. A verb stands here once it works.
#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    New(new::NewArgs),
    Build(build::BuildArgs),
    Diff(diff::DiffArgs),
    Inspect(inspect::InspectArgs),
    Sign(sign::SignArgs),
    Verify(verify::VerifyArgs),
    Simulate(simulate::SimulateArgs),
    Edit(edit::EditArgs),
    Delta(delta::DeltaArgs),
    Key(key::KeyArgs),
    Report(report::ReportArgs),
    Completions(CompletionsArgs),
    Man(ManArgs),
    Tour(tour::TourArgs),
}

impl Verb {
    /// The form in which this verb's results and all messages are printed.
    pub(crate) fn wants_json(&self) -> bool {
        match self {
            Self::Build(args) => args.format.is_json(),
            Self::Delta(args) => args.is_json(),
            Self::Diff(args) => args.format.is_json(),
            Self::Inspect(args) => args.format == inspect::InspectFormat::Json,
            Self::Sign(args) => args.format == sign::SignFormat::Json,
            Self::Verify(args) => args.format.is_json(),
            Self::Simulate(args) => args.format.is_json(),
            Self::Key(args) => args.is_json(),
            Self::Report(args) => args.is_json(),
            Self::New(_) | Self::Edit(_) | Self::Completions(_) | Self::Man(_) | Self::Tour(_) => false,
        }
    }
}

/// `--format` for verbs whose result is either text or JSON.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct FormatArg {
    /// Form of the result; with json, messages are JSON too, one object per line
    #[arg(long, value_enum, default_value_t = Format::Text, env = "SUIT_FORMAT", hide_env_values = true)]
    pub(crate) format: Format,
}

impl FormatArg {
    /// Whether it is JSON.
    pub(crate) fn is_json(self) -> bool {
        self.format == Format::Json
    }
}

/// Text or JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// `-o` and `--in-place` for verbs that change an envelope.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub(crate) struct ChangedFile {
    /// File to write; `-` is standard output
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<Target>,
    /// Replace the input file
    #[arg(short, long)]
    pub(crate) in_place: bool,
}

impl ChangedFile {
    /// Begins to write the changed form of `input`.
    ///
    /// # Errors
    /// E0099 neither flag is given; else as [`Plan::open`].
    pub(crate) fn open(&self, input: &Path) -> Outcome<Output> {
        self.check()?;
        self.plan(input).open(&self.target(input))
    }

    /// What [`Self::open`] takes care of, for verbs that read more than `input`.
    pub(crate) fn plan(&self, input: &Path) -> Plan {
        Output::plan().reading(input).in_place(self.in_place)
    }

    /// Whether it is said where the result goes, for verbs that have work to do before they open it.
    ///
    /// # Errors
    /// E0099 it isn't.
    pub(crate) fn check(&self) -> Outcome<()> {
        if self.output.is_none() && !self.in_place {
            return Err(Failure::new(codes::USAGE, "it is not said where the result goes")
                .help("give -o FILE, or --in-place to replace the input"));
        }
        Ok(())
    }

    /// Where the changed form of `input` goes.
    pub(crate) fn target(&self, input: &Path) -> Target {
        self.output.clone().unwrap_or_else(|| Target::from(input))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
