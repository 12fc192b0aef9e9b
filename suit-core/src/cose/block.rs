//! `SUIT_Authentication_Block` (draft-ietf-suit-manifest-37 §8.3): a tagged COSE message with a detached payload.

use super::encrypt::Recipients;
use super::header::Header;
use super::to_be_signed::ToBeSigned;
use crate::cbor::Reader;
use crate::envelope::check;
use crate::error::{Error, ErrorKind};
use crate::grammar;
use crate::labels::Tag;

/// An authentication block, borrowed.
#[derive(Clone, Copy, Debug)]
pub enum Block<'a> {
    /// COSE_Sign1: one signature.
    Sign1(Signer<'a>),
    /// COSE_Sign: several signatures.
    Sign(Sign<'a>),
    /// COSE_Mac0: a tag by an implied key.
    Mac0(Signer<'a>),
    /// COSE_Mac: a tag by a key that recipients are told.
    Mac(Mac<'a>),
}

/// A header and the signature or tag that was made with it.
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    header: Header<'a>,
    signature: &'a [u8],
}

impl<'a> Signer<'a> {
    /// The header.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The signature or tag.
    #[must_use]
    pub const fn signature(&self) -> &'a [u8] {
        self.signature
    }
}

/// COSE_Sign: a body header and its signers.
#[derive(Clone, Copy, Debug)]
pub struct Sign<'a> {
    body: Header<'a>,
    signers: Reader<'a>,
    count: u64,
}

impl<'a> Sign<'a> {
    /// The header of the body.
    #[must_use]
    pub const fn body(&self) -> &Header<'a> {
        &self.body
    }

    /// The signers in order.
    ///
    /// Items are errors where a signer's header breaks a rule.
    pub fn signers(&self) -> impl Iterator<Item = Result<Signer<'a>, Error>> + use<'a> {
        let mut reader = self.signers;
        (0..self.count).map(move |_| read_signer(&mut reader))
    }

    /// What this signer signed.
    #[must_use]
    pub const fn to_be_signed(&self, signer: &Signer<'a>, payload: &'a [u8]) -> ToBeSigned<'a> {
        ToBeSigned::sign(self.body.protected(), signer.header.protected(), payload)
    }
}

/// COSE_Mac: a header, a tag, and the recipients of the key.
#[derive(Clone, Copy, Debug)]
pub struct Mac<'a> {
    header: Header<'a>,
    tag: &'a [u8],
    recipients: Recipients<'a>,
}

impl<'a> Mac<'a> {
    /// The header.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The tag.
    #[must_use]
    pub const fn tag(&self) -> &'a [u8] {
        self.tag
    }

    /// The recipients.
    #[must_use]
    pub const fn recipients(&self) -> Recipients<'a> {
        self.recipients
    }
}

/// Which kinds of block are read beside COSE_Sign1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kinds {
    /// COSE_Sign.
    pub sign: bool,
    /// COSE_Mac0.
    pub mac0: bool,
    /// COSE_Mac.
    pub mac: bool,
}

impl Kinds {
    /// All of them.
    pub const ALL: Self = Self { sign: true, mac0: true, mac: true };
}

impl<'a> Block<'a> {
    /// Reads a block that fills what `content` has left.
    ///
    /// # Errors
    /// `UnknownBlock` for another tag, `AttachedPayload`, faults of the encoding, of the grammar and of the headers,
    /// those of all signers and recipients included.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        Self::parse_kinds(content, Kinds::ALL)
    }

    /// As [`Block::parse`], for a device that has no use for some kinds: a block of one that isn't in `kinds` is refused
    /// like one that no document knows, and with constant `kinds` the code that would read it isn't linked.
    ///
    /// # Errors
    /// As [`Block::parse`].
    #[inline]
    pub fn parse_kinds(content: Reader<'a>, kinds: Kinds) -> Result<Self, Error> {
        WalkedBlock::check(content)?.read(kinds)
    }
}

/// An authentication block of which the structure was checked and no header was read yet, borrowed: for a device, whose stack
/// need not hold what is read while the structure is checked.
#[derive(Clone, Copy, Debug)]
pub struct WalkedBlock<'a> {
    content: Reader<'a>,
}

impl<'a> WalkedBlock<'a> {
    /// Checks the structure of a block that fills what `content` has left.
    ///
    /// # Errors
    /// `UnknownBlock` for a tag of no kind, faults of the encoding and of the grammar.
    pub fn check(content: Reader<'a>) -> Result<Self, Error> {
        check(grammar::BLOCK, content)?;
        Ok(Self { content })
    }

    /// Reads the block, as [`Block::parse_kinds`] does.
    ///
    /// # Errors
    /// `UnknownBlock` for a kind that isn't in `kinds`, `AttachedPayload`, faults of the headers, those of all signers and
    /// recipients included.
    #[inline]
    pub fn read(self, kinds: Kinds) -> Result<Block<'a>, Error> {
        let mut reader = self.content;
        let at = reader.offset();
        let tag = reader.known();
        let is = |kind: Tag| tag == kind.code().unsigned_abs();
        let known = is(Tag::CoseSign1)
            || kinds.sign && is(Tag::CoseSign)
            || kinds.mac0 && is(Tag::CoseMac0)
            || kinds.mac && is(Tag::CoseMac);
        if !known {
            return Err(Error::new(ErrorKind::UnknownBlock, at));
        }
        reader.known();
        let header = Header::read(&mut reader)?;
        let payload_at = reader.offset();
        // M §8.3: the payload is detached. An attached one is refused, whatever it says.
        if !reader.null() {
            return Err(Error::new(ErrorKind::AttachedPayload, payload_at));
        }
        Ok(if kinds.sign && is(Tag::CoseSign) {
            let count = reader.array()?;
            let signers = reader;
            for _ in 0..count {
                read_signer(&mut reader)?;
            }
            Block::Sign(Sign { body: header, signers, count })
        } else {
            let signature = reader.known_bytes();
            if kinds.mac && is(Tag::CoseMac) {
                Block::Mac(Mac { header, tag: signature, recipients: Recipients::read(&mut reader)? })
            } else if kinds.mac0 && is(Tag::CoseMac0) {
                Block::Mac0(Signer { header, signature })
            } else {
                Block::Sign1(Signer { header, signature })
            }
        })
    }
}

fn read_signer<'a>(reader: &mut Reader<'a>) -> Result<Signer<'a>, Error> {
    reader.array()?;
    Ok(Signer { header: Header::read(reader)?, signature: reader.bytes()? })
}
