//! The header: each field at its bounds, and one fault at a time.

use crate::images::Storage;
use suit_core::delta::{Decoder, Error, HEADER_LEN_MAX, Header, Instructions, Slot};

/// A header and what is wrong with it.
#[rustfmt::skip]
fn whole() -> Vec<u8> {
    vec![
        0xd5,                   // a delta
        1,                      // version
        0x31,                   // Thumb, pointers, data
        0xac, 0x02,             // old size: 300
        0x0a,                   // new size: 10
        0x10,                   // address 0x08000000: its bits reversed
        0x04, 0x14,             // data from 0x20000000, 2^20 bytes
        1, 1,                   // nodes: 256 bytes, learned: 8 places
        2,                      // segments
        0xaa, 0xbb, 0xcc, 0xdd, // old image's check
        0x11, 0x22, 0x33, 0x44, // new image's check
    ]
}

#[test]
fn every_field_is_read() {
    let bytes = whole();
    let (header, len) = Header::parse(&bytes).unwrap();
    assert_eq!(len, bytes.len());
    assert_eq!(header.instructions, Instructions::Thumb);
    assert_eq!((header.old_size, header.new_size), (300, 10));
    assert_eq!(header.image_address, Some(0x0800_0000));
    let data = header.data.unwrap();
    assert_eq!((data.start, data.log2_len), (0x2000_0000, 20));
    assert!(data.contains(0x2000_0000) && data.contains(0x200f_ffff));
    assert!(!data.contains(0x2010_0000) && !data.contains(0x1fff_ffff));
    assert_eq!(header.segments(), 2);
    assert_eq!((header.old_check, header.new_check), ([0xaa, 0xbb, 0xcc, 0xdd], [0x11, 0x22, 0x33, 0x44]));
    assert_eq!(header.encode(), bytes);
}

/// Puts `with` in the place of the bytes at `at`.
fn changed(at: core::ops::Range<usize>, with: &[u8]) -> Vec<u8> {
    let mut bytes = whole();
    bytes.splice(at, with.iter().copied());
    bytes
}

#[test]
fn one_fault_each() {
    let cases = [
        (changed(0..1, &[0xd8]), Error::NotADelta, "another first byte"),
        (changed(1..2, &[2]), Error::Version(2), "a later version"),
        (changed(1..2, &[0]), Error::Version(0), "no version"),
        (changed(2..3, &[0x35]), Error::Predictors(0x35), "unknown instructions"),
        (changed(2..3, &[0x3f]), Error::Predictors(0x3f), "the last unknown instructions"),
        (changed(3..5, &[0xac, 0x82, 0x00]), Error::Header(3), "a size not in its shortest form"),
        (changed(3..5, &[0x80, 0x80, 0x80, 0x08]), Error::Header(3), "an old image of 2^24 bytes"),
        (changed(5..6, &[0x80, 0x80, 0x80, 0x08]), Error::Header(5), "a new image of 2^24 bytes"),
        (changed(6..7, &[0xff, 0xff, 0xff, 0xff, 0x1f]), Error::Header(6), "an address of 33 bits"),
        (changed(6..7, &[0xff, 0xff, 0xff, 0xff, 0xff]), Error::Header(6), "an address of six bytes"),
        (changed(8..9, &[0x20]), Error::Header(8), "data of 2^32 bytes"),
        (changed(9..10, &[0]), Error::Header(9), "no nodes"),
        (changed(10..11, &[0]), Error::Header(9), "no learned targets"),
        (changed(11..12, &[0x80, 0x80, 0x04]), Error::Header(11), "65,536 segments"),
    ];
    for (bytes, error, what) in cases {
        assert_eq!(Header::parse(&bytes).unwrap_err(), error, "{what}");
    }
}

/// The same for a slot of 64 KiB in pages of 4 KiB, which follow the sizes.
fn in_place(slot: &[u8]) -> Vec<u8> {
    let mut bytes = changed(6..6, slot);
    bytes[2] |= 0x80;
    bytes
}

#[test]
fn a_slot_is_read() {
    let bytes = in_place(&[0x80, 0x80, 0x04, 12]);
    let (header, len) = Header::parse(&bytes).unwrap();
    assert_eq!((header.slot, len), (Some(Slot { size: 64 << 10, log2_page: 12 }), bytes.len()));
    assert_eq!((header.old_size, header.image_address), (300, Some(0x0800_0000)));
    assert_eq!(header.encode(), bytes);
    assert_eq!(Header::parse(&whole()).unwrap().0.slot, None);
}

#[test]
fn one_fault_of_a_slot_each() {
    let cases: [(&[u8], &str); 5] = [
        (&[0x80, 0x82, 0x04, 12], "no whole pages"),
        (&[0x80, 0x02, 7], "less than the old image"),
        (&[0x80, 0x80, 0x04, 4], "pages of 16 bytes"),
        (&[0x80, 0x80, 0x80, 0x01, 21], "pages of 2 MiB"),
        (&[0x80, 0xa0, 0x80, 0x08, 12], "a slot of more than 16 MiB"),
    ];
    for (slot, what) in cases {
        assert_eq!(Header::parse(&in_place(slot)).unwrap_err(), Error::Header(6), "{what}");
    }
}

#[test]
fn every_end_within_the_header_is_seen() {
    let bytes = whole();
    for len in 0..bytes.len() {
        assert_eq!(Header::parse(&bytes[..len]).unwrap_err(), Error::Truncated, "{len} bytes");
        let mut storage = Storage::over(&[0; 300]);
        let mut memory = [0; 4096];
        let mut decoder = Decoder::new(&mut memory);
        decoder.feed(&bytes[..len], &mut storage).unwrap();
        assert_eq!(decoder.finish(&mut storage).unwrap_err(), Error::Truncated, "{len} bytes");
        assert!(!storage.begun);
    }
}

#[test]
fn less_memory_than_the_header_asks_for_is_refused_first() {
    let (header, _) = Header::parse(&whole()).unwrap();
    let needed = header.memory();
    let mut memory = vec![0; needed as usize - 1];
    let mut storage = Storage::over(&[0; 300]);
    let mut bytes = whole();
    bytes.resize(HEADER_LEN_MAX + 4, 0);
    let error = Decoder::new(&mut memory).feed(&bytes, &mut storage).unwrap_err();
    // The caller isn't even asked.
    assert_eq!((error, storage.begun), (Error::Memory { needed, lent: needed - 1 }, false));
}

#[test]
fn a_refused_header_ends_it() {
    let mut memory = [0; 8192];
    let mut storage = Storage { refuse: true, ..Storage::over(&[0; 300]) };
    let mut bytes = whole();
    bytes.resize(HEADER_LEN_MAX + 4, 0);
    let mut decoder = Decoder::new(&mut memory);
    assert_eq!(decoder.feed(&bytes, &mut storage).unwrap_err(), Error::Images);
    // Also when one goes on all the same: storage would notice.
    assert!(decoder.feed(&[0; 500], &mut storage).is_err());
    assert!(decoder.finish(&mut storage).is_err());
}
