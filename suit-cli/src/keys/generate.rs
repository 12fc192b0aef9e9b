//! New keys, from the operating system's random numbers.

use super::parse::derive;
use super::{Key, Kind};
use crate::error::{Failure, Outcome, codes};
use zeroize::Zeroizing;

/// A number of 32 or 48 random bytes is no scalar of its curve once in 2^32 times or less: this many in a row mean that
/// the numbers aren't random.
const TRIES: usize = 8;

/// Makes a key. `name` is where it will be kept, `role` the owner's name.
///
/// # Errors
/// E0722 the operating system has no random numbers.
pub(crate) fn generate(kind: Kind, name: &str, role: &str) -> Outcome<Key> {
    for _ in 0..TRIES {
        let mut private = Zeroizing::new(vec![0; kind.width()]);
        getrandom::fill(&mut private).map_err(|_| no_numbers())?;
        let public = match derive(kind, &private) {
            Some(public) => public,
            None if kind.is_secret() => Vec::new(),
            None => continue,
        };
        return Ok(Key {
            name: name.to_owned(),
            role: role.to_owned(),
            kind,
            public,
            private: Some(private),
            key_id: None,
            algorithm: None,
            operations: None,
        });
    }
    Err(no_numbers())
}

fn no_numbers() -> Failure {
    Failure::new(codes::KEY_RANDOM, "the operating system gives no random numbers")
        .help("try again when the system has started completely")
}
