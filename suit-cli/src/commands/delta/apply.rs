//! `suit delta apply`: the new image out of the old one.

use super::{Loaded, check_base, failure, header};
use crate::deltas;
use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::keys::hex;
use crate::output::{Console, Output, Target};
use crate::render::words::size;
use schemars::JsonSchema;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::path::Path;

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
}

pub(super) fn run(delta: &Path, base: &Path, output: &Target, fill: u8, console: &Console) -> Outcome<()> {
    let input = Input::read(delta)?;
    let (header, _) = header(&input)?;
    let old = Loaded::read(base, fill)?;
    check_base(&input, &header, &old)?;
    let new = deltas::apply(&input.bytes, &old.bytes).map_err(|error| failure(&input.name, error))?;
    let digest = Sha256::digest(&new);
    if !digest.starts_with(&header.new_check) {
        let message = format!("'{}' makes another image than its header says", input.name);
        return Err(Failure::new(codes::DELTA_RESULT, message)
            .at(Place::file(&input.name))
            .note(format!("the image's SHA-256 should begin with {}", hex(&header.new_check)))
            .note(format!("it is {}", hex(&digest))));
    }
    Output::plan().reading(delta).reading(base).open(output)?.finish_with(&new)?;
    let record = AppliedRecord {
        format: "suit-delta-apply/1",
        file: output.name(),
        size: header.new_size,
        sha256: hex(&digest),
        lent: header.memory(),
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
