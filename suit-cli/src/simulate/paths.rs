//! Components that are files of a directory, and the rules that keep them in it (P-200, UM §8).

use std::io;
use std::path::{Path, PathBuf};

/// The way below the directory for the parts of an identifier; `None` if a part can't be the name of a file.
///
/// UM §8: no traversal. A part is one name: whatever could lead elsewhere on some system is none.
pub(crate) fn below<'a>(parts: impl Iterator<Item = &'a [u8]>) -> Option<PathBuf> {
    let mut path = PathBuf::new();
    for part in parts {
        let name = core::str::from_utf8(part).ok()?;
        let is_name = !matches!(name, "" | "." | "..")
            && !name.chars().any(|letter| matches!(letter, '/' | '\\' | ':') || letter.is_control());
        if !is_name {
            return None;
        }
        path.push(name);
    }
    (path != Path::new("")).then_some(path)
}

/// A directory that nothing leads out of.
#[derive(Debug)]
pub(crate) struct Tree {
    root: PathBuf,
}

impl Tree {
    /// The directory at `root`, made if it isn't there.
    pub(crate) fn at(root: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(root)?;
        Ok(Self { root: root.canonicalize()? })
    }

    /// Copies what another directory holds, links as links.
    pub(crate) fn copy_from(&self, other: &Path) -> io::Result<()> {
        let mut left = vec![(other.to_path_buf(), self.root.clone())];
        while let Some((from, to)) = left.pop() {
            for entry in std::fs::read_dir(&from)? {
                let entry = entry?;
                let (source, target) = (entry.path(), to.join(entry.file_name()));
                let kind = entry.file_type()?;
                if kind.is_dir() {
                    std::fs::create_dir(&target)?;
                    left.push((source, target));
                } else if kind.is_symlink() {
                    link(&std::fs::read_link(&source)?, &target)?;
                } else {
                    std::fs::copy(&source, &target)?;
                }
            }
        }
        Ok(())
    }

    /// The place of a file; its directory is made if `making`.
    ///
    /// # Errors
    /// `PermissionDenied` if a link stands on the way, or where the file is to be.
    pub(crate) fn place(&self, way: &Path, making: bool) -> io::Result<PathBuf> {
        let mut place = self.root.clone();
        let mut names = way.iter().peekable();
        while let Some(name) = names.next() {
            place.push(name);
            let is_last = names.peek().is_none();
            match std::fs::symlink_metadata(&place) {
                // UM §8: links are not followed; one could lead into what another party owns.
                Ok(found) if found.is_symlink() => return Err(io::ErrorKind::PermissionDenied.into()),
                Ok(found) if !is_last && !found.is_dir() => return Err(io::ErrorKind::NotADirectory.into()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound && !is_last && making => {
                    std::fs::create_dir(&place)?;
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        self.inside(&place)?;
        Ok(place)
    }

    /// UM §8: the resolved destination stays inside. Looked at once more before anything is put there.
    fn inside(&self, place: &Path) -> io::Result<()> {
        let Some(parent) = place.parent() else { return Err(io::ErrorKind::PermissionDenied.into()) };
        match parent.canonicalize() {
            Ok(resolved) if resolved.starts_with(&self.root) => Ok(()),
            Ok(_) => Err(io::ErrorKind::PermissionDenied.into()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Bytes of the regular file there; `None` if there is none.
    pub(crate) fn length(&self, way: &Path) -> Option<u32> {
        let place = self.place(way, false).ok()?;
        let found = std::fs::symlink_metadata(place).ok().filter(std::fs::Metadata::is_file)?;
        u32::try_from(found.len()).ok()
    }

    /// Puts a finished file there, in place of what was.
    pub(crate) fn put(&self, finished: &Path, way: &Path) -> io::Result<()> {
        let place = self.place(way, true)?;
        std::fs::rename(finished, place)
    }
}

#[cfg(unix)]
pub(crate) fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
pub(crate) fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn way(parts: &[&[u8]]) -> Option<PathBuf> {
        below(parts.iter().copied())
    }

    #[test]
    fn p_200_parts_are_names_and_nothing_else() {
        for (parts, wanted) in [
            (&[b"rules.bin".as_slice()][..], Some("rules.bin")),
            (&[b"apps", b"door", b"rules.bin"], Some("apps/door/rules.bin")),
            (&["größe".as_bytes()], Some("größe")),
            (&[b"..."], Some("...")),
            (&[], None),
            (&[b""], None),
            (&[b".."], None),
            (&[b"."], None),
            (&[b"apps", b"..", b"x"], None),
            (&[b"/etc/passwd"], None),
            (&[b"apps/../x"], None),
            (&[b"..\\x"], None),
            (&[b"c:"], None),
            (&[b"a\0b"], None),
            (&[b"a\nb"], None),
            (&[b"\xff"], None),
        ] {
            assert_eq!(way(parts), wanted.map(PathBuf::from), "{parts:?}");
        }
    }

    #[test]
    #[cfg(unix)]
    fn p_200_links_are_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let outside = place.path().join("outside");
        std::fs::create_dir(&outside).unwrap();
        std::fs::write(outside.join("secret"), "secret").unwrap();
        let tree = Tree::at(&place.path().join("root")).unwrap();
        std::fs::create_dir(tree.root.join("apps")).unwrap();
        std::fs::write(tree.root.join("apps/own"), "own").unwrap();
        link(&outside, &tree.root.join("apps/away")).unwrap();
        link(&outside.join("secret"), &tree.root.join("apps/file")).unwrap();
        link(Path::new("own"), &tree.root.join("apps/near")).unwrap();
        let finished = place.path().join("finished");
        for (way, allowed) in [
            ("apps/own", true),
            ("apps/new/deep/file", true),
            ("apps/away/secret", false),
            ("apps/file", false),
            // Also one that stays inside: it could lead across the border of two components.
            ("apps/near", false),
        ] {
            std::fs::write(&finished, "new").unwrap();
            let put = tree.put(&finished, Path::new(way));
            assert_eq!(put.is_ok(), allowed, "{way}: {put:?}");
            if !allowed {
                assert_eq!(put.unwrap_err().kind(), io::ErrorKind::PermissionDenied, "{way}");
                assert!(tree.place(Path::new(way), false).is_err(), "{way}");
                assert_eq!(tree.length(Path::new(way)), None, "{way}");
            }
        }
        assert_eq!(std::fs::read(outside.join("secret")).unwrap(), b"secret");
        assert_eq!(std::fs::read(tree.root.join("apps/own")).unwrap(), b"new");
    }

    #[test]
    fn a_file_is_no_directory() {
        let place = tempfile::tempdir().unwrap();
        let tree = Tree::at(place.path()).unwrap();
        std::fs::write(tree.root.join("file"), "x").unwrap();
        assert_eq!(
            tree.place(Path::new("file/below"), true).unwrap_err().kind(),
            io::ErrorKind::NotADirectory
        );
        assert_eq!((tree.length(Path::new("file")), tree.length(Path::new("none"))), (Some(1), None));
    }
}
