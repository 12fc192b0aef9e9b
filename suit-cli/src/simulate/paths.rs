//! Components that are files of a directory, and the rules that keep them in it (P-200, UM §8).

use core::time::Duration;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use suit_core::metadata::{Entry, Metadata, Permissions};

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
                    std::fs::create_dir_all(&target)?;
                    left.push((source, target));
                } else if kind.is_symlink() {
                    let _ = std::fs::remove_file(&target);
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
    /// `PermissionDenied` if a link stands on the way. One that stands at its end is the component itself.
    pub(crate) fn place(&self, way: &Path, making: bool) -> io::Result<PathBuf> {
        let mut place = self.root.clone();
        let mut names = way.iter().peekable();
        while let Some(name) = names.next() {
            place.push(name);
            let is_last = names.peek().is_none();
            match std::fs::symlink_metadata(&place) {
                // UM §8: links are not followed; one could lead into what another party owns.
                Ok(found) if !is_last && found.is_symlink() => {
                    return Err(io::ErrorKind::PermissionDenied.into());
                }
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

    /// What is there: a file as it is, a link as its text, a directory as nothing.
    pub(crate) fn find(&self, way: &Path) -> Option<Found> {
        let place = self.place(way, false).ok()?;
        let found = std::fs::symlink_metadata(&place).ok()?;
        if found.is_dir() {
            Some(Found::Text(Vec::new()))
        } else if found.is_symlink() {
            let text = std::fs::read_link(&place).ok()?;
            Some(Found::Text(text.into_os_string().into_encoded_bytes()))
        } else {
            Some(Found::File(place, u32::try_from(found.len()).ok()?))
        }
    }

    /// Puts a finished file there, in place of what was. A link that was there is replaced, not followed.
    pub(crate) fn put(&self, finished: &Path, way: &Path, facts: Facts) -> io::Result<()> {
        let place = self.place(way, true)?;
        facts.apply(finished)?;
        std::fs::rename(finished, place)
    }

    /// Makes a directory, unless there is one.
    pub(crate) fn put_directory(&self, way: &Path, facts: Facts) -> io::Result<()> {
        let place = self.place(way, true)?;
        match std::fs::symlink_metadata(&place) {
            Ok(found) if found.is_dir() => {}
            Ok(_) => return Err(io::ErrorKind::NotADirectory.into()),
            Err(_) => std::fs::create_dir(&place)?,
        }
        facts.apply(&place)
    }

    /// Makes a link, in place of what was. It is relative on this computer, whatever the device says, so that it leads
    /// to the device's file and not to one of this computer.
    ///
    /// # Errors
    /// `PermissionDenied` if it would lead out of the directory (P-200).
    pub(crate) fn put_link(&self, target: &[u8], way: &Path) -> io::Result<()> {
        let place = self.place(way, true)?;
        let target = core::str::from_utf8(target).map_err(|_| io::ErrorKind::InvalidData)?;
        let target = relative(target, way).ok_or(io::ErrorKind::PermissionDenied)?;
        let beside = place.with_extension("new-link");
        link(&target, &beside)?;
        std::fs::rename(beside, place)
    }
}

/// Content of a component that is a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// A regular file and its size.
    File(PathBuf, u32),
    /// Bytes that stand for something else.
    Text(Vec<u8>),
}

/// Facts about a file, as far as this computer has them too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Permissions as Unix has them.
    pub(crate) mode: Option<u32>,
    /// Seconds since 1970.
    pub(crate) modified: Option<u64>,
}

impl Facts {
    /// What a manifest says (UM §4.6). Rights of the one who runs this tool stand for those of users, as no accounts are
    /// made.
    pub(crate) fn new(metadata: Option<Metadata<'_>>) -> Self {
        let (mut users, mut groups, mut others, mut facts) = (None, None, None, Self::default());
        let any = |all: Permissions<'_>| all.map(|(_, bits)| mode(bits)).reduce(|one, other| one | other);
        for entry in metadata.into_iter().flatten().flatten() {
            match entry {
                Entry::DefaultPermissions(bits) => others = Some(mode(bits)),
                Entry::UserPermissions(all) => users = any(all),
                Entry::GroupPermissions(all) => groups = any(all),
                Entry::ModificationTime(seconds) => facts.modified = Some(seconds),
                _ => {}
            }
        }
        if others.or(users).or(groups).is_some() {
            let others = others.unwrap_or(0);
            facts.mode = Some(users.unwrap_or(others) << 6 | groups.unwrap_or(others) << 3 | others);
        }
        facts
    }

    fn apply(self, place: &Path) -> io::Result<()> {
        if let Some(seconds) = self.modified {
            let time = SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
            File::open(place)?.set_modified(time.ok_or(io::ErrorKind::InvalidData)?)?;
        }
        self.mode.map_or(Ok(()), |mode| set_mode(place, mode))
    }
}

/// UM §4.6: bit 0 is execute or traverse, 1 write, 2 read.
fn mode(bits: u64) -> u32 {
    u32::try_from(bits & 7).unwrap_or_default()
}

/// Where a link leads to, seen from the directory that it is in; `None` if out of the tree.
fn relative(target: &str, way: &Path) -> Option<PathBuf> {
    let mut names: Vec<&str> = Vec::new();
    let from = way.parent()?;
    if !target.starts_with('/') {
        names.extend(from.iter().filter_map(|name| name.to_str()));
    }
    for name in target.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name if name.chars().any(char::is_control) => return None,
            name => names.push(name),
        }
    }
    let mut path: PathBuf = from.iter().map(|_| "..").collect();
    path.extend(names);
    Some(path)
}

#[cfg(unix)]
pub(crate) fn link(target: &Path, place: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, place)
}

#[cfg(not(unix))]
pub(crate) fn link(_: &Path, _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(unix)]
fn set_mode(place: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(place, std::fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_: &Path, _: u32) -> io::Result<()> {
    Ok(())
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
        std::fs::create_dir_all(tree.root.join("apps/one")).unwrap();
        std::fs::write(tree.root.join("apps/own"), "own").unwrap();
        link(&outside, &tree.root.join("apps/away")).unwrap();
        link(&outside.join("secret"), &tree.root.join("apps/file")).unwrap();
        link(Path::new("one"), &tree.root.join("apps/near")).unwrap();
        let finished = place.path().join("finished");
        for (way, allowed) in [
            ("apps/own", true),
            ("apps/new/deep/file", true),
            ("apps/away/secret", false),
            // Also one that stays inside: it could lead across the border of two components.
            ("apps/near/file", false),
            // The link is replaced.
            ("apps/file", true),
        ] {
            std::fs::write(&finished, "new").unwrap();
            let put = tree.put(&finished, Path::new(way), Facts::default());
            assert_eq!(put.is_ok(), allowed, "{way}: {put:?}");
            if allowed {
                assert_eq!(std::fs::read(tree.root.join(way)).unwrap(), b"new", "{way}");
            } else {
                assert_eq!(put.unwrap_err().kind(), io::ErrorKind::PermissionDenied, "{way}");
                assert_eq!(tree.find(Path::new(way)), None, "{way}");
            }
        }
        assert_eq!(std::fs::read(outside.join("secret")).unwrap(), b"secret");
    }

    #[test]
    #[cfg(unix)]
    fn p_200_what_a_link_says_is_read_and_not_what_it_leads_to() {
        let place = tempfile::tempdir().unwrap();
        let tree = Tree::at(&place.path().join("root")).unwrap();
        std::fs::write(place.path().join("secret"), "secret").unwrap();
        link(Path::new("../secret"), &tree.root.join("link")).unwrap();
        assert_eq!(tree.find(Path::new("link")), Some(Found::Text(b"../secret".to_vec())));
    }

    #[test]
    fn p_200_links_lead_to_what_is_inside() {
        for (target, way, wanted) in [
            ("/usr/local/bin/x", "usr/bin/x", Some("../../usr/local/bin/x")),
            ("../local/bin/x", "usr/bin/x", Some("../../usr/local/bin/x")),
            ("y", "x", Some("y")),
            ("/", "usr/x", Some("..")),
            ("./a//b/", "x", Some("a/b")),
            ("../y", "x", None),
            ("/..", "usr/x", None),
            ("a/../../y", "x", None),
            ("../../../etc/passwd", "usr/bin/x", None),
        ] {
            assert_eq!(relative(target, Path::new(way)), wanted.map(PathBuf::from), "{target} at {way}");
        }
    }

    #[test]
    fn a_file_is_no_directory() {
        let place = tempfile::tempdir().unwrap();
        let tree = Tree::at(place.path()).unwrap();
        std::fs::write(tree.root.join("file"), "x").unwrap();
        let below = tree.place(Path::new("file/below"), true);
        assert_eq!(below.unwrap_err().kind(), io::ErrorKind::NotADirectory);
        assert!(tree.put_directory(Path::new("file"), Facts::default()).is_err());
        tree.put_directory(Path::new("new"), Facts::default()).unwrap();
        tree.put_directory(Path::new("new"), Facts::default()).unwrap();
        assert_eq!(tree.find(Path::new("new")), Some(Found::Text(Vec::new())));
        assert_eq!(tree.find(Path::new("none")), None);
    }
}
