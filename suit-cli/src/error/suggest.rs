//! "Did you mean".

/// The word that was probably meant: at most a third of its letters are wrong, case and `_` aside.
pub(crate) fn closest<'a>(word: &str, words: &[&'a str]) -> Option<&'a str> {
    let plain = |word: &str| word.to_lowercase().replace('_', "-");
    let word = plain(word);
    let distance = |candidate: &&str| strsim::damerau_levenshtein(&word, &plain(candidate));
    let near = words.iter().copied().min_by_key(distance)?;
    (distance(&near) * 3 <= near.chars().count().max(3)).then_some(near)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn words_far_from_all_known_ones_are_not_guessed() {
        let words = ["sequence", "version", "uri"];
        assert_eq!(closest("sequnce", &words), Some("sequence"));
        assert_eq!(closest("SEQUENCE", &words), Some("sequence"));
        assert_eq!(closest("url", &words), Some("uri"));
        assert_eq!(closest("component", &words), None);
        assert_eq!(closest("x", &[]), None);
    }
}
