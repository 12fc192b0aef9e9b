//! What `suit inspect` says about a file, as data: the tree is printed from it, and `--format json` is it.

use schemars::JsonSchema;
use serde::Serialize;

/// What is in a file, version 1. Absent members are left out.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Inspection")]
pub(crate) struct Inspection {
    /// Always `suit-inspect/1`.
    pub(crate) format: &'static str,
    /// The file as it was named.
    pub(crate) file: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// What it is.
    pub(crate) kind: FileKind,
    /// The document, as far as it can be read.
    #[serde(flatten)]
    pub(crate) document: DocumentView,
    /// Every rule that is broken, in order of place. Empty if the document is sound.
    pub(crate) faults: Vec<FaultView>,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileKind {
    /// A SUIT envelope.
    Envelope,
    /// A SUIT manifest without an envelope.
    Manifest,
    /// One COSE message: an authentication block.
    CoseAuthentication,
    /// One COSE message: encryption info.
    CoseEncryption,
}

/// An envelope, a manifest or a COSE message; also one inside of another envelope.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Document")]
pub(crate) struct DocumentView {
    /// What is around the manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) envelope: Option<EnvelopeView>,
    /// The manifest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) manifest: Option<ManifestView>,
    /// The signers of a single COSE message.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) signers: Vec<SignerView>,
    /// A single encryption info.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) encryption: Option<String>,
}

/// What is around the manifest: none of it is authenticated by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Envelope")]
pub(crate) struct EnvelopeView {
    /// Whether it has the CBOR tag 107.
    pub(crate) tagged: bool,
    /// The digest of the manifest that the envelope states.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<CheckedDigest>,
    /// Who signed, by what the envelope says.
    pub(crate) signers: Vec<SignerView>,
    /// Severed members that the envelope carries.
    pub(crate) severed: Vec<SeveredView>,
    /// Integrated payloads and dependencies.
    pub(crate) payloads: Vec<PayloadView>,
    /// Labels of members that no document defines; a device ignores them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) unknown: Vec<i64>,
    /// What verification found, with `--verify`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verification: Option<Verification>,
}

/// A digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Digest")]
pub(crate) struct DigestView {
    /// The algorithm's COSE name in lower case, or its number.
    pub(crate) algorithm: String,
    /// The hash value in hex.
    pub(crate) value: String,
}

/// A digest, and whether the bytes in the same file have it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub(crate) struct CheckedDigest {
    /// The digest.
    #[serde(flatten)]
    pub(crate) digest: DigestView,
    /// Whether the bytes have it; absent if that can't be said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) matches: Option<bool>,
}

/// A signature or MAC.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Signer")]
pub(crate) struct SignerView {
    /// The kind of COSE message.
    pub(crate) structure: &'static str,
    /// The algorithm's name or number, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) algorithm: Option<String>,
    /// The key identifier in hex.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key_id: Option<String>,
    /// Whether it holds for one of the trusted keys; absent if it was not checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verified: Option<bool>,
    /// The name of that key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) role: Option<String>,
}

/// What verification found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Verification {
    /// Whether everything that was checked holds.
    pub(crate) holds: bool,
    /// Whether there were keys to check signatures with; if not, only digests were checked.
    pub(crate) signatures: bool,
    /// What does not hold.
    pub(crate) reasons: Vec<String>,
}

/// A severed member in the envelope.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "SeveredMember")]
pub(crate) struct SeveredView {
    /// Its name.
    pub(crate) member: String,
    /// Size of its content in bytes.
    pub(crate) size: u64,
    /// What it is to the manifest.
    pub(crate) standing: Standing,
}

/// What a member of the envelope is to the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Standing {
    /// The manifest holds its digest.
    Matches,
    /// The manifest holds another digest: a device refuses it.
    Differs,
    /// The manifest holds no digest for it: a device ignores it.
    Stray,
    /// It could not be compared.
    Unknown,
}

/// A payload or dependency in the envelope.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Payload")]
pub(crate) struct PayloadView {
    /// Its key, which a URI refers to.
    pub(crate) name: String,
    /// Its size in bytes.
    pub(crate) size: u64,
    /// Its SHA-256 in hex.
    pub(crate) sha256: String,
    /// The envelope that it is, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dependency: Option<Box<DocumentView>>,
}

/// A manifest.
#[derive(Debug, Default, Serialize, JsonSchema)]
#[schemars(rename = "Manifest")]
pub(crate) struct ManifestView {
    /// Size of its encoding in bytes.
    pub(crate) size: u64,
    /// Its sequence number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sequence_number: Option<u64>,
    /// The vendor identifiers that it sets.
    pub(crate) vendors: Vec<Identity>,
    /// The class identifiers that it sets.
    pub(crate) classes: Vec<Identity>,
    /// The device identifiers that it sets.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) devices: Vec<Identity>,
    /// The version that it installs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) set_version: Option<String>,
    /// Where the newest manifest is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reference_uri: Option<String>,
    /// Where a root manifest is stored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) component_id: Option<String>,
    /// Components and dependencies.
    pub(crate) components: Vec<ComponentView>,
    /// The sequence that runs before each section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) shared: Option<Vec<Step>>,
    /// What a device does, in order.
    pub(crate) procedures: Vec<Procedure>,
    /// The software identity tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) coswid: Option<OpaqueView>,
    /// The text for people; nothing may be decided by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<TextView>,
}

/// A vendor, class or device identifier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Identity {
    /// The UUID, or `1.3.6.1.4.1.` and a private enterprise number.
    pub(crate) id: String,
    /// A name in the text from which the UUID follows (RFC 9562 version 5).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// A component or dependency.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Component")]
pub(crate) struct ComponentView {
    /// Its index, 0-based.
    pub(crate) index: u64,
    /// Its identifier's parts: text where printable, else hex; none for a dependency without a prefix.
    pub(crate) id: Vec<String>,
    /// Whether it is a dependency.
    pub(crate) dependency: bool,
    /// What it holds after an update: one entry, or one for each way that an update can go.
    pub(crate) images: Vec<ImageView>,
}

/// What a component holds after an update.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Image")]
pub(crate) struct ImageView {
    /// The slot for which this holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slot: Option<u64>,
    /// Its size in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// Its digest.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) digest: Option<DigestView>,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uri: Option<String>,
}

/// Something that a device does in one go.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Procedure {
    /// `update`, `invocation` or `uninstall`.
    pub(crate) name: &'static str,
    /// Its sections in order; before each the shared sequence runs.
    pub(crate) sections: Vec<SectionView>,
}

/// A section of the manifest.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Section")]
pub(crate) struct SectionView {
    /// Its name.
    pub(crate) name: &'static str,
    /// Where its content is.
    pub(crate) source: SectionSource,
    /// What it does.
    pub(crate) steps: Vec<Step>,
}

/// Where the content of a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SectionSource {
    /// In the manifest.
    Manifest,
    /// Severed; in the envelope, with the right digest.
    Severed,
    /// Severed; in the envelope, but with another digest: a device refuses it.
    SeveredMismatch,
    /// Severed, and not in this file.
    SeveredMissing,
    /// Severed; in the envelope, with a digest that this tool can't compute.
    SeveredUnchecked,
}

/// A command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub(crate) struct Step {
    /// Its name, `custom` or `unknown`.
    pub(crate) command: &'static str,
    /// Its code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<i64>,
    /// Offset of the code in the file.
    pub(crate) offset: u64,
    /// The components and dependencies that it works on.
    pub(crate) components: Vec<u64>,
    /// What it does, in words: one line, or one for each case. Empty if it only prepares.
    pub(crate) words: Vec<String>,
    /// What it selects or sets, which the words of later commands tell of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) prepares: Vec<String>,
    /// The reporting policy, for commands that have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) report_policy: Option<u64>,
    /// The alternatives of a try-each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) alternatives: Vec<Vec<Self>>,
    /// Whether a try-each succeeds if no alternative does.
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub(crate) or_nothing: bool,
    /// The commands of a run-sequence.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) steps: Vec<Self>,
}

/// Something that this tool doesn't look into.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Opaque")]
pub(crate) struct OpaqueView {
    /// Where its content is.
    pub(crate) source: SectionSource,
    /// Size of its content in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size: Option<u64>,
    /// Its content in CBOR diagnostic notation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) content: Option<String>,
}

/// Text for people.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Text")]
pub(crate) struct TextView {
    /// Where its content is.
    pub(crate) source: SectionSource,
    /// The languages in order. What a terminal would obey or hide is written as an escape such as `\u{1b}`.
    pub(crate) languages: Vec<LanguageView>,
}

/// The text of one language.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Language")]
pub(crate) struct LanguageView {
    /// Its tag, such as `en-US`.
    pub(crate) tag: String,
    /// About the manifest.
    pub(crate) manifest: Vec<TextEntry>,
    /// About components.
    pub(crate) components: Vec<ComponentTextView>,
}

/// Text about one component.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ComponentText")]
pub(crate) struct ComponentTextView {
    /// The component's identifier.
    pub(crate) id: Vec<String>,
    /// The texts.
    pub(crate) entries: Vec<TextEntry>,
}

/// One text.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TextEntry {
    /// What it is, such as `vendor-name`.
    pub(crate) key: String,
    /// The text.
    pub(crate) text: String,
}

/// A part of a document, selected by a path; version 1.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Part")]
pub(crate) struct PartView {
    /// Always `suit-inspect-part/1`.
    pub(crate) format: &'static str,
    /// The file as it was named.
    pub(crate) file: String,
    /// The way to the part.
    pub(crate) path: String,
    /// Offset of its first byte in the file.
    pub(crate) offset: u64,
    /// Its size in bytes, with its head.
    pub(crate) size: u64,
    /// Its bytes in hex.
    pub(crate) bytes: String,
    /// What it is, in CBOR diagnostic notation; of a command code and argument.
    pub(crate) content: String,
}

/// A broken rule.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub(crate) struct FaultView {
    /// Its stable number, such as `E0108`.
    pub(crate) code: String,
    /// 0-based offset in the file.
    pub(crate) offset: u64,
    /// The way to the value concerned.
    pub(crate) path: String,
    /// What is wrong.
    pub(crate) message: String,
    /// The rule, and where it is written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rule: Option<&'static str>,
}
