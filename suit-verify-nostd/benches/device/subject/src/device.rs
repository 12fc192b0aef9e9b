//! A device in memory, and its work with one envelope.

use suit_core::component::ComponentId;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::platform::{
    ComponentPath, Handle, Identifier, IdentifierKind, Incoming, PlatformFault,
};
use suit_verify_nostd::{
    Budget, Crypto, Memory, Platform, Procedure, ProcessError, Processor, Setup, Step, TrustAnchor,
    TrustStore, authenticate,
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
pub const SLOT: usize = 256;

/// Components of the device: each has an identifier of one part, which is one byte, its number.
const COMPONENTS: usize = 4;

/// The device. The processor's memory lies in it, so that it is no part of the stack that is measured.
#[derive(Debug)]
pub struct Device<'a> {
    inputs: Inputs<'a>,
    memory: Memory,
    board: Board<'a>,
}

impl<'a> Device<'a> {
    /// Bytes that the processor works in: what is lent to it, and itself.
    pub const CONTEXT: usize = size_of::<Memory>() + size_of::<Processor<'_, '_, Board<'_>>>();

    /// A device whose components lie in `storage`, which has [`SLOT`] bytes for each of four.
    #[must_use]
    pub fn new(inputs: Inputs<'a>, storage: &'a mut [u8]) -> Self {
        let (vendor, class) = inputs.identity.split_at_checked(16).unwrap_or_default();
        let uuid = |id: &[u8]| Identifier::Uuid(id.try_into().unwrap_or_default());
        let mut lengths = [None; COMPONENTS];
        if let Some(length) = u32::try_from(inputs.stored.len()).ok().filter(|length| *length > 0) {
            lengths[0] = Some(length);
            for (to, from) in storage.iter_mut().zip(inputs.stored) {
                *to = *from;
            }
        }
        let board =
            Board { vendor: [uuid(vendor)], class: [uuid(class)], storage, lengths, floor: 0, effects: 0 };
        Self { inputs, memory: Memory::new(), board }
    }

    /// Authenticates the manifest and carries out the procedures. Returns what it did to the platform, in one number:
    /// 1 more than the number of the component that was started, 10 for each begun transfer, 100 for each completed one, 1,000 for each time
    /// that the sequence number was kept.
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
        let envelope =
            Envelope::parse(self.inputs.document, Tagging::Required).map_err(|error| Some(error.into()))?;
        let authentic = authenticate(&envelope, &trust, crypto, &mut Budget::new())
            .map_err(|error| Some(error.into()))?;
        let setup = Setup::new(*crypto, trust);
        let mut processor = Processor::new(&authentic, setup, &mut self.board, self.memory.lend())?;
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

/// Components in one piece of memory.
#[derive(Debug)]
struct Board<'a> {
    vendor: [Identifier<'a>; 1],
    class: [Identifier<'a>; 1],
    storage: &'a mut [u8],
    lengths: [Option<u32>; COMPONENTS],
    floor: u64,
    effects: u32,
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
}
