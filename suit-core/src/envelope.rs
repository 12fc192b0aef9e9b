//! `SUIT_Envelope` (draft-ietf-suit-manifest-37 §8.2, §8.3): extents only, borrowed. What is inside the manifest is read
//! after it was authenticated.

use crate::cbor::{Major, Reader, Walked};
use crate::digest::Digest;
use crate::error::{Error, ErrorKind};
use crate::grammar::{self, Checker, Context, DEPTH_MAX, Frame, Shape, Supported};
use crate::labels::{EnvelopeKey, Tag};

/// An envelope, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Envelope<'a> {
    whole: Reader<'a>,
}

/// A byte string of the envelope, as received. Digests cover it with its head.
#[derive(Clone, Copy, Debug)]
pub struct Wrapped<'a> {
    /// A reader at its head.
    start: Reader<'a>,
}

impl<'a> Wrapped<'a> {
    /// The byte string with its head: what digests are computed over (M §8.3, §8.4.12).
    #[must_use]
    pub fn item(&self) -> &'a [u8] {
        let mut reader = self.start;
        reader.known_bytes();
        reader.since(&self.start)
    }

    /// A reader over the content.
    #[must_use]
    pub fn content(&self) -> Reader<'a> {
        { self.start }.known_wrapped()
    }
}

/// Whether an envelope must have the CBOR tag 107.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tagging {
    /// It must, as draft-ietf-suit-manifest-37 Appendix A has it.
    Required,
    /// Envelopes without a tag are read as well (A-36: some users of SUIT leave it out).
    Optional,
}

/// Key of an envelope's member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberKey<'a> {
    /// A registered one.
    Known(EnvelopeKey),
    /// An integer that no document defines; such members are ignored.
    Unknown(i64),
    /// Text: an integrated payload or dependency, or something an intermediary fetched.
    Payload(&'a str),
}

/// Holds what `content` has left against a shape.
#[inline(never)]
pub(crate) fn check(shape: Shape, content: Reader<'_>) -> Result<(), Error> {
    check_in(shape, content, &mut Checker::new(Context::new(), &Supported::ALL))
}

/// As [`check`], with what `checker` knows before and implements; it then knows what was learnt.
pub(crate) fn check_in<'a>(
    shape: Shape,
    content: Reader<'a>,
    checker: &mut Checker<'a, '_>,
) -> Result<(), Error> {
    check_by(shape, content, checker, &mut [const { Frame::FREE }; DEPTH_MAX - 1])
}

/// As [`check`] for a shape in which a value with parts is inside of one other at most.
#[inline(never)]
fn check_flat(shape: Shape, content: Reader<'_>) -> Result<(), Error> {
    let mut checker = Checker::new(Context::new(), &Supported::ALL);
    check_by(shape, content, &mut checker, &mut [const { Frame::FREE }; 1])
}

fn check_by<'a>(
    shape: Shape,
    mut content: Reader<'a>,
    checker: &mut Checker<'a, '_>,
    frames: &mut [Frame],
) -> Result<(), Error> {
    grammar::run(shape, &mut content, checker, frames, None)?;
    content.finish()
}

impl<'a> Envelope<'a> {
    /// Reads the extents of an envelope that fills `bytes`.
    ///
    /// # Errors
    /// `Untagged` if the tag is missing and required; faults of the encoding and of the outer grammar; the digest's.
    pub fn parse(bytes: &'a [u8], tagging: Tagging) -> Result<Self, Error> {
        Self::parse_at(Reader::new(bytes), tagging)
    }

    /// As [`Envelope::parse`], for an envelope that fills what `reader` has left, such as an integrated dependency.
    ///
    /// # Errors
    /// As [`Envelope::parse`].
    pub fn parse_at(reader: Reader<'a>, tagging: Tagging) -> Result<Self, Error> {
        let tagged = reader.peek() != Some(Major::Map);
        if !tagged && tagging == Tagging::Required {
            return Err(reader.error(ErrorKind::Untagged));
        }
        let shape = if tagged { grammar::ENVELOPE_TAGGED } else { grammar::ENVELOPE };
        check_flat(shape, reader)?;
        let envelope = Self { whole: reader };
        Authentication::parse(envelope.authentication().content)?;
        Ok(envelope)
    }

    /// A reader over the whole envelope.
    #[must_use]
    pub const fn reader(&self) -> Reader<'a> {
        self.whole
    }

    /// The whole envelope as received.
    #[must_use]
    pub const fn bytes(&self) -> &'a [u8] {
        self.whole.rest()
    }

    /// Whether the envelope has its tag.
    #[must_use]
    pub fn is_tagged(&self) -> bool {
        Walked::new(self.whole).is(Major::Tag)
    }

    /// Digest and authentication blocks.
    #[must_use]
    pub fn authentication(&self) -> Authentication<'a> {
        Authentication { content: self.known(EnvelopeKey::AuthenticationWrapper).content() }
    }

    /// The manifest's byte string; nothing of its content was read.
    #[must_use]
    pub fn manifest(&self) -> Wrapped<'a> {
        self.known(EnvelopeKey::Manifest)
    }

    /// One of the members that every envelope has: the walk refuses one without.
    fn known(&self, key: EnvelopeKey) -> Wrapped<'a> {
        self.member(key).unwrap_or(Wrapped { start: Reader::new(&[]) })
    }

    /// A member with a registered key, such as a severed section. Nothing vouches for it but the manifest's digest.
    #[must_use]
    pub fn member(&self, key: EnvelopeKey) -> Option<Wrapped<'a>> {
        let value = Walked::new(self.map()).find(key.code())?;
        Some(Wrapped { start: value.reader() })
    }

    /// The map of its members.
    fn map(&self) -> Reader<'a> {
        let mut map = self.whole;
        if self.is_tagged() {
            map.known();
        }
        map
    }

    /// The integrated payload or dependency of this name.
    #[must_use]
    pub fn payload(&self, name: &str) -> Option<Reader<'a>> {
        let mut members = Walked::new(self.map());
        for _ in 0..members.number() {
            let mut key = members;
            members.skip();
            if key.is(Major::Text) && key.string() == name.as_bytes() {
                return Some(members.wrapped().reader());
            }
            members.skip();
        }
        None
    }

    /// All members in order, wrapper and manifest included.
    pub fn members(&self) -> impl Iterator<Item = (MemberKey<'a>, Wrapped<'a>)> + use<'a> {
        let mut reader = self.map();
        (0..reader.known_count()).map_while(move |_| read_member(&mut reader).ok())
    }
}

fn read_member<'a>(reader: &mut Reader<'a>) -> Result<(MemberKey<'a>, Wrapped<'a>), Error> {
    let key = if reader.peek() == Some(Major::Text) {
        MemberKey::Payload(reader.text()?)
    } else {
        let label = reader.int()?;
        EnvelopeKey::from_code(label).map_or(MemberKey::Unknown(label), MemberKey::Known)
    };
    let start = *reader;
    reader.bytes()?;
    Ok((key, Wrapped { start }))
}

/// `SUIT_Authentication`, borrowed: a digest, then any number of blocks.
#[derive(Clone, Copy, Debug)]
pub struct Authentication<'a> {
    content: Reader<'a>,
}

impl<'a> Authentication<'a> {
    /// Reads the content of the authentication wrapper.
    ///
    /// # Errors
    /// Faults of the encoding and of the grammar; the digest's.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        check_flat(grammar::AUTHENTICATION, content)?;
        Ok(Self { content })
    }

    /// The digest's byte string and what follows it, and how many items there are.
    fn items(&self) -> (Reader<'a>, u32) {
        let mut items = self.content;
        let count = items.known_count();
        (items, count)
    }

    /// The digest of the manifest that the envelope claims.
    #[must_use]
    pub fn digest(&self) -> Digest<'a> {
        Digest::known(&mut self.items().0.known_wrapped())
    }

    /// What every block must sign: the encoded digest, without a byte string around it (M §8.3).
    #[must_use]
    pub fn signed(&self) -> &'a [u8] {
        self.items().0.known_bytes()
    }

    /// How many blocks there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.items().1.saturating_sub(1).into()
    }

    /// Whether there are none: a legal encoding that authenticates nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Readers over the blocks' contents, for [`crate::cose::Block::parse`].
    pub fn blocks(&self) -> impl Iterator<Item = Reader<'a>> + use<'a> {
        let (mut blocks, count) = self.items();
        blocks.known_bytes();
        (1..count).map(move |_| blocks.known_wrapped())
    }
}

/// Whether an envelope's first byte is that of tag 107; for telling file kinds apart.
#[must_use]
pub fn looks_tagged(bytes: &[u8]) -> bool {
    Reader::new(bytes).tag() == Ok(Tag::SuitEnvelope.code().unsigned_abs())
}
