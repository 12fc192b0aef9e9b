//! Platform module of the demonstration device: the record layer of TLS 1.3 (RFC 8446 §5), as far as it needs no keys.
//! Position-independent, without data of its own, so that it runs wherever it is put.
#![no_std]
#![no_main]

mod record;

use demo_layout::{PASSED, SELF_TEST, VersionRow, VersionTable};

#[cfg(feature = "padding")]
const VERSION: [u8; 3] = [1, 4, 0];
#[cfg(not(feature = "padding"))]
const VERSION: [u8; 3] = [1, 3, 0];

demo_layout::header!("tls", VERSION);

#[cfg(not(feature = "padding"))]
const PARTS: usize = 2;
#[cfg(feature = "padding")]
const PARTS: usize = 3;

/// The parts of this module and their versions.
#[used]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".version_table")]
static VERSION_TABLE: VersionTable<PARTS> = VersionTable {
    count: PARTS as u32,
    rows: [
        VersionRow { name: *b"record\0\0", version: [1, 3, 0, 0] },
        VersionRow { name: *b"nonce\0\0\0", version: [1, 1, 0, 0] },
        #[cfg(feature = "padding")]
        VersionRow { name: *b"padding\0", version: [1, 0, 0, 0] },
    ],
};

/// Operation 0 is the self test; 1 gives the length of the record whose five-byte header stands at `first`, or
/// `u32::MAX`.
#[unsafe(no_mangle)]
extern "C" fn entry(operation: u32, first: u32, _second: u32) -> u32 {
    match operation {
        SELF_TEST if record::self_test() => PASSED,
        1 => {
            // SAFETY: the call convention says that `first` points to five readable bytes.
            let header = unsafe { (first as usize as *const [u8; 5]).read_unaligned() };
            record::length(&header).map_or(u32::MAX, u32::from)
        }
        _ => 0,
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
