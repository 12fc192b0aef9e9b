//! Commands: tables with one key that says what is done, and what belongs to it.

use super::{Parameters, Table};
use crate::description::values::{CustomValue, Fault, Label, Scalar, scalars};
use crate::description::words::{Report, Word, Words, word};
use crate::source::Spanned;
use core::fmt;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use std::borrow::Cow;
use suit_core::command::Act;
use suit_core::labels::{Condition, ParameterKey};

/// Names of parameters, each with its place.
type ParameterNames = Spanned<Vec<Spanned<ParameterName>>>;

/// A command. Exactly one of the first ten fields is there; the others belong to some of them.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Command {
    /// A condition.
    pub(crate) check: Option<Spanned<Word<Condition>>>,
    /// A directive that consumes parameters.
    #[serde(rename = "do")]
    pub(crate) act: Option<Spanned<Word<Act>>>,
    /// override-parameters.
    // Boxed: the struct is large, and commands are read by recursion.
    pub(crate) set: Option<Box<Spanned<Parameters>>>,
    /// set-parameters.
    pub(crate) set_if_unset: Option<Box<Spanned<Parameters>>>,
    /// set-component-index.
    pub(crate) select: Option<Spanned<Select>>,
    /// try-each.
    #[serde(rename = "try")]
    pub(crate) alternatives: Option<Spanned<Vec<Spanned<Commands>>>>,
    /// run-sequence.
    pub(crate) run: Option<Spanned<Commands>>,
    /// override-multiple.
    pub(crate) override_multiple: Option<Spanned<Table<Spanned<Parameters>>>>,
    /// copy-params.
    pub(crate) copy_params: Option<Spanned<Table<ParameterNames>>>,
    /// A command of the application's own.
    pub(crate) custom: Option<Spanned<Label>>,
    /// With `check` and `do`: what the device reports.
    pub(crate) report: Option<Spanned<Vec<Spanned<Word<Report>>>>>,
    /// With `try`: succeed if no alternative does.
    #[serde(rename = "else")]
    pub(crate) otherwise: Option<Spanned<Word<Nothing>>>,
    /// With `custom`: its argument; none is CBOR's null.
    pub(crate) argument: Option<Spanned<CustomValue>>,
}

/// What is done if no alternative succeeds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nothing;

impl Words for Nothing {
    const NAME: &'static str = "Nothing";
    const WHAT: &'static str = "the word \"nothing\"";
    const VALUES: &'static [Self] = &[Self];
    const WORDS: &'static [&'static str] = &["nothing"];
}

/// A command sequence.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(transparent)]
pub(crate) struct Commands(pub(crate) Vec<Spanned<Command>>);

impl JsonSchema for Commands {
    fn schema_name() -> Cow<'static, str> {
        "Commands".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let command = generator.subschema_for::<Command>();
        json_schema!({ "type": "array", "minItems": 1, "items": command })
    }
}

/// The schema says what the flat struct can't: which fields go together.
impl JsonSchema for Command {
    fn schema_name() -> Cow<'static, str> {
        "Command".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let report = generator.subschema_for::<Vec<Word<Report>>>();
        let parameters = generator.subschema_for::<Parameters>();
        let commands = generator.subschema_for::<Commands>();
        let names = generator.subschema_for::<Vec<ParameterName>>();
        // M App. A: at least two.
        let alternatives = json_schema!({ "type": "array", "minItems": 2, "items": commands });
        let references = |value: serde_json::Value| json_schema!({ "type": "object", "minProperties": 1, "additionalProperties": value });
        let by_reference = references(serde_json::json!(parameters));
        let labels = references(serde_json::json!({ "allOf": [names], "minItems": 1 }));
        let nothing = generator.subschema_for::<Word<Nothing>>();
        let with_report = |key: &str, what: Schema| {
            json_schema!({
                "type": "object", "required": [key], "additionalProperties": false,
                "properties": { key: what, "report": report },
            })
        };
        let alone = |key: &str, what: Schema| {
            json_schema!({
                "type": "object", "required": [key], "additionalProperties": false, "properties": { key: what },
            })
        };
        let forms = [
            with_report("check", generator.subschema_for::<Word<Condition>>()),
            with_report("do", generator.subschema_for::<Word<Act>>()),
            alone("set", parameters.clone()),
            alone("set-if-unset", parameters),
            alone("select", generator.subschema_for::<Select>()),
            json_schema!({
                "type": "object", "required": ["try"], "additionalProperties": false,
                "properties": { "try": alternatives, "else": nothing },
            }),
            alone("run", commands),
            alone("override-multiple", by_reference),
            alone("copy-params", labels),
            json_schema!({
                "type": "object", "required": ["custom"], "additionalProperties": false,
                "properties": {
                    "custom": generator.subschema_for::<Label>(),
                    // M §8.4.11: an argument is bytes, text, a number or nothing.
                    "argument": { "allOf": [generator.subschema_for::<CustomValue>()], "not": { "type": "boolean" } },
                },
            }),
        ];
        json_schema!({ "oneOf": forms })
    }
}

/// A component: its name or its index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reference {
    /// By name.
    Name(String),
    /// By index.
    Index(u64),
}

/// The name of a parameter, or the label of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ParameterName(pub(crate) i64);

scalars!(Reference, ParameterName);

impl Reference {
    /// As a key of a table: digits are an index.
    pub(crate) fn from_key(key: &str) -> Result<Self, Fault> {
        match key.parse() {
            Ok(index) if key.bytes().all(|digit| digit.is_ascii_digit()) => Ok(Self::Index(index)),
            _ => Self::from_text(key),
        }
    }
}

impl Scalar for Reference {
    const NAME: &'static str = "Reference";
    const WHAT: &'static str = "the name or index of a component";

    fn from_text(text: &str) -> Result<Self, Fault> {
        Ok(Self::Name(text.to_owned()))
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(
            u64::try_from(number)
                .map(Self::Index)
                .map_err(|_| Fault::new(format!("{number} is no index"), "the first component has index 0")),
        )
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0, "maximum": u64::MAX },
            { "type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]*$" },
        ] })
    }
}

impl Scalar for ParameterName {
    const NAME: &'static str = "ParameterName";
    const WHAT: &'static str = "the name of a parameter";

    fn from_text(text: &str) -> Result<Self, Fault> {
        ParameterKey::from_word(text).map(|key| Self(key.code())).ok_or_else(|| {
            let near = crate::source::closest(text, ParameterKey::WORDS);
            let help = near.map_or_else(
                || format!("the parameters are {}", ParameterKey::WORDS.join(", ")),
                |near| format!("did you mean '{near}'?"),
            );
            Fault::new(format!("unknown parameter '{text}'"), help)
        })
    }

    fn from_number(number: i128) -> Option<Result<Self, Fault>> {
        Some(crate::description::values::Int::from_number(number)?.map(|label| Self(label.0)))
    }

    fn schema() -> Schema {
        json_schema!({ "anyOf": [
            { "type": "string", "enum": ParameterKey::WORDS },
            { "type": "integer", "minimum": i64::MIN, "maximum": i64::MAX },
        ] })
    }
}

impl ParameterName {
    /// The word, or the label where no word is known.
    pub(crate) fn written(label: i64) -> Result<&'static str, i64> {
        ParameterKey::from_code(label).map(word).ok_or(label)
    }
}

/// Which components the following commands work on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Select {
    /// One.
    One(Reference),
    /// All.
    All,
    /// These, in this order.
    Several(Vec<Spanned<Reference>>),
}

impl<'de> Deserialize<'de> for Select {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SelectVisitor)
    }
}

struct SelectVisitor;

impl<'de> Visitor<'de> for SelectVisitor {
    type Value = Select;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a component, \"all\", or a list of components")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Select, E> {
        match text {
            "all" => Ok(Select::All),
            name => Ok(Select::One(Reference::Name(name.to_owned()))),
        }
    }

    fn visit_u64<E: Error>(self, index: u64) -> Result<Select, E> {
        Ok(Select::One(Reference::Index(index)))
    }

    fn visit_i64<E: Error>(self, index: i64) -> Result<Select, E> {
        match Reference::from_number(index.into()) {
            Some(Ok(reference)) => Ok(Select::One(reference)),
            Some(Err(fault)) => Err(E::custom(fault)),
            None => Err(E::invalid_type(serde::de::Unexpected::Signed(index), &self)),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Select, A::Error> {
        let mut references = Vec::new();
        while let Some(reference) = sequence.next_element()? {
            references.push(reference);
        }
        if references.is_empty() {
            return Err(A::Error::custom(Fault::new("no component is selected", "name at least one")));
        }
        Ok(Select::Several(references))
    }
}

impl JsonSchema for Select {
    fn schema_name() -> Cow<'static, str> {
        "Select".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let reference = generator.subschema_for::<Reference>();
        json_schema!({
            "description": "A component's name or index, `all`, or a list of names and indices.",
            "anyOf": [
                reference,
                { "const": "all" },
                { "type": "array", "minItems": 1, "uniqueItems": true, "items": reference },
            ]
        })
    }
}
