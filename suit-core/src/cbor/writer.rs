//! The writer: shortest heads, definite lengths, into whatever takes bytes. Order of map keys is the caller's.

/// Takes bytes.
pub trait Sink {
    /// Why bytes could not be taken.
    type Error;

    /// Takes all of `bytes`.
    ///
    /// # Errors
    /// When there is no room; then the sink's content is not to be used.
    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error>;
}

/// The sink is full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl core::fmt::Display for Full {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("no room for the encoded item")
    }
}

impl core::error::Error for Full {}

/// Counts bytes without keeping them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter(
    /// Bytes so far.
    pub u64,
);

impl Sink for Counter {
    type Error = core::convert::Infallible;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        // A slice's length fits 64 bits on every supported target.
        self.0 = self.0.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(())
    }
}

/// Fills a borrowed slice.
#[derive(Debug)]
pub struct SliceSink<'b> {
    buffer: &'b mut [u8],
    len: usize,
}

impl<'b> SliceSink<'b> {
    /// An empty sink over this memory.
    #[must_use]
    pub const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// What was put so far.
    #[must_use]
    pub fn written(&self) -> &[u8] {
        self.buffer.get(..self.len).unwrap_or_default()
    }
}

impl Sink for SliceSink<'_> {
    type Error = Full;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Full> {
        let end = self.len.checked_add(bytes.len()).ok_or(Full)?;
        self.buffer.get_mut(self.len..end).ok_or(Full)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }
}

#[cfg(feature = "alloc")]
impl Sink for alloc::vec::Vec<u8> {
    type Error = core::convert::Infallible;

    fn put(&mut self, bytes: &[u8]) -> Result<(), Self::Error> {
        self.extend_from_slice(bytes);
        Ok(())
    }
}

/// Writes items in their one deterministic form (RFC 8949 §4.2.1).
#[derive(Debug)]
pub struct Writer<S> {
    sink: S,
}

impl<S: Sink> Writer<S> {
    /// A writer into this sink.
    pub const fn new(sink: S) -> Self {
        Self { sink }
    }

    /// The sink.
    pub fn into_inner(self) -> S {
        self.sink
    }

    fn head(&mut self, major: u8, value: u64) -> Result<(), S::Error> {
        let bytes = value.to_be_bytes();
        let [.., low] = bytes;
        // What the first byte says beside the major type, and how many of the number's bytes follow.
        let (info, len) = match value {
            0..24 => (low, 0),
            24..0x100 => (24, 1),
            0x100..0x1_0000 => (25, 2),
            0x1_0000..0x1_0000_0000 => (26, 4),
            _ => (27, 8),
        };
        self.sink.put(&[(major << 5) | info])?;
        match bytes.get(bytes.len().wrapping_sub(len)..).unwrap_or_default() {
            [] => Ok(()),
            following => self.sink.put(following),
        }
    }

    fn sized(&mut self, major: u8, len: usize) -> Result<(), S::Error> {
        // A length in memory fits 64 bits on every supported target.
        self.head(major, u64::try_from(len).unwrap_or(u64::MAX))
    }

    /// Writes an unsigned integer.
    ///
    /// # Errors
    /// The sink's.
    pub fn uint(&mut self, value: u64) -> Result<(), S::Error> {
        self.head(0, value)
    }

    /// Writes an integer of either sign.
    ///
    /// # Errors
    /// The sink's.
    pub fn int(&mut self, value: i64) -> Result<(), S::Error> {
        match u64::try_from(value) {
            Ok(value) => self.head(0, value),
            // For negative v, -1 - v is !v, which is not negative.
            Err(_) => self.head(1, (!value).unsigned_abs()),
        }
    }

    /// Writes a byte string.
    ///
    /// # Errors
    /// The sink's.
    pub fn bytes(&mut self, value: &[u8]) -> Result<(), S::Error> {
        self.bytes_head(value.len())?;
        self.sink.put(value)
    }

    /// Writes the head of a byte string whose `len` bytes are put by [`Writer::raw`] afterwards.
    ///
    /// # Errors
    /// The sink's.
    pub fn bytes_head(&mut self, len: usize) -> Result<(), S::Error> {
        self.sized(2, len)
    }

    /// Writes a text string.
    ///
    /// # Errors
    /// The sink's.
    pub fn text(&mut self, value: &str) -> Result<(), S::Error> {
        self.sized(3, value.len())?;
        self.sink.put(value.as_bytes())
    }

    /// Writes the head of an array of `len` items.
    ///
    /// # Errors
    /// The sink's.
    pub fn array(&mut self, len: usize) -> Result<(), S::Error> {
        self.sized(4, len)
    }

    /// Writes the head of a map of `len` pairs. Keys must follow in bytewise order.
    ///
    /// # Errors
    /// The sink's.
    pub fn map(&mut self, len: usize) -> Result<(), S::Error> {
        self.sized(5, len)
    }

    /// Writes a tag; its content must follow.
    ///
    /// # Errors
    /// The sink's.
    pub fn tag(&mut self, tag: crate::labels::Tag) -> Result<(), S::Error> {
        self.head(6, tag.code().unsigned_abs())
    }

    /// Writes `true` or `false`.
    ///
    /// # Errors
    /// The sink's.
    pub fn bool(&mut self, value: bool) -> Result<(), S::Error> {
        self.head(7, if value { super::TRUE } else { super::FALSE })
    }

    /// Writes `null`.
    ///
    /// # Errors
    /// The sink's.
    pub fn null(&mut self) -> Result<(), S::Error> {
        self.head(7, super::NULL)
    }

    /// Writes bytes that are encoded already, or the content of a byte string.
    ///
    /// # Errors
    /// The sink's.
    pub fn raw(&mut self, encoded: &[u8]) -> Result<(), S::Error> {
        self.sink.put(encoded)
    }
}
