//! Native code: a platform module or an application, position-independent, called through its header and version table.

use core::fmt::Write;
use core::mem::size_of;

use board::say;
use board::semihosting::Console;
use demo_layout::{ABI, DECIDE, Entry, Header, PASSED, SELF_TEST, VersionRow};
use suit_verify_nostd::platform::PlatformFault;

use crate::{NOT_OURS, say_key};

/// Operation 1 of the TLS module: the length of the record whose header stands at `first`.
const RECORD_LENGTH: u32 = 1;
/// Operation 2 of whatever has keys: the beginning of one.
const KEY: u32 = 2;
/// The header of an encrypted record of 256 bytes (RFC 8446 §5.2).
static RECORD: [u8; 5] = [23, 3, 3, 1, 0];

/// The header, if it is of the call convention of this kernel and the whole image is there.
fn header(image: &[u8]) -> Option<Header> {
    if image.len() < size_of::<Header>() {
        return None;
    }
    // SAFETY: the image is long enough, banks are aligned to erase blocks, and every bit pattern is a header.
    let header = unsafe { image.as_ptr().cast::<Header>().read() };
    // Its length is that of whole words.
    let whole = header.image_length as usize <= image.len().next_multiple_of(4);
    let whole = whole && (header.entry as usize) < image.len();
    (header.abi == ABI && usize::from(header.header_length) == size_of::<Header>() && whole).then_some(header)
}

/// The version of a part of the image, from its table.
fn version_of(image: &[u8], header: &Header, part: &[u8]) -> Option<[u8; 4]> {
    let (count, rows) = image.get(header.version_table as usize..)?.split_first_chunk()?;
    let count = u32::from_le_bytes(*count) as usize;
    let mut rows = rows.chunks_exact(size_of::<VersionRow>()).take(count);
    let row = rows
        .find(|row| row.strip_prefix(part).is_some_and(|rest| rest.first() == Some(&0) || rest.len() == 4))?;
    row.last_chunk().copied()
}

/// Starts a module or an application.
pub(crate) fn start(image: &[u8], arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
    let header = header(image).ok_or(NOT_OURS)?;
    let name = core::str::from_utf8(&header.name).unwrap_or("?").trim_end_matches('\0');
    let [major, minor, patch, _] = header.version;
    // SAFETY: the processor has just found the image to be what the vendor's manifest says, its header names the call
    // convention of this kernel, and the entry lies in the image. Bit 0 is set: it is Thumb code.
    let entry =
        unsafe { core::mem::transmute::<usize, Entry>(image.as_ptr() as usize + header.entry as usize) };
    if entry(SELF_TEST, 0, 0) != PASSED {
        return Err(NOT_OURS);
    }
    if version_of(image, &header, b"record").is_some_and(|[major, ..]| major == 1) {
        // A part with the interface that this kernel knows.
        let length = entry(RECORD_LENGTH, core::hint::black_box(&RECORD).as_ptr() as u32, 0);
        // Writing to the console can't fail.
        _ = write!(Console, "{name} {major}.{minor}.{patch} (module): a record of {length} bytes");
    } else if version_of(image, &header, name.as_bytes()).is_some_and(|[major, ..]| major == 1) {
        let event = arguments.and_then(|arguments| arguments.first()).copied().unwrap_or(0);
        let at = |hour| entry(DECIDE, hour, event.into());
        let word = |hour| ["ignore", "ring", "ring softly"].get(at(hour) as usize).copied().unwrap_or("?");
        _ = write!(
            Console,
            "{name} {major}.{minor}.{patch} (native): 6 o'clock {}, 12 {}, 18 {}",
            word(6),
            word(12),
            word(18)
        );
    } else {
        return Err(NOT_OURS);
    }
    if let Some([1, updates, ..]) = version_of(image, &header, b"keys") {
        for next in 0..=u32::from(updates >= 1) {
            say_key(entry(KEY, next, 0), next == 1);
        }
    }
    say!("");
    Ok(())
}
