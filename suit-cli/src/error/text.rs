//! Texts from files and arguments, made fit to print.

/// The most characters of one message, note or help line that are printed.
///
/// A message quotes input; input can be megabytes long.
const LONGEST: usize = 400;

/// `text` on one line, without anything that a terminal would obey or hide.
///
/// Control characters, line ends, and the invisible characters that reorder text are written as
/// `\u{1b}`; what is longer than 400 characters ends in `…`.
pub(crate) fn clean(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", harmless(&text[..end])),
        None => harmless(text),
    }
}

/// As [`clean`], at full length.
pub(crate) fn harmless(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_unfit(letter) { out.extend(letter.escape_default()) } else { out.push(letter) }
    }
    out
}

/// The same for a line of source: each unfit character becomes one `\u{fffd}`, so that columns stay.
pub(super) fn clean_columns(line: &str) -> String {
    line.chars().map(|letter| if letter != '\t' && is_unfit(letter) { '\u{fffd}' } else { letter }).collect()
}

/// Control characters, and those that change how their neighbours are shown.
fn is_unfit(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_a_terminal_obeys_gets_through() {
        for (given, wanted) in [
            ("plain", "plain"),
            ("größe 世界", "größe 世界"),
            ("\u{1b}[31mred", "\\u{1b}[31mred"),
            ("two\nlines\r", "two\\nlines\\r"),
            ("a\tb", "a\\tb"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"),
            ("\u{9b}2J", "\\u{9b}2J"),
        ] {
            assert_eq!(clean(given), wanted);
        }
    }

    #[test]
    fn long_texts_are_cut() {
        let cut = clean(&"x".repeat(100_000));
        assert_eq!(cut.chars().count(), LONGEST + 1);
        assert!(cut.ends_with('…'));
    }

    #[test]
    fn columns_of_source_lines_stay() {
        assert_eq!(clean_columns("a\u{1b}\u{202e}b\tc"), "a\u{fffd}\u{fffd}b\tc");
    }
}
