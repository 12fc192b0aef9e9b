//! What the tests over `testvectors/` share: the vectors, the trust stores that they name, what became of them.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

pub(crate) mod crowd;
pub(crate) mod mutate;
pub(crate) mod neutral;

use core::num::NonZeroU8;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::{Envelope, Error, Tagging};
use suit_verify_nostd::crypto::{Ed25519, EdDsa, Es256, Esp256, Esp384, Hmac256, Sha256, Sha384, Sha512};
use suit_verify_nostd::{
    AuthenticationError, Budget, Crypto, Part, SignedManifest, TrustAnchor, TrustStore, authenticate,
};

/// Every algorithm that this crate has.
pub(crate) const CRYPTO: Crypto<'static> = Crypto {
    signatures: &[&Esp256, &Es256, &Esp384, &Ed25519, &EdDsa],
    macs: &[&Hmac256],
    hashes: &[&Sha256, &Sha384, &Sha512],
};

/// A vector: the document and the table beside it.
pub(crate) struct Vector {
    /// Folder and name.
    pub(crate) path: String,
    /// The document.
    pub(crate) suit: Vec<u8>,
    /// What must happen.
    pub(crate) expected: toml::Table,
}

/// Folders of `testvectors` that hold something else.
const OTHER_FOLDERS: [&str; 4] = ["generator", "keys", "published", "reports"];

pub(crate) fn home() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors")
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// All vectors, by the folders that are there. Fails on a file without its partner.
pub(crate) fn vectors() -> Vec<Vector> {
    let mut vectors = Vec::new();
    for folder in sorted(&home()) {
        if !folder.is_dir() || OTHER_FOLDERS.contains(&name(&folder).as_str()) {
            continue;
        }
        let mut halves: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for file in sorted(&folder) {
            let ending = file.extension().unwrap().to_str().unwrap().to_owned();
            halves.entry(name(&file)).or_default().insert(ending);
        }
        for (case, endings) in halves {
            let path = format!("{}/{case}", name(&folder));
            let both = BTreeSet::from(["suit".to_owned(), "toml".to_owned()]);
            assert_eq!(endings, both, "{path}: a vector is one .suit and one .toml");
            let suit = std::fs::read(folder.join(format!("{case}.suit"))).unwrap();
            let table = std::fs::read_to_string(folder.join(format!("{case}.toml"))).unwrap();
            vectors.push(Vector {
                expected: table.parse().unwrap_or_else(|e| panic!("{path}: {e}")),
                path,
                suit,
            });
        }
    }
    vectors
}

impl Vector {
    /// A text of the table, if it is there.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.expected.get(key).map(|value| value.as_str().unwrap_or_else(|| panic!("{}: {key}", self.path)))
    }

    /// A number of the table, if it is there.
    pub(crate) fn number(&self, key: &str) -> Option<usize> {
        let number = |value: &toml::Value| value.as_integer().and_then(|value| value.try_into().ok());
        self.expected.get(key).map(|value| number(value).unwrap_or_else(|| panic!("{}: {key}", self.path)))
    }

    /// A list of names; empty if it isn't there.
    pub(crate) fn names(&self, key: &str) -> Vec<String> {
        let list = self.expected.get(key).map_or(&[][..], |value| value.as_array().unwrap());
        list.iter().map(|name| name.as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn is_accepted(&self) -> bool {
        match self.text("verdict") {
            Some("accepted") => true,
            Some("refused") => false,
            other => panic!("{}: verdict {other:?}", self.path),
        }
    }

    pub(crate) fn tagging(&self) -> Tagging {
        match self.expected.get("untagged").map(|value| value.as_bool().unwrap()) {
            Some(true) => Tagging::Optional,
            Some(false) | None => Tagging::Required,
        }
    }
}

/// A key of `testvectors/keys`.
pub(crate) struct Key {
    pub(crate) name: String,
    algorithm: Algorithm,
    bytes: Vec<u8>,
    id: Vec<u8>,
}

fn unhex(digits: &str) -> Vec<u8> {
    let byte = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap();
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Every key, by name.
pub(crate) fn keys() -> BTreeMap<String, Key> {
    let read = |path: PathBuf| {
        let table: toml::Table = std::fs::read_to_string(&path).unwrap().parse().unwrap();
        let text = |key: &str| table[key].as_str().unwrap();
        let material = if table.contains_key("public") { "public" } else { "secret" };
        let key = Key {
            name: name(&path),
            algorithm: Algorithm::from_name(text("algorithm")).unwrap(),
            bytes: unhex(text(material)),
            id: unhex(text("key_id")),
        };
        (key.name.clone(), key)
    };
    sorted(&home().join("keys")).into_iter().map(read).collect()
}

impl Key {
    pub(crate) fn anchor(&self) -> TrustAnchor<'_> {
        TrustAnchor::new(self.algorithm, &self.bytes, Some(&self.id), &CRYPTO).unwrap()
    }
}

/// What became of a document.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Accepted {
        /// Names of the trusted keys that signed.
        verified: BTreeSet<String>,
        /// Members whose digest the manifest holds and which the envelope lacks.
        missing: BTreeSet<String>,
    },
    Refused {
        stage: &'static str,
        error: String,
        detail: Option<String>,
        offset: Option<usize>,
    },
}

impl Outcome {
    fn refused(stage: &'static str, error: AuthenticationError) -> Self {
        // What the error says beside its name is in the parentheses of its debug form.
        let inside = |debug: String| {
            debug.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).map(str::to_owned)
        };
        let (detail, offset) = match error {
            AuthenticationError::Malformed(Error { kind, offset }) => {
                (inside(format!("{kind:?}")), Some(offset))
            }
            AuthenticationError::TooFewSignatures { verified, required } => {
                (Some(format!("{verified} of {required}")), None)
            }
            AuthenticationError::SeveredMismatch { member } => (Some(member.name().to_owned()), None),
            other => (inside(format!("{other:?}")), None),
        };
        Self::Refused { stage, error: error.name().to_owned(), detail, offset }
    }
}

/// Takes a document as far as a device does before it runs anything: envelope, authentication, manifest, and every severed
/// member.
pub(crate) fn judge(document: &[u8], tagging: Tagging, keys: &[&Key], required: u8) -> Outcome {
    let envelope = match Envelope::parse(document, tagging) {
        Ok(envelope) => envelope,
        Err(error) => return Outcome::refused("envelope", error.into()),
    };
    let anchors: Vec<_> = keys.iter().map(|key| key.anchor()).collect();
    let store = TrustStore::new(&anchors).unwrap().requiring(NonZeroU8::new(required).unwrap());
    let authenticated = match authenticate(&envelope, &store, &CRYPTO, &mut Budget::new()) {
        Ok(authenticated) => authenticated,
        Err(error) => return Outcome::refused("authentication", error),
    };
    let manifest = match authenticated.manifest() {
        Ok(manifest) => manifest,
        Err(error) => return Outcome::refused("manifest", error.into()),
    };
    let missing = match members(&manifest) {
        Ok(missing) => missing,
        Err(error) => return Outcome::refused("member", error),
    };
    let all = authenticate(&envelope, &store.thorough(), &CRYPTO, &mut Budget::new()).unwrap();
    let verified = all.verified().of(&store).map(|(index, _)| keys[index].name.clone()).collect();
    Outcome::Accepted { verified, missing }
}

/// Takes every severable member; returns the names of those that are missing.
pub(crate) fn members(manifest: &SignedManifest<'_>) -> Result<BTreeSet<String>, AuthenticationError> {
    let mut missing = BTreeSet::new();
    let mut note = |key: ManifestKey, is_missing: bool| {
        if is_missing {
            missing.insert(key.name().to_owned());
        }
    };
    for key in ManifestKey::ALL {
        note(*key, matches!(manifest.section(*key, &CRYPTO)?, Part::Missing(_)));
    }
    note(ManifestKey::Text, matches!(manifest.text(&CRYPTO)?, Part::Missing(_)));
    note(ManifestKey::CoSwid, matches!(manifest.coswid(&CRYPTO)?, Part::Missing(_)));
    Ok(missing)
}
