//! What the processor tells of a command.

use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::labels::{Algorithm, ParameterKey, ReportReason};

/// Takes note of commands. Nothing that it does stops a run, so it has no errors.
pub trait Recorder {
    /// A command has ended, for one component. With several components selected (P-242) it is called once for each, in
    /// their order.
    fn record(&mut self, record: &Record<'_>);
}

/// A command that has ended, for one component, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Record<'r> {
    /// Way through the tree of dependencies from the root manifest on, 0-based indices; empty for the root manifest.
    pub manifest_path: &'r [u8],
    /// Label of the section in its manifest. For the shared sequence that of `SUIT_Common`, 3: it stands there, and the
    /// offset counts from its first byte, whichever section it runs for. 0 if no section was run.
    pub section: i64,
    /// Offset of the command's code: bytes from the first byte of the section's array, in nested sequences too.
    pub offset: u32,
    /// 0-based index of the component.
    pub component: u32,
    /// The component's identifier; of a dependency's component with the prefixes before it, the outermost first. Empty
    /// if there is none.
    pub component_id: &'r [ComponentId<'r>],
    /// What the command asks to record.
    pub policy: ReportPolicy,
    /// How it ended.
    pub outcome: Outcome,
    /// What was measured for it, in the order of the labels; what is out of order is left out.
    pub measured: &'r [Measured<'r>],
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It succeeded.
    Success,
    /// It failed, for this reason.
    Failure(ReportReason),
}

/// Something that was measured: the true value of what a parameter asks for.
#[derive(Clone, Copy, Debug)]
pub struct Measured<'r> {
    /// The parameter.
    pub label: ParameterKey,
    /// The value, of the kind that the parameter has.
    pub value: MeasuredValue<'r>,
}

/// A measured value, written as the parameter's type has it.
#[derive(Clone, Copy, Debug)]
pub enum MeasuredValue<'r> {
    /// Unsigned integer.
    Uint(u64),
    /// Integer.
    Int(i64),
    /// Byte string.
    Bytes(&'r [u8]),
    /// Text, such as the URI that was tried.
    Text(&'r str),
    /// Digest; a byte string around a `SUIT_Digest`.
    Digest(Algorithm, &'r [u8]),
    /// `true` or `false`.
    Bool(bool),
    /// Elements of a version, at least one; as parameter 28 is a comparison, it is written as "equal to this".
    Version(&'r [i64]),
}

impl Record<'_> {
    /// No place in particular, for what fails before any section runs.
    pub const NOWHERE: Self = Self {
        manifest_path: &[],
        section: 0,
        offset: 0,
        component: 0,
        component_id: &[],
        policy: ReportPolicy::FAILURE,
        outcome: Outcome::Success,
        measured: &[],
    };
}
