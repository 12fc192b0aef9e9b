//! Text for people.

use super::Context;
use crate::description::model::{ComponentText, Language, Table};
use crate::description::values::Prose;
use crate::error::{Outcome, codes};
use crate::source::Spanned;
use std::collections::BTreeMap;
use suit_core::labels::{ComponentTextKey, TextKey};
use suit_core::owned::{ComponentId, LanguageText, Text};

/// The text map, if there is any text.
pub(super) fn lower(context: &Context<'_>, given: &Table<Spanned<Language>>) -> Outcome<Option<Text>> {
    let mut text = Text::new();
    for (tag, language) in &given.0 {
        if !is_language_tag(&tag.value) {
            let message = format!("'{}' is not a language tag", tag.value);
            return Err(context.failure(codes::TEXT_LANGUAGE, tag.span, message));
        }
        let manifest = [
            (TextKey::ManifestDescription, &language.description),
            (TextKey::UpdateDescription, &language.update_description),
            (TextKey::JsonSource, &language.json_source),
            (TextKey::YamlSource, &language.yaml_source),
        ];
        let mut lowered = LanguageText { manifest: texts(context, manifest)?, components: BTreeMap::new() };
        for component in &language.component {
            let id = id(context, component)?;
            let texts = component_texts(context, component)?;
            if texts.is_empty() {
                return Err(context
                    .failure(codes::EMPTY, component.span, "nothing is said about this component")
                    .help("add a text such as 'description', or take the table out"));
            }
            if lowered.components.insert(id, texts).is_some() {
                return Err(context
                    .failure(codes::NAME_TWICE, component.span, "this component has a text already")
                    .help("put all texts about a component into one table"));
            }
        }
        if lowered == LanguageText::default() {
            return Err(context
                .failure(codes::EMPTY, language.span, format!("there is no text in '{}'", tag.value))
                .help("add a text such as 'description', or take the table out"));
        }
        text.insert(tag.value.clone(), lowered);
    }
    Ok((!text.is_empty()).then_some(text))
}

fn texts<K: Ord, const N: usize>(
    context: &Context<'_>,
    given: [(K, &Option<Spanned<Prose>>); N],
) -> Outcome<BTreeMap<K, String>> {
    let mut texts = BTreeMap::new();
    for (key, prose) in given {
        if let Some(prose) = prose {
            texts.insert(key, context.named(prose.span, context.files.prose(&prose.value))?);
        }
    }
    Ok(texts)
}

fn component_texts(
    context: &Context<'_>,
    given: &ComponentText,
) -> Outcome<BTreeMap<ComponentTextKey, String>> {
    texts(
        context,
        [
            (ComponentTextKey::VendorName, &given.vendor_name),
            (ComponentTextKey::ModelName, &given.model_name),
            (ComponentTextKey::VendorDomain, &given.vendor_domain),
            (ComponentTextKey::ModelInfo, &given.model_info),
            (ComponentTextKey::ComponentDescription, &given.description),
            (ComponentTextKey::ComponentVersion, &given.version),
            (ComponentTextKey::VersionRequired, &given.version_required),
            (ComponentTextKey::CurrentVersion, &given.current_version),
        ],
    )
}

fn id(context: &Context<'_>, given: &Spanned<ComponentText>) -> Outcome<ComponentId> {
    match (&given.of, &given.id) {
        (Some(reference), None) => {
            let index = context.index(&reference.value, reference.span)?;
            let listed = usize::try_from(index).ok().and_then(|index| context.components.ids.get(index));
            // A dependency beyond the list has an index but no identifier.
            listed.cloned().ok_or_else(|| {
                context
                    .failure(codes::UNKNOWN_COMPONENT, reference.span, "this dependency has no identifier")
                    .help("say which component is meant by its 'id'")
            })
        }
        (None, Some(id)) => context.id(id),
        (Some(reference), Some(_)) => Err(context
            .failure(codes::CONFLICT, reference.span, "'of' and 'id' exclude each other")
            .help("keep 'of'")),
        (None, None) => Err(context
            .failure(codes::NEEDS, given.span, "the text does not say which component it is about")
            .help("add of = 0 or the component's name")),
    }
}

/// RFC 9290: 1 to 8 letters, then groups of 1 to 8 letters and digits behind hyphens.
fn is_language_tag(tag: &str) -> bool {
    tag.split('-').enumerate().all(|(position, group)| {
        let fits = |letter: char| {
            if position == 0 { letter.is_ascii_alphabetic() } else { letter.is_ascii_alphanumeric() }
        };
        (1..=8).contains(&group.len()) && group.chars().all(fits)
    })
}
