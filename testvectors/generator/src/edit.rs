//! Ways through a tree, and changes to it.
//!
//! The steps panic where there is nothing to step to: a table of cases that misses its place must not go unnoticed.

use crate::node::{Head, Kind, Mark, Node};

impl Node {
    /// The value under an integer key of a map.
    ///
    /// # Panics
    /// If there is none.
    pub fn key(&mut self, key: i64) -> &mut Self {
        &mut self.entry(key).1
    }

    /// The key and value under an integer key of a map.
    ///
    /// # Panics
    /// If there is none.
    pub fn entry(&mut self, key: i64) -> &mut (Self, Self) {
        let wanted = Self::from(key).kind;
        let found = self.pairs().iter_mut().find(|(key, _)| key.kind == wanted);
        found.unwrap_or_else(|| panic!("no key {key}"))
    }

    /// The value under an integer key, if this is a map that has it.
    pub fn find(&mut self, key: i64) -> Option<&mut Self> {
        let wanted = Self::from(key).kind;
        let Kind::Map(pairs) = &mut self.kind else { return None };
        pairs.iter_mut().find(|(key, _)| key.kind == wanted).map(|(_, value)| value)
    }

    /// The value under a text key of a map.
    ///
    /// # Panics
    /// If there is none.
    pub fn name(&mut self, name: &str) -> &mut Self {
        let wanted = Self::from(name).kind;
        let found = self.pairs().iter_mut().find(|(key, _)| key.kind == wanted);
        &mut found.unwrap_or_else(|| panic!("no key {name}")).1
    }

    /// The pairs of a map.
    ///
    /// # Panics
    /// If this isn't one.
    pub fn pairs(&mut self) -> &mut Vec<(Self, Self)> {
        match &mut self.kind {
            Kind::Map(pairs) => pairs,
            kind => panic!("not a map: {kind:?}"),
        }
    }

    /// The items of an array.
    ///
    /// # Panics
    /// If this isn't one.
    pub fn items(&mut self) -> &mut Vec<Self> {
        match &mut self.kind {
            Kind::Array(items) => items,
            kind => panic!("not a array: {kind:?}"),
        }
    }

    /// An item of an array, 0-based.
    ///
    /// # Panics
    /// If there is none.
    pub fn item(&mut self, index: usize) -> &mut Self {
        &mut self.items()[index]
    }

    /// The items that a byte string holds.
    ///
    /// # Panics
    /// If this isn't one that does.
    pub fn contents(&mut self) -> &mut Vec<Self> {
        match &mut self.kind {
            Kind::Wrapped(contents) => contents,
            kind => panic!("not a byte string with something inside: {kind:?}"),
        }
    }

    /// What a byte string or a tag holds.
    ///
    /// # Panics
    /// If this is neither.
    pub fn inner(&mut self) -> &mut Self {
        match &mut self.kind {
            Kind::Wrapped(contents) => &mut contents[0],
            Kind::Tag(_, content) => content,
            kind => panic!("nothing inside {kind:?}"),
        }
    }

    /// The argument of the first command with this code in a sequence, which may be wrapped.
    ///
    /// # Panics
    /// If there is none.
    pub fn argument(&mut self, code: i64) -> &mut Self {
        let position = self.position(code);
        &mut self.commands()[position + 1]
    }

    /// The code itself of the first command with this code.
    ///
    /// # Panics
    /// If there is none.
    pub fn code(&mut self, code: i64) -> &mut Self {
        let position = self.position(code);
        &mut self.commands()[position]
    }

    /// Codes and arguments of a sequence, which may be wrapped.
    ///
    /// # Panics
    /// If this is none.
    pub fn commands(&mut self) -> &mut Vec<Self> {
        if matches!(self.kind, Kind::Wrapped(_)) { self.inner().items() } else { self.items() }
    }

    fn position(&mut self, code: i64) -> usize {
        let wanted = Self::from(code).kind;
        let found = self.commands().iter().step_by(2).position(|node| node.kind == wanted);
        2 * found.unwrap_or_else(|| panic!("no command {code}"))
    }

    /// Replaces this item, mark included.
    pub fn set(&mut self, node: impl Into<Self>) -> &mut Self {
        *self = node.into();
        self
    }

    /// Expects the fault at this item's first byte.
    pub const fn mark(&mut self) -> &mut Self {
        self.mark = Mark::Begin;
        self
    }

    /// Expects the fault behind this item's last byte.
    pub const fn mark_end(&mut self) -> &mut Self {
        self.mark = Mark::End;
        self
    }

    /// Writes the head with this many bytes after the first one.
    pub const fn long(&mut self, width: u8) -> &mut Self {
        self.head = Head::Long(width);
        self
    }

    /// Writes the item with indefinite length.
    pub const fn indefinite(&mut self) -> &mut Self {
        self.head = Head::Indefinite;
        self
    }

    /// Puts an entry behind the others of a map and returns its key.
    ///
    /// # Panics
    /// If this isn't a map.
    pub fn add(&mut self, key: impl Into<Self>, value: impl Into<Self>) -> &mut Self {
        let pairs = self.pairs();
        pairs.push((key.into(), value.into()));
        pairs.last_mut().map(|(key, _)| key).expect("it was just put there")
    }

    /// Puts an entry into a map where the order of keys wants it and returns its key.
    ///
    /// # Panics
    /// If this isn't a map.
    pub fn insert(&mut self, key: impl Into<Self>, value: impl Into<Self>) -> &mut Self {
        let key = key.into();
        let encoded = key.encode();
        let pairs = self.pairs();
        let position = pairs.iter().position(|(other, _)| other.encode() > encoded).unwrap_or(pairs.len());
        pairs.insert(position, (key, value.into()));
        &mut pairs[position].0
    }

    /// Takes an entry out of a map.
    ///
    /// # Panics
    /// If there is none.
    pub fn remove(&mut self, key: i64) -> &mut Self {
        let wanted = Self::from(key).kind;
        let before = self.pairs().len();
        self.pairs().retain(|(key, _)| key.kind != wanted);
        assert_eq!(self.pairs().len() + 1, before, "one entry with key {key}");
        self
    }

    /// Puts a command behind the others of a sequence and returns its code.
    ///
    /// # Panics
    /// If this isn't a sequence.
    pub fn command(&mut self, code: impl Into<Self>, argument: impl Into<Self>) -> &mut Self {
        let commands = self.commands();
        commands.push(code.into());
        let position = commands.len() - 1;
        commands.push(argument.into());
        &mut commands[position]
    }

    /// Puts an item behind the others of an array, or bytes behind what a byte string holds, and returns it.
    ///
    /// # Panics
    /// If this is neither.
    pub fn append(&mut self, node: impl Into<Self>) -> &mut Self {
        let items = match &mut self.kind {
            Kind::Array(items) | Kind::Wrapped(items) => items,
            kind => panic!("can't append to {kind:?}"),
        };
        items.push(node.into());
        items.last_mut().expect("it was just put there")
    }

    /// What a byte string has as content.
    ///
    /// # Panics
    /// If this isn't a byte string.
    #[must_use]
    pub fn content(&self) -> Vec<u8> {
        match &self.kind {
            Kind::Bytes(content) => content.clone(),
            Kind::Wrapped(items) => items.iter().flat_map(Self::encode).collect(),
            kind => panic!("not a byte string: {kind:?}"),
        }
    }
}
