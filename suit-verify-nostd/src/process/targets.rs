//! Components and dependencies of the manifests, and what is known of them.

use super::memory::{State, Target};
use super::{ProcessError, Processor};
use crate::platform::{ComponentPath, Handle, Platform};
use crate::signed::SignedManifest;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Looks up every component of the root manifest (P-009, P-043).
    pub(super) fn look_up_root(&mut self) -> Result<(), ProcessError> {
        let manifest = *self.root.manifest();
        // P-150: without dependency support such a manifest is refused.
        if !manifest.dependencies().is_empty() {
            return Err(ProcessError::DependenciesUnsupported);
        }
        for id in manifest.components().iter() {
            self.add_target(&ComponentPath::new(id), 0, self.targets)?;
        }
        Ok(())
    }

    fn add_target(
        &mut self,
        path: &ComponentPath<'_>,
        manifest: u8,
        position: u8,
    ) -> Result<(), ProcessError> {
        let handle = self.platform.component(path).ok_or(ProcessError::ComponentUnknown)?;
        let free = self.memory.targets.get_mut(usize::from(self.targets));
        *free.ok_or(ProcessError::TooManyComponents)? =
            Target { handle, manifest, position, state: State::Unknown };
        self.targets = self.targets.checked_add(1).ok_or(ProcessError::TooManyComponents)?;
        Ok(())
    }

    /// What was found out in an earlier procedure doesn't count in this one.
    pub(super) fn forget_targets(&mut self) {
        for target in self.memory.targets.iter_mut() {
            target.state = State::Unknown;
        }
    }

    /// The manifest with this number.
    pub(super) fn manifest(&self, _number: u8) -> &SignedManifest<'a> {
        &self.root
    }

    /// The target for a component index of a manifest.
    pub(super) fn target_of(&self, manifest: u8, index: u64) -> Result<u8, ProcessError> {
        let position = u8::try_from(index).map_err(|_| ProcessError::ComponentUnknown)?;
        self.target_at(manifest, position)
    }

    /// The target with this position in a manifest: its components in order, then its other dependencies.
    ///
    /// # Errors
    /// If there are not so many.
    pub(super) fn target_at(&self, _manifest: u8, position: u8) -> Result<u8, ProcessError> {
        if position < self.targets { Ok(position) } else { Err(ProcessError::ComponentUnknown) }
    }

    pub(super) fn handle(&self, target: u8) -> Handle {
        self.memory.targets.get(usize::from(target)).map_or(Handle(0), |target| target.handle)
    }

    pub(super) fn state(&self, target: u8) -> State {
        self.memory.targets.get(usize::from(target)).map_or(State::Unknown, |target| target.state)
    }

    pub(super) fn set_state(&mut self, target: u8, state: State) {
        if let Some(target) = self.memory.targets.get_mut(usize::from(target)) {
            target.state = state;
        }
    }
}
