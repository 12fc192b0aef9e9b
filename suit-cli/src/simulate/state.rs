//! A virtual device from run to run: a directory with a file that says how things stand, and the contents beside it.
//!
//! ```text
//! DIR/state.json      what each slot holds, which one runs, versions, floors; replaced as a whole
//! DIR/contents/       one file for each content; files are written once, and removed when nothing points to them
//! DIR/files/          components that are files
//! DIR/lock            empty; held by the run that uses the device
//! ```
//!
//! A run that dies leaves `state.json` as it was, and so the device.

use crate::description::values::{Scalar, bytes_text};
use crate::error::{Failure, Outcome, Place, codes};
use crate::input::Input;
use crate::output::{Output, Target};
use serde::{Deserialize, Serialize};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The words in front.
pub(crate) const FORMAT: &str = "suit-device-state/1";

/// How things stand.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) format: String,
    /// Number of the next content.
    pub(crate) next: u64,
    /// Components in the order of the device file.
    pub(crate) components: Vec<Component>,
    /// The lowest sequence numbers that are still accepted.
    pub(crate) floors: Vec<Floor>,
    /// Seconds since 1970 by the device's clock, once it went on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<u64>,
    /// Which root manifests use which components.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) references: Vec<Reference>,
}

/// A component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Component {
    pub(crate) id: Id,
    /// The slots, in the order of the device file.
    pub(crate) slots: Vec<Slot>,
    /// Position of the one that runs.
    pub(crate) running: usize,
    pub(crate) version: Vec<i64>,
}

/// A slot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slot {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<u64>,
    /// File in `contents`; none if the slot is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
    /// Bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u32>,
}

/// The lowest sequence number that is still accepted from a manifest.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Floor {
    /// Where the manifest is stored; none if it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<Id>,
    pub(crate) sequence: u64,
}

/// A root manifest uses a component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reference {
    pub(crate) component: Id,
    /// Where the manifest is stored; none if it doesn't say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<Id>,
}

/// Parts of a component identifier, as descriptions write them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<String>", into = "Vec<String>")]
pub(crate) struct Id(pub(crate) Vec<Vec<u8>>);

impl From<Id> for Vec<String> {
    fn from(id: Id) -> Self {
        id.0.iter().map(|part| bytes_text(part)).collect()
    }
}

impl TryFrom<Vec<String>> for Id {
    type Error = String;

    fn try_from(parts: Vec<String>) -> Result<Self, String> {
        use crate::description::values::Bytes;
        let part = |text: &String| match Bytes::from_text(text) {
            Ok(Bytes::Given(bytes)) => Ok(bytes),
            Ok(Bytes::File(_)) => Err("a file is no part of an identifier".to_owned()),
            Err(fault) => Err(fault.message),
        };
        parts.iter().map(part).collect::<Result<_, _>>().map(Self)
    }
}

/// The directory of contents.
pub(crate) fn contents(directory: &Path) -> PathBuf {
    directory.join("contents")
}

/// The directory of components that are files.
pub(crate) fn files(directory: &Path) -> PathBuf {
    directory.join("files")
}

fn path(directory: &Path) -> PathBuf {
    directory.join("state.json")
}

fn lock(directory: &Path) -> PathBuf {
    directory.join("lock")
}

/// The directory of a device, which no other run uses for as long as this lives; a run that dies gives it up.
///
/// Two runs would give their contents the same names, and the one that ends later would undo what the other one did.
#[derive(Debug)]
pub(crate) struct Claim {
    directory: PathBuf,
    /// None where there is nothing that could be locked.
    _lock: Option<File>,
}

impl Claim {
    /// Takes a directory for a run that may change the device in it; made if it isn't there.
    ///
    /// # Errors
    /// E0602 it can't be made, E0612 it is no device's, E0613 another run uses it.
    pub(crate) fn whole(directory: &Path) -> Outcome<Self> {
        no_others(directory)?;
        let failed = |path: &Path, error: &io::Error| Failure::write(path.display().to_string(), error);
        std::fs::create_dir_all(directory).map_err(|error| failed(directory, &error))?;
        let path = lock(directory);
        // Who may not write there can still use the device as long as nothing changes.
        let file = File::options().create(true).append(true).open(&path);
        let file = file.or_else(|error| File::open(&path).map_err(|_| failed(&path, &error)))?;
        Self::held(directory, file.try_lock(), file)
    }

    /// Takes a directory for a run that only looks at the device in it, as others may do meanwhile; `None` if there is none.
    ///
    /// # Errors
    /// E0612 it is no device's, E0613 another run uses it.
    pub(crate) fn to_look(directory: &Path) -> Outcome<Option<Self>> {
        no_others(directory)?;
        if !path(directory).exists() {
            return Ok(None);
        }
        match File::open(lock(directory)) {
            Ok(file) => Self::held(directory, file.try_lock_shared(), file).map(Some),
            // Nothing is made, and there are devices from before there were locks.
            Err(_) => Ok(Some(Self { directory: directory.to_path_buf(), _lock: None })),
        }
    }

    fn held(directory: &Path, outcome: Result<(), TryLockError>, file: File) -> Outcome<Self> {
        match outcome {
            Err(TryLockError::WouldBlock) => {
                let message = format!("another run uses the device in '{}'", directory.display());
                Err(Failure::new(codes::DEVICE_IN_USE, message))
            }
            // A file system without locks keeps nobody from using it.
            Ok(()) | Err(TryLockError::Error(_)) => {
                Ok(Self { directory: directory.to_path_buf(), _lock: Some(file) })
            }
        }
    }

    /// The directory.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
}

/// Somebody else's directory is not to be filled with a device. A run that died at once left nothing else.
fn no_others(directory: &Path) -> Outcome<()> {
    let own = [contents(directory), files(directory), lock(directory)];
    let foreign =
        |entry: io::Result<std::fs::DirEntry>| entry.is_ok_and(|entry| !own.contains(&entry.path()));
    if !path(directory).exists() && std::fs::read_dir(directory).is_ok_and(|mut entries| entries.any(foreign))
    {
        let message = format!("'{}' has files, but none of a device", directory.display());
        return Err(
            Failure::new(codes::DEVICE_STATE, message).help("name a new directory, or one of an earlier run")
        );
    }
    Ok(())
}

impl State {
    /// Reads the state in a directory; `None` if there is none yet.
    ///
    /// # Errors
    /// E0601 unreadable, E0612 not such a state.
    pub(crate) fn read(directory: &Path) -> Outcome<Option<Self>> {
        let path = path(directory);
        if !path.exists() {
            return Ok(None);
        }
        let input = Input::read(&path)?;
        let malformed = |what: String| {
            Failure::new(
                codes::DEVICE_STATE,
                format!("'{}' does not say how a device stands: {what}", input.name),
            )
            .at(Place::file(&input.name))
        };
        let state: Self =
            serde_json::from_slice(&input.bytes).map_err(|error| malformed(error.to_string()))?;
        if state.format != FORMAT {
            return Err(malformed(format!("its format is '{}'", state.format)));
        }
        // Contents lie in the directory and nowhere else.
        let names =
            state.components.iter().flat_map(|one| &one.slots).filter_map(|slot| slot.content.as_ref());
        for name in names {
            let digits = name.strip_suffix(".bin").unwrap_or_default();
            if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(malformed(format!("'{name}' is no content")));
            }
        }
        Ok(Some(state))
    }

    /// Replaces the state in a directory.
    ///
    /// # Errors
    /// E0602 it can't be written.
    pub(crate) fn write(&self, directory: &Path) -> Outcome<()> {
        let mut text =
            serde_json::to_string_pretty(self).expect("structs of strings and numbers always serialise");
        text.push('\n');
        Output::plan().text().open(&Target::from(path(directory)))?.finish_with(text.as_bytes())
    }

    /// Names of all contents.
    pub(crate) fn contents(&self) -> Vec<String> {
        let slots = self.components.iter().flat_map(|component| &component.slots);
        slots.filter_map(|slot| slot.content.clone()).collect()
    }
}
