//! Owned commands.

use super::parameter::{Custom, Parameter};
use crate::command::{Act, ReportPolicy};
use crate::labels::Condition;
use alloc::vec::Vec;

/// A command, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// A condition.
    Condition(Condition, ReportPolicy),
    /// A directive whose only argument is its reporting policy.
    Act(Act, ReportPolicy),
    /// `set-component-index`.
    SetComponentIndex(Selection),
    /// `try-each`: the alternatives, and whether a `null` follows them so that it succeeds if none does.
    TryEach(Vec<Vec<Self>>, bool),
    /// `set-parameters`.
    SetParameters(Vec<Parameter>),
    /// `override-parameters`.
    OverrideParameters(Vec<Parameter>),
    /// `run-sequence`.
    RunSequence(Vec<Self>),
    /// `override-multiple`: component index and parameters.
    OverrideMultiple(Vec<(u64, Vec<Parameter>)>),
    /// `copy-params`: component index and the labels to copy from there.
    CopyParams(Vec<(u64, Vec<i64>)>),
    /// A command below -256 with its argument.
    Custom(i64, Custom),
}

/// Which components following commands work on, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// One, by its 0-based index.
    One(u64),
    /// All, in the order of the list.
    All,
    /// Several, in the order given.
    Several(Vec<u64>),
}
