//! What tests of published files share: where the files are, which there are, and the document that is made of a table.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::{Path, PathBuf};

/// The folder of the published files, which is no part of this repository.
pub(crate) fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/interop");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no interop folder beside this repository");
    None
}

/// The envelopes of the folder as the tables name them, `SOURCE/NAME` without the ending, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for part in ["libcsuit", "manifest-spec"] {
        for entry in std::fs::read_dir(folder.join(part)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|ending| ending == "suit") {
                found.push(format!("{part}/{}", path.file_stem().unwrap().display()));
            }
        }
    }
    found.sort();
    found
}

/// These envelopes; none, after saying so, if the folder is missing.
pub(crate) fn files() -> Vec<PathBuf> {
    let Some(folder) = folder() else { return Vec::new() };
    names(&folder).into_iter().map(|name| folder.join(name + ".suit")).collect()
}

/// Demands that a file of `docs/` is this text. With `SUIT_WRITE_DOCS` set it is written first.
#[track_caller]
pub(crate) fn assert_document(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    if std::env::var_os("SUIT_WRITE_DOCS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(path).unwrap(),
        text,
        "run this test with SUIT_WRITE_DOCS=1 to make it anew"
    );
}
