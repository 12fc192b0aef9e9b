//! What is told of each command for reports (draft-ietf-suit-report, provisional).

use suit_core::command::ReportPolicy;
use suit_core::component::ComponentId;
use suit_core::labels::{Condition, Directive, ParameterKey, ReportReason};

use super::memory::Frame;
use super::{ProcessError, Processor};
use crate::crypto::DigestBytes;
use crate::platform::{Identifier, IdentifierKind, Platform};
use crate::report::{Measured, MeasuredValue, Outcome, Record};

/// Deepest dependency whose place is told exactly; of one that is deeper, the dependency around it is named.
const PATH: usize = 4;

/// A digest that was computed for a condition, to be told.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeasuredDigest {
    pub(super) target: u8,
    pub(super) algorithm: suit_core::labels::Algorithm,
    pub(super) bytes: DigestBytes,
}

impl<P: Platform> Processor<'_, '_, P> {
    /// Tells the platform of a command that stood in `frame` and has ended.
    // Not inlined: what a record needs shall not lie on the stack while the command is carried out.
    #[inline(never)]
    pub(super) fn record(&mut self, code: i64, frame: &Frame, error: Option<ProcessError>) {
        let Some(policy) = self.policy(code, frame) else { return };
        if policy.bits() == 0 {
            return;
        }
        let outcome = error.map_or(Outcome::Success, |error| Outcome::Failure(error.reason()));
        let mut path = [0; PATH];
        let depth = self.dependency_path(frame.manifest, &mut path);
        let component = self.index_of(frame);
        let (one, both);
        let component_id: &[ComponentId<'_>] = match self.path_of(frame.target) {
            None => &[],
            Some(path) => match path.prefix() {
                None => {
                    one = [path.id()];
                    &one
                }
                Some(prefix) => {
                    both = [prefix, path.id()];
                    &both
                }
            },
        };
        let record = Record {
            manifest_path: path.get(..depth).unwrap_or_default(),
            section: frame.section.code(),
            offset: frame.at.saturating_sub(frame.base),
            component,
            component_id,
            policy,
            outcome,
            measured: &[],
        };
        self.tell(code, frame.target, record);
    }

    /// The command's reporting policy, if it has one.
    fn policy(&self, code: i64, frame: &Frame) -> Option<ReportPolicy> {
        let lacking = matches!(
            Directive::from_code(code),
            Some(
                Directive::SetComponentIndex
                    | Directive::TryEach
                    | Directive::SetParameters
                    | Directive::OverrideParameters
                    | Directive::RunSequence
                    | Directive::OverrideMultiple
                    | Directive::CopyParams
            )
        );
        // Custom commands have none, but for those that are in the registry.
        if lacking || (code < 0 && Directive::from_code(code).is_none()) {
            return None;
        }
        let mut command = self.cursor(frame.manifest, frame.at);
        command.skip();
        ReportPolicy::new(command.number())
    }

    /// Completes a record with what was measured: the true value of what a condition asks for.
    fn tell(&mut self, code: i64, target: u8, record: Record<'_>) {
        let handle = self.handle(target);
        let tell = |platform: &mut P, measured: &[Measured<'_>]| {
            platform.record(&Record { measured, ..record });
        };
        let digest = self.memory.kept.measured.filter(|measured| measured.target == target);
        let platform = &mut *self.platform;
        let uint = |label, value| Measured { label, value: MeasuredValue::Uint(value) };
        match Condition::from_code(code) {
            Some(Condition::VendorIdentifier) => {
                let known = first_uuid(platform.identifiers(IdentifierKind::Vendor, handle));
                tell_uuid(platform, ParameterKey::VendorIdentifier, known, tell);
            }
            Some(Condition::ClassIdentifier) => {
                let known = first_uuid(platform.identifiers(IdentifierKind::Class, handle));
                tell_uuid(platform, ParameterKey::ClassIdentifier, known, tell);
            }
            Some(Condition::DeviceIdentifier) => {
                let known = first_uuid(platform.identifiers(IdentifierKind::Device, handle));
                tell_uuid(platform, ParameterKey::DeviceIdentifier, known, tell);
            }
            Some(Condition::ImageMatch | Condition::ImageNotMatch) => {
                match (digest, platform.length(handle)) {
                    (Some(digest), Some(length)) => {
                        let value = MeasuredValue::Digest(digest.algorithm, digest.bytes.as_bytes());
                        let digest = Measured { label: ParameterKey::ImageDigest, value };
                        tell(platform, &[digest, uint(ParameterKey::ImageSize, u64::from(length))]);
                    }
                    (None, Some(length)) => {
                        tell(platform, &[uint(ParameterKey::ImageSize, u64::from(length))]);
                    }
                    (_, None) => tell(platform, &[]),
                }
            }
            Some(Condition::ComponentSlot) => match platform.slot(handle) {
                Some(slot) => tell(platform, &[uint(ParameterKey::ComponentSlot, slot)]),
                None => tell(platform, &[]),
            },
            #[cfg(feature = "update-management")]
            Some(Condition::UseBefore) => match platform.now() {
                Some(now) => tell(platform, &[uint(ParameterKey::UseBefore, now)]),
                None => tell(platform, &[]),
            },
            #[cfg(feature = "update-management")]
            Some(Condition::MinimumBattery) => match platform.battery() {
                Some(charge) => tell(platform, &[uint(ParameterKey::MinimumBattery, charge)]),
                None => tell(platform, &[]),
            },
            _ => tell(platform, &[]),
        }
    }

    /// The way through the tree of dependencies to a manifest, 0-based, and how long it is.
    #[cfg(not(feature = "trust-domains"))]
    #[allow(clippy::unused_self, reason = "as with trust domains")]
    const fn dependency_path(&self, _: u8, _: &mut [u8; PATH]) -> usize {
        0
    }

    /// The way through the tree of dependencies to a manifest, 0-based, and how long it is.
    #[cfg(feature = "trust-domains")]
    fn dependency_path(&self, manifest: u8, path: &mut [u8; PATH]) -> usize {
        let mut length = 0;
        let mut around = 0;
        let suspended = self.memory.frames.get(1..usize::from(self.depth)).unwrap_or_default();
        let manifests = suspended.iter().map(|frame| frame.manifest).chain([manifest]);
        for inner in manifests {
            if inner == around {
                continue;
            }
            if let (Some(place), Some(position)) =
                (path.get_mut(length), self.dependency_position(around, inner))
            {
                *place = position;
                length = length.saturating_add(1);
            }
            around = inner;
        }
        length
    }

    /// The component index, in its manifest, of what a frame's command works on.
    fn index_of(&self, frame: &Frame) -> u32 {
        // That of a dependency beyond the components is any number.
        #[cfg(feature = "trust-domains")]
        if let Some(index) = self.dependency_index(frame.manifest, frame.target) {
            return u32::try_from(index).unwrap_or(u32::MAX);
        }
        (0..u32::from(u8::MAX))
            .find(|index| self.is_target(frame.target, frame.manifest, u64::from(*index)))
            .unwrap_or(0)
    }
}

fn first_uuid(known: &[Identifier<'_>]) -> Option<[u8; 16]> {
    known.iter().find_map(|known| match known {
        Identifier::Uuid(id) => Some(*id),
        Identifier::Pen(_) => None,
    })
}

fn tell_uuid<P>(
    platform: &mut P,
    label: ParameterKey,
    known: Option<[u8; 16]>,
    mut tell: impl FnMut(&mut P, &[Measured<'_>]),
) {
    match known {
        Some(id) => tell(platform, &[Measured { label, value: MeasuredValue::Bytes(&id) }]),
        None => tell(platform, &[]),
    }
}

impl ProcessError {
    /// The reason that a report gives for it (R §4.2). Every error stands here: one that is added doesn't compile until its
    /// reason is decided.
    #[must_use]
    pub const fn reason(self) -> ReportReason {
        match self {
            Self::Malformed(kind) => suit_core::report::reason_of_malformed(kind),
            // What nobody vouches for.
            Self::SeveredMismatch(_) | Self::DependencyUntrusted | Self::TooManySignatures => {
                ReportReason::Unauthorised
            }
            Self::UnsupportedDigest | Self::EncryptionUnsupported => ReportReason::AlgorithmUnsupported,
            Self::ComponentUnknown | Self::TooManyComponents => ReportReason::ComponentUnsupported,
            Self::DependenciesUnsupported | Self::TooManyDependencies => ReportReason::CommandUnsupported,
            // This kind of install-delta is one that the device doesn't have.
            Self::DeltaInPlace | Self::DeltaUnsupported | Self::DeltaMemory => {
                ReportReason::CommandUnsupported
            }
            Self::CustomUnset | Self::EventUnsupported => ReportReason::ParameterUnsupported,
            // The owner doesn't let this component be changed now, or ever.
            Self::OwnerRefused(_) => ReportReason::ComponentUnauthorised,
            Self::SectionMissing(_) => ReportReason::SeveringUnsupported,
            // An older manifest, or one that doesn't say for which product it is, has no authority.
            Self::Rollback | Self::IdentityUnchecked => ReportReason::Unauthorised,
            Self::ConditionFailed(_)
            | Self::ConditionUnset(..)
            | Self::CustomFailed
            | Self::DependencyMismatch => ReportReason::ConditionFailed,
            Self::NothingToDo
            | Self::DependentLacksSection(_)
            | Self::HashFault
            | Self::ParameterUnset(_)
            | Self::AlternativesExhausted
            | Self::SoftFailureMisplaced
            | Self::TooLarge
            | Self::Unavailable
            | Self::SourceMissing
            | Self::InvokeUnverified
            | Self::NothingInvoked
            | Self::Referenced
            | Self::Platform(_)
            | Self::NotADependency
            | Self::DependencyUnverified
            | Self::DependencyUnprocessed
            | Self::DeltaUnverified
            | Self::DeltaMismatch
            | Self::DeltaMalformed
            | Self::TooManyCommands
            | Self::TooManyParameters
            | Self::TooDeep
            | Self::NotExpected
            | Self::NotStarted => ReportReason::OperationFailed,
        }
    }
}
