//! Names of integer keys and codes, for people.

use super::shape::MapKind;
use crate::labels::{
    CommonKey, ComponentTextKey, Condition, DependencyKey, Directive, EnvelopeKey, HeaderLabel, ManifestKey,
    MetadataKey, ParameterKey, TextKey, WaitEvent,
};

/// The name of an integer key in a map of this kind, if its registry has it.
#[must_use]
pub fn label_name(kind: MapKind, label: i64) -> Option<&'static str> {
    match kind {
        MapKind::Envelope => EnvelopeKey::from_code(label).map(EnvelopeKey::name),
        MapKind::Manifest => ManifestKey::from_code(label).map(ManifestKey::name),
        MapKind::Common => CommonKey::from_code(label).map(CommonKey::name),
        MapKind::Dependency => DependencyKey::from_code(label).map(DependencyKey::name),
        MapKind::Parameters => ParameterKey::from_code(label).map(ParameterKey::name),
        MapKind::WaitInfo => WaitEvent::from_code(label).map(WaitEvent::name),
        MapKind::Metadata => MetadataKey::from_code(label).map(MetadataKey::name),
        MapKind::Text => TextKey::from_code(label).map(TextKey::name),
        MapKind::ComponentText => ComponentTextKey::from_code(label).map(ComponentTextKey::name),
        MapKind::CoseHeader => HeaderLabel::from_code(label).map(HeaderLabel::name),
        MapKind::Dependencies | MapKind::ByIndex => None,
        MapKind::Permissions | MapKind::Languages | MapKind::Other => None,
    }
}

/// The name of a command with this code, if a registry has it, and whether it is a condition.
#[must_use]
pub fn code_name(code: i64) -> Option<(&'static str, bool)> {
    let condition = Condition::from_code(code).map(|condition| (condition.name(), true));
    condition.or_else(|| Directive::from_code(code).map(|directive| (directive.name(), false)))
}
