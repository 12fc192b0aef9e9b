//! The base set of commands with SHA-256, and ESP256 and ES256 by the crate `p256`, in which there are panics: the positive
//! control of the search for them.
#![no_std]
#![no_main]

use suit_verify_nostd::crypto::{Crypto, Es256, Esp256, Sha256};

programs::device!(Crypto { signatures: &[&Esp256, &Es256], macs: &[], hashes: &[&Sha256] });
