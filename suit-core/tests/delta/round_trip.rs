//! What goes in comes out.

use crate::images::{ADDRESS, Numbers, Storage, noise, thumb};
use core::num::NonZero;
use suit_core::delta::create::{Error, Made, Options, Profile, make, make_and_tell};
use suit_core::delta::{Decoder, Instructions};

fn apply(made: &Made, old: &[u8], chunk: usize) -> Vec<u8> {
    let mut storage = Storage::over(old);
    let mut memory = vec![0xa5; made.header.memory() as usize];
    let mut decoder = Decoder::new(&mut memory);
    for chunk in made.payload.chunks(chunk) {
        decoder.feed(chunk, &mut storage).unwrap();
    }
    decoder.finish(&mut storage).unwrap();
    storage.new
}

fn made(old: &[u8], new: &[u8], profile: Profile) -> Made {
    let made = make(old, new, &Options { memory: profile.memory(), ..Options::default() }).unwrap();
    assert!(made.header.memory() <= profile.memory());
    made
}

/// Old image, new image.
fn pairs() -> Vec<(&'static str, Vec<u8>, Vec<u8>)> {
    let functions: Vec<u32> = (0..100).collect();
    let mut moved = functions.clone();
    moved.swap(10, 60);
    moved.remove(40);
    let grown: Vec<u32> = (0..50).chain([500, 501, 502]).chain(50..100).collect();
    let (old, noise_long) = (thumb(&functions), noise(3, 70_000));
    let mut scattered = old.clone();
    let mut numbers = Numbers(9);
    for _ in 0..200 {
        let at = numbers.below(scattered.len());
        scattered[at] = numbers.next() as u8;
    }
    vec![
        ("nothing at all", vec![], vec![]),
        ("from nothing", vec![], b"a first image".to_vec()),
        ("to nothing", b"the last image".to_vec(), vec![]),
        ("one byte", vec![1], vec![2]),
        ("the same", old.clone(), old.clone()),
        ("functions moved", old.clone(), thumb(&moved)),
        ("functions added", old.clone(), thumb(&grown)),
        ("bytes changed all over", old.clone(), scattered),
        ("odd lengths", old[..3001].to_vec(), old[1..3000].to_vec()),
        // Longer than the literals that one segment can have.
        ("nothing in common", noise(1, 500), noise_long.clone()),
        ("all of one byte", vec![0; 5000], vec![0xff; 5001]),
        (
            "the middle replaced",
            noise_long.clone(),
            [&noise_long[..30_000], &noise(5, 99), &noise_long[30_500..]].concat(),
        ),
    ]
}

#[test]
fn every_pair_profile_and_chunk_size() {
    for (name, old, new) in pairs() {
        for profile in Profile::ALL {
            let made = made(&old, &new, profile);
            for chunk in [1, 7, 64, 1024, usize::MAX] {
                assert!(apply(&made, &old, chunk) == new, "{name}, {profile:?}, chunks of {chunk}");
            }
        }
    }
}

/// Painted and looked through afterwards: no more is used than the header asks for.
#[test]
fn memory_past_what_the_header_asks_for_is_not_touched() {
    for (name, old, new) in pairs() {
        for profile in Profile::ALL {
            let made = made(&old, &new, profile);
            let needed = made.header.memory() as usize;
            for paint in [0xa5, 0x5a] {
                let mut memory = vec![paint; needed + 300];
                let mut storage = Storage::over(&old);
                let mut decoder = Decoder::new(&mut memory);
                decoder.feed(&made.payload, &mut storage).unwrap();
                decoder.finish(&mut storage).unwrap();
                assert!(storage.new == new, "{name}, {profile:?}");
                assert!(memory[needed..].iter().all(|byte| *byte == paint), "{name}, {profile:?}");
                assert!(memory[..needed].iter().any(|byte| *byte != paint), "{name}, {profile:?}");
            }
        }
    }
}

#[test]
fn moved_functions_cost_next_to_nothing() {
    let functions: Vec<u32> = (0..100).collect();
    let shifted: Vec<u32> = [700].into_iter().chain(0..100).collect();
    let (old, new) = (thumb(&functions), thumb(&shifted));
    let found = made(&old, &new, Profile::M);
    assert_eq!(found.header.instructions, Instructions::Thumb);
    // 300 calls keep their distance, but all 100 pointers change. One function is new, about 100 bytes.
    let changed = old.iter().zip(&new[new.len() - old.len()..]).filter(|(a, b)| a != b).count();
    assert!(changed > 100, "{changed}");
    let told = Options {
        image_address: Some(ADDRESS),
        instructions: Some(Instructions::Thumb),
        ..Options::default()
    };
    let told = make(&old, &new, &told).unwrap();
    assert_eq!(told.header.image_address, Some(ADDRESS));
    assert!(told.payload.len() < 200, "{} bytes", told.payload.len());
    let blind = Options { instructions: Some(Instructions::None), ..Options::default() };
    assert!(made_len(&old, &new, &blind) > told.payload.len());
}

fn made_len(old: &[u8], new: &[u8], options: &Options) -> usize {
    make(old, new, options).unwrap().payload.len()
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (old, new) = (thumb(&[1, 2, 3, 4, 5, 6, 7]), thumb(&[1, 3, 2, 9, 5, 6, 7]));
    assert_eq!(made(&old, &new, Profile::S).payload, made(&old, &new, Profile::S).payload);
}

#[test]
fn it_does_not_matter_how_many_are_tried_at_once() {
    for (name, old, new) in pairs() {
        let by =
            |jobs| make(&old, &new, &Options { jobs: NonZero::new(jobs), ..Options::default() }).unwrap();
        let alone = by(1);
        for jobs in [2, 3, 16] {
            assert!(by(jobs).payload == alone.payload, "{name}, {jobs} at once");
        }
    }
}

/// Larger than an index with all places is made for.
#[test]
fn large_images() {
    let old = noise(1, 4_300_000);
    let mut new = [&old[2_000_001..], b"a seam", &old[..2_000_001]].concat();
    for at in (0..new.len()).step_by(100_000) {
        new[at] ^= 1;
    }
    let made = made(&old, &new, Profile::S);
    assert!(made.payload.len() < 500, "{} bytes", made.payload.len());
    assert!(apply(&made, &old, 64) == new);
}

/// So many literals, in pieces of 65,535, that their segments alone don't fit.
#[test]
fn more_new_bytes_than_segments_can_have_as_literals() {
    let (old, new) = (noise(1, 100_000), noise(2, 1_000_000));
    let options = Options { memory: 3450, ..Options::default() };
    let made = make(&old, &new, &options).unwrap();
    assert!(apply(&made, &old, 64) == new);
}

#[test]
fn more_memory_is_never_worse_by_much() {
    let (old, new) = (thumb(&(0..90).collect::<Vec<_>>()), thumb(&(3..100).rev().collect::<Vec<_>>()));
    let [small, medium, large] = Profile::ALL.map(|profile| made(&old, &new, profile).payload.len());
    assert!(medium <= small && large * 100 <= medium * 101, "{small} {medium} {large}");
}

#[test]
fn progress_goes_on_and_names_the_smallest_so_far() {
    let (old, new) = (b"an old image".repeat(20), b"an old image.".repeat(20));
    let mut told = Vec::new();
    let made = make_and_tell(&old, &new, &Options::default(), &mut |step| told.push(step)).unwrap();
    assert!(told.windows(2).all(|two| two[0].done < two[1].done), "{told:?}");
    assert!(told.iter().all(|step| step.done <= step.of), "{told:?}");
    assert_eq!(told.last().unwrap().smallest, Some(made.payload.len()));
}

#[test]
fn checks_of_both_images_are_in_the_header() {
    let options = Options { old_check: [1, 2, 3, 4], new_check: [5, 6, 7, 8], ..Options::default() };
    let made = make(b"old", b"new", &options).unwrap();
    assert_eq!((made.header.old_check, made.header.new_check), ([1, 2, 3, 4], [5, 6, 7, 8]));
    assert!(made.header.encode().len() <= suit_core::delta::HEADER_LEN_MAX);
}

#[test]
fn sixteen_mebibytes_are_too_many() {
    let large = vec![0; 1 << 24];
    assert_eq!(make(&large, b"", &Options::default()).unwrap_err(), Error::TooLarge(1 << 24));
    assert_eq!(make(b"", &large, &Options::default()).unwrap_err(), Error::TooLarge(1 << 24));
}

#[test]
fn too_little_memory_names_what_is_needed() {
    let Error::Memory { needed } =
        make(b"old", b"new", &Options { memory: 100, ..Options::default() }).unwrap_err()
    else {
        panic!("another error");
    };
    assert!(make(b"old", b"new", &Options { memory: needed, ..Options::default() }).is_ok());
    assert!(make(b"old", b"new", &Options { memory: needed - 1, ..Options::default() }).is_err());
}
