//! An envelope with another authentication wrapper. Everything else goes through byte for byte: the manifest is never
//! encoded again, and payloads are not copied.

use crate::error::Failure;
use crate::output::Output;
use core::convert::Infallible;
use core::ops::Range;
use std::borrow::Cow;
use suit_core::Envelope;
use suit_core::cbor::Writer;
use suit_core::labels::EnvelopeKey;

/// An envelope whose authentication blocks can be changed.
pub(super) struct Wrapper<'a> {
    bytes: &'a [u8],
    /// Where the wrapper's byte string stands, head included.
    place: Range<usize>,
    signed: &'a [u8],
    blocks: Vec<Cow<'a, [u8]>>,
}

impl<'a> Wrapper<'a> {
    /// The wrapper of `envelope`, which was read from all of `bytes`, with its blocks.
    pub(super) fn new(bytes: &'a [u8], envelope: &Envelope<'a>) -> Option<Self> {
        let wrapper = envelope.member(EnvelopeKey::AuthenticationWrapper)?;
        let end = wrapper.content().offset() + wrapper.content().rest().len();
        let authentication = envelope.authentication();
        Some(Self {
            bytes,
            place: end - wrapper.item().len()..end,
            signed: authentication.signed(),
            blocks: authentication.blocks().map(|block| Cow::Borrowed(block.rest())).collect(),
        })
    }

    /// What every block has to sign.
    pub(super) fn signed(&self) -> &'a [u8] {
        self.signed
    }

    /// The blocks' contents.
    pub(super) fn blocks(&self) -> impl Iterator<Item = &[u8]> {
        self.blocks.iter().map(AsRef::as_ref)
    }

    /// Drops all blocks.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
    }

    /// Adds a block: the encoding of a tagged COSE message.
    pub(super) fn push(&mut self, block: Vec<u8>) {
        self.blocks.push(Cow::Owned(block));
    }

    fn item(&self) -> Vec<u8> {
        let encode = || -> Result<Vec<u8>, Infallible> {
            let mut content = Writer::new(Vec::new());
            content.array(self.blocks.len() + 1)?;
            content.bytes(self.signed)?;
            for block in &self.blocks {
                content.bytes(block)?;
            }
            let mut item = Writer::new(Vec::new());
            item.bytes(&content.into_inner())?;
            Ok(item.into_inner())
        };
        let Ok(item) = encode();
        item
    }

    /// Writes the envelope.
    ///
    /// # Errors
    /// Those of [`Output::put`].
    pub(super) fn write(&self, output: &mut Output) -> Result<(), Failure> {
        self.pieces().iter().try_for_each(|piece| output.put(piece))
    }

    fn pieces(&self) -> [Cow<'_, [u8]>; 3] {
        let (head, rest) = self.bytes.split_at(self.place.start);
        let (_, tail) = rest.split_at(self.place.len());
        [head.into(), self.item().into(), tail.into()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use suit_core::Tagging;

    /// An envelope with a digest, no blocks, a manifest of nothing and a payload.
    const ENVELOPE: &[u8] = &[
        0xd8, 0x6b, 0xa3, // tag 107, map of 3
        0x02, 0x58, 0x27, // authentication wrapper
        0x81, 0x58, 0x24, 0x82, 0x2f, 0x58, 0x20, // [[-16, 32 bytes]]
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27,
        28, 29, 30, 31, 32, //
        0x03, 0x41, 0xa0, // manifest
        0x61, 0x23, 0x42, 0xff, 0xfe, // payload "#"
    ];

    #[test]
    fn nothing_but_the_wrapper_changes() {
        let envelope = Envelope::parse(ENVELOPE, Tagging::Required).unwrap();
        let mut wrapper = Wrapper::new(ENVELOPE, &envelope).unwrap();
        assert_eq!(wrapper.pieces().concat(), ENVELOPE);
        wrapper.push(vec![0xd2, 0x80]);
        let signed = wrapper.pieces().concat();
        let wanted =
            [&ENVELOPE[..4], &[0x58, 0x2a, 0x82], &ENVELOPE[7..45], &[0x42, 0xd2, 0x80], &ENVELOPE[45..]];
        assert_eq!(signed, wanted.concat());
        wrapper.clear();
        assert_eq!(wrapper.pieces().concat(), ENVELOPE);
    }
}
