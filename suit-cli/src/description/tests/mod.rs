//! Descriptions as a whole: what is raised from a manifest builds that manifest again.

mod manifests;

use super::build::build;
use super::lower::{Files, Options, lower};
use super::{Description, raise};
use crate::input::Input;
use crate::source::Document;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use suit_core::labels::Algorithm;
use suit_core::owned::{self, Digest, Manifest};
use suit_core::{Envelope, Tagging};

/// The schema of descriptions.
static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let all = crate::schemas::all();
    let (_, schema) = all.into_iter().find(|(name, _)| *name == "manifest-description.v1.json").unwrap();
    jsonschema::draft202012::new(&schema.to_value()).unwrap()
});

/// What is wrong with a description by its schema.
fn schema_errors(text: &str) -> Vec<String> {
    let table: toml::Table = text.parse().unwrap_or_else(|error| panic!("{error}\n{text}"));
    let json = serde_json::to_value(table).unwrap();
    SCHEMA.iter_errors(&json).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// The published examples, where they are at hand.
fn interop() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/interop");
    folder.is_dir().then_some(folder)
}

/// Builds the envelope that `text` describes.
fn built(name: &str, text: &str) -> Vec<u8> {
    let input = Input { name: format!("{name}.toml"), bytes: text.as_bytes().to_vec() };
    let read = || {
        let document = Document::parse(&input)?;
        let description: Description = document.read()?;
        let lowered = lower(&document, &description, &Files::default(), &Options::default())?;
        build(lowered, None)
    };
    read().unwrap_or_else(|failure| panic!("{name}: {}\n{text}", crate::error::as_text(&failure))).bytes
}

#[test]
fn every_published_manifest_is_built_again_from_what_is_raised() {
    let Some(folder) = interop() else {
        println!("skipped: no published examples beside the repository");
        return;
    };
    let mut count = 0;
    for group in ["libcsuit", "manifest-spec"] {
        for entry in std::fs::read_dir(folder.join(group)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "suit") {
                continue;
            }
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            let bytes = std::fs::read(&path).unwrap();
            let envelope = Envelope::parse(&bytes, Tagging::Optional).unwrap();
            let text = raise::raise(&envelope).unwrap();
            assert_eq!(schema_errors(&text), Vec::<String>::new(), "{name}\n{text}");
            let again = built(&name, &text);
            let again = Envelope::parse(&again, Tagging::Optional).unwrap();
            assert_eq!(again.manifest().item(), envelope.manifest().item(), "{name}\n{text}");
            assert_eq!(again.authentication().digest(), envelope.authentication().digest(), "{name}");
            assert_eq!(again.is_tagged(), envelope.is_tagged(), "{name}");
            count += 1;
        }
    }
    assert_eq!(count, 35, "files of the collection");
}

/// Our own vectors, as far as a tool reads them: what the manifest holds comes back.
#[test]
fn every_vector_that_is_accepted_is_built_again_from_what_is_raised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors");
    let mut count = 0;
    for group in std::fs::read_dir(folder).unwrap() {
        let group = group.unwrap().path();
        for entry in std::fs::read_dir(&group).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "suit") {
                continue;
            }
            let name = path.display().to_string();
            let bytes = std::fs::read(&path).unwrap();
            let Ok(envelope) = Envelope::parse(&bytes, Tagging::Optional) else { continue };
            // Text that a device leaves unread can be broken; then there is nothing to raise.
            let Ok(text) = raise::raise(&envelope) else { continue };
            assert_eq!(schema_errors(&text), Vec::<String>::new(), "{name}\n{text}");
            let again = built(&name, &text);
            let again = Envelope::parse(&again, Tagging::Optional).unwrap();
            assert_eq!(again.manifest().item(), envelope.manifest().item(), "{name}\n{text}");
            count += 1;
        }
    }
    assert!(count > 50, "{count} vectors");
}

/// An envelope around a manifest; its digest is of no account here.
fn around(manifest: &Manifest) -> Vec<u8> {
    let envelope = owned::Envelope {
        tagged: true,
        digest: Digest { algorithm: Algorithm::Sha256, bytes: vec![0; 32] },
        blocks: Vec::new(),
        manifest: manifest.encode(),
        severed: Vec::new(),
        unknown: Vec::new(),
        payloads: Vec::new(),
    };
    envelope.encode()
}

proptest! {
    // The seed is fixed, so that a run says the same everywhere; PROPTEST_CASES makes it longer.
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(0x5417),
        failure_persistence: None,
        max_shrink_iters: 4096,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_manifest_is_built_again_from_what_is_raised(manifest in manifests::manifest()) {
        let bytes = around(&manifest);
        let envelope = Envelope::parse(&bytes, Tagging::Required).unwrap();
        let accepted = suit_core::Manifest::parse(envelope.manifest().content());
        prop_assert!(accepted.is_ok(), "the generator made something that no reader takes: {accepted:?}");
        let text = raise::raise(&envelope).unwrap();
        prop_assert_eq!(schema_errors(&text), Vec::<String>::new(), "{}", text);
        let again = built("generated", &text);
        let again = Envelope::parse(&again, Tagging::Required).unwrap();
        prop_assert_eq!(again.manifest().item(), envelope.manifest().item(), "{}", text);
    }
}

/// Reading recurses; a test's thread has 2 MiB of stack, a quarter of what the tool has.
#[test]
fn the_deepest_description_is_read_and_refused_without_running_out_of_stack() {
    let levels = 30;
    let (open, close) = ("{ run = [".repeat(levels), "] }".repeat(levels));
    let text = format!(
        "format = 'suit/1'\n[manifest]\nsequence = 1\n[[component]]\nid = []\n[sequence]\n\
         install = [{open}{{ check = 'image' }}{close}]\n"
    );
    let input = Input { name: "deep.toml".to_owned(), bytes: text.into_bytes() };
    let document = Document::parse(&input).expect("as deep as texts may be");
    let description: Description = document.read().unwrap();
    let lowered = lower(&document, &description, &Files::default(), &Options::default()).unwrap();
    assert_eq!(build(lowered, None).expect_err("too deep for devices").number(), 229);
}
