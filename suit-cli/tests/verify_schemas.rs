//! What `suit verify`, `sign` and `key` print as JSON, held against the committed schemas.

#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use serde_json::Value;
use signing::{Place, with_payload};
use std::path::Path;

#[track_caller]
fn hold(schema: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(schema);
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
    // The schema says something: without its first required member it holds for nothing.
    let mut less = value.clone();
    less.as_object_mut().unwrap().remove("format");
    assert!(!validator.is_valid(&less));
}

#[test]
fn results_are_as_the_schemas_have_them() {
    let place = Place::with_example();
    place.write("fw.suit", with_payload().0.encode()).write("mac.hex", "61".repeat(32));
    let json = |line: &str| place.say(&format!("{line} --format json")).json();
    hold("sign-output.v1.json", &json("sign fw.suit --key k1.pem --mac mac.hex --in-place"));
    hold("tbs.v1.json", &json("sign fw.suit --export-tbs - --pub k2.pub"));
    hold("key-output.v1.json", &json("key show k1.pem"));
    hold("key-output.v1.json", &json("key show mac.hex"));
    hold("kid-output.v1.json", &json("key kid k1.pem"));
    hold("verify-output.v1.json", &json("verify fw.suit --trust k1.pub"));
    hold("verify-output.v1.json", &json("verify fw.suit --trust k2.pub"));
    hold("verify-output.v1.json", &json("verify fw.suit --trust k1.pub --min-seq 8"));
    let ran = place.say("verify fw.suit --trust k1.pub --min-seq 8 --format json");
    hold("message.v1.json", &serde_json::from_str(&ran.err).unwrap());
    let signature = serde_json::json!({ "format": "suit-signature/1", "signature": "00" });
    hold("signature.v1.json", &signature);
}
