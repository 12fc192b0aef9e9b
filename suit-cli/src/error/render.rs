//! A failure as text for people and as JSON for programs.

use super::text::{clean, clean_columns};
use super::{Failure, Level, Parts, Place, codes};
use annotate_snippets::{AnnotationKind, Group, Level as Word, Origin, Renderer, Snippet};
use schemars::JsonSchema;
use serde::Serialize;

/// The failure and all that come with it as text, with ANSI colours and a line end.
///
/// The console strips the colours where they are not wanted.
pub(crate) fn as_text(failure: &Failure) -> String {
    let mut out = one_as_text(&failure.0);
    for other in &failure.0.more {
        out.push('\n');
        out.push_str(&as_text(other));
    }
    out
}

fn one_as_text(parts: &Parts) -> String {
    let message = clean(&parts.message);
    let notes: Vec<_> = parts.notes.iter().map(|note| clean(note)).collect();
    let help = parts.help.as_deref().map(clean);
    let number = code_name(parts.number);
    let word = match parts.level {
        Level::Error => Word::ERROR,
        Level::Refused => Word::ERROR.with_name("refused"),
        Level::Warning => Word::WARNING,
    };
    let title = word.primary_title(message.as_str()).id(number.as_str());
    let head = match &parts.place {
        None => Group::with_title(title),
        Some(Place::File { file }) => title.element(Origin::path(clean(file))),
        Some(Place::Bytes { file, offset, path }) => {
            let way = path.as_deref().map(|path| format!(", in {}", clean(path))).unwrap_or_default();
            title.element(Origin::path(format!("{}: byte {offset} (0x{offset:x}){way}", clean(file))))
        }
        Some(Place::Text { file, line, column, length, source }) => {
            title.element(snippet(clean(file), *line, *column, *length, source, parts.label.as_deref()))
        }
    };
    let notes = notes.iter().map(|note| Word::NOTE.secondary_title(note.as_str()));
    let help = help.iter().map(|help| Word::HELP.secondary_title(help.as_str()));
    // Each on its own: rendered together they would be joined by empty lines with a bar.
    let renderer = Renderer::styled();
    let mut out = String::new();
    for group in core::iter::once(head).chain(notes.chain(help).map(Group::with_title)) {
        out.push_str(&renderer.render(&[group]));
        out.push('\n');
    }
    out
}

fn snippet<'a>(
    file: String,
    line: usize,
    column: usize,
    length: usize,
    source: &str,
    label: Option<&str>,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let source = clean_columns(source);
    let offset_of = |column: usize| source.char_indices().nth(column).map_or(source.len(), |(at, _)| at);
    let (start, end) = (offset_of(column - 1), offset_of(column - 1 + length));
    let annotation = AnnotationKind::Primary.span(start..end).label(label.map(clean));
    Snippet::source(source).path(file).line_start(line).annotation(annotation)
}

/// The failure and all that come with it as JSON, one object per line.
pub(crate) fn as_json(failure: &Failure) -> String {
    let record = Record::new(&failure.0);
    let mut out = serde_json::to_string(&record).expect("a struct of strings and numbers always serialises");
    out.push('\n');
    for other in &failure.0.more {
        out.push_str(&as_json(other));
    }
    out
}

/// `E` and four digits; rules for authors, which warn, have `W`.
fn code_name(number: u16) -> String {
    let letter = if codes::AUTHOR_RULES.contains(&number) { 'W' } else { 'E' };
    format!("{letter}{number:04}")
}

/// A failure as JSON, version 1. Absent members are left out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Record {
    /// Always `suit-message/1`.
    format: &'static str,
    /// `error`, `refused` or `warning`.
    level: &'static str,
    /// The stable number, such as `E0204`.
    code: String,
    /// What is wrong, on one line.
    message: String,
    /// The exit status that this failure alone leads to; 0 for warnings.
    exit: u8,
    /// The file or flag.
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    /// 1-based line of a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// 1-based column in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<usize>,
    /// Characters concerned.
    #[serde(skip_serializing_if = "Option::is_none")]
    length: Option<usize>,
    /// 0-based byte offset in a binary document.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    /// The way to that byte in the document's own words.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    /// Words for the marked place.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// Further facts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    notes: Vec<String>,
    /// The next step.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Record {
    fn new(parts: &Parts) -> Self {
        let mut record = Self {
            format: "suit-message/1",
            level: match parts.level {
                Level::Error => "error",
                Level::Refused => "refused",
                Level::Warning => "warning",
            },
            code: code_name(parts.number),
            message: clean(&parts.message),
            exit: if parts.level == Level::Warning { 0 } else { parts.exit.status() },
            file: None,
            line: None,
            column: None,
            length: None,
            offset: None,
            path: None,
            label: parts.label.as_deref().map(clean),
            notes: parts.notes.iter().map(|note| clean(note)).collect(),
            help: parts.help.as_deref().map(clean),
        };
        match &parts.place {
            None => {}
            Some(Place::File { file }) => record.file = Some(clean(file)),
            Some(Place::Bytes { file, offset, path }) => {
                record.file = Some(clean(file));
                record.offset = Some(*offset);
                record.path = path.as_deref().map(clean);
            }
            Some(Place::Text { file, line, column, length, .. }) => {
                record.file = Some(clean(file));
                record.line = Some(*line);
                record.column = Some(*column);
                record.length = Some(*length);
            }
        }
        record
    }
}

#[cfg(test)]
mod tests {
    use super::super::Exit;
    use super::*;

    const TEXT: &str = "format = \"suit/1\"\n\n[manifest]\nseqence = 42\n";

    fn example() -> Failure {
        Failure::new(codes::UNKNOWN_FIELD, "unknown field 'seqence'")
            .at(Place::text("release.toml", TEXT, 30, 37))
            .help("did you mean 'sequence'?")
    }

    fn plain(failure: &Failure) -> String {
        anstream::adapter::strip_str(&as_text(failure)).to_string()
    }

    #[test]
    fn a_place_in_a_text_is_shown_and_marked() {
        assert_eq!(
            plain(&example()),
            "error[E0204]: unknown field 'seqence'\n --> release.toml:4:1\n  |\n4 | seqence = 42\n  | ^^^^^^^\n\
             help: did you mean 'sequence'?\n"
        );
        assert_eq!(
            plain(&example().label("not known in [manifest]").note("the fields are a, b").warning()),
            "warning[E0204]: unknown field 'seqence'\n --> release.toml:4:1\n  |\n4 | seqence = 42\n\
             \x20 | ^^^^^^^ not known in [manifest]\nnote: the fields are a, b\nhelp: did you mean 'sequence'?\n"
        );
    }

    #[test]
    fn a_place_in_a_document_is_a_byte_and_the_way_there() {
        let failure = Failure::numbered(507, Exit::No, "platform needs vendor and operator")
            .at(Place::bytes("fw.suit", 75, Some("manifest.install[3]".into())));
        assert_eq!(
            plain(&failure),
            "refused[E0507]: platform needs vendor and operator\n\
             --> fw.suit: byte 75 (0x4b), in manifest.install[3]\n"
        );
    }

    #[test]
    fn an_error_of_the_strict_reader_keeps_number_and_offset() {
        let error = suit_core::Error::new(suit_core::ErrorKind::KeyOrder, 12);
        assert_eq!(
            plain(&Failure::document("fw.suit", error)),
            "error[E0108]: map keys not in bytewise order\n--> fw.suit: byte 12 (0xc)\n"
        );
    }

    #[test]
    fn several_failures_come_one_after_the_other() {
        let both = Failure::new(codes::USAGE, "one").and(Failure::new(codes::USAGE, "two"));
        assert_eq!(plain(&both), "error[E0099]: one\n\nerror[E0099]: two\n");
        assert_eq!(as_json(&both).lines().count(), 2);
        assert!(Failure::all([]).is_none());
    }

    #[test]
    fn json_is_one_object_on_one_line() {
        assert_eq!(
            as_json(&example()),
            "{\"format\":\"suit-message/1\",\"level\":\"error\",\"code\":\"E0204\",\
             \"message\":\"unknown field 'seqence'\",\"exit\":3,\"file\":\"release.toml\",\"line\":4,\
             \"column\":1,\"length\":7,\"help\":\"did you mean 'sequence'?\"}\n"
        );
    }

    #[test]
    fn input_cannot_reach_the_terminal() {
        let text = "a = \"\u{1b}[2J\u{202e}\"\n";
        let failure = Failure::new(codes::SYNTAX, "bad \u{1b}[31m")
            .at(Place::text("\u{1b}x.toml", text, 4, 9))
            .label("\u{7}")
            .note("\u{8}")
            .help("\u{9b}");
        let shown = plain(&failure);
        assert!(!shown.contains(|letter: char| letter.is_control() && letter != '\n'), "{shown:?}");
        assert!(!shown.contains('\u{202e}'), "{shown:?}");
        assert!(!as_json(&failure).contains(|letter: char| letter.is_control() && letter != '\n'));
    }

    #[test]
    fn a_very_long_line_is_cut_around_the_place() {
        let text = format!("{}HERE{}", "x".repeat(50_000), "y".repeat(50_000));
        let shown =
            plain(&Failure::new(codes::SYNTAX, "odd").at(Place::text("f.json", &text, 50_000, 50_004)));
        assert!(shown.contains("f.json:1:50001"), "{shown}");
        assert!(shown.contains("HERE") && shown.contains("^^^^"), "{shown}");
        assert!(shown.len() < 1000, "{}", shown.len());
    }

    #[test]
    fn the_point_past_the_end_is_marked() {
        let shown = plain(&Failure::new(codes::SYNTAX, "odd").at(Place::text("f", "a =", 3, 3)));
        assert_eq!(shown, "error[E0201]: odd\n --> f:1:4\n  |\n1 | a =\n  |    ^\n");
    }
}
