//! Makes envelopes for the tests, byte by byte and without the library's own writer.
#![allow(
    dead_code,
    unreachable_pub,
    missing_debug_implementations,
    reason = "each test program uses a part of this"
)]

use p256::ecdsa::signature::Signer as _;
use sha2::Digest as _;
use suit_core::labels::Algorithm;
use suit_verify_nostd::crypto::{
    Crypto, Ed25519, EdDsa, Es256, Esp256, Esp384, HashAlgorithm, Hmac256, MacVerifier, Sha256, Sha384,
    Sha512, SignatureVerifier,
};
use suit_verify_nostd::{AuthenticationError, Budget, TrustAnchor, TrustStore};

/// Every signature algorithm, the legacy ones included.
pub const ALL_SIGNATURES: &[&dyn SignatureVerifier] = &[&Esp256, &Es256, &Esp384, &Ed25519, &EdDsa];
/// The signature algorithms that RFC 9864 doesn't deprecate.
pub const SIGNATURES: &[&dyn SignatureVerifier] = &[&Esp256, &Esp384, &Ed25519];
pub const MACS: &[&dyn MacVerifier] = &[&Hmac256];
pub const HASHES: &[&dyn HashAlgorithm] = &[&Sha256, &Sha384, &Sha512];
pub const ALL: Crypto<'static> = Crypto { signatures: ALL_SIGNATURES, macs: MACS, hashes: HASHES };

/// Bytes from hexadecimal digits; white space and everything from `#` to the end of a line is left out.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().chars())
        .filter(|c| !c.is_whitespace())
        .map(|c| u8::try_from(c.to_digit(16).expect("a hexadecimal digit")).unwrap())
        .collect();
    assert_eq!(digits.len() % 2, 0, "an odd number of digits in {text}");
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Head of an item of this major type, shifted.
pub fn head(major: u8, value: usize) -> Vec<u8> {
    match value {
        0..24 => vec![major | value as u8],
        24..0x100 => vec![major | 24, value as u8],
        0x100..0x1_0000 => [&[major | 25], &(value as u16).to_be_bytes()[..]].concat(),
        _ => [&[major | 26], &(value as u32).to_be_bytes()[..]].concat(),
    }
}

pub fn bstr(content: &[u8]) -> Vec<u8> {
    [head(0x40, content.len()), content.to_vec()].concat()
}

pub fn text(content: &str) -> Vec<u8> {
    [head(0x60, content.len()), content.as_bytes().to_vec()].concat()
}

pub fn array(items: &[Vec<u8>]) -> Vec<u8> {
    [head(0x80, items.len()), items.concat()].concat()
}

/// A key that signs, with its raw public form for an anchor.
#[derive(Clone)]
pub enum Key {
    P256(p256::ecdsa::SigningKey),
    P384(Box<p384::ecdsa::SigningKey>),
    Ed25519(Box<ed25519_dalek::SigningKey>),
    Mac(Vec<u8>),
}

impl Key {
    /// Published test key K1 (draft-ietf-suit-manifest-37, Appendix B).
    pub fn k1() -> Self {
        let secret = hex("0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973");
        Self::P256(p256::ecdsa::SigningKey::from_slice(&secret).unwrap())
    }

    /// Published test key K2 (draft-ietf-suit-firmware-encryption).
    pub fn k2() -> Self {
        let secret = hex("841aebb7b9ea6f0260be7355a24588b977d23d2ac5bf2b6b2d8379432a1fea98");
        Self::P256(p256::ecdsa::SigningKey::from_slice(&secret).unwrap())
    }

    /// Key of RFC 6979 A.2.6.
    pub fn p384() -> Self {
        let secret = hex(
            "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d896d5724e4c70a825f872c9ea60d2edf5",
        );
        Self::P384(Box::new(p384::ecdsa::SigningKey::from_slice(&secret).unwrap()))
    }

    /// Key of RFC 8032 §7.1, test 1.
    pub fn ed25519() -> Self {
        let secret = hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        Self::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret.try_into().unwrap())))
    }

    /// Published HMAC test key (draft-ietf-suit-firmware-encryption).
    pub fn mac() -> Self {
        Self::Mac(vec![0x61; 32])
    }

    pub fn raw(&self) -> Vec<u8> {
        match self {
            Self::P256(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::P384(key) => key.verifying_key().to_sec1_point(false).as_bytes().to_vec(),
            Self::Ed25519(key) => key.verifying_key().to_bytes().to_vec(),
            Self::Mac(key) => key.clone(),
        }
    }

    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::P384(key) => {
                let signature: p384::ecdsa::Signature = key.sign(message);
                signature.to_bytes().to_vec()
            }
            Self::Ed25519(key) => key.sign(message).to_bytes().to_vec(),
            Self::Mac(key) => {
                use hmac::{KeyInit, Mac};
                let mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(key).unwrap().chain_update(message);
                mac.finalize().into_bytes().to_vec()
            }
        }
    }

    /// The algorithm that this key is for.
    pub const fn algorithm(&self) -> Algorithm {
        match self {
            Self::P256(_) => Algorithm::Esp256,
            Self::P384(_) => Algorithm::Esp384,
            Self::Ed25519(_) => Algorithm::Ed25519,
            Self::Mac(_) => Algorithm::Hmac256,
        }
    }
}

/// A small manifest whose install section and text are severed, and the members that were severed.
pub struct Parts {
    pub manifest: Vec<u8>,
    pub install: Vec<u8>,
    pub text: Vec<u8>,
}

impl Parts {
    pub fn new() -> Self {
        // [override-parameters, {uri: "x"}, fetch, 2]
        let install = hex("84 14 a1 15 61 78 15 02");
        // {"en": {manifest-description: "d"}}
        let text = hex("a1 62 656e a1 01 61 64");
        let manifest = [
            hex("
                a6                  # map of 6
                   01 01            # manifest-version: 1
                   02 07            # manifest-sequence-number: 7
                   03 47            # common
                      a1 02         # components
                         81 81 42 6677
                   07 43            # validate
                      82 03 0f      # condition-image-match, 15
                   14               # install
            "),
            digest(-16, &bstr(&install)),
            hex("17                 # text"),
            digest(-16, &bstr(&text)),
        ]
        .concat();
        Self { manifest, install, text }
    }
}

/// SUIT_Digest of `data` by this algorithm.
pub fn digest(algorithm: i8, data: &[u8]) -> Vec<u8> {
    let (algorithm, value) = match algorithm {
        -16 => (hex("2f"), sha2::Sha256::digest(data).to_vec()),
        -43 => (hex("382a"), sha2::Sha384::digest(data).to_vec()),
        -44 => (hex("382b"), sha2::Sha512::digest(data).to_vec()),
        _ => panic!("no such hash"),
    };
    array(&[algorithm, bstr(&value)])
}

/// `d8 6b { 2: wrapper, 3: manifest, members }`, with the members in order.
pub fn envelope(digest: &[u8], blocks: &[Vec<u8>], manifest: &[u8], members: &[(u8, &[u8])]) -> Vec<u8> {
    let mut items = vec![bstr(digest)];
    items.extend(blocks.iter().map(|block| bstr(block)));
    let mut bytes = [hex("d8 6b"), head(0xa0, 2 + members.len())].concat();
    bytes.extend([vec![2], bstr(&array(&items)), vec![3], bstr(manifest)].concat());
    for (key, content) in members {
        bytes.extend([vec![*key], bstr(content)].concat());
    }
    bytes
}

/// The four kinds of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sign1,
    Sign,
    Mac0,
    Mac,
}

impl Kind {
    pub fn tag(self) -> Vec<u8> {
        hex(match self {
            Self::Sign1 => "d2",
            Self::Sign => "d8 62",
            Self::Mac0 => "d1",
            Self::Mac => "d8 61",
        })
    }

    pub const fn context(self) -> &'static str {
        match self {
            Self::Sign1 => "Signature1",
            Self::Sign => "Signature",
            Self::Mac0 => "MAC0",
            Self::Mac => "MAC",
        }
    }
}

/// One authentication block in the making; each field can be given a fault.
#[derive(Clone)]
pub struct Block {
    pub kind: Kind,
    pub tag: Vec<u8>,
    pub context: &'static str,
    /// Content of the protected bucket of the signer, or of the message if that has no signers.
    pub protected: Vec<u8>,
    pub unprotected: Vec<u8>,
    /// The item at the payload's place.
    pub payload: Vec<u8>,
    /// What is signed as payload; by default the digest.
    pub signed: Option<Vec<u8>>,
    pub key: Key,
    /// Encoded recipients of COSE_Mac.
    pub recipients: Vec<Vec<u8>>,
    /// Changes the signature after it was made.
    pub spoil: fn(&mut Vec<u8>),
}

/// `{1: algorithm}`
pub fn alg(algorithm: Algorithm) -> Vec<u8> {
    let code = algorithm.code();
    let code = if code < 0 { head(0x20, (-1 - code) as usize) } else { head(0, code as usize) };
    [vec![0xa1, 0x01], code].concat()
}

impl Block {
    pub fn new(kind: Kind, key: &Key) -> Self {
        Self {
            kind,
            tag: kind.tag(),
            context: kind.context(),
            protected: alg(key.algorithm()),
            unprotected: hex("a0"),
            payload: hex("f6"),
            signed: None,
            key: key.clone(),
            // [h'', {1: -6}, h'']
            recipients: vec![hex("83 40 a1 01 25 40")],
            spoil: |_| (),
        }
    }

    pub fn sign1(key: &Key) -> Self {
        Self::new(Kind::Sign1, key)
    }

    /// The signature over this digest, and what a COSE_signature or a message without signers holds.
    fn signature(&self, digest: &[u8]) -> Vec<u8> {
        let payload = self.signed.as_deref().unwrap_or(digest);
        // RFC 9052 §4.4, §6.3.
        let mut structure = vec![text(self.context)];
        if self.kind == Kind::Sign {
            structure.push(bstr(&[]));
        }
        structure.extend([bstr(&self.protected), bstr(&[]), bstr(payload)]);
        let mut signature = self.key.sign(&array(&structure));
        (self.spoil)(&mut signature);
        signature
    }

    /// A COSE_signature.
    pub fn signer(&self, digest: &[u8]) -> Vec<u8> {
        array(&[bstr(&self.protected), self.unprotected.clone(), bstr(&self.signature(digest))])
    }

    /// COSE_Sign with these signers.
    pub fn sign(signers: &[Self], digest: &[u8]) -> Vec<u8> {
        let signers: Vec<_> = signers.iter().map(|signer| signer.signer(digest)).collect();
        [Kind::Sign.tag(), array(&[bstr(&[]), hex("a0"), hex("f6"), array(&signers)])].concat()
    }

    pub fn encode(&self, digest: &[u8]) -> Vec<u8> {
        let mut items = match self.kind {
            Kind::Sign => {
                let signers = array(&[self.signer(digest)]);
                return [self.tag.clone(), array(&[bstr(&[]), hex("a0"), self.payload.clone(), signers])]
                    .concat();
            }
            _ => vec![
                bstr(&self.protected),
                self.unprotected.clone(),
                self.payload.clone(),
                bstr(&self.signature(digest)),
            ],
        };
        if self.kind == Kind::Mac {
            items.push(array(&self.recipients));
        }
        [self.tag.clone(), array(&items)].concat()
    }
}

/// Authenticates `bytes` with these keys, each for its own algorithm, and with every algorithm.
pub fn authenticate(bytes: &[u8], keys: &[&Key]) -> Result<u8, AuthenticationError> {
    let anchors: Vec<_> = keys.iter().map(|key| (key.algorithm(), key.raw(), None)).collect();
    authenticate_with(bytes, &anchors, &ALL, 1, Budget::new())
}

/// Algorithm, key and identifier of an anchor.
pub type Anchor<'a> = (Algorithm, Vec<u8>, Option<&'a [u8]>);

/// As [`authenticate`], with anchors of (algorithm, key, identifier), and returns the number of keys.
pub fn authenticate_with(
    bytes: &[u8],
    anchors: &[Anchor<'_>],
    crypto: &Crypto<'_>,
    required: u8,
    mut budget: Budget,
) -> Result<u8, AuthenticationError> {
    let anchors: Vec<_> =
        anchors.iter().map(|(algorithm, key, id)| TrustAnchor::unchecked(*algorithm, key, *id)).collect();
    let trust = TrustStore::new(&anchors).unwrap().requiring(required.try_into().unwrap());
    let envelope = suit_core::Envelope::parse(bytes, suit_core::Tagging::Required)?;
    let authenticated = suit_verify_nostd::authenticate(&envelope, &trust, crypto, &mut budget)?;
    Ok(authenticated.verified().len())
}
