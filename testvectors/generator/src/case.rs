//! A vector: bytes, and what must happen to them.

use crate::draft::Draft;
use crate::run::{Device, Play, Run};
use core::fmt::Write as _;

/// Where a document is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Reading the envelope's extents.
    Envelope,
    /// Digest and signatures, without a look into the manifest.
    Authentication,
    /// Reading the authentic manifest.
    Manifest,
    /// Taking a severed member.
    Member,
}

/// A vector.
#[derive(Clone, Debug)]
pub struct Case {
    /// Folder.
    pub group: &'static str,
    /// File name without its ending.
    pub name: &'static str,
    /// What is special about it, and why.
    pub comment: &'static str,
    /// Rule of spec.md, or section of an RFC or draft.
    pub rule: &'static str,
    /// The document.
    pub draft: Draft,
    /// The sound vector that it was made from.
    pub sibling: Option<String>,
    /// Names of the trusted keys, in the order of the trust store.
    pub keys: Vec<&'static str>,
    /// How many distinct keys must have signed.
    pub required: u8,
    /// Whether an envelope without tag is read.
    pub untagged: bool,
    /// What must happen.
    pub expected: Expected,
    /// Names of members whose digest the manifest holds and which the envelope lacks; all others are there.
    pub missing: Vec<&'static str>,
    /// Bytes put in place of the document's encoding, for documents cut off or extended as a whole.
    pub bytes: Option<Vec<u8>>,
    /// What a device does with it.
    pub play: Option<Play>,
}

/// What must happen.
#[derive(Clone, Debug)]
pub enum Expected {
    /// It is accepted.
    Accepted {
        /// Names of all trusted keys that signed it.
        verified: Vec<&'static str>,
        /// What a tool that reads the text as well finds wrong with it.
        shown: Option<&'static str>,
    },
    /// It is refused.
    Refused {
        /// Where.
        stage: Stage,
        /// Name of the error.
        error: &'static str,
        /// What the error says beside its name, if anything.
        detail: Option<String>,
        /// Byte offset, if the error has one.
        offset: Option<usize>,
    },
}

/// A refusal as the tables of cases write it.
#[derive(Clone, Debug)]
pub struct Refusal {
    stage: Stage,
    error: &'static str,
    detail: Option<String>,
}

/// Refused when the envelope is read.
#[must_use]
pub const fn envelope(error: &'static str) -> Refusal {
    Refusal { stage: Stage::Envelope, error, detail: None }
}

/// Refused by authentication.
#[must_use]
pub const fn authentication(error: &'static str) -> Refusal {
    Refusal { stage: Stage::Authentication, error, detail: None }
}

/// Refused when the manifest is read.
#[must_use]
pub const fn manifest(error: &'static str) -> Refusal {
    Refusal { stage: Stage::Manifest, error, detail: None }
}

/// Refused when a severed member is taken.
#[must_use]
pub const fn member(error: &'static str) -> Refusal {
    Refusal { stage: Stage::Member, error, detail: None }
}

impl Refusal {
    /// The error says this beside its name.
    #[must_use]
    pub fn of(self, detail: impl ToString) -> Self {
        Self { detail: Some(detail.to_string()), ..self }
    }
}

impl Case {
    /// A vector that is accepted because of this key.
    #[must_use]
    pub fn accepted(
        group: &'static str,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        draft: Draft,
        key: &'static str,
    ) -> Self {
        Self {
            group,
            name,
            comment,
            rule,
            draft,
            sibling: None,
            keys: vec![key],
            required: 1,
            untagged: false,
            expected: Expected::Accepted { verified: vec![key], shown: None },
            missing: Vec::new(),
            bytes: None,
            play: None,
        }
    }

    /// The same, lacking these severed members.
    #[must_use]
    pub fn missing(self, names: &[&'static str]) -> Self {
        Self { missing: names.to_vec(), ..self }
    }

    /// The same, with these trusted keys, of which these signed.
    #[must_use]
    pub fn trusting(self, keys: &[&'static str], verified: &[&'static str]) -> Self {
        let expected = Expected::Accepted { verified: verified.to_vec(), shown: None };
        Self { keys: keys.to_vec(), expected, ..self }
    }

    /// The same, requiring this many keys.
    #[must_use]
    pub fn requiring(self, required: u8) -> Self {
        Self { required, ..self }
    }

    /// The same, in another folder and by another name, after this change, signed again.
    #[must_use]
    pub fn variant(
        &self,
        group: &'static str,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        change: impl FnOnce(&mut Draft),
    ) -> Self {
        let mut case = Self { group, name, rule, comment, sibling: Some(self.path()), ..self.clone() };
        change(&mut case.draft);
        case.draft.renew();
        case
    }

    /// A vector with one fault, made from this sound one. Digests and signatures are computed after the fault was put in.
    #[must_use]
    pub fn fault(
        &self,
        group: &'static str,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        refusal: Refusal,
        change: impl FnOnce(&mut Draft),
    ) -> Self {
        self.variant(group, name, rule, comment, change).refused(refusal)
    }

    /// A vector with one fault in what was computed: digests and signatures stay as the sound vector has them.
    #[must_use]
    pub fn damage(
        &self,
        group: &'static str,
        name: &'static str,
        rule: &'static str,
        comment: &'static str,
        refusal: Refusal,
        change: impl FnOnce(&mut Draft),
    ) -> Self {
        let mut case = Self { group, name, rule, comment, sibling: Some(self.path()), ..self.clone() };
        change(&mut case.draft);
        case.refused(refusal)
    }

    /// The same, refused.
    #[must_use]
    pub fn refused(self, refusal: Refusal) -> Self {
        let Refusal { stage, error, detail } = refusal;
        let offset = self.draft.root.encode_marked().1;
        Self { expected: Expected::Refused { stage, error, detail, offset }, ..self }
    }

    /// The same, with the encoding changed as a whole; the fault is expected at this offset.
    #[must_use]
    pub fn rewritten(self, rewrite: impl FnOnce(Vec<u8>) -> (Vec<u8>, usize)) -> Self {
        let (bytes, at) = rewrite(self.draft.root.encode());
        let expected = match self.expected {
            Expected::Refused { stage, error, detail, .. } => {
                Expected::Refused { stage, error, detail, offset: Some(at) }
            }
            accepted @ Expected::Accepted { .. } => accepted,
        };
        Self { bytes: Some(bytes), expected, ..self }
    }

    /// The same, with this fault of its text, which devices don't see and tools show. The mark is where.
    ///
    /// # Panics
    /// If the vector is refused.
    #[must_use]
    pub fn shown(self, fault: &'static str) -> Self {
        let Expected::Accepted { verified, .. } = self.expected else { panic!("it is refused") };
        Self { expected: Expected::Accepted { verified, shown: Some(fault) }, ..self }
    }

    /// The same, carried out on this device. The mark is at the command at which runs fail.
    #[must_use]
    pub fn played(self, device: Device, runs: impl Into<Vec<Run>>) -> Self {
        Self { play: Some(Play { device, runs: runs.into() }), ..self }
    }

    /// Folder and name.
    #[must_use]
    pub fn path(&self) -> String {
        format!("{}/{}", self.group, self.name)
    }

    /// The document.
    #[must_use]
    pub fn suit(&self) -> Vec<u8> {
        self.bytes.clone().unwrap_or_else(|| self.draft.root.encode())
    }

    /// The text of the file beside the document.
    ///
    /// # Panics
    /// If a fault is shown, but nothing is marked.
    #[must_use]
    pub fn toml(&self) -> String {
        let mut text = String::new();
        let mut line = |key: &str, value: &str| writeln!(text, "{key} = {value}").expect("memory");
        line("comment", &quoted(self.comment));
        line("rule", &quoted(self.rule));
        if let Some(sibling) = &self.sibling {
            line("sibling", &quoted(sibling));
        }
        line("keys", &list(&self.keys));
        if self.required != 1 {
            line("required", &self.required.to_string());
        }
        if self.untagged {
            line("untagged", "true");
        }
        match &self.expected {
            Expected::Accepted { verified, shown } => {
                line("verdict", "\"accepted\"");
                line("verified", &list(verified));
                if !self.missing.is_empty() {
                    line("missing", &list(&self.missing));
                }
                if let Some(shown) = shown {
                    line("shown", &quoted(shown));
                    let offset = self.draft.root.encode_marked().1.expect("a fault is shown somewhere");
                    line("offset", &offset.to_string());
                }
            }
            Expected::Refused { stage, error, detail, offset } => {
                line("verdict", "\"refused\"");
                line("stage", &quoted(&format!("{stage:?}").to_lowercase()));
                line("error", &quoted(error));
                if let Some(detail) = detail {
                    line("detail", &quoted(detail));
                }
                if let Some(offset) = offset {
                    line("offset", &offset.to_string());
                }
            }
        }
        if let Some(play) = &self.play {
            text += &play.toml(self.draft.root.encode_marked().1);
        }
        text
    }
}

pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

pub(crate) fn list(names: &[&str]) -> String {
    format!("[{}]", names.iter().map(|name| quoted(name)).collect::<Vec<_>>().join(", "))
}
