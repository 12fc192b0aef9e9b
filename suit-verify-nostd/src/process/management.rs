//! Update management: conditions on time, power, permission and version, `wait`, and parameters of other components
//! (draft-ietf-suit-update-management-14 §5).

use suit_core::cbor::{Reader, Walked};
use suit_core::labels::{Condition, ParameterKey};
use suit_core::version::VersionMatch;
use suit_core::wait::{Event, WaitInfo};

use super::machine::Flow;
use super::memory::{Choice, Setting, State};
use super::{Pause, ProcessError, Processor};
use crate::calendar::{Due, due};
use crate::platform::{Level, Platform};

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Whether a condition of update management holds, with its parameter.
    // Not inlined: what it and `wait` need shall not lie on the stack under all other commands.
    #[inline(never)]
    pub(super) fn managed(
        &mut self,
        condition: Condition,
        mut given: Walked<'a>,
        target: u8,
    ) -> Result<bool, ProcessError> {
        Ok(match condition {
            // P-190: now < use-before, in 64 bits. Without a clock nobody knows, so it doesn't hold.
            Condition::UseBefore => {
                let before = given.number();
                self.platform.now().is_some_and(|now| now < before)
            }
            // P-191: fails if they are equal.
            Condition::ImageNotMatch => {
                let digest = given.wrapped().digest();
                self.state(target) == State::Rehearsed || !self.has_digest(target, &digest)?
            }
            // P-192: at least so much.
            Condition::MinimumBattery => {
                let least = given.number();
                self.platform.battery().is_some_and(|charge| charge >= least)
            }
            // P-193: the application says.
            Condition::UpdateAuthorized => self.platform.authorized(given.int()),
            Condition::Version => {
                let wanted = VersionMatch::known(&mut given.wrapped());
                let handle = self.handle(target);
                let version = self.platform.version(handle);
                // A component without a known version satisfies nothing.
                !version.is_empty() && wanted.is_some_and(|wanted| wanted.holds(version))
            }
            _ => false,
        })
    }

    /// UM §5.6: goes on once all events have happened (P-196).
    #[inline(never)]
    pub(super) fn wait(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let content = Reader::new(self.needed(target, ParameterKey::WaitInfo)?);
        let mut holds = true;
        let mut seconds = None;
        for event in WaitInfo::known(content) {
            match self.event(&event?)? {
                Due::Now => {}
                Due::In(more) => {
                    holds = false;
                    seconds = seconds.max(Some(more));
                }
                // P-197, P-198: the device can't tell, ever.
                Due::Never | Due::Unsupported | Due::NoClock => return Err(ProcessError::EventUnsupported),
            }
        }
        if holds || self.rehearsing {
            return Ok(Flow::Next);
        }
        let retry_at = match seconds {
            Some(0) | None => None,
            Some(seconds) => self.platform.now().and_then(|now| now.checked_add(seconds)),
        };
        self.memory.kept.pause = Pause { owner_rule: None, retry_at };
        Ok(Flow::Pause)
    }

    /// Whether an event has happened. `In(0)`: it hasn't, and no clock says when it will.
    fn event(&mut self, event: &Event<'a>) -> Result<Due, ProcessError> {
        let happened = |holds| if holds { Due::Now } else { Due::In(0) };
        let level = |level: Option<i64>, holds: fn(i64, i64) -> bool, wanted| match level {
            Some(level) => happened(holds(level, wanted)),
            None => Due::Unsupported,
        };
        Ok(match *event {
            Event::Authorization(priority) => happened(self.platform.authorized(priority)),
            // UM §4.5 leaves the scales to the deployment: power is a least level, network a state.
            Event::Power(wanted) => {
                level(self.platform.level(Level::Power), |is, wanted| is >= wanted, wanted)
            }
            Event::Network(wanted) => {
                level(self.platform.level(Level::Network), |is, wanted| is == wanted, wanted)
            }
            Event::OtherDeviceVersion(device, mut versions) => match self.platform.other_version(device) {
                Some(version) => happened(versions.all(|wanted| wanted.holds(version))),
                None => Due::Unsupported,
            },
            ref clock => {
                let (now, zone) = (self.platform.now(), self.platform.zone());
                due(clock, now, zone.as_ref()).unwrap_or(Due::Unsupported)
            }
        })
    }

    /// UM §5.7: parameters of several components; the last one stays selected (P-106).
    pub(super) fn override_multiple(&mut self, argument: &mut Walked<'a>) -> Result<Flow, ProcessError> {
        for _ in 0..argument.number() {
            let target = self.target_of(self.frame.manifest, argument.number())?;
            self.set_parameters(argument, target, true)?;
            self.choose(Choice::One(target))?;
        }
        Ok(Flow::Through)
    }

    /// UM §5.8: copies parameters of other components to the present one, replacing its own (P-107).
    pub(super) fn copy_params(&mut self, argument: &mut Walked<'a>) -> Result<Flow, ProcessError> {
        let target = self.frame.target;
        for _ in 0..argument.number() {
            let source = self.target_of(self.frame.manifest, argument.number())?;
            for _ in 0..argument.number() {
                let label = argument.int();
                let found = i16::try_from(label).ok().and_then(|label| self.setting_labelled(source, label));
                let Some(setting) = found else {
                    let key = ParameterKey::from_code(label);
                    return Err(key.map_or(ProcessError::CustomUnset, ProcessError::ParameterUnset));
                };
                self.set(Setting { target, ..setting }, true)?;
            }
        }
        Ok(Flow::Next)
    }
}
