//! Reading again what a walk has been through.

use super::reader::{Major, Reader};
use crate::digest::Digest;

/// A cursor over bytes that [`crate::grammar::walk`] has found in order. What is borrowed can't have changed since, so
/// reading doesn't fail; where a caller steps over the end all the same, it reads zeros and empty strings.
///
/// It decodes by [`Reader`], without the errors: what interprets commands reads each one many times.
#[derive(Clone, Copy, Debug)]
pub struct Walked<'a>(Reader<'a>);

impl<'a> Walked<'a> {
    /// A cursor at what a reader stands at.
    #[must_use]
    pub const fn new(reader: Reader<'a>) -> Self {
        Self(reader)
    }

    /// A cursor at a byte of an input.
    #[must_use]
    pub fn at(bytes: &'a [u8], offset: u32) -> Self {
        Self(Reader::at_byte(bytes, usize::try_from(offset).unwrap_or(usize::MAX)))
    }

    /// Offset of the next byte. Of an input of 4 GiB and more, what lies beyond isn't found.
    #[must_use]
    pub fn offset(&self) -> u32 {
        u32::try_from(self.0.offset()).unwrap_or(u32::MAX)
    }

    /// The number in the next head: an unsigned integer, a count of items or pairs, a tag.
    pub fn number(&mut self) -> u64 {
        self.0.known()
    }

    /// An integer of either sign.
    pub fn int(&mut self) -> i64 {
        self.0.known_int()
    }

    /// The content of a byte or text string.
    pub fn string(&mut self) -> &'a [u8] {
        self.0.known_bytes()
    }

    /// A cursor over the content of a byte string.
    #[must_use]
    pub fn wrapped(&mut self) -> Self {
        Self(self.0.known_wrapped())
    }

    /// A digest; one that no data has where there is none.
    pub fn digest(&mut self) -> Digest<'a> {
        Digest::known(&mut self.0)
    }

    /// Whether the next item is of this major type.
    #[must_use]
    pub fn is(&self, major: Major) -> bool {
        self.0.is(major)
    }

    fn major(&self) -> Option<Major> {
        self.0.input().get(self.0.offset()).map(|first| Major::of(*first))
    }

    /// Steps over an item with all that it contains.
    pub fn skip(&mut self) {
        match self.major() {
            Some(Major::Bytes | Major::Text) => {
                self.string();
            }
            Some(Major::Array | Major::Map | Major::Tag) => {
                // Where nothing can be read, nothing is left to step over.
                let _ = self.0.item();
            }
            _ => {
                self.number();
            }
        }
    }

    /// A cursor at the value under an unsigned integer of the map that this stands at, if it is there.
    pub(crate) fn find(mut self, key: i64) -> Option<Self> {
        let pairs = self.number();
        self.find_among(pairs, key)
    }

    /// As [`Walked::find`], at the first of so many pairs.
    pub(crate) fn find_among(mut self, pairs: u64, key: i64) -> Option<Self> {
        for _ in 0..pairs {
            let major = self.major();
            let number = self.number();
            match major {
                Some(Major::Text) => {
                    let _ = self.0.take(number);
                }
                Some(Major::Uint) if i64::try_from(number) == Ok(key) => return Some(self),
                _ => {}
            }
            self.skip();
        }
        None
    }

    /// The reader behind it.
    #[must_use]
    pub const fn reader(&self) -> Reader<'a> {
        self.0
    }
}
