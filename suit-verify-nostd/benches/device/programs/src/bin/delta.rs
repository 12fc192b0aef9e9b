//! The decoder of deltas, with all predictors.
#![no_std]
#![no_main]

use board::memory::input;
use suit_core::delta::{Decoder, Fault, Header, Images};

board::entry!(main);

fn main(spare: &'static mut [u8]) -> bool {
    board::measured(run, &mut &mut *spare)
}

/// Old image, and the new one that must come out.
struct Both {
    old: &'static [u8],
    left: &'static [u8],
}

impl Images for Both {
    fn begin(&mut self, _: &Header) -> Result<(), Fault> {
        Ok(())
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        let from = usize::try_from(offset).map_err(|_| Fault)?;
        let there = self.old.get(from..).and_then(|rest| rest.get(..into.len())).ok_or(Fault)?;
        for (place, byte) in into.iter_mut().zip(there) {
            *place = *byte;
        }
        Ok(())
    }

    fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let (now, left) = self.left.split_at_checked(bytes.len()).ok_or(Fault)?;
        self.left = left;
        // Byte by byte, so that no library call is linked for it.
        if now.iter().zip(bytes).all(|(a, b)| a == b) { Ok(()) } else { Err(Fault) }
    }
}

fn run(spare: &mut &mut [u8]) -> Result<u32, u16> {
    let mut images = Both { old: input(0), left: input(2) };
    let mut decoder = Decoder::new(spare);
    for chunk in input(1).chunks(64) {
        decoder.feed(chunk, &mut images).map_err(|_| 1_u16)?;
    }
    decoder.finish(&mut images).map_err(|_| 2_u16)?;
    let size = decoder.header().map(|header| header.new_size).ok_or(3_u16)?;
    if images.left.is_empty() { Ok(size) } else { Err(4) }
}
