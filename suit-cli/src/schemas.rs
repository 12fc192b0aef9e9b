//! The JSON Schemas of what the tool reads and prints, made from its own types.
//!
//! To add one, add a line to [`all`]; `examples/generate_schemas.rs` writes them into `schemas/`.

use schemars::Schema;
use schemars::generate::SchemaSettings;

/// Each schema with the name of its file.
#[must_use]
pub fn all() -> Vec<(&'static str, Schema)> {
    vec![("message.v1.json", of::<crate::error::Record>("A message of suit: error, refusal or warning"))]
}

fn of<T: schemars::JsonSchema>(title: &str) -> Schema {
    let mut schema = SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<T>();
    schema.insert("title".into(), title.into());
    schema
}
