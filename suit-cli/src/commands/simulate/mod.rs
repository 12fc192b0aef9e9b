//! `suit simulate`: an envelope on a virtual device. What the device decides is decided by its own code,
//! [`suit_verify_nostd`]; here is what it stands on, and what people are told.

mod account;
mod answer;
mod ram;

pub(crate) use answer::Answer;

use super::verify::{self, Allow};
use crate::cli::simulate::{Phase, SimulateArgs};
use crate::error::{Exit, Failure, Outcome, Place, codes};
use crate::input::{Input, payload_directory};
use crate::keys::Key;
use crate::output::{Console, Output, Plan, Target};
use crate::render::no_envelope;
use crate::render::words::size;
use crate::signers::EVERYTHING;
use crate::simulate::device::{Device, Limits};
use crate::simulate::payloads;
use crate::simulate::platform::FilesPlatform;
use crate::simulate::reporting::{self, LastPlace, Reporting};
use crate::simulate::state::Claim;
use crate::simulate::trace::{Cost, Effect, Ended, Form, Held, Line, Trace};
use crate::trust::Trusted;
use account::Account;
use ram::Ram;
use std::io::Read;
use std::path::Path;
use suit_core::grammar::Supported;
use suit_core::labels::ManifestKey;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::process::{
    self, Dependencies, Dependency, Memory, Options, Pause, Payload, Procedure, ProcessError, Processor,
    Setup, Step, supported, with_delta,
};
use suit_verify_nostd::report::{Ending, Record, reason_of_authentication};
use suit_verify_nostd::{
    Authenticated, AuthenticationError, Budget, Part, SignedManifest, TrustStore, authenticate,
};

/// How often a device waits. Days of the week, times of the day and windows of the owner's come within two weeks; what has not
/// come after so many of them never comes.
const WAITS_MAX: u32 = 100;

/// Bytes of a payload that arrive at a time.
const PIECE: usize = 16 * 1024;

/// The memory that is lent to the processor; what of it a device has is in its file.
type Room = Memory<
    { Limits::MOST.targets },
    { Limits::MOST.settings },
    { Limits::MOST.frames },
    { Limits::MOST.buffer },
>;

type Machine<'a, 'm, 'd> = Processor<'a, 'm, FilesPlatform<'d>>;

/// Runs the verb.
///
/// # Errors
/// The procedure ended in failure: 10xx; 05xx if the envelope is not authentic. It could not be found out: 01xx to 04xx for
/// a malformed envelope, 02xx for the device file, 06xx for files, 07xx for keys, E0099 for flags.
pub(crate) fn run(args: &SimulateArgs, console: &Console) -> Outcome<Exit> {
    payload_directory(args.payload_dir.as_deref())?;
    let device = Device::load(&args.device)?;
    let reports_to_stdout = args.report.as_ref().is_some_and(Target::is_stdout);
    if reports_to_stdout && (console.is_json() || args.trace.is_some() || args.rehearse) {
        let message = "the report goes to standard output, and so does what the run tells";
        return Err(Failure::new(codes::USAGE, message).help("write the report to a file: --report FILE"));
    }
    let (allow, options) = allowed(&args.allow, device.options)?;
    let trusted = Trusted::read(&args.trust, |algorithm| allow.algorithm(algorithm), console)?;
    let input = Input::read(&args.envelope)?;
    let tagging = if allow.untagged { Tagging::Optional } else { Tagging::Required };
    let envelope = Envelope::parse(&input.bytes, tagging).map_err(|error| {
        let failure = no_envelope(&input.name, &input.bytes, error);
        match error.kind {
            suit_core::ErrorKind::Untagged => failure.help("--allow untagged accepts it"),
            _ => failure,
        }
    })?;
    let anchors = trusted.anchors()?;
    let store =
        TrustStore::new(&anchors).map_err(|error| Failure::new(codes::TRUST_TOO_MANY, error.to_string()))?;
    let key = args.report_key.as_deref().map(Key::read).transpose()?;
    // Before anything runs: a run whose report finds no place would have changed the device.
    let report = match &args.report {
        Some(target) => Some(Report::open(target, args, &device, &trusted, key.as_ref(), console)?),
        None => None,
    };
    let mut memory = [0; reporting::MEMORY];
    let authenticated = match authenticate(&envelope, &store, &EVERYTHING, &mut Budget::new()) {
        Ok(authenticated) => authenticated,
        Err(error) => {
            if let Some(report) = report {
                let reporting = Reporting::begin(&mut memory, &envelope.authentication(), None)?;
                let (code, reason) = (error.number().into(), reason_of_authentication(error));
                let ending = Ending::Failure { code, reason, record: &Record::NOWHERE };
                report.write(reporting, &ending, &device)?;
            }
            // The same question again, answered at length.
            let reasons = verify::why_not_authentic(&input, &trusted, &allow, console)?;
            return Err(
                reasons.unwrap_or_else(|| Failure::numbered(error.number(), Exit::No, error.to_string()))
            );
        }
    };
    let signed = authenticated.manifest().map_err(|error| Failure::document(&input.name, error))?;
    let supported = implemented(&device);
    takes(supported, &authenticated, &input)?;
    let commands = device.limits.commands;
    let setup = Setup { supported, commands, options, ..Setup::new(EVERYTHING, store) };
    let json = console.is_json() && args.trace != Some(Form::Json);
    // One JSON document has all of it.
    // What would be fetched is what a rehearsal is for.
    let form = args.trace.or(args.rehearse.then_some(Form::Text)).filter(|_| !json);
    let trace = Trace::new(console, form, json);
    let work = Work { args, device: &device, authenticated: &authenticated, input: &input };
    let parts = device.veto_parts();
    let prefixes: Vec<&[&[u8]]> = parts.iter().map(Vec::as_slice).collect();
    // A rehearsal looks at a device that is kept, and doesn't make one.
    let kept = match args.state.as_deref() {
        Some(directory) if args.rehearse => Claim::to_look(directory)?,
        Some(directory) => Some(Claim::whole(directory)?),
        None => None,
    };
    let mut platform = FilesPlatform::new(&device, device.policy(&prefixes), kept, trace)?;
    if args.report.is_some() {
        let uri = signed.manifest().reference_uri();
        platform.report = Some(Reporting::begin(&mut memory, &envelope.authentication(), uri)?);
    }
    let (failed, cost) = work.carry_out(setup, &signed, &mut platform)?;
    if !args.rehearse {
        platform.save()?;
    }
    if let (Some(report), Some(reporting)) = (report, platform.report.take()) {
        let cause = failed.as_ref().and_then(|failed| failed.cause.as_ref());
        let place = reporting.place_of(cause, &platform.watcher);
        let record = place.as_ref().map_or(Record::NOWHERE, LastPlace::record);
        let ending = cause.map_or(Ending::Success, |cause| Ending::Failure {
            code: cause.error.number().into(),
            reason: cause.error.reason(),
            record: &record,
        });
        report.write(reporting, &ending, &device)?;
    }
    let failure = failed.map(|failed| failed.said);
    let sequence = signed.manifest().sequence_number();
    let ended = Ended::new(failure.as_ref(), cost);
    platform.trace().tell(Line { effect: Effect::End, ended: Some(ended.clone()), ..Line::default() });
    let trace = platform.into_trace().finish()?;
    if json {
        console.print_json(&Answer::new(args, &input, &device, sequence, ended, trace))?;
    } else if failure.is_none() && args.trace != Some(Form::Json) {
        let success = work.success(&cost);
        if reports_to_stdout {
            console.note(success.trim_end());
        } else {
            console.print(&success)?;
        }
    }
    failure.map_or(Ok(Exit::Done), Err)
}

/// What the device implements. A firmware has it as a constant; here it lives as long as the process.
fn implemented(device: &Device) -> &'static Supported {
    let codes = Box::leak(device.custom.clone().into_boxed_slice());
    let labels = Box::leak(device.custom_parameters.clone().into_boxed_slice());
    let supported = supported(device.trust_domains, device.update_management);
    let supported = if device.delta { with_delta(supported) } else { supported };
    Box::leak(Box::new(supported.custom_commands(codes).custom_parameters(labels)))
}

/// P-009, P-010: a device with fewer features refuses what needs them, by the same check with a smaller set.
///
/// # Errors
/// The number of the fault, with its place.
fn takes(supported: &'static Supported, authenticated: &Authenticated<'_>, input: &Input) -> Outcome<()> {
    let signed = authenticated.manifest_for(supported);
    let fault = match &signed {
        Err(error) => Some(*error),
        // Severed sections are part of it.
        Ok(signed) => {
            Procedure::Update.sections().iter().find_map(|key| match signed.section(*key, &EVERYTHING) {
                Err(AuthenticationError::Malformed(error)) => Some(error),
                _ => None,
            })
        }
    };
    let Some(error) = fault else { return Ok(()) };
    let offset = u64::try_from(error.offset).unwrap_or(u64::MAX);
    Err(Failure::numbered(error.kind.number(), Exit::No, error.kind.to_string())
        .at(Place::bytes(&input.name, offset, None))
        .note("nothing ran, and nothing was changed")
        .help("what the device implements stands under [supports] in the device file"))
}

/// Where the device's report goes.
struct Report<'r> {
    output: Output,
    key: Option<&'r Key>,
    console: &'r Console,
}

impl<'r> Report<'r> {
    /// # Errors
    /// As [`Plan::open`]; nothing that the run reads is overwritten.
    fn open(
        target: &Target,
        args: &SimulateArgs,
        device: &Device,
        trusted: &Trusted,
        key: Option<&'r Key>,
        console: &'r Console,
    ) -> Outcome<Self> {
        let keys = trusted.keys().map(|(key, _)| key).chain(key).map(|key| Path::new(&key.name));
        let images = device.images().map(|image| Path::new(&image.name));
        let read = [args.envelope.as_path(), &args.device].into_iter().chain(keys).chain(images);
        let output = read.fold(Output::plan(), Plan::reading).open(target).map_err(|failure| {
            let overwrites = failure.number() == codes::OVERWRITES_INPUT.number;
            if overwrites { failure.help("name another file with --report") } else { failure }
        })?;
        Ok(Self { output, key, console })
    }

    fn write(self, reporting: Reporting<'_>, ending: &Ending<'_>, device: &Device) -> Outcome<()> {
        let (bytes, dropped) = reporting.end(ending, device, self.key)?;
        self.output.finish_with(&bytes)?;
        if dropped > 0 {
            self.console.note(&format!("the report had no room for {dropped} of its records"));
        }
        Ok(())
    }
}

/// What `--allow` says.
fn allowed(words: &[String], options: Options) -> Outcome<(Allow, Options)> {
    let mut allow = Allow::default();
    let mut options = options;
    for word in words {
        match word.trim().to_ascii_lowercase().as_str() {
            "integrity-unasked" => options.integrity_unasked = true,
            "sections-unmatched" => options.sections_unmatched = true,
            "invoke-unverified" => options.invoke_unverified = true,
            _ if allow.take(word) => {}
            _ => {
                return Err(Failure::new(codes::USAGE, format!("--allow doesn't know '{word}'")).help(
                    "it knows es256, eddsa, untagged, integrity-unasked, sections-unmatched and invoke-unverified",
                ));
            }
        }
    }
    options.untagged_dependencies = allow.untagged;
    Ok((allow, options))
}

/// What is carried out, and on which device.
struct Work<'w> {
    args: &'w SimulateArgs,
    device: &'w Device,
    authenticated: &'w Authenticated<'w>,
    input: &'w Input,
}

impl<'w> Work<'w> {
    /// Carries out the procedure. The failure is what the device answers; what stops the simulation is the error.
    fn carry_out(
        &self,
        setup: Setup<'_>,
        signed: &SignedManifest<'_>,
        platform: &mut FilesPlatform<'_>,
    ) -> Outcome<(Option<Failed>, Cost)> {
        let limits = self.device.limits;
        let (name, bytes, phase) = (&self.input.name, &self.input.bytes, self.args.phase);
        let account = Account { name, bytes, phase, signed: *signed };
        let wants_dependencies = !signed.manifest().dependencies().is_empty();
        let mut ram = Ram::new(&limits, wants_dependencies);
        let mut room = Room::new();
        let listed = usize::try_from(signed.manifest().components().len()).unwrap_or(usize::MAX);
        let (lent, delta) = match self.args.limit_ram.or(limits.ram) {
            None => {
                let lent = room.lend().at_most(limits.targets, limits.settings, limits.frames, limits.buffer);
                (lent, limits.delta)
            }
            Some(most) => ram.fit(&limits, listed, most, room.lend())?,
        };
        // A device that doesn't take deltas has no memory for them.
        let mut delta = vec![0; if self.device.delta { delta } else { 0 }];
        let for_delta = delta.len();
        let lent = lent.with_delta(&mut delta);
        for key in self.args.phase.procedure().sections() {
            if let Ok(Part::Present(sequence)) = signed.section(*key, &EVERYTHING) {
                platform.watcher.note(*key, &sequence);
            }
        }
        if let Some(shared) = signed.manifest().shared_sequence() {
            platform.watcher.note(ManifestKey::Common, &shared);
        }
        platform.watcher.rehearsing = self.args.rehearse;
        let mut slots = vec![Dependency::FREE; limits.dependencies];
        let mut envelopes = vec![0; if wants_dependencies { limits.envelopes } else { 0 }];
        let dependencies = if self.device.trust_domains {
            Dependencies::new(&mut slots, &mut envelopes)
        } else {
            Dependencies::none()
        };
        let made = Processor::with_dependencies(self.authenticated, setup, platform, lent, dependencies);
        let mut processor = match made {
            Ok(processor) => processor,
            Err(error) => return Ok((Some(Failed::at_once(error, &account, platform)), Cost::default())),
        };
        let procedure = self.args.phase.procedure();
        let started =
            if self.args.rehearse { processor.rehearse(procedure) } else { processor.start(procedure) };
        if let Err(error) = started {
            return Ok((Some(Failed::at_once(error, &account, platform)), Cost::default()));
        }
        processor.platform().trace().tell(Line {
            effect: Effect::Start,
            procedure: Some(self.args.phase.name()),
            sequence: Some(signed.manifest().sequence_number()),
            ..Line::default()
        });
        let failure = self.drive(&mut processor, &account)?;
        let watcher = &platform.watcher;
        ram.used(watcher.depth, watcher.settings, platform.targets());
        if watcher.rebuilt {
            ram.used_for_delta(for_delta);
        }
        Ok((failure, Cost { ram: ram.bytes(), ..platform.cost() }))
    }

    /// Goes on until the procedure has ended.
    fn drive(&self, processor: &mut Machine<'_, '_, '_>, account: &Account<'_>) -> Outcome<Option<Failed>> {
        let mut lacking = Vec::new();
        let mut waits = 0;
        loop {
            match processor.run() {
                Step::NeedPayload(payload) => self.fetch(processor, &payload)?,
                Step::Planned(payload) => {
                    if !self.plan(processor, &payload)? {
                        lacking.push(payload.uri.to_owned());
                    }
                }
                Step::Wait(pause) => {
                    waits += 1;
                    let goes_on = waits <= WAITS_MAX;
                    if let Some(failure) = account.waited(&pause, goes_on, processor.platform()) {
                        return Ok(Some(Failed { said: failure, cause: None }));
                    }
                }
                Step::Done => {
                    let failures = lacking
                        .iter()
                        .map(|uri| Failure::new(codes::PLAN_LACKS, format!("nothing lies behind '{uri}'")));
                    return Ok(Failure::all(failures).map(|said| Failed { said, cause: None }));
                }
                Step::Failed(failure) => {
                    let said = account.failed(&failure, processor.platform());
                    return Ok(Some(Failed { said, cause: Some(failure) }));
                }
            }
        }
    }

    /// Brings the bytes of a payload.
    fn fetch(&self, processor: &mut Machine<'_, '_, '_>, payload: &Payload<'_>) -> Outcome<()> {
        let uri = payload.uri;
        let Some(image) = payloads::find(self.device, self.args.payload_dir.as_deref(), uri)? else {
            processor.platform().watcher.lacking = Some(uri.to_owned());
            processor.give_up();
            return Ok(());
        };
        processor.platform().watcher.uri = Some(uri.to_owned());
        let unreadable = |error: &std::io::Error| Failure::read(&image.name, error);
        let mut reader = image.reader()?;
        std::io::copy(&mut reader.by_ref().take(payload.offset.into()), &mut std::io::sink())
            .map_err(|error| unreadable(&error))?;
        let mut piece = vec![0; PIECE];
        loop {
            let count = reader.read(&mut piece).map_err(|error| unreadable(&error))?;
            // If the device takes no more the next step says why.
            if count == 0 || processor.feed(&piece[..count]).is_err() {
                break;
            }
        }
        // Where the device has given up there is nothing to end.
        let _ = processor.end_payload();
        Ok(())
    }

    /// Tells of a payload that would be fetched. Returns whether it can be had.
    fn plan(&self, processor: &mut Machine<'_, '_, '_>, payload: &Payload<'_>) -> Outcome<bool> {
        let found = payloads::find(self.device, self.args.payload_dir.as_deref(), payload.uri)?;
        let platform = processor.platform();
        let component = Held { size: payload.size.map(u64::from), ..platform.named(payload.component) };
        platform.trace().tell(Line {
            effect: Effect::Plan,
            component: Some(component),
            uri: Some(payload.uri.to_owned()),
            holds: Some(found.is_some()),
            ..Line::default()
        });
        Ok(found.is_some())
    }

    fn success(&self, cost: &Cost) -> String {
        let what = match (self.args.rehearse, self.args.phase) {
            (true, _) => "could be carried out",
            (false, Phase::Update) => "installed",
            (false, Phase::Invoke) => "started",
            (false, Phase::Uninstall) => "uninstalled",
        };
        let mut facts = vec![format!("{} commands", cost.commands)];
        if cost.stored > 0 {
            facts.push(format!("{} stored", size(cost.stored)));
        }
        match cost.erases {
            0 => {}
            1 => facts.push("1 page erased".to_owned()),
            pages => facts.push(format!("{pages} pages erased")),
        }
        facts.push(format!("{} of RAM", size(cost.ram)));
        format!("ok  {}  {what} on {}: {}\n", self.input.name, self.device.name, facts.join(", "))
    }
}

/// Why it failed.
struct Failed {
    /// In words.
    said: Failure,
    /// As the device has it; not of a device that waits, or where a rehearsal finds that payloads are missing.
    cause: Option<process::Failure>,
}

impl Failed {
    /// Refused before anything ran.
    fn at_once(error: ProcessError, account: &Account<'_>, platform: &mut FilesPlatform<'_>) -> Self {
        let said = account.refused(error, platform);
        Self { said, cause: Some(process::Failure { error, place: None }) }
    }
}

impl Ended {
    fn new(failure: Option<&Failure>, cost: Cost) -> Self {
        Self {
            success: failure.is_none(),
            code: failure.map(|failure| format!("E{:04}", failure.number())),
            message: failure.map(|failure| failure.message().to_owned()),
            cost,
        }
    }
}

/// When the device may go on, if it is up to the clock.
fn later(pause: &Pause, now: Option<u64>) -> Option<u64> {
    pause.retry_at.filter(|later| now.is_some_and(|now| *later > now))
}
