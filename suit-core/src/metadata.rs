//! `SUIT_Component_Metadata` (draft-ietf-suit-update-management-14 §4.6): what a component is as a file.

use crate::cbor::{Major, Reader, Walked};
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::{FileType, MetadataKey, Tag, UUID_LEN};

/// Who a permission is for, or who made a file, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A number.
    Int(i64),
    /// Bytes.
    Bytes(&'a [u8]),
    /// A name.
    Text(&'a str),
    /// A UUID of 16 bytes.
    Uuid(&'a [u8]),
}

impl<'a> Actor<'a> {
    pub(crate) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        match reader.peek() {
            Some(Major::Uint | Major::Nint) => reader.int().map(Self::Int),
            Some(Major::Bytes) => reader.bytes().map(Self::Bytes),
            Some(Major::Text) => reader.text().map(Self::Text),
            Some(Major::Tag) => {
                tag(reader, Tag::Uuid)?;
                let at = reader.offset();
                let id = reader.bytes()?;
                if id.len() != UUID_LEN {
                    return Err(Error::new(ErrorKind::WrongLength, at));
                }
                Ok(Self::Uuid(id))
            }
            _ => Err(reader.error(ErrorKind::WrongType(Expected::OneOfSeveral))),
        }
    }
}

fn tag(reader: &mut Reader<'_>, wanted: Tag) -> Result<(), Error> {
    let at = reader.offset();
    if reader.tag()? == wanted.code().unsigned_abs() {
        Ok(())
    } else {
        Err(Error::new(ErrorKind::wrong_tag(wanted), at))
    }
}

/// Permission bits by actor, borrowed: `{ + actor => uint }`. Bit 0 is traverse or execute, 1 create or write, 2 list or
/// read, 3 create directory or append; the others are in UM §4.6.
#[derive(Clone, Copy, Debug)]
pub struct Permissions<'a> {
    pairs: Reader<'a>,
    left: u64,
}

impl<'a> Permissions<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.map()?;
        let pairs = *reader;
        for _ in 0..left {
            Actor::read(reader)?;
            reader.uint()?;
        }
        Ok(Self { pairs, left })
    }
}

impl<'a> Iterator for Permissions<'a> {
    type Item = (Actor<'a>, u64);

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        Some((Actor::read(&mut self.pairs).ok()?, self.pairs.uint().ok()?))
    }
}

/// An entry, borrowed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Entry<'a> {
    /// Permission bits for everyone else.
    DefaultPermissions(u64),
    /// Permission bits per user.
    UserPermissions(Permissions<'a>),
    /// Permission bits per group.
    GroupPermissions(Permissions<'a>),
    /// Permission bits per role.
    RolePermissions(Permissions<'a>),
    /// What kind of file it is.
    FileType(FileType),
    /// Seconds since 1970.
    ModificationTime(u64),
    /// Seconds since 1970.
    CreationTime(u64),
    /// Who made it.
    Creator(Actor<'a>),
}

/// The entries of a parameter `component-metadata`, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Metadata<'a> {
    pairs: Reader<'a>,
    left: u64,
}

impl<'a> Metadata<'a> {
    /// Reads the content of the parameter's byte string.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        let mut reader = content;
        let left = reader.map()?;
        Ok(Self { pairs: reader, left })
    }

    /// As [`Metadata::parse`], of a manifest that was checked.
    #[must_use]
    pub fn known(content: Reader<'a>) -> Self {
        let mut pairs = Walked::new(content);
        let left = pairs.number();
        Self { pairs: pairs.reader(), left }
    }

    /// The type of the file, if these are metadata of a manifest that was checked and say it: for devices, which need
    /// nothing else of them to be read.
    #[must_use]
    pub fn file_type(&self) -> Option<FileType> {
        FileType::from_code(
            Walked::new(self.pairs).find_among(self.left, MetadataKey::FileType.code())?.int(),
        )
    }
}

impl<'a> Iterator for Metadata<'a> {
    type Item = Result<Entry<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let entry = Entry::read(&mut self.pairs);
        if entry.is_err() {
            self.left = 0;
        }
        Some(entry)
    }
}

impl<'a> Entry<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        let key = MetadataKey::from_code(reader.int()?);
        Ok(match key.ok_or(Error::new(ErrorKind::UnknownKey, at))? {
            MetadataKey::DefaultPermissions => Self::DefaultPermissions(reader.uint()?),
            MetadataKey::UserPermissions => Self::UserPermissions(Permissions::read(reader)?),
            MetadataKey::GroupPermissions => Self::GroupPermissions(Permissions::read(reader)?),
            MetadataKey::RolePermissions => Self::RolePermissions(Permissions::read(reader)?),
            MetadataKey::FileType => {
                let at = reader.offset();
                let file_type = FileType::from_code(reader.int()?);
                Self::FileType(file_type.ok_or(Error::new(ErrorKind::UnknownFileType, at))?)
            }
            MetadataKey::ModificationTime => {
                tag(reader, Tag::EpochTime)?;
                Self::ModificationTime(reader.uint()?)
            }
            MetadataKey::CreationTime => {
                tag(reader, Tag::EpochTime)?;
                Self::CreationTime(reader.uint()?)
            }
            MetadataKey::Creator => Self::Creator(Actor::read(reader)?),
        })
    }
}
