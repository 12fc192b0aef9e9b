//! Not a firmware: only proof that the crates compile and link where there is no `std` and no allocator. Each call takes
//! bytes that the optimiser can't know, so that its code has to be in the program.
#![no_std]
#![no_main]

use core::hint::black_box;

use suit_core::Error;
use suit_core::cbor::{Reader, SliceSink, Writer};
use suit_core::grammar::{ENVELOPE_TAGGED, Item, Visitor, walk};

/// Counts the values of a document.
struct Count(u32);

impl Visitor<'_> for Count {
    const DEEP: bool = true;

    fn enter(&mut self, _: &Item<'_>) -> Result<(), Error> {
        self.0 = self.0.wrapping_add(1);
        Ok(())
    }
}

fn read(envelope: &[u8]) -> Result<u32, Error> {
    let mut reader = Reader::new(envelope);
    let mut count = Count(0);
    walk(ENVELOPE_TAGGED, &mut reader, &mut count)?;
    reader.finish()?;
    Ok(count.0)
}

fn write(value: u64) -> bool {
    let mut room = [0; 32];
    let mut writer = Writer::new(SliceSink::new(&mut room));
    writer.uint(value).is_ok() && !writer.into_inner().written().is_empty()
}

#[unsafe(no_mangle)]
extern "C" fn start() -> ! {
    let input: &[u8] = black_box(&[]);
    black_box(read(input).is_ok());
    black_box(write(black_box(24)));
    #[cfg(feature = "panic")]
    black_box(input[black_box(0)]);
    loop {
        core::hint::spin_loop();
    }
}

/// Stands in the program exactly if the program can panic.
static MARKER: [u8; 19] = *b"here is a panic: %%";

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    black_box(&MARKER);
    loop {
        core::hint::spin_loop();
    }
}
