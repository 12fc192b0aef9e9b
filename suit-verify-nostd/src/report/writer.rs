//! Writes a report while the run goes on, into memory of a fixed size.
//!
//! Entries are written where they stay. What comes before them depends on their number, so it is written last, up to
//! where they begin; room is kept in front of it and behind the report for the message that protects it. So nothing is
//! ever moved.

use core::convert::Infallible;
use core::fmt;

use suit_core::cbor::{Reader, Sink, Writer};
use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::envelope::Authentication;
use suit_core::labels::{
    Algorithm, CapabilityKey, HeaderLabel, ReportFailureKey, ReportKey, ReportReason, SYSTEM_COMPONENT_ID,
    Tag, VersionComparison,
};

use super::record::{Measured, MeasuredValue, Outcome, Record, Recorder};
use crate::crypto::Crypto;

/// Bytes kept in front of a report: tag, array, protected header, key identifier of up to 40 bytes, head of the payload.
const FRONT: usize = 64;

/// Bytes kept behind a report: a signature of 64 bytes with its head.
const BACK: usize = 66;

/// Bytes before the first entry, without the nonce: map, 2 => bytes, 3 => array.
const HEAD: usize = 1 + 1 + 5 + 1 + 3;

/// Most dependencies inside each other for which a place is certain to fit: more than a person can follow. The way to a
/// dependency that lies deeper is written where there is room.
pub const PATH_MAX: usize = 8;

/// Bytes of the longest result without measured values: 4 => {5: code, 6: place and no properties, 7: reason}.
const RESULT: usize = 1 + 1 + 1 + 9 + 1 + PLACE + 1 + 1 + 1;

/// Bytes of the longest place: array, way of [`PATH_MAX`] indices, section, offset, component.
const PLACE: usize = 1 + 1 + 2 * PATH_MAX + 9 + 5 + 5;

/// Bytes of a reference without its contents: 99 => [text, digest].
const REFERENCE: usize = 2 + 1 + 5;

/// Bytes of memory that every report takes, beside its reference URI, digest, nonce, records and capabilities.
pub const OVERHEAD: usize = FRONT + HEAD + RESULT + REFERENCE + BACK;

/// Writes items piece by piece; what takes them never fails.
type Out<'o, 'm> = Writer<&'o mut Cursor<'m>>;
type Written = Result<(), Infallible>;

/// The memory is too small for the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoom;

impl fmt::Display for NoRoom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("no room for the report")
    }
}

impl core::error::Error for NoRoom {}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'r> {
    /// All of it was done.
    Success,
    /// It failed, or its outcome is open.
    Failure {
        /// A number that only the maker of the device knows the meaning of; here the error's.
        code: i64,
        /// Why. Before an invocation whose outcome is open, `InvokePending` (P-255).
        reason: ReportReason,
        /// Where; [`Record::NOWHERE`] if no section was run.
        record: &'r Record<'r>,
    },
}

/// What the device can do, borrowed. Lists must not be empty.
#[derive(Clone, Copy)]
pub struct CapabilityReport<'c> {
    /// Whether somebody asked for it. If not, it is written only if the run failed because something is not supported
    /// (P-256).
    pub requested: bool,
    /// The component with this 0-based number, and whether it stands for all that begin like it; `None` after the last.
    pub components: &'c dyn Fn(usize) -> Option<(ComponentId<'c>, bool)>,
    /// Command codes.
    pub commands: &'c [i64],
    /// Parameter labels.
    pub parameters: &'c [i64],
    /// Algorithms.
    pub crypto: &'c Crypto<'c>,
    /// Further lists, such as `Dependency`, in the order of their keys.
    pub further: &'c [(CapabilityKey, &'c [i64])],
}

impl fmt::Debug for CapabilityReport<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CapabilityReport").field("requested", &self.requested).finish_non_exhaustive()
    }
}

/// A report that is written, in the memory that was lent.
#[derive(Debug)]
pub struct Finished<'b> {
    pub(super) memory: &'b mut [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    /// Records and system properties that found no room. The report holds those before them and none behind them; the
    /// draft has no field to say so.
    pub dropped: u16,
    /// Whether a capability report was due and found no room, or had an empty list.
    pub capabilities_dropped: bool,
}

impl Finished<'_> {
    /// The report without protection, for whoever protects it otherwise (P-252).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.memory.get(self.start..self.end).unwrap_or_default()
    }
}

/// Writes a report into borrowed memory.
#[derive(Debug)]
pub struct ReportWriter<'b, 'm> {
    out: Cursor<'b>,
    reference_uri: &'m str,
    /// Encoded as in the authentication wrapper.
    digest: &'m [u8],
    nonce: Option<&'m [u8]>,
    count: u16,
    dropped: u16,
}

/// Where the next byte goes.
#[derive(Debug)]
pub(super) struct Cursor<'b> {
    pub(super) memory: &'b mut [u8],
    pub(super) at: usize,
    /// Nothing is written from here on.
    pub(super) end: usize,
}

impl Cursor<'_> {
    /// Writes all of something; without enough room nothing is kept.
    pub(super) fn write(&mut self, part: &Part<'_>) -> Result<(), NoRoom> {
        let start = self.at;
        self.run(part);
        if self.at > self.end {
            self.at = start;
            return Err(NoRoom);
        }
        Ok(())
    }

    /// Writes what there is room for, and counts on past the end.
    fn run(&mut self, part: &Part<'_>) {
        let Ok(()) = part.write(&mut Writer::new(self));
    }
}

impl Sink for &mut Cursor<'_> {
    type Error = Infallible;

    fn put(&mut self, bytes: &[u8]) -> Written {
        let room = self.memory.get_mut(self.at..self.end).and_then(|rest| rest.get_mut(..bytes.len()));
        if let Some(room) = room {
            room.copy_from_slice(bytes);
        }
        self.at = self.at.saturating_add(bytes.len());
        Ok(())
    }
}

/// What is written in one go. One type for all of it takes less room on a device than a closure for each.
#[derive(Clone, Copy)]
pub(super) enum Part<'p> {
    /// A command that failed, with or without what was measured.
    Record(&'p Record<'p>, bool),
    /// What was measured of a component.
    System(&'p Record<'p>),
    /// How the run ended; of a failure with or without what was measured.
    Result(&'p Ending<'p>, bool),
    /// URI and encoded digest.
    Reference(&'p str, &'p [u8]),
    /// What comes before the first entry: nonce, whether capabilities follow, number of entries.
    Head(Option<&'p [u8]>, bool, u16),
    /// What stands in the byte string of a digest or a version.
    Content(&'p MeasuredValue<'p>),
    /// A protected header.
    Header(Algorithm),
    /// What comes before the payload of a message: its tag, protected header, key identifier, the payload's length.
    Front(Tag, &'p [u8], Option<&'p [u8]>, usize),
    /// The head of a byte string of this length.
    BytesHead(usize),
    /// Something else.
    By(&'p dyn Fn(&mut Out<'_, '_>) -> Written),
}

impl Part<'_> {
    /// How many bytes it takes.
    pub(super) fn len(&self) -> usize {
        let mut cursor = Cursor { memory: &mut [], at: 0, end: 0 };
        cursor.run(self);
        cursor.at
    }

    fn write(&self, out: &mut Out<'_, '_>) -> Written {
        match *self {
            Part::Record(record, with_measured) => {
                out.array(5)?;
                out.array(record.manifest_path.len())?;
                for index in record.manifest_path {
                    out.uint((*index).into())?;
                }
                out.int(record.section)?;
                out.uint(record.offset.into())?;
                out.uint(record.component.into())?;
                properties(out, None, if with_measured { record.measured } else { &[] })
            }
            Part::System(record) => properties(out, Some(record.component_id), record.measured),
            Part::Result(ending, with_measured) => {
                out.int(ReportKey::Result.code())?;
                let Ending::Failure { code, reason, record } = ending else { return out.bool(true) };
                out.map(3)?;
                out.int(ReportFailureKey::Code.code())?;
                out.int(*code)?;
                out.int(ReportFailureKey::Record.code())?;
                Part::Record(record, with_measured && wanted(record, FAILURE)).write(out)?;
                out.int(ReportFailureKey::Reason.code())?;
                out.int(reason.code())
            }
            Part::Reference(uri, digest) => {
                out.int(ReportKey::Reference.code())?;
                out.array(2)?;
                out.text(uri)?;
                out.raw(digest)
            }
            Part::Head(nonce, with_capabilities, count) => {
                out.map(
                    3_usize.saturating_add(nonce.is_some().into()).saturating_add(with_capabilities.into()),
                )?;
                if let Some(nonce) = nonce {
                    out.int(ReportKey::Nonce.code())?;
                    out.bytes(nonce)?;
                }
                out.int(ReportKey::Records.code())?;
                out.array(count.into())
            }
            Part::Content(value) => {
                out.array(2)?;
                match *value {
                    MeasuredValue::Digest(algorithm, bytes) => {
                        out.int(algorithm.code())?;
                        out.bytes(bytes)
                    }
                    MeasuredValue::Version(parts) => {
                        out.int(VersionComparison::Equal.code())?;
                        numbers(out, parts)
                    }
                    _ => Ok(()),
                }
            }
            Part::Header(algorithm) => {
                out.map(1)?;
                out.int(HeaderLabel::Algorithm.code())?;
                out.int(algorithm.code())
            }
            Part::Front(tag, header, key_id, len) => {
                out.tag(tag)?;
                out.array(4)?;
                out.bytes(header)?;
                out.map(key_id.is_some().into())?;
                if let Some(key_id) = key_id {
                    out.int(HeaderLabel::KeyId.code())?;
                    out.bytes(key_id)?;
                }
                out.bytes_head(len)
            }
            Part::BytesHead(len) => out.bytes_head(len),
            Part::By(write) => write(out),
        }
    }
}

impl<'b, 'm> ReportWriter<'b, 'm> {
    /// Begins a report about the root manifest with this authentication wrapper, whose digest it repeats, and this
    /// reference URI (P-250). `nonce` is what the one who asked for the report sent.
    ///
    /// # Errors
    /// [`NoRoom`] if the memory is shorter than [`OVERHEAD`] with digest, URI and nonce.
    pub fn begin(
        memory: &'b mut [u8],
        authentication: &Authentication<'m>,
        reference_uri: Option<&'m str>,
        nonce: Option<&'m [u8]>,
    ) -> Result<Self, NoRoom> {
        // a manifest without a URI is referred to with an empty one.
        let reference_uri = reference_uri.unwrap_or_default();
        let digest = authentication.signed();
        let at = first(nonce);
        let behind =
            (RESULT + REFERENCE + BACK).saturating_add(reference_uri.len()).saturating_add(digest.len());
        let end = memory.len().checked_sub(behind).filter(|end| at <= *end).ok_or(NoRoom)?;
        Ok(Self { out: Cursor { memory, at, end }, reference_uri, digest, nonce, count: 0, dropped: 0 })
    }

    /// Ends the report. What was measured for a failure is told with its place if there is room.
    ///
    /// # Errors
    /// [`NoRoom`] if the place lies deeper than [`PATH_MAX`] in the tree of dependencies and does not fit.
    pub fn finish(
        mut self,
        ending: Ending<'_>,
        capabilities: Option<&CapabilityReport<'_>>,
    ) -> Result<Finished<'b>, NoRoom> {
        let Self { out, reference_uri, digest, nonce, count, dropped } = &mut self;
        // The reference is what is still to come.
        out.end = out.end.saturating_add(RESULT);
        if out.write(&Part::Result(&ending, true)).is_err() {
            out.write(&Part::Result(&ending, false))?;
        }
        let due = capabilities.filter(|capabilities| capabilities.requested || is_unsupported(&ending));
        let told = match due.filter(|due| due.is_complete()) {
            Some(due) => out.write(&Part::By(&|out| due.write(out))).is_ok(),
            None => false,
        };
        out.end = out.memory.len().saturating_sub(BACK);
        out.write(&Part::Reference(reference_uri, digest))?;
        let end = out.at;
        let head = Part::Head(*nonce, told, *count);
        let start = first(*nonce).saturating_sub(head.len());
        out.at = start;
        out.write(&head)?;
        let dropped = *dropped;
        Ok(Finished {
            memory: self.out.memory,
            start,
            end,
            dropped,
            capabilities_dropped: due.is_some() && !told,
        })
    }
}

/// Where the first entry stands.
fn first(nonce: Option<&[u8]>) -> usize {
    nonce.map_or(0, <[u8]>::len).saturating_add(FRONT + HEAD)
}

const SUCCESS: u8 = ReportPolicy::RECORD_ON_SUCCESS | ReportPolicy::SYSINFO_ON_SUCCESS;
const FAILURE: u8 = ReportPolicy::RECORD_ON_FAILURE | ReportPolicy::SYSINFO_ON_FAILURE;

/// Whether the command asks for one of these.
fn wanted(record: &Record<'_>, bits: u8) -> bool {
    record.policy.bits() & bits != 0
}

impl Recorder for ReportWriter<'_, '_> {
    /// what failed becomes a record, what succeeded tells what was measured as system properties. Either bit of the
    /// policy asks for it.
    fn record(&mut self, record: &Record<'_>) {
        let failed = record.outcome != Outcome::Success;
        let asked = if failed {
            wanted(record, FAILURE)
        } else {
            wanted(record, SUCCESS) && !record.component_id.is_empty() && !record.measured.is_empty()
        };
        if !asked {
            return;
        }
        let part = if failed { Part::Record(record, true) } else { Part::System(record) };
        // Once something is missing, nothing follows: the list is the beginning of what happened, without gaps.
        if self.dropped == 0
            && let Some(count) = self.count.checked_add(1)
            && self.out.write(&part).is_ok()
        {
            self.count = count;
        } else {
            self.dropped = self.dropped.saturating_add(1);
        }
    }
}

/// A map of measured values, for a component if its identifier is given.
fn properties(
    out: &mut Out<'_, '_>,
    component: Option<&[ComponentId<'_>]>,
    measured: &[Measured<'_>],
) -> Written {
    // RFC 8949 §4.2.1: a map's keys increase; what doesn't is left out.
    let mut measured = measured;
    while !measured.is_sorted_by(|one, next| one.label < next.label) {
        measured = measured.split_last().map_or(&[], |(_, rest)| rest);
    }
    out.map(measured.len().saturating_add(component.is_some().into()))?;
    if let Some(ids) = component {
        out.int(SYSTEM_COMPONENT_ID)?;
        identifier(out, ids, false)?;
    }
    measured.iter().try_for_each(|one| {
        out.int(one.label.code())?;
        match one.value {
            MeasuredValue::Uint(value) => out.uint(value),
            MeasuredValue::Int(value) => out.int(value),
            MeasuredValue::Bytes(value) => out.bytes(value),
            MeasuredValue::Text(value) => out.text(value),
            MeasuredValue::Bool(value) => out.bool(value),
            MeasuredValue::Digest(..) | MeasuredValue::Version(_) => {
                let content = Part::Content(&one.value);
                out.bytes_head(content.len())?;
                content.write(out)
            }
        }
    })
}

fn numbers(out: &mut Out<'_, '_>, numbers: &[i64]) -> Written {
    out.array(numbers.len())?;
    numbers.iter().try_for_each(|number| out.int(*number))
}

/// A component identifier whose parts are those of all `ids`; open if it stands for all that begin like it.
fn identifier(out: &mut Out<'_, '_>, ids: &[ComponentId<'_>], open: bool) -> Written {
    // The parts are what stands behind the heads.
    let mut count = u64::from(open);
    for id in ids {
        count = count.saturating_add(Reader::new(id.encoded()).array().unwrap_or_default());
    }
    out.array(usize::try_from(count).unwrap_or_default())?;
    for id in ids {
        let mut parts = Reader::new(id.encoded());
        let _ = parts.array();
        out.raw(parts.rest())?;
    }
    if open { out.bool(true) } else { Ok(()) }
}

/// Whether the run failed because something is not supported.
const fn is_unsupported(ending: &Ending<'_>) -> bool {
    let Ending::Failure { reason, .. } = ending else { return false };
    matches!(
        reason,
        ReportReason::CoseUnsupported
            | ReportReason::AlgorithmUnsupported
            | ReportReason::CommandUnsupported
            | ReportReason::ComponentUnsupported
            | ReportReason::ParameterUnsupported
            | ReportReason::SeveringUnsupported
    )
}

impl CapabilityReport<'_> {
    /// Whether it has all that the draft asks for: [+ …] is never empty, and keys are in their order.
    fn is_complete(&self) -> bool {
        let mut key = CapabilityKey::Algorithms.code();
        let ordered = self.further.iter().all(|(further, list)| {
            let fits = further.code() > key && !list.is_empty();
            key = further.code();
            fits
        });
        let lists = !self.commands.is_empty() && !self.parameters.is_empty();
        ordered && lists && self.algorithms().next().is_some() && (self.components)(0).is_some()
    }

    fn algorithms(&self) -> impl Iterator<Item = Algorithm> + '_ {
        let signatures = self.crypto.signatures.iter().map(|one| one.algorithm());
        let macs = self.crypto.macs.iter().map(|one| one.algorithm());
        signatures.chain(macs).chain(self.crypto.hashes.iter().map(|one| one.algorithm()))
    }

    fn components(&self) -> impl Iterator<Item = (ComponentId<'_>, bool)> + '_ {
        (0..).map_while(|number| (self.components)(number))
    }

    /// 8 => {1: components, 2: commands, 3: parameters, 4: algorithms, …}.
    fn write(&self, out: &mut Out<'_, '_>) -> Written {
        out.int(ReportKey::CapabilityReport.code())?;
        out.map(self.further.len().saturating_add(4))?;
        out.int(CapabilityKey::Components.code())?;
        out.array(self.components().count())?;
        for (id, open) in self.components() {
            identifier(out, &[id], open)?;
        }
        out.int(CapabilityKey::Commands.code())?;
        numbers(out, self.commands)?;
        out.int(CapabilityKey::Parameters.code())?;
        numbers(out, self.parameters)?;
        out.int(CapabilityKey::Algorithms.code())?;
        out.array(self.algorithms().count())?;
        for algorithm in self.algorithms() {
            out.int(algorithm.code())?;
        }
        for (key, list) in self.further {
            out.int(key.code())?;
            numbers(out, list)?;
        }
        Ok(())
    }
}
