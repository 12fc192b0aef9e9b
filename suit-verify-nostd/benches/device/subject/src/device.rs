//! A device in memory, and its work with one envelope.

#[cfg(feature = "report")]
use suit_core::cbor::Reader;
#[cfg(feature = "report")]
use suit_core::component::ComponentId;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::platform::Identifier;
#[cfg(feature = "trust-domains")]
use suit_verify_nostd::process::{Dependencies, Dependency};
#[cfg(feature = "report")]
use suit_verify_nostd::report::{CapabilityReport, Ending, Record, ReportWriter};
use suit_verify_nostd::{
    Authenticated, Budget, Crypto, Memory, Platform, Procedure, ProcessError, Processor, Setup, Step,
    TrustAnchor, TrustStore, authenticate,
};

use crate::board::{Board, COMPONENTS, Calls};
use crate::facts::Facts;

/// What a device is given: nothing of it may be known to the compiler, or it would leave out what it can decide itself.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The envelope.
    pub document: &'a [u8],
    /// The one trusted key, for the first signature algorithm of the `Crypto`.
    pub key: &'a [u8],
    /// The UUIDs of vendor and class, 32 bytes.
    pub identity: &'a [u8],
    /// What component 0 holds at first; nothing if it is empty.
    pub stored: &'a [u8],
    /// What is to be had at every URI.
    pub payload: &'a [u8],
    /// What is to be done, a byte each: `u` update, `i` invocation, `d` uninstall. With nothing to do the manifest is
    /// only authenticated and read.
    pub procedures: &'a [u8],
}

/// Bytes of a component's storage.
pub const SLOT: usize = 512;

/// The device. The processor's memory lies in it, so that it is no part of the stack that is measured.
#[derive(Debug)]
pub struct Device<'a> {
    inputs: Inputs<'a>,
    memory: Memory,
    board: Board<'a>,
    #[cfg(feature = "trust-domains")]
    dependencies: [Dependency<'a>; 2],
    #[cfg(feature = "trust-domains")]
    room: &'a mut [u8],
    #[cfg(feature = "report")]
    report: &'a mut [u8],
}

/// Bytes lent for a report.
#[cfg(feature = "report")]
const REPORT: usize = 1024;

impl<'a> Device<'a> {
    /// Bytes that the processor works in: itself and what is lent to it, places for two dependencies among it.
    #[cfg(feature = "trust-domains")]
    pub const CONTEXT: usize = Self::OWN_CONTEXT + size_of::<[Dependency<'_>; 2]>();
    /// Bytes that the processor works in: itself and what is lent to it.
    #[cfg(not(feature = "trust-domains"))]
    pub const CONTEXT: usize = Self::OWN_CONTEXT;
    const OWN_CONTEXT: usize = size_of::<Memory>() + size_of::<Processor<'_, '_, Board<'_>>>();

    /// A device that lies in `storage`, of which each of four components takes [`SLOT`] bytes, and dependencies the rest.
    #[must_use]
    pub fn new(inputs: Inputs<'a>, storage: &'a mut [u8]) -> Self {
        #[cfg_attr(not(feature = "trust-domains"), allow(unused_variables))]
        let (storage, room) = storage.split_at_mut_checked(COMPONENTS * SLOT).unwrap_or_default();
        #[cfg(feature = "report")]
        let (report, room) = room.split_at_mut_checked(REPORT).unwrap_or_default();
        let (vendor, class) = inputs.identity.split_at_checked(16).unwrap_or_default();
        let uuid = |id: &[u8]| Identifier::Uuid(id.try_into().unwrap_or_default());
        let mut lengths = [None; COMPONENTS];
        if let Some(length) = u32::try_from(inputs.stored.len()).ok().filter(|length| *length > 0) {
            lengths[0] = Some(length);
            for (to, from) in storage.iter_mut().zip(inputs.stored) {
                *to = *from;
            }
        }
        let board = Board {
            vendor: [uuid(vendor)],
            class: [uuid(class)],
            storage,
            lengths,
            floor: 0,
            effects: 0,
            facts: Facts::NOW,
            #[cfg(feature = "report")]
            report: None,
            calls: Calls::NONE,
        };
        Self {
            inputs,
            memory: Memory::new(),
            board,
            #[cfg(feature = "trust-domains")]
            dependencies: [Dependency::FREE; 2],
            #[cfg(feature = "trust-domains")]
            room,
            #[cfg(feature = "report")]
            report,
        }
    }

    /// What the processor is given, whole: with what it calls and what it doesn't.
    pub fn platform(&mut self) -> &mut dyn Platform {
        &mut self.board
    }

    /// Authenticates the manifest and carries out the procedures. Returns what it did to the platform, in one number:
    /// 1 more than the number of the component that was started, 10 for each begun transfer, 100 for each completed one,
    /// 1,000 for each time that a sequence number was kept, 10,000 for each time that a reference was, 100,000 for a whole
    /// report.
    ///
    /// # Errors
    /// The number of the error; 1 if the inputs are of no use.
    pub fn carry_out(&mut self, crypto: &Crypto<'_>) -> Result<u32, u16> {
        self.work(crypto).map_err(|error| error.map_or(1, ProcessError::number))
    }

    fn work(&mut self, crypto: &Crypto<'_>) -> Result<u32, Option<ProcessError>> {
        let verifier = crypto.signatures.first().ok_or(None)?;
        let anchors = [TrustAnchor::unchecked(verifier.algorithm(), self.inputs.key, None)];
        let trust = TrustStore::new(&anchors).map_err(|_| None)?;
        let authentic = authentic(self.inputs.document, &trust, crypto)?;
        self.board.calls = Calls::ALL;
        #[cfg(not(feature = "report"))]
        return self.process(&authentic, crypto, trust);
        #[cfg(feature = "report")]
        self.reported(&authentic, crypto, trust)
    }

    /// As [`Device::process`], with a protected report of all commands that ask for it.
    #[cfg(feature = "report")]
    fn reported(
        &mut self,
        authentic: &Authenticated<'a>,
        crypto: &Crypto<'_>,
        trust: TrustStore<'_>,
    ) -> Result<u32, Option<ProcessError>> {
        let memory = core::mem::take(&mut self.report);
        let authentication = authentic.envelope().authentication();
        // The nonce is what nobody can know: here some bytes of the document.
        let nonce = self.inputs.document.get(..8);
        self.board.report = ReportWriter::begin(memory, &authentication, None, nonce).ok();
        let result = self.process(authentic, crypto, trust);
        if self.report_ends(crypto, result).is_some() {
            self.board.effects = self.board.effects.wrapping_add(100_000);
        }
        result.map(|_| self.board.effects)
    }

    #[cfg(feature = "report")]
    #[inline(never)]
    fn report_ends(&mut self, crypto: &Crypto<'_>, result: Result<u32, Option<ProcessError>>) -> Option<()> {
        let ending = match result {
            Ok(_) => Ending::Success,
            Err(error) => {
                let error = error?;
                Ending::Failure {
                    code: error.number().into(),
                    reason: error.reason(),
                    record: &Record::NOWHERE,
                }
            }
        };
        // [h'00'], and whatever begins like it.
        let component = ComponentId::read(&mut Reader::new(&[0x81, 0x41, 0x00])).ok()?;
        let capabilities = CapabilityReport {
            requested: true,
            components: &|number| (number == 0).then_some((component, false)),
            commands: &COMMANDS,
            parameters: &PARAMETERS,
            crypto,
            further: &[],
        };
        let report = self.board.report.take()?.finish(ending, Some(&capabilities)).ok()?;
        let whole = report.dropped == 0 && !report.capabilities_dropped;
        report.protect(&mut crate::SignatureStub).ok().filter(|_| whole).map(|_| ())
    }

    /// Neither this nor what made the manifest authentic shall lie on the stack while the other runs.
    #[inline(never)]
    fn process(
        &mut self,
        authentic: &Authenticated<'a>,
        crypto: &Crypto<'_>,
        trust: TrustStore<'_>,
    ) -> Result<u32, Option<ProcessError>> {
        let setup = Setup::new(*crypto, trust);
        #[cfg(not(feature = "trust-domains"))]
        let mut processor = Processor::new(authentic, setup, &mut self.board, self.memory.lend())?;
        #[cfg(feature = "trust-domains")]
        let mut processor = {
            let dependencies = Dependencies::new(&mut self.dependencies, core::mem::take(&mut self.room));
            Processor::with_dependencies(authentic, setup, &mut self.board, self.memory.lend(), dependencies)?
        };
        for procedure in self.inputs.procedures {
            processor.start(match procedure {
                b'u' => Procedure::Update,
                b'i' => Procedure::Invocation,
                b'd' => Procedure::Uninstall,
                _ => return Err(None),
            })?;
            loop {
                match processor.run() {
                    Step::NeedPayload(payload) => {
                        let rest = self.inputs.payload.get(payload.offset as usize..).ok_or(None)?;
                        processor.feed(rest)?;
                        processor.end_payload()?;
                    }
                    Step::Done => break,
                    Step::Failed(failure) => return Err(Some(failure.error)),
                    _ => return Err(None),
                }
            }
        }
        Ok(self.board.effects)
    }
}

#[inline(never)]
fn authentic<'a>(
    document: &'a [u8],
    trust: &TrustStore<'_>,
    crypto: &Crypto<'_>,
) -> Result<Authenticated<'a>, ProcessError> {
    let envelope = Envelope::parse(document, Tagging::Required)?;
    Ok(authenticate(&envelope, trust, crypto, &mut Budget::new())?)
}

/// What the capability report lists: some codes of commands and labels of parameters.
#[cfg(feature = "report")]
const COMMANDS: [i64; 14] = [1, 2, 3, 5, 6, 12, 14, 15, 20, 21, 22, 23, 31, 32];
#[cfg(feature = "report")]
const PARAMETERS: [i64; 10] = [1, 2, 3, 5, 12, 13, 14, 18, 21, 22];
