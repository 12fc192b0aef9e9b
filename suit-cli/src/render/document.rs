//! A document as a list of values with places, whatever is wrong with it: the strict reader's own walk, with a visitor
//! that notes each fault and goes on.

use super::faults::{self, Fault};
use core::ops::Range;
use suit_core::cbor::Reader;
use suit_core::envelope::looks_tagged;
use suit_core::grammar::{self, Context, Item, Key, Role, Shape, Value, Visitor};
use suit_core::{Error, ErrorKind};

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `SUIT_Envelope`, with the tag 107 or without.
    Envelope { tagged: bool },
    /// A manifest without an envelope, with the tag 1070 or without.
    Manifest { tagged: bool },
    /// One COSE message, such as an authentication block.
    Block,
    /// The content of the parameter encryption-info.
    Encryption,
}

impl Kind {
    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::Envelope { tagged: true } => grammar::ENVELOPE_TAGGED,
            Self::Envelope { tagged: false } => grammar::ENVELOPE,
            Self::Manifest { tagged: true } => grammar::MANIFEST_TAGGED,
            Self::Manifest { tagged: false } => grammar::MANIFEST,
            Self::Block => grammar::BLOCK,
            Self::Encryption => grammar::COSE_ENCRYPT_TAGGED,
        }
    }
}

/// Place of a value in a [`Document`].
pub(crate) type Id = usize;

/// A value, where it stands, and what it belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    /// How it is reached from the value around it.
    pub(crate) key: Key<'a>,
    /// What stands here.
    pub(crate) value: Value<'a>,
    /// What the grammar asks for.
    pub(crate) shape: Shape,
    /// Offset of the key's first byte.
    pub(crate) key_offset: usize,
    /// Offset of the value's first byte.
    pub(crate) offset: usize,
    /// Offset behind the head; for strings that are not entered, behind the content.
    pub(crate) head_end: usize,
    /// Offset behind the value and all its parts.
    pub(crate) end: usize,
    /// The value around it.
    pub(crate) parent: Option<Id>,
    /// 0-based position among the parts of the value around it.
    pub(crate) position: usize,
    /// The first value behind this one and its parts.
    pub(crate) behind: Id,
}

impl Node<'_> {
    /// The bytes of the value, head included.
    pub(crate) const fn span(&self) -> Range<usize> {
        self.offset..self.end
    }
}

/// A document with every value in it, in order, integrated dependencies included. It borrows the bytes, so it takes
/// memory in proportion to the number of values, not to the length of payloads.
#[derive(Debug)]
pub(crate) struct Document<'a> {
    /// All bytes of the file.
    pub(crate) bytes: &'a [u8],
    /// What it is.
    pub(crate) kind: Kind,
    nodes: Vec<Node<'a>>,
    /// What is wrong with it, in order of place.
    pub(crate) faults: Vec<Fault>,
}

impl<'a> Document<'a> {
    /// Reads all that can be read.
    pub(crate) fn read(bytes: &'a [u8], kind: Kind) -> Self {
        let mut collector = Collector {
            nodes: Vec::new(),
            open: Vec::new(),
            faults: Vec::new(),
            contexts: vec![Context::new()],
        };
        let mut reader = Reader::new(bytes);
        // The visitor takes every fault, so the walk goes to the end.
        let walked = grammar::walk(kind.shape(), &mut reader, &mut collector);
        if let Err(error) = walked.and_then(|()| reader.finish()) {
            collector.faults.push((error, None));
        }
        collector.close_all(bytes.len());
        let Collector { nodes, faults: found, .. } = collector;
        let mut document = Self { bytes, kind, nodes, faults: Vec::new() };
        document.faults = faults::all(&document, found);
        document
    }

    /// All values in order.
    pub(crate) fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    /// The value with this place.
    pub(crate) fn node(&self, id: Id) -> &Node<'a> {
        &self.nodes[id]
    }

    /// The outermost value; `None` if not even that can be read.
    pub(crate) fn root(&self) -> Option<Id> {
        (!self.nodes.is_empty()).then_some(0)
    }

    /// The direct parts of a value.
    pub(crate) fn children(&self, id: Id) -> impl Iterator<Item = Id> + use<'_, 'a> {
        let behind = self.nodes[id].behind;
        let mut next = id + 1;
        core::iter::from_fn(move || {
            let child = next;
            if child >= behind {
                return None;
            }
            next = self.nodes[child].behind;
            Some(child)
        })
    }

    /// What is inside of tags and byte strings around a value.
    pub(crate) fn content(&self, mut id: Id) -> Id {
        while let (Value::Tag(_) | Value::Wrapped(_), Some(inner)) =
            (self.nodes[id].value, self.children(id).next())
        {
            id = inner;
        }
        id
    }

    /// The bytes of a value, head included.
    pub(crate) fn encoded(&self, id: Id) -> &'a [u8] {
        self.bytes.get(self.nodes[id].span()).unwrap_or_default()
    }

    /// A reader at a value; offsets are those in the file.
    pub(crate) fn reader(&self, id: Id) -> Reader<'a> {
        let span = self.nodes[id].span();
        Reader::at_byte(self.bytes.get(..span.end).unwrap_or_default(), span.start)
    }
}

struct Collector<'a> {
    nodes: Vec<Node<'a>>,
    /// Values whose parts are being read, and how many parts they had so far.
    open: Vec<(Id, usize)>,
    /// Each fault and the value whose parts were being read when it was found.
    faults: Vec<(Error, Option<Id>)>,
    /// One for each envelope that is open; dependencies have components of their own.
    contexts: Vec<Context<'a>>,
}

impl<'a> Visitor<'a> for Collector<'a> {
    const DEEP: bool = true;

    fn fault(&mut self, error: Error) -> Result<(), Error> {
        self.faults.push((error, self.open.last().map(|(id, _)| *id)));
        Ok(())
    }

    fn enter(&mut self, item: &Item<'a>) -> Result<(), Error> {
        let id = self.nodes.len();
        let parent = self.open.last_mut().map(|(parent, parts)| {
            *parts += 1;
            (*parent, *parts - 1)
        });
        self.nodes.push(Node {
            key: item.key,
            value: item.value,
            shape: item.shape,
            key_offset: item.key_offset,
            offset: item.offset,
            head_end: item.end,
            end: item.end,
            parent: parent.map(|(parent, _)| parent),
            position: parent.map_or(0, |(_, position)| position),
            behind: id + 1,
        });
        if item.value.has_parts() {
            self.open.push((id, 0));
        }
        if is_dependency(item.shape, &item.value) {
            self.contexts.push(Context::new());
        }
        Ok(())
    }

    fn context(&mut self) -> Option<&mut Context<'a>> {
        self.contexts.last_mut()
    }

    fn enters_payload(&self, content: &'a [u8]) -> bool {
        looks_tagged(content)
    }

    fn leave(&mut self, offset: usize) {
        let Some((id, _)) = self.open.pop() else { return };
        self.nodes[id].end = offset;
        self.nodes[id].behind = self.nodes.len();
        if is_dependency(self.nodes[id].shape, &self.nodes[id].value) {
            self.contexts.pop();
        }
    }
}

impl Collector<'_> {
    fn close_all(&mut self, end: usize) {
        while !self.open.is_empty() {
            self.leave(end);
        }
    }
}

/// Whether a value is an integrated payload that was entered.
pub(crate) fn is_dependency(shape: Shape, value: &Value<'_>) -> bool {
    matches!((shape.role(), value), (Some(Role::Payload), Value::Wrapped(_)))
}

/// Whether an error says that something is absent, so that it has no value of its own.
pub(super) const fn is_about_absence(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::MissingKey(_) | ErrorKind::NoComponents)
}
