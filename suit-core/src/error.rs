//! What can be wrong with a document, as closed facts with a place.

use crate::labels::Tag;
use core::fmt;

/// A fault in a document: what is wrong, and at which byte of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// What is wrong.
    pub kind: ErrorKind,
    /// Where: bytes from the start of the outermost input, 0-based.
    pub offset: usize,
}

impl Error {
    /// A fault of this kind at this byte.
    #[must_use]
    pub const fn new(kind: ErrorKind, offset: usize) -> Self {
        Self { kind, offset }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind, self.offset)
    }
}

impl core::error::Error for Error {}

/// The kinds of value that the grammar can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Expected {
    /// An unsigned integer.
    Uint,
    /// An integer of either sign.
    Int,
    /// A byte string.
    Bytes,
    /// A text string.
    Text,
    /// An array.
    Array,
    /// A map.
    Map,
    /// A tag.
    Tag,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Nil,
    /// One of several kinds.
    OneOfSeveral,
}

macro_rules! kinds {
    ( $( $(#[$meta:meta])* $variant:ident $( ( $payload:ty ) )? = $number:literal $text:literal, )* ) => {
        /// What is wrong with a document.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $( $(#[$meta])* $variant $( ( $payload ) )?, )*
        }

        impl ErrorKind {
            /// Stable number of this kind; the tools print it as `E` and four digits.
            #[must_use]
            pub const fn number(self) -> u16 {
                match self { $( Self::$variant $( (kinds!(@skip $payload)) )? => $number, )* }
            }

            /// The variant's name, as test vectors spell it.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $( Self::$variant $( (kinds!(@skip $payload)) )? => stringify!($variant), )* }
            }

            const fn text(self) -> &'static str {
                match self { $( Self::$variant $( (kinds!(@skip $payload)) )? => $text, )* }
            }
        }
    };
    (@skip $payload:ty) => { _ };
}

kinds! {
    // Encoding: RFC 8949 and draft-ietf-suit-manifest-37 §8.1.
    /// The input ends inside an item.
    Truncated = 101 "input ends inside an item",
    /// Additional information 28 to 30, which has no meaning.
    ReservedHead = 102 "reserved initial byte",
    /// An integer or a length is written longer than needed.
    LongHead = 103 "integer or length not in its shortest form",
    /// An item of indefinite length.
    IndefiniteLength = 104 "indefinite length",
    /// A break code where no item of indefinite length is open.
    UnexpectedBreak = 105 "break code without an open item",
    /// Bytes follow the item that should have been the last.
    TrailingBytes = 106 "bytes after the end of the item",
    /// A map has the same key twice.
    DuplicateKey = 107 "duplicate map key",
    /// A map's keys are not in bytewise order.
    KeyOrder = 108 "map keys not in bytewise order",
    /// A text string is not UTF-8.
    InvalidUtf8 = 109 "text is not UTF-8",
    /// A float, or a simple value other than false, true and null.
    UnsupportedSimple = 110 "floating-point or unassigned simple value",
    /// Nesting deeper than the reader's limit.
    TooDeep = 111 "nested too deeply",
    /// An integer that doesn't fit the range that its place has.
    IntegerRange = 112 "integer out of range",
    /// A map with more entries than the reader's limit for its kind.
    TooManyEntries = 113 "too many map entries",

    // Structure of SUIT documents.
    /// A value of another kind than the grammar asks for.
    WrongType(Expected) = 301 "wrong type",
    /// A map lacks a key that it must have.
    MissingKey(i16) = 302 "required key is missing",
    /// A map has a key that no document defines.
    UnknownKey = 303 "unknown key",
    /// A tag that isn't the expected one.
    WrongTag(u16) = 304 "wrong tag",
    /// An array or map with fewer items than its kind needs.
    TooFewItems = 305 "too few items",
    /// An array with more items than its kind has.
    TooManyItems = 306 "too many items",
    /// A byte string of another length than its kind has.
    WrongLength = 307 "byte string of the wrong length",
    /// A manifest version other than 1.
    UnsupportedVersion = 308 "unsupported manifest version",
    /// A command code that no document defines.
    UnknownCommand = 309 "unknown command",
    /// A command that its section must not hold.
    ForbiddenCommand = 310 "command not allowed in this sequence",
    /// A sequence with a code but without its argument.
    OddSequence = 311 "command without an argument",
    /// A parameter that no document defines.
    UnknownParameter = 312 "unknown parameter",
    /// A custom parameter in the shared sequence.
    ForbiddenParameter = 313 "parameter not allowed in this sequence",
    /// A reporting policy above 15.
    ReportPolicy = 314 "reporting policy above 15",
    /// A digest algorithm that no document defines.
    UnknownDigestAlgorithm = 315 "unknown digest algorithm",
    /// A digest of another length than its algorithm gives.
    DigestLength = 316 "digest length does not fit its algorithm",
    /// The same component identifier twice.
    DuplicateComponent = 317 "duplicate component identifier",
    /// A component index beyond the list of components and dependencies.
    ComponentIndex = 318 "component index out of range",
    /// Several components, and a section that doesn't start with set-component-index.
    MissingComponentIndex = 319 "sequence does not begin with set-component-index",
    /// A manifest without a component.
    NoComponents = 320 "no components",
    /// A set-component-index list that names an index twice.
    DuplicateIndex = 321 "component index listed twice",
    /// A version comparison that no document defines.
    UnknownComparison = 322 "unknown version comparison",
    /// A wait event that no document defines.
    UnknownWaitEvent = 323 "unknown wait event",
    /// A file type that no document defines.
    UnknownFileType = 324 "unknown file type",
    /// A component identifier in the text that is not in the list of components.
    TextComponent = 325 "text for a component that is not listed",
    /// A language tag that isn't one.
    LanguageTag = 326 "malformed language tag",
    /// An envelope without the CBOR tag 107 where untagged ones are not allowed.
    Untagged = 329 "envelope without tag 107",
    /// A reason in a report that no document defines.
    UnknownReason = 330 "unknown reason",

    // COSE structures: RFC 9052.
    /// A COSE message whose payload is attached.
    AttachedPayload = 401 "COSE payload is attached, it must be detached",
    /// A header label stands in both buckets, or twice in one.
    DuplicateHeader = 402 "header label given twice",
    /// A critical header that this reader doesn't know.
    CriticalHeader = 403 "unknown critical header",
    /// No algorithm where one is needed.
    MissingAlgorithm = 404 "algorithm is missing",
    /// The algorithm stands in the unprotected header.
    UnprotectedAlgorithm = 405 "algorithm is not protected",
    /// An authentication block with a tag that is no COSE message of a kind that SUIT uses.
    UnknownBlock = 406 "not a COSE_Sign1, COSE_Sign, COSE_Mac0 or COSE_Mac message",
    /// A recipient of a kind that the operation can't use.
    UnsupportedRecipient = 407 "unsupported recipient",
}

impl ErrorKind {
    /// That this key isn't there.
    pub(crate) fn missing(key: i64) -> Self {
        Self::MissingKey(i16::try_from(key).unwrap_or(i16::MAX))
    }

    /// That another tag stands where this one must.
    pub(crate) fn wrong_tag(expected: Tag) -> Self {
        Self::WrongTag(u16::try_from(expected.code()).unwrap_or(u16::MAX))
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::WrongType(expected) => {
                let wanted = match expected {
                    Expected::Uint => "an unsigned integer",
                    Expected::Int => "an integer",
                    Expected::Bytes => "a byte string",
                    Expected::Text => "a text string",
                    Expected::Array => "an array",
                    Expected::Map => "a map",
                    Expected::Tag => "a tag",
                    Expected::Bool => "true or false",
                    Expected::Nil => "null",
                    Expected::OneOfSeveral => "another kind of value",
                };
                write!(f, "wrong type, expected {wanted}")
            }
            Self::MissingKey(key) => write!(f, "required key {key} is missing"),
            Self::WrongTag(tag) => write!(f, "wrong tag, expected {tag}"),
            other => f.write_str(other.text()),
        }
    }
}
