//! Applications as bytecode: what they can reach is what they are lent here.

use core::fmt::Write;
use core::num::NonZeroI32;

use board::say;
use board::semihosting::Console;
use embive::interpreter::memory::SliceMemory;
use embive::interpreter::{Error, Interpreter, SYSCALL_ARGS, State};
use suit_verify_nostd::platform::PlatformFault;

use crate::{NOT_OURS, say_key};

/// Memory of the application, bytes.
const RAM: usize = 2048;
/// Instructions that it may take between two calls of the kernel.
const INSTRUCTIONS: u32 = 200_000;
/// Calls of the kernel that it may make.
const CALLS: u32 = 16;

/// Call 0: says its version (major, minor, patch).
const VERSION: i32 = 0;
/// Call 1: says a scene (hour, brightness in percent).
const SCENE: i32 = 1;
/// Call 2: says the beginning of a key, and whether it is the next one.
const KEY: i32 = 2;

/// Runs an application to its end.
pub(crate) fn start(code: &[u8]) -> Result<(), PlatformFault> {
    let mut ram = [0; RAM];
    let mut memory = SliceMemory::new(code, &mut ram);
    let mut machine = Interpreter::new(&mut memory, INSTRUCTIONS);
    for _ in 0..CALLS {
        match machine.run().map_err(|_| NOT_OURS)? {
            State::Called => machine.syscall(&mut answer).map_err(|_| NOT_OURS)?,
            State::Halted => {
                say!("");
                return Ok(());
            }
            // It takes too long, or waits for something that never comes.
            State::Running | State::Waiting => break,
        }
    }
    Err(NOT_OURS)
}

type Answer = Result<Result<i32, NonZeroI32>, Error>;

fn answer(call: i32, arguments: &[i32; SYSCALL_ARGS], _: &mut SliceMemory<'_>) -> Answer {
    let [first, second, third, ..] = *arguments;
    match call {
        // Writing to the console can't fail.
        VERSION => _ = write!(Console, "scenes {first}.{second}.{third} (bytecode):"),
        SCENE => _ = write!(Console, " {first} o'clock {second} %"),
        KEY => say_key(first.cast_unsigned(), second == 1),
        _ => return Ok(Err(NonZeroI32::MIN)),
    }
    Ok(Ok(0))
}
