//! The owned envelope: for putting one together and for changing what is outside of the signed bytes.

use super::encode::{Encoding, bytes, finish, int, map, text};
use super::manifest::Digest;
use crate::cbor::Writer;
use crate::envelope::MemberKey;
use crate::labels::{EnvelopeKey, Tag};
use alloc::string::String;
use alloc::vec::Vec;

/// An envelope, owned. The manifest and all members are kept as received: what was signed is never encoded again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// Whether it has the tag 107.
    pub tagged: bool,
    /// Digest of the manifest's byte string.
    pub digest: Digest,
    /// Authentication blocks, each the encoding of a tagged COSE message.
    pub blocks: Vec<Vec<u8>>,
    /// Encoding of the manifest.
    pub manifest: Vec<u8>,
    /// Severed members: key and content of the byte string.
    pub severed: Vec<(EnvelopeKey, Vec<u8>)>,
    /// Members with an integer key that no document defines.
    pub unknown: Vec<(i64, Vec<u8>)>,
    /// Integrated payloads and dependencies: name and content.
    pub payloads: Vec<(String, Vec<u8>)>,
}

impl Envelope {
    /// The envelope's one encoding. A key that is given twice is encoded twice, which every reader refuses.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut entries = alloc::vec![
            (int(EnvelopeKey::AuthenticationWrapper.code()), bytes(&self.authentication())),
            (int(EnvelopeKey::Manifest.code()), bytes(&self.manifest)),
        ];
        entries.extend(self.severed.iter().map(|(key, content)| (int(key.code()), bytes(content))));
        entries.extend(self.unknown.iter().map(|(key, content)| (int(*key), bytes(content))));
        entries.extend(self.payloads.iter().map(|(name, content)| (text(name), bytes(content))));
        let map = map(entries);
        if !self.tagged {
            return map;
        }
        let mut writer = Writer::new(Vec::new());
        finish(writer.tag(Tag::SuitEnvelope));
        finish(writer.raw(&map));
        writer.into_inner()
    }

    fn authentication(&self) -> Vec<u8> {
        let mut writer = Writer::new(Vec::new());
        finish(writer.array(self.blocks.len().saturating_add(1)));
        finish(writer.bytes(&self.digest.encoded()));
        for block in &self.blocks {
            finish(writer.bytes(block));
        }
        writer.into_inner()
    }
}

impl From<&crate::Envelope<'_>> for Envelope {
    fn from(envelope: &crate::Envelope<'_>) -> Self {
        let mut owned = Self {
            tagged: envelope.is_tagged(),
            digest: (&envelope.authentication().digest()).into(),
            blocks: envelope.authentication().blocks().map(|block| block.rest().into()).collect(),
            manifest: envelope.manifest().content().rest().into(),
            severed: Vec::new(),
            unknown: Vec::new(),
            payloads: Vec::new(),
        };
        for (key, value) in envelope.members() {
            let content: Vec<u8> = value.content().rest().into();
            match key {
                MemberKey::Known(EnvelopeKey::AuthenticationWrapper | EnvelopeKey::Manifest) => {}
                MemberKey::Known(key) => owned.severed.push((key, content)),
                MemberKey::Unknown(key) => owned.unknown.push((key, content)),
                MemberKey::Payload(name) => owned.payloads.push((name.into(), content)),
            }
        }
        owned
    }
}
