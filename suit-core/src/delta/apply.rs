//! The decoder: a delta in chunks of any size, the old image by random reads, the new one by writes in order.

use super::Images;
use super::error::Error;
use super::header::{HEADER_LEN_MAX, Header};
use super::range::{Bits, NUMBER_LEN, STEP_MAX};
use super::replay::Replay;
use super::segments::Piece;

/// Bytes of the new image that are gathered before they are written.
const OUT_LEN: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// The header is not whole.
    Header,
    /// Segments are being read.
    Segments,
    /// The new image is being made.
    Replay,
    /// An error was reported, or all is done.
    Ended,
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
#[repr(C)]
pub struct Decoder<'m> {
    stage: Stage,
    out_len: usize,
    replay: Replay<'m, Bits>,
    out: [u8; OUT_LEN],
}

impl<'m> Decoder<'m> {
    /// A decoder that works in `memory`; the delta's header says how much of it is needed, see [`Header::memory`].
    #[must_use]
    pub const fn new(memory: &'m mut [u8]) -> Self {
        Self { replay: Replay::new(memory), stage: Stage::Header, out: [0; OUT_LEN], out_len: 0 }
    }

    /// The header, once it has been read.
    #[must_use]
    pub const fn header(&self) -> Option<&Header> {
        // No sound one has no nodes.
        if self.replay.header.layout.nodes > 0 { Some(&self.replay.header) } else { None }
    }

    /// Takes the next bytes of the delta, of any number, and goes as far as they reach.
    ///
    /// # Errors
    /// What is wrong with the delta or the memory, or [`Error::Images`]. Before [`Images::begin`] has been asked nothing is
    /// read or written, and before all segments are known nothing is written.
    pub fn feed(&mut self, chunk: &[u8], images: &mut impl Images) -> Result<(), Error> {
        let mut rest = chunk;
        loop {
            let taken = self.replay.side.fill(rest);
            rest = rest.get(taken..).unwrap_or_default();
            self.run(STEP_MAX, images)?;
            if rest.is_empty() {
                return Ok(());
            }
            if taken == 0 {
                // Nothing waits for more, so the new image is whole.
                self.stage = Stage::Ended;
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
        self.stage = Stage::Ended;
        self.replay.side.ended()?;
        if self.flush(images) { Ok(()) } else { Err(Error::Images) }
    }

    /// Goes on as long as at least `enough` bytes wait.
    #[inline(never)]
    fn run(&mut self, enough: usize, images: &mut impl Images) -> Result<(), Error> {
        // Whatever ends this early ends all.
        let mut stage = core::mem::replace(&mut self.stage, Stage::Ended);
        loop {
            let bits = &self.replay.side;
            let waiting = bits.waiting();
            if waiting < enough && !(stage == Stage::Header && waiting >= HEADER_LEN_MAX + NUMBER_LEN) {
                break;
            }
            // The encoder leaves out at most one number.
            if bits.missing() > NUMBER_LEN {
                return Err(Error::Truncated);
            }
            match stage {
                Stage::Ended => return Err(Error::Truncated),
                Stage::Header => {
                    if let Some(error) = self.read_header(images) {
                        return Err(error);
                    }
                    stage = Stage::Segments;
                }
                Stage::Segments => {
                    let number = self.replay.number;
                    let is_last = number >= u32::from(self.replay.header.layout.segments);
                    let fits = if is_last { self.replay.start() } else { self.replay.segment(&Piece::NONE) };
                    if !fits {
                        // What is made of zeros after the end is no fault of a segment.
                        let [low, high, ..] = number.to_le_bytes();
                        let error = Error::Segment(u16::from_le_bytes([low, high]));
                        return Err(if self.replay.side.missing() > 0 { Error::Truncated } else { error });
                    }
                    if is_last {
                        stage = Stage::Replay;
                    }
                }
                Stage::Replay => {
                    let more = self.replay.step(images);
                    let written = !more || self.put(images);
                    if self.replay.window.failed || !written {
                        return Err(Error::Images);
                    }
                    if !more {
                        break;
                    }
                }
            }
        }
        self.stage = stage;
        Ok(())
    }

    /// What is wrong with the header, if something is.
    fn read_header(&mut self, images: &mut impl Images) -> Option<Error> {
        let Replay { side, header, memory, .. } = &mut self.replay;
        let (len, flaw) = header.read(side.peek());
        if let Some(error) = flaw.error() {
            return Some(error);
        }
        let needed = header.memory();
        let lent = u32::try_from(memory.nodes.len()).unwrap_or(u32::MAX);
        if lent < needed {
            return Some(Error::Memory { needed, lent });
        }
        if images.begin(header).is_err() {
            return Some(Error::Images);
        }
        side.begin(len);
        self.replay.begin();
        None
    }

    /// Gathers the bytes of the unit. Says whether they could be written, if they had to be.
    fn put(&mut self, images: &mut impl Images) -> bool {
        let written = self.out_len <= OUT_LEN - 4 || self.flush(images);
        let unit = self.replay.unit;
        // Four bytes always; those past the unit's are overwritten by the next one's.
        if let Some(place) = self.out.get_mut(self.out_len..).and_then(|rest| rest.first_chunk_mut()) {
            *place = unit.bytes.to_le_bytes();
        }
        self.out_len = self.out_len.wrapping_add(usize::try_from(unit.len).unwrap_or(0));
        written
    }

    fn flush(&mut self, images: &mut impl Images) -> bool {
        let len = core::mem::take(&mut self.out_len);
        images.write_new(self.out.get(..len).unwrap_or_default()).is_ok()
    }
}
