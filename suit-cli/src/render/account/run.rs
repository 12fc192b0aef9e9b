//! Follows a sequence: which command runs on which components, in which cases.

use super::Teller;
use super::cases::{Case, Cases};
use super::phrases::IT;
use crate::render::document::Id;
use crate::render::model::Step;
use crate::render::words::{list, parameter_name};
use suit_core::grammar::{COMPONENTS_MAX, Key, Value};
use suit_core::labels::{CUSTOM_MAX, Condition, Directive, ParameterKey};

/// How a sequence can go.
pub(super) struct Ran<'a> {
    pub(super) steps: Vec<Step>,
    /// It came to its end.
    pub(super) ends: Cases<'a>,
    /// A condition failed, and that only ends this sequence.
    soft: Cases<'a>,
    /// A condition failed, and that is a failure for what is around this sequence.
    hard: Cases<'a>,
    /// Whether a failing condition only ends this sequence; `None` for a section, where that can't be said (P-122).
    is_soft: Option<bool>,
}

impl<'a> Ran<'a> {
    /// In these cases a condition fails here.
    fn fail(&mut self, cases: Cases<'a>) {
        if self.is_soft == Some(true) { self.soft.join(cases) } else { self.hard.join(cases) }
    }
}

impl<'a> Teller<'_, 'a> {
    /// Follows the sequence at `id`.
    pub(super) fn sequence(&mut self, id: Id, cases: Cases<'a>, is_soft: Option<bool>) -> Ran<'a> {
        let mut ran =
            Ran { steps: Vec::new(), ends: cases, soft: Cases::default(), hard: Cases::default(), is_soft };
        // What is in force is told of commands that are never reached, too.
        let mut last = ran.ends.clone();
        let parts: Vec<_> = self.document.children(self.document.content(id)).collect();
        for pair in parts.chunks(2) {
            let Some(left) = self.left.checked_sub(1) else {
                ran.steps.push(self.step(pair[0], "unknown", vec!["… and more that is not told".to_owned()]));
                break;
            };
            self.left = left;
            let is_reached = !ran.ends.is_empty();
            if is_reached {
                last = ran.ends.clone();
            }
            let mut step = match *pair {
                [code, argument] => self.command(code, argument, &mut ran, &last),
                _ => self.step(pair[0], "unknown", vec!["a command without an argument".to_owned()]),
            };
            if !is_reached {
                step.words.iter_mut().for_each(|words| words.insert_str(0, "never reached: "));
            }
            ran.steps.push(step);
        }
        ran
    }

    fn command(&mut self, code: Id, argument: Id, ran: &mut Ran<'a>, last: &Cases<'a>) -> Step {
        let number = self.document.int(code);
        if let Some(condition) = number.and_then(Condition::from_code) {
            let words = self.told(last, |component, case| self.condition(condition, component, case));
            self.decide(condition, ran);
            return self.plain(code, condition.name(), words, argument);
        }
        let Some(directive) = number.and_then(Directive::from_code) else {
            return self.unregistered(code, argument, ran);
        };
        let step = self.step(code, directive.name(), Vec::new());
        match directive {
            Directive::SetComponentIndex => self.select(argument, step),
            Directive::SetParameters | Directive::OverrideParameters => {
                let replace = directive == Directive::OverrideParameters;
                let targets = self.selection.clone();
                self.set(argument, &targets, replace, ran, step)
            }
            Directive::OverrideMultiple => self.set_several(argument, ran, step),
            Directive::CopyParams => self.copy(argument, ran, step),
            Directive::TryEach => self.try_each(argument, ran, step),
            Directive::RunSequence => self.run_sequence(argument, ran, step),
            _ => {
                let words = self.told(last, |component, case| self.directive(directive, component, case));
                self.plain(code, directive.name(), words, argument)
            }
        }
    }

    fn step(&self, code: Id, command: &'static str, words: Vec<String>) -> Step {
        Step {
            command,
            code: self.document.int(code),
            offset: u64::try_from(self.document.node(code).offset).unwrap_or(u64::MAX),
            components: Vec::new(),
            words,
            prepares: Vec::new(),
            report_policy: None,
            alternatives: Vec::new(),
            or_nothing: false,
            steps: Vec::new(),
        }
    }

    /// A command whose argument is a reporting policy.
    fn plain(&self, code: Id, name: &'static str, words: Vec<String>, argument: Id) -> Step {
        Step {
            components: self.selection.clone(),
            report_policy: self.document.uint(argument),
            ..self.step(code, name, words)
        }
    }

    fn unregistered(&self, code: Id, argument: Id, ran: &mut Ran<'a>) -> Step {
        let shown = self.document.shown(argument);
        let (name, words) = match self.document.int(code) {
            Some(number) if number <= CUSTOM_MAX => {
                ("custom", format!("custom command {number} with {shown}; its meaning is agreed elsewhere"))
            }
            _ => {
                let code = self.document.shown(code);
                ("unknown", format!("unknown command {code} with {shown}: a device refuses the manifest"))
            }
        };
        // It may be a condition.
        ran.fail(ran.ends.clone());
        Step { components: self.selection.clone(), ..self.step(code, name, vec![words]) }
    }

    fn select(&mut self, argument: Id, step: Step) -> Step {
        let document = self.document;
        self.selection = match document.node(argument).value {
            Value::Uint(index) => vec![index],
            Value::Array(_) => {
                let bound = usize::try_from(COMPONENTS_MAX).unwrap_or(usize::MAX);
                document.children(argument).take(bound).filter_map(|id| document.uint(id)).collect()
            }
            _ => self.targets.all(),
        };
        let names: Vec<_> = self.selection.iter().map(|index| self.label(*index)).collect();
        let prepares = vec![format!("select {}", list(&names))];
        Step { components: self.selection.clone(), prepares, ..step }
    }

    fn set(&self, parameters: Id, targets: &[u64], replace: bool, ran: &mut Ran<'a>, mut step: Step) -> Step {
        let document = self.document;
        for parameter in document.children(parameters) {
            let Key::Label(_, label) = document.node(parameter).key else { continue };
            match (ParameterKey::from_code(label), document.node(parameter).value) {
                (Some(ParameterKey::SoftFailure), Value::Bool(value)) if ran.is_soft.is_some() => {
                    ran.is_soft = Some(value);
                }
                _ => {
                    for case in ran.ends.iter_mut() {
                        targets.iter().for_each(|target| case.set(document, *target, parameter, replace));
                    }
                }
            }
            let (words, is_preparation) = self.setting(parameter, label, replace);
            let words = self.named(&words, targets);
            if is_preparation { step.prepares.push(words) } else { step.words.push(words) }
        }
        step.components.extend(targets);
        ran.ends.settle();
        step
    }

    fn set_several(&mut self, entries: Id, ran: &mut Ran<'a>, mut step: Step) -> Step {
        for entry in self.document.children(entries) {
            let Key::Label(_, index) = self.document.node(entry).key else { continue };
            let Ok(index) = u64::try_from(index) else { continue };
            step = self.set(entry, &[index], true, ran, step);
            // P-106: the last one stays selected.
            self.selection = vec![index];
        }
        step
    }

    fn copy(&self, sources: Id, ran: &mut Ran<'a>, mut step: Step) -> Step {
        for entry in self.document.children(sources) {
            let Key::Label(_, source) = self.document.node(entry).key else { continue };
            let Ok(source) = u64::try_from(source) else { continue };
            let labels: Vec<_> = self.document.ints(entry).collect();
            for case in ran.ends.iter_mut() {
                for (target, label) in
                    self.selection.iter().flat_map(|to| labels.iter().map(move |label| (to, label)))
                {
                    case.copy(source, *target, *label);
                }
            }
            let names: Vec<_> = labels.iter().map(|label| parameter_name(*label)).collect();
            let words = format!("set {} of {IT} as in {}", list(&names), self.label(source));
            step.prepares.push(self.named(&words, &self.selection));
        }
        step.components.clone_from(&self.selection);
        ran.ends.settle();
        step
    }

    fn try_each(&mut self, alternatives: Id, ran: &mut Ran<'a>, mut step: Step) -> Step {
        let selection = self.selection.clone();
        step.components.clone_from(&selection);
        let mut open = core::mem::take(&mut ran.ends);
        for alternative in self.document.children(alternatives) {
            if self.document.node(alternative).value == Value::Null {
                // P-118: nil is success with nothing done; what failed alternatives set stays set.
                step.or_nothing = true;
                ran.ends.join(core::mem::take(&mut open));
                continue;
            }
            // P-116: a failing condition leads to the next alternative.
            let went = self.sequence(alternative, core::mem::take(&mut open), Some(true));
            step.alternatives.push(went.steps);
            ran.ends.join(went.ends);
            // P-117, A-03: hard failures end the whole procedure.
            open = went.soft;
            // the component index is that of the caller again.
            self.selection.clone_from(&selection);
        }
        step
    }

    fn run_sequence(&mut self, sequence: Id, ran: &mut Ran<'a>, mut step: Step) -> Step {
        let selection = self.selection.clone();
        step.components.clone_from(&selection);
        // P-119: it starts with soft failure false.
        let went = self.sequence(sequence, core::mem::take(&mut ran.ends), Some(false));
        step.steps = went.steps;
        ran.ends = went.ends;
        ran.ends.join(went.soft);
        // its failure is that of a condition here.
        ran.fail(went.hard);
        self.selection = selection;
        step
    }

    /// Parts the cases into those in which a condition can hold and those in which it can fail.
    fn decide(&self, condition: Condition, ran: &mut Ran<'a>) {
        if condition == Condition::Abort {
            let ends = core::mem::take(&mut ran.ends);
            ran.fail(ends);
            return;
        }
        // a dependency that is not authentic ends the whole procedure.
        if condition == Condition::DependencyIntegrity {
            return;
        }
        if condition != Condition::ComponentSlot {
            ran.fail(ran.ends.clone());
            return;
        }
        let (mut holds, mut fails) = (Cases::default(), Cases::default());
        for case in ran.ends.iter() {
            let mut case = case.clone();
            let before = case.clone();
            let (mut can_hold, mut can_fail) = (true, false);
            for component in &self.selection {
                let slot = case.get(*component, ParameterKey::ComponentSlot);
                let slot = slot.and_then(|id| self.document.uint(id));
                let (this_holds, this_fails) =
                    slot.map_or((false, true), |slot| case.can_be_in(*component, slot));
                can_hold &= this_holds;
                can_fail |= this_fails;
                if let Some(slot) = slot.filter(|_| this_holds) {
                    case.found_in(*component, slot);
                }
            }
            if can_hold {
                holds.add(case);
            }
            if can_fail {
                fails.add(before);
            }
        }
        ran.ends = holds;
        ran.fail(fails);
    }

    /// The words for each component, those that are the same for several said once.
    fn told(&self, cases: &Cases<'a>, phrase: impl Fn(u64, &Case<'a>) -> String) -> Vec<String> {
        /// Components that are told one by one; more would not be read.
        const SHOWN: usize = 16;
        let mut groups: Vec<(Vec<u64>, Vec<String>)> = Vec::new();
        for component in self.selection.iter().take(SHOWN) {
            let mut variants: Vec<(Option<u64>, String)> = Vec::new();
            for case in cases.iter() {
                let words = phrase(*component, case);
                if !variants.iter().any(|(_, known)| *known == words) {
                    variants.push((case.slot(*component), words));
                }
            }
            let several = variants.len() > 1;
            let lines: Vec<_> = variants
                .into_iter()
                .enumerate()
                .map(|(position, (slot, words))| match (several, slot) {
                    (true, Some(slot)) => format!("if in slot {slot}: {words}"),
                    (true, None) if position > 0 => format!("or {words}"),
                    _ => words,
                })
                .collect();
            match groups.iter_mut().find(|(_, known)| *known == lines) {
                Some((members, _)) => members.push(*component),
                None => groups.push((vec![*component], lines)),
            }
        }
        let mut told: Vec<_> = groups
            .iter()
            .flat_map(|(members, lines)| lines.iter().map(|line| self.named(line, members)))
            .collect();
        if self.selection.len() > SHOWN {
            told.push(format!("… the same for {} more", self.selection.len() - SHOWN));
        }
        told
    }

    /// The words with the components' names in them.
    fn named(&self, words: &str, components: &[u64]) -> String {
        match components {
            [one] => words.replace(IT, &self.label(*one)),
            _ if !words.contains(IT) => words.to_owned(),
            _ => {
                let names: Vec<_> = components.iter().map(|index| self.label(*index)).collect();
                format!("for {}: {}", list(&names), words.replace(IT, "each"))
            }
        }
    }
}
