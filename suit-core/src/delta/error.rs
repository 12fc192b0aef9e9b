//! What can be wrong with a delta payload, or with what the caller lends.

use core::fmt;

/// Why a delta is not applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The first byte is not that of a delta.
    NotADelta,
    /// A version of the format that this decoder doesn't know.
    Version(u8),
    /// Predictors that this decoder doesn't have; the flags as they came.
    Predictors(u8),
    /// A number of the header is not in its shortest form or past its range; the byte where it starts.
    Header(u8),
    /// The caller lends less memory than the header asks for.
    Memory {
        /// Bytes that the header asks for.
        needed: u32,
        /// Bytes that were lent.
        lent: u32,
    },
    /// A segment reaches past the old or the new image, or all of them don't make up the new image; its number.
    Segment(u16),
    /// The payload ends before the new image is whole.
    Truncated,
    /// The payload goes on after the new image is whole.
    TrailingBytes,
    /// The payload's last bytes are not those that end one.
    End,
    /// The caller refused the header, couldn't read the old image, or couldn't write the new one.
    Images,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotADelta => f.write_str("not a delta payload"),
            Self::Version(version) => write!(f, "version {version} of the delta format is unknown"),
            Self::Predictors(flags) => write!(f, "predictors {flags:#04x} are unknown or not built in"),
            Self::Header(at) => {
                write!(f, "the header's number at byte {at} is not in its shortest form or out of range")
            }
            Self::Memory { needed, lent } => {
                write!(f, "{needed} bytes of memory are needed and {lent} are there")
            }
            Self::Segment(number) => write!(f, "segment {number} doesn't fit the images"),
            Self::Truncated => f.write_str("the delta ends before the new image is whole"),
            Self::TrailingBytes => f.write_str("the delta goes on after the new image is whole"),
            Self::End => f.write_str("the last bytes of the delta are not those that end one"),
            Self::Images => f.write_str("the old image can't be read or the new one can't be written"),
        }
    }
}

impl core::error::Error for Error {}

/// The caller's answer when it refuses a header or its storage fails; it keeps the reason for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault;

impl From<Fault> for Error {
    fn from(_: Fault) -> Self {
        Self::Images
    }
}
