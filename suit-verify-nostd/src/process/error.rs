//! Why a manifest was not carried out, as closed facts.

use core::fmt;

use suit_core::labels::{Condition, EnvelopeKey, ManifestKey, ParameterKey};
use suit_core::{Error, ErrorKind};

use crate::budget::Limit;
use crate::crypto::HashFault;
use crate::error::AuthenticationError;
use crate::platform::PlatformFault;

/// Why a manifest was refused, or why carrying it out stopped.
///
/// Every command can end with one, so it is small: it fits a register. Of what is malformed it says what is wrong; where,
/// [`Authenticated::manifest`](crate::Authenticated::manifest) and [`SignedManifest::section`](crate::SignedManifest::section)
/// tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProcessError {
    // --- what is read ---
    /// The manifest, a severed section or a dependency breaks a rule of its structure.
    Malformed(ErrorKind),
    /// A severed section doesn't have the digest that the manifest holds.
    SeveredMismatch(EnvelopeKey),
    /// No hash for the algorithm of a digest was passed in.
    UnsupportedDigest,
    /// A digest could not be computed.
    HashFault,
    /// Enough trusted signatures of a dependency's digest don't hold, or its manifest has another digest. Deliberately
    /// without a reason.
    DependencyUntrusted,
    /// More signatures than the budget allows, counted over all dependencies.
    TooManySignatures,

    // --- refused before anything runs ---
    /// The device doesn't have a component of the manifest.
    ComponentUnknown,
    /// More components and dependencies than the lent memory has room for (P-043).
    TooManyComponents,
    /// The manifest has dependencies and the device can't process them (P-150).
    DependenciesUnsupported,
    /// copy-params names a custom parameter that isn't set.
    CustomUnset,
    /// The sequence number is lower than the greatest that was installed (P-038).
    Rollback,
    /// The manifest has none of the sections of this procedure.
    NothingToDo,
    /// A severed section that the procedure needs isn't in the envelope (P-060).
    SectionMissing(ManifestKey),
    /// The shared sequence doesn't check vendor and class, and the caller demands it (P-044).
    IdentityUnchecked,
    /// A dependency has a section of this procedure that its dependent lacks (P-152).
    DependentLacksSection(ManifestKey),

    // --- conditions ---
    /// A condition doesn't hold.
    ConditionFailed(Condition),
    /// A condition's parameter isn't set, so it fails (P-074).
    ConditionUnset(Condition, ParameterKey),
    /// A custom condition doesn't hold.
    CustomFailed,

    // --- directives ---
    /// A directive's parameter isn't set.
    ParameterUnset(ParameterKey),
    /// No alternative of a try-each succeeded (P-118).
    AlternativesExhausted,
    /// soft-failure was set outside of a nested sequence (P-122).
    SoftFailureMisplaced,
    /// A payload is longer than the manifest says (P-094), or than the component has room for.
    TooLarge,
    /// The payload could not be had.
    Unavailable,
    /// The source of a copy or swap is missing or empty (P-090, P-091).
    SourceMissing,
    /// Encryption info is set, and the device can't decrypt.
    EncryptionUnsupported,
    /// The component was not verified in this procedure, so it isn't started (P-045).
    InvokeUnverified,
    /// An invocation ended without starting anything (P-076).
    NothingInvoked,
    /// The component is in use by another manifest; unlink comes first (P-169).
    Referenced,
    /// The platform failed.
    Platform(PlatformFault),

    // --- dependencies ---
    /// process-dependency on something that is no dependency (P-154).
    NotADependency,
    /// process-dependency without dependency-integrity before (P-154).
    DependencyUnverified,
    /// The dependency's manifest doesn't have the digest that the dependent gives (P-159).
    DependencyMismatch,
    /// The end of a section came, and this section of a dependency was not run (P-152).
    DependencyUnprocessed,
    /// No room in the lent memory for another dependency.
    TooManyDependencies,

    // --- deltas ---
    /// The base of a delta, or the delta itself, was not found to have its digest in this procedure, or was written since
    /// (P-231, P-234).
    DeltaUnverified,
    /// The delta's base is what it would be written to, which this version can't do (P-233).
    DeltaInPlace,
    /// The delta is made for other images than those that the manifest and the device have.
    DeltaMismatch,
    /// The delta asks for more memory than the device lends.
    DeltaMemory,
    /// A version or a kind of delta that the device can't read.
    DeltaUnsupported,
    /// The delta is malformed.
    DeltaMalformed,

    // --- limits ---
    /// More commands than the budget has.
    TooManyCommands,
    /// More parameters set at a time than the lent memory has room for.
    TooManyParameters,
    /// Sequences nested deeper than the lent memory has room for.
    TooDeep,

    // --- wait, policy ---
    /// wait for an event that the device doesn't know (P-197, P-198).
    EventUnsupported,
    /// The owner doesn't permit it; the rule's number is that of [`crate::policy`].
    OwnerRefused(u16),

    // --- use of the processor ---
    /// A payload was fed that nobody asked for.
    NotExpected,
    /// No procedure was started.
    NotStarted,
}

// Every command can end with one: a result that fits a register makes the code a fifth smaller.
const _: () = assert!(size_of::<Result<bool, ProcessError>>() == 4);

impl ProcessError {
    /// Whether it is a condition that doesn't hold: inside of a nested sequence something else may follow. Everything
    /// else aborts (P-072).
    #[must_use]
    pub const fn is_condition(self) -> bool {
        matches!(self, Self::ConditionFailed(_) | Self::ConditionUnset(..) | Self::CustomFailed)
    }

    /// Stable number; that of the cause where there is one.
    #[must_use]
    pub const fn number(self) -> u16 {
        match self {
            Self::Malformed(kind) => kind.number(),
            Self::SeveredMismatch(member) => AuthenticationError::SeveredMismatch { member }.number(),
            Self::UnsupportedDigest => AuthenticationError::UnsupportedDigest.number(),
            Self::HashFault => AuthenticationError::HashFault.number(),
            Self::DependencyUntrusted => 1046,
            Self::TooManySignatures => AuthenticationError::BudgetExhausted(Limit::Attempts).number(),
            Self::ComponentUnknown => 1001,
            Self::TooManyComponents => 1002,
            Self::DependenciesUnsupported => 1003,
            Self::CustomUnset => 1004,
            Self::Rollback => 1005,
            Self::NothingToDo => 1006,
            Self::SectionMissing(_) => 1007,
            Self::IdentityUnchecked => 1008,
            Self::DependentLacksSection(_) => 1009,
            Self::ConditionFailed(_) => 1011,
            Self::ConditionUnset(..) => 1012,
            Self::CustomFailed => 1013,
            Self::ParameterUnset(_) => 1021,
            Self::AlternativesExhausted => 1022,
            Self::SoftFailureMisplaced => 1023,
            Self::TooLarge => 1024,
            Self::Unavailable => 1025,
            Self::SourceMissing => 1026,
            Self::EncryptionUnsupported => 1027,
            Self::InvokeUnverified => 1028,
            Self::NothingInvoked => 1029,
            Self::Referenced => 1030,
            Self::Platform(_) => 1031,
            Self::NotADependency => 1041,
            Self::DependencyUnverified => 1042,
            Self::DependencyMismatch => 1043,
            Self::DependencyUnprocessed => 1044,
            Self::TooManyDependencies => 1045,
            Self::DeltaUnverified => 1081,
            Self::DeltaInPlace => 1082,
            Self::DeltaMismatch => 1083,
            Self::DeltaMemory => 1084,
            Self::DeltaUnsupported => 1085,
            Self::DeltaMalformed => 1086,
            Self::TooManyCommands => 1051,
            Self::TooManyParameters => 1052,
            Self::TooDeep => 1053,
            Self::EventUnsupported => 1061,
            Self::OwnerRefused(_) => 1062,
            Self::NotExpected => 1071,
            Self::NotStarted => 1072,
        }
    }

    /// The variant's name, as test vectors spell it; that of the cause where there is one.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Malformed(kind) => kind.name(),
            Self::SeveredMismatch(_) => "SeveredMismatch",
            Self::UnsupportedDigest => "UnsupportedDigest",
            Self::HashFault => "HashFault",
            Self::DependencyUntrusted => "DependencyUntrusted",
            Self::TooManySignatures => "BudgetExhausted",
            Self::ComponentUnknown => "ComponentUnknown",
            Self::TooManyComponents => "TooManyComponents",
            Self::DependenciesUnsupported => "DependenciesUnsupported",
            Self::CustomUnset => "CustomUnset",
            Self::Rollback => "Rollback",
            Self::NothingToDo => "NothingToDo",
            Self::SectionMissing(_) => "SectionMissing",
            Self::IdentityUnchecked => "IdentityUnchecked",
            Self::DependentLacksSection(_) => "DependentLacksSection",
            Self::ConditionFailed(_) => "ConditionFailed",
            Self::ConditionUnset(..) => "ConditionUnset",
            Self::CustomFailed => "CustomFailed",
            Self::ParameterUnset(_) => "ParameterUnset",
            Self::AlternativesExhausted => "AlternativesExhausted",
            Self::SoftFailureMisplaced => "SoftFailureMisplaced",
            Self::TooLarge => "TooLarge",
            Self::Unavailable => "Unavailable",
            Self::SourceMissing => "SourceMissing",
            Self::EncryptionUnsupported => "EncryptionUnsupported",
            Self::InvokeUnverified => "InvokeUnverified",
            Self::NothingInvoked => "NothingInvoked",
            Self::Referenced => "Referenced",
            Self::Platform(_) => "Platform",
            Self::NotADependency => "NotADependency",
            Self::DependencyUnverified => "DependencyUnverified",
            Self::DependencyMismatch => "DependencyMismatch",
            Self::DependencyUnprocessed => "DependencyUnprocessed",
            Self::TooManyDependencies => "TooManyDependencies",
            Self::DeltaUnverified => "DeltaUnverified",
            Self::DeltaInPlace => "DeltaInPlace",
            Self::DeltaMismatch => "DeltaMismatch",
            Self::DeltaMemory => "DeltaMemory",
            Self::DeltaUnsupported => "DeltaUnsupported",
            Self::DeltaMalformed => "DeltaMalformed",
            Self::TooManyCommands => "TooManyCommands",
            Self::TooManyParameters => "TooManyParameters",
            Self::TooDeep => "TooDeep",
            Self::EventUnsupported => "EventUnsupported",
            Self::OwnerRefused(_) => "OwnerRefused",
            Self::NotExpected => "NotExpected",
            Self::NotStarted => "NotStarted",
        }
    }
}

impl fmt::Display for ProcessError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(kind) => kind.fmt(f),
            Self::SeveredMismatch(member) => AuthenticationError::SeveredMismatch { member: *member }.fmt(f),
            Self::UnsupportedDigest => AuthenticationError::UnsupportedDigest.fmt(f),
            Self::HashFault => AuthenticationError::HashFault.fmt(f),
            Self::DependencyUntrusted => f.write_str("dependency is not authentic"),
            Self::TooManySignatures => f.write_str("too many signatures to try"),
            Self::ComponentUnknown => f.write_str("device has no such component"),
            Self::TooManyComponents => f.write_str("more components than the device has room for"),
            Self::DependenciesUnsupported => f.write_str("device doesn't process dependencies"),
            Self::CustomUnset => f.write_str("custom parameter to copy is not set"),
            Self::Rollback => f.write_str("sequence number is lower than one that was installed"),
            Self::NothingToDo => f.write_str("manifest has no section for this procedure"),
            Self::SectionMissing(key) => write!(f, "severed section {} is missing", key.name()),
            Self::IdentityUnchecked => f.write_str("shared sequence doesn't check vendor and class"),
            Self::DependentLacksSection(key) => {
                write!(f, "a dependency has the section {}, its dependent hasn't", key.name())
            }
            Self::ConditionFailed(condition) => write!(f, "condition {} doesn't hold", condition.name()),
            Self::ConditionUnset(condition, key) => {
                write!(f, "condition {} fails: parameter {} is not set", condition.name(), key.name())
            }
            Self::CustomFailed => f.write_str("custom condition doesn't hold"),
            Self::ParameterUnset(key) => write!(f, "parameter {} is not set", key.name()),
            Self::AlternativesExhausted => f.write_str("no alternative of try-each succeeded"),
            Self::SoftFailureMisplaced => f.write_str("soft-failure set outside of a nested sequence"),
            Self::TooLarge => f.write_str("more bytes than the manifest or the component allows"),
            Self::Unavailable => f.write_str("payload is not to be had"),
            Self::SourceMissing => f.write_str("source component is missing or empty"),
            Self::EncryptionUnsupported => f.write_str("payload is encrypted, and the device can't decrypt"),
            Self::InvokeUnverified => f.write_str("component was not verified, so it isn't started"),
            Self::NothingInvoked => f.write_str("invocation ended without starting anything"),
            Self::Referenced => f.write_str("component is in use by another manifest"),
            Self::Platform(PlatformFault(number)) => write!(f, "platform fault {number}"),
            Self::NotADependency => f.write_str("not a dependency"),
            Self::DependencyUnverified => f.write_str("dependency was not verified before"),
            Self::DependencyMismatch => {
                f.write_str("dependency doesn't have the digest that is given for it")
            }
            Self::DependencyUnprocessed => f.write_str("section ended before that of a dependency was run"),
            Self::TooManyDependencies => f.write_str("more dependencies than the device has room for"),
            Self::DeltaUnverified => f.write_str("delta or its base was not verified before"),
            Self::DeltaInPlace => f.write_str("delta would be written over its own base"),
            Self::DeltaMismatch => f.write_str("delta is made for other images"),
            Self::DeltaMemory => f.write_str("delta needs more memory than the device lends"),
            Self::DeltaUnsupported => f.write_str("version or kind of delta is not supported"),
            Self::DeltaMalformed => f.write_str("delta is malformed"),
            Self::TooManyCommands => f.write_str("more commands than the budget allows"),
            Self::TooManyParameters => f.write_str("more parameters than the device has room for"),
            Self::TooDeep => f.write_str("sequences nested deeper than the device has room for"),
            Self::EventUnsupported => f.write_str("event to wait for is not supported"),
            Self::OwnerRefused(_) => f.write_str("the device's owner doesn't permit it"),
            Self::NotExpected => f.write_str("no payload was asked for"),
            Self::NotStarted => f.write_str("no procedure was started"),
        }
    }
}

impl core::error::Error for ProcessError {}

impl From<Error> for ProcessError {
    fn from(error: Error) -> Self {
        Self::Malformed(error.kind)
    }
}

impl From<HashFault> for ProcessError {
    fn from(_: HashFault) -> Self {
        Self::HashFault
    }
}

impl From<AuthenticationError> for ProcessError {
    fn from(error: AuthenticationError) -> Self {
        match error {
            AuthenticationError::Malformed(error) => Self::Malformed(error.kind),
            AuthenticationError::SeveredMismatch { member } => Self::SeveredMismatch(member),
            AuthenticationError::UnsupportedDigest => Self::UnsupportedDigest,
            AuthenticationError::HashFault => Self::HashFault,
            AuthenticationError::BudgetExhausted(_) => Self::TooManySignatures,
            AuthenticationError::NoAuthentication
            | AuthenticationError::DigestMismatch
            | AuthenticationError::NoTrustedSignature
            | AuthenticationError::TooFewSignatures { .. } => Self::DependencyUntrusted,
        }
    }
}

impl From<PlatformFault> for ProcessError {
    fn from(fault: PlatformFault) -> Self {
        Self::Platform(fault)
    }
}
