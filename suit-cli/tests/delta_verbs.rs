//! `suit delta`, seen from outside. How small deltas are is not tested here: only that they hold.

#![allow(clippy::unwrap_used, reason = "tests")]

mod signing;

use serde_json::Value;
use sha2::{Digest as _, Sha256};
use signing::{Place, to_hex};
use std::path::Path;

/// Bytes that look like nothing.
fn noise(seed: u32, len: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..len).map(|_| next()).collect()
}

/// An image and the one after it: bytes changed, some inserted.
fn images() -> (Vec<u8>, Vec<u8>) {
    let old = noise(1, 5000);
    let mut new = old.clone();
    new[700] ^= 0x55;
    new.splice(2000..2000, noise(2, 60));
    (old, new)
}

fn place() -> Place {
    let place = Place::new();
    let (old, new) = images();
    place.write("old.bin", old).write("new.bin", new);
    for name in
        ["firmware-2.3.1-slot-a.elf", "firmware-slot-a.elf", "firmware-slot-b.elf", "firmware-slot-a.hex"]
    {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/images").join(name);
        place.write(name, std::fs::read(file).unwrap());
    }
    place
}

/// With `old.delta` from `old.bin` to `new.bin`.
fn with_delta() -> Place {
    let place = place();
    place.say("delta make --base old.bin --target new.bin -o old.delta").ok();
    place
}

/// Number and exit status of what goes wrong, which must leave no file behind.
#[track_caller]
fn fault(place: &Place, line: &str) -> (String, i32) {
    let before = place.files();
    let ran = place.say(line);
    assert_eq!(place.files(), before, "{line}");
    assert!(ran.out.is_empty(), "{line}");
    let number = ran.err.split(['[', ']']).nth(1).unwrap_or_else(|| panic!("{line}: {}", ran.err)).to_owned();
    assert_eq!(ran.err.matches("error[").count(), 1, "{}", ran.err);
    (number, ran.status)
}

fn hold(schema: &str, value: &Value) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas").join(schema);
    let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<_> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{value:#}");
    let mut less = value.clone();
    less.as_object_mut().unwrap().remove("format");
    assert!(!validator.is_valid(&less));
}

#[test]
fn a_delta_is_made_in_one_line_and_applied() {
    let place = place();
    let ran = place.say("delta make --base old.bin --target new.bin --profile s -o old.delta").ok();
    let size = place.read("old.delta").len();
    let line = ran.text();
    assert!(line.starts_with(&format!("old.delta {size} B (")), "{line}");
    assert!(line.contains(" % of 5,060 B)  device needs ") && line.contains(" KiB RAM, "), "{line}");
    assert!(line.ends_with(" verified by applying\n") && line.lines().count() == 1, "{line}");
    assert!(size < 1000, "{size}");

    let ran = place.say("delta apply --base old.bin old.delta -o again.bin").ok();
    assert_eq!(place.read("again.bin"), images().1);
    let digest = to_hex(&Sha256::digest(images().1));
    assert_eq!(ran.text(), format!("again.bin 5,060 B  sha-256 {digest}\n"));
}

#[test]
fn the_same_images_make_the_same_delta() {
    let place = with_delta();
    for jobs in ["", "--jobs 1", "-j 3"] {
        place.say(&format!("delta make --base old.bin --target new.bin -o again.delta --quiet {jobs}")).ok();
        assert_eq!(place.read("again.delta"), place.read("old.delta"), "{jobs}");
    }
}

#[test]
fn standard_streams_hold_files() {
    let place = with_delta();
    let ran = place.say("delta make --base old.bin --target new.bin -o - --quiet").ok();
    assert_eq!(ran.out, place.read("old.delta"));
    let ran = place.say("delta make --base old.bin --target new.bin -o -").done();
    assert!(ran.out == place.read("old.delta") && ran.err.contains("verified by applying"), "{}", ran.err);
    let ran = place.say("delta apply --base old.bin old.delta -o - --format json").ok();
    assert_eq!(ran.out, images().1);
}

#[test]
fn info_and_inspect_show_the_same() {
    let place = with_delta();
    let text = place.say("delta info old.delta").ok();
    let size = place.read("old.delta").len();
    let first = format!("SUIT delta  old.delta  {size} B (");
    assert!(text.text().starts_with(&first), "{}", text.text());
    let check = |bytes: &[u8]| to_hex(&Sha256::digest(bytes)[..4]);
    let (old, new) = images();
    let from = format!("\n  from        5,000 B, sha-256 {}…\n", check(&old));
    let to = format!("\n  to          5,060 B, sha-256 {}…\n", check(&new));
    assert!(text.text().contains(&from) && text.text().contains(&to), "{}", text.text());
    assert!(text.text().contains(" in all (profile M)\n"), "{}", text.text());
    assert_eq!(place.say("inspect old.delta").ok().text(), text.text());

    let json = place.say("delta info old.delta --format json").ok().json();
    assert_eq!(place.say("inspect old.delta --format json").ok().json(), json);
    assert_eq!(json["old_check"], check(&old));
    assert_eq!(json["new_check"], check(&new));
    let parts: u64 =
        json["memory_parts"].as_object().unwrap().values().map(|part| part.as_u64().unwrap()).sum();
    assert_eq!(json["memory"], parts);
}

#[test]
fn with_its_base_every_byte_of_a_delta_is_accounted_for() {
    let place = with_delta();
    let json = place.say("delta info old.delta --base old.bin --format json").ok().json();
    hold("delta-output.v1.json", &json);
    let account = &json["account"];
    let bytes = account["bytes"].as_object().unwrap();
    assert_eq!(bytes.values().map(|bytes| bytes.as_u64().unwrap()).sum::<u64>(), json["size"]);
    assert_eq!(bytes["header"], json["header_size"]);
    assert_eq!((&account["literal_bytes"], &account["copied_bytes"]), (&60.into(), &5000.into()));
    assert_eq!(account["surprising_bytes"], 1);
    let text = place.say("delta info old.delta --base old.bin").ok();
    for words in ["B  literals: 60 B from nowhere in the base\n", "B  surprises: the 1 B that do\n"] {
        assert!(text.text().contains(words), "{}", text.text());
    }
    // Without it there is no account, and all else is the same.
    let mut less = json.clone();
    less.as_object_mut().unwrap().remove("account");
    assert_eq!(place.say("delta info old.delta --format json").ok().json(), less);
    assert_eq!(fault(&place, "delta info old.delta --base new.bin"), ("E0824".into(), 5));
    let half = place.read("old.delta").len() / 2;
    place.write("cut.delta", &place.read("old.delta")[..half]);
    assert_eq!(fault(&place, "delta info cut.delta --base old.bin"), ("E0822".into(), 3));
}

#[test]
fn results_are_as_the_schemas_have_them() {
    let place = place();
    let made = place.say("delta make --base old.bin --target new.bin -o old.delta --format json").ok().json();
    hold("delta-make-output.v1.json", &made);
    let (old, new) = images();
    assert_eq!(made["target_sha256"], to_hex(&Sha256::digest(&new)));
    assert_eq!(made["deltas"][0]["base_sha256"], to_hex(&Sha256::digest(&old)));
    let info = place.say("delta info old.delta --format json").ok().json();
    hold("delta-output.v1.json", &info);
    for name in
        ["size", "profile", "memory", "segments", "predictors", "memory_parts", "old_size", "new_size"]
    {
        assert_eq!(made["deltas"][0][name], info[name], "{name}");
        assert!(!info[name].is_null(), "{name}");
    }
    let applied = place.say("delta apply --base old.bin old.delta -o again.bin --format json").ok().json();
    hold("delta-apply-output.v1.json", &applied);
    // More than any profile has.
    let line = "delta make --base old.bin --target new.bin -o large.delta --max-ram 64KiB --format json";
    let large = place.say(line).ok().json();
    hold("delta-make-output.v1.json", &large);
    assert!(large["deltas"][0].get("profile").is_none(), "{large}");
    let ran = place.say("delta apply --base new.bin old.delta -o other.bin --format json");
    assert_eq!(serde_json::from_str::<Value>(&ran.err).unwrap()["code"], "E0824", "{}", ran.err);
}

#[test]
fn no_delta_takes_more_memory_than_it_may() {
    let place = place();
    for (limit, most) in
        [("--profile s", 4096), ("", 16_384), ("--profile l", 32_768), ("--max-ram 6000", 6000)]
    {
        let line = format!("delta make --base old.bin --target new.bin -o x.delta {limit} --format json");
        let memory = place.say(&line).ok().json()["deltas"][0]["memory"].as_u64().unwrap();
        assert!(memory <= most, "{limit}: {memory}");
        place.say("delta apply --base old.bin x.delta -o x.bin").ok();
        assert_eq!(place.read("x.bin"), images().1, "{limit}");
    }
}

#[test]
fn the_least_memory_that_is_named_is_enough() {
    let place = place();
    let ran = place.say("delta make --base old.bin --target new.bin -o x.delta --max-ram 100");
    let least = ran.err.split("--max-ram ").nth(1).unwrap().split(';').next().unwrap().to_owned();
    place.say(&format!("delta make --base old.bin --target new.bin -o x.delta --max-ram {least}")).ok();
    let less = least.parse::<u32>().unwrap() - 1;
    let line = format!("delta make --base old.bin --target new.bin -o y.delta --max-ram {less}");
    assert_eq!(fault(&place, &line), ("E0821".into(), 5));
}

#[test]
fn of_elf_and_hex_the_loadable_parts_count() {
    let place = place();
    place.say("delta make --base firmware-2.3.1-slot-a.elf --target firmware-slot-a.elf -o a.delta").ok();
    place.say("delta apply --base firmware-2.3.1-slot-a.elf a.delta -o a.bin").ok();
    // The same image as a raw binary, and its address said.
    place.say("delta make --base old.bin --target firmware-slot-a.hex -o hex.delta").ok();
    place.say("delta apply --base old.bin hex.delta -o hex.bin").ok();
    assert_eq!(place.read("hex.bin"), place.read("a.bin"));
    assert!(place.read("a.bin").len() < place.read("firmware-slot-a.elf").len());
    let hex = "delta make --base firmware-2.3.1-slot-a.elf --target firmware-slot-a.hex -o b.delta";
    place.say(hex).ok();
    assert_eq!(place.read("b.delta"), place.read("a.delta"));
}

#[test]
fn gaps_are_filled_as_is_said() {
    let place = place();
    // What objcopy makes of it.
    let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/images/firmware-slot-a.bin");
    place.write("a.bin", std::fs::read(demo).unwrap());
    place.say("delta make --base old.bin --target firmware-slot-a.elf -o a.delta --fill 0").ok();
    place.say("delta apply --base old.bin a.delta -o again.bin").ok();
    assert_eq!(place.read("again.bin"), place.read("a.bin"));
    place.say("delta make --base a.bin --target new.bin -o b.delta").ok();
    place.say("delta apply --base firmware-slot-a.elf --fill 0 b.delta -o again.bin").ok();
    assert_eq!(place.read("again.bin"), images().1);
    let line = "delta apply --base firmware-slot-a.elf b.delta -o x";
    assert_eq!(fault(&place, line), ("E0824".into(), 5));
}

#[test]
fn an_elf_file_says_what_a_raw_binary_needs_flags_for() {
    let place = place();
    place.say("delta make --base old.bin --target firmware-slot-a.elf -o a.delta").ok();
    place.say("delta apply --base old.bin a.delta -o new-raw.bin").ok();
    let flags = "--base-address 0x10000 --instructions thumb";
    place.say(&format!("delta make --base old.bin --target new-raw.bin -o b.delta {flags}")).ok();
    assert_eq!(place.read("b.delta"), place.read("a.delta"));
}

#[test]
fn a_base_may_be_the_target() {
    let place = place();
    place.say("delta make --base old.bin --target old.bin -o same.delta").ok();
    assert!(place.read("same.delta").len() < 100);
    place.say("delta apply --base old.bin same.delta -o again.bin").ok();
    assert_eq!(place.read("again.bin"), images().0);
}

/// An ELF file of RISC-V: code that is stored at 0x80000000, and `ram` bytes of data that nothing is stored of, at `data`.
fn riscv(code: &[u8], data: u32, ram: u32) -> Vec<u8> {
    let words = |words: &[u32]| -> Vec<u8> { words.iter().flat_map(|word| word.to_le_bytes()).collect() };
    let len = u32::try_from(code.len()).unwrap();
    // 32 bits, little-endian; an executable; the table of segments follows the header.
    let mut file = b"\x7fELF\x01\x01\x01".to_vec();
    file.resize(16, 0);
    file.extend([2, 0, 243, 0]);
    file.extend(words(&[1, 0x8000_0000, 52, 0, 0]));
    file.extend([52, 0, 32, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
    file.extend(words(&[1, 116, 0x8000_0000, 0x8000_0000, len, len, 5, 4]));
    file.extend(words(&[1, 0, data, data, 0, ram, 6, 4]));
    file.extend(code);
    file
}

#[test]
fn data_lies_where_it_is_said_else_where_the_elf_file_says() {
    let place = place();
    // Code and pointers to data; all data moved by 8 bytes.
    let image = |data: u32, moved: u32| -> Vec<u8> {
        let pointers = (0..400).map(|n| (data + 16 * n + moved).to_le_bytes());
        noise(4, 1600).chunks(4).zip(pointers).flat_map(|(code, pointer)| [code, &pointer].concat()).collect()
    };
    let write = |name: &str, data: u32, moved: u32, region: u32| {
        place.write(name, riscv(&image(data, moved), region, 0x2000));
    };
    let info = |target: &str, flags: &str| {
        place.say(&format!("delta make --base old.elf --target {target} -o x.delta {flags}")).ok();
        place.say("delta apply --base old.elf x.delta -o x.bin").ok();
        assert!(place.read(target).ends_with(&place.read("x.bin")));
        let json = place.say("delta info x.delta --format json").ok().json();
        (json["data_address"].as_u64().unwrap_or(0), json["data_size"].as_u64().unwrap_or(0))
    };
    write("old.elf", 0x3fc8_1000, 0, 0x3fc8_1000);
    write("new.elf", 0x3fc8_1000, 8, 0x3fc8_1000);
    assert_eq!(info("new.elf", ""), (0x3fc8_0000, 0x1_0000));
    // The target's, if they differ; a block that has all of it.
    write("wide.elf", 0x3fc8_1000, 8, 0x3fc8_f000);
    assert_eq!(info("wide.elf", ""), (0x3fc8_0000, 0x2_0000));
    assert_eq!(info("new.elf", "--data 0x3fc81000+7000"), (0x3fc8_1000, 0x2000));
    // What doesn't pay is left out.
    assert_eq!(info("new.elf", "--data 0x10000000+4KiB"), (0, 0));
    // The encoder's own region has room for what comes to be at run time.
    write("old.elf", 0x2000_0000, 0, 0x2000_0000);
    write("usual.elf", 0x2000_0000, 8, 0x2000_0000);
    assert_eq!(info("usual.elf", ""), (0x2000_0000, 0x10_0000));
}

#[test]
fn images_for_other_places_are_remarked_upon() {
    let place = place();
    let line = "delta make --base firmware-slot-a.elf --target firmware-slot-b.elf -o b.delta";
    let ran = place.say(line).done();
    assert!(
        ran.err
            .starts_with("warning[E0826]: 'firmware-slot-a.elf' and 'firmware-slot-b.elf' are linked to 0x"),
        "{}",
        ran.err
    );
    // Said is said.
    place.say(&format!("{line} --base-address 0x10000")).ok();
    let mut other = place.read("firmware-slot-a.elf");
    other[18] = 243; // e_machine: RISC-V
    place.write("rv.elf", other);
    let ran = place.say("delta make --base firmware-slot-a.elf --target rv.elf -o b.delta").done();
    assert!(ran.err.contains("'firmware-slot-a.elf' and 'rv.elf' are for different machines"), "{}", ran.err);
}

#[test]
fn each_of_several_bases_gets_a_delta() {
    let place = place();
    place.write("1/fw.bin", images().0).write("2/fw.bin", noise(3, 3000));
    let ran = place.say("delta make --base 1/fw.bin --base 2/fw.bin --target new.bin -o out/deltas").ok();
    let lines: Vec<_> = ran.text().lines().collect();
    assert_eq!(lines.len(), 4, "{}", ran.text());
    assert!(lines[0].starts_with("base"), "{}", lines[0]);
    assert_eq!(lines[3], "new.bin has 5,060 B; each delta verified by applying");
    for column in ["size", "of target", "profile", "segments", "predicted"] {
        assert!(lines[0].contains(column), "{}", lines[0]);
    }
    assert!(lines[1].contains(" 5,000 B ") && lines[2].contains(" 3,000 B "), "{}", ran.text());
    for (line, base) in lines[1..].iter().zip(["1/fw.bin", "2/fw.bin"]) {
        let check = to_hex(&Sha256::digest(place.read(base))[..4]);
        let delta = format!("out/deltas/fw-{check}.delta");
        assert!(line.starts_with(&format!("{base}  ")) && line.contains(&format!("  {delta}  ")), "{line}");
        place.say(&format!("delta apply --base {base} {delta} -o again.bin")).ok();
        assert_eq!(place.read("again.bin"), images().1);
    }
    let line = "delta make --base 1/fw.bin 2/fw.bin --target new.bin -o again --format json";
    let json = place.say(line).ok().json();
    hold("delta-make-output.v1.json", &json);
    assert_eq!(json["deltas"].as_array().unwrap().len(), 2);
}

#[test]
fn what_cannot_be_made_is_refused() {
    let place = place();
    let large = std::fs::File::create(place.path("large.bin")).unwrap();
    large.set_len(1 << 24).unwrap();
    place.write("empty.bin", "");
    std::fs::copy(place.path("old.bin"), place.path("copy.bin")).unwrap();
    for (line, number, status) in [
        ("--base large.bin --target new.bin -o x", "E0820", 3),
        ("--base old.bin --target large.bin -o x", "E0820", 3),
        ("--base empty.bin --target new.bin -o x", "E0808", 3),
        ("--base none.bin --target new.bin -o x", "E0601", 3),
        ("--base old.bin --target new.bin -o x --max-ram 1KiB", "E0821", 5),
        ("--base old.bin --target new.bin -o old.bin", "E0605", 5),
        ("--base old.bin --target new.bin -o new.bin", "E0605", 5),
        ("--base old.bin --target new.bin -o none/x", "E0602", 6),
        ("--base old.bin copy.bin --target new.bin -o x", "E0099", 2),
        ("--base old.bin large.bin --target new.bin -o x", "E0820", 3),
        ("--base old.bin new.bin --target new.bin -o -", "E0099", 2),
        ("--base old.bin new.bin --target new.bin -o old.bin", "E0602", 6),
        ("--base old.bin --target new.bin -o x --max-ram lots", "E0099", 2),
        ("--base old.bin --target new.bin -o x --max-ram 8KiB --profile m", "E0099", 2),
        ("--base old.bin --target new.bin -o x --base-address 0x100000000", "E0099", 2),
        ("--base old.bin --target new.bin -o x --instructions sparc", "E0099", 2),
        ("--base old.bin --target new.bin -o x --fill 256", "E0099", 2),
        ("--base old.bin --target new.bin -o x --jobs 0", "E0099", 2),
        ("--base old.bin --target new.bin -o x --data 0x20000000", "E0099", 2),
        ("--base old.bin --target new.bin -o x --data 0x20000000+0", "E0099", 2),
        ("--base old.bin --target new.bin -o x --data 0x20000000+4GiB", "E0099", 2),
        ("--base old.bin --target new.bin -o x --data 0x100000000+64KiB", "E0099", 2),
    ] {
        assert_eq!(fault(&place, &format!("delta make {line}")), (number.to_owned(), status), "{line}");
    }
}

#[test]
fn what_cannot_be_applied_is_refused_before_anything_is_written() {
    let place = with_delta();
    let delta = place.read("old.delta");
    let mut longer = images().0;
    longer.push(0);
    let mut changed = images().0;
    changed[4999] ^= 1;
    place.write("longer.bin", longer).write("changed.bin", changed).write("kept.bin", "kept");
    for base in ["longer.bin", "changed.bin", "new.bin"] {
        let line = format!("delta apply --base {base} old.delta -o kept.bin");
        assert_eq!(fault(&place, &line), ("E0824".into(), 5), "{base}");
        assert_eq!(place.read("kept.bin"), b"kept");
    }

    // One byte each: magic, version, reserved flag, a number past its range; the checks end the header.
    let header = usize::try_from(
        place.say("delta info old.delta --format json").ok().json()["header_size"].as_u64().unwrap(),
    )
    .unwrap();
    let with = |at: usize, byte: u8| {
        let mut changed = delta.clone();
        changed[at] = byte;
        changed
    };
    let cut = |len: usize| delta[..len].to_vec();
    for (what, bytes, number, status) in [
        ("magic", with(0, 0xd6), "E0610", 3),
        ("version", with(1, 2), "E0823", 3),
        ("flags", with(2, 0x0f), "E0823", 3),
        ("nodes", with(header - 11, 0), "E0822", 3),
        ("old check", with(header - 8, delta[header - 8] ^ 1), "E0824", 5),
        ("new check", with(header - 1, delta[header - 1] ^ 1), "E0825", 3),
        ("nothing", Vec::new(), "E0822", 3),
        ("cut header", cut(header - 1), "E0822", 3),
        ("header alone", cut(header), "E0822", 3),
        ("cut", cut(delta.len() / 2), "E0822", 3),
        ("longer", [delta.clone(), vec![0; 40]].concat(), "E0822", 3),
    ] {
        place.write("bad.delta", bytes);
        let found = fault(&place, "delta apply --base old.bin bad.delta -o kept.bin");
        assert_eq!(found, (number.to_owned(), status), "{what}");
        assert_eq!(place.read("kept.bin"), b"kept", "{what}");
    }
    assert_eq!(fault(&place, "delta apply --base old.bin old.delta -o old.bin"), ("E0605".into(), 5));
    assert_eq!(fault(&place, "delta apply --base old.bin old.delta -o old.delta"), ("E0605".into(), 5));
    assert_eq!(fault(&place, "delta apply --base old.bin none.delta -o x"), ("E0601".into(), 3));
}

#[test]
fn what_is_no_delta_cannot_be_shown() {
    let place = with_delta();
    place.write("cut.delta", &place.read("old.delta")[..5]);
    assert_eq!(fault(&place, "delta info old.bin"), ("E0610".into(), 3));
    assert_eq!(fault(&place, "delta info cut.delta"), ("E0822".into(), 3));
    assert_eq!(fault(&place, "inspect cut.delta"), ("E0822".into(), 3));
    for flags in ["--verify", "--bytes", "--path .install", "--format edn", "--format hex", "--format toml"] {
        assert_eq!(fault(&place, &format!("inspect old.delta {flags}")), ("E0099".into(), 2), "{flags}");
    }
}

/// A slot of 8 KiB that begins with the old image, and a delta for it.
fn one_slot() -> Place {
    let place = place();
    let mut slot = images().0;
    slot.resize(8192, 0xff);
    place.write("slot.bin", slot);
    place
        .say("delta make --base old.bin --target new.bin -p s --in-place --slot 8KiB --page 512 -o in.delta")
        .ok();
    place
}

#[test]
fn a_delta_in_place_is_made_shown_and_applied() {
    let place = one_slot();
    let shown = place.say("delta info in.delta").ok();
    assert!(
        shown.text().contains("\n  in place    in a slot of 8,192 B, pages of 512 B, journal of "),
        "{}",
        shown.text()
    );
    let shown = place.say("delta info in.delta --format json").ok().json();
    hold("delta-output.v1.json", &shown);
    assert_eq!((&shown["in_place"]["slot"], &shown["in_place"]["page"]), (&8192.into(), &512.into()));
    let journal = shown["in_place"]["journal"].as_u64().unwrap();
    // Two records of the memory and a page each, in whole pages.
    let lent = shown["memory"].as_u64().unwrap() - shown["memory_parts"]["decoder"].as_u64().unwrap();
    assert!(
        journal.is_multiple_of(1024) && (2 * (lent + 512)..2 * (lent + 1536)).contains(&journal),
        "{journal}"
    );

    let applied = place.say("delta apply --in-place slot.bin in.delta --format json").ok().json();
    hold("delta-apply-output.v1.json", &applied);
    assert_eq!(applied["sha256"], to_hex(&Sha256::digest(images().1)));
    let slot = place.read("slot.bin");
    assert!(slot.starts_with(&images().1) && slot.len() == 8192);
    // Ten pages of the old image moved up, ten of the new one.
    assert_eq!(applied["in_place"]["slot_erases"], 20);

    // It serves devices with two slots as well.
    place.say("delta apply --base old.bin in.delta -o again.bin").ok();
    assert_eq!(place.read("again.bin"), images().1);
}

#[test]
fn what_does_not_suit_the_slot_is_refused() {
    let place = one_slot();
    let make = "delta make --base old.bin --target new.bin -o x.delta --in-place";
    assert_eq!(fault(&place, &format!("{make} --slot 4KiB --page 512")), ("E0828".into(), 5));
    assert_eq!(fault(&place, &format!("{make} --slot 8191 --page 512")), ("E0828".into(), 5));
    place.say("delta make --base old.bin --target new.bin -o two.delta").ok();
    assert_eq!(fault(&place, "delta apply --in-place slot.bin two.delta"), ("E0829".into(), 5));
    place.write("short.bin", images().0);
    assert_eq!(fault(&place, "delta apply --in-place short.bin in.delta"), ("E0828".into(), 5));
    let mut other = place.read("slot.bin");
    other[100] ^= 1;
    place.write("other.bin", other);
    assert_eq!(fault(&place, "delta apply --in-place other.bin in.delta"), ("E0824".into(), 5));
}
