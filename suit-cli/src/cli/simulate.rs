//! `suit simulate`.

use super::FormatArg;
use crate::description::values::{Scalar, Size};
use crate::output::Target;
use crate::simulate::trace::Form;
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use suit_verify_nostd::process::Procedure;

/// Carry out an envelope on a virtual device, by the device's own code
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit simulate fw.suit --device door-lock.toml --trust vendor.pub --trace text
  suit simulate fw.suit --device door-lock.toml --trust vendor.pub --state lock1
  suit simulate fw.suit --device door-lock.toml --trust vendor.pub --state lock1 --phase invoke
  suit simulate fw.suit --device door-lock.toml --trust vendor.pub --rehearse --payload-dir build/
With -v, the trace also tells of conditions, and digests are shown at full length.
Exit status 0 if the procedure ended in success, 1 if not.")]
pub(crate) struct SimulateArgs {
    /// Envelope; `-` is standard input
    #[arg(value_name = "ENV")]
    pub(crate) envelope: PathBuf,
    /// Device file: what the device is, has and can fetch
    #[arg(short, long, value_name = "FILE")]
    pub(crate) device: PathBuf,
    /// Public key or MAC secret that the device trusts, or a directory of them
    #[arg(short, long, value_name = "DIR|URI", env = "SUIT_TRUST", hide_env_values = true, required = true)]
    pub(crate) trust: Vec<String>,
    /// What is carried out
    #[arg(long, value_enum, default_value_t = Phase::Update)]
    pub(crate) phase: Phase,
    /// Directory that carries the device from run to run; made if it isn't there
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// Print a line for each effect; with json, nothing else goes to standard output
    #[arg(long, value_enum, value_name = "FORM")]
    pub(crate) trace: Option<Form>,
    /// Change nothing: say what would be fetched, and whether everything needed is there
    #[arg(long)]
    pub(crate) rehearse: bool,
    /// Directory of payloads that the device file doesn't name, found by the end of their URI
    #[arg(long, value_name = "DIR")]
    pub(crate) payload_dir: Option<PathBuf>,
    /// RAM for carrying out manifests, stack and signature checks left out: 1KiB, 800
    #[arg(long, value_name = "SIZE", value_parser = size)]
    pub(crate) limit_ram: Option<u64>,
    /// Write the device's report of the run to this file; `-` is standard output. Provisional, as its draft still moves
    #[arg(long, value_name = "FILE")]
    pub(crate) report: Option<Target>,
    /// Private key or MAC secret of the device, which protects its report
    #[arg(long, value_name = "URI", requires = "report")]
    pub(crate) report_key: Option<String>,
    /// Accept what is deprecated, not standard or against a rule: es256, eddsa, untagged, integrity-unasked,
    /// sections-unmatched, invoke-unverified
    #[arg(long, value_name = "WHAT", value_delimiter = ',')]
    pub(crate) allow: Vec<String>,
    #[command(flatten)]
    pub(crate) format: FormatArg,
}

/// What is carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Phase {
    // Fetch, install and check. No doc comments, as for Color.
    Update,
    // Check, load and start.
    Invoke,
    // Give up what was installed.
    Uninstall,
}

impl Phase {
    /// As the device calls it.
    pub(crate) const fn procedure(self) -> Procedure {
        match self {
            Self::Update => Procedure::Update,
            Self::Invoke => Procedure::Invocation,
            Self::Uninstall => Procedure::Uninstall,
        }
    }

    /// As messages call it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Update => "update",
            Self::Invoke => "invoke",
            Self::Uninstall => "uninstall",
        }
    }
}

/// An amount of RAM: a size, or a number of bytes.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let number = crate::source::integer(text).and_then(|number| u64::try_from(number).ok());
    match number.map_or_else(|| Size::from_text(text), |number| Ok(Size::Given(number))) {
        Ok(Size::Given(bytes)) => Ok(bytes),
        Ok(Size::File(_)) => Err("a file is no amount of RAM".to_owned()),
        Err(fault) => Err(format!("{}; {}", fault.message, fault.help)),
    }
}
