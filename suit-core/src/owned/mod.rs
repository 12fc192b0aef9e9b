//! The owned model (`alloc`): for those who build documents. It is made by hand, or from a borrowed document by the
//! conversions in this module, never by a second parser.

mod command;
mod convert;
mod encode;
mod envelope;
mod manifest;
mod parameter;

pub use command::{Command, Selection};
pub use convert::read_text;
pub use envelope::Envelope;
pub use manifest::{ComponentId, ComponentText, Digest, LanguageText, Manifest, Member, Text};
pub use parameter::{Actor, Custom, Metadata, OtherDevice, Parameter, VendorId, VersionMatch, WaitInfo};
