//! What a device implements.

use crate::labels::{Condition, Directive, ManifestKey, ParameterKey};

/// The commands, parameters and sections that a device implements, a bit for each. A manifest that needs another one is
/// refused while its structure is checked, before anything of it runs (P-009, P-010).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supported {
    /// By code; bit 0, which is no command's, stands for custom commands.
    commands: u64,
    /// By label; bit 0 stands for custom parameters.
    parameters: u32,
    /// By key of the manifest.
    members: u32,
}

/// What no manifest can do without (draft-ietf-suit-manifest-37 §8.4): version, sequence number, common.
const REQUIRED: u32 = bit32(ManifestKey::Version.code())
    | bit32(ManifestKey::SequenceNumber.code())
    | bit32(ManifestKey::Common.code());

impl Supported {
    /// Everything that the documents define, and what applications add.
    pub const ALL: Self = Self { commands: u64::MAX, parameters: u32::MAX, members: u32::MAX };

    /// No command, no parameter, and only those members of a manifest that must be there.
    pub const NOTHING: Self = Self { commands: 0, parameters: 0, members: REQUIRED };

    /// These and what `self` has.
    #[must_use]
    pub const fn conditions(mut self, mut list: &[Condition]) -> Self {
        while let [first, rest @ ..] = list {
            self.commands |= bit(first.code());
            list = rest;
        }
        self
    }

    /// These and what `self` has.
    #[must_use]
    pub const fn directives(mut self, mut list: &[Directive]) -> Self {
        while let [first, rest @ ..] = list {
            self.commands |= bit(first.code());
            list = rest;
        }
        self
    }

    /// These and what `self` has.
    #[must_use]
    pub const fn parameters(mut self, mut list: &[ParameterKey]) -> Self {
        while let [first, rest @ ..] = list {
            self.parameters |= bit32(first.code());
            list = rest;
        }
        self
    }

    /// These members of the manifest and what `self` has. One that isn't supported is an unknown key.
    #[must_use]
    pub const fn members(mut self, mut list: &[ManifestKey]) -> Self {
        while let [first, rest @ ..] = list {
            self.members |= bit32(first.code());
            list = rest;
        }
        self
    }

    /// Commands and parameters that applications add (numbers below -256), and what `self` has.
    #[must_use]
    pub const fn custom(mut self) -> Self {
        self.commands |= 1;
        self.parameters |= 1;
        self
    }

    /// Whether the command with this code is among them; 0 stands for custom ones.
    #[must_use]
    pub const fn command(&self, code: u32) -> bool {
        match self.commands.checked_shr(code) {
            Some(bits) => bits & 1 == 1,
            None => false,
        }
    }

    /// Whether the parameter with this label is among them; 0 stands for custom ones.
    #[must_use]
    pub const fn parameter(&self, label: u32) -> bool {
        has(self.parameters, label)
    }

    /// Whether the manifest's member with this key is among them.
    #[must_use]
    pub const fn member(&self, key: u32) -> bool {
        has(self.members, key)
    }
}

const fn has(set: u32, number: u32) -> bool {
    match set.checked_shr(number) {
        Some(bits) => bits & 1 == 1,
        None => false,
    }
}

/// The bit for a registered number: all of them are below 64.
const fn bit(code: i64) -> u64 {
    1_u64.rotate_left(narrow(code))
}

const fn bit32(code: i64) -> u32 {
    1_u32.rotate_left(narrow(code))
}

#[allow(
    clippy::as_conversions,
    reason = "TryFrom is not const; registered numbers are small and not negative"
)]
const fn narrow(code: i64) -> u32 {
    code as u32
}

// A set must have a bit of its own for each.
const _: () = {
    let mut directives = Directive::ALL;
    while let [first, rest @ ..] = directives {
        assert!(first.code() > 0 && first.code() < 64);
        directives = rest;
    }
    let mut conditions = Condition::ALL;
    while let [first, rest @ ..] = conditions {
        assert!(first.code() > 0 && first.code() < 64);
        conditions = rest;
    }
    let mut parameters = ParameterKey::ALL;
    while let [first, rest @ ..] = parameters {
        assert!(first.code() > 0 && first.code() < 32);
        parameters = rest;
    }
    let mut members = ManifestKey::ALL;
    while let [first, rest @ ..] = members {
        assert!(first.code() > 0 && first.code() < 32);
        members = rest;
    }
};
