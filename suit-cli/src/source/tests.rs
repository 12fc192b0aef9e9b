//! Tests of the description front end: what is read, and for each single fault the message and its place.

use super::*;
use crate::error::codes;
use serde::Deserialize;

fn input(name: &str, content: &str) -> Input {
    Input { name: name.to_owned(), bytes: content.as_bytes().to_vec() }
}

fn toml_document(content: &str) -> Document {
    Document::parse(&input("d.toml", content)).unwrap()
}

/// `E0204 d.toml:4:1+7 message | help`
fn summary(failure: &Failure) -> String {
    let place = match failure.place() {
        Some(Place::Text { file, line, column, length, .. }) => format!("{file}:{line}:{column}+{length}"),
        other => format!("{other:?}"),
    };
    let help = failure.next_step().unwrap_or("-");
    format!("E{:04} {place} {} | {help}", failure.number(), failure.message())
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Model {
    format: String,
    manifest: Manifest,
    #[serde(default)]
    component: Vec<Component>,
    extra: Option<Node>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Manifest {
    sequence: Spanned<u64>,
    version: Option<String>,
    is_final: Option<bool>,
    offset: Option<i64>,
    slot: Option<u8>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Component {
    name: Option<String>,
    uri: Option<Spanned<Uri>>,
    #[serde(default)]
    run: Vec<Action>,
}

#[derive(Debug, PartialEq)]
struct Uri(String);

impl<'de> Deserialize<'de> for Uri {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        if text.contains(' ') {
            return Err(serde::de::Error::custom("a URI has no spaces\nhelp: write %20"));
        }
        Ok(Self(text))
    }
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Action {
    Invoke,
    Check(String),
}

const GOOD: &str = "\
format = 'suit/1'
[manifest]
sequence = 0xffff_ffff_ffff_ffff
offset = -5
[[component]]
name = 'firmware'
uri = \"coap://[fd00::1]/fw\"
run = ['invoke', { check = 'image' }]
";

const GOOD_JSON: &str = r#"{
  "format": "suit\u002f1",
  "manifest": { "sequence": 18446744073709551615, "offset": -5 },
  "component": [ { "name": "firmware", "uri": "coap://[fd00::1]/fw", "run": [ "invoke", { "check": "image" } ] } ]
}"#;

#[test]
fn both_spellings_are_one_model() {
    let toml: Model = toml_document(GOOD).read().unwrap();
    let json: Model = Document::parse(&input("d.json", GOOD_JSON)).unwrap().read().unwrap();
    assert_eq!(toml, json);
    assert_eq!(*toml.manifest.sequence, u64::MAX);
    assert_eq!(toml.component[0].run, [Action::Invoke, Action::Check("image".into())]);
}

#[test]
fn without_an_ending_the_first_character_tells() {
    for content in [GOOD, GOOD_JSON] {
        assert!(Document::parse(&input("<stdin>", content)).unwrap().read::<Model>().is_ok());
    }
}

#[test]
fn places_are_known_after_reading() {
    let document = toml_document(GOOD);
    let model: Model = document.read().unwrap();
    let at = |span| match document.place(span) {
        Place::Text { line, column, length, .. } => (line, column, length),
        other => panic!("{other:?}"),
    };
    assert_eq!(at(model.manifest.sequence.span), (3, 12, 21));
    assert_eq!(at(model.component[0].uri.as_ref().unwrap().span), (7, 7, 21));
    assert_eq!(at(document.root().get("manifest").unwrap().span), (2, 1, 10));
    let failure = document.failure(codes::INVALID_VALUE, model.manifest.sequence.span, "too new");
    assert_eq!(summary(&failure), "E0206 d.toml:3:12+21 too new | -");
}

#[test]
fn a_node_can_be_kept_and_read_later() {
    let document = toml_document(
        "format = ''\nextra = { a = [1, 'x', true], b = { run = ['invok'] } }\n[manifest]\nsequence = 1\n",
    );
    let extra = document.read::<Model>().unwrap().extra.unwrap();
    assert_eq!(Some(&extra), document.root().get("extra"));
    let failure = document.read_node::<Component>(extra.get("b").unwrap()).expect_err("misspelt");
    assert_eq!(summary(&failure), "E0207 d.toml:2:44+7 unknown word 'invok' | did you mean 'invoke'?");
}

/// Each case is `GOOD` with one replacement.
#[test]
fn one_fault_in_toml_is_found_where_it_is() {
    for (from, to, wanted) in [
        ("sequence =", "seqence =", "E0204 d.toml:3:1+7 unknown field 'seqence' | did you mean 'sequence'?"),
        ("offset =", "is_final =", "E0204 d.toml:4:1+8 unknown field 'is_final' | did you mean 'is-final'?"),
        (
            "offset =",
            "zzz =",
            "E0204 d.toml:4:1+3 unknown field 'zzz' | the fields here are sequence, version, is-final, offset, slot",
        ),
        (
            "format = 'suit/1'\n",
            "",
            "E0205 d.toml:1:1+0 field 'format' is missing | add 'format' to this table",
        ),
        (
            "sequence = 0xffff_ffff_ffff_ffff\n",
            "",
            "E0205 d.toml:2:1+10 field 'sequence' is missing | add 'sequence' to this table",
        ),
        ("'suit/1'", "1", "E0203 d.toml:1:10+1 expected text in quotes, found the number 1 | -"),
        (
            "'suit/1'",
            "1.5",
            "E0203 d.toml:1:10+3 expected text in quotes, found a number with a fraction | -",
        ),
        ("'suit/1'", "2026-01-01", "E0203 d.toml:1:10+10 expected text in quotes, found a date or time | -"),
        (
            "0xffff_ffff_ffff_ffff",
            "'1'",
            "E0203 d.toml:3:12+3 expected a whole number from 0 to 18446744073709551615, found the text \"1\" | -",
        ),
        (
            "0xffff_ffff_ffff_ffff",
            "-1",
            "E0206 d.toml:3:12+2 expected a whole number from 0 to 18446744073709551615, found the number -1 | -",
        ),
        (
            "0xffff_ffff_ffff_ffff",
            "0x1_0000_0000_0000_0000",
            "E0206 d.toml:3:12+23 integer does not fit 64 bits | \
             whole numbers go from -9223372036854775808 to 18446744073709551615",
        ),
        (
            "offset = -5",
            "slot = 256",
            "E0206 d.toml:4:8+3 expected a whole number from 0 to 255, found the number 256 | -",
        ),
        ("offset = -5", "is-final = 1", "E0203 d.toml:4:12+1 expected true or false, found the number 1 | -"),
        ("[[component]]", "[component]", "E0203 d.toml:5:1+11 expected an array, found a table | -"),
        ("[manifest]", "[[manifest]]", "E0203 d.toml:2:1+12 expected a table, found an array | -"),
        ("fd00::1]/fw", "fd00::1]/f w", "E0206 d.toml:7:7+22 a URI has no spaces | write %20"),
        ("'invoke'", "'Invoke'", "E0207 d.toml:8:8+8 unknown word 'Invoke' | did you mean 'invoke'?"),
        ("'invoke'", "'check'", "E0203 d.toml:8:8+7 'check' needs a value | write { check = ... }"),
        (
            "'invoke'",
            "{ invoke = 1 }",
            "E0203 d.toml:8:19+1 'invoke' stands alone, without a value | write \"invoke\"",
        ),
        ("'invoke'", "{}", "E0206 d.toml:8:8+2 empty table | give one of invoke, check"),
        (
            "check = 'image'",
            "check = 'image', more = 1",
            "E0206 d.toml:8:37+4 'more' is one too many: this table has one key | -",
        ),
        ("'invoke'", "7", "E0203 d.toml:8:8+1 expected one of the known words, found the number 7 | -"),
        ("offset = -5", "sequence = 2", "E0202 d.toml:4:1+8 'sequence' is given twice | keep one of the two"),
        ("offset = -5", "[manifest]", "E0202 d.toml:4:2+8 'manifest' is given twice | keep one of the two"),
        ("'suit/1'", "'suit/1", "E0201 d.toml:1:17+0 invalid literal string, expected `'` | -"),
    ] {
        assert!(GOOD.contains(from), "{from}");
        let text = GOOD.replacen(from, to, 1);
        let outcome = Document::parse(&input("d.toml", &text)).and_then(|document| document.read::<Model>());
        assert_eq!(summary(&outcome.expect_err(to)), wanted, "{from} -> {to}");
    }
}

/// Each case is `GOOD_JSON` with one replacement.
#[test]
fn one_fault_in_json_is_found_where_it_is() {
    for (from, to, wanted) in [
        (
            "\"offset\": -5",
            "\"sequence\": 1",
            "E0202 d.json:3:51+10 'sequence' is given twice | keep one of the two",
        ),
        (
            "\"offset\": -5",
            "\"\\u0073equence\": 1",
            "E0202 d.json:3:51+15 'sequence' is given twice | keep one of the two",
        ),
        ("-5 }", "-5, }", "E0201 d.json:3:63+1 trailing commas are not allowed | -"),
        ("-5 }", "-5 } // five", "E0201 d.json:3:66+8 comments are not allowed | -"),
        ("-5 }", "-05 }", "E0201 d.json:3:63+0 expected comma | -"),
        ("-5", "0x5", "E0201 d.json:3:61+1 hexadecimal numbers are not allowed | -"),
        ("-5", "null", "E0203 d.json:3:61+4 null has no meaning in a description | leave the key out"),
        (
            "18446744073709551615",
            "18446744073709551616",
            "E0206 d.json:3:29+20 integer does not fit 64 bits | \
             whole numbers go from -9223372036854775808 to 18446744073709551615",
        ),
        (
            "18446744073709551615",
            "1e3",
            "E0203 d.json:3:29+3 expected a whole number from 0 to 18446744073709551615, \
             found a number with a fraction | -",
        ),
        ("\"offset\"", "\"ofset\"", "E0204 d.json:3:51+7 unknown field 'ofset' | did you mean 'offset'?"),
        (
            "fd00::1",
            "fd00:\t:1",
            "E0201 d.json:4:61+1 control character (\\u0000-\\u001F) found while parsing a string | -",
        ),
        ("{\n  \"format\"", "{\u{a0}\n  \"format\"", "E0201 d.json:1:2+1 key must be a string | -"),
    ] {
        assert!(GOOD_JSON.contains(from), "{from}");
        let text = GOOD_JSON.replacen(from, to, 1);
        let outcome = Document::parse(&input("d.json", &text)).and_then(|document| document.read::<Model>());
        assert_eq!(summary(&outcome.expect_err(to)), wanted, "{from} -> {to}");
    }
}

#[test]
fn other_roots_and_empty_files_are_refused() {
    let fails = |name: &str, text: &str| summary(&Document::parse(&input(name, text)).expect_err(text));
    assert_eq!(fails("d.json", ""), "E0201 d.json:1:1+0 the file is empty | -");
    assert_eq!(fails("d.json", "[1]"), "E0203 d.json:1:1+3 a description is one JSON object | -");
    assert_eq!(fails("d.toml", "\n{}"), "E0201 d.toml:2:1+0 invalid key-value pair, expected key | -");
}

#[test]
fn deep_nesting_is_refused_and_harmless() {
    for depth in [100, 100_000] {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        let dotted = format!("{}a = 1", "a.".repeat(depth));
        for (name, text) in [
            ("d.toml", format!("a = {open}{close}")),
            ("d.json", format!("{{\"a\": {open}{close}}}")),
            ("d.toml", dotted),
        ] {
            let failure = Document::parse(&input(name, &text)).expect_err("deep");
            assert_eq!((failure.number(), failure.message()), (208, "nested too deeply"), "{name} {depth}");
        }
    }
    let document = toml_document(&format!("a = {}{}", "[".repeat(60), "]".repeat(60)));
    assert!(matches!(document.root().kind, Kind::Table(_)));
}

/// What `--set` did to `manifest` and the first component, or what is wrong with it.
fn set(assignments: &[&str]) -> Result<Model, String> {
    let mut document = toml_document(GOOD);
    for assignment in assignments {
        document.set(assignment).map_err(|failure| summary(&failure))?;
    }
    document.read().map_err(|failure| summary(&failure))
}

#[test]
fn set_changes_and_adds_values() {
    let model = set(&[
        "manifest.sequence=42",
        "manifest.version=2.4",
        "manifest.is-final=true",
        "manifest.offset=-0x10",
        "component[0].uri=coap://host/fw?a=b",
    ])
    .unwrap();
    assert_eq!(*model.manifest.sequence, 42);
    // Text where text is asked for, though it could be a number.
    assert_eq!(model.manifest.version.as_deref(), Some("2.4"));
    assert_eq!(model.manifest.is_final, Some(true));
    assert_eq!(model.manifest.offset, Some(-16));
    assert_eq!(model.component[0].uri.as_ref().unwrap().0, "coap://host/fw?a=b");
    let model =
        set(&["component.firmware.uri=\"a\\u0062\"", "\"format\"=''", "component.firmware.run=[]"]).unwrap();
    assert_eq!(model.component[0].uri.as_ref().unwrap().0, "ab");
    assert_eq!(model.format, "");
    assert!(model.component[0].run.is_empty());
    assert_eq!(set(&["manifest.slot=1", "manifest.slot=2"]).unwrap().manifest.slot, Some(2));
    let extra = set(&["extra.\"en.GB\".x=7"]).unwrap().extra.unwrap();
    assert_eq!(extra.get("en.GB").unwrap().get("x").unwrap().kind, Kind::Integer(7));
}

#[test]
fn a_wrong_set_is_shown_where_it_is_wrong() {
    let syntax = "write --set path=value, for example --set manifest.sequence=42 or \
                  --set component[0].uri=\"coap://host/fw\"";
    for (assignment, wanted) in [
        ("manifest.seqence=1", "E0204 --set:1:10+7 unknown field 'seqence' | did you mean 'sequence'?".to_owned()),
        (
            "manifest.sequence=x",
            "E0203 --set:1:19+1 expected a whole number from 0 to 18446744073709551615, found the text \"x\" | -"
                .to_owned(),
        ),
        ("component[0].uri=a b", "E0206 --set:1:18+3 a URI has no spaces | write %20".to_owned()),
        ("manifest.is-final=yes", "E0203 --set:1:19+3 expected true or false, found the text \"yes\" | -".to_owned()),
        ("component[1].uri=a", "E0211 --set:1:10+3 there is no entry 1 | the only index is 0".to_owned()),
        ("component.fw.uri=a", "E0211 --set:1:11+2 no entry has the name 'fw' | the names are firmware".to_owned()),
        ("manifest[0]=a", "E0211 --set:1:9+3 an index, but this is not an array | say a name instead".to_owned()),
        (
            "manifest.sequence.x=1",
            "E0211 --set:1:19+1 'x' can't be set: what it should be in is not a table | \
             end the path one name earlier"
                .to_owned(),
        ),
        ("manifest.sequence", format!("E0210 --set:1:18+0 no '=' after the path | {syntax}")),
        ("=1", format!("E0210 --set:1:1+1 a name is missing | {syntax}")),
        ("manifest..x=1", format!("E0210 --set:1:10+1 a name is missing | {syntax}")),
        ("manifest/x=1", format!("E0210 --set:1:9+1 '/' is not part of a path | {syntax}")),
        ("component[-1].uri=1", format!("E0210 --set:1:10+4 '-1' is not an index | {syntax}")),
        ("component[0.uri=1", format!("E0210 --set:1:10+8 '[' without ']' | {syntax}")),
        ("\"manifest=1", format!("E0210 --set:1:1+11 quote without an end | {syntax}")),
        (
            "manifest.version=",
            "E0210 --set:1:18+0 no value after '=' | for empty text write two quotes: path='\"\"'".to_owned(),
        ),
        ("manifest.version='a", "E0201 --set:1:20+0 invalid literal string, expected `'` | -".to_owned()),
        ("component=[1, 2", "E0201 --set:1:16+0 unclosed array, expected `]` | -".to_owned()),
        ("extra={ a = 1, a = 2 }", "E0202 --set:1:16+1 'a' is given twice | keep one of the two".to_owned()),
    ] {
        assert_eq!(set(&[assignment]).expect_err(assignment), wanted, "{assignment}");
    }
}

#[test]
fn a_name_must_be_one_entrys_only() {
    let mut document = toml_document("[[component]]\nname = 'a'\n[[component]]\nname = 'a'\n");
    assert_eq!(
        summary(&document.set("component.a.uri=x").expect_err("two")),
        "E0211 --set:1:11+1 more than one entry has the name 'a' | \
         say which one by its index, as in component[0]"
    );
}

#[test]
fn a_spanned_value_has_the_schema_of_the_value() {
    assert_eq!(schemars::schema_for!(Spanned<u64>), schemars::schema_for!(u64));
}

/// Neither parser panics or accepts what the next stage can't hold, whatever is cut off or put in.
#[test]
fn damaged_texts_are_errors_with_a_place_or_read_well() {
    for (name, good) in [("d.toml", GOOD), ("d.json", GOOD_JSON)] {
        for at in (0..good.len()).filter(|at| good.is_char_boundary(*at)) {
            let (head, tail) = good.split_at(at);
            let mut variants = vec![head.to_owned(), tail.to_owned()];
            for put in ["\"", "'", "[", "}", ",", "=", "\\", "\u{0}", "é", "\n", "\r", "1", "#", "\u{2028}"]
            {
                variants.push(format!("{head}{put}{tail}"));
                variants.push(format!("{head}{put}{}", tail.get(1..).unwrap_or_default()));
            }
            for text in variants {
                let outcome =
                    Document::parse(&input(name, &text)).and_then(|document| document.read::<Model>());
                if let Err(failure) = outcome {
                    assert!(matches!(failure.place(), Some(Place::Text { .. })), "{text}");
                    assert!(matches!(failure.number(), 201..=209), "{text}");
                    assert!(crate::error::as_text(&failure).contains(name), "{text}");
                }
            }
        }
    }
}
