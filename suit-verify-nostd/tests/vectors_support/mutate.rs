//! Mutants: bytes changed anywhere, and trees changed item by item.

use testvectors_generator::node::{Head, Kind, Node, bytes};

/// xorshift64*: small, and the same everywhere.
pub(crate) struct Random(u64);

impl Random {
    /// A stream of its own for each number.
    pub(crate) fn new(number: u64) -> Self {
        // splitmix64, so that neighbours have nothing in common.
        let mut state = number.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ state >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        Self((state ^ state >> 31) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `bound`, which must not be 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).unwrap()).unwrap()
    }

    pub(crate) fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }

    pub(crate) fn pick<'t, T>(&mut self, list: &'t [T]) -> &'t T {
        &list[self.below(list.len())]
    }
}

/// Bytes that mean much in CBOR.
const TELLING: [u8; 24] = [
    0x00, 0x17, 0x18, 0x19, 0x1a, 0x1b, 0x1f, 0x20, 0x38, 0x40, 0x58, 0x5b, 0x5f, 0x60, 0x7f, 0x80, 0x9b,
    0x9f, 0xa0, 0xbb, 0xbf, 0xd8, 0xf6, 0xff,
];

/// Changes bytes without a look at what they mean.
pub(crate) fn mutate_bytes(random: &mut Random, document: &mut Vec<u8>) {
    for _ in 0..=random.below(3) {
        if document.is_empty() {
            document.push(*random.pick(&TELLING));
        }
        let at = random.below(document.len());
        match random.below(8) {
            0 | 1 => document[at] ^= 1 << random.below(8),
            2 => document[at] = *random.pick(&TELLING),
            3 => document.insert(at, *random.pick(&TELLING)),
            4 => document.truncate(at),
            5 => {
                let end = at + 1 + random.below((document.len() - at).min(16));
                document.drain(at..end);
            }
            6 => {
                let end = at + 1 + random.below((document.len() - at).min(16));
                let copy = document[at..end].to_vec();
                let to = random.below(document.len());
                document.splice(to..to, copy);
            }
            _ => document[at] = document[at].wrapping_add(1),
        }
    }
}

/// Changes items: their heads, their values, their order, their number. `others` are trees to take items from.
pub(crate) fn mutate_tree(random: &mut Random, root: &mut Node, others: &[Node]) {
    for _ in 0..=random.below(3) {
        let target = random.below(count(root));
        let donor = random.pick(others);
        let from = random.below(count(donor));
        let graft = nth(&mut donor.clone(), &mut { from }).expect("counted").clone();
        let node = nth(root, &mut { target }).expect("counted");
        change(random, node, graft);
    }
}

fn change(random: &mut Random, node: &mut Node, graft: Node) {
    match random.below(10) {
        0 => node.head = Head::Long([1, 2, 4, 8][random.below(4)]),
        1 => node.head = Head::Indefinite,
        2 => node.head = Head::States(random.next() >> random.below(64)),
        3 => *node = graft,
        4 => *node = bytes(node.encode()),
        _ => inside(random, node, graft),
    }
}

fn inside(random: &mut Random, node: &mut Node, graft: Node) {
    match &mut node.kind {
        Kind::Uint(value) | Kind::Nint(value) | Kind::Tag(value, _) => match random.below(4) {
            0 => *value = value.wrapping_add(1),
            1 => *value = value.wrapping_sub(1),
            2 => *value ^= 1 << random.below(64),
            _ => *value = random.next() >> random.below(64),
        },
        Kind::Simple(value) => *value = u8::try_from(20 + random.below(4)).expect("small"),
        Kind::Bytes(content) | Kind::Text(content) | Kind::Raw(content) => mutate_bytes(random, content),
        Kind::Array(items) | Kind::Wrapped(items) => match random.below(4) {
            0 => items.push(graft),
            _ if items.is_empty() => items.push(graft),
            1 => {
                let (a, b) = (random.below(items.len()), random.below(items.len()));
                items.swap(a, b);
            }
            2 => {
                items.remove(random.below(items.len()));
            }
            _ => {
                let copy = random.pick(items).clone();
                items.insert(random.below(items.len()), copy);
            }
        },
        Kind::Map(pairs) => match random.below(5) {
            _ if pairs.is_empty() => pairs.push((graft.clone(), graft)),
            0 => {
                let (a, b) = (random.below(pairs.len()), random.below(pairs.len()));
                pairs.swap(a, b);
            }
            1 => {
                pairs.remove(random.below(pairs.len()));
            }
            2 => {
                let copy = random.pick(pairs).clone();
                pairs.insert(random.below(pairs.len()), copy);
            }
            3 => {
                let at = random.below(pairs.len());
                pairs[at].1 = graft;
            }
            // In its place by order, so that it isn't the order that is refused.
            _ => {
                let key = Node::from(i64::try_from(random.below(36)).expect("small"));
                let encoded = key.encode();
                let at = pairs.iter().position(|(other, _)| other.encode() > encoded).unwrap_or(pairs.len());
                pairs.insert(at, (key, graft));
            }
        },
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.kind {
        Kind::Array(items) | Kind::Wrapped(items) => items.iter().map(count).sum(),
        Kind::Map(pairs) => pairs.iter().map(|(key, value)| count(key) + count(value)).sum(),
        Kind::Tag(_, content) => count(content),
        _ => 0,
    }
}

/// The item with this number in the order of the encoding.
fn nth<'n>(node: &'n mut Node, number: &mut usize) -> Option<&'n mut Node> {
    if *number == 0 {
        return Some(node);
    }
    *number -= 1;
    match &mut node.kind {
        Kind::Array(items) | Kind::Wrapped(items) => items.iter_mut().find_map(|item| nth(item, number)),
        Kind::Map(pairs) => {
            pairs.iter_mut().find_map(|(key, value)| nth(key, number).or_else(|| nth(value, number)))
        }
        Kind::Tag(_, content) => nth(content, number),
        _ => None,
    }
}
