//! Components in one piece of memory, as a platform.

#[cfg(feature = "trust-domains")]
use suit_core::component::ComponentId;
#[cfg(feature = "update-management")]
use suit_core::version::Version;
use suit_verify_nostd::Platform;
#[cfg(feature = "update-management")]
use suit_verify_nostd::calendar::Zone;
#[cfg(feature = "update-management")]
use suit_verify_nostd::platform::Level;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, PlatformFault,
};
#[cfg(feature = "owner-policy")]
use suit_verify_nostd::policy::{self, OwnerPolicy};
#[cfg(feature = "report")]
use suit_verify_nostd::report::{Record, Recorder, ReportWriter};

use crate::device::SLOT;
use crate::facts::Facts;

/// Components of the device: each has an identifier of one part, which is one byte, its number.
pub(crate) const COMPONENTS: usize = 4;

/// The components, and what was done to them.
#[derive(Debug)]
pub(crate) struct Board<'a> {
    pub(crate) vendor: [Identifier<'a>; 1],
    pub(crate) class: [Identifier<'a>; 1],
    pub(crate) storage: &'a mut [u8],
    pub(crate) lengths: [Option<u32>; COMPONENTS],
    pub(crate) floor: u64,
    pub(crate) effects: u32,
    #[allow(dead_code, reason = "the base set of commands asks for none")]
    pub(crate) facts: Facts,
    #[cfg(feature = "report")]
    pub(crate) report: Option<ReportWriter<'a, 'a>>,
    pub(crate) calls: Calls,
}

/// What the platform does with the crates' own code. An image that has the platform and not the crates is without it, so
/// it is called by its address.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calls {
    component: fn(&ComponentPath<'_>) -> Option<Handle>,
    #[cfg(feature = "update-management")]
    set_version: fn(&mut [i64], &Version<'_>),
    #[cfg(feature = "report")]
    record: fn(&mut ReportWriter<'_, '_>, &Record<'_>),
}

impl Calls {
    /// Nothing is done.
    pub(crate) const NONE: Self = Self {
        component: |_| None,
        #[cfg(feature = "update-management")]
        set_version: |_, _| {},
        #[cfg(feature = "report")]
        record: |_, _| {},
    };

    pub(crate) const ALL: Self = Self {
        component: |path| {
            let mut parts = path.parts();
            match (parts.next(), parts.next()) {
                (Some(&[number]), None) if usize::from(number) < COMPONENTS => Some(Handle(number.into())),
                _ => None,
            }
        },
        #[cfg(feature = "update-management")]
        set_version: |known, version| {
            for (to, from) in known.iter_mut().zip(version.parts()) {
                *to = from;
            }
        },
        #[cfg(feature = "report")]
        record: |writer, record| writer.record(record),
    };
}

impl Board<'_> {
    /// The part of a component's storage from `offset` on.
    fn part(&mut self, component: Handle, offset: u32, length: usize) -> Result<&mut [u8], PlatformFault> {
        let slot = self.storage.chunks_exact_mut(SLOT).nth(component.0.into()).ok_or(PlatformFault(1))?;
        let offset = offset as usize;
        let end = offset.checked_add(length).ok_or(PlatformFault::NO_ROOM)?;
        slot.get_mut(offset..end).ok_or(PlatformFault::NO_ROOM)
    }

    fn set_length(&mut self, component: Handle, length: Option<u32>) {
        if let Some(known) = self.lengths.get_mut(usize::from(component.0)) {
            *known = length;
        }
    }
}

impl Platform for Board<'_> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        (self.calls.component)(path)
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &self.vendor,
            IdentifierKind::Class => &self.class,
            IdentifierKind::Device => &[],
        }
    }

    fn floor(&mut self, _: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        Ok(self.floor)
    }

    fn set_floor(&mut self, _: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        self.floor = sequence;
        self.effects = self.effects.wrapping_add(1000);
        Ok(())
    }

    fn capacity(&mut self, _: Handle) -> u32 {
        SLOT as u32
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.lengths.get(usize::from(component.0)).copied().flatten()
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let stored = self.part(component, offset, buffer.len())?;
        for (to, from) in buffer.iter_mut().zip(stored) {
            *to = *from;
        }
        Ok(())
    }

    fn begin(&mut self, component: Handle, _: &Incoming<'_>) -> Result<u32, PlatformFault> {
        self.set_length(component, None);
        self.effects = self.effects.wrapping_add(10);
        Ok(0)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        let room = self.part(component, offset, data.len())?;
        for (to, from) in room.iter_mut().zip(data) {
            *to = *from;
        }
        Ok(())
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        self.set_length(component, Some(length));
        self.effects = self.effects.wrapping_add(100);
        Ok(())
    }

    fn invoke(&mut self, component: Handle, _: Option<&[u8]>) -> Result<(), PlatformFault> {
        self.effects = self.effects.wrapping_add(component.0.into()).wrapping_add(1);
        Ok(())
    }

    #[cfg(feature = "update-management")]
    fn now(&mut self) -> Option<u64> {
        self.facts.now
    }

    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        self.facts.battery
    }

    #[cfg(feature = "update-management")]
    fn version(&mut self, _: Handle) -> &[i64] {
        &self.facts.version
    }

    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &Version<'_>) -> Result<(), PlatformFault> {
        (self.calls.set_version)(&mut self.facts.version, version);
        Ok(())
    }

    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        priority <= self.facts.priority
    }

    #[cfg(feature = "update-management")]
    fn level(&mut self, of: Level) -> Option<i64> {
        match of {
            Level::Power => self.facts.power,
            Level::Network => self.facts.network,
        }
    }

    #[cfg(feature = "update-management")]
    fn other_version(&mut self, _: &[u8]) -> Option<&[i64]> {
        Some(&self.facts.version)
    }

    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<Zone> {
        self.facts.zone
    }

    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<OwnerPolicy<'_>> {
        self.facts.policy
    }

    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> policy::Facts {
        self.facts.resources
    }

    #[cfg(feature = "trust-domains")]
    fn references(&mut self, component: Handle) -> u32 {
        self.facts.references.get(usize::from(component.0)).copied().unwrap_or(0)
    }

    #[cfg(feature = "trust-domains")]
    fn reference(
        &mut self,
        component: Handle,
        _: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        // There is one root manifest.
        let references = self.facts.references.get_mut(usize::from(component.0)).ok_or(PlatformFault(1))?;
        *references = uses.into();
        self.effects = self.effects.wrapping_add(10_000);
        Ok(uses.into())
    }

    #[cfg(feature = "report")]
    fn record(&mut self, record: &Record<'_>) {
        if let Some(writer) = &mut self.report {
            (self.calls.record)(writer, record);
        }
    }
}
