//! The `suit` command: describes, builds, signs, verifies, inspects, compares and tries out SUIT manifests.
//!
//! | module | holds |
//! |---|---|
//! | `cli` | what the command line looks like |
//! | `commands` | one file per verb, and the step from arguments to verbs |
//! | `deltas` | deltas made and applied, with the device's decoder |
//! | `description` | descriptions: read, made into manifests, made from manifests |
//! | `error` | the one way in which this tool says that something is wrong |
//! | `input`, `output` | files read and written, standard streams, the console |
//! | `source` | TOML and JSON texts as one tree with places, and serde over it |
//! | `images` | payloads out of raw binaries, ELF and Intel HEX |
//! | `keys` | key files in every form, and what signs with them |
//! | `simulate` | virtual devices |
//! | `signers`, `trust` | who signed an envelope, and who is trusted |

mod cli;
mod commands;
mod deltas;
mod description;
mod diff;
mod error;
mod images;
mod input;
mod keys;
mod output;
mod render;
mod signers;
mod simulate;
mod source;
mod trust;

#[doc(hidden)]
pub mod schemas;

use std::process::ExitCode;

/// Runs the tool with the arguments of this process.
///
/// This and [`schemas`] are for the binary, and for the generators and tests beside it; there is no other public
/// interface.
#[must_use]
pub fn main() -> ExitCode {
    error::install_panic_hook();
    commands::main(std::env::args_os().collect())
}
