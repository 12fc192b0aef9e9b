//! What a device will do, in words: the commands of each section with the parameters that are in force.
//!
//! The commands are followed as a device would run them, without deciding any condition: a try-each goes on in one case
//! for each way out of it (A-17: what a failed alternative set stays set), and a component that was found in one slot
//! is not in another.

mod cases;
mod phrases;
mod run;

use super::document::{Document, Id};
use super::model::Step;
use super::words;
use cases::Cases;
use suit_core::grammar::{COMPONENTS_MAX, Key, MapKind};
use suit_core::labels::{CommonKey, DependencyKey};

/// Steps that are told of one manifest. The published examples need 60 at most.
const STEPS_MAX: usize = 5_000;

/// Letters of an identifier that are told with every command.
const ID_MAX: usize = 32;

/// The components and dependencies of a manifest.
#[derive(Clone, Debug, Default)]
pub(super) struct Targets {
    /// Index, whether it is a dependency, and the identifier.
    entries: Vec<(u64, bool, Option<Id>)>,
}

impl Targets {
    /// In the order that `true` selects them: components, then the dependencies beyond them.
    pub(super) fn of(document: &Document<'_>, common: Option<Id>) -> Self {
        let get = |key: CommonKey| common.and_then(|common| document.get(common, key.code()));
        let mut entries = Vec::new();
        // The grammar bounds both lists, but a broken document need not keep to it.
        let bound = usize::try_from(COMPONENTS_MAX).unwrap_or(usize::MAX);
        let components = get(CommonKey::Components).into_iter().flat_map(|id| document.children(id));
        for (index, id) in components.take(bound).enumerate() {
            entries.push((u64::try_from(index).unwrap_or(u64::MAX), false, Some(id)));
        }
        let dependencies = get(CommonKey::Dependencies).into_iter().flat_map(|id| document.children(id));
        for id in dependencies.take(bound) {
            let Key::Label(MapKind::Dependencies, index) = document.node(id).key else { continue };
            let Ok(index) = u64::try_from(index) else { continue };
            match entries.iter_mut().find(|(found, ..)| *found == index) {
                Some(entry) => entry.1 = true,
                None => entries.push((index, true, document.get(id, DependencyKey::Prefix.code()))),
            }
        }
        Self { entries }
    }

    /// Index, whether it is a dependency, and the identifier.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, bool, Option<Id>)> + use<'_> {
        self.entries.iter().copied()
    }

    fn all(&self) -> Vec<u64> {
        self.entries.iter().map(|(index, ..)| *index).collect()
    }

    /// What a component is called: `component 0 [app]`. Of a long identifier the end is given.
    pub(super) fn label(&self, document: &Document<'_>, index: u64) -> String {
        let found = self.entries.iter().find(|(found, ..)| *found == index);
        let word = if matches!(found, Some((_, true, _))) { "dependency" } else { "component" };
        match found.and_then(|(_, _, id)| *id) {
            Some(id) => {
                let parts = words::parts(document, id);
                let whole = parts.join("/");
                match parts.last() {
                    Some(last) if whole.len() > ID_MAX => format!("{word} {index} […/{last}]"),
                    _ => format!("{word} {index} [{whole}]"),
                }
            }
            None => format!("{word} {index}"),
        }
    }
}

/// Tells what the sequences of one manifest do.
pub(super) struct Teller<'d, 'a> {
    document: &'d Document<'a>,
    targets: &'d Targets,
    /// Names of the payloads in the envelope.
    payloads: &'d [&'a str],
    /// Whether this is the manifest of an integrated dependency.
    is_inner: bool,
    /// The section that is running.
    section: &'static str,
    selection: Vec<u64>,
    left: usize,
}

/// What components hold at the end, in each case.
pub(super) struct Outcome<'a>(Cases<'a>);

impl<'d, 'a> Teller<'d, 'a> {
    pub(super) fn new(
        document: &'d Document<'a>,
        targets: &'d Targets,
        payloads: &'d [&'a str],
        is_inner: bool,
    ) -> Self {
        Self { document, targets, payloads, is_inner, section: "", selection: vec![0], left: STEPS_MAX }
    }

    fn label(&self, index: u64) -> String {
        self.targets.label(self.document, index)
    }

    /// Begins a procedure.
    pub(super) fn begin(&self) -> Outcome<'a> {
        Outcome(Cases::start())
    }

    /// Runs the sequence at `id` as a section of this name, and says what it does.
    pub(super) fn run(&mut self, name: &'static str, id: Id, state: &mut Outcome<'a>) -> Vec<Step> {
        self.section = name;
        // P-104: the first component is selected at first.
        self.selection = vec![0];
        let ran = self.sequence(id, core::mem::take(&mut state.0), None);
        state.0 = ran.ends;
        ran.steps
    }
}

impl Outcome<'_> {
    /// For each case the parameters of a component, and the slot it was found in.
    pub(super) fn of(
        &self,
        component: u64,
    ) -> impl Iterator<Item = (Option<u64>, impl Fn(suit_core::labels::ParameterKey) -> Option<Id>)> {
        self.0.iter().map(move |case| (case.slot(component), move |key| case.get(component, key)))
    }
}
