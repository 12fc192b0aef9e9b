//! What is wrong with a command line, in this tool's own words and form.

use crate::error::{Exit, Failure, codes};
use crate::output::Console;
use clap::error::ErrorKind;
use std::ffi::OsString;
use std::process::ExitCode;

/// Ends a run whose arguments were not accepted, or asked for help.
pub(super) fn end(error: &clap::Error, arguments: &[OsString]) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader who has seen enough is no error.
            let _ = error.print();
            ExitCode::from(Exit::Done.status())
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            ExitCode::from(Exit::Usage.status())
        }
        _ => {
            if asks_for_no_color(arguments) {
                anstream::ColorChoice::Never.write_global();
            }
            let failure = as_failure(&error.render().to_string());
            Console::new(false, 0, asks_for_json(arguments)).fail(&failure);
            ExitCode::from(failure.status().status())
        }
    }
}

/// The parser's report, taken apart: first paragraph, tips, usage line.
fn as_failure(report: &str) -> Failure {
    let mut paragraphs = report.split("\n\n");
    let first = paragraphs.next().unwrap_or_default();
    let first = first.strip_prefix("error: ").unwrap_or(first);
    let mut lines = first.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut message = lines.next().unwrap_or("wrong arguments").to_owned();
    let mut notes = Vec::new();
    for line in lines {
        // `[possible values: …]` is a fact of its own; the rest continues the sentence.
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(note) => notes.push(note.to_owned()),
            None => {
                message.push(' ');
                message.push_str(line);
            }
        }
    }
    let mut tips = Vec::new();
    for line in paragraphs.flat_map(str::lines).map(str::trim) {
        if let Some(tip) = line.strip_prefix("tip: ") {
            tips.push(tip.to_owned());
        } else if line.starts_with("Usage: ") {
            notes.push(line.replacen("Usage", "usage", 1));
        }
    }
    let help = if tips.is_empty() { "`suit VERB --help` explains".to_owned() } else { tips.join("; ") };
    notes.into_iter().fold(Failure::new(codes::USAGE, message).help(help), Failure::note)
}

/// Whether the arguments or the environment ask for JSON. They could not be parsed, so this looks only.
fn asks_for_json(arguments: &[OsString]) -> bool {
    let flag = arguments
        .windows(2)
        .rev()
        .find(|pair| pair[0] == "--format")
        .map(|pair| pair[1] == "json")
        .or_else(|| arguments.iter().any(|word| word == "--format=json").then_some(true));
    flag.unwrap_or_else(|| std::env::var_os("SUIT_FORMAT").is_some_and(|format| format == "json"))
}

fn asks_for_no_color(arguments: &[OsString]) -> bool {
    arguments.iter().any(|word| word == "--color=never")
        || arguments.windows(2).any(|pair| pair[0] == "--color" && pair[1] == "never")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Cli;
    use crate::error::as_text;
    use clap::Parser;

    fn said(arguments: &[&str]) -> String {
        let error = Cli::try_parse_from(arguments).expect_err("wrong on purpose");
        let failure = as_failure(&error.render().to_string());
        assert_eq!(failure.status(), Exit::Usage);
        anstream::adapter::strip_str(&as_text(&failure)).to_string()
    }

    #[test]
    fn a_misspelt_verb_is_suggested() {
        assert_eq!(
            said(&["suit", "completion"]),
            "error[E0099]: unrecognized subcommand 'completion'\n\
             note: usage: suit [OPTIONS] <COMMAND>\n\
             help: a similar subcommand exists: 'completions'\n"
        );
    }

    #[test]
    fn a_misspelt_flag_is_suggested() {
        let text = said(&["suit", "completions", "bash", "--quite"]);
        assert!(text.starts_with("error[E0099]: unexpected argument '--quite' found\n"), "{text}");
        assert!(text.ends_with("help: a similar argument exists: '--quiet'\n"), "{text}");
    }

    #[test]
    fn a_missing_argument_is_named_on_one_line() {
        let text = said(&["suit", "completions"]);
        assert!(
            text.starts_with("error[E0099]: the following required arguments were not provided: <SHELL>\n"),
            "{text}"
        );
        assert!(text.contains("note: usage: suit completions <SHELL>\n"), "{text}");
    }

    #[test]
    fn a_wrong_word_comes_with_the_right_ones() {
        let text = said(&["suit", "completions", "bsh"]);
        assert!(text.starts_with("error[E0099]: invalid value 'bsh' for '<SHELL>'\n"), "{text}");
        assert!(text.contains("note: possible values: bash, "), "{text}");
        assert!(text.ends_with("help: a similar value exists: 'bash'\n"), "{text}");
    }

    #[test]
    fn json_is_seen_even_where_the_arguments_are_wrong() {
        let words = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert!(asks_for_json(&words(&["suit", "x", "--format", "json"])));
        assert!(asks_for_json(&words(&["suit", "--format=json", "x"])));
        assert!(!asks_for_json(&words(&["suit", "--format", "text", "json"])));
    }
}
