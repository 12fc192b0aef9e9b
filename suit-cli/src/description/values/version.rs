//! Versions: semantic ones as text become the numbers of update-management §4.4.1; other numbers as an array.

use super::{Fault, Scalar, scalars};
use crate::description::words::{Word, Words, word};
use core::fmt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use suit_core::labels::{PreRelease, VersionComparison};
use suit_core::owned::VersionMatch;

/// A version: `2.4.0-rc.1`, or its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Release(pub(crate) Vec<i64>);

/// What a version must be: `>=2.4`, or a comparison and numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct VersionText(pub(crate) VersionMatch);

/// What a version must be: `>=3.1, <4`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Requirement(pub(crate) Vec<VersionMatch>);

scalars!(Requirement);

const VERSION_PATTERN: &str = r"[0-9]+(\.[0-9]+){0,2}(-(rc|beta|alpha)(\.[0-9]+)*)?";

fn parse_release(text: &str) -> Result<Vec<i64>, Fault> {
    let fault = |help: &str| Fault::new(format!("'{text}' is not a version"), help);
    let form = "write one to three numbers with points, then perhaps -rc, -beta or -alpha, as in 2.4.0-rc.1";
    if text.contains('+') {
        // UM §4.4.1: build metadata is not part of what is compared.
        return Err(fault("leave out what follows the '+': devices don't compare build metadata"));
    }
    let number = |part: &str| -> Result<i64, Fault> {
        let digits = !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
        part.parse().ok().filter(|_| digits).ok_or_else(|| fault(form))
    };
    let (release, rest) = match text.split_once('-') {
        Some((release, rest)) => (release, Some(rest)),
        None => (text, None),
    };
    let mut parts = release.split('.').map(number).collect::<Result<Vec<_>, _>>()?;
    if parts.len() > 3 {
        return Err(fault("give at most three numbers, or all of them as an array"));
    }
    if let Some(rest) = rest {
        let mut rest = rest.split('.');
        let marker = rest.next().and_then(PreRelease::from_name).ok_or_else(|| fault(form))?;
        parts.push(marker.code());
        for part in rest {
            parts.push(number(part)?);
        }
    }
    Ok(parts)
}

fn parse_match(text: &str) -> Result<VersionMatch, Fault> {
    let trimmed = text.trim();
    let version = trimmed.trim_start_matches(['<', '=', '>']);
    let sign = trimmed.get(..trimmed.len() - version.len()).unwrap_or_default();
    let comparison = VersionComparison::from_word(sign).ok_or_else(|| {
        let help = format!("write one of {} in front of a version", VersionComparison::WORDS.join(" "));
        Fault::new(format!("'{text}' does not say how to compare"), help)
    })?;
    Ok(VersionMatch { comparison, version: parse_release(version.trim_start())? })
}

impl Scalar for Requirement {
    const NAME: &'static str = "Requirement";
    const WHAT: &'static str = "comparisons such as \">=3.1, <4\"";

    fn from_text(text: &str) -> Result<Self, Fault> {
        text.split(',').map(parse_match).collect::<Result<_, _>>().map(Self)
    }

    fn schema() -> Schema {
        let one = format!(" *(>=|<=|>|<|=) *{VERSION_PATTERN} *");
        json_schema!({
            "description": "Comparisons with versions, all of which must hold, with commas between them.",
            "type": "string",
            "pattern": format!("^{one}(,{one})*$"),
        })
    }
}

/// A version as it is written, if text can say these numbers.
pub(crate) fn version_text(parts: &[i64]) -> Option<String> {
    let marker = parts.iter().position(|part| *part < 0);
    let (release, rest) = parts.split_at(marker.unwrap_or(parts.len()));
    let join = |parts: &[i64]| parts.iter().map(i64::to_string).collect::<Vec<_>>().join(".");
    let mut text = join(release);
    if let Some((marker, rest)) = rest.split_first() {
        text.push('-');
        text.push_str(PreRelease::from_code(*marker)?.name());
        for part in rest {
            text.push_str(&format!(".{part}"));
        }
    }
    (parse_release(&text).as_deref() == Ok(parts)).then_some(text)
}

/// A comparison as it is written, if text can say its numbers.
pub(crate) fn match_text(comparison: &VersionMatch) -> Option<String> {
    Some(format!("{}{}", word(comparison.comparison), version_text(&comparison.version)?))
}

impl<'de> Deserialize<'de> for Release {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReleaseVisitor)
    }
}

struct ReleaseVisitor;

impl<'de> Visitor<'de> for ReleaseVisitor {
    type Value = Release;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version such as \"2.4.0\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Release, E> {
        parse_release(text).map(Release).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Release, A::Error> {
        let mut parts = Vec::new();
        while let Some(part) = sequence.next_element()? {
            parts.push(part);
        }
        if parts.is_empty() {
            return Err(A::Error::custom(Fault::new(
                "a version without numbers",
                "give at least one number",
            )));
        }
        Ok(Release(parts))
    }
}

impl JsonSchema for Release {
    fn schema_name() -> Cow<'static, str> {
        "Version".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A semantic version as text, or the numbers that devices compare: up to three of the release, \
                            then perhaps -1 (rc), -2 (beta) or -3 (alpha) and more numbers.",
            "anyOf": [
                { "type": "string", "pattern": format!("^{VERSION_PATTERN}$") },
                { "type": "array", "minItems": 1, "items": { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX } },
            ]
        })
    }
}

impl<'de> Deserialize<'de> for VersionText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MatchVisitor)
    }
}

struct MatchVisitor;

/// The long form.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Comparison {
    /// How to compare.
    compare: Word<VersionComparison>,
    /// With what.
    version: Release,
}

impl<'de> Visitor<'de> for MatchVisitor {
    type Value = VersionText;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a comparison such as \">=2.4\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<VersionText, E> {
        parse_match(text).map(VersionText).map_err(E::custom)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<VersionText, A::Error> {
        let long = Comparison::deserialize(serde::de::value::MapAccessDeserializer::new(map))?;
        Ok(VersionText(VersionMatch { comparison: long.compare.0, version: long.version.0 }))
    }
}

impl JsonSchema for VersionText {
    fn schema_name() -> Cow<'static, str> {
        "VersionComparison".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<Comparison>();
        json_schema!({
            "description": "A comparison and a version as text, such as `>=2.4`; or both by themselves.",
            "anyOf": [
                { "type": "string", "pattern": format!("^ *(>=|<=|>|<|=) *{VERSION_PATTERN} *$") },
                long,
            ]
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn semantic_versions_become_numbers() {
        for (text, wanted) in [
            ("2", &[2][..]),
            ("2.4", &[2, 4]),
            ("2.4.0", &[2, 4, 0]),
            ("2.4.0-rc.1", &[2, 4, 0, -1, 1]),
            ("1-beta", &[1, -2]),
            ("1.0-alpha.1.2", &[1, 0, -3, 1, 2]),
        ] {
            assert_eq!(parse_release(text).as_deref(), Ok(wanted), "{text}");
            assert_eq!(version_text(wanted).as_deref(), Some(text));
        }
        for text in ["", "v1", "1.", "1.2.3.4", "1.2-rc1", "1.2-gamma", "1.2+7", "-rc", "1.-1", "1.2-rc."] {
            assert!(parse_release(text).is_err(), "{text}");
        }
        for parts in [&[][..], &[-1], &[1, 2, 3, 4], &[1, -1, -2], &[1, -4], &[1, -1, 2, -3]] {
            assert_eq!(version_text(parts), None, "{parts:?}");
        }
    }

    #[test]
    fn comparisons_are_lists() {
        let parse_matches = |text| Requirement::from_text(text).map(|requirement| requirement.0);
        let matches = parse_matches(">=3.1, <4").unwrap();
        assert_eq!(matches.iter().map(|it| match_text(it).unwrap()).collect::<Vec<_>>(), [">=3.1", "<4"]);
        assert_eq!(parse_matches("3.1").unwrap_err().message, "'3.1' does not say how to compare");
        assert!(parse_matches("=>3").is_err());
        assert!(parse_matches(">=3,").is_err());
    }
}
