//! `--set path=value` on the tree.

use super::{Error, Key, Kind, Node, Span, toml};
use crate::error::codes;

/// Applies one assignment, which is the whole of text number `text`.
pub(super) fn apply(root: &mut Node, assignment: &str, text: usize) -> Result<(), Error> {
    let mut scanner = Scanner { rest: assignment, at: 0, text };
    let steps = scanner.path()?;
    let value = value(scanner.rest, text, scanner.at)?;
    put(root, &steps, value, Span::new(text, 0, scanner.at - 1))
}

/// One step of a path.
struct Step {
    what: What,
    span: Span,
}

enum What {
    Name(String),
    Index(usize),
}

fn malformed(span: Span, message: impl Into<String>) -> Error {
    let error = Error::new(codes::SET_SYNTAX, span, message);
    codes::SET_SYNTAX.help.into_iter().fold(error, Error::help)
}

fn value(rest: &str, text: usize, at: usize) -> Result<Node, Error> {
    let span = Span::new(text, at, at + rest.len());
    if rest.starts_with(['"', '\'', '[', '{']) {
        toml::parse_value(rest, text, at)
    } else if rest.is_empty() {
        Err(malformed(span, "no value after '='").help("for empty text write two quotes: path='\"\"'"))
    } else {
        Ok(Node { span, kind: Kind::Bare(rest.to_owned()) })
    }
}

struct Scanner<'t> {
    rest: &'t str,
    /// Bytes that were taken.
    at: usize,
    text: usize,
}

impl<'t> Scanner<'t> {
    fn here(&self, length: usize) -> Span {
        Span::new(self.text, self.at, self.at + length)
    }

    fn skip(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        self.at += length;
        taken
    }

    /// The steps up to `=`, which is taken too.
    fn path(&mut self) -> Result<Vec<Step>, Error> {
        let mut steps = vec![self.name()?];
        loop {
            match self.rest.chars().next() {
                Some('=') => {
                    self.skip(1);
                    return Ok(steps);
                }
                Some('.') => {
                    self.skip(1);
                    steps.push(self.name()?);
                }
                Some('[') => steps.push(self.index()?),
                Some(other) => {
                    let span = self.here(other.len_utf8());
                    return Err(malformed(span, format!("'{other}' is not part of a path")));
                }
                None => return Err(malformed(self.here(0), "no '=' after the path")),
            }
        }
    }

    fn name(&mut self) -> Result<Step, Error> {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            let Some(length) = quoted.find('"') else {
                return Err(malformed(self.here(self.rest.len()), "quote without an end"));
            };
            let span = self.here(length + 2);
            let name = self.skip(length + 2).trim_matches('"').to_owned();
            return Ok(Step { what: What::Name(name), span });
        }
        // The characters of a bare TOML key.
        let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
        let length = self.rest.find(|letter| !is_bare(letter)).unwrap_or(self.rest.len());
        if length == 0 {
            return Err(malformed(self.here(1), "a name is missing"));
        }
        let span = self.here(length);
        Ok(Step { what: What::Name(self.skip(length).to_owned()), span })
    }

    fn index(&mut self) -> Result<Step, Error> {
        let Some(length) = self.rest.find(']') else {
            return Err(malformed(self.here(self.rest.len()), "'[' without ']'"));
        };
        let span = self.here(length + 1);
        let inside = self.skip(length + 1).trim_matches(['[', ']']);
        match inside.parse() {
            Ok(index) if inside.bytes().all(|digit| digit.is_ascii_digit()) => {
                Ok(Step { what: What::Index(index), span })
            }
            _ => Err(malformed(span, format!("'{inside}' is not an index"))),
        }
    }
}

fn put(node: &mut Node, steps: &[Step], value: Node, whole: Span) -> Result<(), Error> {
    let Some((step, rest)) = steps.split_first() else {
        *node = value;
        return Ok(());
    };
    let child = match (&mut node.kind, &step.what) {
        (Kind::Table(entries), What::Name(name)) => {
            let at = match entries.iter().position(|(key, _)| key.name == *name) {
                Some(at) => at,
                None => {
                    // Tables that are missing on the way come into being; a wrong name is found when it is read.
                    let key = Key { name: name.clone(), span: step.span };
                    entries.push((key, Node { span: whole, kind: Kind::Table(Vec::new()) }));
                    entries.len() - 1
                }
            };
            &mut entries[at].1
        }
        (Kind::Array(entries), What::Index(index)) => {
            let count = entries.len();
            match entries.get_mut(*index) {
                Some(entry) => entry,
                None => return Err(no_entry(step.span, *index, count)),
            }
        }
        (Kind::Array(entries), What::Name(name)) => {
            let named = |entry: &Node| entry.get("name").and_then(Node::as_str) == Some(name);
            let mut found = (0..entries.len()).filter(|at| named(&entries[*at]));
            match (found.next(), found.next()) {
                (Some(at), None) => &mut entries[at],
                (Some(_), Some(_)) => {
                    let message = format!("more than one entry has the name '{name}'");
                    return Err(Error::new(codes::SET_PATH, step.span, message)
                        .help("say which one by its index, as in component[0]"));
                }
                _ => return Err(no_name(step.span, name, entries)),
            }
        }
        (_, What::Index(_)) => {
            let message = "an index, but this is not an array";
            return Err(Error::new(codes::SET_PATH, step.span, message).help("say a name instead"));
        }
        (_, What::Name(name)) => {
            let message = format!("'{name}' can't be set: what it should be in is not a table");
            return Err(Error::new(codes::SET_PATH, step.span, message).help("end the path one name earlier"));
        }
    };
    put(child, rest, value, whole)
}

fn no_entry(span: Span, index: usize, count: usize) -> Error {
    let help = match count {
        0 => "the array is empty".to_owned(),
        1 => "the only index is 0".to_owned(),
        _ => format!("the indices are 0 to {}", count - 1),
    };
    Error::new(codes::SET_PATH, span, format!("there is no entry {index}")).help(help)
}

fn no_name(span: Span, name: &str, entries: &[Node]) -> Error {
    let names: Vec<_> = entries.iter().filter_map(|entry| entry.get("name").and_then(Node::as_str)).collect();
    let error = Error::new(codes::SET_PATH, span, format!("no entry has the name '{name}'"));
    if names.is_empty() {
        error.help("the entries have no names; say an index, as in component[0]")
    } else {
        error.help(format!("the names are {}", names.join(", ")))
    }
}
