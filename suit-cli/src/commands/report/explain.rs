//! `suit report explain`: which command of the manifest a report means, and what was measured there.

use super::decode::{MeasuredRecord, PlaceRecord, ResultRecord};
use super::place::{self, Around, Found};
use super::{Opened, ProtectionRecord, line, words};
use crate::commands::sign::DigestRecord;
use crate::error::{Exit, Failure, Outcome, Place, clean, codes};
use crate::input::Input;
use crate::keys::hex;
use crate::render::no_envelope;
use crate::render::words::{list, parameter_name};
use crate::signers::EVERYTHING;
use schemars::JsonSchema;
use serde::Serialize;
use suit_core::command::{Operation, ReportPolicy, Sequence};
use suit_core::component::ComponentId;
use suit_core::digest::Digest;
use suit_core::envelope::{MemberKey, looks_tagged};
use suit_core::labels::{Condition, Directive, EnvelopeKey, ManifestKey, ParameterKey};
use suit_core::manifest::Severable;
use suit_core::parameter::Parameter;
use suit_core::report::{Ending, Entry, Record, SystemProperties};
use suit_core::{Envelope, Manifest, Tagging};

/// Envelopes inside each other that are looked into.
const DEPTH_MAX: usize = 8;

/// A report with its manifest, as JSON, version 1. Provisional: its draft still moves.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Explanation {
    /// Always `suit-report-explanation/1`.
    format: &'static str,
    /// The report.
    file: String,
    /// What protects it.
    protection: ProtectionRecord,
    /// The envelope of the root manifest.
    manifest: String,
    /// Sequence number of the root manifest.
    sequence: u64,
    /// Digest of the root manifest.
    manifest_digest: DigestRecord,
    /// How the run ended.
    result: ResultRecord,
    /// Where it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<ExplainedPlace>,
    /// Commands that failed, in the order of the run.
    records: Vec<ExplainedPlace>,
    /// What was measured of each component, that of several commands taken together.
    measurements: Vec<Measurement>,
}

/// A command that failed.
#[derive(Debug, Serialize, JsonSchema)]
struct ExplainedPlace {
    /// The place as the report has it.
    place: PlaceRecord,
    /// The envelope whose manifest it is in; absent if that is not at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// Name of the command; absent if it could not be looked up, or no section was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<String>,
    /// Offset of the command in that envelope.
    #[serde(skip_serializing_if = "Option::is_none")]
    file_offset: Option<u64>,
    /// The component's identifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    component_id: Option<String>,
    /// In words: what failed, where, on what.
    words: String,
    /// What the command consumes or what was measured for it.
    values: Vec<ValueRecord>,
}

/// What a command wanted and what it found.
#[derive(Debug, Serialize, JsonSchema)]
struct ValueRecord {
    /// Label of the parameter.
    label: i64,
    /// Its name, or its number.
    name: String,
    /// What was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    measured: Option<String>,
    /// What the manifest sets; several if that depends on the way that the run took.
    expected: Vec<String>,
}

/// What was measured of a component.
#[derive(Debug, Serialize, JsonSchema)]
struct Measurement {
    /// The component's identifier.
    component: String,
    /// The values, the last one of each kind.
    measured: Vec<MeasuredRecord>,
}

/// An envelope that was given, or stands in one that was.
#[derive(Clone)]
struct Given<'a> {
    name: String,
    envelope: Envelope<'a>,
    manifest: Manifest<'a>,
}

/// What is known of a place.
enum Looked<'g, 'a> {
    /// No section was run.
    Before(&'g Given<'a>),
    /// The command.
    At(&'g Given<'a>, Box<Found<'a>>),
    /// What is missing to look it up.
    Missing(String),
}

/// Explains a report.
///
/// # Errors
/// E0560 it is about none of these envelopes, E0561 it names a place that the manifest does not have, E0502 an envelope
/// does not have the digest that it states; 01xx to 04xx an envelope is malformed.
pub(super) fn explain(input: &Input, opened: &Opened<'_>, files: &[Input]) -> Outcome<Explanation> {
    let mut given = Vec::new();
    for file in files {
        let malformed = |error| Failure::document(&file.name, error);
        let envelope = Envelope::parse(&file.bytes, Tagging::Optional)
            .map_err(|error| no_envelope(&file.name, &file.bytes, error))?;
        let manifest = Manifest::parse(envelope.manifest().content()).map_err(malformed)?;
        given.push(Given { name: file.name.clone(), envelope, manifest });
    }
    for number in 0..given.len() {
        integrated(&given[number].clone(), 0, &mut given);
    }
    let report = &opened.report;
    let root = about(input, opened, &given)?;
    let explainer = Explainer { input, given: &given, root };
    let ending = report.ending();
    let place = match &ending {
        Ending::Success => None,
        Ending::Failure(failure) => Some(explainer.place(&failure.record, true)?),
    };
    let (mut records, mut measurements) = (Vec::new(), Vec::new());
    for entry in report.entries() {
        match entry {
            Entry::Record(record) => records.push(explainer.place(&record, false)?),
            Entry::System(system) => measure(&system, &mut measurements),
        }
    }
    Ok(Explanation {
        format: "suit-report-explanation/1",
        file: input.name.clone(),
        protection: opened.protection.clone(),
        manifest: root.name.clone(),
        sequence: root.manifest.sequence_number(),
        manifest_digest: report.digest().into(),
        result: ResultRecord::of(&ending),
        place,
        records,
        measurements,
    })
}

/// Adds the dependencies that stand in an envelope. What can't be read is passed over: it may be another payload.
fn integrated<'a>(outer: &Given<'a>, depth: usize, given: &mut Vec<Given<'a>>) {
    if depth >= DEPTH_MAX {
        return;
    }
    for (key, member) in outer.envelope.members() {
        let MemberKey::Payload(name) = key else { continue };
        if !looks_tagged(member.content().rest()) {
            continue;
        }
        let Ok(envelope) = Envelope::parse_at(member.content(), Tagging::Required) else { continue };
        let Ok(manifest) = Manifest::parse(envelope.manifest().content()) else { continue };
        let inner = Given { name: format!("'{}' in {}", clean(name), outer.name), envelope, manifest };
        given.push(inner.clone());
        integrated(&inner, depth + 1, given);
    }
}

/// P-250: the envelope that the report is about has its digest, and its manifest the reference URI.
fn about<'g, 'a>(input: &Input, opened: &Opened<'_>, given: &'g [Given<'a>]) -> Outcome<&'g Given<'a>> {
    let report = &opened.report;
    let same = |one: &&Given<'_>| one.envelope.authentication().digest() == report.digest();
    let Some(root) = given.iter().find(same) else {
        let failure = Failure::new(codes::REPORT_MANIFEST, "the report is about none of these manifests")
            .at(Place::file(&input.name))
            .note(format!("the report is about {}", digest_words(&report.digest())));
        let failure = given.iter().fold(failure, |failure, one| {
            let digest = one.envelope.authentication().digest();
            failure.note(format!("{} has {}", one.name, digest_words(&digest)))
        });
        return Err(failure.help("give the envelope that the device ran with --manifest"));
    };
    let uri = root.manifest.reference_uri().unwrap_or_default();
    if uri != report.reference_uri() {
        let quoted = |uri: &str| if uri.is_empty() { "none".to_owned() } else { format!("'{}'", clean(uri)) };
        return Err(Failure::new(
            codes::REPORT_MANIFEST,
            "the report does not have the manifest's reference URI",
        )
        .at(Place::file(&input.name))
        .note(format!("the report has {}, the manifest {}", quoted(report.reference_uri()), quoted(uri)))
        .help("the device must repeat it exactly: its report generator is not to be trusted"));
    }
    // R §5: the hash of the manifest itself, not what its envelope says of it.
    let refused =
        |number, message: &str| Failure::numbered(number, Exit::No, message).at(Place::file(&root.name));
    match has_digest(root) {
        Some(true) => {}
        Some(false) => {
            return Err(refused(502, "manifest does not have the digest that its envelope states")
                .help("the manifest was changed after its digest was made: get the envelope again"));
        }
        None => {
            return Err(refused(503, "digest algorithm is not supported")
                .help("supported are SHA-256, SHA-384 and SHA-512"));
        }
    }
    Ok(root)
}

fn digest_words(digest: &Digest<'_>) -> String {
    format!("{} {}", digest.algorithm().name(), hex(digest.bytes()))
}

/// R §4.1: a component may be told of several times; the values are put together.
fn measure(system: &SystemProperties<'_>, measurements: &mut Vec<Measurement>) {
    let component = words::identifier(&system.component);
    let found = MeasuredRecord::of(system.properties);
    match measurements.iter_mut().find(|known| known.component == component) {
        Some(known) => {
            for one in found {
                known.measured.retain(|earlier| !earlier.is_of_same_kind(&one));
                known.measured.push(one);
            }
        }
        None => measurements.push(Measurement { component, measured: found }),
    }
}

struct Explainer<'g, 'a> {
    input: &'g Input,
    given: &'g [Given<'a>],
    root: &'g Given<'a>,
}

impl<'g, 'a> Explainer<'g, 'a> {
    /// What failed there. `is_end` if the run ended there, which needs no policy that asks for a record.
    fn place(&self, record: &Record<'_>, is_end: bool) -> Outcome<ExplainedPlace> {
        let place = PlaceRecord::of(record);
        let (given, found) = match self.look(record, &place)? {
            Looked::Missing(why) => {
                let words = format!("{}: {why}", place.text());
                let values = values(record, None);
                return Ok(ExplainedPlace {
                    place,
                    file: None,
                    command: None,
                    file_offset: None,
                    component_id: None,
                    words,
                    values,
                });
            }
            Looked::Before(given) => {
                let words = place.text();
                let values = values(record, None);
                return Ok(ExplainedPlace {
                    place,
                    file: Some(given.name.clone()),
                    command: None,
                    file_offset: None,
                    component_id: None,
                    words,
                    values,
                });
            }
            Looked::At(given, found) => (given, found),
        };
        let operation = &found.command.operation;
        let is_condition = matches!(operation, Operation::Condition(..));
        // R §5: a record of what is no condition, and does not ask for one, is a sign that something is wrong.
        if !is_end && !is_condition && !asks_for_record(operation) {
            return Err(self.unfit(format!(
                "{} is '{}', which asks for no record",
                place.text(),
                command_name(operation)
            )));
        }
        let id = given.manifest.components().get(record.component);
        let dependency =
            given.manifest.dependencies().iter().find(|dependency| dependency.index == record.component);
        if id.is_none() && dependency.is_none() {
            return Err(self.unfit(format!("{}: the manifest has no such component", place.text())));
        }
        let id = id.or(dependency.and_then(|dependency| dependency.prefix));
        let component_id = id.as_ref().map(words::identifier);
        let kind = if is_condition { "condition " } else { "" };
        let nested: Vec<_> = found.around.iter().map(around_words).collect();
        let nested = if nested.is_empty() { String::new() } else { format!(", {}", nested.join(", ")) };
        let way: Vec<_> = record.manifest.map(|index| index.to_string()).collect();
        let way = if way.is_empty() {
            String::new()
        } else {
            format!(" of dependency {} ({})", way.join("/"), given.name)
        };
        let words = format!(
            "{kind}{} on {}, in {}{way} at byte {}{nested}",
            command_name(operation),
            component_words(record.component, dependency.is_some(), id.as_ref()),
            words::section(record.section),
            record.offset,
        );
        Ok(ExplainedPlace {
            file: Some(given.name.clone()),
            command: Some(command_name(operation)),
            file_offset: u64::try_from(found.command.offset).ok(),
            component_id,
            words,
            values: values(record, Some(&found)),
            place,
        })
    }

    fn unfit(&self, message: String) -> Failure {
        Failure::new(codes::REPORT_PLACE, message).at(Place::file(&self.input.name))
    }

    fn look(&self, record: &Record<'_>, place: &PlaceRecord) -> Outcome<Looked<'g, 'a>> {
        let mut given = self.root;
        for index in record.manifest {
            match self.dependency(given, index, place)? {
                Some(inner) => given = inner,
                None => {
                    let why = format!("dependency {index} of {} is not at hand", given.name);
                    return Ok(Looked::Missing(format!("{why}; give its envelope with --manifest, too")));
                }
            }
        }
        if record.section == 0 {
            return Ok(Looked::Before(given));
        }
        let no_section = || self.unfit(format!("{}: the manifest has no such section", place.text()));
        let key = ManifestKey::from_code(record.section).ok_or_else(no_section)?;
        let sequence = match key {
            ManifestKey::Common => given.manifest.shared_sequence().ok_or_else(no_section)?,
            _ => match section(given, key) {
                None => return Err(no_section()),
                Some(Severable::Inline(sequence)) => sequence,
                Some(Severable::Severed(_)) => {
                    let why = format!("the section is severed, and not in {}", given.name);
                    return Ok(Looked::Missing(why));
                }
            },
        };
        // bytes from the first byte of the section's array.
        let target =
            usize::try_from(record.offset).ok().and_then(|offset| sequence.offset().checked_add(offset));
        let found = target
            .and_then(|target| place::find(&given.manifest, sequence, key == ManifestKey::Common, target));
        match found {
            Some(found) => Ok(Looked::At(given, Box::new(found))),
            None => Err(self.unfit(format!("{}: no command begins there", place.text()))),
        }
    }

    /// The dependency at this position of the list, found by a digest that the manifest sets for it.
    fn dependency(
        &self,
        outer: &Given<'a>,
        index: u64,
        place: &PlaceRecord,
    ) -> Outcome<Option<&'g Given<'a>>> {
        let position = usize::try_from(index).unwrap_or(usize::MAX);
        let Some(dependency) = outer.manifest.dependencies().iter().nth(position) else {
            return Err(self.unfit(format!("{}: the manifest has no such dependency", place.text())));
        };
        let sections = ManifestKey::ALL.iter().filter_map(|key| match section(outer, *key) {
            Some(Severable::Inline(sequence)) => Some(sequence),
            _ => None,
        });
        let sequences = outer.manifest.shared_sequence().into_iter().chain(sections);
        let digests = place::digests(&outer.manifest, sequences, dependency.index);
        Ok(self.given.iter().find(|one| {
            let digest = one.envelope.authentication().digest();
            digests.contains(&Parameter::ImageDigest(digest)) && has_digest(one) == Some(true)
        }))
    }
}

/// Whether an envelope's manifest has the digest that it states; `None` if that can't be computed.
fn has_digest(given: &Given<'_>) -> Option<bool> {
    let digest = given.envelope.authentication().digest();
    let found = EVERYTHING.hash(digest.algorithm())?.digest(given.envelope.manifest().item()).ok()?;
    Some(found.as_bytes() == digest.bytes())
}

/// A section, severed or not; `Severed` if it is not in the envelope, or is not what the manifest has (P-059).
fn section<'a>(given: &Given<'a>, key: ManifestKey) -> Option<Severable<'a, Sequence<'a>>> {
    let severed = match given.manifest.section(key)? {
        inline @ Severable::Inline(_) => return Some(inline),
        Severable::Severed(digest) => digest,
    };
    let member = EnvelopeKey::from_code(key.code()).and_then(|key| given.envelope.member(key));
    let found = member.filter(|member| {
        let digest = EVERYTHING.hash(severed.algorithm()).and_then(|hash| hash.digest(member.item()).ok());
        digest.is_some_and(|digest| digest.as_bytes() == severed.bytes())
    });
    let sequence = found.and_then(|member| given.manifest.check_section(member.content()).ok());
    Some(sequence.map_or(Severable::Severed(severed), Severable::Inline))
}

/// Whether the command's reporting policy asks for a record when it fails.
fn asks_for_record(operation: &Operation<'_>) -> bool {
    let (Operation::Condition(_, policy) | Operation::Act(_, policy)) = operation else { return false };
    policy.bits() & (ReportPolicy::RECORD_ON_FAILURE | ReportPolicy::SYSINFO_ON_FAILURE) != 0
}

fn command_name(operation: &Operation<'_>) -> String {
    let directive = match operation {
        Operation::Condition(condition, _) => return condition.name().to_owned(),
        Operation::Custom(code, _) => return format!("custom command {code}"),
        Operation::Act(act, _) => act.directive(),
        Operation::SetComponentIndex(_) => Directive::SetComponentIndex,
        Operation::TryEach(_) => Directive::TryEach,
        Operation::SetParameters(_) => Directive::SetParameters,
        Operation::OverrideParameters(_) => Directive::OverrideParameters,
        Operation::RunSequence(_) => Directive::RunSequence,
        Operation::OverrideMultiple(_) => Directive::OverrideMultiple,
        Operation::CopyParams(_) => Directive::CopyParams,
        _ => return "command".to_owned(),
    };
    directive.name().to_owned()
}

fn component_words(index: u64, is_dependency: bool, id: Option<&ComponentId<'_>>) -> String {
    let word = if is_dependency { "dependency" } else { "component" };
    let id = id.map(|id| format!(" {}", words::identifier(id))).unwrap_or_default();
    format!("{word} {index}{id}")
}

fn around_words(around: &Around) -> String {
    match around {
        Around::Alternative(number) => format!("in alternative {} of a try-each", number + 1),
        Around::Sequence => "in a run-sequence".to_owned(),
    }
}

/// Parameters that a command consumes.
fn consumed(operation: &Operation<'_>) -> &'static [ParameterKey] {
    use ParameterKey as P;
    match operation {
        Operation::Condition(condition, _) => match condition {
            Condition::VendorIdentifier => &[P::VendorIdentifier],
            Condition::ClassIdentifier => &[P::ClassIdentifier],
            Condition::DeviceIdentifier => &[P::DeviceIdentifier],
            Condition::ImageMatch => &[P::ImageDigest, P::ImageSize],
            Condition::ImageNotMatch | Condition::DependencyIntegrity => &[P::ImageDigest],
            Condition::UseBefore => &[P::UseBefore],
            Condition::ComponentSlot => &[P::ComponentSlot],
            Condition::CheckContent => &[P::Content],
            Condition::MinimumBattery => &[P::MinimumBattery],
            Condition::UpdateAuthorized => &[P::UpdatePriority],
            Condition::Version => &[P::Version],
            _ => &[],
        },
        Operation::Act(act, _) => match act.directive() {
            Directive::Fetch => &[P::ImageDigest, P::ImageSize, P::Uri, P::FetchArguments],
            Directive::Copy => &[P::ImageDigest, P::ImageSize, P::EncryptionInfo, P::SourceComponent],
            Directive::InstallDelta => &[P::ImageDigest, P::ImageSize, P::SourceComponent, P::DeltaBase],
            Directive::Swap => &[P::SourceComponent],
            Directive::Write => &[P::Content, P::EncryptionInfo],
            Directive::Invoke => &[P::InvokeArgs],
            Directive::Wait => &[P::WaitInfo],
            _ => &[],
        },
        _ => &[],
    }
}

/// What was measured, beside what the manifest sets.
fn values(record: &Record<'_>, found: Option<&Found<'_>>) -> Vec<ValueRecord> {
    let measured: Vec<_> = record.properties.filter_map(Result::ok).collect();
    let consumed = found.map_or(&[][..], |found| consumed(&found.command.operation));
    let mut labels: Vec<i64> = measured.iter().map(Parameter::label).collect();
    for key in consumed {
        let is_set = found.is_some_and(|found| found.values.contains_key(&(record.component, key.code())));
        if is_set && !labels.contains(&key.code()) {
            labels.push(key.code());
        }
    }
    let expected = |label| {
        let values = found.and_then(|found| found.values.get(&(record.component, label)));
        values.into_iter().flatten().map(words::value).collect()
    };
    labels
        .into_iter()
        .map(|label| ValueRecord {
            label,
            name: parameter_name(label),
            measured: measured.iter().find(|one| one.label() == label).map(words::value),
            expected: expected(label),
        })
        .collect()
}

impl ExplainedPlace {
    fn text(&self, label: &str) -> String {
        let mut text = line(label, &self.words);
        for value in &self.values {
            let mut rows = Vec::new();
            rows.extend(value.measured.as_ref().map(|measured| format!("measured  {measured}")));
            rows.extend(value.expected.iter().enumerate().map(|(number, expected)| {
                format!("{:<9} {expected}", if number == 0 { "expected" } else { "or" })
            }));
            for (number, row) in rows.iter().enumerate() {
                let name = if number == 0 { value.name.as_str() } else { "" };
                text.push_str(&line("", &format!("  {name:<17} {row}")));
            }
        }
        text
    }
}

impl Explanation {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = format!("report {} about {}, sequence {}\n", self.file, self.manifest, self.sequence);
        text.push_str(&line("protection", &self.protection.text()));
        text.push_str(&line("result", &self.result.text()));
        if let Some(place) = &self.place {
            text.push_str(&place.text("where"));
        }
        for record in &self.records {
            text.push_str(&record.text("failed"));
        }
        for one in &self.measurements {
            let values: Vec<_> = one.measured.iter().map(MeasuredRecord::text).collect();
            text.push_str(&line("measured", &format!("component {}: {}", one.component, list(&values))));
        }
        text
    }
}
