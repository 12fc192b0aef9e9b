//! `suit key`.

use super::FormatArg;
use crate::output::Target;
use clap::{Args, Subcommand, ValueEnum};

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
        #[arg(long = "type", value_enum, default_value_t = KeyType::P256, value_name = "TYPE")]
        kind: KeyType,
        /// File of the private key; never overwritten
        #[arg(short, long, value_name = "FILE")]
        output: Target,
        /// File of the public key
        #[arg(long, value_name = "FILE")]
        public: Option<Target>,
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
        to: KeyForm,
        /// Write the private key
        #[arg(long)]
        private: bool,
        /// File to write; `-` is standard output
        #[arg(short, long, value_name = "FILE", default_value = "-")]
        output: Target,
    },
    /// Print the key identifier
    Kid {
        /// The key: a path, file:PATH or env:NAME
        key: String,
        #[command(flatten)]
        format: FormatArg,
    },
}

/// Kinds of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyType {
    /// ECDSA on P-256 (ESP256)
    P256,
    /// ECDSA on P-384 (ESP384)
    P384,
    /// Ed25519
    Ed25519,
    /// A secret for HMAC with SHA-256
    Hmac256,
}

/// Forms of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum KeyForm {
    /// PEM: PKCS#8 or SubjectPublicKeyInfo
    Pem,
    /// COSE_Key in CBOR
    Cose,
    /// JSON Web Key
    Jwk,
    /// A C array
    C,
    /// A Rust array
    Rust,
}
