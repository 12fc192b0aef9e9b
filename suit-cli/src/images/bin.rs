//! Raw binaries: the file is the image.

use super::layout::Piece;
use super::{Image, Kind, Opened};
use crate::error::Outcome;

pub(super) fn load(opened: Opened) -> Outcome<Image> {
    let pieces = vec![Piece::Range { start: 0, length: opened.len }];
    Image::new(opened, Kind::Bin, None, pieces)
}
