//! `suit build`: from a description to an unsigned envelope.

use super::sign::DigestRecord;
use crate::cli::build::BuildArgs;
use crate::description::build::{Built, Carried, build, carried};
use crate::description::lower::{Files, ImageNote, Lowered, Options, lower};
use crate::description::model::{Description, Member};
use crate::description::raise;
use crate::description::rules::{self, Subject};
use crate::description::values::{digest_text, hex, size_words};
use crate::description::words::{Words, word};
use crate::error::{Exit, Failure, Outcome, codes};
use crate::input::Input;
use crate::output::{Console, Output, Target};
use crate::source::{Document, closest};
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};
use suit_core::labels::ManifestKey;

/// What was built, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Summary {
    /// Always `suit-build/1`.
    format: &'static str,
    /// The description.
    description: String,
    /// The envelope that was written.
    file: String,
    /// Size of the envelope in bytes.
    size: u64,
    /// Digest of the manifest.
    manifest_digest: DigestRecord,
    /// Size of the manifest in bytes.
    manifest_size: u64,
    /// Sequence number.
    sequence: u64,
    /// How many components the manifest lists.
    components: usize,
    /// The images that were described.
    images: Vec<ImageRecord>,
    /// Payloads in the envelope.
    payloads: Vec<PayloadRecord>,
    /// Parts of the manifest of which it holds the digest.
    severed: Vec<&'static str>,
    /// Authentication blocks that were carried over.
    blocks: usize,
    /// Warnings that were printed.
    warnings: usize,
}

/// An image of a component.
#[derive(Debug, Serialize, JsonSchema)]
struct ImageRecord {
    /// Index of the component.
    component: u64,
    /// Its name in the description.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Slot of the image.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot: Option<u64>,
    /// The file that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    /// Digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    digest: Option<DigestRecord>,
    /// Whether it is in the envelope.
    integrated: bool,
}

/// A payload in the envelope.
#[derive(Debug, Serialize, JsonSchema)]
struct PayloadRecord {
    /// Its name there.
    name: String,
    /// Size in bytes.
    size: u64,
}

/// Runs the verb.
///
/// # Errors
/// What is wrong with the command line, a description, a file it names, or the output.
pub(crate) fn run(args: &BuildArgs, console: &Console) -> Outcome<Exit> {
    if let (Some(_), [_, second, ..]) = (&args.output, args.descriptions.as_slice()) {
        let message = format!("-o names one file, and '{}' is a second description", second.display());
        return Err(Failure::new(codes::USAGE, message).help("leave out -o, or build them one by one"));
    }
    let options = Options {
        severable: members(&args.severable)?,
        leave_out: members(&args.leave_out)?,
        without_delta: args.without_delta,
    };
    let replaced = args.payload.iter().map(|argument| payload(argument)).collect::<Outcome<Vec<_>>>()?;
    let signatures = args.signatures_from.as_deref().map(signatures).transpose()?;
    for path in &args.descriptions {
        let work =
            Work { args, console, options: &options, replaced: &replaced, signatures: signatures.as_ref() };
        work.one(path)?;
    }
    Ok(Exit::Done)
}

fn members(words: &[String]) -> Outcome<Vec<ManifestKey>> {
    words
        .iter()
        .map(|given| {
            Member::from_word(given).map(|member| member.0).ok_or_else(|| {
                let failure = Failure::new(codes::USAGE, format!("'{given}' can't be severed"));
                failure.help(match closest(given, Member::WORDS) {
                    Some(near) => format!("did you mean '{near}'?"),
                    None => format!("what can be severed is {}", Member::WORDS.join(", ")),
                })
            })
        })
        .collect()
}

fn payload(argument: &str) -> Outcome<(String, PathBuf)> {
    match argument.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), PathBuf::from(file)))
        }
        _ => Err(Failure::new(codes::USAGE, format!("malformed --payload '{argument}'"))
            .help("write --payload NAME=FILE")),
    }
}

fn signatures(path: &Path) -> Outcome<Carried> {
    let input = Input::read(path)?;
    carried(&input.name, &input.bytes)
}

struct Work<'w> {
    args: &'w BuildArgs,
    console: &'w Console,
    options: &'w Options,
    replaced: &'w [(String, PathBuf)],
    signatures: Option<&'w Carried>,
}

impl Work<'_> {
    fn one(&self, path: &Path) -> Outcome<()> {
        let input = Input::read(path)?;
        let mut document = Document::parse(&input)?;
        for assignment in &self.args.set {
            document.set(assignment)?;
        }
        let description: Description = document.read()?;
        let files = Files::beside(path, self.replaced.to_vec());
        let lowered = lower(&document, &description, &files, self.options)?;
        let warnings = self.warn(&document, &lowered);
        if warnings > 0 && self.args.deny_warnings {
            let what = if warnings == 1 { "a warning".to_owned() } else { format!("{warnings} warnings") };
            return Err(Failure::new(codes::WARNINGS_DENIED, format!("{what}, and warnings are denied")));
        }
        if self.args.emit_description {
            return self.emit(path, &lowered);
        }
        let target = self.target(path);
        let mut plan = Output::plan().reading(path);
        for file in files.read_files().iter().chain(&self.args.signatures_from) {
            plan = plan.reading(file);
        }
        let record = Record::of(&lowered);
        let place = document.place(lowered.places.root);
        let built = build(lowered, self.signatures.cloned()).map_err(|failure| match failure.place() {
            None => failure.at(place),
            Some(_) => failure,
        })?;
        plan.open(&target)?.finish_with(&built.bytes)?;
        self.summary(&input.name, &target, &built, record, warnings)
    }

    fn target(&self, path: &Path) -> Target {
        match &self.args.output {
            Some(target) => target.clone(),
            None if path == Path::new("-") => Target::Stdout,
            None => Target::from(path.with_extension("suit")),
        }
    }

    /// Prints what the rules for authors find, and says how much it is.
    fn warn(&self, document: &Document, lowered: &Lowered) -> usize {
        let payloads: Vec<_> = lowered
            .payloads
            .iter()
            .map(|payload| (payload.name.as_str(), payload.content.as_slice()))
            .collect();
        let subject = Subject {
            manifest: &lowered.manifest,
            tagged: lowered.tagged,
            hash: lowered.hash,
            severable: &lowered.severable,
            payloads: &payloads,
        };
        let findings = rules::check(&subject);
        let unused = lowered
            .unused
            .iter()
            .map(|(span, message)| document.failure(codes::VALUE_UNUSED, *span, message.as_str()).warning());
        let count = findings.len() + lowered.unused.len();
        for finding in findings {
            self.console.warn(finding.warning(document, &lowered.places));
        }
        unused.for_each(|warning| self.console.warn(warning));
        count
    }

    fn emit(&self, path: &Path, lowered: &Lowered) -> Outcome<()> {
        let text = raise::expanded(lowered);
        match &self.args.output {
            None | Some(Target::Stdout) => self.console.print(&text),
            Some(target) => Output::plan().text().reading(path).open(target)?.finish_with(text.as_bytes()),
        }
    }

    fn summary(
        &self,
        description: &str,
        target: &Target,
        built: &Built,
        record: Record,
        warnings: usize,
    ) -> Outcome<()> {
        let size = length(built.bytes.len());
        if self.console.is_json() && !target.is_stdout() {
            return self.console.print_json(&Summary {
                format: "suit-build/1",
                description: description.to_owned(),
                file: target.name(),
                size,
                manifest_digest: digest_record(&built.digest),
                manifest_size: length(built.manifest_len),
                sequence: record.sequence,
                components: record.components,
                images: record.images,
                payloads: record.payloads,
                severed: record.severed,
                blocks: built.blocks,
                warnings,
            });
        }
        let payload: u64 = record.images.iter().filter_map(|image| image.size).sum();
        let components = if record.components == 1 { "component" } else { "components" };
        let mut line = format!(
            "built {}  {}  manifest {}  {} {components}",
            target.name(),
            size_words(size),
            digest_text(&built.digest),
            record.components,
        );
        if payload > 0 {
            line.push_str(&format!(", {} of images", size_words(payload)));
        }
        if built.blocks > 0 {
            let signatures = if built.blocks == 1 { "signature" } else { "signatures" };
            line.push_str(&format!(", {} {signatures} carried over", built.blocks));
        }
        if target.is_stdout() {
            self.console.note(&line);
            return Ok(());
        }
        self.console.print(&format!("{}\n", crate::error::clean(&line)))
    }
}

/// What the summary says of a description.
struct Record {
    sequence: u64,
    components: usize,
    images: Vec<ImageRecord>,
    payloads: Vec<PayloadRecord>,
    severed: Vec<&'static str>,
}

impl Record {
    fn of(lowered: &Lowered) -> Self {
        let image = |note: &ImageNote| ImageRecord {
            component: note.component,
            name: lowered.names.get(&note.component).cloned(),
            slot: note.slot,
            file: note.file.clone(),
            size: note.size,
            digest: note.digest.as_ref().map(digest_record),
            integrated: note.integrated,
        };
        let payload = |payload: &crate::description::lower::Payload| PayloadRecord {
            name: payload.name.clone(),
            size: length(payload.content.len()),
        };
        Self {
            sequence: lowered.manifest.sequence_number,
            components: lowered.manifest.components.len(),
            images: lowered.images.iter().map(image).collect(),
            payloads: lowered.payloads.iter().map(payload).collect(),
            severed: lowered.severable.iter().map(|key| word(*key)).collect(),
        }
    }
}

fn digest_record(digest: &suit_core::owned::Digest) -> DigestRecord {
    DigestRecord { algorithm: digest.algorithm.name(), value: hex(&digest.bytes) }
}

fn length(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}
