//! The grammar of SUIT documents as data: draft-ietf-suit-manifest-37 Appendix A, trust-domains, update-management
//! and firmware-encryption, with the readings of `docs/design/readings.md`.
//!
//! Each line is a rule of the CDDL under its name. What stands under `device` is packed for devices too ([`super::pack`]),
//! what stands under `managed` only for those with update management; what stands under `tools` is only there for those who
//! look into layers that a device doesn't enter.

use super::shape::{
    ArrayKind, ArrayShape, Field, MapKind, MapShape, Others, Role, Scalar, Scope, Shape, View,
};
use crate::error::ErrorKind;
use crate::labels::{
    CUSTOM_MAX, CapabilityKey, CommonKey, ComponentTextKey, Condition, DependencyKey, Directive, EnvelopeKey,
    HeaderLabel, ManifestKey, MetadataKey, ParameterKey, ReportFailureKey, ReportKey, SYSTEM_COMPONENT_ID,
    Tag, TextKey, WaitEvent,
};

/// Most components or dependencies that a manifest may list, a limit of ours: looking for duplicates takes time
/// quadratic in their number, and no device with so many components is known.
pub const COMPONENTS_MAX: u32 = 255;

/// Most entries of a map whose keys may stand in any order (COSE headers), a limit of ours for the same reason.
/// RFC 9052 defines seven labels.
pub const UNORDERED_MAX: u32 = 16;

/// Whether a device's grammar has the commands and parameters of update-management.
pub(super) const EXTENDED: bool = cfg!(feature = "update-management");

/// Numbers the shapes in the order in which they stand here.
macro_rules! shapes {
    (
        device { $( $(#[$meta:meta])* $vis:vis $name:ident = $definition:expr; )* }
        managed { $( $(#[$managed_meta:meta])* $managed_vis:vis $managed:ident = $managed_definition:expr; )* }
        tools { $( $(#[$tool_meta:meta])* $tool_vis:vis $tool:ident = $tool_definition:expr; )* }
    ) => {
        #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "the names of the shapes")]
        enum Number { $( $name, )* $( $managed, )* $( $tool, )* }

        $( $(#[$meta])* $vis const $name: Shape = Shape(number(Number::$name)); )*
        $( $(#[$managed_meta])* $managed_vis const $managed: Shape = Shape(number(Number::$managed)); )*
        $( $(#[$tool_meta])* $tool_vis const $tool: Shape = Shape(number(Number::$tool)); )*

        /// How many shapes there are, and how many of them a device has.
        pub(super) const ALL: usize = MANAGED + [ $( stringify!($tool), )* ].len();
        pub(super) const DEVICE: usize = if EXTENDED { MANAGED } else { BASE };
        const MANAGED: usize = BASE + [ $( stringify!($managed), )* ].len();
        pub(super) const BASE: usize = [ $( stringify!($name), )* ].len();

        pub(super) const SHAPES: [View; ALL] =
            [ $( $definition, )* $( $managed_definition, )* $( $tool_definition, )* ];
    };
}

/// Every shape's definition, for tools.
pub(super) static DEFINITIONS: [View; ALL] = SHAPES;

#[allow(
    clippy::as_conversions,
    reason = "the one way to a variant's number; more than 256 shapes don't compile"
)]
const fn number(number: Number) -> u8 {
    const { assert!(ALL <= 256) };
    number as u8
}

const fn scalar(kind: Scalar, role: Role) -> View {
    View::Scalar(kind, role)
}

const fn field(label: i64, shape: Shape) -> Field {
    Field { label, required: false, shape }
}

const fn required(label: i64, shape: Shape) -> Field {
    Field { label, required: true, shape }
}

/// A map whose keys come from one registry, in bytewise order, none of them unknown.
const fn closed(kind: MapKind, fields: &'static [Field], min: u8) -> View {
    View::Map(MapShape { fields, min, ..map(kind, Others::Unknown) })
}

/// A map of anything to something, in bytewise order, not empty.
const fn map(kind: MapKind, others: Others) -> MapShape {
    MapShape { kind, fields: &[], others, text: None, composite: None, min: 1, max: 0, ordered: true }
}

const fn list(rest: Shape, min: u8) -> View {
    limited(ArrayKind::Plain, rest, min, 0)
}

const fn limited(kind: ArrayKind, rest: Shape, min: u8, max: u8) -> View {
    View::Array(ArrayShape { kind, items: &[], rest: Some(rest), min, max })
}

const fn tuple<const N: usize>(items: &'static [Shape; N], len: u8) -> View {
    const { assert!(N < 256) };
    View::Array(ArrayShape { kind: ArrayKind::Plain, items, rest: None, min: len, max: len })
}

const fn tagged(choices: &'static [(Tag, Shape)]) -> View {
    View::Tagged(choices)
}

/// [`COMPONENTS_MAX`] and [`UNORDERED_MAX`] as a table holds them.
const COMPONENTS_LIMIT: u8 = 255;
const UNORDERED_LIMIT: u8 = 16;

shapes! {
device {
    // Places for what a walk is in without a shape that describes it: a list or a map of which nothing is asked, what is in a
    // tag, and content of a byte string that is itself no array or map. Nothing refers to them.
    pub(super) FREE_ARRAY = View::Any;
    pub(super) FREE_MAP = View::Any;
    pub(super) IN_TAG = View::Any;
    pub(super) REGION = View::Any;

    /// Anything that is well-formed.
    pub ANY = View::Any;

    // ---- values without parts ----
    UINT = scalar(Scalar::Uint, Role::Plain);
    INT = scalar(Scalar::Int, Role::Plain);
    BOOL = scalar(Scalar::Bool, Role::Plain);
    NIL = scalar(Scalar::Nil, Role::Plain);
    BYTES = scalar(Scalar::Bytes, Role::Plain);
    TEXT = scalar(Scalar::Text, Role::Plain);
    UUID = scalar(Scalar::Bytes, Role::Uuid);
    pub(super) INDEX = scalar(Scalar::Uint, Role::ComponentIndex);
    POLICY = scalar(Scalar::Uint, Role::ReportPolicy);
    PAYLOAD = scalar(Scalar::Bytes, Role::Payload);

    // ---- envelope: M §8.2, TD §5.5, §7.1, §8.1.1, UM §3.2 ----

    /// `SUIT_Envelope_Tagged` = #6.107(SUIT_Envelope).
    pub ENVELOPE_TAGGED = tagged(&[(Tag::SuitEnvelope, ENVELOPE)]);
    /// `SUIT_Envelope`.
    pub ENVELOPE = View::Map(MapShape {
        fields: &[
            required(EnvelopeKey::AuthenticationWrapper.code(), AUTHENTICATION_LAYER),
            required(EnvelopeKey::Manifest.code(), MANIFEST_LAYER),
            field(EnvelopeKey::CoSwid.code(), BYTES),
            field(EnvelopeKey::DependencyResolution.code(), SECTION_LAYER),
            field(EnvelopeKey::PayloadFetch.code(), SECTION_LAYER),
            field(EnvelopeKey::CandidateVerification.code(), SECTION_LAYER),
            field(EnvelopeKey::Install.code(), SECTION_LAYER),
            field(EnvelopeKey::Text.code(), TEXT_LAYER),
        ],
        // TD §8.1.1: integrated payloads and dependencies have text keys.
        text: Some(PAYLOAD),
        // an unknown integer key is not signed and is ignored. M §8.1: every element is in a byte string.
        ..map(MapKind::Envelope, Others::Int(BYTES))
    });
    AUTHENTICATION_LAYER = View::Layer(AUTHENTICATION);
    MANIFEST_LAYER = View::Layer(MANIFEST);
    SECTION_LAYER = View::SectionLayer(SECTION);
    TEXT_LAYER = View::Layer(LANGUAGES);

    /// `SUIT_Authentication`: the digest, then any number of blocks (M §8.3).
    pub AUTHENTICATION = View::Array(ArrayShape {
        kind: ArrayKind::Plain,
        items: &[WRAPPED_DIGEST],
        rest: Some(BLOCK_LAYER),
        min: 1,
        max: 0,
    });
    BLOCK_LAYER = View::Layer(BLOCK);
    WRAPPED_DIGEST = View::Wrapped(DIGEST);

    /// `SUIT_Digest` = [algorithm, bytes] (M §10). No document defines an extension, so none is taken.
    pub DIGEST = tuple(&[DIGEST_ALGORITHM, DIGEST_BYTES], 2);
    DIGEST_ALGORITHM = scalar(Scalar::Int, Role::DigestAlgorithm);
    DIGEST_BYTES = scalar(Scalar::Bytes, Role::DigestBytes);

    // ---- COSE: RFC 9052 §4, §5, §6 ----

    /// `SUIT_Authentication_Block`: one of four tagged COSE messages (M §8.3).
    pub BLOCK = tagged(&[
        (Tag::CoseSign1, COSE_SIGN1),
        (Tag::CoseSign, COSE_SIGN),
        (Tag::CoseMac0, COSE_SIGN1),
        (Tag::CoseMac, COSE_MAC),
    ]);
    /// COSE_Sign1 (RFC 9052 §4.2) and COSE_Mac0 (§6.2).
    COSE_SIGN1 = tuple(&[PROTECTED, COSE_HEADER, COSE_PAYLOAD, SIGNATURE], 4);
    /// COSE_Sign (RFC 9052 §4.1).
    COSE_SIGN = tuple(&[PROTECTED, COSE_HEADER, COSE_PAYLOAD, COSE_SIGNATURES], 4);
    COSE_SIGNATURES = list(COSE_SIGNATURE, 1);
    COSE_SIGNATURE = tuple(&[PROTECTED, COSE_HEADER, SIGNATURE], 3);
    /// COSE_Mac (RFC 9052 §6.1).
    COSE_MAC = tuple(&[PROTECTED, COSE_HEADER, COSE_PAYLOAD, SIGNATURE, COSE_RECIPIENTS], 5);
    /// COSE_recipient (RFC 9052 §5.1); recipients of recipients are not used by SUIT.
    COSE_RECIPIENTS = list(COSE_RECIPIENT, 1);
    COSE_RECIPIENT = tuple(&[PROTECTED, COSE_HEADER, ENCRYPTED_KEY], 3);
    ENCRYPTED_KEY = View::OneOf(&[NIL, BYTES]);
    /// `COSE_Encrypt_Tagged` (RFC 9052 §5.1), encryption-info (firmware-encryption §4).
    pub COSE_ENCRYPT_TAGGED = tagged(&[(Tag::CoseEncrypt, COSE_ENCRYPT)]);
    COSE_ENCRYPT = tuple(&[PROTECTED, COSE_HEADER, COSE_PAYLOAD, COSE_RECIPIENTS], 4);

    PROTECTED = View::Wrapped(COSE_PROTECTED);
    SIGNATURE = scalar(Scalar::Bytes, Role::Signature);
    COSE_PAYLOAD = View::OneOf(&[DETACHED, ATTACHED]);
    DETACHED = scalar(Scalar::Nil, Role::CosePayload);
    ATTACHED = scalar(Scalar::Bytes, Role::CosePayload);
    /// COSE header map. Published files order its keys freely, so only duplicates are refused.
    COSE_HEADER = View::Map(MapShape {
        fields: &[
            field(HeaderLabel::Algorithm.code(), COSE_ALGORITHM),
            field(HeaderLabel::Critical.code(), CRITICAL),
            field(HeaderLabel::KeyId.code(), BYTES),
            field(HeaderLabel::Iv.code(), BYTES),
            field(HeaderLabel::PartialIv.code(), BYTES),
        ],
        text: Some(ANY),
        min: 0,
        max: UNORDERED_LIMIT,
        ordered: false,
        ..map(MapKind::CoseHeader, Others::Int(ANY))
    });
    COSE_ALGORITHM = View::OneOf(&[COSE_ALGORITHM_NUMBER, TEXT]);
    COSE_ALGORITHM_NUMBER = scalar(Scalar::Int, Role::CoseAlgorithm);
    CRITICAL = limited(ArrayKind::Plain, ANY, 1, UNORDERED_LIMIT);

    // ---- manifest: M §8.4, TD §5.2, UM §3 ----

    /// `SUIT_Manifest`.
    pub MANIFEST = closed(
        MapKind::Manifest,
        &[
            required(ManifestKey::Version.code(), MANIFEST_VERSION),
            required(ManifestKey::SequenceNumber.code(), UINT),
            required(ManifestKey::Common.code(), WRAPPED_COMMON),
            field(ManifestKey::ReferenceUri.code(), TEXT),
            field(ManifestKey::ComponentId.code(), COMPONENT_ID),
            field(ManifestKey::SetVersion.code(), WRAPPED_VERSION),
            field(ManifestKey::Validate.code(), WRAPPED_SECTION),
            field(ManifestKey::Load.code(), WRAPPED_SECTION),
            field(ManifestKey::Invoke.code(), WRAPPED_SECTION),
            field(ManifestKey::CoSwid.code(), SEVERABLE_COSWID),
            field(ManifestKey::DependencyResolution.code(), SEVERABLE_SECTION),
            field(ManifestKey::PayloadFetch.code(), SEVERABLE_SECTION),
            field(ManifestKey::CandidateVerification.code(), SEVERABLE_SECTION),
            field(ManifestKey::Install.code(), SEVERABLE_SECTION),
            field(ManifestKey::Text.code(), SEVERABLE_TEXT),
            field(ManifestKey::Uninstall.code(), WRAPPED_SECTION),
        ],
        3,
    );
    MANIFEST_VERSION = scalar(Scalar::Uint, Role::ManifestVersion);
    WRAPPED_COMMON = View::Wrapped(COMMON);
    WRAPPED_SECTION = View::Section(SECTION);
    SEVERABLE_SECTION = View::OneOf(&[WRAPPED_SECTION, DIGEST]);
    SEVERABLE_COSWID = View::OneOf(&[BYTES, DIGEST]);
    SEVERABLE_TEXT = View::OneOf(&[TEXT_LAYER, DIGEST]);

    /// `SUIT_Common`.
    pub COMMON = closed(
        MapKind::Common,
        &[
            field(CommonKey::Dependencies.code(), DEPENDENCIES),
            field(CommonKey::Components.code(), COMPONENTS),
            field(CommonKey::SharedSequence.code(), WRAPPED_SHARED_SEQUENCE),
        ],
        0,
    );
    WRAPPED_SHARED_SEQUENCE = View::Section(SHARED_SEQUENCE);
    /// `SUIT_Dependencies` (TD §5.2.2).
    DEPENDENCIES = View::Map(MapShape {
        max: COMPONENTS_LIMIT,
        ..map(MapKind::Dependencies, Others::Uint(DEPENDENCY))
    });
    DEPENDENCY =
        closed(MapKind::Dependency, &[field(DependencyKey::Prefix.code(), COMPONENT_ID)], 0);
    COMPONENTS = limited(ArrayKind::Components, COMPONENT_ID, 1, COMPONENTS_LIMIT);
    /// `SUIT_Component_Identifier` = [* bstr].
    COMPONENT_ID = list(COMPONENT_PART, 0);
    COMPONENT_PART = scalar(Scalar::Bytes, Role::ComponentPart);

    /// `SUIT_Shared_Sequence`.
    pub SHARED_SEQUENCE = View::Sequence(Scope::Shared);
    /// `SUIT_Command_Sequence`.
    pub SECTION = View::Sequence(Scope::Section);

    // ---- commands: M §8.4.9, §8.4.10, TD §5.6, UM §5 ----

    /// The code of a command is shown with the role of nothing more than an integer.
    pub(super) CODE = scalar(Scalar::Int, Role::Plain);
    pub(super) CUSTOM_ARGUMENT = View::OneOf(&[BYTES, TEXT, INT, NIL]);
    INDEX_ARGUMENT = View::OneOf(&[INDEX, ALL_COMPONENTS, INDICES]);
    ALL_COMPONENTS = scalar(Scalar::Bool, Role::AllComponents);
    INDICES = limited(ArrayKind::Indices, INDEX, 1, COMPONENTS_LIMIT);
    // M App. A: [2* bstr .cbor SUIT_Command_Sequence, ? nil].
    TRY_EACH = limited(ArrayKind::TryEach, ALTERNATIVE, 2, 0);
    TRY_EACH_SHARED = limited(ArrayKind::TryEach, ALTERNATIVE_SHARED, 2, 0);
    ALTERNATIVE = View::OneOf(&[RUN_SEQUENCE, NIL]);
    ALTERNATIVE_SHARED = View::OneOf(&[RUN_SEQUENCE_SHARED, NIL]);
    RUN_SEQUENCE = View::Wrapped(SECTION);
    RUN_SEQUENCE_SHARED = View::Wrapped(SHARED_SEQUENCE);

    // ---- parameters: M §8.4.8, UM §4, FE §4 ----

    /// `SUIT_Parameters` in a section.
    pub PARAMETERS = View::Map(MapShape {
        fields: PARAMETER_FIELDS,
        ..map(MapKind::Parameters, Others::Custom(CUSTOM_PARAMETER))
    });
    /// `SUIT_Parameters` in the shared sequence: none of them custom (M §6.2).
    PARAMETERS_SHARED = View::Map(MapShape {
        fields: PARAMETER_FIELDS,
        ..map(MapKind::Parameters, Others::NoCustom)
    });
    CUSTOM_PARAMETER = View::OneOf(&[INT, BOOL, TEXT, BYTES]);
    VENDOR = View::OneOf(&[UUID, VENDOR_OID]);
    VENDOR_OID = tagged(&[(Tag::RelativeOid, BYTES)]);
    WRAPPED_ENCRYPT = View::Wrapped(COSE_ENCRYPT_TAGGED);
}
managed {
    // ---- update management: UM §3.1, §4, §5 ----

    TIME = scalar(Scalar::Uint, Role::Time);
    COMPARISON = scalar(Scalar::Uint, Role::Comparison);
    VERSION_PART = scalar(Scalar::Int, Role::VersionPart);
    WRAPPED_VERSION = View::Wrapped(VERSION);
    VERSION = list(VERSION_PART, 1);
    OVERRIDE_MULTIPLE = View::Map(MapShape {
        max: COMPONENTS_LIMIT,
        ..map(MapKind::ByIndex, Others::Uint(PARAMETERS))
    });
    COPY_PARAMS = View::Map(MapShape {
        max: COMPONENTS_LIMIT,
        ..map(MapKind::ByIndex, Others::Uint(PARAMETER_LABELS))
    });
    PARAMETER_LABELS = list(PARAMETER_LABEL, 1);
    PARAMETER_LABEL = scalar(Scalar::Int, Role::ParameterLabel);
    WRAPPED_VERSION_MATCH = View::Wrapped(VERSION_MATCH);
    WRAPPED_WAIT_INFO = View::Wrapped(WAIT_INFO);
    WRAPPED_METADATA = View::Wrapped(METADATA);
    /// `SUIT_Version_Match` = [comparison, [+ int]] (UM §4.4).
    pub VERSION_MATCH = tuple(&[COMPARISON, VERSION], 2);

    /// Wait events (UM §4.5).
    pub WAIT_INFO = closed(
        MapKind::WaitInfo,
        &[
            field(WaitEvent::Authorization.code(), INT),
            field(WaitEvent::Power.code(), INT),
            field(WaitEvent::Network.code(), INT),
            field(WaitEvent::OtherDeviceVersion.code(), OTHER_DEVICE),
            field(WaitEvent::Time.code(), TIME),
            field(WaitEvent::TimeOfDay.code(), UINT),
            field(WaitEvent::DayOfWeek.code(), UINT),
            field(WaitEvent::TimeOfDayUtc.code(), UINT),
            field(WaitEvent::DayOfWeekUtc.code(), UINT),
        ],
        1,
    );
    OTHER_DEVICE = tuple(&[BYTES, VERSION_MATCHES], 2);
    VERSION_MATCHES = list(VERSION_MATCH, 1);

    /// `SUIT_Component_Metadata` (UM §4.6).
    pub METADATA = closed(
        MapKind::Metadata,
        &[
            field(MetadataKey::DefaultPermissions.code(), UINT),
            field(MetadataKey::UserPermissions.code(), PERMISSIONS),
            field(MetadataKey::GroupPermissions.code(), PERMISSIONS),
            field(MetadataKey::RolePermissions.code(), PERMISSIONS),
            field(MetadataKey::FileType.code(), FILE_TYPE),
            field(MetadataKey::ModificationTime.code(), TAGGED_TIME),
            field(MetadataKey::CreationTime.code(), TAGGED_TIME),
            field(MetadataKey::Creator.code(), CREATOR),
        ],
        0,
    );
    FILE_TYPE = scalar(Scalar::Uint, Role::FileType);
    TAGGED_TIME = tagged(&[(Tag::EpochTime, TIME)]);
    CREATOR = View::OneOf(&[INT, BYTES, TEXT, TAGGED_UUID]);
    TAGGED_UUID = tagged(&[(Tag::Uuid, UUID)]);
    PERMISSIONS = View::Map(MapShape {
        text: Some(UINT),
        composite: Some(UINT),
        ..map(MapKind::Permissions, Others::Int(UINT))
    });
}
tools {
    /// A bare manifest with its tag (M §11).
    pub MANIFEST_TAGGED = tagged(&[(Tag::SuitManifest, MANIFEST)]);

    // ---- text: M §8.4.4, UM §3.3, §3.4 ----

    /// `SUIT_Text_Map`: language tag to texts.
    pub LANGUAGES = View::Map(MapShape {
        text: Some(TEXT_KEYS),
        ..map(MapKind::Languages, Others::Unknown)
    });
    TEXT_KEYS = View::Map(MapShape {
        fields: &[
            field(TextKey::ManifestDescription.code(), TEXT),
            field(TextKey::UpdateDescription.code(), TEXT),
            field(TextKey::JsonSource.code(), TEXT),
            field(TextKey::YamlSource.code(), TEXT),
        ],
        composite: Some(COMPONENT_TEXT),
        ..map(MapKind::Text, Others::Unknown)
    });
    COMPONENT_TEXT = closed(
        MapKind::ComponentText,
        &[
            field(ComponentTextKey::VendorName.code(), TEXT),
            field(ComponentTextKey::ModelName.code(), TEXT),
            field(ComponentTextKey::VendorDomain.code(), TEXT),
            field(ComponentTextKey::ModelInfo.code(), TEXT),
            field(ComponentTextKey::ComponentDescription.code(), TEXT),
            field(ComponentTextKey::ComponentVersion.code(), TEXT),
            field(ComponentTextKey::VersionRequired.code(), TEXT),
            field(ComponentTextKey::CurrentVersion.code(), TEXT),
        ],
        1,
    );

    // ---- report: draft-ietf-suit-report, repository head of 2026-02-17; provisional, the draft still moves ----
    // Which keys must be there, its reader sees to ([`crate::report`]).

    /// `SUIT_Report_Protected`: the report in a COSE_Sign1 or COSE_Mac0 that carries it.
    pub REPORT_PROTECTED = tagged(&[(Tag::CoseSign1, COSE_REPORT), (Tag::CoseMac0, COSE_REPORT)]);
    // Unlike that of an authentication block, this payload is attached: the report itself.
    COSE_REPORT = tuple(&[PROTECTED, COSE_HEADER, ATTACHED, SIGNATURE], 4);
    /// `SUIT_Report` (R §4).
    pub REPORT = closed(
        MapKind::Other,
        &[
            field(ReportKey::Nonce.code(), BYTES),
            field(ReportKey::Records.code(), REPORT_ENTRIES),
            field(ReportKey::Result.code(), REPORT_RESULT),
            field(ReportKey::CapabilityReport.code(), CAPABILITIES),
            field(ReportKey::Reference.code(), REPORT_REFERENCE),
        ],
        0,
    );
    /// `SUIT_Reference` = [uri, digest].
    REPORT_REFERENCE = tuple(&[TEXT, DIGEST], 2);
    REPORT_ENTRIES = list(REPORT_ENTRY, 0);
    /// An array is a record, a map is system properties (R §4.1).
    REPORT_ENTRY = View::OneOf(&[RECORD, SYSTEM_PROPERTIES]);
    /// `SUIT_Record` (R §3): path in the dependency tree, section, offset, component index, measured values. No document
    /// defines an extension, so none is taken. The component is one of a manifest that isn't at hand.
    RECORD = tuple(&[RECORD_PATH, INT, UINT, UINT, MEASURED], 5);
    RECORD_PATH = list(UINT, 0);
    /// Measured values in the form of parameters.
    MEASURED = View::Map(MapShape { min: 0, ..measured(PARAMETER_FIELDS) });
    /// `system-property-claims`: a component and what was measured of it. That there is something is for the reader to see.
    SYSTEM_PROPERTIES = View::Map(MapShape { min: 0, ..measured(&SYSTEM_FIELDS) });
    REPORT_RESULT = View::OneOf(&[BOOL, REPORT_FAILURE]);
    /// The result of a run that failed (R §4.2).
    REPORT_FAILURE = closed(
        MapKind::Other,
        &[
            field(ReportFailureKey::Code.code(), INT),
            field(ReportFailureKey::Record.code(), RECORD),
            field(ReportFailureKey::Reason.code(), UINT),
        ],
        0,
    );
    /// `SUIT_Capability_Report` (R §6). A list of integers as key is a path in the manifest's structure; that it is one, and
    /// that `true` ends a component, is for the reader to see.
    CAPABILITIES = View::Map(MapShape {
        fields: &[
            field(CapabilityKey::Components.code(), CAPABLE_COMPONENTS),
            field(CapabilityKey::Commands.code(), NUMBERS),
            field(CapabilityKey::Parameters.code(), NUMBERS),
            field(CapabilityKey::Algorithms.code(), NUMBERS),
            field(CapabilityKey::Envelope.code(), NUMBERS),
            field(CapabilityKey::Manifest.code(), NUMBERS),
            field(CapabilityKey::Common.code(), NUMBERS),
            field(CapabilityKey::Text.code(), NUMBERS),
            field(CapabilityKey::ComponentText.code(), NUMBERS),
            field(CapabilityKey::Dependency.code(), NUMBERS),
        ],
        composite: Some(NUMBERS),
        min: 0,
        ..map(MapKind::Other, Others::Unknown)
    });
    CAPABLE_COMPONENTS = list(CAPABLE_COMPONENT, 1);
    CAPABLE_COMPONENT = list(CAPABLE_PART, 0);
    CAPABLE_PART = View::OneOf(&[BYTES, BOOL]);
    NUMBERS = list(INT, 1);
}
}

/// The content of a protected header: a map; a zero-length string is taken before this is asked.
pub const COSE_PROTECTED: Shape = COSE_HEADER;

/// Measured values in the form of parameters.
const fn measured(fields: &'static [Field]) -> MapShape {
    MapShape { fields, ..map(MapKind::Parameters, Others::Custom(CUSTOM_PARAMETER)) }
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "it runs at compile time, where a fault stops the compiler"
)]
const SYSTEM_FIELDS: [Field; 1 + PARAMETER_FIELDS.len()] = {
    let mut fields = [field(SYSTEM_COMPONENT_ID, COMPONENT_ID); 1 + PARAMETER_FIELDS.len()];
    let mut rest = PARAMETER_FIELDS;
    let mut at = 1;
    while let [first, others @ ..] = rest {
        fields[at] = *first;
        rest = others;
        at += 1;
    }
    fields
};

const PARAMETER_FIELDS: &[Field] = &[
    field(ParameterKey::VendorIdentifier.code(), VENDOR),
    field(ParameterKey::ClassIdentifier.code(), UUID),
    field(ParameterKey::ImageDigest.code(), WRAPPED_DIGEST),
    field(ParameterKey::UseBefore.code(), TIME),
    field(ParameterKey::ComponentSlot.code(), UINT),
    field(ParameterKey::StrictOrder.code(), BOOL),
    field(ParameterKey::SoftFailure.code(), BOOL),
    field(ParameterKey::ImageSize.code(), UINT),
    field(ParameterKey::Content.code(), BYTES),
    field(ParameterKey::EncryptionInfo.code(), WRAPPED_ENCRYPT),
    field(ParameterKey::Uri.code(), TEXT),
    field(ParameterKey::SourceComponent.code(), INDEX),
    field(ParameterKey::InvokeArgs.code(), BYTES),
    field(ParameterKey::DeviceIdentifier.code(), UUID),
    field(ParameterKey::FetchArguments.code(), BYTES),
    field(ParameterKey::MinimumBattery.code(), UINT),
    field(ParameterKey::UpdatePriority.code(), INT),
    field(ParameterKey::Version.code(), WRAPPED_VERSION_MATCH),
    field(ParameterKey::WaitInfo.code(), WRAPPED_WAIT_INFO),
    field(ParameterKey::ComponentMetadata.code(), WRAPPED_METADATA),
];

/// The shape of a command's argument, or why the command must not stand there.
///
/// # Errors
/// `UnknownCommand`, or `ForbiddenCommand` in the shared sequence.
pub const fn argument(code: i64, scope: Scope) -> Result<Shape, ErrorKind> {
    let shared = matches!(scope, Scope::Shared);
    if Condition::from_code(code).is_some() {
        return Ok(POLICY);
    }
    let Some(directive) = Directive::from_code(code) else {
        // M §8.4.11: custom commands are below -256; M §6.2: the shared sequence must not hold any.
        return match (code <= CUSTOM_MAX, shared) {
            (true, false) => Ok(CUSTOM_ARGUMENT),
            (true, true) => Err(ErrorKind::ForbiddenCommand),
            (false, _) => Err(ErrorKind::UnknownCommand),
        };
    };
    // M App. A: the shared sequence only sets parameters and checks them. TD §8 uses set-parameters there.
    Ok(match (directive, shared) {
        (Directive::SetComponentIndex, _) => INDEX_ARGUMENT,
        (Directive::TryEach, true) => TRY_EACH_SHARED,
        (Directive::TryEach, false) => TRY_EACH,
        (Directive::RunSequence, true) => RUN_SEQUENCE_SHARED,
        (Directive::RunSequence, false) => RUN_SEQUENCE,
        (Directive::SetParameters | Directive::OverrideParameters, true) => PARAMETERS_SHARED,
        (_, true) => return Err(ErrorKind::ForbiddenCommand),
        (Directive::SetParameters | Directive::OverrideParameters, false) => PARAMETERS,
        (Directive::OverrideMultiple, false) => OVERRIDE_MULTIPLE,
        (Directive::CopyParams, false) => COPY_PARAMS,
        (
            Directive::ProcessDependency
            | Directive::Write
            | Directive::Fetch
            | Directive::Copy
            | Directive::Invoke
            | Directive::Wait
            | Directive::Swap
            | Directive::Unlink
            | Directive::InstallDelta,
            false,
        ) => POLICY,
    })
}
