//! TOML by hand: commands are one-line tables in arrays, which no serialiser of ours writes.

use core::fmt::Write;

/// A text in quotes.
pub(crate) fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            // TOML wants control characters escaped; others that can't be seen are escaped for the reader's sake.
            letter if letter.is_control() || is_hidden(letter) => {
                let number = u32::from(letter);
                let written = if number > 0xffff {
                    write!(out, "\\U{number:08x}")
                } else {
                    write!(out, "\\u{number:04x}")
                };
                written.expect("a string takes everything");
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Characters that reorder text or take no room.
fn is_hidden(letter: char) -> bool {
    matches!(letter,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A key, in quotes where it needs them.
pub(super) fn key(name: &str) -> String {
    let is_bare = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_');
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quote(name) }
}

/// An array on one line.
pub(super) fn array(items: impl IntoIterator<Item = String>) -> String {
    format!("[{}]", items.into_iter().collect::<Vec<_>>().join(", "))
}

/// A table on one line: keys, and values as they are written.
pub(super) fn inline(entries: impl IntoIterator<Item = (String, String)>) -> String {
    let entries: Vec<_> = entries.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_texts_read_back() {
        for text in [
            "",
            "plain",
            "a\"b\\c",
            "two\nlines\r\n\t",
            "\u{0}\u{1b}\u{7f}\u{9b}",
            "größe 世界 🦀",
            "\u{202e}x\u{e0041}",
        ] {
            let document: toml::Table = format!("{} = {}", key(text), quote(text)).parse().unwrap();
            assert_eq!(document.get(text).and_then(toml::Value::as_str), Some(text), "{text:?}");
        }
    }
}
