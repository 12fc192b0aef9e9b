//! `suit inspect`: a document in one of five forms, and all that is wrong with it.

use super::{delta, verify};
use crate::cli::inspect::{InspectArgs, InspectFormat};
use crate::description::raise::raise;
use crate::error::{Exit, Failure, Outcome, codes};
use crate::input::Input;
use crate::output::{Console, Output};
use crate::render::{self, Document, Inspection, Kind, PartView, Selection, Tree};
use crate::signers::signers;
use crate::trust::Trusted;
use std::io;
use suit_core::{Envelope, Tagging};

/// Faults that are reported one by one.
const FAULTS_MAX: usize = 50;

/// Shows the file, then reports what is wrong with it.
///
/// # Errors
/// E0610 the file is of another kind, E0099 flags or path. After the file was shown: 01xx to 04xx for each broken rule;
/// with `--verify`, 05xx if it does not hold.
pub(crate) fn run(args: &InspectArgs, console: &Console) -> Outcome<Exit> {
    if !args.trust.is_empty() && !args.verify {
        console.detail(1, "keys are given, but nothing is verified without --verify");
    }
    let input = Input::read(&args.file)?;
    if delta::is_delta(&input) {
        return show_delta(args, &input, console);
    }
    let kind = render::sniff(&input)?;
    let document = Document::read(&input.bytes, kind);
    let part = args.path.as_deref().map(|path| render::find(&document, path)).transpose()?;
    let mut refusal = None;
    if args.bytes {
        let span = part.map_or(0..input.bytes.len(), |part| document.span(part));
        let output = Output::plan().reading(&args.file).open(&args.output)?;
        output.finish_with(input.bytes.get(span).unwrap_or_default())?;
    } else {
        let mut inspection = Inspection::of(&input.name, &document);
        if args.verify {
            refusal = verified(args, &input, kind, &mut inspection, console)?;
        }
        show(args, &document, part, &inspection, console)?;
    }
    let faults = document.faults.iter().take(FAULTS_MAX).map(|fault| fault.failure(&input.name));
    match Failure::all(faults).or(refusal) {
        None => Ok(Exit::Done),
        Some(failure) => Err(match document.faults.len().saturating_sub(FAULTS_MAX) {
            0 => failure,
            more => failure.note(format!("{more} more faults are in the output of --format json")),
        }),
    }
}

/// A delta payload: no CBOR, so most flags mean nothing.
fn show_delta(args: &InspectArgs, input: &Input, console: &Console) -> Outcome<Exit> {
    if args.verify || args.bytes || args.path.is_some() {
        let message = "--path, --bytes and --verify are for SUIT documents, and this is a delta";
        return Err(Failure::new(codes::USAGE, message).help("leave them out to see what it is"));
    }
    let record = delta::InfoRecord::of(input)?;
    match args.format {
        InspectFormat::Tree => text(args, &record.text(), console),
        InspectFormat::Json => text(args, &json(&record), console),
        _ => Err(Failure::new(codes::USAGE, "a delta is no CBOR: it can be shown as tree or json")
            .help("leave --format out, or say --format json")),
    }?;
    Ok(Exit::Done)
}

fn show(
    args: &InspectArgs,
    document: &Document<'_>,
    part: Option<Selection>,
    inspection: &Inspection,
    console: &Console,
) -> Outcome<()> {
    let all = console.is_verbose();
    match (args.format, part) {
        (InspectFormat::Tree, None) => text(args, &Tree::of(inspection, all), console),
        (InspectFormat::Tree, Some(part)) => {
            if let Some(words) =
                render::section_name(document, part).and_then(|name| render::section(inspection, name, all))
            {
                text(args, &format!("{words}\n"), console)?;
            }
            lines(args, |out| render::edn(document, Some(part), out))
        }
        (InspectFormat::Json, None) => text(args, &json(inspection), console),
        (InspectFormat::Json, Some(part)) => {
            text(args, &json(&PartView::of(&inspection.file, document, part)), console)
        }
        (InspectFormat::Edn, part) => lines(args, |out| render::edn(document, part, out)),
        (InspectFormat::Hex, part) => lines(args, |out| render::hex(document, part, out)),
        (InspectFormat::Toml, None) => match description(document, &inspection.file)? {
            Some(description) => text(args, &description, console),
            None => Ok(()),
        },
        (InspectFormat::Toml, Some(_)) => {
            Err(Failure::new(codes::USAGE, "--format toml shows the whole manifest, not a part of it")
                .help("leave --path out"))
        }
    }
}

/// The description that builds the manifest again; `None` if the document is broken, of which its faults tell.
fn description(document: &Document<'_>, file: &str) -> Outcome<Option<String>> {
    let wrapped;
    let bytes = match document.kind {
        _ if !document.faults.is_empty() => return Ok(None),
        Kind::Envelope { .. } => document.bytes,
        Kind::Manifest { .. } => {
            wrapped = document.in_an_envelope();
            &wrapped
        }
        Kind::Block | Kind::Encryption => {
            return Err(Failure::new(codes::USAGE, "only manifests can be described, not a COSE message")
                .help("--format edn shows what it holds"));
        }
    };
    let fault = |error| Failure::document(file, error);
    let envelope = Envelope::parse(bytes, Tagging::Optional).map_err(fault)?;
    raise(&envelope).map(Some).map_err(fault)
}

fn json(value: &impl serde::Serialize) -> String {
    let mut text =
        serde_json::to_string_pretty(value).expect("structs of strings and numbers always serialise");
    text.push('\n');
    text
}

/// Writes text with colours: to standard output as the console wants them, to a file without.
fn text(args: &InspectArgs, text: &str, console: &Console) -> Outcome<()> {
    if args.output.is_stdout() {
        return console.print(text);
    }
    let plain = anstream::adapter::strip_str(text).to_string();
    Output::plan().text().reading(&args.file).open(&args.output)?.finish_with(plain.as_bytes())
}

/// Writes lines as they are made: the hex of a large payload is never in memory.
fn lines(args: &InspectArgs, write: impl FnOnce(&mut Output) -> io::Result<()>) -> Outcome<()> {
    let mut output = Output::plan().text().reading(&args.file).open(&args.output)?;
    write(&mut output).map_err(|error| {
        if args.output.is_stdout() {
            Failure::stdout(&error)
        } else {
            Failure::write(args.output.name(), &error)
        }
    })?;
    output.finish()
}

/// Says of each signature whether it holds, and whether the whole envelope does. Returns the reasons if not.
fn verified(
    args: &InspectArgs,
    input: &Input,
    kind: Kind,
    inspection: &mut Inspection,
    console: &Console,
) -> Outcome<Option<Failure>> {
    let Kind::Envelope { .. } = kind else {
        return Err(Failure::new(codes::USAGE, "only an envelope can be verified")
            .help("leave --verify out to see what is there"));
    };
    // A broken envelope has faults enough; nothing of it holds.
    let Ok(envelope) = Envelope::parse(&input.bytes, Tagging::Optional) else { return Ok(None) };
    if args.trust.is_empty() {
        return Ok(inspection.check_digests(&input.name));
    }
    let trusted = Trusted::read(&args.trust, |_| true, console)?;
    let found = signers(&envelope.authentication()).unwrap_or_default();
    let roles = found.iter().map(|signer| {
        let mut keys = trusted.keys().filter(|(key, _)| signer.is_by(key));
        keys.next().map(|(key, _)| key.role.clone())
    });
    inspection.note_signers(roles);
    let refusal = verify::still_holds(&input.bytes, &input.name, &args.trust, console).err();
    inspection.note_verdict(refusal.as_ref());
    Ok(refusal)
}
