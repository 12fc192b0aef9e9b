//! The base set of commands, with hash and signature stubbed.
#![no_std]
#![no_main]

use subject::{HashStub, SignatureStub};
use suit_verify_nostd::Crypto;

programs::device!(Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&HashStub] });
