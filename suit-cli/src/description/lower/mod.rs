//! From a description to the manifest and what is around it.
//!
//! A recipe is a way to write sequences: what it writes goes through the same model as what an author writes,
//! so that nothing can be said by a recipe that can't be said without one.

mod commands;
mod components;
mod deltas;
mod files;
mod images;
mod install;
mod parameters;
mod recipe;
mod text;

pub(crate) use commands::{ACTION_POLICY, CHECK_POLICY};
pub(crate) use files::{Files, digest_of, hash};
pub(crate) use images::ImageNote;

use super::model::{self, Description};
use super::places::{Places, SequenceName, SequencePlace};
use super::values::DigestValue;
use super::words::word;
use crate::error::{Code, Failure, Outcome, codes};
use crate::source::{Document, Span, Spanned};
use components::Components;
use std::collections::BTreeMap;
use suit_core::labels::{Algorithm, ManifestKey};
use suit_core::owned::{ComponentId, Digest, Manifest, Member, VendorId};

/// What the command line adds to a description.
#[derive(Clone, Debug, Default)]
pub(crate) struct Options {
    /// `--severable`.
    pub(crate) severable: Vec<ManifestKey>,
    /// `--leave-out`.
    pub(crate) leave_out: Vec<ManifestKey>,
    /// `--without-delta`.
    pub(crate) without_delta: bool,
}

/// A payload that travels in the envelope.
#[derive(Clone, Debug)]
pub(crate) struct Payload {
    /// Its name there.
    pub(crate) name: String,
    /// Where the description says so.
    pub(crate) span: Span,
    /// Its bytes.
    pub(crate) content: Vec<u8>,
    /// The text that says so in the form with sequences alone, if it comes from a raw file.
    pub(crate) written: Option<String>,
}

/// A manifest, and what is to be put around it.
#[derive(Clone, Debug)]
pub(crate) struct Lowered {
    /// The manifest. What is severable is still inline; what was severed earlier is there as its digest.
    pub(crate) manifest: Manifest,
    /// Whether the envelope has its tag.
    pub(crate) tagged: bool,
    /// The hash for manifest and severed parts.
    pub(crate) hash: Algorithm,
    /// What to sever.
    pub(crate) severable: Vec<ManifestKey>,
    /// What of it not to put into the envelope.
    pub(crate) leave_out: Vec<ManifestKey>,
    /// Integrated payloads and dependencies.
    pub(crate) payloads: Vec<Payload>,
    /// What was measured.
    pub(crate) images: Vec<ImageNote>,
    /// Names of components by index.
    pub(crate) names: BTreeMap<u64, String>,
    /// Where everything stands.
    pub(crate) places: Places,
    /// Values that nothing uses.
    pub(crate) unused: Vec<(Span, String)>,
}

/// What lowering needs everywhere.
struct Context<'d> {
    document: &'d Document,
    files: &'d Files,
    hash: Algorithm,
    /// Every device is to fetch full images.
    without_delta: bool,
    components: Components,
    /// The vendor under `device`, in which class names are looked up.
    vendor: Option<VendorId>,
}

impl Context<'_> {
    fn failure(&self, code: Code, span: Span, message: impl Into<String>) -> Failure {
        self.document.failure(code, span, message)
    }

    /// A failure with a file gets the place where the description names the file, unless it has one inside the file.
    fn named<T>(&self, span: Span, outcome: Outcome<T>) -> Outcome<T> {
        outcome.map_err(|failure| match failure.place() {
            None => failure.at(self.document.place(span)),
            Some(_) => failure,
        })
    }

    fn digest(&self, value: &Spanned<DigestValue>) -> Outcome<Digest> {
        match &value.value {
            DigestValue::Given(digest) => Ok(digest.clone()),
            DigestValue::File(path) => self.named(value.span, self.files.digest(path, self.hash)),
            DigestValue::ManifestOf(path) => self.named(value.span, self.files.manifest_digest(path)),
        }
    }

    fn id(&self, parts: &[Spanned<super::values::Bytes>]) -> Outcome<ComponentId> {
        let parts = parts.iter().map(|part| self.named(part.span, self.files.bytes(&part.value)));
        parts.collect::<Outcome<_>>().map(ComponentId)
    }
}

/// Makes the manifest that a description describes.
///
/// # Errors
/// E0206 and E0212 to E0226 with the place in the description; those of files and images.
pub(crate) fn lower(
    document: &Document,
    description: &Description,
    files: &Files,
    options: &Options,
) -> Outcome<Lowered> {
    let hash = description.envelope.hash.as_ref().map_or(Algorithm::Sha256, |hash| hash.value.0.0);
    let vendor = description.device.as_ref().map(|device| device.vendor.value.0.clone());
    let without_delta = options.without_delta;
    let mut context =
        Context { document, files, hash, without_delta, components: Components::default(), vendor };
    context.components = components::lower(&context, description)?;
    let mut places = Places {
        root: document.root().get("format").map_or_else(Span::default, |format| format.span),
        envelope: description.envelope.tagged.as_ref().map(|tagged| tagged.span),
        set_version: description.manifest.version.as_ref().map(|version| version.span),
        dependencies: context.components.dependency_places.clone(),
        text: description.text.0.iter().map(|(tag, _)| (tag.value.clone(), tag.span)).collect(),
        ..Places::default()
    };

    let images = images::lower(&context, description)?;
    let mut sections = BTreeMap::new();
    let mut shared = None;
    let mut unused = Vec::new();
    for (name, commands) in recipe::sequences(&context, description, &images)? {
        places.sequences.insert(name, SequencePlace { span: commands.span, commands: Vec::new() });
        match name {
            SequenceName::Shared => shared = Some(commands.value),
            SequenceName::Section(key) => drop(sections.insert(key, Member::Inline(commands.value))),
        }
    }
    if let Some(given) = &description.sequence.shared {
        let (commands, place) = commands::sequence(&context, SequenceName::Shared, given)?;
        shared = Some(commands);
        places.sequences.insert(SequenceName::Shared, place);
        unused.extend(images::unused(description));
    }
    for (key, given) in description.sequence.sections() {
        let name = SequenceName::Section(key);
        let (commands, place) = commands::sequence(&context, name, given)?;
        sections.insert(key, Member::Inline(commands));
        places.sequences.insert(name, place);
    }

    let mut manifest = Manifest {
        sequence_number: description.manifest.sequence.0,
        dependencies: context.components.dependencies.clone(),
        components: context.components.ids.clone(),
        shared,
        reference_uri: description.manifest.reference_uri.clone(),
        component_id: description.manifest.component.as_deref().map(|id| context.id(id)).transpose()?,
        set_version: description.manifest.version.as_ref().map(|version| version.value.0.clone()),
        sections,
        coswid: None,
        text: text::lower(&context, &description.text)?.map(Member::Inline),
    };
    if let Some(tag) = &description.coswid {
        let content = context.named(tag.span, files.bytes(&tag.value))?;
        manifest.coswid = Some(Member::Inline(content));
    }
    severed(&context, description, &mut manifest)?;
    let severable = severable(&context, description, options, &manifest, &mut places)?;
    let leave_out = leave_out(&context, description, options, &severable)?;
    let payloads = payloads(&context, description, images.payloads)?;
    files.all_used()?;
    places.payloads = payloads.iter().map(|payload| (payload.name.clone(), payload.span)).collect();
    Ok(Lowered {
        manifest,
        tagged: description.envelope.tagged.as_ref().is_none_or(|tagged| tagged.value),
        hash,
        severable,
        leave_out,
        payloads,
        images: images.notes,
        names: context.components.names_by_index(),
        places,
        unused,
    })
}

/// Puts the digests of parts whose content is not at hand into the manifest.
fn severed(context: &Context<'_>, description: &Description, manifest: &mut Manifest) -> Outcome<()> {
    for (model::Member(key), digest) in description.severed.members() {
        let value = context.digest(digest)?;
        let taken = match key {
            ManifestKey::Text => manifest.text.replace(Member::Severed(value)).is_some(),
            ManifestKey::CoSwid => manifest.coswid.replace(Member::Severed(value)).is_some(),
            _ => manifest.sections.insert(key, Member::Severed(value)).is_some(),
        };
        if taken {
            let message = format!("both the content of '{}' and its digest are given", word(key));
            return Err(context
                .failure(codes::CONFLICT, digest.span, message)
                .help("leave the digest out: it is computed from the content"));
        }
    }
    Ok(())
}

fn has_content(manifest: &Manifest, key: ManifestKey) -> bool {
    match key {
        ManifestKey::Text => matches!(manifest.text, Some(Member::Inline(_))),
        ManifestKey::CoSwid => matches!(manifest.coswid, Some(Member::Inline(_))),
        _ => matches!(manifest.sections.get(&key), Some(Member::Inline(_))),
    }
}

/// What to sever: by the description, and by the command line.
fn severable(
    context: &Context<'_>,
    description: &Description,
    options: &Options,
    manifest: &Manifest,
    places: &mut Places,
) -> Outcome<Vec<ManifestKey>> {
    let mut members = Vec::new();
    let given = description.envelope.severable.iter().map(|member| (member.value.0.0, Some(member.span)));
    for (key, span) in given.chain(options.severable.iter().map(|key| (*key, None))) {
        if !has_content(manifest, key) {
            let failure =
                Failure::new(codes::NOTHING_TO_SEVER, format!("there is no '{}' to sever", word(key)));
            return Err(match span {
                Some(span) => failure.at(context.document.place(span)),
                None => failure.exit(crate::error::Exit::Usage),
            });
        }
        if !members.contains(&key) {
            members.push(key);
            places.members.push((key, span.unwrap_or(places.root)));
        }
    }
    members.sort();
    Ok(members)
}

fn leave_out(
    context: &Context<'_>,
    description: &Description,
    options: &Options,
    severable: &[ManifestKey],
) -> Outcome<Vec<ManifestKey>> {
    let mut members = Vec::new();
    let given = description.envelope.leave_out.iter().map(|member| (member.value.0.0, Some(member.span)));
    for (key, span) in given.chain(options.leave_out.iter().map(|key| (*key, None))) {
        if !severable.contains(&key) {
            let message = format!("'{}' can't be left out: it is not severable", word(key));
            let failure = Failure::new(codes::NOTHING_TO_SEVER, message).help("make it severable too");
            return Err(match span {
                Some(span) => failure.at(context.document.place(span)),
                None => failure.exit(crate::error::Exit::Usage),
            });
        }
        members.push(key);
    }
    Ok(members)
}

/// Payloads of components, and those that are given by themselves.
fn payloads(
    context: &Context<'_>,
    description: &Description,
    mut payloads: Vec<Payload>,
) -> Outcome<Vec<Payload>> {
    for (name, content) in &description.payloads.0 {
        let (bytes, written) =
            context.named(content.span, context.files.payload(&name.value, &content.value))?;
        payloads.push(Payload { name: name.value.clone(), span: name.span, content: bytes, written });
    }
    for (position, payload) in payloads.iter().enumerate() {
        if payloads.iter().take(position).any(|earlier| earlier.name == payload.name) {
            let message = format!("two payloads have the name '{}'", payload.name);
            return Err(context
                .failure(codes::NAME_TWICE, payload.span, message)
                .help("each payload in an envelope needs a name of its own"));
        }
    }
    Ok(payloads)
}
