//! The decoder: a delta in chunks of any size, the old image by random reads, the new one by writes in order.

use super::Images;
use super::error::Error;
use super::header::{HEADER_LEN_MAX, Header};
use super::learned::Learned;
use super::model::Model;
use super::range::{Bits, NUMBER_LEN, STEP_MAX};
use super::replay::Replay;
use super::segments::{Coding, Numbers, Piece, Segments};

/// Bytes of the new image that are gathered before they are written.
const OUT_LEN: usize = 64;

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one, and nowhere to box it")]
enum Stage<'m> {
    /// The header is not whole.
    Header(&'m mut [u8]),
    /// The new image is being made.
    Replay(Replay<'m>),
    /// Segments are being read, of which so many came.
    Segments { memory: &'m mut [u8], coding: Coding },
    /// An error was reported.
    Failed,
}

/// Applies one delta. An error ends it: what was written is not the new image then.
///
/// ```
/// use suit_core::delta::{Decoder, Error, Fault, Header, Images};
///
/// struct Flash<'a> {
///     old: &'a [u8],
///     new: Vec<u8>,
/// }
///
/// impl Images for Flash<'_> {
///     fn begin(&mut self, header: &Header) -> Result<(), Fault> {
///         // A device also checks that the new image fits, and the digest of the old one.
///         if usize::try_from(header.old_size) == Ok(self.old.len()) { Ok(()) } else { Err(Fault) }
///     }
///     fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
///         let start = usize::try_from(offset).map_err(|_| Fault)?;
///         into.copy_from_slice(self.old.get(start..start + into.len()).ok_or(Fault)?);
///         Ok(())
///     }
///     fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault> {
///         self.new.extend(bytes);
///         Ok(())
///     }
/// }
///
/// let mut flash = Flash { old: b"an old image", new: Vec::new() };
/// let mut memory = [0; 4096];
/// let mut decoder = Decoder::new(&mut memory);
/// assert_eq!(decoder.feed(b"a sentence is no delta, as its first byte shows", &mut flash), Err(Error::NotADelta));
/// ```
#[derive(Debug)]
pub struct Decoder<'m> {
    bits: Bits,
    header: Option<Header>,
    stage: Stage<'m>,
    out: [u8; OUT_LEN],
    out_len: usize,
}

impl<'m> Decoder<'m> {
    /// A decoder that works in `memory`; the delta's header says how much of it is needed, see [`Header::memory`].
    #[must_use]
    pub const fn new(memory: &'m mut [u8]) -> Self {
        Self { bits: Bits::new(), header: None, stage: Stage::Header(memory), out: [0; OUT_LEN], out_len: 0 }
    }

    /// The header, once it has been read.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        self.header.as_ref()
    }

    /// Takes the next bytes of the delta, of any number, and goes as far as they reach.
    ///
    /// # Errors
    /// What is wrong with the delta or the memory, or [`Error::Images`]. Before [`Images::begin`] has been asked nothing is
    /// read or written, and before all segments are known nothing is written.
    pub fn feed(&mut self, chunk: &[u8], images: &mut impl Images) -> Result<(), Error> {
        let mut rest = chunk;
        loop {
            let taken = self.bits.fill(rest);
            rest = rest.get(taken..).unwrap_or_default();
            self.run(STEP_MAX, images)?;
            if rest.is_empty() {
                return Ok(());
            }
            if taken == 0 {
                // Nothing waits for more, so the new image is whole.
                self.stage = Stage::Failed;
                return Err(Error::TrailingBytes);
            }
        }
    }

    /// Says that the delta has ended; the rest of the new image is written.
    ///
    /// # Errors
    /// As [`Decoder::feed`]; [`Error::Truncated`], [`Error::TrailingBytes`] or [`Error::End`] if the delta ends otherwise than it
    /// should.
    pub fn finish(&mut self, images: &mut impl Images) -> Result<(), Error> {
        self.run(0, images)?;
        if !matches!(self.stage, Stage::Replay(_)) {
            return Err(Error::Truncated);
        }
        self.stage = Stage::Failed;
        self.bits.ended()?;
        self.flush(images)
    }

    /// Goes on as long as at least `enough` bytes wait.
    fn run(&mut self, enough: usize, images: &mut impl Images) -> Result<(), Error> {
        let result = self.steps(enough, images);
        if result.is_err() {
            self.stage = Stage::Failed;
        }
        result
    }

    fn steps(&mut self, enough: usize, images: &mut impl Images) -> Result<(), Error> {
        loop {
            let is_header = matches!(self.stage, Stage::Header(_));
            if self.bits.waiting() < enough
                && !(is_header && self.bits.waiting() >= HEADER_LEN_MAX.saturating_add(NUMBER_LEN))
            {
                return Ok(());
            }
            // The encoder leaves out at most one number.
            if self.bits.missing() > NUMBER_LEN {
                return Err(Error::Truncated);
            }
            if let Stage::Replay(replay) = &mut self.stage {
                let Some(unit) = replay.step(&mut self.bits, images)? else { return Ok(()) };
                self.put(unit.bytes(), images)?;
                continue;
            }
            self.advance(images)?;
        }
    }

    /// From one stage to the next, or by one segment. Kept apart, so that its stack is free again when units are made.
    #[inline(never)]
    fn advance(&mut self, images: &mut impl Images) -> Result<(), Error> {
        match core::mem::replace(&mut self.stage, Stage::Failed) {
            Stage::Failed | Stage::Replay(_) => Err(Error::Truncated),
            Stage::Header(memory) => self.read_header(memory, images),
            Stage::Segments { memory, coding } => {
                let read = self.read_segment(memory, coding);
                // What is made of zeros after the end is no fault of a segment.
                if self.bits.missing() > 0 { read.map_err(|_| Error::Truncated) } else { read }
            }
        }
    }

    fn read_header(&mut self, memory: &'m mut [u8], images: &mut impl Images) -> Result<(), Error> {
        let (header, len) = Header::parse(self.bits.peek())?;
        let needed = header.memory();
        let lent = u32::try_from(memory.len()).unwrap_or(u32::MAX);
        if lent < needed {
            return Err(Error::Memory { needed, lent });
        }
        images.begin(&header)?;
        self.header = Some(header);
        self.bits.begin(len);
        if let Some(parts) = header.layout.divide(memory) {
            Numbers::clear(parts.nodes);
        }
        self.stage = Stage::Segments { memory, coding: Coding::default() };
        Ok(())
    }

    fn read_segment(&mut self, memory: &'m mut [u8], mut coding: Coding) -> Result<(), Error> {
        let header = self.header.ok_or(Error::Truncated)?;
        let short = Error::Memory { needed: header.memory(), lent: 0 };
        let done = coding.number >= header.segments();
        if !done {
            let parts = header.layout.divide(memory).ok_or(short)?;
            let mut segments = Segments::new(parts.segments, header.segments(), header.new_size);
            let mut numbers = Numbers::resume(parts.nodes);
            segments.code(&mut self.bits, &mut numbers, header.old_size, &mut coding, &Piece::default())?;
            self.stage = Stage::Segments { memory, coding };
            return Ok(());
        }
        let parts = header.layout.divide(memory).ok_or(short)?;
        let mut segments = Segments::new(parts.segments, header.segments(), header.new_size);
        segments.complete(&coding)?;
        segments.sort();
        let model = Model::new(parts.nodes, parts.maps, parts.weights, header.layout.one_map);
        let (targets, data) = (Learned::new(parts.targets), Learned::new(parts.data));
        self.stage = Stage::Replay(Replay::new(&header, segments, targets, data, model));
        Ok(())
    }

    fn put(&mut self, bytes: &[u8], images: &mut impl Images) -> Result<(), Error> {
        if self.out_len.saturating_add(bytes.len()) > OUT_LEN {
            self.flush(images)?;
        }
        let place = self.out.get_mut(self.out_len..).unwrap_or_default();
        for (place, byte) in place.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.out_len = self.out_len.saturating_add(bytes.len());
        Ok(())
    }

    fn flush(&mut self, images: &mut impl Images) -> Result<(), Error> {
        let len = core::mem::take(&mut self.out_len);
        images.write_new(self.out.get(..len).unwrap_or_default())?;
        Ok(())
    }
}
