//! Finds the command that stands at an offset, and the parameters that are in force there.

use std::collections::BTreeMap;
use suit_core::Manifest;
use suit_core::command::{Command, Operation, Selection, Sequence};
use suit_core::labels::ParameterKey;
use suit_core::parameter::{Parameter, Parameters};

/// Values that are told apart for one parameter; of more a person learns nothing.
const VALUES_MAX: usize = 8;

/// Values by component and label: those that can be in force, each way through the alternatives taken.
pub(crate) type Values<'a> = BTreeMap<(u64, i64), Vec<Parameter<'a>>>;

/// A command, and how it is reached.
pub(crate) struct Found<'a> {
    /// The command.
    pub(crate) command: Command<'a>,
    /// What is around it, from the outermost on.
    pub(crate) around: Vec<Around>,
    /// The parameters in force.
    pub(crate) values: Values<'a>,
}

/// A command with nested sequences.
pub(crate) enum Around {
    /// An alternative of a try-each, 0-based.
    Alternative(usize),
    /// A run-sequence.
    Sequence,
}

/// Follows sequences as a device does, as far as that is possible without one.
pub(crate) struct Walk<'m, 'a> {
    manifest: &'m Manifest<'a>,
    /// The offset in the file that is looked for.
    target: usize,
    around: Vec<Around>,
    found: Option<Found<'a>>,
    /// All values that were ever set.
    ever: Values<'a>,
}

/// What the commands so far did.
#[derive(Clone, Default)]
struct State<'a> {
    selected: Vec<u64>,
    values: Values<'a>,
}

/// The command at this offset in the file, in `section`. The shared sequence runs first, unless it is the section.
pub(crate) fn find<'a>(
    manifest: &Manifest<'a>,
    section: Sequence<'a>,
    is_shared: bool,
    target: usize,
) -> Option<Found<'a>> {
    let mut walk = Walk { manifest, target, around: Vec::new(), found: None, ever: Values::new() };
    let mut state = State { selected: vec![0], values: Values::new() };
    let before = manifest.shared_sequence().filter(|_| !is_shared);
    for sequence in before.into_iter().chain([section]) {
        // P-104: the first component is selected at first.
        state.selected = vec![0];
        walk.sequence(sequence, &mut state);
    }
    walk.found
}

/// All digests that these sequences ever set for a component.
pub(crate) fn digests<'a>(
    manifest: &Manifest<'a>,
    sequences: impl IntoIterator<Item = Sequence<'a>>,
    component: u64,
) -> Vec<Parameter<'a>> {
    let mut walk =
        Walk { manifest, target: usize::MAX, around: Vec::new(), found: None, ever: Values::new() };
    for sequence in sequences {
        walk.sequence(sequence, &mut State { selected: vec![0], values: Values::new() });
    }
    walk.ever.remove(&(component, ParameterKey::ImageDigest.code())).unwrap_or_default()
}

impl<'a> Walk<'_, 'a> {
    fn sequence(&mut self, sequence: Sequence<'a>, state: &mut State<'a>) {
        // The structure was checked before.
        for command in sequence.commands().filter_map(Result::ok) {
            if self.found.is_some() {
                return;
            }
            if command.offset == self.target {
                let around = core::mem::take(&mut self.around);
                self.found = Some(Found { command, around, values: state.values.clone() });
                return;
            }
            self.step(&command, state);
        }
    }

    fn step(&mut self, command: &Command<'a>, state: &mut State<'a>) {
        match &command.operation {
            Operation::SetComponentIndex(selection) => {
                state.selected = match selection {
                    Selection::One(index) => vec![*index],
                    Selection::Several(list) => list.collect(),
                    Selection::All => self.targets(),
                };
            }
            Operation::OverrideParameters(parameters) => self.set(state, *parameters, true),
            Operation::SetParameters(parameters) => self.set(state, *parameters, false),
            Operation::OverrideMultiple(several) => {
                for (component, parameters) in several.parameters() {
                    // P-106: the last one stays selected.
                    state.selected = vec![component];
                    self.set(state, parameters, true);
                }
            }
            Operation::CopyParams(several) => {
                for (from, label) in
                    several.labels().flat_map(|(from, labels)| labels.map(move |label| (from, label)))
                {
                    let Some(values) = state.values.get(&(from, label)).cloned() else { continue };
                    for component in state.selected.clone() {
                        state.values.insert((component, label), values.clone());
                    }
                }
            }
            Operation::TryEach(alternatives) => {
                let mut open = state.values.clone();
                let mut ends = Values::new();
                for (number, alternative) in alternatives.enumerate() {
                    let went = match alternative {
                        Some(sequence) => self.nested(Around::Alternative(number), sequence, state, &open),
                        // P-118: nil is success with nothing done.
                        None => open.clone(),
                    };
                    join(&mut ends, &went);
                    // what a failed alternative set stays set, as far as it came.
                    join(&mut open, &went);
                }
                state.values = ends;
            }
            Operation::RunSequence(sequence) => {
                let values = core::mem::take(&mut state.values);
                state.values = self.nested(Around::Sequence, *sequence, state, &values);
            }
            _ => {}
        }
    }

    /// Goes through a nested sequence with these values, and gives those at its end.
    fn nested(
        &mut self,
        around: Around,
        sequence: Sequence<'a>,
        state: &State<'a>,
        values: &Values<'a>,
    ) -> Values<'a> {
        // the selection ends with the nested sequence.
        let mut inner = State { selected: state.selected.clone(), values: values.clone() };
        if self.found.is_none() {
            self.around.push(around);
            self.sequence(sequence, &mut inner);
            self.around.pop();
        }
        inner.values
    }

    fn set(&mut self, state: &mut State<'a>, parameters: Parameters<'a>, replace: bool) {
        for parameter in parameters.filter_map(Result::ok) {
            for component in &state.selected {
                let key = (*component, parameter.label());
                add(self.ever.entry(key).or_default(), parameter);
                if replace {
                    state.values.insert(key, vec![parameter]);
                } else {
                    state.values.entry(key).or_insert_with(|| vec![parameter]);
                }
            }
        }
    }

    /// What `true` selects: components, then the dependencies beyond them.
    fn targets(&self) -> Vec<u64> {
        let components = self.manifest.components().len();
        let beyond = self.manifest.dependencies().iter().map(|dependency| dependency.index);
        (0..components).chain(beyond.filter(|index| *index >= components)).collect()
    }
}

/// Adds what can be in force by another way.
fn join<'a>(values: &mut Values<'a>, other: &Values<'a>) {
    for (key, found) in other {
        let known = values.entry(*key).or_default();
        found.iter().for_each(|value| add(known, *value));
    }
}

fn add<'a>(values: &mut Vec<Parameter<'a>>, value: Parameter<'a>) {
    if values.len() < VALUES_MAX && !values.contains(&value) {
        values.push(value);
    }
}
