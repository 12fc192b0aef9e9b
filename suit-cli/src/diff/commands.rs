//! Sequences as steps on named components: indices are resolved, and each parameter that is set is a step of its own.
//! So commands that were only grouped otherwise, or whose components only moved in the list, are the same.

use super::model::Shown;
use super::side::{Side, Target, targets_words};
use crate::render::{Id, words};
use std::rc::Rc;
use suit_core::cbor::diag::Hex;
use suit_core::command::ReportPolicy;
use suit_core::grammar::{Key, Value};
use suit_core::labels::{Condition, Directive, ManifestKey, ParameterKey};

/// A step and what it works on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Step<'d> {
    pub(super) targets: Rc<[Target<'d>]>,
    pub(super) action: Action<'d>,
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Action<'d> {
    /// A condition or directive whose argument is a reporting policy.
    Plain { code: i64, policy: u64 },
    /// A parameter is set; if it is not to replace what is there, only where nothing is.
    Set { label: i64, replace: bool, value: Val<'d> },
    /// A parameter is copied from another component.
    Copy { label: i64, from: Target<'d> },
    /// The first of these that succeeds, or nothing.
    TryEach { alternatives: Vec<Vec<Step<'d>>>, or_nothing: bool },
    /// A sequence of its own.
    Run(Vec<Step<'d>>),
    /// A command of which this tool doesn't know more.
    Custom { code: i64, argument: &'d [u8], shown: String },
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Val<'d> {
    /// Its encoding, and its words.
    Encoded(&'d [u8], Shown),
    /// A component, named by its index.
    Target(Target<'d>),
}

impl Val<'_> {
    pub(super) fn shown(&self) -> Shown {
        match self {
            Self::Encoded(_, shown) => shown.clone(),
            Self::Target(target) => Shown::plain(target.words()),
        }
    }
}

/// Nesting that is followed; the reader's limit is lower.
const DEPTH_MAX: usize = 32;

impl<'d> Side<'d> {
    /// The steps of a section whose content is at hand.
    pub(super) fn section(&self, key: ManifestKey) -> Option<Vec<Step<'d>>> {
        self.content(key).map(|id| self.steps(id))
    }

    /// The steps of the sequence at `id`.
    pub(super) fn steps(&self, id: Id) -> Vec<Step<'d>> {
        let flat = Flat { side: self, components: self.components(), dependencies: self.dependencies() };
        // P-104: the first component is selected at first.
        flat.sequence(id, Rc::from([flat.target(0)]), 0)
    }
}

struct Flat<'s, 'd> {
    side: &'s Side<'d>,
    components: Vec<&'d [u8]>,
    dependencies: Vec<(u64, Option<&'d [u8]>)>,
}

impl<'d> Flat<'_, 'd> {
    fn sequence(&self, id: Id, selected: Rc<[Target<'d>]>, depth: usize) -> Vec<Step<'d>> {
        let document = self.side.document;
        let mut selected = selected;
        let mut steps = Vec::new();
        if depth > DEPTH_MAX {
            return steps;
        }
        let parts: Vec<_> = document.children(document.content(id)).collect();
        for pair in parts.chunks(2) {
            let [code, argument] = *pair else { continue };
            let number = document.int(code).unwrap_or_default();
            let mut add = |targets: &Rc<[Target<'d>]>, action| {
                steps.push(Step { targets: Rc::clone(targets), action });
            };
            match Directive::from_code(number) {
                Some(Directive::SetComponentIndex) => selected = self.select(argument),
                Some(directive @ (Directive::SetParameters | Directive::OverrideParameters)) => {
                    for action in self.settings(argument, directive == Directive::OverrideParameters) {
                        add(&selected, action);
                    }
                }
                Some(Directive::OverrideMultiple) => {
                    for entry in document.children(argument) {
                        let Some(target) = self.index(entry) else { continue };
                        // P-106: the last one stays selected.
                        selected = Rc::from([target]);
                        for action in self.settings(entry, true) {
                            add(&selected, action);
                        }
                    }
                }
                Some(Directive::CopyParams) => {
                    for entry in document.children(argument) {
                        let Some(from) = self.index(entry) else { continue };
                        for label in document.ints(entry) {
                            add(&selected, Action::Copy { label, from: from.clone() });
                        }
                    }
                }
                Some(Directive::TryEach) => {
                    let (mut alternatives, mut or_nothing) = (Vec::new(), false);
                    for alternative in document.children(argument) {
                        if document.node(alternative).value == Value::Null {
                            or_nothing = true;
                        } else {
                            alternatives.push(self.sequence(alternative, Rc::clone(&selected), depth + 1));
                        }
                    }
                    add(&selected, Action::TryEach { alternatives, or_nothing });
                }
                Some(Directive::RunSequence) => {
                    let inner = self.sequence(argument, Rc::clone(&selected), depth + 1);
                    add(&selected, Action::Run(inner));
                }
                None if Condition::from_code(number).is_none() => {
                    let (encoded, shown) = (document.encoded(argument), document.shown(argument));
                    add(&selected, Action::Custom { code: number, argument: encoded, shown });
                }
                _ => {
                    let policy = document.uint(argument).unwrap_or_default();
                    add(&selected, Action::Plain { code: number, policy });
                }
            }
        }
        steps
    }

    /// What an index stands for.
    fn target(&self, index: u64) -> Target<'d> {
        if let Some(id) = usize::try_from(index).ok().and_then(|index| self.components.get(index)) {
            return Target::Component(id);
        }
        let found = self.dependencies.iter().find(|(known, _)| *known == index);
        found.map_or(Target::Unknown(index), |(index, prefix)| Target::Dependency(*index, *prefix))
    }

    /// Every component, then the dependencies beyond them.
    fn all(&self) -> Rc<[Target<'d>]> {
        let count = u64::try_from(self.components.len()).unwrap_or(u64::MAX);
        let beyond = self.dependencies.iter().map(|(index, _)| *index).filter(|index| *index >= count);
        (0..count).chain(beyond).map(|index| self.target(index)).collect()
    }

    fn select(&self, argument: Id) -> Rc<[Target<'d>]> {
        let document = self.side.document;
        let target = |id| document.uint(id).map(|index| self.target(index));
        match document.node(argument).value {
            Value::Uint(_) => target(argument).into_iter().collect(),
            Value::Array(_) => document.children(argument).filter_map(target).collect(),
            _ => self.all(),
        }
    }

    /// The component whose index is the key of this entry.
    fn index(&self, entry: Id) -> Option<Target<'d>> {
        match self.side.document.node(entry).key {
            Key::Label(_, index) => u64::try_from(index).ok().map(|index| self.target(index)),
            _ => None,
        }
    }

    fn settings(&self, parameters: Id, replace: bool) -> Vec<Action<'d>> {
        let document = self.side.document;
        let action = |id: Id| {
            let Key::Label(_, label) = document.node(id).key else { return None };
            let value = match (ParameterKey::from_code(label), document.uint(id)) {
                (Some(ParameterKey::SourceComponent | ParameterKey::DeltaBase), Some(index)) => {
                    Val::Target(self.target(index))
                }
                (key, _) => Val::Encoded(document.encoded(id), self.value(label, key, id)),
            };
            Some(Action::Set { label, replace, value })
        };
        document.children(parameters).filter_map(action).collect()
    }

    fn value(&self, label: i64, key: Option<ParameterKey>, id: Id) -> Shown {
        let side = self.side;
        let short = side.document.parameter(label, id, &|index| self.target(index).words());
        let full = match key {
            Some(ParameterKey::ImageDigest) => side.digest(id).map(|digest| digest.full),
            Some(ParameterKey::EncryptionInfo | ParameterKey::Content) => {
                side.document.bytes_at(id).map(|bytes| format!("{short}, h'{}'", Hex(bytes)))
            }
            // What the words leave out is in the notation, which leaves nothing out.
            Some(ParameterKey::WaitInfo | ParameterKey::ComponentMetadata) => {
                Some(format!("{short}: {}", side.document.notation(id)))
            }
            Some(ParameterKey::Uri) => side.document.text(id).map(crate::error::harmless),
            _ => None,
        };
        Shown { full: full.unwrap_or_else(|| short.clone()), short }
    }
}

impl Step<'_> {
    /// Whether two steps are the same one, changed.
    pub(super) fn is_kin(&self, other: &Self) -> bool {
        let same_action = match (&self.action, &other.action) {
            (Action::Plain { code, .. }, Action::Plain { code: other, .. })
            | (Action::Custom { code, .. }, Action::Custom { code: other, .. }) => code == other,
            (Action::Set { label, .. }, Action::Set { label: other, .. }) => label == other,
            (Action::Copy { label, .. }, Action::Copy { label: other, .. }) => label == other,
            (Action::TryEach { .. }, Action::TryEach { .. }) | (Action::Run(_), Action::Run(_)) => true,
            _ => false,
        };
        same_action && self.targets == other.targets
    }

    /// The step in a few words; `alone` if there is one component only, which need not be named.
    pub(super) fn words(&self, alone: bool) -> String {
        let named = |word: &str| {
            if alone { String::new() } else { format!("{word}{}", targets_words(&self.targets)) }
        };
        let (on, of) = (named(" on "), named(" for "));
        match &self.action {
            Action::Plain { code, .. } => match (Condition::from_code(*code), Directive::from_code(*code)) {
                (Some(condition), _) => format!("condition {}{on}", condition.name()),
                (None, Some(directive)) => format!("{}{}", directive.name(), named(" ")),
                (None, None) => format!("command {code}{on}"),
            },
            Action::Set { label, replace, value } => {
                let unless = if *replace { "" } else { ", unless set" };
                format!("{} {}{of}{unless}", words::parameter_name(*label), value.shown().short)
            }
            Action::Copy { label, from } => {
                format!("{} as of {}{of}", words::parameter_name(*label), from.words())
            }
            Action::TryEach { alternatives, or_nothing } => {
                let nothing = if *or_nothing { ", or nothing" } else { "" };
                format!("try-each of {} alternatives{nothing}", alternatives.len())
            }
            Action::Run(steps) => format!("run-sequence of {} steps{on}", steps.len()),
            Action::Custom { code, shown, .. } => format!("custom command {code} with {shown}{on}"),
        }
    }
}

/// A reporting policy in words.
pub(super) fn policy_words(bits: u64) -> String {
    let names = [
        (ReportPolicy::RECORD_ON_SUCCESS, "success"),
        (ReportPolicy::RECORD_ON_FAILURE, "failure"),
        (ReportPolicy::SYSINFO_ON_SUCCESS, "system-on-success"),
        (ReportPolicy::SYSINFO_ON_FAILURE, "system-on-failure"),
    ];
    let set = names.into_iter().filter(|(bit, _)| bits & u64::from(*bit) != 0).map(|(_, name)| name);
    match set.collect::<Vec<_>>().as_slice() {
        [] => "nothing".to_owned(),
        [_, _, _, _] => "all".to_owned(),
        names => names.join("+"),
    }
}
