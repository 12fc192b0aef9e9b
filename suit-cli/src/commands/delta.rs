//! `suit delta`: makes, applies and explains deltas.

use crate::cli::delta::{DeltaAction, DeltaArgs, MakeArgs};
use crate::deltas::{apply, check, is_bound};
use crate::error::{Exit, Failure, Outcome, Place, codes};
use crate::images::{self, Image, Sections};
use crate::input::Input;
use crate::keys::hex;
use crate::output::{Console, Output, Target};
use crate::render::words::grouped;
use schemars::JsonSchema;
use serde::Serialize;
use std::path::{Path, PathBuf};
use suit_core::delta::create::{self, DECODER_STATE, Options, Profile, make};
use suit_core::delta::{Header, Instructions};

/// What a delta is.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct DeltaRecord {
    /// Bytes of the file, header included.
    size: u64,
    /// The smallest profile whose memory is enough: `s`, `m` or `l`; `none` if it is more than that of `l`.
    profile: &'static str,
    /// Bytes of memory that a device needs in all: what it lends, and the decoder's own state.
    memory: u64,
    /// Bytes of memory that a device lends.
    lent: u64,
    /// Segments of the new image.
    segments: u16,
    /// What is predicted: an instruction set, `pointers`, `data`.
    predictors: Vec<&'static str>,
    /// Address of the images' first byte, if pointers are predicted.
    #[serde(skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    /// Bytes of the old image.
    base_size: u64,
    /// The first four bytes of the old image's SHA-256, in hex.
    base_sha256_begins: String,
    /// Bytes of the new image.
    target_size: u64,
    /// The first four bytes of the new image's SHA-256, in hex.
    target_sha256_begins: String,
}

/// A delta that was made.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct MadeRecord {
    /// The file with the old image.
    base: String,
    /// The file that was written.
    output: String,
    #[serde(flatten)]
    delta: DeltaRecord,
}

/// A delta that was applied.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct AppliedRecord {
    /// The file that was written.
    output: String,
    /// Bytes of the new image.
    target_size: u64,
}

/// Runs the verb.
///
/// # Errors
/// E0820 to E0823 the delta or its images, 06xx and 08xx files.
pub(crate) fn run(args: &DeltaArgs, console: &Console) -> Outcome<Exit> {
    match &args.action {
        DeltaAction::Make(args) => make_all(args, console)?,
        DeltaAction::Apply { base, delta, output, .. } => apply_one(base, delta, output, console)?,
        DeltaAction::Info { delta, .. } => {
            let input = Input::read(delta)?;
            let record = DeltaRecord::of(&input)?;
            if console.is_json() {
                console.print_json(&record)?;
            } else {
                console.print(&record.text())?;
            }
        }
    }
    Ok(Exit::Done)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn malformed(input: &Input, error: suit_core::delta::Error) -> Failure {
    let failure = Failure::new(codes::DELTA_MALFORMED, format!("'{}': {error}", input.name));
    failure.at(Place::file(&input.name))
}

fn make_all(args: &MakeArgs, console: &Console) -> Outcome<()> {
    let target = images::load(&args.target, Sections::Loadable, None)?;
    let new = target.bytes()?;
    let several = args.base.len() > 1;
    let mut written: Vec<PathBuf> = Vec::new();
    for base in &args.base {
        let output = if several { beside(&args.output, base)? } else { args.output.clone() };
        if let Target::File(path) = &output {
            if written.contains(path) {
                let message = format!("two bases would both be written to '{}'", path.display());
                return Err(Failure::new(codes::USAGE, message).help("give bases with different names"));
            }
            written.push(path.clone());
        }
        let old = images::load(base, Sections::Loadable, None)?;
        let plan = Output::plan().reading(base).reading(&args.target).open(&output)?;
        console.detail(1, &format!("comparing '{}' with '{}'", old.name, target.name));
        let payload = make_one(args, &old, &target, &new)?;
        plan.finish_with(&payload)?;
        if output.is_stdout() {
            continue;
        }
        let input = Input { name: output.name(), bytes: payload };
        let delta = DeltaRecord::of(&input)?;
        if console.is_json() {
            console.print_json(&MadeRecord { base: old.name, output: input.name, delta })?;
        } else {
            console.print(&format!("{} {}\n", input.name, delta.line()))?;
        }
    }
    Ok(())
}

/// Where the delta from `base` goes if there are several.
fn beside(output: &Target, base: &Path) -> Outcome<Target> {
    let Target::File(folder) = output else {
        return Err(Failure::new(codes::USAGE, "several deltas can't go to standard output")
            .help("give a directory with -o"));
    };
    if !folder.is_dir() {
        let message = format!("'{}' is not a directory, and there are several bases", folder.display());
        return Err(Failure::new(codes::USAGE, message).help("make the directory first"));
    }
    let mut name = base.file_stem().unwrap_or(base.as_os_str()).to_os_string();
    name.push(".delta");
    Ok(Target::File(folder.join(name)))
}

/// Makes a delta and applies it.
fn make_one(args: &MakeArgs, old: &Image, target: &Image, new: &[u8]) -> Outcome<Vec<u8>> {
    let bytes = old.bytes()?;
    // Of files that say it and agree.
    let said = old.base.filter(|base| target.base == Some(*base)).and_then(|base| u32::try_from(base).ok());
    let options = Options {
        memory: args.max_ram.unwrap_or_else(|| args.profile.of_codec().memory()),
        instructions: args.instructions.map(|name| name.of_codec()),
        image_address: args.base_address.or(said),
        old_check: check(&bytes),
        new_check: check(new),
        ..Options::default()
    };
    let failure = |error: create::Error| {
        let failure =
            Failure::new(codes::DELTA_MAKE, format!("'{}' to '{}': {error}", old.name, target.name));
        match error {
            create::Error::TooLarge(_) => failure.help("ship the whole image, or components of it"),
            create::Error::Memory { .. } => failure.help("give a larger --max-ram or --profile"),
            _ => failure,
        }
    };
    let made = make(&bytes, new, &options).map_err(failure)?;
    match apply(&made.payload, &bytes) {
        Ok(result) if result == new => Ok(made.payload),
        Ok(_) => {
            Err(Failure::new(codes::DELTA_RESULT, "the delta that was made does not make the new image"))
        }
        Err(error) => Err(failure(create::Error::Bug(error))),
    }
}

fn apply_one(base: &Path, delta: &Path, output: &Target, console: &Console) -> Outcome<()> {
    let input = Input::read(delta)?;
    let (header, _) = Header::parse(&input.bytes).map_err(|error| malformed(&input, error))?;
    let old = images::load(base, Sections::Loadable, None)?;
    let bytes = old.bytes()?;
    if !is_bound(header.old_size, header.old_check, &bytes) {
        let message = format!("'{}' is not the image that '{}' is for", old.name, input.name);
        return Err(Failure::new(codes::DELTA_BASE, message)
            .note(format!(
                "the delta is for {} B whose SHA-256 begins with {}; this has {} B, and {}",
                grouped(header.old_size),
                hex(&header.old_check),
                grouped(bytes.len()),
                hex(&check(&bytes)),
            ))
            .help("give the image that the device runs, or take the full image"));
    }
    let plan = Output::plan().reading(base).reading(delta).open(output)?;
    let new = apply(&input.bytes, &bytes).map_err(|error| malformed(&input, error))?;
    if !is_bound(header.new_size, header.new_check, &new) {
        let message = format!("'{}' makes another image than it says", input.name);
        return Err(Failure::new(codes::DELTA_RESULT, message).at(Place::file(&input.name)));
    }
    plan.finish_with(&new)?;
    if output.is_stdout() {
        return Ok(());
    }
    let applied = AppliedRecord { output: output.name(), target_size: length(&new) };
    if console.is_json() {
        console.print_json(&applied)
    } else {
        console.print(&format!("{} {} B, as the delta says\n", applied.output, grouped(applied.target_size)))
    }
}

impl DeltaRecord {
    fn of(input: &Input) -> Outcome<Self> {
        let (header, _) = Header::parse(&input.bytes).map_err(|error| malformed(input, error))?;
        let memory = header.memory().saturating_add(DECODER_STATE);
        let enough = Profile::ALL.into_iter().find(|profile| memory <= profile.memory());
        let mut predictors = Vec::new();
        predictors.extend(match header.instructions {
            Instructions::Thumb => Some("thumb"),
            Instructions::RiscV => Some("riscv"),
            Instructions::AArch64 => Some("aarch64"),
            _ => None,
        });
        predictors.extend(header.image_address.map(|_| "pointers"));
        predictors.extend(header.data.map(|_| "data"));
        Ok(Self {
            size: length(&input.bytes),
            profile: enough.map_or("none", |profile| match profile {
                Profile::S => "s",
                Profile::M => "m",
                Profile::L => "l",
            }),
            memory: memory.into(),
            lent: header.memory().into(),
            segments: header.segments(),
            predictors,
            address: header.image_address.map(|address| format!("{address:#010x}")),
            base_size: header.old_size.into(),
            base_sha256_begins: hex(&header.old_check),
            target_size: header.new_size.into(),
            target_sha256_begins: hex(&header.new_check),
        })
    }

    fn percent(&self) -> String {
        match (self.size * 10_000).checked_div(self.target_size) {
            Some(parts) => format!("{}.{:02} %", parts / 100, parts % 100),
            None => "all".to_owned(),
        }
    }

    fn line(&self) -> String {
        let tenths = self.memory * 10 / 1024;
        format!(
            "{} B ({} of {} B)  device needs {}.{} KiB RAM, verified by applying",
            grouped(self.size),
            self.percent(),
            grouped(self.target_size),
            tenths / 10,
            tenths % 10,
        )
    }

    fn text(&self) -> String {
        let predictors =
            if self.predictors.is_empty() { "none".to_owned() } else { self.predictors.join(", ") };
        let address =
            self.address.as_ref().map(|address| format!(", images at {address}")).unwrap_or_default();
        format!(
            "delta          {} B, {} of the new image\n\
             from           {} B, sha-256 {}…\n\
             to             {} B, sha-256 {}…\n\
             segments       {}\n\
             predicted      {predictors}{address}\n\
             memory         {} B: {} lent, {DECODER_STATE} of the decoder's own; profile {}\n",
            grouped(self.size),
            self.percent(),
            grouped(self.base_size),
            self.base_sha256_begins,
            grouped(self.target_size),
            self.target_sha256_begins,
            self.segments,
            grouped(self.memory),
            grouped(self.lent),
            self.profile,
        )
    }
}
