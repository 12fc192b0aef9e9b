//! Components in NOR flash, over any driver that has the traits of `embedded-storage`.
//!
//! A component has one bank of whole erase blocks, or two, of which one runs while the other is written (A/B). How far a
//! transfer has got, how long each bank's content is, and the rollback floors stand in a journal of small records
//! (see `records.rs`), so that they survive a power cut: a transfer goes on at the erase block that was being
//! written.
//!
//! ```text
//! flash    … | bank 0, erase blocks | bank 1, erase blocks | … | journal: two areas of whole erase blocks | …
//! ```

mod board;
mod layout;
mod records;

use core::fmt;

use embedded_storage::nor_flash::{NorFlash, NorFlashError, NorFlashErrorKind};
use suit_core::cbor::Walked;
#[cfg(feature = "trust-domains")]
use suit_core::component::ComponentId;

use super::{Mark, OUT_OF_ORDER, length_of};
use crate::platform::{ComponentPath, Handle, Identifier, IdentifierKind, Incoming, Platform, PlatformFault};
use crate::process::Procedure;
pub use board::Board;
pub use layout::{Bank, NorBuffers, NorComponent, NorLayout};
use records::{KEYS_MAX, Records, Value};

/// The driver was given a place that isn't aligned.
pub const NOT_ALIGNED: PlatformFault = PlatformFault(16);
/// The driver was given a place outside of its flash.
pub const OUT_OF_BOUNDS: PlatformFault = PlatformFault(17);
/// The driver failed otherwise.
pub const DRIVER: PlatformFault = PlatformFault(18);

/// Which bank of a component with two is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The one that doesn't run: for updates.
    Spare,
    /// The one that runs: for invocations.
    Running,
}

/// A device whose components are in NOR flash. One transfer is open at a time.
pub struct NorPlatform<'c, 'b, F, B> {
    flash: F,
    board: B,
    layout: NorLayout<'c>,
    buffers: NorBuffers<'b>,
    records: Records,
    /// Bytes of an erase block.
    erase: u32,
    /// Of each component, a bit: its second bank runs.
    running: u64,
    /// Of each component, a bit: its other bank is to run from the next start on.
    promoted: u64,
    view: View,
    open: Option<Open>,
    /// Under which identifiers the banks that run can be read.
    #[cfg(feature = "delta")]
    running_ids: &'c [(Handle, &'c [&'c [u8]])],
}

/// Of a handle: the bank that runs is meant, whatever the view is.
const RUNNING: u16 = 0x8000;

/// A transfer.
#[derive(Clone, Copy, Debug)]
struct Open {
    component: Handle,
    bank: Bank,
    /// Of the bank's record.
    key: u16,
    /// Of what, if that is known.
    of: Option<Mark>,
    /// Bytes in flash: whole pages.
    written: u32,
    /// Bytes in the page buffer.
    gathered: u32,
}

/// What the journal says of a bank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing of use.
    Empty,
    /// A content of so many bytes.
    Holds(u32),
    /// A transfer, of which so many bytes, whole erase blocks, are stored.
    Receives { of: Mark, stored: u32 },
}

/// Keys of a component: one for each bank, and this one for which of them runs and who refers to it.
const FACTS: u16 = 2;
const KEYS: u16 = 3;
/// The key of the first floor; the others are below it.
const LAST: u16 = KEYS_MAX - 1;

impl<'c, 'b, F: NorFlash, B: Board> NorPlatform<'c, 'b, F, B> {
    /// A device with this layout on this flash. New flash needs no preparation.
    ///
    /// # Errors
    /// [`NOT_ALIGNED`] or [`OUT_OF_BOUNDS`] if the layout or the buffers don't fit the flash, or banks overlap;
    /// [`PlatformFault::NO_ROOM`] for too many components or too small a journal; faults of the driver.
    pub fn new(
        mut flash: F,
        board: B,
        layout: NorLayout<'c>,
        buffers: NorBuffers<'b>,
    ) -> Result<Self, PlatformFault> {
        let erase = u32::try_from(F::ERASE_SIZE).map_err(|_| OUT_OF_BOUNDS)?;
        layout.check(&flash, &buffers, erase)?;
        let records = Records::open(&mut flash, buffers.scratch, layout.journal_start, layout.journal_size)?;
        let mut platform = Self {
            flash,
            board,
            layout,
            buffers,
            records,
            erase,
            running: 0,
            promoted: 0,
            view: View::Spare,
            open: None,
            #[cfg(feature = "delta")]
            running_ids: &[],
        };
        for component in (0..KEYS_MAX).map(Handle).take(layout.components.len()) {
            let [second, ..] = platform.facts(component)?;
            platform.run_from(component, second == 1);
        }
        Ok(platform)
    }

    /// For these components with two banks, manifests can read the one that runs under an identifier of its own, also while
    /// the other is updated: as the base of a delta. It is not written under that.
    #[cfg(feature = "delta")]
    #[must_use]
    pub const fn running_as(mut self, ids: &'c [(Handle, &'c [&'c [u8]])]) -> Self {
        self.running_ids = ids;
        self
    }

    /// The board.
    pub const fn board(&mut self) -> &mut B {
        &mut self.board
    }

    /// From now on lengths and contents are those of this bank, where a component has two. A procedure that begins sees
    /// to it by itself.
    pub const fn set_view(&mut self, view: View) {
        self.view = view;
    }

    /// Says that a component runs from its second bank, or from its first, since it was started. Until it is told, the
    /// platform takes what [`NorPlatform::promote`] has kept.
    pub fn run_from(&mut self, component: Handle, second: bool) {
        if self.runs_second(component) != second {
            self.running ^= bit(component);
            self.promoted &= !bit(component);
        }
    }

    /// The bank that a component runs from, if there is such a component.
    #[must_use]
    pub fn running(&self, component: Handle) -> Option<&'c Bank> {
        self.bank(component, View::Running).map(|(bank, _)| bank)
    }

    /// Keeps that a component with two banks runs from the other one when it is started next: an update has ended well.
    /// Until then that bank isn't written any more. The floor is above what the present bank holds, so a power cut during
    /// another update would leave nothing that may run.
    ///
    /// # Errors
    /// [`PlatformFault::FORBIDDEN`] if that bank has no whole content: another update has begun since. If it can't be kept.
    pub fn promote(&mut self, component: Handle) -> Result<(), PlatformFault> {
        let (_, spare) = self.bank(component, View::Spare).ok_or(PlatformFault::FORBIDDEN)?;
        let State::Holds(_) = self.state(spare)? else { return Err(PlatformFault::FORBIDDEN) };
        let mut facts = self.facts(component)?;
        let [second, ..] = &mut facts;
        *second = u8::from(!self.runs_second(component));
        self.promoted |= bit(component);
        self.keep(key(component, FACTS)?, &facts)
    }

    /// Whether a component runs from its second bank.
    #[must_use]
    pub fn runs_second(&self, component: Handle) -> bool {
        self.running & bit(component) != 0
    }

    fn get(&self, component: Handle) -> Option<&'c NorComponent<'c>> {
        self.layout.components.get(usize::from(plain(component)))
    }

    /// A bank of a component, and the key of its record.
    fn bank(&self, component: Handle, view: View) -> Option<(&'c Bank, u16)> {
        let banks = self.get(component)?.banks;
        let view = if component.0 & RUNNING == 0 { view } else { View::Running };
        let second = banks.len() > 1 && self.runs_second(component) == (view == View::Running);
        Some((banks.get(usize::from(second))?, key(component, u16::from(second)).ok()?))
    }

    fn viewed(&self, component: Handle) -> Result<(&'c Bank, u16), PlatformFault> {
        self.bank(component, self.view).ok_or(PlatformFault::FORBIDDEN)
    }

    fn record(&mut self, key: u16) -> Result<Option<Value>, PlatformFault> {
        self.records.get(&mut self.flash, self.buffers.scratch, key)
    }

    fn keep(&mut self, key: u16, value: &Value) -> Result<(), PlatformFault> {
        self.records.put(&mut self.flash, self.buffers.scratch, key, value)
    }

    fn facts(&mut self, component: Handle) -> Result<Value, PlatformFault> {
        Ok(self.record(key(component, FACTS)?)?.unwrap_or_default())
    }

    fn state(&mut self, key: u16) -> Result<State, PlatformFault> {
        Ok(self.record(key)?.map_or(State::Empty, |value| State::decode(&value)))
    }

    /// The key of the floor of manifests from this place.
    fn floor_key(&self, manifest: Option<ComponentPath<'_>>) -> Result<u16, PlatformFault> {
        let is_it = |place: &Option<&[&[u8]]>| match (place, manifest) {
            (None, None) => true,
            (Some(parts), Some(path)) => path.is(parts),
            _ => false,
        };
        let position = self.layout.floors.iter().position(is_it).ok_or(PlatformFault::FORBIDDEN)?;
        // Counted from the last key down, so that a firmware with more components finds the floors of the one before.
        let key = u16::try_from(position).ok().and_then(|position| LAST.checked_sub(position));
        key.ok_or(PlatformFault::NO_ROOM)
    }

    /// Writes the page buffer. The block that it begins is erased before, and that all blocks before are stored is kept.
    fn flush(&mut self, open: &mut Open) -> Result<(), PlatformFault> {
        let at = open.bank.start.checked_add(open.written).ok_or(OUT_OF_BOUNDS)?;
        if open.written.is_multiple_of(self.erase) {
            if let Some(of) = open.of
                && open.written > 0
            {
                self.keep(open.key, &State::Receives { of, stored: open.written }.encode())?;
            }
            let end = at.checked_add(self.erase).ok_or(OUT_OF_BOUNDS)?;
            self.flash.erase(at, end).map_err(fault)?;
        }
        let gathered = usize::try_from(open.gathered).unwrap_or(usize::MAX);
        if let Some(rest) = self.buffers.page.get_mut(gathered..) {
            rest.fill(0xff);
        }
        let whole = round_up(gathered, F::WRITE_SIZE).and_then(|whole| self.buffers.page.get(..whole));
        self.flash.write(at, whole.ok_or(NOT_ALIGNED)?).map_err(fault)?;
        open.written = open.written.saturating_add(open.gathered);
        open.gathered = 0;
        Ok(())
    }

    /// Appends to what was written.
    fn gather(&mut self, open: &mut Open, data: &[u8]) -> Result<(), PlatformFault> {
        let mut rest = data;
        while !rest.is_empty() {
            let gathered = usize::try_from(open.gathered).unwrap_or(usize::MAX);
            let room = self.buffers.page.get_mut(gathered..).unwrap_or_default();
            let (taken, behind) = rest.split_at_checked(room.len()).unwrap_or((rest, &[]));
            for (to, from) in room.iter_mut().zip(taken) {
                *to = *from;
            }
            open.gathered = open.gathered.saturating_add(length_of(taken));
            rest = behind;
            if open.gathered == length_of(self.buffers.page) {
                self.flush(open)?;
            }
        }
        Ok(())
    }
}

impl<F: NorFlash, B: Board> Platform for NorPlatform<'_, '_, F, B> {
    fn component(&mut self, path: &ComponentPath<'_>) -> Option<Handle> {
        let position = self.layout.components.iter().position(|component| path.is(component.id));
        #[cfg(feature = "delta")]
        if position.is_none() {
            let (component, _) = self.running_ids.iter().find(|(_, id)| path.is(id))?;
            return Some(Handle(component.0 | RUNNING));
        }
        u16::try_from(position?).ok().map(Handle)
    }

    fn identifiers(&mut self, kind: IdentifierKind, component: Handle) -> &[Identifier<'_>] {
        self.get(component).map_or(&[], |component| component.identity.of(kind))
    }

    fn slot(&mut self, component: Handle) -> Option<u64> {
        self.viewed(component).ok()?.0.slot
    }

    fn begins(&mut self, procedure: Procedure) {
        self.view = if procedure == Procedure::Invocation { View::Running } else { View::Spare };
    }

    fn floor(&mut self, manifest: Option<ComponentPath<'_>>) -> Result<u64, PlatformFault> {
        let value = self.record(self.floor_key(manifest)?)?;
        Ok(value.and_then(|value| value.first_chunk().copied()).map_or(0, u64::from_le_bytes))
    }

    fn set_floor(&mut self, manifest: Option<ComponentPath<'_>>, sequence: u64) -> Result<(), PlatformFault> {
        let mut value = Value::default();
        for (to, from) in value.iter_mut().zip(sequence.to_le_bytes()) {
            *to = from;
        }
        self.keep(self.floor_key(manifest)?, &value)
    }

    fn capacity(&mut self, component: Handle) -> u32 {
        self.viewed(component).map_or(0, |(bank, _)| bank.size)
    }

    fn length(&mut self, component: Handle) -> Option<u32> {
        let (_, key) = self.viewed(component).ok()?;
        match self.state(key) {
            Ok(State::Holds(length)) => Some(length),
            _ => None,
        }
    }

    fn read(&mut self, component: Handle, offset: u32, buffer: &mut [u8]) -> Result<(), PlatformFault> {
        let (bank, _) = self.viewed(component)?;
        let end = offset.checked_add(length_of(buffer)).filter(|end| *end <= bank.size);
        let at = end.and(bank.start.checked_add(offset)).ok_or(PlatformFault::FORBIDDEN)?;
        read(&mut self.flash, self.buffers.scratch, at, buffer)
    }

    fn begin(&mut self, component: Handle, incoming: &Incoming<'_>) -> Result<u32, PlatformFault> {
        self.open = None;
        let (bank, key) = self.viewed(component)?;
        // What runs from flash isn't written while it runs, nor is what is to run next.
        let (alias, promoted) = (component.0 & RUNNING != 0, self.promoted & bit(component) != 0);
        if (self.view == View::Running || alias || promoted)
            && self.get(component).is_some_and(|component| component.banks.len() > 1)
        {
            return Err(PlatformFault::FORBIDDEN);
        }
        let wanted = Mark::of(incoming);
        let written = match self.state(key)? {
            State::Receives { of, stored } if wanted == Some(of) => stored,
            _ => {
                // From here on the old content doesn't count, whenever the power is cut.
                self.keep(key, &State::receives(wanted).encode())?;
                0
            }
        };
        self.open = Some(Open { component, bank: *bank, key, of: wanted, written, gathered: 0 });
        Ok(written)
    }

    fn write(&mut self, component: Handle, offset: u32, data: &[u8]) -> Result<(), PlatformFault> {
        // After a fault nobody knows what is in the flash: then it begins anew.
        let mut open = self.open.take().filter(|open| open.component == component).ok_or(OUT_OF_ORDER)?;
        let expected = open.written.saturating_add(open.gathered);
        if offset == 0 && expected != 0 {
            // Whoever doesn't believe what `begin` said may start over.
            self.keep(open.key, &State::receives(open.of).encode())?;
            (open.written, open.gathered) = (0, 0);
        } else if offset != expected {
            return Err(OUT_OF_ORDER);
        }
        let end = offset.checked_add(length_of(data));
        if end.is_none_or(|end| end > open.bank.size) {
            return Err(PlatformFault::NO_ROOM);
        }
        self.gather(&mut open, data)?;
        self.open = Some(open);
        Ok(())
    }

    fn commit(&mut self, component: Handle, length: u32) -> Result<(), PlatformFault> {
        let mut open = self.open.take().filter(|open| open.component == component).ok_or(OUT_OF_ORDER)?;
        if open.written.saturating_add(open.gathered) != length {
            return Err(OUT_OF_ORDER);
        }
        if open.gathered > 0 {
            self.flush(&mut open)?;
        }
        self.keep(open.key, &State::Holds(length).encode())
    }

    fn invoke(&mut self, component: Handle, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        let (bank, key) = self.viewed(component)?;
        let State::Holds(length) = self.state(key)? else { return Err(PlatformFault::FORBIDDEN) };
        self.board.invoke(bank, length, arguments)
    }

    fn custom(&mut self, code: i64, argument: Walked<'_>, component: Handle) -> Result<bool, PlatformFault> {
        self.board.custom(code, argument, component)
    }

    #[cfg(feature = "report")]
    fn record(&mut self, record: &crate::report::Record<'_>) {
        self.board.record(record);
    }

    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    fn now(&mut self) -> Option<u64> {
        self.board.now()
    }

    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        self.board.battery()
    }

    #[cfg(feature = "update-management")]
    fn version(&mut self, component: Handle) -> &[i64] {
        self.board.version(component)
    }

    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &suit_core::version::Version<'_>) -> Result<(), PlatformFault> {
        self.board.set_version(version)
    }

    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        self.board.authorized(priority)
    }

    #[cfg(feature = "update-management")]
    fn level(&mut self, of: crate::platform::Level) -> Option<i64> {
        self.board.level(of)
    }

    #[cfg(feature = "update-management")]
    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        self.board.other_version(device)
    }

    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<crate::calendar::Zone> {
        self.board.zone()
    }

    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<crate::policy::OwnerPolicy<'_>> {
        self.board.owner_policy()
    }

    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> crate::policy::Facts {
        self.board.resources()
    }

    #[cfg(feature = "trust-domains")]
    fn references(&mut self, component: Handle) -> u32 {
        // What can't be read may be in use.
        self.facts(component).map_or(u32::MAX, |facts| referrers(&facts).count_ones())
    }

    #[cfg(feature = "trust-domains")]
    fn reference(
        &mut self,
        component: Handle,
        manifest: Option<ComponentId<'_>>,
        uses: bool,
    ) -> Result<u32, PlatformFault> {
        let mut facts = self.facts(component)?;
        // The key of its floor tells who a manifest is.
        let bit = 1_u64
            .checked_shl(self.floor_key(manifest.map(ComponentPath::new))?.into())
            .ok_or(PlatformFault::NO_ROOM)?;
        let old = referrers(&facts);
        let new = if uses { old | bit } else { old & !bit };
        if new != old {
            if let Some(half) = facts.last_chunk_mut() {
                *half = new.to_le_bytes();
            }
            self.keep(key(component, FACTS)?, &facts)?;
        }
        Ok(new.count_ones())
    }
}

/// The manifests that refer to a component: the second half of its facts.
#[cfg(feature = "trust-domains")]
fn referrers(facts: &Value) -> u64 {
    facts.last_chunk().copied().map_or(0, u64::from_le_bytes)
}

impl State {
    const HOLDS: u8 = 1;
    const RECEIVES: u8 = 2;

    /// A transfer that begins. It can be resumed only if it is known of what it is.
    fn receives(of: Option<Mark>) -> Self {
        of.map_or(Self::Empty, |of| Self::Receives { of, stored: 0 })
    }

    const fn encode(self) -> Value {
        let (tag, one, other, [i, j, k, l]) = match self {
            Self::Empty => (0, 0, 0, [0; 4]),
            Self::Holds(length) => (Self::HOLDS, length, 0, [0; 4]),
            Self::Receives { of, stored } => (Self::RECEIVES, of.size, stored, of.digest),
        };
        let ([a, b, c, d], [e, f, g, h]) = (one.to_le_bytes(), other.to_le_bytes());
        [tag, 0, 0, 0, a, b, c, d, e, f, g, h, i, j, k, l]
    }

    const fn decode(value: &Value) -> Self {
        let [tag, _, _, _, a, b, c, d, e, f, g, h, i, j, k, l] = *value;
        let (one, other) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
        match tag {
            Self::HOLDS => Self::Holds(one),
            Self::RECEIVES => Self::Receives { of: Mark { size: one, digest: [i, j, k, l] }, stored: other },
            _ => Self::Empty,
        }
    }
}

/// The position of a component.
const fn plain(component: Handle) -> u16 {
    component.0 & !RUNNING
}

/// The bit of a component in a set of them. There are at most 21 (see [`KEYS_MAX`]).
fn bit(component: Handle) -> u64 {
    1_u64.checked_shl(plain(component).into()).unwrap_or(0)
}

fn key(component: Handle, which: u16) -> Result<u16, PlatformFault> {
    let first = plain(component).checked_mul(KEYS).and_then(|first| first.checked_add(which));
    first.ok_or(PlatformFault::NO_ROOM)
}

/// Reads from any place, through `scratch` where the driver can't.
fn read<F: NorFlash>(
    flash: &mut F,
    scratch: &mut [u8],
    at: u32,
    buffer: &mut [u8],
) -> Result<(), PlatformFault> {
    let (mut at, mut rest) = (at, buffer);
    while !rest.is_empty() {
        let unit = u32::try_from(F::READ_SIZE).map_err(|_| NOT_ALIGNED)?;
        let skip = at.checked_rem(unit).ok_or(NOT_ALIGNED)?;
        let whole = rest.len().saturating_sub(rest.len().checked_rem(F::READ_SIZE).unwrap_or(0));
        let taken = if skip == 0 && whole > 0 {
            let (direct, behind) = rest.split_at_mut_checked(whole).ok_or(NOT_ALIGNED)?;
            flash.read(at, direct).map_err(fault)?;
            rest = behind;
            whole
        } else {
            let piece = scratch.get_mut(..F::READ_SIZE).ok_or(NOT_ALIGNED)?;
            flash.read(at.saturating_sub(skip), piece).map_err(fault)?;
            let skip = usize::try_from(skip).unwrap_or(usize::MAX);
            let piece = piece.get(skip..).unwrap_or_default();
            let taken = piece.len().min(rest.len());
            let (to, behind) = rest.split_at_mut_checked(taken).ok_or(NOT_ALIGNED)?;
            for (to, from) in to.iter_mut().zip(piece) {
                *to = *from;
            }
            rest = behind;
            taken
        };
        at = at.saturating_add(u32::try_from(taken).unwrap_or(u32::MAX));
    }
    Ok(())
}

fn fault<E: NorFlashError>(error: E) -> PlatformFault {
    match error.kind() {
        NorFlashErrorKind::NotAligned => NOT_ALIGNED,
        NorFlashErrorKind::OutOfBounds => OUT_OF_BOUNDS,
        _ => DRIVER,
    }
}

/// The next multiple of `unit`.
fn round_up(length: usize, unit: usize) -> Option<usize> {
    length.checked_next_multiple_of(unit)
}

impl<F, B> fmt::Debug for NorPlatform<'_, '_, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NorPlatform")
            .field("layout", &self.layout)
            .field("records", &self.records)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}
