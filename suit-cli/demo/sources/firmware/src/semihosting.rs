//! Text and the end of the program by semihosting calls ("Semihosting for AArch32 and AArch64", Arm): a breakpoint
//! instruction that a debugger or an emulator takes as a request.

use core::arch::asm;
use core::fmt;

/// SYS_WRITE0: r1 points to a string that ends with a zero byte.
const WRITE0: u32 = 0x04;
/// SYS_EXIT: r1 is the reason.
const EXIT: u32 = 0x18;
/// The program ended as it should.
const APPLICATION_EXIT: u32 = 0x2_0026;
/// The program found an error in itself.
const RUN_TIME_ERROR: u32 = 0x2_0023;

fn call(operation: u32, argument: u32) {
    // SAFETY: a semihosting host reads the argument block and changes r0 only.
    unsafe { asm!("bkpt 0xab", inlateout("r0") operation => _, in("r1") argument, options(nostack)) }
}

/// The debugger's text output.
pub(crate) struct Console;

impl fmt::Write for Console {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.as_bytes().chunks(31) {
            let mut line = [0; 32];
            for (to, from) in line.iter_mut().zip(piece) {
                *to = *from;
            }
            call(WRITE0, line.as_ptr() as u32);
        }
        Ok(())
    }
}

/// Ends the program; without a debugger it waits for ever.
pub(crate) fn exit(ok: bool) -> ! {
    call(EXIT, if ok { APPLICATION_EXIT } else { RUN_TIME_ERROR });
    loop {
        core::hint::spin_loop();
    }
}
