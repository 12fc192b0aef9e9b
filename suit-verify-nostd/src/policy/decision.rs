//! What is asked of a policy, and its answers.

use core::fmt;

use crate::platform::ComponentPath;

/// An effect on the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Action {
    /// Bytes of a payload or a dependency are to come from elsewhere. What came with the envelope is not fetched in
    /// this sense. A fetch into a component that is in use is an `Install`, too, and both are to be asked.
    Fetch,
    /// A component is to be changed: written, copied into, swapped.
    Install,
    /// A component is to go: uninstalled, unlinked.
    Remove,
    /// What is installed is to be started, with what has to be loaded into memory for it. A fetch, or a write that
    /// outlasts a restart, is what it is in whatever section it stands.
    Invoke,
    /// What is installed is to be copied, before it is started, to where it stays over a restart.
    Load,
}

/// What the device knows. An unknown fact is `None`, and a rule that needs it is against everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Seconds since 1970 by a trusted clock.
    pub utc: Option<u64>,
    /// Level of received radio in dBm.
    pub radio: Option<i16>,
    /// Bytes of storage that are free.
    pub free_storage: Option<u64>,
    /// Bytes of memory that are free.
    pub free_ram: Option<u64>,
}

/// What is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The effect.
    pub action: Action,
    /// The component it is on.
    pub component: ComponentPath<'a>,
    /// The update's priority, if the manifest states it; smaller is more urgent.
    pub priority: Option<i64>,
    /// Bytes of free storage that it takes, as far as known. Nothing if it goes where something else was.
    pub storage: Option<u64>,
    /// Bytes of memory that the image says it needs to run. No standard parameter says so; a deployment may have one
    /// of its own.
    pub ram: Option<u64>,
}

/// The answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It may begin.
    Allowed,
    /// It may not begin now, but may later.
    NotNow {
        /// The rule that is against it.
        rule: Rule,
        /// Seconds since 1970: the first second at which this rule permits it. `None` if that isn't up to the clock.
        retry_at: Option<u64>,
    },
    /// It may not be, and waiting does not change that.
    Refused {
        /// The rule that is against it.
        rule: Rule,
    },
}

/// A rule of a policy, in the order in which they are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// The component must not be changed.
    Veto,
    /// There are blackout windows, and no trusted clock tells whether this is one.
    NoClock,
    /// It is a time at which nothing may change.
    Blackout,
    /// The radio level is too low, or unknown.
    Radio,
    /// Too little storage would stay free, or it is unknown how much.
    Storage,
    /// Too little memory would stay free, or it is unknown how much.
    Ram,
}

impl Rule {
    /// Stable number.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Veto => 1,
            Self::NoClock => 2,
            Self::Blackout => 3,
            Self::Radio => 4,
            Self::Storage => 5,
            Self::Ram => 6,
        }
    }

    /// The variant's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Veto => "Veto",
            Self::NoClock => "NoClock",
            Self::Blackout => "Blackout",
            Self::Radio => "Radio",
            Self::Storage => "Storage",
            Self::Ram => "Ram",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Veto => "the owner does not let this component be changed",
            Self::NoClock => "the owner has set times for updates, and there is no trusted clock",
            Self::Blackout => "the owner does not let anything be changed at this time",
            Self::Radio => "radio level is below the owner's minimum",
            Self::Storage => "less storage would stay free than the owner asks for",
            Self::Ram => "less memory would stay free than the owner asks for",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::string::ToString;

    use super::*;

    #[test]
    fn numbers_names_and_texts() {
        // Numbers are part of the interface: they never change.
        let all = [
            (Rule::Veto, 1, "Veto"),
            (Rule::NoClock, 2, "NoClock"),
            (Rule::Blackout, 3, "Blackout"),
            (Rule::Radio, 4, "Radio"),
            (Rule::Storage, 5, "Storage"),
            (Rule::Ram, 6, "Ram"),
        ];
        let mut texts = std::collections::BTreeSet::new();
        for (rule, number, name) in all {
            assert_eq!((rule.number(), rule.name()), (number, name));
            let text = rule.to_string();
            assert!(!text.contains('\n') && text.len() < 80, "{text}");
            assert!(texts.insert(text), "{name}: its text is another's, too");
        }
    }
}
