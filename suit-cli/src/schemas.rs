//! The JSON Schemas of what the tool reads and prints, made from its own types.
//!
//! To add one, add a line to [`all`]; `examples/generate_schemas.rs` writes them into `schemas/`.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use serde_json::Value;

/// Each schema with the name of its file.
#[must_use]
pub fn all() -> Vec<(&'static str, Schema)> {
    use crate::commands::{build, delta, key, report, sign, simulate, verify};
    use crate::render::{Inspection, PartView};
    vec![
        ("build-output.v1.json", of::<build::Summary>("Result of suit build")),
        ("delta-apply-output.v1.json", of_output::<delta::AppliedRecord>("Result of suit delta apply")),
        ("delta-make-output.v1.json", of_output::<delta::MadeRecord>("Result of suit delta make")),
        ("delta-output.v1.json", of_output::<delta::InfoRecord>("Result of suit delta info")),
        (
            "device.v1.json",
            of_input::<crate::simulate::model::DeviceFile>("A virtual device for suit simulate"),
        ),
        ("diff-output.v1.json", of_output::<crate::diff::Comparison>("Result of suit diff")),
        ("inspect-output.v1.json", of_output::<Inspection>("Result of suit inspect")),
        ("inspect-part-output.v1.json", of_output::<PartView>("Result of suit inspect --path")),
        ("key-output.v1.json", of_output::<key::KeyRecord>("Result of suit key show")),
        ("kid-output.v1.json", of_output::<key::KeyIdRecord>("Result of suit key kid")),
        (
            "manifest-description.v1.json",
            of_input::<crate::description::Description>("Description of a SUIT manifest"),
        ),
        (
            "message.v1.json",
            of_output::<crate::error::Record>("A message of suit: error, refusal or warning"),
        ),
        ("report-explanation.v1.json", of_output::<report::Explanation>("Result of suit report explain")),
        ("report-output.v1.json", of_output::<report::Decoded>("Result of suit report decode")),
        ("sign-output.v1.json", of_output::<sign::Report>("Result of suit sign")),
        (
            "signature.v1.json",
            of::<sign::SignatureRecord>("A signature made elsewhere, for suit sign --import-sig"),
        ),
        ("simulate-output.v1.json", of_output::<simulate::Answer>("Result of suit simulate")),
        ("tbs.v1.json", of::<sign::ToBeSignedRecord>("What is to be signed, from suit sign --export-tbs")),
        ("trace.v1.json", of_output::<crate::simulate::trace::Line>("A line of suit simulate --trace json")),
        ("verify-output.v1.json", of_output::<verify::Answer>("Result of suit verify")),
    ]
}

/// Of something that is only printed. What is left out if it is empty is not required.
fn of_output<T: schemars::JsonSchema>(title: &str) -> Schema {
    titled(SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>(), title)
}

/// Of something that is read. A field that may be missing may not be null.
fn of_input<T: schemars::JsonSchema>(title: &str) -> Schema {
    let mut schema = of::<T>(title);
    RecursiveTransform(without_null).transform(&mut schema);
    schema
}

fn without_null(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(Value::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".into(), only);
        }
    }
    if let Some(Value::Array(choices)) = object.get_mut("anyOf") {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if let [Value::Object(only)] = choices.as_slice() {
            let only = only.clone();
            object.remove("anyOf");
            object.extend(only);
        }
    }
}

fn of<T: schemars::JsonSchema>(title: &str) -> Schema {
    titled(SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>(), title)
}

fn titled(mut schema: Schema, title: &str) -> Schema {
    schema.insert("title".into(), title.into());
    schema
}
