//! Directives that change what components hold, or start one.

#[cfg(feature = "update-management")]
use suit_core::cbor::Reader;
use suit_core::cbor::Walked;
use suit_core::labels::{FileType, ParameterKey};
#[cfg(feature = "update-management")]
use suit_core::metadata::Metadata;

use super::conditions::piece;
use super::machine::{Flow, Transfer};
use super::memory::{Setting, State};
use super::{ProcessError, Processor};
use crate::platform::{Handle, Incoming, Platform};

/// Where the new content of a component comes from.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// The envelope; signed bytes if they are a parameter.
    Bytes(&'a [u8], State),
    /// Another component.
    Component(Handle, State),
    /// The application fetches it.
    Outside,
}

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// M §8.4.10.4: stores the resource at the URI (P-089), which may lie in the envelope.
    pub(super) fn fetch(&mut self, target: u8) -> Result<Flow, ProcessError> {
        if let Some(transfer) = self.memory.kept.transfer {
            if !transfer.ended && transfer.size != Some(transfer.stored) {
                return Ok(Flow::Pause);
            }
            self.memory.kept.transfer = None;
            return self.stored(target, transfer.stored, State::Unknown);
        }
        let unset = ProcessError::ParameterUnset(ParameterKey::Uri);
        let uri = self.setting(target, ParameterKey::Uri).ok_or(unset)?;
        self.store(
            target,
            self.integrated(uri).map_or(Source::Outside, |it| Source::Bytes(it, State::Unknown)),
        )
    }

    /// A payload that an envelope brought along under the name that the parameter uri is (P-139).
    pub(super) fn integrated(&self, uri: Setting) -> Option<&'a [u8]> {
        let name = core::str::from_utf8(self.cursor(uri.manifest, uri.at).string()).ok()?;
        let with = |manifest| self.manifest(manifest).authenticated().envelope().payload(name);
        #[cfg(not(feature = "trust-domains"))]
        let found = with(0);
        // RFC 3986 §4.4: a fragment is one of the document in which it stands. What a dependency fetches may also have come with
        // it, or with the envelope around it.
        #[cfg(feature = "trust-domains")]
        let found = [uri.manifest, self.frame.manifest, 0].into_iter().find_map(with);
        found.map(|content| content.rest())
    }

    /// M §8.4.10.6: stores the parameter `content`, which the signature covers itself.
    pub(super) fn write(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let content = self.needed(target, ParameterKey::Content)?;
        self.store(target, Source::Bytes(content, State::Verified))
    }

    /// M §8.4.10.5: stores what the source component holds.
    pub(super) fn copy(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let source = self.source(target)?;
        self.store(target, Source::Component(self.handle(source), self.state(source)))
    }

    /// Stores something new in a component, unless it is there already.
    fn store(&mut self, target: u8, source: Source<'a>) -> Result<Flow, ProcessError> {
        // P-092: a write is always carried out.
        if self.is_settled(target, matches!(source, Source::Bytes(_, State::Verified)))? {
            return Ok(Flow::Next);
        }
        let handle = self.handle(target);
        let size = match self.uint_of(target, ParameterKey::ImageSize) {
            Some(size) => Some(u32::try_from(size).map_err(|_| ProcessError::TooLarge)?),
            None => None,
        };
        let length = match source {
            Source::Bytes(bytes, _) => Some(u32::try_from(bytes.len()).map_err(|_| ProcessError::TooLarge)?),
            // What a rehearsal would have put there has a length that nobody knows yet.
            Source::Component(_, State::Rehearsed) | Source::Outside => size,
            // P-090: fails if there is nothing to copy.
            Source::Component(from, _) => {
                Some(self.platform.length(from).ok_or(ProcessError::SourceMissing)?)
            }
        };
        // P-094: image-size is a firm bound on what is stored.
        let limit = size.unwrap_or(u32::MAX).min(self.platform.capacity(handle));
        if size.max(length).is_some_and(|length| length > limit) {
            return Err(ProcessError::TooLarge);
        }
        if self.rehearsing {
            self.set_state(target, State::Rehearsed);
            if matches!(source, Source::Outside) {
                self.memory.kept.transfer = Some(Transfer { target, stored: 0, limit, size, ended: true });
                return Ok(Flow::Pause);
            }
            return Ok(Flow::Next);
        }
        self.changed(target);
        let incoming = self.incoming(target, length);
        let mut stored = self.platform.begin(handle, &incoming)?;
        // A platform that claims more than there is begins anew.
        if length.is_some_and(|length| stored > length) {
            stored = 0;
        }
        let state = match source {
            Source::Outside => {
                self.memory.kept.transfer = Some(Transfer { target, stored, limit, size, ended: false });
                return self.fetch(target);
            }
            Source::Bytes(bytes, state) => {
                // It is all at hand, so nothing is made of what an interrupted transfer left.
                self.platform.write(handle, 0, bytes)?;
                state
            }
            Source::Component(from, state) => {
                // What an interrupted copy left was read in another procedure.
                let state = if stored == 0 { state } else { State::Unknown };
                while let Some(piece) = piece(self.memory.buffer, length.unwrap_or(0), &mut stored) {
                    let (offset, piece) = piece;
                    self.platform.read(from, offset, piece)?;
                    self.platform.write(handle, offset, piece)?;
                }
                state
            }
        };
        self.stored(target, length.unwrap_or(0), state)
    }

    pub(super) fn stored(&mut self, target: u8, length: u32, state: State) -> Result<Flow, ProcessError> {
        if !self.rehearsing {
            let handle = self.handle(target);
            self.platform.commit(handle, length)?;
            self.set_state(target, state);
        }
        Ok(Flow::Next)
    }

    /// M §8.4.10.9: exchanges what two components hold.
    pub(super) fn swap(&mut self, target: u8) -> Result<Flow, ProcessError> {
        let source = self.source(target)?;
        // Run again after a power cut, a swap that was done isn't undone.
        if self.is_settled(target, false)? {
            return Ok(Flow::Next);
        }
        #[cfg(feature = "trust-domains")]
        self.is_free(source)?;
        let (one, other) = (self.handle(target), self.handle(source));
        let (here, there) = (self.state(target), self.state(source));
        if there != State::Rehearsed && self.platform.length(other).is_none() {
            return Err(ProcessError::SourceMissing);
        }
        if self.rehearsing {
            self.set_state(target, State::Rehearsed);
            self.set_state(source, State::Rehearsed);
            return Ok(Flow::Next);
        }
        self.changed(target);
        self.changed(source);
        self.platform.swap(one, other)?;
        self.set_state(target, there);
        self.set_state(source, here);
        Ok(Flow::Next)
    }

    /// M §8.4.10.7: starts the component.
    pub(super) fn invoke(&mut self, target: u8) -> Result<Flow, ProcessError> {
        // P-045: what is loaded is validated before it runs.
        if self.state(target) == State::Unknown && !self.setup.options.invoke_unverified {
            return Err(ProcessError::InvokeUnverified);
        }
        self.invoked = true;
        if !self.rehearsing {
            let arguments = self.string_of(target, ParameterKey::InvokeArgs);
            let handle = self.handle(target);
            self.platform.invoke(handle, arguments)?;
        }
        Ok(Flow::Next)
    }

    /// A command below -256.
    pub(super) fn custom(
        &mut self,
        code: i64,
        argument: &mut Walked<'a>,
        target: u8,
    ) -> Result<Flow, ProcessError> {
        let value = *argument;
        argument.skip();
        let handle = self.handle(target);
        // Nobody knows what it does to the component. What a rehearsal has put there isn't real, so it stays.
        if self.state(target) != State::Rehearsed {
            self.changed(target);
        }
        if self.rehearsing || self.platform.custom(code, value, handle)? {
            Ok(Flow::Next)
        } else {
            Err(ProcessError::CustomFailed)
        }
    }

    /// The target that source-component names; the index counts in the manifest that set it.
    pub(super) fn source(&self, target: u8) -> Result<u8, ProcessError> {
        let source = self.component_of(target, ParameterKey::SourceComponent)?;
        // To make room for it, a copy of itself would be emptied first.
        if self.handle(source) == self.handle(target) {
            return Err(ProcessError::SourceMissing);
        }
        Ok(source)
    }

    /// The target whose index a parameter gives.
    pub(super) fn component_of(&self, target: u8, key: ParameterKey) -> Result<u8, ProcessError> {
        let index = self.uint_of(target, key).ok_or(ProcessError::ParameterUnset(key))?;
        let manifest = self.setting(target, key).map_or(0, |setting| setting.manifest);
        self.target_of(manifest, index)
    }

    /// What is asked before a component is written. `true`: what it is to hold is there already (P-089), unless that doesn't
    /// matter.
    pub(super) fn is_settled(&mut self, target: u8, whatever: bool) -> Result<bool, ProcessError> {
        // P-210, A-13: encryption info on a write, a copy or a fetch asks for decryption.
        if self.setting(target, ParameterKey::EncryptionInfo).is_some() {
            return Err(ProcessError::EncryptionUnsupported);
        }
        if !whatever
            && self.state(target) != State::Rehearsed
            && let Some(digest) = self.digest_of(target)
            && self.image_matches(target, &digest)?
        {
            #[cfg(not(feature = "trust-domains"))]
            return Ok(true);
            #[cfg(feature = "trust-domains")]
            if self.is_sound(target)? {
                return Ok(true);
            }
        }
        #[cfg(feature = "trust-domains")]
        self.is_free(target)?;
        Ok(false)
    }

    /// P-169: what other manifests still use is not written; unlink comes first.
    #[cfg(feature = "trust-domains")]
    fn is_free(&mut self, target: u8) -> Result<(), ProcessError> {
        let handle = self.handle(target);
        let free = self.state(target) == State::Rehearsed || self.platform.references(handle) == 0;
        if free { Ok(()) } else { Err(ProcessError::Referenced) }
    }

    /// What the platform is told of a new content.
    pub(super) fn incoming(&self, target: u8, size: Option<u32>) -> Incoming<'a> {
        let digest = self.digest_of(target);
        #[cfg_attr(not(feature = "update-management"), allow(unused_mut, reason = "with it it is changed"))]
        let mut incoming = Incoming { size, digest, file_type: FileType::Regular, metadata: None };
        // P-199.
        #[cfg(feature = "update-management")]
        if let Some(parameter) = self.string_of(target, ParameterKey::ComponentMetadata) {
            let metadata = Metadata::known(Reader::new(parameter));
            incoming.file_type = metadata.file_type().unwrap_or(FileType::Regular);
            incoming.metadata = Some(metadata);
        }
        incoming
    }
}
