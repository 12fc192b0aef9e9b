//! `suit man`: manual pages, made from the command line's own description.

use crate::cli::{Cli, ManArgs};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::output::{Console, Output, Target};
use clap::{Command, CommandFactory};

/// Prints one page, or writes all of them.
pub(crate) fn run(args: &ManArgs, console: &Console) -> Outcome<Exit> {
    let tool = tool();
    if let Some(directory) = &args.dir {
        std::fs::create_dir_all(directory)
            .map_err(|error| Failure::write(directory.display().to_string(), &error))?;
        for command in core::iter::once(&tool).chain(tool.get_subcommands()) {
            let file = directory.join(format!("{}.1", page_name(command)));
            Output::text(&Target::from(file))?.finish_with(&page(command))?;
        }
        return Ok(Exit::Done);
    }
    let command = match &args.verb {
        None => &tool,
        Some(verb) => tool.find_subcommand(verb).ok_or_else(|| {
            let verbs: Vec<_> = tool.get_subcommands().map(Command::get_name).collect();
            Failure::new(codes::USAGE, format!("there is no verb '{verb}'"))
                .help(format!("the verbs are {}", verbs.join(", ")))
        })?,
    };
    console.print_bytes(&page(command))?;
    Ok(Exit::Done)
}

/// The whole command line, with global flags and names of verbs filled in.
fn tool() -> Command {
    let mut tool = Cli::command();
    tool.build();
    tool
}

fn page_name(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command) -> Vec<u8> {
    let mut page = Vec::new();
    // No date: the page is the same for the same version.
    clap_mangen::Man::new(command.clone())
        .title(page_name(command))
        .render(&mut page)
        .expect("writing to memory can't fail");
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_verb_has_a_page_that_names_it_and_its_flags() {
        let tool = tool();
        for command in tool.get_subcommands() {
            let page = String::from_utf8(page(command)).unwrap();
            assert!(page.contains(&format!(".TH suit-{}", command.get_name())), "{page}");
            for argument in command.get_arguments().filter(|argument| !argument.is_hide_set()) {
                if let Some(long) = argument.get_long() {
                    assert!(page.contains(&long.replace('-', "\\-")), "{}: --{long}", command.get_name());
                }
            }
        }
    }

    #[test]
    fn the_page_of_the_tool_is_the_same_every_time() {
        assert_eq!(page(&tool()), page(&tool()));
    }
}
