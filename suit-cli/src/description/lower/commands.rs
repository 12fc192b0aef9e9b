//! Command sequences: from tables to the model, with the rules that every reader enforces.

use super::{Context, parameters};
use crate::description::model::{Command as Table, Commands, Parameters, Select};
use crate::description::places::{CommandPlace, SequenceName, SequencePlace};
use crate::description::values::CustomValue;
use crate::description::words::{Report, Word};
use crate::error::{Failure, Outcome, codes};
use crate::source::{Span, Spanned};
use suit_core::command::{Act, ReportPolicy};
use suit_core::grammar::Scope;
use suit_core::labels::{Condition, REPORT_POLICY_MAX};
use suit_core::owned::{Command, Custom, Selection};

/// Checks record and explain everything, as in the drafts' examples.
pub(crate) const CHECK_POLICY: u64 = REPORT_POLICY_MAX;
/// Actions record failures, as in the drafts' examples.
pub(crate) const ACTION_POLICY: u64 = 2;

/// A reporting policy of these bits.
pub(crate) fn policy(bits: u64) -> ReportPolicy {
    ReportPolicy::new(bits).expect("policies of this tool have four bits")
}

/// A condition with the usual policy.
pub(crate) fn check(condition: Condition) -> Command {
    Command::Condition(condition, policy(CHECK_POLICY))
}

/// An action with the usual policy.
pub(crate) fn act(act: Act) -> Command {
    Command::Act(act, policy(ACTION_POLICY))
}

/// Lowers a sequence that the description gives.
pub(super) fn sequence(
    context: &Context<'_>,
    name: SequenceName,
    given: &Spanned<Commands>,
) -> Outcome<(Vec<Command>, SequencePlace)> {
    let scope = if name == SequenceName::Shared { Scope::Shared } else { Scope::Section };
    let (commands, places) = list(context, scope, &given.value, given.span)?;
    if let (true, Some(first), Some(table)) =
        (context.components.count() > 1, commands.first(), given.value.0.first())
    {
        // P-021: where there is more than one component, a sequence begins by saying which it means.
        if !matches!(first, Command::SetComponentIndex(_) | Command::OverrideMultiple(_)) {
            let message = "the sequence does not say which component it means";
            return Err(context
                .failure(codes::SELECT_FIRST, table.span, message)
                .help("begin it with { select = 0 } or another component: there are several"));
        }
    }
    Ok((commands, SequencePlace { span: given.span, commands: places }))
}

fn list(
    context: &Context<'_>,
    scope: Scope,
    given: &Commands,
    span: Span,
) -> Outcome<(Vec<Command>, Vec<CommandPlace>)> {
    if given.0.is_empty() {
        return Err(empty(context, span, "the sequence is empty", "give it a command, or take it out"));
    }
    let lowered = given.0.iter().map(|table| command(context, scope, table)).collect::<Outcome<Vec<_>>>()?;
    Ok(lowered.into_iter().unzip())
}

fn empty(context: &Context<'_>, span: Span, message: &str, help: &str) -> Failure {
    context.failure(codes::EMPTY, span, message).help(help)
}

/// The word that says what a command does, where it stands, and whether the shared sequence may do it.
fn operation(context: &Context<'_>, table: &Spanned<Table>) -> Outcome<(&'static str, Span)> {
    let words = [
        ("check", table.check.as_ref().map(|it| it.span)),
        ("do", table.act.as_ref().map(|it| it.span)),
        ("set", table.set.as_ref().map(|it| it.span)),
        ("set-if-unset", table.set_if_unset.as_ref().map(|it| it.span)),
        ("select", table.select.as_ref().map(|it| it.span)),
        ("try", table.alternatives.as_ref().map(|it| it.span)),
        ("run", table.run.as_ref().map(|it| it.span)),
        ("override-multiple", table.override_multiple.as_ref().map(|it| it.span)),
        ("copy-params", table.copy_params.as_ref().map(|it| it.span)),
        ("custom", table.custom.as_ref().map(|it| it.span)),
    ];
    let mut given = words.into_iter().filter_map(|(word, span)| Some((word, span?)));
    let Some((word, span)) = given.next() else {
        let help = format!("give one of {}", words.map(|(word, _)| word).join(", "));
        return Err(context
            .failure(codes::COMMAND_FORM, table.span, "the command does not say what to do")
            .help(help));
    };
    if let Some((other, other_span)) = given.next() {
        let message = format!("'{word}' and '{other}' are two commands");
        return Err(context
            .failure(codes::COMMAND_FORM, other_span, message)
            .help("put each command into a table of its own"));
    }
    let companions = [
        ("report", table.report.as_ref().map(|it| it.span), &["check", "do"][..]),
        ("else", table.otherwise.as_ref().map(|it| it.span), &["try"]),
        ("argument", table.argument.as_ref().map(|it| it.span), &["custom"]),
    ];
    for (companion, companion_span, of) in companions {
        if let (Some(companion_span), false) = (companion_span, of.contains(&word)) {
            let message = format!("'{companion}' does not go with '{word}'");
            return Err(context
                .failure(codes::COMMAND_FORM, companion_span, message)
                .help(format!("it belongs to '{}'", of.join("' and '"))));
        }
    }
    Ok((word, span))
}

fn command(context: &Context<'_>, scope: Scope, table: &Spanned<Table>) -> Outcome<(Command, CommandPlace)> {
    let (word, span) = operation(context, table)?;
    // M App. A, P-022, P-154: the shared sequence sets parameters and checks them, and does nothing else.
    let forbidden = matches!(word, "do" | "override-multiple" | "copy-params" | "custom");
    if scope == Scope::Shared && forbidden {
        let message = format!("'{word}' is not allowed in the shared sequence");
        return Err(context
            .failure(codes::NOT_IN_SHARED, span, message)
            .help("the shared sequence sets and checks; put this into a section such as install"));
    }
    let place = CommandPlace::at(table.span);
    let report = |default| report(table.report.as_ref(), default);
    let lowered = match word {
        "check" => condition(table, report(CHECK_POLICY)),
        "do" => action(table, report(ACTION_POLICY)),
        "set" => {
            table.set.as_ref().map(|set| set_parameters(context, scope, set).map(Command::OverrideParameters))
        }
        "set-if-unset" => table
            .set_if_unset
            .as_ref()
            .map(|set| set_parameters(context, scope, set).map(Command::SetParameters)),
        "select" => table.select.as_ref().map(|select| selection(context, select)),
        "try" => return alternatives(context, scope, table),
        "run" => return run(context, scope, table),
        "override-multiple" => Some(override_multiple(context, scope, table)),
        "copy-params" => Some(copy_params(context, table)),
        _ => Some(custom(context, table)),
    };
    match lowered {
        Some(command) => Ok((command?, place)),
        None => Err(context.failure(codes::COMMAND_FORM, table.span, "the command does not say what to do")),
    }
}

fn report(given: Option<&Spanned<Vec<Spanned<Word<Report>>>>>, default: u64) -> u64 {
    given.map_or(default, |given| given.iter().fold(0, |bits, word| bits | u64::from(word.value.0.bit())))
}

fn condition(table: &Table, bits: u64) -> Option<Outcome<Command>> {
    table.check.as_ref().map(|check| Ok(Command::Condition(check.value.0, policy(bits))))
}

fn action(table: &Table, bits: u64) -> Option<Outcome<Command>> {
    table.act.as_ref().map(|act| Ok(Command::Act(act.value.0, policy(bits))))
}

fn set_parameters(
    context: &Context<'_>,
    scope: Scope,
    given: &Spanned<Parameters>,
) -> Outcome<Vec<suit_core::owned::Parameter>> {
    parameters::lower(context, scope, given)
}

fn selection(context: &Context<'_>, given: &Spanned<Select>) -> Outcome<Command> {
    Ok(Command::SetComponentIndex(match &given.value {
        Select::All => Selection::All,
        Select::One(reference) => Selection::One(context.index(reference, given.span)?),
        Select::Several(references) => {
            let mut indices = Vec::with_capacity(references.len());
            for reference in references {
                let index = context.index(&reference.value, reference.span)?;
                if indices.contains(&index) {
                    let message = format!("component {index} is selected twice");
                    return Err(context
                        .failure(codes::NAME_TWICE, reference.span, message)
                        .help("name each component once"));
                }
                indices.push(index);
            }
            Selection::Several(indices)
        }
    }))
}

fn alternatives(
    context: &Context<'_>,
    scope: Scope,
    table: &Spanned<Table>,
) -> Outcome<(Command, CommandPlace)> {
    let given = table.alternatives.as_ref();
    let list_of = given.map(|given| given.value.as_slice()).unwrap_or_default();
    // M App. A: at least two sequences, then perhaps nil.
    if list_of.len() < 2 {
        let span = given.map_or(table.span, |given| given.span);
        return Err(context
            .failure(codes::EMPTY, span, "'try' has fewer than two alternatives")
            .help("give at least two; for one that may fail use 'run' with soft-failure set in it"));
    }
    let mut sequences = Vec::new();
    let mut place = CommandPlace::at(table.span);
    for alternative in list_of {
        if alternative.value.0.is_empty() {
            let help = "leave it out and write else = \"nothing\" beside 'try'";
            return Err(empty(context, alternative.span, "an alternative is empty", help));
        }
        let (commands, places) = list(context, scope, &alternative.value, alternative.span)?;
        sequences.push(commands);
        place.nested.push(places);
    }
    Ok((Command::TryEach(sequences, table.otherwise.is_some()), place))
}

fn run(context: &Context<'_>, scope: Scope, table: &Spanned<Table>) -> Outcome<(Command, CommandPlace)> {
    let Some(given) = &table.run else {
        return Err(context.failure(codes::COMMAND_FORM, table.span, "'run' has no sequence"));
    };
    let (commands, places) = list(context, scope, &given.value, given.span)?;
    Ok((Command::RunSequence(commands), CommandPlace { span: table.span, nested: vec![places] }))
}

/// The index that a key of a table means; no two keys may mean the same.
fn key_index<T>(context: &Context<'_>, key: &Spanned<String>, earlier: &[(u64, T)]) -> Outcome<u64> {
    use crate::description::model::Reference;
    let reference = Reference::from_key(&key.value).map_err(|fault| {
        context.failure(codes::UNKNOWN_COMPONENT, key.span, fault.message).help(fault.help)
    })?;
    let index = context.index(&reference, key.span)?;
    if earlier.iter().any(|(known, _)| *known == index) {
        let message = format!("component {index} is named twice");
        return Err(context.failure(codes::NAME_TWICE, key.span, message).help("name each component once"));
    }
    Ok(index)
}

fn override_multiple(context: &Context<'_>, scope: Scope, table: &Spanned<Table>) -> Outcome<Command> {
    let entries = table.override_multiple.as_ref();
    let mut lowered = Vec::new();
    for (key, given) in entries.iter().flat_map(|entries| &entries.value.0) {
        let index = key_index(context, key, &lowered)?;
        lowered.push((index, set_parameters(context, scope, given)?));
    }
    if lowered.is_empty() {
        let span = entries.map_or(table.span, |entries| entries.span);
        return Err(empty(context, span, "'override-multiple' names no component", "name at least one"));
    }
    Ok(Command::OverrideMultiple(lowered))
}

fn copy_params(context: &Context<'_>, table: &Spanned<Table>) -> Outcome<Command> {
    let entries = table.copy_params.as_ref();
    let mut lowered = Vec::new();
    for (key, names) in entries.iter().flat_map(|entries| &entries.value.0) {
        let index = key_index(context, key, &lowered)?;
        if names.value.is_empty() {
            return Err(empty(context, names.span, "no parameter is named", "name at least one"));
        }
        lowered.push((index, names.value.iter().map(|name| name.value.0).collect()));
    }
    if lowered.is_empty() {
        let span = entries.map_or(table.span, |entries| entries.span);
        return Err(empty(context, span, "'copy-params' names no component", "name at least one"));
    }
    Ok(Command::CopyParams(lowered))
}

fn custom(context: &Context<'_>, table: &Spanned<Table>) -> Outcome<Command> {
    let code = table.custom.as_ref().map_or(0, |code| code.value.0);
    let argument = match &table.argument {
        None => Custom::Nil,
        Some(argument) => match &argument.value {
            // M §8.4.11: bytes, text, a number or nothing.
            CustomValue::Given(Custom::Bool(_)) => {
                return Err(context
                    .failure(
                        codes::INVALID_VALUE,
                        argument.span,
                        "a command has no true or false as argument",
                    )
                    .help("use a number, text or bytes"));
            }
            CustomValue::Given(value) => value.clone(),
            CustomValue::File(path) => Custom::Bytes(context.named(argument.span, context.files.file(path))?),
        },
    };
    Ok(Command::Custom(code, argument))
}
