//! The memory that a processor works in: fixed, lent by the caller, plain data.

use suit_core::labels::ManifestKey;

use super::machine::Transfer;
#[cfg(feature = "report")]
use super::recording::MeasuredDigest;
use super::{Pause, Place, SECTIONS_MAX};
use crate::platform::Handle;

/// Memory for a [`Processor`](super::Processor), to be put wherever a firmware has room. It holds no references, so one
/// constant-initialised static serves for every update.
///
/// | parameter | how many | how it comes to its default |
/// |---|---|---|
/// | `TARGETS` | components and dependencies, of all manifests together | the published examples need 3 |
/// | `SETTINGS` | parameters that are set at a time | 4 components with the 6 that an image needs |
/// | `FRAMES` | sequences inside each other, two more for each level of dependencies | a section and seven sequences inside each other; the published examples need 3 |
/// | `BUFFER` | bytes that are read, copied and hashed at a time | a SHA-256 block |
#[derive(Clone, Debug)]
pub struct Memory<
    const TARGETS: usize = 4,
    const SETTINGS: usize = 24,
    const FRAMES: usize = 8,
    const BUFFER: usize = 64,
> {
    targets: [Target; TARGETS],
    settings: [Setting; SETTINGS],
    frames: [Frame; FRAMES],
    buffer: [u8; BUFFER],
    kept: Kept,
}

impl<const TARGETS: usize, const SETTINGS: usize, const FRAMES: usize, const BUFFER: usize>
    Memory<TARGETS, SETTINGS, FRAMES, BUFFER>
{
    /// Memory in which nothing is going on.
    #[must_use]
    pub const fn new() -> Self {
        // Without a byte of it nothing could be read.
        const { assert!(BUFFER > 0) };
        Self {
            targets: [Target::NONE; TARGETS],
            settings: [Setting::NONE; SETTINGS],
            frames: [Frame::NONE; FRAMES],
            buffer: [0; BUFFER],
            kept: Kept::NONE,
        }
    }

    /// Lends it.
    pub const fn lend(&mut self) -> Lent<'_> {
        Lent {
            targets: &mut self.targets,
            settings: &mut self.settings,
            frames: &mut self.frames,
            buffer: &mut self.buffer,
            kept: &mut self.kept,
            #[cfg(feature = "delta")]
            delta: &mut [],
        }
    }
}

impl<const TARGETS: usize, const SETTINGS: usize, const FRAMES: usize, const BUFFER: usize> Default
    for Memory<TARGETS, SETTINGS, FRAMES, BUFFER>
{
    fn default() -> Self {
        Self::new()
    }
}

/// A [`Memory`], lent, of whatever size.
#[derive(Debug)]
pub struct Lent<'m> {
    pub(super) targets: &'m mut [Target],
    pub(super) settings: &'m mut [Setting],
    pub(super) frames: &'m mut [Frame],
    pub(super) buffer: &'m mut [u8],
    pub(super) kept: &'m mut Kept,
    /// For the decoder of deltas.
    #[cfg(feature = "delta")]
    pub(super) delta: &'m mut [u8],
}

#[cfg(feature = "delta")]
impl<'m> Lent<'m> {
    /// With memory for deltas. Each says in its header how many bytes it needs
    /// ([`Header::memory`](suit_core::delta::Header::memory)); one that needs more is refused before anything is written. It
    /// need not outlive the processor, and its content doesn't matter.
    #[must_use]
    pub fn with_delta(mut self, memory: &'m mut [u8]) -> Self {
        self.delta = memory;
        self
    }
}

impl Lent<'_> {
    /// Bytes that each target takes.
    pub const TARGET: usize = size_of::<Target>();
    /// Bytes that each parameter takes that is set.
    pub const SETTING: usize = size_of::<Setting>();
    /// Bytes that each sequence takes that is inside another.
    pub const FRAME: usize = size_of::<Frame>();
    /// Bytes that are lent beside these and the buffer.
    pub const REST: usize = size_of::<Kept>();
    /// Bytes of a [`Processor`](super::Processor) that takes dependencies and deltas, where addresses have 32 bits.
    #[cfg(all(feature = "trust-domains", feature = "delta"))]
    pub const PROCESSOR_32: usize = 212;
    /// Bytes of the place for a [`Dependency`](super::Dependency), where addresses have 32 bits.
    #[cfg(feature = "trust-domains")]
    pub const DEPENDENCY_32: usize = 68;

    /// No more of it than so many targets, settings, frames and bytes: for tools that find out what a device needs.
    #[must_use]
    pub fn at_most(mut self, targets: usize, settings: usize, frames: usize, buffer: usize) -> Self {
        self.targets = shorter(self.targets, targets);
        self.settings = shorter(self.settings, settings);
        self.frames = shorter(self.frames, frames);
        // Without a byte of it nothing could be read.
        self.buffer = shorter(self.buffer, buffer.max(1));
        self
    }
}

// The others are the same on every computer, as nothing in them is an address.
#[cfg(all(feature = "trust-domains", feature = "delta", target_pointer_width = "32"))]
const _: [(); Lent::PROCESSOR_32] = [(); size_of::<super::Processor<'_, '_, ()>>()];
#[cfg(all(feature = "trust-domains", target_pointer_width = "32"))]
const _: [(); Lent::DEPENDENCY_32] = [(); size_of::<super::Dependency<'_>>()];

/// What a processor keeps of the present procedure and doesn't ask for at every command. It lies here since a processor is
/// moved to where it stays, and so is on the stack twice.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    /// Where the root manifest's sections of the procedure begin, in its envelope; 0 for one that it doesn't have.
    pub(super) sections: [u32; SECTIONS_MAX],
    pub(super) transfer: Option<Transfer>,
    pub(super) pause: Pause,
    pub(super) failed_at: Option<Place>,
    /// The digest that a condition computed last.
    #[cfg(feature = "report")]
    pub(super) measured: Option<MeasuredDigest>,
}

impl Kept {
    pub(super) const NONE: Self = Self {
        sections: [0; SECTIONS_MAX],
        transfer: None,
        pause: Pause::NONE,
        failed_at: None,
        #[cfg(feature = "report")]
        measured: None,
    };
}

fn shorter<T>(all: &mut [T], length: usize) -> &mut [T] {
    let length = length.min(all.len());
    all.get_mut(..length).unwrap_or_default()
}

/// A component or dependency that commands can work on.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(
    not(any(feature = "trust-domains", feature = "owner-policy", feature = "report")),
    allow(dead_code, reason = "these look for the identifier again")
)]
pub(super) struct Target {
    pub(super) handle: Handle,
    /// The manifest that listed it first, and its position there: where its identifier stands.
    pub(super) manifest: u8,
    pub(super) position: u8,
    pub(super) state: State,
}

/// What is known of a target's content in this procedure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing.
    Unknown,
    /// It had the digest that a manifest gives, and wasn't written since.
    Verified,
    /// In a rehearsal: it would have been written.
    Rehearsed,
}

impl Target {
    const NONE: Self = Self { handle: Handle(0), manifest: 0, position: 0, state: State::Unknown };
}

/// A parameter that is set: for which target, and where its value stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setting {
    /// Offset of the value in the manifest's envelope.
    pub(super) at: u32,
    pub(super) label: i16,
    pub(super) target: u8,
    pub(super) manifest: u8,
}

impl Setting {
    const NONE: Self = Self { at: 0, label: 0, target: 0, manifest: 0 };
}

/// A sequence that is being run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// Offset of the code of the present command, in the manifest's envelope.
    pub(super) at: u32,
    /// Offset of the first byte of the section that this belongs to.
    #[cfg(feature = "report")]
    pub(super) base: u32,
    /// Which targets commands work on.
    pub(super) choice: Choice,
    /// Commands left, the present one included.
    pub(super) left: u16,
    pub(super) manifest: u8,
    pub(super) kind: Kind,
    /// The section that this belongs to; common for the shared sequence before one.
    pub(super) section: ManifestKey,
    /// Whether a failing condition only ends this sequence.
    pub(super) soft: bool,
    /// Which of the chosen targets the present command works on.
    pub(super) cursor: u8,
    /// That target.
    pub(super) target: u8,
    /// Which alternative of the present try-each comes next.
    pub(super) alternative: u16,
    /// This is, or leads to, the section uninstall of a dependency that was unlinked.
    pub(super) uninstalls: bool,
}

impl Frame {
    pub(super) const NONE: Self = Self {
        at: 0,
        #[cfg(feature = "report")]
        base: 0,
        choice: Choice::One(0),
        left: 0,
        manifest: 0,
        kind: Kind::Section,
        section: ManifestKey::Common,
        soft: false,
        cursor: 0,
        target: 0,
        alternative: 0,
        uninstalls: false,
    };
}

/// Why a sequence is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The shared sequence; the section follows.
    Shared,
    /// A section.
    Section,
    /// An alternative of a try-each.
    Alternative,
    /// By run-sequence.
    Run,
}

/// Which targets commands work on (M §6.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// One target.
    One(u8),
    /// All of the manifest.
    All,
    /// Those whose indices the array at this offset lists.
    List(u32),
}
