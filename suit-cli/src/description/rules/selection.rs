//! Which selections inside of nested sequences leave devices of two minds: those behind which something works on a
//! component that wasn't selected anew, be it a further command or the next alternative of a try.

use suit_core::owned::Command;

/// The paths of such selections.
pub(super) fn unclear(commands: &[Command]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    // A section, and what follows the shared sequence, begins with a selection.
    sequence(commands, None, true, &mut Vec::new(), &mut found);
    found
}

fn selects(command: &Command) -> bool {
    matches!(command, Command::SetComponentIndex(_) | Command::OverrideMultiple(_))
}

/// `inside`: whether this is nested, and then whether a selection in it is clear. `ended`: whether behind its end one is.
fn sequence(
    commands: &[Command],
    inside: Option<bool>,
    ended: bool,
    path: &mut Vec<usize>,
    found: &mut Vec<Vec<usize>>,
) {
    for (at, command) in commands.iter().enumerate() {
        path.push(at);
        let clear = commands.get(at + 1).map_or(ended, selects);
        match command {
            Command::SetComponentIndex(_) if inside == Some(false) => found.push(path.clone()),
            Command::TryEach(alternatives, _) => {
                let others = alternatives.iter().skip(1);
                let clear = clear && others.clone().all(|other| other.first().is_some_and(selects));
                for (position, alternative) in alternatives.iter().enumerate() {
                    path.push(position);
                    sequence(alternative, Some(clear), clear, path, found);
                    path.pop();
                }
            }
            Command::RunSequence(commands) => {
                path.push(0);
                sequence(commands, Some(clear), clear, path, found);
                path.pop();
            }
            _ => {}
        }
        path.pop();
    }
}
