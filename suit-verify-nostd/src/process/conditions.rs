//! Conditions: decided here, from what the platform says.

use suit_core::cbor::{Major, Reader};
use suit_core::digest::Digest;
use suit_core::labels::{Condition, ParameterKey};

use super::memory::State;
use super::{ProcessError, Processor};
use crate::crypto::{DigestBytes, HashState};
use crate::error::AuthenticationError;
use crate::platform::{Handle, Identifier, IdentifierKind, Platform};

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Whether a condition holds for a target. An error is one of the condition itself where its parameter isn't set,
    /// and else one that aborts.
    pub(super) fn condition(&mut self, condition: Condition, target: u8) -> Result<bool, ProcessError> {
        // P-074: a condition whose parameter isn't set fails.
        let given = |processor: &Self, key| {
            processor.parameter(target, key).ok_or(ProcessError::ConditionUnset(condition, key))
        };
        let handle = self.handle(target);
        match condition {
            Condition::VendorIdentifier => {
                let wanted = given(self, ParameterKey::VendorIdentifier)?;
                self.has_identifier(IdentifierKind::Vendor, handle, wanted)
            }
            Condition::ClassIdentifier => {
                let wanted = given(self, ParameterKey::ClassIdentifier)?;
                self.has_identifier(IdentifierKind::Class, handle, wanted)
            }
            Condition::DeviceIdentifier => {
                let wanted = given(self, ParameterKey::DeviceIdentifier)?;
                self.has_identifier(IdentifierKind::Device, handle, wanted)
            }
            Condition::ImageMatch => {
                let mut wanted = given(self, ParameterKey::ImageDigest)?;
                self.image_matches(target, Digest::read_wrapped(&mut wanted)?)
            }
            Condition::ComponentSlot => {
                let wanted = given(self, ParameterKey::ComponentSlot)?.uint()?;
                Ok(self.platform.slot(handle) == Some(wanted))
            }
            Condition::CheckContent => {
                let wanted = given(self, ParameterKey::Content)?.bytes()?;
                self.content_is(target, wanted)
            }
            // P-082: always fails.
            Condition::Abort => Ok(false),
            #[cfg(feature = "trust-domains")]
            Condition::DependencyIntegrity => self.dependency_integrity(target).map(|()| true),
            #[cfg(feature = "trust-domains")]
            Condition::IsDependency => Ok(self.is_dependency(self.present_manifest(), target)),
            #[cfg(feature = "update-management")]
            managed => {
                let key = match managed {
                    Condition::UseBefore => ParameterKey::UseBefore,
                    Condition::ImageNotMatch => ParameterKey::ImageDigest,
                    Condition::MinimumBattery => ParameterKey::MinimumBattery,
                    Condition::UpdateAuthorized => ParameterKey::UpdatePriority,
                    _ => ParameterKey::Version,
                };
                let wanted = given(self, key)?;
                self.managed(managed, wanted, target)
            }
            #[cfg(not(feature = "update-management"))]
            _ => Err(Reader::new(&[]).error(suit_core::ErrorKind::UnknownCommand).into()),
        }
    }

    /// P-078: whether one of the identifiers known for the component is this one.
    fn has_identifier(
        &mut self,
        kind: IdentifierKind,
        handle: Handle,
        wanted: Reader<'a>,
    ) -> Result<bool, ProcessError> {
        let mut reader = wanted;
        let pen = reader.peek() == Some(Major::Tag);
        if pen {
            reader.tag()?;
        }
        let wanted = reader.bytes()?;
        Ok(self.platform.identifiers(kind, handle).iter().any(|known| match known {
            Identifier::Uuid(id) => !pen && id == wanted,
            Identifier::Pen(id) => pen && *id == wanted,
        }))
    }

    /// P-079: whether what the component holds has this digest and, if image-size is set, this size.
    pub(super) fn image_matches(&mut self, target: u8, wanted: Digest<'a>) -> Result<bool, ProcessError> {
        // In a rehearsal nothing was stored; that the right thing will be there is what is assumed.
        if self.state(target) == State::Rehearsed {
            return Ok(true);
        }
        // For a dependency only its manifest is hashed, while image-size counts the whole envelope (TD §5.2.2, A-22).
        #[cfg(feature = "trust-domains")]
        if self.is_dependency(self.present_manifest(), target) {
            return self.dependency_matches(target, &wanted);
        }
        let handle = self.handle(target);
        let Some(length) = self.platform.length(handle) else { return Ok(false) };
        if let Some(mut size) = self.parameter(target, ParameterKey::ImageSize)
            && size.uint()? != u64::from(length)
        {
            return Ok(false);
        }
        let matches = self.has_digest(target, &wanted)?;
        if matches {
            self.set_state(target, State::Verified);
        }
        Ok(matches)
    }

    /// Whether what the target holds has this digest, whatever its size.
    pub(super) fn has_digest(&mut self, target: u8, wanted: &Digest<'_>) -> Result<bool, ProcessError> {
        let handle = self.handle(target);
        let Some(length) = self.platform.length(handle) else { return Ok(false) };
        Ok(self.digest(handle, length, wanted)?.as_bytes() == wanted.bytes())
    }

    /// The digest of what a component holds, by the algorithm of `like`.
    fn digest(
        &mut self,
        handle: Handle,
        length: u32,
        like: &Digest<'_>,
    ) -> Result<DigestBytes, ProcessError> {
        let unsupported = AuthenticationError::UnsupportedDigest;
        let hash = self.setup.crypto.hash(like.algorithm()).ok_or(unsupported)?;
        let fault = |_| ProcessError::from(AuthenticationError::HashFault);
        let mut state = HashState::new();
        hash.start(&mut state).map_err(fault)?;
        let mut offset = 0_u32;
        while let Some(piece) = piece(self.memory.buffer, length, offset) {
            self.platform.read(handle, offset, piece)?;
            hash.update(&mut state, piece).map_err(fault)?;
            offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        }
        hash.finish(&mut state).map_err(fault)
    }

    /// P-080: compares all bytes in a time that doesn't depend on where they differ.
    pub(super) fn content_is(&mut self, target: u8, wanted: &[u8]) -> Result<bool, ProcessError> {
        if self.state(target) == State::Rehearsed {
            return Ok(true);
        }
        let handle = self.handle(target);
        let length = self.platform.length(handle);
        let Some(length) = length.filter(|length| usize::try_from(*length) == Ok(wanted.len())) else {
            return Ok(false);
        };
        let mut differing = 0_u8;
        let mut offset = 0_u32;
        let mut rest = wanted;
        while let Some(piece) = piece(self.memory.buffer, length, offset) {
            self.platform.read(handle, offset, piece)?;
            let Some((expected, behind)) = rest.split_at_checked(piece.len()) else { return Ok(false) };
            // The compiler must not learn that a byte that differs decides.
            differing = piece
                .iter()
                .zip(expected)
                .fold(differing, |sum, (one, other)| core::hint::black_box(sum | (one ^ other)));
            rest = behind;
            offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        }
        Ok(differing == 0)
    }
}

/// The part of `buffer` for what follows `offset`, up to `length`; `None` at the end.
pub(super) fn piece(buffer: &mut [u8], length: u32, offset: u32) -> Option<&mut [u8]> {
    let left = usize::try_from(length.checked_sub(offset)?).unwrap_or(usize::MAX);
    let size = left.min(buffer.len());
    if size == 0 { None } else { buffer.get_mut(..size) }
}
