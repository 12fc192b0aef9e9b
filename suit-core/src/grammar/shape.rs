//! What a shape is: the vocabulary in which `grammar/tables.rs` says what a SUIT document looks like.

use super::tables::DEFINITIONS;
use crate::labels::Tag;

/// What a value must look like: the number of a definition in `grammar/tables.rs`. The walk reads a packed form of it
/// (`grammar/pack.rs`); tools look at the definition itself, which no device links.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Shape(pub(super) u8);

impl Shape {
    /// The definition, for those who show documents.
    #[must_use]
    pub fn view(self) -> &'static View {
        DEFINITIONS.get(usize::from(self.0)).unwrap_or(&View::Any)
    }

    /// What the value stands for, if it is one without parts.
    #[must_use]
    pub fn role(self) -> Option<Role> {
        match self.view() {
            View::Scalar(_, role) => Some(*role),
            _ => None,
        }
    }

    /// Whose keys the map has, if it is one.
    #[must_use]
    pub fn map_kind(self) -> Option<MapKind> {
        match self.view() {
            View::Map(map) => Some(map.kind),
            _ => None,
        }
    }
}

/// The definition of a [`Shape`].
#[derive(Clone, Copy, Debug)]
pub enum View {
    /// A value without parts.
    Scalar(Scalar, Role),
    /// A byte string that holds the CBOR encoding of something.
    Wrapped(Shape),
    /// A byte string that holds a sequence which runs by itself: it must not rely on an index that was set before it.
    Section(Shape),
    /// A byte string that holds the CBOR encoding of something which only tools look into; for the device, bytes.
    /// The manifest inside an envelope is one (it is read after it was authenticated), text is another.
    Layer(Shape),
    /// As [`View::Layer`], with a sequence which runs by itself.
    SectionLayer(Shape),
    /// A tagged item: the tag decides what is inside.
    Tagged(&'static [(Tag, Shape)]),
    /// An array.
    Array(ArrayShape),
    /// A map.
    Map(MapShape),
    /// `SUIT_Command_Sequence`: codes and arguments by turns.
    Sequence(Scope),
    /// The kind of the value decides: the first that takes it.
    OneOf(&'static [Shape]),
    /// Anything that is well-formed.
    Any,
}

/// Values without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar {
    /// Unsigned integer.
    Uint,
    /// Integer of either sign.
    Int,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Nil,
    /// Byte string.
    Bytes,
    /// Text string.
    Text,
}

/// What a value without parts stands for, where more than its kind is asked of it or shown of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// Nothing more than its kind says.
    Plain,
    /// The manifest's encoding version.
    ManifestVersion,
    /// Reporting policy of a command.
    ReportPolicy,
    /// Index of a component or dependency.
    ComponentIndex,
    /// `true`: all components.
    AllComponents,
    /// A 16-byte UUID.
    Uuid,
    /// Algorithm of a digest.
    DigestAlgorithm,
    /// Value of a digest.
    DigestBytes,
    /// Label of a parameter.
    ParameterLabel,
    /// Kind of a version comparison.
    Comparison,
    /// An element of a version.
    VersionPart,
    /// Type of a file.
    FileType,
    /// Seconds since 1970.
    Time,
    /// An integrated payload or dependency.
    Payload,
    /// A signature or MAC tag.
    Signature,
    /// The payload field of a COSE message.
    CosePayload,
    /// Value of an algorithm header.
    CoseAlgorithm,
    /// One part of a component identifier.
    ComponentPart,
}

/// Where a sequence stands: the shared sequence may not hold everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The shared sequence and what is nested in it.
    Shared,
    /// A section of its own and what is nested in it.
    Section,
}

/// What an array must look like.
#[derive(Clone, Copy, Debug)]
pub struct ArrayShape {
    /// What is asked of the list as a whole.
    pub kind: ArrayKind,
    /// Shapes of the first items, in order.
    pub items: &'static [Shape],
    /// Shape of all further items; `None` if there are no more.
    pub rest: Option<Shape>,
    /// Least number of items.
    pub min: u8,
    /// Greatest number of items, a limit of ours where the documents have none; 0 if there is none.
    pub max: u8,
}

/// Arrays of which more is asked than what each item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ArrayKind {
    /// Nothing more.
    Plain,
    /// The list of components: its length bounds component indices.
    Components,
    /// A list of component indices: none of them twice.
    Indices,
    /// `suit-directive-try-each`: at least two sequences, then at most one `null`.
    TryEach,
}

/// Which registry the integer keys of a map come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum MapKind {
    /// `SUIT_Envelope`.
    Envelope,
    /// `SUIT_Manifest`.
    Manifest,
    /// `SUIT_Common`.
    Common,
    /// `SUIT_Dependencies`: component index to metadata.
    Dependencies,
    /// `SUIT_Dependency_Metadata`.
    Dependency,
    /// `SUIT_Parameters`.
    Parameters,
    /// Component index to something.
    ByIndex,
    /// Wait events.
    WaitInfo,
    /// `SUIT_Component_Metadata`.
    Metadata,
    /// Actor to permission bits.
    Permissions,
    /// `SUIT_Text_Map`: language to text.
    Languages,
    /// Text of one language.
    Text,
    /// Text of one component.
    ComponentText,
    /// COSE header.
    CoseHeader,
    /// A map that no registry describes.
    Other,
}

/// What a map must look like.
#[derive(Clone, Copy, Debug)]
pub struct MapShape {
    /// Whose keys these are.
    pub kind: MapKind,
    /// Entries with a registered integer key; their labels are not negative.
    pub fields: &'static [Field],
    /// Values of other integer keys.
    pub others: Others,
    /// Values of text keys, if there may be any.
    pub text: Option<Shape>,
    /// Values of keys that are neither integers nor text, if there may be any; arrays are component identifiers.
    pub composite: Option<Shape>,
    /// Least number of entries, where no key is required.
    pub min: u8,
    /// Greatest number of entries, a limit of ours where looking through them takes quadratic time; 0 if there is none.
    pub max: u8,
    /// Whether keys must increase bytewise; if not, they must only differ.
    pub ordered: bool,
}

/// Values of integer keys that no field names.
#[derive(Clone, Copy, Debug)]
pub enum Others {
    /// There may be none.
    Unknown,
    /// Any unsigned key, with this value.
    Uint(Shape),
    /// Any integer key, with this value.
    Int(Shape),
    /// Only custom labels (at most -257), with this value.
    Custom(Shape),
    /// A custom label is an error of its own: the shared sequence must not set custom parameters.
    NoCustom,
}

/// An entry of a map.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its key.
    pub label: i64,
    /// Whether it must be there; only keys below 16.
    pub required: bool,
    /// What its value looks like.
    pub shape: Shape,
}
