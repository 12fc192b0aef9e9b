//! What lies behind URIs: the files that the device file names, then a directory from the command line.

use super::device::{Device, Offer};
use super::paths::below;
use crate::commands::verify::last_segment;
use crate::error::Outcome;
use crate::images::{self, Image, Sections};
use std::path::Path;

/// Finds the payload for a URI; `None` if nobody has it.
///
/// # Errors
/// E0601 a file that is there can't be read; 08xx it is no image.
pub(crate) fn find(device: &Device, directory: Option<&Path>, uri: &str) -> Outcome<Option<Image>> {
    let offers = || device.uris.iter();
    for (known, offer) in offers().filter(|(known, _)| known == uri) {
        if let Offer::File(image) = offer {
            return Ok(Some(image.clone()));
        }
        debug_assert!(known.ends_with('/'), "directories have URIs that end so");
    }
    // The longest one knows best.
    let mut directories: Vec<_> = offers().filter(|(known, _)| uri.starts_with(known.as_str())).collect();
    directories.sort_by_key(|(known, _)| core::cmp::Reverse(known.len()));
    for (known, offer) in directories {
        let Offer::Directory(directory) = offer else { continue };
        let rest = uri.get(known.len()..).unwrap_or_default();
        // A manifest must not choose files outside of the directory.
        let Some(way) = below(rest.split('/').map(str::as_bytes)) else { continue };
        if let Some(image) = there(&directory.join(way))? {
            return Ok(Some(image));
        }
    }
    match directory.and_then(|directory| Some(directory.join(last_segment(uri)?))) {
        Some(path) => there(&path),
        None => Ok(None),
    }
}

fn there(path: &Path) -> Outcome<Option<Image>> {
    if path.is_file() { images::load(path, Sections::Raw, None).map(Some) } else { Ok(None) }
}
