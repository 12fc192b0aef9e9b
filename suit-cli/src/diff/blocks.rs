//! Which blocks of a payload changed. Both payloads are read once, block by block.

use super::model::{BlockRange, PayloadMap};
use crate::error::{Failure, Outcome};
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::Path;

/// Blocks of a small payload: small enough to see where it changed.
const SMALL: u64 = 256;

/// Blocks of a large payload: a sector of most flash memories.
const LARGE: u64 = 4096;

/// Payloads from this size on are large.
const LARGE_FROM: u64 = 64 * 1024;

/// A payload that is at hand: its name in messages, its length and its bytes.
pub(crate) struct Payload<'p> {
    name: String,
    length: u64,
    reader: Box<dyn Read + 'p>,
}

impl<'p> Payload<'p> {
    /// A payload in memory.
    pub(crate) fn of(name: &str, bytes: &'p [u8]) -> Self {
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Self { name: name.to_owned(), length, reader: Box::new(Cursor::new(bytes)) }
    }

    /// A payload in a file, which is read as it is compared.
    ///
    /// # Errors
    /// E0601 or E0608 if it can't be read.
    pub(crate) fn open(path: &Path) -> Outcome<Self> {
        let name = path.display().to_string();
        let fail = |error: io::Error| Failure::read(&name, &error);
        let file = File::open(path).map_err(fail)?;
        let data = file.metadata().map_err(fail)?;
        if data.is_dir() {
            return Err(Failure::read(&name, &io::ErrorKind::IsADirectory.into()));
        }
        let length = data.len();
        Ok(Self { name, length, reader: Box::new(BufReader::with_capacity(64 * 1024, file)) })
    }

    /// Fills `block`; less only at the end.
    fn fill(&mut self, block: &mut Vec<u8>, size: u64) -> Outcome<()> {
        block.clear();
        let read = self.reader.by_ref().take(size).read_to_end(block);
        read.map(|_| ()).map_err(|error| Failure::read(&self.name, &error))
    }
}

/// Compares two payloads block by block.
///
/// # Errors
/// E0601 if one of them can't be read on.
pub(crate) fn block_map(name: &str, mut old: Payload<'_>, mut new: Payload<'_>) -> Outcome<PayloadMap> {
    let block_size = if old.length.max(new.length) < LARGE_FROM { SMALL } else { LARGE };
    let mut map = PayloadMap {
        name: name.to_owned(),
        old_size: 0,
        new_size: 0,
        bytes_changed: 0,
        block_size,
        blocks: 0,
        blocks_changed: 0,
        ranges: Vec::new(),
    };
    let (mut before, mut after) = (Vec::new(), Vec::new());
    let length = |block: &[u8]| u64::try_from(block.len()).unwrap_or(u64::MAX);
    loop {
        old.fill(&mut before, block_size)?;
        new.fill(&mut after, block_size)?;
        if before.is_empty() && after.is_empty() {
            return Ok(map);
        }
        map.old_size += length(&before);
        map.new_size += length(&after);
        let differing = before.iter().zip(&after).filter(|(old, new)| old != new).count();
        let changed = u64::try_from(differing + before.len().abs_diff(after.len())).unwrap_or(u64::MAX);
        if changed > 0 {
            let offset = map.blocks * block_size;
            let length = length(&before).max(length(&after));
            map.bytes_changed += changed;
            map.blocks_changed += 1;
            match map.ranges.last_mut() {
                Some(range) if range.offset + range.length == offset => range.length += length,
                _ => map.ranges.push(BlockRange { offset, length }),
            }
        }
        map.blocks += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(old: &[u8], new: &[u8]) -> PayloadMap {
        block_map("p", Payload::of("old", old), Payload::of("new", new)).unwrap()
    }

    #[test]
    fn the_same_payload_has_no_changed_block() {
        let map = map(&[7; 1000], &[7; 1000]);
        assert_eq!((map.blocks, map.blocks_changed, map.bytes_changed), (4, 0, 0));
        assert_eq!(map.ranges, []);
    }

    #[test]
    fn neighbouring_blocks_are_one_range() {
        let old = [0; 2048];
        let mut new = old;
        // Blocks of 256 bytes: 1 and 2 change, and 7.
        for at in [256, 300, 767, 2047] {
            new[at] = 1;
        }
        let map = map(&old, &new);
        assert_eq!((map.block_size, map.blocks, map.blocks_changed, map.bytes_changed), (256, 8, 3, 4));
        let wanted = [BlockRange { offset: 256, length: 512 }, BlockRange { offset: 1792, length: 256 }];
        assert_eq!(map.ranges, wanted);
    }

    #[test]
    fn what_one_has_more_counts_as_changed() {
        let map = map(&[0; 300], &[0; 600]);
        assert_eq!((map.old_size, map.new_size, map.bytes_changed), (300, 600, 300));
        assert_eq!((map.blocks, map.blocks_changed), (3, 2));
        assert_eq!(map.ranges, [BlockRange { offset: 256, length: 344 }]);
    }

    #[test]
    fn large_payloads_have_larger_blocks_and_nothing_has_none() {
        assert_eq!(map(&[0; 65536], &[0; 10]).block_size, 4096);
        assert_eq!(map(b"", b"").blocks, 0);
    }

    #[test]
    fn files_are_compared_as_memory_is() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("old.bin");
        std::fs::write(&path, [1; 700]).unwrap();
        let from_file = block_map("p", Payload::open(&path).unwrap(), Payload::of("new", &[2; 700])).unwrap();
        assert_eq!(from_file, map(&[1; 700], &[2; 700]));
        assert_eq!(Payload::open(directory.path()).err().expect("a directory").number(), 608);
    }
}
