//! A command in words, for one component in one case. The component is left open, so that the same words can stand for
//! several.

use super::Teller;
use super::cases::Case;
use crate::render::document::Id;
use crate::render::words::{self, bytes_or_text, grouped, identifier, short_digest, size};
use suit_core::cbor::diag::Timestamp;
use suit_core::labels::{Condition, Directive, ParameterKey};

/// Stands for the component in a phrase. Nothing that comes from a document can hold it: control characters are made
/// harmless on the way.
pub(super) const IT: char = '\0';

impl Teller<'_, '_> {
    /// What a condition asks, in this case.
    pub(super) fn condition(&self, condition: Condition, component: u64, case: &Case<'_>) -> String {
        use ParameterKey as P;
        let document = self.document;
        // P-074: a condition whose parameter is not set fails.
        let with = |key: ParameterKey, words: &dyn Fn(Id) -> String| match case.get(component, key) {
            Some(id) => format!("continue only if {}", words(id)),
            None => self.missing(key),
        };
        match condition {
            Condition::VendorIdentifier => {
                with(P::VendorIdentifier, &|id| format!("the vendor is {}", identifier(document, id)))
            }
            Condition::ClassIdentifier => {
                with(P::ClassIdentifier, &|id| format!("the class is {}", identifier(document, id)))
            }
            Condition::DeviceIdentifier => {
                with(P::DeviceIdentifier, &|id| format!("the device is {}", identifier(document, id)))
            }
            Condition::ImageMatch => with(P::ImageDigest, &|id| {
                let size = self.image_size(component, case).map(|size| format!("{size}, "));
                format!("{IT} matches {}{}", size.unwrap_or_default(), self.digest(id))
            }),
            Condition::ImageNotMatch => {
                with(P::ImageDigest, &|id| format!("{IT} does not match {}", self.digest(id)))
            }
            Condition::DependencyIntegrity => with(P::ImageDigest, &|id| {
                format!("the manifest in {IT} is authentic and matches {}", self.digest(id))
            }),
            Condition::UseBefore => with(P::UseBefore, &|id| {
                let time = document.uint(id).map(|time| Timestamp(time).to_string());
                format!("it is before {}", time.unwrap_or_else(|| document.shown(id)))
            }),
            Condition::ComponentSlot => {
                with(P::ComponentSlot, &|id| format!("{IT} is in slot {}", document.shown(id)))
            }
            Condition::CheckContent => with(P::Content, &|id| {
                format!("{IT} holds exactly {}", bytes_or_text(document.bytes_at(id).unwrap_or_default()))
            }),
            Condition::MinimumBattery => with(P::MinimumBattery, &|id| {
                let charge = document.uint(id).map(grouped).unwrap_or_else(|| document.shown(id));
                format!("the battery holds at least {charge} mWh")
            }),
            Condition::UpdateAuthorized => with(P::UpdatePriority, &|id| {
                format!("an update of priority {} is authorised", document.shown(id))
            }),
            Condition::Version => {
                with(P::Version, &|id| format!("the version of {IT} {}", document.version_match(id)))
            }
            Condition::IsDependency => format!("continue only if {IT} is a dependency"),
            // P-082: abort always fails.
            Condition::Abort => "fail".to_owned(),
            other => format!("continue only if {} holds for {IT}", other.name()),
        }
    }

    /// What a directive does, in this case.
    pub(super) fn directive(&self, directive: Directive, component: u64, case: &Case<'_>) -> String {
        use ParameterKey as P;
        let document = self.document;
        let get = |key| case.get(component, key);
        let missing = |key| self.missing(key);
        let source = || get(P::SourceComponent).and_then(|id| document.uint(id));
        match directive {
            Directive::Fetch => match get(P::Uri) {
                None => missing(P::Uri),
                Some(uri) => {
                    let arguments = get(P::FetchArguments).and_then(|id| document.bytes_at(id));
                    let arguments =
                        arguments.map(|bytes| format!(" with arguments {}", bytes_or_text(bytes)));
                    format!(
                        "fetch {IT} from {}{}{}",
                        self.place(uri),
                        arguments.unwrap_or_default(),
                        self.image(component, case)
                    )
                }
            },
            Directive::Copy => match source() {
                None => missing(P::SourceComponent),
                Some(from) => format!(
                    "copy {} to {IT}{}{}",
                    self.label(from),
                    self.decryption(component, case),
                    self.image(component, case)
                ),
            },
            Directive::InstallDelta => match (source(), get(P::DeltaBase).and_then(|id| document.uint(id))) {
                (None, _) => missing(P::SourceComponent),
                (_, None) => missing(P::DeltaBase),
                (Some(delta), Some(base)) => format!(
                    "make {IT} from {} and the delta in {}{}",
                    self.label(base),
                    self.label(delta),
                    self.image(component, case)
                ),
            },
            Directive::Swap => match source() {
                None => missing(P::SourceComponent),
                Some(with) => format!("exchange {IT} with {}", self.label(with)),
            },
            Directive::Write => match get(P::Content).and_then(|id| document.bytes_at(id)) {
                None => missing(P::Content),
                Some(content) => format!(
                    "write {} from the manifest to {IT}{}",
                    size(content.len()),
                    self.decryption(component, case)
                ),
            },
            Directive::Invoke => {
                let arguments = get(P::InvokeArgs).and_then(|id| document.bytes_at(id));
                let arguments = arguments.map(|bytes| format!(" with arguments {}", bytes_or_text(bytes)));
                format!("start {IT}{}", arguments.unwrap_or_default())
            }
            Directive::Wait => match get(P::WaitInfo) {
                None => missing(P::WaitInfo),
                Some(id) => format!("wait until {}", document.events(id)),
            },
            Directive::ProcessDependency => format!("run section {} of {IT}", self.section),
            Directive::Unlink => format!("give up {IT}"),
            other => format!("{} on {IT}", other.name()),
        }
    }

    /// A command lacks a parameter. That of a dependency may come from the manifest that it is in.
    fn missing(&self, key: ParameterKey) -> String {
        if self.is_inner {
            format!("fail, unless the manifest around this one set {} of {IT}", key.name())
        } else {
            format!("fail, since {} of {IT} is not set", key.name())
        }
    }

    /// Where a payload comes from.
    fn place(&self, uri: Id) -> String {
        let Some(text) = self.document.text(uri) else { return self.document.shown(uri) };
        let words = crate::error::clean(text);
        if self.payloads.contains(&text) {
            format!("'{words}' in this envelope")
        } else if text.starts_with('#') {
            format!("'{words}', which is not in this envelope")
        } else {
            words
        }
    }

    fn digest(&self, id: Id) -> String {
        self.document.digest(id).map_or_else(|| self.document.shown(id), |digest| short_digest(&digest))
    }

    fn image_size(&self, component: u64, case: &Case<'_>) -> Option<String> {
        case.get(component, ParameterKey::ImageSize).and_then(|id| self.document.uint(id)).map(size)
    }

    /// Size, digest and file metadata, in brackets.
    fn image(&self, component: u64, case: &Case<'_>) -> String {
        let digest = case.get(component, ParameterKey::ImageDigest).map(|id| self.digest(id));
        let file = case.get(component, ParameterKey::ComponentMetadata).map(|id| self.document.metadata(id));
        let facts: Vec<_> = [self.image_size(component, case), digest, file].into_iter().flatten().collect();
        if facts.is_empty() { String::new() } else { format!(" ({})", facts.join(", ")) }
    }

    /// P-210: with encryption-info set, write and copy decrypt.
    fn decryption(&self, component: u64, case: &Case<'_>) -> String {
        let info = case.get(component, ParameterKey::EncryptionInfo);
        info.map(|id| format!(", decrypted by {}", self.document.encryption(id))).unwrap_or_default()
    }

    /// What setting a parameter means; those that other commands tell of are preparation.
    pub(super) fn setting(&self, parameter: Id, label: i64, replace: bool) -> (String, bool) {
        let value = || self.document.parameter(label, parameter, &|index| self.label(index));
        let unless = if replace { "" } else { ", unless it is set" };
        match ParameterKey::from_code(label) {
            Some(ParameterKey::SoftFailure) => {
                let words = if value() == "true" {
                    "from here on, a condition that fails only ends this sequence"
                } else {
                    "from here on, a condition that fails ends the sequence around this one too"
                };
                (words.to_owned(), false)
            }
            Some(ParameterKey::StrictOrder) => {
                let words = if value() == "true" {
                    "from here on, run the commands in order"
                } else {
                    "from here on, commands may run in any order"
                };
                (words.to_owned(), false)
            }
            Some(key) => (format!("set {} of {IT} to {}{unless}", key.name(), value()), true),
            None => {
                let name = words::parameter_name(label);
                (format!("set {name} of {IT} to {}{unless}; its meaning is agreed elsewhere", value()), false)
            }
        }
    }
}
