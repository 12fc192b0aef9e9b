//! What a message may cost before it is known who sent it.

use crate::error::AuthenticationError;

/// Signatures and MACs that are tried by default.
///
/// One ECDSA verification on P-256 takes 11 million instructions on a Cortex-M3 (measured, see `docs/design`), so eight
/// hold up a device at 64 MHz for about two seconds at most. An update is signed by one or two parties, of whose keys
/// the device knows the present one and the next one: four tries.
pub const ATTEMPTS: u16 = 8;

/// Signers that are read by default: each COSE_Sign1, COSE_Mac0 and COSE_Mac is one, each signature of a COSE_Sign too.
///
/// The published examples have one. Reading one takes microseconds; sixteen leave room for a manifest that every party
/// of a supply chain has signed with two algorithms.
pub const SIGNERS: u16 = 16;

/// What is left to spend. Each operation draws on it, so it is handed on where one message leads to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Signatures and MACs still to be tried.
    pub attempts: u16,
    /// Signers still to be read.
    pub signers: u16,
}

/// Which limit of a [`Budget`] was reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// [`Budget::attempts`].
    Attempts,
    /// [`Budget::signers`].
    Signers,
}

impl Budget {
    /// The defaults of this module.
    #[must_use]
    pub const fn new() -> Self {
        Self { attempts: ATTEMPTS, signers: SIGNERS }
    }

    pub(crate) fn attempt(&mut self) -> Result<(), AuthenticationError> {
        draw(&mut self.attempts, Limit::Attempts)
    }

    pub(crate) fn signer(&mut self) -> Result<(), AuthenticationError> {
        draw(&mut self.signers, Limit::Signers)
    }
}

impl Default for Budget {
    fn default() -> Self {
        Self::new()
    }
}

fn draw(left: &mut u16, limit: Limit) -> Result<(), AuthenticationError> {
    *left = left.checked_sub(1).ok_or(AuthenticationError::BudgetExhausted(limit))?;
    Ok(())
}
