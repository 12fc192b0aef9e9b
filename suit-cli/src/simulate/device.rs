//! A device as its file says it is, with everything looked up.

use super::find::Finder;
use super::model::{self, DeviceFile};
use super::owner::Owner;
use crate::error::Outcome;
use crate::images::Image;
use crate::input::Input;
use crate::source::Document;
use std::path::{Path, PathBuf};
use suit_core::owned::VendorId;
use suit_verify_nostd::calendar::Zone;
use suit_verify_nostd::platform::IdentifierKind;
use suit_verify_nostd::policy::OwnerPolicy;
use suit_verify_nostd::process::{COMMANDS, Options};

/// A virtual device as its file says it is.
#[derive(Debug)]
pub(crate) struct Device {
    /// What messages call it.
    pub(crate) name: String,
    pub(crate) identity: Identity,
    /// Bytes that are written, and erased, at a time.
    pub(crate) write_size: u32,
    pub(crate) erase_size: u32,
    pub(crate) components: Vec<Component>,
    pub(crate) files: Option<Files>,
    pub(crate) uris: Vec<(String, Offer)>,
    /// Rules that the texts leave to the device.
    pub(crate) options: Options,
    pub(crate) limits: Limits,
    /// What else the file says.
    pub(crate) now: model::Now,
    pub(crate) zone: Option<Zone>,
    pub(crate) radio: Option<i16>,
    pub(crate) free_storage: Option<u64>,
    pub(crate) free_ram: Option<u64>,
    pub(super) owner: Option<Owner>,
    pub(crate) others: Vec<(Vec<u8>, Vec<i64>)>,
    /// Whether it implements trust domains, update management, and deltas.
    pub(crate) trust_domains: bool,
    pub(crate) update_management: bool,
    pub(crate) delta: bool,
    /// Codes of custom commands, and labels of custom parameters.
    pub(crate) custom: Vec<i64>,
    pub(crate) custom_parameters: Vec<i64>,
}

/// Identifiers by kind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Identity {
    pub(super) vendor: Vec<VendorId>,
    pub(super) class: Vec<VendorId>,
    pub(super) device: Vec<VendorId>,
}

impl Identity {
    /// Those of one kind. Only vendors can be other than UUIDs.
    pub(crate) fn of(&self, kind: IdentifierKind) -> &[VendorId] {
        match kind {
            IdentifierKind::Vendor => &self.vendor,
            IdentifierKind::Class => &self.class,
            IdentifierKind::Device => &self.device,
        }
    }
}

/// Something that can be installed, started or checked.
#[derive(Debug)]
pub(crate) struct Component {
    /// Parts of its identifier.
    pub(crate) id: Vec<Vec<u8>>,
    /// Parts of the identifier under which the slot that runs can be read.
    pub(crate) running_id: Option<Vec<Vec<u8>>>,
    pub(crate) capacity: u32,
    /// One without a number, or several with.
    pub(crate) slots: Vec<Slot>,
    /// Position of the slot that runs.
    pub(crate) running: usize,
    pub(crate) version: Vec<i64>,
    pub(crate) identity: Identity,
}

/// A place for an image.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) number: Option<u64>,
    pub(crate) content: Content,
}

/// What a slot holds at first.
#[derive(Debug)]
pub(crate) enum Content {
    Erased,
    Bytes(Vec<u8>),
    Image(Image),
}

/// Components that are files of a directory.
#[derive(Debug)]
pub(crate) struct Files {
    /// The first parts of their identifiers.
    pub(crate) under: Vec<Vec<u8>>,
    pub(crate) capacity: u32,
    /// What the directory holds at first.
    pub(crate) directory: Option<PathBuf>,
}

/// What lies behind a URI.
#[derive(Debug)]
pub(crate) enum Offer {
    File(Image),
    /// For URIs that begin with this one.
    Directory(PathBuf),
}

/// What the device has room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) commands: u32,
    pub(crate) targets: usize,
    pub(crate) settings: usize,
    pub(crate) frames: usize,
    pub(crate) buffer: usize,
    pub(crate) dependencies: usize,
    /// Bytes for the envelopes of dependencies.
    pub(crate) envelopes: usize,
    /// Bytes for the decoder of deltas.
    pub(crate) delta: usize,
    pub(crate) ram: Option<u64>,
}

impl Limits {
    /// Those of `suit_verify_nostd::process::Memory`, and room for some dependencies.
    pub(super) const DEFAULT: Self = Self {
        commands: COMMANDS,
        targets: 4,
        settings: 24,
        frames: 8,
        buffer: 64,
        dependencies: 4,
        envelopes: 8192,
        delta: 16 * 1024,
        ram: None,
    };
    /// What this tool lends at most.
    pub(crate) const MOST: Self = Self {
        commands: u32::MAX,
        targets: 255,
        settings: 255,
        frames: 64,
        buffer: 4096,
        dependencies: 64,
        envelopes: 1 << 24,
        delta: 1 << 24,
        ram: None,
    };
}

impl Device {
    /// Reads a device file and finds what it names.
    ///
    /// # Errors
    /// 02xx with the place in the file; 06xx and 08xx for files that it names.
    pub(crate) fn load(path: &Path) -> Outcome<Self> {
        let input = Input::read(path)?;
        let document = Document::parse(&input)?;
        let file: DeviceFile = document.read()?;
        let directory = path.parent().map(Path::to_path_buf).unwrap_or_default();
        Finder { document: &document, directory }.device(&file, path)
    }

    /// The images that its file names.
    pub(crate) fn images(&self) -> impl Iterator<Item = &Image> {
        let slots = self.components.iter().flat_map(|component| &component.slots);
        let held = slots.filter_map(|slot| match &slot.content {
            Content::Image(image) => Some(image),
            Content::Erased | Content::Bytes(_) => None,
        });
        let offered = self.uris.iter().filter_map(|(_, offer)| match offer {
            Offer::File(image) => Some(image),
            Offer::Directory(_) => None,
        });
        held.chain(offered)
    }

    /// The parts of the owner's vetoes, for [`Self::policy`].
    pub(crate) fn veto_parts(&self) -> Vec<Vec<&[u8]>> {
        self.owner.as_ref().map(Owner::parts).unwrap_or_default()
    }

    /// What the owner permits, if anything is said of it.
    pub(crate) fn policy<'p>(&'p self, veto: &'p [&'p [&'p [u8]]]) -> Option<OwnerPolicy<'p>> {
        // It was made once when the file was read.
        self.owner.as_ref().and_then(|owner| owner.policy(self.zone, veto).ok())
    }
}
