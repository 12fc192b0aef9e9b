//! What the device's owner permits, whatever a manifest asks for.
//!
//! A manifest says what its author wants. A policy says when and under which conditions the owner lets it happen: at
//! which times not, with how much radio, storage and memory, and which components not at all. It is held against every
//! effect before the effect begins, and no command turns it off.
//!
//! A policy is borrowed from constants and checked where it is built, at compile time if it is one:
//!
//! ```
//! use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
//! use suit_verify_nostd::policy::{Blackout, Critical, OwnerPolicy, Weekdays, Window};
//!
//! /// Central European Time: from the last Sunday of March, 02:00, to the last one of October, 03:00.
//! const ZONE: Zone = {
//!     let (Ok(start), Ok(end)) = (Switch::new(3, 5, 0, 7200), Switch::new(10, 5, 0, 10800)) else { panic!() };
//!     let Ok(zone) = Zone::new(3600, Some(Daylight { offset: 7200, start, end })) else { panic!() };
//!     zone
//! };
//! /// The weekend nights: from Friday and Saturday, 20:00, to 04:30.
//! const WINDOWS: [Window; 1] = {
//!     let days = Weekdays::FRIDAY.and(Weekdays::SATURDAY);
//!     let Ok(window) = Window::new(20 * 3600, 4 * 3600 + 1800, days) else { panic!() };
//!     [window]
//! };
//! const POLICY: OwnerPolicy<'static> = {
//!     let Ok(blackout) = Blackout::new(ZONE, &WINDOWS) else { panic!() };
//!     let Ok(policy) = OwnerPolicy::new().blackout(blackout).radio(-95) else { panic!() };
//!     policy.storage(16 * 1024).veto(&[&[b"boot"]]).critical(Critical {
//!         at_most: -1,
//!         ignores_blackout: true,
//!         ignores_radio: false,
//!     })
//! };
//! # assert_ne!(POLICY, OwnerPolicy::new());
//! ```
//!
//! `docs/design/owner-policy.md` says why the rules are as they are.

mod blackout;
mod decision;

pub use blackout::{Blackout, PolicyError, WINDOWS_MAX, Weekdays, Window};
pub use decision::{Action, Decision, Facts, Request, Rule};

use crate::platform::ComponentPath;

/// What the owner permits, borrowed. The default permits everything.
///
/// | action | [`Veto`](Rule::Veto) | [`Blackout`](Rule::Blackout), [`NoClock`](Rule::NoClock) | [`Radio`](Rule::Radio) | [`Storage`](Rule::Storage) | [`Ram`](Rule::Ram) |
/// |---|---|---|---|---|---|
/// | [`Fetch`](Action::Fetch) | yes | yes, unless [`Blackout::letting_fetch`] | yes | yes | yes |
/// | [`Install`](Action::Install) | yes | yes | | yes | yes |
/// | [`Remove`](Action::Remove) | yes | yes | | | |
/// | [`Invoke`](Action::Invoke) | | | | | |
/// | [`Load`](Action::Load) | yes | | | | |
/// | can a [critical](Critical) update ignore it? | never | if the owner says so | if the owner says so | never | never |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnerPolicy<'p> {
    blackout: Option<Blackout<'p>>,
    radio: Option<i16>,
    storage: Option<u64>,
    ram: Option<u64>,
    veto: &'p [&'p [&'p [u8]]],
    critical: Option<Critical>,
}

/// What the owner lets critical updates do. A priority is the author's word, so nothing is critical unless the owner
/// says from which priority on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Critical {
    /// An update is critical if it has this priority or a smaller number, which is more urgent
    /// (draft-ietf-suit-update-management-14 §4.3). One without a priority never is.
    pub at_most: i64,
    /// Whether it may go on within blackout windows, and without a clock.
    pub ignores_blackout: bool,
    /// Whether it may be fetched with less radio than is asked for, or with an unknown level.
    pub ignores_radio: bool,
}

impl<'p> OwnerPolicy<'p> {
    /// No rule: everything is permitted.
    #[must_use]
    pub const fn new() -> Self {
        Self { blackout: None, radio: None, storage: None, ram: None, veto: &[], critical: None }
    }

    /// With times at which nothing may change.
    #[must_use]
    pub const fn blackout(self, blackout: Blackout<'p>) -> Self {
        Self { blackout: Some(blackout), ..self }
    }

    /// With a minimum level of received radio, in dBm.
    ///
    /// # Errors
    /// [`PolicyError::Radio`] if it is not -150 to 0: a level that no receiver shows, as one without its sign.
    pub const fn radio(self, least: i16) -> Result<Self, PolicyError> {
        if least < -150 || least > 0 {
            return Err(PolicyError::Radio);
        }
        Ok(Self { radio: Some(least), ..self })
    }

    /// With a number of bytes of storage that must stay free.
    #[must_use]
    pub const fn storage(self, least: u64) -> Self {
        Self { storage: Some(least), ..self }
    }

    /// With a number of bytes of memory that must stay free.
    #[must_use]
    pub const fn ram(self, least: u64) -> Self {
        Self { ram: Some(least), ..self }
    }

    /// With components that must not be changed: those whose identifiers begin with all parts of one of these. An
    /// entry without parts stands for all components.
    #[must_use]
    pub const fn veto(self, prefixes: &'p [&'p [&'p [u8]]]) -> Self {
        Self { veto: prefixes, ..self }
    }

    /// With an exception for critical updates.
    #[must_use]
    pub const fn critical(self, critical: Critical) -> Self {
        Self { critical: Some(critical), ..self }
    }

    /// Whether an effect may begin now. If several rules are against it, the answer names the one with the smallest
    /// [number](Rule::number).
    #[must_use]
    pub fn decide(&self, facts: &Facts, request: &Request<'_>) -> Decision {
        let action = request.action;
        // What is installed must start at any time, or the owner's policy would be what cuts off the device.
        if action == Action::Invoke {
            return Decision::Allowed;
        }
        if self.vetoes(request.component) {
            return Decision::Refused { rule: Rule::Veto };
        }
        if action == Action::Load {
            return Decision::Allowed;
        }
        let critical = match (self.critical, request.priority) {
            // UM §4.3: smaller values are more urgent.
            (Some(critical), Some(priority)) if priority <= critical.at_most => Some(critical),
            _ => None,
        };
        if let Some(blackout) = &self.blackout
            && !(action == Action::Fetch && blackout.lets_fetch())
            && !critical.is_some_and(|critical| critical.ignores_blackout)
        {
            let free = facts.utc.and_then(|now| blackout.free_from(now));
            // Whoever can't know that it is outside of the windows doesn't act.
            if free.is_none() {
                return Decision::Refused { rule: Rule::NoClock };
            }
            if free != facts.utc {
                return Decision::NotNow { rule: Rule::Blackout, retry_at: free };
            }
        }
        let rule = if action == Action::Fetch
            && !critical.is_some_and(|critical| critical.ignores_radio)
            && lacking_radio(self.radio, facts.radio)
        {
            Rule::Radio
        } else if action != Action::Remove && lacking(self.storage, request.storage, facts.free_storage) {
            Rule::Storage
        } else if action != Action::Remove && lacking(self.ram, request.ram, facts.free_ram) {
            Rule::Ram
        } else {
            return Decision::Allowed;
        };
        Decision::NotNow { rule, retry_at: None }
    }

    fn vetoes(&self, component: ComponentPath<'_>) -> bool {
        self.veto.iter().any(|prefix| {
            let mut parts = component.parts();
            prefix.iter().all(|part| parts.next() == Some(part))
        })
    }
}

/// Whether the level is less than `least`, or nobody knows.
fn lacking_radio(least: Option<i16>, level: Option<i16>) -> bool {
    least.is_some_and(|least| level.is_none_or(|level| level < least))
}

/// Whether less than `least` would stay free if `needed` is taken, or nobody knows.
fn lacking(least: Option<u64>, needed: Option<u64>, free: Option<u64>) -> bool {
    let Some(least) = least else { return false };
    let left = free.and_then(|free| free.checked_sub(needed.unwrap_or(0)));
    left.is_none_or(|left| left < least)
}
