//! Tests of the image readers: real images agree in all three forms, single faults are named, damage is harmless.

use super::*;
use crate::error::as_text;

const ELF: &[u8] = include_bytes!("../../demo/images/firmware-slot-a.elf");
const BIN: &[u8] = include_bytes!("../../demo/images/firmware-slot-a.bin");
const HEX: &[u8] = include_bytes!("../../demo/images/firmware-slot-a.hex");
const MODULE_ELF: &[u8] = include_bytes!("../../demo/images/module-tls.elf");
const MODULE_BIN: &[u8] = include_bytes!("../../demo/images/module-tls.bin");

/// Loads these bytes from a file of this name.
fn load_as(name: &str, bytes: &[u8], sections: Sections, kind: Option<Kind>) -> Outcome<Image> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut image = load(&path, sections, kind)?;
    // The directory goes; so does the dependence on it.
    let loaded = image.bytes().unwrap();
    image.pieces = vec![Piece::Range { start: 0, length: image.len }];
    image.source = Source::Memory(loaded);
    Ok(image)
}

fn loadable(name: &str, bytes: &[u8]) -> Outcome<Image> {
    load_as(name, bytes, Sections::Loadable, None)
}

/// `E0801 message` and the line or byte.
fn fault(name: &str, bytes: &[u8]) -> String {
    let failure = loadable(name, bytes).expect_err("one fault");
    let place = match failure.place() {
        Some(Place::Text { line, .. }) => format!("line {line}"),
        Some(Place::Bytes { offset, path, .. }) => {
            format!("byte {offset} {}", path.as_deref().unwrap_or_default())
        }
        Some(Place::File { .. }) => "file".to_owned(),
        None => "nowhere".to_owned(),
    };
    format!("E{:04} {place}: {}", failure.number(), failure.message())
}

/// The firmware as it is stored: `objcopy -O binary` fills the two bytes between code and constants with 0.
fn stored() -> Vec<u8> {
    let mut stored = BIN.to_vec();
    assert_eq!(stored[0xf0e..0xf10], [0, 0]);
    stored[0xf0e..0xf10].fill(0xff);
    stored
}

fn assert_same(one: &[u8], other: &[u8], what: &str) {
    let differs = one.iter().zip(other).position(|(one, other)| one != other);
    assert_eq!((differs, one.len()), (None, other.len()), "{what}");
}

#[test]
fn elf_hex_and_bin_of_one_firmware_are_one_image() {
    for (name, bytes, kind) in [("a.elf", ELF, Kind::Elf), ("a.hex", HEX, Kind::Hex)] {
        let image = loadable(name, bytes).unwrap();
        assert_same(&image.bytes().unwrap(), &stored(), name);
        // The address that the linker script of slot A gives it.
        assert_eq!((image.kind, image.base), (kind, Some(0x1_0000)), "{name}");
    }
    let image = loadable("a.bin", BIN).unwrap();
    assert_same(&image.bytes().unwrap(), BIN, "raw");
    assert_eq!((image.kind, image.base), (Kind::Bin, None));
    assert_same(&loadable("m.elf", MODULE_ELF).unwrap().bytes().unwrap(), MODULE_BIN, "module");
}

#[test]
fn gaps_are_filled_with_what_is_asked_for() {
    let mut image = load(&demo("firmware-slot-a.elf"), Sections::Loadable, None).unwrap();
    image.fill = 0;
    assert_same(&image.bytes().unwrap(), BIN, "as objcopy does");
}

fn demo(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("demo/images").join(name)
}

#[test]
fn the_kind_is_the_magic_then_the_name_then_raw() {
    let kind = |name, bytes| loadable(name, bytes).unwrap().kind;
    assert_eq!(kind("firmware", ELF), Kind::Elf);
    assert_eq!(kind("firmware.bin", ELF), Kind::Elf);
    assert_eq!(kind("firmware.HEX", HEX), Kind::Hex);
    assert_eq!(kind("firmware.txt", HEX), Kind::Bin);
    let bytes = |outcome: Outcome<Image>| outcome.unwrap().bytes().unwrap();
    assert_same(&bytes(load_as("x", HEX, Sections::Loadable, Some(Kind::Hex))), &stored(), "hex by word");
    assert_same(&bytes(load_as("x.hex", HEX, Sections::Loadable, Some(Kind::Bin))), HEX, "raw by word");
    assert_same(&bytes(load_as("x.elf", ELF, Sections::Raw, None)), ELF, "raw sections");
    assert_eq!(fault("a.elf", BIN).split(": ").next(), Some("E0809 byte 0 "));
}

#[test]
fn a_digest_is_that_of_the_bytes() {
    use suit_verify_nostd::crypto::Sha256;
    let image = loadable("a.elf", ELF).unwrap();
    assert_eq!(image.digest(&Sha256).unwrap(), Sha256.digest(&stored()).unwrap());
    let large = vec![0x5a; 200_000];
    let (digest, length) = digest(large.as_slice(), "x", &Sha256).unwrap();
    assert_eq!((digest, length), (Sha256.digest(&large).unwrap(), 200_000));
}

#[test]
fn files_that_are_no_images_are_named() {
    assert!(fault("a.bin", b"").starts_with("E0808 file: "));
    assert!(fault("a.hex", b":00000001FF\n").starts_with("E0807 file: "));
    let failure = load(Path::new("no/such.bin"), Sections::Loadable, None).expect_err("missing");
    assert_eq!(failure.message(), "can't read 'no/such.bin': no such file or directory");
    let directory = tempfile::tempdir().unwrap();
    assert_eq!(load(directory.path(), Sections::Loadable, None).expect_err("directory").number(), 608);
}

mod hex {
    use super::*;

    /// A record of this type with a right checksum.
    fn record(kind: u8, address: u16, data: &[u8]) -> String {
        let mut bytes = vec![u8::try_from(data.len()).unwrap()];
        bytes.extend(address.to_be_bytes());
        bytes.push(kind);
        bytes.extend(data);
        let sum = bytes.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte));
        bytes.push(sum.wrapping_neg());
        let digits: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        format!(":{digits}\n")
    }

    fn end() -> String {
        record(1, 0, &[])
    }

    fn text(records: &[String]) -> String {
        records.concat()
    }

    #[test]
    fn addresses_gaps_and_order() {
        let file = text(&[
            record(4, 0, &[0x08, 0x00]),
            record(0, 0x0008, &[5, 6]),
            "\r\n".to_owned(),
            record(0, 0x0000, &[1, 2, 3]).replace('\n', "\r\n"),
            record(5, 0, &[8, 0, 0, 1]),
            end(),
            "\n".to_owned(),
        ]);
        let image = loadable("a.hex", file.as_bytes()).unwrap();
        assert_eq!(image.base, Some(0x0800_0000));
        assert_eq!(image.bytes().unwrap(), [1, 2, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 5, 6]);
        let file =
            text(&[record(2, 0, &[0x10, 0x00]), record(0, 0x0004, &[7]), record(3, 0, &[0; 4]), end()]);
        let image = loadable("a.hex", file.as_bytes()).unwrap();
        assert_eq!((image.base, image.bytes().unwrap().as_slice()), (Some(0x1_0004), &[7_u8][..]));
    }

    #[test]
    fn each_single_fault_is_named_with_its_line() {
        let data = record(0, 0, &[1, 2, 3, 4]);
        let near_end = record(4, 0, &[0xff, 0xff]);
        for (file, wanted) in [
            (
                text(&[data.clone(), ":0400040005060708DB\n".into(), end()]),
                "E0805 line 2: malformed Intel HEX record: its checksum is DB, its bytes give DE",
            ),
            (
                text(&[data.clone(), "hello\n".into(), end()]),
                "E0805 line 2: malformed Intel HEX record: it does not begin with ':'",
            ),
            (
                text(&[data.clone(), ":0400\n".into(), end()]),
                "E0805 line 2: malformed Intel HEX record: it is too short",
            ),
            (
                text(&[data.clone(), data.trim_end().to_owned() + "0\n", end()]),
                "E0805 line 2: malformed Intel HEX record: it has an odd number of digits",
            ),
            (
                text(&[data.clone(), data.replace('1', "G"), end()]),
                "E0805 line 2: malformed Intel HEX record: it has characters that are no hex digits",
            ),
            (
                text(&[record(6, 0, &[]), end()]),
                "E0805 line 1: malformed Intel HEX record: unknown record type 06",
            ),
            (
                text(&[record(4, 0, &[1]), end()]),
                "E0805 line 1: malformed Intel HEX record: it has the wrong length for its type",
            ),
            (text(&[data.clone(), end(), data.clone()]), "E0805 line 3: a record after the end record"),
            (
                text(&[data.clone(), record(0, 3, &[9]), end()]),
                "E0803 line 2: two parts of the image lie at address 0x3",
            ),
            (
                text(&[data.clone(), record(4, 0, &[0x08, 0]), data.clone(), end()]),
                "E0804 line 3: gap of 134217724 bytes in the image, from 0x4 to 0x8000000",
            ),
            (
                text(&[record(2, 0, &[0x10, 0]), record(0, 0xffff, &[1, 2]), end()]),
                "E0805 line 2: the record runs past the end of its 64 KiB segment",
            ),
            (
                text(&[near_end, record(0, 0xffff, &[1, 2]), end()]),
                "E0810 line 2: 2 bytes at 0xffffffff reach past the last address",
            ),
        ] {
            assert_eq!(fault("a.hex", file.as_bytes()), wanted);
        }
        assert!(fault("a.hex", data.as_bytes()).starts_with("E0806 line 2: "));
        assert!(fault("a.hex", b":\xff").starts_with("E0209 byte 1 : "));
    }

    #[test]
    fn the_largest_gap_is_16_mib_in_all() {
        let one_at = |upper: u8, low: u16| text(&[record(4, 0, &[upper, 0]), record(0, low, &[1])]);
        let with = |low| text(&[record(0, 0, &[1]), one_at(1, low), end()]);
        assert_eq!(loadable("a.hex", with(1).as_bytes()).unwrap().len, 0x100_0002);
        assert!(fault("a.hex", with(2).as_bytes()).starts_with("E0804 "));
    }
}

mod elves {
    use super::*;

    /// Offset of a field of program header `index` in [`ELF`], which has 32 bits.
    fn segment(index: usize, field: usize) -> usize {
        52 + 32 * index + field
    }

    const OFFSET: usize = 4;
    const PHYSICAL: usize = 12;
    const FILE_SIZE: usize = 16;

    fn with(changes: &[(usize, u32)]) -> Vec<u8> {
        let mut elf = ELF.to_vec();
        for (at, value) in changes {
            elf[*at..*at + 4].copy_from_slice(&value.to_le_bytes());
        }
        elf
    }

    #[test]
    fn gaps_are_filled_with_erased_flash() {
        // The initialised data follow 8 bytes later than linked.
        let image = loadable("a.elf", &with(&[(segment(3, PHYSICAL), 0x111e0)])).unwrap();
        let stored = stored();
        let (code, data) = stored.split_at(0x11d8);
        assert_same(&image.bytes().unwrap(), &[code, &[0xff; 8], data].concat(), "gap");
    }

    #[test]
    fn a_header_within_the_first_segment_is_left_out() {
        // The first segment is stretched over the file's header, which lies 0xd4 bytes before.
        let stretched = with(&[
            (segment(0, OFFSET), 0),
            (segment(0, PHYSICAL), 0x10000 - 0xd4),
            (segment(0, FILE_SIZE), 0xd4 + 0x40),
        ]);
        let image = loadable("a.elf", &stretched).unwrap();
        assert_eq!(image.base, Some(0x1_0000));
        assert_same(&image.bytes().unwrap(), &stored(), "header");
    }

    #[test]
    fn without_section_headers_segments_are_whole() {
        let mut stripped = ELF.to_vec();
        // e_shoff, e_shnum and e_shstrndx.
        stripped[32..36].fill(0);
        stripped[48..52].fill(0);
        assert_same(&loadable("a.elf", &stripped).unwrap().bytes().unwrap(), &stored(), "stripped");
    }

    #[test]
    fn each_single_fault_is_named() {
        for (changed, wanted) in [
            (
                with(&[(segment(3, PHYSICAL), 0x11000)]),
                "E0803 byte 4780 segment 3: two parts of the image lie at address 0x11000",
            ),
            (
                with(&[(segment(3, PHYSICAL), 0x2000_0000)]),
                "E0804 byte 4780 segment 3: gap of 536800808 bytes in the image, from 0x111d8 to 0x20000000",
            ),
            (
                with(&[(segment(1, FILE_SIZE), 0x4000_0000)]),
                "E0801 byte 276 segment 1: malformed ELF file: 1073741824 bytes at offset 276, but the file has 5112",
            ),
            (
                with(&[(4, 0x0001_0103)]),
                "E0801 byte 4 header: malformed ELF file: neither a 32-bit nor a 64-bit file",
            ),
            (
                with(&[(28, 0x7fff_0000)]),
                "E0801 byte 2147418112 table of segments: malformed ELF file: cut or misplaced",
            ),
            (
                with(&[(32, 0x7fff_0000)]),
                "E0801 byte 2147418112 table of sections: malformed ELF file: cut or misplaced",
            ),
        ] {
            assert_eq!(fault("a.elf", &changed), wanted);
        }
        // e_phnum 0: an object file.
        let mut object = ELF.to_vec();
        object[44..46].fill(0);
        assert!(fault("a.elf", &object).starts_with("E0802 file: "));
        assert!(fault("a.elf", &ELF[..40]).starts_with("E0801 byte 0 header: "));
    }

    #[test]
    fn segments_that_share_the_file_cannot_make_a_huge_image() {
        // A 64-bit file without sections, whose 600 segments are the whole file again and again.
        let count = 600_u16;
        let size = 64 + 56 * u64::from(count);
        let mut elf = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0];
        elf.resize(16, 0);
        elf.extend([2, 0, 183, 0, 1, 0, 0, 0]);
        for word in [0, 64, 0] {
            elf.extend(u64::to_le_bytes(word));
        }
        elf.extend([0, 0, 0, 0]);
        for half in [64, 56, count, 0, 0, 0] {
            elf.extend(half.to_le_bytes());
        }
        for index in 0..u64::from(count) {
            elf.extend([1, 0, 0, 0, 4, 0, 0, 0]);
            for word in [0, index * size, index * size, size, size, 1] {
                elf.extend(word.to_le_bytes());
            }
        }
        assert_eq!(u64::try_from(elf.len()).unwrap(), size);
        assert_eq!(
            fault("a.elf", &elf),
            "E0801 byte 0 segment 1: malformed ELF file: segments share bytes of the file"
        );
    }
}

/// Cut and changed files are refused with a place or give an image that isn't much larger than the file.
#[test]
fn damaged_files_are_harmless() {
    let check = |name: &str, bytes: &[u8]| {
        let opened = Opened::in_memory(Input { name: name.to_owned(), bytes: bytes.to_vec() });
        let outcome = if name == "a.elf" { elf::load(opened) } else { ihex::load(opened) };
        match outcome {
            Ok(image) => assert!(image.len <= opened_len(bytes) + 16 * 1024 * 1024, "{}", image.len),
            Err(failure) => {
                assert!(failure.place().is_some(), "{}", failure.message());
                assert!(as_text(&failure).contains(name));
            }
        }
    };
    for at in 0..ELF.len() {
        check("a.elf", &ELF[..at]);
    }
    // The headers, with each byte set to values that make fields zero, small, huge or negative.
    let tables = (0..52 + 32 * 5).chain(0x12e0..ELF.len());
    for at in tables {
        for value in [0, 1, 4, 0x7f, 0x80, 0xff] {
            let mut elf = ELF.to_vec();
            elf[at] = value;
            check("a.elf", &elf);
        }
    }
    for at in 0..HEX.len().min(2000) {
        check("a.hex", &HEX[..at]);
        for value in [0, b'\n', b':', b'0', b'F', b'4', 0xff] {
            let mut hex = HEX[..400].to_vec();
            hex[at % 400] = value;
            check("a.hex", &hex);
        }
    }
}

fn opened_len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap()
}
