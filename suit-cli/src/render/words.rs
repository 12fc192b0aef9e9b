//! Values in a few words, the same everywhere: sizes, digests, identifiers, versions, times.

use super::document::{Document, Id};
use super::lens::DigestValue;
use super::model::DigestView;
use crate::error::{clean, harmless};
use suit_core::cbor::diag::{Diagnostic, Hex, Timestamp, Uuid};
use suit_core::grammar::Value;
use suit_core::labels::{
    Algorithm, FileType, HeaderLabel, MetadataKey, ParameterKey, PreRelease, Tag, VersionComparison,
    WaitEvent,
};

/// A number with a comma between groups of three digits.
pub(crate) fn grouped(number: impl ToString) -> String {
    let digits = number.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |digits| ("-", digits));
    let mut out = sign.to_owned();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A size in bytes.
pub(crate) fn size(bytes: impl ToString) -> String {
    format!("{} B", grouped(bytes))
}

/// The name of a digest algorithm as this tool writes it.
pub(crate) fn digest_name(code: i64) -> String {
    Algorithm::from_code(code).map_or_else(|| format!("algorithm {code}"), |name| name.name().to_lowercase())
}

/// The first bytes of a digest.
pub(crate) fn short_digest(digest: &DigestValue<'_>) -> String {
    format!("{} {}", digest_name(digest.code), short_hex(digest.bytes))
}

/// The first four bytes in hex, with an ellipsis if there are more.
pub(crate) fn short_hex(bytes: &[u8]) -> String {
    match bytes.get(..4) {
        Some(head) if bytes.len() > 4 => format!("{}…", Hex(head)),
        _ => Hex(bytes).to_string(),
    }
}

/// The whole digest.
pub(crate) fn digest_view(digest: &DigestValue<'_>) -> DigestView {
    DigestView { algorithm: digest_name(digest.code), value: Hex(digest.bytes).to_string() }
}

/// Bytes as text where they are printable, else in hex; long ones are cut.
pub(crate) fn bytes_or_text(bytes: &[u8]) -> String {
    const SHOWN: usize = 24;
    match core::str::from_utf8(bytes) {
        Ok(text) if is_printable(text) => format!("'{}'", clean(text)),
        _ if bytes.len() > SHOWN => format!("{}… ({})", Hex(&bytes[..8]), size(bytes.len())),
        _ => format!("h'{}'", Hex(bytes)),
    }
}

fn is_printable(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, 0x20..=0x7e))
}

/// A part of a component identifier: text where it is printable, else hex. Text that looks like hex is quoted.
pub(crate) fn part(bytes: &[u8]) -> String {
    let hex_like =
        |text: &str| text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    match core::str::from_utf8(bytes) {
        Ok(text) if is_printable(text) && (hex_like(text) || text.contains(['/', '\'', '[', ']'])) => {
            format!("'{}'", clean(text))
        }
        Ok(text) if is_printable(text) => clean(text),
        _ => Hex(bytes).to_string(),
    }
}

/// The parts of the component identifier at `id`.
pub(crate) fn parts(document: &Document<'_>, id: Id) -> Vec<String> {
    document.children(id).filter_map(|child| document.bytes_at(child)).map(part).collect()
}

/// A vendor, class or device identifier.
pub(crate) fn identifier(document: &Document<'_>, id: Id) -> String {
    match (document.node(id).value, document.bytes_at(document.content(id))) {
        // M §8.4.8.3: a private enterprise number, below 1.3.6.1.4.1.
        (Value::Tag(tag), Some(bytes)) if i64::try_from(tag) == Ok(Tag::RelativeOid.code()) => {
            relative_oid(bytes)
        }
        (_, Some(bytes)) => Uuid(bytes).to_string(),
        _ => document.shown(id),
    }
}

/// RFC 9090: numbers in groups of seven bits, the last byte of each without its high bit.
pub(crate) fn relative_oid(bytes: &[u8]) -> String {
    let mut out = "1.3.6.1.4.1".to_owned();
    let mut number = 0_u128;
    for byte in bytes {
        number = number << 7 | u128::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            out.push_str(&format!(".{number}"));
            number = 0;
        }
    }
    out
}

/// A version such as `2.4.0-rc.1`.
pub(crate) fn version(numbers: impl IntoIterator<Item = i64>) -> String {
    let mut out = String::new();
    for number in numbers {
        match PreRelease::from_code(number) {
            Some(marker) => {
                out.push('-');
                out.push_str(marker.name());
            }
            None => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(&number.to_string());
            }
        }
    }
    out
}

/// `is at least 1.2`.
pub(crate) fn comparison(comparison: Option<VersionComparison>, version: &str) -> String {
    match comparison {
        Some(VersionComparison::Greater) => format!("is higher than {version}"),
        Some(VersionComparison::GreaterEqual) => format!("is {version} or higher"),
        Some(VersionComparison::Equal) => format!("is {version}"),
        Some(VersionComparison::LesserEqual) => format!("is {version} or lower"),
        Some(VersionComparison::Lesser) => format!("is lower than {version}"),
        _ => format!("compares to {version} in an unknown way"),
    }
}

impl Document<'_> {
    /// A value in diagnostic notation, on one line, cut if it is long.
    pub(crate) fn shown(&self, id: Id) -> String {
        clean(&Diagnostic::document(self.node(id).shape, self.reader(id)).to_string())
    }

    /// A value in diagnostic notation, on one line, in full.
    pub(crate) fn notation(&self, id: Id) -> String {
        harmless(&Diagnostic::document(self.node(id).shape, self.reader(id)).to_string())
    }

    /// The integers of a list.
    pub(crate) fn ints(&self, id: Id) -> impl Iterator<Item = i64> + use<'_> {
        self.children(self.content(id)).filter_map(|child| self.int(child))
    }

    /// The version comparison at `id`.
    pub(crate) fn version_match(&self, id: Id) -> String {
        let kind = self.item(id, 0).and_then(|kind| self.int(kind)).and_then(VersionComparison::from_code);
        let numbers = self.item(id, 1).map(|list| version(self.ints(list))).unwrap_or_default();
        comparison(kind, &numbers)
    }

    /// How a payload is encrypted, from the COSE_Encrypt at `id`.
    pub(crate) fn encryption(&self, id: Id) -> String {
        let header = |id: Id, label: HeaderLabel| {
            (0..2).find_map(|bucket| self.get(self.item(id, bucket)?, label.code()))
        };
        let algorithm = |id: Id| {
            let value = header(id, HeaderLabel::Algorithm)?;
            let code = self.int(value)?;
            Some(Algorithm::from_code(code).map_or_else(|| code.to_string(), |found| found.name().to_owned()))
        };
        let unknown = || "an unnamed algorithm".to_owned();
        let recipients =
            self.item(id, 3).map(|list| self.children(list).collect::<Vec<_>>()).unwrap_or_default();
        let keys: Vec<_> = recipients
            .into_iter()
            .map(|recipient| {
                let key_id = header(recipient, HeaderLabel::KeyId).and_then(|id| self.bytes_at(id));
                let key_id = key_id.map(|id| format!(" {}", bytes_or_text(id))).unwrap_or_default();
                format!("{}{key_id}", algorithm(recipient).unwrap_or_else(unknown))
            })
            .collect();
        let key = if keys.is_empty() { String::new() } else { format!(", key by {}", keys.join(" or ")) };
        format!("{}{key}", algorithm(id).unwrap_or_else(unknown))
    }

    /// The events of the wait-info at `id`.
    pub(crate) fn events(&self, id: Id) -> String {
        let events: Vec<_> = WaitEvent::ALL
            .iter()
            .filter_map(|event| self.get(id, event.code()).map(|value| self.event(*event, value)))
            .collect();
        if events.is_empty() { "nothing that is known".to_owned() } else { events.join(", and ") }
    }

    fn event(&self, event: WaitEvent, id: Id) -> String {
        const DAYS: [&str; 7] =
            ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
        let value = self.shown(id);
        let number = self.uint(id);
        let clock = || {
            number.filter(|seconds| *seconds < 86_400).map_or_else(
                || format!("{value} s after midnight"),
                |seconds| format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60),
            )
        };
        let day = || {
            let day = number.and_then(|day| usize::try_from(day).ok()).and_then(|day| DAYS.get(day));
            day.map_or_else(|| format!("day {value} of the week"), |day| (*day).to_owned())
        };
        match event {
            WaitEvent::Authorization => format!("an update of priority {value} is authorised"),
            WaitEvent::Power => format!("the power level is at least {value}"),
            WaitEvent::Network => format!("the network state is {value}"),
            WaitEvent::OtherDeviceVersion => {
                let device = self.item(id, 0).and_then(|id| self.bytes_at(id)).unwrap_or_default();
                let versions = self.item(id, 1).map(|list| self.children(list).collect::<Vec<_>>());
                let versions: Vec<_> =
                    versions.into_iter().flatten().map(|item| self.version_match(item)).collect();
                format!("the version of device {} {}", bytes_or_text(device), versions.join(" and "))
            }
            WaitEvent::Time => number.map_or(value, |seconds| format!("it is {}", Timestamp(seconds))),
            WaitEvent::TimeOfDay => format!("it is {} local time", clock()),
            WaitEvent::DayOfWeek => format!("it is {}, local time", day()),
            WaitEvent::TimeOfDayUtc => format!("it is {} UTC", clock()),
            WaitEvent::DayOfWeekUtc => format!("it is {} in UTC", day()),
            _ => format!("{} is {value}", event.name()),
        }
    }

    /// The file metadata at `id`.
    pub(crate) fn metadata(&self, id: Id) -> String {
        let entries = MetadataKey::ALL.iter().filter_map(|key| {
            let value = self.get(id, key.code())?;
            let number = self.uint(self.content(value));
            Some(match (key, number) {
                (MetadataKey::FileType, Some(kind)) => {
                    let kind = i64::try_from(kind).ok().and_then(FileType::from_code);
                    kind.map_or_else(|| self.shown(value), |kind| kind.name().to_owned())
                }
                (MetadataKey::ModificationTime, Some(time)) => format!("modified {}", Timestamp(time)),
                (MetadataKey::CreationTime, Some(time)) => format!("created {}", Timestamp(time)),
                (MetadataKey::DefaultPermissions, Some(bits)) => format!("permissions {bits:#b}"),
                (key, _) => format!("{} {}", key.name(), self.shown(value)),
            })
        });
        let entries: Vec<_> = entries.collect();
        if entries.is_empty() { "nothing".to_owned() } else { entries.join(", ") }
    }

    /// A parameter's value; component indices as `label` calls them.
    pub(crate) fn parameter(&self, key: i64, id: Id, label: &dyn Fn(u64) -> String) -> String {
        let by_number = |words: &dyn Fn(u64) -> String| self.uint(id).map_or_else(|| self.shown(id), words);
        match ParameterKey::from_code(key) {
            Some(
                ParameterKey::VendorIdentifier
                | ParameterKey::ClassIdentifier
                | ParameterKey::DeviceIdentifier,
            ) => identifier(self, id),
            Some(ParameterKey::ImageDigest) => {
                self.digest(id).map_or_else(|| self.shown(id), |digest| short_digest(&digest))
            }
            Some(ParameterKey::UseBefore) => by_number(&|seconds| Timestamp(seconds).to_string()),
            Some(ParameterKey::ImageSize) => by_number(&|bytes| size(bytes)),
            Some(ParameterKey::MinimumBattery) => by_number(&|charge| format!("{} mWh", grouped(charge))),
            Some(ParameterKey::SourceComponent | ParameterKey::DeltaBase) => by_number(label),
            Some(ParameterKey::Uri) => self.text(id).map_or_else(|| self.shown(id), clean),
            Some(ParameterKey::Content | ParameterKey::InvokeArgs | ParameterKey::FetchArguments) => {
                self.bytes_at(id).map_or_else(|| self.shown(id), bytes_or_text)
            }
            Some(ParameterKey::EncryptionInfo) => self.encryption(id),
            Some(ParameterKey::Version) => {
                let words = self.version_match(id);
                words.strip_prefix("is ").map(str::to_owned).unwrap_or(words)
            }
            Some(ParameterKey::WaitInfo) => self.events(id),
            Some(ParameterKey::ComponentMetadata) => self.metadata(id),
            _ => self.shown(id),
        }
    }
}

/// The name of a parameter, or its number.
pub(crate) fn parameter_name(key: i64) -> String {
    ParameterKey::from_code(key).map_or_else(|| format!("parameter {key}"), |key| key.name().to_owned())
}

/// Several things in a sentence: `a`, `a and b`, `a, b and c`.
pub(crate) fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        for (number, wanted) in
            [(0_i64, "0"), (999, "999"), (1_000, "1,000"), (34_768, "34,768"), (-1_234_567, "-1,234,567")]
        {
            assert_eq!(grouped(number), wanted);
        }
        assert_eq!(size(u64::MAX), "18,446,744,073,709,551,615 B");
    }

    #[test]
    fn versions_are_written_as_people_do() {
        assert_eq!(version([1, 0]), "1.0");
        assert_eq!(version([2, 4, 0, -1, 3]), "2.4.0-rc.3");
        assert_eq!(version([1, -3]), "1-alpha");
    }

    #[test]
    fn parts_of_identifiers_cannot_be_confused() {
        assert_eq!(part(&[0x00]), "00");
        assert_eq!(part(b"00"), "'00'");
        assert_eq!(part(b"firmware"), "firmware");
        assert_eq!(part(b"a/b"), "'a/b'");
        assert_eq!(part(b""), "");
        assert_eq!(part("ü".as_bytes()), "c3bc");
    }

    #[test]
    fn enterprise_numbers_are_object_identifiers() {
        // RFC 9090's own example of a number above 127: 1.3.6.1.4.1.32473 is 81 fd 59.
        assert_eq!(relative_oid(&[0x81, 0xfd, 0x59]), "1.3.6.1.4.1.32473");
        assert_eq!(relative_oid(&[]), "1.3.6.1.4.1");
    }

    #[test]
    fn lists_read_as_sentences() {
        let items = |items: &[&str]| list(&items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        assert_eq!(items(&["a"]), "a");
        assert_eq!(items(&["a", "b"]), "a and b");
        assert_eq!(items(&["a", "b", "c"]), "a, b and c");
    }
}
