//! Why a procedure ended in failure, in words: which command, where, on which component, and what to do.

use super::later;
use crate::cli::simulate::Phase;
use crate::commands::report::place::find;
use crate::commands::report::words::value;
use crate::description::values::time_text;
use crate::error::{Exit, Failure, Place, codes};
use crate::keys::hex;
use crate::render::words::{grouped, size, version};
use crate::signers::EVERYTHING;
use crate::simulate::platform::FilesPlatform;
use crate::simulate::trace::{Effect, Line, shown};
use crate::simulate::watch::{command_name, section_name};
use suit_core::cbor::Reader;
use suit_core::cbor::diag::Timestamp;
use suit_core::labels::{CUSTOM_MAX, Condition, ManifestKey, ParameterKey};
use suit_verify_nostd::platform::{ComponentPath, Handle, IdentifierKind, Platform, PlatformFault, Watched};
use suit_verify_nostd::policy::Rule;
use suit_verify_nostd::process::{self, Pause, ProcessError};
use suit_verify_nostd::{AuthenticationError, Part, SignedManifest};

/// What a failure is told about.
pub(super) struct Account<'a> {
    /// The envelope.
    pub(super) name: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) phase: Phase,
    pub(super) signed: SignedManifest<'a>,
}

impl Account<'_> {
    /// Refused before anything ran.
    pub(super) fn refused(&self, error: ProcessError, platform: &mut FilesPlatform<'_>) -> Failure {
        let failure = self.failure(error).note("nothing ran, and nothing was changed");
        let manifest = self.signed.manifest();
        match error {
            ProcessError::ComponentUnknown => {
                let unknown = manifest
                    .components()
                    .iter()
                    .find(|id| platform.component(&ComponentPath::new(*id)).is_none());
                match unknown {
                    None => failure,
                    Some(id) => {
                        let id: Vec<Vec<u8>> = id.parts().map(<[u8]>::to_vec).collect();
                        failure.note(format!("the manifest lists [{}]", shown(&id)))
                    }
                }
            }
            ProcessError::Rollback => match platform.floor(manifest.component_id().map(ComponentPath::new)) {
                Ok(floor) => {
                    failure.note(format!("it has {}, and the device {floor}", manifest.sequence_number()))
                }
                Err(_) => failure,
            },
            _ => failure,
        }
    }

    /// Ended in failure.
    pub(super) fn failed(&self, failure: &process::Failure, platform: &mut FilesPlatform<'_>) -> Failure {
        let mut said = self.failure(failure.error);
        let Some(place) = failure.place else { return said };
        let component = platform.shown(place.component);
        let code = self.code(place, platform);
        let command = code.map_or_else(|| "a command".to_owned(), command_name);
        let section = section_name(place.section);
        if place.manifest == 0 {
            let path = format!("section {section}");
            said = said.at(Place::bytes(self.name, place.offset.into(), Some(path)));
        }
        let whose = match place.manifest {
            0 => String::new(),
            // Its number in reading: reports count by component index instead.
            number => format!(
                " of the {} dependency that was read, byte {}",
                ordinal(number),
                grouped(place.offset)
            ),
        };
        if failure.error == ProcessError::Platform(PlatformFault::UNSUPPORTED)
            && code.is_some_and(|code| code <= CUSTOM_MAX)
        {
            said = said.help("list it under [supports] in the device file, if the real device has it");
        }
        said = said.note(format!("{command} in section {section}{whose}, on component {}", component.name()));
        match failure.error {
            ProcessError::ConditionFailed(
                Condition::ImageMatch | Condition::ImageNotMatch | Condition::CheckContent,
            )
            | ProcessError::InvokeUnverified => {
                said = said.note(match (component.size, &component.sha256) {
                    (Some(bytes), Some(digest)) => format!("it holds {} with sha-256 {digest}", size(bytes)),
                    _ => "it is empty".to_owned(),
                });
                if let Some((bytes, algorithm, digest)) = platform.wanted(place.component) {
                    let bytes = bytes.map(|bytes| format!("{} with ", size(bytes))).unwrap_or_default();
                    let name = algorithm.name().to_ascii_lowercase();
                    said = said.note(format!("it was to hold {bytes}{name} {}", hex(digest)));
                }
            }
            ProcessError::AlternativesExhausted => {
                // Those of this try-each stand behind its code, and are deeper.
                let around =
                    platform.watcher.failed.iter().rfind(|seen| seen.offset == place.offset).copied();
                let inside = |seen: &&Watched| {
                    seen.manifest == place.manifest
                        && seen.offset > place.offset
                        && around.is_none_or(|around| seen.depth > around.depth)
                };
                let failed: Vec<Watched> = platform.watcher.failed.iter().filter(inside).copied().collect();
                for seen in failed {
                    let why = seen.error.map(|error| error.to_string()).unwrap_or_default();
                    said = said.note(format!("byte {}: {why}", grouped(seen.offset)));
                }
            }
            ProcessError::Unavailable => {
                if let Some(uri) = &platform.watcher.lacking {
                    said = said.note(format!("nothing lies behind '{uri}'"));
                }
            }
            ProcessError::ConditionFailed(condition) => {
                if let Some(key) = asked(condition) {
                    let wanted = self.set_for(place, key, platform);
                    if !wanted.is_empty() {
                        let words = wanted.join(" or ");
                        said = said.note(format!("the manifest sets {} to {words}", parameter(key)));
                    }
                }
                if let Some(fact) = fact(condition, place.component, platform) {
                    said = said.note(fact);
                }
                if condition == Condition::UseBefore && platform.now().is_some() {
                    said = said.help("the manifest has expired: build it with a later use-before");
                }
            }
            ProcessError::OwnerRefused(number) => said = said.note(rule(number)),
            ProcessError::TooLarge => {
                let room = platform.capacity(place.component);
                said = said.note(format!("it has room for {}", size(room)));
                let sizes = self.set_for(place, ParameterKey::ImageSize, platform);
                if !sizes.is_empty() {
                    said = said.note(format!("the manifest sets size to {}", sizes.join(" or ")));
                }
            }
            ProcessError::Platform(_) => {
                if let Some(fault) = platform.fault() {
                    said = said.note(format!("the computer says: {fault}"));
                }
            }
            _ => {}
        }
        said
    }

    /// What the root manifest sets a parameter to for a command of its own; several if that depends on the way.
    fn set_for(&self, place: process::Place, key: ParameterKey, platform: &FilesPlatform<'_>) -> Vec<String> {
        let manifest = self.signed.manifest();
        let section = match place.section {
            ManifestKey::Common => manifest.shared_sequence(),
            key => match self.signed.section(key, &EVERYTHING) {
                Ok(Part::Present(sequence)) => Some(sequence),
                _ => None,
            },
        };
        let at = usize::try_from(place.offset).ok().filter(|_| place.manifest == 0);
        let (Some(section), Some(at)) = (section, at) else { return Vec::new() };
        let is_shared = place.section == ManifestKey::Common;
        let Some(found) = find(manifest, section, is_shared, at) else { return Vec::new() };
        let mut ids = manifest.components().iter();
        let Some(index) = ids.position(|id| platform.is_called(place.component, &id)) else {
            return Vec::new();
        };
        let values = u64::try_from(index).ok().and_then(|index| found.values.get(&(index, key.code())));
        values.into_iter().flatten().map(value).collect()
    }

    /// The code of the command that failed.
    fn code(&self, place: process::Place, platform: &FilesPlatform<'_>) -> Option<i64> {
        let is_it = |seen: &&Watched| (seen.manifest, seen.offset) == (place.manifest, place.offset);
        if let Some(seen) = platform.watcher.failed.iter().rfind(is_it) {
            return Some(seen.code);
        }
        let at = usize::try_from(place.offset).ok().filter(|_| place.manifest == 0)?;
        Reader::at_byte(self.bytes, at).int().ok()
    }

    /// The device waits: the clock goes on to when it may go on, if that is known.
    pub(super) fn waited(
        &self,
        pause: &Pause,
        goes_on: bool,
        platform: &mut FilesPlatform<'_>,
    ) -> Option<Failure> {
        let why = match pause.owner_rule {
            Some(number) => rule(number),
            None => "the events that the manifest names have not happened".to_owned(),
        };
        match later(pause, platform.now()).filter(|_| goes_on) {
            Some(time) => {
                let until = time_text(time).unwrap_or_else(|| format!("{time} seconds after 1970"));
                let name = Some(format!("{why}, until {until}"));
                platform.trace().tell(Line { effect: Effect::Wait, name, ..Line::default() });
                platform.set_time(time);
                None
            }
            None => {
                platform.trace().tell(Line {
                    effect: Effect::Wait,
                    name: Some(why.clone()),
                    ..Line::default()
                });
                Some(
                    Failure::new(codes::WAITING, format!("the device waits: {why}"))
                        .at(Place::file(self.name)),
                )
            }
        }
    }

    fn failure(&self, error: ProcessError) -> Failure {
        if let Some(error) = self.fault(error) {
            return Failure::document(self.name, error);
        }
        let failure =
            Failure::numbered(error.number(), Exit::No, error.to_string()).at(Place::file(self.name));
        match self.next_step(error) {
            Some(help) => failure.help(help),
            None => failure,
        }
    }

    /// The fault of structure in the root manifest that is behind an error, with its place.
    fn fault(&self, error: ProcessError) -> Option<suit_core::Error> {
        let ProcessError::Malformed(_) = error else { return None };
        let sections = self.phase.procedure().sections().iter();
        sections.filter_map(|key| self.signed.section(*key, &EVERYTHING).err()).find_map(
            |error| match error {
                AuthenticationError::Malformed(error) => Some(error),
                _ => None,
            },
        )
    }

    /// What to do about it.
    fn next_step(&self, error: ProcessError) -> Option<String> {
        Some(match error {
            ProcessError::ComponentUnknown => {
                "add the component to the device file, or build the manifest for this device".to_owned()
            }
            ProcessError::TooManyComponents
            | ProcessError::TooManyParameters
            | ProcessError::TooDeep
            | ProcessError::TooManyCommands
            | ProcessError::TooManyDependencies => {
                "raise the limit under [limits] in the device file, if the real device has room for it"
                    .to_owned()
            }
            ProcessError::CustomUnset => "set the custom parameter before it is copied".to_owned(),
            ProcessError::Rollback => {
                "build it with a sequence number that is not lower than what the device has".to_owned()
            }
            ProcessError::NothingToDo => match self.phase {
                Phase::Update => "an update needs install or one of the sections around it".to_owned(),
                Phase::Invoke => "an invocation needs validate, load or invoke".to_owned(),
                Phase::Uninstall => "the manifest can't be uninstalled: it has no section for it".to_owned(),
            },
            ProcessError::SectionMissing(key) => {
                format!("put it back: suit edit attach ENV --member {}", key.name())
            }
            ProcessError::IdentityUnchecked => {
                "check vendor and class in the shared sequence: give [device] in the description".to_owned()
            }
            ProcessError::DependentLacksSection(_) | ProcessError::DependencyUnprocessed => {
                "--allow sections-unmatched goes on, against the rule".to_owned()
            }
            ProcessError::ConditionFailed(condition) => return condition_help(condition).map(str::to_owned),
            ProcessError::ConditionUnset(_, key) | ProcessError::ParameterUnset(key) => {
                format!("set {} before this command", parameter(key))
            }
            ProcessError::Unavailable => {
                "name the file under [uris] in the device file, or give its directory with --payload-dir"
                    .to_owned()
            }
            ProcessError::TooLarge => {
                "get the payload again, build the manifest for it, or give the component more 'capacity'".to_owned()
            }
            ProcessError::DependencyUntrusted => {
                "give the key of the dependency's signer with --trust, too".to_owned()
            }
            ProcessError::SourceMissing => "store something there first, or name another source".to_owned(),
            ProcessError::InvokeUnverified => {
                "check the image before it is started: check = \"image\" in validate".to_owned()
            }
            ProcessError::NothingInvoked => {
                "start something in the section invoke: do = \"invoke\"".to_owned()
            }
            ProcessError::Referenced => "uninstall the other manifest first, or unlink".to_owned(),
            ProcessError::DependencyUnverified => {
                "check dependency-integrity before; --allow integrity-unasked goes on, against the rule"
                    .to_owned()
            }
            ProcessError::Platform(PlatformFault::FORBIDDEN) => {
                "links are not followed, and no file lies outside of the device's directory".to_owned()
            }
            ProcessError::EventUnsupported => {
                "say under [now], [owner] or [[other-device]] in the device file what the device knows"
                    .to_owned()
            }
            ProcessError::OwnerRefused(_) => {
                "the owner's rules stand under [owner] in the device file".to_owned()
            }
            ProcessError::DeltaUnverified => {
                "check the image of the base and that of the delta before: check = \"image\" on each"
                    .to_owned()
            }
            ProcessError::DeltaInPlace => {
                "install into another component or slot, and copy from there if it must be".to_owned()
            }
            ProcessError::DeltaMismatch | ProcessError::DeltaMalformed => {
                "make the delta again, from these two images".to_owned()
            }
            ProcessError::DeltaMemory => {
                "make the delta with a smaller profile, or give the device more: 'delta' and 'ram' under [limits]"
                    .to_owned()
            }
            ProcessError::DeltaUnsupported => "make the delta with a tool of the device's version".to_owned(),
            _ => return None,
        })
    }
}

/// A rule of the owner's policy in words.
fn rule(number: u16) -> String {
    let all = [Rule::Veto, Rule::NoClock, Rule::Blackout, Rule::Radio, Rule::Storage, Rule::Ram];
    let known = all.iter().find(|rule| rule.number() == number);
    known.map_or_else(|| format!("rule {number} of the owner's policy"), ToString::to_string)
}

/// 1st, 2nd, 3rd …
fn ordinal(number: u8) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

/// What a condition compares with what the device has, where nothing else tells.
fn asked(condition: Condition) -> Option<ParameterKey> {
    Some(match condition {
        Condition::VendorIdentifier => ParameterKey::VendorIdentifier,
        Condition::ClassIdentifier => ParameterKey::ClassIdentifier,
        Condition::DeviceIdentifier => ParameterKey::DeviceIdentifier,
        Condition::UseBefore => ParameterKey::UseBefore,
        Condition::MinimumBattery => ParameterKey::MinimumBattery,
        Condition::UpdateAuthorized => ParameterKey::UpdatePriority,
        Condition::Version => ParameterKey::Version,
        Condition::ComponentSlot => ParameterKey::ComponentSlot,
        _ => return None,
    })
}

/// What the device has of it.
fn fact(condition: Condition, component: Handle, platform: &mut FilesPlatform<'_>) -> Option<String> {
    let (kind, name) = match condition {
        Condition::VendorIdentifier => (IdentifierKind::Vendor, "vendor"),
        Condition::ClassIdentifier => (IdentifierKind::Class, "class"),
        Condition::DeviceIdentifier => (IdentifierKind::Device, "device"),
        Condition::UseBefore => {
            return Some(platform.now().map_or_else(
                || "the device has no clock that can be trusted".to_owned(),
                |now| format!("the device's clock says {}", Timestamp(now)),
            ));
        }
        Condition::MinimumBattery => {
            return Some(platform.battery().map_or_else(
                || "the device doesn't know what its battery holds".to_owned(),
                |charge| format!("the battery holds {} mWh", grouped(charge)),
            ));
        }
        Condition::UpdateAuthorized => {
            return Some(platform.permits().map_or_else(
                || "the device's application permits no priority".to_owned(),
                |most| format!("the device's application permits {most} and smaller numbers"),
            ));
        }
        Condition::Version => {
            let known = version(platform.version(component).iter().copied());
            let unknown = known.is_empty();
            return Some(if unknown {
                "it has no known version".to_owned()
            } else {
                format!("it has {known}")
            });
        }
        Condition::ComponentSlot => {
            return Some(
                platform
                    .slot(component)
                    .map_or_else(|| "it has no slots".to_owned(), |number| format!("it is slot {number}")),
            );
        }
        _ => return None,
    };
    let known = platform.identity(kind, component);
    let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
    Some(format!("identifiers of the {name} that the device has: {known}"))
}

fn parameter(key: ParameterKey) -> &'static str {
    crate::description::words::word(key)
}

fn condition_help(condition: Condition) -> Option<&'static str> {
    Some(match condition {
        Condition::VendorIdentifier | Condition::ClassIdentifier | Condition::DeviceIdentifier => {
            "the manifest is for another device; what this one is stands under [identity] in the device file"
        }
        Condition::ImageMatch => "get the payload again, or build the manifest for it",
        Condition::ComponentSlot => "the manifest is for another slot",
        Condition::UseBefore => "give the device a clock: [now] time in the device file",
        Condition::MinimumBattery => "charge the battery: [now] battery in the device file",
        Condition::UpdateAuthorized => "permit it: [now] permits-priority in the device file",
        Condition::Version => "the version of a component stands beside it in the device file",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn ordinals() {
        let words = [1, 2, 3, 4, 11, 12, 13, 21, 102, 113].map(super::ordinal);
        assert_eq!(words.join(" "), "1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 113th");
    }
}
