//! The machine: a stack of sequences, and what comes after each command.

use suit_core::cbor::Walked;
use suit_core::labels::{Condition, Directive, ManifestKey, ParameterKey};

use super::memory::{Choice, Frame, Kind};
use super::{Failure, Outcome, Payload, Place, Procedure, ProcessError, Processor, Step, content};
use crate::platform::{ComponentPath, Platform, Watched};
#[cfg(feature = "trust-domains")]
use crate::signed::Part;

/// A payload that is being fetched.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) target: u8,
    /// Bytes stored.
    pub(super) stored: u32,
    /// Bytes that may be stored at most.
    pub(super) limit: u32,
    /// Bytes that the manifest says there are.
    pub(super) size: Option<u32>,
    pub(super) ended: bool,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    /// It is done for the present target.
    Next,
    /// It is done for all targets.
    Through,
    /// A nested sequence was entered.
    Entered,
    /// It goes on when the application calls again.
    Pause,
}

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Goes on until something is needed from outside, or the procedure has ended. Called again afterwards, it says the
    /// same.
    pub fn run(&mut self) -> Step<'a> {
        loop {
            match self.outcome {
                Outcome::Running => {}
                Outcome::Done => return Step::Done,
                Outcome::Failed(error) => {
                    return Step::Failed(Failure { error, place: self.memory.kept.failed_at });
                }
                Outcome::Idle => {
                    return Step::Failed(Failure { error: ProcessError::NotStarted, place: None });
                }
            }
            let ended = match self.step() {
                Ok(true) => Ok(()),
                Ok(false) => return self.pending(),
                Err(error) => self.unwind(error),
            };
            if let Err(error) = ended {
                self.fail(error);
            }
        }
    }

    /// What the present command waits for.
    fn pending(&self) -> Step<'a> {
        let Some(transfer) = &self.memory.kept.transfer else { return Step::Wait(self.memory.kept.pause) };
        let uri = self.string_of(transfer.target, ParameterKey::Uri);
        let payload = Payload {
            component: self.handle(transfer.target),
            uri: core::str::from_utf8(uri.unwrap_or_default()).unwrap_or_default(),
            arguments: self.string_of(transfer.target, ParameterKey::FetchArguments),
            offset: transfer.stored,
            size: transfer.size,
        };
        if self.rehearsing { Step::Planned(payload) } else { Step::NeedPayload(payload) }
    }

    /// Takes the next bytes of the payload that `run` asked for; any number of them.
    ///
    /// # Errors
    /// `NotExpected` if none was asked for; `TooLarge` at the first byte too many; `Platform`. Except for the first, the
    /// procedure has failed then.
    pub fn feed(&mut self, data: &[u8]) -> Result<(), ProcessError> {
        // In a rehearsal a transfer has ended when it begins.
        let Some(transfer) = self.memory.kept.transfer.filter(|transfer| !transfer.ended) else {
            return Err(ProcessError::NotExpected);
        };
        // P-094: image-size is a firm bound on what a fetch stores.
        let end = u32::try_from(data.len()).ok().and_then(|len| transfer.stored.checked_add(len));
        let stored = match end.filter(|end| *end <= transfer.limit) {
            Some(end) => {
                self.memory.kept.transfer = Some(Transfer { stored: end, ..transfer });
                let handle = self.handle(transfer.target);
                self.platform.write(handle, transfer.stored, data).map_err(ProcessError::from)
            }
            None => Err(ProcessError::TooLarge),
        };
        if let Err(error) = stored {
            self.give_up_by(error);
        }
        stored
    }

    /// Says that the payload has no more bytes. Not needed where the manifest gives the size.
    ///
    /// # Errors
    /// `NotExpected` if no payload was asked for.
    pub const fn end_payload(&mut self) -> Result<(), ProcessError> {
        match &mut self.memory.kept.transfer {
            Some(transfer) => {
                transfer.ended = true;
                Ok(())
            }
            None => Err(ProcessError::NotExpected),
        }
    }

    /// Says that the payload, or something else that is needed, can't be had: the procedure fails (P-072).
    pub fn give_up(&mut self) {
        if matches!(self.outcome, Outcome::Running) {
            self.give_up_by(ProcessError::Unavailable);
        }
    }

    fn give_up_by(&mut self, error: ProcessError) {
        self.memory.kept.failed_at = self.place();
        self.fail(error);
    }

    fn fail(&mut self, error: ProcessError) {
        self.memory.kept.transfer = None;
        self.outcome = Outcome::Failed(error);
    }

    /// One command, or the end of a sequence. `false`: something from outside comes first.
    fn step(&mut self) -> Result<bool, ProcessError> {
        if self.depth == 0 {
            return self.next_section().map(|()| true);
        }
        if self.frame.left == 0 {
            return self.end_of_sequence().map(|()| true);
        }
        self.commands = self.commands.checked_sub(1).ok_or(ProcessError::TooManyCommands)?;
        let mut reader = self.cursor(self.frame.manifest, self.frame.at);
        let code = reader.int();
        let before = (self.frame.manifest, self.frame.at, self.frame.target, self.depth);
        #[cfg(feature = "report")]
        let frame = self.frame;
        #[cfg(feature = "report")]
        {
            self.memory.kept.measured = None;
        }
        let result = self.command(code, &mut reader);
        if result != Ok(Flow::Pause) {
            #[cfg(feature = "report")]
            self.record(code, &frame, result.err());
            let (manifest, offset, target, depth) = before;
            let (settings, component) = (self.settings, self.handle(target));
            let error = result.err();
            self.platform.watch(&Watched { manifest, depth, settings, code, offset, component, error });
        }
        match result? {
            Flow::Next => self.next_target(&reader),
            Flow::Through => self.next_command(&reader),
            Flow::Entered => {}
            Flow::Pause => {
                // It was drawn for one run of the command, however often that is looked at.
                self.commands = self.commands.saturating_add(1);
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Opens a sequence, an encoded array that `content` stands at, with the rest of its frame.
    pub(super) fn push(&mut self, content: Walked<'a>, frame: Frame) -> Result<(), ProcessError> {
        // The innermost frame is at hand; those around it are in the lent memory.
        let place = self.memory.frames.get_mut(usize::from(self.depth)).ok_or(ProcessError::TooDeep)?;
        *place = self.frame;
        self.depth = self.depth.checked_add(1).ok_or(ProcessError::TooDeep)?;
        let mut content = content;
        let left = u16::try_from(content.number() / 2).map_err(|_| ProcessError::TooManyCommands)?;
        self.frame = Frame { at: content.offset(), left, choice: Choice::One(frame.target), ..frame };
        Ok(())
    }

    fn pop(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        if let Some(around) = self.memory.frames.get(usize::from(self.depth)) {
            self.frame = *around;
        }
    }

    /// The same command for the next target that is chosen, or else the next command (P-102). `reader` stands behind the
    /// command.
    fn next_target(&mut self, reader: &Walked<'a>) {
        self.frame.cursor = self.frame.cursor.saturating_add(1);
        match self.chosen(self.frame.cursor) {
            Some(target) => {
                self.frame.target = target;
                self.frame.alternative = 0;
            }
            None => self.next_command(reader),
        }
    }

    fn next_command(&mut self, reader: &Walked<'a>) {
        self.frame.at = reader.offset();
        self.frame.left = self.frame.left.saturating_sub(1);
        self.frame.alternative = 0;
        if self.frame.cursor != 0 {
            self.frame.cursor = 0;
            // It was found before.
            self.frame.target = self.chosen(0).unwrap_or(self.frame.target);
        }
    }

    /// A nested sequence has ended: goes on behind the command that entered it.
    fn resume(&mut self) {
        let mut reader = self.cursor(self.frame.manifest, self.frame.at);
        reader.skip();
        reader.skip();
        self.next_target(&reader);
    }

    fn end_of_sequence(&mut self) -> Result<(), ProcessError> {
        let ended = self.frame;
        self.pop();
        match ended.kind {
            Kind::Shared => return self.open_section(ended.manifest, ended.uninstalls),
            Kind::Section => {
                #[cfg(feature = "trust-domains")]
                self.dependencies_ran(&ended)?;
                self.leave_section();
            }
            Kind::Alternative | Kind::Run => self.resume(),
        }
        Ok(())
    }

    fn leave_section(&mut self) {
        if self.depth > 0 {
            self.resume();
        } else {
            self.stage = self.stage.saturating_add(1);
        }
    }

    /// The section that is run.
    pub(super) fn section(&self) -> Option<ManifestKey> {
        self.procedure.sections().get(usize::from(self.stage)).copied()
    }

    /// Where it begins in the root manifest's envelope; 0 if the root manifest doesn't have it.
    fn section_at(&self) -> u32 {
        self.memory.kept.sections.get(usize::from(self.stage)).copied().unwrap_or(0)
    }

    /// Enters the next section that the root manifest has, by way of the shared sequence.
    fn next_section(&mut self) -> Result<(), ProcessError> {
        if self.section().is_none() {
            return self.finish();
        }
        // without the section the shared sequence doesn't run either.
        if self.section_at() == 0 {
            self.stage = self.stage.saturating_add(1);
            return Ok(());
        }
        self.open_shared(0, false)
    }

    /// Enters the shared sequence of a manifest, which leads on to the section; or the section if there is none.
    pub(super) fn open_shared(&mut self, manifest: u8, uninstalls: bool) -> Result<(), ProcessError> {
        match self.manifest(manifest).manifest().shared_sequence() {
            Some(shared) => self.open(content(shared), manifest, ManifestKey::Common, uninstalls),
            None => self.open_section(manifest, uninstalls),
        }
    }

    fn open_section(&mut self, manifest: u8, uninstalls: bool) -> Result<(), ProcessError> {
        let key = if uninstalls { Some(ManifestKey::Uninstall) } else { self.section() };
        let Some(key) = key else { return Ok(()) };
        if manifest == 0 {
            // It was found, and held against its digest if it was severed, before anything ran.
            return self.open(self.cursor(0, self.section_at()), 0, key, false);
        }
        #[cfg(feature = "trust-domains")]
        match self.manifest(manifest).section(key, &self.setup.crypto)? {
            Part::Present(sequence) => return self.open(content(sequence), manifest, key, uninstalls),
            Part::Missing(_) => return Err(ProcessError::SectionMissing(key)),
            // TD §5.4: a section that the dependency lacks succeeds at once.
            Part::Absent => self.leave_section(),
        }
        Ok(())
    }

    fn open(
        &mut self,
        content: Walked<'a>,
        manifest: u8,
        section: ManifestKey,
        uninstalls: bool,
    ) -> Result<(), ProcessError> {
        let kind = if section == ManifestKey::Common { Kind::Shared } else { Kind::Section };
        // P-104: the index is 0 at first.
        let target = self.target_at(manifest, 0).ok_or(ProcessError::ComponentUnknown)?;
        let frame = Frame {
            manifest,
            kind,
            section,
            target,
            uninstalls,
            #[cfg(feature = "report")]
            base: content.offset(),
            ..Frame::NONE
        };
        self.push(content, frame)
    }

    /// Nothing is left to run.
    fn finish(&mut self) -> Result<(), ProcessError> {
        // P-076: an invocation ends in an error or in an invoked image.
        if self.procedure == Procedure::Invocation && !self.invoked {
            return Err(ProcessError::NothingInvoked);
        }
        if self.procedure == Procedure::Update && !self.rehearsing {
            #[cfg(feature = "update-management")]
            if let Some(version) = self.root.manifest().set_version() {
                self.platform.set_version(&version)?;
            }
            #[cfg(feature = "trust-domains")]
            self.raise_dependency_floors()?;
            let manifest = self.root.manifest();
            self.platform
                .set_floor(manifest.component_id().map(ComponentPath::new), manifest.sequence_number())?;
        }
        self.outcome = Outcome::Done;
        Ok(())
    }

    /// Looks for a sequence that takes a failing condition; everything else ends the procedure.
    fn unwind(&mut self, error: ProcessError) -> Result<(), ProcessError> {
        // Told before frames are gone.
        self.memory.kept.failed_at = self.place();
        // P-072: a failing directive aborts, whatever soft-failure says.
        while error.is_condition() && self.depth > 0 {
            let ended = self.frame;
            self.pop();
            match (ended.kind, ended.soft) {
                // P-116: the try-each goes on with its next sequence.
                (Kind::Alternative, true) => {
                    self.frame.alternative = self.frame.alternative.saturating_add(1);
                    return Ok(());
                }
                // P-119: the sequence just ends, and what comes behind it goes on.
                (Kind::Run, true) => {
                    self.resume();
                    return Ok(());
                }
                // P-117, A-05: the enclosing sequence fails with the same condition.
                _ => {}
            }
        }
        Err(error)
    }

    /// Where the processor is.
    fn place(&self) -> Option<Place> {
        let Frame { manifest, section, at, target, .. } = self.frame;
        let place = Place { manifest, section, offset: at, component: self.handle(target) };
        (self.depth > 0).then_some(place)
    }

    /// A cursor at an offset of a manifest's envelope.
    pub(super) fn cursor(&self, manifest: u8, at: u32) -> Walked<'a> {
        Walked::at(self.manifest(manifest).authenticated().envelope().reader().input(), at)
    }

    /// Carries out a command for the present target. Unless a nested sequence is entered, `argument` stands behind the
    /// argument afterwards.
    fn command(&mut self, code: i64, argument: &mut Walked<'a>) -> Result<Flow, ProcessError> {
        let target = self.frame.target;
        if let Some(condition) = Condition::from_code(code) {
            argument.number();
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
        match directive {
            Directive::SetComponentIndex => return self.set_component_index(argument),
            Directive::TryEach => return self.try_each(argument),
            Directive::RunSequence => return self.nest(argument, Kind::Run),
            Directive::SetParameters | Directive::OverrideParameters => {
                let replace = directive == Directive::OverrideParameters;
                self.set_parameters(argument, target, replace)?;
                return Ok(Flow::Next);
            }
            #[cfg(feature = "update-management")]
            Directive::OverrideMultiple => return self.override_multiple(argument),
            #[cfg(feature = "update-management")]
            Directive::CopyParams => return self.copy_params(argument),
            _ => {}
        }
        // All others have a reporting policy.
        argument.number();
        #[cfg(feature = "owner-policy")]
        if self.owner_objects(directive, target)? {
            return Ok(Flow::Pause);
        }
        match directive {
            Directive::Fetch => self.fetch(target),
            Directive::Write => self.write(target),
            Directive::Copy => self.copy(target),
            Directive::Swap => self.swap(target),
            #[cfg(feature = "delta")]
            Directive::InstallDelta => self.install_delta(target),
            Directive::Invoke => self.invoke(target),
            #[cfg(feature = "update-management")]
            Directive::Wait => self.wait(target),
            #[cfg(feature = "trust-domains")]
            Directive::ProcessDependency => self.process_dependency(target),
            #[cfg(feature = "trust-domains")]
            Directive::Unlink => self.unlink(target),
            // Refused with the manifest.
            _ => Err(ProcessError::Malformed(suit_core::ErrorKind::UnknownCommand)),
        }
    }
}
