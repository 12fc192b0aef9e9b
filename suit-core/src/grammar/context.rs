//! Rules that join one part of a manifest to another: component indices, and how sections begin.

use super::supported::Supported;
use super::visit::{Item, Visitor};
use crate::cbor::Reader;
use crate::dependency::Dependencies;
use crate::error::Error;
use crate::labels::{CommonKey, Directive, ManifestKey};

/// What a manifest says of its components, and where in a section the walk is.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    members: Members,
    components: u32,
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
    pub const fn of(components: u32, dependencies: Dependencies<'a>) -> Self {
        Self { members: Members::NONE, components, dependencies, section: Section::Inside }
    }

    /// For a walk whose outermost value is a section.
    #[must_use]
    pub const fn at_section(self) -> Self {
        Self { section: Section::Opened, ..self }
    }

    /// How many components and dependencies there are; each index counts once.
    fn targets(&self) -> u32 {
        self.components.saturating_add(self.dependencies.between(self.components.into(), u64::MAX))
    }

    /// Whether the manifest has neither a component nor a dependency.
    pub(crate) fn is_for_nothing(&self) -> bool {
        self.components == 0 && self.dependencies.is_empty()
    }

    /// What stands in the manifest that was walked over.
    pub(crate) const fn members(&self) -> Members {
        self.members
    }

    /// A member of a manifest is there.
    pub(super) fn member(&mut self, key: usize) {
        self.members.keys |= bit(key);
    }

    /// The value of a member of a manifest's common part begins at this byte.
    pub(super) fn common(&mut self, key: usize, at: usize) {
        if let Some(member) = self.members.common.get_mut(place(key)) {
            // Of an input of 4 GiB and more, what lies beyond isn't found.
            *member = u32::try_from(at).unwrap_or(u32::MAX);
        }
    }

    pub(super) const fn components(&mut self, count: u32) {
        self.components = count;
    }

    pub(super) const fn dependencies(&mut self, dependencies: Dependencies<'a>) {
        self.dependencies = dependencies;
    }

    /// A byte string with a section is entered.
    pub(super) const fn open(&mut self) {
        self.section = Section::Opened;
    }

    /// A sequence is entered.
    pub(super) fn begin(&mut self) {
        if self.section == Section::Opened {
            self.section = Section::Begins;
        }
    }

    /// A code is read: whether it may stand there.
    pub(super) fn code(&mut self, code: i32) -> bool {
        if self.section != Section::Begins {
            return true;
        }
        self.section = Section::Inside;
        // M §6.2: a sequence begins with set-component-index where there is more than one component.
        // UM §5.7: override-multiple selects components too, so nothing after it depends on an index unset.
        let selects = [Directive::SetComponentIndex, Directive::OverrideMultiple];
        selects.iter().any(|directive| directive.code() == i64::from(code)) || self.targets() <= 1
    }

    /// Whether there is a component or dependency with this index.
    pub(super) fn has(&self, index: u64) -> bool {
        index < u64::from(self.components) || self.dependencies.contains(index)
    }
}

impl Default for Context<'_> {
    fn default() -> Self {
        Self::new()
    }
}

/// Which members a manifest has, and where those of its common part stand: many commands ask for them. The others are
/// looked for, as each is needed once or twice; their places would take more room than all else that is kept of a manifest.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Members {
    /// A bit for each key of the manifest.
    keys: u32,
    /// Offsets, by [`place`]; 0 for one that isn't there, as no value of a manifest stands at the beginning of an input.
    common: [u32; 3],
}

impl Members {
    const NONE: Self = Self { keys: 0, common: [0; 3] };

    /// Whether there is something under this key.
    pub(crate) fn has(&self, key: ManifestKey) -> bool {
        usize::try_from(key.code()).is_ok_and(|key| self.keys & bit(key) != 0)
    }

    /// A reader at the value with this key of the common part of `manifest`; at the end if there is none.
    pub(crate) fn common<'a>(&self, key: CommonKey, manifest: Reader<'a>) -> Reader<'a> {
        let place = usize::try_from(key.code()).map_or(0, place);
        let at = self.common.get(place).copied().filter(|at| *at != 0);
        let at = at.and_then(|at| usize::try_from(at).ok()).unwrap_or(usize::MAX);
        Reader::at_byte(manifest.input(), at)
    }
}

/// The keys of a common part are 1, 2 and 4.
const fn place(key: usize) -> usize {
    key / 2
}

/// Keys of a manifest are below 32.
fn bit(key: usize) -> u32 {
    u32::try_from(key).map_or(0, |key| 1_u32.rotate_left(key))
}

const _: () = {
    let mut keys = CommonKey::ALL;
    let mut at = 0;
    while let [first, rest @ ..] = keys {
        assert!(first.code() / 2 == at, "each has its own place");
        at += 1;
        keys = rest;
    }
    assert!(ManifestKey::Uninstall.code() < 32);
};

/// The visitor of all who decide: stops at the first fault, and reads no layer that isn't authenticated. There is one, so
/// that a device holds one copy of the walk.
pub(crate) struct Checker<'a, 's> {
    context: Context<'a>,
    supported: &'s Supported,
}

impl<'a, 's> Checker<'a, 's> {
    pub(crate) const fn new(context: Context<'a>, supported: &'s Supported) -> Self {
        Self { context, supported }
    }

    pub(crate) const fn known(&self) -> &Context<'a> {
        &self.context
    }
}

impl<'a> Visitor<'a> for Checker<'a, '_> {
    const DEEP: bool = false;
    const SILENT: bool = true;

    fn enter(&mut self, _: &Item<'a>) -> Result<(), Error> {
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        Some(&mut self.context)
    }

    fn supported(&self) -> &Supported {
        self.supported
    }
}
