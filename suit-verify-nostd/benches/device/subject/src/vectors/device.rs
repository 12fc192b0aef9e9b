//! A device of memory, made from the lines of a vector, which notes in words what is done to it.

use core::fmt;
use core::mem::swap;

use suit_core::cbor::Walked;
use suit_core::component::ComponentId;
use suit_core::labels::{Condition, Directive, FileType};
use suit_core::version::Version;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Level, Platform, PlatformFault, Watched,
};
use suit_verify_nostd::process::Options;

use super::Host;
use super::held::{List, Name, Numbers, Room, digest, digits, fill};
use super::lines::fields;

/// What storage that is broken answers.
const BROKEN: PlatformFault = PlatformFault(77);

/// Most bytes of a component.
const CONTENT_MAX: usize = 1_000;

/// Most components.
const COMPONENTS_MAX: usize = 256;

/// A component and what it holds.
struct Component<'l> {
    id: &'l str,
    slot: Option<u64>,
    capacity: u32,
    /// Writes fail.
    broken: bool,
    version: Numbers,
    /// The root manifests that use it.
    users: List<Name, 4>,
    content: &'l mut [u8],
    length: Option<usize>,
    /// Bytes kept of an interrupted transfer.
    transfer: &'l mut [u8],
    kept: usize,
    /// Something was stored in it since the last command.
    stored: bool,
}

impl Component<'_> {
    fn content(&self) -> &[u8] {
        self.content.get(..self.length.unwrap_or(0)).unwrap_or_default()
    }
}

/// Facts that may change while the device waits.
#[derive(Default)]
struct Facts<'l> {
    now: Option<u64>,
    battery: Option<u64>,
    power: Option<i64>,
    network: Option<i64>,
    /// Updates of this priority, or a more urgent one, are authorised.
    authorized: Option<i64>,
    others: [Option<(&'l [u8], Numbers)>; 4],
}

/// Bounds of what is lent to the processor.
pub(super) struct Limits {
    pub(super) commands: u32,
    pub(super) targets: usize,
    pub(super) settings: usize,
    pub(super) frames: usize,
    pub(super) buffer: usize,
    /// Bytes for envelopes of dependencies, and how many of these.
    pub(super) room: usize,
    pub(super) dependencies: usize,
    /// Bytes for decoding deltas.
    pub(super) delta: usize,
}

/// The device, with what is around it.
pub(super) struct Device<'l, 'h> {
    pub(super) host: &'h mut dyn Host,
    components: List<Component<'l>, COMPONENTS_MAX>,
    identifiers: [([Identifier<'l>; 4], usize); 3],
    floors: List<(Name, u64), 8>,
    /// What custom commands answer, if the device has them.
    custom: Option<bool>,
    facts: Facts<'l>,
    /// Payloads by their URI.
    pub(super) payloads: List<(&'l str, &'l [u8]), 16>,
    pub(super) limits: Limits,
    pub(super) options: Options,
    /// Which kind of file was stored last.
    file_type: FileType,
    /// Storing was switched off.
    pub(super) rehearsing: bool,
    /// References left by the last unlink.
    left: Option<u32>,
}

impl<'l, 'h> Device<'l, 'h> {
    pub(super) fn new(host: &'h mut dyn Host) -> Self {
        Self {
            host,
            components: List::EMPTY,
            identifiers: [([Identifier::Uuid([0; 16]); 4], 0); 3],
            floors: List::EMPTY,
            custom: None,
            facts: Facts::default(),
            payloads: List::EMPTY,
            limits: Limits {
                commands: 1_000,
                targets: 4,
                settings: 24,
                frames: 8,
                buffer: 64,
                room: 2_000,
                dependencies: 2,
                delta: 2_560,
            },
            options: Options::new(),
            file_type: FileType::Regular,
            rehearsing: false,
            left: None,
        }
    }

    /// Takes a line of the list in:
    ///
    /// - `component ID CAPACITY SLOT CONTENT KEPT whole|broken VERSION USERS`; digits for bytes, `empty` for none of them,
    ///   versions with dots and users with commas between their parts;
    /// - `vendor|class|device UUID`, `vendor-number DIGITS`, `floor ID|- NUMBER`, `custom holds|fails`,
    ///   `payload URI DIGITS`;
    /// - `now|battery|power|network|authorized NUMBER`, `other ID VERSION`;
    /// - `commands|targets|settings|frames|buffer|room|dependencies|delta NUMBER`, `option NAME`.
    pub(super) fn take(&mut self, line: &'l str, room: &mut Room<'l>) -> Option<()> {
        let (word, rest) = line.split_once(' ')?;
        match word {
            "component" => return self.component_line(rest, room),
            "payload" => {
                let (uri, digits) = rest.split_once(' ')?;
                return self.payloads.push((uri, room.bytes(digits)?));
            }
            "floor" => {
                let (id, number) = rest.split_once(' ')?;
                let id = Name::from_text(if id == "-" { "" } else { id })?;
                return self.floors.push((id, number.parse().ok()?));
            }
            "custom" => self.custom = Some(rest == "holds"),
            "vendor" => self.identify(0, Identifier::Uuid(room.bytes(rest)?.try_into().ok()?))?,
            "class" => self.identify(1, Identifier::Uuid(room.bytes(rest)?.try_into().ok()?))?,
            "device" => self.identify(2, Identifier::Uuid(room.bytes(rest)?.try_into().ok()?))?,
            "vendor-number" => self.identify(0, Identifier::Pen(room.bytes(rest)?))?,
            "commands" => self.limits.commands = rest.parse().ok()?,
            "targets" => self.limits.targets = rest.parse().ok()?,
            "settings" => self.limits.settings = rest.parse().ok()?,
            "frames" => self.limits.frames = rest.parse().ok()?,
            "buffer" => self.limits.buffer = rest.parse().ok()?,
            "room" => self.limits.room = rest.parse().ok()?,
            "dependencies" => self.limits.dependencies = rest.parse().ok()?,
            "delta" => self.limits.delta = rest.parse().ok()?,
            "option" => {
                *match rest {
                    "strictly-newer" => &mut self.options.strictly_newer,
                    "demand-identity" => &mut self.options.demand_identity,
                    "integrity-unasked" => &mut self.options.integrity_unasked,
                    "sections-unmatched" => &mut self.options.sections_unmatched,
                    "invoke-unverified" => &mut self.options.invoke_unverified,
                    "untagged-dependencies" => &mut self.options.untagged_dependencies,
                    _ => return None,
                } = true;
            }
            _ => return self.fact(word, rest, room),
        }
        Some(())
    }

    /// Takes in a line of a fact.
    pub(super) fn fact(&mut self, word: &str, rest: &'l str, room: &mut Room<'l>) -> Option<()> {
        let facts = &mut self.facts;
        match word {
            "now" => facts.now = Some(rest.parse().ok()?),
            "battery" => facts.battery = Some(rest.parse().ok()?),
            "power" => facts.power = Some(rest.parse().ok()?),
            "network" => facts.network = Some(rest.parse().ok()?),
            "authorized" => facts.authorized = Some(rest.parse().ok()?),
            "other" => {
                let (id, version) = rest.split_once(' ')?;
                let other = (room.bytes(id)?, Numbers::read(version)?);
                // A version that is known again is a new one.
                let place =
                    facts.others.iter().position(|place| place.is_none_or(|(known, _)| known == other.0));
                *facts.others.get_mut(place?)? = Some(other);
            }
            _ => return None,
        }
        Some(())
    }

    fn component_line(&mut self, rest: &'l str, room: &mut Room<'l>) -> Option<()> {
        let [id, capacity, slot, content, kept, state, version, users] = fields(rest)?;
        let mut component = Component {
            id,
            slot: if slot == "-" { None } else { Some(slot.parse().ok()?) },
            capacity: capacity.parse().ok()?,
            broken: state == "broken",
            version: Numbers::read(version)?,
            users: List::EMPTY,
            content: room.take(CONTENT_MAX)?,
            length: None,
            transfer: room.take(CONTENT_MAX)?,
            kept: 0,
            stored: false,
        };
        component.capacity.checked_sub(1).filter(|last| (*last as usize) < CONTENT_MAX)?;
        if content != "-" {
            component.length = Some(fill(component.content, content)?);
        }
        if kept != "-" {
            component.kept = fill(component.transfer, kept)?;
        }
        for user in users.split(',').filter(|user| *user != "-") {
            component.users.push(Name::from_text(user)?)?;
        }
        self.components.push(component)
    }

    fn identify(&mut self, kind: usize, identifier: Identifier<'l>) -> Option<()> {
        let (known, count) = self.identifiers.get_mut(kind)?;
        *known.get_mut(*count)? = identifier;
        *count += 1;
        Some(())
    }

    fn at(&mut self, handle: Handle) -> Result<&mut Component<'l>, PlatformFault> {
        self.components.iter_mut().nth(handle.0.into()).ok_or(PlatformFault::FORBIDDEN)
    }

    pub(super) fn name(&self, handle: Handle) -> &'l str {
        self.components.iter().nth(handle.0.into()).map_or("?", |it| it.id)
    }

    /// A line for what each component holds.
    pub(super) fn contents(&mut self) -> fmt::Result {
        for it in self.components.iter() {
            write!(self.host, "+ {} ", it.id)?;
            if it.length.is_some() {
                digest(self.host, it.content())?;
            } else {
                self.host.write_str("-")?;
            }
            self.host.write_str("\n")?;
        }
        Ok(())
    }

    fn watched(&mut self, watched: &Watched) -> fmt::Result {
        let name = self.name(watched.component);
        let holds = if watched.error.is_none() { "holds" } else { "fails" };
        if let Some(condition) = Condition::from_code(watched.code) {
            return writeln!(self.host, "- {} {name} {holds}", condition.name());
        }
        let Some(directive) = Directive::from_code(watched.code) else {
            return writeln!(self.host, "- custom {} {name} {holds}", watched.code);
        };
        // A directive that fails ends the run, and is named there.
        if watched.error.is_some() || self.rehearsing {
            return Ok(());
        }
        match directive {
            Directive::Fetch
            | Directive::Write
            | Directive::Copy
            | Directive::Swap
            | Directive::InstallDelta => {
                write!(self.host, "- {} {name} ", directive.name())?;
                let it = self.components.iter().nth(watched.component.0.into()).ok_or(fmt::Error)?;
                if it.stored && it.length.is_some() {
                    write!(self.host, "{} ", it.content().len())?;
                    digest(self.host, it.content())?;
                    if self.file_type != FileType::Regular {
                        write!(self.host, " {}", self.file_type.name())?;
                    }
                } else {
                    self.host.write_str("there")?;
                }
                self.host.write_str("\n")
            }
            Directive::Wait => writeln!(self.host, "- wait {name} over"),
            Directive::ProcessDependency => writeln!(self.host, "- process-dependency {name}"),
            Directive::Unlink => {
                let left = self.left.take().ok_or(fmt::Error)?;
                writeln!(self.host, "- unlink {name} {left}")
            }
            _ => Ok(()),
        }
    }

    fn invoked(&mut self, component: Handle, arguments: Option<&[u8]>) -> fmt::Result {
        let it = self.components.iter().nth(component.0.into()).ok_or(fmt::Error)?;
        write!(self.host, "- invoke {} {} ", it.id, it.content().len())?;
        digest(self.host, it.content())?;
        if let Some(arguments) = arguments {
            self.host.write_str(" ")?;
            digits(self.host, arguments)?;
        }
        self.host.write_str("\n")
    }
}

/// The host takes every line.
const UNSAID: PlatformFault = PlatformFault(78);

impl Platform for Device<'_, '_> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        let name = Name::new(path.parts()).ok()?;
        let position = self.components.iter().position(|component| component.id == name.text())?;
        position.try_into().ok().map(Handle)
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        let [vendors, classes, devices] = &self.identifiers;
        let (known, count) = match kind {
            IdentifierKind::Vendor => vendors,
            IdentifierKind::Class => classes,
            IdentifierKind::Device => devices,
        };
        known.get(..*count).unwrap_or_default()
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.at(component).ok()?.slot
    }

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        let name = Name::of_path(manifest)?;
        Ok(self.floors.iter().find(|(id, _)| *id == name).map_or(0, |(_, floor)| *floor))
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        let name = Name::of_path(manifest)?;
        let space = if name.text().is_empty() { "" } else { " " };
        writeln!(self.host, "- floor{space}{} {sequence}", name.text()).map_err(|_| UNSAID)?;
        if let Some((_, floor)) = self.floors.iter_mut().find(|(id, _)| *id == name) {
            *floor = sequence;
            return Ok(());
        }
        self.floors.push((name, sequence)).ok_or(PlatformFault::NO_ROOM)
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.at(component).map_or(0, |it| it.capacity)
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.at(component).ok()?.length.and_then(|length| length.try_into().ok())
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let offset = offset as usize;
        let content = self.at(component)?.content().get(offset..offset + buffer.len());
        buffer.copy_from_slice(content.ok_or(PlatformFault::FORBIDDEN)?);
        Ok(())
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        let it = self.at(component)?;
        assert!(incoming.size.is_none_or(|size| size <= it.capacity), "more than there is room for");
        it.length = None;
        let kept = it.kept as u32;
        self.file_type = incoming.file_type;
        Ok(kept)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        let it = self.at(component)?;
        if it.broken {
            return Err(BROKEN);
        }
        assert!(it.length.is_none(), "written without a beginning");
        let offset = offset as usize;
        assert!(offset <= it.kept, "a gap");
        it.kept = offset + data.len();
        assert!(it.kept <= it.capacity as usize, "beyond the component");
        it.transfer[offset..it.kept].copy_from_slice(data);
        Ok(())
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        let it = self.at(component)?;
        assert!(it.length.is_none(), "committed without a beginning");
        assert_eq!(it.kept, length as usize);
        swap(&mut it.content, &mut it.transfer);
        it.length = Some(it.kept);
        it.kept = 0;
        it.stored = true;
        Ok(())
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal stores");
        let mut between: (&mut [u8], _) = (&mut [], None);
        // From the second to nowhere, from the first to the second, from nowhere to the first.
        for handle in [other, one, other] {
            let it = self.at(handle)?;
            swap(&mut it.content, &mut between.0);
            swap(&mut it.length, &mut between.1);
            it.stored = true;
        }
        self.file_type = FileType::Regular;
        Ok(())
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        assert!(!self.rehearsing, "a rehearsal starts something");
        self.invoked(component, arguments).map_err(|_| UNSAID)
    }

    fn custom(&mut self, _: i64, _: Walked<'_>, _: Handle) -> Result<bool, PlatformFault> {
        self.custom.ok_or(PlatformFault::UNSUPPORTED)
    }

    fn watch(&mut self, watched: &Watched) {
        Device::watched(self, watched).expect("the host takes every line");
        self.components.iter_mut().for_each(|it| it.stored = false);
    }

    fn now(&mut self) -> Option<u64> {
        self.facts.now
    }

    fn battery(&mut self) -> Option<u64> {
        self.facts.battery
    }

    fn version(&mut self, component: Handle) -> &[i64] {
        self.at(component).map_or(&[], |it| it.version.all())
    }

    fn set_version(&mut self, version: &Version<'_>) -> Result<(), PlatformFault> {
        let mut dot = "- set-version ";
        for part in version.parts() {
            write!(self.host, "{dot}{part}").map_err(|_| UNSAID)?;
            dot = ".";
        }
        self.host.write_str("\n").map_err(|_| UNSAID)
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
        let known = self.facts.others.iter().flatten().find(|(id, _)| *id == device);
        known.map(|(_, version)| version.all())
    }

    fn references(&mut self, component: Handle) -> u32 {
        self.at(component).map_or(0, |it| it.users.iter().count() as u32)
    }

    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        let manifest = Name::of_manifest(manifest)?;
        let users = &mut self.at(component)?.users;
        if !uses {
            users.items.iter_mut().filter(|user| **user == Some(manifest)).for_each(|user| *user = None);
        } else if !users.iter().any(|user| *user == manifest) {
            users.push(manifest).ok_or(PlatformFault::NO_ROOM)?;
        }
        let left = users.iter().count() as u32;
        self.left = (!uses).then_some(left);
        Ok(left)
    }
}
