//! One candidate: a list of pieces and a header become a payload.

use super::super::header::Header;
use super::super::learned::Learned;
use super::super::model::Model;
use super::super::range::Writer;
use super::super::replay::Replay;
use super::super::segments::{Coding, Numbers, Piece, Segments};
use super::super::{Error, Fault, Images};
use alloc::vec;
use alloc::vec::Vec;

/// The old image for who writes nothing.
pub(super) struct Known<'a>(pub(super) &'a [u8]);

impl Images for Known<'_> {
    fn begin(&mut self, _: &Header) -> Result<(), Fault> {
        Ok(())
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        into.copy_from_slice(self.0.get(from..from.saturating_add(into.len())).ok_or(Fault)?);
        Ok(())
    }

    fn write_new(&mut self, _: &[u8]) -> Result<(), Fault> {
        Ok(())
    }
}

/// The payload of `new` over `old` as `header` and `pieces` say. Gives up, with `None`, once it has more bytes than
/// `at_most`.
///
/// # Errors
/// What a decoder would say of these pieces.
pub(super) fn encode(
    old: &[u8],
    new: &[u8],
    header: &Header,
    pieces: &[Piece],
    at_most: usize,
) -> Result<Option<Vec<u8>>, Error> {
    let mut memory = vec![0; usize::try_from(header.memory()).unwrap_or(usize::MAX)];
    let short = Error::Memory { needed: header.memory(), lent: 0 };
    let parts = header.layout.divide(&mut memory).ok_or(short)?;
    let mut side = Writer::new(new);
    let mut segments = Segments::new(parts.segments, header.segments(), header.new_size);
    let mut coding = Coding::default();
    Numbers::clear(parts.nodes);
    let mut numbers = Numbers::resume(&mut *parts.nodes);
    for piece in pieces {
        segments.code(&mut side, &mut numbers, header.old_size, &mut coding, piece)?;
    }
    segments.complete(&coding)?;
    segments.sort();
    let model = Model::new(parts.nodes, parts.maps, parts.weights, header.layout.one_map);
    let (targets, data) = (Learned::new(parts.targets), Learned::new(parts.data));
    let mut replay = Replay::new(header, segments, targets, data, model);
    let mut images = Known(old);
    let start = header.encode();
    while replay.step(&mut side, &mut images)?.is_some() {
        if side.bytes.len() > at_most {
            return Ok(None);
        }
    }
    let mut payload = start;
    payload.extend(side.finish());
    Ok(Some(payload))
}
