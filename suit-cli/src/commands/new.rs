//! `suit new`: a commented description, or device file, to start from.

use crate::cli::new::{NewArgs, Recipe};
use crate::description::raise::quote;
use crate::description::values::{Class, Scalar, Vendor};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::output::{Console, Output};

/// Prints or writes the starter.
///
/// # Errors
/// E0099 a vendor or class that no description takes; those of the output.
pub(crate) fn run(args: &NewArgs, console: &Console) -> Outcome<Exit> {
    let unfit = |flag: &str, fault: crate::description::values::Fault| {
        Failure::new(codes::USAGE, format!("{flag}: {}", fault.message)).help(fault.help)
    };
    Vendor::from_text(&args.vendor).map_err(|fault| unfit("--vendor", fault))?;
    Class::from_text(&args.class).map_err(|fault| unfit("--class", fault))?;
    let starter = match args.recipe {
        _ if args.device => include_str!("../simulate/starter.toml"),
        Recipe::FullAb => include_str!("../description/starters/full-ab.toml"),
        Recipe::Module => include_str!("../description/starters/module.toml"),
        Recipe::App => include_str!("../description/starters/app.toml"),
        Recipe::Boot => include_str!("../description/starters/boot.toml"),
        Recipe::Data => include_str!("../description/starters/data.toml"),
    };
    let text = starter.replace("{vendor}", &quote(&args.vendor)).replace("{class}", &quote(&args.class));
    if args.output.is_stdout() {
        console.print(&text)?;
    } else {
        Output::plan().text().keep_existing().open(&args.output)?.finish_with(text.as_bytes())?;
        let name = args.output.name();
        let next = if args.device {
            format!("suit simulate ENV --device {name} --trust KEY")
        } else {
            format!("suit build {name}")
        };
        console.note(&format!("wrote {name}: edit it, then run {next}"));
    }
    Ok(Exit::Done)
}
