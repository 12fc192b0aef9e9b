//! Commands as tables.

use super::parameters;
use super::toml::{array, inline, quote};
use crate::description::lower::{ACTION_POLICY, CHECK_POLICY};
use crate::description::model::ParameterName;
use crate::description::words::{Report, Words, word};
use suit_core::command::ReportPolicy;
use suit_core::owned::{Command, Selection};

/// A sequence over several lines, indented by `depth` steps.
pub(super) fn sequence(commands: &[Command], depth: usize) -> String {
    let inner = "  ".repeat(depth + 1);
    let mut out = "[\n".to_owned();
    for each in commands {
        out.push_str(&format!("{inner}{},\n", command(each, depth + 1)));
    }
    out.push_str(&"  ".repeat(depth));
    out.push(']');
    out
}

fn entry(key: &str, value: String) -> (String, String) {
    (key.to_owned(), value)
}

fn with_report(key: &str, word: &str, policy: ReportPolicy, default: u64) -> String {
    let mut entries = vec![entry(key, quote(word))];
    if u64::from(policy.bits()) != default {
        let bits = Report::VALUES.iter().filter(|report| policy.bits() & report.bit() != 0);
        entries
            .push(entry("report", array(bits.map(|report| quote(crate::description::words::word(*report))))));
    }
    inline(entries)
}

fn command(command: &Command, depth: usize) -> String {
    match command {
        Command::Condition(condition, policy) => {
            with_report("check", word(*condition), *policy, CHECK_POLICY)
        }
        Command::Act(act, policy) => with_report("do", word(*act), *policy, ACTION_POLICY),
        Command::SetComponentIndex(selection) => inline([entry(
            "select",
            match selection {
                Selection::One(index) => index.to_string(),
                Selection::All => quote("all"),
                Selection::Several(indices) => array(indices.iter().map(u64::to_string)),
            },
        )]),
        Command::OverrideParameters(list) => inline([entry("set", parameters::table(list))]),
        Command::SetParameters(list) => inline([entry("set-if-unset", parameters::table(list))]),
        Command::TryEach(alternatives, or_nothing) => {
            let inner = "  ".repeat(depth + 1);
            let mut list = "[\n".to_owned();
            for alternative in alternatives {
                list.push_str(&format!("{inner}{},\n", sequence(alternative, depth + 1)));
            }
            list.push_str(&"  ".repeat(depth));
            list.push(']');
            let otherwise = or_nothing.then(|| entry("else", quote("nothing")));
            inline([entry("try", list)].into_iter().chain(otherwise))
        }
        Command::RunSequence(commands) => inline([entry("run", sequence(commands, depth))]),
        Command::OverrideMultiple(entries) => {
            let table = entries.iter().map(|(index, list)| (index.to_string(), parameters::table(list)));
            inline([entry("override-multiple", inline(table))])
        }
        Command::CopyParams(entries) => {
            let names = |labels: &[i64]| {
                array(labels.iter().map(|label| match ParameterName::written(*label) {
                    Ok(word) => quote(word),
                    Err(label) => label.to_string(),
                }))
            };
            let table = entries.iter().map(|(index, labels)| (index.to_string(), names(labels)));
            inline([entry("copy-params", inline(table))])
        }
        Command::Custom(code, argument) => {
            let argument = parameters::custom(argument).map(|argument| entry("argument", argument));
            inline([entry("custom", code.to_string())].into_iter().chain(argument))
        }
    }
}
