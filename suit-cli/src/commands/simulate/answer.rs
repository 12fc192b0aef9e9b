//! What `suit simulate` found out, as JSON.

use crate::cli::simulate::SimulateArgs;
use crate::input::Input;
use crate::simulate::device::Device;
use crate::simulate::trace::{Ended, Line};
use schemars::JsonSchema;
use serde::Serialize;

/// The answer, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Answer {
    /// Always `suit-simulate/1`.
    format: &'static str,
    /// The envelope.
    file: String,
    /// The device.
    device: String,
    /// What was carried out: `update`, `invoke` or `uninstall`.
    procedure: &'static str,
    /// Whether nothing was changed.
    rehearsed: bool,
    /// Sequence number of the manifest.
    sequence: u64,
    /// How it ended.
    ended: Ended,
    /// What happened.
    trace: Vec<Line>,
}

impl Answer {
    pub(super) fn new(
        args: &SimulateArgs,
        input: &Input,
        device: &Device,
        sequence: u64,
        ended: Ended,
        trace: Vec<Line>,
    ) -> Self {
        Self {
            format: "suit-simulate/1",
            file: input.name.clone(),
            device: device.name.clone(),
            procedure: args.phase.name(),
            rehearsed: args.rehearse,
            sequence,
            ended,
            trace,
        }
    }
}
