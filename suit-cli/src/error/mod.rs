//! The one way in which this tool says that something is wrong.
//!
//! A [`Failure`] holds the number, one line of message, the place, and the next step. It is printed as
//!
//! ```text
//! error[E0204]: unknown field 'seqence'
//!  --> release.toml:7:1
//!   |
//! 7 | seqence = 42
//!   | ^^^^^^^
//!   |
//! help: did you mean 'sequence'?
//! ```
//!
//! or, with `--format json`, as one JSON object on one line.

pub(crate) mod codes;
mod panic;
mod place;
mod render;
mod suggest;
mod text;

pub(crate) use codes::Code;
pub(crate) use panic::{forget_on_panic, install_panic_hook, remove_on_panic};
pub(crate) use place::Place;
pub(crate) use render::{Record, as_json, as_text};
pub(crate) use suggest::closest;
pub(crate) use text::{clean, harmless};

use std::io;

/// What most functions of this tool return.
pub(crate) type Outcome<T> = Result<T, Failure>;

/// The exit statuses. There are no others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, or the answer is yes.
    Done,
    /// The answer is no: not authentic, not trusted, files differ.
    No,
    /// The command line is wrong.
    Usage,
    /// An input is malformed or unreadable.
    Input,
    /// Trouble with a key or a signer.
    Key,
    /// Refused to act.
    Refused,
    /// Trouble with output or network.
    Output,
    /// A bug of this tool.
    Bug,
    /// The reader of standard output went away. Nothing is printed, and the status is the one that a
    /// shell shows for a program ended by SIGPIPE.
    BrokenPipe,
}

impl Exit {
    /// The number that the process ends with.
    pub(crate) const fn status(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::No => 1,
            Self::Usage => 2,
            Self::Input => 3,
            Self::Key => 4,
            Self::Refused => 5,
            Self::Output => 6,
            Self::Bug => 70,
            Self::BrokenPipe => 141,
        }
    }
}

/// How loud a message is: the word in front of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Level {
    /// The verb can't be done.
    Error,
    /// The verb was done, and its answer is no.
    Refused,
    /// The verb goes on.
    Warning,
}

/// Something is wrong: what, where, and what to do about it.
///
/// Texts may hold what a file or an argument says: control characters are made harmless when printed.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Parts>);

#[derive(Clone, Debug)]
struct Parts {
    number: u16,
    level: Level,
    exit: Exit,
    message: String,
    place: Option<Place>,
    label: Option<String>,
    help: Option<String>,
    notes: Vec<String>,
    more: Vec<Failure>,
}

impl Failure {
    /// An error of the tool's own registry.
    ///
    /// `message` is one line in lower case without a full stop; it quotes names as `'name'`.
    pub(crate) fn new(code: Code, message: impl Into<String>) -> Self {
        let mut failure = Self::numbered(code.number, code.exit, message);
        failure.0.help = code.help.map(str::to_owned);
        failure
    }

    /// An error whose number belongs to another crate (01xx, 03xx, 04xx, 05xx).
    pub(crate) fn numbered(number: u16, exit: Exit, message: impl Into<String>) -> Self {
        Self(Box::new(Parts {
            number,
            level: if exit == Exit::No { Level::Refused } else { Level::Error },
            exit,
            message: message.into(),
            place: None,
            label: None,
            help: None,
            notes: Vec::new(),
            more: Vec::new(),
        }))
    }

    /// A fault that the strict reader found in the document `file`.
    pub(crate) fn document(file: impl Into<String>, error: suit_core::Error) -> Self {
        let offset = u64::try_from(error.offset).unwrap_or(u64::MAX);
        Self::numbered(error.kind.number(), Exit::Input, error.kind.to_string())
            .at(Place::bytes(file, offset, None))
    }

    /// `file` can't be read.
    pub(crate) fn read(file: impl Into<String>, error: &io::Error) -> Self {
        let file = file.into();
        let code = match error.kind() {
            io::ErrorKind::IsADirectory => codes::IS_DIRECTORY,
            _ => codes::READ,
        };
        Self::new(code, format!("can't read '{file}': {}", reason(error)))
    }

    /// `file` can't be written.
    pub(crate) fn write(file: impl Into<String>, error: &io::Error) -> Self {
        Self::new(codes::WRITE, format!("can't write '{}': {}", file.into(), reason(error)))
    }

    /// Standard output can't be written; silent if its reader has gone away.
    pub(crate) fn stdout(error: &io::Error) -> Self {
        let mut failure =
            Self::new(codes::STANDARD_OUTPUT, format!("can't write to standard output: {}", reason(error)));
        if error.kind() == io::ErrorKind::BrokenPipe {
            failure.0.exit = Exit::BrokenPipe;
        }
        failure
    }

    /// The same at this place; an earlier place is replaced.
    #[must_use]
    pub(crate) fn at(mut self, place: Place) -> Self {
        self.0.place = Some(place);
        self
    }

    /// Words beside the caret marker.
    #[must_use]
    #[cfg(test)]
    pub(crate) fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = Some(label.into());
        self
    }

    /// The next step; replaces the registry's.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help = Some(help.into());
        self
    }

    /// Another fact, such as the rule that is broken and where it is written.
    #[must_use]
    pub(crate) fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Another exit status than the registry's.
    #[must_use]
    pub(crate) fn exit(mut self, exit: Exit) -> Self {
        self.0.exit = exit;
        self
    }

    /// A message that doesn't stop the verb.
    #[must_use]
    pub(crate) fn warning(mut self) -> Self {
        self.0.level = Level::Warning;
        self
    }

    /// This failure, with `other` reported after it. The exit status stays this one's.
    #[must_use]
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.more.push(other);
        self
    }

    /// All of these as one failure, in this order; `None` of none.
    pub(crate) fn all(failures: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut failures = failures.into_iter();
        let first = failures.next()?;
        Some(failures.fold(first, Self::and))
    }

    /// Whether nothing is to be printed about it: nobody is left to read.
    pub(crate) fn is_silent(&self) -> bool {
        self.0.exit == Exit::BrokenPipe
    }

    /// The number.
    pub(crate) fn number(&self) -> u16 {
        self.0.number
    }

    /// The exit status that the process ends with.
    pub(crate) fn status(&self) -> Exit {
        self.0.exit
    }

    /// The lines of message of this failure and all that come with it.
    pub(crate) fn messages(&self) -> impl Iterator<Item = &str> {
        core::iter::once(self.message()).chain(self.0.more.iter().map(Self::message))
    }

    /// The line of message, as it was given.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Where it is.
    pub(crate) fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The next step.
    #[cfg(test)]
    pub(crate) fn next_step(&self) -> Option<&str> {
        self.0.help.as_deref()
    }
}

/// What the operating system says, without the number that Rust adds.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or directory".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a directory".to_owned(),
        io::ErrorKind::StorageFull => "no space left".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or_default();
            let mut letters = text.chars();
            letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
        }
    }
}
