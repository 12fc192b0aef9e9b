//! One candidate: a list of pieces and a header become a payload.

use super::super::header::Header;
use super::super::range::Writer;
use super::super::replay::Replay;
use super::super::segments::Piece;
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
    replay: Replay<'m, Writer<'m>>,
    old: &'m [u8],
    /// Bytes of the table of segments.
    table: usize,
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
        let mut replay: Replay<'_, Writer<'_>> = Replay::new(memory);
        replay.side.new = new;
        replay.header = *header;
        replay.begin();
        for piece in pieces {
            if !replay.segment(piece) {
                return Err(Error::Segment(u16::MAX));
            }
        }
        if !replay.start() {
            return Err(Error::Segment(header.segments()));
        }
        let table = replay.side.bytes.len();
        Ok(Self { header: header.encode(), replay, old, table })
    }

    /// Goes on to `until`, a place of the new image. `false` once the payload has more bytes than `at_most()`.
    ///
    /// # Errors
    /// As [`Encoding::begin`].
    pub(super) fn run(&mut self, until: usize, at_most: impl Fn() -> usize) -> Result<bool, Error> {
        let mut images = Known(self.old);
        while usize::try_from(self.replay.at).is_ok_and(|at| at < until) {
            if !self.replay.step(&mut images) {
                break;
            }
            if self.len() > at_most() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Bytes so far.
    fn len(&self) -> usize {
        self.header.len() + self.replay.side.bytes.len()
    }

    /// What may be compared with others that are as far: bytes so far, but of the table of segments, which is for all of the
    /// new image, only so many 32nds.
    pub(super) const fn cost(&self, part: usize) -> usize {
        self.header.len() + self.replay.side.bytes.len() - self.table * (32 - part) / 32
    }

    /// The payload, once all of the new image was coded.
    pub(super) fn finish(self) -> Vec<u8> {
        let mut payload = self.header;
        payload.extend(self.replay.side.finish());
        payload
    }
}
