//! Text, files and the end of the program by semihosting calls ("Semihosting for AArch32 and AArch64", Arm): a breakpoint
//! instruction that a debugger or an emulator takes as a request.

use core::arch::asm;
use core::ffi::CStr;
use core::fmt;

const OPEN: u32 = 0x01;
const CLOSE: u32 = 0x02;
const WRITE0: u32 = 0x04;
const WRITE: u32 = 0x05;
const READ: u32 = 0x06;
const SEEK: u32 = 0x0a;
const LENGTH: u32 = 0x0c;
const EXIT: u32 = 0x18;
/// The program ended as it should.
const APPLICATION_EXIT: u32 = 0x2_0026;
/// The program found an error in itself.
const RUN_TIME_ERROR: u32 = 0x2_0023;

/// `argument` is the address of what the operation takes, except for the reason of an exit.
fn call(operation: u32, argument: u32) -> u32 {
    let result;
    // SAFETY: a semihosting host reads the argument block, writes at most to the buffer that it names, and changes r0;
    // all blocks and buffers below are alive for the time of the call.
    unsafe { asm!("bkpt 0xab", inlateout("r0") operation => result, in("r1") argument, options(nostack)) }
    result
}

fn call_with(operation: u32, block: &[u32]) -> u32 {
    call(operation, block.as_ptr() as u32)
}

/// Prints text.
pub fn print(text: &str) {
    // The host takes a string that ends with a zero byte.
    for piece in text.as_bytes().chunks(31) {
        let mut line = [0; 32];
        for (to, from) in line.iter_mut().zip(piece) {
            *to = *from;
        }
        call(WRITE0, line.as_ptr() as u32);
    }
}

/// The debugger's text output.
#[derive(Clone, Copy, Debug)]
pub struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print(text);
        Ok(())
    }
}

/// How a file is opened.
#[derive(Clone, Copy, Debug)]
pub enum Mode {
    /// Reading, in binary.
    Read = 1,
    /// Reading and writing of a file that is there, in binary.
    Update = 3,
}

/// A file of the host, in the directory that it was started in.
#[derive(Debug)]
pub struct File(u32);

impl File {
    /// Opens a file, if it is there.
    pub fn open(name: &CStr, mode: Mode) -> Option<Self> {
        let length = name.to_bytes().len() as u32;
        match call_with(OPEN, &[name.as_ptr() as u32, mode as u32, length]) {
            u32::MAX => None,
            handle => Some(Self(handle)),
        }
    }

    /// Bytes in it.
    pub fn length(&self) -> u32 {
        match call_with(LENGTH, &[self.0]) {
            u32::MAX => 0,
            length => length,
        }
    }

    /// Goes on at this byte. Whether that worked.
    pub fn seek(&self, offset: u32) -> bool {
        call_with(SEEK, &[self.0, offset]) == 0
    }

    /// Reads what comes next, and says how many bytes that were.
    pub fn read(&self, buffer: &mut [u8]) -> usize {
        // The host says how many bytes it did not read.
        let left = call_with(READ, &[self.0, buffer.as_mut_ptr() as u32, buffer.len() as u32]);
        buffer.len().saturating_sub(left as usize)
    }

    /// Writes all of it, or fails.
    pub fn write(&self, bytes: &[u8]) -> bool {
        call_with(WRITE, &[self.0, bytes.as_ptr() as u32, bytes.len() as u32]) == 0
    }
}

impl Drop for File {
    fn drop(&mut self) {
        call_with(CLOSE, &[self.0]);
    }
}

/// Ends the program; without a debugger it waits for ever.
pub fn exit(ok: bool) -> ! {
    call(EXIT, if ok { APPLICATION_EXIT } else { RUN_TIME_ERROR });
    loop {
        core::hint::spin_loop();
    }
}
