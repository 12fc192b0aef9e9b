//! The vectors: sound ones, and those with one fault made from them.

mod authentication;
mod cbor;
mod commands;
mod common;
mod cose;
mod digests;
mod envelope;
mod headers;
mod maps;
mod parameters;
mod run;
mod severed;
mod signed;
mod sound;
mod structure;
mod text;

pub use sound::{bases, sample};

use crate::case::Case;

/// The sound vectors, for others to be made from.
#[derive(Debug)]
pub struct Sound(Vec<Case>);

impl Sound {
    fn new() -> Self {
        Self([sound::cases(), parameters::sound(), signed::cases(), severed::sound()].concat())
    }

    /// The sound vector with this path.
    ///
    /// # Panics
    /// If there is none.
    #[must_use]
    pub fn get(&self, path: &str) -> &Case {
        self.0.iter().find(|case| case.path() == path).unwrap_or_else(|| panic!("no sound vector {path}"))
    }
}

/// Every vector.
#[must_use]
pub fn all() -> Vec<Case> {
    let sound = Sound::new();
    let faulty = [
        envelope::cases(&sound),
        authentication::cases(&sound),
        digests::cases(&sound),
        cose::cases(&sound),
        headers::cases(&sound),
        cbor::cases(&sound),
        maps::cases(&sound),
        structure::cases(&sound),
        common::cases(&sound),
        commands::cases(&sound),
        parameters::cases(&sound),
        severed::cases(&sound),
        text::cases(&sound),
        run::cases(),
    ];
    sound.0.into_iter().chain(faulty.into_iter().flatten()).collect()
}
