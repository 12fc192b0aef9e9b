//! Reads every published file of the interop folder, where that folder is at hand.

use std::path::{Path, PathBuf};
use suit_core::cose::Block;
use suit_core::{Envelope, Manifest, Tagging};

fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/interop");
    let mut files: Vec<PathBuf> = ["libcsuit", "manifest-spec"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(root.join(folder)).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "suit"))
        .collect();
    files.sort();
    if files.is_empty() {
        println!("skipped: no interop folder beside this repository");
    }
    files
}

/// spec.md §7 calls every one of them structurally right (dependency indices beyond the components are a known
/// difference of reading), so a strict reader must take them all.
#[test]
fn every_published_file_is_read() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let name = path.display();
        let envelope = Envelope::parse(&bytes, Tagging::Optional).unwrap_or_else(|e| panic!("{name}: {e}"));
        for block in envelope.authentication().blocks() {
            Block::parse(block).unwrap_or_else(|e| panic!("{name}: {e}"));
        }
        let manifest = Manifest::parse(envelope.manifest().content());
        let manifest = manifest.unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(!manifest.components().is_empty(), "{name}");
    }
}

/// The owned model keeps everything: copied and encoded again, each manifest and each envelope has the same bytes.
#[cfg(feature = "alloc")]
#[test]
fn every_published_file_survives_the_owned_model() {
    for path in files() {
        let bytes = std::fs::read(&path).unwrap();
        let envelope = Envelope::parse(&bytes, Tagging::Optional).unwrap();
        let content = envelope.manifest().content();
        let owned = suit_core::owned::Manifest::try_from(&Manifest::parse(content).unwrap()).unwrap();
        assert_eq!(owned.encode(), content.rest(), "{}", path.display());
        assert_eq!(suit_core::owned::Envelope::from(&envelope).encode(), bytes, "{}", path.display());
    }
}
