//! An envelope on its way to a vector: a tree, and who signs it.

use crate::keys::Key;
use crate::node::{Kind, Node, bytes, nil, tag, wrap};
use crate::{array, map};
use sha2::{Digest as _, Sha256, Sha384, Sha512};

/// COSE number of SHA-256.
pub const SHA_256: i64 = -16;
/// COSE number of SHA-384.
pub const SHA_384: i64 = -43;
/// COSE number of SHA-512.
pub const SHA_512: i64 = -44;

/// An envelope and the keys for its signatures, in order.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The document.
    pub root: Node,
    /// One for each signature or MAC tag, in order.
    pub signers: Vec<&'static Key>,
}

/// A digest of this algorithm over these bytes: `[algorithm, bytes]`.
///
/// # Panics
/// If the algorithm isn't one of the three here.
#[must_use]
pub fn digest(algorithm: i64, data: &[u8]) -> Node {
    array![algorithm, bytes(hash(algorithm, data).expect("SHA-256, SHA-384 or SHA-512"))]
}

fn hash(algorithm: i64, data: &[u8]) -> Option<Vec<u8>> {
    match algorithm {
        SHA_256 => Some(Sha256::digest(data).to_vec()),
        SHA_384 => Some(Sha384::digest(data).to_vec()),
        SHA_512 => Some(Sha512::digest(data).to_vec()),
        _ => None,
    }
}

/// A protected header with an algorithm and nothing else.
#[must_use]
pub fn protected(algorithm: i64) -> Node {
    wrap(map! { 1 => algorithm })
}

/// COSE_Sign1 or COSE_Mac0 for this key; the signature is put in by [`Draft::renew`].
#[must_use]
pub fn block_for(key: &Key) -> Node {
    let number = if key.public().is_some() { 18 } else { 17 };
    tag(number, array![protected(key.code), map! {}, nil(), bytes([])])
}

/// COSE_Sign with one signature by each of these keys.
#[must_use]
pub fn sign_for(body: Node, keys: &[&Key]) -> Node {
    let signer = |key: &&Key| array![protected(key.code), map! {}, bytes([])];
    tag(98, array![body, map! {}, nil(), keys.iter().map(signer).collect::<Vec<_>>()])
}

/// COSE_Mac whose key the recipient uses directly.
#[must_use]
pub fn mac_for(key: &Key) -> Node {
    let recipient = array![bytes([]), map! { 1 => -6 }, bytes([])];
    tag(97, array![protected(key.code), map! {}, nil(), bytes([]), array![recipient]])
}

impl Draft {
    /// An envelope around this manifest, signed by one COSE_Sign1 or COSE_Mac0.
    #[must_use]
    pub fn new(manifest: Node, key: &'static Key) -> Self {
        Self::with_blocks(manifest, vec![block_for(key)], &[key])
    }

    /// An envelope around this manifest with these blocks.
    #[must_use]
    pub fn with_blocks(manifest: Node, blocks: Vec<Node>, signers: &[&'static Key]) -> Self {
        let mut authentication = vec![wrap(digest(SHA_256, &[]))];
        authentication.extend(blocks.into_iter().map(wrap));
        let members = map! { 2 => wrap(authentication.into()), 3 => wrap(manifest) };
        let mut draft = Self { root: tag(107, members), signers: signers.to_vec() };
        draft.renew();
        draft
    }

    /// The map of the envelope.
    pub fn envelope(&mut self) -> &mut Node {
        if matches!(self.root.kind, Kind::Tag(..)) { self.root.inner() } else { &mut self.root }
    }

    /// The array of the authentication wrapper.
    pub fn authentication(&mut self) -> &mut Node {
        self.envelope().key(2).inner()
    }

    /// A block, 0-based, with its tag.
    pub fn block(&mut self, index: usize) -> &mut Node {
        self.authentication().item(index + 1).inner()
    }

    /// The map of the manifest.
    pub fn manifest(&mut self) -> &mut Node {
        self.envelope().key(3).inner()
    }

    /// The map of common.
    pub fn common(&mut self) -> &mut Node {
        self.manifest().key(3).inner()
    }

    /// The shared sequence, an array.
    pub fn shared(&mut self) -> &mut Node {
        self.common().key(4).inner()
    }

    /// A section that stands in the manifest, an array.
    pub fn section(&mut self, key: i64) -> &mut Node {
        self.manifest().key(key).inner()
    }

    /// Puts a member of the manifest into the envelope and its digest in its place.
    pub fn sever(&mut self, key: i64, algorithm: i64) {
        let member = core::mem::replace(self.manifest().key(key), digest(algorithm, &[]));
        self.envelope().insert(key, member);
    }

    /// Computes digests of severed members, the digest of the manifest, and the signatures: as far as the tree still has
    /// places for them.
    pub fn renew(&mut self) {
        self.renew_severed();
        self.renew_digest();
        self.renew_signatures();
    }

    /// Computes the digests of severed members.
    pub fn renew_severed(&mut self) {
        for key in [14, 15, 16, 18, 20, 23] {
            let Some(member) = self.envelope_if_any().and_then(|map| map.find(key)) else { continue };
            let encoded = member.encode();
            let stated = self.manifest_if_any().and_then(|map| map.find(key));
            if let Some(stated) = stated {
                set_digest(stated, &encoded);
            }
        }
    }

    /// Computes the digest of the manifest.
    pub fn renew_digest(&mut self) {
        let Some(manifest) = self.envelope_if_any().and_then(|map| map.find(3)) else { return };
        let encoded = manifest.encode();
        if let Some(stated) = self.authentication_if_any().and_then(|items| items.first_mut()).and_then(inner)
        {
            set_digest(stated, &encoded);
        }
    }

    /// Computes the signatures.
    pub fn renew_signatures(&mut self) {
        let mut signers = self.signers.clone().into_iter();
        let Some(items) = self.authentication_if_any() else { return };
        let Some((stated, blocks)) = items.split_first_mut() else { return };
        if !matches!(stated.kind, Kind::Bytes(_) | Kind::Wrapped(_)) {
            return;
        }
        // M §8.3: the digest's encoding is what is signed.
        let payload = stated.content();
        for block in blocks {
            if let Some(block) = inner(block) {
                renew_block(block, &payload, &mut signers);
            }
        }
    }

    fn envelope_if_any(&mut self) -> Option<&mut Node> {
        let map = if matches!(self.root.kind, Kind::Tag(..)) { self.root.inner() } else { &mut self.root };
        matches!(map.kind, Kind::Map(_)).then_some(map)
    }

    fn manifest_if_any(&mut self) -> Option<&mut Node> {
        self.envelope_if_any()?.find(3).and_then(inner)
    }

    fn authentication_if_any(&mut self) -> Option<&mut Vec<Node>> {
        match self.envelope_if_any()?.find(2).and_then(inner).map(|node| &mut node.kind) {
            Some(Kind::Array(items)) => Some(items),
            _ => None,
        }
    }
}

fn inner(node: &mut Node) -> Option<&mut Node> {
    match &mut node.kind {
        Kind::Wrapped(contents) => contents.first_mut(),
        _ => None,
    }
}

/// Puts the digest of these bytes into `[algorithm, bytes]`, if this is such an array with an algorithm known here.
fn set_digest(stated: &mut Node, data: &[u8]) {
    let Kind::Array(items) = &mut stated.kind else { return };
    let [algorithm, value, ..] = &mut items[..] else { return };
    let Kind::Nint(number) = algorithm.kind else { return };
    let Kind::Bytes(old) = &mut value.kind else { return };
    if let Some(new) = i64::try_from(number).ok().and_then(|number| hash(!number, data)) {
        *old = new;
    }
}

/// RFC 9052 §4.4, §6.3: the protected bucket as it goes into the signed structure.
fn protected_content(node: &Node) -> Option<Vec<u8>> {
    if !matches!(node.kind, Kind::Bytes(_) | Kind::Wrapped(_)) {
        return None;
    }
    let content = node.content();
    Some(if content == [0xa0] { Vec::new() } else { content })
}

fn renew_block(block: &mut Node, payload: &[u8], signers: &mut impl Iterator<Item = &'static Key>) {
    let Kind::Tag(number, message) = &mut block.kind else { return };
    let Kind::Array(items) = &mut message.kind else { return };
    let Some(body) = items.first().and_then(protected_content) else { return };
    if *number == 98 {
        let Some(Kind::Array(list)) = items.get_mut(3).map(|node| &mut node.kind) else { return };
        for signer in list {
            let Kind::Array(parts) = &mut signer.kind else { continue };
            let Some(protected) = parts.first().and_then(protected_content) else { continue };
            let message = array!["Signature", bytes(&body), bytes(&protected), bytes([]), bytes(payload)];
            put(parts.get_mut(2), &message, signers);
        }
        return;
    }
    let context = match *number {
        18 => "Signature1",
        17 => "MAC0",
        97 => "MAC",
        _ => return,
    };
    put(items.get_mut(3), &array![context, bytes(&body), bytes([]), bytes(payload)], signers);
}

fn put(place: Option<&mut Node>, message: &Node, signers: &mut impl Iterator<Item = &'static Key>) {
    let Some(key) = signers.next() else { return };
    if let Some(Kind::Bytes(signature)) = place.map(|node| &mut node.kind) {
        *signature = key.sign(&message.encode());
    }
}
