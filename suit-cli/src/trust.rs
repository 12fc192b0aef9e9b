//! The keys that `--trust` names, as the device's trust store.
//!
//! In a directory these files are keys: `*.pem`, `*.pub`, `*.key`, `*.der`, `*.cose`, `*.cbor`, `*.jwk` and `*.hex`,
//! in the order of their names. Others are passed over; one of these that isn't a key is an error.

use crate::error::{Failure, Outcome, codes};
use crate::keys::{Key, is_legacy};
use crate::output::Console;
use crate::signers::EVERYTHING;
use std::path::{Path, PathBuf};
use suit_core::labels::Algorithm;
use suit_verify_nostd::TrustAnchor;
use suit_verify_nostd::trust::ANCHORS_MAX;

/// Endings of key files.
const ENDINGS: [&str; 8] = ["pem", "pub", "key", "der", "cose", "cbor", "jwk", "hex"];

/// Trusted keys.
#[derive(Debug)]
pub(crate) struct Trusted {
    keys: Vec<Key>,
    /// Each anchor's key, by number, and algorithm.
    anchors: Vec<(usize, Algorithm)>,
}

impl Trusted {
    /// Reads the keys at these places. `allowed` says which algorithms may be used at all.
    ///
    /// # Errors
    /// 07xx: a key can't be read or used, one stands under two names, there is none, or there are too many.
    pub(crate) fn read(
        places: &[String],
        allowed: impl Fn(Algorithm) -> bool,
        console: &Console,
    ) -> Outcome<Self> {
        let mut keys: Vec<Key> = Vec::new();
        for place in places {
            for key in read_place(place, console)? {
                check_operations(&key)?;
                if let Some(known) = keys.iter().find(|known| known.is_same(&key) && known.role != key.role) {
                    let message = format!("'{}' and '{}' are the same key", known.name, key.name);
                    return Err(key.failure(codes::TRUST_NAMES, message));
                }
                // The two halves of a key pair lie side by side, and so may several forms of one key. What is for one
                // algorithm stands beside what is for another.
                let covers =
                    |known: &Key| known.is_same(&key) && [None, key.algorithm].contains(&known.algorithm);
                if !keys.iter().any(covers) {
                    keys.retain(|known| !(known.is_same(&key) && key.algorithm.is_none()));
                    keys.push(key);
                }
            }
        }
        if keys.is_empty() {
            return Err(Failure::new(
                codes::TRUST_EMPTY,
                format!("there is no key in {}", places.join(", ")),
            )
            .help(format!("key files end in .{}", ENDINGS.join(", ."))));
        }
        let mut anchors = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            let able = key.kind.algorithms().iter().copied();
            anchors.extend(
                able.filter(|one| key.algorithm.is_none_or(|only| only == *one) && allowed(*one))
                    .map(|one| (number, one)),
            );
            if anchors.last().is_none_or(|(last, _)| *last != number) {
                let only = key.algorithm.map_or(key.kind.name(), Algorithm::name);
                let message = format!("'{}' is for {only}, which is not allowed here", key.name);
                let failure = key.failure(codes::KEY_ALGORITHM, message);
                console.warn(match key.algorithm {
                    Some(only) if is_legacy(only) => {
                        failure.help(format!("--allow {} allows it", only.name().to_ascii_lowercase()))
                    }
                    _ => failure.help("--profile leaves it out"),
                });
            }
        }
        if anchors.len() > ANCHORS_MAX {
            let message = format!("{} keys and algorithms are to be trusted", anchors.len());
            return Err(Failure::new(codes::TRUST_TOO_MANY, message).help(format!(
                "a trust store holds {ANCHORS_MAX}; each deprecated algorithm that is allowed counts on its own"
            )));
        }
        Ok(Self { keys, anchors })
    }

    /// The anchors of the device's trust store, in the order in which [`Self::role`] counts them.
    ///
    /// # Errors
    /// E0711 the device's verifier refuses a key. It was asked when the key was read, so this does not happen.
    pub(crate) fn anchors(&self) -> Outcome<Vec<TrustAnchor<'_>>> {
        self.anchors
            .iter()
            .map(|(number, algorithm)| {
                let key = &self.keys[*number];
                TrustAnchor::new(*algorithm, key.verifying(), key.key_id.as_deref(), &EVERYTHING)
                    .map_err(|error| key.failure(codes::KEY_INVALID, format!("'{}': {error}", key.name)))
            })
            .collect()
    }

    /// The role of the anchor with this number.
    pub(crate) fn role(&self, anchor: usize) -> Option<&str> {
        self.anchors.get(anchor).map(|(number, _)| self.keys[*number].role.as_str())
    }

    /// Each key with the algorithms under which it is trusted.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&Key, Vec<Algorithm>)> {
        self.keys.iter().enumerate().map(|(number, key)| {
            (key, self.anchors.iter().filter(|(of, _)| *of == number).map(|(_, one)| *one).collect())
        })
    }

    /// Names of all roles, in the order of the keys, each once.
    pub(crate) fn roles(&self) -> Vec<&str> {
        let mut roles: Vec<&str> = Vec::new();
        for key in &self.keys {
            if !roles.contains(&key.role.as_str()) {
                roles.push(&key.role);
            }
        }
        roles
    }
}

fn read_place(place: &str, console: &Console) -> Outcome<Vec<Key>> {
    let path = place.strip_prefix("file:").unwrap_or(place);
    if !Path::new(path).is_dir() {
        return Ok(vec![Key::read(place)?]);
    }
    let unreadable = |error: &std::io::Error| {
        let failure = Failure::read(path, error);
        Failure::new(codes::KEY_READ, failure.message())
    };
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .map_err(|error| unreadable(&error))?;
    files.sort();
    let mut keys = Vec::new();
    for file in files.iter().filter(|file| !file.is_dir()) {
        let ending = file.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| ENDINGS.contains(&ending)) {
            keys.push(Key::read_file(file)?);
        } else {
            console.detail(1, &format!("passed over {}: not the name of a key file", file.display()));
        }
    }
    Ok(keys)
}

/// RFC 9052 §7.1: `key_ops` restricts. A private key for signing has a public part for verifying.
fn check_operations(key: &Key) -> Outcome<()> {
    let is_pair = key.has_private() && !key.kind.is_secret();
    match key.operations {
        Some(operations) if !(operations.verify || is_pair && operations.sign) => {
            let message = format!("'{}' says by its key_ops that it is not for verifying", key.name);
            Err(key.failure(codes::KEY_OPERATION, message))
        }
        _ => Ok(()),
    }
}
