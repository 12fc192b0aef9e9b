//! Owned parameters.

use super::manifest::Digest;
use crate::labels::{FileType, VersionComparison};
use crate::parameter::label_of;
use alloc::string::String;
use alloc::vec::Vec;

/// A parameter with its value, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameter {
    /// Vendor identifier.
    VendorIdentifier(VendorId),
    /// Class identifier, a UUID.
    ClassIdentifier([u8; 16]),
    /// Digest of the image.
    ImageDigest(Digest),
    /// Seconds since 1970.
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
    Content(Vec<u8>),
    /// Encoding of a tagged COSE_Encrypt, kept as it is.
    EncryptionInfo(Vec<u8>),
    /// URI reference.
    Uri(String),
    /// Component index.
    SourceComponent(u64),
    /// Argument for the invoked image.
    InvokeArgs(Vec<u8>),
    /// Device identifier, a UUID.
    DeviceIdentifier([u8; 16]),
    /// Argument for the fetcher.
    FetchArguments(Vec<u8>),
    /// Charge in mWh.
    MinimumBattery(u64),
    /// Priority; smaller is more urgent.
    UpdatePriority(i64),
    /// Version comparison.
    Version(VersionMatch),
    /// Events to wait for.
    WaitInfo(WaitInfo),
    /// File metadata.
    ComponentMetadata(Metadata),
    /// Component index.
    DeltaBase(u64),
    /// Custom parameter: its label, at most -257, and its value.
    Custom(i64, Custom),
}

impl Parameter {
    /// The parameter's label.
    #[must_use]
    pub const fn label(&self) -> i64 {
        label_of!(self)
    }
}

/// Who made a device, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum VendorId {
    /// A UUID.
    Uuid([u8; 16]),
    /// A private enterprise number, the content of tag 112.
    Pen(Vec<u8>),
}

/// Value of a custom parameter, or argument of a custom command, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Custom {
    /// An integer.
    Int(i64),
    /// `true` or `false`; parameters only.
    Bool(bool),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// `null`; commands only.
    Nil,
}

/// A version comparison, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionMatch {
    /// How to compare.
    pub comparison: VersionComparison,
    /// With what.
    pub version: Vec<i64>,
}

/// Events to wait for, owned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitInfo {
    /// The update is authorised at this priority.
    pub authorization: Option<i64>,
    /// Power level.
    pub power: Option<i64>,
    /// Network state.
    pub network: Option<i64>,
    /// Another device has a version.
    pub other_device_version: Option<OtherDevice>,
    /// Seconds since 1970.
    pub time: Option<u64>,
    /// Seconds since local midnight.
    pub time_of_day: Option<u64>,
    /// Local day of the week; Sunday is 0.
    pub day_of_week: Option<u64>,
    /// Seconds since midnight UTC.
    pub time_of_day_utc: Option<u64>,
    /// Day of the week in UTC; Sunday is 0.
    pub day_of_week_utc: Option<u64>,
}

/// Another device and what its version must be, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherDevice {
    /// Its identifier.
    pub device: Vec<u8>,
    /// All of these must hold.
    pub versions: Vec<VersionMatch>,
}

/// File metadata, owned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Metadata {
    /// Permission bits for everyone else.
    pub default_permissions: Option<u64>,
    /// Permission bits per user.
    pub user_permissions: Vec<(Actor, u64)>,
    /// Permission bits per group.
    pub group_permissions: Vec<(Actor, u64)>,
    /// Permission bits per role.
    pub role_permissions: Vec<(Actor, u64)>,
    /// What kind of file it is.
    pub file_type: Option<FileType>,
    /// Seconds since 1970.
    pub modification_time: Option<u64>,
    /// Seconds since 1970.
    pub creation_time: Option<u64>,
    /// Who made it.
    pub creator: Option<Actor>,
}

/// Who a permission is for, or who made a file, owned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A number.
    Int(i64),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A name.
    Text(String),
    /// A UUID.
    Uuid([u8; 16]),
}
