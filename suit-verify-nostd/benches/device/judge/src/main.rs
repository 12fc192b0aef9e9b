//! Judges the vectors of the host's file `list` with the keys of its file `keys`, both in QEMU's working directory.
#![no_std]
#![no_main]

use core::fmt;

use board::read;
use mps2_an385::semihosting;
use subject::vectors::{Host, go_through};

board::entry!(main);

/// Room for `keys` and for `list`; the rest of the memory is for documents.
const LIST: usize = 512 * 1024;

struct Semihosting;

impl fmt::Write for Semihosting {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        semihosting::print(text);
        Ok(())
    }
}

impl Host for Semihosting {
    fn read<'r>(&mut self, path: &str, room: &'r mut [u8]) -> Option<&'r [u8]> {
        read(path, room)
    }
}

fn main(spare: &'static mut [u8]) -> bool {
    judged(spare).is_some()
}

fn judged(spare: &mut [u8]) -> Option<()> {
    let (keys, rest) = spare.split_at_mut_checked(LIST)?;
    let (list, room) = rest.split_at_mut_checked(LIST)?;
    let keys = core::str::from_utf8(read("keys", keys)?).ok()?;
    let list = core::str::from_utf8(read("list", list)?).ok()?;
    go_through(&mut Semihosting, keys, list, room).ok()
}
