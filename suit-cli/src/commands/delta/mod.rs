//! `suit delta`: deltas made, applied and shown.

mod account;
mod apply;
mod info;
mod make;

pub(crate) use apply::AppliedRecord;
pub(crate) use info::InfoRecord;
pub(crate) use make::MadeRecord;

use crate::cli::delta::{DeltaAction, DeltaArgs};
use crate::deltas;
use crate::error::{Exit, Failure, Outcome, Place, codes};
use crate::images::{self, Image, Sections};
use crate::input::Input;
use crate::keys::hex;
use crate::output::Console;
use crate::render::words::size;
use sha2::{Digest as _, Sha256};
use std::path::Path;
use suit_core::delta::{CHECK_LEN, Error, Header, IMAGE_SIZE_END, MAGIC};

/// Runs the verb.
///
/// # Errors
/// 082x deltas; 080x images; 06xx files.
pub(crate) fn run(args: &DeltaArgs, console: &Console) -> Outcome<Exit> {
    match &args.action {
        DeltaAction::Make(args) => make::run(args, console),
        DeltaAction::Apply { delta, base: Some(base), output: Some(output), gaps, .. } => {
            apply::run(delta, base, output, gaps.fill, console)
        }
        DeltaAction::Apply { delta, in_place: Some(slot), .. } => apply::run_in_place(delta, slot, console),
        DeltaAction::Apply { .. } => Err(Failure::new(codes::USAGE, "neither --base and -o nor --in-place")),
        DeltaAction::Info { delta, base, gaps, format: _ } => {
            let input = Input::read(delta)?;
            let record = match base {
                Some(base) => InfoRecord::over(&input, &Loaded::read(base, gaps.fill)?),
                None => InfoRecord::of(&input),
            }?;
            if console.is_json() { console.print_json(&record) } else { console.print(&record.text()) }
        }
    }?;
    Ok(Exit::Done)
}

/// Whether a file is a delta, by its first byte.
pub(crate) fn is_delta(input: &Input) -> bool {
    input.bytes.first() == Some(&MAGIC)
}

/// The header of a delta and its length.
///
/// # Errors
/// E0610 not a delta, E0822 malformed, E0823 of an unknown version.
fn header(input: &Input) -> Outcome<(Header, usize)> {
    Header::parse(&input.bytes).map_err(|error| failure(&input.name, error))
}

/// What is wrong with a delta.
fn failure(name: &str, error: Error) -> Failure {
    let code = match error {
        Error::NotADelta => {
            return Failure::new(codes::NOT_A_DOCUMENT, format!("'{name}' is not a delta"))
                .at(Place::file(name))
                .help("`suit delta make` makes one");
        }
        Error::Version(_) | Error::Predictors(_) => codes::DELTA_UNKNOWN,
        _ => codes::DELTA_MALFORMED,
    };
    let place = match error {
        Error::Version(_) => Place::bytes(name, 1, None),
        Error::Predictors(_) => Place::bytes(name, 2, None),
        Error::Header(at) => Place::bytes(name, at.into(), None),
        _ => Place::file(name),
    };
    Failure::new(code, error.to_string()).at(place)
}

/// Nothing is made of an old image that is not the right one.
///
/// # Errors
/// E0824 it is another one.
fn check_base(input: &Input, header: &Header, old: &Loaded) -> Outcome<()> {
    check_bytes(input, header, &old.image.name, &old.bytes)
}

/// The same of an image's bytes; `name` is their file's.
fn check_bytes(input: &Input, header: &Header, name: &str, old: &[u8]) -> Outcome<()> {
    if deltas::is_bound(header.old_size, header.old_check, old) {
        return Ok(());
    }
    let digest = Sha256::digest(old);
    let message = format!("'{}' is for another base than '{name}'", input.name);
    Err(Failure::new(codes::DELTA_BASE, message)
        .at(Place::file(name))
        .note(format!(
            "the base has {} and a SHA-256 that begins with {}",
            size(header.old_size),
            hex(&header.old_check)
        ))
        .note(format!("this image has {} and SHA-256 {}", size(old.len()), hex(&digest))))
}

/// An image in memory, and what its file says of it.
struct Loaded {
    image: Image,
    bytes: Vec<u8>,
    digest: [u8; 32],
}

impl Loaded {
    /// # Errors
    /// E0820 16 MiB or more; as [`images::load`].
    fn read(path: &Path, fill: u8) -> Outcome<Self> {
        let mut image = images::load(path, Sections::Loadable, None)?;
        image.fill = fill;
        // Nothing of this size is read into memory.
        if image.len >= u64::from(IMAGE_SIZE_END) {
            let message = format!("'{}' is too large for a delta: {}", image.name, size(image.len));
            return Err(Failure::new(codes::DELTA_TOO_LARGE, message).at(Place::file(&image.name)));
        }
        let bytes = image.bytes()?;
        let digest = Sha256::digest(&bytes).into();
        Ok(Self { image, bytes, digest })
    }

    /// What a delta's header says of this image.
    fn check(&self) -> [u8; CHECK_LEN] {
        let [a, b, c, d, ..] = self.digest;
        [a, b, c, d]
    }
}
