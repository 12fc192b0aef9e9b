//! The owner's policy, asked before each effect, whatever the manifest says.

use suit_core::labels::{Directive, ManifestKey, ParameterKey};

use super::{Pause, ProcessError, Processor};
use crate::platform::Platform;
use crate::policy::{Action, Decision, Facts, Request};

impl<P: Platform> Processor<'_, '_, P> {
    /// Whether the owner is against a directive now; then `pause` says why.
    ///
    /// # Errors
    /// `OwnerRefused` if waiting doesn't help, or if this is a rehearsal.
    pub(super) fn owner_objects(&mut self, directive: Directive, target: u8) -> Result<bool, ProcessError> {
        let actions: &[Action] = match directive {
            // A transfer that was permitted goes on.
            Directive::Fetch if self.memory.kept.transfer.is_some() => return Ok(false),
            Directive::Fetch => {
                let uri = self.setting(target, ParameterKey::Uri);
                match self.frame.section {
                    // What came with the envelope isn't fetched.
                    _ if uri.is_some_and(|uri| self.integrated(uri).is_some()) => &[Action::Install],
                    ManifestKey::PayloadFetch | ManifestKey::DependencyResolution => &[Action::Fetch],
                    // In any other section it goes where the image is used.
                    _ => &[Action::Fetch, Action::Install],
                }
            }
            // Loading belongs to starting: a device must come up at any time. But a veto is one whatever a section is called.
            Directive::Copy if self.frame.section == ManifestKey::Load => {
                let handle = self.handle(target);
                if self.platform.is_volatile(handle) { &[Action::Invoke] } else { &[Action::Load] }
            }
            Directive::Write | Directive::Copy | Directive::Swap | Directive::InstallDelta => {
                &[Action::Install]
            }
            Directive::Unlink => &[Action::Remove],
            Directive::Invoke => &[Action::Invoke],
            _ => return Ok(false),
        };
        for action in actions {
            if self.owner_minds(*action, target)? {
                return Ok(true);
            }
        }
        // A swap changes the other component as well. Without a source it fails by itself.
        match (directive, self.source(target)) {
            (Directive::Swap, Ok(source)) => self.owner_minds(Action::Install, source),
            _ => Ok(false),
        }
    }

    fn owner_minds(&mut self, action: Action, target: u8) -> Result<bool, ProcessError> {
        let facts = Facts { utc: self.platform.now(), ..self.platform.resources() };
        let priority = self.parameter(target, ParameterKey::UpdatePriority);
        let priority = priority.map(|mut value| value.int());
        let storage = self.uint_of(target, ParameterKey::ImageSize);
        let Some(component) = self.path_of(target) else { return Ok(false) };
        let Some(policy) = self.platform.owner_policy() else { return Ok(false) };
        match policy.decide(&facts, &Request { action, component, priority, storage, ram: None }) {
            Decision::Allowed => Ok(false),
            Decision::NotNow { rule, retry_at } if !self.rehearsing => {
                self.memory.kept.pause = Pause { owner_rule: Some(rule.number()), retry_at };
                Ok(true)
            }
            Decision::NotNow { rule, .. } | Decision::Refused { rule } => {
                Err(ProcessError::OwnerRefused(rule.number()))
            }
        }
    }
}
