//! The images of components: measured, compared with what the description says of them, and put into the envelope
//! where they are to travel there.

use super::deltas::{self, Delta};
use super::files::digest_of_image;
use super::{Context, Payload};
use crate::description::model::{Component, Description, FileKind, Recipe, Sections};
use crate::description::values::{DigestValue, Size, digest_text, size_words};
use crate::description::words::{Word, word};
use crate::error::{Outcome, codes};
use crate::images;
use crate::source::{Span, Spanned};
use suit_core::owned::Digest;

/// An image of a component.
#[derive(Clone, Debug)]
pub(super) struct Image {
    /// Its slot, if the component has several.
    pub(super) slot: Option<u64>,
    /// Its digest.
    pub(super) digest: Option<Digest>,
    /// Its size in bytes.
    pub(super) size: Option<u64>,
    /// Where devices get it.
    pub(super) uri: Option<String>,
    /// How it is made from the one before.
    pub(super) delta: Option<Delta>,
}

/// What was measured of an image, for the summary.
#[derive(Clone, Debug)]
pub(crate) struct ImageNote {
    /// The component's index.
    pub(crate) component: u64,
    /// The slot.
    pub(crate) slot: Option<u64>,
    /// The file as it was given.
    pub(crate) file: Option<String>,
    /// The image's size in bytes.
    pub(crate) size: Option<u64>,
    /// The image's digest.
    pub(crate) digest: Option<Digest>,
    /// Whether it travels in the envelope.
    pub(crate) integrated: bool,
}

/// All images.
#[derive(Debug, Default)]
pub(super) struct Images {
    /// By component: one without a slot, or any number with one.
    pub(super) by_component: Vec<Vec<Image>>,
    /// For the summary.
    pub(super) notes: Vec<ImageNote>,
    /// Those that travel in the envelope.
    pub(super) payloads: Vec<Payload>,
}

/// What a description says of one image.
struct Said<'d> {
    component: u64,
    slot: Option<u64>,
    name: Option<String>,
    file: Option<&'d Spanned<String>>,
    kind: Option<&'d Spanned<Word<FileKind>>>,
    sections: Option<&'d Spanned<Word<Sections>>>,
    fill: Option<u8>,
    digest: Option<&'d Spanned<DigestValue>>,
    size: Option<&'d Spanned<Size>>,
    uri: Option<&'d Spanned<String>>,
    max_size: Option<&'d Spanned<Size>>,
}

pub(super) fn lower(context: &Context<'_>, description: &Description) -> Outcome<Images> {
    let mut images = Images::default();
    for (index, component) in (0_u64..).zip(&description.component) {
        let list = match &component.slots {
            None => vec![with_delta(context, &mut images, component, &whole(index, component))?],
            Some(slots) => {
                with_slots_alone(context, component)?;
                let mut list: Vec<Image> = Vec::new();
                for slot in &slots.value {
                    if list.iter().any(|earlier| earlier.slot == Some(slot.slot.0)) {
                        let message = format!("slot {} is given twice", slot.slot.0);
                        return Err(context
                            .failure(codes::NAME_TWICE, slot.span, message)
                            .help("each slot of a component has a number of its own"));
                    }
                    let said = Said {
                        component: index,
                        slot: Some(slot.slot.0),
                        name: component.name.as_ref().map(|name| format!("{}.{}", name.0, slot.slot.0)),
                        file: slot.file.as_ref(),
                        kind: slot.kind.as_ref().or(component.kind.as_ref()),
                        sections: slot.sections.as_ref().or(component.sections.as_ref()),
                        fill: slot.fill.or(component.fill),
                        digest: slot.digest.as_ref(),
                        size: slot.size.as_ref(),
                        uri: slot.uri.as_ref(),
                        max_size: component.max_size.as_ref(),
                    };
                    list.push(with_delta(context, &mut images, component, &said)?);
                }
                list
            }
        };
        images.by_component.push(list);
    }
    Ok(images)
}

fn whole(index: u64, component: &Component) -> Said<'_> {
    Said {
        component: index,
        slot: None,
        name: component.name.as_ref().map(|name| name.0.clone()),
        file: component.file.as_ref(),
        kind: component.kind.as_ref(),
        sections: component.sections.as_ref(),
        fill: component.fill,
        digest: component.digest.as_ref(),
        size: component.size.as_ref(),
        uri: component.uri.as_ref(),
        max_size: component.max_size.as_ref(),
    }
}

/// Where there are slots, what is said of an image is said of each slot's.
fn with_slots_alone(context: &Context<'_>, component: &Component) -> Outcome<()> {
    let given = [
        ("file", component.file.as_ref().map(|it| it.span)),
        ("uri", component.uri.as_ref().map(|it| it.span)),
        ("digest", component.digest.as_ref().map(|it| it.span)),
        ("size", component.size.as_ref().map(|it| it.span)),
    ];
    for (field, span) in given {
        if let Some(span) = span {
            let message = format!("'{field}' and 'slots' exclude each other");
            return Err(context
                .failure(codes::CONFLICT, span, message)
                .help(format!("give '{field}' in each of the slots")));
        }
    }
    Ok(())
}

/// An image, and the delta that makes it.
fn with_delta(
    context: &Context<'_>,
    images: &mut Images,
    component: &Component,
    said: &Said<'_>,
) -> Outcome<Image> {
    let (mut image, found) = image(context, images, said)?;
    if let Some(delta) = deltas::said(context, component, said.slot)? {
        let new = found.as_ref().zip(image.digest.as_ref());
        image.delta = Some(deltas::lower(context, images, component, delta, new)?);
    }
    Ok(image)
}

fn image(
    context: &Context<'_>,
    images: &mut Images,
    said: &Said<'_>,
) -> Outcome<(Image, Option<images::Image>)> {
    let here = said.file.or(said.uri).map_or_else(Span::default, |text| text.span);
    let kind = said.kind.map(|kind| match kind.value.0 {
        FileKind::Bin | FileKind::Bytecode => images::Kind::Bin,
        FileKind::Elf => images::Kind::Elf,
        FileKind::Hex => images::Kind::Hex,
    });
    let sections = match said.sections.map(|sections| sections.value.0) {
        None | Some(Sections::Loadable) => images::Sections::Loadable,
        Some(Sections::Raw) => images::Sections::Raw,
    };
    let uri = said.uri.map(|uri| uri.value.as_str());
    let file = said.file.map(|file| file.value.as_str());
    let mut found =
        context.named(here, context.files.image(said.name.as_deref(), uri, file, sections, kind))?;
    if let (Some((found, _)), Some(fill)) = (&mut found, said.fill) {
        found.fill = fill;
    }

    let mut image = Image {
        slot: said.slot,
        digest: said.digest.map(|digest| context.digest(digest)).transpose()?,
        size: said.size.map(|size| context.named(size.span, context.files.size(&size.value))).transpose()?,
        uri: uri.map(str::to_owned),
        delta: None,
    };
    if let Some((found, _)) = &found {
        compare(context, said, &mut image, found, here)?;
    }
    if let (Some(max), Some(size)) = (said.max_size, image.size) {
        let limit = context.named(max.span, context.files.size(&max.value))?;
        if size > limit {
            let message = format!("the image has {}, more than {}", size_words(size), size_words(limit));
            return Err(context.failure(codes::TOO_LARGE_FOR_DEVICE, max.span, message));
        }
    }
    let integrated = uri.is_some_and(|uri| uri.starts_with('#'));
    if let (true, Some(uri)) = (integrated, said.uri) {
        let Some((found, written)) = &found else {
            let message = format!("'{}' is in the envelope, but no file is given for it", uri.value);
            let name = uri.value.trim_start_matches('#');
            return Err(context
                .failure(codes::NEEDS, uri.span, message)
                .help(format!("add a 'file', or give one with --payload {name}=FILE")));
        };
        let written = (found.kind == images::Kind::Bin).then(|| format!("file:{written}"));
        let content = context.named(here, found.bytes())?;
        images.payloads.push(Payload { name: uri.value.clone(), span: uri.span, content, written });
    }
    let (found, written) = found.unzip();
    if image.digest.is_some() || image.size.is_some() {
        images.notes.push(ImageNote {
            component: said.component,
            slot: said.slot,
            file: written,
            size: image.size,
            digest: image.digest.clone(),
            integrated,
        });
    }
    Ok((image, found))
}

/// Measures the file; what the description says already has to agree.
fn compare(
    context: &Context<'_>,
    said: &Said<'_>,
    image: &mut Image,
    found: &images::Image,
    here: Span,
) -> Outcome<()> {
    if let (Some(size), Some(span)) = (image.size, said.size.map(|size| size.span))
        && size != found.len
    {
        let message = format!("'{}' has {}, not {}", found.name, size_words(found.len), size_words(size));
        return Err(context.failure(codes::SIZE_DIFFERS, span, message));
    }
    let algorithm = image.digest.as_ref().map_or(context.hash, |digest| digest.algorithm);
    let digest = context.named(here, digest_of_image(found, algorithm))?;
    if let (Some(given), Some(span)) = (&image.digest, said.digest.map(|digest| digest.span))
        && *given != digest
    {
        let message = format!("'{}' does not have this digest", found.name);
        return Err(context
            .failure(codes::DIGEST_DIFFERS, span, message)
            .note(format!("it has {}", digest_text(&digest)))
            .help("leave 'digest' out to take that of the file"));
    }
    image.size = Some(found.len);
    image.digest = Some(digest);
    Ok(())
}

/// What is given only for a shared sequence that is written out instead.
pub(super) fn unused(description: &Description) -> Vec<(Span, String)> {
    let mut unused = Vec::new();
    // With a recipe the other sequences still use some of it, and authors replace one sequence on purpose.
    if description.recipe.is_some() {
        return unused;
    }
    for component in &description.component {
        let fields = [
            ("digest", component.digest.as_ref().map(|it| it.span)),
            ("size", component.size.as_ref().map(|it| it.span)),
            ("file", component.file.as_ref().map(|it| it.span)),
        ];
        if let Some((field, span)) = fields.into_iter().find_map(|(field, span)| Some((field, span?))) {
            let message = format!("'{field}' is not used: the shared sequence is written out");
            unused.push((span, message));
        }
    }
    unused
}

/// Whether a recipe says what is done with a component's uri and slots.
pub(super) fn only_with_recipe(context: &Context<'_>, description: &Description) -> Outcome<()> {
    let needs_recipe = |span: Span, what: &str| {
        let message = format!("{what} without a recipe says nothing");
        let help = format!(
            "add recipe = \"{}\" or another one at the top, or set the parameter in a sequence",
            word(Recipe::Module)
        );
        Err(context.failure(codes::NEEDS, span, message).help(help))
    };
    for component in &description.component {
        if let Some(uri) = &component.uri {
            return needs_recipe(uri.span, "'uri'");
        }
        if let Some(slots) = &component.slots {
            return needs_recipe(slots.span, "'slots'");
        }
        if let Some(delta) = &component.delta {
            return needs_recipe(delta.span, "'delta'");
        }
    }
    if let Some(conditions) = &description.conditions {
        return needs_recipe(conditions.span, "'conditions'");
    }
    if let Some((name, _)) = description.requires.0.first() {
        return needs_recipe(name.span, "'requires'");
    }
    Ok(())
}
