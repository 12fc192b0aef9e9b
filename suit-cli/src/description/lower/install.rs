//! How recipes install an image: the whole of it, or made from the one before where a device has that one
//! (`docs/design/delta-directive.md`).

use super::commands::{act, check};
use super::components::Stages;
use super::deltas::Delta;
use super::images::Image;
use super::recipe::each_slot;
use suit_core::command::Act;
use suit_core::labels::Condition;
use suit_core::owned::{Command, Parameter, Selection};

fn select(index: u64) -> Command {
    Command::SetComponentIndex(Selection::One(index))
}

fn set(parameters: Vec<Parameter>) -> Command {
    Command::OverrideParameters(parameters)
}

fn is_image() -> Command {
    check(Condition::ImageMatch)
}

/// Fetches the image of the selected component, or of the slot that it is written to.
pub(super) fn whole(images: &[Image]) -> Vec<Command> {
    let mut commands = if images.iter().any(|image| image.slot.is_some()) {
        each_slot(images, Image::address)
    } else {
        images.first().map(|image| set(image.address())).into_iter().collect()
    };
    commands.extend([act(Act::Fetch), is_image()]);
    commands
}

/// Installs component `index` by its delta where the base is there, and as a whole where it isn't.
pub(super) fn by_delta(commands: &mut Vec<Command>, index: u64, stages: &Stages, images: &[Image]) {
    match (stages.new, images) {
        (Some(new), [image]) => beside(commands, index, new, stages, image),
        _ => {
            commands.push(select(index));
            let with_delta = images.iter().filter_map(|image| Some((image, image.delta.as_ref()?)));
            let mut alternatives: Vec<_> = with_delta
                .map(|(image, delta)| {
                    let mut branch = Vec::new();
                    if let Some(slot) = image.slot {
                        let slot = set(vec![Parameter::ComponentSlot(slot)]);
                        branch.extend([select(index), slot, check(Condition::ComponentSlot)]);
                    }
                    branch.extend(rebuild(index, stages, delta));
                    branch
                })
                .collect();
            // Devices differ in what is selected after a sequence that failed.
            alternatives.push([vec![select(index)], whole(images)].concat());
            match alternatives.len() {
                // Nothing has a delta.
                1 => commands.extend(alternatives.into_iter().flatten()),
                _ => commands.push(Command::TryEach(alternatives, false)),
            }
        }
    }
}

/// The component has one place, which must stay whole while the delta is read from it: the new image is made beside it and
/// copied over when it is complete. What an interrupted run has made already is used by the next one.
fn beside(commands: &mut Vec<Command>, index: u64, new: u64, stages: &Stages, image: &Image) {
    commands.extend([select(new), set(image.parameters())]);
    let mut alternatives = vec![vec![select(index), is_image()], vec![select(new), is_image()]];
    alternatives.extend(image.delta.as_ref().map(|delta| rebuild(new, stages, delta)));
    alternatives.push([vec![select(new)], whole(core::slice::from_ref(image))].concat());
    commands.push(Command::TryEach(alternatives, false));
    // The base's digest was set on the way.
    let mut source = image.parameters();
    source.push(Parameter::SourceComponent(new));
    commands.extend([select(index), set(source), act(Act::Copy), is_image()]);
}

/// Fails like a condition where the base is another one (P-232); then fetches the delta, and makes the image of `target`.
fn rebuild(target: u64, stages: &Stages, delta: &Delta) -> Vec<Command> {
    let from = vec![Parameter::SourceComponent(stages.delta), Parameter::DeltaBase(stages.base)];
    vec![
        select(stages.base),
        set(delta.base()),
        is_image(),
        select(stages.delta),
        set(delta.payload()),
        act(Act::Fetch),
        is_image(),
        select(target),
        set(from),
        act(Act::InstallDelta),
        is_image(),
    ]
}
