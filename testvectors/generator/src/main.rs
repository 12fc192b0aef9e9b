//! Writes the vectors. See `testvectors/README.md`.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use testvectors_generator::{cases, keys::KEYS, reports};

fn main() -> io::Result<()> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files: Vec<(PathBuf, Vec<u8>)> =
        KEYS.iter().map(|key| (format!("keys/{}.toml", key.name).into(), key.toml().into())).collect();
    for case in cases::all() {
        files.push((format!("{}.suit", case.path()).into(), case.suit()));
        files.push((format!("{}.toml", case.path()).into(), case.toml().into()));
    }
    for report in reports::all() {
        files.push((format!("reports/{}.report", report.name).into(), report.encode().into()));
        files.push((format!("reports/{}.toml", report.name).into(), report.toml().into()));
    }
    let folders: BTreeSet<_> =
        files.iter().filter_map(|(path, _)| path.parent()).map(Path::to_path_buf).collect();
    // What no case makes any more has to go: a folder is ours if it is in the list, or holds vectors.
    for entry in std::fs::read_dir(&home)? {
        let path = entry?.path();
        let ours = path.file_name().is_some_and(|name| folders.contains(Path::new(name)));
        if path.is_dir() && (ours || holds_vectors(&path)?) {
            std::fs::remove_dir_all(path)?;
        }
    }
    for folder in folders {
        std::fs::create_dir_all(home.join(folder))?;
    }
    for (path, content) in &files {
        let path = home.join(path);
        if path.exists() {
            return Err(io::Error::other(format!("two cases are called {}", path.display())));
        }
        std::fs::write(path, content)?;
    }
    println!("{} files", files.len());
    Ok(())
}

fn holds_vectors(folder: &Path) -> io::Result<bool> {
    let mut found = false;
    for entry in std::fs::read_dir(folder)? {
        found |= entry?.path().extension().is_some_and(|extension| extension == "suit");
    }
    Ok(found)
}
