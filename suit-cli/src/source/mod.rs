//! TOML and JSON texts as one tree with places, and serde over it.
//!
//! ```text
//! text ── Document::parse ──► tree of Node, each with a Span
//!      ── Document::set ────► the same with --set applied; changed nodes point into the flag
//!      ── Document::read ───► a type with #[derive(Deserialize)] #[serde(deny_unknown_fields)]
//! ```
//!
//! Errors of [`Document::read`] point at the key or value that is wrong. What is found to be wrong later
//! can point there too, where the type holds a [`Spanned`].
//!
//! For types that are read from here:
//! - An error made with `serde::de::Error::custom` gets the place of the value. What follows a line end and
//!   `help: ` in its text becomes the next step.
//! - `flatten`, `untagged` and internally tagged enums go through serde's buffer, which forgets places:
//!   a [`Spanned`] inside them can't be read, and errors point at the whole value. Externally tagged enums are
//!   fine. For shapes that derive can't say, hold a [`Node`] and read it with [`Document::read_node`].

mod de;
mod error;
mod json;
mod node;
mod set;
mod spanned;
mod toml;

pub(crate) use crate::error::closest;
pub(crate) use error::Error;
pub(crate) use node::{Key, Kind, Node, Span, integer};
pub(crate) use spanned::Spanned;

use crate::error::{Code, Failure, Outcome, Place};
use crate::input::Input;
use serde::de::DeserializeOwned;

/// The deepest nesting of tables and arrays. Descriptions need fewer than 10; readers recurse.
const DEEPEST: usize = 64;

/// A description as a tree, with the texts that it came from.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    texts: Vec<Text>,
    root: Node,
}

/// One text: a file, or the argument of one `--set`.
#[derive(Clone, Debug)]
struct Text {
    name: String,
    content: String,
}

impl Document {
    /// Parses a description: as JSON or TOML by the ending of its name, else as JSON if it begins with `{`,
    /// which no TOML text does.
    ///
    /// # Errors
    /// E0209 not UTF-8, E0201 syntax, E0202 a key twice, E0208 nested deeper than 64, E0206 an integer beyond
    /// 64 bits, E0203 a JSON null or another root than an object; each with its place.
    pub(crate) fn parse(input: &Input) -> Outcome<Self> {
        let content = input.text()?.to_owned();
        let ending = input.name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let is_json = match ending.as_deref() {
            Some("json") => true,
            Some("toml") => false,
            _ => content.trim_start().starts_with('{'),
        };
        let parsed = if is_json { json::parse(&content) } else { toml::parse(&content) };
        let texts = vec![Text { name: input.name.clone(), content }];
        match parsed {
            Ok(root) => Ok(Self { texts, root }),
            Err(error) => Err(failure(&texts, error)),
        }
    }

    /// Applies one `--set path=value`.
    ///
    /// A path is names and indices: `manifest.sequence`, `component[0].uri`, `text."en-GB".description`.
    /// Where it names an entry of an array, the one whose `name` is that: `component.firmware.uri`. Keys
    /// that are missing are added, entries of arrays are not.
    ///
    /// A value that begins with `"`, `'`, `[` or `{` is TOML. Anything else is taken as it stands and becomes
    /// what the field asks for: a number, `true` or `false`, or text.
    ///
    /// # Errors
    /// E0210 no path or value, E0211 the path leads nowhere, and those of [`Self::parse`] for the value.
    pub(crate) fn set(&mut self, assignment: &str) -> Outcome<()> {
        let text = self.texts.len();
        self.texts.push(Text { name: "--set".to_owned(), content: assignment.to_owned() });
        set::apply(&mut self.root, assignment, text).map_err(|error| failure(&self.texts, error))
    }

    /// Reads the whole tree as a `T`.
    ///
    /// # Errors
    /// E0202 to E0207 with the place of the key or value.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Outcome<T> {
        self.read_node(&self.root)
    }

    /// Reads a node of this document as a `T`.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub(crate) fn read_node<T: DeserializeOwned>(&self, node: &Node) -> Outcome<T> {
        T::deserialize(node).map_err(|error| failure(&self.texts, error))
    }

    /// The tree.
    pub(crate) fn root(&self) -> &Node {
        &self.root
    }

    /// A span of this document as a place to show.
    pub(crate) fn place(&self, span: Span) -> Place {
        place(&self.texts, span)
    }

    /// Something that is wrong at `span`.
    pub(crate) fn failure(&self, code: Code, span: Span, message: impl Into<String>) -> Failure {
        Failure::new(code, message).at(self.place(span))
    }
}

fn place(texts: &[Text], span: Span) -> Place {
    match texts.get(span.text) {
        Some(text) => Place::text(&text.name, &text.content, span.start, span.end),
        None => Place::file("<description>"),
    }
}

fn failure(texts: &[Text], error: Error) -> Failure {
    let failure = Failure::new(error.code, error.message).at(place(texts, error.span.unwrap_or_default()));
    match error.help {
        Some(help) => failure.help(help),
        None => failure,
    }
}

#[cfg(test)]
mod tests;
