//! The files that a description names.

use crate::description::values::{Bytes, Prose, Size, digest_text};
use crate::error::{Failure, Outcome, Place, codes};
use crate::images::{self, Image, Kind, Sections};
use crate::input::Input;
use core::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};
use suit_core::labels::Algorithm;
use suit_core::owned::Digest;
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{HashAlgorithm, Sha256, Sha384, Sha512};

/// Where files are looked for, and which are replaced.
#[derive(Debug, Default)]
pub(crate) struct Files {
    /// The directory of the description.
    directory: PathBuf,
    /// `--payload`: name, file, and whether the name was found.
    replaced: Vec<(String, PathBuf, Cell<bool>)>,
    /// What was read, so that no output replaces it.
    read: RefCell<Vec<PathBuf>>,
}

/// The implementation of a hash that this tool can compute.
pub(crate) fn hash(algorithm: Algorithm) -> Option<&'static dyn HashAlgorithm> {
    match algorithm {
        Algorithm::Sha256 => Some(&Sha256),
        Algorithm::Sha384 => Some(&Sha384),
        Algorithm::Sha512 => Some(&Sha512),
        _ => None,
    }
}

/// Digest of bytes in memory.
pub(crate) fn digest_of(algorithm: Algorithm, bytes: &[u8]) -> Option<Digest> {
    let digest = hash(algorithm)?.digest(bytes).ok()?;
    Some(Digest { algorithm, bytes: digest.as_bytes().to_vec() })
}

impl Files {
    /// Files beside the description at this path; standard input is beside the current directory's.
    pub(crate) fn beside(description: &Path, replaced: Vec<(String, PathBuf)>) -> Self {
        let directory = description.parent().map(Path::to_path_buf).unwrap_or_default();
        let replaced = replaced.into_iter().map(|(name, path)| (name, path, Cell::new(false))).collect();
        Self { directory, replaced, read: RefCell::default() }
    }

    /// The files that were read.
    pub(crate) fn read_files(&self) -> Vec<PathBuf> {
        self.read.borrow().clone()
    }

    fn path(&self, written: &str) -> PathBuf {
        self.used(self.directory.join(written))
    }

    fn used(&self, path: PathBuf) -> PathBuf {
        self.read.borrow_mut().push(path.clone());
        path
    }

    /// The file given for this name on the command line.
    fn replacement(&self, name: &str) -> Option<PathBuf> {
        let plain = name.strip_prefix('#').unwrap_or(name);
        let (_, path, used) = self
            .replaced
            .iter()
            .find(|(known, ..)| known == name || known.strip_prefix('#').unwrap_or(known) == plain)?;
        used.set(true);
        Some(self.used(path.clone()))
    }

    /// Every `--payload` must have been of use.
    pub(crate) fn all_used(&self) -> Outcome<()> {
        match self.replaced.iter().find(|(_, _, used)| !used.get()) {
            Some((name, ..)) => Err(Failure::new(
                codes::PAYLOAD_NAME,
                format!("--payload: the description has no payload '{name}'"),
            )
            .help("give the name of a component that has a file, or of a payload in the envelope")),
            None => Ok(()),
        }
    }

    fn read(&self, written: &str) -> Outcome<Input> {
        Input::read(&self.path(written))
    }

    /// Bytes that are given or read.
    pub(crate) fn bytes(&self, value: &Bytes) -> Outcome<Vec<u8>> {
        match value {
            Bytes::Given(bytes) => Ok(bytes.clone()),
            Bytes::File(path) => Ok(self.read(path)?.bytes),
        }
    }

    /// A payload of the envelope, and how the description would say it with the file that was taken.
    pub(crate) fn payload(&self, name: &str, value: &Bytes) -> Outcome<(Vec<u8>, Option<String>)> {
        match (self.replacement(name), value) {
            (Some(path), _) => {
                let bytes = Input::read(&path)?.bytes;
                Ok((bytes, Some(format!("file:{}", path.display()))))
            }
            (None, Bytes::File(path)) => Ok((self.read(path)?.bytes, Some(format!("file:{path}")))),
            (None, Bytes::Given(bytes)) => Ok((bytes.clone(), None)),
        }
    }

    /// Bytes of a file.
    pub(crate) fn file(&self, written: &str) -> Outcome<Vec<u8>> {
        Ok(self.read(written)?.bytes)
    }

    /// Text that is given or read.
    pub(crate) fn prose(&self, value: &Prose) -> Outcome<String> {
        match value {
            Prose::Given(text) => Ok(text.clone()),
            Prose::File(path) => Ok(self.read(path)?.text()?.to_owned()),
        }
    }

    /// A size that is given, or that of an image.
    pub(crate) fn size(&self, value: &Size) -> Outcome<u64> {
        match value {
            Size::Given(bytes) => Ok(*bytes),
            Size::File(path) => Ok(images::load(&self.path(path), Sections::Loadable, None)?.len),
        }
    }

    /// The digest of an image.
    pub(crate) fn digest(&self, written: &str, algorithm: Algorithm) -> Outcome<Digest> {
        digest_of_image(&images::load(&self.path(written), Sections::Loadable, None)?, algorithm)
    }

    /// An image: the file given for `name` on the command line, or else this one. Also where it was found.
    pub(crate) fn image(
        &self,
        name: Option<&str>,
        uri: Option<&str>,
        written: Option<&str>,
        sections: Sections,
        kind: Option<Kind>,
    ) -> Outcome<Option<(Image, String)>> {
        let replaced = name
            .and_then(|name| self.replacement(name))
            .or_else(|| uri.filter(|uri| uri.starts_with('#')).and_then(|uri| self.replacement(uri)));
        let (path, written) = match (replaced, written) {
            (Some(path), _) => {
                let written = path.display().to_string();
                (path, written)
            }
            (None, Some(written)) => (self.path(written), written.to_owned()),
            (None, None) => return Ok(None),
        };
        Ok(Some((images::load(&path, sections, kind)?, written)))
    }

    /// A delta: the file given for its name on the command line, or else this one. Also where it was found.
    pub(crate) fn delta(
        &self,
        name: Option<&str>,
        written: Option<&str>,
    ) -> Outcome<Option<(Vec<u8>, String)>> {
        let replaced = name.and_then(|name| self.replacement(name));
        Ok(match (replaced, written) {
            (Some(path), _) => Some((Input::read(&path)?.bytes, path.display().to_string())),
            (None, Some(written)) => Some((self.read(written)?.bytes, written.to_owned())),
            (None, None) => None,
        })
    }

    /// The manifest digest of the envelope in a file, computed from its manifest.
    pub(crate) fn manifest_digest(&self, written: &str) -> Outcome<Digest> {
        let input = self.read(written)?;
        let envelope = Envelope::parse(&input.bytes, Tagging::Optional)
            .map_err(|error| Failure::document(&input.name, error))?;
        let stated = envelope.authentication().digest();
        let algorithm = stated.algorithm();
        let Some(digest) = digest_of(algorithm, envelope.manifest().item()) else {
            return Err(no_such_hash(algorithm).at(Place::file(&input.name)));
        };
        if digest.bytes != stated.bytes() {
            let message =
                format!("the manifest in '{}' does not have the digest that its envelope states", input.name);
            return Err(Failure::new(codes::DIGEST_DIFFERS, message)
                .at(Place::file(&input.name))
                .note(format!("it has {}", digest_text(&digest)))
                .help("build that envelope again"));
        }
        Ok(digest)
    }
}

/// The digest of an image; the image is not held in memory.
pub(crate) fn digest_of_image(image: &Image, algorithm: Algorithm) -> Outcome<Digest> {
    let hash = hash(algorithm).ok_or_else(|| no_such_hash(algorithm))?;
    Ok(Digest { algorithm, bytes: image.digest(hash)?.as_bytes().to_vec() })
}

fn no_such_hash(algorithm: Algorithm) -> Failure {
    Failure::new(codes::HASH_UNSUPPORTED, format!("{} can't be computed by this tool", algorithm.name()))
}
