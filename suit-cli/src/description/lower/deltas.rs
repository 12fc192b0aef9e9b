//! Delta payloads of components: made, or read and held against the images, and always applied as a device does it.

use super::files::digest_of;
use super::images::Images;
use super::{Context, Payload};
use crate::deltas::{self, check, is_bound};
use crate::description::model::{self, Component, FileKind, Profile, Sections};
use crate::description::values::size_words;
use crate::error::{Failure, Outcome, codes};
use crate::images;
use crate::source::{Span, Spanned};
use suit_core::delta::create::{self, Options};
use suit_core::delta::{Error, Header, Instructions};
use suit_core::labels::Algorithm;
use suit_core::owned::{Digest, Parameter};

/// A delta that makes an image.
#[derive(Clone, Debug)]
pub(super) struct Delta {
    base: Digest,
    base_size: u64,
    digest: Digest,
    size: u64,
    uri: String,
}

impl Delta {
    /// What the base must be.
    pub(super) fn base(&self) -> Vec<Parameter> {
        vec![Parameter::ImageDigest(self.base.clone()), Parameter::ImageSize(self.base_size)]
    }

    /// What the delta must be, and where to get it.
    pub(super) fn payload(&self) -> Vec<Parameter> {
        let digest = Parameter::ImageDigest(self.digest.clone());
        vec![digest, Parameter::ImageSize(self.size), Parameter::Uri(self.uri.clone())]
    }
}

/// Where a delta comes from, as the description says it.
#[derive(Clone, Copy)]
pub(super) struct Said<'d> {
    span: Span,
    base: &'d Spanned<String>,
    uri: &'d Spanned<String>,
    file: Option<&'d Spanned<String>>,
    profile: Profile,
    instructions: Option<Instructions>,
}

/// What is said of the delta for an image, if there is one; of an image without a slot, or of the one for this slot.
pub(super) fn said<'d>(
    context: &Context<'_>,
    component: &'d Component,
    slot: Option<u64>,
) -> Outcome<Option<Said<'d>>> {
    let Some(given) = component.delta.as_ref().filter(|_| !context.without_delta) else { return Ok(None) };
    let profile = given.value.profile.as_ref().map_or(Profile::M, |profile| profile.value.0);
    let delta = &given.value;
    let instructions = delta.instructions.as_ref().map(|set| set.value.0.of_codec());
    let needs = |what: &str, help: &str| {
        context.failure(codes::NEEDS, given.span, format!("the delta needs {what}")).help(help)
    };
    let Some(slot) = slot else {
        if let Some(slots) = &delta.slots {
            let message = "'slots' of a delta whose component has none";
            return Err(context
                .failure(codes::CONFLICT, slots.span, message)
                .help("give 'base' and 'uri' instead"));
        }
        let base = delta
            .base
            .as_ref()
            .ok_or_else(|| needs("a base", "add 'base', the file with the image that devices have"))?;
        let uri = delta
            .uri
            .as_ref()
            .ok_or_else(|| needs("a uri", "add 'uri', such as \"#delta\" for one in the envelope"))?;
        return Ok(Some(Said {
            span: given.span,
            base,
            uri,
            file: delta.file.as_ref(),
            profile,
            instructions,
        }));
    };
    let alone = [&delta.base, &delta.uri, &delta.file].into_iter().flatten().next();
    if let Some(alone) = alone {
        let message = "a component with slots has a delta for each of them";
        return Err(context
            .failure(codes::CONFLICT, alone.span, message)
            .help("write slots = [{ slot = 0, base = …, uri = … }, …] in its place"));
    }
    let Some(slots) = &delta.slots else {
        return Err(needs(
            "'slots'",
            "say for each slot which image the other one holds: slots = [{ slot = 0, base = …, uri = … }]",
        ));
    };
    let here = |one: &&Spanned<model::DeltaSlot>| one.value.slot.0 == slot;
    let mut all = slots.value.iter().filter(here);
    let found = all.next();
    if let Some(second) = all.next() {
        let message = format!("slot {slot} is given twice");
        return Err(context
            .failure(codes::NAME_TWICE, second.span, message)
            .help("each slot of a component has a number of its own"));
    }
    Ok(found.map(|one| {
        let one: &'d Spanned<model::DeltaSlot> = one;
        let model::DeltaSlot { base, uri, file, .. } = &one.value;
        Said { span: one.span, base, uri, file: file.as_ref(), profile, instructions }
    }))
}

/// Makes the delta, or reads it, and applies it.
pub(super) fn lower(
    context: &Context<'_>,
    images: &mut Images,
    component: &Component,
    said: Said<'_>,
    new: Option<(&images::Image, &Digest)>,
) -> Outcome<Delta> {
    let Some((new, new_digest)) = new else {
        let message = "a delta needs the file of the image that it makes";
        return Err(context.failure(codes::NEEDS, said.span, message).help("add 'file' to the component"));
    };
    let kind = component.kind.as_ref().map(|kind| match kind.value.0 {
        FileKind::Bin | FileKind::Bytecode => images::Kind::Bin,
        FileKind::Elf => images::Kind::Elf,
        FileKind::Hex => images::Kind::Hex,
    });
    let sections = match component.sections.as_ref().map(|sections| sections.value.0) {
        None | Some(Sections::Loadable) => images::Sections::Loadable,
        Some(Sections::Raw) => images::Sections::Raw,
    };
    let (base_span, base_file) = (said.base.span, Some(said.base.value.as_str()));
    let base = context.named(base_span, context.files.image(None, None, base_file, sections, kind))?;
    let Some((mut base, _)) = base else {
        return Err(context.failure(codes::EMPTY, base_span, "no file"));
    };
    base.fill = component.fill.unwrap_or(base.fill);
    let old_bytes = context.named(base_span, base.bytes())?;
    let new_bytes = context.named(said.span, new.bytes())?;
    let digest = |bytes: &[u8], algorithm: Algorithm| {
        digest_of(algorithm, bytes).ok_or_else(|| {
            context.failure(
                codes::HASH_UNSUPPORTED,
                said.span,
                format!("{} can't be computed", algorithm.name()),
            )
        })
    };
    let name = said.uri.value.strip_prefix('#');
    let given =
        context.named(said.span, context.files.delta(name, said.file.map(|file| file.value.as_str())))?;
    let written = given.as_ref().map(|(_, written)| format!("file:{written}"));
    let payload = match given {
        Some((payload, _)) => payload,
        None => {
            let options = Options {
                memory: said.profile.of_codec().memory(),
                instructions: said.instructions.or_else(|| deltas::instructions(&base, new)),
                data: deltas::data(&base, new),
                old_check: check(&old_bytes),
                new_check: check(&new_bytes),
                ..Options::default()
            };
            deltas::make([&old_bytes, &new_bytes], &options, [base.base, new.base], &mut |_| ())
                .map_err(|error| {
                    let failure = context.failure(codes::DELTA, said.span, error.to_string());
                    match error {
                        create::Error::TooLarge(_) => {
                            failure.help("take this table out: the full image then serves")
                        }
                        create::Error::Memory { .. } => failure.help("choose a larger profile"),
                        _ => failure,
                    }
                })?
                .payload
        }
    };
    let place = said.file.map_or(said.span, |file| file.span);
    apply(&payload, &old_bytes, &new_bytes, said.profile).map_err(|why| why.failure(context, place))?;
    let base = digest(&old_bytes, context.hash)?;
    if base == *new_digest {
        return Err(context
            .failure(codes::DELTA, base_span, "the base is the image that the delta makes")
            .help("name the image of the version before"));
    }
    let delta = Delta {
        base,
        base_size: length(&old_bytes),
        digest: digest(&payload, context.hash)?,
        size: length(&payload),
        uri: said.uri.value.clone(),
    };
    if name.is_some() {
        let (name, span) = (said.uri.value.clone(), said.uri.span);
        images.payloads.push(Payload { name, span, content: payload, written });
    }
    Ok(delta)
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

/// Why a delta isn't one of these two images.
enum Unfit {
    /// The decoder refuses it.
    Refused(Error),
    /// It is for an image of another size or with another beginning of its digest.
    Other(&'static str),
    /// It needs more memory than the profile has.
    Memory(u32, u32),
    /// What it makes is something else.
    Result,
}

impl Unfit {
    fn failure(self, context: &Context<'_>, span: Span) -> Failure {
        let message = match self {
            Self::Refused(error) => format!("the delta can't be applied: {error}"),
            Self::Other(which) => format!("the delta is made for another {which}"),
            Self::Memory(needed, lent) => format!(
                "the delta needs {} of memory, and the profile has {}",
                size_words(needed.into()),
                size_words(lent.into())
            ),
            Self::Result => "the delta makes something else than the image".to_owned(),
        };
        context
            .failure(codes::DELTA, span, message)
            .help("make it again from these files, or leave 'file' out")
    }
}

/// Applies a delta as a device does it, and holds the result against the image.
fn apply(payload: &[u8], old: &[u8], new: &[u8], profile: Profile) -> Result<(), Unfit> {
    let (header, _) = Header::parse(payload).map_err(Unfit::Refused)?;
    if !is_bound(header.old_size, header.old_check, old) {
        return Err(Unfit::Other("base"));
    }
    if !is_bound(header.new_size, header.new_check, new) {
        return Err(Unfit::Other("image"));
    }
    let lent = profile.of_codec().memory();
    if header.memory() > lent {
        return Err(Unfit::Memory(header.memory(), lent));
    }
    if deltas::apply(payload, old).map_err(Unfit::Refused)? == new { Ok(()) } else { Err(Unfit::Result) }
}
