//! `suit key`.

use super::FormatArg;
use crate::keys::{Form, Kind};
use crate::output::Target;
use clap::{Args, Subcommand};

/// Make, show and convert keys
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit key gen --type p256 -o vendor.pem --public vendor.pub
  suit key convert vendor.pub --to rust -o vendor_key.rs")]
pub(crate) struct KeyArgs {
    #[command(subcommand)]
    pub(crate) action: KeyAction,
}

/// What to do.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum KeyAction {
    /// Make a new key
    Gen {
        /// Kind of key
        #[arg(long = "type", value_enum, default_value_t = Kind::P256, value_name = "TYPE")]
        kind: Kind,
        /// File of the private key; never overwritten
        #[arg(short, long, value_name = "FILE")]
        output: Target,
        /// File of the public key; never overwritten
        #[arg(long, value_name = "FILE")]
        public: Option<Target>,
        /// The form of both; default: pem, for secrets cose
        #[arg(long, value_enum)]
        to: Option<Form>,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Say what a key is; secrets are not shown
    Show {
        /// The key: a path, file:PATH or env:NAME
        key: String,
        #[command(flatten)]
        format: FormatArg,
    },
    /// Write a key in another form; the public part unless --private
    Convert {
        /// The key: a path, file:PATH or env:NAME
        key: String,
        /// The form
        #[arg(long, value_enum)]
        to: Form,
        /// Write the private key
        #[arg(long)]
        private: bool,
        /// File to write; `-` is standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: Target,
    },
    /// Print the key identifier: the key's own, else its thumbprint (RFC 9679)
    Kid {
        /// The key: a path, file:PATH or env:NAME
        key: String,
        #[command(flatten)]
        format: FormatArg,
    },
}

impl KeyArgs {
    /// Whether results and messages are JSON.
    pub(crate) fn is_json(&self) -> bool {
        match &self.action {
            KeyAction::Gen { format, .. }
            | KeyAction::Show { format, .. }
            | KeyAction::Kid { format, .. } => format.is_json(),
            KeyAction::Convert { .. } => false,
        }
    }
}
