//! What a device in memory consists of, and what it says of itself.

use super::super::{Identity, Mark, length_of};
use crate::platform::ComponentPath;

/// A component whose bytes are lent.
#[derive(Debug)]
pub struct RamComponent<'r> {
    /// The parts of its identifier, prefixes included.
    pub id: &'r [&'r [u8]],
    /// Where it is stored; it can be as long as this.
    pub storage: &'r mut [u8],
    /// Bytes that are stored, committed.
    pub length: Option<u32>,
    /// The storage slot that it stands for.
    pub slot: Option<u64>,
    /// What it is.
    pub identity: Identity<'r>,
    /// Version of what it holds; empty if it isn't known.
    pub version: &'r [i64],
    /// The floors whose manifests use it, one bit each by position.
    pub references: u32,
    pub(super) transfer: Option<Transfer>,
}

/// What was begun and not committed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transfer {
    pub(super) of: Option<Mark>,
    pub(super) stored: u32,
}

impl<'r> RamComponent<'r> {
    /// An empty component.
    #[must_use]
    pub const fn new(id: &'r [&'r [u8]], storage: &'r mut [u8]) -> Self {
        Self {
            id,
            storage,
            length: None,
            slot: None,
            identity: Identity { vendor: &[], class: &[], device: &[] },
            version: &[],
            references: 0,
            transfer: None,
        }
    }

    /// The same component, of this identity.
    #[must_use]
    pub const fn of(self, identity: Identity<'r>) -> Self {
        Self { identity, ..self }
    }

    /// The same component in this storage slot.
    #[must_use]
    pub const fn in_slot(self, slot: u64) -> Self {
        Self { slot: Some(slot), ..self }
    }

    /// The same component with this content, as far as it fits.
    #[must_use]
    pub fn holding(mut self, content: &[u8]) -> Self {
        for (to, from) in self.storage.iter_mut().zip(content) {
            *to = *from;
        }
        self.length = Some(length_of(content).min(length_of(self.storage)));
        self
    }

    /// What it holds, committed.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.storage.get(..usize::try_from(self.length?).ok()?)
    }
}

/// The rollback floor of the root manifests stored at one place.
#[derive(Clone, Copy, Debug)]
pub struct RamFloor<'r> {
    /// The place: parts of the manifest's component identifier; `None` for manifests that don't say where they are.
    pub manifest: Option<&'r [&'r [u8]]>,
    /// The lowest sequence number that is accepted.
    pub sequence: u64,
}

impl<'r> RamFloor<'r> {
    /// A floor that accepts everything.
    #[must_use]
    pub const fn new(manifest: Option<&'r [&'r [u8]]>) -> Self {
        Self { manifest, sequence: 0 }
    }

    pub(super) fn is_for(&self, manifest: Option<ComponentPath<'_>>) -> bool {
        match (self.manifest, manifest) {
            (None, None) => true,
            (Some(parts), Some(path)) => path.is(parts),
            _ => false,
        }
    }
}

/// What conditions, `wait` and the owner's policy ask for.
#[cfg(any(feature = "update-management", feature = "owner-policy"))]
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts {
    /// Seconds since 1970, by a trusted clock.
    pub now: Option<u64>,
    /// Charge of the battery in mWh.
    pub battery: Option<u64>,
    /// Updates of this priority and of more urgent ones, which have smaller numbers, are permitted.
    pub permitted: Option<i64>,
    /// State of the power supply.
    pub power: Option<i64>,
    /// State of the network.
    pub network: Option<i64>,
    /// Time zone and daylight saving.
    #[cfg(feature = "update-management")]
    pub zone: Option<crate::calendar::Zone>,
    /// Radio level, free storage and free memory.
    #[cfg(feature = "owner-policy")]
    pub resources: crate::policy::Facts,
}
