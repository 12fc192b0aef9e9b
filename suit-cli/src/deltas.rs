//! Deltas as this tool makes and applies them: with the device's decoder, in the memory that the delta's header asks for.

use crate::description::lower::digest_of;
use suit_core::delta::{CHECK_LEN, Decoder, Error, Fault, Header, Images};
use suit_core::labels::Algorithm;

/// Bytes that the decoder gets at a time: as a device gets them in blocks of CoAP, so that what it refuses there is seen here.
const CHUNK: usize = 64;

/// The first bytes of an image's SHA-256, by which a delta knows it.
pub(crate) fn check(image: &[u8]) -> [u8; CHECK_LEN] {
    let digest = digest_of(Algorithm::Sha256, image).map(|digest| digest.bytes).unwrap_or_default();
    digest.first_chunk().copied().unwrap_or_default()
}

/// Whether an image is the one of this size and check.
pub(crate) fn is_bound(size: u32, expected: [u8; CHECK_LEN], image: &[u8]) -> bool {
    usize::try_from(size) == Ok(image.len()) && check(image) == expected
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
