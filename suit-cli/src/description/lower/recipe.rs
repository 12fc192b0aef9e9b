//! Recipes: the sequences that stand for "boot", "full firmware in two slots", "module", "application", "data".
//!
//! What they write are the templates of draft-ietf-suit-manifest-37 §7: compatibility check, trusted invocation,
//! component download, A/B images. Compatibility comes first (M §4.2), and every sequence begins with the component
//! that it means where there are several (M §6.2).

use super::commands::{act, check};
use super::images::{Image, Images, only_with_recipe};
use super::{Context, install, parameters};
use crate::description::model::{Description, Recipe};
use crate::description::places::SequenceName;
use crate::description::words::word;
use crate::error::{Outcome, codes};
use crate::source::{Span, Spanned};
use suit_core::command::Act;
use suit_core::labels::{Condition, ManifestKey};
use suit_core::owned::{Command, Parameter, Selection};

/// A sequence that the tool writes, with the place that asked for it.
type Written = (SequenceName, Spanned<Vec<Command>>);

/// All sequences that are not given: those of the recipe, and the shared one that any description gets.
pub(super) fn sequences(
    context: &Context<'_>,
    description: &Description,
    images: &Images,
) -> Outcome<Vec<Written>> {
    let mut written = Vec::new();
    if description.sequence.shared.is_none() {
        let span = description.device.as_ref().map(|device| device.span);
        let span = span.or(description.recipe.as_ref().map(|recipe| recipe.span)).unwrap_or_default();
        let commands = shared(context, description, images)?;
        if !commands.is_empty() {
            written.push((SequenceName::Shared, Spanned { value: commands, span }));
        }
    }
    let Some(recipe) = &description.recipe else {
        only_with_recipe(context, description)?;
        return Ok(written);
    };
    if description.component.is_empty() {
        let message = format!("the recipe '{}' needs a component", word(recipe.value.0));
        return Err(context
            .failure(codes::NEEDS, recipe.span, message)
            .help("add a [[component]] with its id"));
    }
    let maker = Maker { context, description, images, recipe: recipe.value.0, span: recipe.span };
    let severed = description.severed.members().map(|(member, _)| member.0);
    let given: Vec<_> = description.sequence.sections().map(|(key, _)| key).chain(severed).collect();
    for (key, make) in maker.sections() {
        if !given.contains(&key) {
            let commands = make(&maker)?;
            written.push((SequenceName::Section(key), Spanned { value: commands, span: recipe.span }));
        }
    }
    Ok(written)
}

/// Selects a component where there are several.
fn select(context: &Context<'_>, commands: &mut Vec<Command>, index: u64) {
    if context.components.count() > 1 {
        commands.push(Command::SetComponentIndex(Selection::One(index)));
    }
}

/// Identity of the device, and what each image must be.
fn shared(context: &Context<'_>, description: &Description, images: &Images) -> Outcome<Vec<Command>> {
    let mut identity = Vec::new();
    let mut checks = Vec::new();
    if let Some(device) = &description.device {
        identity.push(Parameter::VendorIdentifier(device.vendor.value.0.clone()));
        checks.push(check(Condition::VendorIdentifier));
        if let Some(class) = &device.class {
            identity.push(Parameter::ClassIdentifier(parameters::class(context, class, None)?));
            checks.push(check(Condition::ClassIdentifier));
        }
    }
    let mut commands = Vec::new();
    for (index, images) in (0_u64..).zip(&images.by_component) {
        let mut set = core::mem::take(&mut identity);
        let slots = images.iter().any(|image| image.slot.is_some());
        if let (false, Some(image)) = (slots, images.first()) {
            set.extend(image.parameters());
        }
        if set.is_empty() && !slots {
            continue;
        }
        select(context, &mut commands, index);
        if !set.is_empty() {
            commands.push(Command::OverrideParameters(set));
        }
        commands.append(&mut checks);
        if slots {
            commands.extend(each_slot(images, Image::parameters));
        }
    }
    // A manifest that has dependencies alone.
    if !identity.is_empty() {
        let index = context.components.dependencies.keys().next().copied().unwrap_or_default();
        select(context, &mut commands, index);
        commands.push(Command::OverrideParameters(identity));
        commands.append(&mut checks);
    }
    Ok(commands)
}

impl Image {
    /// What the image must be.
    pub(super) fn parameters(&self) -> Vec<Parameter> {
        let digest = self.digest.clone().map(Parameter::ImageDigest);
        digest.into_iter().chain(self.size.map(Parameter::ImageSize)).collect()
    }

    /// Where to get it.
    pub(super) fn address(&self) -> Vec<Parameter> {
        self.uri.clone().map(Parameter::Uri).into_iter().collect()
    }
}

/// P-141: for the slot that the device writes, what that slot's image has.
pub(super) fn each_slot(images: &[Image], what: impl Fn(&Image) -> Vec<Parameter>) -> Vec<Command> {
    let alternative = |image: &Image| {
        let slot = Parameter::ComponentSlot(image.slot.unwrap_or_default());
        let mut commands = vec![Command::OverrideParameters(vec![slot]), check(Condition::ComponentSlot)];
        let set = what(image);
        if !set.is_empty() {
            commands.push(Command::OverrideParameters(set));
        }
        commands
    };
    match images {
        // try-each needs two alternatives; one slot is simply demanded.
        [only] => alternative(only),
        several => vec![Command::TryEach(several.iter().map(alternative).collect(), false)],
    }
}

struct Maker<'m> {
    context: &'m Context<'m>,
    description: &'m Description,
    images: &'m Images,
    recipe: Recipe,
    span: Span,
}

type Make = for<'m> fn(&Maker<'m>) -> Outcome<Vec<Command>>;

impl Maker<'_> {
    /// The sections that the recipe writes.
    fn sections(&self) -> Vec<(ManifestKey, Make)> {
        let validate: (ManifestKey, Make) = (ManifestKey::Validate, |maker| maker.validate());
        let invoke: (ManifestKey, Make) = (ManifestKey::Invoke, |maker| Ok(maker.invoke()));
        let install: (ManifestKey, Make) = (ManifestKey::Install, |maker| maker.install());
        match self.recipe {
            Recipe::Boot => vec![validate, invoke],
            Recipe::FullAb | Recipe::App => vec![install, validate, invoke],
            Recipe::Module | Recipe::Data => vec![install, validate],
        }
    }

    fn needs(&self, index: u64, what: &str, help: &str) -> crate::error::Failure {
        let component = usize::try_from(index).ok().and_then(|index| self.description.component.get(index));
        let span = component.map_or(self.span, |component| component.span);
        let message = format!("the recipe '{}' needs {what}", word(self.recipe));
        self.context.failure(codes::NEEDS, span, message).help(help)
    }

    /// P-136: every image has its digest.
    fn validate(&self) -> Outcome<Vec<Command>> {
        let mut commands = Vec::new();
        for (index, images) in (0_u64..).zip(&self.images.by_component) {
            if images.is_empty() || images.iter().any(|image| image.digest.is_none()) {
                let help = "give its 'file', or its 'digest' and 'size'";
                return Err(self.needs(index, "the digest of this component's image", help));
            }
            select(self.context, &mut commands, index);
            commands.push(check(Condition::ImageMatch));
        }
        Ok(commands)
    }

    /// P-136: the first component is started.
    fn invoke(&self) -> Vec<Command> {
        let mut commands = Vec::new();
        select(self.context, &mut commands, 0);
        commands.push(act(Act::Invoke));
        commands
    }

    /// P-137: each image is fetched and checked, after the conditions for the whole update.
    fn install(&self) -> Outcome<Vec<Command>> {
        let mut commands = self.conditions();
        self.requirements(&mut commands);
        for (index, images) in (0_u64..).zip(&self.images.by_component) {
            if images.is_empty() || images.iter().any(|image| image.uri.is_none()) {
                let help =
                    "add a 'uri', such as \"coap://host/image.bin\", or \"#image\" for one in the envelope";
                return Err(self.needs(index, "to know where devices get this component", help));
            }
            match self.context.components.deltas.get(&index) {
                Some(stages) => install::by_delta(&mut commands, index, stages, images),
                None => {
                    select(self.context, &mut commands, index);
                    commands.extend(install::whole(images));
                }
            }
        }
        Ok(commands)
    }

    fn conditions(&self) -> Vec<Command> {
        let Some(conditions) = &self.description.conditions else { return Vec::new() };
        let mut set = Vec::new();
        let mut checks = Vec::new();
        if let Some(time) = conditions.use_before {
            set.push(Parameter::UseBefore(time.0));
            checks.push(check(Condition::UseBefore));
        }
        if let Some(energy) = conditions.battery_min {
            set.push(Parameter::MinimumBattery(energy.0));
            checks.push(check(Condition::MinimumBattery));
        }
        if let Some(priority) = conditions.priority {
            set.push(Parameter::UpdatePriority(priority.0));
            checks.push(check(Condition::UpdateAuthorized));
        }
        let mut commands = Vec::new();
        if !set.is_empty() {
            select(self.context, &mut commands, 0);
            commands.push(Command::OverrideParameters(set));
            commands.append(&mut checks);
        }
        commands
    }

    /// UM §5.5: a version condition on each component that has to be there already.
    fn requirements(&self, commands: &mut Vec<Command>) {
        for (name, requirement) in &self.description.requires.0 {
            let index = self.context.components.named(&name.value).unwrap_or_default();
            select(self.context, commands, index);
            for comparison in &requirement.value.0 {
                let version = Parameter::Version(comparison.clone());
                commands.push(Command::OverrideParameters(vec![version]));
                commands.push(check(Condition::Version));
            }
        }
    }
}
