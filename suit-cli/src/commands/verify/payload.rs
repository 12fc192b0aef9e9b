//! Payloads: where they are, and whether they have their digest. Files are hashed as they are read, by the device's
//! hash; they may be larger than memory.

use super::expected::Expected;
use crate::error::{Failure, Outcome, codes};
use crate::keys::hex;
use crate::signers::EVERYTHING;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use suit_core::Envelope;
use suit_core::cbor::Reader;
use suit_core::digest::Digest;
use suit_verify_nostd::crypto::{DigestBytes, HashState};

/// Bytes that are read at once.
const CHUNK: usize = 64 * 1024;

/// Where a payload was found.
pub(super) enum Found<'a> {
    /// In the envelope.
    Embedded(Reader<'a>),
    /// In the payload directory.
    File(PathBuf),
}

impl Found<'_> {
    /// How the report calls the place.
    pub(super) fn source(&self) -> String {
        match self {
            Self::Embedded(_) => "envelope".to_owned(),
            Self::File(path) => path.file_name().map(|name| name.display().to_string()).unwrap_or_default(),
        }
    }
}

/// Looks for a payload: first in the envelope, then in the directory under its digest, then under the end of its URI.
pub(super) fn find<'a>(
    expected: &Expected<'_>,
    envelope: &Envelope<'a>,
    directory: Option<&Path>,
) -> Option<Found<'a>> {
    if let Some(content) = envelope.payload(expected.uri) {
        return Some(Found::Embedded(content));
    }
    let directory = directory?;
    let by_digest = expected.digest.map(|digest| hex(digest.bytes()));
    let names = by_digest.as_deref().into_iter().chain(last_segment(expected.uri));
    names.map(|name| directory.join(name)).find(|path| path.is_file()).map(Found::File)
}

/// The end of a URI as the name of a file, if it can be one. A manifest must not choose files outside of the directory.
pub(crate) fn last_segment(uri: &str) -> Option<&str> {
    let path = match uri.strip_prefix('#') {
        Some(name) => name,
        None => uri.split(['?', '#']).next().unwrap_or_default(),
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    let is_name = !matches!(name, "" | "." | "..") && !name.contains(['\\', ':', '\0']);
    is_name.then_some(name)
}

/// Size and digest of what was found; no digest if the hash is not supported.
///
/// # Errors
/// E0601 a file can't be read.
pub(super) fn measure(found: &Found<'_>, digest: &Digest<'_>) -> Outcome<(u64, Option<DigestBytes>)> {
    match found {
        Found::Embedded(content) => hash(content.rest(), digest, "envelope"),
        Found::File(path) => {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| Failure::read(&name, &error))?;
            hash(file, digest, &name)
        }
    }
}

fn hash(mut reader: impl Read, digest: &Digest<'_>, name: &str) -> Outcome<(u64, Option<DigestBytes>)> {
    let algorithm = EVERYTHING.hash(digest.algorithm());
    let mut state = HashState::new();
    let mut chunk = vec![0; CHUNK];
    let mut total = 0;
    // A fault of the engine means: no digest. The engines here have none.
    let mut sound = algorithm.is_some_and(|hash| hash.start(&mut state).is_ok());
    loop {
        let count = match reader.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::read(name, &error)),
        };
        total += u64::try_from(count).unwrap_or(u64::MAX);
        sound = sound && algorithm.is_some_and(|hash| hash.update(&mut state, &chunk[..count]).is_ok());
    }
    let value = algorithm.filter(|_| sound).and_then(|hash| hash.finish(&mut state).ok());
    Ok((total, value))
}

/// Size of what was found, without reading it.
pub(super) fn size(found: &Found<'_>) -> Option<u64> {
    match found {
        Found::Embedded(content) => u64::try_from(content.rest().len()).ok(),
        Found::File(path) => path.metadata().ok().map(|found| found.len()),
    }
}

/// Holds a payload against what the manifest says.
///
/// # Errors
/// E0553 another digest, E0554 another size, E0503 a hash that is not supported; E0601 unreadable.
pub(super) fn compare(expected: &Expected<'_>, digest: &Digest<'_>, found: &Found<'_>) -> Outcome<u64> {
    let (size, computed) = measure(found, digest)?;
    let uri = expected.uri;
    if let Some(wanted) = expected.size.filter(|wanted| *wanted != size) {
        let message = format!("payload '{uri}' has {size} bytes, the manifest says {wanted}");
        return Err(Failure::new(codes::PAYLOAD_SIZE, message).note(format!("found in {}", found.source())));
    }
    let Some(computed) = computed else {
        let unsupported = suit_verify_nostd::AuthenticationError::UnsupportedDigest;
        let message = format!("payload '{uri}': {unsupported}");
        return Err(Failure::numbered(unsupported.number(), crate::error::Exit::No, message)
            .help("supported are SHA-256, SHA-384 and SHA-512"));
    };
    if computed.as_bytes() != digest.bytes() {
        let message = format!("payload '{uri}' does not have the digest that the manifest holds");
        return Err(Failure::new(codes::PAYLOAD_DIGEST, message)
            .note(format!("found in {}: {}", found.source(), hex(computed.as_bytes())))
            .note(format!("the manifest holds {} {}", digest.algorithm().name(), hex(digest.bytes()))));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_never_lead_out_of_the_directory() {
        for (uri, wanted) in [
            ("coap://[fd00::1]/fw-42.bin", Some("fw-42.bin")),
            ("https://host/a/b.bin?version=2#part", Some("b.bin")),
            ("#app", Some("app")),
            ("fw.bin", Some("fw.bin")),
            ("http://host/", None),
            ("http://host/..", None),
            ("http://host/..%2f..%2fetc", Some("..%2f..%2fetc")),
            ("http://host/..\\..\\x", None),
            ("c:", None),
            ("#", None),
            ("", None),
        ] {
            assert_eq!(last_segment(uri), wanted, "{uri}");
        }
    }
}
