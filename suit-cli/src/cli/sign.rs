//! `suit sign`.

use super::ChangedFile;
use crate::output::Target;
use clap::{Args, ValueEnum};
use std::path::PathBuf;

/// Sign an envelope, or add one more signature
#[derive(Clone, Debug, Args)]
#[command(after_help = "\
Examples:
  suit sign fw.suit --key vendor.pem --in-place
  suit sign fw.suit --export-tbs fw.tbs --pub vendor.pub          # then sign fw.tbs elsewhere
  suit sign fw.suit --import-sig fw.sig --pub vendor.pub --in-place")]
pub(crate) struct SignArgs {
    /// Envelope; `-` is standard input
    #[arg(value_name = "ENV")]
    pub(crate) envelope: PathBuf,
    /// Private key: a path, file:PATH or env:NAME. One signature per key. Default: SUIT_KEY
    // Not `env = …`: a set variable would count as given and collide with --export-tbs.
    #[arg(short, long, value_name = "URI")]
    pub(crate) key: Vec<String>,
    /// Secret for a MAC in place of a signature
    #[arg(long, value_name = "URI")]
    pub(crate) mac: Option<String>,
    /// Name the secret's key identifier in a recipient: COSE_Mac in place of COSE_Mac0
    #[arg(long)]
    pub(crate) mac_recipients: bool,
    /// Put all signatures into one COSE_Sign; without it each gets a COSE_Sign1
    #[arg(long, conflicts_with = "import_sig")]
    pub(crate) cose_sign: bool,
    /// Key identifier to write: hex:…, text:… or thumbprint (RFC 9679); default: the key's own, if it has one
    #[arg(long)]
    pub(crate) kid: Option<String>,
    /// Algorithm; default: the fully specified one of the key. es256 and eddsa are deprecated and only for old devices
    #[arg(long)]
    pub(crate) alg: Option<String>,
    /// Drop the signatures that are there
    #[arg(long, conflicts_with = "append")]
    pub(crate) replace: bool,
    /// Keep the signatures that are there; this is the default
    #[arg(long)]
    pub(crate) append: bool,
    /// Write the bytes to be signed to this file, and sign nothing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["key", "mac", "import_sig"])]
    pub(crate) export_tbs: Option<Target>,
    /// Put this signature in, made elsewhere over the exported bytes
    #[arg(long, value_name = "FILE", requires = "public", conflicts_with_all = ["key", "mac"])]
    pub(crate) import_sig: Option<PathBuf>,
    /// Public key of the signature made elsewhere
    #[arg(long = "pub", id = "public", value_name = "URI")]
    pub(crate) public: Option<String>,
    /// Form of the exported bytes or of the imported signature; json makes messages JSON too
    #[arg(long, value_enum, default_value_t = SignFormat::Text, env = "SUIT_FORMAT", hide_env_values = true)]
    pub(crate) format: SignFormat,
    #[command(flatten)]
    pub(crate) changed: ChangedFile,
}

/// Forms of what goes to and comes from a signer elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SignFormat {
    /// Messages for people; bytes as with raw
    Text,
    /// The bytes as they are
    Raw,
    /// One JSON object
    Json,
    /// The hash of the bytes, for signers that sign a hash (ECDSA only)
    Prehash,
    /// An ECDSA signature as openssl writes it
    Der,
}
