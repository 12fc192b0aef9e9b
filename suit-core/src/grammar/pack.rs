//! The grammar as the walk reads it: four bytes for each shape, a row for each list and each map, made from
//! [`super::tables`] by the compiler.
//!
//! There are two such tables. The device's has only the shapes that a device walks over; a number that it hasn't got is
//! a row that takes nothing.
#![allow(
    clippy::as_conversions,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::panic,
    reason = "all of it runs at compile time, where a fault stops the compiler"
)]

use super::shape::{ArrayKind, MapKind, Others, Role, Scalar, Scope, Shape, View};
use super::supported::INSTALL_DELTA;
pub(super) use super::tables::EXTENDED;
use super::tables::{ALL, CODE, DEVICE, FREE_ARRAY, FREE_MAP, IN_TAG, REGION, SHAPES, argument};
use crate::cbor::Major;
use crate::error::ErrorKind;
use crate::labels::{
    CUSTOM_MAX, Directive, FileType, MANIFEST_VERSION, REPORT_POLICY_MAX, UUID_LEN, VersionComparison,
};

/// No shape: what may not be there.
pub(super) const NONE: u8 = 0xff;

const _: () = assert!(ALL < NONE as usize);

/// What the walk has to do at a value, beyond its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum What {
    // Values without parts.
    Plain,
    /// `null`; other simple values are of another type.
    Nil,
    /// `true` or `false`.
    Bool,
    /// `true`.
    AllComponents,
    /// Code of a command.
    Code,
    /// The number, or the length, is from `a` to `b`.
    ManifestVersion,
    ReportPolicy,
    Uuid,
    Comparison,
    FileType,
    ComponentIndex,
    DigestAlgorithm,
    DigestBytes,
    Payload,
    // Byte strings; what is inside is `a`.
    Wrapped,
    /// Wrapped; may be empty.
    Protected,
    Section,
    Layer,
    SectionLayer,
    /// `a` is the place of the first choice in [`Table::tags`], `b` their number.
    Tagged,
    // Lists; `a` is the place in [`Table::arrays`].
    Array,
    Components,
    Indices,
    TryEach,
    Sequence,
    SharedSequence,
    // Maps; `a` is the place in [`Table::maps`].
    Map,
    Envelope,
    Manifest,
    Common,
    Dependencies,
    ByIndex,
    Parameters,
    WaitInfo,
    Unordered,
    Permissions,
    Languages,
    Text,
    /// `a` is the place of the first choice in [`Table::list`], `b` their number.
    OneOf,
    Any,
    // Frames that no shape describes.
    FreeArray,
    FreeMap,
    InTag,
    Region,
}

/// A shape.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// The major types that it takes, a bit for each.
    pub(super) takes: u8,
    pub(super) what: What,
    pub(super) a: u8,
    pub(super) b: u8,
}

impl Row {
    /// Takes nothing: a shape that isn't there.
    pub(super) const NOTHING: Self = Self::free(What::OneOf);

    const fn free(what: What) -> Self {
        Self { takes: 0, what, a: 0, b: 0 }
    }

    /// Whether it takes values of this major type.
    #[inline(always)]
    pub(super) const fn takes(&self, major: Major) -> bool {
        self.takes.wrapping_shr(major as u32) & 1 != 0
    }
}

/// A list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Array {
    pub(super) min: u8,
    /// 0 if there is no limit.
    pub(super) max: u8,
    /// Where the shapes of the first items stand in [`Table::list`], and how many there are.
    pub(super) items: u8,
    pub(super) len: u8,
    /// The shape of all further items, or [`NONE`].
    pub(super) rest: u8,
}

/// A map.
#[derive(Clone, Copy, Debug)]
pub(super) struct Map {
    /// Where the shapes of its fields stand in [`Table::fields`], one for each label from 0 on, and how many there are.
    pub(super) fields: u16,
    pub(super) len: u8,
    /// The shape of values of other integer keys, or [`NONE`], and which those are.
    pub(super) other: u8,
    pub(super) others: OtherKeys,
    /// The shapes of values of text keys, and of those under another kind of key, or [`NONE`].
    pub(super) text: u8,
    pub(super) composite: u8,
    /// Least number of entries; 0 also if a missing key says it better.
    pub(super) min: u8,
    /// 0 if there is no limit.
    pub(super) max: u8,
    /// The keys that must be there, a bit for each label.
    pub(super) required: u16,
}

/// Which integer keys beside the fields there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OtherKeys {
    /// None, or all.
    Any,
    Uint,
    Custom,
    NoCustom,
}

/// Shapes in a packed form; the numbers are those of [`super::tables`].
#[derive(Debug)]
pub(super) struct Table {
    pub(super) rows: &'static [Row],
    pub(super) arrays: &'static [Array],
    pub(super) maps: &'static [Map],
    pub(super) tags: &'static [(u16, u8)],
    pub(super) list: &'static [u8],
    pub(super) fields: &'static [u8],
    /// The shapes of arguments by code, in a section and in the shared sequence; [`NONE`] for a code that is unknown or
    /// forbidden there. Custom commands are at 0, which is no command's code; the one that we know is behind all others.
    pub(super) arguments: &'static [[u8; 2]; CODES],
}

macro_rules! table {
    ($count:expr) => {{
        const SIZES: Sizes = sizes($count);
        const PACKED: Packed<
            { $count },
            { SIZES.arrays },
            { SIZES.maps },
            { SIZES.tags },
            { SIZES.list },
            { SIZES.fields },
        > = pack();
        Table {
            rows: &PACKED.rows,
            arrays: &PACKED.arrays,
            maps: &PACKED.maps,
            tags: &PACKED.tags,
            list: &PACKED.list,
            fields: &PACKED.fields,
            arguments: &const { arguments($count) },
        }
    }};
}

pub(super) static FOR_DEVICE: Table = table!(DEVICE);
pub(super) static FOR_TOOLS: Table = table!(ALL);

/// Registered commands have a code below the last of these places.
const CODES: usize = INSTALL_DELTA + 1;

struct Packed<
    const ROWS: usize,
    const ARRAYS: usize,
    const MAPS: usize,
    const TAGS: usize,
    const LIST: usize,
    const FIELDS: usize,
> {
    rows: [Row; ROWS],
    arrays: [Array; ARRAYS],
    maps: [Map; MAPS],
    tags: [(u16, u8); TAGS],
    list: [u8; LIST],
    fields: [u8; FIELDS],
}

#[derive(Clone, Copy)]
struct Sizes {
    arrays: usize,
    maps: usize,
    tags: usize,
    list: usize,
    fields: usize,
}

/// What the first `count` shapes need.
const fn sizes(count: usize) -> Sizes {
    let mut sizes = Sizes { arrays: 0, maps: 0, tags: 0, list: 0, fields: 0 };
    let mut position = 0;
    while position < count {
        match &SHAPES[position] {
            View::Tagged(choices) => sizes.tags += choices.len(),
            View::OneOf(choices) => sizes.list += choices.len(),
            View::Array(array) => {
                sizes.arrays += 1;
                sizes.list += array.items.len();
            }
            View::Map(map) => {
                sizes.maps += 1;
                sizes.fields += labels(map.fields, count);
            }
            _ => {}
        }
        position += 1;
    }
    sizes
}

/// One more than the greatest label whose shape is among the first `count`.
const fn labels(fields: &[super::shape::Field], count: usize) -> usize {
    let mut most = 0;
    let mut position = 0;
    while position < fields.len() {
        let label = fields[position].label;
        assert!(label >= 0 && label < 128, "fields have small labels");
        if label as usize >= most && (fields[position].shape.0 as usize) < count {
            most = label as usize + 1;
        }
        position += 1;
    }
    most
}

const fn byte(number: usize) -> u8 {
    assert!(number < 256, "the tables' places have eight bits");
    number as u8
}

const fn maybe(shape: Option<Shape>) -> u8 {
    match shape {
        Some(shape) => shape.0,
        None => NONE,
    }
}

const fn pack<
    const ROWS: usize,
    const ARRAYS: usize,
    const MAPS: usize,
    const TAGS: usize,
    const LIST: usize,
    const FIELDS: usize,
>() -> Packed<ROWS, ARRAYS, MAPS, TAGS, LIST, FIELDS> {
    let no_map = Map {
        fields: 0,
        len: 0,
        other: NONE,
        others: OtherKeys::Any,
        text: NONE,
        composite: NONE,
        min: 0,
        max: 0,
        required: 0,
    };
    let mut packed = Packed {
        rows: [Row::NOTHING; ROWS],
        arrays: [Array { min: 0, max: 0, items: 0, len: 0, rest: NONE }; ARRAYS],
        maps: [no_map; MAPS],
        tags: [(0, 0); TAGS],
        list: [NONE; LIST],
        fields: [NONE; FIELDS],
    };
    let mut used = Sizes { arrays: 0, maps: 0, tags: 0, list: 0, fields: 0 };
    let mut position = 0;
    while position < ROWS {
        let shape = &SHAPES[position];
        let takes = takes(shape);
        packed.rows[position] = match shape {
            View::Any if position == FREE_ARRAY.0 as usize => Row::free(What::FreeArray),
            View::Any if position == FREE_MAP.0 as usize => Row::free(What::FreeMap),
            View::Any if position == IN_TAG.0 as usize => Row::free(What::InTag),
            View::Any if position == REGION.0 as usize => Row::free(What::Region),
            View::Any => Row { takes, what: What::Any, a: 0, b: 0 },
            View::Scalar(..) if position == CODE.0 as usize => Row { takes, what: What::Code, a: 0, b: 0 },
            View::Scalar(scalar, role) => without_parts(takes, *scalar, *role),
            View::Wrapped(inner) => {
                let header = matches!(&SHAPES[inner.0 as usize], View::Map(map) if matches!(map.kind, MapKind::CoseHeader));
                Row { takes, what: if header { What::Protected } else { What::Wrapped }, a: inner.0, b: 0 }
            }
            View::Section(inner) => Row { takes, what: What::Section, a: inner.0, b: 0 },
            View::Layer(inner) => Row { takes, what: What::Layer, a: inner.0, b: 0 },
            View::SectionLayer(inner) => Row { takes, what: What::SectionLayer, a: inner.0, b: 0 },
            View::Sequence(Scope::Section) => Row { takes, what: What::Sequence, a: 0, b: 0 },
            View::Sequence(Scope::Shared) => Row { takes, what: What::SharedSequence, a: 0, b: 0 },
            View::Tagged(choices) => {
                let first = used.tags;
                let mut choice = 0;
                while choice < choices.len() {
                    let (tag, inner) = choices[choice];
                    packed.tags[used.tags] = (tag.code() as u16, inner.0);
                    used.tags += 1;
                    choice += 1;
                }
                Row { takes, what: What::Tagged, a: byte(first), b: byte(choices.len()) }
            }
            View::OneOf(choices) => {
                let first = used.list;
                let mut choice = 0;
                while choice < choices.len() {
                    assert!(!matches!(&SHAPES[choices[choice].0 as usize], View::OneOf(_) | View::Any));
                    packed.list[used.list] = choices[choice].0;
                    used.list += 1;
                    choice += 1;
                }
                Row { takes, what: What::OneOf, a: byte(first), b: byte(choices.len()) }
            }
            View::Array(array) => {
                let first = used.list;
                let mut item = 0;
                while item < array.items.len() {
                    packed.list[used.list] = array.items[item].0;
                    used.list += 1;
                    item += 1;
                }
                packed.arrays[used.arrays] = Array {
                    min: array.min,
                    max: array.max,
                    items: byte(first),
                    len: byte(array.items.len()),
                    rest: maybe(array.rest),
                };
                used.arrays += 1;
                let what = match array.kind {
                    ArrayKind::Plain => What::Array,
                    ArrayKind::Components => What::Components,
                    ArrayKind::Indices => What::Indices,
                    ArrayKind::TryEach => What::TryEach,
                };
                Row { takes, what, a: byte(used.arrays - 1), b: 0 }
            }
            View::Map(map) => {
                let first = used.fields;
                let mut required = 0_u16;
                let mut field = 0;
                while field < map.fields.len() {
                    let label = map.fields[field].label as usize;
                    if (map.fields[field].shape.0 as usize) < ROWS {
                        packed.fields[first + label] = map.fields[field].shape.0;
                    }
                    if map.fields[field].required {
                        assert!(label < 16, "required keys are small");
                        required |= 1 << label;
                    }
                    field += 1;
                }
                used.fields += labels(map.fields, ROWS);
                let (other, others) = match map.others {
                    Others::Unknown => (NONE, OtherKeys::Any),
                    Others::Int(shape) => (shape.0, OtherKeys::Any),
                    Others::Uint(shape) => (shape.0, OtherKeys::Uint),
                    Others::Custom(shape) => (shape.0, OtherKeys::Custom),
                    Others::NoCustom => (NONE, OtherKeys::NoCustom),
                };
                packed.maps[used.maps] = Map {
                    fields: first as u16,
                    len: byte(labels(map.fields, ROWS)),
                    other,
                    others,
                    text: maybe(map.text),
                    composite: maybe(map.composite),
                    min: if required == 0 { map.min } else { 0 },
                    max: map.max,
                    required,
                };
                used.maps += 1;
                let what = match map.kind {
                    MapKind::Envelope => What::Envelope,
                    MapKind::Manifest => What::Manifest,
                    MapKind::Common => What::Common,
                    MapKind::Dependencies => What::Dependencies,
                    MapKind::ByIndex => What::ByIndex,
                    MapKind::Parameters => What::Parameters,
                    MapKind::WaitInfo => What::WaitInfo,
                    MapKind::Permissions => What::Permissions,
                    MapKind::Languages => What::Languages,
                    MapKind::Text => What::Text,
                    _ if !map.ordered => What::Unordered,
                    _ => What::Map,
                };
                // The walk notes the keys only of these, see `Walk::field`.
                assert!(required == 0 || matches!(what, What::Envelope | What::Manifest | What::Common));
                assert!(
                    map.ordered || matches!(what, What::Unordered),
                    "only maps of no other kind are unordered"
                );
                Row { takes, what, a: byte(used.maps - 1), b: 0 }
            }
        };
        position += 1;
    }
    packed
}

/// The major types that a shape takes.
const fn takes(shape: &View) -> u8 {
    match shape {
        View::Scalar(Scalar::Uint, _) => Major::Uint.bit(),
        View::Scalar(Scalar::Int, _) => Major::Uint.bit() | Major::Nint.bit(),
        View::Scalar(Scalar::Bool | Scalar::Nil, _) => Major::Simple.bit(),
        View::Scalar(Scalar::Text, _) => Major::Text.bit(),
        View::Scalar(Scalar::Bytes, _)
        | View::Wrapped(_)
        | View::Section(_)
        | View::Layer(_)
        | View::SectionLayer(_) => Major::Bytes.bit(),
        View::Tagged(_) => Major::Tag.bit(),
        View::Array(_) | View::Sequence(_) => Major::Array.bit(),
        View::Map(_) => Major::Map.bit(),
        View::Any => 0xff,
        View::OneOf(choices) => {
            let mut all = 0;
            let mut choice = 0;
            while choice < choices.len() {
                all |= takes(&SHAPES[choices[choice].0 as usize]);
                choice += 1;
            }
            all
        }
    }
}

const fn without_parts(takes: u8, scalar: Scalar, role: Role) -> Row {
    let (what, a, b) = match (role, scalar) {
        // M §8.4.1: a processor must refuse a version that it doesn't support.
        (Role::ManifestVersion, _) => (What::ManifestVersion, MANIFEST_VERSION as u8, MANIFEST_VERSION as u8),
        (Role::ReportPolicy, _) => (What::ReportPolicy, 0, REPORT_POLICY_MAX as u8),
        (Role::Uuid, _) => (What::Uuid, UUID_LEN as u8, UUID_LEN as u8),
        (Role::Comparison, _) => (What::Comparison, 1, VersionComparison::ALL.len() as u8),
        (Role::FileType, _) => (What::FileType, 1, FileType::ALL.len() as u8),
        // M §8.4.10.1: true means all components; false has no meaning.
        (Role::AllComponents, _) => (What::AllComponents, 0, 0),
        (Role::ComponentIndex, _) => (What::ComponentIndex, 0, 0),
        (Role::DigestAlgorithm, _) => (What::DigestAlgorithm, 0, 0),
        (Role::DigestBytes, _) => (What::DigestBytes, 0, 0),
        (Role::Payload, _) => (What::Payload, 0, 0),
        (_, Scalar::Bool) => (What::Bool, 0, 0),
        (_, Scalar::Nil) => (What::Nil, 0, 0),
        _ => (What::Plain, 0, 0),
    };
    Row { takes, what, a, b }
}

// Ranges stand for registries that have no gap.
const _: () = {
    let mut position = 0;
    while position < VersionComparison::ALL.len() {
        assert!(VersionComparison::ALL[position].code() == position as i64 + 1);
        position += 1;
    }
    let mut position = 0;
    while position < FileType::ALL.len() {
        assert!(FileType::ALL[position].code() == position as i64 + 1);
        position += 1;
    }
};

/// The arguments that have one of the first `count` shapes.
const fn arguments(count: usize) -> [[u8; 2]; CODES] {
    let mut all = [[NONE; 2]; CODES];
    let mut code = 0;
    // Nothing is registered beyond the table, nor at 0.
    while code < 256 {
        let number = match code {
            0 => CUSTOM_MAX,
            INSTALL_DELTA => Directive::InstallDelta.code(),
            _ => code as i64,
        };
        let mut scopes = [Scope::Section, Scope::Shared].as_slice();
        let mut scope = 0;
        while let [first, rest @ ..] = scopes {
            match argument(number, *first) {
                Ok(shape) if (shape.0 as usize) < count => all[code][scope] = shape.0,
                Ok(_) => {}
                Err(kind) => assert!(code < CODES || matches!(kind, ErrorKind::UnknownCommand)),
            }
            scope += 1;
            scopes = rest;
        }
        code += 1;
    }
    assert!(matches!(argument(0, Scope::Section), Err(ErrorKind::UnknownCommand)));
    assert!(matches!(argument(INSTALL_DELTA as i64, Scope::Section), Err(ErrorKind::UnknownCommand)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grammar::tables::BASE;

    static SMALL: Table = table!(BASE);

    /// A shape that isn't there takes nothing: what is reached some other way than by a command, a parameter or a member
    /// of the manifest would be refused with an error that says something else.
    #[test]
    fn a_device_without_update_management_lacks_nothing_else() {
        let there = |shape: u8| shape == NONE || usize::from(shape) < BASE;
        for (row, tools) in SMALL.rows.iter().zip(FOR_TOOLS.rows) {
            assert_eq!((row.takes, row.what), (tools.takes, tools.what));
            let wraps = row.what >= What::Wrapped && row.what < What::Tagged;
            // A layer is not entered.
            assert!(!wraps || matches!(row.what, What::Layer) || there(row.a), "{row:?}");
        }
        assert!(SMALL.list.iter().all(|shape| there(*shape)));
        assert!(SMALL.tags.iter().all(|(_, inside)| there(*inside)));
        assert!(SMALL.arrays.iter().all(|array| there(array.rest)));
        assert!(SMALL.maps.iter().all(|map| there(map.other) && there(map.text) && there(map.composite)));
        assert!(SMALL.fields.iter().all(|shape| there(*shape)));
        assert!(SMALL.arguments.iter().flatten().all(|shape| there(*shape)));
    }

    #[test]
    fn what_a_device_without_update_management_lacks_is_its_commands_and_parameters() {
        let (small, all) = (SMALL.arguments, FOR_TOOLS.arguments);
        let lacking = (0..CODES).filter(|code| small[*code] != all[*code]);
        // override-multiple and copy-params; conditions have the argument of all others.
        assert!(lacking.eq([34, 35]));
    }
}
