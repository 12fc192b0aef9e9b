//! Payloads out of raw binaries, ELF and Intel HEX.
//!
//! An [`Image`] is what a device stores: one run of bytes, and for ELF and HEX the address of the first.
//! It is not in memory but a list of ranges of the file, read when it is asked for.

mod bin;
mod elf;
mod ihex;
mod layout;

use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use core::ops::Range;
use layout::Piece;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use suit_core::delta::Instructions;
use suit_verify_nostd::crypto::{DigestBytes, HashAlgorithm, HashState};

/// The value of erased flash.
const ERASED: u8 = 0xff;

/// What of a file is the image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sections {
    /// What an ELF or HEX file says is to be loaded; all of any other file.
    Loadable,
    /// All bytes of the file, whatever it is.
    Raw,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Bytes as they are.
    Bin,
    /// ELF, 32 or 64 bits, either byte order.
    Elf,
    /// Intel HEX.
    Hex,
}

/// An image and where it belongs.
#[derive(Clone, Debug)]
pub(crate) struct Image {
    /// The file as it was named.
    pub(crate) name: String,
    /// What the file was read as.
    pub(crate) kind: Kind,
    /// Address of the first byte; raw binaries have none.
    pub(crate) base: Option<u64>,
    /// Whose instructions it holds; only ELF says so.
    pub(crate) instructions: Option<Instructions>,
    /// Addresses of the data of the running program; only ELF says so.
    pub(crate) data: Option<Range<u64>>,
    /// Bytes.
    pub(crate) len: u64,
    /// What gaps between parts are filled with: erased flash unless changed, so that a gap needs no writing.
    /// `objcopy -O binary` fills with 0 unless it is told otherwise.
    pub(crate) fill: u8,
    pieces: Vec<Piece>,
    source: Source,
}

/// Where the pieces are ranges of.
#[derive(Clone, Debug)]
enum Source {
    File(PathBuf),
    Memory(Vec<u8>),
}

/// Finds out what a file is and where its image lies. Payload bytes are read later.
///
/// Unless `kind` says: a file that begins with the ELF magic is ELF; one named `*.hex`, `*.ihex` or `*.ihx` is
/// Intel HEX; any other is a raw binary. One named `*.elf` or `*.axf` without the magic is refused.
///
/// # Errors
/// E0601 and E0608 unreadable, E0801 to E0810 no image of its kind.
pub(crate) fn load(path: &Path, sections: Sections, kind: Option<Kind>) -> Outcome<Image> {
    let mut opened = Opened::new(path)?;
    if sections == Sections::Raw {
        return bin::load(opened);
    }
    let is_elf = opened.begins_with(&elf::MAGIC)?;
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    let kind = match (kind, ending.as_deref()) {
        (Some(kind), _) => kind,
        (None, _) if is_elf => Kind::Elf,
        (None, Some("elf" | "axf")) => Kind::Elf,
        (None, Some("hex" | "ihex" | "ihx")) => Kind::Hex,
        (None, _) => Kind::Bin,
    };
    match kind {
        Kind::Bin => bin::load(opened),
        Kind::Hex => ihex::load(opened),
        Kind::Elf if is_elf => elf::load(opened),
        Kind::Elf => Err(Failure::new(codes::IMAGE_KIND, format!("'{}' is not an ELF file", opened.name))
            .at(Place::bytes(&opened.name, 0, None))
            .note("an ELF file begins with the bytes 7f 45 4c 46")),
    }
}

impl Image {
    fn new(opened: Opened, kind: Kind, base: Option<u64>, pieces: Vec<Piece>) -> Outcome<Self> {
        let len = pieces.iter().map(Piece::length).sum();
        if len == 0 {
            return Err(Failure::new(codes::IMAGE_EMPTY, format!("'{}' is empty", opened.name))
                .at(Place::file(&opened.name)));
        }
        Ok(Self {
            name: opened.name,
            kind,
            base,
            instructions: None,
            data: None,
            len,
            fill: ERASED,
            pieces,
            source: opened.source,
        })
    }

    /// A reader of the image from its first byte to its last.
    ///
    /// # Errors
    /// E0601 the file can't be opened any more.
    pub(crate) fn reader(&self) -> Outcome<Reader<'_>> {
        let store = match &self.source {
            Source::Memory(bytes) => Store::Memory(bytes),
            Source::File(path) => {
                Store::File(File::open(path).map_err(|error| Failure::read(&self.name, &error))?)
            }
        };
        Ok(Reader { store, pieces: &self.pieces, done: 0, fill: self.fill })
    }

    /// The image in memory.
    ///
    /// # Errors
    /// E0601 reading fails.
    pub(crate) fn bytes(&self) -> Outcome<Vec<u8>> {
        let mut bytes = Vec::with_capacity(usize::try_from(self.len).unwrap_or_default());
        self.reader()?.read_to_end(&mut bytes).map_err(|error| Failure::read(&self.name, &error))?;
        Ok(bytes)
    }

    /// The image's digest; 64 KiB of the image are held at a time.
    ///
    /// # Errors
    /// E0601 reading fails.
    pub(crate) fn digest(&self, hash: &dyn HashAlgorithm) -> Outcome<DigestBytes> {
        Ok(digest(self.reader()?, &self.name, hash)?.0)
    }
}

/// Digest and number of bytes of all that `reader`, called `name` in messages, still has.
///
/// # Errors
/// E0601 reading fails.
pub(crate) fn digest(
    mut reader: impl Read,
    name: &str,
    hash: &dyn HashAlgorithm,
) -> Outcome<(DigestBytes, u64)> {
    let fault = |_| Failure::read(name, &io::Error::other("digest could not be computed"));
    let mut state = HashState::new();
    hash.start(&mut state).map_err(fault)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut total = 0;
    loop {
        let count = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Failure::read(name, &error)),
        };
        hash.update(&mut state, &buffer[..count]).map_err(fault)?;
        total += u64::try_from(count).unwrap_or(u64::MAX);
    }
    Ok((hash.finish(&mut state).map_err(fault)?, total))
}

/// Reads the pieces of an image one after the other.
#[derive(Debug)]
pub(crate) struct Reader<'i> {
    store: Store<'i>,
    pieces: &'i [Piece],
    /// Bytes of the first piece that were read.
    done: u64,
    fill: u8,
}

#[derive(Debug)]
enum Store<'i> {
    File(File),
    Memory(&'i [u8]),
}

impl Read for Reader<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some((first, rest)) = self.pieces.split_first() else { return Ok(0) };
        let left = usize::try_from(first.length() - self.done).unwrap_or(usize::MAX);
        let wanted = left.min(buffer.len());
        let buffer = &mut buffer[..wanted];
        let count = match *first {
            Piece::Fill { .. } => {
                buffer.fill(self.fill);
                wanted
            }
            Piece::Range { start, .. } => self.store.read_at(start + self.done, buffer)?,
        };
        if count == 0 && wanted > 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the file became shorter"));
        }
        self.done += u64::try_from(count).unwrap_or(u64::MAX);
        if self.done == first.length() {
            self.pieces = rest;
            self.done = 0;
        }
        Ok(count)
    }
}

impl Store<'_> {
    fn read_at(&mut self, offset: u64, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::File(file) => {
                file.seek(SeekFrom::Start(offset))?;
                file.read(buffer)
            }
            Self::Memory(bytes) => {
                let offset = usize::try_from(offset).unwrap_or(usize::MAX);
                bytes.get(offset..).unwrap_or_default().read(buffer)
            }
        }
    }
}

/// A file whose kind is not settled yet.
#[derive(Debug)]
struct Opened {
    name: String,
    source: Source,
    len: u64,
}

impl Opened {
    /// Regular files stay files. What can be read only once (`-`, a pipe) is read into memory.
    fn new(path: &Path) -> Outcome<Self> {
        let name = path.display().to_string();
        match std::fs::metadata(path) {
            Ok(found) if found.is_file() && path != Path::new("-") => {
                // Unreadable files are reported here and not halfway through.
                File::open(path).map_err(|error| Failure::read(&name, &error))?;
                Ok(Self { name, source: Source::File(path.to_path_buf()), len: found.len() })
            }
            _ => Ok(Self::in_memory(Input::read(path)?)),
        }
    }

    fn in_memory(input: Input) -> Self {
        let len = u64::try_from(input.bytes.len()).unwrap_or(u64::MAX);
        Self { name: input.name, source: Source::Memory(input.bytes), len }
    }

    fn begins_with(&mut self, magic: &[u8]) -> Outcome<bool> {
        let mut head = Vec::new();
        let length = u64::try_from(magic.len()).unwrap_or(u64::MAX);
        match &self.source {
            Source::Memory(bytes) => return Ok(bytes.starts_with(magic)),
            Source::File(path) => File::open(path).and_then(|file| file.take(length).read_to_end(&mut head)),
        }
        .map_err(|error| Failure::read(&self.name, &error))?;
        Ok(head == magic)
    }

    /// The whole file in memory, for kinds whose text has to be decoded.
    fn whole(self) -> Outcome<Input> {
        match self.source {
            Source::Memory(bytes) => Ok(Input { name: self.name, bytes }),
            Source::File(path) => Input::read(&path),
        }
    }
}

#[cfg(test)]
mod tests;
