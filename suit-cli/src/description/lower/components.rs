//! Components and dependencies: identifiers, indices, and the names that stand for them.

use super::Context;
use crate::description::model::{self, Description, Name, Recipe, Reference};
use crate::description::values::Bytes;
use crate::error::{Outcome, codes};
use crate::source::{Span, Spanned, closest};
use std::collections::BTreeMap;
use suit_core::grammar::COMPONENTS_MAX;
use suit_core::owned::ComponentId;

/// What indices mean.
#[derive(Clone, Debug, Default)]
pub(super) struct Components {
    /// Identifiers by index.
    pub(super) ids: Vec<ComponentId>,
    /// Dependencies: index and prefix.
    pub(super) dependencies: BTreeMap<u64, Option<ComponentId>>,
    /// Where the dependencies stand.
    pub(super) dependency_places: BTreeMap<u64, Span>,
    /// Where the deltas of components are carried out, by the index of the component.
    pub(super) deltas: BTreeMap<u64, Stages>,
    /// Index of each name, in the order of the description.
    names: Vec<(String, u64)>,
}

/// The components that a delta needs beside the one that it installs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stages {
    /// Has the base.
    pub(super) base: u64,
    /// Takes the delta.
    pub(super) delta: u64,
    /// Takes the new image, if it doesn't go to the component itself.
    pub(super) new: Option<u64>,
}

impl Components {
    /// How many there are, dependencies beyond the list included.
    pub(super) fn count(&self) -> usize {
        let listed = length(&self.ids);
        self.ids.len() + self.dependencies.keys().filter(|index| **index >= listed).count()
    }

    /// Whether there is a component or dependency with this index.
    fn has(&self, index: u64) -> bool {
        index < length(&self.ids) || self.dependencies.contains_key(&index)
    }

    pub(super) fn names_by_index(&self) -> BTreeMap<u64, String> {
        self.names.iter().map(|(name, index)| (*index, name.clone())).collect()
    }

    /// The index of a name.
    pub(super) fn named(&self, name: &str) -> Option<u64> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, index)| *index)
    }

    fn name(&mut self, context: &Context<'_>, name: Option<&Spanned<Name>>, index: u64) -> Outcome<()> {
        let Some(name) = name else { return Ok(()) };
        if self.named(&name.value.0).is_some() {
            let message = format!("two components have the name '{}'", name.value.0);
            return Err(context
                .failure(codes::NAME_TWICE, name.span, message)
                .help("each component needs a name of its own"));
        }
        self.names.push((name.value.0.clone(), index));
        Ok(())
    }

    fn add(&mut self, context: &Context<'_>, span: Span, id: ComponentId) -> Outcome<u64> {
        if self.ids.contains(&id) {
            return Err(context
                .failure(codes::NAME_TWICE, span, "this component identifier was given before")
                .help("two components can't have the same identifier: take one of them out"));
        }
        let index = length(&self.ids);
        if index >= u64::from(COMPONENTS_MAX) {
            return Err(context
                .failure(codes::TOO_MANY, span, format!("more than {COMPONENTS_MAX} components"))
                .help("split the manifest: readers refuse more"));
        }
        self.ids.push(id);
        Ok(index)
    }
}

fn length(list: &[ComponentId]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

impl Context<'_> {
    /// The index that a reference means.
    ///
    /// # Errors
    /// E0214 no component has this name or index.
    pub(super) fn index(&self, reference: &Reference, span: Span) -> Outcome<u64> {
        let found = match reference {
            Reference::Index(index) => Some(*index).filter(|index| self.components.has(*index)),
            Reference::Name(name) => self.components.named(name),
        };
        found.ok_or_else(|| match reference {
            Reference::Index(index) => {
                let help = match self.components.count() {
                    0 => "the description has no components".to_owned(),
                    1 => "the only index is 0".to_owned(),
                    count if count == self.components.ids.len() => {
                        format!("the indices are 0 to {}", count - 1)
                    }
                    _ => "indices are those of components and of dependencies".to_owned(),
                };
                let message = format!("there is no component {index}");
                self.failure(codes::UNKNOWN_COMPONENT, span, message).help(help)
            }
            Reference::Name(name) => {
                let names: Vec<_> = self.components.names.iter().map(|(name, _)| name.as_str()).collect();
                let help = match (closest(name, &names), names.is_empty()) {
                    (Some(near), _) => format!("did you mean '{near}'?"),
                    (None, true) => "no component has a name; give one a name, or use its index".to_owned(),
                    (None, false) => format!("the names are {}", names.join(", ")),
                };
                let message = format!("no component has the name '{name}'");
                self.failure(codes::UNKNOWN_COMPONENT, span, message).help(help)
            }
        })
    }
}

pub(super) fn lower(context: &Context<'_>, description: &Description) -> Outcome<Components> {
    let mut components = Components::default();
    for component in &description.component {
        let index = components.add(context, component.span, context.id(&component.value.id)?)?;
        components.name(context, component.value.name.as_ref(), index)?;
    }
    for dependency in &description.dependency {
        let index = match (&dependency.value.id, &dependency.value.index) {
            // TD §5.2.2: the index is one of a listed component.
            (Some(id), None) => components.add(context, dependency.span, context.id(id)?)?,
            // The published examples have indices beyond the list; a rule warns of them.
            (None, Some(index)) => index.value.0,
            (Some(_), Some(index)) => {
                return Err(context
                    .failure(codes::CONFLICT, index.span, "'id' and 'index' exclude each other")
                    .help("keep 'id': the dependency is then listed as a component"));
            }
            (None, None) => {
                return Err(context
                    .failure(codes::NEEDS, dependency.span, "the dependency has neither 'id' nor 'index'")
                    .help("give the identifier of the component that holds it"));
            }
        };
        let prefix = dependency.value.prefix.as_deref().map(|prefix| context.id(prefix)).transpose()?;
        if components.dependencies.insert(index, prefix).is_some() {
            let message = format!("two dependencies have the index {index}");
            return Err(context
                .failure(codes::NAME_TWICE, dependency.span, message)
                .help("number them differently"));
        }
        components.dependency_places.insert(index, dependency.span);
        components.name(context, dependency.value.name.as_ref(), index)?;
    }
    if components.dependencies.len() > usize::try_from(COMPONENTS_MAX).unwrap_or(usize::MAX) {
        let span = description.dependency.last().map_or_else(Span::default, |last| last.span);
        return Err(context
            .failure(codes::TOO_MANY, span, format!("more than {COMPONENTS_MAX} dependencies"))
            .help("split the manifest: readers refuse more"));
    }
    // A component that a requirement is about, and that isn't installed by this manifest.
    for (name, requirement) in &description.requires.0 {
        if components.named(&name.value).is_none() {
            let id = ComponentId(vec![name.value.clone().into_bytes()]);
            let index = components.add(context, requirement.span, id)?;
            components.names.push((name.value.clone(), index));
        }
    }
    for (index, component) in (0_u64..).zip(&description.component) {
        let Some(delta) = component.value.delta.as_ref().filter(|_| !context.without_delta) else { continue };
        // Nothing is installed by it. Without any recipe it is refused where recipes are looked at.
        if description.recipe.as_ref().is_some_and(|recipe| recipe.value.0 == Recipe::Boot) {
            let message = "the recipe 'boot' installs nothing, so it has no delta";
            return Err(context
                .failure(codes::CONFLICT, delta.span, message)
                .help("take this table out, or choose another recipe"));
        }
        let stages = stages(context, &mut components, &component.value, delta)?;
        components.deltas.insert(index, stages);
    }
    if components.count() == 0 {
        let span =
            context.document.root().get("manifest").map_or_else(Span::default, |manifest| manifest.span);
        return Err(context
            .failure(codes::NEEDS, span, "the description has no component")
            .help("add a [[component]] with its id: a manifest is about at least one"));
    }
    Ok(components)
}

/// Lists what a delta needs, as far as the description doesn't list it already.
fn stages(
    context: &Context<'_>,
    components: &mut Components,
    component: &model::Component,
    delta: &Spanned<model::Delta>,
) -> Outcome<Stages> {
    let own = context.id(&component.id)?;
    let mut find = |given: Option<&[Spanned<Bytes>]>, part: Option<&str>| {
        let id = match given {
            Some(given) => context.id(given)?,
            None => {
                let mut id = own.clone();
                id.0.extend(part.map(|part| part.as_bytes().to_vec()));
                id
            }
        };
        match components.ids.iter().position(|known| *known == id) {
            Some(position) => Ok(u64::try_from(position).unwrap_or(u64::MAX)),
            None => components.add(context, delta.span, id),
        }
    };
    let has_slots = component.slots.is_some();
    let base = find(delta.value.base_id.as_deref(), has_slots.then_some("running"))?;
    let target = find(None, None)?;
    // Only what holds its own base can't be written at once.
    let beside = !has_slots && (delta.value.new_id.is_some() || base == target);
    let new = if beside { Some(find(delta.value.new_id.as_deref(), Some("new"))?) } else { None };
    let stages = Stages { base, new, delta: find(delta.value.staging_id.as_deref(), Some("delta"))? };
    // P-233: none of them is written while it is read.
    let written = [stages.new.unwrap_or(target), stages.delta];
    if written.contains(&base)
        || stages.delta == target
        || stages.new == Some(stages.delta)
        || stages.new == Some(target)
    {
        let message = "base, delta and new image need places of their own";
        return Err(context
            .failure(codes::CONFLICT, delta.span, message)
            .help("give them different identifiers: base-id, staging-id, new-id"));
    }
    Ok(stages)
}
