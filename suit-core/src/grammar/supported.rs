//! What a device implements.

use crate::labels::{Condition, Directive, ManifestKey, ParameterKey};

/// The commands, parameters and sections that a device implements, a bit for each. A manifest that needs another one is
/// refused while its structure is checked, before anything of it runs (P-009, P-010).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supported {
    /// By code; bit 0, which is no command's, stands for all custom commands.
    commands: [u32; 2],
    /// By label; bit 0 stands for all custom parameters.
    parameters: u32,
    /// By key of the manifest.
    members: u32,
    /// Custom ones, if not all of them.
    custom_commands: &'static [i64],
    custom_parameters: &'static [i64],
}

/// Whether a device's grammar has the directive install-delta and the parameter delta-base.
pub(super) const DELTA: bool = cfg!(feature = "install-delta");

/// Where a set has the directive install-delta and the parameter delta-base: behind the registered numbers, as theirs are
/// negative.
pub(super) const INSTALL_DELTA: usize = 36;
pub(super) const DELTA_BASE: usize = 31;
const INSTALL_DELTA_BIT: i64 = 36;
const DELTA_BASE_BIT: i64 = 31;

/// Their numbers in the width in which the walk compares.
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "TryFrom is not const; registry numbers are small"
)]
pub(super) const INSTALL_DELTA_CODE: i32 = Directive::InstallDelta.code() as i32;
#[allow(
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    reason = "TryFrom is not const; registry numbers are small"
)]
pub(super) const DELTA_BASE_LABEL: i32 = ParameterKey::DeltaBase.code() as i32;

/// What no manifest can do without (draft-ietf-suit-manifest-37 §8.4): version, sequence number, common.
const REQUIRED: u32 = bit(ManifestKey::Version.code())
    | bit(ManifestKey::SequenceNumber.code())
    | bit(ManifestKey::Common.code());

impl Supported {
    /// Everything that the documents define, and what applications add. Without the feature `update-management` its
    /// commands and parameters are unknown all the same; without `install-delta` that directive is one of the applications'.
    pub const ALL: Self =
        Self { commands: [u32::MAX; 2], parameters: u32::MAX, members: u32::MAX, ..Self::NOTHING };

    /// No command, no parameter, and only those members of a manifest that must be there.
    pub const NOTHING: Self = Self {
        commands: [0; 2],
        parameters: 0,
        members: REQUIRED,
        custom_commands: &[],
        custom_parameters: &[],
    };

    /// These and what `self` has.
    #[must_use]
    pub const fn conditions(mut self, mut list: &[Condition]) -> Self {
        while let [first, rest @ ..] = list {
            self = self.with(first.code());
            list = rest;
        }
        self
    }

    /// These and what `self` has.
    #[must_use]
    pub const fn directives(mut self, mut list: &[Directive]) -> Self {
        while let [first, rest @ ..] = list {
            self = self.with(first.code());
            list = rest;
        }
        self
    }

    /// These and what `self` has.
    #[must_use]
    pub const fn parameters(mut self, mut list: &[ParameterKey]) -> Self {
        while let [first, rest @ ..] = list {
            self.parameters |= bit(match *first {
                ParameterKey::DeltaBase => DELTA_BASE_BIT,
                _ => first.code(),
            });
            list = rest;
        }
        self
    }

    /// These members of the manifest and what `self` has. One that isn't supported is an unknown key.
    #[must_use]
    pub const fn members(mut self, mut list: &[ManifestKey]) -> Self {
        while let [first, rest @ ..] = list {
            self.members |= bit(first.code());
            list = rest;
        }
        self
    }

    const fn with(mut self, code: i64) -> Self {
        let code = if code == Directive::InstallDelta.code() { INSTALL_DELTA_BIT } else { code };
        if code < 32 {
            self.commands[0] |= bit(code);
        } else {
            self.commands[1] |= bit(code);
        }
        self
    }

    /// These custom commands (numbers below -256), and what `self` has of others.
    #[must_use]
    pub const fn custom_commands(mut self, codes: &'static [i64]) -> Self {
        self.custom_commands = codes;
        self
    }

    /// These custom parameters (numbers below -256), and what `self` has of others.
    #[must_use]
    pub const fn custom_parameters(mut self, labels: &'static [i64]) -> Self {
        self.custom_parameters = labels;
        self
    }

    /// All commands and parameters that applications may add, and what `self` has: for tools that carry nothing out.
    #[must_use]
    pub const fn custom(mut self) -> Self {
        self = self.with(0);
        self.parameters |= 1;
        self
    }

    /// Whether a custom command is among them. Without the feature `install-delta` that directive is only if it is listed.
    #[must_use]
    pub fn custom_command(&self, code: i64) -> bool {
        let ours = DELTA && code == Directive::InstallDelta.code() && self.command(INSTALL_DELTA);
        ours || self.command(0) || among(self.custom_commands, code)
    }

    /// Whether a custom parameter is among them. Without the feature `install-delta` so is delta-base.
    #[must_use]
    pub fn custom_parameter(&self, label: i64) -> bool {
        let ours = DELTA && label == ParameterKey::DeltaBase.code() && self.parameter(DELTA_BASE);
        ours || self.parameter(0) || among(self.custom_parameters, label)
    }

    /// Whether the command with this code is among them; 0 stands for all custom ones. Of install-delta
    /// [`Supported::custom_command`] tells.
    #[must_use]
    pub fn command(&self, code: usize) -> bool {
        match code.checked_sub(32) {
            None => has(self.commands[0], code),
            Some(code) => has(self.commands[1], code),
        }
    }

    /// Whether the parameter with this label is among them; 0 stands for all custom ones. Of delta-base
    /// [`Supported::custom_parameter`] tells.
    #[must_use]
    pub fn parameter(&self, label: usize) -> bool {
        has(self.parameters, label)
    }

    /// Whether the manifest's member with this key is among them.
    #[must_use]
    pub fn member(&self, key: usize) -> bool {
        has(self.members, key)
    }
}

/// As `contains`.
#[allow(
    clippy::manual_contains,
    reason = "that is unrolled: more room than lists of a few numbers are worth"
)]
fn among(list: &[i64], number: i64) -> bool {
    list.iter().any(|listed| *listed == number)
}

fn has(set: u32, number: usize) -> bool {
    u32::try_from(number).ok().and_then(|number| set.checked_shr(number)).is_some_and(|bits| bits & 1 == 1)
}

/// The bit for a registered number.
#[allow(
    clippy::as_conversions,
    reason = "TryFrom is not const; registered numbers are small and not negative"
)]
const fn bit(code: i64) -> u32 {
    1_u32.rotate_left(code as u32)
}

// A set must have a bit of its own for each.
const _: () = {
    let mut directives = Directive::ALL;
    while let [first, rest @ ..] = directives {
        let ours = matches!(first, Directive::InstallDelta);
        assert!(ours || (first.code() > 0 && first.code() < INSTALL_DELTA_BIT));
        directives = rest;
    }
    let mut conditions = Condition::ALL;
    while let [first, rest @ ..] = conditions {
        assert!(first.code() > 0 && first.code() < INSTALL_DELTA_BIT);
        conditions = rest;
    }
    let mut parameters = ParameterKey::ALL;
    while let [first, rest @ ..] = parameters {
        let ours = matches!(first, ParameterKey::DeltaBase);
        assert!(ours || (first.code() > 0 && first.code() < DELTA_BASE_BIT));
        parameters = rest;
    }
    let mut members = ManifestKey::ALL;
    while let [first, rest @ ..] = members {
        assert!(first.code() > 0 && first.code() < 32);
        members = rest;
    }
};
