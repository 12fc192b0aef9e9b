//! The platform over files: a virtual device whose components are files on this computer.

mod calls;

use super::device::{self, Device};
use super::paths::{Facts, Found, Tree};
use super::reporting::Reporting;
use super::state::{self, Claim, Floor, Id, Reference, State};
use super::store::{Held, Store, Writing};
use super::trace::{self, Cost, Effect, Line, Trace};
use super::watch::Watcher;
use crate::description::values::{uuid_text, vendor_text};
use crate::error::{Failure, Outcome, codes};
use std::io;
use std::path::PathBuf;
use suit_core::component::ComponentId;
use suit_core::labels::{Algorithm, FileType};
use suit_core::owned::VendorId;
use suit_verify_nostd::platform::{Handle, Identifier, IdentifierKind, PlatformFault};
use suit_verify_nostd::policy::OwnerPolicy;
use suit_verify_nostd::process::Procedure;

/// What went wrong with a file; [`FilesPlatform::fault`] has the words.
const IO: PlatformFault = PlatformFault(1);
/// Bytes that don't follow those before.
const ORDER: PlatformFault = PlatformFault(2);

/// Of a handle: the slot that runs is meant, whatever the procedure is.
const RUNNING: u16 = 0x8000;

/// A virtual device, and how it stands.
#[derive(Debug)]
pub(crate) struct FilesPlatform<'d> {
    device: &'d Device,
    /// What the owner permits.
    policy: Option<OwnerPolicy<'d>>,
    procedure: Procedure,
    store: Store,
    /// Where the device is kept from run to run.
    kept: Option<Claim>,
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
    /// The report that is written, if one is wanted.
    pub(crate) report: Option<Reporting<'d>>,
}

/// A component, and how it stands.
#[derive(Debug)]
struct Live<'d> {
    id: Vec<Vec<u8>>,
    /// Under which identifier the slot that runs can be read.
    running_id: Option<Vec<Vec<u8>>>,
    capacity: u32,
    slots: Vec<LiveSlot>,
    running: usize,
    version: Vec<i64>,
    identifiers: [Vec<Identifier<'d>>; 3],
    /// The way below the directory of files, for those that lie there.
    way: Option<PathBuf>,
    /// Written by this procedure, or found to hold what it would write.
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
    /// The device as its file says it is, or as the last run left it where it is kept.
    ///
    /// # Errors
    /// E0612 the state is that of another device; E0601 and E0602.
    pub(crate) fn new(
        device: &'d Device,
        policy: Option<OwnerPolicy<'d>>,
        kept: Option<Claim>,
        trace: Trace<'d>,
    ) -> Outcome<Self> {
        let directory = kept.as_ref().map(Claim::directory);
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
            kept,
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
            report: None,
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
                let name = trace::shown(&live.id);
                return Err(other(&format!(
                    "it lacks the component [{name}], or has it at another position"
                )));
            }
            if !saved.slots.iter().map(|slot| slot.slot).eq(numbers()) || saved.running >= live.slots.len() {
                let name = trace::shown(&live.id);
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
        // A device file of later knows better.
        self.time = self.time.map(|time| saved.time.map_or(time, |saved| time.max(saved)));
        Ok(())
    }

    fn open_tree(&mut self, is_new: bool) -> Outcome<()> {
        let Some(files) = &self.device.files else { return Ok(()) };
        let root = match &self.kept {
            Some(kept) => state::files(kept.directory()),
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
        let Some(kept) = self.kept.as_ref().filter(|_| self.changed) else { return Ok(()) };
        let live = self.components.iter().filter(|live| live.way.is_none());
        let state = State {
            format: state::FORMAT.to_owned(),
            next: self.store.next(),
            components: live.map(Live::saved).collect(),
            floors: self.floors.clone(),
            references: self.references.clone(),
            time: self.time,
        };
        state.write(kept.directory())?;
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

    /// The greatest number of a priority that the application permits.
    pub(crate) fn permits(&self) -> Option<i64> {
        self.device.now.permits_priority.map(|most| most.0)
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

    /// Whether the component has this identifier.
    pub(crate) fn is_called(&self, component: Handle, id: &ComponentId<'_>) -> bool {
        let Some(live) = self.live(component) else { return false };
        let known = if component.0 & RUNNING == 0 { Some(&live.id) } else { live.running_id.as_ref() };
        known.is_some_and(|known| id.parts().eq(known.iter().map(Vec::as_slice)))
    }

    /// What a component was to hold when it was written.
    pub(crate) fn wanted(&self, component: Handle) -> Option<&Wanted> {
        self.live(component)?.wanted.as_ref()
    }

    /// A component's name alone.
    pub(crate) fn named(&self, component: Handle) -> trace::Held {
        let slot = self.slot_of(component).and_then(|slot| slot.number);
        let id = self.live(component).map(|live| trace::written(&live.id)).unwrap_or_default();
        trace::Held { id, slot, ..trace::Held::default() }
    }

    fn live(&self, component: Handle) -> Option<&Live<'d>> {
        self.components.get(usize::from(component.0 & !RUNNING))
    }

    fn live_mut(&mut self, component: Handle) -> Option<&mut Live<'d>> {
        self.components.get_mut(usize::from(component.0 & !RUNNING))
    }

    /// An update writes the slot after the one that runs; everything else is about the one that runs.
    fn position(&self, component: Handle) -> usize {
        let Some(live) = self.live(component) else { return 0 };
        match self.procedure {
            Procedure::Update if component.0 & RUNNING == 0 => (live.running + 1) % live.slots.len().max(1),
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
            running_id: given.running_id.clone(),
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
