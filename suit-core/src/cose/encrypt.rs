//! COSE_Encrypt and COSE_recipient (RFC 9052 §5): encryption info (draft-ietf-suit-firmware-encryption §4) and the
//! recipients of COSE_Mac.

use super::header::Header;
use crate::cbor::Reader;
use crate::envelope::check;
use crate::error::{Error, ErrorKind};
use crate::grammar;

/// A tagged COSE_Encrypt with a detached ciphertext, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Encrypt<'a> {
    header: Header<'a>,
    recipients: Recipients<'a>,
}

impl<'a> Encrypt<'a> {
    /// Reads the content of the parameter `encryption-info`.
    ///
    /// # Errors
    /// `AttachedPayload`, faults of the encoding, of the grammar and of the headers.
    pub fn parse(content: Reader<'a>) -> Result<Self, Error> {
        check(grammar::COSE_ENCRYPT_TAGGED, content)?;
        let mut reader = content;
        reader.tag()?;
        reader.array()?;
        let header = Header::read(&mut reader)?;
        let at = reader.offset();
        if !reader.null() {
            return Err(Error::new(ErrorKind::AttachedPayload, at));
        }
        Ok(Self { header, recipients: Recipients::read(&mut reader)? })
    }

    /// The header: content encryption algorithm and initialisation vector.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// Who can learn the content encryption key, and how.
    #[must_use]
    pub const fn recipients(&self) -> Recipients<'a> {
        self.recipients
    }
}

/// COSE_recipient structures, borrowed.
#[derive(Clone, Copy, Debug)]
pub struct Recipients<'a> {
    items: Reader<'a>,
    left: u64,
}

/// One recipient.
#[derive(Clone, Copy, Debug)]
pub struct Recipient<'a> {
    header: Header<'a>,
    key: Option<&'a [u8]>,
}

impl<'a> Recipient<'a> {
    /// The header: key management algorithm and key identifier.
    #[must_use]
    pub const fn header(&self) -> &Header<'a> {
        &self.header
    }

    /// The encrypted key; `None` if the algorithm needs none.
    #[must_use]
    pub const fn key(&self) -> Option<&'a [u8]> {
        self.key
    }
}

impl<'a> Recipients<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, Error> {
        let left = reader.array()?;
        let items = *reader;
        for _ in 0..left {
            read_recipient(reader)?;
        }
        Ok(Self { items, left })
    }
}

impl<'a> Iterator for Recipients<'a> {
    type Item = Recipient<'a>;

    fn next(&mut self) -> Option<Recipient<'a>> {
        self.left = self.left.checked_sub(1)?;
        read_recipient(&mut self.items).ok()
    }
}

fn read_recipient<'a>(reader: &mut Reader<'a>) -> Result<Recipient<'a>, Error> {
    reader.array()?;
    let header = Header::read(reader)?;
    let key = if reader.null() { None } else { Some(reader.bytes()?) };
    Ok(Recipient { header, key })
}
