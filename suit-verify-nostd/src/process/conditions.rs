//! Conditions: decided here, from what the platform says.

use suit_core::cbor::{Major, Walked};
use suit_core::digest::Digest;
use suit_core::labels::{Condition, ParameterKey};

use super::memory::State;
use super::{ProcessError, Processor};
use crate::crypto::HashState;
use crate::platform::{Identifier, IdentifierKind, Platform};

impl<'a, P: Platform> Processor<'a, '_, P> {
    /// Whether a condition holds for a target. An error is one of the condition itself where its parameter isn't set,
    /// and else one that aborts.
    pub(super) fn condition(&mut self, condition: Condition, target: u8) -> Result<bool, ProcessError> {
        let key = match condition {
            Condition::VendorIdentifier => ParameterKey::VendorIdentifier,
            Condition::ClassIdentifier => ParameterKey::ClassIdentifier,
            Condition::DeviceIdentifier => ParameterKey::DeviceIdentifier,
            Condition::ImageMatch | Condition::ImageNotMatch => ParameterKey::ImageDigest,
            Condition::ComponentSlot => ParameterKey::ComponentSlot,
            Condition::CheckContent => ParameterKey::Content,
            #[cfg(feature = "update-management")]
            Condition::UseBefore => ParameterKey::UseBefore,
            #[cfg(feature = "update-management")]
            Condition::MinimumBattery => ParameterKey::MinimumBattery,
            #[cfg(feature = "update-management")]
            Condition::UpdateAuthorized => ParameterKey::UpdatePriority,
            #[cfg(feature = "update-management")]
            Condition::Version => ParameterKey::Version,
            #[cfg(feature = "trust-domains")]
            Condition::DependencyIntegrity => return self.dependency_integrity(target).map(|()| true),
            #[cfg(feature = "trust-domains")]
            Condition::IsDependency => return Ok(self.is_dependency(self.frame.manifest, target)),
            // P-082: abort always fails. Others were refused with the manifest.
            _ => return Ok(false),
        };
        // P-074: a condition whose parameter isn't set fails.
        let Some(mut given) = self.parameter(target, key) else {
            return Err(ProcessError::ConditionUnset(condition, key));
        };
        let handle = self.handle(target);
        let identifier = match condition {
            Condition::VendorIdentifier => Some(IdentifierKind::Vendor),
            Condition::ClassIdentifier => Some(IdentifierKind::Class),
            Condition::DeviceIdentifier => Some(IdentifierKind::Device),
            _ => None,
        };
        if let Some(kind) = identifier {
            return Ok(self.has_identifier(kind, target, given));
        }
        match condition {
            Condition::ComponentSlot => Ok(self.platform.slot(handle) == Some(given.number())),
            Condition::CheckContent => self.content_is(target, given.string()),
            Condition::ImageMatch => match self.digest_of(target) {
                Some(digest) => self.image_matches(target, &digest),
                None => Ok(false),
            },
            #[cfg(feature = "update-management")]
            managed => self.managed(managed, given, target),
            #[cfg(not(feature = "update-management"))]
            _ => Ok(false),
        }
    }

    /// P-078: whether one of the identifiers known for the component is this one.
    fn has_identifier(&mut self, kind: IdentifierKind, target: u8, mut wanted: Walked<'a>) -> bool {
        let pen = wanted.is(Major::Tag);
        if pen {
            wanted.number();
        }
        let wanted = wanted.string();
        let handle = self.handle(target);
        self.platform.identifiers(kind, handle).iter().any(|known| match known {
            Identifier::Uuid(id) => !pen && id == wanted,
            Identifier::Pen(id) => pen && *id == wanted,
        })
    }

    /// P-079: whether what the component holds has this digest and, if image-size is set, this size.
    pub(super) fn image_matches(&mut self, target: u8, wanted: &Digest<'a>) -> Result<bool, ProcessError> {
        // In a rehearsal nothing was stored; that the right thing will be there is what is assumed.
        if self.state(target) == State::Rehearsed {
            return Ok(true);
        }
        let handle = self.handle(target);
        let length = self.platform.length(handle);
        let size = self.uint_of(target, ParameterKey::ImageSize);
        // Of a dependency image-size counts the whole envelope, so it isn't compared (TD §5.2.2, A-22).
        let is_image = !self.is_dependency(self.frame.manifest, target);
        if is_image && size.is_some() && size != length.map(u64::from) {
            return Ok(false);
        }
        let matches = self.has_digest(target, wanted)?;
        if matches && is_image {
            self.set_state(target, State::Verified);
        }
        Ok(matches)
    }

    /// Whether what the target holds has this digest, whatever its size; of a dependency its manifest (P-079).
    pub(super) fn has_digest(&mut self, target: u8, wanted: &Digest<'_>) -> Result<bool, ProcessError> {
        let handle = self.handle(target);
        let Some(length) = self.platform.length(handle) else { return Ok(false) };
        #[cfg(feature = "trust-domains")]
        if self.is_dependency(self.frame.manifest, target) {
            return self.dependency_matches(target, wanted);
        }
        let hash = self.setup.crypto.hash(wanted.algorithm()).ok_or(ProcessError::UnsupportedDigest)?;
        let mut state = HashState::new();
        hash.start(&mut state)?;
        let mut at = 0;
        while let Some((offset, piece)) = piece(self.memory.buffer, length, &mut at) {
            self.platform.read(handle, offset, piece)?;
            hash.update(&mut state, piece)?;
        }
        // Used where it lies: taken out of the result it would be on the stack twice.
        let finished = hash.finish(&mut state);
        let bytes = finished.as_ref().map_err(|fault| *fault)?;
        #[cfg(feature = "report")]
        {
            let algorithm = wanted.algorithm();
            self.memory.kept.measured =
                Some(super::recording::MeasuredDigest { target, algorithm, bytes: *bytes });
        }
        Ok(bytes.as_bytes() == wanted.bytes())
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
        let mut at = 0;
        let mut rest = wanted;
        while let Some((offset, piece)) = piece(self.memory.buffer, length, &mut at) {
            self.platform.read(handle, offset, piece)?;
            let Some((expected, behind)) = rest.split_at_checked(piece.len()) else { return Ok(false) };
            // The compiler must not learn that a byte that differs decides.
            differing = piece
                .iter()
                .zip(expected)
                .fold(differing, |sum, (one, other)| core::hint::black_box(sum | (one ^ other)));
            rest = behind;
        }
        Ok(differing == 0 && rest.is_empty())
    }
}

/// The part of `buffer` for what comes at `at`, up to `length`, with the offset at which it stands; moves `at` on. `None`
/// at the end.
pub(super) fn piece<'b>(buffer: &'b mut [u8], length: u32, at: &mut u32) -> Option<(u32, &'b mut [u8])> {
    let offset = *at;
    let left = length.checked_sub(offset)?;
    let size = left.min(u32::try_from(buffer.len()).unwrap_or(u32::MAX));
    if size == 0 {
        return None;
    }
    *at = offset.saturating_add(size);
    Some((offset, buffer.get_mut(..usize::try_from(size).ok()?)?))
}
