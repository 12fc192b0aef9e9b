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
            Directive::Fetch if self.transfer.is_some() => return Ok(false),
            // A fetch outside of payload-fetch and dependency-resolution goes where the image is used.
            Directive::Fetch if self.section() == Some(ManifestKey::Install) => {
                &[Action::Fetch, Action::Install]
            }
            Directive::Fetch => &[Action::Fetch],
            Directive::Write | Directive::Copy | Directive::Swap => &[Action::Install],
            Directive::Unlink => &[Action::Remove],
            Directive::Invoke => &[Action::Invoke],
            _ => return Ok(false),
        };
        let facts = Facts { utc: self.platform.now(), ..self.platform.resources() };
        let priority = self.parameter(target, ParameterKey::UpdatePriority);
        let priority = priority.map(|mut value| value.int());
        let storage = self.uint_of(target, ParameterKey::ImageSize);
        let Some(component) = self.path_of(target) else { return Ok(false) };
        let Some(policy) = self.platform.owner_policy() else { return Ok(false) };
        for action in actions {
            let request = Request { action: *action, component, priority, storage, ram: None };
            match policy.decide(&facts, &request) {
                Decision::Allowed => {}
                Decision::NotNow { rule, retry_at } if !self.rehearsing => {
                    self.pause = Pause { owner_rule: Some(rule.number()), retry_at };
                    return Ok(true);
                }
                Decision::NotNow { rule, .. } | Decision::Refused { rule } => {
                    return Err(ProcessError::OwnerRefused(rule.number()));
                }
            }
        }
        Ok(false)
    }
}
