//! The report that the virtual device writes of a run, by the device's own code (draft-ietf-suit-report, provisional).

use super::device::Device;
use super::watch::Watcher;
use crate::error::{Failure, Outcome, codes};
use crate::keys::Key;
use crate::signers::EVERYTHING;
use suit_core::cbor::{Reader, Writer};
use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::envelope::Authentication;
use suit_core::labels::{Algorithm, Condition, Directive, ParameterKey};
use suit_verify_nostd::crypto::Message;
use suit_verify_nostd::process;
use suit_verify_nostd::report::{
    CapabilityReport, Ending, Outcome as Ended, Record, Recorder, ReportSigner, ReportWriter, SignFault,
};

/// Memory for a report. A device lends as much as it can spare; what finds no room is counted and told.
pub(crate) const MEMORY: usize = 4096;

/// A report that is being written.
#[derive(Debug)]
pub(crate) struct Reporting<'d> {
    writer: ReportWriter<'d, 'd>,
    /// The place of the last command that failed.
    last: Option<LastPlace>,
}

/// The place of a command.
#[derive(Clone, Debug)]
pub(crate) struct LastPlace {
    path: Vec<u8>,
    section: i64,
    offset: u32,
    component: u32,
    policy: ReportPolicy,
}

impl LastPlace {
    /// As a report has it.
    pub(crate) fn record(&self) -> Record<'_> {
        Record {
            manifest_path: &self.path,
            section: self.section,
            offset: self.offset,
            component: self.component,
            policy: self.policy,
            ..Record::NOWHERE
        }
    }
}

impl<'d> Reporting<'d> {
    /// Begins a report about the manifest with this authentication wrapper and reference URI.
    ///
    /// # Errors
    /// E0565 the URI finds no room.
    pub(crate) fn begin(
        memory: &'d mut [u8],
        authentication: &Authentication<'d>,
        uri: Option<&'d str>,
    ) -> Outcome<Self> {
        let writer = ReportWriter::begin(memory, authentication, uri, None)
            .map_err(|error| Failure::new(codes::REPORT_ROOM, error.to_string()))?;
        Ok(Self { writer, last: None })
    }

    /// The place of the command that a procedure failed with.
    pub(crate) fn place_of(
        &self,
        failure: Option<&process::Failure>,
        watcher: &Watcher,
    ) -> Option<LastPlace> {
        let place = failure?.place?;
        let last = self.last.as_ref();
        if place.manifest > 0 {
            return last.cloned();
        }
        let (section, offset) =
            (place.section.code(), place.offset.saturating_sub(watcher.start_of(place.section)));
        let is_it = |last: &&LastPlace| (last.section, last.offset) == (section, offset);
        // A command without a reporting policy has left no record.
        Some(last.filter(is_it).cloned().unwrap_or(LastPlace {
            path: Vec::new(),
            section,
            offset,
            component: 0,
            policy: ReportPolicy::FAILURE,
        }))
    }

    /// Ends the report, and protects it if there is a key. Also returns how many records found no room.
    ///
    /// # Errors
    /// E0565 it finds no room; 07xx the key can't sign.
    pub(crate) fn end(
        self,
        ending: &Ending<'_>,
        device: &Device,
        key: Option<&Key>,
    ) -> Outcome<(Vec<u8>, u16)> {
        let ids: Vec<Vec<u8>> = device.components.iter().map(|component| encoded(&component.id)).collect();
        let component = |number: usize| {
            let mut reader = Reader::new(ids.get(number)?);
            ComponentId::read(&mut reader).ok().map(|id| (id, false))
        };
        let mut commands: Vec<i64> = Condition::ALL.iter().map(|one| one.code()).collect();
        commands.extend(Directive::ALL.iter().map(|one| one.code()));
        commands.extend(&device.custom);
        commands.sort_unstable_by_key(|code| (*code < 0, code.unsigned_abs()));
        let parameters: Vec<i64> = ParameterKey::ALL.iter().map(|one| one.code()).collect();
        let capabilities = CapabilityReport {
            requested: false,
            components: &component,
            commands: &commands,
            parameters: &parameters,
            crypto: &EVERYTHING,
            further: &[],
        };
        let room = |error: &dyn core::fmt::Display| Failure::new(codes::REPORT_ROOM, error.to_string());
        let finished = self.writer.finish(*ending, Some(&capabilities)).map_err(|error| room(&error))?;
        let dropped = finished.dropped;
        let Some(key) = key else { return Ok((finished.bytes().to_vec(), dropped)) };
        let mut signer = Signer::new(key)?;
        match finished.protect(&mut signer) {
            Ok(message) => Ok((message.to_vec(), dropped)),
            Err(error) => Err(signer.failure.unwrap_or_else(|| room(&error))),
        }
    }
}

fn encoded(id: &[Vec<u8>]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new());
    let Ok(()) = writer.array(id.len());
    for part in id {
        let Ok(()) = writer.bytes(part);
    }
    writer.into_inner()
}

impl Recorder for Reporting<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if record.outcome != Ended::Success {
            self.last = Some(LastPlace {
                path: record.manifest_path.to_vec(),
                section: record.section,
                offset: record.offset,
                component: record.component,
                policy: record.policy,
            });
        }
        self.writer.record(record);
    }
}

/// A key from a file as a key of the device.
struct Signer<'k> {
    key: &'k Key,
    algorithm: Algorithm,
    /// Why it didn't sign.
    failure: Option<Failure>,
}

impl<'k> Signer<'k> {
    fn new(key: &'k Key) -> Outcome<Self> {
        key.private()?;
        let first = key.kind.algorithms().first().copied();
        let algorithm = key.algorithm.or(first).unwrap_or(Algorithm::Esp256);
        Ok(Self { key, algorithm, failure: None })
    }
}

impl ReportSigner for Signer<'_> {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    fn key_id(&self) -> Option<&[u8]> {
        self.key.key_id.as_deref()
    }

    fn signature_len(&self) -> usize {
        match self.algorithm {
            Algorithm::Hmac256 => 32,
            Algorithm::Esp384 => 96,
            _ => 64,
        }
    }

    fn sign(&mut self, message: &dyn Message, out: &mut [u8]) -> Result<(), SignFault> {
        let mut bytes = Vec::new();
        message.feed(&mut |piece| bytes.extend_from_slice(piece));
        match self.key.sign(self.algorithm, &bytes) {
            Ok(signature) if signature.len() == out.len() => {
                out.copy_from_slice(&signature);
                Ok(())
            }
            Ok(_) => Err(SignFault),
            Err(failure) => {
                self.failure = Some(failure);
                Err(SignFault)
            }
        }
    }
}
