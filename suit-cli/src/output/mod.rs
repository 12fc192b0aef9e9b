//! Where results go: files that appear whole or not at all, standard output, and the console.

mod console;
mod file;

pub(crate) use console::Console;
pub(crate) use file::{Output, Plan};

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A place to write to, as named on the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// `-`
    Stdout,
    /// A path
    File(PathBuf),
}

impl Target {
    /// How messages call it.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Stdout => "standard output".to_owned(),
            Self::File(path) => path.display().to_string(),
        }
    }

    /// Whether results must not be printed, because standard output holds the file itself.
    pub(crate) fn is_stdout(&self) -> bool {
        *self == Self::Stdout
    }
}

impl From<OsString> for Target {
    fn from(word: OsString) -> Self {
        if word == "-" { Self::Stdout } else { Self::File(word.into()) }
    }
}

impl From<PathBuf> for Target {
    fn from(path: PathBuf) -> Self {
        path.into_os_string().into()
    }
}

impl From<&Path> for Target {
    fn from(path: &Path) -> Self {
        path.to_path_buf().into()
    }
}
