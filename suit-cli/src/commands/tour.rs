//! `suit tour`: the main job on the demonstration images, each step as a command that the reader can repeat.

use crate::cli::tour::TourArgs;
use crate::error::{Exit, Failure, Outcome, codes};
use crate::output::Console;
use std::path::Path;
use std::process::Command;

/// What the tour works on: name and content. The same files stand in `suit-cli/demo`.
const FILES: &[(&str, &[u8])] = &[
    ("firmware-slot-a.elf", include_bytes!("../../demo/images/firmware-slot-a.elf")),
    ("firmware-slot-b.elf", include_bytes!("../../demo/images/firmware-slot-b.elf")),
    ("module-tls.bin", include_bytes!("../../demo/images/module-tls.bin")),
    ("app-rules.bin", include_bytes!("../../demo/images/app-rules.bin")),
    ("firmware-2.3.1-slot-a.elf", include_bytes!("../../demo/images/firmware-2.3.1-slot-a.elf")),
    ("module-tls-1.3.0.bin", include_bytes!("../../demo/images/module-tls-1.3.0.bin")),
    ("door-lock.toml", include_bytes!("../../demo/devices/door-lock.toml")),
    ("full.toml", include_bytes!("../../demo/descriptions/full.toml")),
    ("module.toml", include_bytes!("../../demo/descriptions/module.toml")),
    ("app.toml", include_bytes!("../../demo/descriptions/app.toml")),
];

enum Step {
    /// Words between the commands.
    Say(&'static str),
    /// A file of the tour, printed.
    Show(&'static str),
    /// A command and the exit status that it must have.
    Run(&'static str, i32),
}

use Step::{Run, Say, Show};

const STEPS: &[Step] = &[
    Say("Two parties: the vendor signs firmware and platform, the owner signs applications."),
    Run("suit key gen --type p256 -o vendor.pem --public vendor.pub", 0),
    Run("suit key gen --type ed25519 -o owner.pem --public owner.pub", 0),
    Say("1. Full firmware. A description says what is wanted; sizes and digests come from the images."),
    Show("full.toml"),
    Run("suit build full.toml -o full.suit", 0),
    Run("suit sign full.suit --key vendor.pem --in-place", 0),
    Run("suit inspect full.suit", 0),
    Run("suit verify full.suit --trust vendor.pub", 0),
    Say("What the device makes of it: its own code, on a virtual door lock that lives on in a directory."),
    Show("door-lock.toml"),
    Run("suit simulate full.suit --device door-lock.toml --trust vendor.pub --state lock --trace text", 0),
    Run(
        "suit simulate full.suit --device door-lock.toml --trust vendor.pub --state lock --phase invoke --trace text",
        0,
    ),
    Say("An older one is refused, and nothing of it runs: exit status 1."),
    Run("suit build full.toml --set manifest.sequence=41 -o full-41.suit", 0),
    Run("suit sign full-41.suit --key vendor.pem --in-place", 0),
    Run("suit simulate full-41.suit --device door-lock.toml --trust vendor.pub --state lock", 1),
    Say("2. A platform module: a few hundred bytes instead of the whole firmware."),
    Run("suit build module.toml -o module.suit", 0),
    Run("suit sign module.suit --key vendor.pem --in-place", 0),
    Run("suit inspect module.suit", 0),
    Run("suit verify module.suit --trust vendor.pub", 0),
    Say("3. An application, carried by its envelope and signed by the owner."),
    Run("suit build app.toml -o app.suit", 0),
    Run("suit sign app.suit --key owner.pem --in-place", 0),
    Run("suit inspect app.suit", 0),
    Run("suit verify app.suit --trust owner.pub", 0),
    Say("The vendor's key alone does not make the owner's application authentic: exit status 1."),
    Run("suit verify app.suit --trust vendor.pub", 1),
    Say("What changes when the next firmware has another sequence number: exit status 1, they differ."),
    Run("suit build full.toml --set manifest.sequence=43 -o full-43.suit", 0),
    Run("suit diff full.suit full-43.suit", 1),
];

/// Runs the verb.
///
/// # Errors
/// E0607 the directory to keep is not empty; E0602 a file can't be written; E0930 a step ends otherwise than it must.
pub(crate) fn run(args: &TourArgs, console: &Console) -> Outcome<Exit> {
    let temporary;
    let directory = match &args.keep {
        Some(keep) => {
            std::fs::create_dir_all(keep).map_err(|error| unwritable(keep, &error))?;
            if std::fs::read_dir(keep).map_err(|error| unwritable(keep, &error))?.next().is_some() {
                let message = format!("'{}' is not empty", keep.display());
                return Err(Failure::new(codes::EXISTS, message).help("name a new directory"));
            }
            keep.as_path()
        }
        None => {
            temporary = tempfile::Builder::new()
                .prefix("suit-tour-")
                .tempdir()
                .map_err(|error| unwritable(Path::new("temporary directory"), &error))?;
            temporary.path()
        }
    };
    for (name, _) in FILES {
        let path = directory.join(name);
        std::fs::write(&path, text_of(name)).map_err(|error| unwritable(&path, &error))?;
    }
    for step in STEPS {
        match step {
            Say(words) => console.print(&format!("\n{words}\n\n"))?,
            Show(name) => {
                console.print(&format!("$ cat {name}\n{}\n", String::from_utf8_lossy(&text_of(name))))?;
            }
            Run(command, expected) => {
                console.print(&format!("$ {command}\n"))?;
                command_line(command, *expected, directory)?;
            }
        }
    }
    if let Some(keep) = &args.keep {
        console.print(&format!("\nThe files are in {}.\n", keep.display()))?;
    } else {
        console.print("\nThe files are gone; `suit tour --keep DIR` keeps them.\n")?;
    }
    Ok(Exit::Done)
}

/// The content of a file of the tour. Here all of them lie in one directory.
fn text_of(name: &str) -> Vec<u8> {
    let content = FILES.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, text)| text);
    match core::str::from_utf8(content) {
        Ok(text) if name.ends_with(".toml") => text.replace("../images/", "").into_bytes(),
        _ => content.to_vec(),
    }
}

/// Runs one command by this very program and checks its exit status. A tour prints what the verbs print.
fn command_line(command: &str, expected: i32, directory: &Path) -> Outcome<()> {
    let this = std::env::current_exe().map_err(|error| {
        Failure::new(codes::READ, format!("this program's own file can't be found: {error}"))
    })?;
    // The words of STEPS have no blanks of their own. Settings of the reader must not change the tour.
    let status = Command::new(this)
        .args(command.split_whitespace().skip(1))
        .current_dir(directory)
        .env_remove("SUIT_FORMAT")
        .env_remove("SUIT_KEY")
        .env_remove("SUIT_TRUST")
        .status()
        .map_err(|error| Failure::new(codes::READ, format!("`{command}` could not be started: {error}")))?;
    if status.code() == Some(expected) {
        return Ok(());
    }
    Err(Failure::new(codes::TOUR, format!("`{command}` ended with {status} instead of {expected}")))
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::new(codes::WRITE, format!("{} can't be written: {error}", path.display()))
}
