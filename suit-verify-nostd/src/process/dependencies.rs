//! Dependencies: manifests that another manifest leads to (draft-ietf-suit-trust-domains).
//!
//! A dependency's envelope is read from its component into memory that the caller lends, and everything is checked and
//! run from there, so that nothing can change it in between (P-047). It runs in lockstep with its dependent: one section
//! of all of them before the next section of any (P-153).

use suit_core::component::ComponentId;
use suit_core::digest::Digest;
use suit_core::labels::{ManifestKey, ParameterKey};
use suit_core::{Envelope, Tagging};

use super::machine::Flow;
use super::memory::{Choice, Frame, State};
use super::{Procedure, ProcessError, Processor};
use crate::authenticate::{authenticate, holds};
use crate::platform::{ComponentPath, Platform};
use crate::signed::{Part, SignedManifest};

/// Place for one dependency, lent.
#[derive(Clone, Copy, Debug)]
pub struct Dependency<'a>(Option<Loaded<'a>>);

impl Dependency<'_> {
    /// A free place.
    pub const FREE: Self = Self(None);
}

/// A dependency in memory.
#[derive(Clone, Copy, Debug)]
struct Loaded<'a> {
    /// Its envelope.
    bytes: &'a [u8],
    /// The target that it was read from.
    target: u8,
    /// Its manifest, once it was found authentic.
    signed: Option<SignedManifest<'a>>,
    /// What stands before its component identifiers.
    prefix: Option<ComponentId<'a>>,
    /// A bit for each manifest whose dependency-integrity held.
    verified_by: u16,
    /// One more than the stage of the procedure in which it last ran.
    ran: u8,
}

/// The bit of a manifest in [`Loaded::verified_by`]; none behind the 16th, whose verifications don't count. There aren't so
/// many: each takes one of the [`ATTEMPTS`](crate::budget::ATTEMPTS) to verify a signature.
fn bit(manifest: u8) -> u16 {
    1_u16.checked_shl(manifest.into()).unwrap_or(0)
}

/// In place of the target: it holds something else now. No processor has so many.
const REPLACED: u8 = u8::MAX;

/// Memory for dependencies.
#[derive(Debug, Default)]
pub struct Dependencies<'a, 'm> {
    slots: &'m mut [Dependency<'a>],
    room: &'a mut [u8],
}

impl<'a, 'm> Dependencies<'a, 'm> {
    /// No memory: a manifest with dependencies is refused.
    #[must_use]
    pub const fn none() -> Self {
        Self { slots: &mut [], room: &mut [] }
    }

    /// A place for each dependency, and room for their envelopes. Where a dependency is replaced, the envelope from
    /// before needs room as well.
    pub const fn new(slots: &'m mut [Dependency<'a>], room: &'a mut [u8]) -> Self {
        Self { slots, room }
    }
}

impl<'a, P: Platform> Processor<'a, '_, P> {
    pub(super) const fn takes_dependencies(&self) -> bool {
        !self.dependencies.slots.is_empty()
    }

    /// Nothing that was verified or run in an earlier procedure counts in this one (P-160).
    pub(super) fn forget_dependencies(&mut self) {
        self.budget = crate::Budget::new();
        for slot in self.dependencies.slots.iter_mut() {
            if slot.0.is_some_and(|loaded| loaded.target == REPLACED) {
                *slot = Dependency::FREE;
            }
            if let Some(loaded) = &mut slot.0 {
                // It is read again if it is asked for, and its bytes are found to be the same.
                loaded.signed = None;
                loaded.verified_by = 0;
                loaded.ran = 0;
            }
        }
    }

    /// The manifest with this number; 0 is the root.
    pub(super) fn manifest(&self, number: u8) -> &SignedManifest<'a> {
        self.loaded(number).and_then(|loaded| loaded.signed.as_ref()).unwrap_or(&self.root)
    }

    fn loaded(&self, number: u8) -> Option<&Loaded<'a>> {
        let slot = usize::from(number).checked_sub(1)?;
        self.dependencies.slots.get(slot)?.0.as_ref()
    }

    fn loaded_mut(&mut self, number: u8) -> Option<&mut Loaded<'a>> {
        let slot = usize::from(number).checked_sub(1)?;
        self.dependencies.slots.get_mut(slot)?.0.as_mut()
    }

    /// The number of the manifest that was read from a target.
    fn number_of(&self, target: u8) -> Option<u8> {
        let read = |slot: &Dependency<'_>| slot.0.is_some_and(|loaded| loaded.target == target);
        let slot = self.dependencies.slots.iter().position(read)?;
        u8::try_from(slot).ok()?.checked_add(1)
    }

    /// The identifier at a position of a manifest: its components in order, then its dependencies beyond these.
    pub(super) fn path_at(&self, manifest: u8, position: u8) -> Option<ComponentPath<'a>> {
        let (components, dependencies) = {
            let manifest = self.manifest(manifest).manifest();
            (manifest.components(), manifest.dependencies())
        };
        let prefix = self.prefix_of(manifest);
        let position = u64::from(position);
        let beyond = position.checked_sub(components.len());
        let id = match beyond {
            None => components.get(position),
            // in the published examples the prefix is where the dependency's envelope is stored.
            Some(beyond) => {
                let mut others = dependencies.iter().filter(|it| it.index >= components.len());
                others.nth(usize::try_from(beyond).ok()?)?.prefix
            }
        };
        id.map(|id| ComponentPath::prefixed(prefix, id))
    }

    /// What is put before a manifest's component identifiers.
    fn prefix_of(&self, manifest: u8) -> Option<ComponentId<'a>> {
        self.loaded(manifest)?.prefix
    }

    /// What a dependent puts before the component identifiers of the dependency in a target (P-163): the prefix that it
    /// gives, if the dependency is listed among its components, or else its own prefix.
    ///
    /// # Errors
    /// `ComponentUnknown` for a prefix before a prefix, which no component here has.
    fn prefix_for(&self, dependent: u8, target: u8) -> Result<Option<ComponentId<'a>>, ProcessError> {
        let manifest = self.manifest(dependent).manifest();
        let listed = manifest.components().len();
        let mut own = manifest.dependencies().iter().filter(|it| it.index < listed);
        let own = own.find(|it| self.is_target(target, dependent, it.index));
        match (self.prefix_of(dependent), own.and_then(|it| it.prefix)) {
            (Some(_), Some(_)) => Err(ProcessError::ComponentUnknown),
            (around, None) => Ok(around),
            (None, own) => Ok(own),
        }
    }

    /// The target for a component index of a manifest.
    pub(super) fn target_of(&self, manifest: u8, index: u64) -> Result<u8, ProcessError> {
        let found = self.manifest(manifest).manifest();
        let listed = found.components().len();
        let position = if index < listed {
            Some(index)
        } else {
            let mut beyond = found.dependencies().iter().filter(|it| it.index >= listed);
            let place = beyond.position(|it| it.index == index);
            place.and_then(|place| u64::try_from(place).ok()).and_then(|place| place.checked_add(listed))
        };
        let position = position.and_then(|position| u8::try_from(position).ok());
        position.and_then(|it| self.target_at(manifest, it)).ok_or(ProcessError::ComponentUnknown)
    }

    /// Which of a manifest's dependencies another manifest is, 0-based.
    #[cfg(feature = "report")]
    pub(super) fn dependency_position(&self, manifest: u8, dependency: u8) -> Option<u8> {
        let target = self.loaded(dependency)?.target;
        let mut dependencies = self.manifest(manifest).manifest().dependencies().iter();
        let position = dependencies.position(|it| self.is_target(target, manifest, it.index))?;
        u8::try_from(position).ok()
    }

    /// P-161: whether a target is one of a manifest's dependencies.
    pub(super) fn is_dependency(&self, manifest: u8, target: u8) -> bool {
        self.dependency_index(manifest, target).is_some()
    }

    /// The index of a target among a manifest's dependencies, if it is one.
    pub(super) fn dependency_index(&self, manifest: u8, target: u8) -> Option<u64> {
        let dependencies = self.manifest(manifest).manifest().dependencies();
        let mut indices = dependencies.iter().map(|it| it.index);
        indices.find(|index| self.is_target(target, manifest, *index))
    }

    /// P-079: whether the manifest that a dependency's component holds has this digest.
    pub(super) fn dependency_matches(
        &mut self,
        target: u8,
        wanted: &Digest<'_>,
    ) -> Result<bool, ProcessError> {
        let number = match self.read_dependency(target) {
            // What there is no room for can't be the right one: anybody may have sent it.
            Err(ProcessError::TooManyDependencies) => return Ok(false),
            number => number?,
        };
        let Some(loaded) = self.loaded(number) else { return Ok(false) };
        // What isn't an envelope can't be the right one.
        let Ok(envelope) = Envelope::parse(loaded.bytes, self.tagging()) else { return Ok(false) };
        Ok(holds(wanted, envelope.manifest().item(), &self.setup.crypto)?)
    }

    const fn tagging(&self) -> Tagging {
        if self.setup.options.untagged_dependencies { Tagging::Optional } else { Tagging::Required }
    }

    /// Reads the envelope in a target into memory, unless the same bytes are there already; its number.
    fn read_dependency(&mut self, target: u8) -> Result<u8, ProcessError> {
        let handle = self.handle(target);
        let length = self.platform.length(handle).ok_or(ProcessError::SourceMissing)?;
        let length = usize::try_from(length).map_err(|_| ProcessError::TooManyDependencies)?;
        if let Some(number) = self.number_of(target)
            && let Some(loaded) = self.loaded(number)
            && loaded.bytes.len() == length
        {
            let bytes = loaded.bytes;
            if self.content_is(target, bytes)? {
                return Ok(number);
            }
        }
        let room = core::mem::take(&mut self.dependencies.room);
        if length > room.len() {
            self.dependencies.room = room;
            return Err(ProcessError::TooManyDependencies);
        }
        let (bytes, rest) = room.split_at_mut_checked(length).ok_or(ProcessError::TooManyDependencies)?;
        self.dependencies.room = rest;
        self.platform.read(handle, 0, bytes)?;
        // Commands and parameters of this procedure may stand in what was read before.
        let before = self.number_of(target).and_then(|number| self.loaded_mut(number));
        if let Some(before) = before.filter(|before| before.signed.is_some()) {
            before.target = REPLACED;
        }
        let loaded = Loaded { bytes, target, signed: None, prefix: None, verified_by: 0, ran: 0 };
        let number = match self.number_of(target) {
            Some(number) => number,
            None => {
                let free = self.dependencies.slots.iter().position(|slot| slot.0.is_none());
                let number = free.and_then(|free| u8::try_from(free).ok()).and_then(|it| it.checked_add(1));
                number.ok_or(ProcessError::TooManyDependencies)?
            }
        };
        let slot = usize::from(number).checked_sub(1).and_then(|slot| self.dependencies.slots.get_mut(slot));
        *slot.ok_or(ProcessError::TooManyDependencies)? = Dependency(Some(loaded));
        Ok(number)
    }

    /// Whether a target whose manifest has the right digest needs not be fetched again. Signatures and severed sections of
    /// a dependency aren't covered by that digest: what came damaged must not stay for good.
    ///
    /// # Errors
    /// `ComponentUnknown`: where its components are, the digest and the dependent say, so another copy has them there too.
    pub(super) fn is_sound(&mut self, target: u8) -> Result<bool, ProcessError> {
        let manifest = self.frame.manifest;
        if !self.is_dependency(manifest, target) {
            return Ok(true);
        }
        match self.load(target, manifest).and_then(|number| self.fits(number, manifest)) {
            Err(ProcessError::ComponentUnknown) => Err(ProcessError::ComponentUnknown),
            found => Ok(found.is_ok()),
        }
    }

    /// Reads a dependency, authenticates it (P-151), and finds its components.
    fn load(&mut self, target: u8, dependent: u8) -> Result<u8, ProcessError> {
        let number = self.read_dependency(target)?;
        let Some(loaded) = self.loaded(number) else { return Err(ProcessError::NotADependency) };
        if loaded.signed.is_some() {
            // Its components are looked up once: they can't be in another place for another dependent.
            let before = loaded.prefix;
            let same = self.prefix_for(dependent, target)? == before;
            return if same { Ok(number) } else { Err(ProcessError::ComponentUnknown) };
        }
        self.authenticate_loaded(number)?;
        let targets = self.targets;
        let found = self.accept(number, target, dependent);
        if found.is_err() {
            // Components that were found before it was refused have their identifiers in it.
            self.targets = targets;
            if let Some(place) = self.loaded_mut(number) {
                place.signed = None;
            }
        }
        found.map(|()| number)
    }

    /// Finds a dependency in memory authentic, and its manifest sound.
    // Not inlined, as what follows isn't: nothing else shall lie on the stack while the structure is checked.
    #[inline(never)]
    fn authenticate_loaded(&mut self, number: u8) -> Result<(), ProcessError> {
        let Some(loaded) = self.loaded(number) else { return Ok(()) };
        let envelope = Envelope::parse(loaded.bytes, self.tagging())?;
        let authenticated = authenticate(&envelope, &self.setup.trust, &self.setup.crypto, &mut self.budget)?;
        let signed = authenticated.manifest_for(self.setup.supported)?;
        if let Some(place) = self.loaded_mut(number) {
            place.signed = Some(signed);
        }
        Ok(())
    }

    /// Whether a dependency's manifest may be used, and where its components are.
    #[inline(never)]
    fn accept(&mut self, number: u8, target: u8, dependent: u8) -> Result<(), ProcessError> {
        // P-038, by where the dependency is stored.
        let path = self.path_of(target);
        if self.manifest(number).manifest().sequence_number() < self.platform.floor(path)? {
            return Err(ProcessError::Rollback);
        }
        let prefix = self.prefix_for(dependent, target)?;
        if let Some(place) = self.loaded_mut(number) {
            place.prefix = prefix;
        }
        self.look_up(number)
    }

    /// Checks what must hold before anything of a dependency runs: its sections of the procedure are there (P-060), and the
    /// dependent has every one of them (P-152).
    fn fits(&self, number: u8, dependent: u8) -> Result<(), ProcessError> {
        for key in self.procedure.sections() {
            match self.manifest(number).section(*key, &self.setup.crypto)? {
                Part::Absent => continue,
                Part::Missing(_) => return Err(ProcessError::SectionMissing(*key)),
                Part::Present(_) => {}
            }
            let lacking = !self.manifest(dependent).manifest().has(*key);
            if lacking && !self.setup.options.sections_unmatched {
                return Err(ProcessError::DependentLacksSection(*key));
            }
        }
        Ok(())
    }

    /// TD §5.6.4: the dependency is authentic and has the digest that the dependent gives. Any failure aborts (P-159,
    ///
    pub(super) fn dependency_integrity(&mut self, target: u8) -> Result<(), ProcessError> {
        let manifest = self.frame.manifest;
        if !self.is_dependency(manifest, target) {
            return Err(ProcessError::NotADependency);
        }
        let unset = ProcessError::ParameterUnset(ParameterKey::ImageDigest);
        let wanted = self.digest_of(target).ok_or(unset)?;
        // In a rehearsal it isn't there yet.
        if self.state(target) == State::Rehearsed {
            return Ok(());
        }
        let number = self.load(target, manifest)?;
        let digest = self.manifest(number).authenticated().digest();
        // The manifest was held against the wrapper's digest when it was authenticated.
        if digest != wanted {
            return Err(ProcessError::DependencyMismatch);
        }
        self.fits(number, manifest)?;
        let by = bit(manifest);
        if let Some(loaded) = self.loaded_mut(number) {
            loaded.verified_by |= by;
        }
        Ok(())
    }

    /// TD §5.6.2: runs the shared sequence and the present section of a dependency (P-155).
    pub(super) fn process_dependency(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let manifest = self.frame.manifest;
        if !self.is_dependency(manifest, target) {
            // P-156: with all components selected it means all dependencies.
            return if self.frame.choice == Choice::All {
                Ok(Flow::Next)
            } else {
                Err(ProcessError::NotADependency)
            };
        }
        if self.state(target) == State::Rehearsed {
            return Ok(Flow::Next);
        }
        let by = bit(manifest);
        let verified = self
            .number_of(target)
            .filter(|number| self.loaded(*number).is_some_and(|loaded| loaded.verified_by & by != 0));
        let number = match verified {
            Some(number) => number,
            // P-154: only what dependency-integrity has looked at.
            None if !self.setup.options.integrity_unasked => return Err(ProcessError::DependencyUnverified),
            None => {
                let number = self.load(target, manifest)?;
                self.fits(number, manifest)?;
                number
            }
        };
        // P-155: the section of the same label, which is another one than that of the procedure where unlink has led here.
        let uninstalls = self.frame.section == ManifestKey::Uninstall;
        if self.procedure == Procedure::Update && !self.rehearsing && !uninstalls {
            // P-168: from now on the root manifest uses it.
            let root = self.root.manifest().component_id();
            let handle = self.handle(target);
            self.platform.reference(handle, root, true)?;
        }
        // TD §5.4: an absent section is immediate success, without the shared sequence.
        if !self.manifest(number).manifest().has(self.frame.section) {
            if !uninstalls {
                self.has_run(number);
            }
            return Ok(Flow::Next);
        }
        self.open_shared(number, uninstalls)?;
        Ok(Flow::Entered)
    }

    /// Notes that the present section of a dependency has come to its end.
    fn has_run(&mut self, number: u8) {
        let ran = self.stage.saturating_add(1);
        if let Some(loaded) = self.loaded_mut(number) {
            loaded.ran = ran;
        }
    }

    /// What a target holds has changed: it isn't the dependency any more that was verified (P-160).
    pub(super) fn drop_integrity(&mut self, target: u8) {
        let number = self.number_of(target);
        if let Some(loaded) = number.and_then(|number| self.loaded_mut(number)) {
            loaded.verified_by = 0;
        }
    }

    /// P-152: when a section ends, the same section of every dependency has run. Which ones are uninstalled, unlink
    /// decides.
    pub(super) fn dependencies_ran(&mut self, frame: &Frame) -> Result<(), ProcessError> {
        if frame.uninstalls || self.procedure == Procedure::Uninstall {
            return Ok(());
        }
        self.has_run(frame.manifest);
        if self.setup.options.sections_unmatched {
            return Ok(());
        }
        let Some(key) = self.section() else { return Ok(()) };
        let dependencies = self.manifest(frame.manifest).manifest().dependencies();
        for dependency in dependencies.iter() {
            let target = self.target_of(frame.manifest, dependency.index)?;
            let handle = self.handle(target);
            if self.state(target) == State::Rehearsed {
                continue;
            }
            if self.platform.length(handle).is_none() {
                // Until install has ended it may still come; a set that lacks one isn't valid (P-041).
                match key {
                    ManifestKey::DependencyResolution
                    | ManifestKey::PayloadFetch
                    | ManifestKey::CandidateVerification => continue,
                    _ => return Err(ProcessError::DependencyUnprocessed),
                }
            }
            let number = self.load(target, frame.manifest)?;
            let ran = self.loaded(number).map_or(0, |loaded| loaded.ran);
            let has = self.manifest(number).manifest().has(key);
            if has && ran != self.stage.saturating_add(1) {
                return Err(ProcessError::DependencyUnprocessed);
            }
        }
        Ok(())
    }

    /// TD §5.6.5: gives up the reference of the root manifest; a dependency that nobody refers to any more is
    /// uninstalled (A-19, P-170).
    pub(super) fn unlink(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let manifest = self.frame.manifest;
        if self.rehearsing {
            // What is stored there next is taken for possible.
            self.set_state(target, State::Rehearsed);
            return Ok(Flow::Next);
        }
        let handle = self.handle(target);
        let root = self.root.manifest().component_id();
        let left = self.platform.reference(handle, root, false)?;
        if left > 0 || !self.is_dependency(manifest, target) || self.platform.length(handle).is_none() {
            return Ok(Flow::Next);
        }
        let number = match self.load(target, manifest) {
            // An update replaces what came damaged; of that nothing may be run.
            Err(error)
                if self.procedure == Procedure::Update && !matches!(error, ProcessError::Platform(_)) =>
            {
                return Ok(Flow::Next);
            }
            number => number?,
        };
        if !self.manifest(number).manifest().has(ManifestKey::Uninstall) {
            return Ok(Flow::Next);
        }
        self.open_shared(number, true)?;
        Ok(Flow::Entered)
    }

    /// At the end of an update the dependencies that ran can't go back either.
    pub(super) fn raise_dependency_floors(&mut self) -> Result<(), ProcessError> {
        for number in 1..=u8::MAX {
            // Between others a place is free where one was replaced in an earlier procedure.
            let Some(loaded) = self.loaded(number).copied() else { continue };
            if let (Some(signed), true, Some(path)) =
                (loaded.signed, loaded.ran > 0, self.path_of(loaded.target))
            {
                self.platform.set_floor(Some(path), signed.manifest().sequence_number())?;
            }
        }
        Ok(())
    }
}
