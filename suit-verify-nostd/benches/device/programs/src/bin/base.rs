//! The base set of commands with SHA-256; the signature is stubbed.
#![no_std]
#![no_main]

use subject::SignatureStub;
use suit_verify_nostd::crypto::{Crypto, Sha256};

programs::device!(Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&Sha256] });
