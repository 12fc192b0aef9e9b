//! Parameters: which are set for which target, and where their values stand.

use suit_core::cbor::{TRUE, Walked};
use suit_core::digest::Digest;
use suit_core::labels::ParameterKey;

use super::memory::{Kind, Setting};
use super::{ProcessError, Processor};
use crate::platform::Platform;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// set-parameters and override-parameters (P-083, P-084) for one target.
    pub(super) fn set_parameters(
        &mut self,
        map: &mut Walked<'a>,
        target: u8,
        replace: bool,
    ) -> Result<(), ProcessError> {
        const STRICT_ORDER: i16 = label(ParameterKey::StrictOrder);
        const SOFT_FAILURE: i16 = label(ParameterKey::SoftFailure);
        let manifest = self.frame.manifest;
        for _ in 0..map.number() {
            // P-088: a custom parameter is only a hint, so one whose label has no room is no loss. No parameter is 0.
            let label = i16::try_from(map.int()).unwrap_or(0);
            let at = map.offset();
            if label == SOFT_FAILURE {
                // It always has a value, so set-parameters leaves it.
                self.set_soft_failure(map.clone().number() == TRUE, replace)?;
            } else if label != STRICT_ORDER && label != 0 {
                // P-128: commands always run in order.
                self.set(Setting { at, label, target, manifest }, replace)?;
            }
            map.skip();
        }
        Ok(())
    }

    fn set_soft_failure(&mut self, soft: bool, replace: bool) -> Result<(), ProcessError> {
        // P-122: only nested sequences have it.
        if !matches!(self.frame.kind, Kind::Alternative | Kind::Run) {
            return Err(ProcessError::SoftFailureMisplaced);
        }
        // P-121: for this sequence, not for those inside or around it.
        if replace {
            self.frame.soft = soft;
        }
        Ok(())
    }

    /// Sets a parameter. It keeps the place of its value, and the manifest keeps the value.
    pub(super) fn set(&mut self, setting: Setting, replace: bool) -> Result<(), ProcessError> {
        let mut used = 0_u8;
        for old in self.memory.settings.iter_mut() {
            let free = used >= self.settings;
            if free || (old.label == setting.label && old.target == setting.target) {
                if free {
                    self.settings = self.settings.checked_add(1).ok_or(ProcessError::TooManyParameters)?;
                }
                if free || replace {
                    *old = setting;
                }
                return Ok(());
            }
            used = used.saturating_add(1);
        }
        Err(ProcessError::TooManyParameters)
    }

    /// Where a parameter of a target is set, if it is.
    pub(super) fn setting(&self, target: u8, key: ParameterKey) -> Option<Setting> {
        self.setting_labelled(target, label(key))
    }

    /// The same by label, which may be custom.
    pub(super) fn setting_labelled(&self, target: u8, label: i16) -> Option<Setting> {
        let used = self.memory.settings.get(..usize::from(self.settings))?;
        used.iter().find(|setting| setting.label == label && setting.target == target).copied()
    }

    /// A cursor at the value of a parameter, if it is set.
    pub(super) fn parameter(&self, target: u8, key: ParameterKey) -> Option<Walked<'a>> {
        let setting = self.setting(target, key)?;
        Some(self.cursor(setting.manifest, setting.at))
    }

    /// A parameter that is an unsigned integer, if it is set.
    pub(super) fn uint_of(&self, target: u8, key: ParameterKey) -> Option<u64> {
        Some(self.parameter(target, key)?.number())
    }

    /// The content of a parameter that is a string, if it is set.
    pub(super) fn string_of(&self, target: u8, key: ParameterKey) -> Option<&'a [u8]> {
        Some(self.parameter(target, key)?.string())
    }

    /// The same where a directive needs it.
    pub(super) fn needed(&self, target: u8, key: ParameterKey) -> Result<&'a [u8], ProcessError> {
        self.string_of(target, key).ok_or(ProcessError::ParameterUnset(key))
    }

    /// The parameter image-digest, if it is set.
    pub(super) fn digest_of(&self, target: u8) -> Option<Digest<'a>> {
        Some(self.parameter(target, ParameterKey::ImageDigest)?.wrapped().digest())
    }
}

/// Labels of the registry are small.
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "from 1 to 30, and one that fits 16 bits"
)]
pub(super) const fn label(key: ParameterKey) -> i16 {
    key.code() as i16
}
