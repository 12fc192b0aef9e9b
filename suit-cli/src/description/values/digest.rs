//! Digests: the algorithm's name, a colon, and hexadecimal digits; or the file to compute one of.

use super::{Fault, Scalar, behind, hex, scalars, unhex};
use crate::description::words::{Words, word};
use schemars::{Schema, json_schema};
use suit_core::labels::Algorithm;
use suit_core::owned::Digest;

scalars!(DigestValue);

/// A digest, or what it is computed from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum DigestValue {
    /// This one.
    Given(Digest),
    /// The digest of this file's content.
    File(String),
    /// The manifest digest of the envelope in this file.
    ManifestOf(String),
}

fn help() -> &'static str {
    "write sha-256: and 64 hexadecimal digits, or file: and a path"
}

impl Scalar for DigestValue {
    const NAME: &'static str = "Digest";
    const WHAT: &'static str = "a digest such as \"sha-256:0011…\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        let path = |path: &str| match path {
            "" => Err(super::bytes::no_file_name()),
            path => Ok(path.to_owned()),
        };
        if let Some(file) = behind(text, "file") {
            return path(file).map(Self::File);
        }
        if let Some(file) = behind(text, "manifest-of") {
            return path(file).map(Self::ManifestOf);
        }
        let Some((name, digits)) = text.split_once(':') else {
            return Err(Fault::new("the digest does not say its algorithm", help()));
        };
        let Some(algorithm) = Algorithm::from_word(name) else {
            let near = crate::source::closest(name, Algorithm::WORDS);
            let help = near.map_or_else(
                || format!("the algorithms are {}", Algorithm::WORDS.join(", ")),
                |near| format!("did you mean '{near}'?"),
            );
            return Err(Fault::new(format!("unknown hash algorithm '{name}'"), help));
        };
        let bytes = unhex(digits)?;
        let wanted = algorithm.digest_len().unwrap_or_default();
        if bytes.len() != wanted {
            let message = format!("a {name} digest has {wanted} bytes, this one has {}", bytes.len());
            return Err(Fault::new(message, format!("write {} hexadecimal digits", 2 * wanted)));
        }
        Ok(Self::Given(Digest { algorithm, bytes }))
    }

    fn schema() -> Schema {
        let forms: Vec<_> = Algorithm::VALUES
            .iter()
            .filter_map(|algorithm| Some((word(*algorithm), 2 * algorithm.digest_len()?)))
            .map(|(name, digits)| serde_json::json!({ "pattern": format!("^{name}:[0-9a-fA-F]{{{digits}}}$") }))
            .chain([serde_json::json!({ "pattern": "^(file|manifest-of):.+" })])
            .collect();
        json_schema!({
            "description": "The algorithm, a colon and hexadecimal digits; `file:` and a path for the digest of a file; \
                            `manifest-of:` and a path for the manifest digest of an envelope.",
            "type": "string",
            "anyOf": forms,
        })
    }
}

/// A digest as it is written.
pub(crate) fn digest_text(digest: &Digest) -> String {
    format!("{}:{}", word(digest.algorithm), hex(&digest.bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_names_its_algorithm() {
        for algorithm in Algorithm::VALUES {
            let digest = Digest { algorithm: *algorithm, bytes: vec![0xab; algorithm.digest_len().unwrap()] };
            assert_eq!(DigestValue::from_text(&digest_text(&digest)), Ok(DigestValue::Given(digest)));
        }
        for (text, wanted) in [
            ("00", "the digest does not say its algorithm"),
            ("sha256:00", "unknown hash algorithm 'sha256'"),
            ("sha-256:00", "a sha-256 digest has 32 bytes, this one has 1"),
            ("sha-256:0", "odd number of hexadecimal digits"),
            ("file:", "no file name after 'file:'"),
        ] {
            assert_eq!(DigestValue::from_text(text).unwrap_err().message, wanted, "{text}");
        }
    }
}
