//! From what a device file says to a [`Device`]: identifiers are made, files found, sizes held against each other.

use super::device::{Component, Content, Device, Files, Identity, Limits, Offer, Slot};
use super::model::{self, DeviceFile, Several, Source};
use super::owner::{Owner, OwnerFile, ZoneText};
use crate::description::model::{FileKind, Sections};
use crate::description::values::{Bytes, Class, Int, Size, Uint, Vendor, bytes_list, in_vendor, size_words};
use crate::error::{Failure, Outcome, codes};
use crate::images::{self, Image};
use crate::input::Input;
use crate::source::{Document, Span, Spanned};
use std::path::{Path, PathBuf};
use suit_core::owned::VendorId;
use suit_verify_nostd::policy::PolicyError;
use suit_verify_nostd::process::Options;

/// Where the words of the file are, and where the files that they name are looked for.
pub(super) struct Finder<'d> {
    pub(super) document: &'d Document,
    pub(super) directory: PathBuf,
}

impl Finder<'_> {
    pub(super) fn device(&self, file: &DeviceFile, path: &Path) -> Outcome<Device> {
        let stem = path.file_stem().map(|stem| stem.display().to_string());
        let identity = self.identity(&file.identity, &[])?;
        let (write_size, erase_size) = self.geometry(&file.storage)?;
        let mut components: Vec<Component> = Vec::new();
        for one in &file.component {
            components.push(self.component(one, &identity)?);
        }
        self.names_once(file, &components)?;
        let files = file.files.as_ref().map(|files| self.files(files)).transpose()?;
        let uris = file.uris.0.iter().map(|(uri, source)| self.offer(uri, source));
        let mut options = Options::new();
        options.strictly_newer = file.rules.strictly_newer;
        options.demand_identity = file.rules.demand_identity;
        Ok(Device {
            name: file.name.clone().or(stem).unwrap_or_default(),
            identity,
            write_size,
            erase_size,
            components,
            files,
            uris: uris.collect::<Outcome<_>>()?,
            options,
            limits: self.limits(&file.limits)?,
            now: file.now.clone(),
            zone: file.now.zone.map(|zone| zone.0),
            radio: file.now.radio.as_ref().map(|level| self.level(level)).transpose()?,
            free_storage: self.optional(&file.now.free_storage)?,
            free_ram: self.optional(&file.now.free_ram)?,
            owner: file.owner.as_ref().map(|owner| self.owner(owner, file.now.zone)).transpose()?,
            others: file
                .other_device
                .iter()
                .map(|other| Ok((self.bytes(&other.id.value, other.id.span)?, other.version.0.clone())))
                .collect::<Outcome<_>>()?,
            trust_domains: file.supports.trust_domains.unwrap_or(true),
            update_management: file.supports.update_management.unwrap_or(true),
            delta: file.supports.delta.unwrap_or(true),
            custom_parameters: file.supports.custom_parameters.iter().map(|label| label.0).collect(),
            custom: file.supports.custom_commands.iter().map(|label| label.0).collect(),
        })
    }

    /// `vendors` are those that class names belong to if none is given here.
    fn identity(&self, given: &model::Identity, vendors: &[VendorId]) -> Outcome<Identity> {
        let vendor: Vec<VendorId> = several(given.vendor.as_ref(), |vendor: &Vendor| vendor.0.clone());
        let first = vendor.first().or(vendors.first());
        let mut class = Vec::new();
        if let Some(classes) = &given.class {
            for one in &classes.value.0 {
                class.push(VendorId::Uuid(match (one, first) {
                    (Class::Uuid(id), _) => *id,
                    (Class::Name(name), Some(vendor)) => in_vendor(vendor, name),
                    (Class::Name(name), None) => {
                        let message = format!("the class '{name}' is a name, and there is no vendor");
                        return Err(self
                            .failure(codes::NEEDS, classes.span, message)
                            .help("give 'vendor', or the class as uuid:"));
                    }
                }));
            }
        }
        let device = several(given.device.as_ref(), |device| VendorId::Uuid(device.0));
        Ok(Identity { vendor, class, device })
    }

    fn geometry(&self, storage: &model::Storage) -> Outcome<(u32, u32)> {
        let read = |size: &Option<Spanned<Size>>| match size {
            None => Ok(1),
            Some(size) => match self.size(size)? {
                0 => Err(self
                    .failure(codes::INVALID_VALUE, size.span, "a piece of 0 bytes")
                    .help("leave it out for memory that has no pieces")),
                size => Ok(size),
            },
        };
        let (write, erase) = (read(&storage.write_size)?, read(&storage.erase_size)?);
        match &storage.erase_size {
            Some(size) if erase % write != 0 => Err(self
                .failure(
                    codes::INVALID_VALUE,
                    size.span,
                    "an erased piece is not a whole number of written ones",
                )
                .help("make erase-size a multiple of write-size")),
            _ => Ok((write, erase)),
        }
    }

    /// Under one identifier there is one place: that of a component, or the slot of it that runs.
    fn names_once(&self, file: &DeviceFile, components: &[Component]) -> Outcome<()> {
        let mut names: Vec<&Vec<Vec<u8>>> = Vec::new();
        for (given, component) in file.component.iter().zip(components) {
            let running =
                component.running_id.iter().zip(&given.running_id).map(|(id, said)| (id, said.span));
            for (id, span) in [(&component.id, given.id.span)].into_iter().chain(running) {
                if names.contains(&id) {
                    let message = format!("the component {} is given twice", bytes_list(id));
                    return Err(self.failure(codes::NAME_TWICE, span, message));
                }
                names.push(id);
            }
        }
        Ok(())
    }

    fn component(&self, given: &model::Component, device: &Identity) -> Outcome<Component> {
        let id = self.id(&given.id)?;
        let running_id = match &given.running_id {
            None => None,
            Some(id) if given.slots.is_none() => {
                return Err(self
                    .failure(codes::CONFLICT, id.span, "'running-id' of a component without slots")
                    .help("such a component is read under its 'id': leave 'running-id' out"));
            }
            Some(id) => Some(self.id(id)?),
        };
        let capacity = self.size(&given.capacity)?;
        let mut slots = Vec::new();
        match &given.slots {
            None => {
                let content = self.content(given.file.as_ref(), given.content.as_ref(), capacity)?;
                slots.push(Slot { number: None, content });
            }
            Some(list) => {
                let alone =
                    given.file.as_ref().map(|file| file.span).or(given.content.as_ref().map(|it| it.span));
                if let Some(span) = alone {
                    let message = "content of a component that has slots";
                    return Err(self
                        .failure(codes::CONFLICT, span, message)
                        .help("give the content inside of 'slots'"));
                }
                for one in &list.value {
                    let number = Some(one.slot.value.0);
                    if slots.iter().any(|known: &Slot| known.number == number) {
                        let message = format!("slot {} is given twice", one.slot.value.0);
                        return Err(self.failure(codes::NAME_TWICE, one.slot.span, message));
                    }
                    let content = self.content(one.file.as_ref(), one.content.as_ref(), capacity)?;
                    slots.push(Slot { number, content });
                }
                if slots.is_empty() {
                    return Err(self
                        .failure(codes::EMPTY, list.span, "no slots")
                        .help("leave 'slots' out of a component that has none"));
                }
            }
        }
        let running = match &given.running {
            None => 0,
            Some(number) => {
                let wanted = Some(number.value.0);
                slots.iter().position(|slot| slot.number == wanted).ok_or_else(|| {
                    let message = format!("there is no slot {}", number.value.0);
                    self.failure(codes::UNKNOWN_COMPONENT, number.span, message)
                        .help("name one of the component's 'slots'")
                })?
            }
        };
        let own = self.identity(&given.identity, &device.vendor)?;
        let identity = Identity {
            vendor: given.identity.vendor.as_ref().map_or(&device.vendor, |_| &own.vendor).clone(),
            class: given.identity.class.as_ref().map_or(&device.class, |_| &own.class).clone(),
            device: given.identity.device.as_ref().map_or(&device.device, |_| &own.device).clone(),
        };
        let version = given.version.as_ref().map(|version| version.0.clone()).unwrap_or_default();
        Ok(Component { id, running_id, capacity, slots, running, version, identity })
    }

    fn content(
        &self,
        file: Option<&Spanned<Source>>,
        content: Option<&Spanned<Bytes>>,
        capacity: u32,
    ) -> Outcome<Content> {
        let (content, size, span) = match (file, content) {
            (None, None) => return Ok(Content::Erased),
            (Some(_), Some(content)) => {
                return Err(self
                    .failure(codes::CONFLICT, content.span, "both a file and content")
                    .help("keep one of the two"));
            }
            (Some(file), None) => {
                let image = self.image(file)?;
                let size = image.len;
                (Content::Image(image), size, file.span)
            }
            (None, Some(content)) => {
                let bytes = self.bytes(&content.value, content.span)?;
                let size = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
                (Content::Bytes(bytes), size, content.span)
            }
        };
        if size > u64::from(capacity) {
            let message =
                format!("{} of content, and room for {}", size_words(size), size_words(capacity.into()));
            return Err(self
                .failure(codes::TOO_LARGE_FOR_DEVICE, span, message)
                .help("make 'capacity' larger, or the content smaller"));
        }
        Ok(content)
    }

    fn image(&self, source: &Spanned<Source>) -> Outcome<Image> {
        let sections = match source.value.sections {
            Some(Sections::Loadable) => images::Sections::Loadable,
            Some(Sections::Raw) => images::Sections::Raw,
            // A server and a memory hold the bytes of a file; what is to be taken out of it has to be said.
            None if source.value.kind.is_none() => images::Sections::Raw,
            None => images::Sections::Loadable,
        };
        let kind = source.value.kind.map(|kind| match kind {
            FileKind::Bin | FileKind::Bytecode => images::Kind::Bin,
            FileKind::Elf => images::Kind::Elf,
            FileKind::Hex => images::Kind::Hex,
        });
        images::load(&self.directory.join(&source.value.file), sections, kind)
            .map_err(|failure| self.here(failure, source.span))
    }

    fn files(&self, files: &Spanned<model::Files>) -> Outcome<Files> {
        let under = self.id(&files.value.under)?;
        if under.is_empty() {
            let message = "every component would be a file";
            return Err(self
                .failure(codes::EMPTY, files.value.under.span, message)
                .help("give the first part of the identifiers, as in under = [\"file\"]"));
        }
        let directory = match &files.value.directory {
            None => None,
            Some(name) => Some(self.directory(&name.value, name.span)?),
        };
        Ok(Files { under, capacity: self.size(&files.value.capacity)?, directory })
    }

    fn offer(&self, uri: &Spanned<String>, source: &Spanned<Source>) -> Outcome<(String, Offer)> {
        let offer = if uri.value.ends_with('/') {
            if source.value.kind.is_some() || source.value.sections.is_some() {
                return Err(self
                    .failure(codes::CONFLICT, source.span, "a URI that ends in '/' stands for a directory")
                    .help("give the path of the directory alone"));
            }
            Offer::Directory(self.directory(&source.value.file, source.span)?)
        } else {
            Offer::File(self.image(source)?)
        };
        Ok((uri.value.clone(), offer))
    }

    fn directory(&self, name: &str, span: Span) -> Outcome<PathBuf> {
        let path = self.directory.join(name);
        match std::fs::metadata(&path) {
            Ok(found) if found.is_dir() => Ok(path),
            Ok(_) => {
                let message = format!("'{}' is not a directory", path.display());
                Err(self.failure(codes::READ, span, message).help("name a directory"))
            }
            Err(error) => Err(self.here(Failure::read(path.display().to_string(), &error), span)),
        }
    }

    fn limits(&self, given: &model::Limits) -> Outcome<Limits> {
        let (default, most) = (Limits::DEFAULT, Limits::MOST);
        let up_to = |number: u64, span: Span, most: usize| {
            usize::try_from(number).ok().filter(|number| *number <= most).ok_or_else(|| {
                self.failure(codes::INVALID_VALUE, span, format!("{number} is out of range"))
                    .help(format!("this number goes from 0 to {most}"))
            })
        };
        let count = |number: &Option<Spanned<Uint>>, default: usize, most: usize| {
            number.as_ref().map_or(Ok(default), |number| up_to(number.value.0, number.span, most))
        };
        let commands = match &given.commands {
            None => default.commands,
            Some(number) => u32::try_from(number.value.0).map_err(|_| {
                self.failure(codes::INVALID_VALUE, number.span, format!("{} is out of range", number.value.0))
                    .help(format!("this number goes from 0 to {}", u32::MAX))
            })?,
        };
        let buffer = match &given.buffer {
            None => default.buffer,
            Some(size) => match up_to(u64::from(self.size(size)?), size.span, most.buffer)? {
                0 => {
                    return Err(self
                        .failure(codes::INVALID_VALUE, size.span, "a buffer of 0 bytes")
                        .help("nothing could be read with it: give it at least 1 byte"));
                }
                buffer => buffer,
            },
        };
        Ok(Limits {
            commands,
            targets: count(&given.components, default.targets, most.targets)?,
            settings: count(&given.parameters, default.settings, most.settings)?,
            frames: count(&given.sequences, default.frames, most.frames)?,
            buffer,
            dependencies: count(&given.dependencies, default.dependencies, most.dependencies)?,
            envelopes: match &given.dependency_room {
                None => default.envelopes,
                Some(size) => up_to(u64::from(self.size(size)?), size.span, most.envelopes)?,
            },
            delta: match &given.delta {
                None => default.delta,
                Some(size) => up_to(u64::from(self.size(size)?), size.span, most.delta)?,
            },
            ram: self.optional(&given.ram)?,
        })
    }

    fn owner(&self, given: &Spanned<OwnerFile>, zone: Option<ZoneText>) -> Outcome<Owner> {
        let mut owner = Owner {
            radio: given.value.radio_min.as_ref().map(|level| self.level(level)).transpose()?,
            storage: self.optional(&given.value.storage_free)?,
            ram: self.optional(&given.value.ram_free)?,
            veto: given.value.veto.iter().map(|prefix| self.id(prefix)).collect::<Outcome<_>>()?,
            critical: given.value.critical.map(Into::into),
            ..Owner::default()
        };
        let refused =
            |span: Span, error: PolicyError| self.failure(codes::INVALID_VALUE, span, error.to_string());
        if let Some(blackout) = &given.value.blackout {
            owner.lets_fetch = blackout.value.lets_fetch;
            if blackout.value.windows.is_empty() {
                return Err(refused(blackout.span, PolicyError::NoWindow)
                    .help("leave 'blackout' out of a policy that has no such times"));
            }
            for window in &blackout.value.windows {
                owner.windows.push(window.value.window().map_err(|error| refused(window.span, error))?);
            }
        }
        if let Err(error) = owner.policy(zone.map(|zone| zone.0), &[]) {
            let blackout = given.value.blackout.as_ref().map(|blackout| blackout.span);
            let radio = given.value.radio_min.as_ref().map(|level| level.span);
            let span = if error == PolicyError::Radio { radio } else { blackout };
            let failure = refused(span.unwrap_or(given.span), error);
            return Err(match error {
                PolicyError::NeverFree => {
                    failure.help("leave a time free; 'veto' rules out changes altogether")
                }
                _ => failure,
            });
        }
        Ok(owner)
    }

    /// A radio level.
    fn level(&self, level: &Spanned<Int>) -> Outcome<i16> {
        i16::try_from(level.value.0).map_err(|_| {
            let message = format!("{} is out of range", level.value.0);
            self.failure(codes::INVALID_VALUE, level.span, message).help("radio levels are -150 to 0 dBm")
        })
    }

    fn optional(&self, size: &Option<Spanned<Size>>) -> Outcome<Option<u64>> {
        size.as_ref().map(|size| self.size(size).map(u64::from)).transpose()
    }

    fn id(&self, parts: &Spanned<Vec<Bytes>>) -> Outcome<Vec<Vec<u8>>> {
        parts.value.iter().map(|part| self.bytes(part, parts.span)).collect()
    }

    fn bytes(&self, bytes: &Bytes, span: Span) -> Outcome<Vec<u8>> {
        match bytes {
            Bytes::Given(bytes) => Ok(bytes.clone()),
            Bytes::File(path) => Input::read(&self.directory.join(path))
                .map(|input| input.bytes)
                .map_err(|failure| self.here(failure, span)),
        }
    }

    /// A component has less than 4 GiB.
    fn size(&self, size: &Spanned<Size>) -> Outcome<u32> {
        let bytes = match &size.value {
            Size::Given(bytes) => *bytes,
            Size::File(path) => {
                images::load(&self.directory.join(path), images::Sections::Loadable, None)
                    .map_err(|failure| self.here(failure, size.span))?
                    .len
            }
        };
        u32::try_from(bytes).map_err(|_| {
            self.failure(codes::INVALID_VALUE, size.span, format!("{} is out of range", size_words(bytes)))
                .help("devices have less than 4 GiB")
        })
    }

    fn failure(&self, code: crate::error::Code, span: Span, message: impl Into<String>) -> Failure {
        self.document.failure(code, span, message)
    }

    /// A failure with a file that is named here, at this place unless it has one of its own.
    fn here(&self, failure: Failure, span: Span) -> Failure {
        if failure.place().is_none() { failure.at(self.document.place(span)) } else { failure }
    }
}

fn several<T, U>(given: Option<&Spanned<Several<T>>>, one: impl Fn(&T) -> U) -> Vec<U> {
    given.map(|given| given.value.0.iter().map(one).collect()).unwrap_or_default()
}
