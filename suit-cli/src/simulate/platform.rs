//! The platform over files: a virtual device whose components are files on this computer.

use super::device::{self, Device};
use super::paths::{Facts, Found, Tree, below};
use super::state::{self, Floor, Id, Reference, State};
use super::store::{Held, Store, Writing};
use super::trace::{self, Cost, Effect, Line, Trace};
use super::watch::Watcher;
use crate::description::values::{uuid_text, vendor_text};
use crate::error::{Failure, Outcome, codes};
use crate::keys::hex;
use std::io;
use std::path::{Path, PathBuf};
use suit_core::cbor::Walked;
use suit_core::component::ComponentId;
use suit_core::labels::{Algorithm, FileType};
use suit_core::owned::VendorId;
use suit_core::version::Version;
use suit_verify_nostd::calendar::Zone;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Level, Platform, PlatformFault, Watched,
};
use suit_verify_nostd::policy::{self, OwnerPolicy};
use suit_verify_nostd::process::Procedure;

/// What went wrong with a file; [`FilesPlatform::fault`] has the words.
const IO: PlatformFault = PlatformFault(1);
/// Bytes that don't follow those before.
const ORDER: PlatformFault = PlatformFault(2);

/// A virtual device, and how it stands.
#[derive(Debug)]
pub(crate) struct FilesPlatform<'d> {
    device: &'d Device,
    /// What the owner permits.
    policy: Option<OwnerPolicy<'d>>,
    procedure: Procedure,
    store: Store,
    /// Where the device is kept from run to run.
    directory: Option<PathBuf>,
    tree: Option<Tree>,
    components: Vec<Live<'d>>,
    floors: Vec<Floor>,
    references: Vec<Reference>,
    time: Option<u64>,
    /// Whether anything is other than it was.
    changed: bool,
    looked_up: usize,
    writing: Option<Pending>,
    /// What the last fault was, in words.
    fault: Option<String>,
    cost: Cost,
    trace: Trace<'d>,
    pub(crate) watcher: Watcher,
}

/// A component, and how it stands.
#[derive(Debug)]
struct Live<'d> {
    id: Vec<Vec<u8>>,
    capacity: u32,
    slots: Vec<LiveSlot>,
    running: usize,
    version: Vec<i64>,
    identifiers: [Vec<Identifier<'d>>; 3],
    /// The way below the directory of files, for those that lie there.
    way: Option<PathBuf>,
    /// Written by this procedure.
    written: bool,
    /// What it was to hold, as the manifest said when it was last written.
    wanted: Option<Wanted>,
}

/// A size, if it is given, and a digest.
pub(crate) type Wanted = (Option<u32>, Algorithm, Vec<u8>);

/// What is being stored.
#[derive(Debug)]
struct Pending {
    component: Handle,
    writing: Writing,
    file_type: FileType,
    facts: Facts,
}

#[derive(Debug)]
struct LiveSlot {
    number: Option<u64>,
    held: Option<Held>,
}

impl<'d> FilesPlatform<'d> {
    /// The device as its file says it is, or as the last run left it in `directory`.
    ///
    /// # Errors
    /// E0612 the state is that of another device; E0601 and E0602.
    pub(crate) fn new(
        device: &'d Device,
        policy: Option<OwnerPolicy<'d>>,
        directory: Option<&Path>,
        trace: Trace<'d>,
    ) -> Outcome<Self> {
        let saved = directory.map(State::read).transpose()?.flatten();
        let store = match directory {
            None => Store::temporary()?,
            Some(directory) => {
                Store::at(state::contents(directory), saved.as_ref().map_or(0, |saved| saved.next))?
            }
        };
        let mut platform = Self {
            device,
            policy,
            procedure: Procedure::Update,
            store,
            directory: directory.map(Path::to_path_buf),
            tree: None,
            components: Vec::new(),
            floors: Vec::new(),
            references: Vec::new(),
            time: device.now.time.map(|time| time.0),
            changed: false,
            looked_up: 0,
            writing: None,
            fault: None,
            cost: Cost::default(),
            trace,
            watcher: Watcher::default(),
        };
        for component in &device.components {
            platform.components.push(Live::new(component));
        }
        match &saved {
            Some(saved) => platform.restore(saved)?,
            None => platform.fill()?,
        }
        platform.open_tree(saved.is_none())?;
        if saved.is_none() {
            // From now on there is a device, whatever becomes of this run.
            platform.changed = true;
            platform.save()?;
            platform.changed = false;
        }
        Ok(platform)
    }

    /// Takes the contents that the device file gives.
    fn fill(&mut self) -> Outcome<()> {
        for (live, given) in self.components.iter_mut().zip(&self.device.components) {
            for (slot, given) in live.slots.iter_mut().zip(&given.slots) {
                slot.held = self.store.take(&given.content)?;
            }
        }
        Ok(())
    }

    fn restore(&mut self, saved: &State) -> Outcome<()> {
        let other = |what: &str| {
            let message = format!("the state is that of another device: {what}");
            Failure::new(codes::DEVICE_STATE, message)
                .help("name a new directory, or take the device file that the state was made with")
        };
        if saved.components.len() != self.components.len() {
            return Err(other("it has another number of components"));
        }
        for (live, saved) in self.components.iter_mut().zip(&saved.components) {
            let numbers = || live.slots.iter().map(|slot| slot.number);
            if saved.id.0 != live.id {
                let name = trace::parts(&live.id).join("/");
                return Err(other(&format!(
                    "it lacks the component [{name}], or has it at another position"
                )));
            }
            if !saved.slots.iter().map(|slot| slot.slot).eq(numbers()) || saved.running >= live.slots.len() {
                let name = trace::parts(&live.id).join("/");
                return Err(other(&format!("[{name}] has other slots")));
            }
            live.running = saved.running;
            live.version.clone_from(&saved.version);
            for (slot, saved) in live.slots.iter_mut().zip(&saved.slots) {
                slot.held = match (&saved.content, saved.size) {
                    (Some(name), Some(length)) => Some(Held::stored(name.clone(), length)),
                    _ => None,
                };
            }
        }
        self.floors.clone_from(&saved.floors);
        self.references.clone_from(&saved.references);
        self.time = saved.time.or(self.time);
        Ok(())
    }

    fn open_tree(&mut self, is_new: bool) -> Outcome<()> {
        let Some(files) = &self.device.files else { return Ok(()) };
        let root = match &self.directory {
            Some(directory) => state::files(directory),
            None => self.store.directory().join("files"),
        };
        let name = root.display().to_string();
        let tree = Tree::at(&root).map_err(|error| Failure::write(&name, &error))?;
        if let Some(from) = files.directory.as_ref().filter(|_| is_new) {
            tree.copy_from(from).map_err(|error| Failure::write(&name, &error))?;
        }
        self.tree = Some(tree);
        Ok(())
    }

    /// Keeps how the device stands, if there is a place for it and anything has changed.
    ///
    /// # Errors
    /// E0602 it can't be written.
    pub(crate) fn save(&self) -> Outcome<()> {
        let Some(directory) = self.directory.as_deref().filter(|_| self.changed) else { return Ok(()) };
        let live = self.components.iter().filter(|live| live.way.is_none());
        let state = State {
            format: state::FORMAT.to_owned(),
            next: self.store.next(),
            components: live.map(Live::saved).collect(),
            floors: self.floors.clone(),
            references: self.references.clone(),
            time: self.time,
        };
        state.write(directory)?;
        self.store.keep_only(&state.contents());
        Ok(())
    }

    /// What the last fault of a file was.
    pub(crate) fn fault(&self) -> Option<&str> {
        self.fault.as_deref()
    }

    /// Components that were looked up.
    pub(crate) fn targets(&self) -> usize {
        self.looked_up
    }

    /// The clock goes on.
    pub(crate) fn set_time(&mut self, time: u64) {
        self.time = Some(time);
        self.changed = true;
    }

    /// What it cost.
    pub(crate) fn cost(&self) -> Cost {
        Cost { commands: self.watcher.commands, ..self.cost }
    }

    /// The trace, to tell of what the platform doesn't see.
    pub(crate) fn trace(&mut self) -> &mut Trace<'d> {
        &mut self.trace
    }

    /// The trace at the end.
    pub(crate) fn into_trace(self) -> Trace<'d> {
        self.trace
    }

    /// A component as messages and traces call it, with what it holds.
    pub(crate) fn shown(&mut self, component: Handle) -> trace::Held {
        let held = self.held(component);
        let size = held.as_ref().map(|held| u64::from(held.length));
        let sha256 = held.and_then(|held| self.store.sha256(&held).ok());
        trace::Held { size, sha256, ..self.named(component) }
    }

    /// Identifiers of a component as descriptions write them.
    pub(crate) fn identity(&self, kind: IdentifierKind, component: Handle) -> Vec<String> {
        let Some(live) = self.live(component) else { return Vec::new() };
        let [vendor, class, device] = &live.identifiers;
        let known = match kind {
            IdentifierKind::Vendor => vendor,
            IdentifierKind::Class => class,
            IdentifierKind::Device => device,
        };
        known
            .iter()
            .map(|id| match id {
                Identifier::Uuid(id) => uuid_text(id),
                Identifier::Pen(oid) => vendor_text(&VendorId::Pen(oid.to_vec())),
            })
            .collect()
    }

    /// What a component was to hold when it was written.
    pub(crate) fn wanted(&self, component: Handle) -> Option<&Wanted> {
        self.live(component)?.wanted.as_ref()
    }

    /// A component's name alone.
    pub(crate) fn named(&self, component: Handle) -> trace::Held {
        let slot = self.slot_of(component).and_then(|slot| slot.number);
        let id = self.live(component).map(|live| trace::parts(&live.id)).unwrap_or_default();
        trace::Held { id, slot, ..trace::Held::default() }
    }

    fn live(&self, component: Handle) -> Option<&Live<'d>> {
        self.components.get(usize::from(component.0))
    }

    fn live_mut(&mut self, component: Handle) -> Option<&mut Live<'d>> {
        self.components.get_mut(usize::from(component.0))
    }

    /// An update writes the slot after the one that runs; everything else is about the one that runs.
    fn position(&self, component: Handle) -> usize {
        let Some(live) = self.live(component) else { return 0 };
        match self.procedure {
            Procedure::Update => (live.running + 1) % live.slots.len().max(1),
            _ => live.running,
        }
    }

    fn slot_of(&self, component: Handle) -> Option<&LiveSlot> {
        self.live(component)?.slots.get(self.position(component))
    }

    fn slot_mut(&mut self, component: Handle) -> Option<&mut LiveSlot> {
        let position = self.position(component);
        self.live_mut(component)?.slots.get_mut(position)
    }

    fn held(&self, component: Handle) -> Option<Held> {
        match self.live(component)?.way.as_deref() {
            Some(way) => Some(match self.tree.as_ref()?.find(way)? {
                Found::File(place, length) => Held::at(&place, length),
                Found::Text(bytes) => Held::text(bytes),
            }),
            None => self.slot_of(component)?.held.clone(),
        }
    }

    fn io(&mut self, error: &io::Error) -> PlatformFault {
        self.fault = Some(error.to_string());
        if error.kind() == io::ErrorKind::PermissionDenied { PlatformFault::FORBIDDEN } else { IO }
    }

    fn tell_changed(&mut self, effect: Effect, component: Handle) {
        let component = Some(self.shown(component));
        self.trace.tell(Line { effect, component, ..Line::default() });
    }
}

impl<'d> Live<'d> {
    fn new(given: &'d device::Component) -> Self {
        Self {
            id: given.id.clone(),
            capacity: given.capacity,
            slots: given.slots.iter().map(|slot| LiveSlot { number: slot.number, held: None }).collect(),
            running: given.running,
            version: given.version.clone(),
            identifiers: identifiers(&given.identity),
            way: None,
            written: false,
            wanted: None,
        }
    }

    fn saved(&self) -> state::Component {
        let slot = |slot: &LiveSlot| state::Slot {
            slot: slot.number,
            content: slot.held.as_ref().map(|held| held.name.clone()),
            size: slot.held.as_ref().map(|held| held.length),
        };
        state::Component {
            id: Id(self.id.clone()),
            slots: self.slots.iter().map(slot).collect(),
            running: self.running,
            version: self.version.clone(),
        }
    }
}

fn identifiers(identity: &device::Identity) -> [Vec<Identifier<'_>>; 3] {
    let of = |kind| {
        let known = identity.of(kind).iter();
        known
            .map(|id| match id {
                VendorId::Uuid(id) => Identifier::Uuid(*id),
                VendorId::Pen(oid) => Identifier::Pen(oid),
            })
            .collect()
    };
    [of(IdentifierKind::Vendor), of(IdentifierKind::Class), of(IdentifierKind::Device)]
}

/// The parts of a manifest's identifier, if it has one.
fn owned(manifest: Option<ComponentId<'_>>) -> Option<Id> {
    manifest.map(|id| Id(id.parts().map(<[u8]>::to_vec).collect()))
}

impl Platform for FilesPlatform<'_> {
    fn begins(&mut self, procedure: Procedure) {
        self.procedure = procedure;
    }

    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        self.looked_up += 1;
        let is = |id: &[Vec<u8>]| path.parts().eq(id.iter().map(Vec::as_slice));
        let known = self.components.iter().position(|live| is(&live.id));
        if let Some(position) = known {
            return u16::try_from(position).ok().map(Handle);
        }
        let files = self.device.files.as_ref()?;
        let mut parts = path.parts();
        if !files.under.iter().all(|part| parts.next() == Some(part)) {
            return None;
        }
        // P-200: what can't be the way to a file is no component.
        let way = below(path.parts())?;
        let handle = u16::try_from(self.components.len()).ok().map(Handle)?;
        self.components.push(Live {
            id: path.parts().map(<[u8]>::to_vec).collect(),
            capacity: files.capacity,
            slots: vec![LiveSlot { number: None, held: None }],
            running: 0,
            version: Vec::new(),
            identifiers: identifiers(&self.device.identity),
            way: Some(way),
            written: false,
            wanted: None,
        });
        Some(handle)
    }

    fn identifiers(&mut self, kind: IdentifierKind, component: Handle) -> &[Identifier<'_>] {
        let Some(live) = self.live(component) else { return &[] };
        let [vendor, class, device] = &live.identifiers;
        match kind {
            IdentifierKind::Vendor => vendor,
            IdentifierKind::Class => class,
            IdentifierKind::Device => device,
        }
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.slot_of(component)?.number
    }

    fn floor(&mut self, manifest: Option<ComponentId<'_>>) -> Result<u64, PlatformFault> {
        let manifest = owned(manifest);
        let known = self.floors.iter().find(|floor| floor.manifest == manifest);
        Ok(known.map_or(0, |floor| floor.sequence))
    }

    fn set_floor(&mut self, manifest: Option<ComponentId<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        // An update that came to its end is what the device starts from now on.
        for position in 0..self.components.len() {
            let Ok(handle) = u16::try_from(position).map(Handle) else { continue };
            let next = self.position(handle);
            let Some(live) = self.live_mut(handle) else { continue };
            if core::mem::take(&mut live.written) && live.slots.len() > 1 {
                self.tell_changed(Effect::Switch, handle);
                if let Some(live) = self.live_mut(handle) {
                    live.running = next;
                }
            }
        }
        let manifest = owned(manifest);
        match self.floors.iter_mut().find(|floor| floor.manifest == manifest) {
            Some(floor) => floor.sequence = sequence,
            None => self.floors.push(Floor { manifest, sequence }),
        }
        self.changed = true;
        self.trace.tell(Line { effect: Effect::Keep, sequence: Some(sequence), ..Line::default() });
        Ok(())
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.live(component).map_or(0, |live| live.capacity)
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.held(component).map(|held| held.length)
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let held = self.held(component).ok_or(IO)?;
        self.store.read(&held, offset, buffer).map_err(|error| self.io(&error))
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        let live = self.live_mut(component).ok_or(PlatformFault::UNSUPPORTED)?;
        if incoming.size.is_some_and(|size| size > live.capacity) {
            return Err(PlatformFault::NO_ROOM);
        }
        // Memory has no directories and links.
        if live.way.is_none() && incoming.file_type != FileType::Regular {
            return Err(PlatformFault::UNSUPPORTED);
        }
        live.written = true;
        live.wanted =
            incoming.digest.map(|digest| (incoming.size, digest.algorithm(), digest.bytes().to_vec()));
        let way = live.way.clone();
        if let (Some(way), Some(tree)) = (way, &self.tree) {
            tree.place(&way, true).map_err(|error| self.io(&error))?;
        } else if let Some(slot) = self.slot_mut(component) {
            // Memory is erased before it is written; a file stays until the new one is complete.
            slot.held = None;
        }
        self.changed = true;
        let writing = self.store.create().map_err(|error| self.io(&error))?;
        let (file_type, facts) = (incoming.file_type, Facts::new(incoming.metadata));
        self.writing = Some(Pending { component, writing, file_type, facts });
        Ok(0)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        let capacity = self.capacity(component);
        let writing = match &mut self.writing {
            Some(it) if it.component == component && it.writing.length() == offset => &mut it.writing,
            _ => return Err(ORDER),
        };
        let end = u32::try_from(data.len()).ok().and_then(|more| offset.checked_add(more));
        if end.is_none_or(|end| end > capacity) {
            return Err(PlatformFault::NO_ROOM);
        }
        let put = writing.put(data);
        put.map_err(|error| self.io(&error))
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        let pending = match self.writing.take() {
            Some(it) if it.component == component && it.writing.length() == length => it,
            _ => return Err(ORDER),
        };
        let held = pending.writing.end().map_err(|error| self.io(&error))?;
        self.cost.stored += u64::from(length);
        self.cost.writes += u64::from(length.div_ceil(self.device.write_size));
        if self.device.erase_size > 1 {
            self.cost.erases += u64::from(length.div_ceil(self.device.erase_size));
        }
        let way = self.live(component).and_then(|live| live.way.clone());
        if let (Some(way), Some(tree)) = (way, &self.tree) {
            let finished = self.store.directory().join(&held.name);
            let put = match pending.file_type {
                FileType::Directory if length > 0 => Err(io::ErrorKind::InvalidInput.into()),
                FileType::Directory => tree.put_directory(&way, pending.facts),
                FileType::Symlink => std::fs::read(&finished).and_then(|target| tree.put_link(&target, &way)),
                _ => tree.put(&finished, &way, pending.facts),
            };
            put.map_err(|error| self.io(&error))?;
            self.store.forget();
        } else if let Some(slot) = self.slot_mut(component) {
            slot.held = Some(held);
        }
        self.watcher.stored = true;
        Ok(())
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        let is_file = |handle| self.live(handle).is_none_or(|live| live.way.is_some());
        if is_file(one) || is_file(other) {
            return Err(PlatformFault::UNSUPPORTED);
        }
        let (here, there) = (self.held(one), self.held(other));
        let fits = |held: &Option<Held>, capacity| held.as_ref().is_none_or(|held| held.length <= capacity);
        if !fits(&here, self.capacity(other)) || !fits(&there, self.capacity(one)) {
            return Err(PlatformFault::NO_ROOM);
        }
        for (handle, held) in [(one, there), (other, here)] {
            if let Some(slot) = self.slot_mut(handle) {
                slot.held = held;
            }
            if let Some(live) = self.live_mut(handle) {
                live.written = true;
            }
        }
        self.changed = true;
        self.watcher.other = Some(other);
        Ok(())
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        // The watcher tells of it.
        self.watcher.arguments = arguments.map(hex);
        self.live(component).map(|_| ()).ok_or(PlatformFault::UNSUPPORTED)
    }

    fn custom(&mut self, code: i64, _: Walked<'_>, _: Handle) -> Result<bool, PlatformFault> {
        if self.device.custom.contains(&code) { Ok(true) } else { Err(PlatformFault::UNSUPPORTED) }
    }

    fn watch(&mut self, watched: &Watched) {
        let line = self.watcher.see(watched);
        let Some(line) = line else { return };
        let component = match line.effect {
            Effect::Condition | Effect::Skip if !self.trace.wants_all() => return,
            Effect::Condition | Effect::Skip => self.named(watched.component),
            _ => self.shown(watched.component),
        };
        let source = self.watcher.other.take().map(|other| self.shown(other));
        self.trace.tell(Line { component: Some(component), source, ..line });
    }

    fn now(&mut self) -> Option<u64> {
        self.time
    }

    fn battery(&mut self) -> Option<u64> {
        self.device.now.battery.map(|charge| charge.0)
    }

    fn version(&mut self, component: Handle) -> &[i64] {
        self.live(component).map(|live| live.version.as_slice()).unwrap_or_default()
    }

    fn set_version(&mut self, version: &Version<'_>) -> Result<(), PlatformFault> {
        let version: Vec<i64> = version.parts().collect();
        self.changed = true;
        for position in 0..self.components.len() {
            let Ok(handle) = u16::try_from(position).map(Handle) else { continue };
            let Some(live) = self.live_mut(handle).filter(|live| live.written) else { continue };
            live.version.clone_from(&version);
            let (component, name) =
                (Some(self.named(handle)), Some(crate::render::words::version(version.iter().copied())));
            self.trace.tell(Line { effect: Effect::Version, component, name, ..Line::default() });
        }
        Ok(())
    }

    fn authorized(&mut self, priority: i64) -> bool {
        self.device.now.permits_priority.is_some_and(|most| priority <= most.0)
    }

    fn level(&mut self, of: Level) -> Option<i64> {
        let now = &self.device.now;
        match of {
            Level::Power => now.power,
            Level::Network => now.network,
        }
        .map(|level| level.0)
    }

    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        let mut others = self.device.others.iter();
        others.find(|(id, _)| id == device).map(|(_, version)| version.as_slice())
    }

    fn zone(&mut self) -> Option<Zone> {
        self.device.zone
    }

    fn owner_policy(&mut self) -> Option<OwnerPolicy<'_>> {
        self.policy
    }

    fn resources(&mut self) -> policy::Facts {
        let Device { radio, free_storage, free_ram, .. } = *self.device;
        policy::Facts { utc: self.time, radio, free_storage, free_ram }
    }

    fn references(&mut self, component: Handle) -> u32 {
        let Some(id) = self.live(component).map(|live| live.id.clone()) else { return 0 };
        let count = self.references.iter().filter(|one| one.component.0 == id).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        let id = self.live(component).map(|live| Id(live.id.clone())).ok_or(PlatformFault::UNSUPPORTED)?;
        let reference = Reference { component: id, manifest: owned(manifest) };
        self.references.retain(|known| *known != reference);
        if uses {
            self.references.push(reference);
        }
        self.changed = true;
        Ok(self.references(component))
    }
}
