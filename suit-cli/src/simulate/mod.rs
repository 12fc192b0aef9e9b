//! Virtual devices for `suit simulate`.
//!
//! | module | holds |
//! |---|---|
//! | `model` | what a device file says |
//! | `owner` | what it says of time zones and of the owner's policy |
//! | `device`, `find` | the same with everything looked up |
//! | `platform` | the platform over files: what the device's own code runs on |
//! | `store`, `paths` | contents of components: in a directory of their own, or as files of a tree |
//! | `state` | a device from run to run |
//! | `payloads` | what lies behind URIs |
//! | `reporting` | the report that the device writes |
//! | `watch`, `trace` | what happens, effect by effect |
//!
//! Nothing here decides what a manifest may do: that is [`suit_verify_nostd::process`], as on a device.

pub(crate) mod device;
mod find;
pub(crate) mod model;
mod owner;
mod paths;
pub(crate) mod payloads;
pub(crate) mod platform;
pub(crate) mod reporting;
pub(crate) mod state;
mod store;
pub(crate) mod trace;
pub(crate) mod watch;
