//! Parameters: which are set for which target, and where their values stand.

use suit_core::cbor::Reader;
use suit_core::labels::ParameterKey;

use super::machine::offset;
use super::memory::{Kind, Setting};
use super::{ProcessError, Processor};
use crate::platform::Platform;

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// set-parameters and override-parameters (P-083, P-084) for one target.
    pub(super) fn set_parameters(
        &mut self,
        argument: Reader<'a>,
        manifest: u8,
        target: u8,
        replace: bool,
    ) -> Result<(), ProcessError> {
        const STRICT_ORDER: i64 = ParameterKey::StrictOrder.code();
        const SOFT_FAILURE: i64 = ParameterKey::SoftFailure.code();
        let mut reader = argument;
        for _ in 0..reader.map()? {
            let label = reader.int()?;
            match label {
                // P-128: commands always run in order.
                STRICT_ORDER => {}
                SOFT_FAILURE => {
                    let soft = reader.clone().bool()?;
                    // It always has a value, so set-parameters leaves it.
                    self.set_soft_failure(soft, replace)?;
                }
                _ => {
                    // P-088: a custom parameter is only a hint; none is looked at, so one that has no room is no loss.
                    if let Ok(label) = i16::try_from(label) {
                        self.set(Setting { at: offset(&reader), label, target, manifest }, replace)?;
                    }
                }
            }
            reader.item()?;
        }
        Ok(())
    }

    fn set_soft_failure(&mut self, soft: bool, replace: bool) -> Result<(), ProcessError> {
        match self.top_mut() {
            Some(frame) if matches!(frame.kind, Kind::Alternative | Kind::Run) => {
                // P-121: for this sequence, not for those inside or around it.
                frame.soft = if replace { soft } else { frame.soft };
                Ok(())
            }
            // P-122: only nested sequences have it.
            _ => Err(ProcessError::SoftFailureMisplaced),
        }
    }

    /// Sets a parameter. It keeps the place of its value, and the manifest keeps the value.
    pub(super) fn set(&mut self, setting: Setting, replace: bool) -> Result<(), ProcessError> {
        let used = usize::from(self.settings);
        let same = |old: &&mut Setting| old.label == setting.label && old.target == setting.target;
        let known = self.memory.settings.get_mut(..used).and_then(|known| known.iter_mut().find(same));
        if let Some(old) = known {
            if replace {
                *old = setting;
            }
            return Ok(());
        }
        let free = self.memory.settings.get_mut(used).ok_or(ProcessError::TooManyParameters)?;
        *free = setting;
        self.settings = self.settings.checked_add(1).ok_or(ProcessError::TooManyParameters)?;
        Ok(())
    }

    /// Where a parameter of a target is set, if it is.
    pub(super) fn setting(&self, target: u8, label: i16) -> Option<Setting> {
        let used = self.memory.settings.get(..usize::from(self.settings))?;
        used.iter().find(|setting| setting.label == label && setting.target == target).copied()
    }

    /// A reader at the value of a parameter, if it is set.
    pub(super) fn parameter(&self, target: u8, key: ParameterKey) -> Option<Reader<'a>> {
        let label = i16::try_from(key.code()).ok()?;
        let setting = self.setting(target, label)?;
        Some(self.reader(setting.manifest, setting.at))
    }

    /// A reader at the value of a parameter that a directive needs.
    pub(super) fn needed(&self, target: u8, key: ParameterKey) -> Result<Reader<'a>, ProcessError> {
        self.parameter(target, key).ok_or(ProcessError::ParameterUnset(key))
    }
}
