//! Keys of TLS 1.3 records, made from a traffic secret with SHA-256 (RFC 8446 §7). The kernel, the module and the applications
//! are built with it, so that one change of it can be shipped in each of them.
#![no_std]

use sha2::{Digest, Sha256};

/// The version of this part: major, minor, patch, 0.
#[cfg(not(feature = "update"))]
pub const VERSION: [u8; 4] = [1, 0, 0, 0];
#[cfg(feature = "update")]
pub const VERSION: [u8; 4] = [1, 1, 0, 0];

/// The server's secret in the handshake of RFC 8448 §3.
#[rustfmt::skip]
const EXAMPLE: [u8; 32] = [
    0xb6, 0x7b, 0x7d, 0x69, 0x0c, 0xc1, 0x6c, 0x4e, 0x75, 0xe5, 0x42, 0x13, 0xcb, 0x2d, 0x37, 0xb4,
    0xe9, 0xc9, 0x12, 0xbc, 0xde, 0xd9, 0x10, 0x5d, 0x42, 0xbe, 0xfd, 0x59, 0xd3, 0x91, 0xad, 0x38,
];

/// A traffic secret.
#[derive(Clone, Debug)]
pub struct Secret([u8; 32]);

impl Secret {
    /// That of the published example.
    pub fn example() -> Self {
        // Through a black box: the code has to be there, not its result.
        Self(core::hint::black_box(EXAMPLE))
    }

    /// The key for AES-128-GCM (RFC 8446 §7.3).
    pub fn key(&self) -> [u8; 16] {
        self.expand(b"key")
    }

    /// The static IV of the records (RFC 8446 §7.3).
    pub fn iv(&self) -> [u8; 12] {
        self.expand(b"iv")
    }

    /// The secret that comes after a KeyUpdate (RFC 8446 §7.2), if this version knows it.
    pub fn next(&self) -> Option<Self> {
        cfg!(feature = "update").then(|| Self(self.expand(b"traffic upd")))
    }

    /// HKDF-Expand-Label with an empty context (RFC 8446 §7.1), for at most one block of the hash (RFC 5869 §2.3).
    fn expand<const N: usize>(&self, label: &[u8]) -> [u8; N] {
        let info: [&[u8]; 5] = [&[0, N as u8], &[6 + label.len() as u8], b"tls13 ", label, &[0, 1]];
        let block = self.authenticate(&info);
        let mut key = [0; N];
        key.iter_mut().zip(block).for_each(|(to, from)| *to = from);
        key
    }

    /// HMAC (RFC 2104) of these pieces.
    fn authenticate(&self, pieces: &[&[u8]]) -> [u8; 32] {
        let padded = |with: u8| {
            let mut block = [with; 64];
            block.iter_mut().zip(self.0).for_each(|(to, from)| *to ^= from);
            let mut hash = Sha256::new();
            hash.update(block);
            hash
        };
        let mut inner = padded(0x36);
        pieces.iter().for_each(|piece| inner.update(piece));
        let mut outer = padded(0x5c);
        outer.update(inner.finalize());
        outer.finalize().into()
    }
}

/// Whether the keys of the example are the published ones.
pub fn self_test() -> bool {
    let secret = Secret::example();
    let key = 0x3fce_5160_09c2_1727_d0f2_e4e8_6ee4_03bc_u128;
    let iv = [0x5d, 0x31, 0x3e, 0xb2, 0x67, 0x12, 0x76, 0xee, 0x13, 0x00, 0x0b, 0x30];
    secret.key() == key.to_be_bytes() && secret.iv() == iv
}

/// The beginning of the example's key, or, where this version knows it, of the one after.
pub fn begins(next: bool) -> Option<u32> {
    let secret = Secret::example();
    let secret = if next { secret.next()? } else { secret };
    let [a, b, c, d, ..] = secret.key();
    Some(u32::from_be_bytes([a, b, c, d]))
}
