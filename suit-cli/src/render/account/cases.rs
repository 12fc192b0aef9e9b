//! Which parameters are in force: one case for each way that the commands so far can have gone.

use crate::render::document::{Document, Id};
use std::collections::BTreeMap;
use std::rc::Rc;
use suit_core::grammar::Key;
use suit_core::labels::ParameterKey;

/// Ways that are told apart. Two slots are two cases; a manifest with more than this many is not for people.
const CASES_MAX: usize = 8;

/// A parameter's value, by its encoding and its place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Value<'a> {
    pub(super) id: Id,
    encoded: &'a [u8],
}

impl PartialEq for Value<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
    }
}

/// The parameters in force in one case.
#[derive(Clone, Debug, Default)]
pub(super) struct Case<'a> {
    /// By component and label; shared among cases until one of them changes.
    parameters: Rc<BTreeMap<(u64, i64), Value<'a>>>,
    /// The slots that components were found to be in.
    slots: BTreeMap<u64, u64>,
}

impl PartialEq for Case<'_> {
    fn eq(&self, other: &Self) -> bool {
        let same = Rc::ptr_eq(&self.parameters, &other.parameters) || self.parameters == other.parameters;
        same && self.slots == other.slots
    }
}

impl<'a> Case<'a> {
    pub(super) fn get(&self, component: u64, key: ParameterKey) -> Option<Id> {
        self.parameters.get(&(component, key.code())).map(|value| value.id)
    }

    pub(super) fn slot(&self, component: u64) -> Option<u64> {
        self.slots.get(&component).copied()
    }

    pub(super) fn set(&mut self, document: &Document<'a>, component: u64, parameter: Id, replace: bool) {
        let Key::Label(_, label) = document.node(parameter).key else { return };
        let value = Value { id: parameter, encoded: document.encoded(parameter) };
        let entry = Rc::make_mut(&mut self.parameters).entry((component, label));
        if replace {
            entry.insert_entry(value);
        } else {
            entry.or_insert(value);
        }
    }

    pub(super) fn copy(&mut self, from: u64, to: u64, label: i64) {
        if let Some(value) = self.parameters.get(&(from, label)).copied() {
            Rc::make_mut(&mut self.parameters).insert((to, label), value);
        }
    }

    /// Whether a condition that the component is in this slot can hold and can fail.
    pub(super) fn can_be_in(&self, component: u64, slot: u64) -> (bool, bool) {
        match self.slot(component) {
            None => (true, true),
            Some(known) => (known == slot, known != slot),
        }
    }

    pub(super) fn found_in(&mut self, component: u64, slot: u64) {
        self.slots.insert(component, slot);
    }
}

/// Different cases, in the order in which they came up.
#[derive(Clone, Debug, Default)]
pub(super) struct Cases<'a>(Vec<Case<'a>>);

impl<'a> Cases<'a> {
    /// The one case at the beginning of a procedure: nothing is set (P-042).
    pub(super) fn start() -> Self {
        Self(vec![Case::default()])
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Case<'a>> {
        self.0.iter()
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Case<'a>> {
        self.0.iter_mut()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn add(&mut self, case: Case<'a>) {
        if self.0.len() < CASES_MAX && !self.0.contains(&case) {
            self.0.push(case);
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        for case in other.0 {
            self.add(case);
        }
    }

    /// After parameters changed, cases may have become the same.
    pub(super) fn settle(&mut self) {
        let cases = core::mem::take(&mut self.0);
        for case in cases {
            self.add(case);
        }
    }
}
