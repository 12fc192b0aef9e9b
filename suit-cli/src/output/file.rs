//! Files that appear whole or not at all.

use super::Target;
use crate::error::{Failure, Outcome, Place, codes, forget_on_panic, remove_on_panic};
use std::fs::{File, Metadata, Permissions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use tempfile::{Builder, TempPath};

/// An output that is being written.
///
/// Bytes for a regular file go to a temporary file in the same directory; [`Self::finish`] renames it to
/// the target, dropping it removes it. What isn't a regular file (`-`, `/dev/null`, a pipe) is written
/// directly.
#[derive(Debug)]
pub(crate) struct Output {
    name: String,
    sink: Sink,
}

#[derive(Debug)]
enum Sink {
    Stdout(BufWriter<io::Stdout>),
    Direct(File),
    Temporary(Temporary),
}

#[derive(Debug)]
struct Temporary {
    file: BufWriter<File>,
    path: Option<TempPath>,
    target: PathBuf,
    /// Permissions of the file that is replaced.
    permissions: Option<Permissions>,
    keep_existing: bool,
}

/// What an [`Output`] must take care of.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    inputs: Vec<PathBuf>,
    in_place: bool,
    is_text: bool,
    is_private: bool,
    keep_existing: bool,
}

impl Plan {
    /// `file` is read by this run: it is replaced only where [`Self::in_place`] allows it.
    #[must_use]
    pub(crate) fn reading(mut self, file: &Path) -> Self {
        self.inputs.push(file.to_path_buf());
        self
    }

    /// Whether inputs may be replaced (`--in-place`).
    #[must_use]
    pub(crate) fn in_place(mut self, allowed: bool) -> Self {
        self.in_place = allowed;
        self
    }

    /// Text may go to a terminal; anything else is refused there.
    #[must_use]
    pub(crate) fn text(mut self) -> Self {
        self.is_text = true;
        self
    }

    /// A secret: nobody else may read the file, and an existing file is not replaced.
    #[must_use]
    pub(crate) fn private(mut self) -> Self {
        self.is_private = true;
        self.keep_existing()
    }

    /// An existing file is not replaced.
    #[must_use]
    pub(crate) fn keep_existing(mut self) -> Self {
        self.keep_existing = true;
        self
    }

    /// Begins to write.
    ///
    /// # Errors
    /// E0604 binary output to a terminal, E0605 the target is an input, E0607 the target exists and has to
    /// stay, E0602 it can't be written.
    pub(crate) fn open(self, target: &Target) -> Outcome<Output> {
        let name = target.name();
        let sink = match target {
            Target::Stdout => {
                if !self.is_text && io::stdout().is_terminal() {
                    return Err(Failure::new(codes::TERMINAL, "the output is binary and goes to a terminal"));
                }
                Sink::Stdout(BufWriter::new(io::stdout()))
            }
            Target::File(path) => self.open_file(path, &name)?,
        };
        Ok(Output { name, sink })
    }

    fn open_file(self, path: &Path, name: &str) -> Outcome<Sink> {
        let existing = match std::fs::metadata(path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(Failure::write(name, &error)),
        };
        if let Some(found) = &existing {
            if found.is_dir() {
                return Err(Failure::write(name, &io::ErrorKind::IsADirectory.into()));
            }
            if !found.is_file() {
                // Renaming over a device or a pipe would replace it by a file.
                let file = File::options().write(true).open(path);
                return file.map(Sink::Direct).map_err(|error| Failure::write(name, &error));
            }
            if self.keep_existing {
                return Err(exists(name));
            }
            if !self.in_place {
                for input in &self.inputs {
                    if std::fs::metadata(input).is_ok_and(|input| is_same_file(&input, found)) {
                        return Err(Failure::new(
                            codes::OVERWRITES_INPUT,
                            format!("'{name}' is read by this command and would be overwritten"),
                        ));
                    }
                }
            }
        }
        // A link is followed, so that the file it leads to is replaced and not the link.
        let target = if existing.is_some() {
            path.canonicalize().map_err(|error| Failure::write(name, &error))?
        } else {
            path.to_path_buf()
        };
        let directory = match target.parent() {
            Some(parent) if parent != Path::new("") => parent,
            _ => Path::new("."),
        };
        let mut builder = Builder::new();
        builder.prefix(".suit-").suffix(".tmp");
        // Temporary files are private; the umask decides about new files.
        let may_be_read = !self.is_private && existing.is_none();
        let wide = readable();
        if let Some(permissions) = wide.filter(|_| may_be_read) {
            builder.permissions(permissions);
        }
        let (file, path) =
            builder.tempfile_in(directory).map_err(|error| Failure::write(name, &error))?.into_parts();
        remove_on_panic(path.to_path_buf());
        Ok(Sink::Temporary(Temporary {
            file: BufWriter::new(file),
            path: Some(path),
            target,
            permissions: existing.map(|found| found.permissions()),
            keep_existing: self.keep_existing,
        }))
    }
}

impl Output {
    /// Begins to write binary data, with nothing else to take care of.
    ///
    /// # Errors
    /// As [`Plan::open`].
    #[cfg(test)]
    pub(crate) fn binary(target: &Target) -> Outcome<Self> {
        Self::plan().open(target)
    }

    /// Begins to write text, with nothing else to take care of.
    ///
    /// # Errors
    /// As [`Plan::open`].
    pub(crate) fn text(target: &Target) -> Outcome<Self> {
        Self::plan().text().open(target)
    }

    /// Says first what has to be taken care of.
    pub(crate) fn plan() -> Plan {
        Plan::default()
    }

    /// Writes these bytes.
    ///
    /// # Errors
    /// E0602, or the silent failure of a standard output that nobody reads.
    pub(crate) fn put(&mut self, bytes: &[u8]) -> Outcome<()> {
        let written = self.sink.write_all(bytes);
        written.map_err(|error| self.failure(&error))
    }

    /// Completes the file: only now does it appear under its name.
    ///
    /// # Errors
    /// As [`Self::put`], and E0607 if a file of this name that has to stay came to be meanwhile.
    pub(crate) fn finish(mut self) -> Outcome<()> {
        let finished = match &mut self.sink {
            Sink::Stdout(out) => out.flush(),
            Sink::Direct(file) => file.flush(),
            Sink::Temporary(temporary) => temporary.finish(),
        };
        finished.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.name),
            _ => self.failure(&error),
        })
    }

    /// Writes these bytes and completes the file.
    ///
    /// # Errors
    /// As [`Self::finish`].
    pub(crate) fn finish_with(mut self, bytes: &[u8]) -> Outcome<()> {
        self.put(bytes)?;
        self.finish()
    }

    fn failure(&self, error: &io::Error) -> Failure {
        match self.sink {
            Sink::Stdout(_) => Failure::stdout(error),
            _ => Failure::write(&self.name, error),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.sink.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.sink.flush()
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stdout(out) => out.write(bytes),
            Self::Direct(file) => file.write(bytes),
            Self::Temporary(temporary) => temporary.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stdout(out) => out.flush(),
            Self::Direct(file) => file.flush(),
            Self::Temporary(temporary) => temporary.file.flush(),
        }
    }
}

impl Temporary {
    fn finish(&mut self) -> io::Result<()> {
        self.file.flush()?;
        if let Some(permissions) = self.permissions.take() {
            self.file.get_ref().set_permissions(permissions)?;
        }
        let Some(path) = self.path.take() else { return Ok(()) };
        let written = path.to_path_buf();
        let moved = if self.keep_existing {
            path.persist_noclobber(&self.target)
        } else {
            path.persist(&self.target)
        };
        // If it failed, the path inside the error removes the file as it is dropped.
        let moved = moved.map_err(|error| error.error);
        forget_on_panic(&written);
        moved
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let written = path.to_path_buf();
            drop(path);
            forget_on_panic(&written);
        }
    }
}

fn exists(name: &str) -> Failure {
    Failure::new(codes::EXISTS, format!("'{name}' exists already and is not overwritten"))
        .at(Place::file(name))
}

#[cfg(unix)]
fn readable() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn readable() -> Option<Permissions> {
    None
}

#[cfg(unix)]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without file numbers the best guess: same length, same times.
#[cfg(not(unix))]
fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    one.len() == other.len()
        && one.modified().ok() == other.modified().ok()
        && one.created().ok() == other.created().ok()
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
