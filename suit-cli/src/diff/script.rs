//! The edit script of two sequences.

use super::commands::{Action, Step, policy_words};
use super::model::{Line, Mark, Shown};
use super::side::{Target, targets_words};
use crate::render::words::{grouped, parameter_name};
use similar::{Algorithm, DiffOp};
use suit_core::labels::ParameterKey;

/// Most pairs of steps that are compared to find the shortest script; beyond that all is removed and added. The
/// published examples have 100 at most.
const PAIRS_MAX: usize = 4_000_000;

/// Lines among which the same one is looked for.
const SAME_MAX: usize = 512;

/// Steps among which the later form of a step is looked for.
const KIN_MAX: usize = 64;

/// The changes in one section.
pub(super) struct Script<'l> {
    section: &'static str,
    /// There is one component only.
    alone: bool,
    /// The nested sequence that is being compared.
    nested: Vec<String>,
    lines: &'l mut Vec<Line>,
}

impl<'l> Script<'l> {
    /// `alone` says that both sides have the same one component, which need not be named.
    pub(super) const fn new(section: &'static str, alone: bool, lines: &'l mut Vec<Line>) -> Self {
        Self { section, alone, nested: Vec::new(), lines }
    }

    /// Writes lines for what leads from one sequence to the other.
    pub(super) fn compare(&mut self, old: &[Step<'_>], new: &[Step<'_>]) {
        let same = old.iter().zip(new).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[same..], &new[same..]);
        let same = old.iter().rev().zip(new.iter().rev()).take_while(|(old, new)| old == new).count();
        let (old, new) = (&old[..old.len() - same], &new[..new.len() - same]);
        if old.len().saturating_mul(new.len()) > PAIRS_MAX {
            return self.hunk(old, new);
        }
        // Both are in terms of one lifetime, so they can be compared.
        let ids = ids(old, new);
        for change in similar::capture_diff_slices(Algorithm::Myers, &ids[..old.len()], &ids[old.len()..]) {
            match change {
                DiffOp::Equal { .. } => {}
                DiffOp::Delete { old_index, old_len, .. } => {
                    self.hunk(&old[old_index..old_index + old_len], &[]);
                }
                DiffOp::Insert { new_index, new_len, .. } => {
                    self.hunk(&[], &new[new_index..new_index + new_len]);
                }
                DiffOp::Replace { old_index, old_len, new_index, new_len } => {
                    self.hunk(&old[old_index..old_index + old_len], &new[new_index..new_index + new_len]);
                }
            }
        }
    }

    /// Steps that stand where other steps stood: the same ones with other values, and what is left.
    fn hunk(&mut self, old: &[Step<'_>], new: &[Step<'_>]) {
        let mut taken = vec![false; new.len()];
        let mut first = 0;
        for step in old {
            first += taken[first..].iter().take_while(|taken| **taken).count();
            let near = new.iter().enumerate().skip(first).take(KIN_MAX);
            let kin = near.filter(|(at, other)| !taken[*at] && step.is_kin(other)).map(|(at, _)| at).next();
            match kin {
                Some(at) => {
                    taken[at] = true;
                    self.changed(step, &new[at]);
                }
                None => self.whole(step, Mark::Removed),
            }
        }
        for (step, _) in new.iter().zip(taken).filter(|(_, taken)| !taken) {
            self.whole(step, Mark::Added);
        }
    }

    /// A step that is only on one side.
    fn whole(&mut self, step: &Step<'_>, mark: Mark) {
        match &step.action {
            Action::Set { label, replace: true, value } => {
                let shown = value.shown();
                let (old, new) =
                    if mark == Mark::Added { (None, Some(&shown)) } else { (Some(&shown), None) };
                self.setting(&step.targets, *label, old, new);
            }
            Action::TryEach { alternatives, .. } => {
                self.line(Line::words(mark, self.section, step.words(self.alone)));
                for (number, steps) in alternatives.iter().enumerate() {
                    self.inside(format!("alternative {}", number + 1), |script| {
                        steps.iter().for_each(|step| script.whole(step, mark));
                    });
                }
            }
            Action::Run(steps) => {
                self.line(Line::words(mark, self.section, step.words(self.alone)));
                self.inside("sequence".to_owned(), |script| {
                    steps.iter().for_each(|step| script.whole(step, mark));
                });
            }
            _ => self.line(Line::words(mark, self.section, step.words(self.alone))),
        }
    }

    /// A step that was changed.
    fn changed(&mut self, old: &Step<'_>, new: &Step<'_>) {
        match (&old.action, &new.action) {
            (Action::Plain { policy: before, .. }, Action::Plain { policy: after, .. }) => {
                let text = format!(
                    "{}: report {} -> {}",
                    old.words(self.alone),
                    policy_words(*before),
                    policy_words(*after)
                );
                self.line(Line::words(Mark::Changed, self.section, text));
            }
            (
                Action::Set { label, replace: before, value: old_value },
                Action::Set { replace: after, value: new_value, .. },
            ) => {
                if old_value != new_value {
                    self.setting(&old.targets, *label, Some(&old_value.shown()), Some(&new_value.shown()));
                }
                if before != after {
                    let how = |replace| if replace { "always" } else { "unless set" };
                    let on = if self.alone {
                        String::new()
                    } else {
                        format!(" for {}", targets_words(&old.targets))
                    };
                    let name = parameter_name(*label);
                    let text = format!("{name}{on}: set {} -> set {}", how(*before), how(*after));
                    self.line(Line::words(Mark::Changed, self.section, text));
                }
            }
            (
                Action::TryEach { alternatives: before, or_nothing: old_nothing },
                Action::TryEach { alternatives: after, or_nothing: new_nothing },
            ) => {
                for number in 0..before.len().max(after.len()) {
                    let name = format!("alternative {}", number + 1);
                    if let (None, other) | (other, None) = (before.get(number), after.get(number)) {
                        let mark = if before.get(number).is_some() { Mark::Removed } else { Mark::Added };
                        let steps = other.map_or(0, Vec::len);
                        let text = format!("{name} of try-each, {steps} steps");
                        self.line(Line::words(mark, self.section, text));
                    }
                    let steps = |side: &[Vec<_>]| side.get(number).cloned().unwrap_or_default();
                    let (before, after) = (steps(before), steps(after));
                    self.inside(name, |script| script.compare(&before, &after));
                }
                if old_nothing != new_nothing {
                    let mark = if *new_nothing { Mark::Added } else { Mark::Removed };
                    self.line(Line::words(mark, self.section, "try-each succeeds if no alternative does"));
                }
            }
            (Action::Run(before), Action::Run(after)) => {
                self.inside("sequence".to_owned(), |script| script.compare(before, after));
            }
            _ => self.line(Line::words(
                Mark::Changed,
                self.section,
                format!("{} -> {}", old.words(self.alone), new.words(self.alone)),
            )),
        }
    }

    /// A parameter of these components: identity, a fact about a component, or a detail of the section.
    fn setting(&mut self, targets: &[Target<'_>], label: i64, old: Option<&Shown>, new: Option<&Shown>) {
        let identity = |name: &'static str| (name.to_owned(), None);
        let fact = |name: &'static str| (targets_words(targets), Some(name));
        let (subject, property) = match ParameterKey::from_code(label) {
            Some(ParameterKey::VendorIdentifier) => identity("vendor"),
            Some(ParameterKey::ClassIdentifier) => identity("class"),
            Some(ParameterKey::DeviceIdentifier) => identity("device"),
            Some(ParameterKey::ImageDigest) => fact("digest"),
            Some(ParameterKey::ImageSize) => fact("size"),
            Some(ParameterKey::Uri) => fact("uri"),
            Some(ParameterKey::ComponentSlot) => fact("slot"),
            Some(ParameterKey::Version) => fact("version"),
            _ => {
                let mut line = Line::of(self.section, old, new).property(&parameter_name(label));
                if !self.alone {
                    line.text.push_str(&format!(" for {}", targets_words(targets)));
                }
                return self.line(line);
            }
        };
        let mut line = Line::of(subject, old, new);
        line.sections.push(self.section.to_owned());
        if let Some(property) = property {
            line = line.property(property);
        }
        if let (Some("size"), Some(old), Some(new)) = (property, old, new)
            && let Some(growth) = growth(&old.full, &new.full)
        {
            line.text.push_str(&growth);
        }
        self.line(line);
    }

    /// Adds a line; one that another section gave already is given once, for both.
    fn line(&mut self, mut line: Line) {
        line.nested = (!self.nested.is_empty()).then(|| self.nested.join(", "));
        let same = |known: &&mut Line| {
            (&known.subject, &known.text, known.mark, &known.nested)
                == (&line.subject, &line.text, line.mark, &line.nested)
        };
        match self.lines.iter_mut().rev().take(SAME_MAX).find(same) {
            Some(known) if !line.sections.is_empty() => {
                let new = line.sections.into_iter().filter(|section| !known.sections.contains(section));
                known.sections.extend(new.collect::<Vec<_>>());
            }
            _ => self.lines.push(line),
        }
    }

    fn inside(&mut self, name: String, compare: impl FnOnce(&mut Self)) {
        self.nested.push(name);
        compare(self);
        self.nested.pop();
    }
}

/// How much larger a size became, from its words.
fn growth(old: &str, new: &str) -> Option<String> {
    let number = |words: &str| {
        let digits: String = words.strip_suffix(" B")?.chars().filter(|digit| *digit != ',').collect();
        digits.parse::<i128>().ok()
    };
    let change = number(new)? - number(old)?;
    let sign = if change > 0 { "+" } else { "" };
    Some(format!(" ({sign}{})", grouped(change)))
}

/// Numbers for steps, the same for equal ones.
fn ids<'s, 'd>(old: &'s [Step<'d>], new: &'s [Step<'d>]) -> Vec<usize> {
    let mut known: std::collections::HashMap<&Step<'d>, usize> = std::collections::HashMap::new();
    old.iter()
        .chain(new)
        .map(|step| {
            let next = known.len();
            *known.entry(step).or_insert(next)
        })
        .collect()
}
