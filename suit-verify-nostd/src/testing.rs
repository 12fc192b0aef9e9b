//! What several test modules need.
#![allow(dead_code, reason = "each set of features uses a part of this")]

use std::vec::Vec;

/// Bytes from hexadecimal digits; white space and everything from `#` to the end of a line is left out.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().chars())
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).expect("a hexadecimal digit")).unwrap())
        .collect();
    assert_eq!(digits.len() % 2, 0, "an odd number of digits in {text}");
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Published test key K1 on P-256 (draft-ietf-suit-manifest-37, Appendix B): the point, uncompressed.
pub(crate) const K1: &str = "
    04 8496811aae0baaabd26157189eecda26beaa8bf11b6f3fe6e2b5659c85dbc0ad
       3b1f2a4b6c098131c0a36dacd1d78bd381dcdfb09c052db33991db7338b4a896";
