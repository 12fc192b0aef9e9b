//! What the device consists of.

use suit_core::version::Version;
use suit_verify_nostd::platform::{Handle, Identifier, PlatformFault};
use suit_verify_nostd::platforms::Identity;
use suit_verify_nostd::platforms::nor_flash::{
    Bank, Board, NorBuffers, NorComponent, NorLayout, NorPlatform,
};

use crate::flash::{HostFlash, START};
use crate::memory::Once;

/// A device whose kernel, module and applications are in flash, two banks each, with the manifest that vouches for each.
pub type Device = NorPlatform<'static, 'static, HostFlash, Starter>;

/// Something that is updated by itself: a root manifest and the component that it is for.
#[derive(Debug)]
pub struct Root {
    /// What people call it.
    pub name: &'static str,
    /// Where its manifest is kept: a component, and its identifier as a manifest spells it, in CBOR.
    pub manifest: Handle,
    pub place: &'static [u8],
    /// Where its content is.
    pub content: Handle,
}

/// Position of [`KERNEL`]'s content.
const KERNEL_HANDLE: Handle = Handle(0);

/// The four of them.
pub static ROOTS: [Root; 4] = [
    Root {
        name: "kernel",
        content: KERNEL_HANDLE,
        manifest: Handle(4),
        place: b"\x82\x48manifest\x46kernel",
    },
    Root { name: "tls", content: Handle(1), manifest: Handle(5), place: b"\x82\x48manifest\x43tls" },
    Root { name: "rules", content: Handle(2), manifest: Handle(6), place: b"\x82\x48manifest\x45rules" },
    Root { name: "scenes", content: Handle(3), manifest: Handle(7), place: b"\x82\x48manifest\x46scenes" },
];
/// The kernel.
pub static KERNEL: &Root = &ROOTS[0];

/// Places of manifests in the order of [`ROOTS`]; each has a rollback floor of its own.
const MANIFESTS: [&[&[u8]]; 4] =
    [&[b"manifest", b"kernel"], &[b"manifest", b"tls"], &[b"manifest", b"rules"], &[b"manifest", b"scenes"]];

/// The name-based UUID of example.com, and that of door-lock-r3 below it, as descriptions of manifests make them from names.
const IDENTITY: Identity<'static> = Identity {
    vendor: &[Identifier::Uuid(0xcfbff0d1_9375_5685_968c_48ce8b15ae17_u128.to_be_bytes())],
    class: &[Identifier::Uuid(0x924b1baa_f321_5fd1_81d6_d225a7081edc_u128.to_be_bytes())],
    device: &[],
};

/// Two banks behind each other.
const fn banks(start: u32, size: u32) -> [Bank; 2] {
    [Bank { start, size, slot: None }, Bank { start: start + size, size, slot: None }]
}

const fn component(id: &'static [&'static [u8]], banks: &'static [Bank]) -> NorComponent<'static> {
    NorComponent { id, identity: IDENTITY, banks }
}

/// Bytes of one of the kernel's slots.
const SLOT: u32 = 0x4_0000;
/// Address of the kernel's second slot, which is slot 1 in manifests; `link/kernel-b.x` has it too.
pub const SLOT_B: usize = START + SLOT as usize;

const LAYOUT: NorLayout<'static> = NorLayout {
    components: &[
        // The kernel is linked for its banks, so manifests must know them as slots.
        component(
            &[b"kernel"],
            &[Bank { start: 0, size: SLOT, slot: Some(0) }, Bank { start: SLOT, size: SLOT, slot: Some(1) }],
        ),
        component(&[b"module", b"tls"], &banks(0x8_0000, 0x8000)),
        component(&[b"app", b"rules"], &banks(0x9_0000, 0x8000)),
        component(&[b"app", b"scenes"], &banks(0xa_0000, 0x4000)),
        component(MANIFESTS[0], &banks(0xa_8000, ENVELOPE as u32)),
        component(MANIFESTS[1], &banks(0xa_c000, ENVELOPE as u32)),
        component(MANIFESTS[2], &banks(0xb_0000, ENVELOPE as u32)),
        component(MANIFESTS[3], &banks(0xb_4000, ENVELOPE as u32)),
        // Where deltas are put until they are applied, whatever they are for.
        component(&[b"delta"], &[Bank { start: 0xb_a000, size: 0x6000, slot: None }]),
    ],
    floors: &[Some(MANIFESTS[0]), Some(MANIFESTS[1]), Some(MANIFESTS[2]), Some(MANIFESTS[3])],
    journal_start: 0xb_8000,
    journal_size: 0x1000,
};

/// Under which identifiers what runs is read, to make from it by a delta what is written beside it.
const RUNNING: &[(Handle, &[&[u8]])] = &[
    (KERNEL_HANDLE, &[b"kernel", b"running"]),
    (Handle(1), &[b"module", b"tls", b"running"]),
    (Handle(2), &[b"app", b"rules", b"running"]),
    (Handle(3), &[b"app", b"scenes", b"running"]),
];

/// Bytes that an envelope can have: a bank for manifests.
pub const ENVELOPE: usize = 0x2000;

/// Starts what a bank holds: so many bytes, with these arguments.
pub type Start = fn(&Bank, u32, Option<&[u8]>) -> Result<(), PlatformFault>;

/// What the board does with a content that is to run, and which kernel it has.
#[derive(Debug)]
pub struct Starter {
    /// Starts what a bank holds.
    pub start: Start,
    /// Major, minor, patch of the kernel that runs; its major version is that of its interface to modules.
    pub kernel: [i64; 3],
}

impl Board for Starter {
    fn invoke(&mut self, bank: &Bank, length: u32, arguments: Option<&[u8]>) -> Result<(), PlatformFault> {
        (self.start)(bank, length, arguments)
    }

    fn version(&mut self, component: Handle) -> &[i64] {
        if component == KERNEL_HANDLE { &self.kernel } else { &[] }
    }

    fn set_version(&mut self, _: &Version<'_>) -> Result<(), PlatformFault> {
        // Each image says its version itself.
        Ok(())
    }
}

static PAGE: Once<[u8; 256]> = Once::new([0; 256]);
static SCRATCH: Once<[u8; 24]> = Once::new([0; 24]);

/// The device; once.
///
/// # Errors
/// Faults of the flash.
pub fn open(flash: HostFlash, starter: Starter) -> Result<Device, PlatformFault> {
    let (Some(page), Some(scratch)) = (PAGE.take(), SCRATCH.take()) else {
        return Err(PlatformFault::FORBIDDEN);
    };
    let mut device =
        NorPlatform::new(flash, starter, LAYOUT, NorBuffers { page, scratch })?.running_as(RUNNING);
    for root in &ROOTS {
        let second = device.runs_second(root.manifest);
        choose(&mut device, root, second);
    }
    Ok(device)
}

/// Says which banks a root runs from. One record decides it, that of the manifest; so a power cut can't leave a manifest
/// with the content of another.
pub fn choose(device: &mut Device, root: &Root, second: bool) {
    device.run_from(root.manifest, second);
    device.run_from(root.content, second);
}
