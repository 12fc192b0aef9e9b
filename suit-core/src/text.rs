//! `SUIT_Text_Map` (draft-ietf-suit-manifest-37 §8.4.4): text for people. Nothing may be decided by it.

use crate::cbor::{Major, Reader};
use crate::component::ComponentId;
use crate::error::{Error, ErrorKind, Expected};
use crate::labels::{ComponentTextKey, TextKey};

/// All languages of a text, borrowed: `{ + language tag => text }`.
#[derive(Clone, Copy, Debug)]
pub struct Text<'a> {
    pairs: Reader<'a>,
    left: u64,
}

/// The text of one language, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Language<'a> {
    tag: &'a str,
    pairs: Reader<'a>,
    left: u64,
}

/// A piece of text of one language, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Piece<'a> {
    /// About the manifest.
    Manifest(TextKey, &'a str),
    /// About a component.
    Component(ComponentId<'a>, ComponentTexts<'a>),
}

/// The texts about one component, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct ComponentTexts<'a> {
    pairs: Reader<'a>,
    left: u64,
}

impl<'a> Text<'a> {
    /// Reads the content of the text's byte string.
    ///
    /// # Errors
    /// Faults of the encoding, `WrongType`.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        let mut reader = content;
        let left = reader.map()?;
        Ok(Self { pairs: reader, left })
    }
}

impl<'a> Iterator for Text<'a> {
    type Item = Result<Language<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let language = Language::read(&mut self.pairs);
        if language.is_err() {
            self.left = 0;
        }
        Some(language)
    }
}

impl<'a> Language<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let tag = reader.text()?;
        let mut inner = *reader;
        reader.item()?;
        let left = inner.map()?;
        Ok(Self { tag, pairs: inner, left })
    }

    /// The language tag.
    #[must_use]
    pub const fn tag(&self) -> &'a str {
        self.tag
    }
}

impl<'a> Iterator for Language<'a> {
    type Item = Result<Piece<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let piece = Piece::read(&mut self.pairs);
        if piece.is_err() {
            self.left = 0;
        }
        Some(piece)
    }
}

impl<'a> Piece<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let at = reader.offset();
        match reader.peek() {
            Some(Major::Array) => {
                let id = ComponentId::read(reader)?;
                let mut inner = *reader;
                reader.item()?;
                let left = inner.map()?;
                Ok(Self::Component(id, ComponentTexts { pairs: inner, left }))
            }
            Some(Major::Uint | Major::Nint) => {
                let key = TextKey::from_code(reader.int()?).ok_or(Error::new(ErrorKind::UnknownKey, at))?;
                Ok(Self::Manifest(key, reader.text()?))
            }
            _ => Err(Error::new(ErrorKind::WrongType(Expected::OneOfSeveral), at)),
        }
    }
}

impl<'a> Iterator for ComponentTexts<'a> {
    type Item = Result<(ComponentTextKey, &'a str), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        let entry = self.read();
        if entry.is_err() {
            self.left = 0;
        }
        Some(entry)
    }
}

impl<'a> ComponentTexts<'a> {
    fn read(&mut self) -> Result<(ComponentTextKey, &'a str), Error> {
        let at = self.pairs.offset();
        let key = ComponentTextKey::from_code(self.pairs.int()?);
        Ok((key.ok_or(Error::new(ErrorKind::UnknownKey, at))?, self.pairs.text()?))
    }
}
