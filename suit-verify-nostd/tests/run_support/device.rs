//! A device of memory, made from the table of a vector, which notes in words what is done to it.

use core::fmt::Write as _;
use std::collections::{BTreeMap, BTreeSet};

use sha2::Digest as _;
use suit_core::cbor::Walked;
use suit_core::component::ComponentId;
use suit_core::labels::{Condition, Directive, FileType};
use suit_core::version::Version;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Level, Platform, PlatformFault, Watched,
};

/// What storage that is broken answers.
const BROKEN: PlatformFault = PlatformFault(77);

/// A component and what it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Component {
    /// Its parts, with strokes between them.
    pub(crate) id: String,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) slot: Option<u64>,
    pub(crate) capacity: u32,
    /// Bytes kept of an interrupted transfer.
    pub(crate) kept: Vec<u8>,
    /// Writes fail.
    pub(crate) broken: bool,
    pub(crate) version: Vec<i64>,
    /// The root manifests that use it.
    pub(crate) users: BTreeSet<String>,
}

/// Facts that may change while the device waits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) now: Option<u64>,
    pub(crate) battery: Option<u64>,
    pub(crate) power: Option<i64>,
    pub(crate) network: Option<i64>,
    /// Updates of this priority, or a more urgent one, are authorised.
    pub(crate) authorized: Option<i64>,
    pub(crate) others: BTreeMap<Vec<u8>, Vec<i64>>,
}

/// The device.
#[derive(Clone, Debug, Default)]
pub(crate) struct Device {
    pub(crate) components: Vec<Component>,
    pub(crate) vendors: Vec<Identifier<'static>>,
    pub(crate) classes: Vec<Identifier<'static>>,
    pub(crate) devices: Vec<Identifier<'static>>,
    /// By where the manifest is stored; empty for one that doesn't say.
    pub(crate) floors: BTreeMap<String, u64>,
    /// What custom commands answer, if the device has them.
    pub(crate) custom: Option<bool>,
    pub(crate) facts: Facts,
    /// What was done, in the words of `testvectors/README.md`.
    pub(crate) trace: Vec<String>,
    /// Components that something was stored in since the last command.
    stored: BTreeSet<Handle>,
    /// Which kind of file was stored last.
    file_type: Option<FileType>,
    /// Storing was switched off: a rehearsal.
    pub(crate) rehearsing: bool,
    /// References left by the last unlink.
    left: Option<u32>,
    /// Commands that were told of.
    pub(crate) commands: u32,
    /// What components held when they were started.
    pub(crate) started: Vec<(Handle, Vec<u8>)>,
    /// Components that were changed.
    pub(crate) touched: BTreeSet<Handle>,
    /// What somebody else puts into a component once this condition has held.
    pub(crate) tamper: Option<(Condition, Handle, Vec<u8>)>,
}

/// Hexadecimal digits.
pub(crate) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in hexadecimal digits, by another implementation than the crate's way to it.
pub(crate) fn sha256(content: &[u8]) -> String {
    digits(&sha2::Sha256::digest(content))
}

/// An identifier's parts, with strokes between them. A part that has a stroke itself, or isn't text, is written in digits.
pub(crate) fn joined<'a>(parts: impl Iterator<Item = &'a [u8]>) -> String {
    let part = |part: &[u8]| match core::str::from_utf8(part) {
        Ok(text) if !text.contains('/') => text.to_owned(),
        _ => format!("h'{}'", digits(part)),
    };
    parts.map(part).collect::<Vec<_>>().join("/")
}

fn stored_at(manifest: Option<ComponentPath<'_>>) -> String {
    manifest.map_or(String::new(), |path| joined(path.parts()))
}

impl Device {
    pub(crate) fn at(&mut self, handle: Handle) -> &mut Component {
        &mut self.components[usize::from(handle.0)]
    }

    pub(crate) fn name(&self, handle: Handle) -> &str {
        &self.components[usize::from(handle.0)].id
    }

    /// What every component holds: a digest, or empty for nothing.
    pub(crate) fn contents(&self) -> BTreeMap<String, String> {
        let content = |it: &Component| it.content.as_deref().map_or(String::new(), sha256);
        self.components.iter().map(|it| (it.id.clone(), content(it))).collect()
    }

    /// A line about a directive that stored something, or found it there.
    fn storing(&mut self, name: &str, handle: Handle) {
        let stored = self.stored.contains(&handle);
        let it = &self.components[usize::from(handle.0)];
        let line = match &it.content {
            Some(content) if stored => {
                let line = format!("{name} {} {} {}", it.id, content.len(), sha256(content));
                match self.file_type {
                    None | Some(FileType::Regular) => line,
                    Some(other) => format!("{line} {}", other.name()),
                }
            }
            _ => format!("{name} {} there", it.id),
        };
        self.trace.push(line);
    }
}

impl Platform for Device {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        let id = joined(path.parts());
        let position = self.components.iter().position(|component| component.id == id)?;
        Some(Handle(u16::try_from(position).unwrap()))
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &self.vendors,
            IdentifierKind::Class => &self.classes,
            IdentifierKind::Device => &self.devices,
        }
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.at(component).slot
    }

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        Ok(self.floors.get(&stored_at(manifest)).copied().unwrap_or(0))
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        let id = stored_at(manifest);
        let space = if id.is_empty() { "" } else { " " };
        self.trace.push(format!("floor{space}{id} {sequence}"));
        self.floors.insert(id, sequence);
        Ok(())
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.at(component).capacity
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.at(component).content.as_ref().map(|content| content.len().try_into().unwrap())
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let offset = usize::try_from(offset).unwrap();
        let content = self.at(component).content.as_ref().expect("only what is whole is read");
        buffer.copy_from_slice(&content[offset..offset + buffer.len()]);
        Ok(())
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        self.touched.insert(component);
        let it = self.at(component);
        assert!(incoming.size.is_none_or(|size| size <= it.capacity), "more than there is room for");
        it.content = None;
        let kept = it.kept.len().try_into().unwrap();
        self.file_type = Some(incoming.file_type);
        Ok(kept)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        self.touched.insert(component);
        let it = self.at(component);
        if it.broken {
            return Err(BROKEN);
        }
        assert!(it.content.is_none(), "written without a beginning");
        it.kept.truncate(offset.try_into().unwrap());
        assert_eq!(it.kept.len(), usize::try_from(offset).unwrap(), "a gap");
        it.kept.extend(data);
        assert!(it.kept.len() <= it.capacity.try_into().unwrap(), "beyond the component");
        Ok(())
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        let it = self.at(component);
        assert!(it.content.is_none(), "committed without a beginning");
        // Of what was kept, the processor takes as much as it needs, and that may be nothing.
        it.kept.truncate(length.try_into().unwrap());
        assert_eq!(it.kept.len(), usize::try_from(length).unwrap(), "bytes are missing");
        it.content = Some(core::mem::take(&mut it.kept));
        self.stored.insert(component);
        Ok(())
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        self.touched.extend([one, other]);
        let there = self.at(other).content.take();
        let here = core::mem::replace(&mut self.at(one).content, there);
        self.at(other).content = here;
        self.stored.extend([one, other]);
        self.file_type = None;
        Ok(())
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal starts something");
        let it = self.at(component);
        // Nothing is started that isn't there.
        let content = it.content.clone().expect("something is there");
        let mut line = format!("invoke {} {} {}", it.id, content.len(), sha256(&content));
        if let Some(arguments) = arguments {
            write!(line, " {}", digits(arguments)).unwrap();
        }
        self.trace.push(line);
        self.started.push((component, content));
        Ok(())
    }

    fn custom(&mut self, _: i64, _: Walked<'_>, _: Handle) -> Result<bool, PlatformFault> {
        self.custom.ok_or(PlatformFault::UNSUPPORTED)
    }

    fn watch(&mut self, watched: &Watched) {
        self.commands += 1;
        let name = self.name(watched.component).to_owned();
        let holds = if watched.error.is_none() { "holds" } else { "fails" };
        if let Some(condition) = Condition::from_code(watched.code) {
            self.trace.push(format!("{} {name} {holds}", condition.name()));
            if let Some((_, handle, content)) = self.tamper.take_if(|(when, ..)| *when == condition) {
                self.at(handle).content = Some(content);
            }
        } else if let Some(directive) = Directive::from_code(watched.code) {
            // A directive that fails ends the run, and is named there.
            if watched.error.is_none() && !self.rehearsing {
                match directive {
                    Directive::Fetch
                    | Directive::Write
                    | Directive::Copy
                    | Directive::Swap
                    | Directive::InstallDelta => {
                        self.storing(directive.name(), watched.component);
                    }
                    Directive::Wait => self.trace.push(format!("wait {name} over")),
                    Directive::ProcessDependency => self.trace.push(format!("process-dependency {name}")),
                    Directive::Unlink => {
                        let left = self.left.take().expect("the platform was asked");
                        self.trace.push(format!("unlink {name} {left}"));
                    }
                    _ => {}
                }
            }
        } else {
            self.trace.push(format!("custom {} {name} {holds}", watched.code));
        }
        self.stored.clear();
    }

    fn now(&mut self) -> Option<u64> {
        self.facts.now
    }

    fn battery(&mut self) -> Option<u64> {
        self.facts.battery
    }

    fn version(&mut self, component: Handle) -> &[i64] {
        &self.at(component).version
    }

    fn set_version(&mut self, version: &Version<'_>) -> Result<(), PlatformFault> {
        let parts: Vec<_> = version.parts().map(|part| part.to_string()).collect();
        self.trace.push(format!("set-version {}", parts.join(".")));
        Ok(())
    }

    fn authorized(&mut self, priority: i64) -> bool {
        self.facts.authorized.is_some_and(|least| priority <= least)
    }

    fn level(&mut self, of: Level) -> Option<i64> {
        match of {
            Level::Power => self.facts.power,
            Level::Network => self.facts.network,
        }
    }

    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        self.facts.others.get(device).map(Vec::as_slice)
    }

    fn references(&mut self, component: Handle) -> u32 {
        self.at(component).users.len().try_into().unwrap()
    }

    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        let manifest = stored_at(manifest.map(ComponentPath::new));
        let users = &mut self.at(component).users;
        if uses {
            users.insert(manifest);
        } else {
            users.remove(&manifest);
        }
        let left = users.len().try_into().unwrap();
        self.left = (!uses).then_some(left);
        Ok(left)
    }
}
