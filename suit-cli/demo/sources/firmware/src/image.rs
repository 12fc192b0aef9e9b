//! Looks at a module or an application in its slot and calls it.

use core::fmt::Write;
use core::mem::size_of;

use demo_layout::{ABI, Entry, Header, MAGIC, PASSED, SELF_TEST};
use mps2_an385::semihosting::Console;

/// The header at an address, if there is one that this firmware understands.
fn header(base: usize) -> Option<Header> {
    // SAFETY: the slots are readable memory, aligned and larger than a header; every bit pattern is a header.
    let header = unsafe { (base as *const Header).read_volatile() };
    (header.magic == MAGIC && header.abi == ABI && usize::from(header.header_length) == size_of::<Header>())
        .then_some(header)
}

fn entry(base: usize, header: &Header) -> Entry {
    // SAFETY: this demonstration trusts what stands in the slot; on a product the update processor has checked it.
    unsafe { core::mem::transmute::<usize, Entry>(base.wrapping_add(header.entry as usize)) }
}

/// Says what stands in a slot and lets it check itself. An empty slot is no error.
pub(crate) fn check(console: &mut Console, role: &str, base: usize) -> bool {
    let Some(header) = header(base) else {
        let _ = writeln!(console, "{role}: none");
        return true;
    };
    let name = core::str::from_utf8(&header.name).unwrap_or("?").trim_end_matches('\0');
    let [major, minor, patch, _] = header.version;
    let passed = entry(base, &header)(SELF_TEST, 0, 0) == PASSED;
    let verdict = if passed { "passed" } else { "FAILED" };
    let length = header.image_length;
    let _ = writeln!(console, "{role}: {name} {major}.{minor}.{patch}, {length} bytes, self test {verdict}");
    passed
}

/// Asks the application what to do at each of four hours when the bell rings.
#[cfg(feature = "applications")]
pub(crate) fn decide(console: &mut Console, base: usize) -> bool {
    let Some(header) = header(base) else { return true };
    for hour in [6, 12, 18, 23] {
        let action = match entry(base, &header)(demo_layout::DECIDE, hour, 1) {
            0 => "ignore",
            1 => "ring",
            2 => "ring softly",
            _ => return false,
        };
        let _ = writeln!(console, "bell at {hour:02}:00: {action}");
    }
    true
}
