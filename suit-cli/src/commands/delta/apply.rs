//! `suit delta apply`: the new image out of the old one.

use super::{Loaded, check_base, check_bytes, failure, header};
use crate::deltas;
use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::hex;
use crate::output::{Console, Output, Target};
use crate::render::words::{grouped, size};
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use suit_core::delta::{Header, in_place};

/// What was written, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct AppliedRecord {
    /// Always `suit-delta-apply/1`.
    format: &'static str,
    /// The file that was written.
    file: String,
    /// Bytes of the new image.
    size: u32,
    /// SHA-256 of the new image, in hex.
    sha256: String,
    /// Bytes of memory in which the decoder did it, its own state left out.
    lent: u32,
    /// What it took to do it in place.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_place: Option<WearRecord>,
}

/// What a device's flash goes through for a delta that is applied in place.
#[derive(Debug, Serialize, JsonSchema)]
struct WearRecord {
    /// Bytes of journal that it needs.
    journal: u32,
    /// Pages of the slot that were erased.
    slot_erases: u32,
    /// Pages of the journal that were erased.
    journal_erases: u32,
}

pub(super) fn run(delta: &Path, base: &Path, output: &Target, fill: u8, console: &Console) -> Outcome<()> {
    let input = Input::read(delta)?;
    let (header, _) = header(&input)?;
    let old = Loaded::read(base, fill)?;
    check_base(&input, &header, &old)?;
    let new = deltas::apply(&input.bytes, &old.bytes).map_err(|error| failure(&input.name, error))?;
    let sha256 = check_result(&input, &header, &new)?;
    Output::plan().reading(delta).reading(base).open(output)?.finish_with(&new)?;
    let record = AppliedRecord {
        format: "suit-delta-apply/1",
        file: output.name(),
        size: header.new_size,
        sha256,
        lent: header.memory(),
        in_place: None,
    };
    let line = format!("{} {}  sha-256 {}\n", record.file, size(record.size), record.sha256);
    match (output.is_stdout(), console.is_json()) {
        (true, _) => {
            console.note(line.trim_end());
            Ok(())
        }
        (false, true) => console.print_json(&record),
        (false, false) => console.print(&line),
    }
}

/// In a file that is a device's slot.
pub(super) fn run_in_place(delta: &Path, slot: &Path, console: &Console) -> Outcome<()> {
    let input = Input::read(delta)?;
    let (header, _) = header(&input)?;
    let file = Input::read(slot)?;
    let old = usize::try_from(header.old_size).ok().and_then(|len| file.bytes.get(..len));
    if header.slot.is_some() {
        check_bytes(&input, &header, &file.name, old.unwrap_or(&file.bytes))?;
    }
    let (bytes, wear) = deltas::apply_in_place(&input.bytes, &file.bytes).map_err(|error| match error {
        in_place::Error::Delta(error) => failure(&input.name, error),
        in_place::Error::NotInPlace => {
            Failure::new(codes::DELTA_NOT_IN_PLACE, format!("'{}': {error}", input.name))
                .at(Place::file(&input.name))
        }
        _ => Failure::new(codes::DELTA_SLOT, error.to_string()).at(Place::file(&file.name)),
    })?;
    let new = usize::try_from(header.new_size).ok().and_then(|len| bytes.get(..len)).unwrap_or_default();
    let sha256 = check_result(&input, &header, new)?;
    let target = Target::File(slot.to_owned());
    Output::plan().reading(delta).open(&target)?.finish_with(&bytes)?;
    let record = AppliedRecord {
        format: "suit-delta-apply/1",
        file: target.name(),
        size: header.new_size,
        sha256,
        lent: header.memory(),
        in_place: Some(WearRecord {
            journal: header.journal().unwrap_or_default(),
            slot_erases: wear.slot_erases,
            journal_erases: wear.journal_erases,
        }),
    };
    if console.is_json() {
        return console.print_json(&record);
    }
    console.print(&format!(
        "{} {}  sha-256 {}  {} page erases, {} more in a journal of {}\n",
        record.file,
        size(record.size),
        record.sha256,
        grouped(wear.slot_erases),
        grouped(wear.journal_erases),
        size(header.journal().unwrap_or_default()),
    ))
}

/// The new image's SHA-256, in hex.
///
/// # Errors
/// E0825 it is not the one that the delta is for.
fn check_result(input: &Input, header: &Header, new: &[u8]) -> Outcome<String> {
    let digest = Sha256::digest(new);
    if digest.starts_with(&header.new_check) {
        return Ok(hex(&digest));
    }
    let message = format!("'{}' makes another image than its header says", input.name);
    Err(Failure::new(codes::DELTA_RESULT, message)
        .at(Place::file(&input.name))
        .note(format!("the image's SHA-256 should begin with {}", hex(&header.new_check)))
        .note(format!("it is {}", hex(&digest))))
}
