//! Components and dependencies of the manifests, and what is known of them.

use super::memory::{State, Target};
use super::{ProcessError, Processor};
use crate::platform::{ComponentPath, Handle, Platform};
#[cfg(not(feature = "trust-domains"))]
use crate::signed::SignedManifest;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Looks up what the root manifest works on (P-009, P-043).
    pub(super) fn look_up_root(&mut self) -> Result<(), ProcessError> {
        // P-150: without dependency support such a manifest is refused.
        if !self.root.manifest().dependencies().is_empty() && !self.takes_dependencies() {
            return Err(ProcessError::DependenciesUnsupported);
        }
        self.look_up(0)
    }

    #[cfg(not(feature = "trust-domains"))]
    #[allow(clippy::unused_self, reason = "as with trust domains")]
    const fn takes_dependencies(&self) -> bool {
        false
    }

    /// Looks up what a manifest works on, as far as it wasn't met before.
    pub(super) fn look_up(&mut self, manifest: u8) -> Result<(), ProcessError> {
        let mut position = 0_u8;
        while let Some(path) = self.path_at(manifest, position) {
            if self.is_new(manifest, &path) {
                let handle = self.platform.component(&path).ok_or(ProcessError::ComponentUnknown)?;
                let free = self.memory.targets.get_mut(usize::from(self.targets));
                *free.ok_or(ProcessError::TooManyComponents)? =
                    Target { handle, manifest, position, state: State::Unknown };
                self.targets = self.targets.checked_add(1).ok_or(ProcessError::TooManyComponents)?;
            }
            position = position.checked_add(1).ok_or(ProcessError::TooManyComponents)?;
        }
        if manifest == 0 {
            self.root_targets = self.targets;
        }
        #[cfg(feature = "trust-domains")]
        {
            // a dependency that is no component and has no prefix is nowhere.
            let dependencies = self.manifest(manifest).manifest().dependencies();
            if dependencies.iter().any(|it| self.target_of(manifest, it.index).is_err()) {
                return Err(ProcessError::ComponentUnknown);
            }
        }
        Ok(())
    }

    #[cfg(not(feature = "trust-domains"))]
    #[allow(clippy::unused_self, reason = "as with trust domains")]
    const fn is_new(&self, _: u8, _: &ComponentPath<'_>) -> bool {
        // The grammar refuses identifiers that are listed twice.
        true
    }

    #[cfg(feature = "trust-domains")]
    fn is_new(&self, manifest: u8, path: &ComponentPath<'_>) -> bool {
        manifest == 0 || self.known(path).is_none()
    }

    /// The target with this identifier (A-15: parameters are those of an identifier, whichever manifest names it).
    #[cfg(feature = "trust-domains")]
    fn known(&self, path: &ComponentPath<'_>) -> Option<u8> {
        (0..self.targets).find(|target| self.path_of(*target).as_ref() == Some(path))
    }

    /// The identifier of a target.
    #[cfg(any(feature = "trust-domains", feature = "owner-policy", feature = "report"))]
    pub(super) fn path_of(&self, target: u8) -> Option<ComponentPath<'a>> {
        let target = self.memory.targets.get(usize::from(target))?;
        self.path_at(target.manifest, target.position)
    }

    /// The identifier at a position of the manifest.
    #[cfg(not(feature = "trust-domains"))]
    fn path_at(&self, _manifest: u8, position: u8) -> Option<ComponentPath<'a>> {
        self.root.manifest().components().get(position.into()).map(ComponentPath::new)
    }

    #[cfg(not(feature = "trust-domains"))]
    #[allow(clippy::unused_self, reason = "as with trust domains")]
    pub(super) const fn is_dependency(&self, _: u8, _: u8) -> bool {
        false
    }

    /// What was found out in an earlier procedure doesn't count in this one.
    pub(super) fn forget_targets(&mut self) {
        self.targets = self.root_targets;
        for target in self.memory.targets.iter_mut() {
            target.state = State::Unknown;
        }
    }

    /// The manifest with this number.
    #[cfg(not(feature = "trust-domains"))]
    pub(super) const fn manifest(&self, _number: u8) -> &SignedManifest<'a> {
        &self.root
    }

    /// The target for a component index of a manifest.
    #[cfg(not(feature = "trust-domains"))]
    pub(super) fn target_of(&self, manifest: u8, index: u64) -> Result<u8, ProcessError> {
        let position = u8::try_from(index).ok();
        position.and_then(|it| self.target_at(manifest, it)).ok_or(ProcessError::ComponentUnknown)
    }

    /// The target at a position of a manifest, if it has so many.
    pub(super) fn target_at(&self, manifest: u8, position: u8) -> Option<u8> {
        #[cfg(feature = "trust-domains")]
        if manifest > 0 {
            return self.known(&self.path_at(manifest, position)?);
        }
        let _ = manifest;
        (position < self.root_targets).then_some(position)
    }

    /// Whether a component index of a manifest stands for this target.
    #[cfg(any(feature = "trust-domains", feature = "report"))]
    pub(super) fn is_target(&self, target: u8, manifest: u8, index: u64) -> bool {
        self.target_of(manifest, index).is_ok_and(|found| found == target)
    }

    pub(super) fn handle(&self, target: u8) -> Handle {
        self.memory.targets.get(usize::from(target)).map_or(Handle(0), |target| target.handle)
    }

    pub(super) fn state(&self, target: u8) -> State {
        self.memory.targets.get(usize::from(target)).map_or(State::Unknown, |target| target.state)
    }

    /// Nothing is known any more of what a target holds, by whatever name the device knows the place.
    pub(super) fn changed(&mut self, target: u8) {
        let handle = self.handle(target);
        for target in 0..self.targets {
            if self.handle(target) == handle {
                self.set_state(target, State::Unknown);
                #[cfg(feature = "trust-domains")]
                self.drop_integrity(target);
            }
        }
    }

    pub(super) fn set_state(&mut self, target: u8, state: State) {
        if let Some(target) = self.memory.targets.get_mut(usize::from(target)) {
            target.state = state;
        }
    }
}
