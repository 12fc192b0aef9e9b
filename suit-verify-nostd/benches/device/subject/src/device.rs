//! A device in memory, and its work with one envelope.

use suit_core::component::ComponentId;
use suit_core::{Envelope, Tagging};
#[cfg(feature = "update-management")]
use suit_verify_nostd::calendar::{Daylight, Switch, Zone};
#[cfg(feature = "update-management")]
use suit_verify_nostd::platform::Level;
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, PlatformFault,
};
#[cfg(feature = "owner-policy")]
use suit_verify_nostd::policy::{self, Blackout, Critical, OwnerPolicy, Weekdays, Window};
#[cfg(feature = "trust-domains")]
use suit_verify_nostd::process::{Dependencies, Dependency};
use suit_verify_nostd::{
    Authenticated, Budget, Crypto, Memory, Platform, Procedure, ProcessError, Processor, Setup, Step,
    TrustAnchor, TrustStore, authenticate,
};

/// What a device is given: nothing of it may be known to the compiler, or it would leave out what it can decide itself.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// The envelope.
    pub document: &'a [u8],
    /// The one trusted key, for the first signature algorithm of the `Crypto`.
    pub key: &'a [u8],
    /// The UUIDs of vendor and class, 32 bytes.
    pub identity: &'a [u8],
    /// What component 0 holds at first; nothing if it is empty.
    pub stored: &'a [u8],
    /// What is to be had at every URI.
    pub payload: &'a [u8],
    /// What is to be done, a byte each: `u` update, `i` invocation, `d` uninstall. With nothing to do the manifest is
    /// only authenticated and read.
    pub procedures: &'a [u8],
}

/// Bytes of a component's storage.
pub const SLOT: usize = 512;

/// Components of the device: each has an identifier of one part, which is one byte, its number.
const COMPONENTS: usize = 4;

/// The device. The processor's memory lies in it, so that it is no part of the stack that is measured.
#[derive(Debug)]
pub struct Device<'a> {
    inputs: Inputs<'a>,
    memory: Memory,
    board: Board<'a>,
    #[cfg(feature = "trust-domains")]
    dependencies: [Dependency<'a>; 2],
    #[cfg(feature = "trust-domains")]
    room: &'a mut [u8],
}

impl<'a> Device<'a> {
    /// Bytes that the processor works in: itself and what is lent to it, places for two dependencies among it.
    #[cfg(feature = "trust-domains")]
    pub const CONTEXT: usize = Self::OWN_CONTEXT + size_of::<[Dependency<'_>; 2]>();
    /// Bytes that the processor works in: itself and what is lent to it.
    #[cfg(not(feature = "trust-domains"))]
    pub const CONTEXT: usize = Self::OWN_CONTEXT;
    const OWN_CONTEXT: usize = size_of::<Memory>() + size_of::<Processor<'_, '_, Board<'_>>>();

    /// A device that lies in `storage`, of which each of four components takes [`SLOT`] bytes, and dependencies the rest.
    #[must_use]
    pub fn new(inputs: Inputs<'a>, storage: &'a mut [u8]) -> Self {
        #[cfg_attr(not(feature = "trust-domains"), expect(unused_variables))]
        let (storage, room) = storage.split_at_mut_checked(COMPONENTS * SLOT).unwrap_or_default();
        let (vendor, class) = inputs.identity.split_at_checked(16).unwrap_or_default();
        let uuid = |id: &[u8]| Identifier::Uuid(id.try_into().unwrap_or_default());
        let mut lengths = [None; COMPONENTS];
        if let Some(length) = u32::try_from(inputs.stored.len()).ok().filter(|length| *length > 0) {
            lengths[0] = Some(length);
            for (to, from) in storage.iter_mut().zip(inputs.stored) {
                *to = *from;
            }
        }
        let board = Board {
            vendor: [uuid(vendor)],
            class: [uuid(class)],
            storage,
            lengths,
            floor: 0,
            effects: 0,
            facts: Facts::NOW,
        };
        Self {
            inputs,
            memory: Memory::new(),
            board,
            #[cfg(feature = "trust-domains")]
            dependencies: [Dependency::FREE; 2],
            #[cfg(feature = "trust-domains")]
            room,
        }
    }

    /// What the processor is given, whole: with what it calls and what it doesn't.
    pub fn platform(&mut self) -> &mut dyn Platform {
        &mut self.board
    }

    /// Authenticates the manifest and carries out the procedures. Returns what it did to the platform, in one number:
    /// 1 more than the number of the component that was started, 10 for each begun transfer, 100 for each completed one,
    /// 1,000 for each time that a sequence number was kept, 10,000 for each time that a reference was.
    ///
    /// # Errors
    /// The number of the error; 1 if the inputs are of no use.
    pub fn carry_out(&mut self, crypto: &Crypto<'_>) -> Result<u32, u16> {
        self.work(crypto).map_err(|error| error.map_or(1, ProcessError::number))
    }

    fn work(&mut self, crypto: &Crypto<'_>) -> Result<u32, Option<ProcessError>> {
        let verifier = crypto.signatures.first().ok_or(None)?;
        let anchors = [TrustAnchor::unchecked(verifier.algorithm(), self.inputs.key, None)];
        let trust = TrustStore::new(&anchors).map_err(|_| None)?;
        let authentic = authentic(self.inputs.document, &trust, crypto)?;
        self.process(&authentic, crypto, trust)
    }

    /// Neither this nor what made the manifest authentic shall lie on the stack while the other runs.
    #[inline(never)]
    fn process(
        &mut self,
        authentic: &Authenticated<'a>,
        crypto: &Crypto<'_>,
        trust: TrustStore<'_>,
    ) -> Result<u32, Option<ProcessError>> {
        let setup = Setup::new(*crypto, trust);
        #[cfg(not(feature = "trust-domains"))]
        let mut processor = Processor::new(authentic, setup, &mut self.board, self.memory.lend())?;
        #[cfg(feature = "trust-domains")]
        let mut processor = {
            let dependencies = Dependencies::new(&mut self.dependencies, core::mem::take(&mut self.room));
            Processor::with_dependencies(authentic, setup, &mut self.board, self.memory.lend(), dependencies)?
        };
        for procedure in self.inputs.procedures {
            processor.start(match procedure {
                b'u' => Procedure::Update,
                b'i' => Procedure::Invocation,
                b'd' => Procedure::Uninstall,
                _ => return Err(None),
            })?;
            loop {
                match processor.run() {
                    Step::NeedPayload(payload) => {
                        let rest = self.inputs.payload.get(payload.offset as usize..).ok_or(None)?;
                        processor.feed(rest)?;
                        processor.end_payload()?;
                    }
                    Step::Done => break,
                    Step::Failed(failure) => return Err(Some(failure.error)),
                    _ => return Err(None),
                }
            }
        }
        Ok(self.board.effects)
    }
}

#[inline(never)]
fn authentic<'a>(
    document: &'a [u8],
    trust: &TrustStore<'_>,
    crypto: &Crypto<'_>,
) -> Result<Authenticated<'a>, ProcessError> {
    let envelope = Envelope::parse(document, Tagging::Required)?;
    Ok(authenticate(&envelope, trust, crypto, &mut Budget::new())?)
}

/// Components in one piece of memory.
#[derive(Debug)]
struct Board<'a> {
    vendor: [Identifier<'a>; 1],
    class: [Identifier<'a>; 1],
    storage: &'a mut [u8],
    lengths: [Option<u32>; COMPONENTS],
    floor: u64,
    effects: u32,
    #[allow(dead_code, reason = "the base set of commands asks for none")]
    facts: Facts,
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
        let mut parts = path.parts();
        match (parts.next(), parts.next()) {
            (Some(&[number]), None) if usize::from(number) < COMPONENTS => Some(Handle(number.into())),
            _ => None,
        }
    }

    fn identifiers(&mut self, kind: IdentifierKind, _: Handle) -> &[Identifier<'_>] {
        match kind {
            IdentifierKind::Vendor => &self.vendor,
            IdentifierKind::Class => &self.class,
            IdentifierKind::Device => &[],
        }
    }

    fn floor(&mut self, _: Option<ComponentId<'_>>) -> Result<u64, PlatformFault> {
        Ok(self.floor)
    }

    fn set_floor(&mut self, _: Option<ComponentId<'_>>, sequence: u64) -> Result<(), PlatformFault> {
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
    fn set_version(&mut self, version: &suit_core::version::Version<'_>) -> Result<(), PlatformFault> {
        for (to, from) in self.facts.version.iter_mut().zip(version.parts()) {
            *to = from;
        }
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
}

/// What a device knows beside its components.
#[derive(Debug)]
struct Facts {
    #[cfg(feature = "update-management")]
    now: Option<u64>,
    #[cfg(feature = "update-management")]
    battery: Option<u64>,
    #[cfg(feature = "update-management")]
    version: [i64; 3],
    #[cfg(feature = "update-management")]
    priority: i64,
    #[cfg(feature = "update-management")]
    power: Option<i64>,
    #[cfg(feature = "update-management")]
    network: Option<i64>,
    #[cfg(feature = "update-management")]
    zone: Option<Zone>,
    #[cfg(feature = "trust-domains")]
    references: [u32; COMPONENTS],
    #[cfg(feature = "owner-policy")]
    policy: Option<OwnerPolicy<'static>>,
    #[cfg(feature = "owner-policy")]
    resources: policy::Facts,
}

impl Facts {
    const NOW: Self = Self {
        // Wednesday, 25 November 2026, 12:00 UTC.
        #[cfg(feature = "update-management")]
        now: Some(1_795_608_000),
        #[cfg(feature = "update-management")]
        battery: Some(100),
        #[cfg(feature = "update-management")]
        version: [2, 4, 0],
        #[cfg(feature = "update-management")]
        priority: 1,
        #[cfg(feature = "update-management")]
        power: Some(10),
        #[cfg(feature = "update-management")]
        network: Some(1),
        #[cfg(feature = "update-management")]
        zone: Some(ZONE),
        #[cfg(feature = "trust-domains")]
        references: [0; COMPONENTS],
        #[cfg(feature = "owner-policy")]
        policy: Some(POLICY),
        #[cfg(feature = "owner-policy")]
        resources: policy::Facts {
            utc: None,
            radio: Some(-60),
            free_storage: Some(1 << 20),
            free_ram: Some(1 << 14),
        },
    };
}

/// Central European Time.
#[cfg(feature = "update-management")]
const ZONE: Zone = {
    let (Ok(start), Ok(end)) = (Switch::new(3, 5, 0, 7200), Switch::new(10, 5, 0, 10800)) else { panic!() };
    let Ok(zone) = Zone::new(3600, Some(Daylight { offset: 7200, start, end })) else { panic!() };
    zone
};

/// Nothing at weekend nights, with little radio or storage, to the boot loader.
#[cfg(feature = "owner-policy")]
const POLICY: OwnerPolicy<'static> = {
    const WINDOWS: [Window; 1] = {
        let days = Weekdays::FRIDAY.and(Weekdays::SATURDAY);
        let Ok(window) = Window::new(20 * 3600, 4 * 3600 + 1800, days) else { panic!() };
        [window]
    };
    let Ok(blackout) = Blackout::new(ZONE, &WINDOWS) else { panic!() };
    let Ok(policy) = OwnerPolicy::new().blackout(blackout).radio(-95) else { panic!() };
    policy.storage(16 * 1024).ram(1024).veto(&[&[b"boot"]]).critical(Critical {
        at_most: -1,
        ignores_blackout: true,
        ignores_radio: false,
    })
};
