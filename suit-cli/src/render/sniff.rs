//! What a file is, by its first bytes.

use super::document::Kind;
use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use suit_core::cbor::{Major, Reader};
use suit_core::cose::ProtectedReport;
use suit_core::delta::MAGIC;
use suit_core::labels::{EnvelopeKey, ManifestKey, ReportKey, Tag};
use suit_core::report::Report;

/// Says what a file is.
///
/// # Errors
/// E0610 for what another verb shows: keys, descriptions, reports. What is broken beyond recognition is taken for an
/// envelope, so that its faults are shown.
pub(crate) fn sniff(input: &Input) -> Outcome<Kind> {
    kind(&input.name, &input.bytes)
}

/// Why the file `name` could not be read as an envelope: it is something else, or it has the fault that was found.
pub(crate) fn no_envelope(name: &str, bytes: &[u8], error: suit_core::Error) -> Failure {
    match kind(name, bytes) {
        // The reader's fault says as much, and where.
        _ if bytes.is_empty() => {
            Failure::document(name, error).help("the file is empty: name the one that holds the envelope")
        }
        Err(other) => other,
        Ok(_) => Failure::document(name, error).help("`suit inspect` shows it as far as it goes"),
    }
}

fn kind(name: &str, bytes: &[u8]) -> Outcome<Kind> {
    let other = |what: &str, help: &str| {
        let message = format!("'{name}' is {what}, not an envelope");
        Err(Failure::new(codes::NOT_A_DOCUMENT, message).at(Place::file(name)).help(help))
    };
    let key_help = format!("`suit key show {name}` says what kind of key it is");
    if bytes.is_empty() {
        return other("empty", "name the file that holds the envelope");
    }
    if let Some(text) = text(bytes) {
        return match text {
            _ if text.contains("-----BEGIN ") => other("a key or certificate in PEM", &key_help),
            _ if text.starts_with('{') && text.contains("\"kty\"") => other("a key in JWK", &key_help),
            _ if text.contains("suit-device/1") => {
                other("a device file", &format!("`suit simulate ENV --device {name}` takes it"))
            }
            _ if text.contains("suit/1") => {
                other("a description", &format!("`suit build {name}` makes an envelope of it"))
            }
            _ => other("text", "envelopes are CBOR, as `suit build` writes them"),
        };
    }
    if bytes.starts_with(b"\x7fELF") {
        return other("an ELF file", "name it in a description; `suit build` makes an envelope of that");
    }
    if bytes.first() == Some(&MAGIC) {
        return other("a delta", &format!("`suit delta info {name}` shows it"));
    }
    let mut reader = Reader::new(bytes);
    let tag = reader.clone().tag().ok().and_then(|tag| i64::try_from(tag).ok()).and_then(Tag::from_code);
    // A report that is protected carries its payload, which no authentication block does.
    let report_help = format!("`suit report decode {name}` shows it");
    if ProtectedReport::parse(reader).is_ok_and(|report| Report::parse(report.payload()).is_ok()) {
        return other("a protected SUIT report", &report_help);
    }
    match tag {
        Some(Tag::SuitEnvelope) => return Ok(Kind::Envelope { tagged: true }),
        Some(Tag::SuitManifest) => return Ok(Kind::Manifest { tagged: true }),
        Some(Tag::CoseSign1 | Tag::CoseSign | Tag::CoseMac0 | Tag::CoseMac) => return Ok(Kind::Block),
        Some(Tag::CoseEncrypt) => return Ok(Kind::Encryption),
        _ => {}
    }
    // DER: a SEQUENCE of all that follows. In CBOR a file of more than one byte never begins like that.
    if matches!(bytes, [0x30, length, ..] if *length >= 0x80 || usize::from(*length) + 2 == bytes.len()) {
        return other("a key or certificate in DER", &key_help);
    }
    let Ok(count) = reader.map() else { return Ok(Kind::Envelope { tagged: true }) };
    let mut seen = Seen::default();
    for _ in 0..count {
        let (Ok(label), kind) = (reader.int(), reader.peek()) else { break };
        seen.note(label, kind);
        if reader.item().is_err() {
            break;
        }
    }
    match seen {
        Seen { report: true, .. } => other("a SUIT report", &report_help),
        Seen { manifest: true, .. } => Ok(Kind::Manifest { tagged: false }),
        Seen { key: true, envelope: false, .. } => other("a COSE_Key", &key_help),
        _ => Ok(Kind::Envelope { tagged: false }),
    }
}

/// What the keys of an untagged map speak for.
#[derive(Clone, Copy, Default)]
struct Seen {
    envelope: bool,
    manifest: bool,
    key: bool,
    report: bool,
}

impl Seen {
    fn note(&mut self, label: i64, value: Option<Major>) {
        const WRAPPER: i64 = EnvelopeKey::AuthenticationWrapper.code();
        const SEQUENCE: i64 = ManifestKey::SequenceNumber.code();
        const COMMON: i64 = ManifestKey::Common.code();
        /// RFC 9052 §7.1: the labels below zero belong to the type of key.
        const KEY_PARAMETERS: core::ops::RangeInclusive<i64> = -4..=-1;
        const REPORT_REFERENCE: i64 = ReportKey::Reference.code();
        match (label, value) {
            // A manifest's sequence number and an envelope's authentication wrapper have the same label.
            (WRAPPER, Some(Major::Bytes)) => self.envelope = true,
            (SEQUENCE, Some(Major::Uint)) => self.manifest = true,
            (COMMON, Some(Major::Bytes)) => self.envelope |= !self.manifest,
            (REPORT_REFERENCE, _) => self.report = true,
            _ if KEY_PARAMETERS.contains(&label) => self.key = true,
            _ => {}
        }
    }
}

/// The file as text, if it is UTF-8 without control characters and begins in ASCII. No document begins so: in CBOR
/// those are small integers and strings.
fn text(bytes: &[u8]) -> Option<&str> {
    let text = core::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    let fit = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\r' | '\t');
    (text.starts_with(|first: char| first.is_ascii()) && text.chars().all(fit)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(bytes: &[u8]) -> Outcome<Kind> {
        sniff(&Input { name: "f".into(), bytes: bytes.to_vec() })
    }

    #[test]
    fn documents_are_told_apart() {
        for (bytes, wanted) in [
            (&[0xd8, 0x6b, 0xa0][..], Kind::Envelope { tagged: true }),
            (&[0xa2, 0x02, 0x41, 0x80, 0x03, 0x41, 0xa0], Kind::Envelope { tagged: false }),
            (&[0xa3, 0x01, 0x01, 0x02, 0x07, 0x03, 0x41, 0xa0], Kind::Manifest { tagged: false }),
            (&[0xd9, 0x04, 0x2e, 0xa0], Kind::Manifest { tagged: true }),
            (&[0xd2, 0x80], Kind::Block),
            (&[0xd8, 0x60, 0x80], Kind::Encryption),
            // Nothing that can be recognised: shown as the envelope that it isn't.
            (&[0xff, 0x00], Kind::Envelope { tagged: true }),
        ] {
            assert_eq!(kind(bytes).unwrap(), wanted, "{bytes:02x?}");
        }
    }

    #[test]
    fn what_other_verbs_show_is_named() {
        for (bytes, wanted) in [
            (&b""[..], "'f' is empty, not an envelope"),
            (b"-----BEGIN PUBLIC KEY-----\nAAAA\n", "'f' is a key or certificate in PEM, not an envelope"),
            (b"{\"kty\": \"EC\"}", "'f' is a key in JWK, not an envelope"),
            (b"format = \"suit/1\"\n", "'f' is a description, not an envelope"),
            (b"format = \"suit-device/1\"\n", "'f' is a device file, not an envelope"),
            (b"\x7fELF\x01\x01\x01\x00", "'f' is an ELF file, not an envelope"),
            (b"hello", "'f' is text, not an envelope"),
            (&[0x30, 0x03, 0x02, 0x01, 0x80], "'f' is a key or certificate in DER, not an envelope"),
            (&[0xa3, 0x01, 0x02, 0x20, 0x01, 0x21, 0x41, 0x80], "'f' is a COSE_Key, not an envelope"),
            (&[0xa2, 0x03, 0x80, 0x18, 0x63, 0x80], "'f' is a SUIT report, not an envelope"),
        ] {
            let failure = kind(bytes).expect_err(wanted);
            assert_eq!(failure.message(), wanted);
            assert_eq!(failure.status(), crate::error::Exit::Input);
        }
    }
}
