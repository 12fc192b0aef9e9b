//! `suit delta`, seen from outside.
#![allow(clippy::unwrap_used, reason = "a helper of tests that fails has to fail the test")]

mod signing;

use signing::{Place, Ran};

/// An image that resembles nothing but itself: a small generator, and something of its own in the middle.
fn image(own: &str) -> Vec<u8> {
    let mut state = 7_u32;
    let mut bytes = Vec::new();
    for at in 0..6_000 {
        if at == 2_000 {
            bytes.extend(own.as_bytes());
        }
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push(state.to_be_bytes()[0]);
    }
    bytes
}

fn place() -> Place {
    let place = Place::new();
    place.write("old.bin", image("version 1")).write("new.bin", image("version 2, longer"));
    place.write("other.bin", image("version X"));
    place
}

fn fails(ran: &Ran, status: i32, code: &str) {
    assert_eq!(ran.status, status, "{}", ran.err);
    assert!(ran.err.contains(code), "{}", ran.err);
}

const MAKE: [&str; 8] = ["delta", "make", "--base", "old.bin", "--target", "new.bin", "-o", "a.delta"];

fn with(more: &[&'static str]) -> Vec<&'static str> {
    MAKE.iter().copied().chain(more.iter().copied()).collect()
}

#[test]
fn what_is_made_can_be_applied() {
    let place = place();
    for profile in ["s", "m", "l"] {
        let made = place.suit(&with(&["--profile", profile])).done();
        assert!(made.text().contains("verified by applying"), "{}", made.text());
        assert!(place.read("a.delta").len() < 300);
        place.suit(&["delta", "apply", "--base", "old.bin", "a.delta", "-o", "out.bin"]).done();
        assert_eq!(place.read("out.bin"), place.read("new.bin"));
    }
}

#[test]
fn make_and_info_say_the_same_in_json() {
    let place = place();
    let made = place.suit(&with(&["--format", "json", "--profile", "s"])).done().json();
    let info = place.suit(&["delta", "info", "a.delta", "--format", "json"]).done().json();
    for (name, value) in info.as_object().unwrap() {
        assert_eq!(made[name], *value, "{name}");
    }
    assert_eq!(made["size"], place.read("a.delta").len());
    assert_eq!((made["base_size"].as_u64(), made["target_size"].as_u64()), (Some(6_009), Some(6_017)));
    assert_eq!(made["profile"], "s");
    assert!(made["memory"].as_u64().unwrap() <= 4096);
}

#[test]
fn several_bases_give_several_files() {
    let place = place();
    std::fs::create_dir(place.path("out")).unwrap();
    let line = "delta make --base old.bin --base other.bin --target new.bin -o out";
    let made = place.say(line).done();
    assert_eq!(made.text().lines().count(), 2);
    for base in ["old", "other"] {
        let (base, delta) = (format!("{base}.bin"), format!("out/{base}.delta"));
        place.suit(&["delta", "apply", "--base", &base, &delta, "-o", "out.bin"]).done();
        assert_eq!(place.read("out.bin"), place.read("new.bin"));
    }
    fails(&place.say("delta make --base old.bin --base other.bin --target new.bin -o no"), 2, "E0099");
}

#[test]
fn the_same_images_give_the_same_bytes() {
    let place = place();
    place.suit(&MAKE).done();
    let first = place.read("a.delta");
    place.suit(&MAKE).done();
    assert_eq!(place.read("a.delta"), first);
}

#[test]
fn another_base_is_refused_before_anything_is_written() {
    let place = place();
    place.suit(&MAKE).done();
    let refused = place.suit(&["delta", "apply", "--base", "other.bin", "a.delta", "-o", "out.bin"]);
    fails(&refused, 5, "E0821");
    assert!(!place.path("out.bin").exists());
}

/// A delta with one fault, and what is said of it. The header of this one has 17 bytes at least.
#[test]
fn damaged_deltas_leave_nothing_behind() {
    let place = place();
    place.suit(&MAKE).done();
    let whole = place.read("a.delta");
    let middle = whole.len() - 20;
    let mut flipped = whole.clone();
    flipped[middle] ^= 0x10;
    let mut later = whole.clone();
    later[1] = 9;
    let cases = [
        (whole[..whole.len() / 2].to_vec(), &["E0820"][..]),
        (whole[..5].to_vec(), &["E0820"]),
        (vec![], &["E0820"]),
        ([&whole[..], b"more"].concat(), &["E0820"]),
        (later, &["E0820"]),
        (b"a text file, and no delta at all, of some length".to_vec(), &["E0820"]),
        // Whether a changed bit still makes an image depends on where it is; it never makes the right one.
        (flipped, &["E0820", "E0822"]),
    ];
    for (bytes, codes) in cases {
        place.write("bad.delta", bytes);
        let refused = place.suit(&["delta", "apply", "--base", "old.bin", "bad.delta", "-o", "out.bin"]);
        assert_eq!(refused.status, 3, "{}", refused.err);
        assert!(codes.iter().any(|code| refused.err.contains(code)), "{}", refused.err);
        assert!(!place.path("out.bin").exists());
    }
}

#[test]
fn what_can_not_be_made_is_said() {
    let place = place();
    fails(&place.suit(&with(&["--max-ram", "1KiB"])), 3, "E0823");
    assert!(!place.path("a.delta").exists());
    place.write("huge.bin", vec![0; 1 << 24]);
    let refused = place.say("delta make --base huge.bin --target new.bin -o a.delta");
    fails(&refused, 3, "E0823");
    assert!(refused.err.contains("16 MiB"), "{}", refused.err);
    fails(&place.say("delta make --base none.bin --target new.bin -o a.delta"), 3, "E0601");
    fails(&place.say("delta make --base old.bin --target new.bin -o old.bin"), 5, "E0605");
}

#[test]
fn elf_files_say_where_they_lie() {
    let place = Place::new();
    let demo =
        |name: &str| std::fs::read(format!("{}/demo/images/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    place.write("old.elf", demo("firmware-slot-a.elf")).write("new.elf", demo("firmware-slot-a.elf"));
    let line = "delta make --base old.elf --target new.elf --instructions thumb -o a.delta --format json";
    let made = place.say(line).done().json();
    // Only what is to be loaded, and the delta of an image to itself is next to nothing.
    assert!(made["base_size"].as_u64().unwrap() < u64::try_from(place.read("old.elf").len()).unwrap());
    assert!(made["size"].as_u64().unwrap() < 60);
    place.suit(&["delta", "apply", "--base", "old.elf", "a.delta", "-o", "out.bin"]).done();
}
