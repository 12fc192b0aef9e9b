//! install-delta, a custom directive: makes a component's content from an older image and a delta
//! (`docs/design/delta-directive.md`).

use suit_core::delta::{Decoder, Error, Fault, Header, Images};
use suit_core::digest::Digest;
use suit_core::labels::{Algorithm, ParameterKey};

use super::conditions::piece;
use super::machine::Flow;
use super::memory::State;
use super::{ProcessError, Processor};
use crate::platform::{Handle, Incoming, Platform};

impl<P: Platform> Processor<'_, '_, P> {
    /// Stores what the delta in the source component makes of the base component's content. Run again after an interruption,
    /// it starts again: the base is another component and still whole.
    pub(super) fn install_delta(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let payload = self.source(target)?;
        let base = self.component_of(target, ParameterKey::DeltaBase)?;
        let (handle, from, delta) = (self.handle(target), self.handle(base), self.handle(payload));
        // P-233: what is written over its own base must be resumable, and that is for a profile to come.
        if from == handle {
            return Err(ProcessError::DeltaInPlace);
        }
        // P-089: what is there already is left alone.
        if self.is_settled(target, false)? {
            return Ok(Flow::Next);
        }
        // P-231, P-234: base and delta had the digests that the manifest gives, in this procedure and since they were written
        // last. So nothing is written from a base that is another one, and no byte is decoded that the signature doesn't cover.
        if self.state(base) == State::Unknown || self.state(payload) == State::Unknown {
            return Err(ProcessError::DeltaUnverified);
        }
        let size = match self.uint_of(target, ParameterKey::ImageSize) {
            Some(size) => Some(u32::try_from(size).map_err(|_| ProcessError::TooLarge)?),
            None => None,
        };
        if size.is_some_and(|size| size > self.platform.capacity(handle)) {
            return Err(ProcessError::TooLarge);
        }
        if self.rehearsing {
            self.set_state(target, State::Rehearsed);
            return Ok(Flow::Next);
        }
        let old_size = self.platform.length(from).ok_or(ProcessError::SourceMissing)?;
        let length = self.platform.length(delta).ok_or(ProcessError::SourceMissing)?;
        let incoming = self.incoming(target, None);
        let checks = [self.digest_of(base), self.digest_of(target)].map(|digest| digest.and_then(check));
        self.changed(target);
        let memory = &mut self.memory;
        let lent = u32::try_from(memory.delta.len()).unwrap_or(u32::MAX);
        let mut stores = Stores {
            platform: &mut *self.platform,
            target: handle,
            base: from,
            payload: delta,
            old_size,
            size,
            lent,
            checks,
            incoming,
            stored: None,
            error: None,
        };
        let mut decoder = Decoder::new(memory.delta);
        let mut at = 0;
        while let Some((offset, piece)) = piece(memory.buffer, length, &mut at) {
            stores.platform.read(delta, offset, piece)?;
            decoder.feed(piece, &mut stores).map_err(|error| stores.error(error))?;
        }
        decoder.finish(&mut stores).map_err(|error| stores.error(error))?;
        // Without a header the decoder isn't finished.
        let stored = stores.stored.unwrap_or(0);
        self.stored(target, stored, State::Unknown)
    }
}

/// The first bytes of an image's SHA-256, if that is the digest which the manifest gives.
fn check(digest: Digest<'_>) -> Option<[u8; 4]> {
    let bytes = digest.bytes().first_chunk().copied();
    bytes.filter(|_| digest.algorithm() == Algorithm::Sha256)
}

/// What the decoder reads and writes.
struct Stores<'s, 'a, P> {
    platform: &'s mut P,
    target: Handle,
    base: Handle,
    payload: Handle,
    old_size: u32,
    /// What image-size says of the new image.
    size: Option<u32>,
    /// Bytes that the decoder is lent.
    lent: u32,
    /// The first bytes of the SHA-256 of the old and the new image, where the manifest gives that.
    checks: [Option<[u8; 4]>; 2],
    incoming: Incoming<'a>,
    /// Bytes stored; `None` until something may be.
    stored: Option<u32>,
    /// Why the decoder was told that it can't go on.
    error: Option<ProcessError>,
}

impl<P: Platform> Stores<'_, '_, P> {
    fn refuse(&mut self, error: ProcessError) -> Fault {
        self.error = Some(error);
        Fault
    }

    /// The decoder's error as the processor's.
    fn error(&self, error: Error) -> ProcessError {
        match error {
            Error::Images => self.error.unwrap_or(ProcessError::DeltaMalformed),
            Error::Memory { .. } => ProcessError::DeltaMemory,
            Error::Version(_) | Error::Predictors(_) => ProcessError::DeltaUnsupported,
            _ => ProcessError::DeltaMalformed,
        }
    }
}

impl<P: Platform> Images for Stores<'_, '_, P> {
    /// Everything that a delta can be refused for beforehand, and then the place is made ready.
    fn begin(&mut self, header: &Header) -> Result<(), Fault> {
        let binds = |known: Option<[u8; 4]>, check| known.is_none_or(|known| known == check);
        let [old, new] = self.checks;
        let fits = header.old_size == self.old_size && self.size.is_none_or(|size| size == header.new_size);
        if !fits || !binds(old, header.old_check) || !binds(new, header.new_check) {
            return Err(self.refuse(ProcessError::DeltaMismatch));
        }
        // P-094, as image-size does for a fetch.
        if header.new_size > self.platform.capacity(self.target) {
            return Err(self.refuse(ProcessError::TooLarge));
        }
        if header.memory() > self.lent {
            return Err(self.refuse(ProcessError::DeltaMemory));
        }
        let incoming = Incoming { size: Some(header.new_size), ..self.incoming };
        self.platform.rebuilds(self.target, self.base, self.payload);
        // Whatever an interrupted transfer left: decoding begins with the first byte.
        match self.platform.begin(self.target, &incoming) {
            Ok(_) => {
                self.stored = Some(0);
                Ok(())
            }
            Err(fault) => Err(self.refuse(fault.into())),
        }
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        self.platform.read(self.base, offset, into).map_err(|fault| self.refuse(fault.into()))
    }

    fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let Some(stored) = self.stored else { return Err(self.refuse(ProcessError::DeltaMalformed)) };
        let end = u32::try_from(bytes.len()).ok().and_then(|more| stored.checked_add(more));
        let Some(end) = end else { return Err(self.refuse(ProcessError::TooLarge)) };
        self.stored = Some(end);
        self.platform.write(self.target, stored, bytes).map_err(|fault| self.refuse(fault.into()))
    }
}
