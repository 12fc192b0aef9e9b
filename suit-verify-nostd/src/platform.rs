//! What a device has to offer: its components, their storage, what it is, and the facts that conditions ask for.
//!
//! A platform stores and reports. It decides nothing: whether an identifier, a digest, a slot or a version fits is
//! decided in [`process`](crate::process), from what the platform says. Calls with a default are for capabilities that a
//! device may lack; a port of the others takes about a hundred lines (docs/porting.md).

use suit_core::cbor::{Reader, Walked};
use suit_core::component::ComponentId;
use suit_core::digest::Digest;
use suit_core::labels::FileType;
use suit_core::metadata::Metadata;

use crate::process::{Procedure, ProcessError};

/// A component of the device, by a number that only the platform gives a meaning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Handle(pub u16);

/// The full identifier of a component: that of the manifest, behind the prefix that a dependent put before it.
#[derive(Clone, Copy, Debug)]
pub struct ComponentPath<'a> {
    prefix: Option<ComponentId<'a>>,
    id: ComponentId<'a>,
}

impl<'a> ComponentPath<'a> {
    /// An identifier as it stands in a manifest.
    #[must_use]
    pub const fn new(id: ComponentId<'a>) -> Self {
        Self { prefix: None, id }
    }

    /// The identifier of a dependency's component: `prefix` comes first (TD §5.2.2).
    #[must_use]
    pub const fn prefixed(prefix: Option<ComponentId<'a>>, id: ComponentId<'a>) -> Self {
        Self { prefix, id }
    }

    /// What stands before the identifier, if anything does.
    #[must_use]
    pub const fn prefix(&self) -> Option<ComponentId<'a>> {
        self.prefix
    }

    /// The identifier behind the prefix.
    #[must_use]
    pub const fn id(&self) -> ComponentId<'a> {
        self.id
    }

    /// The parts, from the most general one on.
    pub fn parts(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let parts = |id: ComponentId<'a>| {
            let mut parts = Walked::new(Reader::new(id.encoded()));
            (parts.number(), parts)
        };
        let (mut left, mut at) = self.prefix.map_or((0, Walked::new(Reader::new(&[]))), parts);
        let mut next = Some(self.id);
        // By hand, since a chain of the two lists' own iterators takes much more room.
        core::iter::from_fn(move || {
            while left == 0 {
                (left, at) = parts(next.take()?);
            }
            left = left.wrapping_sub(1);
            Some(at.string())
        })
    }

    /// Whether these are its parts; for platforms whose components are constants.
    #[must_use]
    pub fn is(&self, parts: &[&[u8]]) -> bool {
        self.parts().eq(parts.iter().copied())
    }
}

impl PartialEq for ComponentPath<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.parts().eq(other.parts())
    }
}

impl Eq for ComponentPath<'_> {}

/// Which of a device's identifiers is asked for (M §8.4.8.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdentifierKind {
    /// Who made it.
    Vendor,
    /// What it is.
    Class,
    /// Which one it is.
    Device,
}

/// An identifier that a device has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Identifier<'p> {
    /// A UUID (RFC 9562), 16 bytes.
    Uuid([u8; 16]),
    /// Vendors only: a private enterprise number, as relative object identifier below 1.3.6.1.4.1 (RFC 9090).
    Pen(&'p [u8]),
}

/// What is about to be stored in a component.
#[derive(Clone, Copy, Debug)]
pub struct Incoming<'a> {
    /// Bytes, if the manifest says how many: never more will be written.
    pub size: Option<u32>,
    /// Its digest, if the manifest says so: by it a platform knows whether an interrupted transfer was of the same thing.
    /// The processor compares it with what was stored; the platform need not.
    pub digest: Option<Digest<'a>>,
    /// Kind of file; a regular one unless the manifest says otherwise.
    pub file_type: FileType,
    /// Permissions, times and owner (UM §4.6), where the manifest gives them and update management is on.
    pub metadata: Option<Metadata<'a>>,
}

/// Storage, or whatever else the platform drives, failed. The number is the platform's own and goes into reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlatformFault(pub u16);

impl PlatformFault {
    /// The platform doesn't have this operation.
    pub const UNSUPPORTED: Self = Self(u16::MAX);
    /// More bytes than the component's storage has room for.
    pub const NO_ROOM: Self = Self(u16::MAX - 1);
    /// Outside of what the component may touch: a path that leads elsewhere, a link across a border (P-200).
    pub const FORBIDDEN: Self = Self(u16::MAX - 2);
}

/// A device.
///
/// Positions and lengths are bytes; a component has less than 4 GiB.
pub trait Platform {
    // --- what there is ---

    /// The component with this identifier; `None` if the device has none, and then a manifest that lists it is refused
    /// before anything runs (P-009).
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle>;

    /// The identifiers of this kind that hold for a component; there may be several (M §8.4.9.1).
    fn identifiers(&mut self, kind: IdentifierKind, component: Handle) -> &[Identifier<'_>];

    /// The storage slot that the component stands for just now: while it is updated the one that is written, when it is
    /// invoked the one that runs (M §8.4.8.8). `None`: it has none.
    fn slot(&mut self, component: Handle) -> Option<u64> {
        let _ = component;
        None
    }

    /// Told when a procedure begins, before anything else is asked. For platforms on which [`Platform::slot`] depends on
    /// it.
    fn begins(&mut self, procedure: Procedure) {
        let _ = procedure;
    }

    // --- rollback ---

    /// The lowest sequence number that is still accepted from the manifest stored at `manifest` (TD §5.2.1), or from a root
    /// manifest that doesn't say where it is stored. 0 if none was installed yet. That of a dependency counts with its
    /// prefix, so that nobody raises the floor of a manifest elsewhere.
    ///
    /// # Errors
    /// If it can't be read: then nothing is accepted.
    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault>;

    /// Keeps `sequence` as the lowest number from now on. Called at the end of a successful update; a device with
    /// trial boots may keep it back until the new image has confirmed.
    ///
    /// # Errors
    /// If it can't be kept: the update then counts as failed.
    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault>;

    // --- storage ---

    /// Bytes that can be stored in the component.
    fn capacity(&mut self, component: Handle) -> u32;

    /// Bytes of what is stored in the component, committed; `None` if nothing is.
    fn length(&mut self, component: Handle) -> Option<u32>;

    /// Fills `buffer` with what is stored from `offset` on.
    ///
    /// # Errors
    /// If it can't be read.
    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault>;

    /// Gets ready to store something new, and says from which byte on: 0, or where an interrupted transfer of the same
    /// thing stopped. From here until [`Platform::commit`] the component has no length.
    ///
    /// # Errors
    /// If it can't be stored there.
    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault>;

    /// Stores bytes. Calls come in order, without gaps, from where [`Platform::begin`] said or from 0: then what was kept
    /// before is dropped.
    ///
    /// # Errors
    /// If they can't be stored.
    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault>;

    /// The thing is complete and has this length.
    ///
    /// # Errors
    /// If it can't be completed.
    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault>;

    /// Told before [`Platform::begin`] that what comes is made from what `base` holds, by the delta in `payload`. For
    /// platforms that show or measure it.
    #[cfg(feature = "delta")]
    #[inline]
    fn rebuilds(&mut self, component: Handle, base: Handle, payload: Handle) {
        let _ = (component, base, payload);
    }

    /// Exchanges what two components hold, resumable or revertible (M §6.3.1).
    ///
    /// # Errors
    /// [`PlatformFault::UNSUPPORTED`] unless the platform has it.
    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        let _ = (one, other);
        Err(PlatformFault::UNSUPPORTED)
    }

    /// Starts the component. May not return; if it does, the sequence goes on (M §8.4.10.7).
    ///
    /// # Errors
    /// If it can't be started.
    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault>;

    // --- custom commands ---

    /// Carries out a command below -256 that was listed as supported; `argument` stands at its argument
    /// ([`Custom`](suit_core::parameter::Custom) reads it). `false`: as a condition, it doesn't hold.
    ///
    /// # Errors
    /// If it failed as a directive.
    fn custom(&mut self, code: i64, argument: Walked<'_>, component: Handle) -> Result<bool, PlatformFault> {
        let _ = (code, argument, component);
        Err(PlatformFault::UNSUPPORTED)
    }

    // --- reports ---

    /// A command with a reporting policy has ended for one component (P-240, P-242). A platform that reports hands it on
    /// to a [`ReportWriter`](crate::report::ReportWriter), which keeps what the policy asks for.
    #[cfg(feature = "report")]
    fn record(&mut self, record: &crate::report::Record<'_>) {
        let _ = record;
    }

    // --- watching ---

    /// Told of every command that is done for a component, has failed for it, or leads to a nested sequence. For tools
    /// that show a run; a device leaves it as it is, and then nothing of it is compiled.
    #[inline]
    fn watch(&mut self, watched: &Watched) {
        let _ = watched;
    }

    // --- facts for update management and the owner ---

    /// Seconds since 1970, from a clock that can be trusted; `None` without one, and then nothing that is bound to a time
    /// is permitted.
    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    fn now(&mut self) -> Option<u64> {
        None
    }

    /// Charge of the battery in mWh; `None` if it isn't known.
    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        None
    }

    /// Version of what a component holds, in the form of UM §4.4; empty if it isn't known.
    #[cfg(feature = "update-management")]
    fn version(&mut self, component: Handle) -> &[i64] {
        let _ = component;
        &[]
    }

    /// Keeps the version that a manifest says it installed (UM §3.1), at the end of a successful update.
    ///
    /// # Errors
    /// If it can't be kept.
    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &suit_core::version::Version<'_>) -> Result<(), PlatformFault> {
        let _ = version;
        Ok(())
    }

    /// Whether the application permits an update of this priority now; a smaller number is more urgent (UM §5.4).
    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        let _ = priority;
        false
    }

    /// Power and network state for `wait`, on scales that the deployment defines (UM §4.5); `None`: the event isn't
    /// supported.
    #[cfg(feature = "update-management")]
    fn level(&mut self, of: Level) -> Option<i64> {
        let _ = of;
        None
    }

    /// Version of another device, for `wait`; `None`: unknown, or the deployment has no names for devices (P-198).
    #[cfg(feature = "update-management")]
    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        let _ = device;
        None
    }

    /// Time zone and daylight saving for events in local time; `None`: such events aren't supported (P-197).
    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<crate::calendar::Zone> {
        None
    }

    /// What the owner permits; `None`: everything.
    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<crate::policy::OwnerPolicy<'_>> {
        None
    }

    /// Whether the component is memory that a restart empties. A load section may copy into that whatever the owner has
    /// vetoed; into other components it may not.
    #[cfg(feature = "owner-policy")]
    fn is_volatile(&mut self, component: Handle) -> bool {
        let _ = component;
        false
    }

    /// Radio level, free storage and free memory, for the owner's policy. The time is asked of [`Platform::now`].
    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> crate::policy::Facts {
        crate::policy::Facts::default()
    }

    // --- references, for trust domains ---

    /// How many manifests hold a reference to what the component stores (TD §5.3); more than none if that can't be told, so
    /// that what may be in use is not overwritten (P-169). A device with one root manifest need not count (P-170).
    #[cfg(feature = "trust-domains")]
    fn references(&mut self, component: Handle) -> u32 {
        let _ = component;
        0
    }

    /// Notes that the root manifest stored at `manifest` uses the component, or no longer does, so that it survives a
    /// restart. Told twice it counts once (P-168). Returns how many references are left.
    ///
    /// # Errors
    /// If it can't be kept.
    #[cfg(feature = "trust-domains")]
    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        let _ = (component, manifest, uses);
        Ok(0)
    }
}

/// A command that was carried out, for [`Platform::watch`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Watched {
    /// As in [`Place`](crate::process::Place): 0 for the root manifest.
    pub manifest: u8,
    /// The sequences that the command stands in: 1 in a section.
    pub depth: u8,
    /// Parameters that are set.
    pub settings: u8,
    /// Code of the command.
    pub code: i64,
    /// Offset of the code in the manifest's envelope, in bytes.
    pub offset: u32,
    /// The component that it worked on.
    pub component: Handle,
    /// Why it failed, if it did.
    pub error: Option<ProcessError>,
}

/// Which level `wait` asks for.
#[cfg(feature = "update-management")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Power.
    Power,
    /// Network.
    Network,
}
