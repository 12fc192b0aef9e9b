//! A CBOR tree that can be wrong: every fault of the encoding can be put into it, at any place.
//!
//! It knows nothing of `suit-core`: what both agree on was written twice.

/// One CBOR item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// What the item holds.
    pub kind: Kind,
    /// How its head is written.
    pub head: Head,
    /// Whether a fault is expected here.
    pub mark: Mark,
}

/// What an item holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Unsigned integer.
    Uint(u64),
    /// Negative integer: -1 minus this.
    Nint(u64),
    /// Byte string.
    Bytes(Vec<u8>),
    /// Byte string that holds encoded items: one in a sound document.
    Wrapped(Vec<Node>),
    /// Text string; the bytes need not be UTF-8.
    Text(Vec<u8>),
    /// Array.
    Array(Vec<Node>),
    /// Map, in the order given.
    Map(Vec<(Node, Node)>),
    /// Tag.
    Tag(u64, Box<Node>),
    /// Simple value 0 to 23.
    Simple(u8),
    /// Bytes as they stand.
    Raw(Vec<u8>),
}

/// How the head of an item is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Shortest form, definite length.
    Plain,
    /// With this many bytes after the first one: 1, 2, 4 or 8.
    Long(u8),
    /// Indefinite length; strings get one part.
    Indefinite,
    /// Definite, but stating this count or length.
    States(u64),
}

/// Where a fault is expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Not here.
    None,
    /// At the item's first byte.
    Begin,
    /// Behind the item's last byte.
    End,
}

impl From<Kind> for Node {
    fn from(kind: Kind) -> Self {
        Self { kind, head: Head::Plain, mark: Mark::None }
    }
}

impl From<i64> for Node {
    fn from(value: i64) -> Self {
        u64::try_from(value).map_or_else(|_| Kind::Nint((!value).unsigned_abs()), Kind::Uint).into()
    }
}

impl From<&str> for Node {
    fn from(value: &str) -> Self {
        Kind::Text(value.into()).into()
    }
}

impl From<bool> for Node {
    fn from(value: bool) -> Self {
        Kind::Simple(if value { 21 } else { 20 }).into()
    }
}

impl From<Vec<Self>> for Node {
    fn from(items: Vec<Self>) -> Self {
        Kind::Array(items).into()
    }
}

/// An array of everything that is `Into<Node>`.
#[macro_export]
macro_rules! array {
    ( $( $item:expr ),* $(,)? ) => { $crate::node::Node::from(vec![ $( $crate::node::Node::from($item) ),* ]) };
}

/// A map of everything that is `Into<Node>`, in the order given.
#[macro_export]
macro_rules! map {
    ( $( $key:expr => $value:expr ),* $(,)? ) => {
        $crate::node::Node::from($crate::node::Kind::Map(vec![
            $( ($crate::node::Node::from($key), $crate::node::Node::from($value)) ),*
        ]))
    };
}

/// A byte string that holds a sequence of codes and arguments.
#[macro_export]
macro_rules! sequence {
    ( $( $item:expr ),* $(,)? ) => { $crate::node::wrap($crate::array![ $( $item ),* ]) };
}

/// An unsigned integer of any size.
#[must_use]
pub fn uint(value: u64) -> Node {
    Kind::Uint(value).into()
}

/// A byte string.
#[must_use]
pub fn bytes(value: impl AsRef<[u8]>) -> Node {
    Kind::Bytes(value.as_ref().into()).into()
}

/// A byte string that holds an item.
#[must_use]
pub fn wrap(content: Node) -> Node {
    Kind::Wrapped(vec![content]).into()
}

/// A tagged item.
#[must_use]
pub fn tag(number: u64, content: Node) -> Node {
    Kind::Tag(number, Box::new(content)).into()
}

/// `null`.
#[must_use]
pub fn nil() -> Node {
    Kind::Simple(22).into()
}

/// Bytes as they stand.
#[must_use]
pub fn raw(value: impl AsRef<[u8]>) -> Node {
    Kind::Raw(value.as_ref().into()).into()
}

impl Node {
    /// The encoding.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        self.encode_marked().0
    }

    /// The encoding, and where in it the mark is.
    ///
    /// # Panics
    /// If there are several marks.
    #[must_use]
    pub fn encode_marked(&self) -> (Vec<u8>, Option<usize>) {
        let mut output = Output::default();
        self.write(&mut output);
        assert!(output.marks.len() <= 1, "one fault, one mark");
        (output.bytes, output.marks.first().copied())
    }

    fn write(&self, output: &mut Output) {
        if self.mark == Mark::Begin {
            output.marks.push(output.bytes.len());
        }
        match &self.kind {
            Kind::Uint(value) => {
                output.head(0, *value, self.head);
            }
            Kind::Nint(value) => {
                output.head(1, *value, self.head);
            }
            Kind::Bytes(content) => {
                output.string(2, content, self.head);
            }
            Kind::Text(content) => {
                output.string(3, content, self.head);
            }
            Kind::Wrapped(items) => {
                let mut inner = Output::default();
                items.iter().for_each(|item| item.write(&mut inner));
                let content_at = output.string(2, &inner.bytes, self.head);
                output.marks.extend(inner.marks.iter().map(|mark| content_at + mark));
            }
            Kind::Array(items) => {
                output.head(4, len(items), self.head);
                items.iter().for_each(|item| item.write(output));
                self.stop(output);
            }
            Kind::Map(pairs) => {
                output.head(5, len(pairs), self.head);
                for (key, value) in pairs {
                    key.write(output);
                    value.write(output);
                }
                self.stop(output);
            }
            Kind::Tag(number, content) => {
                output.head(6, *number, self.head);
                content.write(output);
            }
            Kind::Simple(value) => output.bytes.push(0xe0 | value),
            Kind::Raw(content) => output.bytes.extend(content),
        }
        self.end(output);
    }

    fn stop(&self, output: &mut Output) {
        if self.head == Head::Indefinite {
            output.bytes.push(0xff);
        }
    }

    fn end(&self, output: &mut Output) {
        if self.mark == Mark::End {
            output.marks.push(output.bytes.len());
        }
    }
}

fn len<T>(items: &[T]) -> u64 {
    items.len().try_into().expect("a length in memory fits 64 bits")
}

#[derive(Default)]
struct Output {
    bytes: Vec<u8>,
    marks: Vec<usize>,
}

impl Output {
    /// Returns where the item goes on.
    fn head(&mut self, major: u8, value: u64, form: Head) -> usize {
        let first = major << 5;
        let (value, width) = match form {
            Head::Indefinite => {
                self.bytes.push(first | 31);
                return self.bytes.len();
            }
            Head::Plain => (value, shortest(value)),
            Head::Long(width) => (value, width),
            Head::States(value) => (value, shortest(value)),
        };
        let all = value.to_be_bytes();
        let info = match width {
            0 => all[7],
            1 => 24,
            2 => 25,
            4 => 26,
            _ => 27,
        };
        self.bytes.push(first | info);
        self.bytes.extend(&all[8 - usize::from(width)..]);
        self.bytes.len()
    }

    /// Returns where the content begins.
    fn string(&mut self, major: u8, content: &[u8], form: Head) -> usize {
        let mut at = self.head(major, len(content), form);
        if form == Head::Indefinite {
            at = self.head(major, len(content), Head::Plain);
        }
        self.bytes.extend(content);
        if form == Head::Indefinite {
            self.bytes.push(0xff);
        }
        at
    }
}

fn shortest(value: u64) -> u8 {
    match value {
        0..=23 => 0,
        24..=0xff => 1,
        0x100..=0xffff => 2,
        0x1_0000..=0xffff_ffff => 4,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(node: &Node) -> String {
        node.encode().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn encodings() {
        // RFC 8949 Appendix A, as far as it goes; the others by hand from §3.
        let long = |width| Node { head: Head::Long(width), ..Node::from(1) };
        let table = [
            (Node::from(0), "00"),
            (Node::from(24), "1818"),
            (Node::from(1_000_000), "1a000f4240"),
            (uint(u64::MAX), "1bffffffffffffffff"),
            (Node::from(-1), "20"),
            (Node::from(-1000), "3903e7"),
            (Node::from(i64::MIN), "3b7fffffffffffffff"),
            (bytes([1, 2, 3, 4]), "4401020304"),
            (Node::from("IETF"), "6449455446"),
            (array![1, array![2, 3], array![4, 5]], "8301820203820405"),
            (map! { "a" => 1, "b" => array![2, 3] }, "a26161016162820203"),
            (tag(1, 1_363_896_240.into()), "c11a514b67b0"),
            (array![true, false, nil()], "83f5f4f6"),
            (wrap(array![1]), "428101"),
            (long(1), "1801"),
            (long(2), "190001"),
            (long(4), "1a00000001"),
            (long(8), "1b0000000000000001"),
            (Node { head: Head::Indefinite, ..array![1] }, "9f01ff"),
            (Node { head: Head::Indefinite, ..map! { 1 => 2 } }, "bf0102ff"),
            (Node { head: Head::Indefinite, ..bytes([7]) }, "5f4107ff"),
            (Node { head: Head::States(3), ..bytes([7]) }, "4307"),
        ];
        for (index, (node, expected)) in table.iter().enumerate() {
            assert_eq!(hex(node), *expected, "case {index}");
        }
    }

    #[test]
    fn marks() {
        let marked = |mark, node| Node { mark, ..node };
        let inner = |mark| array![1, wrap(map! { 5 => marked(mark, "ab".into()) })];
        // 82 01 45 a1 05 62 61 62
        assert_eq!(inner(Mark::Begin).encode_marked().1, Some(5));
        assert_eq!(inner(Mark::End).encode_marked().1, Some(8));
        assert_eq!(inner(Mark::None).encode_marked().1, None);
        let indefinite = Node { head: Head::Indefinite, ..wrap(marked(Mark::Begin, 1.into())) };
        // 5f 41 01 ff
        assert_eq!(indefinite.encode_marked().1, Some(2));
    }
}
