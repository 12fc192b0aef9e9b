//! `SUIT_Command_Sequence` (draft-ietf-suit-manifest-37 §8.4.6 to §8.4.10), as iterators over borrowed bytes.

use crate::cbor::{Major, Reader};
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::{CUSTOM_MAX, Condition, Directive, REPORT_POLICY_MAX};
use crate::parameter::{Custom, Parameters};

/// Reporting policy: what of a command to record (draft-ietf-suit-manifest-37 §8.4.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReportPolicy(u8);

impl ReportPolicy {
    /// Record the command if it succeeds.
    pub const RECORD_ON_SUCCESS: u8 = 1;
    /// Record the command if it fails.
    pub const RECORD_ON_FAILURE: u8 = 2;
    /// Give system information if it succeeds.
    pub const SYSINFO_ON_SUCCESS: u8 = 4;
    /// Give system information if it fails.
    pub const SYSINFO_ON_FAILURE: u8 = 8;

    /// Record everything: what the published examples give conditions.
    pub const EVERYTHING: Self = Self(15);
    /// Record failures: what the published examples give directives.
    pub const FAILURE: Self = Self(Self::RECORD_ON_FAILURE);

    /// The policy with these bits, 0 to 15.
    #[must_use]
    pub fn new(bits: u64) -> Option<Self> {
        u8::try_from(bits).ok().filter(|_| bits <= REPORT_POLICY_MAX).map(Self)
    }

    /// The bits, 0 to 15.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let at = reader.offset();
        Self::new(reader.uint()?).ok_or(Error::new(ErrorKind::ReportPolicy, at))
    }
}

/// Which components the following commands work on (draft-ietf-suit-manifest-37 §8.4.10.1).
#[derive(Clone, Copy, Debug)]
pub enum Selection<'a> {
    /// One, by its 0-based index.
    One(u64),
    /// All, in the order of the list.
    All,
    /// Several, in the order given.
    Several(IndexList<'a>),
}

/// Component indices in the order given, borrowed: `[+ uint]`.
#[derive(Clone, Copy, Debug)]
pub struct IndexList<'a> {
    items: Reader<'a>,
    left: u64,
}

impl<'a> IndexList<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.array()?;
        let items = *reader;
        for _ in 0..left {
            reader.uint()?;
        }
        Ok(Self { items, left })
    }
}

impl Iterator for IndexList<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        self.left = self.left.checked_sub(1)?;
        self.items.uint().ok()
    }
}

/// A command sequence, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Sequence<'a> {
    content: Reader<'a>,
}

impl<'a> Sequence<'a> {
    /// The sequence in the content of a byte string.
    #[must_use]
    pub const fn new(content: Reader<'a>) -> Self {
        Self { content }
    }

    /// The encoding: a CBOR array, without the byte string around it.
    #[must_use]
    pub const fn encoded(&self) -> &'a [u8] {
        self.content.rest()
    }

    /// A reader over the encoding.
    #[must_use]
    pub const fn content(&self) -> Reader<'a> {
        self.content
    }

    /// Offset of the encoding's first byte.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.content.offset()
    }

    /// A reader at the code of the first command, and how many commands there are: for those who read them by
    /// themselves, as a device does. None of a sequence that can't be read; such a one is in no manifest that was
    /// checked.
    #[must_use]
    pub fn reader(&self) -> (Reader<'a>, u32) {
        let mut reader = self.content;
        let items = reader.count(Major::Array).unwrap_or(0);
        (reader, items / 2)
    }

    /// The commands in order.
    #[must_use]
    pub fn commands(&self) -> Commands<'a> {
        let mut reader = self.content;
        // An array that can't be read is reported as the first command.
        let left = reader.array().map(|items| items / 2);
        Commands { left: left.unwrap_or(1), reader: if left.is_ok() { reader } else { self.content } }
    }
}

/// A command and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Command<'a> {
    /// Offset of its code's first byte.
    pub offset: usize,
    /// What it is.
    pub operation: Operation<'a>,
}

/// What a command does, borrowed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Operation<'a> {
    /// A condition.
    Condition(Condition, ReportPolicy),
    /// A directive whose only argument is its reporting policy.
    Act(Act, ReportPolicy),
    /// `set-component-index`.
    SetComponentIndex(Selection<'a>),
    /// `try-each`.
    TryEach(Alternatives<'a>),
    /// `set-parameters`.
    SetParameters(Parameters<'a>),
    /// `override-parameters`.
    OverrideParameters(Parameters<'a>),
    /// `run-sequence`.
    RunSequence(Sequence<'a>),
    /// `override-multiple`.
    OverrideMultiple(ByIndex<'a>),
    /// `copy-params`: component index to the labels to copy from there.
    CopyParams(ByIndex<'a>),
    /// A command below -256 with its argument.
    Custom(i64, Custom<'a>),
}

/// Directives that consume parameters and whose argument is a reporting policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Run the same section of a dependency.
    ProcessDependency,
    /// Store parameter `content`.
    Write,
    /// Store the resource at parameter `uri`.
    Fetch,
    /// Store what the source component holds.
    Copy,
    /// Start the component.
    Invoke,
    /// Wait for events.
    Wait,
    /// Exchange with the source component.
    Swap,
    /// Give up a reference.
    Unlink,
    /// Store what a delta makes of the base component's content.
    InstallDelta,
}

impl Act {
    /// Every one of them.
    pub const ALL: &'static [Self] = &[
        Self::ProcessDependency,
        Self::Write,
        Self::Fetch,
        Self::Copy,
        Self::Invoke,
        Self::Wait,
        Self::Swap,
        Self::Unlink,
        Self::InstallDelta,
    ];

    /// The directive in the registry.
    #[must_use]
    pub const fn directive(self) -> Directive {
        match self {
            Self::ProcessDependency => Directive::ProcessDependency,
            Self::Write => Directive::Write,
            Self::Fetch => Directive::Fetch,
            Self::Copy => Directive::Copy,
            Self::Invoke => Directive::Invoke,
            Self::Wait => Directive::Wait,
            Self::Swap => Directive::Swap,
            Self::Unlink => Directive::Unlink,
            Self::InstallDelta => Directive::InstallDelta,
        }
    }
}

/// Iterates over commands; ends after the first error.
#[derive(Clone, Copy, Debug)]
pub struct Commands<'a> {
    reader: Reader<'a>,
    left: u64,
}

impl<'a> Commands<'a> {
    /// Offset of the next command's code.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.reader.offset()
    }
}

impl<'a> Iterator for Commands<'a> {
    type Item = Result<Command<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let command = Command::read(&mut self.reader);
        if command.is_err() {
            self.left = 0;
        }
        Some(command)
    }
}

impl<'a> Command<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let offset = reader.offset();
        let code = reader.int()?;
        let operation = if let Some(condition) = Condition::from_code(code) {
            Operation::Condition(condition, ReportPolicy::read(reader)?)
        } else if let Some(directive) = Directive::from_code(code) {
            Operation::read(directive, reader)?
        } else if code <= CUSTOM_MAX {
            Operation::Custom(code, Custom::read(reader)?)
        } else {
            return Err(Error::new(ErrorKind::UnknownCommand, offset));
        };
        Ok(Self { offset, operation })
    }
}

impl<'a> Operation<'a> {
    fn read(directive: Directive, reader: &mut Reader<'a>) -> Result<Self, Error> {
        let act = match directive {
            Directive::SetComponentIndex => return Ok(Self::SetComponentIndex(Selection::read(reader)?)),
            Directive::TryEach => return Ok(Self::TryEach(Alternatives::read(reader)?)),
            Directive::SetParameters => return Ok(Self::SetParameters(Parameters::read(reader)?)),
            Directive::OverrideParameters => return Ok(Self::OverrideParameters(Parameters::read(reader)?)),
            Directive::RunSequence => return Ok(Self::RunSequence(Sequence::new(reader.wrapped()?))),
            Directive::OverrideMultiple => return Ok(Self::OverrideMultiple(ByIndex::read(reader)?)),
            Directive::CopyParams => return Ok(Self::CopyParams(ByIndex::read(reader)?)),
            Directive::ProcessDependency => Act::ProcessDependency,
            Directive::Write => Act::Write,
            Directive::Fetch => Act::Fetch,
            Directive::Copy => Act::Copy,
            Directive::Invoke => Act::Invoke,
            Directive::Wait => Act::Wait,
            Directive::Swap => Act::Swap,
            Directive::Unlink => Act::Unlink,
            Directive::InstallDelta => Act::InstallDelta,
        };
        Ok(Self::Act(act, ReportPolicy::read(reader)?))
    }
}

impl<'a> Selection<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        match reader.peek() {
            Some(Major::Uint) => Ok(Self::One(reader.uint()?)),
            Some(Major::Array) => Ok(Self::Several(IndexList::read(reader)?)),
            _ => {
                let at = reader.offset();
                // M §8.4.10.1: true means all; false has no meaning.
                if reader.bool()? {
                    Ok(Self::All)
                } else {
                    Err(Error::new(ErrorKind::WrongType(Expected::OneOfSeveral), at))
                }
            }
        }
    }
}

/// The sequences of a try-each, borrowed: `[2* bstr, ? nil]`.
#[derive(Clone, Copy, Debug)]
pub struct Alternatives<'a> {
    items: Reader<'a>,
    left: u64,
}

impl<'a> Alternatives<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.array()?;
        let items = *reader;
        for _ in 0..left {
            if !reader.null() {
                reader.bytes()?;
            }
        }
        Ok(Self { items, left })
    }
}

impl<'a> Iterator for Alternatives<'a> {
    /// A sequence; `None` for the final `null`, which succeeds without doing anything.
    type Item = Option<Sequence<'a>>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        if self.items.null() {
            return Some(None);
        }
        self.items.wrapped().ok().map(|content| Some(Sequence::new(content)))
    }
}

/// Something for each of several component indices, borrowed: `{ + uint => … }`.
#[derive(Clone, Copy, Debug)]
pub struct ByIndex<'a> {
    pairs: Reader<'a>,
    count: u64,
}

impl<'a> ByIndex<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let count = reader.map()?;
        let pairs = *reader;
        for _ in 0..count {
            reader.uint()?;
            reader.item()?;
        }
        Ok(Self { pairs, count })
    }

    /// Each index with its parameters, for `override-multiple`.
    pub fn parameters(&self) -> impl Iterator<Item = (u64, Parameters<'a>)> + use<'a> {
        let mut reader = self.pairs;
        (0..self.count).map_while(move |_| Some((reader.uint().ok()?, Parameters::read(&mut reader).ok()?)))
    }

    /// Each index with its parameter labels, for `copy-params`.
    pub fn labels(&self) -> impl Iterator<Item = (u64, LabelList<'a>)> + use<'a> {
        let mut reader = self.pairs;
        (0..self.count).map_while(move |_| {
            let index = reader.uint().ok()?;
            let left = reader.array().ok()?;
            let labels = LabelList { items: reader, left };
            for _ in 0..left {
                reader.int().ok()?;
            }
            Some((index, labels))
        })
    }
}

/// Parameter labels in the order given, borrowed: `[+ int]`.
#[derive(Clone, Copy, Debug)]
pub struct LabelList<'a> {
    items: Reader<'a>,
    left: u64,
}

impl Iterator for LabelList<'_> {
    type Item = i64;

    fn next(&mut self) -> Option<i64> {
        self.left = self.left.checked_sub(1)?;
        self.items.int().ok()
    }
}
