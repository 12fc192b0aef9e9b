//! Parameters as fields.

use super::toml::{array, inline, quote};
use crate::description::model::Permissions;
use crate::description::values::{
    actor_text, bytes_text, digest_text, match_text, number_text, plain, time_text, uuid_text, vendor_text,
    version_text,
};
use crate::description::words::{Weekday, Words, word};
use suit_core::labels::{MetadataKey, ParameterKey, WaitEvent};
use suit_core::owned::{Actor, Custom, Metadata, Parameter, VersionMatch, WaitInfo};

fn bytes(value: &[u8]) -> String {
    quote(&bytes_text(value))
}

/// Parameters as a table on one line.
pub(super) fn table(list: &[Parameter]) -> String {
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_key(|parameter| ParameterKey::from_code(parameter.label()).and_then(position));
    let (known, custom): (Vec<_>, Vec<_>) =
        sorted.into_iter().partition(|parameter| !matches!(parameter, Parameter::Custom(..)));
    let mut entries: Vec<_> = known.into_iter().map(field).collect();
    if !custom.is_empty() {
        entries.push(("custom".to_owned(), inline(custom.into_iter().map(field))));
    }
    inline(entries)
}

/// Parameters stand in the order of the words, which is that of their use.
fn position(key: ParameterKey) -> Option<usize> {
    ParameterKey::VALUES.iter().position(|known| *known == key)
}

fn field(parameter: &Parameter) -> (String, String) {
    let value = match parameter {
        Parameter::VendorIdentifier(vendor) => quote(&vendor_text(vendor)),
        Parameter::ClassIdentifier(id) | Parameter::DeviceIdentifier(id) => quote(&uuid_text(id)),
        Parameter::ImageDigest(digest) => quote(&digest_text(digest)),
        Parameter::UseBefore(seconds) => time(*seconds),
        Parameter::ImageSize(value)
        | Parameter::ComponentSlot(value)
        | Parameter::SourceComponent(value)
        | Parameter::DeltaBase(value)
        | Parameter::MinimumBattery(value) => number_text(*value),
        Parameter::StrictOrder(value) | Parameter::SoftFailure(value) => value.to_string(),
        Parameter::Content(value)
        | Parameter::EncryptionInfo(value)
        | Parameter::InvokeArgs(value)
        | Parameter::FetchArguments(value) => bytes(value),
        Parameter::Uri(uri) => quote(uri),
        Parameter::UpdatePriority(priority) => priority.to_string(),
        Parameter::Version(comparison) => version_match(comparison),
        Parameter::WaitInfo(events) => wait(events),
        Parameter::ComponentMetadata(file) => metadata(file),
        Parameter::Custom(label, value) => return (label.to_string(), custom(value).unwrap_or_default()),
    };
    let word = ParameterKey::from_code(parameter.label()).map(word).unwrap_or_default();
    (word.to_owned(), value)
}

/// A custom value; `None` for null, which is written by leaving it out.
pub(super) fn custom(value: &Custom) -> Option<String> {
    Some(match value {
        Custom::Int(value) => value.to_string(),
        Custom::Bool(value) => value.to_string(),
        Custom::Text(text) => quote(&plain(text, &["hex", "b64", "file", "text"])),
        Custom::Bytes(value) => quote(&format!("hex:{}", crate::description::values::hex(value))),
        Custom::Nil => return None,
    })
}

fn time(seconds: u64) -> String {
    time_text(seconds).map_or_else(|| number_text(seconds), |text| quote(&text))
}

/// A version.
pub(super) fn version(parts: &[i64]) -> String {
    version_text(parts).map_or_else(|| array(parts.iter().map(i64::to_string)), |text| quote(&text))
}

fn version_match(comparison: &VersionMatch) -> String {
    match match_text(comparison) {
        Some(text) => quote(&text),
        None => inline([
            ("compare".to_owned(), quote(word(comparison.comparison))),
            ("version".to_owned(), version(&comparison.version)),
        ]),
    }
}

fn wait(events: &WaitInfo) -> String {
    let number = |value: Option<i64>| value.map(|value| value.to_string());
    let seconds = |value: Option<u64>| value.map(number_text);
    let day =
        |value: Option<u64>| value.map(|day| Weekday(day).word().map_or_else(|| number_text(day), quote));
    let other = events.other_device_version.as_ref().map(|other| {
        inline([
            ("device".to_owned(), bytes(&other.device)),
            ("version".to_owned(), array(other.versions.iter().map(version_match))),
        ])
    });
    let entries = [
        (WaitEvent::Authorization, number(events.authorization)),
        (WaitEvent::Power, number(events.power)),
        (WaitEvent::Network, number(events.network)),
        (WaitEvent::OtherDeviceVersion, other),
        (WaitEvent::Time, events.time.map(time)),
        (WaitEvent::TimeOfDay, seconds(events.time_of_day)),
        (WaitEvent::DayOfWeek, day(events.day_of_week)),
        (WaitEvent::TimeOfDayUtc, seconds(events.time_of_day_utc)),
        (WaitEvent::DayOfWeekUtc, day(events.day_of_week_utc)),
    ];
    inline(entries.into_iter().filter_map(|(event, value)| Some((word(event).to_owned(), value?))))
}

fn metadata(file: &Metadata) -> String {
    let entries = [
        (MetadataKey::FileType, file.file_type.map(|kind| quote(word(kind)))),
        (MetadataKey::DefaultPermissions, file.default_permissions.map(permissions)),
        (MetadataKey::UserPermissions, actors(&file.user_permissions)),
        (MetadataKey::GroupPermissions, actors(&file.group_permissions)),
        (MetadataKey::RolePermissions, actors(&file.role_permissions)),
        (MetadataKey::ModificationTime, file.modification_time.map(time)),
        (MetadataKey::CreationTime, file.creation_time.map(time)),
        (MetadataKey::Creator, file.creator.as_ref().map(actor)),
    ];
    inline(entries.into_iter().filter_map(|(key, value)| Some((word(key).to_owned(), value?))))
}

fn permissions(bits: u64) -> String {
    match Permissions(bits).words() {
        Some(words) => array(words.into_iter().map(quote)),
        None => number_text(bits),
    }
}

fn actor(actor: &Actor) -> String {
    match actor_text(actor) {
        Ok(text) => quote(&text),
        Err(number) => number.to_string(),
    }
}

fn actors(list: &[(Actor, u64)]) -> Option<String> {
    let entries = list.iter().map(|(who, bits)| {
        inline([("actor".to_owned(), actor(who)), ("permissions".to_owned(), permissions(*bits))])
    });
    (!list.is_empty()).then(|| array(entries))
}
