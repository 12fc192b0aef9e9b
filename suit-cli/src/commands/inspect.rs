//! `suit inspect`.

use crate::cli::inspect::{InspectArgs, InspectFormat};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::input::Input;
use crate::output::{Console, Output};
use crate::render::{self, Document, Inspection, Selection, Tree};
use std::io::Write;

/// Faults that are reported one by one.
const FAULTS_MAX: usize = 50;

/// Shows the file, then reports what is wrong with it.
pub(crate) fn run(args: &InspectArgs, console: &Console) -> Outcome<Exit> {
    let input = Input::read(&args.file)?;
    let kind = render::sniff(&input)?;
    let document = Document::read(&input.bytes, kind);
    let part = args.path.as_deref().map(|path| render::find(&document, path)).transpose()?;
    if args.bytes {
        bytes(args, &document, part)?;
    } else {
        shown(args, &input.name, &document, part, console)?;
    }
    report(&input.name, &document)
}

/// Writes the encoded bytes of what was selected.
fn bytes(args: &InspectArgs, document: &Document<'_>, part: Option<Selection>) -> Outcome<()> {
    let span = match part {
        None => 0..document.bytes.len(),
        Some(Selection { first, last }) => document.node(first).offset..document.node(last).end,
    };
    let output = Output::plan().reading(&args.file).open(&args.output)?;
    output.finish_with(document.bytes.get(span).unwrap_or_default())
}

fn shown(
    args: &InspectArgs,
    name: &str,
    document: &Document<'_>,
    part: Option<Selection>,
    console: &Console,
) -> Outcome<()> {
    let text = match (args.format, part) {
        (InspectFormat::Tree, None) => Tree::of(&Inspection::of(name, document), console.is_verbose()),
        (InspectFormat::Tree, Some(part)) => {
            String::from_utf8_lossy(&lines(|out| render::edn(document, Some(part), out))).into_owned()
        }
        (InspectFormat::Json, _) => {
            let mut text = serde_json::to_string_pretty(&Inspection::of(name, document))
                .map_err(|error| Failure::new(codes::USAGE, error.to_string()))?;
            text.push('\n');
            text
        }
        (InspectFormat::Edn, part) => {
            String::from_utf8_lossy(&lines(|out| render::edn(document, part, out))).into_owned()
        }
        (InspectFormat::Hex, part) => {
            String::from_utf8_lossy(&lines(|out| render::hex(document, part, out))).into_owned()
        }
        (InspectFormat::Toml, _) => return Err(Failure::new(codes::USAGE, "not yet")),
    };
    console.print(&text)
}

fn lines(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> Vec<u8> {
    let mut out = Vec::new();
    write(&mut out).expect("writing to memory can't fail");
    out
}

fn report(name: &str, document: &Document<'_>) -> Outcome<Exit> {
    let failures = document.faults.iter().take(FAULTS_MAX).map(|fault| fault.failure(name));
    match Failure::all(failures) {
        None => Ok(Exit::Done),
        Some(failure) => Err(failure),
    }
}
