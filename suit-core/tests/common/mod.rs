//! What several tests share.

#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use suit_core::Error;
use suit_core::cbor::Reader;
use suit_core::grammar::{Context, Item, Shape, Visitor, walk};

/// Bytes from hexadecimal digits; white space, and what follows `#` in a line, is left out.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text
        .lines()
        .flat_map(|line| line.split('#').next().unwrap_or_default().chars())
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_digit(16).unwrap_or_else(|| panic!("{c:?} is no digit in {text}")))
        .collect();
    assert!(digits.len().is_multiple_of(2), "half a byte in {text}");
    digits.chunks(2).map(|pair| u8::try_from(pair[0] << 4 | pair[1]).unwrap()).collect()
}

/// Stops at the first fault, of every layer.
pub(crate) struct Strict;

impl<'a> Visitor<'a> for Strict {
    const DEEP: bool = true;

    fn enter(&mut self, _: &Item<'a>) -> Result<(), Error> {
        Ok(())
    }
}

/// Holds all of `bytes` against a shape.
pub(crate) fn check(shape: Shape, bytes: &[u8]) -> Result<(), Error> {
    let mut reader = Reader::new(bytes);
    walk(shape, &mut reader, &mut Strict)?;
    reader.finish()
}

/// Goes on after every fault, and notes what it sees.
#[derive(Default)]
pub(crate) struct Lenient<'a> {
    pub(crate) context: Context<'a>,
    pub(crate) faults: Vec<Error>,
    /// Values entered.
    pub(crate) entered: usize,
    /// Values entered that have parts and were not left yet: where each of them begins.
    pub(crate) open: Vec<usize>,
    /// Most of them at a time.
    pub(crate) deepest: usize,
}

impl<'a> Visitor<'a> for Lenient<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, error: Error) -> Result<(), Error> {
        self.faults.push(error);
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        assert!(item.offset >= *self.open.last().unwrap_or(&0), "a part begins before what it is a part of");
        self.entered += 1;
        if item.value.has_parts() {
            self.open.push(item.offset);
            self.deepest = self.deepest.max(self.open.len());
        }
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        Some(&mut self.context)
    }

    fn leave(&mut self, offset: usize) {
        let begin = self.open.pop().expect("something is open");
        assert!(offset >= begin, "left at {offset}, entered at {begin}");
    }
}

/// A walk that goes on; everything that it entered it must have left.
pub(crate) fn lenient<'a>(shape: Shape, bytes: &'a [u8]) -> Lenient<'a> {
    let mut visitor = Lenient::default();
    let mut reader = Reader::new(bytes);
    walk(shape, &mut reader, &mut visitor).expect("faults are taken");
    assert!(visitor.open.is_empty(), "entered and not left: {:?}", visitor.open);
    if let Err(error) = reader.finish() {
        visitor.faults.push(error);
    }
    visitor
}

/// Every `.suit` of the repository's test vectors; none in a crate that was taken out of it.
pub(crate) fn vectors() -> Vec<(PathBuf, Vec<u8>)> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testvectors");
    let Ok(folders) = std::fs::read_dir(home) else {
        println!("skipped: no test vectors beside this crate");
        return Vec::new();
    };
    let mut files: Vec<_> = folders
        .filter_map(|folder| std::fs::read_dir(folder.unwrap().path()).ok())
        .flatten()
        .map(|file| file.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "suit"))
        .collect();
    files.sort();
    files.into_iter().map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}
