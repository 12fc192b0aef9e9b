//! One candidate: a list of pieces and a header become a payload.

use super::super::header::Header;
use super::super::learned::Learned;
use super::super::model::Model;
use super::super::range::Writer;
use super::super::replay::Replay;
use super::super::segments::{Coding, Numbers, Piece, Segments};
use super::super::{Error, Fault, Images};
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

/// A payload that is being made: it can be made up to some place of the new image and left there.
pub(super) struct Encoding<'m> {
    header: Vec<u8>,
    side: Writer<'m>,
    replay: Replay<'m>,
    old: &'m [u8],
    /// Bytes of the table of segments.
    table: usize,
    /// Bytes of the new image so far.
    at: usize,
}

impl<'m> Encoding<'m> {
    /// Codes the segments; `memory` is as much as the header asks for.
    ///
    /// # Errors
    /// What a decoder would say of these pieces.
    pub(super) fn begin(
        (old, new): (&'m [u8], &'m [u8]),
        header: &Header,
        pieces: &[Piece],
        memory: &'m mut [u8],
    ) -> Result<Self, Error> {
        let short = Error::Memory { needed: header.memory(), lent: 0 };
        let parts = header.layout.divide(memory).ok_or(short)?;
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
        let replay = Replay::new(header, segments, targets, data, model);
        let table = side.bytes.len();
        Ok(Self { header: header.encode(), side, replay, old, table, at: 0 })
    }

    /// Goes on to `until`, a place of the new image. `false` once the payload has more bytes than `at_most()`.
    ///
    /// # Errors
    /// As [`Encoding::begin`].
    pub(super) fn run(&mut self, until: usize, at_most: impl Fn() -> usize) -> Result<bool, Error> {
        let mut images = Known(self.old);
        while self.at < until {
            let Some(unit) = self.replay.step(&mut self.side, &mut images)? else { break };
            self.at += unit.bytes().len();
            if self.len() > at_most() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Bytes so far.
    fn len(&self) -> usize {
        self.header.len() + self.side.bytes.len()
    }

    /// What may be compared with others that are as far: bytes so far, but of the table of segments, which is for all of the
    /// new image, only so many 32nds.
    pub(super) const fn cost(&self, part: usize) -> usize {
        self.header.len() + self.side.bytes.len() - self.table * (32 - part) / 32
    }

    /// The payload, once all of the new image was coded.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut payload = self.header;
        payload.extend(self.side.finish());
        payload
    }
}
