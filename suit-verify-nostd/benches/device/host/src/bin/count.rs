//! Runs what is counted, once, for `valgrind --tool=callgrind --toggle-collect='*counted*'`:
//! `count ENVELOPE KEY`. Hash and signature are stubbed.

use std::hint::black_box;

use subject::{HashStub, Inputs, SignatureStub};
use suit_verify_nostd::Crypto;

const CRYPTO: Crypto<'static> = Crypto { signatures: &[&SignatureStub], macs: &[], hashes: &[&HashStub] };

#[inline(never)]
fn counted(inputs: &Inputs<'_>) -> Result<u32, u16> {
    subject::read(inputs, &CRYPTO)
}

fn main() -> std::io::Result<()> {
    let files = std::env::args_os().skip(1).map(std::fs::read).collect::<Result<Vec<_>, _>>()?;
    let [document, key] = files.as_slice() else { panic!("two files") };
    match black_box(counted as fn(&Inputs<'_>) -> _)(&Inputs { document, key }) {
        Ok(number) => println!("done {number}"),
        Err(number) => println!("error {number}"),
    }
    Ok(())
}
