//! What the tests of signing, verifying, keys and editing share: the tool, a place for files, test keys, envelopes.
#![allow(dead_code, reason = "each test program uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::process::Command;
use suit_core::command::{Act, ReportPolicy};
use suit_core::labels::{Algorithm, Condition, EnvelopeKey, ManifestKey};
use suit_core::owned::{self, ComponentId, Manifest, Member, Parameter, VendorId};

/// Private key that the drafts publish for their examples.
pub(crate) const K1: &str = "0296588d909418b339d150420a3612b57fb4f631a69f224fae90cb4f3fe18973";
/// Its public point.
pub(crate) const K1_PUBLIC: &str = "048496811aae0baaabd26157189eecda26beaa8bf11b6f3fe6e2b5659c85dbc0ad\
                             3b1f2a4b6c098131c0a36dacd1d78bd381dcdfb09c052db33991db7338b4a896";
/// Its thumbprint (RFC 9679).
pub(crate) const K1_THUMBPRINT: &str = "ca9e35f23b2b525fb4fc83f512b0dcac4ac29e457e873a5d6a7313f71690b33c";
/// The second published key.
pub(crate) const K2: &str = "841aebb7b9ea6f0260be7355a24588b977d23d2ac5bf2b6b2d8379432a1fea98";
/// Its public point.
pub(crate) const K2_PUBLIC: &str = "040e908aa8f066db1f084e0c3652c63952bd99f2a5bdb22f9e01367aad03aba68b\
                             77da1bd8ac4f0cb490ba210648bf79ab164d49ad3551d71d314b2749ee42d29a";
/// Its thumbprint.
pub(crate) const K2_THUMBPRINT: &str = "c770ec535d8c949586324adaf2ddffb76b1a852dfa52e19c80f7440ec163beea";

pub(crate) fn hex(digits: &str) -> Vec<u8> {
    let digits: Vec<u8> = digits.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let (pairs, rest) = digits.as_chunks::<2>();
    assert!(rest.is_empty(), "an odd number of digits");
    pairs.iter().map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a run of the tool gave.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) status: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) err: String,
}

impl Ran {
    pub(crate) fn text(&self) -> &str {
        core::str::from_utf8(&self.out).unwrap()
    }

    /// A run that went well, whatever it remarked.
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.status, 0, "{}", self.err);
        self
    }

    /// The result, of a run that went well and said nothing else.
    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!((self.status, self.err.as_str()), (0, ""), "{}", String::from_utf8_lossy(&self.out));
        self
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// A directory of its own for one test, in which the tool runs.
pub(crate) struct Place(tempfile::TempDir);

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        if let Some(parent) = Path::new(name).parent() {
            std::fs::create_dir_all(self.path("").join(parent)).unwrap();
        }
        std::fs::write(self.path(name), content).unwrap();
        self
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Names of all files, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_suit"));
        command.current_dir(self.0.path()).args(arguments);
        for name in ["SUIT_FORMAT", "SUIT_KEY", "SUIT_TRUST", "NO_COLOR", "CLICOLOR_FORCE"] {
            command.env_remove(name);
        }
        command
    }

    pub(crate) fn suit(&self, arguments: &[&str]) -> Ran {
        run(&mut self.command(arguments))
    }

    /// As [`Self::suit`], with the arguments in one line of words.
    pub(crate) fn say(&self, line: &str) -> Ran {
        self.suit(&line.split_whitespace().collect::<Vec<_>>())
    }

    /// A place with the envelope of the first published example, unsigned, and the two published keys.
    pub(crate) fn with_example() -> Self {
        let place = Self::new();
        place
            .write("fw.suit", envelope(&example_0()).encode())
            .write("k1.pem", sec1_pem(K1))
            .write("k2.pem", sec1_pem(K2));
        place.say("key convert k1.pem --to pem -o k1.pub").ok();
        place.say("key convert k2.pem --to pem -o k2.pub").ok();
        place
    }
}

pub(crate) fn run(command: &mut Command) -> Ran {
    let output = command.output().expect("the tool was built");
    Ran {
        status: output.status.code().expect("ended by itself"),
        out: output.stdout,
        err: String::from_utf8(output.stderr).expect("messages are text"),
    }
}

/// `ECPrivateKey` (RFC 5915) of a scalar on P-256, without its public key.
pub(crate) fn sec1_der(scalar: &str) -> Vec<u8> {
    // 30 31: sequence; 02 01 01: version 1; 04 20: octets; a0 0a 06 08 …: prime256v1
    [hex("30310201010420"), hex(scalar), hex("a00a06082a8648ce3d030107")].concat()
}

pub(crate) fn sec1_pem(scalar: &str) -> String {
    pem("EC PRIVATE KEY", &sec1_der(scalar))
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    pem_rfc7468::encode_string(label, pem_rfc7468::LineEnding::LF, der).unwrap()
}

/// UUIDs of the published examples: version 5 of `arm.com`, and of `suit` in it.
const VENDOR: &str = "fa6b4a53d5ad5fdfbe9de663e4d41ffe";
const CLASS: &str = "1492af1425695e48bf429b2d51f2ab45";
/// What the examples give as their image's digest.
pub(crate) const IMAGE_DIGEST: &str = "00112233445566778899aabbccddeeff0123456789abcdeffedcba9876543210";

pub(crate) fn check(condition: Condition) -> owned::Command {
    owned::Command::Condition(condition, ReportPolicy::new(15).unwrap())
}

pub(crate) fn act(act: Act) -> owned::Command {
    owned::Command::Act(act, ReportPolicy::new(2).unwrap())
}

pub(crate) fn sha256(bytes: &[u8]) -> owned::Digest {
    owned::Digest { algorithm: Algorithm::Sha256, bytes: Sha256::digest(bytes).to_vec() }
}

/// Digest of a byte string with its head.
pub(crate) fn item_digest(content: &[u8]) -> owned::Digest {
    let mut writer = suit_core::cbor::Writer::new(Vec::new());
    let Ok(()) = writer.bytes(content);
    sha256(&writer.into_inner())
}

/// Parameters and conditions with which every example begins.
pub(crate) fn shared(parameters: Vec<Parameter>) -> Vec<owned::Command> {
    let mut all = vec![
        Parameter::VendorIdentifier(VendorId::Uuid(hex(VENDOR).try_into().unwrap())),
        Parameter::ClassIdentifier(hex(CLASS).try_into().unwrap()),
    ];
    all.extend(parameters);
    vec![
        owned::Command::OverrideParameters(all),
        check(Condition::VendorIdentifier),
        check(Condition::ClassIdentifier),
    ]
}

/// The manifest of the first published example.
pub(crate) fn example_0() -> Manifest {
    let digest = owned::Digest { algorithm: Algorithm::Sha256, bytes: hex(IMAGE_DIGEST) };
    let mut manifest = Manifest {
        components: vec![ComponentId(vec![vec![0]])],
        shared: Some(shared(vec![Parameter::ImageDigest(digest), Parameter::ImageSize(34768)])),
        ..Manifest::default()
    };
    let sections = &mut manifest.sections;
    sections.insert(ManifestKey::Validate, Member::Inline(vec![check(Condition::ImageMatch)]));
    sections.insert(ManifestKey::Invoke, Member::Inline(vec![act(Act::Invoke)]));
    manifest
}

/// An unsigned envelope around a manifest, with the right digest.
pub(crate) fn envelope(manifest: &Manifest) -> owned::Envelope {
    let manifest = manifest.encode();
    owned::Envelope {
        tagged: true,
        digest: item_digest(&manifest),
        blocks: Vec::new(),
        manifest,
        severed: Vec::new(),
        unknown: Vec::new(),
        payloads: Vec::new(),
    }
}

/// An envelope whose install section and payload come with it: fetched from `#app`, 11 bytes.
pub(crate) fn with_payload() -> (owned::Envelope, &'static [u8]) {
    let payload: &[u8] = b"hello world";
    let digest = sha256(payload);
    let mut manifest = example_0();
    manifest.sequence_number = 7;
    manifest.shared = Some(shared(vec![Parameter::ImageDigest(digest), Parameter::ImageSize(11)]));
    manifest.sections.insert(
        ManifestKey::Install,
        Member::Inline(vec![
            owned::Command::OverrideParameters(vec![Parameter::Uri("#app".into())]),
            act(Act::Fetch),
            check(Condition::ImageMatch),
        ]),
    );
    let install = manifest.sever(ManifestKey::Install, sha256).unwrap();
    let mut whole = envelope(&manifest);
    whole.severed.push((EnvelopeKey::Install, install));
    whole.payloads.push(("#app".into(), payload.to_vec()));
    (whole, payload)
}
