//! The machine: a stack of sequences, and what comes after each command.

use suit_core::cbor::Reader;
use suit_core::labels::{Directive, ManifestKey};

use super::memory::{Choice, Frame, Kind};
use super::{Failure, Outcome, Payload, Place, ProcessError, Processor, Step};
use crate::platform::{Handle, Platform, Watched};
use crate::signed::Part;

/// A payload that is being fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) component: Handle,
    /// Bytes stored.
    pub(super) stored: u32,
    /// Bytes that may be stored at most.
    pub(super) limit: u32,
    /// Bytes that the manifest says there are.
    pub(super) size: Option<u32>,
    pub(super) ended: bool,
}

/// What became of a command.
pub(super) enum Flow<'a> {
    /// It is done for the present target.
    Next,
    /// It is done for all targets.
    Through,
    /// A nested sequence was entered.
    Entered,
    /// It goes on when the application calls again.
    Pause(Step<'a>),
}

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Goes on until something is needed from outside, or the procedure has ended. Called again afterwards, it says the
    /// same.
    pub fn run(&mut self) -> Step<'a> {
        loop {
            match self.outcome {
                Outcome::Running => {}
                Outcome::Done => return Step::Done,
                Outcome::Failed(failure) => return Step::Failed(failure),
                Outcome::Idle => {
                    return Step::Failed(Failure { error: ProcessError::NotStarted, place: None });
                }
            }
            let ended = match self.step() {
                Ok(None) => Ok(()),
                Ok(Some(step)) => return step,
                Err(error) => self.unwind(error),
            };
            if let Err(failure) = ended {
                self.outcome = Outcome::Failed(failure);
            }
        }
    }

    /// Takes the next bytes of the payload that `run` asked for; any number of them.
    ///
    /// # Errors
    /// `NotExpected` if none was asked for; `TooLarge` at the first byte too many; `Platform`. Except for the first, the
    /// procedure has failed then.
    pub fn feed(&mut self, data: &[u8]) -> Result<(), ProcessError> {
        let Some(transfer) = self.transfer else { return Err(ProcessError::NotExpected) };
        self.store(transfer, data).inspect_err(|error| self.fail(*error))
    }

    fn store(&mut self, transfer: Transfer, data: &[u8]) -> Result<(), ProcessError> {
        // P-094: image-size is a firm bound on what a fetch stores.
        let end = u32::try_from(data.len()).ok().and_then(|len| transfer.stored.checked_add(len));
        let end = end.filter(|end| *end <= transfer.limit).ok_or(ProcessError::TooLarge)?;
        self.platform.write(transfer.component, transfer.stored, data)?;
        self.transfer = Some(Transfer { stored: end, ..transfer });
        Ok(())
    }

    /// Says that the payload has no more bytes. Not needed where the manifest gives the size.
    ///
    /// # Errors
    /// `NotExpected` if no payload was asked for.
    pub fn end_payload(&mut self) -> Result<(), ProcessError> {
        let transfer = self.transfer.as_mut().ok_or(ProcessError::NotExpected)?;
        transfer.ended = true;
        Ok(())
    }

    /// Says that the payload, or something else that is needed, can't be had: the procedure fails (P-072).
    pub fn give_up(&mut self) {
        self.fail(ProcessError::Unavailable);
    }

    fn fail(&mut self, error: ProcessError) {
        let place = self.place();
        self.transfer = None;
        self.outcome = Outcome::Failed(Failure { error, place });
    }

    /// One command, or the end of a sequence.
    fn step(&mut self) -> Result<Option<Step<'a>>, ProcessError> {
        let Some(frame) = self.top() else { return self.next_section().map(|()| None) };
        if frame.left == 0 {
            return self.end_of_sequence().map(|()| None);
        }
        self.commands = self.commands.checked_sub(1).ok_or(ProcessError::TooManyCommands)?;
        let target = self.chosen(&frame, frame.cursor)?;
        let mut reader = self.reader(frame.manifest, frame.at);
        let code = reader.int()?;
        let depth = self.depth;
        let result = self.command(code, reader, target, &frame);
        if !matches!(result, Ok(Flow::Pause(_))) {
            let component = self.handle(target);
            let (manifest, depth, settings, offset) = (frame.manifest, depth, self.settings, frame.at);
            let error = result.as_ref().err().copied();
            self.platform.watch(&Watched { manifest, depth, settings, code, offset, component, error });
        }
        match result? {
            Flow::Next => self.next_target(),
            Flow::Through => self.next_command()?,
            Flow::Entered => {}
            Flow::Pause(step) => return Ok(Some(step)),
        }
        Ok(None)
    }

    /// The innermost sequence.
    pub(super) fn top(&self) -> Option<Frame> {
        let above = usize::from(self.depth).checked_sub(1)?;
        self.memory.frames.get(above).copied()
    }

    pub(super) fn top_mut(&mut self) -> Option<&mut Frame> {
        let above = usize::from(self.depth).checked_sub(1)?;
        self.memory.frames.get_mut(above)
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Opens a sequence, an encoded array that `content` stands at.
    pub(super) fn push(
        &mut self,
        content: Reader<'a>,
        manifest: u8,
        kind: Kind,
        choice: Choice,
    ) -> Result<(), ProcessError> {
        let mut reader = content;
        let items = reader.array()?;
        let frame = Frame {
            at: offset(&reader),
            choice,
            // A sequence that long doesn't end within any budget.
            left: u16::try_from(items / 2).unwrap_or(u16::MAX),
            manifest,
            kind,
            // P-116: true in each sequence of a try-each; P-119: false in a run-sequence.
            soft: kind == Kind::Alternative,
            cursor: 0,
            alternative: 0,
            uninstalls: false,
        };
        let place = self.memory.frames.get_mut(usize::from(self.depth)).ok_or(ProcessError::TooDeep)?;
        *place = frame;
        self.depth = self.depth.checked_add(1).ok_or(ProcessError::TooDeep)?;
        Ok(())
    }

    /// The same command for the next target that is chosen, or else the next command (P-102).
    pub(super) fn next_target(&mut self) {
        let Some(mut frame) = self.top() else { return };
        frame.alternative = 0;
        frame.cursor = frame.cursor.saturating_add(1);
        let more = !matches!(frame.choice, Choice::One(_)) && self.chosen(&frame, frame.cursor).is_ok();
        if let Some(top) = self.top_mut() {
            *top = frame;
        }
        if !more && self.next_command().is_err() {
            // The structure was checked before, so the manifest has changed in memory.
            self.fail(ProcessError::NotExpected);
        }
    }

    fn next_command(&mut self) -> Result<(), ProcessError> {
        let Some(frame) = self.top() else { return Ok(()) };
        let mut reader = self.reader(frame.manifest, frame.at);
        reader.int()?;
        reader.item()?;
        if let Some(top) = self.top_mut() {
            top.at = offset(&reader);
            top.left = top.left.saturating_sub(1);
            top.cursor = 0;
            top.alternative = 0;
        }
        Ok(())
    }

    fn end_of_sequence(&mut self) -> Result<(), ProcessError> {
        let Some(frame) = self.top() else { return Ok(()) };
        self.pop();
        match frame.kind {
            Kind::Shared => self.open_section(frame.manifest, frame.uninstalls),
            Kind::Section => self.end_of_section(&frame),
            Kind::Alternative | Kind::Run => {
                self.next_target();
                Ok(())
            }
        }
    }

    fn end_of_section(&mut self, _frame: &Frame) -> Result<(), ProcessError> {
        #[cfg(feature = "trust-domains")]
        self.dependencies_ran(_frame)?;
        self.leave_section();
        Ok(())
    }

    fn leave_section(&mut self) {
        if self.depth == 0 {
            self.stage = self.stage.saturating_add(1);
        } else {
            self.next_target();
        }
    }

    /// The section that is run.
    pub(super) fn section(&self) -> Option<ManifestKey> {
        self.procedure.sections().get(usize::from(self.stage)).copied()
    }

    /// Enters the next section that the root manifest has, by way of the shared sequence.
    fn next_section(&mut self) -> Result<(), ProcessError> {
        let Some(key) = self.section() else { return self.finish() };
        // without the section the shared sequence doesn't run either.
        if self.root.manifest().section(key).is_none() {
            self.stage = self.stage.saturating_add(1);
            return Ok(());
        }
        self.open_shared(0, false)
    }

    /// Enters the shared sequence of a manifest, which leads on to the section; or the section if there is none.
    pub(super) fn open_shared(&mut self, manifest: u8, uninstalls: bool) -> Result<(), ProcessError> {
        match self.manifest(manifest).manifest().shared_sequence() {
            Some(shared) => {
                let content = Reader::at(shared.encoded(), shared.offset());
                let first = self.target_at(manifest, 0)?;
                self.push(content, manifest, Kind::Shared, Choice::One(first))?;
                self.mark_uninstalling(uninstalls);
                Ok(())
            }
            None => self.open_section(manifest, uninstalls),
        }
    }

    fn open_section(&mut self, manifest: u8, uninstalls: bool) -> Result<(), ProcessError> {
        let key = if uninstalls { Some(ManifestKey::Uninstall) } else { self.section() };
        let Some(key) = key else { return Ok(()) };
        match self.manifest(manifest).section(key, &self.setup.crypto)? {
            Part::Present(sequence) => {
                let content = Reader::at(sequence.encoded(), sequence.offset());
                // P-104: the index is 0 at first.
                let first = self.target_at(manifest, 0)?;
                self.push(content, manifest, Kind::Section, Choice::One(first))?;
                self.mark_uninstalling(uninstalls);
            }
            Part::Missing(_) => return Err(ProcessError::SectionMissing(key)),
            // TD §5.4: a section that the dependency lacks succeeds at once.
            Part::Absent => self.leave_section(),
        }
        Ok(())
    }

    fn mark_uninstalling(&mut self, uninstalls: bool) {
        if let Some(top) = self.top_mut() {
            top.uninstalls = uninstalls;
        }
    }

    /// Nothing is left to run.
    fn finish(&mut self) -> Result<(), ProcessError> {
        if !self.rehearsing {
            match self.procedure {
                super::Procedure::Update => {
                    let manifest = *self.root.manifest();
                    #[cfg(feature = "update-management")]
                    if let Some(version) = manifest.set_version() {
                        self.platform.set_version(&version)?;
                    }
                    #[cfg(feature = "trust-domains")]
                    self.raise_dependency_floors()?;
                    self.platform.set_floor(manifest.component_id(), manifest.sequence_number())?;
                }
                // P-076: an invocation ends in an error or in an invoked image.
                super::Procedure::Invocation if !self.invoked => return Err(ProcessError::NothingInvoked),
                super::Procedure::Invocation | super::Procedure::Uninstall => {}
            }
        }
        self.outcome = Outcome::Done;
        Ok(())
    }

    /// Looks for a sequence that takes a failing condition; everything else ends the procedure.
    fn unwind(&mut self, error: ProcessError) -> Result<(), Failure> {
        // Told before frames are gone.
        let failure = Failure { error, place: self.place() };
        // P-072: a failing directive aborts, whatever soft-failure says.
        if !error.is_condition() {
            return Err(failure);
        }
        while let Some(frame) = self.top() {
            self.pop();
            match (frame.kind, frame.soft) {
                // P-116: the try-each goes on with its next sequence.
                (Kind::Alternative, true) => {
                    if let Some(around) = self.top_mut() {
                        around.alternative = around.alternative.saturating_add(1);
                    }
                    return Ok(());
                }
                // P-119: the sequence just ends, and what comes behind it goes on.
                (Kind::Run, true) => {
                    self.next_target();
                    return Ok(());
                }
                // P-117, A-05: the enclosing sequence fails with the same condition.
                _ => {}
            }
        }
        Err(failure)
    }

    /// Where the processor is.
    fn place(&self) -> Option<Place> {
        let frame = self.top()?;
        let inner = usize::from(self.depth);
        // A section or shared sequence is somewhere around every nested one.
        let kind = self.memory.frames.get(..inner)?.iter().rev().find_map(|frame| match frame.kind {
            Kind::Shared => Some(ManifestKey::Common),
            Kind::Section if frame.uninstalls => Some(ManifestKey::Uninstall),
            Kind::Section => self.section(),
            Kind::Alternative | Kind::Run => None,
        });
        let target = self.chosen(&frame, frame.cursor).ok()?;
        Some(Place {
            manifest: frame.manifest,
            section: kind?,
            offset: frame.at,
            component: self.handle(target),
        })
    }

    /// The manifest whose commands are run.
    pub(super) fn present_manifest(&self) -> u8 {
        self.top().map_or(0, |frame| frame.manifest)
    }

    /// A reader at an offset of a manifest's envelope.
    pub(super) fn reader(&self, manifest: u8, at: u32) -> Reader<'a> {
        let bytes = self.manifest(manifest).authenticated().envelope().bytes();
        let at = usize::try_from(at).unwrap_or(usize::MAX);
        Reader::at(bytes.get(at..).unwrap_or_default(), at)
    }

    /// Carries out a command for one target.
    fn command(
        &mut self,
        code: i64,
        argument: Reader<'a>,
        target: u8,
        frame: &Frame,
    ) -> Result<Flow<'a>, ProcessError> {
        if let Some(condition) = suit_core::labels::Condition::from_code(code) {
            // P-071: a failing condition ends its sequence; unwinding finds out which one goes on.
            return if self.condition(condition, target)? {
                Ok(Flow::Next)
            } else {
                Err(ProcessError::ConditionFailed(condition))
            };
        }
        let Some(directive) = Directive::from_code(code) else {
            return self.custom(code, argument, target);
        };
        let manifest = frame.manifest;
        #[cfg(feature = "owner-policy")]
        if let Some(pause) = self.owner_objects(directive, target)? {
            return Ok(Flow::Pause(Step::Wait(pause)));
        }
        match directive {
            Directive::SetComponentIndex => return self.set_component_index(argument, manifest),
            Directive::TryEach => return self.try_each(argument, target, frame),
            Directive::RunSequence => return self.run_sequence(argument, target, manifest),
            Directive::SetParameters => self.set_parameters(argument, manifest, target, false)?,
            Directive::OverrideParameters => self.set_parameters(argument, manifest, target, true)?,
            Directive::Fetch => return self.fetch(target),
            Directive::Write => self.write(target)?,
            Directive::Copy => self.copy(target)?,
            Directive::Swap => self.swap(target)?,
            Directive::Invoke => self.invoke(target)?,
            #[cfg(feature = "update-management")]
            Directive::Wait => return self.wait(target),
            #[cfg(feature = "update-management")]
            Directive::OverrideMultiple => return self.override_multiple(argument, manifest),
            #[cfg(feature = "update-management")]
            Directive::CopyParams => self.copy_params(argument, manifest, target)?,
            #[cfg(feature = "trust-domains")]
            Directive::ProcessDependency => return self.process_dependency(manifest, target),
            #[cfg(feature = "trust-domains")]
            Directive::Unlink => return self.unlink(manifest, target),
            _ => return Err(argument.error(suit_core::ErrorKind::UnknownCommand).into()),
        }
        Ok(Flow::Next)
    }

    pub(super) fn pause_for(
        &self,
        transfer: &Transfer,
        uri: &'a str,
        arguments: Option<&'a [u8]>,
    ) -> Step<'a> {
        let payload = Payload {
            component: transfer.component,
            uri,
            arguments,
            offset: transfer.stored,
            size: transfer.size,
        };
        if self.rehearsing { Step::Planned(payload) } else { Step::NeedPayload(payload) }
    }
}

/// Where a reader stands. An envelope of 4 GiB doesn't fit a device; of one on a host, what lies beyond isn't found.
pub(super) fn offset(reader: &Reader<'_>) -> u32 {
    u32::try_from(reader.offset()).unwrap_or(u32::MAX)
}
