//! `SUIT_Report` (draft-ietf-suit-report, repository head of 2026-02-17), borrowed: what a device says of a run.
//!
//! Provisional: the draft still moves, and its newer texts (-20 to -22) were not seen.

mod capabilities;
mod reason;

pub use capabilities::{Capabilities, Capability, ComponentCapabilities, ComponentCapability, Numbers};
pub use reason::reason_of_malformed;

use crate::cbor::{Major, Reader};
use crate::command::IndexList;
use crate::component::ComponentId;
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Expected};
use crate::grammar::{self, Item, Shape, Visitor};
use crate::labels::{ReportFailureKey, ReportKey, ReportReason, SYSTEM_COMPONENT_ID};
use crate::parameter::Parameters;

/// A report, borrowed. All of its structure was checked; whether it is true, only its protection can tell.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    uri: &'a str,
    digest: Digest<'a>,
    nonce: Option<&'a [u8]>,
    entries: Reader<'a>,
    count: u64,
    ending: Ending<'a>,
    capabilities: Option<Capabilities<'a>>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug)]
pub enum Ending<'a> {
    /// All of it was done.
    Success,
    /// It failed, or its outcome is open.
    Failure(Failure<'a>),
}

/// Where and why a run ended, borrowed: `{5: code, 6: record, 7: reason}`.
#[derive(Clone, Copy, Debug)]
pub struct Failure<'a> {
    /// A number that only the processor's maker knows the meaning of.
    pub code: i64,
    /// The place.
    pub record: Record<'a>,
    /// The reason, in the draft's terms.
    pub reason: ReportReason,
}

/// An entry in the list of records.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'a> {
    /// A command that failed.
    Record(Record<'a>),
    /// What was measured of a component.
    System(SystemProperties<'a>),
}

/// A command that failed, borrowed: `[manifest, section, offset, component, properties]`.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// Way through the tree of dependencies, from the root manifest on; empty for the root manifest itself.
    pub manifest: IndexList<'a>,
    /// Label of the section in its manifest; that of the shared sequence is the one of `SUIT_Common`, 3. 0 if no
    /// section was run.
    pub section: i64,
    /// Offset of the command's code: bytes from the first byte of the section's array.
    pub offset: u64,
    /// 0-based index of the component.
    pub component: u64,
    /// What was measured, in the form of parameters. A version is given as "equal to".
    pub properties: Parameters<'a>,
}

/// What was measured of a component, borrowed: `{0: component, + label => value}`. A component may have several.
#[derive(Clone, Copy, Debug)]
pub struct SystemProperties<'a> {
    /// The component.
    pub component: ComponentId<'a>,
    /// What was measured, in the form of parameters.
    pub properties: Parameters<'a>,
}

/// Stops at the first fault; component indices are those of a manifest that isn't at hand.
struct Structure;

impl<'a> Visitor<'a> for Structure {
    const DEEP: bool = false;

    fn enter(&mut self, _: &Item<'a>) -> Result<(), Error> {
        Ok(())
    }
}

/// Holds what `content` has left against a shape of a report. Which keys must be there, the readers see to.
pub(crate) fn check<'a>(shape: Shape, content: Reader<'a>) -> Result<(), Error> {
    let mut reader = content;
    grammar::walk(shape, &mut reader, &mut Structure)?;
    reader.finish()
}

impl<'a> Report<'a> {
    /// Reads a report that fills what `content` has left.
    ///
    /// # Errors
    /// The first fault: of the encoding, of the grammar, `UnknownReason`, `TrailingBytes`.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        check(grammar::REPORT, content)?;
        let mut reader = content;
        let (mut nonce, mut entries, mut ending, mut capabilities, mut reference) =
            (None, None, None, None, None);
        for _ in 0..reader.map()? {
            match ReportKey::from_code(reader.int()?) {
                Some(ReportKey::Nonce) => nonce = Some(reader.bytes()?),
                Some(ReportKey::Records) => {
                    let count = reader.array()?;
                    entries = Some((reader, count));
                    for _ in 0..count {
                        Entry::read(&mut reader)?;
                    }
                }
                Some(ReportKey::Result) => ending = Some(Ending::read(&mut reader)?),
                Some(ReportKey::CapabilityReport) => capabilities = Some(Capabilities::read(&mut reader)?),
                Some(ReportKey::Reference) => {
                    reader.array()?;
                    reference = Some((reader.text()?, Digest::read(&mut reader)?));
                }
                None => {
                    reader.item()?;
                }
            }
        }
        let end = reader.offset();
        let missing = |key: ReportKey| Error::new(ErrorKind::missing(key.code()), end);
        let (entries, count) = entries.ok_or(missing(ReportKey::Records))?;
        let (uri, digest) = reference.ok_or(missing(ReportKey::Reference))?;
        let ending = ending.ok_or(missing(ReportKey::Result))?;
        Ok(Self { uri, digest, nonce, entries, count, ending, capabilities })
    }

    /// The reference URI of the root manifest; empty if it has none.
    #[must_use]
    pub const fn reference_uri(&self) -> &'a str {
        self.uri
    }

    /// The digest of the root manifest: that of its authentication wrapper.
    #[must_use]
    pub const fn digest(&self) -> Digest<'a> {
        self.digest
    }

    /// Bytes of whoever asked for the report, against replay.
    #[must_use]
    pub const fn nonce(&self) -> Option<&'a [u8]> {
        self.nonce
    }

    /// Records and system properties, in the order of the run.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let mut reader = self.entries;
        (0..self.count).map_while(move |_| Entry::read(&mut reader).ok())
    }

    /// How the run ended.
    #[must_use]
    pub const fn ending(&self) -> Ending<'a> {
        self.ending
    }

    /// What the processor can do, if it was asked or could not do something.
    #[must_use]
    pub const fn capabilities(&self) -> Option<Capabilities<'a>> {
        self.capabilities
    }
}

impl<'a> Ending<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        if reader.peek() == Some(Major::Simple) {
            // R §4.2: true is success; false has no meaning.
            return if reader.bool()? {
                Ok(Self::Success)
            } else {
                Err(Error::new(ErrorKind::WrongType(Expected::OneOfSeveral), at))
            };
        }
        let (mut code, mut record, mut reason) = (None, None, None);
        for _ in 0..reader.map()? {
            match ReportFailureKey::from_code(reader.int()?) {
                Some(ReportFailureKey::Code) => code = Some(reader.int()?),
                Some(ReportFailureKey::Record) => record = Some(Record::read(reader)?),
                Some(ReportFailureKey::Reason) => {
                    let at = reader.offset();
                    let known = ReportReason::from_code(reader.int()?);
                    reason = Some(known.ok_or(Error::new(ErrorKind::UnknownReason, at))?);
                }
                None => {
                    reader.item()?;
                }
            }
        }
        let end = reader.offset();
        let missing = |key: ReportFailureKey| Error::new(ErrorKind::missing(key.code()), end);
        Ok(Self::Failure(Failure {
            code: code.ok_or(missing(ReportFailureKey::Code))?,
            record: record.ok_or(missing(ReportFailureKey::Record))?,
            reason: reason.ok_or(missing(ReportFailureKey::Reason))?,
        }))
    }
}

impl<'a> Entry<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        // R §4.1: an array is a record, a map is system properties.
        if reader.peek() == Some(Major::Array) {
            return Record::read(reader).map(Self::Record);
        }
        let at = reader.offset();
        let pairs = reader.map()?;
        if pairs < 2 {
            return Err(Error::new(ErrorKind::TooFewItems, at));
        }
        // The component's key is the least one, so it comes first.
        if reader.clone().int()? != SYSTEM_COMPONENT_ID {
            for _ in 0..pairs {
                reader.item()?;
                reader.item()?;
            }
            return Err(reader.error(ErrorKind::missing(SYSTEM_COMPONENT_ID)));
        }
        reader.int()?;
        let component = ComponentId::read(reader)?;
        let properties = Parameters::pairs(reader, pairs.saturating_sub(1))?;
        Ok(Self::System(SystemProperties { component, properties }))
    }
}

impl<'a> Record<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        reader.array()?;
        Ok(Self {
            manifest: IndexList::read(reader)?,
            section: reader.int()?,
            offset: reader.uint()?,
            component: reader.uint()?,
            properties: Parameters::read(reader)?,
        })
    }
}
