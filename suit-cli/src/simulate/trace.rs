//! What a virtual device does, effect by effect: a line for people, or a line of JSON.

use crate::description::values::{Bytes, Scalar, bytes_text};
use crate::error::{Failure, Outcome, harmless};
use crate::output::Console;
use crate::render::words::{part, size};
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Serialize;

/// Forms of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// A line for people
    Text,
    /// A line of JSON
    Json,
}

/// One line of a trace, version 1.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Line {
    /// What happened.
    pub(crate) effect: Effect,
    /// The procedure that begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) procedure: Option<&'static str>,
    /// Sequence number of the manifest that is carried out, or that is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sequence: Option<u64>,
    /// The component that it happened to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) component: Option<Held>,
    /// The other component: of a copy or swap, or the one that holds a delta.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) source: Option<Held>,
    /// The component with the image that a delta was applied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) base: Option<Held>,
    /// Where a payload came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
    /// Arguments of an invocation, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) arguments: Option<String>,
    /// Name of a condition or custom command, or of another fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
    /// Whether a condition holds, or a payload can be had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) holds: Option<bool>,
    /// Where the command stands; not of what is done at the end of a procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
    /// How the procedure ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ended: Option<Ended>,
}

/// What can happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Effect {
    /// A procedure began.
    #[default]
    Start,
    /// In a rehearsal: a payload would be fetched.
    Plan,
    /// A payload was fetched and stored.
    Fetch,
    /// Content of the manifest was stored.
    Write,
    /// What another component holds was stored.
    Copy,
    /// What a delta makes of another component's content was stored.
    Delta,
    /// Two components exchanged what they hold.
    Swap,
    /// A component was started.
    Invoke,
    /// The device waited for events.
    Wait,
    /// A custom command was carried out.
    Custom,
    /// A condition was looked at. Only with -v.
    Condition,
    /// Nothing was to be done, as the component holds the right thing already. Only with -v.
    Skip,
    /// Another slot of a component is the one that runs from now on.
    Switch,
    /// A version was kept as that of a component.
    Version,
    /// The sequence number was kept as the lowest that is still accepted.
    Keep,
    /// The procedure ended.
    End,
}

/// A component and what it holds now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "ComponentState")]
pub(crate) struct Held {
    /// Parts of its identifier as device files and descriptions write them: text, or `hex:` and digits.
    pub(crate) id: Vec<String>,
    /// The slot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<u64>,
    /// Bytes that it holds; absent if it is empty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// SHA-256 of what it holds, in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sha256: Option<String>,
}

impl Held {
    /// How messages call the component: `[firmware] slot 1`.
    pub(crate) fn name(&self) -> String {
        let shown = self.id.iter().map(|text| match Bytes::from_text(text) {
            Ok(Bytes::Given(bytes)) => part(&bytes),
            _ => text.clone(),
        });
        let id = shown.collect::<Vec<_>>().join("/");
        self.slot.map_or_else(|| format!("[{id}]"), |slot| format!("[{id}] slot {slot}"))
    }

    fn content(&self, whole: bool) -> String {
        match (self.size, &self.sha256) {
            (Some(bytes), Some(digest)) if whole => format!("{}  sha-256 {digest}", size(bytes)),
            (Some(bytes), Some(digest)) => {
                format!("{}  sha-256 {}…", size(bytes), digest.get(..8).unwrap_or(digest))
            }
            _ => "empty".to_owned(),
        }
    }
}

/// An identifier as people are shown it: `module/tls`.
pub(crate) fn shown(id: &[Vec<u8>]) -> String {
    id.iter().map(|one| part(one)).collect::<Vec<_>>().join("/")
}

/// The parts of an identifier as they are written.
pub(crate) fn written(id: &[Vec<u8>]) -> Vec<String> {
    id.iter().map(|one| bytes_text(one)).collect()
}

/// A command's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "CommandPlace")]
pub(crate) struct Place {
    /// 0 for the root manifest, else the number of the dependency in the order in which they were loaded.
    pub(crate) manifest: u8,
    /// The section; `shared` for the sequence before each.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) section: Option<&'static str>,
    /// Offset of the command in the manifest's envelope, in bytes.
    pub(crate) offset: u32,
}

/// How a procedure ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Ended {
    /// Whether it succeeded.
    pub(crate) success: bool,
    /// The error's number, such as `E1011`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<String>,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) message: Option<String>,
    /// What it cost.
    pub(crate) cost: Cost,
}

/// What a procedure cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Cost {
    /// Commands that were carried out, each component counted.
    pub(crate) commands: u32,
    /// Bytes that were stored.
    pub(crate) stored: u64,
    /// Pieces of memory that were written.
    pub(crate) writes: u64,
    /// Pieces of memory that were erased.
    pub(crate) erases: u64,
    /// RAM that carrying it out took, in bytes: what was used of the lent memory, and the processor itself.
    pub(crate) ram: u64,
}

impl Line {
    /// The line for people, without its end.
    pub(crate) fn text(&self, whole: bool) -> String {
        let mut words: Vec<String> = Vec::new();
        if let Some(component) = &self.component {
            words.push(component.name());
        }
        let content = self.component.as_ref().map(|component| component.content(whole)).unwrap_or_default();
        let name = self.name.clone().unwrap_or_default();
        let source = |prefix: &str| self.source.as_ref().map(|source| format!("{prefix} {}", source.name()));
        let uri = self.uri.as_ref().map(|uri| format!("from {}", harmless(uri)));
        let (verb, rest): (&str, Vec<Option<String>>) = match self.effect {
            Effect::Start => {
                let sequence = self.sequence.map(|number| format!("sequence {number}"));
                ("start", vec![self.procedure.map(str::to_owned), sequence])
            }
            Effect::Plan => {
                let size = self.component.as_ref().and_then(|component| component.size).map(size);
                let there = if self.holds == Some(true) { "there" } else { "missing" };
                ("plan", vec![size, uri, Some(there.to_owned())])
            }
            Effect::Fetch => ("fetch", vec![Some(content), uri]),
            Effect::Write => ("write", vec![Some(content), Some("from the manifest".to_owned())]),
            Effect::Copy => ("copy", vec![Some(content), source("from")]),
            Effect::Delta => {
                let sized = |held: &Held| {
                    let bytes = held.size.map(|bytes| format!(" ({})", size(bytes))).unwrap_or_default();
                    format!("{}{bytes}", held.name())
                };
                let base = self.base.as_ref().map(|base| format!("from {}", sized(base)));
                let delta = self.source.as_ref().map(|delta| format!("by the delta in {}", sized(delta)));
                ("delta", vec![Some(content), base, delta])
            }
            Effect::Swap => ("swap", vec![Some(content), source("with")]),
            Effect::Invoke => {
                let arguments = self.arguments.as_ref().map(|arguments| format!("arguments {arguments}"));
                ("invoke", vec![Some(content), arguments])
            }
            Effect::Wait => ("wait", vec![Some(name)]),
            Effect::Custom => ("custom", vec![Some(name)]),
            Effect::Condition => {
                let holds = if self.holds == Some(true) { "holds" } else { "doesn't hold" };
                ("check", vec![Some(format!("{name} {holds}"))])
            }
            Effect::Skip => ("skip", vec![Some(format!("{name}: it holds the right thing already"))]),
            Effect::Switch => ("switch", vec![Some("runs from now on".to_owned())]),
            Effect::Version => ("version", vec![Some(name)]),
            Effect::Keep => ("keep", vec![self.sequence.map(|number| format!("sequence {number}"))]),
            Effect::End => {
                let success = self.ended.as_ref().is_some_and(|ended| ended.success);
                ("end", vec![Some(if success { "success" } else { "failure" }.to_owned())])
            }
        };
        words.extend(rest.into_iter().flatten());
        format!("{verb:<8} {}", words.join("  "))
    }
}

/// Where the lines go.
#[derive(Debug)]
pub(crate) struct Trace<'c> {
    console: &'c Console,
    form: Option<Form>,
    /// Whether they are wanted afterwards.
    keeping: bool,
    kept: Vec<Line>,
    /// Standard output couldn't be written.
    broken: Option<Failure>,
}

impl<'c> Trace<'c> {
    /// Prints lines in this form if there is one, and keeps them if `keeping`.
    pub(crate) fn new(console: &'c Console, form: Option<Form>, keeping: bool) -> Self {
        Self { console, form, keeping, kept: Vec::new(), broken: None }
    }

    /// Whether conditions and what is skipped are wanted.
    pub(crate) fn wants_all(&self) -> bool {
        self.console.is_verbose()
    }

    /// Tells of an effect.
    pub(crate) fn tell(&mut self, line: Line) {
        if matches!(line.effect, Effect::Condition | Effect::Skip) && !self.wants_all() {
            return;
        }
        let text = match self.form {
            None => None,
            Some(Form::Text) => Some(line.text(self.wants_all())),
            Some(Form::Json) => serde_json::to_string(&line).ok(),
        };
        if let Some(text) = text.filter(|_| self.broken.is_none()) {
            self.broken = self.console.print(&format!("{text}\n")).err();
        }
        if self.keeping {
            self.kept.push(line);
        }
    }

    /// The lines.
    ///
    /// # Errors
    /// Standard output couldn't be written.
    pub(crate) fn finish(self) -> Outcome<Vec<Line>> {
        self.broken.map_or(Ok(self.kept), Err)
    }
}
