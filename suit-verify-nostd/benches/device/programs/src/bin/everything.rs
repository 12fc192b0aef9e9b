//! Everything that manifests may ask for, the owner's policy and protected reports; with SHA-256. The signature is stubbed.
#![no_std]
#![no_main]

use subject::SignatureStub;
use suit_verify_nostd::crypto::{Crypto, Sha256};

programs::device!(Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&Sha256] });
