//! The form for people: what a file is, and what a device will do with it.

use super::Step;
use super::document::Document;
use super::model::{
    CheckedDigest, ComponentView, DocumentView, EnvelopeView, FileKind, Identity, ImageView, Inspection,
    LanguageView, ManifestView, OpaqueView, PayloadView, SectionSource, SectionView, SignerView, Standing,
    TextView,
};
use super::path::Selection;
use super::words::{grouped, size};
use core::fmt::Write;
use suit_core::grammar::{Key, MapKind, label_name};

/// Columns that are filled.
const WIDTH: usize = 96;

/// Columns of the words in front of facts.
const LABEL: usize = 13;

/// Lines and letters of one text that are shown, unless all is asked for.
const TEXT_LINES: usize = 8;
const TEXT_LETTERS: usize = 400;

const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RED: &str = "\u{1b}[31m";
const PLAIN: &str = "\u{1b}[0m";

/// A tree being written, with ANSI colours; whoever prints it strips them where they are not wanted.
#[derive(Debug, Default)]
pub(crate) struct Tree {
    out: String,
    /// Digests at full length, preparations and long texts too.
    all: bool,
}

impl Tree {
    /// The tree of what was found in a file.
    pub(crate) fn of(inspection: &Inspection, all: bool) -> String {
        let mut tree = Self { out: String::new(), all };
        let what = match inspection.kind {
            FileKind::Envelope => "SUIT envelope",
            FileKind::Manifest => "SUIT manifest, bare",
            FileKind::CoseAuthentication => "COSE message, an authentication block",
            FileKind::CoseEncryption => "COSE message, encryption info",
        };
        tree.line(0, &format!("{BOLD}{what}{PLAIN}  {}  {}", inspection.file, size(inspection.size)));
        if !inspection.faults.is_empty() {
            let count = inspection.faults.len();
            let (noun, verb) = if count == 1 { ("rule", "is") } else { ("rules", "are") };
            tree.fact(1, "broken", &format!("{RED}{} {noun} {verb} broken{PLAIN}", grouped(count)));
        }
        tree.document(&inspection.document, 1);
        tree.out
    }

    fn document(&mut self, view: &DocumentView, level: usize) {
        if let Some(manifest) = &view.manifest {
            self.identity(manifest, level);
        }
        if let (Some(envelope), Some(manifest)) = (&view.envelope, &view.manifest) {
            self.digest(envelope.digest.as_ref(), manifest.size, level);
        }
        if let Some(envelope) = &view.envelope {
            self.envelope(envelope, level);
        }
        for signer in &view.signers {
            self.fact(level, "signed by", &by(signer));
        }
        if let Some(encryption) = &view.encryption {
            self.fact(level, "encryption", encryption);
        }
        if let Some(manifest) = &view.manifest {
            self.manifest(manifest, level);
        }
        for payload in view.envelope.iter().flat_map(|envelope| &envelope.payloads) {
            if let Some(dependency) = &payload.dependency {
                self.blank();
                self.line(
                    level,
                    &format!("{BOLD}Dependency{PLAIN}  '{}'  {}", payload.name, size(payload.size)),
                );
                self.document(dependency, level + 1);
            }
        }
    }

    fn identity(&mut self, manifest: &ManifestView, level: usize) {
        let number = manifest.sequence_number.map_or_else(|| "not readable".to_owned(), grouped);
        self.fact(level, "sequence", &number);
        self.fact_if(level, "version", manifest.set_version.as_deref());
        self.identities(level, "vendor", &manifest.vendors);
        self.identities(level, "class", &manifest.classes);
        self.identities(level, "device", &manifest.devices);
    }

    fn identities(&mut self, level: usize, label: &str, identities: &[Identity]) {
        for identity in identities {
            match &identity.name {
                Some(name) => self.fact(level, label, &format!("{name} ({})", identity.id)),
                None => self.fact(level, label, &identity.id),
            }
        }
    }

    fn digest(&mut self, digest: Option<&CheckedDigest>, length: u64, level: usize) {
        let Some(CheckedDigest { digest, matches }) = digest else {
            return self.fact(level, "manifest", &format!("{}, its digest is not readable", size(length)));
        };
        let value = format!("{} {}", digest.algorithm, self.hex(&digest.value));
        let words = match matches {
            Some(true) => value,
            Some(false) => format!("{RED}not with the digest that is stated, {value}{PLAIN}"),
            None => format!("{value} as stated, not compared"),
        };
        self.fact(level, "manifest", &format!("{}, {words}", size(length)));
    }

    fn envelope(&mut self, envelope: &EnvelopeView, level: usize) {
        if !envelope.tagged {
            self.fact(level, "tag", "not 107, as most readers want it");
        }
        if envelope.signers.is_empty() {
            self.fact(level, "signed by", &format!("{RED}nobody{PLAIN}"));
        }
        for signer in &envelope.signers {
            self.fact(level, "signed by", &by(signer));
        }
        if let Some(verification) = &envelope.verification {
            for reason in &verification.reasons {
                self.fact(level, "refused", &format!("{RED}{reason}{PLAIN}"));
            }
            if verification.holds {
                let what =
                    if verification.signatures { "digests and signatures hold" } else { "digests hold" };
                self.fact(level, "verified", what);
            }
        }
        for member in &envelope.severed {
            let standing = match member.standing {
                Standing::Matches => "severed from the manifest".to_owned(),
                Standing::Differs => format!("{RED}not what was severed: a device refuses it{PLAIN}"),
                Standing::Stray => format!("{RED}not named by the manifest: a device ignores it{PLAIN}"),
                Standing::Unknown => "severed, not compared".to_owned(),
            };
            self.fact(level, "carries", &format!("{}, {}, {standing}", member.member, size(member.size)));
        }
        for PayloadView { name, size: length, sha256, dependency } in &envelope.payloads {
            let what = if dependency.is_some() { "envelope" } else { "payload" };
            let digest = self.hex(sha256);
            self.fact(level, "carries", &format!("{what} '{name}', {}, sha-256 {digest}", size(length)));
        }
        for label in &envelope.unknown {
            self.fact(level, "carries", &format!("unknown member {label}: a device ignores it"));
        }
    }

    fn manifest(&mut self, manifest: &ManifestView, level: usize) {
        self.fact_if(level, "reference", manifest.reference_uri.as_deref());
        self.fact_if(
            level,
            "stored as",
            manifest.component_id.as_deref().map(|id| format!("[{id}]")).as_deref(),
        );
        if let Some(coswid) = &manifest.coswid {
            self.opaque(level, "coswid", coswid);
        }
        self.components(&manifest.components, level);
        self.blank();
        self.line(level, &format!("{BOLD}What a device does{PLAIN}"));
        let level = level + 1;
        if let Some(shared) = &manifest.shared {
            self.line(level, "before each section");
            self.steps(shared, level + 1);
        }
        let mut told: Vec<(&SectionView, &str)> = Vec::new();
        for procedure in &manifest.procedures {
            // A procedure of one section that bears its name needs no heading.
            let alone = matches!(&*procedure.sections, [only] if only.name == procedure.name);
            let level = if alone { level.saturating_sub(1) } else { level };
            if !alone {
                self.line(level, procedure.name);
            }
            for section in &procedure.sections {
                let same = told.iter().find(|(known, _)| {
                    known.name == section.name
                        && known.source == section.source
                        && known.steps == section.steps
                });
                match same {
                    Some((_, before)) => {
                        self.line(level + 1, &format!("{}, as in the {before}", section.name))
                    }
                    None => self.section(section, level + 1),
                }
                told.push((section, procedure.name));
            }
        }
        if manifest.procedures.is_empty() {
            self.line(level, "nothing: the manifest has no section that can be read");
        }
        if let Some(text) = &manifest.text {
            self.text(text, level - 1);
        }
    }

    fn components(&mut self, components: &[ComponentView], level: usize) {
        for component in components {
            let word = if component.dependency { "dependency" } else { "component" };
            let id = format!("[{}]", component.id.join("/"));
            let mut images = component.images.iter();
            let first = images.next().map(|image| self.image(image)).unwrap_or_default();
            let gap = if first.is_empty() { "" } else { "  " };
            self.fact(level, &format!("{word} {}", component.index), &format!("{id}{gap}{first}"));
            for image in images {
                let words = format!("or{}{}", " ".repeat(id.chars().count()), self.image(image));
                self.fact(level, "", &words);
            }
        }
    }

    fn image(&self, image: &ImageView) -> String {
        let slot = image.slot.map(|slot| format!("slot {slot}"));
        let digest = image.digest.as_ref();
        let digest = digest.map(|digest| format!("{} {}", digest.algorithm, self.hex(&digest.value)));
        let uri = image.uri.as_ref().map(|uri| format!("from {uri}"));
        let facts: Vec<_> = [slot, image.size.map(size), digest, uri].into_iter().flatten().collect();
        facts.join("  ")
    }

    fn opaque(&mut self, level: usize, label: &str, view: &OpaqueView) {
        let size = view.size.map(size).unwrap_or_default();
        let content = view.content.clone().unwrap_or_default();
        let source = source(view.source);
        let facts: Vec<_> =
            [size, source.to_owned(), content].into_iter().filter(|fact| !fact.is_empty()).collect();
        self.fact(level, label, &facts.join(", "));
    }

    fn section(&mut self, section: &SectionView, level: usize) {
        let source = source(section.source);
        let note = if source.is_empty() { String::new() } else { format!(" {DIM}({source}){PLAIN}") };
        self.line(level, &format!("{}{note}", section.name));
        if !matches!(section.source, SectionSource::SeveredMismatch | SectionSource::SeveredMissing) {
            self.steps(&section.steps, level + 1);
        }
    }

    fn steps(&mut self, steps: &[Step], level: usize) {
        let mut told = false;
        for step in steps {
            if self.all {
                for words in &step.prepares {
                    self.item(level, &format!("{DIM}{words}{PLAIN}"));
                    told = true;
                }
            }
            for words in &step.words {
                self.item(level, words);
                told = true;
            }
            if !step.alternatives.is_empty() {
                told = true;
                self.item(level, "try until one succeeds");
                for (position, alternative) in step.alternatives.iter().enumerate() {
                    self.line(level + 1, if position == 0 { "first" } else { "else" });
                    self.steps(alternative, level + 2);
                }
                self.line(level + 1, if step.or_nothing { "else nothing" } else { "else fail" });
            }
            if !step.steps.is_empty() {
                told = true;
                self.item(level, "in a sequence of its own");
                self.steps(&step.steps, level + 1);
            }
        }
        if !told {
            self.item(
                level,
                if steps.is_empty() { "nothing that can be read" } else { "set parameters only" },
            );
        }
    }

    fn text(&mut self, text: &TextView, level: usize) {
        self.blank();
        let source = source(text.source);
        let note = if source.is_empty() { String::new() } else { format!(" {DIM}({source}){PLAIN}") };
        self.line(level, &format!("{BOLD}Text for people{PLAIN}{note}"));
        for LanguageView { tag, manifest, components } in &text.languages {
            self.line(level + 1, tag);
            for entry in manifest {
                self.entry(level + 2, &entry.key, &entry.text);
            }
            for component in components {
                self.line(level + 2, &format!("[{}]", component.id.join("/")));
                for entry in &component.entries {
                    self.entry(level + 3, &entry.key, &entry.text);
                }
            }
        }
    }

    /// A text, behind a bar so that nothing in it can pass for this tool's own words.
    fn entry(&mut self, level: usize, key: &str, text: &str) {
        self.line(level, key);
        let (mut lines, mut letters) = (0, 0);
        for line in text.split('\n') {
            let is_over = lines >= TEXT_LINES || letters + line.chars().count() > TEXT_LETTERS;
            if is_over && !self.all && lines > 0 {
                self.line(level + 1, &format!("{DIM}… {} in all; -v shows it{PLAIN}", size(text.len())));
                return;
            }
            let kept = if self.all { usize::MAX } else { TEXT_LETTERS };
            let shown: String = line.trim_end().chars().take(kept).collect();
            let shown = if shown.len() < line.trim_end().len() { format!("{shown}…") } else { shown };
            self.wrapped(
                &format!("{}| ", "  ".repeat(level + 1)),
                &format!("{}| ", "  ".repeat(level + 1)),
                &shown,
            );
            lines += 1;
            letters += line.chars().count();
        }
    }

    /// A digest in hex, shortened unless all is asked for.
    fn hex(&self, hex: &str) -> String {
        match hex.get(..8) {
            Some(head) if !self.all && hex.len() > 8 => format!("{head}…"),
            _ => hex.to_owned(),
        }
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn line(&mut self, level: usize, text: &str) {
        let indent = "  ".repeat(level);
        self.wrapped(&indent, &indent, text);
    }

    fn item(&mut self, level: usize, text: &str) {
        let indent = "  ".repeat(level);
        self.wrapped(&format!("{indent}- "), &format!("{indent}  "), text);
    }

    fn fact_if(&mut self, level: usize, label: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.fact(level, label, text);
        }
    }

    fn fact(&mut self, level: usize, label: &str, text: &str) {
        let indent = "  ".repeat(level);
        let rest = " ".repeat(indent.len() + LABEL);
        self.wrapped(&format!("{indent}{label:<LABEL$}"), &rest, text);
    }

    /// Writes words into lines. Words longer than a line, such as URIs, are not broken.
    fn wrapped(&mut self, first: &str, rest: &str, text: &str) {
        let mut line = first.to_owned();
        let mut is_empty = true;
        for word in unbroken(text) {
            let len = visible(&line) + usize::from(!is_empty) + visible(word);
            if !is_empty && len > WIDTH {
                let _ = writeln!(self.out, "{}", line.trim_end());
                line = rest.to_owned();
                is_empty = true;
            }
            if !is_empty {
                line.push(' ');
            }
            line.push_str(word);
            is_empty = false;
        }
        let _ = writeln!(self.out, "{}", line.trim_end());
    }
}

/// The name of the section that a part is.
pub(crate) fn section_name(document: &Document<'_>, part: Selection) -> Option<&'static str> {
    match document.node(part.first).key {
        Key::Label(kind @ (MapKind::Manifest | MapKind::Envelope), label) => label_name(kind, label),
        _ => None,
    }
}

/// The words of one section, for `--path`.
pub(crate) fn section(inspection: &Inspection, name: &str, all: bool) -> Option<String> {
    let manifest = inspection.document.manifest.as_ref()?;
    let mut tree = Tree { out: String::new(), all };
    let section =
        manifest.procedures.iter().flat_map(|procedure| &procedure.sections).find(|s| s.name == name)?;
    tree.section(section, 0);
    Some(tree.out)
}

fn by(signer: &SignerView) -> String {
    let algorithm = signer.algorithm.as_deref().unwrap_or("no algorithm");
    let key = signer.key_id.as_ref().map_or_else(|| "no key id".to_owned(), |id| format!("key id {id}"));
    let state = match (signer.verified, &signer.role) {
        (Some(true), Some(role)) => format!("verified: {role}"),
        (Some(true), None) => "verified".to_owned(),
        (Some(false), _) => format!("{RED}not by a trusted key{PLAIN}"),
        (None, _) => "not verified".to_owned(),
    };
    format!("{algorithm} ({}), {key}, {state}", signer.structure)
}

const fn source(source: SectionSource) -> &'static str {
    match source {
        SectionSource::Manifest => "",
        SectionSource::Severed => "severed, carried in the envelope",
        SectionSource::SeveredMismatch => {
            "severed; what the envelope carries is not it, a device refuses that"
        }
        SectionSource::SeveredMissing => "severed, not in this file",
        SectionSource::SeveredUnchecked => "severed, carried in the envelope, digest not compared",
    }
}

/// The words of a text; a number and its unit, and what says where it comes from, stay together.
fn unbroken(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let whole = rest?;
        let mut end = 0;
        loop {
            let behind = &whole[end..];
            let Some(space) = behind.find(' ') else {
                rest = None;
                return Some(whole);
            };
            let (word, next) = (&behind[..space], &behind[space + 1..]);
            let next = next.split(' ').next().unwrap_or_default();
            let unit = next.trim_end_matches([',', ')', ';']);
            if !(matches!(unit, "B" | "mWh")
                || word.trim_start_matches('(').starts_with("sha-")
                || word == "from")
            {
                rest = Some(&behind[space + 1..]);
                return Some(&whole[..end + space]);
            }
            end += space + 1;
        }
    })
}

/// Letters that take room on the screen.
fn visible(text: &str) -> usize {
    anstream::adapter::strip_str(text).to_string().chars().count()
}
