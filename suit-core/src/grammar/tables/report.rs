//! The grammar of reports: draft-ietf-suit-report, repository head of 2026-02-17. Provisional: the draft still moves.

use super::{
    BOOL, BYTES, COMPONENT_ID, COSE_HEADER, CUSTOM_PARAMETERS, DIGEST, INT, PARAMETER_FIELDS, PROTECTED,
    SIGNATURE, TEXT, UINT, closed, field, list, required, tuple,
};
use crate::cbor::Major;
use crate::grammar::shape::{ArrayShape, Field, MapKind, MapShape, Role, Scalar, Shape};
use crate::labels::{CapabilityKey, ReportFailureKey, ReportKey, SYSTEM_COMPONENT_ID, Tag};

/// `SUIT_Report_Protected`: the report in a COSE_Sign1 or COSE_Mac0 that carries it.
pub static REPORT_PROTECTED: Shape =
    Shape::Tagged(&[(Tag::CoseSign1, &COSE_REPORT), (Tag::CoseMac0, &COSE_REPORT)]);

static COSE_REPORT: Shape = Shape::Array(&tuple(
    &[
        PROTECTED,
        Shape::Map(&COSE_HEADER),
        // Unlike that of an authentication block, this payload is attached: the report itself.
        Shape::Scalar(Scalar::Bytes, Role::CosePayload),
        SIGNATURE,
    ],
    4,
));

/// `SUIT_Report` (R §4).
pub static REPORT: Shape = Shape::Map(&closed(
    MapKind::Other,
    &[
        field(ReportKey::Nonce.code(), BYTES),
        required(ReportKey::Records.code(), Shape::Array(&list(ENTRY, 0, u32::MAX))),
        required(
            ReportKey::Result.code(),
            Shape::OneOf(&[(Major::Simple, &BOOL), (Major::Map, &Shape::Map(&FAILURE))]),
        ),
        field(ReportKey::CapabilityReport.code(), Shape::Map(&CAPABILITIES)),
        // Required, too: the reader sees to that.
        field(ReportKey::Reference.code(), Shape::Array(&REFERENCE)),
    ],
    0,
));

/// `SUIT_Reference` = [uri, digest].
static REFERENCE: ArrayShape = tuple(&REFERENCE_ITEMS, 2);
static REFERENCE_ITEMS: [Shape; 2] = [TEXT, DIGEST];

/// An array is a record, a map is system properties (R §4.1).
const ENTRY: Shape =
    Shape::OneOf(&[(Major::Array, &Shape::Array(&RECORD)), (Major::Map, &Shape::Map(&SYSTEM_PROPERTIES))]);

/// `SUIT_Record` (R §3): path in the dependency tree, section, offset, component index, measured values. No document
/// defines an extension, so none is taken. The component is one of a manifest that isn't at hand.
static RECORD: ArrayShape = tuple(
    &[Shape::Array(&list(UINT, 0, u32::MAX)), INT, UINT, UINT, Shape::Map(&parameters(PARAMETER_FIELDS))],
    5,
);

/// `system-property-claims`: a component and what was measured of it. That there is something is for the reader to see.
static SYSTEM_PROPERTIES: MapShape = parameters(&SYSTEM_FIELDS);
static SYSTEM_FIELDS: [Field; 1 + PARAMETER_FIELDS.len()] = {
    let mut fields = [required(SYSTEM_COMPONENT_ID, Shape::Array(&COMPONENT_ID)); 1 + PARAMETER_FIELDS.len()];
    let mut rest = PARAMETER_FIELDS;
    let mut at = 1;
    while let [first, others @ ..] = rest {
        fields[at] = *first;
        rest = others;
        at += 1;
    }
    fields
};

/// Measured values in the form of parameters.
const fn parameters(fields: &'static [Field]) -> MapShape {
    MapShape { others: CUSTOM_PARAMETERS, ..closed(MapKind::Parameters, fields, 0) }
}

/// The result of a run that failed (R §4.2).
static FAILURE: MapShape = closed(
    MapKind::Other,
    &[
        required(ReportFailureKey::Code.code(), INT),
        required(ReportFailureKey::Record.code(), Shape::Array(&RECORD)),
        required(ReportFailureKey::Reason.code(), UINT),
    ],
    0,
);

/// `SUIT_Capability_Report` (R §6). A list of integers as key is a path in the manifest's structure; that it is one, and
/// that `true` ends a component, is for the reader to see.
static CAPABILITIES: MapShape = MapShape {
    composite: Some(NUMBERS),
    ..closed(
        MapKind::Other,
        &[
            required(
                CapabilityKey::Components.code(),
                Shape::Array(&list(Shape::Array(&list(COMPONENT_PART, 0, u32::MAX)), 1, u32::MAX)),
            ),
            required(CapabilityKey::Commands.code(), NUMBERS),
            required(CapabilityKey::Parameters.code(), NUMBERS),
            required(CapabilityKey::Algorithms.code(), NUMBERS),
            field(CapabilityKey::Envelope.code(), NUMBERS),
            field(CapabilityKey::Manifest.code(), NUMBERS),
            field(CapabilityKey::Common.code(), NUMBERS),
            field(CapabilityKey::Text.code(), NUMBERS),
            field(CapabilityKey::ComponentText.code(), NUMBERS),
            field(CapabilityKey::Dependency.code(), NUMBERS),
        ],
        0,
    )
};

const NUMBERS: Shape = Shape::Array(&list(INT, 1, u32::MAX));
const COMPONENT_PART: Shape = Shape::OneOf(&[(Major::Bytes, &BYTES), (Major::Simple, &BOOL)]);
