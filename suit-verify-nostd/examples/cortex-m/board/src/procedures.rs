//! The two procedures: an update from a file of the host, and the start of what is installed.

use core::ffi::CStr;
use core::fmt;

use suit_core::labels::{Algorithm, FileType};
use suit_core::{Envelope, Tagging};
use suit_verify_nostd::crypto::{Crypto, Esp256, Sha256};
use suit_verify_nostd::platform::{ComponentPath, Incoming, Platform, PlatformFault};
use suit_verify_nostd::platforms::nor_flash::View;
use suit_verify_nostd::process::Payload;
use suit_verify_nostd::{
    Authenticated, AuthenticationError, Budget, Memory, Procedure, ProcessError, Processor, Setup, Step,
    TrustAnchor, TrustStore, authenticate,
};

use crate::device::{Device, ENVELOPE, ROOTS, Root, choose};
use crate::memory::Once;
use crate::say;
use crate::semihosting::{File, Mode};

mod keys {
    #![allow(unreachable_pub, reason = "the file is made by a tool")]
    // `pub const VENDOR_KEY: [u8; 65]`, as `suit key convert --to rust` writes it.
    include!(env!("VENDOR_KEY"));
}

/// What is not named here is not linked.
pub const CRYPTO: Crypto<'static> = Crypto { signatures: &[&Esp256], macs: &[], hashes: &[&Sha256] };

/// Memory for both procedures; they don't run at the same time.
#[derive(Debug)]
pub struct Work {
    /// The envelope.
    pub envelope: &'static mut [u8; ENVELOPE],
    memory: &'static mut Memory,
    delta: &'static mut [u8; DELTA],
    /// Bytes of payloads that came for the last update.
    pub fetched: u32,
    /// For tests: this byte of each payload arrives changed.
    pub flip: Option<u32>,
}

static RECEIVED: Once<[u8; ENVELOPE]> = Once::new([0; ENVELOPE]);
static MEMORY: Once<Memory> = Once::new(Memory::new());
static APPLIED: Once<[u8; DELTA]> = Once::new([0; DELTA]);

/// Bytes for the decoder of deltas: profile M, which has 1.5 KiB more for the decoder's stack.
const DELTA: usize = 16 * 1024 - 1536;

/// That memory; once.
pub fn work() -> Option<Work> {
    let (envelope, memory, delta) = (RECEIVED.take()?, MEMORY.take()?, APPLIED.take()?);
    Some(Work { envelope, memory, delta, fetched: 0, flip: None })
}

/// Why something isn't installed, or isn't started.
#[derive(Clone, Copy, Debug)]
pub enum Refused {
    /// There is no manifest, or it is longer than the device has room for.
    NoManifest,
    /// It isn't authentic.
    Authentication(AuthenticationError),
    /// It doesn't say that it is stored where this device has a manifest.
    UnknownRoot,
    /// It was not carried out.
    Process(ProcessError),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoManifest => f.write_str("no manifest"),
            Self::UnknownRoot => f.write_str("manifest for something that the device doesn't have"),
            Self::Authentication(error) => error.fmt(f),
            Self::Process(error) => error.fmt(f),
        }
    }
}

impl From<AuthenticationError> for Refused {
    fn from(error: AuthenticationError) -> Self {
        Self::Authentication(error)
    }
}

impl From<suit_core::Error> for Refused {
    fn from(error: suit_core::Error) -> Self {
        Self::Authentication(error.into())
    }
}

impl From<ProcessError> for Refused {
    fn from(error: ProcessError) -> Self {
        Self::Process(error)
    }
}

impl From<PlatformFault> for Refused {
    fn from(fault: PlatformFault) -> Self {
        Self::Process(fault.into())
    }
}

/// Who is trusted.
const ANCHORS: &[TrustAnchor<'_>] = &[TrustAnchor::unchecked(Algorithm::Esp256, &keys::VENDOR_KEY, None)];

fn setup() -> Result<Setup<'static>, Refused> {
    // One anchor always fits.
    let trust = TrustStore::new(ANCHORS).map_err(|_| Refused::NoManifest)?;
    let mut setup = Setup::new(CRYPTO, trust);
    setup.options.demand_identity = true;
    Ok(setup)
}

/// The authentic manifest in an envelope, and what it is for.
fn authentic<'a>(
    device: &mut Device,
    envelope: &'a [u8],
    setup: &Setup<'_>,
) -> Result<(Authenticated<'a>, &'static Root), Refused> {
    let envelope = Envelope::parse(envelope, Tagging::Required)?;
    let authenticated = authenticate(&envelope, &setup.trust, &setup.crypto, &mut Budget::new())?;
    let id = authenticated.manifest()?.manifest().component_id().ok_or(Refused::UnknownRoot)?;
    let handle = device.component(&ComponentPath::new(id));
    let root = ROOTS.iter().find(|root| Some(root.manifest) == handle).ok_or(Refused::UnknownRoot)?;
    Ok((authenticated, root))
}

/// Reads an envelope from a file of the host; `None` if there is none.
pub fn receive(name: &CStr, buffer: &mut [u8]) -> Option<usize> {
    let file = File::open(name, Mode::Read)?;
    // One that is longer is cut off, and then it is malformed.
    Some(file.read(buffer))
}

/// Carries out an update, whose payloads are files of the host. What it installed runs after the next start.
///
/// # Errors
/// If it was refused; what runs still runs.
pub fn update(device: &mut Device, work: &mut Work, length: usize) -> Result<&'static Root, Refused> {
    let setup = setup()?;
    work.fetched = 0;
    let bytes = work.envelope.get(..length).ok_or(Refused::NoManifest)?;
    let (authenticated, root) = authentic(device, bytes, &setup)?;
    let lent = work.memory.lend().with_delta(work.delta);
    let mut processor = Processor::new(&authenticated, setup, device, lent)?;
    processor.start(Procedure::Update)?;
    // Before the floor rises, so that at any time one of the two banks has a manifest that is still accepted.
    keep(processor.platform(), root, bytes)?;
    loop {
        match processor.run() {
            Step::NeedPayload(payload) => fetch(&mut processor, &payload, work.flip, &mut work.fetched)?,
            Step::Done => break,
            Step::Failed(failure) => return Err(failure.error.into()),
            // Nothing is rehearsed, and this device knows no event to wait for.
            Step::Planned(_) | Step::Wait(_) => processor.give_up(),
        }
    }
    let second = device.runs_second(root.manifest);
    device.promote(root.manifest)?;
    if root.name != "kernel" {
        choose(device, root, !second);
    }
    Ok(root)
}

/// Stores the envelope beside the content that it vouches for.
fn keep(device: &mut Device, root: &Root, envelope: &[u8]) -> Result<(), PlatformFault> {
    let length = envelope.len() as u32;
    let incoming =
        Incoming { size: Some(length), digest: None, file_type: FileType::Regular, metadata: None };
    device.begin(root.manifest, &incoming)?;
    device.write(root.manifest, 0, envelope)?;
    device.commit(root.manifest, length)
}

/// Feeds a payload from a file of the host, in pieces as a network would give them, and counts its bytes.
fn fetch(
    processor: &mut Processor<'_, '_, Device>,
    payload: &Payload<'_>,
    flip: Option<u32>,
    fetched: &mut u32,
) -> Result<(), ProcessError> {
    let name = payload.uri.rsplit('/').next().unwrap_or_default();
    if flip.is_none() {
        say!("  fetch {name} from byte {}", payload.offset);
    }
    let mut path = [0; 64];
    let known = path.iter_mut().zip(name.bytes()).map(|(to, from)| *to = from).count() == name.len();
    let path = CStr::from_bytes_until_nul(&path).unwrap_or_default();
    let file = File::open(path, Mode::Read).filter(|file| known && file.seek(payload.offset));
    let Some(file) = file else {
        processor.give_up();
        return Ok(());
    };
    let mut at = payload.offset;
    let mut piece = [0; 1000];
    loop {
        let length = file.read(&mut piece);
        let (piece, _) = piece.split_at_mut(length);
        let flipped = flip.and_then(|flip| piece.get_mut(flip.checked_sub(at)? as usize));
        if let Some(byte) = flipped {
            *byte ^= 1;
        }
        *fetched = fetched.saturating_add(length as u32);
        processor.feed(piece)?;
        at = at.saturating_add(length as u32);
        match payload.size {
            Some(size) if at >= size => return Ok(()),
            _ if length > 0 => {}
            // The connection broke.
            Some(_) => {
                processor.give_up();
                return Ok(());
            }
            None => return processor.end_payload(),
        }
    }
}

/// Starts what is installed for a root; if that doesn't work, what its other bank has.
///
/// # Errors
/// If neither is in order.
pub fn invoke(device: &mut Device, work: &mut Work, root: &Root) -> Result<(), Refused> {
    let second = device.runs_second(root.manifest);
    invoke_bank(device, work, root).or_else(|refused| {
        choose(device, root, !second);
        let other = invoke_bank(device, work, root);
        if other.is_err() {
            choose(device, root, second);
        }
        other.map_err(|_| refused)
    })
}

fn invoke_bank(device: &mut Device, work: &mut Work, root: &Root) -> Result<(), Refused> {
    let setup = setup()?;
    device.set_view(View::Running);
    let length = device.length(root.manifest).ok_or(Refused::NoManifest)? as usize;
    let bytes = work.envelope.get_mut(..length).ok_or(Refused::NoManifest)?;
    device.read(root.manifest, 0, bytes)?;
    let (authenticated, named) = authentic(device, bytes, &setup)?;
    if named.manifest != root.manifest {
        return Err(Refused::UnknownRoot);
    }
    let mut processor = Processor::new(&authenticated, setup, device, work.memory.lend())?;
    processor.start(Procedure::Invocation)?;
    match processor.run() {
        Step::Done => Ok(()),
        Step::Failed(failure) => Err(failure.error.into()),
        // Nothing is fetched and nothing waits when something is started.
        _ => Err(ProcessError::Unavailable.into()),
    }
}
