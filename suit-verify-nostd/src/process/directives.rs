//! Directives that change what components hold, or start one.

use suit_core::cbor::Reader;
use suit_core::digest::Digest;
use suit_core::labels::{FileType, ParameterKey};
#[cfg(feature = "update-management")]
use suit_core::metadata::{Entry, Metadata};
use suit_core::parameter::Custom;

use super::conditions::piece;
use super::machine::{Flow, Transfer};
use super::memory::State;
use super::{ProcessError, Processor, Step};
use crate::platform::{Incoming, Platform};

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// M §8.4.10.4: stores the resource at the URI (P-089), which may lie in the envelope.
    pub(super) fn fetch(&mut self, target: u8) -> Result<Flow<'a>, ProcessError> {
        let uri = self.needed(target, ParameterKey::Uri)?.text()?;
        let handle = self.handle(target);
        if let Some(transfer) = self.transfer {
            if !transfer.ended && transfer.size != Some(transfer.stored) {
                return Ok(Flow::Pause(self.request(&transfer, uri, target)?));
            }
            self.transfer = None;
            if !self.rehearsing {
                self.platform.commit(handle, transfer.stored)?;
            }
            return Ok(Flow::Next);
        }
        self.may_write(target)?;
        // P-089: what is there already isn't fetched again.
        if self.is_there(target)? {
            return Ok(Flow::Next);
        }
        let size = self.size(target)?;
        if let Some(payload) = self.integrated(uri) {
            self.store_all(target, payload.rest(), size)?;
            return Ok(Flow::Next);
        }
        let stored = self.open(target, size)?;
        let limit = size.unwrap_or(u32::MAX).min(self.platform.capacity(handle));
        let transfer = Transfer { component: handle, stored, limit, size, ended: self.rehearsing };
        self.transfer = Some(transfer);
        if transfer.size == Some(stored) {
            return self.fetch_complete(target, stored);
        }
        Ok(Flow::Pause(self.request(&transfer, uri, target)?))
    }

    fn fetch_complete(&mut self, target: u8, stored: u32) -> Result<Flow<'a>, ProcessError> {
        self.transfer = None;
        if !self.rehearsing {
            let handle = self.handle(target);
            self.platform.commit(handle, stored)?;
        }
        Ok(Flow::Next)
    }

    fn request(&self, transfer: &Transfer, uri: &'a str, target: u8) -> Result<Step<'a>, ProcessError> {
        let arguments = self.parameter(target, ParameterKey::FetchArguments);
        let arguments = arguments.map(|mut reader| reader.bytes()).transpose()?;
        Ok(self.pause_for(transfer, uri, arguments))
    }

    /// A payload that the envelope brought along under this name (P-139).
    fn integrated(&self, uri: &str) -> Option<Reader<'a>> {
        let own = self.manifest(self.present_manifest()).authenticated().envelope().payload(uri);
        // What a dependency fetches may have come with the envelope around it.
        own.or_else(|| self.root.authenticated().envelope().payload(uri))
    }

    /// M §8.4.10.6: stores the parameter `content`.
    pub(super) fn write(&mut self, target: u8) -> Result<(), ProcessError> {
        let content = self.needed(target, ParameterKey::Content)?.bytes()?;
        self.may_write(target)?;
        let size = self.size(target)?;
        self.store_all(target, content, size)?;
        // The signature covers the content itself.
        if !self.rehearsing {
            self.set_state(target, State::Verified);
        }
        Ok(())
    }

    /// M §8.4.10.5: stores what the source component holds.
    pub(super) fn copy(&mut self, target: u8) -> Result<(), ProcessError> {
        let source = self.source(target)?;
        self.may_write(target)?;
        if self.is_there(target)? {
            return Ok(());
        }
        let size = self.size(target)?;
        let (from, to) = (self.handle(source), self.handle(target));
        let verified = self.state(source);
        if verified == State::Rehearsed {
            self.open(target, size)?;
            return Ok(());
        }
        // P-090: fails if there is nothing to copy.
        let length = self.platform.length(from).ok_or(ProcessError::SourceMissing)?;
        if size.is_some_and(|size| length > size) || length > self.platform.capacity(to) {
            return Err(ProcessError::TooLarge);
        }
        let mut offset = self.open(target, Some(length))?;
        if self.rehearsing {
            return Ok(());
        }
        while let Some(piece) = piece(self.memory.buffer, length, offset) {
            self.platform.read(from, offset, piece)?;
            self.platform.write(to, offset, piece)?;
            offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        }
        self.platform.commit(to, length)?;
        self.set_state(target, verified);
        Ok(())
    }

    /// M §8.4.10.9: exchanges what two components hold.
    pub(super) fn swap(&mut self, target: u8) -> Result<(), ProcessError> {
        let source = self.source(target)?;
        self.may_write(target)?;
        self.may_write(source)?;
        // Run again after a power cut, a swap that was done isn't undone.
        if self.is_there(target)? {
            return Ok(());
        }
        #[cfg(feature = "trust-domains")]
        {
            self.is_free(target)?;
            self.is_free(source)?;
        }
        let (one, other) = (self.handle(target), self.handle(source));
        if self.state(source) == State::Unknown && self.platform.length(other).is_none() {
            return Err(ProcessError::SourceMissing);
        }
        let (was_there, was_here) = (self.state(source), self.state(target));
        if self.rehearsing {
            self.set_state(target, State::Rehearsed);
            self.set_state(source, State::Rehearsed);
            return Ok(());
        }
        self.platform.swap(one, other)?;
        self.set_state(target, was_there);
        self.set_state(source, was_here);
        Ok(())
    }

    /// M §8.4.10.7: starts the component.
    pub(super) fn invoke(&mut self, target: u8) -> Result<(), ProcessError> {
        let arguments = self.parameter(target, ParameterKey::InvokeArgs);
        let arguments = arguments.map(|mut reader| reader.bytes()).transpose()?;
        if self.rehearsing {
            return Ok(());
        }
        // P-045: what is loaded is validated before it runs.
        if self.state(target) != State::Verified && !self.setup.options.invoke_unverified {
            return Err(ProcessError::InvokeUnverified);
        }
        let handle = self.handle(target);
        self.invoked = true;
        self.platform.invoke(handle, arguments)?;
        Ok(())
    }

    /// A command below -256.
    pub(super) fn custom(
        &mut self,
        code: i64,
        argument: Reader<'a>,
        target: u8,
    ) -> Result<Flow<'a>, ProcessError> {
        let mut reader = argument;
        let argument = Custom::read(&mut reader)?;
        let handle = self.handle(target);
        if self.rehearsing || self.platform.custom(code, argument, handle)? {
            Ok(Flow::Next)
        } else {
            Err(ProcessError::CustomFailed)
        }
    }

    /// The target that source-component names.
    fn source(&self, target: u8) -> Result<u8, ProcessError> {
        let key = ParameterKey::SourceComponent;
        let index = self.needed(target, key)?.uint()?;
        let label = i16::try_from(key.code()).unwrap_or(0);
        // The index counts in the manifest that set it.
        let manifest = self.setting(target, label).map_or(0, |setting| setting.manifest);
        self.target_of(manifest, index)
    }

    /// The parameter image-size, if it is set.
    fn size(&self, target: u8) -> Result<Option<u32>, ProcessError> {
        let Some(mut size) = self.parameter(target, ParameterKey::ImageSize) else { return Ok(None) };
        u32::try_from(size.uint()?).map(Some).map_err(|_| ProcessError::TooLarge)
    }

    /// Whether what the target is to hold is there already, as far as its digest is known.
    fn is_there(&mut self, target: u8) -> Result<bool, ProcessError> {
        if self.state(target) == State::Rehearsed {
            return Ok(false);
        }
        match self.parameter(target, ParameterKey::ImageDigest) {
            Some(mut digest) => self.image_matches(target, Digest::read_wrapped(&mut digest)?),
            None => Ok(false),
        }
    }

    /// What is asked before a component is written.
    fn may_write(&mut self, target: u8) -> Result<(), ProcessError> {
        // P-210, A-13: encryption info on a write, a copy or a fetch asks for decryption.
        if self.parameter(target, ParameterKey::EncryptionInfo).is_some() {
            return Err(ProcessError::EncryptionUnsupported);
        }
        Ok(())
    }

    /// P-169: what other manifests still use is not written; unlink comes first.
    #[cfg(feature = "trust-domains")]
    fn is_free(&mut self, target: u8) -> Result<(), ProcessError> {
        let handle = self.handle(target);
        if self.platform.references(handle) == 0 { Ok(()) } else { Err(ProcessError::Referenced) }
    }

    /// Gets the platform ready for a new content, and returns from which byte on it is needed.
    fn open(&mut self, target: u8, size: Option<u32>) -> Result<u32, ProcessError> {
        let handle = self.handle(target);
        if size.is_some_and(|size| size > self.platform.capacity(handle)) {
            return Err(ProcessError::TooLarge);
        }
        #[cfg(feature = "trust-domains")]
        self.is_free(target)?;
        if self.rehearsing {
            self.set_state(target, State::Rehearsed);
            return Ok(0);
        }
        self.set_state(target, State::Unknown);
        let digest = self.parameter(target, ParameterKey::ImageDigest);
        let digest = digest.map(|mut reader| Digest::read_wrapped(&mut reader)).transpose()?;
        let incoming = Incoming { size, digest, ..self.incoming(target)? };
        let stored = self.platform.begin(handle, &incoming)?;
        // A platform that claims more than there is begins anew.
        Ok(if size.is_none_or(|size| stored <= size) { stored } else { 0 })
    }

    /// What kind of thing the target is to hold (P-199).
    #[cfg(feature = "update-management")]
    fn incoming(&self, target: u8) -> Result<Incoming<'a>, ProcessError> {
        let mut incoming =
            Incoming { size: None, digest: None, file_type: FileType::Regular, metadata: None };
        if let Some(mut parameter) = self.parameter(target, ParameterKey::ComponentMetadata) {
            let metadata = Metadata::parse(parameter.wrapped()?)?;
            for entry in metadata {
                if let Entry::FileType(file_type) = entry? {
                    incoming.file_type = file_type;
                }
            }
            incoming.metadata = Some(metadata);
        }
        Ok(incoming)
    }

    #[cfg(not(feature = "update-management"))]
    #[allow(clippy::unnecessary_wraps, reason = "with update management it can fail")]
    fn incoming(&self, _: u8) -> Result<Incoming<'a>, ProcessError> {
        Ok(Incoming { size: None, digest: None, file_type: FileType::Regular, metadata: None })
    }

    fn store_all(&mut self, target: u8, content: &[u8], size: Option<u32>) -> Result<(), ProcessError> {
        let length = u32::try_from(content.len()).map_err(|_| ProcessError::TooLarge)?;
        // P-094: image-size bounds what is stored.
        let handle = self.handle(target);
        if size.is_some_and(|size| length > size) || length > self.platform.capacity(handle) {
            return Err(ProcessError::TooLarge);
        }
        let stored = self.open(target, Some(length))?;
        if self.rehearsing {
            return Ok(());
        }
        let rest = usize::try_from(stored).ok().and_then(|stored| content.get(stored..)).unwrap_or_default();
        self.platform.write(handle, stored, rest)?;
        self.platform.commit(handle, length)?;
        Ok(())
    }
}
