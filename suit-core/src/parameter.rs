//! `SUIT_Parameters` (draft-ietf-suit-manifest-37 §8.4.8, firmware-encryption §4, update-management §4).

use crate::cbor::{Major, Reader};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::{CUSTOM_MAX, ParameterKey, Tag};
use crate::version::VersionMatch;

/// Who made a device, borrowed (draft-ietf-suit-manifest-37 §8.4.8.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VendorId<'a> {
    /// A UUID, 16 bytes.
    Uuid(&'a [u8]),
    /// A private enterprise number as relative object identifier below 1.3.6.1.4.1 (RFC 9090).
    Pen(&'a [u8]),
}

/// Value of a custom parameter, or argument of a custom command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Custom<'a> {
    /// An integer.
    Int(i64),
    /// `true` or `false`; parameters only.
    Bool(bool),
    /// Text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// `null`; commands only.
    Nil,
}

impl<'a> Custom<'a> {
    /// Reads a value.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        match reader.peek() {
            Some(Major::Uint | Major::Nint) => reader.int().map(Self::Int),
            Some(Major::Bytes) => reader.bytes().map(Self::Bytes),
            Some(Major::Text) => reader.text().map(Self::Text),
            Some(Major::Simple) if reader.null() => Ok(Self::Nil),
            Some(Major::Simple) => reader.bool().map(Self::Bool),
            _ => Err(reader.error(ErrorKind::WrongType(Expected::OneOfSeveral))),
        }
    }
}

/// A parameter with its value, borrowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parameter<'a> {
    /// Vendor identifier.
    VendorIdentifier(VendorId<'a>),
    /// Class identifier, a UUID of 16 bytes.
    ClassIdentifier(&'a [u8]),
    /// Digest of the image.
    ImageDigest(Digest<'a>),
    /// Seconds since 1970 before which the manifest may be used.
    UseBefore(u64),
    /// Index into the component's storage area.
    ComponentSlot(u64),
    /// Whether commands run strictly in order.
    StrictOrder(bool),
    /// Whether a failing condition only ends its sequence.
    SoftFailure(bool),
    /// Size of the image in bytes.
    ImageSize(u64),
    /// Bytes to store or to compare with.
    Content(&'a [u8]),
    /// Encoding of a tagged COSE_Encrypt.
    EncryptionInfo(&'a [u8]),
    /// URI reference.
    Uri(&'a str),
    /// Component index.
    SourceComponent(u64),
    /// Argument for the invoked image.
    InvokeArgs(&'a [u8]),
    /// Device identifier, a UUID of 16 bytes.
    DeviceIdentifier(&'a [u8]),
    /// Argument for the fetcher.
    FetchArguments(&'a [u8]),
    /// Charge in mWh.
    MinimumBattery(u64),
    /// Priority; smaller is more urgent.
    UpdatePriority(i64),
    /// Version comparison.
    Version(VersionMatch<'a>),
    /// Encoding of the map of events ([`crate::grammar::WAIT_INFO`]).
    WaitInfo(&'a [u8]),
    /// Encoding of the file metadata ([`crate::grammar::METADATA`]).
    ComponentMetadata(&'a [u8]),
    /// Component index.
    DeltaBase(u64),
    /// Custom parameter: its label, at most -257, and its value.
    Custom(i64, Custom<'a>),
}

/// The label of a parameter, borrowed or owned: but for `Custom`, its variants are named as those of [`ParameterKey`].
macro_rules! label_of {
    ($parameter:expr) => {
        label_of!($parameter;
            VendorIdentifier
            ClassIdentifier
            ImageDigest
            UseBefore
            ComponentSlot
            StrictOrder
            SoftFailure
            ImageSize
            Content
            EncryptionInfo
            Uri
            SourceComponent
            InvokeArgs
            DeviceIdentifier
            FetchArguments
            MinimumBattery
            UpdatePriority
            Version
            WaitInfo
            ComponentMetadata
            DeltaBase
        )
    };
    ($parameter:expr; $($name:ident)*) => {{
        let key = match $parameter {
            $( Self::$name(_) => $crate::labels::ParameterKey::$name, )*
            Self::Custom(label, _) => return *label,
        };
        key.code()
    }};
}
#[cfg(feature = "alloc")]
pub(crate) use label_of;

impl<'a> Parameter<'a> {
    /// Reads a label and its value.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`, `UnknownParameter`, those of the value's own structure.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        let label = reader.int()?;
        let Some(key) = ParameterKey::from_code(label) else {
            return if label <= CUSTOM_MAX {
                Ok(Self::Custom(label, Custom::read(reader)?))
            } else {
                Err(Error::new(ErrorKind::UnknownParameter, at))
            };
        };
        Ok(match key {
            ParameterKey::VendorIdentifier => Self::VendorIdentifier(if reader.peek() == Some(Major::Tag) {
                let at = reader.offset();
                if reader.tag()? != Tag::RelativeOid.code().unsigned_abs() {
                    return Err(Error::new(ErrorKind::wrong_tag(Tag::RelativeOid), at));
                }
                VendorId::Pen(reader.bytes()?)
            } else {
                VendorId::Uuid(reader.bytes()?)
            }),
            ParameterKey::ClassIdentifier => Self::ClassIdentifier(reader.bytes()?),
            ParameterKey::ImageDigest => Self::ImageDigest(Digest::read_wrapped(reader)?),
            ParameterKey::UseBefore => Self::UseBefore(reader.uint()?),
            ParameterKey::ComponentSlot => Self::ComponentSlot(reader.uint()?),
            ParameterKey::StrictOrder => Self::StrictOrder(reader.bool()?),
            ParameterKey::SoftFailure => Self::SoftFailure(reader.bool()?),
            ParameterKey::ImageSize => Self::ImageSize(reader.uint()?),
            ParameterKey::Content => Self::Content(reader.bytes()?),
            ParameterKey::EncryptionInfo => Self::EncryptionInfo(reader.bytes()?),
            ParameterKey::Uri => Self::Uri(reader.text()?),
            ParameterKey::SourceComponent => Self::SourceComponent(reader.uint()?),
            ParameterKey::InvokeArgs => Self::InvokeArgs(reader.bytes()?),
            ParameterKey::DeviceIdentifier => Self::DeviceIdentifier(reader.bytes()?),
            ParameterKey::FetchArguments => Self::FetchArguments(reader.bytes()?),
            ParameterKey::MinimumBattery => Self::MinimumBattery(reader.uint()?),
            ParameterKey::UpdatePriority => Self::UpdatePriority(reader.int()?),
            ParameterKey::Version => Self::Version(VersionMatch::read_wrapped(reader)?),
            ParameterKey::WaitInfo => Self::WaitInfo(reader.bytes()?),
            ParameterKey::ComponentMetadata => Self::ComponentMetadata(reader.bytes()?),
            ParameterKey::DeltaBase => Self::DeltaBase(reader.uint()?),
        })
    }

    /// The parameter's label.
    #[must_use]
    pub const fn label(&self) -> i64 {
        label_of!(self)
    }
}

/// The parameters of one directive, borrowed: `{ + label => value }`.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<'a> {
    pairs: Reader<'a>,
    left: u64,
}

impl<'a> Parameters<'a> {
    /// Reads the map's extent.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.map()?;
        Self::pairs(reader, left)
    }

    /// The next `left` pairs of a map whose head was read.
    pub(crate) fn pairs(reader: &mut Reader<'a>, left: u64) -> Result<Self, Error> {
        let pairs = *reader;
        for _ in 0..left {
            reader.item()?;
            reader.item()?;
        }
        Ok(Self { pairs, left })
    }
}

impl<'a> Iterator for Parameters<'a> {
    type Item = Result<Parameter<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let parameter = Parameter::read(&mut self.pairs);
        if parameter.is_err() {
            self.left = 0;
        }
        Some(parameter)
    }
}
