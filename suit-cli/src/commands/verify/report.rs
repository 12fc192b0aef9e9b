//! What `suit verify` found out, as text and as JSON.

use crate::commands::sign::DigestRecord;
use crate::keys::hex;
use crate::signers::Signer;
use schemars::JsonSchema;
use serde::Serialize;

/// The answer, as JSON, version 1.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Answer {
    /// Always `suit-verify/1`.
    pub(super) format: &'static str,
    /// The envelope.
    pub(super) file: String,
    /// Whether everything holds.
    pub(super) verdict: Verdict,
    /// The first thing that does not hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<Reason>,
    /// What was checked, as far as it went.
    pub(super) envelope: EnvelopeRecord,
}

/// Yes or no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Verdict {
    /// Everything holds.
    Accepted,
    /// Something does not.
    Refused,
}

/// Why not.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Reason {
    /// The stable number, such as `E0504`.
    pub(super) code: String,
    /// What is wrong, on one line.
    pub(super) message: String,
}

/// What was found out about an envelope.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EnvelopeRecord {
    /// The digest that the envelope states for its manifest.
    pub(super) manifest_digest: DigestRecord,
    /// Sequence number; absent if the manifest is not authentic and was not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) sequence: Option<u64>,
    /// Signatures and MACs, in the order of the envelope.
    pub(super) signatures: Vec<SignatureRecord>,
    /// Severed members that the manifest names or the envelope carries.
    pub(super) members: Vec<MemberRecord>,
    /// Payloads that the manifest fetches or the envelope carries, dependencies left out.
    pub(super) payloads: Vec<PayloadRecord>,
    /// Dependencies that the manifest fetches.
    pub(super) dependencies: Vec<DependencyRecord>,
}

/// A signature or MAC.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SignatureRecord {
    /// 0-based number of the authentication block.
    block: usize,
    /// COSE_Sign1, COSE_Sign, COSE_Mac0 or COSE_Mac.
    structure: &'static str,
    /// COSE name of the algorithm, or its number.
    algorithm: String,
    /// Key identifier in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    key_id: Option<String>,
    /// What it is worth.
    pub(super) status: SignatureStatus,
    /// The role of the key that made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<String>,
}

/// What a signature is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum SignatureStatus {
    /// It holds for a trusted key.
    Verified,
    /// It holds for a trusted key, under an algorithm that is not allowed.
    NotAllowed,
    /// It holds for no trusted key.
    Unknown,
    /// This tool does not know the algorithm, or the way to the key.
    Unsupported,
}

impl SignatureRecord {
    pub(super) fn new(signer: &Signer<'_>, status: SignatureStatus, role: Option<&str>) -> Self {
        Self {
            block: signer.block,
            structure: signer.structure.name(),
            algorithm: signer.algorithm_name(),
            key_id: signer.key_id.map(hex),
            status,
            role: role.map(str::to_owned),
        }
    }

    /// Name or number of the algorithm.
    pub(super) fn algorithm(&self) -> &str {
        &self.algorithm
    }

    /// 0-based number of the authentication block.
    pub(super) fn block(&self) -> usize {
        self.block
    }

    /// The facts on one line.
    pub(super) fn text(&self) -> String {
        let what = match (self.status, self.role.as_deref().unwrap_or_default()) {
            (SignatureStatus::Verified, role) => format!("by {role}"),
            (SignatureStatus::NotAllowed, role) => format!("by {role}, but the algorithm is not allowed"),
            (SignatureStatus::Unknown, _) => "holds for no trusted key".to_owned(),
            (SignatureStatus::Unsupported, _) => "not supported".to_owned(),
        };
        let key_id = self.key_id.as_ref().map(|kid| format!(", kid {kid}")).unwrap_or_default();
        format!("{} in {}{key_id}: {what}", self.algorithm, self.structure)
    }
}

/// A part that can be severed from the manifest.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct MemberRecord {
    /// Its name, such as `install`.
    pub(super) name: &'static str,
    /// Where it is and whether it is what it has to be.
    pub(super) status: MemberStatus,
}

/// What became of a severed member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum MemberStatus {
    /// In the envelope, with the manifest's digest.
    Matches,
    /// In the envelope, with another digest.
    Differs,
    /// Not in the envelope.
    Absent,
    /// In the envelope, and the manifest holds no digest for it: devices take no notice of it.
    Ignored,
}

/// A payload.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PayloadRecord {
    /// Its name in the envelope, or its URI.
    pub(super) uri: String,
    /// Index of the component that it is fetched into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) component: Option<u64>,
    /// Where it was found: `envelope`, or the file's name in the payload directory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// Its size in bytes, if it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    /// Whether it is what the manifest says.
    pub(super) status: PayloadStatus,
}

/// What is known about a payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PayloadStatus {
    /// It has the manifest's digest, and its size if the manifest has one.
    Matches,
    /// It has another digest or size.
    Differs,
    /// It is neither in the envelope nor in the payload directory.
    Absent,
    /// The manifest holds no digest for it.
    NoDigest,
    /// It is encrypted, and the manifest's digest is about the plaintext.
    Encrypted,
    /// The manifest fetches nothing of this name.
    Ignored,
}

/// A dependency.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct DependencyRecord {
    /// Where it is.
    pub(super) uri: String,
    /// Its component index.
    pub(super) component: u64,
    /// Where it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) source: Option<String>,
    /// Whether it has the digest that the manifest holds for it.
    pub(super) status: PayloadStatus,
    /// What was found out about it; absent if it was not at hand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) envelope: Option<Box<EnvelopeRecord>>,
}

impl EnvelopeRecord {
    /// The account under the first line; `indent` is the depth of the dependency.
    pub(super) fn text(&self, indent: usize) -> String {
        let mut text = String::new();
        let line = |label: &str, value: &str| format!("{:indent$}  {label:<11} {value}\n", "");
        let sequence = self.sequence.map(|number| format!("sequence {number}, ")).unwrap_or_default();
        text.push_str(&line(
            "manifest",
            &format!("{sequence}{} {}", self.manifest_digest.algorithm, self.manifest_digest.value),
        ));
        for signature in &self.signatures {
            text.push_str(&line("signature", &signature.text()));
        }
        for member in &self.members {
            let what = match member.status {
                MemberStatus::Matches => "severed, and here as the manifest has it",
                MemberStatus::Differs => "severed, and what is here is something else",
                MemberStatus::Absent => "severed, and not here",
                MemberStatus::Ignored => "here, but the manifest does not name it: devices ignore it",
            };
            text.push_str(&line("member", &format!("{}: {what}", member.name)));
        }
        for payload in &self.payloads {
            let size = payload.size.map(|size| format!("{size} B, ")).unwrap_or_default();
            text.push_str(&line(
                "payload",
                &format!("{}: {size}{}", payload.uri, payload_text(payload.status)),
            ));
        }
        for dependency in &self.dependencies {
            text.push_str(&line(
                "dependency",
                &format!("{}: {}", dependency.uri, payload_text(dependency.status)),
            ));
            if let Some(envelope) = &dependency.envelope {
                text.push_str(&envelope.text(indent + 2));
            }
        }
        text
    }
}

fn payload_text(status: PayloadStatus) -> &'static str {
    match status {
        PayloadStatus::Matches => "as the manifest has it",
        PayloadStatus::Differs => "not what the manifest has",
        PayloadStatus::Absent => "not here",
        PayloadStatus::NoDigest => "here, and the manifest has no digest for it",
        PayloadStatus::Encrypted => "encrypted, so its digest can't be checked without the key",
        PayloadStatus::Ignored => "here, but the manifest does not fetch it",
    }
}
