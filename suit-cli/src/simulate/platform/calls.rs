//! What the processor asks of the virtual device.

use super::{FilesPlatform, IO, Live, LiveSlot, ORDER, Pending, RUNNING, identifiers};
use crate::keys::hex;
use crate::simulate::device::Device;
use crate::simulate::paths::{Facts, below};
use crate::simulate::state::{Floor, Id, Reference};
use crate::simulate::store::Held;
use crate::simulate::trace::{Effect, Line};
use std::io;
use suit_core::cbor::Walked;
use suit_core::component::ComponentId;
use suit_core::labels::FileType;
use suit_core::version::Version;
use suit_verify_nostd::calendar::Zone;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Level, Platform, PlatformFault, Watched,
};
use suit_verify_nostd::policy::{self, OwnerPolicy};
use suit_verify_nostd::process::Procedure;
use suit_verify_nostd::report::{Record, Recorder as _};

/// The parts of a manifest's identifier, if it has one.
fn owned(manifest: Option<ComponentPath<'_>>) -> Option<Id> {
    manifest.map(|path| Id(path.parts().map(<[u8]>::to_vec).collect()))
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
        // What runs can be read under a name of its own.
        let runs = |live: &Live<'_>| live.running_id.as_deref().is_some_and(is);
        if let Some(position) = self.components.iter().position(runs) {
            return u16::try_from(position).ok().map(|position| Handle(position | RUNNING));
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
            running_id: None,
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

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        let manifest = owned(manifest);
        let known = self.floors.iter().find(|floor| floor.manifest == manifest);
        Ok(known.map_or(0, |floor| floor.sequence))
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
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
        if self.writing.is_some() {
            // What is read while something else is written is what is copied.
            self.watcher.other = Some(component);
        }
        let held = self.held(component).ok_or(IO)?;
        self.store.read(&held, offset, buffer).map_err(|error| self.io(&error))
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        let live = self.live_mut(component).ok_or(PlatformFault::UNSUPPORTED)?;
        // What runs is not written.
        if component.0 & RUNNING != 0 {
            return Err(PlatformFault::FORBIDDEN);
        }
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

    fn rebuilds(&mut self, _: Handle, base: Handle, payload: Handle) {
        self.watcher.delta = Some((base, payload));
        self.watcher.rebuilt = true;
        // A delta is no software that has a version.
        if let Some(live) = self.live_mut(payload) {
            live.written = false;
        }
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        if (one.0 | other.0) & RUNNING != 0 {
            return Err(PlatformFault::FORBIDDEN);
        }
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
        let mut other = self.watcher.other.take();
        let delta = self.watcher.delta.take();
        let Some(line) = line else { return };
        if line.effect == Effect::Skip
            && let Some(live) = self.live_mut(watched.component)
        {
            // What is there already, from an update that came not to its end, counts as what this one writes.
            live.written = true;
        }
        let component = match line.effect {
            Effect::Condition | Effect::Skip if !self.trace.wants_all() => return,
            Effect::Condition | Effect::Skip => self.named(watched.component),
            _ => self.shown(watched.component),
        };
        let base = delta.map(|(base, payload)| {
            other = Some(payload);
            self.shown(base)
        });
        let source = other.map(|other| self.shown(other));
        self.trace.tell(Line { component: Some(component), source, base, ..line });
    }

    fn record(&mut self, record: &Record<'_>) {
        if let Some(report) = &mut self.report {
            report.record(record);
        }
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
        let reference = Reference { component: id, manifest: owned(manifest.map(ComponentPath::new)) };
        self.references.retain(|known| *known != reference);
        if uses {
            self.references.push(reference);
        }
        self.changed = true;
        Ok(self.references(component))
    }
}
