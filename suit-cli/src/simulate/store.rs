//! Where the contents of a virtual device are: one file each in a directory, written once and never changed. What a
//! component holds is exchanged by pointing to another file, so that a run that dies leaves the state before it.

use super::device::Content;
use crate::error::{Failure, Outcome};
use crate::keys::hex;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use suit_verify_nostd::crypto::{HashAlgorithm, HashState, Sha256};
use tempfile::TempDir;

/// Bytes that are read ahead: the device asks for little at a time.
const AHEAD: usize = 64 * 1024;

/// A directory of contents.
#[derive(Debug)]
pub(crate) struct Store {
    directory: PathBuf,
    /// The directory is gone when this is.
    _temporary: Option<TempDir>,
    next: u64,
    ahead: Ahead,
}

/// What was read last.
#[derive(Debug, Default)]
struct Ahead {
    name: String,
    file: Option<File>,
    start: u64,
    bytes: Vec<u8>,
}

/// What a component holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    /// Name of the file: in the store's directory, or absolute.
    pub(crate) name: String,
    /// Bytes.
    pub(crate) length: u32,
    /// SHA-256, if it is known.
    sha256: Option<Vec<u8>>,
    /// Bytes that stand in no file.
    text: Option<Vec<u8>>,
}

impl Held {
    /// A content of the store.
    pub(crate) const fn stored(name: String, length: u32) -> Self {
        Self { name, length, sha256: None, text: None }
    }

    /// A file that stands elsewhere.
    pub(crate) fn at(place: &Path, length: u32) -> Self {
        Self::stored(place.display().to_string(), length)
    }

    /// Bytes that stand in no file.
    pub(crate) fn text(bytes: Vec<u8>) -> Self {
        let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self { text: Some(bytes), ..Self::stored(String::new(), length) }
    }
}

/// A content that is being written.
pub(crate) struct Writing {
    file: io::BufWriter<File>,
    name: String,
    length: u32,
    hash: HashState,
}

impl core::fmt::Debug for Writing {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Writing({}, {})", self.name, self.length)
    }
}

impl Store {
    /// A directory that nobody keeps.
    ///
    /// # Errors
    /// E0602 it can't be made.
    pub(crate) fn temporary() -> Outcome<Self> {
        let temporary = tempfile::Builder::new()
            .prefix("suit-device-")
            .tempdir()
            .map_err(|error| Failure::write("temporary directory", &error))?;
        let directory = temporary.path().to_path_buf();
        Ok(Self { directory, _temporary: Some(temporary), next: 0, ahead: Ahead::default() })
    }

    /// A directory that stays. Names of new contents begin with the number `next`.
    ///
    /// # Errors
    /// E0602 it can't be made.
    pub(crate) fn at(directory: PathBuf, next: u64) -> Outcome<Self> {
        std::fs::create_dir_all(&directory)
            .map_err(|error| Failure::write(directory.display().to_string(), &error))?;
        Ok(Self { directory, _temporary: None, next, ahead: Ahead::default() })
    }

    /// Number of the next content.
    pub(crate) fn next(&self) -> u64 {
        self.next
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// Begins a content.
    pub(crate) fn create(&mut self) -> io::Result<Writing> {
        let name = format!("{:06}.bin", self.next);
        self.next += 1;
        // What an earlier run left behind that died is replaced.
        let file = File::create(self.directory.join(&name))?;
        let mut hash = HashState::new();
        Sha256.start(&mut hash).map_err(|_| io::Error::other("no hash"))?;
        Ok(Writing { file: io::BufWriter::new(file), name, length: 0, hash })
    }

    /// Takes what a device file says that a slot holds.
    ///
    /// # Errors
    /// E0601 and E0602.
    pub(crate) fn take(&mut self, content: &Content) -> Outcome<Option<Held>> {
        let failed = |error: &io::Error| Failure::write("content of the device", error);
        let mut writing = match content {
            Content::Erased => return Ok(None),
            _ => self.create().map_err(|error| failed(&error))?,
        };
        match content {
            Content::Erased => {}
            Content::Bytes(bytes) => writing.put(bytes).map_err(|error| failed(&error))?,
            Content::Image(image) => {
                let mut reader = image.reader()?;
                let mut piece = vec![0; AHEAD];
                loop {
                    let count =
                        reader.read(&mut piece).map_err(|error| Failure::read(&image.name, &error))?;
                    if count == 0 {
                        break;
                    }
                    writing.put(&piece[..count]).map_err(|error| failed(&error))?;
                }
            }
        }
        writing.end().map(Some).map_err(|error| failed(&error))
    }

    /// Fills `buffer` with what stands at `offset`.
    pub(crate) fn read(&mut self, held: &Held, offset: u32, buffer: &mut [u8]) -> io::Result<()> {
        if let Some(text) = &held.text {
            let rest = usize::try_from(offset).ok().and_then(|offset| text.get(offset..)).unwrap_or_default();
            let rest = rest.get(..buffer.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
            buffer.copy_from_slice(rest);
            return Ok(());
        }
        if self.ahead.name != held.name {
            let file = File::open(self.directory.join(&held.name))?;
            self.ahead = Ahead { name: held.name.clone(), file: Some(file), ..Ahead::default() };
        }
        self.ahead.read(offset.into(), buffer)
    }

    /// A file that stands elsewhere was replaced: nothing of it is remembered.
    pub(crate) fn forget(&mut self) {
        self.ahead = Ahead::default();
    }

    /// SHA-256 of a content, in hex.
    pub(crate) fn sha256(&mut self, held: &Held) -> io::Result<String> {
        if let Some(digest) = &held.sha256 {
            return Ok(hex(digest));
        }
        let mut state = HashState::new();
        let fault = |_| io::Error::other("no hash");
        Sha256.start(&mut state).map_err(fault)?;
        let mut piece = vec![0; AHEAD];
        let mut offset = 0;
        while offset < held.length {
            let left = usize::try_from(held.length - offset).unwrap_or(AHEAD);
            let piece = &mut piece[..left.min(AHEAD)];
            self.read(held, offset, piece)?;
            Sha256.update(&mut state, piece).map_err(fault)?;
            offset = offset.saturating_add(u32::try_from(piece.len()).unwrap_or(u32::MAX));
        }
        Ok(hex(Sha256.finish(&mut state).map_err(fault)?.as_bytes()))
    }

    /// Removes contents that nobody points to any more. That some can't be removed is no harm.
    pub(crate) fn keep_only(&self, names: &[String]) {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.ends_with(".bin") && !names.contains(&name) {
                let _ = std::fs::remove_file(entry.path());
            }
        }
    }
}

impl Ahead {
    fn read(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        let mut done = 0;
        while done < buffer.len() {
            let at = offset + u64::try_from(done).unwrap_or(u64::MAX);
            let within = at.checked_sub(self.start).and_then(|at| usize::try_from(at).ok());
            let ready = within.and_then(|at| self.bytes.get(at..)).unwrap_or_default();
            if ready.is_empty() {
                self.fill(at)?;
                continue;
            }
            let count = ready.len().min(buffer.len() - done);
            buffer[done..done + count].copy_from_slice(&ready[..count]);
            done += count;
        }
        Ok(())
    }

    fn fill(&mut self, at: u64) -> io::Result<()> {
        let file = self.file.as_mut().ok_or(io::ErrorKind::NotFound)?;
        file.seek(SeekFrom::Start(at))?;
        self.bytes.resize(AHEAD, 0);
        let count = file.read(&mut self.bytes)?;
        self.bytes.truncate(count);
        self.start = at;
        if count == 0 { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) }
    }
}

impl Writing {
    /// Bytes so far.
    pub(crate) fn length(&self) -> u32 {
        self.length
    }

    /// Adds bytes.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let more = u32::try_from(bytes.len()).ok().and_then(|more| self.length.checked_add(more));
        self.length = more.ok_or(io::ErrorKind::FileTooLarge)?;
        Sha256.update(&mut self.hash, bytes).map_err(|_| io::Error::other("no hash"))?;
        self.file.write_all(bytes)
    }

    /// Completes the content.
    pub(crate) fn end(mut self) -> io::Result<Held> {
        self.file.flush()?;
        let digest = Sha256.finish(&mut self.hash).map_err(|_| io::Error::other("no hash"))?;
        let sha256 = Some(digest.as_bytes().to_vec());
        Ok(Held { sha256, ..Held::stored(self.name, self.length) })
    }
}
