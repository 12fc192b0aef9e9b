//! The base set of commands with SHA-256, and Ed25519 by the crate `ed25519-dalek`.
#![no_std]
#![no_main]

use suit_verify_nostd::crypto::{Crypto, Ed25519, Sha256};

programs::device!(Crypto { signatures: &[&Ed25519], macs: &[], hashes: &[&Sha256] });
