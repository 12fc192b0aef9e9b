//! Payloads that were damaged or forged: an error or a wrong image of the right size, never anything else.

use crate::images::{Numbers, Storage, noise, thumb};
use suit_core::delta::create::{Options, Profile, explain, make};
use suit_core::delta::{Decoder, Error};

/// Mutants of each payload; `SUIT_DELTA_MUTANTS` asks for more (a million were tried, see docs/benchmarks.md).
pub(crate) fn mutants() -> usize {
    std::env::var("SUIT_DELTA_MUTANTS").ok().map_or(3000, |count| count.parse().unwrap())
}

/// No memory of a header that a mutant makes up is larger.
const MEMORY: usize = 1 << 16;

fn run(payload: &[u8], chunk: usize, storage: &mut Storage<'_>, memory: &mut [u8]) -> Result<(), Error> {
    let mut decoder = Decoder::new(memory);
    for chunk in payload.chunks(chunk) {
        decoder.feed(chunk, storage)?;
    }
    decoder.finish(storage)
}

pub(crate) fn mutate(payload: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(3) {
        let at = numbers.below(payload.len());
        match numbers.below(5) {
            0 => payload[at] ^= 1 << numbers.below(8),
            1 => payload[at] = numbers.next() as u8,
            2 => payload.truncate(at + 1),
            3 => payload.insert(at, numbers.next() as u8),
            _ => drop(payload.remove(at)),
        }
        if payload.is_empty() {
            payload.push(0xd5);
        }
    }
}

#[test]
fn mutants_stay_inside_the_images() {
    let functions: Vec<u32> = (0..30).collect();
    let pairs = [
        (thumb(&functions), thumb(&[&functions[5..20], &[200], &functions[..9]].concat())),
        (noise(1, 300), noise(2, 200)),
    ];
    let mut memory = vec![0; MEMORY];
    let (mut wrong, mut errors) = (0, 0);
    for (old, new) in &pairs {
        for profile in Profile::ALL {
            let made = make(old, new, &Options { memory: profile.memory(), ..Options::default() }).unwrap();
            let mut numbers = Numbers(profile.memory().into());
            for _ in 0..mutants() / 6 + 1 {
                let mut payload = made.payload.clone();
                mutate(&mut payload, &mut numbers);
                let mut storage = Storage::over(old);
                let chunk = [1, 7, 64, usize::MAX][numbers.below(4)];
                let account = explain(&payload, old);
                match run(&payload, chunk, &mut storage, &mut memory) {
                    // Reads and writes were held to their bounds by the storage itself.
                    Ok(()) => {
                        assert_eq!(storage.new.len(), storage.room);
                        wrong += usize::from(storage.new != *new);
                        // Who counts decodes the same.
                        let account = account.unwrap();
                        let image = account.literal_bytes + account.copied_bytes;
                        assert_eq!(image as usize, storage.new.len());
                    }
                    // Who counts has any memory, and any room for the new image.
                    Err(Error::Images | Error::Memory { .. }) => errors += 1,
                    Err(error) => {
                        assert!(account.is_err(), "{error}: {account:?}");
                        errors += 1;
                    }
                }
            }
        }
    }
    // Both ends were reached, so mutants are not all refused at the door.
    assert!(wrong > 100 && errors > 100, "{wrong} wrong images, {errors} errors");
}

#[test]
fn noise_after_a_header_stays_inside_the_images() {
    let old = noise(4, 5000);
    let mut memory = vec![0; MEMORY];
    let header = make(&old, &old, &Options::default()).unwrap().header.encode();
    for seed in 1..=u64::try_from(mutants() / 30).unwrap() {
        let payload = [header.clone(), noise(seed, 400)].concat();
        // Segments of noise hardly ever fit; whatever they do, the storage holds them to its bounds.
        let mut storage = Storage::over(&old);
        let end = run(&payload, 64, &mut storage, &mut memory);
        assert!(end.is_err() || storage.new.len() == storage.room);
    }
}

#[test]
fn bytes_after_the_end_are_refused() {
    let (old, new) = (noise(1, 100), noise(2, 100));
    let made = make(&old, &new, &Options::default()).unwrap();
    let mut memory = vec![0; MEMORY];
    for more in [1, 100, 1000] {
        let mut payload = made.payload.clone();
        payload.extend(vec![0x55; more]);
        for chunk in [1, 64, usize::MAX] {
            let error = run(&payload, chunk, &mut Storage::over(&old), &mut memory).unwrap_err();
            assert_eq!(error, Error::TrailingBytes, "{more} bytes, chunks of {chunk}");
        }
    }
}

#[test]
fn a_payload_cut_short_is_truncated() {
    let (old, new) = (thumb(&[1, 2, 3, 4]), thumb(&[1, 9, 2, 4]));
    let made = make(&old, &new, &Options::default()).unwrap();
    let mut memory = vec![0; MEMORY];
    for len in 0..made.payload.len() {
        let mut storage = Storage::over(&old);
        let end = run(&made.payload[..len], 64, &mut storage, &mut memory);
        if end != Err(Error::Truncated) {
            // Zeros are read after the end, so the last few bytes may make up another image, whole or not: its digest tells.
            assert!(storage.new != new && len + 4 >= made.payload.len(), "{len} bytes: {end:?}");
        }
    }
}

#[test]
fn the_last_byte_can_not_be_another_one() {
    let (old, new) = (noise(1, 100), noise(2, 100));
    let made = make(&old, &new, &Options::default()).unwrap();
    let mut memory = vec![0; MEMORY];
    let (last, others) = made.payload.split_last().unwrap();
    for byte in (0..=255).filter(|byte| byte != last) {
        let mut storage = Storage::over(&old);
        let end = run(&[others, &[byte]].concat(), 64, &mut storage, &mut memory);
        assert!(end.is_err() || storage.new != new, "{byte}");
    }
}

#[test]
fn another_old_image_of_the_same_size_gives_a_wrong_image() {
    let (old, new) = (thumb(&[1, 2, 3, 4]), thumb(&[1, 9, 2, 4]));
    let made = make(&old, &new, &Options::default()).unwrap();
    let mut other = old.clone();
    other[40] ^= 0x10;
    let mut storage = Storage::over(&other);
    let mut memory = vec![0; MEMORY];
    let end = run(&made.payload, 64, &mut storage, &mut memory);
    assert!(end.is_err() || storage.new != new);
}
