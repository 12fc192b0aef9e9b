//! Components in memory, for tests: everything that is done can be watched, and a chosen operation can be made to fail.
//!
//! ```
//! use suit_verify_nostd::platform::{Handle, Incoming, Platform};
//! use suit_verify_nostd::platforms::ram::{Effect, Fault, Operation, RamComponent, RamFloor, RamPlatform};
//! use suit_core::digest::Digest;
//! use suit_core::labels::{Algorithm, FileType};
//!
//! let mut storage = [0; 16];
//! let mut components = [RamComponent::new(&[b"app"], &mut storage)];
//! let mut floors = [RamFloor::new(None)];
//! let mut written = 0;
//! let mut watch = |effect: &Effect<'_>| {
//!     if let Effect::Write { data, .. } = effect {
//!         written += data.len();
//!     }
//! };
//! let mut device = RamPlatform::new(&mut components, &mut floors);
//! device.watch(&mut watch);
//! device.inject(Fault { stored: 3, ..Fault::new(Operation::Write, 2) }); // the second write is torn
//!
//! let digest = Digest::new(Algorithm::Sha256, &[0x5a; 32]).ok();
//! let whole = Incoming { size: Some(8), digest, file_type: FileType::Regular, metadata: None };
//! assert_eq!(device.begin(Handle(0), &whole), Ok(0));
//! assert_eq!(device.write(Handle(0), 0, b"1234"), Ok(()));
//! assert_eq!(device.write(Handle(0), 4, b"5678"), Err(RamPlatform::INJECTED));
//! assert_eq!(device.begin(Handle(0), &whole), Ok(7)); // goes on there
//! assert_eq!(device.write(Handle(0), 7, b"8"), Ok(()));
//! assert_eq!(device.commit(Handle(0), 8), Ok(()));
//! assert_eq!(device.components()[0].content(), Some(&b"12345678"[..]));
//! assert_eq!(written, 8);
//! ```

mod component;
mod effect;

use core::fmt;

use suit_core::cbor::Walked;
#[cfg(feature = "trust-domains")]
use suit_core::component::ComponentId;

use super::{Mark, OUT_OF_ORDER, length_of, part};
#[cfg(any(feature = "update-management", feature = "owner-policy"))]
pub use component::Facts;
use component::Transfer;
pub use component::{RamComponent, RamFloor};
pub use effect::{Effect, Fault, Operation};

use crate::platform::{ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault};

/// Called with each operation that was carried out.
pub type Watch<'p> = &'p mut (dyn FnMut(&Effect<'_>) + 'p);

/// A device in memory. A component's [`Handle`] is its position in the slice.
pub struct RamPlatform<'p, 'r> {
    components: &'p mut [RamComponent<'r>],
    floors: &'p mut [RamFloor<'r>],
    watch: Option<Watch<'p>>,
    fault: Option<Fault>,
    down: bool,
    operations: u32,
    /// Instead of what it has, `begin` says that so many bytes are there already.
    pub claims: Option<u32>,
    /// What commands below -256 come to, if the device has any.
    pub custom: Result<bool, PlatformFault>,
    /// What conditions and the owner's policy ask for.
    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    pub facts: Facts,
    /// What the owner permits.
    #[cfg(feature = "owner-policy")]
    pub owner: Option<crate::policy::OwnerPolicy<'p>>,
    #[cfg(feature = "update-management")]
    installed: [i64; 8],
    #[cfg(feature = "update-management")]
    installed_len: usize,
}

impl<'p, 'r> RamPlatform<'p, 'r> {
    /// What an injected fault says.
    pub const INJECTED: PlatformFault = PlatformFault(2);

    /// A device of these components. A manifest for whose place there is no floor is refused.
    #[must_use]
    pub fn new(components: &'p mut [RamComponent<'r>], floors: &'p mut [RamFloor<'r>]) -> Self {
        Self {
            components,
            floors,
            watch: None,
            fault: None,
            down: false,
            operations: 0,
            claims: None,
            custom: Err(PlatformFault::UNSUPPORTED),
            #[cfg(any(feature = "update-management", feature = "owner-policy"))]
            facts: Facts::default(),
            #[cfg(feature = "owner-policy")]
            owner: None,
            #[cfg(feature = "update-management")]
            installed: [0; 8],
            #[cfg(feature = "update-management")]
            installed_len: 0,
        }
    }

    /// Has each operation told to `watch`.
    pub fn watch(&mut self, watch: Watch<'p>) {
        self.watch = Some(watch);
    }

    /// Has an operation fail, counted from now.
    pub const fn inject(&mut self, fault: Fault) {
        self.fault = Some(fault);
    }

    /// The power is back; what was stored is still there.
    pub const fn restore(&mut self) {
        self.down = false;
        self.fault = None;
    }

    /// Operations that were asked for, failed ones included.
    #[must_use]
    pub const fn operations(&self) -> u32 {
        self.operations
    }

    /// The components.
    #[must_use]
    pub const fn components(&self) -> &[RamComponent<'r>] {
        self.components
    }

    /// The floors.
    #[must_use]
    pub const fn floors(&self) -> &[RamFloor<'r>] {
        self.floors
    }

    /// The version that a manifest said it installed; empty if none did.
    #[cfg(feature = "update-management")]
    #[must_use]
    pub fn installed(&self) -> &[i64] {
        self.installed.get(..self.installed_len).unwrap_or_default()
    }

    /// Counts an operation; says how many bytes of it are stored if it is to fail.
    fn fails(&mut self, operation: Operation) -> Option<u32> {
        self.operations = self.operations.saturating_add(1);
        if self.down {
            return Some(0);
        }
        let fault = self.fault.as_mut()?;
        if fault.on.is_some_and(|on| on != operation) {
            return None;
        }
        fault.number = fault.number.saturating_sub(1);
        if fault.number > 0 {
            return None;
        }
        self.down = fault.lasting;
        self.fault.take().map(|fault| fault.stored)
    }

    fn attempt(&mut self, operation: Operation) -> Result<(), PlatformFault> {
        self.fails(operation).map_or(Ok(()), |_| Err(Self::INJECTED))
    }

    fn get(&self, component: Handle) -> Option<&RamComponent<'r>> {
        self.components.get(usize::from(component.0))
    }

    fn get_mut(&mut self, component: Handle) -> Result<&mut RamComponent<'r>, PlatformFault> {
        self.components.get_mut(usize::from(component.0)).ok_or(PlatformFault::FORBIDDEN)
    }

    fn tell(&mut self, effect: &Effect<'_>) {
        if let Some(watch) = &mut self.watch {
            watch(effect);
        }
    }

    fn floor_of(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<usize, PlatformFault> {
        self.floors.iter().position(|floor| floor.is_for(manifest)).ok_or(PlatformFault::FORBIDDEN)
    }
}

impl Platform for RamPlatform<'_, '_> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        let position = self.components.iter().position(|component| path.is(component.id))?;
        u16::try_from(position).ok().map(Handle)
    }

    fn identifiers(&mut self, kind: IdentifierKind, component: Handle) -> &[Identifier<'_>] {
        self.get(component).map_or(&[], |component| component.identity.of(kind))
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.get(component)?.slot
    }

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        self.attempt(Operation::Floor)?;
        let floor = self.floor_of(manifest)?;
        self.floors.get(floor).map(|floor| floor.sequence).ok_or(PlatformFault::FORBIDDEN)
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        self.attempt(Operation::SetFloor)?;
        let position = self.floor_of(manifest)?;
        if let Some(floor) = self.floors.get_mut(position) {
            floor.sequence = sequence;
        }
        self.tell(&Effect::SetFloor { floor: position, sequence });
        Ok(())
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.get(component).map_or(0, |component| length_of(component.storage))
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.get(component)?.length
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        self.attempt(Operation::Read)?;
        let stored = part(self.get_mut(component)?.storage, offset, buffer.len());
        for (to, from) in buffer.iter_mut().zip(stored.ok_or(PlatformFault::FORBIDDEN)?) {
            *to = *from;
        }
        self.tell(&Effect::Read { component, offset, length: buffer.len() });
        Ok(())
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        self.attempt(Operation::Begin)?;
        let (claims, of) = (self.claims, Mark::of(incoming));
        let stored = self.get_mut(component)?;
        let same = stored.transfer.filter(|open| of.is_some() && open.of == of);
        let from = claims.unwrap_or(same.map_or(0, |open| open.stored));
        stored.length = None;
        stored.transfer = Some(Transfer { of, stored: from });
        self.tell(&Effect::Begin { component, from });
        Ok(from)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        let (data, result) = match self.fails(Operation::Write) {
            None => (data, Ok(())),
            Some(0) => return Err(Self::INJECTED),
            Some(torn) => {
                let torn = usize::try_from(torn).unwrap_or(usize::MAX);
                (data.get(..torn).unwrap_or(data), Err(Self::INJECTED))
            }
        };
        let stored = self.get_mut(component)?;
        let transfer = stored.transfer.as_mut().ok_or(OUT_OF_ORDER)?;
        // Whoever doesn't believe what `begin` said may start over.
        if offset != transfer.stored && offset != 0 {
            return Err(OUT_OF_ORDER);
        }
        let room = part(stored.storage, offset, data.len()).ok_or(PlatformFault::NO_ROOM)?;
        for (to, from) in room.iter_mut().zip(data) {
            *to = *from;
        }
        transfer.stored = offset.saturating_add(length_of(data));
        if !data.is_empty() {
            self.tell(&Effect::Write { component, offset, data });
        }
        result
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        self.attempt(Operation::Commit)?;
        let stored = self.get_mut(component)?;
        let complete = stored.transfer.is_some_and(|transfer| transfer.stored == length);
        if !complete {
            return Err(OUT_OF_ORDER);
        }
        stored.transfer = None;
        stored.length = Some(length);
        if let (Some(watch), Some(stored)) = (&mut self.watch, self.components.get(usize::from(component.0)))
        {
            watch(&Effect::Commit { component, content: stored.content().unwrap_or_default() });
        }
        Ok(())
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        self.attempt(Operation::Swap)?;
        let pair = self.components.get_disjoint_mut([usize::from(one.0), usize::from(other.0)]);
        let [first, second] = pair.map_err(|_| PlatformFault::FORBIDDEN)?;
        let fits = |content: &RamComponent<'_>, room: &RamComponent<'_>| {
            content.length.is_none_or(|length| length <= length_of(room.storage))
        };
        if !fits(first, second) || !fits(second, first) {
            return Err(PlatformFault::NO_ROOM);
        }
        for (here, there) in first.storage.iter_mut().zip(second.storage.iter_mut()) {
            core::mem::swap(here, there);
        }
        core::mem::swap(&mut first.length, &mut second.length);
        (first.transfer, second.transfer) = (None, None);
        self.tell(&Effect::Swap { one, other });
        Ok(())
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        self.attempt(Operation::Invoke)?;
        if let (Some(watch), Some(stored)) = (&mut self.watch, self.components.get(usize::from(component.0)))
        {
            watch(&Effect::Invoke { component, content: stored.content(), arguments });
        }
        Ok(())
    }

    fn custom(&mut self, code: i64, _: Walked<'_>, component: Handle) -> Result<bool, PlatformFault> {
        self.attempt(Operation::Custom)?;
        let answer = self.custom?;
        self.tell(&Effect::Custom { code, component });
        Ok(answer)
    }

    #[cfg(feature = "report")]
    fn record(&mut self, record: &crate::report::Record<'_>) {
        self.tell(&Effect::Record(*record));
    }

    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    fn now(&mut self) -> Option<u64> {
        self.facts.now
    }

    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        self.facts.battery
    }

    #[cfg(feature = "update-management")]
    fn version(&mut self, component: Handle) -> &[i64] {
        self.get(component).map_or(&[], |component| component.version)
    }

    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &suit_core::version::Version<'_>) -> Result<(), PlatformFault> {
        self.attempt(Operation::SetVersion)?;
        let mut kept = [0; 8];
        let mut count = 0_usize;
        for part in version.parts() {
            *kept.get_mut(count).ok_or(PlatformFault::NO_ROOM)? = part;
            count = count.saturating_add(1);
        }
        (self.installed, self.installed_len) = (kept, count);
        Ok(())
    }

    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        self.facts.permitted.is_some_and(|permitted| priority <= permitted)
    }

    #[cfg(feature = "update-management")]
    fn level(&mut self, of: crate::platform::Level) -> Option<i64> {
        match of {
            crate::platform::Level::Power => self.facts.power,
            crate::platform::Level::Network => self.facts.network,
        }
    }

    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<crate::calendar::Zone> {
        self.facts.zone
    }

    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<crate::policy::OwnerPolicy<'_>> {
        self.owner
    }

    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> crate::policy::Facts {
        self.facts.resources
    }

    #[cfg(feature = "trust-domains")]
    fn references(&mut self, component: Handle) -> u32 {
        self.get(component).map_or(0, |component| component.references.count_ones())
    }

    #[cfg(feature = "trust-domains")]
    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        self.attempt(Operation::Reference)?;
        let position = u32::try_from(self.floor_of(manifest.map(ComponentPath::new))?).ok();
        let bit = position.and_then(|position| 1_u32.checked_shl(position)).ok_or(PlatformFault::NO_ROOM)?;
        let component = self.get_mut(component)?;
        if uses {
            component.references |= bit;
        } else {
            component.references &= !bit;
        }
        Ok(component.references.count_ones())
    }
}

impl fmt::Debug for RamPlatform<'_, '_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RamPlatform")
            .field("components", &self.components)
            .field("floors", &self.floors)
            .field("fault", &self.fault)
            .field("operations", &self.operations)
            .finish_non_exhaustive()
    }
}
