//! What `judge` does on the board, on the host: judges the vectors of `list` with the keys of `keys`, both in the
//! working directory.

use std::fmt;
use std::fs::read_to_string;

use subject::vectors::{Host, go_through};

struct Process;

impl fmt::Write for Process {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        print!("{text}");
        Ok(())
    }
}

impl Host for Process {
    fn read<'r>(&mut self, path: &str, room: &'r mut [u8]) -> Option<&'r [u8]> {
        let document = std::fs::read(path).ok()?;
        let room = room.get_mut(..document.len())?;
        room.copy_from_slice(&document);
        Some(room)
    }
}

fn main() {
    let [keys, list] =
        ["keys", "list"].map(|path| read_to_string(path).expect("a list in the working directory"));
    go_through(&mut Process, &keys, &list, &mut vec![0; 1 << 22])
        .expect("lists and documents that can be read");
}
