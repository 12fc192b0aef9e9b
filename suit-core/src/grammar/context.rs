//! Rules that join one part of a manifest to another: component indices, and how sections begin.

use super::shape::{MapKind, Role, Shape};
use super::tables::COMPONENTS_MAX;
use super::visit::{Item, Key, Value, Visitor};
use crate::cbor::Reader;
use crate::command::IndexList;
use crate::dependency::Dependencies;
use crate::error::{Error, ErrorKind};
use crate::labels::{CommonKey, Directive};

/// What a manifest says of its components, and where in a section the walk is.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    components: u64,
    dependencies: Dependencies<'a>,
    section: Section,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    Inside,
    /// A byte string that holds a section was entered.
    Opened,
    /// The section's array was entered: its first code comes next.
    Begins,
}

impl<'a> Context<'a> {
    /// Nothing known yet: for the walk over a whole manifest.
    #[must_use]
    pub const fn new() -> Self {
        Self::of(0, Dependencies::none())
    }

    /// For the walk over a severed section of a manifest that has these.
    #[must_use]
    pub const fn of(components: u64, dependencies: Dependencies<'a>) -> Self {
        Self { components, dependencies, section: Section::Inside }
    }

    /// For a walk whose outermost value is a section.
    #[must_use]
    pub const fn at_section(self) -> Self {
        Self { section: Section::Opened, ..self }
    }

    /// How many components and dependencies there are.
    #[must_use]
    pub fn targets(&self) -> u64 {
        let beyond =
            self.dependencies.iter().filter(|dependency| dependency.index >= self.components).count();
        self.components.saturating_add(u64::try_from(beyond).unwrap_or(u64::MAX))
    }

    /// Learns from a value; returns the rule that it breaks, if any.
    pub fn observe(&mut self, item: &Item<'a>) -> Option<Error> {
        const COMPONENTS: i64 = CommonKey::Components.code();
        const DEPENDENCIES: i64 = CommonKey::Dependencies.code();
        const SET_INDEX: i64 = Directive::SetComponentIndex.code();
        const OVERRIDE_MULTIPLE: i64 = Directive::OverrideMultiple.code();
        let fault = |kind, offset| Some(Error::new(kind, offset));
        match (item.key, item.value) {
            (Key::Label(MapKind::Common, COMPONENTS), Value::Array(Some(count))) => {
                self.components = count;
                None
            }
            (Key::Label(MapKind::Common, DEPENDENCIES), Value::Map(_)) => {
                // What can't be read is the walk's to tell.
                self.dependencies =
                    Dependencies::read(&mut item.start.clone()).unwrap_or(Dependencies::none());
                None
            }
            // M §6.2: a sequence begins with set-component-index where there is more than one component.
            (Key::Label(MapKind::Manifest | MapKind::Common | MapKind::Envelope, _), Value::Wrapped(_))
                if matches!(
                    item.shape,
                    Shape::Wrapped(Shape::Sequence(_)) | Shape::Layer(Shape::Sequence(_))
                ) =>
            {
                self.section = Section::Opened;
                None
            }
            (_, Value::Array(_)) if self.section == Section::Opened => {
                self.section = Section::Begins;
                None
            }
            (Key::Code, _) if self.section == Section::Begins => {
                self.section = Section::Inside;
                // UM §5.7: override-multiple selects components too, so nothing after it depends on an index unset.
                let selects = matches!(item.value.int(), Some(SET_INDEX | OVERRIDE_MULTIPLE));
                if self.targets() > 1 && !selects {
                    return fault(ErrorKind::MissingComponentIndex, item.offset);
                }
                None
            }
            // A longer list is a fault already, and searching it would take too long.
            (Key::Argument(SET_INDEX), Value::Array(Some(count))) if count <= COMPONENTS_MAX.into() => {
                twice(item.start)
            }
            (_, Value::Uint(index)) if matches!(item.shape, Shape::Scalar(_, Role::ComponentIndex)) => {
                self.in_range(index, item.offset)
            }
            (Key::Label(MapKind::ByIndex, index), _) => {
                self.in_range(u64::try_from(index).unwrap_or(u64::MAX), item.key_offset)
            }
            _ => None,
        }
    }

    fn in_range(&self, index: u64, offset: usize) -> Option<Error> {
        let known = index < self.components || self.dependencies.contains(index);
        (!known).then_some(Error::new(ErrorKind::ComponentIndex, offset))
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// The visitor of all who decide: stops at the first fault, and reads no layer that isn't authenticated. There is one, so
/// that a device holds one copy of the walk.
pub(crate) struct Checker<'a>(Context<'a>);

impl<'a> Checker<'a> {
    pub(crate) const fn new(context: Context<'a>) -> Self {
        Self(context)
    }

    pub(crate) const fn context(&self) -> &Context<'a> {
        &self.0
    }
}

impl<'a> Visitor<'a> for Checker<'a> {
    const DEEP: bool = false;

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        self.0.observe(item).map_or(Ok(()), Err)
    }
}

/// The second place of an index that a list names twice.
fn twice(mut list: Reader<'_>) -> Option<Error> {
    let indices = IndexList::read(&mut list).ok()?;
    for (position, (offset, index)) in indices.located().enumerate() {
        if indices.take(position).any(|earlier| earlier == index) {
            return Some(Error::new(ErrorKind::DuplicateIndex, offset));
        }
    }
    None
}
