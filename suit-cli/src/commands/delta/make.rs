//! `suit delta make`: from each base to the target.

use super::Loaded;
use super::info::{Facts, kib};
use crate::cli::delta::MakeArgs;
use crate::deltas;
use crate::error::{Failure, Outcome, Place, codes};
use crate::keys::hex;
use crate::output::{Console, Output, Target};
use crate::render::words::size;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::PathBuf;
use suit_core::delta::Header;
use suit_core::delta::create::{Error, Options, Profile, Progress};

/// What was made, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MadeRecord {
    /// Always `suit-delta-make/1`.
    format: &'static str,
    /// The file of the new image.
    target: String,
    /// SHA-256 of the new image, in hex.
    target_sha256: String,
    /// A delta for each base, in the order in which they were given. Each was applied before it was written.
    deltas: Vec<DeltaRecord>,
}

/// A delta, and what it was made from.
#[derive(Debug, Serialize, JsonSchema)]
struct DeltaRecord {
    /// The file of the old image.
    base: String,
    /// SHA-256 of the old image, in hex.
    base_sha256: String,
    #[serde(flatten)]
    facts: Facts,
}

pub(super) fn run(args: &MakeArgs, console: &Console) -> Outcome<()> {
    let several = args.base.len() > 1;
    if several && args.output.is_stdout() {
        return Err(Failure::new(codes::USAGE, "several deltas don't go to standard output")
            .help("name a directory with -o: there will be a file for each base"));
    }
    let new = Loaded::read(&args.target, args.gaps.fill)?;
    let mut made: Vec<(DeltaRecord, Target, Vec<u8>)> = Vec::new();
    for path in &args.base {
        let old = Loaded::read(path, args.gaps.fill)?;
        if let Some((other, ..)) = made.iter().find(|(other, ..)| other.facts.old_check == hex(&old.check()))
        {
            let message = format!("'{}' and '{}' are the same image", other.base, old.image.name);
            return Err(Failure::new(codes::USAGE, message).help("give each base once"));
        }
        let target = match &args.output {
            // Releases have one name in many directories: the digest tells them apart.
            Target::File(directory) if several => {
                let stem = path.file_stem().map(|stem| stem.display().to_string()).unwrap_or_default();
                Target::File(directory.join(format!("{stem}-{}.delta", hex(&old.check()))))
            }
            target => target.clone(),
        };
        let (header, payload) = delta(&old, &new, args, console)?;
        let facts = Facts::new(target.name(), payload.len(), &header, header.encode().len());
        made.push((
            DeltaRecord { base: old.image.name, base_sha256: hex(&old.digest), facts },
            target,
            payload,
        ));
    }
    write(args, several, &made)?;
    let record = MadeRecord {
        format: "suit-delta-make/1",
        target: new.image.name,
        target_sha256: hex(&new.digest),
        deltas: made.into_iter().map(|(record, ..)| record).collect(),
    };
    match (args.output.is_stdout(), console.is_json()) {
        (true, _) => {
            console.note(record.text().trim_end());
            Ok(())
        }
        (false, true) => console.print_json(&record),
        (false, false) => console.print(&record.text()),
    }
}

/// The files, none of which appears before all of them could be written.
fn write(args: &MakeArgs, several: bool, made: &[(DeltaRecord, Target, Vec<u8>)]) -> Outcome<()> {
    if let Target::File(directory) = &args.output
        && several
    {
        std::fs::create_dir_all(directory).map_err(|error| Failure::write(args.output.name(), &error))?;
    }
    let mut files = Vec::new();
    for (_, target, payload) in made {
        let inputs: Vec<&PathBuf> = args.base.iter().chain([&args.target]).collect();
        let plan = inputs.into_iter().fold(Output::plan(), |plan, input| plan.reading(input));
        let mut file = plan.open(target)?;
        file.put(payload)?;
        files.push(file);
    }
    files.into_iter().try_for_each(Output::finish)
}

/// A delta that was applied in the memory that it declares.
fn delta(old: &Loaded, new: &Loaded, args: &MakeArgs, console: &Console) -> Outcome<(Header, Vec<u8>)> {
    let memory = match args.max_ram {
        Some(bytes) => u32::try_from(bytes).unwrap_or(u32::MAX),
        None => args.profile.map_or(Profile::M, |name| name.profile()).memory(),
    };
    let options = Options {
        memory,
        instructions: args.instructions.chosen().or_else(|| deltas::instructions(&old.image, &new.image)),
        data: args.data.or_else(|| deltas::data(&old.image, &new.image)),
        image_address: args.base_address,
        old_check: old.check(),
        new_check: new.check(),
        jobs: args.jobs,
        slot: args.slot(),
    };
    let mut tell = |step: Progress| {
        let smallest = step.smallest.map(|bytes| format!(", {} so far", size(bytes))).unwrap_or_default();
        console.progress(&format!("{}: {} of {} steps{smallest}", old.image.name, step.done, step.of));
    };
    if args.instructions.chosen().is_none()
        && deltas::differ([old.image.instructions, new.image.instructions])
    {
        console.warn(linked(old, new, "are for different machines"));
    }
    let said = [old.image.base, new.image.base];
    if let ([Some(one), Some(other)], None) = (said, args.base_address)
        && one != other
    {
        let warning = linked(old, new, &format!("are linked to 0x{one:x} and 0x{other:x}"));
        console.warn(warning.help("the delta may be larger than between images for one address"));
    }
    let made = deltas::make([&old.bytes, &new.bytes], &options, said, &mut tell);
    console.progress("");
    let made = made.map_err(|error| match error {
        Error::TooLarge(_) => Failure::new(codes::DELTA_TOO_LARGE, error.to_string()),
        Error::Memory { needed } => {
            let message = format!("no delta works in {} of memory", size(memory));
            Failure::new(codes::DELTA_MEMORY, message)
                .help(format!("the least is {}: --max-ram {needed}; more makes deltas smaller", kib(needed)))
        }
        Error::Slot(_) => Failure::new(codes::DELTA_SLOT, error.to_string())
            .at(Place::file(&old.image.name))
            .help("--slot is the whole slot, a multiple of --page; both images must fit"),
        _ => Failure::new(codes::DELTA_BUG, error.to_string()),
    })?;
    let bug = |message: String| Failure::new(codes::DELTA_BUG, message).at(Place::file(&old.image.name));
    let again = deltas::apply(&made.payload, &old.bytes)
        .map_err(|error| bug(format!("the delta that was made can't be applied: {error}")))?;
    let other = || bug("the delta that was made makes another image".to_owned());
    if again != new.bytes {
        return Err(other());
    }
    if let Some(slot) = made.header.slot {
        // Behind the old image there is something, too.
        let mut bytes = vec![0x55; usize::try_from(slot.size).unwrap_or_default()];
        bytes.iter_mut().zip(&old.bytes).for_each(|(place, byte)| *place = *byte);
        let (bytes, _) = deltas::apply_in_place(&made.payload, &bytes)
            .map_err(|error| bug(format!("the delta that was made can't be applied in place: {error}")))?;
        if !bytes.starts_with(&new.bytes) {
            return Err(other());
        }
    }
    Ok((made.header, made.payload))
}

fn linked(old: &Loaded, new: &Loaded, how: &str) -> Failure {
    Failure::new(codes::DELTA_LINKED, format!("'{}' and '{}' {how}", old.image.name, new.image.name))
}

impl MadeRecord {
    /// For people: a line, or a table of several.
    fn text(&self) -> String {
        if let [one] = self.deltas.as_slice() {
            let facts = &one.facts;
            let file = &facts.file;
            let (words, ram) = (facts.words(), facts.ram());
            return format!("{file} {words}  device needs {ram} RAM, verified by applying\n");
        }
        let mut rows = vec![
            ["base", "size", "delta", "size", "of target", "profile", "RAM", "segments", "predicted"]
                .map(str::to_owned),
        ];
        rows.extend(self.deltas.iter().map(|record| {
            let facts = &record.facts;
            let [profile, ram, segments, predicted] = facts.cells();
            let (old_size, bytes) = (size(facts.old_size), size(facts.size));
            let (base, file, share) = (record.base.clone(), facts.file.clone(), facts.share());
            [base, old_size, file, bytes, share, profile, ram, segments, predicted]
        }));
        let mut text = String::new();
        for row in &rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let cells = rows.iter().filter_map(|row| row.get(column));
                let width = cells.map(|cell| cell.chars().count()).max().unwrap_or_default();
                // Names to the left, figures to the right.
                let padded = if [0, 2, 8].contains(&column) {
                    format!("{cell:<width$}  ")
                } else {
                    format!("{cell:>width$}  ")
                };
                line.push_str(&padded);
            }
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let total = self.deltas.first().map(|one| size(one.facts.new_size)).unwrap_or_default();
        text.push_str(&format!("{} has {total}; each delta verified by applying\n", self.target));
        text
    }
}
