//! What a walk tells a visitor.

use super::context::Context;
use super::shape::{MapKind, Shape};
use super::supported::Supported;
use crate::cbor::Reader;
use crate::error::Error;

/// Deepest nesting of arrays, maps and tags within one [`View::Layer`](super::View::Layer). The published examples need 9;
/// a nested try-each adds 2, so this leaves room for six of them. Layers are counted each for itself, so that a device,
/// which walks one at a time, and a tool, which walks all at once, agree.
pub const DEPTH_MAX: usize = 24;

/// Most values whose parts are being visited at a time in one layer: the content of a byte string counts for a moment
/// even if it has no parts.
pub(super) const LAYER_OPEN_MAX: usize = DEPTH_MAX + 1;

/// Most values whose parts are being visited at a time in all layers: around the innermost one there are the tag and the
/// map of an envelope, perhaps those of a dependency inside and of one inside that, and the map of a manifest.
pub const OPEN_MAX: usize = LAYER_OPEN_MAX + 7;

/// Receives the values of a document in the order in which they stand in it.
pub trait Visitor<'a> {
    /// Whether layers ([`View::Layer`](super::View::Layer)) are entered. A device doesn't: it reads a layer once that is
    /// authenticated.
    const DEEP: bool;

    /// Whether only the verdict matters: the first fault ends the walk, nothing is shown, and the shapes are those that a
    /// device has. Such a visitor is only asked for its context.
    const SILENT: bool = false;

    /// A fault. Returning it stops the walk; returning `Ok` goes on, with what can't be read left out.
    ///
    /// # Errors
    /// The fault, to stop at it.
    fn fault(&mut self, error: Error) -> Result<(), Error> {
        Err(error)
    }

    /// A value, before its parts.
    ///
    /// # Errors
    /// A fault that this visitor found, after asking [`Visitor::fault`].
    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error>;

    /// Whether this content of an integrated payload is entered as a tagged envelope: it may be a dependency
    /// (TD §8.1.1). Only asked if [`Visitor::DEEP`] is set.
    fn enters_payload(&self, _content: &'a [u8]) -> bool {
        false
    }

    /// What the walk knows of the manifest that it is in; `None` for visitors to which the rules that join one part of a
    /// manifest to another don't matter.
    fn context(&mut self) -> Option<&mut Context<'a>> {
        None
    }

    /// What is taken for known.
    fn supported(&self) -> &Supported {
        &Supported::ALL
    }

    /// The end of the parts of the last value entered that has parts and wasn't left yet.
    fn leave(&mut self, _offset: usize) {}
}

/// How a value is reached from the one around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key<'a> {
    /// The outermost value.
    Root,
    /// Item of an array, 0-based.
    Element(u64),
    /// Value of a map under an integer key.
    Label(MapKind, i64),
    /// Value of a map under a text key.
    Name(MapKind, &'a str),
    /// Value of a map under a key that is neither; its encoding.
    Composite(MapKind, &'a [u8]),
    /// Code of a command.
    Code,
    /// Argument of the command with this code.
    Argument(i64),
    /// What a byte string or tag holds.
    Content,
}

/// A value's own content, without its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Unsigned integer.
    Uint(u64),
    /// Negative integer: -1 minus this.
    Nint(u64),
    /// Byte string.
    Bytes(&'a [u8]),
    /// Byte string whose content is visited next.
    Wrapped(&'a [u8]),
    /// Text.
    Text(&'a str),
    /// Array with this many items; `None` if its length is indefinite.
    Array(Option<u64>),
    /// Map with this many pairs; `None` if its length is indefinite.
    Map(Option<u64>),
    /// Tag.
    Tag(u64),
    /// `true` or `false`.
    Bool(bool),
    /// `null`.
    Null,
    /// Another simple value or a float, as it stands.
    Other(u64),
}

impl Value<'_> {
    /// The integer that this is, if it is one and fits 64 bits with a sign.
    #[must_use]
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Uint(value) => i64::try_from(*value).ok(),
            Self::Nint(value) => i64::try_from(*value).ok().map(|value| !value),
            _ => None,
        }
    }

    /// Whether parts follow, to be ended by [`Visitor::leave`].
    #[must_use]
    pub const fn has_parts(&self) -> bool {
        matches!(self, Self::Wrapped(_) | Self::Array(_) | Self::Map(_) | Self::Tag(_))
    }
}

/// A value that the walk came to.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// How it is reached.
    pub key: Key<'a>,
    /// Offset of the key's first byte, of the value's where it has no key of its own.
    pub key_offset: usize,
    /// Offset of the value's first byte.
    pub offset: usize,
    /// Offset behind the value's head; for byte and text strings behind the content, unless it is visited next.
    pub end: usize,
    /// What the grammar asks for here.
    pub shape: Shape,
    /// What stands here.
    pub value: Value<'a>,
    /// The input from the value's first byte on.
    pub start: Reader<'a>,
}
