//! Platform module: the record layer of TLS 1.3, as the demonstration's module has it, and the keys of records.
//! Position-independent, without data of its own, so that it runs wherever it is put.
#![no_std]
#![no_main]

#[path = "../../../../../suit-cli/demo/sources/module-tls/src/record.rs"]
mod record;

use demo_layout::{PASSED, SELF_TEST, VersionRow, VersionTable};

#[cfg(not(feature = "update"))]
const VERSION: [u8; 3] = [1, 5, 0];
#[cfg(feature = "update")]
const VERSION: [u8; 3] = [1, 6, 0];

demo_layout::header!("tls", VERSION);

/// The parts of this module and their versions.
#[used]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".version_table")]
static VERSION_TABLE: VersionTable<4> = VersionTable {
    count: 4,
    rows: [
        VersionRow { name: *b"record\0\0", version: [1, 3, 0, 0] },
        VersionRow { name: *b"nonce\0\0\0", version: [1, 1, 0, 0] },
        VersionRow { name: *b"padding\0", version: [1, 0, 0, 0] },
        VersionRow { name: *b"keys\0\0\0\0", version: keys::VERSION },
    ],
};

/// Operation 0 is the self test; 1 gives the length of the record whose five-byte header stands at `first`, or
/// `u32::MAX`; 2 the beginning of the example's key, of the next one if `first` is 1.
#[unsafe(no_mangle)]
extern "C" fn entry(operation: u32, first: u32, _second: u32) -> u32 {
    match operation {
        SELF_TEST if record::self_test() && keys::self_test() => PASSED,
        1 => {
            // SAFETY: the call convention says that `first` points to five readable bytes.
            let header = unsafe { (first as usize as *const [u8; 5]).read_unaligned() };
            record::length(&header).map_or(u32::MAX, u32::from)
        }
        2 => keys::begins(first == 1).unwrap_or(0),
        _ => 0,
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
