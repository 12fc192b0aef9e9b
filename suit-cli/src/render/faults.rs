//! Everything that is wrong with a document, each fault with its place and the rule that it breaks.

use super::document::{Document, Id, is_about_absence};
use super::path;
use crate::error::{Failure, Place};
use std::collections::HashSet;
use suit_core::cbor::Reader;
use suit_core::cose::{Block, Encrypt};
use suit_core::grammar::{self, Key, MapKind};
use suit_core::labels::{CommonKey, EnvelopeKey, ManifestKey};
use suit_core::{Error, ErrorKind};

/// A broken rule and where it is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    /// What is wrong, and at which byte.
    pub(crate) error: Error,
    /// The way to the value concerned, such as `manifest.install[3]`; empty for the whole document.
    pub(crate) path: String,
}

impl Fault {
    /// The fault as the tool reports it, for `file`.
    pub(crate) fn failure(&self, file: &str) -> Failure {
        let failure = Failure::document(file, self.error);
        let offset = u64::try_from(self.error.offset).unwrap_or(u64::MAX);
        let path = (!self.path.is_empty()).then(|| self.path.clone());
        let failure = failure.at(Place::bytes(file, offset, path));
        match rule(self.error.kind) {
            Some(rule) => failure.note(format!("rule: {rule}")),
            None => failure,
        }
    }
}

/// Faults among which the same one is looked for.
const SAME_MAX: usize = 64;

/// The faults that the walk found, with the rules that no walk can check, by place.
pub(super) fn all(document: &Document<'_>, found: Vec<(Error, Option<Id>)>) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    let mut note = |error: Error, around: Option<Id>| {
        let path = path::of(document, place(document, error, around));
        match faults.iter_mut().rev().take(SAME_MAX).find(|fault| fault.error == error) {
            // The end of the input is the end of every string that was cut there: the innermost says most.
            Some(known) if known.path.len() < path.len() => known.path = path,
            Some(_) => {}
            None => faults.push(Fault { error, path }),
        }
    };
    for (error, around) in found {
        note(error, around);
    }
    let mut more = Vec::new();
    for (id, node) in document.nodes().iter().enumerate() {
        match node.shape {
            grammar::MANIFEST => manifest(document, id, &mut more),
            grammar::BLOCK => block(document.reader(id), id, &mut more),
            grammar::COSE_ENCRYPT_TAGGED => {
                more.extend(Encrypt::parse(document.reader(id)).err().map(|error| (error, id)));
            }
            _ => {}
        }
    }
    for (error, around) in more {
        note(error, Some(around));
    }
    faults.sort_by_key(|fault| fault.error.offset);
    faults
}

/// The innermost value that a fault is about, from the value in whose parts it was found.
fn place(document: &Document<'_>, error: Error, around: Option<Id>) -> Option<Id> {
    if is_about_absence(error.kind) {
        return around;
    }
    let around = around.or_else(|| document.root())?;
    // Values stand in the order of their offsets, so the last one that begins at the fault or before it is inside of
    // the one that is looked for, or is that one.
    let parts = &document.nodes()[around..document.node(around).behind];
    let last = parts.partition_point(|node| node.key_offset <= error.offset);
    let mut place = around + last.saturating_sub(1);
    while place != around && document.node(place).end <= error.offset {
        place = document.node(place).parent?;
    }
    Some(place)
}

/// Rules that join one part of a manifest to another.
fn manifest(document: &Document<'_>, manifest: Id, faults: &mut Vec<(Error, Id)>) {
    let Some(common) = document.get(manifest, ManifestKey::Common.code()) else { return };
    let list = document.get(common, CommonKey::Components.code());
    let components: Vec<_> = list.into_iter().flat_map(|list| document.children(list)).collect();
    if components.is_empty() && document.get(common, CommonKey::Dependencies.code()).is_none() {
        faults.push((Error::new(ErrorKind::NoComponents, document.node(manifest).offset), common));
    }
    let ids: Vec<_> = components.iter().map(|id| document.encoded(*id)).collect();
    // The grammar bounds the list's length, but a broken document need not keep to it.
    let bounded = usize::try_from(grammar::COMPONENTS_MAX).map_or(ids.len(), |max| max.min(ids.len()));
    for (position, id) in ids[..bounded].iter().enumerate() {
        if ids[..position].contains(id) {
            let component = components[position];
            let offset = document.node(component).offset;
            faults.push((Error::new(ErrorKind::DuplicateComponent, offset), component));
        }
    }
    let ids: HashSet<_> = ids.into_iter().collect();
    let around = document.envelope_of(manifest);
    let severed = around.and_then(|envelope| document.get(envelope, EnvelopeKey::Text.code()));
    for text in document.get(manifest, ManifestKey::Text.code()).into_iter().chain(severed) {
        for language in document.children(document.content(text)) {
            for entry in document.children(language) {
                let node = document.node(entry);
                // M §8.4.4 (P-017): text is about components that the manifest lists.
                if let Key::Composite(MapKind::Text, id) = node.key
                    && !ids.contains(id)
                {
                    faults.push((Error::new(ErrorKind::TextComponent, node.key_offset), entry));
                }
            }
        }
    }
}

/// Rules of COSE messages that join their parts.
fn block(content: Reader<'_>, id: Id, faults: &mut Vec<(Error, Id)>) {
    let mut note = |error: Option<Error>| faults.extend(error.map(|error| (error, id)));
    match Block::parse(content) {
        Err(error) => note(Some(error)),
        Ok(Block::Sign1(signer) | Block::Mac0(signer)) => note(signer.header().protected_algorithm().err()),
        Ok(Block::Mac(mac)) => note(mac.header().protected_algorithm().err()),
        Ok(Block::Sign(sign)) => {
            for signer in sign.signers().flatten() {
                note(signer.header().protected_algorithm().err());
            }
        }
    }
}

/// The rule behind a fault, and where it is written. M is draft-ietf-suit-manifest-37.
pub(crate) const fn rule(kind: ErrorKind) -> Option<&'static str> {
    use ErrorKind as E;
    Some(match kind {
        E::Truncated => "a head or string is followed by as many bytes as it says (RFC 8949 §3)",
        E::ReservedHead => "additional information 28 to 30 has no meaning (RFC 8949 §3)",
        E::LongHead => "integers and lengths take their shortest form (RFC 8949 §4.2.1; M §8.1)",
        E::IndefiniteLength => "lengths are definite (RFC 8949 §4.2.1; M §8.1)",
        E::UnexpectedBreak => {
            "a break ends an item of indefinite length and stands nowhere else (RFC 8949 §3.2.1)"
        }
        E::TrailingBytes => "a document, and what a byte string holds, is one item and nothing else",
        E::DuplicateKey => "a key stands in a map once (RFC 8949 §5.6)",
        E::KeyOrder => "map keys stand in bytewise order of their encodings (RFC 8949 §4.2.1; M §8.1)",
        E::InvalidUtf8 => "text strings are UTF-8 (RFC 8949 §3.1)",
        E::UnsupportedSimple => "the only simple values in SUIT are false, true and null",
        E::TooDeep => "nesting ends at 24 levels, a limit of this reader; the published examples need 9",
        E::IntegerRange => "labels, codes and signed numbers fit 64 bits with a sign",
        E::TooManyEntries => "maps of which all keys are compared have a limit in this reader",
        E::WrongType(_) => "the value has the kind that the grammar gives it (M Appendix A)",
        E::MissingKey(_) => "required members are there (M Appendix A)",
        E::UnknownKey => {
            "every key of the manifest is known, for it is signed and therefore meant (reading A-35)"
        }
        E::WrongTag(_) => "the tag is the one that the grammar gives (M Appendix A)",
        E::TooFewItems => "the list has as many items as its kind needs (M Appendix A)",
        E::TooManyItems => "the list has no more items than its kind has (M Appendix A)",
        E::WrongLength => "a UUID has 16 bytes (RFC 9562; M §8.4.8.2)",
        E::UnsupportedVersion => "the manifest version is 1; another must be refused (M §8.4.1)",
        E::UnknownCommand => "a manifest with an unknown command must be excluded (M §6.1, §8.4.9)",
        E::ForbiddenCommand => "the shared sequence only sets and checks parameters (M §5.3.2, Appendix A)",
        E::OddSequence => "a sequence is a list of codes, each with an argument (M Appendix A)",
        E::UnknownParameter => "a manifest with an unknown parameter must be excluded (M §6.1)",
        E::ForbiddenParameter => "the shared sequence sets no custom parameters (M §6.2)",
        E::ReportPolicy => "a reporting policy has four bits (M §8.4.7)",
        E::UnknownDigestAlgorithm => "digests are SHA-2 or SHAKE by their COSE numbers (M §10)",
        E::DigestLength => "a digest is as long as its algorithm's output (RFC 9054)",
        E::DuplicateComponent => "a component is listed once",
        E::ComponentIndex => "an index stands for a listed component or dependency (M §8.4.10.1)",
        E::MissingComponentIndex => {
            "with several components every sequence begins with set-component-index (M §6.2; trust domains §5.1)"
        }
        E::NoComponents => "a manifest lists a component or a dependency; for nothing it can't succeed",
        E::DuplicateIndex => "a list of indices names each once",
        E::UnknownComparison => "version comparisons are 1 to 5 (update management §4.4)",
        E::UnknownWaitEvent => "wait events are 1 to 9 (update management §4.5)",
        E::UnknownFileType => "file types are 1 to 3 (update management §4.6)",
        E::TextComponent => "text is about components that the manifest lists (M §8.4.4)",
        E::LanguageTag => "a language tag is groups of 1 to 8 letters and digits with hyphens (RFC 9290)",
        E::Untagged => "an envelope has the tag 107 (M Appendix A)",
        E::AttachedPayload => "the payload of a COSE message is detached (M §8.3)",
        E::DuplicateHeader => "a header label stands in one of the two buckets, once (RFC 9052 §3)",
        E::CriticalHeader => "what the critical header names must be understood (RFC 9052 §3.1)",
        E::MissingAlgorithm => "a signature or MAC names its algorithm (RFC 9052 §3.1)",
        E::UnprotectedAlgorithm => "the algorithm is in the protected header (RFC 9052 §3.1)",
        E::UnknownBlock => "an authentication block is COSE_Sign1, Sign, Mac0 or Mac, with its tag (M §8.3)",
        _ => return None,
    })
}
