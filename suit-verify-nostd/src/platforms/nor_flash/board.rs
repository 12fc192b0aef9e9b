//! What is left to a board whose components are in NOR flash.

use suit_core::cbor::Walked;

use super::Bank;
#[cfg(doc)]
use crate::platform::Platform;
use crate::platform::{Handle, PlatformFault};

/// What the board does beside storing. All but `invoke` have the defaults that [`Platform`] has.
pub trait Board {
    /// Starts what a bank holds, as [`Platform::invoke`] does.
    ///
    /// # Errors
    /// If it can't be started.
    fn invoke(&mut self, bank: &Bank, length: u32, arguments: Option<&[u8]>) -> Result<(), PlatformFault>;

    /// See [`Platform::custom`].
    ///
    /// # Errors
    /// If it failed as a directive.
    fn custom(&mut self, code: i64, argument: Walked<'_>, component: Handle) -> Result<bool, PlatformFault> {
        let _ = (code, argument, component);
        Err(PlatformFault::UNSUPPORTED)
    }

    /// See [`Platform::record`].
    #[cfg(feature = "report")]
    fn record(&mut self, record: &crate::report::Record<'_>) {
        let _ = record;
    }

    /// See [`Platform::now`].
    #[cfg(any(feature = "update-management", feature = "owner-policy"))]
    fn now(&mut self) -> Option<u64> {
        None
    }

    /// See [`Platform::battery`].
    #[cfg(feature = "update-management")]
    fn battery(&mut self) -> Option<u64> {
        None
    }

    /// See [`Platform::version`].
    #[cfg(feature = "update-management")]
    fn version(&mut self, component: Handle) -> &[i64] {
        let _ = component;
        &[]
    }

    /// See [`Platform::authorized`].
    #[cfg(feature = "update-management")]
    fn authorized(&mut self, priority: i64) -> bool {
        let _ = priority;
        false
    }

    /// See [`Platform::set_version`].
    ///
    /// # Errors
    /// If it can't be kept.
    #[cfg(feature = "update-management")]
    fn set_version(&mut self, version: &suit_core::version::Version<'_>) -> Result<(), PlatformFault> {
        let _ = version;
        Ok(())
    }

    /// See [`Platform::level`].
    #[cfg(feature = "update-management")]
    fn level(&mut self, of: crate::platform::Level) -> Option<i64> {
        let _ = of;
        None
    }

    /// See [`Platform::other_version`].
    #[cfg(feature = "update-management")]
    fn other_version(&mut self, device: &[u8]) -> Option<&[i64]> {
        let _ = device;
        None
    }

    /// See [`Platform::zone`].
    #[cfg(feature = "update-management")]
    fn zone(&mut self) -> Option<crate::calendar::Zone> {
        None
    }

    /// See [`Platform::owner_policy`].
    #[cfg(feature = "owner-policy")]
    fn owner_policy(&mut self) -> Option<crate::policy::OwnerPolicy<'_>> {
        None
    }

    /// See [`Platform::resources`].
    #[cfg(feature = "owner-policy")]
    fn resources(&mut self) -> crate::policy::Facts {
        crate::policy::Facts::default()
    }
}
