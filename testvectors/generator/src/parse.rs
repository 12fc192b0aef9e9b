//! From bytes to a tree, for those who change documents item by item.

use crate::node::{Head, Kind, Mark, Node};

/// Deepest nesting that is taken apart; what is deeper stays bytes.
const DEPTH_MAX: usize = 64;

/// The tree of an encoding; `None` if it isn't one item of definite lengths. Byte strings that hold an array, a map or a
/// tagged item and nothing else are taken apart.
#[must_use]
pub fn parse(bytes: &[u8]) -> Option<Node> {
    let mut rest = bytes;
    let node = item(&mut rest, 0)?;
    rest.is_empty().then_some(node)
}

fn item(rest: &mut &[u8], depth: usize) -> Option<Node> {
    if depth > DEPTH_MAX {
        return None;
    }
    let first = take(rest, 1)?[0];
    let width = match first & 0x1f {
        0..=23 => 0,
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let value = if width == 0 {
        u64::from(first & 0x1f)
    } else {
        take(rest, width)?.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
    };
    let many =
        |rest: &mut &[u8]| -> Option<Vec<Node>> { (0..value).map(|_| item(rest, depth + 1)).collect() };
    let kind = match first >> 5 {
        0 => Kind::Uint(value),
        1 => Kind::Nint(value),
        2 => {
            let content = take(rest, usize::try_from(value).ok()?)?;
            let inner = parse_at(content, depth + 1);
            let structured = |node: &Node| matches!(node.kind, Kind::Array(_) | Kind::Map(_) | Kind::Tag(..));
            match inner.filter(structured) {
                Some(inner) => Kind::Wrapped(vec![inner]),
                None => Kind::Bytes(content.into()),
            }
        }
        3 => Kind::Text(take(rest, usize::try_from(value).ok()?)?.into()),
        4 => Kind::Array(many(rest)?),
        5 => {
            let pair = |rest: &mut &[u8]| Some((item(rest, depth + 1)?, item(rest, depth + 1)?));
            Kind::Map((0..value).map(|_| pair(rest)).collect::<Option<_>>()?)
        }
        6 => Kind::Tag(value, Box::new(item(rest, depth + 1)?)),
        _ if width == 0 => Kind::Simple(first & 0x1f),
        _ => return None,
    };
    let head = match u8::try_from(width) {
        Ok(width @ 1..) if shorter_is_enough(value, width) => Head::Long(width),
        _ => Head::Plain,
    };
    Some(Node { kind, head, mark: Mark::None })
}

fn parse_at(bytes: &[u8], depth: usize) -> Option<Node> {
    let mut rest = bytes;
    let node = item(&mut rest, depth)?;
    rest.is_empty().then_some(node)
}

fn take<'a>(rest: &mut &'a [u8], len: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(len)?;
    *rest = left;
    Some(taken)
}

fn shorter_is_enough(value: u64, width: u8) -> bool {
    match width {
        1 => value < 24,
        2 => value <= 0xff,
        4 => value <= 0xffff,
        _ => value <= 0xffff_ffff,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_definite_vector_comes_back() {
        let mut taken_apart = 0;
        for case in crate::cases::all() {
            let bytes = case.suit();
            if let Some(node) = parse(&bytes) {
                assert_eq!(node.encode(), bytes, "{}", case.path());
                taken_apart += 1;
            }
        }
        assert!(taken_apart > 300, "{taken_apart} only");
    }
}
