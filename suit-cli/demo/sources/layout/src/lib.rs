//! Where the parts of the demonstration device live, and the header that its module and its application begin with.
#![no_std]

/// Start of firmware slot A; the slots are 256 KiB.
pub const SLOT_A: usize = 0x0001_0000;
/// Start of firmware slot B.
pub const SLOT_B: usize = 0x0005_0000;
/// Where the firmware looks for the platform module (64 KiB).
pub const MODULE: usize = 0x0009_0000;
/// Where the firmware looks for the application (64 KiB).
pub const APPLICATION: usize = 0x000a_0000;

/// First four bytes of a module or an application.
pub const MAGIC: [u8; 4] = *b"DIMG";
/// Version of the header and of the call convention behind it.
pub const ABI: u16 = 1;

/// What a module or an application begins with, little-endian. All offsets count from the first byte of the header, so
/// that an image without absolute addresses can be put anywhere.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Header {
    /// [`MAGIC`].
    pub magic: [u8; 4],
    /// Bytes in this header.
    pub header_length: u16,
    /// [`ABI`].
    pub abi: u16,
    /// Bytes in the image, header included.
    pub image_length: u32,
    /// Major, minor, patch, 0.
    pub version: [u8; 4],
    /// Offset of the entry function; bit 0 is set, as in every Thumb address.
    pub entry: u32,
    /// Offset of the version table: its number of rows (u32), then the rows ([`VersionRow`]).
    pub version_table: u32,
    /// Name in ASCII, filled up with zeros.
    pub name: [u8; 8],
}

/// One row of a version table: a part of the image and its version.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct VersionRow {
    /// Name in ASCII, filled up with zeros.
    pub name: [u8; 8],
    /// Major, minor, patch, 0.
    pub version: [u8; 4],
}

/// A version table with `N` rows.
#[repr(C)]
pub struct VersionTable<const N: usize> {
    /// Number of rows.
    pub count: u32,
    /// The rows.
    pub rows: [VersionRow; N],
}

/// The call into a module or an application: what to do, and two values whose meaning depends on it.
pub type Entry = extern "C" fn(operation: u32, first: u32, second: u32) -> u32;

/// Operation 0 of every entry: check yourself, return [`PASSED`].
pub const SELF_TEST: u32 = 0;
/// Operation 1 of an application: `first` is the hour (0 to 23), `second` the event; returns the action.
pub const DECIDE: u32 = 1;
/// The answer of a self test that passed.
pub const PASSED: u32 = 0x600d;

/// Writes the header of an image. The assembler and the linker fill in the offsets, so that no address is stored.
#[macro_export]
macro_rules! header {
    ($name:literal, $version:expr) => {
        core::arch::global_asm!(
            ".section .header, \"a\"",
            ".balign 4",
            ".global __header",
            "__header:",
            ".ascii \"DIMG\"",
            ".short 32",
            ".short {abi}",
            ".word __image_end - __header",
            ".byte {major}, {minor}, {patch}, 0",
            ".word entry - __header",
            ".word VERSION_TABLE - __header",
            concat!(".ascii \"", $name, "\""),
            ".org __header + 32, 0",
            abi = const $crate::ABI,
            major = const $version[0],
            minor = const $version[1],
            patch = const $version[2],
        );
    };
}
