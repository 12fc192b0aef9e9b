//! Where something is wrong.

/// A place in an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A span on one line of a text.
    Text {
        /// The file as it was named, or the flag that the text came from.
        file: String,
        /// 1-based line.
        line: usize,
        /// 1-based column, in characters.
        column: usize,
        /// Characters that are marked; 0 marks the point before the column.
        length: usize,
        /// The whole line, without its end.
        source: String,
    },
    /// A byte of a binary document.
    Bytes {
        /// The file as it was named.
        file: String,
        /// 0-based offset.
        offset: u64,
        /// The way there in the document's own words, such as `manifest.install[3]`.
        path: Option<String>,
    },
    /// A file as a whole.
    File {
        /// The file as it was named.
        file: String,
    },
}

impl Place {
    /// The bytes `start..end` of `text`. What lies past the end of the first line is not marked.
    ///
    /// Offsets inside a character or past the end are moved to the next lower boundary.
    pub(crate) fn text(file: impl Into<String>, text: &str, start: usize, end: usize) -> Self {
        let start = text.floor_char_boundary(start);
        let end = text.floor_char_boundary(end).max(start);
        let before = text.get(..start).unwrap_or_default();
        let head = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(head..).unwrap_or_default();
        let source = rest.split('\n').next().unwrap_or_default();
        let source = source.strip_suffix('\r').unwrap_or(source);
        let marked = text.get(start..end).unwrap_or_default();
        let marked = marked.split(['\r', '\n']).next().unwrap_or_default();
        Self::Text {
            file: file.into(),
            line: before.matches('\n').count() + 1,
            column: text.get(head..start).unwrap_or_default().chars().count() + 1,
            length: marked.chars().count(),
            source: source.to_owned(),
        }
    }

    /// A byte of a binary document, and the way there if it is known.
    pub(crate) fn bytes(file: impl Into<String>, offset: u64, path: Option<String>) -> Self {
        Self::Bytes { file: file.into(), offset, path }
    }

    /// A file as a whole.
    pub(crate) fn file(file: impl Into<String>) -> Self {
        Self::File { file: file.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str, start: usize, end: usize) -> (usize, usize, usize, String) {
        match Place::text("f", text, start, end) {
            Place::Text { line, column, length, source, .. } => (line, column, length, source),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn lines_and_columns_are_counted_in_characters() {
        let text = "a = 1\r\ngröße = 2\nlast";
        assert_eq!(at(text, 0, 1), (1, 1, 1, "a = 1".into()));
        // `größe` is seven bytes and five characters.
        assert_eq!(at(text, 7, 14), (2, 1, 5, "größe = 2".into()));
        assert_eq!(at(text, 17, 18), (2, 9, 1, "größe = 2".into()));
        assert_eq!(at(text, 19, 23), (3, 1, 4, "last".into()));
    }

    #[test]
    fn odd_spans_are_drawn_in() {
        let text = "é\nb";
        assert_eq!(at(text, 1, 2), (1, 1, 1, "é".into()), "start inside a character");
        assert_eq!(at(text, 0, 4), (1, 1, 1, "é".into()), "only the first line is marked");
        assert_eq!(at(text, 99, 120), (2, 2, 0, "b".into()), "past the end");
        assert_eq!(at("", 0, 0), (1, 1, 0, String::new()));
        assert_eq!(at("a\n", 2, 2), (2, 1, 0, String::new()));
    }
}
