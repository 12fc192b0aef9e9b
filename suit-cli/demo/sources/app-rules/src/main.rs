//! Application of the demonstration device: quiet hours for the front door. Linked for the application slot.
#![no_std]
#![no_main]

use demo_layout::{DECIDE, PASSED, SELF_TEST, VersionRow, VersionTable};

const VERSION: [u8; 3] = [1, 2, 0];

demo_layout::header!("rules", VERSION);

/// The parts of this application and their versions.
#[used]
#[unsafe(no_mangle)]
#[unsafe(link_section = ".version_table")]
static VERSION_TABLE: VersionTable<2> = VersionTable {
    count: 2,
    rows: [
        VersionRow { name: *b"rules\0\0\0", version: [1, 2, 0, 0] },
        VersionRow { name: *b"hours\0\0\0", version: [7, 0, 0, 0] },
    ],
};

/// One rule: from this hour up to, not including, that hour, an event leads to an action.
struct Rule {
    from: u8,
    until: u8,
    event: u8,
    action: u8,
}

const BELL: u8 = 1;
const IGNORE: u8 = 0;
const RING: u8 = 1;
const RING_SOFTLY: u8 = 2;

/// The first rule that fits decides; otherwise the event is ignored.
static RULES: [Rule; 3] = [
    Rule { from: 7, until: 18, event: BELL, action: RING },
    Rule { from: 18, until: 22, event: BELL, action: RING_SOFTLY },
    Rule { from: 22, until: 24, event: BELL, action: IGNORE },
];

fn decide(hour: u32, event: u32) -> u8 {
    RULES
        .iter()
        .find(|rule| {
            (u32::from(rule.from)..u32::from(rule.until)).contains(&hour) && u32::from(rule.event) == event
        })
        .map_or(IGNORE, |rule| rule.action)
}

fn self_test() -> bool {
    // The arguments go through a black box: the code has to be there, not its result.
    let see = core::hint::black_box::<u32>;
    let bell = u32::from(BELL);
    decide(see(7), bell) == RING
        && decide(see(21), bell) == RING_SOFTLY
        && decide(see(22), bell) == IGNORE
        && decide(see(12), bell + 1) == IGNORE
}

/// Operation 0 is the self test; 1 decides what an event (`second`) leads to at an hour (`first`, 0 to 23).
#[unsafe(no_mangle)]
extern "C" fn entry(operation: u32, first: u32, second: u32) -> u32 {
    match operation {
        SELF_TEST if self_test() => PASSED,
        DECIDE => u32::from(decide(first, second)),
        _ => u32::MAX,
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
