//! A device of memory, which notes what is done to it.

use std::collections::BTreeMap;

use suit_core::cbor::Walked;
use suit_core::component::ComponentId;
use suit_core::labels::Algorithm;
use suit_core::parameter::Custom;
#[cfg(feature = "update-management")]
use suit_core::version::Version;
use suit_core::{Envelope, Tagging};
#[cfg(feature = "update-management")]
use suit_verify_nostd::calendar::Zone;
#[cfg(feature = "update-management")]
use suit_verify_nostd::platform::Level;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault, Watched,
};
#[cfg(feature = "owner-policy")]
use suit_verify_nostd::policy::{Facts, OwnerPolicy};
#[cfg(feature = "trust-domains")]
use suit_verify_nostd::process::{Dependencies, Dependency};
use suit_verify_nostd::process::{
    Failure, Lent, Memory, Options, Payload, Procedure, ProcessError, Processor,
};
use suit_verify_nostd::{AuthenticationError, Budget, Setup, Step, TrustAnchor, TrustStore, authenticate};

use crate::build::{CLASS, DEVICE, VENDOR};
use crate::common::{ALL, Key};

/// The custom commands that it has.
static SUPPORTED: suit_core::grammar::Supported = suit_verify_nostd::process::SUPPORTED.custom();

/// A component and what it holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Component {
    pub(crate) name: String,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) slot: Option<u64>,
    pub(crate) capacity: u32,
    pub(crate) version: Vec<i64>,
    /// Bytes kept of an interrupted transfer.
    pub(crate) kept: Vec<u8>,
    pub(crate) referrers: Vec<String>,
    /// Class identifiers of its own, instead of the device's.
    pub(crate) classes: Option<Vec<Identifier<'static>>>,
}

/// The device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) components: Vec<Component>,
    pub(crate) vendors: Vec<Identifier<'static>>,
    pub(crate) classes: Vec<Identifier<'static>>,
    pub(crate) devices: Vec<Identifier<'static>>,
    pub(crate) floors: BTreeMap<Option<Vec<Vec<u8>>>, u64>,
    /// What was done, a line each.
    pub(crate) log: Vec<String>,
    /// What was told for reports, a line each.
    pub(crate) records: Vec<String>,
    /// Commands that were carried out.
    pub(crate) watched: Vec<Watched>,
    /// Bytes that were read.
    pub(crate) read: usize,
    /// Targets, settings, frames and bytes that are lent.
    pub(crate) memory: [usize; 4],
    /// Places and bytes for dependencies.
    pub(crate) dependencies: [usize; 2],
    /// Bytes that are lent for deltas.
    pub(crate) delta: usize,
    /// Whether references are counted.
    pub(crate) counts_references: bool,
    /// Seconds since 1970.
    pub(crate) now: Option<u64>,
    /// Charge in mWh.
    pub(crate) battery: Option<u64>,
    /// The least urgent priority that is authorised.
    pub(crate) permits: Option<i64>,
    /// Levels of power and network.
    pub(crate) levels: [Option<i64>; 2],
    /// What its owner permits, and what is known for that.
    #[cfg(feature = "owner-policy")]
    pub(crate) owner: Option<OwnerPolicy<'static>>,
    #[cfg(feature = "owner-policy")]
    pub(crate) resources: Facts,
    /// Whether its components are memory.
    #[cfg(feature = "owner-policy")]
    pub(crate) volatile: bool,
    /// Where it is.
    #[cfg(feature = "update-management")]
    pub(crate) zone: Option<Zone>,
    /// Kind of file of each thing that was begun, and whether there was metadata.
    pub(crate) incoming: Vec<(String, bool)>,
    /// Versions of other devices.
    pub(crate) others: BTreeMap<Vec<u8>, Vec<i64>>,
    /// Storage fails at this many operations from now on.
    pub(crate) fail_in: Option<u32>,
    /// Other names of components.
    pub(crate) aliases: BTreeMap<String, String>,
    /// What is to be had from where.
    pub(crate) payloads: BTreeMap<String, Vec<u8>>,
    /// Bytes per call of `feed`.
    pub(crate) piece: usize,
    pub(crate) setup: fn(Setup<'_>) -> Setup<'_>,
    /// The floor can't be read.
    pub(crate) floor_unreadable: bool,
    /// Nothing can be started.
    pub(crate) refuses_invoke: bool,
    /// What custom commands answer.
    pub(crate) custom: Result<bool, PlatformFault>,
}

impl Device {
    /// A device with these components, all empty and with room for 1,000 bytes.
    pub(crate) fn new(components: &[&str]) -> Self {
        let component =
            |name: &&str| Component { name: (*name).to_owned(), capacity: 1_000, ..Component::default() };
        Self {
            components: components.iter().map(component).collect(),
            vendors: vec![Identifier::Uuid(VENDOR)],
            classes: vec![Identifier::Uuid(CLASS)],
            devices: vec![Identifier::Uuid(DEVICE)],
            floors: BTreeMap::new(),
            log: Vec::new(),
            records: Vec::new(),
            watched: Vec::new(),
            read: 0,
            memory: [4, 24, 8, 64],
            dependencies: [0, 0],
            delta: 16 * 1_024,
            counts_references: true,
            now: None,
            battery: None,
            permits: None,
            levels: [None, None],
            #[cfg(feature = "owner-policy")]
            owner: None,
            #[cfg(feature = "owner-policy")]
            resources: Facts::default(),
            #[cfg(feature = "owner-policy")]
            volatile: false,
            #[cfg(feature = "update-management")]
            zone: None,
            incoming: Vec::new(),
            others: BTreeMap::new(),
            fail_in: None,
            aliases: BTreeMap::new(),
            payloads: BTreeMap::new(),
            piece: 3,
            setup: |setup| setup,
            floor_unreadable: false,
            refuses_invoke: false,
            custom: Err(PlatformFault::UNSUPPORTED),
        }
    }

    pub(crate) fn abc() -> Self {
        Self::new(&["a", "b", "c"])
    }

    pub(crate) fn holding(mut self, name: &str, content: &[u8]) -> Self {
        self.component(name).content = Some(content.to_vec());
        self
    }

    /// With memory for dependencies.
    pub(crate) fn with_dependencies(mut self) -> Self {
        self.memory = [16, 64, 24, 64];
        self.dependencies = [4, 4_096];
        self
    }

    pub(crate) fn serving(mut self, uri: &str, content: &[u8]) -> Self {
        self.payloads.insert(uri.to_owned(), content.to_vec());
        self
    }

    pub(crate) fn component(&mut self, name: &str) -> &mut Component {
        self.components.iter_mut().find(|component| component.name == name).unwrap()
    }

    /// What a component holds.
    pub(crate) fn content(&self, name: &str) -> Option<&[u8]> {
        let component = self.components.iter().find(|component| component.name == name).unwrap();
        component.content.as_deref()
    }

    /// Runs a procedure of an envelope signed by the test key.
    pub(crate) fn run(&mut self, envelope: &[u8], procedure: Procedure) -> Result<(), Failure> {
        self.drive(envelope, procedure, false).map(|_| ())
    }

    /// Rehearses a procedure; the URIs that would be fetched.
    pub(crate) fn rehearse(&mut self, envelope: &[u8], procedure: Procedure) -> Result<Vec<String>, Failure> {
        self.drive(envelope, procedure, true)
    }

    pub(crate) fn update(&mut self, envelope: &[u8]) -> Result<(), ProcessError> {
        self.run(envelope, Procedure::Update).map_err(|failure| failure.error)
    }

    pub(crate) fn invocation(&mut self, envelope: &[u8]) -> Result<(), ProcessError> {
        self.run(envelope, Procedure::Invocation).map_err(|failure| failure.error)
    }

    /// The errors that commands ended with, those that were taken by a nested sequence included.
    pub(crate) fn errors(&self) -> Vec<ProcessError> {
        self.watched.iter().filter_map(|watched| watched.error).collect()
    }

    /// The components that commands with this code worked on, in order.
    pub(crate) fn worked_on(&self, code: i64) -> Vec<u16> {
        let these = self.watched.iter().filter(|watched| watched.code == code);
        these.map(|watched| watched.component.0).collect()
    }

    /// What authentication with the test key as trust anchor says.
    pub(crate) fn authenticate(&self, envelope: &[u8]) -> Result<(), AuthenticationError> {
        crate::common::authenticate(envelope, &[&Key::k1()]).map(|_| ())
    }

    /// A processor for an envelope signed by the test key, in memory of this size.
    pub(crate) fn process<R>(
        &mut self,
        envelope: &[u8],
        memory: Lent<'_>,
        act: impl FnOnce(Processor<'_, '_, Self>) -> R,
    ) -> Result<R, ProcessError> {
        let key = Key::k1().raw();
        let anchors = [TrustAnchor::unchecked(Algorithm::Esp256, &key, None)];
        let trust = TrustStore::new(&anchors).unwrap();
        let envelope = Envelope::parse(envelope, Tagging::Required)?;
        let authenticated = authenticate(&envelope, &trust, &ALL, &mut Budget::new())?;
        let setup = (self.setup)(Setup { supported: &SUPPORTED, ..Setup::new(ALL, trust) });
        #[cfg(feature = "trust-domains")]
        if self.dependencies != [0, 0] {
            let [places, room] = self.dependencies;
            let mut places = vec![Dependency::FREE; places];
            let mut room = vec![0; room];
            let lent = Dependencies::new(&mut places, &mut room);
            return Ok(act(Processor::with_dependencies(&authenticated, setup, self, memory, lent)?));
        }
        Ok(act(Processor::new(&authenticated, setup, self, memory)?))
    }

    /// Runs a procedure in memory of this size.
    pub(crate) fn run_in(
        &mut self,
        envelope: &[u8],
        memory: Lent<'_>,
        procedure: Procedure,
        dry: bool,
    ) -> Result<Vec<String>, Failure> {
        let before = |error| Failure { error, place: None };
        let payloads = self.payloads.clone();
        let piece = self.piece;
        self.process(envelope, memory, |mut processor| {
            if dry { processor.rehearse(procedure) } else { processor.start(procedure) }.map_err(before)?;
            finish(&mut processor, &payloads, piece)
        })
        .map_err(before)?
    }

    fn drive(&mut self, envelope: &[u8], procedure: Procedure, dry: bool) -> Result<Vec<String>, Failure> {
        let [targets, settings, frames, buffer] = self.memory;
        let mut memory = Memory::<255, 255, 64, 256>::new();
        let lent = memory.lend().at_most(targets, settings, frames, buffer);
        #[cfg(feature = "delta")]
        let mut room = vec![0; self.delta];
        #[cfg(feature = "delta")]
        let lent = lent.with_delta(&mut room);
        self.run_in(envelope, lent, procedure, dry)
    }

    fn operation(&mut self) -> Result<(), PlatformFault> {
        if let Some(left) = &mut self.fail_in {
            *left = left.checked_sub(1).ok_or(PlatformFault(77))?;
        }
        Ok(())
    }

    fn at(&mut self, handle: Handle) -> &mut Component {
        &mut self.components[usize::from(handle.0)]
    }

    fn note(&mut self, what: &str, handle: Handle, more: &str) {
        let name = self.at(handle).name.clone();
        self.log.push(format!("{what} {name}{more}"));
    }
}

/// Runs what was started to its end; the URIs that would be fetched.
pub(crate) fn finish(
    processor: &mut Processor<'_, '_, Device>,
    payloads: &BTreeMap<String, Vec<u8>>,
    piece: usize,
) -> Result<Vec<String>, Failure> {
    let mut planned = Vec::new();
    loop {
        match processor.run() {
            Step::Done => return Ok(planned),
            Step::Failed(failure) => return Err(failure),
            Step::Planned(payload) => planned.push(payload.uri.to_owned()),
            Step::Wait(pause) => panic!("waits: {pause:?}"),
            Step::NeedPayload(payload) => serve(processor, &payload, payloads, piece),
        }
    }
}

/// Feeds all of a payload, or says that there is none.
fn serve(
    processor: &mut Processor<'_, '_, Device>,
    payload: &Payload<'_>,
    payloads: &BTreeMap<String, Vec<u8>>,
    piece: usize,
) {
    let Some(bytes) = payloads.get(payload.uri) else { return processor.give_up() };
    let line = format!("get {} from {}", payload.uri, payload.offset);
    processor.platform().log.push(line);
    for piece in bytes.get(payload.offset as usize..).unwrap_or_default().chunks(piece) {
        if processor.feed(piece).is_err() {
            return;
        }
    }
    processor.end_payload().unwrap();
}

fn key(manifest: Option<ComponentPath<'_>>) -> Option<Vec<Vec<u8>>> {
    manifest.map(|path| path.parts().map(<[u8]>::to_vec).collect())
}

impl Platform for Device {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        let name: Vec<_> = path.parts().map(|part| String::from_utf8_lossy(part).into_owned()).collect();
        let name = name.join("/");
        let name = self.aliases.get(&name).unwrap_or(&name);
        let position = self.components.iter().position(|component| component.name == *name)?;
        Some(Handle(u16::try_from(position).unwrap()))
    }

    fn identifiers(&mut self, kind: IdentifierKind, component: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &self.vendors,
            IdentifierKind::Class => {
                self.components[usize::from(component.0)].classes.as_ref().unwrap_or(&self.classes)
            }
            IdentifierKind::Device => &self.devices,
        }
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.at(component).slot
    }

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        if self.floor_unreadable {
            return Err(PlatformFault(76));
        }
        Ok(self.floors.get(&key(manifest)).copied().unwrap_or(0))
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        self.operation()?;
        self.log.push(format!("floor {sequence}"));
        self.floors.insert(key(manifest), sequence);
        Ok(())
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.at(component).capacity
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        self.at(component).content.as_ref().map(|content| content.len() as u32)
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        self.operation()?;
        self.read += buffer.len();
        let content = self.at(component).content.as_ref().unwrap();
        buffer.copy_from_slice(&content[offset as usize..offset as usize + buffer.len()]);
        Ok(())
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        self.operation()?;
        let size = incoming.size.map_or("?".to_owned(), |size| size.to_string());
        self.note("begin", component, &format!(" {size}"));
        self.incoming.push((incoming.file_type.name().to_owned(), incoming.metadata.is_some()));
        let component = self.at(component);
        component.content = None;
        Ok(component.kept.len() as u32)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        self.operation()?;
        let component = self.at(component);
        component.kept.truncate(offset as usize);
        assert_eq!(component.kept.len(), offset as usize, "a gap");
        component.kept.extend(data);
        assert!(component.kept.len() <= component.capacity as usize, "beyond the component");
        Ok(())
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        self.operation()?;
        self.note("commit", component, &format!(" {length}"));
        let component = self.at(component);
        assert_eq!(component.kept.len(), length as usize);
        component.content = Some(core::mem::take(&mut component.kept));
        Ok(())
    }

    fn swap(&mut self, one: Handle, other: Handle) -> Result<(), PlatformFault> {
        self.operation()?;
        self.note("swap", one, "");
        let there = self.at(other).content.take();
        let here = core::mem::replace(&mut self.at(one).content, there);
        self.at(other).content = here;
        Ok(())
    }

    #[cfg(feature = "report")]
    fn record(&mut self, record: &suit_verify_nostd::report::Record<'_>) {
        let ids: Vec<_> = record
            .component_id
            .iter()
            .flat_map(|id| id.parts())
            .map(|part| String::from_utf8_lossy(part).into_owned())
            .collect();
        let measured: Vec<_> =
            record.measured.iter().map(|it| format!("{}={:02x?}", it.label.name(), it.value)).collect();
        self.records.push(format!(
            "{:?} section {} at {} component {} {} policy {} {:?} {}",
            record.manifest_path,
            record.section,
            record.offset,
            record.component,
            ids.join("/"),
            record.policy.bits(),
            record.outcome,
            measured.join(" "),
        ));
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        let arguments = arguments.map_or(String::new(), |it| format!(" {}", String::from_utf8_lossy(it)));
        if self.refuses_invoke {
            return Err(PlatformFault(78));
        }
        self.note("invoke", component, &arguments);
        Ok(())
    }

    fn custom(&mut self, code: i64, argument: Walked<'_>, component: Handle) -> Result<bool, PlatformFault> {
        let argument = Custom::read(&mut argument.reader()).unwrap();
        self.note("custom", component, &format!(" {code} {argument:?}"));
        self.custom
    }

    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<OwnerPolicy<'_>> {
        self.owner
    }

    #[cfg(feature = "owner-policy")]
    fn is_volatile(&mut self, _: Handle) -> bool {
        self.volatile
    }

    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> Facts {
        self.resources
    }

    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    fn now(&mut self) -> Option<u64> {
        self.now
    }

    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<Zone> {
        self.zone
    }

    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        self.battery
    }

    #[cfg(feature = "update-management")]
    fn version(&mut self, component: Handle) -> &[i64] {
        &self.at(component).version
    }

    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &Version<'_>) -> Result<(), PlatformFault> {
        self.operation()?;
        let parts: Vec<_> = version.parts().map(|part| part.to_string()).collect();
        self.log.push(format!("version {}", parts.join(".")));
        Ok(())
    }

    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        self.permits.is_some_and(|least| priority <= least)
    }

    #[cfg(feature = "update-management")]
    fn level(&mut self, of: Level) -> Option<i64> {
        let [power, network] = self.levels;
        match of {
            Level::Power => power,
            Level::Network => network,
        }
    }

    #[cfg(feature = "update-management")]
    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        self.others.get(device).map(Vec::as_slice)
    }

    #[cfg(feature = "trust-domains")]
    fn references(&mut self, component: Handle) -> u32 {
        self.at(component).referrers.len() as u32
    }

    #[cfg(feature = "trust-domains")]
    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        self.operation()?;
        if !self.counts_references {
            return Ok(0);
        }
        let who = format!("{:?}", manifest.map(|id| id.encoded().to_vec()));
        let referrers = &mut self.at(component).referrers;
        referrers.retain(|referrer| *referrer != who);
        if uses {
            referrers.push(who);
        }
        Ok(referrers.len() as u32)
    }

    fn watch(&mut self, watched: &Watched) {
        self.watched.push(*watched);
    }
}

/// The default options, changed.
pub(crate) fn options(change: impl Fn(&mut Options)) -> Options {
    let mut options = Options::new();
    change(&mut options);
    options
}
