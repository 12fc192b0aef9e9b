//! RAM: what a run takes, and how much is lent.

use crate::error::{Failure, Outcome, codes};
use crate::render::words::size;
use crate::simulate::device::Limits;
use suit_verify_nostd::process::Lent;

/// RAM that carrying out takes on a device whose addresses have 32 bits: the processor, and what it uses of the memory that
/// is lent to it.
pub(super) struct Ram {
    targets: usize,
    settings: usize,
    frames: usize,
    /// What is taken whatever happens.
    fixed: usize,
}

impl Ram {
    pub(super) fn new(limits: &Limits, dependencies: bool) -> Self {
        let machine = Lent::PROCESSOR_32 + Lent::REST;
        let for_dependencies =
            if dependencies { limits.envelopes + limits.dependencies * Lent::DEPENDENCY_32 } else { 0 };
        Self { targets: 0, settings: 0, frames: 0, fixed: machine + limits.buffer + for_dependencies }
    }

    pub(super) fn used(&mut self, frames: u8, settings: u8, targets: usize) {
        self.frames = frames.into();
        self.settings = settings.into();
        self.targets = targets;
    }

    /// Memory for deltas counts where it was used, and then all of it.
    pub(super) fn used_for_delta(&mut self, bytes: usize) {
        self.fixed += bytes;
    }

    pub(super) fn bytes(&self) -> u64 {
        let lent = self.targets * Lent::TARGET + self.settings * Lent::SETTING + self.frames * Lent::FRAME;
        u64::try_from(self.fixed + lent).unwrap_or(u64::MAX)
    }

    /// Memory that takes no more than `most` bytes with all the rest: room for the components that the manifest lists and
    /// for the sequences that the device allows, then for parameters, as many as it allows, and how many bytes of what is
    /// left then are for deltas.
    pub(super) fn fit<'m>(
        &self,
        limits: &Limits,
        listed: usize,
        most: u64,
        lent: Lent<'m>,
    ) -> Outcome<(Lent<'m>, usize)> {
        let targets = listed.min(limits.targets);
        let taken = self.fixed + targets * Lent::TARGET + limits.frames * Lent::FRAME;
        let left = usize::try_from(most).unwrap_or(usize::MAX).checked_sub(taken).ok_or_else(|| {
            let message = format!(
                "{} of RAM are taken before the first parameter is set, and there are {}",
                size(taken),
                size(most)
            );
            Failure::new(codes::RAM_LIMIT, message)
        })?;
        let settings = limits.settings.min(left / Lent::SETTING);
        let delta = limits.delta.min(left - settings * Lent::SETTING);
        Ok((lent.at_most(targets, settings, limits.frames, limits.buffer), delta))
    }
}
