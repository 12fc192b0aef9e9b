//! Images to make deltas of, and storage that holds a decoder to its promises.

use suit_core::delta::{Fault, Header, Images};

/// A generator of numbers that are the same in every run (Marsaglia's xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }
}

/// Where the Thumb images lie.
pub(crate) const ADDRESS: u32 = 0x0800_0000;

/// A Thumb image of functions that call each other, with words that point at functions, in the given order. The same number
/// names the same function in every image.
pub(crate) fn thumb(order: &[u32]) -> Vec<u8> {
    let body = |number: u32| {
        let mut numbers = Numbers(u64::from(number) * 2_654_435_761 + 1);
        let halves = 20 + numbers.below(30);
        (0..halves).map(|_| 0x2000 + (numbers.next() % 0x8000) as u16).collect::<Vec<_>>()
    };
    let calls = 3;
    let len = |number: u32| (body(number).len() * 2 + calls * 4 + 4).next_multiple_of(4) + 4;
    let start = |number: u32| {
        let before = order.iter().take_while(|other| **other != number);
        before.map(|number| len(*number)).sum::<usize>() as u32
    };
    let mut image = Vec::new();
    for number in order {
        let begin = image.len();
        let mut numbers = Numbers(u64::from(*number) + 77);
        image.extend(0xb570u16.to_le_bytes());
        for half in body(*number) {
            image.extend(half.to_le_bytes());
        }
        for _ in 0..calls {
            // By number and not by place: whatever moves, a function calls the same ones.
            let callee = numbers.next() as u32 % 100;
            let callee = if order.contains(&callee) { callee } else { *number };
            let offset = start(callee).wrapping_sub(image.len() as u32 + 4);
            image.extend(bl(offset));
        }
        image.extend(0xbd70u16.to_le_bytes());
        while image.len() % 4 != 0 {
            image.extend([0]);
        }
        image.extend((ADDRESS + start(*number) + 1).to_le_bytes());
        assert_eq!(image.len() - begin, len(*number));
    }
    image
}

/// `BL` by the manual's diagram: 11110 S imm10 11 J1 1 J2 imm11, I1 = NOT(J1 EOR S).
fn bl(offset: u32) -> [u8; 4] {
    let bit = |n: u32| (offset >> n & 1) as u16;
    let (s, i1, i2) = (bit(24), bit(23), bit(22));
    let first = 0xf000 | s << 10 | (offset >> 12 & 0x3ff) as u16;
    let second = 0xd000 | (1 - (i1 ^ s)) << 13 | (1 - (i2 ^ s)) << 11 | (offset >> 1 & 0x7ff) as u16;
    let ([a, b], [c, d]) = (first.to_le_bytes(), second.to_le_bytes());
    [a, b, c, d]
}

/// Bytes without structure.
pub(crate) fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut numbers = Numbers(seed);
    (0..len).map(|_| numbers.next() as u8).collect()
}

/// Storage that notes every step outside its bounds.
pub(crate) struct Storage<'a> {
    pub(crate) old: &'a [u8],
    pub(crate) new: Vec<u8>,
    /// What the header says of the new image.
    pub(crate) room: usize,
    pub(crate) begun: bool,
    pub(crate) refuse: bool,
}

impl<'a> Storage<'a> {
    pub(crate) fn over(old: &'a [u8]) -> Self {
        Self { old, new: Vec::new(), room: 0, begun: false, refuse: false }
    }
}

impl Images for Storage<'_> {
    fn begin(&mut self, header: &Header) -> Result<(), Fault> {
        assert!(!self.begun, "begin twice");
        self.begun = true;
        self.room = header.new_size as usize;
        if self.refuse || header.old_size as usize != self.old.len() { Err(Fault) } else { Ok(()) }
    }

    fn read_old(&mut self, offset: u32, into: &mut [u8]) -> Result<(), Fault> {
        assert!(self.begun && !self.refuse, "a read before the header was accepted");
        let from = offset as usize;
        let bytes = self.old.get(from..from + into.len()).expect("a read outside the old image");
        into.copy_from_slice(bytes);
        Ok(())
    }

    fn write_new(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        assert!(self.begun && !self.refuse, "a write before the header was accepted");
        self.new.extend(bytes);
        assert!(self.new.len() <= self.room, "a write past the new image");
        Ok(())
    }
}
