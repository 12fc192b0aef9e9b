//! `suit-core` alone: every rule of the language, text included, and the writer.
#![no_std]
#![no_main]

use board::memory::input;
use suit_core::Error;
use suit_core::cbor::{Reader, SliceSink, Writer};
use suit_core::grammar::{ENVELOPE_TAGGED, Item, Visitor, walk};

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, &mut &mut *spare)
}

/// Counts the values of a document.
struct Count(u32);

impl Visitor<'_> for Count {
    const DEEP: bool = true;

    fn enter(&mut self, _: &Item<'_>) -> Result<(), Error> {
        self.0 = self.0.wrapping_add(1);
        Ok(())
    }
}

fn run(spare: &mut &mut [u8]) -> Result<u32, u16> {
    let count = count(input(0)).map_err(|error| error.kind.number())?;
    let mut writer = Writer::new(SliceSink::new(spare));
    writer.uint(count.into()).map_err(|_| 1_u16)?;
    // The number of values, as it was written.
    let written = writer.into_inner();
    Reader::new(written.written()).uint().ok().and_then(|number| number.try_into().ok()).ok_or(2)
}

fn count(envelope: &[u8]) -> Result<u32, Error> {
    let mut reader = Reader::new(envelope);
    let mut count = Count(0);
    walk(ENVELOPE_TAGGED, &mut reader, &mut count)?;
    reader.finish()?;
    Ok(count.0)
}
