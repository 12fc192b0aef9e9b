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

use core::fmt;

use suit_core::component::ComponentId;

pub use super::Identity;
use super::{Mark, OUT_OF_ORDER, length_of, part};
use crate::platform::{ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault};

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
    transfer: Option<Transfer>,
}

/// What was begun and not committed.
#[derive(Clone, Copy, Debug)]
struct Transfer {
    of: Option<Mark>,
    stored: u32,
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

    fn is_for(&self, manifest: Option<ComponentId<'_>>) -> bool {
        match (self.manifest, manifest) {
            (None, None) => true,
            (Some(parts), Some(id)) => ComponentPath::new(id).is(parts),
            _ => false,
        }
    }
}

/// What a platform is asked to do and what can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reading of a component.
    Read,
    /// Getting ready to store.
    Begin,
    /// Storing bytes.
    Write,
    /// Completing what was stored.
    Commit,
    /// Exchanging two components.
    Swap,
    /// Starting a component.
    Invoke,
    /// Reading of a rollback floor.
    Floor,
    /// Raising a rollback floor.
    SetFloor,
    /// Keeping a version.
    SetVersion,
    /// Keeping a reference.
    Reference,
}

/// An operation that was carried out, with what it left behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect<'e> {
    /// These bytes were read.
    Read {
        /// From where.
        component: Handle,
        /// From which byte on.
        offset: u32,
        /// How many.
        length: usize,
    },
    /// The component lost what it held.
    Begin {
        /// Which one.
        component: Handle,
        /// The byte from which on it wants the new content.
        from: u32,
    },
    /// These bytes were stored; a torn write tells those that were.
    Write {
        /// Where.
        component: Handle,
        /// At which byte.
        offset: u32,
        /// The bytes.
        data: &'e [u8],
    },
    /// The component holds this now.
    Commit {
        /// Which one.
        component: Handle,
        /// All of it.
        content: &'e [u8],
    },
    /// Two components have exchanged what they hold.
    Swap {
        /// One of them.
        one: Handle,
        /// The other.
        other: Handle,
    },
    /// The component was started, holding this.
    Invoke {
        /// Which one.
        component: Handle,
        /// All of it; `None` if it holds nothing.
        content: Option<&'e [u8]>,
        /// What it was given.
        arguments: Option<&'e [u8]>,
    },
    /// A floor was raised.
    SetFloor {
        /// Its position among the floors.
        floor: usize,
        /// What is the lowest number now.
        sequence: u64,
    },
}

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which operations count; `None`: all.
    pub on: Option<Operation>,
    /// The how manieth of them fails, from 1 on.
    pub number: u32,
    /// If it is a write: so many of its bytes are stored all the same.
    pub stored: u32,
    /// Everything after it fails too, until [`RamPlatform::restore`]: the power is cut.
    pub lasting: bool,
}

impl Fault {
    /// One failure of the `number`th operation of this kind, that stores nothing.
    #[must_use]
    pub const fn new(on: Operation, number: u32) -> Self {
        Self { on: Some(on), number, stored: 0, lasting: false }
    }

    /// The power is cut at the `number`th operation, whatever it is.
    #[must_use]
    pub const fn power_cut(number: u32) -> Self {
        Self { on: None, number, stored: 0, lasting: true }
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

    fn floor_of(&mut self, manifest: Option<ComponentId<'_>>) -> Result<usize, PlatformFault> {
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

    fn floor(&mut self, manifest: Option<ComponentId<'_>>) -> Result<u64, PlatformFault> {
        self.attempt(Operation::Floor)?;
        let floor = self.floor_of(manifest)?;
        self.floors.get(floor).map(|floor| floor.sequence).ok_or(PlatformFault::FORBIDDEN)
    }

    fn set_floor(&mut self, manifest: Option<ComponentId<'_>>, sequence: u64) -> Result<(), PlatformFault> {
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
        let position = u32::try_from(self.floor_of(manifest)?).ok();
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

#[cfg(test)]
mod tests {
    use std::format;
    use std::string::String;
    use std::vec::Vec;

    use suit_core::cbor::Reader;
    use suit_core::digest::Digest;
    use suit_core::labels::{Algorithm, FileType};

    use super::*;

    const APP: Handle = Handle(0);
    const SPARE: Handle = Handle(1);

    fn sized(size: u32) -> Incoming<'static> {
        let digest = Digest::new(Algorithm::Sha256, &[7; 32]).ok();
        Incoming { size: Some(size), digest, file_type: FileType::Regular, metadata: None }
    }

    /// Runs `test` on a device of two components, and returns what was done to it.
    fn with_device(test: impl FnOnce(&mut RamPlatform<'_, '_>)) -> Vec<String> {
        let (mut storage, mut spare) = ([0; 8], [0; 4]);
        let uuid = [Identifier::Uuid([1; 16])];
        let identity = Identity { vendor: &uuid, class: &[], device: &[] };
        let mut components = [
            RamComponent::new(&[b"os", b"app"], &mut storage).holding(b"old").of(identity),
            RamComponent::new(&[b"spare"], &mut spare).in_slot(1),
        ];
        let mut floors = [RamFloor::new(None), RamFloor { manifest: Some(&[b"m"]), sequence: 5 }];
        let mut log = Vec::new();
        let mut watch = |effect: &Effect<'_>| log.push(format!("{effect:?}"));
        let mut device = RamPlatform::new(&mut components, &mut floors);
        device.watch(&mut watch);
        test(&mut device);
        log
    }

    #[test]
    fn components_are_found_by_all_parts() {
        with_device(|device| {
            // [h'6f73', h'617070'], [h'6f73'], [h'7370617265']
            for (encoded, found) in [
                (&b"\x82\x42os\x43app"[..], Some(APP)),
                (b"\x81\x42os", None),
                (b"\x81\x45spare", Some(SPARE)),
            ] {
                let id = ComponentId::read(&mut Reader::new(encoded)).unwrap();
                assert_eq!(device.component(&ComponentPath::new(id)), found);
            }
            assert_eq!(device.identifiers(IdentifierKind::Vendor, APP), [Identifier::Uuid([1; 16])]);
            assert_eq!(device.identifiers(IdentifierKind::Class, APP), []);
            assert_eq!(device.identifiers(IdentifierKind::Vendor, Handle(2)), []);
            assert_eq!((device.slot(APP), device.slot(SPARE)), (None, Some(1)));
        });
    }

    #[test]
    fn a_place_without_floor_is_refused() {
        let log = with_device(|device| {
            let place = |encoded| Some(ComponentId::read(&mut Reader::new(encoded)).unwrap());
            assert_eq!(device.floor(None), Ok(0));
            assert_eq!(device.floor(place(b"\x81\x41m")), Ok(5));
            assert_eq!(device.floor(place(b"\x81\x41n")), Err(PlatformFault::FORBIDDEN));
            assert_eq!(device.set_floor(place(b"\x81\x41n"), 9), Err(PlatformFault::FORBIDDEN));
            assert_eq!(device.set_floor(place(b"\x81\x41m"), 6), Ok(()));
            assert_eq!(device.floor(place(b"\x81\x41m")), Ok(6));
        });
        assert_eq!(log, ["SetFloor { floor: 1, sequence: 6 }"]);
    }

    #[test]
    fn from_begin_to_commit_there_is_no_length() {
        let log = with_device(|device| {
            assert_eq!(device.write(APP, 0, b"x"), Err(OUT_OF_ORDER), "not begun");
            assert_eq!(device.begin(APP, &sized(2)), Ok(0));
            assert_eq!(device.length(APP), None);
            assert_eq!(device.write(APP, 1, b"x"), Err(OUT_OF_ORDER), "a gap");
            assert_eq!(device.write(APP, 0, b"123456789"), Err(PlatformFault::NO_ROOM));
            assert_eq!(device.write(APP, 0, b"n"), Ok(()));
            assert_eq!(device.commit(APP, 2), Err(OUT_OF_ORDER), "a byte is missing");
            assert_eq!(device.write(APP, 1, b"w"), Ok(()));
            assert_eq!(device.commit(APP, 2), Ok(()));
            assert_eq!(device.length(APP), Some(2));
            assert_eq!(device.commit(APP, 2), Err(OUT_OF_ORDER), "committed already");
            assert_eq!(device.read(APP, 7, &mut [0; 2]), Err(PlatformFault::FORBIDDEN), "behind the storage");
            assert_eq!(device.invoke(APP, Some(b"a")), Ok(()));
        });
        assert_eq!(
            log,
            [
                "Begin { component: Handle(0), from: 0 }",
                "Write { component: Handle(0), offset: 0, data: [110] }",
                "Write { component: Handle(0), offset: 1, data: [119] }",
                "Commit { component: Handle(0), content: [110, 119] }",
                "Invoke { component: Handle(0), content: Some([110, 119]), arguments: Some([97]) }",
            ]
        );
    }

    #[test]
    fn only_the_same_thing_goes_on() {
        with_device(|device| {
            device.begin(APP, &sized(4)).unwrap();
            device.write(APP, 0, b"12").unwrap();
            assert_eq!(device.begin(APP, &sized(4)), Ok(2));
            let other = Digest::new(Algorithm::Sha256, &[8; 32]).ok();
            assert_eq!(device.begin(APP, &Incoming { digest: other, ..sized(4) }), Ok(0));
            device.begin(APP, &sized(4)).unwrap();
            device.write(APP, 0, b"12").unwrap();
            assert_eq!(device.begin(APP, &sized(5)), Ok(0));
            device.begin(APP, &Incoming { digest: None, ..sized(4) }).unwrap();
            device.write(APP, 0, b"12").unwrap();
            assert_eq!(
                device.begin(APP, &Incoming { digest: None, ..sized(4) }),
                Ok(0),
                "who knows what it is"
            );
            device.claims = Some(3);
            assert_eq!(device.begin(APP, &sized(5)), Ok(3));
            assert_eq!(device.write(APP, 3, b"45"), Ok(()), "what it claims it also believes");
        });
    }

    #[test]
    fn swap_needs_room_on_both_sides() {
        let log = with_device(|device| {
            assert_eq!(device.swap(APP, SPARE), Ok(()));
            assert_eq!((device.length(APP), device.components()[1].content()), (None, Some(&b"old"[..])));
            device.begin(APP, &sized(8)).unwrap();
            device.write(APP, 0, b"too long").unwrap();
            device.commit(APP, 8).unwrap();
            assert_eq!(device.swap(SPARE, APP), Err(PlatformFault::NO_ROOM));
            assert_eq!(device.swap(APP, APP), Err(PlatformFault::FORBIDDEN));
        });
        assert_eq!(log[0], "Swap { one: Handle(0), other: Handle(1) }");
        assert_eq!(log.len(), 4);
    }

    #[test]
    fn a_fault_comes_when_it_was_asked_for() {
        let log = with_device(|device| {
            device.inject(Fault::new(Operation::Begin, 2));
            assert_eq!(device.begin(APP, &sized(4)), Ok(0));
            assert_eq!(device.begin(SPARE, &sized(4)), Err(RamPlatform::INJECTED));
            assert_eq!(device.begin(SPARE, &sized(4)), Ok(0), "only once");
            device.inject(Fault { stored: 1, ..Fault::power_cut(2) });
            assert_eq!(device.floor(None), Ok(0));
            assert_eq!(device.write(APP, 0, b"1234"), Err(RamPlatform::INJECTED));
            assert_eq!(device.floor(None), Err(RamPlatform::INJECTED), "down");
            assert_eq!(device.write(APP, 1, b"234"), Err(RamPlatform::INJECTED), "down");
            device.restore();
            assert_eq!(device.begin(APP, &sized(4)), Ok(1), "torn after one byte");
            assert_eq!(device.operations(), 8);
        });
        assert_eq!(
            log,
            [
                "Begin { component: Handle(0), from: 0 }",
                "Begin { component: Handle(1), from: 0 }",
                "Write { component: Handle(0), offset: 0, data: [49] }",
                "Begin { component: Handle(0), from: 1 }",
            ]
        );
    }
}
