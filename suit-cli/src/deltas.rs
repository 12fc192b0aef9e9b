//! Deltas as this tool makes and applies them: with the device's decoder, in the memory that the delta's header asks for.

use crate::description::lower::digest_of;
use crate::images::Image;
use suit_core::delta::create::{self, DATA, Made, Options, Progress, make_and_tell};
use suit_core::delta::in_place::{self, Area, Flash};
use suit_core::delta::{CHECK_LEN, Decoder, Error, Fault, Header, Images, Instructions, Region};
use suit_core::labels::Algorithm;

/// Bytes that the decoder gets at a time: as a device gets them in blocks of CoAP, so that what it refuses there is seen here.
const CHUNK: usize = 64;

/// No smaller region is taken from a file: 64 KiB, the RAM of small microcontrollers.
const DATA_LOG2_MIN: u8 = 16;

/// The first bytes of an image's SHA-256, by which a delta knows it.
pub(crate) fn check(image: &[u8]) -> [u8; CHECK_LEN] {
    let digest = digest_of(Algorithm::Sha256, image).map(|digest| digest.bytes).unwrap_or_default();
    digest.first_chunk().copied().unwrap_or_default()
}

/// Whether an image is the one of this size and check.
pub(crate) fn is_bound(size: u32, expected: [u8; CHECK_LEN], image: &[u8]) -> bool {
    usize::try_from(size) == Ok(image.len()) && check(image) == expected
}

/// The instruction set that files say their images are for; `None` also if they say different ones: then each is tried.
pub(crate) fn instructions(old: &Image, new: &Image) -> Option<Instructions> {
    let said = [old.instructions, new.instructions];
    let [one, other] = said;
    if differ(said) { None } else { other.or(one) }
}

/// Whether two files say different things of their images.
pub(crate) fn differ<T: PartialEq>(said: [Option<T>; 2]) -> bool {
    matches!(said, [Some(one), Some(other)] if one != other)
}

/// Where data lies, if a file says so and the default region doesn't have it: that one has room for what comes to be at run time.
pub(crate) fn data(old: &Image, new: &Image) -> Option<Region> {
    let data = new.data.as_ref().or(old.data.as_ref())?;
    let (start, last) = (u32::try_from(data.start).ok()?, u32::try_from(data.end.checked_sub(1)?).ok()?);
    if DATA.contains(start) && DATA.contains(last) {
        return None;
    }
    // The smallest block that has both ends; heap and stack, which no section shows, are near them.
    let log2_len = u8::try_from(32 - (start ^ last).leading_zeros()).ok()?.max(DATA_LOG2_MIN);
    (log2_len < 32).then_some(Region { start: start >> log2_len << log2_len, log2_len })
}

/// The smallest delta of those that are made for each address that files say, or for a guessed one if none does. Images for the
/// two slots of a component have different ones, and a delta holds one of them; which is better shows when it is made.
///
/// # Errors
/// What the encoder says.
pub(crate) fn make(
    [old, new]: [&[u8]; 2],
    options: &Options,
    said: [Option<u64>; 2],
    tell: &mut dyn FnMut(Progress),
) -> Result<Made, create::Error> {
    let mut addresses: Vec<_> =
        said.into_iter().flatten().filter_map(|address| u32::try_from(address).ok()).collect();
    addresses.dedup();
    let mut make = |options: &Options| make_and_tell(old, new, options, tell);
    let Some((first, others)) = addresses.split_first().filter(|_| options.image_address.is_none()) else {
        return make(options);
    };
    let mut best = make(&Options { image_address: Some(*first), ..*options })?;
    for other in others {
        let made = make(&Options { image_address: Some(*other), ..*options })?;
        if made.payload.len() < best.payload.len() {
            best = made;
        }
    }
    Ok(best)
}

/// What a delta makes of an old image. Whether it is the right old image, and the result the right new one, is the caller's to
/// ask: see [`is_bound`].
///
/// # Errors
/// What the decoder says.
pub(crate) fn apply(payload: &[u8], old: &[u8]) -> Result<Vec<u8>, Error> {
    let (header, _) = Header::parse(payload)?;
    let mut memory = vec![0; usize::try_from(header.memory()).unwrap_or_default()];
    let mut both = Both { old, new: Vec::new() };
    let mut decoder = Decoder::new(&mut memory);
    for chunk in payload.chunks(CHUNK) {
        decoder.feed(chunk, &mut both)?;
    }
    decoder.finish(&mut both)?;
    Ok(both.new)
}

/// Two images in memory.
struct Both<'a> {
    old: &'a [u8],
    new: Vec<u8>,
}

impl Images for Both<'_> {
    fn begin(&mut self, _: &Header) -> Result<(), Fault> {
        Ok(())
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        let part = self.old.get(from..).and_then(|rest| rest.get(..into.len())).ok_or(Fault)?;
        into.copy_from_slice(part);
        Ok(())
    }

    fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.new.extend_from_slice(bytes);
        Ok(())
    }
}

/// How often pages were erased.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Wear {
    pub(crate) slot_erases: u32,
    pub(crate) journal_erases: u32,
}

/// What a delta makes of a slot that begins with the old image, as a device does it in its flash. Whether that is the right old
/// image, and the result the right new one, is the caller's to ask.
///
/// # Errors
/// What the decoder says; [`in_place::Error::TooSmall`] if the slot is.
pub(crate) fn apply_in_place(payload: &[u8], slot: &[u8]) -> Result<(Vec<u8>, Wear), in_place::Error> {
    let (header, _) = Header::parse(payload)?;
    let in_bytes = |bytes: u32| usize::try_from(bytes).unwrap_or_default();
    let page = header.slot.map_or(0, |slot| in_bytes(slot.page()));
    let mut flash = Simulated {
        payload,
        slot: slot.to_vec(),
        journal: vec![0; in_bytes(header.journal().unwrap_or_default())],
        page,
        wear: Wear::default(),
    };
    let mut memory = vec![0; in_bytes(header.memory())];
    in_place::apply(&mut flash, &mut memory, &mut vec![0; page])?;
    Ok((flash.slot, flash.wear))
}

/// Flash in memory.
struct Simulated<'a> {
    payload: &'a [u8],
    slot: Vec<u8>,
    journal: Vec<u8>,
    page: usize,
    wear: Wear,
}

impl Simulated<'_> {
    fn part(&mut self, area: Area, offset: usize, len: usize) -> Result<&mut [u8], Fault> {
        let bytes = match area {
            Area::Slot => &mut self.slot,
            Area::Journal => &mut self.journal,
        };
        bytes.get_mut(offset..).and_then(|rest| rest.get_mut(..len)).ok_or(Fault)
    }
}

impl Flash for Simulated<'_> {
    fn size(&self, area: Area) -> u32 {
        let bytes = match area {
            Area::Slot => &self.slot,
            Area::Journal => &self.journal,
        };
        u32::try_from(bytes.len()).unwrap_or(u32::MAX)
    }

    fn begin(&mut self, _: &Header) -> Result<(), Fault> {
        Ok(())
    }

    fn read_delta(&mut self, offset: u32, into: &mut [u8]) -> Result<usize, Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        let rest = self.payload.get(from..).unwrap_or_default();
        into.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
        Ok(into.len().min(rest.len()))
    }

    fn read(&mut self, area: Area, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        into.copy_from_slice(self.part(area, from, into.len())?);
        Ok(())
    }

    fn erase(&mut self, area: Area, page: u32) -> Result<(), Fault> {
        let (page, len) = (usize::try_from(page).map_err(|_| Fault)?, self.page);
        self.part(area, page.saturating_mul(len), len)?.fill(0xff);
        match area {
            Area::Slot => self.wear.slot_erases += 1,
            Area::Journal => self.wear.journal_erases += 1,
        }
        Ok(())
    }

    fn write(&mut self, area: Area, offset: u32, bytes: &[u8]) -> Result<(), Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        self.part(area, from, bytes.len())?.copy_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]
mod tests {
    use super::*;

    /// Pointers to every place of an image at `address`, between other words; `more` of these come in the middle, and what is
    /// behind them has moved.
    fn image(address: u32, more: u32) -> Vec<u8> {
        let other = |at: u32| at.wrapping_mul(0x9e37_79b1).to_le_bytes();
        let place = |at: u32| 16 * at + if at < 250 { 0 } else { 4 * more };
        let pair = |at: u32| {
            let pointer = (address + place(at * 7 % 500)).to_le_bytes();
            [other(at), other(at + 2_000), other(at + 3_000), pointer].concat()
        };
        let middle = (1_000..1_000 + more).flat_map(other);
        (0..250).flat_map(pair).chain(middle).chain((250..500).flat_map(pair)).collect()
    }

    #[test]
    fn of_images_for_two_places_the_smaller_delta_is_taken() {
        let (old, new) = (image(0x2_0000, 0), image(0x6_0000, 3));
        let size = |said| make([&old, &new], &Options::default(), said, &mut |_| ()).unwrap().payload.len();
        let (one, other) = (size([Some(0x2_0000), None]), size([None, Some(0x6_0000)]));
        assert_ne!(one, other);
        assert_eq!(size([Some(0x2_0000), Some(0x6_0000)]), one.min(other));
        assert_eq!(size([Some(0x6_0000), Some(0x2_0000)]), one.min(other));
        // What doesn't fit into an address isn't one.
        assert_eq!(size([Some(u64::MAX), Some(0x2_0000)]), one);
    }
}
