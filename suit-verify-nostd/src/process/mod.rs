//! Carries out an authentic manifest: an explicit state machine in a fixed amount of memory.
//!
//! ```text
//! Authenticated ── Processor::new ──► Processor      structure, components and identity checked; nothing ran
//!                  start(procedure) ─► Ok            rollback, sections there; nothing ran
//!                  run() ───────────► NeedPayload{..} | Planned{..} | Wait | Done | Failed
//! ```
//!
//! The processor is pulled: [`Processor::run`] goes on until it needs something that only the application can get. The
//! bytes of a payload come through [`Processor::feed`] from wherever they arrive; then `run` is called again. Nothing
//! recurses, nothing is allocated, and every repetition is drawn from a limit: commands from [`Setup::commands`], nesting,
//! parameters and components from the lent [`Memory`].
//!
//! After a power cut the procedure is simply run again: what is already there is skipped (P-089), and a transfer goes on
//! where [`Platform::begin`] says.

mod conditions;
#[cfg(feature = "delta")]
mod delta;
#[cfg(feature = "trust-domains")]
mod dependencies;
mod directives;
mod error;
mod machine;
#[cfg(feature = "update-management")]
mod management;
mod memory;
#[cfg(feature = "owner-policy")]
mod owner;
#[cfg(feature = "report")]
mod recording;
mod sequences;
mod settings;
mod supported;
mod targets;

use suit_core::cbor::Walked;
use suit_core::command::Sequence;
use suit_core::grammar::Supported;
use suit_core::labels::{Condition, ManifestKey};

use crate::authenticate::Authenticated;
use crate::crypto::Crypto;
use crate::platform::{ComponentPath, Handle, Platform};
use crate::signed::{Part, SignedManifest};
use crate::trust::TrustStore;

#[cfg(feature = "trust-domains")]
pub use dependencies::{Dependencies, Dependency};
pub use error::ProcessError;
use memory::{Frame, Kept};
pub use memory::{Lent, Memory};
pub use supported::{SUPPORTED, supported, with_delta};

/// Commands that a procedure may run by default.
///
/// An A/B update as `suit new` describes it runs 30. A thousand leaves room for 30 components with a try-each each, and takes a
/// Cortex-M3 at 64 MHz less than a tenth of a second, hashing and storage excluded.
pub const COMMANDS: u32 = 1_000;

/// What is carried out (M §8.4.6, TD §6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Procedure {
    /// Fetch, install and check: dependency-resolution, payload-fetch, candidate-verification, install, validate.
    Update,
    /// Check, load and start: validate, load, invoke.
    Invocation,
    /// Give up what the manifest installed: uninstall.
    Uninstall,
}

/// Most sections of a procedure.
const SECTIONS_MAX: usize = 5;

impl Procedure {
    /// The sections in the order in which they run.
    #[must_use]
    pub const fn sections(self) -> &'static [ManifestKey] {
        match self {
            Self::Update => &[
                ManifestKey::DependencyResolution,
                ManifestKey::PayloadFetch,
                ManifestKey::CandidateVerification,
                ManifestKey::Install,
                ManifestKey::Validate,
            ],
            Self::Invocation => &[ManifestKey::Validate, ManifestKey::Load, ManifestKey::Invoke],
            Self::Uninstall => &[ManifestKey::Uninstall],
        }
    }
}

/// What the device brings along beside its platform.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'c> {
    /// Algorithms; hashes for images and severed sections, signatures for dependencies.
    pub crypto: Crypto<'c>,
    /// Who may sign dependencies.
    pub trust: TrustStore<'c>,
    /// What the device implements: a manifest that needs more is refused. [`SUPPORTED`], perhaps with custom commands and
    /// parameters.
    pub supported: &'static Supported,
    /// Commands that one procedure may run.
    pub commands: u32,
    /// Rules that the texts leave to the device.
    pub options: Options,
}

impl<'c> Setup<'c> {
    /// The usual limits and options.
    #[must_use]
    pub const fn new(crypto: Crypto<'c>, trust: TrustStore<'c>) -> Self {
        Self { crypto, trust, supported: &SUPPORTED, commands: COMMANDS, options: Options::new() }
    }
}

/// Rules that the texts leave to the device, and leniencies with manifests that break a rule. All are off by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// An update must have a greater sequence number, not just none that is lower (A-21).
    pub strictly_newer: bool,
    /// The shared sequence of the root manifest must check vendor and class (P-044).
    pub demand_identity: bool,
    /// Leniency: process-dependency verifies a dependency on its own where dependency-integrity is lacking (P-154).
    pub integrity_unasked: bool,
    /// Leniency: a dependency may have sections that its dependent doesn't have or doesn't process (P-152).
    pub sections_unmatched: bool,
    /// Leniency: a component may be started that this procedure did not verify (P-045).
    pub invoke_unverified: bool,
    /// Leniency: dependencies may lack the tag 107 (A-36).
    pub untagged_dependencies: bool,
}

impl Options {
    /// All off.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            strictly_newer: false,
            demand_identity: false,
            integrity_unasked: false,
            sections_unmatched: false,
            invoke_unverified: false,
            untagged_dependencies: false,
        }
    }
}

/// What the processor needs, or how it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'a> {
    /// The bytes of a payload, by [`Processor::feed`]; then call `run` again.
    NeedPayload(Payload<'a>),
    /// In a rehearsal: this would be fetched. Call `run` again.
    Planned(Payload<'a>),
    /// Not now. Call `run` again later; after a restart, start again.
    Wait(Pause),
    /// The procedure ended in success.
    Done,
    /// The procedure ended, and nothing further of it will run.
    Failed(Failure),
}

/// Why the processor waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The number of the owner's rule that is against going on now; `None` if the manifest waits for events.
    pub owner_rule: Option<u16>,
    /// When asking again may help, in seconds since 1970; `None` if the clock doesn't decide it alone.
    pub retry_at: Option<u64>,
}

impl Pause {
    const NONE: Self = Self { owner_rule: None, retry_at: None };
}

/// A payload to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload<'a> {
    /// For which component.
    pub component: Handle,
    /// From where: a URI reference.
    pub uri: &'a str,
    /// Argument for the fetcher (M §8.4.8.13), if the manifest gives one.
    pub arguments: Option<&'a [u8]>,
    /// The first byte that is needed; those before are stored already.
    pub offset: u32,
    /// Bytes of the whole payload, if the manifest says so.
    pub size: Option<u32>,
}

/// Why a procedure ended, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Why.
    pub error: ProcessError,
    /// Where; `None` if no command was running.
    pub place: Option<Place>,
}

/// A command of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0 for the root manifest, else the number of the dependency in the order in which they were loaded, from 1 on.
    pub manifest: u8,
    /// The section that was being run; [`ManifestKey::Common`] for the shared sequence before it.
    pub section: ManifestKey,
    /// Offset of the command's code in the manifest's envelope, in bytes.
    pub offset: u32,
    /// The component that the command worked on.
    pub component: Handle,
}

/// Carries out one manifest and its dependencies.
#[derive(Debug)]
pub struct Processor<'a, 'm, P> {
    platform: &'m mut P,
    setup: Setup<'m>,
    root: SignedManifest<'a>,
    memory: Lent<'m>,
    procedure: Procedure,
    /// Position in the procedure of the section that is run, or comes next if no frame is open.
    stage: u8,
    targets: u8,
    /// How many of them are the root manifest's own.
    root_targets: u8,
    settings: u8,
    depth: u8,
    /// Nothing is written, and what would be fetched is told.
    rehearsing: bool,
    invoked: bool,
    commands: u32,
    /// The innermost sequence, if `depth` is not 0.
    frame: Frame,
    outcome: Outcome,
    #[cfg(feature = "trust-domains")]
    budget: crate::Budget,
    #[cfg(feature = "trust-domains")]
    dependencies: Dependencies<'a, 'm>,
}

/// Whether a procedure is under way, and how it ended.
#[derive(Clone, Copy, Debug)]
enum Outcome {
    Idle,
    Running,
    Done,
    /// Where is in [`Kept::failed_at`].
    Failed(ProcessError),
}

impl<'a, 'm, P: Platform> Processor<'a, 'm, P> {
    /// A processor for an authentic manifest. Its whole structure is checked, and every component is looked up; nothing
    /// runs yet.
    ///
    /// # Errors
    /// Faults of the manifest's structure; `ComponentUnknown`, `TooManyComponents`, `DependenciesUnsupported`,
    /// `IdentityUnchecked`.
    pub fn new(
        authenticated: &Authenticated<'a>,
        setup: Setup<'m>,
        platform: &'m mut P,
        memory: Lent<'m>,
    ) -> Result<Self, ProcessError> {
        #[cfg(feature = "trust-domains")]
        return Self::with_dependencies(authenticated, setup, platform, memory, Dependencies::none());
        #[cfg(not(feature = "trust-domains"))]
        Self::make(authenticated, setup, platform, memory)
    }

    /// As [`Processor::new`], with memory for dependencies.
    ///
    /// # Errors
    /// As [`Processor::new`].
    #[cfg(feature = "trust-domains")]
    pub fn with_dependencies(
        authenticated: &Authenticated<'a>,
        setup: Setup<'m>,
        platform: &'m mut P,
        memory: Lent<'m>,
        dependencies: Dependencies<'a, 'm>,
    ) -> Result<Self, ProcessError> {
        Self::make(authenticated, setup, platform, memory, dependencies)
    }

    fn make(
        authenticated: &Authenticated<'a>,
        setup: Setup<'m>,
        platform: &'m mut P,
        memory: Lent<'m>,
        #[cfg(feature = "trust-domains")] dependencies: Dependencies<'a, 'm>,
    ) -> Result<Self, ProcessError> {
        let root = authenticated.manifest_for(setup.supported)?;
        memory.kept.transfer = None;
        let mut processor = Self {
            platform,
            setup,
            root,
            memory,
            procedure: Procedure::Update,
            stage: 0,
            targets: 0,
            root_targets: 0,
            settings: 0,
            depth: 0,
            rehearsing: false,
            invoked: false,
            commands: 0,
            frame: Frame::NONE,
            outcome: Outcome::Idle,
            #[cfg(feature = "trust-domains")]
            budget: crate::Budget::new(),
            #[cfg(feature = "trust-domains")]
            dependencies,
        };
        processor.look_up_root()?;
        if setup.options.demand_identity && !processor.checks_identity() {
            return Err(ProcessError::IdentityUnchecked);
        }
        Ok(processor)
    }

    /// The root manifest.
    #[must_use]
    pub const fn root(&self) -> &SignedManifest<'a> {
        &self.root
    }

    /// The platform.
    #[must_use]
    pub const fn platform(&mut self) -> &mut P {
        self.platform
    }

    /// Begins a procedure, with all parameters unset (P-042).
    ///
    /// # Errors
    /// `Rollback`, `NothingToDo`, `SectionMissing`; what is wrong with a severed section; `Platform`. Nothing ran then.
    pub fn start(&mut self, procedure: Procedure) -> Result<(), ProcessError> {
        self.begin(procedure, false)
    }

    /// Begins a rehearsal: the same machine with writes switched off. `run` then tells with [`Step::Planned`] what would
    /// be fetched, and fails where the real run would, as far as that can be known before.
    ///
    /// # Errors
    /// As [`Processor::start`].
    pub fn rehearse(&mut self, procedure: Procedure) -> Result<(), ProcessError> {
        self.begin(procedure, true)
    }

    fn begin(&mut self, procedure: Procedure, rehearsing: bool) -> Result<(), ProcessError> {
        self.outcome = Outcome::Idle;
        *self.memory.kept = Kept::NONE;
        self.platform.begins(procedure);
        self.check_floor(procedure)?;
        self.check_sections(procedure)?;
        self.procedure = procedure;
        self.rehearsing = rehearsing;
        self.stage = 0;
        self.depth = 0;
        self.settings = 0;
        self.invoked = false;
        self.commands = self.setup.commands;
        self.forget_targets();
        #[cfg(feature = "trust-domains")]
        self.forget_dependencies();
        self.outcome = Outcome::Running;
        Ok(())
    }

    /// P-038: a lower sequence number than the current one is refused, an equal one allowed; before any sequence runs
    /// (P-039).
    fn check_floor(&mut self, procedure: Procedure) -> Result<(), ProcessError> {
        let manifest = self.root.manifest();
        let floor = self.platform.floor(manifest.component_id().map(ComponentPath::new))?;
        let sequence = manifest.sequence_number();
        let newer = self.setup.options.strictly_newer && procedure == Procedure::Update;
        if sequence < floor || (newer && sequence == floor) {
            return Err(ProcessError::Rollback);
        }
        Ok(())
    }

    /// Sections that were severed are looked at before anything runs: each is there, has its digest and a sound structure.
    /// Where they begin is kept, so that nobody looks for them again.
    fn check_sections(&mut self, procedure: Procedure) -> Result<(), ProcessError> {
        let mut found = false;
        for (key, place) in procedure.sections().iter().zip(&mut self.memory.kept.sections) {
            *place = match self.root.section(*key, &self.setup.crypto)? {
                Part::Absent => 0,
                Part::Present(sequence) => {
                    found = true;
                    content(sequence).offset()
                }
                Part::Missing(_) => return Err(ProcessError::SectionMissing(*key)),
            };
        }
        if found { Ok(()) } else { Err(ProcessError::NothingToDo) }
    }

    /// P-044: whether the shared sequence has a vendor and a class condition.
    fn checks_identity(&self) -> bool {
        let Some(shared) = self.root.manifest().shared_sequence() else { return false };
        let mut commands = content(shared);
        let (mut vendor, mut class) = (false, false);
        for _ in 0..commands.number() / 2 {
            let code = commands.int();
            vendor |= code == Condition::VendorIdentifier.code();
            class |= code == Condition::ClassIdentifier.code();
            commands.skip();
        }
        vendor && class
    }
}

/// A cursor at the array that a sequence is.
fn content(sequence: Sequence<'_>) -> Walked<'_> {
    Walked::new(sequence.content())
}
