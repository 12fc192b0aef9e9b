//! An application as native code, without data of its own and without an address in it: it runs in whichever bank it is.
#![no_std]
#![no_main]

use demo_layout::{DECIDE, PASSED, SELF_TEST, VersionRow, VersionTable};

#[cfg(not(feature = "softly"))]
const VERSION: [u8; 3] = [1, 0, 0];
#[cfg(all(feature = "softly", not(feature = "keys")))]
const VERSION: [u8; 3] = [1, 1, 0];
#[cfg(all(feature = "keys", not(feature = "update")))]
const VERSION: [u8; 3] = [1, 2, 0];
#[cfg(feature = "update")]
const VERSION: [u8; 3] = [1, 3, 0];

demo_layout::header!("rules", VERSION);

#[cfg(not(feature = "keys"))]
const PARTS: usize = 1;
#[cfg(feature = "keys")]
const PARTS: usize = 2;

/// The parts of this application and their versions.
#[used]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".version_table")]
static VERSION_TABLE: VersionTable<PARTS> = VersionTable {
    count: PARTS as u32,
    rows: [
        VersionRow { name: *b"rules\0\0\0", version: [1, 0, 0, 0] },
        #[cfg(feature = "keys")]
        VersionRow { name: *b"keys\0\0\0\0", version: keys::VERSION },
    ],
};

const BELL: u32 = 1;
const IGNORE: u32 = 0;
const RING: u32 = 1;
#[cfg(feature = "softly")]
const RING_SOFTLY: u32 = 2;

/// What an event leads to at an hour.
fn decide(hour: u32, event: u32) -> u32 {
    match hour {
        _ if event != BELL => IGNORE,
        #[cfg(feature = "softly")]
        18..22 => RING_SOFTLY,
        7..22 => RING,
        _ => IGNORE,
    }
}

#[cfg(not(feature = "keys"))]
fn self_test() -> bool {
    true
}
#[cfg(feature = "keys")]
use keys::self_test;

/// Operation 0 is the self test; 1 decides what an event (`second`) leads to at an hour (`first`, 0 to 23); 2 gives the
/// beginning of the example's key, of the next one if `first` is 1.
#[unsafe(no_mangle)]
extern "C" fn entry(operation: u32, first: u32, second: u32) -> u32 {
    match operation {
        SELF_TEST if self_test() => PASSED,
        DECIDE => decide(first, second),
        #[cfg(feature = "keys")]
        2 => keys::begins(first == 1).unwrap_or(0),
        _ => u32::MAX,
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
