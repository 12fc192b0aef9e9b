//! Test vectors: each is judged, and those that have a device are carried out on it. The same as `tests/vectors.rs` and
//! `tests/run_vectors.rs` do, without `std`.

mod device;
mod held;
mod lines;
mod run;
mod verdict;

use core::fmt::{self, Write};

use suit_core::Tagging;
use suit_verify_nostd::crypto::{
    Crypto, Ed25519, EdDsa, Es256, Esp256, Esp384, Hmac256, Sha256, Sha384, Sha512,
};

use lines::{KEYS_MAX, Key, fields};

const CRYPTO: Crypto<'static> = Crypto {
    signatures: &[&Esp256, &Es256, &Esp384, &Ed25519, &EdDsa],
    macs: &[&Hmac256],
    hashes: &[&Sha256, &Sha384, &Sha512],
};

/// Where documents come from and lines go to.
pub trait Host: Write {
    /// Reads a whole file; `None` if that can't be done, or `room` is too small.
    fn read<'r>(&mut self, path: &str, room: &'r mut [u8]) -> Option<&'r [u8]>;
}

/// A vector of the list.
struct Vector<'l> {
    path: &'l str,
    tagging: Tagging,
    required: core::num::NonZeroU8,
    /// Names of keys, with commas between them.
    trusted: &'l str,
    document: &'l [u8],
}

/// Goes through the vectors of `list` with the keys of `keys`.
///
/// A line is words with a blank between them; `-` is nothing. A key is its name, its algorithm, its identifier and its
/// bytes, the last two in hexadecimal digits. A vector is `vector PATH tagged|untagged REQUIRED KEYS`, and then the lines of
/// its device, if it has one, with `run PROCEDURE` for each of its runs (see `device.rs`). A report is
/// `vector PATH report 1 KEY`, without a key if it isn't protected.
///
/// What is said of a vector is `PATH accepted KEYS MISSING` or `PATH refused STAGE ERROR DETAIL OFFSET`, and of each run the
/// lines of its trace, in the words of `testvectors/README.md`, behind `- `, then `= ` and its end, then `+ ID DIGEST` for
/// what each component holds.
///
/// # Errors
/// If a line or a document can't be read, or a result not be written.
pub fn go_through(host: &mut dyn Host, keys: &str, list: &str, room: &mut [u8]) -> Result<(), fmt::Error> {
    let mut known = [Key::NONE; KEYS_MAX];
    let mut count = 0;
    for line in keys.lines() {
        *known.get_mut(count).ok_or(fmt::Error)? = Key::read(line).ok_or(fmt::Error)?;
        count += 1;
    }
    let known = known.get(..count).unwrap_or_default();
    let mut rest = list;
    while !rest.is_empty() {
        // Up to the next vector.
        let end = rest.find("\nvector ").map_or(rest.len(), |end| end + 1);
        let (own, behind) = rest.split_at_checked(end).ok_or(fmt::Error)?;
        rest = behind;
        let (line, device) = own.split_once('\n').ok_or(fmt::Error)?;
        let ["vector", path, tagging, required, trusted] = fields(line).ok_or(fmt::Error)? else {
            return Err(fmt::Error);
        };
        let half = room.len() / 2;
        let (room, spare) = room.split_at_mut_checked(half).ok_or(fmt::Error)?;
        let vector = Vector {
            path,
            tagging: if tagging == "untagged" { Tagging::Optional } else { Tagging::Required },
            required: required.parse().map_err(|_| fmt::Error)?,
            trusted,
            document: host.read(path, room).ok_or(fmt::Error)?,
        };
        match tagging {
            "report" => verdict::judge_report(host, &vector, known)?,
            _ => verdict::judge(host, &vector, known)?,
        }
        if !device.is_empty() {
            run::carry_out(host, &vector, known, device, spare)?;
        }
    }
    Ok(())
}
