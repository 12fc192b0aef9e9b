//! Files that are read whole: envelopes, descriptions, keys.
//!
//! Payloads can be large and are not read here; see [`crate::images`].

use crate::error::{Failure, Outcome, Place, codes};
use core::sync::atomic::{AtomicBool, Ordering};
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The most bytes that are read into memory: larger than any envelope with embedded payloads for a device
/// that this tool is for.
const LARGEST: u64 = 1 << 30;

/// Standard input can be read once.
static STDIN_TAKEN: AtomicBool = AtomicBool::new(false);

/// A file's content and what messages call it.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    /// The path as it was given, or `<stdin>`.
    pub(crate) name: String,
    /// All bytes.
    pub(crate) bytes: Vec<u8>,
}

/// The directory that --payload-dir names, if it is one.
///
/// # Errors
/// E0601 for anything else.
pub(crate) fn payload_directory(path: Option<&Path>) -> Outcome<Option<&Path>> {
    match path {
        Some(path) if !path.is_dir() => {
            let message = format!("'{}' is not a directory", path.display());
            Err(Failure::new(codes::READ, message).help("--payload-dir takes the directory of the payloads"))
        }
        path => Ok(path),
    }
}

impl Input {
    /// Reads a file, or standard input if the path is `-`.
    ///
    /// # Errors
    /// E0601 unreadable, E0606 standard input was read already, E0608 a directory, E0609 larger than 1 GiB.
    pub(crate) fn read(path: &Path) -> Outcome<Self> {
        if path == Path::new("-") {
            if STDIN_TAKEN.swap(true, Ordering::Relaxed) {
                return Err(Failure::new(codes::STDIN_TWICE, "'-' is given for two inputs"));
            }
            return Self::take("<stdin>".to_owned(), std::io::stdin().lock(), LARGEST);
        }
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| Failure::read(&name, &error))?;
        // Before it fills the memory; what says no size is counted while it is read.
        if file.metadata().is_ok_and(|found| found.len() > LARGEST) {
            return Err(too_large(&name, LARGEST));
        }
        Self::take(name, file, LARGEST)
    }

    fn take(name: String, reader: impl Read, largest: u64) -> Outcome<Self> {
        let mut bytes = Vec::new();
        let count =
            reader.take(largest + 1).read_to_end(&mut bytes).map_err(|error| Failure::read(&name, &error))?;
        if u64::try_from(count).unwrap_or(u64::MAX) > largest {
            return Err(too_large(&name, largest));
        }
        Ok(Self { name, bytes })
    }

    /// The content as text; a byte order mark at its start is left out.
    ///
    /// # Errors
    /// E0209 not UTF-8, with the place of the first wrong byte.
    pub(crate) fn text(&self) -> Outcome<&str> {
        let text = core::str::from_utf8(&self.bytes).map_err(|error| {
            let offset = u64::try_from(error.valid_up_to()).unwrap_or(u64::MAX);
            Failure::new(codes::NOT_UTF8, format!("'{}' is not UTF-8 text", self.name))
                .at(Place::bytes(&self.name, offset, None))
        })?;
        Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
    }
}

fn too_large(name: &str, largest: u64) -> Failure {
    Failure::new(codes::TOO_LARGE, format!("'{name}' has more than {largest} bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn a_missing_file_is_named() {
        let failure = Input::read(Path::new("no/such.toml")).expect_err("missing");
        assert_eq!(failure.message(), "can't read 'no/such.toml': no such file or directory");
        assert_eq!((failure.number(), failure.status()), (601, Exit::Input));
        assert_eq!(failure.next_step(), Some("check the name and the permissions"));
    }

    #[test]
    fn a_directory_is_no_file() {
        let directory = tempfile::tempdir().unwrap();
        let failure = Input::read(directory.path()).expect_err("directory");
        let wanted = format!("can't read '{}': it is a directory", directory.path().display());
        assert_eq!((failure.number(), failure.message()), (608, wanted.as_str()));
    }

    #[test]
    fn too_much_is_refused() {
        let take = |length: usize| Input::take("x".into(), std::io::Cursor::new(vec![0; length]), 4);
        assert_eq!(take(4).unwrap().bytes.len(), 4);
        let failure = take(5).expect_err("too large");
        assert_eq!((failure.number(), failure.message()), (609, "'x' has more than 4 bytes"));
    }

    #[test]
    fn text_must_be_utf_8() {
        let text = |bytes: &[u8]| Input { name: "x".into(), bytes: bytes.to_vec() };
        assert_eq!(text("\u{feff}a".as_bytes()).text().unwrap(), "a");
        let input = text(b"ab\xff");
        let failure = input.text().expect_err("not text");
        assert_eq!((failure.number(), failure.message()), (209, "'x' is not UTF-8 text"));
        assert_eq!(failure.place(), Some(&Place::bytes("x", 2, None)));
    }
}
