//! What the lines of a list hold.

use suit_core::labels::Algorithm;
use suit_verify_nostd::{TrustAnchor, TrustStore};

use super::{CRYPTO, Vector};

/// Most keys that a list may have.
pub(super) const KEYS_MAX: usize = 16;

/// The words of a line, if there are so many.
pub(super) fn fields<const N: usize>(line: &str) -> Option<[&str; N]> {
    let mut fields = line.split(' ');
    let mut found = [""; N];
    for field in &mut found {
        *field = fields.next()?;
    }
    fields.next().is_none().then_some(found)
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn unhex(digits: &str) -> impl Iterator<Item = u8> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map_while(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok())
}

/// A key of the list, in memory of its own.
#[derive(Clone, Copy)]
pub(super) struct Key<'l> {
    pub(super) name: &'l str,
    algorithm: Algorithm,
    id: Hex<32>,
    bytes: Hex<97>,
}

/// Bytes that were written in hexadecimal digits.
#[derive(Clone, Copy)]
struct Hex<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Hex<N> {
    const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    fn read(digits: &str) -> Option<Self> {
        let mut read = Self { length: digits.len() / 2, ..Self::EMPTY };
        for (to, byte) in read.bytes.get_mut(..read.length)?.iter_mut().zip(unhex(digits)) {
            *to = byte;
        }
        Some(read)
    }

    fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl<'l> Key<'l> {
    pub(super) const NONE: Self =
        Self { name: "", algorithm: Algorithm::Esp256, id: Hex::EMPTY, bytes: Hex::EMPTY };

    pub(super) fn read(line: &'l str) -> Option<Self> {
        let [name, algorithm, id, bytes] = fields(line)?;
        let algorithm = Algorithm::from_name(algorithm)?;
        Some(Self { name, algorithm, id: Hex::read(id)?, bytes: Hex::read(bytes)? })
    }
}

/// The anchors of a vector, in its order.
pub(super) struct Anchors<'k> {
    anchors: [TrustAnchor<'k>; KEYS_MAX],
    names: [&'k str; KEYS_MAX],
    count: usize,
}

impl<'k> Anchors<'k> {
    pub(super) fn of(vector: &Vector<'k>, known: &'k [Key<'k>]) -> Option<Self> {
        let none = TrustAnchor::unchecked(Algorithm::Esp256, &[], None);
        let mut found = Self { anchors: [none; KEYS_MAX], names: [""; KEYS_MAX], count: 0 };
        for name in vector.trusted.split(',').filter(|name| *name != "-") {
            let key = known.iter().find(|key| key.name == name)?;
            let anchor = TrustAnchor::new(key.algorithm, key.bytes.bytes(), Some(key.id.bytes()), &CRYPTO);
            *found.anchors.get_mut(found.count)? = anchor.ok()?;
            *found.names.get_mut(found.count)? = name;
            found.count += 1;
        }
        Some(found)
    }

    pub(super) fn store(&self, vector: &Vector<'_>) -> Option<TrustStore<'_>> {
        Some(TrustStore::new(self.anchors.get(..self.count)?).ok()?.requiring(vector.required))
    }

    pub(super) fn names(&self) -> &[&'k str] {
        &self.names
    }
}
