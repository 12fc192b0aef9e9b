//! `suit diff`: what changed between two documents.

use crate::cli::diff::{DiffArgs, DiffKind};
use crate::diff::{Changes, Comparison, Kinds, Payload, PayloadMap, Side, block_map};
use crate::error::{Exit, Failure, Outcome, clean, codes};
use crate::input::Input;
use crate::output::Console;
use crate::render::{self, Document};
use std::collections::HashSet;
use std::path::PathBuf;

/// Faults that are reported one by one.
const FAULTS_MAX: usize = 50;

/// Compares the two.
///
/// # Errors
/// E0610 or E0099 a file is of another kind, 01xx to 04xx it is broken, 06xx it can't be read.
pub(crate) fn run(args: &DiffArgs, console: &Console) -> Outcome<Exit> {
    let (old, new) = (Input::read(&args.old)?, Input::read(&args.new)?);
    let (old_document, new_document) = (document(&old)?, document(&new)?);
    let (old_side, new_side) = (side(&old, &old_document)?, side(&new, &new_document)?);
    let kinds = Kinds {
        meaning: args.ignore != Some(DiffKind::Meaning),
        envelope: args.ignore != Some(DiffKind::Envelope),
    };
    let mut changes = Changes::between(&old_side, &new_side);
    changes.keep(kinds);
    let differs = changes.differ();
    let comparison = Comparison {
        format: "suit-diff/1",
        old: old_side.view(&old.name),
        new: new_side.view(&new.name),
        changes,
        payloads: if args.payloads { payloads(args, &old_side, &new_side)? } else { Vec::new() },
        bytes: if args.bytes { Side::changed_bytes(&old_side, &new_side) } else { Vec::new() },
    };
    if console.is_json() {
        console.print_json(&comparison)?;
    } else {
        console.print(&comparison.text())?;
    }
    Ok(if differs { Exit::No } else { Exit::Done })
}

/// A document of which nothing is broken: what a broken one means can't be said.
fn document(input: &Input) -> Outcome<Document<'_>> {
    let document = Document::read(&input.bytes, render::sniff(input)?);
    match Failure::all(document.faults.iter().take(FAULTS_MAX).map(|fault| fault.failure(&input.name))) {
        None => Ok(document),
        Some(failure) => Err(failure.help("`suit inspect` shows it as far as it goes")),
    }
}

fn side<'d>(input: &Input, document: &'d Document<'d>) -> Outcome<Side<'d>> {
    Side::of(document).ok_or_else(|| {
        Failure::new(codes::NOT_A_DOCUMENT, format!("'{}' holds no manifest", input.name))
            .help("diff compares envelopes and manifests")
    })
}

/// The payloads that both sides have: in the envelopes, or in the files that were given.
fn payloads(args: &DiffArgs, old: &Side<'_>, new: &Side<'_>) -> Outcome<Vec<PayloadMap>> {
    let (old_files, new_files) = (files(&args.payload_a)?, files(&args.payload_b)?);
    let (old_contents, new_contents) = (old.payload_contents(), new.payload_contents());
    let in_new =
        |name: &str| new_contents.contains_key(name) || new_files.iter().any(|(known, _)| known == name);
    let in_old = old_files.iter().map(|(name, _)| name.as_str()).chain(old.payload_names());
    let mut known = HashSet::new();
    let names: Vec<&str> = in_old.filter(|name| in_new(name) && known.insert(*name)).collect();
    let lonely = |these: &[(String, PathBuf)], others: &[&str]| {
        these.iter().map(|(name, _)| name.clone()).find(|name| !others.contains(&name.as_str()))
    };
    if let Some(name) = lonely(&old_files, &names).or_else(|| lonely(&new_files, &names)) {
        let what = if name.is_empty() { "the payload".to_owned() } else { format!("payload '{name}'") };
        return Err(Failure::new(codes::USAGE, format!("{what} is at hand on one side only"))
            .help("give --payload-a and --payload-b, with the same name in front: NAME=FILE"));
    }
    let open = |name: &str, files: &[(String, PathBuf)]| -> Outcome<Option<Payload<'_>>> {
        match files.iter().find(|(known, _)| known == name) {
            Some((_, path)) => Payload::open(path).map(Some),
            None => Ok(None),
        }
    };
    let mut maps = Vec::new();
    for name in names {
        let (before, after) = (open(name, &old_files)?, open(name, &new_files)?);
        let before = before.or_else(|| Some(Payload::of(name, old_contents.get(name)?)));
        let after = after.or_else(|| Some(Payload::of(name, new_contents.get(name)?)));
        if let (Some(before), Some(after)) = (before, after) {
            maps.push(block_map(&clean(name), before, after)?);
        }
    }
    Ok(maps)
}

/// `NAME=FILE`, or a file alone, whose name is empty.
fn files(given: &[PathBuf]) -> Outcome<Vec<(String, PathBuf)>> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for given in given {
        let (name, path) = match given.to_str().and_then(|text| text.split_once('=')) {
            Some((name, path)) if !given.exists() => (name.to_owned(), PathBuf::from(path)),
            _ => (String::new(), given.clone()),
        };
        if files.iter().any(|(known, _)| *known == name) {
            return Err(Failure::new(codes::USAGE, format!("payload '{name}' is given twice")));
        }
        files.push((name, path));
    }
    Ok(files)
}
