//! From a manifest and what is around it to an unsigned envelope.

use super::lower::{Lowered, digest_of};
use crate::error::{Failure, Outcome, codes};
use suit_core::cbor::{Reader, Writer};
use suit_core::envelope::Wrapped;
use suit_core::labels::{Algorithm, EnvelopeKey, ManifestKey};
use suit_core::manifest::Severable;
use suit_core::owned::{self, Digest, Envelope, Member};
use suit_core::{Error, ErrorKind, Manifest, Tagging};

/// An envelope, and what a summary says of it.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    /// The envelope's encoding.
    pub(crate) bytes: Vec<u8>,
    /// Digest of the manifest.
    pub(crate) digest: Digest,
    /// Bytes of the manifest, without the head of its byte string.
    pub(crate) manifest_len: usize,
    /// Authentication blocks that were carried over.
    pub(crate) blocks: usize,
}

/// Blocks of an envelope that had the same manifest.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    /// What the envelope is called.
    pub(crate) name: String,
    /// The digest that the blocks sign.
    pub(crate) digest: Digest,
    /// The blocks.
    pub(crate) blocks: Vec<Vec<u8>>,
}

/// Computes a digest with a hash that the description chose from those that this tool has.
fn digest(algorithm: Algorithm, bytes: &[u8]) -> Digest {
    digest_of(algorithm, bytes).expect("descriptions name hashes that can be computed")
}

/// Puts the envelope together, and reads it again as a device would.
///
/// # Errors
/// E0229 the sequences are nested deeper than readers go; E0216 a list is longer; E0921 the carried signatures are for another manifest.
///
/// # Panics
/// If the strict reader refuses the result for another reason: a fault of this tool, found before anything is written.
pub(crate) fn build(lowered: Lowered, carried: Option<Carried>) -> Outcome<Built> {
    let mut manifest = lowered.manifest;
    let mut severed = Vec::new();
    for key in &lowered.severable {
        let content = manifest.sever(*key, |bytes| digest(lowered.hash, bytes));
        let envelope_key = EnvelopeKey::from_code(key.code());
        if let (Some(content), Some(key), false) = (content, envelope_key, lowered.leave_out.contains(key)) {
            severed.push((key, content));
        }
    }
    let encoded = manifest.encode();
    let mut item = Writer::new(Vec::new());
    let Ok(()) = item.bytes(&encoded);
    // P-032: the digest is over the byte string with its head.
    let digest = digest(lowered.hash, &item.into_inner());
    let blocks = carried.map_or(Ok(Vec::new()), |carried| carry(carried, &digest))?;
    let envelope = Envelope {
        tagged: lowered.tagged,
        digest: digest.clone(),
        blocks,
        severed,
        unknown: Vec::new(),
        payloads: lowered.payloads.into_iter().map(|payload| (payload.name, payload.content)).collect(),
        manifest: encoded,
    };
    let bytes = envelope.encode();
    if let Err(error) = read_again(&bytes, lowered.tagged) {
        // How deep and how long things are is all that isn't held against the reader's limits before.
        match error.kind {
            ErrorKind::TooDeep => return Err(Failure::new(codes::NESTING, codes::NESTING.title)),
            ErrorKind::TooManyItems | ErrorKind::TooManyEntries => {
                let message = "a command names more components than readers accept";
                return Err(Failure::new(codes::TOO_MANY, message).help("split the command, or the manifest"));
            }
            _ => {}
        }
        panic!("the reader refuses what was built: {} at byte {}", error.kind, error.offset);
    }
    let (manifest_len, blocks) = (envelope.manifest.len(), envelope.blocks.len());
    Ok(Built { bytes, digest, manifest_len, blocks })
}

fn carry(carried: Carried, digest: &Digest) -> Outcome<Vec<Vec<u8>>> {
    use super::values::digest_text;
    if carried.digest == *digest {
        return Ok(carried.blocks);
    }
    let message = format!("the signatures of '{}' are for another manifest", carried.name);
    Err(Failure::new(codes::SIGNATURES_OTHER, message)
        .note(format!("they sign {}", digest_text(&carried.digest)))
        .note(format!("this manifest has {}", digest_text(digest))))
}

/// The whole structure, severed parts included.
fn read_again(bytes: &[u8], tagged: bool) -> Result<(), Error> {
    let tagging = if tagged { Tagging::Required } else { Tagging::Optional };
    let envelope = suit_core::Envelope::parse(bytes, tagging)?;
    let manifest = Manifest::parse(envelope.manifest().content())?;
    for (key, member) in envelope.members() {
        if let suit_core::envelope::MemberKey::Known(key) = key {
            let section = ManifestKey::from_code(key.code());
            if let Some(Severable::Severed(_)) = section.and_then(|section| manifest.section(section)) {
                manifest.check_section(member.content())?;
            }
        }
    }
    if let Some(Severable::Inline(text)) = manifest.text() {
        owned::read_text(text)?;
    }
    if let Some(text) = envelope.member(EnvelopeKey::Text) {
        owned::read_text(text.content())?;
    }
    Ok(())
}

/// Puts a severed part back into `manifest`, if its content gives the digest again when it is severed anew with `hash`.
pub(crate) fn severed_content(
    manifest: &mut owned::Manifest,
    borrowed: &Manifest<'_>,
    key: ManifestKey,
    hash: Algorithm,
    member: &Wrapped<'_>,
) -> bool {
    let mut whole = manifest.clone();
    let content = member.content();
    match key {
        ManifestKey::CoSwid => whole.coswid = Some(Member::Inline(content.rest().to_vec())),
        ManifestKey::Text => match owned::read_text(content) {
            Ok(text) => whole.text = Some(Member::Inline(text)),
            Err(_) => return false,
        },
        _ => {
            let commands =
                borrowed.check_section(content).and_then(|section| owned::Command::sequence(&section));
            match commands {
                Ok(commands) => drop(whole.sections.insert(key, Member::Inline(commands))),
                Err(_) => return false,
            }
        }
    }
    let mut again = whole.clone();
    again.sever(key, |bytes| digest(hash, bytes));
    let same = again == *manifest;
    if same {
        *manifest = whole;
    }
    same
}

/// The blocks of an envelope.
///
/// # Errors
/// What the strict reader finds.
pub(crate) fn carried(name: &str, bytes: &[u8]) -> Outcome<Carried> {
    let reader = Reader::new(bytes);
    let envelope = suit_core::Envelope::parse_at(reader, Tagging::Optional)
        .map_err(|error| Failure::document(name, error))?;
    let authentication = envelope.authentication();
    Ok(Carried {
        name: name.to_owned(),
        digest: (&authentication.digest()).into(),
        blocks: authentication.blocks().map(|block| block.rest().to_vec()).collect(),
    })
}
