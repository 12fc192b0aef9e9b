//! Kernel of the board: takes updates of itself, of its module and of its applications, and starts these.
#![no_std]
#![no_main]

mod bytecode;
mod flips;
mod native;

use core::fmt::Write;

use board::device::{self, Device, KERNEL, ROOTS, Starter};
use board::flash::{HostFlash, seen};
use board::procedures::{self, Work};
use board::semihosting::{Console, File, Mode};
use board::{check, say, semihosting, vector_table};
use suit_verify_nostd::platform::{Platform, PlatformFault};
use suit_verify_nostd::platforms::nor_flash::{Bank, View};

board::entry!(main, panic!("fault"));

/// The major version is that of the interface to modules.
#[cfg(not(feature = "two"))]
const VERSION: [i64; 3] = [1, 0, 0];
#[cfg(all(feature = "two", not(feature = "update")))]
const VERSION: [i64; 3] = [2, 0, 0];
#[cfg(feature = "update")]
const VERSION: [i64; 3] = [2, 1, 0];

/// The content cannot be started by this kernel.
const NOT_OURS: PlatformFault = PlatformFault(100);

fn main() -> bool {
    let second = vector_table() == device::SLOT_B;
    let [major, minor, patch] = VERSION;
    say!("kernel {major}.{minor}.{patch} in slot {}", if second { 'B' } else { 'A' });
    let opened = HostFlash::open().map(|flash| device::open(flash, Starter { start, kernel: VERSION }));
    let (Some(Ok(mut device)), Some(mut work)) = (opened, procedures::work()) else {
        say!("flash fails");
        return false;
    };
    // Whatever the records say: this is where it runs.
    device::choose(&mut device, KERNEL, second);
    if File::open(c"keys", Mode::Read).is_some() {
        say_own_keys();
    }
    if let Some(length) = procedures::receive(c"update.suit", work.envelope) {
        update(&mut device, &mut work, length);
    }
    if let Some(length) = procedures::receive(c"flips.suit", work.envelope) {
        flips::try_all(&mut device, &mut work, length);
    }
    for root in ROOTS.iter().filter(|root| root.name != KERNEL.name) {
        device.set_view(View::Running);
        if device.length(root.manifest).is_some() {
            if let Err(refused) = procedures::invoke(&mut device, &mut work, root) {
                say!("{}: not started: {refused}", root.name);
            }
        } else {
            say!("{}: none", root.name);
        }
    }
    check::say_floors(&mut device);
    true
}

/// Says the keys that this kernel makes itself.
fn say_own_keys() {
    #[cfg(feature = "two")]
    if keys::self_test() {
        _ = write!(Console, "  the kernel's own");
        [false, true].into_iter().for_each(|next| _ = keys::begins(next).map(|begins| say_key(begins, next)));
        say!("");
    }
}

/// Goes on with a line: the beginning of a key, which may be the next one.
fn say_key(begins: u32, next: bool) {
    // Writing to the console can't fail.
    _ = write!(Console, ", {} {begins:08x}", if next { "next" } else { "key" });
}

/// Takes an update, and says what it has changed, and how much came for it.
fn update(device: &mut Device, work: &mut Work, length: usize) {
    let before = check::digests(device);
    let running = ROOTS.each_ref().map(|root| device.runs_second(root.manifest));
    match procedures::update(device, work, length) {
        Ok(root) => say!("  installed: {}", root.name),
        Err(refused) => say!("  update refused: {refused}"),
    }
    say!("  on the air: envelope {length} B, payloads {} B", work.fetched);
    // Seen as before.
    let now = ROOTS.each_ref().map(|root| device.runs_second(root.manifest));
    ROOTS.iter().zip(running).for_each(|(root, second)| device::choose(device, root, second));
    check::say_changes(&before, &check::digests(device));
    ROOTS.iter().zip(now).for_each(|(root, second)| device::choose(device, root, second));
}

/// Starts the module or an application, by what it is.
fn start(bank: &Bank, length: u32, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
    let image = seen(bank.start, length).ok_or(NOT_OURS)?;
    if image.starts_with(&demo_layout::MAGIC) {
        native::start(image, arguments)
    } else {
        bytecode::start(image)
    }
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    say!("panic in the kernel");
    semihosting::exit(false)
}
