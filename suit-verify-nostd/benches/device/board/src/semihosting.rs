//! Requests to the host by semihosting ("Semihosting for AArch32 and AArch64", Arm): a breakpoint instruction that a
//! debugger or an emulator answers.

use core::arch::asm;

const OPEN: usize = 0x01;
const CLOSE: usize = 0x02;
const WRITE0: usize = 0x04;
const READ: usize = 0x06;
const FILE_LENGTH: usize = 0x0c;
const EXIT: usize = 0x18;
/// Reason of `EXIT`: the program ended as it should.
const APPLICATION_EXIT: usize = 0x2_0026;
/// Reason of `EXIT`: the program found an error in itself.
const RUN_TIME_ERROR: usize = 0x2_0023;

fn call(operation: usize, argument: usize) -> usize {
    let result;
    // SAFETY: a semihosting host reads the argument block, writes at most the buffer that it names, which the caller has
    // borrowed for writing, and changes r0.
    unsafe { asm!("bkpt 0xab", inlateout("r0") operation => result, in("r1") argument, options(nostack)) }
    result
}

/// Prints text.
pub fn print(text: &str) {
    for piece in text.as_bytes().chunks(31) {
        let mut line = [0; 32];
        for (to, from) in line.iter_mut().zip(piece) {
            *to = *from;
        }
        call(WRITE0, line.as_ptr() as usize);
    }
}

/// Ends the program; without a debugger it waits for ever.
pub fn exit(ok: bool) -> ! {
    call(EXIT, if ok { APPLICATION_EXIT } else { RUN_TIME_ERROR });
    loop {
        core::hint::spin_loop();
    }
}

/// Reads the host's file `path` into `into` and returns what is in it; `None` if it can't be read, or is too large.
///
/// # Panics
/// If `path` has 128 bytes or more.
pub fn read<'i>(path: &str, into: &'i mut [u8]) -> Option<&'i [u8]> {
    let mut name = [0; 128];
    name[..path.len()].copy_from_slice(path.as_bytes());
    assert!(path.len() < name.len(), "no room for a zero byte");
    // Mode 1: "rb".
    let file = call(OPEN, [name.as_ptr() as usize, 1, path.len()].as_ptr() as usize);
    if file == usize::MAX {
        return None;
    }
    let length = call(FILE_LENGTH, [file].as_ptr() as usize);
    let room = into.get_mut(..length)?;
    // Returns the number of bytes that were not read.
    let missing = call(READ, [file, room.as_mut_ptr() as usize, length].as_ptr() as usize);
    call(CLOSE, [file].as_ptr() as usize);
    (missing == 0).then_some(room)
}
