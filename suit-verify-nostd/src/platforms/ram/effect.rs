//! What is done to a device in memory, and what can go wrong with it.

#[cfg(doc)]
use super::RamPlatform;
use crate::platform::Handle;

/// What a platform is asked to do and what can be made to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Reading of a component.
    Read,
    /// Getting ready to store.
    Begin,
    /// Storing bytes.
    Write,
    /// Completing what was stored.
    Commit,
    /// Exchanging two components.
    Swap,
    /// Starting a component.
    Invoke,
    /// A command below -256.
    Custom,
    /// Reading of a rollback floor.
    Floor,
    /// Raising a rollback floor.
    SetFloor,
    /// Keeping a version.
    SetVersion,
    /// Keeping a reference.
    Reference,
}

/// An operation that was carried out, with what it left behind.
#[derive(Clone, Copy, Debug)]
pub enum Effect<'e> {
    /// These bytes were read.
    Read {
        /// From where.
        component: Handle,
        /// From which byte on.
        offset: u32,
        /// How many.
        length: usize,
    },
    /// The component lost what it held.
    Begin {
        /// Which one.
        component: Handle,
        /// The byte from which on it wants the new content.
        from: u32,
    },
    /// These bytes were stored; a torn write tells those that were.
    Write {
        /// Where.
        component: Handle,
        /// At which byte.
        offset: u32,
        /// The bytes.
        data: &'e [u8],
    },
    /// The component holds this now.
    Commit {
        /// Which one.
        component: Handle,
        /// All of it.
        content: &'e [u8],
    },
    /// Two components have exchanged what they hold.
    Swap {
        /// One of them.
        one: Handle,
        /// The other.
        other: Handle,
    },
    /// The component was started, holding this.
    Invoke {
        /// Which one.
        component: Handle,
        /// All of it; `None` if it holds nothing.
        content: Option<&'e [u8]>,
        /// What it was given.
        arguments: Option<&'e [u8]>,
    },
    /// A command below -256 was answered.
    Custom {
        /// Its code.
        code: i64,
        /// For which component.
        component: Handle,
    },
    /// A command with a reporting policy has ended.
    #[cfg(feature = "report")]
    Record(crate::report::Record<'e>),
    /// A floor was raised.
    SetFloor {
        /// Its position among the floors.
        floor: usize,
        /// What is the lowest number now.
        sequence: u64,
    },
}

/// A fault to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Which operations count; `None`: all.
    pub on: Option<Operation>,
    /// The how manieth of them fails, from 1 on.
    pub number: u32,
    /// If it is a write: so many of its bytes are stored all the same.
    pub stored: u32,
    /// Everything after it fails too, until [`RamPlatform::restore`]: the power is cut.
    pub lasting: bool,
}

impl Fault {
    /// One failure of the `number`th operation of this kind, that stores nothing.
    #[must_use]
    pub const fn new(on: Operation, number: u32) -> Self {
        Self { on: Some(on), number, stored: 0, lasting: false }
    }

    /// The power is cut at the `number`th operation, whatever it is.
    #[must_use]
    pub const fn power_cut(number: u32) -> Self {
        Self { on: None, number, stored: 0, lasting: true }
    }
}
