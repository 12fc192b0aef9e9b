//! The grammar of SUIT documents as data: draft-ietf-suit-manifest-37 Appendix A, trust-domains, update-management
//! and firmware-encryption, with the readings of `docs/design/readings.md`.

mod report;

pub use report::{REPORT, REPORT_PROTECTED};

use super::shape::{ArrayShape, Field, MapKind, MapShape, Others, Role, Scalar, Scope, Shape};
use crate::cbor::Major;
use crate::error::ErrorKind;
use crate::labels::{
    CUSTOM_MAX, CommonKey, ComponentTextKey, Condition, DependencyKey, Directive, EnvelopeKey, HeaderLabel,
    ManifestKey, MetadataKey, ParameterKey, Tag, TextKey, WaitEvent,
};

/// Most components or dependencies that a manifest may list, a limit of ours: looking for duplicates takes time
/// quadratic in their number, and no device with so many components is known.
pub const COMPONENTS_MAX: u32 = 255;

/// Most entries of a map whose keys may stand in any order (COSE headers), a limit of ours for the same reason.
/// RFC 9052 defines seven labels.
pub const UNORDERED_MAX: u32 = 16;

const UINT: Shape = Shape::Scalar(Scalar::Uint, Role::Plain);
const INT: Shape = Shape::Scalar(Scalar::Int, Role::Plain);
const BOOL: Shape = Shape::Scalar(Scalar::Bool, Role::Plain);
const NIL: Shape = Shape::Scalar(Scalar::Nil, Role::Plain);
const BYTES: Shape = Shape::Scalar(Scalar::Bytes, Role::Plain);
const TEXT: Shape = Shape::Scalar(Scalar::Text, Role::Plain);
const UUID: Shape = Shape::Scalar(Scalar::Bytes, Role::Uuid);
const INDEX: Shape = Shape::Scalar(Scalar::Uint, Role::ComponentIndex);
const POLICY: Shape = Shape::Scalar(Scalar::Uint, Role::ReportPolicy);
const TIME: Shape = Shape::Scalar(Scalar::Uint, Role::Time);
const PAYLOAD: Shape = Shape::Scalar(Scalar::Bytes, Role::Payload);

const fn field(label: i64, shape: Shape) -> Field {
    Field { label, required: false, shape }
}

const fn required(label: i64, shape: Shape) -> Field {
    Field { label, required: true, shape }
}

/// A map whose keys come from one registry, in bytewise order, none of them unknown.
const fn closed(kind: MapKind, fields: &'static [Field], min: u32) -> MapShape {
    MapShape {
        kind,
        fields,
        others: Others::Unknown,
        text: None,
        composite: None,
        min,
        max: u32::MAX,
        ordered: true,
    }
}

const fn list(item: Shape, min: u32, max: u32) -> ArrayShape {
    ArrayShape { items: &[], rest: Some(item), min, max, try_each: false }
}

const fn tuple(items: &'static [Shape], len: u32) -> ArrayShape {
    ArrayShape { items, rest: None, min: len, max: len, try_each: false }
}

// ---- envelope: M §8.2, TD §5.5, §7.1, §8.1.1, UM §3.2 ----

/// `SUIT_Envelope_Tagged` = #6.107(SUIT_Envelope).
pub static ENVELOPE_TAGGED: Shape = Shape::Tagged(&[(Tag::SuitEnvelope, &ENVELOPE)]);

/// `SUIT_Envelope`.
pub static ENVELOPE: Shape = Shape::Map(&MapShape {
    kind: MapKind::Envelope,
    fields: &[
        required(EnvelopeKey::AuthenticationWrapper.code(), Shape::Layer(&AUTHENTICATION)),
        required(EnvelopeKey::Manifest.code(), Shape::Layer(&MANIFEST)),
        field(EnvelopeKey::CoSwid.code(), BYTES),
        field(EnvelopeKey::DependencyResolution.code(), Shape::Layer(&SECTION)),
        field(EnvelopeKey::PayloadFetch.code(), Shape::Layer(&SECTION)),
        field(EnvelopeKey::CandidateVerification.code(), Shape::Layer(&SECTION)),
        field(EnvelopeKey::Install.code(), Shape::Layer(&SECTION)),
        field(EnvelopeKey::Text.code(), Shape::Layer(&LANGUAGES)),
    ],
    // an unknown integer key is not signed and is ignored. M §8.1: every element is in a byte string.
    others: Others::Int(BYTES),
    // TD §8.1.1: integrated payloads and dependencies have text keys.
    text: Some(PAYLOAD),
    composite: None,
    min: 2,
    max: u32::MAX,
    ordered: true,
});

/// `SUIT_Authentication`: the digest, then any number of blocks (M §8.3).
pub static AUTHENTICATION: Shape = Shape::Array(&ArrayShape {
    items: &[Shape::Wrapped(&DIGEST)],
    rest: Some(Shape::Layer(&BLOCK)),
    min: 1,
    max: u32::MAX,
    try_each: false,
});

/// `SUIT_Digest` = [algorithm, bytes] (M §10). No document defines an extension, so none is taken.
pub static DIGEST: Shape = Shape::Array(&tuple(
    &[Shape::Scalar(Scalar::Int, Role::DigestAlgorithm), Shape::Scalar(Scalar::Bytes, Role::DigestBytes)],
    2,
));

// ---- COSE: RFC 9052 §4, §5, §6 ----

/// `SUIT_Authentication_Block`: one of four tagged COSE messages (M §8.3).
pub static BLOCK: Shape = Shape::Tagged(&[
    (Tag::CoseSign1, &COSE_SIGN1),
    (Tag::CoseSign, &COSE_SIGN),
    (Tag::CoseMac0, &COSE_MAC0),
    (Tag::CoseMac, &COSE_MAC),
]);

const PROTECTED: Shape = Shape::Wrapped(&COSE_PROTECTED);
const COSE_PAYLOAD: Shape = Shape::OneOf(&[
    (Major::Simple, &Shape::Scalar(Scalar::Nil, Role::CosePayload)),
    (Major::Bytes, &Shape::Scalar(Scalar::Bytes, Role::CosePayload)),
]);
const SIGNATURE: Shape = Shape::Scalar(Scalar::Bytes, Role::Signature);

/// COSE_Sign1 (RFC 9052 §4.2).
static COSE_SIGN1: Shape =
    Shape::Array(&tuple(&[PROTECTED, Shape::Map(&COSE_HEADER), COSE_PAYLOAD, SIGNATURE], 4));

/// COSE_Mac0 (RFC 9052 §6.2).
static COSE_MAC0: Shape =
    Shape::Array(&tuple(&[PROTECTED, Shape::Map(&COSE_HEADER), COSE_PAYLOAD, SIGNATURE], 4));

/// COSE_Sign (RFC 9052 §4.1).
static COSE_SIGN: Shape = Shape::Array(&tuple(
    &[
        PROTECTED,
        Shape::Map(&COSE_HEADER),
        COSE_PAYLOAD,
        Shape::Array(&list(Shape::Array(&COSE_SIGNATURE), 1, u32::MAX)),
    ],
    4,
));

static COSE_SIGNATURE: ArrayShape = tuple(&COSE_SIGNATURE_ITEMS, 3);
static COSE_SIGNATURE_ITEMS: [Shape; 3] = [PROTECTED, Shape::Map(&COSE_HEADER), SIGNATURE];

/// COSE_Mac (RFC 9052 §6.1).
static COSE_MAC: Shape = Shape::Array(&tuple(
    &[
        PROTECTED,
        Shape::Map(&COSE_HEADER),
        COSE_PAYLOAD,
        SIGNATURE,
        Shape::Array(&list(Shape::Array(&COSE_RECIPIENT), 1, u32::MAX)),
    ],
    5,
));

/// COSE_recipient (RFC 9052 §5.1); recipients of recipients are not used by SUIT.
static COSE_RECIPIENT: ArrayShape = tuple(
    &[PROTECTED, Shape::Map(&COSE_HEADER), Shape::OneOf(&[(Major::Simple, &NIL), (Major::Bytes, &BYTES)])],
    3,
);

/// `COSE_Encrypt_Tagged` (RFC 9052 §5.1), encryption-info (firmware-encryption §4).
pub static COSE_ENCRYPT_TAGGED: Shape = Shape::Tagged(&[(Tag::CoseEncrypt, &COSE_ENCRYPT)]);

static COSE_ENCRYPT: Shape = Shape::Array(&tuple(
    &[
        PROTECTED,
        Shape::Map(&COSE_HEADER),
        COSE_PAYLOAD,
        Shape::Array(&list(Shape::Array(&COSE_RECIPIENT), 1, u32::MAX)),
    ],
    4,
));

/// COSE header map. Published files order its keys freely, so only duplicates are refused.
static COSE_HEADER: MapShape = MapShape {
    kind: MapKind::CoseHeader,
    fields: &[
        field(
            HeaderLabel::Algorithm.code(),
            Shape::OneOf(&[
                (Major::Uint, &Shape::Scalar(Scalar::Int, Role::CoseAlgorithm)),
                (Major::Nint, &Shape::Scalar(Scalar::Int, Role::CoseAlgorithm)),
                (Major::Text, &TEXT),
            ]),
        ),
        field(HeaderLabel::Critical.code(), Shape::Array(&list(Shape::Any, 1, UNORDERED_MAX))),
        field(HeaderLabel::KeyId.code(), BYTES),
        field(HeaderLabel::Iv.code(), BYTES),
        field(HeaderLabel::PartialIv.code(), BYTES),
    ],
    others: Others::Int(Shape::Any),
    text: Some(Shape::Any),
    composite: None,
    min: 0,
    max: UNORDERED_MAX,
    ordered: false,
};

/// The content of a protected header: a map; a zero-length string is taken before this is asked.
pub static COSE_PROTECTED: Shape = Shape::Map(&COSE_HEADER);

// ---- manifest: M §8.4, TD §5.2, UM §3 ----

const SEVERABLE_SECTION: Shape =
    Shape::OneOf(&[(Major::Bytes, &Shape::Wrapped(&SECTION)), (Major::Array, &DIGEST)]);

/// `SUIT_Manifest`.
pub static MANIFEST: Shape = Shape::Map(&closed(
    MapKind::Manifest,
    &[
        required(ManifestKey::Version.code(), Shape::Scalar(Scalar::Uint, Role::ManifestVersion)),
        required(ManifestKey::SequenceNumber.code(), UINT),
        required(ManifestKey::Common.code(), Shape::Wrapped(&COMMON)),
        field(ManifestKey::ReferenceUri.code(), TEXT),
        field(ManifestKey::ComponentId.code(), Shape::Array(&COMPONENT_ID)),
        field(ManifestKey::SetVersion.code(), Shape::Wrapped(&VERSION_PARTS)),
        field(ManifestKey::Validate.code(), Shape::Wrapped(&SECTION)),
        field(ManifestKey::Load.code(), Shape::Wrapped(&SECTION)),
        field(ManifestKey::Invoke.code(), Shape::Wrapped(&SECTION)),
        field(ManifestKey::CoSwid.code(), Shape::OneOf(&[(Major::Bytes, &BYTES), (Major::Array, &DIGEST)])),
        field(ManifestKey::DependencyResolution.code(), SEVERABLE_SECTION),
        field(ManifestKey::PayloadFetch.code(), SEVERABLE_SECTION),
        field(ManifestKey::CandidateVerification.code(), SEVERABLE_SECTION),
        field(ManifestKey::Install.code(), SEVERABLE_SECTION),
        field(
            ManifestKey::Text.code(),
            Shape::OneOf(&[(Major::Bytes, &Shape::Layer(&LANGUAGES)), (Major::Array, &DIGEST)]),
        ),
        field(ManifestKey::Uninstall.code(), Shape::Wrapped(&SECTION)),
    ],
    3,
));

/// `SUIT_Common`.
pub static COMMON: Shape = Shape::Map(&closed(
    MapKind::Common,
    &[
        field(
            CommonKey::Dependencies.code(),
            Shape::Map(&MapShape {
                kind: MapKind::Dependencies,
                fields: &[],
                others: Others::Uint(Shape::Map(&DEPENDENCY)),
                text: None,
                composite: None,
                min: 1,
                max: COMPONENTS_MAX,
                ordered: true,
            }),
        ),
        field(
            CommonKey::Components.code(),
            Shape::Array(&list(Shape::Array(&COMPONENT_ID), 1, COMPONENTS_MAX)),
        ),
        field(CommonKey::SharedSequence.code(), Shape::Wrapped(&SHARED_SEQUENCE)),
    ],
    0,
));

static DEPENDENCY: MapShape =
    closed(MapKind::Dependency, &[field(DependencyKey::Prefix.code(), Shape::Array(&COMPONENT_ID))], 0);

/// `SUIT_Component_Identifier` = [* bstr].
static COMPONENT_ID: ArrayShape = list(Shape::Scalar(Scalar::Bytes, Role::ComponentPart), 0, u32::MAX);

/// `SUIT_Shared_Sequence`.
pub static SHARED_SEQUENCE: Shape = Shape::Sequence(Scope::Shared);

/// `SUIT_Command_Sequence`.
pub static SECTION: Shape = Shape::Sequence(Scope::Section);

static VERSION_PARTS: Shape = Shape::Array(&list(Shape::Scalar(Scalar::Int, Role::VersionPart), 1, u32::MAX));

// ---- commands: M §8.4.9, §8.4.10, TD §5.6, UM §5 ----

/// The shape of a command's argument, or why the command must not stand there.
///
/// # Errors
/// `UnknownCommand`, or `ForbiddenCommand` in the shared sequence.
pub fn argument(code: i64, scope: Scope) -> Result<&'static Shape, ErrorKind> {
    let shared = scope == Scope::Shared;
    if Condition::from_code(code).is_some() {
        return Ok(&POLICY);
    }
    let Some(directive) = Directive::from_code(code) else {
        // M §8.4.11: custom commands are below -256; M §6.2: the shared sequence must not hold any.
        return match (code <= CUSTOM_MAX, shared) {
            (true, false) => Ok(&CUSTOM_ARGUMENT),
            (true, true) => Err(ErrorKind::ForbiddenCommand),
            (false, _) => Err(ErrorKind::UnknownCommand),
        };
    };
    // M App. A: the shared sequence only sets parameters and checks them. TD §8 uses set-parameters there.
    Ok(match (directive, shared) {
        (Directive::SetComponentIndex, _) => &INDEX_ARGUMENT,
        (Directive::TryEach, true) => &TRY_EACH_SHARED,
        (Directive::TryEach, false) => &TRY_EACH,
        (Directive::RunSequence, true) => &RUN_SEQUENCE_SHARED,
        (Directive::RunSequence, false) => &RUN_SEQUENCE,
        (Directive::SetParameters | Directive::OverrideParameters, true) => &PARAMETERS_SHARED,
        (_, true) => return Err(ErrorKind::ForbiddenCommand),
        (Directive::SetParameters | Directive::OverrideParameters, false) => &PARAMETERS,
        (Directive::OverrideMultiple, false) => &OVERRIDE_MULTIPLE,
        (Directive::CopyParams, false) => &COPY_PARAMS,
        (
            Directive::ProcessDependency
            | Directive::Write
            | Directive::Fetch
            | Directive::Copy
            | Directive::Invoke
            | Directive::Wait
            | Directive::Swap
            | Directive::Unlink,
            false,
        ) => &POLICY,
    })
}

static CUSTOM_ARGUMENT: Shape = Shape::OneOf(&[
    (Major::Bytes, &BYTES),
    (Major::Text, &TEXT),
    (Major::Uint, &INT),
    (Major::Nint, &INT),
    (Major::Simple, &NIL),
]);

static INDEX_ARGUMENT: Shape = Shape::OneOf(&[
    (Major::Uint, &INDEX),
    (Major::Simple, &Shape::Scalar(Scalar::Bool, Role::AllComponents)),
    (Major::Array, &Shape::Array(&list(INDEX, 1, COMPONENTS_MAX))),
]);

const fn try_each(alternative: Shape) -> ArrayShape {
    // M App. A: [2* bstr .cbor SUIT_Command_Sequence, ? nil].
    ArrayShape { items: &[], rest: Some(alternative), min: 2, max: u32::MAX, try_each: true }
}

static TRY_EACH: Shape =
    Shape::Array(&try_each(Shape::OneOf(&[(Major::Bytes, &RUN_SEQUENCE), (Major::Simple, &NIL)])));
static TRY_EACH_SHARED: Shape =
    Shape::Array(&try_each(Shape::OneOf(&[(Major::Bytes, &RUN_SEQUENCE_SHARED), (Major::Simple, &NIL)])));
static RUN_SEQUENCE: Shape = Shape::Wrapped(&SECTION);
static RUN_SEQUENCE_SHARED: Shape = Shape::Wrapped(&SHARED_SEQUENCE);

static OVERRIDE_MULTIPLE: Shape = Shape::Map(&MapShape {
    kind: MapKind::ByIndex,
    fields: &[],
    others: Others::Uint(PARAMETERS),
    text: None,
    composite: None,
    min: 1,
    max: COMPONENTS_MAX,
    ordered: true,
});

static COPY_PARAMS: Shape = Shape::Map(&MapShape {
    kind: MapKind::ByIndex,
    fields: &[],
    others: Others::Uint(Shape::Array(&list(Shape::Scalar(Scalar::Int, Role::ParameterLabel), 1, u32::MAX))),
    text: None,
    composite: None,
    min: 1,
    max: COMPONENTS_MAX,
    ordered: true,
});

// ---- parameters: M §8.4.8, UM §4, FE §4 ----

/// `SUIT_Parameters` in a section.
pub static PARAMETERS: Shape = Shape::Map(&MapShape {
    kind: MapKind::Parameters,
    fields: PARAMETER_FIELDS,
    others: CUSTOM_PARAMETERS,
    text: None,
    composite: None,
    min: 1,
    max: u32::MAX,
    ordered: true,
});

const CUSTOM_PARAMETERS: Others = Others::Custom(Shape::OneOf(&[
    (Major::Uint, &INT),
    (Major::Nint, &INT),
    (Major::Simple, &BOOL),
    (Major::Text, &TEXT),
    (Major::Bytes, &BYTES),
]));

/// `SUIT_Parameters` in the shared sequence: none of them custom (M §6.2).
static PARAMETERS_SHARED: Shape = Shape::Map(&MapShape {
    kind: MapKind::Parameters,
    fields: PARAMETER_FIELDS,
    others: Others::NoCustom,
    text: None,
    composite: None,
    min: 1,
    max: u32::MAX,
    ordered: true,
});

const PARAMETER_FIELDS: &[Field] = &[
    field(
        ParameterKey::VendorIdentifier.code(),
        Shape::OneOf(&[(Major::Bytes, &UUID), (Major::Tag, &Shape::Tagged(&[(Tag::RelativeOid, &BYTES)]))]),
    ),
    field(ParameterKey::ClassIdentifier.code(), UUID),
    field(ParameterKey::ImageDigest.code(), Shape::Wrapped(&DIGEST)),
    field(ParameterKey::UseBefore.code(), TIME),
    field(ParameterKey::ComponentSlot.code(), UINT),
    field(ParameterKey::StrictOrder.code(), BOOL),
    field(ParameterKey::SoftFailure.code(), BOOL),
    field(ParameterKey::ImageSize.code(), UINT),
    field(ParameterKey::Content.code(), BYTES),
    field(ParameterKey::EncryptionInfo.code(), Shape::Wrapped(&COSE_ENCRYPT_TAGGED)),
    field(ParameterKey::Uri.code(), TEXT),
    field(ParameterKey::SourceComponent.code(), INDEX),
    field(ParameterKey::InvokeArgs.code(), BYTES),
    field(ParameterKey::DeviceIdentifier.code(), UUID),
    field(ParameterKey::FetchArguments.code(), BYTES),
    field(ParameterKey::MinimumBattery.code(), UINT),
    field(ParameterKey::UpdatePriority.code(), INT),
    field(ParameterKey::Version.code(), Shape::Wrapped(&VERSION_MATCH)),
    field(ParameterKey::WaitInfo.code(), Shape::Wrapped(&WAIT_INFO)),
    field(ParameterKey::ComponentMetadata.code(), Shape::Wrapped(&METADATA)),
];

/// `SUIT_Version_Match` = [comparison, [+ int]] (UM §4.4).
pub static VERSION_MATCH: Shape =
    Shape::Array(&tuple(&[Shape::Scalar(Scalar::Uint, Role::Comparison), VERSION_ARRAY], 2));

const VERSION_ARRAY: Shape = Shape::Array(&list(Shape::Scalar(Scalar::Int, Role::VersionPart), 1, u32::MAX));

/// Wait events (UM §4.5).
pub static WAIT_INFO: Shape = Shape::Map(&closed(
    MapKind::WaitInfo,
    &[
        field(WaitEvent::Authorization.code(), INT),
        field(WaitEvent::Power.code(), INT),
        field(WaitEvent::Network.code(), INT),
        field(
            WaitEvent::OtherDeviceVersion.code(),
            Shape::Array(&tuple(&[BYTES, Shape::Array(&list(VERSION_MATCH_ITEM, 1, u32::MAX))], 2)),
        ),
        field(WaitEvent::Time.code(), TIME),
        field(WaitEvent::TimeOfDay.code(), UINT),
        field(WaitEvent::DayOfWeek.code(), UINT),
        field(WaitEvent::TimeOfDayUtc.code(), UINT),
        field(WaitEvent::DayOfWeekUtc.code(), UINT),
    ],
    1,
));

const VERSION_MATCH_ITEM: Shape =
    Shape::Array(&tuple(&[Shape::Scalar(Scalar::Uint, Role::Comparison), VERSION_ARRAY], 2));

/// `SUIT_Component_Metadata` (UM §4.6).
pub static METADATA: Shape = Shape::Map(&closed(
    MapKind::Metadata,
    &[
        field(MetadataKey::DefaultPermissions.code(), UINT),
        field(MetadataKey::UserPermissions.code(), Shape::Map(&PERMISSIONS)),
        field(MetadataKey::GroupPermissions.code(), Shape::Map(&PERMISSIONS)),
        field(MetadataKey::RolePermissions.code(), Shape::Map(&PERMISSIONS)),
        field(MetadataKey::FileType.code(), Shape::Scalar(Scalar::Uint, Role::FileType)),
        field(MetadataKey::ModificationTime.code(), Shape::Tagged(&[(Tag::EpochTime, &TIME)])),
        field(MetadataKey::CreationTime.code(), Shape::Tagged(&[(Tag::EpochTime, &TIME)])),
        field(
            MetadataKey::Creator.code(),
            Shape::OneOf(&[
                (Major::Uint, &INT),
                (Major::Nint, &INT),
                (Major::Bytes, &BYTES),
                (Major::Text, &TEXT),
                (Major::Tag, &Shape::Tagged(&[(Tag::Uuid, &UUID)])),
            ]),
        ),
    ],
    0,
));

static PERMISSIONS: MapShape = MapShape {
    kind: MapKind::Permissions,
    fields: &[],
    others: Others::Int(UINT),
    text: Some(UINT),
    composite: Some(UINT),
    min: 1,
    max: u32::MAX,
    ordered: true,
};

// ---- text: M §8.4.4, UM §3.3, §3.4 ----

/// `SUIT_Text_Map`: language tag to texts.
pub static LANGUAGES: Shape = Shape::Map(&MapShape {
    kind: MapKind::Languages,
    fields: &[],
    others: Others::Unknown,
    text: Some(Shape::Map(&TEXT_KEYS)),
    composite: None,
    min: 1,
    max: u32::MAX,
    ordered: true,
});

static TEXT_KEYS: MapShape = MapShape {
    kind: MapKind::Text,
    fields: &[
        field(TextKey::ManifestDescription.code(), TEXT),
        field(TextKey::UpdateDescription.code(), TEXT),
        field(TextKey::JsonSource.code(), TEXT),
        field(TextKey::YamlSource.code(), TEXT),
    ],
    others: Others::Unknown,
    text: None,
    composite: Some(Shape::Map(&COMPONENT_TEXT)),
    min: 1,
    max: u32::MAX,
    ordered: true,
};

static COMPONENT_TEXT: MapShape = closed(
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
