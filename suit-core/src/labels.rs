//! Every registry number of the SUIT documents and of COSE that this workspace uses, each in one place: here those of
//! envelope and manifest, in modules of their own those of COSE and of reports.
//!
//! A registry is an enum whose variants carry the number, the name that the CDDL gives it, and the section that
//! defines it. Nothing else in the workspace spells a registry number. `as` gives a variant a place of its own, so that a
//! number beyond eight bits doesn't make the enum larger: errors of devices hold one or two of them in four bytes.

macro_rules! registry {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $(#[$vmeta:meta])* $variant:ident = $value:literal $( as $place:literal )? $text:literal, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$vmeta])* $variant = registry!(@place $value $( $place )?), )*
        }

        impl $name {
            /// Every registered value, in registry order.
            pub const ALL: &'static [Self] = &[ $( Self::$variant, )* ];

            /// The registered number.
            #[must_use]
            #[allow(clippy::as_conversions, reason = "the variant's own number")]
            pub const fn code(self) -> i64 {
                match self {
                    $( $( Self::$variant => registry!(@code $value $place), )? )*
                    _ => self as i64,
                }
            }

            /// The name the defining document uses, without its `suit-…-` prefix.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant => $text, )* }
            }

            /// The entry with this number, if there is one.
            #[must_use]
            #[allow(clippy::as_conversions, reason = "TryFrom is not const; what was lost is seen")]
            pub const fn from_code(code: i64) -> Option<Self> {
                // No registry needs more than 32 bits, and comparing fewer takes less room on a device.
                let short = code as i32;
                if short as i64 != code {
                    return None;
                }
                match short { $( $value => Some(Self::$variant), )* _ => None }
            }

            /// The entry with this name, if there is one.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $( $text => Some(Self::$variant), )* _ => None }
            }
        }
    };
    (@place $value:literal) => { $value };
    (@place $value:literal $place:literal) => { $place };
    (@code $value:literal $place:literal) => { $value };
}

mod cose;
mod report;

pub use cose::{Algorithm, HeaderLabel};
pub use report::{CapabilityKey, ReportFailureKey, ReportKey, ReportReason, SYSTEM_COMPONENT_ID};

registry! {
    /// CBOR tags (IANA "CBOR Tags").
    Tag {
        /// Seconds since the epoch (RFC 8949 §3.4.2), in component metadata.
        EpochTime = 1 "epoch-time",
        /// COSE_Encrypt0 (RFC 9052 §2).
        CoseEncrypt0 = 16 "COSE_Encrypt0",
        /// COSE_Mac0 (RFC 9052 §2).
        CoseMac0 = 17 "COSE_Mac0",
        /// COSE_Sign1 (RFC 9052 §2).
        CoseSign1 = 18 "COSE_Sign1",
        /// Binary UUID (RFC 9562 by its CBOR tag), an actor in component metadata.
        Uuid = 37 "uuid",
        /// COSE_Encrypt (RFC 9052 §2).
        CoseEncrypt = 96 "COSE_Encrypt",
        /// COSE_Mac (RFC 9052 §2).
        CoseMac = 97 "COSE_Mac",
        /// COSE_Sign (RFC 9052 §2).
        CoseSign = 98 "COSE_Sign",
        /// SUIT_Envelope (draft-ietf-suit-manifest-37 §11).
        SuitEnvelope = 107 "SUIT_Envelope",
        /// Relative object identifier (RFC 9090), a private enterprise number as vendor identifier.
        RelativeOid = 112 "relative-oid",
        /// A bare SUIT_Manifest (draft-ietf-suit-manifest-37 §11).
        SuitManifest = 1070 "SUIT_Manifest",
    }
}

registry! {
    /// Integer keys of `SUIT_Envelope` (draft-ietf-suit-manifest-37 §8.2, §8.4.6; trust-domains §5.5, §7.1;
    /// update-management §3.2).
    EnvelopeKey {
        /// `SUIT_Authentication`, byte-string wrapped.
        AuthenticationWrapper = 2 "authentication-wrapper",
        /// `SUIT_Manifest`, byte-string wrapped.
        Manifest = 3 "manifest",
        /// Severed concise software identity tag.
        CoSwid = 14 "coswid",
        /// Severed dependency-resolution section.
        DependencyResolution = 15 "dependency-resolution",
        /// Severed payload-fetch section.
        PayloadFetch = 16 "payload-fetch",
        /// Severed candidate-verification section.
        CandidateVerification = 18 "candidate-verification",
        /// Severed install section.
        Install = 20 "install",
        /// Severed text.
        Text = 23 "text",
    }
}

registry! {
    /// Keys of `SUIT_Manifest` (draft-ietf-suit-manifest-37 §8.4; trust-domains; update-management).
    ManifestKey {
        /// Encoding version, always 1.
        Version = 1 "manifest-version",
        /// Sequence number for rollback protection.
        SequenceNumber = 2 "manifest-sequence-number",
        /// `SUIT_Common`, byte-string wrapped.
        Common = 3 "common",
        /// Where the newest manifest can be found, a URI.
        ReferenceUri = 4 "reference-uri",
        /// Where a root manifest is stored (trust-domains §5.2.1).
        ComponentId = 5 "manifest-component-id",
        /// Version of the software that the manifest installs (update-management §3.1).
        SetVersion = 6 "set-version",
        /// Checks made in both procedures.
        Validate = 7 "validate",
        /// Steps that bring an image to where it runs.
        Load = 8 "load",
        /// Steps that start an image.
        Invoke = 9 "invoke",
        /// Concise software identity tag, inline or severed (update-management §3.2).
        CoSwid = 14 "coswid",
        /// Steps that fetch dependencies (trust-domains §5.5).
        DependencyResolution = 15 "dependency-resolution",
        /// Steps that fetch payloads.
        PayloadFetch = 16 "payload-fetch",
        /// Checks made between staging and installation (trust-domains §7.1).
        CandidateVerification = 18 "candidate-verification",
        /// Steps that install payloads.
        Install = 20 "install",
        /// Text for people.
        Text = 23 "text",
        /// Steps that remove what the manifest installed (trust-domains §6).
        Uninstall = 24 "uninstall",
    }
}

registry! {
    /// Keys of `SUIT_Common` (draft-ietf-suit-manifest-37 §8.4.5, trust-domains §5.2.2).
    CommonKey {
        /// Map of dependency index to metadata.
        Dependencies = 1 "dependencies",
        /// List of component identifiers.
        Components = 2 "components",
        /// Sequence that runs before each section.
        SharedSequence = 4 "shared-sequence",
    }
}

registry! {
    /// Keys of `SUIT_Dependency_Metadata` (trust-domains §5.2.2).
    DependencyKey {
        /// Component identifier prefix of the dependency.
        Prefix = 1 "dependency-prefix",
    }
}

registry! {
    /// Conditions (draft-ietf-suit-manifest-37 §8.4.9, trust-domains §5.6, update-management §5).
    Condition {
        /// One of the device's vendor identifiers equals parameter 1.
        VendorIdentifier = 1 "vendor-identifier",
        /// One of the device's class identifiers equals parameter 2.
        ClassIdentifier = 2 "class-identifier",
        /// The component's digest equals parameter 3.
        ImageMatch = 3 "image-match",
        /// The time is before parameter 4.
        UseBefore = 4 "use-before",
        /// The component's slot is parameter 5.
        ComponentSlot = 5 "component-slot",
        /// The component's content equals parameter 18.
        CheckContent = 6 "check-content",
        /// The dependency's envelope is authentic and has the digest of parameter 3.
        DependencyIntegrity = 7 "dependency-integrity",
        /// The current index is a dependency.
        IsDependency = 8 "is-dependency",
        /// Always fails.
        Abort = 14 "abort",
        /// One of the device's identifiers equals parameter 24.
        DeviceIdentifier = 24 "device-identifier",
        /// The component's digest differs from parameter 3.
        ImageNotMatch = 25 "image-not-match",
        /// The battery holds at least parameter 26.
        MinimumBattery = 26 "minimum-battery",
        /// The application permits an update of priority parameter 27.
        UpdateAuthorized = 27 "update-authorized",
        /// The component's version satisfies parameter 28.
        Version = 28 "version",
    }
}

registry! {
    /// Directives (draft-ietf-suit-manifest-37 §8.4.10, trust-domains §5.6, update-management §5), and a custom one of ours.
    Directive {
        /// Run the same section of a dependency.
        ProcessDependency = 11 "process-dependency",
        /// Choose the components that following commands work on.
        SetComponentIndex = 12 "set-component-index",
        /// Run the first sequence of a list that succeeds.
        TryEach = 15 "try-each",
        /// Store parameter 18 in the component.
        Write = 18 "write",
        /// Set parameters that are not set yet.
        SetParameters = 19 "set-parameters",
        /// Set parameters, replacing what was there.
        OverrideParameters = 20 "override-parameters",
        /// Store the resource at parameter 21 in the component.
        Fetch = 21 "fetch",
        /// Store the content of the component in parameter 22 in the component.
        Copy = 22 "copy",
        /// Start the component.
        Invoke = 23 "invoke",
        /// Wait for the events in parameter 29.
        Wait = 29 "wait",
        /// Exchange the component with the one in parameter 22.
        Swap = 31 "swap",
        /// Run a nested sequence.
        RunSequence = 32 "run-sequence",
        /// Give up a reference to the component.
        Unlink = 33 "unlink",
        /// Set parameters of several components.
        OverrideMultiple = 34 "override-multiple",
        /// Copy parameters from other components.
        CopyParams = 35 "copy-params",
        /// Make the component's content from that of [`ParameterKey::DeltaBase`] and the delta in parameter 22. A custom
        /// directive of this toolkit (`docs/design/delta-directive.md`): SUIT has no element for deltas (P-230, P-235). Its
        /// number, `39 6474` in CBOR, spells `dt`, so that it is no number that somebody takes by counting down from -257.
        InstallDelta = -25717 as 36 "install-delta",
    }
}

registry! {
    /// Parameters (draft-ietf-suit-manifest-37 §8.4.8, firmware-encryption §4, update-management §4), and a custom one of ours.
    ParameterKey {
        /// Vendor identifier, a UUID or a private enterprise number.
        VendorIdentifier = 1 "vendor-identifier",
        /// Class identifier, a UUID.
        ClassIdentifier = 2 "class-identifier",
        /// `SUIT_Digest` of the image, byte-string wrapped.
        ImageDigest = 3 "image-digest",
        /// Seconds since 1970.
        UseBefore = 4 "use-before",
        /// Index into the component's storage area.
        ComponentSlot = 5 "component-slot",
        /// Whether commands run strictly in order.
        StrictOrder = 12 "strict-order",
        /// Whether a failing condition only ends its sequence.
        SoftFailure = 13 "soft-failure",
        /// Size of the image in bytes.
        ImageSize = 14 "image-size",
        /// Bytes to store or to compare with.
        Content = 18 "content",
        /// COSE_Encrypt, byte-string wrapped.
        EncryptionInfo = 19 "encryption-info",
        /// URI of the payload.
        Uri = 21 "uri",
        /// Index of the component to copy or swap with.
        SourceComponent = 22 "source-component",
        /// Argument for the invoked image.
        InvokeArgs = 23 "invoke-args",
        /// Device identifier, a UUID.
        DeviceIdentifier = 24 "device-identifier",
        /// Argument for the fetcher.
        FetchArguments = 25 "fetch-arguments",
        /// Charge in mWh.
        MinimumBattery = 26 "minimum-battery",
        /// Priority of the update; smaller is more urgent.
        UpdatePriority = 27 "update-priority",
        /// Version comparison, byte-string wrapped.
        Version = 28 "version",
        /// Events to wait for, byte-string wrapped.
        WaitInfo = 29 "wait-info",
        /// File metadata, byte-string wrapped.
        ComponentMetadata = 30 "component-metadata",
        /// Index of the component that holds the image which a delta starts from; custom, for [`Directive::InstallDelta`]
        /// alone (P-088). `39 6462` in CBOR, which spells `db`.
        DeltaBase = -25699 as 31 "delta-base",
    }
}

registry! {
    /// How a version is compared (update-management §4.4).
    VersionComparison {
        /// The component's version is greater.
        Greater = 1 "greater",
        /// Greater or equal.
        GreaterEqual = 2 "greater-equal",
        /// Equal in all elements that the manifest gives.
        Equal = 3 "equal",
        /// Lesser or equal.
        LesserEqual = 4 "lesser-equal",
        /// Lesser.
        Lesser = 5 "lesser",
    }
}

registry! {
    /// Markers that begin a pre-release part in a version (update-management §4.4.1).
    PreRelease {
        /// Release candidate.
        ReleaseCandidate = -1 "rc",
        /// Beta.
        Beta = -2 "beta",
        /// Alpha.
        Alpha = -3 "alpha",
    }
}

registry! {
    /// Events that `wait` waits for (update-management §4.5).
    WaitEvent {
        /// Authorisation, a priority.
        Authorization = 1 "authorization",
        /// Power, a level that the deployment defines.
        Power = 2 "power",
        /// Network, a state that the deployment defines.
        Network = 3 "network",
        /// Another device has a version.
        OtherDeviceVersion = 4 "other-device-version",
        /// Seconds since 1970.
        Time = 5 "time",
        /// Seconds since local midnight.
        TimeOfDay = 6 "time-of-day",
        /// Local day of the week, Sunday is 0.
        DayOfWeek = 7 "day-of-week",
        /// Seconds since midnight UTC.
        TimeOfDayUtc = 8 "time-of-day-utc",
        /// Day of the week in UTC, Sunday is 0.
        DayOfWeekUtc = 9 "day-of-week-utc",
    }
}

registry! {
    /// Keys of `SUIT_Component_Metadata` (update-management §4.6).
    MetadataKey {
        /// Permission bits for everyone.
        DefaultPermissions = 1 "default-permissions",
        /// Permission bits per user.
        UserPermissions = 2 "user-permissions",
        /// Permission bits per group.
        GroupPermissions = 3 "group-permissions",
        /// Permission bits per role.
        RolePermissions = 4 "role-permissions",
        /// What kind of file the component is.
        FileType = 5 "file-type",
        /// Seconds since 1970, tagged.
        ModificationTime = 6 "modification-time",
        /// Seconds since 1970, tagged.
        CreationTime = 7 "creation-time",
        /// Who made the file.
        Creator = 8 "creator",
    }
}

registry! {
    /// File types of component metadata (update-management §4.6).
    FileType {
        /// Regular file, the default.
        Regular = 1 "regular",
        /// Directory.
        Directory = 2 "directory",
        /// Symbolic link.
        Symlink = 3 "symlink",
    }
}

registry! {
    /// Manifest-level keys of `SUIT_Text_Map` (draft-ietf-suit-manifest-37 §8.4.4).
    TextKey {
        /// What the manifest is.
        ManifestDescription = 1 "manifest-description",
        /// What the update brings.
        UpdateDescription = 2 "update-description",
        /// JSON document that the manifest was made from.
        JsonSource = 3 "manifest-json-source",
        /// YAML document that the manifest was made from.
        YamlSource = 4 "manifest-yaml-source",
    }
}

registry! {
    /// Component-level keys of `SUIT_Text_Map` (draft-ietf-suit-manifest-37 §8.4.4, update-management §3.3, §3.4).
    ComponentTextKey {
        /// Vendor's name.
        VendorName = 1 "vendor-name",
        /// Model's name.
        ModelName = 2 "model-name",
        /// Vendor's domain.
        VendorDomain = 3 "vendor-domain",
        /// Model details.
        ModelInfo = 4 "model-info",
        /// What the component is.
        ComponentDescription = 5 "component-description",
        /// The component's version.
        ComponentVersion = 6 "component-version",
        /// Version that the component needs.
        VersionRequired = 7 "version-required",
        /// Version that the manifest installs.
        CurrentVersion = 8 "current-version",
    }
}

/// First number of private use: custom commands and parameters have this label or a smaller one.
///
/// draft-ietf-suit-manifest-37 §8.4.9 and §11 differ about -256 itself, so it is left unknown.
pub const CUSTOM_MAX: i64 = -257;

/// Greatest reporting policy: the four bits of draft-ietf-suit-manifest-37 §8.4.7.
pub const REPORT_POLICY_MAX: u64 = 15;

/// The only manifest encoding version there is (draft-ietf-suit-manifest-37 §8.4.1).
pub const MANIFEST_VERSION: u64 = 1;

/// Length of a UUID in bytes (RFC 9562).
pub const UUID_LEN: usize = 16;
